/*
 * Names of entries: each by itself, and all against each other (ATTACKS.md ZN-01 to ZN-15, ZD-11).
 *
 * Two names are compared by their keys: the path that an extracting reader would write to. A key has no "./" in front and no
 * "/" behind, "/" for every backslash, and is in Unicode's normalization form C. Comparing by sorting, so that no choice of
 * names costs more (ZX-01).
 */
#include <unicase.h>
#include <uninorm.h>

#include "base/cleanup.h"
#include "package/zip_internal.h"

enum { FLAG_UTF8 = 1 << 11 };

static bool is_ascii(struct sg_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] >= 0x80)
            return false;
    }
    return true;
}

/* --- one name ----------------------------------------------------------------------------------------------------------- */

/* A control character, C1 included, or NULL bytes: what no file is called by honest means. */
static bool has_control(struct sg_span name, bool utf8)
{
    for (size_t at = 0; at < name.size;) {
        uint32_t c = name.data[at];
        size_t length = utf8 ? sg_utf8_decode(sg_span_part(name, at, name.size - at), &c) : 1;
        if (c < 0x20 || c == 0x7F || (utf8 && c >= 0x80 && c <= 0x9F))
            return true;
        at += length;
    }
    return false;
}

static bool has_hiding(struct sg_span name)
{
    for (size_t at = 0; at < name.size;) {
        uint32_t c = 0;
        size_t length = sg_utf8_decode(sg_span_part(name, at, name.size - at), &c);
        if (length == 0)
            return false;
        if (sg_code_point_hides(c))
            return true;
        at += length;
    }
    return false;
}

/* What is wrong with the components of a path whose backslashes count as slashes, or NULL. One "./" in front and one "/"
 * behind have been taken off; nothing left is the archive's own top folder. */
static const char *components_problem(struct sg_span path)
{
    size_t depth = 0;
    while (path.size > 0) {
        size_t length = 0;
        while (length < path.size && path.data[length] != '/' && path.data[length] != '\\')
            length++;
        struct sg_span component = sg_span_part(path, 0, length);
        if (component.size == 0)
            return "an empty component";
        if (sg_span_equal(component, SG_SPAN_LITERAL(".")))
            return "a component `.`";
        if (sg_span_equal(component, SG_SPAN_LITERAL("..")))
            return "a component `..`";
        if (component.size > SG_NAME_COMPONENT_MAX_BYTES)
            return "a component of more than 255 bytes";
        if (++depth > SG_NAME_MAX_DEPTH)
            return "more than 64 components";
        if (length + 1 == path.size)
            return "an empty component";
        path = length == path.size ? sg_span_part(path, 0, 0) : sg_span_part(path, length + 1, path.size - length - 1);
    }
    return NULL;
}

/* The name without one "./" in front and one "/" behind. */
static struct sg_span strip(struct sg_span name)
{
    if (sg_span_starts_with(name, SG_SPAN_LITERAL("./")))
        name = sg_span_part(name, 2, name.size - 2);
    if (name.size > 0 && name.data[name.size - 1] == '/')
        name.size--;
    return name;
}

static sg_result check_path(struct sg_zip *zip, const struct sg_zip_entry *entry, const char *shown)
{
    struct sg_span name = entry->name;
    if (name.size == 0)
        return sg_malformed(zip, "an entry has an empty name");
    if (name.size > SG_NAME_MAX_BYTES)
        return sg_malformed(zip, "`%s` is longer than %u bytes", shown, SG_NAME_MAX_BYTES);
    if (name.data[0] == '/' || name.data[0] == '\\')
        return sg_malformed(zip, "`%s` is an absolute path", shown);
    if (sg_span_equal(name, SG_SPAN_LITERAL(".")))
        return sg_malformed(zip, "`.` is no name for an entry");
    const char *problem = components_problem(strip(name));
    if (problem != NULL)
        return sg_malformed(zip, "`%s` has %s in its path", shown, problem);
    return SG_OK;
}

