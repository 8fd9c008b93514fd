/*
 * Text made fit for a log: whatever it holds, it stays on its line, moves no cursor and is no command of a CI's runner.
 *
 * Messages and names that came through sg_printable are left as they are; what was never escaped (a path of the command line,
 * a name of the configuration) is escaped here. A backslash is not doubled, so that text may pass more than once.
 *
 * For the writers of this room. Thread-safe.
 */
#ifndef SG_REPORT_SAFE_H
#define SG_REPORT_SAFE_H

#include "base/buffer.h"

/* Bytes of the safe form of one character with its NUL. */
#define SG_SAFE_FORM_BYTES 16

/* Whether a code point is a control, or is not seen though it is there: what sg_code_point_hides names, and the characters
 * that a comparison by language ignores, with which a runner would still find its command (Unicode, DerivedCoreProperties,
 * Default_Ignorable_Code_Point). */
bool sg_safe_unseen(uint32_t code_point);

/* The safe form of the character at the start of `text`, which is not empty: \xNN, \u{NNNN}, or the character. Returns how many
 * bytes of `text` it stands for. */
size_t sg_safe_character(struct sg_span text, char form[SG_SAFE_FORM_BYTES]);

/* Appends `text` for a line of a log. Besides the forms above, a backslash goes behind "##" when anything but a blank follows
 * ("##[error]", "##vso[", "##teamcity[" are commands anywhere in a line), and before "::" at the start of a word ("::error::"
 * is one at the start of a line, and a line may be wrapped at any word). ATTACKS.md LG-01 to LG-05. */
SG_RESULT sg_safe_append(struct sg_buffer *out, struct sg_span text, struct sg_error *error);
SG_RESULT sg_safe_append_text(struct sg_buffer *out, const char *text, struct sg_error *error);

/* Columns that safe text takes: one for each code point. */
size_t sg_safe_columns(struct sg_span text);

/* Appends `count` blanks. */
SG_RESULT sg_safe_indent(struct sg_buffer *out, size_t count, struct sg_error *error);

/* Appends safe text, broken at blanks so that lines end at SG_TEXT_COLUMNS where they can. The cursor stands at `column`;
 * further lines begin after `indent` blanks. No line feed at the end. */
SG_RESULT sg_safe_wrap(struct sg_buffer *out, const char *text, size_t column, size_t indent, struct sg_error *error);

#endif
