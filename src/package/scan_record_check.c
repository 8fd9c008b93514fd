/*
 * Holds the entries of a package against its RECORD files. A cut of the signed bytes into other files (ATTACKS.md section 3) makes
 * a listed file vanish, gives one another digest, or makes one that is not listed.
 *
 * What builds of Lambda layers do all the time must not be found (docs/lock.md): they leave out tests, documentation and
 * byte code. So a file that is missing counts only when it is code and in no folder of tests.
 */
#include "package/scan_record.h"

/* The first row of this path, or one behind the last. */
static size_t first_row(const struct sg_records *records, struct sg_span path)
{
    size_t low = 0;
    size_t high = records->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sg_span_compare(records->rows[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_row_of(const struct sg_records *records, size_t row, struct sg_span path)
{
    return row < records->row_count && sg_span_equal(records->rows[row].path, path);
}

bool sg_records_want(const struct sg_records *records, const struct sg_zip_entry *entry)
{
    if (records == NULL || records->too_large || entry->kind != SG_ZIP_FILE)
        return false;
    struct sg_span path = sg_record_path(entry->name);
    for (size_t row = first_row(records, path); is_row_of(records, row, path); row++) {
        if (records->rows[row].has_sha256)
            return true;
    }
    return false;
}

static void count(size_t *counter, struct sg_span *first, struct sg_span path)
{
    if ((*counter)++ == 0)
        *first = path;
}

static bool is_byte_code(struct sg_span path)
{
    return sg_span_ends_with(path, SG_SPAN_LITERAL(".pyc"));
}

/* A file that no RECORD lists, in a folder whose files they list. */
static void compare_unlisted(struct sg_records *records, struct sg_span path)
{
    if (is_byte_code(path))
        return;
    for (size_t at = 0; at < path.size; at++) {
        if (path.data[at] != '/')
            continue;
        struct sg_span folder = sg_span_part(path, 0, at + 1);
        size_t low = 0;
        size_t high = records->folder_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (sg_span_compare(records->folders[middle].path, folder) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < records->folder_count && sg_span_equal(records->folders[low].path, folder)) {
            struct sg_record *record = records->folders[low].record;
            count(&record->extra, &record->first_extra, path);
            return;
        }
    }
}

static void compare_entry(struct sg_records *records, const struct sg_zip_entry *entry)
{
    if (entry->kind == SG_ZIP_FOLDER)
        return;
    struct sg_span path = sg_record_path(entry->name);
    size_t row = first_row(records, path);
    if (!is_row_of(records, row, path))
        compare_unlisted(records, path);
    for (; is_row_of(records, row, path); row++) {
        struct sg_record_row *listed = &records->rows[row];
        listed->seen = true;
        bool other_size = listed->has_size && listed->size != entry->uncompressed_size;
        bool other_bytes =
            listed->has_sha256 && entry->sha256 != NULL && memcmp(listed->sha256, entry->sha256, SG_SHA256_BYTES) != 0;
        if (entry->kind == SG_ZIP_FILE && (other_size || other_bytes))
            count(&listed->record->changed, &listed->record->first_changed, path);
    }
}

/* Whether one of the folders of the path has this name. */
static bool has_folder(struct sg_span path, struct sg_span name)
{
    size_t start = 0;
    for (size_t at = 0; at < path.size; at++) {
        if (path.data[at] != '/')
            continue;
        if (sg_span_equal(sg_span_part(path, start, at - start), name))
            return true;
        start = at + 1;
    }
    return false;
}

static bool is_needed(const struct sg_record_row *row)
{
    static const char *const folders[] = {"test", "tests", "examples"};
    if (!row->has_sha256 || (!sg_span_ends_with(row->path, SG_SPAN_LITERAL(".py")) &&
                             !sg_span_ends_with(row->path, SG_SPAN_LITERAL(".so"))))
        return false;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (has_folder(row->path, sg_span_text(folders[i])))
            return false;
    }
    return true;
}

static sg_result report_count(struct sg_zip *zip, const struct sg_record *record, bool lists, const char *what,
                              size_t number, struct sg_span first)
{
    struct sg_printable file;
    struct sg_printable path;
    if (number == 0)
        return SG_OK;
    return sg_suspicious(zip, "`%s` %s %zu file%s %s: `%s`%s", sg_printable(&file, record->name),
                         lists ? "lists" : "does not list", number, number == 1 ? "" : "s", what,
                         sg_printable(&path, first), number == 1 ? "" : " and others");
}

static sg_result report_record(struct sg_zip *zip, const struct sg_record *record)
{
    struct sg_printable file;
    if (record->odd_rows > 0)
        SG_TRY(sg_suspicious(zip, "`%s` has %zu line%s no file; the first is line %zu",
                             sg_printable(&file, record->name), record->odd_rows,
                             record->odd_rows == 1 ? " that lists" : "s that list", record->first_odd_row));
    SG_TRY(report_count(zip, record, true, "missing from the package", record->missing, record->first_missing));
    SG_TRY(report_count(zip, record, true, "with another size or digest", record->changed, record->first_changed));
    return report_count(zip, record, false, "beside its own", record->extra, record->first_extra);
}

sg_result sg_records_compare(struct sg_records *records, struct sg_zip *zip)
{
    if (records == NULL)
        return SG_OK;
    if (records->too_large)
        return sg_suspicious(zip, "the RECORD files of its Python packages are too large to be held against its files");
    for (size_t i = 0; i < zip->package->entry_count; i++)
        compare_entry(records, &zip->entries[i]);
    for (size_t i = 0; i < records->row_count; i++) {
        const struct sg_record_row *row = &records->rows[i];
        if (!row->seen && is_needed(row))
            count(&row->record->missing, &row->record->first_missing, row->path);
    }
    for (size_t i = 0; i < records->file_count; i++)
        SG_TRY(report_record(zip, &records->files[i]));
    return SG_OK;
}
