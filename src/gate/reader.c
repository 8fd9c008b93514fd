#include "gate/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/time.h"
#include "gate/facts.h"
#include "gate/facts_wire.h"

struct sg_readers {
    pid_t process;
    int control; /* requests go in here; closing it ends the process */
    struct sg_sandbox sandbox;
    unsigned processors; /* that this process may use */
    atomic_uint at_work; /* packages that are being read */
};

/* A request is a byte, which says whether the reader may use two processors, and carries two descriptors: the package, and the
 * socket for the answer. */
enum { REQUEST_DESCRIPTORS = 2 };

union request_control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(REQUEST_DESCRIPTORS * sizeof(int))];
};

/* --- the process of one package ----------------------------------------------------------------------------------------- */

/* Ends without running what the parent registered for its own end. */
static _Noreturn void end_process(int status)
{
    _exit(status);
}

static sg_result answer(int package, int socket, bool threaded, const struct sg_sandbox *sandbox,
                        const struct sg_anchors *anchors, struct sg_error *error)
{
    struct stat status;
    SG_CLEANUP(sg_hasher_free) struct sg_hasher *hasher = NULL;
    SG_CLEANUP(sg_facts_free) struct sg_facts facts = {0};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer form = sg_buffer_make(SG_READER_ANSWER_MAX_BYTES);
    if (fstat(package, &status) != 0)
        return sg_fail_errno(error, SG_ERROR_IO, errno, "cannot examine the package");
    /* Its thread is confined with this one; afterwards none can be started. */
    SG_TRY(sg_hasher_start(threaded, &hasher, error));
    SG_TRY(sg_sandbox_enter(sandbox, (uint64_t)status.st_size, error));
    SG_TRY(sg_facts_read_open(package, anchors, hasher, &facts, error));
    SG_TRY(sg_facts_encode(&facts, &form, error));
    return sg_write_all(socket, sg_buffer_span(&form), error);
}

/* --- the process that forks them ---------------------------------------------------------------------------------------- */

static bool receive_request(int control, int descriptors[REQUEST_DESCRIPTORS], bool *threaded)
{
    char byte = 0;
    union request_control room = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof room.bytes};
    ssize_t got = 0;
    do {
        got = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    const struct cmsghdr *header = got == 1 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header == NULL || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(REQUEST_DESCRIPTORS * sizeof(int)))
        return false;
    memcpy(descriptors, CMSG_DATA(header), REQUEST_DESCRIPTORS * sizeof(int));
    *threaded = byte != 0;
    return true;
}

static void serve(int control, const struct sg_sandbox *sandbox, const struct sg_anchors *anchors)
{
    int descriptors[REQUEST_DESCRIPTORS];
    bool threaded = false;
    while (receive_request(control, descriptors, &threaded)) {
        struct sg_error error = {0};
        /* Those that have ended; with them, what they used of the processor counts as used by this process. */
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        if (fork() == 0) {
            close(control);
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
            end_process(answer(descriptors[0], descriptors[1], threaded, sandbox, anchors, &error).done ? 0 : 1);
        }
        /* A fork that failed closes the socket without an answer, which the other side takes for a death. */
        close(descriptors[0]);
        close(descriptors[1]);
    }
}

/* Nothing stays open but the two sockets: a reader could write commands for a CI to the program's standard output. With
 * sanitizers standard error stays, for their reports. */
static bool close_all_but(int a, int b)
{
    unsigned low = (unsigned)(a < b ? a : b);
    unsigned high = (unsigned)(a < b ? b : a);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool closed = null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
                  (SG_WITH_SANITIZER || dup2(null, STDERR_FILENO) >= 0);
    closed = closed && (low <= 3 || close_range(3, low - 1, 0) == 0);
    closed = closed && (high <= low + 1 || close_range(low + 1, high - 1, 0) == 0);
    return closed && close_range(high + 1, ~0u, 0) == 0;
}

/* Nobody waits for an answer any more. A reader that is still there may wait for ever, and so is ended: the readers, and this
 * process until now, are a process group. Returns when all have ended: none is left to a first process that may not reap. */
