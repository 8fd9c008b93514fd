/* Where a revocation list or a CRL is: an https:// URL or a file. */
#include "base/printable.h"
#include "base/url.h"
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
    const char *flaw = sg_url_problem((const char *)url.data);
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
