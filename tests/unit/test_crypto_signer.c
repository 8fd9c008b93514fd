/* Signing with a key and chain of one's own: what comes out verifies, and what cannot is refused with the way out. */
#include "test_crypto_pki.h"

#include "crypto/anchors.h"
#include "crypto/envelope.h"
#include "crypto/signer.h"

#define PROFILE "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"
#define JOB     "arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555"

static struct chain chain;
static struct sg_span chain_pem;

static int set_up(void **state)
{
    (void)state;
    chain = make_chain();
    chain_pem = JOIN(certificate_pem(chain.leaf.certificate), certificate_pem(chain.ca.certificate),
                     certificate_pem(chain.root.certificate));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free_chain(&chain);
    sg_arena_free(&made);
    return 0;
}

static struct sg_signing_request usual_request(void)
{
    struct sg_signing_request request = {.profile_version_arn = PROFILE,
                                         .job_arn = JOB,
                                         .signed_at = {.unix_seconds = 1793614272, .nanoseconds = 345678912},
                                         .expires_at = {.unix_seconds = 2140769472}};
    memset(request.content, '\n', sizeof request.content); /* what OpenSSL's text mode would change (CM-03) */
    return request;
}

/* Signs with this key and chain and verifies under the chain's own root. */
static void sign_and_verify(struct sg_span key, struct sg_span certificates, const struct sg_signing_request *request,
                            struct sg_buffer *pem, struct sg_arena *arena, struct sg_envelope *out)
{
    struct sg_signer *signer = NULL;
    struct sg_anchors *anchors = NULL;
    struct sg_error error = {0};
    *pem = sg_buffer_make(SG_SIGNATURE_MAX_BYTES);
    *arena = sg_arena_make((size_t)1024 * 1024);
    assert_done(sg_signer_make(key, "key.pem", certificates, "chain.pem", &signer, &error), error);
    assert_done(sg_signer_sign(signer, request, pem, &error), error);
    assert_done(sg_anchors_make(&anchors, &error), error);
    assert_done(sg_signer_add_root(signer, anchors, &error), error);
    assert_int_equal(sg_anchors_count(anchors), 1);
    assert_done(sg_envelope_verify(sg_buffer_span(pem), request->content, anchors, arena, out, &error), error);
    sg_anchors_free(&anchors);
    sg_signer_free(&signer);
    assert_null(signer);
}

static void test_round_trip(void **state)
{
    (void)state;
    const struct sg_signing_request request = usual_request();
    struct sg_envelope envelope;
    struct sg_buffer pem;
    struct sg_arena arena;
    char text[SG_TIME_TEXT_BYTES];
    sign_and_verify(key_pem(chain.leaf.key, NULL), chain_pem, &request, &pem, &arena, &envelope);
    const struct sg_proof *refutation = sg_envelope_refutation(&envelope);
    if (refutation != NULL)
        fail_msg("%s", refutation->message);
    assert_true(sg_envelope_proven(&envelope));
    assert_int_equal(envelope.notices.count, 0);
    assert_string_equal(envelope.claims.profile_version_arn, PROFILE);
    assert_string_equal(envelope.claims.job_arn, JOB);
    assert_string_equal(sg_time_format_rfc3339(envelope.claims.signed_at, text), "2026-11-02T10:11:12.345Z");
    assert_string_equal(sg_time_format_rfc3339(envelope.claims.expires_at, text), "2037-11-02T10:11:12.000Z");
    assert_int_equal(envelope.claims.chain_count, 3);
    assert_string_equal(envelope.claims.chain[0].subject, "CN=Test Leaf");
    assert_string_equal(envelope.claims.chain[1].subject, "CN=Test CA");
    assert_string_equal(envelope.claims.chain[2].subject, "CN=Test Root");
    assert_int_equal(strncmp(sg_buffer_text(&pem), "-----BEGIN PKCS7-----\n", 22), 0);
    sg_arena_free(&arena);
    sg_buffer_free(&pem);
}

/* What is appended stands behind what was there. */
static void test_appends(void **state)
{
    (void)state;
    const struct sg_signing_request request = usual_request();
    struct sg_signer *signer = NULL;
    struct sg_error error = {0};
    struct sg_buffer out = sg_buffer_make(SG_SIGNATURE_MAX_BYTES);
    assert_done(sg_buffer_append_text(&out, "before\n", &error), error);
    assert_done(sg_signer_make(key_pem(chain.leaf.key, NULL), "k", chain_pem, "c", &signer, &error), error);
    assert_done(sg_signer_sign(signer, &request, &out, &error), error);
    assert_int_equal(strncmp(sg_buffer_text(&out), "before\n-----BEGIN PKCS7-----\n", 29), 0);
    sg_buffer_free(&out);
    sg_signer_free(&signer);
}

