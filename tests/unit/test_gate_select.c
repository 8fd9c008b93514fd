/* Which artifacts a run judges (--only, --shard), and the workers that read them. */
#include "unit.h"

#include <stdatomic.h>

#include "gate/internal.h"

static const struct sg_artifact artifacts[] = {
    {.kind = SG_FUNCTION, .name = "checkout"}, {.kind = SG_FUNCTION, .name = "refunds"},
    {.kind = SG_FUNCTION, .name = "shared"},   {.kind = SG_FUNCTION, .name = "a\x1b[31m"},
    {.kind = SG_LAYER, .name = "shared"},      {.kind = SG_LAYER, .name = "numpy"},
    {.kind = SG_LAYER, .name = "spare"},
};
enum { FUNCTIONS = 4, LAYERS = 3, ALL = 7 };

static const struct sg_artifact *functions[] = {&artifacts[0], &artifacts[1], &artifacts[2], &artifacts[3]};
static const struct sg_artifact *layers[] = {&artifacts[4], &artifacts[5], &artifacts[6]};
static const struct sg_config config = {
    .functions = functions, .function_count = FUNCTIONS, .layers = layers, .layer_count = LAYERS};

static void select_artifacts(const struct sg_gate_options *options, struct sg_arena *arena, struct sg_selection *out)
{
    struct sg_error error = {0};
    *arena = sg_arena_make(65536);
    assert_done(sg_select(&config, options, arena, out, &error), error);
}

static void test_all(void **state)
{
    (void)state;
    const struct sg_gate_options options = {0};
    struct sg_selection selection;
    struct sg_arena arena;
    select_artifacts(&options, &arena, &selection);
    assert_int_equal(selection.count, ALL);
    assert_int_equal(selection.skipped, 0);
    for (size_t i = 0; i < ALL; i++)
        assert_ptr_equal(selection.items[i], &artifacts[i]);
    sg_arena_free(&arena);
}

/* Every number of shards, more than artifacts among them: each artifact is in exactly one. */
static void test_shards_cover_all(void **state)
{
    (void)state;
    for (unsigned shards = 1; shards <= ALL + 3; shards++) {
        unsigned seen[ALL] = {0};
        for (unsigned shard = 1; shard <= shards; shard++) {
            const struct sg_gate_options options = {.shard_index = shard, .shard_count = shards};
            struct sg_selection selection;
            struct sg_arena arena;
            select_artifacts(&options, &arena, &selection);
            assert_int_equal(selection.count + selection.skipped, ALL);
            for (size_t i = 0; i < selection.count; i++) {
                seen[selection.items[i] - artifacts]++;
                assert_true(i == 0 || selection.items[i - 1] < selection.items[i]);
            }
            /* No shard has two more than another. */
            assert_in_range(selection.count, ALL / shards, ALL / shards + 1);
            sg_arena_free(&arena);
        }
        for (size_t i = 0; i < ALL; i++)
            assert_int_equal(seen[i], 1);
    }
}

static void test_only(void **state)
{
    (void)state;
    static const struct {
        const char *names[3];
        size_t count;
        size_t wanted[3];
        size_t wanted_count;
    } rows[] = {
        {{"refunds"}, 1, {1}, 1},
        {{"shared"}, 1, {2, 4}, 2}, /* a function and a layer */
        {{"spare", "checkout"}, 2, {0, 6}, 2},
        {{"numpy", "numpy"}, 2, {5}, 1},
        {{"a\x1b[31m"}, 1, {3}, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sg_gate_options options = {.only = rows[i].names, .only_count = rows[i].count};
        struct sg_selection selection;
        struct sg_arena arena;
        select_artifacts(&options, &arena, &selection);
        assert_int_equal(selection.count, rows[i].wanted_count);
        assert_int_equal(selection.skipped, ALL - rows[i].wanted_count);
        for (size_t j = 0; j < selection.count; j++)
            assert_ptr_equal(selection.items[j], &artifacts[rows[i].wanted[j]]);
        sg_arena_free(&arena);
    }
}

/* The shards of what --only leaves. */
static void test_only_and_shard(void **state)
{
    (void)state;
    const char *const names[] = {"shared", "checkout", "spare"};
    unsigned seen[ALL] = {0};
    for (unsigned shard = 1; shard <= 3; shard++) {
        const struct sg_gate_options options = {.only = names, .only_count = 3, .shard_index = shard, .shard_count = 3};
        struct sg_selection selection;
        struct sg_arena arena;
        select_artifacts(&options, &arena, &selection);
        assert_in_range(selection.count, 1, 2);
        for (size_t i = 0; i < selection.count; i++)
            seen[selection.items[i] - artifacts]++;
        sg_arena_free(&arena);
    }
    static const unsigned wanted[ALL] = {1, 0, 1, 0, 1, 0, 1};
    assert_memory_equal(seen, wanted, sizeof wanted);
}

static void test_unknown_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *message;
    } rows[] = {
        {"refund", "--only refund: no function or layer has this name; did you mean `refunds`?"},
        {"Checkout", "--only Checkout: no function or layer has this name; did you mean `checkout`?"},
        {"nymph-of-the-woods", "--only nymph-of-the-woods: no function or layer has this name"},
        {"", "--only : no function or layer has this name"},
        {"x\n::error::y", "--only x\\x0A::error::y: no function or layer has this name"},
        {"b\x1b[31m", "--only b\\x1B[31m: no function or layer has this name; did you mean `a\\x1B[31m`?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const names[] = {"refunds", rows[i].name};
        const struct sg_gate_options options = {.only = names, .only_count = 2};
        struct sg_selection selection;
        struct sg_error error = {0};
        struct sg_arena arena = sg_arena_make(65536);
        assert_failed(sg_select(&config, &options, &arena, &selection, &error), error, SG_ERROR_USAGE, rows[i].message);
        sg_arena_free(&arena);
    }
}

/* --- workers ---------------------------------------------------------------------------------------------------------------- */

enum { MOST = 1000 };

static void count_index(void *context, size_t index)
{
    atomic_uint *seen = context;
    atomic_fetch_add(&seen[index], 1);
}

static void test_for_each(void **state)
{
    (void)state;
    static const unsigned jobs[] = {0, 1, 2, 4, SG_MAX_JOBS, 300};
    static const size_t counts[] = {0, 1, 2, 3, 255, 256, 257, MOST};
    static atomic_uint seen[MOST + 1];
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        for (size_t j = 0; j < sizeof counts / sizeof counts[0]; j++) {
            for (size_t k = 0; k <= MOST; k++)
                atomic_store(&seen[k], 0);
            sg_for_each(counts[j], jobs[i], count_index, seen);
            for (size_t k = 0; k <= MOST; k++) {
                if (atomic_load(&seen[k]) != (k < counts[j] ? 1u : 0u))
                    fail_msg("%u jobs, %zu indexes: %zu is done %u times", jobs[i], counts[j], k,
                             atomic_load(&seen[k]));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),           cmocka_unit_test(test_shards_cover_all),
        cmocka_unit_test(test_only),          cmocka_unit_test(test_only_and_shard),
        cmocka_unit_test(test_unknown_names), cmocka_unit_test(test_for_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
