/*
 * GitHub Actions: workflow commands, and the file of outputs. Forms, escapes and limits: actions/runner, ActionCommand.cs and
 * ActionCommandManager.cs; docs.github.com, "Workflow commands for GitHub Actions".
 */
#include "base/cleanup.h"
#include "base/printable.h"
#include "report/lines.h"
#include "report/location.h"
#include "report/safe.h"

/* Appends safe text as the value of a property, or as the data behind the second "::". */
static sg_result append_value(struct sg_buffer *out, const char *safe, bool property, struct sg_error *error)
{
    for (const char *p = safe; *p != '\0'; p++) {
        bool escaped = *p == '%' || *p == '\r' || *p == '\n' || (property && (*p == ':' || *p == ','));
        if (escaped)
            SG_TRY(sg_buffer_printf(out, error, "%%%02X", (unsigned)(unsigned char)*p));
        else
            SG_TRY(sg_buffer_append_byte(out, (uint8_t)*p, error));
    }
    return SG_OK;
}

/* Cuts text to `most` bytes at the end of a character, with a sign that it was cut. */
static sg_result cut(struct sg_buffer *text, size_t most, struct sg_error *error)
{
    static const char sign[] = "…";
    if (text->size <= most)
        return SG_OK;
    size_t end = most - (sizeof sign - 1);
    while (end > 0 && (text->data[end] & 0xC0) == 0x80)
        end--;
    text->size = end;
    text->data[end] = '\0';
    return sg_buffer_append_text(text, sign, error);
}

/* "function checkout: message", then detail and help on lines of their own. */
static sg_result compose_message(const struct sg_report_finding *finding, struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer raw = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_TRY(sg_subject_append(finding->artifact, &raw, error));
    SG_TRY(sg_buffer_printf(&raw, error, ": %s", finding->finding->message));
    SG_TRY(sg_safe_append(out, sg_buffer_span(&raw), error));
    if (finding->finding->detail != NULL) {
        SG_TRY(sg_buffer_append_byte(out, '\n', error));
        SG_TRY(sg_safe_append_text(out, finding->finding->detail, error));
    }
    SG_TRY(sg_buffer_append_text(out, "\nto mend: ", error));
    SG_TRY(sg_safe_append_text(out, finding->finding->help, error));
    return cut(out, SG_GITHUB_MESSAGE_MAX_BYTES, error);
}

static sg_result annotate(const struct sg_report *report, const struct sg_style *style,
                          const struct sg_report_finding *finding, struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer file = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer safe_file = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer message = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_place place = finding->artifact->artifact->place;
    SG_TRY(sg_location_file(report->config->path, style, &file, error));
    SG_TRY(sg_safe_append(&safe_file, sg_buffer_span(&file), error));
    SG_TRY(compose_message(finding, &message, error));
    SG_TRY(sg_buffer_printf(out, error, "::%s file=", sg_level_name(finding->finding->level)));
    SG_TRY(append_value(out, sg_buffer_text(&safe_file), true, error));
    /* The runner drops a column without a line. */
    if (place.line > 0)
        SG_TRY(sg_buffer_printf(out, error, ",line=%u,col=%u", place.line, place.column));
    SG_TRY(sg_buffer_printf(out, error, ",title=sealgate %s::", sg_rule_name(finding->finding->rule)));
    SG_TRY(append_value(out, sg_buffer_text(&message), false, error));
    return sg_buffer_append_byte(out, '\n', error);
}

/* A notice about a package annotates nothing (ATTACKS.md, amendment a): it is a line of the log. */
static bool is_annotated(const struct sg_finding *finding)
{
    bool about_package = finding->rule == SG_RULE_SUSPICIOUS_CONTENT || finding->rule == SG_RULE_UNUSUAL_PACKAGE;
    return !(finding->level == SG_LEVEL_NOTICE && about_package);
}

static size_t count_annotated(const struct sg_report *report, enum sg_level level)
{
    struct sg_finding_cursor cursor = {0};
    struct sg_report_finding finding;
    size_t count = 0;
    while (sg_report_next_finding(report, &cursor, &finding))
        count += finding.finding->level == level && is_annotated(finding.finding);
    return count;
}

/* The findings of one level. The runner keeps only so many annotations of each, so the last one says how many more there are;
 * those stand in the log as plain lines. */
static sg_result write_level(const struct sg_report *report, const struct sg_style *style, enum sg_level level,
                             struct sg_buffer *out, struct sg_error *error)
{
    size_t count = count_annotated(report, level);
    size_t shown = count <= SG_GITHUB_MAX_ANNOTATIONS ? count : SG_GITHUB_MAX_ANNOTATIONS - 1;
    struct sg_finding_cursor cursor = {0};
    struct sg_report_finding finding;
    size_t number = 0;
    while (sg_report_next_finding(report, &cursor, &finding)) {
        if (finding.finding->level != level)
            continue;
        bool annotated = is_annotated(finding.finding);
        if (annotated && number == shown)
            SG_TRY(sg_buffer_printf(out, error, "::%s title=sealgate::%zu more in the summary and in the log\n",
                                    sg_level_name(level), count - shown));
        if (annotated && number < shown) {
            SG_TRY(annotate(report, style, &finding, out, error));
        } else {
            SG_TRY(sg_finding_line(report, &finding, out, error));
            SG_TRY(sg_buffer_append_byte(out, '\n', error));
        }
        number += annotated;
    }
    return SG_OK;
}

sg_result sg_github_write(const struct sg_report *report, const struct sg_style *style, struct sg_buffer *out,
                          struct sg_error *error)
{
    SG_TRY(write_level(report, style, SG_LEVEL_ERROR, out, error));
    SG_TRY(write_level(report, style, SG_LEVEL_WARNING, out, error));
    SG_TRY(write_level(report, style, SG_LEVEL_NOTICE, out, error));
    return sg_closing_lines(report, out, error);
}

sg_result sg_report_github_output(const struct sg_report *report, const char *report_path, struct sg_buffer *out,
                                  struct sg_error *error)
{
    const char *path = report_path != NULL ? report_path : "";
    if (strpbrk(path, "\r\n") != NULL) {
        struct sg_printable shown;
        return sg_fail(error, SG_ERROR_OUTPUT,
                       "the report's path \"%s\" holds a line break and cannot be written to GITHUB_OUTPUT",
                       sg_printable_text(&shown, path));
    }
    return sg_buffer_printf(out, error, "verdict=%s\nblocked=%zu\nwarned=%zu\nundecided=%zu\nreport=%s\n",
                            sg_verdict_name(report->verdict), report->blocked, report->warned, report->undecided, path);
}
