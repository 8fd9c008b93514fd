/*
 * The text report (CONTRACT.md section 8): read by somebody whose deploy just stopped. The verdict is last, the cause stands
 * with names and values, the place and the way out; what is fine takes one line.
 */
#include "report/text.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "report/lines.h"
#include "report/safe.h"

/* Which artifacts a part of the report is about. */
enum part { PART_ALL, PART_FINE, PART_NOT_FINE };

static bool in_part(const struct sg_report_artifact *artifact, enum part part)
{
    bool fine = artifact->judgement.action == SG_ACTION_ALLOW;
    switch (part) {
    case PART_ALL:
        return true;
    case PART_FINE:
        return fine;
    case PART_NOT_FINE:
        return !fine;
    }
    return true;
}

static bool same_group(const struct sg_report_artifact *a, const struct sg_report_artifact *b)
{
    return a->config == b->config;
}

/* Whether artifact `index` is the first of the report under its configuration. */
static bool leads_group(const struct sg_report *report, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (same_group(&report->artifacts[i], &report->artifacts[index]))
            return false;
    }
    return true;
}

static bool group_has(const struct sg_report *report, size_t leader, enum part part)
{
    for (size_t i = leader; i < report->artifact_count; i++) {
        const struct sg_report_artifact *artifact = &report->artifacts[i];
        if (same_group(artifact, &report->artifacts[leader]) && in_part(artifact, part))
            return true;
    }
    return false;
}

/* "sealgate.yaml · release (Enforce, 1 publisher)" */
static sg_result write_title(const struct sg_text *text, const struct sg_report_artifact *artifact,
                             struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer raw = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const struct sg_code_signing_config *config = artifact->config;
    SG_TRY(sg_buffer_printf(&raw, error, "%s · ", text->report->config->path));
    if (config == NULL)
        SG_TRY(sg_buffer_append_text(&raw, "container images (code signing does not apply)", error));
    else
        SG_TRY(sg_buffer_printf(&raw, error, "%s (%s%s, %zu publisher%s)", config->name,
                                artifact->enforce ? "Enforce" : "Warn",
                                artifact->enforce && !config->enforce ? " by --enforce" : "", config->publisher_count,
                                config->publisher_count == 1 ? "" : "s"));
    return sg_safe_append(text->out, sg_buffer_span(&raw), error);
}

static sg_result write_group(const struct sg_text *text, size_t leader, enum part part, struct sg_error *error)
{
    const struct sg_report *report = text->report;
    for (size_t i = leader; i < report->artifact_count; i++) {
        const struct sg_report_artifact *artifact = &report->artifacts[i];
        if (same_group(artifact, &report->artifacts[leader]) && in_part(artifact, part))
            SG_TRY(sg_text_artifact(text, artifact, error));
    }
    return SG_OK;
}

static sg_result write_groups(const struct sg_text *text, enum part part, struct sg_error *error)
{
    const struct sg_report *report = text->report;
    for (size_t i = 0; i < report->artifact_count; i++) {
        if (!leads_group(report, i) || !group_has(report, i, part))
            continue;
        SG_TRY(write_title(text, &report->artifacts[i], error));
        SG_TRY(sg_buffer_append_text(text->out, "\n\n", error));
        SG_TRY(write_group(text, i, part, error));
        SG_TRY(sg_buffer_append_byte(text->out, '\n', error));
    }
    return SG_OK;
}

/* A collapsible section of GitLab's log: its markers stand on lines of their own, without blanks (GitLab, "Custom collapsible
 * sections"). */
static sg_result start_section(const struct sg_text *text, const char *name, bool collapsed, struct sg_error *error)
{
    return sg_buffer_printf(text->out, error, "\x1b[0Ksection_start:%lld:%s%s\r\x1b[0K",
                            (long long)text->style->unix_now, name, collapsed ? "[collapsed=true]" : "");
}

static sg_result end_section(const struct sg_text *text, const char *name, struct sg_error *error)
{
    return sg_buffer_printf(text->out, error, "\x1b[0Ksection_end:%lld:%s\r\x1b[0K\n", (long long)text->style->unix_now,
                            name);
}

static sg_result write_fine_section(const struct sg_text *text, struct sg_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < text->report->artifact_count; i++)
        count += in_part(&text->report->artifacts[i], PART_FINE);
    if (count == 0)
        return SG_OK;
    SG_TRY(start_section(text, "sealgate_ok", true, error));
    SG_TRY(
        sg_buffer_printf(text->out, error, "sealgate: %zu artifact%s may be deployed\n", count, count == 1 ? "" : "s"));
    SG_TRY(write_groups(text, PART_FINE, error));
    return end_section(text, "sealgate_ok", error);
}

static sg_result write_sections(const struct sg_text *text, struct sg_error *error)
{
    const struct sg_report *report = text->report;
    if (text->style->verbosity >= 0)
        SG_TRY(write_fine_section(text, error));
    size_t number = 0;
    for (size_t i = 0; i < report->artifact_count; i++) {
        if (!leads_group(report, i) || !group_has(report, i, PART_NOT_FINE))
            continue;
        char name[64];
        snprintf(name, sizeof name, "sealgate_configuration_%zu", ++number);
        SG_TRY(start_section(text, name, false, error));
        SG_TRY(write_title(text, &report->artifacts[i], error));
        SG_TRY(sg_buffer_append_byte(text->out, '\n', error));
        SG_TRY(write_group(text, i, PART_NOT_FINE, error));
        SG_TRY(end_section(text, name, error));
    }
    return number > 0 ? sg_buffer_append_byte(text->out, '\n', error) : SG_OK;
}

