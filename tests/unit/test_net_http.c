/*
 * The real HTTPS client against servers on loopback that misbehave (tests/support/misbehaving_servers.py). Skipped where
 * python3 or openssl is not there.
 */
#include "test_net_servers.h"

#include <inttypes.h>
#include <pthread.h>
#include <time.h>

/* --- one request -------------------------------------------------------------------------------------------------------- */

static sg_result ask(const struct sg_http_request *request, struct sg_http_response *response,
                     struct sg_http_failure *failure, struct sg_error *error)
{
    struct sg_transport transport = sg_http_transport(client);
    return transport.perform(transport.self, request, response, failure, error);
}

static void test_a_small_answer(void **state)
{
    (void)state;
    static const char *const hosts[] = {"localhost", "127.0.0.1", "LOCALHOST"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        char url[256];
        struct sg_error error = {0};
        struct sg_http_failure failure;
        struct sg_http_response response;
        make_url(url, sizeof url, hosts[i], "good", "/small");
        struct sg_http_request request = request_for(url);
        assert_done(ask(&request, &response, &failure, &error), error);
        assert_int_equal(response.status, 200);
        assert_string_equal(sg_buffer_text(&response.body), "hello");
        assert_null(response.etag);
        sg_http_response_free(&response);
    }
}

/* ATTACKS.md HT-07, HT-12: what is sent, and what is not. */
static void test_headers_sent(void **state)
{
    (void)state;
    char url[256];
    struct sg_error error = {0};
    struct sg_http_failure failure;
    struct sg_http_response response;
    make_url(url, sizeof url, "localhost", "good", "/echo");
    struct sg_http_request request = request_for(url);
    request.etag = "W/\"abc\"";
    request.last_modified = "Tue, 03 Nov 2026 10:00:00 GMT";
    assert_done(ask(&request, &response, &failure, &error), error);
    const char *sent = sg_buffer_text(&response.body);
    assert_contains(sent, "user-agent: sealgate/");
    assert_contains(sent, "if-none-match: W/\"abc\"\n");
    assert_contains(sent, "if-modified-since: Tue, 03 Nov 2026 10:00:00 GMT\n");
    assert_null(strstr(sent, "accept-encoding"));
    assert_null(strstr(sent, "authorization"));
    assert_null(strstr(sent, "cookie"));
    sg_http_response_free(&response);

    request.etag = "\"a\"\r\nX-Smuggled: 1";
    request.last_modified = "x\ny";
    assert_done(ask(&request, &response, &failure, &error), error);
    assert_null(strstr(sg_buffer_text(&response.body), "smuggled"));
    assert_null(strstr(sg_buffer_text(&response.body), "if-"));
    sg_http_response_free(&response);
}

static void test_headers_kept(void **state)
{
    (void)state;
    char url[256];
    struct sg_error error = {0};
    struct sg_http_failure failure;
    struct sg_http_response response;
    make_url(url, sizeof url, "localhost", "good", "/validators");
    struct sg_http_request request = request_for(url);
    assert_done(ask(&request, &response, &failure, &error), error);
    assert_string_equal(response.etag, "\"v1\"");
    assert_string_equal(response.last_modified, "Tue, 03 Nov 2026 10:00:00 GMT");
    assert_string_equal(response.cache_control, "max-age=60");
    assert_string_equal(response.age, "7");
    sg_http_response_free(&response);

    request.etag = "\"v1\"";
    assert_done(ask(&request, &response, &failure, &error), error);
    assert_int_equal(response.status, 304);
    assert_int_equal(response.body.size, 0);
    sg_http_response_free(&response);

    make_url(url, sizeof url, "localhost", "good", "/odd-headers");
    assert_done(ask(&request, &response, &failure, &error), error);
    assert_string_equal(response.cache_control, "private, max-age=5");
    assert_null(response.last_modified);
    sg_http_response_free(&response);

    make_url(url, sizeof url, "localhost", "good", "/overlong-cache-control");
    assert_done(ask(&request, &response, &failure, &error), error);
    assert_string_equal(response.cache_control, "no-store");
    sg_http_response_free(&response);

    make_url(url, sizeof url, "localhost", "good", "/early-hints");
    assert_done(ask(&request, &response, &failure, &error), error);
    assert_string_equal(sg_buffer_text(&response.body), "final");
    assert_null(response.etag);
    sg_http_response_free(&response);
}

