/*
 * The summary page: GitHub Flavored Markdown, as GITHUB_STEP_SUMMARY takes it. It ends before the size at which the runner would
 * drop it whole, and says what was left out; what stands in the way of the deploy comes first.
 */
#include "base/cleanup.h"
#include "report/lines.h"
#include "report/safe.h"

/* Bytes kept free for the sentences that say what was left out. */
enum { NOTE_BYTES = 512 };

/* Shares of the page that must be left when a part ends, so that no part takes all of it: the table leaves half, the findings an
 * eighth. */
enum { SHARE_AFTER_TABLE = 2, SHARE_AFTER_FINDINGS = 8 };

struct page {
    const struct sg_report *report;
    struct sg_buffer *out;
    size_t start;
};

/* The form of the character at text[at]; NULL when it stands for itself. GitHub makes mentions and mathematics out of the
 * rendered text, where no escape is left: an element cuts them apart. "://" and "www." would become links. */
static const char *markdown_form(const char *text, size_t at)
{
    switch (text[at]) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '@':
        return "<span>@</span>";
    case '$':
        return "<span>$</span>";
    case ':':
        return strncmp(text + at, "://", 3) == 0 ? "&#58;" : NULL;
    case '.':
        return at >= 3 && memcmp(text + at - 3, "www", 3) == 0 ? "&#46;" : NULL;
    case '|':
        return "\\|";
    case '`':
        return "\\`";
    case '*':
        return "\\*";
    case '_':
        return "\\_";
    case '[':
        return "\\[";
    case ']':
        return "\\]";
    case '\\':
        return "\\\\";
    case '#':
        return "\\#";
    case '~':
        return "\\~";
    case '!':
        return "\\!";
    default:
        return NULL;
    }
}

static sg_result append_foreign(struct sg_buffer *out, const char *text, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer safe = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_TRY(sg_safe_append_text(&safe, text, error));
    const char *p = sg_buffer_text(&safe);
    for (size_t i = 0; p[i] != '\0'; i++) {
        const char *form = markdown_form(p, i);
        if (form != NULL)
            SG_TRY(sg_buffer_append_text(out, form, error));
        else
            SG_TRY(sg_buffer_append_byte(out, (uint8_t)p[i], error));
    }
    return SG_OK;
}

/* Appends `row` if the page still has room for it, and leaves 1/share of the page; else counts it in *left_out. Once a row was
 * left out, so are the rest: rows never change their order. */
static sg_result append_row(const struct page *page, size_t share, const struct sg_buffer *row, size_t *left_out,
                            struct sg_error *error)
{
    size_t end = SG_GITHUB_SUMMARY_MAX_BYTES - NOTE_BYTES;
    end -= share > 0 ? end / share : 0;
    if (*left_out > 0 || page->out->size - page->start + row->size > end) {
        *left_out += 1;
        return SG_OK;
    }
    return sg_buffer_append(page->out, sg_buffer_span(row), error);
}

static sg_result append_left_out(const struct page *page, size_t count, const char *what, struct sg_error *error)
{
    if (count == 0)
        return SG_OK;
    return sg_buffer_printf(page->out, error, "\n%zu more %s%s left out: this page has reached its largest size.\n",
                            count, what, count == 1 ? " was" : "s were");
}

static sg_result write_heading(const struct page *page, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer line = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const char *words = sg_verdict_words(page->report->verdict);
    SG_TRY(sg_verdict_line(page->report, &line, error));
    return sg_buffer_printf(page->out, error, "## sealgate: %s\n\n%s\n", words,
                            sg_buffer_text(&line) + strlen(words) + strlen(": "));
}

static sg_result compose_table_row(const struct sg_report *report, const struct sg_report_artifact *artifact,
                                   struct sg_buffer *row, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer place = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const struct sg_judgement *judgement = &artifact->judgement;
    SG_TRY(sg_place_append(report, artifact->artifact->place, &place, error));
    SG_TRY(sg_buffer_printf(row, error, "| %s | ", sg_artifact_kind_name(artifact->artifact->kind)));
    SG_TRY(append_foreign(row, artifact->artifact->name, error));
    SG_TRY(sg_buffer_append_text(row, " | ", error));
    SG_TRY(append_foreign(row, artifact->config != NULL ? artifact->config->name : "–", error));
    const char *policy = artifact->enforce ? "Enforce" : "Warn";
    const char *mark = judgement->action == SG_ACTION_ALLOW ? "" : "**";
    SG_TRY(sg_buffer_printf(row, error, " | %s | ", artifact->config != NULL ? policy : "–"));
    SG_TRY(append_foreign(row, sg_signature_status_name(judgement->signature_status), error));
    SG_TRY(sg_buffer_printf(row, error, " | %s%s%s | ", mark, sg_action_name(judgement->action), mark));
    SG_TRY(append_foreign(row, sg_buffer_text(&place), error));
    return sg_buffer_append_text(row, " |\n", error);
}

static sg_result write_table_rows(const struct page *page, bool allowed, size_t *left_out, struct sg_error *error)
{
    for (size_t i = 0; i < page->report->artifact_count; i++) {
        const struct sg_report_artifact *artifact = &page->report->artifacts[i];
        if ((artifact->judgement.action == SG_ACTION_ALLOW) != allowed)
            continue;
        SG_CLEANUP(sg_buffer_free) struct sg_buffer row = sg_buffer_make(SG_REPORT_MAX_BYTES);
        SG_TRY(compose_table_row(page->report, artifact, &row, error));
        SG_TRY(append_row(page, SHARE_AFTER_TABLE, &row, left_out, error));
    }
    return SG_OK;
}

