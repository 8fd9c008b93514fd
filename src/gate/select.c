#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/printable.h"
#include "gate/internal.h"

static bool named(const struct sg_artifact *artifact, const struct sg_gate_options *options)
{
    for (size_t i = 0; i < options->only_count; i++) {
        if (strcmp(artifact->name, options->only[i]) == 0)
            return true;
    }
    return options->only_count == 0;
}

/* All artifacts, functions before layers. */
static sg_result list_all(const struct sg_config *config, struct sg_arena *arena, const struct sg_artifact ***out,
                          size_t *count, struct sg_error *error)
{
    void *room = NULL;
    *count = config->function_count + config->layer_count;
    SG_TRY(sg_arena_alloc(arena, *count, sizeof(struct sg_artifact *), &room, error));
    *out = room;
    for (size_t i = 0; i < config->function_count; i++)
        (*out)[i] = config->functions[i];
    for (size_t i = 0; i < config->layer_count; i++)
        (*out)[config->function_count + i] = config->layers[i];
    return SG_OK;
}

static sg_result refuse_unknown(const char *name, const struct sg_artifact *const *all, size_t count,
                                struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_printable shown_nearest;
    SG_CLEANUP(sg_cleanup_free) const char **names = calloc(count + 1, sizeof *names);
    if (names == NULL)
        return sg_fail_memory(error);
    for (size_t i = 0; i < count; i++)
        names[i] = all[i]->name;
    const char *nearest = sg_nearest_word(name, names, count);
    if (nearest != NULL)
        return sg_fail(error, SG_ERROR_USAGE, "--only %s: no function or layer has this name; did you mean `%s`?",
                       sg_printable_text(&shown, name), sg_printable_text(&shown_nearest, nearest));
    return sg_fail(error, SG_ERROR_USAGE, "--only %s: no function or layer has this name",
                   sg_printable_text(&shown, name));
}

static sg_result check_names(const struct sg_gate_options *options, const struct sg_artifact *const *all, size_t count,
                             struct sg_error *error)
{
    for (size_t i = 0; i < options->only_count; i++) {
        bool found = false;
        for (size_t j = 0; j < count && !found; j++)
            found = strcmp(all[j]->name, options->only[i]) == 0;
        if (!found)
            return refuse_unknown(options->only[i], all, count, error);
    }
    return SG_OK;
}

sg_result sg_select(const struct sg_config *config, const struct sg_gate_options *options, struct sg_arena *arena,
                    struct sg_selection *out, struct sg_error *error)
{
    const struct sg_artifact **all = NULL;
    size_t count = 0;
    size_t kept = 0;
    size_t candidates = 0;
    SG_TRY(list_all(config, arena, &all, &count, error));
    SG_TRY(check_names(options, all, count, error));
    for (size_t i = 0; i < count; i++) {
        if (!named(all[i], options))
            continue;
        bool mine = options->shard_count == 0 || candidates % options->shard_count == options->shard_index - 1;
        candidates++;
        if (mine)
            all[kept++] = all[i];
    }
    *out = (struct sg_selection){.items = all, .count = kept, .skipped = count - kept};
    return SG_OK;
}
