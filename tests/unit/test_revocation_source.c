/* Loading a source: from a file, from the network, from the cache, and every way in which it is not to be had. */
#include "test_net_fake.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "revocation/revocation.h"

#define URL "https://pki.example.com/revoked.json?token=secret"
#define LIST_OF(issued, next)                                                                                          \
    "{\"version\":1,\"issued_at\":\"" issued "\",\"next_update\":\"" next                                              \
    "\",\"revoked\":[{\"certificate_sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]}"
#define GOOD      LIST_OF("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")
#define STALE     LIST_OF("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z")
#define GOOD_TEXT "issued 2026-11-23 00:00 UTC, next update 2026-11-24 00:00 UTC, 1 entry"

static char folder[256];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/sealgate-source-%ld-%d", (long)getpid(), rand());
    return mkdir(folder, 0700);
}

static int remove_folder(void **state)
{
    (void)state;
    char path[1024];
    DIR *directory = opendir(folder);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    closedir(directory);
    return rmdir(folder);
}

static struct sg_time at(const char *text)
{
    struct sg_time time = {0};
    assert_true(sg_time_parse_rfc3339(sg_span_text(text), &time));
    return time;
}

/* One load of the list at URL. */
struct load {
    const char *now;
    bool offline;
    bool without_cache;
    struct fake_answer answer; /* status 0 without a body: the network must not be touched */
    enum sg_source_status status;
    const char *detail;
    const char *etag_sent; /* NULL: it does not matter */
    const char *modified_sent;
    size_t tries;
};

static void check_load(const struct load *load, size_t number)
{
    struct sg_error error = {0};
    struct sg_source *source = NULL;
    const struct sg_source_setting setting = {.kind = SG_SOURCE_LIST, .url = URL};
    bool silent = load->answer.status == 0 && load->answer.body == NULL;
    struct fake_transport fake = {.answers = &load->answer, .count = silent ? 0 : 1};
    struct sg_transport port = fake_port(&fake);
    const struct sg_source_context context = {.transport = &port,
                                              .folder = folder,
                                              .cache = load->without_cache ? NULL : folder,
                                              .timeout_ms = 10000,
                                              .offline = load->offline,
                                              .now = at(load->now)};
    assert_done(sg_source_make(&setting, &source, &error), error);
    assert_int_equal(sg_source_status(source), SG_SOURCE_UNAVAILABLE);
    assert_string_equal(sg_source_detail(source), "it was not loaded");
    assert_done(sg_source_load(source, &context, &error), error);
    if (strcmp(sg_source_detail(source), load->detail) != 0)
        fail_msg("load %zu: %s\n  instead of\n%s", number, sg_source_detail(source), load->detail);
    assert_int_equal(sg_source_status(source), load->status);
    assert_int_equal(fake.asked, load->tries);
    if (load->etag_sent != NULL)
        assert_string_equal(fake.etag, load->etag_sent);
    if (load->modified_sent != NULL)
        assert_string_equal(fake.last_modified, load->modified_sent);
    assert_ptr_equal(sg_source_setting(source), &setting);
    sg_source_free(&source);
    assert_null(source);
}

static void check_loads(const struct load *loads, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_load(&loads[i], i + 1);
}

#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        const struct load loads_[] = {__VA_ARGS__};                                                                    \
        check_loads(loads_, sizeof loads_ / sizeof loads_[0]);                                                         \
    } while (0)

static void test_without_a_cache(void **state)
{
    (void)state;
    CHECK({.now = "2026-11-23T12:00:00Z",
           .without_cache = true,
           .answer = {.status = 200, .body = GOOD},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .etag_sent = "",
           .tries = 1},
          {.now = "2026-11-23T12:00:00Z",
           .without_cache = true,
           .answer = {.status = 200, .body = STALE},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "the list is out of date: a new one was due at 2026-11-22 00:00 UTC",
           .tries = 1},
          {.now = "2026-11-23T12:00:00Z",
           .without_cache = true,
           .answer = {.status = 200, .body = "<html>"},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "the list is no JSON: line 1, column 1: '[' or '{' expected near '<'",
           .tries = 1},
          {.now = "2026-11-23T12:00:00Z",
           .without_cache = true,
           .answer = {.status = 200},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "the list is empty",
           .tries = 1},
          {.now = "2026-11-23T12:00:00Z",
           .without_cache = true,
           .answer = {.status = 404},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "answered 404 Not Found",
           .tries = 1},
          {.now = "2026-11-23T12:00:00Z",
           .without_cache = true,
           .answer = {.status = 503},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "answered 503 Service Unavailable; given up after 6 tries",
           .tries = 6},
          {.now = "2026-11-23T12:00:00Z",
           .without_cache = true,
           .offline = true,
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "offline, and there is no cache folder (revocation.cache)"});
}

