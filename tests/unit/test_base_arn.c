/* The grammars of ARNs (FORMAT.md section 3; ATTACKS.md CM-47). */
#include "unit.h"

#include "base/arn.h"
#include "base/limits.h"

#define OWNER   "arn:aws:signer:us-east-1:123456789012:"
#define LAMBDA  "arn:aws:lambda:us-east-1:123456789012:"
#define PROFILE OWNER "/signing-profiles/Release/AbCdEf0123"
#define UUID    "11111111-2222-3333-4444-555555555555"
#define SIXTY   "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567"

struct row {
    const char *text;
    size_t text_bytes;
    const char *name, *version; /* name NULL: refused */
};

#define GOOD(text, name, version)                                                                                      \
    {                                                                                                                  \
        text, sizeof(text) - 1, name, version                                                                          \
    }
#define BAD(text)                                                                                                      \
    {                                                                                                                  \
        text, sizeof(text) - 1, NULL, NULL                                                                             \
    }

static void check_rows(const struct row *rows, size_t count, bool (*parse)(struct sg_span, struct sg_arn *))
{
    for (size_t i = 0; i < count; i++) {
        struct sg_arn arn;
        /* Exactly as many bytes as there are, so that reading behind them is noticed. */
        void *copy = malloc(rows[i].text_bytes);
        memcpy(copy, rows[i].text, rows[i].text_bytes);
        bool parsed = parse(sg_span_of(copy, rows[i].text_bytes), &arn);
        if (parsed != (rows[i].name != NULL))
            fail_msg("%s: is %s", rows[i].text, parsed ? "taken" : "refused");
        if (parsed && (!sg_span_equal(arn.name, sg_span_text(rows[i].name)) ||
                       !sg_span_equal(arn.version, sg_span_text(rows[i].version))))
            fail_msg("%s: name %.*s, version %.*s", rows[i].text, (int)arn.name.size, (const char *)arn.name.data,
                     (int)arn.version.size, arn.version.size > 0 ? (const char *)arn.version.data : "");
        free(copy);
    }
}

#define CHECK_ROWS(rows, parse) check_rows(rows, sizeof(rows) / sizeof((rows)[0]), parse)

static const struct row profile_version_rows[] = {
    GOOD(PROFILE, "Release", "AbCdEf0123"),
    GOOD(OWNER "/signing-profiles/ab/0000000000", "ab", "0000000000"),
    GOOD(OWNER "/signing-profiles/" SIXTY "_9aZ/0123456789", SIXTY "_9aZ", "0123456789"),
    GOOD("arn:aws-cn:signer:cn-north-1:123456789012:/signing-profiles/Release/AbCdEf0123", "Release", "AbCdEf0123"),
    GOOD("arn:aws-us-gov:signer:us-gov-west-1:123456789012:/signing-profiles/Release/AbCdEf0123", "Release",
         "AbCdEf0123"),
    GOOD("arn:aws-iso-b:signer:us-isob-east-1:123456789012:/signing-profiles/Release/AbCdEf0123", "Release",
         "AbCdEf0123"),
    BAD(OWNER "/signing-profiles/a/AbCdEf0123"),
    BAD(OWNER "/signing-profiles/" SIXTY "_9aZX/0123456789"),
    BAD(OWNER "/signing-profiles//AbCdEf0123"),
    BAD(OWNER "/signing-profiles/Release"),
    BAD(OWNER "/signing-profiles/Release/"),
    BAD(OWNER "/signing-profiles/Release/AbCdEf012"),
    BAD(OWNER "/signing-profiles/Release/AbCdEf01234"),
    BAD(OWNER "/signing-profiles/Release/AbCdEf012_"),
    BAD(OWNER "/signing-profiles/Release-1/AbCdEf0123"),
    BAD(OWNER "/signing-profiles/Release.1/AbCdEf0123"),
    BAD(OWNER "/signing-profiles/Rel ease/AbCdEf0123"),
    BAD(OWNER "/signing-profiles/R\xD0\xB5lease/AbCdEf0123"),
    BAD(OWNER "/signing-profiles/*/AbCdEf0123"),
    BAD(OWNER "/signing-profiles/Release/*"),
    BAD(OWNER "/signing-profiles%2FRelease/AbCdEf0123"),
    BAD(OWNER "/signing-profiles/Release%2FAbCdEf0123"),
    BAD(OWNER "signing-profiles/Release/AbCdEf0123"),
    BAD(OWNER "//signing-profiles/Release/AbCdEf0123"),
    BAD(OWNER "/Signing-Profiles/Release/AbCdEf0123"),
    BAD(OWNER "/signing-jobs/Release/AbCdEf0123"),
    BAD(PROFILE "/"),
    BAD(PROFILE " "),
    BAD(PROFILE "\n"),
    BAD(PROFILE "\0"),
    BAD(PROFILE "\0x"),
    BAD(" " PROFILE),
    BAD("\xEF\xBB\xBF" PROFILE),
    BAD(PROFILE PROFILE),
    BAD("ARN:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:AWS:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws-:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws-1:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:awsx:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:evil:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn::signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:lambda:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:Signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:signer::123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:signer:US-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:signer:-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:signer:*:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:signer:us-east-1:12345678901:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:signer:us-east-1:1234567890123:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:signer:us-east-1:12345678901x:/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:signer:us-east-1::/signing-profiles/Release/AbCdEf0123"),
    BAD("arn:aws:signer:us-east-1:123456789012"),
    BAD("arn:"),
    BAD(""),
};

