#include "base/rule.h"

static const struct {
    const char *name;
    enum sg_check check;
} rules[SG_RULE_COUNT] = {
#define SG_RULE_ROW(id, name, check) [SG_RULE_##id] = {name, SG_CHECK_##check},
    SG_RULES(SG_RULE_ROW)
#undef SG_RULE_ROW
};

const char *sg_rule_name(enum sg_rule rule)
{
    return rules[rule].name;
}

enum sg_check sg_rule_check(enum sg_rule rule)
{
    return rules[rule].check;
}

enum sg_rule sg_rule_by_name(struct sg_span name)
{
    for (int rule = SG_RULE_NONE + 1; rule < SG_RULE_COUNT; rule++) {
        if (sg_span_equal(name, sg_span_text(rules[rule].name)))
            return (enum sg_rule)rule;
    }
    return SG_RULE_NONE;
}

const char *sg_check_name(enum sg_check check)
{
    static const char *const names[SG_CHECK_COUNT] = {
        [SG_CHECK_INTEGRITY] = "integrity",
        [SG_CHECK_EXPIRY] = "expiry",
        [SG_CHECK_MISMATCH] = "mismatch",
        [SG_CHECK_REVOCATION] = "revocation",
    };
    return names[check];
}
