/* The files of Python packages against what their RECORD lists (ATTACKS.md section 3, counter-measure 4). */
#include "test_package_zip.h"

#include "package/scan.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define JOINED ": another entry may have been joined to it after signing"
#define BEHIND "` with what looks like that file right behind it, at byte "

#define RECORD    "a-1.dist-info/RECORD"
#define X         ",sha256=X_HASH,6\n"
#define Y         ",sha256=Y_HASH,6\n"
#define X_BODY    "x = 1\n"
#define Y_BODY    "y = 2\n"
#define SELF      RECORD ",,\n"
#define SWALLOWED "MIT\nguard.pydef f(): pass\n"
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
    {"an empty line first", {FILE_X("a/x.py"), LIST("\na/x.py" X)}, NOTHING},
    {"padded digests", {FILE_X("a/x.py"), LIST("a/x.py,sha256=X_HASH=,6\n")}, NOTHING},
    {"names in quotes", {FILE_X("a/x,y\"z.py"), LIST("\"a/x,y\"\"z.py\"" X)}, NOTHING},
    {"a size in quotes", {FILE_X("a/x.py"), LIST("a/x.py,sha256=X_HASH,\"6\"\n")}, NOTHING},
    {"a link called RECORD",
     {{.name = RECORD, .body = "x.py", .mode = 0120777}, FILE_X("a-1.dist-info/x.py")},
     NOTHING},
    {"in a folder", {FILE_X("python/a/x.py"), {.name = "python/" RECORD, .body = "a/x.py" X}}, NOTHING},
    {"with ./ in front of names", {FILE_X("./a/x.py"), {.name = "./" RECORD, .body = "a/x.py" X}}, NOTHING},
    {"a folder of its own", {{.name = "a/"}, FILE_X("a/x.py"), LIST("a/x.py" X)}, NOTHING},
    {"a link instead of a file",
     {{.name = "a/x.py", .body = "../x.py", .mode = 0120777}, FILE_X("x.py"), LIST("a/x.py" X)},
     NOTHING},
    {"digests of another kind are not compared", {FILE_X("a/x.py"), LIST("a/x.py,md5=abc,6\n")}, NOTHING},
    {"digests of another kind of the same length", {FILE_X("a/x.py"), LIST("a/x.py,sha224=Y_HASH,6\n")}, NOTHING},
    {"a digest that is none", {FILE_X("a/x.py"), LIST("a/x.py,sha256=abc,\n")}, NOTHING},
    {"a row without digest and size", {FILE_X("a/x.py"), LIST("a/x.py,,\n")}, NOTHING},
    {"a size that is no number", {FILE_X("a/x.py"), LIST("a/x.py,sha256=X_HASH,six\n")}, NOTHING},
    {"a size below zero", {FILE_X("a/x.py"), LIST("a/x.py,sha256=X_HASH,-6\n")}, NOTHING},
    {"a size beyond all numbers", {FILE_X("a/x.py"), LIST("a/x.py,sha256=X_HASH,9999999999999999999\n")}, NOTHING},
    {"files outside of the folder", {FILE_X("a/x.py"), LIST("a/x.py" X "../../bin/a.py" Y "/usr/bin/a.py" Y)}, NOTHING},
    {"a file of code without a digest that is missing", {FILE_X("a/x.py"), LIST("a/x.py" X "a/gone.py,,6\n")}, NOTHING},
    {"one RECORD with its digest, one without",
     {FILE_X("a/x.py"), LIST("a/x.py" X), {.name = "b-1.dist-info/RECORD", .body = "a/x.py,,\n"}},
     NOTHING},
    {"a listed digest says more than the scan",
     {{.name = "a/LICENSE", .body = SWALLOWED}, LIST("a/LICENSE,sha256=S_HASH,26\n")},
     NOTHING},
    {"a listed file without a digest is scanned",
     {{.name = "a/LICENSE", .body = SWALLOWED}, LIST("a/LICENSE,,26\n")},
     {0},
     SG_RULE_SUSPICIOUS_CONTENT,
     "`a/LICENSE` holds the file name `guard.py" BEHIND "4" JOINED},
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
    {"another content, padded digest",
     {FILE_Y("a/x.py"), LIST("a/x.py,sha256=X_HASH=,6\n")},
     FOUND("lists 1 file with another size or digest: `a/x.py`")},
    {"another content, name in quotes",
     {FILE_Y("a/x,y\"z.py"), LIST("\"a/x,y\"\"z.py\"" X)},
     FOUND("lists 1 file with another size or digest: `a/x,y\"z.py`")},
    {"in the last of several folders",
     {FILE_X("a/x.py"), FILE_X("b/x.py"), FILE_X("c/x.py"), FILE_Y("c/evil.py"),
      LIST("a/x.py" X "b/x.py" X "c/x.py" X)},
     FOUND("does not list 1 file beside its own: `c/evil.py`")},
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
    {"text behind a quote, and a comma too few",
     {FILE_X("a/x.py"), LIST("\"a/x.py\"z,\na/x.py" X)},
     FOUND("has 1 line that lists no file; the first is line 1")},
    {"a size in a quote that does not end",
     {FILE_X("a/x.py"), LIST("a/x.py" X "a/x.py,,\"6\n")},
     FOUND("has 1 line that lists no file; the first is line 2")},
    {"a RECORD that swallowed a file",
     {FILE_X("a/x.py"), LIST("a/x.py" X SELF "a/z.bindef f(): pass\n")},
     FOUND("has 1 line that lists no file; the first is line 3")},
    {"a damaged RECORD is the content's affair",
     {{.name = RECORD, .body = "a/x.py,,\n", .packed = "FF"}},
     {0},
     SG_RULE_MALFORMED_PACKAGE,
     "`" RECORD "`: its deflate stream is damaged"},
};

