/*
 * Workflow commands, byte for byte, their limits, and the file of outputs.
 */
#include "test_report_fixture.h"

#include "report/location.h"

static void without_findings_no_command(void **state)
{
    (void)state;
    assert_report("github", passed_report(), (struct sg_style){0},
                  "revocation: list https://pki.example.com/lambda/revoked.json, fresh, issued 2026-11-23 00:00 UTC\n"
                  "PASSED: 2 artifacts may be deployed\n");
}

static void one_annotation_for_each_finding(void **state)
{
    (void)state;
    assert_report("github", blocked_report(), (struct sg_style){0},
                  "::error file=sealgate.yaml,line=18,col=5,title=sealgate publisher-not-allowed::function refunds: "
                  "signed by Experimental/ZyXwVu9876, which `release` does not allow%0Aallowed: "
                  "Release/AbCdEf0123%0Ato mend: sign dist/refunds.zip with profile Release, or add "
                  "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Experimental/ZyXwVu9876 to "
                  "allowed_publishers\n"
                  "::error file=sealgate.yaml,line=20,col=5,title=sealgate unreadable-artifact::function gone: "
                  "dist/gone.zip: No such file or directory%0Ato mend: build the package before the gate runs, or "
                  "correct the path\n"
                  "::error file=sealgate.yaml,line=23,col=5,title=sealgate content-modified::layer shared under "
                  "release: the content is not what job 66666666-7777-8888-9999-000000000000 signed on 2026-11-02; a "
                  "file was changed, renamed, added, removed or moved since%0Ato mend: build and sign again; nothing "
                  "may touch the zip between signing and deploying\n"
                  "::warning file=sealgate.yaml,line=23,col=5,title=sealgate unsigned::layer shared under canary: the "
                  "package has no signature%0Ato mend: sign dist/shared.zip and deploy the signed object\n"
                  "sealgate.yaml:15:5: notice: [unusual-package] function checkout: the archive has a comment of 12 "
                  "bytes; to mend: build with a common packager\n"
                  "::notice file=sealgate.yaml,line=21,col=5,title=sealgate image-not-supported::function thumbnails: "
                  "container images cannot be signed this way%0Ato mend: verify the image in its registry\n"
                  "revocation: list https://pki.example.com/lambda/revoked.json, cached, issued 2026-11-23 00:00 UTC\n"
                  "revocation: crl pki/ca.crl, unavailable, nextUpdate 2026-11-01 has passed\n"
                  "BLOCKED: 2 of 7 artifacts may not be deployed (1 undecided, 1 warned)\n");
}

static void remarks_on_the_run_are_plain_lines(void **state)
{
    (void)state;
    assert_report("github", remarked_report(), (struct sg_style){0},
                  "::warning file=sealgate.yaml,line=23,col=5,title=sealgate unsigned::layer shared under canary: the "
                  "package has no signature%0Ato mend: sign dist/shared.zip and deploy the signed object\n"
                  "judged as of 2026-11-23T17:00:00Z (--now), not of the present\n"
                  "offline (--offline): revocation data came from the cache or from files only\n"
                  "every configuration was judged as Enforce (--enforce)\n"
                  "not checked: 2 artifacts left out by --only or --shard\n"
                  "revocation was not checked: `sources: []` switches it off\n"
                  "PASSED WITH WARNINGS: 1 artifact may be deployed, 1 with a warning\n");
}

