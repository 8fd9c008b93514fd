/* Where reports go: -o FORMAT[=FILE], and what GitHub expects besides. */
#include "test_cli_fixture.h"

#include "cli/output.h"

static void read_outputs(const char *const *words, enum sg_ci ci, struct sg_arguments *arguments,
                         struct sg_outputs *outputs)
{
    struct sg_error error = {0};
    assert_done(parse_words("verify", words, arguments, &error), error);
    assert_done(sg_outputs_read(arguments, ci, outputs, &error), error);
}

/* The outputs as one line: "json=x text". */
static const char *described(const struct sg_outputs *outputs, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < outputs->count; i++) {
        const struct sg_output *item = &outputs->items[i];
        used += (size_t)snprintf(out + used, size - used, "%s%s%s%s", used > 0 ? " " : "", item->format->name,
                                 item->path != NULL ? "=" : "", item->path != NULL ? item->path : "");
    }
    return out;
}

static void test_read(void **state)
{
    (void)state;
    static const struct {
        const char *words[8];
        enum sg_ci ci;
        const char *wanted;
    } rows[] = {
        {{NULL}, SG_CI_NONE, "text"},
        {{NULL}, SG_CI_GITHUB, "github"},
        {{NULL}, SG_CI_GITLAB, "text"},
        {{NULL}, SG_CI_JENKINS, "plain"},
        {{"-o", "json"}, SG_CI_NONE, "json"},
        {{"-o", "json"}, SG_CI_GITHUB, "json"},
        {{"-o", "json=-"}, SG_CI_GITHUB, "json"},
        {{"-o", "json=report.json"}, SG_CI_NONE, "json=report.json text"},
        {{"-o", "json=a=b"}, SG_CI_NONE, "json=a=b text"},
        {{"-o", "json=x", "-o", "text=y", "-o", "markdown"}, SG_CI_NONE, "json=x text=y markdown"},
        {{"-o", "json=x", "-o", "json=y"}, SG_CI_JENKINS, "json=x json=y plain"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_arguments arguments;
        struct sg_outputs outputs;
        char text[256];
        read_outputs(rows[i].words, rows[i].ci, &arguments, &outputs);
        assert_string_equal(described(&outputs, text, sizeof text), rows[i].wanted);
        assert_int_equal(outputs.ci, rows[i].ci);
        sg_arguments_free(&arguments);
    }
}

#define FORMATS "; this build writes text, json, github, plain, markdown"

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *words[8];
        const char *message;
    } rows[] = {
        {{"-o", "jsn"}, "--output: there is no format `jsn`" FORMATS "; did you mean `json`?"},
        {{"-o", "JSON"}, "--output: there is no format `JSON`" FORMATS "; did you mean `json`?"},
        {{"-o", "sarif"}, "--output: there is no format `sarif`" FORMATS},
        {{"-o", "=x"}, "--output: there is no format ``" FORMATS},
        {{"-o", "x\n::error::"}, "--output: there is no format `x\\x0A::error::`" FORMATS},
        {{"-o", "json="}, "--output json=: the file's name is missing"},
        {{"-o", "json", "-o", "text"},
         "--output: only one report can go to standard output; give the others a file: FORMAT=FILE"},
        {{"-o", "json", "-o", "text=-"},
         "--output: only one report can go to standard output; give the others a file: FORMAT=FILE"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_arguments arguments;
        struct sg_outputs outputs;
        struct sg_error error = {0};
        assert_done(parse_words("verify", rows[i].words, &arguments, &error), error);
        assert_failed(sg_outputs_read(&arguments, SG_CI_NONE, &outputs, &error), error, SG_ERROR_USAGE,
                      rows[i].message);
        sg_arguments_free(&arguments);
    }
}

