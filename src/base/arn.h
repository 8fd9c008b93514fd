/*
 * The ARNs of code signing, by their exact grammar (FORMAT.md section 3, AWS.md 1.3, ATTACKS.md CM-47). Parts are borrowed
 * from the text that was parsed.
 */
#ifndef SG_BASE_ARN_H
#define SG_BASE_ARN_H

#include "base/span.h"

/* arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE */
struct sg_arn {
    struct sg_span partition; /* aws, or aws- and letters */
    struct sg_span region;    /* lower-case letters, digits, hyphens */
    struct sg_span account;   /* 12 digits */
    struct sg_span name;      /* profile name; job UUID; "csc-…"; layer name */
    struct sg_span version;   /* profile version; layer version; empty for others */
};

/* arn:P:signer:R:ACCT:/signing-profiles/NAME/VERSION, NAME [A-Za-z0-9_]{2,64}, VERSION [A-Za-z0-9]{10}. */
bool sg_arn_parse_profile_version(struct sg_span text, struct sg_arn *out);
/* The same without /VERSION: what people paste by mistake. */
bool sg_arn_parse_profile(struct sg_span text, struct sg_arn *out);
/* arn:P:signer:R:ACCT:/signing-jobs/UUID, UUID in lower-case hex with hyphens. */
bool sg_arn_parse_job(struct sg_span text, struct sg_arn *out);
/* arn:P:lambda:R:ACCT:code-signing-config:csc-[a-z0-9]{17}. */
bool sg_arn_parse_code_signing_config(struct sg_span text, struct sg_arn *out);
/* arn:P:lambda:R:ACCT:layer:NAME:N. */
bool sg_arn_parse_layer_version(struct sg_span text, struct sg_arn *out);

/* Whether partition, region and account are the same. */
bool sg_arn_same_owner(const struct sg_arn *a, const struct sg_arn *b);

#endif
