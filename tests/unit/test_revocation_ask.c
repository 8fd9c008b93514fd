/* What the sources say about a signature: revoked, not revoked, or not known. */
#include "test_crypto_crl_make.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "revocation/revocation.h"

#define JOB       "arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555"
#define OTHER_JOB "arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555556"
#define PROFILE   "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"
#define LIST(entries)                                                                                                  \
    "{\"version\":1,\"issued_at\":\"2026-11-23T00:00:00Z\",\"next_update\":\"2026-11-24T00:00:00Z\",\"revoked\":"      \
    "[" entries "]}"
#define JOB_ENTRY(arn, more)      "{\"job_arn\":\"" arn "\",\"revoked_at\":\"2026-11-20T00:00:00Z\"" more "}"
#define PROFILE_ENTRY(from, more) "{\"profile_version_arn\":\"" PROFILE "\",\"effective_from\":\"" from "\"" more "}"

enum { CHAIN = 4, MAX_SOURCES = 4 };

static struct made_authority root, upper, authority, leaf;
static struct sg_certificate chain[CHAIN];
static struct sg_signature signature;
static char folder[256];

static struct sg_time at(const char *text)
{
    struct sg_time time = {0};
    assert_true(sg_time_parse_rfc3339(sg_span_text(text), &time));
    return time;
}

static int make_all(void **state)
{
    (void)state;
    root = make_certificate("Root", 1, "critical,keyCertSign,cRLSign", NULL);
    upper = make_certificate("Upper CA", 2, "critical,keyCertSign,cRLSign", &root);
    authority = make_certificate("CA", 3, "critical,keyCertSign,cRLSign", &upper);
    leaf = make_certificate("Leaf", 0x1234, "critical,digitalSignature", &authority);
    describe_certificate(leaf.certificate, "CN=Leaf", "1234", '1', &chain[0]);
    describe_certificate(authority.certificate, "CN=CA", "03", '2', &chain[1]);
    describe_certificate(upper.certificate, "CN=Upper CA", "02", '3', &chain[2]);
    describe_certificate(root.certificate, "CN=Root", "01", '4', &chain[3]);
    for (size_t i = 0; i < CHAIN; i++)
        memset(chain[i].twin_sha256, 'a' + (int)i, SG_SHA256_BYTES);
    signature = (struct sg_signature){.profile_version_arn = PROFILE,
                                      .job_arn = JOB,
                                      .signed_at = at("2026-11-02T10:11:12.345Z"),
                                      .expires_at = at("2037-11-02T10:11:12.345Z"),
                                      .chain = chain,
                                      .chain_count = CHAIN};
    snprintf(folder, sizeof folder, "/tmp/sealgate-ask-%ld-%d", (long)getpid(), rand());
    return mkdir(folder, 0700);
}

static int free_all(void **state)
{
    (void)state;
    struct made_authority *all[] = {&root, &upper, &authority, &leaf};
    for (size_t i = 0; i < CHAIN; i++) {
        free_authority(all[i]);
        free_described(&chain[i]);
    }
    return rmdir(folder);
}

/* --- sources ------------------------------------------------------------------------------------------------------------ */

/* One source of a row: the text of a list, or a CRL of one of the authorities; neither: it cannot be had. */
struct wanted_source {
    const char *list;
    const struct made_authority *crl;
    const long *revoked; /* one serial number, or NULL */
    bool crl_missing;
};

static struct sg_source_setting settings[MAX_SOURCES];
static char paths[MAX_SOURCES][32];

static struct sg_source *load_source(size_t number, const struct wanted_source *wanted)
{
    char path[512];
    struct sg_error error = {0};
    struct sg_source *source = NULL;
    bool is_crl = wanted->crl != NULL || wanted->crl_missing;
    snprintf(paths[number], sizeof paths[number], "source-%zu", number);
    snprintf(path, sizeof path, "%s/%s", folder, paths[number]);
    settings[number] =
        (struct sg_source_setting){.kind = is_crl ? SG_SOURCE_CRL : SG_SOURCE_LIST, .path = paths[number]};
    if (wanted->list != NULL)
        assert_done(sg_file_write(path, sg_span_text(wanted->list), 0600, &error), error);
    if (wanted->crl != NULL) {
        X509_CRL *list =
            make_crl(&(struct crl_plan){.serials = wanted->revoked, .serial_count = wanted->revoked != NULL ? 1 : 0},
                     wanted->crl);
        struct sg_span der = encode_crl(list);
        assert_done(sg_file_write(path, der, 0600, &error), error);
        OPENSSL_free((void *)(uintptr_t)der.data);
        X509_CRL_free(list);
    }
    const struct sg_source_context context = {.folder = folder, .now = at("2026-11-23T12:00:00Z")};
    assert_done(sg_source_make(&settings[number], &source, &error), error);
    assert_done(sg_source_load(source, &context, &error), error);
    unlink(path);
    return source;
}

