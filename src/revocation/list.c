#include "revocation/list.h"

#include <inttypes.h>
#include <stdio.h>

#include <jansson.h>

#include "base/arn.h"
#include "base/cleanup.h"
#include "base/printable.h"
#include "crypto/signature.h"

struct sg_list {
    struct sg_time issued_at;
    struct sg_time next_update;
    struct sg_list_entry *entries; /* by kind, key and time */
    size_t count;
    struct sg_arena arena;
};

void sg_list_free(struct sg_list **list)
{
    if (*list == NULL)
        return;
    sg_arena_free(&(*list)->arena);
    free(*list);
    *list = NULL;
}

struct sg_time sg_list_issued_at(const struct sg_list *list)
{
    return list->issued_at;
}

struct sg_time sg_list_next_update(const struct sg_list *list)
{
    return list->next_update;
}

size_t sg_list_count(const struct sg_list *list)
{
    return list->count;
}

static void cleanup_json(json_t **json)
{
    json_decref(*json);
}

/* --- keys --------------------------------------------------------------------------------------------------------------- */

static bool is_job(const char *key)
{
    struct sg_arn arn;
    return sg_arn_parse_job(sg_span_text(key), &arn);
}

static bool is_profile_version(const char *key)
{
    struct sg_arn arn;
    return sg_arn_parse_profile_version(sg_span_text(key), &arn);
}

static bool is_lower_hex(const char *key, size_t length)
{
    return strlen(key) == length && strspn(key, "0123456789abcdef") == length;
}

static bool is_certificate_hash(const char *key)
{
    return is_lower_hex(key, SG_CERTIFICATE_HASH_BYTES - 1);
}

static bool is_sha256(const char *key)
{
    return is_lower_hex(key, SG_SHA256_HEX_BYTES - 1);
}

/* One row a kind of entry: what names it, what its key must be, and which time it may or must have. */
static const struct kind_row {
    const char *member;
    bool (*key_valid)(const char *key);
    const char *expectation;
    const char *time_member;
    bool time_required;
} kinds[] = {
    [SG_LIST_JOB] = {"job_arn", is_job, "a signing job ARN", "revoked_at", true},
    [SG_LIST_PROFILE_VERSION] = {"profile_version_arn", is_profile_version, "a signing profile version ARN",
                                 "effective_from", true},
    [SG_LIST_CERTIFICATE_HASH] = {"certificate_hash", is_certificate_hash, "192 lower-case hexadecimal digits",
                                  "revoked_at", false},
    [SG_LIST_CERTIFICATE_SHA256] = {"certificate_sha256", is_sha256, "64 lower-case hexadecimal digits", "revoked_at",
                                    false},
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

/* --- entries ------------------------------------------------------------------------------------------------------------ */

/* Where a problem is: entry `number`, 1-based; 0 for the list itself. */
static sg_result wrong(struct sg_error *error, size_t number, const char *member, const char *what)
{
    struct sg_printable shown;
    sg_printable_text(&shown, member);
    if (number == 0)
        return sg_fail(error, SG_ERROR_NETWORK, "the list's member %s %s", shown.text, what);
    return sg_fail(error, SG_ERROR_NETWORK, "entry %zu of the list: member %s %s", number, shown.text, what);
}

static sg_result read_time(const json_t *object, const char *member, size_t number, struct sg_time *out,
                           struct sg_error *error)
{
    const json_t *value = json_object_get(object, member);
    if (value == NULL)
        return wrong(error, number, member, "is missing");
    const char *text = json_string_value(value);
    if (text == NULL || !sg_time_parse_rfc3339(sg_span_text(text), out))
        return wrong(error, number, member, "is no RFC 3339 time");
    return SG_OK;
}

/* The one kind that the entry's members name. */
static sg_result find_kind(const json_t *object, size_t number, enum sg_list_kind *out, struct sg_error *error)
{
    bool found = false;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (json_object_get(object, kinds[kind].member) == NULL)
            continue;
        if (found)
            return sg_fail(error, SG_ERROR_NETWORK, "entry %zu of the list is of two kinds: %s and %s", number,
                           kinds[*out].member, kinds[kind].member);
        found = true;
        *out = (enum sg_list_kind)kind;
    }
    if (!found)
        return sg_fail(error, SG_ERROR_NETWORK,
                       "entry %zu of the list is of no known kind: it needs job_arn, profile_version_arn, "
                       "certificate_hash or certificate_sha256",
                       number);
    return SG_OK;
}

