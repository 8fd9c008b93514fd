/* Points in time: two grammars, calendar arithmetic, and the forms they are shown in. */
#include "unit.h"

#include "base/time.h"

struct parse_row {
    const char *text;
    size_t text_bytes;
    const char *shown; /* RFC 3339 of what was parsed; NULL: refused */
};

#define ROW(text, shown)                                                                                               \
    {                                                                                                                  \
        text, sizeof(text) - 1, shown                                                                                  \
    }
#define SAME(text) ROW(text, text)
#define BAD(text)  ROW(text, NULL)

static void check_parse(const struct parse_row *rows, size_t count, bool (*parse)(struct sg_span, struct sg_time *))
{
    for (size_t i = 0; i < count; i++) {
        struct sg_time time = {.unix_seconds = 42};
        char text[SG_TIME_TEXT_BYTES];
        /* Exactly as many bytes as there are, so that reading behind them is noticed. */
        void *copy = malloc(rows[i].text_bytes);
        memcpy(copy, rows[i].text, rows[i].text_bytes);
        bool parsed = parse(sg_span_of(copy, rows[i].text_bytes), &time);
        free(copy);
        if (parsed != (rows[i].shown != NULL))
            fail_msg("%s: is %s", rows[i].text, parsed ? "taken" : "refused");
        if (!parsed)
            assert_int_equal(time.unix_seconds, 42); /* nothing is written */
        else if (strcmp(sg_time_format_rfc3339(time, text), rows[i].shown) != 0)
            fail_msg("%s: is %s", rows[i].text, text);
    }
}

#define CHECK_PARSE(rows, parse) check_parse(rows, sizeof(rows) / sizeof((rows)[0]), parse)

/* ATTACKS.md CM-30: digits(14)[.digits(1-9)]Z, valid in the calendar, 1970 to 9999. */
static const struct parse_row generalized_rows[] = {
    ROW("20220211174524.338Z", "2022-02-11T17:45:24.338Z"),
    ROW("20220211174524Z", "2022-02-11T17:45:24Z"),
    ROW("20220211174524.3Z", "2022-02-11T17:45:24.3Z"),
    ROW("20220211174524.300Z", "2022-02-11T17:45:24.300Z"),
    ROW("20220211174524.123456789Z", "2022-02-11T17:45:24.123456789Z"),
    ROW("20220211174524.000000000Z", "2022-02-11T17:45:24.000000000Z"),
    ROW("19700101000000Z", "1970-01-01T00:00:00Z"),
    ROW("99991231235959.999999999Z", "9999-12-31T23:59:59.999999999Z"),
    ROW("20240229000000Z", "2024-02-29T00:00:00Z"),
    ROW("20000229000000Z", "2000-02-29T00:00:00Z"),
    ROW("24000229000000Z", "2400-02-29T00:00:00Z"),
    ROW("20380119031408Z", "2038-01-19T03:14:08Z"),
    ROW("21060207062816Z", "2106-02-07T06:28:16Z"),
    BAD("20330511174524,338Z"),
    BAD("20330511174524.338"),
    BAD("20330511174524"),
    BAD("20330511174524+0530"),
    BAD("20330511174524-0000"),
    BAD("20330511174524.338+0530"),
    BAD("20330511174524.Z"),
    BAD("203305111745Z"),
    BAD("2033051117Z"),
    BAD("20330230174524Z"),
    BAD("20230229000000Z"),
    BAD("21000229000000Z"),
    BAD("19000229000000Z"),
    BAD("20330431000000Z"),
    BAD("20330500000000Z"),
    BAD("20330532000000Z"),
    BAD("20330011000000Z"),
    BAD("20331311000000Z"),
    BAD("20330511240000Z"),
    BAD("20330511176000Z"),
    BAD("20330511174560Z"),
    BAD("20161231235960Z"),
    BAD("00000511174524Z"),
    BAD("00010101000000Z"),
    BAD("19691231235959Z"),
    BAD("100000101000000Z"),
    BAD("330511174524Z"),
    BAD("20330511174524Z\0"),
    BAD("20330511174524Z\n"),
    BAD("20330511174524ZZ"),
    BAD(" 20330511174524Z"),
    BAD("20330511174524z"),
    BAD("20330511174524.1234567890Z"),
    BAD("20330511174524.12 Z"),
    BAD("20330511174524.-1Z"),
    BAD("2033051117452\xD9\xA4Z"),
    BAD("-0330511174524Z"),
    BAD("+0330511174524Z"),
    BAD("2033-05-11T17:45:24Z"),
    BAD("Z"),
    BAD("."),
    BAD(""),
};

static void test_generalized(void **state)
{
    (void)state;
    CHECK_PARSE(generalized_rows, sg_time_parse_generalized);
}

