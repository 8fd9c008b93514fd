/*
 * The structure pass and the content digest over raw bytes. Whatever the pass lets through, two other ways of reading must see:
 * by the directory and as a stream, with the same entries and the same digest.
 */
#include "package/package.h"
#include "zip_walk.h"

static void check_refuted(const struct sg_package *package)
{
    must(package->structure.outcome == SG_REFUTED);
    must(package->structure.message != NULL && is_one_printable_line(package->structure.message));
    must(package->structure.rule == SG_RULE_MALFORMED_PACKAGE || package->structure.rule == SG_RULE_AMBIGUOUS_PACKAGE ||
         package->structure.rule == SG_RULE_PACKAGE_TOO_LARGE);
}

static void check_proven(const uint8_t *data, size_t size, const struct sg_package *package)
{
    struct walked walked;
    must(package->entry_count > 0 && package->unpacked_size <= SG_PACKAGE_UNPACKED_MAX_BYTES);
    must(package->structure.message == NULL && package->structure.rule == SG_RULE_NONE);
    must(package->signature.size <= SG_SIGNATURE_MAX_BYTES);
    if (!walk_directory(data, size, &walked))
        return;
    must(walked.entries == package->entry_count && walked.unpacked_bytes == package->unpacked_size);
    must(walked.has_signature == package->has_signature);
    must(memcmp(walked.content, package->content, sizeof walked.content) == 0);
    if (!walk_stream(data, size, &walked))
        return;
    must(walked.entries == package->entry_count && walked.unpacked_bytes == package->unpacked_size);
    must(memcmp(walked.content, package->content, sizeof walked.content) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_error error = {0};
    struct sg_package package;
    struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    must_do(sg_package_read(sg_span_of(data, size), &arena, &package, &error), error);
    must(package.size == size && package.has_sha256);
    must(package.notices.count <= SG_PACKAGE_MAX_NOTICES);
    for (size_t i = 0; i < package.notices.count; i++)
        must(is_one_printable_line(package.notices.items[i].message));
    if (package.structure.outcome == SG_PROVEN)
        check_proven(data, size, &package);
    else
        check_refuted(&package);
    sg_arena_free(&arena);
    return 0;
}

#ifdef SEALGATE_LIBFUZZER
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    /* One mutation in four stays as it is; of the others, two in three are mended whole. */
    if (seed % 4 != 0)
        mend_archive(data, size, seed / 4 % 3 != 0 ? 0 : seed >> 8);
    return size;
}
#endif
