/* The end of the archive: end of central directory record, and the zip64 records before it (APPNOTE 4.3.14 to 4.3.16). Only
 * one reading of the last bytes may be possible, and nothing may follow (ATTACKS.md ZA-01 to ZA-11, ZZ-04, ZZ-05). */
#include <inttypes.h>

#include "package/zip_internal.h"

enum { ZIP64_LOCATOR_BYTES = 20, ZIP64_END_BYTES = 56 };

static const uint8_t end_signature[4] = {'P', 'K', 5, 6};
static const uint8_t locator_signature[4] = {'P', 'K', 6, 7};
static const uint8_t zip64_end_signature[4] = {'P', 'K', 6, 6};

/* The record's fields; a zip64 record's when there is one. */
struct end {
    uint64_t offset; /* of the first end record: where the directory must end */
    uint32_t disk, directory_disk;
    uint64_t entries_here, entries;
    uint64_t directory_size, directory_offset;
};

static bool has_signature(struct sg_span bytes, uint64_t offset, const uint8_t signature[4])
{
    return sg_span_holds(bytes, offset, 4) && memcmp(bytes.data + offset, signature, 4) == 0;
}

/* Where end records may start: the last 65,557 bytes. */
static uint64_t first_candidate(struct sg_span bytes)
{
    uint64_t reach = SG_ZIP_END_BYTES + SG_ZIP_COMMENT_MAX_BYTES;
    return bytes.size > reach ? bytes.size - reach : 0;
}

static bool comment_reaches_end(struct sg_span bytes, uint64_t offset)
{
    return offset + SG_ZIP_END_BYTES + sg_le16(bytes.data + offset + 20) == bytes.size;
}

/* Why no end record ends the file. */
static sg_result refute_missing_end(struct sg_zip *zip, size_t signatures)
{
    if (zip->bytes.size == 0)
        return sg_malformed(zip, "the file is empty");
    if (signatures > 0)
        return sg_ambiguous(zip, "the archive's end record does not end the file: bytes follow it, are missing, or its "
                                 "comment has another length");
    if (has_signature(zip->bytes, 0, (const uint8_t[]){'P', 'K', 3, 4}))
        return sg_malformed(zip, "the zip archive has no end of central directory record: it is cut off");
    return sg_malformed(zip, "the file is not a zip archive");
}

static sg_result find_end(struct sg_zip *zip, uint64_t *offset)
{
    size_t signatures = 0;
    size_t candidates = 0;
    for (uint64_t at = first_candidate(zip->bytes); at + SG_ZIP_END_BYTES <= zip->bytes.size; at++) {
        if (!has_signature(zip->bytes, at, end_signature))
            continue;
        signatures++;
        if (!comment_reaches_end(zip->bytes, at))
            continue;
        candidates++;
        if (candidates == 1)
            *offset = at;
    }
    if (candidates == 0)
        return refute_missing_end(zip, signatures);
    if (candidates > 1)
        return sg_ambiguous(zip, "%zu end of central directory records end the file; readers choose different ones",
                            candidates);
    return SG_OK;
}

/* A comment is unsigned text; one that holds an end record of its own is a second archive (ZA-03 to ZA-06). */
static sg_result check_comment(struct sg_zip *zip, uint64_t offset)
{
    uint64_t start = offset + SG_ZIP_END_BYTES;
    zip->comment = sg_span_part(zip->bytes, start, zip->bytes.size - start);
    /* From the second byte on: the record's own length of the comment may be "PK" (ZA-03). */
    for (uint64_t at = offset + 1; at < zip->bytes.size; at++) {
        if (has_signature(zip->bytes, at, end_signature))
            return sg_ambiguous(zip, "the archive's comment holds another end of central directory record");
    }
    if (zip->comment.size > 0)
        return sg_unusual(zip, "the archive has a comment of %zu bytes, which no signature covers", zip->comment.size);
    return SG_OK;
}

static struct end read_end(struct sg_span bytes, uint64_t offset)
{
    const uint8_t *p = bytes.data + offset;
    return (struct end){
        .offset = offset,
        .disk = sg_le16(p + 4),
        .directory_disk = sg_le16(p + 6),
        .entries_here = sg_le16(p + 8),
        .entries = sg_le16(p + 10),
        .directory_size = sg_le32(p + 12),
        .directory_offset = sg_le32(p + 16),
    };
}

