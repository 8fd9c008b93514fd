/* A line of the file, fit for a terminal, with a caret below the place that is meant. */
#include "base/printable.h"
#include "config/problems.h"

/* Columns for which room is kept after the caret when a line has to be cut. */
enum { COLUMNS_AFTER = 30, TAB_COLUMNS = 4 };

int sg_excerpt_gutter(uint32_t line)
{
    int digits = 1;
    for (uint32_t rest = line; rest >= 10; rest /= 10)
        digits++;
    return (digits < 4 ? 4 : digits) + 1;
}

/* The bytes of line `number` without its line break; false when there is no such line. */
static bool find_line(struct sg_span source, uint32_t number, struct sg_span *line)
{
    size_t at = 0;
    for (uint32_t current = 1; current < number; current++) {
        const uint8_t *end = at < source.size ? memchr(source.data + at, '\n', source.size - at) : NULL;
        if (end == NULL)
            return false;
        at = (size_t)(end - source.data) + 1;
    }
    struct sg_span rest = sg_span_part(source, at, source.size - at);
    const uint8_t *end = rest.size > 0 ? memchr(rest.data, '\n', rest.size) : NULL;
    *line = end == NULL ? rest : sg_span_part(rest, 0, (size_t)(end - rest.data));
    if (line->size > 0 && line->data[line->size - 1] == '\r')
        line->size--;
    return true;
}

/* How many columns terminals give a printable character: East Asian wide ones two (Unicode UAX #11), combining ones none. */
static size_t columns_of(uint32_t c)
{
    if ((c >= 0x300 && c <= 0x36F) || (c >= 0xFE00 && c <= 0xFE0F))
        return 0;
    bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1F64F) || (c >= 0x1F900 && c <= 0x1F9FF) ||
                (c >= 0x20000 && c <= 0x3FFFD);
    return wide ? 2 : 1;
}

/* One character of a line as it is shown. */
struct cell {
    size_t bytes;   /* of the line */
    size_t columns; /* on the terminal */
};

static struct cell measure(struct sg_span rest)
{
    uint32_t c = 0;
    size_t bytes = sg_utf8_decode(rest, &c);
    if (bytes == 1 && c >= 0x20 && c < 0x7F && c != '\\')
        return (struct cell){1, 1};
    if (bytes == 1 && c == '\t')
        return (struct cell){1, TAB_COLUMNS};
    struct sg_printable shown;
    size_t used = bytes == 0 ? 1 : bytes;
    sg_printable(&shown, sg_span_part(rest, 0, used));
    if (shown.text[0] == '\\')
        return (struct cell){used, strlen(shown.text)};
    return (struct cell){used, columns_of(c)};
}

static struct sg_span rest_at(struct sg_span line, size_t at)
{
    return sg_span_part(line, at, line.size - at);
}

/* The byte that the character in front of `at` begins with. */
static size_t step_back(struct sg_span line, size_t at)
{
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && (line.data[start] & 0xC0) == 0x80)
        start--;
    return measure(rest_at(line, start)).bytes == at - start ? start : at - 1;
}

/* The byte that character number `count` (from 0) begins with, or the end. */
static size_t byte_of(struct sg_span line, size_t from, uint32_t count)
{
    size_t at = from;
    for (uint32_t i = 0; i < count && at < line.size; i++) {
        uint32_t c = 0;
        size_t bytes = sg_utf8_decode(rest_at(line, at), &c);
        at += bytes == 0 ? 1 : bytes;
    }
    return at;
}

/* Goes forward from `at` while the columns fit into `most`; adds them to *columns. Returns where it stopped. */
static size_t forward(struct sg_span line, size_t at, size_t most, size_t *columns)
{
    *columns = 0;
    while (at < line.size) {
        struct cell cell = measure(rest_at(line, at));
        if (*columns + cell.columns > most)
            break;
        *columns += cell.columns;
        at += cell.bytes;
    }
    return at;
}

static size_t backward(struct sg_span line, size_t at, size_t most, size_t *columns)
{
    *columns = 0;
    while (at > 0) {
        size_t start = step_back(line, at);
        struct cell cell = measure(rest_at(line, start));
        if (*columns + cell.columns > most)
            break;
        *columns += cell.columns;
        at = start;
    }
    return at;
}

/* A tab becomes spaces, so that the caret below can be set; everything else its printable form. */
static sg_result append_line(struct sg_buffer *out, struct sg_span part, struct sg_error *error)
{
    size_t at = 0;
    while (at < part.size) {
        struct sg_span rest = rest_at(part, at);
        const uint8_t *tab = memchr(rest.data, '\t', rest.size);
        size_t length = tab == NULL ? rest.size : (size_t)(tab - rest.data);
        SG_TRY(sg_printable_append(out, sg_span_part(rest, 0, length), error));
        if (tab != NULL)
            SG_TRY(sg_buffer_printf(out, error, "%*s", TAB_COLUMNS, ""));
        at += length + (tab != NULL ? 1 : 0);
    }
    return SG_OK;
}

sg_result sg_excerpt_append(struct sg_buffer *out, struct sg_span source, struct sg_mark mark, struct sg_error *error)
{
    struct sg_span line = {0};
    if (source.size == 0 || !find_line(source, mark.place.line, &line))
        return SG_OK;
    size_t target = byte_of(line, 0, mark.place.column - 1);
    size_t columns_after = 0;
    size_t columns_before = 0;
    forward(line, target, COLUMNS_AFTER, &columns_after);
    size_t start = backward(line, target, SG_CONFIG_SHOWN_COLUMNS - columns_after, &columns_before);
    size_t end = forward(line, target, SG_CONFIG_SHOWN_COLUMNS - columns_before, &columns_after);

    int gutter = sg_excerpt_gutter(mark.place.line);
    SG_TRY(sg_buffer_printf(out, error, "%*u |%s%s", gutter - 1, mark.place.line, line.size > 0 ? " " : "",
                            start > 0 ? "…" : ""));
    SG_TRY(append_line(out, sg_span_part(line, start, end - start), error));
    SG_TRY(sg_buffer_printf(out, error, "%s\n", end < line.size ? "…" : ""));

    size_t marked_end = byte_of(line, target, mark.width);
    size_t marked = 0;
    size_t last = marked_end < end ? marked_end : end;
    forward(sg_span_part(line, 0, last), target, SG_CONFIG_SHOWN_COLUMNS, &marked);
    SG_TRY(sg_buffer_printf(out, error, "%*s| %*s^", gutter, "", (int)columns_before + (start > 0 ? 1 : 0), ""));
    for (size_t i = 1; i < marked; i++)
        SG_TRY(sg_buffer_append_byte(out, '~', error));
    return sg_buffer_append_byte(out, '\n', error);
}
