/*
 * The report writers over a report whose every text is foreign: the input's bytes, split at NUL, in place of names, paths,
 * messages and subjects. Whatever they hold, the output is lines of ours, commands of ours, and JSON with the same values.
 */
#include <jansson.h>

#include "fuzz.h"
#include "report/inspect.h"

enum { MOST_FINDINGS = 3, MOST_SOURCES = 2 };

/* --- the report ---------------------------------------------------------------------------------------------------------- */

struct input {
    struct sg_span rest;
    struct sg_arena arena; /* owns the texts */
};

static unsigned take_byte(struct input *input)
{
    if (input->rest.size == 0)
        return 0;
    unsigned byte = input->rest.data[0];
    input->rest = sg_span_part(input->rest, 1, input->rest.size - 1);
    return byte;
}

/* Up to the next NUL. */
static const char *take_text(struct input *input)
{
    struct sg_error error = {0};
    const char *text = NULL;
    const uint8_t *nul = input->rest.size > 0 ? memchr(input->rest.data, '\0', input->rest.size) : NULL;
    size_t length = nul != NULL ? (size_t)(nul - input->rest.data) : input->rest.size;
    must_do(sg_arena_text(&input->arena, sg_span_part(input->rest, 0, length), &text, &error), error);
    size_t step = nul != NULL ? length + 1 : length;
    input->rest = sg_span_part(input->rest, step, input->rest.size - step);
    return text;
}

/* Texts that may be missing. */
static const char *take_optional(struct input *input, unsigned choice)
{
    return (choice & 1) != 0 ? take_text(input) : NULL;
}

/* Everything that a report borrows. */
struct made {
    struct sg_config config;
    struct sg_code_signing_config csc;
    const char *publishers[1];
    struct sg_artifact artifact;
    struct sg_certificate certificate;
    struct sg_notice notice;
    struct sg_facts facts;
    struct sg_finding findings[MOST_FINDINGS];
    struct sg_report_artifact judged;
    struct sg_report_source sources[MOST_SOURCES];
    struct sg_report report;
    struct sg_style style;
};

static void make_facts(struct input *input, struct made *made)
{
    unsigned choice = take_byte(input);
    struct sg_facts *facts = &made->facts;
    facts->was_read = (choice & 1) != 0;
    facts->unreadable = facts->was_read ? NULL : take_text(input);
    facts->resolved_path = take_optional(input, choice >> 1);
    if (!facts->was_read)
        return;
    facts->package.structure.outcome = SG_PROVEN;
    facts->package.has_sha256 = true;
    facts->package.has_signature = (choice & 4) != 0;
    facts->package.size = 4711;
    made->notice = (struct sg_notice){SG_RULE_SUSPICIOUS_CONTENT, take_text(input)};
    facts->package.notices = (struct sg_notices){.items = &made->notice, .count = 1, .left_out = (choice & 8) != 0};
    if (!facts->package.has_signature)
        return;
    facts->envelope.format =
        (struct sg_proof){.outcome = SG_REFUTED, .rule = SG_RULE_MALFORMED_SIGNATURE, .message = take_text(input)};
    facts->envelope.has_claims = (choice & 16) != 0;
    if (!facts->envelope.has_claims)
        return;
    made->certificate = (struct sg_certificate){.subject = take_text(input), .serial = "4a", .hash = "ab"};
    facts->envelope.claims = (struct sg_signature){.profile_version_arn = take_text(input),
                                                   .job_arn = take_text(input),
                                                   .chain = &made->certificate,
                                                   .chain_count = 1};
}

static void make_judgement(struct input *input, struct made *made)
{
    struct sg_judgement *judgement = &made->judged.judgement;
    size_t count = take_byte(input) % (MOST_FINDINGS + 1);
    for (size_t i = 0; i < count; i++) {
        unsigned choice = take_byte(input);
        enum sg_rule rule = (enum sg_rule)(1 + choice % (SG_RULE_COUNT - 1));
        made->findings[i] = (struct sg_finding){.rule = rule,
                                                .check = sg_rule_check(rule),
                                                .level = (enum sg_level)(choice / 32 % 3),
                                                .message = take_text(input),
                                                .help = take_text(input),
                                                .detail = take_optional(input, choice >> 7)};
        judgement->checks[sg_rule_check(rule)] =
            (struct sg_check_result){SG_STATUS_FAIL, rule, made->findings[i].message};
    }
    unsigned choice = take_byte(input);
    judgement->findings = made->findings;
    judgement->finding_count = count;
    judgement->action = (enum sg_action)(choice % 4);
    judgement->signature_status = (enum sg_signature_status)(choice / 4 % 6);
}

