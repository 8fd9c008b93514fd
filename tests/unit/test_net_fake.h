/*
 * A transport that plays a script instead of touching the network, with a clock of its own.
 */
#ifndef SG_TESTS_NET_FAKE_H
#define SG_TESTS_NET_FAKE_H

#include "unit.h"

#include "base/url.h"
#include "net/http.h"

/* One answer. A status of 0 is a failure with `body` as its message. */
struct fake_answer {
    int status;
    const char *body;
    const char *etag;
    const char *last_modified;
    const char *cache_control;
    const char *retry_after;
    const char *age;
    const char *location;
    bool retryable;
    int64_t took_ms;
    enum sg_error_code code; /* of a failure; 0 stands for NETWORK */
};

struct fake_transport {
    const struct fake_answer *answers; /* the last one stays */
    size_t count;
    size_t asked;
    int64_t clock_ms;
    int64_t slept_ms;
    size_t sleeps;
    uint32_t largest_bound;
    bool lowest_chance; /* random numbers are 0 instead of the largest */
    /* What the last request was. */
    char etag[128];
    char last_modified[128];
    int64_t timeout_ms;
};

static inline char *fake_copy(const char *text)
{
    char *copy = text == NULL ? NULL : strdup(text);
    if (text != NULL)
        assert_non_null(copy);
    return copy;
}

static inline sg_result fake_perform(void *self, const struct sg_http_request *request,
                                     struct sg_http_response *response, struct sg_http_failure *failure,
                                     struct sg_error *error)
{
    struct fake_transport *fake = self;
    *response = (struct sg_http_response){0};
    *failure = (struct sg_http_failure){0};
    if (fake->count == 0)
        fail_msg("the network was touched: %s", request->url);
    size_t at = fake->asked < fake->count ? fake->asked : fake->count - 1;
    const struct fake_answer *answer = &fake->answers[at];
    fake->asked++;
    fake->clock_ms += answer->took_ms;
    fake->timeout_ms = request->timeout_ms;
    snprintf(fake->etag, sizeof fake->etag, "%s", request->etag == NULL ? "" : request->etag);
    snprintf(fake->last_modified, sizeof fake->last_modified, "%s",
             request->last_modified == NULL ? "" : request->last_modified);
    if (answer->status == 0) {
        struct sg_printable shown;
        failure->retryable = answer->retryable;
        return sg_fail(error, answer->code == 0 ? SG_ERROR_NETWORK : answer->code, "%s: %s",
                       sg_url_shown(&shown, request->url), answer->body);
    }
    response->status = answer->status;
    response->body = sg_buffer_make(request->max_body_bytes);
    if (answer->body != NULL)
        assert_done(sg_buffer_append_text(&response->body, answer->body, error), *error);
    response->etag = fake_copy(answer->etag);
    response->last_modified = fake_copy(answer->last_modified);
    response->cache_control = fake_copy(answer->cache_control);
    response->retry_after = fake_copy(answer->retry_after);
    response->age = fake_copy(answer->age);
    response->location = fake_copy(answer->location);
    return SG_OK;
}

static inline int64_t fake_now_ms(void *self)
{
    return ((struct fake_transport *)self)->clock_ms;
}

static inline void fake_sleep_ms(void *self, int64_t ms)
{
    struct fake_transport *fake = self;
    assert_true(ms >= 0);
    fake->clock_ms += ms;
    fake->slept_ms += ms;
    fake->sleeps++;
}

static inline uint32_t fake_random_below(void *self, uint32_t bound)
{
    struct fake_transport *fake = self;
    fake->largest_bound = bound > fake->largest_bound ? bound : fake->largest_bound;
    return fake->lowest_chance ? 0 : bound - 1;
}

static inline struct sg_transport fake_port(struct fake_transport *fake)
{
    return (struct sg_transport){.perform = fake_perform,
                                 .self = fake,
                                 .now_ms = fake_now_ms,
                                 .sleep_ms = fake_sleep_ms,
                                 .random_below = fake_random_below};
}

#endif
