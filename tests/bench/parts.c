/*
 * The work that a verification cannot do without, each part measured alone: SHA-256 of the file, inflating with the libraries there
 * are, SHA-384 of the unpacked bytes. tests/bench/run holds the program's time against them.
 *
 *     bench_parts PACKAGE.zip ROUNDS
 *
 * Prints a JSON object with the least seconds of each part, in one thread. Trusts the archive: it is made by tests/bench/run.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <zlib.h>
#ifdef BENCH_LIBDEFLATE
#include <libdeflate.h>
#endif

#include "base/span.h"

enum { CHUNK_BYTES = 256 * 1024 };

struct body {
    struct sg_span packed;
    size_t size;
    bool deflated;
};

static struct sg_span file;
static struct body *bodies;
static size_t body_count;
static size_t largest_bytes;
static uint64_t unpacked_bytes;
static uint8_t *room; /* of the largest body */

static void stop(const char *why)
{
    fprintf(stderr, "bench_parts: %s\n", why);
    exit(1);
}

static void *get(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL)
        stop("memory ran out");
    return memory;
}

static void read_file(const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL || fseek(stream, 0, SEEK_END) != 0)
        stop("the package cannot be opened");
    long size = ftell(stream);
    rewind(stream);
    uint8_t *bytes = size < 22 ? NULL : get((size_t)size);
    if (bytes == NULL || fread(bytes, 1, (size_t)size, stream) != (size_t)size)
        stop("the package cannot be read");
    fclose(stream);
    file = sg_span_of(bytes, (size_t)size);
}

static void list_bodies(void)
{
    const uint8_t *end = file.data + file.size - 22;
    if (memcmp(end, "PK\5\6", 4) != 0)
        stop("the package has a comment, or no end record");
    body_count = sg_le16(end + 10);
    bodies = get((body_count + 1) * sizeof *bodies);
    const uint8_t *record = file.data + sg_le32(end + 16);
    for (size_t i = 0; i < body_count; i++) {
        const uint8_t *local = file.data + sg_le32(record + 42);
        bodies[i].packed = sg_span_of(local + 30 + sg_le16(local + 26) + sg_le16(local + 28), sg_le32(record + 20));
        bodies[i].size = sg_le32(record + 24);
        bodies[i].deflated = sg_le16(record + 10) == 8;
        unpacked_bytes += bodies[i].size;
        largest_bytes = bodies[i].size > largest_bytes ? bodies[i].size : largest_bytes;
        record += 46 + sg_le16(record + 28) + sg_le16(record + 30) + sg_le16(record + 32);
    }
    room = get(largest_bytes + CHUNK_BYTES);
}

/* --- the parts ------------------------------------------------------------------------------------------------------------ */

static void hash_file(void)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (EVP_Digest(file.data, file.size, digest, NULL, EVP_sha256(), NULL) != 1)
        stop("SHA-256 failed");
}

/* As many bytes as are unpacked, piece by piece as the program has them. */
static void hash_content(void)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha384(), NULL) != 1)
        stop("SHA-384 failed");
    for (size_t i = 0; i < body_count; i++) {
        for (size_t at = 0; at < bodies[i].size; at += CHUNK_BYTES) {
            size_t left = bodies[i].size - at;
            if (EVP_DigestUpdate(context, room, left < CHUNK_BYTES ? left : CHUNK_BYTES) != 1)
                stop("SHA-384 failed");
        }
    }
    if (EVP_DigestFinal_ex(context, digest, NULL) != 1)
        stop("SHA-384 failed");
    EVP_MD_CTX_free(context);
}

static void inflate_with_zlib(void)
{
    z_stream stream = {0};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        stop("zlib failed");
    for (size_t i = 0; i < body_count; i++) {
        int status = bodies[i].deflated ? Z_OK : Z_STREAM_END;
        inflateReset(&stream);
        stream.next_in = (Bytef *)(uintptr_t)bodies[i].packed.data;
        stream.avail_in = (uInt)bodies[i].packed.size;
        while (status == Z_OK) {
            stream.next_out = room;
            stream.avail_out = CHUNK_BYTES;
            status = inflate(&stream, Z_NO_FLUSH);
        }
        if (status != Z_STREAM_END)
            stop("zlib cannot unpack the package");
    }
    inflateEnd(&stream);
}

static void inflate_with_igzip(void)
{
    static struct inflate_state state;
    for (size_t i = 0; i < body_count; i++) {
        if (!bodies[i].deflated)
            continue;
        isal_inflate_init(&state);
        state.next_in = (uint8_t *)(uintptr_t)bodies[i].packed.data;
        state.avail_in = (uint32_t)bodies[i].packed.size;
        while (state.block_state != ISAL_BLOCK_FINISH) {
            state.next_out = room;
            state.avail_out = CHUNK_BYTES;
            if (isal_inflate(&state) != ISAL_DECOMP_OK)
                stop("igzip cannot unpack the package");
        }
    }
}

#ifdef BENCH_LIBDEFLATE
static void inflate_with_libdeflate(void)
{
    static struct libdeflate_decompressor *decompressor;
    if (decompressor == NULL)
        decompressor = libdeflate_alloc_decompressor();
    for (size_t i = 0; i < body_count; i++) {
        const struct body *body = &bodies[i];
        if (body->deflated && libdeflate_deflate_decompress(decompressor, body->packed.data, body->packed.size, room,
                                                            body->size, NULL) != LIBDEFLATE_SUCCESS)
            stop("libdeflate cannot unpack the package");
    }
}
#endif

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double least_seconds(void (*part)(void), int rounds)
{
    double least = 1e9;
    part();
    for (int i = 0; i < rounds; i++) {
        double start = now();
        part();
        double seconds = now() - start;
        least = seconds < least ? seconds : least;
    }
    return least;
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*part)(void);
    } parts[] = {
        {"sha256_file", hash_file},
        {"sha384_content", hash_content},
        {"inflate_igzip", inflate_with_igzip},
#ifdef BENCH_LIBDEFLATE
        {"inflate_libdeflate", inflate_with_libdeflate},
#endif
        {"inflate_zlib", inflate_with_zlib},
    };
    if (count != 3)
        stop("usage: bench_parts PACKAGE.zip ROUNDS");
    read_file(arguments[1]);
    list_bodies();
    printf("{\"packed_bytes\": %zu, \"unpacked_bytes\": %ju, \"entries\": %zu", file.size, (uintmax_t)unpacked_bytes,
           body_count);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        printf(", \"%s\": %.6f", parts[i].name, least_seconds(parts[i].part, atoi(arguments[2])));
    printf("}\n");
    return 0;
}
