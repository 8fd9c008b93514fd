/* The two real signatures (FORMAT.md section 7), whole and bent. Their packages are not public, so that the content stays
 * undecided; all else is proven. */
#include "test_crypto_envelope_make.h"

#include "base/file.h"

struct real {
    const char *path;
    const char *profile, *job;
    const char *signed_at, *expires_at;
    const char *message_digest; /* first and last bytes, as FORMAT.md section 7 gives them */
    size_t der_bytes;
    size_t chain_count;
    const char *subjects[4];
    const char *serials[4];
    const char *tbs[4]; /* SHA-384 of the TBSCertificates, computed by another program */
    const char *leaf_sha256;
    const char *leaf_not_before, *leaf_not_after;
};

#define AWS_PROFILE "arn:aws:signer:us-east-1:464622532012:/signing-profiles/DatadogLambdaSigningProfile/9vMI9ZAGLc"
#define AWS_JOBS    "arn:aws:signer:us-east-1:464622532012:/signing-jobs/"
#define AWS_NAMES                                                                                                      \
    {                                                                                                                  \
        "CN=signer,OU=Cryptography,O=AWS,L=Seattle,ST=WA,C=US",                                                        \
            "CN=Signer us-east-1 SUBORDINATE CA,ST=WA,OU=Cryptography,O=AWS,C=US",                                     \
            "CN=Signer us-west-2 SUBORDINATE CA,ST=WA,OU=Cryptography,O=AWS,C=US",                                     \
            "CN=Signer us-west-2 ROOT CA,ST=WA,OU=Cryptography,O=AWS,C=US"                                             \
    }
#define CA_TBS   "1e98a4719aacbed9f9de7c80adfba4da4828d9d3dd8fb53737dd611036ad1ac8dc66d5b258eab5a04f54ece10f7b7bc1"
#define ROOT_TBS "c19b73141146cde33d41a833f9cc01b0ef1b85f190770508143c9a74c645741431f0f9366ba6c960ec29336fcc489dac"

static const struct real layer_2022 = {
    .path = "vectors/datadog-layer-2022.SF",
    .profile = AWS_PROFILE,
    .job = AWS_JOBS "57613597-fcbd-4527-b0b5-11a4ce658e82",
    .signed_at = "2022-02-11T17:45:24.338Z",
    .expires_at = "2033-05-11T17:45:24.338Z",
    .message_digest =
        "efc098e18c0092e158252a8c55c37547546d0d2c00df2ea11f79033e7526f1e98d8635fac48646fecfa6598c5f99a83f",
    .der_bytes = 3818,
    .chain_count = 4,
    .subjects = AWS_NAMES,
    .serials = {"5df393eb2b59da1f9c75189f20b2e12e", "6ee8fd120797253762cf2966fc279f11",
                "d04994bcf515adcca3d6254bca15dc05", "b00fe94a1469191b833dfc069ad11b9b"},
    .tbs = {"e54b9386da63a97ba8d68bf87d63b804242c10fcf2ad5a7f12a2d5ec27afb70b7136891877bcb12af483fe54c3b15a2f",
            "fd739d9f12596f63731d14e4c910aa5111c1fbd92befb3c181ee3afd81ac6233e20d5a44ef104199940c10f12e1896dc", CA_TBS,
            ROOT_TBS},
    .leaf_sha256 = "efe51dfc56533f027fc1883a79ac3648217da48f48e75b43bbc93b84f7be47eb",
    .leaf_not_before = "2022-02-11T16:09:39Z",
    .leaf_not_after = "2022-02-14T17:09:39Z",
};

static const struct real forwarder_2024 = {
    .path = "vectors/datadog-forwarder-2024.SF",
    .profile = AWS_PROFILE,
    .job = AWS_JOBS "c89d9184-fcaa-4cc5-81f0-3242f7fb9e15",
    .signed_at = "2024-10-11T15:50:53.701Z",
    .expires_at = "2036-01-11T15:50:53.701Z",
    .message_digest =
        "b8db617566479a19948e58503f71001843f6c7aa549d5f2a64f75240e258164add1941bacf3ec41ecc946ffc631127fc",
    .der_bytes = 3224,
    .chain_count = 4,
    .subjects = AWS_NAMES,
    .serials = {"82c79eb188b08f6bfae6e35d2311968c", "cd7e6ae9b64d275aa732063f25235804",
                "d04994bcf515adcca3d6254bca15dc05", "b00fe94a1469191b833dfc069ad11b9b"},
    .tbs = {"a8003d71ecc704d74acf94271b81dfd28c1f5f13aa226a6cfe349e6b985753ea5c43f630eb3ac3cf08f7e12248d1988f",
            "43d29199f0b1f6854c4582a151eb52da1ea32f9a9f8c18f02ddd0da094e9bdbe66ae57724ad524aebe3269e0fb95ca7d", CA_TBS,
            ROOT_TBS},
    .leaf_sha256 = "8410c7f794511ebedc9e432b5387a71a30f1f7047f3e315c70c56ca393091647",
    .leaf_not_before = "2024-10-11T03:55:06Z",
    .leaf_not_after = "2024-10-14T04:55:05Z",
};