static sg_result write_indented(const struct sg_text *text, const struct sg_buffer *line, struct sg_error *error)
{
    SG_TRY(sg_safe_indent(text->out, 2, error));
    SG_TRY(sg_safe_wrap(text->out, sg_buffer_text(line), 2, 4, error));
    return sg_buffer_append_byte(text->out, '\n', error);
}

/* Revocation and the remarks on the whole run, then an empty line if there was any. */
static sg_result write_run(const struct sg_text *text, struct sg_error *error)
{
    const struct sg_report *report = text->report;
    bool wrote = false;
    for (size_t i = 0; i < report->source_count; i++) {
        if (text->style->verbosity < 0 && report->sources[i].status != SG_SOURCE_UNAVAILABLE)
            continue;
        SG_CLEANUP(sg_buffer_free) struct sg_buffer line = sg_buffer_make(SG_REPORT_MAX_BYTES);
        SG_TRY(sg_buffer_append_text(&line, "revocation: ", error));
        SG_TRY(sg_source_line(&report->sources[i], &line, error));
        SG_TRY(write_indented(text, &line, error));
        wrote = true;
    }
    for (enum sg_remark remark = 0; remark < SG_REMARK_COUNT; remark++) {
        if (!sg_remark_applies(report, remark))
            continue;
        SG_CLEANUP(sg_buffer_free) struct sg_buffer line = sg_buffer_make(SG_REPORT_MAX_BYTES);
        SG_TRY(sg_remark_append(report, remark, &line, error));
        SG_TRY(write_indented(text, &line, error));
        wrote = true;
    }
    /* Known by the library's number alone, which distributions keep when they mend it: for who asks for everything. */
    if (report->library_flaw != NULL && text->style->verbosity > 0) {
        SG_CLEANUP(sg_buffer_free) struct sg_buffer line = sg_buffer_make(SG_REPORT_MAX_BYTES);
        SG_TRY(sg_buffer_printf(&line, error, "note: %s", report->library_flaw));
        SG_TRY(write_indented(text, &line, error));
        wrote = true;
    }
    return wrote ? sg_buffer_append_byte(text->out, '\n', error) : SG_OK;
}

/* The action that the verdict stands for, for its colour. */
static enum sg_action verdict_action(enum sg_verdict verdict)
{
    switch (verdict) {
    case SG_VERDICT_UNDECIDED:
        return SG_ACTION_UNDECIDED;
    case SG_VERDICT_PASSED:
        return SG_ACTION_ALLOW;
    case SG_VERDICT_PASSED_WITH_WARNINGS:
        return SG_ACTION_WARN;
    case SG_VERDICT_BLOCKED:
        return SG_ACTION_BLOCK;
    }
    return SG_ACTION_UNDECIDED;
}

static sg_result write_verdict(const struct sg_text *text, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer line = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const char *words = sg_verdict_words(text->report->verdict);
    SG_TRY(sg_verdict_line(text->report, &line, error));
    SG_TRY(sg_text_colored(text, verdict_action(text->report->verdict), words, error));
    SG_TRY(sg_buffer_append_text(text->out, sg_buffer_text(&line) + strlen(words), error));
    return sg_buffer_append_byte(text->out, '\n', error);
}

/* What the columns must hold: the artifacts that will be shown. */
static sg_result measure(struct sg_text *text, struct sg_error *error)
{
    enum part part = text->style->verbosity < 0 ? PART_NOT_FINE : PART_ALL;
    text->action_columns = strlen("BLOCKED");
    for (size_t i = 0; i < text->report->artifact_count; i++) {
        const struct sg_report_artifact *artifact = &text->report->artifacts[i];
        if (!in_part(artifact, part))
            continue;
        SG_CLEANUP(sg_buffer_free) struct sg_buffer safe = sg_buffer_make(SG_REPORT_MAX_BYTES);
        SG_TRY(sg_buffer_printf(&safe, error, "%s ", sg_artifact_kind_name(artifact->artifact->kind)));
        SG_TRY(sg_safe_append_text(&safe, artifact->artifact->name, error));
        size_t action = strlen(sg_text_action_word(artifact));
        size_t subject = sg_safe_columns(sg_buffer_span(&safe));
        if (action > text->action_columns)
            text->action_columns = action;
        if (subject > text->subject_columns && subject <= SG_TEXT_NAME_MAX_COLUMNS)
            text->subject_columns = subject;
    }
    return SG_OK;
}

sg_result sg_text_write(const struct sg_report *report, const struct sg_style *style, struct sg_buffer *out,
                        struct sg_error *error)
{
    struct sg_text text = {.report = report, .style = style, .out = out};
    SG_TRY(measure(&text, error));
    if (style->gitlab)
        SG_TRY(write_sections(&text, error));
    else
        SG_TRY(write_groups(&text, style->verbosity < 0 ? PART_NOT_FINE : PART_ALL, error));
    SG_TRY(write_run(&text, error));
    return write_verdict(&text, error);
}
