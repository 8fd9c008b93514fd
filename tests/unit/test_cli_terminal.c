/* Which CI, which colours, and what goes to standard error. */
#include "test_cli_fixture.h"

#include "cli/terminal.h"

struct variable {
    const char *name, *value;
};

static void set_environment(const struct variable *variables, size_t count)
{
    clear_environment();
    for (size_t i = 0; i < count && variables[i].name != NULL; i++) {
        if (variables[i].value != NULL)
            setenv(variables[i].name, variables[i].value, 1);
        else
            unsetenv(variables[i].name);
    }
}

/* CI.md: what tells each. */
static void test_ci(void **state)
{
    (void)state;
    static const struct {
        struct variable environment[3];
        const char *value; /* of --ci */
        enum sg_ci ci;
    } rows[] = {
        {{{0}}, NULL, SG_CI_NONE},
        {{{0}}, "auto", SG_CI_NONE},
        {{{"GITHUB_ACTIONS", "true"}}, NULL, SG_CI_GITHUB},
        {{{"GITHUB_ACTIONS", "true"}}, "auto", SG_CI_GITHUB},
        {{{"GITHUB_ACTIONS", "false"}}, NULL, SG_CI_NONE},
        {{{"GITHUB_ACTIONS", "1"}}, NULL, SG_CI_NONE},
        {{{"GITHUB_ACTIONS", ""}}, NULL, SG_CI_NONE},
        {{{"GITLAB_CI", "true"}}, NULL, SG_CI_GITLAB},
        {{{"GITLAB_CI", ""}}, NULL, SG_CI_NONE},
        {{{"JENKINS_URL", "https://ci.example.com/"}}, NULL, SG_CI_JENKINS},
        {{{"JENKINS_URL", ""}}, NULL, SG_CI_NONE},
        {{{"JENKINS_HOME", "/var/jenkins"}}, NULL, SG_CI_JENKINS},
        {{{"BUILD_TAG", "jenkins-job-7"}}, NULL, SG_CI_JENKINS},
        {{{"BUILD_TAG", "v1.0"}}, NULL, SG_CI_NONE},
        {{{"GITHUB_ACTIONS", "true"}, {"JENKINS_URL", "x"}}, NULL, SG_CI_GITHUB},
        {{{"GITHUB_ACTIONS", "true"}}, "none", SG_CI_NONE},
        {{{"GITHUB_ACTIONS", "true"}}, "gitlab", SG_CI_GITLAB},
        {{{0}}, "github", SG_CI_GITHUB},
        {{{0}}, "gitlab", SG_CI_GITLAB},
        {{{0}}, "jenkins", SG_CI_JENKINS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_error error = {0};
        enum sg_ci ci = SG_CI_NONE;
        set_environment(rows[i].environment, 3);
        assert_done(sg_ci_choose(rows[i].value, &ci, &error), error);
        if (ci != rows[i].ci)
            fail_msg("row %zu: is %d", i, (int)ci);
    }
    clear_environment();
}

static void test_ci_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"GitHub", "travis", "", "github ", "x\x1b"};
    static const char *const shown[] = {"GitHub", "travis", "", "github ", "x\\x1B"};
    for (size_t i = 0; i < 5; i++) {
        struct sg_error error = {0};
        enum sg_ci ci = SG_CI_NONE;
        char message[128];
        snprintf(message, sizeof message, "--ci `%s`: expected auto, none, github, gitlab or jenkins", shown[i]);
        assert_failed(sg_ci_choose(values[i], &ci, &error), error, SG_ERROR_USAGE, message);
    }
}

/* --- colours ------------------------------------------------------------------------------------------------------------------- */

struct color_row {
    struct variable environment[3];
    const char *value; /* of --color */
    bool on_terminal, elsewhere;
};

