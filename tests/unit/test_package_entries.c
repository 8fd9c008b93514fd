/* What a single entry may be: kind, flags, method, sizes, and the body that must fit them (ATTACKS.md ZL, ZD). */
#include "test_package_zip.h"

#define AMBIGUOUS SG_RULE_AMBIGUOUS_PACKAGE
#define MALFORMED SG_RULE_MALFORMED_PACKAGE
#define TOO_LARGE SG_RULE_PACKAGE_TOO_LARGE
#define UNUSUAL   SG_RULE_UNUSUAL_PACKAGE

#define BOTH_PATCHED(central_offset, local_offset, width, value)                                                       \
    .archive.patches = {{CENTRAL, 0, central_offset, width, value}, {LOCAL, 0, local_offset, width, value}}

#define NO_FILE "`a` is a device, pipe or socket, or nothing known, by its mode"

/* --- kinds -------------------------------------------------------------------------------------------------------------- */

static const struct row kind_rows[] = {
    {.what = "a file", .entries = {{.name = "a"}}},
    {.what = "a folder", .entries = {{.name = "a/"}}},
    {.what = "an executable", .entries = {{.name = "bootstrap", .mode = 0100755}}},
    {.what = "no Unix mode, as on Windows", .entries = {{.name = "a", .mode = 0x10000}}},
    {.what = "a file's name, a folder's mode",
     .entries = {{.name = "a", .mode = 040755}},
     .rule = MALFORMED,
     .message = "`a` is a folder by its mode but has a file's name"},
    {.what = "a folder's name, a file's mode",
     .entries = {{.name = "a/", .mode = 0100644}},
     .rule = MALFORMED,
     .message = "`a/` has a folder's name but is none by its mode"},
    {.what = "a folder's name, a link's mode",
     .entries = {{.name = "a/", .mode = 0120777}},
     .rule = MALFORMED,
     .message = "`a/` has a folder's name but is none by its mode"},
    {.what = "ZD-11: a character device",
     .entries = {{.name = "a", .mode = 020666}},
     .rule = MALFORMED,
     .message = NO_FILE},
    {.what = "ZD-11: a block device",
     .entries = {{.name = "a", .mode = 060666}},
     .rule = MALFORMED,
     .message = NO_FILE},
    {.what = "ZD-11: a pipe", .entries = {{.name = "a", .mode = 010666}}, .rule = MALFORMED, .message = NO_FILE},
    {.what = "ZD-11: a socket", .entries = {{.name = "a", .mode = 0140666}}, .rule = MALFORMED, .message = NO_FILE},
    {.what = "a type that is Unix's for a FIFO and more",
     .entries = {{.name = "a", .mode = 030644}},
     .rule = MALFORMED,
     .message = NO_FILE},
    {.what = "type 0110000, which bsdtar drops",
     .entries = {{.name = "a", .mode = 0110644}},
     .rule = MALFORMED,
     .message = NO_FILE},
    {.what = "type 0160000, a whiteout",
     .entries = {{.name = "a", .mode = 0160644}},
     .rule = MALFORMED,
     .message = NO_FILE},
    {.what = "type 0170000", .entries = {{.name = "a", .mode = 0170644}}, .rule = MALFORMED, .message = NO_FILE},
    {.what = "an unknown type on a folder's name",
     .entries = {{.name = "a/", .mode = 0110755}},
     .rule = MALFORMED,
     .message = "`a/` is a device, pipe or socket, or nothing known, by its mode"},
    {.what = "ZD-11: setuid",
     .entries = {{.name = "a", .mode = 0104755}},
     .rule = UNUSUAL,
     .message = "`a` has a setuid, setgid or sticky bit"},
    {.what = "ZD-11: setgid",
     .entries = {{.name = "a", .mode = 0102755}},
     .rule = UNUSUAL,
     .message = "`a` has a setuid, setgid or sticky bit"},
    {.what = "a sticky folder", .entries = {{.name = "a/", .mode = 041777}}},
    {.what = "ZD-11: mode 000",
     .entries = {{.name = "a", .mode = 0100000}},
     .rule = UNUSUAL,
     .message = "`a` has mode 000: nobody may read it"},
    {.what = "ZD-11: DOS folder bit on a file",
     .entries = {{.name = "a", .dos_attributes = 0x10}},
     .rule = AMBIGUOUS,
     .message = "`a` is a folder by its DOS attribute but has a file's name"},
    {.what = "DOS folder bit on a folder", .entries = {{.name = "a/", .dos_attributes = 0x10}}},
};

static void test_kinds(void **state)
{
    (void)state;
    CHECK_ROWS(kind_rows);
}

/* --- symbolic links ------------------------------------------------------------------------------------------------------ */

