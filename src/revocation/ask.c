#include <stdio.h>

#include "base/arn.h"
#include "base/printable.h"
#include "base/url.h"
#include "revocation/source_internal.h"

/* A question under way. */
struct question {
    const struct sg_signature *signature;
    struct sg_arena *arena;
    struct sg_proof *proof;
    bool *covered; /* for each certificate below the root: some CRL speaks about it */
    bool has_crl;
};

/* --- words -------------------------------------------------------------------------------------------------------------- */

/* "list https://pki.example.com/revoked.json". */
static const char *name_source(const struct sg_source *source, char *out, size_t size)
{
    struct sg_printable shown;
    const struct sg_source_setting *setting = source->setting;
    if (setting->url != NULL)
        sg_url_shown(&shown, setting->url);
    else
        sg_printable_text(&shown, setting->path);
    snprintf(out, size, "%s %s", sg_source_kind_name(setting->kind), shown.text);
    return out;
}

/* " (reason: key leaked)", or nothing. */
static const char *name_reason(const struct sg_list_entry *entry, char *out, size_t size)
{
    struct sg_printable shown;
    out[0] = '\0';
    if (entry->reason != NULL && entry->reason[0] != '\0')
        snprintf(out, size, " (reason: %s)", sg_printable_text(&shown, entry->reason));
    return out;
}

/* What people know a job by: its UUID. */
static const char *name_job(const char *arn, struct sg_printable *out)
{
    struct sg_arn parts;
    if (sg_arn_parse_job(sg_span_text(arn), &parts))
        return sg_printable(out, parts.name);
    return sg_printable_text(out, arn);
}

static const char *name_profile_version(const char *arn, char *out, size_t size)
{
    struct sg_arn parts;
    struct sg_printable name;
    struct sg_printable version;
    if (sg_arn_parse_profile_version(sg_span_text(arn), &parts))
        snprintf(out, size, "%s/%s", sg_printable(&name, parts.name), sg_printable(&version, parts.version));
    else
        snprintf(out, size, "%s", sg_printable_text(&name, arn));
    return out;
}

/* Room for a source's name or a reason in a message. */
enum { PART_BYTES = sizeof(struct sg_printable) + 32 };

/* --- lists -------------------------------------------------------------------------------------------------------------- */

static sg_result ask_about_job(const struct question *question, const struct sg_source *source, struct sg_error *error)
{
    char where[PART_BYTES];
    char reason[PART_BYTES];
    char date[SG_TIME_TEXT_BYTES];
    struct sg_printable job;
    const char *arn = question->signature->job_arn;
    const struct sg_list_entry *entry = sg_list_find(source->list, SG_LIST_JOB, arn);
    if (entry == NULL)
        return SG_OK;
    return sg_refute(question->proof, question->arena, SG_RULE_JOB_REVOKED, error,
                     "job %s was revoked on %s%s, says %s", name_job(arn, &job), sg_time_format_date(entry->time, date),
                     name_reason(entry, reason, sizeof reason), name_source(source, where, sizeof where));
}

/* A profile's revocation strikes what was signed at its effective time or later (FORMAT.md section 5; equality: fail
 * closed). Of several entries the first found strikes earliest. */
static sg_result ask_about_profile(const struct question *question, const struct sg_source *source,
                                   struct sg_error *error)
{
    char where[PART_BYTES];
    char reason[PART_BYTES];
    char name[PART_BYTES];
    char effective[SG_TIME_TEXT_BYTES];
    char signed_at[SG_TIME_TEXT_BYTES];
    const char *arn = question->signature->profile_version_arn;
    const struct sg_list_entry *entry = sg_list_find(source->list, SG_LIST_PROFILE_VERSION, arn);
    if (entry == NULL || sg_time_compare(question->signature->signed_at, entry->time) < 0)
        return SG_OK;
    return sg_refute(question->proof, question->arena, SG_RULE_PROFILE_REVOKED, error,
                     "profile version %s is revoked for what was signed from %s on%s, and this was signed %s, says %s",
                     name_profile_version(arn, name, sizeof name), sg_time_format_rfc3339(entry->time, effective),
                     name_reason(entry, reason, sizeof reason),
                     sg_time_format_rfc3339(question->signature->signed_at, signed_at),
                     name_source(source, where, sizeof where));
}

static sg_result refute_certificate(const struct question *question, const struct sg_source *source,
                                    const struct sg_certificate *certificate, const char *how, struct sg_error *error)
{
    char where[PART_BYTES];
    struct sg_printable subject;
    struct sg_printable serial;
    return sg_refute(question->proof, question->arena, SG_RULE_CERTIFICATE_REVOKED, error,
                     "certificate %s (serial %s) is revoked%s, says %s",
                     sg_printable_text(&subject, certificate->subject), sg_printable_text(&serial, certificate->serial),
                     how, name_source(source, where, sizeof where));
}