/* X_HASH, Y_HASH and S_HASH stand for the digests of the three bodies. */
static const char *with_digests(const char *text)
{
    static const struct {
        const char *mark, *digest;
    } digests[] = {{"X_HASH", "nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q"},
                   {"Y_HASH", "9GmEJ2PbOYEHB2T5aLvHecsHefMm44a5m740MfjzDEk"},
                   {"S_HASH", "r26Xdoma9jIQjtz99YCRTtgmKqEjgs0C0fVp4npvOJM"}};
    struct sg_span out = sg_span_of("", 0);
    while (text[0] != '\0') {
        const char *found = NULL;
        size_t which = 0;
        for (size_t i = 0; i < COUNT(digests); i++) {
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

/* A RECORD that is too large lists nothing, so that its files are scanned. */
static void files_of_a_large_record_are_scanned(void **state)
{
    (void)state;
    const char *line = with_digests("x,sha256=S_HASH,26\n");
    size_t length = strlen(line);
    uint8_t *body = made_bytes((SG_RECORD_MAX_ROWS + 1) * length);
    for (size_t i = 0; i <= SG_RECORD_MAX_ROWS; i++)
        memcpy(body + i * length, line, length);
    const struct entry entries[] = {{.name = "x", .body = SWALLOWED},
                                    {.name = RECORD,
                                     .body = (const char *)body,
                                     .body_bytes = (SG_RECORD_MAX_ROWS + 1) * length,
                                     .deflated = true}};
    struct places places = {0};
    struct sg_arena arena;
    struct sg_package package;
    assert_int_equal(notices_of(write_zip(entries, 2, &(struct archive){0}, &places), &arena, &package), 2);
    assert_string_equal(package.notices.items[0].message, "`x` holds the file name `guard.py" BEHIND "4" JOINED);
    assert_string_equal(package.notices.items[1].message, TOO_LARGE);
    sg_arena_free(&arena);
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
        cmocka_unit_test(packages_with_records), cmocka_unit_test(a_record_with_every_flaw),
        cmocka_unit_test(records_have_bounds),   cmocka_unit_test(files_of_a_large_record_are_scanned),
        cmocka_unit_test(paths_have_a_bound),    cmocka_unit_test(a_row_has_a_longest_form),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
