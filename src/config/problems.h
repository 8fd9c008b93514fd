/*
 * The problems of one configuration file: collected in any order, shown in the order of their places, each with its line and a
 * caret. Included by the configuration room only.
 *
 * Adding cannot fail: when memory runs out that is remembered, the problem is counted all the same, and rendering says so.
 * So a file with a problem is never taken for one without.
 *
 * Not thread-safe: one file, one thread.
 */
#ifndef SG_CONFIG_PROBLEMS_H
#define SG_CONFIG_PROBLEMS_H

#include "config/config.h"

/* Where something stands, and how many characters of that line it covers (0 counts as 1). */
struct sg_mark {
    struct sg_place place;
    uint32_t width;
};

struct sg_problem;

struct sg_problems {
    const char *path;                                 /* what the file is called; borrowed */
    struct sg_span source;                            /* the file's bytes without a byte order mark; borrowed */
    struct sg_problem *items[SG_CONFIG_MAX_PROBLEMS]; /* owned; the first ones by place, sorted */
    size_t kept;
    size_t total;
    bool out_of_memory;
};

void sg_problems_free(struct sg_problems *problems);

/* Adds a problem. The message is one line, without a full stop; foreign bytes reach the format only through sg_printable.
 * Returns the problem, borrowed until the next call, or NULL when it comes after those that will be shown: what explains it
 * need not be worked out then. */
struct sg_problem *sg_problem_add(struct sg_problems *problems, struct sg_mark mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Lines below the problem: "= expected: …", "= note: …" and "= did you mean `…`?". Nothing happens when `problem` or `word` is
 * NULL. Each at most once a problem. */
void sg_problem_expected(struct sg_problem *problem, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sg_problem_note(struct sg_problem *problem, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sg_problem_nearest(struct sg_problem *problem, const char *word);

/* Appends all of them as text ready to print. MEMORY when memory ran out here or while one was added. */
SG_RESULT sg_problems_render(const struct sg_problems *problems, struct sg_buffer *out, struct sg_error *error);

/* Appends the line of `source` that `mark` stands on and a caret line below it (excerpt.c). Appends nothing when there is no
 * such line. */
SG_RESULT sg_excerpt_append(struct sg_buffer *out, struct sg_span source, struct sg_mark mark, struct sg_error *error);

/* Columns of the gutter left of "|" for this line number: 4 digits and a space, or as many as it takes. */
int sg_excerpt_gutter(uint32_t line);

#endif
