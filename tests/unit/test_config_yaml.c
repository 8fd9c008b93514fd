/* What no configuration may hold, whatever its keys mean (ATTACKS.md section 4), and malformed YAML. */
#include "test_config_fixture.h"

static const struct row refused_rows[] = {
    ROW("YA-01: an anchor and its alias", VERSION USE CONFIGS "functions: [{name: &n f, code: *n }]\n" OFF,
        "sealgate.yaml:4:20: error: the anchor `&n` is not allowed\n"
        "   4 | functions: [{name: &n f, code: *n }]\n"
        "     |                    ^~\n"
        "     = expected: each value written out; a value that begins with `&` must be quoted\n"
        "sealgate.yaml:4:32: error: the alias `*n` is not allowed\n"
        "   4 | functions: [{name: &n f, code: *n }]\n"
        "     |                                ^~\n"
        "     = expected: each value written out; a value that begins with `*` must be quoted\n"),
    ROW("YA-02: an alias of itself", VERSION USE CONFIGS "functions: &a [*a ]\n" OFF,
        "sealgate.yaml:4:12: error: the anchor `&a` is not allowed\n"
        "   4 | functions: &a [*a ]\n"
        "     |            ^~\n"
        "     = expected: each value written out; a value that begins with `&` must be quoted\n"
        "sealgate.yaml:4:16: error: the alias `*a` is not allowed\n"
        "   4 | functions: &a [*a ]\n"
        "     |                ^~\n"
        "     = expected: each value written out; a value that begins with `*` must be quoted\n"),
    ROW("YA-02: an alias without its anchor, an anchor twice",
        VERSION USE CONFIGS "functions:\n"
                            "  - &a {name: *b , code: &a x}\n" OFF,
        "sealgate.yaml:5:5: error: the anchor `&a` is not allowed\n"
        "   5 |   - &a {name: *b , code: &a x}\n"
        "     |     ^~\n"
        "     = expected: each value written out; a value that begins with `&` must be quoted\n"
        "sealgate.yaml:5:15: error: the alias `*b` is not allowed\n"
        "   5 |   - &a {name: *b , code: &a x}\n"
        "     |               ^~\n"
        "     = expected: each value written out; a value that begins with `*` must be quoted\n"
        "sealgate.yaml:5:26: error: the anchor `&a` is not allowed\n"
        "   5 |   - &a {name: *b , code: &a x}\n"
        "     |                          ^~\n"
        "     = expected: each value written out; a value that begins with `&` must be quoted\n"),
    ROW("YA-03: a duplicate key",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    untrusted_artifact_on_deployment: Enforce\n"
                    "    allowed_publishers: [" PUBLISHER "]\n"
                    "    untrusted_artifact_on_deployment: Warn\n" FUNCTIONS OFF,
        "sealgate.yaml:7:5: error: the key `untrusted_artifact_on_deployment` stands twice in this map\n"
        "   7 |     untrusted_artifact_on_deployment: Warn\n"
        "     |     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = note: it stands first in line 5\n"),
    ROW("YA-03: a duplicate key, the same only when decoded",
        VERSION USE CONFIGS "functions: [{name: f, code: f.zip, \"co\\x64e\": g.zip}]\n" OFF,
        "sealgate.yaml:4:36: error: the key `code` stands twice in this map\n"
        "   4 | functions: [{name: f, code: f.zip, \"co\\\\x64e\": g.zip}]\n"
        "     |                                    ^~~~~~~~~~\n"
        "     = note: it stands first in line 4\n"),
    ROW("YA-03: duplicate keys at the top, three times",
        VERSION USE CONFIGS FUNCTIONS OFF "\"version\": 1\n"
                                          "version: 2\n",
        "sealgate.yaml:6:1: error: the key `version` stands twice in this map\n"
        "   6 | \"version\": 1\n"
        "     | ^~~~~~~~~\n"
        "     = note: it stands first in line 1\n"
        "sealgate.yaml:7:1: error: the key `version` stands twice in this map\n"
        "   7 | version: 2\n"
        "     | ^~~~~~~\n"
        "     = note: it stands first in line 1\n"),
    ROW("YA-04: a merge key",
        VERSION USE "code_signing_configs:\n"
                    "  c:\n"
                    "    <<: {untrusted_artifact_on_deployment: Warn}\n"
                    "    allowed_publishers: [" PUBLISHER "]\n" FUNCTIONS OFF,
        "sealgate.yaml:5:5: error: the merge key `<<` is not allowed\n"
        "   5 |     <<: {untrusted_artifact_on_deployment: Warn}\n"
        "     |     ^~\n"
        "     = expected: each value written out\n"),
    ROW("YA-04: a quoted << is a key like any other",
        VERSION USE CONFIGS "functions: [{name: f, code: f.zip, '<<': x}]\n" OFF,
        "sealgate.yaml:4:36: error: unknown key `<<`\n"
        "   4 | functions: [{name: f, code: f.zip, '<<': x}]\n"
        "     |                                    ^~~~\n"
        "     = expected: one of name, code, code_sha256, layers, code_signing_config, package_type\n"),
    ROW("YA-05: 17 levels",
        VERSION USE CONFIGS FUNCTIONS OFF "trust: "
                                          "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]"
                                          "\n",
        "sealgate.yaml:6:8: error: `trust` is a list\n"
        "   6 | trust: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n"
        "     |        ^\n"
        "     = expected: a map of `key: value`\n"
        "sealgate.yaml:6:23: error: lists and maps are nested deeper than 16 levels\n"
        "   6 | trust: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n"
        "     |                       ^\n"),
    ROW("YA-06: a second document",
        VERSION USE CONFIGS FUNCTIONS OFF "---\n"
                                          "version: 1\n",
        "sealgate.yaml:6:1: error: a second document begins\n"
        "   6 | ---\n"
        "     | ^~~\n"
        "     = expected: one document; give each pipeline its own file\n"),
    ROW("YA-06: content after the end",
        VERSION USE CONFIGS FUNCTIONS OFF "...\n"
                                          "version: 1\n",
        "sealgate.yaml:7:1: error: malformed YAML: did not find expected <document start>\n"
        "   7 | version: 1\n"
        "     | ^\n"
        "     = note: the file must hold one document and nothing after it\n"),
    ROW("YA-06: an end marker alone is fine", "---\n" VERSION USE CONFIGS FUNCTIONS OFF "...\n", ""),
    ROW("YA-08: tags",
        VERSION USE CONFIGS "functions: !!seq [{name: !x f, code: !!python/object f.zip}, !<tag:a,b:c> {}, ! x]\n" OFF,
        "sealgate.yaml:4:12: error: the tag `!!seq` is not allowed\n"
        "   4 | functions: !!seq [{name: !x f, code: !!python/object f.zip}, !<tag:a,b:c> {}, ! x]\n"
        "     |            ^\n"
        "     = expected: the value without a tag; a value that begins with `!` must be quoted\n"
        "sealgate.yaml:4:26: error: the tag `!x` is not allowed\n"
        "   4 | functions: !!seq [{name: !x f, code: !!python/object f.zip}, !<tag:a,b:c> {}, ! x]\n"
        "     |                          ^\n"
        "     = expected: the value without a tag; a value that begins with `!` must be quoted\n"
        "sealgate.yaml:4:38: error: the tag `!!python/object` is not allowed\n"
        "   4 | functions: !!seq [{name: !x f, code: !!python/object f.zip}, !<tag:a,b:c> {}, ! x]\n"
        "     |                                      ^\n"
        "     = expected: the value without a tag; a value that begins with `!` must be quoted\n"
        "sealgate.yaml:4:62: error: the tag `tag:a,b:c` is not allowed\n"
        "   4 | functions: !!seq [{name: !x f, code: !!python/object f.zip}, !<tag:a,b:c> {}, ! x]\n"
        "     |                                                              ^\n"
        "     = expected: the value without a tag; a value that begins with `!` must be quoted\n"
        "sealgate.yaml:4:79: error: the tag `!` is not allowed\n"
        "   4 | functions: !!seq [{name: !x f, code: !!python/object f.zip}, !<tag:a,b:c> {}, ! x]\n"
        "     |                                                                               ^\n"
        "     = expected: the value without a tag; a value that begins with `!` must be quoted\n"),
    ROW("YA-13: keys that are a list, a map and nothing",
        VERSION USE CONFIGS FUNCTIONS OFF "[a]: x\n"
                                          "? {b: c}\n"
                                          ": x\n"
                                          "? \n"
                                          ": x\n"
                                          "\"\": x\n",
        "sealgate.yaml:6:1: error: a key must be a word, not a list or a map\n"
        "   6 | [a]: x\n"
        "     | ^\n"
        "     = expected: a word\n"
        "sealgate.yaml:7:3: error: a key must be a word, not a list or a map\n"
        "   7 | ? {b: c}\n"
        "     |   ^\n"
        "     = expected: a word\n"
        "sealgate.yaml:9:2: error: a key is missing before `:`\n"
        "   9 | ? \n"
        "     |  ^\n"
        "sealgate.yaml:11:1: error: a key is missing before `:`\n"
        "  11 | \"\": x\n"
        "     | ^~\n"),
    ROW("YA-13: keys that are no text",
        VERSION USE CONFIGS FUNCTIONS OFF "1: x\n"
                                          "yes: x\n"
                                          "~: x\n"
                                          "1.5: x\n",
        "sealgate.yaml:6:1: error: the key `1` is a number in YAML, not text\n"
        "   6 | 1: x\n"
        "     | ^\n"
        "     = expected: a word; if it is meant as text, \"1\"\n"
        "sealgate.yaml:7:1: error: the key `yes` is true or false in YAML, not text\n"
        "   7 | yes: x\n"
        "     | ^~~\n"
        "     = expected: a word; if it is meant as text, \"yes\"\n"
        "sealgate.yaml:8:1: error: the key `~` is nothing in YAML, not text\n"
        "   8 | ~: x\n"
        "     | ^\n"
        "     = expected: a word; if it is meant as text, \"~\"\n"
        "sealgate.yaml:9:1: error: the key `1.5` is a number in YAML, not text\n"
        "   9 | 1.5: x\n"
        "     | ^~~\n"
        "     = expected: a word; if it is meant as text, \"1.5\"\n"),
    ROW("YA-13: a list at the top", "- a\n",
        "sealgate.yaml:1:1: error: the file is a list\n"
        "   1 | - a\n"
        "     | ^\n"
        "     = expected: a map of `key: value`\n"),
    ROW("YA-13: a text at the top", "version 1\n",
        "sealgate.yaml:1:1: error: the file is a single value\n"
        "   1 | version 1\n"
        "     | ^~~~~~~~~\n"
        "     = expected: a map of `key: value`\n"),
    ROW("YA-13: an empty file", "",
        "sealgate.yaml:1:1: error: the file is empty\n"
        "     = expected: version: 1, code_signing_config, code_signing_configs, functions, …\n"),
    ROW("YA-13: comments only",
        "# nothing\n"
        "\n",
        "sealgate.yaml:1:1: error: the file is empty: there is nothing in it but comments and blank lines\n"
        "   1 | # nothing\n"
        "     | ^\n"
        "     = expected: version: 1, code_signing_config, code_signing_configs, functions, …\n"),
    ROW("YA-13: a document without content", "---\n",
        "sealgate.yaml:1:1: error: the file is empty: there is nothing in it but comments and blank lines\n"
        "   1 | ---\n"
        "     | ^\n"
        "     = expected: version: 1, code_signing_config, code_signing_configs, functions, …\n"),
    ROW("YA-13: null at the top", "~\n",
        "sealgate.yaml:1:1: error: the file is empty: there is nothing in it but comments and blank lines\n"
        "   1 | ~\n"
        "     | ^\n"
        "     = expected: version: 1, code_signing_config, code_signing_configs, functions, …\n"),
    ROW("YA-14: a misspelt key",
        VERSION USE CONFIGS "functions: [{name: f, code: f.zip, code_singing_config: c}]\n" OFF,
        "sealgate.yaml:4:36: error: unknown key `code_singing_config`\n"
        "   4 | functions: [{name: f, code: f.zip, code_singing_config: c}]\n"
        "     |                                    ^~~~~~~~~~~~~~~~~~~\n"
        "     = expected: one of name, code, code_sha256, layers, code_signing_config, package_type\n"
        "     = did you mean `code_signing_config`?\n"),
};

