/* The lock of a run. Whether a package is what its entry says is the verdict's affair; here is what concerns the file. */
#include "base/cleanup.h"
#include "base/printable.h"
#include "gate/internal.h"

static const char *kind_name(enum sg_artifact_kind kind)
{
    return kind == SG_FUNCTION ? "function" : "layer";
}

/* Marks the entries of those artifacts that the configuration has as packages. */
static void mark_used(const struct sg_lock *lock, const struct sg_artifact *const *artifacts, size_t count, bool *used)
{
    for (size_t i = 0; i < count; i++) {
        const struct sg_lock_entry *entry = sg_lock_find(lock, artifacts[i]->kind, artifacts[i]->name);
        if (entry != NULL && !artifacts[i]->image)
            used[entry - lock->entries] = true;
    }
}

static sg_result list_unused(const struct sg_config *config, const struct sg_lock *lock, struct sg_arena *arena,
                             struct sg_report_lock *out, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) bool *used = calloc(lock->count + 1, sizeof *used);
    void *room = NULL;
    if (used == NULL)
        return sg_fail_memory(error);
    SG_TRY(sg_arena_alloc(arena, lock->count, sizeof(struct sg_lock_entry *), &room, error));
    mark_used(lock, config->functions, config->function_count, used);
    mark_used(lock, config->layers, config->layer_count, used);
    out->unused = room;
    for (size_t i = 0; i < lock->count; i++) {
        if (!used[i])
            out->unused[out->unused_count++] = &lock->entries[i];
    }
    return SG_OK;
}

static sg_result refuse_unused(const struct sg_config *config, const struct sg_report_lock *lock,
                               struct sg_error *error)
{
    struct sg_printable path;
    struct sg_printable name;
    struct sg_printable other;
    return sg_fail(error, SG_ERROR_CONFIGURATION,
                   "%s has an entry for %s %s, which %s does not have; review that, and run `sealgate lock`",
                   sg_printable_text(&path, lock->lock->path), kind_name(lock->unused[0]->kind),
                   sg_printable_text(&name, lock->unused[0]->name), sg_printable_text(&other, config->path));
}

sg_result sg_lock_open(const struct sg_gate_options *options, const struct sg_config *config, struct sg_arena *arena,
                       struct sg_report *report, struct sg_lock **out, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) char *path = NULL;
    SG_CLEANUP(sg_lock_free) struct sg_lock *lock = NULL;
    struct sg_printable shown;
    *out = NULL;
    if (options->ignore_lock)
        return SG_OK;
    SG_TRY(sg_lock_path(config->path, &path, error));
    SG_TRY(sg_lock_load(path, &lock, error));
    if (lock == NULL && options->frozen)
        return sg_fail(error, SG_ERROR_USAGE, "--frozen: there is no %s; `sealgate lock` writes it",
                       sg_printable_text(&shown, path));
    if (lock == NULL)
        return SG_OK;
    report->lock = (struct sg_report_lock){.lock = lock, .frozen = options->frozen};
    SG_TRY(list_unused(config, lock, arena, &report->lock, error));
    if (options->frozen && report->lock.unused_count > 0)
        return refuse_unused(config, &report->lock, error);
    *out = SG_TAKE(lock);
    return SG_OK;
}

sg_result sg_lock_check(const struct sg_lock *lock, const struct sg_artifact *artifact, const struct sg_facts *facts,
                        struct sg_error *error)
{
    const struct sg_lock_entry *entry = sg_lock_find(lock, artifact->kind, artifact->name);
    struct sg_printable path;
    struct sg_printable name;
    if (entry == NULL || facts == NULL || !facts->was_read || !sg_envelope_proven(&facts->envelope))
        return SG_OK;
    const struct sg_signature *claims = &facts->envelope.claims;
    struct sg_lock_entry found = {
        .kind = artifact->kind,
        .name = artifact->name,
        .profile_version_arn = claims->profile_version_arn,
        .job_arn = claims->job_arn,
        .signed_at = claims->signed_at,
    };
    memcpy(found.code_sha256, facts->package.sha256, sizeof found.code_sha256);
    if (memcmp(entry->code_sha256, found.code_sha256, sizeof found.code_sha256) != 0 ||
        sg_lock_entry_equal(entry, &found))
        return SG_OK;
    return sg_fail(
        error, SG_ERROR_CONFIGURATION,
        "%s: %s %s: the entry pins this very package, but names another signature than it has; run `sealgate lock`",
        sg_printable_text(&path, lock->path), kind_name(artifact->kind), sg_printable_text(&name, artifact->name));
}
