/* The structure pass: end records, central directory, local headers, sizes and bodies (ATTACKS.md section 1.2). */
#include "test_package_zip.h"

#define AMBIGUOUS SG_RULE_AMBIGUOUS_PACKAGE
#define MALFORMED SG_RULE_MALFORMED_PACKAGE
#define TOO_LARGE SG_RULE_PACKAGE_TOO_LARGE
#define UNUSUAL   SG_RULE_UNUSUAL_PACKAGE

/* Offsets of fields. */
enum {
    END_DISK = 4,
    END_DIRECTORY_DISK = 6,
    END_HERE = 8,
    END_COUNT = 10,
    END_SIZE = 12,
    END_OFFSET = 16,
    END_COMMENT = 20,
    CENTRAL_VERSION = 6,
    CENTRAL_FLAGS = 8,
    CENTRAL_METHOD = 10,
    CENTRAL_TIME = 12,
    CENTRAL_CRC = 16,
    CENTRAL_COMPRESSED = 20,
    CENTRAL_UNCOMPRESSED = 24,
    CENTRAL_NAME = 28,
    CENTRAL_EXTRA = 30,
    CENTRAL_COMMENT = 32,
    CENTRAL_DISK = 34,
    CENTRAL_LOCAL = 42,
    LOCAL_VERSION = 4,
    LOCAL_FLAGS = 6,
    LOCAL_METHOD = 8,
    LOCAL_TIME = 10,
    LOCAL_CRC = 14,
    LOCAL_COMPRESSED = 18,
    LOCAL_UNCOMPRESSED = 22,
    LOCAL_NAME = 26,
    LOCAL_EXTRA = 28,
};

#define PATCH(...)       .archive.patches = {{__VA_ARGS__}}
#define PATCH2(one, two) .archive.patches = {{one}, {two}}

/* --- what is no archive -------------------------------------------------------------------------------------------------- */

#define NOT_LAST                                                                                                       \
    "the archive's end record does not end the file: bytes follow it, are missing, or its comment has another length"

