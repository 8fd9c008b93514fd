/*
 * One package from its bytes to the action. Nothing but what the fixed key signed may be allowed (fixed.h has the root; the key
 * is not kept, so whatever else comes to be allowed is a forgery). And what has no signature, but a structure that is proven,
 * is signed here with a key of the moment: then it must be proven whole, with the same entries.
 */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/signer.h"
#include "fixed.h"
#include "package/writer.h"
#include "verdict/verdict.h"
#include "zip_walk.h"

static struct sg_anchors *fixed_anchors;
static struct moment {
    struct sg_signer *signer;
    struct sg_anchors *anchors;
} moment;

/* --- a key of the moment ------------------------------------------------------------------------------------------------- */

struct member {
    EVP_PKEY *key;
    X509 *certificate;
};

static void add_extension(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
    must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static struct member make_member(const char *name, const struct member *issuer, bool leaf)
{
    static long serial = 1;
    struct member made = {EVP_EC_gen("P-384"), X509_new()};
    must(made.key != NULL && made.certificate != NULL);
    X509_NAME *subject = X509_NAME_new();
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
    X509_set_version(made.certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial++);
    X509_set_subject_name(made.certificate, subject);
    X509_set_issuer_name(made.certificate, issuer == NULL ? subject : X509_get_subject_name(issuer->certificate));
    X509_NAME_free(subject);
    ASN1_TIME_set_string_X509(X509_getm_notBefore(made.certificate), "260101000000Z");
    ASN1_TIME_set_string_X509(X509_getm_notAfter(made.certificate), "460101000000Z");
    X509_set_pubkey(made.certificate, made.key);
    add_extension(made.certificate, NID_basic_constraints, leaf ? "critical,CA:FALSE" : "critical,CA:TRUE");
    add_extension(made.certificate, NID_key_usage, leaf ? "critical,digitalSignature" : "critical,keyCertSign,cRLSign");
    if (leaf)
        add_extension(made.certificate, NID_ext_key_usage, "critical,codeSigning");
    must(X509_sign(made.certificate, issuer == NULL ? made.key : issuer->key, EVP_sha384()) > 0);
    return made;
}

static struct sg_span memory_of(BIO *bio)
{
    char *text = NULL;
    long size = BIO_get_mem_data(bio, &text);
    return sg_span_of(text, (size_t)size);
}

static void make_moment(void)
{
    struct sg_error error = {0};
    struct member root = make_member("Fuzz Root", NULL, false);
    struct member leaf = make_member("Fuzz Leaf", &root, true);
    BIO *key = BIO_new(BIO_s_mem());
    BIO *certificates = BIO_new(BIO_s_mem());
    must(PEM_write_bio_PKCS8PrivateKey(key, leaf.key, NULL, NULL, 0, NULL, NULL) == 1);
    must(PEM_write_bio_X509(certificates, leaf.certificate) == 1);
    must(PEM_write_bio_X509(certificates, root.certificate) == 1);
    must_do(sg_signer_make(memory_of(key), "key", memory_of(certificates), "chain", &moment.signer, &error), error);
    must_do(sg_anchors_make(&moment.anchors, &error), error);
    must_do(sg_signer_add_root(moment.signer, moment.anchors, &error), error);
    BIO_free(key);
    BIO_free(certificates);
    EVP_PKEY_free(root.key);
    X509_free(root.certificate);
    EVP_PKEY_free(leaf.key);
    X509_free(leaf.certificate);
}

static void prepare(void)
{
    struct sg_error error = {0};
    if (fixed_anchors != NULL)
        return;
    must_do(sg_anchors_make(&fixed_anchors, &error), error);
    must_do(sg_anchors_add_pem(fixed_anchors, sg_span_text(fixed_root_pem), "root.pem", &error), error);
    make_moment();
}

/* --- what must hold ------------------------------------------------------------------------------------------------------- */

static void read_facts(struct sg_span bytes, const struct sg_anchors *anchors, struct sg_facts *facts)
{
    struct sg_error error = {0};
    *facts = (struct sg_facts){.was_read = true, .arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES)};
    must_do(sg_package_read(bytes, &facts->arena, &facts->package, &error), error);
    if (facts->package.structure.outcome == SG_PROVEN && facts->package.has_signature)
        must_do(sg_envelope_verify(facts->package.signature, facts->package.content, anchors, &facts->arena,
                                   &facts->envelope, &error),
                error);
}

static enum sg_action judge(const struct sg_facts *facts, struct sg_time now)
{
    static const char *publishers[] = {fixed_profile};
    static const struct sg_code_signing_config config = {
        .name = "release", .publishers = publishers, .publisher_count = 1, .enforce = true};
    static const struct sg_code_signing_config *configs[] = {&config};
    static const struct sg_artifact artifact = {
        .kind = SG_FUNCTION, .name = "fuzzed", .code = "fuzzed.zip", .configs = configs, .config_count = 1};
    const struct sg_judging judging = {.now = now};
    struct sg_error error = {0};
    struct sg_judgement judgement = {0};
    struct sg_arena arena = sg_arena_make(SG_REPORT_MAX_BYTES);
    must_do(sg_judge(&artifact, facts, &config, &judging, &arena, &judgement, &error), error);
    for (size_t i = 0; i < judgement.finding_count; i++) {
        must(is_one_printable_line(judgement.findings[i].message));
        must(is_one_printable_line(judgement.findings[i].help));
    }
    enum sg_action action = judgement.action;
    sg_arena_free(&arena);
    return action;
}

