/* Functions and layers. */
#include "test_config_fixture.h"

static const struct row items_rows[] = {
    ROW("no functions and no layers", VERSION USE CONFIGS OFF,
        "sealgate.yaml:1:1: error: there are no functions and no layers: nothing to verify\n"
        "   1 | version: 1\n"
        "     | ^\n"
        "     = expected: `functions` or `layers` with at least one item, - name: NAME, code: PATH\n"),
    ROW("empty lists",
        VERSION USE CONFIGS "layers: []\n"
                            "functions: []\n" OFF,
        "sealgate.yaml:5:1: error: there are no functions and no layers: nothing to verify\n"
        "   5 | functions: []\n"
        "     | ^~~~~~~~~\n"
        "     = expected: `functions` or `layers` with at least one item, - name: NAME, code: PATH\n"),
    ROW("an empty list of layers", VERSION USE CONFIGS "layers: []\n" OFF,
        "sealgate.yaml:4:1: error: there are no functions and no layers: nothing to verify\n"
        "   4 | layers: []\n"
        "     | ^~~~~~\n"
        "     = expected: `functions` or `layers` with at least one item, - name: NAME, code: PATH\n"),
    ROW("layers alone are enough", VERSION USE CONFIGS "layers: [{name: l, code: l.zip}]\n" OFF, ""),
    ROW("lists that are none",
        VERSION USE CONFIGS "functions: {name: f, code: f.zip}\n"
                            "layers: shared\n" OFF,
        "sealgate.yaml:4:12: error: `functions` is a map\n"
        "   4 | functions: {name: f, code: f.zip}\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: a list of `- item`\n"
        "sealgate.yaml:5:9: error: `layers` is a single value\n"
        "   5 | layers: shared\n"
        "     |         ^~~~~~\n"
        "     = expected: a list of `- item`\n"),
    ROW("items that are no maps",
        VERSION USE CONFIGS "functions:\n"
                            "  - f.zip\n"
                            "  - [f.zip]\n" OFF,
        "sealgate.yaml:5:5: error: a function is a single value\n"
        "   5 |   - f.zip\n"
        "     |     ^~~~~\n"
        "     = expected: a map of `key: value`\n"
        "sealgate.yaml:6:5: error: a function is a list\n"
        "   6 |   - [f.zip]\n"
        "     |     ^~~~~~~\n"
        "     = expected: a map of `key: value`\n"),
    ROW("name and code are missing",
        VERSION USE CONFIGS "functions:\n"
                            "  - code: f.zip\n"
                            "  - name: g\n"
                            "  - {}\n"
                            "layers:\n"
                            "  - {}\n" OFF,
        "sealgate.yaml:5:5: error: a function has no `name`\n"
        "   5 |   - code: f.zip\n"
        "     |     ^~~~\n"
        "     = expected: name: NAME\n"
        "sealgate.yaml:6:5: error: a function has no `code`\n"
        "   6 |   - name: g\n"
        "     |     ^~~~\n"
        "     = expected: code: PATH, the zip that is going to be deployed\n"
        "sealgate.yaml:7:5: error: a function has no `name`\n"
        "   7 |   - {}\n"
        "     |     ^~\n"
        "     = expected: name: NAME\n"
        "sealgate.yaml:7:5: error: a function has no `code`\n"
        "   7 |   - {}\n"
        "     |     ^~\n"
        "     = expected: code: PATH, the zip that is going to be deployed\n"
        "sealgate.yaml:9:5: error: a layer has no `name`\n"
        "   9 |   - {}\n"
        "     |     ^~\n"
        "     = expected: name: NAME\n"
        "sealgate.yaml:9:5: error: a layer has no `code`\n"
        "   9 |   - {}\n"
        "     |     ^~\n"
        "     = expected: code: PATH, the zip that is going to be deployed\n"),
    ROW("unknown keys",
        VERSION USE CONFIGS "functions:\n"
                            "  - name: f\n"
                            "    code: f.zip\n"
                            "    layer: [x]\n"
                            "layers:\n"
                            "  - name: l\n"
                            "    code: l.zip\n"
                            "    layers: [x]\n"
                            "    package_type: Zip\n" OFF,
        "sealgate.yaml:7:5: error: unknown key `layer`\n"
        "   7 |     layer: [x]\n"
        "     |     ^~~~~\n"
        "     = expected: one of name, code, code_sha256, layers, code_signing_config, package_type\n"
        "     = did you mean `layers`?\n"
        "sealgate.yaml:11:5: error: unknown key `layers`\n"
        "  11 |     layers: [x]\n"
        "     |     ^~~~~~\n"
        "     = expected: one of name, code, code_sha256\n"
        "sealgate.yaml:12:5: error: unknown key `package_type`\n"
        "  12 |     package_type: Zip\n"
        "     |     ^~~~~~~~~~~~\n"
        "     = expected: one of name, code, code_sha256\n"),
    ROW("a function twice, a layer twice, and one name for both",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: x, code: f.zip}\n"
                            "  - {name: q, code: f.zip}\n"
                            "  - {name: x, code: g.zip}\n"
                            "  - {name: x, code: h.zip}\n"
                            "layers:\n"
                            "  - {name: q, code: l.zip}\n"
                            "  - {name: \"q\", code: l.zip}\n" OFF,
        "sealgate.yaml:7:12: error: a function named `x` is there already\n"
        "   7 |   - {name: x, code: g.zip}\n"
        "     |            ^\n"
        "     = note: it stands first in line 5\n"
        "sealgate.yaml:8:12: error: a function named `x` is there already\n"
        "   8 |   - {name: x, code: h.zip}\n"
        "     |            ^\n"
        "     = note: it stands first in line 5\n"
        "sealgate.yaml:11:12: error: a layer named `q` is there already\n"
        "  11 |   - {name: \"q\", code: l.zip}\n"
        "     |            ^~~\n"
        "     = note: it stands first in line 10\n"),
    ROW("names may be any printable text",
        VERSION USE CONFIGS
        "functions:\n"
        "  - {name: 'arn:aws:lambda:us-east-1:123456789012:function:f', code: f.zip}\n"
        "  - {name: zahlung gr\xC3\xB6\xC3\x9F"
        "e \xE6\x97\xA5\xE6\x9C\xAC, code: f.zip}\n"
        "  - {name: "
        "\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
        "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
        "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\", code: f.zip}\n" OFF,
        ""),
    ROW("names that are empty, too long, or end in a space",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: '', code: f.zip}\n"
                            "  - {name: 'f ', code: f.zip}\n"
                            "  - name: "
                            "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                            "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                            "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\n"
                            "    code: f.zip\n"
                            "  - {name: [f], code: {a: b}}\n" OFF,
        "sealgate.yaml:5:12: error: `name` is empty\n"
        "   5 |   - {name: '', code: f.zip}\n"
        "     |            ^~\n"
        "sealgate.yaml:6:12: error: `name` begins or ends with a space\n"
        "   6 |   - {name: 'f ', code: f.zip}\n"
        "     |            ^~~~\n"
        "sealgate.yaml:7:11: error: `name` has 257 bytes; at most 256 are allowed\n"
        "   7 |   - name: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…\n"
        "     |           ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "sealgate.yaml:9:12: error: `name` is a list\n"
        "   9 |   - {name: [f], code: {a: b}}\n"
        "     |            ^~~\n"
        "     = expected: a single value\n"
        "sealgate.yaml:9:23: error: `code` is a map\n"
        "   9 |   - {name: [f], code: {a: b}}\n"
        "     |                       ^~~~~~\n"
        "     = expected: a single value\n"),
};

