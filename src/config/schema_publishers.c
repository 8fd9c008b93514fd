/* Allowed publishers: signing profile versions, from the file itself or from a JSON file. */
#include "base/arn.h"
#include "base/printable.h"
#include "config/schema.h"

bool sg_schema_publisher(struct sg_schema *s, struct sg_mark mark, const char *where, struct sg_span arn)
{
    struct sg_arn parts;
    if (sg_arn_parse_profile_version(arn, &parts))
        return true;
    struct sg_printable shown;
    sg_printable(&shown, arn);
    if (sg_arn_parse_profile(arn, &parts)) {
        struct sg_problem *problem =
            sg_problem_add(s->problems, mark, "%s`%s` is a signing profile without its version", where, shown.text);
        sg_problem_expected(problem, "%s/VERSION, VERSION being the 10 characters of one version", shown.text);
        sg_problem_note(problem,
                        "to find it: aws signer get-signing-profile --profile-name %.*s --query profileVersionArn",
                        (int)parts.name.size, (const char *)parts.name.data);
        return false;
    }
    struct sg_problem *problem =
        sg_problem_add(s->problems, mark, "%s`%s` is not the ARN of a signing profile version", where, shown.text);
    sg_problem_expected(problem, "arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION");
    return false;
}

sg_result sg_schema_add_publisher(struct sg_schema *s, struct sg_mark mark, const char *where, struct sg_span arn,
                                  struct sg_code_signing_config *config, struct sg_error *error)
{
    for (size_t i = 0; i < config->publisher_count; i++) {
        if (sg_span_equal(arn, sg_span_text(config->publishers[i]))) {
            struct sg_printable shown;
            sg_problem_add(s->problems, mark, "%sthe publisher `%s` is listed twice", where, sg_printable(&shown, arn));
            return SG_OK;
        }
    }
    /* There are too many of them already, which is a problem of its own. */
    if (config->publisher_count == SG_CONFIG_MAX_PUBLISHERS)
        return SG_OK;
    if (config->publishers == NULL) {
        void *memory = NULL;
        SG_TRY(sg_arena_alloc(s->arena, SG_CONFIG_MAX_PUBLISHERS, sizeof(const char *), &memory, error));
        config->publishers = memory;
    }
    SG_TRY(sg_arena_text(s->arena, arn, &config->publishers[config->publisher_count], error));
    config->publisher_count++;
    return SG_OK;
}

bool sg_schema_publisher_count(struct sg_schema *s, struct sg_mark mark, const char *where, size_t count)
{
    if (count >= 1 && count <= SG_CONFIG_MAX_PUBLISHERS)
        return true;
    struct sg_problem *problem =
        count == 0 ? sg_problem_add(s->problems, mark, "%sno publisher is allowed", where)
                   : sg_problem_add(s->problems, mark, "%s%zu publishers are listed; at most %u are allowed", where,
                                    count, SG_CONFIG_MAX_PUBLISHERS);
    sg_problem_expected(problem, "a list of 1 to %u signing profile version ARNs", SG_CONFIG_MAX_PUBLISHERS);
    return false;
}
