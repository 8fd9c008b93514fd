#include "base/cleanup.h"
#include "report/inspect.h"
#include "report/json_value.h"

static const char *outcome_name(enum sg_outcome outcome)
{
    static const char *const names[] = {[SG_UNDECIDED] = "undecided", [SG_PROVEN] = "proven", [SG_REFUTED] = "refuted"};
    return names[outcome];
}

static sg_result put_proof(json_t *layers, const char *key, const struct sg_proof *proof, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *layer = NULL;
    SG_TRY(sg_json_object(&layer, error));
    SG_TRY(sg_json_put_text(layer, "status", outcome_name(proof->outcome), error));
    SG_TRY(sg_json_put_text(layer, "rule", sg_rule_name(proof->rule), error));
    SG_TRY(sg_json_put_text(layer, "message", proof->message, error));
    return sg_json_put(layers, key, SG_TAKE(layer), error);
}

static sg_result put_layers(json_t *package, const struct sg_facts *facts, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *layers = NULL;
    SG_TRY(sg_json_object(&layers, error));
    SG_TRY(put_proof(layers, "structure", &facts->package.structure, error));
    SG_TRY(put_proof(layers, "format", &facts->envelope.format, error));
    SG_TRY(put_proof(layers, "signature", &facts->envelope.signature, error));
    SG_TRY(put_proof(layers, "chain", &facts->envelope.chain, error));
    SG_TRY(put_proof(layers, "content", &facts->envelope.content, error));
    return sg_json_put(package, "layers", SG_TAKE(layers), error);
}

static sg_result push_certificate(json_t *chain, const struct sg_certificate *certificate, struct sg_error *error)
{
    char sha256[SG_SHA256_HEX_BYTES];
    SG_CLEANUP(sg_json_free) json_t *item = NULL;
    SG_TRY(sg_json_object(&item, error));
    SG_TRY(sg_json_put_text(item, "subject", certificate->subject, error));
    SG_TRY(sg_json_put_text(item, "serial", certificate->serial, error));
    sg_hex(sg_span_of(certificate->sha256, sizeof certificate->sha256), sha256);
    SG_TRY(sg_json_put_text(item, "sha256", sha256, error));
    SG_TRY(sg_json_put_time(item, "not_before", certificate->not_before, error));
    SG_TRY(sg_json_put_time(item, "not_after", certificate->not_after, error));
    SG_TRY(sg_json_put_text(item, "certificate_hash", certificate->hash, error));
    return sg_json_push(chain, SG_TAKE(item), error);
}

static sg_result put_chain(json_t *signature, const struct sg_signature *claims, struct sg_error *error)
{
    char root[SG_SHA256_HEX_BYTES];
    SG_CLEANUP(sg_json_free) json_t *chain = NULL;
    SG_TRY(sg_json_array(&chain, error));
    for (size_t i = 0; i < claims->chain_count; i++)
        SG_TRY(push_certificate(chain, &claims->chain[i], error));
    if (claims->chain_count > 0)
        sg_hex(sg_span_of(claims->chain[claims->chain_count - 1].sha256, SG_SHA256_BYTES), root);
    SG_TRY(sg_json_put_text(signature, "root_sha256", claims->chain_count > 0 ? root : NULL, error));
    return sg_json_put(signature, "chain", SG_TAKE(chain), error);
}

static sg_result put_signature(json_t *package, const struct sg_facts *facts, struct sg_error *error)
{
    const struct sg_signature *claims = &facts->envelope.claims;
    char digest[2 * SG_SHA384_BYTES + 1];
    if (!facts->envelope.has_claims)
        return sg_json_put(package, "signature", json_null(), error);
    SG_CLEANUP(sg_json_free) json_t *signature = NULL;
    SG_TRY(sg_json_object(&signature, error));
    SG_TRY(sg_json_put_text(signature, "profile_version_arn", claims->profile_version_arn, error));
    SG_TRY(sg_json_put_text(signature, "job_arn", claims->job_arn, error));
    SG_TRY(sg_json_put_time(signature, "signed_at", claims->signed_at, error));
    SG_TRY(sg_json_put_time(signature, "expires_at", claims->expires_at, error));
    sg_hex(sg_span_of(claims->message_digest, sizeof claims->message_digest), digest);
    SG_TRY(sg_json_put_text(signature, "message_digest", digest, error));
    SG_TRY(put_chain(signature, claims, error));
    return sg_json_put(package, "signature", SG_TAKE(signature), error);
}

