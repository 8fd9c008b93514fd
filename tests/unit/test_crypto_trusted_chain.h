/*
 * A chain and the anchors that trust its root, made once for all tests of a program: give set_up and tear_down to cmocka.
 */
#ifndef SG_TESTS_CRYPTO_TRUSTED_CHAIN_H
#define SG_TESTS_CRYPTO_TRUSTED_CHAIN_H

#include "test_crypto_envelope_make.h"

static struct chain chain;
static struct sg_anchors *anchors;

static int set_up(void **state)
{
    struct sg_error error = {0};
    (void)state;
    chain = make_chain();
    return sg_anchors_make(&anchors, &error).done &&
                   sg_anchors_add_pem(anchors, certificate_pem(chain.root.certificate), "root.pem", &error).done
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    free_chain(&chain);
    sg_anchors_free(&anchors);
    sg_arena_free(&made);
    return 0;
}

#endif