static void test_statuses_are_answers(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int status;
    } rows[] = {{"/redirect", 302}, {"/missing", 404}, {"/busy", 429}, {"/nowhere", 404}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char url[256];
        struct sg_error error = {0};
        struct sg_http_failure failure;
        struct sg_http_response response;
        make_url(url, sizeof url, "localhost", "good", rows[i].path);
        struct sg_http_request request = request_for(url);
        assert_done(ask(&request, &response, &failure, &error), error);
        assert_int_equal(response.status, rows[i].status);
        assert_int_equal(response.body.size, 0);
        sg_http_response_free(&response);
    }
}

static void test_body_of_exactly_the_bound(void **state)
{
    (void)state;
    char url[256];
    struct sg_error error = {0};
    struct sg_http_failure failure;
    struct sg_http_response response;
    make_url(url, sizeof url, "localhost", "good", "/exactly");
    struct sg_http_request request = request_for(url);
    assert_done(ask(&request, &response, &failure, &error), error);
    assert_int_equal(response.body.size, 1024 * 1024);
    sg_http_response_free(&response);
}

/* Each row: the server, the path, what the message ends in after "URL: ", and whether one more try might help. */
static void test_failures(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        const char *path;
        const char *cause;
        bool retryable;
    } rows[] = {
        {"wrong_host", "/", "its TLS certificate is for another host than localhost", false},
        {"expired", "/", "its TLS certificate has expired", false},
        {"unknown_ca", "/", "its TLS certificate is not signed by a CA that is trusted here", false},
        {"self_signed", "/", "its TLS certificate is self-signed", false},
        {"good", "/announced", "answered with more than 1048576 bytes", false},
        {"good", "/unannounced", "answered with more than 1048576 bytes", false},
        {"good", "/endless-headers", "answered with more than 65536 bytes of headers", false},
        {"good", "/truncated", "the answer was cut off: fewer bytes came than it announced", true},
        {"good", "/garbage", "answered with something that is no HTTP", false},
        {"good", "/gzip", "the answer is compressed, which was not asked for", false},
        {"good", "/close", "the server closed the connection without an answer", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char url[256];
        char wanted[512];
        struct sg_error error = {0};
        struct sg_http_failure failure;
        struct sg_http_response response;
        make_url(url, sizeof url, "localhost", rows[i].server, rows[i].path);
        snprintf(wanted, sizeof wanted, "%s: %s", url, rows[i].cause);
        struct sg_http_request request = request_for(url);
        assert_failed(ask(&request, &response, &failure, &error), error, SG_ERROR_NETWORK, wanted);
        assert_int_equal(failure.retryable, rows[i].retryable);
        assert_null(response.body.data);
    }
}

/* Causes that hold a library's or the system's words. */
static void test_failures_in_part(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        const char *path;
        const char *part;
        bool retryable;
    } rows[] = {
        {"old_tls", "/", ": no TLS connection of version 1.2 or later: ", false},
        {"closed", "/", ": Connection refused", true},
        {"good", "/reset", ": the connection broke: ", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char url[256];
        struct sg_error error = {0};
        struct sg_http_failure failure;
        struct sg_http_response response;
        make_url(url, sizeof url, "localhost", rows[i].server, rows[i].path);
        struct sg_http_request request = request_for(url);
        assert_false(ask(&request, &response, &failure, &error).done);
        assert_int_equal(error.code, SG_ERROR_NETWORK);
        assert_contains(error.message, rows[i].part);
        assert_int_equal(failure.retryable, rows[i].retryable);
    }
}

static void test_ca_bundles(void **state)
{
    (void)state;
    char url[256];
    char wanted[1024];
    struct sg_error error = {0};
    struct sg_http_failure failure;
    struct sg_http_response response;
    make_url(url, sizeof url, "localhost", "good", "/small");
    struct sg_http_request request = request_for(url);
    const char *const bundles[] = {"/nonexistent/ca.pem", value_of("empty_ca")};
    for (size_t i = 0; i < 2; i++) {
        request.ca_bundle = bundles[i];
        snprintf(wanted, sizeof wanted, "%s: the CA bundle %s cannot be read, or holds no certificate in PEM form", url,
                 bundles[i]);
        assert_failed(ask(&request, &response, &failure, &error), error, SG_ERROR_NETWORK, wanted);
        assert_false(failure.retryable);
    }
    /* The system's store does not know the test's CA. */
    request.ca_bundle = NULL;
    snprintf(wanted, sizeof wanted, "%s: its TLS certificate is not signed by a CA that is trusted here", url);
    assert_failed(ask(&request, &response, &failure, &error), error, SG_ERROR_NETWORK, wanted);
}

