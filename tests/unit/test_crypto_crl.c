/* CRLs: what is taken for one, and what it says about a certificate. */
#include "test_crypto_crl_make.h"

#include <openssl/err.h>

#include "crypto/crl.h"

static struct made_authority root, authority, leaf, silent_authority, silent_leaf;

static struct sg_time at(const char *text)
{
    struct sg_time time = {0};
    assert_true(sg_time_parse_rfc3339(sg_span_text(text), &time));
    return time;
}

#define NOW at("2026-11-23T12:00:00Z")

static int make_all(void **state)
{
    (void)state;
    root = make_certificate("Root", 1, "critical,keyCertSign,cRLSign", NULL);
    authority = make_certificate("CA", 2, "critical,keyCertSign,cRLSign", &root);
    leaf = make_certificate("Leaf", 0x1234, "critical,digitalSignature", &authority);
    silent_authority = make_certificate("Silent CA", 3, "critical,keyCertSign", &root);
    silent_leaf = make_certificate("Silent leaf", 4, NULL, &silent_authority);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    struct made_authority *all[] = {&root, &authority, &leaf, &silent_authority, &silent_leaf};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free_authority(all[i]);
    return 0;
}

static void free_span(struct sg_span span)
{
    OPENSSL_free((void *)(uintptr_t)span.data);
}

static sg_result parse_plan(const struct crl_plan *plan, struct sg_crl **out, struct sg_error *error)
{
    X509_CRL *list = make_crl(plan, &authority);
    struct sg_span der = encode_crl(list);
    sg_result result = sg_crl_parse(der, NOW, out, error);
    free_span(der);
    X509_CRL_free(list);
    return result;
}

static void test_what_is_a_crl(void **state)
{
    (void)state;
    const long some[] = {0x99};
    const struct {
        struct crl_plan plan;
        const char *message; /* NULL: it is one */
    } rows[] = {
        {{0}, NULL},
        {{.serials = some, .serial_count = 1}, NULL},
        {{.digest = EVP_sha256()}, NULL},
        {{.digest = EVP_sha512()}, NULL},
        {{.digest = EVP_sha1()}, "the CRL is signed with ecdsa-with-SHA1; SHA-256, SHA-384 or SHA-512 is needed"},
        {{.digest = EVP_sha224()}, "the CRL is signed with ecdsa-with-SHA224; SHA-256, SHA-384 or SHA-512 is needed"},
        {{.next_update = ""}, "the CRL has no nextUpdate: nobody can tell how long it is good"},
        {{.next_update = "261123120000Z"}, "the CRL is out of date: a new one was due at 2026-11-23 12:00 UTC"},
        {{.next_update = "261123120001Z"}, NULL},
        {{.next_update = "261122000000Z"}, "the CRL's nextUpdate is not after its thisUpdate"},
        {{.next_update = "261123000000Z"}, "the CRL's nextUpdate is not after its thisUpdate"},
        {{.next_update = "20511124000000Z"}, NULL},
        {{.this_update = "261123120500Z"}, NULL},
        {{.this_update = "261123120501Z"}, "the CRL is dated in the future, 2026-11-23 12:05 UTC"},
        {{.version_1 = true}, NULL},
        {{.this_bytes = "yesterday", .this_type = V_ASN1_UTCTIME}, "the CRL's thisUpdate is no time"},
        {{.this_bytes = "261123000000Z", .this_type = V_ASN1_GENERALIZEDTIME}, "the CRL's thisUpdate is no time"},
        {{.this_bytes = "20261123000000Z", .this_type = V_ASN1_UTCTIME}, "the CRL's thisUpdate is no time"},
        {{.this_bytes = "261123000000ZZ", .this_type = V_ASN1_UTCTIME}, "the CRL's thisUpdate is no time"},
        {{.this_bytes = "20261123000000ZZ", .this_type = V_ASN1_GENERALIZEDTIME}, "the CRL's thisUpdate is no time"},
        {{.this_bytes = "20261123000000Z", .this_type = V_ASN1_GENERALIZEDTIME}, NULL},
        {{.next_bytes = "20261124000000ZZ", .next_type = V_ASN1_GENERALIZEDTIME}, "the CRL's nextUpdate is no time"},
        {{.next_bytes = "tomorrow", .next_type = V_ASN1_UTCTIME}, "the CRL's nextUpdate is no time"},
        {{.extension = NID_delta_crl, .extension_value = "critical,DER:020101"},
         "it is a delta CRL; a complete one is needed"},
        {{.extension = NID_delta_crl, .extension_value = "DER:020101"}, "it is a delta CRL; a complete one is needed"},
        {{.extension = NID_issuing_distribution_point, .extension_value = "critical,fullname:URI:http://h/x"},
         "it is a partial CRL (it has an issuing distribution point); a complete one is needed"},
        {{.extension = NID_issuing_distribution_point, .extension_value = "onlyuser:TRUE"},
         "it is a partial CRL (it has an issuing distribution point); a complete one is needed"},
        {{.extension = NID_crl_number, .extension_value = "DER:020107"}, NULL},
        {{.extension = NID_issuer_alt_name, .extension_value = "critical,DNS:h"},
         "the CRL has the critical extension X509v3 Issuer Alternative Name, which is not understood"},
        {{.serials = some, .serial_count = 1, .critical_entries = true},
         "an entry of the CRL has the critical extension X509v3 CRL Reason Code, which is not understood"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_crl *crl = NULL;
        struct sg_error error = {0};
        if (rows[i].message == NULL) {
            assert_done(parse_plan(&rows[i].plan, &crl, &error), error);
            sg_crl_free(&crl);
        } else {
            assert_failed(parse_plan(&rows[i].plan, &crl, &error), error, SG_ERROR_NETWORK, rows[i].message);
        }
        assert_null(crl);
        assert_int_equal(ERR_peek_error(), 0);
    }
}

static void test_times(void **state)
{
    (void)state;
    struct sg_crl *crl = NULL;
    struct sg_error error = {0};
    const struct crl_plan plan = {.this_update = "261123010203Z", .next_update = "20500101000000Z"};
    assert_done(parse_plan(&plan, &crl, &error), error);
    assert_int_equal(sg_time_compare(sg_crl_this_update(crl), at("2026-11-23T01:02:03Z")), 0);
    assert_int_equal(sg_time_compare(sg_crl_next_update(crl), at("2050-01-01T00:00:00Z")), 0);
    sg_crl_free(&crl);
}

static void test_bytes_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "it is no CRL, neither in DER nor in PEM form"},
        {"<html>not found</html>", "it is no CRL, neither in DER nor in PEM form"},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
         "it is no CRL, neither in DER nor in PEM form"},
        {"-----BEGIN X509 CRL-----\nAAAA\n", "the PEM block of the CRL is damaged"},
        {"-----BEGIN X509 CRL-----\n????\n-----END X509 CRL-----\n", "the PEM block of the CRL is damaged"},
        {"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "it is no CRL, neither in DER nor in PEM form"},
        {"-----BEGIN X509 CRL-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END X509 CRL-----\n",
         "the PEM block of the CRL has headers"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_crl *crl = NULL;
        struct sg_error error = {0};
        assert_failed(sg_crl_parse(sg_span_text(rows[i].text), NOW, &crl, &error), error, SG_ERROR_NETWORK,
                      rows[i].message);
        assert_int_equal(ERR_peek_error(), 0);
    }
}

