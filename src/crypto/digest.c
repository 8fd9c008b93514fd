#include "crypto/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/cleanup.h"
#include "crypto/internal.h"

struct sg_sha384 {
    EVP_MD_CTX *context;
};

sg_result sg_sha384_start(struct sg_sha384 **out, struct sg_error *error)
{
    SG_CLEANUP(sg_sha384_free) struct sg_sha384 *sha = calloc(1, sizeof *sha);
    if (sha == NULL)
        return sg_fail_memory(error);
    sha->context = EVP_MD_CTX_new();
    if (sha->context == NULL || EVP_DigestInit_ex(sha->context, EVP_sha384(), NULL) != 1)
        return sg_fail_library(error, "cannot start SHA-384");
    *out = SG_TAKE(sha);
    return SG_OK;
}

sg_result sg_sha384_add(struct sg_sha384 *sha, struct sg_span bytes, struct sg_error *error)
{
    if (EVP_DigestUpdate(sha->context, bytes.data, bytes.size) != 1)
        return sg_fail_library(error, "cannot compute SHA-384");
    return SG_OK;
}

sg_result sg_sha384_finish(struct sg_sha384 *sha, uint8_t out[SG_SHA384_BYTES], struct sg_error *error)
{
    unsigned size = 0;
    if (EVP_DigestFinal_ex(sha->context, out, &size) != 1 || size != SG_SHA384_BYTES)
        return sg_fail_library(error, "cannot finish SHA-384");
    return SG_OK;
}

void sg_sha384_free(struct sg_sha384 **sha)
{
    if (*sha != NULL)
        EVP_MD_CTX_free((*sha)->context);
    free(*sha);
    *sha = NULL;
}

struct sg_sha256_stream {
    EVP_MD_CTX *context;
};

sg_result sg_sha256_stream_start(struct sg_sha256_stream **stream, struct sg_error *error)
{
    if (*stream == NULL) {
        SG_CLEANUP(sg_sha256_stream_free) struct sg_sha256_stream *made = calloc(1, sizeof *made);
        if (made == NULL)
            return sg_fail_memory(error);
        made->context = EVP_MD_CTX_new();
        if (made->context == NULL)
            return sg_fail_library(error, "cannot start SHA-256");
        *stream = SG_TAKE(made);
    }
    if (EVP_DigestInit_ex((*stream)->context, EVP_sha256(), NULL) != 1)
        return sg_fail_library(error, "cannot start SHA-256");
    return SG_OK;
}

sg_result sg_sha256_stream_add(struct sg_sha256_stream *stream, struct sg_span bytes, struct sg_error *error)
{
    if (EVP_DigestUpdate(stream->context, bytes.data, bytes.size) != 1)
        return sg_fail_library(error, "cannot compute SHA-256");
    return SG_OK;
}

sg_result sg_sha256_stream_finish(struct sg_sha256_stream *stream, uint8_t out[SG_SHA256_BYTES], struct sg_error *error)
{
    unsigned size = 0;
    if (EVP_DigestFinal_ex(stream->context, out, &size) != 1 || size != SG_SHA256_BYTES)
        return sg_fail_library(error, "cannot compute SHA-256");
    return SG_OK;
}

void sg_sha256_stream_free(struct sg_sha256_stream **stream)
{
    if (*stream != NULL)
        EVP_MD_CTX_free((*stream)->context);
    free(*stream);
    *stream = NULL;
}

sg_result sg_sha256(struct sg_span bytes, uint8_t out[SG_SHA256_BYTES], struct sg_error *error)
{
    if (EVP_Digest(bytes.data, bytes.size, out, NULL, EVP_sha256(), NULL) != 1)
        return sg_fail_library(error, "cannot compute SHA-256");
    return SG_OK;
}

sg_result sg_sha384(struct sg_span bytes, uint8_t out[SG_SHA384_BYTES], struct sg_error *error)
{
    if (EVP_Digest(bytes.data, bytes.size, out, NULL, EVP_sha384(), NULL) != 1)
        return sg_fail_library(error, "cannot compute SHA-384");
    return SG_OK;
}

sg_result sg_hmac_sha256(struct sg_span key, struct sg_span bytes, uint8_t out[SG_SHA256_BYTES], struct sg_error *error)
{
    uint8_t mac[SG_SHA256_BYTES];
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data, (int)key.size, bytes.data, bytes.size, mac, &size) == NULL || size != sizeof mac)
        return sg_fail_library(error, "cannot compute HMAC-SHA-256");
    memcpy(out, mac, sizeof mac);
    return SG_OK;
}

const char *sg_hex(struct sg_span bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        out[2 * i] = digits[bytes.data[i] >> 4];
        out[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    out[2 * bytes.size] = '\0';
    return out;
}

const char *sg_sha256_base64(const uint8_t digest[SG_SHA256_BYTES], char out[SG_SHA256_BASE64_BYTES])
{
    EVP_EncodeBlock((unsigned char *)out, digest, SG_SHA256_BYTES);
    return out;
}

bool sg_sha256_from_base64(struct sg_span text, uint8_t out[SG_SHA256_BYTES])
{
    uint8_t decoded[SG_SHA256_BASE64_BYTES];
    char again[SG_SHA256_BASE64_BYTES];
    if (text.size != SG_SHA256_BASE64_BYTES - 1 ||
        EVP_DecodeBlock(decoded, text.data, (int)text.size) != SG_SHA256_BYTES + 1)
        return false;
    /* EVP_DecodeBlock trims blanks and ignores the bits behind the last byte: only the canonical text comes out again. */
    if (memcmp(sg_sha256_base64(decoded, again), text.data, text.size) != 0)
        return false;
    memcpy(out, decoded, SG_SHA256_BYTES);
    return true;
}

bool sg_sha256_from_base64url(struct sg_span text, uint8_t out[SG_SHA256_BYTES])
{
    uint8_t standard[SG_SHA256_BASE64_BYTES];
    if (text.size != SG_SHA256_BASE64_BYTES - 2)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '+' || text.data[i] == '/')
            return false;
        standard[i] = text.data[i] == '-' ? '+' : (text.data[i] == '_' ? '/' : text.data[i]);
    }
    standard[text.size] = '=';
    return sg_sha256_from_base64(sg_span_of(standard, SG_SHA256_BASE64_BYTES - 1), out);
}
