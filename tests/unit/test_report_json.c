/*
 * The JSON report, read back with jansson and held against the contract member by member.
 */
#include "test_report_fixture.h"

#include <jansson.h>

/* The report, parsed; a key that stands twice would be an error. Free with json_decref. */
static json_t *parsed(struct sg_report report)
{
    struct sg_style style = {0};
    struct sg_buffer out = written("json", &report, &style);
    assert_true(out.size > 1 && out.data[out.size - 1] == '\n' && out.data[out.size - 2] == '}');
    json_error_t error;
    json_t *document = json_loadb((const char *)out.data, out.size, JSON_REJECT_DUPLICATES, &error);
    if (document == NULL)
        fail_msg("line %d: %s", error.line, error.text);
    sg_buffer_free(&out);
    return document;
}

/* The value at a path of keys and numbers: "artifacts.0.name". */
static const json_t *at(const json_t *value, const char *path)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%s", path);
    char *rest = NULL;
    for (char *key = strtok_r(copy, ".", &rest); key != NULL; key = strtok_r(NULL, ".", &rest)) {
        value =
            json_is_array(value) ? json_array_get(value, (size_t)strtoul(key, NULL, 10)) : json_object_get(value, key);
        if (value == NULL)
            fail_msg("there is no %s (%s)", path, key);
    }
    return value;
}

/* Every value is compared as compact JSON, so that 1, "1" and null differ. */
struct member {
    const char *path;
    const char *wanted;
};

static void assert_members(json_t *document, const struct member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *text = json_dumps(at(document, members[i].path), JSON_COMPACT | JSON_ENCODE_ANY);
        assert_non_null(text);
        if (strcmp(text, members[i].wanted) != 0)
            fail_msg("%s is %s, not %s", members[i].path, text, members[i].wanted);
        free(text);
    }
    json_decref(document);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The keys of an object, in their order, joined by blanks. */
static void assert_keys(const json_t *object, const char *wanted)
{
    char keys[1024] = "";
    size_t used = 0;
    for (void *i = json_object_iter((json_t *)(uintptr_t)object); i != NULL;
         i = json_object_iter_next((json_t *)(uintptr_t)object, i))
        used += (size_t)snprintf(keys + used, sizeof keys - used, "%s%s", used > 0 ? " " : "", json_object_iter_key(i));
    assert_string_equal(keys, wanted);
}

static void members_stand_in_a_stable_order(void **state)
{
    (void)state;
    json_t *document = parsed(blocked_report());
    assert_keys(
        document,
        "schema tool evaluated_at time_overridden offline enforce_all revocation_checked "
        "skipped_artifacts confinement library_flaw config lock verdict exit_code summary artifacts revocation");
    for (size_t i = 0; i < json_array_size(at(document, "artifacts")); i++)
        assert_keys(json_array_get(at(document, "artifacts"), i),
                    "kind name code resolved_path location code_signing_config size unpacked_size entries code_sha256 "
                    "signature checks signature_status action findings");
    assert_keys(at(document, "artifacts.0.signature"), "authenticated profile_version_arn job_arn signed_at expires_at "
                                                       "root_sha256 certificate_hashes");
    assert_keys(at(document, "artifacts.0.checks"), "integrity expiry mismatch revocation");
    assert_keys(at(document, "artifacts.0.findings.0"), "rule check level message help detail");
    json_decref(document);
}

