/*
 * Every limit of the program, each with its unit and its reason. No other file has a bound of its own.
 */
#ifndef SG_BASE_LIMITS_H
#define SG_BASE_LIMITS_H

/* --- text --------------------------------------------------------------------------------------------------------------- */

/* Bytes of an error message with its NUL: holds a path of PATH_MAX cut to a printable form, plus a sentence. */
#define SG_ERROR_MESSAGE_BYTES 2048
/* Bytes of foreign text that are shown before it is cut and a checksum is shown instead (ATTACKS.md LG-06). */
#define SG_PRINTABLE_INPUT_BYTES 256
/* Bytes of one finding's message or help: a few names of SG_PRINTABLE_INPUT_BYTES, each byte escaped fourfold at worst. */
#define SG_MESSAGE_MAX_BYTES 8192

/* --- packages ----------------------------------------------------------------------------------------------------------- */

/* Unpacked bytes of a function with all its layers: AWS Lambda's quota of 250 MB, which is 250 MiB. */
#define SG_PACKAGE_UNPACKED_MAX_BYTES ((uint64_t)250 * 1024 * 1024)
/* Bytes of a package file: what can unpack to the quota with every entry stored, plus headers. */
#define SG_PACKAGE_MAX_BYTES ((uint64_t)272 * 1024 * 1024)
/* Entries of a package: what a directory without zip64 can count (ATTACKS.md ZA-20). */
#define SG_PACKAGE_MAX_ENTRIES 65535u
/* Unpacked bytes of the signature entry: real ones have about 5 KB (ATTACKS.md ZX-03). */
#define SG_SIGNATURE_MAX_BYTES ((uint64_t)64 * 1024)
/* Bytes of one component of an entry's name, and of a whole name: NAME_MAX, and PATH_MAX without its NUL (ZN-14). */
#define SG_NAME_COMPONENT_MAX_BYTES 255u
#define SG_NAME_MAX_BYTES           4095u
/* Bytes of all names together: 128 for each of 65,535 entries. Folding may make them eleven times as long, and takes time. */
#define SG_PACKAGE_NAMES_MAX_BYTES ((size_t)8 * 1024 * 1024)
/* Components of an entry's name (ZN-14). */
#define SG_NAME_MAX_DEPTH 64u
/* Names that may share one value of the hash that libzip's table uses, before its quadratic cost would be felt (ZX-01). */
#define SG_NAME_HASH_MAX_COLLISIONS 512u
/* Notices kept for one package; the rest is counted. A hostile package must not make a report of any size. */
#define SG_PACKAGE_MAX_NOTICES 20u
/* Bytes inflated at a time: several times a deflate window, small enough for a cache. */
#define SG_INFLATE_CHUNK_BYTES ((size_t)256 * 1024)
/* From so many deflate blocks of fewer than so many packed bytes on average on, zlib inflates alone: real blocks have thousands. */
#define SG_DEFLATE_TINY_BLOCKS      1000u
#define SG_DEFLATE_TINY_BLOCK_BYTES 256u
/* Bytes that may be inflated ahead of the hash, and pieces: enough that neither waits for the other at every turn. */
#define SG_HASHER_RING_BYTES ((size_t)4 * 1024 * 1024)
#define SG_HASHER_PIECES     1024u
/* The hashing thread is woken for so many bytes at once: waking it costs as much as hashing tens of thousands. */
#define SG_HASHER_WAKE_BYTES ((size_t)1024 * 1024)
/* With more than so many bytes before it, it has enough to do, and its caller computes the digests of single files. */
#define SG_HASHER_BUSY_BYTES ((size_t)2 * 1024 * 1024)
/* Bytes of memory for the facts of one package: directory records of 65,535 entries with long names. */
#define SG_PACKAGE_ARENA_MAX_BYTES ((size_t)512 * 1024 * 1024)

/* Bytes around a file name that the scan for swallowed entries sees: the longest component of a name behind its folder, and the
 * local header of a nested archive; ahead of it an extension, the beginning of a file or the folder's name. */
#define SG_SCAN_BEHIND_BYTES ((size_t)320)
#define SG_SCAN_AHEAD_BYTES  ((size_t)288)
/* Bytes of all RECORD files of a package, rows in them, and bytes of the paths they name with their folders: a layer of 334 MiB
 * with 94 Python packages has 4 MB, 38,591 rows and 3 MB. */
