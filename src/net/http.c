#include "net/http.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "base/url.h"
#include "net/client.h"
#include "net/exchange.h"

sg_result sg_net_start(struct sg_error *error)
{
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK)
        return sg_fail(error, SG_ERROR_INTERNAL, "libcurl does not start: %s", curl_easy_strerror(code));
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    /* CURLOPT_PROTOCOLS_STR came with 7.85.0; the library in use may be older than the headers. */
    if (info->version_num < 0x075500)
        return sg_fail(error, SG_ERROR_INTERNAL, "libcurl %s is too old: 7.85.0 is needed", info->version);
    if ((info->features & CURL_VERSION_SSL) == 0)
        return sg_fail(error, SG_ERROR_INTERNAL, "libcurl %s was built without TLS", info->version);
    return SG_OK;
}

void sg_net_stop(void)
{
    curl_global_cleanup();
}

const char *sg_net_version(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}

/* --- options ------------------------------------------------------------------------------------------------------------ */

/* Every option is checked: a libcurl that does not know one must not be asked without it. */
#define SET(option, value)                                                                                             \
    do {                                                                                                               \
        CURLcode set_code_ = curl_easy_setopt(exchange->handle, option, value);                                        \
        if (set_code_ != CURLE_OK)                                                                                     \
            return option_failed(#option, set_code_, error);                                                           \
    } while (0)

static sg_result option_failed(const char *option, CURLcode code, struct sg_error *error)
{
    if (code == CURLE_OUT_OF_MEMORY)
        return sg_fail_memory(error);
    return sg_fail(error, SG_ERROR_INTERNAL, "libcurl refuses %s: %s", option, curl_easy_strerror(code));
}

/* What is asked: https only, no redirects, nobody's credentials, no encodings. */
static sg_result set_request(struct sg_exchange *exchange, struct curl_slist *headers, struct sg_error *error)
{
    SET(CURLOPT_URL, exchange->request->url);
    SET(CURLOPT_PROTOCOLS_STR, "https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
    SET(CURLOPT_ACCEPT_ENCODING, NULL);
    SET(CURLOPT_TRANSFER_ENCODING, 0L);
    SET(CURLOPT_HTTP09_ALLOWED, 0L);
    SET(CURLOPT_HTTPGET, 1L);
    SET(CURLOPT_USERAGENT, "sealgate/" SEALGATE_VERSION);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_NOPROGRESS, 1L);
    SET(CURLOPT_MAXCONNECTS, 1L);
    return SG_OK;
}

static sg_result set_tls(struct sg_exchange *exchange, struct sg_error *error)
{
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
    if (exchange->request->ca_bundle != NULL) {
        SET(CURLOPT_CAINFO, exchange->request->ca_bundle);
        /* "instead of the system's store": the folder that libcurl was built with must go, too. */
        SET(CURLOPT_CAPATH, NULL);
    }
    return SG_OK;
}

static sg_result set_bounds(struct sg_exchange *exchange, struct sg_error *error)
{
    const struct sg_http_request *request = exchange->request;
    int64_t connect_ms = request->timeout_ms < SG_CONNECT_TIMEOUT_MS ? request->timeout_ms : SG_CONNECT_TIMEOUT_MS;
    SET(CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    SET(CURLOPT_LOW_SPEED_LIMIT, (long)SG_LOW_SPEED_BYTES_PER_SECOND);
    SET(CURLOPT_LOW_SPEED_TIME, (long)SG_LOW_SPEED_SECONDS);
    /* Looks at the announced length only (ATTACKS.md section 5); sg_exchange_on_body counts. */
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->max_body_bytes);
    return SG_OK;
}

static sg_result set_callbacks(struct sg_exchange *exchange, struct sg_error *error)
{
    SET(CURLOPT_ERRORBUFFER, exchange->curl_message);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_HEADERFUNCTION, sg_exchange_on_header);
    SET(CURLOPT_HEADERDATA, exchange);
    SET(CURLOPT_WRITEFUNCTION, sg_exchange_on_body);
    SET(CURLOPT_WRITEDATA, exchange);
    SET(CURLOPT_OPENSOCKETFUNCTION, sg_exchange_open_socket);
    SET(CURLOPT_OPENSOCKETDATA, exchange);
    SET(CURLOPT_PREREQFUNCTION, sg_exchange_before_request);
    SET(CURLOPT_PREREQDATA, exchange);
    return SG_OK;
}

static sg_result add_header(struct curl_slist **headers, const char *name, const char *value, struct sg_error *error)
{
    SG_CLEANUP(sg_cleanup_free) char *line = NULL;
    if (asprintf(&line, "%s: %s", name, value) < 0) {
        line = NULL;
        return sg_fail_memory(error);
    }
    struct curl_slist *longer = curl_slist_append(*headers, line);
    if (longer == NULL)
        return sg_fail_memory(error);
    *headers = longer;
    return SG_OK;
}

/* Validators come back from a cache file, which somebody may have written by hand: what does not fit is not sent. */
static sg_result add_validators(const struct sg_http_request *request, struct curl_slist **headers,
                                struct sg_error *error)
{
    if (request->etag != NULL && sg_exchange_etag_fits(request->etag))
        SG_TRY(add_header(headers, "If-None-Match", request->etag, error));
    if (request->last_modified != NULL && sg_exchange_date_fits(request->last_modified))
        SG_TRY(add_header(headers, "If-Modified-Since", request->last_modified, error));
    return SG_OK;
}

