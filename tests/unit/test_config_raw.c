/* What is refused before libyaml sees the file (ATTACKS.md YA-05, YA-09 to YA-11), and that no file takes long. */
#include "test_config_fixture.h"

static const struct row encodings_rows[] = {
    ROW("a byte order mark of UTF-8 is fine", "\xEF\xBB\xBF" VERSION USE CONFIGS FUNCTIONS OFF, ""),
    ROW("YA-09: UTF-16 with a byte order mark",
        "\xFF\xFEv\x00"
        "e\x00r\x00s\x00i\x00o\x00n\x00:\x00 \x00"
        "1\x00\n"
        "\x00",
        "sealgate.yaml:1:1: error: the file is in UTF-16 or UTF-32\n"
        "   1 | \\xFF\\xFEv\\x00e\\x00r\\x00s\\x00i\\x00o\\x00n\\x00:\\x00 \\x001\\x00\n"
        "     | ^~~~\n"
        "     = expected: a file in UTF-8\n"),
    ROW("YA-09: UTF-16, big end first",
        "\xFE\xFF\x00v\x00"
        "e\x00r\x00s\x00i\x00o\x00n\x00:\x00 \x00"
        "1\x00\n",
        "sealgate.yaml:1:1: error: the file is in UTF-16 or UTF-32\n"
        "   1 | \\xFE\\xFF\\x00v\\x00e\\x00r\\x00s\\x00i\\x00o\\x00n\\x00:\\x00 \\x001\\x00\n"
        "     | ^~~~\n"
        "     = expected: a file in UTF-8\n"),
    ROW("YA-09: UTF-32",
        "\xFF\xFE\x00\x00"
        "a\x00\x00\x00\n"
        "\x00\x00\x00",
        "sealgate.yaml:1:1: error: the file is in UTF-16 or UTF-32\n"
        "   1 | \\xFF\\xFE\\x00\\x00a\\x00\\x00\\x00\n"
        "     | ^~~~\n"
        "     = expected: a file in UTF-8\n"),
    ROW("YA-09: UTF-32, big end first",
        "\x00\x00\xFE\xFF\x00\x00\x00"
        "a\x00\x00\x00\n",
        "sealgate.yaml:1:1: error: the file is in UTF-16 or UTF-32\n"
        "   1 | \\x00\\x00\\xFE\\xFF\\x00\\x00\\x00a\\x00\\x00\\x00\n"
        "     | ^~~~\n"
        "     = expected: a file in UTF-8\n"),
    ROW("YA-09: a byte order mark in the middle", VERSION "# x\xEF\xBB\xBFy\n" USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:2:4: error: U+FEFF is allowed only as the byte order mark at the start of the file\n"
        "   2 | # x\\u{FEFF}y\n"
        "     |    ^~~~~~~~\n"),
    ROW("YA-09: two byte order marks", "\xEF\xBB\xBF\xEF\xBB\xBF" VERSION USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:1:1: error: U+FEFF is allowed only as the byte order mark at the start of the file\n"
        "   1 | \\u{FEFF}version: 1\n"
        "     | ^~~~~~~~\n"),
    ROW("YA-09: a NUL ends the reading",
        VERSION "name: a\x00"
                "b\n"
                "\x00",
        "sealgate.yaml:2:8: error: a NUL byte: this is not a text file in UTF-8\n"
        "   2 | name: a\\x00b\n"
        "     |        ^~~~\n"
        "     = expected: a file in UTF-8\n"),
    ROW("YA-09: Latin-1",
        VERSION "# gr\xFC\xDF"
                "e\n" USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:2:5: error: byte 0xFC is not valid UTF-8 here\n"
        "   2 | # gr\\xFC\\xDFe\n"
        "     |     ^~~~\n"
        "     = expected: a file in UTF-8\n"
        "sealgate.yaml:2:6: error: byte 0xDF is not valid UTF-8 here\n"
        "   2 | # gr\\xFC\\xDFe\n"
        "     |         ^~~~\n"
        "     = expected: a file in UTF-8\n"),
    ROW("YA-09: a surrogate and an overlong form",
        "a: \xED\xA0\x80\n"
        "b: \xC0\xAF\n",
        "sealgate.yaml:1:4: error: byte 0xED is not valid UTF-8 here\n"
        "   1 | a: \\xED\\xA0\\x80\n"
        "     |    ^~~~\n"
        "     = expected: a file in UTF-8\n"
        "sealgate.yaml:1:5: error: byte 0xA0 is not valid UTF-8 here\n"
        "   1 | a: \\xED\\xA0\\x80\n"
        "     |        ^~~~\n"
        "     = expected: a file in UTF-8\n"
        "sealgate.yaml:1:6: error: byte 0x80 is not valid UTF-8 here\n"
        "   1 | a: \\xED\\xA0\\x80\n"
        "     |            ^~~~\n"
        "     = expected: a file in UTF-8\n"
        "sealgate.yaml:2:4: error: byte 0xC0 is not valid UTF-8 here\n"
        "   2 | b: \\xC0\\xAF\n"
        "     |    ^~~~\n"
        "     = expected: a file in UTF-8\n"
        "sealgate.yaml:2:5: error: byte 0xAF is not valid UTF-8 here\n"
        "   2 | b: \\xC0\\xAF\n"
        "     |        ^~~~\n"
        "     = expected: a file in UTF-8\n"),
    ROW("YA-09: a sequence that is cut off", "version: 1 # \xE2\x82",
        "sealgate.yaml:1:14: error: byte 0xE2 is not valid UTF-8 here\n"
        "   1 | version: 1 # \\xE2\\x82\n"
        "     |              ^~~~\n"
        "     = expected: a file in UTF-8\n"
        "sealgate.yaml:1:15: error: byte 0x82 is not valid UTF-8 here\n"
        "   1 | version: 1 # \\xE2\\x82\n"
        "     |                  ^~~~\n"
        "     = expected: a file in UTF-8\n"),
    ROW("a noncharacter", "# \xEF\xBF\xBE\n",
        "sealgate.yaml:1:3: error: U+FFFE is allowed nowhere in a text file\n"
        "   1 | # \xEF\xBF\xBE\n"
        "     |   ^\n"),
};

