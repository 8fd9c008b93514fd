/* The signed attributes (FORMAT.md section 3): each once, with one value of its exact type and grammar; RFC 5652 section 5.3
 * and 11, RFC 6211 for the algorithm protection. */
#include "base/arn.h"
#include "base/printable.h"
#include "crypto/ber.h"
#include "crypto/envelope_internal.h"

enum attribute {
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SIGNING_TIME,
    ALGORITHM_PROTECTION,
    JOB_ARN,
    EXPIRY,
    PROFILE_VERSION_ARN,
    ATTRIBUTE_COUNT,
};

typedef sg_result read_value(struct sg_envelope_reading *reading, struct sg_span value);

static read_value read_content_type, read_message_digest, read_signing_time, read_protection, read_job, read_expiry,
    read_profile;

static const struct {
    const char *name;
    const char *oid_text;
    uint8_t oid[12];
    size_t oid_bytes;
    unsigned tag;
    const char *type;
    bool required;
    read_value *read;
} attributes[ATTRIBUTE_COUNT] = {
    [CONTENT_TYPE] = {"contentType",
                      "1.2.840.113549.1.9.3",
                      {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03},
                      9,
                      SG_BER_OID,
                      "OBJECT IDENTIFIER",
                      true,
                      read_content_type},
    [MESSAGE_DIGEST] = {"messageDigest",
                        "1.2.840.113549.1.9.4",
                        {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04},
                        9,
                        SG_BER_OCTET_STRING,
                        "OCTET STRING",
                        true,
                        read_message_digest},
    [SIGNING_TIME] = {"signingTime",
                      "1.2.840.113549.1.9.5",
                      {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05},
                      9,
                      SG_BER_GENERALIZED_TIME,
                      "GeneralizedTime",
                      true,
                      read_signing_time},
    [ALGORITHM_PROTECTION] = {"CMSAlgorithmProtection",
                              "1.2.840.113549.1.9.52",
                              {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x34},
                              9,
                              SG_BER_SEQUENCE,
                              "SEQUENCE",
                              false,
                              read_protection},
    [JOB_ARN] = {"signing job ARN",
                 "1.3.187.137.1.2",
                 {0x2B, 0x81, 0x3B, 0x81, 0x09, 0x01, 0x02},
                 7,
                 SG_BER_UTF8_STRING,
                 "UTF8String",
                 true,
                 read_job},
    [EXPIRY] = {"signature expiry",
                "1.3.187.137.1.3",
                {0x2B, 0x81, 0x3B, 0x81, 0x09, 0x01, 0x03},
                7,
                SG_BER_GENERALIZED_TIME,
                "GeneralizedTime",
                true,
                read_expiry},
    [PROFILE_VERSION_ARN] = {"signing profile version ARN",
                             "1.3.187.137.1.4",
                             {0x2B, 0x81, 0x3B, 0x81, 0x09, 0x01, 0x04},
                             7,
                             SG_BER_UTF8_STRING,
                             "UTF8String",
                             true,
                             read_profile},
};

static sg_result read_content_type(struct sg_envelope_reading *reading, struct sg_span value)
{
    static const uint8_t oid_data[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01};
    if (!sg_span_equal(value, sg_span_of(oid_data, sizeof oid_data)))
        return sg_refute_format(reading, "the signed contentType is not id-data");
    return SG_OK;
}

static sg_result read_message_digest(struct sg_envelope_reading *reading, struct sg_span value)
{
    if (value.size != SG_SHA384_BYTES)
        return sg_refute_format(reading, "the signed messageDigest has %zu bytes instead of 48", value.size);
    memcpy(reading->envelope->claims.message_digest, value.data, SG_SHA384_BYTES);
    return SG_OK;
}

static sg_result read_time(struct sg_envelope_reading *reading, struct sg_span value, const char *name,
                           struct sg_time *out)
{
    struct sg_printable shown;
    if (!sg_time_parse_generalized(value, out))
        return sg_refute_format(reading, "the signed %s `%s` is no valid time of the form 20220211174524.338Z", name,
                                sg_printable(&shown, value));
    return SG_OK;
}

static sg_result read_signing_time(struct sg_envelope_reading *reading, struct sg_span value)
{
    return read_time(reading, value, "signingTime", &reading->envelope->claims.signed_at);
}

static sg_result read_expiry(struct sg_envelope_reading *reading, struct sg_span value)
{
    return read_time(reading, value, "expiry", &reading->envelope->claims.expires_at);
}

/* RFC 6211 section 2: digestAlgorithm, then [1] signatureAlgorithm; both must be those of the SignerInfo (CM-21, CM-22). */
static sg_result read_protection(struct sg_envelope_reading *reading, struct sg_span value)
{
    struct sg_ber digest;
    struct sg_ber signature;
    bool fits = sg_ber_take_tag(&value, SG_BER_SEQUENCE, &digest) && sg_algorithm_is_sha384(digest.body) &&
                sg_ber_take_tag(&value, SG_BER_CONTEXT_1, &signature) && sg_algorithm_is_ecdsa_sha384(signature.body) &&
                value.size == 0;
    if (!fits)
        return sg_refute_format(reading,
                                "the signed CMSAlgorithmProtection does not name SHA-384 and ecdsa-with-SHA384");
    return SG_OK;
}

static sg_result read_arn(struct sg_envelope_reading *reading, struct sg_span value,
                          bool (*parse)(struct sg_span, struct sg_arn *), const char *name, const char *form,
                          const char **out)
{
    struct sg_printable shown;
    struct sg_arn arn;
    SG_TRY(sg_arena_text(reading->arena, sg_span_text(sg_printable(&shown, value)), out, reading->error));
    if (!parse(value, &arn))
        return sg_refute_format(reading, "the signed %s `%s` is not of the form %s", name, *out, form);
    /* The grammar leaves only bytes that need no escape, however long: what is compared is what was signed. */
    return sg_arena_text(reading->arena, value, out, reading->error);
}

