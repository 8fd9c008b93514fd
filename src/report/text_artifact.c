#include <stdio.h>

#include "base/arn.h"
#include "base/cleanup.h"
#include "report/lines.h"
#include "report/safe.h"
#include "report/text.h"

size_t sg_text_indent(const struct sg_text *text)
{
    return 2 + text->action_columns + 2;
}

const char *sg_text_action_word(const struct sg_report_artifact *artifact)
{
    switch (artifact->judgement.action) {
    case SG_ACTION_ALLOW:
        return artifact->judgement.signature_status == SG_SIGNATURE_NOT_APPLICABLE ? "skipped" : "ok";
    case SG_ACTION_WARN:
        return "WARNED";
    case SG_ACTION_BLOCK:
        return "BLOCKED";
    case SG_ACTION_UNDECIDED:
        return "UNDECIDED";
    }
    return "UNDECIDED";
}

static const char *action_color(enum sg_action action)
{
    switch (action) {
    case SG_ACTION_ALLOW:
        return "\x1b[32m";
    case SG_ACTION_WARN:
        return "\x1b[33m";
    case SG_ACTION_BLOCK:
        return "\x1b[1;31m";
    case SG_ACTION_UNDECIDED:
        return "\x1b[1;35m";
    }
    return "";
}

sg_result sg_text_colored(const struct sg_text *text, enum sg_action action, const char *word, struct sg_error *error)
{
    if (!text->style->color)
        return sg_buffer_append_text(text->out, word, error);
    return sg_buffer_printf(text->out, error, "%s%s\x1b[0m", action_color(action), word);
}

/* "Release/AbCdEf0123" for a signing profile version ARN; the text itself when it is none. */
static sg_result append_publisher(const char *text, struct sg_buffer *out, struct sg_error *error)
{
    struct sg_arn arn;
    if (text == NULL || !sg_arn_parse_profile_version(sg_span_text(text), &arn))
        return sg_buffer_append_text(out, text != NULL ? text : "nobody", error);
    SG_TRY(sg_buffer_append(out, arn.name, error));
    SG_TRY(sg_buffer_append_byte(out, '/', error));
    return sg_buffer_append(out, arn.version, error);
}

/* "signed 2026-11-02 by Release/AbCdEf0123, expires 2037-11-02" */
static sg_result append_signed(const struct sg_signature *claims, struct sg_buffer *out, struct sg_error *error)
{
    char day[SG_TIME_TEXT_BYTES];
    SG_TRY(sg_buffer_printf(out, error, "signed %s by ", sg_time_format_date(claims->signed_at, day)));
    SG_TRY(append_publisher(claims->profile_version_arn, out, error));
    return sg_buffer_printf(out, error, ", expires %s", sg_time_format_date(claims->expires_at, day));
}

static sg_result pad(const struct sg_text *text, size_t columns, size_t wanted, struct sg_error *error)
{
    return sg_safe_indent(text->out, columns < wanted ? wanted - columns : 0, error);
}

/* The status of the signature, and the place at the right margin: what a person looks up first. */
static sg_result write_status(const struct sg_text *text, const struct sg_report_artifact *artifact, size_t column,
                              struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer raw = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer place = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const char *status = sg_signature_status_name(artifact->judgement.signature_status);
    SG_TRY(sg_place_append(text->report, artifact->artifact->place, &raw, error));
    SG_TRY(sg_safe_append(&place, sg_buffer_span(&raw), error));
    SG_TRY(sg_buffer_append_text(text->out, status, error));
    size_t used = column + strlen(status) + sg_safe_columns(sg_buffer_span(&place));
    SG_TRY(pad(text, used, used + 2 > SG_TEXT_COLUMNS ? used + 2 : SG_TEXT_COLUMNS, error));
    return sg_buffer_append(text->out, sg_buffer_span(&place), error);
}

