/* CONTRACT.md section 4 as a whole: every combination of facts, policy and options against what the contract says of it. */
#include "test_verdict_fixture.h"

enum package_case { PROVEN, REFUTED, UNSIGNED, UNPROVEN, UNREADABLE, PACKAGE_CASES };

struct combination {
    enum package_case package;
    bool notice, expired, allowed;
    enum sg_outcome revocation;
    bool configured, enforce, enforce_all, warns, strict;
};

static struct combination combination_of(unsigned number)
{
    struct combination c = {.package = (enum package_case)(number % PACKAGE_CASES)};
    number /= PACKAGE_CASES;
    c.revocation = (enum sg_outcome)(number % 3);
    number /= 3;
    bool *const bits[] = {&c.notice,  &c.expired,     &c.allowed, &c.configured,
                          &c.enforce, &c.enforce_all, &c.warns,   &c.strict};
    for (size_t i = 0; i < 8; i++, number /= 2)
        *bits[i] = number % 2 == 1;
    return c;
}

enum { COMBINATIONS = PACKAGE_CASES * 3 * 256 };

static struct sg_facts facts_of(const struct combination *c, struct sg_notice *notice)
{
    struct sg_facts facts = good_facts();
    if (c->package == REFUTED)
        facts.envelope.content = refuted(SG_RULE_CONTENT_MODIFIED, "another content");
    if (c->package == UNSIGNED) {
        facts.package.has_signature = false;
        facts.envelope = (struct sg_envelope){0};
    }
    if (c->package == UNPROVEN)
        facts.envelope.chain = (struct sg_proof){0};
    if (c->package == UNREADABLE)
        facts = (struct sg_facts){.unreadable = "cannot open dist/checkout.zip: No such file or directory"};
    if (c->notice && c->package != UNREADABLE)
        facts.package.notices = (struct sg_notices){.items = notice, .count = 1, .capacity = 1};
    facts.revocation = c->revocation == SG_REFUTED ? refuted(SG_RULE_JOB_REVOKED, "revoked")
                                                   : (struct sg_proof){.outcome = c->revocation};
    if (!c->allowed)
        facts.envelope.claims.profile_version_arn = HOTFIX;
    if (c->expired)
        facts.envelope.claims.expires_at = judging_time;
    return facts;
}

/* --- the contract, in its own words ---------------------------------------------------------------------------------------- */

static enum sg_status wanted_integrity(const struct combination *c)
{
    if (c->package == UNREADABLE)
        return SG_STATUS_UNDECIDED;
    if (c->package == REFUTED || (c->strict && c->notice))
        return SG_STATUS_FAIL;
    if (c->package == UNSIGNED)
        return SG_STATUS_SKIPPED;
    return c->package == PROVEN ? SG_STATUS_PASS : SG_STATUS_UNDECIDED;
}

static void want_checks(const struct combination *c, enum sg_status want[SG_CHECK_COUNT])
{
    enum sg_status integrity = wanted_integrity(c);
    bool authentic = integrity == SG_STATUS_PASS;
    want[SG_CHECK_INTEGRITY] = integrity;
    want[SG_CHECK_EXPIRY] = !authentic ? SG_STATUS_SKIPPED : (c->expired ? SG_STATUS_FAIL : SG_STATUS_PASS);
    want[SG_CHECK_MISMATCH] = integrity == SG_STATUS_SKIPPED
                                  ? SG_STATUS_FAIL
                                  : (!authentic ? SG_STATUS_SKIPPED : (c->allowed ? SG_STATUS_PASS : SG_STATUS_FAIL));
    static const enum sg_status of_proof[] = {
        [SG_UNDECIDED] = SG_STATUS_UNDECIDED, [SG_PROVEN] = SG_STATUS_PASS, [SG_REFUTED] = SG_STATUS_FAIL};
    want[SG_CHECK_REVOCATION] = authentic && c->configured ? of_proof[c->revocation] : SG_STATUS_SKIPPED;
}

