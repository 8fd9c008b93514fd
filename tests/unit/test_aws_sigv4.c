/*
 * Request signing, against the vectors of botocore's test suite (../shared/corpora/aws-sigv4), and against what botocore signs for
 * requests of the kinds that those leave out (tests/support/sigv4_vectors.py writes them).
 */
#include "unit.h"

#include <dirent.h>
#include <strings.h>
#include <unistd.h>

#include "aws/canonical.h"
#include "aws/sigv4.h"
#include "base/cleanup.h"
#include "base/file.h"

enum { MAX_HEADERS = 8 };

/* The suite's inputs (AWS.md 5.3). */
static const struct sg_aws_keys suite_keys = {.access_key_id = "AKIDEXAMPLE",
                                              .secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};

static struct sg_time at(const char *text)
{
    struct sg_time time;
    assert_true(sg_time_parse_rfc3339(sg_span_text(text), &time));
    return time;
}

/* --- the suite ------------------------------------------------------------------------------------------------------------ */

/* A request as the suite writes it: request line, headers, of which a value may go on in the next line, an empty line, the body. */
struct parsed {
    char *text; /* owned */
    char *token, *target;
    char url[2048];
    struct sg_header headers[MAX_HEADERS];
    struct sg_sigv4_request request;
};

static char *read_text(const char *folder, const char *name, const char *extension)
{
    char path[1024];
    struct sg_error error = {0};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer bytes = sg_buffer_make(65536);
    snprintf(path, sizeof path, "%s/%s/%s.%s", folder, name, name, extension);
    assert_done(sg_file_read(path, 65536, &bytes, &error), error);
    char *text = strdup(sg_buffer_text(&bytes));
    assert_non_null(text);
    return text;
}

static void add_header(struct parsed *parsed, char *name, char *value)
{
    struct sg_sigv4_request *request = &parsed->request;
    if (strcasecmp(name, "X-Amz-Security-Token") == 0)
        parsed->token = value;
    /* Signing adds these itself. */
    if (strcasecmp(name, "X-Amz-Security-Token") == 0 || strcasecmp(name, "X-Amz-Date") == 0)
        return;
    if (strcasecmp(name, "Host") == 0) {
        snprintf(parsed->url, sizeof parsed->url, "https://%s%s", value, parsed->target);
        return;
    }
    assert_true(request->header_count < MAX_HEADERS);
    parsed->headers[request->header_count++] = (struct sg_header){name, value};
}

/* RFC 9112 section 5.2: a folded line is the same value behind a blank. */
static void unfold(char *text)
{
    for (char *line = strstr(text, "\n "); line != NULL; line = strstr(line, "\n "))
        *line = ' ';
}

static void parse(struct parsed *parsed)
{
    char *line = parsed->text;
    char *body = strstr(line, "\n\n");
    if (body != NULL) {
        *body = '\0';
        parsed->request.body = sg_span_text(body + 2);
    }
    unfold(line);
    char *target = strchr(line, ' ') + 1;
    char *headers = strchr(line, '\n') + 1;
    target[-1] = '\0';
    headers[-1] = '\0';
    *strrchr(target, ' ') = '\0';
    parsed->request.method = line;
    parsed->request.headers = parsed->headers;
    parsed->target = target;
    parsed->request.url = parsed->url;
    for (char *name = strtok_r(headers, "\n", &headers); name != NULL; name = strtok_r(NULL, "\n", &headers)) {
        char *colon = strchr(name, ':');
        *colon = '\0';
        add_header(parsed, name, colon + 1);
    }
}

static const char *sent(const struct sg_sigv4 *signature, const char *name)
{
    for (size_t i = 0; i < signature->header_count; i++) {
        if (strcmp(signature->headers[i].name, name) == 0)
            return signature->headers[i].value;
    }
    return NULL;
}

static void check_text(const char *folder, const char *name, const char *extension, const char *got)
{
    char *wanted = read_text(folder, name, extension);
    if (strcmp(wanted, got) != 0)
        fail_msg("%s.%s:\n%s\ninstead of\n%s", name, extension, got, wanted);
    free(wanted);
}

/* The token is in the request, or in one case only in what is sent. */
static const char *token_of(const char *name, const struct parsed *parsed)
{
    if (strcmp(name, "get-vanilla-with-session-token") == 0)
        return "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    return parsed->token;
}