static void test_most_outputs(void **state)
{
    (void)state;
    static char words[2 * (SG_MAX_OUTPUTS + 1)][16];
    char *list[2 * (SG_MAX_OUTPUTS + 1)];
    for (size_t i = 0; i <= SG_MAX_OUTPUTS; i++) {
        snprintf(words[2 * i], sizeof words[0], "-o");
        snprintf(words[2 * i + 1], sizeof words[0], "json=%zu", i);
        list[2 * i] = words[2 * i];
        list[2 * i + 1] = words[2 * i + 1];
    }
    for (size_t count = SG_MAX_OUTPUTS; count <= SG_MAX_OUTPUTS + 1; count++) {
        struct sg_arguments arguments;
        struct sg_outputs outputs;
        struct sg_error error = {0};
        assert_done(sg_arguments_parse(&sg_commands[0], (int)(2 * count), list, &arguments, &error), error);
        if (count > SG_MAX_OUTPUTS)
            assert_failed(sg_outputs_read(&arguments, SG_CI_NONE, &outputs, &error), error, SG_ERROR_USAGE,
                          "--output is given more than 16 times");
        else
            assert_done(sg_outputs_read(&arguments, SG_CI_NONE, &outputs, &error), error);
        sg_arguments_free(&arguments);
    }
}

/* --- writing ------------------------------------------------------------------------------------------------------------------ */

static const struct sg_config config = {.path = "sealgate.yaml", .folder = "."};
static const struct sg_report report = {.evaluated_at = {.unix_seconds = 1795453200},
                                        .config = &config,
                                        .verdict = SG_VERDICT_BLOCKED,
                                        .blocked = 1,
                                        .exit_code = 1};

static sg_result write_outputs(const char *const *words, enum sg_ci ci, struct caught *caught, struct sg_error *error)
{
    struct sg_arguments arguments;
    struct sg_outputs outputs;
    const struct sg_style style = {.color = true};
    read_outputs(words, ci, &arguments, &outputs);
    catch_begin(caught);
    sg_result result = sg_outputs_write(&outputs, &report, &style, error);
    catch_end(caught);
    sg_arguments_free(&arguments);
    return result;
}

static void free_caught(struct caught *caught)
{
    sg_buffer_free(&caught->out);
    sg_buffer_free(&caught->err);
}

static struct sg_buffer content_of(const char *path)
{
    struct sg_error error = {0};
    struct sg_buffer buffer = {0};
    assert_done(sg_file_read(path, SG_REPORT_MAX_BYTES, &buffer, &error), error);
    return buffer;
}

static void test_write(void **state)
{
    (void)state;
    static const char *const words[] = {"-o", "json=report.json", "-o", "text=report.txt", "-o", "json", NULL};
    struct caught caught;
    struct sg_error error = {0};
    assert_done(write_outputs(words, SG_CI_NONE, &caught, &error), error);
    struct sg_buffer json = content_of("report.json");
    struct sg_buffer text = content_of("report.txt");
    assert_string_equal(sg_buffer_text(&json), sg_buffer_text(&caught.out));
    assert_contains(sg_buffer_text(&json), "\"verdict\": \"blocked\"");
    assert_contains(sg_buffer_text(&text), "BLOCKED");
    assert_null(strchr(sg_buffer_text(&text), '\x1b')); /* a file has no colours */
    assert_string_equal(sg_buffer_text(&caught.err), "");
    sg_buffer_free(&json);
    sg_buffer_free(&text);
    free_caught(&caught);
}

/* One that fails does not keep the others from being written; the first error is told. */
static void test_write_fails(void **state)
{
    (void)state;
    static const char *const words[] = {"-o", "json=missing/x.json", "-o", "json=.", "-o", "json=last.json", NULL};
    struct caught caught;
    struct sg_error error = {0};
    assert_failed(
        write_outputs(words, SG_CI_NONE, &caught, &error), error, SG_ERROR_OUTPUT,
        "the json report was not written to missing/x.json: cannot create a file beside missing/x.json: No such "
        "file or directory");
    struct sg_buffer json = content_of("last.json");
    assert_contains(sg_buffer_text(&json), "\"exit_code\": 1");
    assert_contains(sg_buffer_text(&caught.out), "BLOCKED");
    sg_buffer_free(&json);
    free_caught(&caught);
}

