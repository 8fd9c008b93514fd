/* The command line's grammar (CONTRACT.md section 1), and the man page that is made from the same tables. */
#include "test_cli_fixture.h"

#include "base/rule.h"
#include "base/time.h"
#include "cli/manual.h"

/* The arguments as one line: each option with its value, then the operands. */
static const char *described(const struct sg_arguments *arguments, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < arguments->count; i++) {
        const struct sg_argument *item = &arguments->items[i];
        used += (size_t)snprintf(out + used, size - used, "%s--%s%s%s", used > 0 ? " " : "", item->option->name,
                                 item->value != NULL ? "=" : "", item->value != NULL ? item->value : "");
    }
    for (size_t i = 0; i < arguments->operand_count; i++)
        used += (size_t)snprintf(out + used, size - used, "%s[%s]", used > 0 ? " " : "", arguments->operands[i]);
    return out;
}

struct row {
    const char *command;
    const char *words[MOST_WORDS];
    const char *wanted; /* the arguments, described; or the message when `refused` */
    bool refused;
};

#define VERIFY_TOO_MUCH(word) "`" word "` is too much: sealgate [verify] [OPTIONS] [CONFIG]"

static const struct row rows[] = {
    {"verify", {NULL}, "", false},
    {"verify", {"pipeline.yaml"}, "[pipeline.yaml]", false},
    {"verify", {"-"}, "[-]", false},
    {"verify", {"--enforce", "x.yaml", "--offline"}, "--enforce --offline [x.yaml]", false},
    {"verify", {"-c", "x.yaml"}, "--config=x.yaml", false},
    {"verify", {"-cx.yaml"}, "--config=x.yaml", false},
    {"verify", {"-c=x.yaml"}, "--config==x.yaml", false},
    {"verify", {"--config", "x.yaml"}, "--config=x.yaml", false},
    {"verify", {"--config=x.yaml"}, "--config=x.yaml", false},
    {"verify", {"--config=a=b"}, "--config=a=b", false},
    {"verify", {"-j4"}, "--jobs=4", false},
    {"verify", {"-j", "4"}, "--jobs=4", false},
    {"verify", {"-o", "json=x", "-o", "text"}, "--output=json=x --output=text", false},
    {"verify", {"--only", "a", "--only=b"}, "--only=a --only=b", false},
    {"verify", {"-o", "--offline"}, "--output=--offline", false},
    {"verify", {"--", "--enforce"}, "[--enforce]", false},
    {"verify", {"--enforce", "--", "-x"}, "--enforce [-x]", false},
    {"verify", {"--", "--"}, "[--]", false},
    {"verify", {"-q", "-v"}, "--quiet --verbose", false},
    {"verify", {"-h", "a", "b", "c"}, "--help [a] [b] [c]", false},
    {"inspect", {"--help"}, "--help", false},
    {"inspect", {"a.zip", "b.zip", "--json"}, "--json [a.zip] [b.zip]", false},
    {"sign", {"--version"}, "--version", false},
    {"explain", {NULL}, "", false},

    {"verify", {"--offlien"}, "unknown option --offlien; did you mean --offline?", true},
    {"verify", {"--Enforce"}, "unknown option --Enforce; did you mean --enforce?", true},
    {"verify", {"--enforc"}, "unknown option --enforc; did you mean --enforce?", true},
    {"verify", {"--something-else"}, "unknown option --something-else", true},
    {"verify", {"--json"}, "unknown option --json", true},
    {"verify", {"--=x"}, "unknown option --", true},
    {"verify", {"--a\n::error::b"}, "unknown option --a\\x0A::error::b", true},
    {"verify", {"--onyl=x"}, "unknown option --onyl; did you mean --only?", true},
    {"verify", {"-x"}, "unknown option -x", true},
    {"verify", {"-\xFF"}, "unknown option -\\xFF", true},
    {"verify", {"-\x1b"}, "unknown option -\\x1B", true},
    {"verify", {"-qv"}, "-q takes no value; give options one by one", true},
    {"verify", {"-hq"}, "-h takes no value; give options one by one", true},
    {"verify", {"--enforce", "--enforce"}, "--enforce is given twice", true},
    {"verify", {"-c", "a", "--config=b"}, "--config is given twice", true},
    {"verify", {"-q", "--quiet"}, "--quiet is given twice", true},
    {"verify", {"--help", "-h"}, "--help is given twice", true},
    {"verify", {"--enforce=yes"}, "--enforce takes no value", true},
    {"verify", {"--enforce="}, "--enforce takes no value", true},
    {"verify", {"--config"}, "--config needs a value: FILE", true},
    {"verify", {"-c"}, "--config needs a value: FILE", true},
    {"verify", {"-o"}, "--output needs a value: FORMAT[=FILE]", true},
    {"verify", {"--ci"}, "--ci needs a value: auto|none|github|gitlab|jenkins", true},
    {"verify", {"--config="}, "--config needs a value that is not empty", true},
    {"verify", {"--config", ""}, "--config needs a value that is not empty", true},
    {"verify", {"a", "b"}, VERIFY_TOO_MUCH("b"), true},
    {"verify", {"a", "--", "b\x1b"}, VERIFY_TOO_MUCH("b\\x1B"), true},
    {"inspect", {NULL}, "`inspect` needs more: sealgate inspect [OPTIONS] PACKAGE...", true},
    {"inspect", {"--enforce", "a"}, "unknown option --enforce", true},
    {"sign",
     {"a", "b"},
     "`b` is too much: sealgate sign --key FILE --certificates FILE --profile-version-arn ARN -o FILE PACKAGE",
     true},
};

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_arguments arguments = {0};
        struct sg_error error = {0};
        char text[1024];
        sg_result result = parse_words(rows[i].command, rows[i].words, &arguments, &error);
        if (result.done == rows[i].refused)
            fail_msg("row %zu (%s): %s", i, rows[i].wanted, result.done ? "taken" : error.message);
        if (rows[i].refused) {
            assert_string_equal(error.message, rows[i].wanted);
            assert_int_equal(error.code, SG_ERROR_USAGE);
            assert_null(arguments.items);
        } else {
            assert_string_equal(described(&arguments, text, sizeof text), rows[i].wanted);
            assert_string_equal(arguments.command->name, rows[i].command);
        }
        sg_arguments_free(&arguments);
    }
}

