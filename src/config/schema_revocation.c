/* `revocation`: which sources are asked, and what happens when one does not answer. */
#include "base/nearest.h"
#include "base/printable.h"
#include "config/schema.h"

struct sources {
    struct sg_source_setting *items;
    size_t count;
    size_t capacity;
};

/* aws-signer is asked when the key is absent, so its absence must be refused, too, never read as "no source". */
static void refuse_default(struct sg_schema *s, struct sg_mark mark)
{
    if (!s->complete)
        return;
    struct sg_problem *problem = sg_problem_add(
        s->problems, mark, "no revocation sources are set, and the default, `aws-signer`, " SG_NEEDS_AWS);
    sg_problem_expected(problem, "`sources` below `revocation`, a list of `list: https://…` and `crl: https://…`");
    sg_problem_note(problem, "`sources: []` switches the revocation check off");
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool listed_already(const struct sources *sources, const struct sg_source_setting *setting)
{
    for (size_t i = 0; i < sources->count; i++) {
        const struct sg_source_setting *other = &sources->items[i];
        if (other->kind == setting->kind && same_text(other->url, setting->url) &&
            same_text(other->path, setting->path))
            return true;
    }
    return false;
}

static void refuse_source(struct sg_schema *s, const struct sg_node *item)
{
    struct sg_printable shown;
    if (item->kind == SG_NODE_REFUSED)
        return;
    if (item->kind == SG_NODE_TEXT && sg_span_equal(item->text, SG_SPAN_LITERAL("aws-signer"))) {
        struct sg_problem *problem = sg_problem_add(s->problems, item->mark, "the source `aws-signer` " SG_NEEDS_AWS);
        sg_problem_expected(problem, "list: URL, or crl: URL");
        return;
    }
    static const char *const names[] = {"aws-signer"};
    struct sg_problem *problem =
        item->kind == SG_NODE_TEXT
            ? sg_problem_add(s->problems, item->mark, "`%s` is no revocation source", sg_printable(&shown, item->text))
            : sg_problem_add(s->problems, item->mark, "a list is no revocation source");
    sg_problem_expected(problem, "aws-signer, list: URL, or crl: URL");
    if (item->kind == SG_NODE_TEXT)
        sg_problem_nearest(problem, sg_nearest_word((const char *)item->text.data, names, 1));
}

static sg_result read_source(struct sg_schema *s, const struct sg_node *item, struct sources *sources,
                             struct sg_error *error)
{
    const struct sg_node *list = NULL;
    const struct sg_node *crl = NULL;
    const struct sg_field fields[] = {{"list", &list}, {"crl", &crl}};
    if (item->kind != SG_NODE_MAP) {
        refuse_source(s, item);
        return SG_OK;
    }
    (void)sg_want_fields(s, item, "a revocation source", fields, 2);
    if (item->count != 1) {
        if (s->complete)
            sg_problem_expected(
                sg_problem_add(s->problems, item->mark, "a revocation source has %zu keys", item->count),
                "one, list: URL or crl: URL");
        return SG_OK;
    }
    const struct sg_node *node = list != NULL ? list : crl;
    struct sg_source_setting setting = {.kind = list != NULL ? SG_SOURCE_LIST : SG_SOURCE_CRL,
                                        .place = item->mark.place};
    if (node == NULL || !sg_schema_location(s, node, list != NULL ? "`list`" : "`crl`", &setting))
        return SG_OK;
    if (listed_already(sources, &setting)) {
        sg_problem_add(s->problems, item->mark, "this source is listed twice");
        return SG_OK;
    }
    void *memory = NULL;
    SG_TRY(sg_arena_push(s->arena, (void **)&sources->items, &sources->count, &sources->capacity,
                         sizeof sources->items[0], &memory, error));
    *(struct sg_source_setting *)memory = setting;
    return SG_OK;
}

static sg_result read_sources(struct sg_schema *s, const struct sg_node *node, struct sg_error *error)
{
    struct sources sources = {0};
    size_t count = 0;
    if (!sg_want_list(s, node, "`sources`"))
        return SG_OK;
    for (const struct sg_node *item = node->first; item != NULL; item = item->next) {
        if (count++ == SG_CONFIG_MAX_SOURCES) {
            sg_problem_add(s->problems, item->mark, "there are more than %u revocation sources", SG_CONFIG_MAX_SOURCES);
            break;
        }
        SG_TRY(read_source(s, item, &sources, error));
    }
    s->config->sources = sources.items;
    s->config->source_count = sources.count;
    return SG_OK;
}

/* "10s", "500ms", "2m": digits without a leading zero, and a unit. At most 9 digits, so that nothing overflows. */
static bool parse_duration(struct sg_span text, int64_t *out_ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    size_t at = 0;
    int64_t value = 0;
    while (at < text.size && at < 9 && text.data[at] >= '0' && text.data[at] <= '9')
        value = value * 10 + (text.data[at++] - '0');
    if (at == 0 || (at > 1 && text.data[0] == '0'))
        return false;
    struct sg_span unit = sg_span_part(text, at, text.size - at);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (sg_span_equal(unit, sg_span_text(units[i].name))) {
            *out_ms = value * units[i].ms;
            return true;
        }
    }
    return false;
}

