#include "crypto/crl.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/cleanup.h"
#include "base/printable.h"
#include "crypto/internal.h"

struct sg_crl {
    X509_CRL *list;
    struct sg_time this_update;
    struct sg_time next_update;
};

void sg_crl_free(struct sg_crl **crl)
{
    if (*crl == NULL)
        return;
    X509_CRL_free((*crl)->list);
    free(*crl);
    *crl = NULL;
}

struct sg_time sg_crl_this_update(const struct sg_crl *crl)
{
    return crl->this_update;
}

struct sg_time sg_crl_next_update(const struct sg_crl *crl)
{
    return crl->next_update;
}

/* --- encoding ----------------------------------------------------------------------------------------------------------- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct sg_span without_blanks(struct sg_span bytes)
{
    while (bytes.size > 0 && is_blank(bytes.data[0]))
        bytes = sg_span_part(bytes, 1, bytes.size - 1);
    while (bytes.size > 0 && is_blank(bytes.data[bytes.size - 1]))
        bytes.size--;
    return bytes;
}

/* What one PEM block and nothing else holds (RFC 7468 section 6). */
struct pem_block {
    char *name;
    char *header;
    unsigned char *data;
    long size;
};

static void cleanup_pem_block(struct pem_block *block)
{
    OPENSSL_free(block->name);
    OPENSSL_free(block->header);
    OPENSSL_free(block->data);
}

static sg_result read_pem(struct sg_span text, struct pem_block *block, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_bio) BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
    if (bio == NULL)
        return sg_fail_library(error, "BIO_new_mem_buf");
    int read = PEM_read_bio(bio, &block->name, &block->header, &block->data, &block->size);
    sg_crypto_forget_errors();
    if (read != 1)
        return sg_fail(error, SG_ERROR_NETWORK, "the PEM block of the CRL is damaged");
    char *rest = NULL;
    if (BIO_get_mem_data(bio, &rest) > 0)
        return sg_fail(error, SG_ERROR_NETWORK, "there is something behind the PEM block of the CRL");
    if (block->header[0] != '\0')
        return sg_fail(error, SG_ERROR_NETWORK, "the PEM block of the CRL has headers");
    return SG_OK;
}

static sg_result decode(struct sg_span der, X509_CRL **out, struct sg_error *error)
{
    const unsigned char *at = der.data;
    *out = d2i_X509_CRL(NULL, &at, (long)der.size);
    sg_crypto_forget_errors();
    if (*out == NULL)
        return sg_fail(error, SG_ERROR_NETWORK, "it is no CRL, neither in DER nor in PEM form");
    if (at != der.data + der.size)
        return sg_fail(error, SG_ERROR_NETWORK, "there are %zu bytes behind the CRL",
                       (size_t)(der.data + der.size - at));
    return SG_OK;
}

/* --- what a CRL must be ------------------------------------------------------------------------------------------------- */

/* Takes one value of DER off the front of *rest: `whole` with its header, `body` without. False when there is none with this
 * tag and a definite length. The walker of ber.h is bounded for signatures; a CRL may be much longer. */
static bool take_value(struct sg_span *rest, int tag, struct sg_span *whole, struct sg_span *body)
{
    const unsigned char *at = rest->data;
    long length = 0;
    int number = 0;
    int class = 0;
    if (rest->size == 0)
        return false;
    int flags = ASN1_get_object(&at, &length, &number, &class, (long)rest->size);
    sg_crypto_forget_errors();
    if ((flags & 0x81) != 0 || length < 0 || class != V_ASN1_UNIVERSAL || number != tag)
        return false;
    size_t header_bytes = (size_t)(at - rest->data);
    size_t whole_bytes = header_bytes + (size_t)length;
    *whole = sg_span_part(*rest, 0, whole_bytes);
    *body = sg_span_part(*rest, header_bytes, (size_t)length);
    *rest = sg_span_part(*rest, whole_bytes, rest->size - whole_bytes);
    return true;
}

/* The algorithm stands inside and outside of what is signed, and must be the same (RFC 5280 section 5.1.1.2). OpenSSL looks
 * at the outer one only. */
static bool algorithms_agree(struct sg_span der)
{
    struct sg_span list = {0};
    struct sg_span signed_part = {0};
    struct sg_span inner = {0};
    struct sg_span outer = {0};
    struct sg_span whole = {0};
    struct sg_span body = {0};
    if (!take_value(&der, V_ASN1_SEQUENCE, &whole, &list) || !take_value(&list, V_ASN1_SEQUENCE, &whole, &signed_part))
        return false;
    (void)take_value(&signed_part, V_ASN1_INTEGER, &whole, &body);
    return take_value(&signed_part, V_ASN1_SEQUENCE, &inner, &body) &&
           take_value(&list, V_ASN1_SEQUENCE, &outer, &body) && sg_span_equal(inner, outer);
}

