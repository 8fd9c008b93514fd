/*
 * The gate: loads the configuration, reads and verifies every package, asks the revocation sources at the same time, judges.
 */
#ifndef SG_GATE_GATE_H
#define SG_GATE_GATE_H

#include "report/report.h"

/* How far the reading of packages is. */
struct sg_progress {
    size_t packages, packages_done;
    uint64_t bytes, bytes_done; /* of the files */
};

struct sg_gate_options {
    const char *config_path;
    bool enforce_all;
    bool offline;
    bool has_now; /* --now */
    struct sg_time now;
    const char *const *only; /* names, or none */
    size_t only_count;
    unsigned shard_index, shard_count; /* 1-based; 0 of 0 when not sharded */
    unsigned jobs;                     /* at least 1 */
    int warn_exit_code;                /* 0 when warnings are fine */
    bool frozen;      /* --frozen: there must be a lock, and nothing may be missing in it or too much */
    bool ignore_lock; /* for what makes a new one */
    const struct sg_transport *transport;
    /* Called after each package, by one thread at a time; NULL when nobody wants to know. */
    void (*on_progress)(void *self, const struct sg_progress *progress);
    void *on_progress_self;
};

struct sg_run; /* owns everything that the report borrows */

/* Runs the gate. CONFIGURATION, USAGE: nothing was judged; `problems` holds the text to show for CONFIGURATION. */
SG_RESULT sg_gate_run(const struct sg_gate_options *options, struct sg_run **out, struct sg_buffer *problems,
                      struct sg_error *error);
const struct sg_report *sg_run_report(const struct sg_run *run);
void sg_run_free(struct sg_run **run);

/* Frees what sg_readers_read (reader.h) made. */
void sg_facts_free(struct sg_facts *facts);

#endif
