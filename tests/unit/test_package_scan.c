/* What is looked for in bodies because the signed digest has no framing (ATTACKS.md section 3, counter-measures 4 and 5). */
#include "test_package_zip.h"

#include "package/scan.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* --- extensions and what files begin with --------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    size_t size;
    bool begins, writes;
} extension_rows[] = {
    {"", 0, false, false},
    {"p", 0, false, false},
    {"txt# ", 0, false, false},
    {"py", 2, false, true},
    {"py# x", 2, true, true},
    {"py#!/usr/bin/python3", 2, true, true},
    {"py#x", 2, false, true},
    {"py\"\"\"Doc", 2, true, true},
    {"py\"\"\"\n", 2, false, true},
    {"py'''Doc", 2, true, true},
    {"pyimport os", 2, true, true},
    {"pyimport ", 2, false, true},
    {"pyfrom .a import b", 2, true, true},
    {"pydef f():", 2, true, true},
    {"py\nimport os", 2, false, true},
    {"pyc\xA7\r\r\n", 2, false, true},
    {"js// a", 2, true, true},
    {"js//a", 2, false, true},
    {"js/*!\n", 2, true, true},
    {"js/**/", 2, false, true},
    {"js\"use strict\";", 2, true, true},
    {"js\" ", 2, false, true},
    {"jsmodule.exports = 1", 2, true, true},
    {"json", 4, false, false},
    {"json{\"a\":1}", 4, true, false},
    {"json[\"a\"]", 4, false, false},
    {"json[{", 4, true, false},
    {"json{a", 4, false, false},
    {"mjsimport{a}from'b'", 3, true, true},
    {"cjsrequire('a')", 3, true, true},
    {"map{\"version\":3", 3, true, false},
    {"map{ |x| x }", 3, false, false},
    {"map{\"a\":1", 3, false, false},
    {"so\x7F"
     "ELF",
     2, true, false},
    {"so.1", 2, false, false},
    {"sh#!/bin/sh", 2, true, false},
    {"shape", 2, false, false},
    {"rbrequire 'a'", 2, true, true},
    {"jarPK\3\4", 3, true, false},
    {"jarPK\1\2", 3, false, false},
    {"class\xCA\xFE\xBA\xBE", 5, true, false},
    {"classes", 5, false, false},
    {"clas", 0, false, false},
};

static void extensions_and_beginnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(extension_rows); i++) {
        bool begins = false;
        bool writes = false;
        size_t size = sg_scan_extension(sg_span_text(extension_rows[i].text), &begins, &writes);
        if (size != extension_rows[i].size || begins != extension_rows[i].begins || writes != extension_rows[i].writes)
            fail_msg("%s: %zu %d %d", extension_rows[i].text, size, begins, writes);
    }
}

/* --- one body ------------------------------------------------------------------------------------------------------------- */

struct scan_row {
    const char *what, *entry, *body;
    size_t size;      /* 0: strlen */
    const char *name; /* what is found; NULL for nothing */
    uint64_t offset;
};

/* A local header of a stored entry up to its name, of 7 bytes. */
#define HEADER     "PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7\0\0\0"
#define WITH(text) text, sizeof(text) - 1

