/* The commands as a person calls them: exit status, standard error word for word, and what standard output must hold. */
#include "test_cli_fixture.h"
#include "test_gate_fixture.h"

struct call {
    const char *command;
    const char *words[MOST_WORDS];
    int status;
    const char *err; /* exactly; NULL: nothing is said of it */
    const char *out; /* a part; NULL: nothing is printed */
};

static void check_calls(const struct call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sg_arguments arguments;
        struct sg_error error = {0};
        struct caught caught;
        assert_done(parse_words(calls[i].command, calls[i].words, &arguments, &error), error);
        catch_begin(&caught);
        int status = arguments.command->run(&arguments);
        catch_end(&caught);
        const char *out = sg_buffer_text(&caught.out);
        const char *err = sg_buffer_text(&caught.err);
        if (status != calls[i].status || (calls[i].err != NULL && strcmp(err, calls[i].err) != 0) ||
            (calls[i].out == NULL ? out[0] != '\0' : strstr(out, calls[i].out) == NULL))
            fail_msg("call %zu, %s %s: status %d\n--- out\n%s--- err\n%s--- wanted\n%s", i, calls[i].command,
                     calls[i].words[0] != NULL ? calls[i].words[0] : "", status, out, err,
                     calls[i].err != NULL ? calls[i].err : "");
        sg_buffer_free(&caught.out);
        sg_buffer_free(&caught.err);
        sg_arguments_free(&arguments);
    }
}

#define CHECK_CALLS(calls) check_calls(calls, sizeof(calls) / sizeof((calls)[0]))
#define ERROR(text)        "sealgate: error: " text "\n"
#define USAGE(cmd, text)   ERROR(text) "try `sealgate " cmd " --help`\n"

static int enter(void **state)
{
    clear_environment();
    return enter_gate_folder(state);
}

/* --- verify -------------------------------------------------------------------------------------------------------------------- */

#define SHARD(value)                                                                                                   \
    {                                                                                                                  \
        "verify", {"--shard", value}, 2,                                                                               \
            USAGE("verify", "--shard `" value "`: expected I/N, for example 2/3, with I from 1 to N"), NULL            \
    }

static const struct call verify_usage[] = {
    {"verify", {"-q", "-v"}, 2, USAGE("verify", "--quiet and --verbose contradict each other"), NULL},
    {"verify",
     {"-c", "a", "b"},
     2,
     USAGE("verify", "the configuration is given twice: as --config and as CONFIG"),
     NULL},
    SHARD("0/3"),
    SHARD("4/3"),
    SHARD("1"),
    SHARD("1/"),
    SHARD("/2"),
    SHARD("1/2/3"),
    SHARD("a/b"),
    SHARD("01/2"),
    SHARD("1/10001"),
    SHARD("123456789/2"),
    {"verify",
     {"--warn-exit-code", "3"},
     2,
     USAGE("verify", "--warn-exit-code 3: 1 to 4 have meanings of their own"),
     NULL},
    {"verify",
     {"--warn-exit-code", "126"},
     2,
     USAGE("verify", "--warn-exit-code `126`: expected a number from 0 to 125"),
     NULL},
    {"verify", {"-j0"}, 2, USAGE("verify", "--jobs `0`: expected a number from 1 to 256"), NULL},
    {"verify", {"-j257"}, 2, USAGE("verify", "--jobs `257`: expected a number from 1 to 256"), NULL},
    {"verify",
     {"--now", "soon"},
     2,
     USAGE("verify", "--now `soon`: expected an RFC 3339 time such as 2026-11-23T17:00:00Z"),
     NULL},
    {"verify",
     {"--ci", "travis"},
     2,
     USAGE("verify", "--ci `travis`: expected auto, none, github, gitlab or jenkins"),
     NULL},
    {"verify", {"--color", "yes"}, 2, USAGE("verify", "--color `yes`: expected auto, always or never"), NULL},
    {"verify",
     {"-o", "sarif"},
     2,
     USAGE("verify", "--output: there is no format `sarif`; this build writes text, json, github, plain, markdown"),
     NULL},
    {"verify",
     {NULL},
     2,
     USAGE("verify", "there is no sealgate.yaml in this folder; name a configuration, or write one "
                     "(docs/configuration.md)"),
     NULL},
    {"verify", {"missing.yaml"}, 2, USAGE("verify", "cannot open missing.yaml: No such file or directory"), NULL},
    {"verify", {"-c", "missing.yaml"}, 2, USAGE("verify", "cannot open missing.yaml: No such file or directory"), NULL},
    {"verify", {"verfy"}, 2, USAGE("verify", "there is no file `verfy`; did you mean the command `verify`?"), NULL},
    {"verify", {"inspct"}, 2, USAGE("verify", "there is no file `inspct`; did you mean the command `inspect`?"), NULL},
    {"verify", {"."}, 2, USAGE("verify", ". is a directory, not a file"), NULL},
};

