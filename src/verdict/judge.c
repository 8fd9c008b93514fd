/* CONTRACT.md section 4, check by check: integrity, expiry, mismatch, revocation, then status and action. */
#include "base/printable.h"
#include "verdict/findings.h"

static struct sg_check_result *check_of(struct sg_case *the_case, enum sg_check check)
{
    return &the_case->judgement->checks[check];
}

static void skip(struct sg_case *the_case, enum sg_check check)
{
    *check_of(the_case, check) = (struct sg_check_result){.status = SG_STATUS_SKIPPED};
}

static void skip_policy_checks(struct sg_case *the_case)
{
    skip(the_case, SG_CHECK_EXPIRY);
    skip(the_case, SG_CHECK_MISMATCH);
    skip(the_case, SG_CHECK_REVOCATION);
}

/* Level of a failure that the policy may let pass. */
static enum sg_level policy_level(const struct sg_case *the_case)
{
    return the_case->enforce ? SG_LEVEL_ERROR : SG_LEVEL_WARNING;
}

/* --- integrity ---------------------------------------------------------------------------------------------------------- */

/* The words of the envelope's own refutation, or better ones where the facts allow them. */
static sg_result report_envelope(struct sg_case *the_case, const struct sg_proof *proof)
{
    const struct sg_signature *claims = &the_case->facts->envelope.claims;
    char date[SG_TIME_TEXT_BYTES];
    const char *job = NULL;
    if (proof->rule != SG_RULE_CONTENT_MODIFIED)
        return sg_case_fail(the_case, proof->rule, SG_LEVEL_ERROR, NULL, "%s", proof->message);
    SG_TRY(sg_case_short_job(the_case, claims->job_arn, &job));
    return sg_case_fail(
        the_case, SG_RULE_CONTENT_MODIFIED, SG_LEVEL_ERROR, NULL,
        "the content is not what job %s signed on %s; a file was changed, renamed, added, removed or moved "
        "since",
        job, sg_time_format_date(claims->signed_at, date));
}

/* A signing time ahead of the clock is no time at which anything can have been signed (ATTACKS.md CM-32). */
static sg_result check_signing_time(struct sg_case *the_case)
{
    const struct sg_time signed_at = the_case->facts->envelope.claims.signed_at;
    struct sg_time latest = sg_time_plus(the_case->judging->now, SG_CLOCK_SKEW_SECONDS);
    char signing[SG_TIME_TEXT_BYTES];
    char now[SG_TIME_TEXT_BYTES];
    if (sg_time_compare(signed_at, latest) <= 0)
        return SG_OK;
    return sg_case_fail(the_case, SG_RULE_SIGNED_IN_FUTURE, SG_LEVEL_ERROR, NULL,
                        "the signing time %s lies after the time of this judgement, %s",
                        sg_time_format_rfc3339(signed_at, signing),
                        sg_time_format_rfc3339(the_case->judging->now, now));
}

static sg_result check_pin(struct sg_case *the_case)
{
    const struct sg_package *package = &the_case->facts->package;
    char wanted[SG_SHA256_BASE64_BYTES];
    char found[SG_SHA256_BASE64_BYTES];
    if (!the_case->artifact->has_pin)
        return SG_OK;
    /* A file too large to be read has failed already; what its digest is, nobody knows. */
    if (!package->has_sha256 || memcmp(package->sha256, the_case->artifact->pin, sizeof package->sha256) == 0)
        return SG_OK;
    return sg_case_fail(the_case, SG_RULE_PIN_MISMATCH, SG_LEVEL_ERROR, NULL,
                        "the package's CodeSha256 is %s, but code_sha256 pins %s",
                        sg_sha256_base64(package->sha256, found), sg_sha256_base64(the_case->artifact->pin, wanted));
}

/* Every fact about the signature that integrity needs. */
static bool signature_proven(const struct sg_case *the_case)
{
    return the_case->facts->package.structure.outcome == SG_PROVEN && the_case->facts->package.has_signature &&
           sg_envelope_proven(&the_case->facts->envelope);
}

/* What the lock says of this artifact; NULL when there is no lock, or no entry in it. */
static const struct sg_lock_entry *locked_entry(const struct sg_case *the_case)
{
    return sg_lock_find(the_case->judging->lock, the_case->artifact->kind, the_case->artifact->name);
}

static sg_result report_not_locked(struct sg_case *the_case)
{
    struct sg_printable path;
    struct sg_printable name;
    static const char format[] = "%s has no entry for %s %s";
    const char *kind = the_case->artifact->kind == SG_FUNCTION ? "function" : "layer";
    sg_printable_text(&path, the_case->judging->lock->path);
    sg_printable_text(&name, the_case->artifact->name);
    return the_case->judging->frozen
               ? sg_case_fail(the_case, SG_RULE_NOT_LOCKED, SG_LEVEL_ERROR, NULL, format, path.text, kind, name.text)
               : sg_case_notice(the_case, SG_RULE_NOT_LOCKED, format, path.text, kind, name.text);
}

