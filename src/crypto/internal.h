/*
 * Shared inside the crypto room only: OpenSSL's types never leave it.
 */
#ifndef SG_CRYPTO_INTERNAL_H
#define SG_CRYPTO_INTERNAL_H

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/result.h"
#include "base/span.h"
#include "base/time.h"
#include "crypto/anchors.h"
#include "crypto/signature.h"

/* Destructors for SG_CLEANUP on a pointer of that type. */
void sg_cleanup_x509(X509 **certificate);
void sg_cleanup_x509_stack(STACK_OF(X509) * *stack);
void sg_cleanup_pkey(EVP_PKEY **key);
void sg_cleanup_bio(BIO **bio);

/* A library call failed that only memory or a broken library can make fail; takes the reason off OpenSSL's queue. */
sg_result sg_fail_library(struct sg_error *error, const char *what);

/* Whether OpenSSL ever lacked memory in this process. To be asked behind every judgement of data, which is void then. */
bool sg_crypto_memory_lacked(void);

/* Forgets what OpenSSL queued about data that was judged bad. */
void sg_crypto_forget_errors(void);

/* Why OpenSSL refused, as one printable line in `out`; empties the queue. */
const char *sg_crypto_reason(char *out, size_t size);

/* Parses exactly one DER certificate with nothing behind it; NULL when it is none. Owned. */
X509 *sg_certificate_decode(struct sg_span der);

/* Whether the key is on the named curve P-384 (not one given by its parameters). */
bool sg_key_is_p384(EVP_PKEY *key);
bool sg_certificate_key_is_p384(const X509 *certificate);
/* Whether the certificate's signature is ecdsa-with-SHA384 without parameters, in both places where it is named. */
bool sg_certificate_signed_with_sha384(const X509 *certificate);
/* Whether subject and issuer are the same name and the certificate's own key made its signature. */
bool sg_certificate_self_signed(X509 *certificate);

/* The certificate's plain facts, in `arena`; `issuer` is the one that issued it (itself for a root). */
SG_RESULT sg_certificate_describe(X509 *certificate, X509 *issuer, struct sg_arena *arena, struct sg_certificate *out,
                                  struct sg_error *error);

/* A subject as one printable line in RFC 2253 order, in `arena`. */
SG_RESULT sg_name_describe(const X509_NAME *name, struct sg_arena *arena, const char **out, struct sg_error *error);

/* An ASN.1 UTCTime or GeneralizedTime of a certificate or CRL; false when it is no time. */
bool sg_asn1_time_read(const ASN1_TIME *time, struct sg_time *out);

/* A store of the anchors alone, for one verification: OpenSSL keeps the verification time in it. Owned; X509_STORE_free. */
SG_RESULT sg_anchors_store(const struct sg_anchors *anchors, X509_STORE **out, struct sg_error *error);

/* Every certificate of PEM text and nothing else, in order; NULL stack when the text is anything else. Owned. */
SG_RESULT sg_certificates_from_pem(struct sg_span pem, const char *name, enum sg_error_code code, STACK_OF(X509) * *out,
                                   struct sg_error *error);

#endif
