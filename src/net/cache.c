/*
 * A cache file is one line of JSON, which names the URL, the validators, the times, and length and SHA-256 of the body; then
 * the body. It is named by the SHA-256 of the URL, so that no URL can name a path.
 */
#include "net/cache.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"
#include "crypto/digest.h"

enum { CACHE_VERSION = 1 };

void sg_cache_entry_free(struct sg_cache_entry *entry)
{
    sg_buffer_free(&entry->body);
    free(entry->etag);
    free(entry->last_modified);
    *entry = (struct sg_cache_entry){0};
}

static void cleanup_json(json_t **json)
{
    json_decref(*json);
}

static sg_result cache_path(const char *folder, const char *url, char **out, struct sg_error *error)
{
    uint8_t digest[SG_SHA256_BYTES];
    char hex[SG_SHA256_HEX_BYTES];
    char name[SG_SHA256_HEX_BYTES + 8];
    SG_TRY(sg_sha256(sg_span_text(url), digest, error));
    snprintf(name, sizeof name, "%s.cache", sg_hex(sg_span_of(digest, sizeof digest), hex));
    return sg_path_join(folder, sg_span_text(name), out, error);
}

/* --- Cache-Control ------------------------------------------------------------------------------------------------------ */

struct lifetime {
    bool no_store;
    bool known;
    int64_t seconds; /* from now */
};

/* delta-seconds of RFC 9111 section 1.2.2: digits only; too large counts as the largest. False when it is anything else. */
static bool parse_seconds(struct sg_span text, int64_t *out)
{
    if (text.size == 0)
        return false;
    int64_t seconds = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        if (seconds < SG_CACHE_MAX_AGE_SECONDS)
            seconds = seconds * 10 + (text.data[i] - '0');
    }
    *out = seconds < SG_CACHE_MAX_AGE_SECONDS ? seconds : SG_CACHE_MAX_AGE_SECONDS;
    return true;
}

