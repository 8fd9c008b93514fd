/*
 * Loaded before the C library when tests run under valgrind (memcheck.py). valgrind keeps descriptors of its own and refuses to
 * lower the hard limit of open files; here the soft limit is set alone, which it heeds. All else is left as it is.
 */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limits)
{
    struct rlimit soft = *limits;
    struct rlimit now;
    if (resource == RLIMIT_NOFILE) {
        if (syscall(SYS_prlimit64, 0, resource, NULL, &now) != 0)
            return -1;
        soft.rlim_max = now.rlim_max;
    }
    return (int)syscall(SYS_prlimit64, 0, resource, &soft, NULL);
}