#define SG_RECORD_MAX_BYTES       ((size_t)8 * 1024 * 1024)
#define SG_RECORD_MAX_ROWS        131070u
#define SG_RECORD_PATHS_MAX_BYTES ((size_t)16 * 1024 * 1024)

/* --- confined readers --------------------------------------------------------------------------------------------------- */

/* Processor seconds for one package: the largest takes two; a machine may be slow, but nothing takes for ever. */
#define SG_READER_CPU_SECONDS 120
/* Milliseconds to wait for the facts of one package, a slow disk included. */
#define SG_READER_TIMEOUT_MS 300000
/* Bytes of address space beside the package itself: libraries, records of 65,535 entries in two readers, inflating. */
#define SG_READER_MEMORY_BYTES ((uint64_t)512 * 1024 * 1024)
/* Descriptors: standard ones, the package, the answer. */
#define SG_READER_MAX_FILES 16u
/* Bytes of one answer: chain, messages, notices. */
#define SG_READER_ANSWER_MAX_BYTES ((size_t)2 * 1024 * 1024)

/* --- signatures --------------------------------------------------------------------------------------------------------- */

/* Certificates in an envelope: real ones have 4 or 5 (ATTACKS.md CM-35). */
#define SG_ENVELOPE_MAX_CERTIFICATES 16u
/* Signed attributes: real ones have 7 (ATTACKS.md CM-19). */
#define SG_ENVELOPE_MAX_ATTRIBUTES 32u
/* Depth of nested BER values; real ones stay under 12 (ATTACKS.md CM-45). */
#define SG_BER_MAX_DEPTH 32u
/* Bytes of an ARN: AWS's own maximum for a signing profile version ARN (Lambda API model). */
#define SG_ARN_MAX_BYTES 1024u
/* Seconds that a signing time may lie ahead of the clock: clocks of build machines differ (ATTACKS.md CM-32). */
#define SG_CLOCK_SKEW_SECONDS 300
/* Trusted roots of one run. */
#define SG_MAX_ROOTS 64u
/* Months from signing to expiry when the caller of `sign` names none: what AWS Signer uses (FORMAT.md section 4). */
#define SG_DEFAULT_VALIDITY_MONTHS 135

/* --- configuration ------------------------------------------------------------------------------------------------------ */

/* Bytes of a configuration file (CONTRACT.md section 3). */
#define SG_CONFIG_MAX_BYTES ((size_t)1024 * 1024)
/* Nesting of a configuration file; the schema needs 4, and libyaml's cost is quadratic in it (ATTACKS.md YA-05). */
#define SG_CONFIG_MAX_DEPTH 16u
/* Events of a configuration file: a thousand functions with twenty values each, and room. */
#define SG_CONFIG_MAX_EVENTS 200000u
/* Problems reported for one file; the rest is counted. */
#define SG_CONFIG_MAX_PROBLEMS 50u
/* Publishers of one code signing configuration (Lambda API, AllowedPublishers). */
#define SG_CONFIG_MAX_PUBLISHERS 20u
/* Layers of one function (Lambda quota). */
#define SG_CONFIG_MAX_LAYERS 5u
/* Functions or layers of one file: each costs a report entry. */
#define SG_CONFIG_MAX_ARTIFACTS 10000u
/* Revocation sources of one file: each is a connection at the same time. */
#define SG_CONFIG_MAX_SOURCES 32u
/* Spaces, tabs and line breaks in a row: libyaml clears as much memory for every word that follows, so that a long run makes
 * its cost quadratic (measured: 1.2 s for 1 MiB; 0.01 s with this bound). */
#define SG_CONFIG_MAX_BLANK_RUN 1024u
/* Columns of a line shown with a problem; a longer line is cut on both sides of the place. */
#define SG_CONFIG_SHOWN_COLUMNS 100u
/* Bytes of the name of a function, a layer or a code signing configuration: the longest form of a function's name (Lambda API,
 * FunctionName) is shorter. */
#define SG_CONFIG_NAME_MAX_BYTES 256u
/* Bytes of the text of all problems of one file: SG_CONFIG_MAX_PROBLEMS of some 10 KiB at worst. */
#define SG_CONFIG_PROBLEMS_MAX_BYTES ((size_t)1024 * 1024)
/* Bytes of a JSON file with a code signing configuration: 20 publishers with the longest ARNs have 20 KB. */
#define SG_CONFIG_JSON_MAX_BYTES ((size_t)1024 * 1024)
/* Bytes of a lock file: some 20,000 entries of 400 bytes. */
#define SG_LOCK_MAX_BYTES ((size_t)8 * 1024 * 1024)
/* Bytes of a PEM file with roots, and of a key or chain for `sign`. */
#define SG_PEM_MAX_BYTES ((size_t)1024 * 1024)
/* Memory for one configuration: every value once, places, and problems. */
#define SG_CONFIG_ARENA_MAX_BYTES ((size_t)64 * 1024 * 1024)

