#include "crypto/internal.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>

#include "base/cleanup.h"
#include "base/printable.h"
#include "crypto/ber.h"

X509 *sg_certificate_decode(struct sg_span der)
{
    const unsigned char *at = der.data;
    if (der.size > SG_PEM_MAX_BYTES)
        return NULL;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.size);
    if (certificate != NULL && at != der.data + der.size) {
        X509_free(certificate);
        certificate = NULL;
    }
    sg_crypto_forget_errors();
    return certificate;
}

bool sg_key_is_p384(EVP_PKEY *key)
{
    char group[32] = "";
    size_t length = 0;
    if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
        EVP_PKEY_get_group_name(key, group, sizeof group, &length) != 1)
        return false;
    /* A curve given by explicit parameters is recognised and named by OpenSSL, too; its encoding tells the difference. */
    char encoding[32] = "";
    if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, encoding, sizeof encoding, NULL) != 1)
        return false;
    return strcmp(group, SN_secp384r1) == 0 && strcmp(encoding, OSSL_PKEY_EC_ENCODING_GROUP) == 0;
}

bool sg_certificate_key_is_p384(const X509 *certificate)
{
    /* What the certificate itself encodes: ecParameters must be the OID (RFC 5480 section 2.1.1). */
    ASN1_OBJECT *algorithm = NULL;
    const void *parameters = NULL;
    int type = 0;
    X509_ALGOR *algor = NULL;
    if (X509_PUBKEY_get0_param(&algorithm, NULL, NULL, &algor, X509_get_X509_PUBKEY(certificate)) != 1)
        return false;
    X509_ALGOR_get0(NULL, &type, &parameters, algor);
    return OBJ_obj2nid(algorithm) == NID_X9_62_id_ecPublicKey && type == V_ASN1_OBJECT &&
           OBJ_obj2nid(parameters) == NID_secp384r1 && sg_key_is_p384(X509_get0_pubkey(certificate));
}

static bool algorithm_is_ecdsa_sha384(const X509_ALGOR *algor)
{
    const ASN1_OBJECT *object = NULL;
    int type = 0;
    X509_ALGOR_get0(&object, &type, NULL, algor);
    return OBJ_obj2nid(object) == NID_ecdsa_with_SHA384 && type == V_ASN1_UNDEF;
}

bool sg_certificate_signed_with_sha384(const X509 *certificate)
{
    const X509_ALGOR *outer = NULL;
    X509_get0_signature(NULL, &outer, certificate);
    return algorithm_is_ecdsa_sha384(outer) && algorithm_is_ecdsa_sha384(X509_get0_tbs_sigalg(certificate));
}

bool sg_certificate_self_signed(X509 *certificate)
{
    bool self = X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0 &&
                X509_verify(certificate, X509_get0_pubkey(certificate)) == 1;
    sg_crypto_forget_errors();
    return self;
}

bool sg_asn1_time_read(const ASN1_TIME *time, struct sg_time *out)
{
    struct tm tm = {0};
    if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    *out = (struct sg_time){.unix_seconds = timegm(&tm)};
    return true;
}

sg_result sg_name_describe(const X509_NAME *name, struct sg_arena *arena, const char **out, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_bio) BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL || X509_NAME_print_ex(bio, name, 0, (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)) < 0)
        return sg_fail_library(error, "cannot print a name");
    char *text = NULL;
    long size = BIO_get_mem_data(bio, &text);
    struct sg_printable shown;
    return sg_arena_printf(arena, out, error, "%s",
                           sg_printable(&shown, sg_span_of(text, size > 0 ? (size_t)size : 0)));
}

/* SHA-384 of the TBSCertificate as it was signed: the first value of the certificate (RFC 5280 section 4.1). */
static sg_result tbs_digest(X509 *certificate, uint8_t out[SG_SHA384_BYTES], struct sg_error *error)
{
    unsigned char *der = NULL;
    int size = i2d_X509(certificate, &der);
    if (size <= 0)
        return sg_fail_library(error, "cannot encode a certificate");
    struct sg_span rest = sg_span_of(der, (size_t)size);
    struct sg_ber whole;
    struct sg_ber tbs;
    bool found = sg_ber_take_tag(&rest, SG_BER_SEQUENCE, &whole) && sg_ber_take_tag(&whole.body, SG_BER_SEQUENCE, &tbs);
    sg_result result = found ? sg_sha384(tbs.whole, out, error)
                             : sg_fail(error, SG_ERROR_INTERNAL, "a certificate has no TBSCertificate");
    OPENSSL_free(der);
    return result;
}

/* An ECDSA signature (r, s) with s replaced by n - s, which is as good (SEC 1 section 4.1.4); in DER. NULL when it is no such
 * signature. Owned; OPENSSL_free. */
static unsigned char *mirror_signature(const ASN1_BIT_STRING *signature, int *size)
{
    const unsigned char *at = ASN1_STRING_get0_data(signature);
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, ASN1_STRING_length(signature));
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
    BIGNUM *r = pair != NULL ? BN_dup(ECDSA_SIG_get0_r(pair)) : NULL;
    BIGNUM *s = BN_new();
    unsigned char *out = NULL;
    *size = 0;
    if (r != NULL && s != NULL && group != NULL && BN_sub(s, EC_GROUP_get0_order(group), ECDSA_SIG_get0_s(pair)) == 1 &&
        ECDSA_SIG_set0(pair, r, s) == 1) {
        r = NULL;
        s = NULL;
        *size = i2d_ECDSA_SIG(pair, &out);
    }
    BN_free(r);
    BN_free(s);
    EC_GROUP_free(group);
    ECDSA_SIG_free(pair);
    return out;
}

