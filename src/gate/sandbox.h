/*
 * Gives up what a process that reads packages does not need. Inside the gate room only. Linux.
 *
 * Packages are hostile and the CI that runs the gate holds credentials, so packages are parsed where nothing can be stolen
 * (ATTACKS.md section 7): no network, no files but the one that is handed over, no secrets in the environment, no new
 * privileges, bounded memory and time. What the kernel cannot do is reported, never silently left out.
 */
#ifndef SG_GATE_SANDBOX_H
#define SG_GATE_SANDBOX_H

#include <stdint.h>

#include "base/result.h"

/* Sanitizers make system calls, map memory and write reports of their own. */
#define SG_WITH_SANITIZER 0
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#undef SG_WITH_SANITIZER
#define SG_WITH_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#undef SG_WITH_SANITIZER
#define SG_WITH_SANITIZER 1
#endif
#endif

struct sg_sandbox {
    bool landlock; /* no file can be opened (Landlock, Linux 5.13) */
    bool seccomp;  /* only listed system calls; off in builds with sanitizers, which need others */
    bool complete; /* everything that this build can do is done */
};

/* For the process that starts readers, once, before it forks any: empties the environment, gives up new privileges and files.
 * Says in *out what was possible, seccomp included, which comes with sg_sandbox_enter. */
SG_RESULT sg_sandbox_prepare(struct sg_sandbox *out, struct sg_error *error);

/* For the process that reads one package of `package_bytes`: limits, then the filter. Nothing is given back. */
SG_RESULT sg_sandbox_enter(const struct sg_sandbox *sandbox, uint64_t package_bytes, struct sg_error *error);

#endif
