/*
 * Adds entries behind those of a package, whose bytes stay as they are: local headers, bodies, descriptors and directory records
 * are copied, only the end record is new.
 *
 * Not through libzip: 1.7.3 writes the headers of all entries anew and makes them contradict each other (it drops the UTF-8 flag
 * and the Unicode path field from one of two headers), so that 9 of the archives of tests/e2e/test_packagers.py, those of jar,
 * Java's ZipOutputStream, jszip and yazl, would come out ambiguous.
 *
 * Thread-safe.
 */
#ifndef SG_PACKAGE_WRITER_H
#define SG_PACKAGE_WRITER_H

#include "base/buffer.h"
#include "base/time.h"

/* Appends to `out` the package `bytes`, whose structure is proven (package.h), with the folder META_INF/ behind its entries. The
 * content digest of this copy is what is to be signed. REFUSED when the package is full. */
SG_RESULT sg_package_append_folder(struct sg_span bytes, struct sg_time modified, struct sg_buffer *out,
                                   struct sg_error *error);

/* The same with the signature entry, deflated. */
SG_RESULT sg_package_append_signature(struct sg_span bytes, struct sg_span signature, struct sg_time modified,
                                      struct sg_buffer *out, struct sg_error *error);

#endif
