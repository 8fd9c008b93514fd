/*
 * The digests of one package, in a thread of their own: the caller reads and inflates the next bytes while those before them
 * are hashed. File and content have one each, over what is added, in that order. Parts of the content can have their own, besides,
 * which the thread computes or, while that has much to do, the caller's.
 *
 * Without a thread (none was asked for, or none can be had) the same calls compute at once. One caller's thread at a time; nothing
 * is allocated once it has started, and the thread does nothing but hash and wait, so that it can be confined with the caller.
 */
#ifndef SG_CRYPTO_HASHER_H
#define SG_CRYPTO_HASHER_H

#include "crypto/digest.h"

struct sg_hasher;

enum sg_hash {
    SG_HASH_FILE,    /* SHA-256 of the file */
    SG_HASH_CONTENT, /* SHA-384 of the content (FORMAT.md section 2) */
};

/* Owned; sg_hasher_free. The thread, if any, is running when this returns. */
SG_RESULT sg_hasher_start(bool threaded, struct sg_hasher **out, struct sg_error *error);
void sg_hasher_free(struct sg_hasher **hasher); /* waits for the thread */

/* Room for the next piece: from 1 to `wanted` bytes, borrowed until sg_hasher_add gets them. Waits until some is free. */
void sg_hasher_room(struct sg_hasher *hasher, size_t wanted, uint8_t **room, size_t *room_bytes);

/* What is added to the content from here to sg_hasher_end_part is a part, whose SHA-256 is in `sha256` (32 bytes, the caller's) once
 * sg_hasher_finish has returned the content's digest. Parts do not overlap. */
SG_RESULT sg_hasher_begin_part(struct sg_hasher *hasher, uint8_t *sha256, struct sg_error *error);
SG_RESULT sg_hasher_end_part(struct sg_hasher *hasher, struct sg_error *error);

/* Adds bytes: those at the front of the room that was handed out last, or others, which must stay until sg_hasher_finish. An error
 * may be one of an earlier piece. */
SG_RESULT sg_hasher_add(struct sg_hasher *hasher, enum sg_hash hash, struct sg_span bytes, struct sg_error *error);

/* Waits until all that was added has been hashed and writes the digest, of 32 or 48 bytes. Once for each. */
SG_RESULT sg_hasher_finish(struct sg_hasher *hasher, enum sg_hash hash, uint8_t *out, struct sg_error *error);

#endif
