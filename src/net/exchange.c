#include "net/exchange.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>

void sg_http_response_free(struct sg_http_response *response)
{
    sg_buffer_free(&response->body);
    free(response->etag);
    free(response->last_modified);
    free(response->cache_control);
    free(response->retry_after);
    free(response->age);
    free(response->location);
    *response = (struct sg_http_response){0};
}

static bool is_visible(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] < 0x20 || text[i] > 0x7E)
            return false;
    }
    return true;
}

bool sg_exchange_etag_fits(const char *value)
{
    const char *tag = strncmp(value, "W/", 2) == 0 ? value + 2 : value;
    size_t length = strlen(tag);
    if (length < 2 || length > SG_HTTP_HEADER_MAX_BYTES || tag[0] != '"' || tag[length - 1] != '"')
        return false;
    return is_visible(tag, length) && strcspn(tag + 1, "\" ") == length - 2;
}

bool sg_exchange_date_fits(const char *value)
{
    size_t length = strlen(value);
    return length > 0 && length <= SG_HTTP_HEADER_MAX_BYTES && is_visible(value, length);
}

/* --- headers ------------------------------------------------------------------------------------------------------------ */

/* The value of the header `name` if the line is one, without the blanks around it. */
static bool header_value(struct sg_span line, const char *name, struct sg_span *value)
{
    size_t length = strlen(name);
    if (line.size <= length || line.data[length] != ':' || strncasecmp((const char *)line.data, name, length) != 0)
        return false;
    size_t start = length + 1;
    size_t end = line.size;
    while (start < end && (line.data[start] == ' ' || line.data[start] == '\t'))
        start++;
    while (end > start && strchr(" \t\r\n", line.data[end - 1]) != NULL && line.data[end - 1] != '\0')
        end--;
    *value = sg_span_part(line, start, end - start);
    return true;
}

static bool value_fits(struct sg_span value)
{
    return value.size <= SG_HTTP_HEADER_MAX_BYTES && is_visible((const char *)value.data, value.size);
}

/* Keeps the first value; false when memory runs out. */
static bool keep(char **field, struct sg_span value)
{
    if (*field != NULL || !value_fits(value))
        return true;
    *field = strndup((const char *)value.data, value.size);
    return *field != NULL;
}

/* Cache-Control is a list that may stand in several lines (RFC 9110 section 5.3). What cannot be kept whole must not make the
 * answer live longer than its server wants: then it is not stored. */
static bool keep_cache_control(char **field, struct sg_span value)
{
    char *joined = NULL;
    size_t before = *field == NULL ? 0 : strlen(*field);
    if (!value_fits(value) || before + value.size + 2 > SG_HTTP_HEADER_MAX_BYTES)
        joined = strdup("no-store");
    else if (asprintf(&joined, "%s%s%.*s", before == 0 ? "" : *field, before == 0 ? "" : ", ", (int)value.size,
                      (const char *)value.data) < 0)
        joined = NULL;
    free(*field);
    *field = joined;
    return joined != NULL;
}

static bool keep_header(struct sg_exchange *exchange, struct sg_span line)
{
    struct sg_http_response *response = &exchange->response;
    struct sg_span value = {0};
    if (header_value(line, "Content-Encoding", &value))
        exchange->encoded =
            exchange->encoded || !(value.size == 8 && strncasecmp((const char *)value.data, "identity", 8) == 0);
    if (header_value(line, "Cache-Control", &value))
        return keep_cache_control(&response->cache_control, value);
    const struct {
        const char *name;
        char **field;
    } kept[] = {{"ETag", &response->etag},
                {"Last-Modified", &response->last_modified},
                {"Retry-After", &response->retry_after},
                {"Age", &response->age},
                {"Location", &response->location}};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (header_value(line, kept[i].name, &value))
            return keep(kept[i].field, value);
    }
    return true;
}

