/*
 * Makes an envelope in the format, with a key and chain of one's own.
 */
#ifndef SG_CRYPTO_SIGNER_H
#define SG_CRYPTO_SIGNER_H

#include "base/buffer.h"
#include "base/time.h"
#include "crypto/digest.h"

struct sg_signer;

/* `key` and `chain` are PEM text: one private key; the leaf first, then its issuers, the root last. REFUSED when the key is
 * encrypted, no P-384 key or not the leaf's, or when the chain is not in order, does not end in a self-signed root, or would
 * not verify at `signed_at`: the message says which and how to mend it. Owned; sg_signer_free. */
SG_RESULT sg_signer_make(struct sg_span key, const char *key_name, struct sg_span chain, const char *chain_name,
                         struct sg_signer **out, struct sg_error *error);
void sg_signer_free(struct sg_signer **signer);

struct sg_signing_request {
    const char *profile_version_arn;
    const char *job_arn;
    struct sg_time signed_at;
    struct sg_time expires_at;
    uint8_t content[SG_SHA384_BYTES]; /* content digest of the package (FORMAT.md section 2) */
};

/* Appends the PEM block to `out`. */
SG_RESULT sg_signer_sign(const struct sg_signer *signer, const struct sg_signing_request *request,
                         struct sg_buffer *out, struct sg_error *error);

/* Adds the chain's root to `anchors`, so that what was signed can be verified at once. */
struct sg_anchors;
SG_RESULT sg_signer_add_root(const struct sg_signer *signer, struct sg_anchors *anchors, struct sg_error *error);

#endif