static sg_result check_algorithm(const X509_CRL *list, struct sg_span der, struct sg_error *error)
{
    int algorithm = X509_CRL_get_signature_nid(list);
    int digest = NID_undef;
    int key = NID_undef;
    const char *name = algorithm == NID_undef ? "an algorithm that is not known" : OBJ_nid2sn(algorithm);
    if (!algorithms_agree(der))
        return sg_fail(error, SG_ERROR_NETWORK, "the CRL names two different signature algorithms");
    bool strong = OBJ_find_sigid_algs(algorithm, &digest, &key) == 1 &&
                  (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512);
    sg_crypto_forget_errors();
    if (!strong)
        return sg_fail(error, SG_ERROR_NETWORK, "the CRL is signed with %s; SHA-256, SHA-384 or SHA-512 is needed",
                       name);
    return SG_OK;
}

/* UTCTime to the second until 2049, GeneralizedTime to the second after that, both with "Z" (RFC 5280 section 5.1.2.4). */
static bool read_time(const ASN1_TIME *time, struct sg_time *out)
{
    char text[16];
    const char *digits = (const char *)ASN1_STRING_get0_data(time);
    int length = ASN1_STRING_length(time);
    if (ASN1_STRING_type(time) == V_ASN1_UTCTIME && length == 13) {
        memcpy(text, digits[0] >= '5' ? "19" : "20", 2);
        memcpy(text + 2, digits, 13);
    } else if (ASN1_STRING_type(time) == V_ASN1_GENERALIZEDTIME && length == 15) {
        memcpy(text, digits, 15);
    } else {
        return false;
    }
    return sg_time_parse_generalized(sg_span_of(text, 15), out);
}

static sg_result check_times(struct sg_crl *crl, struct sg_time now, struct sg_error *error)
{
    char text[SG_TIME_TEXT_BYTES];
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl->list);
    if (!read_time(X509_CRL_get0_lastUpdate(crl->list), &crl->this_update))
        return sg_fail(error, SG_ERROR_NETWORK, "the CRL's thisUpdate is no time");
    if (next == NULL)
        return sg_fail(error, SG_ERROR_NETWORK, "the CRL has no nextUpdate: nobody can tell how long it is good");
    if (!read_time(next, &crl->next_update))
        return sg_fail(error, SG_ERROR_NETWORK, "the CRL's nextUpdate is no time");
    if (sg_time_compare(crl->next_update, crl->this_update) <= 0)
        return sg_fail(error, SG_ERROR_NETWORK, "the CRL's nextUpdate is not after its thisUpdate");
    if (sg_time_compare(crl->this_update, sg_time_plus(now, SG_CLOCK_SKEW_SECONDS)) > 0)
        return sg_fail(error, SG_ERROR_NETWORK, "the CRL is dated in the future, %s",
                       sg_time_format_minute(crl->this_update, text));
    if (sg_time_compare(now, crl->next_update) >= 0)
        return sg_fail(error, SG_ERROR_NETWORK, "the CRL is out of date: a new one was due at %s",
                       sg_time_format_minute(crl->next_update, text));
    return SG_OK;
}

static sg_result name_extension(const X509_EXTENSION *extension, const char *where, struct sg_error *error)
{
    char name[80];
    struct sg_printable shown;
    int length = OBJ_obj2txt(name, sizeof name, X509_EXTENSION_get_object((X509_EXTENSION *)(uintptr_t)extension), 0);
    return sg_fail(error, SG_ERROR_NETWORK, "%s has the critical extension %s, which is not understood", where,
                   length > 0 ? sg_printable_text(&shown, name) : "without a name");
}

/* A delta names only what changed, and one with an issuing distribution point need not cover every certificate (RFC 5280
 * sections 5.2.4 and 5.2.5). Absence from such a list proves nothing. */
static sg_result check_extensions(const X509_CRL *list, struct sg_error *error)
{
    if (X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) >= 0)
        return sg_fail(error, SG_ERROR_NETWORK, "it is a delta CRL; a complete one is needed");
    if (X509_CRL_get_ext_by_NID(list, NID_issuing_distribution_point, -1) >= 0)
        return sg_fail(error, SG_ERROR_NETWORK,
                       "it is a partial CRL (it has an issuing distribution point); a complete one is needed");
    int at = X509_CRL_get_ext_by_critical(list, 1, -1);
    if (at >= 0)
        return name_extension(X509_CRL_get_ext(list, at), "the CRL", error);
    return SG_OK;
}

