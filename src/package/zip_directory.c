/* The central directory (APPNOTE 4.3.12): as many records as the end record counts, filling it exactly, in the order in which
 * their local headers stand, the first of them at offset 0 (profile P1, ATTACKS.md section 0). */
#include <inttypes.h>
#include <sys/stat.h>

#include "package/zip_internal.h"

static const uint8_t central_signature[4] = {'P', 'K', 1, 2};

enum {
    FLAG_ENCRYPTED = 1 << 0,
    FLAG_STRONG_ENCRYPTION = 1 << 6,
    /* Deflate's level (1, 2), data descriptor (3) and UTF-8 (11): what packagers set. */
    FLAGS_USUAL = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 11,
    VERSION_NEEDED_USUAL = 45, /* zip64, the most that stored and deflated entries need (APPNOTE 4.4.3.2) */
    DOS_DIRECTORY = 0x10,
};

/* A 32-bit field that says 0xFFFFFFFF stands in the zip64 field instead, in the order of APPNOTE 4.5.3. */
static bool resolve(uint64_t *field, struct sg_span *zip64)
{
    if (*field != 0xFFFFFFFF)
        return true;
    if (zip64->size < 8)
        return false;
    *field = sg_le64(zip64->data);
    *zip64 = sg_span_part(*zip64, 8, zip64->size - 8);
    return true;
}

/* What a zip64 field holds without need must repeat the 32-bit fields (ZZ-01). */
static bool repeats(struct sg_span zip64, const struct sg_zip_entry *entry)
{
    const uint64_t fields[] = {entry->uncompressed_size, entry->compressed_size, entry->local_offset, 0};
    for (size_t i = 0; zip64.size >= 8 && i < 4; i++) {
        if (sg_le64(zip64.data) != fields[i])
            return false;
        zip64 = sg_span_part(zip64, 8, zip64.size - 8);
    }
    return zip64.size == 0 || (zip64.size == 4 && sg_le32(zip64.data) == 0);
}

static sg_result resolve_zip64(struct sg_zip *zip, struct sg_zip_entry *entry, const struct sg_zip_extras *extras,
                               const char *name)
{
    if (extras->zip64_count == 0)
        return SG_OK; /* a field of 0xFFFFFFFF is then larger than the file and refuted by its bounds */
    bool needed = entry->uncompressed_size == 0xFFFFFFFF || entry->compressed_size == 0xFFFFFFFF ||
                  entry->local_offset == 0xFFFFFFFF;
    struct sg_span rest = extras->zip64;
    bool fits = resolve(&entry->uncompressed_size, &rest) && resolve(&entry->compressed_size, &rest) &&
                resolve(&entry->local_offset, &rest) && (needed ? rest.size == 0 : repeats(rest, entry));
    if (!fits)
        return sg_ambiguous(zip, "`%s`: its zip64 extra field contradicts its directory record", name);
    return sg_unusual(zip, "`%s` has a zip64 extra field that it does not need", name);
}

/* What the file type in the external file attributes says; the upper half is Unix's st_mode, whatever made the archive. */
static sg_result classify(struct sg_zip *zip, struct sg_zip_entry *entry, const char *name)
{
    bool slash = entry->name.size > 0 && entry->name.data[entry->name.size - 1] == '/';
    mode_t mode = entry->external_attributes >> 16;
    entry->kind = slash ? SG_ZIP_FOLDER : (S_ISLNK(mode) ? SG_ZIP_LINK : SG_ZIP_FILE);
    if ((mode & S_IFMT) != 0 && !S_ISREG(mode) && !S_ISDIR(mode) && !S_ISLNK(mode))
        return sg_malformed(zip, "`%s` is a device, pipe or socket, or nothing known, by its mode", name);
    if (slash != S_ISDIR(mode) && (mode & S_IFMT) != 0)
        return slash ? sg_malformed(zip, "`%s` has a folder's name but is none by its mode", name)
                     : (S_ISDIR(mode) ? sg_malformed(zip, "`%s` is a folder by its mode but has a file's name", name)
                                      : SG_OK);
    if ((mode & (S_ISUID | S_ISGID | S_ISVTX)) != 0 && !slash)
        return sg_unusual(zip, "`%s` has a setuid, setgid or sticky bit", name);
    if (S_ISREG(mode) && (mode & 0777) == 0)
        return sg_unusual(zip, "`%s` has mode 000: nobody may read it", name);
    if (!slash && (entry->external_attributes & DOS_DIRECTORY) != 0)
        return sg_ambiguous(zip, "`%s` is a folder by its DOS attribute but has a file's name", name);
    return SG_OK;
}

