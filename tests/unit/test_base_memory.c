/* Buffers, arenas, spans, errors, rules and proofs: the parts that everything else is made of. */
#include "unit.h"

#include <errno.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/proof.h"
#include "base/rule.h"

/* --- buffers ----------------------------------------------------------------------------------------------------------------- */

static void test_buffer(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_buffer buffer = sg_buffer_make(10);
    assert_string_equal(sg_buffer_text(&buffer), "");
    assert_int_equal(sg_buffer_span(&buffer).size, 0);
    assert_done(sg_buffer_append_text(&buffer, "12345", &error), error);
    assert_done(sg_buffer_append_byte(&buffer, '6', &error), error);
    assert_done(sg_buffer_append(&buffer, (struct sg_span){NULL, 0}, &error), error);
    assert_done(sg_buffer_printf(&buffer, &error, "%d%s", 7, "8"), error);
    assert_string_equal(sg_buffer_text(&buffer), "12345678");
    assert_int_equal(buffer.size, 8);
    sg_buffer_free(&buffer);
    assert_int_equal(buffer.size, 0);
    assert_int_equal(buffer.max_bytes, 10);
    assert_string_equal(sg_buffer_text(&buffer), "");
}

/* At the bound nothing is appended, whichever way; up to it everything is. */
static void test_buffer_bound(void **state)
{
    (void)state;
    static const char cut[] = "a text of more than 10 bytes was cut off";
    struct sg_error error = {0};
    struct sg_buffer buffer = sg_buffer_make(10);
    uint8_t *room = NULL;
    assert_done(sg_buffer_append_text(&buffer, "12345678", &error), error);
    assert_failed(sg_buffer_append_text(&buffer, "901", &error), error, SG_ERROR_INTERNAL, cut);
    assert_failed(sg_buffer_printf(&buffer, &error, "%s", "901"), error, SG_ERROR_INTERNAL, cut);
    assert_failed(sg_buffer_reserve(&buffer, 3, &room, &error), error, SG_ERROR_INTERNAL, cut);
    assert_failed(sg_buffer_reserve(&buffer, SIZE_MAX, &room, &error), error, SG_ERROR_INTERNAL, cut);
    assert_string_equal(sg_buffer_text(&buffer), "12345678");
    assert_done(sg_buffer_append_text(&buffer, "90", &error), error);
    assert_string_equal(sg_buffer_text(&buffer), "1234567890");
    assert_failed(sg_buffer_append_byte(&buffer, '1', &error), error, SG_ERROR_INTERNAL, cut);
    assert_done(sg_buffer_append_text(&buffer, "", &error), error);
    sg_buffer_free(&buffer);
}

static void test_buffer_of_nothing(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_buffer buffer = {0};
    assert_done(sg_buffer_append_text(&buffer, "", &error), error);
    assert_failed(sg_buffer_append_byte(&buffer, 'x', &error), error, SG_ERROR_INTERNAL,
                  "a text of more than 0 bytes was cut off");
    sg_buffer_free(&buffer);
}

static void test_buffer_grows(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_buffer buffer = sg_buffer_make(100000);
    for (unsigned i = 0; i < 100000; i++)
        assert_done(sg_buffer_append_byte(&buffer, (uint8_t)('a' + i % 26), &error), error);
    assert_int_equal(strlen(sg_buffer_text(&buffer)), 100000);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(buffer.data[i], 'a' + i % 26);
    sg_buffer_free(&buffer);
}

static void test_buffer_reserve(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_buffer buffer = sg_buffer_make(1000);
    uint8_t *room = NULL;
    assert_done(sg_buffer_append_text(&buffer, "ab", &error), error);
    assert_done(sg_buffer_reserve(&buffer, 900, &room, &error), error);
    assert_ptr_equal(room, buffer.data + 2);
    assert_string_equal(sg_buffer_text(&buffer), "ab");
    memset(room, 'x', 900);
    buffer.size += 900;
    assert_done(sg_buffer_append_byte(&buffer, 'y', &error), error);
    assert_int_equal(strlen(sg_buffer_text(&buffer)), 903);
    sg_buffer_free(&buffer);
}

/* --- arenas ------------------------------------------------------------------------------------------------------------------ */

static void test_arena_alignment(void **state)
{
    (void)state;
    struct sg_arena arena = sg_arena_make(1000000);
    struct sg_error error = {0};
    for (size_t size = 0; size < 500; size++) {
        void *bytes = NULL;
        assert_done(sg_arena_alloc(&arena, size, 1, &bytes, &error), error);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(((uint8_t *)bytes)[i], 0);
        memset(bytes, 0xAA, size);
    }
    sg_arena_free(&arena);
    assert_int_equal(arena.used_bytes, 0);
    assert_null(arena.chunks);
}