static void test_refused(void **state)
{
    (void)state;
    CHECK_ROWS(refused_rows);
}

static const struct row values_rows[] = {
    ROW("YA-07: values that are missing",
        VERSION USE CONFIGS "functions:\n"
                            "  - name:\n"
                            "    code: ~\n"
                            "  -\n"
                            "  - null\n" OFF,
        "sealgate.yaml:5:5: error: `name` has no value\n"
        "   5 |   - name:\n"
        "     |     ^~~~\n"
        "     = expected: a value; leave the key out if it is not needed\n"
        "sealgate.yaml:6:11: error: `code` has no value\n"
        "   6 |     code: ~\n"
        "     |           ^\n"
        "     = expected: a value; leave the key out if it is not needed\n"
        "sealgate.yaml:7:4: error: an item of the list has no value\n"
        "   7 |   -\n"
        "     |    ^\n"
        "     = expected: a value after `-`\n"
        "sealgate.yaml:8:5: error: an item of the list has no value\n"
        "   8 |   - null\n"
        "     |     ^~~~\n"
        "     = expected: a value after `-`\n"),
    ROW("YA-07: numbers and the like are no text",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: no, code: 012345678901}\n"
                            "  - {name: 0o17, code: 1:30:00}\n"
                            "  - {name: 1_000, code: .inf}\n"
                            "  - {name: 1e3, code: -0x1F}\n"
                            "  - {name: 1.5, code: +.nan}\n" OFF,
        "sealgate.yaml:5:12: error: `name` is true or false in YAML, not text\n"
        "   5 |   - {name: no, code: 012345678901}\n"
        "     |            ^~\n"
        "     = expected: text; if this is meant as text, \"no\"\n"
        "sealgate.yaml:5:22: error: `code` is a number in YAML, not text\n"
        "   5 |   - {name: no, code: 012345678901}\n"
        "     |                      ^~~~~~~~~~~~\n"
        "     = expected: text; if this is meant as text, \"012345678901\"\n"
        "sealgate.yaml:6:12: error: `name` is a number in YAML, not text\n"
        "   6 |   - {name: 0o17, code: 1:30:00}\n"
        "     |            ^~~~\n"
        "     = expected: text; if this is meant as text, \"0o17\"\n"
        "sealgate.yaml:6:24: error: `code` is a number in YAML, not text\n"
        "   6 |   - {name: 0o17, code: 1:30:00}\n"
        "     |                        ^~~~~~~\n"
        "     = expected: text; if this is meant as text, \"1:30:00\"\n"
        "sealgate.yaml:7:12: error: `name` is a number in YAML, not text\n"
        "   7 |   - {name: 1_000, code: .inf}\n"
        "     |            ^~~~~\n"
        "     = expected: text; if this is meant as text, \"1_000\"\n"
        "sealgate.yaml:7:25: error: `code` is a number in YAML, not text\n"
        "   7 |   - {name: 1_000, code: .inf}\n"
        "     |                         ^~~~\n"
        "     = expected: text; if this is meant as text, \".inf\"\n"
        "sealgate.yaml:8:12: error: `name` is a number in YAML, not text\n"
        "   8 |   - {name: 1e3, code: -0x1F}\n"
        "     |            ^~~\n"
        "     = expected: text; if this is meant as text, \"1e3\"\n"
        "sealgate.yaml:8:23: error: `code` is a number in YAML, not text\n"
        "   8 |   - {name: 1e3, code: -0x1F}\n"
        "     |                       ^~~~~\n"
        "     = expected: text; if this is meant as text, \"-0x1F\"\n"
        "sealgate.yaml:9:12: error: `name` is a number in YAML, not text\n"
        "   9 |   - {name: 1.5, code: +.nan}\n"
        "     |            ^~~\n"
        "     = expected: text; if this is meant as text, \"1.5\"\n"
        "sealgate.yaml:9:23: error: `code` is a number in YAML, not text\n"
        "   9 |   - {name: 1.5, code: +.nan}\n"
        "     |                       ^~~~~\n"
        "     = expected: text; if this is meant as text, \"+.nan\"\n"),
    ROW("YA-07: the same in quotes is text, and what only begins like a number",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: 'no', code: '012345678901'}\n"
                            "  - {name: 1.2.3, code: 1a}\n"
                            "  - {name: 0x, code: 1e}\n" OFF,
        ""),
    ROW("YA-10: control characters after decoding",
        VERSION USE CONFIGS "functions: [{name: \"x\\0y\", code: \"\\e[31m\"}, {name: \"a\\tb\", code: \"\\N\"}]\n" OFF,
        "sealgate.yaml:4:20: error: the value has a control character in it, U+0000\n"
        "   4 | functions: [{name: \"x\\\\0y\", code: \"\\\\e[31m\"}, {name: \"a\\\\tb\", code: \"\\\\N\"}]\n"
        "     |                    ^~~~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"
        "sealgate.yaml:4:34: error: the value has a control character in it, U+001B\n"
        "   4 | functions: [{name: \"x\\\\0y\", code: \"\\\\e[31m\"}, {name: \"a\\\\tb\", code: \"\\\\N\"}]\n"
        "     |                                   ^~~~~~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"
        "sealgate.yaml:4:52: error: the value has a tab in it, U+0009\n"
        "   4 | functions: [{name: \"x\\\\0y\", code: \"\\\\e[31m\"}, {name: \"a\\\\tb\", code: \"\\\\N\"}]\n"
        "     |                                                      ^~~~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"
        "sealgate.yaml:4:66: error: the value has a control character in it, U+0085\n"
        "   4 | functions: [{name: \"x\\\\0y\", code: \"\\\\e[31m\"}, {name: \"a\\\\tb\", code: \"\\\\N\"}]\n"
        "     |                                                                     ^~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"),
    ROW("YA-10: a lone surrogate", VERSION "code_signing_config: \"\\ud800\"\n",
        "sealgate.yaml:2:25: error: malformed YAML: found invalid Unicode character escape code while parsing a quoted "
        "scalar\n"
        "   2 | code_signing_config: \"\\\\ud800\"\n"
        "     |                          ^\n"
        "     = note: the escape stands for no character\n"),
    ROW("YA-10: a control character in a key", VERSION USE CONFIGS FUNCTIONS OFF "\"trust\\a\": x\n",
        "sealgate.yaml:6:1: error: the key has a control character in it, U+0007\n"
        "   6 | \"trust\\\\a\": x\n"
        "     | ^~~~~~~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"),
    ROW("invisible characters after decoding",
        VERSION USE CONFIGS
        "functions: [{name: \"a\\u200bb\", code: \"x\\u202Ey\"}, {name: \"\\L\", code: \"\\uFEFF\"}]\n" OFF,
        "sealgate.yaml:4:20: error: the value has an invisible character in it, U+200B\n"
        "   4 | functions: [{name: \"a\\\\u200bb\", code: \"x\\\\u202Ey\"}, {name: \"\\\\L\", code: \"\\\\uFEFF\"}]\n"
        "     |                    ^~~~~~~~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"
        "sealgate.yaml:4:38: error: the value has an invisible character in it, U+202E\n"
        "   4 | functions: [{name: \"a\\\\u200bb\", code: \"x\\\\u202Ey\"}, {name: \"\\\\L\", code: \"\\\\uFEFF\"}]\n"
        "     |                                       ^~~~~~~~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"
        "sealgate.yaml:4:58: error: the value has an invisible character in it, U+2028\n"
        "   4 | functions: [{name: \"a\\\\u200bb\", code: \"x\\\\u202Ey\"}, {name: \"\\\\L\", code: \"\\\\uFEFF\"}]\n"
        "     |                                                            ^~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"
        "sealgate.yaml:4:70: error: the value has an invisible character in it, U+FEFF\n"
        "   4 | functions: [{name: \"a\\\\u200bb\", code: \"x\\\\u202Ey\"}, {name: \"\\\\L\", code: \"\\\\uFEFF\"}]\n"
        "     |                                                                         ^~~~~~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"),
    ROW("a block of several lines",
        VERSION USE CONFIGS "functions:\n"
                            "  - name: |\n"
                            "      one\n"
                            "      two\n"
                            "    code: >-\n"
                            "      folded\n"
                            "      path\n" OFF,
        "sealgate.yaml:5:11: error: the value has a line break in it, U+000A\n"
        "   5 |   - name: |\n"
        "     |           ^\n"
        "     = expected: text on one line, of visible characters and spaces\n"),
    ROW("YA-12: a comment cuts a value",
        VERSION USE "code_signing_configs: {c: {allowed_publishers: [arn #x\n"
                    "]}}\n" FUNCTIONS OFF,
        "sealgate.yaml:3:49: error: `arn` is not the ARN of a signing profile version\n"
        "   3 | code_signing_configs: {c: {allowed_publishers: [arn #x\n"
        "     |                                                 ^~~\n"
        "     = expected: arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION\n"),
    ROW("YA-12: no space after the colon", VERSION USE CONFIGS "functions: [{name:f, code: f.zip}]\n" OFF,
        "sealgate.yaml:4:13: error: a function has no `name`\n"
        "   4 | functions: [{name:f, code: f.zip}]\n"
        "     |             ^~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: name: NAME\n"
        "sealgate.yaml:4:14: error: `name:f` has no value\n"
        "   4 | functions: [{name:f, code: f.zip}]\n"
        "     |              ^~~~~~\n"
        "     = expected: a value; leave the key out if it is not needed\n"
        "     = note: `:` ends a key only when a space follows\n"
        "sealgate.yaml:4:14: error: unknown key `name:f`\n"
        "   4 | functions: [{name:f, code: f.zip}]\n"
        "     |              ^~~~~~\n"
        "     = expected: one of name, code, code_sha256, layers, code_signing_config, package_type\n"
        "     = did you mean `name`?\n"),
};