static void test_the_lifetime_of_the_server(void **state)
{
    (void)state;
    CHECK({.now = "2026-11-23T12:00:00Z",
           .answer = {.status = 200, .body = GOOD, .etag = "\"1\"", .cache_control = "max-age=3600"},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .etag_sent = "",
           .tries = 1},
          {.now = "2026-11-23T12:59:59Z",
           .status = SG_SOURCE_CACHED,
           .detail = GOOD_TEXT ", fetched 2026-11-23 12:00 UTC"},
          /* It is over: asked, and confirmed for another hour. */
          {.now = "2026-11-23T13:00:00Z",
           .answer = {.status = 304},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .etag_sent = "\"1\"",
           .tries = 1},
          {.now = "2026-11-23T13:59:59Z",
           .status = SG_SOURCE_CACHED,
           .detail = GOOD_TEXT ", fetched 2026-11-23 13:00 UTC"},
          /* It is over, and the server is gone: what was known is too old. */
          {.now = "2026-11-23T14:00:00Z",
           .answer = {.body = "the connection broke"},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "the connection broke; the cache has a copy of "
                     "2026-11-23 13:00 UTC, which is too old to be used",
           .etag_sent = "\"1\"",
           .tries = 1},
          /* A new one takes its place. */
          {.now = "2026-11-23T14:00:00Z",
           .answer = {.status = 200,
                      .body = LIST_OF("2026-11-23T14:00:00Z", "2026-11-24T14:00:00Z"),
                      .etag = "\"2\"",
                      .cache_control = "no-cache"},
           .status = SG_SOURCE_FRESH,
           .detail = "issued 2026-11-23 14:00 UTC, next update 2026-11-24 14:00 UTC, 1 entry",
           .etag_sent = "\"1\"",
           .tries = 1},
          /* no-cache: asked each time. */
          {.now = "2026-11-23T14:00:01Z",
           .answer = {.status = 304},
           .status = SG_SOURCE_FRESH,
           .detail = "issued 2026-11-23 14:00 UTC, next update 2026-11-24 14:00 UTC, 1 entry",
           .etag_sent = "\"2\"",
           .tries = 1});
}

/* No word of the server's: asked each time. The content's own next update alone would let a server that is cut off, or a cache
 * that travels, hide a revocation until then. */
static void test_no_lifetime(void **state)
{
    (void)state;
    CHECK({.now = "2026-11-23T12:00:00Z",
           .answer = {.status = 200, .body = GOOD, .etag = "\"1\""},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .tries = 1},
          {.now = "2026-11-23T12:00:01Z",
           .answer = {.status = 304},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .etag_sent = "\"1\"",
           .tries = 1},
          {.now = "2026-11-23T23:59:59Z",
           .answer = {.body = "the connection broke"},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "the connection broke; the cache has a copy of "
                     "2026-11-23 12:00 UTC, which is too old to be used",
           .etag_sent = "\"1\"",
           .tries = 1},
          /* Out of date: fetched anew, without a validator that could only confirm what is out of date. */
          {.now = "2026-11-24T00:00:00Z",
           .answer = {.status = 200, .body = LIST_OF("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")},
           .status = SG_SOURCE_FRESH,
           .detail = "issued 2026-11-24 00:00 UTC, next update 2026-11-25 00:00 UTC, 1 entry",
           .etag_sent = "",
           .tries = 1});
}

/* The other validator, which servers without ETags have: only with a copy that can be confirmed. */
static void test_last_modified(void **state)
{
    (void)state;
#define MODIFIED "Mon, 23 Nov 2026 00:00:00 GMT"
    CHECK({.now = "2026-11-23T12:00:00Z",
           .answer = {.status = 200, .body = GOOD, .last_modified = MODIFIED},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .modified_sent = "",
           .tries = 1},
          {.now = "2026-11-23T12:00:01Z",
           .answer = {.status = 304},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .etag_sent = "",
           .modified_sent = MODIFIED,
           .tries = 1},
          {.now = "2026-11-24T00:00:00Z",
           .answer = {.status = 200, .body = LIST_OF("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")},
           .status = SG_SOURCE_FRESH,
           .detail = "issued 2026-11-24 00:00 UTC, next update 2026-11-25 00:00 UTC, 1 entry",
           .modified_sent = "",
           .tries = 1});
}

