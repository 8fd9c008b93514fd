/* `sealgate sign`: a package in, a signed copy out. The copy is verified like any other package before it is written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/arn.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "crypto/envelope.h"
#include "crypto/signer.h"
#include "package/package.h"
#include "package/writer.h"

enum { JOB_ARN_BYTES = SG_ARN_MAX_BYTES + 64 };

struct task {
    const char *input;
    const char *output;
    struct sg_signer *signer;
    struct sg_signing_request request;
    char job_arn[JOB_ARN_BYTES];
};

static void cleanup_task(struct task *task)
{
    sg_signer_free(&task->signer);
}

static sg_result require(const struct sg_arguments *arguments, const char *name, const char **out,
                         struct sg_error *error)
{
    *out = sg_arguments_value(arguments, name);
    return *out != NULL ? SG_OK : sg_fail(error, SG_ERROR_USAGE, "--%s is missing", name);
}

/* A private key is not left behind in freed memory. */
static void wipe(struct sg_buffer *buffer)
{
    if (buffer->data != NULL)
        explicit_bzero(buffer->data, buffer->size);
    sg_buffer_free(buffer);
}

static sg_result load_signer(const struct sg_arguments *arguments, struct task *task, struct sg_error *error)
{
    const char *key_path = NULL;
    const char *chain_path = NULL;
    SG_CLEANUP(wipe) struct sg_buffer key = {0};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer chain = {0};
    SG_TRY(require(arguments, "key", &key_path, error));
    SG_TRY(require(arguments, "certificates", &chain_path, error));
    SG_TRY(sg_file_read(key_path, SG_PEM_MAX_BYTES, &key, error));
    SG_TRY(sg_file_read(chain_path, SG_PEM_MAX_BYTES, &chain, error));
    return sg_signer_make(sg_buffer_span(&key), key_path, sg_buffer_span(&chain), chain_path, &task->signer, error);
}

/* A random UUID (RFC 4122 section 4.4) as a job of the profile's owner. */
static sg_result make_job_arn(const struct sg_arn *profile, char out[JOB_ARN_BYTES], struct sg_error *error)
{
    uint8_t random[16];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return sg_fail_errno(error, SG_ERROR_INTERNAL, errno, "cannot get random bytes");
    random[6] = (uint8_t)((random[6] & 0x0F) | 0x40);
    random[8] = (uint8_t)((random[8] & 0x3F) | 0x80);
    char hex[2 * sizeof random + 1];
    sg_hex(sg_span_of(random, sizeof random), hex);
    snprintf(out, JOB_ARN_BYTES, "arn:%.*s:signer:%.*s:%.*s:/signing-jobs/%.8s-%.4s-%.4s-%.4s-%.12s",
             (int)profile->partition.size, (const char *)profile->partition.data, (int)profile->region.size,
             (const char *)profile->region.data, (int)profile->account.size, (const char *)profile->account.data, hex,
             hex + 8, hex + 12, hex + 16, hex + 20);
    return SG_OK;
}

static sg_result read_profile(const struct sg_arguments *arguments, struct task *task, struct sg_arn *profile,
                              struct sg_error *error)
{
    struct sg_printable shown;
    const char *arn = NULL;
    SG_TRY(require(arguments, "profile-version-arn", &arn, error));
    if (sg_arn_parse_profile(sg_span_text(arn), profile))
        return sg_fail(error, SG_ERROR_USAGE,
                       "--profile-version-arn `%s` lacks the version: expected …/signing-profiles/NAME/VERSION with a "
                       "version of 10 letters and digits",
                       sg_printable_text(&shown, arn));
    if (!sg_arn_parse_profile_version(sg_span_text(arn), profile))
        return sg_fail(error, SG_ERROR_USAGE,
                       "--profile-version-arn `%s`: expected "
                       "arn:PARTITION:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION",
                       sg_printable_text(&shown, arn));
    task->request.profile_version_arn = arn;
    return SG_OK;
}