struct row {
    const char *what;
    struct wanted_source sources[MAX_SOURCES];
    size_t count;
    enum sg_outcome outcome;
    enum sg_rule rule;
    const char *message; /* NULL for none; %s is the folder, once */
};

static void check_row(const struct row *row)
{
    char wanted[1024];
    struct sg_error error = {0};
    struct sg_arena arena = sg_arena_make(1024 * 1024);
    struct sg_source *sources[MAX_SOURCES] = {0};
    struct sg_proof proof = {0};
    for (size_t i = 0; i < row->count; i++)
        sources[i] = load_source(i, &row->sources[i]);
    assert_done(sg_revocation_ask(sources, row->count, &signature, &arena, &proof, &error), error);
    const char *cut = row->message == NULL ? NULL : strstr(row->message, "%s");
    if (cut != NULL)
        snprintf(wanted, sizeof wanted, "%.*s%s%s", (int)(cut - row->message), row->message, folder, cut + 2);
    else
        snprintf(wanted, sizeof wanted, "%s", row->message == NULL ? "(none)" : row->message);
    const char *got = proof.message == NULL ? "(none)" : proof.message;
    if (proof.outcome != row->outcome || proof.rule != row->rule || strcmp(got, wanted) != 0)
        fail_msg("%s: outcome %d, rule %d\n  %s\n  instead of\n  %s", row->what, (int)proof.outcome, (int)proof.rule,
                 got, wanted);
    for (size_t i = 0; i < row->count; i++)
        sg_source_free(&sources[i]);
    sg_arena_free(&arena);
}

