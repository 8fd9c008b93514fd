/*
 * The CMS envelope of a signed package, held against the format (FORMAT.md section 3, ATTACKS.md section 2), and its
 * cryptography. Four claims are proven one after the other; each needs the one before it, but for the content, which is
 * compared whenever the format is proven, so that `inspect` can say all it knows.
 *
 * Thread-safe: envelopes share only the anchors, which are read.
 */
#ifndef SG_CRYPTO_ENVELOPE_H
#define SG_CRYPTO_ENVELOPE_H

#include "base/proof.h"
#include "crypto/anchors.h"
#include "crypto/signature.h"

struct sg_envelope {
    struct sg_proof format;    /* malformed-signature: one PEM block, the pinned CMS shape, the attributes' grammar */
    struct sg_proof signature; /* signature-invalid: the leaf's key signed the attributes */
    struct sg_proof
        chain; /* untrusted-root, malformed-signature: leaf profile, algorithms, path to an anchor at signed_at */
    struct sg_proof content; /* content-modified: messageDigest is SHA-384 of the content digest */
    bool has_claims;         /* the attributes were read and fit the grammar, even if something else is refuted */
    struct sg_signature claims;
    struct sg_notices notices;
};

/* Reads and verifies `entry`, the unpacked bytes of the signature entry. `content` is the 48-byte content digest of the
 * package (FORMAT.md section 2), or NULL when it is not known; then envelope->content stays undecided. Facts live in `arena`.
 * Errors only when memory or the library fails; a bad signature is a refuted proof. */
SG_RESULT sg_envelope_verify(struct sg_span entry, const uint8_t *content, const struct sg_anchors *anchors,
                             struct sg_arena *arena, struct sg_envelope *out, struct sg_error *error);

/* The first refuted proof in the order format, signature, chain, content; NULL when none is. */
const struct sg_proof *sg_envelope_refutation(const struct sg_envelope *envelope);

/* Whether all four claims are proven. */
bool sg_envelope_proven(const struct sg_envelope *envelope);

#endif