/* ATTACKS.md HT-06. */
static void test_slow_servers(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int64_t timeout_ms;
        const char *cause;
    } rows[] = {
        {"/hang", 500, "no answer came after 0.5 s"},
        {"/slow-headers", 500, "no answer came after 0.5 s"},
        {"/slow", 500, "the answer was not complete after 0.5 s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char url[256];
        char wanted[512];
        struct sg_error error = {0};
        struct sg_http_failure failure;
        struct sg_http_response response;
        make_url(url, sizeof url, "localhost", "good", rows[i].path);
        snprintf(wanted, sizeof wanted, "%s: %s", url, rows[i].cause);
        struct sg_http_request request = request_for(url);
        request.timeout_ms = rows[i].timeout_ms;
        assert_failed(ask(&request, &response, &failure, &error), error, SG_ERROR_NETWORK, wanted);
        assert_true(failure.retryable);
    }
}

static void test_a_trickle_is_given_up(void **state)
{
    (void)state;
    char url[256];
    struct sg_error error = {0};
    struct sg_http_failure failure;
    struct sg_http_response response;
    make_url(url, sizeof url, "localhost", "good", "/slow");
    struct sg_http_request request = request_for(url);
    request.timeout_ms = 60000;
    assert_false(ask(&request, &response, &failure, &error).done);
    assert_contains(error.message, ": the answer was not complete after ");
    assert_contains(error.message, " s, too slow to wait for");
    assert_true(failure.retryable);
}

static void test_requests_that_are_not_made(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *message;
    } rows[] = {
        {"http://localhost/x", "http://localhost/x: the URL does not begin with https://"},
        {"https://u:p@localhost/x", "https://u:p@localhost/x: the URL holds a user name or a password"},
        {"https://169.254.169.254/latest",
         "https://169.254.169.254/latest: 169.254.169.254 leads to 169.254.169.254, a link-local or metadata address, "
         "which is never asked"},
        {"https://2852039166/",
         "https://2852039166/: 2852039166 leads to 169.254.169.254, a link-local or metadata address, which is never "
         "asked"},
        {"https://0xa9.0376.43518/",
         "https://0xa9.0376.43518/: 0xa9.0376.43518 leads to 169.254.169.254, a link-local or metadata address, which "
         "is never asked"},
        {"https://[::ffff:169.254.169.254]/",
         "https://[::ffff:169.254.169.254]/: [::ffff:169.254.169.254] leads to ::ffff:169.254.169.254, a link-local or "
         "metadata address, which is never asked"},
        {"https://127.0.0.2:1/",
         "https://127.0.0.2:1/: 127.0.0.2 leads to 127.0.0.2, this machine itself: refused, unless the URL says "
         "localhost, 127.0.0.1 or [::1]"},
        {"https://127.1:1/",
         "https://127.1:1/: 127.1 leads to 127.0.0.1, this machine itself: refused, unless the URL says localhost, "
         "127.0.0.1 or [::1]"},
        {"https://0:1/",
         "https://0:1/: 0 leads to 0.0.0.0, this machine itself: refused, unless the URL says localhost, 127.0.0.1 or "
         "[::1]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_error error = {0};
        struct sg_http_failure failure;
        struct sg_http_response response;
        struct sg_http_request request = request_for(rows[i].url);
        assert_failed(ask(&request, &response, &failure, &error), error, SG_ERROR_NETWORK, rows[i].message);
        assert_false(failure.retryable);
    }
}

/* ATTACKS.md HT-04: proxy variables are honoured, and what they hold is never shown. */
static void test_proxies(void **state)
{
    (void)state;
    char proxy[256];
    char url[256];
    struct sg_error error = {0};
    struct sg_http_failure failure;
    struct sg_http_response response;
    snprintf(proxy, sizeof proxy, "http://user:open%%20sesame@127.0.0.1:%s", value_of("proxy"));
    setenv("https_proxy", proxy, 1);
    struct sg_http_request request = request_for("https://pki.example/small");
    assert_done(ask(&request, &response, &failure, &error), error);
    assert_string_equal(sg_buffer_text(&response.body), "hello");
    sg_http_response_free(&response);

    /* The proxy is passed by: then the server's own address counts. */
    char wanted[512];
    setenv("no_proxy", "localhost", 1);
    make_url(url, sizeof url, "named.localhost", "named", "/small");
    snprintf(wanted, sizeof wanted,
             "%s: named.localhost leads to 127.0.0.1, this machine itself: refused, unless the URL says localhost, "
             "127.0.0.1 or [::1]",
             url);
    request = request_for(url);
    assert_failed(ask(&request, &response, &failure, &error), error, SG_ERROR_NETWORK, wanted);
    assert_false(failure.retryable);
    make_url(url, sizeof url, "localhost", "good", "/small");
    assert_done(ask(&request, &response, &failure, &error), error);
    sg_http_response_free(&response);
    unsetenv("no_proxy");

    static const struct {
        const char *format;
        const char *port_of;
        const char *message;
        bool retryable;
    } rows[] = {
        {"http://user:wrong@127.0.0.1:%s", "proxy",
         "https://pki.example/small: the proxy that the environment names answered 407", false},
        {"http://user:secret@127.0.0.1:%s", "refusing_proxy",
         "https://pki.example/small: the proxy that the environment names answered 403", false},
        {"http://user:secret@127.0.0.1:%s", "closed",
         "https://pki.example/small: cannot connect to pki.example port 443, or to the proxy that the environment "
         "names: Connection refused",
         true},
        {"gopher://user:secret@127.0.0.1:%s", "closed",
         "https://pki.example/small: the environment names a proxy that is no proxy URL", false},
    };
    request = request_for("https://pki.example/small");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *after = strstr(rows[i].format, "%s");
        snprintf(proxy, sizeof proxy, "%.*s%s", (int)(after - rows[i].format), rows[i].format,
                 value_of(rows[i].port_of));
        setenv("https_proxy", proxy, 1);
        assert_failed(ask(&request, &response, &failure, &error), error, SG_ERROR_NETWORK, rows[i].message);
        assert_int_equal(failure.retryable, rows[i].retryable);
    }
    unsetenv("https_proxy");
}