static sg_result check_members(json_t *object, const struct kind_row *kind, size_t number, struct sg_error *error)
{
    const char *member = NULL;
    json_t *value = NULL;
    json_object_foreach(object, member, value)
    {
        if (strcmp(member, kind->member) != 0 && strcmp(member, kind->time_member) != 0 &&
            strcmp(member, "reason") != 0)
            return wrong(error, number, member, "is not known");
    }
    return SG_OK;
}

static sg_result read_reason(const json_t *object, size_t number, struct sg_arena *arena, const char **out,
                             struct sg_error *error)
{
    const json_t *value = json_object_get(object, "reason");
    *out = NULL;
    if (value == NULL)
        return SG_OK;
    if (!json_is_string(value))
        return wrong(error, number, "reason", "is no text");
    return sg_arena_text(arena, sg_span_of(json_string_value(value), json_string_length(value)), out, error);
}

static sg_result read_entry(json_t *object, size_t number, struct sg_arena *arena, struct sg_list_entry *out,
                            struct sg_error *error)
{
    if (!json_is_object(object))
        return sg_fail(error, SG_ERROR_NETWORK, "entry %zu of the list is no object", number);
    SG_TRY(find_kind(object, number, &out->kind, error));
    const struct kind_row *kind = &kinds[out->kind];
    SG_TRY(check_members(object, kind, number, error));
    const char *key = json_string_value(json_object_get(object, kind->member));
    if (key == NULL || !kind->key_valid(key)) {
        char what[96];
        snprintf(what, sizeof what, "is not %s", kind->expectation);
        return wrong(error, number, kind->member, what);
    }
    out->has_time = kind->time_required || json_object_get(object, kind->time_member) != NULL;
    if (out->has_time)
        SG_TRY(read_time(object, kind->time_member, number, &out->time, error));
    SG_TRY(read_reason(object, number, arena, &out->reason, error));
    return sg_arena_text(arena, sg_span_text(key), &out->key, error);
}

/* Entries without a time strike from the first, so they come before those of the same key that have one. */
static int compare_entries(const void *left, const void *right)
{
    const struct sg_list_entry *a = left;
    const struct sg_list_entry *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int order = strcmp(a->key, b->key);
    if (order != 0)
        return order;
    if (a->has_time != b->has_time)
        return a->has_time ? 1 : -1;
    return sg_time_compare(a->time, b->time);
}

static sg_result read_entries(const json_t *revoked, struct sg_list *list, struct sg_error *error)
{
    if (revoked == NULL)
        return wrong(error, 0, "revoked", "is missing");
    if (!json_is_array(revoked))
        return wrong(error, 0, "revoked", "is no array");
    size_t count = json_array_size(revoked);
    void *entries = NULL;
    SG_TRY(sg_arena_alloc(&list->arena, count, sizeof(struct sg_list_entry), &entries, error));
    list->entries = entries;
    for (size_t i = 0; i < count; i++)
        SG_TRY(read_entry(json_array_get(revoked, i), i + 1, &list->arena, &list->entries[i], error));
    list->count = count;
    if (count > 0)
        qsort(list->entries, count, sizeof list->entries[0], compare_entries);
    return SG_OK;
}

/* --- the list ----------------------------------------------------------------------------------------------------------- */

static sg_result check_list_members(json_t *root, struct sg_error *error)
{
    const char *member = NULL;
    json_t *value = NULL;
    json_object_foreach(root, member, value)
    {
        if (strcmp(member, "version") != 0 && strcmp(member, "issued_at") != 0 && strcmp(member, "next_update") != 0 &&
            strcmp(member, "revoked") != 0)
            return wrong(error, 0, member, "is not known");
    }
    const json_t *version = json_object_get(root, "version");
    if (version == NULL)
        return wrong(error, 0, "version", "is missing");
    if (!json_is_integer(version) || json_integer_value(version) != 1)
        return wrong(error, 0, "version", "is not 1");
    return SG_OK;
}

