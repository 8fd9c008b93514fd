/* The lock of a run: found beside the configuration, held against packages, refused when it cannot be true. */
#include "test_gate_fixture.h"

#define F(name, file) "  - {name: " name ", code: " file "}\n"
#define YAML          CONFIG "functions:\n" F("f", "good.zip") "layers:\n" F("l", "good.zip") TRUST OFF

/* An entry for a package of the fixture, signed by its one job. */
static void append_entry(struct sg_buffer *out, const char *kind, const char *name, const char *file,
                         const char *profile, const char *job, const char *time)
{
    struct sg_error error = {0};
    struct sg_buffer bytes = {0};
    uint8_t sha256[SG_SHA256_BYTES];
    char base64[SG_SHA256_BASE64_BYTES];
    assert_done(sg_file_read(file, SG_PACKAGE_MAX_BYTES, &bytes, &error), error);
    assert_done(sg_sha256(sg_buffer_span(&bytes), sha256, &error), error);
    assert_done(sg_buffer_printf(
                    out, &error,
                    "%s{\"kind\": \"%s\", \"name\": \"%s\", \"code_sha256\": \"%s\", \"profile_version_arn\": \"%s\", "
                    "\"job_arn\": \"%s\", \"signed_at\": \"%s\"}",
                    out->size > 30 ? ", " : "", kind, name, sg_sha256_base64(sha256, base64), profile, job, time),
                error);
    sg_buffer_free(&bytes);
}

#define SIGNED_AT "2026-11-02T10:11:12Z"

struct locked {
    const char *kind, *name, *file;
};

static void write_lock(const struct locked *items, size_t count)
{
    struct sg_error error = {0};
    struct sg_buffer text = sg_buffer_make(64 * 1024);
    assert_done(sg_buffer_append_text(&text, "{\"version\":1,\"artifacts\":[", &error), error);
    for (size_t i = 0; i < count; i++)
        append_entry(&text, items[i].kind, items[i].name, items[i].file, RELEASE, JOB, SIGNED_AT);
    assert_done(sg_buffer_append_text(&text, "]}", &error), error);
    write_bytes("sealgate.lock", sg_buffer_span(&text));
    sg_buffer_free(&text);
}

static void refuse_run(const struct sg_gate_options *options, enum sg_error_code code, const char *message)
{
    struct sg_run *run = NULL;
    struct sg_error error = {0};
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    write_bytes("sealgate.yaml", sg_span_text(YAML));
    assert_failed(sg_gate_run(options, &run, &problems, &error), error, code, message);
    assert_null(run);
    assert_int_equal(problems.size, 0);
    sg_buffer_free(&problems);
}

static const struct locked both[] = {{"function", "f", "good.zip"}, {"layer", "l", "good.zip"}};
static const struct locked with_others[] = {{"function", "f", "good.zip"},
                                            {"function", "gone", "good.zip"},
                                            {"layer", "f", "good.zip"},
                                            {"layer", "l", "good.zip"}};

static void without_a_lock_nothing_is_said(void **state)
{
    (void)state;
    const struct sg_gate_options options = gate_options();
    remove("sealgate.lock");
    struct sg_run *run = run_gate(YAML, &options);
    const struct sg_report *report = sg_run_report(run);
    assert_null(report->lock.lock);
    assert_int_equal(report->artifacts[0].judgement.finding_count, 0);
    assert_int_equal(report->exit_code, 0);
    sg_run_free(&run);
}

static void frozen_demands_a_lock(void **state)
{
    (void)state;
    struct sg_gate_options options = gate_options();
    options.frozen = true;
    remove("sealgate.lock");
    refuse_run(&options, SG_ERROR_USAGE, "--frozen: there is no sealgate.lock; `sealgate lock` writes it");
}

static void what_is_locked_passes(void **state)
{
    (void)state;
    struct sg_gate_options options = gate_options();
    write_lock(both, 2);
    for (int frozen = 0; frozen < 2; frozen++) {
        options.frozen = frozen == 1;
        struct sg_run *run = run_gate(YAML, &options);
        const struct sg_report *report = sg_run_report(run);
        assert_string_equal(report->lock.lock->path, "sealgate.lock");
        assert_int_equal(report->lock.lock->count, 2);
        assert_int_equal(report->lock.unused_count, 0);
        assert_int_equal(report->lock.frozen, options.frozen);
        assert_int_equal(report->allowed, 2);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(report->artifacts[i].judgement.finding_count, 0);
        sg_run_free(&run);
    }
}

static void other_bytes_are_blocked(void **state)
{
    (void)state;
    struct sg_gate_options options = gate_options();
    const struct locked items[] = {{"function", "f", "expired.zip"}, {"layer", "l", "good.zip"}};
    write_lock(items, 2);
    struct sg_run *run = run_gate(YAML, &options);
    const struct sg_report *report = sg_run_report(run);
    assert_int_equal(report->exit_code, 1);
    assert_int_equal(report->artifacts[0].judgement.findings[0].rule, SG_RULE_PIN_MISMATCH);
    assert_int_equal(report->artifacts[1].judgement.action, SG_ACTION_ALLOW);
    sg_run_free(&run);
    /* What makes a new lock does not look at the old one, whatever it holds. */
    write_bytes("sealgate.lock", SG_SPAN_LITERAL("<<<<<<<"));
    options.ignore_lock = true;
    run = run_gate(YAML, &options);
    assert_int_equal(sg_run_report(run)->exit_code, 0);
    assert_null(sg_run_report(run)->lock.lock);
    sg_run_free(&run);
}

