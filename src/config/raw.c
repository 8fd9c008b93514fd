#include "config/raw.h"

#include "base/printable.h"

/* Where the walk over the file stands. */
struct walk {
    struct sg_problems *problems;
    struct sg_place place;
    size_t blank_run; /* spaces, tabs and line breaks up to here */
    bool stop;
};

static struct sg_problem *offence(const struct walk *walk, const char *message)
{
    return sg_problem_add(walk->problems, (struct sg_mark){walk->place, 1}, "%s", message);
}

struct sg_span sg_raw_skip_bom(struct sg_span bytes)
{
    struct sg_span bom = SG_SPAN_LITERAL("\xEF\xBB\xBF");
    return sg_span_starts_with(bytes, bom) ? sg_span_part(bytes, bom.size, bytes.size - bom.size) : bytes;
}

/* UTF-16 and UTF-32 announce themselves by their byte order marks; libyaml would read UTF-16 (ATTACKS.md YA-09). */
static bool other_encoding(struct sg_span bytes)
{
    return sg_span_starts_with(bytes, SG_SPAN_LITERAL("\xFF\xFE")) ||
           sg_span_starts_with(bytes, SG_SPAN_LITERAL("\xFE\xFF")) ||
           sg_span_starts_with(bytes, SG_SPAN_LITERAL("\x00\x00\xFE\xFF"));
}

static bool bidirectional(uint32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

static void check_bad_byte(struct walk *walk, uint8_t byte)
{
    struct sg_problem *problem =
        sg_problem_add(walk->problems, (struct sg_mark){walk->place, 1}, "byte 0x%02X is not valid UTF-8 here", byte);
    sg_problem_expected(problem, "a file in UTF-8");
}

static void check_line_break(struct walk *walk, const char *name)
{
    struct sg_problem *problem = sg_problem_add(walk->problems, (struct sg_mark){walk->place, 1},
                                                "%s is a line break for some readers and not for others", name);
    sg_problem_expected(problem, "lines that end in LF or CRLF");
}

static void check_character(struct walk *walk, uint32_t c, bool before_lf)
{
    if (c == 0) {
        sg_problem_expected(offence(walk, "a NUL byte: this is not a text file in UTF-8"), "a file in UTF-8");
        walk->stop = true;
    } else if (c == '\r') {
        if (!before_lf)
            check_line_break(walk, "a carriage return without a line feed");
    } else if (c == 0x85 || c == 0x2028 || c == 0x2029) {
        check_line_break(walk, c == 0x85 ? "U+0085" : (c == 0x2028 ? "U+2028" : "U+2029"));
    } else if (control(c) && c != '\t' && c != '\n') {
        sg_problem_add(walk->problems, (struct sg_mark){walk->place, 1}, "the control character U+%04X is not allowed",
                       (unsigned)c);
    } else if (c == 0xFEFF || c == 0xFFFE || c == 0xFFFF) {
        sg_problem_add(walk->problems, (struct sg_mark){walk->place, 1}, "U+%04X is allowed %s", (unsigned)c,
                       c == 0xFEFF ? "only as the byte order mark at the start of the file" : "nowhere in a text file");
    } else if (bidirectional(c)) {
        struct sg_problem *problem = sg_problem_add(walk->problems, (struct sg_mark){walk->place, 1},
                                                    "U+%04X changes the order in which text is shown", (unsigned)c);
        sg_problem_note(problem, "a file with it can look different from what it says");
    }
}

/* A directive: libyaml compares each %TAG with all before it, which takes seconds for a file full of them (measured: 4.4 s for
 * 60,000), and tags are not allowed anyway. In libyaml, `%` in the first column is always one. */
static void check_directive(struct walk *walk, uint32_t c)
{
    if (c == '%' && walk->place.column == 1)
        sg_problem_expected(offence(walk, "a line must not begin with `%`: directives are not allowed"),
                            "the configuration without `%%YAML` and `%%TAG` lines");
}

static void count_blanks(struct walk *walk, uint32_t c)
{
    bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    walk->blank_run = blank ? walk->blank_run + 1 : 0;
    if (walk->blank_run == SG_CONFIG_MAX_BLANK_RUN + 1)
        sg_problem_add(walk->problems, (struct sg_mark){walk->place, 1},
                       "more than %u spaces, tabs and line breaks in a row", SG_CONFIG_MAX_BLANK_RUN);
}

static void advance(struct walk *walk, uint32_t c)
{
    walk->place.column++;
    if (c == '\n')
        walk->place = (struct sg_place){walk->place.line + 1, 1};
}

void sg_raw_check(struct sg_problems *problems)
{
    struct sg_span source = problems->source;
    struct walk walk = {.problems = problems, .place = {1, 1}};
    if (other_encoding(source)) {
        sg_problem_expected(offence(&walk, "the file is in UTF-16 or UTF-32"), "a file in UTF-8");
        return;
    }
    for (size_t at = 0; at < source.size && !walk.stop;) {
        uint32_t c = 0;
        size_t length = sg_utf8_decode(sg_span_part(source, at, source.size - at), &c);
        if (length == 0) {
            check_bad_byte(&walk, source.data[at]);
            length = 1;
            c = 'x'; /* it takes one column, like any character */
        } else {
            check_character(&walk, c, at + 1 < source.size && source.data[at + 1] == '\n');
            check_directive(&walk, c);
        }
        count_blanks(&walk, c);
        advance(&walk, c);
        at += length;
    }
}

const char *sg_text_flaw(struct sg_span text, uint32_t *code_point)
{
    for (size_t at = 0; at < text.size;) {
        size_t length = sg_utf8_decode(sg_span_part(text, at, text.size - at), code_point);
        if (length == 0) {
            *code_point = text.data[at];
            return "a byte that is not UTF-8";
        }
        if (*code_point == '\n' || *code_point == '\r')
            return "a line break";
        if (*code_point == '\t')
            return "a tab";
        if (control(*code_point))
            return "a control character";
        if (sg_code_point_hides(*code_point) || *code_point == 0xFFFE || *code_point == 0xFFFF)
            return "an invisible character";
        at += length;
    }
    return NULL;
}