static struct sg_anchors *builtin;

static int set_up(void **state)
{
    struct sg_error error = {0};
    (void)state;
    return sg_anchors_make(&builtin, &error).done && sg_anchors_add_builtin(builtin, &error).done ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    sg_anchors_free(&builtin);
    sg_arena_free(&made);
    return 0;
}

/* The signature entry; the test is skipped where the vectors are not there. */
static struct sg_span read_real(const struct real *real)
{
    char path[512];
    struct sg_error error = {0};
    struct sg_buffer bytes = {0};
    if (shared_path(path, sizeof path, real->path) == NULL) {
        print_message("%s is not there\n", real->path);
        skip();
    }
    assert_done(sg_file_read(path, SG_SIGNATURE_MAX_BYTES, &bytes, &error), error);
    struct sg_span out = JOIN(sg_buffer_span(&bytes));
    sg_buffer_free(&bytes);
    return out;
}

static void verify(struct sg_span entry, const uint8_t *content, struct sg_arena *arena, struct sg_envelope *out)
{
    struct sg_error error = {0};
    *arena = sg_arena_make((size_t)16 * 1024 * 1024);
    assert_done(sg_envelope_verify(entry, content, builtin, arena, out, &error), error);
}

static void check_chain(const struct real *real, const struct sg_signature *claims)
{
    char text[SG_TIME_TEXT_BYTES];
    char digits[SG_SHA256_HEX_BYTES];
    assert_int_equal(claims->chain_count, real->chain_count);
    for (size_t i = 0; i < real->chain_count; i++) {
        char hash[SG_CERTIFICATE_HASH_BYTES];
        snprintf(hash, sizeof hash, "%s%s", real->tbs[i], real->tbs[i + 1 < real->chain_count ? i + 1 : i]);
        assert_string_equal(claims->chain[i].subject, real->subjects[i]);
        assert_string_equal(claims->chain[i].serial, real->serials[i]);
        assert_string_equal(claims->chain[i].hash, hash);
    }
    assert_string_equal(sg_hex(sg_span_of(claims->chain[0].sha256, 32), digits), real->leaf_sha256);
    assert_string_equal(sg_hex(sg_span_of(claims->chain[3].sha256, 32), digits), sg_builtin_root_sha256);
    assert_string_equal(sg_time_format_rfc3339(claims->chain[0].not_before, text), real->leaf_not_before);
    assert_string_equal(sg_time_format_rfc3339(claims->chain[0].not_after, text), real->leaf_not_after);
    assert_string_equal(sg_time_format_rfc3339(claims->chain[3].not_after, text), "2120-07-16T19:21:47Z");
}

static void check_claims(const struct real *real, const struct sg_signature *claims)
{
    char text[SG_TIME_TEXT_BYTES];
    char digits[2 * SG_SHA384_BYTES + 1];
    assert_string_equal(claims->profile_version_arn, real->profile);
    assert_string_equal(claims->job_arn, real->job);
    assert_string_equal(sg_time_format_rfc3339(claims->signed_at, text), real->signed_at);
    assert_string_equal(sg_time_format_rfc3339(claims->expires_at, text), real->expires_at);
    assert_string_equal(sg_hex(sg_span_of(claims->message_digest, SG_SHA384_BYTES), digits), real->message_digest);
    check_chain(real, claims);
}

static void check_real(const struct real *real)
{
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify(read_real(real), NULL, &arena, &envelope);
    const struct sg_proof *refutation = sg_envelope_refutation(&envelope);
    if (refutation != NULL)
        fail_msg("%s", refutation->message);
    assert_int_equal(envelope.format.outcome, SG_PROVEN);
    assert_int_equal(envelope.signature.outcome, SG_PROVEN);
    assert_int_equal(envelope.chain.outcome, SG_PROVEN);
    assert_int_equal(envelope.content.outcome, SG_UNDECIDED);
    assert_false(sg_envelope_proven(&envelope));
    assert_true(envelope.has_claims);
    assert_int_equal(envelope.notices.count, 0);
    check_claims(real, &envelope.claims);
    sg_arena_free(&arena);
}

