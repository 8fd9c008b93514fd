/* libzip as the second reader. The structure pass leaves nothing that libzip sees otherwise, so what the pass saw is bent here
 * before libzip is asked. */
#include "test_package_zip.h"

#include "package/zip_internal.h"

/* What one test holds. */
struct reading {
    struct sg_arena arena, scratch;
    struct sg_package package;
    struct sg_error error;
    struct sg_zip zip;
};

static void read_structure(struct reading *reading)
{
    struct places places;
    *reading = (struct reading){.arena = sg_arena_make(1000000), .scratch = sg_arena_make(1000000)};
    reading->zip = (struct sg_zip){.bytes = usual_zip(&places),
                                   .arena = &reading->arena,
                                   .scratch = &reading->scratch,
                                   .package = &reading->package,
                                   .error = &reading->error};
    assert_done(sg_zip_read_end(&reading->zip), reading->error);
    assert_done(sg_zip_read_directory(&reading->zip), reading->error);
    assert_done(sg_zip_check_names(&reading->zip), reading->error);
    assert_false(sg_zip_refuted(&reading->zip));
}

static void free_reading(struct reading *reading)
{
    sg_arena_free(&reading->arena);
    sg_arena_free(&reading->scratch);
}

static void check_refuted(struct reading *reading, const char *what, const char *message)
{
    assert_done(sg_zip_ask_second_reader(&reading->zip), reading->error);
    if (!refuted_as_wanted(what, &reading->package.structure, SG_RULE_AMBIGUOUS_PACKAGE, message))
        fail();
    free_reading(reading);
}

static void test_agrees(void **state)
{
    (void)state;
    struct reading reading;
    read_structure(&reading);
    assert_done(sg_zip_ask_second_reader(&reading.zip), reading.error);
    assert_false(sg_zip_refuted(&reading.zip));
    free_reading(&reading);
}

static void test_another_count(void **state)
{
    (void)state;
    struct reading reading;
    read_structure(&reading);
    reading.package.entry_count = 4;
    check_refuted(&reading, "one entry fewer", "libzip sees 5 entries instead of 4");
}

static void test_another_entry(void **state)
{
    (void)state;
    enum { NAME, SIZE, COMPRESSED, CRC, METHOD, FIELDS };
    for (int field = NAME; field < FIELDS; field++) {
        struct reading reading;
        read_structure(&reading);
        struct sg_zip_entry *entry = &reading.zip.entries[2];
        if (field == NAME)
            entry->name = SG_SPAN_LITERAL("lib/evil.js");
        entry->uncompressed_size += field == SIZE;
        entry->compressed_size += field == COMPRESSED;
        entry->crc32 += field == CRC;
        entry->method = (uint16_t)(entry->method + (field == METHOD ? 8 : 0));
        check_refuted(&reading, "another entry",
                      field == NAME ? "libzip sees another entry than `lib/evil.js`"
                                    : "libzip sees another entry than `lib/util.js`");
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct reading reading;
    read_structure(&reading);
    reading.zip.bytes = sg_span_part(reading.zip.bytes, 0, reading.zip.bytes.size - 30);
    check_refuted(&reading, "no end", "libzip refuses the archive: Not a zip archive");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees),
        cmocka_unit_test(test_another_count),
        cmocka_unit_test(test_another_entry),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
