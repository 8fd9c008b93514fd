#include "package/inflate.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include "base/cleanup.h"

/* How far back a match may reach (RFC 1951, 3.2.5). */
enum { WINDOW_BYTES = 32768 };

struct sg_inflater {
    struct inflate_state igzip;
    z_stream zlib; /* reads the headers of deflate blocks, and whole streams of tiny ones */
    bool started;
    uint64_t blocks, block_bits;  /* of all streams so far, without their last blocks: most streams have no other */
    uint8_t window[WINDOW_BYTES]; /* the last bytes unpacked */
    size_t window_bytes;
    uint8_t room[SG_INFLATE_CHUNK_BYTES];
};

/* The deflate stream of one entry. */
struct stream {
    struct sg_inflater *inflater;
    const struct sg_zip_entry *entry;
    const struct sg_sink *sink;
    uint64_t size; /* unpacked so far */
    uint32_t crc;
    bool last_block;
    bool ended; /* the block, or with zlib the stream */
    const char *problem;
};

sg_result sg_inflater_make(struct sg_inflater **out, struct sg_error *error)
{
    SG_CLEANUP(sg_inflater_free) struct sg_inflater *inflater = calloc(1, sizeof *inflater);
    if (inflater == NULL)
        return sg_fail_memory(error);
    /* Negative window bits: a raw deflate stream (APPNOTE 4.4.5). */
    if (inflateInit2(&inflater->zlib, -MAX_WBITS) != Z_OK)
        return sg_fail_memory(error);
    inflater->started = true;
    *out = SG_TAKE(inflater);
    return SG_OK;
}

void sg_inflater_free(struct sg_inflater **inflater)
{
    if (*inflater != NULL && (*inflater)->started)
        inflateEnd(&(*inflater)->zlib);
    free(*inflater);
    *inflater = NULL;
}

static uint32_t crc_of(uint32_t crc, struct sg_span bytes)
{
    return crc32_gzip_refl(crc, bytes.data, bytes.size);
}

static sg_result take_stored(const struct sg_zip_entry *entry, const struct sg_sink *sink, const char **problem,
                             struct sg_error *error)
{
    if (crc_of(0, entry->body) != entry->crc32) {
        *problem = "its bytes do not have the CRC that is declared";
        return SG_OK;
    }
    for (size_t at = 0; at < entry->body.size; at += SG_INFLATE_CHUNK_BYTES) {
        size_t left = entry->body.size - at;
        size_t size = left < SG_INFLATE_CHUNK_BYTES ? left : SG_INFLATE_CHUNK_BYTES;
        SG_TRY(sink->take(sink->self, sg_span_part(entry->body, at, size), error));
    }
    return SG_OK;
}

/* --- one piece ------------------------------------------------------------------------------------------------------------ */

/* Room for what comes next: at most one byte more than is declared, which shows that there are more. */
static void find_room(struct stream *stream, uint8_t **room, size_t *room_bytes)
{
    uint64_t most = stream->entry->uncompressed_size - stream->size + 1;
    size_t wanted = most < SG_INFLATE_CHUNK_BYTES ? (size_t)most : SG_INFLATE_CHUNK_BYTES;
    *room = stream->inflater->room;
    *room_bytes = wanted;
    if (stream->sink->room != NULL)
        stream->sink->room(stream->sink->self, wanted, room, room_bytes);
}

static void slide_window(struct sg_inflater *inflater, struct sg_span piece)
{
    if (piece.size == 0)
        return;
    if (piece.size > WINDOW_BYTES)
        piece = sg_span_part(piece, piece.size - WINDOW_BYTES, WINDOW_BYTES);
    size_t room = WINDOW_BYTES - piece.size;
    size_t kept = inflater->window_bytes < room ? inflater->window_bytes : room;
    memmove(inflater->window, inflater->window + inflater->window_bytes - kept, kept);
    memcpy(inflater->window + kept, piece.data, piece.size);
    inflater->window_bytes = kept + piece.size;
}

/* Takes what was unpacked into the room, of which `room_left` bytes were not needed. */
static sg_result take_piece(struct stream *stream, struct sg_span piece, bool damaged, size_t room_left,
                            struct sg_error *error)
{
    stream->size += piece.size;
    if (damaged)
        stream->problem = "its deflate stream is damaged";
    else if (stream->size > stream->entry->uncompressed_size)
        stream->problem = "it unpacks to more bytes than declared";
    else if (!stream->ended && room_left > 0)
        stream->problem = "its deflate stream has no end";
    if (stream->problem != NULL)
        return SG_OK;
    stream->crc = crc_of(stream->crc, piece);
    return stream->sink->take(stream->sink->self, piece, error);
}

