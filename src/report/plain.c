#include "report/lines.h"

/* Jenkins and every other place that has no commands of its own: one finding a line, in the form that its parsers know
 * (CONTRACT.md section 7). */
sg_result sg_plain_write(const struct sg_report *report, const struct sg_style *style, struct sg_buffer *out,
                         struct sg_error *error)
{
    (void)style;
    struct sg_finding_cursor cursor = {0};
    struct sg_report_finding finding;
    while (sg_report_next_finding(report, &cursor, &finding)) {
        SG_TRY(sg_finding_line(report, &finding, out, error));
        SG_TRY(sg_buffer_append_byte(out, '\n', error));
    }
    return sg_closing_lines(report, out, error);
}
