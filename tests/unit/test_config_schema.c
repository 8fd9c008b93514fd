/* The top of the file, code signing configurations and their publishers. */
#include "test_config_fixture.h"

static const struct row top_rows[] = {
    ROW("a good file", VERSION USE CONFIGS FUNCTIONS OFF, ""),
    ROW("nothing in it", "{}\n",
        "sealgate.yaml:1:1: error: `version` is missing\n"
        "   1 | {}\n"
        "     | ^\n"
        "     = expected: version: 1\n"
        "sealgate.yaml:1:1: error: there are no functions and no layers: nothing to verify\n"
        "   1 | {}\n"
        "     | ^\n"
        "     = expected: `functions` or `layers` with at least one item, - name: NAME, code: PATH\n"
        "sealgate.yaml:1:1: error: no revocation sources are set, and the default, `aws-signer`, needs AWS access, "
        "which this build does not have\n"
        "   1 | {}\n"
        "     | ^\n"
        "     = expected: `sources` below `revocation`, a list of `list: https://…` and `crl: https://…`\n"
        "     = note: `sources: []` switches the revocation check off\n"),
    ROW("`version` is missing", USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:1:1: error: `version` is missing\n"
        "   1 | code_signing_config: c\n"
        "     | ^\n"
        "     = expected: version: 1\n"),
    ROW("another version", "version: 2\n" USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:1:10: error: `version` cannot be `2`\n"
        "   1 | version: 2\n"
        "     |          ^\n"
        "     = expected: the number 1, the only version there is\n"),
    ROW("a version that is a text", "version: \"1\"\n" USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:1:10: error: `version` cannot be the text `1`\n"
        "   1 | version: \"1\"\n"
        "     |          ^~~\n"
        "     = expected: the number 1, the only version there is\n"),
    ROW("versions that are 1 only to a lenient reader", "version: 01\n" USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:1:10: error: `version` cannot be `01`\n"
        "   1 | version: 01\n"
        "     |          ^~\n"
        "     = expected: the number 1, the only version there is\n"),
    ROW("a version that is a fraction", "version: 1.0\n" USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:1:10: error: `version` cannot be `1.0`\n"
        "   1 | version: 1.0\n"
        "     |          ^~~\n"
        "     = expected: the number 1, the only version there is\n"),
    ROW("a version that is a list", "version: [1]\n" USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:1:10: error: `version` is a list\n"
        "   1 | version: [1]\n"
        "     |          ^~~\n"
        "     = expected: a single value\n"),
    ROW("`strict` is a switch", VERSION USE CONFIGS FUNCTIONS OFF "strict: true\n", ""),
    ROW("`strict` can be switched off", VERSION USE CONFIGS FUNCTIONS OFF "strict: false\n", ""),
    ROW("`strict: yes`", VERSION USE CONFIGS FUNCTIONS OFF "strict: yes\n",
        "sealgate.yaml:6:9: error: `strict` cannot be `yes`\n"
        "   6 | strict: yes\n"
        "     |         ^~~\n"
        "     = expected: false or true\n"),
    ROW("`strict: True`", VERSION USE CONFIGS FUNCTIONS OFF "strict: True\n",
        "sealgate.yaml:6:9: error: `strict` cannot be `True`\n"
        "   6 | strict: True\n"
        "     |         ^~~~\n"
        "     = expected: false or true\n"
        "     = did you mean `true`?\n"),
    ROW("`strict` in quotes", VERSION USE CONFIGS FUNCTIONS OFF "strict: 'true'\n",
        "sealgate.yaml:6:9: error: `strict` is a text\n"
        "   6 | strict: 'true'\n"
        "     |         ^~~~~~\n"
        "     = expected: false or true, without quotes\n"),
    ROW("a misspelt key at the top", VERSION USE CONFIGS FUNCTIONS OFF "trsut: {roots: [aws]}\n",
        "sealgate.yaml:6:1: error: unknown key `trsut`\n"
        "   6 | trsut: {roots: [aws]}\n"
        "     | ^~~~~\n"
        "     = expected: one of version, code_signing_config, code_signing_configs, functions, layers, trust, "
        "revocation, strict\n"
        "     = did you mean `trust`?\n"),
    ROW("a key that is near to nothing", VERSION USE CONFIGS FUNCTIONS OFF "pipeline: x\n",
        "sealgate.yaml:6:1: error: unknown key `pipeline`\n"
        "   6 | pipeline: x\n"
        "     | ^~~~~~~~\n"
        "     = expected: one of version, code_signing_config, code_signing_configs, functions, layers, trust, "
        "revocation, strict\n"),
    ROW("a key that differs in case", VERSION USE CONFIGS FUNCTIONS OFF "Trust: {}\n",
        "sealgate.yaml:6:1: error: unknown key `Trust`\n"
        "   6 | Trust: {}\n"
        "     | ^~~~~\n"
        "     = expected: one of version, code_signing_config, code_signing_configs, functions, layers, trust, "
        "revocation, strict\n"
        "     = did you mean `trust`?\n"),
    ROW("all problems at once",
        "versoin: 1\n"
        "code_signing_config: c\n"
        "code_signing_configs: []\n"
        "functions: {}\n"
        "layers: x\n"
        "trust: []\n"
        "revocation: off\n",
        "sealgate.yaml:1:1: error: unknown key `versoin`\n"
        "   1 | versoin: 1\n"
        "     | ^~~~~~~\n"
        "     = expected: one of version, code_signing_config, code_signing_configs, functions, layers, trust, "
        "revocation, strict\n"
        "     = did you mean `version`?\n"
        "sealgate.yaml:1:1: error: `version` is missing\n"
        "   1 | versoin: 1\n"
        "     | ^\n"
        "     = expected: version: 1\n"
        "sealgate.yaml:2:22: error: unknown code signing configuration `c`\n"
        "   2 | code_signing_config: c\n"
        "     |                      ^\n"
        "     = expected: a name below `code_signing_configs`, an ARN, or the path of a JSON file\n"
        "sealgate.yaml:3:23: error: `code_signing_configs` is a list\n"
        "   3 | code_signing_configs: []\n"
        "     |                       ^~\n"
        "     = expected: a map of `key: value`\n"
        "sealgate.yaml:4:12: error: `functions` is a map\n"
        "   4 | functions: {}\n"
        "     |            ^~\n"
        "     = expected: a list of `- item`\n"
        "sealgate.yaml:5:9: error: `layers` is a single value\n"
        "   5 | layers: x\n"
        "     |         ^\n"
        "     = expected: a list of `- item`\n"
        "sealgate.yaml:6:8: error: `trust` is a list\n"
        "   6 | trust: []\n"
        "     |        ^~\n"
        "     = expected: a map of `key: value`\n"
        "sealgate.yaml:7:13: error: `revocation` is a single value\n"
        "   7 | revocation: off\n"
        "     |             ^~~\n"
        "     = expected: a map of `key: value`\n"),
};

