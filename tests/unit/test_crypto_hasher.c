/* The digests in a thread of their own, and without one: the same as in one call, whatever the pieces and parts. */
#include "unit.h"

#include "crypto/hasher.h"

enum { TOTAL_BYTES = 24 * 1024 * 1024 };

/* Bytes without a pattern that a wrong order could repeat. */
static uint8_t *make_bytes(void)
{
    uint8_t *bytes = malloc(TOTAL_BYTES);
    uint64_t state = 88172645463325252u;
    assert_non_null(bytes);
    for (size_t i = 0; i < TOTAL_BYTES; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (uint8_t)state;
    }
    return bytes;
}

/* How large the pieces are: from `least` up, by `step`, over again from `least` at `most`. */
struct pieces {
    const char *name;
    size_t least, step, most;
    bool in_room;    /* written to room of the hasher's own */
    size_t of_bytes; /* how much of TOTAL_BYTES is hashed */
};

static const struct pieces rows[] = {
    {"nothing", 1, 1, 2, true, 0},
    {"one byte each, many more than the hasher keeps", 1, 0, 2, true, 100000},
    {"all sizes, in room", 1, 977, 300000, true, TOTAL_BYTES},
    {"whole pieces, which fill the ring", SG_INFLATE_CHUNK_BYTES, 0, SG_INFLATE_CHUNK_BYTES + 1, true, TOTAL_BYTES},
    {"sizes that do not fit at the ring's end", 200001, 0, 200002, true, TOTAL_BYTES},
    {"bytes of the caller's", 1, 7919, 3000000, false, TOTAL_BYTES},
};

static sg_result add_piece(struct sg_hasher *hasher, bool in_room, struct sg_span piece, size_t *added,
                           struct sg_error *error)
{
    uint8_t *room = NULL;
    size_t room_bytes = 0;
    *added = piece.size;
    if (!in_room)
        return sg_hasher_add(hasher, SG_HASH_CONTENT, piece, error);
    sg_hasher_room(hasher, piece.size, &room, &room_bytes);
    assert_in_range(room_bytes, 1, piece.size);
    memcpy(room, piece.data, room_bytes);
    *added = room_bytes;
    return sg_hasher_add(hasher, SG_HASH_CONTENT, sg_span_of(room, room_bytes), error);
}

static void check_row(const struct pieces *row, const uint8_t *bytes, bool threaded)
{
    struct sg_error error = {0};
    struct sg_hasher *hasher = NULL;
    uint8_t wanted[SG_SHA384_BYTES], got[SG_SHA384_BYTES], wanted_file[SG_SHA256_BYTES], got_file[SG_SHA256_BYTES];
    assert_done(sg_sha384(sg_span_of(bytes, row->of_bytes), wanted, &error), error);
    assert_done(sg_sha256(sg_span_of(bytes, TOTAL_BYTES / 2), wanted_file, &error), error);
    assert_done(sg_hasher_start(threaded, &hasher, &error), error);
    assert_done(sg_hasher_add(hasher, SG_HASH_FILE, sg_span_of(bytes, TOTAL_BYTES / 2), &error), error);
    size_t size = row->least;
    for (size_t at = 0, added = 0; at < row->of_bytes; at += added) {
        size_t left = row->of_bytes - at;
        struct sg_span piece = sg_span_of(bytes + at, size < left ? size : left);
        assert_done(add_piece(hasher, row->in_room, piece, &added, &error), error);
        size = size + row->step < row->most ? size + row->step : row->least;
    }
    assert_done(sg_hasher_finish(hasher, SG_HASH_CONTENT, got, &error), error);
    assert_done(sg_hasher_finish(hasher, SG_HASH_FILE, got_file, &error), error);
    if (memcmp(wanted, got, sizeof got) != 0 || memcmp(wanted_file, got_file, sizeof got_file) != 0)
        fail_msg("%s, %s a thread: another digest", row->name, threaded ? "with" : "without");
    sg_hasher_free(&hasher);
    assert_null(hasher);
}

static void test_same_digest(void **state)
{
    (void)state;
    uint8_t *bytes = make_bytes();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_row(&rows[i], bytes, false);
        check_row(&rows[i], bytes, true);
    }
    free(bytes);
}

enum { PARTS = 300 };

/* Every third part is empty; together the others are many times what makes the thread busy. */
static size_t part_bytes(size_t part)
{
    if (part % 3 == 0)
        return 0;
    return part % 4 == 0 ? 120001 : part * 7;
}

/* Adds the parts, with a byte of the content between them, and returns how many bytes that makes. `lead` bytes of the file come
 * first: as long as the thread has these before it, the caller's thread computes the digests of parts. */
