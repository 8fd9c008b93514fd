/* The layers that functions use, and the configurations that each layer is judged under (CONTRACT.md section 4). */
#include "base/arn.h"
#include "base/nearest.h"
#include "base/printable.h"
#include "config/schema.h"

const struct sg_code_signing_config *sg_effective_config(const struct sg_schema *s, const struct sg_draft *function)
{
    if (function->artifact->image)
        return NULL;
    return function->own.kind == SG_REFERENCE_ABSENT ? s->pipeline.config : function->own.config;
}

/* One function's use of a layer under its configuration. */
struct use {
    struct sg_draft *layer;
    const struct sg_code_signing_config *config;
    size_t order; /* of the function in the file */
};

struct uses {
    struct use *items;
    size_t count;
    size_t capacity;
};

/* Layers by name, those of one name in the file's order. */
struct index {
    struct sg_draft **sorted;
    size_t count;
    const char **names; /* in the file's order, to find the nearest */
};

static int by_name(const void *left, const void *right)
{
    const struct sg_draft *a = *(struct sg_draft *const *)left;
    const struct sg_draft *b = *(struct sg_draft *const *)right;
    return strcmp(a->artifact->name, b->artifact->name);
}

static int name_against(const void *name, const void *right)
{
    const struct sg_draft *b = *(struct sg_draft *const *)right;
    return strcmp(name, b->artifact->name);
}

static sg_result make_index(struct sg_schema *s, struct index *index, struct sg_error *error)
{
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, s->layers.count + 1, sizeof(struct sg_draft *), &memory, error));
    index->sorted = memory;
    SG_TRY(sg_arena_alloc(s->arena, s->layers.count + 1, sizeof(const char *), &memory, error));
    index->names = memory;
    for (size_t i = 0; i < s->layers.count; i++) {
        struct sg_draft *draft = &s->layers.items[i];
        if (draft->artifact->name == NULL)
            continue;
        index->sorted[index->count] = draft;
        index->names[index->count++] = draft->artifact->name;
    }
    if (index->count > 1)
        qsort(index->sorted, index->count, sizeof(struct sg_draft *), by_name);
    return SG_OK;
}

static void refuse_arn(struct sg_schema *s, const struct sg_node *item)
{
    struct sg_printable shown;
    struct sg_arn arn;
    sg_printable(&shown, item->text);
    if (sg_arn_parse_layer_version(item->text, &arn)) {
        struct sg_problem *problem =
            sg_problem_add(s->problems, item->mark, "the layer version `%s` " SG_NEEDS_AWS, shown.text);
        sg_problem_expected(problem, "the name of a layer below `layers`, with the path of its zip");
        return;
    }
    struct sg_problem *problem =
        sg_problem_add(s->problems, item->mark, "`%s` is not the ARN of a layer version", shown.text);
    sg_problem_expected(problem, "arn:aws:lambda:REGION:ACCOUNT:layer:NAME:NUMBER");
}

static struct sg_draft *find_layer(struct sg_schema *s, const struct sg_node *item, const struct index *index)
{
    struct sg_span text = {0};
    if (!sg_want_text(s, item, "the name of a layer", &text))
        return NULL;
    if (sg_span_starts_with(text, SG_SPAN_LITERAL("arn:"))) {
        refuse_arn(s, item);
        return NULL;
    }
    struct sg_draft *const *found =
        index->count == 0 ? NULL
                          : bsearch(text.data, index->sorted, index->count, sizeof(struct sg_draft *), name_against);
    if (found != NULL)
        return *found;
    struct sg_printable shown;
    struct sg_problem *problem =
        sg_problem_add(s->problems, item->mark, "unknown layer `%s`", sg_printable(&shown, text));
    sg_problem_expected(problem, "the name of a layer below `layers` at the top of the file");
    if (problem != NULL)
        sg_problem_nearest(problem, sg_nearest_word((const char *)text.data, index->names, index->count));
    return NULL;
}

static bool uses_already(const struct sg_artifact *function, const struct sg_artifact *layer)
{
    for (size_t i = 0; i < function->layer_count; i++)
        if (function->layers[i] == layer)
            return true;
    return false;
}

static sg_result note_use(struct sg_schema *s, const struct sg_draft *function, size_t order, struct sg_draft *layer,
                          struct uses *uses, struct sg_error *error)
{
    const struct sg_code_signing_config *config = sg_effective_config(s, function);
    layer->used = true;
    if (config == NULL)
        return SG_OK;
    void *memory = NULL;
    SG_TRY(sg_arena_push(s->arena, (void **)&uses->items, &uses->count, &uses->capacity, sizeof uses->items[0], &memory,
                         error));
    *(struct use *)memory = (struct use){layer, config, order};
    return SG_OK;
}

