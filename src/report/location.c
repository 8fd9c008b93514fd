#include "report/location.h"

#include "base/cleanup.h"

static struct sg_span take_component(struct sg_span *rest)
{
    size_t start = 0;
    while (start < rest->size && rest->data[start] == '/')
        start++;
    size_t end = start;
    while (end < rest->size && rest->data[end] != '/')
        end++;
    struct sg_span component = sg_span_part(*rest, start, end - start);
    *rest = sg_span_part(*rest, end, rest->size - end);
    return component;
}

/* Drops the last component of `out`; false when there is none that a ".." could take back. */
static bool drop_component(struct sg_buffer *out, bool absolute)
{
    size_t start = out->size;
    while (start > 0 && out->data[start - 1] != '/')
        start--;
    struct sg_span last = sg_span_part(sg_buffer_span(out), start, out->size - start);
    if (last.size == 0)
        return absolute; /* the root is its own parent */
    if (sg_span_equal(last, SG_SPAN_LITERAL("..")))
        return false;
    size_t root = absolute ? 1 : 0;
    out->size = start > root ? start - 1 : start;
    out->data[out->size] = '\0';
    return true;
}

static sg_result normalize(struct sg_span path, struct sg_buffer *out, struct sg_error *error)
{
    bool absolute = sg_span_starts_with(path, SG_SPAN_LITERAL("/"));
    if (absolute)
        SG_TRY(sg_buffer_append_byte(out, '/', error));
    size_t root = out->size;
    for (struct sg_span rest = path;;) {
        struct sg_span component = take_component(&rest);
        if (component.size == 0)
            return SG_OK;
        if (sg_span_equal(component, SG_SPAN_LITERAL(".")))
            continue;
        if (sg_span_equal(component, SG_SPAN_LITERAL("..")) && drop_component(out, absolute))
            continue;
        if (out->size > root)
            SG_TRY(sg_buffer_append_byte(out, '/', error));
        SG_TRY(sg_buffer_append(out, component, error));
    }
}

/* What of `path` follows `folder` and a slash; the whole of it when it lies elsewhere. */
static struct sg_span relative_to(struct sg_span path, struct sg_span folder)
{
    if (!sg_span_starts_with(path, folder))
        return path;
    struct sg_span rest = sg_span_part(path, folder.size, path.size - folder.size);
    if (folder.size == 1)
        return rest; /* the root ends in its slash */
    return rest.size > 1 && rest.data[0] == '/' ? sg_span_part(rest, 1, rest.size - 1) : path;
}

sg_result sg_location_file(const char *path, const struct sg_style *style, struct sg_buffer *out,
                           struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer joined = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer whole = sg_buffer_make(SG_REPORT_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer folder = sg_buffer_make(SG_REPORT_MAX_BYTES);
    /* A relative path is only started elsewhere when it can be made relative again. */
    if (path[0] != '/' && style->working_directory != NULL && style->workspace != NULL)
        SG_TRY(sg_buffer_printf(&joined, error, "%s/", style->working_directory));
    SG_TRY(sg_buffer_append_text(&joined, path, error));
    SG_TRY(normalize(sg_buffer_span(&joined), &whole, error));
    if (style->workspace == NULL || style->workspace[0] != '/')
        return sg_buffer_append(out, sg_buffer_span(&whole), error);
    SG_TRY(normalize(sg_span_text(style->workspace), &folder, error));
    return sg_buffer_append(out, relative_to(sg_buffer_span(&whole), sg_buffer_span(&folder)), error);
}
