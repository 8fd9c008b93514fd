/*
 * The JSON report, schema sealgate-report/1 (CONTRACT.md section 5). Members stand in the order of the contract; those that
 * were added stand beside what they belong to.
 */
#include "base/cleanup.h"
#include "report/json_value.h"
#include "report/lines.h"

static sg_result put_tool(json_t *document, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *tool = NULL;
    SG_TRY(sg_json_object(&tool, error));
    SG_TRY(sg_json_put_text(tool, "name", "sealgate", error));
    SG_TRY(sg_json_put_text(tool, "version", SEALGATE_VERSION, error));
    return sg_json_put(document, "tool", SG_TAKE(tool), error);
}

static sg_result put_config_file(json_t *document, const struct sg_config *config, struct sg_error *error)
{
    char hex[SG_SHA256_HEX_BYTES];
    SG_CLEANUP(sg_json_free) json_t *file = NULL;
    SG_TRY(sg_json_object(&file, error));
    SG_TRY(sg_json_put_text(file, "path", config->path, error));
    SG_TRY(sg_json_put_text(file, "sha256", sg_hex(sg_span_of(config->sha256, SG_SHA256_BYTES), hex), error));
    return sg_json_put(document, "config", SG_TAKE(file), error);
}

static sg_result put_unused(json_t *object, const struct sg_report_lock *lock, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *unused = NULL;
    SG_TRY(sg_json_array(&unused, error));
    for (size_t i = 0; i < lock->unused_count; i++) {
        SG_CLEANUP(sg_json_free) json_t *entry = NULL;
        SG_TRY(sg_json_object(&entry, error));
        SG_TRY(sg_json_put_text(entry, "kind", sg_artifact_kind_name(lock->unused[i]->kind), error));
        SG_TRY(sg_json_put_text(entry, "name", lock->unused[i]->name, error));
        SG_TRY(sg_json_push(unused, SG_TAKE(entry), error));
    }
    return sg_json_put(object, "unused", SG_TAKE(unused), error);
}

static sg_result put_lock(json_t *document, const struct sg_report_lock *lock, struct sg_error *error)
{
    char hex[SG_SHA256_HEX_BYTES];
    if (lock->lock == NULL)
        return sg_json_put(document, "lock", json_null(), error);
    SG_CLEANUP(sg_json_free) json_t *object = NULL;
    SG_TRY(sg_json_object(&object, error));
    SG_TRY(sg_json_put_text(object, "path", lock->lock->path, error));
    SG_TRY(sg_json_put_text(object, "sha256", sg_hex(sg_span_of(lock->lock->sha256, SG_SHA256_BYTES), hex), error));
    SG_TRY(sg_json_put_count(object, "entries", lock->lock->count, error));
    SG_TRY(sg_json_put(object, "frozen", json_boolean(lock->frozen), error));
    SG_TRY(put_unused(object, lock, error));
    return sg_json_put(document, "lock", SG_TAKE(object), error);
}

static sg_result put_summary(json_t *document, const struct sg_report *report, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *summary = NULL;
    SG_TRY(sg_json_object(&summary, error));
    SG_TRY(sg_json_put_count(summary, "artifacts", report->artifact_count, error));
    SG_TRY(sg_json_put_count(summary, "allow", report->allowed, error));
    SG_TRY(sg_json_put_count(summary, "warn", report->warned, error));
    SG_TRY(sg_json_put_count(summary, "block", report->blocked, error));
    SG_TRY(sg_json_put_count(summary, "undecided", report->undecided, error));
    return sg_json_put(document, "summary", SG_TAKE(summary), error);
}

static sg_result put_location(json_t *object, const char *path, struct sg_place place, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *location = NULL;
    SG_TRY(sg_json_object(&location, error));
    SG_TRY(sg_json_put_text(location, "file", path, error));
    SG_TRY(sg_json_put_count(location, "line", place.line, error));
    SG_TRY(sg_json_put_count(location, "column", place.column, error));
    return sg_json_put(object, "location", SG_TAKE(location), error);
}

static sg_result put_code_signing_config(json_t *object, const struct sg_report_artifact *artifact,
                                         struct sg_error *error)
{
    if (artifact->config == NULL)
        return sg_json_put(object, "code_signing_config", json_null(), error);
    SG_CLEANUP(sg_json_free) json_t *config = NULL;
    SG_TRY(sg_json_object(&config, error));
    SG_TRY(sg_json_put_text(config, "name", artifact->config->name, error));
    SG_TRY(sg_json_put_text(config, "arn", artifact->config->arn, error));
    SG_TRY(sg_json_put_text(config, "policy", artifact->enforce ? "Enforce" : "Warn", error));
    return sg_json_put(object, "code_signing_config", SG_TAKE(config), error);
}

