#include "aws/canonical.h"

#include <stdlib.h>

/* RFC 3986 section 2.3. */
static bool is_unreserved(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

/* RFC 3986 section 2.1, with upper-case digits. Returns how many bytes `out` has now. */
static size_t encode_byte(uint8_t byte, uint8_t out[3])
{
    static const char digits[] = "0123456789ABCDEF";
    if (is_unreserved(byte)) {
        out[0] = byte;
        return 1;
    }
    out[0] = '%';
    out[1] = (uint8_t)digits[byte >> 4];
    out[2] = (uint8_t)digits[byte & 15];
    return 3;
}

/* --- the path ------------------------------------------------------------------------------------------------------------- */

static sg_result encode_segment(struct sg_span segment, struct sg_buffer *out, struct sg_error *error)
{
    uint8_t encoded[3];
    for (size_t i = 0; i < segment.size; i++)
        SG_TRY(sg_buffer_append(out, sg_span_of(encoded, encode_byte(segment.data[i], encoded)), error));
    return SG_OK;
}

/* Takes the last segment away again, with its slash. */
static void go_up(struct sg_buffer *out, size_t start)
{
    while (out->size > start && out->data[out->size - 1] != '/')
        out->size--;
    if (out->size > start)
        out->size--;
}

/* RFC 3986 section 5.2.4; empty segments go, too. A slash at the end stays. */
static sg_result normalise(struct sg_span path, struct sg_buffer *out, struct sg_error *error)
{
    size_t start = out->size;
    bool ends_in_slash = true;
    while (path.size > 0) {
        const uint8_t *slash = memchr(path.data, '/', path.size);
        size_t length = slash == NULL ? path.size : (size_t)(slash - path.data);
        struct sg_span segment = sg_span_part(path, 0, length);
        size_t step = slash == NULL ? length : length + 1;
        path = sg_span_part(path, step, path.size - step);
        bool up = sg_span_equal(segment, SG_SPAN_LITERAL(".."));
        bool named = !up && segment.size > 0 && !sg_span_equal(segment, SG_SPAN_LITERAL("."));
        ends_in_slash = slash != NULL || !named;
        if (up)
            go_up(out, start);
        if (!named)
            continue;
        SG_TRY(sg_buffer_append_byte(out, '/', error));
        SG_TRY(encode_segment(segment, out, error));
    }
    return ends_in_slash ? sg_buffer_append_byte(out, '/', error) : SG_OK;
}

sg_result sg_canonical_path(struct sg_span path, bool s3, struct sg_buffer *out, struct sg_error *error)
{
    if (path.size == 0)
        return sg_buffer_append_byte(out, '/', error);
    return s3 ? sg_buffer_append(out, path, error) : normalise(path, out, error);
}

/* --- the query ------------------------------------------------------------------------------------------------------------ */

struct pair {
    struct sg_span name, value; /* encoded */
};

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Encodes what the text stands for: an escape is one byte, anything else itself, a plus sign, too. */
static sg_result encode_anew(struct sg_span text, struct sg_arena *arena, struct sg_span *out, struct sg_error *error)
{
    void *room = NULL;
    size_t size = 0;
    SG_TRY(sg_arena_alloc(arena, text.size, 3, &room, error));
    uint8_t *encoded = room;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        int high = byte == '%' && text.size - i > 2 ? hex_value(text.data[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.data[i + 2]) : -1;
        if (low >= 0) {
            byte = (uint8_t)(high * 16 + low);
            i += 2;
        }
        size += encode_byte(byte, encoded + size);
    }
    *out = sg_span_of(encoded, size);
    return SG_OK;
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *left = a;
    const struct pair *right = b;
    int order = sg_span_compare(left->name, right->name);
    return order != 0 ? order : sg_span_compare(left->value, right->value);
}

static sg_result read_pair(struct sg_span text, struct sg_arena *arena, struct pair *out, struct sg_error *error)
{
    const uint8_t *equals = memchr(text.data, '=', text.size);
    size_t length = equals == NULL ? text.size : (size_t)(equals - text.data);
    size_t value = equals == NULL ? length : length + 1;
    SG_TRY(encode_anew(sg_span_part(text, 0, length), arena, &out->name, error));
    return encode_anew(sg_span_part(text, value, text.size - value), arena, &out->value, error);
}

static sg_result read_pairs(struct sg_span query, struct sg_arena *arena, struct pair *pairs, size_t *count,
                            struct sg_error *error)
{
    *count = 0;
    while (query.size > 0) {
        const uint8_t *end = memchr(query.data, '&', query.size);
        size_t length = end == NULL ? query.size : (size_t)(end - query.data);
        size_t step = end == NULL ? length : length + 1;
        if (length > 0)
            SG_TRY(read_pair(sg_span_part(query, 0, length), arena, &pairs[(*count)++], error));
        query = sg_span_part(query, step, query.size - step);
    }
    return SG_OK;
}

sg_result sg_canonical_query(struct sg_span query, struct sg_arena *arena, struct sg_buffer *out,
                             struct sg_error *error)
{
    void *room = NULL;
    size_t count = 0;
    /* No more pairs than bytes. */
    SG_TRY(sg_arena_alloc(arena, query.size + 1, sizeof(struct pair), &room, error));
    struct pair *pairs = room;
    SG_TRY(read_pairs(query, arena, pairs, &count, error));
    qsort(pairs, count, sizeof pairs[0], compare_pairs);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            SG_TRY(sg_buffer_append_byte(out, '&', error));
        SG_TRY(sg_buffer_append(out, pairs[i].name, error));
        SG_TRY(sg_buffer_append_byte(out, '=', error));
        SG_TRY(sg_buffer_append(out, pairs[i].value, error));
    }
    return SG_OK;
}

/* --- headers -------------------------------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

sg_result sg_canonical_value(const char *value, struct sg_buffer *out, struct sg_error *error)
{
    bool first = true;
    for (;;) {
        while (is_blank(*value))
            value++;
        size_t length = strcspn(value, " \t");
        if (length == 0)
            return SG_OK;
        if (!first)
            SG_TRY(sg_buffer_append_byte(out, ' ', error));
        SG_TRY(sg_buffer_append(out, sg_span_of(value, length), error));
        value += length;
        first = false;
    }
}