#define LINK(at, target)                                                                                               \
    {                                                                                                                  \
        .name = (at), .body = (target), .mode = 0120777                                                                \
    }
#define LEADS_OUT(at, target) "the symbolic link `" at "` leads out of the package, to `" target "`"
#define OUTSIDE(at, target)                                                                                            \
    {                                                                                                                  \
        .what = at " to " target, .entries = {LINK(at, target)}, .rule = MALFORMED, .message = LEADS_OUT(at, target)   \
    }
#define INSIDE(at, target)                                                                                             \
    {                                                                                                                  \
        .what = at " to " target, .entries = { LINK(at, target) }                                                      \
    }

static const struct row link_rows[] = {
    INSIDE("a", "b"),
    INSIDE("lib/libx.so", "libx.so.1"),
    INSIDE("lib/libx.so", "../other/libx.so"),
    INSIDE("lib/libx.so", "./libx.so.1"),
    INSIDE("lib/libx.so", ".//libx.so.1"),
    INSIDE("a/b/c", "../../d"),
    INSIDE("a/b/c", "../../d/"),
    INSIDE("a", "."),
    INSIDE("a/b", ".."),
    INSIDE("a", "..b"),
    /* Up again behind a name: a link of that name would decide where to. */
    OUTSIDE("a", "b/../c"),
    OUTSIDE("a/b/c", "../d/../e"),
    OUTSIDE("a/b/c", "d/.."),
    OUTSIDE("a", "b/./../c"),
    OUTSIDE("a", ".."),
    OUTSIDE("a", "../b"),
    OUTSIDE("a", "/etc/passwd"),
    OUTSIDE("a", "/"),
    OUTSIDE("a", ""),
    OUTSIDE("lib/a", "../../b"),
    OUTSIDE("lib/a", "../../lib/a"),
    OUTSIDE("a", "b/../../c"),
    OUTSIDE("a", "./../b"),
    OUTSIDE("a", ".//..//b"),
    OUTSIDE("a/b/c", "../../../d"),
    {.what = "a NUL in the target",
     .entries = {{.name = "a", .body = "b\0/../../x", .body_bytes = 10, .mode = 0120777}},
     .rule = MALFORMED,
     .message = LEADS_OUT("a", "b\\x00/../../x")},
    {.what = "a NUL in the target, and nothing that leads out",
     .entries = {{.name = "a", .body = "b\0x", .body_bytes = 3, .mode = 0120777}},
     .rule = MALFORMED,
     .message = LEADS_OUT("a", "b\\x00x")},
    {.what = "a deflated link out of the package",
     .entries = {{.name = "a", .body = "../b", .deflated = true, .mode = 0120777}},
     .rule = MALFORMED,
     .message = LEADS_OUT("a", "../b")},
    {.what = "ZD-11: a file below a link",
     .entries = {LINK("d", "e"), {.name = "d/f"}},
     .rule = AMBIGUOUS,
     .message = "`d/f` lies below `d`, which is a symbolic link"},
    {.what = "the signature entry as a link",
     .entries = {LINK(SG_SIGNATURE_NAME, "x")},
     .rule = AMBIGUOUS,
     .message = "`" SG_SIGNATURE_NAME "` has the name of the signature entry in another case or kind"},
};

static void test_links(void **state)
{
    (void)state;
    CHECK_ROWS(link_rows);
}

static void test_long_link_target(void **state)
{
    (void)state;
    static char target[SG_NAME_MAX_BYTES + 2];
    struct places places;
    memset(target, 'a', SG_NAME_MAX_BYTES + 1);
    struct entry link = LINK("l", target);
    struct sg_span zip = write_zip(&link, 1, &(struct archive){0}, &places);
    assert_true(package_as_wanted("a target of 4,096 bytes", zip, MALFORMED,
                                  "the symbolic link `l` has a target of more than 4095 bytes"));
    target[SG_NAME_MAX_BYTES] = '\0';
    zip = write_zip(&link, 1, &(struct archive){0}, &places);
    assert_true(package_as_wanted("a target of 4,095 bytes", zip, SG_RULE_NONE, NULL));
}

/* --- flags and methods --------------------------------------------------------------------------------------------------- */

#define METHOD(number, text)                                                                                           \
    {                                                                                                                  \
        .what = "ZD-09: method " text, .entries = {{.name = "a"}}, BOTH_PATCHED(10, 8, 2, number), .rule = MALFORMED,  \
        .message = "`a` is compressed with method " text "; only stored (0) and deflated (8) are in use"               \
    }

#define PATCHED_CENTRAL_VERSION(value) .archive.patches = {{CENTRAL, 0, 6, 2, value}}