/* A device is written to, not replaced. */
static void test_write_to_a_device(void **state)
{
    (void)state;
    static const char *const null[] = {"-o", "json=/dev/null", NULL};
    static const char *const full[] = {"-o", "json=/dev/full", NULL};
    struct caught caught;
    struct sg_error error = {0};
    struct stat status;
    assert_done(write_outputs(null, SG_CI_NONE, &caught, &error), error);
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    free_caught(&caught);
    if (access("/dev/full", W_OK) != 0)
        return;
    assert_failed(write_outputs(full, SG_CI_NONE, &caught, &error), error, SG_ERROR_OUTPUT,
                  "the json report was not written to /dev/full: cannot write: No space left on device");
    free_caught(&caught);
}

/* A link is replaced by the report, so that nobody can have it written elsewhere. */
static void test_write_over_a_link(void **state)
{
    (void)state;
    static const char *const words[] = {"-o", "json=link.json", NULL};
    struct caught caught;
    struct sg_error error = {0};
    struct stat status;
    assert_done(sg_file_write("victim", SG_SPAN_LITERAL("keep"), 0600, &error), error);
    assert_int_equal(symlink("victim", "link.json"), 0);
    assert_done(write_outputs(words, SG_CI_NONE, &caught, &error), error);
    struct sg_buffer victim = content_of("victim");
    assert_string_equal(sg_buffer_text(&victim), "keep");
    assert_int_equal(lstat("link.json", &status), 0);
    assert_true(S_ISREG(status.st_mode));
    sg_buffer_free(&victim);
    free_caught(&caught);
}

/* --- GitHub ---------------------------------------------------------------------------------------------------------------------- */

static void test_github_files(void **state)
{
    (void)state;
    static const char *const words[] = {"-o", "json=report.json", NULL};
    struct caught caught;
    struct sg_error error = {0};
    assert_done(sg_file_write("output", SG_SPAN_LITERAL("before=1\n"), 0600, &error), error);
    setenv("GITHUB_OUTPUT", "output", 1);
    setenv("GITHUB_STEP_SUMMARY", "summary", 1);
    assert_done(write_outputs(words, SG_CI_GITHUB, &caught, &error), error);
    struct sg_buffer output = content_of("output");
    struct sg_buffer summary = content_of("summary");
    assert_string_equal(sg_buffer_text(&output),
                        "before=1\nverdict=blocked\nblocked=1\nwarned=0\nundecided=0\nreport=report.json\n");
    assert_true(summary.size > 0);
    sg_buffer_free(&output);
    sg_buffer_free(&summary);
    free_caught(&caught);
    clear_environment();
}

/* Without the variables, and elsewhere than on GitHub, nothing is written. */
static void test_no_github_files(void **state)
{
    (void)state;
    static const char *const words[] = {NULL};
    struct caught caught;
    struct sg_error error = {0};
    setenv("GITHUB_OUTPUT", "", 1);
    assert_done(write_outputs(words, SG_CI_GITHUB, &caught, &error), error);
    free_caught(&caught);
    setenv("GITHUB_OUTPUT", "elsewhere", 1);
    setenv("GITHUB_STEP_SUMMARY", "elsewhere", 1);
    assert_done(write_outputs(words, SG_CI_NONE, &caught, &error), error);
    assert_int_equal(access("elsewhere", F_OK), -1);
    free_caught(&caught);
    clear_environment();
}

static void test_github_files_fail(void **state)
{
    (void)state;
    static const char *const words[] = {NULL};
    struct caught caught;
    struct sg_error error = {0};
    setenv("GITHUB_STEP_SUMMARY", "missing/summary", 1);
    setenv("GITHUB_OUTPUT", "output.2", 1);
    assert_failed(write_outputs(words, SG_CI_GITHUB, &caught, &error), error, SG_ERROR_OUTPUT,
                  "cannot open missing/summary: No such file or directory");
    struct sg_buffer output = content_of("output.2"); /* written all the same */
    assert_contains(sg_buffer_text(&output), "verdict=blocked\n");
    sg_buffer_free(&output);
    free_caught(&caught);
    clear_environment();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_most_outputs),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_write_fails),
        cmocka_unit_test(test_write_to_a_device),
        cmocka_unit_test(test_write_over_a_link),
        cmocka_unit_test(test_github_files),
        cmocka_unit_test(test_no_github_files),
        cmocka_unit_test(test_github_files_fail),
    };
    return cmocka_run_group_tests(tests, enter_cli_folder, leave_cli_folder);
}
