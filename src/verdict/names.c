#include "verdict/verdict.h"

const char *sg_status_name(enum sg_status status)
{
    static const char *const names[] = {
        [SG_STATUS_UNDECIDED] = "undecided",
        [SG_STATUS_PASS] = "pass",
        [SG_STATUS_FAIL] = "fail",
        [SG_STATUS_SKIPPED] = "skipped",
    };
    return names[status];
}

const char *sg_signature_status_name(enum sg_signature_status status)
{
    static const char *const names[] = {
        [SG_SIGNATURE_UNDECIDED] = "UNDECIDED",
        [SG_SIGNATURE_VALID] = "VALID",
        [SG_SIGNATURE_INVALID] = "INVALID",
        [SG_SIGNATURE_EXPIRED] = "EXPIRED",
        [SG_SIGNATURE_MISMATCH] = "MISMATCH",
        [SG_SIGNATURE_REVOKED] = "REVOKED",
        [SG_SIGNATURE_NOT_APPLICABLE] = "NOT_APPLICABLE",
    };
    return names[status];
}

const char *sg_action_name(enum sg_action action)
{
    static const char *const names[] = {
        [SG_ACTION_UNDECIDED] = "undecided",
        [SG_ACTION_ALLOW] = "allow",
        [SG_ACTION_WARN] = "warn",
        [SG_ACTION_BLOCK] = "block",
    };
    return names[action];
}

const char *sg_level_name(enum sg_level level)
{
    static const char *const names[] = {
        [SG_LEVEL_ERROR] = "error",
        [SG_LEVEL_WARNING] = "warning",
        [SG_LEVEL_NOTICE] = "notice",
    };
    return names[level];
}
