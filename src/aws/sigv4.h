/*
 * Signature Version 4, the form with an Authorization header (AWS General Reference, "Signing AWS API requests"; AWS.md section 5).
 *
 * libcurl has a signer of its own, which signs ARNs in a path or markers in a query wrongly in one version or another (AWS.md 5.1).
 * Pure: no clock, no environment, no output. Thread-safe.
 */
#ifndef SG_AWS_SIGV4_H
#define SG_AWS_SIGV4_H

#include "base/arena.h"
#include "base/time.h"

/* What signs. Borrowed; never printed. */
struct sg_aws_keys {
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token; /* NULL when there is none */
};

struct sg_header {
    const char *name;
    const char *value;
};

struct sg_sigv4_request {
    const char *method;
    const char *url; /* as it is sent, which sg_url_problem has found fine: path and query are encoded already */
    /* Further headers, which are signed, too. A name may stand several times. Host and the headers below are not among them. */
    const struct sg_header *headers;
    size_t header_count;
    struct sg_span body;
    const char *region;
    const char *service; /* the signing name: "lambda", "signer", "s3", "sts" */
    struct sg_time time;
};

/* Authorization, X-Amz-Date and, where they are needed, X-Amz-Security-Token and X-Amz-Content-Sha256. */
enum { SG_SIGV4_MAX_HEADERS = 4 };

struct sg_sigv4 {
    struct sg_header headers[SG_SIGV4_MAX_HEADERS]; /* to be sent besides the request's own */
    size_t header_count;
    /* Of which the signature was made. The first one holds the session token: never printed. */
    const char *canonical_request;
    const char *string_to_sign;
};

/* Signs. What is in `out` lives in the arena. REFUSED when the keys, the scope or a header cannot stand in an HTTP header; the
 * message does not repeat it. INTERNAL when all that is signed besides the body has more than SG_SIGV4_MAX_BYTES. */
SG_RESULT sg_sigv4_sign(const struct sg_sigv4_request *request, const struct sg_aws_keys *keys, struct sg_arena *arena,
                        struct sg_sigv4 *out, struct sg_error *error);

#endif
