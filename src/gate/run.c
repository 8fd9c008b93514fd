/* One run from the configuration to the report. */
#include <pthread.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/url.h"
#include "crypto/library.h"
#include "gate/internal.h"
#include "gate/reader.h"

/* One file, read once however many artifacts name it. */
struct package_file {
    char *path; /* as seen from the working directory; owned */
    uint64_t size;
    struct sg_facts facts;
    struct sg_error error;
    bool failed; /* `error` says why: the machine's fault, not the package's */
};

struct sg_run {
    struct sg_report report;
    struct sg_config *config;
    struct sg_lock *lock; /* NULL when there is none */
    struct sg_anchors *anchors;
    struct sg_readers *readers;
    struct sg_selection selection;
    struct package_file *files;  /* sorted by path */
    struct package_file **order; /* the same, the largest first; owned */
    size_t file_count;
    const struct sg_gate_options *options; /* borrowed */
    pthread_mutex_t progress_lock;         /* over progress */
    struct sg_progress progress;
    struct sg_source **sources;
    size_t source_count;
    struct sg_error source_error;
    bool source_failed;
    char *cache; /* paths as seen from the working directory; owned, NULL when not configured */
    char *ca_bundle;
    struct sg_arena arena; /* the report's lists and findings */
};

void sg_run_free(struct sg_run **run)
{
    struct sg_run *r = *run;
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->file_count; i++) {
        free(r->files[i].path);
        sg_facts_free(&r->files[i].facts);
    }
    free(r->files);
    free(r->order);
    for (size_t i = 0; i < r->source_count; i++)
        sg_source_free(&r->sources[i]);
    free(r->sources);
    free(r->cache);
    free(r->ca_bundle);
    sg_readers_stop(&r->readers);
    sg_anchors_free(&r->anchors);
    sg_lock_free(&r->lock);
    sg_config_free(&r->config);
    sg_arena_free(&r->arena);
    pthread_mutex_destroy(&r->progress_lock);
    free(r);
    *run = NULL;
}

const struct sg_report *sg_run_report(const struct sg_run *run)
{
    return &run->report;
}

/* --- what the configuration names --------------------------------------------------------------------------------------- */

/* Reads a file that the configuration names. */
static sg_result read_named(const struct sg_run *run, const char *path, char **joined, struct sg_buffer *out,
                            struct sg_error *error)
{
    SG_TRY(sg_path_join(run->config->folder, sg_span_text(path), joined, error));
    return sg_file_read(*joined, SG_PEM_MAX_BYTES, out, error);
}

static sg_result add_root_file(struct sg_run *run, const char *path, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) char *joined = NULL;
    SG_CLEANUP(sg_buffer_free) struct sg_buffer pem = {0};
    SG_TRY(read_named(run, path, &joined, &pem, error));
    return sg_anchors_add_pem(run->anchors, sg_buffer_span(&pem), joined, error);
}

static sg_result check_ca_bundle(struct sg_run *run, const char *path, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer bundle = {0};
    return read_named(run, path, &run->ca_bundle, &bundle, error);
}

/* Uses one named file; a problem of the file goes to `found`, any other is an error. */
static sg_result use_file(struct sg_run *run, sg_result (*use)(struct sg_run *, const char *, struct sg_error *),
                          const struct sg_named_file *file, struct sg_file_problem *found, size_t *count,
                          struct sg_error *error)
{
    struct sg_error cause = {0};
    if (use(run, file->path, &cause).done)
        return SG_OK;
    if (cause.code == SG_ERROR_MEMORY || cause.code == SG_ERROR_INTERNAL)
        return sg_fail(error, cause.code, "%s", cause.message);
    found[*count] = (struct sg_file_problem){.file = file};
    SG_TRY(sg_arena_text(&run->arena, sg_span_text(cause.message), &found[*count].message, error));
    *count += 1;
    return SG_OK;
}

/* Every file that the configuration names, so that all that is wrong with them is said at once. */
static sg_result load_named_files(struct sg_run *run, struct sg_buffer *problems, struct sg_error *error)
{
    const struct sg_config *config = run->config;
    struct sg_file_problem found[SG_MAX_ROOTS + 1];
    size_t count = 0;
    SG_TRY(sg_anchors_make(&run->anchors, error));
    if (config->trust_aws)
        SG_TRY(sg_anchors_add_builtin(run->anchors, error));
    for (size_t i = 0; i < config->root_file_count; i++)
        SG_TRY(use_file(run, add_root_file, &config->root_files[i], found, &count, error));
    if (config->ca_bundle.path != NULL)
        SG_TRY(use_file(run, check_ca_bundle, &config->ca_bundle, found, &count, error));
    if (count == 0)
        return SG_OK;
    SG_TRY(sg_config_show_problems(config, found, count, problems, error));
    return sg_fail(error, SG_ERROR_CONFIGURATION, "the configuration names files that cannot be used");
}

