/* The lock file: where it is, what it may hold, and the exact words for everything that it may not. */
#include "test_config_fixture.h"

#include "config/lock.h"

#define SHA_1   "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define SHA_2   "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PROFILE "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"
#define JOB     "arn:aws:signer:us-east-1:123456789012:/signing-jobs/66666666-7777-8888-9999-000000000000"
#define TIME    "2026-11-02T10:11:12.345Z"

#define MEMBER(name, value) "\"" name "\": " value
#define REST                                                                                                           \
    MEMBER("profile_version_arn", "\"" PROFILE "\"")                                                                   \
    ", " MEMBER("job_arn", "\"" JOB "\"") ", " MEMBER("signed_at", "\"" TIME "\"")
#define ENTRY(kind, name, sha)                                                                                         \
    "{" MEMBER("kind", "\"" kind "\"") ", " MEMBER("name", "\"" name "\"") ", " MEMBER("code_sha256",                  \
                                                                                       "\"" sha "\"") ", " REST "}"
#define ARTIFACTS(list) "{\"version\": 1, \"artifacts\": [" list "]}\n"
/* An entry with one member written differently. */
#define WITH_KIND(value)                                                                                               \
    ARTIFACTS("{" MEMBER("kind", value) ", " MEMBER("name", "\"f\"") ", " MEMBER("code_sha256",                        \
                                                                                 "\"" SHA_1 "\"") ", " REST "}")
#define WITH_NAME(value)                                                                                               \
    ARTIFACTS("{" MEMBER("kind", "\"layer\"") ", " MEMBER("name", value) ", " MEMBER("code_sha256",                    \
                                                                                     "\"" SHA_1 "\"") ", " REST "}")
#define WITH_SHA(value)                                                                                                \
    ARTIFACTS("{" MEMBER("kind", "\"layer\"") ", " MEMBER("name", "\"f\"") ", " MEMBER("code_sha256", value) ", " REST \
                                                                                                             "}")
#define SIGNED(profile, job, time)                                                                                     \
    ARTIFACTS("{" MEMBER("kind", "\"layer\"") ", " MEMBER("name", "\"f\"") ", " MEMBER(                                \
        "code_sha256", "\"" SHA_1 "\"") ", " MEMBER("profile_version_arn",                                             \
                                                    profile) ", " MEMBER("job_arn", job) ", " MEMBER("signed_at",      \
                                                                                                     time) "}")

/* --- where it is ---------------------------------------------------------------------------------------------------------- */

static void it_stands_beside_the_configuration(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"sealgate.yaml", "sealgate.lock"},
        {"ci/release.yml", "ci/release.lock"},
        {"/etc/gate.yaml/x.yaml", "/etc/gate.yaml/x.lock"},
        {"sealgate.YAML", "sealgate.YAML.lock"},
        {"sealgate", "sealgate.lock"},
        {".yaml", ".yaml.lock"},
        {"yaml", "yaml.lock"},
        {"/dev/stdin", "/dev/stdin.lock"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_error error = {0};
        char *path = NULL;
        assert_done(sg_lock_path(rows[i][0], &path, &error), error);
        assert_string_equal(path, rows[i][1]);
        free(path);
    }
}

/* --- what it holds -------------------------------------------------------------------------------------------------------- */

static struct sg_lock *load(const char *text)
{
    struct sg_lock *lock = NULL;
    struct sg_error error = {0};
    write_text("sealgate.lock", text);
    assert_done(sg_lock_load("sealgate.lock", &lock, &error), error);
    assert_non_null(lock);
    return lock;
}

