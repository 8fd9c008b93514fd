#include <inttypes.h>

#include "report/inspect.h"
#include "report/safe.h"

enum { LABEL_COLUMNS = 14 };

/* "  label         value", the value safe and wrapped. */
static sg_result append_line(struct sg_buffer *out, const char *label, const char *value, struct sg_error *error)
{
    SG_TRY(sg_buffer_printf(out, error, "  %-*s", LABEL_COLUMNS - 2, label));
    SG_TRY(sg_safe_wrap(out, value, LABEL_COLUMNS, LABEL_COLUMNS, error));
    return sg_buffer_append_byte(out, '\n', error);
}

static sg_result append_proof(struct sg_buffer *out, const char *label, const struct sg_proof *proof,
                              const struct sg_style *style, struct sg_error *error)
{
    static const struct {
        const char *word;
        const char *color;
    } words[] = {
        [SG_UNDECIDED] = {"not examined", "\033[33m"},
        [SG_PROVEN] = {"proven", "\033[32m"},
        [SG_REFUTED] = {"REFUTED", "\033[31m"},
    };
    SG_TRY(sg_buffer_printf(out, error, "  %-*s%s%s%s", LABEL_COLUMNS - 2, label,
                            style->color ? words[proof->outcome].color : "", words[proof->outcome].word,
                            style->color ? "\033[0m" : ""));
    if (proof->outcome == SG_REFUTED) {
        SG_TRY(sg_buffer_printf(out, error, "  %s: ", sg_rule_name(proof->rule)));
        size_t column = LABEL_COLUMNS + 11 + strlen(sg_rule_name(proof->rule));
        SG_TRY(sg_safe_wrap(out, proof->message, column, LABEL_COLUMNS, error));
    }
    return sg_buffer_append_byte(out, '\n', error);
}

static sg_result append_certificate(struct sg_buffer *out, const struct sg_certificate *certificate, bool first,
                                    struct sg_error *error)
{
    char from[SG_TIME_TEXT_BYTES];
    char until[SG_TIME_TEXT_BYTES];
    char sha256[SG_SHA256_HEX_BYTES];
    sg_hex(sg_span_of(certificate->sha256, sizeof certificate->sha256), sha256);
    SG_TRY(append_line(out, first ? "chain" : "", certificate->subject, error));
    SG_TRY(sg_buffer_printf(out, error, "  %-*svalid %s to %s, serial %s\n", LABEL_COLUMNS - 2, "",
                            sg_time_format_minute(certificate->not_before, from),
                            sg_time_format_minute(certificate->not_after, until), certificate->serial));
    return sg_buffer_printf(out, error, "  %-*sSHA-256 %s\n", LABEL_COLUMNS - 2, "", sha256);
}

/* What the signature claims; whether the claims are authentic, the layers above them say. */
static sg_result append_claims(struct sg_buffer *out, const struct sg_signature *claims, struct sg_error *error)
{
    char time[SG_TIME_TEXT_BYTES];
    char digest[2 * SG_SHA384_BYTES + 1];
    SG_TRY(append_line(out, "profile", claims->profile_version_arn, error));
    SG_TRY(append_line(out, "job", claims->job_arn, error));
    SG_TRY(append_line(out, "signed at", sg_time_format_rfc3339(claims->signed_at, time), error));
    SG_TRY(append_line(out, "expires at", sg_time_format_rfc3339(claims->expires_at, time), error));
    sg_hex(sg_span_of(claims->message_digest, sizeof claims->message_digest), digest);
    SG_TRY(append_line(out, "digest", digest, error));
    for (size_t i = 0; i < claims->chain_count; i++)
        SG_TRY(append_certificate(out, &claims->chain[i], i == 0, error));
    return SG_OK;
}

static sg_result append_layers(struct sg_buffer *out, const struct sg_envelope *envelope, const struct sg_style *style,
                               struct sg_error *error)
{
    SG_TRY(append_proof(out, "format", &envelope->format, style, error));
    SG_TRY(append_proof(out, "signature", &envelope->signature, style, error));
    SG_TRY(append_proof(out, "chain", &envelope->chain, style, error));
    return append_proof(out, "content", &envelope->content, style, error);
}

static sg_result append_notices(struct sg_buffer *out, const struct sg_notices *notices, struct sg_error *error)
{
    for (size_t i = 0; i < notices->count; i++)
        SG_TRY(append_line(out, "notice", notices->items[i].message, error));
    if (notices->left_out > 0)
        SG_TRY(sg_buffer_printf(out, error, "  %-*s%zu more\n", LABEL_COLUMNS - 2, "", notices->left_out));
    return SG_OK;
}

static sg_result append_numbers(struct sg_buffer *out, const struct sg_package *package, struct sg_error *error)
{
    char sha256[SG_SHA256_BASE64_BYTES];
    SG_TRY(sg_buffer_printf(out, error, "  %-*s%" PRIu64 " bytes, %zu entries, %" PRIu64 " bytes unpacked\n",
                            LABEL_COLUMNS - 2, "size", package->size, package->entry_count, package->unpacked_size));
    if (!package->has_sha256)
        return SG_OK;
    return append_line(out, "CodeSha256", sg_sha256_base64(package->sha256, sha256), error);
}

static sg_result append_package(struct sg_buffer *out, const struct sg_inspected *inspected,
                                const struct sg_style *style, struct sg_error *error)
{
    const struct sg_facts *facts = inspected->facts;
    SG_TRY(sg_safe_append_text(out, inspected->path, error));
    SG_TRY(sg_buffer_append_byte(out, '\n', error));
    if (facts->resolved_path != NULL)
        SG_TRY(append_line(out, "link to", facts->resolved_path, error));
    if (!facts->was_read)
        return append_line(out, "UNREADABLE", facts->unreadable, error);
    SG_TRY(append_numbers(out, &facts->package, error));
    SG_TRY(append_proof(out, "structure", &facts->package.structure, style, error));
    if (facts->package.has_signature)
        SG_TRY(append_layers(out, &facts->envelope, style, error));
    else if (facts->package.structure.outcome == SG_PROVEN)
        SG_TRY(append_line(out, "signature", "none: the package is not signed", error));
    if (facts->envelope.has_claims)
        SG_TRY(append_claims(out, &facts->envelope.claims, error));
    SG_TRY(append_notices(out, &facts->package.notices, error));
    return append_notices(out, &facts->envelope.notices, error);
}

sg_result sg_inspect_text_write(const struct sg_inspected *packages, size_t count, const struct sg_style *style,
                                struct sg_buffer *out, struct sg_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            SG_TRY(sg_buffer_append_byte(out, '\n', error));
        SG_TRY(append_package(out, &packages[i], style, error));
    }
    return SG_OK;
}
