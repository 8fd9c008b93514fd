/* `sealgate lock`: runs the gate without the old lock, and writes the new one when everything verifies. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/request.h"
#include "cli/terminal.h"
#include "gate/gate.h"
#include "report/lock_write.h"
#include "report/safe.h"

struct request {
    struct sg_gate_options gate;
    struct sg_http_client *client; /* owned */
    struct sg_transport transport;
    char *path; /* of the lock file; owned */
    bool check;
};

static void cleanup_request(struct request *request)
{
    free(request->path);
    sg_http_client_free(&request->client);
}

static sg_result read_request(const struct sg_arguments *arguments, struct request *request, struct sg_error *error)
{
    struct sg_gate_options *gate = &request->gate;
    const char *now = sg_arguments_value(arguments, "now");
    const char *output = sg_arguments_value(arguments, "output");
    gate->ignore_lock = true;
    gate->offline = sg_arguments_has(arguments, "offline");
    gate->has_now = now != NULL;
    request->check = sg_arguments_has(arguments, "check");
    if (now != NULL)
        SG_TRY(sg_parse_time("now", now, &gate->now, error));
    SG_TRY(sg_request_config_path(arguments, &gate->config_path, error));
    SG_TRY(sg_request_jobs(arguments, &gate->jobs, error));
    SG_TRY(sg_http_client_make(&request->client, error));
    request->transport = sg_http_transport(request->client);
    gate->transport = &request->transport;
    if (output == NULL)
        return sg_lock_path(gate->config_path, &request->path, error);
    request->path = strdup(output);
    return request->path != NULL ? SG_OK : sg_fail_memory(error);
}

/* --- when something does not verify --------------------------------------------------------------------------------------- */

static bool is_package(const struct sg_report_artifact *artifact)
{
    return !artifact->artifact->image;
}

static size_t count_refused(const struct sg_report *report)
{
    size_t refused = 0;
    for (size_t i = 0; i < report->artifact_count; i++)
        refused += is_package(&report->artifacts[i]) && !sg_lock_accepts(&report->artifacts[i]);
    return refused;
}

/* The gate's own report says what is wrong. What `verify` only warns about is locked no more than what it blocks. */
static int refuse(const struct sg_arguments *arguments, const struct request *request, const struct sg_report *report,
                  size_t refused)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer text = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer line = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_style style = {0};
    struct sg_error error = {0};
    struct sg_printable path;
    if (!sg_color_choose(NULL, &style.color, &error).done ||
        !sg_report_format(SG_SPAN_LITERAL("text"))->write(report, &style, &text, &error).done ||
        !sg_print(sg_buffer_span(&text), &error).done ||
        !sg_buffer_printf(&line, &error, "sealgate: %s was not %s: %zu of %zu artifacts cannot be locked",
                          sg_printable_text(&path, request->path), request->check ? "compared" : "written", refused,
                          report->artifact_count)
             .done)
        return sg_report_error(arguments, &error);
    sg_report_lines(sg_buffer_text(&line));
    return report->exit_code != 0 ? report->exit_code : 1;
}

/* --- when everything does ------------------------------------------------------------------------------------------------- */

static size_t count_undecided(const struct sg_report *report)
{
    size_t undecided = 0;
    for (size_t i = 0; i < report->artifact_count; i++)
        undecided += report->artifacts[i].judgement.checks[SG_CHECK_REVOCATION].status == SG_STATUS_UNDECIDED;
    return undecided;
}

/* "sealgate.lock: 3 artifacts, 1 change" and the changes. */
static sg_result write_summary(const struct request *request, const struct sg_report *report, const struct sg_lock *old,
                               const struct sg_lock *new, struct sg_buffer *out, size_t *changes,
                               struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer lines = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_printable path;
    size_t undecided = count_undecided(report);
    SG_TRY(sg_lock_write_changes(old, new, &lines, changes, error));
    SG_TRY(sg_safe_append_text(out, sg_printable_text(&path, request->path), error));
    SG_TRY(sg_buffer_printf(out, error, ": %zu artifact%s, ", new->count, new->count == 1 ? "" : "s"));
    if (old == NULL)
        SG_TRY(sg_buffer_append_text(out, request->check ? "the file is not there\n" : "a new file\n", error));
    else if (*changes == 0)
        SG_TRY(sg_buffer_append_text(out, "nothing changed\n", error));
    else
        SG_TRY(sg_buffer_printf(out, error, "%zu change%s\n", *changes, *changes == 1 ? "" : "s"));
    SG_TRY(sg_buffer_append(out, sg_buffer_span(&lines), error));
    if (undecided == 0)
        return SG_OK;
    return sg_buffer_printf(out, error,
                            "  it is not known whether %zu of them %s revoked; `sealgate verify` asks each time\n",
                            undecided, undecided == 1 ? "is" : "are");
}

/* The file, unless it has these very bytes already. */
static sg_result write_file(const struct request *request, const struct sg_lock *old, const struct sg_lock *new,
                            struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer text = sg_buffer_make(SG_REPORT_MAX_BYTES);
    uint8_t sha256[SG_SHA256_BYTES];
    SG_TRY(sg_lock_write(new, &text, error));
    SG_TRY(sg_sha256(sg_buffer_span(&text), sha256, error));
    if (old != NULL && memcmp(old->sha256, sha256, sizeof sha256) == 0)
        return SG_OK;
    return sg_file_write(request->path, sg_buffer_span(&text), 0644, error);
}

static sg_result lock(const struct request *request, const struct sg_report *report, bool *differs,
                      struct sg_error *error)
{
    SG_CLEANUP(sg_lock_free) struct sg_lock *old = NULL;
    SG_CLEANUP(sg_lock_free) struct sg_lock *new = NULL;
    SG_CLEANUP(sg_buffer_free) struct sg_buffer summary = sg_buffer_make(SG_REPORT_MAX_BYTES);
    size_t changes = 0;
    SG_TRY(sg_lock_load(request->path, &old, error));
    SG_TRY(sg_lock_make(report, request->path, &new, error));
    SG_TRY(write_summary(request, report, old, new, &summary, &changes, error));
    if (!request->check)
        SG_TRY(write_file(request, old, new, error));
    *differs = old == NULL || changes > 0;
    return sg_print(sg_buffer_span(&summary), error);
}

int sg_command_lock(const struct sg_arguments *arguments)
{
    SG_CLEANUP(cleanup_request) struct request request = {0};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer problems = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_CLEANUP(sg_run_free) struct sg_run *run = NULL;
    struct sg_error error = {0};
    bool differs = false;
    if (!read_request(arguments, &request, &error).done)
        return sg_report_error(arguments, &error);
    if (!sg_gate_run(&request.gate, &run, &problems, &error).done)
        return sg_request_failed(arguments, request.gate.config_path, &problems, &error);
    size_t refused = count_refused(sg_run_report(run));
    if (refused > 0)
        return refuse(arguments, &request, sg_run_report(run), refused);
    if (!lock(&request, sg_run_report(run), &differs, &error).done)
        return sg_report_error(arguments, &error);
    return request.check && differs ? 1 : 0;
}
