/* The shape of the CMS (FORMAT.md section 3; RFC 5652 sections 3 to 5), pinned value by value on the received bytes, because
 * OpenSSL accepts far more than AWS Signer writes and does not show what it skipped (ATTACKS.md section 2). */
#include "crypto/ber.h"
#include "crypto/envelope_internal.h"

static const uint8_t oid_signed_data[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};
static const uint8_t oid_data[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01};
static const uint8_t oid_sha384[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};
static const uint8_t oid_ecdsa_sha384[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03};

#define OID(bytes) sg_span_of(bytes, sizeof(bytes))

static bool take_oid(struct sg_span *rest, struct sg_span oid)
{
    struct sg_ber value;
    return sg_ber_take_tag(rest, SG_BER_OID, &value) && sg_span_equal(value.body, oid);
}

bool sg_algorithm_is_sha384(struct sg_span algorithm)
{
    struct sg_ber null;
    if (!take_oid(&algorithm, OID(oid_sha384)))
        return false;
    return algorithm.size == 0 ||
           (sg_ber_take_tag(&algorithm, SG_BER_NULL, &null) && null.body.size == 0 && algorithm.size == 0);
}

bool sg_algorithm_is_ecdsa_sha384(struct sg_span algorithm)
{
    return take_oid(&algorithm, OID(oid_ecdsa_sha384)) && algorithm.size == 0;
}

/* A version number; anything but one octet reads as 0. */
static bool take_version(struct sg_span *rest, unsigned *out)
{
    struct sg_ber value;
    if (!sg_ber_take_tag(rest, SG_BER_INTEGER, &value) || value.body.size == 0)
        return false;
    *out = value.body.size == 1 ? value.body.data[0] : 0;
    return true;
}

static size_t count_values(struct sg_span body)
{
    size_t count = 0;
    struct sg_ber value;
    while (sg_ber_take(&body, &value))
        count++;
    return body.size == 0 ? count : SIZE_MAX;
}

/* ContentInfo down to the body of SignedData (RFC 5652 section 3). */
static sg_result read_content_info(struct sg_envelope_reading *reading, struct sg_span *signed_data)
{
    struct sg_span rest = reading->der;
    struct sg_ber info;
    struct sg_ber wrapped;
    struct sg_ber inner;
    if (!sg_ber_take_tag(&rest, SG_BER_SEQUENCE, &info))
        return sg_refute_format(reading, "the signature is no CMS ContentInfo");
    if (rest.size > 0)
        return sg_refute_format(reading, "%zu bytes follow the CMS inside the PEM block", rest.size);
    rest = info.body;
    if (!take_oid(&rest, OID(oid_signed_data)))
        return sg_refute_format(reading, "the CMS content type is not id-signedData");
    if (!sg_ber_take_tag(&rest, SG_BER_CONTEXT_0, &wrapped) || rest.size > 0)
        return sg_refute_format(reading, "the CMS ContentInfo is malformed");
    rest = wrapped.body;
    if (!sg_ber_take_tag(&rest, SG_BER_SEQUENCE, &inner) || rest.size > 0)
        return sg_refute_format(reading, "the CMS SignedData is malformed");
    *signed_data = inner.body;
    return SG_OK;
}

/* digestAlgorithms: SHA-384 must be among them; others are odd, but nothing rests on them (CM-23). */
static sg_result check_digest_algorithms(struct sg_envelope_reading *reading, struct sg_span set)
{
    bool found = false;
    size_t others = 0;
    while (set.size > 0) {
        struct sg_ber algorithm;
        if (!sg_ber_take_tag(&set, SG_BER_SEQUENCE, &algorithm))
            return sg_refute_format(reading, "the CMS digestAlgorithms are malformed");
        if (sg_algorithm_is_sha384(algorithm.body))
            found = true;
        else
            others++;
    }
    if (!found)
        return sg_refute_format(reading, "the CMS digestAlgorithms do not name SHA-384 with absent or NULL parameters");
    if (others > 0)
        return sg_note_envelope(reading, "the CMS names %zu digest algorithms beside SHA-384", others);
    return SG_OK;
}

/* encapContentInfo: id-data without eContent, for the content is detached (CM-05). */
static sg_result check_encapsulated(struct sg_envelope_reading *reading, struct sg_span info)
{
    if (!take_oid(&info, OID(oid_data)))
        return sg_refute_format(reading, "the CMS eContentType is not id-data");
    if (info.size > 0)
        return sg_refute_format(reading,
                                "the CMS carries content of its own (eContent); the signature must be detached");
    return SG_OK;
}

static sg_result check_certificate_count(struct sg_envelope_reading *reading)
{
    size_t count = count_values(reading->certificates);
    if (count == SIZE_MAX)
        return sg_refute_format(reading, "the CMS certificates are malformed");
    if (count > SG_ENVELOPE_MAX_CERTIFICATES)
        return sg_refute_format(reading, "the CMS holds %zu certificates; at most %u are read", count,
                                SG_ENVELOPE_MAX_CERTIFICATES);
    return SG_OK;
}

/* signerInfos: exactly one (CM-09, CM-10). */
static sg_result check_signer_count(struct sg_envelope_reading *reading, struct sg_span set)
{
    struct sg_ber signer;
    size_t count = count_values(set);
    if (count != 1)
        return count == SIZE_MAX
                   ? sg_refute_format(reading, "the CMS signerInfos are malformed")
                   : sg_refute_format(reading, "the CMS has %zu signers; it must have exactly one", count);
    if (!sg_ber_take_tag(&set, SG_BER_SEQUENCE, &signer))
        return sg_refute_format(reading, "the CMS SignerInfo is malformed");
    reading->signer_info = signer.body;
    return SG_OK;
}