static void test_encodings(void **state)
{
    (void)state;
    CHECK_ROWS(encodings_rows);
}

static const struct row characters_rows[] = {
    ROW("YA-10: raw control characters", "name: \x1B[31mred\x7F\n",
        "sealgate.yaml:1:7: error: the control character U+001B is not allowed\n"
        "   1 | name: \\x1B[31mred\\x7F\n"
        "     |       ^~~~\n"
        "sealgate.yaml:1:15: error: the control character U+007F is not allowed\n"
        "   1 | name: \\x1B[31mred\\x7F\n"
        "     |                  ^~~~\n"),
    ROW("YA-10: a C1 control character", "name: \xC2\x9Bx\n",
        "sealgate.yaml:1:7: error: the control character U+009B is not allowed\n"
        "   1 | name: \\x9Bx\n"
        "     |       ^~~~\n"),
    ROW("YA-11: a bare CR hides a key", "name: \"x\rfunctions: []\"\n",
        "sealgate.yaml:1:9: error: a carriage return without a line feed is a line break for some readers and not for "
        "others\n"
        "   1 | name: \"x\\x0Dfunctions: []\"\n"
        "     |         ^~~~\n"
        "     = expected: lines that end in LF or CRLF\n"),
    ROW("YA-11: U+0085 hides a key", "name: \"x\xC2\x85y\"\n",
        "sealgate.yaml:1:9: error: U+0085 is a line break for some readers and not for others\n"
        "   1 | name: \"x\\x85y\"\n"
        "     |         ^~~~\n"
        "     = expected: lines that end in LF or CRLF\n"),
    ROW("YA-11: U+2028 and U+2029",
        "a: x\xE2\x80\xA8y\n"
        "b: x\xE2\x80\xA9y\n",
        "sealgate.yaml:1:5: error: U+2028 is a line break for some readers and not for others\n"
        "   1 | a: x\\u{2028}y\n"
        "     |     ^~~~~~~~\n"
        "     = expected: lines that end in LF or CRLF\n"
        "sealgate.yaml:2:5: error: U+2029 is a line break for some readers and not for others\n"
        "   2 | b: x\\u{2029}y\n"
        "     |     ^~~~~~~~\n"
        "     = expected: lines that end in LF or CRLF\n"),
    ROW("CRLF is fine",
        "version: 1\r\n"
        "code_signing_config: c\r\n"
        "code_signing_configs: {c: {allowed_publishers: "
        "[arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123]}}\r\n"
        "functions: [{name: f, code: f.zip}]\r\n"
        "revocation: {sources: []}\r\n",
        ""),
    ROW("CR CR LF is not", "version: 1\r\r\n",
        "sealgate.yaml:1:11: error: a carriage return without a line feed is a line break for some readers and not for "
        "others\n"
        "   1 | version: 1\\x0D\n"
        "     |           ^~~~\n"
        "     = expected: lines that end in LF or CRLF\n"),
    ROW("a bidirectional override in a comment", "version: 1 # \xE2\x80\xAE x\n",
        "sealgate.yaml:1:14: error: U+202E changes the order in which text is shown\n"
        "   1 | version: 1 # \\u{202E} x\n"
        "     |              ^~~~~~~~\n"
        "     = note: a file with it can look different from what it says\n"),
    ROW("several at once, in the order of their places",
        "a: \x01\x02\n"
        "b: \x03\n",
        "sealgate.yaml:1:4: error: the control character U+0001 is not allowed\n"
        "   1 | a: \\x01\\x02\n"
        "     |    ^~~~\n"
        "sealgate.yaml:1:5: error: the control character U+0002 is not allowed\n"
        "   1 | a: \\x01\\x02\n"
        "     |        ^~~~\n"
        "sealgate.yaml:2:4: error: the control character U+0003 is not allowed\n"
        "   2 | b: \\x03\n"
        "     |    ^~~~\n"),
};

