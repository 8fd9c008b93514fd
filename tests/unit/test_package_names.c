/* Names of entries, each by itself and all against each other (ATTACKS.md ZN-01 to ZN-15). */
#include "test_package_zip.h"

#define AMBIGUOUS  SG_RULE_AMBIGUOUS_PACKAGE
#define MALFORMED  SG_RULE_MALFORMED_PACKAGE
#define SUSPICIOUS SG_RULE_SUSPICIOUS_CONTENT
#define UNUSUAL    SG_RULE_UNUSUAL_PACKAGE

#define ONE(the_what, the_name, the_rule, the_message)                                                                 \
    {                                                                                                                  \
        .what = the_what, .entries = {{.name = (the_name), .name_bytes = sizeof(the_name) - 1}}, .rule = the_rule,     \
        .message = the_message                                                                                         \
    }
#define FLAGGED(the_what, the_name, the_rule, the_message)                                                             \
    {                                                                                                                  \
        .what = the_what, .entries = {{.name = (the_name), .name_bytes = sizeof(the_name) - 1, .flags = 0x0800}},      \
        .rule = the_rule, .message = the_message                                                                       \
    }
#define TWO(the_what, one, other, the_rule, the_message)                                                               \
    {                                                                                                                  \
        .what = the_what, .entries = {{.name = (one)}, {.name = (other)}}, .rule = the_rule, .message = the_message    \
    }
#define IN_PATH(name, problem) "`" name "` has " problem " in its path"
#define CONTROL(name)          "`" name "` has control characters in its name"
#define HIDES(name)            "`" name "` has characters that hide or reorder text"

static const struct row path_rows[] = {
    ONE("a usual name", "node_modules/@aws-sdk/client-s3/dist-cjs/index.js", SG_RULE_NONE, NULL),
    ONE("blanks", "my file (1).txt", SG_RULE_NONE, NULL),
    ONE("a hidden file", ".env", SG_RULE_NONE, NULL),
    ONE("three dots", "...", SG_RULE_NONE, NULL),
    ONE("./ in front, as jar and tar write it", "./a", SG_RULE_NONE, NULL),
    ONE("./ alone, the top folder", "./", SG_RULE_NONE, NULL),
    ONE("ZN-08: .", ".", MALFORMED, "`.` is no name for an entry"),
    ONE("ZN-08: /", "/", MALFORMED, "`/` is an absolute path"),
    ONE("ZN-08: ..", "..", MALFORMED, IN_PATH("..", "a component `..`")),
    ONE("ZN-07: absolute", "/etc/passwd", MALFORMED, "`/etc/passwd` is an absolute path"),
    ONE("ZN-07: two slashes in front", "//server/share", MALFORMED, "`//server/share` is an absolute path"),
    ONE("ZN-07: a backslash in front", "\\etc", MALFORMED, "`\\\\etc` is an absolute path"),
    ONE("ZN-07: .. in front", "../a", MALFORMED, IN_PATH("../a", "a component `..`")),
    ONE("ZN-04: .. inside", "d/x/../h.py", MALFORMED, IN_PATH("d/x/../h.py", "a component `..`")),
    ONE("ZN-04: .. behind", "a/..", MALFORMED, IN_PATH("a/..", "a component `..`")),
    ONE("a folder named ..", "a/../", MALFORMED, IN_PATH("a/../", "a component `..`")),
    ONE(".. by backslashes", "a\\..\\b", MALFORMED, IN_PATH("a\\\\..\\\\b", "a component `..`")),
    ONE("ZN-04: two slashes", "d//h.py", MALFORMED, IN_PATH("d//h.py", "an empty component")),
    ONE("a slash and a backslash", "d/\\h.py", MALFORMED, IN_PATH("d/\\\\h.py", "an empty component")),
    ONE("two slashes behind", "d//", MALFORMED, IN_PATH("d//", "an empty component")),
    ONE("a backslash behind", "d\\", MALFORMED, IN_PATH("d\\\\", "an empty component")),
    ONE("ZN-04: . inside", "d/./h.py", MALFORMED, IN_PATH("d/./h.py", "a component `.`")),
    ONE("./ twice", "././a", MALFORMED, IN_PATH("././a", "a component `.`")),
    ONE("./ and then a slash", ".//a", MALFORMED, IN_PATH(".//a", "an empty component")),
};