static void make_report(struct input *input, struct made *made)
{
    unsigned choice = take_byte(input);
    made->style = (struct sg_style){.verbosity = (int)(choice % 3) - 1};
    made->style.workspace = take_optional(input, choice >> 2);
    made->style.working_directory = take_optional(input, choice >> 3);
    made->config = (struct sg_config){.path = take_text(input), .folder = "."};
    made->publishers[0] = take_text(input);
    made->csc = (struct sg_code_signing_config){
        .name = take_text(input), .publishers = made->publishers, .publisher_count = 1, .enforce = (choice & 16) != 0};
    made->artifact = (struct sg_artifact){.kind = (choice & 32) != 0 ? SG_LAYER : SG_FUNCTION,
                                          .name = take_text(input),
                                          .code = take_text(input),
                                          .config_count = 2,
                                          .place = {(choice & 64) != 0 ? 7 : 0, 3}};
    make_facts(input, made);
    make_judgement(input, made);
    made->judged.artifact = &made->artifact;
    made->judged.config = &made->csc;
    made->judged.facts = &made->facts;
    size_t sources = take_byte(input) % (MOST_SOURCES + 1);
    for (size_t i = 0; i < sources; i++)
        made->sources[i] = (struct sg_report_source){.kind = i == 0 ? SG_SOURCE_LIST : SG_SOURCE_CRL,
                                                     .where = take_text(input),
                                                     .status = (enum sg_source_status)(take_byte(input) % 3),
                                                     .detail = take_text(input)};
    made->report = (struct sg_report){.config = &made->config,
                                      .artifacts = &made->judged,
                                      .artifact_count = 1,
                                      .sources = made->sources,
                                      .source_count = sources,
                                      .blocked = 1,
                                      .verdict = SG_VERDICT_BLOCKED,
                                      .exit_code = 1};
}

/* --- what must hold of the output ----------------------------------------------------------------------------------------- */

/* Blanks that a runner trims off a line's start. */
static struct sg_span trimmed(struct sg_span line)
{
    uint32_t c = 0;
    for (;;) {
        size_t length = sg_utf8_decode(line, &c);
        bool blank = length > 0 && (c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
                                    c == 0x202F || c == 0x205F || c == 0x3000);
        if (!blank)
            return line;
        line = sg_span_part(line, length, line.size - length);
    }
}

static bool starts(struct sg_span line, const char *prefix)
{
    return sg_span_starts_with(line, sg_span_text(prefix));
}

static void check_line(struct sg_span line, bool github)
{
    bool annotation = starts(line, "::error ") || starts(line, "::warning ") || starts(line, "::notice ");
    must(!starts(trimmed(line), "::") || (github && annotation));
    struct sg_span rest = line;
    for (size_t at = 0; at < line.size;) {
        uint32_t c = 0;
        size_t length = sg_utf8_decode(sg_span_part(line, at, line.size - at), &c);
        must(length > 0 && c >= 0x20 && c != 0x7F && !(c >= 0x80 && c <= 0x9F) && !sg_code_point_hides(c));
        at += length;
    }
    /* "##[command]", "##vso[…]", "##teamcity[…]" (ATTACKS.md LG-02). */
    for (const uint8_t *at = memmem(rest.data, rest.size, "##", 2); at != NULL;
         at = memmem(rest.data, rest.size, "##", 2)) {
        size_t behind = (size_t)(at + 2 - rest.data);
        rest = sg_span_part(rest, behind, rest.size - behind);
        must(rest.size == 0 || (rest.data[0] != '[' && !(rest.data[0] >= 'a' && rest.data[0] <= 'z') &&
                                !(rest.data[0] >= 'A' && rest.data[0] <= 'Z')));
    }
}

