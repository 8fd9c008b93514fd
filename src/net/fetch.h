/*
 * A request with retries: capped exponential back-off with full jitter, Retry-After honoured, one deadline over all tries.
 * 429, 500, 502, 503, 504 and broken connections are tried again; any other answer is final.
 *
 * Thread-safe.
 */
#ifndef SG_NET_FETCH_H
#define SG_NET_FETCH_H

#include "net/http.h"

struct sg_fetch_request {
    const char *url;
    const char *ca_bundle;
    const char *etag;
    const char *last_modified;
    size_t max_body_bytes;
    int64_t timeout_ms; /* retries included */
};

/* 200 with a body or, when a validator was sent, 304. Anything else is NETWORK: the message says what was answered, how
 * often it was tried, and why it was given up. */
SG_RESULT sg_fetch(const struct sg_transport *transport, const struct sg_fetch_request *request,
                   struct sg_http_response *response, struct sg_error *error);

#endif
