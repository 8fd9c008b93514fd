/* SHA-256 and SHA-384 against FIPS 180-4's examples, and how digests are written. */
#include "unit.h"

#include "crypto/digest.h"

#define TWO_BLOCKS                                                                                                     \
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"

static const struct {
    const char *text, *sha256, *sha384;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
    {TWO_BLOCKS, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
     "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct sg_error error = {0};
        uint8_t sha256[SG_SHA256_BYTES];
        uint8_t sha384[SG_SHA384_BYTES];
        char digits[2 * SG_SHA384_BYTES + 1];
        assert_done(sg_sha256(sg_span_text(vectors[i].text), sha256, &error), error);
        assert_done(sg_sha384(sg_span_text(vectors[i].text), sha384, &error), error);
        assert_string_equal(sg_hex(sg_span_of(sha256, sizeof sha256), digits), vectors[i].sha256);
        assert_string_equal(sg_hex(sg_span_of(sha384, sizeof sha384), digits), vectors[i].sha384);
    }
}

/* A million letters in pieces of every size from 0 to 1,412. */
static void test_pieces(void **state)
{
    (void)state;
    static char letters[2000];
    struct sg_error error = {0};
    struct sg_sha384 *sha = NULL;
    uint8_t digest[SG_SHA384_BYTES];
    char digits[2 * SG_SHA384_BYTES + 1];
    size_t left = 1000000;
    memset(letters, 'a', sizeof letters);
    assert_done(sg_sha384_start(&sha, &error), error);
    for (size_t size = 0; left > 0; size++) {
        size_t piece = size < left ? size : left;
        assert_done(sg_sha384_add(sha, sg_span_of(letters, piece), &error), error);
        left -= piece;
    }
    assert_done(sg_sha384_finish(sha, digest, &error), error);
    assert_string_equal(
        sg_hex(sg_span_of(digest, sizeof digest), digits),
        "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985");
    sg_sha384_free(&sha);
    assert_null(sha);
    sg_sha384_free(&sha);
}

static void test_empty_spans(void **state)
{
    (void)state;
    struct sg_error error = {0};
    uint8_t digest[SG_SHA256_BYTES];
    char digits[SG_SHA256_HEX_BYTES];
    assert_done(sg_sha256((struct sg_span){NULL, 0}, digest, &error), error);
    assert_string_equal(sg_hex(sg_span_of(digest, sizeof digest), digits), vectors[0].sha256);
    assert_string_equal(sg_hex((struct sg_span){NULL, 0}, digits), "");
}

static void test_hex(void **state)
{
    (void)state;
    char digits[17];
    assert_string_equal(sg_hex(sg_span_of("\x00\x01\x0f\x10\x7f\x80\xab\xff", 8), digits), "00010f107f80abff");
}

#define EMPTY_BASE64 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void test_base64(void **state)
{
    (void)state;
    struct sg_error error = {0};
    uint8_t digest[SG_SHA256_BYTES];
    uint8_t back[SG_SHA256_BYTES];
    char text[SG_SHA256_BASE64_BYTES];
    assert_done(sg_sha256(SG_SPAN_LITERAL(""), digest, &error), error);
    assert_string_equal(sg_sha256_base64(digest, text), EMPTY_BASE64);
    assert_true(sg_sha256_from_base64(SG_SPAN_LITERAL(EMPTY_BASE64), back));
    assert_memory_equal(digest, back, sizeof back);
}

