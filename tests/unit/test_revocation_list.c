/* The revocation list: exactly the shape of CONTRACT.md section 6, and what is found in it. */
#include "unit.h"

#include "base/buffer.h"
#include "revocation/list.h"

#define JOB     "arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555"
#define PROFILE "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"
#define SHA     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HASH    SHA SHA SHA
#define HEAD                                                                                                           \
    "{\"version\":1,\"issued_at\":\"2026-11-23T00:00:00Z\",\"next_update\":\"2026-11-24T00:00:00Z\",\"revoked\":"
#define LIST(entries) HEAD "[" entries "]}"

static struct sg_time at(const char *text)
{
    struct sg_time time = {0};
    assert_true(sg_time_parse_rfc3339(sg_span_text(text), &time));
    return time;
}

#define NOW at("2026-11-23T12:00:00Z")

static struct sg_list *parse(const char *text)
{
    struct sg_list *list = NULL;
    struct sg_error error = {0};
    assert_done(sg_list_parse(sg_span_text(text), NOW, &list, &error), error);
    return list;
}

static void test_lists_that_count(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count;
    } rows[] = {
        {LIST(""), 0},
        {LIST("{\"job_arn\":\"" JOB "\",\"revoked_at\":\"2026-11-20T00:00:00Z\"}"), 1},
        {LIST("{\"job_arn\":\"" JOB "\",\"revoked_at\":\"2026-11-20T00:00:00+01:00\",\"reason\":\"\"}"), 1},
        {LIST("{\"profile_version_arn\":\"" PROFILE "\",\"effective_from\":\"2026-11-01T00:00:00Z\"},"
              "{\"certificate_hash\":\"" HASH "\"},"
              "{\"certificate_sha256\":\"" SHA "\",\"revoked_at\":\"2026-11-20T00:00:00.5Z\",\"reason\":\"lost\"}"),
         3},
        {" \n{\"revoked\" : [ ] ,\n \"next_update\":\"2026-11-24T00:00:00Z\",\"issued_at\":\"2026-11-23T00:00:00Z\","
         "\"version\":1}\n",
         0},
        /* 300 seconds ahead of the clock are allowed. */
        {"{\"version\":1,\"issued_at\":\"2026-11-23T12:05:00Z\",\"next_update\":\"2026-11-24T00:00:00Z\",\"revoked\":[]"
         "}",
         0},
        {"{\"version\":1,\"issued_at\":\"2026-11-23T00:00:00Z\",\"next_update\":\"2026-11-23T12:00:00.001Z\","
         "\"revoked\":[]}",
         0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_list *list = parse(rows[i].text);
        assert_int_equal(sg_list_count(list), rows[i].count);
        sg_list_free(&list);
        assert_null(list);
    }
}

