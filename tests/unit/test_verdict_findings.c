/* What a person reads: every rule's message, help and detail; the boundaries of times; what is said beside a failure. */
#include "test_verdict_fixture.h"

/* The one finding of a judgement. */
static void assert_finding(const char *what, const struct sg_judgement *judgement, size_t index, enum sg_rule rule,
                           enum sg_level level, const char *message)
{
    if (index >= judgement->finding_count)
        fail_msg("%s: only %zu findings", what, judgement->finding_count);
    const struct sg_finding *finding = &judgement->findings[index];
    if (strcmp(finding->message, message) != 0)
        fail_msg("%s:\n  is     %s\n  wanted %s", what, finding->message, message);
    assert_int_equal(finding->rule, rule);
    assert_int_equal(finding->level, level);
    assert_int_equal(finding->check, sg_rule_check(rule));
}

static void assert_check(const struct sg_judgement *judgement, enum sg_rule rule, enum sg_status status)
{
    const struct sg_check_result *check = &judgement->checks[sg_rule_check(rule)];
    assert_int_equal(check->status, status);
    assert_int_equal(check->rule, rule);
}

/* --- integrity -------------------------------------------------------------------------------------------------------------- */

#define SIGN_AGAIN "sign the package again with AWS Signer (or `sealgate sign`); a signature cannot be repaired"
#define PACK_AGAIN "build the zip with a common packager in one go, sign that, and let nothing rewrite it afterwards"

enum fact { STRUCTURE, FORMAT, SIGNATURE, CHAIN, CONTENT };

static void test_integrity(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        enum fact fact;
        enum sg_rule rule;
        const char *message; /* of the proof, and of the finding unless `finding` is another */
        const char *finding;
        const char *help;
    } rows[] = {
        {"malformed", STRUCTURE, SG_RULE_MALFORMED_PACKAGE, "the file is not a zip archive", NULL, PACK_AGAIN},
        {"ambiguous", STRUCTURE, SG_RULE_AMBIGUOUS_PACKAGE, "`a` is there twice", NULL, PACK_AGAIN},
        {"too large", STRUCTURE, SG_RULE_PACKAGE_TOO_LARGE, "the file has 9 bytes", NULL,
         "make the package smaller: Lambda takes 250 MB unpacked, layers included"},
        {"format", FORMAT, SG_RULE_MALFORMED_SIGNATURE, "the CMS is odd", NULL, SIGN_AGAIN},
        {"signature", SIGNATURE, SG_RULE_SIGNATURE_INVALID, "another key", NULL, SIGN_AGAIN},
        {"chain", CHAIN, SG_RULE_UNTRUSTED_ROOT, "no trusted root", NULL,
         "sign with AWS Signer; or, if this root is your own, name its PEM file in trust.roots"},
        {"chain", CHAIN, SG_RULE_MALFORMED_SIGNATURE, "the leaf is a CA", NULL, SIGN_AGAIN},
        {"content", CONTENT, SG_RULE_CONTENT_MODIFIED, "the content is another",
         "the content is not what job " UUID
         " signed on 2026-11-02; a file was changed, renamed, added, removed or moved since",
         "build and sign again; nothing may touch the zip between signing and deploying"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_facts facts = good_facts();
        struct sg_proof *const proofs[] = {&facts.package.structure, &facts.envelope.format, &facts.envelope.signature,
                                           &facts.envelope.chain, &facts.envelope.content};
        const struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        *proofs[rows[i].fact] = refuted(rows[i].rule, rows[i].message);
        judge(&function, &facts, &warn_config, &judging, &arena, &judgement);
        assert_finding(rows[i].what, &judgement, 0, rows[i].rule, SG_LEVEL_ERROR,
                       rows[i].finding != NULL ? rows[i].finding : rows[i].message);
        assert_int_equal(judgement.finding_count, 1);
        assert_string_equal(judgement.findings[0].help, rows[i].help);
        assert_null(judgement.findings[0].detail);
        assert_check(&judgement, rows[i].rule, SG_STATUS_FAIL);
        assert_ptr_equal(judgement.checks[SG_CHECK_INTEGRITY].message, judgement.findings[0].message);
        assert_int_equal(judgement.action, SG_ACTION_BLOCK);
        sg_arena_free(&arena);
    }
}

