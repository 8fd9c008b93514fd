/*
 * Envelopes written value by value, each bent in one place and then signed, so that nothing but the bent place can refute it.
 * Zero values of a plan give an envelope in the format of FORMAT.md section 3.
 */
#ifndef SG_TESTS_CRYPTO_ENVELOPE_MAKE_H
#define SG_TESTS_CRYPTO_ENVELOPE_MAKE_H

#include "test_crypto_pki.h"

#include "crypto/envelope.h"

#define PROFILE "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"
#define JOB     "arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555"

#define OID_DATA        "06 09 2A864886F70D010701"
#define OID_SIGNED_DATA "06 09 2A864886F70D010702"
#define SHA384_ABSENT   "30 0B 06 09 608648016503040202"
#define SHA384_NULL     "30 0D 06 09 608648016503040202 05 00"
#define SHA256_ABSENT   "30 0B 06 09 608648016503040201"
#define ECDSA_SHA384    "30 0A 06 08 2A8648CE3D040303"
#define ECDSA_SHA256    "30 0A 06 08 2A8648CE3D040302"
#define PROTECTION      "30 0B 06 09 608648016503040202 A1 0A 06 08 2A8648CE3D040303"

enum { CONTENT_TYPE, EXPIRY, SIGNING_TIME, PROTECT, DIGEST, JOB_ARN, PROFILE_ARN, ATTRIBUTES };

struct attribute_plan {
    unsigned tag;      /* of the value; 0: the right one */
    const char *text;  /* the value's body; NULL: the right one */
    size_t text_bytes; /* 0: strlen */
    const char *hex;   /* the body in hex instead */
    int values;        /* how many; 0: one; -1: none */
    bool missing, twice;
};

struct envelope_plan {
    struct attribute_plan attribute[ATTRIBUTES];
    const char *more_attributes; /* hex of whole attributes */
    size_t unknown_attributes;   /* how many of an OID that the format does not have */
    bool unsorted;
    bool no_attributes;
    const char *raw_attributes; /* hex of the [0] in place of the right one; the signature is over the right one */

    const char *content_info_type; /* hex of whole values from here on; NULL: the right one; "" leaves it out */
    const char *content_info_more;
    const char *after;
    const char *version;
    const char *digest_algorithms; /* body of the SET */
    const char *encapsulated;      /* body */
    const char *crls;
    const char *signer_version;
    const char *signer_id;
    const char *signer_digest;
    const char *signature_algorithm;
    const char *signature;
    const char *unsigned_attributes;
    const char *signer_more;
    const char *wrapped_more;     /* behind the SignedData, in the [0] around it */
    const char *signed_data_more; /* behind the signers */
    const char *signers_more;     /* among them */
    unsigned signed_data_tag, digests_tag, encapsulated_tag, signer_tag; /* 0: the right one */

    bool no_certificates;
    struct sg_span certificates; /* body; data NULL: leaf, CA, root */
    int signers;                 /* 0: one; -1: none; -2: nor a set for them */
    bool wrong_key;              /* the root's key signs */
    const char *content;         /* 48 bytes that are signed; NULL: zeros */
};

static inline struct sg_span planned(const char *text, const char *right)
{
    return hex(text != NULL ? text : right);
}

static const struct {
    const char *oid;
    unsigned tag;
    const char *text;
} good_attributes[ATTRIBUTES] = {
    [CONTENT_TYPE] = {"06 09 2A864886F70D010903", 0x06, NULL},
    [EXPIRY] = {"06 07 2B813B81090103", 0x18, "20371102101112.345Z"},
    [SIGNING_TIME] = {"06 09 2A864886F70D010905", 0x18, "20261102101112.345Z"},
    [PROTECT] = {"06 09 2A864886F70D010934", 0x30, NULL},
    [DIGEST] = {"06 09 2A864886F70D010904", 0x04, NULL},
    [JOB_ARN] = {"06 07 2B813B81090102", 0x0C, JOB},
    [PROFILE_ARN] = {"06 07 2B813B81090104", 0x0C, PROFILE},
};

static inline struct sg_span good_value(int which, const struct envelope_plan *plan)
{
    if (which == CONTENT_TYPE)
        return hex("2A864886F70D010701");
    if (which == PROTECT)
        return hex(PROTECTION);
    if (which != DIGEST)
        return sg_span_text(good_attributes[which].text);
    static const uint8_t zeros[SG_SHA384_BYTES];
    struct sg_error error = {0};
    uint8_t *digest = made_bytes(SG_SHA384_BYTES);
    const void *content = plan->content != NULL ? (const void *)plan->content : zeros;
    assert_done(sg_sha384(sg_span_of(content, SG_SHA384_BYTES), digest, &error), error);
    return sg_span_of(digest, SG_SHA384_BYTES);
}

