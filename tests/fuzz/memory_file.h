/*
 * A file that lives in memory, for what takes only a path.
 */
#ifndef SG_TESTS_FUZZ_MEMORY_FILE_H
#define SG_TESTS_FUZZ_MEMORY_FILE_H

#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "fuzz.h"

struct memory_file {
    int descriptor;
    char path[32]; /* /proc/self/fd/N */
};

static inline struct memory_file memory_file_make(struct sg_span bytes)
{
    struct sg_error error = {0};
    struct memory_file file = {.descriptor = memfd_create("fuzz", MFD_CLOEXEC)};
    must(file.descriptor >= 0);
    must_do(sg_write_all(file.descriptor, bytes, &error), error);
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.descriptor);
    return file;
}

#endif
