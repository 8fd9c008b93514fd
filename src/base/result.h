/*
 * A result that the compiler defends, and the error that explains it.
 *
 * Every function that can fail returns SG_RESULT and takes a `struct sg_error *` as its last parameter. The result says only
 * "done" or "not done"; the error, owned by the caller, says why. Errors mean "could not be evaluated". A bad signature is
 * no error: it is a proof that was refuted (proof.h).
 *
 * Included by everyone. Thread-safe: an error belongs to one thread at a time.
 */
#ifndef SG_BASE_RESULT_H
#define SG_BASE_RESULT_H

#include <stdbool.h>
#include <stdlib.h>

#include "base/limits.h"

/* A one-member struct, so that it cannot be mixed with a count or a bool; its zero value is "not done". */
typedef struct sg_result {
    bool done;
} sg_result;

#define SG_RESULT __attribute__((warn_unused_result)) sg_result
#define SG_OK     ((sg_result){.done = true})
#define SG_FAILED ((sg_result){.done = false})

/* Hands a failure of `call` up to the caller; the error is set already. */
#define SG_TRY(call)                                                                                                   \
    do {                                                                                                               \
        if (!(call).done)                                                                                              \
            return SG_FAILED;                                                                                          \
    } while (0)

/* One row a code: name, exit status of the program (CONTRACT.md section 2), what it stands for. */
#define SG_ERROR_CODES(X)                                                                                              \
    X(INTERNAL, 4, "internal error")                                                                                   \
    X(MEMORY, 4, "out of memory")                                                                                      \
    X(USAGE, 2, "usage")                                                                                               \
    X(CONFIGURATION, 2, "configuration")                                                                               \
    X(REFUSED, 2, "refused input")                                                                                     \
    X(IO, 3, "input or output")                                                                                        \
    X(NETWORK, 3, "network")                                                                                           \
    X(OUTPUT, 4, "report could not be written")

enum sg_error_code {
#define SG_ERROR_ENUM(name, exit_status, text) SG_ERROR_##name,
    SG_ERROR_CODES(SG_ERROR_ENUM)
#undef SG_ERROR_ENUM
};

struct sg_error {
    enum sg_error_code code;
    int system_errno;                     /* 0 when no system call is to blame */
    char message[SG_ERROR_MESSAGE_BYTES]; /* one line of printable UTF-8, NUL-terminated */
};

/* Sets code and message and returns SG_FAILED, so that callers write `return sg_fail(…)`. Foreign bytes reach the format only
 * through sg_printable (printable.h). `error` may be NULL when nobody asks why. */
sg_result sg_fail(struct sg_error *error, enum sg_error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As sg_fail, and appends ": " and the text of `errnum`. */
sg_result sg_fail_errno(struct sg_error *error, enum sg_error_code code, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The one way to say that memory ran out. */
sg_result sg_fail_memory(struct sg_error *error);

/* Exit status of the program for an error; never 0. */
int sg_error_exit_status(enum sg_error_code code);

#endif
