#include "report/explain.h"

#include "report/explain_rules.h"

const struct sg_explanation *sg_explain(enum sg_rule rule)
{
    if (rule <= SG_RULE_NONE || rule >= SG_RULE_COUNT)
        return NULL;
    if (sg_explanations_of_packages[rule].summary != NULL)
        return &sg_explanations_of_packages[rule];
    return &sg_explanations_of_policy[rule];
}
