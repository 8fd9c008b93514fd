/*
 * What a command prints, caught: standard output and standard error go to files while it runs.
 */
#ifndef SG_TESTS_CLI_FIXTURE_H
#define SG_TESTS_CLI_FIXTURE_H

#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/options.h"

static char cli_folder[256];

/* What tells a CI, a colour or a place to write to the program. */
static const char *const cli_variables[] = {
    "GITHUB_ACTIONS", "GITLAB_CI",      "JENKINS_URL",   "JENKINS_HOME",        "BUILD_TAG",
    "NO_COLOR",       "CLICOLOR_FORCE", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE",
};

static inline void clear_environment(void)
{
    for (size_t i = 0; i < sizeof cli_variables / sizeof cli_variables[0]; i++)
        unsetenv(cli_variables[i]);
    setenv("TERM", "xterm", 1);
}

static inline int enter_cli_folder(void **state)
{
    const char *base = getenv("TMPDIR");
    (void)state;
    clear_environment();
    snprintf(cli_folder, sizeof cli_folder, "%s/sealgate-cli-%ld", base != NULL ? base : "/tmp", (long)getpid());
    return mkdir(cli_folder, 0700) == 0 && chdir(cli_folder) == 0 ? 0 : -1;
}

static inline int leave_cli_folder(void **state)
{
    (void)state;
    DIR *folder = opendir(".");
    if (folder == NULL)
        return -1;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove(entry->d_name);
    closedir(folder);
    return chdir("/") == 0 && rmdir(cli_folder) == 0 ? 0 : -1;
}

struct caught {
    struct sg_buffer out, err;
    int saved_out, saved_err;
};

static inline int redirect(int descriptor, const char *path)
{
    int saved = dup(descriptor);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(saved >= 0 && file >= 0);
    assert_true(dup2(file, descriptor) == descriptor);
    close(file);
    return saved;
}

static inline void catch_begin(struct caught *caught)
{
    fflush(stdout);
    fflush(stderr);
    *caught = (struct caught){.saved_out = redirect(STDOUT_FILENO, "caught.out"),
                              .saved_err = redirect(STDERR_FILENO, "caught.err")};
}

/* Free both buffers with sg_buffer_free. */
static inline void catch_end(struct caught *caught)
{
    struct sg_error error = {0};
    dup2(caught->saved_out, STDOUT_FILENO);
    dup2(caught->saved_err, STDERR_FILENO);
    close(caught->saved_out);
    close(caught->saved_err);
    assert_done(sg_file_read("caught.out", SG_REPORT_MAX_BYTES, &caught->out, &error), error);
    assert_done(sg_file_read("caught.err", SG_REPORT_MAX_BYTES, &caught->err, &error), error);
    unlink("caught.out");
    unlink("caught.err");
}

enum { MOST_WORDS = 16 };

static inline int count_words(const char *const *words)
{
    int count = 0;
    while (count < MOST_WORDS && words[count] != NULL)
        count++;
    return count;
}

static inline sg_result parse_words(const char *command, const char *const *words, struct sg_arguments *out,
                                    struct sg_error *error)
{
    const struct sg_command *found = sg_command_find(command);
    assert_non_null(found);
    return sg_arguments_parse(found, count_words(words), (char *const *)(uintptr_t)words, out, error);
}

#endif
