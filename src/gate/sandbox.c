#include "gate/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* The strings themselves are overwritten: they stand in memory that the reader inherits. */
static void wipe_environment(void)
{
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
        explicit_bzero(*entry, strlen(*entry));
    clearenv();
}

/* A rule set that handles every access to files and allows none (Linux, Documentation/userspace-api/landlock.rst). */
static bool enter_landlock(void)
{
    const struct landlock_ruleset_attr attributes = {
        /* The thirteen rights of Landlock's first version, which every later one has. */
        .handled_access_fs = (1u << 13) - 1,
    };
    SG_CLEANUP(sg_cleanup_close)
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    return rules >= 0 && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}

#if !SG_WITH_SANITIZER && defined(THIS_ARCHITECTURE)

/* What reading, inflating, hashing and answering take. */
static const int allowed_calls[] = {
    SYS_read,         SYS_write,  SYS_close,   SYS_fstat,     SYS_newfstatat,  SYS_lseek,          SYS_brk,
    SYS_munmap,       SYS_mremap, SYS_madvise, SYS_futex,     SYS_exit,        SYS_exit_group,     SYS_clock_gettime,
    SYS_rt_sigreturn, SYS_getpid, SYS_gettid,  SYS_getrandom, SYS_sched_yield, SYS_rt_sigprocmask,
};
/* Allowed unless memory shall become executable. */
static const int memory_calls[] = {SYS_mmap, SYS_mprotect};

enum { MOST_INSTRUCTIONS = 64 };

struct program {
    struct sock_filter code[MOST_INSTRUCTIONS];
    unsigned short length;
};

static void emit(struct program *program, uint16_t code, uint8_t if_true, uint8_t if_false, uint32_t value)
{
    if (program->length < MOST_INSTRUCTIONS)
        program->code[program->length++] = (struct sock_filter){code, if_true, if_false, value};
}

/* Each test jumps over the one instruction behind it. */
static void build_filter(struct program *program)
{
    emit(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch));
    emit(program, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, THIS_ARCHITECTURE);
    emit(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
    emit(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < sizeof allowed_calls / sizeof allowed_calls[0]; i++) {
        emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)allowed_calls[i]);
        emit(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
    }
    for (size_t i = 0; i < sizeof memory_calls / sizeof memory_calls[0]; i++) {
        emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (uint32_t)memory_calls[i]);
        emit(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[2]));
        emit(program, BPF_JMP | BPF_JSET | BPF_K, 0, 1, PROT_EXEC);
        emit(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
        emit(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
    }
    emit(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
}
_Static_assert(4 + 2 * sizeof allowed_calls / sizeof allowed_calls[0] +
                       5 * sizeof memory_calls / sizeof memory_calls[0] + 1 <=
                   MOST_INSTRUCTIONS,
               "the filter fits");

static bool seccomp_available(void)
{
    const uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static sg_result enter_seccomp(struct sg_error *error)
{
    struct program program = {.length = 0};
    build_filter(&program);
    struct sock_fprog filter = {.len = program.length, .filter = program.code};
    /* Every thread at once, or none. */
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0)
        return sg_fail_errno(error, SG_ERROR_INTERNAL, errno, "cannot filter system calls");
    return SG_OK;
}

#else

static bool seccomp_available(void)
{
    return false;
}

static sg_result enter_seccomp(struct sg_error *error)
{
    return sg_fail(error, SG_ERROR_INTERNAL, "this build has no filter for system calls");
}

#endif

static int compare_nothing(const void *a, const void *b)
{
    (void)a;
    (void)b;
    return 0;
}

/* What the C library asks the system at first use and keeps, it must ask before that is forbidden: for the time zone's file
 * (which one, TZ would have said), and how much memory the machine has, at the first sort of more than 1024 bytes (glibc 2.36).
 * The TLS library under libcurl may have sorted as much, or not. */
static void warm_up(void)
{
    char items[2048] = {0};
    tzset();
    qsort(items, sizeof items, 1, compare_nothing);
}

sg_result sg_sandbox_prepare(struct sg_sandbox *out, struct sg_error *error)
{
    wipe_environment();
    warm_up();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return sg_fail_errno(error, SG_ERROR_INTERNAL, errno, "cannot give up privileges");
    out->landlock = enter_landlock();
    out->seccomp = seccomp_available();
    out->complete = out->landlock && (out->seccomp || SG_WITH_SANITIZER);
    return SG_OK;
}

static bool limit(__rlimit_resource_t resource, uint64_t value)
{
    const struct rlimit both = {value, value};
    return setrlimit(resource, &both) == 0;
}

#if !SG_WITH_SANITIZER
/* Address space in use now, in bytes; brk and mappings shared with the parent included. */
static uint64_t address_space_bytes(void)
{
    struct rusage usage;
    /* Without files there is no /proc/self/statm. The largest resident set is a lower bound, and the allowance has room for
     * the libraries' mappings. */
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}
#endif

sg_result sg_sandbox_enter(const struct sg_sandbox *sandbox, uint64_t package_bytes, struct sg_error *error)
{
    bool limited = limit(RLIMIT_CPU, SG_READER_CPU_SECONDS) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CORE, 0) &&
                   limit(RLIMIT_NOFILE, SG_READER_MAX_FILES);
#if !SG_WITH_SANITIZER
    limited = limited && limit(RLIMIT_AS, address_space_bytes() + package_bytes + SG_READER_MEMORY_BYTES);
#else
    (void)package_bytes;
#endif
    if (!limited)
        return sg_fail_errno(error, SG_ERROR_INTERNAL, errno, "cannot set limits");
    return sandbox->seccomp ? enter_seccomp(error) : SG_OK;
}
