/* Retries against a scripted transport: what comes of it, how often it was tried, how long was waited. */
#include "test_net_fake.h"

#include <inttypes.h>
#include <time.h>

#include "net/fetch.h"

#define URL "https://pki.example.com/revoked.json"

enum { MAX_ANSWERS = 8 };

struct row {
    const char *what;
    struct fake_answer answers[MAX_ANSWERS];
    size_t count;
    bool conditional;
    bool lowest_chance;
    const char *message; /* NULL: it is done */
    int status;
    size_t tries;
    int64_t slept_ms; /* exactly */
};

/* With the largest chance the waits are 200, 400, 800, 1600, 3200 ms; the time is 10 s. */
static const struct row rows[] = {
    {.what = "the first answer is good",
     .answers = {{.status = 200, .body = "a"}},
     .count = 1,
     .status = 200,
     .tries = 1},
    {.what = "not modified", .answers = {{.status = 304}}, .count = 1, .conditional = true, .status = 304, .tries = 1},
    {.what = "not modified, but nobody asked",
     .answers = {{.status = 304}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 304 Not Modified, though nothing was asked conditionally"},
    {.what = "500, then good",
     .answers = {{.status = 500}, {.status = 200, .body = "a"}},
     .count = 2,
     .status = 200,
     .tries = 2,
     .slept_ms = 200},
    {.what = "500 without chance",
     .answers = {{.status = 500}, {.status = 200, .body = "a"}},
     .count = 2,
     .lowest_chance = true,
     .status = 200,
     .tries = 2},
    {.what = "each status that is tried again",
     .answers = {{.status = 429},
                 {.status = 500},
                 {.status = 502},
                 {.status = 503},
                 {.status = 504},
                 {.status = 200, .body = "a"}},
     .count = 6,
     .status = 200,
     .tries = 6,
     .slept_ms = 200 + 400 + 800 + 1600 + 3200},
    {.what = "for ever 503",
     .answers = {{.status = 503}},
     .count = 1,
     .tries = 6,
     .slept_ms = 200 + 400 + 800 + 1600 + 3200,
     .message = URL ": answered 503 Service Unavailable; given up after 6 tries"},
    {.what = "a broken connection, then good",
     .answers = {{.status = 0, .body = "the connection broke", .retryable = true}, {.status = 200, .body = "a"}},
     .count = 2,
     .status = 200,
     .tries = 2,
     .slept_ms = 200},
    {.what = "for ever broken",
     .answers = {{.status = 0, .body = "the connection broke", .retryable = true}},
     .count = 1,
     .tries = 6,
     .slept_ms = 200 + 400 + 800 + 1600 + 3200,
     .message = URL ": the connection broke; given up after 6 tries"},
    {.what = "a failure that is final",
     .answers = {{.status = 0, .body = "its TLS certificate has expired"}},
     .count = 1,
     .tries = 1,
     .message = URL ": its TLS certificate has expired"},
    {.what = "a final failure after one that was not",
     .answers = {{.status = 500}, {.status = 0, .body = "its TLS certificate has expired"}},
     .count = 2,
     .tries = 2,
     .slept_ms = 200,
     .message = URL ": its TLS certificate has expired; given up after 2 tries"},
    {.what = "404 is final",
     .answers = {{.status = 404}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 404 Not Found"},
    {.what = "403 is final",
     .answers = {{.status = 403}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 403 Forbidden"},
    {.what = "206 is no whole answer",
     .answers = {{.status = 206, .body = "a"}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 206 Partial Content"},
    {.what = "204", .answers = {{.status = 204}}, .count = 1, .tries = 1, .message = URL ": answered 204 No Content"},
    {.what = "a status without a name",
     .answers = {{.status = 599}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 599"},
    {.what = "501 is final", .answers = {{.status = 501}}, .count = 1, .tries = 1, .message = URL ": answered 501"},
    {.what = "a redirect",
     .answers = {{.status = 302, .location = "https://u:p@evil.example/x?y"}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 302 Found: redirects are not followed (to evil.example)"},
    {.what = "a redirect to nowhere",
     .answers = {{.status = 301}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 301 Moved Permanently: redirects are not followed"},
    {.what = "a redirect within the server",
     .answers = {{.status = 308, .location = "/elsewhere"}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 308 Permanent Redirect: redirects are not followed"},
    {.what = "a redirect to hostile bytes",
     .answers = {{.status = 307, .location = "https://a\x1b[2J/"}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 307 Temporary Redirect: redirects are not followed (to a\\x1B[2J)"},
    {.what = "Retry-After is waited for",
     .answers = {{.status = 429, .retry_after = "2"}, {.status = 200, .body = "a"}},
     .count = 2,
     .status = 200,
     .tries = 2,
     .slept_ms = 2000},
    {.what = "Retry-After 0 is a back-off",
     .answers = {{.status = 503, .retry_after = "0"}, {.status = 200, .body = "a"}},
     .count = 2,
     .status = 200,
     .tries = 2,
     .slept_ms = 200},
    {.what = "Retry-After beyond the deadline",
     .answers = {{.status = 429, .retry_after = "120", .took_ms = 50}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 429 Too Many Requests; given up after 1 try: the server asks to wait 120 s, and 9.9 s "
                    "are left"},
    {.what = "Retry-After as long as the time that is left",
     .answers = {{.status = 429, .retry_after = "10"}},
     .count = 1,
     .tries = 1,
     .message = URL ": answered 429 Too Many Requests; given up after 1 try: the server asks to wait 10 s, and 10.0 s "
                    "are left"},
    {.what = "a negative Retry-After is ignored",
     .answers = {{.status = 429, .retry_after = "-1"}, {.status = 200, .body = "a"}},
     .count = 2,
     .status = 200,
     .tries = 2,
     .slept_ms = 200},
    {.what = "a fraction in Retry-After is ignored",
     .answers = {{.status = 429, .retry_after = "1.5"}, {.status = 200, .body = "a"}},
     .count = 2,
     .status = 200,
     .tries = 2,
     .slept_ms = 200},
    {.what = "a date in the past is a back-off",
     .answers = {{.status = 503, .retry_after = "Tue, 03 Nov 2020 10:00:00 GMT"}, {.status = 200, .body = "a"}},
     .count = 2,
     .status = 200,
     .tries = 2,
     .slept_ms = 200},
    {.what = "a date in another form is ignored",
     .answers = {{.status = 503, .retry_after = "2099-11-03T10:00:00Z"}, {.status = 200, .body = "a"}},
     .count = 2,
     .status = 200,
     .tries = 2,
     .slept_ms = 200},
    {.what = "the time runs out",
     .answers = {{.status = 0, .body = "no answer came after 5.0 s", .retryable = true, .took_ms = 5000}},
     .count = 1,
     .tries = 2,
     .slept_ms = 200,
     .message = URL ": no answer came after 5.0 s; given up after 2 tries: the time of 10.0 s is used up"},
    {.what = "one try takes all the time",
     .answers = {{.status = 0, .body = "no answer came after 10.0 s", .retryable = true, .took_ms = 10000}},
     .count = 1,
     .tries = 1,
     .message = URL ": no answer came after 10.0 s; given up after 1 try: the time of 10.0 s is used up"},
};

static void test_sequences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct fake_transport fake = {
            .answers = row->answers, .count = row->count, .clock_ms = 77, .lowest_chance = row->lowest_chance};
        struct sg_transport port = fake_port(&fake);
        struct sg_fetch_request request = {
            .url = URL, .etag = row->conditional ? "\"1\"" : NULL, .max_body_bytes = 100, .timeout_ms = 10000};
        struct sg_http_response response;
        struct sg_error error = {0};
        if (row->message == NULL) {
            assert_done(sg_fetch(&port, &request, &response, &error), error);
            assert_int_equal(response.status, row->status);
        } else {
            assert_failed(sg_fetch(&port, &request, &response, &error), error, SG_ERROR_NETWORK, row->message);
            assert_null(response.body.data);
        }
        assert_int_equal(fake.asked, row->tries);
        assert_int_equal(fake.slept_ms, row->slept_ms);
        assert_true(fake.clock_ms - 77 <= 20000);
        sg_http_response_free(&response);
    }
}

/* 10^12 seconds and more digits than a number has. */
static void test_absurd_retry_after(void **state)
{
    (void)state;
    static const char *const values[] = {"1000000000000", "99999999999999999999999999999999999999"};
    for (size_t i = 0; i < 2; i++) {
        struct fake_answer answer = {.status = 429, .retry_after = values[i]};
        struct fake_transport fake = {.answers = &answer, .count = 1};
        struct sg_transport port = fake_port(&fake);
        struct sg_fetch_request request = {.url = URL, .max_body_bytes = 100, .timeout_ms = 10000};
        struct sg_http_response response;
        struct sg_error error = {0};
        assert_false(sg_fetch(&port, &request, &response, &error).done);
        assert_contains(error.message, "given up after 1 try: the server asks to wait ");
        assert_int_equal(fake.slept_ms, 0);
    }
}

static void test_retry_after_as_a_date(void **state)
{
    (void)state;
    char date[64];
    time_t when = time(NULL) + 4;
    struct tm tm = {0};
    gmtime_r(&when, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    struct fake_answer answers[] = {{.status = 503, .retry_after = date}, {.status = 200, .body = "a"}};
    struct fake_transport fake = {.answers = answers, .count = 2};
    struct sg_transport port = fake_port(&fake);
    struct sg_fetch_request request = {.url = URL, .max_body_bytes = 100, .timeout_ms = 10000};
    struct sg_http_response response;
    struct sg_error error = {0};
    assert_done(sg_fetch(&port, &request, &response, &error), error);
    assert_in_range(fake.slept_ms, 2000, 4000);
    sg_http_response_free(&response);
}

static void test_back_off_is_capped(void **state)
{
    (void)state;
    struct fake_answer answer = {.status = 503};
    struct fake_transport fake = {.answers = &answer, .count = 1};
    struct sg_transport port = fake_port(&fake);
    struct sg_fetch_request request = {.url = URL, .max_body_bytes = 100, .timeout_ms = 600000};
    struct sg_http_response response;
    struct sg_error error = {0};
    assert_false(sg_fetch(&port, &request, &response, &error).done);
    assert_true(fake.largest_bound <= SG_BACKOFF_MAX_MS + 1);
    assert_int_equal(fake.asked, SG_HTTP_MAX_TRIES);
}

static void test_each_try_has_the_time_that_is_left(void **state)
{
    (void)state;
    struct fake_answer answers[] = {{.status = 500, .took_ms = 3000}, {.status = 200, .body = "a"}};
    struct fake_transport fake = {.answers = answers, .count = 2};
    struct sg_transport port = fake_port(&fake);
    struct sg_fetch_request request = {.url = URL, .max_body_bytes = 100, .timeout_ms = 10000};
    struct sg_http_response response;
    struct sg_error error = {0};
    assert_done(sg_fetch(&port, &request, &response, &error), error);
    assert_int_equal(fake.timeout_ms, 10000 - 3000 - 200);
    sg_http_response_free(&response);
}

static void test_memory_is_not_retried(void **state)
{
    (void)state;
    struct fake_answer answer = {.status = 0, .body = "out of memory", .retryable = true, .code = SG_ERROR_MEMORY};
    struct fake_transport fake = {.answers = &answer, .count = 1};
    struct sg_transport port = fake_port(&fake);
    struct sg_fetch_request request = {.url = URL, .max_body_bytes = 100, .timeout_ms = 10000};
    struct sg_http_response response;
    struct sg_error error = {0};
    assert_failed(sg_fetch(&port, &request, &response, &error), error, SG_ERROR_MEMORY, URL ": out of memory");
    assert_int_equal(fake.asked, 1);
}

static void test_a_url_that_may_not_be_asked(void **state)
{
    (void)state;
    struct fake_transport fake = {0};
    struct sg_transport port = fake_port(&fake);
    struct sg_fetch_request request = {.url = "http://h/x?token=1", .max_body_bytes = 100, .timeout_ms = 10000};
    struct sg_http_response response;
    struct sg_error error = {0};
    assert_failed(sg_fetch(&port, &request, &response, &error), error, SG_ERROR_NETWORK,
                  "http://h/x?…: the URL does not begin with https://");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_absurd_retry_after),
        cmocka_unit_test(test_retry_after_as_a_date),
        cmocka_unit_test(test_back_off_is_capped),
        cmocka_unit_test(test_each_try_has_the_time_that_is_left),
        cmocka_unit_test(test_memory_is_not_retried),
        cmocka_unit_test(test_a_url_that_may_not_be_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
