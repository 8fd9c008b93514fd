/*
 * The connections that a client keeps. Inside the net room only.
 *
 * A libcurl handle keeps the connection of its last transfer, so handles are kept, by host and port; no cache of libcurl's is shared
 * (ATTACKS.md HT-11). Thread-safe; a handle that was taken is its taker's alone.
 */
#ifndef SG_NET_CLIENT_H
#define SG_NET_CLIENT_H

#include <curl/curl.h>

#include "net/http.h"

/* A handle, with a connection to `authority` (host and port) where one is kept on which nothing has come since its last answer; NULL
 * when memory runs out. It has no options. */
CURL *sg_client_take(struct sg_http_client *client, struct sg_span authority);

/* Keeps a handle whose transfer went well, if its connection is open; the one kept longest goes when there are too many. Any other handle is its taker's to
 * clean up. */
void sg_client_keep(struct sg_http_client *client, struct sg_span authority, CURL *handle);

#endif
