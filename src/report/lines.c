#include "report/lines.h"

#include "base/cleanup.h"
#include "report/safe.h"

bool sg_report_revocation_checked(const struct sg_report *report)
{
    return report->source_count > 0;
}

bool sg_remark_applies(const struct sg_report *report, enum sg_remark remark)
{
    switch (remark) {
    case SG_REMARK_NOW:
        return report->time_overridden;
    case SG_REMARK_OFFLINE:
        return report->offline;
    case SG_REMARK_ENFORCE:
        return report->enforce_all;
    case SG_REMARK_SKIPPED:
        return report->skipped_artifacts > 0;
    case SG_REMARK_CONFINEMENT:
        return report->confinement != NULL;
    case SG_REMARK_NO_SOURCES:
        return !sg_report_revocation_checked(report);
    case SG_REMARK_UNUSED:
        return report->lock.unused_count > 0;
    case SG_REMARK_COUNT:
        return false;
    }
    return false;
}

/* "sealgate.lock has 2 entries of artifacts that are not in the configuration: layer old and others" */
static sg_result append_unused(const struct sg_report_lock *lock, struct sg_buffer *out, struct sg_error *error)
{
    SG_TRY(sg_buffer_printf(out, error, "%s has %zu entr%s of artifacts that are not in the configuration: %s %s",
                            lock->lock->path, lock->unused_count, lock->unused_count == 1 ? "y" : "ies",
                            sg_artifact_kind_name(lock->unused[0]->kind), lock->unused[0]->name));
    return lock->unused_count == 1 ? SG_OK : sg_buffer_append_text(out, " and others", error);
}

sg_result sg_remark_append(const struct sg_report *report, enum sg_remark remark, struct sg_buffer *out,
                           struct sg_error *error)
{
    char time[SG_TIME_TEXT_BYTES];
    switch (remark) {
    case SG_REMARK_NOW:
        return sg_buffer_printf(out, error, "judged as of %s (--now), not of the present",
                                sg_time_format_rfc3339(report->evaluated_at, time));
    case SG_REMARK_OFFLINE:
        return sg_buffer_append_text(out, "offline (--offline): revocation data came from the cache or from files only",
                                     error);
    case SG_REMARK_ENFORCE:
        return sg_buffer_append_text(out, "every configuration was judged as Enforce (--enforce)", error);
    case SG_REMARK_SKIPPED:
        return sg_buffer_printf(out, error, "not checked: %zu artifact%s left out by --only or --shard",
                                report->skipped_artifacts, report->skipped_artifacts == 1 ? "" : "s");
    case SG_REMARK_CONFINEMENT:
        return sg_buffer_printf(out, error, "note: %s", report->confinement);
    case SG_REMARK_NO_SOURCES:
        return sg_buffer_append_text(out, "revocation was not checked: `sources: []` switches it off", error);
    case SG_REMARK_UNUSED:
        return append_unused(&report->lock, out, error);
    case SG_REMARK_COUNT:
        return SG_OK;
    }
    return SG_OK;
}

sg_result sg_source_line(const struct sg_report_source *source, struct sg_buffer *out, struct sg_error *error)
{
    SG_TRY(sg_buffer_printf(out, error, "%s %s, %s", sg_source_kind_name(source->kind), source->where,
                            sg_source_status_name(source->status)));
    if (source->detail == NULL || source->detail[0] == '\0')
        return SG_OK;
    return sg_buffer_printf(out, error, ", %s", source->detail);
}

sg_result sg_verdict_line(const struct sg_report *report, struct sg_buffer *out, struct sg_error *error)
{
    SG_TRY(sg_buffer_printf(out, error, "%s: ", sg_verdict_words(report->verdict)));
    size_t all = report->artifact_count;
    const char *plural = all == 1 ? "" : "s";
    switch (report->verdict) {
    case SG_VERDICT_BLOCKED:
        return sg_buffer_printf(out, error, "%zu of %zu artifact%s may not be deployed (%zu undecided, %zu warned)",
                                report->blocked, all, plural, report->undecided, report->warned);
    case SG_VERDICT_UNDECIDED:
        return sg_buffer_printf(out, error,
                                "%zu of %zu artifact%s could not be decided and may not be deployed (%zu warned)",
                                report->undecided, all, plural, report->warned);
    case SG_VERDICT_PASSED_WITH_WARNINGS:
        return sg_buffer_printf(out, error, "%zu artifact%s may be deployed, %zu with a warning", all, plural,
                                report->warned);
    case SG_VERDICT_PASSED:
        if (all == 0)
            return sg_buffer_append_text(out, "there was nothing to judge", error);
        return sg_buffer_printf(out, error, "%zu artifact%s may be deployed", all, plural);
    }
    return SG_OK;
}

