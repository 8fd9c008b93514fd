/* Code signing configurations in JSON files. */
#include "test_config_fixture.h"

#define YAML VERSION "code_signing_config: csc.json\n" FUNCTIONS OFF

/* The policy, which a file must state. */
#define POLICY ", \"CodeSigningPolicies\": {\"UntrustedArtifactOnDeployment\": \"Warn\"}"
#define NO_POLICY                                                                                                      \
    "sealgate.yaml:2:22: error: `csc.json`: CodeSigningPolicies.UntrustedArtifactOnDeployment is missing\n"            \
    "   2 | code_signing_config: csc.json\n"                                                                           \
    "     |                      ^~~~~~~~\n"                                                                           \
    "     = expected: Warn or Enforce, as get-code-signing-config prints it\n"

/* Rows of which each is the JSON file that YAML names. */
static void check_json_rows(const struct row *rows, size_t count)
{
    write_text("sealgate.yaml", YAML);
    for (size_t i = 0; i < count; i++) {
        write_file("csc.json", sg_span_of(rows[i].yaml, rows[i].size));
        check_problems(rows[i].what, rows[i].problems);
    }
}

static const struct row file_rows[] = {
    ROW("the inner object alone",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}" POLICY "}", ""),
    ROW("AWS's answer, with members that are not used",
        "{\"CodeSigningConfig\": {\"CodeSigningConfigId\": \"csc-0123456789abcdefg\", \"CodeSigningConfigArn\": "
        "\"arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg\", \"Description\": \"\", "
        "\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER
        "\"], \"New\": 1}, \"CodeSigningPolicies\": {\"UntrustedArtifactOnDeployment\": \"Enforce\"}, "
        "\"LastModified\": \"2026-11-23T00:00:00Z\"}, \"ResponseMetadata\": {}}\n",
        ""),
    ROW("an empty file", "",
        "sealgate.yaml:2:22: error: `csc.json`: line 1, column 0: '[' or '{' expected near end of file\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"),
    ROW("no JSON", "allowed_publishers: []\n",
        "sealgate.yaml:2:22: error: `csc.json`: line 1, column 7: '[' or '{' expected near 'allowed'\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"),
    ROW("not UTF-8", "{\"Description\": \"\xFF\"}",
        "sealgate.yaml:2:22: error: `csc.json`: line 1, column 17: unable to decode byte 0xff near '\"'\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"),
    ROW("something behind it",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}" POLICY "}"
        "\n"
        "{}",
        "sealgate.yaml:2:22: error: `csc.json`: line 2, column 1: end of file expected near '{'\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"),
    ROW("a list", "[{}]",
        "sealgate.yaml:2:22: error: `csc.json`: the file holds no object\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: {\"CodeSigningConfig\": {…}}\n"),
    ROW("the wrapper around something else", "{\"CodeSigningConfig\": []}",
        "sealgate.yaml:2:22: error: `csc.json`: CodeSigningConfig has the wrong type\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: an object\n"),
    ROW("a member twice", "{\"AllowedPublishers\": {}, \"AllowedPublishers\": {}}",
        "sealgate.yaml:2:22: error: `csc.json`: line 1, column 45: duplicate object key near '\"AllowedPublishers\"'\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"),
    ROW("foreign bytes in the message", "{\xC2\x9B",
        "sealgate.yaml:2:22: error: `csc.json`: line 1, column 2: string or '}' expected near '\\x9B'\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"),
};

static void test_file(void **state)
{
    (void)state;
    check_json_rows(file_rows, sizeof file_rows / sizeof file_rows[0]);
}