static void test_verify_usage(void **state)
{
    (void)state;
    unlink("sealgate.yaml");
    CHECK_CALLS(verify_usage);
}

#define NOW "--now=2026-11-23T17:00:00Z"

static const struct call verify_runs[] = {
    {"verify", {"good.yaml", NOW}, 0, "", "PASSED"},
    {"verify", {"good.yaml", NOW, "-q"}, 0, "", "PASSED"},
    {"verify", {"-c", "good.yaml", NOW, "-o", "json"}, 0, "", "\"verdict\": \"passed\""},
    {"verify", {"mixed.yaml", NOW}, 1, "", "BLOCKED"},
    {"verify", {"mixed.yaml", NOW, "--only", "good"}, 0, "", "PASSED"},
    {"verify", {"mixed.yaml", NOW, "--only", "warned"}, 0, "", "PASSED WITH WARNINGS"},
    {"verify", {"mixed.yaml", NOW, "--only", "warned", "--warn-exit-code", "42"}, 42, "", "PASSED WITH WARNINGS"},
    {"verify", {"mixed.yaml", NOW, "--only", "warned", "--enforce"}, 1, "", "BLOCKED"},
    {"verify", {"mixed.yaml", NOW, "--only", "missing"}, 3, "", "UNDECIDED"},
    {"verify", {"mixed.yaml", NOW, "--only", "warned", "--only", "missing"}, 3, "", "UNDECIDED"},
    {"verify", {"mixed.yaml", NOW, "--shard", "1/4"}, 0, "", "PASSED"},
    {"verify", {"mixed.yaml", NOW, "--shard", "3/4"}, 1, "", "BLOCKED"},
    {"verify",
     {"mixed.yaml", NOW, "--only", "godo"},
     2,
     USAGE("verify", "--only godo: no function or layer has this name; did you mean `good`?"),
     NULL},
    {"verify", {"mixed.yaml", NOW, "--ci", "github"}, 1, "", "::error"},
    {"verify", {"mixed.yaml", NOW, "--ci", "jenkins"}, 1, "", "mixed.yaml:"},
    {"verify", {"good.yaml", "--now=2037-11-02T10:11:11Z"}, 0, "", "PASSED"},
    {"verify", {"good.yaml", "--now=2037-11-02T10:11:12Z"}, 1, "", "signature-expired"},
    {"verify", {"good.yaml", "--now=2026-11-02T10:06:11Z"}, 1, "", "signed-in-future"},
    {"verify", {"bad.yaml", NOW}, 2, "bad.yaml:1:1: error: ", NULL},
    /* A report that was not written whole is never 0; what blocks stays 1 (CONTRACT.md section 2). */
    {"verify",
     {"good.yaml", NOW, "-o", "json=missing/x"},
     4,
     ERROR("the json report was not written to missing/x: cannot create a file beside missing/x: No such file or "
           "directory"),
     "PASSED"},
    {"verify",
     {"mixed.yaml", NOW, "-o", "json=missing/x"},
     1,
     ERROR("the json report was not written to missing/x: cannot create a file beside missing/x: No such file or "
           "directory"),
     "BLOCKED"},
};

