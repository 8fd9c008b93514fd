/* The certificates of an envelope and their path to a pinned root at the signing time (ATTACKS.md CM-33 to CM-41). */
#include "test_crypto_trusted_chain.h"

static const uint8_t zeros[SG_SHA384_BYTES];

static void verify(const struct envelope_plan *plan, const struct chain *with, struct sg_arena *arena,
                   struct sg_envelope *out)
{
    struct sg_error error = {0};
    *arena = sg_arena_make((size_t)16 * 1024 * 1024);
    assert_done(sg_envelope_verify(make_pem(make_cms(plan, with)), zeros, anchors, arena, out, &error), error);
}

static struct sg_span bytes_of(const struct authority *authority)
{
    return certificate_der(authority->certificate);
}

/* --- the leaf ----------------------------------------------------------------------------------------------------------- */

#define ALONE "the signer's certificate does not have the extended key usage codeSigning alone"
#define USAGE "the signer's certificate does not have the key usage digitalSignature"
#define PATH  "the certificate chain does not lead to a trusted root at the signing time 2026-11-02T10:11:12.345Z: "

struct leaf_row {
    const char *what;
    struct certificate_plan plan;
    enum sg_rule rule;   /* SG_RULE_NONE: proven, and `message` is the one notice */
    const char *message; /* NULL: none */
};

static const struct leaf_row leaf_rows[] = {
    {.what = "as AWS issues it"},
    {"no extended key usage", {.extended = ""}, SG_RULE_MALFORMED_SIGNATURE, ALONE},
    {"serverAuth", {.extended = "serverAuth"}, SG_RULE_MALFORMED_SIGNATURE, ALONE},
    {"anyExtendedKeyUsage", {.extended = "anyExtendedKeyUsage"}, SG_RULE_MALFORMED_SIGNATURE, ALONE},
    {"timeStamping", {.extended = "critical,timeStamping"}, SG_RULE_MALFORMED_SIGNATURE, ALONE},
    {"codeSigning and another", {.extended = "codeSigning,emailProtection"}, SG_RULE_MALFORMED_SIGNATURE, ALONE},
    {"codeSigning and one that nobody knows",
     {.extended = "codeSigning,1.2.3.4.5"},
     SG_RULE_MALFORMED_SIGNATURE,
     ALONE},
    {"one that nobody knows alone", {.extended = "critical,1.2.3.4.5"}, SG_RULE_MALFORMED_SIGNATURE, ALONE},
    {"no key usage", {.usage = ""}, SG_RULE_MALFORMED_SIGNATURE, USAGE},
    {"only keyEncipherment", {.usage = "critical,keyEncipherment"}, SG_RULE_MALFORMED_SIGNATURE, USAGE},
    {"nonRepudiation besides", {.usage = "digitalSignature,nonRepudiation"}, SG_RULE_NONE, NULL},
    {"a CA",
     {.constraints = "critical,CA:TRUE", .usage = "digitalSignature,keyCertSign"},
     SG_RULE_MALFORMED_SIGNATURE,
     "the signer's certificate is a CA certificate"},
    {"no basicConstraints", {.constraints = ""}, SG_RULE_NONE, "the signer's certificate has no basicConstraints"},
    {"an extension that is no DER",
     {.extension = "2.5.29.35", .extension_value = "DER:05:00"},
     SG_RULE_MALFORMED_SIGNATURE,
     "the signer's certificate has an extension that cannot be decoded"},
    {"not valid yet",
     {.not_before = "261102101113Z"},
     SG_RULE_UNTRUSTED_ROOT,
     PATH "certificate is not yet valid (at `CN=Test Leaf`)"},
    {"valid from that second on", {.not_before = "261102101112Z"}, SG_RULE_NONE, NULL},
    {"no longer valid",
     {.not_after = "261102101111Z"},
     SG_RULE_UNTRUSTED_ROOT,
     PATH "certificate has expired (at `CN=Test Leaf`)"},
    {"expired long ago, but not then", {.not_after = "261102101113Z"}, SG_RULE_NONE, NULL},
    {"a critical extension that nobody knows",
     {.extension = "1.2.3.4", .extension_value = "critical,ASN1:UTF8String:x"},
     SG_RULE_UNTRUSTED_ROOT,
     PATH "unhandled critical extension (at `CN=Test Leaf`)"},
    {"an extension that nobody knows",
     {.extension = "1.2.3.4", .extension_value = "ASN1:UTF8String:x"},
     SG_RULE_NONE,
     NULL},
};