static const struct scan_row scan_rows[] = {
    {"nothing", "a.js", "", 0, NULL, 0},
    {"FC-2: a map and a file behind an open comment", "api.js",
     "f(); // endapi.js.map{\"version\":3}admin.js\"use strict\"", 0, "endapi.js.map", 8},
    {"FC-3: the reviewed file behind the rest of a fixture", "z.bin", WITH("\1\2\3\377app.pyimport os\n"), "app.py", 4},
    {"FC-4: a guard in a licence", "pkg/LICENSE", "MIT\npkg/guard.pydef allowed(): pass\n", 0, "pkg/guard.py", 4},
    {"the folder cuts off what stands before it", "pkg/LICENSE", "see-alsopkg/guard.pydef allowed(): pass\n", 0,
     "pkg/guard.py", 8},
    {"the last folder of several", "a/b", "xa/ya/z.pyimport os", 0, "a/z.py", 4},
    {"FC-6: a second script", "bootstrap", "./serve\ndebug.sh#!/bin/sh\n", 0, "debug.sh", 8},
    {"a statement behind a name with the own folder", "pkg/LICENSE", "MIT\npkg/guard.pyALLOW = True\n", 0,
     "pkg/guard.py", 4},
    {"a call behind it", "pkg/LICENSE", "MIT\npkg/main.jsapp.use(x)\n", 0, "pkg/main.js", 4},
    {"the own folder behind it: an empty file", "pkg/LICENSE", "MIT\npkg/__init__.pypkg/guard.py\n", 0,
     "pkg/__init__.py", 4},
    {"a statement without the own folder", "LICENSE", "MIT\nguard.pyALLOW = True\n", 0, NULL, 0},
    {"a statement behind another folder", "pkg/LICENSE", "MIT\noth/guard.pyALLOW = True\n", 0, NULL, 0},
    {"a comparison", "pkg/a", "pkg/guard.pyALLOW == True", 0, NULL, 0},
    {"a longer extension and a bracket", "pkg/a", "pkg/guard.pyx(1)", 0, NULL, 0},
    {"a text that only goes on", "pkg/a", "pkg/guard.pyfile of", 0, NULL, 0},
    {"a statement that ends with the body", "pkg/a", "pkg/guard.pyALLOW", 0, NULL, 0},
    {"a statement before the end", "pkg/a", "pkg/guard.pyALLOW =", 0, NULL, 0},
    {"an extension without statements", "pkg/a", "pkg/lib.soapi.use(1)", 0, NULL, 0},
    {"the own folder as the whole name", "pkg/a", "pkg/.pyimport os", 0, NULL, 0},
    {"a name in quotes", "a.py", "open('b.py')\nimport os", 0, NULL, 0},
    {"a name in a sentence", "README", "run setup.py. import os", 0, NULL, 0},
    {"a name with a line break", "pkg/RECORD", "pkg/a.py\nimport os", 0, NULL, 0},
    {"a name that ends a doc string", "a.py", "\"\"\"tests of b.py\"\"\"\nimport os", 0, NULL, 0},
    {"an extension alone", "a.py", "(\".py# \")", 0, NULL, 0},
    {"two dots", "a.py", "a..py# x", 0, NULL, 0},
    {"at the very start", "a.bin", ".pyimport os", 0, NULL, 0},
    {"from the very start", "a.bin", "a.pyimport os", 0, "a.py", 0},
    {"to the very end", "a.bin", WITH("\0a.jarPK\3\4"), "a.jar", 1},
    {"cut off at the end", "a.bin", WITH("\0a.jarPK\3"), NULL, 0},
    {"only the first is kept", "a.bin", "\na.pyimport os\nb.pyimport os\n", 0, "a.py", 1},
    {"a stored entry of a nested archive", "a.zip", WITH(HEADER "conf.pyimport os"), NULL, 0},
    {"behind what is no local header of it", "a.zip", WITH(HEADER "Xconf.pyimport os"), "Xconf.py", 30},
};

static bool found_as_wanted(const struct sg_name_scan *scan, const struct scan_row *row)
{
    if (!scan->found || row->name == NULL)
        return scan->found == (row->name != NULL);
    return scan->name_offset == row->offset &&
           sg_span_equal(sg_span_of(scan->name, scan->name_bytes), sg_span_text(row->name));
}

static void scan_in_steps(struct sg_name_scan *scan, const char *entry, struct sg_span body, size_t first, size_t step)
{
    sg_name_scan_start(scan, sg_span_text(entry));
    for (size_t at = 0; at < body.size;) {
        size_t size = at == 0 && first > 0 ? first : step;
        if (size > body.size - at)
            size = body.size - at;
        sg_name_scan_take(scan, sg_span_part(body, at, size));
        at += size;
    }
    sg_name_scan_finish(scan);
}

