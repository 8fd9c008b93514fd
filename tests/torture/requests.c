#include "requests.h"

#include <unwind.h>

#include "base/arena.h"
#include "base/buffer.h"

enum { MOST_WAYS = 1 << 14, MOST_NEW = 1024, MOST_COUNTED = 4096, MOST_CALLS = 400, SAMPLE = 16 };

static enum { IDLE, COUNTING, FAILING } mode;
static size_t number;            /* requests since the call began */
static size_t nth;               /* the one that fails */
static enum request failed;      /* what it was */
static uintptr_t outermost;      /* the frame of torture_requests: what lies above it is the test's own */
static uint64_t ways[MOST_WAYS]; /* an open hash table of all that were taken; 0 is free */
static size_t fresh[MOST_NEW];   /* requests of this call on ways that are new */
static size_t fresh_count;

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *self)
{
    uint64_t *hash = self;
    if (_Unwind_GetCFA(context) >= outermost)
        return _URC_END_OF_STACK;
    *hash = (*hash ^ (uint64_t)_Unwind_GetIP(context)) * UINT64_C(0x100000001b3);
    return _URC_NO_REASON;
}

/* Whether no request came from here, and called from there, before. */
static bool is_new_way(void)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    _Unwind_Backtrace(add_frame, &hash);
    hash |= 1;
    for (size_t i = (size_t)(hash >> 20) % MOST_WAYS, tries = 0; tries < MOST_WAYS; i = (i + 1) % MOST_WAYS, tries++) {
        if (ways[i] == hash)
            return false;
        if (ways[i] == 0) {
            ways[i] = hash;
            return true;
        }
    }
    fail_msg("there are more than %d ways to a request", MOST_WAYS);
    return false;
}

bool request_fails(enum request kind)
{
    if (mode == IDLE)
        return false;
    number++;
    if (mode == COUNTING && number <= MOST_COUNTED && fresh_count < MOST_NEW && is_new_way())
        fresh[fresh_count++] = number;
    if (mode != FAILING || number != nth)
        return false;
    failed = kind;
    return true;
}

/* Only one call's request fails, so that what comes of it is known. */
static const char *problem(sg_result result, const struct sg_error *error)
{
    if (number < nth)
        return "the request is not made again";
    if (result.done)
        return "it is done all the same";
    bool good = failed == REQUEST_MEMORY ? error->code == SG_ERROR_MEMORY : sg_error_exit_status(error->code) == 4;
    return good ? NULL : error->message;
}

void torture_requests(const char *what, torture_run *run, void *self)
{
    static size_t calls;
    static size_t seen;
    struct sg_error error = {0};
    if (mode != IDLE)
        return;
    /* Tests that bend every bit of something make thousands of calls, which go few ways. */
    if (++calls > MOST_CALLS && calls % SAMPLE != 0)
        return;
    outermost = (uintptr_t)__builtin_frame_address(0);
    mode = COUNTING;
    number = 0;
    fresh_count = 0;
    (void)run(self, &error).done;
    seen += number;
    mode = seen == 0 && calls == 5 ? IDLE : FAILING;
    if (mode == IDLE)
        fail_msg("five calls asked for nothing; the linker does not send their requests here");
    for (size_t i = 0; i < fresh_count; i++) {
        nth = fresh[i];
        number = 0;
        error = (struct sg_error){0};
        const char *wrong = problem(run(self, &error), &error);
        if (wrong == NULL)
            continue;
        mode = IDLE;
        fail_msg("%s, request %zu (%s) fails: %s", what, nth, failed == REQUEST_MEMORY ? "memory" : "OpenSSL", wrong);
    }
    mode = IDLE;
}

/* --- memory: the linker sends these calls here (--wrap) --------------------------------------------------------------------- */

#define WRAP(name, parameters, arguments)                                                                              \
    extern sg_result __real_##name parameters;                                                                         \
    extern sg_result __wrap_##name parameters;                                                                         \
    sg_result __wrap_##name parameters                                                                                 \
    {                                                                                                                  \
        return request_fails(REQUEST_MEMORY) ? sg_fail_memory(error) : __real_##name arguments;                        \
    }

WRAP(sg_arena_alloc, (struct sg_arena * arena, size_t count, size_t size, void **out, struct sg_error *error),
     (arena, count, size, out, error))
WRAP(sg_arena_copy, (struct sg_arena * arena, struct sg_span bytes, struct sg_span *out, struct sg_error *error),
     (arena, bytes, out, error))
WRAP(sg_arena_text, (struct sg_arena * arena, struct sg_span bytes, const char **out, struct sg_error *error),
     (arena, bytes, out, error))
WRAP(sg_arena_push,
     (struct sg_arena * arena, void **items, size_t *count, size_t *capacity, size_t size, void **out,
      struct sg_error *error),
     (arena, items, count, capacity, size, out, error))
WRAP(sg_buffer_append, (struct sg_buffer * buffer, struct sg_span bytes, struct sg_error *error),
     (buffer, bytes, error))
WRAP(sg_buffer_append_text, (struct sg_buffer * buffer, const char *text, struct sg_error *error),
     (buffer, text, error))
WRAP(sg_buffer_append_byte, (struct sg_buffer * buffer, uint8_t byte, struct sg_error *error), (buffer, byte, error))
WRAP(sg_buffer_reserve, (struct sg_buffer * buffer, size_t size, uint8_t **room, struct sg_error *error),
     (buffer, size, room, error))

extern sg_result __real_sg_arena_vprintf(struct sg_arena *arena, const char **out, struct sg_error *error,
                                         const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));
extern sg_result __wrap_sg_arena_vprintf(struct sg_arena *arena, const char **out, struct sg_error *error,
                                         const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));
sg_result __wrap_sg_arena_vprintf(struct sg_arena *arena, const char **out, struct sg_error *error, const char *format,
                                  va_list arguments)
{
    return request_fails(REQUEST_MEMORY) ? sg_fail_memory(error)
                                         : __real_sg_arena_vprintf(arena, out, error, format, arguments);
}

extern sg_result __wrap_sg_arena_printf(struct sg_arena *arena, const char **out, struct sg_error *error,
                                        const char *format, ...) __attribute__((format(printf, 4, 5)));
sg_result __wrap_sg_arena_printf(struct sg_arena *arena, const char **out, struct sg_error *error, const char *format,
                                 ...)
{
    va_list arguments;
    va_start(arguments, format);
    sg_result result = __wrap_sg_arena_vprintf(arena, out, error, format, arguments);
    va_end(arguments);
    return result;
}