static sg_result check_flags_and_method(struct sg_zip *zip, const struct sg_zip_entry *entry,
                                        const struct sg_zip_extras *extras, const char *name)
{
    if ((entry->flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION)) != 0 || extras->encrypted)
        return sg_malformed(zip, "`%s` is encrypted", name);
    if (entry->method != SG_ZIP_STORED && entry->method != SG_ZIP_DEFLATED)
        return sg_malformed(zip, "`%s` is compressed with method %u; only stored (0) and deflated (8) are in use", name,
                            entry->method);
    if ((entry->flags & ~FLAGS_USUAL) != 0)
        SG_TRY(sg_unusual(zip, "`%s` has reserved flag bits set (0x%04x)", name, entry->flags));
    /* unzip leaves out an entry that claims to need more than it knows. */
    if (entry->version_needed > VERSION_NEEDED_USUAL)
        return sg_ambiguous(zip, "`%s` claims to need version %u.%u to extract, for which some readers skip it", name,
                            entry->version_needed / 10, entry->version_needed % 10);
    return SG_OK;
}

static sg_result check_sizes(struct sg_zip *zip, const struct sg_zip_entry *entry, const char *name)
{
    if (entry->method == SG_ZIP_STORED && entry->compressed_size != entry->uncompressed_size)
        return sg_ambiguous(zip, "`%s` is stored with %" PRIu64 " bytes but claims %" PRIu64 " unpacked", name,
                            entry->compressed_size, entry->uncompressed_size);
    if (entry->compressed_size == 0 && (entry->uncompressed_size != 0 || entry->crc32 != 0))
        return sg_ambiguous(zip, "`%s` has no bytes but claims a size or a CRC", name);
    if (entry->kind == SG_ZIP_FOLDER && entry->uncompressed_size != 0)
        return sg_ambiguous(zip, "the folder `%s` has a body of %" PRIu64 " bytes, which readers drop", name,
                            entry->uncompressed_size);
    zip->package->unpacked_size += entry->uncompressed_size <= SG_PACKAGE_UNPACKED_MAX_BYTES
                                       ? entry->uncompressed_size
                                       : SG_PACKAGE_UNPACKED_MAX_BYTES + 1;
    if (zip->package->unpacked_size > SG_PACKAGE_UNPACKED_MAX_BYTES)
        return sg_refute_zip(zip, SG_RULE_PACKAGE_TOO_LARGE,
                             "the entries up to `%s` unpack to more than %" PRIu64 " bytes, Lambda's quota", name,
                             SG_PACKAGE_UNPACKED_MAX_BYTES);
    return SG_OK;
}

/* One record at the front of *rest. */
static sg_result read_record(struct sg_zip *zip, struct sg_span *rest, struct sg_zip_entry *entry, size_t index)
{
    if (rest->size < SG_ZIP_CENTRAL_HEADER_BYTES || memcmp(rest->data, central_signature, 4) != 0)
        return sg_ambiguous(
            zip, "the central directory does not hold the %zu records that are counted; record %zu is missing",
            zip->package->entry_count, index + 1);
    const uint8_t *p = rest->data;
    size_t name_bytes = sg_le16(p + 28);
    size_t extra_bytes = sg_le16(p + 30);
    size_t comment_bytes = sg_le16(p + 32);
    size_t record_bytes = SG_ZIP_CENTRAL_HEADER_BYTES + name_bytes + extra_bytes + comment_bytes;
    if (record_bytes > rest->size)
        return sg_malformed(zip, "record %zu of the central directory runs past its end", index + 1);
    *entry = (struct sg_zip_entry){
        .name = sg_span_part(*rest, SG_ZIP_CENTRAL_HEADER_BYTES, name_bytes),
        .extra = sg_span_part(*rest, SG_ZIP_CENTRAL_HEADER_BYTES + name_bytes, extra_bytes),
        .version_needed = sg_le16(p + 6),
        .flags = sg_le16(p + 8),
        .method = sg_le16(p + 10),
        .modified = sg_le32(p + 12),
        .crc32 = sg_le32(p + 16),
        .compressed_size = sg_le32(p + 20),
        .uncompressed_size = sg_le32(p + 24),
        .external_attributes = sg_le32(p + 38),
        .local_offset = sg_le32(p + 42),
    };
    uint16_t disk = sg_le16(p + 34);
    *rest = sg_span_part(*rest, record_bytes, rest->size - record_bytes);
    struct sg_printable shown;
    if (disk != 0)
        return sg_malformed(zip, "`%s` is said to start on disk %u", sg_printable(&shown, entry->name), disk);
    if (comment_bytes > 0)
        return sg_unusual(zip, "`%s` has a comment of %zu bytes, which no signature covers",
                          sg_printable(&shown, entry->name), comment_bytes);
    return SG_OK;
}

