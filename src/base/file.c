#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/printable.h"

static const char *kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a directory";
    case S_IFIFO:
        return "a named pipe";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

/* What is open must be a regular file that is not too large. */
static sg_result examine(int descriptor, const char *name, size_t max_bytes, struct stat *status,
                         struct sg_error *error)
{
    struct sg_printable shown;
    if (fstat(descriptor, status) != 0)
        return sg_fail_errno(error, SG_ERROR_IO, errno, "cannot examine %s", sg_printable_text(&shown, name));
    if (!S_ISREG(status->st_mode))
        return sg_fail(error, SG_ERROR_IO, "%s is %s, not a file", sg_printable_text(&shown, name),
                       kind_of(status->st_mode));
    if ((uint64_t)status->st_size > max_bytes)
        return sg_fail(error, SG_ERROR_REFUSED, "%s has %jd bytes; at most %zu are read",
                       sg_printable_text(&shown, name), (intmax_t)status->st_size, max_bytes);
    return SG_OK;
}

sg_result sg_file_open(const char *path, size_t max_bytes, int *out, struct sg_error *error)
{
    struct sg_printable shown;
    struct stat status = {0};
    /* O_NONBLOCK: opening a named pipe must not wait for a writer. */
    SG_CLEANUP(sg_cleanup_close) int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return sg_fail_errno(error, SG_ERROR_IO, errno, "cannot open %s", sg_printable_text(&shown, path));
    SG_TRY(examine(descriptor, path, max_bytes, &status, error));
    *out = descriptor;
    descriptor = -1;
    return SG_OK;
}

static sg_result read_to_end(int descriptor, const char *path, struct sg_span *into, uint8_t *room, size_t room_bytes,
                             struct sg_error *error)
{
    size_t size = 0;
    while (size < room_bytes) {
        ssize_t got = read(descriptor, room + size, room_bytes - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            struct sg_printable shown;
            return sg_fail_errno(error, SG_ERROR_IO, errno, "cannot read %s", sg_printable_text(&shown, path));
        }
        if (got == 0)
            break;
        size += (size_t)got;
    }
    *into = sg_span_of(room, size);
    return SG_OK;
}

/* A package of 30 MB is else 8,000 pages, each with a fault of its own, which takes as long as reading the file. */
static void ask_for_large_pages(uint8_t *room, size_t room_bytes)
{
    static const uintptr_t large = (uintptr_t)2 * 1024 * 1024;
    uintptr_t first = ((uintptr_t)room + large - 1) & ~(large - 1);
    uintptr_t end = ((uintptr_t)room + room_bytes) & ~(large - 1);
    if (first < end)
        (void)madvise(room + (first - (uintptr_t)room), end - first, MADV_HUGEPAGE);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

sg_result sg_file_read_open(int descriptor, const char *name, size_t max_bytes, struct sg_buffer *out,
                            struct sg_error *error)
{
    struct stat before = {0};
    SG_TRY(examine(descriptor, name, max_bytes, &before, error));

    /* One byte of room more than the file should have: a file that grows is noticed. */
    SG_CLEANUP(sg_buffer_free) struct sg_buffer buffer = sg_buffer_make(max_bytes + 1);
    uint8_t *room = NULL;
    size_t room_bytes = (size_t)before.st_size + 1;
    SG_TRY(sg_buffer_reserve(&buffer, room_bytes, &room, error));
    ask_for_large_pages(room, room_bytes);
    struct sg_span got = {0};
    SG_TRY(read_to_end(descriptor, name, &got, room, room_bytes, error));
    buffer.size = got.size;
    buffer.data[buffer.size] = '\0';

    struct stat after = {0};
    struct sg_printable shown;
    if (fstat(descriptor, &after) != 0)
        return sg_fail_errno(error, SG_ERROR_IO, errno, "cannot examine %s", sg_printable_text(&shown, name));
    if (!same_file(&before, &after) || buffer.size != (size_t)before.st_size)
        return sg_fail(error, SG_ERROR_IO, "%s changed while it was read", sg_printable_text(&shown, name));
    *out = buffer;
    buffer = sg_buffer_make(0);
    return SG_OK;
}

sg_result sg_file_read(const char *path, size_t max_bytes, struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_close) int descriptor = -1;
    SG_TRY(sg_file_open(path, max_bytes, &descriptor, error));
    return sg_file_read_open(descriptor, path, max_bytes, out, error);
}

