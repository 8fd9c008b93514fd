/* What a good file gives, files that cannot be read, and the look of problems. */
#include "base/nearest.h"
#include "test_config_fixture.h"

#include <time.h>

#define PUBLISHER_2 "arn:aws-us-gov:signer:us-gov-west-1:210987654321:/signing-profiles/Other_1/0123456789"

static const char full[] = VERSION "strict: true\n"
                                   "code_signing_config: release\n"
                                   "code_signing_configs:\n"
                                   "  release:\n"
                                   "    description: Release pipeline\n"
                                   "    allowed_publishers:\n"
                                   "      - " PUBLISHER "\n"
                                   "      - " PUBLISHER_2 "\n"
                                   "    untrusted_artifact_on_deployment: Enforce\n"
                                   "  lax: {allowed_publishers: [" PUBLISHER "]}\n"
                                   "functions:\n"
                                   "  - name: checkout\n"
                                   "    code: dist/checkout.zip\n"
                                   "    layers: [shared, common]\n"
                                   "    code_sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
                                   "    package_type: Zip\n"
                                   "  - name: refunds\n"
                                   "    code: /srv/refunds.zip\n"
                                   "    code_signing_config: lax\n"
                                   "    layers: [shared]\n"
                                   "  - {name: legacy, package_type: Image}\n"
                                   "layers:\n"
                                   "  - {name: common, code: common.zip}\n"
                                   "  - {name: shared, code: shared.zip}\n"
                                   "  - {name: spare, code: spare.zip}\n"
                                   "trust:\n"
                                   "  roots: [pki/a.pem, aws, pki/b.pem]\n"
                                   "revocation:\n"
                                   "  sources:\n"
                                   "    - list: https://pki.example.com/revoked.json\n"
                                   "    - crl: file:pki/ca.crl\n"
                                   "    - crl: file:///srv/ca.crl\n"
                                   "  on_unavailable: warn\n"
                                   "  timeout: 2m\n"
                                   "  cache: .cache\n"
                                   "  ca_bundle: pki/tls.pem\n";

