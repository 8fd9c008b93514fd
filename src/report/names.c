#include "report/lines.h"

const char *sg_verdict_name(enum sg_verdict verdict)
{
    switch (verdict) {
    case SG_VERDICT_UNDECIDED:
        return "undecided";
    case SG_VERDICT_PASSED:
        return "passed";
    case SG_VERDICT_PASSED_WITH_WARNINGS:
        return "passed_with_warnings";
    case SG_VERDICT_BLOCKED:
        return "blocked";
    }
    return "undecided";
}

const char *sg_verdict_words(enum sg_verdict verdict)
{
    switch (verdict) {
    case SG_VERDICT_UNDECIDED:
        return "UNDECIDED";
    case SG_VERDICT_PASSED:
        return "PASSED";
    case SG_VERDICT_PASSED_WITH_WARNINGS:
        return "PASSED WITH WARNINGS";
    case SG_VERDICT_BLOCKED:
        return "BLOCKED";
    }
    return "UNDECIDED";
}

const char *sg_source_status_name(enum sg_source_status status)
{
    switch (status) {
    case SG_SOURCE_UNAVAILABLE:
        return "unavailable";
    case SG_SOURCE_FRESH:
        return "fresh";
    case SG_SOURCE_CACHED:
        return "cached";
    }
    return "unavailable";
}

const char *sg_artifact_kind_name(enum sg_artifact_kind kind)
{
    switch (kind) {
    case SG_FUNCTION:
        return "function";
    case SG_LAYER:
        return "layer";
    }
    return "artifact";
}

const struct sg_report_format sg_report_formats[] = {
    {"text", sg_text_write, "for people: the verdict last, the cause with names and values, the way out"},
    {"json", sg_json_write, "for programs: schema sealgate-report/1"},
    {"github", sg_github_write, "GitHub Actions: one annotation per finding, at the artifact's line"},
    {"plain", sg_plain_write, "one finding a line: file:line:column: level: [rule] message"},
    {"markdown", sg_markdown_write, "a summary page, as GITHUB_STEP_SUMMARY takes it"},
    {0},
};

const struct sg_report_format *sg_report_format(struct sg_span name)
{
    for (const struct sg_report_format *format = sg_report_formats; format->name != NULL; format++) {
        if (sg_span_equal(name, sg_span_text(format->name)))
            return format;
    }
    return NULL;
}