static void test_items(void **state)
{
    (void)state;
    CHECK_ROWS(items_rows);
}

static const struct row code_rows[] = {
    ROW("S3 and ARNs need AWS",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: f, code: s3://bucket/key.zip}\n"
                            "  - {name: g, code: 'arn:aws:lambda:us-east-1:123456789012:function:g'}\n"
                            "layers:\n"
                            "  - {name: l, code: 'arn:aws:lambda:us-east-1:123456789012:layer:l:1'}\n" OFF,
        "sealgate.yaml:5:21: error: `s3://bucket/key.zip` needs AWS access, which this build does not have\n"
        "   5 |   - {name: f, code: s3://bucket/key.zip}\n"
        "     |                     ^~~~~~~~~~~~~~~~~~~\n"
        "     = expected: the path of a zip, relative to the folder of this file\n"
        "sealgate.yaml:6:21: error: `arn:aws:lambda:us-east-1:123456789012:function:g` needs AWS access, which this "
        "build does not have\n"
        "   6 |   - {name: g, code: 'arn:aws:lambda:us-east-1:123456789012:function:g'}\n"
        "     |                     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: the path of a zip, relative to the folder of this file\n"
        "sealgate.yaml:8:21: error: `arn:aws:lambda:us-east-1:123456789012:layer:l:1` needs AWS access, which this "
        "build does not have\n"
        "   8 |   - {name: l, code: 'arn:aws:lambda:us-east-1:123456789012:layer:l:1'}\n"
        "     |                     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: the path of a zip, relative to the folder of this file\n"),
    ROW("URLs are not fetched",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: f, code: https://example.com/f.zip}\n"
                            "  - {name: g, code: file:///f.zip}\n"
                            "  - {name: h, code: HTTP+x.y-z1://f.zip}\n" OFF,
        "sealgate.yaml:5:21: error: `code` is a URL, which is not fetched\n"
        "   5 |   - {name: f, code: https://example.com/f.zip}\n"
        "     |                     ^~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: the path of a zip, relative to the folder of this file\n"
        "sealgate.yaml:6:21: error: `code` is a URL, which is not fetched\n"
        "   6 |   - {name: g, code: file:///f.zip}\n"
        "     |                     ^~~~~~~~~~~~~\n"
        "     = expected: the path of a zip, relative to the folder of this file\n"
        "sealgate.yaml:7:21: error: `code` is a URL, which is not fetched\n"
        "   7 |   - {name: h, code: HTTP+x.y-z1://f.zip}\n"
        "     |                     ^~~~~~~~~~~~~~~~~~~\n"
        "     = expected: the path of a zip, relative to the folder of this file\n"),
    ROW("what only looks like one is a path",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: f, code: 'dist/a://b'}\n"
                            "  - {name: g, code: '://b'}\n"
                            "  - {name: h, code: 'C:/b'}\n"
                            "  - {name: i, code: '1a://b'}\n" OFF,
        ""),
    ROW("an empty path", VERSION USE CONFIGS "functions: [{name: f, code: ''}]\n" OFF,
        "sealgate.yaml:4:29: error: `code` is empty\n"
        "   4 | functions: [{name: f, code: ''}]\n"
        "     |                             ^~\n"),
    ROW("a pin",
        VERSION USE CONFIGS
        "functions: [{name: f, code: f.zip, code_sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=}]\n"
        "layers: [{name: l, code: l.zip, code_sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=}]\n" OFF,
        ""),
    ROW("pins that are none",
        VERSION USE CONFIGS "functions:\n"
                            "  - name: f\n"
                            "    code: f.zip\n"
                            "    code_sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                            "  - name: g\n"
                            "    code: g.zip\n"
                            "    code_sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n"
                            "  - name: h\n"
                            "    code: h.zip\n"
                            "    code_sha256: [x]\n" OFF,
        "sealgate.yaml:7:18: error: `code_sha256` is not the base64 form of a SHA-256 digest\n"
        "   7 |     code_sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
        "     |                  ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: 44 characters that end in `=`, as Lambda's CodeSha256\n"
        "     = note: to make it: openssl dgst -sha256 -binary FILE | openssl base64\n"
        "sealgate.yaml:10:18: error: `code_sha256` is not the base64 form of a SHA-256 digest\n"
        "  10 |     code_sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n"
        "     |                  ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: 44 characters that end in `=`, as Lambda's CodeSha256\n"
        "     = note: to make it: openssl dgst -sha256 -binary FILE | openssl base64\n"
        "sealgate.yaml:13:18: error: `code_sha256` is a list\n"
        "  13 |     code_sha256: [x]\n"
        "     |                  ^~~\n"
        "     = expected: a single value\n"),
};

