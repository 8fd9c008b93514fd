/* The program: makes the process safe to work in, finds the command, parses its options, runs it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "crypto/library.h"
#include "net/http.h"

/* Descriptors 0 to 2 must be open, lest a file opened later becomes "standard output" (ATTACKS.md TC-07). */
static sg_result open_standard_descriptors(struct sg_error *error)
{
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF)
            continue;
        /* Opened for the wrong direction: what is written there fails, and so is noticed. */
        if (open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY) != descriptor)
            return sg_fail_errno(error, SG_ERROR_INTERNAL, errno, "cannot open /dev/null");
    }
    return SG_OK;
}

static sg_result start(struct sg_error *error)
{
    SG_TRY(open_standard_descriptors(error));
    /* A closed pipe is an error of the write, which then has an exit status of its own (TC-10). */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return sg_fail_errno(error, SG_ERROR_INTERNAL, errno, "cannot ignore SIGPIPE");
    /* No memory image of packages or keys is left behind. */
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    /* What would make libcurl write TLS secrets, or OpenSSL load foreign code (TC-09, HT-12). */
    (void)unsetenv("SSLKEYLOGFILE");
    (void)unsetenv("OPENSSL_CONF");
    (void)unsetenv("OPENSSL_MODULES");
    (void)unsetenv("OPENSSL_ENGINES");
    SG_TRY(sg_crypto_start(error));
    return sg_net_start(error);
}

static bool is_reserved(const char *word)
{
    for (const char *const *name = sg_reserved_commands; *name != NULL; name++) {
        if (strcmp(word, *name) == 0)
            return true;
    }
    return false;
}

static int run(const struct sg_command *command, int count, char *const *words)
{
    SG_CLEANUP(sg_arguments_free) struct sg_arguments arguments = {0};
    struct sg_error error = {0};
    if (!sg_arguments_parse(command, count, words, &arguments, &error).done) {
        struct sg_arguments only_command = {.command = command};
        return sg_report_error(&only_command, &error);
    }
    if (sg_arguments_has(&arguments, "help"))
        return sg_print_help(command);
    if (sg_arguments_has(&arguments, "version"))
        return sg_print_version();
    return command->run(&arguments);
}

int main(int argc, char **argv)
{
    struct sg_error error = {0};
    if (!start(&error).done)
        return sg_report_error(NULL, &error);
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0)
        return sg_print_help(NULL);
    if (is_reserved(first)) {
        (void)sg_fail(&error, SG_ERROR_USAGE, "the command `%s` is reserved; this build does not have it", first);
        return sg_report_error(NULL, &error);
    }
    const struct sg_command *command = sg_command_find(first);
    int status =
        command != NULL ? run(command, argc - 2, argv + 2) : run(&sg_commands[0], argc > 1 ? argc - 1 : 0, argv + 1);
    sg_net_stop();
    return status;
}
