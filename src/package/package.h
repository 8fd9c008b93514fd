/*
 * A package in memory: is it well formed and unambiguous, what is its digest, where is its signature.
 *
 * The strict structure pass (profile P1, ATTACKS.md sections 0 and 1) reads the bytes once; libzip, the second reader, must
 * see the same entries; every entry is inflated within its declared size and its CRC compared; the digest runs over all of
 * them in archive order (FORMAT.md section 2).
 *
 * Thread-safe: packages share nothing.
 */
#ifndef SG_PACKAGE_PACKAGE_H
#define SG_PACKAGE_PACKAGE_H

#include "base/proof.h"
#include "crypto/hasher.h"

struct sg_package {
    struct sg_proof structure;       /* malformed-package, ambiguous-package, package-too-large */
    uint64_t size;                   /* bytes of the file */
    bool has_sha256;                 /* false only for a file too large to be read */
    uint8_t sha256[SG_SHA256_BYTES]; /* of the file: Lambda's CodeSha256 */
    size_t entry_count;
    uint64_t unpacked_size;           /* bytes of all bodies, the signature's included */
    uint8_t content[SG_SHA384_BYTES]; /* content digest; valid once `structure` is proven */
    bool has_folder;                  /* META_INF/ is there */
    bool has_signature;               /* the signature entry is there */
    struct sg_span signature;         /* its unpacked bytes, borrowed from the arena */
    struct sg_notices notices;
};

/* The name of the signature entry and of the folder that AWS Signer adds with it (FORMAT.md section 1). */
#define SG_SIGNATURE_FOLDER "META_INF/"
#define SG_SIGNATURE_NAME   "META_INF/aws_signer_signature_v1.0.SF"

/* Reads the package in `bytes`. Facts live in `arena`. Errors only when memory or a library fails; a bad package is a refuted
 * proof. size and sha256 are set whatever the proof says. */
SG_RESULT sg_package_read(struct sg_span bytes, struct sg_arena *arena, struct sg_package *out, struct sg_error *error);

/* The same with a hasher that has hashed nothing yet and is not used again. It may have a thread of its own. */
SG_RESULT sg_package_read_with(struct sg_span bytes, struct sg_hasher *hasher, struct sg_arena *arena,
                               struct sg_package *out, struct sg_error *error);

/* Versions of the libraries in use. Borrowed for ever. */
const char *sg_package_libzip_version(void);
const char *sg_package_zlib_version(void);

#endif
