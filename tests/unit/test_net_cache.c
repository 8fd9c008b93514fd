/* What is kept between runs, for how long, and that nothing damaged is ever handed out. */
#include "test_net_fake.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "net/cache.h"

#define URL "https://pki.example.com/revoked.json"

static char folder[256];

static struct sg_time at(const char *text)
{
    struct sg_time time = {0};
    assert_true(sg_time_parse_rfc3339(sg_span_text(text), &time));
    return time;
}

#define NOW at("2026-11-23T12:00:00Z")

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/sealgate-cache-%ld-%d", (long)getpid(), rand());
    return 0;
}

/* The one file in the folder; false when there is none. */
static bool only_file(char *out, size_t size)
{
    DIR *directory = opendir(folder);
    bool found = false;
    if (directory == NULL)
        return false;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] == '.')
            continue;
        assert_false(found);
        snprintf(out, size, "%s/%s", folder, entry->d_name);
        found = true;
    }
    closedir(directory);
    return found;
}

static int remove_folder(void **state)
{
    (void)state;
    char path[1024];
    while (only_file(path, sizeof path))
        unlink(path);
    rmdir(folder);
    return 0;
}

static struct sg_http_response response_of(const struct fake_answer *answer)
{
    struct sg_error error = {0};
    struct sg_http_response response = {.status = 200,
                                        .body = sg_buffer_make(SG_REVOCATION_MAX_BYTES),
                                        .etag = fake_copy(answer->etag),
                                        .last_modified = fake_copy(answer->last_modified),
                                        .cache_control = fake_copy(answer->cache_control),
                                        .age = fake_copy(answer->age)};
    assert_done(sg_buffer_append_text(&response.body, answer->body == NULL ? "" : answer->body, &error), error);
    return response;
}

static void keep(const struct fake_answer *answer)
{
    struct sg_error error = {0};
    struct sg_http_response response = response_of(answer);
    assert_done(sg_cache_write(folder, URL, &response, NOW, &error), error);
    sg_http_response_free(&response);
}

static bool look(const char *url, struct sg_cache_entry *entry)
{
    struct sg_error error = {0};
    bool found = false;
    assert_done(sg_cache_read(folder, url, entry, &found, &error), error);
    return found;
}

static void test_round_trip(void **state)
{
    (void)state;
    char path[1024];
    struct stat status;
    struct sg_cache_entry entry;
    assert_false(look(URL, &entry));
    keep(&(struct fake_answer){.body = "line one\nline two\n",
                               .etag = "W/\"a\\b\"",
                               .last_modified = "Tue, 03 Nov 2026 10:00:00 GMT",
                               .cache_control = "max-age=60"});
    assert_true(look(URL, &entry));
    assert_string_equal(sg_buffer_text(&entry.body), "line one\nline two\n");
    assert_string_equal(entry.etag, "W/\"a\\b\"");
    assert_string_equal(entry.last_modified, "Tue, 03 Nov 2026 10:00:00 GMT");
    assert_int_equal(sg_time_compare(entry.stored_at, NOW), 0);
    assert_true(entry.has_lifetime);
    assert_int_equal(sg_time_compare(entry.fresh_until, sg_time_plus(NOW, 60)), 0);
    sg_cache_entry_free(&entry);
    assert_false(look(URL "?other", &entry));
    assert_true(only_file(path, sizeof path));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
}

static void test_an_empty_body_without_validators(void **state)
{
    (void)state;
    struct sg_cache_entry entry;
    keep(&(struct fake_answer){.body = ""});
    assert_true(look(URL, &entry));
    assert_int_equal(entry.body.size, 0);
    assert_null(entry.etag);
    assert_null(entry.last_modified);
    assert_false(entry.has_lifetime);
    sg_cache_entry_free(&entry);
}

