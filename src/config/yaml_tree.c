#include "config/yaml_tree.h"

#include <yaml.h>

#include "base/cleanup.h"
#include "base/printable.h"
#include "config/raw.h"

/* A list or map that has begun and not ended. */
struct frame {
    struct sg_node *node;
    struct sg_node *key; /* in a map: the key whose value comes next; else NULL */
};

struct builder {
    struct sg_problems *problems;
    struct sg_arena *arena;
    struct frame frames[SG_CONFIG_MAX_DEPTH];
    size_t depth;
    size_t events;
    struct sg_node *root;
    bool ended;    /* the stream has ended */
    bool given_up; /* the rest cannot be read */
};

static struct sg_mark mark_between(yaml_mark_t start, yaml_mark_t end)
{
    /* A value that goes on in further lines is marked up to the end of its first. */
    size_t width = end.line == start.line ? end.column - start.column : SG_CONFIG_SHOWN_COLUMNS;
    return (struct sg_mark){{(uint32_t)start.line + 1, (uint32_t)start.column + 1}, (uint32_t)width};
}

static struct sg_node *top(const struct builder *b)
{
    return b->depth == 0 ? NULL : b->frames[b->depth - 1].node;
}

static bool key_is_next(const struct builder *b)
{
    return b->depth > 0 && top(b)->kind == SG_NODE_MAP && b->frames[b->depth - 1].key == NULL;
}

/* Hangs a node into the tree: as root, as item, as key, or as value. */
static void hang(struct builder *b, struct sg_node *node)
{
    struct sg_node *parent = top(b);
    if (parent == NULL) {
        b->root = node;
        return;
    }
    struct frame *frame = &b->frames[b->depth - 1];
    if (key_is_next(b)) {
        frame->key = node;
        /* A map in block style has no bracket of its own to point at: its first key is shown. */
        if (parent->first == NULL && parent->mark.width == 0)
            parent->mark.width = node->mark.width;
        return;
    }
    node->key = frame->key;
    frame->key = NULL;
    if (parent->last == NULL)
        parent->first = node;
    else
        parent->last->next = node;
    parent->last = node;
    parent->count++;
}

/* Anchors and tags, on any node (ATTACKS.md YA-01, YA-02, YA-08). True when the node is still worth reading. */
static bool check_properties(struct builder *b, const struct sg_node *node, const yaml_char_t *anchor,
                             const yaml_char_t *tag)
{
    struct sg_printable shown;
    if (anchor != NULL) {
        struct sg_mark mark = {node->mark.place, (uint32_t)strlen((const char *)anchor) + 1};
        struct sg_problem *problem = sg_problem_add(b->problems, mark, "the anchor `&%s` is not allowed",
                                                    sg_printable_text(&shown, (const char *)anchor));
        sg_problem_expected(problem, "each value written out; a value that begins with `&` must be quoted");
    }
    if (tag != NULL) {
        /* libyaml has written `!!` out already. */
        static const char core[] = "tag:yaml.org,2002:";
        const char *text = (const char *)tag;
        bool short_form = strncmp(text, core, sizeof core - 1) == 0;
        struct sg_mark mark = {node->mark.place, 1};
        struct sg_problem *problem =
            sg_problem_add(b->problems, mark, "the tag `%s%s` is not allowed", short_form ? "!!" : "",
                           sg_printable_text(&shown, short_form ? text + sizeof core - 1 : text));
        sg_problem_expected(problem, "the value without a tag; a value that begins with `!` must be quoted");
    }
    return tag == NULL;
}

static sg_result new_node(struct builder *b, const yaml_event_t *event, struct sg_node **out, struct sg_error *error)
{
    void *memory = NULL;
    SG_TRY(sg_arena_alloc(b->arena, 1, sizeof **out, &memory, error));
    *out = memory;
    (*out)->mark = mark_between(event->start_mark, event->end_mark);
    return SG_OK;
}

/* A key must be text for every reader: `1`, `yes` and `~` are something else in YAML 1.1. */
static bool check_key(struct builder *b, const struct sg_node *node)
{
    struct sg_printable shown;
    sg_printable(&shown, node->text);
    if (node->plain && sg_span_equal(node->text, SG_SPAN_LITERAL("<<"))) {
        struct sg_problem *problem = sg_problem_add(b->problems, node->mark, "the merge key `<<` is not allowed");
        sg_problem_expected(problem, "each value written out");
        return false;
    }
    enum sg_yaml_type type = node->plain ? sg_yaml_plain_type(node->text) : SG_YAML_TEXT;
    if (node->text.size == 0) {
        sg_problem_add(b->problems, node->mark, "a key is missing before `:`");
        return false;
    }
    if (type != SG_YAML_TEXT) {
        struct sg_problem *problem = sg_problem_add(b->problems, node->mark, "the key `%s` is %s in YAML, not text",
                                                    shown.text, sg_yaml_type_name(type));
        sg_problem_expected(problem, "a word; if it is meant as text, \"%s\"", shown.text);
        return false;
    }
    return true;
}

