#include "report/lock_write.h"

#include "base/arn.h"
#include "base/cleanup.h"
#include "report/json_value.h"
#include "report/lines.h"
#include "report/safe.h"

static bool passed(const struct sg_report_artifact *artifact, enum sg_check check)
{
    return artifact->judgement.checks[check].status == SG_STATUS_PASS;
}

bool sg_lock_accepts(const struct sg_report_artifact *artifact)
{
    return passed(artifact, SG_CHECK_INTEGRITY) && passed(artifact, SG_CHECK_EXPIRY) &&
           passed(artifact, SG_CHECK_MISMATCH) &&
           artifact->judgement.checks[SG_CHECK_REVOCATION].status != SG_STATUS_FAIL;
}

/* --- the lock ------------------------------------------------------------------------------------------------------------- */

static struct sg_lock_entry entry_of(const struct sg_report_artifact *artifact)
{
    const struct sg_signature *claims = &artifact->facts->envelope.claims;
    struct sg_lock_entry entry = {
        .kind = artifact->artifact->kind,
        .name = artifact->artifact->name,
        .profile_version_arn = claims->profile_version_arn,
        .job_arn = claims->job_arn,
        .signed_at = claims->signed_at,
    };
    memcpy(entry.code_sha256, artifact->facts->package.sha256, sizeof entry.code_sha256);
    return entry;
}

sg_result sg_lock_make(const struct sg_report *report, const char *path, struct sg_lock **out, struct sg_error *error)
{
    SG_CLEANUP(sg_lock_free) struct sg_lock *lock = calloc(1, sizeof *lock);
    void *room = NULL;
    if (lock == NULL)
        return sg_fail_memory(error);
    lock->path = path;
    lock->arena = sg_arena_make(SG_CONFIG_ARENA_MAX_BYTES);
    SG_TRY(sg_arena_alloc(&lock->arena, report->artifact_count, sizeof(struct sg_lock_entry), &room, error));
    lock->entries = room;
    for (size_t i = 0; i < report->artifact_count; i++) {
        if (!report->artifacts[i].artifact->image)
            lock->entries[lock->count++] = entry_of(&report->artifacts[i]);
    }
    qsort(lock->entries, lock->count, sizeof lock->entries[0], sg_lock_entry_compare);
    /* An artifact that was judged under several configurations is the same under each. */
    size_t kept = 0;
    for (size_t i = 0; i < lock->count; i++) {
        if (kept == 0 || sg_lock_entry_compare(&lock->entries[kept - 1], &lock->entries[i]) != 0)
            lock->entries[kept++] = lock->entries[i];
    }
    lock->count = kept;
    *out = SG_TAKE(lock);
    return SG_OK;
}

static sg_result put_entry(json_t *artifacts, const struct sg_lock_entry *entry, struct sg_error *error)
{
    char base64[SG_SHA256_BASE64_BYTES];
    SG_CLEANUP(sg_json_free) json_t *object = NULL;
    SG_TRY(sg_json_object(&object, error));
    SG_TRY(sg_json_put_text(object, "kind", sg_artifact_kind_name(entry->kind), error));
    SG_TRY(sg_json_put_text(object, "name", entry->name, error));
    SG_TRY(sg_json_put_text(object, "code_sha256", sg_sha256_base64(entry->code_sha256, base64), error));
    SG_TRY(sg_json_put_text(object, "profile_version_arn", entry->profile_version_arn, error));
    SG_TRY(sg_json_put_text(object, "job_arn", entry->job_arn, error));
    SG_TRY(sg_json_put_time(object, "signed_at", entry->signed_at, error));
    return sg_json_push(artifacts, SG_TAKE(object), error);
}

sg_result sg_lock_write(const struct sg_lock *lock, struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *document = NULL;
    SG_CLEANUP(sg_json_free) json_t *artifacts = NULL;
    SG_TRY(sg_json_object(&document, error));
    SG_TRY(sg_json_array(&artifacts, error));
    for (size_t i = 0; i < lock->count; i++)
        SG_TRY(put_entry(artifacts, &lock->entries[i], error));
    SG_TRY(sg_json_put_count(document, "version", 1, error));
    SG_TRY(sg_json_put(document, "artifacts", SG_TAKE(artifacts), error));
    return sg_json_append(document, out, error);
}

