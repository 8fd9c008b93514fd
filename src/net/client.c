#include "net/client.h"

#include <poll.h>
#include <pthread.h>

#include "base/cleanup.h"

struct kept {
    CURL *handle;         /* owned */
    char *authority;      /* owned */
    curl_socket_t socket; /* of its connection, the handle's */
};

struct sg_http_client {
    pthread_mutex_t lock;
    size_t count;
    struct kept kept[SG_HTTP_KEPT_CONNECTIONS]; /* the one kept longest first */
};

sg_result sg_http_client_make(struct sg_http_client **out, struct sg_error *error)
{
    struct sg_http_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return sg_fail_memory(error);
    pthread_mutex_init(&client->lock, NULL);
    *out = client;
    return SG_OK;
}

static void discard(struct kept *kept)
{
    curl_easy_cleanup(kept->handle);
    free(kept->authority);
}

void sg_http_client_free(struct sg_http_client **client)
{
    if (*client == NULL)
        return;
    for (size_t i = 0; i < (*client)->count; i++)
        discard(&(*client)->kept[i]);
    pthread_mutex_destroy(&(*client)->lock);
    free(*client);
    *client = NULL;
}

/* Under the lock. */
static struct kept remove_at(struct sg_http_client *client, size_t at)
{
    struct kept removed = client->kept[at];
    client->count--;
    memmove(&client->kept[at], &client->kept[at + 1], (client->count - at) * sizeof client->kept[0]);
    return removed;
}

/* The one used last: its server has had the least time to close it. No handle when there is none. */
static struct kept remove_for(struct sg_http_client *client, struct sg_span authority)
{
    struct kept found = {0};
    pthread_mutex_lock(&client->lock);
    for (size_t at = client->count; at-- > 0 && found.handle == NULL;) {
        if (sg_span_equal(sg_span_text(client->kept[at].authority), authority))
            found = remove_at(client, at);
    }
    pthread_mutex_unlock(&client->lock);
    return found;
}

/* Nothing has come since the last answer. libcurl before 8 would take what has for the next answer, whatever was asked; from 8 on
 * it looks itself. The end of the connection counts as something, too. */
static bool is_silent(const struct kept *kept)
{
    struct pollfd entry = {.fd = kept->socket, .events = POLLIN};
    return poll(&entry, 1, 0) == 0;
}

CURL *sg_client_take(struct sg_http_client *client, struct sg_span authority)
{
    struct kept found = remove_for(client, authority);
    while (found.handle != NULL && !is_silent(&found)) {
        discard(&found);
        found = remove_for(client, authority);
    }
    free(found.authority);
    return found.handle != NULL ? found.handle : curl_easy_init();
}

void sg_client_keep(struct sg_http_client *client, struct sg_span authority, CURL *handle)
{
    struct kept oldest = {0};
    struct kept new = {.handle = handle, .authority = strndup((const char *)authority.data, authority.size)};
    bool open =
        curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &new.socket) == CURLE_OK && new.socket != CURL_SOCKET_BAD;
    /* Whatever its last request pointed to is gone; connections, sessions and addresses stay. */
    curl_easy_reset(handle);
    if (new.authority == NULL || !open) {
        discard(&new);
        return;
    }
    pthread_mutex_lock(&client->lock);
    if (client->count == SG_HTTP_KEPT_CONNECTIONS)
        oldest = remove_at(client, 0);
    client->kept[client->count++] = new;
    pthread_mutex_unlock(&client->lock);
    discard(&oldest);
}
