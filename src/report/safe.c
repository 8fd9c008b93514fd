#include "report/safe.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/printable.h"

bool sg_safe_unseen(uint32_t c)
{
    bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    bool ignored = c == 0x34F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
                   (c >= 0x180B && c <= 0x180F) || c == 0x3164 || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFFA0 ||
                   (c >= 0xFFF0 && c <= 0xFFFB) || (c >= 0x1BCA0 && c <= 0x1BCA3) || (c >= 0x1D173 && c <= 0x1D17A) ||
                   (c >= 0xE0000 && c <= 0xE0FFF);
    return control || ignored || sg_code_point_hides(c);
}

size_t sg_safe_character(struct sg_span text, char form[SG_SAFE_FORM_BYTES])
{
    uint32_t c = 0;
    size_t length = sg_utf8_decode(text, &c);
    if (length == 0) {
        snprintf(form, SG_SAFE_FORM_BYTES, "\\x%02X", text.data[0]);
        return 1;
    }
    if (!sg_safe_unseen(c))
        snprintf(form, SG_SAFE_FORM_BYTES, "%.*s", (int)length, (const char *)text.data);
    else if (c <= 0x9F)
        snprintf(form, SG_SAFE_FORM_BYTES, "\\x%02X", (unsigned)c);
    else
        snprintf(form, SG_SAFE_FORM_BYTES, "\\u{%04X}", (unsigned)c);
    return length;
}

/* What a runner takes for a blank when it trims a line: White_Space of Unicode, less the controls, which are escaped. */
static bool starts_with_blank(struct sg_span text)
{
    uint32_t c = 0;
    if (sg_utf8_decode(text, &c) == 0)
        return false;
    return c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

sg_result sg_safe_append(struct sg_buffer *out, struct sg_span text, struct sg_error *error)
{
    size_t hashes = 0;
    bool word_starts = true;
    for (size_t at = 0; at < text.size;) {
        struct sg_span rest = sg_span_part(text, at, text.size - at);
        char form[SG_SAFE_FORM_BYTES];
        at += sg_safe_character(rest, form);
        bool blank = starts_with_blank(rest);
        bool after_hashes = hashes >= 2 && form[0] != '#' && form[0] != '\\' && !blank;
        bool command = word_starts && sg_span_starts_with(rest, SG_SPAN_LITERAL("::"));
        if (after_hashes || command)
            SG_TRY(sg_buffer_append_byte(out, '\\', error));
        SG_TRY(sg_buffer_append_text(out, form, error));
        hashes = form[0] == '#' ? hashes + 1 : 0;
        word_starts = blank;
    }
    return SG_OK;
}

sg_result sg_safe_append_text(struct sg_buffer *out, const char *text, struct sg_error *error)
{
    return sg_safe_append(out, sg_span_text(text), error);
}

size_t sg_safe_columns(struct sg_span text)
{
    size_t columns = 0;
    for (size_t i = 0; i < text.size; i++)
        columns += (text.data[i] & 0xC0) != 0x80;
    return columns;
}

sg_result sg_safe_indent(struct sg_buffer *out, size_t count, struct sg_error *error)
{
    for (size_t i = 0; i < count; i++)
        SG_TRY(sg_buffer_append_byte(out, ' ', error));
    return SG_OK;
}

/* How many bytes at `at` are blanks, or are none. */
static size_t run_length(struct sg_span text, size_t at, bool blanks)
{
    size_t length = 0;
    while (at + length < text.size && (text.data[at + length] == ' ') == blanks)
        length++;
    return length;
}

static sg_result wrap_safe(struct sg_buffer *out, struct sg_span text, size_t column, size_t indent,
                           struct sg_error *error)
{
    bool line_has_word = false;
    for (size_t at = 0; at < text.size;) {
        size_t blanks = run_length(text, at, true);
        size_t length = run_length(text, at + blanks, false);
        struct sg_span word = sg_span_part(text, at + blanks, length);
        at += blanks + length;
        size_t columns = sg_safe_columns(word);
        if (line_has_word && column + blanks + columns > SG_TEXT_COLUMNS) {
            SG_TRY(sg_buffer_append_byte(out, '\n', error));
            SG_TRY(sg_safe_indent(out, indent, error));
            column = indent;
            blanks = 0;
        }
        SG_TRY(sg_safe_indent(out, blanks, error));
        SG_TRY(sg_buffer_append(out, word, error));
        column += blanks + columns;
        line_has_word = true;
    }
    return SG_OK;
}

sg_result sg_safe_wrap(struct sg_buffer *out, const char *text, size_t column, size_t indent, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer safe = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_TRY(sg_safe_append_text(&safe, text, error));
    return wrap_safe(out, sg_buffer_span(&safe), column, indent, error);
}