static sg_result resolve_function(struct sg_schema *s, size_t order, const struct index *index, struct uses *uses,
                                  struct sg_error *error)
{
    const struct sg_draft *function = &s->functions.items[order];
    struct sg_artifact *artifact = function->artifact;
    if (function->layers == NULL || function->layers->count == 0)
        return SG_OK;
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, SG_CONFIG_MAX_LAYERS, sizeof(struct sg_artifact *), &memory, error));
    artifact->layers = memory;
    size_t listed = 0;
    for (const struct sg_node *item = function->layers->first; item != NULL; item = item->next) {
        if (listed++ == SG_CONFIG_MAX_LAYERS) {
            sg_problem_add(s->problems, item->mark, "the function uses %zu layers; AWS Lambda allows %u",
                           function->layers->count, SG_CONFIG_MAX_LAYERS);
            break;
        }
        struct sg_draft *layer = find_layer(s, item, index);
        if (layer == NULL)
            continue;
        if (uses_already(artifact, layer->artifact)) {
            struct sg_printable shown;
            sg_problem_add(s->problems, item->mark, "the layer `%s` is listed twice", sg_printable(&shown, item->text));
            continue;
        }
        artifact->layers[artifact->layer_count++] = layer->artifact;
        SG_TRY(note_use(s, function, order, layer, uses, error));
    }
    return SG_OK;
}

static int compare_addresses(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)a;
    uintptr_t y = (uintptr_t)b;
    return x == y ? 0 : (x < y ? -1 : 1);
}

static int by_order(const struct use *a, const struct use *b)
{
    return a->order == b->order ? 0 : (a->order < b->order ? -1 : 1);
}

static int by_layer_config_order(const void *left, const void *right)
{
    const struct use *a = left;
    const struct use *b = right;
    int order = compare_addresses(a->layer, b->layer);
    if (order == 0)
        order = compare_addresses(a->config, b->config);
    return order != 0 ? order : by_order(a, b);
}

static int by_layer_order(const void *left, const void *right)
{
    const struct use *a = left;
    const struct use *b = right;
    int order = compare_addresses(a->layer, b->layer);
    return order != 0 ? order : by_order(a, b);
}

/* Keeps the first use of each layer under each configuration; then in the file's order for each layer. */
static void drop_repeated(struct uses *uses)
{
    if (uses->count < 2)
        return;
    qsort(uses->items, uses->count, sizeof uses->items[0], by_layer_config_order);
    size_t kept = 1;
    for (size_t i = 1; i < uses->count; i++) {
        const struct use *last = &uses->items[kept - 1];
        if (uses->items[i].layer != last->layer || uses->items[i].config != last->config)
            uses->items[kept++] = uses->items[i];
    }
    uses->count = kept;
    qsort(uses->items, uses->count, sizeof uses->items[0], by_layer_order);
}

static sg_result give_layers_configs(struct sg_schema *s, const struct uses *uses, struct sg_error *error)
{
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, uses->count + s->layers.count + 1, sizeof(struct sg_code_signing_config *), &memory,
                          error));
    const struct sg_code_signing_config **pool = memory;
    size_t taken = 0;
    for (size_t i = 0; i < uses->count; i++) {
        struct sg_artifact *layer = uses->items[i].layer->artifact;
        if (layer->config_count == 0)
            layer->configs = &pool[taken];
        layer->config_count++;
        pool[taken++] = uses->items[i].config;
    }
    for (size_t i = 0; i < s->layers.count; i++) {
        struct sg_draft *draft = &s->layers.items[i];
        if (draft->used || s->pipeline.config == NULL)
            continue;
        draft->artifact->configs = &pool[taken];
        draft->artifact->config_count = 1;
        pool[taken++] = s->pipeline.config;
    }
    return SG_OK;
}

sg_result sg_resolve_layers(struct sg_schema *s, struct sg_error *error)
{
    struct index index = {0};
    struct uses uses = {0};
    SG_TRY(make_index(s, &index, error));
    for (size_t i = 0; i < s->functions.count; i++)
        SG_TRY(resolve_function(s, i, &index, &uses, error));
    drop_repeated(&uses);
    return give_layers_configs(s, &uses, error);
}