static void test_profile_version(void **state)
{
    (void)state;
    CHECK_ROWS(profile_version_rows, sg_arn_parse_profile_version);
}

static const struct row profile_rows[] = {
    GOOD(OWNER "/signing-profiles/Release", "Release", ""),
    BAD(PROFILE),
    BAD(OWNER "/signing-profiles/"),
    BAD(OWNER "/signing-profiles/Release/"),
    BAD(OWNER "/signing-profiles/R"),
    BAD(OWNER "/signing-profiles/Re*"),
};

static void test_profile(void **state)
{
    (void)state;
    CHECK_ROWS(profile_rows, sg_arn_parse_profile);
}

static const struct row job_rows[] = {
    GOOD(OWNER "/signing-jobs/" UUID, UUID, ""),
    GOOD(OWNER "/signing-jobs/c89d9184-fcaa-4cc5-81f0-3242f7fb9e15", "c89d9184-fcaa-4cc5-81f0-3242f7fb9e15", ""),
    BAD(OWNER "/signing-jobs/C89D9184-FCAA-4CC5-81F0-3242F7FB9E15"),
    BAD(OWNER "/signing-jobs/11111111222233334444555555555555"),
    BAD(OWNER "/signing-jobs/11111111-2222-3333-4444-55555555555"),
    BAD(OWNER "/signing-jobs/11111111-2222-3333-4444-5555555555555"),
    BAD(OWNER "/signing-jobs/1111111-12222-3333-4444-555555555555"),
    BAD(OWNER "/signing-jobs/g1111111-2222-3333-4444-555555555555"),
    BAD(OWNER "/signing-jobs/{" UUID "}"),
    BAD(OWNER "/signing-jobs/" UUID "\n"),
    BAD(OWNER "/signing-jobs/" UUID "/"),
    BAD(OWNER "/signing-jobs/"),
    BAD(OWNER "signing-jobs/" UUID),
    BAD(LAMBDA "/signing-jobs/" UUID),
    BAD(PROFILE),
};

static void test_job(void **state)
{
    (void)state;
    CHECK_ROWS(job_rows, sg_arn_parse_job);
}