static void test_paths(void **state)
{
    (void)state;
    CHECK_ROWS(path_rows);
}

static const struct row character_rows[] = {
    FLAGGED("umlauts with the flag", "\xC3\xA4.py", SG_RULE_NONE, NULL),
    ONE("umlauts without the flag", "\xC3\xA4.py", SG_RULE_NONE, NULL),
    FLAGGED("an emoji", "\xF0\x9F\x98\x80.py", SG_RULE_NONE, NULL),
    ONE("ZN-09: LF", "a\nb", MALFORMED, CONTROL("a\\x0Ab")),
    ONE("ZN-09: CR", "a\rb", MALFORMED, CONTROL("a\\x0Db")),
    ONE("ZN-09: TAB", "a\tb", MALFORMED, CONTROL("a\\x09b")),
    ONE("ZN-09: ESC", "\x1b[31ma", MALFORMED, CONTROL("\\x1B[31ma")),
    ONE("ZN-09: DEL", "a\x7f", MALFORMED, CONTROL("a\\x7F")),
    FLAGGED("C1 in UTF-8", "a\xC2\x9B", MALFORMED, CONTROL("a\\x9B")),
    ONE("ZN-13: NUL", "a\0b.py", MALFORMED, CONTROL("a\\x00b.py")),
    ONE("ZN-13: NUL at the end", "a.py\0", MALFORMED, CONTROL("a.py\\x00")),
    ONE("ZN-10: no UTF-8, no flag", "\x84.py", UNUSUAL, "`\\x84.py` is not UTF-8; readers guess its characters"),
    FLAGGED("ZN-11: no UTF-8", "\x84.py", MALFORMED, "`\\x84.py` is flagged as UTF-8 but is not"),
    FLAGGED("ZN-11: overlong", "\xC0\xAF.py", MALFORMED, "`\\xC0\\xAF.py` is flagged as UTF-8 but is not"),
    FLAGGED("ZN-11: a surrogate", "\xED\xA0\x80", MALFORMED, "`\\xED\\xA0\\x80` is flagged as UTF-8 but is not"),
    FLAGGED("ZN-11: over U+10FFFF", "\xF4\x90\x80\x80", MALFORMED,
            "`\\xF4\\x90\\x80\\x80` is flagged as UTF-8 but is not"),
    FLAGGED("ZN-09: right to left", "a\xE2\x80\xAEsj.exe", SUSPICIOUS, HIDES("a\\u{202E}sj.exe")),
    FLAGGED("ZN-09: zero width", "a\xE2\x80\x8B.py", SUSPICIOUS, HIDES("a\\u{200B}.py")),
    FLAGGED("ZN-09: byte order mark",
            "\xEF\xBB\xBF"
            "a.py",
            SUSPICIOUS, HIDES("\\u{FEFF}a.py")),
    ONE("ZN-03: a backslash", "d\\h.py", SUSPICIOUS,
        "`d\\\\h.py` has a backslash in its name, which some readers take for a slash"),
    ONE("ZN-07: a drive", "C:x", SUSPICIOUS,
        "`C:x` has a colon in its name, which some systems take for a drive or stream"),
    ONE("a version number of VMS", "h.py;1", SUSPICIOUS,
        "`h.py;1` ends in a version number of VMS, which unzip takes off"),
    ONE("a version number of VMS in a folder", "a;1/h.py", SG_RULE_NONE, NULL),
    ONE("a semicolon and letters", "h.py;1a", SG_RULE_NONE, NULL),
    ONE("a version number alone", ";1", SG_RULE_NONE, NULL),
    ONE("a stream", "a.txt:evil", SUSPICIOUS,
        "`a.txt:evil` has a colon in its name, which some systems take for a drive or stream"),
};

