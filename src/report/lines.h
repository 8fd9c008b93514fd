/*
 * The sentences that several writers share. They are raw text: the writer escapes them for its own place.
 *
 * For the writers of this room. Thread-safe.
 */
#ifndef SG_REPORT_LINES_H
#define SG_REPORT_LINES_H

#include "report/report.h"

/* What is true of the whole run and must not be overlooked. */
enum sg_remark {
    SG_REMARK_NOW,         /* --now */
    SG_REMARK_OFFLINE,     /* --offline */
    SG_REMARK_ENFORCE,     /* --enforce */
    SG_REMARK_SKIPPED,     /* --only, --shard */
    SG_REMARK_NO_SOURCES,  /* `sources: []` */
    SG_REMARK_CONFINEMENT, /* what the kernel could not do */
    SG_REMARK_UNUSED,      /* entries of the lock that nothing is held against */
    SG_REMARK_COUNT,
};

bool sg_remark_applies(const struct sg_report *report, enum sg_remark remark);
/* Appends the remark's sentence. Only when it applies. */
SG_RESULT sg_remark_append(const struct sg_report *report, enum sg_remark remark, struct sg_buffer *out,
                           struct sg_error *error);

/* "fresh", "cached" and "unavailable". */
const char *sg_source_status_name(enum sg_source_status status);
/* Appends "list https://…, fresh, issued …". */
SG_RESULT sg_source_line(const struct sg_report_source *source, struct sg_buffer *out, struct sg_error *error);

/* Appends "BLOCKED: 2 of 3 artifacts may not be deployed (0 undecided, 0 warned)". No foreign text is in it. */
SG_RESULT sg_verdict_line(const struct sg_report *report, struct sg_buffer *out, struct sg_error *error);
/* The words before its colon: "BLOCKED". */
const char *sg_verdict_words(enum sg_verdict verdict);

/* "function" or "layer". */
const char *sg_artifact_kind_name(enum sg_artifact_kind kind);
/* Appends "function checkout", and for an artifact of several configurations "layer shared under strict". */
SG_RESULT sg_subject_append(const struct sg_report_artifact *artifact, struct sg_buffer *out, struct sg_error *error);

/* Whether there is a source of revocation data that could answer at all. */
bool sg_report_revocation_checked(const struct sg_report *report);

/* A finding with the artifact it belongs to, for writers that go by findings. */
struct sg_report_finding {
    const struct sg_report_artifact *artifact;
    const struct sg_finding *finding;
};

/* Every finding of the report in its order; `next` starts at {0}. False after the last. */
struct sg_finding_cursor {
    size_t artifact;
    size_t finding;
};
bool sg_report_next_finding(const struct sg_report *report, struct sg_finding_cursor *next,
                            struct sg_report_finding *out);

/* Appends `file:line:column: level: [rule] subject: message; to mend: help` as safe text, without a line feed. */
SG_RESULT sg_finding_line(const struct sg_report *report, const struct sg_report_finding *finding,
                          struct sg_buffer *out, struct sg_error *error);

/* Appends "file:line:column", or "file" for what stands nowhere in it, as raw text. */
SG_RESULT sg_place_append(const struct sg_report *report, struct sg_place place, struct sg_buffer *out,
                          struct sg_error *error);

/* The revocation lines, the remarks and the verdict as safe lines, for writers of plain lines. */
SG_RESULT sg_closing_lines(const struct sg_report *report, struct sg_buffer *out, struct sg_error *error);

/* The writers of the formats. */
sg_report_writer sg_text_write;
sg_report_writer sg_json_write;
sg_report_writer sg_github_write;
sg_report_writer sg_plain_write;
sg_report_writer sg_markdown_write;

#endif
