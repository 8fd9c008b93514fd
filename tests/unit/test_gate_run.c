/* Whole runs: from a configuration and packages to verdict, exit code and report. */
#include "gate/reader.h"
#include "test_gate_fixture.h"

/* --- verdict and exit code (CONTRACT.md section 2) -------------------------------------------------------------------------- */

#define F(name, file)        "  - {name: " name ", code: " file "}\n"
#define CANARY(name, file)   "  - {name: " name ", code: " file ", code_signing_config: canary}\n"
#define FUNCTIONS(artifacts) CONFIG "functions:\n" artifacts TRUST OFF

static void test_exit_codes(void **state)
{
    (void)state;
    static const struct {
        const char *what, *yaml;
        bool enforce_all;
        int warn_exit_code;
        const char *verdict;
        int exit_code;
        size_t allowed, warned, blocked, undecided;
    } rows[] = {
        {"good", FUNCTIONS(F("f", "good.zip")), false, 0, "passed", 0, 1, 0, 0, 0},
        {"good, --warn-exit-code", FUNCTIONS(F("f", "good.zip")), false, 42, "passed", 0, 1, 0, 0, 0},
        {"two good", FUNCTIONS(F("f", "good.zip") F("g", "good.zip")), false, 0, "passed", 0, 2, 0, 0, 0},
        {"an odd time", FUNCTIONS(F("f", "odd.zip")), false, 0, "passed", 0, 1, 0, 0, 0},
        {"another publisher", FUNCTIONS(F("f", "hotfix.zip")), false, 0, "blocked", 1, 0, 0, 1, 0},
        {"another publisher, Warn", FUNCTIONS(CANARY("f", "hotfix.zip")), false, 0, "passed_with_warnings", 0, 0, 1, 0,
         0},
        {"the same, --warn-exit-code", FUNCTIONS(CANARY("f", "hotfix.zip")), false, 42, "passed_with_warnings", 42, 0,
         1, 0, 0},
        {"the same, --enforce", FUNCTIONS(CANARY("f", "hotfix.zip")), true, 42, "blocked", 1, 0, 0, 1, 0},
        {"expired", FUNCTIONS(F("f", "expired.zip")), false, 0, "blocked", 1, 0, 0, 1, 0},
        {"expired, Warn", FUNCTIONS(CANARY("f", "expired.zip")), false, 0, "passed_with_warnings", 0, 0, 1, 0, 0},
        {"unsigned", FUNCTIONS(F("f", "unsigned.zip")), false, 0, "blocked", 1, 0, 0, 1, 0},
        {"unsigned, Warn", FUNCTIONS(CANARY("f", "unsigned.zip")), false, 7, "passed_with_warnings", 7, 0, 1, 0, 0},
        {"broken, Warn", FUNCTIONS(CANARY("f", "broken.zip")), false, 42, "blocked", 1, 0, 0, 1, 0},
        {"not there, Warn", FUNCTIONS(CANARY("f", "missing.zip")), false, 42, "undecided", 3, 0, 0, 0, 1},
        {"a folder", FUNCTIONS(CANARY("f", ".")), false, 0, "undecided", 3, 0, 0, 0, 1},
        {"undecided and warned", FUNCTIONS(F("f", "missing.zip") CANARY("g", "unsigned.zip")), false, 42, "undecided",
         3, 0, 1, 0, 1},
        {"undecided and blocked", FUNCTIONS(F("f", "missing.zip") F("g", "unsigned.zip")), false, 0, "blocked", 1, 0, 0,
         1, 1},
        {"an image", FUNCTIONS("  - {name: f, package_type: Image}\n"), true, 0, "passed", 0, 1, 0, 0, 0},
        {"one of each",
         FUNCTIONS(F("a", "good.zip") CANARY("b", "unsigned.zip") F("c", "broken.zip") F("d", "missing.zip")), false, 9,
         "blocked", 1, 1, 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_gate_options options = gate_options();
        options.enforce_all = rows[i].enforce_all;
        options.warn_exit_code = rows[i].warn_exit_code;
        struct sg_run *run = run_gate(rows[i].yaml, &options);
        const struct sg_report *report = sg_run_report(run);
        if (strcmp(sg_verdict_name(report->verdict), rows[i].verdict) != 0 || report->exit_code != rows[i].exit_code)
            fail_msg("%s: %s, exit code %d", rows[i].what, sg_verdict_name(report->verdict), report->exit_code);
        assert_int_equal(report->allowed, rows[i].allowed);
        assert_int_equal(report->warned, rows[i].warned);
        assert_int_equal(report->blocked, rows[i].blocked);
        assert_int_equal(report->undecided, rows[i].undecided);
        assert_int_equal(report->enforce_all, rows[i].enforce_all);
        assert_int_equal(report->evaluated_at.unix_seconds, judging_time.unix_seconds);
        assert_true(report->time_overridden);
        sg_run_free(&run);
        assert_null(run);
    }
}

/* The clock is used when no time is given; the packages' expiry is far away. */
static void test_clock(void **state)
{
    (void)state;
    struct sg_gate_options options = gate_options();
    options.has_now = false;
    struct sg_run *run = run_gate(FUNCTIONS(F("f", "unsigned.zip")), &options);
    assert_false(sg_run_report(run)->time_overridden);
    assert_true(sg_run_report(run)->evaluated_at.unix_seconds > 1700000000);
    sg_run_free(&run);
}

/* --- what is judged under what ------------------------------------------------------------------------------------------------ */

static void test_one_file_for_two_artifacts(void **state)
{
    (void)state;
    const struct sg_gate_options options = gate_options();
    struct sg_run *run = run_gate(FUNCTIONS(F("f", "good.zip") F("g", "./good.zip") CANARY("h", "good.zip")), &options);
    const struct sg_report *report = sg_run_report(run);
    assert_int_equal(report->artifact_count, 3);
    assert_ptr_equal(report->artifacts[0].facts, report->artifacts[2].facts);
    assert_string_equal(report->artifacts[0].config->name, "release");
    assert_string_equal(report->artifacts[2].config->name, "canary");
    assert_true(report->artifacts[0].enforce);
    assert_false(report->artifacts[2].enforce);
    assert_memory_equal(report->artifacts[0].facts->package.sha256, report->artifacts[1].facts->package.sha256, 32);
    sg_run_free(&run);
}

static void test_layer_under_each_configuration(void **state)
{
    (void)state;
    const struct sg_gate_options options = gate_options();
    struct sg_run *run =
        run_gate(CONFIG "functions:\n"
                        "  - {name: f, code: good.zip, layers: [shared]}\n"
                        "  - {name: g, code: good.zip, layers: [shared], code_signing_config: canary}\n"
                        "  - {name: h, code: good.zip, layers: [shared]}\n"
                        "layers:\n"
                        "  - {name: shared, code: hotfix.zip}\n"
                        "  - {name: spare, code: hotfix.zip}\n" TRUST OFF,
                 &options);
    const struct sg_report *report = sg_run_report(run);
    static const struct {
        const char *name, *config, *action;
    } rows[] = {
        {"f", "release", "allow"},      {"g", "canary", "allow"},     {"h", "release", "allow"},
        {"shared", "release", "block"}, {"shared", "canary", "warn"}, {"spare", "release", "block"},
    };
    assert_int_equal(report->artifact_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(report->artifacts[i].artifact->name, rows[i].name);
        assert_string_equal(report->artifacts[i].config->name, rows[i].config);
        assert_string_equal(sg_action_name(report->artifacts[i].judgement.action), rows[i].action);
    }
    sg_run_free(&run);
}

/* The same result with any number of threads. */
static void test_jobs(void **state)
{
    (void)state;
    static const unsigned jobs[] = {1, 2, 16, SG_MAX_JOBS};
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        struct sg_gate_options options = gate_options();
        options.jobs = jobs[i];
        struct sg_run *run = run_gate(FUNCTIONS(F("a", "good.zip") F("b", "unsigned.zip") F("c", "broken.zip")
                                                    F("d", "missing.zip") F("e", "hotfix.zip") F("f", "expired.zip")),
                                      &options);
        static const char *const actions[] = {"allow", "block", "block", "undecided", "block", "block"};
        for (size_t j = 0; j < 6; j++)
            assert_string_equal(sg_action_name(sg_run_report(run)->artifacts[j].judgement.action), actions[j]);
        sg_run_free(&run);
    }
}

