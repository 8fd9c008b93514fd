/*
 * Readers that do what no reader does: how they end, what is said of their package, and that the others go on (ATTACKS.md SB-01
 * to SB-03). A package's first bytes say what its reader does, through the calls of its work, which are wrapped. So are
 * setrlimit() and poll(), because the limits of time are too long for a test.
 */
#include "test_gate_fixture.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "gate/reader.h"
#include "gate/sandbox.h"

#define CONFIG_HEAD CONFIG TRUST OFF "functions:\n"
#define F(name)     "  - {name: " name ", code: " name ".zip}\n"

#define NO_ANSWER                                                                                                      \
    "the process that read it ended without an answer: it ran out of memory or time, or did what it must not"

enum { SHORT_CPU_SECONDS = 1, SHORT_WAIT_MS = 200, MOST_SECONDS = 240 };

static bool hasty; /* waiting for an answer takes SHORT_WAIT_MS */

int __real_setrlimit(__rlimit_resource_t resource, const struct rlimit *limits);
int __wrap_setrlimit(__rlimit_resource_t resource, const struct rlimit *limits);
int __real_poll(struct pollfd *entries, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout_ms);
ssize_t __real_read(int descriptor, void *out, size_t size);
ssize_t __wrap_read(int descriptor, void *out, size_t size);
ssize_t __real_write(int descriptor, const void *bytes, size_t size);
ssize_t __wrap_write(int descriptor, const void *bytes, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

int __wrap_setrlimit(__rlimit_resource_t resource, const struct rlimit *limits)
{
    const struct rlimit brief = {SHORT_CPU_SECONDS, SHORT_CPU_SECONDS};
    bool processor = resource == RLIMIT_CPU && limits->rlim_cur == SG_READER_CPU_SECONDS;
    return __real_setrlimit(resource, processor ? &brief : limits);
}

int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout_ms)
{
    return __real_poll(entries, count, hasty ? SHORT_WAIT_MS : timeout_ms);
}

/* --- what readers do ---------------------------------------------------------------------------------------------------- */

static void loop(void)
{
    volatile bool for_ever = true;
    while (for_ever)
        continue;
}