/* --- network ------------------------------------------------------------------------------------------------------------ */

/* Bytes of a revocation list or CRL: a CRL of 300,000 certificates. */
#define SG_REVOCATION_MAX_BYTES ((size_t)16 * 1024 * 1024)
/* Seconds for which a cached answer may be used without asking, whatever the server allowed: a cache that travels with a
 * repository or between jobs must not hide a revocation for weeks. */
#define SG_CACHE_MAX_FRESH_SECONDS (24 * 60 * 60)
/* Bytes of a URL. */
#define SG_URL_MAX_BYTES 2048u
/* Bytes of all response headers, and of one value that is kept. */
#define SG_HTTP_HEADERS_MAX_BYTES ((size_t)64 * 1024)
#define SG_HTTP_HEADER_MAX_BYTES  1024u
/* Default and largest time for one source with its retries, in milliseconds. */
#define SG_SOURCE_TIMEOUT_MS     10000
#define SG_SOURCE_TIMEOUT_MAX_MS 600000
/* Milliseconds to connect, within the time above. */
#define SG_CONNECT_TIMEOUT_MS 5000
/* Bytes of a signed request without its body: a URL, and a session token of several thousand. */
#define SG_SIGV4_MAX_BYTES ((size_t)256 * 1024)
/* Connections that stay open between requests, to all hosts together. */
#define SG_HTTP_KEPT_CONNECTIONS 48u
/* Back-off between tries, in milliseconds: first upper bound, largest upper bound (full jitter below them). */
#define SG_BACKOFF_FIRST_MS 200
#define SG_BACKOFF_MAX_MS   5000
/* Milliseconds that must be left for one more try: less would only turn the true cause into a time-out. */
#define SG_HTTP_MIN_TRY_MS 100
/* Tries for one request, the first included. */
#define SG_HTTP_MAX_TRIES 6u
/* An answer slower than so many bytes a second for so many seconds is given up and tried again (ATTACKS.md HT-06). */
#define SG_LOW_SPEED_BYTES_PER_SECOND 100
#define SG_LOW_SPEED_SECONDS          5
/* Bytes of the line before the body in a cache file: a URL, two validators, escaped, and a few numbers. */
#define SG_CACHE_HEADER_MAX_BYTES ((size_t)16 * 1024)
/* Seconds that a server can let its answer be kept: what RFC 9111 section 1.2.2 has a number that is too large count as. */
#define SG_CACHE_MAX_AGE_SECONDS ((int64_t)2147483648)
/* Entries of a revocation list: a list of SG_REVOCATION_MAX_BYTES with short entries. Each costs a JSON object in memory. */
#define SG_LIST_MAX_ENTRIES 200000u
/* Memory for one parsed revocation list: its text once, and a record for each entry. */
#define SG_LIST_ARENA_MAX_BYTES ((size_t)128 * 1024 * 1024)

/* --- reports ------------------------------------------------------------------------------------------------------------ */

/* Columns of the text report: what a CI's log shows without wrapping. */
#define SG_TEXT_COLUMNS 100u
/* Columns that names of artifacts are aligned to; a wider one pushes only its own line. */
#define SG_TEXT_NAME_MAX_COLUMNS 40u
/* Annotations of each severity that one GitHub step shows is 10; the runner may add one of its own (CI.md 1.1). */
#define SG_GITHUB_MAX_ANNOTATIONS 9u
/* Bytes of one annotation's message; the runner cuts at 4,096 characters. */
#define SG_GITHUB_MESSAGE_MAX_BYTES 4000u
/* Bytes of the step summary; over 1,048,576 the runner drops it whole. */
#define SG_GITHUB_SUMMARY_MAX_BYTES ((size_t)1000000)
/* Bytes of one report held in memory before it is written. */
#define SG_REPORT_MAX_BYTES ((size_t)256 * 1024 * 1024)
/* Reports of one run (-o given this often). */
#define SG_MAX_OUTPUTS 16u
/* Packages verified at once. */
#define SG_MAX_JOBS 256u

#endif
