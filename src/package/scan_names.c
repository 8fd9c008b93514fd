/*
 * The scan for swallowed entries. A body that was joined with the entry behind it holds that entry's name with the content right
 * behind it, without so much as a line break between them: that is how a signed package can be cut into other files (ATTACKS.md
 * section 3, FC-2, FC-3, FC-4, FC-6). Two traces are looked for:
 *
 * - a file name with an extension of code, and right behind it what files of this kind begin with: "guard.py" and "import os";
 * - the folder of the body's own entry with such a file name, and right behind it a statement or the folder once more: in
 *   "pkg/LICENSE" the text "pkg/guard.pyALLOW = False" or "pkg/__init__.pypkg/guard.py".
 *
 * Prose and code name files all the time, but with a quote, a blank or a line break behind them. What this finds in honest
 * packages was measured: docs/lock.md.
 */
#include "package/scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 64 };

/* --- one place ------------------------------------------------------------------------------------------------------------ */

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_character(uint8_t c)
{
    return is_letter(c) || is_digit(c) || (c >= '-' && c <= '/') || c == '@' || c == '+';
}

/* "ALLOW = ", "print(", "app.use(": what a file of code may well begin with, and no text goes on with behind a file name. */
static bool is_statement(struct sg_span text)
{
    size_t at = 0;
    while (at < text.size &&
           (is_letter(text.data[at]) || (at > 0 && (is_digit(text.data[at]) || text.data[at] == '.'))))
        at++;
    /* One letter more makes other extensions: .pyc, .jsx. */
    if (at < 2 || at == text.size)
        return false;
    if (text.data[at] == '(')
        return true;
    while (at < text.size && text.data[at] == ' ')
        at++;
    return at + 1 < text.size && text.data[at] == '=' && text.data[at + 1] != '=';
}

/* Where the file name that ends at `end` begins: behind the last blank, quote or other character that is in no usual name. */
static size_t name_start(struct sg_span window, size_t end)
{
    size_t start = end;
    while (start > 0 && end - start < SG_SCAN_BEHIND_BYTES && is_name_character(window.data[start - 1]))
        start--;
    return start;
}

/* The last place in [start, end) where `folder` stands with something behind it; `end` when there is none. */
static size_t find_folder(struct sg_span window, size_t start, size_t end, struct sg_span folder)
{
    size_t found = end;
    if (folder.size == 0)
        return end;
    while (end - start > folder.size) {
        const uint8_t *at = memmem(window.data + start, end - start - 1, folder.data, folder.size);
        if (at == NULL)
            break;
        found = (size_t)(at - window.data);
        start = found + 1;
    }
    return found;
}

/* A nested archive has names with content right behind them, too, in its local headers (APPNOTE 4.3.7; ATTACKS.md ZA-08). */
static bool in_local_header(struct sg_span window, size_t end)
{
    size_t first = end > SG_SCAN_BEHIND_BYTES ? end - SG_SCAN_BEHIND_BYTES : 0;
    for (size_t at = first; at + SG_ZIP_LOCAL_HEADER_BYTES < end; at++) {
        const uint8_t *header = window.data + at;
        if (memcmp(header, "PK\3\4", 4) == 0 && at + SG_ZIP_LOCAL_HEADER_BYTES + sg_le16(header + 26) == end)
            return true;
    }
    return false;
}

static void keep(struct sg_name_scan *scan, struct sg_span window, uint64_t window_offset, size_t start, size_t end)
{
    scan->found = true;
    scan->name_bytes = end - start;
    scan->name_offset = window_offset + start;
    memcpy(scan->name, window.data + start, end - start);
}

/* Looks at the dot at `dot`. */
static void look_at(struct sg_name_scan *scan, struct sg_span window, uint64_t window_offset, size_t dot)
{
    bool begins = false;
    bool writes = false;
    struct sg_span text = sg_span_part(window, dot + 1, window.size - dot - 1);
    size_t extension = sg_scan_extension(text, &begins, &writes);
    if (extension == 0 || dot == 0 || !(is_name_character(window.data[dot - 1])) || window.data[dot - 1] == '/' ||
        window.data[dot - 1] == '.')
        return;
    size_t end = dot + 1 + extension;
    struct sg_span behind = sg_span_part(window, end, window.size - end);
    /* Almost always. */
    if (!begins && (!writes || scan->folder.size == 0 || behind.size == 0 || !is_name_character(behind.data[0])))
        return;
    size_t start = name_start(window, end);
    size_t own = find_folder(window, start, dot, scan->folder);
    bool own_continues = own < dot && (is_statement(behind) || sg_span_starts_with(behind, scan->folder));
    if (!begins && !(writes && own_continues))
        return;
    if (!in_local_header(window, end))
        keep(scan, window, window_offset, own < dot ? own : start, end);
}

/* --- all places ----------------------------------------------------------------------------------------------------------- */

