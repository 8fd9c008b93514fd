#include "base/url.h"

#include <stdio.h>
#include <strings.h>

#include "base/limits.h"

static const char scheme[] = "https://";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What stands between the scheme and the path. */
static struct sg_span authority_of(const char *url)
{
    const char *start = url + sizeof scheme - 1;
    return sg_span_of(start, strcspn(start, "/?#"));
}

static size_t host_length(struct sg_span authority)
{
    size_t length = 0;
    if (authority.size > 0 && authority.data[0] == '[') {
        while (length < authority.size && authority.data[length] != ']')
            length++;
        return length < authority.size ? length + 1 : length;
    }
    while (length < authority.size && authority.data[length] != ':')
        length++;
    return length;
}

struct sg_span sg_url_host(const char *url)
{
    struct sg_span authority = authority_of(url);
    return sg_span_part(authority, 0, host_length(authority));
}

/* The number after the host's colon; 0 when it is no port. */
static unsigned port_of(struct sg_span authority)
{
    size_t at = host_length(authority);
    if (at == authority.size)
        return 443;
    if (authority.data[at] != ':' || authority.size - at < 2 || authority.size - at > 6 ||
        authority.data[at + 1] == '0')
        return 0;
    unsigned port = 0;
    for (at++; at < authority.size; at++) {
        if (!is_digit((char)authority.data[at]))
            return 0;
        port = port * 10 + (unsigned)(authority.data[at] - '0');
    }
    return port <= 65535 ? port : 0;
}

unsigned sg_url_port(const char *url)
{
    return port_of(authority_of(url));
}

/* The characters of RFC 3986 section 2, and nothing that two readers could take differently. */
static const char *character_problem(const char *url)
{
    for (const char *at = url; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c < 0x20 || c == 0x7F)
            return "holds a control character";
        if (c == ' ')
            return "holds a space; write it as %20";
        if (c > 0x7F)
            return "holds a character that is not ASCII; write it percent-encoded, a host name in its xn-- form";
        if (c == '#')
            return "holds a fragment (#), which a server never sees";
        if (c == '%' && !(is_hex(at[1]) && is_hex(at[2])))
            return "holds a % without two hexadecimal digits";
        if (!is_alphanumeric(*at) && strchr("-._~:/?[]@!$&'()*+,;=%", *at) == NULL)
            return "holds a character that a URL cannot have";
    }
    return NULL;
}

static bool host_valid(struct sg_span host)
{
    if (host.size == 0 || host.size > 255 || host.data[0] == '.' || host.data[0] == '-')
        return false;
    bool bracketed = host.data[0] == '[';
    if (bracketed && (host.size < 4 || host.data[host.size - 1] != ']'))
        return false;
    size_t end = bracketed ? host.size - 1 : host.size;
    for (size_t i = bracketed ? 1 : 0; i < end; i++) {
        char c = (char)host.data[i];
        bool fine =
            bracketed ? is_hex(c) || c == ':' || c == '.' : is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
        if (!fine)
            return false;
    }
    return true;
}

const char *sg_url_problem(const char *url)
{
    if (strlen(url) > SG_URL_MAX_BYTES)
        return "is longer than 2048 bytes";
    const char *problem = character_problem(url);
    if (problem != NULL)
        return problem;
    if (strncmp(url, scheme, sizeof scheme - 1) != 0)
        return "does not begin with https://";
    struct sg_span authority = authority_of(url);
    if (memchr(authority.data, '@', authority.size) != NULL)
        return "holds a user name or a password";
    struct sg_span host = sg_url_host(url);
    if (host.size == 0)
        return "names no host";
    if (!host_valid(host))
        return "names a host that is none";
    if (port_of(authority) == 0)
        return "names a port that is no number from 1 to 65535";
    return NULL;
}

const char *sg_url_shown(struct sg_printable *out, const char *url)
{
    size_t length = strcspn(url, "?");
    sg_printable(out, sg_span_of(url, length));
    if (url[length] == '?') {
        size_t used = strlen(out->text);
        snprintf(out->text + used, sizeof out->text - used, "?…");
    }
    return out->text;
}

struct sg_span sg_url_authority(const char *url)
{
    const char *start = NULL;
    if (strncasecmp(url, "https://", 8) == 0)
        start = url + 8;
    else if (strncasecmp(url, "http://", 7) == 0)
        start = url + 7;
    else
        return sg_span_of("", 0);
    size_t length = strcspn(start, "/?#\\");
    for (size_t i = length; i > 0; i--) {
        if (start[i - 1] == '@')
            return sg_span_of(start + i, length - i);
    }
    return sg_span_of(start, length);
}
