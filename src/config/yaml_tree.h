/*
 * The file as a tree of nodes with places, made from libyaml's events. What no configuration may hold, whatever its keys mean,
 * is refused here: anchors, aliases, tags, merge keys, duplicate keys, keys that are no text, values that are missing, control
 * characters, further documents, deep nesting (ATTACKS.md section 4).
 *
 * Included by the configuration room only; libyaml's types stay in yaml_tree.c. Nodes live in an arena; a tree is made by one
 * thread and then only read.
 */
#ifndef SG_CONFIG_YAML_TREE_H
#define SG_CONFIG_YAML_TREE_H

#include "config/problems.h"

enum sg_node_kind {
    SG_NODE_REFUSED = 0, /* a problem has been added already: to be passed over in silence */
    SG_NODE_TEXT,
    SG_NODE_LIST,
    SG_NODE_MAP,
};

struct sg_node {
    enum sg_node_kind kind;
    bool plain; /* a text without quotes, not a block */
    struct sg_mark mark;
    struct sg_span text;        /* SG_NODE_TEXT: free of control characters, followed by a NUL that does not count */
    struct sg_node *key;        /* in a map: the key of this value, a SG_NODE_TEXT or SG_NODE_REFUSED; else NULL */
    struct sg_node *first;      /* SG_NODE_LIST: its items; SG_NODE_MAP: its values; in the file's order */
    struct sg_node *last;       /* of the above */
    struct sg_node *next;       /* the next item or value of the same parent */
    size_t count;               /* of items or values */
    const struct sg_node *twin; /* in a map: an earlier value with the same key; then it counts as refused */
};

/* Reads the first document of problems->source, which sg_raw_check has passed. `*root` stays NULL when there is none.
 * `*complete` is false when the rest of the file could not be read: what is missing then proves nothing. Everything wrong is
 * added to `problems`. MEMORY when memory runs out. */
SG_RESULT sg_yaml_read(struct sg_problems *problems, struct sg_arena *arena, struct sg_node **root, bool *complete,
                       struct sg_error *error);

/* Adds a problem for each key of `map` that stood there before, and makes its value `twin`. */
SG_RESULT sg_yaml_check_duplicates(struct sg_node *map, struct sg_problems *problems, struct sg_arena *arena,
                                   struct sg_error *error);

/* What a text without quotes is taken for by YAML 1.1. */
enum sg_yaml_type { SG_YAML_TEXT = 0, SG_YAML_NULL, SG_YAML_BOOLEAN, SG_YAML_NUMBER };

enum sg_yaml_type sg_yaml_plain_type(struct sg_span text);
/* "a number" */
const char *sg_yaml_type_name(enum sg_yaml_type type);

/* What libyaml means by one of its messages, and what to do; NULL when there is nothing to add. `next` is the character at the
 * place, 0 at the end of the file. */
const char *sg_yaml_explain(const char *problem, uint32_t next);

#endif
