/*
 * Where reports go: -o FORMAT[=FILE], and what a CI expects besides.
 */
#ifndef SG_CLI_OUTPUT_H
#define SG_CLI_OUTPUT_H

#include "cli/options.h"
#include "cli/terminal.h"
#include "report/report.h"

struct sg_output {
    const struct sg_report_format *format;
    const char *path; /* NULL: standard output */
};

struct sg_outputs {
    struct sg_output items[SG_MAX_OUTPUTS + 1];
    size_t count;
    enum sg_ci ci;
};

/* Reads -o. Standard output gets the CI's own format when no -o goes there, so that nothing is ever decided in silence. USAGE
 * for an unknown format or two reports on standard output. */
SG_RESULT sg_outputs_read(const struct sg_arguments *arguments, enum sg_ci ci, struct sg_outputs *out,
                          struct sg_error *error);

/* Removes what an earlier run left where reports shall go: should this run end without one, an old verdict must not be taken
 * for its own. USAGE, and nothing is removed, when a report would replace the configuration itself. */
SG_RESULT sg_outputs_clear(const struct sg_outputs *outputs, const char *config_path, struct sg_error *error);

/* Writes all of them, then the CI's files (GITHUB_STEP_SUMMARY, GITHUB_OUTPUT). One that fails does not keep the others from
 * being written; the first error is returned. */
SG_RESULT sg_outputs_write(const struct sg_outputs *outputs, const struct sg_report *report,
                           const struct sg_style *style, struct sg_error *error);

#endif
