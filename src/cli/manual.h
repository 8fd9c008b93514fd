/*
 * The man page sealgate(1), made from the option tables.
 */
#ifndef SG_CLI_MANUAL_H
#define SG_CLI_MANUAL_H

#include "base/buffer.h"

/* Appends the page in mdoc(7). */
SG_RESULT sg_manual_write(struct sg_buffer *out, struct sg_error *error);

#endif
