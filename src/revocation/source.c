#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/url.h"
#include "net/cache.h"
#include "net/fetch.h"
#include "revocation/source_internal.h"

sg_result sg_source_make(const struct sg_source_setting *setting, struct sg_source **out, struct sg_error *error)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return sg_fail_memory(error);
    (*out)->setting = setting;
    return SG_OK;
}

/* What was loaded before, so that a source never says more than its last load. */
static void forget_content(struct sg_source *source)
{
    sg_list_free(&source->list);
    sg_crl_free(&source->crl);
    sg_cleanup_free(&source->detail);
    source->status = SG_SOURCE_UNAVAILABLE;
}

void sg_source_free(struct sg_source **source)
{
    if (*source == NULL)
        return;
    forget_content(*source);
    free(*source);
    *source = NULL;
}

const struct sg_source_setting *sg_source_setting(const struct sg_source *source)
{
    return source->setting;
}

enum sg_source_status sg_source_status(const struct sg_source *source)
{
    return source->status;
}

const char *sg_source_detail(const struct sg_source *source)
{
    return source->detail != NULL ? source->detail : "it was not loaded";
}

const char *sg_source_kind_name(enum sg_source_kind kind)
{
    switch (kind) {
    case SG_SOURCE_LIST:
        return "list";
    case SG_SOURCE_CRL:
        return "crl";
    }
    return "";
}

/* --- content ------------------------------------------------------------------------------------------------------------ */

/* What the bytes say, once they have been found good. */
struct content {
    struct sg_list *list;
    struct sg_crl *crl;
};

static void cleanup_content(struct content *content)
{
    sg_list_free(&content->list);
    sg_crl_free(&content->crl);
}

static bool content_there(const struct content *content)
{
    return content->list != NULL || content->crl != NULL;
}

static sg_result parse(const struct sg_source *source, struct sg_span bytes, struct sg_time now,
                       struct content *content, struct sg_error *error)
{
    switch (source->setting->kind) {
    case SG_SOURCE_LIST:
        return sg_list_parse(bytes, now, &content->list, error);
    case SG_SOURCE_CRL:
        return sg_crl_parse(bytes, now, &content->crl, error);
    }
    return sg_fail(error, SG_ERROR_INTERNAL, "a source of an unknown kind");
}

/* --- what comes of it --------------------------------------------------------------------------------------------------- */

/* The source has no answer, and that is its answer; only want of memory is an error. `note` may add what else there is. */
static sg_result settle_unavailable(struct sg_source *source, const struct sg_error *why, const char *note,
                                    struct sg_error *error)
{
    if (why->code == SG_ERROR_MEMORY) {
        if (error != NULL)
            *error = *why;
        return SG_FAILED;
    }
    /* The report names the source beside its detail; the message of a fetch begins with the URL again. */
    const char *message = why->message;
    if (source->setting->url != NULL) {
        struct sg_printable shown;
        size_t length = strlen(sg_url_shown(&shown, source->setting->url));
        if (strncmp(message, shown.text, length) == 0 && strncmp(message + length, ": ", 2) == 0)
            message += length + 2;
    }
    forget_content(source);
    if (asprintf(&source->detail, "%s%s", message, note) < 0) {
        source->detail = NULL;
        return sg_fail_memory(error);
    }
    return SG_OK;
}

static sg_result settle(struct sg_source *source, enum sg_source_status status, struct content *content,
                        const char *note, struct sg_error *error)
{
    char issued[SG_TIME_TEXT_BYTES];
    char next[SG_TIME_TEXT_BYTES];
    char count[48] = "";
    bool is_list = content->list != NULL;
    if (is_list)
        snprintf(count, sizeof count, ", %zu %s", sg_list_count(content->list),
                 sg_list_count(content->list) == 1 ? "entry" : "entries");
    sg_time_format_minute(is_list ? sg_list_issued_at(content->list) : sg_crl_this_update(content->crl), issued);
    sg_time_format_minute(is_list ? sg_list_next_update(content->list) : sg_crl_next_update(content->crl), next);
    forget_content(source);
    if (asprintf(&source->detail, "issued %s, next update %s%s%s", issued, next, count, note) < 0) {
        source->detail = NULL;
        return sg_fail_memory(error);
    }
    source->list = SG_TAKE(content->list);
    source->crl = SG_TAKE(content->crl);
    source->status = status;
    return SG_OK;
}