/* --- times (ATTACKS.md CM-31, CM-32) ---------------------------------------------------------------------------------------- */

static struct sg_time plus_milliseconds(struct sg_time time, int64_t milliseconds)
{
    int64_t total = (int64_t)time.nanoseconds + milliseconds % 1000 * 1000000;
    time.unix_seconds += milliseconds / 1000 + (total < 0 ? -1 : total / 1000000000);
    time.nanoseconds = (uint32_t)(total < 0 ? total + 1000000000 : total % 1000000000);
    return time;
}

static void test_expiry(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t milliseconds; /* now, from the expiry on */
        enum sg_status status;
    } rows[] = {
        {"a millisecond before", -1, SG_STATUS_PASS}, {"at the expiry", 0, SG_STATUS_FAIL},
        {"a millisecond after", 1, SG_STATUS_FAIL},   {"a second before", -1000, SG_STATUS_PASS},
        {"a second after", 1000, SG_STATUS_FAIL},     {"a year after", 31536000000, SG_STATUS_FAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sg_facts facts = good_facts();
        struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        judging.now = plus_milliseconds(expiry_time, rows[i].milliseconds);
        judge(&function, &facts, &enforce_config, &judging, &arena, &judgement);
        if (judgement.checks[SG_CHECK_EXPIRY].status != rows[i].status)
            fail_msg("%s: %s", rows[i].what, sg_status_name(judgement.checks[SG_CHECK_EXPIRY].status));
        if (rows[i].status == SG_STATUS_FAIL) {
            assert_finding(rows[i].what, &judgement, 0, SG_RULE_SIGNATURE_EXPIRED, SG_LEVEL_ERROR,
                           "the signature of 2026-11-02 expired on 2037-11-02T10:11:12.345Z");
            assert_string_equal(judgement.findings[0].help,
                                "sign the package again; consider a longer validity period in the signing profile");
        }
        sg_arena_free(&arena);
    }
}

static void test_signing_time(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t milliseconds; /* now, from the signing time on */
        const char *message;  /* NULL: passes */
    } rows[] = {
        {"at the signing time", 0, NULL},
        {"299.999 s ahead", -299999, NULL},
        {"300 s ahead", -300000, NULL},
        {"300.001 s ahead", -300001,
         "the signing time 2026-11-02T10:11:12.345Z lies after the time of this judgement, 2026-11-02T10:06:12.344Z"},
        {"a day ahead", -86400000,
         "the signing time 2026-11-02T10:11:12.345Z lies after the time of this judgement, 2026-11-01T10:11:12.345Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sg_facts facts = good_facts();
        struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        judging.now = plus_milliseconds(signing_time, rows[i].milliseconds);
        judge(&function, &facts, &warn_config, &judging, &arena, &judgement);
        if (rows[i].message != NULL) {
            assert_finding(rows[i].what, &judgement, 0, SG_RULE_SIGNED_IN_FUTURE, SG_LEVEL_ERROR, rows[i].message);
            assert_string_equal(judgement.findings[0].help,
                                "correct the clock of this machine or of the one that signed, or drop --now");
            assert_int_equal(judgement.action, SG_ACTION_BLOCK);
        } else {
            assert_int_equal(judgement.checks[SG_CHECK_INTEGRITY].status, SG_STATUS_PASS);
        }
        sg_arena_free(&arena);
    }
}