static const struct row members_rows[] = {
    ROW("nothing in it", "{}",
        "sealgate.yaml:2:22: error: `csc.json`: there are no allowed publishers\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: {\"CodeSigningConfig\": {\"AllowedPublishers\": {\"SigningProfileVersionArns\": "
        "[\"ARN\"]}}}\n" NO_POLICY),
    ROW("the wrapper around nothing",
        "{\"CodeSigningConfig\": {\"CodeSigningPolicies\": {\"UntrustedArtifactOnDeployment\": \"Warn\"}}}",
        "sealgate.yaml:2:22: error: `csc.json`: there are no allowed publishers\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: {\"CodeSigningConfig\": {\"AllowedPublishers\": {\"SigningProfileVersionArns\": "
        "[\"ARN\"]}}}\n"),
    ROW("publishers of the wrong type", "{\"AllowedPublishers\": []" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: AllowedPublishers has the wrong type\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: an object\n"),
    ROW("ARNs of the wrong type", "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": \"x\"}" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: SigningProfileVersionArns has the wrong type\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: an array of texts\n"),
    ROW("no ARNs", "{\"AllowedPublishers\": {}" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: there are no allowed publishers\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: {\"CodeSigningConfig\": {\"AllowedPublishers\": {\"SigningProfileVersionArns\": "
        "[\"ARN\"]}}}\n"),
    ROW("an empty list of them", "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": []}" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: no publisher is allowed\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a list of 1 to 20 signing profile version ARNs\n"),
    ROW("20 publishers",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": ["
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P00/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P01/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P02/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P03/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P04/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P05/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P06/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P07/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P08/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P09/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P10/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P11/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P12/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P13/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P14/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P15/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P16/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P17/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P18/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P19/AbCdEf0123\""
        "]}" POLICY "}",
        ""),
    ROW("21 publishers",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": ["
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P00/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P01/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P02/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P03/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P04/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P05/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P06/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P07/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P08/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P09/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P10/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P11/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P12/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P13/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P14/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P15/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P16/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P17/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P18/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P19/AbCdEf0123\", "
        "\"arn:aws:signer:us-east-1:123456789012:/signing-profiles/P20/AbCdEf0123\""
        "]}" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: 21 publishers are listed; at most 20 are allowed\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a list of 1 to 20 signing profile version ARNs\n"),
    ROW("a publisher twice, one without a version, one that is none, one that is no text",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\", \"" PUBLISHER
        "\", \"arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release\", \"x\\u001b\", 1]}" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: the publisher "
        "`arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123` is listed twice\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "sealgate.yaml:2:22: error: `csc.json`: `arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release` is a "
        "signing profile without its version\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/VERSION, VERSION being the "
        "10 characters of one version\n"
        "     = note: to find it: aws signer get-signing-profile --profile-name Release --query profileVersionArn\n"
        "sealgate.yaml:2:22: error: `csc.json`: `x\\x1B` is not the ARN of a signing profile version\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION\n"
        "sealgate.yaml:2:22: error: `csc.json`: a publisher is not a text\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"),
    ROW("a policy",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"CodeSigningPolicies\": {\"UntrustedArtifactOnDeployment\": \"Warn\"}"
        "}",
        ""),
    ROW("no policies", "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}}", NO_POLICY),
    ROW("an empty policy",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"CodeSigningPolicies\": {}"
        "}",
        NO_POLICY),
    ROW("a policy in the wrong place",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"UntrustedArtifactOnDeployment\": \"Enforce\""
        "}",
        NO_POLICY),
    ROW("a policy in another case",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"CodeSigningPolicies\": {\"untrustedArtifactOnDeployment\": \"Enforce\"}"
        "}",
        NO_POLICY),
    ROW("policies that are none",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"CodeSigningPolicies\": {\"UntrustedArtifactOnDeployment\": \"enforce\"}"
        "}",
        "sealgate.yaml:2:22: error: `csc.json`: UntrustedArtifactOnDeployment cannot be `enforce`\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: Warn or Enforce\n"
        "     = did you mean `Enforce`?\n"),
    ROW("a policy of the wrong type",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"CodeSigningPolicies\": {\"UntrustedArtifactOnDeployment\": null}"
        "}",
        "sealgate.yaml:2:22: error: `csc.json`: UntrustedArtifactOnDeployment has the wrong type\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a text\n"),
    ROW("policies of the wrong type",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"CodeSigningPolicies\": \"Enforce\""
        "}",
        "sealgate.yaml:2:22: error: `csc.json`: CodeSigningPolicies has the wrong type\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: an object\n"),
    ROW("an ARN that is none",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"CodeSigningConfigArn\": \"csc-0123456789abcdefg\"" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: `csc-0123456789abcdefg` is not the ARN of a code signing "
        "configuration\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"),
    ROW("a description with a control character",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"Description\": \"a\\nb\"" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: Description has a line break in it, U+000A\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"),
    ROW("a description with an invisible character",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"Description\": \"a\\u202eb\"" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: Description has an invisible character in it, U+202E\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"),
    ROW("a NUL in a description",
        "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}"
        ", \"Description\": \"a\\u0000b\"" POLICY "}",
        "sealgate.yaml:2:22: error: `csc.json`: line 1, column 158: a text has a NUL in it\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"),
};

static void test_members(void **state)
{
    (void)state;
    check_json_rows(members_rows, sizeof members_rows / sizeof members_rows[0]);
}

static void test_values(void **state)
{
    (void)state;
    write_text("csc.json",
               "{\"CodeSigningConfig\": {\"CodeSigningConfigArn\": "
               "\"arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg\", "
               "\"Description\": \"Gr\\u00fc\\u00dfe\", \"AllowedPublishers\": {\"SigningProfileVersionArns\": "
               "[\"" PUBLISHER "\"]}, \"CodeSigningPolicies\": {\"UntrustedArtifactOnDeployment\": \"Enforce\"}}}");
    write_text("sealgate.yaml", YAML);
    struct sg_config *config = load_good();
    const struct sg_code_signing_config *csc = config->functions[0]->configs[0];
    assert_string_equal(csc->name, "csc.json");
    assert_string_equal(csc->arn, "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg");
    assert_string_equal(csc->description, "Grüße");
    assert_int_equal(csc->publisher_count, 1);
    assert_string_equal(csc->publishers[0], PUBLISHER);
    assert_true(csc->enforce);
    assert_int_equal(csc->place.line, 2);
    assert_int_equal(csc->place.column, 22);
    sg_config_free(&config);
}

/* An empty description is none. */
static void test_defaults(void **state)
{
    (void)state;
    write_text("csc.json", "{\"Description\": \"\", \"AllowedPublishers\": {\"SigningProfileVersionArns\": "
                           "[\"" PUBLISHER "\"]}" POLICY "}");
    write_text("sealgate.yaml", YAML);
    struct sg_config *config = load_good();
    const struct sg_code_signing_config *csc = config->functions[0]->configs[0];
    assert_false(csc->enforce);
    assert_null(csc->description);
    assert_null(csc->arn);
    sg_config_free(&config);
}

/* A path that is named twice is one configuration, relative to the folder of the file that names it. */
static void test_sharing(void **state)
{
    (void)state;
    const char *good = "{\"AllowedPublishers\": {\"SigningProfileVersionArns\": [\"" PUBLISHER "\"]}" POLICY "}";
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    struct sg_config *config = NULL;
    struct sg_error error = {0};
    assert_int_equal(mkdir("sub", 0700), 0);
    write_text("sub/a.json", good);
    write_text("sub/b", good);
    write_text("sub/pipeline.yaml", VERSION "code_signing_config: a.json\n"
                                            "functions:\n"
                                            "  - {name: f, code: f.zip, layers: [l]}\n"
                                            "  - {name: g, code: g.zip, layers: [l], code_signing_config: ./b}\n"
                                            "  - {name: h, code: h.zip, layers: [l], code_signing_config: a.json}\n"
                                            "layers: [{name: l, code: l.zip}]\n" OFF);
    assert_done(sg_config_load("sub/pipeline.yaml", &config, &problems, &error), error);
    assert_string_equal(config->folder, "sub");
    assert_ptr_equal(config->functions[0]->configs[0], config->functions[2]->configs[0]);
    assert_string_equal(config->functions[1]->configs[0]->name, "./b");
    assert_int_equal(config->layers[0]->config_count, 2);
    assert_ptr_equal(config->layers[0]->configs[0], config->functions[0]->configs[0]);
    assert_ptr_equal(config->layers[0]->configs[1], config->functions[1]->configs[0]);
    sg_config_free(&config);
    unlink("sub/a.json");
    unlink("sub/b");
    unlink("sub/pipeline.yaml");
}

/* The problems of a file that is named twice are told once, where it is named first. */
static void test_unreadable(void **state)
{
    (void)state;
    assert_int_equal(mkdir("folder.json", 0700), 0);
    write_text("sealgate.yaml", VERSION "code_signing_config: missing.json\n"
                                        "functions:\n"
                                        "  - {name: f, code: f.zip, code_signing_config: folder.json}\n"
                                        "  - {name: g, code: g.zip, code_signing_config: folder.json}\n"
                                        "  - {name: h, code: h.zip, code_signing_config: /large.json/}\n" OFF);
    check_problems("files that cannot be read",
                   "sealgate.yaml:2:22: error: the code signing configuration cannot be read: cannot open "
                   "missing.json: No such file or directory\n"
                   "   2 | code_signing_config: missing.json\n"
                   "     |                      ^~~~~~~~~~~~\n"
                   "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"
                   "sealgate.yaml:4:49: error: the code signing configuration cannot be read: folder.json is a "
                   "directory, not a file\n"
                   "   4 |   - {name: f, code: f.zip, code_signing_config: folder.json}\n"
                   "     |                                                 ^~~~~~~~~~~\n"
                   "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"
                   "sealgate.yaml:6:49: error: the code signing configuration cannot be read: cannot open "
                   "/large.json/: No such file or directory\n"
                   "   6 |   - {name: h, code: h.zip, code_signing_config: /large.json/}\n"
                   "     |                                                 ^~~~~~~~~~~~\n"
                   "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n");
    char nested[3000];
    memset(nested, '[', sizeof nested);
    write_file("csc.json", sg_span_of(nested, sizeof nested));
    write_text("sealgate.yaml", YAML);
    check_problems(
        "lists nested without end",
        "sealgate.yaml:2:22: error: `csc.json`: line 1, column 2049: maximum parsing depth reached near '['\n"
        "   2 | code_signing_config: csc.json\n"
        "     |                      ^~~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n");
    struct sg_buffer large = sg_buffer_make(SG_CONFIG_JSON_MAX_BYTES + 1);
    struct sg_error error = {0};
    while (large.size <= SG_CONFIG_JSON_MAX_BYTES)
        assert_done(sg_buffer_append_byte(&large, ' ', &error), error);
    write_file("csc.json", sg_buffer_span(&large));
    sg_buffer_free(&large);
    check_problems("a file that is too large",
                   "sealgate.yaml:2:22: error: the code signing configuration cannot be read: csc.json has 1048577 "
                   "bytes; at most 1048576 are read\n"
                   "   2 | code_signing_config: csc.json\n"
                   "     |                      ^~~~~~~~\n"
                   "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),     cmocka_unit_test(test_members), cmocka_unit_test(test_values),
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_sharing), cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
