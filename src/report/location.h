/*
 * Where a file is as seen from the root of the repository: what GitHub needs to draw an annotation beside its line.
 *
 * For the writers of this room. Thread-safe; looks at no file system.
 */
#ifndef SG_REPORT_LOCATION_H
#define SG_REPORT_LOCATION_H

#include "report/report.h"

/* Appends `path`, started at style->working_directory when it is relative and that is known, without "." and ".." where they
 * can be resolved by their text, and relative to style->workspace when it lies inside. Raw text. */
SG_RESULT sg_location_file(const char *path, const struct sg_style *style, struct sg_buffer *out,
                           struct sg_error *error);

#endif