/* ATTACKS.md HT-09. */
static void test_lists_that_do_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "the list is empty"},
        {"<html>", "the list is no JSON: line 1, column 1: '[' or '{' expected near '<'"},
        {"{\"version\":1,", "the list is no JSON: line 1, column 13: string or '}' expected near end of file"},
        {LIST("") "x", "the list is no JSON: line 1, column 99: end of file expected near 'x'"},
        {"\xef\xbb\xbf" LIST(""), "the list is no JSON: line 1, column 1: '[' or '{' expected near '\\u{FEFF}'"},
        {"[]", "the list is no JSON object"},
        {"{}", "the list's member version is missing"},
        {"{\"version\":2}", "the list's member version is not 1"},
        {"{\"version\":1.0}", "the list's member version is not 1"},
        {"{\"version\":\"1\"}", "the list's member version is not 1"},
        {"{\"version\":1,\"version\":1}",
         "the list is no JSON: line 1, column 22: duplicate object key near '\"version\"'"},
        {"{\"version\":1,\"revokedEntities\":[]}", "the list's member revokedEntities is not known"},
        {"{\"version\":1,\"a\\u001b[2Jb\":1}", "the list's member a\\x1B[2Jb is not known"},
        {"{\"version\":1}", "the list's member issued_at is missing"},
        {"{\"version\":1,\"issued_at\":\"2026-11-23\"}", "the list's member issued_at is no RFC 3339 time"},
        {"{\"version\":1,\"issued_at\":1795392000}", "the list's member issued_at is no RFC 3339 time"},
        {"{\"version\":1,\"issued_at\":null}", "the list's member issued_at is no RFC 3339 time"},
        {"{\"version\":1,\"issued_at\":\"2026-11-23T00:00:00Z\"}", "the list's member next_update is missing"},
        {"{\"version\":1,\"issued_at\":\"2026-11-23T00:00:00Z\",\"next_update\":\"2026-11-23T00:00:00Z\"}",
         "the list's member next_update is not after issued_at"},
        {"{\"version\":1,\"issued_at\":\"2026-11-23T12:05:01Z\",\"next_update\":\"2026-11-24T00:00:00Z\",\"revoked\":[]"
         "}",
         "the list is dated in the future, 2026-11-23 12:05 UTC"},
        {"{\"version\":1,\"issued_at\":\"2026-11-23T00:00:00Z\",\"next_update\":\"2026-11-23T12:00:00Z\",\"revoked\":[]"
         "}",
         "the list is out of date: a new one was due at 2026-11-23 12:00 UTC"},
        {"{\"version\":1,\"issued_at\":\"2026-11-23T00:00:00Z\",\"next_update\":\"2026-11-24T00:00:00Z\"}",
         "the list's member revoked is missing"},
        {HEAD "{}}", "the list's member revoked is no array"},
        {HEAD "null}", "the list's member revoked is no array"},
        {LIST("1"), "entry 1 of the list is no object"},
        {LIST("{}"),
         "entry 1 of the list is of no known kind: it needs job_arn, profile_version_arn, certificate_hash or "
         "certificate_sha256"},
        {LIST("{\"certificate_hash\":\"" HASH "\"},{\"serial\":\"01\"}"),
         "entry 2 of the list is of no known kind: it needs job_arn, profile_version_arn, certificate_hash or "
         "certificate_sha256"},
        {LIST("{\"job_arn\":\"" JOB "\",\"certificate_hash\":\"" HASH "\"}"),
         "entry 1 of the list is of two kinds: job_arn and certificate_hash"},
        {LIST("{\"job_arn\":\"" JOB "\"}"), "entry 1 of the list: member revoked_at is missing"},
        {LIST("{\"job_arn\":\"" JOB "\",\"revoked_at\":\"\"}"),
         "entry 1 of the list: member revoked_at is no RFC 3339 time"},
        {LIST("{\"job_arn\":\"" JOB "\",\"revoked_at\":\"2026-11-20T00:00:00\"}"),
         "entry 1 of the list: member revoked_at is no RFC 3339 time"},
        {LIST("{\"job_arn\":\"" JOB "\",\"effective_from\":\"2026-11-20T00:00:00Z\"}"),
         "entry 1 of the list: member effective_from is not known"},
        {LIST("{\"job_arn\":\"" JOB "\",\"revoked_at\":\"2026-11-20T00:00:00Z\",\"reason\":7}"),
         "entry 1 of the list: member reason is no text"},
        {LIST("{\"job_arn\":\"" JOB "\",\"revoked_at\":\"2026-11-20T00:00:00Z\",\"note\":\"x\"}"),
         "entry 1 of the list: member note is not known"},
        {LIST("{\"job_arn\":\"" PROFILE "\",\"revoked_at\":\"2026-11-20T00:00:00Z\"}"),
         "entry 1 of the list: member job_arn is not a signing job ARN"},
        {LIST("{\"job_arn\":\"" JOB " \",\"revoked_at\":\"2026-11-20T00:00:00Z\"}"),
         "entry 1 of the list: member job_arn is not a signing job ARN"},
        {LIST("{\"job_arn\":null,\"revoked_at\":\"2026-11-20T00:00:00Z\"}"),
         "entry 1 of the list: member job_arn is not a signing job ARN"},
        {LIST("{\"profile_version_arn\":\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release\","
              "\"effective_from\":\"2026-11-01T00:00:00Z\"}"),
         "entry 1 of the list: member profile_version_arn is not a signing profile version ARN"},
        {LIST("{\"profile_version_arn\":\"" PROFILE "\"}"), "entry 1 of the list: member effective_from is missing"},
        {LIST("{\"profile_version_arn\":\"" PROFILE "\",\"revoked_at\":\"2026-11-20T00:00:00Z\"}"),
         "entry 1 of the list: member revoked_at is not known"},
        {LIST("{\"certificate_hash\":\"" SHA "\"}"),
         "entry 1 of the list: member certificate_hash is not 192 lower-case hexadecimal digits"},
        {LIST("{\"certificate_sha256\":\"" SHA " \"}"),
         "entry 1 of the list: member certificate_sha256 is not 64 lower-case hexadecimal digits"},
        {LIST("{\"certificate_sha256\":\"" HASH "\"}"),
         "entry 1 of the list: member certificate_sha256 is not 64 lower-case hexadecimal digits"},
        {LIST("{\"certificate_sha256\":\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\"}"),
         "entry 1 of the list: member certificate_sha256 is not 64 lower-case hexadecimal digits"},
        {LIST("{\"certificate_sha256\":\"" SHA "\",\"revoked_at\":\"soon\"}"),
         "entry 1 of the list: member revoked_at is no RFC 3339 time"},
        {LIST("{\"certificate_sha256\":\"" SHA "\",\"certificate_sha256\":\"" SHA "\"}"),
         "the list is no JSON: line 1, column 205: duplicate object key near '\"certificate_sha256\"'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_list *list = NULL;
        struct sg_error error = {0};
        assert_failed(sg_list_parse(sg_span_text(rows[i].text), NOW, &list, &error), error, SG_ERROR_NETWORK,
                      rows[i].message);
        assert_null(list);
    }
}