static const struct row code_signing_config_rows[] = {
    GOOD(LAMBDA "code-signing-config:csc-0a1b2c3d4e5f6a7b8", "csc-0a1b2c3d4e5f6a7b8", ""),
    BAD(LAMBDA "code-signing-config:csc-0a1b2c3d4e5f6a7b"),
    BAD(LAMBDA "code-signing-config:csc-0a1b2c3d4e5f6a7b89"),
    BAD(LAMBDA "code-signing-config:csc-0A1b2c3d4e5f6a7b8"),
    BAD(LAMBDA "code-signing-config:0a1b2c3d4e5f6a7b8"),
    BAD(LAMBDA "code-signing-config:"),
    BAD(LAMBDA "/code-signing-config:csc-0a1b2c3d4e5f6a7b8"),
    BAD(OWNER "code-signing-config:csc-0a1b2c3d4e5f6a7b8"),
};

static void test_code_signing_config(void **state)
{
    (void)state;
    CHECK_ROWS(code_signing_config_rows, sg_arn_parse_code_signing_config);
}

static const struct row layer_rows[] = {
    GOOD(LAMBDA "layer:shared:1", "shared", "1"),
    GOOD(LAMBDA "layer:My_Layer-2:1234", "My_Layer-2", "1234"),
    BAD(LAMBDA "layer:shared"),
    BAD(LAMBDA "layer:shared:"),
    BAD(LAMBDA "layer::1"),
    BAD(LAMBDA "layer:shared:x"),
    BAD(LAMBDA "layer:shared:1:2"),
    BAD(LAMBDA "layer:sha.red:1"),
    BAD(LAMBDA "layer:shared:1 "),
    BAD(OWNER "layer:shared:1"),
};

static void test_layer(void **state)
{
    (void)state;
    CHECK_ROWS(layer_rows, sg_arn_parse_layer_version);
}

/* An ARN of more than 1,024 bytes is none, whatever it says. */
static void test_length(void **state)
{
    (void)state;
    char text[2 * SG_ARN_MAX_BYTES];
    struct sg_arn arn;
    memset(text, 'a', sizeof text);
    memcpy(text, PROFILE, sizeof PROFILE - 1);
    for (size_t size = sizeof PROFILE - 1; size < sizeof text; size++)
        assert_int_equal(sg_arn_parse_profile_version(sg_span_of(text, size), &arn), size == sizeof PROFILE - 1);
}

static void test_parts(void **state)
{
    (void)state;
    struct sg_arn arn;
    assert_true(sg_arn_parse_profile_version(
        SG_SPAN_LITERAL("arn:aws-us-gov:signer:us-gov-west-1:210987654321:/signing-profiles/A1/0123456789"), &arn));
    assert_true(sg_span_equal(arn.partition, SG_SPAN_LITERAL("aws-us-gov")));
    assert_true(sg_span_equal(arn.region, SG_SPAN_LITERAL("us-gov-west-1")));
    assert_true(sg_span_equal(arn.account, SG_SPAN_LITERAL("210987654321")));
}

static void test_same_owner(void **state)
{
    (void)state;
    static const struct {
        const char *job;
        bool same;
    } rows[] = {
        {OWNER "/signing-jobs/" UUID, true},
        {"arn:aws-cn:signer:us-east-1:123456789012:/signing-jobs/" UUID, false},
        {"arn:aws:signer:us-east-2:123456789012:/signing-jobs/" UUID, false},
        {"arn:aws:signer:us-east-1:123456789013:/signing-jobs/" UUID, false},
    };
    struct sg_arn profile;
    assert_true(sg_arn_parse_profile_version(SG_SPAN_LITERAL(PROFILE), &profile));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_arn job;
        assert_true(sg_arn_parse_job(sg_span_text(rows[i].job), &job));
        assert_int_equal(sg_arn_same_owner(&job, &profile), rows[i].same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_version),
        cmocka_unit_test(test_profile),
        cmocka_unit_test(test_job),
        cmocka_unit_test(test_code_signing_config),
        cmocka_unit_test(test_layer),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_same_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