/* Other bytes of the same signing job: what was signed is the same, so that somebody cut or packed it anew (ATTACKS.md section
 * 3). Only a signature that is proven says so. */
static bool same_job(const struct sg_case *the_case, const struct sg_lock_entry *entry)
{
    return signature_proven(the_case) && strcmp(the_case->facts->envelope.claims.job_arn, entry->job_arn) == 0;
}

static sg_result check_lock(struct sg_case *the_case)
{
    const struct sg_package *package = &the_case->facts->package;
    const struct sg_lock_entry *entry = locked_entry(the_case);
    char wanted[SG_SHA256_BASE64_BYTES];
    char found[SG_SHA256_BASE64_BYTES];
    struct sg_printable path;
    const char *job = NULL;
    if (the_case->judging->lock == NULL)
        return SG_OK;
    if (entry == NULL)
        return report_not_locked(the_case);
    if (!package->has_sha256 || memcmp(package->sha256, entry->code_sha256, sizeof package->sha256) == 0)
        return SG_OK;
    SG_TRY(sg_case_short_job(the_case, entry->job_arn, &job));
    bool same = same_job(the_case, entry);
    return sg_case_fail(
        the_case, SG_RULE_PIN_MISMATCH, SG_LEVEL_ERROR, NULL, "the package's CodeSha256 is %s, but %s pins %s%s%s%s",
        sg_sha256_base64(package->sha256, found), sg_printable_text(&path, the_case->judging->lock->path),
        sg_sha256_base64(entry->code_sha256, wanted), same ? "; both are of signing job " : "", same ? job : "",
        same ? ": its content was cut or packed anew under the same signature" : "");
}

/* What changes nothing by itself; under `strict: true` each is a failure (ATTACKS.md, amendment a). */
static sg_result report_notices(struct sg_case *the_case, const struct sg_notices *notices)
{
    for (size_t i = 0; i < notices->count; i++) {
        const struct sg_notice *notice = &notices->items[i];
        SG_TRY(the_case->judging->strict
                   ? sg_case_fail(the_case, notice->rule, SG_LEVEL_ERROR, NULL, "%s", notice->message)
                   : sg_case_notice(the_case, notice->rule, "%s", notice->message));
    }
    if (notices->left_out == 0)
        return SG_OK;
    static const char format[] = "%zu more notices of this kind were left out";
    return the_case->judging->strict
               ? sg_case_fail(the_case, SG_RULE_UNUSUAL_PACKAGE, SG_LEVEL_ERROR, NULL, format, notices->left_out)
               : sg_case_notice(the_case, SG_RULE_UNUSUAL_PACKAGE, format, notices->left_out);
}

/* The claims count only once signature and chain are proven; until then their refutation is all that can be said. */
static sg_result check_envelope(struct sg_case *the_case)
{
    const struct sg_envelope *envelope = &the_case->facts->envelope;
    const struct sg_proof *refutation = sg_envelope_refutation(envelope);
    if (envelope->chain.outcome == SG_PROVEN)
        SG_TRY(check_signing_time(the_case));
    if (refutation != NULL)
        SG_TRY(report_envelope(the_case, refutation));
    return report_notices(the_case, &envelope->notices);
}

static sg_result check_integrity(struct sg_case *the_case)
{
    const struct sg_package *package = &the_case->facts->package;
    if (package->structure.outcome == SG_REFUTED)
        SG_TRY(sg_case_fail(the_case, package->structure.rule, SG_LEVEL_ERROR, NULL, "%s", package->structure.message));
    else if (package->has_signature)
        SG_TRY(check_envelope(the_case));
    SG_TRY(check_pin(the_case));
    SG_TRY(check_lock(the_case));
    SG_TRY(report_notices(the_case, &package->notices));
    struct sg_check_result *check = check_of(the_case, SG_CHECK_INTEGRITY);
    if (check->status == SG_STATUS_FAIL)
        return SG_OK;
    if (package->structure.outcome == SG_PROVEN && !package->has_signature)
        skip(the_case, SG_CHECK_INTEGRITY);
    else if (signature_proven(the_case))
        /* The one place where the check passes. */
        check->status = SG_STATUS_PASS;
    return SG_OK;
}

/* --- the checks that the policy governs --------------------------------------------------------------------------------- */

