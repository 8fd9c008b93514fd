#include "package/writer.h"

#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "package/zip_internal.h"

enum {
    VERSION = 20,               /* 2.0: folders and deflate (APPNOTE 4.4.3.2) */
    MADE_BY = 3 << 8 | VERSION, /* Unix: the external attributes hold st_mode (APPNOTE 4.4.2.2) */
    DOS_DIRECTORY = 0x10,
};

/* What is added. */
struct new_entry {
    const char *name;
    struct sg_span body;       /* unpacked */
    struct sg_span compressed; /* what is stored */
    uint16_t method;
    uint32_t modified;
    uint32_t external_attributes;
};

/* A record under construction: little-endian fields at the end of a buffer; the first failure is kept. */
struct fields {
    struct sg_buffer *out;
    struct sg_error *error;
    bool failed;
};

static void put(struct fields *fields, uint64_t value, size_t bytes)
{
    uint8_t little[8];
    for (size_t i = 0; i < bytes; i++)
        little[i] = (uint8_t)(value >> (8 * i));
    if (!fields->failed)
        fields->failed = !sg_buffer_append(fields->out, sg_span_of(little, bytes), fields->error).done;
}

static void put_bytes(struct fields *fields, struct sg_span bytes)
{
    if (!fields->failed)
        fields->failed = !sg_buffer_append(fields->out, bytes, fields->error).done;
}

/* The fields that local header and directory record share, from "version needed" to the name's length (APPNOTE 4.3.7). */
static void put_common(struct fields *fields, const struct new_entry *entry)
{
    put(fields, VERSION, 2);
    put(fields, 0, 2); /* flags: the name is ASCII, the sizes are known */
    put(fields, entry->method, 2);
    put(fields, entry->modified, 4);
    put(fields, crc32_z(0, entry->body.data, entry->body.size), 4);
    put(fields, entry->compressed.size, 4);
    put(fields, entry->body.size, 4);
    put(fields, strlen(entry->name), 2);
}

static void put_local(struct fields *fields, const struct new_entry *entry)
{
    put(fields, 0x04034B50, 4);
    put_common(fields, entry);
    put(fields, 0, 2); /* extra fields */
    put_bytes(fields, sg_span_text(entry->name));
    put_bytes(fields, entry->compressed);
}

static void put_central(struct fields *fields, const struct new_entry *entry, uint64_t local_offset)
{
    put(fields, 0x02014B50, 4);
    put(fields, MADE_BY, 2);
    put_common(fields, entry);
    put(fields, 0, 2); /* extra fields */
    put(fields, 0, 2); /* comment */
    put(fields, 0, 2); /* disk */
    put(fields, 0, 2); /* internal attributes */
    put(fields, entry->external_attributes, 4);
    put(fields, local_offset, 4);
    put_bytes(fields, sg_span_text(entry->name));
}

static void put_end(struct fields *fields, uint64_t entries, uint64_t directory_size, uint64_t directory_offset,
                    struct sg_span comment)
{
    put(fields, 0x06054B50, 4);
    put(fields, 0, 2); /* this disk */
    put(fields, 0, 2); /* the directory's disk */
    put(fields, entries, 2);
    put(fields, entries, 2);
    put(fields, directory_size, 4);
    put(fields, directory_offset, 4);
    put(fields, comment.size, 2);
    put_bytes(fields, comment);
}

/* Where things are in a package whose structure is proven. */
static sg_result find_parts(struct sg_span bytes, struct sg_arena *arena, struct sg_zip *zip, struct sg_error *error)
{
    *zip = (struct sg_zip){.bytes = bytes, .arena = arena, .package = zip->package, .error = error};
    SG_TRY(sg_zip_read_end(zip));
    if (sg_zip_refuted(zip))
        return sg_fail(error, SG_ERROR_INTERNAL, "a package was to be changed that is not well formed: %s",
                       zip->package->structure.message);
    /* 0xFFFF entries would need zip64 (APPNOTE 4.4.1.4). */
    if (zip->package->entry_count + 1 >= 0xFFFF)
        return sg_fail(error, SG_ERROR_REFUSED, "the package has %zu entries and no room for a signature",
                       zip->package->entry_count);
    return SG_OK;
}

static sg_result append_entry(struct sg_span bytes, const struct new_entry *entry, struct sg_buffer *out,
                              struct sg_error *error)
{
    SG_CLEANUP(sg_arena_free) struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    struct sg_package package = {0};
    struct sg_zip zip = {.package = &package};
    SG_TRY(find_parts(bytes, &arena, &zip, error));
    struct fields fields = {.out = out, .error = error};
    size_t start = out->size;
    put_bytes(&fields, sg_span_part(bytes, 0, zip.directory_offset));
    put_local(&fields, entry);
    uint64_t directory_offset = out->size - start;
    put_bytes(&fields, sg_span_part(bytes, zip.directory_offset, zip.directory_size));
    put_central(&fields, entry, zip.directory_offset);
    uint64_t directory_size = out->size - start - directory_offset;
    put_end(&fields, package.entry_count + 1, directory_size, directory_offset, zip.comment);
    return fields.failed ? SG_FAILED : SG_OK;
}

/* DOS time and date (APPNOTE 4.4.6), UTC, so that the same input gives the same bytes everywhere. */
static uint32_t dos_time(struct sg_time modified)
{
    time_t seconds = (time_t)modified.unix_seconds;
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    int year = tm.tm_year < 80 ? 80 : (tm.tm_year > 207 ? 207 : tm.tm_year);
    uint32_t date = (uint32_t)((year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
    uint32_t time = (uint32_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
    return date << 16 | time;
}

sg_result sg_package_append_folder(struct sg_span bytes, struct sg_time modified, struct sg_buffer *out,
                                   struct sg_error *error)
{
    struct new_entry entry = {
        .name = SG_SIGNATURE_FOLDER,
        .method = SG_ZIP_STORED,
        .modified = dos_time(modified),
        .external_attributes = (uint32_t)(S_IFDIR | 0755) << 16 | DOS_DIRECTORY,
    };
    return append_entry(bytes, &entry, out, error);
}

/* A raw deflate stream (APPNOTE 4.4.5). */
static sg_result deflate_whole(struct sg_span body, struct sg_buffer *out, struct sg_error *error)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return sg_fail_memory(error);
    uLong bound = deflateBound(&stream, (uLong)body.size);
    uint8_t *room = NULL;
    sg_result result = sg_buffer_reserve(out, bound, &room, error);
    if (result.done) {
        stream.next_in = (Bytef *)(uintptr_t)body.data;
        stream.avail_in = (uInt)body.size;
        stream.next_out = room;
        stream.avail_out = (uInt)bound;
        if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
            result = sg_fail(error, SG_ERROR_INTERNAL, "the signature cannot be compressed");
        out->size += stream.total_out;
    }
    deflateEnd(&stream);
    return result;
}

sg_result sg_package_append_signature(struct sg_span bytes, struct sg_span signature, struct sg_time modified,
                                      struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer compressed = sg_buffer_make(2 * SG_SIGNATURE_MAX_BYTES);
    SG_TRY(deflate_whole(signature, &compressed, error));
    struct new_entry entry = {
        .name = SG_SIGNATURE_NAME,
        .body = signature,
        .compressed = sg_buffer_span(&compressed),
        .method = SG_ZIP_DEFLATED,
        .modified = dos_time(modified),
        .external_attributes = (uint32_t)(S_IFREG | 0644) << 16,
    };
    return append_entry(bytes, &entry, out, error);
}
