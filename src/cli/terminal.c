#include "cli/terminal.h"

#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"
#include "report/safe.h"

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

static bool is_true(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && strcmp(value, "true") == 0;
}

/* JENKINS_URL is there only where an administrator set the root URL (CI.md section 3). */
static bool in_jenkins(void)
{
    const char *tag = getenv("BUILD_TAG");
    return is_set("JENKINS_URL") || is_set("JENKINS_HOME") || (tag != NULL && strncmp(tag, "jenkins-", 8) == 0);
}

static enum sg_ci detect(void)
{
    if (is_true("GITHUB_ACTIONS"))
        return SG_CI_GITHUB;
    if (is_true("GITLAB_CI"))
        return SG_CI_GITLAB;
    return in_jenkins() ? SG_CI_JENKINS : SG_CI_NONE;
}

sg_result sg_ci_choose(const char *value, enum sg_ci *out, struct sg_error *error)
{
    static const struct {
        const char *name;
        enum sg_ci ci;
    } names[] = {{"none", SG_CI_NONE}, {"github", SG_CI_GITHUB}, {"gitlab", SG_CI_GITLAB}, {"jenkins", SG_CI_JENKINS}};
    struct sg_printable shown;
    if (value == NULL || strcmp(value, "auto") == 0) {
        *out = detect();
        return SG_OK;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(value, names[i].name) == 0) {
            *out = names[i].ci;
            return SG_OK;
        }
    }
    return sg_fail(error, SG_ERROR_USAGE, "--ci `%s`: expected auto, none, github, gitlab or jenkins",
                   sg_printable_text(&shown, value));
}

sg_result sg_color_choose(const char *value, bool *out, struct sg_error *error)
{
    struct sg_printable shown;
    const char *terminal = getenv("TERM");
    bool dumb = terminal == NULL || strcmp(terminal, "dumb") == 0;
    const char *force = getenv("CLICOLOR_FORCE");
    if (value != NULL && strcmp(value, "always") == 0)
        *out = true;
    else if (value != NULL && strcmp(value, "never") == 0)
        *out = false;
    else if (value != NULL && strcmp(value, "auto") != 0)
        return sg_fail(error, SG_ERROR_USAGE, "--color `%s`: expected auto, always or never",
                       sg_printable_text(&shown, value));
    else if (is_set("NO_COLOR"))
        *out = false;
    else if (force != NULL && force[0] != '\0' && strcmp(force, "0") != 0)
        *out = true;
    else
        *out = !dumb && isatty(STDOUT_FILENO) == 1;
    return SG_OK;
}

sg_result sg_print(struct sg_span text, struct sg_error *error)
{
    struct sg_error cause = {0};
    if (sg_write_all(STDOUT_FILENO, text, &cause).done)
        return SG_OK;
    return sg_fail_errno(error, SG_ERROR_OUTPUT, cause.system_errno, "cannot write to standard output");
}

/* One line, safe for a log, to standard error. Nobody is left to be told when that fails. */
static void print_error_line(struct sg_span line)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer safe = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_error ignored = {0};
    if (sg_safe_append(&safe, line, &ignored).done && sg_buffer_append_byte(&safe, '\n', &ignored).done)
        (void)!write(STDERR_FILENO, safe.data, safe.size);
}

void sg_report_lines(const char *text)
{
    while (text[0] != '\0') {
        size_t length = strcspn(text, "\n");
        print_error_line(sg_span_of(text, length));
        text += text[length] == '\n' ? length + 1 : length;
    }
}

int sg_report_error(const struct sg_arguments *arguments, const struct sg_error *error)
{
    char line[SG_ERROR_MESSAGE_BYTES + 64];
    snprintf(line, sizeof line, "sealgate: error: %s", error->message);
    sg_report_lines(line);
    if (error->code == SG_ERROR_USAGE) {
        const char *command = arguments != NULL && arguments->command != NULL ? arguments->command->name : NULL;
        snprintf(line, sizeof line, "try `sealgate %s%s--help`", command != NULL ? command : "",
                 command != NULL ? " " : "");
        sg_report_lines(line);
    }
    return sg_error_exit_status(error->code);
}