static sg_result make_sources(struct sg_run *run, struct sg_error *error)
{
    run->sources = calloc(run->config->source_count + 1, sizeof(struct sg_source *));
    if (run->sources == NULL)
        return sg_fail_memory(error);
    for (size_t i = 0; i < run->config->source_count; i++) {
        SG_TRY(sg_source_make(&run->config->sources[i], &run->sources[i], error));
        run->source_count++;
    }
    return SG_OK;
}

/* --- packages ------------------------------------------------------------------------------------------------------------ */

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct package_file *)a)->path, ((const struct package_file *)b)->path);
}

/* The distinct files of the selection. */
static sg_result list_files(struct sg_run *run, struct sg_error *error)
{
    run->files = calloc(run->selection.count + 1, sizeof *run->files);
    if (run->files == NULL)
        return sg_fail_memory(error);
    for (size_t i = 0; i < run->selection.count; i++) {
        const struct sg_artifact *artifact = run->selection.items[i];
        if (artifact->image)
            continue;
        SG_TRY(
            sg_path_join(run->config->folder, sg_span_text(artifact->code), &run->files[run->file_count].path, error));
        run->file_count++;
    }
    qsort(run->files, run->file_count, sizeof *run->files, compare_paths);
    size_t kept = 0;
    for (size_t i = 0; i < run->file_count; i++) {
        if (kept > 0 && strcmp(run->files[kept - 1].path, run->files[i].path) == 0)
            free(run->files[i].path);
        else
            run->files[kept++] = run->files[i];
    }
    run->file_count = kept;
    return SG_OK;
}

static int compare_sizes(const void *a, const void *b)
{
    const struct package_file *left = *(struct package_file *const *)a;
    const struct package_file *right = *(struct package_file *const *)b;
    return left->size != right->size ? (left->size < right->size ? 1 : -1) : compare_paths(left, right);
}

/* The largest first: a large one that is begun last would keep everybody waiting. */
static sg_result order_files(struct sg_run *run, struct sg_error *error)
{
    run->order = calloc(run->file_count + 1, sizeof(struct package_file *));
    if (run->order == NULL)
        return sg_fail_memory(error);
    for (size_t i = 0; i < run->file_count; i++) {
        struct stat status = {0};
        run->files[i].size = stat(run->files[i].path, &status) == 0 ? (uint64_t)status.st_size : 0;
        run->order[i] = &run->files[i];
        run->progress.bytes += run->files[i].size;
    }
    run->progress.packages = run->file_count;
    qsort(run->order, run->file_count, sizeof(struct package_file *), compare_sizes);
    return SG_OK;
}

static void report_progress(struct sg_run *run, const struct package_file *file)
{
    pthread_mutex_lock(&run->progress_lock);
    run->progress.packages_done++;
    run->progress.bytes_done += file->size;
    if (run->options->on_progress != NULL)
        run->options->on_progress(run->options->on_progress_self, &run->progress);
    pthread_mutex_unlock(&run->progress_lock);
}

static void read_file(void *context, size_t index)
{
    struct sg_run *run = context;
    struct package_file *file = run->order[index];
    file->failed = !sg_readers_read(run->readers, file->path, &file->facts, &file->error).done;
    report_progress(run, file);
}

static sg_result find_file(const struct sg_run *run, const struct sg_artifact *artifact,
                           const struct package_file **out, struct sg_error *error)
{
    struct package_file wanted = {0};
    SG_TRY(sg_path_join(run->config->folder, sg_span_text(artifact->code), &wanted.path, error));
    *out = bsearch(&wanted, run->files, run->file_count, sizeof wanted, compare_paths);
    free(wanted.path);
    return *out != NULL ? SG_OK : sg_fail(error, SG_ERROR_INTERNAL, "a package was not read");
}

/* --- revocation --------------------------------------------------------------------------------------------------------- */

struct loading {
    struct sg_run *run;
    const struct sg_source_context *context;
    struct sg_error *errors; /* one for each source */
    bool *failed;
};

static void load_source(void *context, size_t index)
{
    struct loading *loading = context;
    loading->failed[index] =
        !sg_source_load(loading->run->sources[index], loading->context, &loading->errors[index]).done;
}

