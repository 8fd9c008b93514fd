/*
 * The one HTTPS function, bounded in every direction, and the port that stands for it in tests.
 *
 * https:// only; no redirects; TLS 1.2 at least; certificate and host name always checked; no Accept-Encoding, and an encoded
 * reply is an error; proxy variables honoured (https_proxy, HTTPS_PROXY, all_proxy, no_proxy); netrc and curlrc ignored
 * (ATTACKS.md section 5). SSLKEYLOGFILE is ignored, too, because main takes it out of the environment before anything else:
 * libcurl has no option for that. Link-local addresses are refused always, loopback ones unless the URL's host says so itself:
 * `localhost`, `127.0.0.1` or `[::1]` (HT-03). Behind a proxy the addresses seen are the proxy's, which may be loopback; where
 * the proxy connects to is its own decision.
 *
 * Connections stay open for the next request to the same host, as long as the client lives. They are used again only under the same
 * TLS settings (libcurl compares them).
 *
 * Thread-safe after sg_net_start.
 */
#ifndef SG_NET_HTTP_H
#define SG_NET_HTTP_H

#include "base/buffer.h"
#include "base/time.h"

/* libcurl's global start; once, before any thread, after sg_crypto_start. */
SG_RESULT sg_net_start(struct sg_error *error);
void sg_net_stop(void);
/* "7.88.1". Borrowed for ever. */
const char *sg_net_version(void);

struct sg_http_request {
    const char *url;
    const char *ca_bundle;     /* PEM file, or NULL for the system's store */
    const char *etag;          /* sent as If-None-Match when not NULL */
    const char *last_modified; /* sent as If-Modified-Since when not NULL */
    size_t max_body_bytes;
    int64_t timeout_ms; /* for this one try */
};

struct sg_http_response {
    int status;
    struct sg_buffer body; /* owned; sg_http_response_free; read for status 200 only */
    char *etag;            /* owned; NULL when there is none, or none that could be sent back */
    char *last_modified;
    char *cache_control; /* all of them, joined by ", "; "no-store" when there was more than could be kept */
    char *retry_after;
    char *age;
    char *location;
};

void sg_http_response_free(struct sg_http_response *response);

/* Whether one more try might help. Set beside the error. */
struct sg_http_failure {
    bool retryable;
};

/* The port: performs one request. Any status is a response; NETWORK when there is none, with a message that names host and
 * cause, and `failure` set; INTERNAL or MEMORY when a library fails. The response is then empty. */
struct sg_transport {
    sg_result (*perform)(void *self, const struct sg_http_request *request, struct sg_http_response *response,
                         struct sg_http_failure *failure, struct sg_error *error);
    void *self;
    /* Monotonic milliseconds, sleeping, and a random number below `bound`: replaced in tests. */
    int64_t (*now_ms)(void *self);
    void (*sleep_ms)(void *self, int64_t ms);
    uint32_t (*random_below)(void *self, uint32_t bound);
};

/* What keeps connections between requests. Owned; sg_http_client_free, after the last request. */
struct sg_http_client;
SG_RESULT sg_http_client_make(struct sg_http_client **out, struct sg_error *error);
void sg_http_client_free(struct sg_http_client **client);

/* The real one, over libcurl; borrows the client. */
struct sg_transport sg_http_transport(struct sg_http_client *client);

#endif