static const struct color_row color_rows[] = {
    {{{0}}, NULL, true, false},
    {{{0}}, "auto", true, false},
    {{{0}}, "always", true, true},
    {{{0}}, "never", false, false},
    {{{"NO_COLOR", "1"}}, NULL, false, false},
    {{{"NO_COLOR", ""}}, NULL, true, false}, /* no-color.org: when not an empty string */
    {{{"NO_COLOR", "1"}}, "always", true, true},
    {{{"CLICOLOR_FORCE", "1"}}, NULL, true, true},
    {{{"CLICOLOR_FORCE", "0"}}, NULL, true, false},
    {{{"CLICOLOR_FORCE", ""}}, NULL, true, false},
    {{{"CLICOLOR_FORCE", "1"}}, "never", false, false},
    {{{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}, NULL, false, false},
    {{{"TERM", "dumb"}}, NULL, false, false},
    {{{"TERM", NULL}}, NULL, false, false},
    {{{"TERM", "dumb"}}, "always", true, true},
    {{{"TERM", "dumb"}, {"CLICOLOR_FORCE", "1"}}, NULL, true, true},
};

static void check_colors(bool on_terminal)
{
    for (size_t i = 0; i < sizeof color_rows / sizeof color_rows[0]; i++) {
        struct sg_error error = {0};
        bool color = false;
        set_environment(color_rows[i].environment, 3);
        assert_done(sg_color_choose(color_rows[i].value, &color, &error), error);
        if (color != (on_terminal ? color_rows[i].on_terminal : color_rows[i].elsewhere))
            fail_msg("row %zu, %s a terminal: colours are %s", i, on_terminal ? "on" : "not on", color ? "on" : "off");
    }
    clear_environment();
}

static void test_color_in_a_file(void **state)
{
    (void)state;
    struct caught caught;
    catch_begin(&caught);
    check_colors(false);
    catch_end(&caught);
    sg_buffer_free(&caught.out);
    sg_buffer_free(&caught.err);
}

static void test_color_on_a_terminal(void **state)
{
    (void)state;
    int controller = posix_openpt(O_RDWR | O_NOCTTY);
    if (controller < 0 || grantpt(controller) != 0 || unlockpt(controller) != 0)
        skip();
    int terminal = open(ptsname(controller), O_RDWR | O_NOCTTY);
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    assert_true(terminal >= 0 && saved >= 0);
    assert_int_equal(dup2(terminal, STDOUT_FILENO), STDOUT_FILENO);
    check_colors(true);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(terminal);
    close(controller);
}

static void test_color_refused(void **state)
{
    (void)state;
    struct sg_error error = {0};
    bool color = false;
    assert_failed(sg_color_choose("yes", &color, &error), error, SG_ERROR_USAGE,
                  "--color `yes`: expected auto, always or never");
    assert_failed(sg_color_choose("", &color, &error), error, SG_ERROR_USAGE,
                  "--color ``: expected auto, always or never");
}

/* --- standard output and error --------------------------------------------------------------------------------------------------- */

static void test_report_error(void **state)
{
    (void)state;
    static const struct {
        enum sg_error_code code;
        const char *command; /* NULL: none */
        const char *message;
        const char *printed;
        int status;
    } rows[] = {
        {SG_ERROR_USAGE, "inspect", "what", "sealgate: error: what\ntry `sealgate inspect --help`\n", 2},
        {SG_ERROR_USAGE, NULL, "what", "sealgate: error: what\ntry `sealgate --help`\n", 2},
        {SG_ERROR_CONFIGURATION, "verify", "what", "sealgate: error: what\n", 2},
        {SG_ERROR_IO, "verify", "what", "sealgate: error: what\n", 3},
        {SG_ERROR_MEMORY, NULL, "out of memory", "sealgate: error: out of memory\n", 4},
        {SG_ERROR_OUTPUT, "verify", "disk full", "sealgate: error: disk full\n", 4},
        /* What reaches a runner is no command of its (ATTACKS.md LG-01 to LG-05). */
        {SG_ERROR_IO, NULL, "a ::error::b ##[error]c", "sealgate: error: a \\::error::b ##\\[error]c\n", 3},
        {SG_ERROR_IO, NULL, "\x1b[31mred\r", "sealgate: error: \\x1B[31mred\\x0D\n", 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_error error = {.code = rows[i].code};
        struct sg_arguments arguments = {.command = rows[i].command != NULL ? sg_command_find(rows[i].command) : NULL};
        struct caught caught;
        snprintf(error.message, sizeof error.message, "%s", rows[i].message);
        catch_begin(&caught);
        int status = sg_report_error(rows[i].command != NULL ? &arguments : NULL, &error);
        catch_end(&caught);
        assert_int_equal(status, rows[i].status);
        assert_string_equal(sg_buffer_text(&caught.err), rows[i].printed);
        assert_string_equal(sg_buffer_text(&caught.out), "");
        sg_buffer_free(&caught.out);
        sg_buffer_free(&caught.err);
    }
}

static void test_report_lines(void **state)
{
    (void)state;
    struct caught caught;
    catch_begin(&caught);
    sg_report_lines("");
    sg_report_lines("one");
    sg_report_lines("two\n\nthree\x9b\n::warning::four\n");
    catch_end(&caught);
    assert_string_equal(sg_buffer_text(&caught.err), "one\ntwo\n\nthree\\x9B\n\\::warning::four\n");
    sg_buffer_free(&caught.out);
    sg_buffer_free(&caught.err);
}

static void test_print(void **state)
{
    (void)state;
    struct caught caught;
    struct sg_error error = {0};
    catch_begin(&caught);
    sg_result printed = sg_print(SG_SPAN_LITERAL("a\0b\n"), &error);
    catch_end(&caught);
    assert_done(printed, error);
    assert_true(sg_span_equal(sg_buffer_span(&caught.out), SG_SPAN_LITERAL("a\0b\n")));
    sg_buffer_free(&caught.out);
    sg_buffer_free(&caught.err);
}

/* A report that cannot be written is an error (CONTRACT.md section 2). */
static void test_print_to_a_full_disk(void **state)
{
    (void)state;
    struct sg_error error = {0};
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0)
        skip();
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    dup2(full, STDOUT_FILENO);
    sg_result printed = sg_print(SG_SPAN_LITERAL("x"), &error);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(full);
    assert_failed(printed, error, SG_ERROR_OUTPUT, "cannot write to standard output: No space left on device");
}

/* Every command and option is in the help that should have it. */
static void test_help(void **state)
{
    (void)state;
    struct caught caught;
    catch_begin(&caught);
    int status = sg_print_help(NULL);
    catch_end(&caught);
    assert_int_equal(status, 0);
    for (const struct sg_command *command = sg_commands; command->name != NULL; command++)
        assert_contains(sg_buffer_text(&caught.out), command->summary);
    sg_buffer_free(&caught.out);
    sg_buffer_free(&caught.err);
    for (const struct sg_command *command = sg_commands; command->name != NULL; command++) {
        char wanted[64];
        catch_begin(&caught);
        assert_int_equal(sg_print_help(command), 0);
        catch_end(&caught);
        assert_contains(sg_buffer_text(&caught.out), command->synopsis);
        for (const struct sg_option *option = command->options; option->name != NULL; option++) {
            snprintf(wanted, sizeof wanted, "--%s", option->name);
            assert_contains(sg_buffer_text(&caught.out), wanted);
        }
        assert_contains(sg_buffer_text(&caught.out), "-h, --help");
        sg_buffer_free(&caught.out);
        sg_buffer_free(&caught.err);
    }
}

static void test_version(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "sealgate ", "\nOpenSSL 3.", "\nlibcurl ", "\nlibzip ",
        "\nzlib ",   "\nlibyaml ",   "\njansson ", "\nbuilt-in root (SHA-256) 410220a7"};
    struct caught caught;
    catch_begin(&caught);
    int status = sg_print_version();
    catch_end(&caught);
    assert_int_equal(status, 0);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        assert_contains(sg_buffer_text(&caught.out), parts[i]);
    assert_int_equal(strncmp(sg_buffer_text(&caught.out), "sealgate ", 9), 0);
    sg_buffer_free(&caught.out);
    sg_buffer_free(&caught.err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ci),
        cmocka_unit_test(test_ci_refused),
        cmocka_unit_test(test_color_in_a_file),
        cmocka_unit_test(test_color_on_a_terminal),
        cmocka_unit_test(test_color_refused),
        cmocka_unit_test(test_report_error),
        cmocka_unit_test(test_report_lines),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_print_to_a_full_disk),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, enter_cli_folder, leave_cli_folder);
}