static enum sg_action wanted_action(const struct combination *c, const enum sg_status checks[SG_CHECK_COUNT])
{
    bool enforce = c->enforce || c->enforce_all;
    bool other_fail = checks[SG_CHECK_EXPIRY] == SG_STATUS_FAIL || checks[SG_CHECK_MISMATCH] == SG_STATUS_FAIL ||
                      checks[SG_CHECK_REVOCATION] == SG_STATUS_FAIL;
    if (checks[SG_CHECK_INTEGRITY] == SG_STATUS_FAIL)
        return SG_ACTION_BLOCK;
    if (checks[SG_CHECK_INTEGRITY] == SG_STATUS_UNDECIDED)
        return SG_ACTION_UNDECIDED;
    if (other_fail && enforce)
        return SG_ACTION_BLOCK;
    if (checks[SG_CHECK_REVOCATION] == SG_STATUS_UNDECIDED)
        return !enforce || c->warns ? SG_ACTION_WARN : SG_ACTION_UNDECIDED;
    return other_fail ? SG_ACTION_WARN : SG_ACTION_ALLOW;
}

static enum sg_signature_status wanted_signature_status(const enum sg_status checks[SG_CHECK_COUNT])
{
    if (checks[SG_CHECK_INTEGRITY] == SG_STATUS_FAIL)
        return SG_SIGNATURE_INVALID;
    if (checks[SG_CHECK_EXPIRY] == SG_STATUS_FAIL)
        return SG_SIGNATURE_EXPIRED;
    if (checks[SG_CHECK_MISMATCH] == SG_STATUS_FAIL)
        return SG_SIGNATURE_MISMATCH;
    if (checks[SG_CHECK_REVOCATION] == SG_STATUS_FAIL)
        return SG_SIGNATURE_REVOKED;
    for (int i = 0; i < SG_CHECK_COUNT; i++) {
        if (checks[i] == SG_STATUS_UNDECIDED)
            return SG_SIGNATURE_UNDECIDED;
    }
    return SG_SIGNATURE_VALID;
}

/* --- what the findings must say -------------------------------------------------------------------------------------------- */

static size_t count_findings(const struct sg_judgement *judgement, enum sg_check check, enum sg_level level)
{
    size_t count = 0;
    for (size_t i = 0; i < judgement->finding_count; i++)
        count += judgement->findings[i].check == check && judgement->findings[i].level == level;
    return count;
}

static size_t count_level(const struct sg_judgement *judgement, enum sg_level level)
{
    size_t count = 0;
    for (int check = 0; check < SG_CHECK_COUNT; check++)
        count += count_findings(judgement, (enum sg_check)check, level);
    return count;
}

static void check_findings(unsigned number, const struct sg_judgement *judgement)
{
    size_t errors = count_level(judgement, SG_LEVEL_ERROR);
    size_t warnings = count_level(judgement, SG_LEVEL_WARNING);
    enum sg_action action = judgement->action;
    bool fits = (action == SG_ACTION_ALLOW && errors + warnings == 0) ||
                (action == SG_ACTION_WARN && errors == 0 && warnings > 0) ||
                ((action == SG_ACTION_BLOCK || action == SG_ACTION_UNDECIDED) && errors > 0);
    /* A package that is undecided by no fault of its own (a library that failed) has nothing to say for itself. */
    if (action == SG_ACTION_UNDECIDED && judgement->checks[SG_CHECK_INTEGRITY].rule == SG_RULE_NONE)
        fits = true;
    if (!fits)
        fail_msg("combination %u: %s with %zu errors and %zu warnings", number, sg_action_name(action), errors,
                 warnings);
    for (size_t i = 0; i < judgement->finding_count; i++) {
        const struct sg_finding *finding = &judgement->findings[i];
        assert_true(finding->message != NULL && finding->message[0] != '\0');
        assert_true(finding->help != NULL && finding->help[0] != '\0');
        assert_int_equal(finding->check, sg_rule_check(finding->rule));
    }
}