static sg_result push_notices(json_t *list, const struct sg_notices *notices, struct sg_error *error)
{
    for (size_t i = 0; i < notices->count; i++) {
        SG_CLEANUP(sg_json_free) json_t *item = NULL;
        SG_TRY(sg_json_object(&item, error));
        SG_TRY(sg_json_put_text(item, "rule", sg_rule_name(notices->items[i].rule), error));
        SG_TRY(sg_json_put_text(item, "message", notices->items[i].message, error));
        SG_TRY(sg_json_push(list, SG_TAKE(item), error));
    }
    return SG_OK;
}

static sg_result put_notices(json_t *package, const struct sg_facts *facts, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *notices = NULL;
    SG_TRY(sg_json_array(&notices, error));
    SG_TRY(push_notices(notices, &facts->package.notices, error));
    SG_TRY(push_notices(notices, &facts->envelope.notices, error));
    SG_TRY(sg_json_put(package, "notices", SG_TAKE(notices), error));
    return sg_json_put_count(package, "notices_left_out",
                             facts->package.notices.left_out + facts->envelope.notices.left_out, error);
}

static sg_result put_numbers(json_t *package, const struct sg_facts *facts, struct sg_error *error)
{
    char sha256[SG_SHA256_BASE64_BYTES];
    if (!facts->was_read) {
        SG_TRY(sg_json_put(package, "size", json_null(), error));
        return sg_json_put(package, "code_sha256", json_null(), error);
    }
    SG_TRY(sg_json_put_count(package, "size", facts->package.size, error));
    sg_sha256_base64(facts->package.sha256, sha256);
    SG_TRY(sg_json_put_text(package, "code_sha256", facts->package.has_sha256 ? sha256 : NULL, error));
    SG_TRY(sg_json_put_count(package, "entries", facts->package.entry_count, error));
    return sg_json_put_count(package, "unpacked_size", facts->package.unpacked_size, error);
}

static sg_result push_package(json_t *packages, const struct sg_inspected *inspected, struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *package = NULL;
    SG_TRY(sg_json_object(&package, error));
    SG_TRY(sg_json_put_text(package, "path", inspected->path, error));
    SG_TRY(sg_json_put_text(package, "resolved_path", inspected->facts->resolved_path, error));
    SG_TRY(sg_json_put_text(package, "unreadable", inspected->facts->unreadable, error));
    SG_TRY(put_numbers(package, inspected->facts, error));
    SG_TRY(sg_json_put(package, "signed", json_boolean(inspected->facts->package.has_signature), error));
    SG_TRY(put_layers(package, inspected->facts, error));
    SG_TRY(put_signature(package, inspected->facts, error));
    SG_TRY(put_notices(package, inspected->facts, error));
    return sg_json_push(packages, SG_TAKE(package), error);
}

sg_result sg_inspect_json_write(const struct sg_inspected *packages, size_t count, struct sg_buffer *out,
                                struct sg_error *error)
{
    SG_CLEANUP(sg_json_free) json_t *document = NULL;
    SG_CLEANUP(sg_json_free) json_t *list = NULL;
    SG_TRY(sg_json_object(&document, error));
    SG_TRY(sg_json_array(&list, error));
    for (size_t i = 0; i < count; i++)
        SG_TRY(push_package(list, &packages[i], error));
    SG_TRY(sg_json_put_text(document, "schema", "sealgate-inspect/1", error));
    SG_TRY(sg_json_put(document, "packages", SG_TAKE(list), error));
    return sg_json_append(document, out, error);
}