/* A claim that no chain stands for is not held against the clock. */
static void test_signing_time_of_the_unproven(void **state)
{
    (void)state;
    struct sg_facts facts = good_facts();
    struct sg_judging judging = usual_judging();
    struct sg_judgement judgement;
    struct sg_arena arena;
    facts.envelope.chain = refuted(SG_RULE_UNTRUSTED_ROOT, "no trusted root");
    judging.now = (struct sg_time){0};
    judge(&function, &facts, &warn_config, &judging, &arena, &judgement);
    assert_int_equal(judgement.finding_count, 1);
    assert_finding("unproven", &judgement, 0, SG_RULE_UNTRUSTED_ROOT, SG_LEVEL_ERROR, "no trusted root");
    sg_arena_free(&arena);
}

/* --- the pin ---------------------------------------------------------------------------------------------------------------- */

#define PIN_MESSAGE                                                                                                    \
    "the package's CodeSha256 is AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, but code_sha256 pins "                  \
    "AQIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void test_pin(void **state)
{
    (void)state;
    struct sg_artifact pinned = function;
    pinned.has_pin = true;
    enum { SIGNED, UNSIGNED, BROKEN, FORGED };
    static const struct {
        const char *what;
        int package;
        size_t findings;
        enum sg_rule rule; /* of the check: the first reason */
    } rows[] = {
        {"signed", SIGNED, 1, SG_RULE_PIN_MISMATCH},
        {"unsigned", UNSIGNED, 1, SG_RULE_PIN_MISMATCH},
        {"malformed", BROKEN, 2, SG_RULE_MALFORMED_PACKAGE},
        {"modified", FORGED, 2, SG_RULE_CONTENT_MODIFIED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_facts facts = good_facts();
        const struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        if (rows[i].package == UNSIGNED)
            facts.package.has_signature = false;
        if (rows[i].package == BROKEN)
            facts.package.structure = refuted(SG_RULE_MALFORMED_PACKAGE, "no archive");
        if (rows[i].package == FORGED)
            facts.envelope.content = refuted(SG_RULE_CONTENT_MODIFIED, "modified");
        memset(pinned.pin, 0, sizeof pinned.pin);
        pinned.pin[0] = 1;
        pinned.pin[1] = 2;
        judge(&pinned, &facts, &warn_config, &judging, &arena, &judgement);
        assert_int_equal(judgement.finding_count, rows[i].findings);
        assert_finding(rows[i].what, &judgement, rows[i].findings - 1, SG_RULE_PIN_MISMATCH, SG_LEVEL_ERROR,
                       PIN_MESSAGE);
        assert_string_equal(
            judgement.findings[rows[i].findings - 1].help,
            "deploy the package that was pinned, or review the new one and set code_sha256 to its value");
        assert_check(&judgement, rows[i].rule, SG_STATUS_FAIL);
        assert_int_equal(judgement.action, SG_ACTION_BLOCK);
        assert_int_equal(judgement.checks[SG_CHECK_MISMATCH].status, SG_STATUS_SKIPPED);
        sg_arena_free(&arena);

        memcpy(pinned.pin, facts.package.sha256, sizeof pinned.pin);
        judge(&pinned, &facts, &warn_config, &judging, &arena, &judgement);
        for (size_t j = 0; j < judgement.finding_count; j++)
            assert_int_not_equal(judgement.findings[j].rule, SG_RULE_PIN_MISMATCH);
        sg_arena_free(&arena);
    }
}

/* A pin without a SHA-256 to compare it with (a file too large to be read) does not match. */
static void test_pin_of_the_too_large(void **state)
{
    (void)state;
    struct sg_artifact pinned = function;
    struct sg_facts facts = {.was_read = true,
                             .package = {.structure = refuted(SG_RULE_PACKAGE_TOO_LARGE, "the file has 9 bytes")}};
    const struct sg_judging judging = usual_judging();
    struct sg_judgement judgement;
    struct sg_arena arena;
    pinned.has_pin = true;
    pinned.pin[0] = 1;
    judge(&pinned, &facts, &warn_config, &judging, &arena, &judgement);
    assert_finding("too large", &judgement, 0, SG_RULE_PACKAGE_TOO_LARGE, SG_LEVEL_ERROR, "the file has 9 bytes");
    /* Nothing is claimed of a hash that nobody computed. */
    for (size_t i = 0; i < judgement.finding_count; i++)
        assert_null(strstr(judgement.findings[i].message, "CodeSha256 is AAAA"));
    sg_arena_free(&arena);
}

/* --- mismatch ---------------------------------------------------------------------------------------------------------------- */

static void test_publisher(void **state)
{
    (void)state;
    const struct sg_code_signing_config *const configs[] = {&warn_config, &enforce_config};
    static const enum sg_level levels[] = {SG_LEVEL_WARNING, SG_LEVEL_ERROR};
    for (size_t i = 0; i < 2; i++) {
        struct sg_facts facts = good_facts();
        const struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        facts.envelope.claims.profile_version_arn = HOTFIX;
        judge(&function, &facts, configs[i], &judging, &arena, &judgement);
        assert_finding("another publisher", &judgement, 0, SG_RULE_PUBLISHER_NOT_ALLOWED, levels[i],
                       i == 0 ? "signed by Hotfix/0123456789, which `canary` does not allow"
                              : "signed by Hotfix/0123456789, which `release` does not allow");
        assert_string_equal(judgement.findings[0].help,
                            "sign dist/checkout.zip with profile Release, or add " HOTFIX " to allowed_publishers");
        assert_string_equal(judgement.findings[0].detail, "allowed: Release/AbCdEf0123");
        sg_arena_free(&arena);
    }
}

static void test_unsigned(void **state)
{
    (void)state;
    struct sg_facts facts = good_facts();
    const struct sg_judging judging = usual_judging();
    struct sg_judgement judgement;
    struct sg_arena arena;
    facts.package.has_signature = false;
    facts.envelope = (struct sg_envelope){0};
    judge(&function, &facts, &enforce_config, &judging, &arena, &judgement);
    assert_finding("unsigned", &judgement, 0, SG_RULE_UNSIGNED, SG_LEVEL_ERROR, "the package has no signature");
    assert_int_equal(judgement.finding_count, 1);
    assert_string_equal(judgement.findings[0].help,
                        "sign dist/checkout.zip with profile Release (`aws signer start-signing-job`) and deploy the "
                        "signed object");
    assert_string_equal(judgement.findings[0].detail, "allowed: Release/AbCdEf0123");
    sg_arena_free(&arena);
}

/* Byte for byte (CONTRACT.md section 4; ATTACKS.md CM-47). */
static void test_match_is_exact(void **state)
{
    (void)state;
    static const char *const publishers[] = {
        "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0124",
        "arn:aws:signer:us-east-1:123456789012:/signing-profiles/release/AbCdEf0123",
        "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf012",
        "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf01234",
        "arn:aws:signer:us-east-1:123456789012:/signing-profiles/ReleaseX/AbCdEf0123",
        "arn:aws:signer:us-east-2:123456789012:/signing-profiles/Release/AbCdEf0123",
        "arn:aws:signer:us-east-1:123456789013:/signing-profiles/Release/AbCdEf0123",
        "arn:aws-cn:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123",
        "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release",
        "*",
        "",
    };
    for (size_t i = 0; i < sizeof publishers / sizeof publishers[0]; i++) {
        const char *list[] = {publishers[i]};
        const struct sg_code_signing_config config = {.name = "c", .publishers = list, .publisher_count = 1};
        const struct sg_facts facts = good_facts();
        const struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        judge(&function, &facts, &config, &judging, &arena, &judgement);
        if (judgement.checks[SG_CHECK_MISMATCH].status != SG_STATUS_FAIL)
            fail_msg("%s is taken for %s", publishers[i], RELEASE);
        sg_arena_free(&arena);
    }
}

/* Configurations hold ARNs only; what is none is shown as it is, and nobody is told to sign with it. */
static void test_publishers_that_are_none(void **state)
{
    (void)state;
    for (size_t count = 0; count < 2; count++) {
        const char *list[] = {count == 0 ? HOTFIX : "anything"};
        const struct sg_code_signing_config config = {.name = "c", .publishers = list, .publisher_count = count};
        const struct sg_facts facts = good_facts();
        const struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        judge(&function, &facts, &config, &judging, &arena, &judgement);
        assert_finding("no publisher", &judgement, 0, SG_RULE_PUBLISHER_NOT_ALLOWED, SG_LEVEL_WARNING,
                       "signed by Release/AbCdEf0123, which `c` does not allow");
        assert_string_equal(judgement.findings[0].detail, count == 0 ? "allowed: " : "allowed: anything");
        assert_string_equal(judgement.findings[0].help,
                            "sign dist/checkout.zip with profile an allowed one, or add " RELEASE
                            " to allowed_publishers");
        sg_arena_free(&arena);
    }
}

static void test_many_publishers(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        const char *detail;
    } rows[] = {
        {1, "allowed: P1/0000000000"},
        {2, "allowed: P1/0000000000, P2/0000000000"},
        {5, "allowed: P1/0000000000, P2/0000000000, P3/0000000000, P4/0000000000, P5/0000000000"},
        {6, "allowed: P1/0000000000, P2/0000000000, P3/0000000000, P4/0000000000, P5/0000000000 and 1 more"},
        {20, "allowed: P1/0000000000, P2/0000000000, P3/0000000000, P4/0000000000, P5/0000000000 and 15 more"},
    };
    static char arns[20][128];
    const char *list[20];
    for (size_t i = 0; i < 20; i++) {
        snprintf(arns[i], sizeof arns[i], "arn:aws:signer:us-east-1:123456789012:/signing-profiles/P%zu/0000000000",
                 i + 1);
        list[i] = arns[i];
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sg_code_signing_config config = {
            .name = "c", .publishers = list, .publisher_count = rows[i].count};
        const struct sg_facts facts = good_facts();
        const struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        judge(&function, &facts, &config, &judging, &arena, &judgement);
        assert_string_equal(judgement.findings[0].detail, rows[i].detail);
        sg_arena_free(&arena);
    }
    /* The last of them counts as much as the first. */
    list[19] = RELEASE;
    const struct sg_code_signing_config config = {.name = "c", .publishers = list, .publisher_count = 20};
    const struct sg_facts facts = good_facts();
    const struct sg_judging judging = usual_judging();
    struct sg_judgement judgement;
    struct sg_arena arena;
    judge(&function, &facts, &config, &judging, &arena, &judgement);
    assert_int_equal(judgement.checks[SG_CHECK_MISMATCH].status, SG_STATUS_PASS);
    sg_arena_free(&arena);
}

