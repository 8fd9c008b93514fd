#include "report/explain.h"

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/terminal.h"

static sg_result append_explanation(struct sg_buffer *out, enum sg_rule rule, struct sg_error *error)
{
    const struct sg_explanation *text = sg_explain(rule);
    return sg_buffer_printf(out, error, "%s (%s)\n%s\n\n%s\n\nWhy\n%s\n\nTo mend\n%s\n", sg_rule_name(rule),
                            sg_check_name(sg_rule_check(rule)), text->summary, text->meaning, text->why, text->mend);
}

static sg_result append_list(struct sg_buffer *out, struct sg_error *error)
{
    for (int rule = SG_RULE_NONE + 1; rule < SG_RULE_COUNT; rule++)
        SG_TRY(sg_buffer_printf(out, error, "%-24s %-11s %s\n", sg_rule_name((enum sg_rule)rule),
                                sg_check_name(sg_rule_check((enum sg_rule)rule)),
                                sg_explain((enum sg_rule)rule)->summary));
    return SG_OK;
}

static sg_result refuse_unknown(const char *name, struct sg_error *error)
{
    const char *names[SG_RULE_COUNT];
    size_t count = 0;
    struct sg_printable shown;
    for (int rule = SG_RULE_NONE + 1; rule < SG_RULE_COUNT; rule++)
        names[count++] = sg_rule_name((enum sg_rule)rule);
    const char *nearest = sg_nearest_word(name, names, count);
    if (nearest != NULL)
        return sg_fail(error, SG_ERROR_USAGE, "there is no rule `%s`; did you mean `%s`?",
                       sg_printable_text(&shown, name), nearest);
    return sg_fail(error, SG_ERROR_USAGE, "there is no rule `%s`; `sealgate explain` lists all",
                   sg_printable_text(&shown, name));
}

static sg_result explain(const struct sg_arguments *arguments, struct sg_buffer *out, struct sg_error *error)
{
    if (arguments->operand_count == 0)
        return append_list(out, error);
    for (size_t i = 0; i < arguments->operand_count; i++) {
        enum sg_rule rule = sg_rule_by_name(sg_span_text(arguments->operands[i]));
        if (rule == SG_RULE_NONE)
            return refuse_unknown(arguments->operands[i], error);
        if (i > 0)
            SG_TRY(sg_buffer_append_byte(out, '\n', error));
        SG_TRY(append_explanation(out, rule, error));
    }
    return SG_OK;
}

int sg_command_explain(const struct sg_arguments *arguments)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer out = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_error error = {0};
    if (!explain(arguments, &out, &error).done || !sg_print(sg_buffer_span(&out), &error).done)
        return sg_report_error(arguments, &error);
    return 0;
}
