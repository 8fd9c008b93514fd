/*
 * Reads the RECORD files of Python's installers: one row a file, with its path relative to the folder that the *.dist-info folder
 * is in, its digest and its size (Python packaging specification, "Recording installed projects").
 */
#include "package/scan_record.h"
#include "base/cleanup.h"

static bool is_record(const struct sg_zip_entry *entry)
{
    return entry->kind == SG_ZIP_FILE && sg_span_ends_with(entry->name, SG_SPAN_LITERAL(".dist-info/RECORD"));
}

/* --- rows ----------------------------------------------------------------------------------------------------------------- */

/* Takes one field of a row off the front, without its quotes, and the comma behind it. `room` takes a field whose doubled quotes
 * become single ones. False when it is no field. */
static bool take_field(struct sg_span *row, uint8_t *room, struct sg_span *out)
{
    size_t at = 0;
    size_t size = 0;
    if (row->size == 0 || row->data[0] != '"') {
        while (at < row->size && row->data[at] != ',')
            at++;
        *out = sg_span_part(*row, 0, at);
    } else {
        bool closed = false;
        for (at = 1; at < row->size && !closed; at++) {
            bool quote = row->data[at] == '"';
            if (quote && at + 1 < row->size && row->data[at + 1] == '"')
                at++;
            else if (quote)
                closed = true;
            if (!closed)
                room[size++] = row->data[at];
        }
        if (!closed || (at < row->size && row->data[at] != ','))
            return false;
        *out = sg_span_of(room, size);
    }
    *row = at < row->size ? sg_span_part(*row, at + 1, row->size - at - 1) : (struct sg_span){NULL, 0};
    return true;
}

static bool read_size(struct sg_span text, uint64_t *out)
{
    *out = 0;
    if (text.size == 0 || text.size > 18)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(text.data[i] - '0');
    }
    return true;
}

/* A path that leads out of the folder ("../../bin/tool") is not the package's affair. */
static bool is_inside(struct sg_span path)
{
    return path.size > 0 && path.data[0] != '/' && !sg_span_starts_with(path, SG_SPAN_LITERAL("../"));
}

static sg_result full_path(struct sg_zip *zip, const struct sg_record *record, struct sg_span path, struct sg_span *out)
{
    void *room = NULL;
    SG_TRY(sg_arena_alloc(zip->scratch, record->base.size + path.size + 1, 1, &room, zip->error));
    uint8_t *bytes = room;
    if (record->base.size > 0)
        memcpy(bytes, record->base.data, record->base.size);
    memcpy(bytes + record->base.size, path.data, path.size);
    *out = sg_span_of(bytes, record->base.size + path.size);
    return SG_OK;
}

static sg_result add_row(struct sg_zip *zip, struct sg_records *records, struct sg_record *record, struct sg_span path,
                         struct sg_span digest, struct sg_span size)
{
    records->path_bytes += record->base.size + path.size;
    if (records->row_count >= SG_RECORD_MAX_ROWS || records->path_bytes > SG_RECORD_PATHS_MAX_BYTES) {
        records->too_large = true;
        return SG_OK;
    }
    void *rows = records->rows;
    void *item = NULL;
    SG_TRY(sg_arena_push(zip->scratch, &rows, &records->row_count, &records->row_capacity, sizeof(struct sg_record_row),
                         &item, zip->error));
    records->rows = rows;
    struct sg_record_row *row = item;
    row->record = record;
    row->has_size = read_size(size, &row->size);
    /* Some write the padding, though the specification has none. */
    if (sg_span_ends_with(digest, SG_SPAN_LITERAL("=")))
        digest.size--;
    if (sg_span_starts_with(digest, SG_SPAN_LITERAL("sha256=")))
        row->has_sha256 = sg_sha256_from_base64url(sg_span_part(digest, 7, digest.size - 7), row->sha256);
    return full_path(zip, record, path, &row->path);
}

/* PATH,DIGEST,SIZE; the last two may be empty. */
static sg_result read_row(struct sg_zip *zip, struct sg_records *records, struct sg_record *record, struct sg_span row,
                          size_t line)
{
    uint8_t room[3][SG_NAME_MAX_BYTES + 1];
    struct sg_span fields[3] = {{0}};
    bool good = row.size <= SG_NAME_MAX_BYTES;
    for (size_t i = 0; i < 3 && good; i++)
        good = (i == 0 || row.data != NULL) && take_field(&row, room[i], &fields[i]);
    if (!good || row.data != NULL) {
        record->first_odd_row = record->odd_rows++ == 0 ? line : record->first_odd_row;
        return SG_OK;
    }
    return is_inside(fields[0]) ? add_row(zip, records, record, fields[0], fields[1], fields[2]) : SG_OK;
}