static void write_configs(void)
{
    write_bytes("good.yaml", SG_SPAN_LITERAL(CONFIG "functions: [{name: good, code: good.zip}]\n" TRUST OFF));
    write_bytes("mixed.yaml",
                SG_SPAN_LITERAL(CONFIG "functions:\n"
                                       "  - {name: good, code: good.zip}\n"
                                       "  - {name: warned, code: unsigned.zip, code_signing_config: canary}\n"
                                       "  - {name: blocked, code: unsigned.zip}\n"
                                       "  - {name: missing, code: missing.zip}\n" TRUST OFF));
    write_bytes("bad.yaml", SG_SPAN_LITERAL("polcy: 1\n"));
}

static void test_verify_runs(void **state)
{
    (void)state;
    struct call calls[sizeof verify_runs / sizeof verify_runs[0]];
    write_configs();
    memcpy(calls, verify_runs, sizeof calls);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strcmp(calls[i].words[0], "bad.yaml") == 0)
            calls[i].err = NULL; /* the tests of the configuration say what it holds */
    }
    CHECK_CALLS(calls);
}

/* --- sign and inspect ------------------------------------------------------------------------------------------------------------ */

#define SIGN_MISSING(option) USAGE("sign", "--" option " is missing")
#define KEYS                 "--key=key.pem", "--certificates=chain.pem"
#define SIGNED_AT            "--signed-at=2026-11-02T10:11:12Z"

static const struct call sign_refused[] = {
    {"sign", {"unsigned.zip"}, 2, SIGN_MISSING("output"), NULL},
    {"sign", {"unsigned.zip", "-o", "s.zip"}, 2, SIGN_MISSING("profile-version-arn"), NULL},
    {"sign", {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", RELEASE}, 2, SIGN_MISSING("key"), NULL},
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, "--key=key.pem"},
     2,
     SIGN_MISSING("certificates"),
     NULL},
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", OWNER "/signing-profiles/Release"},
     2,
     USAGE("sign", "--profile-version-arn `" OWNER "/signing-profiles/Release` lacks the version: expected "
                   "…/signing-profiles/NAME/VERSION with a version of 10 letters and digits"),
     NULL},
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", "Release"},
     2,
     USAGE("sign", "--profile-version-arn `Release`: expected "
                   "arn:PARTITION:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION"),
     NULL},
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, "--job-arn=x"},
     2,
     USAGE("sign", "--job-arn `x`: expected arn:PARTITION:signer:REGION:ACCOUNT:/signing-jobs/UUID"),
     NULL},
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", RELEASE,
      "--job-arn=arn:aws:signer:us-east-1:123456789013:/signing-jobs/" UUID},
     2,
     USAGE("sign", "--job-arn and --profile-version-arn must have the same partition, region and account"),
     NULL},
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, SIGNED_AT, "--expires-at=2026-11-02T10:11:12Z"},
     2,
     USAGE("sign", "--expires-at must be after the signing time"),
     NULL},
    {"sign",
     {"unsigned.zip", "-o", "root.pem", "--profile-version-arn", RELEASE, KEYS},
     2,
     ERROR("root.pem exists; it is not overwritten"),
     NULL},
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, "--key=none.pem", "--certificates=chain.pem"},
     3,
     ERROR("cannot open none.pem: No such file or directory"),
     NULL},
    {"sign",
     {"missing.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, KEYS},
     3,
     ERROR("cannot open missing.zip: No such file or directory"),
     NULL},
    {"sign",
     {"good.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, KEYS},
     2,
     ERROR("good.zip is signed already; sign the unsigned package, as AWS Signer demands"),
     NULL},
    {"sign",
     {"broken.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, KEYS},
     2,
     ERROR("broken.zip: malformed-package: the file is not a zip archive"),
     NULL},
    {"sign",
     {"unsigned.zip", "-o", "missing/s.zip", "--profile-version-arn", RELEASE, KEYS, SIGNED_AT},
     3,
     ERROR("cannot create a file beside missing/s.zip: No such file or directory"),
     NULL},
    /* The chain did not exist then. */
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, KEYS, "--signed-at=2025-01-01T00:00:00Z"},
     2,
     ERROR("what this key and chain sign would not verify: untrusted-root: the certificate chain does not lead to a "
           "trusted "
           "root at the signing time 2025-01-01T00:00:00.000Z: certificate is not yet valid (at `CN=Test Root`)"),
     NULL},
};