static void check_scan(const struct scan_row *row, struct sg_span body, size_t first, size_t step)
{
    struct sg_name_scan scan;
    scan_in_steps(&scan, row->entry, body, first, step);
    if (!found_as_wanted(&scan, row))
        fail_msg("%s, in pieces of %zu and %zu bytes: `%.*s` at %d", row->what, first, step,
                 scan.found ? (int)scan.name_bytes : 0, scan.name, scan.found ? (int)scan.name_offset : -1);
}

/* Where the borders between pieces are makes no difference. */
static void names_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scan_rows); i++) {
        const struct scan_row *row = &scan_rows[i];
        struct sg_span body = sg_span_of(row->body, row->size > 0 ? row->size : strlen(row->body));
        check_scan(row, body, 0, body.size + 1);
        for (size_t step = 1; step < 9; step++)
            check_scan(row, body, 0, step);
        for (size_t first = 1; first < body.size; first++)
            check_scan(row, body, first, body.size);
    }
}

/* The same far inside of a body that is longer than what is kept between pieces, at every place of a piece's border. */
static void names_are_found_in_long_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scan_rows); i++) {
        struct scan_row row = scan_rows[i];
        const size_t before = 1500;
        size_t size = row.size > 0 ? row.size : strlen(row.body);
        uint8_t bytes[4096];
        /* At the end or the start of a body another rule holds. */
        if (size == 0 || strstr(row.what, "very") != NULL || strstr(row.what, "end") != NULL)
            continue;
        memset(bytes, '\n', sizeof bytes);
        memcpy(bytes + before, row.body, size);
        row.offset += before;
        for (size_t first = before - 400; first < before + size + 400; first += 7)
            check_scan(&row, sg_span_of(bytes, sizeof bytes), first, sizeof bytes);
        check_scan(&row, sg_span_of(bytes, sizeof bytes), 0, 331);
        check_scan(&row, sg_span_of(bytes, sizeof bytes), 0, 64);
    }
}

/* A name is looked at as far back as names go. */
static void a_long_name_is_cut(void **state)
{
    (void)state;
    uint8_t body[1024];
    struct sg_name_scan scan;
    memset(body, 'n', sizeof body);
    memcpy(body + 600, ".pyimport os", 12);
    scan_in_steps(&scan, "pkg/a", sg_span_of(body, sizeof body), 0, 100);
    assert_true(scan.found);
    assert_int_equal(scan.name_bytes, SG_SCAN_BEHIND_BYTES);
    assert_int_equal(scan.name_offset, 603 - SG_SCAN_BEHIND_BYTES);
}

/* --- packages ------------------------------------------------------------------------------------------------------------- */

#define JOINED ": another entry may have been joined to it after signing"
#define BEHIND "` with what looks like that file right behind it, at byte "

static const struct row name_rows[] = {
    {"a file that swallowed another",
     {{.name = "pkg/LICENSE", .body = "MIT\npkg/guard.pydef f(): pass\n", .deflated = true},
      {.name = "a.py", .body = "1"}},
     {0},
     SG_RULE_SUSPICIOUS_CONTENT,
     "`pkg/LICENSE` holds the file name `pkg/guard.py" BEHIND "4" JOINED},
    {"the same, stored",
     {{.name = "LICENSE", .body = "MIT guard.pydef f(): pass\n"}},
     {0},
     SG_RULE_SUSPICIOUS_CONTENT,
     "`LICENSE` holds the file name `guard.py" BEHIND "4" JOINED},
    {"foreign bytes are shown in a safe form",
     {{.name = "LIC\xC3\x89NSE", .flags = 0x800, .body = "\x1B[2Jguard.pydef f(): pass\n"}},
     {0},
     SG_RULE_SUSPICIOUS_CONTENT,
     "`LIC\xC3\x89NSE` holds the file name `2Jguard.py" BEHIND "2" JOINED},
    {"names that are only named",
     {{.name = "a.py", .body = "from b import c  # see b.py\n"}, {.name = "b.py"}},
     {0},
     SG_RULE_NONE,
     NULL},
    {"a link's target is no body",
     {{.name = "a", .body = "b.py# x", .mode = 0120777}, {.name = "b.py# x", .body = "1"}},
     {0},
     SG_RULE_NONE,
     NULL},
    {"the signature is no file",
     {{.name = "a"}, {.name = SG_SIGNATURE_NAME, .body = "b.pyimport os"}},
     {0},
     SG_RULE_NONE,
     NULL},
};

