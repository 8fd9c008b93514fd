/*
 * The structure pass, for the files that share the work. Inside the package room only. Field names are those of APPNOTE.TXT
 * 6.3.10, "Local file header" (4.3.7), "Central directory structure" (4.3.12) and "End of central directory record" (4.3.16).
 */
#ifndef SG_PACKAGE_ZIP_INTERNAL_H
#define SG_PACKAGE_ZIP_INTERNAL_H

#include "base/printable.h"
#include "package/package.h"

enum {
    SG_ZIP_LOCAL_HEADER_BYTES = 30,
    SG_ZIP_CENTRAL_HEADER_BYTES = 46,
    SG_ZIP_END_BYTES = 22,
    SG_ZIP_COMMENT_MAX_BYTES = 65535,
};

enum { SG_ZIP_STORED = 0, SG_ZIP_DEFLATED = 8 };

/* What an entry is, by its name and the file type in its external file attributes. */
enum sg_zip_kind { SG_ZIP_FILE, SG_ZIP_FOLDER, SG_ZIP_LINK };

struct sg_zip_entry {
    struct sg_span name; /* raw bytes of the header */
    enum sg_zip_kind kind;
    uint16_t flags; /* general purpose bit flag */
    uint16_t method;
    uint32_t crc32;
    uint64_t compressed_size;
    uint64_t uncompressed_size;
    uint64_t local_offset;
    struct sg_span body;  /* the compressed bytes */
    struct sg_span key;   /* the name as a path is compared: see zip_names.c */
    struct sg_span extra; /* of the central header */
    uint32_t external_attributes;
    uint16_t version_needed;
    uint32_t modified; /* DOS time and date */
    uint8_t *sha256;   /* of a file whose digest a RECORD lists, else NULL; there once the content is hashed */
};

struct sg_zip {
    struct sg_span bytes;
    struct sg_arena *arena;   /* for what outlives the pass: messages, the signature */
    struct sg_arena *scratch; /* for what does not: records, keys */
    struct sg_package *package;
    struct sg_hasher *hasher; /* of the content */
    struct sg_error *error;
    uint64_t directory_offset;
    uint64_t directory_size;
    struct sg_span comment;       /* the archive's */
    struct sg_zip_entry *entries; /* package->entry_count of them, in the directory's order, which must be the file's */
};

/* Each step refutes package->structure or leaves it be. Failed only when memory or a library fails. */
SG_RESULT sg_zip_read_end(struct sg_zip *zip);
SG_RESULT sg_zip_read_directory(struct sg_zip *zip);
SG_RESULT sg_zip_check_names(struct sg_zip *zip);
SG_RESULT sg_zip_ask_second_reader(struct sg_zip *zip);
SG_RESULT sg_zip_read_content(struct sg_zip *zip);

/* The local header, body and data descriptor of entry `index`, which must end where the next one starts. */
SG_RESULT sg_zip_check_local(struct sg_zip *zip, struct sg_zip_entry *entry, uint64_t next_offset);

/* Extra fields (APPNOTE 4.5). */
struct sg_zip_extras {
    bool well_formed;
    unsigned zip64_count;        /* fields 0x0001 */
    struct sg_span zip64;        /* the first one's data */
    unsigned unicode_path_count; /* fields 0x7075 */
    struct sg_span unicode_path;
    bool encrypted; /* 0x9901 or 0x0017 */
    bool retypes;   /* 0x6c78 or 0x756e */
};
struct sg_zip_extras sg_zip_read_extras(struct sg_span extra);
/* Whether both have the same fields, but for those that packagers write differently in the two headers (ATTACKS.md,
 * amendment b). */
bool sg_zip_extras_agree(struct sg_span local, struct sg_span central);
/* What is wrong with a header's extra fields for a header of this name, or NULL. */
const char *sg_zip_extras_problem(const struct sg_zip_extras *extras, struct sg_span name);

static inline bool sg_zip_refuted(const struct sg_zip *zip)
{
    return zip->package->structure.outcome == SG_REFUTED;
}

#define sg_refute_zip(zip, rule, ...)                                                                                  \
    sg_refute(&(zip)->package->structure, (zip)->arena, rule, (zip)->error, __VA_ARGS__)

/* Readers would see different things. */
#define sg_ambiguous(zip, ...) sg_refute_zip(zip, SG_RULE_AMBIGUOUS_PACKAGE, __VA_ARGS__)
/* No reader should take it. */
#define sg_malformed(zip, ...) sg_refute_zip(zip, SG_RULE_MALFORMED_PACKAGE, __VA_ARGS__)
#define sg_unusual(zip, ...)                                                                                           \
    sg_note(&(zip)->package->notices, (zip)->arena, SG_RULE_UNUSUAL_PACKAGE, (zip)->error, __VA_ARGS__)
#define sg_suspicious(zip, ...)                                                                                        \
    sg_note(&(zip)->package->notices, (zip)->arena, SG_RULE_SUSPICIOUS_CONTENT, (zip)->error, __VA_ARGS__)

#endif
