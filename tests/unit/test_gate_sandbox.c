/* The confinement of readers (ATTACKS.md section 7, SB-01 to SB-04), and what a dead reader does to its package. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate/gate.h"
#include "gate/reader.h"
#include "gate/sandbox.h"

/* What a confined process tries; its return value becomes the exit status. */
typedef int attempt(void);

static int try_open(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0 ? 1 : 0;
}

static int try_create(void)
{
    return open("/tmp/sealgate-test-escaped", O_WRONLY | O_CREAT, 0600) >= 0 ? 1 : 0;
}

static int try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 1 : 0;
}

static int try_execute(void)
{
    char *const arguments[] = {(char *)(uintptr_t) "true", NULL};
    execv("/bin/true", arguments);
    return 0;
}

static int try_trace(void)
{
    pid_t parent = getppid();
    if (ptrace(PTRACE_ATTACH, parent, NULL, NULL) != 0)
        return 0;
    /* Without the filter it may; the parent would stay stopped if it were not let go. */
    waitpid(parent, NULL, __WALL);
    ptrace(PTRACE_DETACH, parent, NULL, NULL);
    return 1;
}

static int try_fork(void)
{
    return fork() >= 0 ? 1 : 0;
}

static int try_executable_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ? 1 : 0;
}

static int read_environment(void)
{
    return getenv("SEALGATE_TEST_SECRET") != NULL ? 1 : 0;
}

static int allocate(void)
{
    const size_t size = (size_t)SG_READER_MEMORY_BYTES + 200 * 1024 * 1024;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory != MAP_FAILED ? 1 : 0;
}

static int work(void)
{
    char *volatile memory = malloc(1 << 20);
    bool had = memory != NULL;
    free(memory);
    return had ? 0 : 1;
}

static int compare_bytes(const void *a, const void *b)
{
    return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* The first large sort of a process lets the C library ask how much memory the machine has. */
static int sort_much(void)
{
    unsigned char items[4096];
    for (size_t i = 0; i < sizeof items; i++)
        items[i] = (unsigned char)(i * 31);
    qsort(items, sizeof items, 1, compare_bytes);
    return items[0] <= items[1] ? 0 : 1;
}

/* The wait status of a process that was confined before it tried. */
static int run_confined(attempt *try, struct sg_sandbox *sandbox)
{
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t process = fork();
    if (process == 0) {
        struct sg_error error = {0};
        struct sg_sandbox own = {0};
        bool confined = sg_sandbox_prepare(&own, &error).done && sg_sandbox_enter(&own, 1024, &error).done;
        if (!confined || write(pipe_ends[1], &own, sizeof own) != sizeof own)
            _exit(99);
        _exit(try());
    }
    assert_true(process > 0);
    close(pipe_ends[1]);
    assert_int_equal(read(pipe_ends[0], sandbox, sizeof *sandbox), sizeof *sandbox);
    close(pipe_ends[0]);
    int status = 0;
    assert_int_equal(waitpid(process, &status, 0), process);
    return status;
}

static void test_attempts(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        attempt *try;
        bool files_only; /* Landlock alone stops it */
        bool harmless;
    } rows[] = {
        {"work", work, false, true},
        {"sort", sort_much, false, true},
        {"read the environment", read_environment, false, true},
        {"open a file", try_open, true, false},
        {"create a file", try_create, true, false},
        {"make a socket", try_socket, false, false},
        {"execute a program", try_execute, true, false},
        {"trace its parent", try_trace, false, false},
        {"fork", try_fork, false, false},
        {"make memory executable", try_executable_memory, false, false},
    };
    setenv("SEALGATE_TEST_SECRET", "secret", 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_sandbox sandbox = {0};
        int status = run_confined(rows[i].try, &sandbox);
        if (rows[i].harmless) {
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                fail_msg("%s: status %d", rows[i].what, status);
        } else if (sandbox.seccomp) {
            if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
                fail_msg("%s: not killed by the filter, status %d", rows[i].what, status);
        } else if (sandbox.landlock && rows[i].files_only) {
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                fail_msg("%s: not refused by Landlock, status %d", rows[i].what, status);
        }
    }
    unsetenv("SEALGATE_TEST_SECRET");
}

