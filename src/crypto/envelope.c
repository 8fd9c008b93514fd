#include "crypto/envelope.h"

#include "base/cleanup.h"
#include "crypto/envelope_internal.h"

static void cleanup_reading(struct sg_envelope_reading *reading)
{
    CMS_ContentInfo_free(reading->cms);
    sk_X509_pop_free(reading->certificate, X509_free);
}

/* The format, step by step; the first step that refutes it ends it. */
static sg_result read_format(struct sg_envelope_reading *reading)
{
    sg_result (*const steps[])(struct sg_envelope_reading *) = {
        sg_envelope_unwrap_pem,
        sg_envelope_read_shape,
        sg_envelope_read_attributes,
        sg_envelope_read_certificates,
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        SG_TRY(steps[i](reading));
        if (reading->envelope->format.outcome == SG_REFUTED)
            return SG_OK;
    }
    reading->envelope->format.outcome = SG_PROVEN;
    return SG_OK;
}

/* messageDigest is SHA-384 over the detached content, which is itself the 48-byte digest (FORMAT.md section 2). */
static sg_result compare_content(const struct sg_envelope_reading *reading, const uint8_t *content)
{
    uint8_t digest[SG_SHA384_BYTES];
    SG_TRY(sg_sha384(sg_span_of(content, SG_SHA384_BYTES), digest, reading->error));
    struct sg_proof *proof = &reading->envelope->content;
    if (memcmp(digest, reading->envelope->claims.message_digest, sizeof digest) == 0) {
        proof->outcome = SG_PROVEN;
        return SG_OK;
    }
    return sg_refute(proof, reading->arena, SG_RULE_CONTENT_MODIFIED, reading->error,
                     "the content is not what was signed; a file was changed, renamed, added, removed or moved since");
}

static sg_result verify(struct sg_envelope_reading *reading, const uint8_t *content)
{
    struct sg_envelope *out = reading->envelope;
    SG_TRY(read_format(reading));
    if (out->format.outcome != SG_PROVEN)
        return SG_OK;
    SG_TRY(sg_envelope_verify_signature(reading));
    if (out->signature.outcome == SG_PROVEN)
        SG_TRY(sg_envelope_verify_chain(reading));
    return content != NULL ? compare_content(reading, content) : SG_OK;
}

sg_result sg_envelope_verify(struct sg_span entry, const uint8_t *content, const struct sg_anchors *anchors,
                             struct sg_arena *arena, struct sg_envelope *out, struct sg_error *error)
{
    *out = (struct sg_envelope){0};
    SG_CLEANUP(cleanup_reading)
    struct sg_envelope_reading reading = {
        .entry = entry, .anchors = anchors, .arena = arena, .envelope = out, .error = error};
    sg_result result = verify(&reading, content);
    if (!sg_crypto_memory_lacked())
        return result;
    *out = (struct sg_envelope){0};
    return sg_fail_memory(error);
}

const struct sg_proof *sg_envelope_refutation(const struct sg_envelope *envelope)
{
    const struct sg_proof *const proofs[] = {&envelope->format, &envelope->signature, &envelope->chain,
                                             &envelope->content};
    for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++) {
        if (proofs[i]->outcome == SG_REFUTED)
            return proofs[i];
    }
    return NULL;
}

bool sg_envelope_proven(const struct sg_envelope *envelope)
{
    return envelope->format.outcome == SG_PROVEN && envelope->signature.outcome == SG_PROVEN &&
           envelope->chain.outcome == SG_PROVEN && envelope->content.outcome == SG_PROVEN;
}
