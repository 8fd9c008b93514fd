/*
 * Everything that can fail fails once: the N-th allocation (the libraries' own included), read, write, inflation, fork … of a
 * verification fails (tests/torture/faults.h), for every N that a new call path leads to. What comes of it must be an error with
 * exit status 3 or 4, an undecided report, or, where the failure changes nothing, the very same reports; never a block, never a
 * pass that differs, no leak, no crash.
 *
 * SEALGATE_TORTURE=all tries every N; SEALGATE_TORTURE=N that one alone, and prints the path that led to it.
 */
#include "test_cli_fixture.h"
#include "test_gate_fixture.h"

#include "../torture/faults.h"
#include "base/cleanup.h"
#include "base/printable.h"
#include "crypto/library.h"
#include "gate/facts.h"
#include "gate/facts_wire.h"
#include "gate/reader.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_LEAK_CHECK 1
#endif
#endif
#if defined(WITH_LEAK_CHECK)
extern int __lsan_do_recoverable_leak_check(void);
#else
static int __lsan_do_recoverable_leak_check(void)
{
    return 0;
}
#endif

/* --- a good run ------------------------------------------------------------------------------------------------------------ */

#define SETTINGS                                                                                                       \
    CONFIG                                                                                                             \
    "functions:\n  - {name: checkout, code: good.zip, layers: [shared]}\n"                                             \
    "layers:\n  - {name: shared, code: layer.zip}\n" TRUST                                                             \
    "revocation:\n  sources:\n    - list: file:revoked.json\n    - crl: file:ca.crl\n    - crl: file:root.crl\n"
#define LIST                                                                                                           \
    "{\"version\": 1, \"issued_at\": \"2026-11-23T00:00:00Z\", \"next_update\": \"2026-11-24T00:00:00Z\", "            \
    "\"revoked\": [{\"job_arn\": \"" OWNER "/signing-jobs/00000000-0000-0000-0000-000000000000\", "                    \
    "\"revoked_at\": \"2026-11-22T00:00:00Z\", \"reason\": \"test\"}]}\n"

static const char *const reports[] = {"out.txt", "out.json", "out.github", "out.plain", "out.md", "caught.out"};
enum { REPORT_COUNT = sizeof reports / sizeof reports[0] };

static void write_crl(const char *path, const struct authority *issuer)
{
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *time = ASN1_TIME_new();
    unsigned char *der = NULL;
    assert_true(list != NULL && time != NULL);
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer->certificate));
    set_text_time(time, "261123000000Z");
    X509_CRL_set1_lastUpdate(list, time);
    set_text_time(time, "261124000000Z");
    X509_CRL_set1_nextUpdate(list, time);
    assert_true(X509_CRL_sign(list, issuer->key, EVP_sha384()) > 0);
    int size = i2d_X509_CRL(list, &der);
    assert_true(size > 0);
    write_bytes(path, sg_span_of(der, (size_t)size));
    OPENSSL_free(der);
    ASN1_TIME_free(time);
    X509_CRL_free(list);
}

static int enter(void **state)
{
    clear_environment();
    if (enter_gate_folder(state) != 0)
        return -1;
    write_bytes("layer.zip", signed_package("layer\n", RELEASE, expiry_time));
    write_bytes("sealgate.yaml", sg_span_text(SETTINGS));
    write_bytes("revoked.json", sg_span_text(LIST));
    write_crl("ca.crl", &chain.ca);
    write_crl("root.crl", &chain.root);
    return 0;
}

/* `sealgate verify` as main calls it, with a report in every format. */
static int run_command(void)
{
    static const char *const words[] = {"--now", "2026-11-23T17:00:00Z", "-j", "1",
                                        "-o",    "text=out.txt",         "-o", "json=out.json",
                                        "-o",    "github=out.github",    "-o", "plain=out.plain",
                                        "-o",    "markdown=out.md",      "-v"};
    SG_CLEANUP(sg_arguments_free) struct sg_arguments arguments = {0};
    struct sg_error error = {0};
    const struct sg_command *command = sg_command_find("verify");
    if (!sg_arguments_parse(command, sizeof words / sizeof words[0], (char *const *)(uintptr_t)words, &arguments,
                            &error)
             .done)
        return sg_error_exit_status(error.code);
    return command->run(&arguments);
}

/* --- what may come of it --------------------------------------------------------------------------------------------------- */

struct outputs {
    struct sg_buffer items[REPORT_COUNT];
};