static void check_leaf(const char *what, struct certificate_plan plan, const struct authority *issuer,
                       enum sg_rule rule, const char *message)
{
    plan.name = "Test Leaf";
    struct chain other = {.root = chain.root, .ca = chain.ca, .leaf = make_authority(&plan, issuer)};
    const struct envelope_plan good = {0};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify(&good, &other, &arena, &envelope);
    if (rule == SG_RULE_NONE)
        assert_proven(what, &envelope, message);
    else
        assert_refuted(what, &envelope, CHAIN, rule, message);
    sg_arena_free(&arena);
    free_made_authority(&other.leaf);
}

static void test_leaf(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof leaf_rows / sizeof leaf_rows[0]; i++)
        check_leaf(leaf_rows[i].what, leaf_rows[i].plan, &chain.ca, leaf_rows[i].rule, leaf_rows[i].message);
}

#define WEAK "the certificate `CN=Test Leaf` does not have a P-384 key and an ecdsa-with-SHA384 signature"

/* Every key and signature is P-384 and SHA-384 (CM-40). A curve or hash that OpenSSL's level 2 refuses never comes so far. */
static void test_algorithms(void **state)
{
    (void)state;
    check_leaf("SHA-256", (struct certificate_plan){.digest = EVP_sha256()}, &chain.ca, SG_RULE_MALFORMED_SIGNATURE,
               WEAK);
    check_leaf("SHA-512", (struct certificate_plan){.digest = EVP_sha512()}, &chain.ca, SG_RULE_MALFORMED_SIGNATURE,
               WEAK);
    check_leaf("P-256", (struct certificate_plan){.curve = "P-256"}, &chain.ca, SG_RULE_MALFORMED_SIGNATURE, WEAK);
    check_leaf("P-521", (struct certificate_plan){.curve = "P-521"}, &chain.ca, SG_RULE_MALFORMED_SIGNATURE, WEAK);
    check_leaf("secp256k1", (struct certificate_plan){.curve = "secp256k1"}, &chain.ca, SG_RULE_MALFORMED_SIGNATURE,
               WEAK);
    check_leaf("explicit parameters", (struct certificate_plan){.explicit_curve = true}, &chain.ca,
               SG_RULE_MALFORMED_SIGNATURE, WEAK);
}

/* Takes the value at the front of *rest: tag, length and body. Lengths of three octets at most. */
static struct sg_span next_value(struct sg_span *rest)
{
    const uint8_t *p = rest->data;
    size_t octets = p[1] < 0x80 ? 0 : p[1] & 0x7Fu;
    size_t size = octets == 0 ? p[1] : 0;
    for (size_t i = 0; i < octets; i++)
        size = size << 8 | p[2 + i];
    size += 2 + octets;
    struct sg_span value = sg_span_part(*rest, 0, size);
    *rest = sg_span_part(*rest, size, rest->size - size);
    return value;
}

/* What is in a value. */
static struct sg_span inside(struct sg_span value)
{
    size_t header = value.data[1] < 0x80 ? 2 : 2 + (value.data[1] & 0x7Fu);
    return sg_span_part(value, header, value.size - header);
}