/* --- facts of a file ------------------------------------------------------------------------------------------------------------ */

static void read_facts(const char *path, struct sg_facts *facts)
{
    struct sg_anchors *anchors = NULL;
    struct sg_error error = {0};
    assert_done(sg_anchors_make(&anchors, &error), error);
    assert_done(sg_anchors_add_pem(anchors, certificate_pem(chain.root.certificate), "root.pem", &error), error);
    struct sg_readers *readers = NULL;
    assert_done(sg_readers_start(anchors, &readers, &error), error);
    assert_done(sg_readers_read(readers, path, facts, &error), error);
    sg_readers_stop(&readers);
    sg_anchors_free(&anchors);
}

static void test_facts(void **state)
{
    (void)state;
    struct sg_facts facts;
    read_facts("good.zip", &facts);
    assert_true(facts.was_read);
    assert_null(facts.unreadable);
    assert_null(facts.resolved_path);
    assert_true(sg_envelope_proven(&facts.envelope));
    assert_string_equal(facts.envelope.claims.profile_version_arn, RELEASE);
    assert_string_equal(facts.envelope.claims.job_arn, JOB);
    assert_int_equal(facts.revocation.outcome, SG_UNDECIDED);
    sg_facts_free(&facts);
}

static void test_facts_of_a_link(void **state)
{
    (void)state;
    struct sg_facts facts;
    char real[PATH_MAX];
    assert_int_equal(symlink("good.zip", "link.zip"), 0);
    read_facts("link.zip", &facts);
    assert_true(sg_envelope_proven(&facts.envelope));
    assert_non_null(realpath("good.zip", real));
    assert_string_equal(facts.resolved_path, real);
    sg_facts_free(&facts);

    assert_int_equal(symlink("nowhere", "dangling.zip"), 0);
    read_facts("dangling.zip", &facts);
    assert_false(facts.was_read);
    assert_string_equal(facts.unreadable, "cannot open dangling.zip: No such file or directory");
    sg_facts_free(&facts);
}

