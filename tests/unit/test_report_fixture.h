/*
 * Reports made by hand: what the tests of the writers write. Everything lives as long as the program.
 */
#ifndef SG_TESTS_REPORT_FIXTURE_H
#define SG_TESTS_REPORT_FIXTURE_H

#include "unit.h"

#include "base/buffer.h"
#include "report/report.h"

#define ARN "arn:aws:signer:us-east-1:123456789012:/"

static const char *release_publishers[] = {ARN "signing-profiles/Release/AbCdEf0123"};
static const char *canary_publishers[] = {ARN "signing-profiles/Release/AbCdEf0123",
                                          ARN "signing-profiles/Canary/0123456789"};

static const struct sg_code_signing_config release_config = {
    .name = "release", .publishers = release_publishers, .publisher_count = 1, .enforce = true};
static const struct sg_code_signing_config canary_config = {
    .name = "canary",
    .arn = "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg",
    .publishers = canary_publishers,
    .publisher_count = 2};

static const struct sg_config pipeline = {.path = "sealgate.yaml", .folder = ".", .sha256 = {0xAB, 0xCD}};

static const struct sg_certificate chain[] = {
    {.sha256 = {1},
     .hash = "aa01",
     .subject = "CN=leaf",
     .serial = "0a",
     .not_before = {.unix_seconds = 1793491200},
     .not_after = {.unix_seconds = 1793750400}},
    {.sha256 = {0x41, 0x02},
     .hash = "bb02",
     .subject = "CN=root",
     .serial = "01",
     .not_before = {.unix_seconds = 1594923707},
     .not_after = {.unix_seconds = 4750600907}},
};

/* Signed 2026-11-02T10:11:12.345Z, expires 2037-11-02T10:11:12.345Z. */
#define CLAIMS(profile)                                                                                                \
    {                                                                                                                  \
        .profile_version_arn = ARN "signing-profiles/" profile,                                                        \
        .job_arn = ARN "signing-jobs/66666666-7777-8888-9999-000000000000",                                            \
        .signed_at = {.unix_seconds = 1793614272, .nanoseconds = 345000000, .fraction_digits = 3},                     \
        .expires_at = {.unix_seconds = 2140769472, .nanoseconds = 345000000, .fraction_digits = 3}, .chain = chain,    \
        .chain_count = 2                                                                                               \
    }

#define PACKAGE                                                                                                        \
    {                                                                                                                  \
        .structure = {.outcome = SG_PROVEN}, .size = 2785, .sha256 = {0xA3, 0x4A}, .entry_count = 12,                  \
        .unpacked_size = 4567, .has_signature = true                                                                   \
    }

static const struct sg_facts valid_facts = {
    .was_read = true, .package = PACKAGE, .envelope = {.has_claims = true, .claims = CLAIMS("Release/AbCdEf0123")}};
static const struct sg_facts other_facts = {
    .was_read = true,
    .package = PACKAGE,
    .envelope = {.has_claims = true, .claims = CLAIMS("Experimental/ZyXwVu9876")},
    .resolved_path = "/builds/4711/refunds.zip"};
static const struct sg_facts unsigned_facts = {.was_read = true, .package = PACKAGE};
static const struct sg_facts unreadable_facts = {.unreadable = "dist/gone.zip: No such file or directory"};

static const struct sg_artifact checkout = {
    .kind = SG_FUNCTION, .name = "checkout", .code = "dist/checkout.zip", .place = {15, 5}, .config_count = 1};
static const struct sg_artifact refunds = {
    .kind = SG_FUNCTION, .name = "refunds", .code = "dist/refunds.zip", .place = {18, 5}, .config_count = 1};
static const struct sg_artifact shared_layer = {
    .kind = SG_LAYER, .name = "shared", .code = "dist/shared.zip", .place = {23, 5}, .config_count = 2};
static const struct sg_artifact gone = {
    .kind = SG_FUNCTION, .name = "gone", .code = "dist/gone.zip", .place = {20, 5}, .config_count = 1};
static const struct sg_artifact image = {.kind = SG_FUNCTION, .name = "thumbnails", .image = true, .place = {21, 5}};

#define PASS                                                                                                           \
    {                                                                                                                  \
        .status = SG_STATUS_PASS                                                                                       \
    }
#define SKIPPED                                                                                                        \
    {                                                                                                                  \
        .status = SG_STATUS_SKIPPED                                                                                    \
    }

