/* `functions` and `layers`: what is to be verified. */
#include "base/arn.h"
#include "base/printable.h"
#include "config/schema.h"

/* The keys of one item. */
struct item {
    const struct sg_node *name;
    const struct sg_node *code;
    const struct sg_node *layers;
    const struct sg_node *own;
    const struct sg_node *pin;
    const struct sg_node *package_type;
};

static const char *what_of(enum sg_artifact_kind kind)
{
    return kind == SG_FUNCTION ? "a function" : "a layer";
}

static void read_name(struct sg_schema *s, const struct sg_node *node, struct sg_draft *draft)
{
    struct sg_span text = {0};
    if (node == NULL) {
        if (s->complete)
            sg_problem_expected(
                sg_problem_add(s->problems, draft->mark, "%s has no `name`", what_of(draft->artifact->kind)),
                "name: NAME");
        return;
    }
    draft->name_mark = node->mark;
    if (sg_want_name(s, node, "`name`", &text))
        draft->artifact->name = (const char *)text.data;
}

static void read_code(struct sg_schema *s, const struct sg_node *node, struct sg_draft *draft)
{
    struct sg_span text = {0};
    struct sg_printable shown;
    if (node == NULL) {
        if (s->complete)
            sg_problem_expected(
                sg_problem_add(s->problems, draft->mark, "%s has no `code`", what_of(draft->artifact->kind)),
                "code: PATH, the zip that is going to be deployed");
        return;
    }
    if (!sg_want_text(s, node, "`code`", &text))
        return;
    bool s3 = sg_span_starts_with(text, SG_SPAN_LITERAL("s3://"));
    if (s3 || sg_span_starts_with(text, SG_SPAN_LITERAL("arn:"))) {
        struct sg_problem *problem =
            sg_problem_add(s->problems, node->mark, "`%s` " SG_NEEDS_AWS, sg_printable(&shown, text));
        sg_problem_expected(problem, "the path of a zip, relative to the folder of this file");
        return;
    }
    if (sg_is_url(text)) {
        struct sg_problem *problem = sg_problem_add(s->problems, node->mark, "`code` is a URL, which is not fetched");
        sg_problem_expected(problem, "the path of a zip, relative to the folder of this file");
        return;
    }
    draft->artifact->code = (const char *)text.data;
}

static void read_pin(struct sg_schema *s, const struct sg_node *node, struct sg_artifact *artifact)
{
    struct sg_span text = {0};
    if (!sg_want_text(s, node, "`code_sha256`", &text))
        return;
    artifact->has_pin = sg_sha256_from_base64(text, artifact->pin);
    if (artifact->has_pin)
        return;
    struct sg_problem *problem =
        sg_problem_add(s->problems, node->mark, "`code_sha256` is not the base64 form of a SHA-256 digest");
    sg_problem_expected(problem, "44 characters that end in `=`, as Lambda's CodeSha256");
    sg_problem_note(problem, "to make it: openssl dgst -sha256 -binary FILE | openssl base64");
}

/* "Code signing isn't supported for functions defined as container images" (AWS Lambda developer guide, code signing). */
static void refuse_for_image(struct sg_schema *s, const struct sg_node *node, const char *reason)
{
    if (node == NULL)
        return;
    struct sg_problem *problem =
        sg_problem_add(s->problems, node->key->mark, "`%s` does not go with `package_type: Image`",
                       (const char *)node->key->text.data);
    sg_problem_note(problem, "%s", reason);
}

static void read_image(struct sg_schema *s, const struct item *item)
{
    refuse_for_image(s, item->code, "a container image has no zip; its function is reported as not applicable");
    refuse_for_image(s, item->layers, "a container image brings everything with it; AWS Lambda gives it no layers");
    refuse_for_image(s, item->own, "AWS Lambda does not support code signing for container images");
    refuse_for_image(s, item->pin, "a container image has no zip whose digest could be pinned");
}

