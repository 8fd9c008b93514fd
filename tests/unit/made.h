/*
 * Bytes that tests make up: joined from parts or written in hexadecimal. All of them live in one arena until the test program
 * ends.
 */
#ifndef SG_TESTS_MADE_H
#define SG_TESTS_MADE_H

#include "unit.h"

#include "base/arena.h"

static struct sg_arena made = {.max_bytes = (size_t)1024 * 1024 * 1024};

static inline uint8_t *made_bytes(size_t size)
{
    struct sg_error error = {0};
    void *bytes = NULL;
    assert_done(sg_arena_alloc(&made, size + 1, 1, &bytes, &error), error);
    return bytes;
}

static inline struct sg_span joined(size_t count, const struct sg_span *parts)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    uint8_t *bytes = made_bytes(size);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > 0)
            memcpy(bytes + used, parts[i].data, parts[i].size);
        used += parts[i].size;
    }
    return sg_span_of(bytes, size);
}

#define PARTS(...)                                                                                                     \
    sizeof((struct sg_span[]){__VA_ARGS__}) / sizeof(struct sg_span), (struct sg_span[])                               \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define JOIN(...) joined(PARTS(__VA_ARGS__))

/* "30 03 02 01 05" as bytes. */
static inline struct sg_span hex(const char *text)
{
    uint8_t *bytes = made_bytes(strlen(text) / 2 + 1);
    size_t size = 0;
    int half = -1;
    for (; *text != '\0'; text++) {
        const char *digit = *text == ' ' ? NULL : strchr("0123456789ABCDEF", *text);
        if (digit == NULL)
            continue;
        int value = (int)(digit - "0123456789ABCDEF");
        if (half >= 0)
            bytes[size++] = (uint8_t)(half << 4 | value);
        half = half >= 0 ? -1 : value;
    }
    return sg_span_of(bytes, size);
}

#endif