static void check_combination(unsigned number)
{
    struct sg_notice notice = {SG_RULE_UNUSUAL_PACKAGE, "a comment"};
    const struct combination c = combination_of(number);
    const struct sg_facts facts = facts_of(&c, &notice);
    const struct sg_judging judging = {.now = judging_time,
                                       .enforce_all = c.enforce_all,
                                       .strict = c.strict,
                                       .revocation_configured = c.configured,
                                       .unavailable_warns = c.warns};
    enum sg_status want[SG_CHECK_COUNT];
    struct sg_judgement judgement;
    struct sg_arena arena;
    want_checks(&c, want);
    judge(&function, &facts, c.enforce ? &enforce_config : &warn_config, &judging, &arena, &judgement);
    for (int check = 0; check < SG_CHECK_COUNT; check++) {
        if (judgement.checks[check].status != want[check])
            fail_msg("combination %u: %s is %s, wanted %s", number, sg_check_name((enum sg_check)check),
                     sg_status_name(judgement.checks[check].status), sg_status_name(want[check]));
    }
    if (judgement.action != wanted_action(&c, want))
        fail_msg("combination %u: %s, wanted %s", number, sg_action_name(judgement.action),
                 sg_action_name(wanted_action(&c, want)));
    if (judgement.signature_status != wanted_signature_status(want))
        fail_msg("combination %u: %s, wanted %s", number, sg_signature_status_name(judgement.signature_status),
                 sg_signature_status_name(wanted_signature_status(want)));
    assert_true(sg_judgement_authenticated(&judgement) == (want[SG_CHECK_INTEGRITY] == SG_STATUS_PASS));
    check_findings(number, &judgement);
    sg_arena_free(&arena);
}

static void test_every_combination(void **state)
{
    (void)state;
    for (unsigned number = 0; number < COMBINATIONS; number++)
        check_combination(number);
}

/* --- lines of the table that a reader wants to see --------------------------------------------------------------------------- */

static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct combination c;
        const char *action, *signature_status;
    } rows[] = {
        {"all is well",
         {.package = PROVEN, .allowed = true, .configured = true, .revocation = SG_PROVEN, .enforce = true},
         "allow",
         "VALID"},
        {"modified, under Warn", {.package = REFUTED, .allowed = true}, "block", "INVALID"},
        {"unsigned, under Warn", {.package = UNSIGNED}, "warn", "MISMATCH"},
        {"unsigned, under Enforce", {.package = UNSIGNED, .enforce = true}, "block", "MISMATCH"},
        {"unsigned, under --enforce", {.package = UNSIGNED, .enforce_all = true}, "block", "MISMATCH"},
        {"another publisher, under Warn", {.package = PROVEN}, "warn", "MISMATCH"},
        {"another publisher, under Enforce", {.package = PROVEN, .enforce = true}, "block", "MISMATCH"},
        {"expired, under Warn", {.package = PROVEN, .allowed = true, .expired = true}, "warn", "EXPIRED"},
        {"expired and another publisher", {.package = PROVEN, .expired = true, .enforce = true}, "block", "EXPIRED"},
        {"revoked, under Warn",
         {.package = PROVEN, .allowed = true, .configured = true, .revocation = SG_REFUTED},
         "warn",
         "REVOKED"},
        {"revoked, under Enforce, unavailable may warn",
         {.package = PROVEN,
          .allowed = true,
          .configured = true,
          .revocation = SG_REFUTED,
          .enforce = true,
          .warns = true},
         "block",
         "REVOKED"},
        {"no answer, under Warn", {.package = PROVEN, .allowed = true, .configured = true}, "warn", "UNDECIDED"},
        {"no answer, under Enforce",
         {.package = PROVEN, .allowed = true, .configured = true, .enforce = true},
         "undecided",
         "UNDECIDED"},
        {"no answer, on_unavailable: warn",
         {.package = PROVEN, .allowed = true, .configured = true, .enforce = true, .warns = true},
         "warn",
         "UNDECIDED"},
        {"no answer, and expired, under Enforce",
         {.package = PROVEN, .allowed = true, .expired = true, .configured = true, .enforce = true},
         "block",
         "EXPIRED"},
        {"no source", {.package = PROVEN, .allowed = true, .enforce = true}, "allow", "VALID"},
        {"a notice", {.package = PROVEN, .allowed = true, .enforce = true, .notice = true}, "allow", "VALID"},
        {"a notice, strict, under Warn",
         {.package = PROVEN, .allowed = true, .notice = true, .strict = true},
         "block",
         "INVALID"},
        {"unreadable, under Warn", {.package = UNREADABLE, .warns = true}, "undecided", "UNDECIDED"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_notice notice = {SG_RULE_SUSPICIOUS_CONTENT, "odd"};
        const struct combination *c = &rows[i].c;
        const struct sg_facts facts = facts_of(c, &notice);
        const struct sg_judging judging = {.now = judging_time,
                                           .enforce_all = c->enforce_all,
                                           .strict = c->strict,
                                           .revocation_configured = c->configured,
                                           .unavailable_warns = c->warns};
        struct sg_judgement judgement;
        struct sg_arena arena;
        judge(&function, &facts, c->enforce ? &enforce_config : &warn_config, &judging, &arena, &judgement);
        if (strcmp(sg_action_name(judgement.action), rows[i].action) != 0 ||
            strcmp(sg_signature_status_name(judgement.signature_status), rows[i].signature_status) != 0)
            fail_msg("%s: %s, %s", rows[i].what, sg_action_name(judgement.action),
                     sg_signature_status_name(judgement.signature_status));
        sg_arena_free(&arena);
    }
}