static void packages_with_swallowed_names(void **state)
{
    (void)state;
    CHECK_ROWS(name_rows);
}

/* Larger than one piece of inflated bytes, with the name across their border. */
static void a_name_across_the_border_of_two_pieces(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 16; shift++) {
        size_t size = 3 * SG_INFLATE_CHUNK_BYTES;
        uint8_t *body = made_bytes(size);
        char wanted[256];
        size_t at = SG_INFLATE_CHUNK_BYTES - shift;
        memset(body, '\n', size);
        memcpy(body + at, "a.pyimport os", 13);
        const struct entry entry = {.name = "b", .body = (const char *)body, .body_bytes = size, .deflated = true};
        struct places places = {0};
        snprintf(wanted, sizeof wanted, "`b` holds the file name `a.py" BEHIND "%zu" JOINED, at);
        assert_true(package_as_wanted("across a border", write_zip(&entry, 1, &(struct archive){0}, &places),
                                      SG_RULE_SUSPICIOUS_CONTENT, wanted));
    }
}

/* --- RECORD --------------------------------------------------------------------------------------------------------------- */

#define RECORD "a-1.dist-info/RECORD"
#define X      ",sha256=X_HASH,6\n"
#define Y      ",sha256=Y_HASH,6\n"
#define X_BODY "x = 1\n"
#define Y_BODY "y = 2\n"
#define SELF   RECORD ",,\n"
#define FILE_X(file)                                                                                                   \
    {                                                                                                                  \
        .name = file, .body = X_BODY                                                                                   \
    }
#define FILE_Y(file)                                                                                                   \
    {                                                                                                                  \
        .name = file, .body = Y_BODY                                                                                   \
    }
#define LIST(text)                                                                                                     \
    {                                                                                                                  \
        .name = RECORD, .body = text                                                                                   \
    }
#define FOUND(text) {0}, SG_RULE_SUSPICIOUS_CONTENT, "`" RECORD "` " text
#define NOTHING     {0}, SG_RULE_NONE, NULL

