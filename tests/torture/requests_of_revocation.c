#include "requests.h"

#include "revocation/list.h"
#include "revocation/revocation.h"

/* --- asking ----------------------------------------------------------------------------------------------------------------- */

struct asking {
    struct sg_source *const *sources;
    size_t count;
    const struct sg_signature *signature;
};

extern sg_result __real_sg_revocation_ask(struct sg_source *const *sources, size_t count,
                                          const struct sg_signature *signature, struct sg_arena *arena,
                                          struct sg_proof *out, struct sg_error *error);
extern sg_result __wrap_sg_revocation_ask(struct sg_source *const *sources, size_t count,
                                          const struct sg_signature *signature, struct sg_arena *arena,
                                          struct sg_proof *out, struct sg_error *error);

static sg_result ask_once(void *self, struct sg_error *error)
{
    const struct asking *call = self;
    struct sg_arena arena = sg_arena_make(SG_PACKAGE_ARENA_MAX_BYTES);
    struct sg_proof proof = {0};
    sg_result result = __real_sg_revocation_ask(call->sources, call->count, call->signature, &arena, &proof, error);
    sg_arena_free(&arena);
    return result;
}

sg_result __wrap_sg_revocation_ask(struct sg_source *const *sources, size_t count, const struct sg_signature *signature,
                                   struct sg_arena *arena, struct sg_proof *out, struct sg_error *error)
{
    struct asking call = {sources, count, signature};
    torture_requests("sg_revocation_ask", ask_once, &call);
    return __real_sg_revocation_ask(sources, count, signature, arena, out, error);
}

/* --- lists ------------------------------------------------------------------------------------------------------------------ */

/* Larger lists are there to take time. */
enum { MOST_BYTES = 64 * 1024 };

struct parsing {
    struct sg_span bytes;
    struct sg_time now;
};

extern sg_result __real_sg_list_parse(struct sg_span bytes, struct sg_time now, struct sg_list **out,
                                      struct sg_error *error);
extern sg_result __wrap_sg_list_parse(struct sg_span bytes, struct sg_time now, struct sg_list **out,
                                      struct sg_error *error);

static sg_result parse_once(void *self, struct sg_error *error)
{
    const struct parsing *call = self;
    struct sg_list *list = NULL;
    sg_result result = __real_sg_list_parse(call->bytes, call->now, &list, error);
    sg_list_free(&list);
    return result;
}

sg_result __wrap_sg_list_parse(struct sg_span bytes, struct sg_time now, struct sg_list **out, struct sg_error *error)
{
    struct parsing call = {bytes, now};
    if (bytes.size <= MOST_BYTES)
        torture_requests("sg_list_parse", parse_once, &call);
    return __real_sg_list_parse(bytes, now, out, error);
}
