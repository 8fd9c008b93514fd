/*
 * The rows of RECORD files, for the two files that share them. Inside the package room only.
 */
#ifndef SG_PACKAGE_SCAN_RECORD_H
#define SG_PACKAGE_SCAN_RECORD_H

#include "package/scan.h"

/* One RECORD file, and what was found about the files it lists. */
struct sg_record {
    struct sg_span name; /* of its entry */
    struct sg_span base; /* the folder its paths are relative to, with its slash; empty at the top */
    size_t missing, changed, extra, odd_rows;
    struct sg_span first_missing, first_changed, first_extra;
    size_t first_odd_row; /* 1-based line */
};

struct sg_record_row {
    struct sg_span path; /* of the file, from the package's top */
    struct sg_record *record;
    bool has_sha256;
    bool has_size;
    bool seen;
    uint8_t sha256[SG_SHA256_BYTES];
    uint64_t size;
};

/* A folder at the top of a distribution: all of its files should be listed. */
struct sg_record_folder {
    struct sg_span path; /* with its slash */
    struct sg_record *record;
};

struct sg_records {
    struct sg_record *files;
    size_t file_count;
    struct sg_record_row *rows; /* sorted by path */
    size_t row_count, row_capacity;
    struct sg_record_folder *folders; /* sorted by path, each once */
    size_t folder_count;
    size_t path_bytes;
    bool too_large; /* nothing was compared */
};

/* The name without one "./" in front. */
static inline struct sg_span sg_record_path(struct sg_span name)
{
    return sg_span_starts_with(name, SG_SPAN_LITERAL("./")) ? sg_span_part(name, 2, name.size - 2) : name;
}

static inline bool sg_span_ends_with(struct sg_span span, struct sg_span end)
{
    return span.size >= end.size && memcmp(span.data + span.size - end.size, end.data, end.size) == 0;
}

#endif
