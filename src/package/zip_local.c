/* Local file headers and data descriptors (APPNOTE 4.3.7, 4.3.9), field by field against the directory (ATTACKS.md ZL-01 to
 * ZL-09, ZZ-01 to ZZ-03). */
#include <inttypes.h>

#include "package/zip_internal.h"

static const uint8_t local_signature[4] = {'P', 'K', 3, 4};
static const uint8_t descriptor_signature[4] = {'P', 'K', 7, 8};

enum { FLAG_DESCRIPTOR = 1 << 3 };

struct local {
    uint16_t version_needed, flags, method;
    uint32_t modified, crc32;
    uint64_t compressed_size, uncompressed_size;
    struct sg_span name, extra;
    uint64_t body_offset;
};

static bool read_local(struct sg_span bytes, uint64_t offset, struct local *out)
{
    if (!sg_span_holds(bytes, offset, SG_ZIP_LOCAL_HEADER_BYTES) ||
        memcmp(bytes.data + offset, local_signature, 4) != 0)
        return false;
    const uint8_t *p = bytes.data + offset;
    uint64_t name_bytes = sg_le16(p + 26);
    uint64_t extra_bytes = sg_le16(p + 28);
    if (!sg_span_holds(bytes, offset + SG_ZIP_LOCAL_HEADER_BYTES, name_bytes + extra_bytes))
        return false;
    *out = (struct local){
        .version_needed = sg_le16(p + 4),
        .flags = sg_le16(p + 6),
        .method = sg_le16(p + 8),
        .modified = sg_le32(p + 10),
        .crc32 = sg_le32(p + 14),
        .compressed_size = sg_le32(p + 18),
        .uncompressed_size = sg_le32(p + 22),
        .name = sg_span_part(bytes, offset + SG_ZIP_LOCAL_HEADER_BYTES, name_bytes),
        .extra = sg_span_part(bytes, offset + SG_ZIP_LOCAL_HEADER_BYTES + name_bytes, extra_bytes),
        .body_offset = offset + SG_ZIP_LOCAL_HEADER_BYTES + name_bytes + extra_bytes,
    };
    return true;
}

/* A local zip64 field holds both sizes (APPNOTE 4.5.3). */
static bool resolve_zip64(struct local *local, const struct sg_zip_extras *extras)
{
    if (extras->zip64_count == 0)
        return true;
    if (extras->zip64.size != 16)
        return false;
    uint64_t uncompressed = sg_le64(extras->zip64.data);
    uint64_t compressed = sg_le64(extras->zip64.data + 8);
    bool fits = (local->uncompressed_size == 0xFFFFFFFF || local->uncompressed_size == uncompressed) &&
                (local->compressed_size == 0xFFFFFFFF || local->compressed_size == compressed);
    local->uncompressed_size = uncompressed;
    local->compressed_size = compressed;
    return fits;
}

static sg_result check_extras(struct sg_zip *zip, const struct sg_zip_entry *entry, struct local *local,
                              const char *name)
{
    struct sg_zip_extras extras = sg_zip_read_extras(local->extra);
    struct sg_zip_extras central = sg_zip_read_extras(entry->extra);
    const char *problem = sg_zip_extras_problem(&extras, local->name);
    if (!extras.well_formed)
        return sg_malformed(zip, "`%s` has malformed extra fields in its local header", name);
    if (extras.encrypted)
        return sg_malformed(zip, "`%s` is encrypted", name);
    if (problem != NULL)
        return sg_ambiguous(zip, "`%s` has %s in its local header", name, problem);
    if (extras.unicode_path_count != central.unicode_path_count)
        return sg_ambiguous(zip, "`%s` has a Unicode path extra field in one of its headers only", name);
    if (!resolve_zip64(local, &extras))
        return sg_ambiguous(zip, "`%s`: its zip64 extra field contradicts its local header", name);
    if (extras.zip64_count > 0 && central.zip64_count == 0)
        SG_TRY(sg_unusual(zip, "`%s` has a zip64 extra field that it does not need", name));
    if (!sg_zip_extras_agree(local->extra, entry->extra))
        SG_TRY(sg_unusual(zip, "`%s` has other extra fields in its local header than in the directory", name));
    return SG_OK;
}

/* CRC and sizes are the directory's. Where a data descriptor follows, each may be zero instead (APPNOTE 4.4.4, bit 3):
 * bsdtar, and Info-ZIP's zip in a pipe, leave only some of them out. */
static bool sizes_agree(const struct local *local, const struct sg_zip_entry *entry)
{
    bool may_be_zero = (local->flags & FLAG_DESCRIPTOR) != 0;
    const uint64_t pairs[][2] = {{local->crc32, entry->crc32},
                                 {local->compressed_size, entry->compressed_size},
                                 {local->uncompressed_size, entry->uncompressed_size}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (pairs[i][0] != pairs[i][1] && !(may_be_zero && pairs[i][0] == 0))
            return false;
    }
    return true;
}