static void hostile_text_makes_no_command(void **state)
{
    (void)state;
    assert_report("github", hostile_report(), (struct sg_style){0},
                  "::error file=p%2Cq%3Ar%25##\\[x]|.yaml,line=3,col=5,title=sealgate malformed-package::function "
                  "a\\x0A::error::x\\x0D\\x1B[31m\\x7F\\x9B ##\\[error]y ##\\vso[task]z \\u{202E}\\u{200B}\\xFF %250A "
                  "]]> <script> `q` | @octocat %25n%25s \\::add-mask::a: \\::warning::entry ##\\[command]rm "
                  "\302\240\\::x \\x0A 100%250A a|b <b> `c` *d* _e_ &amp; @team/x www.evil.example%0A]]> "
                  "##\\teamcity[x] https://evil.example/%0Ato mend: \\::stop-commands::t\n"
                  "revocation: list https://e.example/\\x1B]0;t\\x07, unavailable, \\::error::\\x0A##\\[error]\n"
                  "BLOCKED: 1 of 1 artifact may not be deployed (0 undecided, 0 warned)\n");
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *p = strstr(text, part); p != NULL; p = strstr(p + strlen(part), part))
        count++;
    return count;
}

static const struct {
    enum sg_level level;
    size_t findings;
    const char *command;
    size_t annotations;
    const char *last; /* NULL when nothing is left out */
} limits[] = {
    {SG_LEVEL_ERROR, 9, "::error ", 9, NULL},
    {SG_LEVEL_ERROR, 10, "::error ", 9, "::error title=sealgate::2 more in the summary and in the log\n"},
    {SG_LEVEL_ERROR, 25, "::error ", 9, "::error title=sealgate::17 more in the summary and in the log\n"},
    {SG_LEVEL_WARNING, 25, "::warning ", 9, "::warning title=sealgate::17 more in the summary and in the log\n"},
    {SG_LEVEL_NOTICE, 25, "::notice ", 9, "::notice title=sealgate::17 more in the summary and in the log\n"},
};

static void the_last_annotation_says_how_many_more_there_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct sg_report report = many_findings_report(limits[i].level, limits[i].findings);
        struct sg_style style = {0};
        struct sg_buffer out = written("github", &report, &style);
        const char *text = sg_buffer_text(&out);
        assert_int_equal(count_of(text, limits[i].command), limits[i].annotations);
        assert_int_equal(count_of(text, "the package has no signature"), limits[i].findings);
        if (limits[i].last != NULL)
            assert_contains(text, limits[i].last);
        else
            assert_null(strstr(text, " more in the summary"));
        sg_buffer_free(&out);
    }
}

/* A message of many times "é", so that a cut in the middle of a character would show. */
static void a_long_message_is_cut_at_a_character(void **state)
{
    (void)state;
    static char message[SG_MESSAGE_MAX_BYTES];
    for (size_t i = 0; i + 2 < sizeof message; i += 2)
        memcpy(message + i, "\303\251", 2);
    for (size_t shift = 0; shift < 2; shift++) {
        struct sg_report report = many_findings_report(SG_LEVEL_ERROR, 1);
        report.artifacts[0].judgement.findings[0].message = message;
        static struct sg_artifact named;
        named = *report.artifacts[0].artifact;
        named.name = shift == 0 ? "ab" : "abc";
        struct sg_report_artifact item = report.artifacts[0];
        item.artifact = &named;
        report.artifacts = &item;
        struct sg_style style = {0};
        struct sg_buffer out = written("github", &report, &style);
        const char *data = strstr(sg_buffer_text(&out), "unsigned::");
        assert_non_null(data);
        data += strlen("unsigned::");
        size_t length = strcspn(data, "\n");
        assert_true(length <= SG_GITHUB_MESSAGE_MAX_BYTES);
        assert_true(length > SG_GITHUB_MESSAGE_MAX_BYTES - 4);
        assert_memory_equal(data + length - 5, "\303\251\342\200\246", 5);
        sg_buffer_free(&out);
    }
}