static void test_characters(void **state)
{
    (void)state;
    CHECK_ROWS(character_rows);
}

#define TWICE(name)     "`" name "` is there twice; readers choose different ones"
#define SAME(one, two)  "`" one "` and `" two "` are the same path; readers choose different ones"
#define CASE(one, two)  "`" one "` and `" two "` differ only in case or in compatible characters"
#define BELOW(one, two) "`" one "` lies below `" two "`, which is a file"

static const struct row pair_rows[] = {
    TWO("ZN-01: twice", "a.py", "a.py", AMBIGUOUS, TWICE("a.py")),
    TWO("ZN-01: two signatures", SG_SIGNATURE_NAME, SG_SIGNATURE_NAME, AMBIGUOUS, TWICE(SG_SIGNATURE_NAME)),
    TWO("ZN-01: two folders", "d/", "d/", AMBIGUOUS, TWICE("d/")),
    TWO("ZN-04: ./ in front of one", "h.py", "./h.py", AMBIGUOUS, SAME("h.py", "./h.py")),
    TWO("ZN-05: a file and a folder", "h.py", "h.py/", AMBIGUOUS, SAME("h.py", "h.py/")),
    TWO("ZN-03: slash and backslash", "d/h.py", "d\\h.py", AMBIGUOUS, SAME("d/h.py", "d\\\\h.py")),
    TWO("ZN-02: composed and decomposed", "\xC3\xA4", "a\xCC\x88", AMBIGUOUS, SAME("\xC3\xA4", "a\xCC\x88")),
    TWO("ZN-02: case", "A.py", "a.py", SUSPICIOUS, CASE("A.py", "a.py")),
    TWO("ZN-02: case of umlauts", "\xC3\x84.py", "\xC3\xA4.py", SUSPICIOUS, CASE("\xC3\x84.py", "\xC3\xA4.py")),
    TWO("ZN-02: full width", "a.py", "\xEF\xBD\x81.py", SUSPICIOUS, CASE("a.py", "\xEF\xBD\x81.py")),
    TWO("ZN-05: a file below a file", "a", "a/b", AMBIGUOUS, BELOW("a/b", "a")),
    TWO("ZN-05: the file comes later", "a/b", "a", AMBIGUOUS, BELOW("a/b", "a")),
    TWO("ZN-05: two levels below", "a", "a/b/c", AMBIGUOUS, BELOW("a/b/c", "a")),
    TWO("a folder below a file", "a", "a/b/", AMBIGUOUS, BELOW("a/b/", "a")),
    TWO("a file below its folder", "a/", "a/b", SG_RULE_NONE, NULL),
    TWO("a file beside one that begins like it", "a", "ab/c", SG_RULE_NONE, NULL),
    TWO("names in two folders", "a/x", "b/x", SG_RULE_NONE, NULL),
    TWO("a version number of VMS on one", "h.py", "h.py;1", AMBIGUOUS, SAME("h.py", "h.py;1")),
    TWO("two version numbers", "h.py;1", "h.py;22", AMBIGUOUS, SAME("h.py;1", "h.py;22")),
    TWO("a version number on a folder", "h.py", "h.py;1/", AMBIGUOUS, SAME("h.py", "h.py;1/")),
    TWO("a version number and ./", "./h.py", "h.py;1", AMBIGUOUS, SAME("./h.py", "h.py;1")),
    TWO("a file below one with a version number", "a;1", "a;1/b", AMBIGUOUS, BELOW("a;1/b", "a;1")),
    TWO("a file below one whose version number goes", "a;1", "a/b", AMBIGUOUS, BELOW("a/b", "a;1")),
    TWO("two folders, one with a version number", "a;1/b", "a/b", SG_RULE_NONE, NULL),
    TWO("a semicolon without a number", "h.py", "h.py;", SG_RULE_NONE, NULL),
    TWO("a number without a semicolon", "h.py", "h.py1", SG_RULE_NONE, NULL),
};

