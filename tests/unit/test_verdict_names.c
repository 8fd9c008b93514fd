/* How jobs, profiles and artifacts are named in findings, also when there is no name to be had. */
#include "test_verdict_fixture.h"

/* Judges and copies the one finding. */
static struct sg_finding only_finding(const struct sg_artifact *artifact, const struct sg_facts *facts,
                                      const struct sg_code_signing_config *config, const struct sg_judging *judging,
                                      struct sg_arena *arena)
{
    struct sg_judgement judgement;
    judge(artifact, facts, config, judging, arena, &judgement);
    assert_int_equal(judgement.finding_count, 1);
    return judgement.findings[0];
}

/* Without a publisher whose name could be given, the help gives none; the configuration refuses such lists, the judge does not
 * rest on that. */
static void test_whom_to_sign_with(void **state)
{
    (void)state;
    static const char *odd[] = {"not an ARN"};
    static const struct {
        const char **publishers;
        size_t count;
        const char *help;
    } rows[] = {
        {one_publisher, 1,
         "sign dist/checkout.zip with profile Release (`aws signer start-signing-job`) and deploy the signed object"},
        {odd, 1,
         "sign dist/checkout.zip with profile an allowed one (`aws signer start-signing-job`) and deploy the signed "
         "object"},
        {NULL, 0,
         "sign dist/checkout.zip with profile an allowed one (`aws signer start-signing-job`) and deploy the signed "
         "object"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sg_code_signing_config config = {
            .name = "release", .publishers = rows[i].publishers, .publisher_count = rows[i].count, .enforce = true};
        const struct sg_judging judging = usual_judging();
        struct sg_facts facts = good_facts();
        struct sg_arena arena;
        facts.package.has_signature = false;
        facts.envelope = (struct sg_envelope){0};
        struct sg_finding finding = only_finding(&function, &facts, &config, &judging, &arena);
        assert_int_equal(finding.rule, SG_RULE_UNSIGNED);
        assert_int_equal(finding.level, SG_LEVEL_ERROR);
        assert_string_equal(finding.message, "the package has no signature");
        assert_string_equal(finding.help, rows[i].help);
        sg_arena_free(&arena);
    }
}

/* A job is named by its UUID, and by all of its ARN where that has none. */
static void test_jobs(void **state)
{
    (void)state;
    static const struct {
        const char *job, *message;
    } rows[] = {
        {JOB, "the content is not what job " UUID
              " signed on 2026-11-02; a file was changed, renamed, added, removed or moved since"},
        {"arn:aws:signer:odd", "the content is not what job arn:aws:signer:odd signed on 2026-11-02; a file was "
                               "changed, renamed, added, removed or moved since"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sg_judging judging = usual_judging();
        struct sg_facts facts = good_facts();
        struct sg_arena arena;
        facts.envelope.content = refuted(SG_RULE_CONTENT_MODIFIED, "the content is another");
        facts.envelope.claims.job_arn = rows[i].job;
        struct sg_finding finding = only_finding(&function, &facts, &enforce_config, &judging, &arena);
        assert_int_equal(finding.rule, SG_RULE_CONTENT_MODIFIED);
        assert_string_equal(finding.message, rows[i].message);
        sg_arena_free(&arena);
    }
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct sg_lock lock = {.path = "sealgate.lock"};
    static const struct {
        enum sg_artifact_kind kind;
        const char *message;
    } rows[] = {
        {SG_FUNCTION, "sealgate.lock has no entry for function checkout"},
        {SG_LAYER, "sealgate.lock has no entry for layer checkout"},
    };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        const struct sg_artifact artifact = {.kind = rows[i / 2].kind, .name = "checkout", .code = "dist/checkout.zip"};
        const struct sg_facts facts = good_facts();
        struct sg_judging judging = usual_judging();
        struct sg_arena arena;
        judging.lock = &lock;
        judging.frozen = i % 2 == 1;
        struct sg_finding finding = only_finding(&artifact, &facts, &enforce_config, &judging, &arena);
        assert_int_equal(finding.rule, SG_RULE_NOT_LOCKED);
        assert_int_equal(finding.level, judging.frozen ? SG_LEVEL_ERROR : SG_LEVEL_NOTICE);
        assert_string_equal(finding.message, rows[i / 2].message);
        sg_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whom_to_sign_with),
        cmocka_unit_test(test_jobs),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
