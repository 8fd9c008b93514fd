/*
 * A second reading of an archive, which shares no line with the gate's: by the central directory, and entry after entry as a
 * stream is read. Only for archives whose structure the gate has proven: it trusts every offset and checks each all the same.
 */
#ifndef SG_TESTS_FUZZ_ZIP_WALK_H
#define SG_TESTS_FUZZ_ZIP_WALK_H

#include "fuzz.h"

/* Bytes of one body that are unpacked; the targets pass over what unpacks to more, to stay fast. */
enum { WALK_MAX_BODY_BYTES = 1024 * 1024 };

struct walked {
    size_t entries;
    uint64_t unpacked_bytes;
    bool has_signature;
    uint8_t content[48]; /* SHA-384 over names and bodies, the signature entry left out (FORMAT.md section 2) */
};

/* By the records of the central directory. False when a body is larger than WALK_MAX_BODY_BYTES. */
bool walk_directory(const uint8_t *data, size_t size, struct walked *out);

/* From the first local header on, with the sizes that a stream's reader has: those of the header or, when a descriptor
 * follows, where the deflate stream ends. False when that reader cannot know: a stored body before its descriptor. */
bool walk_stream(const uint8_t *data, size_t size, struct walked *out);

/* Mends in place what a mutation broke and every reader notices at once, so that what lies behind is reached: offsets, counts,
 * sizes, CRCs, names of the directory. Each bit of `choice` leaves one kind of damage as it is. What is not to be recognised
 * stays as it is, too. */
void mend_archive(uint8_t *data, size_t size, unsigned choice);

#endif
