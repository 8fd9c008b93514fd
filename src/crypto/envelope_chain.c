/* Certificates of the envelope, the signer's signature, and the chain from its leaf to a pinned root at the signing time
 * (FORMAT.md section 4, ATTACKS.md CM-33 to CM-41). */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/cleanup.h"
#include "crypto/ber.h"
#include "crypto/envelope_internal.h"

#define refute_chain(reading, rule, ...)                                                                               \
    sg_refute(&(reading)->envelope->chain, (reading)->arena, rule, (reading)->error, __VA_ARGS__)

static void cleanup_store(X509_STORE **store)
{
    X509_STORE_free(*store);
}

static void cleanup_store_context(X509_STORE_CTX **context)
{
    X509_STORE_CTX_free(*context);
}

static bool same_issuer_and_serial(X509 *a, X509 *b)
{
    return X509_NAME_cmp(X509_get_issuer_name(a), X509_get_issuer_name(b)) == 0 &&
           ASN1_INTEGER_cmp(X509_get0_serialNumber(a), X509_get0_serialNumber(b)) == 0;
}

/* Keeps `certificate` (consumed) unless it is there already. Two that differ under one issuer and serial number could each be
 * taken for the signer (CM-34); the same one twice is what AWS wrote in 2022. */
static sg_result keep_certificate(struct sg_envelope_reading *reading, X509 *certificate)
{
    for (int i = 0; i < sk_X509_num(reading->certificate); i++) {
        X509 *kept = sk_X509_value(reading->certificate, i);
        if (X509_cmp(kept, certificate) == 0) {
            X509_free(certificate);
            return SG_OK;
        }
        if (same_issuer_and_serial(kept, certificate)) {
            X509_free(certificate);
            return sg_refute_format(reading, "two different certificates have the same issuer and serial number");
        }
    }
    if (sk_X509_push(reading->certificate, certificate) == 0) {
        X509_free(certificate);
        return sg_fail_memory(reading->error);
    }
    return SG_OK;
}

static CMS_SignerInfo *the_signer(const struct sg_envelope_reading *reading)
{
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(reading->cms);
    return sk_CMS_SignerInfo_num(signers) == 1 ? sk_CMS_SignerInfo_value(signers, 0) : NULL;
}

static X509 *find_leaf(const struct sg_envelope_reading *reading)
{
    for (int i = 0; i < sk_X509_num(reading->certificate); i++) {
        X509 *certificate = sk_X509_value(reading->certificate, i);
        if (CMS_SignerInfo_cert_cmp(the_signer(reading), certificate) == 0)
            return certificate;
    }
    return NULL;
}

static sg_result decode_cms(struct sg_envelope_reading *reading)
{
    const unsigned char *at = reading->der.data;
    reading->cms = d2i_CMS_ContentInfo(NULL, &at, (long)reading->der.size);
    sg_crypto_forget_errors();
    if (reading->cms == NULL || the_signer(reading) == NULL)
        return sg_refute_format(reading, "OpenSSL cannot decode the CMS");
    return SG_OK;
}

sg_result sg_envelope_read_certificates(struct sg_envelope_reading *reading)
{
    SG_TRY(decode_cms(reading));
    reading->certificate = sk_X509_new_null();
    if (reading->certificate == NULL)
        return sg_fail_memory(reading->error);
    struct sg_span rest = reading->certificates;
    struct sg_ber value;
    while (reading->envelope->format.outcome != SG_REFUTED && sg_ber_take(&rest, &value)) {
        X509 *certificate = sg_certificate_decode(value.whole);
        if (certificate == NULL)
            return sg_refute_format(reading, "the CMS holds a certificate that cannot be decoded");
        SG_TRY(keep_certificate(reading, certificate));
    }
    if (reading->envelope->format.outcome == SG_REFUTED)
        return SG_OK;
    reading->leaf = find_leaf(reading);
    if (reading->leaf == NULL)
        return sg_refute_format(reading, "the signer's certificate is not among the certificates of the CMS");
    return SG_OK;
}

sg_result sg_envelope_verify_signature(struct sg_envelope_reading *reading)
{
    CMS_SignerInfo *signer = the_signer(reading);
    CMS_SignerInfo_set1_signer_cert(signer, reading->leaf);
    if (CMS_SignerInfo_verify(signer) == 1) {
        reading->envelope->signature.outcome = SG_PROVEN;
        return SG_OK;
    }
    sg_crypto_forget_errors();
    return sg_refute(&reading->envelope->signature, reading->arena, SG_RULE_SIGNATURE_INVALID, reading->error,
                     "the signature over the signed attributes was not made by the certificate's key");
}