/* How old a copy is, for a person. */
static void test_ages(void **state)
{
    (void)state;
    CHECK({.now = "2026-11-23T12:00:00Z",
           .answer = {.status = 200, .body = LIST_OF("2026-11-23T00:00:00Z", "2026-12-24T00:00:00Z")},
           .status = SG_SOURCE_FRESH,
           .detail = "issued 2026-11-23 00:00 UTC, next update 2026-12-24 00:00 UTC, 1 entry",
           .tries = 1},
          {.now = "2026-11-23T11:56:00Z",
           .offline = true,
           .status = SG_SOURCE_CACHED,
           .detail = "issued 2026-11-23 00:00 UTC, next update 2026-12-24 00:00 UTC, 1 entry, fetched 2026-11-23 12:00 "
                     "UTC (0 minutes ago; offline)"},
          {.now = "2026-11-25T11:59:59Z",
           .offline = true,
           .status = SG_SOURCE_CACHED,
           .detail = "issued 2026-11-23 00:00 UTC, next update 2026-12-24 00:00 UTC, 1 entry, fetched 2026-11-23 12:00 "
                     "UTC (47 hours ago; offline)"},
          {.now = "2026-11-25T12:00:00Z",
           .offline = true,
           .status = SG_SOURCE_CACHED,
           .detail = "issued 2026-11-23 00:00 UTC, next update 2026-12-24 00:00 UTC, 1 entry, fetched 2026-11-23 12:00 "
                     "UTC (2 days ago; offline)"});
}

/* What is wrong with a list is said whole, even where its words stand as the URL's do in a message of the network's. */
static void test_a_message_is_cut_only_behind_its_url(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_source *source = NULL;
    static const char wanted[] = "the list is no JSON: line 1, column 1: '[' or '{' expected near '<'";
    const struct sg_source_setting setting = {.kind = SG_SOURCE_LIST, .url = "https://a.example/x"};
    const struct fake_answer answer = {.status = 200, .body = "<html>"};
    struct fake_transport fake = {.answers = &answer, .count = 1};
    struct sg_transport port = fake_port(&fake);
    const struct sg_source_context context = {
        .transport = &port, .folder = folder, .timeout_ms = 10000, .now = at("2026-11-23T12:00:00Z")};
    assert_int_equal(strlen(setting.url), strcspn(wanted, ":"));
    assert_done(sg_source_make(&setting, &source, &error), error);
    assert_done(sg_source_load(source, &context, &error), error);
    assert_string_equal(sg_source_detail(source), wanted);
    sg_source_free(&source);
}

/* A server's max-age counts for a day at most, however long the content is current. */
static void test_the_longest_lifetime(void **state)
{
    (void)state;
#define LONG      LIST_OF("2026-11-23T00:00:00Z", "2026-12-24T00:00:00Z")
#define LONG_TEXT "issued 2026-11-23 00:00 UTC, next update 2026-12-24 00:00 UTC, 1 entry"
    CHECK(
        {.now = "2026-11-23T12:00:00Z",
         .answer = {.status = 200, .body = LONG, .etag = "\"1\"", .cache_control = "max-age=31536000"},
         .status = SG_SOURCE_FRESH,
         .detail = LONG_TEXT,
         .tries = 1},
        {.now = "2026-11-24T11:59:59Z",
         .status = SG_SOURCE_CACHED,
         .detail = LONG_TEXT ", fetched 2026-11-23 12:00 UTC"},
        {.now = "2026-11-24T12:00:00Z",
         .answer = {.status = 304},
         .status = SG_SOURCE_FRESH,
         .detail = LONG_TEXT,
         .etag_sent = "\"1\"",
         .tries = 1},
        {.now = "2026-11-25T11:59:59Z",
         .status = SG_SOURCE_CACHED,
         .detail = LONG_TEXT ", fetched 2026-11-24 12:00 UTC"},
        {.now = "2026-11-25T12:00:00Z",
         .answer = {.status = 404},
         .status = SG_SOURCE_UNAVAILABLE,
         .detail = "answered 404 Not Found; the cache has a copy of 2026-11-24 12:00 UTC, which is too old to be used",
         .etag_sent = "\"1\"",
         .tries = 1});
}

