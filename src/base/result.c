#include "base/result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

__attribute__((format(printf, 4, 0))) static void set_message(struct sg_error *error, enum sg_error_code code,
                                                              int errnum, const char *format, va_list arguments)
{
    error->code = code;
    error->system_errno = errnum;
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    if (length < 0)
        error->message[0] = '\0';
}

sg_result sg_fail(struct sg_error *error, enum sg_error_code code, const char *format, ...)
{
    if (error == NULL)
        return SG_FAILED;
    va_list arguments;
    va_start(arguments, format);
    set_message(error, code, 0, format, arguments);
    va_end(arguments);
    return SG_FAILED;
}

sg_result sg_fail_errno(struct sg_error *error, enum sg_error_code code, int errnum, const char *format, ...)
{
    if (error == NULL)
        return SG_FAILED;
    va_list arguments;
    va_start(arguments, format);
    set_message(error, code, errnum, format, arguments);
    va_end(arguments);
    size_t used = strlen(error->message);
    char text[128];
    /* The GNU strerror_r may return a constant instead of filling the buffer; both are thread-safe. */
    snprintf(error->message + used, sizeof error->message - used, ": %s", strerror_r(errnum, text, sizeof text));
    return SG_FAILED;
}

sg_result sg_fail_memory(struct sg_error *error)
{
    return sg_fail(error, SG_ERROR_MEMORY, "out of memory");
}

int sg_error_exit_status(enum sg_error_code code)
{
    switch (code) {
#define SG_ERROR_CASE(name, exit_status, text)                                                                         \
    case SG_ERROR_##name:                                                                                              \
        return exit_status;
        SG_ERROR_CODES(SG_ERROR_CASE)
#undef SG_ERROR_CASE
    }
    return 4;
}

void sg_cleanup_free(void *pointer)
{
    void **target = pointer;
    free(*target);
    *target = NULL;
}

void sg_cleanup_close(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}
