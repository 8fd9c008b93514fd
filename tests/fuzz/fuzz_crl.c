/*
 * CRLs about the fixed leaf, asked of the CA that issued it. That CA signed two lists, one that has the leaf and one that has
 * not, with different dates: no other answer may come of any bytes.
 */
#include "crypto/crl.h"
#include "fixed.h"
#include "fuzz.h"

static void check_answer(const struct sg_crl *crl)
{
    const struct sg_certificate leaf = {.der = {fixed_leaf_der, sizeof fixed_leaf_der}};
    const struct sg_certificate issuer = {.der = {fixed_issuer_der, sizeof fixed_issuer_der}};
    const struct sg_certificate root = {.der = {fixed_root_der, sizeof fixed_root_der}};
    struct sg_error error = {0};
    enum sg_crl_answer answer = SG_CRL_NOT_COVERED;
    must_do(sg_crl_ask(crl, &leaf, &issuer, &answer, &error), error);
    struct sg_time dated = sg_crl_this_update(crl);
    if (answer != SG_CRL_NOT_COVERED)
        must(sg_time_compare(dated, answer == SG_CRL_GOOD ? fixed_crl_good : fixed_crl_revoking) == 0);
    /* The root issued neither. */
    must_do(sg_crl_ask(crl, &leaf, &root, &answer, &error), error);
    must(answer == SG_CRL_NOT_COVERED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_error error = {0};
    struct sg_crl *crl = NULL;
    if (sg_crl_parse(sg_span_of(data, size), fixed_now, &crl, &error).done) {
        must(sg_time_compare(sg_crl_this_update(crl), sg_time_plus(fixed_now, SG_CLOCK_SKEW_SECONDS)) <= 0);
        must(sg_time_compare(fixed_now, sg_crl_next_update(crl)) < 0);
        check_answer(crl);
    } else {
        must(crl == NULL && error.code == SG_ERROR_NETWORK && is_one_printable_line(error.message));
    }
    sg_crl_free(&crl);
    return 0;
}