/* --- revocation --------------------------------------------------------------------------------------------------------------- */

static void test_revocation(void **state)
{
    (void)state;
    static const char mend[] =
        "find out why it was revoked; then build from trusted sources and sign with a profile that is not revoked";
    static const char reach[] =
        "make the source reachable and current, then run again; `revocation.on_unavailable: warn` lets it pass";
    static const struct {
        struct sg_proof proof;
        bool enforce, warns;
        enum sg_rule rule;
        enum sg_level level;
        const char *message, *help;
    } rows[] = {
        {{SG_REFUTED, SG_RULE_JOB_REVOKED, "the job is revoked"},
         true,
         false,
         SG_RULE_JOB_REVOKED,
         SG_LEVEL_ERROR,
         "the job is revoked",
         mend},
        {{SG_REFUTED, SG_RULE_PROFILE_REVOKED, "the profile is revoked"},
         false,
         false,
         SG_RULE_PROFILE_REVOKED,
         SG_LEVEL_WARNING,
         "the profile is revoked",
         mend},
        {{SG_REFUTED, SG_RULE_CERTIFICATE_REVOKED, "a certificate is revoked"},
         true,
         true,
         SG_RULE_CERTIFICATE_REVOKED,
         SG_LEVEL_ERROR,
         "a certificate is revoked",
         mend},
        {{SG_UNDECIDED, SG_RULE_NONE, "the list is stale"},
         true,
         false,
         SG_RULE_REVOCATION_UNAVAILABLE,
         SG_LEVEL_ERROR,
         "it is not known whether the signature was revoked: the list is stale",
         reach},
        {{SG_UNDECIDED, SG_RULE_NONE, "the list is stale"},
         true,
         true,
         SG_RULE_REVOCATION_UNAVAILABLE,
         SG_LEVEL_WARNING,
         "it is not known whether the signature was revoked: the list is stale",
         reach},
        {{SG_UNDECIDED, SG_RULE_NONE, NULL},
         false,
         false,
         SG_RULE_REVOCATION_UNAVAILABLE,
         SG_LEVEL_WARNING,
         "it is not known whether the signature was revoked: no source was asked",
         reach},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_facts facts = good_facts();
        struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        facts.revocation = rows[i].proof;
        judging.unavailable_warns = rows[i].warns;
        judge(&function, &facts, rows[i].enforce ? &enforce_config : &warn_config, &judging, &arena, &judgement);
        assert_finding(rows[i].message, &judgement, 0, rows[i].rule, rows[i].level, rows[i].message);
        assert_string_equal(judgement.findings[0].help, rows[i].help);
        assert_int_equal(judgement.finding_count, 1);
        sg_arena_free(&arena);
    }
}

