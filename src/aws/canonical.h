/*
 * The canonical forms that a signature is made of. Inside the aws room only. Thread-safe.
 */
#ifndef SG_AWS_CANONICAL_H
#define SG_AWS_CANONICAL_H

#include "base/arena.h"
#include "base/buffer.h"

/* The path: for S3 as it is sent; for any other service without dot segments and empty ones, and percent-encoded once more. */
SG_RESULT sg_canonical_path(struct sg_span path, bool s3, struct sg_buffer *out, struct sg_error *error);

/* The query, which may be empty: each name and value encoded anew, in the order of the encoded names and then values. */
SG_RESULT sg_canonical_query(struct sg_span query, struct sg_arena *arena, struct sg_buffer *out,
                             struct sg_error *error);

/* A header's value without blanks around it and with single ones within. */
SG_RESULT sg_canonical_value(const char *value, struct sg_buffer *out, struct sg_error *error);

#endif