/* A server's max-age can never stretch a list beyond its next update. */
static void test_the_content_wins_over_the_server(void **state)
{
    (void)state;
    CHECK({.now = "2026-11-23T12:00:00Z",
           .answer = {.status = 200, .body = GOOD, .etag = "\"1\"", .cache_control = "max-age=31536000"},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .tries = 1},
          {.now = "2026-11-24T00:00:00Z",
           .answer = {.status = 404},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "answered 404 Not Found",
           .etag_sent = "",
           .tries = 1});
}

static void test_what_is_not_kept(void **state)
{
    (void)state;
    CHECK({.now = "2026-11-23T12:00:00Z",
           .answer = {.status = 200, .body = STALE, .cache_control = "max-age=3600"},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "the list is out of date: a new one was due at 2026-11-22 00:00 UTC",
           .tries = 1},
          {.now = "2026-11-23T12:00:00Z",
           .offline = true,
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "offline and not in the cache"},
          {.now = "2026-11-23T12:00:00Z",
           .answer = {.status = 200, .body = GOOD, .cache_control = "no-store"},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .tries = 1},
          {.now = "2026-11-23T12:00:00Z",
           .offline = true,
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "offline and not in the cache"},
          /* A bad answer does not push out the good copy. */
          {.now = "2026-11-23T12:00:00Z",
           .answer = {.status = 200, .body = GOOD, .cache_control = "no-cache"},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .tries = 1},
          {.now = "2026-11-23T12:01:00Z",
           .answer = {.status = 200, .body = "{}"},
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "the list's member version is missing",
           .tries = 1},
          {.now = "2026-11-23T12:02:00Z",
           .offline = true,
           .status = SG_SOURCE_CACHED,
           .detail = GOOD_TEXT ", fetched 2026-11-23 12:00 UTC (2 minutes ago; offline)"});
}

static void test_offline(void **state)
{
    (void)state;
    CHECK({.now = "2026-11-23T01:00:00Z",
           .answer = {.status = 200, .body = GOOD, .cache_control = "max-age=60"},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .tries = 1},
          {.now = "2026-11-23T01:01:00Z",
           .offline = true,
           .status = SG_SOURCE_CACHED,
           .detail = GOOD_TEXT ", fetched 2026-11-23 01:00 UTC (1 minute ago; offline)"},
          /* Without the network the server's lifetime does not count, the content's does. */
          {.now = "2026-11-23T23:59:59Z",
           .offline = true,
           .status = SG_SOURCE_CACHED,
           .detail = GOOD_TEXT ", fetched 2026-11-23 01:00 UTC (22 hours ago; offline)"},
          {.now = "2026-11-24T00:00:00Z",
           .offline = true,
           .status = SG_SOURCE_UNAVAILABLE,
           .detail = "offline, and the copy in the cache cannot be used: the list is out of date: a new one was due at "
                     "2026-11-24 00:00 UTC"});
}

/* A clock that was set back, or a run with --now: what seems to come from the future is asked about. */
static void test_a_copy_from_the_future(void **state)
{
    (void)state;
    CHECK({.now = "2026-11-23T20:00:00Z",
           .answer = {.status = 200, .body = GOOD, .etag = "\"1\"", .cache_control = "max-age=3600"},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .tries = 1},
          {.now = "2026-11-23T12:00:00Z",
           .answer = {.status = 304},
           .status = SG_SOURCE_FRESH,
           .detail = GOOD_TEXT,
           .etag_sent = "\"1\"",
           .tries = 1});
}

