/* `code_signing_configs`, the definitions of one's own, and references to them. */
#include "base/arn.h"
#include "base/printable.h"
#include "config/schema.h"

static bool ends_with(struct sg_span text, struct sg_span tail)
{
    return text.size >= tail.size && sg_span_equal(sg_span_part(text, text.size - tail.size, tail.size), tail);
}

static bool is_json_path(struct sg_span text)
{
    return ends_with(text, SG_SPAN_LITERAL(".json")) || memchr(text.data, '/', text.size) != NULL;
}

/* A definition that a reference would take for a path or an ARN could never be meant. */
static bool check_definition_name(struct sg_schema *s, const struct sg_node *key)
{
    struct sg_span name = {0};
    if (!sg_want_name(s, key, "the name of a code signing configuration", &name))
        return false;
    if (!is_json_path(name) && !sg_span_starts_with(name, SG_SPAN_LITERAL("arn:")))
        return true;
    struct sg_printable shown;
    struct sg_problem *problem = sg_problem_add(
        s->problems, key->mark, "`%s` cannot be the name of a code signing configuration", sg_printable(&shown, name));
    sg_problem_expected(problem, "a name that has no `/`, does not end in `.json` and does not begin with `arn:`");
    return false;
}

static sg_result read_publishers(struct sg_schema *s, const struct sg_node *list, struct sg_code_signing_config *config,
                                 struct sg_error *error)
{
    if (!sg_want_list(s, list, "`allowed_publishers`"))
        return SG_OK;
    size_t count = 0;
    struct sg_mark mark = list->key->mark;
    for (const struct sg_node *item = list->first; item != NULL; item = item->next) {
        struct sg_span text = {0};
        /* What is too much is shown where it begins. */
        if (count++ == SG_CONFIG_MAX_PUBLISHERS)
            mark = item->mark;
        if (sg_want_text(s, item, "a publisher", &text) && sg_schema_publisher(s, item->mark, "", text))
            SG_TRY(sg_schema_add_publisher(s, item->mark, "", text, config, error));
    }
    if (s->complete)
        (void)sg_schema_publisher_count(s, mark, "", count);
    return SG_OK;
}

static sg_result read_definition(struct sg_schema *s, const struct sg_node *node, struct sg_code_signing_config *config,
                                 struct sg_error *error)
{
    static const char *const policies[2] = {"Warn", "Enforce"};
    const struct sg_node *description = NULL;
    const struct sg_node *publishers = NULL;
    const struct sg_node *policy = NULL;
    const struct sg_field fields[] = {{"description", &description},
                                      {"allowed_publishers", &publishers},
                                      {"untrusted_artifact_on_deployment", &policy}};
    if (!sg_want_fields(s, node, "a code signing configuration", fields, 3))
        return SG_OK;
    struct sg_span text = {0};
    if (description != NULL && sg_want_text(s, description, "`description`", &text))
        config->description = (const char *)text.data;
    sg_want_choice(s, policy, "`untrusted_artifact_on_deployment`", policies, &config->enforce);
    if (publishers != NULL)
        return read_publishers(s, publishers, config, error);
    if (s->complete)
        sg_problem_expected(sg_problem_add(s->problems, node->key->mark, "`allowed_publishers` is missing"),
                            "a list of 1 to %u signing profile version ARNs", SG_CONFIG_MAX_PUBLISHERS);
    return SG_OK;
}

sg_result sg_schema_definitions(struct sg_schema *s, const struct sg_node *node, struct sg_error *error)
{
    if (!sg_want_map(s, node, "`code_signing_configs`"))
        return SG_OK;
    struct sg_definitions *all = &s->definitions;
    for (const struct sg_node *value = node->first; value != NULL; value = value->next) {
        void *memory = NULL;
        SG_TRY(sg_arena_alloc(s->arena, 1, sizeof(struct sg_code_signing_config), &memory, error));
        struct sg_code_signing_config *config = memory;
        bool named = value->key->kind == SG_NODE_TEXT && value->twin == NULL && check_definition_name(s, value->key);
        config->place = value->key->mark.place;
        SG_TRY(read_definition(s, value, config, error));
        if (!named)
            continue;
        config->name = (const char *)value->key->text.data;
        SG_TRY(sg_arena_push(s->arena, (void **)&all->items, &all->count, &all->capacity, sizeof all->items[0], &memory,
                             error));
        *(struct sg_code_signing_config **)memory = config;
    }
    return SG_OK;
}

static void refuse_arn(struct sg_schema *s, const struct sg_reference *reference)
{
    struct sg_printable shown;
    struct sg_arn arn;
    sg_printable(&shown, reference->text);
    if (sg_arn_parse_code_signing_config(reference->text, &arn)) {
        struct sg_problem *problem = sg_problem_add(s->problems, reference->mark, "`%s` " SG_NEEDS_AWS, shown.text);
        sg_problem_expected(problem,
                            "the name of a definition below `code_signing_configs`, or the path of a JSON file");
        sg_problem_note(problem,
                        "such a file: aws lambda get-code-signing-config --code-signing-config-arn %s > csc.json",
                        shown.text);
        return;
    }
    struct sg_problem *problem =
        sg_problem_add(s->problems, reference->mark, "`%s` is not the ARN of a code signing configuration", shown.text);
    sg_problem_expected(problem,
                        "arn:aws:lambda:REGION:ACCOUNT:code-signing-config:csc-ID, ID being 17 lower-case letters "
                        "and digits");
}

void sg_schema_reference(struct sg_schema *s, const struct sg_node *node, struct sg_reference *out)
{
    *out = (struct sg_reference){.kind = SG_REFERENCE_ABSENT};
    if (node == NULL)
        return;
    out->kind = SG_REFERENCE_REFUSED;
    out->mark = node->mark;
    if (!sg_want_text(s, node, "`code_signing_config`", &out->text))
        return;
    if (sg_span_starts_with(out->text, SG_SPAN_LITERAL("arn:"))) {
        refuse_arn(s, out);
    } else if (sg_is_url(out->text)) {
        sg_problem_expected(sg_problem_add(s->problems, node->mark, "`code_signing_config` is a URL"),
                            "a name, an ARN, or the path of a JSON file");
    } else {
        out->kind = is_json_path(out->text) ? SG_REFERENCE_PATH : SG_REFERENCE_NAME;
    }
}