static void test_finding(void **state)
{
    (void)state;
    struct sg_list *list =
        parse(LIST("{\"job_arn\":\"" JOB "\",\"revoked_at\":\"2026-11-20T00:00:00Z\",\"reason\":\"key leaked\"},"
                   "{\"profile_version_arn\":\"" PROFILE "\",\"effective_from\":\"2026-11-09T00:00:00Z\"},"
                   "{\"profile_version_arn\":\"" PROFILE "\",\"effective_from\":\"2026-11-01T00:00:00Z\"},"
                   "{\"certificate_sha256\":\"" SHA "\",\"revoked_at\":\"2026-11-20T00:00:00Z\"},"
                   "{\"certificate_sha256\":\"" SHA "\"}"));
    const struct sg_list_entry *job = sg_list_find(list, SG_LIST_JOB, JOB);
    assert_non_null(job);
    assert_string_equal(job->reason, "key leaked");
    assert_int_equal(sg_time_compare(job->time, at("2026-11-20T00:00:00Z")), 0);
    /* Of two entries the one that strikes more. */
    const struct sg_list_entry *profile = sg_list_find(list, SG_LIST_PROFILE_VERSION, PROFILE);
    assert_non_null(profile);
    assert_int_equal(sg_time_compare(profile->time, at("2026-11-01T00:00:00Z")), 0);
    const struct sg_list_entry *certificate = sg_list_find(list, SG_LIST_CERTIFICATE_SHA256, SHA);
    assert_non_null(certificate);
    assert_false(certificate->has_time);
    /* A key of one kind is not one of another; nor is a part of one, or a longer one. */
    assert_null(sg_list_find(list, SG_LIST_PROFILE_VERSION, JOB));
    assert_null(sg_list_find(list, SG_LIST_CERTIFICATE_HASH, SHA));
    assert_null(sg_list_find(list, SG_LIST_JOB, JOB "6"));
    assert_null(sg_list_find(list, SG_LIST_JOB, ""));
    sg_list_free(&list);
}