static void test_arena_bound(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        size_t count, size;
        bool done;
    } rows[] = {
        {"nothing", 0, 8, true},
        {"all of it", 1024, 1, true},
        {"a byte more", 1025, 1, false},
        {"2^63 times 2", (size_t)1 << 63, 2, false},
        {"SIZE_MAX", SIZE_MAX, 1, false},
        {"SIZE_MAX times SIZE_MAX", SIZE_MAX, SIZE_MAX, false},
        {"just under SIZE_MAX", SIZE_MAX - 7, 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_arena arena = sg_arena_make(1024);
        struct sg_error error = {0};
        void *bytes = NULL;
        if (rows[i].done)
            assert_done(sg_arena_alloc(&arena, rows[i].count, rows[i].size, &bytes, &error), error);
        else
            assert_failed(sg_arena_alloc(&arena, rows[i].count, rows[i].size, &bytes, &error), error, SG_ERROR_MEMORY,
                          "out of memory");
        sg_arena_free(&arena);
    }
}

/* The bound counts all allocations; after it is freed, the arena starts anew. */
static void test_arena_bound_of_all(void **state)
{
    (void)state;
    struct sg_arena arena = sg_arena_make(160);
    struct sg_error error = {0};
    void *bytes = NULL;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5; i++)
            assert_done(sg_arena_alloc(&arena, 1, 32, &bytes, &error), error);
        assert_failed(sg_arena_alloc(&arena, 1, 1, &bytes, &error), error, SG_ERROR_MEMORY, "out of memory");
        sg_arena_free(&arena);
    }
}

static void test_arena_texts(void **state)
{
    (void)state;
    struct sg_arena arena = sg_arena_make(65536);
    struct sg_error error = {0};
    struct sg_span copy = {0};
    const char *text = NULL;
    assert_done(sg_arena_copy(&arena, sg_span_of("a\0b", 3), &copy, &error), error);
    assert_int_equal(copy.size, 3);
    assert_memory_equal(copy.data, "a\0b\0", 4);
    assert_done(sg_arena_copy(&arena, (struct sg_span){NULL, 0}, &copy, &error), error);
    assert_int_equal(copy.size, 0);
    assert_non_null(copy.data);
    assert_done(sg_arena_text(&arena, SG_SPAN_LITERAL("text"), &text, &error), error);
    assert_string_equal(text, "text");
    assert_done(sg_arena_printf(&arena, &text, &error, "%s %zu", "of", (size_t)12), error);
    assert_string_equal(text, "of 12");
    assert_failed(sg_arena_copy(&arena, sg_span_of("", 65536), &copy, &error), error, SG_ERROR_MEMORY, "out of memory");
    assert_failed(sg_arena_printf(&arena, &text, &error, "%70000d", 1), error, SG_ERROR_MEMORY, "out of memory");
    sg_arena_free(&arena);
}

static void test_arena_push(void **state)
{
    (void)state;
    struct sg_arena arena = sg_arena_make(65536);
    struct sg_error error = {0};
    void *items = NULL;
    void *item = NULL;
    size_t count = 0;
    size_t capacity = 0;
    for (size_t i = 0; i < 100; i++) {
        assert_done(sg_arena_push(&arena, &items, &count, &capacity, sizeof(size_t), &item, &error), error);
        assert_int_equal(count, i + 1);
        assert_int_equal(*(size_t *)item, 0);
        *(size_t *)item = i * i;
    }
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(((size_t *)items)[i], i * i);
    sg_arena_free(&arena);
}

/* --- spans ------------------------------------------------------------------------------------------------------------------- */

static void test_spans(void **state)
{
    (void)state;
    struct sg_span abc = SG_SPAN_LITERAL("abc");
    assert_true(sg_span_equal(abc, sg_span_text("abc")));
    assert_false(sg_span_equal(abc, sg_span_text("abd")));
    assert_false(sg_span_equal(abc, sg_span_text("ab")));
    assert_true(sg_span_equal((struct sg_span){NULL, 0}, SG_SPAN_LITERAL("")));
    assert_true(sg_span_compare(abc, SG_SPAN_LITERAL("abd")) < 0);
    assert_true(sg_span_compare(abc, SG_SPAN_LITERAL("ab")) > 0);
    assert_true(sg_span_compare(SG_SPAN_LITERAL("ab"), abc) < 0);
    assert_int_equal(sg_span_compare(abc, abc), 0);
    assert_true(sg_span_compare(SG_SPAN_LITERAL("\x80"), SG_SPAN_LITERAL("\x7f")) > 0);
    assert_true(sg_span_starts_with(abc, SG_SPAN_LITERAL("ab")));
    assert_false(sg_span_starts_with(SG_SPAN_LITERAL("ab"), abc));
}