static void test_code(void **state)
{
    (void)state;
    CHECK_ROWS(code_rows);
}

static const struct row images_rows[] = {
    ROW("an image", VERSION USE CONFIGS "functions: [{name: f, package_type: Image}]\n" OFF, ""),
    ROW("what does not go with it",
        VERSION USE CONFIGS "functions:\n"
                            "  - name: f\n"
                            "    package_type: Image\n"
                            "    code: f.zip\n"
                            "    layers: []\n"
                            "    code_sha256: x\n"
                            "    code_signing_config: c\n" OFF,
        "sealgate.yaml:7:5: error: `code` does not go with `package_type: Image`\n"
        "   7 |     code: f.zip\n"
        "     |     ^~~~\n"
        "     = note: a container image has no zip; its function is reported as not applicable\n"
        "sealgate.yaml:8:5: error: `layers` does not go with `package_type: Image`\n"
        "   8 |     layers: []\n"
        "     |     ^~~~~~\n"
        "     = note: a container image brings everything with it; AWS Lambda gives it no layers\n"
        "sealgate.yaml:9:5: error: `code_sha256` does not go with `package_type: Image`\n"
        "   9 |     code_sha256: x\n"
        "     |     ^~~~~~~~~~~\n"
        "     = note: a container image has no zip whose digest could be pinned\n"
        "sealgate.yaml:10:5: error: `code_signing_config` does not go with `package_type: Image`\n"
        "  10 |     code_signing_config: c\n"
        "     |     ^~~~~~~~~~~~~~~~~~~\n"
        "     = note: AWS Lambda does not support code signing for container images\n"),
    ROW("a misspelt type, and one that YAML takes for false",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: f, code: f.zip, package_type: zip}\n"
                            "  - {name: g, code: g.zip, package_type: off}\n"
                            "  - {name: h, code: h.zip, package_type: [Zip]}\n" OFF,
        "sealgate.yaml:5:42: error: `package_type` cannot be `zip`\n"
        "   5 |   - {name: f, code: f.zip, package_type: zip}\n"
        "     |                                          ^~~\n"
        "     = expected: Zip or Image\n"
        "     = did you mean `Zip`?\n"
        "sealgate.yaml:6:42: error: `package_type` cannot be `off`\n"
        "   6 |   - {name: g, code: g.zip, package_type: off}\n"
        "     |                                          ^~~\n"
        "     = expected: Zip or Image\n"
        "sealgate.yaml:7:42: error: `package_type` is a list\n"
        "   7 |   - {name: h, code: h.zip, package_type: [Zip]}\n"
        "     |                                          ^~~~~\n"
        "     = expected: a single value\n"),
};

