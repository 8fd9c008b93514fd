#include "crypto/signer.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/cleanup.h"
#include "base/printable.h"
#include "crypto/anchors.h"
#include "crypto/internal.h"

struct sg_signer {
    EVP_PKEY *key;
    STACK_OF(X509) * chain; /* leaf first, root last */
};

static void cleanup_cms(CMS_ContentInfo **cms)
{
    CMS_ContentInfo_free(*cms);
}

void sg_signer_free(struct sg_signer **signer)
{
    if (*signer != NULL) {
        EVP_PKEY_free((*signer)->key);
        sk_X509_pop_free((*signer)->chain, X509_free);
    }
    free(*signer);
    *signer = NULL;
}

/* Called by OpenSSL when a key is encrypted: it gets no passphrase, and the flag says why the key could not be read. */
static int refuse_passphrase(char *buffer, int size, int writing, void *asked)
{
    (void)buffer;
    (void)size;
    (void)writing;
    *(bool *)asked = true;
    return -1;
}

static sg_result read_key(struct sg_span pem, const char *name, EVP_PKEY **out, struct sg_error *error)
{
    struct sg_printable shown;
    bool encrypted = false;
    SG_CLEANUP(sg_cleanup_bio) BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
    if (bio == NULL)
        return sg_fail_memory(error);
    SG_CLEANUP(sg_cleanup_pkey) EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, &encrypted);
    sg_crypto_forget_errors();
    if (key == NULL && encrypted)
        return sg_fail(error, SG_ERROR_REFUSED,
                       "%s is an encrypted key; decrypt it first, for example with `openssl pkey -in FILE -out FILE`",
                       sg_printable_text(&shown, name));
    if (key == NULL)
        return sg_fail(error, SG_ERROR_REFUSED, "%s holds no private key in PEM form", sg_printable_text(&shown, name));
    if (!sg_key_is_p384(key))
        return sg_fail(error, SG_ERROR_REFUSED,
                       "%s is no P-384 key, the only kind in this format; make one with "
                       "`openssl ecparam -name secp384r1 -genkey -noout`",
                       sg_printable_text(&shown, name));
    *out = SG_TAKE(key);
    return SG_OK;
}

/* Leaf first, each issued by the next, a self-signed root last. */
static sg_result check_order(STACK_OF(X509) * chain, const char *name, struct sg_error *error)
{
    struct sg_printable shown;
    int count = sk_X509_num(chain);
    for (int i = 0; i < count; i++) {
        X509 *certificate = sk_X509_value(chain, i);
        if (!sg_certificate_key_is_p384(certificate) || !sg_certificate_signed_with_sha384(certificate))
            return sg_fail(error, SG_ERROR_REFUSED,
                           "%s: certificate %d does not have a P-384 key and an ecdsa-with-SHA384 signature",
                           sg_printable_text(&shown, name), i + 1);
        X509 *issuer = sk_X509_value(chain, i + 1 < count ? i + 1 : i);
        bool issued = X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) == 0 &&
                      X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
        sg_crypto_forget_errors();
        if (issued)
            continue;
        if (i + 1 == count)
            return sg_fail(error, SG_ERROR_REFUSED,
                           "%s: the last certificate is not self-signed; the chain must end in its root",
                           sg_printable_text(&shown, name));
        return sg_fail(error, SG_ERROR_REFUSED,
                       "%s: certificate %d was not issued by certificate %d; order them leaf first, root last",
                       sg_printable_text(&shown, name), i + 1, i + 2);
    }
    return SG_OK;
}

sg_result sg_signer_make(struct sg_span key, const char *key_name, struct sg_span chain, const char *chain_name,
                         struct sg_signer **out, struct sg_error *error)
{
    struct sg_printable shown_key;
    struct sg_printable shown_chain;
    SG_CLEANUP(sg_signer_free) struct sg_signer *signer = calloc(1, sizeof *signer);
    if (signer == NULL)
        return sg_fail_memory(error);
    SG_TRY(read_key(key, key_name, &signer->key, error));
    SG_TRY(sg_certificates_from_pem(chain, chain_name, SG_ERROR_REFUSED, &signer->chain, error));
    if (X509_check_private_key(sk_X509_value(signer->chain, 0), signer->key) != 1) {
        sg_crypto_forget_errors();
        return sg_fail(error, SG_ERROR_REFUSED, "%s is not the key of the first certificate of %s",
                       sg_printable_text(&shown_key, key_name), sg_printable_text(&shown_chain, chain_name));
    }
    SG_TRY(check_order(signer->chain, chain_name, error));
    *out = SG_TAKE(signer);
    return SG_OK;
}