/* SHA-256 of the certificate with its signature mirrored. Whoever holds a certificate can make the twin without a key, so that
 * a revocation of the one by its hash must strike the other, too. */
static sg_result twin_digest(X509 *certificate, uint8_t out[SG_SHA256_BYTES], struct sg_error *error)
{
    const ASN1_BIT_STRING *signature = NULL;
    unsigned char *der = NULL;
    int mirrored_size = 0;
    SG_CLEANUP(sg_cleanup_x509) X509 *twin = X509_dup(certificate);
    if (twin == NULL)
        return sg_fail_library(error, "cannot copy a certificate");
    X509_get0_signature(&signature, NULL, twin);
    unsigned char *mirrored = mirror_signature(signature, &mirrored_size);
    bool set = mirrored != NULL && ASN1_STRING_set((ASN1_STRING *)(uintptr_t)signature, mirrored, mirrored_size) == 1;
    OPENSSL_free(mirrored);
    int size = set ? i2d_X509(twin, &der) : 0;
    if (size <= 0)
        return sg_fail_library(error, "cannot mirror a certificate's signature");
    sg_result result = sg_sha256(sg_span_of(der, (size_t)size), out, error);
    OPENSSL_free(der);
    return result;
}

static sg_result describe_encoding(X509 *certificate, struct sg_arena *arena, struct sg_certificate *out,
                                   struct sg_error *error)
{
    unsigned char *der = NULL;
    int size = i2d_X509(certificate, &der);
    if (size <= 0)
        return sg_fail_library(error, "cannot encode a certificate");
    sg_result result = sg_arena_copy(arena, sg_span_of(der, (size_t)size), &out->der, error);
    OPENSSL_free(der);
    SG_TRY(result);
    SG_TRY(twin_digest(certificate, out->twin_sha256, error));
    return sg_sha256(out->der, out->sha256, error);
}

static sg_result describe_serial(X509 *certificate, struct sg_arena *arena, const char **out, struct sg_error *error)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
    struct sg_span bytes = sg_span_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
    char hex[2 * 64 + 1];
    if (bytes.size > 64)
        bytes = sg_span_part(bytes, 0, 64);
    return sg_arena_text(arena, sg_span_text(sg_hex(bytes, hex)), out, error);
}

sg_result sg_certificate_describe(X509 *certificate, X509 *issuer, struct sg_arena *arena, struct sg_certificate *out,
                                  struct sg_error *error)
{
    uint8_t own[SG_SHA384_BYTES];
    uint8_t issuers[SG_SHA384_BYTES];
    SG_TRY(describe_encoding(certificate, arena, out, error));
    SG_TRY(tbs_digest(certificate, own, error));
    SG_TRY(tbs_digest(issuer, issuers, error));
    sg_hex(sg_span_of(own, sizeof own), out->hash);
    sg_hex(sg_span_of(issuers, sizeof issuers), out->hash + 2 * SG_SHA384_BYTES);
    SG_TRY(sg_name_describe(X509_get_subject_name(certificate), arena, &out->subject, error));
    SG_TRY(describe_serial(certificate, arena, &out->serial, error));
    if (!sg_asn1_time_read(X509_get0_notBefore(certificate), &out->not_before) ||
        !sg_asn1_time_read(X509_get0_notAfter(certificate), &out->not_after))
        return sg_fail(error, SG_ERROR_INTERNAL, "a certificate of a verified chain has no valid dates");
    return SG_OK;
}

static bool only_blanks(struct sg_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (strchr(" \t\r\n", text.data[i]) == NULL)
            return false;
    }
    return true;
}

/* The next PEM block of `bio`: its DER, when it is a certificate. False at the end or at something else. */
static bool next_certificate(BIO *bio, X509 **out)
{
    char *label = NULL;
    char *header = NULL;
    unsigned char *der = NULL;
    long size = 0;
    *out = NULL;
    if (PEM_read_bio(bio, &label, &header, &der, &size) != 1)
        return false;
    if (strcmp(label, PEM_STRING_X509) == 0 && header[0] == '\0' && size > 0)
        *out = sg_certificate_decode(sg_span_of(der, (size_t)size));
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_free(der);
    return true;
}

sg_result sg_certificates_from_pem(struct sg_span pem, const char *name, enum sg_error_code code, STACK_OF(X509) * *out,
                                   struct sg_error *error)
{
    struct sg_printable shown;
    SG_CLEANUP(sg_cleanup_x509_stack) STACK_OF(X509) *stack = sk_X509_new_null();
    SG_CLEANUP(sg_cleanup_bio) BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
    if (stack == NULL || bio == NULL)
        return sg_fail_memory(error);
    X509 *certificate = NULL;
    while (next_certificate(bio, &certificate)) {
        if (certificate == NULL)
            return sg_fail(error, code,
                           "%s holds something that is no certificate after %d of them; keep only "
                           "CERTIFICATE blocks in it",
                           sg_printable_text(&shown, name), sk_X509_num(stack));
        if (sk_X509_push(stack, certificate) == 0) {
            X509_free(certificate);
            return sg_fail_memory(error);
        }
    }
    bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    sg_crypto_forget_errors();
    if (sk_X509_num(stack) == 0)
        return sg_fail(error, code, "%s holds no certificate in PEM form%s", sg_printable_text(&shown, name),
                       only_blanks(pem) ? ": it is empty" : "");
    if (!ended)
        return sg_fail(error, code, "%s has a damaged PEM block after %d certificates", sg_printable_text(&shown, name),
                       sk_X509_num(stack));
    *out = SG_TAKE(stack);
    return SG_OK;
}