static sg_result write_headline(const struct sg_text *text, const struct sg_report_artifact *artifact,
                                struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer subject = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const struct sg_judgement *judgement = &artifact->judgement;
    const char *word = sg_text_action_word(artifact);
    SG_TRY(sg_buffer_printf(&subject, error, "%s ", sg_artifact_kind_name(artifact->artifact->kind)));
    SG_TRY(sg_safe_append_text(&subject, artifact->artifact->name, error));
    size_t columns = sg_safe_columns(sg_buffer_span(&subject));
    SG_TRY(sg_safe_indent(text->out, 2, error));
    SG_TRY(sg_text_colored(text, judgement->action, word, error));
    SG_TRY(pad(text, strlen(word), text->action_columns + 2, error));
    SG_TRY(sg_buffer_append(text->out, sg_buffer_span(&subject), error));
    SG_TRY(pad(text, columns, text->subject_columns, error));
    SG_TRY(sg_safe_indent(text->out, 3, error));
    if (columns < text->subject_columns)
        columns = text->subject_columns;
    bool proven = judgement->signature_status == SG_SIGNATURE_VALID && artifact->facts != NULL;
    if (judgement->action == SG_ACTION_ALLOW && proven) {
        SG_CLEANUP(sg_buffer_free) struct sg_buffer line = sg_buffer_make(SG_REPORT_MAX_BYTES);
        SG_TRY(append_signed(&artifact->facts->envelope.claims, &line, error));
        SG_TRY(sg_safe_append(text->out, sg_buffer_span(&line), error));
    } else {
        SG_TRY(write_status(text, artifact, sg_text_indent(text) + columns + 3, error));
    }
    return sg_buffer_append_byte(text->out, '\n', error);
}

/* One wrapped paragraph: `label`, which is our own, then text; further lines are indented by `hang` more than the first. */
static sg_result write_paragraph(const struct sg_text *text, size_t indent, const char *label, size_t hang,
                                 const char *foreign, struct sg_error *error)
{
    SG_TRY(sg_safe_indent(text->out, indent, error));
    SG_TRY(sg_buffer_append_text(text->out, label, error));
    SG_TRY(sg_safe_wrap(text->out, foreign, indent + strlen(label), indent + hang, error));
    return sg_buffer_append_byte(text->out, '\n', error);
}

static sg_result write_finding(const struct sg_text *text, const struct sg_finding *finding, struct sg_error *error)
{
    static const char mend[] = "to mend: ";
    size_t indent = sg_text_indent(text);
    char label[64];
    snprintf(label, sizeof label, "%s%s: ", finding->level == SG_LEVEL_NOTICE ? "notice " : "",
             sg_rule_name(finding->rule));
    SG_TRY(write_paragraph(text, indent, label, 2, finding->message, error));
    if (finding->detail != NULL)
        SG_TRY(write_paragraph(text, indent + 2, "", 2, finding->detail, error));
    return write_paragraph(text, indent + 2, mend, sizeof mend - 1, finding->help, error);
}

/* The file: where it is, its size and its digest, whatever its signature says. */
static sg_result write_file(const struct sg_text *text, const struct sg_report_artifact *artifact,
                            struct sg_error *error)
{
    const struct sg_facts *facts = artifact->facts;
    size_t indent = sg_text_indent(text);
    SG_TRY(write_paragraph(text, indent, "code: ", 2, artifact->artifact->code, error));
    if (facts->resolved_path != NULL)
        SG_TRY(write_paragraph(text, indent, "resolved path: ", 2, facts->resolved_path, error));
    if (!facts->was_read)
        return SG_OK;
    SG_CLEANUP(sg_buffer_free) struct sg_buffer size = sg_buffer_make(SG_REPORT_MAX_BYTES);
    char base64[SG_SHA256_BASE64_BYTES];
    SG_TRY(write_paragraph(text, indent, "code_sha256: ", 2, sg_sha256_base64(facts->package.sha256, base64), error));
    SG_TRY(sg_buffer_printf(&size, error, "%llu bytes", (unsigned long long)facts->package.size));
    if (facts->package.structure.outcome == SG_PROVEN)
        SG_TRY(sg_buffer_printf(&size, error, ", %llu unpacked, %zu entries",
                                (unsigned long long)facts->package.unpacked_size, facts->package.entry_count));
    return write_paragraph(text, indent, "size: ", 2, sg_buffer_text(&size), error);
}

