#include "crypto/library.h"

#include <stdatomic.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/opensslv.h>

#include "crypto/internal.h"

/* Whether an allocation of OpenSSL's ever failed in this process, libcurl's included. OpenSSL reports such a failure as one of
 * whatever it was doing, so that data would be judged bad for want of memory; and what it could not set up then is missing for
 * good. So nothing is judged any more. */
static atomic_bool memory_lacked;

static void *note_failure(void *memory)
{
    if (memory == NULL)
        atomic_store(&memory_lacked, true);
    return memory;
}

static void *allocate(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return size == 0 ? NULL : note_failure(malloc(size));
}

static void *reallocate(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return note_failure(realloc(memory, size));
}

static void release(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

void sg_crypto_forget_memory_lack(void)
{
    atomic_store(&memory_lacked, false);
}

bool sg_crypto_memory_lacked(void)
{
    return atomic_load(&memory_lacked);
}

sg_result sg_crypto_start(struct sg_error *error)
{
    /* Refused once OpenSSL has allocated anything; then it cannot be told, as before. */
    (void)CRYPTO_set_mem_functions(allocate, reallocate, release);
    /* The first call decides for the whole process, libcurl's later start included. */
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) != 1)
        return sg_fail_library(error, "cannot start OpenSSL");
    return SG_OK;
}

const char *sg_crypto_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}

const char *sg_crypto_known_flaw(void)
{
    /* Only the 3.0 series is known to be short of the fix by its number (ATTACKS.md section 2). Distributions mend under an
     * unchanged number, so this is a notice and never a verdict. */
    unsigned major = OPENSSL_version_major();
    unsigned minor = OPENSSL_version_minor();
    if (major == 3 && minor == 0 && OPENSSL_version_patch() < 21)
        return "OpenSSL before 3.0.21 has CVE-2026-45447 (in PKCS7_verify, which this program never calls); "
               "install your distribution's security updates";
    return NULL;
}

void sg_cleanup_x509(X509 **certificate)
{
    X509_free(*certificate);
}

void sg_cleanup_x509_stack(STACK_OF(X509) * *stack)
{
    sk_X509_pop_free(*stack, X509_free);
}

void sg_cleanup_pkey(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

void sg_cleanup_bio(BIO **bio)
{
    BIO_free_all(*bio);
}

void sg_crypto_forget_errors(void)
{
    ERR_clear_error();
}

const char *sg_crypto_reason(char *out, size_t size)
{
    /* The oldest entry names the cause; later ones repeat it in terms of the callers. */
    unsigned long code = ERR_peek_error();
    const char *reason = ERR_reason_error_string(code);
    snprintf(out, size, "%s", reason != NULL ? reason : "no reason given");
    ERR_clear_error();
    return out;
}

sg_result sg_fail_library(struct sg_error *error, const char *what)
{
    char reason[256];
    unsigned long code = ERR_peek_error();
    if (sg_crypto_memory_lacked() || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) {
        ERR_clear_error();
        return sg_fail_memory(error);
    }
    return sg_fail(error, SG_ERROR_INTERNAL, "%s: %s", what, sg_crypto_reason(reason, sizeof reason));
}
