/*
 * Zip archives written field by field, so that each test can bend one. Field names and offsets are those of APPNOTE.TXT 4.3.7,
 * 4.3.12 and 4.3.16. Zero values give what a common packager writes.
 */
#ifndef SG_TESTS_PACKAGE_ZIP_H
#define SG_TESTS_PACKAGE_ZIP_H

#include "made.h"

#include <zlib.h>

#include "package/package.h"

enum { MOST_ENTRIES = 5, MOST_PATCHES = 4 };

enum descriptor { NO_DESCRIPTOR = 0, SIGNED, BARE, SIGNED64, BARE64 };

struct entry {
    const char *name;       /* NULL ends a list of entries */
    size_t name_bytes;      /* 0: strlen */
    const char *local_name; /* NULL: the same */
    const char *body;       /* NULL: "body of NAME\n" */
    size_t body_bytes;      /* 0: strlen */
    const char *raw;        /* what stands in the file instead of the body, in hex; sizes and CRC stay */
    const char *packed;     /* the deflate stream to use, in hex; the compressed size fits it */
    const char *gap;        /* bytes before the local header */
    const char *tail;       /* bytes behind the body */
    const char *extra;      /* hex, for both headers */
    const char *local_extra, *central_extra; /* hex, for one */
    const char *comment;
    enum descriptor descriptor;
    uint16_t flags;
    uint32_t mode; /* Unix st_mode; 0: 0100644, a folder's 040755 */
    uint32_t dos_attributes;
    bool deflated;
    bool no_local, no_central;
};

enum part { NO_PART = 0, LOCAL, CENTRAL, END, ZIP64_END, LOCATOR, DESCRIPTOR };

/* Overwrites a field of the finished archive. */
struct patch {
    enum part part;
    size_t entry; /* for LOCAL, CENTRAL and DESCRIPTOR */
    size_t offset;
    unsigned width; /* bytes */
    uint64_t value;
};

struct archive {
    const char *prefix; /* offsets stay as if it were not there, unless `shifted` */
    bool shifted;
    const char *before_directory, *after_directory;
    const char *comment, *trailing; /* text */
    const char *comment_hex;
    bool zip64;
    bool reversed; /* the directory's records in the other order */
    struct patch patches[MOST_PATCHES];
};

/* Offsets of the parts in the finished archive. */
struct places {
    size_t local[MOST_ENTRIES], central[MOST_ENTRIES], descriptor[MOST_ENTRIES];
    size_t end, zip64_end, locator, directory;
};

static inline void put(struct sg_span *out, unsigned width, uint64_t value)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    *out = JOIN(*out, sg_span_of(bytes, width));
}

#define PUT16(value) put(&out, 2, value)
#define PUT32(value) put(&out, 4, value)
#define PUT64(value) put(&out, 8, value)

static inline struct sg_span text_span(const char *text)
{
    return text != NULL ? sg_span_text(text) : sg_span_of("", 0);
}

/* A raw deflate stream. */
static inline struct sg_span deflated(struct sg_span body)
{
    z_stream stream = {0};
    uint8_t *bytes = made_bytes(body.size + body.size / 10 + 64);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)body.data;
    stream.avail_in = (uInt)body.size;
    stream.next_out = bytes;
    stream.avail_out = (uInt)(body.size + body.size / 10 + 64);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return sg_span_of(bytes, stream.total_out);
}

/* What both headers say of an entry. */
struct facts {
    struct sg_span name, body, data;
    uint32_t crc;
    uint16_t flags, method;
    bool folder;
};