static const struct row record_rows[] = {
    {"all that it lists", {FILE_X("a/x.py"), FILE_Y("a/y.py"), LIST("a/x.py" X "a/y.py" Y SELF)}, NOTHING},
    {"the RECORD before its files", {LIST("a/x.py" X "a/y.py" Y SELF), FILE_X("a/x.py"), FILE_Y("a/y.py")}, NOTHING},
    {"line ends of Windows, none at the end",
     {FILE_X("a/x.py"), LIST("a/x.py,sha256=X_HASH,6\r\n\r\n" RECORD ",,")},
     NOTHING},
    {"padded digests", {FILE_X("a/x.py"), LIST("a/x.py,sha256=X_HASH=,6\n")}, NOTHING},
    {"names in quotes", {FILE_X("a/x,y\"z.py"), LIST("\"a/x,y\"\"z.py\"" X)}, NOTHING},
    {"in a folder", {FILE_X("python/a/x.py"), {.name = "python/" RECORD, .body = "a/x.py" X}}, NOTHING},
    {"with ./ in front of names", {FILE_X("./a/x.py"), {.name = "./" RECORD, .body = "a/x.py" X}}, NOTHING},
    {"a folder of its own", {{.name = "a/"}, FILE_X("a/x.py"), LIST("a/x.py" X)}, NOTHING},
    {"a link instead of a file",
     {{.name = "a/x.py", .body = "../x.py", .mode = 0120777}, FILE_X("x.py"), LIST("a/x.py" X)},
     NOTHING},
    {"digests of another kind are not compared", {FILE_X("a/x.py"), LIST("a/x.py,md5=abc,6\n")}, NOTHING},
    {"a digest that is none", {FILE_X("a/x.py"), LIST("a/x.py,sha256=abc,\n")}, NOTHING},
    {"a row without digest and size", {FILE_X("a/x.py"), LIST("a/x.py,,\n")}, NOTHING},
    {"a size that is no number", {FILE_X("a/x.py"), LIST("a/x.py,sha256=X_HASH,six\n")}, NOTHING},
    {"a file above the folder", {FILE_X("a/x.py"), LIST("a/x.py" X "../../bin/a" Y "/usr/bin/a" Y)}, NOTHING},
    {"a module at the top", {FILE_X("x.py"), FILE_Y("y.py"), LIST("x.py" X)}, NOTHING},
    {"byte code that is not listed",
     {FILE_X("a/x.py"), FILE_Y("a/__pycache__/x.cpython-311.pyc"), LIST("a/x.py" X)},
     NOTHING},
    {"byte code that is missing", {FILE_X("a/x.py"), LIST("a/x.py" X "a/__pycache__/x.cpython-311.pyc,,\n")}, NOTHING},
    {"files of the installer",
     {FILE_X("a/x.py"), FILE_Y("a-1.dist-info/INSTALLER"), LIST("a/x.py" X "a-1.dist-info/METADATA" X)},
     NOTHING},
    {"documentation left out", {FILE_X("a/x.py"), LIST("a/x.py" X "a/doc/y.rst" Y)}, NOTHING},
    {"tests and examples left out",
     {FILE_X("a/x.py"), LIST("a/x.py" X "a/tests/y.py" Y "a/test/y.py" Y "examples/y.py" Y)},
     NOTHING},
    {"two RECORDs of one file",
     {FILE_X("a/x.py"), LIST("a/x.py" X), {.name = "b-1.dist-info/RECORD", .body = "a/x.py" X}},
     NOTHING},
    {"a file called RECORD elsewhere", {FILE_X("a/x.py"), {.name = "dist-info/RECORD", .body = "a/x.py" Y}}, NOTHING},
    {"an empty RECORD", {FILE_X("a/x.py"), LIST("")}, NOTHING},

    {"FC-4: a file of code that is missing",
     {FILE_X("a/x.py"), LIST("a/x.py" X "a/guard.py" Y)},
     FOUND("lists 1 file missing from the package: `a/guard.py`")},
    {"two of them",
     {FILE_X("a/x.py"), LIST("a/x.py" X "a/lib.so" Y "a/guard.py" Y)},
     FOUND("lists 2 files missing from the package: `a/guard.py` and others")},
    {"a missing file whose folder only looks like tests",
     {FILE_X("a/x.py"), LIST("a/x.py" X "a/testing/y.py" Y)},
     FOUND("lists 1 file missing from the package: `a/testing/y.py`")},
    {"another content",
     {FILE_Y("a/x.py"), LIST("a/x.py" X)},
     FOUND("lists 1 file with another size or digest: `a/x.py`")},
    {"another size, no digest",
     {FILE_Y("a/x.py"), LIST("a/x.py,,7\n")},
     FOUND("lists 1 file with another size or digest: `a/x.py`")},
    {"two files with other contents",
     {FILE_Y("a/x.py"), FILE_Y("a/z.py"), LIST("a/z.py" X "a/x.py" X)},
     FOUND("lists 2 files with another size or digest: `a/x.py` and others")},
    {"a file that is not listed",
     {FILE_X("a/x.py"), FILE_Y("a/evil.py"), LIST("a/x.py" X)},
     FOUND("does not list 1 file beside its own: `a/evil.py`")},
    {"deeper ones",
     {FILE_X("a/x.py"), FILE_Y("a/b/c/evil"), FILE_Y("a/b/more"), LIST("a/x.py" X)},
     FOUND("does not list 2 files beside its own: `a/b/c/evil` and others")},
    {"a link that is not listed",
     {FILE_X("a/x.py"), {.name = "a/l.py", .body = "x.py", .mode = 0120777}, LIST("a/x.py" X)},
     FOUND("does not list 1 file beside its own: `a/l.py`")},
    {"a row of two fields",
     {FILE_X("a/x.py"), LIST("a/x.py" X "a/y.py,sha256=Y_HASH\n")},
     FOUND("has 1 line that lists no file; the first is line 2")},
    {"rows of four fields",
     {FILE_X("a/x.py"), LIST("a/y.py,,,\n"
                             "a/x.py" X "a,b,c,d\n")},
     FOUND("has 2 lines that list no file; the first is line 1")},
    {"a quote that does not end",
     {FILE_X("a/x.py"), LIST("\"a/y.py,,\na/x.py" X)},
     FOUND("has 1 line that lists no file; the first is line 1")},
    {"text behind a quote",
     {FILE_X("a/x.py"), LIST("\"a/y.py\"z,,\na/x.py" X)},
     FOUND("has 1 line that lists no file; the first is line 1")},
    {"a RECORD that swallowed a file",
     {FILE_X("a/x.py"), LIST("a/x.py" X SELF "a/z.bindef f(): pass\n")},
     FOUND("has 1 line that lists no file; the first is line 3")},
    {"a damaged RECORD is the content's affair",
     {{.name = RECORD, .body = "a/x.py,,\n", .packed = "FF"}},
     {0},
     SG_RULE_MALFORMED_PACKAGE,
     "`" RECORD "`: its deflate stream is damaged"},
};