static void test_lifetimes(void **state)
{
    (void)state;
    static const struct {
        const char *cache_control;
        const char *age;
        bool known;
        int64_t seconds;
    } rows[] = {
        {NULL, NULL, false, 0},
        {"", NULL, false, 0},
        {"public", "10", false, 0},
        {"max-age=60", NULL, true, 60},
        {"public, MAX-AGE=60 , must-revalidate", NULL, true, 60},
        {"max-age=60", "10", true, 50},
        {"max-age=60", "60", true, 0},
        {"max-age=60", "61", true, 0},
        {"max-age=60", "x", true, 0},
        {"max-age=60", "-5", true, 0},
        {"max-age=0", NULL, true, 0},
        {"no-cache", NULL, true, 0},
        {"no-cache, max-age=60", NULL, true, 0},
        {"max-age=60, no-cache", NULL, true, 0},
        {"no-cache=\"set-cookie\"", NULL, true, 0},
        {"max-age", NULL, true, 0},
        {"max-age=", NULL, true, 0},
        {"max-age=-1", NULL, true, 0},
        {"max-age=+60", NULL, true, 0},
        {"max-age=6e1", NULL, true, 0},
        {"max-age= 60", NULL, true, 0},
        {"max-age=\"60\"", NULL, true, 0},
        {"max-age=60, max-age=120", NULL, true, 0},
        {"s-maxage=60", NULL, false, 0},
        {"x-max-age=60", NULL, false, 0},
        {"max-age=99999999999999999999999", NULL, true, SG_CACHE_MAX_AGE_SECONDS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_cache_entry entry;
        keep(&(struct fake_answer){.body = "x", .cache_control = rows[i].cache_control, .age = rows[i].age});
        assert_true(look(URL, &entry));
        assert_int_equal(entry.has_lifetime, rows[i].known);
        assert_int_equal(entry.fresh_until.unix_seconds - entry.stored_at.unix_seconds, rows[i].seconds);
        sg_cache_entry_free(&entry);
    }
}

static void test_no_store_forgets(void **state)
{
    (void)state;
    char path[1024];
    struct sg_cache_entry entry;
    keep(&(struct fake_answer){.body = "x", .cache_control = "no-store"});
    assert_false(only_file(path, sizeof path));
    keep(&(struct fake_answer){.body = "x"});
    assert_true(look(URL, &entry));
    sg_cache_entry_free(&entry);
    keep(&(struct fake_answer){.body = "x", .cache_control = "max-age=60, No-Store"});
    assert_false(look(URL, &entry));
    assert_false(only_file(path, sizeof path));
}

static void test_refresh(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_cache_entry entry;
    struct sg_time later = sg_time_plus(NOW, 3600);
    keep(&(struct fake_answer){.body = "x", .etag = "\"1\"", .cache_control = "max-age=60"});
    assert_true(look(URL, &entry));

    /* A 304 that says nothing: the same lifetime again. */
    struct sg_http_response silent = {.status = 304};
    assert_done(sg_cache_refresh(folder, URL, &entry, &silent, later, &error), error);
    sg_cache_entry_free(&entry);
    assert_true(look(URL, &entry));
    assert_int_equal(sg_time_compare(entry.stored_at, later), 0);
    assert_int_equal(sg_time_compare(entry.fresh_until, sg_time_plus(later, 60)), 0);
    assert_string_equal(entry.etag, "\"1\"");

    /* One that says more. */
    char etag[] = "\"2\"";
    char cache_control[] = "max-age=5";
    struct sg_http_response speaking = {.status = 304, .etag = etag, .cache_control = cache_control};
    assert_done(sg_cache_refresh(folder, URL, &entry, &speaking, later, &error), error);
    sg_cache_entry_free(&entry);
    assert_true(look(URL, &entry));
    assert_string_equal(entry.etag, "\"2\"");
    assert_int_equal(sg_time_compare(entry.fresh_until, sg_time_plus(later, 5)), 0);
    assert_string_equal(sg_buffer_text(&entry.body), "x");

    char no_store[] = "no-store";
    struct sg_http_response forgetting = {.status = 304, .cache_control = no_store};
    assert_done(sg_cache_refresh(folder, URL, &entry, &forgetting, later, &error), error);
    sg_cache_entry_free(&entry);
    assert_false(look(URL, &entry));
}

static void rewrite(const char *path, struct sg_span bytes)
{
    struct sg_error error = {0};
    assert_done(sg_file_write(path, bytes, 0600, &error), error);
}

/* Every byte that is changed, and every place where the file is cut off. */
static void test_damage(void **state)
{
    (void)state;
    char path[1024];
    struct sg_error error = {0};
    struct sg_cache_entry entry;
    struct sg_buffer file;
    keep(&(struct fake_answer){.body = "{\"version\": 1}", .etag = "\"1\""});
    assert_true(only_file(path, sizeof path));
    assert_done(sg_file_read(path, 100000, &file, &error), error);
    const uint8_t *newline = memchr(file.data, '\n', file.size);
    assert_non_null(newline);
    for (size_t i = (size_t)(newline - file.data); i < file.size; i++) {
        file.data[i] ^= 1;
        rewrite(path, sg_buffer_span(&file));
        if (look(URL, &entry))
            fail_msg("damage at byte %zu was not noticed", i);
        file.data[i] ^= 1;
    }
    for (size_t size = 0; size < file.size; size++) {
        rewrite(path, sg_span_of(file.data, size));
        if (look(URL, &entry))
            fail_msg("a file cut off at byte %zu was taken", size);
    }
    rewrite(path, sg_buffer_span(&file));
    assert_true(look(URL, &entry));
    sg_cache_entry_free(&entry);
    sg_buffer_free(&file);
}

static void test_files_of_others(void **state)
{
    (void)state;
    /* The SHA-256 is that of "x". */
    static const struct {
        const char *what;
        const char *text;
    } rows[] = {
        {"empty", ""},
        {"no header", "x"},
        {"no JSON", "nonsense\nx"},
        {"an array", "[]\nx"},
        {"another version",
         "{\"sealgate_cache\":2,\"url\":\"" URL "\",\"etag\":null,\"last_modified\":null,\"stored_at\":\"2026-11-23T12:"
         "00:00Z\",\"fresh_until\":\"2026-11-23T12:00:00Z\",\"has_lifetime\":true,\"body_bytes\":1,\"body_sha256\":"
         "\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\"}\nx"},
        {"another URL",
         "{\"sealgate_cache\":1,\"url\":\"https://other.example/\",\"etag\":null,\"last_modified\":null,\"stored_at\":"
         "\"2026-11-23T12:00:00Z\",\"fresh_until\":\"2026-11-23T12:00:00Z\",\"has_lifetime\":true,\"body_bytes\":1,"
         "\"body_sha256\":\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\"}\nx"},
        {"an etag that is a number",
         "{\"sealgate_cache\":1,\"url\":\"" URL "\",\"etag\":1,\"last_modified\":null,\"stored_at\":\"2026-11-23T12:"
         "00:00Z\",\"fresh_until\":\"2026-11-23T12:00:00Z\",\"has_lifetime\":true,\"body_bytes\":1,\"body_sha256\":"
         "\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\"}\nx"},
        {"no time",
         "{\"sealgate_cache\":1,\"url\":\"" URL "\",\"etag\":null,\"last_modified\":null,\"stored_at\":\"yesterday\","
         "\"fresh_until\":\"2026-11-23T12:00:00Z\",\"has_lifetime\":true,\"body_bytes\":1,\"body_sha256\":"
         "\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\"}\nx"},
    };
    char path[1024];
    struct sg_cache_entry entry;
    keep(&(struct fake_answer){.body = "x"});
    assert_true(only_file(path, sizeof path));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rewrite(path, sg_span_text(rows[i].text));
        if (look(URL, &entry))
            fail_msg("%s was taken", rows[i].what);
    }
    /* The same file as it should be, so that the rows fail for their own reason. */
    rewrite(path,
            sg_span_text("{\"sealgate_cache\":1,\"url\":\"" URL
                         "\",\"etag\":null,\"last_modified\":null,\"stored_at\":\"2026-11-23T12:00:00Z\",\"fresh_"
                         "until\":\"2026-11-23T12:00:00Z\",\"has_lifetime\":true,\"body_bytes\":1,\"body_sha256\":"
                         "\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\"}\nx"));
    assert_true(look(URL, &entry));
    sg_cache_entry_free(&entry);
}

