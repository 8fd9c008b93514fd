/* What the lock says of a package: pinned, pinned to other bytes, of the same job, or not at all. */
#include "test_verdict_fixture.h"

#define OTHER_JOB "arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555"
#define FOUND     "AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PINNED    "AQIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define MESSAGE   "the package's CodeSha256 is " FOUND ", but ci/sealgate.lock pins " PINNED
#define SAME_JOB                                                                                                       \
    MESSAGE "; both are of signing job " UUID ": its content was cut or packed anew under the same signature"
#define LOCK_HELP "deploy the package that was locked, or review the new one and run `sealgate lock`"

static struct sg_lock_entry entries[] = {{.kind = SG_FUNCTION,
                                          .name = "checkout",
                                          .code_sha256 = {1, 2},
                                          .profile_version_arn = RELEASE,
                                          .job_arn = JOB,
                                          .signed_at = {.unix_seconds = 1793614272}}};
static const struct sg_lock lock = {.path = "ci/sealgate.lock", .entries = entries, .count = 1};
static const struct sg_artifact layer = {.kind = SG_LAYER, .name = "check\033out", .code = "dist/layer.zip"};

enum package { GOOD, UNSIGNED, HOLLOW, BROKEN, FORGED, EXPIRED };

static struct sg_facts facts_of(enum package package)
{
    struct sg_facts facts = good_facts();
    if (package == UNSIGNED || package == HOLLOW)
        facts.package.has_signature = false;
    if (package == UNSIGNED)
        facts.envelope = (struct sg_envelope){0};
    if (package == BROKEN)
        facts.package.structure = refuted(SG_RULE_MALFORMED_PACKAGE, "no archive");
    if (package == FORGED)
        facts.envelope.content = refuted(SG_RULE_CONTENT_MODIFIED, "modified");
    if (package == EXPIRED)
        facts.envelope.claims.expires_at = judging_time;
    return facts;
}

static struct sg_judging locked_judging(bool frozen)
{
    struct sg_judging judging = usual_judging();
    judging.lock = &lock;
    judging.frozen = frozen;
    return judging;
}

/* The last finding must be this one. */
static void assert_last(const char *what, const struct sg_judgement *judgement, enum sg_rule rule, enum sg_level level,
                        const char *message, const char *help)
{
    if (judgement->finding_count == 0)
        fail_msg("%s: no finding", what);
    const struct sg_finding *last = &judgement->findings[judgement->finding_count - 1];
    assert_int_equal(last->rule, rule);
    assert_int_equal(last->check, SG_CHECK_INTEGRITY);
    assert_int_equal(last->level, level);
    assert_string_equal(last->message, message);
    assert_string_equal(last->help, help);
}

static void other_bytes_than_locked_are_blocked(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        enum package package;
        const char *job, *message;
        size_t findings;
        enum sg_rule rule; /* of the check: the first reason */
    } rows[] = {
        {"of another job", GOOD, OTHER_JOB, MESSAGE, 1, SG_RULE_PIN_MISMATCH},
        {"of the same job", GOOD, JOB, SAME_JOB, 1, SG_RULE_PIN_MISMATCH},
        {"unsigned", UNSIGNED, JOB, MESSAGE, 1, SG_RULE_PIN_MISMATCH},
        {"unsigned, whatever was read of a signature", HOLLOW, JOB, MESSAGE, 1, SG_RULE_PIN_MISMATCH},
        {"malformed; its job is a claim", BROKEN, JOB, MESSAGE, 2, SG_RULE_MALFORMED_PACKAGE},
        {"modified; its job is a claim", FORGED, JOB, MESSAGE, 2, SG_RULE_CONTENT_MODIFIED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int frozen = 0; frozen < 2; frozen++) {
            const struct sg_facts facts = facts_of(rows[i].package);
            const struct sg_judging judging = locked_judging(frozen == 1);
            struct sg_judgement judgement;
            struct sg_arena arena;
            entries[0].job_arn = rows[i].job;
            entries[0].code_sha256[0] = 1;
            judge(&function, &facts, &warn_config, &judging, &arena, &judgement);
            assert_int_equal(judgement.finding_count, rows[i].findings);
            assert_last(rows[i].what, &judgement, SG_RULE_PIN_MISMATCH, SG_LEVEL_ERROR, rows[i].message, LOCK_HELP);
            assert_int_equal(judgement.checks[SG_CHECK_INTEGRITY].status, SG_STATUS_FAIL);
            assert_int_equal(judgement.checks[SG_CHECK_INTEGRITY].rule, rows[i].rule);
            assert_int_equal(judgement.checks[SG_CHECK_MISMATCH].status, SG_STATUS_SKIPPED);
            assert_int_equal(judgement.signature_status, SG_SIGNATURE_INVALID);
            assert_int_equal(judgement.action, SG_ACTION_BLOCK);
            sg_arena_free(&arena);
        }
    }
}