static void test_facts_of_what_cannot_be_read(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("pipe.zip", 0600), 0);
    static const struct {
        const char *path, *message;
    } rows[] = {
        {"missing.zip", "cannot open missing.zip: No such file or directory"},
        {".", ". is a directory, not a file"},
        {"pipe.zip", "pipe.zip is a named pipe, not a file"},
        {"good.zip/x", "cannot open good.zip/x: Not a directory"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_facts facts;
        read_facts(rows[i].path, &facts);
        assert_false(facts.was_read);
        assert_string_equal(facts.unreadable, rows[i].message);
        sg_facts_free(&facts);
    }
}

static void test_facts_of_the_too_large(void **state)
{
    (void)state;
    struct sg_facts facts;
    write_bytes("large.zip", SG_SPAN_LITERAL("x"));
    assert_int_equal(truncate("large.zip", (off_t)SG_PACKAGE_MAX_BYTES + 1), 0);
    read_facts("large.zip", &facts);
    assert_true(facts.was_read);
    assert_false(facts.package.has_sha256);
    assert_int_equal(facts.package.structure.outcome, SG_REFUTED);
    assert_int_equal(facts.package.structure.rule, SG_RULE_PACKAGE_TOO_LARGE);
    assert_string_equal(facts.package.structure.message,
                        "the file has 285212673 bytes; Lambda takes no package that large");
    sg_facts_free(&facts);
}

/* --- revocation ------------------------------------------------------------------------------------------------------------------ */

#define LIST_HEAD                                                                                                      \
    "{\"version\": 1, \"issued_at\": \"2026-11-23T00:00:00Z\", \"next_update\": \"2026-11-24T00:00:00Z\", "

