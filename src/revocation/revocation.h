/*
 * What is revoked: sources that are loaded once a run and then asked about signatures. Each must answer; any may revoke
 * (CONTRACT.md sections 4 and 6). Unavailable, stale or malformed data is undecided, never "not revoked".
 *
 * A source is loaded by one thread; once all are loaded they are only read, and reading is thread-safe.
 */
#ifndef SG_REVOCATION_REVOCATION_H
#define SG_REVOCATION_REVOCATION_H

#include "base/proof.h"
#include "config/config.h"
#include "crypto/signature.h"
#include "net/http.h"

enum sg_source_status {
    SG_SOURCE_UNAVAILABLE = 0,
    SG_SOURCE_FRESH,  /* fetched, revalidated, or read from a file in this run */
    SG_SOURCE_CACHED, /* from the cache, still within its time */
};

struct sg_source; /* one source of the configuration */

/* What loading needs; borrowed while it runs. */
struct sg_source_context {
    const struct sg_transport *transport;
    const char *folder;    /* of the configuration: files are relative to it */
    const char *cache;     /* folder as seen from the working directory, or NULL */
    const char *ca_bundle; /* file as seen from the working directory, or NULL */
    int64_t timeout_ms;
    bool offline;
    struct sg_time now;
};

SG_RESULT sg_source_make(const struct sg_source_setting *setting, struct sg_source **out,
                         struct sg_error *error); /* owned; sg_source_free */
void sg_source_free(struct sg_source **source);

/* Fetches and parses. A source that cannot be had is not an error: its status stays UNAVAILABLE and its detail says why.
 * Errors only when memory runs out. */
SG_RESULT sg_source_load(struct sg_source *source, const struct sg_source_context *context, struct sg_error *error);

/* "list", "crl". */
const char *sg_source_kind_name(enum sg_source_kind kind);
const struct sg_source_setting *sg_source_setting(const struct sg_source *source);
enum sg_source_status sg_source_status(const struct sg_source *source);
/* One printable line: "issued 2026-11-23 00:00 UTC, next update …, 3 entries", or why it is unavailable. */
const char *sg_source_detail(const struct sg_source *source);

/* Asks all sources about a proven signature. PROVEN: every source answered, none revokes. REFUTED: one revokes (rule
 * job-revoked, profile-revoked, certificate-revoked). UNDECIDED: a source did not answer, or no CRL covers a certificate below
 * the root though there is a CRL source (message set). A revocation wins over a source that did not answer. */
SG_RESULT sg_revocation_ask(struct sg_source *const *sources, size_t count, const struct sg_signature *signature,
                            struct sg_arena *arena, struct sg_proof *out, struct sg_error *error);

#endif