static void check_case(const char *folder, const char *name)
{
    struct parsed parsed = {.text = read_text(folder, name, "req")};
    struct sg_arena arena = sg_arena_make(1 << 20);
    struct sg_error error = {0};
    struct sg_sigv4 signature;
    parse(&parsed);
    struct sg_aws_keys keys = suite_keys;
    keys.session_token = token_of(name, &parsed);
    parsed.request.region = "us-east-1";
    parsed.request.service = "service";
    parsed.request.time = at("2015-08-30T12:36:00Z");
    assert_done(sg_sigv4_sign(&parsed.request, &keys, &arena, &signature, &error), error);
    check_text(folder, name, "creq", signature.canonical_request);
    check_text(folder, name, "sts", signature.string_to_sign);
    check_text(folder, name, "authz", sent(&signature, "Authorization"));
    assert_string_equal(sent(&signature, "X-Amz-Date"), "20150830T123600Z");
    assert_null(sent(&signature, "X-Amz-Content-Sha256"));
    sg_arena_free(&arena);
    free(parsed.text);
}

static bool is_case(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s/%s.req", folder, name, name);
    return access(path, R_OK) == 0;
}

static size_t check_folder(const char *folder)
{
    size_t checked = 0;
    DIR *cases = opendir(folder);
    assert_non_null(cases);
    for (const struct dirent *entry = readdir(cases); entry != NULL; entry = readdir(cases)) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        if (is_case(folder, entry->d_name)) {
            check_case(folder, entry->d_name);
            checked++;
        } else if (strcmp(entry->d_name, "normalize-path") == 0 || strcmp(entry->d_name, "post-sts-token") == 0) {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            checked += check_folder(path);
        }
    }
    closedir(cases);
    return checked;
}

static void test_suite(void **state)
{
    (void)state;
    char path[1024];
    if (shared_path(path, sizeof path, "corpora/aws-sigv4") == NULL) {
        print_message("corpora/aws-sigv4 is not there: request signing was not held against botocore's suite\n");
        skip();
    }
    assert_int_equal(check_folder(path), 34);
}

/* --- what botocore signs -------------------------------------------------------------------------------------------------- */

struct vector {
    const char *name, *method, *url, *service, *token, *body;
    struct sg_header headers[MAX_HEADERS];
    const char *authorization;
};

#include "test_aws_sigv4_vectors.h"

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const struct vector *vector = &vectors[i];
        struct sg_arena arena = sg_arena_make(1 << 20);
        struct sg_error error = {0};
        struct sg_sigv4 signature;
        struct sg_aws_keys keys = suite_keys;
        keys.session_token = vector->token;
        struct sg_sigv4_request request = {.method = vector->method,
                                           .url = vector->url,
                                           .headers = vector->headers,
                                           .body = sg_span_text(vector->body),
                                           .region = "us-east-1",
                                           .service = vector->service,
                                           .time = at("2026-11-24T09:08:07Z")};
        while (request.header_count < MAX_HEADERS && vector->headers[request.header_count].name != NULL)
            request.header_count++;
        assert_done(sg_sigv4_sign(&request, &keys, &arena, &signature, &error), error);
        if (strcmp(sent(&signature, "Authorization"), vector->authorization) != 0)
            fail_msg("%s:\n%s\ninstead of\n%s\nof\n%s", vector->name, sent(&signature, "Authorization"),
                     vector->authorization, signature.canonical_request);
        assert_true((sent(&signature, "X-Amz-Security-Token") != NULL) == (vector->token != NULL));
        assert_true((sent(&signature, "X-Amz-Content-Sha256") != NULL) == (strcmp(vector->service, "s3") == 0));
        sg_arena_free(&arena);
    }
}

/* --- canonical forms ------------------------------------------------------------------------------------------------------ */

static void test_canonical_forms(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *given, *wanted;
    } rows[] = {
        {"path", "", "/"},
        {"path", "/", "/"},
        {"path", "/..", "/"},
        {"path", "/../../a", "/a"},
        {"path", "/a/b/../../../c/", "/c/"},
        {"path", "/a/.", "/a/"},
        {"path", "/a/./b", "/a/b"},
        {"path", "/a/..", "/"},
        {"path", "//a///b", "/a/b"},
        {"path", "/a%2Fb%3a", "/a%252Fb%253a"},
        {"path", "/...", "/..."},
        {"path of S3", "//a/../b/%2F", "//a/../b/%2F"},
        {"path of S3", "", "/"},
        {"query", "", ""},
        {"query", "&&", ""},
        {"query", "b=2&a=1&a", "a=&a=1&b=2"},
        {"query", "a=1=2", "a=1%3D2"},
        {"query", "=", "="},
        {"query", "a=%2b+%zz%4", "a=%2B%2B%25zz%254"},
        {"query", "A=1&a=2&%41=0", "A=0&A=1&a=2"},
        {"value", "  a \t b  ", "a b"},
        {"value", "", ""},
        {"value", " ", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_arena arena = sg_arena_make(1 << 20);
        SG_CLEANUP(sg_buffer_free) struct sg_buffer out = sg_buffer_make(1024);
        struct sg_error error = {0};
        struct sg_span given = sg_span_text(rows[i].given);
        if (strcmp(rows[i].kind, "query") == 0)
            assert_done(sg_canonical_query(given, &arena, &out, &error), error);
        else if (strcmp(rows[i].kind, "value") == 0)
            assert_done(sg_canonical_value(rows[i].given, &out, &error), error);
        else
            assert_done(sg_canonical_path(given, strcmp(rows[i].kind, "path") != 0, &out, &error), error);
        if (strcmp(sg_buffer_text(&out), rows[i].wanted) != 0)
            fail_msg("%s `%s`: `%s` instead of `%s`", rows[i].kind, rows[i].given, sg_buffer_text(&out),
                     rows[i].wanted);
        sg_arena_free(&arena);
    }
}

