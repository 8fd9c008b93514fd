/* --help and --version, from the tables. */
#include "base/cleanup.h"
#include "cli/terminal.h"
#include "crypto/anchors.h"
#include "crypto/library.h"
#include "net/http.h"
#include "package/package.h"
#include "report/report.h"
#include "report/safe.h"

enum { HELP_COLUMN = 32 };

static sg_result append_option(struct sg_buffer *out, const struct sg_option *option, struct sg_error *error)
{
    size_t start = out->size;
    SG_TRY(option->short_name != 0 ? sg_buffer_printf(out, error, "  -%c, --%s", option->short_name, option->name)
                                   : sg_buffer_printf(out, error, "      --%s", option->name));
    if (option->argument != NULL)
        SG_TRY(sg_buffer_printf(out, error, " %s", option->argument));
    size_t column = out->size - start;
    if (column + 2 > HELP_COLUMN) {
        SG_TRY(sg_buffer_append_byte(out, '\n', error));
        column = 0;
    }
    SG_TRY(sg_safe_indent(out, HELP_COLUMN - column, error));
    SG_TRY(sg_safe_wrap(out, option->help, HELP_COLUMN, HELP_COLUMN, error));
    if (option->repeatable)
        SG_TRY(sg_buffer_append_text(out, " (repeatable)", error));
    return sg_buffer_append_byte(out, '\n', error);
}

static sg_result append_options(struct sg_buffer *out, const struct sg_option *options, struct sg_error *error)
{
    for (const struct sg_option *option = options; option->name != NULL; option++)
        SG_TRY(append_option(out, option, error));
    return SG_OK;
}

/* Paragraphs divided by an empty line. */
static sg_result append_paragraphs(struct sg_buffer *out, const char *text, struct sg_error *error)
{
    while (text[0] != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end == NULL ? strlen(text) : (size_t)(end - text);
        SG_CLEANUP(sg_cleanup_free) char *paragraph = strndup(text, length);
        if (paragraph == NULL)
            return sg_fail_memory(error);
        SG_TRY(sg_safe_wrap(out, paragraph, 0, 0, error));
        SG_TRY(sg_buffer_append_text(out, "\n\n", error));
        text += end == NULL ? length : length + 2;
    }
    return SG_OK;
}

static sg_result command_help(struct sg_buffer *out, const struct sg_command *command, struct sg_error *error)
{
    SG_TRY(sg_buffer_printf(out, error, "usage: sealgate %s\n\n%s\n\n", command->synopsis, command->summary));
    SG_TRY(append_paragraphs(out, command->details, error));
    SG_TRY(sg_buffer_append_text(out, "options:\n", error));
    SG_TRY(append_options(out, command->options, error));
    return append_options(out, sg_common_options, error);
}

static sg_result program_help(struct sg_buffer *out, struct sg_error *error)
{
    SG_TRY(sg_buffer_append_text(out,
                                 "usage: sealgate [COMMAND] [OPTIONS] ...\n\n"
                                 "the gate before the deploy: verifies signed AWS Lambda packages as Lambda would\n\n"
                                 "commands:\n",
                                 error));
    for (const struct sg_command *command = sg_commands; command->name != NULL; command++)
        SG_TRY(sg_buffer_printf(out, error, "  %-10s %s\n", command->name, command->summary));
    SG_TRY(sg_buffer_append_text(out, "\nwithout a command, `verify` runs; its options are:\n", error));
    SG_TRY(append_options(out, sg_commands[0].options, error));
    SG_TRY(append_options(out, sg_common_options, error));
    return sg_buffer_append_text(out, "\n`sealgate COMMAND --help` says more about a command.\n", error);
}

static int print_and_exit(sg_result made, const struct sg_buffer *text, struct sg_error *error)
{
    if (!made.done || !sg_print(sg_buffer_span(text), error).done)
        return sg_report_error(NULL, error);
    return 0;
}

int sg_print_help(const struct sg_command *command)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer out = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_error error = {0};
    sg_result made = command != NULL ? command_help(&out, command, &error) : program_help(&out, &error);
    return print_and_exit(made, &out, &error);
}

int sg_print_version(void)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer out = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_error error = {0};
    sg_result made = sg_buffer_printf(
        &out, &error,
        "sealgate %s\nOpenSSL %s\nlibcurl %s\nlibzip %s\nzlib %s\nlibyaml %s\njansson %s\n"
        "built-in root (SHA-256) %s\n",
        SEALGATE_VERSION, sg_crypto_version(), sg_net_version(), sg_package_libzip_version(), sg_package_zlib_version(),
        sg_config_libyaml_version(), sg_report_jansson_version(), sg_builtin_root_sha256);
    return print_and_exit(made, &out, &error);
}
