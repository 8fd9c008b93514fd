/*
 * What the program says besides its reports, and where it runs.
 */
#ifndef SG_CLI_TERMINAL_H
#define SG_CLI_TERMINAL_H

#include "base/buffer.h"
#include "cli/options.h"

enum sg_ci { SG_CI_NONE, SG_CI_GITHUB, SG_CI_GITLAB, SG_CI_JENKINS };

/* Which CI the value of --ci means; NULL is "auto". USAGE when it is no name. */
SG_RESULT sg_ci_choose(const char *value, enum sg_ci *out, struct sg_error *error);

/* Whether text goes out in colour: --color, then NO_COLOR, CLICOLOR_FORCE, then whether standard output is a terminal that is
 * not dumb. */
SG_RESULT sg_color_choose(const char *value, bool *out, struct sg_error *error);

/* Writes to standard output. OUTPUT on failure. */
SG_RESULT sg_print(struct sg_span text, struct sg_error *error);

/* Prints "sealgate: error: MESSAGE" to standard error, and for USAGE where help is; returns the exit status for it. Whatever
 * the message holds, no line of it is a command to a CI's runner. */
int sg_report_error(const struct sg_arguments *arguments, const struct sg_error *error);

/* Prints text of several lines to standard error with the same care. */
void sg_report_lines(const char *text);

/* Prints the program's or, when not NULL, the command's help. */
int sg_print_help(const struct sg_command *command);
int sg_print_version(void);

#endif
