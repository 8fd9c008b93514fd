/* Run by the build: prints the man page. */
#include "base/cleanup.h"
#include "cli/manual.h"
#include "cli/terminal.h"

int main(void)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer out = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_error error = {0};
    if (!sg_manual_write(&out, &error).done || !sg_print(sg_buffer_span(&out), &error).done)
        return sg_report_error(NULL, &error);
    return 0;
}