static sg_result check_expiry(struct sg_case *the_case)
{
    const struct sg_signature *claims = &the_case->facts->envelope.claims;
    char expiry[SG_TIME_TEXT_BYTES];
    char signing[SG_TIME_TEXT_BYTES];
    if (sg_time_compare(the_case->judging->now, claims->expires_at) < 0) {
        check_of(the_case, SG_CHECK_EXPIRY)->status = SG_STATUS_PASS;
        return SG_OK;
    }
    return sg_case_fail(the_case, SG_RULE_SIGNATURE_EXPIRED, policy_level(the_case), NULL,
                        "the signature of %s expired on %s", sg_time_format_date(claims->signed_at, signing),
                        sg_time_format_rfc3339(claims->expires_at, expiry));
}

static bool publisher_allowed(const struct sg_case *the_case)
{
    struct sg_span found = sg_span_text(the_case->facts->envelope.claims.profile_version_arn);
    for (size_t i = 0; i < the_case->config->publisher_count; i++) {
        if (sg_span_equal(found, sg_span_text(the_case->config->publishers[i])))
            return true;
    }
    return false;
}

/* "allowed: Release/AbCdEf0123, Hotfix/…": the short names of up to SHOWN publishers. */
static sg_result describe_allowed(struct sg_case *the_case, const char **out)
{
    enum { SHOWN = 5 };
    const char *text = "allowed: ";
    for (size_t i = 0; i < the_case->config->publisher_count && i < SHOWN; i++) {
        const char *name = NULL;
        SG_TRY(sg_case_short_profile(the_case, the_case->config->publishers[i], &name));
        SG_TRY(sg_arena_printf(the_case->arena, &text, the_case->error, "%s%s%s", text, i > 0 ? ", " : "", name));
    }
    if (the_case->config->publisher_count > SHOWN)
        SG_TRY(sg_arena_printf(the_case->arena, &text, the_case->error, "%s and %zu more", text,
                               the_case->config->publisher_count - SHOWN));
    *out = text;
    return SG_OK;
}

static sg_result check_mismatch(struct sg_case *the_case)
{
    const char *detail = NULL;
    const char *found = NULL;
    struct sg_printable shown;
    if (publisher_allowed(the_case)) {
        check_of(the_case, SG_CHECK_MISMATCH)->status = SG_STATUS_PASS;
        return SG_OK;
    }
    SG_TRY(describe_allowed(the_case, &detail));
    SG_TRY(sg_case_short_profile(the_case, the_case->facts->envelope.claims.profile_version_arn, &found));
    return sg_case_fail(the_case, SG_RULE_PUBLISHER_NOT_ALLOWED, policy_level(the_case), detail,
                        "signed by %s, which `%s` does not allow", found,
                        sg_printable_text(&shown, the_case->config->name));
}

static sg_result report_unsigned(struct sg_case *the_case)
{
    const char *detail = NULL;
    SG_TRY(describe_allowed(the_case, &detail));
    skip(the_case, SG_CHECK_EXPIRY);
    skip(the_case, SG_CHECK_REVOCATION);
    return sg_case_fail(the_case, SG_RULE_UNSIGNED, policy_level(the_case), detail, "the package has no signature");
}

static sg_result check_revocation(struct sg_case *the_case)
{
    const struct sg_proof *proof = &the_case->facts->revocation;
    struct sg_check_result *check = check_of(the_case, SG_CHECK_REVOCATION);
    if (!the_case->judging->revocation_configured) {
        *check = (struct sg_check_result){.status = SG_STATUS_SKIPPED,
                                          .rule = SG_RULE_REVOCATION_NOT_CHECKED,
                                          .message = "no revocation source is configured"};
        return SG_OK;
    }
    if (proof->outcome == SG_REFUTED)
        return sg_case_fail(the_case, proof->rule, policy_level(the_case), NULL, "%s", proof->message);
    if (proof->outcome == SG_PROVEN) {
        check->status = SG_STATUS_PASS;
        return SG_OK;
    }
    bool passes = !the_case->enforce || the_case->judging->unavailable_warns;
    return sg_case_undecided(the_case, SG_RULE_REVOCATION_UNAVAILABLE, passes ? SG_LEVEL_WARNING : SG_LEVEL_ERROR,
                             "it is not known whether the signature was revoked: %s",
                             proof->message != NULL ? proof->message : "no source was asked");
}

static sg_result check_policy(struct sg_case *the_case)
{
    enum sg_status integrity = check_of(the_case, SG_CHECK_INTEGRITY)->status;
    if (integrity == SG_STATUS_PASS) {
        SG_TRY(check_expiry(the_case));
        SG_TRY(check_mismatch(the_case));
        return check_revocation(the_case);
    }
    if (integrity == SG_STATUS_SKIPPED)
        return report_unsigned(the_case);
    /* Nothing in the package is proven. */
    skip_policy_checks(the_case);
    return SG_OK;
}