/* OpenSSL's older form of a key, with its parameters in front, as `openssl ecparam -genkey` writes it. */
static void test_traditional_key(void **state)
{
    (void)state;
    const struct sg_signing_request request = usual_request();
    struct sg_envelope envelope;
    struct sg_buffer pem;
    struct sg_arena arena;
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_Parameters(bio, chain.leaf.key), 1);
    assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio, chain.leaf.key, NULL, NULL, 0, NULL, NULL), 1);
    struct sg_span key = bio_text(bio);
    assert_int_equal(strncmp((const char *)key.data, "-----BEGIN EC PARAMETERS-----", 29), 0);
    sign_and_verify(key, chain_pem, &request, &pem, &arena, &envelope);
    assert_true(sg_envelope_proven(&envelope));
    sg_arena_free(&arena);
    sg_buffer_free(&pem);
}

/* A leaf that is not for code signing can sign, but what comes out is refused: `sealgate sign` verifies before it writes. */
static void test_wrong_leaf(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct certificate_plan plan;
        const char *message;
    } rows[] = {
        {"serverAuth",
         {.extended = "serverAuth"},
         "the signer's certificate does not have the extended key usage codeSigning alone"},
        {"expired then",
         {.not_after = "261101000000Z"},
         "the certificate chain does not lead to a trusted root at the signing time 2026-11-02T10:11:12.345Z: "
         "certificate has expired (at `CN=Leaf`)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sg_signing_request request = usual_request();
        struct authority leaf = make_authority(&rows[i].plan, &chain.ca);
        struct sg_envelope envelope;
        struct sg_buffer pem;
        struct sg_arena arena;
        sign_and_verify(key_pem(leaf.key, NULL),
                        JOIN(certificate_pem(leaf.certificate), certificate_pem(chain.ca.certificate),
                             certificate_pem(chain.root.certificate)),
                        &request, &pem, &arena, &envelope);
        assert_non_null(sg_envelope_refutation(&envelope));
        assert_string_equal(sg_envelope_refutation(&envelope)->message, rows[i].message);
        sg_arena_free(&arena);
        sg_buffer_free(&pem);
        free_made_authority(&leaf);
    }
}

/* --- what is refused --------------------------------------------------------------------------------------------------------- */

#define DECRYPT "key.pem is an encrypted key; decrypt it first, for example with `openssl pkey -in FILE -out FILE`"
#define NOT_P384                                                                                                       \
    "key.pem is no P-384 key, the only kind in this format; make one with `openssl ecparam -name secp384r1 -genkey "   \
    "-noout`"

static struct sg_span encrypted_traditional(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned char passphrase[] = "secret";
    assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio, key, EVP_aes_128_cbc(), passphrase, 6, NULL, NULL), 1);
    return bio_text(bio);
}