static void test_revocation(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        const char *list; /* NULL: not there */
        const char *on_unavailable;
        const char *action, *signature_status;
        enum sg_source_status source;
        int exit_code;
    } rows[] = {
        {"nothing is revoked", LIST_HEAD "\"revoked\": []}", "block", "allow", "VALID", SG_SOURCE_FRESH, 0},
        {"the job is", LIST_HEAD "\"revoked\": [{\"job_arn\": \"" JOB "\", \"revoked_at\": \"2026-11-20T00:00:00Z\"}]}",
         "block", "block", "REVOKED", SG_SOURCE_FRESH, 1},
        {"the profile was, before",
         LIST_HEAD "\"revoked\": [{\"profile_version_arn\": \"" RELEASE
                   "\", \"effective_from\": \"2026-11-01T00:00:00Z\"}]}",
         "block", "block", "REVOKED", SG_SOURCE_FRESH, 1},
        {"the profile was, after",
         LIST_HEAD "\"revoked\": [{\"profile_version_arn\": \"" RELEASE
                   "\", \"effective_from\": \"2026-11-03T00:00:00Z\"}]}",
         "block", "allow", "VALID", SG_SOURCE_FRESH, 0},
        {"no list", NULL, "block", "undecided", "UNDECIDED", SG_SOURCE_UNAVAILABLE, 3},
        {"no list, which may warn", NULL, "warn", "warn", "UNDECIDED", SG_SOURCE_UNAVAILABLE, 0},
        {"not the shape of a list", "{}", "block", "undecided", "UNDECIDED", SG_SOURCE_UNAVAILABLE, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char yaml[2048];
        const struct sg_gate_options options = gate_options();
        unlink("revoked.json");
        if (rows[i].list != NULL)
            write_bytes("revoked.json", sg_span_text(rows[i].list));
        snprintf(yaml, sizeof yaml,
                 CONFIG "functions:\n" F("f", "good.zip") TRUST
                 "revocation: {sources: [{list: 'file:revoked.json'}], on_unavailable: %s}\n",
                 rows[i].on_unavailable);
        struct sg_run *run = run_gate(yaml, &options);
        const struct sg_report *report = sg_run_report(run);
        const struct sg_judgement *judgement = &report->artifacts[0].judgement;
        if (strcmp(sg_action_name(judgement->action), rows[i].action) != 0)
            fail_msg("%s: %s", rows[i].what, sg_action_name(judgement->action));
        assert_string_equal(sg_signature_status_name(judgement->signature_status), rows[i].signature_status);
        assert_int_equal(report->exit_code, rows[i].exit_code);
        assert_int_equal(report->source_count, 1);
        assert_int_equal(report->sources[0].kind, SG_SOURCE_LIST);
        assert_int_equal(report->sources[0].status, rows[i].source);
        assert_string_equal(report->sources[0].where, "revoked.json");
        sg_run_free(&run);
    }
}

/* --- configurations that cannot be used ------------------------------------------------------------------------------------------- */

static void check_problem(const char *what, const char *yaml, enum sg_error_code code, const char *problems_wanted,
                          const char *message)
{
    struct sg_run *run = NULL;
    struct sg_error error = {0};
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    const struct sg_gate_options options = gate_options();
    if (yaml != NULL)
        write_bytes("sealgate.yaml", sg_span_text(yaml));
    else
        unlink("sealgate.yaml");
    assert_failed(sg_gate_run(&options, &run, &problems, &error), error, code, message);
    size_t length = strlen(problems_wanted);
    if (strncmp(sg_buffer_text(&problems), problems_wanted, length) != 0 || (length == 0 && problems.size > 0))
        fail_msg("%s:\n  is     %s\n  wanted %s", what, sg_buffer_text(&problems), problems_wanted);
    /* Then the line with a caret, as the configuration room's own tests hold it. */
    if (length > 0)
        assert_contains(sg_buffer_text(&problems) + length, "     = expected: a PEM file with certificates");
    assert_null(run);
    sg_buffer_free(&problems);
}

#define UNUSABLE "the configuration names files that cannot be used"