static sg_result write_chain(const struct sg_text *text, const struct sg_signature *claims, struct sg_error *error)
{
    for (size_t i = 0; i < claims->chain_count; i++) {
        const struct sg_certificate *certificate = &claims->chain[i];
        SG_CLEANUP(sg_buffer_free) struct sg_buffer line = sg_buffer_make(SG_REPORT_MAX_BYTES);
        char from[SG_TIME_TEXT_BYTES];
        char to[SG_TIME_TEXT_BYTES];
        SG_TRY(sg_buffer_printf(&line, error, "%s, serial %s, valid %s to %s", certificate->subject,
                                certificate->serial, sg_time_format_date(certificate->not_before, from),
                                sg_time_format_date(certificate->not_after, to)));
        SG_TRY(write_paragraph(text, sg_text_indent(text), "certificate: ", 2, sg_buffer_text(&line), error));
    }
    return SG_OK;
}

/* What the signature says; said to be a claim where nothing of it is proven (CONTRACT.md section 4). */
static sg_result write_signature(const struct sg_text *text, const struct sg_report_artifact *artifact,
                                 struct sg_error *error)
{
    if (!artifact->facts->was_read || !artifact->facts->envelope.has_claims)
        return SG_OK;
    const struct sg_signature *claims = &artifact->facts->envelope.claims;
    bool proven = sg_judgement_authenticated(&artifact->judgement);
    size_t indent = sg_text_indent(text);
    char signed_at[SG_TIME_TEXT_BYTES];
    char expires_at[SG_TIME_TEXT_BYTES];
    SG_TRY(write_paragraph(text, indent, proven ? "profile: " : "claims profile: ", 2, claims->profile_version_arn,
                           error));
    SG_TRY(write_paragraph(text, indent, proven ? "job: " : "claims job: ", 2, claims->job_arn, error));
    SG_TRY(sg_safe_indent(text->out, indent, error));
    SG_TRY(sg_buffer_printf(text->out, error, "%s %s, expires %s\n", proven ? "signed at:" : "claims signing time:",
                            sg_time_format_rfc3339(claims->signed_at, signed_at),
                            sg_time_format_rfc3339(claims->expires_at, expires_at)));
    return write_chain(text, claims, error);
}

static sg_result write_checks(const struct sg_text *text, const struct sg_judgement *judgement, struct sg_error *error)
{
    SG_TRY(sg_safe_indent(text->out, sg_text_indent(text), error));
    for (enum sg_check check = 0; check < SG_CHECK_COUNT; check++)
        SG_TRY(sg_buffer_printf(text->out, error, "%s%s %s", check == 0 ? "checks: " : ", ", sg_check_name(check),
                                sg_status_name(judgement->checks[check].status)));
    return sg_buffer_append_byte(text->out, '\n', error);
}

sg_result sg_text_artifact(const struct sg_text *text, const struct sg_report_artifact *artifact,
                           struct sg_error *error)
{
    SG_TRY(write_headline(text, artifact, error));
    for (size_t i = 0; i < artifact->judgement.finding_count; i++)
        SG_TRY(write_finding(text, &artifact->judgement.findings[i], error));
    if (text->style->verbosity < 1 || artifact->facts == NULL)
        return SG_OK;
    SG_TRY(write_file(text, artifact, error));
    SG_TRY(write_signature(text, artifact, error));
    return write_checks(text, &artifact->judgement, error);
}
