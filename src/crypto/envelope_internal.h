/*
 * The steps of sg_envelope_verify, for the files that share the work. Inside the crypto room only.
 */
#ifndef SG_CRYPTO_ENVELOPE_INTERNAL_H
#define SG_CRYPTO_ENVELOPE_INTERNAL_H

#include <openssl/cms.h>

#include "crypto/envelope.h"
#include "crypto/internal.h"

/* What the steps hand on to each other. Spans are borrowed from the entry's decoded bytes. */
struct sg_envelope_reading {
    struct sg_span entry;
    const struct sg_anchors *anchors;
    struct sg_arena *arena;
    struct sg_envelope *envelope;
    struct sg_error *error;

    struct sg_span der;               /* the decoded PEM block */
    struct sg_span digest_algorithms; /* bodies of the parts of SignedData (RFC 5652 section 5.1) */
    struct sg_span certificates;
    struct sg_span signer_info;       /* body of the one SignerInfo (section 5.3) */
    struct sg_span signed_attributes; /* body of its [0] signedAttrs */

    CMS_ContentInfo *cms;         /* owned */
    STACK_OF(X509) * certificate; /* owned: every certificate of the envelope, each once */
    X509 *leaf;                   /* borrowed from `certificate` */
};

/* Each step refutes its proof or leaves it be. Failed only when memory or the library fails. */
SG_RESULT sg_envelope_unwrap_pem(struct sg_envelope_reading *reading);
SG_RESULT sg_envelope_read_shape(struct sg_envelope_reading *reading);
SG_RESULT sg_envelope_read_attributes(struct sg_envelope_reading *reading);
SG_RESULT sg_envelope_read_certificates(struct sg_envelope_reading *reading);
SG_RESULT sg_envelope_verify_signature(struct sg_envelope_reading *reading);
SG_RESULT sg_envelope_verify_chain(struct sg_envelope_reading *reading);

/* Refutes envelope->format: the envelope is not in the format. */
#define sg_refute_format(reading, ...)                                                                                 \
    sg_refute(&(reading)->envelope->format, (reading)->arena, SG_RULE_MALFORMED_SIGNATURE, (reading)->error,           \
              __VA_ARGS__)

/* Something the format never has, and that changes nothing. */
#define sg_note_envelope(reading, ...)                                                                                 \
    sg_note(&(reading)->envelope->notices, (reading)->arena, SG_RULE_UNUSUAL_PACKAGE, (reading)->error, __VA_ARGS__)

/* Whether `algorithm` (body of an AlgorithmIdentifier) is SHA-384 with parameters NULL or absent (FORMAT.md section 3), and
 * ecdsa-with-SHA384 with parameters absent (RFC 5754 section 3.3). */
bool sg_algorithm_is_sha384(struct sg_span algorithm);
bool sg_algorithm_is_ecdsa_sha384(struct sg_span algorithm);

#endif
