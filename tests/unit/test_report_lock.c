/* What `sealgate lock` makes of a run: whom it accepts, the file to the byte, and what changed. */
#include "test_report_fixture.h"

#include <unistd.h>

#include "base/file.h"
#include "report/lock_write.h"

/* --- whom it accepts ------------------------------------------------------------------------------------------------------ */

static void only_what_verifies_is_accepted(void **state)
{
    (void)state;
    static const enum sg_status statuses[] = {SG_STATUS_UNDECIDED, SG_STATUS_PASS, SG_STATUS_FAIL, SG_STATUS_SKIPPED};
    for (int check = 0; check < SG_CHECK_COUNT; check++) {
        for (size_t i = 0; i < 4; i++) {
            struct sg_report_artifact artifact = allowed_function;
            for (int each = 0; each < SG_CHECK_COUNT; each++)
                artifact.judgement.checks[each].status = SG_STATUS_PASS;
            artifact.judgement.checks[check].status = statuses[i];
            bool wanted =
                statuses[i] == SG_STATUS_PASS || (check == SG_CHECK_REVOCATION && statuses[i] != SG_STATUS_FAIL);
            assert_int_equal(sg_lock_accepts(&artifact), wanted);
        }
    }
    assert_false(sg_lock_accepts(&image_function));
    assert_false(sg_lock_accepts(&unsigned_layer));
    assert_false(sg_lock_accepts(&unreadable_function));
}

/* --- the file ------------------------------------------------------------------------------------------------------------- */

#define RELEASE_ARN "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"
#define OLD_JOB     "arn:aws:signer:us-east-1:123456789012:/signing-jobs/66666666-7777-8888-9999-000000000000"
#define NEW_JOB     "arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555"
#define SHA_1       "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define SHA_2       "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static struct sg_lock_entry entry(enum sg_artifact_kind kind, const char *name, uint8_t first, const char *job)
{
    return (struct sg_lock_entry){
        .kind = kind,
        .name = name,
        .code_sha256 = {first},
        .profile_version_arn = RELEASE_ARN,
        .job_arn = job,
        .signed_at = {.unix_seconds = 1793614272, .nanoseconds = 345000000, .fraction_digits = 3}};
}

static void assert_text(const struct sg_lock *lock, const char *wanted)
{
    struct sg_error error = {0};
    struct sg_buffer text = sg_buffer_make(SG_REPORT_MAX_BYTES);
    assert_done(sg_lock_write(lock, &text, &error), error);
    assert_string_equal(sg_buffer_text(&text), wanted);
    sg_buffer_free(&text);
}

#define MEMBERS(kind, name, sha)                                                                                       \
    "    {\n"                                                                                                          \
    "      \"kind\": \"" kind "\",\n"                                                                                  \
    "      \"name\": \"" name "\",\n"                                                                                  \
    "      \"code_sha256\": \"" sha "\",\n"                                                                            \
    "      \"profile_version_arn\": \"" RELEASE_ARN "\",\n"                                                            \
    "      \"job_arn\": \"" OLD_JOB "\",\n"                                                                            \
    "      \"signed_at\": \"2026-11-02T10:11:12.345Z\"\n"                                                              \
    "    }"

static void one_member_a_line(void **state)
{
    (void)state;
    struct sg_lock_entry entries[] = {entry(SG_FUNCTION, "check \"out\"", 1, OLD_JOB),
                                      entry(SG_LAYER, "gr\xC3\xBC\xC3\x9F", 2, OLD_JOB)};
    struct sg_lock lock = {.path = "sealgate.lock", .entries = entries, .count = 2};
    assert_text(&lock, "{\n  \"version\": 1,\n  \"artifacts\": [\n" MEMBERS(
                           "function", "check \\\"out\\\"", SHA_1) ",\n" MEMBERS("layer", "gr\xC3\xBC\xC3\x9F",
                                                                                 SHA_2) "\n  ]\n}\n");
    lock.count = 0;
    assert_text(&lock, "{\n  \"version\": 1,\n  \"artifacts\": []\n}\n");
}