/* All sources at the same time; they wait for the network, not for a processor. */
static sg_result load_sources(struct sg_run *run, const struct sg_source_context *context, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) struct sg_error *errors = calloc(run->source_count + 1, sizeof *errors);
    SG_CLEANUP(sg_cleanup_free) bool *failed = calloc(run->source_count + 1, sizeof *failed);
    if (errors == NULL || failed == NULL)
        return sg_fail_memory(error);
    struct loading loading = {.run = run, .context = context, .errors = errors, .failed = failed};
    sg_for_each(run->source_count, (unsigned)run->source_count, load_source, &loading);
    for (size_t i = 0; i < run->source_count; i++) {
        if (failed[i])
            return sg_fail(error, errors[i].code, "%s", errors[i].message);
    }
    return SG_OK;
}

struct source_thread {
    struct sg_run *run;
    struct sg_source_context context;
};

static void *run_source_thread(void *argument)
{
    struct source_thread *thread = argument;
    thread->run->source_failed = !load_sources(thread->run, &thread->context, &thread->run->source_error).done;
    return NULL;
}

/* What the readers' confinement lacks on this machine; NULL when it is whole. */
static const char *describe_confinement(struct sg_sandbox sandbox)
{
    if (sandbox.complete)
        return NULL;
    if (sandbox.landlock)
        return "packages were read in processes without a filter for system calls (seccomp)";
    return sandbox.seccomp ? "packages were read in processes that this kernel could not keep from files (Landlock)"
                           : "packages were read in processes without seccomp and Landlock";
}

/* Packages are hashed while the sources are fetched. */
static sg_result read_and_fetch(struct sg_run *run, const struct sg_gate_options *options, struct sg_error *error)
{
    struct source_thread fetching = {
        .run = run,
        .context = {.transport = options->transport,
                    .folder = run->config->folder,
                    .cache = run->cache,
                    .ca_bundle = run->ca_bundle,
                    .timeout_ms = run->config->source_timeout_ms,
                    .offline = options->offline,
                    .now = run->report.evaluated_at},
    };
    /* Before any thread is started, for it forks. */
    SG_TRY(sg_readers_start(run->anchors, &run->readers, error));
    run->report.confinement = describe_confinement(sg_readers_sandbox(run->readers));
    pthread_t thread;
    bool threaded = run->source_count > 0 && pthread_create(&thread, NULL, run_source_thread, &fetching) == 0;
    sg_for_each(run->file_count, options->jobs, read_file, run);
    if (threaded)
        pthread_join(thread, NULL);
    else
        run_source_thread(&fetching);
    for (size_t i = 0; i < run->file_count; i++) {
        if (run->files[i].failed)
            return sg_fail(error, run->files[i].error.code, "%s", run->files[i].error.message);
    }
    return run->source_failed ? sg_fail(error, run->source_error.code, "%s", run->source_error.message) : SG_OK;
}

static sg_result ask_sources(struct sg_run *run, struct sg_error *error)
{
    if (run->source_count == 0)
        return SG_OK;
    for (size_t i = 0; i < run->file_count; i++) {
        struct sg_facts *facts = &run->files[i].facts;
        if (!sg_envelope_proven(&facts->envelope))
            continue;
        SG_TRY(sg_revocation_ask(run->sources, run->source_count, &facts->envelope.claims, &facts->arena,
                                 &facts->revocation, error));
    }
    return SG_OK;
}

/* --- the report ---------------------------------------------------------------------------------------------------------- */

static sg_result judge_one(struct sg_run *run, const struct sg_gate_options *options,
                           const struct sg_artifact *artifact, const struct sg_code_signing_config *config,
                           struct sg_report_artifact *out, struct sg_error *error)
{
    const struct package_file *file = NULL;
    struct sg_judging judging = {
        .now = run->report.evaluated_at,
        .enforce_all = options->enforce_all,
        .strict = run->config->strict,
        .revocation_configured = run->source_count > 0,
        .unavailable_warns = run->config->unavailable_warns,
        .lock = run->lock,
        .frozen = options->frozen,
    };
    if (!artifact->image)
        SG_TRY(find_file(run, artifact, &file, error));
    out->artifact = artifact;
    out->config = config;
    out->enforce = options->enforce_all || (config != NULL && config->enforce);
    out->facts = file != NULL ? &file->facts : NULL;
    SG_TRY(sg_lock_check(run->lock, artifact, out->facts, error));
    return sg_judge(artifact, out->facts, config, &judging, &run->arena, &out->judgement, error);
}