static void check_place(struct sg_place place, unsigned line, unsigned column)
{
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void check_full_artifacts(const struct sg_config *config)
{
    assert_int_equal(config->function_count, 3);
    assert_int_equal(config->layer_count, 3);
    const struct sg_artifact *checkout = config->functions[0];
    const struct sg_artifact *refunds = config->functions[1];
    const struct sg_artifact *legacy = config->functions[2];
    assert_int_equal(checkout->kind, SG_FUNCTION);
    assert_string_equal(checkout->name, "checkout");
    assert_string_equal(checkout->code, "dist/checkout.zip");
    assert_false(checkout->image);
    assert_true(checkout->has_pin);
    assert_int_equal(checkout->pin[0], 0xE3);
    assert_int_equal(checkout->pin[31], 0x55);
    check_place(checkout->place, 13, 5);
    assert_int_equal(checkout->layer_count, 2);
    assert_ptr_equal(checkout->layers[0], config->layers[1]);
    assert_ptr_equal(checkout->layers[1], config->layers[0]);
    assert_false(refunds->has_pin);
    assert_string_equal(refunds->code, "/srv/refunds.zip");
    check_place(refunds->place, 18, 5);
    assert_true(legacy->image);
    assert_null(legacy->code);
    assert_int_equal(legacy->config_count, 0);
    assert_int_equal(legacy->layer_count, 0);
    check_place(legacy->place, 22, 5);
    assert_int_equal(config->layers[2]->kind, SG_LAYER);
    assert_string_equal(config->layers[2]->name, "spare");
    assert_string_equal(config->layers[2]->code, "spare.zip");
}

/* A layer is judged under the configuration of every function that uses it, in their order; under the pipeline's when no
 * function does (CONTRACT.md section 4). */
static void check_full_configs(const struct sg_config *config)
{
    const struct sg_code_signing_config *release = config->functions[0]->configs[0];
    const struct sg_code_signing_config *lax = config->functions[1]->configs[0];
    assert_int_equal(config->functions[0]->config_count, 1);
    assert_int_equal(config->functions[1]->config_count, 1);
    assert_string_equal(release->name, "release");
    assert_string_equal(release->description, "Release pipeline");
    assert_null(release->arn);
    assert_true(release->enforce);
    assert_int_equal(release->publisher_count, 2);
    assert_string_equal(release->publishers[0], PUBLISHER);
    assert_string_equal(release->publishers[1], PUBLISHER_2);
    check_place(release->place, 5, 3);
    assert_string_equal(lax->name, "lax");
    assert_null(lax->description);
    assert_false(lax->enforce);
    assert_int_equal(config->layers[0]->config_count, 1);
    assert_ptr_equal(config->layers[0]->configs[0], release);
    assert_int_equal(config->layers[1]->config_count, 2);
    assert_ptr_equal(config->layers[1]->configs[0], release);
    assert_ptr_equal(config->layers[1]->configs[1], lax);
    assert_int_equal(config->layers[2]->config_count, 1);
    assert_ptr_equal(config->layers[2]->configs[0], release);
}

static void check_full_settings(const struct sg_config *config)
{
    assert_true(config->trust_aws);
    assert_int_equal(config->root_file_count, 2);
    assert_string_equal(config->root_files[0].path, "pki/a.pem");
    assert_string_equal(config->root_files[1].path, "pki/b.pem");
    check_place(config->root_files[0].place, 28, 11);
    check_place(config->root_files[1].place, 28, 27);
    assert_int_equal(config->source_count, 3);
    assert_int_equal(config->sources[0].kind, SG_SOURCE_LIST);
    assert_string_equal(config->sources[0].url, "https://pki.example.com/revoked.json");
    assert_null(config->sources[0].path);
    check_place(config->sources[0].place, 31, 7);
    assert_int_equal(config->sources[1].kind, SG_SOURCE_CRL);
    assert_null(config->sources[1].url);
    assert_string_equal(config->sources[1].path, "pki/ca.crl");
    assert_string_equal(config->sources[2].path, "/srv/ca.crl");
    assert_true(config->unavailable_warns);
    assert_int_equal(config->source_timeout_ms, 120000);
    assert_string_equal(config->cache, ".cache");
    assert_string_equal(config->ca_bundle.path, "pki/tls.pem");
}

static void test_full(void **state)
{
    (void)state;
    uint8_t digest[SG_SHA256_BYTES];
    struct sg_error error = {0};
    write_text("sealgate.yaml", full);
    struct sg_config *config = load_good();
    assert_string_equal(config->path, "sealgate.yaml");
    assert_string_equal(config->folder, ".");
    assert_true(config->strict);
    assert_done(sg_sha256(sg_span_text(full), digest, &error), error);
    assert_memory_equal(config->sha256, digest, sizeof digest);
    check_full_artifacts(config);
    check_full_configs(config);
    check_full_settings(config);
    sg_config_free(&config);
    assert_null(config);
    sg_config_free(&config);
}

static void test_defaults(void **state)
{
    (void)state;
    write_text("sealgate.yaml", "\xEF\xBB\xBF" VERSION USE CONFIGS FUNCTIONS OFF);
    struct sg_config *config = load_good();
    uint8_t digest[SG_SHA256_BYTES];
    struct sg_error error = {0};
    /* The digest is that of the file's bytes, with the byte order mark that is skipped. */
    assert_done(sg_sha256(SG_SPAN_LITERAL("\xEF\xBB\xBF" VERSION USE CONFIGS FUNCTIONS OFF), digest, &error), error);
    assert_memory_equal(config->sha256, digest, sizeof digest);
    assert_false(config->strict);
    assert_true(config->trust_aws);
    assert_int_equal(config->root_file_count, 0);
    assert_int_equal(config->source_count, 0);
    assert_false(config->unavailable_warns);
    assert_int_equal(config->source_timeout_ms, SG_SOURCE_TIMEOUT_MS);
    assert_null(config->cache);
    assert_null(config->ca_bundle.path);
    assert_false(config->functions[0]->configs[0]->enforce);
    sg_config_free(&config);
    write_text("sealgate.yaml", VERSION USE CONFIGS FUNCTIONS OFF "trust: {roots: [a.pem]}\n");
    config = load_good();
    assert_false(config->trust_aws);
    sg_config_free(&config);
}

static void test_unreadable(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct sg_error error = {0};
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    assert_failed(sg_config_load("missing.yaml", &config, &problems, &error), error, SG_ERROR_IO,
                  "cannot open missing.yaml: No such file or directory");
    assert_failed(sg_config_load(".", &config, &problems, &error), error, SG_ERROR_IO, ". is a directory, not a file");
    assert_int_equal(problems.size, 0);
    struct sg_buffer large = sg_buffer_make(SG_CONFIG_MAX_BYTES + 1);
    while (large.size <= SG_CONFIG_MAX_BYTES)
        assert_done(sg_buffer_append_byte(&large, '#', &error), error);
    write_file("sealgate.yaml", sg_buffer_span(&large));
    sg_buffer_free(&large);
    check_problems("a file that is too large",
                   "sealgate.yaml:1:1: error: sealgate.yaml has 1048577 bytes; at most 1048576 are read\n");
    write_text("bad\x1b.yaml", "x: y\n");
    assert_failed(sg_config_load("bad\x1b.yaml", &config, &problems, &error), error, SG_ERROR_CONFIGURATION,
                  "bad\\x1B.yaml has 4 problems");
    assert_contains(sg_buffer_text(&problems), "bad\\x1B.yaml:1:1: error: unknown key `x`\n");
    sg_buffer_free(&problems);
}

/* `count` functions that use one of ten layers, after `start`. */
static void write_functions(const char *start, unsigned count)
{
    struct sg_error error = {0};
    struct sg_buffer yaml = sg_buffer_make(SG_CONFIG_MAX_BYTES);
    assert_done(sg_buffer_append_text(&yaml, start, &error), error);
    for (unsigned i = 0; i < 10; i++)
        assert_done(sg_buffer_printf(&yaml, &error, "- {name: layer-%u, code: layer-%u.zip}\n", i, i), error);
    assert_done(sg_buffer_append_text(&yaml, "functions:\n", &error), error);
    for (unsigned i = 0; i < count; i++)
        assert_done(sg_buffer_printf(&yaml, &error,
                                     "- name: function-%u\n"
                                     "  code: dist/function-%u.zip\n"
                                     "  layers: [layer-%u]\n",
                                     i, i, i % 10),
                    error);
    write_file("sealgate.yaml", sg_buffer_span(&yaml));
    sg_buffer_free(&yaml);
}

static void test_many_functions(void **state)
{
    (void)state;
    write_functions(VERSION USE CONFIGS OFF "layers:\n", 9990);
    clock_t before = clock();
    struct sg_config *config = load_good();
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    assert_int_equal(config->function_count, 9990);
    assert_string_equal(config->functions[9989]->name, "function-9989");
    assert_ptr_equal(config->functions[9989]->layers[0], config->layers[9]);
    assert_int_equal(config->layers[9]->config_count, 1);
    sg_config_free(&config);
    /* 0.05 s without sanitizers. */
    if (seconds > unit_seconds(2.0))
        fail_msg("10,000 artifacts took %.1f s", seconds);
    write_functions(VERSION USE CONFIGS OFF "layers:\n", 9992);
    check_problems("one more than 10,000 artifacts",
                   "sealgate.yaml:14:3: error: there are more than 10000 functions and layers\n"
                   "  14 | - {name: layer-8, code: layer-8.zip}\n"
                   "     |   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
}

/* The first ones by place are shown, whatever the order they are found in; the others are counted. */
static void test_too_many_problems(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct sg_error error = {0};
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    write_functions("layers:\n", 100);
    assert_failed(sg_config_load("sealgate.yaml", &config, &problems, &error), error, SG_ERROR_CONFIGURATION,
                  "sealgate.yaml has 3 problems");
    sg_buffer_free(&problems);
    write_functions("x: [*a , *b ]\n" VERSION USE CONFIGS OFF "y: z\nlayerz:\n", 100);
    assert_failed(sg_config_load("sealgate.yaml", &config, &problems, &error), error, SG_ERROR_CONFIGURATION,
                  "sealgate.yaml has 105 problems");
    const char *text = sg_buffer_text(&problems);
    size_t shown = 0;
    for (const char *at = strstr(text, ": error: "); at != NULL; at = strstr(at + 1, ": error: "))
        shown++;
    assert_int_equal(shown, SG_CONFIG_MAX_PROBLEMS);
    assert_memory_equal(text, "sealgate.yaml:1:1: error: unknown key `x`\n", 42);
    assert_contains(text, "sealgate.yaml:1:5: error: the alias `*a` is not allowed\n");
    assert_contains(text, "sealgate.yaml:153:12: error: unknown layer `layer-4`\n");
    assert_contains(text, "\nsealgate.yaml: 55 more problems are not shown\n");
    sg_buffer_free(&problems);
}

static const struct row excerpt_rows[] = {
    ROW("columns count characters, the caret counts what a terminal shows",
        VERSION USE CONFIGS OFF "functions: [{name: 日本e\xCC\x81, code: \"\", x: y}]\n",
        "sealgate.yaml:5:32: error: `code` is empty\n"
        "   5 | functions: [{name: 日本e\xCC\x81, code: \"\", x: y}]\n"
        "     |                                 ^~\n"
        "sealgate.yaml:5:36: error: unknown key `x`\n"
        "   5 | functions: [{name: 日本e\xCC\x81, code: \"\", x: y}]\n"
        "     |                                     ^\n"
        "     = expected: one of name, code, code_sha256, layers, code_signing_config, package_type\n"),
    ROW("a tab becomes four spaces", VERSION USE CONFIGS OFF "functions:\t[{name:\tf, cod:\tx, code: y}]\n",
        "sealgate.yaml:5:23: error: unknown key `cod`\n"
        "   5 | functions:    [{name:    f, cod:    x, code: y}]\n"
        "     |                             ^~~\n"
        "     = expected: one of name, code, code_sha256, layers, code_signing_config, package_type\n"
        "     = did you mean `code`?\n"),
    ROW("a long line is cut on both sides",
        VERSION USE CONFIGS OFF
        "functions: [{name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, code: f, "
        "layer: [], code_sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=}]\n",
        "sealgate.yaml:5:108: error: unknown key `layer`\n"
        "   5 | "
        "…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, code: f, layer: [], code_sha256: 47DEQp…\n"
        "     |                                                                        ^~~~~\n"
        "     = expected: one of name, code, code_sha256, layers, code_signing_config, package_type\n"
        "     = did you mean `layers`?\n"),
    ROW("the line break of CRLF is not shown", "version: 1\r\nx: y\r\n" USE CONFIGS FUNCTIONS OFF,
        "sealgate.yaml:2:1: error: unknown key `x`\n"
        "   2 | x: y\n"
        "     | ^\n"
        "     = expected: one of version, code_signing_config, code_signing_configs, functions, layers, trust, "
        "revocation, strict\n"),
    ROW("a last line without a line break", VERSION USE CONFIGS FUNCTIONS OFF "x: y",
        "sealgate.yaml:6:1: error: unknown key `x`\n"
        "   6 | x: y\n"
        "     | ^\n"
        "     = expected: one of version, code_signing_config, code_signing_configs, functions, layers, trust, "
        "revocation, strict\n"),
    ROW("foreign bytes in names are escaped", VERSION USE CONFIGS FUNCTIONS OFF "'a\\b\xC2\xAD': y\n",
        "sealgate.yaml:6:1: error: the key has an invisible character in it, U+00AD\n"
        "   6 | 'a\\\\b\\u{00AD}': y\n"
        "     | ^~~~~~~~~~~~~~\n"
        "     = expected: text on one line, of visible characters and spaces\n"),
};

static void test_excerpts(void **state)
{
    (void)state;
    CHECK_ROWS(excerpt_rows);
}

/* The gutter widens with the number of the line. */
static void test_gutter(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_buffer yaml = sg_buffer_make(SG_CONFIG_MAX_BYTES);
    assert_done(sg_buffer_append_text(&yaml, VERSION USE CONFIGS FUNCTIONS OFF, &error), error);
    for (unsigned i = 6; i < 10000; i++)
        assert_done(sg_buffer_append_text(&yaml, "#\n", &error), error);
    assert_done(sg_buffer_append_text(&yaml, "trust: x\n", &error), error);
    write_file("sealgate.yaml", sg_buffer_span(&yaml));
    sg_buffer_free(&yaml);
    check_problems("line 10000", "sealgate.yaml:10000:8: error: `trust` is a single value\n"
                                 "10000 | trust: x\n"
                                 "      |        ^\n"
                                 "      = expected: a map of `key: value`\n");
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const words[] = {"Warn", "Enforce", "functions", "untrusted_artifact_on_deployment", "a"};
    static const struct {
        const char *word;
        const char *nearest; /* NULL when none is near */
    } rows[] = {
        {"Warn", "Warn"},
        {"warn", "Warn"},
        {"WRAN", "Warn"},
        {"Wan", "Warn"},
        {"War", "Warn"},
        {"Barn", "Warn"},
        {"Born", "Warn"},
        {"Corner", NULL},
        {"Enfroce", "Enforce"},
        {"enforcing", "Enforce"},
        {"fucntion", "functions"},
        {"untrusted_artifact_on_deploy", "untrusted_artifact_on_deployment"},
        {"untrusted_artifact", NULL},
        {"A", "a"},
        {"b", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *nearest = sg_nearest_word(rows[i].word, words, 5);
        if ((nearest == NULL) != (rows[i].nearest == NULL) ||
            (nearest != NULL && strcmp(nearest, rows[i].nearest) != 0))
            fail_msg("%s: wanted %s, got %s", rows[i].word, rows[i].nearest, nearest);
    }
    assert_null(sg_nearest_word("Warn", words, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_many_functions),
        cmocka_unit_test(test_too_many_problems),
        cmocka_unit_test(test_excerpts),
        cmocka_unit_test(test_gutter),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