/* The first two letters of the extensions: each pair has a bit, which both of its letters have. */
enum { PY = 1, JS = 2, MJ = 4, SO = 8, RB = 16, CL = 32, MA = 64 };
static const uint8_t first_letters[256] = {
    ['p'] = PY, ['j'] = JS, ['m'] = MJ | MA, ['c'] = MJ | CL, ['s'] = SO, ['r'] = RB};
static const uint8_t second_letters[256] = {
    ['y'] = PY, ['s'] = JS, ['a'] = JS | MA, ['j'] = MJ, ['o'] = SO, ['h'] = SO, ['b'] = RB, ['l'] = CL};

/* Which of BLOCK bytes are a dot, the first one in the lowest bit. */
static uint64_t dots_in(const uint8_t *bytes)
{
    uint64_t dots = 0;
#ifdef __SSE2__
    for (unsigned i = 0; i < BLOCK; i += 16) {
        __m128i part;
        memcpy(&part, bytes + i, sizeof part);
        int equal = _mm_movemask_epi8(_mm_cmpeq_epi8(part, _mm_set1_epi8('.')));
        dots |= (uint64_t)(uint16_t)equal << i;
    }
#else
    for (unsigned i = 0; i < BLOCK; i++)
        dots |= (uint64_t)(bytes[i] == '.') << i;
#endif
    return dots;
}

/* Looks at every dot in [from, to) of `window`, which stands at window_offset of the body. This runs over every byte of every
 * package: where dots are is found without a branch, and two letters behind a dot decide almost always. */
static void look_through(struct sg_name_scan *scan, struct sg_span window, uint64_t window_offset, size_t from,
                         size_t to)
{
    size_t at = from;
    for (; at + BLOCK + 2 <= window.size && at + BLOCK <= to; at += BLOCK) {
        for (uint64_t dots = dots_in(window.data + at); dots != 0; dots &= dots - 1) {
            const uint8_t *dot = window.data + at + (unsigned)__builtin_ctzll(dots);
            if ((first_letters[dot[1]] & second_letters[dot[2]]) == 0)
                continue;
            look_at(scan, window, window_offset, (size_t)(dot - window.data));
            if (scan->found)
                return;
        }
    }
    for (; at < to && !scan->found; at++) {
        if (window.data[at] == '.')
            look_at(scan, window, window_offset, at);
    }
}

void sg_name_scan_start(struct sg_name_scan *scan, struct sg_span name)
{
    size_t folder = name.size;
    while (folder > 0 && name.data[folder - 1] != '/')
        folder--;
    scan->folder = sg_span_part(name, 0, folder);
    scan->seen_bytes = 0;
    scan->tail_bytes = 0;
    scan->open_bytes = 0;
    scan->found = false;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The last bytes of `window` are what the next piece is looked at with. */
static void keep_tail(struct sg_name_scan *scan, struct sg_span window)
{
    scan->tail_bytes = smaller(window.size, sizeof scan->tail);
    scan->open_bytes = smaller(window.size, SG_SCAN_AHEAD_BYTES);
    memcpy(scan->tail, window.data + window.size - scan->tail_bytes, scan->tail_bytes);
}

/* The bytes on both sides of the border between two pieces. Returns up to where the piece has been looked at. */
static size_t look_across(struct sg_name_scan *scan, struct sg_span piece)
{
    uint8_t joint[2 * sizeof scan->tail];
    size_t head = smaller(piece.size, sizeof scan->tail);
    struct sg_span window = sg_span_of(joint, scan->tail_bytes + head);
    memcpy(joint, scan->tail, scan->tail_bytes);
    memcpy(joint + scan->tail_bytes, piece.data, head);
    size_t from = scan->tail_bytes - scan->open_bytes;
    size_t to = window.size - smaller(window.size, SG_SCAN_AHEAD_BYTES);
    look_through(scan, window, scan->seen_bytes - scan->tail_bytes, from, to);
    if (head < sizeof scan->tail) {
        keep_tail(scan, window);
        return piece.size;
    }
    return head - SG_SCAN_AHEAD_BYTES;
}

void sg_name_scan_take(struct sg_name_scan *scan, struct sg_span piece)
{
    if (scan->found || piece.size == 0)
        return;
    size_t from = scan->tail_bytes > 0 ? look_across(scan, piece) : 0;
    if (!scan->found && from < piece.size) {
        look_through(scan, piece, scan->seen_bytes, from, piece.size - smaller(piece.size, SG_SCAN_AHEAD_BYTES));
        keep_tail(scan, piece);
    }
    scan->seen_bytes += piece.size;
}

void sg_name_scan_finish(struct sg_name_scan *scan)
{
    struct sg_span window = sg_span_of(scan->tail, scan->tail_bytes);
    if (!scan->found)
        look_through(scan, window, scan->seen_bytes - scan->tail_bytes, scan->tail_bytes - scan->open_bytes,
                     scan->tail_bytes);
}
