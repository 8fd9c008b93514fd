#include "zip_walk.h"

#include <openssl/evp.h>
#include <zlib.h>

#define SIGNATURE_ENTRY "META_INF/aws_signer_signature_v1.0.SF"

enum { LOCAL = 0x04034B50, CENTRAL = 0x02014B50, END = 0x06054B50, ZIP64_END = 0x06064B50, DESCRIPTOR = 0x08074B50 };
enum { END_BYTES = 22, CENTRAL_BYTES = 46, LOCAL_BYTES = 30, BIT_DESCRIPTOR = 8 };

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] + 256 * p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) + 65536 * (uint32_t)get16(p + 2);
}

static uint64_t get64(const uint8_t *p)
{
    return get32(p) + ((uint64_t)get32(p + 4) << 32);
}

/* Unpacks a body into a static room. Returns its size, -1 when it is larger than the room; *used is what it took of `packed`. */
static long unpack(const uint8_t *packed, size_t size, unsigned method, const uint8_t **body, size_t *used)
{
    static uint8_t room[WALK_MAX_BODY_BYTES];
    *body = method == 0 ? packed : room;
    *used = size;
    if (method == 0)
        return size <= WALK_MAX_BODY_BYTES ? (long)size : -1;
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed, .avail_in = (uInt)size, .next_out = room};
    stream.avail_out = sizeof room;
    must(inflateInit2(&stream, -15) == Z_OK);
    int status = inflate(&stream, Z_FINISH);
    *used = stream.total_in;
    inflateEnd(&stream);
    must(status == Z_STREAM_END || stream.avail_out == 0);
    return status == Z_STREAM_END ? (long)stream.total_out : -1;
}

/* Adds one entry to what was walked. False when its body is too large. */
static bool add_entry(struct walked *out, EVP_MD_CTX *sha, const uint8_t *name, size_t name_bytes,
                      const uint8_t *packed, size_t packed_bytes, unsigned method, uint32_t *crc, size_t *used)
{
    const uint8_t *body = NULL;
    long size = unpack(packed, packed_bytes, method, &body, used);
    if (size < 0)
        return false;
    *crc = (uint32_t)crc32(0, body, (uInt)size);
    out->entries++;
    out->unpacked_bytes += (uint64_t)size;
    if (name_bytes == strlen(SIGNATURE_ENTRY) && memcmp(name, SIGNATURE_ENTRY, name_bytes) == 0) {
        out->has_signature = true;
        return true;
    }
    must(EVP_DigestUpdate(sha, name, name_bytes) == 1 && EVP_DigestUpdate(sha, body, (size_t)size) == 1);
    return true;
}

/* The last end record: a proven archive has one. */
static size_t find_end(const uint8_t *data, size_t size)
{
    for (size_t at = size - END_BYTES + 1; at-- > 0;) {
        if (get32(data + at) == END)
            return at;
    }
    bool has_end_record = false;
    must(has_end_record);
    return 0;
}

/* Size or offset of 32 bits, or what the zip64 field says in its place. */
static uint64_t wide(const uint8_t *field, const uint8_t **zip64, const uint8_t *zip64_end)
{
    uint32_t value = get32(field);
    if (value != 0xFFFFFFFF || *zip64 == NULL || *zip64 + 8 > zip64_end)
        return value;
    *zip64 += 8;
    return get64(*zip64 - 8);
}

/* Data of the first extra field of zip64, or NULL. */
static const uint8_t *find_zip64(const uint8_t *extra, size_t size, const uint8_t **end)
{
    for (size_t at = 0; at + 4 <= size; at += 4u + get16(extra + at + 2)) {
        *end = extra + at + 4 + get16(extra + at + 2);
        if (get16(extra + at) == 1)
            return extra + at + 4;
    }
    return NULL;
}

static bool walk_record(const uint8_t *data, size_t size, const uint8_t *record, struct walked *out, EVP_MD_CTX *sha)
{
    size_t name_bytes = get16(record + 28);
    const uint8_t *zip64_end = NULL;
    const uint8_t *zip64 = find_zip64(record + CENTRAL_BYTES + name_bytes, get16(record + 30), &zip64_end);
    uint64_t unpacked = wide(record + 24, &zip64, zip64_end);
    uint64_t packed = wide(record + 20, &zip64, zip64_end);
    uint64_t offset = wide(record + 42, &zip64, zip64_end);
    must(offset + LOCAL_BYTES <= size && get32(data + offset) == LOCAL);
    uint64_t body = offset + LOCAL_BYTES + get16(data + offset + 26) + get16(data + offset + 28);
    must(body + packed <= size);
    uint32_t crc = 0;
    size_t used = 0;
    uint64_t before = out->unpacked_bytes;
    if (!add_entry(out, sha, record + CENTRAL_BYTES, name_bytes, data + body, packed, get16(record + 10), &crc, &used))
        return false;
    must(crc == get32(record + 16) && used == packed && out->unpacked_bytes - before == unpacked);
    return true;
}

