#include "crypto/anchors.h"

#include <openssl/x509v3.h>

#include "base/cleanup.h"
#include "base/printable.h"
#include "crypto/internal.h"

struct sg_anchors {
    STACK_OF(X509) * roots;
};

sg_result sg_anchors_make(struct sg_anchors **out, struct sg_error *error)
{
    SG_CLEANUP(sg_anchors_free) struct sg_anchors *anchors = calloc(1, sizeof *anchors);
    if (anchors == NULL)
        return sg_fail_memory(error);
    anchors->roots = sk_X509_new_null();
    if (anchors->roots == NULL)
        return sg_fail_memory(error);
    *out = SG_TAKE(anchors);
    return SG_OK;
}

void sg_anchors_free(struct sg_anchors **anchors)
{
    if (*anchors != NULL)
        sg_cleanup_x509_stack(&(*anchors)->roots);
    free(*anchors);
    *anchors = NULL;
}

size_t sg_anchors_count(const struct sg_anchors *anchors)
{
    return (size_t)sk_X509_num(anchors->roots);
}

sg_result sg_anchors_store(const struct sg_anchors *anchors, X509_STORE **out, struct sg_error *error)
{
    X509_STORE *store = X509_STORE_new();
    bool filled = store != NULL;
    for (int i = 0; filled && i < sk_X509_num(anchors->roots); i++)
        filled = X509_STORE_add_cert(store, sk_X509_value(anchors->roots, i)) == 1;
    if (!filled) {
        X509_STORE_free(store);
        return sg_fail_library(error, "cannot make a certificate store");
    }
    *out = store;
    return SG_OK;
}

/* Why a certificate cannot be a root of this format (FORMAT.md section 4), or NULL. */
static const char *root_problem(X509 *certificate)
{
    if (X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) != 0)
        return "is not self-signed: give the root of the chain, not a certificate below it";
    if (!sg_certificate_key_is_p384(certificate) || !sg_certificate_signed_with_sha384(certificate))
        return "does not have a P-384 key and an ecdsa-with-SHA384 signature, which every certificate of this format "
               "has";
    if (!sg_certificate_self_signed(certificate))
        return "has a signature that its own key did not make";
    if (X509_check_ca(certificate) != 1)
        return "is no CA certificate (basicConstraints CA:TRUE)";
    return NULL;
}

static sg_result add_root(struct sg_anchors *anchors, X509 *certificate, const char *name, struct sg_error *error)
{
    struct sg_printable shown_name;
    struct sg_printable shown_subject;
    const char *problem = root_problem(certificate);
    sg_crypto_forget_errors();
    if (problem != NULL) {
        char *subject = X509_NAME_oneline(X509_get_subject_name(certificate), NULL, 0);
        sg_result result =
            sg_fail(error, SG_ERROR_CONFIGURATION, "%s: the certificate %s %s", sg_printable_text(&shown_name, name),
                    sg_printable_text(&shown_subject, subject != NULL ? subject : ""), problem);
        OPENSSL_free(subject);
        return result;
    }
    if (sg_anchors_count(anchors) >= SG_MAX_ROOTS)
        return sg_fail(error, SG_ERROR_CONFIGURATION, "%s: more than %u roots", sg_printable_text(&shown_name, name),
                       SG_MAX_ROOTS);
    if (X509_up_ref(certificate) != 1)
        return sg_fail_library(error, "cannot add a root");
    if (sk_X509_push(anchors->roots, certificate) == 0) {
        X509_free(certificate);
        return sg_fail_memory(error);
    }
    return SG_OK;
}

static sg_result add_all(struct sg_anchors *anchors, struct sg_span pem, const char *name, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_x509_stack) STACK_OF(X509) *stack = NULL;
    SG_TRY(sg_certificates_from_pem(pem, name, SG_ERROR_CONFIGURATION, &stack, error));
    for (int i = 0; i < sk_X509_num(stack); i++)
        SG_TRY(add_root(anchors, sk_X509_value(stack, i), name, error));
    return SG_OK;
}

sg_result sg_anchors_add_pem(struct sg_anchors *anchors, struct sg_span pem, const char *name, struct sg_error *error)
{
    sg_result result = add_all(anchors, pem, name, error);
    return sg_crypto_memory_lacked() ? sg_fail_memory(error) : result;
}

sg_result sg_anchors_add_builtin(struct sg_anchors *anchors, struct sg_error *error)
{
    return sg_anchors_add_pem(anchors, sg_span_text(sg_builtin_root_pem), "the built-in root", error);
}
