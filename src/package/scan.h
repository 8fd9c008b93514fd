/*
 * What is looked for in the bodies of entries, because the content digest has no framing: the same bytes can be cut into other
 * entries under the same signature (ATTACKS.md section 3). What is found here is a trace, not a proof, and becomes a notice
 * `suspicious-content`; what stops such cuts for sure is a pin.
 *
 * Inside the package room only. Not thread-safe: one package, one thread.
 */
#ifndef SG_PACKAGE_SCAN_H
#define SG_PACKAGE_SCAN_H

#include "package/inflate.h"

/* --- swallowed entries (H3 of ATTACKS.md section 3) ---------------------------------------------------------------------- */

/* One body, piece by piece. */
struct sg_name_scan {
    struct sg_span folder; /* of the body's own entry, with its slash; empty at the top */
    uint64_t seen_bytes;
    uint8_t tail[SG_SCAN_BEHIND_BYTES + SG_SCAN_AHEAD_BYTES]; /* the last bytes of what was seen */
    size_t tail_bytes;
    size_t open_bytes; /* at the end of `tail`: still to be looked at, with what follows them */
    bool found;
    uint8_t name[SG_SCAN_BEHIND_BYTES]; /* the first name that was found */
    size_t name_bytes;
    uint64_t name_offset; /* of its first byte in the body */
};

/* `name` is the entry's; borrowed until the scan ends. */
void sg_name_scan_start(struct sg_name_scan *scan, struct sg_span name);
void sg_name_scan_take(struct sg_name_scan *scan, struct sg_span piece);
void sg_name_scan_finish(struct sg_name_scan *scan);

/* How many bytes at the start of `text` are an extension of a file of code; 0 when there is none. `text` begins behind the dot.
 * `*begins` says whether what follows looks like the beginning of such a file, `*writes` whether the extension is one of a source
 * in which a statement can follow. */
size_t sg_scan_extension(struct sg_span text, bool *begins, bool *writes);

/* --- Python's RECORD files ------------------------------------------------------------------------------------------------ */

struct sg_records; /* what the *.dist-info/RECORD files of a package list; NULL when it has none */

/* Reads all of them. Lives in zip->scratch. A RECORD that cannot be read is left to the pass over all bodies. */
SG_RESULT sg_records_read(struct sg_zip *zip, struct sg_inflater *inflater, struct sg_records **out);

/* Whether the entry is listed with a digest, so that its SHA-256 is needed. */
bool sg_records_want(const struct sg_records *records, const struct sg_zip_entry *entry);
/* Holds every entry against what is listed, once those that are wanted have their SHA-256, and notes what was found. */
SG_RESULT sg_records_compare(struct sg_records *records, struct sg_zip *zip);

#endif
