/*
 * A folder of answers kept between runs. Each file holds one URL's body with its validators and how long the server let it be
 * used; written to a new name and renamed. A file that is damaged, of another URL or of another version is as if it were not
 * there; so is one that is not regular, belongs to somebody else or may be written by others. Whoever can write the folder can
 * write revocation lists into it: docs/threat-model.md.
 */
#ifndef SG_NET_CACHE_H
#define SG_NET_CACHE_H

#include "net/http.h"

struct sg_cache_entry {
    struct sg_buffer body; /* owned; sg_cache_entry_free */
    char *etag;            /* NULL when there is none */
    char *last_modified;
    struct sg_time stored_at;
    struct sg_time fresh_until; /* by the server's Cache-Control; stored_at when it must be asked again each time */
    bool has_lifetime; /* the server said how long, which counts for SG_CACHE_MAX_FRESH_SECONDS at most; otherwise it
                                 * is asked each time */
};

void sg_cache_entry_free(struct sg_cache_entry *entry);

/* `*found` says whether there is one. Errors only when memory runs out. */
SG_RESULT sg_cache_read(const char *folder, const char *url, struct sg_cache_entry *out, bool *found,
                        struct sg_error *error);

/* Keeps a 200 answer, making the folder when it is missing; `no-store` keeps nothing and removes what was kept. */
SG_RESULT sg_cache_write(const char *folder, const char *url, const struct sg_http_response *response,
                         struct sg_time now, struct sg_error *error);

/* A 304 came: the lifetime starts anew by the new answer's headers. */
SG_RESULT sg_cache_refresh(const char *folder, const char *url, struct sg_cache_entry *entry,
                           const struct sg_http_response *response, struct sg_time now, struct sg_error *error);

#endif
