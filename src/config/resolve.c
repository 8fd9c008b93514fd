/* References to code signing configurations become pointers, and everything that needs one gets one. */
#include "base/nearest.h"
#include "base/printable.h"
#include "config/schema.h"

static int by_definition_name(const void *left, const void *right)
{
    const struct sg_code_signing_config *a = *(struct sg_code_signing_config *const *)left;
    const struct sg_code_signing_config *b = *(struct sg_code_signing_config *const *)right;
    return strcmp(a->name, b->name);
}

static int by_path_then_place(const void *left, const void *right)
{
    const struct sg_reference *a = *(struct sg_reference *const *)left;
    const struct sg_reference *b = *(struct sg_reference *const *)right;
    int order = sg_span_compare(a->text, b->text);
    if (order != 0)
        return order;
    struct sg_place x = a->mark.place;
    struct sg_place y = b->mark.place;
    if (x.line != y.line)
        return x.line < y.line ? -1 : 1;
    return x.column == y.column ? 0 : (x.column < y.column ? -1 : 1);
}

/* All references of one kind. `*out` holds `*count` of them. */
static sg_result gather(struct sg_schema *s, enum sg_reference_kind kind, struct sg_reference ***out, size_t *count,
                        struct sg_error *error)
{
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, s->functions.count + 1, sizeof(struct sg_reference *), &memory, error));
    *out = memory;
    *count = 0;
    if (s->pipeline.kind == kind)
        (*out)[(*count)++] = &s->pipeline;
    for (size_t i = 0; i < s->functions.count; i++)
        if (s->functions.items[i].own.kind == kind)
            (*out)[(*count)++] = &s->functions.items[i].own;
    return SG_OK;
}

/* A JSON file that is named more than once is read once, and its problems stand where it is named first. */
static sg_result resolve_paths(struct sg_schema *s, struct sg_error *error)
{
    struct sg_reference **references = NULL;
    size_t count = 0;
    SG_TRY(gather(s, SG_REFERENCE_PATH, &references, &count, error));
    if (count > 1)
        qsort(references, count, sizeof references[0], by_path_then_place);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && sg_span_equal(references[i]->text, references[i - 1]->text))
            references[i]->config = references[i - 1]->config;
        else
            SG_TRY(sg_csc_json_read(s, references[i], &references[i]->config, error));
    }
    return SG_OK;
}

static sg_result report_unknown(struct sg_schema *s, const struct sg_reference *reference, struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_problem *problem = sg_problem_add(s->problems, reference->mark, "unknown code signing configuration `%s`",
                                                sg_printable(&shown, reference->text));
    if (problem == NULL)
        return SG_OK;
    sg_problem_expected(problem, "a name below `code_signing_configs`, an ARN, or the path of a JSON file");
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, s->definitions.count + 1, sizeof(const char *), &memory, error));
    const char **names = memory;
    for (size_t i = 0; i < s->definitions.count; i++)
        names[i] = s->definitions.items[i]->name;
    sg_problem_nearest(problem, sg_nearest_word((const char *)reference->text.data, names, s->definitions.count));
    return SG_OK;
}

static sg_result resolve_names(struct sg_schema *s, struct sg_error *error)
{
    struct sg_reference **references = NULL;
    size_t count = 0;
    void *memory = NULL;
    SG_TRY(gather(s, SG_REFERENCE_NAME, &references, &count, error));
    size_t known = s->definitions.count;
    SG_TRY(sg_arena_alloc(s->arena, known + 1, sizeof(struct sg_code_signing_config *), &memory, error));
    struct sg_code_signing_config **sorted = memory;
    for (size_t i = 0; i < known; i++)
        sorted[i] = s->definitions.items[i];
    if (known > 1)
        qsort(sorted, known, sizeof sorted[0], by_definition_name);
    for (size_t i = 0; i < count; i++) {
        const struct sg_code_signing_config wanted = {.name = (const char *)references[i]->text.data};
        const struct sg_code_signing_config *key = &wanted;
        struct sg_code_signing_config *const *found =
            known == 0 ? NULL : bsearch(&key, sorted, known, sizeof sorted[0], by_definition_name);
        if (found != NULL)
            references[i]->config = *found;
        else
            SG_TRY(report_unknown(s, references[i], error));
    }
    return SG_OK;
}

static const struct sg_draft *earlier(const struct sg_draft *a, const struct sg_draft *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    struct sg_place x = a->mark.place;
    struct sg_place y = b->mark.place;
    return x.line < y.line || (x.line == y.line && x.column < y.column) ? a : b;
}

/* `code_signing_config` at the top is needed by functions without their own, and by layers that no function uses. One problem
 * is enough, at the first of them. */
static void require_pipeline(struct sg_schema *s)
{
    const struct sg_draft *first = NULL;
    size_t needing = 0;
    if (s->pipeline.kind != SG_REFERENCE_ABSENT)
        return;
    for (size_t i = 0; i < s->functions.count; i++) {
        const struct sg_draft *draft = &s->functions.items[i];
        if (!draft->artifact->image && draft->own.kind == SG_REFERENCE_ABSENT) {
            first = earlier(first, draft);
            needing++;
        }
    }
    for (size_t i = 0; i < s->layers.count; i++) {
        if (!s->layers.items[i].used) {
            first = earlier(first, &s->layers.items[i]);
            needing++;
        }
    }
    if (first == NULL)
        return;
    bool function = first->artifact->kind == SG_FUNCTION;
    struct sg_problem *problem = sg_problem_add(
        s->problems, first->mark, "no code signing configuration governs this %s", function ? "function" : "layer");
    sg_problem_expected(problem, "`code_signing_config` at the top of the file%s",
                        function ? ", or one of the function's own" : ", or a function that uses the layer");
    if (needing > 1)
        sg_problem_note(problem, "%zu more function%s or layer%s without one, too", needing - 1,
                        needing == 2 ? "" : "s", needing == 2 ? " is" : "s are");
}

static sg_result give_functions_configs(struct sg_schema *s, struct sg_error *error)
{
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, s->functions.count + 1, sizeof(struct sg_code_signing_config *), &memory, error));
    const struct sg_code_signing_config **pool = memory;
    for (size_t i = 0; i < s->functions.count; i++) {
        pool[i] = sg_effective_config(s, &s->functions.items[i]);
        if (pool[i] == NULL)
            continue;
        s->functions.items[i].artifact->configs = &pool[i];
        s->functions.items[i].artifact->config_count = 1;
    }
    return SG_OK;
}

static sg_result list_artifacts(struct sg_schema *s, const struct sg_drafts *drafts, const struct sg_artifact ***out,
                                size_t *count, struct sg_error *error)
{
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, drafts->count + 1, sizeof(struct sg_artifact *), &memory, error));
    *out = memory;
    *count = drafts->count;
    for (size_t i = 0; i < drafts->count; i++)
        (*out)[i] = drafts->items[i].artifact;
    return SG_OK;
}

sg_result sg_resolve(struct sg_schema *s, struct sg_error *error)
{
    /* What a name refers to may stand in the part that could not be read. */
    if (!s->complete)
        return SG_OK;
    SG_TRY(resolve_paths(s, error));
    SG_TRY(resolve_names(s, error));
    SG_TRY(give_functions_configs(s, error));
    SG_TRY(sg_resolve_layers(s, error));
    require_pipeline(s);
    SG_TRY(list_artifacts(s, &s->functions, &s->config->functions, &s->config->function_count, error));
    return list_artifacts(s, &s->layers, &s->config->layers, &s->config->layer_count, error);
}
