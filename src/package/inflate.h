/*
 * The body of one entry, piece by piece: bounded by the declared size, counted, its CRC and the end of its deflate stream
 * checked. Inside the package room only.
 *
 * ISA-L's igzip inflates, two to three times as fast as zlib, and zlib judges the header of every deflate block: igzip takes
 * streams whose Huffman codes are incomplete, at which other readers stop. So what is taken here, zlib takes too, and with the
 * same bytes (tests/fuzz/fuzz_inflate.c holds the two against each other). When a package has very many tiny blocks, zlib inflates
 * alone from there on.
 */
#ifndef SG_PACKAGE_INFLATE_H
#define SG_PACKAGE_INFLATE_H

#include "package/zip_internal.h"

struct sg_inflater; /* for one entry of a package after the other; one thread at a time */

SG_RESULT sg_inflater_make(struct sg_inflater **out, struct sg_error *error); /* owned; sg_inflater_free */
void sg_inflater_free(struct sg_inflater **inflater);

/* Where the body goes. */
struct sg_sink {
    /* Hands out room for the next piece: from 1 to `wanted` bytes, until `take` gets what was written there. NULL: the inflater
     * has room of its own, for a sink that is done with each piece when `take` returns. */
    void (*room)(void *self, size_t wanted, uint8_t **room, size_t *room_bytes);
    /* Takes each piece of the body: what was written to the room, or bytes of the package itself. */
    sg_result (*take)(void *self, struct sg_span piece, struct sg_error *error);
    void *self;
};

/* Hands the whole body to the sink, then says in *problem what was wrong with it, or NULL. What was handed out before a problem
 * was found proves nothing. */
SG_RESULT sg_inflate_entry(struct sg_inflater *inflater, const struct sg_zip_entry *entry, const struct sg_sink *sink,
                           const char **problem, struct sg_error *error);

#endif
