#include "cli/manual.h"

#include "cli/options.h"
#include "report/explain.h"

/* Text for mdoc: a backslash, and a dot or quote at the start of a line, would be commands; a sentence begins a line. */
static sg_result append_plain(struct sg_buffer *out, const char *text, struct sg_error *error)
{
    bool line_start = true;
    for (const char *at = text; *at != '\0'; at++) {
        if (line_start && (*at == '.' || *at == '\''))
            SG_TRY(sg_buffer_append_text(out, "\\&", error));
        line_start = *at == '\n';
        bool sentence_ends = *at == '.' && at[1] == ' ';
        if (sentence_ends) {
            SG_TRY(sg_buffer_append_text(out, ".\n", error));
            line_start = true;
            at++;
        } else if (*at == '\\')
            SG_TRY(sg_buffer_append_text(out, "\\e", error));
        else if (*at == '-')
            SG_TRY(sg_buffer_append_text(out, "\\-", error));
        else if (*at == '`')
            SG_TRY(sg_buffer_append_text(out, "\\(ga", error));
        else
            SG_TRY(sg_buffer_append_byte(out, (uint8_t)*at, error));
    }
    return SG_OK;
}

/* Paragraphs divided by empty lines. */
static sg_result append_paragraphs(struct sg_buffer *out, const char *text, struct sg_error *error)
{
    while (text[0] != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end == NULL ? strlen(text) : (size_t)(end - text);
        char *paragraph = strndup(text, length);
        if (paragraph == NULL)
            return sg_fail_memory(error);
        sg_result result = append_plain(out, paragraph, error);
        free(paragraph);
        SG_TRY(result);
        SG_TRY(sg_buffer_append_byte(out, '\n', error));
        text += end == NULL ? length : length + 2;
        if (text[0] != '\0')
            SG_TRY(sg_buffer_append_text(out, ".Pp\n", error));
    }
    return SG_OK;
}

static sg_result append_option(struct sg_buffer *out, const struct sg_option *option, struct sg_error *error)
{
    SG_TRY(sg_buffer_append_text(out, ".It ", error));
    if (option->short_name != 0)
        SG_TRY(sg_buffer_printf(out, error, "Fl %c , ", option->short_name));
    SG_TRY(sg_buffer_printf(out, error, "Fl \\-%s", option->name));
    if (option->argument != NULL)
        SG_TRY(sg_buffer_printf(out, error, " Ar %s", option->argument));
    SG_TRY(sg_buffer_append_byte(out, '\n', error));
    SG_TRY(append_plain(out, option->help, error));
    return sg_buffer_append_text(out, option->repeatable ? "; may be repeated.\n" : ".\n", error);
}

static sg_result append_options(struct sg_buffer *out, const struct sg_option *options, struct sg_error *error)
{
    if (options->name == NULL)
        return SG_OK;
    SG_TRY(sg_buffer_append_text(out, ".Bl -tag -width Ds\n", error));
    for (const struct sg_option *option = options; option->name != NULL; option++)
        SG_TRY(append_option(out, option, error));
    return sg_buffer_append_text(out, ".El\n", error);
}

static sg_result append_command(struct sg_buffer *out, const struct sg_command *command, struct sg_error *error)
{
    SG_TRY(sg_buffer_printf(out, error, ".Ss %s: %s\n", command->name, command->summary));
    SG_TRY(sg_buffer_append_text(out, ".Li sealgate ", error));
    SG_TRY(append_plain(out, command->synopsis, error));
    SG_TRY(sg_buffer_append_text(out, "\n.Pp\n", error));
    SG_TRY(append_paragraphs(out, command->details, error));
    return append_options(out, command->options, error);
}

static sg_result append_rules(struct sg_buffer *out, struct sg_error *error)
{
    SG_TRY(sg_buffer_append_text(out, ".Sh RULES\n.Bl -tag -width Ds\n", error));
    for (int rule = SG_RULE_NONE + 1; rule < SG_RULE_COUNT; rule++) {
        SG_TRY(sg_buffer_printf(out, error, ".It Li %s\n", sg_rule_name((enum sg_rule)rule)));
        SG_TRY(append_plain(out, sg_explain((enum sg_rule)rule)->summary, error));
        SG_TRY(sg_buffer_append_byte(out, '\n', error));
    }
    return sg_buffer_append_text(out, ".El\n", error);
}

static const char head[] =
    ".Dd November 24, 2026\n"
    ".Dt SEALGATE 1\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm sealgate\n"
    ".Nd verify signed AWS Lambda packages before they are deployed\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Op Ar command\n"
    ".Op Ar options\n"
    ".Ar ...\n"
    ".Sh DESCRIPTION\n"
    "AWS Lambda can demand that every function package and layer is signed through AWS Signer.\n"
    ".Nm\n"
    "checks before the deploy, for every artifact of a pipeline in one run, what Lambda would check\n"
    "at deploy time: integrity, expiry, mismatch and revocation.\n"
    "Without a command,\n"
    ".Ic verify\n"
    "runs.\n"
    ".Sh COMMANDS\n";

static const char tail[] =
    ".Sh ENVIRONMENT\n"
    ".Bl -tag -width Ds\n"
    ".It Ev GITHUB_ACTIONS , GITLAB_CI , JENKINS_URL , JENKINS_HOME , BUILD_TAG\n"
    "Tell which CI the program runs in, unless\n"
    ".Fl \\-ci\n"
    "says so.\n"
    ".It Ev GITHUB_STEP_SUMMARY , GITHUB_OUTPUT , GITHUB_WORKSPACE\n"
    "Where the summary and the outputs of a GitHub Actions step go, and what file names are relative to.\n"
    ".It Ev https_proxy , HTTPS_PROXY , all_proxy , ALL_PROXY , no_proxy , NO_PROXY\n"
    "The proxy for revocation data, as in\n"
    ".Xr curl 1 .\n"
    ".It Ev NO_COLOR , CLICOLOR_FORCE , TERM\n"
    "Whether the text report is coloured.\n"
    ".El\n"
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa sealgate.yaml\n"
    "The configuration in the working directory.\n"
    ".El\n"
    ".Sh EXIT STATUS\n"
    "0: everything may be deployed, warnings included unless\n"
    ".Fl \\-warn\\-exit\\-code\n"
    "says otherwise.\n"
    "1: at least one artifact is blocked.\n"
    "2: usage or configuration; nothing was judged.\n"
    "3: nothing is blocked, but something could not be decided.\n"
    "4: an internal error, or a report that could not be written whole.\n"
    ".Sh SEE ALSO\n"
    ".Xr openssl-cms 1 ,\n"
    ".Xr unzip 1\n";

sg_result sg_manual_write(struct sg_buffer *out, struct sg_error *error)
{
    SG_TRY(sg_buffer_append_text(out, head, error));
    for (const struct sg_command *command = sg_commands; command->name != NULL; command++)
        SG_TRY(append_command(out, command, error));
    SG_TRY(sg_buffer_append_text(out, ".Ss Every command\n", error));
    SG_TRY(append_options(out, sg_common_options, error));
    SG_TRY(append_rules(out, error));
    return sg_buffer_append_text(out, tail, error);
}
