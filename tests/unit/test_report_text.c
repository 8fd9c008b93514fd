/*
 * What a person sees, byte for byte.
 */
#include "test_report_fixture.h"

static void what_is_fine_takes_one_line_each(void **state)
{
    (void)state;
    assert_report("text", passed_report(), (struct sg_style){0},
                  "sealgate.yaml · release (Enforce, 1 publisher)\n"
                  "\n"
                  "  ok       function checkout   signed 2026-11-02 by Release/AbCdEf0123, expires 2037-11-02\n"
                  "  ok       layer shared        signed 2026-11-02 by Release/AbCdEf0123, expires 2037-11-02\n"
                  "\n"
                  "  revocation: list https://pki.example.com/lambda/revoked.json, fresh, issued 2026-11-23 00:00 UTC\n"
                  "\n"
                  "PASSED: 2 artifacts may be deployed\n");
}

static void every_action_is_grouped_by_configuration(void **state)
{
    (void)state;
    assert_report(
        "text", blocked_report(), (struct sg_style){0},
        "sealgate.yaml · release (Enforce, 1 publisher)\n"
        "\n"
        "  ok         function checkout     signed 2026-11-02 by Release/AbCdEf0123, expires 2037-11-02\n"
        "             notice unusual-package: the archive has a comment of 12 bytes\n"
        "               to mend: build with a common packager\n"
        "  BLOCKED    function refunds      MISMATCH                                       sealgate.yaml:18:5\n"
        "             publisher-not-allowed: signed by Experimental/ZyXwVu9876, which `release` does not\n"
        "               allow\n"
        "               allowed: Release/AbCdEf0123\n"
        "               to mend: sign dist/refunds.zip with profile Release, or add\n"
        "                        arn:aws:signer:us-east-1:123456789012:/signing-profiles/Experimental/ZyXwVu9876\n"
        "                        to allowed_publishers\n"
        "  UNDECIDED  function gone         UNDECIDED                                      sealgate.yaml:20:5\n"
        "             unreadable-artifact: dist/gone.zip: No such file or directory\n"
        "               to mend: build the package before the gate runs, or correct the path\n"
        "  BLOCKED    layer shared          INVALID                                        sealgate.yaml:23:5\n"
        "             content-modified: the content is not what job 66666666-7777-8888-9999-000000000000\n"
        "               signed on 2026-11-02; a file was changed, renamed, added, removed or moved since\n"
        "               to mend: build and sign again; nothing may touch the zip between signing and\n"
        "                        deploying\n"
        "\n"
        "sealgate.yaml · container images (code signing does not apply)\n"
        "\n"
        "  skipped    function thumbnails   NOT_APPLICABLE                                 sealgate.yaml:21:5\n"
        "             notice image-not-supported: container images cannot be signed this way\n"
        "               to mend: verify the image in its registry\n"
        "\n"
        "sealgate.yaml · canary (Warn, 2 publishers)\n"
        "\n"
        "  WARNED     layer shared          MISMATCH                                       sealgate.yaml:23:5\n"
        "             unsigned: the package has no signature\n"
        "               to mend: sign dist/shared.zip and deploy the signed object\n"
        "  ok         layer shared          signed 2026-11-02 by Release/AbCdEf0123, expires 2037-11-02\n"
        "\n"
        "  revocation: list https://pki.example.com/lambda/revoked.json, cached, issued 2026-11-23 00:00 UTC\n"
        "  revocation: crl pki/ca.crl, unavailable, nextUpdate 2026-11-01 has passed\n"
        "\n"
        "BLOCKED: 2 of 7 artifacts may not be deployed (1 undecided, 1 warned)\n");
}

