/* Bounds of what is decoded, and what OpenSSL would take and this program does not: bytes behind a value, parameters where there
 * are none, times with fractions. */
#include "test_crypto_crl_make.h"
#include "test_crypto_trusted_chain.h"

#include "crypto/ber.h"
#include "crypto/crl.h"

static void verify(struct sg_span cms, struct sg_arena *arena, struct sg_envelope *out)
{
    static const uint8_t content[SG_SHA384_BYTES];
    struct sg_error error = {0};
    *arena = sg_arena_make((size_t)16 * 1024 * 1024);
    assert_done(sg_envelope_verify(make_pem(cms), content, anchors, arena, out, &error), error);
}

/* --- values ----------------------------------------------------------------------------------------------------------------- */

static void test_longest_value(void **state)
{
    (void)state;
    uint8_t *bytes = made_bytes(SG_SIGNATURE_MAX_BYTES + 1);
    struct sg_span longest = sg_span_of(bytes, SG_SIGNATURE_MAX_BYTES);
    struct sg_span longer = sg_span_of(bytes, SG_SIGNATURE_MAX_BYTES + 1);
    struct sg_ber value;
    memcpy(bytes, "\x04\x82\xFF\xFC", 4); /* an OCTET STRING of 65,532 bytes */
    assert_false(sg_ber_take(&longer, &value));
    assert_int_equal(longer.size, SG_SIGNATURE_MAX_BYTES + 1);
    assert_true(sg_ber_take(&longest, &value));
    assert_int_equal(value.body.size, 65532);
    assert_int_equal(longest.size, 0);
}

/* --- PEM files with certificates -------------------------------------------------------------------------------------------- */

#define NO_CERTIFICATE                                                                                                 \
    "r.pem holds something that is no certificate after 0 of them; keep only CERTIFICATE blocks in it"

static struct sg_span block_of(struct sg_span der, const char *header)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_true(PEM_write_bio(bio, PEM_STRING_X509, header, der.data, (long)der.size) > 0);
    return bio_text(bio);
}

