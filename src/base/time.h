/*
 * Points in time with the precision they were written with.
 *
 * All functions are thread-safe; only sg_time_now and sg_monotonic_ms look at a clock.
 */
#ifndef SG_BASE_TIME_H
#define SG_BASE_TIME_H

#include "base/result.h"
#include "base/span.h"

struct sg_time {
    int64_t unix_seconds;
    uint32_t nanoseconds;    /* 0 to 999,999,999 */
    uint8_t fraction_digits; /* 0 to 9: digits of the fraction as written, for showing it again */
};

/* Bytes of the longest RFC 3339 form with its NUL: "2026-11-02T10:11:12.123456789Z". */
#define SG_TIME_TEXT_BYTES 32

/* -1, 0, 1: a before, at, after b; the written precision does not count. */
int sg_time_compare(struct sg_time a, struct sg_time b);

/* The time `seconds` later, or earlier when negative. */
struct sg_time sg_time_plus(struct sg_time time, int64_t seconds);

/* The same day and time of day `months` calendar months later; a day that the month does not have becomes its last. */
struct sg_time sg_time_plus_months(struct sg_time time, int months);

/* The system's clock, UTC, cut to milliseconds. */
struct sg_time sg_time_now(void);

/* Milliseconds of a clock that nobody sets, for durations and deadlines. */
int64_t sg_monotonic_ms(void);

/* ASN.1 GeneralizedTime in the one form the signed attributes use: 14 digits, an optional fraction of 1 to 9 digits, "Z";
 * a valid date from 1970 to 9999, no leap second (ATTACKS.md CM-30). False when it is anything else. */
bool sg_time_parse_generalized(struct sg_span text, struct sg_time *out);

/* RFC 3339 date-time: "T" and "Z" in upper case, or a numeric offset, fraction of 1 to 9 digits; years 1970 to 9999. False
 * when it is anything else. */
bool sg_time_parse_rfc3339(struct sg_span text, struct sg_time *out);

/* RFC 3339 in UTC with the digits of fraction that were written. Returns `out`. */
const char *sg_time_format_rfc3339(struct sg_time time, char out[SG_TIME_TEXT_BYTES]);

/* ISO 8601 in its basic form, UTC, whole seconds, as AWS's request signing has it: "20150830T123600Z". Returns `out`. */
const char *sg_time_format_basic(struct sg_time time, char out[SG_TIME_TEXT_BYTES]);

/* GeneralizedTime with milliseconds, as AWS Signer writes it: "20220211174524.338Z". Returns `out`. */
const char *sg_time_format_generalized(struct sg_time time, char out[SG_TIME_TEXT_BYTES]);

/* "2026-11-02" and "2026-11-02 10:11 UTC", for people. */
const char *sg_time_format_date(struct sg_time time, char out[SG_TIME_TEXT_BYTES]);
const char *sg_time_format_minute(struct sg_time time, char out[SG_TIME_TEXT_BYTES]);

#endif