/* In the order of the file, whatever that of the report; an artifact once, however many configurations judged it; no image. */
static void the_lock_of_a_report(void **state)
{
    (void)state;
    struct sg_report_artifact items[] = {allowed_layer, image_function, allowed_function, allowed_layer};
    const struct sg_report report = {ITEMS(items)};
    struct sg_error error = {0};
    struct sg_lock *lock = NULL;
    assert_done(sg_lock_make(&report, "x.lock", &lock, &error), error);
    assert_string_equal(lock->path, "x.lock");
    assert_int_equal(lock->count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct sg_report_artifact *wanted = i == 0 ? &allowed_function : &allowed_layer;
        const struct sg_signature *claims = &wanted->facts->envelope.claims;
        assert_int_equal(lock->entries[i].kind, wanted->artifact->kind);
        assert_string_equal(lock->entries[i].name, wanted->artifact->name);
        assert_memory_equal(lock->entries[i].code_sha256, wanted->facts->package.sha256, SG_SHA256_BYTES);
        assert_string_equal(lock->entries[i].profile_version_arn, claims->profile_version_arn);
        assert_string_equal(lock->entries[i].job_arn, claims->job_arn);
        assert_int_equal(sg_time_compare(lock->entries[i].signed_at, claims->signed_at), 0);
    }
    sg_lock_free(&lock);
}

/* What is written is read back as it was. */
static void the_file_is_a_lock(void **state)
{
    (void)state;
    struct sg_lock_entry entries[] = {entry(SG_FUNCTION, "a##[x]", 1, OLD_JOB), entry(SG_LAYER, "a", 2, NEW_JOB)};
    const struct sg_lock lock = {.entries = entries, .count = 2};
    struct sg_error error = {0};
    struct sg_buffer text = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_lock *read = NULL;
    char path[256];
    const char *base = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/sealgate-report-%ld.lock", base != NULL ? base : "/tmp", (long)getpid());
    assert_done(sg_lock_write(&lock, &text, &error), error);
    assert_done(sg_file_write(path, sg_buffer_span(&text), 0600, &error), error);
    assert_done(sg_lock_load(path, &read, &error), error);
    assert_int_equal(remove(path), 0);
    assert_int_equal(read->count, 2);
    assert_true(sg_lock_entry_equal(&read->entries[0], &entries[0]));
    assert_true(sg_lock_entry_equal(&read->entries[1], &entries[1]));
    sg_lock_free(&read);
    sg_buffer_free(&text);
}

/* --- what changed --------------------------------------------------------------------------------------------------------- */

static void assert_changes(const struct sg_lock *old, const struct sg_lock *new, size_t wanted_count,
                           const char *wanted)
{
    struct sg_error error = {0};
    size_t changes = 99;
    struct sg_buffer text = sg_buffer_make(SG_REPORT_MAX_BYTES);
    assert_done(sg_lock_write_changes(old, new, &text, &changes, &error), error);
    assert_string_equal(sg_buffer_text(&text), wanted);
    assert_int_equal(changes, wanted_count);
    sg_buffer_free(&text);
}

#define BY ", signed 2026-11-02 by Release/AbCdEf0123"

static void changes_are_named(void **state)
{
    (void)state;
    struct sg_lock_entry before[] = {entry(SG_FUNCTION, "b", 1, OLD_JOB), entry(SG_FUNCTION, "c", 1, OLD_JOB),
                                     entry(SG_FUNCTION, "d", 1, OLD_JOB), entry(SG_LAYER, "a", 1, OLD_JOB)};
    struct sg_lock_entry after[] = {entry(SG_FUNCTION, "a", 2, NEW_JOB), entry(SG_FUNCTION, "b", 1, OLD_JOB),
                                    entry(SG_FUNCTION, "d", 2, NEW_JOB), entry(SG_LAYER, "a", 2, OLD_JOB)};
    const struct sg_lock old = {.entries = before, .count = 4};
    const struct sg_lock new = {.entries = after, .count = 4};
    const struct sg_lock none = {.entries = NULL, .count = 0};
    assert_changes(
        &old, &new, 4,
        "  added    function a: " SHA_2 BY "\n"
        "  removed  function c: " SHA_1 BY "\n"
        "  changed  function d: " SHA_1 " -> " SHA_2 BY "\n"
        "  changed  layer a: " SHA_1 " -> " SHA_2 BY
        "; both are of signing job 66666666-7777-8888-9999-000000000000: find out who cut or packed its content "
        "anew\n");
    assert_changes(&old, &old, 0, "");
    assert_changes(NULL, &none, 0, "");
    before[0].name = "f\033::error::x";
    assert_changes(NULL, &(struct sg_lock){.entries = before, .count = 1}, 1,
                   "  added    function f\\x1B::error::x: " SHA_1 BY "\n");
    assert_changes(&(struct sg_lock){.entries = after, .count = 1}, &none, 1, "  removed  function a: " SHA_2 BY "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_verifies_is_accepted),
        cmocka_unit_test(one_member_a_line),
        cmocka_unit_test(the_lock_of_a_report),
        cmocka_unit_test(the_file_is_a_lock),
        cmocka_unit_test(changes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
