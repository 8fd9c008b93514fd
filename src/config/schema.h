/*
 * The meaning of the file: the tree of nodes becomes a configuration. One file a part of CONTRACT.md section 3; all of them
 * share this state. Included by the configuration room only.
 *
 * Functions that read a part add every problem they find and go on; they fail only when memory runs out. Parts that were
 * refused leave zero values behind, which nobody sees: a file with a problem gives no configuration.
 */
#ifndef SG_CONFIG_SCHEMA_H
#define SG_CONFIG_SCHEMA_H

#include "config/yaml_tree.h"

/* What needs AWS is parsed and validated, and refused with these words. */
#define SG_NEEDS_AWS "needs AWS access, which this build does not have"

/* The value of a `code_signing_config` key. */
enum sg_reference_kind {
    SG_REFERENCE_ABSENT = 0,
    SG_REFERENCE_REFUSED, /* a problem has been added */
    SG_REFERENCE_NAME,    /* of a definition in the file */
    SG_REFERENCE_PATH,    /* of a JSON file */
};

struct sg_reference {
    enum sg_reference_kind kind;
    struct sg_span text;
    struct sg_mark mark;
    const struct sg_code_signing_config *config; /* set by sg_resolve; NULL when it is not found */
};

/* A function or layer with what is still to be resolved. */
struct sg_draft {
    struct sg_artifact *artifact;
    struct sg_mark mark;          /* of the list item */
    struct sg_mark name_mark;     /* of its name; the name is NULL when it was refused */
    struct sg_reference own;      /* functions: their own configuration */
    const struct sg_node *layers; /* functions: the list of the layers they use, or NULL */
    bool used;                    /* layers: some function uses it */
};

struct sg_drafts {
    struct sg_draft *items;
    size_t count;
    size_t capacity;
};

struct sg_definitions {
    struct sg_code_signing_config **items; /* in the file's order */
    size_t count;
    size_t capacity;
};

struct sg_schema {
    struct sg_config *config;
    struct sg_arena *arena;
    struct sg_problems *problems;
    bool complete; /* false: the rest of the file was not read; what is missing or unknown proves nothing */
    struct sg_definitions definitions;
    struct sg_drafts functions;
    struct sg_drafts layers;
    struct sg_reference pipeline; /* `code_signing_config` at the top */
};

/* --- values (fields.c) -------------------------------------------------------------------------------------------------- */

/* A key of a map, and where its value goes: NULL when the key is not there. A refused value is there. */
struct sg_field {
    const char *name;
    const struct sg_node **value;
};

/* Reads a map by its keys; adds a problem for each unknown one. False when `node` is no map; a problem has been added then.
 * `what` names it in messages: "`trust`", "a function". */
bool sg_want_fields(struct sg_schema *s, const struct sg_node *node, const char *what, const struct sg_field *fields,
                    size_t count);
bool sg_want_map(struct sg_schema *s, const struct sg_node *node, const char *what);
bool sg_want_list(struct sg_schema *s, const struct sg_node *node, const char *what);

/* Any scalar, as written: for values with a grammar of their own. */
bool sg_want_word(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span *out);
/* A scalar that is text for every reader of YAML 1.1 and not empty. */
bool sg_want_text(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span *out);
/* The same, of at most SG_CONFIG_NAME_MAX_BYTES and without spaces at its ends. */
bool sg_want_name(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span *out);
/* The same, that is no URL. `what` is the path of a file or folder. */
bool sg_want_path(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span *out);
/* One of two words, exactly; `*second` says which. An absent node (NULL) leaves it alone. */
void sg_want_choice(struct sg_schema *s, const struct sg_node *node, const char *what, const char *const words[2],
                    bool *second);

/* SCHEME://…, whatever the scheme. */
bool sg_is_url(struct sg_span text);

/* The start of the file, for what stands nowhere. */
struct sg_mark sg_mark_start(void);

/* --- parts -------------------------------------------------------------------------------------------------------------- */

/* The whole file. */
SG_RESULT sg_schema_read(struct sg_schema *s, const struct sg_node *root, struct sg_error *error);

/* schema_csc.c: `code_signing_configs`, and a reference to one. */
SG_RESULT sg_schema_definitions(struct sg_schema *s, const struct sg_node *node, struct sg_error *error);
void sg_schema_reference(struct sg_schema *s, const struct sg_node *node, struct sg_reference *out);

/* schema_publishers.c: judges one publisher; `where` goes before the message. True when it is a signing profile version. */
bool sg_schema_publisher(struct sg_schema *s, struct sg_mark mark, const char *where, struct sg_span arn);
/* Adds a publisher to a configuration, or a problem when it is there already. `where` as above. */
SG_RESULT sg_schema_add_publisher(struct sg_schema *s, struct sg_mark mark, const char *where, struct sg_span arn,
                                  struct sg_code_signing_config *config, struct sg_error *error);
/* Whether the number of publishers is allowed; adds a problem when it is not. */
bool sg_schema_publisher_count(struct sg_schema *s, struct sg_mark mark, const char *where, size_t count);

/* schema_artifacts.c: `functions` and `layers`. */
SG_RESULT sg_schema_artifacts(struct sg_schema *s, const struct sg_node *node, enum sg_artifact_kind kind,
                              struct sg_error *error);

/* schema_trust.c, schema_revocation.c, revocation_url.c. */
SG_RESULT sg_schema_trust(struct sg_schema *s, const struct sg_node *node, struct sg_error *error);
SG_RESULT sg_schema_revocation(struct sg_schema *s, const struct sg_node *node, struct sg_error *error);
/* Sets url or path of `out`; false when it is neither, a problem has been added then. */
bool sg_schema_location(struct sg_schema *s, const struct sg_node *node, const char *what,
                        struct sg_source_setting *out);

/* resolve.c: the configuration that a function is judged under; NULL when there is none, or when it was refused. */
const struct sg_code_signing_config *sg_effective_config(const struct sg_schema *s, const struct sg_draft *function);

/* resolve.c: names become pointers, JSON files are read, each artifact gets the configurations it is judged under. */
SG_RESULT sg_resolve(struct sg_schema *s, struct sg_error *error);
/* resolve_layers.c: the layers that functions use, and the configurations of layers. */
SG_RESULT sg_resolve_layers(struct sg_schema *s, struct sg_error *error);

/* csc_json.c: the code signing configuration in the JSON file that `reference` names; `*out` is NULL when there are problems
 * with it. */
SG_RESULT sg_csc_json_read(struct sg_schema *s, const struct sg_reference *reference,
                           const struct sg_code_signing_config **out, struct sg_error *error);

#endif
