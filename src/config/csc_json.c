/* A code signing configuration in a JSON file, as `aws lambda get-code-signing-config` prints it. The only reader of JSON in
 * this room; jansson's types stay here. Members that AWS adds are ignored; those that are used are read strictly. */
#include <jansson.h>

#include "base/arn.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/printable.h"
#include "config/raw.h"
#include "config/schema.h"

#define EXPECTED_FILE "a JSON file with what `aws lambda get-code-signing-config` prints"

/* What a message about the file needs. */
struct source {
    struct sg_schema *schema;
    struct sg_mark mark;      /* of the reference in the configuration file */
    struct sg_printable path; /* of the JSON file */
    const char *where;        /* "`PATH`: ", in front of messages */
    size_t problems_before;
};

static void free_json(json_t **value)
{
    json_decref(*value);
}

static sg_result read_bytes(struct source *source, struct sg_span path, struct sg_buffer *out, bool *good,
                            struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) char *full = NULL;
    struct sg_error cause = {0};
    SG_TRY(sg_path_join(source->schema->config->folder, path, &full, error));
    *good = sg_file_read(full, SG_CONFIG_JSON_MAX_BYTES, out, &cause).done;
    if (*good)
        return SG_OK;
    if (cause.code == SG_ERROR_MEMORY)
        return sg_fail_memory(error);
    struct sg_problem *problem = sg_problem_add(source->schema->problems, source->mark,
                                                "the code signing configuration cannot be read: %s", cause.message);
    sg_problem_expected(problem, EXPECTED_FILE);
    return SG_OK;
}

static json_t *parse(struct source *source, struct sg_span bytes)
{
    json_error_t flaw = {0};
    struct sg_printable shown;
    json_t *root = json_loadb((const char *)bytes.data, bytes.size, JSON_REJECT_DUPLICATES, &flaw);
    if (root != NULL)
        return root;
    if (json_error_code(&flaw) == json_error_out_of_memory)
        source->schema->problems->out_of_memory = true;
    bool nul = json_error_code(&flaw) == json_error_null_character;
    struct sg_problem *problem =
        sg_problem_add(source->schema->problems, source->mark, "%sline %d, column %d: %s", source->where, flaw.line,
                       flaw.column, nul ? "a text has a NUL in it" : sg_printable_text(&shown, flaw.text));
    sg_problem_expected(problem, EXPECTED_FILE);
    return NULL;
}

/* A member of an object, or NULL when it is not there; a problem when it is not of the wanted type. */
static json_t *member(struct source *source, json_t *object, const char *name, json_type type, const char *type_name)
{
    json_t *value = json_object_get(object, name);
    if (value == NULL || json_typeof(value) == type)
        return value;
    sg_problem_expected(
        sg_problem_add(source->schema->problems, source->mark, "%s%s has the wrong type", source->where, name), "%s",
        type_name);
    return NULL;
}

/* A text without control or invisible characters; false when it is not there or was refused. */
static bool text_member(struct source *source, json_t *object, const char *name, struct sg_span *out)
{
    uint32_t c = 0;
    json_t *value = member(source, object, name, JSON_STRING, "a text");
    if (value == NULL)
        return false;
    *out = sg_span_of(json_string_value(value), json_string_length(value));
    const char *flaw = sg_text_flaw(*out, &c);
    if (flaw != NULL)
        sg_problem_add(source->schema->problems, source->mark, "%s%s has %s in it, U+%04X", source->where, name, flaw,
                       (unsigned)c);
    return flaw == NULL;
}

static sg_result read_publishers(struct source *source, json_t *object, struct sg_code_signing_config *config,
                                 struct sg_error *error)
{
    struct sg_schema *s = source->schema;
    json_t *publishers = member(source, object, "AllowedPublishers", JSON_OBJECT, "an object");
    json_t *list = publishers == NULL
                       ? NULL
                       : member(source, publishers, "SigningProfileVersionArns", JSON_ARRAY, "an array of texts");
    if (list == NULL) {
        if (s->problems->total == source->problems_before)
            sg_problem_expected(
                sg_problem_add(s->problems, source->mark, "%sthere are no allowed publishers", source->where),
                "{\"CodeSigningConfig\": {\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"ARN\"]}}}");
        return SG_OK;
    }
    (void)sg_schema_publisher_count(s, source->mark, source->where, json_array_size(list));
    size_t i = 0;
    json_t *item = NULL;
    json_array_foreach(list, i, item)
    {
        struct sg_span arn = sg_span_of(json_string_value(item), json_string_length(item));
        if (!json_is_string(item))
            sg_problem_add(s->problems, source->mark, "%sa publisher is not a text", source->where);
        else if (sg_schema_publisher(s, source->mark, source->where, arn))
            SG_TRY(sg_schema_add_publisher(s, source->mark, source->where, arn, config, error));
    }
    return SG_OK;
}