/* Whatever order entries stand in, the one that strikes first is found. */
static void test_orders(void **state)
{
    (void)state;
    static const char *const entries[] = {
        "{\"job_arn\":\"" JOB "\",\"revoked_at\":\"2026-11-20T00:00:00Z\"}",
        "{\"profile_version_arn\":\"" PROFILE "\",\"effective_from\":\"2026-11-01T00:00:00Z\"}",
        "{\"profile_version_arn\":\"" PROFILE "\",\"effective_from\":\"2026-11-09T00:00:00Z\"}",
        "{\"certificate_hash\":\"" HASH "\"}",
        "{\"certificate_sha256\":\"" SHA "\"}",
        "{\"certificate_sha256\":\"" SHA "\",\"revoked_at\":\"1970-01-01T00:00:00Z\"}",
    };
    enum { COUNT = sizeof entries / sizeof entries[0] };
    for (size_t first = 0; first < COUNT; first++) {
        for (size_t step = 1; step < COUNT; step += COUNT - 2) { /* forwards and backwards */
            char text[4096] = HEAD "[";
            for (size_t i = 0; i < COUNT; i++) {
                size_t used = strlen(text);
                snprintf(text + used, sizeof text - used, "%s%s", i == 0 ? "" : ",",
                         entries[(first + i * step) % COUNT]);
            }
            snprintf(text + strlen(text), sizeof text - strlen(text), "]}");
            struct sg_list *list = parse(text);
            const struct sg_list_entry *profile = sg_list_find(list, SG_LIST_PROFILE_VERSION, PROFILE);
            const struct sg_list_entry *certificate = sg_list_find(list, SG_LIST_CERTIFICATE_SHA256, SHA);
            assert_non_null(sg_list_find(list, SG_LIST_JOB, JOB));
            assert_non_null(sg_list_find(list, SG_LIST_CERTIFICATE_HASH, HASH));
            assert_non_null(profile);
            assert_int_equal(sg_time_compare(profile->time, at("2026-11-01T00:00:00Z")), 0);
            assert_non_null(certificate);
            assert_false(certificate->has_time);
            sg_list_free(&list);
        }
    }
}

/* 100,000 entries, out of order, each of which is found, and none that is not there. */
static void test_a_large_list(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    struct sg_error error = {0};
    struct sg_buffer text = sg_buffer_make(SG_REVOCATION_MAX_BYTES);
    assert_done(sg_buffer_append_text(&text, HEAD "[", &error), error);
    for (unsigned i = 0; i < COUNT; i++)
        assert_done(sg_buffer_printf(&text, &error, "%s{\"certificate_sha256\":\"%056u%08x\"}", i == 0 ? "" : ",", 0u,
                                     (unsigned)(i * 2654435761u) & ~1u),
                    error);
    assert_done(sg_buffer_append_text(&text, "]}", &error), error);
    struct sg_list *list = parse(sg_buffer_text(&text));
    assert_int_equal(sg_list_count(list), COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        char key[80];
        unsigned value = (unsigned)(i * 2654435761u) & ~1u;
        snprintf(key, sizeof key, "%056u%08x", 0u, value);
        assert_non_null(sg_list_find(list, SG_LIST_CERTIFICATE_SHA256, key));
        snprintf(key, sizeof key, "%056u%08x", 0u, value | 1u);
        assert_null(sg_list_find(list, SG_LIST_CERTIFICATE_SHA256, key));
    }
    sg_list_free(&list);
    sg_buffer_free(&text);
}

/* What would cost gigabytes once parsed is refused before it is. */
static void test_lists_that_cost_too_much(void **state)
{
    (void)state;
    static const char *const units[] = {"{},", "[],", "1,", "[[[[[[[[[[]]]]]]]]]],"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct sg_error error = {0};
        struct sg_list *list = NULL;
        struct sg_buffer text = sg_buffer_make(SG_REVOCATION_MAX_BYTES);
        assert_done(sg_buffer_append_text(&text, HEAD "[", &error), error);
        while (sg_buffer_append_text(&text, units[i], NULL).done)
            continue;
        assert_failed(sg_list_parse(sg_buffer_span(&text), NOW, &list, &error), error, SG_ERROR_NETWORK,
                      "the list has more than 200000 entries");
        sg_buffer_free(&text);
    }
    struct sg_error error = {0};
    struct sg_list *list = NULL;
    char deep[8192];
    memset(deep, '[', sizeof deep);
    assert_false(sg_list_parse(sg_span_of(deep, sizeof deep), NOW, &list, &error).done);
    assert_contains(error.message, "the list is no JSON: ");
    assert_contains(error.message, "maximum parsing depth reached");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_that_count), cmocka_unit_test(test_lists_that_do_not),
        cmocka_unit_test(test_finding),          cmocka_unit_test(test_orders),
        cmocka_unit_test(test_a_large_list),     cmocka_unit_test(test_lists_that_cost_too_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