static const struct row flag_rows[] = {
    {.what = "UTF-8", .entries = {{.name = "\xC3\xA4", .flags = 0x0800}}},
    {.what = "deflate's levels", .entries = {{.name = "a", .deflated = true, .flags = 6}}},
    {.what = "ZD-08: ZipCrypto",
     .entries = {{.name = "a", .flags = 1}},
     .rule = MALFORMED,
     .message = "`a` is encrypted"},
    {.what = "ZD-08: strong encryption",
     .entries = {{.name = "a", .flags = 0x40}},
     .rule = MALFORMED,
     .message = "`a` is encrypted"},
    {.what = "ZD-08: AES",
     .entries = {{.name = "a", .extra = "0199 0700 0200 4145 03 0800"}},
     .rule = MALFORMED,
     .message = "`a` is encrypted"},
    {.what = "ZD-08: AES in the local header only",
     .entries = {{.name = "a", .local_extra = "0199 0700 0200 4145 03 0800"}},
     .rule = MALFORMED,
     .message = "`a` is encrypted"},
    {.what = "ZD-08: AES in the directory only",
     .entries = {{.name = "a", .central_extra = "0199 0700 0200 4145 03 0800"}},
     .rule = MALFORMED,
     .message = "`a` is encrypted"},
    {.what = "ZD-08: PKWARE strong encryption header",
     .entries = {{.name = "a", .extra = "1700 0000"}},
     .rule = MALFORMED,
     .message = "`a` is encrypted"},
    {.what = "ZL-06: patch data",
     .entries = {{.name = "a", .flags = 0x20}},
     .rule = UNUSUAL,
     .message = "`a` has reserved flag bits set (0x0020)"},
    {.what = "ZL-06: masked header",
     .entries = {{.name = "a", .flags = 0x2000}},
     .rule = UNUSUAL,
     .message = "`a` has reserved flag bits set (0x2000)"},
    {.what = "ZL-06: version 6.3",
     .entries = {{.name = "a"}},
     BOTH_PATCHED(6, 4, 2, 63),
     .rule = AMBIGUOUS,
     .message = "`a` claims to need version 6.3 to extract, for which some readers skip it"},
    {.what = "version 4.6",
     .entries = {{.name = "a"}},
     PATCHED_CENTRAL_VERSION(46),
     .rule = AMBIGUOUS,
     .message = "`a` claims to need version 4.6 to extract, for which some readers skip it"},
    {.what = "version 25.5",
     .entries = {{.name = "a"}},
     PATCHED_CENTRAL_VERSION(255),
     .rule = AMBIGUOUS,
     .message = "`a` claims to need version 25.5 to extract, for which some readers skip it"},
    {.what = "version 4.5", .entries = {{.name = "a"}}, BOTH_PATCHED(6, 4, 2, 45)},
    METHOD(1, "1"),
    METHOD(6, "6"),
    METHOD(9, "9"),
    METHOD(12, "12"),
    METHOD(14, "14"),
    METHOD(93, "93"),
    METHOD(95, "95"),
    METHOD(98, "98"),
    METHOD(99, "99"),
    METHOD(65535, "65535"),
};

static void test_flags(void **state)
{
    (void)state;
    CHECK_ROWS(flag_rows);
}

/* --- sizes and bodies ---------------------------------------------------------------------------------------------------- */

/* Raw deflate streams. */
#define HELLO          "CB48CDC9C90700" /* hello, one fixed block */
#define HELLO_NOT_LAST "CA48CDC9C90700" /* the same without the final bit */
#define HELLO_STORED   "01 0500 FAFF 68656C6C6F"
#define HELLO_TWICE    HELLO HELLO
#define BODY(stream)                                                                                                   \
    {                                                                                                                  \
        .name = "a", .body = "hello", .packed = (stream)                                                               \
    }
#define DAMAGED(the_what, stream, problem)                                                                             \
    {                                                                                                                  \
        .what = the_what, .entries = {BODY(stream)}, .rule = MALFORMED, .message = "`a`: " problem                     \
    }