/* An informational answer (1xx) comes before the final one; its headers count for nothing (RFC 9110 section 15.2). */
static void end_headers(struct sg_exchange *exchange)
{
    long status = 0;
    if (curl_easy_getinfo(exchange->handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status >= 200) {
        exchange->response.status = (int)status;
        exchange->headers_done = true;
        return;
    }
    sg_http_response_free(&exchange->response);
    exchange->response.body = sg_buffer_make(exchange->request->max_body_bytes);
    exchange->encoded = false;
}

size_t sg_exchange_on_header(char *bytes, size_t size, size_t count, void *data)
{
    struct sg_exchange *exchange = data;
    struct sg_span line = sg_span_of(bytes, size * count);
    exchange->header_bytes += line.size;
    if (exchange->header_bytes > SG_HTTP_HEADERS_MAX_BYTES) {
        exchange->stop = SG_STOP_HEADERS_TOO_LARGE;
        return CURL_WRITEFUNC_ERROR;
    }
    if (exchange->headers_done)
        return line.size;
    if (line.size > 0 && (line.data[0] == '\r' || line.data[0] == '\n')) {
        end_headers(exchange);
    } else if (!keep_header(exchange, line)) {
        exchange->stop = SG_STOP_MEMORY;
        return CURL_WRITEFUNC_ERROR;
    }
    return line.size;
}

/* --- body --------------------------------------------------------------------------------------------------------------- */

size_t sg_exchange_on_body(char *bytes, size_t size, size_t count, void *data)
{
    struct sg_exchange *exchange = data;
    struct sg_buffer *body = &exchange->response.body;
    struct sg_span piece = sg_span_of(bytes, size * count);
    if (exchange->response.status != 200)
        exchange->stop = SG_STOP_BODY_NOT_WANTED;
    else if (piece.size > body->max_bytes - body->size)
        exchange->stop = SG_STOP_BODY_TOO_LARGE;
    else if (!sg_buffer_append(body, piece, NULL).done)
        exchange->stop = SG_STOP_MEMORY;
    else
        return piece.size;
    return CURL_WRITEFUNC_ERROR;
}

/* --- addresses ---------------------------------------------------------------------------------------------------------- */

static bool address_allowed(const struct sg_exchange *exchange, enum sg_address_kind kind, bool may_be_proxy)
{
    switch (kind) {
    case SG_ADDRESS_UNKNOWN:
    case SG_ADDRESS_LINK_LOCAL:
        return false;
    case SG_ADDRESS_LOOPBACK:
        return may_be_proxy || sg_address_host_is_loopback(exchange->host);
    case SG_ADDRESS_OTHER:
        return true;
    }
    return false;
}

static void note_refused(struct sg_exchange *exchange, enum sg_address_kind kind, const char *text)
{
    exchange->refused_kind = kind;
    snprintf(exchange->refused, sizeof exchange->refused, "%s", text);
}

curl_socket_t sg_exchange_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct sg_exchange *exchange = data;
    if (purpose != CURLSOCKTYPE_IPCXN)
        return CURL_SOCKET_BAD;
    enum sg_address_kind kind = sg_address_kind(&address->addr, address->addrlen);
    if (!address_allowed(exchange, kind, exchange->proxy_in_environment)) {
        char text[INET6_ADDRSTRLEN] = "no IP address";
        if (getnameinfo(&address->addr, address->addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
            snprintf(text, sizeof text, "an address");
        note_refused(exchange, kind, text);
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* With a proxy in the environment the first connection may be the proxy's or, by no_proxy, the server's own. Now that it
 * stands, libcurl knows: a proxy for https has been sent a CONNECT. */
int sg_exchange_before_request(void *data, char *remote, char *local, int remote_port, int local_port)
{
    struct sg_exchange *exchange = data;
    (void)local;
    (void)remote_port;
    (void)local_port;
    exchange->connected = true;
    /* A kept connection was made for the same host and port, and judged then; of its proxy libcurl knows nothing any more. */
    long connects = 1;
    if (curl_easy_getinfo(exchange->handle, CURLINFO_NUM_CONNECTS, &connects) == CURLE_OK && connects == 0)
        return CURL_PREREQFUNC_OK;
    long connect_status = 0;
    CURLcode code = curl_easy_getinfo(exchange->handle, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    bool proxied = (code == CURLE_OK && connect_status != 0) || exchange->socks_in_environment;
    enum sg_address_kind kind = sg_address_kind_of_text(remote);
    if (address_allowed(exchange, kind, proxied))
        return CURL_PREREQFUNC_OK;
    note_refused(exchange, kind, remote);
    return CURL_PREREQFUNC_ABORT;
}