/* RFC 3339 section 5.6. */
static const struct parse_row rfc3339_rows[] = {
    SAME("2026-11-23T17:00:00Z"),
    SAME("2026-11-23T17:00:00.5Z"),
    SAME("2026-11-23T17:00:00.123456789Z"),
    SAME("1970-01-01T00:00:00Z"),
    SAME("9999-12-31T23:59:59Z"),
    SAME("2024-02-29T12:00:00Z"),
    ROW("2026-11-23T17:00:00+00:00", "2026-11-23T17:00:00Z"),
    ROW("2026-11-23T17:00:00-00:00", "2026-11-23T17:00:00Z"),
    ROW("2026-11-23T17:00:00+01:00", "2026-11-23T16:00:00Z"),
    ROW("2026-11-23T17:00:00-05:30", "2026-11-23T22:30:00Z"),
    ROW("2026-11-23T17:00:00.25+23:59", "2026-11-22T17:01:00.25Z"),
    ROW("2024-02-29T23:30:00-01:00", "2024-03-01T00:30:00Z"),
    ROW("2026-01-01T00:00:00+01:00", "2025-12-31T23:00:00Z"),
    BAD("2026-11-23t17:00:00Z"),
    BAD("2026-11-23T17:00:00z"),
    BAD("2026-11-23 17:00:00Z"),
    BAD("2026-11-23T17:00:00"),
    BAD("2026-11-23T17:00Z"),
    BAD("2026-11-23"),
    BAD("2026-11-23T17:00:00.Z"),
    BAD("2026-11-23T17:00:00,5Z"),
    BAD("2026-11-23T17:00:00.1234567890Z"),
    BAD("2026-11-23T17:00:00+1:00"),
    BAD("2026-11-23T17:00:00+0100"),
    BAD("2026-11-23T17:00:00+24:00"),
    BAD("2026-11-23T17:00:00+01:60"),
    BAD("2026-11-23T17:00:00Z+01:00"),
    BAD("2026-11-23T24:00:00Z"),
    BAD("2026-11-23T17:60:00Z"),
    BAD("2026-11-23T17:00:60Z"),
    BAD("2016-12-31T23:59:60Z"),
    BAD("2026-02-29T00:00:00Z"),
    BAD("2026-00-23T17:00:00Z"),
    BAD("2026-13-23T17:00:00Z"),
    BAD("2026-11-31T17:00:00Z"),
    BAD("1969-12-31T23:59:59Z"),
    BAD("1970-01-01T00:00:00+00:01"), /* in UTC: 1969 */
    BAD("9999-12-31T23:59:59-00:01"), /* in UTC: 10000, for which no form has room */
    BAD("10000-01-01T00:00:00Z"),
    BAD("26-11-23T17:00:00Z"),
    BAD("2026-1-23T17:00:00Z"),
    BAD("2026-11-23T17:00:00Z "),
    BAD("2026-11-23T17:00:00Z\0"),
    BAD(" 2026-11-23T17:00:00Z"),
    BAD("20261123T170000Z"),
    BAD("2026-W47-1T17:00:00Z"),
    BAD("now"),
    BAD(""),
};

static void test_rfc3339(void **state)
{
    (void)state;
    CHECK_PARSE(rfc3339_rows, sg_time_parse_rfc3339);
}

/* What both grammars give is the same point in time as the number that the C library gives. */
static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t unix_seconds;
        uint32_t nanoseconds;
        uint8_t digits;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0, 0, 0},          {"1970-01-01T00:00:01.5Z", 1, 500000000, 1},
        {"2001-09-09T01:46:40Z", 1000000000, 0, 0}, {"2026-11-23T17:00:00.000000001Z", 1795453200, 1, 9},
        {"2038-01-19T03:14:08Z", 2147483648, 0, 0}, {"9999-12-31T23:59:59.9Z", 253402300799, 900000000, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_time time;
        assert_true(sg_time_parse_rfc3339(sg_span_text(rows[i].text), &time));
        assert_int_equal(time.unix_seconds, rows[i].unix_seconds);
        assert_int_equal(time.nanoseconds, rows[i].nanoseconds);
        assert_int_equal(time.fraction_digits, rows[i].digits);
    }
}

static struct sg_time at(const char *text)
{
    struct sg_time time = {0};
    assert_true(sg_time_parse_rfc3339(sg_span_text(text), &time));
    return time;
}

static void test_compare(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int order;
    } rows[] = {
        {"2026-11-23T17:00:00Z", "2026-11-23T17:00:00Z", 0},
        {"2026-11-23T17:00:00Z", "2026-11-23T17:00:00.000Z", 0}, /* precision does not count */
        {"2026-11-23T17:00:00.5Z", "2026-11-23T17:00:00.500000000Z", 0},
        {"2026-11-23T17:00:00.999Z", "2026-11-23T17:00:01Z", -1},
        {"2026-11-23T17:00:00.000000001Z", "2026-11-23T17:00:00Z", 1},
        {"2026-11-23T17:00:00.338Z", "2026-11-23T17:00:00.34Z", -1},
        {"1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", -1},
        {"2026-11-23T17:00:00+01:00", "2026-11-23T16:00:00Z", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(sg_time_compare(at(rows[i].a), at(rows[i].b)), rows[i].order);
        assert_int_equal(sg_time_compare(at(rows[i].b), at(rows[i].a)), -rows[i].order);
    }
}