static void the_run_is_described(void **state)
{
    (void)state;
    static const struct member members[] = {
        {"schema", "\"sealgate-report/1\""},
        {"tool.name", "\"sealgate\""},
        {"evaluated_at", "\"2026-11-23T17:00:00Z\""},
        {"time_overridden", "false"},
        {"offline", "false"},
        {"enforce_all", "false"},
        {"revocation_checked", "true"},
        {"skipped_artifacts", "0"},
        {"confinement", "null"},
        {"library_flaw", "null"},
        {"config", "{\"path\":\"sealgate.yaml\",\"sha256\":"
                   "\"abcd000000000000000000000000000000000000000000000000000000000000\"}"},
        {"lock", "null"},
        {"verdict", "\"blocked\""},
        {"exit_code", "1"},
        {"summary", "{\"artifacts\":7,\"allow\":3,\"warn\":1,\"block\":2,\"undecided\":1}"},
        {"revocation", "[{\"source\":\"list\",\"url\":\"https://pki.example.com/lambda/revoked.json\",\"status\":"
                       "\"cached\",\"detail\":\"issued 2026-11-23 00:00 UTC\"},{\"source\":\"crl\",\"url\":"
                       "\"pki/ca.crl\",\"status\":\"unavailable\",\"detail\":\"nextUpdate 2026-11-01 has passed\"}]"},
    };
    assert_members(parsed(blocked_report()), members, COUNT(members));
}

static void what_is_special_about_a_run_is_said(void **state)
{
    (void)state;
    static const struct member members[] = {
        {"time_overridden", "true"},
        {"offline", "true"},
        {"enforce_all", "true"},
        {"revocation_checked", "false"},
        {"revocation", "[]"},
        {"skipped_artifacts", "2"},
        {"library_flaw", "\"OpenSSL 3.0.19 has CVE-2026-45447; update to 3.0.21\""},
        {"verdict", "\"passed_with_warnings\""},
        {"exit_code", "0"},
        {"artifacts.0.code_signing_config.policy", "\"Enforce\""},
    };
    assert_members(parsed(remarked_report()), members, COUNT(members));
}

