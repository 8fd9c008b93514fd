/*
 * A package whose every fact is proven, to be bent one fact at a time.
 */
#ifndef SG_TESTS_VERDICT_FIXTURE_H
#define SG_TESTS_VERDICT_FIXTURE_H

#include "unit.h"

#include "verdict/verdict.h"

#define RELEASE "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"
#define HOTFIX  "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Hotfix/0123456789"
#define UUID    "66666666-7777-8888-9999-000000000000"
#define JOB     "arn:aws:signer:us-east-1:123456789012:/signing-jobs/" UUID

/* Signed 2026-11-02T10:11:12.345Z, judged 2026-11-23T17:00:00Z, expires 2037-11-02T10:11:12.345Z. */
static const struct sg_time signing_time = {.unix_seconds = 1793614272, .nanoseconds = 345000000, .fraction_digits = 3};
static const struct sg_time judging_time = {.unix_seconds = 1795453200};
static const struct sg_time expiry_time = {.unix_seconds = 2140769472, .nanoseconds = 345000000, .fraction_digits = 3};

static const char *one_publisher[] = {RELEASE};
static const struct sg_code_signing_config enforce_config = {
    .name = "release", .publishers = one_publisher, .publisher_count = 1, .enforce = true};
static const struct sg_code_signing_config warn_config = {
    .name = "canary", .publishers = one_publisher, .publisher_count = 1};
static const struct sg_artifact function = {.kind = SG_FUNCTION, .name = "checkout", .code = "dist/checkout.zip"};

static inline struct sg_facts good_facts(void)
{
    return (struct sg_facts){
        .was_read = true,
        .package = {.structure = {.outcome = SG_PROVEN},
                    .has_sha256 = true,
                    .sha256 = {3},
                    .has_signature = true,
                    .size = 2785},
        .envelope = {.format = {.outcome = SG_PROVEN},
                     .signature = {.outcome = SG_PROVEN},
                     .chain = {.outcome = SG_PROVEN},
                     .content = {.outcome = SG_PROVEN},
                     .has_claims = true,
                     .claims = {.profile_version_arn = RELEASE,
                                .job_arn = JOB,
                                .signed_at = signing_time,
                                .expires_at = expiry_time}},
        .revocation = {.outcome = SG_PROVEN},
    };
}

static inline struct sg_judging usual_judging(void)
{
    return (struct sg_judging){.now = judging_time, .revocation_configured = true};
}

static inline struct sg_proof refuted(enum sg_rule rule, const char *message)
{
    return (struct sg_proof){.outcome = SG_REFUTED, .rule = rule, .message = message};
}

static inline void judge(const struct sg_artifact *artifact, const struct sg_facts *facts,
                         const struct sg_code_signing_config *config, const struct sg_judging *judging,
                         struct sg_arena *arena, struct sg_judgement *out)
{
    struct sg_error error = {0};
    *arena = sg_arena_make((size_t)1024 * 1024);
    assert_done(sg_judge(artifact, facts, config, judging, arena, out, &error), error);
}

#endif
