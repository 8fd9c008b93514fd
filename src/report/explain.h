/*
 * What each rule means, why AWS has it, how to mend it: the text of `sealgate explain RULE`.
 */
#ifndef SG_REPORT_EXPLAIN_H
#define SG_REPORT_EXPLAIN_H

#include "base/rule.h"

struct sg_explanation {
    const char *summary; /* one sentence */
    const char *meaning; /* paragraphs, wrapped at 100 columns */
    const char *why;     /* why AWS, or this gate, has it */
    const char *mend;
};

/* Never NULL for a rule other than SG_RULE_NONE. Borrowed for ever. */
const struct sg_explanation *sg_explain(enum sg_rule rule);

#endif
