/* Why there was no answer, in words: by cause, without anything from the environment (a proxy's URL carries a password). */
#include <inttypes.h>
#include <stdio.h>

#include "base/url.h"
#include "net/exchange.h"

static sg_result fail_about(const struct sg_exchange *exchange, struct sg_error *error, const char *cause)
{
    struct sg_printable shown;
    return sg_fail(error, SG_ERROR_NETWORK, "%s: %s", sg_url_shown(&shown, exchange->request->url), cause);
}

static long info_long(const struct sg_exchange *exchange, CURLINFO info)
{
    long value = 0;
    return curl_easy_getinfo(exchange->handle, info, &value) == CURLE_OK ? value : 0;
}

static int64_t info_microseconds(const struct sg_exchange *exchange, CURLINFO info)
{
    curl_off_t value = 0;
    return curl_easy_getinfo(exchange->handle, info, &value) == CURLE_OK ? (int64_t)value : 0;
}

/* The host and port of the URL, with the proxy that may have been meant instead. */
static void name_peer(const struct sg_exchange *exchange, char *out, size_t size)
{
    struct sg_printable host;
    snprintf(out, size, "%s port %u%s", sg_printable(&host, exchange->host), sg_url_port(exchange->request->url),
             exchange->proxy_in_environment ? ", or to the proxy that the environment names" : "");
}

/* --- connecting --------------------------------------------------------------------------------------------------------- */

static sg_result explain_address(const struct sg_exchange *exchange, struct sg_error *error)
{
    char cause[512];
    struct sg_printable host;
    sg_printable(&host, exchange->host);
    if (exchange->refused_kind == SG_ADDRESS_LOOPBACK)
        snprintf(cause, sizeof cause,
                 "%.200s leads to %s, this machine itself: refused, unless the URL says localhost, 127.0.0.1 or [::1]",
                 host.text, exchange->refused);
    else
        snprintf(cause, sizeof cause, "%.200s leads to %s, a link-local or metadata address, which is never asked",
                 host.text, exchange->refused);
    return fail_about(exchange, error, cause);
}

static sg_result explain_connect(const struct sg_exchange *exchange, struct sg_http_failure *failure,
                                 struct sg_error *error)
{
    char peer[SG_ERROR_MESSAGE_BYTES / 2];
    struct sg_printable shown;
    /* libcurl's own words would hold the proxy's URL here. */
    if (strncmp(exchange->curl_message, "Unsupported proxy", 17) == 0)
        return fail_about(exchange, error, "the environment names a proxy that is no proxy URL");
    failure->retryable = true;
    name_peer(exchange, peer, sizeof peer);
    int cause = (int)info_long(exchange, CURLINFO_OS_ERRNO);
    if (cause == 0)
        return sg_fail(error, SG_ERROR_NETWORK, "%s: cannot connect to %s",
                       sg_url_shown(&shown, exchange->request->url), peer);
    return sg_fail_errno(error, SG_ERROR_NETWORK, cause, "%s: cannot connect to %s",
                         sg_url_shown(&shown, exchange->request->url), peer);
}

static sg_result explain_timeout(const struct sg_exchange *exchange, struct sg_http_failure *failure,
                                 struct sg_error *error)
{
    failure->retryable = true;
    char cause[256];
    int64_t tenths = (info_microseconds(exchange, CURLINFO_TOTAL_TIME_T) + 50000) / 100000;
    const char *what = "no answer came";
    if (exchange->headers_done)
        what = "the answer was not complete";
    else if (!exchange->connected && info_microseconds(exchange, CURLINFO_NAMELOOKUP_TIME_T) == 0)
        what = "the host name was not resolved";
    else if (!exchange->connected && info_microseconds(exchange, CURLINFO_CONNECT_TIME_T) == 0)
        what = "no connection came about";
    else if (!exchange->connected)
        what = "the TLS handshake was not complete";
    bool slow = strncmp(exchange->curl_message, "Operation too slow", 18) == 0;
    snprintf(cause, sizeof cause, "%s after %" PRId64 ".%" PRId64 " s%s", what, tenths / 10, tenths % 10,
             slow ? ", too slow to wait for" : "");
    return fail_about(exchange, error, cause);
}