/* Every other text than the canonical one of 32 bytes is none (RFC 4648 sections 3.3 to 3.5, 4). */
static void test_base64_refused(void **state)
{
    (void)state;
    char long_text[4000];
    memset(long_text, 'A', sizeof long_text);
    const struct {
        const char *what;
        struct sg_span text;
    } rows[] = {
        {"nothing", SG_SPAN_LITERAL("")},
        {"no padding", SG_SPAN_LITERAL("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU")},
        {"two paddings", SG_SPAN_LITERAL("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF==")},
        {"33 bytes", SG_SPAN_LITERAL("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA")},
        {"bits behind the last byte", SG_SPAN_LITERAL("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=")},
        {"base64url", SG_SPAN_LITERAL("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=")},
        {"a blank in front", SG_SPAN_LITERAL(" 7DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")},
        {"a blank behind", SG_SPAN_LITERAL(EMPTY_BASE64 " ")},
        {"a blank in place of the padding", SG_SPAN_LITERAL("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU ")},
        {"a line break inside", SG_SPAN_LITERAL("47DEQpj8HBSa+/TImW+5\nCeuQeRkm5NMpJWZG3hSuFU=")},
        {"a line break behind", SG_SPAN_LITERAL(EMPTY_BASE64 "\n")},
        {"padding inside", SG_SPAN_LITERAL("47DEQpj8HBSa+/TImW+=JCeuQeRkm5NMpJWZG3hSuFU=")},
        {"a NUL inside", SG_SPAN_LITERAL("47DEQpj8HBSa+/TImW+\0JCeuQeRkm5NMpJWZG3hSuFU=")},
        {"a byte over 127", SG_SPAN_LITERAL("47DEQpj8HBSa+/TImW+\xE4JCeuQeRkm5NMpJWZG3hSuFU=")},
        {"hexadecimal", SG_SPAN_LITERAL("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")},
        {"much more than a digest", sg_span_of(long_text, sizeof long_text)},
        {"31 bytes", SG_SPAN_LITERAL("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t digest[SG_SHA256_BYTES] = {1, 2, 3};
        if (sg_sha256_from_base64(rows[i].text, digest))
            fail_msg("%s is taken", rows[i].what);
        assert_int_equal(digest[0], 1); /* nothing is written */
    }
}

/* One stream digests one text after the other, whatever pieces they come in. */
static void test_sha256_stream(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_sha256_stream *stream = NULL;
    sg_sha256_stream_free(&stream);
    for (size_t i = 0; i < 300; i++) {
        uint8_t bytes[300];
        uint8_t whole[SG_SHA256_BYTES];
        uint8_t digest[SG_SHA256_BYTES];
        memset(bytes, (int)i, sizeof bytes);
        assert_done(sg_sha256(sg_span_of(bytes, i), whole, &error), error);
        assert_done(sg_sha256_stream_start(&stream, &error), error);
        assert_done(sg_sha256_stream_add(stream, sg_span_of(bytes, i / 3), &error), error);
        if (i % 7 == 0) /* begun anew, what came before is forgotten */
            assert_done(sg_sha256_stream_start(&stream, &error), error);
        if (i % 7 == 0)
            assert_done(sg_sha256_stream_add(stream, sg_span_of(bytes, i / 3), &error), error);
        assert_done(sg_sha256_stream_add(stream, sg_span_of(bytes, i - i / 3), &error), error);
        assert_done(sg_sha256_stream_finish(stream, digest, &error), error);
        assert_memory_equal(whole, digest, sizeof whole);
    }
    sg_sha256_stream_free(&stream);
    assert_null(stream);
}

/* RFC 4231, sections 4.2, 4.3 and 4.7 (a key longer than a block), and a key of no bytes, as Python's hmac has it. */
static void test_hmac_sha256(void **state)
{
    (void)state;
    uint8_t long_key[131], key20[20];
    memset(long_key, 0xaa, sizeof long_key);
    memset(key20, 0x0b, sizeof key20);
    const struct {
        struct sg_span key, bytes;
        const char *hex;
    } rows[] = {
        {sg_span_of(key20, sizeof key20), SG_SPAN_LITERAL("Hi There"),
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {SG_SPAN_LITERAL("Jefe"), SG_SPAN_LITERAL("what do ya want for nothing?"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {sg_span_of(long_key, sizeof long_key),
         SG_SPAN_LITERAL("Test Using Larger Than Block-Size Key - Hash Key First"),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {SG_SPAN_LITERAL(""), SG_SPAN_LITERAL(""), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_error error = {0};
        uint8_t mac[SG_SHA256_BYTES];
        char hex[SG_SHA256_HEX_BYTES];
        assert_done(sg_hmac_sha256(rows[i].key, rows[i].bytes, mac, &error), error);
        assert_string_equal(sg_hex(sg_span_of(mac, sizeof mac), hex), rows[i].hex);
    }
}

/* The answer may take the key's place. */
static void test_hmac_in_place(void **state)
{
    (void)state;
    struct sg_error error = {0};
    uint8_t key[SG_SHA256_BYTES] = {1, 2, 3}, first[SG_SHA256_BYTES];
    assert_done(sg_hmac_sha256(sg_span_of(key, sizeof key), SG_SPAN_LITERAL("a"), first, &error), error);
    assert_done(sg_hmac_sha256(sg_span_of(key, sizeof key), SG_SPAN_LITERAL("a"), key, &error), error);
    assert_memory_equal(first, key, sizeof key);
}

static void test_base64url(void **state)
{
    (void)state;
    struct sg_error error = {0};
    uint8_t digest[SG_SHA256_BYTES];
    uint8_t back[SG_SHA256_BYTES];
    static const char *const refused[] = {
        "",
        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
        "47DEQpj8HBSa+_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        "47DEQpj8HBSa-/TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV",
        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuF=",
    };
    assert_done(sg_sha256(SG_SPAN_LITERAL(""), digest, &error), error);
    assert_true(sg_sha256_from_base64url(SG_SPAN_LITERAL("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"), back));
    assert_memory_equal(digest, back, sizeof back);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(sg_sha256_from_base64url(sg_span_text(refused[i]), back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),       cmocka_unit_test(test_pieces),      cmocka_unit_test(test_empty_spans),
        cmocka_unit_test(test_hex),           cmocka_unit_test(test_base64),      cmocka_unit_test(test_base64_refused),
        cmocka_unit_test(test_sha256_stream), cmocka_unit_test(test_hmac_sha256), cmocka_unit_test(test_hmac_in_place),
        cmocka_unit_test(test_base64url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