static void test_top(void **state)
{
    (void)state;
    CHECK_ROWS(top_rows);
}

static const struct row definitions_rows[] = {
    ROW("an empty map defines nothing", VERSION USE "code_signing_configs: {}\n" FUNCTIONS OFF,
        "sealgate.yaml:2:22: error: unknown code signing configuration `c`\n"
        "   2 | code_signing_config: c\n"
        "     |                      ^\n"
        "     = expected: a name below `code_signing_configs`, an ARN, or the path of a JSON file\n"),
    ROW("a definition that is a list", VERSION USE "code_signing_configs: {c: [x]}\n" FUNCTIONS OFF,
        "sealgate.yaml:3:27: error: a code signing configuration is a list\n"
        "   3 | code_signing_configs: {c: [x]}\n"
        "     |                           ^~~\n"
        "     = expected: a map of `key: value`\n"),
    ROW("a definition without publishers",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    description: x\n" FUNCTIONS OFF,
        "sealgate.yaml:4:3: error: `allowed_publishers` is missing\n"
        "   4 |   c:\n"
        "     |   ^\n"
        "     = expected: a list of 1 to 20 signing profile version ARNs\n"),
    ROW("an unknown key",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers: [" PUBLISHER "]\n"
                    "    untrusted_artifact_on_deploy: Warn\n" FUNCTIONS OFF,
        "sealgate.yaml:6:5: error: unknown key `untrusted_artifact_on_deploy`\n"
        "   6 |     untrusted_artifact_on_deploy: Warn\n"
        "     |     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: one of description, allowed_publishers, untrusted_artifact_on_deployment\n"
        "     = did you mean `untrusted_artifact_on_deployment`?\n"),
    ROW("a misspelt policy",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers: [" PUBLISHER "]\n"
                    "    untrusted_artifact_on_deployment: enforce\n" FUNCTIONS OFF,
        "sealgate.yaml:6:39: error: `untrusted_artifact_on_deployment` cannot be `enforce`\n"
        "   6 |     untrusted_artifact_on_deployment: enforce\n"
        "     |                                       ^~~~~~~\n"
        "     = expected: Warn or Enforce\n"
        "     = did you mean `Enforce`?\n"),
    ROW("a policy that YAML takes for false",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers: [" PUBLISHER "]\n"
                    "    untrusted_artifact_on_deployment: no\n" FUNCTIONS OFF,
        "sealgate.yaml:6:39: error: `untrusted_artifact_on_deployment` cannot be `no`\n"
        "   6 |     untrusted_artifact_on_deployment: no\n"
        "     |                                       ^~\n"
        "     = expected: Warn or Enforce\n"),
    ROW("a policy that is far from both",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers: [" PUBLISHER "]\n"
                    "    untrusted_artifact_on_deployment: block\n" FUNCTIONS OFF,
        "sealgate.yaml:6:39: error: `untrusted_artifact_on_deployment` cannot be `block`\n"
        "   6 |     untrusted_artifact_on_deployment: block\n"
        "     |                                       ^~~~~\n"
        "     = expected: Warn or Enforce\n"),
    ROW("the policy in quotes is fine",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers: [" PUBLISHER "]\n"
                    "    untrusted_artifact_on_deployment: \"Enforce\"\n" FUNCTIONS OFF,
        ""),
    ROW("a description that is a map, an empty one",
        VERSION USE "code_signing_configs:\n"
                    "  c: {allowed_publishers: [" PUBLISHER "], description: {}}\n"
                    "  d: {allowed_publishers: [" PUBLISHER "], description: ''}\n" FUNCTIONS OFF,
        "sealgate.yaml:4:118: error: `description` is a map\n"
        "   4 | …hers: [arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123], description: {}}\n"
        "     |                                                                                                   ^~\n"
        "     = expected: a single value\n"
        "sealgate.yaml:5:118: error: `description` is empty\n"
        "   5 | …hers: [arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123], description: ''}\n"
        "     |                                                                                                   "
        "^~\n"),
    ROW("names that a reference takes for something else",
        VERSION USE "code_signing_configs:\n"
                    "  c: &x {allowed_publishers: []}\n"
                    "  a/b: {}\n"
                    "  x.json: {}\n"
                    "  arn:x: {}\n" FUNCTIONS OFF,
        "sealgate.yaml:4:6: error: the anchor `&x` is not allowed\n"
        "   4 |   c: &x {allowed_publishers: []}\n"
        "     |      ^~\n"
        "     = expected: each value written out; a value that begins with `&` must be quoted\n"
        "sealgate.yaml:4:10: error: no publisher is allowed\n"
        "   4 |   c: &x {allowed_publishers: []}\n"
        "     |          ^~~~~~~~~~~~~~~~~~\n"
        "     = expected: a list of 1 to 20 signing profile version ARNs\n"
        "sealgate.yaml:5:3: error: `a/b` cannot be the name of a code signing configuration\n"
        "   5 |   a/b: {}\n"
        "     |   ^~~\n"
        "     = expected: a name that has no `/`, does not end in `.json` and does not begin with `arn:`\n"
        "sealgate.yaml:5:3: error: `allowed_publishers` is missing\n"
        "   5 |   a/b: {}\n"
        "     |   ^~~\n"
        "     = expected: a list of 1 to 20 signing profile version ARNs\n"
        "sealgate.yaml:6:3: error: `x.json` cannot be the name of a code signing configuration\n"
        "   6 |   x.json: {}\n"
        "     |   ^~~~~~\n"
        "     = expected: a name that has no `/`, does not end in `.json` and does not begin with `arn:`\n"
        "sealgate.yaml:6:3: error: `allowed_publishers` is missing\n"
        "   6 |   x.json: {}\n"
        "     |   ^~~~~~\n"
        "     = expected: a list of 1 to 20 signing profile version ARNs\n"
        "sealgate.yaml:7:3: error: `arn:x` cannot be the name of a code signing configuration\n"
        "   7 |   arn:x: {}\n"
        "     |   ^~~~~\n"
        "     = expected: a name that has no `/`, does not end in `.json` and does not begin with `arn:`\n"
        "sealgate.yaml:7:3: error: `allowed_publishers` is missing\n"
        "   7 |   arn:x: {}\n"
        "     |   ^~~~~\n"
        "     = expected: a list of 1 to 20 signing profile version ARNs\n"),
    ROW("names with spaces at the ends, and too long ones",
        VERSION USE "code_signing_configs:\n"
                    "  ' c': {allowed_publishers: [" PUBLISHER "]}\n"
                    "  "
                    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn: {allowed_publishers: [" PUBLISHER
                    "]}\n" FUNCTIONS OFF,
        "sealgate.yaml:2:22: error: unknown code signing configuration `c`\n"
        "   2 | code_signing_config: c\n"
        "     |                      ^\n"
        "     = expected: a name below `code_signing_configs`, an ARN, or the path of a JSON file\n"
        "sealgate.yaml:4:3: error: the name of a code signing configuration begins or ends with a space\n"
        "   4 |   ' c': {allowed_publishers: [arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf…\n"
        "     |   ^~~~\n"
        "sealgate.yaml:5:3: error: the name of a code signing configuration has 257 bytes; at most 256 are allowed\n"
        "   5 |   nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…\n"
        "     |   "
        "^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"),
};

static void test_definitions(void **state)
{
    (void)state;
    CHECK_ROWS(definitions_rows);
}

static const struct row publishers_rows[] = {
    ROW("no publisher",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers: []\n" FUNCTIONS OFF,
        "sealgate.yaml:5:5: error: no publisher is allowed\n"
        "   5 |     allowed_publishers: []\n"
        "     |     ^~~~~~~~~~~~~~~~~~\n"
        "     = expected: a list of 1 to 20 signing profile version ARNs\n"),
    ROW("20 publishers",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers:\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P00/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P01/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P02/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P03/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P04/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P05/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P06/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P07/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P08/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P09/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P10/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P11/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P12/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P13/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P14/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P15/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P16/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P17/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P18/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P19/AbCdEf0123\n" FUNCTIONS OFF,
        ""),
    ROW("21 publishers",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers:\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P00/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P01/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P02/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P03/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P04/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P05/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P06/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P07/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P08/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P09/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P10/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P11/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P12/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P13/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P14/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P15/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P16/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P17/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P18/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P19/AbCdEf0123\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P20/AbCdEf0123\n" FUNCTIONS OFF,
        "sealgate.yaml:26:9: error: 21 publishers are listed; at most 20 are allowed\n"
        "  26 |       - arn:aws:signer:us-east-1:123456789012:/signing-profiles/P20/AbCdEf0123\n"
        "     |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: a list of 1 to 20 signing profile version ARNs\n"),
    ROW("publishers that are no list",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers: " PUBLISHER "\n" FUNCTIONS OFF,
        "sealgate.yaml:5:25: error: `allowed_publishers` is a single value\n"
        "   5 |     allowed_publishers: arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123\n"
        "     |                         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: a list of `- item`\n"),
    ROW("a profile without its version",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers:\n"
                    "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release\n" FUNCTIONS OFF,
        "sealgate.yaml:6:9: error: `arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release` is a signing "
        "profile without its version\n"
        "   6 |       - arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release\n"
        "     |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/VERSION, VERSION being the "
        "10 characters of one version\n"
        "     = note: to find it: aws signer get-signing-profile --profile-name Release --query profileVersionArn\n"),
    ROW("ARNs of other things and half ARNs",
        VERSION USE
        "code_signing_configs:\n"
        "  c:\n"
        "    allowed_publishers:\n"
        "      - arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555\n"
        "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf012\n"
        "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/\n"
        "      - Release\n"
        "      - arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123 \n"
        "      - 'arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123 '\n" FUNCTIONS OFF,
        "sealgate.yaml:6:9: error: "
        "`arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555` is not the ARN of "
        "a signing profile version\n"
        "   6 |       - arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555\n"
        "     |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION\n"
        "sealgate.yaml:7:9: error: `arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf012` is not "
        "the ARN of a signing profile version\n"
        "   7 |       - arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf012\n"
        "     |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION\n"
        "sealgate.yaml:8:9: error: `arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/` is not the ARN "
        "of a signing profile version\n"
        "   8 |       - arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/\n"
        "     |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION\n"
        "sealgate.yaml:9:9: error: `Release` is not the ARN of a signing profile version\n"
        "   9 |       - Release\n"
        "     |         ^~~~~~~\n"
        "     = expected: arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION\n"
        "sealgate.yaml:11:9: error: `arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123 ` is "
        "not the ARN of a signing profile version\n"
        "  11 |       - 'arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123 '\n"
        "     |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION\n"),
    ROW("a publisher twice",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers:\n"
                    "      - " PUBLISHER "\n"
                    "      - "
                    "arn:aws:signer:us-east-1:123456789012:/signing-profiles/P01/AbCdEf0123"
                    "\n"
                    "      - " PUBLISHER "\n" FUNCTIONS OFF,
        "sealgate.yaml:8:9: error: the publisher "
        "`arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123` is listed twice\n"
        "   8 |       - arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123\n"
        "     |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"),
    ROW("publishers that are no texts",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    allowed_publishers: [1, {a: b}, '']\n" FUNCTIONS OFF,
        "sealgate.yaml:5:26: error: a publisher is a number in YAML, not text\n"
        "   5 |     allowed_publishers: [1, {a: b}, '']\n"
        "     |                          ^\n"
        "     = expected: text; if this is meant as text, \"1\"\n"
        "sealgate.yaml:5:29: error: a publisher is a map\n"
        "   5 |     allowed_publishers: [1, {a: b}, '']\n"
        "     |                             ^~~~~~\n"
        "     = expected: a single value\n"
        "sealgate.yaml:5:37: error: a publisher is empty\n"
        "   5 |     allowed_publishers: [1, {a: b}, '']\n"
        "     |                                     ^~\n"),
};

static void test_publishers(void **state)
{
    (void)state;
    CHECK_ROWS(publishers_rows);
}

static const struct row references_rows[] = {
    ROW("an unknown name",
        VERSION "code_signing_config: relase\n"
                "code_signing_configs: {release: {allowed_publishers: [" PUBLISHER
                "]}, rel: {allowed_publishers: [" PUBLISHER "]}}\n" FUNCTIONS OFF,
        "sealgate.yaml:2:22: error: unknown code signing configuration `relase`\n"
        "   2 | code_signing_config: relase\n"
        "     |                      ^~~~~~\n"
        "     = expected: a name below `code_signing_configs`, an ARN, or the path of a JSON file\n"
        "     = did you mean `release`?\n"),
    ROW("an unknown name, nothing near", VERSION "code_signing_config: production\n" CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:2:22: error: unknown code signing configuration `production`\n"
        "   2 | code_signing_config: production\n"
        "     |                      ^~~~~~~~~~\n"
        "     = expected: a name below `code_signing_configs`, an ARN, or the path of a JSON file\n"),
    ROW("an ARN needs AWS",
        VERSION
        "code_signing_config: arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg\n" CONFIGS
            FUNCTIONS OFF,
        "sealgate.yaml:2:22: error: `arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg` "
        "needs AWS access, which this build does not have\n"
        "   2 | code_signing_config: arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg\n"
        "     |                      ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: the name of a definition below `code_signing_configs`, or the path of a JSON file\n"
        "     = note: such a file: aws lambda get-code-signing-config --code-signing-config-arn "
        "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg > csc.json\n"),
    ROW("an ARN that is none",
        VERSION
        "code_signing_config: arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-1\n" CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:2:22: error: `arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-1` is not the ARN "
        "of a code signing configuration\n"
        "   2 | code_signing_config: arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-1\n"
        "     |                      ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: arn:aws:lambda:REGION:ACCOUNT:code-signing-config:csc-ID, ID being 17 lower-case letters and "
        "digits\n"),
    ROW("a URL", VERSION "code_signing_config: https://example.com/csc.json\n" CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:2:22: error: `code_signing_config` is a URL\n"
        "   2 | code_signing_config: https://example.com/csc.json\n"
        "     |                      ^~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: a name, an ARN, or the path of a JSON file\n"),
    ROW("a map", VERSION "code_signing_config: {a: b}\n" CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:2:22: error: `code_signing_config` is a map\n"
        "   2 | code_signing_config: {a: b}\n"
        "     |                      ^~~~~~\n"
        "     = expected: a single value\n"),
    ROW("a function's own, in the same forms",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: a, code: a.zip, code_signing_config: d}\n"
                            "  - {name: b, code: b.zip, code_signing_config: "
                            "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg}\n"
                            "  - {name: c, code: c.zip, code_signing_config: no.json}\n"
                            "  - {name: d, code: d.zip, code_signing_config: no/such}\n" OFF,
        "sealgate.yaml:5:49: error: unknown code signing configuration `d`\n"
        "   5 |   - {name: a, code: a.zip, code_signing_config: d}\n"
        "     |                                                 ^\n"
        "     = expected: a name below `code_signing_configs`, an ARN, or the path of a JSON file\n"
        "sealgate.yaml:6:49: error: `arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg` "
        "needs AWS access, which this build does not have\n"
        "   6 |   - {name: b, code: b.zip, code_signing_config: arn:aws:lambda:us-east-1:123456789012:code-signing-c…\n"
        "     |                                                 ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: the name of a definition below `code_signing_configs`, or the path of a JSON file\n"
        "     = note: such a file: aws lambda get-code-signing-config --code-signing-config-arn "
        "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg > csc.json\n"
        "sealgate.yaml:7:49: error: the code signing configuration cannot be read: cannot open no.json: No such file "
        "or directory\n"
        "   7 |   - {name: c, code: c.zip, code_signing_config: no.json}\n"
        "     |                                                 ^~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"
        "sealgate.yaml:8:49: error: the code signing configuration cannot be read: cannot open no/such: No such file "
        "or directory\n"
        "   8 |   - {name: d, code: d.zip, code_signing_config: no/such}\n"
        "     |                                                 ^~~~~~~\n"
        "     = expected: a JSON file with what `aws lambda get-code-signing-config` prints\n"),
    ROW("none is needed when every function has its own",
        VERSION CONFIGS "functions: [{name: f, code: f.zip, code_signing_config: c, layers: [l]}]\n"
                        "layers: [{name: l, code: l.zip}]\n" OFF,
        ""),
    ROW("a function needs the pipeline's",
        VERSION CONFIGS "functions:\n"
                        "  - {name: f, code: f.zip, code_signing_config: c}\n"
                        "  - name: g\n"
                        "    code: g.zip\n" OFF,
        "sealgate.yaml:5:5: error: no code signing configuration governs this function\n"
        "   5 |   - name: g\n"
        "     |     ^~~~\n"
        "     = expected: `code_signing_config` at the top of the file, or one of the function's own\n"),
    ROW("a layer that no function uses needs the pipeline's",
        VERSION CONFIGS "functions: [{name: f, code: f.zip, code_signing_config: c}]\n"
                        "layers: [{name: l, code: l.zip}]\n" OFF,
        "sealgate.yaml:4:10: error: no code signing configuration governs this layer\n"
        "   4 | layers: [{name: l, code: l.zip}]\n"
        "     |          ^~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: `code_signing_config` at the top of the file, or a function that uses the layer\n"),
    ROW("one problem for all that need it, at the first",
        VERSION CONFIGS "layers: [{name: l, code: l.zip}]\n"
                        "functions:\n"
                        "  - {name: f, code: f.zip}\n"
                        "  - {name: g, code: g.zip}\n"
                        "  - {name: i, package_type: Image}\n" OFF,
        "sealgate.yaml:3:10: error: no code signing configuration governs this layer\n"
        "   3 | layers: [{name: l, code: l.zip}]\n"
        "     |          ^~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: `code_signing_config` at the top of the file, or a function that uses the layer\n"
        "     = note: 2 more functions or layers are without one, too\n"),
    ROW("an image needs none", VERSION "functions: [{name: f, package_type: Image}]\n" OFF, ""),
};

static void test_references(void **state)
{
    (void)state;
    CHECK_ROWS(references_rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_top),
        cmocka_unit_test(test_definitions),
        cmocka_unit_test(test_publishers),
        cmocka_unit_test(test_references),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
