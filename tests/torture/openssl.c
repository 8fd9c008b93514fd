/* OpenSSL's calls that fail without memory, and hardly ever else: what calls them must not take the failure for bad data. */
#include "requests.h"

#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

/* Declares and defines the stand-in for `name`, which gives `failure` when its time has come. */
#define WRAP(type, failure, name, parameters, arguments)                                                               \
    extern type __real_##name parameters;                                                                              \
    extern type __wrap_##name parameters;                                                                              \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        return request_fails(REQUEST_OPENSSL) ? (failure) : __real_##name arguments;                                   \
    }

/* --- digests ---------------------------------------------------------------------------------------------------------------- */

WRAP(EVP_MD_CTX *, NULL, EVP_MD_CTX_new, (void), ())
WRAP(int, 0, EVP_DigestInit_ex, (EVP_MD_CTX * context, const EVP_MD *type, ENGINE *engine), (context, type, engine))
WRAP(int, 0, EVP_DigestUpdate, (EVP_MD_CTX * context, const void *data, size_t size), (context, data, size))
WRAP(int, 0, EVP_DigestFinal_ex, (EVP_MD_CTX * context, unsigned char *out, unsigned *size), (context, out, size))
WRAP(int, 0, EVP_Digest,
     (const void *data, size_t size, unsigned char *out, unsigned *out_size, const EVP_MD *type, ENGINE *engine),
     (data, size, out, out_size, type, engine))

/* --- what is needed everywhere ---------------------------------------------------------------------------------------------- */

WRAP(BIO *, NULL, BIO_new, (const BIO_METHOD *method), (method))
WRAP(BIO *, NULL, BIO_new_mem_buf, (const void *data, int size), (data, size))
WRAP(OPENSSL_STACK *, NULL, OPENSSL_sk_new_null, (void), ())
WRAP(int, 0, OPENSSL_sk_push, (OPENSSL_STACK * stack, const void *item), (stack, item))

/* --- certificates ----------------------------------------------------------------------------------------------------------- */

WRAP(int, 0, X509_up_ref, (X509 * certificate), (certificate))
WRAP(X509 *, NULL, X509_dup, (const X509 *certificate), (certificate))
WRAP(int, -1, i2d_X509, (const X509 *certificate, unsigned char **out), (certificate, out))
WRAP(int, -1, X509_NAME_print_ex, (BIO * out, const X509_NAME *name, int indent, unsigned long flags),
     (out, name, indent, flags))
WRAP(int, 0, ASN1_STRING_set, (ASN1_STRING * string, const void *data, int size), (string, data, size))
WRAP(ASN1_INTEGER *, NULL, ASN1_INTEGER_new, (void), ())
WRAP(BIGNUM *, NULL, BN_new, (void), ())
WRAP(BIGNUM *, NULL, BN_dup, (const BIGNUM *from), (from))
WRAP(int, 0, BN_sub, (BIGNUM * out, const BIGNUM *a, const BIGNUM *b), (out, a, b))
WRAP(EC_GROUP *, NULL, EC_GROUP_new_by_curve_name, (int name), (name))
WRAP(int, 0, ECDSA_SIG_set0, (ECDSA_SIG * signature, BIGNUM *r, BIGNUM *s), (signature, r, s))

/* --- verifying a chain ------------------------------------------------------------------------------------------------------ */

WRAP(X509_STORE *, NULL, X509_STORE_new, (void), ())
WRAP(int, 0, X509_STORE_add_cert, (X509_STORE * store, X509 *certificate), (store, certificate))
WRAP(X509_STORE_CTX *, NULL, X509_STORE_CTX_new, (void), ())
WRAP(int, 0, X509_STORE_CTX_init, (X509_STORE_CTX * context, X509_STORE *store, X509 *leaf, STACK_OF(X509) * others),
     (context, store, leaf, others))
WRAP(int, 0, X509_VERIFY_PARAM_set_purpose, (X509_VERIFY_PARAM * parameters, int purpose), (parameters, purpose))
WRAP(int, 0, X509_VERIFY_PARAM_set_flags, (X509_VERIFY_PARAM * parameters, unsigned long flags), (parameters, flags))

/* --- signing ---------------------------------------------------------------------------------------------------------------- */

WRAP(CMS_ContentInfo *, NULL, CMS_sign,
     (X509 * certificate, EVP_PKEY *key, STACK_OF(X509) * others, BIO *data, unsigned flags),
     (certificate, key, others, data, flags))
WRAP(CMS_SignerInfo *, NULL, CMS_add1_signer,
     (CMS_ContentInfo * cms, X509 *certificate, EVP_PKEY *key, const EVP_MD *digest, unsigned flags),
     (cms, certificate, key, digest, flags))
WRAP(int, 0, CMS_add1_cert, (CMS_ContentInfo * cms, X509 *certificate), (cms, certificate))
WRAP(int, 0, CMS_signed_add1_attr_by_txt,
     (CMS_SignerInfo * signer, const char *name, int type, const void *value, int size),
     (signer, name, type, value, size))
WRAP(int, 0, CMS_final, (CMS_ContentInfo * cms, BIO *data, BIO *out, unsigned flags), (cms, data, out, flags))
WRAP(int, -1, i2d_CMS_ContentInfo, (const CMS_ContentInfo *cms, unsigned char **out), (cms, out))
WRAP(int, 0, PEM_write_bio, (BIO * out, const char *label, const char *header, const unsigned char *data, long size),
     (out, label, header, data, size))
WRAP(int, 0, PEM_write_bio_X509, (BIO * out, const X509 *certificate), (out, certificate))