static sg_result check_record(struct sg_zip *zip, struct sg_zip_entry *entry)
{
    struct sg_printable shown;
    const char *name = sg_printable(&shown, entry->name);
    struct sg_zip_extras extras = sg_zip_read_extras(entry->extra);
    const char *problem = sg_zip_extras_problem(&extras, entry->name);
    if (!extras.well_formed)
        return sg_malformed(zip, "`%s` has malformed extra fields in its directory record", name);
    if (problem != NULL)
        return sg_ambiguous(zip, "`%s` has %s", name, problem);
    SG_TRY(resolve_zip64(zip, entry, &extras, name));
    SG_TRY(classify(zip, entry, name));
    SG_TRY(check_flags_and_method(zip, entry, &extras, name));
    return check_sizes(zip, entry, name);
}

static sg_result read_records(struct sg_zip *zip)
{
    struct sg_span rest = sg_span_part(zip->bytes, zip->directory_offset, zip->directory_size);
    uint64_t name_bytes = 0;
    for (size_t i = 0; i < zip->package->entry_count && !sg_zip_refuted(zip); i++) {
        SG_TRY(read_record(zip, &rest, &zip->entries[i], i));
        name_bytes += zip->entries[i].name.size;
        if (name_bytes > SG_PACKAGE_NAMES_MAX_BYTES)
            return sg_refute_zip(zip, SG_RULE_PACKAGE_TOO_LARGE, "the names of the entries have more than %zu bytes",
                                 SG_PACKAGE_NAMES_MAX_BYTES);
        if (!sg_zip_refuted(zip))
            SG_TRY(check_record(zip, &zip->entries[i]));
    }
    if (rest.size > 0)
        return sg_ambiguous(zip, "the central directory has %zu bytes behind the %zu records that are counted",
                            rest.size, zip->package->entry_count);
    return SG_OK;
}

/* Entry after entry from offset 0 to the directory, without a gap, an overlap or another order (ZA-10 to ZA-16, ZA-21). */
static sg_result check_locals(struct sg_zip *zip)
{
    struct sg_printable shown;
    size_t count = zip->package->entry_count;
    for (size_t i = 0; i < count && !sg_zip_refuted(zip); i++) {
        struct sg_zip_entry *entry = &zip->entries[i];
        uint64_t next = i + 1 < count ? zip->entries[i + 1].local_offset : zip->directory_offset;
        if (i == 0 && entry->local_offset != 0)
            return sg_ambiguous(zip, "the first entry `%s` starts at offset %" PRIu64 ", not at 0",
                                sg_printable(&shown, entry->name), entry->local_offset);
        if (next <= entry->local_offset)
            return sg_ambiguous(
                zip, "`%s` does not stand where the entry before it ends; entries overlap or are out of order",
                sg_printable(&shown, entry->name));
        SG_TRY(sg_zip_check_local(zip, entry, next));
    }
    return SG_OK;
}

sg_result sg_zip_read_directory(struct sg_zip *zip)
{
    void *entries = NULL;
    /* The count is foreign: it is believed only as far as the directory's bytes could hold records. */
    if (zip->package->entry_count > zip->directory_size / SG_ZIP_CENTRAL_HEADER_BYTES)
        return sg_ambiguous(zip, "the end record counts %zu entries, more than the central directory can hold",
                            zip->package->entry_count);
    SG_TRY(sg_arena_alloc(zip->scratch, zip->package->entry_count, sizeof(struct sg_zip_entry), &entries, zip->error));
    zip->entries = entries;
    SG_TRY(read_records(zip));
    return sg_zip_refuted(zip) ? SG_OK : check_locals(zip);
}
