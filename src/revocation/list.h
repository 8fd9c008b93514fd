/*
 * The revocation list (CONTRACT.md section 6): JSON of exactly one shape. A list that is not that shape, is dated in the future
 * or is out of date is no list at all.
 *
 * A list is made by one thread and then only read; reading is thread-safe. For the revocation room only.
 */
#ifndef SG_REVOCATION_LIST_H
#define SG_REVOCATION_LIST_H

#include "base/arena.h"
#include "base/time.h"

enum sg_list_kind {
    SG_LIST_JOB,
    SG_LIST_PROFILE_VERSION,
    SG_LIST_CERTIFICATE_HASH,
    SG_LIST_CERTIFICATE_SHA256,
};

struct sg_list_entry {
    enum sg_list_kind kind;
    const char *key; /* the ARN or the hexadecimal digits */
    bool has_time;
    struct sg_time time; /* revoked_at; for a profile version effective_from, and then it is always there */
    const char *reason;  /* as written, for sg_printable; NULL when there is none */
};

struct sg_list; /* owns its entries */

/* NETWORK when it is not a list that counts at `now`; the message says why, and in which entry. Owned; sg_list_free. */
SG_RESULT sg_list_parse(struct sg_span json, struct sg_time now, struct sg_list **out, struct sg_error *error);
void sg_list_free(struct sg_list **list);

struct sg_time sg_list_issued_at(const struct sg_list *list);
struct sg_time sg_list_next_update(const struct sg_list *list);
size_t sg_list_count(const struct sg_list *list);

/* The entry for this key, of several the one that strikes earliest; NULL when there is none. Borrowed from the list. */
const struct sg_list_entry *sg_list_find(const struct sg_list *list, enum sg_list_kind kind, const char *key);

#endif