/* --- files -------------------------------------------------------------------------------------------------------------- */

static sg_result load_file(struct sg_source *source, const struct sg_source_context *context, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) char *path = NULL;
    SG_CLEANUP(sg_buffer_free) struct sg_buffer bytes = {0};
    SG_CLEANUP(cleanup_content) struct content content = {0};
    struct sg_error why = {0};
    SG_TRY(sg_path_join(context->folder, sg_span_text(source->setting->path), &path, error));
    if (!sg_file_read(path, SG_REVOCATION_MAX_BYTES, &bytes, &why).done ||
        !parse(source, sg_buffer_span(&bytes), context->now, &content, &why).done)
        return settle_unavailable(source, &why, "", error);
    return settle(source, SG_SOURCE_FRESH, &content, "", error);
}

/* --- URLs --------------------------------------------------------------------------------------------------------------- */

/* A copy from the cache. `content` is there only when the copy is current; otherwise `why_not` says what is wrong with it. */
struct copy {
    bool found;
    struct sg_cache_entry entry;
    struct content content;
    struct sg_error why_not;
};

static void cleanup_copy(struct copy *copy)
{
    sg_cache_entry_free(&copy->entry);
    cleanup_content(&copy->content);
}

static sg_result read_copy(const struct sg_source *source, const struct sg_source_context *context, struct copy *copy,
                           struct sg_error *error)
{
    if (context->cache == NULL)
        return SG_OK;
    SG_TRY(sg_cache_read(context->cache, source->setting->url, &copy->entry, &copy->found, error));
    if (!copy->found)
        return SG_OK;
    struct sg_span body = sg_buffer_span(&copy->entry.body);
    if (!parse(source, body, context->now, &copy->content, &copy->why_not).done &&
        copy->why_not.code == SG_ERROR_MEMORY)
        return sg_fail_memory(error);
    return SG_OK;
}

/* Whether the server need not be asked: it said for how long, and neither that nor a day is over. A copy from the future (a
 * clock that was set back) is asked about. */
static bool copy_fresh(const struct copy *copy, struct sg_time now)
{
    if (!copy->found || !content_there(&copy->content))
        return false;
    if (sg_time_compare(copy->entry.stored_at, sg_time_plus(now, SG_CLOCK_SKEW_SECONDS)) > 0)
        return false;
    struct sg_time latest = sg_time_plus(copy->entry.stored_at, SG_CACHE_MAX_FRESH_SECONDS);
    return copy->entry.has_lifetime && sg_time_compare(now, copy->entry.fresh_until) < 0 &&
           sg_time_compare(now, latest) < 0;
}

static const char *fetched_note(const struct copy *copy, const char *tail, char *out, size_t size)
{
    char text[SG_TIME_TEXT_BYTES];
    snprintf(out, size, ", fetched %s%s", sg_time_format_minute(copy->entry.stored_at, text), tail);
    return out;
}

/* "5 minutes", "3 hours", "2 days": how long ago, for a person. */
static void format_age(struct sg_time then, struct sg_time now, char *out, size_t size)
{
    int64_t seconds = now.unix_seconds > then.unix_seconds ? now.unix_seconds - then.unix_seconds : 0;
    int64_t count = seconds / 60;
    const char *unit = "minute";
    if (seconds >= 172800) {
        count = seconds / 86400;
        unit = "day";
    } else if (seconds >= 7200) {
        count = seconds / 3600;
        unit = "hour";
    }
    snprintf(out, size, "%" PRId64 " %s%s", count, unit, count == 1 ? "" : "s");
}