/* --- what it changes ------------------------------------------------------------------------------------------------------ */

/* "  added    function checkout  " */
static sg_result append_subject(const char *what, const struct sg_lock_entry *entry, struct sg_buffer *raw,
                                struct sg_error *error)
{
    return sg_buffer_printf(raw, error, "  %-8s %s %s: ", what, sg_artifact_kind_name(entry->kind), entry->name);
}

static struct sg_span last_part(struct sg_span arn)
{
    struct sg_arn parts;
    return sg_arn_parse_job(arn, &parts) ? parts.name : arn;
}

static sg_result append_signed(const struct sg_lock_entry *entry, struct sg_buffer *raw, struct sg_error *error)
{
    char day[SG_TIME_TEXT_BYTES];
    struct sg_arn parts;
    SG_TRY(sg_buffer_printf(raw, error, ", signed %s by ", sg_time_format_date(entry->signed_at, day)));
    if (!sg_arn_parse_profile_version(sg_span_text(entry->profile_version_arn), &parts))
        return sg_buffer_append_text(raw, entry->profile_version_arn, error);
    SG_TRY(sg_buffer_append(raw, parts.name, error));
    SG_TRY(sg_buffer_append_byte(raw, '/', error));
    return sg_buffer_append(raw, parts.version, error);
}

static sg_result append_change(const struct sg_lock_entry *old, const struct sg_lock_entry *new, struct sg_buffer *raw,
                               struct sg_error *error)
{
    char before[SG_SHA256_BASE64_BYTES];
    char after[SG_SHA256_BASE64_BYTES];
    const struct sg_lock_entry *entry = new != NULL ? new : old;
    if (entry == NULL)
        return sg_fail(error, SG_ERROR_INTERNAL, "a change of the lock file has neither an old nor a new entry");
    SG_TRY(append_subject(old == NULL ? "added" : (new == NULL ? "removed" : "changed"), entry, raw, error));
    if (old != NULL)
        SG_TRY(sg_buffer_append_text(raw, sg_sha256_base64(old->code_sha256, before), error));
    if (old != NULL && new != NULL)
        SG_TRY(sg_buffer_append_text(raw, " -> ", error));
    if (new != NULL)
        SG_TRY(sg_buffer_append_text(raw, sg_sha256_base64(new->code_sha256, after), error));
    SG_TRY(append_signed(entry, raw, error));
    if (old == NULL || new == NULL || strcmp(old->job_arn, new->job_arn) != 0)
        return SG_OK;
    /* ATTACKS.md section 3: one job signs one content. */
    struct sg_span job = last_part(sg_span_text(new->job_arn));
    SG_TRY(sg_buffer_append_text(raw, "; both are of signing job ", error));
    SG_TRY(sg_buffer_append(raw, job, error));
    return sg_buffer_append_text(raw, ": find out who cut or packed its content anew", error);
}

static sg_result write_change(const struct sg_lock_entry *old, const struct sg_lock_entry *new, struct sg_buffer *out,
                              size_t *changes, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer raw = sg_buffer_make(SG_REPORT_MAX_BYTES);
    if (old != NULL && new != NULL && sg_lock_entry_equal(old, new))
        return SG_OK;
    *changes += 1;
    SG_TRY(append_change(old, new, &raw, error));
    SG_TRY(sg_safe_append(out, sg_buffer_span(&raw), error));
    return sg_buffer_append_byte(out, '\n', error);
}

sg_result sg_lock_write_changes(const struct sg_lock *old, const struct sg_lock *new, struct sg_buffer *out,
                                size_t *changes, struct sg_error *error)
{
    size_t o = 0;
    size_t n = 0;
    size_t old_count = old != NULL ? old->count : 0;
    *changes = 0;
    while (o < old_count || n < new->count) {
        const struct sg_lock_entry *before = o < old_count ? &old->entries[o] : NULL;
        const struct sg_lock_entry *after = n < new->count ? &new->entries[n] : NULL;
        int order = before == NULL ? 1 : (after == NULL ? -1 : sg_lock_entry_compare(before, after));
        SG_TRY(write_change(order <= 0 ? before : NULL, order >= 0 ? after : NULL, out, changes, error));
        o += order <= 0;
        n += order >= 0;
    }
    return SG_OK;
}
