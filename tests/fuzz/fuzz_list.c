/*
 * The revocation list. A list that counts has lost nothing: each entry that a reader of JSON sees is found again by its key.
 */
#include <jansson.h>

#include "fixed.h"
#include "fuzz.h"
#include "revocation/list.h"

static const struct {
    const char *member;
    enum sg_list_kind kind;
} kinds[] = {
    {"job_arn", SG_LIST_JOB},
    {"profile_version_arn", SG_LIST_PROFILE_VERSION},
    {"certificate_hash", SG_LIST_CERTIFICATE_HASH},
    {"certificate_sha256", SG_LIST_CERTIFICATE_SHA256},
};

static void check_entry(const struct sg_list *list, const json_t *object)
{
    size_t named = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *key = json_string_value(json_object_get(object, kinds[i].member));
        if (key == NULL)
            continue;
        named++;
        const struct sg_list_entry *entry = sg_list_find(list, kinds[i].kind, key);
        must(entry != NULL && entry->kind == kinds[i].kind && strcmp(entry->key, key) == 0);
        must(entry->has_time || kinds[i].kind != SG_LIST_PROFILE_VERSION);
    }
    must(named == 1);
}

static void check_list(const struct sg_list *list, const uint8_t *data, size_t size)
{
    must(sg_time_compare(sg_list_issued_at(list), sg_time_plus(fixed_now, SG_CLOCK_SKEW_SECONDS)) <= 0);
    must(sg_time_compare(fixed_now, sg_list_next_update(list)) < 0);
    json_t *root = json_loadb((const char *)data, size, 0, NULL);
    const json_t *revoked = json_object_get(root, "revoked");
    must(json_integer_value(json_object_get(root, "version")) == 1);
    must(json_is_array(revoked) && json_array_size(revoked) == sg_list_count(list));
    for (size_t i = 0; i < json_array_size(revoked); i++)
        check_entry(list, json_array_get(revoked, i));
    must(sg_list_find(list, SG_LIST_JOB, "none") == NULL);
    json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_error error = {0};
    struct sg_list *list = NULL;
    if (sg_list_parse(sg_span_of(data, size), fixed_now, &list, &error).done) {
        check_list(list, data, size);
    } else {
        must(list == NULL && error.code == SG_ERROR_NETWORK && is_one_printable_line(error.message));
    }
    sg_list_free(&list);
    return 0;
}