static void quiet_leaves_out_what_is_fine(void **state)
{
    (void)state;
    assert_report(
        "text", blocked_report(), (struct sg_style){.verbosity = -1},
        "sealgate.yaml · release (Enforce, 1 publisher)\n"
        "\n"
        "  BLOCKED    function refunds   MISMATCH                                          sealgate.yaml:18:5\n"
        "             publisher-not-allowed: signed by Experimental/ZyXwVu9876, which `release` does not\n"
        "               allow\n"
        "               allowed: Release/AbCdEf0123\n"
        "               to mend: sign dist/refunds.zip with profile Release, or add\n"
        "                        arn:aws:signer:us-east-1:123456789012:/signing-profiles/Experimental/ZyXwVu9876\n"
        "                        to allowed_publishers\n"
        "  UNDECIDED  function gone      UNDECIDED                                         sealgate.yaml:20:5\n"
        "             unreadable-artifact: dist/gone.zip: No such file or directory\n"
        "               to mend: build the package before the gate runs, or correct the path\n"
        "  BLOCKED    layer shared       INVALID                                           sealgate.yaml:23:5\n"
        "             content-modified: the content is not what job 66666666-7777-8888-9999-000000000000\n"
        "               signed on 2026-11-02; a file was changed, renamed, added, removed or moved since\n"
        "               to mend: build and sign again; nothing may touch the zip between signing and\n"
        "                        deploying\n"
        "\n"
        "sealgate.yaml · canary (Warn, 2 publishers)\n"
        "\n"
        "  WARNED     layer shared       MISMATCH                                          sealgate.yaml:23:5\n"
        "             unsigned: the package has no signature\n"
        "               to mend: sign dist/shared.zip and deploy the signed object\n"
        "\n"
        "  revocation: crl pki/ca.crl, unavailable, nextUpdate 2026-11-01 has passed\n"
        "\n"
        "BLOCKED: 2 of 7 artifacts may not be deployed (1 undecided, 1 warned)\n");
}

static void verbose_tells_all_that_is_known(void **state)
{
    (void)state;
    assert_report(
        "text", verbose_report(), (struct sg_style){.verbosity = 1},
        "sealgate.yaml · release (Enforce, 1 publisher)\n"
        "\n"
        "  BLOCKED    function refunds   MISMATCH                                          sealgate.yaml:18:5\n"
        "             publisher-not-allowed: signed by Experimental/ZyXwVu9876, which `release` does not\n"
        "               allow\n"
        "               allowed: Release/AbCdEf0123\n"
        "               to mend: sign dist/refunds.zip with profile Release, or add\n"
        "                        arn:aws:signer:us-east-1:123456789012:/signing-profiles/Experimental/ZyXwVu9876\n"
        "                        to allowed_publishers\n"
        "             code: dist/refunds.zip\n"
        "             resolved path: /builds/4711/refunds.zip\n"
        "             code_sha256: o0oAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "             size: 2785 bytes, 4567 unpacked, 12 entries\n"
        "             profile: arn:aws:signer:us-east-1:123456789012:/signing-profiles/Experimental/ZyXwVu9876\n"
        "             job: arn:aws:signer:us-east-1:123456789012:/signing-jobs/66666666-7777-8888-9999-000000000000\n"
        "             signed at: 2026-11-02T10:11:12.345Z, expires 2037-11-02T10:11:12.345Z\n"
        "             certificate: CN=leaf, serial 0a, valid 2026-11-01 to 2026-11-04\n"
        "             certificate: CN=root, serial 01, valid 2020-07-16 to 2120-07-16\n"
        "             checks: integrity pass, expiry pass, mismatch fail, revocation pass\n"
        "  UNDECIDED  function gone      UNDECIDED                                         sealgate.yaml:20:5\n"
        "             unreadable-artifact: dist/gone.zip: No such file or directory\n"
        "               to mend: build the package before the gate runs, or correct the path\n"
        "             code: dist/gone.zip\n"
        "             checks: integrity undecided, expiry skipped, mismatch skipped, revocation skipped\n"
        "  BLOCKED    layer shared       INVALID                                           sealgate.yaml:23:5\n"
        "             content-modified: the content is not what job 66666666-7777-8888-9999-000000000000\n"
        "               signed on 2026-11-02; a file was changed, renamed, added, removed or moved since\n"
        "               to mend: build and sign again; nothing may touch the zip between signing and\n"
        "                        deploying\n"
        "             code: dist/shared.zip\n"
        "             code_sha256: o0oAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "             size: 2785 bytes, 4567 unpacked, 12 entries\n"
        "             claims profile: arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123\n"
        "             claims job: "
        "arn:aws:signer:us-east-1:123456789012:/signing-jobs/66666666-7777-8888-9999-000000000000\n"
        "             claims signing time: 2026-11-02T10:11:12.345Z, expires 2037-11-02T10:11:12.345Z\n"
        "             certificate: CN=leaf, serial 0a, valid 2026-11-01 to 2026-11-04\n"
        "             certificate: CN=root, serial 01, valid 2020-07-16 to 2120-07-16\n"
        "             checks: integrity fail, expiry skipped, mismatch skipped, revocation skipped\n"
        "\n"
        "  revocation: list https://pki.example.com/lambda/revoked.json, fresh, issued 2026-11-23 00:00 UTC\n"
        "\n"
        "BLOCKED: 2 of 3 artifacts may not be deployed (1 undecided, 0 warned)\n");
}

