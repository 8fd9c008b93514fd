/*
 * What the commands that run the gate have in common.
 */
#ifndef SG_CLI_REQUEST_H
#define SG_CLI_REQUEST_H

#include "base/buffer.h"
#include "cli/options.h"

/* The configuration: --config, CONFIG or sealgate.yaml. Borrowed from the arguments. USAGE when both are given. */
SG_RESULT sg_request_config_path(const struct sg_arguments *arguments, const char **out, struct sg_error *error);

/* --jobs, or the processors that this process may use. */
SG_RESULT sg_request_jobs(const struct sg_arguments *arguments, unsigned *out, struct sg_error *error);

/* Says on standard error why the gate did not run; returns the exit status. */
int sg_request_failed(const struct sg_arguments *arguments, const char *config_path, const struct sg_buffer *problems,
                      const struct sg_error *error);

#endif