static sg_result read_job(const struct sg_arguments *arguments, struct task *task, const struct sg_arn *profile,
                          struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_arn job;
    const char *arn = sg_arguments_value(arguments, "job-arn");
    if (arn == NULL) {
        SG_TRY(make_job_arn(profile, task->job_arn, error));
        task->request.job_arn = task->job_arn;
        return SG_OK;
    }
    if (!sg_arn_parse_job(sg_span_text(arn), &job))
        return sg_fail(error, SG_ERROR_USAGE,
                       "--job-arn `%s`: expected arn:PARTITION:signer:REGION:ACCOUNT:/signing-jobs/UUID",
                       sg_printable_text(&shown, arn));
    if (!sg_arn_same_owner(&job, profile))
        return sg_fail(error, SG_ERROR_USAGE,
                       "--job-arn and --profile-version-arn must have the same partition, region and account");
    task->request.job_arn = arn;
    return SG_OK;
}

static sg_result read_times(const struct sg_arguments *arguments, struct task *task, struct sg_error *error)
{
    const char *signed_at = sg_arguments_value(arguments, "signed-at");
    const char *expires_at = sg_arguments_value(arguments, "expires-at");
    struct sg_signing_request *request = &task->request;
    request->signed_at = sg_time_now();
    if (signed_at != NULL)
        SG_TRY(sg_parse_time("signed-at", signed_at, &request->signed_at, error));
    request->expires_at = sg_time_plus_months(request->signed_at, SG_DEFAULT_VALIDITY_MONTHS);
    if (expires_at != NULL)
        SG_TRY(sg_parse_time("expires-at", expires_at, &request->expires_at, error));
    if (sg_time_compare(request->expires_at, request->signed_at) <= 0)
        return sg_fail(error, SG_ERROR_USAGE, "--expires-at must be after the signing time");
    return SG_OK;
}