static sg_result load_offline(struct sg_source *source, const struct sg_source_context *context, struct copy *copy,
                              struct sg_error *error)
{
    char note[128];
    char age[48];
    char tail[96];
    struct sg_error why = {0};
    if (content_there(&copy->content)) {
        format_age(copy->entry.stored_at, context->now, age, sizeof age);
        snprintf(tail, sizeof tail, " (%s ago; offline)", age);
        return settle(source, SG_SOURCE_CACHED, &copy->content, fetched_note(copy, tail, note, sizeof note), error);
    }
    if (!copy->found)
        (void)sg_fail(&why, SG_ERROR_NETWORK,
                      context->cache == NULL ? "offline, and there is no cache folder (revocation.cache)"
                                             : "offline and not in the cache");
    else
        (void)sg_fail(&why, SG_ERROR_NETWORK, "offline, and the copy in the cache cannot be used: %s",
                      copy->why_not.message);
    return settle_unavailable(source, &why, "", error);
}

/* A cache that cannot be written costs the next run a request, and this one nothing. */
static const char *cache_note(const struct sg_error *why, char *out, size_t size)
{
    snprintf(out, size, "%s%s", why->message[0] == '\0' ? "" : "; not kept in the cache: ", why->message);
    return out;
}

static sg_result take_new(struct sg_source *source, const struct sg_source_context *context,
                          const struct sg_http_response *response, struct sg_error *error)
{
    SG_CLEANUP(cleanup_content) struct content content = {0};
    char note[SG_ERROR_MESSAGE_BYTES + 64];
    struct sg_error why = {0};
    if (!parse(source, sg_buffer_span(&response->body), context->now, &content, &why).done)
        return settle_unavailable(source, &why, "", error);
    if (context->cache != NULL &&
        !sg_cache_write(context->cache, source->setting->url, response, context->now, &why).done &&
        why.code == SG_ERROR_MEMORY)
        return sg_fail_memory(error);
    return settle(source, SG_SOURCE_FRESH, &content, cache_note(&why, note, sizeof note), error);
}

static sg_result take_confirmed(struct sg_source *source, const struct sg_source_context *context, struct copy *copy,
                                const struct sg_http_response *response, struct sg_error *error)
{
    char note[SG_ERROR_MESSAGE_BYTES + 64];
    struct sg_error why = {0};
    if (!sg_cache_refresh(context->cache, source->setting->url, &copy->entry, response, context->now, &why).done &&
        why.code == SG_ERROR_MEMORY)
        return sg_fail_memory(error);
    return settle(source, SG_SOURCE_FRESH, &copy->content, cache_note(&why, note, sizeof note), error);
}

static sg_result load_url(struct sg_source *source, const struct sg_source_context *context, struct copy *copy,
                          struct sg_error *error)
{
    char note[160] = "";
    char text[SG_TIME_TEXT_BYTES];
    bool usable = content_there(&copy->content);
    struct sg_fetch_request request = {.url = source->setting->url,
                                       .ca_bundle = context->ca_bundle,
                                       .etag = usable ? copy->entry.etag : NULL,
                                       .last_modified = usable ? copy->entry.last_modified : NULL,
                                       .max_body_bytes = SG_REVOCATION_MAX_BYTES,
                                       .timeout_ms = context->timeout_ms};
    SG_CLEANUP(sg_http_response_free) struct sg_http_response response = {0};
    struct sg_error why = {0};
    if (sg_fetch(context->transport, &request, &response, &why).done)
        return response.status == 304 ? take_confirmed(source, context, copy, &response, error)
                                      : take_new(source, context, &response, error);
    /* A copy that is no longer current would not change what is missing, so only one that the server's lifetime rules out is
     * worth a word. */
    if (usable)
        snprintf(note, sizeof note, "; the cache has a copy of %s, which is too old to be used",
                 sg_time_format_minute(copy->entry.stored_at, text));
    return settle_unavailable(source, &why, note, error);
}

sg_result sg_source_load(struct sg_source *source, const struct sg_source_context *context, struct sg_error *error)
{
    char note[128];
    if (source->setting->url == NULL)
        return load_file(source, context, error);
    SG_CLEANUP(cleanup_copy) struct copy copy = {0};
    SG_TRY(read_copy(source, context, &copy, error));
    if (context->offline)
        return load_offline(source, context, &copy, error);
    if (copy_fresh(&copy, context->now))
        return settle(source, SG_SOURCE_CACHED, &copy.content, fetched_note(&copy, "", note, sizeof note), error);
    return load_url(source, context, &copy, error);
}
