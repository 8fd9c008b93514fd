/*
 * What must hold of any configuration that was loaded, and of the text about one that was not.
 */
#ifndef SG_TESTS_FUZZ_CONFIG_PROMISES_H
#define SG_TESTS_FUZZ_CONFIG_PROMISES_H

#include "base/arn.h"
#include "base/url.h"
#include "config/config.h"
#include "fuzz.h"

static inline void check_code_signing_config(const struct sg_code_signing_config *config)
{
    must(config->name != NULL && config->name[0] != '\0');
    must(config->publisher_count >= 1 && config->publisher_count <= SG_CONFIG_MAX_PUBLISHERS);
    for (size_t i = 0; i < config->publisher_count; i++) {
        struct sg_arn arn;
        must(sg_arn_parse_profile_version(sg_span_text(config->publishers[i]), &arn));
        for (size_t j = 0; j < i; j++)
            must(strcmp(config->publishers[i], config->publishers[j]) != 0);
    }
    struct sg_arn arn;
    must(config->arn == NULL || sg_arn_parse_code_signing_config(sg_span_text(config->arn), &arn));
}

static inline void check_artifact(const struct sg_artifact *artifact, enum sg_artifact_kind kind)
{
    must(artifact->kind == kind && artifact->name != NULL && artifact->name[0] != '\0');
    must(strlen(artifact->name) <= SG_CONFIG_NAME_MAX_BYTES && is_one_printable_line(artifact->name));
    must(artifact->image == (artifact->code == NULL) && artifact->image == (artifact->config_count == 0));
    must(artifact->place.line > 0 && artifact->place.column > 0 && artifact->layer_count <= SG_CONFIG_MAX_LAYERS);
    for (size_t i = 0; i < artifact->config_count; i++)
        check_code_signing_config(artifact->configs[i]);
    for (size_t i = 0; i < artifact->layer_count; i++)
        must(artifact->layers[i]->kind == SG_LAYER);
}

static inline void check_source(const struct sg_source_setting *source)
{
    must((source->url == NULL) != (source->path == NULL));
    must(source->url == NULL || sg_url_problem(source->url) == NULL);
}

static inline void check_config(const struct sg_config *config)
{
    must(config->function_count + config->layer_count <= 2 * SG_CONFIG_MAX_ARTIFACTS);
    for (size_t i = 0; i < config->function_count; i++)
        check_artifact(config->functions[i], SG_FUNCTION);
    for (size_t i = 0; i < config->layer_count; i++)
        check_artifact(config->layers[i], SG_LAYER);
    must(config->trust_aws || config->root_file_count > 0);
    must(config->source_count <= SG_CONFIG_MAX_SOURCES);
    for (size_t i = 0; i < config->source_count; i++)
        check_source(&config->sources[i]);
    must(config->source_timeout_ms > 0 && config->source_timeout_ms <= SG_SOURCE_TIMEOUT_MAX_MS);
}

/* Lines that may be printed, each of them safe. */
static inline void check_problems(const struct sg_buffer *problems)
{
    const char *text = sg_buffer_text(problems);
    must(problems->size > 0 && strlen(text) == problems->size && text[problems->size - 1] == '\n');
    char *copy = strdup(text);
    must(copy != NULL);
    char *rest = copy;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
        must(is_one_printable_line(line));
    free(copy);
}

/* Loads what is at `path`: a configuration that keeps its promises, or problems that can be shown. True when it was loaded. */
static inline bool check_load(const char *path)
{
    struct sg_error error = {0};
    struct sg_config *config = NULL;
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    bool loaded = sg_config_load(path, &config, &problems, &error).done;
    if (loaded) {
        must(problems.size == 0);
        check_config(config);
    } else {
        must(config == NULL && error.code == SG_ERROR_CONFIGURATION && is_one_printable_line(error.message));
        check_problems(&problems);
    }
    sg_config_free(&config);
    sg_buffer_free(&problems);
    return loaded;
}

#endif
