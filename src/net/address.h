/*
 * Which addresses may be connected to (ATTACKS.md HT-03): a URL of the configuration must not be a way to the metadata service
 * of the build machine's cloud, nor, by a name that resolves there, to a service on the machine itself. For the net room only.
 *
 * Thread-safe.
 */
#ifndef SG_NET_ADDRESS_H
#define SG_NET_ADDRESS_H

#include <sys/socket.h>

#include "base/span.h"

enum sg_address_kind {
    SG_ADDRESS_UNKNOWN = 0, /* no IP address: refused */
    SG_ADDRESS_LINK_LOCAL,  /* refused always; metadata services live there, or at fd00:ec2::/32 */
    SG_ADDRESS_LOOPBACK,    /* refused unless the URL's host says so itself */
    SG_ADDRESS_OTHER,
};

/* IPv4 addresses inside IPv6 ones (mapped, compatible, NAT64) count as what they stand for; "this host" (0.0.0.0/8, ::) is
 * loopback, since connecting to it leads there. */
enum sg_address_kind sg_address_kind(const struct sockaddr *address, size_t size);

/* The same for text: "127.0.0.1", "::1". */
enum sg_address_kind sg_address_kind_of_text(const char *text);

/* Whether a URL's host is `localhost`, `127.0.0.1` or `[::1]`, spelled so. */
bool sg_address_host_is_loopback(struct sg_span host);

#endif
