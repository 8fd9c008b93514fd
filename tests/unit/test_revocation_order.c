/* A revocation list says the same whatever order its entries are written in. */
#include "unit.h"

#include "base/buffer.h"
#include "revocation/list.h"

#define SIGNER  "arn:aws:signer:us-east-1:123456789012:/signing-"
#define JOB     SIGNER "jobs/11111111-2222-3333-4444-555555555555"
#define PROFILE SIGNER "profiles/Release/AbCdEf0123"
#define SHA     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee"
#define HASH    SHA SHA SHA
#define HEAD                                                                                                           \
    "{\"version\":1,\"issued_at\":\"2026-11-23T00:00:00Z\",\"next_update\":\"2026-11-24T00:00:00Z\",\"revoked\":["

static const char *const entries[] = {
    "{\"job_arn\":\"" JOB "\",\"revoked_at\":\"2026-11-20T00:00:00Z\"}",
    "{\"profile_version_arn\":\"" PROFILE "\",\"effective_from\":\"2026-11-09T00:00:00Z\"}",
    "{\"profile_version_arn\":\"" PROFILE "\",\"effective_from\":\"2026-11-01T00:00:00Z\"}",
    "{\"certificate_hash\":\"" HASH "\",\"revoked_at\":\"2026-11-20T00:00:00Z\"}",
    "{\"certificate_sha256\":\"" SHA "\",\"revoked_at\":\"2026-11-20T00:00:00Z\"}",
    "{\"certificate_sha256\":\"" SHA "\"}",
    "{\"certificate_sha256\":\"" OTHER "\"}",
};
enum { COUNT = sizeof entries / sizeof entries[0] };

/* From `first` on, each `step` places behind the one before it. */
static struct sg_list *parse_in_order(size_t first, size_t step)
{
    static const struct sg_time now = {.unix_seconds = 1795435200}; /* 2026-11-23T12:00:00Z */
    struct sg_error error = {0};
    struct sg_list *list = NULL;
    struct sg_buffer text = sg_buffer_make(SG_REVOCATION_MAX_BYTES);
    assert_done(sg_buffer_append_text(&text, HEAD, &error), error);
    for (size_t i = 0; i < COUNT; i++)
        assert_done(sg_buffer_printf(&text, &error, "%s%s", i == 0 ? "" : ",", entries[(first + i * step) % COUNT]),
                    error);
    assert_done(sg_buffer_append_text(&text, "]}", &error), error);
    assert_done(sg_list_parse(sg_buffer_span(&text), now, &list, &error), error);
    sg_buffer_free(&text);
    return list;
}

/* What strikes this key from the first: a time as text, "" for always, "none" when nothing does. */
static const char *strikes(const struct sg_list *list, enum sg_list_kind kind, const char *key,
                           char text[SG_TIME_TEXT_BYTES])
{
    const struct sg_list_entry *entry = sg_list_find(list, kind, key);
    if (entry == NULL)
        return "none";
    assert_int_equal(entry->kind, kind);
    assert_string_equal(entry->key, key);
    return entry->has_time ? sg_time_format_rfc3339(entry->time, text) : "";
}

static void test_every_order(void **state)
{
    (void)state;
    static const struct {
        enum sg_list_kind kind;
        const char *key, *strikes;
    } rows[] = {
        {SG_LIST_JOB, JOB, "2026-11-20T00:00:00Z"},
        {SG_LIST_PROFILE_VERSION, PROFILE, "2026-11-01T00:00:00Z"},
        {SG_LIST_CERTIFICATE_HASH, HASH, "2026-11-20T00:00:00Z"},
        {SG_LIST_CERTIFICATE_SHA256, SHA, ""},
        {SG_LIST_CERTIFICATE_SHA256, OTHER, ""},
        {SG_LIST_CERTIFICATE_SHA256, HASH, "none"},
        {SG_LIST_PROFILE_VERSION, JOB, "none"},
    };
    for (size_t order = 0; order < COUNT * (COUNT - 1); order++) {
        struct sg_list *list = parse_in_order(order % COUNT, 1 + order / COUNT);
        assert_int_equal(sg_list_count(list), COUNT);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            char text[SG_TIME_TEXT_BYTES];
            assert_string_equal(strikes(list, rows[i].kind, rows[i].key, text), rows[i].strikes);
        }
        sg_list_free(&list);
    }
    struct sg_list *none = NULL;
    sg_list_free(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
