/* The PEM block of the signature entry (FORMAT.md section 1): label PKCS7, base64 in lines of 64, and nothing else in the
 * entry but blanks. A polyglot of code and signature must not pass (ATTACKS.md CM-42, CM-48). */
#include <openssl/evp.h>

#include "crypto/envelope_internal.h"

#define BEGIN_LINE "-----BEGIN PKCS7-----"
#define END_LINE   "-----END PKCS7-----"

enum { LINE_CHARACTERS = 64 };

/* Takes one line without its LF off the front of *rest; false when there is no LF. */
static bool take_line(struct sg_span *rest, struct sg_span *line)
{
    const uint8_t *end = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;
    if (end == NULL)
        return false;
    size_t length = (size_t)(end - rest->data);
    *line = sg_span_part(*rest, 0, length);
    *rest = sg_span_part(*rest, length + 1, rest->size - length - 1);
    return true;
}

static struct sg_span trim(struct sg_span text)
{
    while (text.size > 0 && strchr(" \t\r\n", text.data[0]) != NULL && text.data[0] != '\0')
        text = sg_span_part(text, 1, text.size - 1);
    while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1]) != NULL && text.data[text.size - 1] != '\0')
        text.size--;
    return text;
}

static bool is_base64(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* One line of base64 in whole quantums, "=" only at the end of the last line (RFC 7468 section 3). */
static bool line_valid(struct sg_span line, bool last)
{
    size_t padding = 0;
    while (last && padding < 2 && padding < line.size && line.data[line.size - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < line.size - padding; i++) {
        if (!is_base64(line.data[i]))
            return false;
    }
    return line.size > 0 && line.size % 4 == 0 && (last ? line.size <= LINE_CHARACTERS : line.size == LINE_CHARACTERS);
}

/* Decodes one line of at most 64 characters to the end of `out`. */
static bool decode_line(struct sg_span line, uint8_t *out, size_t *used)
{
    uint8_t decoded[LINE_CHARACTERS];
    int size = EVP_DecodeBlock(decoded, line.data, (int)line.size);
    if (size < 0)
        return false;
    size -= (line.data[line.size - 1] == '=') + (line.data[line.size - 2] == '=');
    /* Only the canonical text comes out again: bits behind the last byte must be zero. */
    uint8_t again[LINE_CHARACTERS + 4];
    EVP_EncodeBlock(again, decoded, size);
    if (memcmp(again, line.data, line.size) != 0)
        return false;
    memcpy(out + *used, decoded, (size_t)size);
    *used += (size_t)size;
    return true;
}

static bool decode_body(struct sg_span body, uint8_t *out, size_t *used)
{
    while (body.size > 0) {
        struct sg_span line;
        if (!take_line(&body, &line) || !line_valid(line, body.size == 0) || !decode_line(line, out, used))
            return false;
    }
    return *used > 0;
}

/* The lines between the first and the last line of the block; false when the entry is anything else. */
static bool find_body(struct sg_span entry, struct sg_span *body)
{
    struct sg_span block = trim(entry);
    struct sg_span begin = SG_SPAN_LITERAL(BEGIN_LINE "\n");
    struct sg_span end = SG_SPAN_LITERAL(END_LINE);
    if (!sg_span_starts_with(block, begin) || block.size < begin.size + end.size ||
        memcmp(block.data + block.size - end.size, end.data, end.size) != 0)
        return false;
    *body = sg_span_part(block, begin.size, block.size - begin.size - end.size);
    return true;
}

sg_result sg_envelope_unwrap_pem(struct sg_envelope_reading *reading)
{
    struct sg_span body;
    if (!find_body(reading->entry, &body))
        return sg_refute_format(reading, "the signature entry is not one PEM block with the label PKCS7 and nothing "
                                         "beside it");
    void *der = NULL;
    size_t size = 0;
    SG_TRY(sg_arena_alloc(reading->arena, body.size + 1, 1, &der, reading->error));
    if (!decode_body(body, der, &size))
        return sg_refute_format(reading, "the PEM block of the signature entry is not base64 in lines of 64");
    reading->der = sg_span_of(der, size);
    return SG_OK;
}