/* A value that is not there must not be read as a default or as an empty text (ATTACKS.md YA-07, YA-13). */
static bool check_value(struct builder *b, const struct sg_node *node)
{
    if (!node->plain || sg_yaml_plain_type(node->text) != SG_YAML_NULL)
        return true;
    const struct sg_node *key = b->depth > 0 ? b->frames[b->depth - 1].key : NULL;
    struct sg_printable shown;
    if (key == NULL) {
        /* An empty document is reported by whoever asked for the root. */
        if (b->depth > 0)
            sg_problem_expected(sg_problem_add(b->problems, node->mark, "an item of the list has no value"),
                                "a value after `-`");
        return b->depth == 0;
    }
    if (key->kind == SG_NODE_REFUSED)
        return false;
    struct sg_problem *problem = sg_problem_add(b->problems, node->text.size > 0 ? node->mark : key->mark,
                                                "`%s` has no value", sg_printable(&shown, key->text));
    sg_problem_expected(problem, "a value; leave the key out if it is not needed");
    if (key->plain && memchr(key->text.data, ':', key->text.size) != NULL)
        sg_problem_note(problem, "`:` ends a key only when a space follows");
    return false;
}

static bool check_characters(struct builder *b, const struct sg_node *node)
{
    uint32_t c = 0;
    const char *flaw = sg_text_flaw(node->text, &c);
    if (flaw == NULL)
        return true;
    struct sg_problem *problem = sg_problem_add(b->problems, node->mark, "%s has %s in it, U+%04X",
                                                key_is_next(b) ? "the key" : "the value", flaw, (unsigned)c);
    sg_problem_expected(problem, "text on one line, of visible characters and spaces");
    return false;
}

static sg_result add_scalar(struct builder *b, const yaml_event_t *event, struct sg_error *error)
{
    struct sg_node *node = NULL;
    SG_TRY(new_node(b, event, &node, error));
    SG_TRY(
        sg_arena_copy(b->arena, sg_span_of(event->data.scalar.value, event->data.scalar.length), &node->text, error));
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    bool good = check_properties(b, node, event->data.scalar.anchor, event->data.scalar.tag) &&
                check_characters(b, node) && (key_is_next(b) ? check_key(b, node) : check_value(b, node));
    node->kind = good ? SG_NODE_TEXT : SG_NODE_REFUSED;
    hang(b, node);
    return SG_OK;
}

static sg_result add_alias(struct builder *b, const yaml_event_t *event, struct sg_error *error)
{
    struct sg_node *node = NULL;
    struct sg_printable shown;
    SG_TRY(new_node(b, event, &node, error));
    struct sg_problem *problem = sg_problem_add(b->problems, node->mark, "the alias `*%s` is not allowed",
                                                sg_printable_text(&shown, (const char *)event->data.alias.anchor));
    sg_problem_expected(problem, "each value written out; a value that begins with `*` must be quoted");
    hang(b, node);
    return SG_OK;
}

/* `good` is false for a list or map that is read for the sake of its own problems only. */
static sg_result open_frame(struct builder *b, struct sg_node *node, enum sg_node_kind kind, bool good,
                            struct sg_error *error)
{
    bool as_key = key_is_next(b);
    if (as_key)
        sg_problem_expected(sg_problem_add(b->problems, node->mark, "a key must be a word, not a list or a map"),
                            "a word");
    if (b->depth == SG_CONFIG_MAX_DEPTH) {
        sg_problem_add(b->problems, node->mark, "lists and maps are nested deeper than %u levels", SG_CONFIG_MAX_DEPTH);
        b->given_up = true;
        return SG_OK;
    }
    /* The tree shows a refused node in its place; the contents hang below one that nobody sees. */
    node->kind = kind;
    if (!good || as_key) {
        void *memory = NULL;
        SG_TRY(sg_arena_alloc(b->arena, 1, sizeof *node, &memory, error));
        struct sg_node *refused = memory;
        refused->mark = node->mark;
        hang(b, refused);
    } else {
        hang(b, node);
    }
    b->frames[b->depth++] = (struct frame){.node = node};
    return SG_OK;
}

