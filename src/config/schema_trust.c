/* `trust`: which roots a chain may end in. */
#include "base/printable.h"
#include "config/schema.h"

struct roots {
    struct sg_named_file *files;
    size_t count;
    size_t capacity;
};

static sg_result add_path(struct sg_schema *s, const struct sg_node *node, struct sg_span path, struct roots *roots,
                          struct sg_error *error)
{
    void *files = roots->files;
    void *file = NULL;
    SG_TRY(sg_arena_push(s->arena, &files, &roots->count, &roots->capacity, sizeof roots->files[0], &file, error));
    roots->files = files;
    *(struct sg_named_file *)file =
        (struct sg_named_file){.path = (const char *)path.data, .place = node->mark.place, .width = node->mark.width};
    return SG_OK;
}

/* At most SG_MAX_ROOTS are compared. */
static bool listed_already(const struct sg_schema *s, const struct roots *roots, struct sg_span root)
{
    if (sg_span_equal(root, SG_SPAN_LITERAL("aws")))
        return s->config->trust_aws;
    for (size_t i = 0; i < roots->count; i++)
        if (sg_span_equal(root, sg_span_text(roots->files[i].path)))
            return true;
    return false;
}

static bool is_miswritten_aws(struct sg_span root)
{
    return root.size == 3 && (root.data[0] | 0x20) == 'a' && (root.data[1] | 0x20) == 'w' &&
           (root.data[2] | 0x20) == 's' && !sg_span_equal(root, SG_SPAN_LITERAL("aws"));
}

static sg_result read_root(struct sg_schema *s, const struct sg_node *item, struct roots *roots, struct sg_error *error)
{
    struct sg_span root = {0};
    struct sg_printable shown;
    if (!sg_want_path(s, item, "a root", &root))
        return SG_OK;
    if (is_miswritten_aws(root)) {
        struct sg_problem *problem =
            sg_problem_add(s->problems, item->mark, "`%s` is no root", sg_printable(&shown, root));
        sg_problem_expected(problem, "aws, or the path of a PEM file");
        sg_problem_nearest(problem, "aws");
        return SG_OK;
    }
    if (listed_already(s, roots, root)) {
        sg_problem_add(s->problems, item->mark, "the root `%s` is listed twice", sg_printable(&shown, root));
        return SG_OK;
    }
    if (!sg_span_equal(root, SG_SPAN_LITERAL("aws")))
        return add_path(s, item, root, roots, error);
    s->config->trust_aws = true;
    return SG_OK;
}

static sg_result read_roots(struct sg_schema *s, const struct sg_node *list, struct sg_error *error)
{
    struct roots roots = {0};
    size_t count = 0;
    if (!sg_want_list(s, list, "`roots`"))
        return SG_OK;
    if (list->count == 0 && s->complete)
        sg_problem_expected(sg_problem_add(s->problems, list->mark, "`roots` is empty: no signature could be trusted"),
                            "aws, the paths of PEM files, or both");
    for (const struct sg_node *item = list->first; item != NULL; item = item->next) {
        if (count++ == SG_MAX_ROOTS) {
            sg_problem_add(s->problems, item->mark, "there are more than %u roots", SG_MAX_ROOTS);
            break;
        }
        SG_TRY(read_root(s, item, &roots, error));
    }
    s->config->root_files = roots.files;
    s->config->root_file_count = roots.count;
    return SG_OK;
}

sg_result sg_schema_trust(struct sg_schema *s, const struct sg_node *node, struct sg_error *error)
{
    const struct sg_node *roots = NULL;
    const struct sg_field fields[] = {{"roots", &roots}};
    if (node != NULL && !sg_want_fields(s, node, "`trust`", fields, 1))
        return SG_OK;
    if (roots != NULL)
        return read_roots(s, roots, error);
    s->config->trust_aws = true;
    return SG_OK;
}
