/*
 * Whole files in and out. Bytes are read once into private memory; nothing is mapped, so nothing can change or vanish under
 * the reader. Files are written beside their place and renamed, so that nothing half-written is ever seen.
 *
 * Thread-safe.
 */
#ifndef SG_BASE_FILE_H
#define SG_BASE_FILE_H

#include "base/buffer.h"

/* Reads a regular file of at most max_bytes into `out` (owned; free with sg_buffer_free). A symbolic link is followed. IO
 * when it cannot be read, is no regular file, or changed while it was read; REFUSED when it is larger than max_bytes. The
 * message names the path and says what is wrong. */
SG_RESULT sg_file_read(const char *path, size_t max_bytes, struct sg_buffer *out, struct sg_error *error);

/* The two halves of sg_file_read, for reading in another process than the one that may open files. The descriptor is owned;
 * close(2). `name` is what messages call the file. */
SG_RESULT sg_file_open(const char *path, size_t max_bytes, int *descriptor, struct sg_error *error);
SG_RESULT sg_file_read_open(int descriptor, const char *name, size_t max_bytes, struct sg_buffer *out,
                            struct sg_error *error);

/* Writes `bytes` to `path`: to a new file of unpredictable name in the same folder, synced, then renamed over `path`. A
 * symbolic link at `path` is replaced, not followed. IO on failure; then nothing is left behind. `mode` as for open(2). */
SG_RESULT sg_file_write(const char *path, struct sg_span bytes, unsigned mode, struct sg_error *error);

/* The same, but REFUSED when something is at `path` already; nothing is replaced. */
SG_RESULT sg_file_create(const char *path, struct sg_span bytes, unsigned mode, struct sg_error *error);

/* Writes all bytes to a descriptor. OUTPUT on failure. */
SG_RESULT sg_write_all(int descriptor, struct sg_span bytes, struct sg_error *error);

/* `path` as seen from `folder`: joined unless absolute. Owned; free with free(3). */
SG_RESULT sg_path_join(const char *folder, struct sg_span path, char **out, struct sg_error *error);

/* The folder of `path`: "a/b" gives "a", "b" gives ".". Owned; free with free(3). */
SG_RESULT sg_path_folder(const char *path, char **out, struct sg_error *error);

#endif