static bool is_fixed_content(const uint8_t *content)
{
    for (size_t i = 0; i < sizeof fixed_contents / sizeof fixed_contents[0]; i++) {
        if (memcmp(content, fixed_contents[i], sizeof fixed_contents[i]) == 0)
            return true;
    }
    return false;
}

static void check_judgement(const struct sg_facts *facts)
{
    const struct sg_time after_expiry = sg_time_plus(fixed_expires_at, 1);
    bool proven = sg_envelope_proven(&facts->envelope);
    enum sg_action action = judge(facts, sg_time_plus(fixed_signed_at, 1));
    must(action == SG_ACTION_ALLOW || action == SG_ACTION_BLOCK);
    must((action == SG_ACTION_ALLOW) == (facts->package.structure.outcome == SG_PROVEN && proven));
    must(judge(facts, after_expiry) == SG_ACTION_BLOCK);
    if (!proven)
        return;
    must(is_fixed_content(facts->package.content));
    must(strcmp(facts->envelope.claims.profile_version_arn, fixed_profile) == 0);
    must(strcmp(facts->envelope.claims.job_arn, fixed_job) == 0);
    must(sg_time_compare(facts->envelope.claims.signed_at, fixed_signed_at) == 0);
    must(sg_time_compare(facts->envelope.claims.expires_at, fixed_expires_at) == 0);
}

/* A name of the package's own may collide with those that signing adds; then nobody could tell which is meant. */
static bool collides(const struct sg_package *package)
{
    if (package->structure.outcome == SG_PROVEN)
        return false;
    must(package->structure.rule == SG_RULE_AMBIGUOUS_PACKAGE);
    return true;
}

/* What was made of the package with the key of the moment is read again. */
static void check_signed(struct sg_span bytes, const struct sg_package *before)
{
    struct sg_facts facts;
    read_facts(bytes, moment.anchors, &facts);
    if (!collides(&facts.package)) {
        must(sg_envelope_proven(&facts.envelope) && facts.package.entry_count == before->entry_count + 1);
        must(memcmp(facts.package.content, before->content, sizeof before->content) == 0);
        must(judge(&facts, sg_time_plus(fixed_signed_at, 1)) == SG_ACTION_ALLOW);
    }
    sg_arena_free(&facts.arena);
}

static void sign_and_check(struct sg_span with_folder, const struct sg_package *package)
{
    struct sg_error error = {0};
    struct sg_buffer signature = sg_buffer_make(SG_SIGNATURE_MAX_BYTES);
    struct sg_buffer out = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
    struct sg_signing_request request = {.profile_version_arn = fixed_profile,
                                         .job_arn = fixed_job,
                                         .signed_at = fixed_signed_at,
                                         .expires_at = fixed_expires_at};
    memcpy(request.content, package->content, sizeof request.content);
    must_do(sg_signer_sign(moment.signer, &request, &signature, &error), error);
    must_do(sg_package_append_signature(with_folder, sg_buffer_span(&signature), fixed_signed_at, &out, &error), error);
    check_signed(sg_buffer_span(&out), package);
    sg_buffer_free(&signature);
    sg_buffer_free(&out);
}

static void check_signing(struct sg_span bytes, const struct sg_package *package)
{
    struct sg_error error = {0};
    struct sg_buffer folder = sg_buffer_make(SG_PACKAGE_MAX_BYTES);
    struct sg_package copy;
    struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    if (package->has_folder) {
        sign_and_check(bytes, package);
    } else {
        must_do(sg_package_append_folder(bytes, fixed_signed_at, &folder, &error), error);
        must_do(sg_package_read(sg_buffer_span(&folder), &arena, &copy, &error), error);
        if (!collides(&copy)) {
            must(copy.has_folder && copy.entry_count == package->entry_count + 1);
            sign_and_check(sg_buffer_span(&folder), &copy);
        }
    }
    sg_arena_free(&arena);
    sg_buffer_free(&folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_facts facts;
    prepare();
    read_facts(sg_span_of(data, size), fixed_anchors, &facts);
    check_judgement(&facts);
    if (facts.package.structure.outcome == SG_PROVEN && !facts.package.has_signature)
        check_signing(sg_span_of(data, size), &facts.package);
    sg_arena_free(&facts.arena);
    return 0;
}

#ifdef SEALGATE_LIBFUZZER
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    if (seed % 4 != 0)
        mend_archive(data, size, seed / 4 % 3 != 0 ? 0 : seed >> 8);
    return size;
}
#endif
