/*
 * One line on a terminal that says how far a long run is.
 */
#ifndef SG_CLI_PROGRESS_H
#define SG_CLI_PROGRESS_H

#include "gate/gate.h"

struct sg_progress_line {
    bool wanted;
    int64_t started_ms, shown_ms; /* of the monotonic clock; shown_ms 0: not yet */
};

/* Makes `gate` report to the line, when standard error is a terminal that can go back to a line's beginning, and `wanted`. Nothing
 * is shown in the first second, nor more often than ten times a second. `line` must stay until sg_progress_end. */
void sg_progress_start(struct sg_progress_line *line, bool wanted, struct sg_gate_options *gate);

/* Clears the line, if there is one. */
void sg_progress_end(struct sg_progress_line *line);

/* The line's text: packages, bytes and the rate since the start. */
const char *sg_progress_text(char *out, size_t size, const struct sg_progress *progress, int64_t elapsed_ms);

#endif
