#include "package/package.h"

#include "base/cleanup.h"
#include "package/zip_internal.h"

static sg_result check_size(struct sg_zip *zip)
{
    if (zip->bytes.size > SG_PACKAGE_MAX_BYTES)
        return sg_refute_zip(zip, SG_RULE_PACKAGE_TOO_LARGE,
                             "the file has %zu bytes; Lambda takes no package that large", zip->bytes.size);
    return SG_OK;
}

/* Everything but the file's own digest. */
static sg_result read_zip(struct sg_zip *zip)
{
    sg_result (*const steps[])(struct sg_zip *) = {
        check_size,         sg_zip_read_end,          sg_zip_read_directory,
        sg_zip_check_names, sg_zip_ask_second_reader, sg_zip_read_content,
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        SG_TRY(steps[i](zip));
        if (sg_zip_refuted(zip))
            return SG_OK;
    }
    zip->package->structure.outcome = SG_PROVEN;
    return SG_OK;
}

sg_result sg_package_read_with(struct sg_span bytes, struct sg_hasher *hasher, struct sg_arena *arena,
                               struct sg_package *out, struct sg_error *error)
{
    *out = (struct sg_package){.size = bytes.size, .has_sha256 = true};
    SG_CLEANUP(sg_arena_free) struct sg_arena scratch = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    struct sg_zip zip = {
        .bytes = bytes, .arena = arena, .scratch = &scratch, .package = out, .hasher = hasher, .error = error};
    struct sg_error later = {0};
    SG_TRY(sg_hasher_add(hasher, SG_HASH_FILE, bytes, error));
    sg_result read = read_zip(&zip);
    /* Also after an error: until it is done, the hasher's thread reads the bytes, which are the caller's. */
    sg_result hashed = sg_hasher_finish(hasher, SG_HASH_FILE, out->sha256, read.done ? error : &later);
    return read.done ? hashed : read;
}

sg_result sg_package_read(struct sg_span bytes, struct sg_arena *arena, struct sg_package *out, struct sg_error *error)
{
    SG_CLEANUP(sg_hasher_free) struct sg_hasher *hasher = NULL;
    *out = (struct sg_package){.size = bytes.size};
    SG_TRY(sg_hasher_start(false, &hasher, error));
    return sg_package_read_with(bytes, hasher, arena, out, error);
}