static sg_result read_job(struct sg_envelope_reading *reading, struct sg_span value)
{
    return read_arn(reading, value, sg_arn_parse_job, "job ARN",
                    "arn:PARTITION:signer:REGION:ACCOUNT:/signing-jobs/UUID", &reading->envelope->claims.job_arn);
}

static sg_result read_profile(struct sg_envelope_reading *reading, struct sg_span value)
{
    return read_arn(reading, value, sg_arn_parse_profile_version, "profile version ARN",
                    "arn:PARTITION:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION",
                    &reading->envelope->claims.profile_version_arn);
}

static enum attribute attribute_of(struct sg_span oid)
{
    for (int i = 0; i < ATTRIBUTE_COUNT; i++) {
        if (sg_span_equal(oid, sg_span_of(attributes[i].oid, attributes[i].oid_bytes)))
            return (enum attribute)i;
    }
    return ATTRIBUTE_COUNT;
}

/* Attribute ::= SEQUENCE { attrType OID, attrValues SET OF } (RFC 5652 section 5.3). */
static sg_result read_attribute(struct sg_envelope_reading *reading, struct sg_span body, bool seen[ATTRIBUTE_COUNT])
{
    struct sg_ber oid;
    struct sg_ber values;
    if (!sg_ber_take_tag(&body, SG_BER_OID, &oid) || !sg_ber_take_tag(&body, SG_BER_SET, &values) || body.size > 0)
        return sg_refute_format(reading, "a signed attribute is malformed");
    enum attribute which = attribute_of(oid.body);
    if (which == ATTRIBUTE_COUNT)
        return sg_note_envelope(reading, "the signer signed an attribute that this format does not have");
    const char *name = attributes[which].name;
    if (seen[which])
        return sg_refute_format(reading, "the signed attribute %s (%s) occurs twice", name, attributes[which].oid_text);
    seen[which] = true;
    struct sg_span rest = values.body;
    struct sg_ber value;
    if (!sg_ber_take(&rest, &value) || rest.size > 0)
        return sg_refute_format(reading, "the signed attribute %s (%s) does not have exactly one value", name,
                                attributes[which].oid_text);
    if (value.tag != attributes[which].tag)
        return sg_refute_format(reading, "the signed attribute %s (%s) is no %s", name, attributes[which].oid_text,
                                attributes[which].type);
    return attributes[which].read(reading, value.body);
}

/* All of them, which must stand in DER's order of a SET OF (X.690 clause 11.6; CM-26). */
static sg_result read_all(struct sg_envelope_reading *reading, bool seen[ATTRIBUTE_COUNT])
{
    struct sg_span rest = reading->signed_attributes;
    struct sg_span before = {0};
    size_t count = 0;
    while (rest.size > 0 && reading->envelope->format.outcome != SG_REFUTED) {
        struct sg_ber attribute;
        if (!sg_ber_take_tag(&rest, SG_BER_SEQUENCE, &attribute))
            return sg_refute_format(reading, "the signed attributes are malformed");
        if (++count > SG_ENVELOPE_MAX_ATTRIBUTES)
            return sg_refute_format(reading, "there are more than %u signed attributes", SG_ENVELOPE_MAX_ATTRIBUTES);
        if (before.size > 0 && sg_span_compare(before, attribute.whole) > 0)
            return sg_refute_format(reading, "the signed attributes are not in DER order");
        before = attribute.whole;
        SG_TRY(read_attribute(reading, attribute.body, seen));
    }
    return SG_OK;
}

/* What the attributes must say together. */
static sg_result check_agreement(struct sg_envelope_reading *reading)
{
    const struct sg_signature *claims = &reading->envelope->claims;
    struct sg_arn job;
    struct sg_arn profile;
    if (!sg_arn_parse_job(sg_span_text(claims->job_arn), &job) ||
        !sg_arn_parse_profile_version(sg_span_text(claims->profile_version_arn), &profile) ||
        !sg_arn_same_owner(&job, &profile))
        return sg_refute_format(reading, "partition, region or account of job %s and profile %s differ",
                                claims->job_arn, claims->profile_version_arn);
    if (sg_time_compare(claims->expires_at, claims->signed_at) <= 0) {
        char expiry[SG_TIME_TEXT_BYTES];
        char signing[SG_TIME_TEXT_BYTES];
        return sg_refute_format(reading, "the signature's expiry %s is not after its signingTime %s",
                                sg_time_format_rfc3339(claims->expires_at, expiry),
                                sg_time_format_rfc3339(claims->signed_at, signing));
    }
    return SG_OK;
}

sg_result sg_envelope_read_attributes(struct sg_envelope_reading *reading)
{
    bool seen[ATTRIBUTE_COUNT] = {false};
    SG_TRY(read_all(reading, seen));
    for (int i = 0; i < ATTRIBUTE_COUNT; i++) {
        if (!seen[i] && attributes[i].required)
            SG_TRY(sg_refute_format(reading, "the signed attribute %s (%s) is missing", attributes[i].name,
                                    attributes[i].oid_text));
    }
    if (reading->envelope->format.outcome == SG_REFUTED)
        return SG_OK;
    if (!seen[ALGORITHM_PROTECTION])
        SG_TRY(sg_note_envelope(reading, "the signed attribute CMSAlgorithmProtection is missing"));
    SG_TRY(check_agreement(reading));
    reading->envelope->has_claims = reading->envelope->format.outcome != SG_REFUTED;
    return SG_OK;
}