static void test_characters(void **state)
{
    (void)state;
    CHECK_ROWS(characters_rows);
}

static const struct row directives_rows[] = {
    ROW("YA-08: %TAG",
        "%TAG ! tag:x,2000:\n"
        "---\n"
        "version: 1\n",
        "sealgate.yaml:1:1: error: a line must not begin with `%`: directives are not allowed\n"
        "   1 | %TAG ! tag:x,2000:\n"
        "     | ^\n"
        "     = expected: the configuration without `%YAML` and `%TAG` lines\n"),
    ROW("%YAML",
        "%YAML 1.1\n"
        "---\n" VERSION USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:1:1: error: a line must not begin with `%`: directives are not allowed\n"
        "   1 | %YAML 1.1\n"
        "     | ^\n"
        "     = expected: the configuration without `%YAML` and `%TAG` lines\n"),
    ROW("a per cent sign elsewhere is fine", VERSION USE CONFIGS "functions: [{name: 'a%b', code: \"x%y\"}] # %\n" OFF,
        ""),
};

static void test_directives(void **state)
{
    (void)state;
    CHECK_ROWS(directives_rows);
}

#include <time.h>

/* YA-05 and its kin: what makes libyaml slow for seconds or minutes must end at once. With sanitizers on a busy machine a tenth
 * of a second can become one. */
static void check_time(const char *what, const char *start, const char *repeated, const char *wanted_part)
{
    struct sg_config *config = NULL;
    struct sg_error error = {0};
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    struct sg_buffer bytes = sg_buffer_make(SG_CONFIG_MAX_BYTES);
    assert_done(sg_buffer_append_text(&bytes, start, &error), error);
    while (bytes.size + strlen(repeated) <= SG_CONFIG_MAX_BYTES)
        assert_done(sg_buffer_append_text(&bytes, repeated, &error), error);
    write_file("sealgate.yaml", sg_buffer_span(&bytes));
    clock_t before = clock();
    assert_false(sg_config_load("sealgate.yaml", &config, &problems, &error).done);
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    assert_contains(sg_buffer_text(&problems), wanted_part);
    if (seconds > unit_seconds(2.0))
        fail_msg("%s took %.1f s", what, seconds);
    sg_buffer_free(&bytes);
    sg_buffer_free(&problems);
}

static void test_time(void **state)
{
    (void)state;
    check_time("a million brackets", "", "[", ":1:17: error: lists and maps are nested deeper than 16 levels\n");
    check_time("brackets on lines of their own", "", "[\n", ":17:1: error: lists and maps are nested deeper than 16");
    check_time("lists in lists on one line", "", "- ", ":1:33: error: lists and maps are nested deeper than 16");
    check_time("maps in maps", "", "{a: ", ":1:65: error: lists and maps are nested deeper than 16 levels\n");
    check_time("keys that are maps", "", "? ", ":1:33: error: lists and maps are nested deeper than 16 levels\n");
    check_time("tag directives", "", "%TAG !a! x\n", ":1:1: error: a line must not begin with `%`");
    check_time("a run of spaces", "a: x", "                ", ":1:1029: error: more than 1024 spaces, tabs and line");
    check_time("blank lines", "a: |\n", "\n\n", ":1025:1: error: more than 1024 spaces, tabs and line breaks");
    check_time("words", "a:", " y", ":1:1: error: unknown key `a`\n");
    check_time("anchors", "a: [", "&a x, ", ":1:5: error: the anchor `&a` is not allowed\n");
    check_time("aliases", "a: [", "*a , ", ":1:5: error: the alias `*a` is not allowed\n");
    check_time("one key again and again", "a: b\n", "a: b\n", ":2:1: error: the key `a` stands twice in this map\n");
    check_time("empty values", "a: [", "~,", ":1:5: error: an item of the list has no value\n");
    check_time("one long line", "", "x", ":1:1: error: the file is a single value\n");
}

static void test_too_many_events(void **state)
{
    (void)state;
    check_time("many items", "a: [", "x,", "error: the file has too many keys, values, lists and maps: reading ends");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodings), cmocka_unit_test(test_characters),      cmocka_unit_test(test_directives),
        cmocka_unit_test(test_time),      cmocka_unit_test(test_too_many_events),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
