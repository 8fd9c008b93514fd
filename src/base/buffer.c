#include "base/buffer.h"

#include <stdio.h>

void sg_buffer_free(struct sg_buffer *buffer)
{
    free(buffer->data);
    *buffer = sg_buffer_make(buffer->max_bytes);
}

/* Capacity that holds `needed` bytes and the NUL: doubled, so that appending is linear over all, but never past the bound. */
static size_t grown_capacity(const struct sg_buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity < 128 ? 128 : buffer->capacity;
    while (capacity < needed + 1)
        capacity = capacity > SIZE_MAX / 2 ? SIZE_MAX : capacity * 2;
    size_t most = buffer->max_bytes == SIZE_MAX ? SIZE_MAX : buffer->max_bytes + 1;
    return capacity < most ? capacity : most;
}

sg_result sg_buffer_reserve(struct sg_buffer *buffer, size_t size, uint8_t **room, struct sg_error *error)
{
    if (size > buffer->max_bytes || buffer->size > buffer->max_bytes - size)
        return sg_fail(error, SG_ERROR_INTERNAL, "a text of more than %zu bytes was cut off", buffer->max_bytes);
    size_t needed = buffer->size + size;
    if (needed + 1 > buffer->capacity) {
        size_t capacity = grown_capacity(buffer, needed);
        uint8_t *data = realloc(buffer->data, capacity);
        if (data == NULL)
            return sg_fail_memory(error);
        buffer->data = data;
        buffer->capacity = capacity;
        buffer->data[buffer->size] = '\0';
    }
    *room = buffer->data + buffer->size;
    return SG_OK;
}

sg_result sg_buffer_append(struct sg_buffer *buffer, struct sg_span bytes, struct sg_error *error)
{
    uint8_t *room = NULL;
    SG_TRY(sg_buffer_reserve(buffer, bytes.size, &room, error));
    if (bytes.size > 0)
        memcpy(room, bytes.data, bytes.size);
    buffer->size += bytes.size;
    buffer->data[buffer->size] = '\0';
    return SG_OK;
}

sg_result sg_buffer_append_text(struct sg_buffer *buffer, const char *text, struct sg_error *error)
{
    return sg_buffer_append(buffer, sg_span_text(text), error);
}

sg_result sg_buffer_append_byte(struct sg_buffer *buffer, uint8_t byte, struct sg_error *error)
{
    return sg_buffer_append(buffer, sg_span_of(&byte, 1), error);
}

sg_result sg_buffer_printf(struct sg_buffer *buffer, struct sg_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return sg_fail(error, SG_ERROR_INTERNAL, "a text could not be formatted");
    uint8_t *room = NULL;
    SG_TRY(sg_buffer_reserve(buffer, (size_t)length, &room, error));
    va_start(arguments, format);
    vsnprintf((char *)room, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)length;
    return SG_OK;
}
