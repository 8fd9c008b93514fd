/* Keys that stand twice in one map: libyaml delivers both (ATTACKS.md YA-03). */
#include "base/printable.h"
#include "config/yaml_tree.h"

static int by_key_then_place(const void *left, const void *right)
{
    const struct sg_node *a = *(struct sg_node *const *)left;
    const struct sg_node *b = *(struct sg_node *const *)right;
    int order = sg_span_compare(a->key->text, b->key->text);
    if (order != 0)
        return order;
    struct sg_place x = a->key->mark.place;
    struct sg_place y = b->key->mark.place;
    if (x.line != y.line)
        return x.line < y.line ? -1 : 1;
    return x.column == y.column ? 0 : (x.column < y.column ? -1 : 1);
}

sg_result sg_yaml_check_duplicates(struct sg_node *map, struct sg_problems *problems, struct sg_arena *arena,
                                   struct sg_error *error)
{
    if (map->count < 2)
        return SG_OK;
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(arena, map->count, sizeof(struct sg_node *), &memory, error));
    struct sg_node **values = memory;
    size_t count = 0;
    for (struct sg_node *value = map->first; value != NULL; value = value->next)
        if (value->key->kind == SG_NODE_TEXT)
            values[count++] = value;
    qsort(values, count, sizeof values[0], by_key_then_place);
    const struct sg_node *earlier = NULL;
    for (size_t i = 0; i < count; i++) {
        struct sg_node *value = values[i];
        if (earlier == NULL || !sg_span_equal(earlier->key->text, value->key->text)) {
            earlier = value;
            continue;
        }
        struct sg_printable shown;
        value->twin = earlier;
        struct sg_problem *problem = sg_problem_add(problems, value->key->mark, "the key `%s` stands twice in this map",
                                                    sg_printable(&shown, value->key->text));
        sg_problem_note(problem, "it stands first in line %u", earlier->key->mark.place.line);
    }
    return SG_OK;
}