/* What a stream says at its end. */
static const char *ended_problem(const struct stream *stream, bool bytes_follow)
{
    if (bytes_follow)
        return "bytes follow the end of its deflate stream";
    if (stream->size != stream->entry->uncompressed_size)
        return "it unpacks to fewer bytes than declared";
    if (stream->crc != stream->entry->crc32)
        return "its bytes do not have the CRC that is declared";
    return NULL;
}

/* --- block by block ------------------------------------------------------------------------------------------------------- */

/* Bits of the body before what igzip reads next; it holds some of them already. */
static uint64_t position_bits(const struct stream *stream)
{
    const struct inflate_state *igzip = &stream->inflater->igzip;
    return (uint64_t)(igzip->next_in - stream->entry->body.data) * 8 - (uint64_t)igzip->read_in_length;
}

/* Has zlib begin where igzip stands, at a block. */
static sg_result place_zlib(struct stream *stream, struct sg_error *error)
{
    z_stream *zlib = &stream->inflater->zlib;
    struct sg_span body = stream->entry->body;
    uint64_t position = position_bits(stream);
    size_t byte = (size_t)(position / 8);
    int used_bits = (int)(position % 8);
    bool good = inflateReset(zlib) == Z_OK;
    if (used_bits > 0) {
        good = good && inflatePrime(zlib, 8 - used_bits, body.data[byte] >> used_bits) == Z_OK;
        byte++;
    }
    if (!good)
        return sg_fail(error, SG_ERROR_INTERNAL, "zlib cannot be reset");
    /* zlib never writes through next_in; its type says so only with ZLIB_CONST, which zlib.h may have been read without. */
    zlib->next_in = (Bytef *)(uintptr_t)(body.data + byte);
    zlib->avail_in = (uInt)(body.size - byte);
    return SG_OK;
}

/* Whether zlib takes the header of the block that begins here (RFC 1951, 3.2.3 to 3.2.7). With Z_TREES it stops behind it. */
static sg_result check_header(struct stream *stream, struct sg_error *error)
{
    z_stream *zlib = &stream->inflater->zlib;
    uint8_t nothing = 0;
    SG_TRY(place_zlib(stream, error));
    zlib->next_out = &nothing;
    zlib->avail_out = 0;
    int status = inflate(zlib, Z_TREES);
    if (status == Z_MEM_ERROR)
        return sg_fail_memory(error);
    if (status == Z_DATA_ERROR)
        stream->problem = "its deflate stream is damaged";
    else if ((zlib->data_type & 256) == 0)
        stream->problem = "its deflate stream has no end";
    stream->last_block = (zlib->data_type & 64) != 0;
    return SG_OK;
}

/* Begins a block, and makes igzip stop behind it, so that the next one's header can be checked: to igzip it is the last. The bit
 * that says so comes first (RFC 1951, 3.2.3). As igzip keeps nothing behind its last block, it gets the window anew. */
static sg_result start_block(struct sg_inflater *inflater, struct sg_error *error)
{
    struct inflate_state *igzip = &inflater->igzip;
    igzip->block_state = ISAL_BLOCK_NEW_HDR;
    if (inflater->window_bytes > 0 &&
        isal_inflate_set_dict(igzip, inflater->window, (uint32_t)inflater->window_bytes) != COMP_OK)
        return sg_fail(error, SG_ERROR_INTERNAL, "igzip does not take the window of a block");
    if (igzip->read_in_length == 0) {
        igzip->read_in = *igzip->next_in++;
        igzip->avail_in--;
        igzip->read_in_length = 8;
    }
    igzip->read_in |= 1;
    return SG_OK;
}

/* As much of the block as fits into one piece of room. */
static sg_result inflate_piece(struct stream *stream, struct sg_error *error)
{
    struct inflate_state *igzip = &stream->inflater->igzip;
    uint8_t *room = NULL;
    size_t room_bytes = 0;
    find_room(stream, &room, &room_bytes);
    igzip->next_out = room;
    igzip->avail_out = (uint32_t)room_bytes;
    int status = isal_inflate(igzip);
    struct sg_span piece = sg_span_of(room, room_bytes - igzip->avail_out);
    stream->ended = igzip->block_state == ISAL_BLOCK_FINISH;
    slide_window(stream->inflater, piece);
    return take_piece(stream, piece, status != ISAL_DECOMP_OK && status != ISAL_END_INPUT, igzip->avail_out, error);
}