/* DER with something behind it, cut off, PEM with blanks and with more around it. */
static void test_wrappings(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        const char *after;
        const char *message;
    } rows[] = {
        {"", "", NULL},
        {"\r\n \t", "\n\n", NULL},
        {"text\n", "", "it is no CRL, neither in DER nor in PEM form"},
        {"", "text", "there is something behind the PEM block of the CRL"},
        {"", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
         "there is something behind the PEM block of the CRL"},
    };
    X509_CRL *list = make_crl(&(struct crl_plan){0}, &authority);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509_CRL(bio, list), 1);
    char *pem = NULL;
    int size = (int)BIO_get_mem_data(bio, &pem);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[4096];
        struct sg_crl *crl = NULL;
        struct sg_error error = {0};
        snprintf(text, sizeof text, "%s%.*s%s", rows[i].before, size, pem, rows[i].after);
        if (rows[i].message == NULL)
            assert_done(sg_crl_parse(sg_span_text(text), NOW, &crl, &error), error);
        else
            assert_failed(sg_crl_parse(sg_span_text(text), NOW, &crl, &error), error, SG_ERROR_NETWORK,
                          rows[i].message);
        sg_crl_free(&crl);
    }
    BIO_free(bio);

    struct sg_span der = encode_crl(list);
    struct sg_crl *crl = NULL;
    struct sg_error error = {0};
    uint8_t longer[4096];
    memcpy(longer, der.data, der.size);
    longer[der.size] = 0;
    assert_failed(sg_crl_parse(sg_span_of(longer, der.size + 1), NOW, &crl, &error), error, SG_ERROR_NETWORK,
                  "there are 1 bytes behind the CRL");
    for (size_t cut = 0; cut < der.size; cut++)
        assert_failed(sg_crl_parse(sg_span_of(der.data, cut), NOW, &crl, &error), error, SG_ERROR_NETWORK,
                      "it is no CRL, neither in DER nor in PEM form");
    free_span(der);
    X509_CRL_free(list);
}