static const struct call sign_and_inspect[] = {
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, KEYS, SIGNED_AT, "--job-arn", JOB},
     0,
     "",
     "signed unsigned.zip as s.zip\n  profile  " RELEASE "\n  job      " JOB "\n  expires  2038-02-02T10:11:12Z\n"},
    {"sign",
     {"unsigned.zip", "-o", "s.zip", "--profile-version-arn", RELEASE, KEYS, SIGNED_AT},
     2,
     ERROR("s.zip exists; it is not overwritten"),
     NULL},
    {"sign",
     {"unsigned.zip", "-o", "t.zip", "--profile-version-arn", RELEASE, KEYS, SIGNED_AT},
     0,
     "",
     "job      arn:aws:signer:us-east-1:123456789012:/signing-jobs/"},
    {"inspect", {"--root=root.pem", "s.zip"}, 0, "", RELEASE},
    {"inspect", {"--root=root.pem", "s.zip", "t.zip"}, 0, "", "t.zip"},
    {"inspect", {"--root=root.pem", "--json", "s.zip"}, 0, "", JOB},
    {"inspect", {"s.zip"}, 1, "", "untrusted-root"},
    {"inspect", {"--root=root.pem", "unsigned.zip"}, 1, "", "unsigned.zip"},
    {"inspect", {"--root=root.pem", "broken.zip"}, 1, "", "the file is not a zip archive"},
    {"inspect", {"--root=root.pem", "missing.zip"}, 3, "", "No such file or directory"},
    {"inspect", {"--root=root.pem", "broken.zip", "missing.zip", "s.zip"}, 3, "", "s.zip"},
    {"inspect", {"--root=none.pem", "s.zip"}, 3, ERROR("cannot open none.pem: No such file or directory"), NULL},
    {"inspect",
     {"--root=chain.pem", "s.zip"},
     2,
     ERROR("chain.pem: the certificate /CN=Test Leaf is not self-signed: give the root of the chain, not a certificate "
           "below "
           "it"),
     NULL},
    {"inspect", {"--color=x", "s.zip"}, 2, USAGE("inspect", "--color `x`: expected auto, always or never"), NULL},
};

static void write_keys(void)
{
    write_bytes("key.pem", key_pem(chain.leaf.key, NULL));
    write_bytes("chain.pem", JOIN(certificate_pem(chain.leaf.certificate), certificate_pem(chain.ca.certificate),
                                  certificate_pem(chain.root.certificate)));
}

static void test_sign_refused(void **state)
{
    (void)state;
    write_keys();
    CHECK_CALLS(sign_refused);
    assert_int_equal(access("s.zip", F_OK), -1);
}

static void test_sign_and_inspect(void **state)
{
    (void)state;
    write_keys();
    unlink("s.zip");
    CHECK_CALLS(sign_and_inspect);
}

/* --- explain ------------------------------------------------------------------------------------------------------------------------ */

static const struct call explain_calls[] = {
    {"explain", {NULL}, 0, "", "content-modified"},
    {"explain", {"content-modified"}, 0, "", "content-modified (integrity)\n"},
    {"explain", {"unsigned", "job-revoked"}, 0, "", "\njob-revoked (revocation)\n"},
    {"explain",
     {"content-modfied"},
     2,
     USAGE("explain", "there is no rule `content-modfied`; did you mean `content-modified`?"),
     NULL},
    {"explain", {"x\x1b"}, 2, USAGE("explain", "there is no rule `x\\x1B`; `sealgate explain` lists all"), NULL},
    {"explain",
     {"unsigned", "nothing-like-it"},
     2,
     USAGE("explain", "there is no rule `nothing-like-it`; `sealgate explain` lists all"),
     NULL},
};

static void test_explain(void **state)
{
    (void)state;
    CHECK_CALLS(explain_calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify_usage), cmocka_unit_test(test_verify_runs),
        cmocka_unit_test(test_sign_refused), cmocka_unit_test(test_sign_and_inspect),
        cmocka_unit_test(test_explain),
    };
    return cmocka_run_group_tests(tests, enter, leave_gate_folder);
}
