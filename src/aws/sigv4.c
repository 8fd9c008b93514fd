#include "aws/sigv4.h"

#include <stdlib.h>

#include "aws/canonical.h"
#include "base/cleanup.h"
#include "base/url.h"
#include "crypto/digest.h"

/* "20150830", the beginning of a date. */
enum { DAY_BYTES = 9 };

struct signing {
    const struct sg_sigv4_request *request;
    const struct sg_aws_keys *keys;
    struct sg_arena *arena;
    struct sg_sigv4 *out;
    struct sg_error *error;
    bool s3;
    char date[SG_TIME_TEXT_BYTES];
    char day[DAY_BYTES];
    char body_hash[SG_SHA256_HEX_BYTES];
    struct header *headers; /* all that are signed, in order */
    size_t header_count;
    struct sg_buffer signed_names; /* owned; "host;x-amz-date" */
};

struct header {
    const char *name; /* in lower case */
    const char *value;
    size_t place; /* as given: the order of those with one name */
};

static void cleanup_signing(struct signing *signing)
{
    sg_buffer_free(&signing->signed_names);
}

/* --- what may stand in a header ------------------------------------------------------------------------------------------- */

static bool is_visible(const char *text, const char *but)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= 0x20 || *at > 0x7E || strchr(but, *at) != NULL)
            return false;
    }
    return text[0] != '\0';
}

/* RFC 9110 section 5.5, without bytes beyond ASCII. */
static bool is_value(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((*at < 0x20 && *at != '\t') || *at > 0x7E)
            return false;
    }
    return true;
}

static sg_result check(const struct signing *signing)
{
    const struct sg_sigv4_request *request = signing->request;
    const struct sg_aws_keys *keys = signing->keys;
    const char *what = NULL;
    if (!is_visible(keys->access_key_id, "/,="))
        what = "the access key id";
    else if (!is_visible(keys->secret_access_key, ""))
        what = "the secret access key";
    else if (keys->session_token != NULL && !is_visible(keys->session_token, ""))
        what = "the session token";
    else if (!is_visible(request->region, "/,=") || !is_visible(request->service, "/,="))
        what = "the region or service";
    for (size_t i = 0; i < request->header_count && what == NULL; i++) {
        if (!is_visible(request->headers[i].name, ":;,") || !is_value(request->headers[i].value))
            what = "a header";
    }
    return what == NULL ? SG_OK
                        : sg_fail(signing->error, SG_ERROR_REFUSED,
                                  "%s is empty or holds a character that it cannot have", what);
}

/* --- headers -------------------------------------------------------------------------------------------------------------- */

static sg_result add_header(struct signing *signing, const char *name, const char *value)
{
    void *room = NULL;
    size_t length = strlen(name);
    SG_TRY(sg_arena_alloc(signing->arena, length + 1, 1, &room, signing->error));
    char *lower = room;
    memcpy(lower, name, length);
    for (size_t i = 0; i < length; i++) {
        if (lower[i] >= 'A' && lower[i] <= 'Z')
            lower[i] = (char)(lower[i] | 0x20);
    }
    signing->headers[signing->header_count] = (struct header){lower, value, signing->header_count};
    signing->header_count++;
    return SG_OK;
}

/* One that is signed, and sent besides the request's own. */
static sg_result add_own(struct signing *signing, const char *name, const char *value)
{
    struct sg_sigv4 *out = signing->out;
    out->headers[out->header_count++] = (struct sg_header){name, value};
    return add_header(signing, name, value);
}

/* The host, with its port when that is not 443 (RFC 9110 section 7.2). */
static sg_result add_host(struct signing *signing)
{
    const char *host = NULL;
    const char *url = signing->request->url;
    struct sg_span name = sg_url_host(url);
    unsigned port = sg_url_port(url);
    if (port == 443)
        SG_TRY(sg_arena_text(signing->arena, name, &host, signing->error));
    else
        SG_TRY(sg_arena_printf(signing->arena, &host, signing->error, "%.*s:%u", (int)name.size,
                               (const char *)name.data, port));
    return add_header(signing, "host", host);
}

