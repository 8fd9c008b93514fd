/* The facts of a package: digests, signature entry, sizes; and what must hold for every truncation and every bit (ATTACKS.md
 * ZX-01, ZX-04; FORMAT.md section 2). */
#include "test_package_zip.h"

#include <sys/mman.h>
#include <time.h>

#include "package/inflate.h"

/* --- digests ------------------------------------------------------------------------------------------------------------- */

struct digest_row {
    const char *what;
    struct entry entries[MOST_ENTRIES];
};

static const struct digest_row digest_rows[] = {
    {"one file", {{.name = "a", .body = "hello"}}},
    {"deflated", {{.name = "a", .body = "hello", .deflated = true}}},
    {"deflated, with a descriptor", {{.name = "a", .body = "hello", .deflated = true, .descriptor = SIGNED}}},
    {"an empty file", {{.name = "a", .body = ""}}},
    {"an empty file, deflated", {{.name = "a", .body = "", .deflated = true}}},
    {"a folder counts, with its slash", {{.name = "a/"}, {.name = "a/b", .body = "x"}}},
    {"a folder alone", {{.name = "a/"}}},
    {"a link counts with its target", {{.name = "a", .body = "b", .mode = 0120777}, {.name = "b"}}},
    {"a deflated link", {{.name = "a", .body = "b", .mode = 0120777, .deflated = true}, {.name = "b"}}},
    {"a name that is no UTF-8", {{.name = "\x84\x94", .body = "x"}}},
    {"a name with ./", {{.name = "./a", .body = "x"}}},
    {"the signature last", {{.name = "a"}, {.name = SG_SIGNATURE_FOLDER}, {.name = SG_SIGNATURE_NAME}}},
    {"the signature first", {{.name = SG_SIGNATURE_NAME}, {.name = "a"}, {.name = "b"}}},
    {"the signature in the middle", {{.name = "a"}, {.name = SG_SIGNATURE_NAME}, {.name = "b"}}},
    {"a signature in another folder counts", {{.name = "x/" SG_SIGNATURE_NAME}}},
    {"bytes of every kind", {{.name = "a", .body = "\0\r\n\n\x1a\xff\0", .body_bytes = 7, .deflated = true}}},
};

static void test_content_digest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof digest_rows / sizeof digest_rows[0]; i++) {
        const struct entry *entries = digest_rows[i].entries;
        struct places places;
        struct sg_package package;
        struct sg_arena arena;
        uint8_t meant[SG_SHA384_BYTES];
        size_t count = 0;
        while (count < MOST_ENTRIES && entries[count].name != NULL)
            count++;
        meant_digest(entries, count, meant);
        read_package(write_zip(entries, count, &(struct archive){0}, &places), &arena, &package);
        if (package.structure.outcome != SG_PROVEN)
            fail_msg("%s: %s", digest_rows[i].what, package.structure.message);
        if (memcmp(package.content, meant, sizeof meant) != 0)
            fail_msg("%s: another digest", digest_rows[i].what);
        assert_int_equal(package.entry_count, count);
        sg_arena_free(&arena);
    }
}

static void content_of(const struct entry *entries, size_t count, uint8_t out[SG_SHA384_BYTES])
{
    struct places places;
    struct sg_package package;
    struct sg_arena arena;
    read_package(write_zip(entries, count, &(struct archive){0}, &places), &arena, &package);
    assert_int_equal(package.structure.outcome, SG_PROVEN);
    memcpy(out, package.content, SG_SHA384_BYTES);
    sg_arena_free(&arena);
}

