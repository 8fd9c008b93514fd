/*
 * Keys and certificates made on the spot with OpenSSL, one field bent at a time, and a small writer of DER. The bytes live
 * until the test program ends (made.h).
 */
#ifndef SG_TESTS_CRYPTO_PKI_H
#define SG_TESTS_CRYPTO_PKI_H

#include "made.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* --- DER ---------------------------------------------------------------------------------------------------------------- */

/* One value with a definite length in the fewest octets. */
static inline struct sg_span der(unsigned tag, struct sg_span body)
{
    uint8_t head[6] = {(uint8_t)tag};
    size_t octets = body.size < 0x80 ? 0 : (body.size < 0x100 ? 1 : (body.size < 0x10000 ? 2 : 3));
    head[1] = octets == 0 ? (uint8_t)body.size : (uint8_t)(0x80 + octets);
    for (size_t i = 0; i < octets; i++)
        head[2 + i] = (uint8_t)(body.size >> 8 * (octets - 1 - i));
    return JOIN(sg_span_of(head, 2 + octets), body);
}

/* --- certificates ------------------------------------------------------------------------------------------------------- */

struct authority {
    EVP_PKEY *key;
    X509 *certificate;
};

/* Zero values give a good leaf; CA_PLAN a good CA. "" leaves an extension out. */
struct certificate_plan {
    const char *name;
    const char *constraints; /* default "critical,CA:FALSE" */
    const char *usage;       /* default "critical,digitalSignature" */
    const char *extended;    /* default "critical,codeSigning" */
    const char *extension;   /* one more, an OID, with its value */
    const char *extension_value;
    const char *curve;                  /* default P-384; "RSA" for RSA of 2048 bits */
    const EVP_MD *digest;               /* default SHA-384 */
    const char *not_before, *not_after; /* default 2026-01-01 to 2046-01-01 */
    long serial;                        /* default: one that no other has */
    bool explicit_curve;
};

#define CA_PLAN(the_name)                                                                                              \
    {                                                                                                                  \
        .name = (the_name), .constraints = "critical,CA:TRUE", .usage = "critical,keyCertSign,cRLSign", .extended = "" \
    }

static inline EVP_PKEY *make_plan_key(const struct certificate_plan *plan)
{
    const char *curve = plan->curve != NULL ? plan->curve : "P-384";
    EVP_PKEY *key = strcmp(curve, "RSA") == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen(curve);
    assert_non_null(key);
    if (plan->explicit_curve)
        assert_int_equal(EVP_PKEY_set_utf8_string_param(key, "encoding", "explicit"), 1);
    return key;
}

static inline void set_text_time(ASN1_TIME *time, const char *text)
{
    assert_int_equal(ASN1_TIME_set_string_X509(time, text), 1);
}

static inline void add_plan_extension(X509 *certificate, const char *name, const char *value, const char *default_value)
{
    const char *text = value != NULL ? value : default_value;
    if (text[0] == '\0')
        return;
    X509_EXTENSION *extension = X509V3_EXT_conf(NULL, NULL, name, text);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* Signed by `issuer`, or by itself when that is NULL. */
static inline struct authority make_authority(const struct certificate_plan *plan, const struct authority *issuer)
{
    static long next_serial = 100;
    struct authority out = {make_plan_key(plan), X509_new()};
    assert_non_null(out.certificate);
    X509_NAME *name = X509_NAME_new();
    const char *text = plan->name != NULL ? plan->name : "Leaf";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0);
    X509_set_version(out.certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(out.certificate), plan->serial != 0 ? plan->serial : next_serial++);
    X509_set_subject_name(out.certificate, name);
    X509_set_issuer_name(out.certificate, issuer == NULL ? name : X509_get_subject_name(issuer->certificate));
    X509_NAME_free(name);
    set_text_time(X509_getm_notBefore(out.certificate), plan->not_before != NULL ? plan->not_before : "260101000000Z");
    set_text_time(X509_getm_notAfter(out.certificate), plan->not_after != NULL ? plan->not_after : "460101000000Z");
    X509_set_pubkey(out.certificate, out.key);
    add_plan_extension(out.certificate, "basicConstraints", plan->constraints, "critical,CA:FALSE");
    add_plan_extension(out.certificate, "keyUsage", plan->usage, "critical,digitalSignature");
    add_plan_extension(out.certificate, "extendedKeyUsage", plan->extended, "critical,codeSigning");
    if (plan->extension != NULL)
        add_plan_extension(out.certificate, plan->extension, plan->extension_value, "");
    const EVP_MD *digest = plan->digest != NULL ? plan->digest : EVP_sha384();
    assert_true(X509_sign(out.certificate, issuer == NULL ? out.key : issuer->key, digest) > 0);
    return out;
}

static inline void free_made_authority(struct authority *authority)
{
    EVP_PKEY_free(authority->key);
    X509_free(authority->certificate);
    *authority = (struct authority){0};
}

static inline struct sg_span certificate_der(X509 *certificate)
{
    unsigned char *encoded = NULL;
    int size = i2d_X509(certificate, &encoded);
    assert_true(size > 0);
    struct sg_span out = JOIN(sg_span_of(encoded, (size_t)size));
    OPENSSL_free(encoded);
    return out;
}

static inline struct sg_span bio_text(BIO *bio)
{
    char *text = NULL;
    long size = BIO_get_mem_data(bio, &text);
    struct sg_span out = JOIN(sg_span_of(text, (size_t)size));
    BIO_free(bio);
    return out;
}

static inline struct sg_span certificate_pem(X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
    return bio_text(bio);
}

/* `passphrase` NULL: not encrypted. */
static inline struct sg_span key_pem(EVP_PKEY *key, const char *passphrase)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase != NULL ? EVP_aes_256_cbc() : NULL, NULL, 0,
                                                   NULL, (void *)(uintptr_t)passphrase),
                     1);
    return bio_text(bio);
}

/* Root, CA, leaf: what a good chain is. */
struct chain {
    struct authority root, ca, leaf;
};

static inline struct chain make_chain(void)
{
    struct chain chain = {.root = make_authority(&(struct certificate_plan)CA_PLAN("Test Root"), NULL)};
    chain.ca = make_authority(&(struct certificate_plan)CA_PLAN("Test CA"), &chain.root);
    chain.leaf = make_authority(&(struct certificate_plan){.name = "Test Leaf", .serial = 5}, &chain.ca);
    return chain;
}

static inline void free_chain(struct chain *chain)
{
    free_made_authority(&chain->root);
    free_made_authority(&chain->ca);
    free_made_authority(&chain->leaf);
}

#endif