static int compare_headers(const void *a, const void *b)
{
    const struct header *left = a;
    const struct header *right = b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : (left->place < right->place ? -1 : 1);
}

static sg_result collect_headers(struct signing *signing)
{
    const struct sg_sigv4_request *request = signing->request;
    const char *date = NULL;
    const char *hash = NULL;
    void *room = NULL;
    SG_TRY(sg_arena_alloc(signing->arena, request->header_count + 1 + SG_SIGV4_MAX_HEADERS, sizeof(struct header),
                          &room, signing->error));
    signing->headers = room;
    SG_TRY(add_host(signing));
    SG_TRY(sg_arena_text(signing->arena, sg_span_text(signing->date), &date, signing->error));
    SG_TRY(add_own(signing, "X-Amz-Date", date));
    if (signing->keys->session_token != NULL)
        SG_TRY(add_own(signing, "X-Amz-Security-Token", signing->keys->session_token));
    if (signing->s3) {
        SG_TRY(sg_arena_text(signing->arena, sg_span_text(signing->body_hash), &hash, signing->error));
        SG_TRY(add_own(signing, "X-Amz-Content-Sha256", hash));
    }
    for (size_t i = 0; i < request->header_count; i++)
        SG_TRY(add_header(signing, request->headers[i].name, request->headers[i].value));
    qsort(signing->headers, signing->header_count, sizeof signing->headers[0], compare_headers);
    return SG_OK;
}

/* Values of one name are joined by commas. */
static sg_result write_headers(struct signing *signing, struct sg_buffer *out)
{
    for (size_t i = 0; i < signing->header_count; i++) {
        const struct header *header = &signing->headers[i];
        bool again = i > 0 && strcmp(header[-1].name, header->name) == 0;
        bool more = i + 1 < signing->header_count && strcmp(header[1].name, header->name) == 0;
        if (!again) {
            SG_TRY(sg_buffer_printf(out, signing->error, "%s:", header->name));
            SG_TRY(sg_buffer_printf(&signing->signed_names, signing->error, "%s%s", i > 0 ? ";" : "", header->name));
        }
        SG_TRY(sg_canonical_value(header->value, out, signing->error));
        SG_TRY(sg_buffer_append_byte(out, more ? ',' : '\n', signing->error));
    }
    return SG_OK;
}

/* --- the request ---------------------------------------------------------------------------------------------------------- */

/* Path and query, as the URL has them. */
static void split_url(const char *url, struct sg_span *path, struct sg_span *query)
{
    struct sg_span authority = sg_url_authority(url);
    const char *start = (const char *)authority.data + authority.size;
    size_t path_bytes = strcspn(start, "?#");
    *path = sg_span_of(start, path_bytes);
    *query = sg_span_of(start, 0);
    if (start[path_bytes] == '?')
        *query = sg_span_of(start + path_bytes + 1, strcspn(start + path_bytes + 1, "#"));
}

static sg_result write_canonical_request(struct signing *signing)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer text = sg_buffer_make(SG_SIGV4_MAX_BYTES);
    struct sg_span path;
    struct sg_span query;
    split_url(signing->request->url, &path, &query);
    SG_TRY(sg_buffer_printf(&text, signing->error, "%s\n", signing->request->method));
    SG_TRY(sg_canonical_path(path, signing->s3, &text, signing->error));
    SG_TRY(sg_buffer_append_byte(&text, '\n', signing->error));
    SG_TRY(sg_canonical_query(query, signing->arena, &text, signing->error));
    SG_TRY(sg_buffer_append_byte(&text, '\n', signing->error));
    SG_TRY(write_headers(signing, &text));
    SG_TRY(sg_buffer_printf(&text, signing->error, "\n%s\n%s", sg_buffer_text(&signing->signed_names),
                            signing->body_hash));
    return sg_arena_text(signing->arena, sg_buffer_span(&text), &signing->out->canonical_request, signing->error);
}

