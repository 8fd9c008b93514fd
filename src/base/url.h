/*
 * The URLs that this program asks: which may be asked at all, taken apart, and shown.
 *
 * Thread-safe.
 */
#ifndef SG_BASE_URL_H
#define SG_BASE_URL_H

#include "base/printable.h"

/* Whether `url` may be asked at all: https, a host, no user or password, no control characters or spaces, ASCII, at most
 * SG_URL_MAX_BYTES. The reason, or NULL when it is fine. */
const char *sg_url_problem(const char *url);

/* The host as the URL spells it, the brackets of an IPv6 address included. Borrowed from `url`, which sg_url_problem has
 * found fine. */
struct sg_span sg_url_host(const char *url);

/* The port, 443 when the URL names none. `url` as above. */
unsigned sg_url_port(const char *url);

/* The printable form for a message: without what follows a "?", since queries carry signatures and tokens (ATTACKS.md HT-13).
 * Takes any text. Returns out->text. */
const char *sg_url_shown(struct sg_printable *out, const char *url);

/* The host and port of an absolute http or https URL, a server's Location, without user and password; empty when there is
 * none. Takes any text; borrowed from it. */
struct sg_span sg_url_authority(const char *url);

#endif
