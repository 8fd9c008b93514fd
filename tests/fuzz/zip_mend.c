#include "zip_walk.h"

#include <zlib.h>

enum { LOCAL = 0x04034B50, CENTRAL = 0x02014B50, END = 0x06054B50, DESCRIPTOR = 0x08074B50 };
enum { END_BYTES = 22, CENTRAL_BYTES = 46, LOCAL_BYTES = 30, MOST_ENTRIES = 64, BIT_DESCRIPTOR = 8 };

/* Which damage stays, by the bits of `choice`. */
enum keep {
    KEEP_SIZES = 1,
    KEEP_CRC = 2,
    KEEP_NAMES = 4,
    KEEP_OFFSETS = 8,
    KEEP_END = 16,
    KEEP_METHOD = 32,
    KEEP_FLAGS = 64
};

struct marks {
    size_t locals[MOST_ENTRIES], records[MOST_ENTRIES];
    size_t local_count, record_count;
    size_t end; /* SIZE_MAX: none */
};

static void put(uint8_t *p, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

static bool marked(const uint8_t *data, size_t size, size_t at, uint32_t mark, size_t bytes)
{
    return at + bytes <= size && sg_le32(data + at) == mark;
}

static struct marks find_marks(const uint8_t *data, size_t size)
{
    struct marks marks = {.end = SIZE_MAX};
    for (size_t at = 0; at < size; at++) {
        if (marked(data, size, at, LOCAL, LOCAL_BYTES) && marks.record_count == 0 && marks.local_count < MOST_ENTRIES)
            marks.locals[marks.local_count++] = at;
        else if (marked(data, size, at, CENTRAL, CENTRAL_BYTES) && marks.record_count < MOST_ENTRIES)
            marks.records[marks.record_count++] = at;
        else if (marked(data, size, at, END, END_BYTES))
            marks.end = at;
    }
    return marks;
}

/* Unpacked size and CRC of a raw deflate stream; false when it is none of exactly this size, or too large. */
static bool measure(const uint8_t *packed, size_t size, size_t *unpacked, uint32_t *crc)
{
    static uint8_t room[64 * 1024];
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed, .avail_in = (uInt)size, .next_out = room};
    stream.avail_out = sizeof room;
    if (inflateInit2(&stream, -15) != Z_OK)
        return false;
    int status = inflate(&stream, Z_FINISH);
    *unpacked = stream.total_out;
    *crc = (uint32_t)crc32(0, room, (uInt)stream.total_out);
    inflateEnd(&stream);
    return status == Z_STREAM_END && stream.avail_in == 0;
}

/* Bytes of the descriptor that ends at `end`. */
static size_t descriptor_at_end(const uint8_t *data, size_t body, size_t end)
{
    if (end - body >= 16 && sg_le32(data + end - 16) == DESCRIPTOR)
        return 16;
    return end - body >= 12 ? 12 : 0;
}

static void mend_entry(uint8_t *data, size_t local, size_t end, uint8_t *record, unsigned choice)
{
    size_t body = local + LOCAL_BYTES + sg_le16(data + local + 26) + sg_le16(data + local + 28);
    if (body > end)
        return;
    if ((choice & KEEP_FLAGS) == 0)
        put(record + 8, 2, sg_le16(data + local + 6));
    bool later = (sg_le16(data + local + 6) & BIT_DESCRIPTOR) != 0;
    size_t descriptor = later ? descriptor_at_end(data, body, end) : 0;
    size_t packed = end - descriptor - body;
    size_t unpacked = packed;
    uint32_t crc = (uint32_t)crc32(0, data + body, (uInt)packed);
    unsigned method = sg_le16(data + local + 8);
    if (method != 0 && !measure(data + body, packed, &unpacked, &crc))
        method = 0;
    if ((choice & KEEP_METHOD) == 0) {
        put(data + local + 8, 2, method);
        put(record + 10, 2, method);
    }
    if ((choice & KEEP_SIZES) == 0) {
        put(data + local + 18, 4, later ? 0 : packed);
        put(data + local + 22, 4, later ? 0 : unpacked);
        put(record + 20, 4, packed);
        put(record + 24, 4, unpacked);
    }
    if ((choice & KEEP_CRC) == 0) {
        put(data + local + 14, 4, later ? 0 : crc);
        put(record + 16, 4, crc);
    }
    if (descriptor > 0 && (choice & (KEEP_CRC | KEEP_SIZES)) == 0) {
        put(data + end - 12, 4, crc);
        put(data + end - 8, 4, packed);
        put(data + end - 4, 4, unpacked);
    }
}

static void mend_name(const uint8_t *data, size_t local, uint8_t *record, size_t record_end)
{
    size_t bytes = sg_le16(data + local + 26);
    if (bytes == sg_le16(record + 28) && bytes <= record_end - CENTRAL_BYTES)
        memmove(record + CENTRAL_BYTES, data + local + LOCAL_BYTES, bytes);
}

void mend_archive(uint8_t *data, size_t size, unsigned choice)
{
    struct marks marks = find_marks(data, size);
    if (marks.local_count == 0 || marks.record_count == 0)
        return;
    size_t directory = marks.records[0];
    for (size_t i = 0; i < marks.local_count && i < marks.record_count; i++) {
        size_t end = i + 1 < marks.local_count ? marks.locals[i + 1] : directory;
        uint8_t *record = data + marks.records[i];
        if (marks.locals[i] + LOCAL_BYTES > end)
            continue;
        mend_entry(data, marks.locals[i], end, record, choice);
        if ((choice & KEEP_NAMES) == 0)
            mend_name(data, marks.locals[i], record, size - marks.records[i]);
        if ((choice & KEEP_OFFSETS) == 0)
            put(record + 42, 4, marks.locals[i]);
    }
    if (marks.end == SIZE_MAX || marks.end < directory || (choice & KEEP_END) != 0)
        return;
    put(data + marks.end + 8, 2, marks.record_count);
    put(data + marks.end + 10, 2, marks.record_count);
    put(data + marks.end + 12, 4, marks.end - directory);
    put(data + marks.end + 16, 4, directory);
    put(data + marks.end + 20, 2, size - marks.end - END_BYTES);
}
