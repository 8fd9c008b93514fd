/*
 * What `sealgate inspect` shows of packages: every fact, no policy.
 */
#ifndef SG_REPORT_INSPECT_H
#define SG_REPORT_INSPECT_H

#include "report/report.h"

struct sg_inspected {
    const char *path;
    const struct sg_facts *facts; /* borrowed */
};

/* Layers of a package, outermost first; each is asked only when it can be. */
SG_RESULT sg_inspect_text_write(const struct sg_inspected *packages, size_t count, const struct sg_style *style,
                                struct sg_buffer *out, struct sg_error *error);
/* {"packages": [{"path", "size", "code_sha256", "entries", "unpacked_size", "unreadable", "layers": {"structure": {"status",
 * "rule", "message"}, "format", "signature", "chain", "content"}, "signature": {…} or null, "notices": […]}]} */
SG_RESULT sg_inspect_json_write(const struct sg_inspected *packages, size_t count, struct sg_buffer *out,
                                struct sg_error *error);

#endif
