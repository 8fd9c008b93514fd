/*
 * Times, ARNs, digests and URLs as text, and the printable form of anything. The first byte chooses. What is parsed must come
 * out again as the same text, or as the same value.
 */
#include "base/arn.h"
#include "base/time.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "fuzz.h"

static bool same_time(struct sg_time a, struct sg_time b)
{
    return sg_time_compare(a, b) == 0 && a.fraction_digits == b.fraction_digits;
}

static void check_time(struct sg_time time)
{
    char text[SG_TIME_TEXT_BYTES];
    struct sg_time again = {0};
    must(time.unix_seconds >= 0 && time.nanoseconds < 1000000000 && time.fraction_digits <= 9);
    must(sg_time_parse_rfc3339(sg_span_text(sg_time_format_rfc3339(time, text)), &again) && same_time(time, again));
    must(sg_time_compare(sg_time_plus(time, 1), time) > 0 && sg_time_compare(sg_time_plus(time, -1), time) < 0);
    must(same_time(sg_time_plus(sg_time_plus(time, 86400), -86400), time));
    /* Beyond the last year nothing is said about the text. */
    if (time.unix_seconds < INT64_C(253000000000)) {
        struct sg_time later = sg_time_plus_months(time, 1);
        int64_t days = (later.unix_seconds - time.unix_seconds) / 86400;
        must(days >= 28 && days <= 31);
    }
    must(strlen(sg_time_format_date(time, text)) == 10);
    must(strlen(sg_time_format_minute(time, text)) == 20);
}

static void check_generalized(struct sg_span text)
{
    struct sg_time time = {0};
    char again[SG_TIME_TEXT_BYTES];
    if (!sg_time_parse_generalized(text, &time))
        return;
    check_time(time);
    if (time.fraction_digits == 3)
        must(sg_span_equal(sg_span_text(sg_time_format_generalized(time, again)), text));
}

static void check_rfc3339(struct sg_span text)
{
    struct sg_time time = {0};
    char again[SG_TIME_TEXT_BYTES];
    if (!sg_time_parse_rfc3339(text, &time))
        return;
    check_time(time);
    if (text.data[text.size - 1] == 'Z')
        must(sg_span_equal(sg_span_text(sg_time_format_rfc3339(time, again)), text));
}

/* The kinds of ARN: how each is taken apart, and what stands between its parts. */
static const struct kind {
    bool (*parse)(struct sg_span text, struct sg_arn *out);
    const char *service, *resource, *before_version;
} kinds[] = {
    {sg_arn_parse_profile_version, "signer", "/signing-profiles/", "/"},
    {sg_arn_parse_profile, "signer", "/signing-profiles/", ""},
    {sg_arn_parse_job, "signer", "/signing-jobs/", ""},
    {sg_arn_parse_code_signing_config, "lambda", "code-signing-config:", ""},
    {sg_arn_parse_layer_version, "lambda", "layer:", ":"},
};

#define PART(span) (int)(span).size, (const char *)(span).data

static bool makes_again(const struct kind *kind, const struct sg_arn *arn, struct sg_span text)
{
    char again[SG_ARN_MAX_BYTES + 64];
    int length = snprintf(again, sizeof again, "arn:%.*s:%s:%.*s:%.*s:%s%.*s%s%.*s", PART(arn->partition),
                          kind->service, PART(arn->region), PART(arn->account), kind->resource, PART(arn->name),
                          kind->before_version, PART(arn->version));
    return length > 0 && (size_t)length < sizeof again && sg_span_equal(sg_span_of(again, (size_t)length), text);
}

static void check_arn(struct sg_span text)
{
    size_t parsed = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct sg_arn arn;
        if (!kinds[i].parse(text, &arn))
            continue;
        parsed++;
        must(makes_again(&kinds[i], &arn, text) && sg_arn_same_owner(&arn, &arn));
        must(arn.account.size == 12);
    }
    /* No ARN is of two kinds. */
    must(parsed <= 1);
}

static void check_sha256(struct sg_span text)
{
    uint8_t digest[SG_SHA256_BYTES];
    char again[SG_SHA256_BASE64_BYTES];
    if (sg_sha256_from_base64(text, digest))
        must(sg_span_equal(sg_span_text(sg_sha256_base64(digest, again)), text));
}

static void check_url(const char *text)
{
    struct sg_printable shown;
    must(is_one_printable_line(sg_url_shown(&shown, text)));
    /* Queries carry signatures and tokens (ATTACKS.md HT-13). */
    const char *query = strchr(shown.text, '?');
    must(query == NULL || strcmp(query, "?…") == 0);
    struct sg_span authority = sg_url_authority(text);
    must(authority.size == 0 || (authority.data >= (const uint8_t *)text && authority.size <= strlen(text)));
    must(memchr(authority.data, '@', authority.size) == NULL);
    if (sg_url_problem(text) != NULL)
        return;
    struct sg_span host = sg_url_host(text);
    unsigned port = sg_url_port(text);
    must(strncmp(text, "https://", 8) == 0 && strlen(text) <= SG_URL_MAX_BYTES && is_one_printable_line(text));
    must(host.size > 0 && port > 0 && port <= 65535);
    for (size_t i = 0; i < host.size; i++)
        must(host.data[i] > ' ' && host.data[i] < 0x7F && strchr("/@?#\\", host.data[i]) == NULL);
}

static void check_printable(struct sg_span bytes)
{
    struct sg_printable shown;
    struct sg_error error = {0};
    struct sg_buffer whole = sg_buffer_make(16 * bytes.size + 16);
    must(is_one_printable_line(sg_printable(&shown, bytes)));
    must_do(sg_printable_append(&whole, bytes, &error), error);
    must(is_one_printable_line(sg_buffer_text(&whole)));
    if (bytes.size <= SG_PRINTABLE_INPUT_BYTES)
        must(strcmp(sg_buffer_text(&whole), shown.text) == 0);
    sg_buffer_free(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct sg_span text = sg_span_of(data + 1, size - 1);
    char *copy = strndup((const char *)data + 1, size - 1);
    must(copy != NULL);
    switch (data[0] % 6) {
    case 0:
        check_generalized(text);
        break;
    case 1:
        check_rfc3339(text);
        break;
    case 2:
        check_arn(text);
        break;
    case 3:
        check_sha256(text);
        break;
    case 4:
        check_url(copy);
        break;
    default:
        check_printable(text);
        break;
    }
    free(copy);
    return 0;
}