static inline struct sg_span make_attribute(int which, const struct envelope_plan *plan)
{
    const struct attribute_plan *attribute = &plan->attribute[which];
    struct sg_span body = attribute->hex != NULL ? hex(attribute->hex) : good_value(which, plan);
    if (attribute->text != NULL)
        body =
            sg_span_of(attribute->text, attribute->text_bytes != 0 ? attribute->text_bytes : strlen(attribute->text));
    struct sg_span value = der(attribute->tag != 0 ? attribute->tag : good_attributes[which].tag, body);
    struct sg_span values = sg_span_of("", 0);
    int count = attribute->values == 0 ? 1 : attribute->values;
    for (int i = 0; i < count; i++)
        values = JOIN(values, value);
    return der(0x30, JOIN(hex(good_attributes[which].oid), der(0x31, values)));
}

static inline int compare_spans(const void *a, const void *b)
{
    return sg_span_compare(*(const struct sg_span *)a, *(const struct sg_span *)b);
}

/* Body of the SET, in DER's order. */
static inline struct sg_span make_attributes(const struct envelope_plan *plan)
{
    struct sg_span list[128];
    size_t count = 0;
    for (int i = 0; i < ATTRIBUTES; i++) {
        for (int times = plan->attribute[i].twice ? 2 : 1; times > 0 && !plan->attribute[i].missing; times--)
            list[count++] = make_attribute(i, plan);
    }
    for (size_t i = 0; i < plan->unknown_attributes; i++) {
        uint8_t number[] = {0x02, 0x01, (uint8_t)i};
        list[count++] = der(0x30, JOIN(hex("06 03 2A0304"), der(0x31, JOIN(sg_span_of(number, sizeof number)))));
    }
    if (plan->more_attributes != NULL)
        list[count++] = hex(plan->more_attributes);
    qsort(list, count, sizeof list[0], compare_spans);
    if (plan->unsorted) {
        struct sg_span first = list[0];
        list[0] = list[count - 1];
        list[count - 1] = first;
    }
    return joined(count, list);
}

/* ECDSA with SHA-384 over `bytes`, as an OCTET STRING. */
static inline struct sg_span make_signature(EVP_PKEY *key, struct sg_span bytes)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t *signature = made_bytes(256);
    size_t size = 256;
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha384(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(context, signature, &size, bytes.data, bytes.size), 1);
    EVP_MD_CTX_free(context);
    return der(0x04, sg_span_of(signature, size));
}

static inline struct sg_span make_signer_id(X509 *leaf)
{
    unsigned char *name = NULL;
    unsigned char *serial = NULL;
    int name_bytes = i2d_X509_NAME(X509_get_issuer_name(leaf), &name);
    int serial_bytes = i2d_ASN1_INTEGER(X509_get_serialNumber(leaf), &serial);
    assert_true(name_bytes > 0 && serial_bytes > 0);
    struct sg_span out =
        der(0x30, JOIN(sg_span_of(name, (size_t)name_bytes), sg_span_of(serial, (size_t)serial_bytes)));
    OPENSSL_free(name);
    OPENSSL_free(serial);
    return out;
}

static inline struct sg_span make_signer(const struct envelope_plan *plan, const struct chain *chain)
{
    struct sg_span attributes = make_attributes(plan);
    struct sg_span tagged = plan->raw_attributes != NULL ? hex(plan->raw_attributes) : der(0xA0, attributes);
    if (plan->no_attributes)
        tagged = sg_span_of("", 0);
    EVP_PKEY *key = plan->wrong_key ? chain->root.key : chain->leaf.key;
    return der(plan->signer_tag != 0 ? plan->signer_tag : 0x30,
               JOIN(planned(plan->signer_version, "02 01 01"),
                    plan->signer_id != NULL ? hex(plan->signer_id) : make_signer_id(chain->leaf.certificate),
                    planned(plan->signer_digest, SHA384_ABSENT), tagged,
                    planned(plan->signature_algorithm, ECDSA_SHA384),
                    plan->signature != NULL ? hex(plan->signature) : make_signature(key, der(0x31, attributes)),
                    planned(plan->unsigned_attributes, ""), planned(plan->signer_more, "")));
}

static inline struct sg_span make_certificates(const struct envelope_plan *plan, const struct chain *chain)
{
    if (plan->no_certificates)
        return sg_span_of("", 0);
    if (plan->certificates.data != NULL)
        return der(0xA0, plan->certificates);
    return der(0xA0, JOIN(certificate_der(chain->leaf.certificate), certificate_der(chain->ca.certificate),
                          certificate_der(chain->root.certificate)));
}