static void test_lists(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"an empty list", {{.list = LIST("")}}, 1, SG_PROVEN, SG_RULE_NONE, NULL},
        {"a list about others", {{.list = LIST(JOB_ENTRY(OTHER_JOB, ""))}}, 1, SG_PROVEN, SG_RULE_NONE, NULL},
        {"the job",
         {{.list = LIST(JOB_ENTRY(JOB, ""))}},
         1,
         SG_REFUTED,
         SG_RULE_JOB_REVOKED,
         "job 11111111-2222-3333-4444-555555555555 was revoked on 2026-11-20, says list source-0"},
        {"the job, with a reason",
         {{.list = LIST(JOB_ENTRY(JOB, ",\"reason\":\"key leaked\""))}},
         1,
         SG_REFUTED,
         SG_RULE_JOB_REVOKED,
         "job 11111111-2222-3333-4444-555555555555 was revoked on 2026-11-20 (reason: key leaked), says list source-0"},
        {"the job, with an empty reason",
         {{.list = LIST(JOB_ENTRY(JOB, ",\"reason\":\"\""))}},
         1,
         SG_REFUTED,
         SG_RULE_JOB_REVOKED,
         "job 11111111-2222-3333-4444-555555555555 was revoked on 2026-11-20, says list source-0"},
        {"a hostile reason",
         {{.list = LIST(JOB_ENTRY(JOB, ",\"reason\":\"a\\n::error::\\u001b[2J\\u202e\""))}},
         1,
         SG_REFUTED,
         SG_RULE_JOB_REVOKED,
         "job 11111111-2222-3333-4444-555555555555 was revoked on 2026-11-20 (reason: "
         "a\\x0A::error::\\x1B[2J\\u{202E}), "
         "says list source-0"},
        {"the profile, from before",
         {{.list = LIST(PROFILE_ENTRY("2026-11-01T00:00:00Z", ""))}},
         1,
         SG_REFUTED,
         SG_RULE_PROFILE_REVOKED,
         "profile version Release/AbCdEf0123 is revoked for what was signed from 2026-11-01T00:00:00Z on, and this was "
         "signed 2026-11-02T10:11:12.345Z, says list source-0"},
        {"the profile, from that very moment",
         {{.list = LIST(PROFILE_ENTRY("2026-11-02T10:11:12.345Z", ",\"reason\":\"rotated\""))}},
         1,
         SG_REFUTED,
         SG_RULE_PROFILE_REVOKED,
         "profile version Release/AbCdEf0123 is revoked for what was signed from 2026-11-02T10:11:12.345Z on (reason: "
         "rotated), and this was signed 2026-11-02T10:11:12.345Z, says list source-0"},
        {"the profile, from a millisecond later",
         {{.list = LIST(PROFILE_ENTRY("2026-11-02T10:11:12.346Z", ""))}},
         1,
         SG_PROVEN,
         SG_RULE_NONE,
         NULL},
        {"the profile twice, later and earlier",
         {{.list = LIST(PROFILE_ENTRY("2026-11-20T00:00:00Z", "") "," PROFILE_ENTRY("2026-11-01T00:00:00Z", ""))}},
         1,
         SG_REFUTED,
         SG_RULE_PROFILE_REVOKED,
         "profile version Release/AbCdEf0123 is revoked for what was signed from 2026-11-01T00:00:00Z on, and this was "
         "signed 2026-11-02T10:11:12.345Z, says list source-0"},
        {"the second of two lists",
         {{.list = LIST("")}, {.list = LIST(JOB_ENTRY(JOB, ""))}},
         2,
         SG_REFUTED,
         SG_RULE_JOB_REVOKED,
         "job 11111111-2222-3333-4444-555555555555 was revoked on 2026-11-20, says list source-1"},
        {"a list that cannot be had",
         {{0}},
         1,
         SG_UNDECIDED,
         SG_RULE_NONE,
         "no answer from list source-0: cannot open %s/source-0: No such file or directory"},
        {"a list that is out of shape",
         {{.list = "{}"}},
         1,
         SG_UNDECIDED,
         SG_RULE_NONE,
         "no answer from list source-0: the list's member version is missing"},
        {"one of two that cannot be had",
         {{.list = LIST("")}, {.list = "x"}},
         2,
         SG_UNDECIDED,
         SG_RULE_NONE,
         "no answer from list source-1: the list is no JSON: line 1, column 1: '[' or '{' expected near 'x'"},
        {"three that cannot be had",
         {{.list = "{}"}, {.list = "{}"}, {.list = "{}"}},
         3,
         SG_UNDECIDED,
         SG_RULE_NONE,
         "no answer from list source-0: the list's member version is missing (and 2 more sources)"},
        {"revoked, though another did not answer",
         {{.list = "{}"}, {.list = LIST(JOB_ENTRY(JOB, ""))}},
         2,
         SG_REFUTED,
         SG_RULE_JOB_REVOKED,
         "job 11111111-2222-3333-4444-555555555555 was revoked on 2026-11-20, says list source-1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(&rows[i]);
}

/* Each certificate of the chain, the root too, by any of its hashes; also by that with the other signature. */
static void test_certificates_of_lists(void **state)
{
    (void)state;
    static const char *const names[CHAIN] = {"CN=Leaf (serial 1234)", "CN=CA (serial 03)", "CN=Upper CA (serial 02)",
                                             "CN=Root (serial 01)"};
    for (size_t i = 0; i < CHAIN; i++) {
        char hex[SG_SHA256_HEX_BYTES];
        char list[1024];
        char message[256];
        struct row row = {.what = names[i],
                          .sources = {{.list = list}},
                          .count = 1,
                          .outcome = SG_REFUTED,
                          .rule = SG_RULE_CERTIFICATE_REVOKED,
                          .message = message};
        snprintf(list, sizeof list, LIST("{\"certificate_sha256\":\"%s\",\"revoked_at\":\"2026-11-20T00:00:00Z\"}"),
                 sg_hex(sg_span_of(chain[i].sha256, SG_SHA256_BYTES), hex));
        snprintf(message, sizeof message, "certificate %s is revoked since 2026-11-20, says list source-0", names[i]);
        check_row(&row);
        assert_memory_not_equal(chain[i].sha256, chain[i].twin_sha256, SG_SHA256_BYTES);
        snprintf(list, sizeof list, LIST("{\"certificate_sha256\":\"%s\",\"revoked_at\":\"2026-11-20T00:00:00Z\"}"),
                 sg_hex(sg_span_of(chain[i].twin_sha256, SG_SHA256_BYTES), hex));
        check_row(&row);
        snprintf(list, sizeof list, LIST("{\"certificate_hash\":\"%s\",\"reason\":\"lost\"}"), chain[i].hash);
        snprintf(message, sizeof message, "certificate %s is revoked (reason: lost), says list source-0", names[i]);
        check_row(&row);
    }
}

