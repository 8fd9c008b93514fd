#include "base/time.h"

#include <stdio.h>
#include <time.h>

enum { FIRST_YEAR = 1970, LAST_YEAR = 9999 };
#define LAST_SECOND INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct calendar {
    int year, month, day, hour, minute, second;
};

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool calendar_valid(const struct calendar *c)
{
    return c->year >= FIRST_YEAR && c->year <= LAST_YEAR && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_in_month(c->year, c->month) && c->hour <= 23 && c->minute <= 59 && c->second <= 59;
}

static int64_t calendar_to_unix(const struct calendar *c)
{
    struct tm tm = {.tm_year = c->year - 1900,
                    .tm_mon = c->month - 1,
                    .tm_mday = c->day,
                    .tm_hour = c->hour,
                    .tm_min = c->minute,
                    .tm_sec = c->second};
    return timegm(&tm);
}

static struct calendar calendar_of(struct sg_time time)
{
    time_t seconds = (time_t)time.unix_seconds;
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    return (struct calendar){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec};
}

int sg_time_compare(struct sg_time a, struct sg_time b)
{
    if (a.unix_seconds != b.unix_seconds)
        return a.unix_seconds < b.unix_seconds ? -1 : 1;
    if (a.nanoseconds != b.nanoseconds)
        return a.nanoseconds < b.nanoseconds ? -1 : 1;
    return 0;
}

struct sg_time sg_time_plus(struct sg_time time, int64_t seconds)
{
    time.unix_seconds += seconds;
    return time;
}

struct sg_time sg_time_plus_months(struct sg_time time, int months)
{
    struct calendar c = calendar_of(time);
    int month0 = c.year * 12 + c.month - 1 + months;
    c.year = month0 / 12;
    c.month = month0 % 12 + 1;
    int last = days_in_month(c.year, c.month);
    c.day = c.day < last ? c.day : last;
    time.unix_seconds = calendar_to_unix(&c);
    return time;
}

struct sg_time sg_time_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct sg_time){
        .unix_seconds = now.tv_sec, .nanoseconds = (uint32_t)(now.tv_nsec / 1000000 * 1000000), .fraction_digits = 3};
}

