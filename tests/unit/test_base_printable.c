/* Foreign bytes made fit for a message (ATTACKS.md section 5, LG-01 to LG-06), and UTF-8 (RFC 3629). */
#include "unit.h"

#include "base/printable.h"

struct row {
    const char *bytes;
    size_t size;
    const char *shown;
};

#define ROW(bytes, shown)                                                                                              \
    {                                                                                                                  \
        bytes, sizeof(bytes) - 1, shown                                                                                \
    }

static const struct row rows[] = {
    ROW("", ""),
    ROW("plain text", "plain text"),
    ROW("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"),
    ROW("a\nb", "a\\x0Ab"),
    ROW("a\r\n::error::x", "a\\x0D\\x0A::error::x"),
    ROW("\x1b[31mred\x1b[0m", "\\x1B[31mred\\x1B[0m"),
    ROW("\x1b]0;title\x07", "\\x1B]0;title\\x07"),
    ROW("a\0b", "a\\x00b"),
    ROW("\t\x7f", "\\x09\\x7F"),
    ROW("\xC2\x80\xC2\x9B\xC2\x9F", "\\x80\\x9B\\x9F"), /* C1 controls: a terminal's CSI among them */
    ROW("\xC2\xA0", "\xC2\xA0"),
    ROW("\x9b", "\\x9B"),
    ROW("\xff\xfe", "\\xFF\\xFE"),
    ROW("\\x1B", "\\\\x1B"), /* what looks like an escape cannot be taken for one */
    ROW("C:\\x", "C:\\\\x"),
    ROW("\xE2\x80\xAE", "\\u{202E}"),
    ROW("a\xE2\x80\x8B", "a\\u{200B}"),
    ROW("\xE2\x80\xA8\xE2\x80\xA9", "\\u{2028}\\u{2029}"),
    ROW("\xC2\x85", "\\x85"),
    ROW("\xEF\xBB\xBF", "\\u{FEFF}"),
    ROW("\xC2\xAD", "\\u{00AD}"),
    ROW("\xD8\x9C", "\\u{061C}"),
    ROW("\xE2\x81\xA6x\xE2\x81\xA9", "\\u{2066}x\\u{2069}"),
    ROW("\xF3\xA0\x81\xA1", "\\u{E0061}"), /* a tag character */
    ROW("\xC0\xAF", "\\xC0\\xAF"),
    ROW("\xED\xA0\x80", "\\xED\\xA0\\x80"),
    ROW("\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"),
    ROW("\xE2\x82", "\\xE2\\x82"),
    ROW("\xE2\x82x", "\\xE2\\x82x"),
    ROW("100%s %n", "100%s %n"),
};

static void test_printable(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_printable out;
        struct sg_error error = {0};
        struct sg_buffer buffer = sg_buffer_make(4096);
        assert_string_equal(sg_printable(&out, sg_span_of(rows[i].bytes, rows[i].size)), rows[i].shown);
        assert_true(sg_utf8_valid(sg_span_text(out.text)));
        assert_done(sg_printable_append(&buffer, sg_span_of(rows[i].bytes, rows[i].size), &error), error);
        assert_string_equal(sg_buffer_text(&buffer), rows[i].shown);
        sg_buffer_free(&buffer);
    }
}

/* Every byte by itself: nothing but printable characters comes out. */
static void test_every_byte(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t bytes[2] = {(uint8_t)byte, 'x'};
        struct sg_printable out;
        sg_printable(&out, sg_span_of(bytes, 2));
        for (const char *at = out.text; *at != '\0'; at++) {
            if (*at < 0x20 || *at > 0x7e)
                fail_msg("byte 0x%02x comes out as %s", byte, out.text);
        }
    }
}

/* LG-06: long text is cut at a character, with its length and a checksum. */
static void test_cut(void **state)
{
    (void)state;
    char text[1024];
    struct sg_printable one;
    struct sg_printable other;
    memset(text, 'a', sizeof text);
    sg_printable(&one, sg_span_of(text, 256));
    assert_int_equal(strlen(one.text), 256);
    sg_printable(&one, sg_span_of(text, 257));
    assert_int_equal(strncmp(one.text, text, 256), 0);
    /* FNV-1a of 257 letters a, by another program. */
    assert_string_equal(one.text + 256, "… (257 bytes, checksum 1470c82c)");
    /* Two that begin alike differ in what is shown. */
    text[300] = 'b';
    sg_printable(&one, sg_span_of(text, 400));
    text[300] = 'c';
    sg_printable(&other, sg_span_of(text, 400));
    assert_string_not_equal(one.text, other.text);
    assert_int_equal(strncmp(one.text, other.text, 256), 0);
}

/* A character that begins before the 256th byte is shown whole; nothing overflows whatever the bytes are. */
static void test_cut_at_a_character(void **state)
{
    (void)state;
    char text[4096];
    struct sg_printable out;
    memset(text, 'a', sizeof text);
    memcpy(text + 255, "\xF0\x9F\x98\x80", 4);
    sg_printable(&out, sg_span_of(text, 1000));
    assert_memory_equal(out.text + 255, "\xF0\x9F\x98\x80… (1000 bytes", 4 + strlen("… (1000 bytes"));
    assert_true(sg_utf8_valid(sg_span_text(out.text)));
    memset(text, 0x01, sizeof text);
    sg_printable(&out, sg_span_of(text, sizeof text));
    assert_int_equal(strncmp(out.text, "\\x01\\x01", 8), 0);
    assert_true(strlen(out.text) < sizeof out.text);
    for (size_t i = 0; i + 4 <= sizeof text; i += 4)
        memcpy(text + i, "\xF3\xA0\x81\xA1", 4);
    sg_printable(&out, sg_span_of(text, sizeof text));
    assert_true(strlen(out.text) < sizeof out.text);
    for (size_t i = 0; i + 3 <= sizeof text; i += 3)
        memcpy(text + i, "\xE2\x80\xAE", 3);
    sg_printable(&out, sg_span_of(text, sizeof text));
    assert_true(strlen(out.text) < sizeof out.text);
}

