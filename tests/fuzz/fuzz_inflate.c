/*
 * One deflate stream as the body of an entry. zlib alone, in one call, says what is right: a stream that it refuses is refused,
 * and one that it takes gives the same bytes, whatever the sizes of the pieces.
 *
 * The first byte chooses the size of the pieces and what is declared; the stream follows.
 */
#include <zlib.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "package/inflate.h"

enum { MOST_BYTES = 1 << 20 };

/* What zlib says. */
static struct {
    uint8_t bytes[MOST_BYTES + 1];
    size_t size;
    bool taken;
} expected;

static struct {
    uint8_t bytes[MOST_BYTES + 1];
    size_t size;
    size_t piece_bytes;
} got;

static bool ask_zlib(const uint8_t *data, size_t size)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    must(inflateInit2(&stream, -MAX_WBITS) == Z_OK);
    stream.next_out = expected.bytes;
    stream.avail_out = sizeof expected.bytes;
    int status = inflate(&stream, Z_FINISH);
    expected.size = sizeof expected.bytes - stream.avail_out;
    expected.taken = status == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    return expected.size <= MOST_BYTES;
}

static void find_room(void *self, size_t wanted, uint8_t **room, size_t *room_bytes)
{
    (void)self;
    must(wanted > 0);
    *room_bytes = wanted < got.piece_bytes ? wanted : got.piece_bytes;
    must(got.size + *room_bytes <= sizeof got.bytes);
    *room = got.bytes + got.size;
}

static sg_result take(void *self, struct sg_span piece, struct sg_error *error)
{
    (void)self;
    (void)error;
    must(piece.size == 0 || piece.data == got.bytes + got.size);
    got.size += piece.size;
    return SG_OK;
}

static const char *inflate_as(const uint8_t *data, size_t size, size_t declared, struct sg_inflater *inflater)
{
    struct sg_error error = {0};
    const char *problem = NULL;
    const struct sg_sink sink = {.room = find_room, .take = take};
    const struct sg_zip_entry entry = {
        .method = SG_ZIP_DEFLATED,
        .crc32 = (uint32_t)crc32_z(0, expected.bytes, expected.size),
        .compressed_size = size,
        .uncompressed_size = declared,
        .body = sg_span_of(data, size),
    };
    got.size = 0;
    must_do(sg_inflate_entry(inflater, &entry, &sink, &problem, &error), error);
    return problem;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Anew each time: one that has seen very many tiny blocks leaves everything to zlib. */
    SG_CLEANUP(sg_inflater_free) struct sg_inflater *inflater = NULL;
    struct sg_error error = {0};
    if (size == 0 || !ask_zlib(data + 1, size - 1))
        return 0;
    must_do(sg_inflater_make(&inflater, &error), error);
    got.piece_bytes = (size_t)1 << data[0] % 19;
    const char *problem = inflate_as(data + 1, size - 1, expected.size, inflater);
    must((problem == NULL) == expected.taken);
    if (expected.taken)
        must(got.size == expected.size && memcmp(got.bytes, expected.bytes, got.size) == 0);
    if (data[0] >= 128 && expected.size > 0)
        must(inflate_as(data + 1, size - 1, expected.size - 1, inflater) != NULL);
    return 0;
}
