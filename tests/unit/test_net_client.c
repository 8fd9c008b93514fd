/* Connections between requests: kept, never longer than they are good, and never for another client, host or CA. */
#include "test_net_servers.h"

#include <pthread.h>

/* One question to `server` by the name `host`, and what comes of it. */
struct question {
    char url[256];
    struct sg_http_request request;
    struct sg_http_response response; /* sg_http_response_free */
    struct sg_http_failure failure;
    struct sg_error error;
};

static void prepare(struct question *question, const char *host, const char *server, const char *path)
{
    *question = (struct question){.url = ""};
    make_url(question->url, sizeof question->url, host, server, path);
    question->request = request_for(question->url);
}

static bool put(struct question *question, struct sg_http_client *from)
{
    struct sg_transport transport = sg_http_transport(from);
    return transport
        .perform(transport.self, &question->request, &question->response, &question->failure, &question->error)
        .done;
}

/* Copies the answer's body; fails the test when there is none. */
static void get_from(struct sg_http_client *from, const char *host, const char *server, const char *path, char *body,
                     size_t size)
{
    struct question question;
    prepare(&question, host, server, path);
    if (!put(&question, from))
        fail_msg("%s", question.error.message);
    snprintf(body, size, "%s", sg_buffer_text(&question.response.body));
    sg_http_response_free(&question.response);
}

static void get(struct sg_http_client *from, const char *server, const char *path, char *body, size_t size)
{
    get_from(from, "localhost", server, path, body, size);
}

/* Which of the server's connections a client of now is given. */
static int connection_of(struct sg_http_client *from, const char *server)
{
    char body[32];
    get(from, server, "/number", body, sizeof body);
    return (int)strtol(body, NULL, 10);
}

static void test_kept_between_requests(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_http_client *another = NULL;
    int first = connection_of(client, "keeping");
    assert_in_range(first, 1, 1000);
    for (int i = 0; i < 5; i++)
        assert_int_equal(connection_of(client, "keeping"), first);
    assert_done(sg_http_client_make(&another, &error), error);
    int other = connection_of(another, "keeping");
    assert_int_not_equal(other, first);
    assert_int_equal(connection_of(another, "keeping"), other);
    sg_http_client_free(&another);
    assert_null(another);
    assert_int_equal(connection_of(client, "keeping"), first);
}

/* A server may close a connection at any time. */
static void test_closed_meanwhile(void **state)
{
    (void)state;
    char body[32];
    for (int i = 1; i < 4; i++) {
        int connection = connection_of(client, "keeping");
        get(client, "keeping", "/number-and-close", body, sizeof body);
        assert_int_equal(strtol(body, NULL, 10), connection);
        assert_in_range(connection_of(client, "keeping"), connection + 1, 1000);
    }
}

/* What is left of a transfer that was stopped is not read as the next one's answer. */
static void test_not_kept_after_a_failure(void **state)
{
    (void)state;
    static const struct {
        const char *path, *message;
        bool answered;
    } rows[] = {
        {"/announced", ": answered with more than 1048576 bytes", false},
        {"/missing", NULL, true},
        {"/hang", ": no answer came after 0.5 s", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char wanted[512];
        struct question question;
        int before = connection_of(client, "keeping");
        prepare(&question, "localhost", "keeping", rows[i].path);
        if (!rows[i].answered)
            question.request.timeout_ms = 500;
        assert_int_equal(put(&question, client), rows[i].answered);
        snprintf(wanted, sizeof wanted, "%s%s", question.url, rows[i].message);
        if (rows[i].message != NULL)
            assert_string_equal(question.error.message, wanted);
        sg_http_response_free(&question.response);
        assert_in_range(connection_of(client, "keeping"), before + 1, 1000);
    }
}

/* An answer that came unasked is not the next one's. */
static void test_not_kept_with_an_answer_unasked(void **state)
{
    (void)state;
    static const char *const paths[] = {"/number-and-more", "/number-and-more-later"};
    for (size_t i = 0; i < 6; i++) {
        char body[32];
        get(client, "keeping", paths[i % 2], body, sizeof body);
        int connection = (int)strtol(body, NULL, 10);
        usleep(200000);
        get(client, "keeping", "/small", body, sizeof body);
        assert_string_equal(body, "hello");
        assert_in_range(connection_of(client, "keeping"), connection + 1, 1000);
    }
}

/* Nothing of one request is a part of the next. */
static void test_requests_do_not_mix(void **state)
{
    (void)state;
    char body[1024];
    struct question question;
    int connection = connection_of(client, "keeping");
    prepare(&question, "localhost", "keeping", "/echo");
    question.request.etag = "\"a\"";
    question.request.last_modified = "Tue, 03 Nov 2026 10:00:00 GMT";
    question.request.max_body_bytes = 300;
    assert_true(put(&question, client));
    assert_contains(sg_buffer_text(&question.response.body), "if-none-match: \"a\"\n");
    sg_http_response_free(&question.response);
    get(client, "keeping", "/echo", body, sizeof body);
    assert_null(strstr(body, "if-"));
    get(client, "keeping", "/empty", body, sizeof body);
    assert_string_equal(body, "");
    assert_int_equal(connection_of(client, "keeping"), connection);
}

/* A connection that one CA vouched for is none to a request that trusts another. */
static void test_not_for_another_ca(void **state)
{
    (void)state;
    char wanted[512];
    struct question question;
    int connection = connection_of(client, "keeping");
    prepare(&question, "localhost", "keeping", "/number");
    question.request.ca_bundle = value_of("other_ca");
    assert_false(put(&question, client));
    snprintf(wanted, sizeof wanted, "%s: its TLS certificate is not signed by a CA that is trusted here", question.url);
    assert_int_equal(question.error.code, SG_ERROR_NETWORK);
    assert_string_equal(question.error.message, wanted);
    assert_in_range(connection_of(client, "keeping"), connection + 1, 1000);
}

/* Through a proxy on loopback, whose address would be none for the host itself. */
static void test_kept_through_a_proxy(void **state)
{
    (void)state;
    char proxy[128], first[32], second[32];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%s", value_of("keeping_proxy"));
    setenv("https_proxy", proxy, 1);
    get_from(client, "pki.example", "keeping", "/number", first, sizeof first);
    get_from(client, "pki.example", "keeping", "/number", second, sizeof second);
    unsetenv("https_proxy");
    assert_string_equal(first, second);
}

/* More than are kept at once. */
static void *ask_many(void *argument)
{
    char body[32];
    for (int i = 0; i < 5; i++)
        get(client, "keeping", "/small", body, sizeof body);
    *(bool *)argument = strcmp(body, "hello") == 0;
    return NULL;
}

static void test_many_threads(void **state)
{
    (void)state;
    enum { THREADS = SG_HTTP_KEPT_CONNECTIONS + 8 };
    pthread_t threads[THREADS];
    bool good[THREADS] = {false};
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_many, &good[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(good[i]);
    }
}

static int run_all(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_between_requests),    cmocka_unit_test(test_closed_meanwhile),
        cmocka_unit_test(test_not_kept_after_a_failure), cmocka_unit_test(test_not_kept_with_an_answer_unasked),
        cmocka_unit_test(test_requests_do_not_mix),      cmocka_unit_test(test_not_for_another_ca),
        cmocka_unit_test(test_kept_through_a_proxy),     cmocka_unit_test(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return with_servers(run_all);
}