static struct sg_span trimmed(struct sg_span text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = sg_span_part(text, 1, text.size - 1);
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

static bool is_word(struct sg_span text, const char *word)
{
    return text.size == strlen(word) && strncasecmp((const char *)text.data, word, text.size) == 0;
}

/* One directive. A max-age that is no number, or a second one, counts as "stale at once" (RFC 9111 section 4.2.1). */
static void apply_directive(struct sg_span directive, bool *seen_age, struct lifetime *out)
{
    const uint8_t *equals = directive.size == 0 ? NULL : memchr(directive.data, '=', directive.size);
    size_t name_size = equals == NULL ? directive.size : (size_t)(equals - directive.data);
    struct sg_span name = trimmed(sg_span_part(directive, 0, name_size));
    if (is_word(name, "no-store"))
        out->no_store = true;
    if (is_word(name, "no-cache")) {
        out->known = true;
        out->seconds = 0;
        *seen_age = true;
    }
    if (!is_word(name, "max-age"))
        return;
    int64_t seconds = 0;
    bool fine = equals != NULL &&
                parse_seconds(sg_span_part(directive, name_size + 1, directive.size - name_size - 1), &seconds);
    out->seconds = fine && !*seen_age ? seconds : 0;
    out->known = true;
    *seen_age = true;
}

/* How long the answer may be used: max-age less the Age that it has already. */
static struct lifetime lifetime_of(const struct sg_http_response *response)
{
    struct lifetime lifetime = {0};
    if (response->cache_control == NULL)
        return lifetime;
    bool seen_age = false;
    struct sg_span rest = sg_span_text(response->cache_control);
    while (rest.size > 0) {
        const uint8_t *comma = memchr(rest.data, ',', rest.size);
        size_t length = comma == NULL ? rest.size : (size_t)(comma - rest.data);
        apply_directive(trimmed(sg_span_part(rest, 0, length)), &seen_age, &lifetime);
        size_t step = comma == NULL ? length : length + 1;
        rest = sg_span_part(rest, step, rest.size - step);
    }
    int64_t age = 0;
    if (response->age != NULL && !parse_seconds(sg_span_text(response->age), &age))
        age = SG_CACHE_MAX_AGE_SECONDS;
    lifetime.seconds = lifetime.seconds > age ? lifetime.seconds - age : 0;
    return lifetime;
}

/* --- reading ------------------------------------------------------------------------------------------------------------ */

static bool read_time(const json_t *header, const char *key, struct sg_time *out)
{
    const char *text = json_string_value(json_object_get(header, key));
    return text != NULL && sg_time_parse_rfc3339(sg_span_text(text), out);
}

/* A string or null; false when it is anything else. */
static bool read_optional(const json_t *header, const char *key, const char **out)
{
    const json_t *value = json_object_get(header, key);
    *out = json_string_value(value);
    return json_is_string(value) || json_is_null(value);
}

static sg_result copy_text(const char *text, char **out, struct sg_error *error)
{
    *out = text == NULL ? NULL : strdup(text);
    return text != NULL && *out == NULL ? sg_fail_memory(error) : SG_OK;
}

/* Whether the body is the one that the header was written for. */
static sg_result body_matches(const json_t *header, struct sg_span body, bool *matches, struct sg_error *error)
{
    uint8_t digest[SG_SHA256_BYTES];
    char hex[SG_SHA256_HEX_BYTES];
    const char *stored = json_string_value(json_object_get(header, "body_sha256"));
    json_int_t size = json_integer_value(json_object_get(header, "body_bytes"));
    SG_TRY(sg_sha256(body, digest, error));
    sg_hex(sg_span_of(digest, sizeof digest), hex);
    *matches = stored != NULL && strcmp(stored, hex) == 0 && size >= 0 && (uint64_t)size == body.size;
    return SG_OK;
}

static sg_result read_entry(const json_t *header, const char *url, struct sg_span body, struct sg_cache_entry *out,
                            bool *found, struct sg_error *error)
{
    SG_CLEANUP(sg_cache_entry_free) struct sg_cache_entry entry = {.body = sg_buffer_make(SG_REVOCATION_MAX_BYTES)};
    const char *stored_url = json_string_value(json_object_get(header, "url"));
    const char *etag = NULL;
    const char *last_modified = NULL;
    const json_t *has_lifetime = json_object_get(header, "has_lifetime");
    bool fine = json_integer_value(json_object_get(header, "sealgate_cache")) == CACHE_VERSION && stored_url != NULL &&
                strcmp(stored_url, url) == 0 && read_optional(header, "etag", &etag) &&
                read_optional(header, "last_modified", &last_modified) && json_is_boolean(has_lifetime) &&
                read_time(header, "stored_at", &entry.stored_at) &&
                read_time(header, "fresh_until", &entry.fresh_until);
    if (fine)
        SG_TRY(body_matches(header, body, &fine, error));
    if (!fine)
        return SG_OK;
    entry.has_lifetime = json_is_true(has_lifetime);
    SG_TRY(copy_text(etag, &entry.etag, error));
    SG_TRY(copy_text(last_modified, &entry.last_modified, error));
    SG_TRY(sg_buffer_append(&entry.body, body, error));
    *out = entry;
    entry = (struct sg_cache_entry){0};
    *found = true;
    return SG_OK;
}

/* A file that others could have written is none of ours. */
static bool is_own(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
           (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

sg_result sg_cache_read(const char *folder, const char *url, struct sg_cache_entry *out, bool *found,
                        struct sg_error *error)
{
    *out = (struct sg_cache_entry){0};
    *found = false;
    SG_CLEANUP(sg_cleanup_free) char *path = NULL;
    SG_TRY(cache_path(folder, url, &path, error));
    SG_CLEANUP(sg_buffer_free) struct sg_buffer file = {0};
    struct sg_error why = {0};
    if (!is_own(path))
        return SG_OK;
    if (!sg_file_read(path, SG_REVOCATION_MAX_BYTES + SG_CACHE_HEADER_MAX_BYTES, &file, &why).done) {
        if (why.code != SG_ERROR_MEMORY)
            return SG_OK;
        return sg_fail_memory(error);
    }
    size_t first = file.size < SG_CACHE_HEADER_MAX_BYTES ? file.size : SG_CACHE_HEADER_MAX_BYTES;
    const uint8_t *newline = first == 0 ? NULL : memchr(file.data, '\n', first);
    if (newline == NULL)
        return SG_OK;
    size_t length = (size_t)(newline - file.data);
    SG_CLEANUP(cleanup_json)
    json_t *header = json_loadb((const char *)file.data, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(header))
        return SG_OK;
    struct sg_span body = sg_span_part(sg_buffer_span(&file), length + 1, file.size - length - 1);
    return read_entry(header, url, body, out, found, error);
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */

static sg_result make_folder(const char *folder, struct sg_error *error)
{
    struct sg_printable shown;
    struct stat status = {0};
    if (mkdir(folder, 0700) == 0)
        return SG_OK;
    int cause = errno;
    if (cause == EEXIST && stat(folder, &status) == 0)
        cause = S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    if (cause == 0)
        return SG_OK;
    return sg_fail_errno(error, SG_ERROR_IO, cause, "cannot make the cache folder %s",
                         sg_printable_text(&shown, folder));
}

static sg_result pack_header(const char *url, const struct sg_cache_entry *entry, json_t **out, struct sg_error *error)
{
    char stored[SG_TIME_TEXT_BYTES];
    char fresh[SG_TIME_TEXT_BYTES];
    char hex[SG_SHA256_HEX_BYTES];
    uint8_t digest[SG_SHA256_BYTES];
    SG_TRY(sg_sha256(sg_buffer_span(&entry->body), digest, error));
    *out = json_pack("{s:i, s:s, s:s?, s:s?, s:s, s:s, s:b, s:I, s:s}", "sealgate_cache", (int)CACHE_VERSION, "url",
                     url, "etag", entry->etag, "last_modified", entry->last_modified, "stored_at",
                     sg_time_format_rfc3339(entry->stored_at, stored), "fresh_until",
                     sg_time_format_rfc3339(entry->fresh_until, fresh), "has_lifetime", entry->has_lifetime ? 1 : 0,
                     "body_bytes", (json_int_t)entry->body.size, "body_sha256",
                     sg_hex(sg_span_of(digest, sizeof digest), hex));
    return *out == NULL ? sg_fail_memory(error) : SG_OK;
}

static sg_result write_entry(const char *folder, const char *url, const struct sg_cache_entry *entry,
                             struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) char *path = NULL;
    SG_CLEANUP(cleanup_json) json_t *header = NULL;
    SG_CLEANUP(sg_cleanup_free) char *line = NULL;
    SG_CLEANUP(sg_buffer_free)
    struct sg_buffer file = sg_buffer_make(SG_REVOCATION_MAX_BYTES + SG_CACHE_HEADER_MAX_BYTES);
    SG_TRY(cache_path(folder, url, &path, error));
    SG_TRY(pack_header(url, entry, &header, error));
    line = json_dumps(header, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (line == NULL)
        return sg_fail_memory(error);
    SG_TRY(sg_buffer_append_text(&file, line, error));
    SG_TRY(sg_buffer_append_byte(&file, '\n', error));
    SG_TRY(sg_buffer_append(&file, sg_buffer_span(&entry->body), error));
    SG_TRY(make_folder(folder, error));
    return sg_file_write(path, sg_buffer_span(&file), 0600, error);
}

static sg_result forget(const char *folder, const char *url, struct sg_error *error)
{
    struct sg_printable shown;
    SG_CLEANUP(sg_cleanup_free) char *path = NULL;
    SG_TRY(cache_path(folder, url, &path, error));
    if (unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR)
        return sg_fail_errno(error, SG_ERROR_IO, errno, "cannot remove %s", sg_printable_text(&shown, path));
    return SG_OK;
}

sg_result sg_cache_write(const char *folder, const char *url, const struct sg_http_response *response,
                         struct sg_time now, struct sg_error *error)
{
    struct lifetime lifetime = lifetime_of(response);
    if (lifetime.no_store)
        return forget(folder, url, error);
    /* Everything is borrowed from the response; the entry is not freed. */
    struct sg_cache_entry entry = {.body = response->body,
                                   .etag = response->etag,
                                   .last_modified = response->last_modified,
                                   .stored_at = now,
                                   .fresh_until = sg_time_plus(now, lifetime.seconds),
                                   .has_lifetime = lifetime.known};
    return write_entry(folder, url, &entry, error);
}

sg_result sg_cache_refresh(const char *folder, const char *url, struct sg_cache_entry *entry,
                           const struct sg_http_response *response, struct sg_time now, struct sg_error *error)
{
    struct lifetime lifetime = lifetime_of(response);
    if (lifetime.no_store)
        return forget(folder, url, error);
    /* A header that the 304 does not repeat keeps its value (RFC 9111 section 3.2): so does the length of the lifetime. */
    if (response->cache_control == NULL && entry->has_lifetime) {
        lifetime.known = true;
        lifetime.seconds = entry->fresh_until.unix_seconds - entry->stored_at.unix_seconds;
    }
    if (response->etag != NULL) {
        SG_CLEANUP(sg_cleanup_free) char *etag = NULL;
        SG_TRY(copy_text(response->etag, &etag, error));
        free(entry->etag);
        entry->etag = SG_TAKE(etag);
    }
    entry->stored_at = now;
    entry->fresh_until = sg_time_plus(now, lifetime.seconds);
    entry->has_lifetime = lifetime.known;
    return write_entry(folder, url, entry, error);
}
