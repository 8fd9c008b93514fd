/* The canonical digest (FORMAT.md section 2): over name and body of every entry in archive order, except the signature entry.
 * On the way, what only the bodies show: the signature itself, where symbolic links lead, and traces of another cut (scan.h). */
#include <inttypes.h>

#include "base/cleanup.h"
#include "package/scan.h"

/* What is done with the pieces of one body. */
struct reading {
    struct sg_hasher *hasher;  /* NULL for the signature entry, which is not hashed */
    struct sg_buffer *keep;    /* the body itself, where it is needed: signature, link target; else NULL */
    struct sg_name_scan *scan; /* files only, else NULL */
};

/* What one pass over all bodies needs. */
struct pass {
    struct sg_inflater *inflater; /* owned */
    struct sg_records *records;   /* in the scratch arena */
    struct sg_name_scan scan;
};

static void cleanup_pass(struct pass *pass)
{
    sg_inflater_free(&pass->inflater);
}

static void find_room(void *self, size_t wanted, uint8_t **room, size_t *room_bytes)
{
    const struct reading *reading = self;
    sg_hasher_room(reading->hasher, wanted, room, room_bytes);
}

/* Hashing comes last: the room is then lent to somebody else. */
static sg_result take_piece(void *self, struct sg_span piece, struct sg_error *error)
{
    struct reading *reading = self;
    if (reading->keep != NULL)
        SG_TRY(sg_buffer_append(reading->keep, piece, error));
    if (reading->scan != NULL)
        sg_name_scan_take(reading->scan, piece);
    return reading->hasher != NULL ? sg_hasher_add(reading->hasher, SG_HASH_CONTENT, piece, error) : SG_OK;
}

/* Whether a link's target, seen from the folder the link is in, stays within the package (ZD-11, FC-7). */
static bool target_stays_inside(struct sg_span link, struct sg_span target)
{
    int depth = 0;
    bool descended = false;
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
        bool up = sg_span_equal(component, SG_SPAN_LITERAL(".."));
        /* Up again behind a name: where that leads, a link of that name decides. */
        if (up && descended)
            return false;
        descended = descended || !up;
        depth += up ? -1 : 1;
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
    const struct sg_sink sink = {
        .room = reading->hasher != NULL ? find_room : NULL, .take = take_piece, .self = reading};
    SG_TRY(sg_inflate_entry(inflater, entry, &sink, &problem, zip->error));
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

static sg_result read_link(struct sg_zip *zip, struct sg_inflater *inflater, const struct sg_zip_entry *entry,
                           const char *name)
{
    if (entry->uncompressed_size > SG_NAME_MAX_BYTES)
        return sg_malformed(zip, "the symbolic link `%s` has a target of more than %u bytes", name, SG_NAME_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer target = sg_buffer_make(SG_NAME_MAX_BYTES);
    struct reading reading = {.hasher = zip->hasher, .keep = &target};
    SG_TRY(read_body(zip, inflater, entry, &reading, name));
    return sg_zip_refuted(zip) ? SG_OK : check_link(zip, entry, sg_buffer_span(&target), name);
}

static sg_result report_scan(struct sg_zip *zip, struct sg_name_scan *scan, const char *name)
{
    struct sg_printable shown;
    sg_name_scan_finish(scan);
    if (!scan->found)
        return SG_OK;
    return sg_suspicious(
        zip,
        "`%s` holds the file name `%s` with what looks like that file right behind it, at byte %" PRIu64
        ": another entry may have been joined to it after signing",
        name, sg_printable(&shown, sg_span_of(scan->name, scan->name_bytes)), scan->name_offset);
}

static sg_result scan_file(struct sg_zip *zip, struct pass *pass, const struct sg_zip_entry *entry, const char *name)
{
    struct reading reading = {.hasher = zip->hasher, .scan = &pass->scan};
    sg_name_scan_start(&pass->scan, entry->name);
    SG_TRY(read_body(zip, pass->inflater, entry, &reading, name));
    return sg_zip_refuted(zip) ? SG_OK : report_scan(zip, &pass->scan, name);
}

/* A file that a RECORD lists: its digest says more than the scan could. */
static sg_result read_listed(struct sg_zip *zip, struct pass *pass, struct sg_zip_entry *entry, const char *name)
{
    void *room = NULL;
    struct reading reading = {.hasher = zip->hasher};
    SG_TRY(sg_arena_alloc(zip->scratch, 1, SG_SHA256_BYTES, &room, zip->error));
    entry->sha256 = room;
    SG_TRY(sg_hasher_begin_part(zip->hasher, entry->sha256, zip->error));
    SG_TRY(read_body(zip, pass->inflater, entry, &reading, name));
    return sg_hasher_end_part(zip->hasher, zip->error);
}

static sg_result read_entry(struct sg_zip *zip, struct pass *pass, struct sg_zip_entry *entry)
{
    struct sg_printable shown;
    const char *name = sg_printable(&shown, entry->name);
    struct reading reading = {.hasher = zip->hasher};
    if (sg_span_equal(entry->name, SG_SPAN_LITERAL(SG_SIGNATURE_NAME)) && entry->kind == SG_ZIP_FILE)
        return read_signature(zip, pass->inflater, entry);
    SG_TRY(sg_hasher_add(zip->hasher, SG_HASH_CONTENT, entry->name, zip->error));
    if (sg_records_want(pass->records, entry))
        return read_listed(zip, pass, entry, name);
    if (entry->kind == SG_ZIP_FILE)
        return scan_file(zip, pass, entry, name);
    if (entry->kind == SG_ZIP_LINK)
        return read_link(zip, pass->inflater, entry, name);
    return read_body(zip, pass->inflater, entry, &reading, name);
}

sg_result sg_zip_read_content(struct sg_zip *zip)
{
    SG_CLEANUP(cleanup_pass) struct pass pass = {0};
    SG_TRY(sg_inflater_make(&pass.inflater, zip->error));
    SG_TRY(sg_records_read(zip, pass.inflater, &pass.records));
    for (size_t i = 0; i < zip->package->entry_count && !sg_zip_refuted(zip); i++)
        SG_TRY(read_entry(zip, &pass, &zip->entries[i]));
    SG_TRY(sg_hasher_finish(zip->hasher, SG_HASH_CONTENT, zip->package->content, zip->error));
    return sg_zip_refuted(zip) ? SG_OK : sg_records_compare(pass.records, zip);
}
