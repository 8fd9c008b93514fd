/*
 * Asks a server one question after another on as many connections as the client keeps, as a revocation source asks about each signing
 * job. tests/bench/run starts the server.
 *
 *     bench_jobs URL CA_BUNDLE COUNT
 *
 * Prints a JSON object: the seconds that all took. Exits with 1 when one was not answered.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "crypto/library.h"
#include "gate/internal.h"
#include "net/fetch.h"

struct asking {
    struct sg_transport transport;
    const char *url, *ca_bundle;
    atomic_size_t answered;
};

static void ask(void *context, size_t index)
{
    struct asking *asking = context;
    char url[1024];
    struct sg_http_response response;
    struct sg_error error = {0};
    snprintf(url, sizeof url, "%s?job=%zu", asking->url, index);
    const struct sg_fetch_request request = {
        .url = url, .ca_bundle = asking->ca_bundle, .max_body_bytes = 65536, .timeout_ms = 30000};
    if (sg_fetch(&asking->transport, &request, &response, &error).done)
        atomic_fetch_add(&asking->answered, 1);
    else
        fprintf(stderr, "%s\n", error.message);
    sg_http_response_free(&response);
}

int main(int count, char **arguments)
{
    SG_CLEANUP(sg_http_client_free) struct sg_http_client *client = NULL;
    struct sg_error error = {0};
    size_t jobs = count == 4 ? strtoul(arguments[3], NULL, 10) : 0;
    if (jobs == 0 || !sg_crypto_start(&error).done || !sg_net_start(&error).done ||
        !sg_http_client_make(&client, &error).done) {
        fprintf(stderr, "usage: bench_jobs URL CA_BUNDLE COUNT %s\n", error.message);
        return 2;
    }
    struct asking asking = {.transport = sg_http_transport(client), .url = arguments[1], .ca_bundle = arguments[2]};
    int64_t start = sg_monotonic_ms();
    sg_for_each(jobs, SG_HTTP_KEPT_CONNECTIONS, ask, &asking);
    printf("{\"seconds\": %.3f}", (double)(sg_monotonic_ms() - start) / 1000);
    return atomic_load(&asking.answered) == jobs ? 0 : 1;
}
