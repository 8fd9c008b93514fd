/*
 * What a package's signature says: the plain facts, without a type of OpenSSL's, so that they can cross threads and processes.
 * Everything is borrowed from the arena of the envelope that it was read from.
 */
#ifndef SG_CRYPTO_SIGNATURE_H
#define SG_CRYPTO_SIGNATURE_H

#include "base/arena.h"
#include "base/time.h"
#include "crypto/digest.h"

/* Text with NUL of a certificate hash: SHA-384(TBSCertificate) ‖ SHA-384(issuer's TBSCertificate) in lower-case hex. */
#define SG_CERTIFICATE_HASH_BYTES (4 * SG_SHA384_BYTES + 1)

struct sg_certificate {
    struct sg_span der;
    uint8_t sha256[SG_SHA256_BYTES]; /* of the DER */
    uint8_t twin_sha256
        [SG_SHA256_BYTES]; /* of the DER with the other of the two ECDSA signatures that anybody can make of one */
    char hash[SG_CERTIFICATE_HASH_BYTES]; /* as GetRevocationStatus takes it (FORMAT.md section 4) */
    const char *subject;                  /* printable, RFC 2253 order */
    const char *serial;                   /* lower-case hex */
    struct sg_time not_before;
    struct sg_time not_after;
};

struct sg_signature {
    const char *profile_version_arn; /* printable; fits the grammar once the format is proven */
    const char *job_arn;
    struct sg_time signed_at;
    struct sg_time expires_at;
    uint8_t message_digest[SG_SHA384_BYTES];
    /* Leaf first, root last. Empty until a chain is proven. */
    const struct sg_certificate *chain;
    size_t chain_count;
};

#endif
