/* Reads a lock file. jansson gives no places of values, so that messages count artifacts instead of lines. */
#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>

#include "base/arn.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"
#include "config/lock.h"
#include "config/raw.h"

struct reading {
    struct sg_lock *lock;
    struct sg_printable path;
    size_t artifact; /* 1-based; 0 outside of them */
    struct sg_error *error;
};

static void free_json(json_t **value)
{
    json_decref(*value);
}

/* "PATH: artifact 2: " and what is wrong. */
static sg_result refuse(const struct reading *reading, const char *problem)
{
    if (reading->artifact == 0)
        return sg_fail(reading->error, SG_ERROR_CONFIGURATION, "%s: %s", reading->path.text, problem);
    return sg_fail(reading->error, SG_ERROR_CONFIGURATION, "%s: artifact %zu: %s", reading->path.text,
                   reading->artifact, problem);
}

static sg_result refuse_member(const struct reading *reading, const char *member, const char *expected)
{
    struct sg_printable shown;
    char problem[SG_ERROR_MESSAGE_BYTES / 2];
    snprintf(problem, sizeof problem, "`%s` is not %s", sg_printable_text(&shown, member), expected);
    return refuse(reading, problem);
}

/* Members of one object, each of which must be there, and no other. */
static sg_result check_members(const struct reading *reading, json_t *object, const char *const *names, size_t count)
{
    const char *key = NULL;
    json_t *value = NULL;
    struct sg_printable shown;
    char problem[SG_ERROR_MESSAGE_BYTES / 2];
    for (size_t i = 0; i < count; i++) {
        if (json_object_get(object, names[i]) != NULL)
            continue;
        snprintf(problem, sizeof problem, "`%s` is missing", names[i]);
        return refuse(reading, problem);
    }
    json_object_foreach(object, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < count && !known; i++)
            known = strcmp(key, names[i]) == 0;
        if (known)
            continue;
        snprintf(problem, sizeof problem, "there is no member `%s` in a lock", sg_printable_text(&shown, key));
        return refuse(reading, problem);
    }
    return SG_OK;
}

/* A text without control or invisible characters. */
static bool text_of(json_t *object, const char *member, struct sg_span *out)
{
    uint32_t c = 0;
    json_t *value = json_object_get(object, member);
    *out = sg_span_of(json_string_value(value), json_string_length(value));
    return json_is_string(value) && out->size > 0 && sg_text_flaw(*out, &c) == NULL;
}

static sg_result copy_text(const struct reading *reading, struct sg_span text, const char **out)
{
    return sg_arena_text(&reading->lock->arena, text, out, reading->error);
}

static sg_result read_identity(const struct reading *reading, json_t *object, struct sg_lock_entry *entry)
{
    struct sg_span text = {0};
    bool good = text_of(object, "kind", &text);
    if (good && sg_span_equal(text, SG_SPAN_LITERAL("function")))
        entry->kind = SG_FUNCTION;
    else if (good && sg_span_equal(text, SG_SPAN_LITERAL("layer")))
        entry->kind = SG_LAYER;
    else
        return refuse_member(reading, "kind", "`function` or `layer`");
    if (!text_of(object, "name", &text) || text.size > SG_CONFIG_NAME_MAX_BYTES)
        return refuse_member(reading, "name", "the name of a function or layer");
    return copy_text(reading, text, &entry->name);
}

static sg_result read_signature(const struct reading *reading, json_t *object, struct sg_lock_entry *entry)
{
    struct sg_span text = {0};
    struct sg_arn parts;
    if (!text_of(object, "profile_version_arn", &text) || !sg_arn_parse_profile_version(text, &parts))
        return refuse_member(reading, "profile_version_arn", "the ARN of a signing profile version");
    SG_TRY(copy_text(reading, text, &entry->profile_version_arn));
    if (!text_of(object, "job_arn", &text) || !sg_arn_parse_job(text, &parts))
        return refuse_member(reading, "job_arn", "the ARN of a signing job");
    SG_TRY(copy_text(reading, text, &entry->job_arn));
    if (!text_of(object, "signed_at", &text) || !sg_time_parse_rfc3339(text, &entry->signed_at))
        return refuse_member(reading, "signed_at", "an RFC 3339 time");
    return SG_OK;
}

static sg_result read_entry(const struct reading *reading, json_t *object, struct sg_lock_entry *entry)
{
    static const char *const names[] = {"kind", "name", "code_sha256", "profile_version_arn", "job_arn", "signed_at"};
    struct sg_span text = {0};
    if (!json_is_object(object))
        return refuse(reading, "it is no object");
    SG_TRY(check_members(reading, object, names, sizeof names / sizeof names[0]));
    SG_TRY(read_identity(reading, object, entry));
    if (!text_of(object, "code_sha256", &text) || !sg_sha256_from_base64(text, entry->code_sha256))
        return refuse_member(reading, "code_sha256", "the base64 of a SHA-256");
    return read_signature(reading, object, entry);
}

