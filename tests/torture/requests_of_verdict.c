#include "requests.h"

#include "verdict/verdict.h"

struct judging {
    const struct sg_artifact *artifact;
    const struct sg_facts *facts;
    const struct sg_code_signing_config *config;
    const struct sg_judging *judging;
};

extern sg_result __real_sg_judge(const struct sg_artifact *artifact, const struct sg_facts *facts,
                                 const struct sg_code_signing_config *config, const struct sg_judging *judging,
                                 struct sg_arena *arena, struct sg_judgement *out, struct sg_error *error);
extern sg_result __wrap_sg_judge(const struct sg_artifact *artifact, const struct sg_facts *facts,
                                 const struct sg_code_signing_config *config, const struct sg_judging *judging,
                                 struct sg_arena *arena, struct sg_judgement *out, struct sg_error *error);

static sg_result judge_once(void *self, struct sg_error *error)
{
    const struct judging *call = self;
    struct sg_arena arena = sg_arena_make((size_t)1024 * 1024);
    struct sg_judgement judgement;
    sg_result result =
        __real_sg_judge(call->artifact, call->facts, call->config, call->judging, &arena, &judgement, error);
    sg_arena_free(&arena);
    return result;
}

sg_result __wrap_sg_judge(const struct sg_artifact *artifact, const struct sg_facts *facts,
                          const struct sg_code_signing_config *config, const struct sg_judging *judging,
                          struct sg_arena *arena, struct sg_judgement *out, struct sg_error *error)
{
    struct judging call = {artifact, facts, config, judging};
    torture_requests("sg_judge", judge_once, &call);
    return __real_sg_judge(artifact, facts, config, judging, arena, out, error);
}