/* Characters beyond ASCII in a name that neither the UTF-8 flag nor a Unicode path field explains (APPNOTE appendix D). */
static bool lacks_encoding(const struct sg_zip_entry *entry)
{
    return (entry->flags & FLAG_UTF8) == 0 && !is_ascii(entry->name) &&
           sg_zip_read_extras(entry->extra).unicode_path_count == 0;
}

/* Length of ";" and digits at the end of a name, 0 when there are none. */
static size_t version_suffix(struct sg_span name)
{
    size_t digits = 0;
    while (digits < name.size && name.data[name.size - 1 - digits] >= '0' && name.data[name.size - 1 - digits] <= '9')
        digits++;
    bool suffix = digits > 0 && digits + 1 < name.size && name.data[name.size - 1 - digits] == ';';
    return suffix ? digits + 1 : 0;
}

static sg_result check_characters(struct sg_zip *zip, const struct sg_zip_entry *entry, const char *shown)
{
    struct sg_span name = entry->name;
    bool utf8 = sg_utf8_valid(name);
    if (!utf8 && (entry->flags & FLAG_UTF8) != 0)
        return sg_malformed(zip, "`%s` is flagged as UTF-8 but is not", shown);
    if (has_control(name, utf8))
        return sg_malformed(zip, "`%s` has control characters in its name", shown);
    if (!utf8)
        return sg_unusual(zip, "`%s` is not UTF-8; readers guess its characters", shown);
    if (version_suffix(name) > 0)
        SG_TRY(sg_suspicious(zip, "`%s` ends in a version number of VMS, which unzip takes off", shown));
    if (has_hiding(name))
        SG_TRY(sg_suspicious(zip, "`%s` has characters that hide or reorder text", shown));
    if (memchr(name.data, '\\', name.size) != NULL)
        SG_TRY(sg_suspicious(zip, "`%s` has a backslash in its name, which some readers take for a slash", shown));
    if (memchr(name.data, ':', name.size) != NULL)
        SG_TRY(
            sg_suspicious(zip, "`%s` has a colon in its name, which some systems take for a drive or stream", shown));
    return SG_OK;
}

/* --- keys --------------------------------------------------------------------------------------------------------------- */

static void cleanup_uint8(uint8_t **text)
{
    free(*text);
}

/* Normalization form C; bytes that are no UTF-8 stay as they are. */
static sg_result normalize(struct sg_zip *zip, struct sg_span text, struct sg_span *out)
{
    if (is_ascii(text) || !sg_utf8_valid(text)) {
        *out = text;
        return SG_OK;
    }
    size_t size = 0;
    SG_CLEANUP(cleanup_uint8) uint8_t *normal = u8_normalize(UNINORM_NFC, text.data, text.size, NULL, &size);
    if (normal == NULL)
        return sg_fail_memory(zip->error);
    return sg_arena_copy(zip->scratch, sg_span_of(normal, size), out, zip->error);
}

static sg_result make_key(struct sg_zip *zip, struct sg_zip_entry *entry)
{
    struct sg_span path = strip(entry->name);
    if (memchr(path.data, '\\', path.size) != NULL) {
        void *room = NULL;
        SG_TRY(sg_arena_alloc(zip->scratch, path.size, 1, &room, zip->error));
        uint8_t *copy = room;
        for (size_t i = 0; i < path.size; i++)
            copy[i] = path.data[i] == '\\' ? '/' : path.data[i];
        path = sg_span_of(copy, path.size);
    }
    return normalize(zip, path, &entry->key);
}

/* The key as unzip takes it: without a version number of VMS. */
static struct sg_span without_version(struct sg_span key)
{
    key.size -= version_suffix(key);
    return key;
}

/* The key in one case and in compatibility form: names that differ only in these are one file on some systems (ZN-02). */
static sg_result fold(struct sg_zip *zip, struct sg_span key, struct sg_span *out)
{
    if (!is_ascii(key) && sg_utf8_valid(key)) {
        size_t size = 0;
        SG_CLEANUP(cleanup_uint8) uint8_t *folded = u8_casefold(key.data, key.size, NULL, UNINORM_NFKC, NULL, &size);
        if (folded == NULL)
            return sg_fail_memory(zip->error);
        return sg_arena_copy(zip->scratch, sg_span_of(folded, size), out, zip->error);
    }
    SG_TRY(sg_arena_copy(zip->scratch, key, out, zip->error));
    void *room = NULL;
    SG_TRY(sg_arena_alloc(zip->scratch, key.size + 1, 1, &room, zip->error));
    uint8_t *lower = room;
    for (size_t i = 0; i < key.size; i++)
        lower[i] = key.data[i] >= 'A' && key.data[i] <= 'Z' ? (uint8_t)(key.data[i] + 32) : key.data[i];
    *out = sg_span_of(lower, key.size);
    return SG_OK;
}