static sg_result check_twins(struct reading *reading)
{
    struct sg_lock *lock = reading->lock;
    qsort(lock->entries, lock->count, sizeof lock->entries[0], sg_lock_entry_compare);
    reading->artifact = 0;
    for (size_t i = 1; i < lock->count; i++) {
        struct sg_printable name;
        if (sg_lock_entry_compare(&lock->entries[i - 1], &lock->entries[i]) != 0)
            continue;
        return sg_fail(reading->error, SG_ERROR_CONFIGURATION, "%s: %s `%s` has two entries", reading->path.text,
                       lock->entries[i].kind == SG_FUNCTION ? "function" : "layer",
                       sg_printable_text(&name, lock->entries[i].name));
    }
    return SG_OK;
}

static sg_result read_root(struct reading *reading, json_t *root)
{
    static const char *const names[] = {"version", "artifacts"};
    struct sg_lock *lock = reading->lock;
    void *room = NULL;
    if (!json_is_object(root))
        return refuse(reading, "it is no object");
    json_t *version = json_object_get(root, "version");
    if (version != NULL && (!json_is_integer(version) || json_integer_value(version) != 1))
        return refuse(reading, "`version` is not 1, the only one that this build reads");
    SG_TRY(check_members(reading, root, names, 2));
    json_t *artifacts = json_object_get(root, "artifacts");
    if (!json_is_array(artifacts))
        return refuse_member(reading, "artifacts", "an array");
    size_t count = json_array_size(artifacts);
    if (count > 2 * SG_CONFIG_MAX_ARTIFACTS)
        return refuse(reading, "it has more artifacts than a configuration can have");
    SG_TRY(sg_arena_alloc(&lock->arena, count, sizeof(struct sg_lock_entry), &room, reading->error));
    lock->entries = room;
    for (lock->count = 0; lock->count < count; lock->count++) {
        reading->artifact = lock->count + 1;
        SG_TRY(read_entry(reading, json_array_get(artifacts, lock->count), &lock->entries[lock->count]));
    }
    return check_twins(reading);
}

static sg_result parse(struct reading *reading, struct sg_span bytes)
{
    json_error_t flaw = {0};
    struct sg_printable shown;
    SG_CLEANUP(free_json)
    json_t *root = json_loadb((const char *)bytes.data, bytes.size, JSON_REJECT_DUPLICATES, &flaw);
    if (root != NULL)
        return read_root(reading, root);
    if (json_error_code(&flaw) == json_error_out_of_memory)
        return sg_fail_memory(reading->error);
    return sg_fail(reading->error, SG_ERROR_CONFIGURATION, "%s:%d:%d: %s", reading->path.text, flaw.line, flaw.column,
                   sg_printable_text(&shown, flaw.text));
}

/* A file that is not there is no lock; one that is there and cannot be read, a link that leads nowhere included, must not pass for
 * one that is not there. */
static sg_result read_bytes(const char *path, struct sg_buffer *bytes, bool *there, struct sg_error *error)
{
    struct sg_error cause = {0};
    struct stat status;
    *there = sg_file_read(path, SG_LOCK_MAX_BYTES, bytes, &cause).done;
    if (*there || cause.code == SG_ERROR_MEMORY)
        return *there ? SG_OK : sg_fail_memory(error);
    if (cause.system_errno == ENOENT && lstat(path, &status) != 0 && errno == ENOENT)
        return SG_OK;
    return sg_fail(error, SG_ERROR_CONFIGURATION, "the lock cannot be used: %s", cause.message);
}

static sg_result new_lock(const char *path, struct sg_lock **out, struct sg_error *error)
{
    SG_CLEANUP(sg_lock_free) struct sg_lock *lock = calloc(1, sizeof *lock);
    if (lock == NULL)
        return sg_fail_memory(error);
    lock->arena = sg_arena_make(SG_CONFIG_ARENA_MAX_BYTES);
    SG_TRY(sg_arena_text(&lock->arena, sg_span_text(path), &lock->path, error));
    *out = SG_TAKE(lock);
    return SG_OK;
}

sg_result sg_lock_load(const char *path, struct sg_lock **out, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer bytes = {0};
    SG_CLEANUP(sg_lock_free) struct sg_lock *lock = NULL;
    bool there = false;
    *out = NULL;
    SG_TRY(read_bytes(path, &bytes, &there, error));
    if (!there)
        return SG_OK;
    SG_TRY(new_lock(path, &lock, error));
    SG_TRY(sg_sha256(sg_buffer_span(&bytes), lock->sha256, error));
    struct reading reading = {.lock = lock, .error = error};
    sg_printable_text(&reading.path, path);
    SG_TRY(parse(&reading, sg_buffer_span(&bytes)));
    *out = SG_TAKE(lock);
    return SG_OK;
}
