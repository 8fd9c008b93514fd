#include "verdict/findings.h"

#include <stdarg.h>

#include "base/arn.h"
#include "base/printable.h"

static sg_result add_finding(struct sg_case *the_case, const struct sg_finding *finding)
{
    struct sg_judgement *judgement = the_case->judgement;
    void *items = judgement->findings;
    void *item = NULL;
    SG_TRY(sg_arena_push(the_case->arena, &items, &judgement->finding_count, &judgement->finding_capacity,
                         sizeof *finding, &item, the_case->error));
    judgement->findings = items;
    *(struct sg_finding *)item = *finding;
    return SG_OK;
}

static sg_result report(struct sg_case *the_case, enum sg_rule rule, enum sg_level level, const char *detail,
                        const char *message)
{
    struct sg_finding finding = {
        .rule = rule, .check = sg_rule_check(rule), .level = level, .message = message, .detail = detail};
    SG_TRY(sg_case_help(the_case, rule, &finding.help));
    return add_finding(the_case, &finding);
}

static void settle(struct sg_case *the_case, enum sg_rule rule, enum sg_status status, const char *message)
{
    struct sg_check_result *check = &the_case->judgement->checks[sg_rule_check(rule)];
    if (check->status == SG_STATUS_FAIL)
        return;
    *check = (struct sg_check_result){.status = status, .rule = rule, .message = message};
}

sg_result sg_case_fail(struct sg_case *the_case, enum sg_rule rule, enum sg_level level, const char *detail,
                       const char *format, ...)
{
    const char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    sg_result made = sg_arena_vprintf(the_case->arena, &message, the_case->error, format, arguments);
    va_end(arguments);
    SG_TRY(made);
    settle(the_case, rule, SG_STATUS_FAIL, message);
    return report(the_case, rule, level, detail, message);
}

sg_result sg_case_undecided(struct sg_case *the_case, enum sg_rule rule, enum sg_level level, const char *format, ...)
{
    const char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    sg_result made = sg_arena_vprintf(the_case->arena, &message, the_case->error, format, arguments);
    va_end(arguments);
    SG_TRY(made);
    settle(the_case, rule, SG_STATUS_UNDECIDED, message);
    return report(the_case, rule, level, NULL, message);
}

sg_result sg_case_notice(struct sg_case *the_case, enum sg_rule rule, const char *format, ...)
{
    const char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    sg_result made = sg_arena_vprintf(the_case->arena, &message, the_case->error, format, arguments);
    va_end(arguments);
    SG_TRY(made);
    return report(the_case, rule, SG_LEVEL_NOTICE, NULL, message);
}

sg_result sg_case_short_profile(const struct sg_case *the_case, const char *arn, const char **out)
{
    struct sg_arn parsed;
    if (!sg_arn_parse_profile_version(sg_span_text(arn), &parsed))
        return sg_arena_text(the_case->arena, sg_span_text(arn), out, the_case->error);
    return sg_arena_printf(the_case->arena, out, the_case->error, "%.*s/%.*s", (int)parsed.name.size,
                           (const char *)parsed.name.data, (int)parsed.version.size, (const char *)parsed.version.data);
}

sg_result sg_case_short_job(const struct sg_case *the_case, const char *arn, const char **out)
{
    struct sg_arn parsed;
    bool fits = sg_arn_parse_job(sg_span_text(arn), &parsed);
    return sg_arena_text(the_case->arena, fits ? parsed.name : sg_span_text(arn), out, the_case->error);
}

/* --- how to mend -------------------------------------------------------------------------------------------------------- */

/* The first publisher's profile name: whom to sign with when nobody allowed did. */
static sg_result first_profile(const struct sg_case *the_case, const char **out)
{
    struct sg_arn arn;
    if (the_case->config->publisher_count == 0 ||
        !sg_arn_parse_profile_version(sg_span_text(the_case->config->publishers[0]), &arn))
        return sg_arena_text(the_case->arena, SG_SPAN_LITERAL("an allowed one"), out, the_case->error);
    return sg_arena_text(the_case->arena, arn.name, out, the_case->error);
}

