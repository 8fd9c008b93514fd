#include "faults.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unwind.h>

#include <zlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WITH_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WITH_SANITIZER 1
#endif

enum { MOST_POINTS = 1 << 18, PATH_FRAMES = 32 };

/* Seen by all processes of a run, so that the one that armed learns what happened in the others. */
struct shared {
    bool armed;
    enum fault_scope scope;
    enum fault_kinds kinds;
    size_t nth;
    struct faults_seen seen;
    uint64_t paths[MOST_POINTS];
};

static struct shared *shared;
static unsigned depth;  /* forks between the process that armed and this one */
static unsigned pauses; /* calls are let be while it is not 0 */
static int path_descriptor = -1;

void faults_pause(void)
{
    pauses++;
}

void faults_resume(void)
{
    pauses--;
}

void faults_show_path(int descriptor)
{
    path_descriptor = descriptor;
}

struct path {
    void *frames[PATH_FRAMES];
    int count;
};

static _Unwind_Reason_Code take_frame(struct _Unwind_Context *context, void *self)
{
    struct path *path = self;
    if (path->count == PATH_FRAMES)
        return _URC_END_OF_STACK;
    path->frames[path->count++] = (void *)_Unwind_GetIP(context);
    return _URC_NO_REASON;
}

/* Not backtrace(3), which loads a library at its first call. */
static struct path find_path(void)
{
    struct path path = {.count = 0};
    _Unwind_Backtrace(take_frame, &path);
    return path;
}