/* A field of the end record must say the same as the zip64 record, or be its mark for "see there" (APPNOTE 4.4.1.4). */
static bool agrees(uint64_t field, uint64_t mark, uint64_t zip64)
{
    return field == zip64 || field == mark;
}

static sg_result read_zip64(struct sg_zip *zip, uint64_t locator, struct end *end)
{
    const uint8_t *l = zip->bytes.data + locator;
    uint64_t offset = sg_le64(l + 8);
    if (sg_le32(l + 4) != 0 || sg_le32(l + 16) > 1)
        return sg_malformed(zip, "the zip64 locator speaks of several disks");
    if (locator < ZIP64_END_BYTES || offset != locator - ZIP64_END_BYTES ||
        !has_signature(zip->bytes, offset, zip64_end_signature) || sg_le64(zip->bytes.data + offset + 4) != 44)
        return sg_ambiguous(zip, "the zip64 end record does not stand directly before its locator in its plain form");
    const uint8_t *p = zip->bytes.data + offset;
    struct end zip64 = {
        .offset = offset,
        .disk = sg_le32(p + 16),
        .directory_disk = sg_le32(p + 20),
        .entries_here = sg_le64(p + 24),
        .entries = sg_le64(p + 32),
        .directory_size = sg_le64(p + 40),
        .directory_offset = sg_le64(p + 48),
    };
    if (!agrees(end->disk, 0xFFFF, zip64.disk) || !agrees(end->directory_disk, 0xFFFF, zip64.directory_disk) ||
        !agrees(end->entries_here, 0xFFFF, zip64.entries_here) || !agrees(end->entries, 0xFFFF, zip64.entries) ||
        !agrees(end->directory_size, 0xFFFFFFFF, zip64.directory_size) ||
        !agrees(end->directory_offset, 0xFFFFFFFF, zip64.directory_offset))
        return sg_ambiguous(zip, "the zip64 end record and the end record contradict each other");
    /* Readers that go by the marks alone would not look for the zip64 record. */
    bool marked = end->disk == 0xFFFF || end->directory_disk == 0xFFFF || end->entries_here == 0xFFFF ||
                  end->entries == 0xFFFF || end->directory_size == 0xFFFFFFFF || end->directory_offset == 0xFFFFFFFF;
    if (!marked)
        return sg_ambiguous(zip, "the archive has a zip64 end record that its end record does not refer to");
    if (zip64.entries < 0xFFFF)
        SG_TRY(sg_unusual(zip, "the archive has a zip64 end record that it does not need"));
    *end = zip64;
    return SG_OK;
}

static sg_result check_end(struct sg_zip *zip, const struct end *end)
{
    if (end->disk != 0 || end->directory_disk != 0 || end->entries_here != end->entries)
        return sg_malformed(zip, "the archive is a part of several disks");
    if (end->entries == 0)
        return sg_malformed(zip, "the archive holds no entries");
    if (end->entries > SG_PACKAGE_MAX_ENTRIES)
        return sg_refute_zip(zip, SG_RULE_PACKAGE_TOO_LARGE,
                             "the archive counts %" PRIu64 " entries; at most %u are read", end->entries,
                             SG_PACKAGE_MAX_ENTRIES);
    if (end->directory_offset > end->offset || end->directory_size != end->offset - end->directory_offset)
        return sg_ambiguous(zip,
                            "the central directory (%" PRIu64 " bytes at %" PRIu64
                            ") does not end where the end record "
                            "starts (%" PRIu64 ")",
                            end->directory_size, end->directory_offset, end->offset);
    return SG_OK;
}

sg_result sg_zip_read_end(struct sg_zip *zip)
{
    uint64_t offset = 0;
    SG_TRY(find_end(zip, &offset));
    if (sg_zip_refuted(zip))
        return SG_OK;
    SG_TRY(check_comment(zip, offset));
    struct end end = read_end(zip->bytes, offset);
    if (offset >= ZIP64_LOCATOR_BYTES && has_signature(zip->bytes, offset - ZIP64_LOCATOR_BYTES, locator_signature))
        SG_TRY(read_zip64(zip, offset - ZIP64_LOCATOR_BYTES, &end));
    SG_TRY(check_end(zip, &end));
    if (sg_zip_refuted(zip))
        return SG_OK;
    zip->directory_offset = end.directory_offset;
    zip->directory_size = end.directory_size;
    zip->package->entry_count = (size_t)end.entries;
    return SG_OK;
}
