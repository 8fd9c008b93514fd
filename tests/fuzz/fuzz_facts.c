/*
 * The answer of a reader, which may have been taken over by the package that it read. The first byte of the input: bit 0: the rest
 * are changes to a genuine answer, four bytes each (where, how, with what); else it is the answer itself.
 *
 * What is taken for an answer must be safe to judge and to report, and is one: written again it is the same.
 */
#include "base/arn.h"
#include "fuzz.h"
#include "gate/facts_wire.h"
#include "report/inspect.h"

#define OWNER   "arn:aws:signer:us-east-1:123456789012:"
#define PROFILE OWNER "/signing-profiles/Release/AbCdEf0123"
#define JOB     OWNER "/signing-jobs/11111111-2222-3333-4444-555555555555"

enum { CHANGE_BYTES = 4 };

/* --- a genuine answer ---------------------------------------------------------------------------------------------------- */

static struct sg_certificate made_certificate(const char *subject, char digit)
{
    static const uint8_t der[] = {0x30, 0x00};
    struct sg_certificate made = {.der = {der, sizeof der}, .subject = subject, .serial = "4a"};
    memset(made.hash, digit, sizeof made.hash - 1);
    return made;
}

static void make_genuine(struct sg_buffer *out)
{
    static struct sg_notice notice = {SG_RULE_UNUSUAL_PACKAGE, "the archive has a comment of 7 bytes"};
    const struct sg_certificate chain[] = {made_certificate("CN=leaf", 'a'), made_certificate("CN=root", 'b')};
    const struct sg_proof proven = {.outcome = SG_PROVEN};
    struct sg_error error = {0};
    const struct sg_facts facts = {
        .was_read = true,
        .package = {.structure = proven,
                    .size = 4711,
                    .has_sha256 = true,
                    .entry_count = 3,
                    .unpacked_size = 815,
                    .has_folder = true,
                    .has_signature = true,
                    .notices = {.items = &notice, .count = 1}},
        .envelope =
            {.format = proven,
             .signature = proven,
             .chain = proven,
             .content = proven,
             .has_claims = true,
             .claims = {.profile_version_arn = PROFILE,
                        .job_arn = JOB,
                        .signed_at = {.unix_seconds = 1793614272, .nanoseconds = 345000000, .fraction_digits = 3},
                        .expires_at = {.unix_seconds = 2140769472},
                        .chain = chain,
                        .chain_count = 2}},
    };
    must_do(sg_facts_encode(&facts, out, &error), error);
}

/* Applies one change: a byte set, eight bytes set, bytes cut out, or a byte put in. */
static void change(struct sg_buffer *form, const uint8_t *how)
{
    size_t at = sg_le16(how) % (form->size + 1);
    size_t left = form->size - at;
    struct sg_error error = {0};
    switch (how[2] % 4) {
    case 0:
        if (left > 0)
            form->data[at] = how[3];
        break;
    case 1:
        memset(form->data + at, how[3], left < 8 ? left : 8);
        break;
    case 2:
        left = left < how[3] ? left : how[3];
        memmove(form->data + at, form->data + at + left, form->size - at - left);
        form->size -= left;
        break;
    default:
        must_do(sg_buffer_append_byte(form, 0, &error), error);
        memmove(form->data + at + 1, form->data + at, left);
        form->data[at] = how[3];
        break;
    }
}

/* --- what must hold ------------------------------------------------------------------------------------------------------- */

static void check_text(const char *text)
{
    must(text == NULL || is_one_printable_line(text));
}

static void check_proof(const struct sg_proof *proof)
{
    must((proof->outcome == SG_REFUTED) == (proof->rule != SG_RULE_NONE));
    must(proof->outcome != SG_REFUTED || proof->message != NULL);
    check_text(proof->message);
}

static void check_claims(const struct sg_signature *claims)
{
    struct sg_arn arn;
    must(sg_arn_parse_profile_version(sg_span_text(claims->profile_version_arn), &arn));
    must(sg_arn_parse_job(sg_span_text(claims->job_arn), &arn));
    must(claims->signed_at.unix_seconds >= 0 && claims->signed_at.nanoseconds < 1000000000);
}

