#include "base/printable.h"

#include <stdio.h>

size_t sg_utf8_decode(struct sg_span bytes, uint32_t *code_point)
{
    if (bytes.size == 0)
        return 0;
    uint8_t first = bytes.data[0];
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    size_t length = first >= 0xF0 ? 4 : (first >= 0xE0 ? 3 : 2);
    if (first < 0xC2 || first > 0xF4 || bytes.size < length)
        return 0;
    uint32_t value = first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes.data[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (bytes.data[i] & 0x3Fu);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code_point = value;
    return length;
}

bool sg_utf8_valid(struct sg_span bytes)
{
    for (size_t at = 0; at < bytes.size;) {
        uint32_t code_point = 0;
        size_t length = sg_utf8_decode(sg_span_part(bytes, at, bytes.size - at), &code_point);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

bool sg_code_point_hides(uint32_t c)
{
    return c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
           (c >= 0xE0000 && c <= 0xE007F);
}

/* The printable form of the character at the start of `bytes`; returns how many bytes it stands for. At most 12 bytes go to
 * `out`, with a NUL. */
static size_t escape_one(struct sg_span bytes, char out[16])
{
    uint32_t c = 0;
    size_t length = sg_utf8_decode(bytes, &c);
    if (length == 0) {
        snprintf(out, 16, "\\x%02X", bytes.data[0]);
        return 1;
    }
    if (c < 0x20 || (c >= 0x7F && c <= 0x9F))
        snprintf(out, 16, "\\x%02X", (unsigned)c);
    else if (sg_code_point_hides(c))
        snprintf(out, 16, "\\u{%04X}", (unsigned)c);
    else if (c == '\\')
        snprintf(out, 16, "\\\\");
    else
        snprintf(out, 16, "%.*s", (int)length, (const char *)bytes.data);
    return length;
}

/* FNV-1a, 32 bits: tells apart what was cut off; proves nothing. */
static uint32_t checksum(struct sg_span bytes)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < bytes.size; i++)
        hash = (hash ^ bytes.data[i]) * 16777619u;
    return hash;
}

const char *sg_printable(struct sg_printable *out, struct sg_span bytes)
{
    size_t used = 0;
    size_t at = 0;
    while (at < bytes.size && at < SG_PRINTABLE_INPUT_BYTES) {
        char one[16];
        /* Almost every character of almost every name. */
        if (bytes.data[at] >= 0x20 && bytes.data[at] < 0x7F && bytes.data[at] != '\\') {
            out->text[used++] = (char)bytes.data[at++];
            continue;
        }
        at += escape_one(sg_span_part(bytes, at, bytes.size - at), one);
        size_t length = strlen(one);
        memcpy(out->text + used, one, length);
        used += length;
    }
    out->text[used] = '\0';
    if (at < bytes.size)
        snprintf(out->text + used, sizeof out->text - used, "… (%zu bytes, checksum %08x)", bytes.size,
                 checksum(bytes));
    return out->text;
}

const char *sg_printable_text(struct sg_printable *out, const char *text)
{
    return sg_printable(out, sg_span_text(text));
}

sg_result sg_printable_append(struct sg_buffer *buffer, struct sg_span bytes, struct sg_error *error)
{
    for (size_t at = 0; at < bytes.size;) {
        char one[16];
        at += escape_one(sg_span_part(bytes, at, bytes.size - at), one);
        SG_TRY(sg_buffer_append_text(buffer, one, error));
    }
    return SG_OK;
}
