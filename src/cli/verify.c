#include <limits.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/printable.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/request.h"
#include "cli/terminal.h"
#include "gate/gate.h"

/* Everything the command line says. */
struct request {
    struct sg_gate_options gate;
    struct sg_outputs outputs;
    struct sg_style style;
    const char **only;             /* owned */
    struct sg_http_client *client; /* owned */
    struct sg_transport transport;
    struct sg_progress_line progress;
    char working_directory[PATH_MAX];
};

static void cleanup_request(struct request *request)
{
    free(request->only);
    sg_http_client_free(&request->client);
}

/* I/N with 1 <= I <= N. */
static sg_result read_shard(const char *value, struct sg_gate_options *gate, struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_error ignored = {0};
    const char *slash = value != NULL ? strchr(value, '/') : NULL;
    char index[8] = "";
    if (value == NULL)
        return SG_OK;
    if (slash != NULL && (size_t)(slash - value) < sizeof index)
        memcpy(index, value, (size_t)(slash - value));
    if (slash == NULL || !sg_parse_number("shard", index, 1, 10000, &gate->shard_index, &ignored).done ||
        !sg_parse_number("shard", slash + 1, 1, 10000, &gate->shard_count, &ignored).done ||
        gate->shard_index > gate->shard_count)
        return sg_fail(error, SG_ERROR_USAGE, "--shard `%s`: expected I/N, for example 2/3, with I from 1 to N",
                       sg_printable_text(&shown, value));
    return SG_OK;
}

static sg_result read_warn_exit_code(const char *value, int *out, struct sg_error *error)
{
    unsigned code = 0;
    if (value == NULL)
        return SG_OK;
    SG_TRY(sg_parse_number("warn-exit-code", value, 0, 125, &code, error));
    if (code >= 1 && code <= 4)
        return sg_fail(error, SG_ERROR_USAGE, "--warn-exit-code %u: 1 to 4 have meanings of their own", code);
    *out = (int)code;
    return SG_OK;
}

static sg_result read_gate(const struct sg_arguments *arguments, struct request *request, struct sg_error *error)
{
    struct sg_gate_options *gate = &request->gate;
    const char *now = sg_arguments_value(arguments, "now");
    request->only = calloc(arguments->count + 1, sizeof *request->only);
    if (request->only == NULL)
        return sg_fail_memory(error);
    gate->only = request->only;
    gate->only_count = sg_arguments_values(arguments, "only", request->only);
    gate->enforce_all = sg_arguments_has(arguments, "enforce");
    gate->offline = sg_arguments_has(arguments, "offline");
    gate->frozen = sg_arguments_has(arguments, "frozen");
    gate->has_now = now != NULL;
    if (now != NULL)
        SG_TRY(sg_parse_time("now", now, &gate->now, error));
    SG_TRY(sg_request_config_path(arguments, &gate->config_path, error));
    SG_TRY(read_shard(sg_arguments_value(arguments, "shard"), gate, error));
    SG_TRY(read_warn_exit_code(sg_arguments_value(arguments, "warn-exit-code"), &gate->warn_exit_code, error));
    SG_TRY(sg_http_client_make(&request->client, error));
    request->transport = sg_http_transport(request->client);
    gate->transport = &request->transport;
    return sg_request_jobs(arguments, &gate->jobs, error);
}

static sg_result read_style(const struct sg_arguments *arguments, struct request *request, struct sg_error *error)
{
    enum sg_ci ci = SG_CI_NONE;
    struct sg_style *style = &request->style;
    bool quiet = sg_arguments_has(arguments, "quiet");
    bool verbose = sg_arguments_has(arguments, "verbose");
    if (quiet && verbose)
        return sg_fail(error, SG_ERROR_USAGE, "--quiet and --verbose contradict each other");
    SG_TRY(sg_ci_choose(sg_arguments_value(arguments, "ci"), &ci, error));
    SG_TRY(sg_color_choose(sg_arguments_value(arguments, "color"), &style->color, error));
    style->verbosity = quiet ? -1 : (verbose ? 1 : 0);
    style->gitlab = ci == SG_CI_GITLAB;
    sg_progress_start(&request->progress, !quiet && ci == SG_CI_NONE, &request->gate);
    style->unix_now = time(NULL);
    style->workspace = getenv("GITHUB_WORKSPACE");
    style->working_directory = getcwd(request->working_directory, sizeof request->working_directory);
    return sg_outputs_read(arguments, ci, &request->outputs, error);
}

/* A report that was not written whole is never 0; what blocks or is undecided keeps its status. */
static int conclude(const struct sg_arguments *arguments, const struct request *request, const struct sg_report *report)
{
    struct sg_error error = {0};
    if (sg_outputs_write(&request->outputs, report, &request->style, &error).done)
        return report->exit_code;
    int status = sg_report_error(arguments, &error);
    bool decided = report->verdict == SG_VERDICT_BLOCKED || report->verdict == SG_VERDICT_UNDECIDED;
    return decided ? report->exit_code : status;
}

int sg_command_verify(const struct sg_arguments *arguments)
{
    SG_CLEANUP(cleanup_request) struct request request = {0};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer problems = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_CLEANUP(sg_run_free) struct sg_run *run = NULL;
    struct sg_error error = {0};
    if (!read_gate(arguments, &request, &error).done || !read_style(arguments, &request, &error).done ||
        !sg_outputs_clear(&request.outputs, request.gate.config_path, &error).done)
        return sg_report_error(arguments, &error);
    bool ran = sg_gate_run(&request.gate, &run, &problems, &error).done;
    sg_progress_end(&request.progress);
    if (!ran)
        return sg_request_failed(arguments, request.gate.config_path, &problems, &error);
    return conclude(arguments, &request, sg_run_report(run));
}