/* Functions come before layers, by the bytes of their names, whatever the order in the file. */
static void entries_are_read_in_any_order(void **state)
{
    (void)state;
    uint8_t sha[SG_SHA256_BYTES] = {0};
    struct sg_error error = {0};
    const char *text = ARTIFACTS(ENTRY("layer", "a", SHA_2) ", " ENTRY("function", "b", SHA_1) ", " ENTRY(
        "function", "B", SHA_2) ", " ENTRY("layer", "\\u00e9", SHA_1));
    struct sg_lock *lock = load(text);
    assert_done(sg_sha256(sg_span_text(text), sha, &error), error);
    assert_memory_equal(lock->sha256, sha, sizeof sha);
    assert_string_equal(lock->path, "sealgate.lock");
    static const struct {
        enum sg_artifact_kind kind;
        const char *name;
        uint8_t first;
    } wanted[] = {{SG_FUNCTION, "B", 2}, {SG_FUNCTION, "b", 1}, {SG_LAYER, "a", 2}, {SG_LAYER, "\xC3\xA9", 1}};
    assert_int_equal(lock->count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct sg_lock_entry *entry = &lock->entries[i];
        assert_int_equal(entry->kind, wanted[i].kind);
        assert_string_equal(entry->name, wanted[i].name);
        assert_int_equal(entry->code_sha256[0], wanted[i].first);
        assert_string_equal(entry->profile_version_arn, PROFILE);
        assert_string_equal(entry->job_arn, JOB);
        assert_int_equal(entry->signed_at.unix_seconds, 1793614272);
        assert_int_equal(entry->signed_at.nanoseconds, 345000000);
        assert_ptr_equal(sg_lock_find(lock, wanted[i].kind, wanted[i].name), entry);
    }
    assert_null(sg_lock_find(lock, SG_LAYER, "b"));
    assert_null(sg_lock_find(lock, SG_FUNCTION, ""));
    assert_null(sg_lock_find(NULL, SG_FUNCTION, "b"));
    sg_lock_free(&lock);
    assert_null(lock);
    sg_lock_free(&lock);
}

static void an_empty_lock_is_a_lock(void **state)
{
    (void)state;
    struct sg_lock *lock = load(ARTIFACTS(""));
    assert_int_equal(lock->count, 0);
    assert_null(sg_lock_find(lock, SG_FUNCTION, "f"));
    sg_lock_free(&lock);
}

static void entries_are_equal_when_all_of_them_is(void **state)
{
    (void)state;
    const struct sg_lock_entry entry = {.kind = SG_LAYER,
                                        .name = "a",
                                        .code_sha256 = {1},
                                        .profile_version_arn = PROFILE,
                                        .job_arn = JOB,
                                        .signed_at = {.unix_seconds = 7}};
    struct sg_lock_entry others[6] = {entry, entry, entry, entry, entry, entry};
    assert_true(sg_lock_entry_equal(&entry, &others[0]));
    others[0].kind = SG_FUNCTION;
    others[1].name = "b";
    others[2].code_sha256[31] = 1;
    others[3].profile_version_arn = JOB;
    others[4].job_arn = PROFILE;
    others[5].signed_at.nanoseconds = 1;
    for (size_t i = 0; i < 6; i++)
        assert_false(sg_lock_entry_equal(&entry, &others[i]));
}

/* --- what it may not hold ------------------------------------------------------------------------------------------------- */

#define AT    "sealgate.lock: "
#define FIRST AT "artifact 1: "
#define NAMED " is not the name of a function or layer"

