/*
 * For the tests of the configuration room: rows of a file and the complete text of its problems. Each test program works in a
 * folder of its own, which is its working directory, so that paths in messages are short.
 */
#ifndef SG_TESTS_CONFIG_FIXTURE_H
#define SG_TESTS_CONFIG_FIXTURE_H

#include "unit.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "config/config.h"

/* Parts of a good file; a row replaces the one that it is about. */
#define PUBLISHER "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"
#define VERSION   "version: 1\n"
#define USE       "code_signing_config: c\n"
#define CONFIGS   "code_signing_configs: {c: {allowed_publishers: [" PUBLISHER "]}}\n"
#define FUNCTIONS "functions: [{name: f, code: f.zip}]\n"
#define OFF       "revocation: {sources: []}\n"

struct row {
    const char *what; /* a sentence */
    const char *yaml;
    size_t size;
    const char *problems; /* "" for a file without any */
};

#define ROW(what, yaml, problems)                                                                                      \
    {                                                                                                                  \
        what, yaml, sizeof(yaml) - 1, problems                                                                         \
    }

static char fixture_folder[256];

static inline int enter_folder(void **state)
{
    const char *base = getenv("TMPDIR");
    (void)state;
    snprintf(fixture_folder, sizeof fixture_folder, "%s/sealgate-config-%ld", base != NULL ? base : "/tmp",
             (long)getpid());
    return mkdir(fixture_folder, 0700) == 0 && chdir(fixture_folder) == 0 ? 0 : -1;
}

/* Removes the folder with its files and empty folders. */
static inline int leave_folder(void **state)
{
    (void)state;
    DIR *folder = opendir(".");
    if (folder == NULL)
        return -1;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove(entry->d_name);
    closedir(folder);
    return chdir("/") == 0 && rmdir(fixture_folder) == 0 ? 0 : -1;
}

static inline void write_file(const char *path, struct sg_span bytes)
{
    struct sg_error error = {0};
    assert_done(sg_file_write(path, bytes, 0600, &error), error);
}

static inline void write_text(const char *path, const char *text)
{
    write_file(path, sg_span_text(text));
}

/* Loads sealgate.yaml, which must be good. Free with sg_config_free. */
static inline struct sg_config *load_good(void)
{
    struct sg_config *config = NULL;
    struct sg_error error = {0};
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    sg_result result = sg_config_load("sealgate.yaml", &config, &problems, &error);
    if (!result.done)
        fail_msg("%s\n%s", error.message, sg_buffer_text(&problems));
    assert_int_equal(problems.size, 0);
    assert_non_null(config);
    sg_buffer_free(&problems);
    return config;
}

/* Loads sealgate.yaml, which must have these problems, no more and no fewer. */
static inline void check_problems(const char *what, const char *wanted)
{
    struct sg_config *config = NULL;
    struct sg_error error = {0};
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    sg_result result = sg_config_load("sealgate.yaml", &config, &problems, &error);
    if (strcmp(sg_buffer_text(&problems), wanted) != 0) {
        /* cmocka cuts long messages. */
        fprintf(stderr, "--- wanted\n%s--- got\n%s", wanted, sg_buffer_text(&problems));
        fail_msg("%s", what);
    }
    if (result.done != (wanted[0] == '\0'))
        fail_msg("%s: %s", what, result.done ? "done" : error.message);
    if (!result.done) {
        assert_null(config);
        assert_int_equal(error.code, SG_ERROR_CONFIGURATION);
    }
    sg_config_free(&config);
    sg_buffer_free(&problems);
}

static inline void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        write_file("sealgate.yaml", sg_span_of(rows[i].yaml, rows[i].size));
        check_problems(rows[i].what, rows[i].problems);
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

#endif
