/*
 * The judging of one artifact, and how its findings are worded. Inside the verdict room only.
 */
#ifndef SG_VERDICT_FINDINGS_H
#define SG_VERDICT_FINDINGS_H

#include "verdict/verdict.h"

struct sg_case {
    const struct sg_artifact *artifact;
    const struct sg_facts *facts;
    const struct sg_code_signing_config *config;
    const struct sg_judging *judging;
    bool enforce; /* the policy that holds */
    struct sg_arena *arena;
    struct sg_judgement *judgement;
    struct sg_error *error;
};

/* The check fails, or cannot be decided, by this rule: sets its result, keeping the first reason, and adds a finding of
 * `level`. `detail` may be NULL. Foreign bytes reach the format only through sg_printable. */
SG_RESULT sg_case_fail(struct sg_case *the_case, enum sg_rule rule, enum sg_level level, const char *detail,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));
SG_RESULT sg_case_undecided(struct sg_case *the_case, enum sg_rule rule, enum sg_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A finding that changes no check. */
SG_RESULT sg_case_notice(struct sg_case *the_case, enum sg_rule rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* How to mend what `rule` found in this case. Printable, in the arena. */
SG_RESULT sg_case_help(const struct sg_case *the_case, enum sg_rule rule, const char **out);

/* "Release/AbCdEf0123" of a signing profile version ARN, the UUID of a job ARN; the whole text when it is neither. In the
 * arena. */
SG_RESULT sg_case_short_profile(const struct sg_case *the_case, const char *arn, const char **out);
SG_RESULT sg_case_short_job(const struct sg_case *the_case, const char *arn, const char **out);

#endif
