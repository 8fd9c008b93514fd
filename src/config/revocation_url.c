/* Where a revocation list or a CRL is: an https:// URL or a file. */
#include "base/printable.h"
#include "config/schema.h"

static bool starts_with_any_case(struct sg_span text, const char *prefix)
{
    size_t length = strlen(prefix);
    if (text.size < length)
        return false;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = text.data[i];
        if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != (uint8_t)prefix[i])
            return false;
    }
    return true;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_host_character(uint8_t c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '.' || c == '_';
}

/* 1 to 65535, in decimal without leading zeros. */
static bool port_valid(struct sg_span text)
{
    unsigned value = 0;
    if (text.size == 0 || text.size > 5 || text.data[0] == '0')
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i]))
            return false;
        value = value * 10 + (unsigned)(text.data[i] - '0');
    }
    return value <= 65535;
}

/* A name (with underscores, which some internal names have) or IPv4 address, or an IPv6 address in brackets (RFC 3986 section
 * 3.2.2). Returns its length, 0 when it is neither. */
static size_t host_length(struct sg_span authority)
{
    size_t at = 0;
    if (authority.size > 0 && authority.data[0] == '[') {
        at = 1;
        while (at < authority.size &&
               (is_hex(authority.data[at]) || authority.data[at] == ':' || authority.data[at] == '.'))
            at++;
        return at > 2 && at < authority.size && authority.data[at] == ']' ? at + 1 : 0;
    }
    while (at < authority.size && is_host_character(authority.data[at]))
        at++;
    return at > 0 && authority.data[0] != '.' && authority.data[0] != '-' ? at : 0;
}

/* Why the part after "https://" up to the path is not acceptable; NULL when it is. */
static const char *authority_flaw(struct sg_span authority)
{
    if (authority.size == 0)
        return "has no host";
    if (memchr(authority.data, '@', authority.size) != NULL)
        return "has a user name or password in it, which would stand in this file for everybody to read";
    size_t length = host_length(authority);
    if (length == 0)
        return "has no valid host";
    if (length == authority.size)
        return NULL;
    if (authority.data[length] != ':')
        return "has no valid host";
    return port_valid(sg_span_part(authority, length + 1, authority.size - length - 1)) ? NULL : "has no valid port";
}

/* Why an https:// URL is not acceptable; NULL when it is. */
static const char *url_flaw(struct sg_span url)
{
    if (url.size > SG_URL_MAX_BYTES)
        return "is too long: at most 2048 bytes are allowed";
    for (size_t i = 0; i < url.size; i++) {
        if (url.data[i] == ' ')
            return "has a space in it; write it as %20";
        if (url.data[i] > 0x7E || url.data[i] < 0x20)
            return "has a character in it that is not ASCII; write it percent-encoded, a host name in its xn-- form";
        if (url.data[i] == '\\')
            return "has a backslash in it";
        if (url.data[i] == '#')
            return "has a fragment in it (#…), which no server is ever sent";
    }
    size_t start = SG_SPAN_LITERAL("https://").size;
    size_t end = start;
    while (end < url.size && strchr("/?#", url.data[end]) == NULL)
        end++;
    return authority_flaw(sg_span_part(url, start, end - start));
}
_Static_assert(SG_URL_MAX_BYTES == 2048, "the message above names the limit");

static bool read_url(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span url,
                     struct sg_source_setting *out)
{
    struct sg_printable shown;
    sg_printable(&shown, url);
    if (starts_with_any_case(url, "http://")) {
        struct sg_problem *problem = sg_problem_add(s->problems, node->mark, "`%s` is plain HTTP", shown.text);
        sg_problem_expected(problem, "https://HOST/PATH, or file:PATH");
        sg_problem_note(problem,
                        "what comes over plain HTTP can be changed on the way; use https, or mirror it to a file");
        return false;
    }
    if (!sg_span_starts_with(url, SG_SPAN_LITERAL("https://"))) {
        struct sg_problem *problem =
            sg_problem_add(s->problems, node->mark, "`%s` is neither an https:// URL nor a file", shown.text);
        sg_problem_expected(problem, "https://HOST/PATH, or file:PATH");
        return false;
    }
    const char *flaw = url_flaw(url);
    if (flaw != NULL) {
        sg_problem_expected(sg_problem_add(s->problems, node->mark, "the URL of %s %s", what, flaw),
                            "https://HOST/PATH");
        return false;
    }
    out->url = (const char *)url.data;
    return true;
}

/* file:PATH and file:///PATH; file://HOST/PATH would be a file somewhere else (RFC 8089 section 2). */
static bool read_file(struct sg_schema *s, const struct sg_node *node, const char *what, struct sg_span path,
                      struct sg_source_setting *out)
{
    bool authority = sg_span_starts_with(path, SG_SPAN_LITERAL("//"));
    if (authority)
        path = sg_span_part(path, 2, path.size - 2);
    if (path.size == 0 || (authority && path.data[0] != '/')) {
        sg_problem_expected(sg_problem_add(s->problems, node->mark, "the file of %s has no path%s", what,
                                           authority && path.size > 0 ? ", but a host" : ""),
                            "file:PATH, relative to the folder of this file, or file:///PATH");
        return false;
    }
    out->path = (const char *)path.data;
    return true;
}

bool sg_schema_location(struct sg_schema *s, const struct sg_node *node, const char *what,
                        struct sg_source_setting *out)
{
    struct sg_span text = {0};
    if (!sg_want_text(s, node, what, &text))
        return false;
    struct sg_span scheme = SG_SPAN_LITERAL("file:");
    if (sg_span_starts_with(text, scheme))
        return read_file(s, node, what, sg_span_part(text, scheme.size, text.size - scheme.size), out);
    return read_url(s, node, what, text, out);
}
