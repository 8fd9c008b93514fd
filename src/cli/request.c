#include "cli/request.h"

#include <sched.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/printable.h"
#include "cli/terminal.h"

sg_result sg_request_config_path(const struct sg_arguments *arguments, const char **out, struct sg_error *error)
{
    const char *option = sg_arguments_value(arguments, "config");
    if (option != NULL && arguments->operand_count > 0)
        return sg_fail(error, SG_ERROR_USAGE, "the configuration is given twice: as --config and as CONFIG");
    *out = option != NULL ? option : (arguments->operand_count > 0 ? arguments->operands[0] : "sealgate.yaml");
    return SG_OK;
}

/* The processors that this process may use, which a container may have limited. */
static unsigned usable_processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1u : ((unsigned)count > SG_MAX_JOBS ? SG_MAX_JOBS : (unsigned)count);
}

sg_result sg_request_jobs(const struct sg_arguments *arguments, unsigned *out, struct sg_error *error)
{
    const char *value = sg_arguments_value(arguments, "jobs");
    *out = usable_processors();
    return value == NULL ? SG_OK : sg_parse_number("jobs", value, 1, SG_MAX_JOBS, out, error);
}

/* A default that is not there is explained; a CONFIG that looks like a slip of a command's name, too. */
static int report_missing_config(const struct sg_arguments *arguments, const char *path, const struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_error better = *error;
    const char *names[16];
    size_t count = 0;
    for (const struct sg_command *command = sg_commands; command->name != NULL && count < 16; command++)
        names[count++] = command->name;
    const char *nearest = sg_nearest_word(path, names, count);
    better.code = SG_ERROR_USAGE;
    if (arguments->operand_count == 0 && sg_arguments_value(arguments, "config") == NULL)
        (void)sg_fail(
            &better, SG_ERROR_USAGE,
            "there is no sealgate.yaml in this folder; name a configuration, or write one (docs/configuration.md)");
    else if (nearest != NULL && access(path, F_OK) != 0)
        (void)sg_fail(&better, SG_ERROR_USAGE, "there is no file `%s`; did you mean the command `%s`?",
                      sg_printable_text(&shown, path), nearest);
    return sg_report_error(arguments, &better);
}

int sg_request_failed(const struct sg_arguments *arguments, const char *config_path, const struct sg_buffer *problems,
                      const struct sg_error *error)
{
    if (error->code == SG_ERROR_CONFIGURATION && problems->size > 0) {
        sg_report_lines(sg_buffer_text(problems));
        return sg_error_exit_status(error->code);
    }
    /* The configuration itself could not be read: nothing was judged, which is 2 (CONTRACT.md section 2). */
    if (error->code == SG_ERROR_IO)
        return report_missing_config(arguments, config_path, error);
    return sg_report_error(arguments, error);
}