/* Lines of a log; returns how many of them are commands. */
static size_t check_lines(const struct sg_buffer *out, bool github)
{
    struct sg_span rest = sg_buffer_span(out);
    size_t commands = 0;
    must(rest.size > 0 && rest.data[rest.size - 1] == '\n');
    must(strlen(sg_buffer_text(out)) == out->size);
    while (rest.size > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.size);
        struct sg_span line = sg_span_part(rest, 0, (size_t)(end - rest.data));
        rest = sg_span_part(rest, line.size + 1, rest.size - line.size - 1);
        check_line(line, github);
        commands += starts(line, "::");
    }
    return commands;
}

static json_t *check_json(const struct sg_buffer *out)
{
    (void)check_lines(out, false);
    json_t *root = json_loadb(sg_buffer_text(out), out->size, JSON_REJECT_DUPLICATES, NULL);
    must(json_is_object(root));
    return root;
}

/* A value is in the JSON as it is, when it can be. */
static void check_value(const json_t *object, const char *member, const char *text)
{
    const char *value = json_string_value(json_object_get(object, member));
    must(value != NULL);
    if (sg_utf8_valid(sg_span_text(text)))
        must(strcmp(value, text) == 0);
}

static void check_report_json(const struct sg_buffer *out, const struct made *made)
{
    json_t *root = check_json(out);
    const json_t *artifact = json_array_get(json_object_get(root, "artifacts"), 0);
    check_value(artifact, "name", made->artifact.name);
    check_value(artifact, "code", made->artifact.code);
    must(json_array_size(json_object_get(artifact, "findings")) == made->judged.judgement.finding_count);
    must(json_array_size(json_object_get(root, "revocation")) == made->report.source_count);
    for (size_t i = 0; i < made->judged.judgement.finding_count; i++)
        check_value(json_array_get(json_object_get(artifact, "findings"), i), "message", made->findings[i].message);
    json_decref(root);
}

static void check_format(const struct sg_report_format *format, const struct made *made)
{
    struct sg_error error = {0};
    struct sg_buffer out = sg_buffer_make(SG_REPORT_MAX_BYTES);
    must_do(format->write(&made->report, &made->style, &out, &error), error);
    if (strcmp(format->name, "json") == 0) {
        check_report_json(&out, made);
    } else if (strcmp(format->name, "github") == 0) {
        must(check_lines(&out, true) <= made->judged.judgement.finding_count);
    } else if (out.size > 0) {
        must(check_lines(&out, false) == 0);
    }
    sg_buffer_free(&out);
}

/* GITHUB_OUTPUT: five lines, or a refusal (ATTACKS.md LG-07). */
static void check_github_output(const struct made *made)
{
    struct sg_error error = {0};
    struct sg_buffer out = sg_buffer_make(SG_REPORT_MAX_BYTES);
    bool broken = strpbrk(made->artifact.code, "\r\n") != NULL;
    must(sg_report_github_output(&made->report, made->artifact.code, &out, &error).done == !broken);
    must(broken || strchr(sg_buffer_text(&out), '\r') == NULL);
    size_t lines = 0;
    for (size_t i = 0; i < out.size; i++)
        lines += out.data[i] == '\n';
    must(lines == (broken ? 0 : 5));
    must(!broken || is_one_printable_line(error.message));
    sg_buffer_free(&out);
}

static void check_inspect(const struct made *made)
{
    struct sg_error error = {0};
    struct sg_buffer text = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_buffer json = sg_buffer_make(SG_REPORT_MAX_BYTES);
    const struct sg_inspected inspected = {.path = made->artifact.code, .facts = &made->facts};
    must_do(sg_inspect_text_write(&inspected, 1, &made->style, &text, &error), error);
    must_do(sg_inspect_json_write(&inspected, 1, &json, &error), error);
    must(check_lines(&text, false) == 0);
    json_t *root = check_json(&json);
    check_value(json_array_get(json_object_get(root, "packages"), 0), "path", made->artifact.code);
    json_decref(root);
    sg_buffer_free(&text);
    sg_buffer_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.rest = sg_span_of(data, size), .arena = sg_arena_make(SG_REPORT_MAX_BYTES)};
    struct made made = {0};
    make_report(&input, &made);
    for (const struct sg_report_format *format = sg_report_formats; format->name != NULL; format++)
        check_format(format, &made);
    check_github_output(&made);
    check_inspect(&made);
    sg_arena_free(&input.arena);
    return 0;
}