static sg_result write_table(const struct page *page, struct sg_error *error)
{
    size_t left_out = 0;
    if (page->report->artifact_count == 0)
        return SG_OK;
    SG_TRY(sg_buffer_append_text(page->out,
                                 "\n| Kind | Name | Configuration | Policy | Signature | Action | Location |\n"
                                 "| --- | --- | --- | --- | --- | --- | --- |\n",
                                 error));
    SG_TRY(write_table_rows(page, false, &left_out, error));
    SG_TRY(write_table_rows(page, true, &left_out, error));
    return append_left_out(page, left_out, "row", error);
}

static sg_result compose_finding(const struct sg_report *report, const struct sg_report_finding *finding,
                                 struct sg_buffer *item, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer subject = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const struct sg_finding *f = finding->finding;
    SG_TRY(sg_subject_append(finding->artifact, &subject, error));
    SG_TRY(sg_buffer_append_text(&subject, " (", error));
    SG_TRY(sg_place_append(report, finding->artifact->artifact->place, &subject, error));
    SG_TRY(sg_buffer_append_text(&subject, ")", error));
    SG_TRY(sg_buffer_printf(item, error, "- **%s** %s, ", sg_level_name(f->level), sg_rule_name(f->rule)));
    SG_TRY(append_foreign(item, sg_buffer_text(&subject), error));
    SG_TRY(sg_buffer_append_text(item, ": ", error));
    SG_TRY(append_foreign(item, f->message, error));
    if (f->detail != NULL) {
        SG_TRY(sg_buffer_append_text(item, "\n  - ", error));
        SG_TRY(append_foreign(item, f->detail, error));
    }
    SG_TRY(sg_buffer_append_text(item, "\n  - to mend: ", error));
    SG_TRY(append_foreign(item, f->help, error));
    return sg_buffer_append_byte(item, '\n', error);
}

static sg_result write_findings_of(const struct page *page, enum sg_level level, size_t *left_out,
                                   struct sg_error *error)
{
    struct sg_finding_cursor cursor = {0};
    struct sg_report_finding finding;
    while (sg_report_next_finding(page->report, &cursor, &finding)) {
        if (finding.finding->level != level)
            continue;
        SG_CLEANUP(sg_buffer_free) struct sg_buffer item = sg_buffer_make(SG_REPORT_MAX_BYTES);
        SG_TRY(compose_finding(page->report, &finding, &item, error));
        SG_TRY(append_row(page, SHARE_AFTER_FINDINGS, &item, left_out, error));
    }
    return SG_OK;
}

static sg_result write_findings(const struct page *page, struct sg_error *error)
{
    struct sg_finding_cursor cursor = {0};
    struct sg_report_finding finding;
    size_t left_out = 0;
    if (!sg_report_next_finding(page->report, &cursor, &finding))
        return SG_OK;
    SG_TRY(sg_buffer_append_text(page->out, "\n### Findings\n\n", error));
    SG_TRY(write_findings_of(page, SG_LEVEL_ERROR, &left_out, error));
    SG_TRY(write_findings_of(page, SG_LEVEL_WARNING, &left_out, error));
    SG_TRY(write_findings_of(page, SG_LEVEL_NOTICE, &left_out, error));
    return append_left_out(page, left_out, "finding", error);
}

/* Appends what `raw` holds as an item of a list, and empties it. */
static sg_result write_item(const struct page *page, struct sg_buffer *raw, size_t *left_out, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer item = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_TRY(sg_buffer_append_text(&item, "- ", error));
    SG_TRY(append_foreign(&item, sg_buffer_text(raw), error));
    SG_TRY(sg_buffer_append_byte(&item, '\n', error));
    sg_buffer_free(raw);
    return append_row(page, 0, &item, left_out, error);
}

/* The remarks on the whole run, then where the revocation data came from. */
static sg_result write_run(const struct page *page, struct sg_error *error)
{
    const struct sg_report *report = page->report;
    SG_CLEANUP(sg_buffer_free) struct sg_buffer raw = sg_buffer_make(SG_REPORT_MAX_BYTES);
    size_t left_out = 0;
    SG_TRY(sg_buffer_append_text(page->out, "\n### Run\n\n", error));
    char time[SG_TIME_TEXT_BYTES];
    SG_TRY(sg_buffer_printf(&raw, error, "evaluated at %s", sg_time_format_rfc3339(report->evaluated_at, time)));
    SG_TRY(write_item(page, &raw, &left_out, error));
    for (enum sg_remark remark = 0; remark < SG_REMARK_COUNT; remark++) {
        if (!sg_remark_applies(report, remark))
            continue;
        SG_TRY(sg_remark_append(report, remark, &raw, error));
        SG_TRY(write_item(page, &raw, &left_out, error));
    }
    for (size_t i = 0; i < report->source_count; i++) {
        SG_TRY(sg_buffer_append_text(&raw, "revocation: ", error));
        SG_TRY(sg_source_line(&report->sources[i], &raw, error));
        SG_TRY(write_item(page, &raw, &left_out, error));
    }
    return append_left_out(page, left_out, "line", error);
}

sg_result sg_markdown_write(const struct sg_report *report, const struct sg_style *style, struct sg_buffer *out,
                            struct sg_error *error)
{
    (void)style;
    struct page page = {.report = report, .out = out, .start = out->size};
    SG_TRY(write_heading(&page, error));
    SG_TRY(write_table(&page, error));
    SG_TRY(write_findings(&page, error));
    return write_run(&page, error);
}
