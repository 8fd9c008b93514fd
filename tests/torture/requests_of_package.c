#include "requests.h"

#include "package/package.h"
#include "package/writer.h"

/* Larger packages are there to take time; each way that they go, a small one goes too. */
enum { MOST_BYTES = 64 * 1024 };

/* --- sg_package_read -------------------------------------------------------------------------------------------------------- */

extern sg_result __real_sg_package_read(struct sg_span bytes, struct sg_arena *arena, struct sg_package *out,
                                        struct sg_error *error);
extern sg_result __wrap_sg_package_read(struct sg_span bytes, struct sg_arena *arena, struct sg_package *out,
                                        struct sg_error *error);

static sg_result read_once(void *self, struct sg_error *error)
{
    const struct sg_span *bytes = self;
    struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    struct sg_package package;
    sg_result result = __real_sg_package_read(*bytes, &arena, &package, error);
    sg_arena_free(&arena);
    return result;
}

sg_result __wrap_sg_package_read(struct sg_span bytes, struct sg_arena *arena, struct sg_package *out,
                                 struct sg_error *error)
{
    if (bytes.size <= MOST_BYTES)
        torture_requests("sg_package_read", read_once, &bytes);
    return __real_sg_package_read(bytes, arena, out, error);
}

/* --- the writer ------------------------------------------------------------------------------------------------------------- */

struct writing {
    struct sg_span bytes, signature;
    struct sg_time modified;
    size_t max_bytes;
    bool folder;
};

extern sg_result __real_sg_package_append_folder(struct sg_span bytes, struct sg_time modified, struct sg_buffer *out,
                                                 struct sg_error *error);
extern sg_result __wrap_sg_package_append_folder(struct sg_span bytes, struct sg_time modified, struct sg_buffer *out,
                                                 struct sg_error *error);
extern sg_result __real_sg_package_append_signature(struct sg_span bytes, struct sg_span signature,
                                                    struct sg_time modified, struct sg_buffer *out,
                                                    struct sg_error *error);
extern sg_result __wrap_sg_package_append_signature(struct sg_span bytes, struct sg_span signature,
                                                    struct sg_time modified, struct sg_buffer *out,
                                                    struct sg_error *error);

static sg_result write_once(void *self, struct sg_error *error)
{
    const struct writing *writing = self;
    struct sg_buffer out = sg_buffer_make(writing->max_bytes);
    sg_result result = writing->folder ? __real_sg_package_append_folder(writing->bytes, writing->modified, &out, error)
                                       : __real_sg_package_append_signature(writing->bytes, writing->signature,
                                                                            writing->modified, &out, error);
    sg_buffer_free(&out);
    return result;
}

sg_result __wrap_sg_package_append_folder(struct sg_span bytes, struct sg_time modified, struct sg_buffer *out,
                                          struct sg_error *error)
{
    struct writing writing = {.bytes = bytes, .modified = modified, .max_bytes = out->max_bytes, .folder = true};
    torture_requests("sg_package_append_folder", write_once, &writing);
    return __real_sg_package_append_folder(bytes, modified, out, error);
}

sg_result __wrap_sg_package_append_signature(struct sg_span bytes, struct sg_span signature, struct sg_time modified,
                                             struct sg_buffer *out, struct sg_error *error)
{
    struct writing writing = {
        .bytes = bytes, .signature = signature, .modified = modified, .max_bytes = out->max_bytes};
    torture_requests("sg_package_append_signature", write_once, &writing);
    return __real_sg_package_append_signature(bytes, signature, modified, out, error);
}
