/*
 * The pinned roots: the only certificates that a chain may end in. The system's store is never consulted.
 *
 * An anchor set is made by one thread and then only read; reading is thread-safe.
 */
#ifndef SG_CRYPTO_ANCHORS_H
#define SG_CRYPTO_ANCHORS_H

#include "base/buffer.h"
#include "crypto/digest.h"

struct sg_anchors;

SG_RESULT sg_anchors_make(struct sg_anchors **out, struct sg_error *error); /* owned; sg_anchors_free */
void sg_anchors_free(struct sg_anchors **anchors);

/* Adds the root of the commercial AWS partition (FORMAT.md section 4). */
SG_RESULT sg_anchors_add_builtin(struct sg_anchors *anchors, struct sg_error *error);

/* Adds every certificate of a PEM file's text. CONFIGURATION when there is none, when something else is in it, or when one
 * cannot be a root of this format: self-signed, CA, a P-384 key, ecdsa-with-SHA384. `name` is what the message calls it. */
SG_RESULT sg_anchors_add_pem(struct sg_anchors *anchors, struct sg_span pem, const char *name, struct sg_error *error);

size_t sg_anchors_count(const struct sg_anchors *anchors);

/* SHA-256 of the built-in root's DER in lower-case hex, and its PEM text: for documentation and --version. */
extern const char sg_builtin_root_sha256[];
extern const char sg_builtin_root_pem[];

#endif