static const struct {
    const char *text, *message;
} refusals[] = {
    {"", "sealgate.lock:1:0: '[' or '{' expected near end of file"},
    {"<<<<<<< HEAD\n" ARTIFACTS(""), "sealgate.lock:1:1: '[' or '{' expected near '<'"},
    {"{\"version\": 1,\n \"version\": 1, \"artifacts\": []}",
     "sealgate.lock:2:10: duplicate object key near '\"version\"'"},
    {ARTIFACTS("") "x", "sealgate.lock:2:1: end of file expected near 'x'"},
    {"[]", AT "it is no object"},
    {"{}", AT "`version` is missing"},
    {"{\"version\": 1}", AT "`artifacts` is missing"},
    {"{\"artifacts\": []}", AT "`version` is missing"},
    {"{\"version\": 2, \"artifacts\": []}", AT "`version` is not 1, the only one that this build reads"},
    {"{\"version\": \"1\", \"artifacts\": []}", AT "`version` is not 1, the only one that this build reads"},
    {"{\"version\": 1.0, \"artifacts\": []}", AT "`version` is not 1, the only one that this build reads"},
    {"{\"version\": 1, \"artifacts\": {}}", AT "`artifacts` is not an array"},
    {"{\"version\": 1, \"artifacts\": [], \"more\\u001b\": 0}", AT "there is no member `more\\x1B` in a lock"},
    {ARTIFACTS("1"), FIRST "it is no object"},
    {ARTIFACTS("{}"), FIRST "`kind` is missing"},
    {ARTIFACTS(ENTRY("layer", "a", SHA_1) ", {" MEMBER("kind", "\"layer\"") ", " MEMBER("name", "\"b\"") ", " REST "}"),
     AT "artifact 2: `code_sha256` is missing"},
    {ARTIFACTS("{" MEMBER("kind", "\"layer\"") ", " MEMBER("name", "\"b\"") ", " MEMBER(
         "code_sha256", "\"" SHA_1 "\"") ", " MEMBER("note", "1") ", " REST "}"),
     FIRST "there is no member `note` in a lock"},
    {WITH_KIND("\"image\""), FIRST "`kind` is not `function` or `layer`"},
    {WITH_KIND("\"Function\""), FIRST "`kind` is not `function` or `layer`"},
    {WITH_KIND("1"), FIRST "`kind` is not `function` or `layer`"},
    {WITH_KIND("null"), FIRST "`kind` is not `function` or `layer`"},
    {WITH_NAME("\"\""), FIRST "`name`" NAMED},
    {WITH_NAME("\"a\\nb\""), FIRST "`name`" NAMED},
    {WITH_NAME("\"a\\u202eb\""), FIRST "`name`" NAMED},
    {WITH_NAME("[]"), FIRST "`name`" NAMED},
    {WITH_SHA("\"" SHA_1 "=\""), FIRST "`code_sha256` is not the base64 of a SHA-256"},
    {WITH_SHA("\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\""),
     FIRST "`code_sha256` is not the base64 of a SHA-256"},
    {WITH_SHA("\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""), FIRST "`code_sha256` is not the base64 of a SHA-256"},
    {WITH_SHA("0"), FIRST "`code_sha256` is not the base64 of a SHA-256"},
    {SIGNED("\"" JOB "\"", "\"" JOB "\"", "\"" TIME "\""),
     FIRST "`profile_version_arn` is not the ARN of a signing profile version"},
    {SIGNED("\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release\"", "\"" JOB "\"", "\"" TIME "\""),
     FIRST "`profile_version_arn` is not the ARN of a signing profile version"},
    {SIGNED("\"" PROFILE "\"", "\"" PROFILE "\"", "\"" TIME "\""), FIRST "`job_arn` is not the ARN of a signing job"},
    {SIGNED("\"" PROFILE "\"", "\"" JOB "\"", "\"2026-11-02\""), FIRST "`signed_at` is not an RFC 3339 time"},
    {SIGNED("\"" PROFILE "\"", "\"" JOB "\"", "1793614272"), FIRST "`signed_at` is not an RFC 3339 time"},
    {ARTIFACTS(ENTRY("layer", "a", SHA_1) ", " ENTRY("function", "a", SHA_1) ", " ENTRY("layer", "a", SHA_1)),
     AT "layer `a` has two entries"},
    {ARTIFACTS(ENTRY("function", "a", SHA_1) ", " ENTRY("function", "a", SHA_2)), AT "function `a` has two entries"},
};

static void what_is_no_lock_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct sg_lock *lock = NULL;
        struct sg_error error = {0};
        write_text("sealgate.lock", refusals[i].text);
        assert_failed(sg_lock_load("sealgate.lock", &lock, &error), error, SG_ERROR_CONFIGURATION, refusals[i].message);
        assert_null(lock);
    }
}

static void a_name_has_a_longest_form(void **state)
{
    (void)state;
    static const char head[] = "{\"version\": 1, \"artifacts\": [{\"kind\": \"layer\", \"name\": \"";
    static const char tail[] = "\", \"code_sha256\": \"" SHA_1 "\", " REST "}]}";
    for (size_t length = SG_CONFIG_NAME_MAX_BYTES; length <= SG_CONFIG_NAME_MAX_BYTES + 1; length++) {
        char text[2048];
        char name[SG_CONFIG_NAME_MAX_BYTES + 2] = "";
        struct sg_lock *lock = NULL;
        struct sg_error error = {0};
        memset(name, 'n', length);
        name[length] = '\0';
        snprintf(text, sizeof text, "%s%s%s", head, name, tail);
        write_text("sealgate.lock", text);
        if (length == SG_CONFIG_NAME_MAX_BYTES)
            assert_done(sg_lock_load("sealgate.lock", &lock, &error), error);
        else
            assert_failed(sg_lock_load("sealgate.lock", &lock, &error), error, SG_ERROR_CONFIGURATION,
                          FIRST "`name`" NAMED);
        sg_lock_free(&lock);
    }
}

