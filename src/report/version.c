#include "report/report.h"

#include <jansson.h>

const char *sg_report_jansson_version(void)
{
    return jansson_version_str();
}
