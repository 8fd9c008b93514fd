#include "net/fetch.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/url.h"

/* Names of RFC 9110 section 15 and RFC 6585, for the answers that people meet. */
static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {410, "Gone"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

static const char *phrase_of(int status)
{
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (phrases[i].status == status)
            return phrases[i].phrase;
    }
    return "";
}

static bool status_retryable(int status)
{
    return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

static bool status_redirects(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* --- how long to wait --------------------------------------------------------------------------------------------------- */

/* Retry-After in milliseconds: whole seconds or the date form of RFC 9110 section 5.6.7 that senders must use; -1 when there
 * is none or it is anything else. A wait too long for a number is as good as for ever. */
static int64_t retry_after_ms(const char *value)
{
    if (value == NULL || value[0] == '\0')
        return -1;
    if (strspn(value, "0123456789") == strlen(value)) {
        int64_t seconds = 0;
        for (const char *at = value; *at != '\0' && seconds < SG_CACHE_MAX_AGE_SECONDS; at++)
            seconds = seconds * 10 + (*at - '0');
        return seconds * 1000;
    }
    size_t length = strlen(value);
    if (length != 29 || strcmp(value + length - 4, " GMT") != 0)
        return -1;
    time_t when = curl_getdate(value, NULL);
    if (when < 0)
        return -1;
    int64_t seconds = (int64_t)when - sg_time_now().unix_seconds;
    return seconds > 0 ? seconds * 1000 : 0;
}

/* Full jitter: anything from nothing to a bound that doubles with each try. */
static int64_t backoff_ms(const struct sg_transport *transport, unsigned tries)
{
    uint32_t bound = SG_BACKOFF_FIRST_MS;
    for (unsigned i = 1; i < tries && bound < SG_BACKOFF_MAX_MS; i++)
        bound *= 2;
    bound = bound < SG_BACKOFF_MAX_MS ? bound : SG_BACKOFF_MAX_MS;
    return transport->random_below(transport->self, bound + 1);
}

/* --- the tries ---------------------------------------------------------------------------------------------------------- */

struct attempt {
    const struct sg_transport *transport;
    const struct sg_fetch_request *request;
    int64_t deadline_ms;
    unsigned tries;
    bool retryable;
    int64_t asked_wait_ms; /* what the server asks for; -1 when it does not */
};

static int64_t left_ms(const struct attempt *attempt)
{
    return attempt->deadline_ms - attempt->transport->now_ms(attempt->transport->self);
}

/* The cause in words: what the transport said, or what was answered. */
static void describe_answer(const struct attempt *attempt, const struct sg_http_response *response,
                            struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_printable elsewhere;
    const char *phrase = phrase_of(response->status);
    (void)sg_fail(error, SG_ERROR_NETWORK, "%s: answered %d%s%s", sg_url_shown(&shown, attempt->request->url),
                  response->status, phrase[0] == '\0' ? "" : " ", phrase);
    size_t used = strlen(error->message);
    size_t room = sizeof error->message - used;
    if (status_redirects(response->status)) {
        struct sg_span host = sg_url_authority(response->location == NULL ? "" : response->location);
        snprintf(error->message + used, room, ": redirects are not followed%s%s%s", host.size == 0 ? "" : " (to ",
                 host.size == 0 ? "" : sg_printable(&elsewhere, host), host.size == 0 ? "" : ")");
    } else if (response->status == 304) {
        snprintf(error->message + used, room, ", though nothing was asked conditionally");
    }
}

static void append_reason(struct sg_error *error, const char *reason, unsigned tries)
{
    size_t used = strlen(error->message);
    snprintf(error->message + used, sizeof error->message - used, "; given up after %u %s%s", tries,
             tries == 1 ? "try" : "tries", reason);
}

static bool status_fits(const struct sg_fetch_request *request, int status)
{
    bool conditional = request->etag != NULL || request->last_modified != NULL;
    return status == 200 || (status == 304 && conditional);
}

/* One try. Not done: `error` says why, and the attempt whether one more might help. */
static sg_result try_once(struct attempt *attempt, struct sg_http_response *response, struct sg_error *error)
{
    const struct sg_fetch_request *request = attempt->request;
    struct sg_http_request once = {.url = request->url,
                                   .ca_bundle = request->ca_bundle,
                                   .etag = request->etag,
                                   .last_modified = request->last_modified,
                                   .max_body_bytes = request->max_body_bytes,
                                   .timeout_ms = left_ms(attempt)};
    struct sg_http_failure failure = {0};
    attempt->tries++;
    attempt->asked_wait_ms = -1;
    attempt->retryable = false;
    if (!attempt->transport->perform(attempt->transport->self, &once, response, &failure, error).done) {
        attempt->retryable = failure.retryable && error->code == SG_ERROR_NETWORK;
        return SG_FAILED;
    }
    if (status_fits(request, response->status))
        return SG_OK;
    attempt->retryable = status_retryable(response->status);
    attempt->asked_wait_ms = retry_after_ms(response->retry_after);
    describe_answer(attempt, response, error);
    sg_http_response_free(response);
    return SG_FAILED;
}

/* Whether to try again, after the wait; if not, the reason has been added to the error. */
static bool wait_for_next(const struct attempt *attempt, struct sg_error *error)
{
    char reason[128] = "";
    if (!attempt->retryable) {
        if (attempt->tries > 1)
            append_reason(error, "", attempt->tries);
        return false;
    }
    int64_t left = left_ms(attempt);
    int64_t wait = backoff_ms(attempt->transport, attempt->tries);
    if (attempt->asked_wait_ms > wait)
        wait = attempt->asked_wait_ms;
    if (attempt->tries >= SG_HTTP_MAX_TRIES) {
        append_reason(error, "", attempt->tries);
        return false;
    }
    if (attempt->asked_wait_ms > 0 && attempt->asked_wait_ms >= left)
        snprintf(reason, sizeof reason,
                 ": the server asks to wait %" PRId64 " s, and %" PRId64 ".%" PRId64 " s are left",
                 attempt->asked_wait_ms / 1000, left > 0 ? left / 1000 : 0, left > 0 ? left / 100 % 10 : 0);
    else if (wait + SG_HTTP_MIN_TRY_MS > left)
        snprintf(reason, sizeof reason, ": the time of %" PRId64 ".%" PRId64 " s is used up",
                 attempt->request->timeout_ms / 1000, attempt->request->timeout_ms / 100 % 10);
    if (reason[0] == '\0')
        attempt->transport->sleep_ms(attempt->transport->self, wait);
    if (reason[0] == '\0' && left_ms(attempt) <= 0)
        snprintf(reason, sizeof reason, ": no time is left");
    if (reason[0] == '\0')
        return true;
    append_reason(error, reason, attempt->tries);
    return false;
}

sg_result sg_fetch(const struct sg_transport *transport, const struct sg_fetch_request *request,
                   struct sg_http_response *response, struct sg_error *error)
{
    *response = (struct sg_http_response){0};
    struct sg_printable shown;
    const char *problem = sg_url_problem(request->url);
    if (problem != NULL)
        return sg_fail(error, SG_ERROR_NETWORK, "%s: the URL %s", sg_url_shown(&shown, request->url), problem);
    struct attempt attempt = {.transport = transport,
                              .request = request,
                              .deadline_ms = transport->now_ms(transport->self) + request->timeout_ms};
    struct sg_error why = {0};
    while (!try_once(&attempt, response, &why).done) {
        if (!wait_for_next(&attempt, &why)) {
            if (error != NULL)
                *error = why;
            return SG_FAILED;
        }
    }
    return SG_OK;
}