static void end_readers(pid_t outer_group)
{
    pid_t readers = getpgrp();
    if (readers == getpid() && setpgid(0, outer_group) == 0)
        (void)kill(-readers, SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
}

static _Noreturn void run_process(int control, int ready, const struct sg_anchors *anchors)
{
    struct sg_sandbox sandbox = {0};
    struct sg_error error = {0};
    pid_t outer_group = getpgrp();
    /* Dies with the program. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)signal(SIGINT, SIG_IGN);
    (void)setpgid(0, 0);
    if (!close_all_but(control, ready) || !sg_sandbox_prepare(&sandbox, &error).done ||
        write(ready, &sandbox, sizeof sandbox) != sizeof sandbox)
        end_process(1);
    close(ready);
    serve(control, &sandbox, anchors);
    end_readers(outer_group);
    end_process(0);
}

/* --- the program -------------------------------------------------------------------------------------------------------- */

static unsigned count_processors(void)
{
    cpu_set_t processors;
    return sched_getaffinity(0, sizeof processors, &processors) == 0 ? (unsigned)CPU_COUNT(&processors) : 1;
}

static void close_pair(int pair[2])
{
    sg_cleanup_close(&pair[0]);
    sg_cleanup_close(&pair[1]);
}

typedef int descriptor_pair[2];

static void cleanup_pair(descriptor_pair *pair)
{
    close_pair(*pair);
}

static sg_result make_pair(int kind, descriptor_pair *pair, struct sg_error *error)
{
    if (socketpair(AF_UNIX, kind | SOCK_CLOEXEC, 0, *pair) != 0)
        return sg_fail_errno(error, SG_ERROR_INTERNAL, errno, "cannot make a pair of sockets");
    return SG_OK;
}

sg_result sg_readers_start(const struct sg_anchors *anchors, struct sg_readers **out, struct sg_error *error)
{
    SG_CLEANUP(cleanup_pair) descriptor_pair control = {-1, -1};
    SG_CLEANUP(cleanup_pair) descriptor_pair ready = {-1, -1};
    SG_CLEANUP(sg_readers_stop) struct sg_readers *readers = calloc(1, sizeof *readers);
    if (readers == NULL)
        return sg_fail_memory(error);
    readers->control = -1;
    readers->processors = count_processors();
    /* Packets, so that requests of several threads do not mix. */
    SG_TRY(make_pair(SOCK_SEQPACKET, &control, error));
    SG_TRY(make_pair(SOCK_STREAM, &ready, error));
    readers->process = fork();
    if (readers->process == 0) {
        close(control[0]);
        close(ready[0]);
        run_process(control[1], ready[1], anchors);
    }
    if (readers->process < 0)
        return sg_fail_errno(error, SG_ERROR_INTERNAL, errno, "cannot start the process that reads packages");
    readers->control = control[0];
    control[0] = -1;
    sg_cleanup_close(&ready[1]);
    if (read(ready[0], &readers->sandbox, sizeof readers->sandbox) != sizeof readers->sandbox)
        return sg_fail(error, SG_ERROR_INTERNAL, "the process that reads packages could not be confined");
    *out = SG_TAKE(readers);
    return SG_OK;
}

void sg_readers_stop(struct sg_readers **readers)
{
    if (*readers == NULL)
        return;
    sg_cleanup_close(&(*readers)->control);
    if ((*readers)->process > 0) {
        while (waitpid((*readers)->process, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    free(*readers);
    *readers = NULL;
}

struct sg_sandbox sg_readers_sandbox(const struct sg_readers *readers)
{
    return readers->sandbox;
}

static sg_result send_request(const struct sg_readers *readers, const int descriptors[REQUEST_DESCRIPTORS],
                              bool threaded, struct sg_error *error)
{
    char byte = (char)threaded;
    union request_control room = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof room.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(REQUEST_DESCRIPTORS * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, REQUEST_DESCRIPTORS * sizeof(int));
    ssize_t sent = 0;
    do {
        sent = sendmsg(readers->control, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent != 1)
        return sg_fail_errno(error, SG_ERROR_IO, errno, "the process that reads packages is gone");
    return SG_OK;
}

/* Waits until there is something to read; false when the time is over. */
static bool wait_readable(int socket, int64_t deadline_ms)
{
    for (;;) {
        int64_t left = deadline_ms - sg_monotonic_ms();
        struct pollfd entry = {.fd = socket, .events = POLLIN};
        int ready = left > 0 ? poll(&entry, 1, (int)left) : 0;
        if (ready >= 0 || errno != EINTR)
            return ready > 0;
    }
}

/* Everything up to the end of the stream, which is where the reader ended. */
static sg_result receive_answer(int socket, struct sg_buffer *out, struct sg_error *error)
{
    int64_t deadline_ms = sg_monotonic_ms() + SG_READER_TIMEOUT_MS;
    for (;;) {
        uint8_t piece[16384];
        if (!wait_readable(socket, deadline_ms))
            return sg_fail(error, SG_ERROR_IO, "reading it took more than %d s", SG_READER_TIMEOUT_MS / 1000);
        ssize_t got = read(socket, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return sg_fail_errno(error, SG_ERROR_IO, errno, "the answer of its reader cannot be read");
        if (got == 0)
            return SG_OK;
        if (out->size + (size_t)got > out->max_bytes)
            return sg_fail(error, SG_ERROR_IO, "the answer of its reader is too long");
        SG_TRY(sg_buffer_append(out, sg_span_of(piece, (size_t)got), error));
    }
}

/* IO: why there are no facts. */
static sg_result ask(const struct sg_readers *readers, int package, bool threaded, struct sg_facts *facts,
                     struct sg_error *error)
{
    SG_CLEANUP(cleanup_pair) descriptor_pair pair = {-1, -1};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer form = sg_buffer_make(SG_READER_ANSWER_MAX_BYTES);
    struct sg_error malformed = {0};
    SG_TRY(make_pair(SOCK_STREAM, &pair, error));
    const int descriptors[REQUEST_DESCRIPTORS] = {package, pair[1]};
    SG_TRY(send_request(readers, descriptors, threaded, error));
    sg_cleanup_close(&pair[1]);
    SG_TRY(receive_answer(pair[0], &form, error));
    if (form.size == 0)
        return sg_fail(error, SG_ERROR_IO,
                       "the process that read it ended without an answer: it ran out of memory or time, "
                       "or did what it must not");
    if (sg_facts_decode(sg_buffer_span(&form), facts, &malformed).done)
        return SG_OK;
    return malformed.code == SG_ERROR_MEMORY ? sg_fail_memory(error)
                                             : sg_fail(error, SG_ERROR_IO, "the answer of its reader is malformed");
}

/* What is wrong with one package is that package's matter. */
static sg_result explain(const char *path, const struct sg_error *cause, struct sg_facts *facts, struct sg_error *error)
{
    struct sg_printable shown;
    if (cause->code == SG_ERROR_MEMORY)
        return sg_fail_memory(error);
    facts->was_read = false;
    return sg_arena_printf(&facts->arena, &facts->unreadable, error, "%s cannot be verified: %s",
                           sg_printable_text(&shown, path), cause->message);
}

static sg_result read_package(struct sg_readers *readers, const char *path, struct sg_facts *facts,
                              struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_close) int package = -1;
    struct sg_error cause = {0};
    bool opened = false;
    SG_TRY(sg_facts_open(path, facts, &package, &opened, error));
    if (!opened)
        return SG_OK;
    /* A second thread pays while a processor would else be idle. */
    bool threaded = atomic_fetch_add(&readers->at_work, 1) + 1 < readers->processors;
    bool answered = ask(readers, package, threaded, facts, &cause).done;
    atomic_fetch_sub(&readers->at_work, 1);
    if (answered)
        return SG_OK;
    return explain(path, &cause, facts, error);
}

sg_result sg_readers_read(struct sg_readers *readers, const char *path, struct sg_facts *out, struct sg_error *error)
{
    struct sg_facts facts = {.arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES)};
    const char *resolved = NULL;
    sg_result result = sg_facts_resolve(path, &facts, &resolved, error);
    if (result.done)
        result = read_package(readers, path, &facts, error);
    facts.resolved_path = resolved;
    if (!result.done)
        sg_facts_free(&facts);
    *out = facts;
    return result;
}
