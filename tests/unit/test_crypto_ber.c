/* The walker over BER (X.690 clauses 8 and 10.1). */
#include "made.h"

#include "crypto/ber.h"

static int free_made(void **state)
{
    (void)state;
    sg_arena_free(&made);
    return 0;
}

struct take_row {
    const char *what, *bytes;
    unsigned tag; /* 0: there is no value */
    bool constructed, definite_minimal;
    size_t whole, body;
};

static const struct take_row take_rows[] = {
    {"an INTEGER", "02 01 05", SG_BER_INTEGER, false, true, 3, 1},
    {"a value behind it stays", "02 01 05 05 00", SG_BER_INTEGER, false, true, 3, 1},
    {"NULL", "05 00", SG_BER_NULL, false, true, 2, 0},
    {"an empty SEQUENCE", "30 00", SG_BER_SEQUENCE, true, true, 2, 0},
    {"a SET", "31 02 05 00", SG_BER_SET, true, true, 4, 2},
    {"[0]", "A0 02 05 00", SG_BER_CONTEXT_0, true, true, 4, 2},
    {"[1], primitive", "81 01 41", SG_BER_CONTEXT_1, false, true, 3, 1},
    {"[APPLICATION 16] is no SEQUENCE", "70 00", 0x50, true, true, 2, 0},
    {"a tag number over 30, which no shape of the format has", "1F 81 01 00", SG_BER_OTHER, false, false, 4, 0},
    {"a length in more octets", "04 81 01 41", SG_BER_OCTET_STRING, false, false, 4, 1},
    {"a length with a leading zero", "04 82 0001 41", SG_BER_OCTET_STRING, false, false, 5, 1},
    {"indefinite, empty", "30 80 0000", SG_BER_SEQUENCE, true, false, 4, 0},
    {"indefinite", "30 80 05 00 0000", SG_BER_SEQUENCE, true, false, 6, 2},
    {"indefinite, twice", "30 80 30 80 0000 0000", SG_BER_SEQUENCE, true, false, 8, 4},
    {"indefinite around zeros in a string", "30 80 04 02 0000 0000", SG_BER_SEQUENCE, true, false, 8, 4},
    {"a constructed string", "24 80 04 01 41 0000", SG_BER_OCTET_STRING, true, false, 7, 3},
    {"what is inside is not looked at", "30 02 02 05", SG_BER_SEQUENCE, true, true, 4, 2},
    {"a value of tag 0 in an indefinite one", "30 80 00 01 05 0000", SG_BER_SEQUENCE, true, false, 7, 3},
    {"nothing", "", 0, false, false, 0, 0},
    {"a tag alone", "02", 0, false, false, 0, 0},
    {"end-of-contents", "00 00", 0, false, false, 0, 0},
    {"end-of-contents with a value behind", "00 00 05 00", 0, false, false, 0, 0},
    {"too few bytes", "02 02 05", 0, false, false, 0, 0},
    {"a length of no octets", "04 81", 0, false, false, 0, 0},
    {"a length of 2^32", "04 85 0100000000 41", 0, false, false, 0, 0},
    {"a length of 2^64 - 1", "04 88 FFFFFFFFFFFFFFFF 41", 0, false, false, 0, 0},
    {"the reserved length FF", "04 FF 41", 0, false, false, 0, 0},
    {"primitive and indefinite", "04 80 0000", 0, false, false, 0, 0},
    {"indefinite without an end", "30 80 05 00", 0, false, false, 0, 0},
    {"half an end", "30 80 05 00 00", 0, false, false, 0, 0},
    {"an end too few", "30 80 30 80 0000", 0, false, false, 0, 0},
    {"a broken value in an indefinite one", "30 80 04 05 41 0000", 0, false, false, 0, 0},
};

static void test_take(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof take_rows / sizeof take_rows[0]; i++) {
        const struct take_row *row = &take_rows[i];
        struct sg_span bytes = hex(row->bytes);
        struct sg_span rest = bytes;
        struct sg_ber value = {0};
        if (sg_ber_take(&rest, &value) != (row->tag != 0))
            fail_msg("%s: is %s", row->what, row->tag != 0 ? "refused" : "taken");
        if (row->tag == 0) {
            assert_ptr_equal(rest.data, bytes.data);
            assert_int_equal(rest.size, bytes.size);
            continue;
        }
        if (value.tag != row->tag || value.constructed != row->constructed ||
            value.definite_minimal != row->definite_minimal || value.whole.size != row->whole ||
            value.body.size != row->body)
            fail_msg("%s: tag 0x%x, %s, %s, %zu bytes, body %zu", row->what, value.tag,
                     value.constructed ? "constructed" : "primitive",
                     value.definite_minimal ? "minimal" : "not minimal", value.whole.size, value.body.size);
        assert_ptr_equal(value.whole.data, bytes.data);
        assert_ptr_equal(rest.data, bytes.data + row->whole);
        assert_int_equal(rest.size, bytes.size - row->whole);
    }
}

