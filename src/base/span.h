/*
 * Bytes that somebody else owns: a pointer with its length. Not NUL-terminated; may hold any byte.
 *
 * Ownership words used in all headers: owned (free with X), borrowed (valid until Y), consumed, copied. A span is always
 * borrowed.
 */
#ifndef SG_BASE_SPAN_H
#define SG_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sg_span {
    const uint8_t *data;
    size_t size;
};

#define SG_SPAN_LITERAL(text) ((struct sg_span){(const uint8_t *)(text), sizeof(text) - 1})

static inline struct sg_span sg_span_of(const void *data, size_t size)
{
    return (struct sg_span){data, size};
}

static inline struct sg_span sg_span_text(const char *text)
{
    return (struct sg_span){(const uint8_t *)text, strlen(text)};
}

static inline bool sg_span_equal(struct sg_span a, struct sg_span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Order of bytes, a shorter span before a longer one that it begins. For qsort and DER SET order. */
static inline int sg_span_compare(struct sg_span a, struct sg_span b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0)
        return order;
    return a.size == b.size ? 0 : (a.size < b.size ? -1 : 1);
}

static inline bool sg_span_starts_with(struct sg_span span, struct sg_span prefix)
{
    return span.size >= prefix.size && memcmp(span.data, prefix.data, prefix.size) == 0;
}

/* Whether [offset, offset + size) lies inside; safe for any values. */
static inline bool sg_span_holds(struct sg_span span, uint64_t offset, uint64_t size)
{
    return offset <= span.size && size <= span.size - offset;
}

/* The part [offset, offset + size). The caller has asked sg_span_holds; outside it, an empty span. */
static inline struct sg_span sg_span_part(struct sg_span span, uint64_t offset, uint64_t size)
{
    /* Of no bytes there may be no address, which nothing may be added to, not even 0 (C17 6.5.6). */
    if (span.data == NULL || !sg_span_holds(span, offset, size))
        return (struct sg_span){NULL, 0};
    return (struct sg_span){span.data + offset, (size_t)size};
}

/* Little-endian numbers, as APPNOTE.TXT 4.4 stores them. The caller has made sure that the bytes are there. */
static inline uint16_t sg_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t sg_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t sg_le64(const uint8_t *p)
{
    return (uint64_t)sg_le32(p) | (uint64_t)sg_le32(p + 4) << 32;
}

#endif