static void wait_for_nobody(void)
{
    static uint32_t word;
    for (;;)
        syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void crash(void)
{
    volatile uintptr_t nowhere = 16;
    *(volatile int *)nowhere = 1;
}

static void open_file(void)
{
    (void)open("/etc/passwd", O_RDONLY);
}

static void make_socket(void)
{
    (void)socket(AF_INET, SOCK_STREAM, 0);
}

static void start_program(void)
{
    char *const arguments[] = {(char *)(uintptr_t) "true", NULL};
    execv("/bin/true", arguments);
}

static const struct {
    const char *name;
    void (*act)(void);
    bool needs_filter;   /* only the filter for system calls ends the reader */
    bool needs_limit;    /* only the limit of memory does */
    bool faults;         /* tools that look for faults report it */
    const char *message; /* NULL: it has a test of its own */
} rows[] = {
    {"endless", loop, false, false, false, NO_ANSWER},
    {"crashing", crash, false, false, true, NO_ANSWER},
    {"opening", open_file, true, false, false, NO_ANSWER},
    {"calling", make_socket, true, false, false, NO_ANSWER},
    {"starting", start_program, true, false, false, NO_ANSWER},
    {"greedy", NULL, false, true, false, NO_ANSWER},
    {"lying", NULL, false, false, false, "the answer of its reader is malformed"},
    {"sleeping", wait_for_nobody, false, false, false, NULL},
    {"talkative", NULL, false, false, false, "the answer of its reader is too long"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const char *doing = ""; /* what this process does, a reader of one package */

static bool does(const char *name)
{
    return strcmp(doing, name) == 0;
}

/* Nothing but readers read what begins so. */
ssize_t __wrap_read(int descriptor, void *out, size_t size)
{
    ssize_t got = __real_read(descriptor, out, size);
    for (size_t i = 0; i < ROWS && got > 0; i++) {
        size_t length = strlen(rows[i].name);
        if ((size_t)got < length || memcmp(out, rows[i].name, length) != 0)
            continue;
        doing = rows[i].name;
        if (rows[i].act != NULL)
            rows[i].act();
    }
    return got;
}

ssize_t __wrap_write(int descriptor, const void *bytes, size_t size)
{
    static const char filling[4096];
    if (does("lying") && __real_write(descriptor, "all is well", 11) != 11)
        return -1;
    for (size_t sent = 0; does("talkative") && sent <= SG_READER_ANSWER_MAX_BYTES; sent += sizeof filling) {
        if (__real_write(descriptor, filling, sizeof filling) != sizeof filling)
            return -1;
    }
    return does("lying") || does("talkative") ? (ssize_t)size : __real_write(descriptor, bytes, size);
}

static size_t greedily(size_t size)
{
    return does("greedy") ? size + (size_t)SG_READER_MEMORY_BYTES + (size_t)200 * 1024 * 1024 : size;
}

void *__wrap_malloc(size_t size)
{
    return __real_malloc(greedily(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return __real_calloc(count, greedily(size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    return __real_realloc(memory, greedily(size));
}

/* --- what becomes of them ----------------------------------------------------------------------------------------------- */

static void assert_unreadable(const struct sg_report_artifact *artifact, const char *name, const char *message)
{
    char wanted[256];
    snprintf(wanted, sizeof wanted, "%s.zip cannot be verified: %s", name, message);
    assert_int_equal(artifact->judgement.action, SG_ACTION_UNDECIDED);
    assert_false(artifact->facts->was_read);
    assert_string_equal(artifact->facts->unreadable, wanted);
    assert_int_equal(artifact->judgement.finding_count > 0, true);
    assert_int_equal(artifact->judgement.findings[0].rule, SG_RULE_UNREADABLE_ARTIFACT);
    assert_string_equal(artifact->judgement.findings[0].message, wanted);
}

static void test_rows(void **state)
{
    (void)state;
    /* cmocka's handler, which the readers inherit, would go on with the tests in one of them. */
    (void)signal(SIGSEGV, SIG_DFL);
    const struct sg_gate_options options = gate_options();
    const char *tool = getenv("SEALGATE_TOOL");
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].message == NULL)
            continue;
        char file[32];
        char yaml[2048];
        snprintf(file, sizeof file, "%s.zip", rows[i].name);
        write_bytes(file, sg_span_text(rows[i].name));
        snprintf(yaml, sizeof yaml, CONFIG_HEAD F("good") "  - {name: odd, code: %s}\n" F("hotfix") F("unsigned"),
                 file);
        if ((rows[i].needs_limit && SG_WITH_SANITIZER) || (rows[i].faults && tool != NULL))
            continue;
        alarm(MOST_SECONDS);
        struct sg_run *run = run_gate(yaml, &options);
        alarm(0);
        const struct sg_report *report = sg_run_report(run);
        if (!rows[i].needs_filter || (report->confinement == NULL && !SG_WITH_SANITIZER)) {
            printf("%s\n", rows[i].name);
            assert_unreadable(&report->artifacts[1], rows[i].name, rows[i].message);
            assert_int_equal(report->undecided, 1);
        }
        /* The others go on. */
        assert_int_equal(report->artifact_count, 4);
        assert_int_equal(report->artifacts[0].judgement.action, SG_ACTION_ALLOW);
        assert_int_equal(report->artifacts[2].judgement.action, SG_ACTION_BLOCK);
        assert_int_equal(report->artifacts[3].judgement.action, SG_ACTION_BLOCK);
        sg_run_free(&run);
    }
}

/* One that waits for ever takes no processor time: it is given up after a while, and does not outlive the pool. */
static void test_sleeping(void **state)
{
    (void)state;
    struct sg_anchors *anchors = NULL;
    struct sg_readers *readers = NULL;
    struct sg_facts facts;
    struct sg_error error = {0};
    write_bytes("sleeping.zip", SG_SPAN_LITERAL("sleeping"));
    assert_done(sg_anchors_make(&anchors, &error), error);
    assert_done(sg_readers_start(anchors, &readers, &error), error);

    hasty = true;
    assert_done(sg_readers_read(readers, "sleeping.zip", &facts, &error), error);
    hasty = false;
    assert_false(facts.was_read);
    assert_string_equal(facts.unreadable, "sleeping.zip cannot be verified: reading it took more than 300 s");
    sg_facts_free(&facts);

    assert_done(sg_readers_read(readers, "good.zip", &facts, &error), error);
    assert_true(facts.was_read);
    sg_facts_free(&facts);
    alarm(MOST_SECONDS);
    sg_readers_stop(&readers);
    alarm(0);
    sg_anchors_free(&anchors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_sleeping),
    };
    return cmocka_run_group_tests(tests, enter_gate_folder, leave_gate_folder);
}