/* The standard streams, while they go to files. */
struct standard_streams {
    int saved_out, saved_err;
};

static struct standard_streams redirect_streams(void)
{
    fflush(stdout);
    fflush(stderr);
    return (struct standard_streams){redirect(STDOUT_FILENO, "caught.out"), redirect(STDERR_FILENO, "caught.err")};
}

static void restore_streams(const struct standard_streams *streams)
{
    dup2(streams->saved_out, STDOUT_FILENO);
    dup2(streams->saved_err, STDERR_FILENO);
    close(streams->saved_out);
    close(streams->saved_err);
}

/* What is not there is empty. */
static void read_outputs(struct outputs *out)
{
    for (size_t i = 0; i < REPORT_COUNT; i++) {
        struct sg_error ignored = {0};
        out->items[i] = sg_buffer_make(SG_REPORT_MAX_BYTES);
        (void)sg_file_read(reports[i], SG_REPORT_MAX_BYTES, &out->items[i], &ignored).done;
    }
}

static void free_outputs(struct outputs *outputs)
{
    for (size_t i = 0; i < REPORT_COUNT; i++)
        sg_buffer_free(&outputs->items[i]);
}

static const char *first_difference(const struct outputs *a, const struct outputs *b)
{
    for (size_t i = 0; i < REPORT_COUNT; i++) {
        if (!sg_span_equal(sg_buffer_span(&a->items[i]), sg_buffer_span(&b->items[i])))
            return reports[i];
    }
    return NULL;
}

/* Only what stands in the way of reading the configuration, or a file that it names, may be a fault of the configuration. */
static const char *command_problem(int status, const struct faults_seen *seen, const struct outputs *is,
                                   const struct outputs *untouched)
{
    if (status == 0)
        return first_difference(is, untouched) == NULL ? NULL : "passed with other reports";
    if (status == 3 || status == 4 || (status == 2 && seen->io))
        return NULL;
    return status == 1 ? "blocked" : "a status that is neither 3 nor 4";
}

/* --- every point ------------------------------------------------------------------------------------------------------------ */

struct tally {
    size_t points, tried, harmless, failures;
};

/* One run with the `nth` call failing, 0 for none; what is wrong with what came of it, or NULL. */
typedef const char *one_run(void *self, size_t nth, struct faults_seen *seen, bool *harmless);

static void complain(struct tally *tally, size_t nth, const struct faults_seen *seen, const char *problem)
{
    tally->failures++;
    if (tally->failures <= 100)
        print_error("N = %zu, %s fails: %s\n", nth, seen->what != NULL ? seen->what : "nothing", problem);
}

static void try_point(one_run *run, void *self, size_t nth, struct tally *tally)
{
    struct faults_seen seen;
    bool harmless = false;
    const char *problem = run(self, nth, &seen, &harmless);
    if (problem != NULL)
        complain(tally, nth, &seen, problem);
    tally->tried++;
    tally->harmless += harmless;
}

/* The runs before the first point make what libraries keep for ever; the last of them is what the others are held against. */
static bool torture(const char *what, one_run *run, void *self)
{
    const char *wish = getenv("SEALGATE_TORTURE");
    size_t only = wish != NULL ? (size_t)strtoul(wish, NULL, 10) : 0;
    struct tally tally = {0};
    struct faults_seen seen;
    bool harmless = false;
    for (int i = 0; i < 3; i++)
        assert_null(run(self, 0, &seen, &harmless));
    tally.points = seen.count;
    size_t count = 0;
    size_t *points = faults_choose(wish != NULL, &count);
    int shown_on = only != 0 ? dup(STDERR_FILENO) : -1;
    faults_show_path(shown_on);
    for (size_t i = 0; i < count; i++) {
        if (only == 0 || points[i] == only)
            try_point(run, self, points[i], &tally);
    }
    faults_show_path(-1);
    sg_cleanup_close(&shown_on);
    free(points);
    print_message("%s: %zu points, %zu tried, %zu of them changed nothing\n", what, tally.points, tally.tried,
                  tally.harmless);
    return __lsan_do_recoverable_leak_check() == 0 && tally.failures == 0;
}

/* --- the command ------------------------------------------------------------------------------------------------------------- */

static bool reads_here; /* packages are read in this process, and nothing fails in that */

extern sg_result __real_sg_readers_read(struct sg_readers *readers, const char *path, struct sg_facts *out,
                                        struct sg_error *error);
