/*
 * SHA-256 and SHA-384, whole or piece by piece, HMAC-SHA-256, and the two ways in which digests are written.
 */
#ifndef SG_CRYPTO_DIGEST_H
#define SG_CRYPTO_DIGEST_H

#include "base/result.h"
#include "base/span.h"

#define SG_SHA256_BYTES 32
#define SG_SHA384_BYTES 48
/* Text with NUL: lower-case hex of SHA-256, base64 of SHA-256 (AWS Lambda's CodeSha256). */
#define SG_SHA256_HEX_BYTES    65
#define SG_SHA256_BASE64_BYTES 45

struct sg_sha384; /* a running SHA-384; one thread at a time */

SG_RESULT sg_sha384_start(struct sg_sha384 **out, struct sg_error *error); /* owned; sg_sha384_free */
SG_RESULT sg_sha384_add(struct sg_sha384 *sha, struct sg_span bytes, struct sg_error *error);
SG_RESULT sg_sha384_finish(struct sg_sha384 *sha, uint8_t out[SG_SHA384_BYTES], struct sg_error *error);
void sg_sha384_free(struct sg_sha384 **sha);

struct sg_sha256_stream; /* a running SHA-256; one thread at a time */

/* Begins a digest, with *stream made when it is NULL. Owned; sg_sha256_stream_free. */
SG_RESULT sg_sha256_stream_start(struct sg_sha256_stream **stream, struct sg_error *error);
SG_RESULT sg_sha256_stream_add(struct sg_sha256_stream *stream, struct sg_span bytes, struct sg_error *error);
SG_RESULT sg_sha256_stream_finish(struct sg_sha256_stream *stream, uint8_t out[SG_SHA256_BYTES],
                                  struct sg_error *error);
void sg_sha256_stream_free(struct sg_sha256_stream **stream);

SG_RESULT sg_sha256(struct sg_span bytes, uint8_t out[SG_SHA256_BYTES], struct sg_error *error);
SG_RESULT sg_sha384(struct sg_span bytes, uint8_t out[SG_SHA384_BYTES], struct sg_error *error);

/* RFC 2104. `out` may be what `key` or `bytes` points to. */
SG_RESULT sg_hmac_sha256(struct sg_span key, struct sg_span bytes, uint8_t out[SG_SHA256_BYTES],
                         struct sg_error *error);

/* Lower-case hexadecimal with a NUL: 2 × size + 1 bytes go to `out`. Returns `out`. */
const char *sg_hex(struct sg_span bytes, char *out);
const char *sg_sha256_base64(const uint8_t digest[SG_SHA256_BYTES], char out[SG_SHA256_BASE64_BYTES]);
/* Standard base64 of exactly 32 bytes (RFC 4648 section 4), canonical; false when it is anything else. */
bool sg_sha256_from_base64(struct sg_span text, uint8_t out[SG_SHA256_BYTES]);
/* The same in the URL-safe alphabet and without padding (RFC 4648 section 5), as Python's RECORD files have it. */
bool sg_sha256_from_base64url(struct sg_span text, uint8_t out[SG_SHA256_BYTES]);

#endif
