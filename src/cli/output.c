#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/printable.h"

static const char *default_format(enum sg_ci ci)
{
    switch (ci) {
    case SG_CI_GITHUB:
        return "github";
    case SG_CI_JENKINS:
        return "plain";
    case SG_CI_NONE:
    case SG_CI_GITLAB:
        return "text";
    }
    return "text";
}

static sg_result refuse_format(struct sg_span name, struct sg_error *error)
{
    enum { MOST = 32 };
    const char *names[MOST];
    char list[256] = "";
    char plain[64];
    size_t count = 0;
    struct sg_printable shown;
    for (const struct sg_report_format *format = sg_report_formats; format->name != NULL && count < MOST; format++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", count > 0 ? ", " : "", format->name);
        names[count++] = format->name;
    }
    snprintf(plain, sizeof plain, "%.*s", (int)(name.size < sizeof plain ? name.size : sizeof plain - 1),
             (const char *)name.data);
    const char *nearest = sg_nearest_word(plain, names, count);
    return sg_fail(error, SG_ERROR_USAGE, "--output: there is no format `%s`; this build writes %s%s%s%s",
                   sg_printable(&shown, name), list, nearest != NULL ? "; did you mean `" : "",
                   nearest != NULL ? nearest : "", nearest != NULL ? "`?" : "");
}

/* FORMAT, FORMAT=FILE, FORMAT=- */
static sg_result read_output(const char *value, struct sg_output *out, struct sg_error *error)
{
    const char *equals = strchr(value, '=');
    struct sg_span name = equals == NULL ? sg_span_text(value) : sg_span_of(value, (size_t)(equals - value));
    out->format = sg_report_format(name);
    out->path = equals == NULL || strcmp(equals + 1, "-") == 0 ? NULL : equals + 1;
    if (out->format == NULL)
        return refuse_format(name, error);
    if (out->path != NULL && out->path[0] == '\0')
        return sg_fail(error, SG_ERROR_USAGE, "--output %s=: the file's name is missing", out->format->name);
    return SG_OK;
}

sg_result sg_outputs_read(const struct sg_arguments *arguments, enum sg_ci ci, struct sg_outputs *out,
                          struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) const char **values = calloc(arguments->count + 1, sizeof *values);
    if (values == NULL)
        return sg_fail_memory(error);
    size_t count = sg_arguments_values(arguments, "output", values);
    size_t on_stdout = 0;
    *out = (struct sg_outputs){.ci = ci};
    if (count > SG_MAX_OUTPUTS)
        return sg_fail(error, SG_ERROR_USAGE, "--output is given more than %u times", SG_MAX_OUTPUTS);
    for (size_t i = 0; i < count; i++) {
        SG_TRY(read_output(values[i], &out->items[out->count], error));
        on_stdout += out->items[out->count++].path == NULL;
    }
    if (on_stdout > 1)
        return sg_fail(error, SG_ERROR_USAGE,
                       "--output: only one report can go to standard output; give the others a file: "
                       "FORMAT=FILE");
    if (on_stdout == 0)
        out->items[out->count++] = (struct sg_output){sg_report_format(sg_span_text(default_format(ci))), NULL};
    return SG_OK;
}

/* A file is replaced whole; a device or pipe is written to. */
static sg_result write_file(const char *path, struct sg_span bytes, struct sg_error *error)
{
    struct stat status;
    struct sg_printable shown;
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
        return sg_file_write(path, bytes, 0644, error);
    SG_CLEANUP(sg_cleanup_close) int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0)
        return sg_fail_errno(error, SG_ERROR_OUTPUT, errno, "cannot open %s", sg_printable_text(&shown, path));
    return sg_write_all(descriptor, bytes, error);
}

