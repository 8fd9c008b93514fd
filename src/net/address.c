#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>

static enum sg_address_kind kind_of_v4(const uint8_t octets[4])
{
    if (octets[0] == 169 && octets[1] == 254) /* RFC 3927 section 2.1 */
        return SG_ADDRESS_LINK_LOCAL;
    if (octets[0] == 127 || octets[0] == 0) /* RFC 1122 section 3.2.1.3 */
        return SG_ADDRESS_LOOPBACK;
    return SG_ADDRESS_OTHER;
}

static enum sg_address_kind kind_of_v6(const uint8_t octets[16])
{
    static const uint8_t zeros[16] = {0};
    static const uint8_t one[16] = {[15] = 1};
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF}; /* RFC 4291 section 2.5.5.2 */
    static const uint8_t nat64[12] = {0x00, 0x64, 0xFF, 0x9B};    /* RFC 6052 section 2.1 */
    static const uint8_t amazon[4] = {0xFD, 0x00, 0x0E, 0xC2};    /* EC2's metadata service: fd00:ec2::254 */
    if (octets[0] == 0xFE && (octets[1] & 0xC0) == 0x80)          /* RFC 4291 section 2.5.6 */
        return SG_ADDRESS_LINK_LOCAL;
    if (memcmp(octets, amazon, sizeof amazon) == 0)
        return SG_ADDRESS_LINK_LOCAL;
    if (memcmp(octets, zeros, 16) == 0 || memcmp(octets, one, 16) == 0)
        return SG_ADDRESS_LOOPBACK;
    if (memcmp(octets, mapped, 12) == 0 || memcmp(octets, nat64, 12) == 0 || memcmp(octets, zeros, 12) == 0)
        return kind_of_v4(octets + 12);
    return SG_ADDRESS_OTHER;
}

enum sg_address_kind sg_address_kind(const struct sockaddr *address, size_t size)
{
    if (address->sa_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        uint8_t octets[4];
        memcpy(octets, &v4.sin_addr, sizeof octets);
        return kind_of_v4(octets);
    }
    if (address->sa_family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        return kind_of_v6(v6.sin6_addr.s6_addr);
    }
    return SG_ADDRESS_UNKNOWN;
}

enum sg_address_kind sg_address_kind_of_text(const char *text)
{
    uint8_t octets[16];
    if (inet_pton(AF_INET, text, octets) == 1)
        return kind_of_v4(octets);
    if (inet_pton(AF_INET6, text, octets) == 1)
        return kind_of_v6(octets);
    return SG_ADDRESS_UNKNOWN;
}

bool sg_address_host_is_loopback(struct sg_span host)
{
    if (host.size == 9 && strncasecmp((const char *)host.data, "localhost", 9) == 0)
        return true;
    return sg_span_equal(host, SG_SPAN_LITERAL("127.0.0.1")) || sg_span_equal(host, SG_SPAN_LITERAL("[::1]"));
}
