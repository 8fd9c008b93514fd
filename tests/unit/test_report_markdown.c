/*
 * The summary page: exact bytes, and the size that it never passes.
 */
#include "test_report_fixture.h"

static void a_table_of_what_is_fine(void **state)
{
    (void)state;
    assert_report("markdown", passed_report(), (struct sg_style){0},
                  "## sealgate: PASSED\n"
                  "\n"
                  "2 artifacts may be deployed\n"
                  "\n"
                  "| Kind | Name | Configuration | Policy | Signature | Action | Location |\n"
                  "| --- | --- | --- | --- | --- | --- | --- |\n"
                  "| function | checkout | release | Enforce | VALID | allow | sealgate.yaml:15:5 |\n"
                  "| layer | shared | release | Enforce | VALID | allow | sealgate.yaml:23:5 |\n"
                  "\n"
                  "### Run\n"
                  "\n"
                  "- evaluated at 2026-11-23T17:00:00Z\n"
                  "- revocation: list https&#58;//pki.example.com/lambda/revoked.json, fresh, issued 2026-11-23 00:00 "
                  "UTC\n");
}

static void what_is_not_fine_comes_first(void **state)
{
    (void)state;
    assert_report(
        "markdown", blocked_report(), (struct sg_style){0},
        "## sealgate: BLOCKED\n"
        "\n"
        "2 of 7 artifacts may not be deployed (1 undecided, 1 warned)\n"
        "\n"
        "| Kind | Name | Configuration | Policy | Signature | Action | Location |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        "| function | refunds | release | Enforce | MISMATCH | **block** | sealgate.yaml:18:5 |\n"
        "| function | gone | release | Enforce | UNDECIDED | **undecided** | sealgate.yaml:20:5 |\n"
        "| layer | shared | release | Enforce | INVALID | **block** | sealgate.yaml:23:5 |\n"
        "| layer | shared | canary | Warn | MISMATCH | **warn** | sealgate.yaml:23:5 |\n"
        "| function | checkout | release | Enforce | VALID | allow | sealgate.yaml:15:5 |\n"
        "| function | thumbnails | – | – | NOT\\_APPLICABLE | allow | sealgate.yaml:21:5 |\n"
        "| layer | shared | canary | Enforce | VALID | allow | sealgate.yaml:23:5 |\n"
        "\n"
        "### Findings\n"
        "\n"
        "- **error** publisher-not-allowed, function refunds (sealgate.yaml:18:5): signed by "
        "Experimental/ZyXwVu9876, which \\`release\\` does not allow\n"
        "  - allowed: Release/AbCdEf0123\n"
        "  - to mend: sign dist/refunds.zip with profile Release, or add "
        "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Experimental/ZyXwVu9876 to "
        "allowed\\_publishers\n"
        "- **error** unreadable-artifact, function gone (sealgate.yaml:20:5): dist/gone.zip: No such file or "
        "directory\n"
        "  - to mend: build the package before the gate runs, or correct the path\n"
        "- **error** content-modified, layer shared under release (sealgate.yaml:23:5): the content is not "
        "what job 66666666-7777-8888-9999-000000000000 signed on 2026-11-02; a file was changed, renamed, "
        "added, removed or moved since\n"
        "  - to mend: build and sign again; nothing may touch the zip between signing and deploying\n"
        "- **warning** unsigned, layer shared under canary (sealgate.yaml:23:5): the package has no signature\n"
        "  - to mend: sign dist/shared.zip and deploy the signed object\n"
        "- **notice** unusual-package, function checkout (sealgate.yaml:15:5): the archive has a comment of "
        "12 bytes\n"
        "  - to mend: build with a common packager\n"
        "- **notice** image-not-supported, function thumbnails (sealgate.yaml:21:5): container images cannot "
        "be signed this way\n"
        "  - to mend: verify the image in its registry\n"
        "\n"
        "### Run\n"
        "\n"
        "- evaluated at 2026-11-23T17:00:00Z\n"
        "- revocation: list https&#58;//pki.example.com/lambda/revoked.json, cached, issued 2026-11-23 00:00 "
        "UTC\n"
        "- revocation: crl pki/ca.crl, unavailable, nextUpdate 2026-11-01 has passed\n");
}

static void remarks_are_listed(void **state)
{
    (void)state;
    assert_report(
        "markdown", remarked_report(), (struct sg_style){0},
        "## sealgate: PASSED WITH WARNINGS\n"
        "\n"
        "1 artifact may be deployed, 1 with a warning\n"
        "\n"
        "| Kind | Name | Configuration | Policy | Signature | Action | Location |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        "| layer | shared | canary | Enforce | MISMATCH | **warn** | sealgate.yaml:23:5 |\n"
        "\n"
        "### Findings\n"
        "\n"
        "- **warning** unsigned, layer shared under canary (sealgate.yaml:23:5): the package has no signature\n"
        "  - to mend: sign dist/shared.zip and deploy the signed object\n"
        "\n"
        "### Run\n"
        "\n"
        "- evaluated at 2026-11-23T17:00:00Z\n"
        "- judged as of 2026-11-23T17:00:00Z (--now), not of the present\n"
        "- offline (--offline): revocation data came from the cache or from files only\n"
        "- every configuration was judged as Enforce (--enforce)\n"
        "- not checked: 2 artifacts left out by --only or --shard\n"
        "- revocation was not checked: \\`sources: \\[\\]\\` switches it off\n");
}