static void test_no_archive(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct sg_span bytes;
        enum sg_rule rule;
        const char *message;
    } rows[] = {
        {"an empty file", {NULL, 0}, MALFORMED, "the file is empty"},
        {"one byte", {(const uint8_t *)"P", 1}, MALFORMED, "the file is not a zip archive"},
        {"a text", {(const uint8_t *)"exports.handler = 1\n", 20}, MALFORMED, "the file is not a zip archive"},
        {"gzip",
         {(const uint8_t *)"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10},
         MALFORMED,
         "the file is not a zip archive"},
        {"an empty archive",
         {(const uint8_t *)"PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22},
         MALFORMED,
         "the archive holds no entries"},
        {"an end record without its last byte",
         {(const uint8_t *)"PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 21},
         MALFORMED,
         "the file is not a zip archive"},
        {"the start of an archive",
         {(const uint8_t *)"PK\3\4\24\0\0\0\10\0\0\0\0\0", 14},
         MALFORMED,
         "the zip archive has no end of central directory record: it is cut off"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(package_as_wanted(rows[i].what, rows[i].bytes, rows[i].rule, rows[i].message));
}

/* --- the end ------------------------------------------------------------------------------------------------------------ */

#define PARTS_OF_DISKS "the archive is a part of several disks"
#define PLAIN_FORM     "the zip64 end record does not stand directly before its locator in its plain form"
#define CONTRADICT     "the zip64 end record and the end record contradict each other"
#define SECOND_END     "504B0506 0000 0000 0000 0000 00000000 00000000 0000"

/* Of 60 bytes, so that its record is as long as two records at least are. */
#define LONG_NAME "a-name-of-sixty-bytes-which-makes-its-record-longer-than-two"

static const struct row end_rows[] = {
    {.what = "as a packager writes it"},
    {.what = "ZA-06: a comment",
     .archive.comment = "made by hand",
     .rule = UNUSUAL,
     .message = "the archive has a comment of 12 bytes, which no signature covers"},
    {.what = "ZA-05: an empty archive in the comment",
     .archive.comment_hex = SECOND_END,
     .rule = AMBIGUOUS,
     .message = "2 end of central directory records end the file; readers choose different ones"},
    {.what = "an end record in the comment that ends before the file does",
     .archive.comment_hex = SECOND_END "20",
     .rule = AMBIGUOUS,
     .message = "the archive's comment holds another end of central directory record"},
    {.what = "only its signature in the comment",
     .archive.comment = "PK\5\6",
     .rule = AMBIGUOUS,
     .message = "the archive's comment holds another end of central directory record"},
    {.what = "ZA-07: comment length too long",
     PATCH(END, 0, END_COMMENT, 2, 1),
     .rule = AMBIGUOUS,
     .message = NOT_LAST},
    {.what = "ZA-07: comment length too short",
     .archive = {.comment = "four", .patches = {{END, 0, END_COMMENT, 2, 3}}},
     .rule = AMBIGUOUS,
     .message = NOT_LAST},
    {.what = "ZA-11: one byte appended", .archive.trailing = "x", .rule = AMBIGUOUS, .message = NOT_LAST},
    {.what = "ZA-17: this disk is 1", PATCH(END, 0, END_DISK, 2, 1), .rule = MALFORMED, .message = PARTS_OF_DISKS},
    {.what = "ZA-17: directory on disk 1",
     PATCH(END, 0, END_DIRECTORY_DISK, 2, 1),
     .rule = MALFORMED,
     .message = PARTS_OF_DISKS},
    {.what = "ZA-17: count here and in all differ",
     PATCH(END, 0, END_HERE, 2, 4),
     .rule = MALFORMED,
     .message = PARTS_OF_DISKS},
    {.what = "no entries counted",
     .archive.patches = {{END, 0, END_HERE, 2, 0}, {END, 0, END_COUNT, 2, 0}},
     .rule = MALFORMED,
     .message = "the archive holds no entries"},
    {.what = "ZA-17: one entry more than there is",
     .archive.patches = {{END, 0, END_HERE, 2, 6}, {END, 0, END_COUNT, 2, 6}},
     .rule = AMBIGUOUS,
     .message = "the central directory does not hold the 6 records that are counted; record 6 is missing"},
    {.what = "ZA-17: the signature of a record more than there is",
     .entries = {{.name = LONG_NAME}},
     .archive = {.after_directory = "PK\1\2",
                 .patches = {{END, 0, END_HERE, 2, 2}, {END, 0, END_COUNT, 2, 2}, {END, 0, END_SIZE, 4, 110}}},
     .rule = AMBIGUOUS,
     .message = "the central directory does not hold the 2 records that are counted; record 2 is missing"},
    {.what = "ZA-17: more than fit",
     .archive.patches = {{END, 0, END_HERE, 2, 65535}, {END, 0, END_COUNT, 2, 65535}},
     .rule = AMBIGUOUS,
     .message = "the end record counts 65535 entries, more than the central directory can hold"},
    {.what = "ZA-17: one entry fewer",
     .archive.patches = {{END, 0, END_HERE, 2, 4}, {END, 0, END_COUNT, 2, 4}},
     .rule = AMBIGUOUS,
     .message = "the central directory has 83 bytes behind the 4 records that are counted"},
    {.what = "ZA-18: directory size of the first record only",
     PATCH(END, 0, END_SIZE, 4, 54),
     .rule = AMBIGUOUS,
     .message = "the central directory (54 bytes at 311) does not end where the end record starts (610)"},
    {.what = "directory offset too large",
     PATCH(END, 0, END_OFFSET, 4, 100000),
     .rule = AMBIGUOUS,
     .message = "the central directory (299 bytes at 100000) does not end where the end record starts (610)"},
    {.what = "directory size that wraps around",
     PATCH(END, 0, END_SIZE, 4, 0xFFFFFFFF),
     .rule = AMBIGUOUS,
     .message = "the central directory (4294967295 bytes at 311) does not end where the end record starts (610)"},
    {.what = "ZA-14: bytes between directory and end",
     .archive.after_directory = "junk",
     .rule = AMBIGUOUS,
     .message = "the central directory (299 bytes at 311) does not end where the end record starts (614)"},
};

static void test_end(void **state)
{
    (void)state;
    CHECK_ROWS(end_rows);
}

/* ZA-03: a comment of 0x4B50 bytes, which is "PK", so that another end record starts in the length of the comment itself. */
static void test_overlapping_ends(void **state)
{
    (void)state;
    static char comment[0x4B50 + 1] = "\5\6";
    memset(comment + 2, 'A', sizeof comment - 3);
    struct places places;
    struct sg_span zip = write_zip(usual_entries, USUAL_COUNT, &(struct archive){.comment = comment}, &places);
    assert_true(package_as_wanted("PK in the comment's length, \\5\\6 in the comment", zip, AMBIGUOUS,
                                  "the archive's comment holds another end of central directory record"));
    comment[1] = 'A';
    zip = write_zip(usual_entries, USUAL_COUNT, &(struct archive){.comment = comment}, &places);
    assert_true(package_as_wanted("PK in the comment's length alone", zip, UNUSUAL,
                                  "the archive has a comment of 19280 bytes, which no signature covers"));
}

static const struct row zip64_end_rows[] = {
    {.what = "ZZ-04: a zip64 end that no field refers to",
     .archive.zip64 = true,
     .rule = AMBIGUOUS,
     .message = "the archive has a zip64 end record that its end record does not refer to"},
    {.what = "a mark in one field alone",
     .archive = {.zip64 = true, .patches = {{END, 0, END_DIRECTORY_DISK, 2, 0xFFFF}}},
     .rule = UNUSUAL,
     .message = "the archive has a zip64 end record that it does not need"},
    {.what = "marks in the end record",
     .archive = {.zip64 = true, .patches = {{END, 0, END_SIZE, 4, 0xFFFFFFFF}, {END, 0, END_OFFSET, 4, 0xFFFFFFFF}}},
     .rule = UNUSUAL,
     .message = "the archive has a zip64 end record that it does not need"},
    {.what = "a mark for this disk alone",
     .archive = {.zip64 = true, .patches = {{END, 0, END_DISK, 2, 0xFFFF}}},
     .rule = UNUSUAL,
     .message = "the archive has a zip64 end record that it does not need"},
    {.what = "a mark for the count here alone",
     .archive = {.zip64 = true, .patches = {{END, 0, END_HERE, 2, 0xFFFF}}},
     .rule = UNUSUAL,
     .message = "the archive has a zip64 end record that it does not need"},
    {.what = "a mark for the count alone",
     .archive = {.zip64 = true, .patches = {{END, 0, END_COUNT, 2, 0xFFFF}}},
     .rule = UNUSUAL,
     .message = "the archive has a zip64 end record that it does not need"},
    {.what = "a mark for the size alone",
     .archive = {.zip64 = true, .patches = {{END, 0, END_SIZE, 4, 0xFFFFFFFF}}},
     .rule = UNUSUAL,
     .message = "the archive has a zip64 end record that it does not need"},
    {.what = "a mark for the offset alone",
     .archive = {.zip64 = true, .patches = {{END, 0, END_OFFSET, 4, 0xFFFFFFFF}}},
     .rule = UNUSUAL,
     .message = "the archive has a zip64 end record that it does not need"},
    {.what = "another disk of the directory",
     .archive = {.zip64 = true, .patches = {{END, 0, END_DIRECTORY_DISK, 2, 1}, {END, 0, END_OFFSET, 4, 0xFFFFFFFF}}},
     .rule = AMBIGUOUS,
     .message = CONTRADICT},
    {.what = "a directory behind its end, of a size that wraps around",
     .archive = {.zip64 = true,
                 .patches = {{ZIP64_END, 0, 40, 8, (uint64_t)0 - 10},
                             {ZIP64_END, 0, 48, 8, 620},
                             {END, 0, END_SIZE, 4, 0xFFFFFFFF},
                             {END, 0, END_OFFSET, 4, 0xFFFFFFFF}}},
     .rule = AMBIGUOUS,
     .message =
         "the central directory (18446744073709551606 bytes at 620) does not end where the end record starts (610)"},
    {.what = "ZZ-04: another count",
     .archive = {.zip64 = true, .patches = {{ZIP64_END, 0, 32, 8, 4}}},
     .rule = AMBIGUOUS,
     .message = CONTRADICT},
    {.what = "ZZ-04: another count here",
     .archive = {.zip64 = true, .patches = {{ZIP64_END, 0, 24, 8, 4}}},
     .rule = AMBIGUOUS,
     .message = CONTRADICT},
    {.what = "ZZ-04: another size",
     .archive = {.zip64 = true, .patches = {{ZIP64_END, 0, 40, 8, 1}}},
     .rule = AMBIGUOUS,
     .message = CONTRADICT},
    {.what = "ZZ-04: another offset",
     .archive = {.zip64 = true, .patches = {{ZIP64_END, 0, 48, 8, 1}}},
     .rule = AMBIGUOUS,
     .message = CONTRADICT},
    {.what = "another disk",
     .archive = {.zip64 = true, .patches = {{ZIP64_END, 0, 16, 4, 1}}},
     .rule = AMBIGUOUS,
     .message = CONTRADICT},
    {.what = "ZZ-05: extensible data",
     .archive = {.zip64 = true, .patches = {{ZIP64_END, 0, 4, 8, 45}}},
     .rule = AMBIGUOUS,
     .message = PLAIN_FORM},
    {.what = "ZZ-05: locator points elsewhere",
     .archive = {.zip64 = true, .patches = {{LOCATOR, 0, 8, 8, 0}}},
     .rule = AMBIGUOUS,
     .message = PLAIN_FORM},
    {.what = "ZZ-05: no zip64 end record",
     .archive = {.zip64 = true, .patches = {{ZIP64_END, 0, 0, 1, 'Q'}}},
     .rule = AMBIGUOUS,
     .message = PLAIN_FORM},
    {.what = "locator speaks of disk 1",
     .archive = {.zip64 = true, .patches = {{LOCATOR, 0, 4, 4, 1}}},
     .rule = MALFORMED,
     .message = "the zip64 locator speaks of several disks"},
    {.what = "locator speaks of two disks",
     .archive = {.zip64 = true, .patches = {{LOCATOR, 0, 16, 4, 2}}},
     .rule = MALFORMED,
     .message = "the zip64 locator speaks of several disks"},
    {.what = "ZZ-05: 2^40 entries",
     .archive = {.zip64 = true,
                 .patches = {{ZIP64_END, 0, 24, 8, (uint64_t)1 << 40},
                             {ZIP64_END, 0, 32, 8, (uint64_t)1 << 40},
                             {END, 0, END_HERE, 2, 0xFFFF},
                             {END, 0, END_COUNT, 2, 0xFFFF}}},
     .rule = TOO_LARGE,
     .message = "the archive counts 1099511627776 entries; at most 65535 are read"},
};

/* ZZ-05: the record stands where the locator says, but not directly before it. */
static void test_gap_before_locator(void **state)
{
    (void)state;
    const struct archive archive = {.zip64 = true, .patches = {{END, 0, END_OFFSET, 4, 0xFFFFFFFF}}};
    struct places places;
    struct sg_span zip = write_zip(usual_entries, USUAL_COUNT, &archive, &places);
    struct sg_span bent = JOIN(sg_span_part(zip, 0, places.locator), SG_SPAN_LITERAL("gap"),
                               sg_span_part(zip, places.locator, zip.size - places.locator));
    assert_true(package_as_wanted("a gap", bent, AMBIGUOUS, PLAIN_FORM));
}

/* An end record is looked for only where it can reach the end of the file. */
static void test_signature_far_from_the_end(void **state)
{
    (void)state;
    static uint8_t bytes[70000] = "PK\5\6";
    assert_true(package_as_wanted("a signature at the start of a large file", sg_span_of(bytes, sizeof bytes),
                                  MALFORMED, "the file is not a zip archive"));
}

static void test_zip64_end(void **state)
{
    (void)state;
    CHECK_ROWS(zip64_end_rows);
}

/* --- where entries stand ------------------------------------------------------------------------------------------------ */

#define HIDDEN_ENTRY "PK\3\4hidden"

static const struct row place_rows[] = {
    {.what = "ZA-10: bytes before everything, offsets as before",
     .archive.prefix = "#!/bin/sh\n",
     .rule = AMBIGUOUS,
     .message = "the central directory (299 bytes at 311) does not end where the end record starts (620)"},
    {.what = "ZA-10: bytes before everything, offsets adjusted",
     .archive = {.prefix = "#!/bin/sh\n", .shifted = true},
     .rule = AMBIGUOUS,
     .message = "the first entry `index.js` starts at offset 10, not at 0"},
    {.what = "ZA-12: bytes before the directory",
     .archive.before_directory = "junk",
     .rule = AMBIGUOUS,
     .message = "4 bytes that belong to no entry follow `META_INF/aws_signer_signature_v1.0.SF`"},
    {.what = "ZA-12: bytes between entries",
     .entries = {{.name = "a"}, {.name = "b", .gap = "junk"}},
     .rule = AMBIGUOUS,
     .message = "4 bytes that belong to no entry follow `a`"},
    {.what = "ZA-13: a local header in a gap",
     .entries = {{.name = "a"}, {.name = "b", .gap = HIDDEN_ENTRY}},
     .rule = AMBIGUOUS,
     .message = "10 bytes that belong to no entry follow `a`"},
    {.what = "ZA-16: a local entry that the directory does not have",
     .entries = {{.name = "a"}, {.name = "evil.js", .no_central = true}, {.name = "b"}},
     .rule = AMBIGUOUS,
     .message = "53 bytes that belong to no entry follow `a`"},
    {.what = "ZA-16: the first of them",
     .entries = {{.name = "evil.js", .no_central = true}, {.name = "b"}},
     .rule = AMBIGUOUS,
     .message = "the first entry `b` starts at offset 53, not at 0"},
    {.what = "ZA-15: the directory in another order",
     .entries = {{.name = "a"}, {.name = "b"}},
     .archive.reversed = true,
     .rule = AMBIGUOUS,
     .message = "the first entry `b` starts at offset 41, not at 0"},
    {.what = "ZA-21: two records, one local header",
     .entries = {{.name = "a"}, {.name = "a", .no_local = true}},
     .rule = AMBIGUOUS,
     .message = "`a` does not stand where the entry before it ends; entries overlap or are out of order"},
    {.what = "ZA-21: three entries, the last two swapped",
     .entries = {{.name = "a"}, {.name = "b"}, {.name = "c"}},
     .archive.patches = {{CENTRAL, 1, CENTRAL_LOCAL, 4, 82}, {CENTRAL, 2, CENTRAL_LOCAL, 4, 41}},
     .rule = AMBIGUOUS,
     .message = "41 bytes that belong to no entry follow `a`"},
    {.what = "ZD-07: an offset behind the end of the file",
     PATCH(CENTRAL, 4, CENTRAL_LOCAL, 4, 0xFFFFFF00),
     .rule = AMBIGUOUS,
     .message =
         "`META_INF/aws_signer_signature_v1.0.SF` does not stand where the entry before it ends; entries overlap "
         "or are out of order"},
    {.what = "ZL-05: no local header there",
     PATCH(LOCAL, 2, 2, 1, 5),
     .rule = MALFORMED,
     .message = "`lib/util.js` has no local header where the directory says (offset 114)"},
    {.what = "a local name past the end of the file",
     PATCH(LOCAL, 4, LOCAL_NAME, 2, 65535),
     .rule = MALFORMED,
     .message = "`META_INF/aws_signer_signature_v1.0.SF` has no local header where the directory says (offset 214)"},
    {.what = "ZD-07: a body that runs into the next entry",
     .entries = {{.name = "a", .body = "four"}, {.name = "b"}},
     .archive.patches = {{LOCAL, 0, LOCAL_COMPRESSED, 4, 5},
                         {LOCAL, 0, LOCAL_UNCOMPRESSED, 4, 5},
                         {CENTRAL, 0, CENTRAL_COMPRESSED, 4, 5},
                         {CENTRAL, 0, CENTRAL_UNCOMPRESSED, 4, 5}},
     .rule = AMBIGUOUS,
     .message = "the body of `a` runs into what follows it"},
    {.what = "ZD-07: a body that runs into the directory",
     .entries = {{.name = "a", .body = "four"}},
     .archive.patches = {{LOCAL, 0, LOCAL_COMPRESSED, 4, 5},
                         {LOCAL, 0, LOCAL_UNCOMPRESSED, 4, 5},
                         {CENTRAL, 0, CENTRAL_COMPRESSED, 4, 5},
                         {CENTRAL, 0, CENTRAL_UNCOMPRESSED, 4, 5}},
     .rule = AMBIGUOUS,
     .message = "the body of `a` runs into what follows it"},
    {.what = "a record that runs past the directory",
     PATCH(CENTRAL, 4, CENTRAL_COMMENT, 2, 1),
     .rule = MALFORMED,
     .message = "record 5 of the central directory runs past its end"},
    {.what = "a record without its signature",
     PATCH(CENTRAL, 2, 3, 1, 3),
     .rule = AMBIGUOUS,
     .message = "the central directory does not hold the 5 records that are counted; record 3 is missing"},
    {.what = "ZA-19: a record on another disk",
     PATCH(CENTRAL, 2, CENTRAL_DISK, 2, 1),
     .rule = MALFORMED,
     .message = "`lib/util.js` is said to start on disk 1"},
    {.what = "a file comment",
     .entries = {{.name = "a", .comment = "hello"}},
     .rule = UNUSUAL,
     .message = "`a` has a comment of 5 bytes, which no signature covers"},
    {.what = "ZA-08: an archive as a stored body",
     .entries = {{.name = "inner.zip", .body = "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", .body_bytes = 22}},
     .rule = SG_RULE_NONE},
};

static void test_places(void **state)
{
    (void)state;
    CHECK_ROWS(place_rows);
}

/* --- local header against directory ------------------------------------------------------------------------------------- */

#define OTHER_SIZE "`lib/util.js` has another size or CRC in its local header than in the directory"

static const struct row local_rows[] = {
    {.what = "ZL-01: another name",
     .entries = {{.name = "good.js", .local_name = "evil.js"}},
     .rule = AMBIGUOUS,
     .message = "`good.js` is called `evil.js` in its local header"},
    {.what = "ZL-01: a longer name",
     .entries = {{.name = "good.js", .local_name = "good.js.bak"}},
     .rule = AMBIGUOUS,
     .message = "`good.js` is called `good.js.bak` in its local header"},
    {.what = "ZL-02: another method",
     PATCH(LOCAL, 2, LOCAL_METHOD, 2, 8),
     .rule = AMBIGUOUS,
     .message = "`lib/util.js` has method 8 in its local header and 0 in the directory"},
    {.what = "ZL-02: another CRC", PATCH(LOCAL, 2, LOCAL_CRC, 4, 1), .rule = AMBIGUOUS, .message = OTHER_SIZE},
    {.what = "ZL-02: another compressed size",
     PATCH(LOCAL, 2, LOCAL_COMPRESSED, 4, 1),
     .rule = AMBIGUOUS,
     .message = OTHER_SIZE},
    {.what = "ZL-02: another uncompressed size",
     PATCH(LOCAL, 2, LOCAL_UNCOMPRESSED, 4, 1),
     .rule = AMBIGUOUS,
     .message = OTHER_SIZE},
    {.what = "zeros without a descriptor",
     .archive.patches = {{LOCAL, 2, LOCAL_CRC, 4, 0},
                         {LOCAL, 2, LOCAL_COMPRESSED, 4, 0},
                         {LOCAL, 2, LOCAL_UNCOMPRESSED, 4, 0}},
     .rule = AMBIGUOUS,
     .message = OTHER_SIZE},
    {.what = "ZL-03: another time",
     PATCH(LOCAL, 2, LOCAL_TIME, 4, 0x5D61A001),
     .rule = UNUSUAL,
     .message = "`lib/util.js` has another time in its local header than in the directory"},
    {.what = "ZL-04: UTF-8 in one header",
     PATCH(LOCAL, 2, LOCAL_FLAGS, 2, 0x0800),
     .rule = AMBIGUOUS,
     .message = "`lib/util.js` has flags 0x0800 in its local header and 0x0000 in the directory"},
    {.what = "ZL-04: a descriptor in one header",
     PATCH(CENTRAL, 2, CENTRAL_FLAGS, 2, 8),
     .rule = AMBIGUOUS,
     .message = "`lib/util.js` has flags 0x0000 in its local header and 0x0008 in the directory"},
    {.what = "ZL-04: encrypted in the local header",
     PATCH(LOCAL, 2, LOCAL_FLAGS, 2, 1),
     .rule = AMBIGUOUS,
     .message = "`lib/util.js` has flags 0x0001 in its local header and 0x0000 in the directory"},
    {.what = "ZL-06: a later version in the local header",
     PATCH(LOCAL, 2, LOCAL_VERSION, 2, 45),
     .rule = UNUSUAL,
     .message = "`lib/util.js` claims to need a later version in its local header than in the directory"},
    {.what = "ZL-03: extra fields that reach into the next header",
     .entries = {{.name = "a", .body = "0123456789", .local_extra = "5554 0F00"}, {.name = "b"}},
     PATCH(LOCAL, 0, LOCAL_EXTRA, 2, 19),
     .rule = AMBIGUOUS,
     .message = "the body of `a` runs into what follows it"},
    {.what = "an earlier version in the local header", PATCH(LOCAL, 2, LOCAL_VERSION, 2, 10)},
};

static void test_local(void **state)
{
    (void)state;
    CHECK_ROWS(local_rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_archive),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_zip64_end),
        cmocka_unit_test(test_gap_before_locator),
        cmocka_unit_test(test_signature_far_from_the_end),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_local),
        cmocka_unit_test(test_overlapping_ends),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