static sg_result read_item(struct sg_schema *s, const struct sg_node *node, struct sg_draft *draft)
{
    static const char *const types[2] = {"Zip", "Image"};
    struct item item = {0};
    struct sg_artifact *artifact = draft->artifact;
    const struct sg_field fields[] = {
        {"name", &item.name},
        {"code", &item.code},
        {"code_sha256", &item.pin},
        {"layers", &item.layers},
        {"code_signing_config", &item.own},
        {"package_type", &item.package_type},
    };
    /* The first three are those that a layer has, too. */
    size_t count = artifact->kind == SG_FUNCTION ? 6 : 3;
    if (!sg_want_fields(s, node, what_of(artifact->kind), fields, count))
        return SG_OK;
    read_name(s, item.name, draft);
    sg_want_choice(s, item.package_type, "`package_type`", types, &artifact->image);
    if (artifact->image) {
        read_image(s, &item);
        return SG_OK;
    }
    read_code(s, item.code, draft);
    if (item.pin != NULL)
        read_pin(s, item.pin, artifact);
    sg_schema_reference(s, item.own, &draft->own);
    if (item.layers != NULL && sg_want_list(s, item.layers, "`layers`"))
        draft->layers = item.layers;
    return SG_OK;
}

/* Orders drafts by name, those of one name by place; refused names last. */
static int by_name(const void *left, const void *right)
{
    const struct sg_draft *a = *(const struct sg_draft *const *)left;
    const struct sg_draft *b = *(const struct sg_draft *const *)right;
    if (a->artifact->name == NULL || b->artifact->name == NULL)
        return (a->artifact->name == NULL) - (b->artifact->name == NULL);
    int order = strcmp(a->artifact->name, b->artifact->name);
    if (order != 0)
        return order;
    return a < b ? -1 : (a > b ? 1 : 0); /* items of one array, in the file's order */
}

static sg_result check_unique(struct sg_schema *s, const struct sg_drafts *drafts, struct sg_error *error)
{
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, drafts->count + 1, sizeof(struct sg_draft *), &memory, error));
    const struct sg_draft **sorted = memory;
    for (size_t i = 0; i < drafts->count; i++)
        sorted[i] = &drafts->items[i];
    if (drafts->count > 1)
        qsort(sorted, drafts->count, sizeof sorted[0], by_name);
    const struct sg_draft *first = NULL;
    for (size_t i = 0; i < drafts->count && sorted[i]->artifact->name != NULL; i++) {
        const struct sg_draft *draft = sorted[i];
        if (first == NULL || strcmp(first->artifact->name, draft->artifact->name) != 0) {
            first = draft;
            continue;
        }
        struct sg_printable shown;
        struct sg_problem *problem =
            sg_problem_add(s->problems, draft->name_mark, "%s named `%s` is there already",
                           what_of(draft->artifact->kind), sg_printable_text(&shown, draft->artifact->name));
        sg_problem_note(problem, "it stands first in line %u", first->name_mark.place.line);
    }
    return SG_OK;
}

static sg_result add_draft(struct sg_schema *s, struct sg_drafts *drafts, const struct sg_node *node,
                           enum sg_artifact_kind kind, struct sg_error *error)
{
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, 1, sizeof(struct sg_artifact), &memory, error));
    struct sg_artifact *artifact = memory;
    artifact->kind = kind;
    artifact->place = node->mark.place;
    SG_TRY(sg_arena_push(s->arena, (void **)&drafts->items, &drafts->count, &drafts->capacity, sizeof drafts->items[0],
                         &memory, error));
    struct sg_draft *draft = memory;
    draft->artifact = artifact;
    draft->mark = node->mark;
    return read_item(s, node, draft);
}

sg_result sg_schema_artifacts(struct sg_schema *s, const struct sg_node *node, enum sg_artifact_kind kind,
                              struct sg_error *error)
{
    struct sg_drafts *drafts = kind == SG_FUNCTION ? &s->functions : &s->layers;
    if (!sg_want_list(s, node, kind == SG_FUNCTION ? "`functions`" : "`layers`"))
        return SG_OK;
    for (const struct sg_node *item = node->first; item != NULL; item = item->next) {
        if (s->functions.count + s->layers.count == SG_CONFIG_MAX_ARTIFACTS) {
            sg_problem_add(s->problems, item->mark, "there are more than %u functions and layers",
                           SG_CONFIG_MAX_ARTIFACTS);
            s->complete = false; /* what the rest defines is not known */
            break;
        }
        SG_TRY(add_draft(s, drafts, item, kind, error));
    }
    return check_unique(s, drafts, error);
}
