#include "crypto/ber.h"

#include <openssl/asn1.h>

#include "base/limits.h"
#include "crypto/internal.h"

/* One value's header. */
struct header {
    unsigned tag;
    bool constructed;
    bool indefinite;
    size_t header_bytes;
    size_t body_bytes; /* of the definite form */
};

static bool read_header(struct sg_span bytes, struct header *out)
{
    const unsigned char *at = bytes.data;
    long length = 0;
    int number = 0;
    int class = 0;
    if (bytes.size < 2 || bytes.size > SG_SIGNATURE_MAX_BYTES)
        return false;
    int flags = ASN1_get_object(&at, &length, &number, &class, (long)bytes.size);
    sg_crypto_forget_errors();
    if ((flags & 0x80) != 0 || length < 0)
        return false;
    out->tag = number > 30 ? (unsigned)SG_BER_OTHER : ((unsigned)class | (unsigned)number);
    out->constructed = (flags & V_ASN1_CONSTRUCTED) != 0;
    out->indefinite = (flags & 1) != 0;
    out->header_bytes = (size_t)(at - bytes.data);
    out->body_bytes = (size_t)length;
    return true;
}

static bool is_end_of_contents(struct sg_span bytes)
{
    return bytes.size >= 2 && bytes.data[0] == 0 && bytes.data[1] == 0;
}

/* Bytes of the body of an indefinite value that starts at `body`, up to its end-of-contents octets. */
static bool indefinite_body(struct sg_span body, size_t *out)
{
    size_t at = 0;
    unsigned depth = 1;
    for (;;) {
        struct sg_span rest = sg_span_part(body, at, body.size - at);
        struct header header;
        if (is_end_of_contents(rest)) {
            if (--depth == 0) {
                *out = at;
                return true;
            }
            at += 2;
            continue;
        }
        if (!read_header(rest, &header) || (header.indefinite && ++depth > SG_BER_MAX_DEPTH))
            return false;
        at += header.header_bytes + (header.indefinite ? 0 : header.body_bytes);
        if (at > body.size)
            return false;
    }
}

static bool length_is_minimal(const struct header *header)
{
    size_t octets = 1;
    if (header->body_bytes >= 128) {
        for (size_t length = header->body_bytes; length > 0; length >>= 8)
            octets++;
    }
    return !header->indefinite && header->header_bytes == 1 + octets;
}

bool sg_ber_take(struct sg_span *rest, struct sg_ber *out)
{
    struct header header;
    if (is_end_of_contents(*rest) || !read_header(*rest, &header))
        return false;
    struct sg_span body = sg_span_part(*rest, header.header_bytes, rest->size - header.header_bytes);
    size_t body_bytes = header.body_bytes;
    size_t trailer_bytes = 0;
    if (header.indefinite) {
        if (!header.constructed || !indefinite_body(body, &body_bytes))
            return false;
        trailer_bytes = 2;
    }
    if (!sg_span_holds(body, 0, body_bytes + trailer_bytes))
        return false;
    size_t whole_bytes = header.header_bytes + body_bytes + trailer_bytes;
    *out = (struct sg_ber){
        .tag = header.tag,
        .constructed = header.constructed,
        .definite_minimal = length_is_minimal(&header),
        .whole = sg_span_part(*rest, 0, whole_bytes),
        .body = sg_span_part(body, 0, body_bytes),
    };
    *rest = sg_span_part(*rest, whole_bytes, rest->size - whole_bytes);
    return true;
}

static bool constructed_tag(unsigned tag)
{
    return tag == SG_BER_SEQUENCE || tag == SG_BER_SET || tag == SG_BER_CONTEXT_0 || tag == SG_BER_CONTEXT_1;
}

bool sg_ber_take_tag(struct sg_span *rest, unsigned tag, struct sg_ber *out)
{
    struct sg_span after = *rest;
    if (!sg_ber_take(&after, out) || out->tag != tag || out->constructed != constructed_tag(tag))
        return false;
    *rest = after;
    return true;
}

static bool is_der_at_depth(struct sg_span bytes, unsigned depth)
{
    while (bytes.size > 0) {
        struct sg_ber value;
        if (depth > SG_BER_MAX_DEPTH || !sg_ber_take(&bytes, &value) || !value.definite_minimal)
            return false;
        bool may_be_constructed =
            value.tag >= SG_BER_CONTEXT_0 || value.tag == SG_BER_SEQUENCE || value.tag == SG_BER_SET;
        if (value.constructed && (!may_be_constructed || !is_der_at_depth(value.body, depth + 1)))
            return false;
    }
    return true;
}

bool sg_ber_is_der(struct sg_span bytes)
{
    return is_der_at_depth(bytes, 1);
}
