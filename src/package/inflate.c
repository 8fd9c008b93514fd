#include "package/inflate.h"

#include <zlib.h>

#include "base/cleanup.h"

struct sg_inflater {
    z_stream stream;
    bool started;
    uint8_t room[SG_INFLATE_CHUNK_BYTES];
};

sg_result sg_inflater_make(struct sg_inflater **out, struct sg_error *error)
{
    SG_CLEANUP(sg_inflater_free) struct sg_inflater *inflater = calloc(1, sizeof *inflater);
    if (inflater == NULL)
        return sg_fail_memory(error);
    /* Negative window bits: a raw deflate stream (APPNOTE 4.4.5). */
    if (inflateInit2(&inflater->stream, -MAX_WBITS) != Z_OK)
        return sg_fail_memory(error);
    inflater->started = true;
    *out = SG_TAKE(inflater);
    return SG_OK;
}

void sg_inflater_free(struct sg_inflater **inflater)
{
    if (*inflater != NULL && (*inflater)->started)
        inflateEnd(&(*inflater)->stream);
    free(*inflater);
    *inflater = NULL;
}

static sg_result take_stored(const struct sg_zip_entry *entry, sg_piece *take, void *self, const char **problem,
                             struct sg_error *error)
{
    if (crc32_z(0, entry->body.data, entry->body.size) != entry->crc32) {
        *problem = "its bytes do not have the CRC that is declared";
        return SG_OK;
    }
    return take(self, entry->body, error);
}

/* Every fact about a stream that came to its end. */
static const char *ended_problem(const struct sg_inflater *inflater, const struct sg_zip_entry *entry, uint64_t size,
                                 uint32_t crc)
{
    if (inflater->stream.avail_in != 0)
        return "bytes follow the end of its deflate stream";
    if (size != entry->uncompressed_size)
        return "it unpacks to fewer bytes than declared";
    if (crc != entry->crc32)
        return "its bytes do not have the CRC that is declared";
    return NULL;
}

static sg_result take_deflated(struct sg_inflater *inflater, const struct sg_zip_entry *entry, sg_piece *take,
                               void *self, const char **problem, struct sg_error *error)
{
    z_stream *stream = &inflater->stream;
    uint64_t size = 0;
    uint32_t crc = 0;
    /* zlib never writes through next_in; its type says so only with ZLIB_CONST, which zlib.h may have been read without. */
    stream->next_in = (Bytef *)(uintptr_t)entry->body.data;
    stream->avail_in = (uInt)entry->body.size;
    for (;;) {
        stream->next_out = inflater->room;
        stream->avail_out = sizeof inflater->room;
        int status = inflate(stream, Z_NO_FLUSH);
        size_t got = sizeof inflater->room - stream->avail_out;
        size += got;
        if (status == Z_MEM_ERROR)
            return sg_fail_memory(error);
        if (size > entry->uncompressed_size) {
            *problem = "it unpacks to more bytes than declared";
            return SG_OK;
        }
        crc = (uint32_t)crc32_z(crc, inflater->room, got);
        SG_TRY(take(self, sg_span_of(inflater->room, got), error));
        if (status == Z_STREAM_END) {
            *problem = ended_problem(inflater, entry, size, crc);
            return SG_OK;
        }
        if (status != Z_OK) {
            *problem = status == Z_BUF_ERROR ? "its deflate stream has no end" : "its deflate stream is damaged";
            return SG_OK;
        }
    }
}

sg_result sg_inflate_entry(struct sg_inflater *inflater, const struct sg_zip_entry *entry, sg_piece *take, void *self,
                           const char **problem, struct sg_error *error)
{
    *problem = NULL;
    if (entry->method == SG_ZIP_STORED)
        return take_stored(entry, take, self, problem, error);
    if (inflateReset(&inflater->stream) != Z_OK)
        return sg_fail(error, SG_ERROR_INTERNAL, "zlib cannot be reset");
    return take_deflated(inflater, entry, take, self, problem, error);
}