static const char *fixed_help(enum sg_rule rule)
{
    switch (rule) {
    case SG_RULE_UNREADABLE_ARTIFACT:
        return "build the package before this step, or correct `code` in the configuration";
    case SG_RULE_MALFORMED_PACKAGE:
    case SG_RULE_AMBIGUOUS_PACKAGE:
        return "build the zip with a common packager in one go, sign that, and let nothing rewrite it afterwards";
    case SG_RULE_PACKAGE_TOO_LARGE:
        return "make the package smaller: Lambda takes 250 MB unpacked, layers included";
    case SG_RULE_MALFORMED_SIGNATURE:
    case SG_RULE_SIGNATURE_INVALID:
        return "sign the package again with AWS Signer (or `sealgate sign`); a signature cannot be repaired";
    case SG_RULE_UNTRUSTED_ROOT:
        return "sign with AWS Signer; or, if this root is your own, name its PEM file in trust.roots";
    case SG_RULE_SIGNED_IN_FUTURE:
        return "correct the clock of this machine or of the one that signed, or drop --now";
    case SG_RULE_CONTENT_MODIFIED:
        return "build and sign again; nothing may touch the zip between signing and deploying";
    case SG_RULE_PIN_MISMATCH:
        return "deploy the package that was pinned, or review the new one and set code_sha256 to its value";
    case SG_RULE_NOT_LOCKED:
        return "review the package, then run `sealgate lock` and commit what it wrote";
    case SG_RULE_SIGNATURE_EXPIRED:
        return "sign the package again; consider a longer validity period in the signing profile";
    case SG_RULE_JOB_REVOKED:
    case SG_RULE_PROFILE_REVOKED:
    case SG_RULE_CERTIFICATE_REVOKED:
        return "find out why it was revoked; then build from trusted sources and sign with a profile that is not "
               "revoked";
    case SG_RULE_REVOCATION_UNAVAILABLE:
        return "make the source reachable and current, then run again; `revocation.on_unavailable: warn` lets it pass";
    case SG_RULE_SUSPICIOUS_CONTENT:
    case SG_RULE_UNUSUAL_PACKAGE:
        return "if this is not what your packager does, find out who made the package, and build it anew";
    case SG_RULE_IMAGE_NOT_SUPPORTED:
        return "sign container images with Notation or cosign and verify them where they are deployed";
    case SG_RULE_REVOCATION_NOT_CHECKED:
        return "name at least one source in revocation.sources";
    case SG_RULE_NONE:
    case SG_RULE_UNSIGNED:
    case SG_RULE_PUBLISHER_NOT_ALLOWED:
    case SG_RULE_COUNT:
        return "";
    }
    return "";
}

/* Whether a pin of the configuration was met, so that it must be the lock's that was not. */
static bool pinned_by_lock(const struct sg_case *the_case)
{
    const struct sg_artifact *artifact = the_case->artifact;
    return !artifact->has_pin || memcmp(artifact->pin, the_case->facts->package.sha256, sizeof artifact->pin) == 0;
}

sg_result sg_case_help(const struct sg_case *the_case, enum sg_rule rule, const char **out)
{
    struct sg_printable code;
    const char *profile = NULL;
    const char *path = the_case->artifact->code != NULL ? the_case->artifact->code : "";
    if (rule == SG_RULE_UNSIGNED) {
        SG_TRY(first_profile(the_case, &profile));
        return sg_arena_printf(the_case->arena, out, the_case->error,
                               "sign %s with profile %s (`aws signer start-signing-job`) and deploy the signed object",
                               sg_printable_text(&code, path), profile);
    }
    if (rule == SG_RULE_PUBLISHER_NOT_ALLOWED) {
        SG_TRY(first_profile(the_case, &profile));
        return sg_arena_printf(
            the_case->arena, out, the_case->error, "sign %s with profile %s, or add %s to allowed_publishers",
            sg_printable_text(&code, path), profile, the_case->facts->envelope.claims.profile_version_arn);
    }
    *out = fixed_help(rule);
    if (rule == SG_RULE_PIN_MISMATCH && pinned_by_lock(the_case))
        *out = "deploy the package that was locked, or review the new one and run `sealgate lock`";
    return SG_OK;
}