static void test_pairs(void **state)
{
    (void)state;
    CHECK_ROWS(pair_rows);
}

#define ALMOST      "` has almost the name of the signature entry"
#define OTHER_KIND  "` has the name of the signature entry in another case or kind"
#define OWN_FOLDER  "` is a signature entry in a folder of its own; it is not the package's signature"
#define IN_LOWER    "meta_inf/aws_signer_signature_v1.0.sf"
#define IN_CAPITALS "META_INF/AWS_SIGNER_SIGNATURE_V1.0.SF"

#define BOTH_KINDS(one, two) "`" one "` is flagged as UTF-8 and `" two "` is not; readers decode them differently"
/* Info-ZIP's Unicode Path of "\xC3\xB6". */
#define OE_PATH "7570 0700 01 CB800C83 C3B6"

static const struct row encoding_rows[] = {
    {.what = "one name flagged, one not",
     .entries = {{.name = "\xC3\xA4", .flags = 0x0800}, {.name = "\xC3\xB6"}},
     .rule = AMBIGUOUS,
     .message = BOTH_KINDS("\xC3\xA4", "\xC3\xB6")},
    {.what = "the other way round",
     .entries = {{.name = "\xC3\xA4"}, {.name = "\xC3\xB6", .flags = 0x0800}},
     .rule = AMBIGUOUS,
     .message = BOTH_KINDS("\xC3\xB6", "\xC3\xA4")},
    {.what = "one name with a Unicode path, one without",
     .entries = {{.name = "\xC3\xA4"}, {.name = "\xC3\xB6", .extra = OE_PATH}},
     .rule = AMBIGUOUS,
     .message = BOTH_KINDS("\xC3\xB6", "\xC3\xA4")},
    {.what = "one name flagged, one with a Unicode path",
     .entries = {{.name = "\xC3\xA4", .flags = 0x0800}, {.name = "\xC3\xB6", .extra = OE_PATH}}},
    {.what = "none flagged, as Info-ZIP's zip writes it", .entries = {{.name = "\xC3\xA4"}, {.name = "\xC3\xB6"}}},
    {.what = "no UTF-8, beside the character that stands for what is none",
     .entries = {{.name = "a\xFF"}, {.name = "a\xEF\xBF\xBD"}},
     .rule = UNUSUAL,
     .message = "`a\\xFF` is not UTF-8; readers guess its characters"},
    {.what = "all flagged", .entries = {{.name = "\xC3\xA4", .flags = 0x0800}, {.name = "\xC3\xB6", .flags = 0x0800}}},
    {.what = "ASCII needs no flag beside it", .entries = {{.name = "a"}, {.name = "\xC3\xB6", .flags = 0x0800}}},
};

static void test_encodings(void **state)
{
    (void)state;
    CHECK_ROWS(encoding_rows);
}

static const struct row signature_rows[] = {
    ONE("the signature itself", SG_SIGNATURE_NAME, SG_RULE_NONE, NULL),
    ONE("ZN-15: in lower case", IN_LOWER, AMBIGUOUS, "`" IN_LOWER OTHER_KIND),
    ONE("ZN-15: in capitals", IN_CAPITALS, AMBIGUOUS, "`" IN_CAPITALS OTHER_KIND),
    ONE("ZN-15: as a folder", SG_SIGNATURE_NAME "/", AMBIGUOUS, "`" SG_SIGNATURE_NAME "/" OTHER_KIND),
    ONE("ZN-15: with ./", "./" SG_SIGNATURE_NAME, SUSPICIOUS, "`./" SG_SIGNATURE_NAME ALMOST),
    TWO("ZN-15: with a version number of VMS beside it", SG_SIGNATURE_NAME, SG_SIGNATURE_NAME ";1", AMBIGUOUS,
        SAME(SG_SIGNATURE_NAME, SG_SIGNATURE_NAME ";1")),
    ONE("ZN-15: in another folder", "x/" SG_SIGNATURE_NAME, SUSPICIOUS, "`x/" SG_SIGNATURE_NAME OWN_FOLDER),
    ONE("ZN-15: in another folder and case", "x/" IN_LOWER, SUSPICIOUS, "`x/" IN_LOWER OWN_FOLDER),
    ONE("a name that ends like it", "xMETA_INF/aws_signer_signature_v1.0.SF", SG_RULE_NONE, NULL),
    ONE("META-INF", "META-INF/aws_signer_signature_v1.0.SF", SG_RULE_NONE, NULL),
    TWO("the folder alone", "META_INF/", "META_INF/other", SG_RULE_NONE, NULL),
};

