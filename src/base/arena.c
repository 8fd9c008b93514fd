#include "base/arena.h"

#include <stddef.h>
#include <stdio.h>

enum { CHUNK_BYTES = 16 * 1024 };

struct sg_arena_chunk {
    struct sg_arena_chunk *next;
    size_t size;
    size_t used;
    max_align_t bytes[];
};

void sg_arena_free(struct sg_arena *arena)
{
    while (arena->chunks != NULL) {
        struct sg_arena_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
    arena->used_bytes = 0;
}

static sg_result add_chunk(struct sg_arena *arena, size_t at_least, struct sg_error *error)
{
    size_t size = at_least > CHUNK_BYTES ? at_least : CHUNK_BYTES;
    struct sg_arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (chunk == NULL)
        return sg_fail_memory(error);
    *chunk = (struct sg_arena_chunk){.next = arena->chunks, .size = size};
    arena->chunks = chunk;
    return SG_OK;
}

sg_result sg_arena_alloc(struct sg_arena *arena, size_t count, size_t size, void **out, struct sg_error *error)
{
    size_t bytes = 0;
    size_t step = sizeof(max_align_t);
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > arena->max_bytes)
        return sg_fail_memory(error);
    bytes = (bytes + step - 1) / step * step;
    if (bytes > arena->max_bytes - arena->used_bytes)
        return sg_fail_memory(error);
    if (arena->chunks == NULL || arena->chunks->size - arena->chunks->used < bytes)
        SG_TRY(add_chunk(arena, bytes, error));
    *out = (uint8_t *)arena->chunks->bytes + arena->chunks->used;
    memset(*out, 0, bytes);
    arena->chunks->used += bytes;
    arena->used_bytes += bytes;
    return SG_OK;
}

sg_result sg_arena_copy(struct sg_arena *arena, struct sg_span bytes, struct sg_span *out, struct sg_error *error)
{
    if (bytes.size >= arena->max_bytes)
        return sg_fail_memory(error);
    void *copy = NULL;
    SG_TRY(sg_arena_alloc(arena, bytes.size + 1, 1, &copy, error));
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    *out = sg_span_of(copy, bytes.size);
    return SG_OK;
}

sg_result sg_arena_text(struct sg_arena *arena, struct sg_span bytes, const char **out, struct sg_error *error)
{
    struct sg_span copy = {0};
    SG_TRY(sg_arena_copy(arena, bytes, &copy, error));
    *out = (const char *)copy.data;
    return SG_OK;
}

sg_result sg_arena_vprintf(struct sg_arena *arena, const char **out, struct sg_error *error, const char *format,
                           va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    void *text = NULL;
    sg_result result = length < 0 ? sg_fail(error, SG_ERROR_INTERNAL, "a text could not be formatted")
                                  : sg_arena_alloc(arena, (size_t)length + 1, 1, &text, error);
    if (result.done) {
        vsnprintf(text, (size_t)length + 1, format, again);
        *out = text;
    }
    va_end(again);
    return result;
}

sg_result sg_arena_printf(struct sg_arena *arena, const char **out, struct sg_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    sg_result result = sg_arena_vprintf(arena, out, error, format, arguments);
    va_end(arguments);
    return result;
}

sg_result sg_arena_push(struct sg_arena *arena, void **items, size_t *count, size_t *capacity, size_t size, void **out,
                        struct sg_error *error)
{
    if (*count == *capacity) {
        size_t larger = *capacity == 0 ? 8 : *capacity * 2;
        void *moved = NULL;
        SG_TRY(sg_arena_alloc(arena, larger, size, &moved, error));
        if (*count > 0)
            memcpy(moved, *items, *count * size);
        *items = moved;
        *capacity = larger;
    }
    *out = (uint8_t *)*items + *count * size;
    *count += 1;
    return SG_OK;
}