/* --- TLS ---------------------------------------------------------------------------------------------------------------- */

/* Results of a verification, as OpenSSL's x509_vfy.h numbers them and CURLINFO_SSL_VERIFYRESULT hands them over. */
static const struct {
    long result;
    const char *cause;
} verification_causes[] = {
    {2, "its TLS certificate is not signed by a CA that is trusted here"},
    {7, "its TLS certificate has a bad signature"},
    {9, "its TLS certificate is not valid yet; is this machine's clock right?"},
    {10, "its TLS certificate has expired"},
    {18, "its TLS certificate is self-signed"},
    {19, "its TLS certificate ends in a root CA that is not trusted here"},
    {20, "its TLS certificate is not signed by a CA that is trusted here"},
    {21, "its TLS certificate is not signed by a CA that is trusted here"},
    {26, "its TLS certificate is not made for a server"},
    {66, "its TLS certificate has a key that is too weak"},
    {68, "its TLS certificate is signed with a digest that is too weak"},
};

static sg_result explain_verification(const struct sg_exchange *exchange, struct sg_error *error)
{
    struct sg_printable host;
    struct sg_printable shown;
    struct sg_printable words;
    long result = info_long(exchange, CURLINFO_SSL_VERIFYRESULT);
    for (size_t i = 0; i < sizeof verification_causes / sizeof verification_causes[0]; i++) {
        if (verification_causes[i].result == result)
            return fail_about(exchange, error, verification_causes[i].cause);
    }
    if (strstr(exchange->curl_message, "subject name") != NULL)
        return sg_fail(error, SG_ERROR_NETWORK, "%s: its TLS certificate is for another host than %s",
                       sg_url_shown(&shown, exchange->request->url), sg_printable(&host, exchange->host));
    return sg_fail(error, SG_ERROR_NETWORK, "%s: its TLS certificate does not verify: %s",
                   sg_url_shown(&shown, exchange->request->url), sg_printable_text(&words, exchange->curl_message));
}

/* A handshake that broke off may do better next time; one that OpenSSL objects to will not. */
static sg_result explain_handshake(const struct sg_exchange *exchange, struct sg_http_failure *failure,
                                   struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_printable words;
    bool objection = strstr(exchange->curl_message, "error:") != NULL;
    bool broke_off = strstr(exchange->curl_message, "unexpected eof") != NULL;
    failure->retryable = !objection || broke_off;
    return sg_fail(error, SG_ERROR_NETWORK, "%s: no TLS connection of version 1.2 or later: %s",
                   sg_url_shown(&shown, exchange->request->url), sg_printable_text(&words, exchange->curl_message));
}

static sg_result explain_ca_bundle(const struct sg_exchange *exchange, struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_printable path;
    const char *bundle = exchange->request->ca_bundle;
    if (bundle == NULL)
        return fail_about(exchange, error, "this system's CA certificates cannot be read (package ca-certificates)");
    return sg_fail(error, SG_ERROR_NETWORK, "%s: the CA bundle %s cannot be read, or holds no certificate in PEM form",
                   sg_url_shown(&shown, exchange->request->url), sg_printable_text(&path, bundle));
}

/* --- the answer --------------------------------------------------------------------------------------------------------- */

static sg_result explain_size(const struct sg_exchange *exchange, struct sg_error *error)
{
    char cause[128];
    snprintf(cause, sizeof cause, "answered with more than %zu bytes", exchange->request->max_body_bytes);
    return fail_about(exchange, error, cause);
}