/* --- what is refused ------------------------------------------------------------------------------------------------------ */

/* Keys come from files, processes and services: none may write a header of its own. */
static void test_refused(void **state)
{
    (void)state;
    static const struct {
        struct sg_aws_keys keys;
        const char *region;
        struct sg_header header;
        const char *what;
    } rows[] = {
        {{"", "s", NULL}, "r", {"x-a", "1"}, "the access key id"},
        {{"A\nB", "s", NULL}, "r", {"x-a", "1"}, "the access key id"},
        {{"A/B", "s", NULL}, "r", {"x-a", "1"}, "the access key id"},
        {{"A", "", NULL}, "r", {"x-a", "1"}, "the secret access key"},
        {{"A", "s\r\n", NULL}, "r", {"x-a", "1"}, "the secret access key"},
        {{"A", "s", ""}, "r", {"x-a", "1"}, "the session token"},
        {{"A", "s", "t\r\nX-Evil: 1"}, "r", {"x-a", "1"}, "the session token"},
        {{"A", "s", "t\x80"}, "r", {"x-a", "1"}, "the session token"},
        {{"A", "s", NULL}, "us east", {"x-a", "1"}, "the region or service"},
        {{"A", "s", NULL}, "", {"x-a", "1"}, "the region or service"},
        {{"A", "s", NULL}, "a/b", {"x-a", "1"}, "the region or service"},
        {{"A", "s", NULL}, "r", {"x-a", "1\n2"}, "a header"},
        {{"A", "s", NULL}, "r", {"x-a", "1\x7f"}, "a header"},
        {{"A", "s", NULL}, "r", {"x a", "1"}, "a header"},
        {{"A", "s", NULL}, "r", {"x:a", "1"}, "a header"},
        {{"A", "s", NULL}, "r", {"", "1"}, "a header"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_arena arena = sg_arena_make(1 << 20);
        struct sg_error error = {0};
        struct sg_sigv4 signature;
        char wanted[128];
        const struct sg_sigv4_request request = {.method = "GET",
                                                 .url = "https://a.example/",
                                                 .headers = &rows[i].header,
                                                 .header_count = 1,
                                                 .region = rows[i].region,
                                                 .service = "lambda"};
        snprintf(wanted, sizeof wanted, "%s is empty or holds a character that it cannot have", rows[i].what);
        assert_failed(sg_sigv4_sign(&request, &rows[i].keys, &arena, &signature, &error), error, SG_ERROR_REFUSED,
                      wanted);
        assert_int_equal(signature.header_count, 0);
        sg_arena_free(&arena);
    }
}

/* A value with blanks within is one that HTTP allows, and an empty one, too. */
static void test_odd_headers_are_signed(void **state)
{
    (void)state;
    static const struct sg_header headers[] = {{"x-a", ""}, {"X-A", " b\tc "}, {"x-0", "1"}};
    const struct sg_sigv4_request request = {.method = "GET",
                                             .url = "https://a.example?x#y",
                                             .headers = headers,
                                             .header_count = 3,
                                             .region = "r",
                                             .service = "s3",
                                             .time = at("2026-01-02T03:04:05Z")};
    struct sg_arena arena = sg_arena_make(1 << 20);
    struct sg_error error = {0};
    struct sg_sigv4 signature;
    assert_done(sg_sigv4_sign(&request, &suite_keys, &arena, &signature, &error), error);
    assert_string_equal(signature.canonical_request,
                        "GET\n/\nx=\nhost:a.example\nx-0:1\nx-a:,b c\n"
                        "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                        "x-amz-date:20260102T030405Z\n\nhost;x-0;x-a;x-amz-content-sha256;x-amz-date\n"
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sg_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suite),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_canonical_forms),
        cmocka_unit_test(test_odd_headers_are_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
