/*
 * Shared inside the gate room only.
 */
#ifndef SG_GATE_INTERNAL_H
#define SG_GATE_INTERNAL_H

#include "gate/gate.h"

/* The artifacts of the configuration that this run judges, functions before layers, in the file's order. */
struct sg_selection {
    const struct sg_artifact **items; /* owned by the arena */
    size_t count;
    size_t skipped;
};

/* Applies --only and --shard. USAGE when a name of --only is nobody's; the message names the nearest. */
SG_RESULT sg_select(const struct sg_config *config, const struct sg_gate_options *options, struct sg_arena *arena,
                    struct sg_selection *out, struct sg_error *error);

/* Opens the lock beside the configuration into *out, which stays NULL when there is none or it is to be ignored, and says in
 * report->lock what it is. CONFIGURATION for a lock that is no lock, or that is frozen and has entries of artifacts that the
 * configuration does not have; USAGE when one is demanded and there is none. */
SG_RESULT sg_lock_open(const struct sg_gate_options *options, const struct sg_config *config, struct sg_arena *arena,
                       struct sg_report *report, struct sg_lock **out, struct sg_error *error);

/* CONFIGURATION when the lock names the very bytes of this package but another signature than they have: no package can be like
 * that, so the file was made by hand. `lock` and `facts` may be NULL. */
SG_RESULT sg_lock_check(const struct sg_lock *lock, const struct sg_artifact *artifact, const struct sg_facts *facts,
                        struct sg_error *error);

/* Calls work(context, i) for every i below `count`, on up to `jobs` threads. Each call writes only to its own place, so that
 * the result does not depend on the order. A thread that cannot be started is done without. */
void sg_for_each(size_t count, unsigned jobs, void (*work)(void *context, size_t index), void *context);

#endif