bool walk_directory(const uint8_t *data, size_t size, struct walked *out)
{
    *out = (struct walked){0};
    size_t end = find_end(data, size);
    size_t count = get16(data + end + 10);
    uint64_t offset = get32(data + end + 16);
    if (count == 0xFFFF || offset == 0xFFFFFFFF) {
        must(end >= 76 && get32(data + end - 76) == ZIP64_END);
        count = (size_t)get64(data + end - 76 + 32);
        offset = get64(data + end - 76 + 48);
    }
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    bool complete = true;
    must(sha != NULL && EVP_DigestInit_ex(sha, EVP_sha384(), NULL) == 1);
    for (size_t i = 0; i < count && complete; i++) {
        must(offset + CENTRAL_BYTES <= size && get32(data + offset) == CENTRAL);
        const uint8_t *record = data + offset;
        offset += CENTRAL_BYTES + (uint64_t)get16(record + 28) + get16(record + 30) + get16(record + 32);
        must(offset <= size);
        complete = walk_record(data, size, record, out, sha);
    }
    must(EVP_DigestFinal_ex(sha, out->content, NULL) == 1);
    EVP_MD_CTX_free(sha);
    return complete;
}

/* Bytes of the descriptor at `at`, whichever of its four forms has these values and is followed by a header. */
static size_t descriptor_bytes(const uint8_t *data, size_t size, size_t at, uint32_t crc, uint64_t packed,
                               uint64_t unpacked)
{
    for (unsigned form = 0; form < 4; form++) {
        size_t start = (form & 1) != 0 ? 4 : 0;
        size_t length = start + ((form & 2) != 0 ? 20 : 12);
        const uint8_t *p = data + at + start;
        if (at + length + 4 > size || (start > 0 && get32(data + at) != DESCRIPTOR) || get32(p) != crc)
            continue;
        bool values = (form & 2) != 0 ? get64(p + 4) == packed && get64(p + 12) == unpacked
                                      : get32(p + 4) == packed && get32(p + 8) == unpacked;
        uint32_t next = get32(data + at + length);
        if (values && (next == LOCAL || next == CENTRAL))
            return length;
    }
    bool has_descriptor_of_the_entry = false;
    must(has_descriptor_of_the_entry);
    return 0;
}

/* One entry of the stream at *at. False when a stream's reader cannot know where it ends. */
static bool walk_local(const uint8_t *data, size_t size, size_t *at, struct walked *out, EVP_MD_CTX *sha)
{
    const uint8_t *header = data + *at;
    must(*at + LOCAL_BYTES <= size);
    unsigned method = get16(header + 8);
    bool later = (get16(header + 6) & BIT_DESCRIPTOR) != 0;
    size_t name_bytes = get16(header + 26);
    const uint8_t *zip64_end = NULL;
    const uint8_t *zip64 = find_zip64(header + LOCAL_BYTES + name_bytes, get16(header + 28), &zip64_end);
    size_t body = *at + LOCAL_BYTES + name_bytes + get16(header + 28);
    uint64_t unpacked = wide(header + 22, &zip64, zip64_end);
    uint64_t packed = wide(header + 18, &zip64, zip64_end);
    if (later && method == 0)
        return false;
    must(body <= size && (later || body + packed <= size));
    uint32_t crc = 0;
    size_t used = 0;
    uint64_t before = out->unpacked_bytes;
    if (!add_entry(out, sha, header + LOCAL_BYTES, name_bytes, data + body, later ? size - body : packed, method, &crc,
                   &used))
        return false;
    uint64_t got = out->unpacked_bytes - before;
    must(later || (crc == get32(header + 14) && used == packed && got == unpacked));
    *at = body + used + (later ? descriptor_bytes(data, size, body + used, crc, used, got) : 0);
    return true;
}

bool walk_stream(const uint8_t *data, size_t size, struct walked *out)
{
    *out = (struct walked){0};
    size_t at = 0;
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    bool complete = true;
    must(sha != NULL && EVP_DigestInit_ex(sha, EVP_sha384(), NULL) == 1);
    while (complete && at + 4 <= size && get32(data + at) == LOCAL)
        complete = walk_local(data, size, &at, out, sha);
    must(!complete || get32(data + at) == CENTRAL);
    must(EVP_DigestFinal_ex(sha, out->content, NULL) == 1);
    EVP_MD_CTX_free(sha);
    return complete;
}
