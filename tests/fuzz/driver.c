/*
 * Stands in for libFuzzer where the compiler has none: runs the target once over every file that is named, and over every file
 * of the folders that are named. Prints "N inputs"; a broken promise ends the process, the input's name stands before it.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "fuzz.h"

/* Bytes of one stored input; larger ones have no place in a corpus. */
enum { INPUT_MAX_BYTES = 1024 * 1024 };

static size_t replayed;

static sg_result replay_file(const char *path, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer bytes = {0};
    SG_TRY(sg_file_read(path, INPUT_MAX_BYTES, &bytes, error));
    /* A copy of its exact size, so that a sanitizer sees the first byte read behind it. */
    SG_CLEANUP(sg_cleanup_free) uint8_t *copy = malloc(bytes.size > 0 ? bytes.size : 1);
    if (copy == NULL)
        return sg_fail_memory(error);
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    fprintf(stderr, "%s\n", path);
    (void)LLVMFuzzerTestOneInput(copy, bytes.size);
    replayed++;
    return SG_OK;
}

static void free_names(struct dirent ***names)
{
    free(*names);
}

/* In the order of their names, so that two runs are alike. */
static sg_result replay_folder(const char *folder, struct sg_error *error)
{
    SG_CLEANUP(free_names) struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort);
    sg_result result = count < 0 ? sg_fail(error, SG_ERROR_IO, "cannot read the folder %s", folder) : SG_OK;
    for (int i = 0; i < count; i++) {
        char *path = NULL;
        if (result.done && names[i]->d_name[0] != '.') {
            result = sg_path_join(folder, sg_span_text(names[i]->d_name), &path, error);
            if (result.done)
                result = replay_file(path, error);
            free(path);
        }
        free(names[i]);
    }
    return result;
}

int main(int argc, char **argv)
{
    struct sg_error error = {0};
    for (int i = 1; i < argc; i++) {
        struct stat status = {0};
        bool is_folder = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
        if (!(is_folder ? replay_folder(argv[i], &error) : replay_file(argv[i], &error)).done) {
            fprintf(stderr, "%s\n", error.message);
            return 1;
        }
    }
    printf("%zu inputs\n", replayed);
    return replayed > 0 ? 0 : 1;
}