/* Sizes and the digest of the file; null when it was not read, and what counts entries also when the archive's structure is
 * not proven: then there is no one true list of entries. */
static sg_result put_package(json_t *object, const struct sg_facts *facts, struct sg_error *error)
{
    bool read = facts != NULL && facts->was_read;
    bool proven = read && facts->package.structure.outcome == SG_PROVEN;
    char base64[SG_SHA256_BASE64_BYTES];
    SG_TRY(sg_json_put(object, "size", read ? json_integer((json_int_t)facts->package.size) : json_null(), error));
    SG_TRY(sg_json_put(object, "unpacked_size",
                       proven ? json_integer((json_int_t)facts->package.unpacked_size) : json_null(), error));
    SG_TRY(sg_json_put(object, "entries", proven ? json_integer((json_int_t)facts->package.entry_count) : json_null(),
                       error));
    const char *sha256 = read ? sg_sha256_base64(facts->package.sha256, base64) : NULL;
    return sg_json_put_text(object, "code_sha256", sha256, error);
}

static sg_result put_chain(json_t *object, const struct sg_signature *claims, struct sg_error *error)
{
    char hex[SG_SHA256_HEX_BYTES];
    const char *root = NULL;
    if (claims->chain_count > 0)
        root = sg_hex(sg_span_of(claims->chain[claims->chain_count - 1].sha256, SG_SHA256_BYTES), hex);
    SG_TRY(sg_json_put_text(object, "root_sha256", root, error));
    SG_CLEANUP(sg_json_free) json_t *hashes = NULL;
    SG_TRY(sg_json_array(&hashes, error));
    for (size_t i = 0; i < claims->chain_count; i++)
        SG_TRY(sg_json_push(hashes, json_string(claims->chain[i].hash), error));
    return sg_json_put(object, "certificate_hashes", SG_TAKE(hashes), error);
}

static sg_result put_signature(json_t *object, const struct sg_report_artifact *artifact, struct sg_error *error)
{
    const struct sg_facts *facts = artifact->facts;
    if (facts == NULL || !facts->was_read || !facts->envelope.has_claims)
        return sg_json_put(object, "signature", json_null(), error);
    const struct sg_signature *claims = &facts->envelope.claims;
    SG_CLEANUP(sg_json_free) json_t *signature = NULL;
    SG_TRY(sg_json_object(&signature, error));
    bool authenticated = sg_judgement_authenticated(&artifact->judgement);
    SG_TRY(sg_json_put(signature, "authenticated", json_boolean(authenticated), error));
    SG_TRY(sg_json_put_text(signature, "profile_version_arn", claims->profile_version_arn, error));
    SG_TRY(sg_json_put_text(signature, "job_arn", claims->job_arn, error));
    SG_TRY(sg_json_put_time(signature, "signed_at", claims->signed_at, error));
    SG_TRY(sg_json_put_time(signature, "expires_at", claims->expires_at, error));
    SG_TRY(put_chain(signature, claims, error));
    return sg_json_put(object, "signature", SG_TAKE(signature), error);
}

static sg_result put_checks(json_t *object, const struct sg_judgement *judgement, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *checks = NULL;
    SG_TRY(sg_json_object(&checks, error));
    for (enum sg_check check = 0; check < SG_CHECK_COUNT; check++) {
        const struct sg_check_result *result = &judgement->checks[check];
        SG_CLEANUP(sg_json_free) json_t *value = NULL;
        SG_TRY(sg_json_object(&value, error));
        SG_TRY(sg_json_put_text(value, "status", sg_status_name(result->status), error));
        SG_TRY(sg_json_put_text(value, "rule", sg_rule_name(result->rule), error));
        SG_TRY(sg_json_put_text(value, "message", result->message, error));
        SG_TRY(sg_json_put(checks, sg_check_name(check), SG_TAKE(value), error));
    }
    return sg_json_put(object, "checks", SG_TAKE(checks), error);
}

static sg_result put_findings(json_t *object, const struct sg_judgement *judgement, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *findings = NULL;
    SG_TRY(sg_json_array(&findings, error));
    for (size_t i = 0; i < judgement->finding_count; i++) {
        const struct sg_finding *finding = &judgement->findings[i];
        SG_CLEANUP(sg_json_free) json_t *value = NULL;
        SG_TRY(sg_json_object(&value, error));
        SG_TRY(sg_json_put_text(value, "rule", sg_rule_name(finding->rule), error));
        SG_TRY(sg_json_put_text(value, "check", sg_check_name(finding->check), error));
        SG_TRY(sg_json_put_text(value, "level", sg_level_name(finding->level), error));
        SG_TRY(sg_json_put_text(value, "message", finding->message, error));
        SG_TRY(sg_json_put_text(value, "help", finding->help, error));
        SG_TRY(sg_json_put_text(value, "detail", finding->detail, error));
        SG_TRY(sg_json_push(findings, SG_TAKE(value), error));
    }
    return sg_json_put(object, "findings", SG_TAKE(findings), error);
}