static inline struct sg_span make_cms(const struct envelope_plan *plan, const struct chain *chain)
{
    struct sg_span signers = sg_span_of("", 0);
    int count = plan->signers == 0 ? 1 : plan->signers;
    for (int i = 0; i < count; i++)
        signers = JOIN(signers, make_signer(plan, chain));
    signers = JOIN(signers, planned(plan->signers_more, ""));
    struct sg_span signed_data = der(
        plan->signed_data_tag != 0 ? plan->signed_data_tag : 0x30,
        JOIN(planned(plan->version, "02 01 01"),
             der(plan->digests_tag != 0 ? plan->digests_tag : 0x31, planned(plan->digest_algorithms, SHA384_ABSENT)),
             der(plan->encapsulated_tag != 0 ? plan->encapsulated_tag : 0x30, planned(plan->encapsulated, OID_DATA)),
             make_certificates(plan, chain), planned(plan->crls, ""),
             plan->signers == -2 ? sg_span_of("", 0) : der(0x31, signers), planned(plan->signed_data_more, "")));
    return JOIN(der(0x30, JOIN(planned(plan->content_info_type, OID_SIGNED_DATA),
                               der(0xA0, JOIN(signed_data, planned(plan->wrapped_more, ""))),
                               planned(plan->content_info_more, ""))),
                planned(plan->after, ""));
}

/* The PEM block of AWS Signer: label PKCS7, lines of 64. */
static inline struct sg_span make_pem(struct sg_span bytes)
{
    static const char begin[] = "-----BEGIN PKCS7-----\n";
    static const char end[] = "-----END PKCS7-----\n";
    uint8_t *text = made_bytes(bytes.size / 48 * 65 + 66 + sizeof begin + sizeof end);
    size_t used = sizeof begin - 1;
    memcpy(text, begin, used);
    for (size_t at = 0; at < bytes.size; at += 48) {
        int size = bytes.size - at < 48 ? (int)(bytes.size - at) : 48;
        used += (size_t)EVP_EncodeBlock(text + used, bytes.data + at, size);
        text[used++] = '\n';
    }
    memcpy(text + used, end, sizeof end - 1);
    return sg_span_of(text, used + sizeof end - 1);
}

/* What stands between the first and the last line of the block, decoded. */
static inline struct sg_span unmake_pem(struct sg_span pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
    char *label = NULL;
    char *header = NULL;
    unsigned char *bytes = NULL;
    long size = 0;
    assert_int_equal(PEM_read_bio(bio, &label, &header, &bytes, &size), 1);
    struct sg_span out = JOIN(sg_span_of(bytes, (size_t)size));
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_free(bytes);
    BIO_free(bio);
    return out;
}

/* --- what must come of it ----------------------------------------------------------------------------------------------- */

enum { FORMAT, SIGNATURE, CHAIN, CONTENT, NOTHING_REFUTED };

static const enum sg_rule usual_rule[] = {
    [FORMAT] = SG_RULE_MALFORMED_SIGNATURE,
    [SIGNATURE] = SG_RULE_SIGNATURE_INVALID,
    [CHAIN] = SG_RULE_UNTRUSTED_ROOT,
    [CONTENT] = SG_RULE_CONTENT_MODIFIED,
};

static inline const struct sg_proof *proof_of(const struct sg_envelope *envelope, int which)
{
    const struct sg_proof *proofs[] = {&envelope->format, &envelope->signature, &envelope->chain, &envelope->content};
    return proofs[which];
}

/* The envelope must be refuted in `where`, by the rule and with exactly the message. */
static inline void assert_refuted(const char *what, const struct sg_envelope *envelope, int where, enum sg_rule rule,
                                  const char *message)
{
    const struct sg_proof *proof = sg_envelope_refutation(envelope);
    if (proof == NULL)
        fail_msg("%s: nothing is refuted; wanted: %s", what, message);
    else if (strcmp(proof->message, message) != 0)
        fail_msg("%s:\n  is     %s\n  wanted %s", what, proof->message, message);
    else if (proof != proof_of(envelope, where) || proof->rule != rule)
        fail_msg("%s: refuted in another place or by another rule: %s", what, sg_rule_name(proof->rule));
    assert_false(sg_envelope_proven(envelope));
    if (where != CONTENT)
        assert_int_equal(envelope->claims.chain_count, 0);
}

/* The envelope must be proven whole, with exactly this notice, or with none. */
static inline void assert_proven(const char *what, const struct sg_envelope *envelope, const char *notice)
{
    const struct sg_proof *proof = sg_envelope_refutation(envelope);
    if (proof != NULL || !sg_envelope_proven(envelope))
        fail_msg("%s: is not proven: %s", what, proof != NULL ? proof->message : "undecided");
    if (envelope->notices.count != (notice != NULL ? 1u : 0u))
        fail_msg("%s: %zu notices, the first: %s", what, envelope->notices.count,
                 envelope->notices.count > 0 ? envelope->notices.items[0].message : "");
    if (notice != NULL) {
        assert_string_equal(envelope->notices.items[0].message, notice);
        assert_int_equal(envelope->notices.items[0].rule, SG_RULE_UNUSUAL_PACKAGE);
    }
}

#endif