/* The chain's leaf with these two names of its signature's algorithm, signed with ecdsa-with-SHA384 all the same. */
static struct authority with_algorithms(struct sg_span signed_name, struct sg_span outer_name)
{
    struct certificate_plan plan = {.name = "Test Leaf"};
    struct authority leaf = make_authority(&plan, &chain.ca);
    struct sg_span whole = bytes_of(&leaf);
    struct sg_span rest = inside(whole);
    struct sg_span fields = inside(next_value(&rest));
    struct sg_span version = next_value(&fields);
    struct sg_span serial = next_value(&fields);
    (void)next_value(&fields);
    struct sg_span tbs = der(0x30, JOIN(version, serial, signed_name, fields));
    struct sg_span signature = inside(make_signature(chain.ca.key, tbs));
    struct sg_span all = der(0x30, JOIN(tbs, outer_name, der(0x03, JOIN(hex("00"), signature))));
    const unsigned char *at = all.data;
    X509_free(leaf.certificate);
    leaf.certificate = d2i_X509(NULL, &at, (long)all.size);
    assert_non_null(leaf.certificate);
    return leaf;
}

/* The algorithm stands inside and outside of what is signed, without parameters (RFC 5280 section 4.1.1.2, RFC 5758 3.2). */
static void test_names_of_the_algorithm(void **state)
{
    (void)state;
    static const struct {
        const char *what, *signed_name, *outer_name;
        bool good;
    } rows[] = {
        {"as it should be", ECDSA_SHA384, ECDSA_SHA384, true},
        {"NULL parameters", "30 0C 06 08 2A8648CE3D040303 05 00", "30 0C 06 08 2A8648CE3D040303 05 00", false},
        {"another one inside", ECDSA_SHA256, ECDSA_SHA384, false},
        {"another one outside", ECDSA_SHA384, ECDSA_SHA256, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct chain other = chain;
        other.leaf = with_algorithms(hex(rows[i].signed_name), hex(rows[i].outer_name));
        const struct envelope_plan good = {0};
        struct sg_envelope envelope;
        struct sg_arena arena;
        verify(&good, &other, &arena, &envelope);
        if (rows[i].good)
            assert_proven(rows[i].what, &envelope, NULL);
        else
            assert_refuted(rows[i].what, &envelope, CHAIN, SG_RULE_MALFORMED_SIGNATURE, WEAK);
        sg_arena_free(&arena);
        free_made_authority(&other.leaf);
    }
}

/* Serial numbers have 20 octets at most (RFC 5280 section 4.1.2.2), but OpenSSL takes longer ones; 64 of them are shown. */
static void test_long_serial_number(void **state)
{
    (void)state;
    uint8_t number[70];
    char digits[2 * 64 + 1];
    struct chain other = chain;
    memset(number, 0x5A, sizeof number);
    other.leaf = make_authority(&(struct certificate_plan){.name = "Test Leaf"}, &chain.ca);
    assert_int_equal(ASN1_STRING_set(X509_get_serialNumber(other.leaf.certificate), number, sizeof number), 1);
    assert_true(X509_sign(other.leaf.certificate, chain.ca.key, EVP_sha384()) > 0);
    const struct envelope_plan good = {0};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify(&good, &other, &arena, &envelope);
    assert_proven("a long serial number", &envelope, NULL);
    assert_string_equal(envelope.claims.chain[0].serial, sg_hex(sg_span_of(number, 64), digits));
    sg_arena_free(&arena);
    free_made_authority(&other.leaf);
}

/* A leaf that the root issued itself is odd, but its chain is whole (CM-38). */
static void test_without_intermediate(void **state)
{
    (void)state;
    check_leaf("the root issued it", (struct certificate_plan){0}, &chain.root, SG_RULE_NONE,
               "the root issued the signer's certificate itself, without a CA between them");
}

/* --- the certificates ---------------------------------------------------------------------------------------------------- */

/* Certificates beside the chain that may confuse. */
struct others {
    struct authority same_name_ca; /* the CA's name, another key */
    struct authority same_serial;  /* the leaf's issuer and serial number, another key */
    struct authority cross;        /* the root's name and key, issued by another root */
    struct authority evil_root, evil_leaf;
    struct authority same_number; /* the leaf's serial number, another issuer */
};

static struct others make_others(void)
{
    struct certificate_plan ca = CA_PLAN("Test CA");
    struct certificate_plan root = CA_PLAN("Evil Root");
    struct others out = {.evil_root = make_authority(&root, NULL)};
    ca.serial = 7;
    out.same_name_ca = make_authority(&ca, &out.evil_root);
    out.same_serial = make_authority(&(struct certificate_plan){.name = "Test Leaf", .serial = 5}, &out.same_name_ca);
    out.evil_leaf = make_authority(&(struct certificate_plan){.name = "Evil Leaf"}, &out.evil_root);
    out.same_number = make_authority(&(struct certificate_plan){.name = "Evil Leaf", .serial = 5}, &out.evil_root);
    root.name = "Test Root";
    out.cross = make_authority(&root, &out.evil_root);
    return out;
}

static void free_others(struct others *others)
{
    free_made_authority(&others->same_name_ca);
    free_made_authority(&others->same_serial);
    free_made_authority(&others->cross);
    free_made_authority(&others->evil_root);
    free_made_authority(&others->evil_leaf);
    free_made_authority(&others->same_number);
}

static struct sg_span many(struct sg_span certificate, size_t count)
{
    struct sg_span out = sg_span_of("", 0);
    for (size_t i = 0; i < count; i++)
        out = JOIN(out, certificate);
    return out;
}

static void test_certificates(void **state)
{
    (void)state;
    struct others others = make_others();
    struct sg_span leaf = bytes_of(&chain.leaf);
    struct sg_span ca = bytes_of(&chain.ca);
    struct sg_span root = bytes_of(&chain.root);
    const char *no_issuer = PATH "unable to get local issuer certificate (at `CN=Test Leaf`)";
    const struct {
        const char *what;
        struct sg_span certificates;
        int where;
        const char *message;
    } rows[] = {
        {"leaf, CA, root", JOIN(leaf, ca, root), NOTHING_REFUTED, NULL},
        {"in another order", JOIN(root, ca, leaf), NOTHING_REFUTED, NULL},
        {"the root twice, as in 2022", JOIN(leaf, ca, root, root), NOTHING_REFUTED, NULL},
        {"the root not at all", JOIN(leaf, ca), NOTHING_REFUTED, NULL},
        {"16 of them", JOIN(leaf, ca, many(root, 14)), NOTHING_REFUTED, NULL},
        {"17 of them", JOIN(leaf, ca, many(root, 15)), FORMAT, "the CMS holds 17 certificates; at most 16 are read"},
        {"only the leaf", leaf, CHAIN, no_issuer},
        {"no leaf", JOIN(ca, root), FORMAT, "the signer's certificate is not among the certificates of the CMS"},
        {"an empty list", sg_span_of("", 0), FORMAT,
         "the signer's certificate is not among the certificates of the CMS"},
        {"one that is none", JOIN(leaf, hex("30 02 05 00"), ca), FORMAT, "OpenSSL cannot decode the CMS"},
        {"one of another format", JOIN(leaf, hex("A3 05 06 01 2A 05 00"), ca), FORMAT,
         "the CMS holds a certificate that cannot be decoded"},
        {"half a value behind", JOIN(leaf, ca, root, hex("30 05 05")), FORMAT, "the CMS certificates are malformed"},
        {"a CA of the same name first", JOIN(bytes_of(&others.same_name_ca), leaf, ca, root), NOTHING_REFUTED, NULL},
        {"a CA of the same name only", JOIN(leaf, bytes_of(&others.same_name_ca), root), CHAIN, no_issuer},
        {"another leaf of the same number first", JOIN(bytes_of(&others.same_serial), leaf, ca, root), FORMAT,
         "two different certificates have the same issuer and serial number"},
        {"another leaf of the same number last", JOIN(leaf, ca, root, bytes_of(&others.same_serial)), FORMAT,
         "two different certificates have the same issuer and serial number"},
        {"another issuer's of the same number", JOIN(leaf, bytes_of(&others.same_number), ca, root), NOTHING_REFUTED,
         NULL},
        {"strangers besides", JOIN(leaf, bytes_of(&others.evil_leaf), ca, bytes_of(&others.evil_root), root),
         NOTHING_REFUTED, NULL},
        {"a cross certificate for the root", JOIN(leaf, ca, bytes_of(&others.cross)), NOTHING_REFUTED, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct envelope_plan plan = {.certificates = rows[i].certificates};
        struct sg_envelope envelope;
        struct sg_arena arena;
        verify(&plan, &chain, &arena, &envelope);
        if (rows[i].where == NOTHING_REFUTED) {
            assert_proven(rows[i].what, &envelope, NULL);
            assert_int_equal(envelope.claims.chain_count, 3);
            assert_string_equal(envelope.claims.chain[2].subject, "CN=Test Root");
        } else {
            assert_refuted(rows[i].what, &envelope, rows[i].where, usual_rule[rows[i].where], rows[i].message);
        }
        sg_arena_free(&arena);
    }
    free_others(&others);
}

/* --- whole chains ------------------------------------------------------------------------------------------------------- */

static void check_whole(const char *what, const struct chain *with, const char *message)
{
    const struct envelope_plan plan = {0};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify(&plan, with, &arena, &envelope);
    assert_refuted(what, &envelope, CHAIN, SG_RULE_UNTRUSTED_ROOT, message);
    assert_int_equal(envelope.signature.outcome, SG_PROVEN);
    sg_arena_free(&arena);
}

/* A chain of one's own in the envelope proves nothing (CM-33). */
static void test_own_root(void **state)
{
    (void)state;
    struct chain other = make_chain();
    check_whole("a root of the same name, another key", &other, PATH "certificate signature failure (at `CN=Test CA`)");
    free_chain(&other);

    struct chain alone = {.leaf = make_authority(&(struct certificate_plan){.name = "Alone"}, NULL)};
    alone.ca = alone.leaf;
    alone.root = alone.leaf;
    check_whole("a certificate that signed itself", &alone, PATH "self-signed certificate (at `CN=Alone`)");
    free_made_authority(&alone.leaf);
}

struct ca_row {
    const char *what;
    struct certificate_plan plan;
    const char *message;
};

/* What a CA on the path must be (RFC 5280 section 6.1.4). */
static void test_authorities(void **state)
{
    (void)state;
    static const struct ca_row rows[] = {
        {"no CA",
         {.constraints = "critical,CA:FALSE", .usage = "critical,keyCertSign", .extended = ""},
         PATH "invalid CA certificate (at `CN=Test CA`)"},
        {"may not sign certificates",
         {.constraints = "critical,CA:TRUE", .usage = "critical,digitalSignature", .extended = ""},
         PATH "invalid CA certificate (at `CN=Test CA`)"},
        {"expired then",
         {.constraints = "critical,CA:TRUE",
          .usage = "critical,keyCertSign",
          .extended = "",
          .not_after = "261101000000Z"},
         PATH "certificate has expired (at `CN=Test CA`)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct certificate_plan plan = rows[i].plan;
        plan.name = "Test CA";
        struct chain other = {.root = chain.root, .ca = make_authority(&plan, &chain.root)};
        other.leaf = make_authority(&(struct certificate_plan){.name = "Test Leaf"}, &other.ca);
        check_whole(rows[i].what, &other, rows[i].message);
        free_made_authority(&other.ca);
        free_made_authority(&other.leaf);
    }
}

static void test_path_length(void **state)
{
    (void)state;
    struct certificate_plan upper = CA_PLAN("Upper CA");
    struct certificate_plan lower = CA_PLAN("Lower CA");
    upper.constraints = "critical,CA:TRUE,pathlen:0";
    struct authority top = make_authority(&upper, &chain.root);
    struct chain other = {.root = chain.root, .ca = make_authority(&lower, &top)};
    other.leaf = make_authority(&(struct certificate_plan){.name = "Test Leaf"}, &other.ca);
    const struct envelope_plan plan = {
        .certificates = JOIN(bytes_of(&other.leaf), bytes_of(&other.ca), bytes_of(&top), bytes_of(&chain.root))};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify(&plan, &other, &arena, &envelope);
    assert_refuted("pathlen", &envelope, CHAIN, SG_RULE_UNTRUSTED_ROOT,
                   PATH "path length constraint exceeded (at `CN=Upper CA`)");
    sg_arena_free(&arena);
    free_made_authority(&top);
    free_made_authority(&other.ca);
    free_made_authority(&other.leaf);
}

/* A leaf that issues a leaf (CM-39). */
static void test_leaf_as_issuer(void **state)
{
    (void)state;
    struct chain other = {.root = chain.root, .ca = chain.leaf};
    other.leaf = make_authority(&(struct certificate_plan){.name = "Below", .serial = 9}, &chain.leaf);
    const struct envelope_plan plan = {
        .certificates = JOIN(bytes_of(&other.leaf), bytes_of(&chain.leaf), bytes_of(&chain.ca), bytes_of(&chain.root))};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify(&plan, &other, &arena, &envelope);
    assert_refuted("a leaf issued it", &envelope, CHAIN, SG_RULE_UNTRUSTED_ROOT,
                   PATH "invalid CA certificate (at `CN=Test Leaf`)");
    sg_arena_free(&arena);
    free_made_authority(&other.leaf);
}

/* The root signs code itself (CM-38). */
static void test_root_as_signer(void **state)
{
    (void)state;
    struct chain other = {.root = chain.root, .ca = chain.root, .leaf = chain.root};
    const struct envelope_plan plan = {.certificates = bytes_of(&chain.root)};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify(&plan, &other, &arena, &envelope);
    assert_refuted("the root signs", &envelope, CHAIN, SG_RULE_MALFORMED_SIGNATURE,
                   "the signer's certificate is a CA certificate");
    sg_arena_free(&arena);
}

/* Two CAs that issued each other end nowhere, at once (CM-35). */
static void test_loop(void **state)
{
    (void)state;
    struct certificate_plan a = CA_PLAN("A");
    struct certificate_plan b = CA_PLAN("B");
    struct authority first = make_authority(&a, NULL);
    struct authority b_by_a = make_authority(&b, &first);
    struct authority a_by_b = {.key = first.key, .certificate = X509_dup(first.certificate)};
    X509_set_issuer_name(a_by_b.certificate, X509_get_subject_name(b_by_a.certificate));
    assert_true(X509_sign(a_by_b.certificate, b_by_a.key, EVP_sha384()) > 0);
    struct chain other = {.root = first, .ca = b_by_a};
    other.leaf = make_authority(&(struct certificate_plan){.name = "Test Leaf"}, &b_by_a);
    const struct envelope_plan plan = {
        .certificates = JOIN(bytes_of(&other.leaf), bytes_of(&b_by_a), certificate_der(a_by_b.certificate))};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify(&plan, &other, &arena, &envelope);
    assert_refuted("a loop", &envelope, CHAIN, SG_RULE_UNTRUSTED_ROOT,
                   PATH "unable to get local issuer certificate (at `CN=A`)");
    sg_arena_free(&arena);
    X509_free(a_by_b.certificate);
    free_made_authority(&first);
    free_made_authority(&b_by_a);
    free_made_authority(&other.leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaf),
        cmocka_unit_test(test_algorithms),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_without_intermediate),
        cmocka_unit_test(test_own_root),
        cmocka_unit_test(test_authorities),
        cmocka_unit_test(test_path_length),
        cmocka_unit_test(test_leaf_as_issuer),
        cmocka_unit_test(test_root_as_signer),
        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_names_of_the_algorithm),
        cmocka_unit_test(test_long_serial_number),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
