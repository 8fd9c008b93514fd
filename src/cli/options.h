/*
 * The option tables and their parser. One row an option; the same rows make --help, the man page and the parser.
 *
 * An option is matched exactly, one that is not repeatable given twice is an error, an option that takes no value and gets one
 * is an error (CONTRACT.md section 1). Not thread-safe; used by main's thread only.
 */
#ifndef SG_CLI_OPTIONS_H
#define SG_CLI_OPTIONS_H

#include "base/result.h"

struct sg_option {
    const char *name;     /* without "--" */
    char short_name;      /* 0 when there is none */
    const char *argument; /* what the value is called in help, NULL when there is none */
    bool repeatable;
    const char *help; /* one sentence without a full stop */
};

struct sg_argument {
    const struct sg_option *option;
    const char *value; /* borrowed from argv; NULL when the option takes none */
};

struct sg_command;

struct sg_arguments {
    const struct sg_command *command;
    struct sg_argument *items; /* owned; sg_arguments_free */
    size_t count;
    const char **operands; /* owned list of borrowed words */
    size_t operand_count;
};

/* A command of the program. */
struct sg_command {
    const char *name;
    const char *synopsis;            /* behind "sealgate " */
    const char *summary;             /* one sentence without a full stop */
    const char *details;             /* paragraphs for --help and the man page */
    const struct sg_option *options; /* the last one's name is NULL */
    size_t min_operands, max_operands;
    int (*run)(const struct sg_arguments *arguments); /* returns the exit status */
};

/* All commands; the last one's name is NULL. The first is the one that runs when none is named. */
extern const struct sg_command sg_commands[];
/* What every command takes: --help, --version. The last one's name is NULL. */
extern const struct sg_option sg_common_options[];
/* Names that later versions will use; NULL at the end. */
extern const char *const sg_reserved_commands[];

/* The command of this name, or NULL. */
const struct sg_command *sg_command_find(const char *name);

/* Parses the words behind the command's name. USAGE says what is wrong and, for an unknown option, names the nearest. */
SG_RESULT sg_arguments_parse(const struct sg_command *command, int count, char *const *words, struct sg_arguments *out,
                             struct sg_error *error);
void sg_arguments_free(struct sg_arguments *arguments);

bool sg_arguments_has(const struct sg_arguments *arguments, const char *name);
/* The value of an option, or NULL when it was not given. */
const char *sg_arguments_value(const struct sg_arguments *arguments, const char *name);
/* The values of a repeatable option: room for arguments->count pointers; returns how many. */
size_t sg_arguments_values(const struct sg_arguments *arguments, const char *name, const char **out);

/* A decimal number without sign, blanks or leading zeros, from `least` to `most`. USAGE names the option. */
SG_RESULT sg_parse_number(const char *option, const char *text, unsigned least, unsigned most, unsigned *out,
                          struct sg_error *error);
/* An RFC 3339 time. */
struct sg_time;
SG_RESULT sg_parse_time(const char *option, const char *text, struct sg_time *out, struct sg_error *error);

#endif
