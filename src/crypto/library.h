/*
 * OpenSSL made ready for the process. Call sg_crypto_start before any thread and before libcurl: it keeps OpenSSL from
 * reading a configuration file that the environment names (ATTACKS.md TC-09).
 */
#ifndef SG_CRYPTO_LIBRARY_H
#define SG_CRYPTO_LIBRARY_H

#include "base/result.h"

SG_RESULT sg_crypto_start(struct sg_error *error);

/* Once OpenSSL has lacked memory, everything that judges with it fails with MEMORY for the rest of the process. This makes it
 * judge again; only for tests that take memory away on purpose. */
void sg_crypto_forget_memory_lack(void);

/* Version of the OpenSSL library in use: "3.0.19". Borrowed for ever. */
const char *sg_crypto_version(void);

/* A sentence when the library in use has a known flaw that matters here (CVE-2026-45447, fixed in 3.0.21), else NULL. */
const char *sg_crypto_known_flaw(void);

#endif