/* --- all names ---------------------------------------------------------------------------------------------------------- */

/* An entry's key, or folded key, with the entry. */
struct keyed {
    struct sg_span key;
    const struct sg_zip_entry *entry;
};

static int compare_keyed(const void *a, const void *b)
{
    return sg_span_compare(((const struct keyed *)a)->key, ((const struct keyed *)b)->key);
}

static int compare_with_entry(const void *key, const void *item)
{
    return sg_span_compare(*(const struct sg_span *)key, ((const struct keyed *)item)->key);
}

static sg_result check_twins(struct sg_zip *zip, const struct keyed *keys, size_t count)
{
    struct sg_printable one;
    struct sg_printable other;
    for (size_t i = 1; i < count; i++) {
        const struct sg_zip_entry *a = keys[i - 1].entry;
        const struct sg_zip_entry *b = keys[i].entry;
        if (!sg_span_equal(keys[i - 1].key, keys[i].key))
            continue;
        if (sg_span_equal(a->name, b->name))
            return sg_ambiguous(zip, "`%s` is there twice; readers choose different ones", sg_printable(&one, a->name));
        return sg_ambiguous(zip, "`%s` and `%s` are the same path; readers choose different ones",
                            sg_printable(&one, a->name), sg_printable(&other, b->name));
    }
    return SG_OK;
}

/* No entry may lie below a file or a link (ZN-05, ZD-11): every folder of its path is asked for among the keys. */
static sg_result check_parents(struct sg_zip *zip, const struct keyed *keys, size_t count,
                               const struct sg_zip_entry *entry)
{
    for (size_t i = 0; i < entry->key.size; i++) {
        if (entry->key.data[i] != '/')
            continue;
        struct sg_span folder = sg_span_part(entry->key, 0, i);
        const struct keyed *found = bsearch(&folder, keys, count, sizeof *keys, compare_with_entry);
        if (found == NULL || found->entry->kind == SG_ZIP_FOLDER)
            continue;
        struct sg_printable one;
        struct sg_printable other;
        return sg_ambiguous(zip, "`%s` lies below `%s`, which is a %s", sg_printable(&one, entry->name),
                            sg_printable(&other, found->entry->name),
                            found->entry->kind == SG_ZIP_LINK ? "symbolic link" : "file");
    }
    return SG_OK;
}

static sg_result note_folded_twins(struct sg_zip *zip, struct keyed *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        SG_TRY(fold(zip, keys[i].key, &keys[i].key));
    qsort(keys, count, sizeof *keys, compare_keyed);
    for (size_t i = 1; i < count; i++) {
        struct sg_printable one;
        struct sg_printable other;
        if (sg_span_equal(keys[i - 1].key, keys[i].key))
            SG_TRY(sg_suspicious(zip, "`%s` and `%s` differ only in case or in compatible characters",
                                 sg_printable(&one, keys[i - 1].entry->name),
                                 sg_printable(&other, keys[i].entry->name)));
    }
    return SG_OK;
}

/* No two entries at one path, and none below a file or a link: with version numbers as they are, or taken off. */
static sg_result check_places(struct sg_zip *zip, bool versions, struct keyed *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sg_span key = zip->entries[i].key;
        keys[i] = (struct keyed){versions ? key : without_version(key), &zip->entries[i]};
    }
    qsort(keys, count, sizeof *keys, compare_keyed);
    SG_TRY(check_twins(zip, keys, count));
    for (size_t i = 0; i < count && !sg_zip_refuted(zip); i++)
        SG_TRY(check_parents(zip, keys, count, &zip->entries[i]));
    return SG_OK;
}

