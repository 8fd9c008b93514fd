/*
 * A folder with a root, packages signed under it, and configurations that name them.
 */
#ifndef SG_TESTS_GATE_FIXTURE_H
#define SG_TESTS_GATE_FIXTURE_H

#include "test_crypto_pki.h"
#include "test_package_zip.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/signer.h"
#include "gate/internal.h"
#include "package/writer.h"

#define OWNER   "arn:aws:signer:us-east-1:123456789012:"
#define RELEASE OWNER "/signing-profiles/Release/AbCdEf0123"
#define HOTFIX  OWNER "/signing-profiles/Hotfix/0123456789"
#define UUID    "66666666-7777-8888-9999-000000000000"
#define JOB     OWNER "/signing-jobs/" UUID

/* 2026-11-02T10:11:12Z, 2026-11-23T17:00:00Z, 2037-11-02T10:11:12Z */
static const struct sg_time signing_time = {.unix_seconds = 1793614272};
static const struct sg_time judging_time = {.unix_seconds = 1795453200};
static const struct sg_time expiry_time = {.unix_seconds = 2140769472};

static struct chain chain;
static struct sg_signer *signer;
static char gate_folder[256];

static inline void write_bytes(const char *path, struct sg_span bytes)
{
    struct sg_error error = {0};
    assert_done(sg_file_write(path, bytes, 0644, &error), error);
}

static inline struct sg_span package_of(const char *body)
{
    const struct entry entry = {.name = "index.js", .body = body, .deflated = true};
    struct places places;
    return write_zip(&entry, 1, &(struct archive){0}, &places);
}

static inline struct sg_span signed_package(const char *body, const char *profile, struct sg_time expires_at)
{
    struct sg_error error = {0};
    struct sg_buffer folder = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
    struct sg_buffer signature = sg_buffer_make(SG_SIGNATURE_MAX_BYTES);
    struct sg_buffer out = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
    struct sg_package package;
    struct sg_arena arena;
    struct sg_signing_request request = {
        .profile_version_arn = profile, .job_arn = JOB, .signed_at = signing_time, .expires_at = expires_at};
    assert_done(sg_package_append_folder(package_of(body), signing_time, &folder, &error), error);
    read_package(sg_buffer_span(&folder), &arena, &package);
    memcpy(request.content, package.content, sizeof request.content);
    assert_done(sg_signer_sign(signer, &request, &signature, &error), error);
    assert_done(
        sg_package_append_signature(sg_buffer_span(&folder), sg_buffer_span(&signature), signing_time, &out, &error),
        error);
    struct sg_span bytes = JOIN(sg_buffer_span(&out));
    sg_arena_free(&arena);
    sg_buffer_free(&folder);
    sg_buffer_free(&signature);
    sg_buffer_free(&out);
    return bytes;
}

static inline void write_packages(void)
{
    struct sg_span good = signed_package("good\n", RELEASE, expiry_time);
    struct sg_span modified = JOIN(good);
    ((uint8_t *)(uintptr_t)modified.data)[10] ^= 1; /* the time of the first entry, in its local header only */
    write_bytes("good.zip", good);
    write_bytes("odd.zip", modified);
    write_bytes("hotfix.zip", signed_package("fix\n", HOTFIX, expiry_time));
    write_bytes("expired.zip", signed_package("old\n", RELEASE, judging_time));
    write_bytes("unsigned.zip", package_of("anything\n"));
    write_bytes("broken.zip", SG_SPAN_LITERAL("no archive\n"));
    write_bytes("root.pem", certificate_pem(chain.root.certificate));
}

static inline int enter_gate_folder(void **state)
{
    const char *base = getenv("TMPDIR");
    struct sg_error error = {0};
    (void)state;
    snprintf(gate_folder, sizeof gate_folder, "%s/sealgate-gate-%ld", base != NULL ? base : "/tmp", (long)getpid());
    if (mkdir(gate_folder, 0700) != 0 || chdir(gate_folder) != 0)
        return -1;
    chain = make_chain();
    assert_done(sg_signer_make(key_pem(chain.leaf.key, NULL), "key.pem",
                               JOIN(certificate_pem(chain.leaf.certificate), certificate_pem(chain.ca.certificate),
                                    certificate_pem(chain.root.certificate)),
                               "chain.pem", &signer, &error),
                error);
    write_packages();
    return 0;
}

static inline int leave_gate_folder(void **state)
{
    (void)state;
    sg_signer_free(&signer);
    free_chain(&chain);
    sg_arena_free(&made);
    DIR *folder = opendir(".");
    if (folder == NULL)
        return -1;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove(entry->d_name);
    closedir(folder);
    return chdir("/") == 0 && rmdir(gate_folder) == 0 ? 0 : -1;
}

/* The head of a configuration; artifacts follow. */
#define CONFIG                                                                                                         \
    "version: 1\n"                                                                                                     \
    "code_signing_config: release\n"                                                                                   \
    "code_signing_configs:\n"                                                                                          \
    "  release: {allowed_publishers: ['" RELEASE "'], untrusted_artifact_on_deployment: Enforce}\n"                    \
    "  canary: {allowed_publishers: ['" RELEASE "']}\n"
#define TRUST "trust: {roots: [root.pem]}\n"
#define OFF   "revocation: {sources: []}\n"

static inline struct sg_gate_options gate_options(void)
{
    return (struct sg_gate_options){.config_path = "sealgate.yaml", .has_now = true, .now = judging_time, .jobs = 2};
}

/* Runs the gate over sealgate.yaml with this text; it must come to a report. Free with sg_run_free. */
static inline struct sg_run *run_gate(const char *yaml, const struct sg_gate_options *options)
{
    struct sg_run *run = NULL;
    struct sg_error error = {0};
    struct sg_buffer problems = sg_buffer_make(SG_CONFIG_PROBLEMS_MAX_BYTES);
    write_bytes("sealgate.yaml", sg_span_text(yaml));
    sg_result result = sg_gate_run(options, &run, &problems, &error);
    if (!result.done)
        fail_msg("%s\n%s", error.message, sg_buffer_text(&problems));
    sg_buffer_free(&problems);
    assert_non_null(run);
    return run;
}

#endif