static void test_lookups(void **state)
{
    (void)state;
    static const char *const words[] = {"--only", "a", "--enforce", "--only=b", "--now=x", NULL};
    struct sg_arguments arguments;
    struct sg_error error = {0};
    const char *values[MOST_WORDS];
    assert_done(parse_words("verify", words, &arguments, &error), error);
    assert_true(sg_arguments_has(&arguments, "enforce"));
    assert_false(sg_arguments_has(&arguments, "offline"));
    assert_string_equal(sg_arguments_value(&arguments, "now"), "x");
    assert_null(sg_arguments_value(&arguments, "enforce"));
    assert_null(sg_arguments_value(&arguments, "config"));
    assert_int_equal(sg_arguments_values(&arguments, "only", values), 2);
    assert_string_equal(values[0], "a");
    assert_string_equal(values[1], "b");
    assert_int_equal(sg_arguments_values(&arguments, "output", values), 0);
    sg_arguments_free(&arguments);
}

static void test_commands(void **state)
{
    (void)state;
    static const char *const names[] = {"verify", "lock", "inspect", "sign", "explain"};
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(sg_commands[i].name, names[i]);
        assert_ptr_equal(sg_command_find(names[i]), &sg_commands[i]);
        assert_non_null(sg_commands[i].run);
    }
    assert_null(sg_commands[5].name);
    assert_null(sg_command_find("Verify"));
    assert_null(sg_command_find(""));
    /* Reserved names are no commands (CONTRACT.md section 1). */
    static const char *const reserved[] = {"csc", "iam", "init"};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(sg_reserved_commands[i], reserved[i]);
        assert_null(sg_command_find(reserved[i]));
    }
    assert_null(sg_reserved_commands[3]);
}

/* No two options of a command share a name or a letter; each has a help without a full stop. */
static void test_tables(void **state)
{
    (void)state;
    for (const struct sg_command *command = sg_commands; command->name != NULL; command++) {
        const struct sg_option *all[64];
        size_t count = 0;
        for (const struct sg_option *option = command->options; option->name != NULL; option++)
            all[count++] = option;
        for (const struct sg_option *option = sg_common_options; option->name != NULL; option++)
            all[count++] = option;
        for (size_t i = 0; i < count; i++) {
            size_t length = strlen(all[i]->help);
            assert_true(length > 0 && all[i]->help[length - 1] != '.');
            for (size_t j = 0; j < i; j++) {
                assert_string_not_equal(all[i]->name, all[j]->name);
                assert_true(all[i]->short_name == 0 || all[i]->short_name != all[j]->short_name);
            }
        }
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int value; /* -1: refused */
        const char *shown;
    } number_rows[] = {
        {"1", 1, NULL},
        {"16", 16, NULL},
        {"256", 256, NULL},
        {"0", -1, "0"},
        {"257", -1, "257"},
        {"", -1, ""},
        {"01", -1, "01"},
        {"+1", -1, "+1"},
        {"-1", -1, "-1"},
        {" 1", -1, " 1"},
        {"1 ", -1, "1 "},
        {"1.0", -1, "1.0"},
        {"1e2", -1, "1e2"},
        {"0x10", -1, "0x10"},
        {"4294967297", -1, "4294967297"},
        {"=4", -1, "=4"},
        {"\n", -1, "\\x0A"},
        {"18446744073709551617", -1, "18446744073709551617"},
        {"\xD9\xA1", -1, "\xD9\xA1"},
        {"1000001", -1, "1000001"},
    };
    for (size_t i = 0; i < sizeof number_rows / sizeof number_rows[0]; i++) {
        struct sg_error error = {0};
        unsigned value = 42;
        char message[256];
        sg_result result = sg_parse_number("jobs", number_rows[i].text, 1, 256, &value, &error);
        if (number_rows[i].value >= 0) {
            assert_done(result, error);
            assert_int_equal(value, number_rows[i].value);
            continue;
        }
        snprintf(message, sizeof message, "--jobs `%s`: expected a number from 1 to 256", number_rows[i].shown);
        assert_failed(result, error, SG_ERROR_USAGE, message);
        assert_int_equal(value, 42);
    }
    unsigned zero = 42;
    struct sg_error error = {0};
    assert_done(sg_parse_number("n", "0", 0, 5, &zero, &error), error);
    assert_int_equal(zero, 0);
    assert_failed(sg_parse_number("n", "00", 0, 5, &zero, &error), error, SG_ERROR_USAGE,
                  "--n `00`: expected a number from 0 to 5");
}

