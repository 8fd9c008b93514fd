/* Bounds of packages, and zip64 fields and times at the edge of what their forms can hold. */
#include "test_package_zip.h"

#include "package/writer.h"

/* --- the names together ----------------------------------------------------------------------------------------------------- */

enum { MOST_NAMES = 2098, LONG_NAME_BYTES = 4000 };

/* The header of an empty file, with its name. */
static struct sg_span header(bool central, struct sg_span name, size_t offset)
{
    struct sg_span out = central ? SG_SPAN_LITERAL("PK\1\2\24\3\24\0") : SG_SPAN_LITERAL("PK\3\4\24\0");
    PUT32(0); /* flags, method */
    PUT32(0x5D61A000);
    PUT32(0); /* CRC */
    PUT64(0); /* sizes */
    PUT16(name.size);
    PUT16(0);
    if (central) {
        PUT64(0); /* comment, disk, internal attributes, DOS attributes */
        PUT16(0100644);
        PUT32(offset);
    }
    return JOIN(out, name);
}

/* A path of as many bytes as there shall be, the last of which are a number. */
static struct sg_span long_name(size_t size, unsigned number)
{
    uint8_t *name = made_bytes(size);
    for (size_t i = 0; i < size; i++)
        name[i] = i % 200 == 199 ? '/' : 'n';
    for (size_t i = size - 1; i > size - 5; i--, number /= 10)
        name[i] = (uint8_t)('0' + number % 10);
    return sg_span_of(name, size);
}

/* The first name is shorter than the others by `spared` bytes. */
static struct sg_span zip_of_long_names(size_t spared)
{
    struct sg_span parts[2 * MOST_NAMES + 1];
    size_t directory = 0;
    size_t end = 0;
    for (unsigned i = 0; i < MOST_NAMES; i++) {
        struct sg_span name = long_name(i == 0 ? LONG_NAME_BYTES - spared : LONG_NAME_BYTES, i);
        parts[i] = header(false, name, 0);
        parts[MOST_NAMES + i] = header(true, name, directory);
        directory += parts[i].size;
        end += parts[MOST_NAMES + i].size;
    }
    struct sg_span out = SG_SPAN_LITERAL("PK\5\6\0\0\0\0");
    PUT16(MOST_NAMES);
    PUT16(MOST_NAMES);
    PUT32(end);
    PUT32(directory);
    PUT16(0);
    parts[2 * MOST_NAMES] = out;
    return joined(2 * MOST_NAMES + 1, parts);
}

static void test_names_together(void **state)
{
    (void)state;
    enum { OVER = MOST_NAMES * LONG_NAME_BYTES - 8388608 };
    assert_true(package_as_wanted("8 MiB of names and a byte", zip_of_long_names(OVER - 1), SG_RULE_PACKAGE_TOO_LARGE,
                                  "the names of the entries have more than 8388608 bytes"));
    assert_true(package_as_wanted("8 MiB of names", zip_of_long_names(OVER), SG_RULE_NONE, NULL));
}

/* --- zip64 ------------------------------------------------------------------------------------------------------------------ */

/* `a` holds "body of a\n", ten bytes; its local header is at 0. */
#define TEN        "0A00000000000000"
#define ZERO       "0000000000000000"
#define NEEDLESS   "`a` has a zip64 extra field that it does not need"
#define CONTRADICT "`a`: its zip64 extra field contradicts its directory record"
#define WIDE       "`a` has a data descriptor of 64 bits without need, which some readers misread"
#define WIDE_EXTRA "0100 1000 " ZERO ZERO

static void test_zip64(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"all fields without need",
         {{.name = "a", .central_extra = "0100 1C00 " TEN TEN ZERO "00000000"}},
         {0},
         SG_RULE_UNUSUAL_PACKAGE,
         NEEDLESS},
        {"another disk in a field without need",
         {{.name = "a", .central_extra = "0100 1C00 " TEN TEN ZERO "01000000"}},
         {0},
         SG_RULE_AMBIGUOUS_PACKAGE,
         CONTRADICT},
        {"a disk that has half a field",
         {{.name = "a", .central_extra = "0100 1A00 " TEN TEN ZERO "0000"}},
         {0},
         SG_RULE_AMBIGUOUS_PACKAGE,
         CONTRADICT},
        {"another offset in a field without need",
         {{.name = "a", .central_extra = "0100 1800 " TEN TEN TEN}},
         {0},
         SG_RULE_AMBIGUOUS_PACKAGE,
         CONTRADICT},
        {"one field more than there are",
         {{.name = "a", .central_extra = "0100 2800 " TEN TEN ZERO ZERO ZERO}},
         {0},
         SG_RULE_AMBIGUOUS_PACKAGE,
         CONTRADICT},
        {"an offset that is only marked",
         {{.name = "a", .central_extra = "0100 0000"}},
         {.patches = {{CENTRAL, 0, 42, 4, 0xFFFFFFFF}}},
         SG_RULE_AMBIGUOUS_PACKAGE,
         CONTRADICT},
        {"a wide descriptor of an empty body",
         {{.name = "a", .body = "", .packed = "0300", .descriptor = SIGNED64, .local_extra = WIDE_EXTRA}},
         {0},
         SG_RULE_AMBIGUOUS_PACKAGE,
         WIDE},
    };
    CHECK_ROWS(rows);
}

/* --- times of what is added (APPNOTE 4.4.6: 1980 to 2107) --------------------------------------------------------------------- */

static uint16_t written_date(const char *text)
{
    struct sg_error error = {0};
    struct places places;
    struct sg_time modified = {0};
    struct sg_buffer out = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
    struct sg_span zip = write_zip((const struct entry[]){{.name = "a"}}, 1, &(struct archive){0}, &places);
    assert_true(sg_time_parse_rfc3339(sg_span_text(text), &modified));
    assert_done(sg_package_append_folder(zip, modified, &out, &error), error);
    /* The folder's local header takes the place of the directory. */
    assert_memory_equal(out.data + places.directory, "PK\3\4", 4);
    uint16_t date = sg_le16(out.data + places.directory + 12);
    sg_buffer_free(&out);
    return date;
}

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        const char *time;
        unsigned year, month, day;
    } rows[] = {
        {"2026-11-02T10:11:12Z", 2026, 11, 2}, {"1979-12-31T23:59:59Z", 1980, 12, 31},
        {"1980-01-01T00:00:00Z", 1980, 1, 1},  {"2107-12-31T23:59:59Z", 2107, 12, 31},
        {"2108-01-01T00:00:00Z", 2107, 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint16_t date = written_date(rows[i].time);
        if (date != ((rows[i].year - 1980) << 9 | rows[i].month << 5 | rows[i].day))
            fail_msg("%s: the date is 0x%04x", rows[i].time, date);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_together),
        cmocka_unit_test(test_zip64),
        cmocka_unit_test(test_dates),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