static sg_result hash_text(struct sg_span text, char hex[SG_SHA256_HEX_BYTES], struct sg_error *error)
{
    uint8_t digest[SG_SHA256_BYTES];
    SG_TRY(sg_sha256(text, digest, error));
    sg_hex(sg_span_of(digest, sizeof digest), hex);
    return SG_OK;
}

static sg_result write_string_to_sign(struct signing *signing)
{
    char hash[SG_SHA256_HEX_BYTES];
    SG_TRY(hash_text(sg_span_text(signing->out->canonical_request), hash, signing->error));
    return sg_arena_printf(signing->arena, &signing->out->string_to_sign, signing->error,
                           "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", signing->date, signing->day,
                           signing->request->region, signing->request->service, hash);
}

/* --- the signature -------------------------------------------------------------------------------------------------------- */

/* The secret, and then each part of the scope, one under the other. */
static sg_result compute_signature(const struct signing *signing, char hex[SG_SHA256_HEX_BYTES])
{
    const char *const parts[] = {signing->day, signing->request->region, signing->request->service, "aws4_request",
                                 signing->out->string_to_sign};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer secret = sg_buffer_make(SG_SIGV4_MAX_BYTES);
    uint8_t key[SG_SHA256_BYTES];
    SG_TRY(sg_buffer_printf(&secret, signing->error, "AWS4%s", signing->keys->secret_access_key));
    sg_result result = sg_hmac_sha256(sg_buffer_span(&secret), sg_span_text(parts[0]), key, signing->error);
    for (size_t i = 1; i < sizeof parts / sizeof parts[0] && result.done; i++)
        result = sg_hmac_sha256(sg_span_of(key, sizeof key), sg_span_text(parts[i]), key, signing->error);
    sg_hex(sg_span_of(key, sizeof key), hex);
    explicit_bzero(secret.data, secret.size);
    explicit_bzero(key, sizeof key);
    return result;
}

static sg_result add_authorization(struct signing *signing)
{
    char signature[SG_SHA256_HEX_BYTES];
    const char *value = NULL;
    struct sg_sigv4 *out = signing->out;
    SG_TRY(compute_signature(signing, signature));
    SG_TRY(sg_arena_printf(signing->arena, &value, signing->error,
                           "AWS4-HMAC-SHA256 Credential=%s/%s/%s/%s/aws4_request, SignedHeaders=%s, Signature=%s",
                           signing->keys->access_key_id, signing->day, signing->request->region,
                           signing->request->service, sg_buffer_text(&signing->signed_names), signature));
    out->headers[out->header_count++] = (struct sg_header){"Authorization", value};
    return SG_OK;
}

sg_result sg_sigv4_sign(const struct sg_sigv4_request *request, const struct sg_aws_keys *keys, struct sg_arena *arena,
                        struct sg_sigv4 *out, struct sg_error *error)
{
    *out = (struct sg_sigv4){0};
    SG_CLEANUP(cleanup_signing)
    struct signing signing = {.request = request,
                              .keys = keys,
                              .arena = arena,
                              .out = out,
                              .error = error,
                              .s3 = strcmp(request->service, "s3") == 0,
                              .signed_names = sg_buffer_make(SG_SIGV4_MAX_BYTES)};
    SG_TRY(check(&signing));
    sg_time_format_basic(request->time, signing.date);
    memcpy(signing.day, signing.date, DAY_BYTES - 1);
    SG_TRY(hash_text(request->body, signing.body_hash, error));
    SG_TRY(collect_headers(&signing));
    SG_TRY(write_canonical_request(&signing));
    SG_TRY(write_string_to_sign(&signing));
    return add_authorization(&signing);
}
