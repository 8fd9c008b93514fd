/* Data descriptors, against the directory and against what readers of streams take for one (APPNOTE 4.3.9; ATTACKS.md ZL-07,
 * ZL-08). */
#include "test_package_zip.h"

#define AMBIGUOUS SG_RULE_AMBIGUOUS_PACKAGE
#define UNUSUAL   SG_RULE_UNUSUAL_PACKAGE

enum {
    LOCAL_CRC = 14,
    LOCAL_COMPRESSED = 18,
};

#define PATCH(...) .archive.patches = {{__VA_ARGS__}}

#define CONTRADICTS "`a` has a data descriptor that contradicts the directory"

#define NEEDLESS    "`a` has a data descriptor of 64 bits without need, which some readers misread"
#define EMPTY_ZIP64 "0100 1000 0000000000000000 0000000000000000"
/* CRC-32 of these bytes is 0x08074B50, which is "PK\7\10". */
#define CRC_SIGNATURE "forged 6754 xdua"
/* A body that ends for whoever looks for the descriptor: "abc", signature, a CRC, compressed and uncompressed size 3; 7. */
#define INNER_DESCRIPTOR   "abcPK\7\10crc.\3\0\0\0\3\0\0\0"
#define INNER_DESCRIPTOR_7 "abcPK\7\10crc.\7\0\0\0\7\0\0\0"