static struct sg_finding mismatch_finding[] = {
    {SG_RULE_PUBLISHER_NOT_ALLOWED, SG_CHECK_MISMATCH, SG_LEVEL_ERROR,
     "signed by Experimental/ZyXwVu9876, which `release` does not allow",
     "sign dist/refunds.zip with profile Release, or add "
     "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Experimental/ZyXwVu9876 to allowed_publishers",
     "allowed: Release/AbCdEf0123"}};
static struct sg_finding modified_finding[] = {
    {SG_RULE_CONTENT_MODIFIED, SG_CHECK_INTEGRITY, SG_LEVEL_ERROR,
     "the content is not what job 66666666-7777-8888-9999-000000000000 signed on 2026-11-02; a file was changed, "
     "renamed, added, removed or moved since",
     "build and sign again; nothing may touch the zip between signing and deploying", NULL}};
static struct sg_finding unsigned_finding[] = {{SG_RULE_UNSIGNED, SG_CHECK_MISMATCH, SG_LEVEL_WARNING,
                                                "the package has no signature",
                                                "sign dist/shared.zip and deploy the signed object", NULL}};
static struct sg_finding unreadable_finding[] = {{SG_RULE_UNREADABLE_ARTIFACT, SG_CHECK_INTEGRITY, SG_LEVEL_ERROR,
                                                  "dist/gone.zip: No such file or directory",
                                                  "build the package before the gate runs, or correct the path", NULL}};
static struct sg_finding comment_finding[] = {{SG_RULE_UNUSUAL_PACKAGE, SG_CHECK_INTEGRITY, SG_LEVEL_NOTICE,
                                               "the archive has a comment of 12 bytes", "build with a common packager",
                                               NULL}};
static struct sg_finding image_finding[] = {{SG_RULE_IMAGE_NOT_SUPPORTED, SG_CHECK_MISMATCH, SG_LEVEL_NOTICE,
                                             "container images cannot be signed this way",
                                             "verify the image in its registry", NULL}};

#define ALL_PASS                                                                                                       \
    {                                                                                                                  \
        PASS, PASS, PASS, PASS                                                                                         \
    }

static const struct sg_report_artifact allowed_function = {
    &checkout, &release_config, true, &valid_facts,
    .judgement = {.checks = ALL_PASS, .signature_status = SG_SIGNATURE_VALID, .action = SG_ACTION_ALLOW}};
static const struct sg_report_artifact allowed_layer = {
    &shared_layer, &release_config, true, &valid_facts,
    .judgement = {.checks = ALL_PASS, .signature_status = SG_SIGNATURE_VALID, .action = SG_ACTION_ALLOW}};
static const struct sg_report_artifact noted_function = {&checkout, &release_config, true, &valid_facts,
                                                         .judgement = {.checks = ALL_PASS,
                                                                       .signature_status = SG_SIGNATURE_VALID,
                                                                       .action = SG_ACTION_ALLOW,
                                                                       .findings = comment_finding,
                                                                       .finding_count = 1}};
static const struct sg_report_artifact mismatched_function = {
    &refunds, &release_config, true, &other_facts,
    .judgement = {.checks = {PASS,
                             PASS,
                             {SG_STATUS_FAIL, SG_RULE_PUBLISHER_NOT_ALLOWED,
                              "signed by Experimental/ZyXwVu9876, which `release` does not allow"},
                             PASS},
                  .signature_status = SG_SIGNATURE_MISMATCH,
                  .action = SG_ACTION_BLOCK,
                  .findings = mismatch_finding,
                  .finding_count = 1}};
static const struct sg_report_artifact modified_layer = {
    &shared_layer, &release_config, true, &valid_facts,
    .judgement = {.checks = {{SG_STATUS_FAIL, SG_RULE_CONTENT_MODIFIED, "the content is not what was signed"},
                             SKIPPED,
                             SKIPPED,
                             SKIPPED},
                  .signature_status = SG_SIGNATURE_INVALID,
                  .action = SG_ACTION_BLOCK,
                  .findings = modified_finding,
                  .finding_count = 1}};
static const struct sg_report_artifact unsigned_layer = {
    &shared_layer, &canary_config, false, &unsigned_facts,
    .judgement = {
        .checks = {SKIPPED, SKIPPED, {SG_STATUS_FAIL, SG_RULE_UNSIGNED, "the package has no signature"}, SKIPPED},
        .signature_status = SG_SIGNATURE_MISMATCH,
        .action = SG_ACTION_WARN,
        .findings = unsigned_finding,
        .finding_count = 1}};
