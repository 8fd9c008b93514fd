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
    {"pydef {", 2, false, true},
    {"pydef [", 2, false, true},
    {"pydef _f():", 2, true, true},
    {"js//\tx", 2, true, true},
    {"js//\r\n", 2, true, true},
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

/* What stands behind the bytes that are there is not looked at. */
static void a_beginning_that_is_cut_off(void **state)
{
    (void)state;
    bool begins = true;
    bool writes = false;
    assert_int_equal(sg_scan_extension(sg_span_of("pyimport os", 9), &begins, &writes), 2);
    assert_false(begins);
    assert_int_equal(sg_scan_extension(sg_span_of("pyimport os", 10), &begins, &writes), 2);
    assert_true(begins);
}

/* --- one body ------------------------------------------------------------------------------------------------------------- */

struct scan_row {
    const char *what, *entry, *body;
    size_t size;      /* 0: strlen */
    const char *name; /* what is found; NULL for nothing */
    uint64_t offset;
};

/* A local header of a stored entry up to its name, of 7 bytes. */
#define HEADER     "PK\3\4" FIELDS
#define FIELDS     "\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7\0\0\0"
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
    {"what is a local header but for its signature", "a.zip", WITH("PK\1\2" FIELDS "conf.pyimport os"), "conf.py", 30},
    {"an extension without a dot", "a.bin", "\nbapyimport os", 0, NULL, 0},
    {"a scope and pluses in the name", "a.bin", "\n@scope/c++.jsimport {a}", 0, "@scope/c++.js", 1},
    {"a call that the end of the body cuts off", "pkg/a", "pkg/guard.pyALLOW(", 17, NULL, 0},
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

/* A local header is looked for as far back as names go, however long the entry's name is. */
static void a_long_name_in_a_nested_archive(void **state)
{
    (void)state;
    uint8_t body[1024];
    struct sg_name_scan scan;
    for (size_t more = 0; more < 2; more++) {
        const size_t length = SG_SCAN_BEHIND_BYTES - 30 + more;
        memset(body, 'n', sizeof body);
        memcpy(body, HEADER, 30);
        body[26] = (uint8_t)length;
        body[27] = (uint8_t)(length >> 8);
        memcpy(body + 30 + length - 3, ".pyimport os", 12);
        scan_in_steps(&scan, "a.zip", sg_span_of(body, 30 + length + 9), 0, sizeof body);
        assert_int_equal(scan.found, more == 1);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extensions_and_beginnings),       cmocka_unit_test(names_are_found),
        cmocka_unit_test(names_are_found_in_long_bodies),  cmocka_unit_test(a_long_name_is_cut),
        cmocka_unit_test(a_long_name_in_a_nested_archive), cmocka_unit_test(a_beginning_that_is_cut_off),
        cmocka_unit_test(packages_with_swallowed_names),   cmocka_unit_test(a_name_across_the_border_of_two_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