static sg_result read_task(const struct sg_arguments *arguments, struct task *task, struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_arn profile;
    task->input = arguments->operands[0];
    SG_TRY(require(arguments, "output", &task->output, error));
    SG_TRY(read_profile(arguments, task, &profile, error));
    SG_TRY(read_job(arguments, task, &profile, error));
    SG_TRY(read_times(arguments, task, error));
    if (faccessat(AT_FDCWD, task->output, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return sg_fail(error, SG_ERROR_REFUSED, "%s exists; it is not overwritten",
                       sg_printable_text(&shown, task->output));
    return load_signer(arguments, task, error);
}

/* Only what the gate would accept is worth a signature. */
static sg_result check_input(const struct task *task, struct sg_span bytes, struct sg_package *package,
                             struct sg_arena *arena, struct sg_error *error)
{
    struct sg_printable shown;
    SG_TRY(sg_package_read(bytes, arena, package, error));
    if (package->structure.outcome != SG_PROVEN)
        return sg_fail(error, SG_ERROR_REFUSED, "%s: %s: %s", sg_printable_text(&shown, task->input),
                       sg_rule_name(package->structure.rule), package->structure.message);
    if (package->has_signature)
        return sg_fail(error, SG_ERROR_REFUSED,
                       "%s is signed already; sign the unsigned package, as AWS Signer demands",
                       sg_printable_text(&shown, task->input));
    return SG_OK;
}

/* The package with the folder that goes with a signature, as AWS Signer adds it (FORMAT.md section 1). */
static sg_result add_folder(const struct task *task, struct sg_span bytes, bool has_folder, struct sg_buffer *out,
                            struct sg_error *error)
{
    if (has_folder)
        return sg_buffer_append(out, bytes, error);
    return sg_package_append_folder(bytes, task->request.signed_at, out, error);
}

static sg_result sign_bytes(struct task *task, struct sg_span bytes, struct sg_buffer *out, struct sg_error *error)
{
    SG_CLEANUP(sg_buffer_free) struct sg_buffer with_folder = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer signature = sg_buffer_make(SG_SIGNATURE_MAX_BYTES);
    SG_CLEANUP(sg_arena_free) struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    struct sg_package package;
    SG_TRY(check_input(task, bytes, &package, &arena, error));
    SG_TRY(add_folder(task, bytes, package.has_folder, &with_folder, error));
    SG_TRY(sg_package_read(sg_buffer_span(&with_folder), &arena, &package, error));
    if (package.structure.outcome != SG_PROVEN)
        return sg_fail(error, SG_ERROR_REFUSED, "the package cannot take a signature: %s", package.structure.message);
    memcpy(task->request.content, package.content, sizeof package.content);
    SG_TRY(sg_signer_sign(task->signer, &task->request, &signature, error));
    return sg_package_append_signature(sg_buffer_span(&with_folder), sg_buffer_span(&signature),
                                       task->request.signed_at, out, error);
}

/* What was made must verify under the chain's own root; a certificate that is not for code signing shows here. */
static sg_result check_output(const struct task *task, struct sg_span bytes, struct sg_error *error)
{
    struct sg_package package;
    struct sg_envelope envelope;
    SG_CLEANUP(sg_anchors_free) struct sg_anchors *anchors = NULL;
    SG_CLEANUP(sg_arena_free) struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    SG_TRY(sg_anchors_make(&anchors, error));
    SG_TRY(sg_signer_add_root(task->signer, anchors, error));
    SG_TRY(sg_package_read(bytes, &arena, &package, error));
    if (package.structure.outcome != SG_PROVEN)
        return sg_fail(error, SG_ERROR_INTERNAL, "the signed package is not well formed: %s",
                       package.structure.message);
    SG_TRY(sg_envelope_verify(package.signature, package.content, anchors, &arena, &envelope, error));
    const struct sg_proof *refutation = sg_envelope_refutation(&envelope);
    if (refutation != NULL)
        return sg_fail(error, SG_ERROR_REFUSED, "what this key and chain sign would not verify: %s: %s",
                       sg_rule_name(refutation->rule), refutation->message);
    return sg_envelope_proven(&envelope)
               ? SG_OK
               : sg_fail(error, SG_ERROR_INTERNAL, "the signed package could not be verified");
}

static sg_result sign(const struct sg_arguments *arguments, struct sg_error *error)
{
    SG_CLEANUP(cleanup_task) struct task task = {0};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer input = {0};
    SG_CLEANUP(sg_buffer_free) struct sg_buffer output = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
    SG_CLEANUP(sg_buffer_free) struct sg_buffer line = sg_buffer_make(SG_MESSAGE_MAX_BYTES);
    struct sg_printable shown_input;
    struct sg_printable shown_output;
    char expiry[SG_TIME_TEXT_BYTES];
    SG_TRY(read_task(arguments, &task, error));
    SG_TRY(sg_file_read(task.input, SG_PACKAGE_MAX_BYTES, &input, error));
    SG_TRY(sign_bytes(&task, sg_buffer_span(&input), &output, error));
    SG_TRY(check_output(&task, sg_buffer_span(&output), error));
    SG_TRY(sg_file_create(task.output, sg_buffer_span(&output), 0644, error));
    SG_TRY(sg_buffer_printf(&line, error, "signed %s as %s\n  profile  %s\n  job      %s\n  expires  %s\n",
                            sg_printable_text(&shown_input, task.input), sg_printable_text(&shown_output, task.output),
                            task.request.profile_version_arn, task.request.job_arn,
                            sg_time_format_rfc3339(task.request.expires_at, expiry)));
    return sg_print(sg_buffer_span(&line), error);
}

int sg_command_sign(const struct sg_arguments *arguments)
{
    struct sg_error error = {0};
    return sign(arguments, &error).done ? 0 : sg_report_error(arguments, &error);
}
