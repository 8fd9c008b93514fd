/*
 * One finding a line, byte for byte.
 */
#include "test_report_fixture.h"

static void without_findings_the_verdict_stays(void **state)
{
    (void)state;
    assert_report("plain", passed_report(), (struct sg_style){0},
                  "revocation: list https://pki.example.com/lambda/revoked.json, fresh, issued 2026-11-23 00:00 UTC\n"
                  "PASSED: 2 artifacts may be deployed\n");
}

static void one_line_for_each_finding(void **state)
{
    (void)state;
    assert_report("plain", blocked_report(), (struct sg_style){0},
                  "sealgate.yaml:15:5: notice: [unusual-package] function checkout: the archive has a comment of 12 "
                  "bytes; to mend: build with a common packager\n"
                  "sealgate.yaml:18:5: error: [publisher-not-allowed] function refunds: signed by "
                  "Experimental/ZyXwVu9876, which `release` does not allow; allowed: Release/AbCdEf0123; to mend: sign "
                  "dist/refunds.zip with profile Release, or add "
                  "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Experimental/ZyXwVu9876 to "
                  "allowed_publishers\n"
                  "sealgate.yaml:20:5: error: [unreadable-artifact] function gone: dist/gone.zip: No such file or "
                  "directory; to mend: build the package before the gate runs, or correct the path\n"
                  "sealgate.yaml:21:5: notice: [image-not-supported] function thumbnails: container images cannot be "
                  "signed this way; to mend: verify the image in its registry\n"
                  "sealgate.yaml:23:5: error: [content-modified] layer shared under release: the content is not what "
                  "job 66666666-7777-8888-9999-000000000000 signed on 2026-11-02; a file was changed, renamed, added, "
                  "removed or moved since; to mend: build and sign again; nothing may touch the zip between signing "
                  "and deploying\n"
                  "sealgate.yaml:23:5: warning: [unsigned] layer shared under canary: the package has no signature; to "
                  "mend: sign dist/shared.zip and deploy the signed object\n"
                  "revocation: list https://pki.example.com/lambda/revoked.json, cached, issued 2026-11-23 00:00 UTC\n"
                  "revocation: crl pki/ca.crl, unavailable, nextUpdate 2026-11-01 has passed\n"
                  "BLOCKED: 2 of 7 artifacts may not be deployed (1 undecided, 1 warned)\n");
}

static void remarks_stand_before_the_verdict(void **state)
{
    (void)state;
    assert_report("plain", remarked_report(), (struct sg_style){0},
                  "sealgate.yaml:23:5: warning: [unsigned] layer shared under canary: the package has no signature; to "
                  "mend: sign dist/shared.zip and deploy the signed object\n"
                  "judged as of 2026-11-23T17:00:00Z (--now), not of the present\n"
                  "offline (--offline): revocation data came from the cache or from files only\n"
                  "every configuration was judged as Enforce (--enforce)\n"
                  "not checked: 2 artifacts left out by --only or --shard\n"
                  "revocation was not checked: `sources: []` switches it off\n"
                  "PASSED WITH WARNINGS: 1 artifact may be deployed, 1 with a warning\n");
}

static void an_unreadable_file_is_an_error(void **state)
{
    (void)state;
    assert_report("plain", undecided_report(), (struct sg_style){0},
                  "sealgate.yaml:20:5: error: [unreadable-artifact] function gone: dist/gone.zip: No such file or "
                  "directory; to mend: build the package before the gate runs, or correct the path\n"
                  "revocation: list https://pki.example.com/lambda/revoked.json, fresh, issued 2026-11-23 00:00 UTC\n"
                  "UNDECIDED: 1 of 1 artifact could not be decided and may not be deployed (0 warned)\n");
}

static void hostile_text_stays_on_its_line(void **state)
{
    (void)state;
    assert_report("plain", hostile_report(), (struct sg_style){0},
                  "./p,q:r%##\\[x]|.yaml:3:5: error: [malformed-package] function "
                  "a\\x0A::error::x\\x0D\\x1B[31m\\x7F\\x9B ##\\[error]y ##\\vso[task]z \\u{202E}\\u{200B}\\xFF %0A "
                  "]]> <script> `q` | @octocat %n%s \\::add-mask::a: \\::warning::entry ##\\[command]rm \302\240\\::x "
                  "\\x0A 100%0A a|b <b> `c` *d* _e_ &amp; @team/x www.evil.example; ]]> ##\\teamcity[x] "
                  "https://evil.example/; to mend: \\::stop-commands::t\n"
                  "revocation: list https://e.example/\\x1B]0;t\\x07, unavailable, \\::error::\\x0A##\\[error]\n"
                  "BLOCKED: 1 of 1 artifact may not be deployed (0 undecided, 0 warned)\n");
}

static void a_place_without_line_is_the_file(void **state)
{
    (void)state;
    static const struct sg_artifact nowhere = {.kind = SG_FUNCTION, .name = "f", .code = "f.zip", .config_count = 1};
    struct sg_report report = many_findings_report(SG_LEVEL_WARNING, 1);
    struct sg_report_artifact item = report.artifacts[0];
    item.artifact = &nowhere;
    report.artifacts = &item;
    report.source_count = 0;
    report.verdict = SG_VERDICT_PASSED_WITH_WARNINGS;
    report.warned = 1;
    assert_report("plain", report, (struct sg_style){0},
                  "sealgate.yaml: warning: [unsigned] function f: the package has no signature; to mend: sign it\n"
                  "revocation was not checked: `sources: []` switches it off\n"
                  "PASSED WITH WARNINGS: 1 artifact may be deployed, 1 with a warning\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_findings_the_verdict_stays), cmocka_unit_test(one_line_for_each_finding),
        cmocka_unit_test(remarks_stand_before_the_verdict),   cmocka_unit_test(an_unreadable_file_is_an_error),
        cmocka_unit_test(hostile_text_stays_on_its_line),     cmocka_unit_test(a_place_without_line_is_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