/* What others could have put there, or could change, is as if it were not there. */
static void test_files_that_are_not_ones_own(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        bool taken;
    } rows[] = {{0600, true},  {0400, true},  {0644, true},  {0755, true},  {0660, false},
                {0606, false}, {0666, false}, {0620, false}, {0602, false}, {0777, false}};
    char path[1024];
    char elsewhere[512];
    struct sg_cache_entry entry;
    keep(&(struct fake_answer){.body = "x", .cache_control = "max-age=60"});
    assert_true(only_file(path, sizeof path));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(chmod(path, rows[i].mode), 0);
        if (look(URL, &entry) != rows[i].taken)
            fail_msg("mode %04o", (unsigned)rows[i].mode);
        sg_cache_entry_free(&entry);
    }
    assert_int_equal(chmod(path, 0600), 0);
    /* Only root can give a file away. */
    if (chown(path, 12345, (gid_t)-1) == 0) {
        assert_false(look(URL, &entry));
        assert_int_equal(chown(path, geteuid(), (gid_t)-1), 0);
        assert_true(look(URL, &entry));
        sg_cache_entry_free(&entry);
    }
    snprintf(elsewhere, sizeof elsewhere, "%s-elsewhere", folder);
    assert_int_equal(rename(path, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, path), 0);
    assert_false(look(URL, &entry));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(look(URL, &entry));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rename(elsewhere, path), 0);
    assert_true(look(URL, &entry));
    sg_cache_entry_free(&entry);
}