static void test_pem_blocks(void **state)
{
    (void)state;
    struct sg_span root = certificate_der(chain.root.certificate);
    const struct {
        const char *what;
        struct sg_span pem;
        const char *message; /* NULL: it is taken */
    } rows[] = {
        {"the root", block_of(root, ""), NULL},
        {"a byte behind it", block_of(JOIN(root, hex("00")), ""), NO_CERTIFICATE},
        {"twice in one block", block_of(JOIN(root, root), ""), NO_CERTIFICATE},
        {"cut off", block_of(sg_span_part(root, 0, root.size - 1), ""), NO_CERTIFICATE},
        {"headers", block_of(root, "Comment: a root\n"), NO_CERTIFICATE},
        {"an empty block", SG_SPAN_LITERAL("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
         "r.pem holds no certificate in PEM form"},
        {"more than a MiB", block_of(JOIN(root, sg_span_of(made_bytes(SG_PEM_MAX_BYTES), SG_PEM_MAX_BYTES)), ""),
         NO_CERTIFICATE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_anchors *taken = NULL;
        struct sg_error error = {0};
        assert_done(sg_anchors_make(&taken, &error), error);
        sg_result result = sg_anchors_add_pem(taken, rows[i].pem, "r.pem", &error);
        if (result.done != (rows[i].message == NULL))
            fail_msg("%s: %s", rows[i].what, result.done ? "it is taken" : error.message);
        if (!result.done && strcmp(error.message, rows[i].message) != 0)
            fail_msg("%s:\n  is     %s\n  wanted %s", rows[i].what, error.message, rows[i].message);
        assert_int_equal(sg_anchors_count(taken), result.done ? 1 : 0);
        sg_anchors_free(&taken);
    }
}

/* --- certificates ----------------------------------------------------------------------------------------------------------- */

/* Signs again with ecdsa-with-SHA384 and NULL parameters in both places, which RFC 5758 section 3.2 forbids and OpenSSL takes. */
static void sign_with_parameters(X509 *certificate, EVP_PKEY *key)
{
    const X509_ALGOR *outer = NULL;
    const ASN1_BIT_STRING *value = NULL;
    unsigned char *body = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t signature[256];
    size_t size = sizeof signature;
    X509_get0_signature(&value, &outer, certificate);
    const X509_ALGOR *const both[] = {outer, X509_get0_tbs_sigalg(certificate)};
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            X509_ALGOR_set0((X509_ALGOR *)(uintptr_t)both[i], OBJ_nid2obj(NID_ecdsa_with_SHA384), V_ASN1_NULL, NULL),
            1);
    int body_bytes = i2d_re_X509_tbs(certificate, &body);
    assert_true(body_bytes > 0);
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha384(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(context, signature, &size, body, (size_t)body_bytes), 1);
    assert_int_equal(ASN1_STRING_set((ASN1_STRING *)(uintptr_t)value, signature, (int)size), 1);
    EVP_MD_CTX_free(context);
    OPENSSL_free(body);
}

static void test_parameters(void **state)
{
    (void)state;
    struct certificate_plan plan = CA_PLAN("Odd Root");
    struct authority root = make_authority(&plan, NULL);
    struct sg_anchors *none = NULL;
    struct sg_error error = {0};
    sign_with_parameters(root.certificate, root.key);
    assert_int_equal(X509_verify(root.certificate, root.key), 1);
    assert_done(sg_anchors_make(&none, &error), error);
    assert_failed(sg_anchors_add_pem(none, certificate_pem(root.certificate), "r.pem", &error), error,
                  SG_ERROR_CONFIGURATION,
                  "r.pem: the certificate /CN=Odd Root does not have a P-384 key and an ecdsa-with-SHA384 signature, "
                  "which every certificate of this format has");
    sg_anchors_free(&none);
    free_made_authority(&root);

    struct chain odd = chain;
    struct sg_envelope envelope;
    struct sg_arena arena;
    odd.leaf = make_authority(&(struct certificate_plan){.name = "Odd Leaf"}, &chain.ca);
    sign_with_parameters(odd.leaf.certificate, chain.ca.key);
    verify(make_cms(&(struct envelope_plan){0}, &odd), &arena, &envelope);
    assert_refuted("the leaf", &envelope, CHAIN, SG_RULE_MALFORMED_SIGNATURE,
                   "the certificate `CN=Odd Leaf` does not have a P-384 key and an ecdsa-with-SHA384 signature");
    sg_arena_free(&arena);
    free_made_authority(&odd.leaf);
}

/* RFC 5280 section 4.1.2.2 allows 20 bytes; of longer ones the report shows 64. */
static void test_long_serial(void **state)
{
    (void)state;
    struct chain odd = chain;
    struct sg_envelope envelope;
    struct sg_arena arena;
    uint8_t bytes[70];
    char shown[2 * 64 + 1];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i + 1);
    odd.leaf = make_authority(&(struct certificate_plan){.name = "Long"}, &chain.ca);
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    assert_non_null(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(odd.leaf.certificate)));
    assert_true(X509_sign(odd.leaf.certificate, chain.ca.key, EVP_sha384()) > 0);
    verify(make_cms(&(struct envelope_plan){0}, &odd), &arena, &envelope);
    assert_proven("a serial number of 70 bytes", &envelope, NULL);
    assert_string_equal(envelope.claims.chain[0].serial, sg_hex(sg_span_of(bytes, 64), shown));
    BN_free(number);
    sg_arena_free(&arena);
    free_made_authority(&odd.leaf);
}

/* --- the CMS ---------------------------------------------------------------------------------------------------------------- */

/* A good envelope with more behind the SignedData in its [0], or behind the signerInfos in the SignedData. */
static struct sg_span with_more(struct sg_span behind_data, struct sg_span behind_signers)
{
    struct sg_span rest = make_cms(&(struct envelope_plan){0}, &chain);
    struct sg_ber info;
    struct sg_ber type;
    struct sg_ber wrapped;
    struct sg_ber data;
    assert_true(sg_ber_take(&rest, &info));
    rest = info.body;
    assert_true(sg_ber_take(&rest, &type) && sg_ber_take(&rest, &wrapped));
    rest = wrapped.body;
    assert_true(sg_ber_take(&rest, &data));
    struct sg_span signed_data = der(0x30, JOIN(data.body, behind_signers));
    return der(0x30, JOIN(type.whole, der(0xA0, JOIN(signed_data, behind_data))));
}

