/*
 * What the confinement of readers costs: each package is read in turn by this process itself and by a confined one.
 *
 *     bench_confinement ROOT.pem ROUNDS PACKAGE...
 *
 * Prints lines of a name and nanoseconds: `start`, the clock's and the processor's for starting and ending the process that
 * forks readers; and for each pair of readings the package, the clock's without and with confinement, and the processor's without
 * and with it, which has such a start in it. tests/bench/confinement makes the packages and sums up.
 *
 * signal() is wrapped, so that ended readers are waited for and their processor time can be seen.
 */
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "crypto/library.h"
#include "gate/facts.h"
#include "gate/reader.h"

void (*__wrap_signal(int number, void (*handler)(int)))(int);

void (*__wrap_signal(int number, void (*handler)(int)))(int)
{
    struct sigaction action = {.sa_handler = number == SIGCHLD ? SIG_DFL : handler};
    return sigaction(number, &action, NULL) == 0 ? SIG_DFL : SIG_ERR;
}

struct times {
    int64_t clock_ns;
    int64_t processor_ns; /* of this process and of the children that have ended */
};

static int64_t processor_ns(int who)
{
    struct rusage usage = {0};
    getrusage(who, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
           ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

static struct times now(void)
{
    struct timespec clock = {0};
    clock_gettime(CLOCK_MONOTONIC, &clock);
    return (struct times){(int64_t)clock.tv_sec * 1000000000 + clock.tv_nsec,
                          processor_ns(RUSAGE_SELF) + processor_ns(RUSAGE_CHILDREN)};
}

static struct times since(struct times start)
{
    struct times end = now();
    return (struct times){end.clock_ns - start.clock_ns, end.processor_ns - start.processor_ns};
}

static sg_result read_here(const char *path, const struct sg_anchors *anchors, struct sg_facts *out,
                           struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_close) int package = -1;
    bool opened = false;
    SG_CLEANUP(sg_facts_free) struct sg_facts facts = {.arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES)};
    SG_TRY(sg_facts_open(path, &facts, &package, &opened, error));
    SG_CLEANUP(sg_hasher_free) struct sg_hasher *hasher = NULL;
    /* With a second thread, as a reader that has the machine to itself. */
    SG_TRY(sg_hasher_start(true, &hasher, error));
    return sg_facts_read_open(package, anchors, hasher, out, error);
}

/* What is measured must also be right. */
static sg_result check(const struct sg_facts *facts, const char *path, const char *how, struct sg_error *error)
{
    if (sg_envelope_proven(&facts->envelope))
        return SG_OK;
    return sg_fail(error, SG_ERROR_INTERNAL, "%s was not verified %s: %s", path, how,
                   facts->unreadable != NULL                       ? facts->unreadable
                   : facts->package.structure.outcome != SG_PROVEN ? facts->package.structure.message
                                                                   : "its signature is not proven");
}

static sg_result read_without(const char *path, const struct sg_anchors *anchors, struct times *out,
                              struct sg_error *error)
{
    SG_CLEANUP(sg_facts_free) struct sg_facts facts = {0};
    struct times start = now();
    SG_TRY(read_here(path, anchors, &facts, error));
    *out = since(start);
    return check(&facts, path, "without confinement", error);
}

static sg_result read_confined(const char *path, const struct sg_anchors *anchors, struct times *out,
                               struct sg_error *error)
{
    SG_CLEANUP(sg_facts_free) struct sg_facts facts = {0};
    SG_CLEANUP(sg_readers_stop) struct sg_readers *readers = NULL;
    struct times first = now();
    SG_TRY(sg_readers_start(anchors, &readers, error));
    struct times start = now();
    SG_TRY(sg_readers_read(readers, path, &facts, error));
    out->clock_ns = since(start).clock_ns;
    sg_readers_stop(&readers);
    out->processor_ns = since(first).processor_ns;
    return check(&facts, path, "in confinement", error);
}

static sg_result measure_start(unsigned rounds, const struct sg_anchors *anchors, struct sg_error *error)
{
    for (unsigned i = 0; i < rounds; i++) {
        SG_CLEANUP(sg_readers_stop) struct sg_readers *readers = NULL;
        struct times start = now();
        SG_TRY(sg_readers_start(anchors, &readers, error));
        sg_readers_stop(&readers);
        struct times took = since(start);
        printf("start %" PRId64 " %" PRId64 "\n", took.clock_ns, took.processor_ns);
    }
    return SG_OK;
}

/* Which of the two comes first changes from round to round. */
static sg_result measure(const char *path, unsigned rounds, const struct sg_anchors *anchors, struct sg_error *error)
{
    for (unsigned i = 0; i < rounds; i++) {
        struct times without = {0};
        struct times confined = {0};
        if (i % 2 == 0)
            SG_TRY(read_without(path, anchors, &without, error));
        SG_TRY(read_confined(path, anchors, &confined, error));
        if (i % 2 != 0)
            SG_TRY(read_without(path, anchors, &without, error));
        printf("%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", path, without.clock_ns, confined.clock_ns,
               without.processor_ns, confined.processor_ns);
    }
    return SG_OK;
}

static sg_result run(int count, char **words, struct sg_error *error)
{
    SG_CLEANUP(sg_anchors_free) struct sg_anchors *anchors = NULL;
    SG_CLEANUP(sg_buffer_free) struct sg_buffer pem = {0};
    SG_TRY(sg_crypto_start(error));
    SG_TRY(sg_file_read(words[1], SG_PEM_MAX_BYTES, &pem, error));
    SG_TRY(sg_anchors_make(&anchors, error));
    SG_TRY(sg_anchors_add_pem(anchors, sg_buffer_span(&pem), words[1], error));
    unsigned rounds = (unsigned)strtoul(words[2], NULL, 10);
    SG_TRY(measure_start(rounds, anchors, error));
    for (int i = 3; i < count; i++)
        SG_TRY(measure(words[i], rounds, anchors, error));
    return SG_OK;
}

int main(int count, char **words)
{
    struct sg_error error = {0};
    /* Large pieces of memory are new for every reading, as they are for the first package of a run: a process that reads the same
     * package again and again would find them still there. The number is where glibc begins. */
    (void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    if (count < 4) {
        fprintf(stderr, "usage: bench_confinement ROOT.pem ROUNDS PACKAGE...\n");
        return 2;
    }
    if (run(count, words, &error).done)
        return 0;
    fprintf(stderr, "error: %s\n", error.message);
    return 1;
}