static void test_times(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_time time = {0};
    assert_done(sg_parse_time("now", "2026-11-23T17:00:00Z", &time, &error), error);
    assert_int_equal(time.unix_seconds, 1795453200);
    assert_failed(sg_parse_time("now", "yesterday", &time, &error), error, SG_ERROR_USAGE,
                  "--now `yesterday`: expected an RFC 3339 time such as 2026-11-23T17:00:00Z");
    assert_failed(sg_parse_time("signed-at", "2026-11-23\n", &time, &error), error, SG_ERROR_USAGE,
                  "--signed-at `2026-11-23\\x0A`: expected an RFC 3339 time such as 2026-11-23T17:00:00Z");
}

/* --- the man page ------------------------------------------------------------------------------------------------------------ */

static void assert_manual_has_option(const char *page, const struct sg_option *option)
{
    char wanted[128];
    if (option->short_name != 0)
        snprintf(wanted, sizeof wanted, ".It Fl %c , Fl \\-%s", option->short_name, option->name);
    else
        snprintf(wanted, sizeof wanted, ".It Fl \\-%s", option->name);
    if (strstr(page, wanted) == NULL)
        fail_msg("the man page does not have `%s`", wanted);
}

static void test_manual(void **state)
{
    (void)state;
    struct sg_buffer page = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_error error = {0};
    char wanted[256];
    assert_done(sg_manual_write(&page, &error), error);
    const char *text = sg_buffer_text(&page);
    for (const struct sg_command *command = sg_commands; command->name != NULL; command++) {
        snprintf(wanted, sizeof wanted, ".Ss %s: %s\n", command->name, command->summary);
        assert_contains(text, wanted);
        for (const struct sg_option *option = command->options; option->name != NULL; option++)
            assert_manual_has_option(text, option);
    }
    for (const struct sg_option *option = sg_common_options; option->name != NULL; option++)
        assert_manual_has_option(text, option);
    for (int rule = SG_RULE_NONE + 1; rule < SG_RULE_COUNT; rule++) {
        snprintf(wanted, sizeof wanted, ".It Li %s\n", sg_rule_name((enum sg_rule)rule));
        assert_contains(text, wanted);
    }
    static const char *const sections[] = {"NAME",        "SYNOPSIS", "DESCRIPTION", "COMMANDS", "RULES",
                                           "ENVIRONMENT", "FILES",    "EXIT STATUS", "SEE ALSO"};
    const char *at = text;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        snprintf(wanted, sizeof wanted, ".Sh %s\n", sections[i]);
        at = strstr(at, wanted);
        if (at == NULL)
            fail_msg("the man page has no section %s, or in another order", sections[i]);
    }
    sg_buffer_free(&page);
}

/* Every line that begins with a dot is a macro of mdoc; a list that is opened is closed. */
static void test_manual_macros(void **state)
{
    (void)state;
    static const char *const macros[] = {"Dd", "Dt", "Os", "Sh", "Ss", "Nm", "Nd", "Op", "Ar", "Ic", "Li", "Pp", "Bl",
                                         "El", "It", "Ev", "Fl", "Xr", "Pa", "Ex", "Sy", "Em", "Bd", "Ed", "Ql"};
    struct sg_buffer page = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_error error = {0};
    int open = 0;
    assert_done(sg_manual_write(&page, &error), error);
    for (const char *line = sg_buffer_text(&page); *line != '\0'; line = strchr(line, '\n') + 1) {
        bool known = line[0] != '.';
        for (size_t i = 0; i < sizeof macros / sizeof macros[0] && !known; i++)
            known = strncmp(line + 1, macros[i], 2) == 0 && (line[3] == ' ' || line[3] == '\n');
        if (!known)
            fail_msg("no macro: %.40s", line);
        open += (strncmp(line, ".Bl", 3) == 0) - (strncmp(line, ".El", 3) == 0);
        assert_in_range(open, 0, 1);
        assert_true(line[0] != '\'' && line[0] != ' ');
    }
    assert_int_equal(open, 0);
    sg_buffer_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),  cmocka_unit_test(test_lookups),       cmocka_unit_test(test_commands),
        cmocka_unit_test(test_tables), cmocka_unit_test(test_numbers),       cmocka_unit_test(test_times),
        cmocka_unit_test(test_manual), cmocka_unit_test(test_manual_macros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