/* SHA-384 with NULL parameters, the root twice. */
static void test_layer_of_2022(void **state)
{
    (void)state;
    check_real(&layer_2022);
}

/* SHA-384 without parameters, the root once. */
static void test_forwarder_of_2024(void **state)
{
    (void)state;
    check_real(&forwarder_2024);
}

static void test_other_content(void **state)
{
    (void)state;
    static const uint8_t content[SG_SHA384_BYTES] = {1};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify(read_real(&layer_2022), content, &arena, &envelope);
    assert_refuted("other content", &envelope, CONTENT, SG_RULE_CONTENT_MODIFIED,
                   "the content is not what was signed; a file was changed, renamed, added, removed or moved since");
    assert_int_equal(envelope.chain.outcome, SG_PROVEN);
    assert_true(envelope.has_claims);
    sg_arena_free(&arena);
}

static void test_no_anchor(void **state)
{
    (void)state;
    struct sg_envelope envelope;
    struct sg_error error = {0};
    struct sg_arena arena = sg_arena_make((size_t)16 * 1024 * 1024);
    struct sg_anchors *none = NULL;
    struct sg_span entry = read_real(&layer_2022);
    assert_done(sg_anchors_make(&none, &error), error);
    assert_done(sg_envelope_verify(entry, NULL, none, &arena, &envelope, &error), error);
    assert_refuted(
        "no anchors", &envelope, CHAIN, SG_RULE_UNTRUSTED_ROOT,
        "the certificate chain does not lead to a trusted root at the signing time 2022-02-11T17:45:24.338Z: "
        "self-signed certificate in certificate chain (at `CN=Signer us-west-2 ROOT "
        "CA,ST=WA,OU=Cryptography,O=AWS,C=US`)");
    sg_anchors_free(&none);
    sg_arena_free(&arena);
}

/* --- the PEM block ------------------------------------------------------------------------------------------------------ */

#define BEGIN "-----BEGIN PKCS7-----\n"
#define END   "-----END PKCS7-----\n"

static const char beside[] = "the signature entry is not one PEM block with the label PKCS7 and nothing beside it";
static const char lines_of_64[] = "the PEM block of the signature entry is not base64 in lines of 64";

/* The lines of base64, each with its LF. */
static struct sg_span body_of(struct sg_span pem)
{
    return sg_span_part(pem, sizeof BEGIN - 1, pem.size - (sizeof BEGIN - 1) - (sizeof END - 1));
}

/* The body in lines of another length. */
static struct sg_span refolded(struct sg_span pem, size_t columns)
{
    struct sg_span body = body_of(pem);
    struct sg_span out = sg_span_of("", 0);
    struct sg_span letters = sg_span_of("", 0);
    for (size_t at = 0; at < body.size; at += 65)
        letters = JOIN(letters, sg_span_part(body, at, body.size - at < 65 ? body.size - at - 1 : 64));
    for (size_t at = 0; at < letters.size; at += columns) {
        size_t size = letters.size - at < columns ? letters.size - at : columns;
        out = JOIN(out, sg_span_part(letters, at, size), SG_SPAN_LITERAL("\n"));
    }
    return JOIN(SG_SPAN_LITERAL(BEGIN), out, SG_SPAN_LITERAL(END));
}

/* The entry with one byte replaced. */
static struct sg_span with_byte(struct sg_span pem, size_t at, char byte)
{
    struct sg_span copy = JOIN(pem);
    ((uint8_t *)(uintptr_t)copy.data)[at] = (uint8_t)byte;
    return copy;
}

static struct sg_span with_crlf(struct sg_span pem)
{
    struct sg_span out = sg_span_of("", 0);
    for (size_t at = 0; at < pem.size; at++)
        out = JOIN(out, pem.data[at] == '\n' ? SG_SPAN_LITERAL("\r\n") : sg_span_part(pem, at, 1));
    return out;
}

/* An empty line behind a last line that is full: bytes are added until it is. */
static struct sg_span full_and_empty(struct sg_span bytes)
{
    static const uint8_t zeros[48];
    struct sg_span pem = make_pem(JOIN(bytes, sg_span_of(zeros, 48 - bytes.size % 48)));
    return JOIN(sg_span_part(pem, 0, pem.size - (sizeof END - 1)), SG_SPAN_LITERAL("\n" END));
}

