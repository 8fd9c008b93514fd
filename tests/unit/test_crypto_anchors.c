/* The pinned roots: the built-in one, and what a PEM file with roots may hold. */
#include "test_crypto_pki.h"

#include "crypto/anchors.h"
#include "crypto/library.h"

static int free_made(void **state)
{
    (void)state;
    sg_arena_free(&made);
    return 0;
}

static void test_builtin(void **state)
{
    (void)state;
    struct sg_anchors *anchors = NULL;
    struct sg_error error = {0};
    assert_done(sg_anchors_make(&anchors, &error), error);
    assert_int_equal(sg_anchors_count(anchors), 0);
    assert_done(sg_anchors_add_builtin(anchors, &error), error);
    assert_int_equal(sg_anchors_count(anchors), 1);
    sg_anchors_free(&anchors);
    assert_null(anchors);
    sg_anchors_free(&anchors);
}

/* FORMAT.md section 4. */
static void test_builtin_fingerprint(void **state)
{
    (void)state;
    BIO *bio = BIO_new_mem_buf(sg_builtin_root_pem, -1);
    X509 *root = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    uint8_t digest[SG_SHA256_BYTES];
    char digits[SG_SHA256_HEX_BYTES];
    struct sg_error error = {0};
    assert_non_null(root);
    assert_done(sg_sha256(certificate_der(root), digest, &error), error);
    assert_string_equal(sg_hex(sg_span_of(digest, sizeof digest), digits), sg_builtin_root_sha256);
    assert_string_equal(sg_builtin_root_sha256, "410220a72bba4576767ba5941b694a9bddc40817f76957f6919fdac89a7849c7");
    X509_free(root);
    BIO_free(bio);
}

/* Every root that is needed for the rows below. */
struct roots {
    struct authority good, second, leaf, p256, rsa, sha256, no_ca, imposter;
};

static struct roots make_roots(void)
{
    struct certificate_plan plan = CA_PLAN("Good");
    struct roots roots = {.good = make_authority(&plan, NULL)};
    struct certificate_plan other = CA_PLAN("Second");
    roots.second = make_authority(&other, NULL);
    roots.leaf = make_authority(&(struct certificate_plan){.name = "Leaf"}, &roots.good);
    roots.imposter = make_authority(&plan, &roots.good); /* of the root's name, signed by the root's key */
    other = (struct certificate_plan)CA_PLAN("Weak");
    other.curve = "P-256";
    roots.p256 = make_authority(&other, NULL);
    other.curve = "RSA";
    roots.rsa = make_authority(&other, NULL);
    other.curve = "P-384";
    other.digest = EVP_sha256();
    roots.sha256 = make_authority(&other, NULL);
    roots.no_ca = make_authority(&(struct certificate_plan){.name = "No CA"}, NULL);
    return roots;
}

static void free_roots(struct roots *roots)
{
    struct authority *all[] = {&roots->good, &roots->second, &roots->leaf,  &roots->p256,
                               &roots->rsa,  &roots->sha256, &roots->no_ca, &roots->imposter};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free_made_authority(all[i]);
}

#define WEAK                                                                                                           \
    "r.pem: the certificate /CN=Weak does not have a P-384 key and an ecdsa-with-SHA384 signature, which every "       \
    "certificate of this format has"

/* The text of a block with one letter of its base64 changed. */
static struct sg_span damaged(struct sg_span pem)
{
    struct sg_span copy = JOIN(pem);
    ((uint8_t *)(uintptr_t)copy.data)[100] = '*';
    return copy;
}

/* A PEM block of this label, header lines and content. */
static struct sg_span block(const char *label, const char *header, struct sg_span content)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_true(PEM_write_bio(bio, label, header, content.data, (long)content.size) > 0);
    return bio_text(bio);
}

/* The certificate with a public key that is no point of its curve. */
static struct sg_span without_key(struct sg_span certificate)
{
    struct sg_span start = hex("06 05 2B81040022 03 62 00 04");
    struct sg_span copy = JOIN(certificate);
    uint8_t *point = memmem(copy.data, copy.size, start.data, start.size);
    assert_non_null(point);
    point[start.size] ^= 1;
    return copy;
}