extern sg_result __wrap_sg_readers_read(struct sg_readers *readers, const char *path, struct sg_facts *out,
                                        struct sg_error *error);
extern sg_result __real_sg_readers_start(const struct sg_anchors *anchors, struct sg_readers **out,
                                         struct sg_error *error);
extern sg_result __wrap_sg_readers_start(const struct sg_anchors *anchors, struct sg_readers **out,
                                         struct sg_error *error);
extern struct sg_sandbox __real_sg_readers_sandbox(const struct sg_readers *readers);
extern struct sg_sandbox __wrap_sg_readers_sandbox(const struct sg_readers *readers);

sg_result __wrap_sg_readers_start(const struct sg_anchors *anchors, struct sg_readers **out, struct sg_error *error)
{
    *out = NULL;
    return reads_here ? SG_OK : __real_sg_readers_start(anchors, out, error);
}

struct sg_sandbox __wrap_sg_readers_sandbox(const struct sg_readers *readers)
{
    const struct sg_sandbox whole = {.landlock = true, .seccomp = true, .complete = true};
    return reads_here ? whole : __real_sg_readers_sandbox(readers);
}

/* What a reader answered about a package when it was asked for the first time. */
static struct answer {
    const char *path;
    struct sg_buffer form;
} answers[] = {{.path = "good.zip"}, {.path = "layer.zip"}};

static struct sg_anchors *fixed_anchors;

/* Reads the package in this process. */
static sg_result read_facts(const char *path, struct sg_facts *out, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_close) int package = -1;
    SG_CLEANUP(sg_hasher_free) struct sg_hasher *hasher = NULL;
    SG_TRY(sg_file_open(path, SG_PACKAGE_MAX_BYTES, &package, error));
    SG_TRY(sg_hasher_start(true, &hasher, error));
    return sg_facts_read_open(package, fixed_anchors, hasher, out, error);
}

static sg_result make_answer(struct answer *answer, struct sg_error *error)
{
    SG_CLEANUP(sg_facts_free) struct sg_facts facts = {0};
    answer->form = sg_buffer_make(SG_READER_ANSWER_MAX_BYTES);
    SG_TRY(read_facts(answer->path, &facts, error));
    return sg_facts_encode(&facts, &answer->form, error);
}

sg_result __wrap_sg_readers_read(struct sg_readers *readers, const char *path, struct sg_facts *out,
                                 struct sg_error *error)
{
    if (!reads_here)
        return __real_sg_readers_read(readers, path, out, error);
    faults_pause();
    struct answer *answer = strcmp(path, answers[0].path) == 0 ? &answers[0] : &answers[1];
    *out = (struct sg_facts){.arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES)};
    sg_result result = answer->form.size > 0 ? SG_OK : make_answer(answer, error);
    if (result.done)
        result = sg_facts_decode(sg_buffer_span(&answer->form), out, error);
    faults_resume();
    return result;
}

/* How the command is run, and what came of it when nothing failed. */
struct command_run {
    enum fault_scope scope;
    enum fault_kinds kinds;
    struct outputs untouched;
};

static const char *run_and_compare(void *self, size_t nth, struct faults_seen *seen, bool *harmless)
{
    struct command_run *run = self;
    struct outputs outputs;
    for (size_t i = 0; i < REPORT_COUNT; i++)
        remove(reports[i]);
    struct standard_streams streams = redirect_streams();
    sg_crypto_forget_memory_lack();
    faults_arm(nth, run->scope, run->kinds);
    int status = run_command();
    *seen = faults_disarm();
    restore_streams(&streams);
    read_outputs(&outputs);
    *harmless = status == 0;
    if (nth == 0) {
        free_outputs(&run->untouched);
        run->untouched = outputs;
        assert_contains(sg_buffer_text(&outputs.items[1]), "\"verdict\": \"passed\"");
        return status == 0 ? NULL : "the untouched run does not pass";
    }
    const char *problem = command_problem(status, seen, &outputs, &run->untouched);
    free_outputs(&outputs);
    return problem;
}

static bool torture_command(const char *what, enum fault_scope scope, enum fault_kinds kinds)
{
    struct command_run run = {.scope = scope, .kinds = kinds};
    bool survived = torture(what, run_and_compare, &run);
    free_outputs(&run.untouched);
    return survived;
}