static void test_more_behind(void **state)
{
    (void)state;
    const struct {
        const char *what;
        struct sg_span cms;
        const char *message; /* NULL: it is good */
    } rows[] = {
        {"nothing", with_more(hex(""), hex("")), NULL},
        {"behind the SignedData", with_more(hex("05 00"), hex("")), "the CMS SignedData is malformed"},
        {"behind the signerInfos", with_more(hex(""), hex("05 00")),
         "the CMS SignedData is malformed behind its certificates"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_envelope envelope;
        struct sg_arena arena;
        verify(rows[i].cms, &arena, &envelope);
        if (rows[i].message == NULL)
            assert_proven(rows[i].what, &envelope, NULL);
        else
            assert_refuted(rows[i].what, &envelope, FORMAT, SG_RULE_MALFORMED_SIGNATURE, rows[i].message);
        sg_arena_free(&arena);
    }
}

#define SHA384_NULL_AND_MORE "30 0F 06 09 608648016503040202 05 00 05 00"
#define IGNORED              "the signer has unsigned attributes; they prove nothing and are ignored"

static void test_algorithms_and_attributes(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct envelope_plan plan;
        const char *refuted, *notice;
    } rows[] = {
        {"NULL and more",
         {.signer_digest = SHA384_NULL_AND_MORE},
         "the signer's digestAlgorithm is not SHA-384 with absent or NULL parameters",
         NULL},
        {"emailAddress",
         {.unsigned_attributes = "A1 13 30 11 06 09 2A864886F70D010901 31 04 0C 02 6161"},
         NULL,
         IGNORED},
        {"countersignature",
         {.unsigned_attributes = "A1 13 30 11 06 09 2A864886F70D010906 31 04 0C 02 6161"},
         NULL,
         IGNORED},
        {"nine bytes of another arc",
         {.unsigned_attributes = "A1 13 30 11 06 09 2A864886F70D020903 31 04 0C 02 6161"},
         NULL,
         IGNORED},
        {"no OID", {.unsigned_attributes = "A1 04 30 02 05 00"}, "OpenSSL cannot decode the CMS", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_envelope envelope;
        struct sg_arena arena;
        verify(make_cms(&rows[i].plan, &chain), &arena, &envelope);
        if (rows[i].refuted == NULL)
            assert_proven(rows[i].what, &envelope, rows[i].notice);
        else
            assert_refuted(rows[i].what, &envelope, FORMAT, SG_RULE_MALFORMED_SIGNATURE, rows[i].refuted);
        sg_arena_free(&arena);
    }
}

/* --- CRLs ------------------------------------------------------------------------------------------------------------------- */

static const struct sg_time now = {.unix_seconds = 1795435200}; /* 2026-11-23T12:00:00Z */

static void test_largest_crl(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_crl *crl = NULL;
    uint8_t *bytes = made_bytes(SG_REVOCATION_MAX_BYTES + 1);
    assert_failed(sg_crl_parse(sg_span_of(bytes, SG_REVOCATION_MAX_BYTES + 1), now, &crl, &error), error,
                  SG_ERROR_NETWORK, "the CRL has 16777217 bytes; at most 16777216 are read");
    assert_failed(sg_crl_parse(sg_span_of(bytes, SG_REVOCATION_MAX_BYTES), now, &crl, &error), error, SG_ERROR_NETWORK,
                  "it is no CRL, neither in DER nor in PEM form");
    assert_null(crl);
}

/* RFC 5280 section 5.1.2.4: to the second, in UTC, UTCTime until 2049. OpenSSL takes the others. */
static void test_crl_times(void **state)
{
    (void)state;
    static const struct {
        const char *next_update;
        const char *message; /* NULL: it is good */
    } rows[] = {
        {"20500101000000Z", NULL},
        {"20261124000000.5Z", "the CRL's nextUpdate is no time"},
        {"20261124000000+0100", "the CRL's nextUpdate is no time"},
        {"202611240000Z", "the CRL's nextUpdate is no time"},
    };
    struct made_authority issuer = {chain.ca.key, chain.ca.certificate};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        X509_CRL *list = make_crl(&(struct crl_plan){0}, &issuer);
        ASN1_TIME *next = (ASN1_TIME *)(uintptr_t)X509_CRL_get0_nextUpdate(list);
        struct sg_error error = {0};
        struct sg_crl *crl = NULL;
        next->type = V_ASN1_GENERALIZEDTIME;
        assert_int_equal(ASN1_STRING_set(next, rows[i].next_update, -1), 1);
        assert_true(X509_CRL_sign(list, issuer.key, EVP_sha384()) > 0);
        struct sg_span der = encode_crl(list);
        sg_result result = sg_crl_parse(der, now, &crl, &error);
        if (result.done != (rows[i].message == NULL))
            fail_msg("%s: %s", rows[i].next_update, result.done ? "it is taken" : error.message);
        if (rows[i].message != NULL)
            assert_string_equal(error.message, rows[i].message);
        sg_crl_free(&crl);
        X509_CRL_free(list);
        OPENSSL_free((void *)(uintptr_t)der.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_longest_value), cmocka_unit_test(test_pem_blocks),
        cmocka_unit_test(test_parameters),    cmocka_unit_test(test_long_serial),
        cmocka_unit_test(test_more_behind),   cmocka_unit_test(test_algorithms_and_attributes),
        cmocka_unit_test(test_largest_crl),   cmocka_unit_test(test_crl_times),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