/* `sources: []`: no finding of the artifact's, but the check says that it did not run. */
static void test_revocation_switched_off(void **state)
{
    (void)state;
    const struct sg_facts facts = good_facts();
    const struct sg_judging judging = {.now = judging_time};
    struct sg_judgement judgement;
    struct sg_arena arena;
    judge(&function, &facts, &enforce_config, &judging, &arena, &judgement);
    assert_check(&judgement, SG_RULE_REVOCATION_NOT_CHECKED, SG_STATUS_SKIPPED);
    assert_string_equal(judgement.checks[SG_CHECK_REVOCATION].message, "no revocation source is configured");
    assert_int_equal(judgement.finding_count, 0);
    sg_arena_free(&arena);
}

/* --- notices, images, files that are not there ---------------------------------------------------------------------------------- */

static void test_notices(void **state)
{
    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        struct sg_notice of_package[] = {{SG_RULE_SUSPICIOUS_CONTENT, "a backslash"}};
        struct sg_notice of_envelope[] = {{SG_RULE_UNUSUAL_PACKAGE, "an attribute"}};
        struct sg_facts facts = good_facts();
        struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        facts.package.notices = (struct sg_notices){of_package, 1, 1, 7};
        facts.envelope.notices = (struct sg_notices){of_envelope, 1, 1, 0};
        judging.strict = strict == 1;
        enum sg_level level = strict == 1 ? SG_LEVEL_ERROR : SG_LEVEL_NOTICE;
        judge(&function, &facts, &warn_config, &judging, &arena, &judgement);
        assert_int_equal(judgement.finding_count, 3);
        assert_finding("envelope", &judgement, 0, SG_RULE_UNUSUAL_PACKAGE, level, "an attribute");
        assert_finding("package", &judgement, 1, SG_RULE_SUSPICIOUS_CONTENT, level, "a backslash");
        assert_finding("the rest", &judgement, 2, SG_RULE_UNUSUAL_PACKAGE, level,
                       "7 more notices of this kind were left out");
        assert_string_equal(judgement.findings[0].help,
                            "if this is not what your packager does, find out who made the package, and build it anew");
        assert_int_equal(judgement.checks[SG_CHECK_INTEGRITY].status, strict == 1 ? SG_STATUS_FAIL : SG_STATUS_PASS);
        sg_arena_free(&arena);
    }
}