static void an_allowed_artifact_has_all_members(void **state)
{
    (void)state;
    static const struct member members[] = {
        {"artifacts.0.kind", "\"function\""},
        {"artifacts.0.name", "\"checkout\""},
        {"artifacts.0.code", "\"dist/checkout.zip\""},
        {"artifacts.0.resolved_path", "null"},
        {"artifacts.0.location", "{\"file\":\"sealgate.yaml\",\"line\":15,\"column\":5}"},
        {"artifacts.0.code_signing_config", "{\"name\":\"release\",\"arn\":null,\"policy\":\"Enforce\"}"},
        {"artifacts.0.size", "2785"},
        {"artifacts.0.unpacked_size", "4567"},
        {"artifacts.0.entries", "12"},
        {"artifacts.0.code_sha256", "\"o0oAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""},
        {"artifacts.0.signature.authenticated", "true"},
        {"artifacts.0.signature.profile_version_arn", "\"" ARN "signing-profiles/Release/AbCdEf0123\""},
        {"artifacts.0.signature.job_arn", "\"" ARN "signing-jobs/66666666-7777-8888-9999-000000000000\""},
        {"artifacts.0.signature.signed_at", "\"2026-11-02T10:11:12.345Z\""},
        {"artifacts.0.signature.expires_at", "\"2037-11-02T10:11:12.345Z\""},
        {"artifacts.0.signature.root_sha256", "\"4102000000000000000000000000000000000000000000000000000000000000\""},
        {"artifacts.0.signature.certificate_hashes", "[\"aa01\",\"bb02\"]"},
        {"artifacts.0.checks.integrity", "{\"status\":\"pass\",\"rule\":null,\"message\":null}"},
        {"artifacts.0.checks.revocation", "{\"status\":\"pass\",\"rule\":null,\"message\":null}"},
        {"artifacts.0.signature_status", "\"VALID\""},
        {"artifacts.0.action", "\"allow\""},
        {"artifacts.0.findings", "[{\"rule\":\"unusual-package\",\"check\":\"integrity\",\"level\":\"notice\","
                                 "\"message\":\"the archive has a comment of 12 bytes\","
                                 "\"help\":\"build with a common packager\",\"detail\":null}]"},
    };
    assert_members(parsed(blocked_report()), members, COUNT(members));
}

static void a_failed_check_names_its_rule(void **state)
{
    (void)state;
    static const struct member members[] = {
        {"artifacts.1.resolved_path", "\"/builds/4711/refunds.zip\""},
        {"artifacts.1.signature.authenticated", "true"},
        {"artifacts.1.checks.mismatch",
         "{\"status\":\"fail\",\"rule\":\"publisher-not-allowed\",\"message\":\"signed by Experimental/ZyXwVu9876, "
         "which `release` does not allow\"}"},
        {"artifacts.1.signature_status", "\"MISMATCH\""},
        {"artifacts.1.action", "\"block\""},
        {"artifacts.1.findings.0.level", "\"error\""},
        {"artifacts.1.findings.0.detail", "\"allowed: Release/AbCdEf0123\""},
        {"artifacts.4.signature.authenticated", "false"},
        {"artifacts.4.checks.integrity.rule", "\"content-modified\""},
        {"artifacts.4.checks.expiry.status", "\"skipped\""},
        {"artifacts.4.signature_status", "\"INVALID\""},
    };
    assert_members(parsed(blocked_report()), members, COUNT(members));
}

static void what_is_not_known_is_null(void **state)
{
    (void)state;
    static const struct member members[] = {
        /* a file that could not be read */
        {"artifacts.2.size", "null"},
        {"artifacts.2.unpacked_size", "null"},
        {"artifacts.2.entries", "null"},
        {"artifacts.2.code_sha256", "null"},
        {"artifacts.2.signature", "null"},
        {"artifacts.2.checks.integrity.status", "\"undecided\""},
        {"artifacts.2.checks.integrity.rule", "\"unreadable-artifact\""},
        {"artifacts.2.signature_status", "\"UNDECIDED\""},
        {"artifacts.2.action", "\"undecided\""},
        /* an image */
        {"artifacts.3.code", "null"},
        {"artifacts.3.resolved_path", "null"},
        {"artifacts.3.code_signing_config", "null"},
        {"artifacts.3.size", "null"},
        {"artifacts.3.code_sha256", "null"},
        {"artifacts.3.signature", "null"},
        {"artifacts.3.checks.integrity.status", "\"skipped\""},
        {"artifacts.3.checks.mismatch.status", "\"skipped\""},
        {"artifacts.3.signature_status", "\"NOT_APPLICABLE\""},
        {"artifacts.3.action", "\"allow\""},
        /* a package without signature */
        {"artifacts.5.signature", "null"},
        {"artifacts.5.code_signing_config",
         "{\"name\":\"canary\",\"arn\":\"arn:aws:lambda:us-east-1:123456789012:code-signing-config:"
         "csc-0123456789abcdefg\",\"policy\":\"Warn\"}"},
        {"artifacts.5.size", "2785"},
        {"artifacts.5.action", "\"warn\""},
    };
    assert_members(parsed(blocked_report()), members, COUNT(members));
}

/* An archive whose structure is refuted has a size and a digest, but no one true list of entries. */
static void a_malformed_archive_has_no_count_of_entries(void **state)
{
    (void)state;
    struct sg_facts facts = unsigned_facts;
    facts.package.structure.outcome = SG_REFUTED;
    struct sg_report report = passed_report();
    struct sg_report_artifact item = report.artifacts[0];
    item.facts = &facts;
    report.artifacts = &item;
    report.artifact_count = 1;
    static const struct member members[] = {
        {"artifacts.0.size", "2785"},
        {"artifacts.0.unpacked_size", "null"},
        {"artifacts.0.entries", "null"},
        {"artifacts.0.code_sha256", "\"o0oAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""},
    };
    assert_members(parsed(report), members, COUNT(members));
}

/* A signature whose chain is not proven has no root and no hashes. */
static void an_unproven_chain_is_empty(void **state)
{
    (void)state;
    struct sg_facts facts = valid_facts;
    facts.envelope.claims.chain_count = 0;
    struct sg_report report = passed_report();
    struct sg_report_artifact item = modified_layer;
    item.facts = &facts;
    report.artifacts = &item;
    report.artifact_count = 1;
    static const struct member members[] = {
        {"artifacts.0.signature.authenticated", "false"},
        {"artifacts.0.signature.root_sha256", "null"},
        {"artifacts.0.signature.certificate_hashes", "[]"},
    };
    assert_members(parsed(report), members, COUNT(members));
}

/* Values come back as they were; what is no UTF-8 comes back in its safe form. */
static void hostile_values_come_back_whole(void **state)
{
    (void)state;
    json_t *document = parsed(hostile_report());
    assert_string_equal(json_string_value(at(document, "artifacts.0.code")), "a\x1b.zip");
    assert_string_equal(json_string_value(at(document, "config.path")), "./p,q:r%##[x]|.yaml");
    assert_string_equal(json_string_value(at(document, "artifacts.0.findings.0.message")),
                        hostile_report().artifacts[0].judgement.findings[0].message);
    assert_string_equal(json_string_value(at(document, "artifacts.0.findings.0.detail")),
                        "]]> ##teamcity[x] https://evil.example/");
    assert_string_equal(json_string_value(at(document, "revocation.0.detail")), "::error::\n##[error]");
    assert_contains(json_string_value(at(document, "artifacts.0.name")), "a\\x0A::error::x\\x0D\\x1B[31m\\x7F\\x9B ");
    json_decref(document);
}

/* As text the report holds nothing that a terminal or a runner would obey. */
static void the_text_is_harmless_in_a_log(void **state)
{
    (void)state;
    static struct sg_artifact artifact;
    struct sg_report report = hostile_report();
    artifact = *report.artifacts[0].artifact;
    artifact.name = "\x1b\x7f\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81##[error]###vso[x]";
    struct sg_report_artifact item = report.artifacts[0];
    item.artifact = &artifact;
    report.artifacts = &item;
    struct sg_style style = {0};
    struct sg_buffer out = written("json", &report, &style);
    const char *text = sg_buffer_text(&out);
    assert_contains(text,
                    "\"name\": \"\\u001B\\u007f\\u009b\\u202e\\udb40\\udc41#\\u0023[error]#\\u0023\\u0023vso[x]\"");
    assert_null(strstr(text, "##"));
    assert_null(strpbrk(text, "\x1b\x7f\r"));
    assert_null(strstr(text, "\xe2\x80\xae"));
    json_t *document = json_loads(text, 0, NULL);
    assert_string_equal(json_string_value(at(document, "artifacts.0.name")), artifact.name);
    json_decref(document);
    sg_buffer_free(&out);
}

static void a_run_without_artifacts_has_empty_lists(void **state)
{
    (void)state;
    struct sg_report report = passed_report();
    report.artifact_count = 0;
    report.source_count = 0;
    report.allowed = 0;
    static const struct member members[] = {
        {"artifacts", "[]"},
        {"revocation", "[]"},
        {"verdict", "\"passed\""},
        {"summary", "{\"artifacts\":0,\"allow\":0,\"warn\":0,\"block\":0,\"undecided\":0}"},
    };
    assert_members(parsed(report), members, COUNT(members));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_stand_in_a_stable_order),
        cmocka_unit_test(the_run_is_described),
        cmocka_unit_test(what_is_special_about_a_run_is_said),
        cmocka_unit_test(an_allowed_artifact_has_all_members),
        cmocka_unit_test(a_failed_check_names_its_rule),
        cmocka_unit_test(what_is_not_known_is_null),
        cmocka_unit_test(a_malformed_archive_has_no_count_of_entries),
        cmocka_unit_test(an_unproven_chain_is_empty),
        cmocka_unit_test(hostile_values_come_back_whole),
        cmocka_unit_test(the_text_is_harmless_in_a_log),
        cmocka_unit_test(a_run_without_artifacts_has_empty_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