static sg_result compare(struct sg_zip *zip, const struct sg_zip_entry *entry, const struct local *local,
                         const char *name)
{
    struct sg_printable shown;
    if (!sg_span_equal(local->name, entry->name))
        return sg_ambiguous(zip, "`%s` is called `%s` in its local header", name, sg_printable(&shown, local->name));
    if (local->flags != entry->flags)
        return sg_ambiguous(zip, "`%s` has flags 0x%04x in its local header and 0x%04x in the directory", name,
                            local->flags, entry->flags);
    if (local->method != entry->method)
        return sg_ambiguous(zip, "`%s` has method %u in its local header and %u in the directory", name, local->method,
                            entry->method);
    if (!sizes_agree(local, entry))
        return sg_ambiguous(zip, "`%s` has another size or CRC in its local header than in the directory", name);
    if (local->modified != entry->modified)
        SG_TRY(sg_unusual(zip, "`%s` has another time in its local header than in the directory", name));
    if (local->version_needed > entry->version_needed)
        SG_TRY(sg_unusual(zip, "`%s` claims to need a later version in its local header than in the directory", name));
    return SG_OK;
}

/* A stored body whose end a reader of streams looks for by the descriptor's signature must not hold something that fits one:
 * a signature with a compressed size that is just the number of bytes before it. It may end behind the body, so `rest` is the
 * file from the body on. */
static bool holds_descriptor(struct sg_span rest, uint64_t body_bytes)
{
    size_t start = 0;
    while (start < body_bytes) {
        const uint8_t *found = memmem(rest.data + start, rest.size - start, descriptor_signature, 4);
        if (found == NULL)
            return false;
        size_t before = (size_t)(found - rest.data);
        if (before < body_bytes && rest.size - before >= 16 && sg_le32(found + 8) == (uint32_t)before)
            return true;
        start = before + 1;
    }
    return false;
}

/* The descriptor fills what is between body and next entry, in one of its four forms; its values must be the directory's. */
static sg_result check_descriptor(struct sg_zip *zip, const struct sg_zip_entry *entry, struct sg_span descriptor,
                                  bool has_zip64, const char *name)
{
    size_t size = descriptor.size;
    bool is_signed = (size == 16 || size == 24) && memcmp(descriptor.data, descriptor_signature, 4) == 0;
    bool wide = size == 20 || size == 24;
    if (!is_signed && size != 12 && size != 20)
        return sg_ambiguous(zip, "`%s` has %zu bytes between its body and what follows, which are no data descriptor",
                            name, size);
    if (wide && (!has_zip64 || entry->compressed_size == 0 || entry->uncompressed_size == 0))
        return sg_ambiguous(zip, "`%s` has a data descriptor of 64 bits without need, which some readers misread",
                            name);
    if (!is_signed && memcmp(descriptor.data, descriptor_signature, 4) == 0)
        return sg_ambiguous(zip, "`%s` has a data descriptor whose CRC looks like its signature", name);
    const uint8_t *p = descriptor.data + (is_signed ? 4 : 0);
    uint64_t compressed = wide ? sg_le64(p + 4) : sg_le32(p + 4);
    uint64_t uncompressed = wide ? sg_le64(p + 12) : sg_le32(p + 8);
    if (sg_le32(p) != entry->crc32 || compressed != entry->compressed_size || uncompressed != entry->uncompressed_size)
        return sg_ambiguous(zip, "`%s` has a data descriptor that contradicts the directory", name);
    if (!is_signed || wide)
        return sg_unusual(zip, "`%s` has a data descriptor %s", name, wide ? "of 64 bits" : "without a signature");
    return SG_OK;
}

sg_result sg_zip_check_local(struct sg_zip *zip, struct sg_zip_entry *entry, uint64_t next_offset)
{
    struct local local;
    struct sg_printable shown;
    const char *name = sg_printable(&shown, entry->name);
    if (!read_local(zip->bytes, entry->local_offset, &local))
        return sg_malformed(zip, "`%s` has no local header where the directory says (offset %" PRIu64 ")", name,
                            entry->local_offset);
    SG_TRY(check_extras(zip, entry, &local, name));
    if (!sg_zip_refuted(zip))
        SG_TRY(compare(zip, entry, &local, name));
    if (sg_zip_refuted(zip))
        return SG_OK;
    if (local.body_offset > next_offset || entry->compressed_size > next_offset - local.body_offset)
        return sg_ambiguous(zip, "the body of `%s` runs into what follows it", name);
    entry->body = sg_span_part(zip->bytes, local.body_offset, entry->compressed_size);
    uint64_t body_end = local.body_offset + entry->compressed_size;
    struct sg_span between = sg_span_part(zip->bytes, body_end, next_offset - body_end);
    if ((entry->flags & FLAG_DESCRIPTOR) != 0) {
        /* No size in the header, nor in its zip64 field: the descriptor alone says where the body ends. */
        struct sg_span rest = sg_span_part(zip->bytes, local.body_offset, zip->bytes.size - local.body_offset);
        if (entry->method == SG_ZIP_STORED && local.compressed_size == 0 &&
            holds_descriptor(rest, entry->compressed_size))
            return sg_ambiguous(zip, "the stored body of `%s` holds a data descriptor of its own", name);
        return check_descriptor(zip, entry, between, sg_zip_read_extras(local.extra).zip64_count > 0, name);
    }
    if (between.size > 0)
        return sg_ambiguous(zip, "%zu bytes that belong to no entry follow `%s`", between.size, name);
    return SG_OK;
}