static sg_result explain_stop(const struct sg_exchange *exchange, struct sg_error *error)
{
    char cause[128];
    switch (exchange->stop) {
    case SG_STOP_MEMORY:
        return sg_fail_memory(error);
    case SG_STOP_HEADERS_TOO_LARGE:
        snprintf(cause, sizeof cause, "answered with more than %zu bytes of headers", SG_HTTP_HEADERS_MAX_BYTES);
        return fail_about(exchange, error, cause);
    case SG_STOP_BODY_TOO_LARGE:
        return explain_size(exchange, error);
    case SG_STOP_NONE:
    case SG_STOP_BODY_NOT_WANTED:
        break;
    }
    return fail_about(exchange, error, "the answer was not read to its end");
}

/* A proxy that refuses to connect says so with a status of its own. */
static sg_result explain_proxy(const struct sg_exchange *exchange, long status, struct sg_http_failure *failure,
                               struct sg_error *error)
{
    struct sg_printable shown;
    failure->retryable = status == 429 || status >= 500;
    return sg_fail(error, SG_ERROR_NETWORK, "%s: the proxy that the environment names answered %ld",
                   sg_url_shown(&shown, exchange->request->url), status);
}

static sg_result explain_broken(const struct sg_exchange *exchange, struct sg_http_failure *failure,
                                struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_printable words;
    failure->retryable = true;
    return sg_fail(error, SG_ERROR_NETWORK, "%s: the connection broke: %s",
                   sg_url_shown(&shown, exchange->request->url), sg_printable_text(&words, exchange->curl_message));
}

static sg_result explain_rest(const struct sg_exchange *exchange, CURLcode code, struct sg_http_failure *failure,
                              struct sg_error *error)
{
    switch ((int)code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return fail_about(exchange, error, "answered with something that is no HTTP");
    case CURLE_PARTIAL_FILE:
        failure->retryable = true;
        return fail_about(exchange, error, "the answer was cut off: fewer bytes came than it announced");
    case CURLE_GOT_NOTHING:
        failure->retryable = true;
        return fail_about(exchange, error, "the server closed the connection without an answer");
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return explain_broken(exchange, failure, error);
    default:
        return fail_about(exchange, error, curl_easy_strerror(code));
    }
}

sg_result sg_exchange_explain(const struct sg_exchange *exchange, CURLcode code, struct sg_http_failure *failure,
                              struct sg_error *error)
{
    failure->retryable = false;
    long connect_status = info_long(exchange, CURLINFO_HTTP_CONNECTCODE);
    if (connect_status >= 300 && code != CURLE_OUT_OF_MEMORY)
        return explain_proxy(exchange, connect_status, failure, error);
    switch ((int)code) {
    case CURLE_OUT_OF_MEMORY:
        return sg_fail_memory(error);
    case CURLE_COULDNT_RESOLVE_HOST:
        failure->retryable = true;
        return fail_about(exchange, error, "the host name cannot be resolved");
    case CURLE_COULDNT_RESOLVE_PROXY:
        failure->retryable = true;
        return fail_about(exchange, error, "the host name of the proxy that the environment names cannot be resolved");
    case CURLE_COULDNT_CONNECT:
    case CURLE_ABORTED_BY_CALLBACK:
        return exchange->refused[0] != '\0' ? explain_address(exchange, error)
                                            : explain_connect(exchange, failure, error);
    case CURLE_OPERATION_TIMEDOUT:
        return explain_timeout(exchange, failure, error);
    case CURLE_PEER_FAILED_VERIFICATION:
        return explain_verification(exchange, error);
    case CURLE_SSL_CONNECT_ERROR:
        return explain_handshake(exchange, failure, error);
    case CURLE_SSL_CACERT_BADFILE:
        return explain_ca_bundle(exchange, error);
    case CURLE_FILESIZE_EXCEEDED:
        return explain_size(exchange, error);
    case CURLE_WRITE_ERROR:
        return explain_stop(exchange, error);
    default:
        return explain_rest(exchange, code, failure, error);
    }
}
