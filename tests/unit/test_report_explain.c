/*
 * Every rule is explained, and fits a terminal.
 */
#include "unit.h"

#include "report/report.h"

#include "base/printable.h"
#include "report/explain.h"

static void assert_part(enum sg_rule rule, const char *part, const char *text)
{
    if (text == NULL || text[0] == '\0')
        fail_msg("%s has no %s", sg_rule_name(rule), part);
    assert_true(sg_utf8_valid(sg_span_text(text)));
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length > 100)
            fail_msg("%s, %s: a line of %zu columns: %.*s", sg_rule_name(rule), part, length, (int)length, line);
        if (length > 0 && line[length - 1] == ' ')
            fail_msg("%s, %s: a blank ends the line: %.*s", sg_rule_name(rule), part, (int)length, line);
        line += length + (line[length] == '\n');
    }
    if (text[strlen(text) - 1] == '\n')
        fail_msg("%s, %s: ends in a line feed", sg_rule_name(rule), part);
}

static void every_rule_has_every_part(void **state)
{
    (void)state;
    for (enum sg_rule rule = SG_RULE_NONE + 1; rule < SG_RULE_COUNT; rule++) {
        const struct sg_explanation *explanation = sg_explain(rule);
        assert_non_null(explanation);
        assert_part(rule, "summary", explanation->summary);
        assert_part(rule, "meaning", explanation->meaning);
        assert_part(rule, "why", explanation->why);
        assert_part(rule, "mend", explanation->mend);
        assert_null(strchr(explanation->summary, '\n'));
    }
}

static void no_two_rules_share_a_text(void **state)
{
    (void)state;
    for (enum sg_rule a = SG_RULE_NONE + 1; a < SG_RULE_COUNT; a++) {
        for (enum sg_rule b = a + 1; b < SG_RULE_COUNT; b++) {
            assert_string_not_equal(sg_explain(a)->summary, sg_explain(b)->summary);
            assert_string_not_equal(sg_explain(a)->meaning, sg_explain(b)->meaning);
            assert_string_not_equal(sg_explain(a)->mend, sg_explain(b)->mend);
        }
    }
}

static const struct {
    enum sg_rule rule;
    const char *said; /* what a reader must find */
} facts[] = {
    {SG_RULE_CONTENT_MODIFIED, "InvalidCodeSignatureException"},
    {SG_RULE_SIGNATURE_EXPIRED, "CodeVerificationFailedException"},
    {SG_RULE_UNSIGNED, "CodeVerificationFailedException"},
    {SG_RULE_PUBLISHER_NOT_ALLOWED, "CodeVerificationFailedException"},
    {SG_RULE_JOB_REVOKED, "CodeVerificationFailedException"},
    {SG_RULE_PROFILE_REVOKED, "CodeVerificationFailedException"},
    {SG_RULE_PIN_MISMATCH, "no lengths"},
    {SG_RULE_PACKAGE_TOO_LARGE, "250 MB"},
    {SG_RULE_REVOCATION_NOT_CHECKED, "Lambda does check revocation"},
};

static void lambdas_own_words_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        assert_contains(sg_explain(facts[i].rule)->why, facts[i].said);
}

static void no_rule_has_no_explanation(void **state)
{
    (void)state;
    assert_null(sg_explain(SG_RULE_NONE));
    assert_null(sg_explain(SG_RULE_COUNT));
}

/* The formats that -o takes are found by their exact names. */
static void formats_are_found_by_name(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct sg_report_format *format = sg_report_formats; format->name != NULL; format++, count++) {
        assert_ptr_equal(sg_report_format(sg_span_text(format->name)), format);
        assert_non_null(format->write);
        assert_non_null(format->help);
    }
    assert_int_equal(count, 5);
    assert_null(sg_report_format(SG_SPAN_LITERAL("Text")));
    assert_null(sg_report_format(SG_SPAN_LITERAL("tex")));
    assert_null(sg_report_format(SG_SPAN_LITERAL("")));
}

static void verdicts_have_the_names_of_the_report(void **state)
{
    (void)state;
    assert_string_equal(sg_verdict_name(SG_VERDICT_PASSED), "passed");
    assert_string_equal(sg_verdict_name(SG_VERDICT_PASSED_WITH_WARNINGS), "passed_with_warnings");
    assert_string_equal(sg_verdict_name(SG_VERDICT_BLOCKED), "blocked");
    assert_string_equal(sg_verdict_name(SG_VERDICT_UNDECIDED), "undecided");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_every_part),   cmocka_unit_test(no_two_rules_share_a_text),
        cmocka_unit_test(lambdas_own_words_are_named), cmocka_unit_test(no_rule_has_no_explanation),
        cmocka_unit_test(formats_are_found_by_name),   cmocka_unit_test(verdicts_have_the_names_of_the_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
