/* Values of the file: maps by their keys, texts, names, paths, choices. */
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/printable.h"
#include "config/schema.h"

struct sg_mark sg_mark_start(void)
{
    return (struct sg_mark){{1, 1}, 1};
}

static const char *kind_name(enum sg_node_kind kind)
{
    switch (kind) {
    case SG_NODE_REFUSED:
        return "refused";
    case SG_NODE_TEXT:
        return "a single value";
    case SG_NODE_LIST:
        return "a list";
    case SG_NODE_MAP:
        return "a map";
    }
    return "refused";
}

static bool want_kind(struct sg_schema *s, const struct sg_node *node, const char *what, enum sg_node_kind kind)
{
    if (node->kind == kind)
        return true;
    if (node->kind != SG_NODE_REFUSED) {
        struct sg_problem *problem = sg_problem_add(s->problems, node->mark, "%s is %s", what, kind_name(node->kind));
        sg_problem_expected(problem, "%s%s", kind_name(kind),
                            kind == SG_NODE_MAP ? " of `key: value`" : (kind == SG_NODE_LIST ? " of `- item`" : ""));
    }
    return false;
}

bool sg_want_map(struct sg_schema *s, const struct sg_node *node, const char *what)
{
    return want_kind(s, node, what, SG_NODE_MAP);
}

bool sg_want_list(struct sg_schema *s, const struct sg_node *node, const char *what)
{
    return want_kind(s, node, what, SG_NODE_LIST);
}

static const struct sg_field *find_field(const struct sg_field *fields, size_t count, struct sg_span key)
{
    for (size_t i = 0; i < count; i++)
        if (sg_span_equal(key, sg_span_text(fields[i].name)))
            return &fields[i];
    return NULL;
}

/* "one of a, b, c"; for a problem that is going to be shown. */
static void expect_fields(struct sg_problem *problem, const struct sg_field *fields, size_t count,
                          struct sg_problems *problems)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer list = sg_buffer_make(SG_MESSAGE_MAX_BYTES);
    for (size_t i = 0; i < count; i++)
        if (!sg_buffer_printf(&list, NULL, "%s%s", i == 0 ? "" : ", ", fields[i].name).done)
            problems->out_of_memory = true;
    sg_problem_expected(problem, "%s%s", count > 1 ? "one of " : "", sg_buffer_text(&list));
}

static void report_unknown(struct sg_schema *s, const struct sg_node *key, const struct sg_field *fields, size_t count)
{
    enum { MOST_FIELDS = 16 };
    struct sg_printable shown;
    struct sg_problem *problem =
        sg_problem_add(s->problems, key->mark, "unknown key `%s`", sg_printable(&shown, key->text));
    if (problem == NULL)
        return;
    expect_fields(problem, fields, count, s->problems);
    const char *names[MOST_FIELDS];
    size_t names_count = 0;
    for (size_t i = 0; i < count && i < MOST_FIELDS; i++)
        names[names_count++] = fields[i].name;
    sg_problem_nearest(problem, sg_nearest_word((const char *)key->text.data, names, names_count));
}

bool sg_want_fields(struct sg_schema *s, const struct sg_node *node, const char *what, const struct sg_field *fields,
                    size_t count)
{
    if (!sg_want_map(s, node, what))
        return false;
    for (const struct sg_node *value = node->first; value != NULL; value = value->next) {
        if (value->key->kind != SG_NODE_TEXT || value->twin != NULL)
            continue;
        const struct sg_field *field = find_field(fields, count, value->key->text);
        if (field == NULL)
            report_unknown(s, value->key, fields, count);
        else
            *field->value = value;
    }
    return true;
}

bool sg_want_word(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span *out)
{
    if (!want_kind(s, node, what, SG_NODE_TEXT))
        return false;
    *out = node->text;
    return true;
}

bool sg_want_text(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span *out)
{
    if (!sg_want_word(s, node, what, out))
        return false;
    struct sg_printable shown;
    enum sg_yaml_type type = node->plain ? sg_yaml_plain_type(node->text) : SG_YAML_TEXT;
    if (node->text.size == 0) {
        sg_problem_add(s->problems, node->mark, "%s is empty", what);
        return false;
    }
    if (type != SG_YAML_TEXT) {
        struct sg_problem *problem =
            sg_problem_add(s->problems, node->mark, "%s is %s in YAML, not text", what, sg_yaml_type_name(type));
        sg_problem_expected(problem, "text; if this is meant as text, \"%s\"", sg_printable(&shown, node->text));
        return false;
    }
    return true;
}

bool sg_want_name(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span *out)
{
    if (!sg_want_text(s, node, what, out))
        return false;
    if (out->size > SG_CONFIG_NAME_MAX_BYTES) {
        sg_problem_add(s->problems, node->mark, "%s has %zu bytes; at most %u are allowed", what, out->size,
                       SG_CONFIG_NAME_MAX_BYTES);
        return false;
    }
    if (out->data[0] == ' ' || out->data[out->size - 1] == ' ') {
        sg_problem_add(s->problems, node->mark, "%s begins or ends with a space", what);
        return false;
    }
    return true;
}

/* RFC 3986 section 3.1: a letter, then letters, digits, "+", "-", ".". */
static bool scheme_character(uint8_t c, bool first)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (!first && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'));
}

bool sg_is_url(struct sg_span text)
{
    size_t at = 0;
    while (at < text.size && scheme_character(text.data[at], at == 0))
        at++;
    return at > 0 && sg_span_starts_with(sg_span_part(text, at, text.size - at), SG_SPAN_LITERAL("://"));
}

bool sg_want_path(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span *out)
{
    if (!sg_want_text(s, node, what, out))
        return false;
    if (sg_is_url(*out)) {
        sg_problem_expected(sg_problem_add(s->problems, node->mark, "%s is a URL", what),
                            "a path, relative to the folder of this file");
        return false;
    }
    return true;
}

void sg_want_choice(struct sg_schema *s, const struct sg_node *node, const char *what, const char *const words[2],
                    bool *second)
{
    struct sg_span text = {0};
    if (node == NULL || !sg_want_word(s, node, what, &text))
        return;
    for (size_t i = 0; i < 2; i++) {
        if (sg_span_equal(text, sg_span_text(words[i]))) {
            *second = i == 1;
            return;
        }
    }
    struct sg_printable shown;
    struct sg_problem *problem =
        sg_problem_add(s->problems, node->mark, "%s cannot be `%s`", what, sg_printable(&shown, text));
    sg_problem_expected(problem, "%s or %s", words[0], words[1]);
    if (problem != NULL)
        sg_problem_nearest(problem, sg_nearest_word((const char *)text.data, words, 2));
}