/* FNV-1a over the return addresses. */
static uint64_t hash_path(void)
{
    struct path path = find_path();
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < path.count; i++)
        hash = (hash ^ (uintptr_t)path.frames[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static void print_path(void)
{
    struct path path = find_path();
    backtrace_symbols_fd(path.frames, path.count, path_descriptor);
}

static bool counts(bool allocation)
{
    if (shared == NULL || !shared->armed || pauses > 0 || (allocation && shared->kinds == FAULT_CALLS))
        return false;
    return depth == (shared->scope == FAULT_HERE ? 0u : 2u);
}

/* Whether the call must fail now. */
static bool fails(const char *what, bool io, bool allocation)
{
    if (!counts(allocation))
        return false;
    size_t number = shared->seen.count++;
    faults_pause();
    if (shared->nth == 0 && number < MOST_POINTS)
        shared->paths[number] = hash_path();
    bool failing = number + 1 == shared->nth;
    if (failing) {
        shared->seen.what = what;
        shared->seen.io = io;
        if (path_descriptor >= 0)
            print_path();
    }
    faults_resume();
    return failing;
}

void faults_arm(size_t nth, enum fault_scope scope, enum fault_kinds kinds)
{
    if (shared == NULL) {
        void *room = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (room == MAP_FAILED)
            abort();
        shared = room;
    }
    shared->scope = scope;
    shared->kinds = kinds;
    shared->nth = nth;
    shared->seen = (struct faults_seen){0};
    shared->armed = true;
}

struct faults_seen faults_disarm(void)
{
    shared->armed = false;
    return shared->seen;
}

struct point {
    uint64_t path;
    size_t number;
};

static int compare_points(const void *a, const void *b)
{
    const struct point *x = a;
    const struct point *y = b;
    if (x->path != y->path)
        return x->path < y->path ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int compare_numbers(const void *a, const void *b)
{
    const size_t *x = a;
    const size_t *y = b;
    return *x < *y ? -1 : *x > *y;
}

size_t *faults_choose(bool all, size_t *count)
{
    size_t most = shared->seen.count < MOST_POINTS ? shared->seen.count : MOST_POINTS;
    struct point *points = calloc(most + 1, sizeof *points);
    size_t *chosen = calloc(most + 1, sizeof *chosen);
    if (points == NULL || chosen == NULL)
        abort();
    for (size_t i = 0; i < most; i++)
        points[i] = (struct point){shared->paths[i], i + 1};
    qsort(points, most, sizeof *points, compare_points);
    *count = 0;
    for (size_t i = 0; i < most; i++) {
        bool first = i == 0 || points[i - 1].path != points[i].path;
        if (all || first)
            chosen[(*count)++] = points[i].number;
    }
    free(points);
    qsort(chosen, *count, sizeof *chosen, compare_numbers);
    return chosen;
}

/* --- allocations: the program's own definitions are what every library finds ---------------------------------------------- */

#if defined(WITH_SANITIZER)
extern void *__interceptor_malloc(size_t size);
extern void *__interceptor_calloc(size_t count, size_t size);
extern void *__interceptor_realloc(void *pointer, size_t size);
#define TRUE_MALLOC  __interceptor_malloc
#define TRUE_CALLOC  __interceptor_calloc
#define TRUE_REALLOC __interceptor_realloc
#else
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);
#define TRUE_MALLOC  __libc_malloc
#define TRUE_CALLOC  __libc_calloc
#define TRUE_REALLOC __libc_realloc
#endif

void *malloc(size_t size)
{
    if (!fails("malloc", false, true))
        return TRUE_MALLOC(size);
    errno = ENOMEM;
    return NULL;
}

void *calloc(size_t count, size_t size)
{
    if (!fails("calloc", false, true))
        return TRUE_CALLOC(count, size);
    errno = ENOMEM;
    return NULL;
}

void *realloc(void *pointer, size_t size)
{
    if (!fails("realloc", false, true))
        return TRUE_REALLOC(pointer, size);
    errno = ENOMEM;
    return NULL;
}

/* --- calls of the program itself: the linker sends them here (--wrap) ------------------------------------------------------- */

/* Declares and defines the stand-in for `name`: on failure `errno` and -1. */
#define WRAP(io, errnum, type, name, parameters, arguments)                                                            \
    extern type __real_##name parameters;                                                                              \
    extern type __wrap_##name parameters;                                                                              \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        if (!fails(#name, io, false))                                                                                  \
            return __real_##name arguments;                                                                            \
        errno = errnum;                                                                                                \
        return -1;                                                                                                     \
    }

WRAP(true, EIO, ssize_t, read, (int descriptor, void *room, size_t size), (descriptor, room, size))
WRAP(true, EIO, int, fstat, (int descriptor, struct stat *status), (descriptor, status))
WRAP(false, ENOSPC, ssize_t, write, (int descriptor, const void *bytes, size_t size), (descriptor, bytes, size))
WRAP(false, EIO, int, fsync, (int descriptor), (descriptor))
WRAP(false, EIO, int, rename, (const char *from, const char *to), (from, to))
WRAP(false, EMFILE, int, socketpair, (int domain, int type, int protocol, int pair[2]), (domain, type, protocol, pair))
WRAP(false, EPIPE, ssize_t, sendmsg, (int socket, const struct msghdr *message, int flags), (socket, message, flags))
WRAP(false, ENOMEM, int, poll, (struct pollfd * entries, nfds_t count, int timeout), (entries, count, timeout))
WRAP(false, ENOSYS, ssize_t, getrandom, (void *room, size_t size, unsigned flags), (room, size, flags))

extern int __real_open(const char *path, int flags, ...);
extern int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    unsigned mode = (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0;
    va_end(more);
    if (!fails("open", true, false))
        return __real_open(path, flags, mode);
    errno = EMFILE;
    return -1;
}

extern pid_t __real_fork(void);
extern pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
    if (fails("fork", false, false)) {
        errno = EAGAIN;
        return -1;
    }
    pid_t child = __real_fork();
    depth += child == 0;
    return child;
}

/* Always, so that calls are counted in one order: what cannot be done by threads is done without. */
extern int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                                 void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    (void)thread;
    (void)attributes;
    (void)start;
    (void)argument;
    return EAGAIN;
}

extern int __real_inflateInit2_(z_streamp stream, int window_bits, const char *version, int stream_size);
extern int __wrap_inflateInit2_(z_streamp stream, int window_bits, const char *version, int stream_size);
int __wrap_inflateInit2_(z_streamp stream, int window_bits, const char *version, int stream_size)
{
    return fails("inflateInit2_", false, false) ? Z_MEM_ERROR
                                                : __real_inflateInit2_(stream, window_bits, version, stream_size);
}

extern int __real_inflate(z_streamp stream, int flush);
extern int __wrap_inflate(z_streamp stream, int flush);
int __wrap_inflate(z_streamp stream, int flush)
{
    return fails("inflate", false, false) ? Z_MEM_ERROR : __real_inflate(stream, flush);
}

extern int __real_inflateReset(z_streamp stream);
extern int __wrap_inflateReset(z_streamp stream);
int __wrap_inflateReset(z_streamp stream)
{
    return fails("inflateReset", false, false) ? Z_STREAM_ERROR : __real_inflateReset(stream);
}