/* What the digest covers, and what it does not (FORMAT.md section 2). */
static void test_what_the_digest_covers(void **state)
{
    (void)state;
    static const struct entry before[] = {{.name = "a", .body = "hello"}, {.name = "b", .body = "bye"}};
    static const struct {
        const char *what;
        struct entry entries[2];
        bool same;
    } rows[] = {
        {"compressed", {{.name = "a", .body = "hello", .deflated = true}, {.name = "b", .body = "bye"}}, true},
        {"another mode", {{.name = "a", .body = "hello", .mode = 0100755}, {.name = "b", .body = "bye"}}, true},
        {"a comment", {{.name = "a", .body = "hello", .comment = "x"}, {.name = "b", .body = "bye"}}, true},
        {"bytes moved from a name to its body", {{.name = "ah", .body = "ello"}, {.name = "b", .body = "bye"}}, true},
        {"another body", {{.name = "a", .body = "hellO"}, {.name = "b", .body = "bye"}}, false},
        {"another name", {{.name = "A", .body = "hello"}, {.name = "b", .body = "bye"}}, false},
        {"another order", {{.name = "b", .body = "bye"}, {.name = "a", .body = "hello"}}, false},
    };
    uint8_t digest[SG_SHA384_BYTES];
    content_of(before, 2, digest);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t other[SG_SHA384_BYTES];
        content_of(rows[i].entries, 2, other);
        if ((memcmp(digest, other, sizeof other) == 0) != rows[i].same)
            fail_msg("%s: the digest is %s", rows[i].what, rows[i].same ? "another" : "the same");
    }
}

/* --- other facts ---------------------------------------------------------------------------------------------------------- */

static void test_facts(void **state)
{
    (void)state;
    struct places places;
    struct sg_package package;
    struct sg_arena arena;
    struct sg_error error = {0};
    uint8_t digest[SG_SHA256_BYTES];
    struct sg_span zip = usual_zip(&places);
    read_package(zip, &arena, &package);
    assert_done(sg_sha256(zip, digest, &error), error);
    assert_int_equal(package.structure.outcome, SG_PROVEN);
    assert_null(package.structure.message);
    assert_int_equal(package.size, zip.size);
    assert_true(package.has_sha256);
    assert_memory_equal(package.sha256, digest, sizeof digest);
    assert_int_equal(package.entry_count, 5);
    assert_int_equal(package.unpacked_size, 40 + 20 + 47);
    assert_true(package.has_signature);
    assert_true(package.has_folder);
    assert_true(sg_span_equal(package.signature, sg_span_text(usual_entries[4].body)));
    assert_int_equal(package.notices.count, 0);
    sg_arena_free(&arena);
    read_package(write_zip(&(struct entry){.name = "a"}, 1, &(struct archive){0}, &places), &arena, &package);
    assert_int_equal(package.structure.outcome, SG_PROVEN);
    assert_false(package.has_signature);
    assert_false(package.has_folder);
    sg_arena_free(&arena);
}