static void test_pem(void **state)
{
    (void)state;
    struct roots roots = make_roots();
    struct sg_span good = certificate_pem(roots.good.certificate);
    struct sg_span second = certificate_pem(roots.second.certificate);
    struct sg_span key = key_pem(roots.good.key, NULL);
    const struct {
        const char *what;
        struct sg_span pem;
        size_t count;        /* when it is good */
        const char *message; /* NULL: good */
    } rows[] = {
        {"one root", good, 1, NULL},
        {"two roots", JOIN(good, second), 2, NULL},
        {"text around them", JOIN(SG_SPAN_LITERAL("# our root\n"), good, SG_SPAN_LITERAL("\n# the other\n"), second), 2,
         NULL},
        {"an empty file", SG_SPAN_LITERAL(""), 0, "r.pem holds no certificate in PEM form: it is empty"},
        {"blanks", SG_SPAN_LITERAL(" \r\n\t\n"), 0, "r.pem holds no certificate in PEM form: it is empty"},
        {"garbage", SG_SPAN_LITERAL("not a certificate\n"), 0, "r.pem holds no certificate in PEM form"},
        {"DER", certificate_der(roots.good.certificate), 0, "r.pem holds no certificate in PEM form"},
        {"a key", key, 0,
         "r.pem holds something that is no certificate after 0 of them; keep only CERTIFICATE blocks in it"},
        {"a key behind", JOIN(good, key), 0,
         "r.pem holds something that is no certificate after 1 of them; keep only CERTIFICATE blocks in it"},
        {"a block without a certificate in it",
         SG_SPAN_LITERAL("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), 0,
         "r.pem holds something that is no certificate after 0 of them; keep only CERTIFICATE blocks in it"},
        {"a certificate under another label", block("PKCS7", "", certificate_der(roots.good.certificate)), 0,
         "r.pem holds something that is no certificate after 0 of them; keep only CERTIFICATE blocks in it"},
        {"header lines", block("CERTIFICATE", "Proc-Type: 4,MIC-CLEAR\n", certificate_der(roots.good.certificate)), 0,
         "r.pem holds something that is no certificate after 0 of them; keep only CERTIFICATE blocks in it"},
        {"a byte behind the certificate",
         block("CERTIFICATE", "", JOIN(certificate_der(roots.good.certificate), hex("00"))), 0,
         "r.pem holds something that is no certificate after 0 of them; keep only CERTIFICATE blocks in it"},
        {"a damaged block behind", JOIN(good, damaged(second)), 0,
         "r.pem has a damaged PEM block after 1 certificates"},
        {"a block that is cut off", JOIN(good, sg_span_part(second, 0, 200)), 0,
         "r.pem has a damaged PEM block after 1 certificates"},
        {"a leaf", certificate_pem(roots.leaf.certificate), 0,
         "r.pem: the certificate /CN=Leaf is not self-signed: give the root of the chain, not a certificate below it"},
        {"a leaf behind a root", JOIN(good, certificate_pem(roots.leaf.certificate)), 0,
         "r.pem: the certificate /CN=Leaf is not self-signed: give the root of the chain, not a certificate below it"},
        {"P-256", certificate_pem(roots.p256.certificate), 0, WEAK},
        {"RSA", certificate_pem(roots.rsa.certificate), 0, WEAK},
        {"SHA-256", certificate_pem(roots.sha256.certificate), 0, WEAK},
        {"a key that is none", block("CERTIFICATE", "", without_key(certificate_der(roots.good.certificate))), 0,
         "r.pem: the certificate /CN=Good does not have a P-384 key and an ecdsa-with-SHA384 signature, which every "
         "certificate of this format has"},
        {"no CA", certificate_pem(roots.no_ca.certificate), 0,
         "r.pem: the certificate /CN=No CA is no CA certificate (basicConstraints CA:TRUE)"},
        {"another's signature", certificate_pem(roots.imposter.certificate), 0,
         "r.pem: the certificate /CN=Good has a signature that its own key did not make"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_anchors *anchors = NULL;
        struct sg_error error = {0};
        assert_done(sg_anchors_make(&anchors, &error), error);
        sg_result result = sg_anchors_add_pem(anchors, rows[i].pem, "r.pem", &error);
        if (rows[i].message == NULL && !result.done)
            fail_msg("%s: %s", rows[i].what, error.message);
        if (rows[i].message != NULL && (result.done || strcmp(error.message, rows[i].message) != 0))
            fail_msg("%s:\n  is     %s\n  wanted %s", rows[i].what, error.message, rows[i].message);
        if (rows[i].message == NULL)
            assert_int_equal(sg_anchors_count(anchors), rows[i].count);
        else
            assert_int_equal(error.code, SG_ERROR_CONFIGURATION);
        sg_anchors_free(&anchors);
    }
    free_roots(&roots);
}

/* The file's name comes from a configuration, the subject from a certificate. */
static void test_hostile_names(void **state)
{
    (void)state;
    struct authority leaf = make_authority(&(struct certificate_plan){.name = "a\n::error::b"}, NULL);
    struct sg_anchors *anchors = NULL;
    struct sg_error error = {0};
    assert_done(sg_anchors_make(&anchors, &error), error);
    assert_failed(
        sg_anchors_add_pem(anchors, certificate_pem(leaf.certificate), "x\x1b[31m.pem", &error), error,
        SG_ERROR_CONFIGURATION,
        "x\\x1B[31m.pem: the certificate /CN=a\\\\x0A::error::b is no CA certificate (basicConstraints CA:TRUE)");
    sg_anchors_free(&anchors);
    free_made_authority(&leaf);
}

static void test_most_roots(void **state)
{
    (void)state;
    struct certificate_plan plan = CA_PLAN("Good");
    struct authority root = make_authority(&plan, NULL);
    struct sg_anchors *anchors = NULL;
    struct sg_error error = {0};
    struct sg_span pem = certificate_pem(root.certificate);
    assert_done(sg_anchors_make(&anchors, &error), error);
    for (unsigned i = 0; i < SG_MAX_ROOTS; i++)
        assert_done(sg_anchors_add_pem(anchors, pem, "r.pem", &error), error);
    assert_failed(sg_anchors_add_pem(anchors, pem, "r.pem", &error), error, SG_ERROR_CONFIGURATION,
                  "r.pem: more than 64 roots");
    sg_anchors_free(&anchors);
    free_made_authority(&root);
}

static void test_library(void **state)
{
    (void)state;
    struct sg_error error = {0};
    assert_done(sg_crypto_start(&error), error);
    assert_done(sg_crypto_start(&error), error);
    assert_int_equal(strncmp(sg_crypto_version(), "3.", 2), 0);
    const char *flaw = sg_crypto_known_flaw();
    int patch = 0;
    bool old = sscanf(sg_crypto_version(), "3.0.%d", &patch) == 1 && patch < 21;
    assert_int_equal(flaw != NULL, old);
    if (flaw != NULL)
        assert_string_equal(flaw, "OpenSSL before 3.0.21 has CVE-2026-45447 (in PKCS7_verify, which this program never "
                                  "calls); install your distribution's security updates");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_library),
        cmocka_unit_test(test_builtin),
        cmocka_unit_test(test_builtin_fingerprint),
        cmocka_unit_test(test_pem),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_most_roots),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