static void test_span_parts(void **state)
{
    (void)state;
    static const struct {
        uint64_t offset, size;
        bool holds;
    } rows[] = {
        {0, 3, true},           {0, 4, false},          {3, 0, true}, {4, 0, false},
        {1, 2, true},           {1, 3, false},          {0, 0, true}, {UINT64_MAX, 1, false},
        {1, UINT64_MAX, false}, {UINT64_MAX, 0, false}, {2, 1, true}, {UINT64_MAX, UINT64_MAX, false},
    };
    struct sg_span abc = SG_SPAN_LITERAL("abc");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_span part = sg_span_part(abc, rows[i].offset, rows[i].size);
        assert_int_equal(sg_span_holds(abc, rows[i].offset, rows[i].size), rows[i].holds);
        assert_int_equal(part.size, rows[i].holds ? rows[i].size : 0);
        if (!rows[i].holds)
            assert_null(part.data);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x88};
    assert_int_equal(sg_le16(bytes), 0x0201);
    assert_int_equal(sg_le32(bytes), 0x84030201);
    assert_true(sg_le64(bytes) == 0x8807060584030201);
}

/* --- errors ------------------------------------------------------------------------------------------------------------------ */

/* CONTRACT.md section 2: a failure is never 0, and each kind has its own status. */
static void test_exit_statuses(void **state)
{
    (void)state;
    static const struct {
        enum sg_error_code code;
        int status;
    } rows[] = {
        {SG_ERROR_INTERNAL, 4},      {SG_ERROR_MEMORY, 4},  {SG_ERROR_USAGE, 2},
        {SG_ERROR_CONFIGURATION, 2}, {SG_ERROR_REFUSED, 2}, {SG_ERROR_IO, 3},
        {SG_ERROR_NETWORK, 3},       {SG_ERROR_OUTPUT, 4},  {(enum sg_error_code)99, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(sg_error_exit_status(rows[i].code), rows[i].status);
}

static void test_errors(void **state)
{
    (void)state;
    struct sg_error error = {0};
    assert_failed(sg_fail(&error, SG_ERROR_USAGE, "%s %d", "text", 5), error, SG_ERROR_USAGE, "text 5");
    assert_int_equal(error.system_errno, 0);
    assert_failed(sg_fail_errno(&error, SG_ERROR_IO, ENOENT, "cannot open %s", "x"), error, SG_ERROR_IO,
                  "cannot open x: No such file or directory");
    assert_int_equal(error.system_errno, ENOENT);
    assert_failed(sg_fail_memory(&error), error, SG_ERROR_MEMORY, "out of memory");
    assert_int_equal(error.system_errno, 0);
    assert_false(sg_fail(NULL, SG_ERROR_IO, "nobody asks").done);
    assert_false(sg_fail_errno(NULL, SG_ERROR_IO, EIO, "nobody asks").done);
    assert_false(sg_fail_memory(NULL).done);
    assert_false(((sg_result){0}).done);
}

/* A message that is too long is cut, and stays a text. */
static void test_long_error(void **state)
{
    (void)state;
    struct sg_error error = {0};
    (void)sg_fail_errno(&error, SG_ERROR_IO, ENOENT, "%5000s", "x");
    assert_int_equal(strlen(error.message), SG_ERROR_MESSAGE_BYTES - 1);
    (void)sg_fail_errno(&error, SG_ERROR_IO, ENOENT, "%*s", SG_ERROR_MESSAGE_BYTES - 4, "x");
    assert_int_equal(strlen(error.message), SG_ERROR_MESSAGE_BYTES - 1);
}

static void test_cleanups(void **state)
{
    (void)state;
    char *text = strdup("x");
    int descriptor = -1;
    sg_cleanup_free(&text);
    assert_null(text);
    sg_cleanup_free(&text);
    sg_cleanup_close(&descriptor);
    assert_int_equal(descriptor, -1);
    text = strdup("y");
    char *taken = SG_TAKE(text);
    assert_null(text);
    assert_string_equal(taken, "y");
    free(taken);
}

/* --- rules and proofs ---------------------------------------------------------------------------------------------------------- */

/* CONTRACT.md section 4. */
static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *name, *check;
    } rows[] = {
        {"unreadable-artifact", "integrity"},     {"malformed-package", "integrity"},
        {"ambiguous-package", "integrity"},       {"package-too-large", "integrity"},
        {"malformed-signature", "integrity"},     {"signature-invalid", "integrity"},
        {"untrusted-root", "integrity"},          {"signed-in-future", "integrity"},
        {"content-modified", "integrity"},        {"pin-mismatch", "integrity"},
        {"signature-expired", "expiry"},          {"unsigned", "mismatch"},
        {"publisher-not-allowed", "mismatch"},    {"job-revoked", "revocation"},
        {"profile-revoked", "revocation"},        {"certificate-revoked", "revocation"},
        {"revocation-unavailable", "revocation"}, {"revocation-not-checked", "revocation"},
        {"suspicious-content", "integrity"},      {"unusual-package", "integrity"},
        {"image-not-supported", "mismatch"},      {"not-locked", "integrity"},
    };
    assert_int_equal(SG_RULE_COUNT - 1, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum sg_rule rule = sg_rule_by_name(sg_span_text(rows[i].name));
        assert_int_not_equal(rule, SG_RULE_NONE);
        assert_string_equal(sg_rule_name(rule), rows[i].name);
        assert_string_equal(sg_check_name(sg_rule_check(rule)), rows[i].check);
    }
    assert_null(sg_rule_name(SG_RULE_NONE));
    assert_int_equal(sg_rule_by_name(SG_SPAN_LITERAL("")), SG_RULE_NONE);
    assert_int_equal(sg_rule_by_name(SG_SPAN_LITERAL("Unsigned")), SG_RULE_NONE);
    assert_int_equal(sg_rule_by_name(SG_SPAN_LITERAL("unsigned\0")), SG_RULE_NONE);
}