static sg_result add_list(struct builder *b, const yaml_event_t *event, struct sg_error *error)
{
    struct sg_node *node = NULL;
    SG_TRY(new_node(b, event, &node, error));
    bool good = check_properties(b, node, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    return open_frame(b, node, SG_NODE_LIST, good, error);
}

static sg_result add_map(struct builder *b, const yaml_event_t *event, struct sg_error *error)
{
    struct sg_node *node = NULL;
    SG_TRY(new_node(b, event, &node, error));
    bool good = check_properties(b, node, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    return open_frame(b, node, SG_NODE_MAP, good, error);
}

static sg_result close_frame(struct builder *b, const yaml_event_t *event, struct sg_error *error)
{
    struct sg_node *node = top(b);
    /* Brackets are marked as a whole when they close on their line. A list or map in block style ends where it began to be
     * something else, without a bracket: width 0. */
    bool bracket = event->end_mark.index > event->start_mark.index;
    if (bracket && event->end_mark.line + 1 == node->mark.place.line)
        node->mark.width = (uint32_t)event->end_mark.column + 1 - node->mark.place.column;
    b->depth--;
    return node->kind == SG_NODE_MAP ? sg_yaml_check_duplicates(node, b->problems, b->arena, error) : SG_OK;
}

static void refuse_document(struct builder *b, const yaml_event_t *event)
{
    struct sg_mark mark = mark_between(event->start_mark, event->end_mark);
    sg_problem_expected(sg_problem_add(b->problems, mark, "a second document begins"),
                        "one document; give each pipeline its own file");
    b->ended = true;
}

static sg_result take_event(struct builder *b, const yaml_event_t *event, struct sg_error *error)
{
    switch (event->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return SG_OK;
    case YAML_STREAM_END_EVENT:
        b->ended = true;
        return SG_OK;
    case YAML_DOCUMENT_START_EVENT:
        if (b->root != NULL)
            refuse_document(b, event);
        return SG_OK;
    case YAML_ALIAS_EVENT:
        return add_alias(b, event, error);
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event, error);
    case YAML_SEQUENCE_START_EVENT:
        return add_list(b, event, error);
    case YAML_MAPPING_START_EVENT:
        return add_map(b, event, error);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_frame(b, event, error);
    }
    return sg_fail(error, SG_ERROR_INTERNAL, "libyaml delivered an unknown event");
}

/* The character at a place that libyaml names by its index in characters; 0 at the end. */
static uint32_t character_at(struct sg_span source, size_t index)
{
    size_t at = 0;
    uint32_t c = 0;
    for (size_t i = 0; at < source.size; i++) {
        size_t length = sg_utf8_decode(sg_span_part(source, at, source.size - at), &c);
        if (i == index)
            return c;
        at += length == 0 ? 1 : length;
    }
    return 0;
}

static sg_result report_malformed(struct builder *b, const yaml_parser_t *parser, struct sg_error *error)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return sg_fail_memory(error);
    struct sg_printable problem_text;
    struct sg_printable context_text;
    const char *text = parser->problem != NULL ? parser->problem : "it cannot be read";
    struct sg_mark mark = mark_between(parser->problem_mark, parser->problem_mark);
    const char *context = parser->context != NULL ? parser->context : "";
    sg_printable_text(&problem_text, text);
    sg_printable_text(&context_text, context);
    struct sg_problem *problem = NULL;
    if (context[0] == '\0' || parser->context_mark.line == parser->problem_mark.line)
        problem = sg_problem_add(b->problems, mark, "malformed YAML: %s%s%s", problem_text.text,
                                 context[0] == '\0' ? "" : " ", context_text.text);
    else
        problem = sg_problem_add(b->problems, mark, "malformed YAML: %s %s that begins in line %zu", problem_text.text,
                                 context_text.text, parser->context_mark.line + 1);
    const char *words = sg_yaml_explain(text, character_at(b->problems->source, parser->problem_mark.index));
    if (words != NULL)
        sg_problem_note(problem, "%s", words);
    b->given_up = true;
    return SG_OK;
}

static sg_result read_events(struct builder *b, yaml_parser_t *parser, struct sg_error *error)
{
    while (!b->ended && !b->given_up) {
        SG_CLEANUP(yaml_event_delete) yaml_event_t event = {0};
        if (yaml_parser_parse(parser, &event) == 0)
            return report_malformed(b, parser, error);
        if (++b->events > SG_CONFIG_MAX_EVENTS) {
            sg_problem_add(b->problems, mark_between(event.start_mark, event.end_mark),
                           "the file has too many keys, values, lists and maps: reading ends here");
            b->given_up = true;
            return SG_OK;
        }
        SG_TRY(take_event(b, &event, error));
    }
    return SG_OK;
}

sg_result sg_yaml_read(struct sg_problems *problems, struct sg_arena *arena, struct sg_node **root, bool *complete,
                       struct sg_error *error)
{
    struct builder b = {.problems = problems, .arena = arena};
    SG_CLEANUP(yaml_parser_delete) yaml_parser_t parser = {0};
    if (yaml_parser_initialize(&parser) == 0)
        return sg_fail_memory(error);
    /* Set, so that libyaml does not guess UTF-16 (ATTACKS.md YA-09). */
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, problems->source.data, problems->source.size);
    SG_TRY(read_events(&b, &parser, error));
    /* Maps that were open when reading ended. */
    for (size_t i = b.depth; i > 0; i--)
        if (b.frames[i - 1].node->kind == SG_NODE_MAP)
            SG_TRY(sg_yaml_check_duplicates(b.frames[i - 1].node, problems, arena, error));
    *root = b.root;
    *complete = !b.given_up;
    return SG_OK;
}
