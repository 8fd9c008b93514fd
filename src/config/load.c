#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"
#include "config/raw.h"
#include "config/schema.h"

void sg_config_free(struct sg_config **config)
{
    if (*config == NULL)
        return;
    sg_arena_free(&(*config)->arena);
    free(*config);
    *config = NULL;
}

static sg_result new_config(const char *path, struct sg_config **out, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) char *folder = NULL;
    SG_CLEANUP(sg_config_free) struct sg_config *config = calloc(1, sizeof *config);
    if (config == NULL)
        return sg_fail_memory(error);
    config->arena = sg_arena_make(SG_CONFIG_ARENA_MAX_BYTES);
    SG_TRY(sg_path_folder(path, &folder, error));
    SG_TRY(sg_arena_text(&config->arena, sg_span_text(folder), &config->folder, error));
    SG_TRY(sg_arena_text(&config->arena, sg_span_text(path), &config->path, error));
    *out = SG_TAKE(config);
    return SG_OK;
}

static void report_empty(struct sg_problems *problems)
{
    struct sg_problem *problem =
        sg_problem_add(problems, sg_mark_start(), "the file is empty%s",
                       problems->source.size > 0 ? ": there is nothing in it but comments and blank lines" : "");
    sg_problem_expected(problem, "version: 1, code_signing_config, code_signing_configs, functions, …");
}

static bool is_nothing(const struct sg_node *root)
{
    return root == NULL ||
           (root->kind == SG_NODE_TEXT && root->plain && sg_yaml_plain_type(root->text) == SG_YAML_NULL);
}

static sg_result read_source(struct sg_config *config, struct sg_problems *problems, struct sg_error *error)
{
    struct sg_node *root = NULL;
    struct sg_schema schema = {.config = config, .arena = &config->arena, .problems = problems};
    sg_raw_check(problems);
    if (problems->total > 0)
        return SG_OK;
    SG_TRY(sg_yaml_read(problems, &config->arena, &root, &schema.complete, error));
    if (is_nothing(root)) {
        /* After a syntax error at the very start there is no root either; that problem is told already. */
        if (schema.complete)
            report_empty(problems);
        return SG_OK;
    }
    return sg_schema_read(&schema, root, error);
}

/* A file that is too large is a problem of the configuration, not of reading it. */
static sg_result read_file(const char *path, struct sg_buffer *bytes, struct sg_problems *problems,
                           struct sg_error *error)
{
    struct sg_error cause = {0};
    if (sg_file_read(path, SG_CONFIG_MAX_BYTES, bytes, &cause).done)
        return SG_OK;
    if (cause.code != SG_ERROR_REFUSED) {
        if (error != NULL)
            *error = cause;
        return SG_FAILED;
    }
    sg_problem_add(problems, sg_mark_start(), "%s", cause.message);
    return SG_OK;
}

static sg_result fail_with(const struct sg_problems *problems, struct sg_buffer *out, struct sg_error *error)
{
    struct sg_printable shown;
    SG_TRY(sg_problems_render(problems, out, error));
    return sg_fail(error, SG_ERROR_CONFIGURATION, "%s has %zu problem%s", sg_printable_text(&shown, problems->path),
                   problems->total, problems->total == 1 ? "" : "s");
}

sg_result sg_config_load(const char *path, struct sg_config **out, struct sg_buffer *problems_text,
                         struct sg_error *error)
{
    SG_CLEANUP(sg_config_free) struct sg_config *config = NULL;
    SG_CLEANUP(sg_problems_free) struct sg_problems problems = {.path = path};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer bytes = sg_buffer_make(0);
    SG_TRY(new_config(path, &config, error));
    SG_TRY(read_file(path, &bytes, &problems, error));
    if (problems.total == 0) {
        SG_TRY(sg_sha256(sg_buffer_span(&bytes), config->sha256, error));
        problems.source = sg_raw_skip_bom(sg_buffer_span(&bytes));
        SG_TRY(sg_arena_copy(&config->arena, problems.source, &config->source, error));
        SG_TRY(read_source(config, &problems, error));
    }
    if (problems.total > 0)
        return fail_with(&problems, problems_text, error);
    if (problems.out_of_memory)
        return sg_fail_memory(error);
    *out = SG_TAKE(config);
    return SG_OK;
}

sg_result sg_config_show_problems(const struct sg_config *config, const struct sg_file_problem *problems, size_t count,
                                  struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_problems_free) struct sg_problems shown = {.path = config->path, .source = config->source};
    for (size_t i = 0; i < count; i++) {
        struct sg_mark mark = {.place = problems[i].file->place, .width = problems[i].file->width};
        sg_problem_expected(sg_problem_add(&shown, mark, "%s", problems[i].message),
                            "a PEM file with certificates, its path relative to the folder of this file");
    }
    return sg_problems_render(&shown, out, error);
}