static size_t add_parts(struct sg_hasher *hasher, const uint8_t *bytes, size_t lead, uint8_t digests[][SG_SHA256_BYTES])
{
    struct sg_error error = {0};
    size_t at = 0;
    assert_done(sg_hasher_add(hasher, SG_HASH_FILE, sg_span_of(bytes, lead), &error), error);
    for (size_t part = 0; part < PARTS; part++) {
        size_t half = part_bytes(part) / 2;
        assert_done(sg_hasher_begin_part(hasher, digests[part], &error), error);
        assert_done(sg_hasher_add(hasher, SG_HASH_CONTENT, sg_span_of(bytes + at, half), &error), error);
        assert_done(
            sg_hasher_add(hasher, SG_HASH_CONTENT, sg_span_of(bytes + at + half, part_bytes(part) - half), &error),
            error);
        assert_done(sg_hasher_end_part(hasher, &error), error);
        at += part_bytes(part);
        assert_done(sg_hasher_add(hasher, SG_HASH_CONTENT, sg_span_of(bytes + at++, 1), &error), error);
    }
    return at;
}

static void check_parts(const uint8_t *bytes, bool threaded, size_t lead)
{
    static uint8_t digests[PARTS][SG_SHA256_BYTES];
    struct sg_error error = {0};
    struct sg_hasher *hasher = NULL;
    uint8_t wanted[SG_SHA384_BYTES], got[SG_SHA384_BYTES], part_wanted[SG_SHA256_BYTES];
    memset(digests, 0, sizeof digests);
    assert_done(sg_hasher_start(threaded, &hasher, &error), error);
    size_t size = add_parts(hasher, bytes, lead, digests);
    assert_done(sg_hasher_finish(hasher, SG_HASH_CONTENT, got, &error), error);
    assert_done(sg_sha384(sg_span_of(bytes, size), wanted, &error), error);
    assert_memory_equal(wanted, got, sizeof got);
    for (size_t part = 0, at = 0; part < PARTS; at += part_bytes(part++) + 1) {
        assert_done(sg_sha256(sg_span_of(bytes + at, part_bytes(part)), part_wanted, &error), error);
        if (memcmp(part_wanted, digests[part], sizeof part_wanted) != 0)
            fail_msg("part %zu, %s a thread, behind %zu bytes: another digest", part, threaded ? "with" : "without",
                     lead);
    }
    sg_hasher_free(&hasher);
}

static void test_parts_have_digests(void **state)
{
    (void)state;
    uint8_t *bytes = make_bytes();
    check_parts(bytes, false, 0);
    check_parts(bytes, true, 0);
    check_parts(bytes, true, TOTAL_BYTES);
    free(bytes);
}

/* Room is handed out again and again as long as nothing was added, and pieces may be smaller than it. */
static void test_room_is_lent(void **state)
{
    (void)state;
    for (int threaded = 0; threaded < 2; threaded++) {
        struct sg_error error = {0};
        struct sg_hasher *hasher = NULL;
        uint8_t *first = NULL, *second = NULL, wanted[SG_SHA384_BYTES], got[SG_SHA384_BYTES];
        size_t room_bytes = 0;
        assert_done(sg_hasher_start(threaded != 0, &hasher, &error), error);
        sg_hasher_room(hasher, 100, &first, &room_bytes);
        sg_hasher_room(hasher, 1000, &second, &room_bytes);
        assert_ptr_equal(first, second);
        assert_int_equal(room_bytes, 1000);
        memcpy(second, "abc", 3);
        assert_done(sg_hasher_add(hasher, SG_HASH_CONTENT, sg_span_of(second, 3), &error), error);
        sg_hasher_room(hasher, SIZE_MAX, &second, &room_bytes);
        assert_int_equal(room_bytes, SG_INFLATE_CHUNK_BYTES);
        assert_done(sg_hasher_finish(hasher, SG_HASH_CONTENT, got, &error), error);
        assert_done(sg_sha384(SG_SPAN_LITERAL("abc"), wanted, &error), error);
        assert_memory_equal(wanted, got, sizeof got);
        sg_hasher_free(&hasher);
    }
}

/* Ended with work left, and never begun: nothing hangs, nothing leaks. */
static void test_ended_early(void **state)
{
    (void)state;
    uint8_t *bytes = make_bytes();
    struct sg_error error = {0};
    struct sg_hasher *hasher = NULL;
    sg_hasher_free(&hasher);
    assert_done(sg_hasher_start(true, &hasher, &error), error);
    sg_hasher_free(&hasher);
    assert_done(sg_hasher_start(true, &hasher, &error), error);
    for (size_t at = 0; at < TOTAL_BYTES; at += TOTAL_BYTES / 8)
        assert_done(sg_hasher_add(hasher, SG_HASH_FILE, sg_span_of(bytes + at, TOTAL_BYTES / 8), &error), error);
    sg_hasher_free(&hasher);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_digest),
        cmocka_unit_test(test_parts_have_digests),
        cmocka_unit_test(test_room_is_lent),
        cmocka_unit_test(test_ended_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
