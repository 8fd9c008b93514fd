#include "report/json_value.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/printable.h"
#include "report/safe.h"

void sg_json_free(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}

sg_result sg_json_object(json_t **out, struct sg_error *error)
{
    *out = json_object();
    return *out != NULL ? SG_OK : sg_fail_memory(error);
}

sg_result sg_json_array(json_t **out, struct sg_error *error)
{
    *out = json_array();
    return *out != NULL ? SG_OK : sg_fail_memory(error);
}

sg_result sg_json_put(json_t *object, const char *key, json_t *value, struct sg_error *error)
{
    return json_object_set_new(object, key, value) == 0 ? SG_OK : sg_fail_memory(error);
}

sg_result sg_json_push(json_t *array, json_t *value, struct sg_error *error)
{
    return json_array_append_new(array, value) == 0 ? SG_OK : sg_fail_memory(error);
}

sg_result sg_json_put_text(json_t *object, const char *key, const char *text, struct sg_error *error)
{
    if (text == NULL)
        return sg_json_put(object, key, json_null(), error);
    if (sg_utf8_valid(sg_span_text(text)))
        return sg_json_put(object, key, json_string(text), error);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer safe = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_TRY(sg_safe_append_text(&safe, text, error));
    return sg_json_put(object, key, json_string(sg_buffer_text(&safe)), error);
}

sg_result sg_json_put_time(json_t *object, const char *key, struct sg_time time, struct sg_error *error)
{
    char text[SG_TIME_TEXT_BYTES];
    return sg_json_put(object, key, json_string(sg_time_format_rfc3339(time, text)), error);
}

sg_result sg_json_put_count(json_t *object, const char *key, uint64_t count, struct sg_error *error)
{
    /* Counts and sizes come from memory or from files read whole, so they fit. */
    return sg_json_put(object, key, json_integer((json_int_t)count), error);
}

/* \uNNNN, or two of them for a code point beyond the first plane (RFC 8259 section 7). */
static sg_result append_escape(struct sg_buffer *out, uint32_t c, struct sg_error *error)
{
    if (c <= 0xFFFF)
        return sg_buffer_printf(out, error, "\\u%04x", (unsigned)c);
    uint32_t rest = c - 0x10000;
    return sg_buffer_printf(out, error, "\\u%04x\\u%04x", (unsigned)(0xD800 + (rest >> 10)),
                            (unsigned)(0xDC00 + (rest & 0x3FF)));
}

/* jansson has escaped what JSON itself demands; "#" and what is left of the unseen characters stand only inside strings. */
static sg_result append_for_log(struct sg_buffer *out, struct sg_span text, struct sg_error *error)
{
    bool after_hash = false;
    size_t written = 0; /* what of `text` is in `out` */
    for (size_t at = 0; at < text.size;) {
        uint32_t c = 0;
        size_t length = sg_utf8_decode(sg_span_part(text, at, text.size - at), &c);
        if (length == 0)
            return sg_fail(error, SG_ERROR_INTERNAL, "the JSON report is no UTF-8");
        if ((c == '#' && after_hash) || (c != '\n' && sg_safe_unseen(c))) {
            SG_TRY(sg_buffer_append(out, sg_span_part(text, written, at - written), error));
            SG_TRY(append_escape(out, c, error));
            written = at + length;
        }
        after_hash = c == '#';
        at += length;
    }
    return sg_buffer_append(out, sg_span_part(text, written, text.size - written), error);
}

sg_result sg_json_append(const json_t *document, struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) char *text = json_dumps(document, JSON_INDENT(2));
    if (text == NULL)
        return sg_fail_memory(error);
    SG_TRY(append_for_log(out, sg_span_text(text), error));
    return sg_buffer_append_byte(out, '\n', error);
}