static void test_values(void **state)
{
    (void)state;
    CHECK_ROWS(values_rows);
}

static const struct row malformed_rows[] = {
    ROW("YA-12: a tab indents",
        VERSION USE CONFIGS "functions:\n"
                            "\t- name: f\n",
        "sealgate.yaml:5:1: error: malformed YAML: found character that cannot start any token while scanning for the "
        "next token\n"
        "   5 |     - name: f\n"
        "     | ^\n"
        "     = note: a tab cannot indent in YAML; use spaces\n"),
    ROW("an at sign begins a value", VERSION "code_signing_config: @c\n",
        "sealgate.yaml:2:22: error: malformed YAML: found character that cannot start any token while scanning for the "
        "next token\n"
        "   2 | code_signing_config: @c\n"
        "     |                      ^\n"
        "     = note: a value that begins with this character must be quoted\n"),
    ROW("a quote is never closed", VERSION "code_signing_config: \"c\n",
        "sealgate.yaml:3:1: error: malformed YAML: found unexpected end of stream while scanning a quoted scalar that "
        "begins in line 2\n"
        "   3 |\n"
        "     | ^\n"
        "     = note: the quote is never closed\n"),
    ROW("a bracket is never closed", VERSION "functions: [{name: f, code: f.zip}\n" OFF,
        "sealgate.yaml:3:1: error: malformed YAML: did not find expected ',' or ']' while parsing a flow sequence that "
        "begins in line 2\n"
        "   3 | revocation: {sources: []}\n"
        "     | ^\n"
        "     = note: the items of a list in brackets are separated by commas and end in `]`\n"),
    ROW("a colon too many", VERSION "code_signing_config: a: b\n",
        "sealgate.yaml:2:23: error: malformed YAML: mapping values are not allowed in this context\n"
        "   2 | code_signing_config: a: b\n"
        "     |                       ^\n"
        "     = note: a `: ` stands where no key can be; quote the value, or line the key up with the keys it belongs "
        "to\n"),
    ROW("a line that does not line up",
        VERSION "functions:\n"
                "    - name: f\n"
                "   - name: g\n",
        "sealgate.yaml:4:4: error: malformed YAML: did not find expected key while parsing a block mapping that begins "
        "in line 1\n"
        "   4 |    - name: g\n"
        "     |    ^\n"
        "     = note: this line is indented neither like the keys above it nor like a value of theirs, or a quote is "
        "missing\n"),
    ROW("an unknown escape", VERSION "code_signing_config: \"\\q\"\n",
        "sealgate.yaml:2:23: error: malformed YAML: found unknown escape character while parsing a quoted scalar\n"
        "   2 | code_signing_config: \"\\\\q\"\n"
        "     |                       ^\n"
        "     = note: within double quotes a backslash begins an escape; double it, or use single quotes\n"),
    ROW("other problems before it are told, what is missing after it is not",
        "versoin: 1\n"
        "functions:\n"
        "  - name: f\n"
        "    cod: x\n"
        "  - code: s3://b/k\n"
        "    layers: [nowhere]\n"
        "layers: }\n",
        "sealgate.yaml:1:1: error: unknown key `versoin`\n"
        "   1 | versoin: 1\n"
        "     | ^~~~~~~\n"
        "     = expected: one of version, code_signing_config, code_signing_configs, functions, layers, trust, "
        "revocation, strict\n"
        "     = did you mean `version`?\n"
        "sealgate.yaml:4:5: error: unknown key `cod`\n"
        "   4 |     cod: x\n"
        "     |     ^~~\n"
        "     = expected: one of name, code, code_sha256, layers, code_signing_config, package_type\n"
        "     = did you mean `code`?\n"
        "sealgate.yaml:5:11: error: `s3://b/k` needs AWS access, which this build does not have\n"
        "   5 |   - code: s3://b/k\n"
        "     |           ^~~~~~~~\n"
        "     = expected: the path of a zip, relative to the folder of this file\n"
        "sealgate.yaml:7:9: error: malformed YAML: did not find expected node content while parsing a block node\n"
        "   7 | layers: }\n"
        "     |         ^\n"),
    ROW("an undefined tag handle", VERSION "code_signing_config: !a!b c\n",
        "sealgate.yaml:2:22: error: malformed YAML: found undefined tag handle while parsing a node\n"
        "   2 | code_signing_config: !a!b c\n"
        "     |                      ^\n"
        "     = note: tags are not allowed\n"),
    ROW("a key without a colon",
        VERSION "code_signing_config\n"
                "functions: []\n",
        "sealgate.yaml:3:1: error: malformed YAML: could not find expected ':' while scanning a simple key that begins "
        "in line 2\n"
        "   3 | functions: []\n"
        "     | ^\n"
        "     = note: a key must be followed by `: ` on its own line and have at most 1024 characters\n"),
    ROW("a key of more than 1024 characters",
        VERSION
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        ": x\n",
        "sealgate.yaml:2:1026: error: malformed YAML: could not find expected ':' while scanning a simple key\n"
        "   2 | …kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: x\n"
        "     |                                                                                                   ^\n"
        "     = note: a key must be followed by `: ` on its own line and have at most 1024 characters\n"),
};

static void test_malformed(void **state)
{
    (void)state;
    CHECK_ROWS(malformed_rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