/* X_HASH and Y_HASH stand for the digests of the two bodies. */
static const char *with_digests(const char *text)
{
    static const struct {
        const char *mark, *digest;
    } digests[] = {{"X_HASH", "nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q"},
                   {"Y_HASH", "9GmEJ2PbOYEHB2T5aLvHecsHefMm44a5m740MfjzDEk"}};
    struct sg_span out = sg_span_of("", 0);
    while (text[0] != '\0') {
        const char *found = NULL;
        size_t which = 0;
        for (size_t i = 0; i < 2; i++) {
            const char *at = strstr(text, digests[i].mark);
            if (at != NULL && (found == NULL || at < found)) {
                found = at;
                which = i;
            }
        }
        size_t length = found == NULL ? strlen(text) : (size_t)(found - text);
        out = JOIN(out, sg_span_of(text, length), sg_span_text(found == NULL ? "" : digests[which].digest));
        text += found == NULL ? length : length + strlen(digests[which].mark);
    }
    return (const char *)out.data;
}

static void packages_with_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(record_rows); i++) {
        struct row row = record_rows[i];
        for (size_t j = 0; j < MOST_ENTRIES; j++) {
            if (row.entries[j].body != NULL)
                row.entries[j].body = with_digests(row.entries[j].body);
        }
        check_rows(&row, 1);
    }
}

static size_t notices_of(struct sg_span zip, struct sg_arena *arena, struct sg_package *package)
{
    read_package(zip, arena, package);
    assert_int_equal(package->structure.outcome, SG_PROVEN);
    return package->notices.count;
}

/* Everything wrong with a RECORD is said, in one order. */
static void a_record_with_every_flaw(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "`" RECORD "` has 1 line that lists no file; the first is line 3",
        "`" RECORD "` lists 1 file missing from the package: `a/gone.py`",
        "`" RECORD "` lists 1 file with another size or digest: `a/x.py`",
        "`" RECORD "` does not list 1 file beside its own: `a/evil.py`",
    };
    const struct entry entries[] = {
        FILE_Y("a/x.py"), FILE_Y("a/evil.py"), {.name = RECORD, .body = with_digests("a/x.py" X "a/gone.py" Y "x\n")}};
    struct places places = {0};
    struct sg_arena arena;
    struct sg_package package;
    assert_int_equal(notices_of(write_zip(entries, 3, &(struct archive){0}, &places), &arena, &package), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(package.notices.items[i].rule, SG_RULE_SUSPICIOUS_CONTENT);
        assert_string_equal(package.notices.items[i].message, wanted[i]);
    }
    sg_arena_free(&arena);
}