#define WITHIN(label, body)                                                                                            \
    JOIN(SG_SPAN_LITERAL("-----BEGIN " label "-----\n"), body, SG_SPAN_LITERAL("-----END " label "-----\n"))

static void test_pem(void **state)
{
    (void)state;
    struct sg_span pem = read_real(&forwarder_2024);
    struct sg_span body = body_of(pem);
    struct sg_span bytes = unmake_pem(pem);
    size_t first = sizeof BEGIN - 1;
    const struct {
        const char *what;
        struct sg_span entry;
        const char *message; /* NULL: as good as before */
    } rows[] = {
        {"blanks around the block", JOIN(SG_SPAN_LITERAL("\n \t\r\n"), pem, SG_SPAN_LITERAL("\n\n ")), NULL},
        {"no line break at the end", sg_span_part(pem, 0, pem.size - 1), NULL},
        {"an empty entry", sg_span_of("", 0), beside},
        {"one blank", SG_SPAN_LITERAL(" "), beside},
        {"text before", JOIN(SG_SPAN_LITERAL("print(1)\n"), pem), beside},
        {"text after", JOIN(pem, SG_SPAN_LITERAL("print(1)\n")), beside},
        {"a NUL after", JOIN(pem, sg_span_of("", 1)), beside},
        {"a byte order mark before", JOIN(SG_SPAN_LITERAL("\xEF\xBB\xBF"), pem), beside},
        {"lines that end in CRLF", with_crlf(pem), beside},
        {"CRLF inside only", JOIN(SG_SPAN_LITERAL(BEGIN), with_crlf(body), SG_SPAN_LITERAL(END)), lines_of_64},
        {"label CMS", WITHIN("CMS", body), beside},
        {"label PKCS #7 SIGNED DATA", WITHIN("PKCS #7 SIGNED DATA", body), beside},
        {"label CERTIFICATE", WITHIN("CERTIFICATE", body), beside},
        {"label in lower case", WITHIN("pkcs7", body), beside},
        {"two blocks", JOIN(pem, pem), lines_of_64},
        {"a block of another kind first", JOIN(WITHIN("CERTIFICATE", body), pem), beside},
        {"a header", JOIN(SG_SPAN_LITERAL(BEGIN "Proc-Type: 4,ENCRYPTED\n\n"), body, SG_SPAN_LITERAL(END)),
         lines_of_64},
        {"an empty body", SG_SPAN_LITERAL(BEGIN END), lines_of_64},
        {"only an empty line", SG_SPAN_LITERAL(BEGIN "\n" END), lines_of_64},
        {"begin and end only overlap", SG_SPAN_LITERAL("-----BEGIN PKCS7-----"), beside},
        {"an empty line inside", JOIN(SG_SPAN_LITERAL(BEGIN "\n"), body, SG_SPAN_LITERAL(END)), lines_of_64},
        {"an empty line at the end", JOIN(SG_SPAN_LITERAL(BEGIN), body, SG_SPAN_LITERAL("\n" END)), lines_of_64},
        {"an empty line behind a full one", full_and_empty(bytes), lines_of_64},
        {"lines of 60", refolded(pem, 60), lines_of_64},
        {"lines of 76", refolded(pem, 76), lines_of_64},
        {"one long line", refolded(pem, 100000), lines_of_64},
        {"lines of 64, folded again", refolded(pem, 64), NULL},
        {"a blank inside", with_byte(pem, first + 5, ' '), lines_of_64},
        {"a letter of base64url", with_byte(pem, first + 5, '-'), lines_of_64},
        {"a byte over 127", with_byte(pem, first + 5, (char)0xC3), lines_of_64},
        {"a NUL inside", with_byte(pem, first + 5, '\0'), lines_of_64},
        {"padding inside", with_byte(pem, first + 5, '='), lines_of_64},
        {"bits behind the last byte", with_byte(pem, pem.size - sizeof END - 2, 'B'), lines_of_64},
        {"no padding", JOIN(sg_span_part(pem, 0, pem.size - sizeof END - 1), SG_SPAN_LITERAL("\n" END)), lines_of_64},
        {"bytes behind the CMS", make_pem(JOIN(bytes, SG_SPAN_LITERAL("evil"))),
         "4 bytes follow the CMS inside the PEM block"},
        {"one byte too few", make_pem(sg_span_part(bytes, 0, bytes.size - 1)), "the signature is no CMS ContentInfo"},
        {"encoded again", make_pem(bytes), NULL},
        {"the text of a program", SG_SPAN_LITERAL("exports.handler = 1\n"), beside},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_envelope envelope;
        struct sg_arena arena;
        verify(rows[i].entry, NULL, &arena, &envelope);
        if (rows[i].message != NULL) {
            assert_refuted(rows[i].what, &envelope, FORMAT, SG_RULE_MALFORMED_SIGNATURE, rows[i].message);
            assert_false(envelope.has_claims);
        } else if (envelope.chain.outcome != SG_PROVEN) {
            fail_msg("%s: %s", rows[i].what, sg_envelope_refutation(&envelope)->message);
        }
        sg_arena_free(&arena);
    }
}

