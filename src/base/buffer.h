/*
 * Bytes that grow up to a bound that was declared when the buffer was made. Always followed by a NUL that does not count, so
 * that text can be read as a C string.
 */
#ifndef SG_BASE_BUFFER_H
#define SG_BASE_BUFFER_H

#include <stdarg.h>

#include "base/result.h"
#include "base/span.h"

struct sg_buffer {
    uint8_t *data; /* owned; free with sg_buffer_free */
    size_t size;
    size_t capacity;
    size_t max_bytes;
};

/* An empty buffer that never holds more than max_bytes. Allocates nothing. */
static inline struct sg_buffer sg_buffer_make(size_t max_bytes)
{
    return (struct sg_buffer){.max_bytes = max_bytes};
}

void sg_buffer_free(struct sg_buffer *buffer);

/* Appends; MEMORY when memory runs out, INTERNAL when max_bytes would be passed (nothing is appended then). */
SG_RESULT sg_buffer_append(struct sg_buffer *buffer, struct sg_span bytes, struct sg_error *error);
SG_RESULT sg_buffer_append_text(struct sg_buffer *buffer, const char *text, struct sg_error *error);
SG_RESULT sg_buffer_append_byte(struct sg_buffer *buffer, uint8_t byte, struct sg_error *error);
SG_RESULT sg_buffer_printf(struct sg_buffer *buffer, struct sg_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Makes room for `size` more bytes and hands out where they go; the caller then adds what it wrote to buffer->size. */
SG_RESULT sg_buffer_reserve(struct sg_buffer *buffer, size_t size, uint8_t **room, struct sg_error *error);

static inline struct sg_span sg_buffer_span(const struct sg_buffer *buffer)
{
    return (struct sg_span){buffer->data, buffer->size};
}

/* The text so far; never NULL. Borrowed until the buffer changes. */
static inline const char *sg_buffer_text(const struct sg_buffer *buffer)
{
    return buffer->data != NULL ? (const char *)buffer->data : "";
}

#endif