int64_t sg_monotonic_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes `digits` decimal digits at *at; false when there are fewer. */
static bool take_number(struct sg_span text, size_t *at, size_t digits, int *out)
{
    if (!sg_span_holds(text, *at, digits))
        return false;
    int value = 0;
    for (size_t i = 0; i < digits; i++) {
        uint8_t c = text.data[*at + i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *at += digits;
    *out = value;
    return true;
}

static bool take_byte(struct sg_span text, size_t *at, uint8_t byte)
{
    if (*at >= text.size || text.data[*at] != byte)
        return false;
    *at += 1;
    return true;
}

/* An optional "." with 1 to 9 digits. */
static bool take_fraction(struct sg_span text, size_t *at, struct sg_time *time)
{
    if (!take_byte(text, at, '.'))
        return true;
    uint32_t nanoseconds = 0;
    uint8_t digits = 0;
    int digit = 0;
    while (digits < 9 && take_number(text, at, 1, &digit)) {
        nanoseconds = nanoseconds * 10 + (uint32_t)digit;
        digits++;
    }
    for (uint8_t i = digits; i < 9; i++)
        nanoseconds *= 10;
    time->nanoseconds = nanoseconds;
    time->fraction_digits = digits;
    return digits > 0;
}

bool sg_time_parse_generalized(struct sg_span text, struct sg_time *out)
{
    struct calendar c = {0};
    struct sg_time time = {0};
    size_t at = 0;
    bool shaped = take_number(text, &at, 4, &c.year) && take_number(text, &at, 2, &c.month) &&
                  take_number(text, &at, 2, &c.day) && take_number(text, &at, 2, &c.hour) &&
                  take_number(text, &at, 2, &c.minute) && take_number(text, &at, 2, &c.second) &&
                  take_fraction(text, &at, &time) && take_byte(text, &at, 'Z') && at == text.size;
    if (!shaped || !calendar_valid(&c))
        return false;
    time.unix_seconds = calendar_to_unix(&c);
    *out = time;
    return true;
}

/* "Z", "+hh:mm" or "-hh:mm": the offset from UTC in seconds. */
static bool take_offset(struct sg_span text, size_t *at, int64_t *offset_seconds)
{
    *offset_seconds = 0;
    if (take_byte(text, at, 'Z'))
        return true;
    int sign = take_byte(text, at, '+') ? 1 : (take_byte(text, at, '-') ? -1 : 0);
    int hours = 0;
    int minutes = 0;
    if (sign == 0 || !take_number(text, at, 2, &hours) || !take_byte(text, at, ':') ||
        !take_number(text, at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_seconds = sign * (int64_t)(hours * 3600 + minutes * 60);
    return true;
}

bool sg_time_parse_rfc3339(struct sg_span text, struct sg_time *out)
{
    struct calendar c = {0};
    struct sg_time time = {0};
    int64_t offset_seconds = 0;
    size_t at = 0;
    bool shaped =
        take_number(text, &at, 4, &c.year) && take_byte(text, &at, '-') && take_number(text, &at, 2, &c.month) &&
        take_byte(text, &at, '-') && take_number(text, &at, 2, &c.day) && take_byte(text, &at, 'T') &&
        take_number(text, &at, 2, &c.hour) && take_byte(text, &at, ':') && take_number(text, &at, 2, &c.minute) &&
        take_byte(text, &at, ':') && take_number(text, &at, 2, &c.second) && take_fraction(text, &at, &time) &&
        take_offset(text, &at, &offset_seconds) && at == text.size;
    if (!shaped || !calendar_valid(&c))
        return false;
    time.unix_seconds = calendar_to_unix(&c) - offset_seconds;
    if (time.unix_seconds < 0 || time.unix_seconds > LAST_SECOND)
        return false;
    *out = time;
    return true;
}

const char *sg_time_format_rfc3339(struct sg_time time, char out[SG_TIME_TEXT_BYTES])
{
    struct calendar c = calendar_of(time);
    size_t used = (size_t)snprintf(out, SG_TIME_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", c.year % 10000, c.month,
                                   c.day, c.hour, c.minute, c.second);
    if (time.fraction_digits > 0) {
        char fraction[16];
        snprintf(fraction, sizeof fraction, "%09u", time.nanoseconds);
        used += (size_t)snprintf(out + used, SG_TIME_TEXT_BYTES - used, ".%.*s", time.fraction_digits, fraction);
    }
    snprintf(out + used, SG_TIME_TEXT_BYTES - used, "Z");
    return out;
}

const char *sg_time_format_basic(struct sg_time time, char out[SG_TIME_TEXT_BYTES])
{
    struct calendar c = calendar_of(time);
    snprintf(out, SG_TIME_TEXT_BYTES, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
    return out;
}

const char *sg_time_format_generalized(struct sg_time time, char out[SG_TIME_TEXT_BYTES])
{
    struct calendar c = calendar_of(time);
    snprintf(out, SG_TIME_TEXT_BYTES, "%04d%02d%02d%02d%02d%02d.%03uZ", c.year % 10000, c.month, c.day, c.hour,
             c.minute, c.second, time.nanoseconds / 1000000 % 1000);
    return out;
}

const char *sg_time_format_date(struct sg_time time, char out[SG_TIME_TEXT_BYTES])
{
    struct calendar c = calendar_of(time);
    snprintf(out, SG_TIME_TEXT_BYTES, "%04d-%02d-%02d", c.year % 10000, c.month, c.day);
    return out;
}

const char *sg_time_format_minute(struct sg_time time, char out[SG_TIME_TEXT_BYTES])
{
    struct calendar c = calendar_of(time);
    snprintf(out, SG_TIME_TEXT_BYTES, "%04d-%02d-%02d %02d:%02d UTC", c.year % 10000, c.month, c.day, c.hour, c.minute);
    return out;
}