static inline struct facts facts_of(const struct entry *entry)
{
    struct facts facts = {.name = entry->name_bytes != 0 ? sg_span_of(entry->name, entry->name_bytes)
                                                         : sg_span_text(entry->name)};
    facts.folder = facts.name.size > 0 && facts.name.data[facts.name.size - 1] == '/';
    if (entry->body != NULL)
        facts.body = entry->body_bytes != 0 ? sg_span_of(entry->body, entry->body_bytes) : sg_span_text(entry->body);
    else
        facts.body =
            facts.folder ? sg_span_of("", 0) : JOIN(SG_SPAN_LITERAL("body of "), facts.name, SG_SPAN_LITERAL("\n"));
    facts.data = entry->packed != NULL ? hex(entry->packed) : (entry->deflated ? deflated(facts.body) : facts.body);
    facts.method = entry->deflated || entry->packed != NULL ? 8 : 0;
    facts.crc = (uint32_t)crc32_z(0, facts.body.data, facts.body.size);
    facts.flags = (uint16_t)(entry->flags | (entry->descriptor != NO_DESCRIPTOR ? 8 : 0));
    return facts;
}

static inline struct sg_span local_part(const struct entry *entry, size_t *descriptor)
{
    struct facts facts = facts_of(entry);
    bool later = entry->descriptor != NO_DESCRIPTOR;
    bool wide = entry->descriptor == SIGNED64 || entry->descriptor == BARE64;
    struct sg_span name = entry->local_name != NULL ? sg_span_text(entry->local_name) : facts.name;
    struct sg_span extra =
        hex(entry->local_extra != NULL ? entry->local_extra : (entry->extra != NULL ? entry->extra : ""));
    struct sg_span out = SG_SPAN_LITERAL("PK\3\4");
    PUT16(20);
    PUT16(facts.flags);
    PUT16(facts.method);
    PUT32(0x5D61A000); /* 2026-11-01 20:00 */
    PUT32(later ? 0 : facts.crc);
    PUT32(later ? 0 : facts.data.size);
    PUT32(later ? 0 : facts.body.size);
    PUT16(name.size);
    PUT16(extra.size);
    out = JOIN(out, name, extra, entry->raw != NULL ? hex(entry->raw) : facts.data);
    *descriptor = out.size;
    if (entry->descriptor == SIGNED || entry->descriptor == SIGNED64)
        out = JOIN(out, SG_SPAN_LITERAL("PK\7\10"));
    if (later) {
        PUT32(facts.crc);
        put(&out, wide ? 8 : 4, facts.data.size);
        put(&out, wide ? 8 : 4, facts.body.size);
    }
    return JOIN(out, text_span(entry->tail));
}

static inline struct sg_span central_part(const struct entry *entry, size_t offset)
{
    struct facts facts = facts_of(entry);
    struct sg_span extra =
        hex(entry->central_extra != NULL ? entry->central_extra : (entry->extra != NULL ? entry->extra : ""));
    struct sg_span comment = text_span(entry->comment);
    uint32_t mode = entry->mode != 0 ? entry->mode : (facts.folder ? 040755 : 0100644);
    struct sg_span out = SG_SPAN_LITERAL("PK\1\2");
    PUT16(0x0314);
    PUT16(20);
    PUT16(facts.flags);
    PUT16(facts.method);
    PUT32(0x5D61A000);
    PUT32(facts.crc);
    PUT32(facts.data.size);
    PUT32(facts.body.size);
    PUT16(facts.name.size);
    PUT16(extra.size);
    PUT16(comment.size);
    PUT32(0); /* disk, internal attributes */
    PUT32((uint64_t)mode << 16 | entry->dos_attributes);
    PUT32(offset);
    return JOIN(out, facts.name, extra, comment);
}

static inline struct sg_span end_part(const struct archive *archive, size_t count, size_t size, size_t offset,
                                      size_t here, struct places *places)
{
    struct sg_span comment = archive->comment_hex != NULL ? hex(archive->comment_hex) : text_span(archive->comment);
    struct sg_span out = sg_span_of("", 0);
    if (archive->zip64) {
        places->zip64_end = here;
        out = JOIN(out, SG_SPAN_LITERAL("PK\6\6"));
        PUT64(44);
        PUT32(0x002D032D);
        PUT64(0); /* disks */
        PUT64(count);
        PUT64(count);
        PUT64(size);
        PUT64(offset);
        places->locator = here + out.size;
        out = JOIN(out, SG_SPAN_LITERAL("PK\6\7"));
        PUT32(0);
        PUT64(here);
        PUT32(1);
    }
    places->end = here + out.size;
    out = JOIN(out, SG_SPAN_LITERAL("PK\5\6"));
    PUT32(0); /* disks */
    PUT16(count);
    PUT16(count);
    PUT32(size);
    PUT32(offset);
    PUT16(comment.size);
    return JOIN(out, comment, text_span(archive->trailing));
}