static sg_result add_attribute(CMS_SignerInfo *signer, const char *oid, int type, const char *text,
                               struct sg_error *error)
{
    if (CMS_signed_add1_attr_by_txt(signer, oid, type, text, (int)strlen(text)) != 1)
        return sg_fail_library(error, "cannot add a signed attribute");
    return SG_OK;
}

/* CMSAlgorithmProtection (RFC 6211): SEQUENCE { SHA-384 without parameters, [1] ecdsa-with-SHA384 }. */
static sg_result add_protection(CMS_SignerInfo *signer, struct sg_error *error)
{
    static const uint8_t value[] = {0x30, 0x19, 0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                    0x02, 0xA1, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03};
    if (CMS_signed_add1_attr_by_txt(signer, "1.2.840.113549.1.9.52", V_ASN1_SEQUENCE, value, sizeof value) != 1)
        return sg_fail_library(error, "cannot add a signed attribute");
    return SG_OK;
}

static sg_result add_attributes(CMS_SignerInfo *signer, const struct sg_signing_request *request,
                                struct sg_error *error)
{
    char signing[SG_TIME_TEXT_BYTES];
    char expiry[SG_TIME_TEXT_BYTES];
    sg_time_format_generalized(request->signed_at, signing);
    sg_time_format_generalized(request->expires_at, expiry);
    SG_TRY(add_attribute(signer, "1.2.840.113549.1.9.5", V_ASN1_GENERALIZEDTIME, signing, error));
    SG_TRY(add_protection(signer, error));
    SG_TRY(add_attribute(signer, "1.3.187.137.1.2", V_ASN1_UTF8STRING, request->job_arn, error));
    SG_TRY(add_attribute(signer, "1.3.187.137.1.3", V_ASN1_GENERALIZEDTIME, expiry, error));
    return add_attribute(signer, "1.3.187.137.1.4", V_ASN1_UTF8STRING, request->profile_version_arn, error);
}

static sg_result add_issuers(CMS_ContentInfo *cms, STACK_OF(X509) * chain, struct sg_error *error)
{
    for (int i = 1; i < sk_X509_num(chain); i++) {
        if (CMS_add1_cert(cms, sk_X509_value(chain, i)) != 1)
            return sg_fail_library(error, "cannot add a certificate");
    }
    return SG_OK;
}

/* The PEM label is PKCS7 (FORMAT.md section 1); OpenSSL's own writer for this type says CMS. */
static sg_result write_pem(const CMS_ContentInfo *cms, struct sg_buffer *out, struct sg_error *error)
{
    unsigned char *der = NULL;
    int size = i2d_CMS_ContentInfo(cms, &der);
    if (size <= 0)
        return sg_fail_library(error, "cannot encode the CMS");
    SG_CLEANUP(sg_cleanup_bio) BIO *bio = BIO_new(BIO_s_mem());
    bool written = bio != NULL && PEM_write_bio(bio, PEM_STRING_PKCS7, "", der, size) > 0;
    OPENSSL_free(der);
    if (!written)
        return sg_fail_library(error, "cannot write PEM");
    char *text = NULL;
    long length = BIO_get_mem_data(bio, &text);
    return sg_buffer_append(out, sg_span_of(text, (size_t)length), error);
}

sg_result sg_signer_sign(const struct sg_signer *signer, const struct sg_signing_request *request,
                         struct sg_buffer *out, struct sg_error *error)
{
    const unsigned flags = CMS_BINARY | CMS_DETACHED | CMS_PARTIAL | CMS_NOSMIMECAP;
    SG_CLEANUP(cleanup_cms) CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
    SG_CLEANUP(sg_cleanup_bio) BIO *content = BIO_new_mem_buf(request->content, sizeof request->content);
    if (cms == NULL || content == NULL)
        return sg_fail_library(error, "cannot start a CMS");
    CMS_SignerInfo *info = CMS_add1_signer(cms, sk_X509_value(signer->chain, 0), signer->key, EVP_sha384(), flags);
    if (info == NULL)
        return sg_fail_library(error, "cannot add the signer");
    SG_TRY(add_issuers(cms, signer->chain, error));
    SG_TRY(add_attributes(info, request, error));
    if (CMS_final(cms, content, NULL, flags) != 1)
        return sg_fail_library(error, "cannot sign");
    return write_pem(cms, out, error);
}

sg_result sg_signer_add_root(const struct sg_signer *signer, struct sg_anchors *anchors, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_bio) BIO *bio = BIO_new(BIO_s_mem());
    X509 *root = sk_X509_value(signer->chain, sk_X509_num(signer->chain) - 1);
    if (bio == NULL || PEM_write_bio_X509(bio, root) != 1)
        return sg_fail_library(error, "cannot write PEM");
    char *text = NULL;
    long length = BIO_get_mem_data(bio, &text);
    return sg_anchors_add_pem(anchors, sg_span_of(text, (size_t)length), "the chain's root", error);
}
