#include "gate/facts.h"

#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"

/* Build tools make links, so they are followed, and where they led is reported (ATTACKS.md, amendment d). */
sg_result sg_facts_resolve(const char *path, struct sg_facts *facts, const char **out, struct sg_error *error)
{
    struct stat status;
    if (lstat(path, &status) != 0 || !S_ISLNK(status.st_mode))
        return SG_OK;
    SG_CLEANUP(sg_cleanup_free) char *resolved = realpath(path, NULL);
    if (resolved == NULL)
        return SG_OK;
    struct sg_printable shown;
    return sg_arena_text(&facts->arena, sg_span_text(sg_printable_text(&shown, resolved)), out, error);
}

/* A file over the limit is no mystery: Lambda would refuse it, too. */
static sg_result refute_size(const char *path, struct sg_facts *facts, struct sg_error *error)
{
    struct stat status = {0};
    facts->was_read = true;
    facts->package.size = stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
    return sg_refute(&facts->package.structure, &facts->arena, SG_RULE_PACKAGE_TOO_LARGE, error,
                     "the file has %" PRIu64 " bytes; Lambda takes no package that large", facts->package.size);
}

sg_result sg_facts_open(const char *path, struct sg_facts *facts, int *descriptor, bool *opened, struct sg_error *error)
{
    struct sg_error cause = {0};
    *opened = sg_file_open(path, SG_PACKAGE_MAX_BYTES, descriptor, &cause).done;
    if (*opened)
        return SG_OK;
    if (cause.code == SG_ERROR_REFUSED)
        return refute_size(path, facts, error);
    return sg_arena_text(&facts->arena, sg_span_text(cause.message), &facts->unreadable, error);
}

static sg_result read_signature(const struct sg_anchors *anchors, struct sg_facts *facts, struct sg_error *error)
{
    const struct sg_package *package = &facts->package;
    if (package->structure.outcome != SG_PROVEN || !package->has_signature)
        return SG_OK;
    return sg_envelope_verify(package->signature, package->content, anchors, &facts->arena, &facts->envelope, error);
}

static sg_result read_into(int descriptor, const struct sg_anchors *anchors, struct sg_hasher *hasher,
                           struct sg_facts *facts, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer bytes = {0};
    struct sg_error cause = {0};
    if (!sg_file_read_open(descriptor, "the package", SG_PACKAGE_MAX_BYTES, &bytes, &cause).done) {
        if (cause.code == SG_ERROR_IO)
            return sg_arena_text(&facts->arena, sg_span_text(cause.message), &facts->unreadable, error);
        return sg_fail(error, cause.code, "%s", cause.message);
    }
    facts->was_read = true;
    SG_TRY(sg_package_read_with(sg_buffer_span(&bytes), hasher, &facts->arena, &facts->package, error));
    return read_signature(anchors, facts, error);
}

sg_result sg_facts_read_open(int descriptor, const struct sg_anchors *anchors, struct sg_hasher *hasher,
                             struct sg_facts *out, struct sg_error *error)
{
    struct sg_facts facts = {.arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES)};
    sg_result result = read_into(descriptor, anchors, hasher, &facts, error);
    if (!result.done) {
        sg_facts_free(&facts);
        facts = (struct sg_facts){0};
    }
    *out = facts;
    return result;
}

void sg_facts_free(struct sg_facts *facts)
{
    sg_arena_free(&facts->arena);
    *facts = (struct sg_facts){0};
}
