/* The top of the file: which parts there are, and that there is something to verify. */
#include "config/schema.h"

#include "base/printable.h"

static void read_version(struct sg_schema *s, const struct sg_node *node)
{
    struct sg_span text = {0};
    if (node == NULL) {
        if (s->complete)
            sg_problem_expected(sg_problem_add(s->problems, sg_mark_start(), "`version` is missing"), "version: 1");
        return;
    }
    if (!sg_want_word(s, node, "`version`", &text))
        return;
    if (node->plain && sg_span_equal(text, SG_SPAN_LITERAL("1")))
        return;
    struct sg_printable shown;
    struct sg_problem *problem = sg_problem_add(s->problems, node->mark, "`version` cannot be %s`%s`",
                                                node->plain ? "" : "the text ", sg_printable(&shown, text));
    sg_problem_expected(problem, "the number 1, the only version there is");
}

/* `strict: true`, as the number 1 above: without quotes, so that no reader takes it for text. */
static void read_strict(struct sg_schema *s, const struct sg_node *node)
{
    static const char *const words[2] = {"false", "true"};
    if (node != NULL && node->kind == SG_NODE_TEXT && !node->plain) {
        sg_problem_expected(sg_problem_add(s->problems, node->mark, "`strict` is a text"),
                            "false or true, without quotes");
        return;
    }
    sg_want_choice(s, node, "`strict`", words, &s->config->strict);
}

static size_t listed(const struct sg_node *node)
{
    /* What was refused has its own problem; it is not called missing. */
    return node == NULL ? 0 : (node->kind == SG_NODE_LIST ? node->count : 1);
}

/* A gate with nothing to verify would pass everything. */
static void check_not_empty(struct sg_schema *s, const struct sg_node *functions, const struct sg_node *layers)
{
    if (!s->complete || listed(functions) + listed(layers) > 0)
        return;
    struct sg_mark mark =
        functions != NULL ? functions->key->mark : (layers != NULL ? layers->key->mark : sg_mark_start());
    struct sg_problem *problem =
        sg_problem_add(s->problems, mark, "there are no functions and no layers: nothing to verify");
    sg_problem_expected(problem, "`functions` or `layers` with at least one item, - name: NAME, code: PATH");
}

sg_result sg_schema_read(struct sg_schema *s, const struct sg_node *root, struct sg_error *error)
{
    const struct sg_node *version = NULL;
    const struct sg_node *strict = NULL;
    const struct sg_node *pipeline = NULL;
    const struct sg_node *definitions = NULL;
    const struct sg_node *functions = NULL;
    const struct sg_node *layers = NULL;
    const struct sg_node *trust = NULL;
    const struct sg_node *revocation = NULL;
    const struct sg_field fields[] = {
        {"version", &version},
        {"code_signing_config", &pipeline},
        {"code_signing_configs", &definitions},
        {"functions", &functions},
        {"layers", &layers},
        {"trust", &trust},
        {"revocation", &revocation},
        {"strict", &strict},
    };
    if (!sg_want_fields(s, root, "the file", fields, sizeof fields / sizeof fields[0]))
        return SG_OK;
    read_version(s, version);
    read_strict(s, strict);
    sg_schema_reference(s, pipeline, &s->pipeline);
    if (definitions != NULL)
        SG_TRY(sg_schema_definitions(s, definitions, error));
    if (functions != NULL)
        SG_TRY(sg_schema_artifacts(s, functions, SG_FUNCTION, error));
    if (layers != NULL)
        SG_TRY(sg_schema_artifacts(s, layers, SG_LAYER, error));
    check_not_empty(s, functions, layers);
    SG_TRY(sg_schema_trust(s, trust, error));
    SG_TRY(sg_schema_revocation(s, revocation, error));
    return sg_resolve(s, error);
}