static void gitlab_gets_collapsible_sections(void **state)
{
    (void)state;
    assert_report(
        "text", blocked_report(), (struct sg_style){.gitlab = true, .unix_now = 1795453200},
        "\033[0Ksection_start:1795453200:sealgate_ok[collapsed=true]\015\033[0Ksealgate: 3 artifacts may be "
        "deployed\n"
        "sealgate.yaml · release (Enforce, 1 publisher)\n"
        "\n"
        "  ok         function checkout     signed 2026-11-02 by Release/AbCdEf0123, expires 2037-11-02\n"
        "             notice unusual-package: the archive has a comment of 12 bytes\n"
        "               to mend: build with a common packager\n"
        "\n"
        "sealgate.yaml · container images (code signing does not apply)\n"
        "\n"
        "  skipped    function thumbnails   NOT_APPLICABLE                                 sealgate.yaml:21:5\n"
        "             notice image-not-supported: container images cannot be signed this way\n"
        "               to mend: verify the image in its registry\n"
        "\n"
        "sealgate.yaml · canary (Warn, 2 publishers)\n"
        "\n"
        "  ok         layer shared          signed 2026-11-02 by Release/AbCdEf0123, expires 2037-11-02\n"
        "\n"
        "\033[0Ksection_end:1795453200:sealgate_ok\015\033[0K\n"
        "\033[0Ksection_start:1795453200:sealgate_configuration_1\015\033[0Ksealgate.yaml · release "
        "(Enforce, 1 publisher)\n"
        "  BLOCKED    function refunds      MISMATCH                                       sealgate.yaml:18:5\n"
        "             publisher-not-allowed: signed by Experimental/ZyXwVu9876, which `release` does not\n"
        "               allow\n"
        "               allowed: Release/AbCdEf0123\n"
        "               to mend: sign dist/refunds.zip with profile Release, or add\n"
        "                        arn:aws:signer:us-east-1:123456789012:/signing-profiles/Experimental/ZyXwVu9876\n"
        "                        to allowed_publishers\n"
        "  UNDECIDED  function gone         UNDECIDED                                      sealgate.yaml:20:5\n"
        "             unreadable-artifact: dist/gone.zip: No such file or directory\n"
        "               to mend: build the package before the gate runs, or correct the path\n"
        "  BLOCKED    layer shared          INVALID                                        sealgate.yaml:23:5\n"
        "             content-modified: the content is not what job 66666666-7777-8888-9999-000000000000\n"
        "               signed on 2026-11-02; a file was changed, renamed, added, removed or moved since\n"
        "               to mend: build and sign again; nothing may touch the zip between signing and\n"
        "                        deploying\n"
        "\033[0Ksection_end:1795453200:sealgate_configuration_1\015\033[0K\n"
        "\033[0Ksection_start:1795453200:sealgate_configuration_2\015\033[0Ksealgate.yaml · canary (Warn, 2 "
        "publishers)\n"
        "  WARNED     layer shared          MISMATCH                                       sealgate.yaml:23:5\n"
        "             unsigned: the package has no signature\n"
        "               to mend: sign dist/shared.zip and deploy the signed object\n"
        "\033[0Ksection_end:1795453200:sealgate_configuration_2\015\033[0K\n"
        "\n"
        "  revocation: list https://pki.example.com/lambda/revoked.json, cached, issued 2026-11-23 00:00 UTC\n"
        "  revocation: crl pki/ca.crl, unavailable, nextUpdate 2026-11-01 has passed\n"
        "\n"
        "BLOCKED: 2 of 7 artifacts may not be deployed (1 undecided, 1 warned)\n");
}

static void colour_only_where_asked_for(void **state)
{
    (void)state;
    assert_report("text", passed_report(), (struct sg_style){.color = true},
                  "sealgate.yaml · release (Enforce, 1 publisher)\n"
                  "\n"
                  "  \033[32mok\033[0m       function checkout   signed 2026-11-02 by Release/AbCdEf0123, expires "
                  "2037-11-02\n"
                  "  \033[32mok\033[0m       layer shared        signed 2026-11-02 by Release/AbCdEf0123, expires "
                  "2037-11-02\n"
                  "\n"
                  "  revocation: list https://pki.example.com/lambda/revoked.json, fresh, issued 2026-11-23 00:00 UTC\n"
                  "\n"
                  "\033[32mPASSED\033[0m: 2 artifacts may be deployed\n");
}

