/*
 * Memory that is given back all at once. Configurations, facts and reports are made of many small values with one lifetime;
 * they live in an arena and are borrowed from it until it is freed.
 *
 * Not thread-safe: one thread at a time.
 */
#ifndef SG_BASE_ARENA_H
#define SG_BASE_ARENA_H

#include <stdarg.h>

#include "base/result.h"
#include "base/span.h"

struct sg_arena_chunk;

struct sg_arena {
    struct sg_arena_chunk *chunks; /* owned; free with sg_arena_free */
    size_t used_bytes;
    size_t max_bytes;
};

static inline struct sg_arena sg_arena_make(size_t max_bytes)
{
    return (struct sg_arena){.max_bytes = max_bytes};
}

void sg_arena_free(struct sg_arena *arena);

/* Zeroed memory for `count` values of `size` bytes, aligned for any type. MEMORY when memory or max_bytes runs out. */
SG_RESULT sg_arena_alloc(struct sg_arena *arena, size_t count, size_t size, void **out, struct sg_error *error);

/* Copies; the copy is followed by a NUL that does not count. */
SG_RESULT sg_arena_copy(struct sg_arena *arena, struct sg_span bytes, struct sg_span *out, struct sg_error *error);
SG_RESULT sg_arena_text(struct sg_arena *arena, struct sg_span bytes, const char **out, struct sg_error *error);
SG_RESULT sg_arena_printf(struct sg_arena *arena, const char **out, struct sg_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
SG_RESULT sg_arena_vprintf(struct sg_arena *arena, const char **out, struct sg_error *error, const char *format,
                           va_list arguments) __attribute__((format(printf, 4, 0)));

/* A growing array in an arena: makes room for one more of `size` bytes in *items (which holds *count, room for *capacity),
 * moving it when needed. The new item is zeroed and *count is raised. Returns the item through `out`. */
SG_RESULT sg_arena_push(struct sg_arena *arena, void **items, size_t *count, size_t *capacity, size_t size, void **out,
                        struct sg_error *error);

#endif
