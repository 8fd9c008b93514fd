#include "config/lock.h"

#include "base/cleanup.h"

static bool ends_with(struct sg_span text, struct sg_span end)
{
    return text.size > end.size && memcmp(text.data + text.size - end.size, end.data, end.size) == 0;
}

sg_result sg_lock_path(const char *config_path, char **out, struct sg_error *error)
{
    static const struct sg_span suffix = {(const uint8_t *)".lock", 5};
    struct sg_span path = sg_span_text(config_path);
    if (ends_with(path, SG_SPAN_LITERAL(".yaml")))
        path.size -= 5;
    else if (ends_with(path, SG_SPAN_LITERAL(".yml")))
        path.size -= 4;
    SG_CLEANUP(sg_cleanup_free) char *text = malloc(path.size + suffix.size + 1);
    if (text == NULL)
        return sg_fail_memory(error);
    memcpy(text, path.data, path.size);
    memcpy(text + path.size, suffix.data, suffix.size);
    text[path.size + suffix.size] = '\0';
    *out = SG_TAKE(text);
    return SG_OK;
}

void sg_lock_free(struct sg_lock **lock)
{
    if (*lock == NULL)
        return;
    sg_arena_free(&(*lock)->arena);
    free(*lock);
    *lock = NULL;
}

int sg_lock_entry_compare(const void *a, const void *b)
{
    const struct sg_lock_entry *one = a;
    const struct sg_lock_entry *other = b;
    if (one->kind != other->kind)
        return one->kind == SG_FUNCTION ? -1 : 1;
    return strcmp(one->name, other->name);
}

bool sg_lock_entry_equal(const struct sg_lock_entry *a, const struct sg_lock_entry *b)
{
    return sg_lock_entry_compare(a, b) == 0 && memcmp(a->code_sha256, b->code_sha256, SG_SHA256_BYTES) == 0 &&
           strcmp(a->profile_version_arn, b->profile_version_arn) == 0 && strcmp(a->job_arn, b->job_arn) == 0 &&
           sg_time_compare(a->signed_at, b->signed_at) == 0;
}

const struct sg_lock_entry *sg_lock_find(const struct sg_lock *lock, enum sg_artifact_kind kind, const char *name)
{
    const struct sg_lock_entry wanted = {.kind = kind, .name = name};
    if (lock == NULL || lock->count == 0)
        return NULL;
    return bsearch(&wanted, lock->entries, lock->count, sizeof wanted, sg_lock_entry_compare);
}