static const struct {
    const char *what;
    const char *path;
    const char *workspace;
    const char *working_directory;
    const char *wanted;
} locations[] = {
    {"a relative path stays", "sealgate.yaml", NULL, NULL, "sealgate.yaml"},
    {"./ is left out", "./ci//./sealgate.yaml", "/repo", NULL, "ci/sealgate.yaml"},
    {".. is resolved where it can be", "a/../../b/c/../x.yaml", NULL, NULL, "../b/x.yaml"},
    {"inside the workspace", "/repo/ci/sealgate.yaml", "/repo", NULL, "ci/sealgate.yaml"},
    {"a workspace with slashes at its end", "/repo/ci/sealgate.yaml", "/repo//", NULL, "ci/sealgate.yaml"},
    {"a folder with a longer name is another one", "/repo2/sealgate.yaml", "/repo", NULL, "/repo2/sealgate.yaml"},
    {"outside the workspace", "/etc/sealgate.yaml", "/repo", NULL, "/etc/sealgate.yaml"},
    {"the workspace is the root", "/ci/sealgate.yaml", "/", NULL, "ci/sealgate.yaml"},
    {"above the root is the root", "/../sealgate.yaml", NULL, NULL, "/sealgate.yaml"},
    {"seen from a folder below", "sealgate.yaml", "/repo", "/repo/ci", "ci/sealgate.yaml"},
    {"seen from a folder below, upwards", "../sealgate.yaml", "/repo", "/repo/ci", "sealgate.yaml"},
    {"seen from elsewhere", "sealgate.yaml", "/repo", "/tmp", "/tmp/sealgate.yaml"},
    {"a folder alone does not make it absolute", "sealgate.yaml", NULL, "/tmp", "sealgate.yaml"},
    {"a workspace that is not absolute", "sealgate.yaml", "repo", NULL, "sealgate.yaml"},
};

static void files_are_named_as_the_repository_names_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof locations / sizeof locations[0]; i++) {
        struct sg_error error = {0};
        struct sg_buffer out = sg_buffer_make(4096);
        struct sg_style style = {.workspace = locations[i].workspace,
                                 .working_directory = locations[i].working_directory};
        assert_done(sg_location_file(locations[i].path, &style, &out, &error), error);
        if (strcmp(sg_buffer_text(&out), locations[i].wanted) != 0)
            fail_msg("%s: %s is not %s", locations[i].what, sg_buffer_text(&out), locations[i].wanted);
        sg_buffer_free(&out);
    }
}

static void outputs_are_lines_of_name_and_value(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_report report = blocked_report();
    struct sg_buffer out = sg_buffer_make(4096);
    assert_done(sg_report_github_output(&report, "out/a=b<<c.json", &out, &error), error);
    assert_string_equal(sg_buffer_text(&out),
                        "verdict=blocked\nblocked=2\nwarned=1\nundecided=1\nreport=out/a=b<<c.json\n");
    sg_buffer_free(&out);
    report = remarked_report();
    assert_done(sg_report_github_output(&report, NULL, &out, &error), error);
    assert_string_equal(sg_buffer_text(&out),
                        "verdict=passed_with_warnings\nblocked=0\nwarned=1\nundecided=0\nreport=\n");
    sg_buffer_free(&out);
}

static void an_output_with_a_line_break_is_refused(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_report report = passed_report();
    struct sg_buffer out = sg_buffer_make(4096);
    assert_failed(sg_report_github_output(&report, "a\nverdict=passed", &out, &error), error, SG_ERROR_OUTPUT,
                  "the report's path \"a\\x0Averdict=passed\" holds a line break and cannot be written to "
                  "GITHUB_OUTPUT");
    assert_failed(sg_report_github_output(&report, "a\rb", &out, &error), error, SG_ERROR_OUTPUT,
                  "the report's path \"a\\x0Db\" holds a line break and cannot be written to GITHUB_OUTPUT");
    assert_int_equal(out.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_findings_no_command),
        cmocka_unit_test(one_annotation_for_each_finding),
        cmocka_unit_test(remarks_on_the_run_are_plain_lines),
        cmocka_unit_test(hostile_text_makes_no_command),
        cmocka_unit_test(the_last_annotation_says_how_many_more_there_are),
        cmocka_unit_test(a_long_message_is_cut_at_a_character),
        cmocka_unit_test(files_are_named_as_the_repository_names_them),
        cmocka_unit_test(outputs_are_lines_of_name_and_value),
        cmocka_unit_test(an_output_with_a_line_break_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