/* --- every byte --------------------------------------------------------------------------------------------------------- */

static bool same_claims(const struct sg_signature *a, const struct sg_signature *b)
{
    if (strcmp(a->profile_version_arn, b->profile_version_arn) != 0 || strcmp(a->job_arn, b->job_arn) != 0 ||
        sg_time_compare(a->signed_at, b->signed_at) != 0 || sg_time_compare(a->expires_at, b->expires_at) != 0 ||
        memcmp(a->message_digest, b->message_digest, SG_SHA384_BYTES) != 0 || a->chain_count != b->chain_count)
        return false;
    for (size_t i = 0; i < a->chain_count; i++) {
        if (strcmp(a->chain[i].hash, b->chain[i].hash) != 0)
            return false;
    }
    return true;
}

/* Bytes of the signature of 2024 that no signature covers and that nothing rests on: two version numbers, the envelope's own
 * copy of the root (the pinned one is used), and the case of letters in the name that the signer is found by. */
static bool covered_by_nothing(size_t byte)
{
    static const struct {
        size_t first, last;
    } ranges[] = {{19, 19}, {1945, 2528}, {2541, 2541}, {2548, 2648}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (byte >= ranges[i].first && byte <= ranges[i].last)
            return true;
    }
    return false;
}

static void check_byte(struct sg_span bytes, size_t byte, uint8_t mask, const struct sg_envelope *good)
{
    struct sg_arena before = made;
    struct sg_envelope bent;
    struct sg_arena arena;
    ((uint8_t *)(uintptr_t)bytes.data)[byte] ^= mask;
    made = sg_arena_make(before.max_bytes);
    verify(make_pem(bytes), NULL, &arena, &bent);
    sg_arena_free(&made);
    made = before;
    ((uint8_t *)(uintptr_t)bytes.data)[byte] ^= mask;
    if (sg_envelope_refutation(&bent) == NULL && !covered_by_nothing(byte))
        fail_msg("byte %zu ^ 0x%02x is not noticed", byte, mask);
    if (sg_envelope_refutation(&bent) == NULL &&
        (bent.chain.outcome != SG_PROVEN || !same_claims(&good->claims, &bent.claims)))
        fail_msg("byte %zu ^ 0x%02x changes what is proven", byte, mask);
    sg_arena_free(&arena);
}

static void test_every_byte(void **state)
{
    (void)state;
    static const uint8_t masks[] = {0x01, 0x80, 0xFF, 0x20};
    struct sg_span pem = read_real(&forwarder_2024);
    struct sg_span bytes = unmake_pem(pem);
    struct sg_envelope good;
    struct sg_arena arena;
    assert_int_equal(bytes.size, forwarder_2024.der_bytes);
    verify(pem, NULL, &arena, &good);
    for (size_t i = 0; i < bytes.size; i++)
        check_byte(bytes, i, masks[i % sizeof masks], &good);
    sg_arena_free(&arena);
}

/* A signature that is cut anywhere is none. */
static void test_every_length(void **state)
{
    (void)state;
    struct sg_span pem = read_real(&layer_2022);
    struct sg_span bytes = unmake_pem(pem);
    for (size_t size = 0; size < bytes.size; size += size < 64 || size > bytes.size - 64 ? 1 : 13) {
        struct sg_arena before = made;
        struct sg_envelope envelope;
        struct sg_arena arena;
        made = sg_arena_make(before.max_bytes);
        verify(make_pem(sg_span_part(bytes, 0, size)), NULL, &arena, &envelope);
        sg_arena_free(&made);
        made = before;
        assert_int_equal(envelope.format.outcome, SG_REFUTED);
        assert_int_equal(envelope.signature.outcome, SG_UNDECIDED);
        sg_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layer_of_2022), cmocka_unit_test(test_forwarder_of_2024),
        cmocka_unit_test(test_other_content), cmocka_unit_test(test_no_anchor),
        cmocka_unit_test(test_pem),           cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_every_length),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
