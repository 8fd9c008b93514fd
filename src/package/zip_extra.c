/* Extra fields (APPNOTE 4.5; 4.6.9 for the Info-ZIP Unicode Path). */
#include <zlib.h>

#include "package/zip_internal.h"

enum {
    ZIP64 = 0x0001,
    STRONG_ENCRYPTION = 0x0017,
    AES_ENCRYPTION = 0x9901,
    UNICODE_PATH = 0x7075,
    /* Fields with a mode or a link of their own, which some readers obey: libarchive's, and ASi's. */
    LIBARCHIVE = 0x6C78,
    ASI_UNIX = 0x756E,
};

/* Takes one field off the front; false when none is left or it does not fit. */
static bool take_field(struct sg_span *rest, uint16_t *id, struct sg_span *data)
{
    if (rest->size < 4)
        return false;
    uint16_t size = sg_le16(rest->data + 2);
    if (!sg_span_holds(*rest, 4, size))
        return false;
    *id = sg_le16(rest->data);
    *data = sg_span_part(*rest, 4, size);
    *rest = sg_span_part(*rest, 4u + size, rest->size - 4u - size);
    return true;
}

struct sg_zip_extras sg_zip_read_extras(struct sg_span extra)
{
    struct sg_zip_extras out = {0};
    uint16_t id = 0;
    struct sg_span data;
    while (take_field(&extra, &id, &data)) {
        if (id == ZIP64 && out.zip64_count++ == 0)
            out.zip64 = data;
        if (id == UNICODE_PATH && out.unicode_path_count++ == 0)
            out.unicode_path = data;
        if (id == AES_ENCRYPTION || id == STRONG_ENCRYPTION)
            out.encrypted = true;
        if (id == LIBARCHIVE || id == ASI_UNIX)
            out.retypes = true;
    }
    out.well_formed = extra.size == 0;
    return out;
}

/* Version 1, CRC-32 of the header's name, then the name itself: readers that follow the field must see the same name. */
static bool unicode_path_equals(struct sg_span field, struct sg_span name)
{
    return field.size == name.size + 5 && field.data[0] == 1 &&
           sg_le32(field.data + 1) == crc32(0, name.data, (uInt)name.size) &&
           sg_span_equal(sg_span_part(field, 5, name.size), name);
}

const char *sg_zip_extras_problem(const struct sg_zip_extras *extras, struct sg_span name)
{
    if (extras->retypes)
        return "an extra field (0x6c78 or 0x756e) that makes it something else for some readers";
    if (extras->zip64_count > 1)
        return "two zip64 extra fields";
    if (extras->unicode_path_count > 1)
        return "two Unicode path extra fields";
    if (extras->unicode_path_count == 1 && !unicode_path_equals(extras->unicode_path, name))
        return "a Unicode path extra field (0x7075) that names another path than its header";
    return NULL;
}

/* Fields that packagers write in one header only, or with other data in each: times, owners, and the mark of a JAR. zip64 and
 * Unicode paths are judged by themselves. */
static bool may_differ(uint16_t id)
{
    static const uint16_t ids[] = {
        ZIP64,  UNICODE_PATH, 0x5455, /* Info-ZIP extended timestamp */
        0x7875,                       /* Info-ZIP Unix, third generation */
        0x7855,                       /* Info-ZIP Unix, second generation */
        0x5855,                       /* Info-ZIP Unix, first generation */
        0x000A,                       /* NTFS times */
        0xCAFE,                       /* JAR */
        0x6C78,                       /* libarchive */
    };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (ids[i] == id)
            return true;
    }
    return false;
}

/* The next field that must be the same in both headers; false at the end. */
static bool next_strict_field(struct sg_span *rest, uint16_t *id, struct sg_span *data)
{
    while (take_field(rest, id, data)) {
        if (!may_differ(*id))
            return true;
    }
    return false;
}

bool sg_zip_extras_agree(struct sg_span local, struct sg_span central)
{
    for (;;) {
        uint16_t local_id = 0;
        uint16_t central_id = 0;
        struct sg_span local_data = {0};
        struct sg_span central_data = {0};
        bool more_local = next_strict_field(&local, &local_id, &local_data);
        bool more_central = next_strict_field(&central, &central_id, &central_data);
        if (!more_local || !more_central)
            return more_local == more_central;
        if (local_id != central_id || !sg_span_equal(local_data, central_data))
            return false;
    }
}
