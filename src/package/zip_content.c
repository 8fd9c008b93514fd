/* The canonical digest (FORMAT.md section 2): over name and body of every entry in archive order, except the signature entry.
 * On the way, what only the bodies show: the signature itself, and where symbolic links lead. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "package/inflate.h"

/* What is done with the pieces of one body. */
struct reading {
    struct sg_sha384 *sha;  /* NULL for the signature entry, which is not hashed */
    struct sg_buffer *keep; /* the body itself, where it is needed: signature, link target; else NULL */
};

static sg_result take_piece(void *self, struct sg_span piece, struct sg_error *error)
{
    struct reading *reading = self;
    if (reading->sha != NULL)
        SG_TRY(sg_sha384_add(reading->sha, piece, error));
    if (reading->keep != NULL)
        SG_TRY(sg_buffer_append(reading->keep, piece, error));
    return SG_OK;
}

/* Whether a link's target, seen from the folder the link is in, stays within the package (ZD-11, FC-7). */
static bool target_stays_inside(struct sg_span link, struct sg_span target)
{
    int depth = 0;
    for (size_t i = 0; i < link.size; i++)
        depth += link.data[i] == '/' ? 1 : 0;
    if (target.size == 0 || target.data[0] == '/' || memchr(target.data, '\0', target.size) != NULL)
        return false;
    while (target.size > 0) {
        const uint8_t *slash = memchr(target.data, '/', target.size);
        size_t length = slash == NULL ? target.size : (size_t)(slash - target.data);
        struct sg_span component = sg_span_part(target, 0, length);
        size_t step = length < target.size ? length + 1 : length;
        target = sg_span_part(target, step, target.size - step);
        if (component.size == 0 || sg_span_equal(component, SG_SPAN_LITERAL(".")))
            continue;
        depth += sg_span_equal(component, SG_SPAN_LITERAL("..")) ? -1 : 1;
        if (depth < 0)
            return false;
    }
    return true;
}

static sg_result check_link(struct sg_zip *zip, const struct sg_zip_entry *entry, struct sg_span target,
                            const char *name)
{
    struct sg_printable shown;
    if (target_stays_inside(entry->key, target))
        return SG_OK;
    return sg_malformed(zip, "the symbolic link `%s` leads out of the package, to `%s`", name,
                        sg_printable(&shown, target));
}

static sg_result read_body(struct sg_zip *zip, struct sg_inflater *inflater, const struct sg_zip_entry *entry,
                           struct reading *reading, const char *name)
{
    const char *problem = NULL;
    SG_TRY(sg_inflate_entry(inflater, entry, take_piece, reading, &problem, zip->error));
    return problem == NULL ? SG_OK : sg_malformed(zip, "`%s`: %s", name, problem);
}

static sg_result read_signature(struct sg_zip *zip, struct sg_inflater *inflater, const struct sg_zip_entry *entry)
{
    if (entry->uncompressed_size > SG_SIGNATURE_MAX_BYTES)
        return sg_refute_zip(zip, SG_RULE_PACKAGE_TOO_LARGE,
                             "the signature entry claims %" PRIu64 " bytes; at most %" PRIu64 " are read",
                             entry->uncompressed_size, SG_SIGNATURE_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer body = sg_buffer_make(SG_SIGNATURE_MAX_BYTES);
    struct reading reading = {.keep = &body};
    SG_TRY(read_body(zip, inflater, entry, &reading, SG_SIGNATURE_NAME));
    zip->package->has_signature = true;
    return sg_arena_copy(zip->arena, sg_buffer_span(&body), &zip->package->signature, zip->error);
}

static sg_result read_link(struct sg_zip *zip, struct sg_inflater *inflater, struct sg_sha384 *sha,
                           const struct sg_zip_entry *entry, const char *name)
{
    if (entry->uncompressed_size > SG_NAME_MAX_BYTES)
        return sg_malformed(zip, "the symbolic link `%s` has a target of more than %u bytes", name, SG_NAME_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer target = sg_buffer_make(SG_NAME_MAX_BYTES);
    struct reading reading = {.sha = sha, .keep = &target};
    SG_TRY(read_body(zip, inflater, entry, &reading, name));
    return sg_zip_refuted(zip) ? SG_OK : check_link(zip, entry, sg_buffer_span(&target), name);
}

static sg_result read_entry(struct sg_zip *zip, struct sg_inflater *inflater, struct sg_sha384 *sha,
                            const struct sg_zip_entry *entry)
{
    struct sg_printable shown;
    const char *name = sg_printable(&shown, entry->name);
    struct reading reading = {.sha = sha};
    if (sg_span_equal(entry->name, SG_SPAN_LITERAL(SG_SIGNATURE_NAME)) && entry->kind == SG_ZIP_FILE)
        return read_signature(zip, inflater, entry);
    SG_TRY(sg_sha384_add(sha, entry->name, zip->error));
    if (entry->kind == SG_ZIP_LINK)
        return read_link(zip, inflater, sha, entry, name);
    return read_body(zip, inflater, entry, &reading, name);
}

sg_result sg_zip_read_content(struct sg_zip *zip)
{
    SG_CLEANUP(sg_inflater_free) struct sg_inflater *inflater = NULL;
    SG_CLEANUP(sg_sha384_free) struct sg_sha384 *sha = NULL;
    SG_TRY(sg_inflater_make(&inflater, zip->error));
    SG_TRY(sg_sha384_start(&sha, zip->error));
    for (size_t i = 0; i < zip->package->entry_count && !sg_zip_refuted(zip); i++)
        SG_TRY(read_entry(zip, inflater, sha, &zip->entries[i]));
    return sg_sha384_finish(sha, zip->package->content, zip->error);
}