static void hostile_text_is_no_markup(void **state)
{
    (void)state;
    assert_report("markdown", hostile_report(), (struct sg_style){0},
                  "## sealgate: BLOCKED\n"
                  "\n"
                  "1 of 1 artifact may not be deployed (0 undecided, 0 warned)\n"
                  "\n"
                  "| Kind | Name | Configuration | Policy | Signature | Action | Location |\n"
                  "| --- | --- | --- | --- | --- | --- | --- |\n"
                  "| function | a\\\\x0A::error::x\\\\x0D\\\\x1B\\[31m\\\\x7F\\\\x9B \\#\\#\\\\\\[error\\]y "
                  "\\#\\#\\\\vso\\[task\\]z \\\\u{202E}\\\\u{200B}\\\\xFF %0A \\]\\]&gt; &lt;script&gt; \\`q\\` \\| "
                  "<span>@</span>octocat %n%s \\\\::add-mask::a | release | Enforce | INVALID | **block** | "
                  "./p,q:r%\\#\\#\\\\\\[x\\]\\|.yaml:3:5 |\n"
                  "\n"
                  "### Findings\n"
                  "\n"
                  "- **error** malformed-package, function a\\\\x0A::error::x\\\\x0D\\\\x1B\\[31m\\\\x7F\\\\x9B "
                  "\\#\\#\\\\\\[error\\]y \\#\\#\\\\vso\\[task\\]z \\\\u{202E}\\\\u{200B}\\\\xFF %0A \\]\\]&gt; "
                  "&lt;script&gt; \\`q\\` \\| <span>@</span>octocat %n%s \\\\::add-mask::a "
                  "(./p,q:r%\\#\\#\\\\\\[x\\]\\|.yaml:3:5): \\\\::warning::entry \\#\\#\\\\\\[command\\]rm "
                  "\302\240\\\\::x \\\\x0A 100%0A a\\|b &lt;b&gt; \\`c\\` \\*d\\* \\_e\\_ &amp;amp; "
                  "<span>@</span>team/x www&#46;evil.example\n"
                  "  - \\]\\]&gt; \\#\\#\\\\teamcity\\[x\\] https&#58;//evil.example/\n"
                  "  - to mend: \\\\::stop-commands::t\n"
                  "\n"
                  "### Run\n"
                  "\n"
                  "- evaluated at 2026-11-23T17:00:00Z\n"
                  "- revocation: list https&#58;//e.example/\\\\x1B\\]0;t\\\\x07, unavailable, "
                  "\\\\::error::\\\\x0A\\#\\#\\\\\\[error\\]\n");
}

/* `count` blocked functions with a finding each. Owned; free with free(3). */
static struct sg_report_artifact *many_artifacts(size_t count)
{
    struct sg_report_artifact *items = calloc(count, sizeof *items);
    assert_non_null(items);
    for (size_t i = 0; i < count; i++)
        items[i] = i % 2 == 0 ? mismatched_function : allowed_function;
    return items;
}

static void a_page_that_grows_too_large_says_what_was_left_out(void **state)
{
    (void)state;
    struct sg_report report = blocked_report();
    report.artifact_count = 20000;
    struct sg_report_artifact *items = many_artifacts(report.artifact_count);
    report.artifacts = items;
    struct sg_style style = {0};
    struct sg_buffer out = written("markdown", &report, &style);
    assert_true(out.size <= SG_GITHUB_SUMMARY_MAX_BYTES);
    assert_true(out.size > SG_GITHUB_SUMMARY_MAX_BYTES / 2);
    const char *text = sg_buffer_text(&out);
    size_t rows = 0;
    for (const char *p = strstr(text, "\n| function |"); p != NULL; p = strstr(p + 1, "\n| function |"))
        rows++;
    size_t findings = 0;
    for (const char *p = strstr(text, "\n- **error**"); p != NULL; p = strstr(p + 1, "\n- **error**"))
        findings++;
    char wanted[128];
    snprintf(wanted, sizeof wanted, "\n%zu more rows were left out: this page has reached its largest size.\n",
             20000 - rows);
    assert_contains(text, wanted);
    snprintf(wanted, sizeof wanted, "\n%zu more findings were left out: this page has reached its largest size.\n",
             10000 - findings);
    assert_contains(text, wanted);
    assert_contains(text, "crl pki/ca.crl, unavailable, nextUpdate 2026-11-01 has passed\n");
    assert_null(strstr(text, "| allow |"));
    sg_buffer_free(&out);
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_what_is_fine),
        cmocka_unit_test(what_is_not_fine_comes_first),
        cmocka_unit_test(remarks_are_listed),
        cmocka_unit_test(hostile_text_is_no_markup),
        cmocka_unit_test(a_page_that_grows_too_large_says_what_was_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