static void an_artifact_that_is_not_locked_is_blocked_when_frozen(void **state)
{
    (void)state;
    struct sg_gate_options options = gate_options();
    write_lock(both, 1);
    struct sg_run *run = run_gate(YAML, &options);
    assert_int_equal(sg_run_report(run)->exit_code, 0);
    assert_int_equal(sg_run_report(run)->artifacts[1].judgement.findings[0].level, SG_LEVEL_NOTICE);
    sg_run_free(&run);
    options.frozen = true;
    run = run_gate(YAML, &options);
    assert_int_equal(sg_run_report(run)->exit_code, 1);
    assert_int_equal(sg_run_report(run)->allowed, 1);
    assert_int_equal(sg_run_report(run)->artifacts[1].judgement.checks[SG_CHECK_INTEGRITY].rule, SG_RULE_NOT_LOCKED);
    sg_run_free(&run);
}

static void entries_of_nothing_are_listed_or_refused(void **state)
{
    (void)state;
    struct sg_gate_options options = gate_options();
    write_lock(with_others, 4);
    struct sg_run *run = run_gate(YAML, &options);
    const struct sg_report *report = sg_run_report(run);
    assert_int_equal(report->exit_code, 0);
    assert_int_equal(report->lock.unused_count, 2);
    assert_int_equal(report->lock.unused[0]->kind, SG_FUNCTION);
    assert_string_equal(report->lock.unused[0]->name, "gone");
    assert_int_equal(report->lock.unused[1]->kind, SG_LAYER);
    assert_string_equal(report->lock.unused[1]->name, "f");
    sg_run_free(&run);
    options.frozen = true;
    refuse_run(&options, SG_ERROR_CONFIGURATION,
               "sealgate.lock has an entry for function gone, which sealgate.yaml does not have; review that, and run "
               "`sealgate lock`");
    /* An artifact that a part of the run leaves out is there all the same. */
    const char *only = "f";
    options.only = &only;
    options.only_count = 1;
    write_lock(both, 2);
    run = run_gate(YAML, &options);
    assert_int_equal(sg_run_report(run)->allowed, 1);
    sg_run_free(&run);
}

/* A container image has no bytes that could be locked. */
static void an_image_is_no_package(void **state)
{
    (void)state;
    struct sg_gate_options options = gate_options();
    const struct locked items[] = {{"function", "i", "good.zip"}};
    write_lock(items, 1);
    struct sg_run *run = run_gate(CONFIG "functions:\n  - {name: i, package_type: Image}\n" TRUST OFF, &options);
    assert_int_equal(sg_run_report(run)->lock.unused_count, 1);
    assert_int_equal(sg_run_report(run)->artifacts[0].judgement.finding_count, 1);
    sg_run_free(&run);
}

static void what_is_no_lock_stops_the_run(void **state)
{
    (void)state;
    struct sg_gate_options options = gate_options();
    write_bytes("sealgate.lock", SG_SPAN_LITERAL("{\"version\": 2}"));
    refuse_run(&options, SG_ERROR_CONFIGURATION,
               "sealgate.lock: `version` is not 1, the only one that this build reads");
}

/* The same bytes cannot have two signatures. */
static void a_lock_that_cannot_be_true_stops_the_run(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *job, *time;
    } rows[] = {
        {HOTFIX, JOB, SIGNED_AT},
        {RELEASE, OWNER "/signing-jobs/11111111-7777-8888-9999-000000000000", SIGNED_AT},
        {RELEASE, JOB, "2026-11-02T10:11:13Z"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct sg_gate_options options = gate_options();
        struct sg_error error = {0};
        struct sg_buffer text = sg_buffer_make(64 * 1024);
        assert_done(sg_buffer_append_text(&text, "{\"version\":1,\"artifacts\":[", &error), error);
        append_entry(&text, "layer", "l", "good.zip", rows[i].profile, rows[i].job, rows[i].time);
        assert_done(sg_buffer_append_text(&text, "]}", &error), error);
        write_bytes("sealgate.lock", sg_buffer_span(&text));
        sg_buffer_free(&text);
        refuse_run(&options, SG_ERROR_CONFIGURATION,
                   "sealgate.lock: layer l: the entry pins this very package, but names another signature than it has; "
                   "run `sealgate lock`");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_lock_nothing_is_said),
        cmocka_unit_test(frozen_demands_a_lock),
        cmocka_unit_test(what_is_locked_passes),
        cmocka_unit_test(other_bytes_are_blocked),
        cmocka_unit_test(an_artifact_that_is_not_locked_is_blocked_when_frozen),
        cmocka_unit_test(entries_of_nothing_are_listed_or_refused),
        cmocka_unit_test(an_image_is_no_package),
        cmocka_unit_test(what_is_no_lock_stops_the_run),
        cmocka_unit_test(a_lock_that_cannot_be_true_stops_the_run),
    };
    return cmocka_run_group_tests(tests, enter_gate_folder, leave_gate_folder);
}