static void test_refute(void **state)
{
    (void)state;
    struct sg_arena arena = sg_arena_make(4096);
    struct sg_error error = {0};
    struct sg_proof proof = {.outcome = SG_PROVEN};
    assert_done(sg_refute(&proof, &arena, SG_RULE_UNSIGNED, &error, "first %d", 1), error);
    assert_int_equal(proof.outcome, SG_REFUTED);
    assert_int_equal(proof.rule, SG_RULE_UNSIGNED);
    assert_string_equal(proof.message, "first 1");
    assert_done(sg_refute(&proof, &arena, SG_RULE_JOB_REVOKED, &error, "second"), error);
    assert_int_equal(proof.rule, SG_RULE_UNSIGNED);
    assert_string_equal(proof.message, "first 1");
    sg_arena_free(&arena);
}

/* No memory for the reason: what was proven before is not proven any more. */
static void test_refute_without_memory(void **state)
{
    (void)state;
    struct sg_arena arena = sg_arena_make(4);
    struct sg_error error = {0};
    struct sg_proof proof = {.outcome = SG_PROVEN};
    assert_failed(sg_refute(&proof, &arena, SG_RULE_UNSIGNED, &error, "a reason"), error, SG_ERROR_MEMORY,
                  "out of memory");
    assert_int_equal(proof.outcome, SG_UNDECIDED);
    assert_null(proof.message);
    sg_arena_free(&arena);
}

static void test_note(void **state)
{
    (void)state;
    struct sg_arena arena = sg_arena_make(65536);
    struct sg_error error = {0};
    struct sg_notices notices = {0};
    for (unsigned i = 0; i < SG_PACKAGE_MAX_NOTICES + 7; i++)
        assert_done(sg_note(&notices, &arena, SG_RULE_UNUSUAL_PACKAGE, &error, "notice %u", i), error);
    assert_int_equal(notices.count, SG_PACKAGE_MAX_NOTICES);
    assert_int_equal(notices.left_out, 7);
    assert_string_equal(notices.items[0].message, "notice 0");
    assert_string_equal(notices.items[SG_PACKAGE_MAX_NOTICES - 1].message, "notice 19");
    assert_int_equal(notices.items[5].rule, SG_RULE_UNUSUAL_PACKAGE);
    sg_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer),
        cmocka_unit_test(test_buffer_bound),
        cmocka_unit_test(test_buffer_of_nothing),
        cmocka_unit_test(test_buffer_grows),
        cmocka_unit_test(test_buffer_reserve),
        cmocka_unit_test(test_arena_alignment),
        cmocka_unit_test(test_arena_bound),
        cmocka_unit_test(test_arena_bound_of_all),
        cmocka_unit_test(test_arena_texts),
        cmocka_unit_test(test_arena_push),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_span_parts),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_exit_statuses),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_long_error),
        cmocka_unit_test(test_cleanups),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_refute),
        cmocka_unit_test(test_refute_without_memory),
        cmocka_unit_test(test_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
