#include "gate/facts_wire.h"

#include "base/arn.h"
#include "base/printable.h"

/* One description of the form serves both directions: `out` is set when writing, `rest` is read otherwise. */
struct codec {
    struct sg_buffer *out;
    struct sg_span rest;
    struct sg_arena *arena; /* where what is read goes */
    struct sg_error *error;
};

static sg_result refuse(const struct codec *codec)
{
    return sg_fail(codec->error, SG_ERROR_INTERNAL, "the answer is malformed");
}

static bool writing(const struct codec *codec)
{
    return codec->out != NULL;
}

/* Bytes of a fixed size. */
static sg_result code_raw(struct codec *codec, void *value, size_t size)
{
    if (writing(codec))
        return sg_buffer_append(codec->out, sg_span_of(value, size), codec->error);
    if (!sg_span_holds(codec->rest, 0, size))
        return refuse(codec);
    memcpy(value, codec->rest.data, size);
    codec->rest = sg_span_part(codec->rest, size, codec->rest.size - size);
    return SG_OK;
}

/* A number up to `most`; both processes are one program on one machine, so that its own byte order serves. */
static sg_result code_number(struct codec *codec, uint64_t *value, uint64_t most)
{
    SG_TRY(code_raw(codec, value, sizeof *value));
    return *value <= most ? SG_OK : refuse(codec);
}

static sg_result code_size(struct codec *codec, size_t *value, size_t most)
{
    uint64_t number = *value;
    SG_TRY(code_number(codec, &number, most));
    *value = (size_t)number;
    return SG_OK;
}

static sg_result code_bool(struct codec *codec, bool *value)
{
    uint64_t number = *value ? 1 : 0;
    SG_TRY(code_number(codec, &number, 1));
    *value = number == 1;
    return SG_OK;
}

static sg_result code_span(struct codec *codec, struct sg_span *value, size_t most)
{
    size_t size = value->size;
    SG_TRY(code_size(codec, &size, most));
    if (writing(codec))
        return sg_buffer_append(codec->out, *value, codec->error);
    if (!sg_span_holds(codec->rest, 0, size))
        return refuse(codec);
    SG_TRY(sg_arena_copy(codec->arena, sg_span_part(codec->rest, 0, size), value, codec->error));
    codec->rest = sg_span_part(codec->rest, size, codec->rest.size - size);
    return SG_OK;
}

/* Whether text is as sg_printable makes it: UTF-8 on one line without controls and without what hides. */
static bool is_printable(struct sg_span text)
{
    while (text.size > 0) {
        uint32_t c = 0;
        size_t length = sg_utf8_decode(text, &c);
        if (length == 0 || c < 0x20 || (c >= 0x7F && c <= 0x9F) || sg_code_point_hides(c))
            return false;
        text = sg_span_part(text, length, text.size - length);
    }
    return true;
}

/* A printable text, or none. */
static sg_result code_text(struct codec *codec, const char **value)
{
    bool there = *value != NULL;
    SG_TRY(code_bool(codec, &there));
    if (!there) {
        *value = NULL;
        return SG_OK;
    }
    struct sg_span text = writing(codec) ? sg_span_text(*value) : (struct sg_span){0};
    SG_TRY(code_span(codec, &text, SG_MESSAGE_MAX_BYTES));
    if (!is_printable(text))
        return refuse(codec);
    *value = (const char *)text.data;
    return SG_OK;
}

static sg_result code_time(struct codec *codec, struct sg_time *time)
{
    uint64_t seconds = (uint64_t)time->unix_seconds;
    uint64_t nanoseconds = time->nanoseconds;
    uint64_t digits = time->fraction_digits;
    SG_TRY(code_number(codec, &seconds, INT64_MAX));
    SG_TRY(code_number(codec, &nanoseconds, 999999999));
    SG_TRY(code_number(codec, &digits, 9));
    *time = (struct sg_time){
        .unix_seconds = (int64_t)seconds, .nanoseconds = (uint32_t)nanoseconds, .fraction_digits = (uint8_t)digits};
    return SG_OK;
}

static sg_result code_rule(struct codec *codec, enum sg_rule *rule)
{
    uint64_t number = *rule;
    SG_TRY(code_number(codec, &number, SG_RULE_COUNT - 1));
    *rule = (enum sg_rule)number;
    return SG_OK;
}

static sg_result code_proof(struct codec *codec, struct sg_proof *proof)
{
    uint64_t outcome = proof->outcome;
    SG_TRY(code_number(codec, &outcome, SG_REFUTED));
    proof->outcome = (enum sg_outcome)outcome;
    SG_TRY(code_rule(codec, &proof->rule));
    SG_TRY(code_text(codec, &proof->message));
    /* A refutation says why, and nothing else has a rule. */
    bool refuted = proof->outcome == SG_REFUTED;
    return refuted == (proof->rule != SG_RULE_NONE) && (!refuted || proof->message != NULL) ? SG_OK : refuse(codec);
}

static sg_result code_notices(struct codec *codec, struct sg_notices *notices)
{
    SG_TRY(code_size(codec, &notices->count, SG_PACKAGE_MAX_NOTICES));
    SG_TRY(code_size(codec, &notices->left_out, SIZE_MAX));
    if (!writing(codec)) {
        void *items = NULL;
        SG_TRY(sg_arena_alloc(codec->arena, notices->count, sizeof *notices->items, &items, codec->error));
        notices->items = items;
        notices->capacity = notices->count;
    }
    for (size_t i = 0; i < notices->count; i++) {
        SG_TRY(code_rule(codec, &notices->items[i].rule));
        SG_TRY(code_text(codec, &notices->items[i].message));
        if (notices->items[i].rule == SG_RULE_NONE || notices->items[i].message == NULL)
            return refuse(codec);
    }
    return SG_OK;
}