/* Exactly one extended key usage; a purpose that OpenSSL does not know counts, too. */
static bool only_code_signing(X509 *leaf)
{
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(leaf, NID_ext_key_usage, NULL, NULL);
    bool only = usages != NULL && sk_ASN1_OBJECT_num(usages) == 1 &&
                OBJ_obj2nid(sk_ASN1_OBJECT_value(usages, 0)) == NID_code_sign;
    EXTENDED_KEY_USAGE_free(usages);
    sg_crypto_forget_errors();
    return only;
}

/* The leaf's profile: what AWS Signer issues, and nothing wider (CM-36, CM-37). */
static sg_result check_leaf(struct sg_envelope_reading *reading)
{
    X509 *leaf = reading->leaf;
    uint32_t flags = X509_get_extension_flags(leaf);
    uint32_t usage = X509_get_key_usage(leaf);
    const enum sg_rule rule = SG_RULE_MALFORMED_SIGNATURE;
    if ((flags & EXFLAG_INVALID) != 0)
        return refute_chain(reading, rule, "the signer's certificate has an extension that cannot be decoded");
    if ((flags & EXFLAG_CA) != 0)
        return refute_chain(reading, rule, "the signer's certificate is a CA certificate");
    if ((flags & EXFLAG_KUSAGE) == 0 || (usage & KU_DIGITAL_SIGNATURE) == 0)
        return refute_chain(reading, rule, "the signer's certificate does not have the key usage digitalSignature");
    if (!only_code_signing(leaf))
        return refute_chain(reading, rule,
                            "the signer's certificate does not have the extended key usage codeSigning alone");
    if ((flags & EXFLAG_BCONS) == 0)
        return sg_note_envelope(reading, "the signer's certificate has no basicConstraints");
    return SG_OK;
}

/* Adds a certificate that stays its owner's, too. */
static sg_result share(STACK_OF(X509) * path, X509 *certificate, struct sg_error *error)
{
    if (X509_up_ref(certificate) != 1)
        return sg_fail_memory(error);
    if (sk_X509_push(path, certificate) == 0) {
        X509_free(certificate);
        return sg_fail_memory(error);
    }
    return SG_OK;
}

/* The certificates that can be on the leaf's path: those whose keys made the signature of one on it. A certificate that only
 * has the right name, put there to lead the path astray, is left out (CM-35). */
static sg_result collect_issuers(const struct sg_envelope_reading *reading, STACK_OF(X509) * *out)
{
    SG_CLEANUP(sg_cleanup_x509_stack) STACK_OF(X509) *path = sk_X509_new_null();
    if (path == NULL)
        return sg_fail_memory(reading->error);
    SG_TRY(share(path, reading->leaf, reading->error));
    bool used[SG_ENVELOPE_MAX_CERTIFICATES] = {false};
    for (int i = 0; i < sk_X509_num(path); i++) {
        X509 *subject = sk_X509_value(path, i);
        for (int j = 0; j < sk_X509_num(reading->certificate); j++) {
            X509 *candidate = sk_X509_value(reading->certificate, j);
            if (used[j] || candidate == reading->leaf ||
                X509_NAME_cmp(X509_get_issuer_name(subject), X509_get_subject_name(candidate)) != 0 ||
                X509_verify(subject, X509_get0_pubkey(candidate)) != 1)
                continue;
            used[j] = true;
            SG_TRY(share(path, candidate, reading->error));
        }
    }
    sg_crypto_forget_errors();
    *out = SG_TAKE(path);
    return SG_OK;
}

static sg_result refute_path(struct sg_envelope_reading *reading, X509_STORE_CTX *context)
{
    int reason = X509_STORE_CTX_get_error(context);
    X509 *where = X509_STORE_CTX_get_current_cert(context);
    const char *subject = "unknown";
    char signing[SG_TIME_TEXT_BYTES];
    if (where != NULL)
        SG_TRY(sg_name_describe(X509_get_subject_name(where), reading->arena, &subject, reading->error));
    sg_crypto_forget_errors();
    if (reason == X509_V_ERR_OUT_OF_MEM)
        return sg_fail_memory(reading->error);
    return refute_chain(reading, SG_RULE_UNTRUSTED_ROOT,
                        "the certificate chain does not lead to a trusted root at the signing time %s: %s (at `%s`)",
                        sg_time_format_rfc3339(reading->envelope->claims.signed_at, signing),
                        X509_verify_cert_error_string(reason), subject);
}

