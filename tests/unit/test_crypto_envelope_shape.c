/* The CMS and its signed attributes, bent one value at a time (ATTACKS.md section 2). Every envelope is signed after it was
 * bent, so that only the format can refute it. */
#include "test_crypto_trusted_chain.h"

struct row {
    const char *what;
    struct envelope_plan plan;
    int where; /* FORMAT, … or NOTHING_REFUTED; then `message` is the one notice, or NULL */
    const char *message;
};

static void verify_cms(struct sg_span cms, const uint8_t *content, struct sg_arena *arena, struct sg_envelope *out)
{
    struct sg_error error = {0};
    *arena = sg_arena_make((size_t)16 * 1024 * 1024);
    assert_done(sg_envelope_verify(make_pem(cms), content, anchors, arena, out, &error), error);
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        static const uint8_t zeros[SG_SHA384_BYTES];
        const char *content = rows[i].plan.content;
        struct sg_envelope envelope;
        struct sg_arena arena;
        verify_cms(make_cms(&rows[i].plan, &chain), content != NULL ? (const uint8_t *)content : zeros, &arena,
                   &envelope);
        if (rows[i].where == NOTHING_REFUTED)
            assert_proven(rows[i].what, &envelope, rows[i].message);
        else
            assert_refuted(rows[i].what, &envelope, rows[i].where, usual_rule[rows[i].where], rows[i].message);
        sg_arena_free(&arena);
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* --- SignedData --------------------------------------------------------------------------------------------------------- */

#define NO_DIGEST   "the CMS digestAlgorithms do not name SHA-384 with absent or NULL parameters"
#define EMBEDDED    "the CMS carries content of its own (eContent); the signature must be detached"
#define SIGNED_DATA "the CMS SignedData is malformed"
#define BEHIND      "the CMS SignedData is malformed behind its certificates"

static const struct row signed_data_rows[] = {
    {.what = "in the format", .where = NOTHING_REFUTED},
    {"enveloped data",
     {.content_info_type = "06 09 2A864886F70D010703"},
     FORMAT,
     "the CMS content type is not id-signedData"},
    {"id-data", {.content_info_type = OID_DATA}, FORMAT, "the CMS content type is not id-signedData"},
    {"the content type as a text",
     {.content_info_type = "04 09 2A864886F70D010702"},
     FORMAT,
     "the CMS content type is not id-signedData"},
    {"a SET in place of SignedData", {.signed_data_tag = 0x31}, FORMAT, SIGNED_DATA},
    {"more behind SignedData", {.wrapped_more = "05 00"}, FORMAT, SIGNED_DATA},
    {"digestAlgorithms in a SEQUENCE", {.digests_tag = 0x30}, FORMAT, SIGNED_DATA},
    {"encapContentInfo in a SET", {.encapsulated_tag = 0x31}, FORMAT, SIGNED_DATA},
    {"no content type", {.content_info_type = ""}, FORMAT, "the CMS content type is not id-signedData"},
    {"more in the ContentInfo", {.content_info_more = "0500"}, FORMAT, "the CMS ContentInfo is malformed"},
    {"bytes behind", {.after = "0500"}, FORMAT, "2 bytes follow the CMS inside the PEM block"},
    {"zeros behind", {.after = "0000"}, FORMAT, "2 bytes follow the CMS inside the PEM block"},
    {"no version", {.version = ""}, FORMAT, SIGNED_DATA},
    {"version as a text", {.version = "0C 01 31"}, FORMAT, SIGNED_DATA},
    {"an empty version", {.version = "02 00"}, FORMAT, SIGNED_DATA},
    {"version 3", {.version = "02 01 03"}, NOTHING_REFUTED, "the CMS SignedData has version 3 instead of 1"},
    {"version 5", {.version = "02 01 05"}, NOTHING_REFUTED, "the CMS SignedData has version 5 instead of 1"},
    {"version of two bytes",
     {.version = "02 02 0101"},
     NOTHING_REFUTED,
     "the CMS SignedData has version 0 instead of 1"},
    {"no digestAlgorithms", {.digest_algorithms = ""}, FORMAT, NO_DIGEST},
    {"only SHA-256", {.digest_algorithms = SHA256_ABSENT}, FORMAT, NO_DIGEST},
    {"NULL parameters", {.digest_algorithms = SHA384_NULL}, NOTHING_REFUTED, NULL},
    {"junk parameters", {.digest_algorithms = "30 0E 06 09 608648016503040202 04 01 41"}, FORMAT, NO_DIGEST},
    {"NULL and more", {.digest_algorithms = "30 0F 06 09 608648016503040202 05 00 05 00"}, FORMAT, NO_DIGEST},
    {"NULL with a body", {.digest_algorithms = "30 0E 06 09 608648016503040202 05 01 00"}, FORMAT, NO_DIGEST},
    {"SHA-256 besides",
     {.digest_algorithms = SHA256_ABSENT SHA384_ABSENT},
     NOTHING_REFUTED,
     "the CMS names 1 digest algorithms beside SHA-384"},
    {"no SEQUENCE among them", {.digest_algorithms = "05 00"}, FORMAT, "the CMS digestAlgorithms are malformed"},
    {"eContentType is signed-data", {.encapsulated = OID_SIGNED_DATA}, FORMAT, "the CMS eContentType is not id-data"},
    {"no eContentType", {.encapsulated = ""}, FORMAT, "the CMS eContentType is not id-data"},
    {"eContent, empty", {.encapsulated = OID_DATA "A0 02 04 00"}, FORMAT, EMBEDDED},
    {"eContent", {.encapsulated = OID_DATA "A0 05 04 03 414243"}, FORMAT, EMBEDDED},
    {"no certificates", {.no_certificates = true}, FORMAT, "the CMS holds no certificates"},
    {"CRLs", {.crls = "A1 00"}, NOTHING_REFUTED, "the CMS carries revocation lists of its own; they are ignored"},
    {"something between", {.crls = "05 00"}, FORMAT, BEHIND},
    {"no set of signers", {.signers = -2}, FORMAT, BEHIND},
    {"more behind the signers", {.signed_data_more = "05 00"}, FORMAT, BEHIND},
    {"half a value among the signers", {.signers_more = "30 05 05"}, FORMAT, "the CMS signerInfos are malformed"},
    {"a signer in a SET", {.signer_tag = 0x31}, FORMAT, "the CMS SignerInfo is malformed"},
    {"no signer", {.signers = -1}, FORMAT, "the CMS has 0 signers; it must have exactly one"},
    {"two signers", {.signers = 2}, FORMAT, "the CMS has 2 signers; it must have exactly one"},
    {"40 signers", {.signers = 40}, FORMAT, "the CMS has 40 signers; it must have exactly one"},
};

static void test_signed_data(void **state)
{
    (void)state;
    CHECK_ROWS(signed_data_rows);
}

/* --- SignerInfo --------------------------------------------------------------------------------------------------------- */

#define SIGNER_DIGEST "the signer's digestAlgorithm is not SHA-384 with absent or NULL parameters"
#define NOT_DER       "the signed attributes are not in DER"
#define ALGORITHM     "the signatureAlgorithm is not ecdsa-with-SHA384 without parameters"
#define VALUE         "the signature value is no primitive OCTET STRING"
#define INVALID       "the signature over the signed attributes was not made by the certificate's key"

static const struct row signer_rows[] = {
    {"no version", {.signer_version = ""}, FORMAT, "the CMS SignerInfo is malformed"},
    {"version 3", {.signer_version = "02 01 03"}, NOTHING_REFUTED, "the CMS SignerInfo has version 3 instead of 1"},
    {"subjectKeyIdentifier",
     {.signer_version = "02 01 03", .signer_id = "80 04 01020304"},
     FORMAT,
     "the signer is not named by issuerAndSerialNumber"},
    {"a signer that is not there",
     {.signer_id = "30 11 30 0C 31 0A 30 08 06 03 550403 0C 01 58 02 01 07"},
     FORMAT,
     "the signer's certificate is not among the certificates of the CMS"},
    {"NULL parameters", {.signer_digest = SHA384_NULL}, NOTHING_REFUTED, NULL},
    {"SHA-256", {.signer_digest = SHA256_ABSENT}, FORMAT, SIGNER_DIGEST},
    {"SHA-384 in a SET", {.signer_digest = "31 0B 06 09 608648016503040202"}, FORMAT, SIGNER_DIGEST},
    {"SHA-1", {.signer_digest = "30 07 06 05 2B0E03021A"}, FORMAT, SIGNER_DIGEST},
    {"MD5", {.signer_digest = "30 0A 06 08 2A864886F70D0205"}, FORMAT, SIGNER_DIGEST},
    {"no signed attributes", {.no_attributes = true}, FORMAT, "the signer has no signed attributes"},
    {"an empty set of them",
     {.raw_attributes = "A0 00"},
     FORMAT,
     "the signed attribute contentType (1.2.840.113549.1.9.3) is missing"},
    {"indefinite length", {.raw_attributes = "A0 80 00 00"}, FORMAT, NOT_DER},
    {"length in more octets", {.raw_attributes = "A0 81 02 05 00"}, FORMAT, NOT_DER},
    {"length in more octets inside", {.raw_attributes = "A0 05 30 81 02 05 00"}, FORMAT, NOT_DER},
    {"indefinite length inside", {.raw_attributes = "A0 06 30 80 05 00 00 00"}, FORMAT, NOT_DER},
    {"constructed OCTET STRING inside", {.raw_attributes = "A0 08 30 06 24 04 04 02 4142"}, FORMAT, NOT_DER},
    {"no attribute inside", {.raw_attributes = "A0 02 05 00"}, FORMAT, "the signed attributes are malformed"},
    {"an attribute without a type", {.raw_attributes = "A0 04 30 02 31 00"}, FORMAT, "a signed attribute is malformed"},
    {"an attribute without values",
     {.raw_attributes = "A0 07 30 05 06 03 2A0304"},
     FORMAT,
     "a signed attribute is malformed"},
    {"an attribute with more behind",
     {.raw_attributes = "A0 0B 30 09 06 03 2A0304 31 00 05 00"},
     FORMAT,
     "a signed attribute is malformed"},
    {"ecdsa-with-SHA384 in a SET", {.signature_algorithm = "31 0A 06 08 2A8648CE3D040303"}, FORMAT, ALGORITHM},
    {"ecdsa-with-SHA256", {.signature_algorithm = ECDSA_SHA256}, FORMAT, ALGORITHM},
    {"rsaEncryption", {.signature_algorithm = "30 0D 06 09 2A864886F70D010101 05 00"}, FORMAT, ALGORITHM},
    {"NULL parameters of the signature",
     {.signature_algorithm = "30 0C 06 08 2A8648CE3D040303 05 00"},
     FORMAT,
     ALGORITHM},
    {"an unknown algorithm with junk", {.signature_algorithm = "30 06 06 02 2A03 05 00"}, FORMAT, ALGORITHM},
    {"no signature", {.signature = ""}, FORMAT, VALUE},
    {"constructed signature", {.signature = "24 04 04 02 4142"}, FORMAT, VALUE},
    {"signature as a BIT STRING", {.signature = "03 02 0041"}, FORMAT, VALUE},
    {"empty signature", {.signature = "04 00"}, SIGNATURE, INVALID},
    {"r and s are 1", {.signature = "04 08 30 06 02 01 01 02 01 01"}, SIGNATURE, INVALID},
    {"r and s are 0", {.signature = "04 08 30 06 02 01 00 02 01 00"}, SIGNATURE, INVALID},
    {"another key", {.wrong_key = true}, SIGNATURE, INVALID},
    {"unsigned attributes",
     {.unsigned_attributes = "A1 0F 30 0D 06 03 2A0304 31 06 0C 04 6576696C"},
     NOTHING_REFUTED,
     "the signer has unsigned attributes; they prove nothing and are ignored"},
    {"contentType among them",
     {.unsigned_attributes = "A1 11 30 0F 06 09 2A864886F70D010903 31 02 05 00"},
     FORMAT,
     "contentType stands among the unsigned attributes"},
    {"messageDigest among them",
     {.unsigned_attributes = "A1 11 30 0F 06 09 2A864886F70D010904 31 02 05 00"},
     FORMAT,
     "messageDigest stands among the unsigned attributes"},
    {"signingTime among them",
     {.unsigned_attributes = "A1 11 30 0F 06 09 2A864886F70D010905 31 02 05 00"},
     FORMAT,
     "signingTime stands among the unsigned attributes"},
    {"signingTime behind another of them",
     {.unsigned_attributes = "A1 1A 30 07 06 03 2A0304 31 00 30 0F 06 09 2A864886F70D010905 31 02 05 00"},
     FORMAT,
     "signingTime stands among the unsigned attributes"},
    {"one whose number begins like contentType's among them",
     {.unsigned_attributes = "A1 12 30 10 06 0A 2A864886F70D01090301 31 02 05 00"},
     NOTHING_REFUTED,
     "the signer has unsigned attributes; they prove nothing and are ignored"},
    {"one whose number ends like contentType's among them",
     {.unsigned_attributes = "A1 11 30 0F 06 09 2A864886F70D010703 31 02 05 00"},
     NOTHING_REFUTED,
     "the signer has unsigned attributes; they prove nothing and are ignored"},
    {"contentType's number as a text among them",
     {.unsigned_attributes = "A1 11 30 0F 04 09 2A864886F70D010903 31 02 05 00"},
     FORMAT,
     "OpenSSL cannot decode the CMS"},
    {"more behind", {.signer_more = "05 00"}, FORMAT, "the CMS SignerInfo is malformed behind its signature"},
};

static void test_signer_info(void **state)
{
    (void)state;
    CHECK_ROWS(signer_rows);
}

/* --- signed attributes -------------------------------------------------------------------------------------------------- */

#define ATTRIBUTE(name, oid, problem) "the signed attribute " name " (" oid ") " problem
#define ONE_ATTRIBUTE(which, name, oid, type, other_tag)                                                               \
    {name " missing", {.attribute[which].missing = true}, FORMAT, ATTRIBUTE(name, oid, "is missing")},                 \
        {name " twice", {.attribute[which].twice = true}, FORMAT, ATTRIBUTE(name, oid, "occurs twice")},               \
        {name " with two values",                                                                                      \
         {.attribute[which].values = 2},                                                                               \
         FORMAT,                                                                                                       \
         ATTRIBUTE(name, oid, "does not have exactly one value")},                                                     \
        {name " without a value",                                                                                      \
         {.attribute[which].values = -1},                                                                              \
         FORMAT,                                                                                                       \
         ATTRIBUTE(name, oid, "does not have exactly one value")},                                                     \
    {                                                                                                                  \
        name " of another type", {.attribute[which].tag = (other_tag)}, FORMAT, ATTRIBUTE(name, oid, "is no " type)    \
    }

static const struct row attribute_rows[] = {
    ONE_ATTRIBUTE(CONTENT_TYPE, "contentType", "1.2.840.113549.1.9.3", "OBJECT IDENTIFIER", 0x04),
    ONE_ATTRIBUTE(DIGEST, "messageDigest", "1.2.840.113549.1.9.4", "OCTET STRING", 0x03),
    ONE_ATTRIBUTE(SIGNING_TIME, "signingTime", "1.2.840.113549.1.9.5", "GeneralizedTime", 0x17),
    ONE_ATTRIBUTE(JOB_ARN, "signing job ARN", "1.3.187.137.1.2", "UTF8String", 0x16),
    ONE_ATTRIBUTE(EXPIRY, "signature expiry", "1.3.187.137.1.3", "GeneralizedTime", 0x17),
    ONE_ATTRIBUTE(PROFILE_ARN, "signing profile version ARN", "1.3.187.137.1.4", "UTF8String", 0x04),
    {"CMSAlgorithmProtection missing",
     {.attribute[PROTECT].missing = true},
     NOTHING_REFUTED,
     "the signed attribute CMSAlgorithmProtection is missing"},
    {"CMSAlgorithmProtection twice",
     {.attribute[PROTECT].twice = true},
     FORMAT,
     ATTRIBUTE("CMSAlgorithmProtection", "1.2.840.113549.1.9.52", "occurs twice")},
    {"not in DER's order", {.unsorted = true}, FORMAT, "the signed attributes are not in DER order"},
    {"one that is not known",
     {.unknown_attributes = 1},
     NOTHING_REFUTED,
     "the signer signed an attribute that this format does not have"},
    {"33 attributes", {.unknown_attributes = 26}, FORMAT, "there are more than 32 signed attributes"},
};

static void test_attributes(void **state)
{
    (void)state;
    CHECK_ROWS(attribute_rows);
}

/* A report of any size cannot be made: the notices are counted from the 21st on. */
static void test_many_unknown_attributes(void **state)
{
    (void)state;
    static const uint8_t zeros[SG_SHA384_BYTES];
    const struct envelope_plan plan = {.unknown_attributes = 25};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify_cms(make_cms(&plan, &chain), zeros, &arena, &envelope);
    assert_true(sg_envelope_proven(&envelope));
    assert_int_equal(envelope.notices.count, SG_PACKAGE_MAX_NOTICES);
    assert_int_equal(envelope.notices.left_out, 5);
    sg_arena_free(&arena);
}

#define WRONG_PROTECTION     "the signed CMSAlgorithmProtection does not name SHA-384 and ecdsa-with-SHA384"
#define NO_TIME(name, shown) "the signed " name " `" shown "` is no valid time of the form 20220211174524.338Z"
#define BAD_EXPIRY(what, value, shown)                                                                                 \
    {                                                                                                                  \
        "expiry: " what, {.attribute[EXPIRY] = {.text = (value), .text_bytes = sizeof(value) - 1}}, FORMAT,            \
            NO_TIME("expiry", shown)                                                                                   \
    }

static const struct row value_rows[] = {
    {"contentType is not id-data",
     {.attribute[CONTENT_TYPE].hex = "2A864886F70D010702"},
     FORMAT,
     "the signed contentType is not id-data"},
    {"messageDigest of 32 bytes",
     {.attribute[DIGEST].hex = "0000000000000000000000000000000000000000000000000000000000000000"},
     FORMAT,
     "the signed messageDigest has 32 bytes instead of 48"},
    {"protection with NULL",
     {.attribute[PROTECT].hex = SHA384_NULL "A1 0A 06 08 2A8648CE3D040303"},
     NOTHING_REFUTED,
     NULL},
    {"protection names SHA-256",
     {.attribute[PROTECT].hex = SHA256_ABSENT "A1 0A 06 08 2A8648CE3D040303"},
     FORMAT,
     WRONG_PROTECTION},
    {"protection names ecdsa-with-SHA256",
     {.attribute[PROTECT].hex = SHA384_ABSENT "A1 0A 06 08 2A8648CE3D040302"},
     FORMAT,
     WRONG_PROTECTION},
    {"protection names a MAC",
     {.attribute[PROTECT].hex = SHA384_ABSENT "A2 0A 06 08 2A8648CE3D040303"},
     FORMAT,
     WRONG_PROTECTION},
    {"protection is empty", {.attribute[PROTECT] = {.text = "", .text_bytes = 0}}, FORMAT, WRONG_PROTECTION},
    {"protection with more", {.attribute[PROTECT].hex = PROTECTION "05 00"}, FORMAT, WRONG_PROTECTION},
    /* ATTACKS.md CM-30 */
    BAD_EXPIRY("a comma", "20330511174524,338Z", "20330511174524,338Z"),
    BAD_EXPIRY("no Z", "20330511174524.338", "20330511174524.338"),
    BAD_EXPIRY("an offset", "20330511174524.338+0530", "20330511174524.338+0530"),
    BAD_EXPIRY("no digit behind the point", "20330511174524.Z", "20330511174524.Z"),
    BAD_EXPIRY("no seconds", "203305111745Z", "203305111745Z"),
    BAD_EXPIRY("30 February", "20330230174524Z", "20330230174524Z"),
    BAD_EXPIRY("second 60", "20330511174560Z", "20330511174560Z"),
    BAD_EXPIRY("year 0", "00000511174524Z", "00000511174524Z"),
    BAD_EXPIRY("a NUL at the end", "20330511174524Z\0", "20330511174524Z\\x00"),
    BAD_EXPIRY("ten digits behind the point", "20330511174524.1234567890Z", "20330511174524.1234567890Z"),
    BAD_EXPIRY("a line break", "20330511174524Z\n", "20330511174524Z\\x0A"),
    {"expiry is empty", {.attribute[EXPIRY].hex = ""}, FORMAT, NO_TIME("expiry", "")},
    {"expiry in the year 9999", {.attribute[EXPIRY].text = "99991231235959.999Z"}, NOTHING_REFUTED, NULL},
    {"expiry without a fraction", {.attribute[EXPIRY].text = "20371102101112Z"}, NOTHING_REFUTED, NULL},
    {"signingTime on 31 April",
     {.attribute[SIGNING_TIME].text = "20260431101112.345Z"},
     FORMAT,
     NO_TIME("signingTime", "20260431101112.345Z")},
    {"expiry at the signing time",
     {.attribute[EXPIRY].text = "20261102101112.345Z"},
     FORMAT,
     "the signature's expiry 2026-11-02T10:11:12.345Z is not after its signingTime 2026-11-02T10:11:12.345Z"},
    {"expiry a millisecond before",
     {.attribute[EXPIRY].text = "20261102101112.344Z"},
     FORMAT,
     "the signature's expiry 2026-11-02T10:11:12.344Z is not after its signingTime 2026-11-02T10:11:12.345Z"},
    {"expiry a nanosecond after", {.attribute[EXPIRY].text = "20261102101112.345000001Z"}, NOTHING_REFUTED, NULL},
};

static void test_values(void **state)
{
    (void)state;
    CHECK_ROWS(value_rows);
}

#define NO_PROFILE(shown)                                                                                              \
    "the signed profile version ARN `" shown                                                                           \
    "` is not of the form arn:PARTITION:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION"
#define NO_JOB(shown)                                                                                                  \
    "the signed job ARN `" shown "` is not of the form arn:PARTITION:signer:REGION:ACCOUNT:/signing-jobs/UUID"
#define OWNER "arn:aws:signer:us-east-1:123456789012:"
#define BAD_PROFILE(what, value, shown)                                                                                \
    {                                                                                                                  \
        "profile: " what, {.attribute[PROFILE_ARN] = {.text = (value), .text_bytes = sizeof(value) - 1}}, FORMAT,      \
            NO_PROFILE(shown)                                                                                          \
    }
#define BAD_JOB(what, value, shown)                                                                                    \
    {                                                                                                                  \
        "job: " what, {.attribute[JOB_ARN] = {.text = (value), .text_bytes = sizeof(value) - 1}}, FORMAT,              \
            NO_JOB(shown)                                                                                              \
    }
#define OTHER_OWNER(what, value)                                                                                       \
    {                                                                                                                  \
        what, {.attribute[PROFILE_ARN].text = (value)}, FORMAT,                                                        \
            "partition, region or account of job " JOB " and profile " value " differ"                                 \
    }

/* ATTACKS.md CM-18 and CM-47. */
static const struct row arn_rows[] = {
    BAD_PROFILE("no version", OWNER "/signing-profiles/Release", OWNER "/signing-profiles/Release"),
    BAD_PROFILE("slash behind", PROFILE "/", PROFILE "/"),
    BAD_PROFILE("blank behind", PROFILE " ", PROFILE " "),
    BAD_PROFILE("line break behind", PROFILE "\n", PROFILE "\\x0A"),
    BAD_PROFILE("NUL behind", PROFILE "\0evil", PROFILE "\\x00evil"),
    BAD_PROFILE("wildcard", OWNER "/signing-profiles/*/AbCdEf0123", OWNER "/signing-profiles/*/AbCdEf0123"),
    BAD_PROFILE("upper case", "ARN:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123",
                "ARN:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    BAD_PROFILE("escaped slash", OWNER "/signing-profiles%2FRelease/AbCdEf0123",
                OWNER "/signing-profiles%2FRelease/AbCdEf0123"),
    BAD_PROFILE("homoglyph", OWNER "/signing-profiles/R\xD0\xB5lease/AbCdEf0123",
                OWNER "/signing-profiles/R\xD0\xB5lease/AbCdEf0123"),
    BAD_PROFILE("no UTF-8", OWNER "/signing-profiles/R\xFFlease/AbCdEf0123",
                OWNER "/signing-profiles/R\\xFFlease/AbCdEf0123"),
    BAD_PROFILE("a job's", JOB, JOB),
    BAD_JOB("UUID in upper case", OWNER "/signing-jobs/AAAAAAAA-2222-3333-4444-555555555555",
            OWNER "/signing-jobs/AAAAAAAA-2222-3333-4444-555555555555"),
    BAD_JOB("UUID cut", OWNER "/signing-jobs/11111111-2222-3333-4444-55555555555",
            OWNER "/signing-jobs/11111111-2222-3333-4444-55555555555"),
    BAD_JOB("a profile's", PROFILE, PROFILE),
    BAD_JOB("a workflow command", OWNER "\n::error::x", OWNER "\\x0A::error::x"),
    OTHER_OWNER("another partition", "arn:aws-cn:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"),
    OTHER_OWNER("another region", "arn:aws:signer:us-east-2:123456789012:/signing-profiles/Release/AbCdEf0123"),
    OTHER_OWNER("another account", "arn:aws:signer:us-east-1:123456789013:/signing-profiles/Release/AbCdEf0123"),
};

static void test_arns(void **state)
{
    (void)state;
    CHECK_ROWS(arn_rows);
}

/* --- content ------------------------------------------------------------------------------------------------------------ */

/* 0x0A and 0x0D0A in the digest: OpenSSL's text mode would change them (ATTACKS.md CM-03). */
#define FORTY_FOUR "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
static const struct row content_rows[] = {
    {"a line feed", {.content = FORTY_FOUR "\nbbb"}, NOTHING_REFUTED, NULL},
    {"carriage return and line feed", {.content = FORTY_FOUR "\r\nbb"}, NOTHING_REFUTED, NULL},
    {"a carriage return at the end", {.content = FORTY_FOUR "bbb\r"}, NOTHING_REFUTED, NULL},
    {"a NUL at the end", {.content = FORTY_FOUR "bbb\0"}, NOTHING_REFUTED, NULL},
};

static void test_content(void **state)
{
    (void)state;
    CHECK_ROWS(content_rows);
}

/* The signature is broken and the content, too: both are said, the signature first. */
static void test_all_is_said(void **state)
{
    (void)state;
    static const uint8_t ones[SG_SHA384_BYTES] = {1};
    const struct envelope_plan plan = {.wrong_key = true};
    struct sg_envelope envelope;
    struct sg_arena arena;
    verify_cms(make_cms(&plan, &chain), ones, &arena, &envelope);
    assert_refuted("both", &envelope, SIGNATURE, SG_RULE_SIGNATURE_INVALID, INVALID);
    assert_int_equal(envelope.chain.outcome, SG_UNDECIDED);
    assert_int_equal(envelope.content.outcome, SG_REFUTED);
    assert_int_equal(envelope.content.rule, SG_RULE_CONTENT_MODIFIED);
    assert_true(envelope.has_claims);
    assert_string_equal(envelope.claims.profile_version_arn, PROFILE);
    sg_arena_free(&arena);
}

/* Claims of an envelope that is refuted after its attributes were read may be shown as claims; before that there are none. */
static void test_claims_of_the_refuted(void **state)
{
    (void)state;
    const struct {
        const char *what;
        struct envelope_plan plan;
        bool has_claims;
    } rows[] = {
        {"good", {.signers = 0}, true},
        {"no certificate of the signer", {.signer_id = "30 11 30 0C 31 0A 30 08 06 03 550403 0C 01 58 02 01 07"}, true},
        {"another version of SHA", {.signer_digest = SHA256_ABSENT}, false},
        {"a bad profile", {.attribute[PROFILE_ARN].text = "x"}, false},
        {"two accounts",
         {.attribute[JOB_ARN].text = "arn:aws:signer:us-east-1:123456789013:/signing-jobs/"
                                     "11111111-2222-3333-4444-555555555555"},
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_envelope envelope;
        struct sg_arena arena;
        verify_cms(make_cms(&rows[i].plan, &chain), NULL, &arena, &envelope);
        if (envelope.has_claims != rows[i].has_claims)
            fail_msg("%s: has_claims is %d", rows[i].what, envelope.has_claims);
        sg_arena_free(&arena);
    }
}

/* Deep nesting and lengths that lie. */
static void test_hostile_ber(void **state)
{
    (void)state;
    uint8_t *deep = made_bytes(4000);
    for (size_t i = 0; i < 4000; i += 2)
        memcpy(deep + i, "\x30\x80", 2);
    const struct {
        const char *what;
        struct sg_span cms;
        const char *message;
    } rows[] = {
        {"nothing but a NUL", hex("00"), "the signature is no CMS ContentInfo"},
        {"2,000 indefinite lengths", sg_span_of(deep, 4000), "the signature is no CMS ContentInfo"},
        {"a length of 2 GiB", hex("30 84 7FFFFFFF 06 09 2A864886F70D010702"), "the signature is no CMS ContentInfo"},
        {"a length of 2^64", hex("30 88 FFFFFFFFFFFFFFFF 0500"), "the signature is no CMS ContentInfo"},
        {"an OCTET STRING", hex("04 02 4142"), "the signature is no CMS ContentInfo"},
        {"a SET", hex("31 00"), "the signature is no CMS ContentInfo"},
        {"an empty SEQUENCE", hex("30 00"), "the CMS content type is not id-signedData"},
        {"no SignedData", hex("30 0B" OID_SIGNED_DATA), "the CMS ContentInfo is malformed"},
        {"SignedData is empty", hex("30 0F" OID_SIGNED_DATA "A0 02 30 00"), "the CMS SignedData is malformed"},
        {"SignedData is a SET", hex("30 0F" OID_SIGNED_DATA "A0 02 31 00"), "the CMS SignedData is malformed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_envelope envelope;
        struct sg_arena arena;
        verify_cms(rows[i].cms, NULL, &arena, &envelope);
        assert_refuted(rows[i].what, &envelope, FORMAT, SG_RULE_MALFORMED_SIGNATURE, rows[i].message);
        sg_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_data),
        cmocka_unit_test(test_signer_info),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_many_unknown_attributes),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_arns),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_all_is_said),
        cmocka_unit_test(test_claims_of_the_refuted),
        cmocka_unit_test(test_hostile_ber),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