static void remarks_on_the_run_are_never_left_out(void **state)
{
    (void)state;
    assert_report(
        "text", remarked_report(), (struct sg_style){.verbosity = -1},
        "sealgate.yaml · canary (Enforce by --enforce, 2 publishers)\n"
        "\n"
        "  WARNED   layer shared   MISMATCH                                                sealgate.yaml:23:5\n"
        "           unsigned: the package has no signature\n"
        "             to mend: sign dist/shared.zip and deploy the signed object\n"
        "\n"
        "  judged as of 2026-11-23T17:00:00Z (--now), not of the present\n"
        "  offline (--offline): revocation data came from the cache or from files only\n"
        "  every configuration was judged as Enforce (--enforce)\n"
        "  not checked: 2 artifacts left out by --only or --shard\n"
        "  revocation was not checked: `sources: []` switches it off\n"
        "\n"
        "PASSED WITH WARNINGS: 1 artifact may be deployed, 1 with a warning\n");
}

static void what_could_not_be_decided_is_said(void **state)
{
    (void)state;
    assert_report(
        "text", undecided_report(), (struct sg_style){0},
        "sealgate.yaml · release (Enforce, 1 publisher)\n"
        "\n"
        "  UNDECIDED  function gone   UNDECIDED                                            sealgate.yaml:20:5\n"
        "             unreadable-artifact: dist/gone.zip: No such file or directory\n"
        "               to mend: build the package before the gate runs, or correct the path\n"
        "\n"
        "  revocation: list https://pki.example.com/lambda/revoked.json, fresh, issued 2026-11-23 00:00 UTC\n"
        "\n"
        "UNDECIDED: 1 of 1 artifact could not be decided and may not be deployed (0 warned)\n");
}

static void hostile_text_obeys_the_log(void **state)
{
    (void)state;
    assert_report("text", hostile_report(), (struct sg_style){0},
                  "./p,q:r%##\\[x]|.yaml · release (Enforce, 1 publisher)\n"
                  "\n"
                  "  BLOCKED  function a\\x0A::error::x\\x0D\\x1B[31m\\x7F\\x9B ##\\[error]y ##\\vso[task]z "
                  "\\u{202E}\\u{200B}\\xFF %0A ]]> <script> `q` | @octocat %n%s \\::add-mask::a   INVALID  "
                  "./p,q:r%##\\[x]|.yaml:3:5\n"
                  "           malformed-package: \\::warning::entry ##\\[command]rm \302\240\\::x \\x0A 100%0A a|b <b> "
                  "`c` *d* _e_\n"
                  "             &amp; @team/x www.evil.example\n"
                  "             ]]> ##\\teamcity[x] https://evil.example/\n"
                  "             to mend: \\::stop-commands::t\n"
                  "\n"
                  "  revocation: list https://e.example/\\x1B]0;t\\x07, unavailable, \\::error::\\x0A##\\[error]\n"
                  "\n"
                  "BLOCKED: 1 of 1 artifact may not be deployed (0 undecided, 0 warned)\n");
}

static void quiet_says_only_the_verdict_when_all_is_fine(void **state)
{
    (void)state;
    assert_report("text", passed_report(), (struct sg_style){.verbosity = -1}, "PASSED: 2 artifacts may be deployed\n");
}

static void nothing_to_judge_is_said(void **state)
{
    (void)state;
    struct sg_report report = passed_report();
    report.artifact_count = 0;
    report.allowed = 0;
    report.skipped_artifacts = 1;
    assert_report("text", report, (struct sg_style){.verbosity = -1},
                  "  not checked: 1 artifact left out by --only or --shard\n"
                  "\n"
                  "PASSED: there was nothing to judge\n");
}

/* Every line of our own ends at the margin; only a word that is longer than a line passes it. */
static void lines_end_at_the_margin(void **state)
{
    (void)state;
    struct sg_report report = blocked_report();
    struct sg_style style = {0};
    struct sg_buffer out = written("text", &report, &style);
    char *rest = NULL;
    for (char *line = strtok_r((char *)out.data, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (strstr(line, "/signing-profiles/") == NULL)
            assert_true(strlen(line) <= SG_TEXT_COLUMNS);
    }
    sg_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_fine_takes_one_line_each),
        cmocka_unit_test(every_action_is_grouped_by_configuration),
        cmocka_unit_test(quiet_leaves_out_what_is_fine),
        cmocka_unit_test(verbose_tells_all_that_is_known),
        cmocka_unit_test(gitlab_gets_collapsible_sections),
        cmocka_unit_test(colour_only_where_asked_for),
        cmocka_unit_test(remarks_on_the_run_are_never_left_out),
        cmocka_unit_test(what_could_not_be_decided_is_said),
        cmocka_unit_test(hostile_text_obeys_the_log),
        cmocka_unit_test(quiet_says_only_the_verdict_when_all_is_fine),
        cmocka_unit_test(nothing_to_judge_is_said),
        cmocka_unit_test(lines_end_at_the_margin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