static void test_images(void **state)
{
    (void)state;
    CHECK_ROWS(images_rows);
}

static const struct row layers_rows[] = {
    ROW("five layers",
        VERSION USE CONFIGS "functions: [{name: f, code: f.zip, layers: [a, b, c, d, e]}]\n"
                            "layers: [{name: a, code: a}, {name: b, code: b}, {name: c, code: c}, {name: d, code: d}, "
                            "{name: e, code: e}]\n" OFF,
        ""),
    ROW("six layers",
        VERSION USE CONFIGS "functions: [{name: f, code: f.zip, layers: [a, b, c, d, e, g]}]\n"
                            "layers: [{name: a, code: a}, {name: b, code: b}, {name: c, code: c}, {name: d, code: d}, "
                            "{name: e, code: e}]\n" OFF,
        "sealgate.yaml:4:60: error: the function uses 6 layers; AWS Lambda allows 5\n"
        "   4 | functions: [{name: f, code: f.zip, layers: [a, b, c, d, e, g]}]\n"
        "     |                                                            ^\n"),
    ROW("an unknown layer, a layer twice",
        VERSION USE CONFIGS "functions:\n"
                            "  - name: f\n"
                            "    code: f.zip\n"
                            "    layers: [shraed, shared, other, shared]\n"
                            "layers:\n"
                            "  - {name: shared, code: l.zip}\n" OFF,
        "sealgate.yaml:7:14: error: unknown layer `shraed`\n"
        "   7 |     layers: [shraed, shared, other, shared]\n"
        "     |              ^~~~~~\n"
        "     = expected: the name of a layer below `layers` at the top of the file\n"
        "     = did you mean `shared`?\n"
        "sealgate.yaml:7:30: error: unknown layer `other`\n"
        "   7 |     layers: [shraed, shared, other, shared]\n"
        "     |                              ^~~~~\n"
        "     = expected: the name of a layer below `layers` at the top of the file\n"
        "sealgate.yaml:7:37: error: the layer `shared` is listed twice\n"
        "   7 |     layers: [shraed, shared, other, shared]\n"
        "     |                                     ^~~~~~\n"),
    ROW("layer version ARNs need AWS, others are none",
        VERSION USE CONFIGS "functions:\n"
                            "  - name: f\n"
                            "    code: f.zip\n"
                            "    layers:\n"
                            "      - arn:aws:lambda:us-east-1:123456789012:layer:shared:7\n"
                            "      - arn:aws:lambda:us-east-1:123456789012:layer:shared\n" OFF,
        "sealgate.yaml:8:9: error: the layer version `arn:aws:lambda:us-east-1:123456789012:layer:shared:7` needs AWS "
        "access, which this build does not have\n"
        "   8 |       - arn:aws:lambda:us-east-1:123456789012:layer:shared:7\n"
        "     |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: the name of a layer below `layers`, with the path of its zip\n"
        "sealgate.yaml:9:9: error: `arn:aws:lambda:us-east-1:123456789012:layer:shared` is not the ARN of a layer "
        "version\n"
        "   9 |       - arn:aws:lambda:us-east-1:123456789012:layer:shared\n"
        "     |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: arn:aws:lambda:REGION:ACCOUNT:layer:NAME:NUMBER\n"),
    ROW("layers that are no list, or have no names",
        VERSION USE CONFIGS "functions:\n"
                            "  - {name: f, code: f.zip, layers: shared}\n"
                            "  - {name: g, code: g.zip, layers: [1, [x], '']}\n" OFF,
        "sealgate.yaml:5:36: error: `layers` is a single value\n"
        "   5 |   - {name: f, code: f.zip, layers: shared}\n"
        "     |                                    ^~~~~~\n"
        "     = expected: a list of `- item`\n"
        "sealgate.yaml:6:37: error: the name of a layer is a number in YAML, not text\n"
        "   6 |   - {name: g, code: g.zip, layers: [1, [x], '']}\n"
        "     |                                     ^\n"
        "     = expected: text; if this is meant as text, \"1\"\n"
        "sealgate.yaml:6:40: error: the name of a layer is a list\n"
        "   6 |   - {name: g, code: g.zip, layers: [1, [x], '']}\n"
        "     |                                        ^~~\n"
        "     = expected: a single value\n"
        "sealgate.yaml:6:45: error: the name of a layer is empty\n"
        "   6 |   - {name: g, code: g.zip, layers: [1, [x], '']}\n"
        "     |                                             ^~\n"),
    ROW("no layers defined at all", VERSION USE CONFIGS "functions: [{name: f, code: f.zip, layers: [x]}]\n" OFF,
        "sealgate.yaml:4:45: error: unknown layer `x`\n"
        "   4 | functions: [{name: f, code: f.zip, layers: [x]}]\n"
        "     |                                             ^\n"
        "     = expected: the name of a layer below `layers` at the top of the file\n"),
};

static void test_layers(void **state)
{
    (void)state;
    CHECK_ROWS(layers_rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_code),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_layers),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