static sg_result judge_all(struct sg_run *run, const struct sg_gate_options *options, struct sg_error *error)
{
    size_t most = 0;
    for (size_t i = 0; i < run->selection.count; i++)
        most += run->selection.items[i]->image ? 1 : run->selection.items[i]->config_count;
    void *room = NULL;
    SG_TRY(sg_arena_alloc(&run->arena, most, sizeof(struct sg_report_artifact), &room, error));
    struct sg_report_artifact *artifacts = room;
    size_t count = 0;
    for (size_t i = 0; i < run->selection.count; i++) {
        const struct sg_artifact *artifact = run->selection.items[i];
        if (artifact->image)
            SG_TRY(judge_one(run, options, artifact, NULL, &artifacts[count++], error));
        for (size_t j = 0; !artifact->image && j < artifact->config_count; j++)
            SG_TRY(judge_one(run, options, artifact, artifact->configs[j], &artifacts[count++], error));
    }
    run->report.artifacts = artifacts;
    run->report.artifact_count = count;
    return SG_OK;
}

static sg_result report_sources(struct sg_run *run, struct sg_error *error)
{
    void *room = NULL;
    SG_TRY(sg_arena_alloc(&run->arena, run->source_count, sizeof(struct sg_report_source), &room, error));
    struct sg_report_source *sources = room;
    for (size_t i = 0; i < run->source_count; i++) {
        const struct sg_source_setting *setting = sg_source_setting(run->sources[i]);
        const char *where = setting->path;
        struct sg_printable shown;
        /* Without its query, which may carry a token (ATTACKS.md HT-13). */
        if (setting->url != NULL)
            SG_TRY(sg_arena_text(&run->arena, sg_span_text(sg_url_shown(&shown, setting->url)), &where, error));
        sources[i] = (struct sg_report_source){
            .kind = setting->kind,
            .where = where,
            .status = sg_source_status(run->sources[i]),
            .detail = sg_source_detail(run->sources[i]),
        };
    }
    run->report.sources = sources;
    run->report.source_count = run->source_count;
    return SG_OK;
}

/* Verdict and exit code (CONTRACT.md section 2). "Passed" is assigned here and nowhere else. */
static void conclude(struct sg_report *report, int warn_exit_code)
{
    for (size_t i = 0; i < report->artifact_count; i++) {
        enum sg_action action = report->artifacts[i].judgement.action;
        report->allowed += action == SG_ACTION_ALLOW;
        report->warned += action == SG_ACTION_WARN;
        report->blocked += action == SG_ACTION_BLOCK;
        report->undecided += action == SG_ACTION_UNDECIDED;
    }
    if (report->blocked > 0) {
        report->verdict = SG_VERDICT_BLOCKED;
        report->exit_code = 1;
    } else if (report->undecided > 0) {
        report->verdict = SG_VERDICT_UNDECIDED;
        report->exit_code = 3;
    } else if (report->warned > 0) {
        report->verdict = SG_VERDICT_PASSED_WITH_WARNINGS;
        report->exit_code = warn_exit_code;
    } else if (report->allowed == report->artifact_count) {
        report->verdict = SG_VERDICT_PASSED;
        report->exit_code = 0;
    }
}

static sg_result prepare(struct sg_run *run, const struct sg_gate_options *options, struct sg_buffer *problems,
                         struct sg_error *error)
{
    run->arena = sg_arena_make(SG_REPORT_MAX_BYTES);
    run->report = (struct sg_report){
        .evaluated_at = options->has_now ? options->now : sg_time_now(),
        .time_overridden = options->has_now,
        .offline = options->offline,
        .enforce_all = options->enforce_all,
        .library_flaw = sg_crypto_known_flaw(),
        .exit_code = 3,
    };
    SG_TRY(sg_config_load(options->config_path, &run->config, problems, error));
    run->report.config = run->config;
    SG_TRY(load_named_files(run, problems, error));
    SG_TRY(sg_lock_open(options, run->config, &run->arena, &run->report, &run->lock, error));
    if (run->config->cache != NULL)
        SG_TRY(sg_path_join(run->config->folder, sg_span_text(run->config->cache), &run->cache, error));
    SG_TRY(sg_select(run->config, options, &run->arena, &run->selection, error));
    run->report.skipped_artifacts = run->selection.skipped;
    SG_TRY(make_sources(run, error));
    SG_TRY(list_files(run, error));
    return order_files(run, error);
}

sg_result sg_gate_run(const struct sg_gate_options *options, struct sg_run **out, struct sg_buffer *problems,
                      struct sg_error *error)
{
    SG_CLEANUP(sg_run_free) struct sg_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return sg_fail_memory(error);
    pthread_mutex_init(&run->progress_lock, NULL);
    run->options = options;
    SG_TRY(prepare(run, options, problems, error));
    SG_TRY(read_and_fetch(run, options, error));
    SG_TRY(ask_sources(run, error));
    SG_TRY(judge_all(run, options, error));
    SG_TRY(report_sources(run, error));
    conclude(&run->report, options->warn_exit_code);
    *out = SG_TAKE(run);
    return SG_OK;
}
