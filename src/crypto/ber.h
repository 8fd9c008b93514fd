/*
 * Walks BER (X.690 clause 8) value by value over bytes that nobody has vouched for. Inside the crypto room only.
 */
#ifndef SG_CRYPTO_BER_H
#define SG_CRYPTO_BER_H

#include "base/span.h"

/* Tags as they are compared: class and number in one, without the constructed bit. */
enum {
    SG_BER_INTEGER = 0x02,
    SG_BER_OCTET_STRING = 0x04,
    SG_BER_NULL = 0x05,
    SG_BER_OID = 0x06,
    SG_BER_UTF8_STRING = 0x0C,
    SG_BER_SEQUENCE = 0x10,
    SG_BER_SET = 0x11,
    SG_BER_GENERALIZED_TIME = 0x18,
    SG_BER_CONTEXT_0 = 0x80,
    SG_BER_CONTEXT_1 = 0x81,
    SG_BER_OTHER = 0x100, /* a tag number over 30, which the format never has */
};

struct sg_ber {
    unsigned tag;
    bool constructed;
    bool definite_minimal; /* the length is in DER's form (X.690 clause 10.1) */
    struct sg_span whole;  /* header, body and, for the indefinite form, the end-of-contents octets */
    struct sg_span body;
};

/* Takes one value off the front of *rest. False when there is none that is well formed, within the bytes and within
 * SG_BER_MAX_DEPTH; *rest is then unchanged. */
bool sg_ber_take(struct sg_span *rest, struct sg_ber *out);

/* As sg_ber_take, and the value must have this tag and be constructed or not as the tag demands: SEQUENCE, SET and context
 * tags are constructed, all others primitive. */
bool sg_ber_take_tag(struct sg_span *rest, unsigned tag, struct sg_ber *out);

/* Whether every value in `bytes`, however deep, has a definite length in the fewest octets and no string is constructed: what
 * DER demands of the shapes that occur in signed attributes. */
bool sg_ber_is_der(struct sg_span bytes);

#endif
