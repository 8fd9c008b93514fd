/*
 * The rules of the gate (CONTRACT.md section 4): what a finding can be. One row each: identifier, name in reports, the check
 * it belongs to. The texts that explain them are in report/explain.h.
 */
#ifndef SG_BASE_RULE_H
#define SG_BASE_RULE_H

#include "base/span.h"

enum sg_check {
    SG_CHECK_INTEGRITY,
    SG_CHECK_EXPIRY,
    SG_CHECK_MISMATCH,
    SG_CHECK_REVOCATION,
    SG_CHECK_COUNT,
};

#define SG_RULES(X)                                                                                                    \
    X(UNREADABLE_ARTIFACT, "unreadable-artifact", INTEGRITY)                                                           \
    X(MALFORMED_PACKAGE, "malformed-package", INTEGRITY)                                                               \
    X(AMBIGUOUS_PACKAGE, "ambiguous-package", INTEGRITY)                                                               \
    X(PACKAGE_TOO_LARGE, "package-too-large", INTEGRITY)                                                               \
    X(MALFORMED_SIGNATURE, "malformed-signature", INTEGRITY)                                                           \
    X(SIGNATURE_INVALID, "signature-invalid", INTEGRITY)                                                               \
    X(UNTRUSTED_ROOT, "untrusted-root", INTEGRITY)                                                                     \
    X(SIGNED_IN_FUTURE, "signed-in-future", INTEGRITY)                                                                 \
    X(CONTENT_MODIFIED, "content-modified", INTEGRITY)                                                                 \
    X(PIN_MISMATCH, "pin-mismatch", INTEGRITY)                                                                         \
    X(NOT_LOCKED, "not-locked", INTEGRITY)                                                                             \
    X(SIGNATURE_EXPIRED, "signature-expired", EXPIRY)                                                                  \
    X(UNSIGNED, "unsigned", MISMATCH)                                                                                  \
    X(PUBLISHER_NOT_ALLOWED, "publisher-not-allowed", MISMATCH)                                                        \
    X(JOB_REVOKED, "job-revoked", REVOCATION)                                                                          \
    X(PROFILE_REVOKED, "profile-revoked", REVOCATION)                                                                  \
    X(CERTIFICATE_REVOKED, "certificate-revoked", REVOCATION)                                                          \
    X(REVOCATION_UNAVAILABLE, "revocation-unavailable", REVOCATION)                                                    \
    X(REVOCATION_NOT_CHECKED, "revocation-not-checked", REVOCATION)                                                    \
    X(SUSPICIOUS_CONTENT, "suspicious-content", INTEGRITY)                                                             \
    X(UNUSUAL_PACKAGE, "unusual-package", INTEGRITY)                                                                   \
    X(IMAGE_NOT_SUPPORTED, "image-not-supported", MISMATCH)

enum sg_rule {
    SG_RULE_NONE = 0,
#define SG_RULE_ENUM(id, name, check) SG_RULE_##id,
    SG_RULES(SG_RULE_ENUM)
#undef SG_RULE_ENUM
        SG_RULE_COUNT,
};

/* "content-modified"; NULL for SG_RULE_NONE. */
const char *sg_rule_name(enum sg_rule rule);
enum sg_check sg_rule_check(enum sg_rule rule);
/* SG_RULE_NONE when no rule has this name. */
enum sg_rule sg_rule_by_name(struct sg_span name);
/* "integrity", "expiry", "mismatch", "revocation". */
const char *sg_check_name(enum sg_check check);

#endif