static void test_a_cache_that_cannot_be_written(void **state)
{
    (void)state;
    char inner[300];
    char wanted[700];
    struct sg_error error = {0};
    struct sg_source *source = NULL;
    const struct sg_source_setting setting = {.kind = SG_SOURCE_LIST, .url = URL};
    const struct fake_answer answer = {.status = 200, .body = GOOD};
    struct fake_transport fake = {.answers = &answer, .count = 1};
    struct sg_transport port = fake_port(&fake);
    snprintf(inner, sizeof inner, "%s/missing/cache", folder);
    const struct sg_source_context context = {
        .transport = &port, .folder = folder, .cache = inner, .timeout_ms = 10000, .now = at("2026-11-23T12:00:00Z")};
    assert_done(sg_source_make(&setting, &source, &error), error);
    assert_done(sg_source_load(source, &context, &error), error);
    assert_int_equal(sg_source_status(source), SG_SOURCE_FRESH);
    snprintf(wanted, sizeof wanted,
             GOOD_TEXT "; not kept in the cache: cannot make the cache folder %s: No such file or directory", inner);
    assert_string_equal(sg_source_detail(source), wanted);
    sg_source_free(&source);
}

/* A file of the pipeline's own: read, offline or not, and never kept. */
static void test_files(void **state)
{
    (void)state;
    static const struct {
        const char *content; /* NULL: there is no file */
        enum sg_source_status status;
        const char *detail; /* %s is the folder */
    } rows[] = {
        {GOOD, SG_SOURCE_FRESH, GOOD_TEXT},
        {STALE, SG_SOURCE_UNAVAILABLE, "the list is out of date: a new one was due at 2026-11-22 00:00 UTC"},
        {"", SG_SOURCE_UNAVAILABLE, "the list is empty"},
        {NULL, SG_SOURCE_UNAVAILABLE, NULL},
    };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        char path[512];
        char missing[700];
        struct sg_error error = {0};
        struct sg_source *source = NULL;
        const struct sg_source_setting setting = {.kind = SG_SOURCE_LIST, .path = "revoked.json"};
        struct fake_transport fake = {0};
        struct sg_transport port = fake_port(&fake);
        const struct sg_source_context context = {.transport = &port,
                                                  .folder = folder,
                                                  .cache = folder,
                                                  .timeout_ms = 10000,
                                                  .offline = i % 2 == 1,
                                                  .now = at("2026-11-23T12:00:00Z")};
        snprintf(path, sizeof path, "%s/revoked.json", folder);
        snprintf(missing, sizeof missing, "cannot open %s: No such file or directory", path);
        unlink(path);
        if (rows[i / 2].content != NULL)
            assert_done(sg_file_write(path, sg_span_text(rows[i / 2].content), 0600, &error), error);
        assert_done(sg_source_make(&setting, &source, &error), error);
        assert_done(sg_source_load(source, &context, &error), error);
        assert_string_equal(sg_source_detail(source), rows[i / 2].detail == NULL ? missing : rows[i / 2].detail);
        assert_int_equal(sg_source_status(source), rows[i / 2].status);
        sg_source_free(&source);
    }
}

static void test_memory(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_source *source = NULL;
    const struct sg_source_setting setting = {.kind = SG_SOURCE_CRL, .url = "https://h/x"};
    const struct fake_answer answer = {.body = "out of memory", .code = SG_ERROR_MEMORY};
    struct fake_transport fake = {.answers = &answer, .count = 1};
    struct sg_transport port = fake_port(&fake);
    const struct sg_source_context context = {
        .transport = &port, .folder = folder, .timeout_ms = 10000, .now = at("2026-11-23T12:00:00Z")};
    assert_done(sg_source_make(&setting, &source, &error), error);
    assert_failed(sg_source_load(source, &context, &error), error, SG_ERROR_MEMORY, "https://h/x: out of memory");
    fake.asked = 0;
    assert_false(sg_source_load(source, &context, NULL).done);
    assert_int_equal(sg_source_status(source), SG_SOURCE_UNAVAILABLE);
    sg_source_free(&source);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_without_a_cache),
        IN_FOLDER(test_the_lifetime_of_the_server),
        IN_FOLDER(test_last_modified),
        IN_FOLDER(test_ages),
        IN_FOLDER(test_a_message_is_cut_only_behind_its_url),
        IN_FOLDER(test_no_lifetime),
        IN_FOLDER(test_the_longest_lifetime),
        IN_FOLDER(test_the_content_wins_over_the_server),
        IN_FOLDER(test_what_is_not_kept),
        IN_FOLDER(test_offline),
        IN_FOLDER(test_a_copy_from_the_future),
        IN_FOLDER(test_a_cache_that_cannot_be_written),
        IN_FOLDER(test_files),
        IN_FOLDER(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