static inline void apply(const struct patch *patch, struct sg_span zip, const struct places *places)
{
    const size_t starts[] = {[LOCAL] = places->local[patch->entry],
                             [CENTRAL] = places->central[patch->entry],
                             [END] = places->end,
                             [ZIP64_END] = places->zip64_end,
                             [LOCATOR] = places->locator,
                             [DESCRIPTOR] = places->descriptor[patch->entry],
                             [NO_PART] = 0};
    size_t at = starts[patch->part] + patch->offset;
    assert_true(at + patch->width <= zip.size);
    for (unsigned i = 0; i < patch->width; i++)
        ((uint8_t *)(uintptr_t)zip.data)[at + i] = (uint8_t)(patch->value >> 8 * i);
}

static inline struct sg_span write_zip(const struct entry *entries, size_t count, const struct archive *archive,
                                       struct places *places)
{
    struct sg_span out = text_span(archive->prefix);
    struct sg_span directory = sg_span_of("", 0);
    size_t base = archive->shifted ? 0 : out.size;
    size_t records = 0;
    for (size_t i = 0; i < count; i++) {
        size_t descriptor = 0;
        if (entries[i].no_local)
            continue;
        out = JOIN(out, text_span(entries[i].gap));
        places->local[i] = out.size;
        out = JOIN(out, local_part(&entries[i], &descriptor));
        places->descriptor[i] = places->local[i] + descriptor;
    }
    out = JOIN(out, text_span(archive->before_directory));
    places->directory = out.size;
    for (size_t n = 0; n < count; n++) {
        size_t i = archive->reversed ? count - 1 - n : n;
        if (entries[i].no_central)
            continue;
        places->central[i] = out.size + directory.size;
        directory = JOIN(directory, central_part(&entries[i], places->local[i] - base));
        records++;
    }
    out = JOIN(out, directory, text_span(archive->after_directory));
    out = JOIN(out, end_part(archive, records, directory.size, places->directory - base, out.size, places));
    for (size_t i = 0; i < MOST_PATCHES && archive->patches[i].part != NO_PART; i++)
        apply(&archive->patches[i], out, places);
    return out;
}

/* What packages usually hold; deflated by one zlib once for all, so that offsets are the same with every zlib. */
static const struct entry usual_entries[] = {
    {.name = "index.js",
     .body = "exports.handler = async () => 'genuine'\n",
     .packed = "4BAD28C82F2A29D6CB48CC4BC9492D52B055482CAECC4B56D0D054B0B553504F4FCD2BCDCC4B55E70200"},
    {.name = "lib/"},
    {.name = "lib/util.js", .body = "exports.answer = 42\n"},
    {.name = SG_SIGNATURE_FOLDER},
    {.name = SG_SIGNATURE_NAME,
     .body = "-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n",
     .packed = "D3D505022757774F3F85006FE76073105797CB1108B8C04C573F17640900"},
};
enum { USUAL_COUNT = 5 };

static inline struct sg_span usual_zip(struct places *places)
{
    return write_zip(usual_entries, USUAL_COUNT, &(struct archive){0}, places);
}

/* SHA-384 over names and bodies, computed from what was meant to be written. */
static inline void meant_digest(const struct entry *entries, size_t count, uint8_t out[SG_SHA384_BYTES])
{
    struct sg_error error = {0};
    struct sg_span all = sg_span_of("", 0);
    for (size_t i = 0; i < count; i++) {
        struct facts facts = facts_of(&entries[i]);
        if (!sg_span_equal(facts.name, SG_SPAN_LITERAL(SG_SIGNATURE_NAME)))
            all = JOIN(all, facts.name, facts.body);
    }
    assert_done(sg_sha384(all, out, &error), error);
}

