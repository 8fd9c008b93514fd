/*
 * Adds a signature to a package, through libzip; the package's own entries keep their places and bytes.
 */
#ifndef SG_PACKAGE_WRITER_H
#define SG_PACKAGE_WRITER_H

#include "base/buffer.h"
#include "base/time.h"

/* Appends to `out` a copy of the package `bytes` that has the folder META_INF/, added behind its entries where it is missing.
 * The content digest of this copy is what is to be signed. */
SG_RESULT sg_package_add_folder(struct sg_span bytes, struct sg_time modified, struct sg_buffer *out,
                                struct sg_error *error);

/* Appends to `out` a copy of the package `bytes` with the signature entry behind its entries, deflated. REFUSED when there is
 * one already. */
SG_RESULT sg_package_add_signature(struct sg_span bytes, struct sg_span signature, struct sg_time modified,
                                   struct sg_buffer *out, struct sg_error *error);

#endif
