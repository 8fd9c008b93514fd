/*
 * Certificates and CRLs made on the spot with OpenSSL, so that each test can bend one thing. Times are fixed; nothing expires.
 */
#ifndef SG_TESTS_CRYPTO_CRL_MAKE_H
#define SG_TESTS_CRYPTO_CRL_MAKE_H

#include "unit.h"

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "crypto/signature.h"

/* A chain of three: root, CA, leaf. */
struct made_authority {
    EVP_PKEY *key;
    X509 *certificate;
};

static inline EVP_PKEY *make_key(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-384");
    assert_non_null(key);
    return key;
}

static inline void set_time(ASN1_TIME *time, const char *text)
{
    assert_int_equal(ASN1_TIME_set_string_X509(time, text), 1);
}

static inline void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static inline X509_NAME *make_name(const char *common_name)
{
    X509_NAME *name = X509_NAME_new();
    assert_non_null(name);
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0), 1);
    return name;
}

/* `issuer` NULL: signs itself. `key_usage` NULL: none. */
static inline struct made_authority make_certificate(const char *name, long serial, const char *key_usage,
                                                     const struct made_authority *issuer)
{
    struct made_authority made = {.key = make_key(), .certificate = X509_new()};
    assert_non_null(made.certificate);
    X509_NAME *subject = make_name(name);
    X509_set_version(made.certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial);
    X509_set_subject_name(made.certificate, subject);
    X509_set_issuer_name(made.certificate, issuer == NULL ? subject : X509_get_subject_name(issuer->certificate));
    set_time(X509_getm_notBefore(made.certificate), "260101000000Z");
    set_time(X509_getm_notAfter(made.certificate), "460101000000Z");
    X509_set_pubkey(made.certificate, made.key);
    if (key_usage != NULL)
        add_extension(made.certificate, NID_key_usage, key_usage);
    assert_true(X509_sign(made.certificate, issuer == NULL ? made.key : issuer->key, EVP_sha384()) > 0);
    X509_NAME_free(subject);
    return made;
}

static inline void free_authority(struct made_authority *made)
{
    EVP_PKEY_free(made->key);
    X509_free(made->certificate);
}

/* The certificate as the crypto room hands it on; `der` is freed with OPENSSL_free((void *)out->der.data). */
static inline void describe_certificate(X509 *certificate, const char *subject, const char *serial, char hash_digit,
                                        struct sg_certificate *out)
{
    unsigned char *der = NULL;
    int size = i2d_X509(certificate, &der);
    assert_true(size > 0);
    *out = (struct sg_certificate){.der = {der, (size_t)size}, .subject = subject, .serial = serial};
    struct sg_error error = {0};
    assert_done(sg_sha256(out->der, out->sha256, &error), error);
    memset(out->hash, hash_digit, sizeof out->hash - 1);
}

static inline void free_described(struct sg_certificate *certificate)
{
    OPENSSL_free((void *)(uintptr_t)certificate->der.data);
}

/* What a CRL is made of; zero values give one that is good. */
struct crl_plan {
    const char *this_update; /* "261123000000Z" */
    const char *next_update; /* "" for none; "261124000000Z" */
    const long *serials;     /* those that are revoked */
    size_t serial_count;
    const EVP_MD *digest;
    int extension; /* NID of one more extension, with its value */
    const char *extension_value;
    bool critical_entries; /* the entries have a critical extension */
    const char *issuer_name;
    bool version_1;
    const char *this_bytes, *next_bytes; /* in place of the times, whatever they are, */
    int this_type, next_type;            /* of these types */
};

/* A time that no calendar has. */
static inline ASN1_TIME *raw_time(int type, const char *bytes)
{
    ASN1_TIME *time = ASN1_STRING_type_new(type);
    assert_int_equal(ASN1_STRING_set(time, bytes, -1), 1);
    return time;
}

static inline X509_CRL *make_crl(const struct crl_plan *plan, const struct made_authority *issuer)
{
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *time = ASN1_TIME_new();
    assert_true(list != NULL && time != NULL);
    if (!plan->version_1) /* which is said by saying nothing (RFC 5280 section 5.1.2.1) */
        X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_NAME *name = plan->issuer_name != NULL ? make_name(plan->issuer_name)
                                                : X509_NAME_dup(X509_get_subject_name(issuer->certificate));
    X509_CRL_set_issuer_name(list, name);
    X509_NAME_free(name);
    set_time(time, plan->this_update != NULL ? plan->this_update : "261123000000Z");
    X509_CRL_set1_lastUpdate(list, time);
    if (plan->next_update == NULL || plan->next_update[0] != '\0') {
        set_time(time, plan->next_update != NULL ? plan->next_update : "261124000000Z");
        X509_CRL_set1_nextUpdate(list, time);
    }
    if (plan->this_bytes != NULL) {
        ASN1_TIME *raw = raw_time(plan->this_type, plan->this_bytes);
        X509_CRL_set1_lastUpdate(list, raw);
        ASN1_TIME_free(raw);
    }
    if (plan->next_bytes != NULL) {
        ASN1_TIME *raw = raw_time(plan->next_type, plan->next_bytes);
        X509_CRL_set1_nextUpdate(list, raw);
        ASN1_TIME_free(raw);
    }
    for (size_t i = 0; i < plan->serial_count; i++) {
        X509_REVOKED *entry = X509_REVOKED_new();
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        ASN1_INTEGER_set(serial, plan->serials[i]);
        X509_REVOKED_set_serialNumber(entry, serial);
        set_time(time, "261120000000Z");
        X509_REVOKED_set_revocationDate(entry, time);
        if (plan->critical_entries) {
            ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
            ASN1_ENUMERATED_set(reason, CRL_REASON_KEY_COMPROMISE);
            X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 1, 0);
            ASN1_ENUMERATED_free(reason);
        }
        X509_CRL_add0_revoked(list, entry);
        ASN1_INTEGER_free(serial);
    }
    if (plan->extension != 0) {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, issuer->certificate, NULL, NULL, list, 0);
        X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, &context, plan->extension, plan->extension_value);
        assert_non_null(extension);
        assert_int_equal(X509_CRL_add_ext(list, extension, -1), 1);
        X509_EXTENSION_free(extension);
    }
    assert_true(X509_CRL_sign(list, issuer->key, plan->digest != NULL ? plan->digest : EVP_sha384()) > 0);
    ASN1_TIME_free(time);
    return list;
}

/* DER; free with OPENSSL_free. */
static inline struct sg_span encode_crl(X509_CRL *list)
{
    unsigned char *der = NULL;
    int size = i2d_X509_CRL(list, &der);
    assert_true(size > 0);
    return sg_span_of(der, (size_t)size);
}

#endif