static void check_facts(const struct sg_facts *facts)
{
    const struct sg_envelope *envelope = &facts->envelope;
    must(facts->was_read || facts->unreadable != NULL);
    check_text(facts->unreadable);
    check_proof(&facts->package.structure);
    check_proof(&envelope->format);
    check_proof(&envelope->signature);
    check_proof(&envelope->chain);
    check_proof(&envelope->content);
    if (envelope->has_claims || envelope->format.outcome == SG_PROVEN)
        check_claims(&envelope->claims);
    for (size_t i = 0; i < envelope->claims.chain_count; i++) {
        const struct sg_certificate *certificate = &envelope->claims.chain[i];
        must(memchr(certificate->hash, '\0', sizeof certificate->hash) ==
             certificate->hash + sizeof certificate->hash - 1);
        must(is_one_printable_line(certificate->subject) && is_one_printable_line(certificate->serial));
    }
}

/* Nothing but four proofs and a proven structure is allowed. */
static void check_judgement(const struct sg_facts *facts)
{
    static const char *publishers[] = {PROFILE};
    static const struct sg_code_signing_config config = {
        .name = "release", .publishers = publishers, .publisher_count = 1, .enforce = true};
    static const struct sg_code_signing_config *configs[] = {&config};
    static const struct sg_artifact artifact = {
        .kind = SG_FUNCTION, .name = "fuzzed", .code = "fuzzed.zip", .configs = configs, .config_count = 1};
    const struct sg_judging judging = {.now = {.unix_seconds = 1795453200}};
    struct sg_error error = {0};
    struct sg_judgement judgement = {0};
    struct sg_arena arena = sg_arena_make(SG_REPORT_MAX_BYTES);
    must_do(sg_judge(&artifact, facts, &config, &judging, &arena, &judgement, &error), error);
    bool proven =
        facts->was_read && facts->package.structure.outcome == SG_PROVEN && sg_envelope_proven(&facts->envelope);
    must(judgement.action != SG_ACTION_ALLOW || proven);
    for (size_t i = 0; i < judgement.finding_count; i++)
        must(is_one_printable_line(judgement.findings[i].message));
    sg_arena_free(&arena);
}

static void check_written(const struct sg_facts *facts, struct sg_span form)
{
    struct sg_error error = {0};
    const struct sg_style style = {.verbosity = 1};
    const struct sg_inspected inspected = {.path = "fuzzed.zip", .facts = facts};
    struct sg_buffer out = sg_buffer_make(SG_REPORT_MAX_BYTES);
    must_do(sg_inspect_text_write(&inspected, 1, &style, &out, &error), error);
    must_do(sg_inspect_json_write(&inspected, 1, &out, &error), error);
    sg_buffer_free(&out);
    must_do(sg_facts_encode(facts, &out, &error), error);
    must(sg_span_equal(sg_buffer_span(&out), form));
    sg_buffer_free(&out);
}

static void check_answer(struct sg_span form)
{
    struct sg_error error = {0};
    struct sg_facts facts = {.arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES)};
    if (sg_facts_decode(form, &facts, &error).done) {
        check_facts(&facts);
        check_judgement(&facts);
        check_written(&facts, form);
    } else {
        must(error.code == SG_ERROR_INTERNAL && is_one_printable_line(error.message));
    }
    sg_arena_free(&facts.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_buffer form = sg_buffer_make(SG_READER_ANSWER_MAX_BYTES);
    if (size == 0 || size > SG_READER_ANSWER_MAX_BYTES)
        return 0;
    if ((data[0] & 1) == 0) {
        check_answer(sg_span_of(data + 1, size - 1));
        return 0;
    }
    make_genuine(&form);
    for (size_t at = 1; at + CHANGE_BYTES <= size; at += CHANGE_BYTES)
        change(&form, data + at);
    check_answer(sg_buffer_span(&form));
    sg_buffer_free(&form);
    return 0;
}