static const struct sg_report_artifact unreadable_function = {
    &gone, &release_config, true, &unreadable_facts,
    .judgement = {
        .checks = {{SG_STATUS_UNDECIDED, SG_RULE_UNREADABLE_ARTIFACT, "dist/gone.zip: No such file or directory"},
                   SKIPPED,
                   SKIPPED,
                   SKIPPED},
        .signature_status = SG_SIGNATURE_UNDECIDED,
        .action = SG_ACTION_UNDECIDED,
        .findings = unreadable_finding,
        .finding_count = 1}};
static const struct sg_report_artifact image_function = {&image, NULL, false, NULL,
                                                         .judgement = {.checks = {SKIPPED, SKIPPED, SKIPPED, SKIPPED},
                                                                       .signature_status = SG_SIGNATURE_NOT_APPLICABLE,
                                                                       .action = SG_ACTION_ALLOW,
                                                                       .findings = image_finding,
                                                                       .finding_count = 1}};

static const struct sg_report_source fresh_list[] = {
    {SG_SOURCE_LIST, "https://pki.example.com/lambda/revoked.json", SG_SOURCE_FRESH, "issued 2026-11-23 00:00 UTC"}};
static const struct sg_report_source two_sources[] = {
    {SG_SOURCE_LIST, "https://pki.example.com/lambda/revoked.json", SG_SOURCE_CACHED, "issued 2026-11-23 00:00 UTC"},
    {SG_SOURCE_CRL, "pki/ca.crl", SG_SOURCE_UNAVAILABLE, "nextUpdate 2026-11-01 has passed"}};

/* 2026-11-23T17:00:00Z */
#define REPORT_TIME                                                                                                    \
    {                                                                                                                  \
        .unix_seconds = 1795453200                                                                                     \
    }
#define ITEMS(array)   .artifacts = (array), .artifact_count = sizeof(array) / sizeof((array)[0])
#define SOURCES(array) .sources = (array), .source_count = sizeof(array) / sizeof((array)[0])

/* Everything is fine. */
static inline struct sg_report passed_report(void)
{
    static struct sg_report_artifact items[2];
    items[0] = allowed_function;
    items[1] = allowed_layer;
    return (struct sg_report){.evaluated_at = REPORT_TIME,
                              .config = &pipeline,
                              ITEMS(items),
                              SOURCES(fresh_list),
                              .allowed = 2,
                              .verdict = SG_VERDICT_PASSED};
}

/* Every action, two configurations, an image, a file that is not there, one source that did not answer. */
static inline struct sg_report blocked_report(void)
{
    static struct sg_report_artifact items[7];
    items[0] = noted_function;
    items[1] = mismatched_function;
    items[2] = unreadable_function;
    items[3] = image_function;
    items[4] = modified_layer;
    items[5] = unsigned_layer;
    items[6] = allowed_layer;
    items[6].config = &canary_config;
    return (struct sg_report){.evaluated_at = REPORT_TIME,
                              .config = &pipeline,
                              ITEMS(items),
                              SOURCES(two_sources),
                              .allowed = 3,
                              .warned = 1,
                              .blocked = 2,
                              .undecided = 1,
                              .verdict = SG_VERDICT_BLOCKED,
                              .exit_code = 1};
}

/* What is proven, what is only claimed, and what is not known. */
static inline struct sg_report verbose_report(void)
{
    static struct sg_report_artifact items[3];
    items[0] = mismatched_function;
    items[1] = unreadable_function;
    items[2] = modified_layer;
    return (struct sg_report){.evaluated_at = REPORT_TIME,
                              .config = &pipeline,
                              ITEMS(items),
                              SOURCES(fresh_list),
                              .blocked = 2,
                              .undecided = 1,
                              .verdict = SG_VERDICT_BLOCKED,
                              .exit_code = 1};
}

/* One warning; every remark on the run applies. */
static inline struct sg_report remarked_report(void)
{
    static struct sg_report_artifact items[1];
    items[0] = unsigned_layer;
    items[0].enforce = true;
    return (struct sg_report){.evaluated_at = REPORT_TIME,
                              .time_overridden = true,
                              .offline = true,
                              .enforce_all = true,
                              .config = &pipeline,
                              ITEMS(items),
                              .skipped_artifacts = 2,
                              .library_flaw = "OpenSSL 3.0.19 has CVE-2026-45447; update to 3.0.21",
                              .warned = 1,
                              .verdict = SG_VERDICT_PASSED_WITH_WARNINGS};
}