sg_result sg_subject_append(const struct sg_report_artifact *artifact, struct sg_buffer *out, struct sg_error *error)
{
    SG_TRY(sg_buffer_printf(out, error, "%s %s", sg_artifact_kind_name(artifact->artifact->kind),
                            artifact->artifact->name));
    if (artifact->artifact->config_count < 2 || artifact->config == NULL)
        return SG_OK;
    return sg_buffer_printf(out, error, " under %s", artifact->config->name);
}

bool sg_report_next_finding(const struct sg_report *report, struct sg_finding_cursor *next,
                            struct sg_report_finding *out)
{
    while (next->artifact < report->artifact_count) {
        const struct sg_report_artifact *artifact = &report->artifacts[next->artifact];
        if (next->finding < artifact->judgement.finding_count) {
            *out = (struct sg_report_finding){artifact, &artifact->judgement.findings[next->finding]};
            next->finding++;
            return true;
        }
        *next = (struct sg_finding_cursor){.artifact = next->artifact + 1};
    }
    return false;
}

sg_result sg_place_append(const struct sg_report *report, struct sg_place place, struct sg_buffer *out,
                          struct sg_error *error)
{
    SG_TRY(sg_buffer_append_text(out, report->config->path, error));
    if (place.line == 0)
        return SG_OK;
    return sg_buffer_printf(out, error, ":%u:%u", place.line, place.column);
}

sg_result sg_finding_line(const struct sg_report *report, const struct sg_report_finding *finding,
                          struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer raw = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const struct sg_finding *f = finding->finding;
    SG_TRY(sg_place_append(report, finding->artifact->artifact->place, &raw, error));
    SG_TRY(sg_buffer_printf(&raw, error, ": %s: [%s] ", sg_level_name(f->level), sg_rule_name(f->rule)));
    SG_TRY(sg_subject_append(finding->artifact, &raw, error));
    SG_TRY(sg_buffer_printf(&raw, error, ": %s", f->message));
    if (f->detail != NULL)
        SG_TRY(sg_buffer_printf(&raw, error, "; %s", f->detail));
    SG_TRY(sg_buffer_printf(&raw, error, "; to mend: %s", f->help));
    return sg_safe_append(out, sg_buffer_span(&raw), error);
}

/* Appends what `raw` holds as one safe line, and empties it. */
static sg_result finish_line(struct sg_buffer *raw, struct sg_buffer *out, struct sg_error *error)
{
    SG_TRY(sg_safe_append(out, sg_buffer_span(raw), error));
    SG_TRY(sg_buffer_append_byte(out, '\n', error));
    sg_buffer_free(raw);
    return SG_OK;
}

sg_result sg_closing_lines(const struct sg_report *report, struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer raw = sg_buffer_make(SG_REPORT_MAX_BYTES);
    for (size_t i = 0; i < report->source_count; i++) {
        SG_TRY(sg_buffer_append_text(&raw, "revocation: ", error));
        SG_TRY(sg_source_line(&report->sources[i], &raw, error));
        SG_TRY(finish_line(&raw, out, error));
    }
    for (enum sg_remark remark = 0; remark < SG_REMARK_COUNT; remark++) {
        if (!sg_remark_applies(report, remark))
            continue;
        SG_TRY(sg_remark_append(report, remark, &raw, error));
        SG_TRY(finish_line(&raw, out, error));
    }
    SG_TRY(sg_verdict_line(report, out, error));
    return sg_buffer_append_byte(out, '\n', error);
}
