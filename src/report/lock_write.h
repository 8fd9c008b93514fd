/*
 * What `sealgate lock` makes of a run: the new lock, its text, and what it changes (config/lock.h).
 */
#ifndef SG_REPORT_LOCK_WRITE_H
#define SG_REPORT_LOCK_WRITE_H

#include "report/report.h"

/* Whether the artifact may be locked under the configuration that it was judged under: integrity, expiry and mismatch passed, and
 * nothing is known to be revoked. An image is nothing that could be. */
bool sg_lock_accepts(const struct sg_report_artifact *artifact);

/* The lock of the report's packages, each once, in the order of the file. `path` is what it is called; it and the names in the lock
 * are borrowed from the report. Owned; free with sg_lock_free. Every package must be one that sg_lock_accepts. */
SG_RESULT sg_lock_make(const struct sg_report *report, const char *path, struct sg_lock **out, struct sg_error *error);

/* Appends the text of the file: one member a line, so that a diff shows what changed; a final line feed. */
SG_RESULT sg_lock_write(const struct sg_lock *lock, struct sg_buffer *out, struct sg_error *error);

/* Appends a line for each entry that is added, removed or changed from `old` (NULL for none) to `new`, as safe text, and counts
 * them in *changes. */
SG_RESULT sg_lock_write_changes(const struct sg_lock *old, const struct sg_lock *new, struct sg_buffer *out,
                                size_t *changes, struct sg_error *error);

#endif