static inline struct sg_report undecided_report(void)
{
    static struct sg_report_artifact items[1];
    items[0] = unreadable_function;
    return (struct sg_report){.evaluated_at = REPORT_TIME,
                              .config = &pipeline,
                              ITEMS(items),
                              SOURCES(fresh_list),
                              .undecided = 1,
                              .verdict = SG_VERDICT_UNDECIDED,
                              .exit_code = 3};
}

/* What ATTACKS.md LG-01 to LG-08 put into a name, a path and a message. The message came through sg_printable, so it holds
 * no controls; the name did not. */
#define HOSTILE_NAME                                                                                                   \
    "a\n::error::x\r\x1b[31m\x7f\xc2\x9b ##[error]y ##vso[task]z \xe2\x80\xae\xe2\x80\x8b\xff %0A ]]> <script> `q` | " \
    "@octocat %n%s ::add-mask::a"

static inline struct sg_report hostile_report(void)
{
    static const struct sg_config config = {.path = "./p,q:r%##[x]|.yaml", .folder = "."};
    static const struct sg_artifact artifact = {
        .kind = SG_FUNCTION, .name = HOSTILE_NAME, .code = "a\x1b.zip", .place = {3, 5}, .config_count = 1};
    static struct sg_finding findings[] = {
        {SG_RULE_MALFORMED_PACKAGE, SG_CHECK_INTEGRITY, SG_LEVEL_ERROR,
         "::warning::entry ##[command]rm \xc2\xa0::x \\x0A 100%0A a|b <b> `c` *d* _e_ &amp; @team/x www.evil.example",
         "::stop-commands::t", "]]> ##teamcity[x] https://evil.example/"}};
    static struct sg_report_artifact items[1];
    items[0] = (struct sg_report_artifact){
        &artifact, &release_config, true, &unsigned_facts,
        .judgement = {.checks = {{SG_STATUS_FAIL, SG_RULE_MALFORMED_PACKAGE, "x"}, SKIPPED, SKIPPED, SKIPPED},
                      .signature_status = SG_SIGNATURE_INVALID,
                      .action = SG_ACTION_BLOCK,
                      .findings = findings,
                      .finding_count = 1}};
    static const struct sg_report_source sources[] = {
        {SG_SOURCE_LIST, "https://e.example/\x1b]0;t\x07", SG_SOURCE_UNAVAILABLE, "::error::\n##[error]"}};
    return (struct sg_report){.evaluated_at = REPORT_TIME,
                              .config = &config,
                              ITEMS(items),
                              SOURCES(sources),
                              .blocked = 1,
                              .verdict = SG_VERDICT_BLOCKED,
                              .exit_code = 1};
}

/* `count` findings of one level on one artifact. */
static inline struct sg_report many_findings_report(enum sg_level level, size_t count)
{
    static struct sg_finding findings[64];
    static struct sg_report_artifact items[1];
    for (size_t i = 0; i < count && i < 64; i++)
        findings[i] = (struct sg_finding){
            SG_RULE_UNSIGNED, SG_CHECK_MISMATCH, level, "the package has no signature", "sign it", NULL};
    items[0] = mismatched_function;
    items[0].judgement.findings = findings;
    items[0].judgement.finding_count = count;
    return (struct sg_report){.evaluated_at = REPORT_TIME,
                              .config = &pipeline,
                              ITEMS(items),
                              SOURCES(fresh_list),
                              .blocked = 1,
                              .verdict = SG_VERDICT_BLOCKED,
                              .exit_code = 1};
}

/* The report in the format, or the test fails. Free with sg_buffer_free. */
static inline struct sg_buffer written(const char *format, const struct sg_report *report, const struct sg_style *style)
{
    struct sg_error error = {0};
    struct sg_buffer out = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const struct sg_report_format *writer = sg_report_format(sg_span_text(format));
    assert_non_null(writer);
    assert_done(writer->write(report, style, &out, &error), error);
    return out;
}

static inline void assert_report(const char *format, struct sg_report report, struct sg_style style, const char *wanted)
{
    struct sg_buffer out = written(format, &report, &style);
    assert_string_equal(sg_buffer_text(&out), wanted);
    sg_buffer_free(&out);
}

#endif