sg_result sg_write_all(int descriptor, struct sg_span bytes, struct sg_error *error)
{
    size_t written = 0;
    while (written < bytes.size) {
        ssize_t step = write(descriptor, bytes.data + written, bytes.size - written);
        if (step < 0 && errno == EINTR)
            continue;
        if (step < 0)
            return sg_fail_errno(error, SG_ERROR_OUTPUT, errno, "cannot write");
        written += (size_t)step;
    }
    return SG_OK;
}

/* A file that did not exist, beside `path`. The name is removed again unless the caller renames it. */
struct new_file {
    char *name; /* owned; NULL once renamed */
    int descriptor;
};

static void discard(struct new_file *file)
{
    if (file->name != NULL)
        unlink(file->name);
    free(file->name);
    sg_cleanup_close(&file->descriptor);
}

static sg_result create_beside(const char *path, unsigned mode, struct new_file *file, struct sg_error *error)
{
    struct sg_printable shown;
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        return sg_fail_errno(error, SG_ERROR_IO, errno, "cannot get random bytes");
    char *name = NULL;
    if (asprintf(&name, "%s.%016" PRIx64 ".tmp", path, random) < 0)
        return sg_fail_memory(error);
    file->descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (file->descriptor < 0) {
        int errnum = errno;
        free(name);
        return sg_fail_errno(error, SG_ERROR_IO, errnum, "cannot create a file beside %s",
                             sg_printable_text(&shown, path));
    }
    file->name = name;
    return SG_OK;
}

static sg_result write_beside(const char *path, struct sg_span bytes, unsigned mode, bool replace,
                              struct sg_error *error)
{
    struct sg_printable shown;
    SG_CLEANUP(discard) struct new_file file = {.descriptor = -1};
    SG_TRY(create_beside(path, mode, &file, error));
    struct sg_error cause = {0};
    if (!sg_write_all(file.descriptor, bytes, &cause).done)
        return sg_fail_errno(error, SG_ERROR_IO, cause.system_errno, "cannot write %s",
                             sg_printable_text(&shown, path));
    if (fsync(file.descriptor) != 0)
        return sg_fail_errno(error, SG_ERROR_IO, errno, "cannot write %s", sg_printable_text(&shown, path));
    int placed = renameat2(AT_FDCWD, file.name, AT_FDCWD, path, replace ? 0 : RENAME_NOREPLACE);
    if (placed != 0 && errno == EEXIST)
        return sg_fail(error, SG_ERROR_REFUSED, "%s exists; it is not overwritten", sg_printable_text(&shown, path));
    if (placed != 0)
        return sg_fail_errno(error, SG_ERROR_IO, errno, "cannot put %s in place", sg_printable_text(&shown, path));
    sg_cleanup_free(&file.name);
    return SG_OK;
}

sg_result sg_file_write(const char *path, struct sg_span bytes, unsigned mode, struct sg_error *error)
{
    return write_beside(path, bytes, mode, true, error);
}

sg_result sg_file_create(const char *path, struct sg_span bytes, unsigned mode, struct sg_error *error)
{
    return write_beside(path, bytes, mode, false, error);
}

sg_result sg_path_join(const char *folder, struct sg_span path, char **out, struct sg_error *error)
{
    bool absolute = path.size > 0 && path.data[0] == '/';
    bool here = strcmp(folder, ".") == 0;
    int length = absolute || here ? asprintf(out, "%.*s", (int)path.size, (const char *)path.data)
                                  : asprintf(out, "%s/%.*s", folder, (int)path.size, (const char *)path.data);
    return length < 0 ? sg_fail_memory(error) : SG_OK;
}

sg_result sg_path_folder(const char *path, char **out, struct sg_error *error)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    *out = slash == NULL ? strdup(".") : (length == 0 ? strdup("/") : strndup(path, length));
    return *out == NULL ? sg_fail_memory(error) : SG_OK;
}