static sg_result ask_list_about_certificate(const struct question *question, const struct sg_source *source,
                                            const struct sg_certificate *certificate, struct sg_error *error)
{
    char hex[SG_SHA256_HEX_BYTES];
    char date[SG_TIME_TEXT_BYTES];
    char reason[PART_BYTES];
    char how[PART_BYTES + 64];
    const struct sg_list_entry *entry = sg_list_find(source->list, SG_LIST_CERTIFICATE_HASH, certificate->hash);
    if (entry == NULL)
        entry = sg_list_find(source->list, SG_LIST_CERTIFICATE_SHA256,
                             sg_hex(sg_span_of(certificate->sha256, sizeof certificate->sha256), hex));
    if (entry == NULL)
        entry = sg_list_find(source->list, SG_LIST_CERTIFICATE_SHA256,
                             sg_hex(sg_span_of(certificate->twin_sha256, sizeof certificate->twin_sha256), hex));
    if (entry == NULL)
        return SG_OK;
    snprintf(how, sizeof how, "%s%s%s", entry->has_time ? " since " : "",
             entry->has_time ? sg_time_format_date(entry->time, date) : "", name_reason(entry, reason, sizeof reason));
    return refute_certificate(question, source, certificate, how, error);
}

static sg_result ask_list(const struct question *question, const struct sg_source *source, struct sg_error *error)
{
    SG_TRY(ask_about_job(question, source, error));
    SG_TRY(ask_about_profile(question, source, error));
    for (size_t i = 0; i < question->signature->chain_count; i++)
        SG_TRY(ask_list_about_certificate(question, source, &question->signature->chain[i], error));
    return SG_OK;
}

/* --- CRLs --------------------------------------------------------------------------------------------------------------- */

static sg_result ask_crl(const struct question *question, const struct sg_source *source, struct sg_error *error)
{
    const struct sg_certificate *chain = question->signature->chain;
    for (size_t i = 0; i + 1 < question->signature->chain_count; i++) {
        enum sg_crl_answer answer = SG_CRL_NOT_COVERED;
        SG_TRY(sg_crl_ask(source->crl, &chain[i], &chain[i + 1], &answer, error));
        switch (answer) {
        case SG_CRL_NOT_COVERED:
            break;
        case SG_CRL_GOOD:
            question->covered[i] = true;
            break;
        case SG_CRL_REVOKED:
            question->covered[i] = true;
            SG_TRY(refute_certificate(question, source, &chain[i], "", error));
            break;
        }
    }
    return SG_OK;
}

/* --- all of them -------------------------------------------------------------------------------------------------------- */

static sg_result ask_source(struct question *question, const struct sg_source *source, struct sg_error *error)
{
    question->has_crl = question->has_crl || source->setting->kind == SG_SOURCE_CRL;
    if (source->status == SG_SOURCE_UNAVAILABLE)
        return SG_OK;
    if (source->list != NULL)
        return ask_list(question, source, error);
    if (source->crl != NULL)
        return ask_crl(question, source, error);
    return sg_fail(error, SG_ERROR_INTERNAL, "a revocation source was loaded and holds nothing");
}

/* The first source that did not answer, and how many more there are; *silent is NULL when all did. */
static sg_result describe_silence(struct sg_source *const *sources, size_t count, struct sg_arena *arena,
                                  const char **silent, struct sg_error *error)
{
    const struct sg_source *first = NULL;
    size_t more = 0;
    char where[PART_BYTES];
    char rest[48] = "";
    *silent = NULL;
    for (size_t i = 0; i < count; i++) {
        if (sources[i]->status != SG_SOURCE_UNAVAILABLE)
            continue;
        more += first != NULL ? 1 : 0;
        first = first != NULL ? first : sources[i];
    }
    if (first == NULL)
        return SG_OK;
    if (more > 0)
        snprintf(rest, sizeof rest, " (and %zu more %s)", more, more == 1 ? "source" : "sources");
    return sg_arena_printf(arena, silent, error, "no answer from %s: %s%s", name_source(first, where, sizeof where),
                           sg_source_detail(first), rest);
}

/* The first certificate below the root that no CRL covers; *gap is NULL when there is none. */
static sg_result describe_gap(const struct question *question, const char **gap, struct sg_error *error)
{
    struct sg_printable subject;
    *gap = NULL;
    for (size_t i = 0; question->has_crl && i + 1 < question->signature->chain_count; i++) {
        if (!question->covered[i])
            return sg_arena_printf(question->arena, gap, error,
                                   "no CRL covers certificate %s: none of them was signed by the CA that issued it",
                                   sg_printable_text(&subject, question->signature->chain[i].subject));
    }
    return SG_OK;
}

sg_result sg_revocation_ask(struct sg_source *const *sources, size_t count, const struct sg_signature *signature,
                            struct sg_arena *arena, struct sg_proof *out, struct sg_error *error)
{
    *out = (struct sg_proof){0};
    if (count == 0 || signature->chain_count == 0) {
        out->message = count == 0 ? "there is no revocation source" : "the signature has no proven chain to ask about";
        return SG_OK;
    }
    void *covered = NULL;
    SG_TRY(sg_arena_alloc(arena, signature->chain_count, sizeof(bool), &covered, error));
    struct sg_proof proof = {0};
    struct question question = {.signature = signature, .arena = arena, .proof = &proof, .covered = covered};
    for (size_t i = 0; i < count; i++)
        SG_TRY(ask_source(&question, sources[i], error));
    if (proof.outcome == SG_REFUTED) {
        *out = proof;
        return SG_OK;
    }
    const char *silence = NULL;
    const char *gap = NULL;
    SG_TRY(describe_silence(sources, count, arena, &silence, error));
    SG_TRY(describe_gap(&question, &gap, error));
    if (silence != NULL || gap != NULL)
        out->message = silence != NULL ? silence : gap;
    else
        out->outcome = SG_PROVEN;
    return SG_OK;
}