static bool same_file(const char *a, const char *b)
{
    struct stat one;
    struct stat other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

sg_result sg_outputs_clear(const struct sg_outputs *outputs, const char *config_path, struct sg_error *error)
{
    struct sg_printable shown;
    for (size_t i = 0; i < outputs->count; i++) {
        const struct sg_output *output = &outputs->items[i];
        if (output->path != NULL && same_file(output->path, config_path))
            return sg_fail(error, SG_ERROR_USAGE, "--output %s=%s would replace the configuration",
                           output->format->name, sg_printable_text(&shown, output->path));
    }
    for (size_t i = 0; i < outputs->count; i++) {
        struct stat status;
        const char *path = outputs->items[i].path;
        if (path != NULL && stat(path, &status) == 0 && S_ISREG(status.st_mode))
            (void)unlink(path);
    }
    return SG_OK;
}

static sg_result write_output(const struct sg_output *output, const struct sg_report *report,
                              const struct sg_style *style, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer text = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_style own = *style;
    struct sg_error cause = {0};
    struct sg_printable shown;
    if (output->path != NULL) {
        own.color = false;
        own.gitlab = false;
    }
    SG_TRY(output->format->write(report, &own, &text, error));
    if (output->path == NULL)
        return sg_print(sg_buffer_span(&text), error);
    if (write_file(output->path, sg_buffer_span(&text), &cause).done)
        return SG_OK;
    return sg_fail(error, SG_ERROR_OUTPUT, "the %s report was not written to %s: %s", output->format->name,
                   sg_printable_text(&shown, output->path), cause.message);
}

/* The runner's files are appended to: other steps write to them, too. */
static sg_result append_file(const char *path, struct sg_span bytes, struct sg_error *error)
{
    struct sg_printable shown;
    SG_CLEANUP(sg_cleanup_close)
    int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
    if (descriptor < 0)
        return sg_fail_errno(error, SG_ERROR_OUTPUT, errno, "cannot open %s", sg_printable_text(&shown, path));
    return sg_write_all(descriptor, bytes, error);
}

/* The first report that goes to a file: what a later step would want to read. */
static const char *first_report_path(const struct sg_outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->items[i].path != NULL)
            return outputs->items[i].path;
    }
    return NULL;
}

static sg_result write_github_summary(const struct sg_report *report, const struct sg_style *style,
                                      struct sg_error *error)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    SG_CLEANUP(sg_buffer_free) struct sg_buffer text = sg_buffer_make(SG_REPORT_MAX_BYTES);
    if (path == NULL || path[0] == '\0')
        return SG_OK;
    SG_TRY(sg_report_format(SG_SPAN_LITERAL("markdown"))->write(report, style, &text, error));
    return append_file(path, sg_buffer_span(&text), error);
}

static sg_result write_github_output(const struct sg_outputs *outputs, const struct sg_report *report,
                                     struct sg_error *error)
{
    const char *path = getenv("GITHUB_OUTPUT");
    SG_CLEANUP(sg_buffer_free) struct sg_buffer text = sg_buffer_make(SG_REPORT_MAX_BYTES);
    if (path == NULL || path[0] == '\0')
        return SG_OK;
    SG_TRY(sg_report_github_output(report, first_report_path(outputs), &text, error));
    return append_file(path, sg_buffer_span(&text), error);
}

/* Keeps the first error of several things that are done whatever the others do. */
static void keep_first(sg_result result, const struct sg_error *cause, bool *failed, struct sg_error *error)
{
    if (result.done || *failed)
        return;
    *failed = true;
    *error = *cause;
}

sg_result sg_outputs_write(const struct sg_outputs *outputs, const struct sg_report *report,
                           const struct sg_style *style, struct sg_error *error)
{
    bool failed = false;
    struct sg_error cause = {0};
    for (size_t i = 0; i < outputs->count; i++)
        keep_first(write_output(&outputs->items[i], report, style, &cause), &cause, &failed, error);
    if (outputs->ci == SG_CI_GITHUB) {
        keep_first(write_github_summary(report, style, &cause), &cause, &failed, error);
        keep_first(write_github_output(outputs, report, &cause), &cause, &failed, error);
    }
    return failed ? SG_FAILED : SG_OK;
}