static sg_result read_rows(struct sg_zip *zip, struct sg_records *records, struct sg_record *record,
                           struct sg_span text)
{
    for (size_t line = 1; text.size > 0 && !records->too_large; line++) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        size_t length = end == NULL ? text.size : (size_t)(end - text.data);
        struct sg_span row = sg_span_part(text, 0, length);
        size_t step = end == NULL ? length : length + 1;
        text = sg_span_part(text, step, text.size - step);
        if (row.size > 0 && row.data[row.size - 1] == '\r')
            row.size--;
        if (row.size > 0)
            SG_TRY(read_row(zip, records, record, row, line));
    }
    return SG_OK;
}

/* --- files ---------------------------------------------------------------------------------------------------------------- */

static sg_result take_piece(void *self, struct sg_span piece, struct sg_error *error)
{
    return sg_buffer_append(self, piece, error);
}

static sg_result read_file(struct sg_zip *zip, struct sg_inflater *inflater, struct sg_records *records,
                           const struct sg_zip_entry *entry)
{
    struct sg_record *record = &records->files[records->file_count++];
    SG_CLEANUP(sg_buffer_free) struct sg_buffer text = sg_buffer_make(SG_RECORD_MAX_BYTES);
    const char *problem = NULL;
    record->name = entry->name;
    record->base = sg_record_path(entry->name);
    record->base.size -= sizeof "/RECORD" - 1;
    while (record->base.size > 0 && record->base.data[record->base.size - 1] != '/')
        record->base.size--;
    const struct sg_sink sink = {.take = take_piece, .self = &text};
    SG_TRY(sg_inflate_entry(inflater, entry, &sink, &problem, zip->error));
    /* The pass over all bodies says what is wrong with this one. */
    return problem != NULL ? SG_OK : read_rows(zip, records, record, sg_buffer_span(&text));
}

static int compare_rows(const void *a, const void *b)
{
    return sg_span_compare(((const struct sg_record_row *)a)->path, ((const struct sg_record_row *)b)->path);
}

/* The folders at the top of each distribution that it lists files in, from the sorted rows. Its own *.dist-info is none:
 * installers put files of theirs there. */
static sg_result list_folders(struct sg_zip *zip, struct sg_records *records)
{
    void *room = NULL;
    SG_TRY(sg_arena_alloc(zip->scratch, records->row_count, sizeof(struct sg_record_folder), &room, zip->error));
    records->folders = room;
    for (size_t i = 0; i < records->row_count; i++) {
        const struct sg_record_row *row = &records->rows[i];
        struct sg_span base = row->record->base;
        struct sg_span below = sg_span_part(row->path, base.size, row->path.size - base.size);
        const uint8_t *slash = memchr(below.data, '/', below.size);
        if (!row->has_sha256 || slash == NULL)
            continue;
        struct sg_span folder = sg_span_part(row->path, 0, base.size + (size_t)(slash - below.data) + 1);
        if (sg_span_ends_with(folder, SG_SPAN_LITERAL(".dist-info/")))
            continue;
        if (records->folder_count == 0 || !sg_span_equal(records->folders[records->folder_count - 1].path, folder))
            records->folders[records->folder_count++] = (struct sg_record_folder){folder, row->record};
    }
    return SG_OK;
}

static int compare_folders(const void *a, const void *b)
{
    return sg_span_compare(((const struct sg_record_folder *)a)->path, ((const struct sg_record_folder *)b)->path);
}

sg_result sg_records_read(struct sg_zip *zip, struct sg_inflater *inflater, struct sg_records **out)
{
    size_t count = 0;
    uint64_t bytes = 0;
    void *room = NULL;
    *out = NULL;
    for (size_t i = 0; i < zip->package->entry_count; i++) {
        if (!is_record(&zip->entries[i]))
            continue;
        count++;
        bytes += zip->entries[i].uncompressed_size;
    }
    if (count == 0)
        return SG_OK;
    SG_TRY(sg_arena_alloc(zip->scratch, 1, sizeof(struct sg_records), &room, zip->error));
    struct sg_records *records = room;
    SG_TRY(sg_arena_alloc(zip->scratch, count, sizeof(struct sg_record), &room, zip->error));
    records->files = room;
    records->too_large = bytes > SG_RECORD_MAX_BYTES;
    for (size_t i = 0; i < zip->package->entry_count && !records->too_large; i++) {
        if (is_record(&zip->entries[i]))
            SG_TRY(read_file(zip, inflater, records, &zip->entries[i]));
    }
    if (!records->too_large && records->row_count > 0) {
        qsort(records->rows, records->row_count, sizeof records->rows[0], compare_rows);
        SG_TRY(list_folders(zip, records));
        qsort(records->folders, records->folder_count, sizeof records->folders[0], compare_folders);
    }
    *out = records;
    return SG_OK;
}
