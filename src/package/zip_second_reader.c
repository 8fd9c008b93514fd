/* libzip as the second reader: it must see what the structure pass saw. It is never asked for content, for it bounds and
 * checks less than this gate must (ATTACKS.md 1.1, L4 to L9). */
#include <errno.h>

#include <zip.h>

#include "base/cleanup.h"
#include "package/zip_internal.h"

static void cleanup_archive(zip_t **archive)
{
    if (*archive != NULL)
        zip_discard(*archive);
}

/* libzip up to 1.11 keeps names in a table by h = h * 33 + c, so that chosen names make opening quadratic (L10, ZX-01). A
 * package with so many names of one slot was made for that. */
static sg_result check_hash(struct sg_zip *zip)
{
    size_t slots = 256;
    while (slots * 3 / 4 < zip->package->entry_count)
        slots *= 2;
    SG_CLEANUP(sg_cleanup_free) uint32_t *used = calloc(slots, sizeof *used);
    if (used == NULL)
        return sg_fail_memory(zip->error);
    for (size_t i = 0; i < zip->package->entry_count; i++) {
        struct sg_span name = zip->entries[i].name;
        uint32_t hash = 5381;
        for (size_t at = 0; at < name.size; at++)
            hash = hash * 33 + name.data[at];
        if (++used[hash & (slots - 1)] > SG_NAME_HASH_MAX_COLLISIONS)
            return sg_ambiguous(zip, "more than %u names were chosen to collide in the table of a zip library",
                                SG_NAME_HASH_MAX_COLLISIONS);
    }
    return SG_OK;
}

/* Without ZIP_CHECKCONS: it checks less than the structure pass, and refuses times that differ, which change nothing. */
static sg_result open_archive(struct sg_zip *zip, zip_t **out)
{
    zip_error_t reason;
    zip_error_init(&reason);
    /* libzip 1.7.3 may call an archive bad when it was memory that it lacked. */
    errno = 0;
    zip_source_t *source = zip_source_buffer_create(zip->bytes.data, zip->bytes.size, 0, &reason);
    zip_t *archive = source != NULL ? zip_open_from_source(source, ZIP_RDONLY, &reason) : NULL;
    sg_result result = SG_OK;
    if (archive == NULL) {
        struct sg_printable shown;
        result = zip_error_code_zip(&reason) == ZIP_ER_MEMORY || errno == ENOMEM
                     ? sg_fail_memory(zip->error)
                     : sg_ambiguous(zip, "libzip refuses the archive: %s",
                                    sg_printable_text(&shown, zip_error_strerror(&reason)));
        if (source != NULL)
            zip_source_free(source);
    }
    zip_error_fini(&reason);
    *out = archive;
    return result;
}

static bool same_entry(zip_t *archive, zip_uint64_t index, const struct sg_zip_entry *entry)
{
    zip_stat_t stat;
    const zip_uint64_t wanted =
        ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(archive, index, ZIP_FL_ENC_RAW, &stat) != 0 || (stat.valid & wanted) != wanted)
        return false;
    return sg_span_equal(sg_span_text(stat.name), entry->name) && stat.size == entry->uncompressed_size &&
           stat.comp_size == entry->compressed_size && stat.crc == entry->crc32 && stat.comp_method == entry->method;
}

sg_result sg_zip_ask_second_reader(struct sg_zip *zip)
{
    SG_TRY(check_hash(zip));
    if (sg_zip_refuted(zip))
        return SG_OK;
    SG_CLEANUP(cleanup_archive) zip_t *archive = NULL;
    SG_TRY(open_archive(zip, &archive));
    if (sg_zip_refuted(zip))
        return SG_OK;
    zip_int64_t count = zip_get_num_entries(archive, 0);
    if (count < 0 || (size_t)count != zip->package->entry_count)
        return sg_ambiguous(zip, "libzip sees %lld entries instead of %zu", (long long)count,
                            zip->package->entry_count);
    for (size_t i = 0; i < zip->package->entry_count; i++) {
        struct sg_printable shown;
        if (!same_entry(archive, i, &zip->entries[i]))
            return sg_ambiguous(zip, "libzip sees another entry than `%s`", sg_printable(&shown, zip->entries[i].name));
    }
    return SG_OK;
}