/* --- what must come of it ----------------------------------------------------------------------------------------------- */

static inline void read_package(struct sg_span bytes, struct sg_arena *arena, struct sg_package *out)
{
    struct sg_error error = {0};
    /* Exactly as many bytes as there are, so that reading behind them is noticed. */
    uint8_t *copy = malloc(bytes.size);
    assert_true(copy != NULL || bytes.size == 0);
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    *arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    assert_done(sg_package_read(sg_span_of(copy, bytes.size), arena, out, &error), error);
    free(copy);
}

static inline bool wrong(const char *what, const char *is, const char *wanted)
{
    print_error("%s:\n  is     %s\n  wanted %s\n", what, is, wanted);
    return false;
}

static inline bool refuted_as_wanted(const char *what, const struct sg_proof *proof, enum sg_rule rule,
                                     const char *message)
{
    if (proof->outcome != SG_REFUTED)
        return wrong(what, "not refuted", message);
    if (strcmp(proof->message, message) != 0)
        return wrong(what, proof->message, message);
    return proof->rule == rule ? true : wrong(what, sg_rule_name(proof->rule), sg_rule_name(rule));
}

static inline bool proven_as_wanted(const char *what, const struct sg_package *package, enum sg_rule rule,
                                    const char *message)
{
    const struct sg_notices *notices = &package->notices;
    const char *first = notices->count > 0 ? notices->items[0].message : "no notice";
    if (package->structure.outcome != SG_PROVEN)
        return wrong(what, package->structure.message != NULL ? package->structure.message : "undecided", "proven");
    if (notices->count != (rule == SG_RULE_NONE ? 0u : 1u))
        return wrong(what, first, rule == SG_RULE_NONE ? "no notice" : "one notice");
    if (rule == SG_RULE_NONE)
        return true;
    if (strcmp(first, message) != 0)
        return wrong(what, first, message);
    return notices->items[0].rule == rule ? true
                                          : wrong(what, sg_rule_name(notices->items[0].rule), sg_rule_name(rule));
}

/* One rule: refuted by it with the message; or a notice's rule: proven with that one notice; or none: proven without. Says
 * what differs. */
static inline bool package_as_wanted(const char *what, struct sg_span bytes, enum sg_rule rule, const char *message)
{
    struct sg_package package;
    struct sg_arena arena;
    read_package(bytes, &arena, &package);
    bool proven = rule == SG_RULE_NONE || rule == SG_RULE_UNUSUAL_PACKAGE || rule == SG_RULE_SUSPICIOUS_CONTENT;
    bool good = proven ? proven_as_wanted(what, &package, rule, message)
                       : refuted_as_wanted(what, &package.structure, rule, message);
    sg_arena_free(&arena);
    return good;
}

struct row {
    const char *what;
    struct entry entries[MOST_ENTRIES]; /* none: the usual ones */
    struct archive archive;
    enum sg_rule rule;
    const char *message;
};

static inline void check_rows(const struct row *rows, size_t count)
{
    size_t failures = 0;
    for (size_t i = 0; i < count; i++) {
        struct sg_arena before = made;
        struct places places = {0};
        size_t entry_count = 0;
        made = sg_arena_make(before.max_bytes);
        while (entry_count < MOST_ENTRIES && rows[i].entries[entry_count].name != NULL)
            entry_count++;
        struct sg_span zip = entry_count == 0 ? write_zip(usual_entries, USUAL_COUNT, &rows[i].archive, &places)
                                              : write_zip(rows[i].entries, entry_count, &rows[i].archive, &places);
        failures += package_as_wanted(rows[i].what, zip, rows[i].rule, rows[i].message) ? 0 : 1;
        sg_arena_free(&made);
        made = before;
    }
    assert_int_equal(failures, 0);
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static inline int free_made(void **state)
{
    (void)state;
    sg_arena_free(&made);
    return 0;
}

#endif
