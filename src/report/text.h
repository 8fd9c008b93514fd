/*
 * The text report, in parts: text.c groups and frames, text_artifact.c writes one artifact.
 *
 * For the two of them.
 */
#ifndef SG_REPORT_TEXT_H
#define SG_REPORT_TEXT_H

#include "report/report.h"

struct sg_text {
    const struct sg_report *report;
    const struct sg_style *style;
    struct sg_buffer *out;
    size_t action_columns;  /* the widest word for an action */
    size_t subject_columns; /* the widest "function checkout", at most SG_TEXT_NAME_MAX_COLUMNS */
};

/* Columns before a finding: two blanks, the action, two blanks. */
size_t sg_text_indent(const struct sg_text *text);

/* "ok", "WARNED", "BLOCKED", "UNDECIDED", and "skipped" for an image, of which nothing was checked. */
const char *sg_text_action_word(const struct sg_report_artifact *artifact);

/* Appends `word` in the colour of the action, if there shall be colours. */
SG_RESULT sg_text_colored(const struct sg_text *text, enum sg_action action, const char *word, struct sg_error *error);

/* Appends the artifact's line, its findings, and at verbosity 1 all that is known of it. */
SG_RESULT sg_text_artifact(const struct sg_text *text, const struct sg_report_artifact *artifact,
                           struct sg_error *error);

#endif