static void test_unusable(void **state)
{
    (void)state;
    write_bytes("not.pem", SG_SPAN_LITERAL("nothing\n"));
    write_bytes("empty.pem", SG_SPAN_LITERAL(""));
    write_bytes("leaf.pem", certificate_pem(chain.leaf.certificate));
    check_problem("no configuration", NULL, SG_ERROR_IO, "", "cannot open sealgate.yaml: No such file or directory");
    check_problem("no root file", CONFIG "functions:\n" F("f", "good.zip") "trust:\n  roots: [missing.pem]\n" OFF,
                  SG_ERROR_CONFIGURATION,
                  "sealgate.yaml:9:11: error: cannot open missing.pem: No such file or directory\n", UNUSABLE);
    check_problem("no PEM", CONFIG "functions:\n" F("f", "good.zip") "trust:\n  roots: [root.pem, not.pem]\n" OFF,
                  SG_ERROR_CONFIGURATION, "sealgate.yaml:9:21: error: not.pem holds no certificate in PEM form\n",
                  UNUSABLE);
    check_problem("an empty file", CONFIG "functions:\n" F("f", "good.zip") "trust:\n  roots: [empty.pem]\n" OFF,
                  SG_ERROR_CONFIGURATION,
                  "sealgate.yaml:9:11: error: empty.pem holds no certificate in PEM form: it is empty\n", UNUSABLE);
    check_problem("a leaf", CONFIG "functions:\n" F("f", "good.zip") "trust:\n  roots: [leaf.pem]\n" OFF,
                  SG_ERROR_CONFIGURATION,
                  "sealgate.yaml:9:11: error: leaf.pem: the certificate /CN=Test Leaf is not self-signed: give the "
                  "root of the chain, not a certificate below it\n",
                  UNUSABLE);
}

/* --- the reference packages ---------------------------------------------------------------------------------------------------------- */

static void test_reference(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *integrity;
        enum sg_rule rule;
    } rows[] = {
        {"function-valid", "pass", SG_RULE_NONE},      {"layer-valid-stored", "pass", SG_RULE_NONE},
        {"unicode-and-binary", "pass", SG_RULE_NONE},  {"expired", "pass", SG_RULE_NONE},
        {"other-publisher", "pass", SG_RULE_NONE},     {"recompressed-and-retimed", "pass", SG_RULE_NONE},
        {"unsigned", "skipped", SG_RULE_NONE},         {"tampered", "fail", SG_RULE_CONTENT_MODIFIED},
        {"renamed", "fail", SG_RULE_CONTENT_MODIFIED}, {"reordered", "fail", SG_RULE_CONTENT_MODIFIED},
        {"added", "fail", SG_RULE_CONTENT_MODIFIED},   {"untrusted-root", "fail", SG_RULE_UNTRUSTED_ROOT},
    };
    char root[512];
    if (shared_path(root, sizeof root, "vectors/reference/root.pem") == NULL) {
        print_message("vectors/reference is not there\n");
        skip();
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char yaml[4096];
        const struct sg_gate_options options = gate_options();
        snprintf(yaml, sizeof yaml,
                 CONFIG "functions:\n  - {name: f, code: '%.*s/%s.zip'}\ntrust: {roots: ['%s']}\n" OFF,
                 (int)(strrchr(root, '/') - root), root, rows[i].name, root);
        struct sg_run *run = run_gate(yaml, &options);
        const struct sg_check_result *check = &sg_run_report(run)->artifacts[0].judgement.checks[SG_CHECK_INTEGRITY];
        if (strcmp(sg_status_name(check->status), rows[i].integrity) != 0 || check->rule != rows[i].rule)
            fail_msg("%s: %s, %s", rows[i].name, sg_status_name(check->status),
                     check->message != NULL ? check->message : "");
        sg_run_free(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_one_file_for_two_artifacts),
        cmocka_unit_test(test_layer_under_each_configuration),
        cmocka_unit_test(test_jobs),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_facts_of_a_link),
        cmocka_unit_test(test_facts_of_what_cannot_be_read),
        cmocka_unit_test(test_facts_of_the_too_large),
        cmocka_unit_test(test_revocation),
        cmocka_unit_test(test_unusable),
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, enter_gate_folder, leave_gate_folder);
}