static const struct row descriptor_rows[] = {
    {.what = "ZL-07: with a signature", .entries = {{.name = "a", .deflated = true, .descriptor = SIGNED}}},
    {.what = "on a stored entry", .entries = {{.name = "a", .descriptor = SIGNED}}},
    {.what = "ZL-07: without",
     .entries = {{.name = "a", .deflated = true, .descriptor = BARE}},
     .rule = UNUSUAL,
     .message = "`a` has a data descriptor without a signature"},
    {.what = "ZL-07: of 64 bits",
     .entries = {{.name = "a", .deflated = true, .descriptor = SIGNED64}},
     .rule = AMBIGUOUS,
     .message = NEEDLESS},
    {.what = "ZL-07: of 64 bits without a signature",
     .entries = {{.name = "a", .deflated = true, .descriptor = BARE64}},
     .rule = AMBIGUOUS,
     .message = NEEDLESS},
    {.what = "of 64 bits with a zip64 field in the directory alone",
     .entries = {{.name = "a", .deflated = true, .descriptor = SIGNED64, .central_extra = "0100 0000"}},
     .rule = AMBIGUOUS,
     .message = NEEDLESS},
    {.what = "of 64 bits on an empty body, which a reader takes for two descriptors",
     .entries = {{.name = "a", .body = "", .descriptor = SIGNED64, .local_extra = EMPTY_ZIP64}},
     .rule = AMBIGUOUS,
     .message = NEEDLESS},
    {.what = "of 64 bits on a body that unpacks to nothing",
     .entries = {{.name = "a", .body = "", .packed = "0300", .descriptor = SIGNED64, .local_extra = EMPTY_ZIP64}},
     .rule = AMBIGUOUS,
     .message = NEEDLESS},
    {.what = "of 64 bits with a compressed size of 2^32 and more",
     .entries = {{.name = "a", .deflated = true, .descriptor = SIGNED64, .local_extra = EMPTY_ZIP64}},
     PATCH(DESCRIPTOR, 0, 12, 4, 1),
     .rule = AMBIGUOUS,
     .message = CONTRADICTS},
    {.what = "of 64 bits with a size of 2^32 and more",
     .entries = {{.name = "a", .deflated = true, .descriptor = SIGNED64, .local_extra = EMPTY_ZIP64}},
     PATCH(DESCRIPTOR, 0, 20, 4, 1),
     .rule = AMBIGUOUS,
     .message = CONTRADICTS},
    {.what = "with a wrong CRC in the local header",
     .entries = {{.name = "a", .descriptor = SIGNED}},
     PATCH(LOCAL, 0, LOCAL_CRC, 4, 1),
     .rule = AMBIGUOUS,
     .message = "`a` has another size or CRC in its local header than in the directory"},
    {.what = "bare, and its CRC is the signature",
     .entries = {{.name = "a", .body = CRC_SIGNATURE, .descriptor = BARE}},
     .rule = AMBIGUOUS,
     .message = "`a` has a data descriptor whose CRC looks like its signature"},
    {.what = "signed, and its CRC is the signature",
     .entries = {{.name = "a", .body = CRC_SIGNATURE, .descriptor = SIGNED}}},
    {.what = "a stored body that holds a descriptor of what is before it",
     .entries = {{.name = "a", .body = INNER_DESCRIPTOR, .body_bytes = 19, .descriptor = SIGNED}},
     .rule = AMBIGUOUS,
     .message = "the stored body of `a` holds a data descriptor of its own"},
    {.what = "the same behind another signature that fits nothing",
     .entries = {{.name = "a", .body = "PK\7\10" INNER_DESCRIPTOR_7, .body_bytes = 23, .descriptor = SIGNED}},
     .rule = AMBIGUOUS,
     .message = "the stored body of `a` holds a data descriptor of its own"},
    {.what = "the same, deflated",
     .entries = {{.name = "a", .body = INNER_DESCRIPTOR, .body_bytes = 19, .deflated = true, .descriptor = SIGNED}}},
    {.what = "the same without a descriptor of its own",
     .entries = {{.name = "a", .body = INNER_DESCRIPTOR, .body_bytes = 19}}},
    {.what = "the same with the size in the local header",
     .entries = {{.name = "a", .body = INNER_DESCRIPTOR, .body_bytes = 19, .descriptor = SIGNED}},
     PATCH(LOCAL, 0, LOCAL_COMPRESSED, 4, 19)},
    {.what = "the signature in a stored body, and nothing that fits",
     .entries = {{.name = "a", .body = "abcdPK\7\10abcdefghijklmnop", .descriptor = SIGNED}}},
    {.what = "a descriptor that the body cuts off",
     .entries = {{.name = "a", .body = INNER_DESCRIPTOR, .body_bytes = 18, .descriptor = SIGNED}},
     .rule = AMBIGUOUS,
     .message = "the stored body of `a` holds a data descriptor of its own"},
    {.what = "values in the local header, too", .entries = {{.name = "a", .body = "", .descriptor = SIGNED}}},
    {.what = "ZL-08: another CRC",
     .entries = {{.name = "a", .descriptor = SIGNED}},
     PATCH(DESCRIPTOR, 0, 4, 4, 1),
     .rule = AMBIGUOUS,
     .message = CONTRADICTS},
    {.what = "ZL-08: another compressed size",
     .entries = {{.name = "a", .descriptor = SIGNED}},
     PATCH(DESCRIPTOR, 0, 8, 4, 1),
     .rule = AMBIGUOUS,
     .message = CONTRADICTS},
    {.what = "ZL-08: another uncompressed size",
     .entries = {{.name = "a", .descriptor = SIGNED}},
     PATCH(DESCRIPTOR, 0, 12, 4, 1),
     .rule = AMBIGUOUS,
     .message = CONTRADICTS},
    {.what = "ZL-08: another signature",
     .entries = {{.name = "a", .descriptor = SIGNED}},
     PATCH(DESCRIPTOR, 0, 3, 1, 9),
     .rule = AMBIGUOUS,
     .message = "`a` has 16 bytes between its body and what follows, which are no data descriptor"},
    {.what = "ZL-08: absent",
     .entries = {{.name = "a", .flags = 8}},
     .rule = AMBIGUOUS,
     .message = "`a` has 0 bytes between its body and what follows, which are no data descriptor"},
    {.what = "bytes behind it",
     .entries = {{.name = "a", .descriptor = SIGNED, .tail = "x"}},
     .rule = AMBIGUOUS,
     .message = "`a` has 17 bytes between its body and what follows, which are no data descriptor"},
    {.what = "four bytes before a bare one",
     .entries = {{.name = "a", .descriptor = BARE, .tail = "junk"}},
     .rule = AMBIGUOUS,
     .message = "`a` has 16 bytes between its body and what follows, which are no data descriptor"},
};

static void test_descriptors(void **state)
{
    (void)state;
    CHECK_ROWS(descriptor_rows);
}

/* Python's zipfile writes these to a pipe: a zip64 field in the local header announces the descriptor of 64 bits. */
static void test_wide_descriptor(void **state)
{
    (void)state;
    static const struct entry entry = {
        .name = "a", .deflated = true, .descriptor = SIGNED64, .local_extra = EMPTY_ZIP64};
    struct places places;
    struct sg_package package;
    struct sg_arena arena;
    read_package(write_zip(&entry, 1, &(struct archive){0}, &places), &arena, &package);
    assert_int_equal(package.structure.outcome, SG_PROVEN);
    assert_int_equal(package.notices.count, 2);
    assert_string_equal(package.notices.items[0].message, "`a` has a zip64 extra field that it does not need");
    assert_string_equal(package.notices.items[1].message, "`a` has a data descriptor of 64 bits");
    sg_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_wide_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
