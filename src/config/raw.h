/*
 * What is looked at before libyaml sees a byte: the file's encoding and the characters in it. libyaml takes UTF-16, and takes
 * U+0085, U+2028, U+2029 and a bare CR for line breaks, so that a second key can hide inside a value (ATTACKS.md YA-09 to
 * YA-11). Included by the configuration room only. Thread-safe.
 */
#ifndef SG_CONFIG_RAW_H
#define SG_CONFIG_RAW_H

#include "config/problems.h"

/* Checks problems->source, which has no leading byte order mark any more. Every offence is added to `problems`; libyaml may
 * only be given the bytes when there is none. */
void sg_raw_check(struct sg_problems *problems);

/* Takes the byte order mark of UTF-8 off the front. */
struct sg_span sg_raw_skip_bom(struct sg_span bytes);

/* Why decoded text must not stand in a value or key: control characters, characters that reorder or hide text. NULL when there
 * is no such character; then `text` is also valid UTF-8. `*code_point` is the character. */
const char *sg_text_flaw(struct sg_span text, uint32_t *code_point);

#endif
