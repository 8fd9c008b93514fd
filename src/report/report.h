/*
 * The result of one run, and its writers. Writers only format; each escapes for its own place.
 *
 * All pointers are borrowed from the run that made the report and stay valid until it is freed.
 */
#ifndef SG_REPORT_REPORT_H
#define SG_REPORT_REPORT_H

#include "base/buffer.h"
#include "revocation/revocation.h"
#include "verdict/verdict.h"

enum sg_verdict {
    SG_VERDICT_UNDECIDED = 0,
    SG_VERDICT_PASSED,
    SG_VERDICT_PASSED_WITH_WARNINGS,
    SG_VERDICT_BLOCKED,
};

/* One artifact judged under one configuration. */
struct sg_report_artifact {
    const struct sg_artifact *artifact;
    const struct sg_code_signing_config *config; /* NULL for an image */
    bool enforce;                                /* the policy it was judged by: config->enforce or --enforce */
    const struct sg_facts *facts;                /* NULL for an image */
    struct sg_judgement judgement;
};

struct sg_report_source {
    enum sg_source_kind kind;
    const char *where; /* URL or path */
    enum sg_source_status status;
    const char *detail;
};

/* The lock that the artifacts were held against. */
struct sg_report_lock {
    const struct sg_lock *lock;          /* NULL when there is none */
    bool frozen;                         /* --frozen */
    const struct sg_lock_entry **unused; /* entries of artifacts that the configuration does not have */
    size_t unused_count;
};

struct sg_report {
    struct sg_time evaluated_at;
    bool time_overridden; /* --now */
    bool offline;
    bool enforce_all;
    const struct sg_config *config;
    struct sg_report_lock lock;
    const struct sg_report_artifact *artifacts; /* functions, then layers, in the file's order */
    size_t artifact_count;
    size_t skipped_artifacts; /* left out by --only or --shard: never silent about what was not checked */
    const struct sg_report_source *sources;
    size_t source_count;
    const char *confinement;  /* what the confinement of the readers lacks, or NULL */
    const char *library_flaw; /* sg_crypto_known_flaw(), or NULL */
    size_t allowed, warned, blocked, undecided;
    enum sg_verdict verdict;
    int exit_code;
};

const char *sg_verdict_name(enum sg_verdict verdict);

/* How a writer shall write. */
struct sg_style {
    bool color;                    /* text: ANSI colours */
    int verbosity;                 /* text: -1 only what is not fine, 0, 1 everything */
    bool gitlab;                   /* text: collapsible sections */
    int64_t unix_now;              /* text in GitLab sections: seconds */
    const char *workspace;         /* github: GITHUB_WORKSPACE, or NULL; locations inside it are made relative to it */
    const char *working_directory; /* github: absolute, or NULL; where a relative path of the configuration starts */
};

typedef sg_result sg_report_writer(const struct sg_report *report, const struct sg_style *style, struct sg_buffer *out,
                                   struct sg_error *error);

struct sg_report_format {
    const char *name; /* as in -o */
    sg_report_writer *write;
    const char *help;
};

/* text, json, github, plain (Jenkins), markdown. NULL when there is no such format. */
const struct sg_report_format *sg_report_format(struct sg_span name);
/* All of them; the last one's name is NULL. */
extern const struct sg_report_format sg_report_formats[];

/* `name=value` lines for GITHUB_OUTPUT: verdict, blocked, warned, undecided, report. `report_path` may be NULL; the value is
 * empty then. OUTPUT when the path holds a line break, which would make outputs of its own (ATTACKS.md LG-07); nothing is
 * appended then. */
SG_RESULT sg_report_github_output(const struct sg_report *report, const char *report_path, struct sg_buffer *out,
                                  struct sg_error *error);

/* Version of the library in use. Borrowed for ever. */
const char *sg_report_jansson_version(void);

#endif
