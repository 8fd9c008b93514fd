/*
 * Text made fit for a log: every form, and that nothing is left to obey.
 */
#include "unit.h"

#include "base/printable.h"
#include "report/safe.h"

static const struct {
    const char *what;
    const char *text;
    const char *wanted;
} forms[] = {
    {"plain text", "dist/checkout.zip", "dist/checkout.zip"},
    {"umlauts and other scripts", "\303\244 \346\227\245", "\303\244 \346\227\245"},
    {"a printable form stays as it is", "a\\x0A\\\\b", "a\\x0A\\\\b"},
    {"a line feed", "a\n::error::x", "a\\x0A::error::x"},
    {"carriage return, bell, DEL", "\r\a\177", "\\x0D\\x07\\x7F"},
    {"an escape sequence", "\033[31mred", "\\x1B[31mred"},
    {"a link of a terminal", "\033]8;;http://e\033\\", "\\x1B]8;;http://e\\x1B\\"},
    {"C1 as UTF-8", "\302\233", "\\x9B"},
    {"C1 as a byte", "\233", "\\x9B"},
    {"an overlong form", "\300\200", "\\xC0\\x80"},
    {"a surrogate", "\355\240\200", "\\xED\\xA0\\x80"},
    {"a cut sequence", "\303", "\\xC3"},
    {"bidirectional controls", "\342\200\256x\342\201\246", "\\u{202E}x\\u{2066}"},
    {"zero width, BOM, line separator", "\342\200\213\357\273\277\342\200\250", "\\u{200B}\\u{FEFF}\\u{2028}"},
    {"a tag character", "\363\240\201\201", "\\u{E0041}"},
    {"a command of the old form", "##[error]x", "##\\[error]x"},
    {"a command in the middle of a line", "x ##[add-mask]y", "x ##\\[add-mask]y"},
    {"more hashes", "###[error]", "###\\[error]"},
    {"Azure Pipelines", "##vso[task.setvariable]", "##\\vso[task.setvariable]"},
    {"TeamCity", "##teamcity[x]", "##\\teamcity[x]"},
    {"hashes of text", "# a ## b ###", "# a ## b ###"},
    {"an ignored character between the hashes", "#\315\217#[error]", "#\\u{034F}#[error]"},
    {"an ignored character behind the hashes", "##\357\270\217[error]", "##\\u{FE0F}[error]"},
    {"a command at the start", "::error::x", "\\::error::x"},
    {"a command at the start of a word", "a ::error::x", "a \\::error::x"},
    {"a command behind blanks", "  ::error::x", "  \\::error::x"},
    {"a command behind a no-break space", "\302\240::error::x", "\302\240\\::error::x"},
    {"a command behind an ideographic space", "\343\200\200::e", "\343\200\200\\::e"},
    {"an ignored character before the command", "\315\217::error::", "\\u{034F}::error::"},
    {"colons inside a word", "std::string", "std::string"},
    {"formats are text", "%n%s%0A", "%n%s%0A"},
};

static void every_form_is_as_it_should_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct sg_error error = {0};
        struct sg_buffer out = sg_buffer_make(4096);
        assert_done(sg_safe_append_text(&out, forms[i].text, &error), error);
        if (strcmp(sg_buffer_text(&out), forms[i].wanted) != 0)
            fail_msg("%s: %s is not %s", forms[i].what, sg_buffer_text(&out), forms[i].wanted);
        sg_buffer_free(&out);
    }
}

/* Whatever bytes come, the text is UTF-8 on one line, has no command in it, and passing twice changes nothing that matters. */
static void any_bytes_become_one_harmless_line(void **state)
{
    (void)state;
    static const char alphabet[] = {'#', '[', ':', ' ', '\n', '\r', '\033', 'v', '\\', '\302', '\240', '\233'};
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[24];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[i] = (uint8_t)alphabet[(seed >> 16) % sizeof alphabet];
        }
        struct sg_error error = {0};
        struct sg_buffer out = sg_buffer_make(4096);
        assert_done(sg_safe_append(&out, sg_span_of(bytes, sizeof bytes), &error), error);
        const char *text = sg_buffer_text(&out);
        assert_true(sg_utf8_valid(sg_buffer_span(&out)));
        assert_null(strpbrk(text, "\n\r\033"));
        assert_null(strstr(text, "##["));
        assert_null(strstr(text, "##v"));
        assert_null(strstr(text, " ::"));
        assert_null(strstr(text, "\302\240::"));
        assert_false(strncmp(text, "::", 2) == 0);
        sg_buffer_free(&out);
    }
}

static const struct {
    const char *what;
    const char *text;
    size_t column;
    size_t indent;
    const char *wanted;
} wraps[] = {
    {"short text stays", "a b", 10, 4, "a b"},
    {"blanks inside a line stay", "a   b", 0, 0, "a   b"},
    {"a full line is not broken", "aaaaa bbbb", 90, 2, "aaaaa bbbb"},
    {"one column more is", "aaaaa bbbbb", 90, 2, "aaaaa\n  bbbbb"},
    {"columns are characters, not bytes", "aaaaa \303\244\303\244\303\244\303\244", 90, 2,
     "aaaaa \303\244\303\244\303\244\303\244"},
    {"the first word never moves", "aaaaaaaaaaaaaaaaaaaa b", 90, 2, "aaaaaaaaaaaaaaaaaaaa\n  b"},
    {"a line never begins with a command", "aaaaaaaa ::error::x", 90, 0, "aaaaaaaa\n\\::error::x"},
    {"blanks at a break go", "aaaaa      bbbbb", 90, 2, "aaaaa\n  bbbbb"},
};

static void text_is_broken_at_blanks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wraps / sizeof wraps[0]; i++) {
        struct sg_error error = {0};
        struct sg_buffer out = sg_buffer_make(4096);
        assert_done(sg_safe_wrap(&out, wraps[i].text, wraps[i].column, wraps[i].indent, &error), error);
        if (strcmp(sg_buffer_text(&out), wraps[i].wanted) != 0)
            fail_msg("%s: %s is not %s", wraps[i].what, sg_buffer_text(&out), wraps[i].wanted);
        sg_buffer_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_as_it_should_be),
        cmocka_unit_test(any_bytes_become_one_harmless_line),
        cmocka_unit_test(text_is_broken_at_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