static void test_image(void **state)
{
    (void)state;
    const struct sg_artifact image = {.kind = SG_FUNCTION, .name = "legacy", .image = true};
    const struct sg_judging judging = {.now = judging_time, .enforce_all = true, .strict = true};
    struct sg_judgement judgement;
    struct sg_arena arena;
    judge(&image, NULL, NULL, &judging, &arena, &judgement);
    assert_int_equal(judgement.action, SG_ACTION_ALLOW);
    assert_int_equal(judgement.signature_status, SG_SIGNATURE_NOT_APPLICABLE);
    for (int check = 0; check < SG_CHECK_COUNT; check++)
        assert_int_equal(judgement.checks[check].status, SG_STATUS_SKIPPED);
    assert_int_equal(judgement.finding_count, 1);
    assert_finding("image", &judgement, 0, SG_RULE_IMAGE_NOT_SUPPORTED, SG_LEVEL_NOTICE,
                   "a container image cannot be signed for Lambda's code signing; nothing was checked");
    assert_string_equal(judgement.findings[0].help,
                        "sign container images with Notation or cosign and verify them where they are deployed");
    assert_false(sg_judgement_authenticated(&judgement));
    sg_arena_free(&arena);
}

static void test_unreadable(void **state)
{
    (void)state;
    const struct sg_facts facts = {.unreadable = "cannot open dist/checkout.zip: No such file or directory"};
    const struct sg_judging judging = {.now = judging_time, .unavailable_warns = true};
    struct sg_artifact pinned = function;
    struct sg_judgement judgement;
    struct sg_arena arena;
    pinned.has_pin = true;
    judge(&pinned, &facts, &warn_config, &judging, &arena, &judgement);
    assert_int_equal(judgement.finding_count, 1);
    assert_finding("unreadable", &judgement, 0, SG_RULE_UNREADABLE_ARTIFACT, SG_LEVEL_ERROR,
                   "cannot open dist/checkout.zip: No such file or directory");
    assert_string_equal(judgement.findings[0].help,
                        "build the package before this step, or correct `code` in the configuration");
    assert_check(&judgement, SG_RULE_UNREADABLE_ARTIFACT, SG_STATUS_UNDECIDED);
    assert_int_equal(judgement.action, SG_ACTION_UNDECIDED);
    sg_arena_free(&arena);
}