static void test_memory(void **state)
{
    (void)state;
    struct sg_sandbox sandbox = {0};
    if (SG_WITH_SANITIZER) {
        printf("skipped: the limit of memory, which a build with sanitizers does not set\n");
        skip();
    }
    int status = run_confined(allocate, &sandbox);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_limits(void **state)
{
    (void)state;
    int pipe_ends[2];
    struct rlimit limits[3] = {0};
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t process = fork();
    if (process == 0) {
        struct sg_error error = {0};
        /* Without the filter, which would not let the limits be read. */
        const struct sg_sandbox without = {.landlock = true};
        if (!sg_sandbox_enter(&without, 0, &error).done || getrlimit(RLIMIT_CPU, &limits[0]) != 0 ||
            getrlimit(RLIMIT_FSIZE, &limits[1]) != 0 || getrlimit(RLIMIT_CORE, &limits[2]) != 0 ||
            write(pipe_ends[1], limits, sizeof limits) != sizeof limits)
            _exit(1);
        _exit(0);
    }
    close(pipe_ends[1]);
    assert_int_equal(read(pipe_ends[0], limits, sizeof limits), sizeof limits);
    close(pipe_ends[0]);
    waitpid(process, NULL, 0);
    assert_int_equal(limits[0].rlim_max, SG_READER_CPU_SECONDS);
    assert_int_equal(limits[1].rlim_max, 0);
    assert_int_equal(limits[2].rlim_max, 0);
}

/* --- readers that die --------------------------------------------------------------------------------------------------- */

static struct sg_readers *start_readers(void)
{
    struct sg_anchors *anchors = NULL;
    struct sg_readers *readers = NULL;
    struct sg_error error = {0};
    assert_done(sg_anchors_make(&anchors, &error), error);
    assert_done(sg_anchors_add_builtin(anchors, &error), error);
    assert_done(sg_readers_start(anchors, &readers, &error), error);
    sg_anchors_free(&anchors);
    return readers;
}

/* The first child of a process, 0 when it has none. */
static pid_t child_of(pid_t process)
{
    char path[64];
    long child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)process, (int)process);
    FILE *file = fopen(path, "r");
    char line[64] = "";
    if (file != NULL) {
        if (fgets(line, sizeof line, file) != NULL)
            child = strtol(line, NULL, 10);
        fclose(file);
    }
    return (pid_t)child;
}

static void write_file(const char *path, size_t size)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(ftruncate(descriptor, (off_t)size), 0);
    close(descriptor);
}

static void assert_unreadable(struct sg_readers *readers, const char *path, const char *message)
{
    struct sg_facts facts;
    struct sg_error error = {0};
    assert_done(sg_readers_read(readers, path, &facts, &error), error);
    assert_false(facts.was_read);
    assert_string_equal(facts.unreadable, message);
    sg_facts_free(&facts);
}

static void *kill_reader(void *argument)
{
    pid_t parent = *(const pid_t *)argument;
    for (int i = 0; i < 5000; i++) {
        pid_t reader = child_of(parent);
        if (reader > 0) {
            kill(reader, SIGKILL);
            return NULL;
        }
        usleep(200);
    }
    return NULL;
}

static void test_dead_reader(void **state)
{
    (void)state;
    struct sg_readers *readers = start_readers();
    pid_t process = child_of(getpid());
    pthread_t killer;
    assert_true(process > 0);
    /* Large enough to be at work when the signal comes. */
    write_file("large.zip", 200 * 1024 * 1024);
    write_file("small.zip", 100);
    assert_int_equal(pthread_create(&killer, NULL, kill_reader, &process), 0);
    assert_unreadable(readers, "large.zip",
                      "large.zip cannot be verified: the process that read it ended without an answer: it ran out of "
                      "memory or time, or did what it must not");
    pthread_join(killer, NULL);

    /* The others go on. */
    struct sg_facts facts;
    struct sg_error error = {0};
    assert_done(sg_readers_read(readers, "small.zip", &facts, &error), error);
    assert_true(facts.was_read);
    assert_int_equal(facts.package.structure.outcome, SG_REFUTED);
    sg_facts_free(&facts);

    assert_int_equal(kill(process, SIGKILL), 0);
    usleep(50000);
    assert_unreadable(readers, "small.zip",
                      "small.zip cannot be verified: the process that reads packages is gone: Broken pipe");
    sg_readers_stop(&readers);
    unlink("large.zip");
    unlink("small.zip");
}

static int enter_folder(void **state)
{
    (void)state;
    char folder[64];
    snprintf(folder, sizeof folder, "/tmp/sealgate-sandbox-%d", (int)getpid());
    return mkdir(folder, 0700) == 0 ? chdir(folder) : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    char folder[64];
    snprintf(folder, sizeof folder, "/tmp/sealgate-sandbox-%d", (int)getpid());
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_dead_reader),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