/* RFC 5280 section 5.1.1.2: the outer algorithm is changed from ecdsa-with-SHA384 to ecdsa-with-SHA512. */
static void test_two_algorithms(void **state)
{
    (void)state;
    static const uint8_t sha384[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03};
    X509_CRL *list = make_crl(&(struct crl_plan){0}, &authority);
    struct sg_span der = encode_crl(list);
    uint8_t changed[4096];
    memcpy(changed, der.data, der.size);
    size_t last = 0;
    for (size_t i = 0; i + sizeof sha384 <= der.size; i++) {
        if (memcmp(changed + i, sha384, sizeof sha384) == 0)
            last = i;
    }
    assert_true(last > 0);
    changed[last + sizeof sha384 - 1] = 0x04;
    struct sg_crl *crl = NULL;
    struct sg_error error = {0};
    assert_failed(sg_crl_parse(sg_span_of(changed, der.size), NOW, &crl, &error), error, SG_ERROR_NETWORK,
                  "the CRL names two different signature algorithms");
    free_span(der);
    X509_CRL_free(list);
}

/* OpenSSL takes lengths that are indefinite; DER has none, so that nothing is found where the algorithms must stand. */
static void test_indefinite_length(void **state)
{
    (void)state;
    X509_CRL *list = make_crl(&(struct crl_plan){0}, &authority);
    struct sg_span der = encode_crl(list);
    uint8_t bent[4096] = {0x30, 0x80};
    size_t header = der.data[1] < 0x80 ? 2 : 2 + (der.data[1] & 0x7Fu);
    struct sg_crl *crl = NULL;
    struct sg_error error = {0};
    memcpy(bent + 2, der.data + header, der.size - header);
    assert_failed(sg_crl_parse(sg_span_of(bent, der.size - header + 4), NOW, &crl, &error), error, SG_ERROR_NETWORK,
                  "the CRL names two different signature algorithms");
    free_span(der);
    X509_CRL_free(list);
}

static void test_too_long(void **state)
{
    (void)state;
    struct sg_crl *crl = NULL;
    struct sg_error error = {0};
    uint8_t *bytes = calloc(1, SG_REVOCATION_MAX_BYTES + 1);
    assert_failed(sg_crl_parse(sg_span_of(bytes, SG_REVOCATION_MAX_BYTES + 1), NOW, &crl, &error), error,
                  SG_ERROR_NETWORK, "the CRL has 16777217 bytes; at most 16777216 are read");
    assert_failed(sg_crl_parse(sg_span_of(bytes, SG_REVOCATION_MAX_BYTES), NOW, &crl, &error), error, SG_ERROR_NETWORK,
                  "it is no CRL, neither in DER nor in PEM form");
    free(bytes);
}

