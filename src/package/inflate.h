/*
 * The body of one entry, piece by piece: bounded by the declared size, counted, its CRC and the end of its deflate stream
 * checked. Inside the package room only.
 */
#ifndef SG_PACKAGE_INFLATE_H
#define SG_PACKAGE_INFLATE_H

#include "package/zip_internal.h"

struct sg_inflater; /* used for one entry after the other; one thread at a time */

SG_RESULT sg_inflater_make(struct sg_inflater **out, struct sg_error *error); /* owned; sg_inflater_free */
void sg_inflater_free(struct sg_inflater **inflater);

/* Takes each piece of the body; it is borrowed while the call runs. */
typedef sg_result sg_piece(void *self, struct sg_span piece, struct sg_error *error);

/* Hands the whole body to `take`, then says in *problem what was wrong with it, or NULL. What was handed out before a problem
 * was found proves nothing. */
SG_RESULT sg_inflate_entry(struct sg_inflater *inflater, const struct sg_zip_entry *entry, sg_piece *take, void *self,
                           const char **problem, struct sg_error *error);

#endif
