/*
 * What every unit test includes: cmocka with what it needs before it, and helpers that say what went wrong.
 */
#ifndef SG_TESTS_UNIT_H
#define SG_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/result.h"
#include "base/span.h"

/* The call must be done; its error's message is shown when it is not. */
#define assert_done(call, error)                                                                                       \
    do {                                                                                                               \
        if (!(call).done)                                                                                              \
            fail_msg("%s: %s", #call, (error).message);                                                                \
    } while (0)

/* The call must fail with this code and exactly this message. */
#define assert_failed(call, error, wanted_code, wanted_message)                                                        \
    do {                                                                                                               \
        if ((call).done)                                                                                               \
            fail_msg("%s was done, but should have failed: %s", #call, wanted_message);                                \
        assert_string_equal((error).message, wanted_message);                                                          \
        assert_int_equal((error).code, wanted_code);                                                                   \
    } while (0)

/* The text must contain the part. */
#define assert_contains(text, part)                                                                                    \
    do {                                                                                                               \
        if (strstr((text), (part)) == NULL)                                                                            \
            fail_msg("%s\n  does not contain\n%s", (text), (part));                                                    \
    } while (0)

/* So many seconds for the program as it is, and as many times more as it is slower under a tool (run_tests.py). */
static inline double unit_seconds(double count)
{
    const char *slowdown = getenv("SEALGATE_SLOWDOWN");
    double factor = slowdown != NULL ? strtod(slowdown, NULL) : 0;
    return factor > 1 ? count * factor : count;
}

/* A file below ../shared, or NULL when the folder is not there (a user's clone): then skip with a message. */
static inline const char *shared_path(char *out, size_t size, const char *name)
{
    const char *root = getenv("SEALGATE_SHARED");
    snprintf(out, size, "%s/%s", root != NULL ? root : "../shared", name);
    FILE *file = fopen(out, "rb");
    if (file == NULL)
        return NULL;
    fclose(file);
    return out;
}

#endif