static void read_timeout(struct sg_schema *s, const struct sg_node *node)
{
    struct sg_span text = {0};
    int64_t ms = 0;
    if (node == NULL || !sg_want_word(s, node, "`timeout`", &text))
        return;
    struct sg_printable shown;
    sg_printable(&shown, text);
    if (!parse_duration(text, &ms))
        sg_problem_expected(sg_problem_add(s->problems, node->mark, "`timeout` cannot be `%s`", shown.text),
                            "a whole number with its unit: 500ms, 10s or 2m");
    else if (ms <= 0 || ms > SG_SOURCE_TIMEOUT_MAX_MS)
        sg_problem_expected(sg_problem_add(s->problems, node->mark, "`timeout` is `%s`", shown.text),
                            "more than 0 and at most %dm", SG_SOURCE_TIMEOUT_MAX_MS / 60000);
    else
        s->config->source_timeout_ms = ms;
}

sg_result sg_schema_revocation(struct sg_schema *s, const struct sg_node *node, struct sg_error *error)
{
    static const char *const answers[2] = {"block", "warn"};
    const struct sg_node *sources = NULL;
    const struct sg_node *unavailable = NULL;
    const struct sg_node *timeout = NULL;
    const struct sg_node *cache = NULL;
    const struct sg_node *bundle = NULL;
    const struct sg_field fields[] = {{"sources", &sources},
                                      {"on_unavailable", &unavailable},
                                      {"timeout", &timeout},
                                      {"cache", &cache},
                                      {"ca_bundle", &bundle}};
    s->config->source_timeout_ms = SG_SOURCE_TIMEOUT_MS;
    if (node == NULL) {
        refuse_default(s, sg_mark_start());
        return SG_OK;
    }
    if (!sg_want_fields(s, node, "`revocation`", fields, 5))
        return SG_OK;
    struct sg_span text = {0};
    sg_want_choice(s, unavailable, "`on_unavailable`", answers, &s->config->unavailable_warns);
    read_timeout(s, timeout);
    if (cache != NULL && sg_want_path(s, cache, "`cache`", &text))
        s->config->cache = (const char *)text.data;
    if (bundle != NULL && sg_want_path(s, bundle, "`ca_bundle`", &text))
        s->config->ca_bundle = (struct sg_named_file){
            .path = (const char *)text.data, .place = bundle->mark.place, .width = bundle->mark.width};
    if (sources != NULL)
        return read_sources(s, sources, error);
    refuse_default(s, node->key->mark);
    return SG_OK;
}