/* The zero value of everything is undecided: nothing passes by being forgotten. */
static void test_zero_facts(void **state)
{
    (void)state;
    const struct sg_facts nothing = {0};
    const struct sg_facts only_read = {.was_read = true};
    const struct sg_judging judging = {.unavailable_warns = true};
    struct sg_judgement judgement;
    struct sg_arena arena;
    judge(&function, &nothing, &warn_config, &judging, &arena, &judgement);
    assert_int_equal(judgement.action, SG_ACTION_UNDECIDED);
    assert_string_equal(judgement.findings[0].message, "the package was not read");
    sg_arena_free(&arena);
    judge(&function, &only_read, &warn_config, &judging, &arena, &judgement);
    assert_int_equal(judgement.action, SG_ACTION_UNDECIDED);
    assert_int_equal(judgement.signature_status, SG_SIGNATURE_UNDECIDED);
    assert_false(sg_judgement_authenticated(&judgement));
    sg_arena_free(&arena);
}

/* Each of the four proofs of an envelope, undecided, keeps the package from passing. */
static void test_each_proof_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct sg_facts facts = good_facts();
        struct sg_proof *proofs[] = {&facts.package.structure, &facts.envelope.format, &facts.envelope.signature,
                                     &facts.envelope.chain, &facts.envelope.content};
        const struct sg_judging judging = usual_judging();
        struct sg_judgement judgement;
        struct sg_arena arena;
        proofs[i]->outcome = SG_UNDECIDED;
        judge(&function, &facts, &enforce_config, &judging, &arena, &judgement);
        assert_int_equal(judgement.checks[SG_CHECK_INTEGRITY].status, SG_STATUS_UNDECIDED);
        assert_int_equal(judgement.action, SG_ACTION_UNDECIDED);
        sg_arena_free(&arena);
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    struct sg_facts facts = good_facts();
    const struct sg_judging judging = usual_judging();
    struct sg_judgement judgement = {.action = SG_ACTION_ALLOW};
    struct sg_arena arena = sg_arena_make(16);
    struct sg_error error = {0};
    facts.package.has_signature = false;
    assert_failed(sg_judge(&function, &facts, &enforce_config, &judging, &arena, &judgement, &error), error,
                  SG_ERROR_MEMORY, "out of memory");
    assert_int_equal(judgement.action, SG_ACTION_UNDECIDED);
    assert_int_equal(judgement.signature_status, SG_SIGNATURE_UNDECIDED);
    sg_arena_free(&arena);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const statuses[] = {"undecided", "pass", "fail", "skipped"};
    static const char *const signatures[] = {"UNDECIDED", "VALID",   "INVALID",       "EXPIRED",
                                             "MISMATCH",  "REVOKED", "NOT_APPLICABLE"};
    static const char *const actions[] = {"undecided", "allow", "warn", "block"};
    static const char *const levels[] = {"error", "warning", "notice"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(sg_status_name((enum sg_status)i), statuses[i]);
    for (int i = 0; i < 7; i++)
        assert_string_equal(sg_signature_status_name((enum sg_signature_status)i), signatures[i]);
    for (int i = 0; i < 4; i++)
        assert_string_equal(sg_action_name((enum sg_action)i), actions[i]);
    for (int i = 0; i < 3; i++)
        assert_string_equal(sg_level_name((enum sg_level)i), levels[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_combination), cmocka_unit_test(test_lines),     cmocka_unit_test(test_zero_facts),
        cmocka_unit_test(test_each_proof_counts), cmocka_unit_test(test_no_memory), cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