/* SignedData (RFC 5652 section 5.1). */
static sg_result read_signed_data(struct sg_envelope_reading *reading, struct sg_span body)
{
    unsigned version = 0;
    struct sg_ber digests;
    struct sg_ber encapsulated;
    struct sg_ber certificates;
    struct sg_ber crls;
    struct sg_ber signers;
    if (!take_version(&body, &version) || !sg_ber_take_tag(&body, SG_BER_SET, &digests) ||
        !sg_ber_take_tag(&body, SG_BER_SEQUENCE, &encapsulated))
        return sg_refute_format(reading, "the CMS SignedData is malformed");
    if (!sg_ber_take_tag(&body, SG_BER_CONTEXT_0, &certificates))
        return sg_refute_format(reading, "the CMS holds no certificates");
    bool has_crls = sg_ber_take_tag(&body, SG_BER_CONTEXT_1, &crls);
    if (!sg_ber_take_tag(&body, SG_BER_SET, &signers) || body.size > 0)
        return sg_refute_format(reading, "the CMS SignedData is malformed behind its certificates");
    reading->certificates = certificates.body;
    if (version != 1)
        SG_TRY(sg_note_envelope(reading, "the CMS SignedData has version %u instead of 1", version));
    if (has_crls)
        SG_TRY(sg_note_envelope(reading, "the CMS carries revocation lists of its own; they are ignored"));
    SG_TRY(check_digest_algorithms(reading, digests.body));
    SG_TRY(check_encapsulated(reading, encapsulated.body));
    SG_TRY(check_certificate_count(reading));
    return check_signer_count(reading, signers.body);
}

/* Unsigned attributes prove nothing and are ignored, but for three that must be signed wherever they stand (RFC 5652 section
 * 11.1 to 11.3; CM-16, CM-17). */
static sg_result check_unsigned_attributes(struct sg_envelope_reading *reading, struct sg_span attributes)
{
    static const uint8_t oid_pkcs9[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09};
    struct sg_ber attribute;
    while (sg_ber_take_tag(&attributes, SG_BER_SEQUENCE, &attribute)) {
        struct sg_span rest = attribute.body;
        struct sg_ber oid;
        if (!sg_ber_take_tag(&rest, SG_BER_OID, &oid))
            break;
        bool pkcs9 = oid.body.size == sizeof oid_pkcs9 + 1 && sg_span_starts_with(oid.body, OID(oid_pkcs9));
        uint8_t last = pkcs9 ? oid.body.data[sizeof oid_pkcs9] : 0;
        if (last >= 3 && last <= 5)
            return sg_refute_format(reading, "%s stands among the unsigned attributes",
                                    last == 3 ? "contentType" : (last == 4 ? "messageDigest" : "signingTime"));
    }
    return sg_note_envelope(reading, "the signer has unsigned attributes; they prove nothing and are ignored");
}

/* The algorithms and the tail of a SignerInfo, from its digestAlgorithm on. */
static sg_result read_signer_algorithms(struct sg_envelope_reading *reading, struct sg_span rest)
{
    struct sg_ber digest;
    struct sg_ber attributes;
    struct sg_ber algorithm;
    struct sg_ber signature;
    struct sg_ber unsigned_attributes;
    if (!sg_ber_take_tag(&rest, SG_BER_SEQUENCE, &digest) || !sg_algorithm_is_sha384(digest.body))
        return sg_refute_format(reading, "the signer's digestAlgorithm is not SHA-384 with absent or NULL parameters");
    if (!sg_ber_take_tag(&rest, SG_BER_CONTEXT_0, &attributes))
        return sg_refute_format(reading, "the signer has no signed attributes");
    if (!attributes.definite_minimal || !sg_ber_is_der(attributes.body))
        return sg_refute_format(reading, "the signed attributes are not in DER");
    if (!sg_ber_take_tag(&rest, SG_BER_SEQUENCE, &algorithm) || !sg_algorithm_is_ecdsa_sha384(algorithm.body))
        return sg_refute_format(reading, "the signatureAlgorithm is not ecdsa-with-SHA384 without parameters");
    if (!sg_ber_take_tag(&rest, SG_BER_OCTET_STRING, &signature))
        return sg_refute_format(reading, "the signature value is no primitive OCTET STRING");
    if (sg_ber_take_tag(&rest, SG_BER_CONTEXT_1, &unsigned_attributes))
        SG_TRY(check_unsigned_attributes(reading, unsigned_attributes.body));
    if (rest.size > 0)
        return sg_refute_format(reading, "the CMS SignerInfo is malformed behind its signature");
    reading->signed_attributes = attributes.body;
    return SG_OK;
}

/* SignerInfo (RFC 5652 section 5.3). */
static sg_result read_signer_info(struct sg_envelope_reading *reading)
{
    struct sg_span rest = reading->signer_info;
    unsigned version = 0;
    struct sg_ber identifier;
    if (!take_version(&rest, &version))
        return sg_refute_format(reading, "the CMS SignerInfo is malformed");
    if (!sg_ber_take_tag(&rest, SG_BER_SEQUENCE, &identifier))
        return sg_refute_format(reading, "the signer is not named by issuerAndSerialNumber");
    if (version != 1)
        SG_TRY(sg_note_envelope(reading, "the CMS SignerInfo has version %u instead of 1", version));
    return read_signer_algorithms(reading, rest);
}

sg_result sg_envelope_read_shape(struct sg_envelope_reading *reading)
{
    struct sg_span signed_data = {0};
    SG_TRY(read_content_info(reading, &signed_data));
    if (reading->envelope->format.outcome == SG_REFUTED)
        return SG_OK;
    SG_TRY(read_signed_data(reading, signed_data));
    if (reading->envelope->format.outcome == SG_REFUTED)
        return SG_OK;
    return read_signer_info(reading);
}
