/*
 * Foreign bytes made fit for a message: the one door through which a name, an ARN, a subject, a URL or a server's words get
 * into text.
 *
 * The printable form is valid UTF-8 on one line without control characters. C0 and C1 controls, DEL and bytes that are no
 * UTF-8 become \xNN; bidirectional controls, zero-width and line separators become \u{NNNN}; a backslash is doubled. Text of
 * more than SG_PRINTABLE_INPUT_BYTES is cut at a character and ends in "…" with its length and a checksum, so that two long
 * names that begin alike can be told apart (ATTACKS.md section 5, LG-01 to LG-06). What a place (a terminal, JSON, a workflow
 * command) needs besides, its report writer adds.
 */
#ifndef SG_BASE_PRINTABLE_H
#define SG_BASE_PRINTABLE_H

#include "base/buffer.h"

struct sg_printable {
    char text[SG_PRINTABLE_INPUT_BYTES * 8 + 64];
};

/* Writes the printable form of `bytes` into `out` and returns out->text. Cannot fail. */
const char *sg_printable(struct sg_printable *out, struct sg_span bytes);
const char *sg_printable_text(struct sg_printable *out, const char *text);

/* The printable form without a cut, appended. For configuration lines that are shown with a caret. */
SG_RESULT sg_printable_append(struct sg_buffer *buffer, struct sg_span bytes, struct sg_error *error);

/* Length in bytes of the well-formed UTF-8 sequence at the start of `bytes` (RFC 3629: no overlong forms, no surrogates, at
 * most U+10FFFF), with its code point; 0 when there is none. */
size_t sg_utf8_decode(struct sg_span bytes, uint32_t *code_point);

/* Whether all of it is well-formed UTF-8. */
bool sg_utf8_valid(struct sg_span bytes);

/* Whether the code point reorders or hides text: bidirectional controls, zero-width characters, line separators, BOM. */
bool sg_code_point_hides(uint32_t code_point);

#endif
