/*
 * One request while it runs: what its callbacks collect and why they stopped it. For the net room's http.c and failure.c only.
 */
#ifndef SG_NET_EXCHANGE_H
#define SG_NET_EXCHANGE_H

#include <curl/curl.h>

#include "net/address.h"
#include "net/http.h"

/* Why a callback of ours ended the transfer. */
enum sg_stop {
    SG_STOP_NONE = 0,
    SG_STOP_BODY_NOT_WANTED, /* any status but 200: the status says all that is used */
    SG_STOP_BODY_TOO_LARGE,
    SG_STOP_HEADERS_TOO_LARGE,
    SG_STOP_MEMORY,
};

struct sg_exchange {
    CURL *handle; /* borrowed */
    const struct sg_http_request *request;
    struct sg_http_response response; /* owned; grows */
    struct sg_span host;              /* of the URL */
    bool proxy_in_environment;        /* the connection may be the proxy's */
    bool socks_in_environment;
    bool connected; /* with TLS, by a new connection or a kept one */
    size_t header_bytes;
    bool headers_done; /* those of the final answer; what follows are trailers */
    bool encoded;      /* a Content-Encoding other than identity */
    enum sg_stop stop;
    char refused[64]; /* the address that was refused, or "" */
    enum sg_address_kind refused_kind;
    char curl_message[CURL_ERROR_SIZE];
};

/* Whether `value` may be sent back as a validator: an entity tag of RFC 9110 section 8.8.3, a date of visible ASCII. */
bool sg_exchange_etag_fits(const char *value);
bool sg_exchange_date_fits(const char *value);

/* Callbacks of libcurl's; `data` is the exchange. */
size_t sg_exchange_on_header(char *bytes, size_t size, size_t count, void *data);
size_t sg_exchange_on_body(char *bytes, size_t size, size_t count, void *data);
curl_socket_t sg_exchange_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address);
int sg_exchange_before_request(void *data, char *remote, char *local, int remote_port, int local_port);

/* Says why `code` came of it, by cause, and whether one more try might help. */
sg_result sg_exchange_explain(const struct sg_exchange *exchange, CURLcode code, struct sg_http_failure *failure,
                              struct sg_error *error);

#endif
