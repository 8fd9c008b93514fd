/*
 * Values of the JSON report: jansson's, with an error that says what went wrong. Only the files of the JSON writer include it.
 */
#ifndef SG_REPORT_JSON_VALUE_H
#define SG_REPORT_JSON_VALUE_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/time.h"

/* Gives up one reference; for SG_CLEANUP. */
void sg_json_free(json_t **value);

/* `members` is a new object. MEMORY on failure. */
SG_RESULT sg_json_object(json_t **out, struct sg_error *error);
SG_RESULT sg_json_array(json_t **out, struct sg_error *error);

/* Adds a member or an item; `value` is consumed, also on failure. NULL stands for a value that could not be made: MEMORY. */
SG_RESULT sg_json_put(json_t *object, const char *key, json_t *value, struct sg_error *error);
SG_RESULT sg_json_push(json_t *array, json_t *value, struct sg_error *error);

/* Text as a value: null for NULL; what is no UTF-8, and cannot be in JSON, in its safe form. */
SG_RESULT sg_json_put_text(json_t *object, const char *key, const char *text, struct sg_error *error);
SG_RESULT sg_json_put_time(json_t *object, const char *key, struct sg_time time, struct sg_error *error);
SG_RESULT sg_json_put_count(json_t *object, const char *key, uint64_t count, struct sg_error *error);

/* Appends the document, indented by 2, members in the order they were put, with a final line feed. Characters that are not
 * seen and the second of two "#" are written as \uNNNN: the values stay the same, and a terminal or a runner that reads the
 * text as a log finds nothing to obey (ATTACKS.md LG-02, LG-03, LG-05). */
SG_RESULT sg_json_append(const json_t *document, struct sg_buffer *out, struct sg_error *error);

#endif
