#include "requests.h"

#include "crypto/crl.h"
#include "crypto/envelope.h"
#include "crypto/signer.h"

/* Declares the function that the tests call, and that of the room. */
#define CALL(name, parameters)                                                                                         \
    extern sg_result __real_##name parameters;                                                                         \
    extern sg_result __wrap_##name parameters

/* --- envelopes -------------------------------------------------------------------------------------------------------------- */

struct verifying {
    struct sg_span entry;
    const uint8_t *content;
    const struct sg_anchors *anchors;
};

CALL(sg_envelope_verify, (struct sg_span entry, const uint8_t *content, const struct sg_anchors *anchors,
                          struct sg_arena *arena, struct sg_envelope *out, struct sg_error *error));

static sg_result verify_once(void *self, struct sg_error *error)
{
    const struct verifying *call = self;
    struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    struct sg_envelope envelope;
    sg_result result = __real_sg_envelope_verify(call->entry, call->content, call->anchors, &arena, &envelope, error);
    sg_arena_free(&arena);
    return result;
}

sg_result __wrap_sg_envelope_verify(struct sg_span entry, const uint8_t *content, const struct sg_anchors *anchors,
                                    struct sg_arena *arena, struct sg_envelope *out, struct sg_error *error)
{
    struct verifying call = {entry, content, anchors};
    torture_requests("sg_envelope_verify", verify_once, &call);
    return __real_sg_envelope_verify(entry, content, anchors, arena, out, error);
}

/* --- anchors ---------------------------------------------------------------------------------------------------------------- */

struct adding {
    struct sg_span pem;
    const char *name;
};

CALL(sg_anchors_add_pem, (struct sg_anchors * anchors, struct sg_span pem, const char *name, struct sg_error *error));

static sg_result add_once(void *self, struct sg_error *error)
{
    const struct adding *call = self;
    struct sg_anchors *anchors = NULL;
    SG_TRY(sg_anchors_make(&anchors, error));
    sg_result result = __real_sg_anchors_add_pem(anchors, call->pem, call->name, error);
    sg_anchors_free(&anchors);
    return result;
}

sg_result __wrap_sg_anchors_add_pem(struct sg_anchors *anchors, struct sg_span pem, const char *name,
                                    struct sg_error *error)
{
    struct adding call = {pem, name};
    torture_requests("sg_anchors_add_pem", add_once, &call);
    return __real_sg_anchors_add_pem(anchors, pem, name, error);
}

/* --- CRLs ------------------------------------------------------------------------------------------------------------------- */

struct parsing {
    struct sg_span bytes;
    struct sg_time now;
};

struct asking {
    const struct sg_crl *crl;
    const struct sg_certificate *certificate, *issuer;
};

CALL(sg_crl_parse, (struct sg_span bytes, struct sg_time now, struct sg_crl **out, struct sg_error *error));
CALL(sg_crl_ask, (const struct sg_crl *crl, const struct sg_certificate *certificate,
                  const struct sg_certificate *issuer, enum sg_crl_answer *out, struct sg_error *error));

static sg_result parse_once(void *self, struct sg_error *error)
{
    const struct parsing *call = self;
    struct sg_crl *crl = NULL;
    sg_result result = __real_sg_crl_parse(call->bytes, call->now, &crl, error);
    sg_crl_free(&crl);
    return result;
}

sg_result __wrap_sg_crl_parse(struct sg_span bytes, struct sg_time now, struct sg_crl **out, struct sg_error *error)
{
    struct parsing call = {bytes, now};
    torture_requests("sg_crl_parse", parse_once, &call);
    return __real_sg_crl_parse(bytes, now, out, error);
}

static sg_result ask_once(void *self, struct sg_error *error)
{
    const struct asking *call = self;
    enum sg_crl_answer answer;
    return __real_sg_crl_ask(call->crl, call->certificate, call->issuer, &answer, error);
}

sg_result __wrap_sg_crl_ask(const struct sg_crl *crl, const struct sg_certificate *certificate,
                            const struct sg_certificate *issuer, enum sg_crl_answer *out, struct sg_error *error)
{
    struct asking call = {crl, certificate, issuer};
    torture_requests("sg_crl_ask", ask_once, &call);
    return __real_sg_crl_ask(crl, certificate, issuer, out, error);
}

/* --- signing ---------------------------------------------------------------------------------------------------------------- */

struct making {
    struct sg_span key, chain;
    const char *key_name, *chain_name;
};

struct signing {
    const struct sg_signer *signer;
    const struct sg_signing_request *request; /* NULL: the root is added to anchors */
};

CALL(sg_signer_make, (struct sg_span key, const char *key_name, struct sg_span chain, const char *chain_name,
                      struct sg_signer **out, struct sg_error *error));
CALL(sg_signer_sign, (const struct sg_signer *signer, const struct sg_signing_request *request, struct sg_buffer *out,
                      struct sg_error *error));
CALL(sg_signer_add_root, (const struct sg_signer *signer, struct sg_anchors *anchors, struct sg_error *error));

static sg_result make_once(void *self, struct sg_error *error)
{
    const struct making *call = self;
    struct sg_signer *signer = NULL;
    sg_result result = __real_sg_signer_make(call->key, call->key_name, call->chain, call->chain_name, &signer, error);
    sg_signer_free(&signer);
    return result;
}

sg_result __wrap_sg_signer_make(struct sg_span key, const char *key_name, struct sg_span chain, const char *chain_name,
                                struct sg_signer **out, struct sg_error *error)
{
    struct making call = {.key = key, .chain = chain, .key_name = key_name, .chain_name = chain_name};
    torture_requests("sg_signer_make", make_once, &call);
    return __real_sg_signer_make(key, key_name, chain, chain_name, out, error);
}

static sg_result sign_once(void *self, struct sg_error *error)
{
    const struct signing *call = self;
    struct sg_buffer pem = sg_buffer_make(SG_SIGNATURE_MAX_BYTES);
    sg_result result = __real_sg_signer_sign(call->signer, call->request, &pem, error);
    sg_buffer_free(&pem);
    return result;
}

sg_result __wrap_sg_signer_sign(const struct sg_signer *signer, const struct sg_signing_request *request,
                                struct sg_buffer *out, struct sg_error *error)
{
    struct signing call = {signer, request};
    torture_requests("sg_signer_sign", sign_once, &call);
    return __real_sg_signer_sign(signer, request, out, error);
}

static sg_result add_root_once(void *self, struct sg_error *error)
{
    const struct signing *call = self;
    struct sg_anchors *anchors = NULL;
    SG_TRY(sg_anchors_make(&anchors, error));
    sg_result result = __real_sg_signer_add_root(call->signer, anchors, error);
    sg_anchors_free(&anchors);
    return result;
}

sg_result __wrap_sg_signer_add_root(const struct sg_signer *signer, struct sg_anchors *anchors, struct sg_error *error)
{
    struct signing call = {signer, NULL};
    torture_requests("sg_signer_add_root", add_root_once, &call);
    return __real_sg_signer_add_root(signer, anchors, error);
}
