/*
 * The texts of `sealgate explain`, in two tables: each rule stands in one of them, and is empty in the other.
 *
 * For explain.c and the files of the tables.
 */
#ifndef SG_REPORT_EXPLAIN_RULES_H
#define SG_REPORT_EXPLAIN_RULES_H

#include "report/explain.h"

extern const struct sg_explanation sg_explanations_of_packages[SG_RULE_COUNT];
extern const struct sg_explanation sg_explanations_of_policy[SG_RULE_COUNT];

#endif