static void read_policy(struct source *source, json_t *object, struct sg_code_signing_config *config)
{
    static const char *const words[2] = {"Warn", "Enforce"};
    struct sg_span text = {0};
    /* AWS always prints it. Its default is Warn, which a file that lost the member must not come to by accident. */
    json_t *there = json_object_get(json_object_get(object, "CodeSigningPolicies"), "UntrustedArtifactOnDeployment");
    json_t *policies = member(source, object, "CodeSigningPolicies", JSON_OBJECT, "an object");
    if (there == NULL && (policies != NULL || json_object_get(object, "CodeSigningPolicies") == NULL))
        sg_problem_expected(sg_problem_add(source->schema->problems, source->mark,
                                           "%sCodeSigningPolicies.UntrustedArtifactOnDeployment is missing",
                                           source->where),
                            "Warn or Enforce, as get-code-signing-config prints it");
    if (there == NULL || policies == NULL || !text_member(source, policies, "UntrustedArtifactOnDeployment", &text))
        return;
    config->enforce = sg_span_equal(text, sg_span_text(words[1]));
    if (config->enforce || sg_span_equal(text, sg_span_text(words[0])))
        return;
    struct sg_printable shown;
    struct sg_problem *problem =
        sg_problem_add(source->schema->problems, source->mark, "%sUntrustedArtifactOnDeployment cannot be `%s`",
                       source->where, sg_printable(&shown, text));
    sg_problem_expected(problem, "Warn or Enforce");
    sg_problem_nearest(problem, sg_nearest_word((const char *)text.data, words, 2));
}

static sg_result read_object(struct source *source, json_t *object, struct sg_code_signing_config *config,
                             struct sg_error *error)
{
    struct sg_schema *s = source->schema;
    struct sg_span text = {0};
    struct sg_arn parts;
    SG_TRY(read_publishers(source, object, config, error));
    read_policy(source, object, config);
    if (text_member(source, object, "Description", &text) && text.size > 0)
        SG_TRY(sg_arena_text(s->arena, text, &config->description, error));
    if (!text_member(source, object, "CodeSigningConfigArn", &text))
        return SG_OK;
    if (sg_arn_parse_code_signing_config(text, &parts))
        return sg_arena_text(s->arena, text, &config->arn, error);
    struct sg_printable shown;
    sg_problem_add(s->problems, source->mark, "%s`%s` is not the ARN of a code signing configuration", source->where,
                   sg_printable(&shown, text));
    return SG_OK;
}

/* The object itself, or the one below "CodeSigningConfig" that AWS's answer wraps it in. */
static json_t *unwrap(struct source *source, json_t *root)
{
    if (!json_is_object(root)) {
        sg_problem_expected(
            sg_problem_add(source->schema->problems, source->mark, "%sthe file holds no object", source->where),
            "{\"CodeSigningConfig\": {…}}");
        return NULL;
    }
    if (json_object_get(root, "CodeSigningConfig") == NULL)
        return root;
    return member(source, root, "CodeSigningConfig", JSON_OBJECT, "an object");
}

sg_result sg_csc_json_read(struct sg_schema *s, const struct sg_reference *reference,
                           const struct sg_code_signing_config **out, struct sg_error *error)
{
    struct source source = {.schema = s, .mark = reference->mark, .problems_before = s->problems->total};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer bytes = sg_buffer_make(0);
    bool good = false;
    *out = NULL;
    sg_printable(&source.path, reference->text);
    SG_TRY(sg_arena_printf(s->arena, &source.where, error, "`%s`: ", source.path.text));
    SG_TRY(read_bytes(&source, reference->text, &bytes, &good, error));
    if (!good)
        return SG_OK;
    SG_CLEANUP(free_json) json_t *root = parse(&source, sg_buffer_span(&bytes));
    json_t *object = root == NULL ? NULL : unwrap(&source, root);
    if (object == NULL)
        return SG_OK;
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(s->arena, 1, sizeof(struct sg_code_signing_config), &memory, error));
    struct sg_code_signing_config *config = memory;
    config->name = (const char *)reference->text.data;
    config->place = reference->mark.place;
    SG_TRY(read_object(&source, object, config, error));
    if (s->problems->total == source.problems_before)
        *out = config;
    return SG_OK;
}