static void test_keys(void **state)
{
    (void)state;
    struct certificate_plan plans[] = {{.curve = "P-256"}, {.curve = "RSA"}, {.explicit_curve = true}};
    struct authority others[3];
    for (size_t i = 0; i < 3; i++)
        others[i] = make_authority(&plans[i], NULL);
    const struct {
        const char *what;
        struct sg_span key;
        const char *message;
    } rows[] = {
        {"an empty file", SG_SPAN_LITERAL(""), "key.pem holds no private key in PEM form"},
        {"garbage", SG_SPAN_LITERAL("x\n"), "key.pem holds no private key in PEM form"},
        {"a certificate", certificate_pem(chain.leaf.certificate), "key.pem holds no private key in PEM form"},
        {"encrypted, PKCS #8", key_pem(chain.leaf.key, "secret"), DECRYPT},
        {"encrypted, traditional", encrypted_traditional(chain.leaf.key), DECRYPT},
        {"P-256", key_pem(others[0].key, NULL), NOT_P384},
        {"RSA", key_pem(others[1].key, NULL), NOT_P384},
        {"explicit parameters", key_pem(others[2].key, NULL), NOT_P384},
        {"another's", key_pem(chain.ca.key, NULL), "key.pem is not the key of the first certificate of chain.pem"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_signer *signer = NULL;
        struct sg_error error = {0};
        if (sg_signer_make(rows[i].key, "key.pem", chain_pem, "chain.pem", &signer, &error).done)
            fail_msg("%s: is taken", rows[i].what);
        assert_string_equal(error.message, rows[i].message);
        assert_int_equal(error.code, SG_ERROR_REFUSED);
        assert_null(signer);
    }
    for (size_t i = 0; i < 3; i++)
        free_made_authority(&others[i]);
}

static void test_chains(void **state)
{
    (void)state;
    struct sg_span leaf = certificate_pem(chain.leaf.certificate);
    struct sg_span ca = certificate_pem(chain.ca.certificate);
    struct sg_span root = certificate_pem(chain.root.certificate);
    struct certificate_plan weak = CA_PLAN("Weak");
    weak.curve = "P-256";
    struct authority weak_ca = make_authority(&weak, &chain.root);
    struct certificate_plan twin = CA_PLAN("Test CA");
    struct authority other_key = make_authority(&twin, &chain.root);
    twin.name = "Other CA";
    struct authority other_name = make_authority(&twin, &chain.root);
    X509_set_pubkey(other_name.certificate, chain.ca.key);
    assert_true(X509_sign(other_name.certificate, chain.root.key, EVP_sha384()) > 0);
    const struct {
        const char *what;
        struct sg_span certificates;
        const char *message;
    } rows[] = {
        {"an empty file", SG_SPAN_LITERAL("\n"), "chain.pem holds no certificate in PEM form: it is empty"},
        {"garbage", SG_SPAN_LITERAL("x\n"), "chain.pem holds no certificate in PEM form"},
        {"a key in it", JOIN(leaf, key_pem(chain.leaf.key, NULL)),
         "chain.pem holds something that is no certificate after 1 of them; keep only CERTIFICATE blocks in it"},
        {"only the leaf", leaf, "chain.pem: the last certificate is not self-signed; the chain must end in its root"},
        {"no root", JOIN(leaf, ca),
         "chain.pem: the last certificate is not self-signed; the chain must end in its root"},
        {"root first", JOIN(root, ca, leaf), "key.pem is not the key of the first certificate of chain.pem"},
        {"CA behind the root", JOIN(leaf, root, ca),
         "chain.pem: certificate 1 was not issued by certificate 2; order them leaf first, root last"},
        {"the root twice and the CA last", JOIN(leaf, ca, root, ca),
         "chain.pem: certificate 3 was not issued by certificate 4; order them leaf first, root last"},
        {"the CA's name with another key", JOIN(leaf, certificate_pem(other_key.certificate), root),
         "chain.pem: certificate 1 was not issued by certificate 2; order them leaf first, root last"},
        {"the CA's key with another name", JOIN(leaf, certificate_pem(other_name.certificate), root),
         "chain.pem: certificate 1 was not issued by certificate 2; order them leaf first, root last"},
        {"P-256", JOIN(leaf, certificate_pem(weak_ca.certificate), root),
         "chain.pem: certificate 1 was not issued by certificate 2; order them leaf first, root last"},
        {"P-256 last", JOIN(leaf, ca, root, certificate_pem(weak_ca.certificate)),
         "chain.pem: certificate 3 was not issued by certificate 4; order them leaf first, root last"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_signer *signer = NULL;
        struct sg_error error = {0};
        if (sg_signer_make(key_pem(chain.leaf.key, NULL), "key.pem", rows[i].certificates, "chain.pem", &signer, &error)
                .done)
            fail_msg("%s: is taken", rows[i].what);
        if (strcmp(error.message, rows[i].message) != 0)
            fail_msg("%s:\n  is     %s\n  wanted %s", rows[i].what, error.message, rows[i].message);
        assert_int_equal(error.code, SG_ERROR_REFUSED);
        assert_null(signer);
    }
    free_made_authority(&weak_ca);
    free_made_authority(&other_key);
    free_made_authority(&other_name);
}

/* A CA whose key or signature is of another kind is named by its place. */
static void check_weak(const char *curve, const EVP_MD *digest)
{
    struct certificate_plan plan = CA_PLAN("Weak");
    plan.curve = curve;
    plan.digest = digest;
    struct authority ca = make_authority(&plan, &chain.root);
    struct authority leaf = make_authority(&(struct certificate_plan){.name = "Below"}, &ca);
    struct sg_signer *signer = NULL;
    struct sg_error error = {0};
    assert_failed(sg_signer_make(key_pem(leaf.key, NULL), "key.pem",
                                 JOIN(certificate_pem(leaf.certificate), certificate_pem(ca.certificate),
                                      certificate_pem(chain.root.certificate)),
                                 "chain.pem", &signer, &error),
                  error, SG_ERROR_REFUSED,
                  "chain.pem: certificate 2 does not have a P-384 key and an ecdsa-with-SHA384 signature");
    free_made_authority(&ca);
    free_made_authority(&leaf);
}

static void test_weak_certificate(void **state)
{
    (void)state;
    check_weak(NULL, EVP_sha256());
    check_weak("P-256", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),       cmocka_unit_test(test_appends), cmocka_unit_test(test_traditional_key),
        cmocka_unit_test(test_wrong_leaf),       cmocka_unit_test(test_keys),    cmocka_unit_test(test_chains),
        cmocka_unit_test(test_weak_certificate),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
