/*
 * The envelope on its own. The first byte of the input says how the rest is meant: bit 0: as DER or BER, which is put into a PEM
 * block here, so that the CMS is reached; else as the signature entry's text. Bit 1: the content digest is not known. The other
 * bits choose one of the contents that the fixed key signed.
 */
#include <openssl/evp.h>

#include "crypto/envelope.h"
#include "fixed.h"
#include "fuzz.h"

enum { BIT_DER = 1, BIT_WITHOUT_CONTENT = 2, CONTENT_SHIFT = 2 };

static void check_proof(const struct sg_proof *proof)
{
    if (proof->outcome == SG_REFUTED) {
        must(proof->rule != SG_RULE_NONE && sg_rule_check(proof->rule) == SG_CHECK_INTEGRITY);
        must(proof->message != NULL);
    } else {
        must(proof->rule == SG_RULE_NONE);
    }
    must(proof->message == NULL || is_one_printable_line(proof->message));
}

/* What the attributes say once their format is proven (FORMAT.md section 3). */
static void check_claims(const struct sg_signature *claims)
{
    struct sg_arn profile;
    struct sg_arn job;
    must(sg_arn_parse_profile_version(sg_span_text(claims->profile_version_arn), &profile));
    must(sg_arn_parse_job(sg_span_text(claims->job_arn), &job));
    must(sg_arn_same_owner(&profile, &job));
    must(claims->signed_at.unix_seconds >= 0 && claims->expires_at.unix_seconds >= 0);
    must(sg_time_compare(claims->signed_at, claims->expires_at) < 0);
}

static void check_chain(const struct sg_signature *claims)
{
    must(claims->chain_count >= 2 && claims->chain_count <= SG_ENVELOPE_MAX_CERTIFICATES);
    must(strcmp(claims->chain[claims->chain_count - 1].hash, "") != 0);
    uint8_t root[SG_SHA256_BYTES];
    struct sg_error error = {0};
    must_do(sg_sha256(sg_span_of(fixed_root_der, sizeof fixed_root_der), root, &error), error);
    must(memcmp(claims->chain[claims->chain_count - 1].sha256, root, sizeof root) == 0);
    for (size_t i = 0; i < claims->chain_count; i++) {
        must(is_one_printable_line(claims->chain[i].subject) && is_one_printable_line(claims->chain[i].serial));
        must(sg_time_compare(claims->chain[i].not_before, claims->signed_at) <= 0);
        must(sg_time_compare(claims->signed_at, claims->chain[i].not_after) <= 0);
    }
}

/* The fixed key signed these claims and no others: anything else that is proven is a forgery. */
static void check_not_forged(const struct sg_signature *claims)
{
    must(strcmp(claims->profile_version_arn, fixed_profile) == 0 && strcmp(claims->job_arn, fixed_job) == 0);
    must(sg_time_compare(claims->signed_at, fixed_signed_at) == 0);
    must(sg_time_compare(claims->expires_at, fixed_expires_at) == 0);
    bool known = false;
    for (size_t i = 0; i < sizeof fixed_contents / sizeof fixed_contents[0]; i++) {
        struct sg_error error = {0};
        uint8_t digest[SG_SHA384_BYTES];
        must_do(sg_sha384(sg_span_of(fixed_contents[i], SG_SHA384_BYTES), digest, &error), error);
        known = known || memcmp(claims->message_digest, digest, sizeof digest) == 0;
    }
    must(known);
}

static void check_envelope(const struct sg_envelope *envelope, const uint8_t *content)
{
    check_proof(&envelope->format);
    check_proof(&envelope->signature);
    check_proof(&envelope->chain);
    check_proof(&envelope->content);
    bool format = envelope->format.outcome == SG_PROVEN;
    must(envelope->format.outcome != SG_UNDECIDED);
    must(format || envelope->signature.outcome != SG_PROVEN);
    must(envelope->signature.outcome == SG_PROVEN || envelope->chain.outcome != SG_PROVEN);
    must(content != NULL || envelope->content.outcome != SG_PROVEN);
    must(!format || envelope->has_claims);
    if (envelope->has_claims)
        check_claims(&envelope->claims);
    if (envelope->chain.outcome == SG_PROVEN) {
        check_chain(&envelope->claims);
        check_not_forged(&envelope->claims);
    }
    if (envelope->content.outcome == SG_PROVEN) {
        struct sg_error error = {0};
        uint8_t digest[SG_SHA384_BYTES];
        must_do(sg_sha384(sg_span_of(content, SG_SHA384_BYTES), digest, &error), error);
        must(memcmp(digest, envelope->claims.message_digest, sizeof digest) == 0);
    }
    must(sg_envelope_proven(envelope) ==
         (format && envelope->signature.outcome == SG_PROVEN && envelope->chain.outcome == SG_PROVEN &&
          envelope->content.outcome == SG_PROVEN));
    must(envelope->notices.count <= SG_PACKAGE_MAX_NOTICES);
    for (size_t i = 0; i < envelope->notices.count; i++)
        must(is_one_printable_line(envelope->notices.items[i].message));
}

/* RFC 7468, lines of 64: base64 of `der` between the two lines of a PKCS7 block. */
static void armour(struct sg_span der, struct sg_buffer *out)
{
    struct sg_error error = {0};
    must_do(sg_buffer_append_text(out, "-----BEGIN PKCS7-----\n", &error), error);
    for (size_t at = 0; at < der.size; at += 48) {
        unsigned char line[68];
        size_t part = der.size - at < 48 ? der.size - at : 48;
        int length = EVP_EncodeBlock(line, der.data + at, (int)part);
        must_do(sg_buffer_append(out, sg_span_of(line, (size_t)length), &error), error);
        must_do(sg_buffer_append_byte(out, '\n', &error), error);
    }
    must_do(sg_buffer_append_text(out, "-----END PKCS7-----\n", &error), error);
}

static const struct sg_anchors *anchors(void)
{
    static struct sg_anchors *fixed;
    struct sg_error error = {0};
    if (fixed == NULL) {
        must_do(sg_anchors_make(&fixed, &error), error);
        must_do(sg_anchors_add_pem(fixed, sg_span_text(fixed_root_pem), "root.pem", &error), error);
    }
    return fixed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_error error = {0};
    struct sg_envelope envelope;
    /* As large as the gate ever hands on. */
    if (size == 0 || size > SG_SIGNATURE_MAX_BYTES / 2)
        return 0;
    struct sg_span entry = sg_span_of(data + 1, size - 1);
    struct sg_buffer pem = sg_buffer_make(SG_SIGNATURE_MAX_BYTES);
    struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    size_t chosen = (size_t)(data[0] >> CONTENT_SHIFT) % (sizeof fixed_contents / sizeof fixed_contents[0]);
    const uint8_t *content = (data[0] & BIT_WITHOUT_CONTENT) != 0 ? NULL : fixed_contents[chosen];
    if ((data[0] & BIT_DER) != 0) {
        armour(entry, &pem);
        entry = sg_buffer_span(&pem);
    }
    must_do(sg_envelope_verify(entry, content, anchors(), &arena, &envelope, &error), error);
    check_envelope(&envelope, content);
    sg_arena_free(&arena);
    sg_buffer_free(&pem);
    return 0;
}