/* ATTACKS.md TC-06. */
static void test_a_symbolic_link_is_replaced(void **state)
{
    (void)state;
    char path[1024];
    char victim[512];
    struct stat status;
    struct sg_error error = {0};
    snprintf(victim, sizeof victim, "%s-victim", folder);
    rewrite(victim, SG_SPAN_LITERAL("precious"));
    keep(&(struct fake_answer){.body = "x"});
    assert_true(only_file(path, sizeof path));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(victim, path), 0);
    keep(&(struct fake_answer){.body = "y"});
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
    struct sg_buffer kept;
    assert_done(sg_file_read(victim, 100, &kept, &error), error);
    assert_string_equal(sg_buffer_text(&kept), "precious");
    sg_buffer_free(&kept);
    unlink(victim);
}

static void test_folders_that_cannot_be(void **state)
{
    (void)state;
    char wanted[1024];
    char inner[300];
    struct sg_error error = {0};
    struct sg_http_response response = response_of(&(struct fake_answer){.body = "x"});
    snprintf(inner, sizeof inner, "%s/a/b", folder);
    snprintf(wanted, sizeof wanted, "cannot make the cache folder %s: No such file or directory", inner);
    assert_failed(sg_cache_write(inner, URL, &response, NOW, &error), error, SG_ERROR_IO, wanted);
    rewrite(folder, SG_SPAN_LITERAL("a file"));
    snprintf(wanted, sizeof wanted, "cannot make the cache folder %s: Not a directory", folder);
    assert_failed(sg_cache_write(folder, URL, &response, NOW, &error), error, SG_ERROR_IO, wanted);
    unlink(folder);
    sg_http_response_free(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_an_empty_body_without_validators, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_lifetimes, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_no_store_forgets, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_refresh, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_damage, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_files_of_others, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_files_that_are_not_ones_own, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_a_symbolic_link_is_replaced, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_folders_that_cannot_be, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
