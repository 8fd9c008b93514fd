/*
 * What every fuzz target includes: the one entry point, and how a broken promise is reported.
 *
 * A target gets bytes that nobody vouches for and asserts what must hold of any of them. Linked with libFuzzer by clang, and
 * with driver.c, which replays stored inputs, by every other compiler (README.md).
 */
#ifndef SG_TESTS_FUZZ_H
#define SG_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/result.h"
#include "base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libFuzzer's own mutation, for targets that mend what it breaks. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Ends the process, which is how a fuzzer takes notice, unless `condition` holds. */
#define must(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);                                    \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The call must be done: what it is asked cannot fail but for want of memory. */
#define must_do(call, error)                                                                                           \
    do {                                                                                                               \
        if (!(call).done) {                                                                                            \
            fprintf(stderr, "%s:%d: failed: %s: %s\n", __FILE__, __LINE__, #call, (error).message);                    \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* What every message must be (base/printable.h): UTF-8 on one line, without controls and without characters that hide. */
static inline bool is_one_printable_line(const char *text)
{
    struct sg_span rest = sg_span_text(text);
    while (rest.size > 0) {
        uint32_t c = 0;
        size_t length = sg_utf8_decode(rest, &c);
        if (length == 0 || c < 0x20 || (c >= 0x7F && c <= 0x9F) || sg_code_point_hides(c))
            return false;
        rest = sg_span_part(rest, length, rest.size - length);
    }
    return true;
}

#endif