/* Then the lock changes nothing: what else is to be said is said. */
static void the_locked_bytes_are_judged_as_ever(void **state)
{
    (void)state;
    static const struct {
        enum package package;
        size_t findings;
        enum sg_action action;
    } rows[] = {
        {GOOD, 0, SG_ACTION_ALLOW},   {UNSIGNED, 1, SG_ACTION_WARN}, {BROKEN, 1, SG_ACTION_BLOCK},
        {FORGED, 1, SG_ACTION_BLOCK}, {EXPIRED, 1, SG_ACTION_WARN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sg_facts facts = facts_of(rows[i].package);
        const struct sg_judging judging = locked_judging(true);
        struct sg_judgement judgement;
        struct sg_arena arena;
        memcpy(entries[0].code_sha256, facts.package.sha256, SG_SHA256_BYTES);
        judge(&function, &facts, &warn_config, &judging, &arena, &judgement);
        assert_int_equal(judgement.finding_count, rows[i].findings);
        assert_int_equal(judgement.action, rows[i].action);
        for (size_t j = 0; j < judgement.finding_count; j++)
            assert_int_not_equal(judgement.findings[j].rule, SG_RULE_PIN_MISMATCH);
        sg_arena_free(&arena);
    }
}

#define NOT_LOCKED      "ci/sealgate.lock has no entry for layer check\\x1Bout"
#define NOT_LOCKED_HELP "review the package, then run `sealgate lock` and commit what it wrote"

static void without_an_entry_it_is_a_notice_or_blocked(void **state)
{
    (void)state;
    const struct sg_facts facts = good_facts();
    struct sg_judging judging = locked_judging(false);
    struct sg_judgement judgement;
    struct sg_arena arena;
    judging.strict = true; /* that is about packages */
    judge(&layer, &facts, &warn_config, &judging, &arena, &judgement);
    assert_int_equal(judgement.finding_count, 1);
    assert_last("not frozen", &judgement, SG_RULE_NOT_LOCKED, SG_LEVEL_NOTICE, NOT_LOCKED, NOT_LOCKED_HELP);
    assert_int_equal(judgement.checks[SG_CHECK_INTEGRITY].status, SG_STATUS_PASS);
    assert_int_equal(judgement.action, SG_ACTION_ALLOW);
    sg_arena_free(&arena);

    judging.frozen = true;
    judge(&layer, &facts, &warn_config, &judging, &arena, &judgement);
    assert_int_equal(judgement.finding_count, 1);
    assert_last("frozen", &judgement, SG_RULE_NOT_LOCKED, SG_LEVEL_ERROR, NOT_LOCKED, NOT_LOCKED_HELP);
    assert_int_equal(judgement.checks[SG_CHECK_INTEGRITY].status, SG_STATUS_FAIL);
    assert_int_equal(judgement.checks[SG_CHECK_INTEGRITY].rule, SG_RULE_NOT_LOCKED);
    assert_string_equal(judgement.checks[SG_CHECK_INTEGRITY].message, NOT_LOCKED);
    assert_int_equal(judgement.action, SG_ACTION_BLOCK);
    sg_arena_free(&arena);
}

/* A function and a layer of one name are two artifacts. */
static void a_layer_is_not_held_against_a_functions_entry(void **state)
{
    (void)state;
    const struct sg_artifact twin = {.kind = SG_LAYER, .name = "checkout", .code = "dist/layer.zip"};
    const struct sg_facts facts = good_facts();
    const struct sg_judging judging = locked_judging(false);
    struct sg_judgement judgement;
    struct sg_arena arena;
    entries[0].code_sha256[0] = 1;
    judge(&twin, &facts, &warn_config, &judging, &arena, &judgement);
    assert_last("twin", &judgement, SG_RULE_NOT_LOCKED, SG_LEVEL_NOTICE,
                "ci/sealgate.lock has no entry for layer checkout", NOT_LOCKED_HELP);
    sg_arena_free(&arena);
}

/* What nobody read has no digest to compare, and a container image no package. */
static void what_was_not_read_is_not_compared(void **state)
{
    (void)state;
    const struct sg_artifact image = {.kind = SG_FUNCTION, .name = "checkout", .image = true};
    const struct sg_facts unread = {.unreadable = "cannot open it"};
    const struct sg_facts large = {.was_read = true,
                                   .package = {.structure = refuted(SG_RULE_PACKAGE_TOO_LARGE, "too large")}};
    const struct sg_judging judging = locked_judging(true);
    struct sg_judgement judgement;
    struct sg_arena arena;
    judge(&function, &unread, &enforce_config, &judging, &arena, &judgement);
    assert_int_equal(judgement.finding_count, 1);
    assert_int_equal(judgement.findings[0].rule, SG_RULE_UNREADABLE_ARTIFACT);
    assert_int_equal(judgement.action, SG_ACTION_UNDECIDED);
    sg_arena_free(&arena);
    judge(&function, &large, &enforce_config, &judging, &arena, &judgement);
    assert_int_equal(judgement.finding_count, 1);
    assert_int_equal(judgement.findings[0].rule, SG_RULE_PACKAGE_TOO_LARGE);
    sg_arena_free(&arena);
    judge(&image, NULL, NULL, &judging, &arena, &judgement);
    assert_int_equal(judgement.finding_count, 1);
    assert_int_equal(judgement.findings[0].rule, SG_RULE_IMAGE_NOT_SUPPORTED);
    assert_int_equal(judgement.action, SG_ACTION_ALLOW);
    sg_arena_free(&arena);
}

/* code_sha256 and the lock both hold; each says how to mend what is its own. */
static void both_pins_hold(void **state)
{
    (void)state;
    static const char pin_help[] =
        "deploy the package that was pinned, or review the new one and set code_sha256 to its value";
    for (int pin = 0; pin < 2; pin++) {
        for (int locked = 0; locked < 2; locked++) {
            struct sg_artifact pinned = function;
            const struct sg_facts facts = good_facts();
            const struct sg_judging judging = locked_judging(true);
            struct sg_judgement judgement;
            struct sg_arena arena;
            pinned.has_pin = true;
            memcpy(pinned.pin, facts.package.sha256, sizeof pinned.pin);
            memcpy(entries[0].code_sha256, facts.package.sha256, sizeof pinned.pin);
            pinned.pin[31] = pin == 1 ? 0 : 9;
            entries[0].code_sha256[31] = locked == 1 ? 0 : 9;
            judge(&pinned, &facts, &enforce_config, &judging, &arena, &judgement);
            assert_int_equal(judgement.finding_count, 2 - pin - locked);
            assert_int_equal(judgement.action, pin + locked == 2 ? SG_ACTION_ALLOW : SG_ACTION_BLOCK);
            for (size_t i = 0; i < judgement.finding_count; i++) {
                assert_int_equal(judgement.findings[i].rule, SG_RULE_PIN_MISMATCH);
                assert_string_equal(judgement.findings[i].help, pin == 1 ? LOCK_HELP : pin_help);
            }
            sg_arena_free(&arena);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_bytes_than_locked_are_blocked),
        cmocka_unit_test(the_locked_bytes_are_judged_as_ever),
        cmocka_unit_test(without_an_entry_it_is_a_notice_or_blocked),
        cmocka_unit_test(a_layer_is_not_held_against_a_functions_entry),
        cmocka_unit_test(what_was_not_read_is_not_compared),
        cmocka_unit_test(both_pins_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