static void it_may_not_have_more_artifacts_than_a_configuration(void **state)
{
    (void)state;
    struct sg_lock *lock = NULL;
    struct sg_error error = {0};
    struct sg_buffer text = sg_buffer_make(1024 * 1024);
    assert_done(sg_buffer_append_text(&text, "{\"version\": 1, \"artifacts\": [0", &error), error);
    for (size_t i = 0; i < 2 * SG_CONFIG_MAX_ARTIFACTS; i++)
        assert_done(sg_buffer_append_text(&text, ",0", &error), error);
    assert_done(sg_buffer_append_text(&text, "]}", &error), error);
    write_file("sealgate.lock", sg_buffer_span(&text));
    assert_failed(sg_lock_load("sealgate.lock", &lock, &error), error, SG_ERROR_CONFIGURATION,
                  AT "it has more artifacts than a configuration can have");
    sg_buffer_free(&text);
}

/* --- the file ------------------------------------------------------------------------------------------------------------- */

static void no_file_is_no_lock(void **state)
{
    (void)state;
    struct sg_lock *lock = NULL;
    struct sg_error error = {0};
    remove("sealgate.lock");
    assert_done(sg_lock_load("sealgate.lock", &lock, &error), error);
    assert_null(lock);
}

/* Something that is there and cannot be read must not pass for nothing. */
static void what_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    struct sg_lock *lock = NULL;
    struct sg_error error = {0};
    remove("sealgate.lock");
    assert_int_equal(mkdir("sealgate.lock", 0700), 0);
    assert_failed(sg_lock_load("sealgate.lock", &lock, &error), error, SG_ERROR_CONFIGURATION,
                  "the lock cannot be used: sealgate.lock is a directory, not a file");
    remove("sealgate.lock");
    assert_int_equal(symlink("nowhere", "sealgate.lock"), 0);
    assert_failed(sg_lock_load("sealgate.lock", &lock, &error), error, SG_ERROR_CONFIGURATION,
                  "the lock cannot be used: cannot open sealgate.lock: No such file or directory");
    remove("sealgate.lock");
    write_text("plain", "x");
    assert_failed(sg_lock_load("plain/sealgate.lock", &lock, &error), error, SG_ERROR_CONFIGURATION,
                  "the lock cannot be used: cannot open plain/sealgate.lock: Not a directory");
}

static void a_file_has_a_largest_size(void **state)
{
    (void)state;
    struct sg_lock *lock = NULL;
    struct sg_error error = {0};
    size_t size = SG_LOCK_MAX_BYTES + 1;
    uint8_t *blanks = malloc(size);
    assert_non_null(blanks);
    memset(blanks, ' ', size);
    write_file("sealgate.lock", sg_span_of(blanks, size));
    free(blanks);
    assert_failed(sg_lock_load("sealgate.lock", &lock, &error), error, SG_ERROR_CONFIGURATION,
                  "the lock cannot be used: sealgate.lock has 8388609 bytes; at most 8388608 are read");
}

/* A link to a lock elsewhere is followed. */
static void a_link_is_followed(void **state)
{
    (void)state;
    struct sg_lock *lock = NULL;
    struct sg_error error = {0};
    remove("sealgate.lock");
    write_text("real.lock", ARTIFACTS(ENTRY("layer", "a", SHA_1)));
    assert_int_equal(symlink("real.lock", "sealgate.lock"), 0);
    assert_done(sg_lock_load("sealgate.lock", &lock, &error), error);
    assert_int_equal(lock->count, 1);
    sg_lock_free(&lock);
    remove("sealgate.lock");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_stands_beside_the_configuration),
        cmocka_unit_test(entries_are_read_in_any_order),
        cmocka_unit_test(an_empty_lock_is_a_lock),
        cmocka_unit_test(entries_are_equal_when_all_of_them_is),
        cmocka_unit_test(what_is_no_lock_is_refused),
        cmocka_unit_test(a_name_has_a_longest_form),
        cmocka_unit_test(it_may_not_have_more_artifacts_than_a_configuration),
        cmocka_unit_test(no_file_is_no_lock),
        cmocka_unit_test(what_cannot_be_read_is_an_error),
        cmocka_unit_test(a_file_has_a_largest_size),
        cmocka_unit_test(a_link_is_followed),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