#define TOO_LARGE "the RECORD files of its Python packages are too large to be held against its files"

static void check_large_record(const char *what, size_t size, const char *line, enum sg_rule rule)
{
    uint8_t *body = made_bytes(size);
    size_t length = strlen(line);
    memset(body, '\n', size);
    for (size_t at = 0; at + length <= size; at += length)
        memcpy(body + at, line, length);
    const struct entry entry = {.name = RECORD, .body = (const char *)body, .body_bytes = size, .deflated = true};
    struct places places = {0};
    assert_true(package_as_wanted(what, write_zip(&entry, 1, &(struct archive){0}, &places), rule, TOO_LARGE));
}

/* A hostile RECORD costs neither memory nor time. */
static void records_have_bounds(void **state)
{
    (void)state;
    check_large_record("as many bytes as allowed", SG_RECORD_MAX_BYTES, "\n", SG_RULE_NONE);
    check_large_record("one byte more", SG_RECORD_MAX_BYTES + 1, "\n", SG_RULE_SUSPICIOUS_CONTENT);
    check_large_record("as many rows as allowed", (size_t)SG_RECORD_MAX_ROWS * 4, "a,,\n", SG_RULE_NONE);
    check_large_record("one row more", (size_t)SG_RECORD_MAX_ROWS * 4 + 4, "a,,\n", SG_RULE_SUSPICIOUS_CONTENT);
}

/* Paths in a deep folder are counted with it. */
static void paths_have_a_bound(void **state)
{
    (void)state;
    struct sg_span name = sg_span_of("", 0);
    const size_t rows = SG_RECORD_PATHS_MAX_BYTES / 3001;
    for (size_t i = 0; i < 12; i++) {
        uint8_t *part = made_bytes(250);
        memset(part, 'f', 249);
        part[249] = '/';
        name = JOIN(name, sg_span_of(part, 250));
    }
    name = JOIN(name, sg_span_text(RECORD));
    for (size_t more = 0; more < 2; more++) {
        uint8_t *body = made_bytes((rows + more) * 4);
        for (size_t i = 0; i < rows + more; i++)
            memcpy(body + 4 * i, "a,,\n", 4);
        const struct entry entry = {.name = (const char *)name.data,
                                    .body = (const char *)body,
                                    .body_bytes = (rows + more) * 4,
                                    .deflated = true};
        struct places places = {0};
        assert_true(package_as_wanted(more == 0 ? "as many as allowed" : "one more",
                                      write_zip(&entry, 1, &(struct archive){0}, &places),
                                      more == 0 ? SG_RULE_NONE : SG_RULE_SUSPICIOUS_CONTENT, TOO_LARGE));
    }
}

/* A name of as many bytes as a row may have, and one more. */
static void a_row_has_a_longest_form(void **state)
{
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        size_t size = SG_NAME_MAX_BYTES + more;
        uint8_t *body = made_bytes(size);
        memset(body, 'n', size);
        memcpy(body + size - 2, ",,", 2);
        const struct entry entry = {.name = RECORD, .body = (const char *)body, .body_bytes = size};
        struct places places = {0};
        assert_true(package_as_wanted("a long row", write_zip(&entry, 1, &(struct archive){0}, &places),
                                      more == 0 ? SG_RULE_NONE : SG_RULE_SUSPICIOUS_CONTENT,
                                      "`" RECORD "` has 1 line that lists no file; the first is line 1"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extensions_and_beginnings),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(names_are_found_in_long_bodies),
        cmocka_unit_test(a_long_name_is_cut),
        cmocka_unit_test(packages_with_swallowed_names),
        cmocka_unit_test(a_name_across_the_border_of_two_pieces),
        cmocka_unit_test(packages_with_records),
        cmocka_unit_test(a_record_with_every_flaw),
        cmocka_unit_test(records_have_bounds),
        cmocka_unit_test(paths_have_a_bound),
        cmocka_unit_test(a_row_has_a_longest_form),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
