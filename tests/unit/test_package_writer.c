/* Adding the folder and the signature entry: nothing of the package's own may change (FORMAT.md section 1). */
#include "test_package_zip.h"

#include "package/writer.h"

static const struct sg_time modified = {.unix_seconds = 1793614272}; /* 2026-11-02T10:11:12Z */
static const char signature[] = "-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n";

static void add_both(struct sg_span zip, struct sg_buffer *out)
{
    struct sg_error error = {0};
    struct sg_buffer with_folder = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
    assert_done(sg_package_append_folder(zip, modified, &with_folder, &error), error);
    assert_done(
        sg_package_append_signature(sg_buffer_span(&with_folder), sg_span_text(signature), modified, out, &error),
        error);
    sg_buffer_free(&with_folder);
}

static void test_append(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct entry entries[MOST_ENTRIES];
        const char *comment;
        size_t notices;
    } rows[] = {
        {"one file", {{.name = "a"}}, NULL, 0},
        {"descriptors",
         {{.name = "a", .deflated = true, .descriptor = SIGNED}, {.name = "b", .descriptor = SIGNED}},
         NULL,
         0},
        {"UTF-8 with the flag", {{.name = "\xC3\xA4", .flags = 0x0800}, {.name = "b"}}, NULL, 0},
        {"UTF-8 without the flag", {{.name = "\xC3\xA4"}, {.name = "\xC3\xB6"}}, NULL, 0},
        {"extra fields in one header", {{.name = "a", .local_extra = "5554 0900 03 00000000 00000000"}}, NULL, 0},
        {"a JAR", {{.name = "META-INF/", .local_extra = "FECA 0000"}, {.name = "a", .descriptor = SIGNED}}, NULL, 0},
        {"a comment is kept", {{.name = "a"}}, "made by hand", 1},
        {"a file's comment is kept", {{.name = "a", .comment = "x"}}, NULL, 1},
        {"a link", {{.name = "a", .body = "b", .mode = 0120777}, {.name = "b"}}, NULL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry entries[MOST_ENTRIES + 1] = {0};
        struct places places;
        struct sg_package package;
        struct sg_arena arena;
        uint8_t meant[SG_SHA384_BYTES];
        size_t count = 0;
        for (; count < MOST_ENTRIES && rows[i].entries[count].name != NULL; count++)
            entries[count] = rows[i].entries[count];
        struct sg_span zip = write_zip(entries, count, &(struct archive){.comment = rows[i].comment}, &places);
        struct sg_buffer out = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
        add_both(zip, &out);
        entries[count] = (struct entry){.name = SG_SIGNATURE_FOLDER};
        meant_digest(entries, count + 1, meant);
        read_package(sg_buffer_span(&out), &arena, &package);
        if (package.structure.outcome != SG_PROVEN)
            fail_msg("%s: %s", rows[i].what, package.structure.message);
        assert_int_equal(package.entry_count, count + 2);
        assert_true(package.has_folder);
        assert_true(sg_span_equal(package.signature, sg_span_text(signature)));
        assert_memory_equal(package.content, meant, sizeof meant);
        assert_memory_equal(out.data, zip.data, places.directory);
        assert_int_equal(package.notices.count, rows[i].notices);
        sg_arena_free(&arena);
        sg_buffer_free(&out);
    }
}

/* The same input gives the same bytes; the time is DOS's, in UTC. */
static void test_bytes(void **state)
{
    (void)state;
    static const struct {
        int64_t unix_seconds;
        uint32_t dos;
    } rows[] = {
        {1793614272, 0x5D625166}, /* 2026-11-02 10:11:12 */
        {0, 0x00210000},          /* before 1980: 1980-01-01 */
        {315532800, 0x00210000},  /* 1980-01-01 */
        {4354819199, 0xFF9FBF7D}, /* 2107-12-31 23:59:59 */
        {4354819200, 0xFE210000}, /* after 2107: 2107, with the day and time as they are */
    };
    const struct entry entry = {.name = "a"};
    struct places places;
    struct sg_span zip = write_zip(&entry, 1, &(struct archive){0}, &places);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_error error = {0};
        struct sg_buffer out = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
        struct sg_buffer again = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
        struct sg_time time = {.unix_seconds = rows[i].unix_seconds};
        assert_done(sg_package_append_folder(zip, time, &out, &error), error);
        assert_done(sg_package_append_folder(zip, time, &again, &error), error);
        assert_true(sg_span_equal(sg_buffer_span(&out), sg_buffer_span(&again)));
        assert_int_equal(sg_le32(out.data + places.directory + 10), rows[i].dos);
        sg_buffer_free(&out);
        sg_buffer_free(&again);
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_buffer out = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
    assert_failed(sg_package_append_folder(SG_SPAN_LITERAL("abc"), modified, &out, &error), error, SG_ERROR_INTERNAL,
                  "a package was to be changed that is not well formed: the file is not a zip archive");
    assert_int_equal(out.size, 0);
    /* An end record that counts 65,534 entries: one more would need zip64. */
    assert_failed(sg_package_append_signature(sg_span_of("PK\5\6\0\0\0\0\xFE\xFF\xFE\xFF\0\0\0\0\0\0\0\0\0\0", 22),
                                              sg_span_text(signature), modified, &out, &error),
                  error, SG_ERROR_REFUSED, "the package has 65534 entries and no room for a signature");
    assert_int_equal(out.size, 0);
    sg_buffer_free(&out);
}

/* A bound that is reached is an error, and no half of a package passes for one. */
static void test_no_room(void **state)
{
    (void)state;
    const struct entry entry = {.name = "a"};
    struct places places;
    struct sg_span zip = write_zip(&entry, 1, &(struct archive){0}, &places);
    struct sg_error error = {0};
    struct sg_buffer out = sg_buffer_make(zip.size + 10);
    assert_failed(sg_package_append_folder(zip, modified, &out, &error), error, SG_ERROR_INTERNAL,
                  "a text of more than 120 bytes was cut off");
    sg_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