/* --- one request -------------------------------------------------------------------------------------------------------- */

static void cleanup_handle(CURL **handle)
{
    curl_easy_cleanup(*handle);
}

static void cleanup_headers(struct curl_slist **headers)
{
    curl_slist_free_all(*headers);
}

static void cleanup_exchange(struct sg_exchange *exchange)
{
    sg_http_response_free(&exchange->response);
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* The variables in which libcurl looks for the proxy of an https URL, in its order. */
static void look_for_proxy(struct sg_exchange *exchange)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *proxy = environment(names[i]);
        if (proxy != NULL) {
            exchange->proxy_in_environment = true;
            exchange->socks_in_environment = strncmp(proxy, "socks", 5) == 0;
            return;
        }
    }
}

static sg_result judge_answer(struct sg_exchange *exchange, CURLcode code, struct sg_http_failure *failure,
                              struct sg_error *error)
{
    struct sg_printable shown;
    long status = 0;
    /* A body that is announced too large ends the transfer among the headers. */
    if (code == CURLE_FILESIZE_EXCEEDED &&
        curl_easy_getinfo(exchange->handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status >= 300) {
        exchange->response.status = (int)status;
        exchange->headers_done = true;
    }
    /* Of an answer other than 200 only the status counts, so that how its body ends does not matter. */
    if (exchange->headers_done && exchange->response.status != 200 && exchange->stop != SG_STOP_MEMORY)
        return SG_OK;
    if (code != CURLE_OK)
        return sg_exchange_explain(exchange, code, failure, error);
    if (!exchange->headers_done)
        return sg_fail(error, SG_ERROR_NETWORK, "%s: answered without headers",
                       sg_url_shown(&shown, exchange->request->url));
    if (exchange->encoded)
        return sg_fail(error, SG_ERROR_NETWORK, "%s: the answer is compressed, which was not asked for",
                       sg_url_shown(&shown, exchange->request->url));
    return SG_OK;
}

static sg_result check_request(const struct sg_http_request *request, struct sg_error *error)
{
    struct sg_printable shown;
    const char *problem = sg_url_problem(request->url);
    if (problem != NULL)
        return sg_fail(error, SG_ERROR_NETWORK, "%s: the URL %s", sg_url_shown(&shown, request->url), problem);
    if (request->timeout_ms <= 0 || request->timeout_ms > SG_SOURCE_TIMEOUT_MAX_MS)
        return sg_fail(error, SG_ERROR_INTERNAL, "a request needs a time from 1 ms to %d ms", SG_SOURCE_TIMEOUT_MAX_MS);
    return SG_OK;
}

static sg_result set_all(struct sg_exchange *exchange, struct curl_slist *headers, struct sg_error *error)
{
    SG_TRY(set_request(exchange, headers, error));
    SG_TRY(set_tls(exchange, error));
    SG_TRY(set_bounds(exchange, error));
    return set_callbacks(exchange, error);
}

static sg_result perform(void *self, const struct sg_http_request *request, struct sg_http_response *response,
                         struct sg_http_failure *failure, struct sg_error *error)
{
    struct sg_http_client *client = self;
    *response = (struct sg_http_response){0};
    *failure = (struct sg_http_failure){0};
    SG_TRY(check_request(request, error));
    struct sg_span authority = sg_url_authority(request->url);
    SG_CLEANUP(cleanup_headers) struct curl_slist *headers = NULL;
    SG_TRY(add_validators(request, &headers, error));
    SG_CLEANUP(cleanup_handle) CURL *handle = sg_client_take(client, authority);
    if (handle == NULL)
        return sg_fail_memory(error);
    SG_CLEANUP(cleanup_exchange)
    struct sg_exchange exchange = {.handle = handle, .request = request, .host = sg_url_host(request->url)};
    exchange.response.body = sg_buffer_make(request->max_body_bytes);
    look_for_proxy(&exchange);
    SG_TRY(set_all(&exchange, headers, error));
    CURLcode code = curl_easy_perform(handle);
    SG_TRY(judge_answer(&exchange, code, failure, error));
    if (code == CURLE_OK)
        sg_client_keep(client, authority, SG_TAKE(handle));
    *response = exchange.response;
    exchange.response = (struct sg_http_response){0};
    return SG_OK;
}

/* --- the clock and chance ----------------------------------------------------------------------------------------------- */

static int64_t now_ms(void *self)
{
    (void)self;
    return sg_monotonic_ms();
}

static void sleep_ms(void *self, int64_t ms)
{
    (void)self;
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000 * 1000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        continue;
}

/* Chance only spreads the load of many builds; when the kernel has none to give, half the bound is a fair wait. */
static uint32_t random_below(void *self, uint32_t bound)
{
    (void)self;
    uint32_t value = 0;
    if (bound == 0)
        return 0;
    if (getrandom(&value, sizeof value, GRND_NONBLOCK) != sizeof value)
        return bound / 2;
    return value % bound;
}

struct sg_transport sg_http_transport(struct sg_http_client *client)
{
    return (struct sg_transport){
        .self = client, .perform = perform, .now_ms = now_ms, .sleep_ms = sleep_ms, .random_below = random_below};
}
