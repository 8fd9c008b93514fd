/*
 * Adds a signature to a package, through libzip; the package's own entries keep their places and bytes.
 */
#ifndef SG_PACKAGE_WRITER_H
#define SG_PACKAGE_WRITER_H

#include "base/buffer.h"
#include "base/time.h"
#include "crypto/digest.h"

/* The content digest that the package will have once signed: over its entries and, when it has none yet, the folder
 * META_INF/ that is added. `has_folder` says whether it is there. */
struct sg_package;

/* Makes a signed copy of the package `bytes` in two steps. First the folder entry is added where it is missing; `unsigned_out`
 * is the package whose content digest is to be signed. Owned by the caller's buffer. */
SG_RESULT sg_package_add_folder(struct sg_span bytes, struct sg_time modified, struct sg_buffer *out,
                                struct sg_error *error);

/* Then the signature entry is appended, deflated. REFUSED when there is one already. */
SG_RESULT sg_package_add_signature(struct sg_span bytes, struct sg_span signature, struct sg_time modified,
                                   struct sg_buffer *out, struct sg_error *error);

#endif