/* Every certificate that can be on the path has a named P-384 key and an ecdsa-with-SHA384 signature (CM-40); the roots are
 * checked when they are pinned. */
static sg_result check_algorithms(struct sg_envelope_reading *reading, STACK_OF(X509) * path)
{
    for (int i = 0; i < sk_X509_num(path); i++) {
        X509 *certificate = sk_X509_value(path, i);
        if (sg_certificate_key_is_p384(certificate) && sg_certificate_signed_with_sha384(certificate))
            continue;
        const char *subject = NULL;
        SG_TRY(sg_name_describe(X509_get_subject_name(certificate), reading->arena, &subject, reading->error));
        return refute_chain(reading, SG_RULE_MALFORMED_SIGNATURE,
                            "the certificate `%s` does not have a P-384 key and an ecdsa-with-SHA384 signature",
                            subject);
    }
    return SG_OK;
}

static sg_result describe_chain(struct sg_envelope_reading *reading, STACK_OF(X509) * path)
{
    int count = sk_X509_num(path);
    void *room = NULL;
    SG_TRY(sg_arena_alloc(reading->arena, (size_t)count, sizeof(struct sg_certificate), &room, reading->error));
    struct sg_certificate *chain = room;
    for (int i = 0; i < count; i++) {
        X509 *issuer = sk_X509_value(path, i + 1 < count ? i + 1 : i);
        SG_TRY(sg_certificate_describe(sk_X509_value(path, i), issuer, reading->arena, &chain[i], reading->error));
    }
    reading->envelope->claims.chain = chain;
    reading->envelope->claims.chain_count = (size_t)count;
    if (count < 3)
        return sg_note_envelope(reading, "the root issued the signer's certificate itself, without a CA between them");
    return SG_OK;
}

/* RFC 5280 sections 4.2.1.1 and 4.2.1.2 want key identifiers, which only help to find an issuer; a chain of one's own need not
 * have them, for every issuer was found by its key (collect_issuers). All other strictness stays. */
static int forgive_missing_identifiers(int ok, X509_STORE_CTX *context)
{
    int reason = X509_STORE_CTX_get_error(context);
    if (ok == 1 ||
        (reason != X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER && reason != X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER))
        return ok;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

static sg_result prepare(const struct sg_envelope_reading *reading, X509_STORE *store, STACK_OF(X509) * issuers,
                         X509_STORE_CTX *context)
{
    if (X509_STORE_CTX_init(context, store, reading->leaf, issuers) != 1)
        return sg_fail_library(reading->error, "cannot start verifying a chain");
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    /* Purpose "any": OpenSSL 3.0 has none for code signing, and the leaf's profile was checked above (CM-01). The time is the
     * signing time: leaves live three days (CM-02). */
    X509_VERIFY_PARAM_set_time(parameters, (time_t)reading->envelope->claims.signed_at.unix_seconds);
    X509_VERIFY_PARAM_set_auth_level(parameters, 2);
    X509_STORE_CTX_set_verify_cb(context, forgive_missing_identifiers);
    if (X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY) != 1 ||
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT) != 1)
        return sg_fail_library(reading->error, "cannot prepare verifying a chain");
    return SG_OK;
}

sg_result sg_envelope_verify_chain(struct sg_envelope_reading *reading)
{
    SG_TRY(check_leaf(reading));
    if (reading->envelope->chain.outcome == SG_REFUTED)
        return SG_OK;
    SG_CLEANUP(cleanup_store) X509_STORE *store = NULL;
    SG_CLEANUP(sg_cleanup_x509_stack) STACK_OF(X509) *issuers = NULL;
    SG_CLEANUP(cleanup_store_context) X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (context == NULL)
        return sg_fail_memory(reading->error);
    SG_TRY(sg_anchors_store(reading->anchors, &store, reading->error));
    SG_TRY(collect_issuers(reading, &issuers));
    SG_TRY(check_algorithms(reading, issuers));
    if (reading->envelope->chain.outcome == SG_REFUTED)
        return SG_OK;
    SG_TRY(prepare(reading, store, issuers, context));
    if (X509_verify_cert(context) != 1)
        return refute_path(reading, context);
    SG_TRY(describe_chain(reading, X509_STORE_CTX_get0_chain(context)));
    reading->envelope->chain.outcome = SG_PROVEN;
    return SG_OK;
}
