/*
 * The pipeline file (CONTRACT.md section 3): what to judge, under what. Every value keeps the line and column it stands at.
 *
 * Reject, never repair: a file with any problem gives no configuration, and all its problems are reported.
 *
 * A configuration is made by one thread and then only read; reading is thread-safe.
 */
#ifndef SG_CONFIG_CONFIG_H
#define SG_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/buffer.h"
#include "crypto/digest.h"

/* Where a value stands: 1-based; 0 when it stands nowhere in the file (a default). */
struct sg_place {
    uint32_t line;
    uint32_t column;
};

/* A code signing configuration (Lambda's CodeSigningConfig). */
struct sg_code_signing_config {
    const char *name;        /* its name in the file, or the path of the JSON file it was read from */
    const char *arn;         /* NULL unless the JSON file names it */
    const char *description; /* NULL when there is none */
    const char **publishers; /* signing profile version ARNs, 1 to SG_CONFIG_MAX_PUBLISHERS, no two alike */
    size_t publisher_count;
    bool enforce; /* untrusted_artifact_on_deployment */
    struct sg_place place;
};

enum sg_artifact_kind { SG_FUNCTION, SG_LAYER };

struct sg_artifact {
    enum sg_artifact_kind kind;
    const char *name; /* printable text, unique among its kind */
    const char *code; /* path as written; NULL for an image */
    bool image;       /* package_type: Image */
    bool has_pin;
    uint8_t pin[SG_SHA256_BYTES]; /* code_sha256 */
    struct sg_place place;        /* of the list item */
    /* The configurations it is judged under, each once: a function's own; for a layer those of every function that uses it,
     * or the pipeline's. Empty only for an image. */
    const struct sg_code_signing_config **configs;
    size_t config_count;
    const struct sg_artifact **layers; /* functions: the layers used */
    size_t layer_count;
};

enum sg_source_kind { SG_SOURCE_LIST, SG_SOURCE_CRL };

struct sg_source_setting {
    enum sg_source_kind kind;
    const char *url;  /* "https://…"; NULL for a file */
    const char *path; /* as written after "file:"; NULL for a URL */
    struct sg_place place;
};

/* A file that the configuration names. */
struct sg_named_file {
    const char *path; /* as written; NULL when none is named */
    struct sg_place place;
    uint32_t width; /* characters that the path takes there */
};

struct sg_config {
    const char *path;   /* as given */
    const char *folder; /* paths in the file are relative to it */
    uint8_t sha256[SG_SHA256_BYTES];
    bool strict; /* notices about packages are failures of integrity (ATTACKS.md, amendment a) */

    const struct sg_artifact **functions; /* in the file's order */
    size_t function_count;
    const struct sg_artifact **layers;
    size_t layer_count;

    bool trust_aws;                         /* `aws` stands in trust.roots, or the key is absent */
    const struct sg_named_file *root_files; /* PEM files */
    size_t root_file_count;

    const struct sg_source_setting *sources;
    size_t source_count;    /* 0: the revocation check is switched off (`sources: []`) */
    bool unavailable_warns; /* on_unavailable: warn */
    int64_t source_timeout_ms;
    const char *cache;              /* folder as written, or NULL */
    struct sg_named_file ca_bundle; /* PEM file */

    struct sg_span source; /* the file's text, for showing a line of it */
    struct sg_arena arena; /* owns all of the above */
};

/* Reads the file at `path`. On CONFIGURATION every problem has been appended to `problems` as text ready to print: file, line,
 * column, the line with a caret, what was expected, the nearest known word. What needs AWS access is such a problem, too.
 * Errors besides: IO (cannot be read), MEMORY. Owned; free with sg_config_free. `problems` should be made with
 * SG_CONFIG_PROBLEMS_MAX_BYTES; it stays empty unless the error is CONFIGURATION. */
SG_RESULT sg_config_load(const char *path, struct sg_config **out, struct sg_buffer *problems, struct sg_error *error);
void sg_config_free(struct sg_config **config);

/* A problem that shows only when a named file is used. */
struct sg_file_problem {
    const struct sg_named_file *file;
    const char *message; /* one printable line */
};

/* Appends the problems to `out` in the form and order of all others. */
SG_RESULT sg_config_show_problems(const struct sg_config *config, const struct sg_file_problem *problems, size_t count,
                                  struct sg_buffer *out, struct sg_error *error);

/* Version of the library in use. Borrowed for ever. */
const char *sg_config_libyaml_version(void);

#endif