/* More than a signature may have is not looked at. */
static void test_largest(void **state)
{
    (void)state;
    enum { HEADER = 5 };
    uint8_t *bytes = made_bytes(SG_SIGNATURE_MAX_BYTES + 1);
    for (size_t more = 0; more <= 1; more++) {
        struct sg_span rest = sg_span_of(bytes, SG_SIGNATURE_MAX_BYTES + more);
        size_t body = rest.size - HEADER;
        const uint8_t header[HEADER] = {0x04, 0x83, (uint8_t)(body >> 16), (uint8_t)(body >> 8), (uint8_t)body};
        struct sg_ber value;
        memcpy(bytes, header, HEADER);
        assert_int_equal(sg_ber_take(&rest, &value), more == 0);
    }
}

static void test_take_tag(void **state)
{
    (void)state;
    static const struct {
        const char *what, *bytes;
        unsigned tag;
        bool taken;
    } rows[] = {
        {"a SEQUENCE", "30 00", SG_BER_SEQUENCE, true},
        {"a primitive SEQUENCE", "10 00", SG_BER_SEQUENCE, false},
        {"a SET for a SEQUENCE", "31 00", SG_BER_SEQUENCE, false},
        {"a primitive SET", "11 00", SG_BER_SET, false},
        {"[0]", "A0 00", SG_BER_CONTEXT_0, true},
        {"[0], primitive", "80 00", SG_BER_CONTEXT_0, false},
        {"an OCTET STRING", "04 00", SG_BER_OCTET_STRING, true},
        {"an OCTET STRING, constructed", "24 00", SG_BER_OCTET_STRING, false},
        {"an OID", "06 01 2A", SG_BER_OID, true},
        {"an INTEGER for an OID", "02 01 2A", SG_BER_OID, false},
        {"[APPLICATION 16]", "70 00", SG_BER_SEQUENCE, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_span bytes = hex(rows[i].bytes);
        struct sg_span rest = bytes;
        struct sg_ber value;
        if (sg_ber_take_tag(&rest, rows[i].tag, &value) != rows[i].taken)
            fail_msg("%s: is %s", rows[i].what, rows[i].taken ? "refused" : "taken");
        assert_int_equal(rest.size, rows[i].taken ? 0 : bytes.size);
    }
}

/* Values in each other: `depth` times the head, then as many tails. */
static struct sg_span nested(size_t depth, const char *head, const char *tail)
{
    struct sg_span out = sg_span_of("", 0);
    for (size_t i = 0; i < depth; i++)
        out = JOIN(hex(head), out, hex(tail));
    return out;
}

static void test_depth(void **state)
{
    (void)state;
    struct sg_ber value;
    struct sg_span rest = nested(SG_BER_MAX_DEPTH, "30 80", "0000");
    assert_true(sg_ber_take(&rest, &value));
    rest = nested(SG_BER_MAX_DEPTH + 1, "30 80", "0000");
    assert_false(sg_ber_take(&rest, &value));
    rest = nested(10000, "30 80", "");
    assert_false(sg_ber_take(&rest, &value));
}

static void test_is_der(void **state)
{
    (void)state;
    static const struct {
        const char *what, *bytes;
        bool der;
    } rows[] = {
        {"nothing", "", true},
        {"a value", "02 01 05", true},
        {"two values", "02 01 05 05 00", true},
        {"values in values", "30 05 31 03 02 01 05", true},
        {"[0] around a value", "A0 03 02 01 05", true},
        {"a primitive string", "04 02 4142", true},
        {"a broken value", "02 02 05", false},
        {"a broken value inside", "30 03 02 02 05", false},
        {"bytes behind", "02 01 05 05", false},
        {"indefinite", "30 80 0000", false},
        {"indefinite inside", "30 04 30 80 0000", false},
        {"a longer length", "04 81 01 41", false},
        {"a longer length inside", "30 04 04 81 01 41", false},
        {"a constructed OCTET STRING", "24 03 04 01 41", false},
        {"a constructed UTF8String", "2C 03 0C 01 41", false},
        {"a constructed string inside", "30 05 24 03 04 01 41", false},
        {"an end-of-contents", "00 00", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (sg_ber_is_der(hex(rows[i].bytes)) != rows[i].der)
            fail_msg("%s: is %s", rows[i].what, rows[i].der ? "refused" : "taken for DER");
    }
}

/* Definite lengths in each other, in DER, are bounded as well: the walk is recursive. */
static void test_der_depth(void **state)
{
    (void)state;
    struct sg_span value = hex("05 00");
    for (unsigned depth = 2; depth <= SG_BER_MAX_DEPTH + 1; depth++) {
        uint8_t head[2] = {0x30, (uint8_t)value.size};
        value = JOIN(sg_span_of(head, 2), value);
        if (sg_ber_is_der(value) != (depth <= SG_BER_MAX_DEPTH))
            fail_msg("a depth of %u", depth);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),  cmocka_unit_test(test_largest), cmocka_unit_test(test_take_tag),
        cmocka_unit_test(test_depth), cmocka_unit_test(test_is_der),  cmocka_unit_test(test_der_depth),
    };
    return cmocka_run_group_tests(tests, NULL, free_made);
}