static const struct row body_rows[] = {
    {.what = "a fixed block", .entries = {BODY(HELLO)}},
    {.what = "a stored block", .entries = {BODY(HELLO_STORED)}},
    {.what = "nothing, deflated", .entries = {{.name = "a", .body = "", .packed = "0300"}}},
    DAMAGED("ZD-03: cut in the middle", "CB48CD", "its deflate stream has no end"),
    DAMAGED("ZD-03: the last byte is missing", "CB48CDC9C907", "its deflate stream has no end"),
    DAMAGED("ZD-03: no final block", HELLO_NOT_LAST, "its deflate stream has no end"),
    DAMAGED("ZD-04: a byte behind", HELLO "00", "bytes follow the end of its deflate stream"),
    DAMAGED("ZD-04: a second stream", HELLO_TWICE, "bytes follow the end of its deflate stream"),
    DAMAGED("a block of an unknown type", "07", "its deflate stream is damaged"),
    DAMAGED("a stored block of the wrong length", "01 0500 FAFE 68656C6C6F", "its deflate stream is damaged"),
    DAMAGED("ZD-02: other bytes of the same size", "01 0500 FAFF 68656C6C70",
            "its bytes do not have the CRC that is declared"),
    DAMAGED("ZD-05: fewer bytes than declared", "01 0400 FBFF 68656C6C", "it unpacks to fewer bytes than declared"),
    DAMAGED("ZD-05: more bytes than declared", "01 0600 F9FF 68656C6C6F21", "it unpacks to more bytes than declared"),
    {.what = "ZD-02: other bytes, stored",
     .entries = {{.name = "a", .body = "hello", .raw = "68656C6C70"}},
     .rule = MALFORMED,
     .message = "`a`: its bytes do not have the CRC that is declared"},
    {.what = "ZD-02: CRC 0",
     .entries = {{.name = "a", .body = "hello"}},
     BOTH_PATCHED(16, 14, 4, 0),
     .rule = MALFORMED,
     .message = "`a`: its bytes do not have the CRC that is declared"},
    {.what = "ZD-06: stored, two sizes",
     .entries = {{.name = "a", .body = "hello"}},
     BOTH_PATCHED(24, 22, 4, 9),
     .rule = AMBIGUOUS,
     .message = "`a` is stored with 5 bytes but claims 9 unpacked"},
    {.what = "ZD-01: no bytes, but a size",
     .entries = {{.name = "a", .body = "hello", .packed = ""}},
     .rule = AMBIGUOUS,
     .message = "`a` has no bytes but claims a size or a CRC"},
    {.what = "ZD-01: no bytes, but a size and no CRC",
     .entries = {{.name = "a", .body = "", .packed = ""}},
     BOTH_PATCHED(24, 22, 4, 5),
     .rule = AMBIGUOUS,
     .message = "`a` has no bytes but claims a size or a CRC"},
    {.what = "ZD-01: no bytes, but a CRC",
     .entries = {{.name = "a", .body = ""}},
     BOTH_PATCHED(16, 14, 4, 1),
     .rule = AMBIGUOUS,
     .message = "`a` has no bytes but claims a size or a CRC"},
    {.what = "ZL-09: all zero, the body present",
     .entries = {{.name = "__init__.py", .body = "", .flags = 8, .tail = "evil = 1 # 16 by"}},
     .rule = AMBIGUOUS,
     .message = "`__init__.py` has 16 bytes between its body and what follows, which are no data descriptor"},
    {.what = "ZD-10: a folder with a body",
     .entries = {{.name = "auth.js/", .body = "/* banner */"}},
     .rule = AMBIGUOUS,
     .message = "the folder `auth.js/` has a body of 12 bytes, which readers drop"},
    {.what = "ZX-02: more than the quota",
     .entries = {{.name = "a", .packed = "0300", .body = ""}},
     BOTH_PATCHED(24, 22, 4, 262144001),
     .rule = TOO_LARGE,
     .message = "the entries up to `a` unpack to more than 262144000 bytes, Lambda's quota"},
    {.what = "the quota exactly, which is not there",
     .entries = {{.name = "a", .packed = "0300", .body = ""}},
     BOTH_PATCHED(24, 22, 4, 262144000),
     .rule = MALFORMED,
     .message = "`a`: it unpacks to fewer bytes than declared"},
    {.what = "ZX-03: a signature entry of 64 KiB and a byte",
     .entries = {{.name = SG_SIGNATURE_NAME, .packed = "0300", .body = ""}},
     BOTH_PATCHED(24, 22, 4, 65537),
     .rule = TOO_LARGE,
     .message = "the signature entry claims 65537 bytes; at most 65536 are read"},
};

static void test_bodies(void **state)
{
    (void)state;
    CHECK_ROWS(body_rows);
}

/* ZX-02: two entries that exceed the quota together. */
static void test_quota_of_all(void **state)
{
    (void)state;
    static const struct entry two[] = {{.name = "a", .packed = "0300", .body = ""},
                                       {.name = "b", .packed = "0300", .body = ""}};
    static const struct archive archive = {.patches = {{CENTRAL, 0, 24, 4, 262144000}, {CENTRAL, 1, 24, 4, 1}}};
    struct places places;
    assert_true(package_as_wanted("together", write_zip(two, 2, &archive, &places), TOO_LARGE,
                                  "the entries up to `b` unpack to more than 262144000 bytes, Lambda's quota"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds), cmocka_unit_test(test_links),  cmocka_unit_test(test_long_link_target),
        cmocka_unit_test(test_flags), cmocka_unit_test(test_bodies), cmocka_unit_test(test_quota_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