/* A file that is no package has its size and SHA-256 all the same: they are what a pin is compared with. */
static void test_facts_of_the_refuted(void **state)
{
    (void)state;
    struct sg_package package;
    struct sg_arena arena;
    char digits[SG_SHA256_HEX_BYTES];
    read_package(SG_SPAN_LITERAL("abc"), &arena, &package);
    assert_int_equal(package.structure.outcome, SG_REFUTED);
    assert_int_equal(package.size, 3);
    assert_true(package.has_sha256);
    assert_string_equal(sg_hex(sg_span_of(package.sha256, SG_SHA256_BYTES), digits),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_false(package.has_signature);
    sg_arena_free(&arena);
}

static void test_signature_of_the_largest_size(void **state)
{
    (void)state;
    static char body[SG_SIGNATURE_MAX_BYTES];
    memset(body, 'A', sizeof body);
    const struct entry entry = {.name = SG_SIGNATURE_NAME, .body = body, .body_bytes = sizeof body, .deflated = true};
    struct places places;
    struct sg_package package;
    struct sg_arena arena;
    read_package(write_zip(&entry, 1, &(struct archive){0}, &places), &arena, &package);
    assert_int_equal(package.structure.outcome, SG_PROVEN);
    assert_int_equal(package.signature.size, sizeof body);
    sg_arena_free(&arena);
}

/* ZX-02: a long run of zeros is no bomb by itself. */
static void test_ten_megabytes_of_zeros(void **state)
{
    (void)state;
    char *body = calloc(1, 10000000);
    assert_non_null(body);
    const struct entry entry = {.name = "zeros", .body = body, .body_bytes = 10000000, .deflated = true};
    struct places places;
    assert_true(
        package_as_wanted("10 MB of zeros", write_zip(&entry, 1, &(struct archive){0}, &places), SG_RULE_NONE, NULL));
    free(body);
}

static void test_file_too_large(void **state)
{
    (void)state;
    struct sg_package package;
    struct sg_error error = {0};
    struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    size_t size = (size_t)SG_PACKAGE_MAX_BYTES + 1;
    uint8_t *bytes = calloc(1, size);
    assert_non_null(bytes);
    assert_done(sg_package_read(sg_span_of(bytes, size), &arena, &package, &error), error);
    assert_int_equal(package.structure.outcome, SG_REFUTED);
    assert_int_equal(package.structure.rule, SG_RULE_PACKAGE_TOO_LARGE);
    assert_string_equal(package.structure.message, "the file has 285212673 bytes; Lambda takes no package that large");
    free(bytes);
    sg_arena_free(&arena);
}

/* An error comes back only when the hasher's thread has let go of the bytes, which then are gone. */
static void test_an_error_lets_go_of_the_bytes(void **state)
{
    (void)state;
    static const size_t size = (size_t)96 * 1024 * 1024;
    struct sg_package package;
    struct sg_hasher *hasher = NULL;
    struct sg_arena arena = sg_arena_make(8);
    struct sg_error error = {0};
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(bytes, MAP_FAILED);
    assert_done(sg_hasher_start(true, &hasher, &error), error);
    assert_failed(sg_package_read_with(sg_span_of(bytes, size), hasher, &arena, &package, &error), error,
                  SG_ERROR_MEMORY, "out of memory");
    assert_int_equal(munmap(bytes, size), 0);
    sg_hasher_free(&hasher);
    sg_arena_free(&arena);
}

/* Memory that runs out is an error, never a verdict. */
static void test_no_memory(void **state)
{
    (void)state;
    struct places places;
    struct sg_package package;
    struct sg_arena arena = sg_arena_make(8);
    struct sg_error error = {0};
    assert_failed(sg_package_read(SG_SPAN_LITERAL("abc"), &arena, &package, &error), error, SG_ERROR_MEMORY,
                  "out of memory");
    assert_int_equal(package.structure.outcome, SG_UNDECIDED);
    assert_failed(sg_package_read(usual_zip(&places), &arena, &package, &error), error, SG_ERROR_MEMORY,
                  "out of memory");
    assert_int_equal(package.structure.outcome, SG_UNDECIDED);
    sg_arena_free(&arena);
}

/* --- every byte and bit (ZX-04) ------------------------------------------------------------------------------------------- */

/* Everything that a common packager may write at once. */
static struct sg_span rich_zip(void)
{
    static const struct entry entries[] = {
        {.name = "index.js", .body = "exports.handler = 1\n", .deflated = true, .descriptor = SIGNED},
        {.name = "lib/", .local_extra = "5554 0900 03 00000000 00000000", .central_extra = "5554 0500 03 00000000"},
        {.name = "lib/link", .body = "../index.js", .mode = 0120777},
        {.name = SG_SIGNATURE_FOLDER},
        {.name = SG_SIGNATURE_NAME, .body = "-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", .deflated = true},
    };
    struct places places;
    return write_zip(entries, 5, &(struct archive){0}, &places);
}

static void test_every_length(void **state)
{
    (void)state;
    struct sg_span zip = rich_zip();
    for (size_t size = 0; size < zip.size; size++) {
        struct sg_package package;
        struct sg_arena arena;
        read_package(sg_span_part(zip, 0, size), &arena, &package);
        if (package.structure.outcome != SG_REFUTED || package.structure.message == NULL)
            fail_msg("the first %zu of %zu bytes are taken", size, zip.size);
        sg_arena_free(&arena);
    }
}

/* A flipped bit is refuted, or it changes nothing that a signature covers: same entries, same content, same signature. */
static void check_flip(struct sg_span zip, const struct sg_package *good, size_t bit, size_t *accepted)
{
    struct sg_package package;
    struct sg_arena arena;
    uint8_t *byte = (uint8_t *)(uintptr_t)zip.data + bit / 8;
    *byte ^= (uint8_t)(1u << bit % 8);
    read_package(zip, &arena, &package);
    *byte ^= (uint8_t)(1u << bit % 8);
    if (package.structure.outcome == SG_PROVEN) {
        (*accepted)++;
        if (memcmp(package.content, good->content, SG_SHA384_BYTES) != 0 || package.entry_count != good->entry_count ||
            package.unpacked_size != good->unpacked_size || package.has_signature != good->has_signature ||
            !sg_span_equal(package.signature, good->signature))
            fail_msg("bit %zu of byte %zu changes what is proven", bit % 8, bit / 8);
    } else if (package.structure.outcome != SG_REFUTED || package.structure.message == NULL) {
        fail_msg("bit %zu of byte %zu leaves the package undecided", bit % 8, bit / 8);
    }
    sg_arena_free(&arena);
}

static void test_every_bit(void **state)
{
    (void)state;
    struct sg_span zip = rich_zip();
    struct sg_package good;
    struct sg_arena arena;
    size_t accepted = 0;
    read_package(zip, &arena, &good);
    assert_int_equal(good.structure.outcome, SG_PROVEN);
    for (size_t bit = 0; bit < zip.size * 8; bit++)
        check_flip(zip, &good, bit, &accepted);
    /* Times, modes, versions and attributes are unsigned; all the rest is not. */
    assert_in_range(accepted, 1, zip.size * 2);
    sg_arena_free(&arena);
}

/* --- many entries (ZX-01) -------------------------------------------------------------------------------------------------- */

typedef void make_name(size_t index, char name[33]);

static void ordinary_name(size_t index, char name[33])
{
    snprintf(name, 33, "node_modules/package/%011zu", index);
}

/* "Ez" and "FY" have the same value in h = h * 33 + c. */
static void colliding_name(size_t index, char name[33])
{
    for (size_t i = 0; i < 16; i++)
        memcpy(name + 2 * i, (index >> i & 1) != 0 ? "Ez" : "FY", 2);
    name[32] = '\0';
}

/* `count` empty stored entries with names of 32 bytes and `more` behind them; written straight, for joining would be
 * quadratic. */
static struct sg_span many_long_entries(size_t count, make_name *name_of, size_t more)
{
    uint8_t size[2] = {(uint8_t)(32 + more), (uint8_t)((32 + more) >> 8)};
    uint8_t *bytes = made_bytes(count * (30 + 46 + 2 * (32 + more)) + 22);
    size_t used = 0;
    char name[33];
    const uint8_t local[30] = {'P', 'K', 3, 4, 20, [12] = 0x61, [13] = 0x5D, [26] = size[0], [27] = size[1]};
    for (size_t i = 0; i < count; i++) {
        name_of(i, name);
        memcpy(bytes + used, local, 30);
        memcpy(bytes + used + 30, name, 32);
        memset(bytes + used + 62, 'x', more);
        used += 62 + more;
    }
    size_t directory = used;
    for (size_t i = 0; i < count; i++) {
        uint8_t record[46] = {'P',     'K',         1,          2, 20, 3, 20, [14] = 0x61, [15] = 0x5D, [28] = size[0],
                              size[1], [40] = 0xA4, [41] = 0x81};
        for (unsigned at = 0; at < 4; at++)
            record[42 + at] = (uint8_t)(i * (62 + more) >> 8 * at);
        name_of(i, name);
        memcpy(bytes + used, record, 46);
        memcpy(bytes + used + 46, name, 32);
        memset(bytes + used + 78, 'x', more);
        used += 78 + more;
    }
    struct sg_span end = SG_SPAN_LITERAL("PK\5\6\0\0\0\0");
    put(&end, 2, count);
    put(&end, 2, count);
    put(&end, 4, used - directory);
    put(&end, 4, directory);
    put(&end, 2, 0);
    memcpy(bytes + used, end.data, end.size);
    return sg_span_of(bytes, used + end.size);
}

static struct sg_span many_entries(size_t count, make_name *name_of)
{
    return many_long_entries(count, name_of, 0);
}

/* Of this process, so that a busy machine is not taken for a slow program. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#if defined(__SANITIZE_ADDRESS__) || defined(SEALGATE_COVERAGE)
static const double patience = 10;
#else
static const double patience = 2;
#endif

static void test_most_entries(void **state)
{
    (void)state;
    struct sg_span zip = many_entries(65535, ordinary_name);
    struct sg_package package;
    struct sg_arena arena;
    double start = seconds();
    read_package(zip, &arena, &package);
    double took = seconds() - start;
    if (package.structure.outcome != SG_PROVEN)
        fail_msg("%s", package.structure.message);
    assert_int_equal(package.entry_count, 65535);
    if (took > unit_seconds(patience))
        fail_msg("took %.1f s", took);
    sg_arena_free(&arena);
}

/* Ten million deflate blocks with nothing in them, at each of which it costs something to stop. */
static void test_tiny_blocks(void **state)
{
    (void)state;
    static const char four_blocks[] = "0208208000", last_block[] = "730400";
    enum { TIMES = 2500000 };
    char *packed = malloc(TIMES * (sizeof four_blocks - 1) + sizeof last_block);
    struct places places;
    assert_non_null(packed);
    for (size_t i = 0; i < TIMES; i++)
        memcpy(packed + i * (sizeof four_blocks - 1), four_blocks, sizeof four_blocks - 1);
    memcpy(packed + (size_t)TIMES * (sizeof four_blocks - 1), last_block, sizeof last_block);
    const struct entry entry = {.name = "tiny", .body = "A", .deflated = true, .packed = packed};
    struct sg_span zip = write_zip(&entry, 1, &(struct archive){0}, &places);
    free(packed);
    double start = seconds();
    assert_true(package_as_wanted("tiny blocks", zip, SG_RULE_NONE, NULL));
    double took = seconds() - start;
    if (took > unit_seconds(patience))
        fail_msg("took %.1f s", took);
}

static sg_result take_nothing(void *self, struct sg_span piece, struct sg_error *error)
{
    (void)self;
    (void)piece;
    (void)error;
    return SG_OK;
}

/* Forty million in streams each of which is short enough by itself. */
static void test_tiny_blocks_in_many_streams(void **state)
{
    (void)state;
    enum { STREAMS = 40000, FOURS = 249 };
    static const uint8_t four_blocks[] = {0x02, 0x08, 0x20, 0x80, 0x00}, last_block[] = {0x73, 0x04, 0x00};
    static uint8_t packed[FOURS * sizeof four_blocks + sizeof last_block];
    for (size_t i = 0; i < FOURS; i++)
        memcpy(packed + i * sizeof four_blocks, four_blocks, sizeof four_blocks);
    memcpy(packed + FOURS * sizeof four_blocks, last_block, sizeof last_block);
    const struct sg_zip_entry entry = {.method = SG_ZIP_DEFLATED,
                                       .crc32 = (uint32_t)crc32(0, (const uint8_t *)"A", 1),
                                       .compressed_size = sizeof packed,
                                       .uncompressed_size = 1,
                                       .body = {packed, sizeof packed}};
    const struct sg_sink sink = {.take = take_nothing};
    struct sg_inflater *inflater = NULL;
    struct sg_error error = {0};
    assert_done(sg_inflater_make(&inflater, &error), error);
    double start = seconds();
    for (size_t i = 0; i < STREAMS; i++) {
        const char *problem = NULL;
        assert_done(sg_inflate_entry(inflater, &entry, &sink, &problem, &error), error);
        assert_null(problem);
    }
    double took = seconds() - start;
    if (took > unit_seconds(patience))
        fail_msg("took %.1f s", took);
    sg_inflater_free(&inflater);
}

static void test_colliding_names(void **state)
{
    (void)state;
    struct sg_span zip = many_entries(65535, colliding_name);
    double start = seconds();
    assert_true(package_as_wanted("65,535 colliding names", zip, SG_RULE_AMBIGUOUS_PACKAGE,
                                  "more than 512 names were chosen to collide in the table of a zip library"));
    double took = seconds() - start;
    if (took > unit_seconds(patience))
        fail_msg("took %.1f s", took);
    assert_true(package_as_wanted("512 colliding names", many_entries(512, colliding_name), SG_RULE_NONE, NULL));
    assert_true(package_as_wanted("513 colliding names", many_entries(513, colliding_name), SG_RULE_AMBIGUOUS_PACKAGE,
                                  "more than 512 names were chosen to collide in the table of a zip library"));
}

/* ZA-20: the count modulo 65,536. */
static void test_too_many_entries(void **state)
{
    (void)state;
    assert_true(package_as_wanted("65,536 entries counted as 0", many_entries(65536, ordinary_name),
                                  SG_RULE_MALFORMED_PACKAGE, "the archive holds no entries"));
    assert_true(package_as_wanted("65,537 entries counted as 1", many_entries(65537, ordinary_name),
                                  SG_RULE_AMBIGUOUS_PACKAGE,
                                  "the central directory has 5111808 bytes behind the 1 records that are counted"));
}

/* 8 MiB of names are read, and no more. */
static void test_longest_names(void **state)
{
    (void)state;
    const size_t fit = SG_PACKAGE_NAMES_MAX_BYTES / 256;
    assert_true(package_as_wanted("8 MiB", many_long_entries(fit, ordinary_name, 224), SG_RULE_NONE, NULL));
    assert_true(package_as_wanted("one more", many_long_entries(fit + 1, ordinary_name, 224), SG_RULE_PACKAGE_TOO_LARGE,
                                  "the names of the entries have more than 8388608 bytes"));
}

/* Notices are counted from the 21st on. */
static void notable_name(size_t index, char name[33])
{
    snprintf(name, 33, "drive:%026zu", index);
}

static void test_many_notices(void **state)
{
    (void)state;
    struct sg_package package;
    struct sg_arena arena;
    read_package(many_entries(100, notable_name), &arena, &package);
    assert_int_equal(package.structure.outcome, SG_PROVEN);
    assert_int_equal(package.notices.count, SG_PACKAGE_MAX_NOTICES);
    assert_int_equal(package.notices.left_out, 80);
    sg_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content_digest),
        cmocka_unit_test(test_what_the_digest_covers),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_facts_of_the_refuted),
        cmocka_unit_test(test_signature_of_the_largest_size),
        cmocka_unit_test(test_ten_megabytes_of_zeros),
        cmocka_unit_test(test_file_too_large),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_an_error_lets_go_of_the_bytes),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_most_entries),
        cmocka_unit_test(test_tiny_blocks),
        cmocka_unit_test(test_tiny_blocks_in_many_streams),
        cmocka_unit_test(test_colliding_names),
        cmocka_unit_test(test_too_many_entries),
        cmocka_unit_test(test_many_notices),
        cmocka_unit_test(test_longest_names),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