static sg_result put_artifact(json_t *artifacts, const struct sg_report *report,
                              const struct sg_report_artifact *artifact, struct sg_error *error)
{
    const struct sg_artifact *a = artifact->artifact;
    const struct sg_judgement *judgement = &artifact->judgement;
    SG_CLEANUP(sg_json_free) json_t *object = NULL;
    SG_TRY(sg_json_object(&object, error));
    SG_TRY(sg_json_put_text(object, "kind", sg_artifact_kind_name(a->kind), error));
    SG_TRY(sg_json_put_text(object, "name", a->name, error));
    SG_TRY(sg_json_put_text(object, "code", a->code, error));
    SG_TRY(sg_json_put_text(object, "resolved_path", artifact->facts ? artifact->facts->resolved_path : NULL, error));
    SG_TRY(put_location(object, report->config->path, a->place, error));
    SG_TRY(put_code_signing_config(object, artifact, error));
    SG_TRY(put_package(object, artifact->facts, error));
    SG_TRY(put_signature(object, artifact, error));
    SG_TRY(put_checks(object, judgement, error));
    SG_TRY(sg_json_put_text(object, "signature_status", sg_signature_status_name(judgement->signature_status), error));
    SG_TRY(sg_json_put_text(object, "action", sg_action_name(judgement->action), error));
    SG_TRY(put_findings(object, judgement, error));
    return sg_json_push(artifacts, SG_TAKE(object), error);
}

static sg_result put_artifacts(json_t *document, const struct sg_report *report, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *artifacts = NULL;
    SG_TRY(sg_json_array(&artifacts, error));
    for (size_t i = 0; i < report->artifact_count; i++)
        SG_TRY(put_artifact(artifacts, report, &report->artifacts[i], error));
    return sg_json_put(document, "artifacts", SG_TAKE(artifacts), error);
}

static sg_result put_sources(json_t *document, const struct sg_report *report, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *sources = NULL;
    SG_TRY(sg_json_array(&sources, error));
    for (size_t i = 0; i < report->source_count; i++) {
        const struct sg_report_source *source = &report->sources[i];
        SG_CLEANUP(sg_json_free) json_t *value = NULL;
        SG_TRY(sg_json_object(&value, error));
        SG_TRY(sg_json_put_text(value, "source", sg_source_kind_name(source->kind), error));
        SG_TRY(sg_json_put_text(value, "url", source->where, error));
        SG_TRY(sg_json_put_text(value, "status", sg_source_status_name(source->status), error));
        SG_TRY(sg_json_put_text(value, "detail", source->detail, error));
        SG_TRY(sg_json_push(sources, SG_TAKE(value), error));
    }
    return sg_json_put(document, "revocation", SG_TAKE(sources), error);
}

/* What is true of the whole run. */
static sg_result put_run(json_t *document, const struct sg_report *report, struct sg_error *error)
{
    SG_TRY(sg_json_put_time(document, "evaluated_at", report->evaluated_at, error));
    SG_TRY(sg_json_put(document, "time_overridden", json_boolean(report->time_overridden), error));
    SG_TRY(sg_json_put(document, "offline", json_boolean(report->offline), error));
    SG_TRY(sg_json_put(document, "enforce_all", json_boolean(report->enforce_all), error));
    SG_TRY(sg_json_put(document, "revocation_checked", json_boolean(sg_report_revocation_checked(report)), error));
    SG_TRY(sg_json_put_count(document, "skipped_artifacts", report->skipped_artifacts, error));
    SG_TRY(sg_json_put_text(document, "confinement", report->confinement, error));
    return sg_json_put_text(document, "library_flaw", report->library_flaw, error);
}

sg_result sg_json_write(const struct sg_report *report, const struct sg_style *style, struct sg_buffer *out,
                        struct sg_error *error)
{
    (void)style;
    SG_CLEANUP(sg_json_free) json_t *document = NULL;
    SG_TRY(sg_json_object(&document, error));
    SG_TRY(sg_json_put_text(document, "schema", "sealgate-report/1", error));
    SG_TRY(put_tool(document, error));
    SG_TRY(put_run(document, report, error));
    SG_TRY(put_config_file(document, report->config, error));
    SG_TRY(put_lock(document, &report->lock, error));
    SG_TRY(sg_json_put_text(document, "verdict", sg_verdict_name(report->verdict), error));
    SG_TRY(sg_json_put(document, "exit_code", json_integer(report->exit_code), error));
    SG_TRY(put_summary(document, report, error));
    SG_TRY(put_artifacts(document, report, error));
    SG_TRY(put_sources(document, report, error));
    return sg_json_append(document, out, error);
}