static sg_result check_all(struct sg_zip *zip)
{
    size_t count = zip->package->entry_count;
    SG_CLEANUP(sg_cleanup_free) struct keyed *keys = calloc(count, sizeof *keys);
    if (keys == NULL)
        return sg_fail_memory(zip->error);
    SG_TRY(check_places(zip, false, keys, count));
    if (!sg_zip_refuted(zip))
        SG_TRY(check_places(zip, true, keys, count));
    return sg_zip_refuted(zip) ? SG_OK : note_folded_twins(zip, keys, count);
}

/* --- the signature's name ------------------------------------------------------------------------------------------------ */

/* Something that is almost the signature entry is either found by other readers, or a trap for people (ZN-15). */
static sg_result check_signature_twin(struct sg_zip *zip, const struct sg_zip_entry *entry, const char *shown)
{
    struct sg_span signature = SG_SPAN_LITERAL(SG_SIGNATURE_NAME);
    struct sg_span key = without_version(entry->key);
    struct sg_span folded_key;
    struct sg_span folded_signature;
    if (sg_span_equal(entry->name, signature) && entry->kind == SG_ZIP_FILE)
        return SG_OK;
    if (key.size < signature.size)
        return SG_OK;
    SG_TRY(fold(zip, key, &folded_key));
    SG_TRY(fold(zip, signature, &folded_signature));
    if (sg_span_equal(folded_key, folded_signature)) {
        if (sg_span_equal(key, signature) && entry->kind == SG_ZIP_FILE)
            return sg_suspicious(zip, "`%s` has almost the name of the signature entry", shown);
        return sg_ambiguous(zip, "`%s` has the name of the signature entry in another case or kind", shown);
    }
    struct sg_span tail = sg_span_part(folded_key, folded_key.size - folded_signature.size, folded_signature.size);
    if (sg_span_equal(tail, folded_signature) && folded_key.data[folded_key.size - folded_signature.size - 1] == '/')
        return sg_suspicious(zip, "`%s` is a signature entry in a folder of its own; it is not the package's signature",
                             shown);
    return SG_OK;
}

static sg_result check_one(struct sg_zip *zip, struct sg_zip_entry *entry)
{
    struct sg_printable printable;
    const char *shown = sg_printable(&printable, entry->name);
    SG_TRY(check_path(zip, entry, shown));
    if (!sg_zip_refuted(zip))
        SG_TRY(check_characters(zip, entry, shown));
    if (sg_zip_refuted(zip))
        return SG_OK;
    if (sg_span_equal(entry->name, SG_SPAN_LITERAL(SG_SIGNATURE_FOLDER)))
        zip->package->has_folder = true;
    SG_TRY(make_key(zip, entry));
    return check_signature_twin(zip, entry, shown);
}

/* Readers that take unflagged names for code page 437 could see one of them as another's flagged name; no packager writes both
 * kinds into one archive. */
static sg_result check_encodings(struct sg_zip *zip)
{
    const struct sg_zip_entry *flagged = NULL;
    const struct sg_zip_entry *unflagged = NULL;
    for (size_t i = 0; i < zip->package->entry_count; i++) {
        const struct sg_zip_entry *entry = &zip->entries[i];
        if (!is_ascii(entry->name))
            *(lacks_encoding(entry) ? &unflagged : &flagged) = entry;
    }
    struct sg_printable one;
    struct sg_printable other;
    if (flagged != NULL && unflagged != NULL)
        return sg_ambiguous(zip, "`%s` is flagged as UTF-8 and `%s` is not; readers decode them differently",
                            sg_printable(&one, flagged->name), sg_printable(&other, unflagged->name));
    return SG_OK;
}

sg_result sg_zip_check_names(struct sg_zip *zip)
{
    for (size_t i = 0; i < zip->package->entry_count && !sg_zip_refuted(zip); i++)
        SG_TRY(check_one(zip, &zip->entries[i]));
    if (!sg_zip_refuted(zip))
        SG_TRY(check_encodings(zip));
    return sg_zip_refuted(zip) ? SG_OK : check_all(zip);
}
