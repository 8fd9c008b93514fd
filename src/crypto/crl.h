/*
 * Certificate revocation lists (RFC 5280 section 5), asked about one certificate at a time. A CRL counts only when it is
 * current and signed by the CA that issued the certificate it is asked about (CONTRACT.md section 6).
 *
 * A CRL is made by one thread and then only read; reading is thread-safe.
 */
#ifndef SG_CRYPTO_CRL_H
#define SG_CRYPTO_CRL_H

#include "base/buffer.h"
#include "crypto/signature.h"

struct sg_crl;

enum sg_crl_answer {
    SG_CRL_NOT_COVERED = 0, /* not issued by this certificate's CA, or not signed by it */
    SG_CRL_GOOD,
    SG_CRL_REVOKED,
};

/* Parses DER or one PEM block (X509 CRL). NETWORK when it is no CRL, has bytes behind it, is dated more than
 * SG_CLOCK_SKEW_SECONDS after `now`, has no nextUpdate or one that has passed, is a delta or partial CRL (critical extensions
 * other than those understood), or uses a digest weaker than SHA-256. The message says which. Owned; sg_crl_free. */
SG_RESULT sg_crl_parse(struct sg_span bytes, struct sg_time now, struct sg_crl **out, struct sg_error *error);
void sg_crl_free(struct sg_crl **crl);

struct sg_time sg_crl_this_update(const struct sg_crl *crl);
struct sg_time sg_crl_next_update(const struct sg_crl *crl);

/* Asks about `certificate`, issued by `issuer`. The issuer's key must have signed the CRL, and its key usage must allow that.
 * A listed certificate is revoked whatever its date and reason (fail closed). */
SG_RESULT sg_crl_ask(const struct sg_crl *crl, const struct sg_certificate *certificate,
                     const struct sg_certificate *issuer, enum sg_crl_answer *out, struct sg_error *error);

#endif