static void test_crls(void **state)
{
    (void)state;
    static const long the_leaf[] = {0x1234};
    static const long the_upper[] = {2};
    static const long other[] = {0x77};
    const struct row rows[] = {
        {"every certificate is covered",
         {{.crl = &authority}, {.crl = &upper}, {.crl = &root}},
         3,
         SG_PROVEN,
         SG_RULE_NONE,
         NULL},
        {"covered, and others are revoked",
         {{.crl = &root, .revoked = other}, {.crl = &upper, .revoked = other}, {.crl = &authority, .revoked = other}},
         3,
         SG_PROVEN,
         SG_RULE_NONE,
         NULL},
        {"the leaf is revoked",
         {{.crl = &authority, .revoked = the_leaf}, {.crl = &upper}, {.crl = &root}},
         3,
         SG_REFUTED,
         SG_RULE_CERTIFICATE_REVOKED,
         "certificate CN=Leaf (serial 1234) is revoked, says crl source-0"},
        {"a CA is revoked",
         {{.crl = &authority}, {.crl = &upper}, {.crl = &root, .revoked = the_upper}},
         3,
         SG_REFUTED,
         SG_RULE_CERTIFICATE_REVOKED,
         "certificate CN=Upper CA (serial 02) is revoked, says crl source-2"},
        {"the leaf alone is covered",
         {{.crl = &authority}},
         1,
         SG_UNDECIDED,
         SG_RULE_NONE,
         "no CRL covers certificate CN=CA: none of them was signed by the CA that issued it"},
        {"the leaf is not covered",
         {{.crl = &upper}, {.crl = &root}},
         2,
         SG_UNDECIDED,
         SG_RULE_NONE,
         "no CRL covers certificate CN=Leaf: none of them was signed by the CA that issued it"},
        {"a list does not cover",
         {{.crl = &authority}, {.crl = &upper}, {.list = LIST("")}},
         3,
         SG_UNDECIDED,
         SG_RULE_NONE,
         "no CRL covers certificate CN=Upper CA: none of them was signed by the CA that issued it"},
        {"revoked, though others are not covered",
         {{.crl = &authority, .revoked = the_leaf}},
         1,
         SG_REFUTED,
         SG_RULE_CERTIFICATE_REVOKED,
         "certificate CN=Leaf (serial 1234) is revoked, says crl source-0"},
        {"one cannot be had",
         {{.crl = &authority}, {.crl = &upper}, {.crl_missing = true}},
         3,
         SG_UNDECIDED,
         SG_RULE_NONE,
         "no answer from crl source-2: cannot open %s/source-2: No such file or directory"},
        {"a list and CRLs",
         {{.list = LIST("")}, {.crl = &authority}, {.crl = &upper}, {.crl = &root}},
         4,
         SG_PROVEN,
         SG_RULE_NONE,
         NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(&rows[i]);
}

static void test_nothing_to_ask(void **state)
{
    (void)state;
    const struct row none = {"no sources", {{0}}, 0, SG_UNDECIDED, SG_RULE_NONE, "there is no revocation source"};
    check_row(&none);
    signature.chain_count = 0;
    const struct row no_chain = {"no chain",   {{.list = LIST("")}}, 1,
                                 SG_UNDECIDED, SG_RULE_NONE,         "the signature has no proven chain to ask about"};
    check_row(&no_chain);
    signature.chain_count = CHAIN;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_certificates_of_lists),
        cmocka_unit_test(test_crls),
        cmocka_unit_test(test_nothing_to_ask),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