/* Names from the configuration reach a message only in printable form. */
static void test_hostile_names(void **state)
{
    (void)state;
    const char *list[] = {HOTFIX};
    const struct sg_code_signing_config config = {
        .name = "a\n::error::x\x1b[31m", .publishers = list, .publisher_count = 1, .enforce = true};
    const struct sg_artifact artifact = {.kind = SG_LAYER, .name = "l", .code = "a\r\n\xE2\x80\xAE.zip"};
    const struct sg_facts facts = good_facts();
    const struct sg_judging judging = usual_judging();
    struct sg_judgement judgement;
    struct sg_arena arena;
    judge(&artifact, &facts, &config, &judging, &arena, &judgement);
    assert_finding("hostile", &judgement, 0, SG_RULE_PUBLISHER_NOT_ALLOWED, SG_LEVEL_ERROR,
                   "signed by Release/AbCdEf0123, which `a\\x0A::error::x\\x1B[31m` does not allow");
    assert_string_equal(judgement.findings[0].help,
                        "sign a\\x0D\\x0A\\u{202E}.zip with profile Hotfix, or add " RELEASE " to allowed_publishers");
    sg_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integrity),
        cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_signing_time),
        cmocka_unit_test(test_signing_time_of_the_unproven),
        cmocka_unit_test(test_pin),
        cmocka_unit_test(test_pin_of_the_too_large),
        cmocka_unit_test(test_publisher),
        cmocka_unit_test(test_unsigned),
        cmocka_unit_test(test_match_is_exact),
        cmocka_unit_test(test_publishers_that_are_none),
        cmocka_unit_test(test_many_publishers),
        cmocka_unit_test(test_revocation),
        cmocka_unit_test(test_revocation_switched_off),
        cmocka_unit_test(test_notices),
        cmocka_unit_test(test_image),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_hostile_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