static void count_block(const struct stream *stream, uint64_t begin_bits)
{
    if (stream->last_block)
        return;
    stream->inflater->blocks++;
    stream->inflater->block_bits += position_bits(stream) - begin_bits;
}

static sg_result inflate_block(struct stream *stream, struct sg_error *error)
{
    uint64_t begin_bits = position_bits(stream);
    SG_TRY(check_header(stream, error));
    if (stream->problem != NULL)
        return SG_OK;
    SG_TRY(start_block(stream->inflater, error));
    stream->ended = false;
    while (stream->problem == NULL && !stream->ended)
        SG_TRY(inflate_piece(stream, error));
    count_block(stream, begin_bits);
    return SG_OK;
}

/* --- tiny blocks ---------------------------------------------------------------------------------------------------------- */

/* Stopping at each block costs microseconds, and a hostile package can have one every ten bits, in one stream or in many. */
static bool blocks_are_tiny(const struct sg_inflater *inflater)
{
    return inflater->blocks >= SG_DEFLATE_TINY_BLOCKS &&
           inflater->block_bits / 8 < inflater->blocks * SG_DEFLATE_TINY_BLOCK_BYTES;
}

static sg_result inflate_piece_with_zlib(struct stream *stream, struct sg_error *error)
{
    z_stream *zlib = &stream->inflater->zlib;
    uint8_t *room = NULL;
    size_t room_bytes = 0;
    find_room(stream, &room, &room_bytes);
    zlib->next_out = room;
    zlib->avail_out = (uInt)room_bytes;
    int status = inflate(zlib, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR)
        return sg_fail_memory(error);
    stream->ended = status == Z_STREAM_END;
    return take_piece(stream, sg_span_of(room, room_bytes - zlib->avail_out),
                      status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR, zlib->avail_out, error);
}

/* The rest of the stream, from the block where igzip stands. */
static sg_result go_on_with_zlib(struct stream *stream, struct sg_error *error)
{
    struct sg_inflater *inflater = stream->inflater;
    SG_TRY(place_zlib(stream, error));
    if (inflater->window_bytes > 0 &&
        inflateSetDictionary(&inflater->zlib, inflater->window, (uInt)inflater->window_bytes) != Z_OK)
        return sg_fail(error, SG_ERROR_INTERNAL, "zlib does not take the window of a block");
    stream->ended = false;
    while (stream->problem == NULL && !stream->ended)
        SG_TRY(inflate_piece_with_zlib(stream, error));
    if (stream->problem == NULL)
        stream->problem = ended_problem(stream, inflater->zlib.avail_in > 0);
    return SG_OK;
}

/* --- streams -------------------------------------------------------------------------------------------------------------- */

static sg_result take_deflated(struct stream *stream, struct sg_error *error)
{
    struct inflate_state *igzip = &stream->inflater->igzip;
    isal_inflate_init(igzip);
    stream->inflater->window_bytes = 0;
    igzip->crc_flag = ISAL_DEFLATE;
    /* igzip never writes through next_in, either. */
    igzip->next_in = (uint8_t *)(uintptr_t)stream->entry->body.data;
    igzip->avail_in = (uint32_t)stream->entry->body.size;
    while (stream->problem == NULL && !stream->last_block) {
        if (blocks_are_tiny(stream->inflater))
            return go_on_with_zlib(stream, error);
        SG_TRY(inflate_block(stream, error));
    }
    if (stream->problem == NULL)
        stream->problem = ended_problem(stream, (position_bits(stream) + 7) / 8 != stream->entry->body.size);
    return SG_OK;
}

sg_result sg_inflate_entry(struct sg_inflater *inflater, const struct sg_zip_entry *entry, const struct sg_sink *sink,
                           const char **problem, struct sg_error *error)
{
    *problem = NULL;
    if (entry->method == SG_ZIP_STORED)
        return take_stored(entry, sink, problem, error);
    struct stream stream = {.inflater = inflater, .entry = entry, .sink = sink};
    SG_TRY(take_deflated(&stream, error));
    *problem = stream.problem;
    return SG_OK;
}