/* Everything but the reading of packages, which is tortured below. */
static void test_command(void **state)
{
    (void)state;
    reads_here = true;
    bool survived = torture_command("the command", FAULT_HERE, FAULT_ALL);
    reads_here = false;
    assert_true(survived);
}

/* The processes that read packages, and how they are spoken with. */
static void test_processes(void **state)
{
    (void)state;
    assert_true(torture_command("the command with its processes", FAULT_HERE, FAULT_CALLS));
    assert_true(torture_command("the process of one package", FAULT_IN_READER, FAULT_CALLS));
}

/* --- one package ------------------------------------------------------------------------------------------------------------- */

/* Reads a package, and hands its facts over as they are handed from one process to another. */
static sg_result read_and_hand_over(struct sg_facts *out, struct sg_buffer *form, struct sg_error *error)
{
    SG_CLEANUP(sg_facts_free) struct sg_facts facts = {0};
    SG_TRY(read_facts("good.zip", &facts, error));
    SG_TRY(sg_facts_encode(&facts, form, error));
    return sg_facts_decode(sg_buffer_span(form), out, error);
}

/* Undecided, or exactly what it was. */
static const char *facts_problem(const struct sg_facts *facts, const struct sg_buffer *form,
                                 const struct sg_buffer *untouched, bool *harmless)
{
    static struct sg_printable shown;
    *harmless = sg_span_equal(sg_buffer_span(form), sg_buffer_span(untouched));
    if (!facts->was_read || *harmless)
        return NULL;
    if (facts->package.structure.outcome == SG_REFUTED)
        return sg_printable_text(&shown, facts->package.structure.message);
    const struct sg_proof *refuted = sg_envelope_refutation(&facts->envelope);
    if (refuted != NULL)
        return sg_printable_text(&shown, refuted->message);
    return sg_envelope_proven(&facts->envelope) ? "proven with other facts" : NULL;
}

static const char *read_and_compare(void *self, size_t nth, struct faults_seen *seen, bool *harmless)
{
    struct sg_buffer *untouched = self;
    struct sg_error error = {0};
    struct sg_buffer form = sg_buffer_make(SG_READER_ANSWER_MAX_BYTES);
    struct sg_facts facts = {.arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES)};
    sg_crypto_forget_memory_lack();
    faults_arm(nth, FAULT_HERE, FAULT_ALL);
    bool done = read_and_hand_over(&facts, &form, &error).done;
    *seen = faults_disarm();
    const char *problem = NULL;
    *harmless = false;
    if (nth == 0) {
        sg_buffer_free(untouched);
        *untouched = form;
        form = sg_buffer_make(0);
        problem = done && sg_envelope_proven(&facts.envelope) ? NULL : "the untouched package is not proven";
    } else if (done) {
        problem = facts_problem(&facts, &form, untouched, harmless);
    } else if (sg_error_exit_status(error.code) == 2) {
        problem = "an error that says the package was refused";
    }
    sg_facts_free(&facts);
    sg_buffer_free(&form);
    return problem;
}

static void test_package(void **state)
{
    (void)state;
    struct sg_buffer untouched = {0};
    bool survived = torture("one package", read_and_compare, &untouched);
    sg_buffer_free(&untouched);
    assert_true(survived);
}

/* --------------------------------------------------------------------------------------------------------------------------- */

static int enter_torture(void **state)
{
    struct sg_error error = {0};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer root = {0};
    if (enter(state) != 0)
        return -1;
    assert_done(sg_file_read("root.pem", SG_PEM_MAX_BYTES, &root, &error), error);
    assert_done(sg_anchors_make(&fixed_anchors, &error), error);
    assert_done(sg_anchors_add_pem(fixed_anchors, sg_buffer_span(&root), "root.pem", &error), error);
    return 0;
}

static int leave_torture(void **state)
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        sg_buffer_free(&answers[i].form);
    sg_anchors_free(&fixed_anchors);
    return leave_gate_folder(state);
}

int main(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    struct sg_error error = {0};
    if (preloaded != NULL && strstr(preloaded, "vgpreload") != NULL) {
        printf("skipped: valgrind and this test both want to be the one that allocates\n");
        return 77;
    }
    /* As main does, before anything else uses OpenSSL. */
    if (!sg_crypto_start(&error).done)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_package),
        cmocka_unit_test(test_command),
        cmocka_unit_test(test_processes),
    };
    return cmocka_run_group_tests(tests, enter_torture, leave_torture);
}