/* --- status and action -------------------------------------------------------------------------------------------------- */

static bool has_status(const struct sg_judgement *judgement, enum sg_check check, enum sg_status status)
{
    return judgement->checks[check].status == status;
}

static bool any_undecided(const struct sg_judgement *judgement)
{
    for (int check = 0; check < SG_CHECK_COUNT; check++) {
        if (judgement->checks[check].status == SG_STATUS_UNDECIDED)
            return true;
    }
    return false;
}

static enum sg_signature_status status_of(const struct sg_judgement *judgement)
{
    if (has_status(judgement, SG_CHECK_INTEGRITY, SG_STATUS_FAIL))
        return SG_SIGNATURE_INVALID;
    if (has_status(judgement, SG_CHECK_EXPIRY, SG_STATUS_FAIL))
        return SG_SIGNATURE_EXPIRED;
    if (has_status(judgement, SG_CHECK_MISMATCH, SG_STATUS_FAIL))
        return SG_SIGNATURE_MISMATCH;
    if (has_status(judgement, SG_CHECK_REVOCATION, SG_STATUS_FAIL))
        return SG_SIGNATURE_REVOKED;
    return any_undecided(judgement) ? SG_SIGNATURE_UNDECIDED : SG_SIGNATURE_VALID;
}

static enum sg_action action_of(const struct sg_case *the_case)
{
    const struct sg_judgement *judgement = the_case->judgement;
    bool failed = has_status(judgement, SG_CHECK_EXPIRY, SG_STATUS_FAIL) ||
                  has_status(judgement, SG_CHECK_MISMATCH, SG_STATUS_FAIL) ||
                  has_status(judgement, SG_CHECK_REVOCATION, SG_STATUS_FAIL);
    if (has_status(judgement, SG_CHECK_INTEGRITY, SG_STATUS_FAIL) || (failed && the_case->enforce))
        return SG_ACTION_BLOCK;
    bool passes = !the_case->enforce || the_case->judging->unavailable_warns;
    if (has_status(judgement, SG_CHECK_INTEGRITY, SG_STATUS_UNDECIDED) || (any_undecided(judgement) && !passes))
        return SG_ACTION_UNDECIDED;
    return failed || any_undecided(judgement) ? SG_ACTION_WARN : SG_ACTION_ALLOW;
}

static sg_result judge_image(struct sg_case *the_case)
{
    skip(the_case, SG_CHECK_INTEGRITY);
    skip_policy_checks(the_case);
    SG_TRY(sg_case_notice(the_case, SG_RULE_IMAGE_NOT_SUPPORTED,
                          "a container image cannot be signed for Lambda's code signing; nothing was checked"));
    the_case->judgement->signature_status = SG_SIGNATURE_NOT_APPLICABLE;
    the_case->judgement->action = SG_ACTION_ALLOW;
    return SG_OK;
}

static sg_result judge_unreadable(struct sg_case *the_case)
{
    skip_policy_checks(the_case);
    const char *why = the_case->facts->unreadable;
    SG_TRY(sg_case_undecided(the_case, SG_RULE_UNREADABLE_ARTIFACT, SG_LEVEL_ERROR, "%s",
                             why != NULL ? why : "the package was not read"));
    the_case->judgement->signature_status = SG_SIGNATURE_UNDECIDED;
    the_case->judgement->action = SG_ACTION_UNDECIDED;
    return SG_OK;
}

static sg_result judge_package(struct sg_case *the_case)
{
    SG_TRY(check_integrity(the_case));
    SG_TRY(check_policy(the_case));
    the_case->judgement->signature_status = status_of(the_case->judgement);
    the_case->judgement->action = action_of(the_case);
    return SG_OK;
}

sg_result sg_judge(const struct sg_artifact *artifact, const struct sg_facts *facts,
                   const struct sg_code_signing_config *config, const struct sg_judging *judging,
                   struct sg_arena *arena, struct sg_judgement *out, struct sg_error *error)
{
    struct sg_judgement judgement = {0};
    struct sg_case the_case = {
        .artifact = artifact,
        .facts = facts,
        .config = config,
        .judging = judging,
        .enforce = judging->enforce_all || (config != NULL && config->enforce),
        .arena = arena,
        .judgement = &judgement,
        .error = error,
    };
    *out = (struct sg_judgement){0};
    SG_TRY(artifact->image    ? judge_image(&the_case)
           : !facts->was_read ? judge_unreadable(&the_case)
                              : judge_package(&the_case));
    *out = judgement;
    return SG_OK;
}

bool sg_judgement_authenticated(const struct sg_judgement *judgement)
{
    return judgement->checks[SG_CHECK_INTEGRITY].status == SG_STATUS_PASS;
}