static void test_append_is_bounded(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_buffer buffer = sg_buffer_make(6);
    assert_failed(sg_printable_append(&buffer, SG_SPAN_LITERAL("a\n\n"), &error), error, SG_ERROR_INTERNAL,
                  "a text of more than 6 bytes was cut off");
    sg_buffer_free(&buffer);
}

/* --- UTF-8 ------------------------------------------------------------------------------------------------------------------- */

static void test_decode(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        size_t length; /* 0: none */
        uint32_t code_point;
    } decode_rows[] = {
        {"", 0, 0, 0},
        {"\0", 1, 1, 0},
        {"\x7f", 1, 1, 0x7F},
        {"\x80", 1, 0, 0},
        {"\xBF", 1, 0, 0},
        {"\xC0\x80", 2, 0, 0},
        {"\xC1\xBF", 2, 0, 0},
        {"\xC2\x80", 2, 2, 0x80},
        {"\xDF\xBF", 2, 2, 0x7FF},
        {"\xC2", 1, 0, 0},
        {"\xC2\x7F", 2, 0, 0},
        {"\xC2\xC0", 2, 0, 0},
        {"\xE0\x9F\xBF", 3, 0, 0},
        {"\xE0\xA0\x80", 3, 3, 0x800},
        {"\xED\x9F\xBF", 3, 3, 0xD7FF},
        {"\xED\xA0\x80", 3, 0, 0},
        {"\xED\xBF\xBF", 3, 0, 0},
        {"\xEE\x80\x80", 3, 3, 0xE000},
        {"\xEF\xBF\xBF", 3, 3, 0xFFFF},
        {"\xE2\x82", 2, 0, 0},
        {"\xE2\x28\xA1", 3, 0, 0},
        {"\xF0\x8F\xBF\xBF", 4, 0, 0},
        {"\xF0\x90\x80\x80", 4, 4, 0x10000},
        {"\xF4\x8F\xBF\xBF", 4, 4, 0x10FFFF},
        {"\xF4\x90\x80\x80", 4, 0, 0},
        {"\xF5\x80\x80\x80", 4, 0, 0},
        {"\xF8\x88\x80\x80\x80", 5, 0, 0},
        {"\xFC\x84\x80\x80\x80\x80", 6, 0, 0},
        {"\xFE", 1, 0, 0},
        {"\xFF", 1, 0, 0},
        {"\xF0\x9F\x98", 3, 0, 0},
        {"a\xFF", 2, 1, 'a'},
    };
    for (size_t i = 0; i < sizeof decode_rows / sizeof decode_rows[0]; i++) {
        uint32_t code_point = 0;
        struct sg_span bytes = sg_span_of(decode_rows[i].bytes, decode_rows[i].size);
        size_t length = sg_utf8_decode(bytes, &code_point);
        if (length != decode_rows[i].length || code_point != decode_rows[i].code_point)
            fail_msg("row %zu: %zu bytes, U+%04X", i, length, (unsigned)code_point);
        assert_int_equal(sg_utf8_valid(bytes), length == bytes.size);
    }
}

/* Every code point there and back; every surrogate refused. */
static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x110000; c++) {
        uint8_t bytes[4];
        size_t size = c < 0x80 ? 1 : (c < 0x800 ? 2 : (c < 0x10000 ? 3 : 4));
        static const uint8_t heads[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
        for (size_t i = size; i-- > 1;)
            bytes[i] = (uint8_t)(0x80 | (c >> 6 * (size - 1 - i) & 0x3F));
        bytes[0] = (uint8_t)(heads[size] | c >> 6 * (size - 1));
        bool valid = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        uint32_t decoded = 0;
        if (sg_utf8_decode(sg_span_of(bytes, size), &decoded) != (valid ? size : 0) || (valid && decoded != c))
            fail_msg("U+%04X", (unsigned)c);
    }
}

static void test_hides(void **state)
{
    (void)state;
    static const uint32_t hiding[] = {0xAD,   0x61C,  0x200B, 0x200D, 0x200E, 0x200F, 0x2028,  0x2029, 0x202A,
                                      0x202E, 0x2060, 0x2066, 0x2069, 0xFEFF, 0xFFF9, 0xE0001, 0xE007F};
    static const uint32_t open[] = {'a', ' ', 0xA0, 0xE4, 0x200A, 0x2010, 0x2027, 0x202F, 0x205F, 0x2070, 0x1F600};
    for (size_t i = 0; i < sizeof hiding / sizeof hiding[0]; i++)
        assert_true(sg_code_point_hides(hiding[i]));
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        assert_false(sg_code_point_hides(open[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_printable),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_at_a_character),
        cmocka_unit_test(test_append_is_bounded),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_hides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
