/*
 * The lock file: what each artifact was when it was last reviewed. `sealgate lock` writes it beside the configuration (its text
 * is made in report/lock_write.h), and `sealgate verify` holds the packages against it: the one full answer to content that was
 * cut anew under the same signature (ATTACKS.md section 3).
 *
 *   {"version": 1, "artifacts": [{"kind": "function", "name": "checkout", "code_sha256": "…", "profile_version_arn": "…",
 *                                 "job_arn": "…", "signed_at": "…"}]}
 *
 * Reject, never repair: a file that is not exactly this is no lock. A lock is made by one thread and then only read.
 */
#ifndef SG_CONFIG_LOCK_H
#define SG_CONFIG_LOCK_H

#include "base/time.h"
#include "config/config.h"

struct sg_lock_entry {
    enum sg_artifact_kind kind;
    const char *name;
    uint8_t code_sha256[SG_SHA256_BYTES];
    const char *profile_version_arn;
    const char *job_arn;
    struct sg_time signed_at;
};

struct sg_lock {
    const char *path;                /* as given */
    uint8_t sha256[SG_SHA256_BYTES]; /* of the file */
    struct sg_lock_entry *entries;   /* in the order of sg_lock_entry_compare, no two alike */
    size_t count;
    struct sg_arena arena; /* owns all of the above */
};

/* Where the lock of the configuration at `config_path` is: beside it, with `.lock` for `.yaml` or `.yml`, and behind any other
 * name. Owned; free with free(3). */
SG_RESULT sg_lock_path(const char *config_path, char **out, struct sg_error *error);

/* Reads the lock at `path`; `*out` is NULL when there is no such file. CONFIGURATION when there is one that cannot be read or is
 * no lock; the message has the path and what is wrong. Owned; free with sg_lock_free. */
SG_RESULT sg_lock_load(const char *path, struct sg_lock **out, struct sg_error *error);
void sg_lock_free(struct sg_lock **lock);

/* The entry of an artifact, or NULL. Borrowed from the lock, which may be NULL. */
const struct sg_lock_entry *sg_lock_find(const struct sg_lock *lock, enum sg_artifact_kind kind, const char *name);

/* Functions before layers, then by the bytes of their names. For qsort. */
int sg_lock_entry_compare(const void *a, const void *b);
/* Whether both say the same of the same artifact. */
bool sg_lock_entry_equal(const struct sg_lock_entry *a, const struct sg_lock_entry *b);

#endif