static void test_plus(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int64_t seconds;
        const char *to;
    } rows[] = {
        {"2026-11-23T17:00:00.338Z", 300, "2026-11-23T17:05:00.338Z"},
        {"2026-11-23T17:00:00.338Z", -300, "2026-11-23T16:55:00.338Z"},
        {"2024-02-28T23:59:59Z", 1, "2024-02-29T00:00:00Z"},
        {"2023-02-28T23:59:59Z", 1, "2023-03-01T00:00:00Z"},
        {"2026-01-01T00:00:00Z", -1, "2025-12-31T23:59:59Z"},
        {"2026-01-01T00:00:00Z", 0, "2026-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[SG_TIME_TEXT_BYTES];
        assert_string_equal(sg_time_format_rfc3339(sg_time_plus(at(rows[i].from), rows[i].seconds), text), rows[i].to);
    }
}

static void test_plus_months(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int months;
        const char *to;
    } rows[] = {
        {"2026-01-31T12:00:00Z", 1, "2026-02-28T12:00:00Z"},
        {"2024-01-31T12:00:00Z", 1, "2024-02-29T12:00:00Z"},
        {"2026-01-31T12:00:00Z", 2, "2026-03-31T12:00:00Z"},
        {"2026-01-31T12:00:00Z", 3, "2026-04-30T12:00:00Z"},
        {"2026-12-31T23:59:59.5Z", 1, "2027-01-31T23:59:59.5Z"},
        {"2026-11-30T00:00:00Z", 3, "2027-02-28T00:00:00Z"},
        {"2024-02-29T00:00:00Z", 12, "2025-02-28T00:00:00Z"},
        {"2024-02-29T00:00:00Z", 48, "2028-02-29T00:00:00Z"},
        {"2026-03-31T00:00:00Z", -1, "2026-02-28T00:00:00Z"},
        {"2026-01-15T00:00:00Z", -1, "2025-12-15T00:00:00Z"},
        {"2026-01-15T00:00:00Z", 0, "2026-01-15T00:00:00Z"},
        /* 135 months, as in both real signatures (FORMAT.md section 4). */
        {"2022-02-11T17:45:24.338Z", SG_DEFAULT_VALIDITY_MONTHS, "2033-05-11T17:45:24.338Z"},
        {"2024-10-11T15:50:53.701Z", SG_DEFAULT_VALIDITY_MONTHS, "2036-01-11T15:50:53.701Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[SG_TIME_TEXT_BYTES];
        assert_string_equal(sg_time_format_rfc3339(sg_time_plus_months(at(rows[i].from), rows[i].months), text),
                            rows[i].to);
    }
}

static void test_formats(void **state)
{
    (void)state;
    static const struct {
        const char *time, *generalized, *basic, *date, *minute;
    } rows[] = {
        {"2022-02-11T17:45:24.338Z", "20220211174524.338Z", "20220211T174524Z", "2022-02-11", "2022-02-11 17:45 UTC"},
        {"1970-01-01T00:00:00Z", "19700101000000.000Z", "19700101T000000Z", "1970-01-01", "1970-01-01 00:00 UTC"},
        {"2026-11-02T01:02:03.0009Z", "20261102010203.000Z", "20261102T010203Z", "2026-11-02", "2026-11-02 01:02 UTC"},
        {"9999-12-31T23:59:59.9999Z", "99991231235959.999Z", "99991231T235959Z", "9999-12-31", "9999-12-31 23:59 UTC"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[SG_TIME_TEXT_BYTES];
        assert_string_equal(sg_time_format_rfc3339(at(rows[i].time), text), rows[i].time);
        assert_string_equal(sg_time_format_generalized(at(rows[i].time), text), rows[i].generalized);
        assert_string_equal(sg_time_format_basic(at(rows[i].time), text), rows[i].basic);
        assert_string_equal(sg_time_format_date(at(rows[i].time), text), rows[i].date);
        assert_string_equal(sg_time_format_minute(at(rows[i].time), text), rows[i].minute);
    }
}

static void test_now(void **state)
{
    (void)state;
    struct sg_time now = sg_time_now();
    assert_true(now.unix_seconds > 1700000000);
    assert_int_equal(now.nanoseconds % 1000000, 0);
    assert_int_equal(now.fraction_digits, 3);
    assert_true(sg_time_compare(now, sg_time_now()) <= 0);
}

/* Neither TZ nor a locale changes what a time is. */
static void test_time_zone(void **state)
{
    (void)state;
    char text[SG_TIME_TEXT_BYTES];
    setenv("TZ", "America/St_Johns", 1);
    assert_int_equal(at("2026-11-23T17:00:00Z").unix_seconds, 1795453200);
    assert_string_equal(sg_time_format_minute(at("2026-11-23T17:00:00Z"), text), "2026-11-23 17:00 UTC");
    unsetenv("TZ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generalized), cmocka_unit_test(test_rfc3339), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_compare),     cmocka_unit_test(test_plus),    cmocka_unit_test(test_plus_months),
        cmocka_unit_test(test_formats),     cmocka_unit_test(test_now),     cmocka_unit_test(test_time_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