/* --- with retries ------------------------------------------------------------------------------------------------------- */

static void test_fetch_over_the_wire(void **state)
{
    (void)state;
    static const char *const paths[] = {"/then-good", "/busy-then-good", "/reset-then-good"};
    struct sg_transport transport = sg_http_transport(client);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char url[256];
        struct sg_error error = {0};
        struct sg_http_response response;
        make_url(url, sizeof url, "localhost", "good", paths[i]);
        struct sg_fetch_request request = {
            .url = url, .ca_bundle = value_of("ca"), .max_body_bytes = 1024, .timeout_ms = 8000};
        int64_t before = transport.now_ms(transport.self);
        assert_done(sg_fetch(&transport, &request, &response, &error), error);
        int64_t took = transport.now_ms(transport.self) - before;
        assert_string_equal(sg_buffer_text(&response.body), "at last");
        if (strcmp(paths[i], "/busy-then-good") == 0)
            assert_true(took >= 1000);
        sg_http_response_free(&response);
    }
}

static void test_fetch_redirect(void **state)
{
    (void)state;
    char url[256];
    char wanted[512];
    struct sg_error error = {0};
    struct sg_http_response response;
    struct sg_transport transport = sg_http_transport(client);
    make_url(url, sizeof url, "localhost", "good", "/redirect");
    struct sg_fetch_request request = {
        .url = url, .ca_bundle = value_of("ca"), .max_body_bytes = 1024, .timeout_ms = 8000};
    snprintf(wanted, sizeof wanted, "%s: answered 302 Found: redirects are not followed (to elsewhere.example)", url);
    assert_failed(sg_fetch(&transport, &request, &response, &error), error, SG_ERROR_NETWORK, wanted);
}

static void *fetch_many(void *argument)
{
    struct sg_transport transport = sg_http_transport(client);
    size_t *good = argument;
    for (int i = 0; i < 5; i++) {
        char url[256];
        struct sg_error error = {0};
        struct sg_http_response response;
        make_url(url, sizeof url, "localhost", "good", "/small");
        struct sg_fetch_request request = {
            .url = url, .ca_bundle = value_of("ca"), .max_body_bytes = 1024, .timeout_ms = 20000};
        if (sg_fetch(&transport, &request, &response, &error).done)
            *good += 1;
        sg_http_response_free(&response);
    }
    return NULL;
}

/* ATTACKS.md HT-11. */
static void test_sixteen_threads(void **state)
{
    (void)state;
    pthread_t threads[16];
    size_t good[16] = {0};
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, fetch_many, &good[i]), 0);
    for (size_t i = 0; i < 16; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(good[i], 5);
    }
}

static int run_all(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_answer),
        cmocka_unit_test(test_headers_sent),
        cmocka_unit_test(test_headers_kept),
        cmocka_unit_test(test_statuses_are_answers),
        cmocka_unit_test(test_body_of_exactly_the_bound),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_failures_in_part),
        cmocka_unit_test(test_ca_bundles),
        cmocka_unit_test(test_slow_servers),
        cmocka_unit_test(test_a_trickle_is_given_up),
        cmocka_unit_test(test_requests_that_are_not_made),
        cmocka_unit_test(test_fetch_over_the_wire),
        cmocka_unit_test(test_fetch_redirect),
        cmocka_unit_test(test_sixteen_threads),
        cmocka_unit_test(test_proxies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return with_servers(run_all);
}