/* RFC 5280 section 5.3: a CRL with a critical entry extension that is not understood must not be used to tell a status. */
static sg_result check_entries(X509_CRL *list, struct sg_error *error)
{
    /* NULL when there are none, which has -1 entries. */
    STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
    for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);
        int at = X509_REVOKED_get_ext_by_critical(entry, 1, -1);
        if (at >= 0)
            return name_extension(X509_REVOKED_get_ext(entry, at), "an entry of the CRL", error);
    }
    return SG_OK;
}

/* OpenSSL sorts the entries at the first question; done here, the threads that ask later only read. */
static sg_result sort_entries(X509_CRL *list, struct sg_error *error)
{
    X509_REVOKED *found = NULL;
    ASN1_INTEGER *none = ASN1_INTEGER_new();
    if (none == NULL)
        return sg_fail_memory(error);
    (void)X509_CRL_get0_by_serial(list, &found, none);
    ASN1_INTEGER_free(none);
    return SG_OK;
}

static sg_result make(struct sg_span der, struct sg_time now, struct sg_crl *crl, struct sg_error *error)
{
    SG_TRY(decode(der, &crl->list, error));
    SG_TRY(check_algorithm(crl->list, der, error));
    SG_TRY(check_times(crl, now, error));
    SG_TRY(check_extensions(crl->list, error));
    SG_TRY(check_entries(crl->list, error));
    return sort_entries(crl->list, error);
}

sg_result sg_crl_parse(struct sg_span bytes, struct sg_time now, struct sg_crl **out, struct sg_error *error)
{
    *out = NULL;
    SG_CLEANUP(cleanup_pem_block) struct pem_block block = {0};
    SG_CLEANUP(sg_crl_free) struct sg_crl *crl = calloc(1, sizeof *crl);
    if (crl == NULL)
        return sg_fail_memory(error);
    if (bytes.size > SG_REVOCATION_MAX_BYTES)
        return sg_fail(error, SG_ERROR_NETWORK, "the CRL has %zu bytes; at most %zu are read", bytes.size,
                       SG_REVOCATION_MAX_BYTES);
    struct sg_span text = without_blanks(bytes);
    struct sg_span der = bytes;
    if (sg_span_starts_with(text, SG_SPAN_LITERAL("-----BEGIN X509 CRL-----"))) {
        SG_TRY(read_pem(text, &block, error));
        der = sg_span_of(block.data, (size_t)block.size);
    }
    SG_TRY(make(der, now, crl, error));
    *out = SG_TAKE(crl);
    return SG_OK;
}

/* --- asking ------------------------------------------------------------------------------------------------------------- */

/* RFC 5280 section 6.3.3 (f) and (g): the issuer may sign CRLs, and its key signed this one. */
static bool signed_by(X509_CRL *list, X509 *issuer)
{
    bool allowed = (X509_get_key_usage(issuer) & KU_CRL_SIGN) != 0;
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    bool verified = allowed && key != NULL && X509_CRL_verify(list, key) == 1;
    sg_crypto_forget_errors();
    return verified;
}

sg_result sg_crl_ask(const struct sg_crl *crl, const struct sg_certificate *certificate,
                     const struct sg_certificate *issuer, enum sg_crl_answer *out, struct sg_error *error)
{
    *out = SG_CRL_NOT_COVERED;
    SG_CLEANUP(sg_cleanup_x509) X509 *subject = sg_certificate_decode(certificate->der);
    SG_CLEANUP(sg_cleanup_x509) X509 *authority = sg_certificate_decode(issuer->der);
    if (subject == NULL || authority == NULL)
        return sg_fail_library(error, "d2i_X509");
    const X509_NAME *name = X509_CRL_get_issuer(crl->list);
    if (X509_NAME_cmp(name, X509_get_issuer_name(subject)) != 0 ||
        X509_NAME_cmp(name, X509_get_subject_name(authority)) != 0 || !signed_by(crl->list, authority))
        return SG_OK;
    X509_REVOKED *entry = NULL;
    bool listed = X509_CRL_get0_by_serial(crl->list, &entry, X509_get_serialNumber(subject)) != 0;
    if (sg_crypto_memory_lacked())
        return sg_fail_memory(error);
    *out = listed ? SG_CRL_REVOKED : SG_CRL_GOOD;
    return SG_OK;
}
