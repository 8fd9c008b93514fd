/*
 * The commands' bodies. Each returns the exit status of the program (CONTRACT.md section 2).
 */
#ifndef SG_CLI_COMMANDS_H
#define SG_CLI_COMMANDS_H

#include "cli/options.h"

int sg_command_verify(const struct sg_arguments *arguments);
int sg_command_lock(const struct sg_arguments *arguments);
int sg_command_inspect(const struct sg_arguments *arguments);
int sg_command_sign(const struct sg_arguments *arguments);
int sg_command_explain(const struct sg_arguments *arguments);

#endif
