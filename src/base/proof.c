#include "base/proof.h"

#include <stdarg.h>

sg_result sg_refute(struct sg_proof *proof, struct sg_arena *arena, enum sg_rule rule, struct sg_error *error,
                    const char *format, ...)
{
    if (proof->outcome == SG_REFUTED)
        return SG_OK;
    *proof = (struct sg_proof){0};
    const char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    sg_result result = sg_arena_vprintf(arena, &message, error, format, arguments);
    va_end(arguments);
    if (!result.done)
        return result;
    *proof = (struct sg_proof){.outcome = SG_REFUTED, .rule = rule, .message = message};
    return SG_OK;
}

sg_result sg_note(struct sg_notices *notices, struct sg_arena *arena, enum sg_rule rule, struct sg_error *error,
                  const char *format, ...)
{
    if (notices->count >= SG_PACKAGE_MAX_NOTICES) {
        notices->left_out++;
        return SG_OK;
    }
    const char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    sg_result result = sg_arena_vprintf(arena, &message, error, format, arguments);
    va_end(arguments);
    if (!result.done)
        return result;
    void *items = notices->items;
    void *item = NULL;
    SG_TRY(sg_arena_push(arena, &items, &notices->count, &notices->capacity, sizeof(struct sg_notice), &item, error));
    notices->items = items;
    *(struct sg_notice *)item = (struct sg_notice){.rule = rule, .message = message};
    return SG_OK;
}