static void test_signature_names(void **state)
{
    (void)state;
    CHECK_ROWS(signature_rows);
}

/* --- lengths ------------------------------------------------------------------------------------------------------------- */

static bool name_as_wanted(const char *what, const char *name, size_t name_bytes, enum sg_rule rule,
                           const char *message)
{
    struct places places;
    struct entry entry = {.name = name, .name_bytes = name_bytes, .body = "x"};
    struct sg_package package;
    struct sg_arena arena;
    struct sg_span zip = write_zip(&entry, 1, &(struct archive){0}, &places);
    if (rule == SG_RULE_NONE)
        return package_as_wanted(what, zip, rule, message);
    read_package(zip, &arena, &package);
    /* The message begins with a name that is cut; its end is what counts. */
    const char *is = package.structure.message != NULL ? package.structure.message : "not refuted";
    size_t is_bytes = strlen(is);
    size_t wanted_bytes = strlen(message);
    bool good = package.structure.rule == rule && is_bytes >= wanted_bytes &&
                strcmp(is + is_bytes - wanted_bytes, message) == 0;
    if (!good)
        wrong(what, is, message);
    sg_arena_free(&arena);
    return good;
}

static void test_lengths(void **state)
{
    (void)state;
    static char name[8192];
    memset(name, 'a', sizeof name);
    assert_true(name_as_wanted("a component of 255 bytes", name, 255, SG_RULE_NONE, NULL));
    assert_true(name_as_wanted("a component of 256 bytes", name, 256, MALFORMED,
                               "has a component of more than 255 bytes in its path"));
    for (size_t i = 200; i < sizeof name; i += 201)
        name[i] = '/';
    assert_true(name_as_wanted("a name of 4,095 bytes", name, 4095, SG_RULE_NONE, NULL));
    assert_true(name_as_wanted("a name of 4,096 bytes", name, 4096, MALFORMED, "is longer than 4095 bytes"));
    for (size_t i = 1; i < 200; i += 2)
        name[i] = '/';
    assert_true(name_as_wanted("64 components", name, 127, SG_RULE_NONE, NULL));
    assert_true(name_as_wanted("65 components", name, 129, MALFORMED, "has more than 64 components in its path"));
}

/* ZN-08: an empty name. */
static void test_empty_name(void **state)
{
    (void)state;
    const struct entry entry = {.name = "", .body = "x"};
    struct places places;
    assert_true(package_as_wanted("an empty name", write_zip(&entry, 1, &(struct archive){0}, &places), MALFORMED,
                                  "an entry has an empty name"));
}

/* What is refused needs no notices about its names. */
static void test_refused_without_notices(void **state)
{
    (void)state;
    const struct entry entries[] = {{.name = "a"}, {.name = "a"}, {.name = "B"}, {.name = "b"}};
    struct places places;
    struct sg_package package;
    struct sg_arena arena;
    read_package(write_zip(entries, 4, &(struct archive){0}, &places), &arena, &package);
    assert_true(
        refuted_as_wanted("twice", &package.structure, AMBIGUOUS, "`a` is there twice; readers choose different ones"));
    assert_int_equal(package.notices.count, 0);
    sg_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),     cmocka_unit_test(test_characters),
        cmocka_unit_test(test_pairs),     cmocka_unit_test(test_signature_names),
        cmocka_unit_test(test_lengths),   cmocka_unit_test(test_empty_name),
        cmocka_unit_test(test_encodings), cmocka_unit_test(test_refused_without_notices),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