static sg_result check_times(const json_t *root, struct sg_time now, struct sg_list *list, struct sg_error *error)
{
    char text[SG_TIME_TEXT_BYTES];
    SG_TRY(read_time(root, "issued_at", 0, &list->issued_at, error));
    SG_TRY(read_time(root, "next_update", 0, &list->next_update, error));
    if (sg_time_compare(list->next_update, list->issued_at) <= 0)
        return wrong(error, 0, "next_update", "is not after issued_at");
    if (sg_time_compare(list->issued_at, sg_time_plus(now, SG_CLOCK_SKEW_SECONDS)) > 0)
        return sg_fail(error, SG_ERROR_NETWORK, "the list is dated in the future, %s",
                       sg_time_format_minute(list->issued_at, text));
    if (sg_time_compare(now, list->next_update) >= 0)
        return sg_fail(error, SG_ERROR_NETWORK, "the list is out of date: a new one was due at %s",
                       sg_time_format_minute(list->next_update, text));
    return SG_OK;
}

/* What JSON costs in memory, counted before it is parsed: 16 MiB of "{}," would take more than a gigabyte. */
static sg_result check_cost(struct sg_span json, struct sg_error *error)
{
    size_t containers = 0;
    size_t commas = 0;
    for (size_t i = 0; i < json.size; i++) {
        containers += json.data[i] == '{' || json.data[i] == '[' ? 1 : 0;
        commas += json.data[i] == ',' ? 1 : 0;
    }
    /* Three members an entry make three commas; as many again are for the reasons. */
    if (containers > SG_LIST_MAX_ENTRIES + 2 || commas > 6 * (size_t)SG_LIST_MAX_ENTRIES)
        return sg_fail(error, SG_ERROR_NETWORK, "the list has more than %u entries", SG_LIST_MAX_ENTRIES);
    return SG_OK;
}

static sg_result load_json(struct sg_span text, json_t **out, struct sg_error *error)
{
    json_error_t why = {0};
    struct sg_printable shown;
    *out = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &why);
    if (*out == NULL && json_error_code(&why) == json_error_out_of_memory)
        return sg_fail_memory(error);
    if (*out == NULL)
        return sg_fail(error, SG_ERROR_NETWORK, "the list is no JSON: line %d, column %d: %s", why.line, why.column,
                       sg_printable_text(&shown, why.text));
    if (!json_is_object(*out))
        return sg_fail(error, SG_ERROR_NETWORK, "the list is no JSON object");
    return SG_OK;
}

sg_result sg_list_parse(struct sg_span json, struct sg_time now, struct sg_list **out, struct sg_error *error)
{
    *out = NULL;
    SG_CLEANUP(cleanup_json) json_t *root = NULL;
    SG_CLEANUP(sg_list_free) struct sg_list *list = calloc(1, sizeof *list);
    if (list == NULL)
        return sg_fail_memory(error);
    list->arena = sg_arena_make(SG_LIST_ARENA_MAX_BYTES);
    if (json.size == 0)
        return sg_fail(error, SG_ERROR_NETWORK, "the list is empty");
    SG_TRY(check_cost(json, error));
    SG_TRY(load_json(json, &root, error));
    SG_TRY(check_list_members(root, error));
    SG_TRY(check_times(root, now, list, error));
    SG_TRY(read_entries(json_object_get(root, "revoked"), list, error));
    *out = SG_TAKE(list);
    return SG_OK;
}

const struct sg_list_entry *sg_list_find(const struct sg_list *list, enum sg_list_kind kind, const char *key)
{
    size_t low = 0;
    size_t high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct sg_list_entry *entry = &list->entries[middle];
        bool before = entry->kind != kind ? entry->kind < kind : strcmp(entry->key, key) < 0;
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == list->count || list->entries[low].kind != kind || strcmp(list->entries[low].key, key) != 0)
        return NULL;
    return &list->entries[low];
}