static sg_result code_package(struct codec *codec, struct sg_package *package)
{
    SG_TRY(code_proof(codec, &package->structure));
    SG_TRY(code_number(codec, &package->size, UINT64_MAX));
    SG_TRY(code_bool(codec, &package->has_sha256));
    SG_TRY(code_raw(codec, package->sha256, sizeof package->sha256));
    SG_TRY(code_size(codec, &package->entry_count, SIZE_MAX));
    SG_TRY(code_number(codec, &package->unpacked_size, UINT64_MAX));
    SG_TRY(code_raw(codec, package->content, sizeof package->content));
    SG_TRY(code_bool(codec, &package->has_folder));
    SG_TRY(code_bool(codec, &package->has_signature));
    return code_notices(codec, &package->notices);
}

static sg_result code_certificate(struct codec *codec, struct sg_certificate *certificate)
{
    SG_TRY(code_span(codec, &certificate->der, SG_SIGNATURE_MAX_BYTES));
    SG_TRY(code_raw(codec, certificate->sha256, sizeof certificate->sha256));
    SG_TRY(code_raw(codec, certificate->twin_sha256, sizeof certificate->twin_sha256));
    SG_TRY(code_raw(codec, certificate->hash, sizeof certificate->hash));
    if (certificate->hash[sizeof certificate->hash - 1] != '\0')
        return refuse(codec);
    SG_TRY(code_text(codec, &certificate->subject));
    SG_TRY(code_text(codec, &certificate->serial));
    SG_TRY(code_time(codec, &certificate->not_before));
    SG_TRY(code_time(codec, &certificate->not_after));
    size_t digits = strspn(certificate->hash, "0123456789abcdef");
    return digits == sizeof certificate->hash - 1 && certificate->subject != NULL && certificate->serial != NULL
               ? SG_OK
               : refuse(codec);
}

static sg_result code_chain(struct codec *codec, struct sg_signature *claims)
{
    SG_TRY(code_size(codec, &claims->chain_count, SG_ENVELOPE_MAX_CERTIFICATES + 1));
    if (!writing(codec)) {
        void *room = NULL;
        SG_TRY(sg_arena_alloc(codec->arena, claims->chain_count, sizeof *claims->chain, &room, codec->error));
        claims->chain = room;
    }
    for (size_t i = 0; i < claims->chain_count; i++) {
        struct sg_certificate certificate = claims->chain[i];
        SG_TRY(code_certificate(codec, &certificate));
        if (!writing(codec))
            memcpy((void *)(uintptr_t)&claims->chain[i], &certificate, sizeof certificate);
    }
    return SG_OK;
}

static bool claims_fit(const struct sg_signature *claims)
{
    struct sg_arn job;
    struct sg_arn profile;
    return claims->job_arn != NULL && claims->profile_version_arn != NULL &&
           sg_arn_parse_job(sg_span_text(claims->job_arn), &job) &&
           sg_arn_parse_profile_version(sg_span_text(claims->profile_version_arn), &profile);
}

static sg_result code_envelope(struct codec *codec, struct sg_envelope *envelope)
{
    struct sg_signature *claims = &envelope->claims;
    SG_TRY(code_proof(codec, &envelope->format));
    SG_TRY(code_proof(codec, &envelope->signature));
    SG_TRY(code_proof(codec, &envelope->chain));
    SG_TRY(code_proof(codec, &envelope->content));
    SG_TRY(code_bool(codec, &envelope->has_claims));
    SG_TRY(code_text(codec, &claims->profile_version_arn));
    SG_TRY(code_text(codec, &claims->job_arn));
    SG_TRY(code_time(codec, &claims->signed_at));
    SG_TRY(code_time(codec, &claims->expires_at));
    SG_TRY(code_raw(codec, claims->message_digest, sizeof claims->message_digest));
    SG_TRY(code_chain(codec, claims));
    SG_TRY(code_notices(codec, &envelope->notices));
    bool believed = envelope->has_claims || envelope->format.outcome == SG_PROVEN;
    bool chained = envelope->chain.outcome != SG_PROVEN || claims->chain_count >= 2;
    return (!believed || claims_fit(claims)) && chained ? SG_OK : refuse(codec);
}

static sg_result code_facts(struct codec *codec, struct sg_facts *facts)
{
    SG_TRY(code_bool(codec, &facts->was_read));
    SG_TRY(code_text(codec, &facts->unreadable));
    if (facts->was_read == (facts->unreadable != NULL))
        return refuse(codec);
    SG_TRY(code_package(codec, &facts->package));
    return code_envelope(codec, &facts->envelope);
}

sg_result sg_facts_encode(const struct sg_facts *facts, struct sg_buffer *out, struct sg_error *error)
{
    struct sg_facts copy = *facts;
    struct codec codec = {.out = out, .error = error};
    return code_facts(&codec, &copy);
}

sg_result sg_facts_decode(struct sg_span bytes, struct sg_facts *out, struct sg_error *error)
{
    struct sg_facts facts = {.arena = out->arena};
    struct codec codec = {.rest = bytes, .arena = &facts.arena, .error = error};
    sg_result result = code_facts(&codec, &facts);
    if (result.done && codec.rest.size > 0)
        result = refuse(&codec);
    out->arena = facts.arena;
    if (result.done)
        *out = facts;
    return result;
}
