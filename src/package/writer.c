#include "package/writer.h"

#include <time.h>
#include <zip.h>

#include "base/cleanup.h"
#include "base/printable.h"
#include "package/package.h"

/* An archive in memory that libzip changes: the source keeps the result after the archive is closed. */
struct edit {
    zip_source_t *source;
    zip_t *archive;
};

static void cleanup_edit(struct edit *edit)
{
    if (edit->archive != NULL)
        zip_discard(edit->archive);
    if (edit->source != NULL)
        zip_source_free(edit->source);
}

static sg_result fail_zip(struct sg_error *error, const char *what, const char *reason)
{
    struct sg_printable shown;
    return sg_fail(error, SG_ERROR_INTERNAL, "%s: %s", what, sg_printable_text(&shown, reason));
}

static sg_result begin(struct sg_span bytes, struct edit *edit, struct sg_error *error)
{
    zip_error_t reason;
    /* A copy that libzip owns: 1.7.3 frees a buffer that it was only lent, once it has kept its start for the new archive. */
    void *copy = malloc(bytes.size + 1);
    if (copy == NULL)
        return sg_fail_memory(error);
    memcpy(copy, bytes.data, bytes.size);
    zip_error_init(&reason);
    edit->source = zip_source_buffer_create(copy, bytes.size, 1, &reason);
    if (edit->source == NULL)
        free(copy);
    if (edit->source != NULL) {
        zip_source_keep(edit->source); /* zip_close and zip_discard each take one reference */
        edit->archive = zip_open_from_source(edit->source, 0, &reason);
        if (edit->archive == NULL)
            zip_source_free(edit->source);
    }
    sg_result result =
        edit->archive != NULL ? SG_OK : fail_zip(error, "libzip cannot open the package", zip_error_strerror(&reason));
    zip_error_fini(&reason);
    return result;
}

static sg_result read_all(zip_source_t *source, struct sg_buffer *out, struct sg_error *error)
{
    zip_stat_t stat;
    if (zip_source_stat(source, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0 || zip_source_open(source) != 0)
        return fail_zip(error, "libzip cannot read what it wrote", zip_error_strerror(zip_source_error(source)));
    uint8_t *room = NULL;
    sg_result result = sg_buffer_reserve(out, stat.size, &room, error);
    if (result.done && zip_source_read(source, room, stat.size) != (zip_int64_t)stat.size)
        result = fail_zip(error, "libzip cannot read what it wrote", zip_error_strerror(zip_source_error(source)));
    if (result.done) {
        out->size += stat.size;
        out->data[out->size] = '\0';
    }
    zip_source_close(source);
    return result;
}

static sg_result finish(struct edit *edit, struct sg_buffer *out, struct sg_error *error)
{
    if (zip_close(edit->archive) != 0)
        return fail_zip(error, "libzip cannot write the package", zip_strerror(edit->archive));
    edit->archive = NULL;
    return read_all(edit->source, out, error);
}

/* DOS date and time, UTC, so that the same input gives the same bytes everywhere (APPNOTE 4.4.6). */
static sg_result set_time(struct edit *edit, zip_int64_t index, struct sg_time modified, struct sg_error *error)
{
    time_t seconds = (time_t)modified.unix_seconds;
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    int year = tm.tm_year < 80 ? 80 : (tm.tm_year > 207 ? 207 : tm.tm_year);
    zip_uint16_t date = (zip_uint16_t)((year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
    zip_uint16_t time = (zip_uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
    if (zip_file_set_dostime(edit->archive, (zip_uint64_t)index, time, date, 0) != 0)
        return fail_zip(error, "libzip cannot set a time", zip_strerror(edit->archive));
    return SG_OK;
}

sg_result sg_package_add_folder(struct sg_span bytes, struct sg_time modified, struct sg_buffer *out,
                                struct sg_error *error)
{
    SG_CLEANUP(cleanup_edit) struct edit edit = {0};
    SG_TRY(begin(bytes, &edit, error));
    if (zip_name_locate(edit.archive, SG_SIGNATURE_FOLDER, ZIP_FL_ENC_RAW) >= 0)
        return sg_buffer_append(out, bytes, error);
    zip_int64_t index = zip_dir_add(edit.archive, SG_SIGNATURE_FOLDER, ZIP_FL_ENC_UTF_8);
    if (index < 0)
        return fail_zip(error, "libzip cannot add a folder", zip_strerror(edit.archive));
    SG_TRY(set_time(&edit, index, modified, error));
    return finish(&edit, out, error);
}

sg_result sg_package_add_signature(struct sg_span bytes, struct sg_span signature, struct sg_time modified,
                                   struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(cleanup_edit) struct edit edit = {0};
    SG_TRY(begin(bytes, &edit, error));
    if (zip_name_locate(edit.archive, SG_SIGNATURE_NAME, ZIP_FL_ENC_RAW) >= 0)
        return sg_fail(error, SG_ERROR_REFUSED, "the package is signed already");
    zip_source_t *source = zip_source_buffer(edit.archive, signature.data, signature.size, 0);
    if (source == NULL)
        return fail_zip(error, "libzip cannot add the signature", zip_strerror(edit.archive));
    zip_int64_t index = zip_file_add(edit.archive, SG_SIGNATURE_NAME, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return fail_zip(error, "libzip cannot add the signature", zip_strerror(edit.archive));
    }
    SG_TRY(set_time(&edit, index, modified, error));
    return finish(&edit, out, error);
}