/* Who made the CRL, about whom it is asked, and what comes of it. */
static void test_answers(void **state)
{
    (void)state;
    const long the_leaf[] = {0x99, 0x1234, 0x1};
    const long others[] = {0x99, 0x1235, 0x12};
    struct made_authority stranger = make_certificate("CA", 9, "critical,keyCertSign,cRLSign", NULL);
    const struct {
        const char *what;
        struct crl_plan plan;
        const struct made_authority *signer;
        X509 *certificate;
        X509 *issuer;
        enum sg_crl_answer answer;
    } rows[] = {
        {"not listed",
         {.serials = others, .serial_count = 3},
         &authority,
         leaf.certificate,
         authority.certificate,
         SG_CRL_GOOD},
        {"an empty list", {0}, &authority, leaf.certificate, authority.certificate, SG_CRL_GOOD},
        {"listed",
         {.serials = the_leaf, .serial_count = 3},
         &authority,
         leaf.certificate,
         authority.certificate,
         SG_CRL_REVOKED},
        {"another CA's list",
         {.serials = the_leaf, .serial_count = 3},
         &root,
         leaf.certificate,
         authority.certificate,
         SG_CRL_NOT_COVERED},
        {"a CA of the same name with another key",
         {.serials = the_leaf, .serial_count = 3},
         &stranger,
         leaf.certificate,
         authority.certificate,
         SG_CRL_NOT_COVERED},
        {"asked about a certificate of another CA",
         {.serials = the_leaf, .serial_count = 3},
         &authority,
         silent_leaf.certificate,
         silent_authority.certificate,
         SG_CRL_NOT_COVERED},
        {"the issuer is not the one that is named",
         {.serials = the_leaf, .serial_count = 3},
         &authority,
         leaf.certificate,
         root.certificate,
         SG_CRL_NOT_COVERED},
        {"a name that is another's",
         {.issuer_name = "CA"},
         &root,
         leaf.certificate,
         authority.certificate,
         SG_CRL_NOT_COVERED},
        {"a CA that may not sign CRLs",
         {0},
         &silent_authority,
         silent_leaf.certificate,
         silent_authority.certificate,
         SG_CRL_NOT_COVERED},
        {"the root's list about the CA", {0}, &root, authority.certificate, root.certificate, SG_CRL_GOOD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_error error = {0};
        struct sg_crl *crl = NULL;
        struct sg_certificate certificate;
        struct sg_certificate issuer;
        enum sg_crl_answer answer = SG_CRL_NOT_COVERED;
        X509_CRL *list = make_crl(&rows[i].plan, rows[i].signer);
        struct sg_span der = encode_crl(list);
        describe_certificate(rows[i].certificate, "CN=x", "01", 'a', &certificate);
        describe_certificate(rows[i].issuer, "CN=y", "02", 'b', &issuer);
        assert_done(sg_crl_parse(der, NOW, &crl, &error), error);
        assert_done(sg_crl_ask(crl, &certificate, &issuer, &answer, &error), error);
        if (answer != rows[i].answer)
            fail_msg("%s: answer %d", rows[i].what, (int)answer);
        assert_int_equal(ERR_peek_error(), 0);
        free_described(&certificate);
        free_described(&issuer);
        sg_crl_free(&crl);
        free_span(der);
        X509_CRL_free(list);
    }
    free_authority(&stranger);
}

/* One changed bit anywhere must never give "good" with the listed certificate taken out. */
static void test_a_changed_serial_number(void **state)
{
    (void)state;
    static const uint8_t serial[] = {0x02, 0x02, 0x12, 0x34};
    const long serials[] = {0x1234};
    struct sg_error error = {0};
    struct sg_crl *crl = NULL;
    struct sg_certificate certificate;
    struct sg_certificate issuer;
    enum sg_crl_answer answer = SG_CRL_GOOD;
    X509_CRL *list = make_crl(&(struct crl_plan){.serials = serials, .serial_count = 1}, &authority);
    struct sg_span der = encode_crl(list);
    uint8_t *at_serial = memmem(der.data, der.size, serial, sizeof serial);
    assert_non_null(at_serial);
    at_serial[3] = 0x35;
    describe_certificate(leaf.certificate, "CN=x", "01", 'a', &certificate);
    describe_certificate(authority.certificate, "CN=y", "02", 'b', &issuer);
    assert_done(sg_crl_parse(der, NOW, &crl, &error), error);
    assert_done(sg_crl_ask(crl, &certificate, &issuer, &answer, &error), error);
    assert_int_equal(answer, SG_CRL_NOT_COVERED);
    free_described(&certificate);
    free_described(&issuer);
    sg_crl_free(&crl);
    free_span(der);
    X509_CRL_free(list);
}

/* Much longer than anything in a signature, and the last entry counts. */
static void test_a_long_list(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static long serials[COUNT];
    struct sg_error error = {0};
    struct sg_crl *crl = NULL;
    struct sg_certificate certificate;
    struct sg_certificate issuer;
    enum sg_crl_answer answer = SG_CRL_NOT_COVERED;
    for (long i = 0; i < COUNT; i++)
        serials[i] = i == COUNT - 1 ? 0x1234 : 1000000 - 7 * i;
    X509_CRL *list = make_crl(&(struct crl_plan){.serials = serials, .serial_count = COUNT}, &authority);
    struct sg_span der = encode_crl(list);
    assert_true(der.size > SG_SIGNATURE_MAX_BYTES);
    describe_certificate(leaf.certificate, "CN=x", "01", 'a', &certificate);
    describe_certificate(authority.certificate, "CN=y", "02", 'b', &issuer);
    assert_done(sg_crl_parse(der, NOW, &crl, &error), error);
    assert_done(sg_crl_ask(crl, &certificate, &issuer, &answer, &error), error);
    assert_int_equal(answer, SG_CRL_REVOKED);
    free_described(&certificate);
    free_described(&issuer);
    sg_crl_free(&crl);
    free_span(der);
    X509_CRL_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_a_crl),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_bytes_that_are_none),
        cmocka_unit_test(test_wrappings),
        cmocka_unit_test(test_two_algorithms),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_a_changed_serial_number),
        cmocka_unit_test(test_a_long_list),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_indefinite_length),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
