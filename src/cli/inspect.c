#include "report/inspect.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "gate/gate.h"
#include "gate/reader.h"

/* The packages with their facts. */
struct inspection {
    struct sg_inspected *items;
    struct sg_facts *facts;
    size_t count;
    struct sg_readers *readers;
};

static void cleanup_inspection(struct inspection *inspection)
{
    for (size_t i = 0; i < inspection->count; i++)
        sg_facts_free(&inspection->facts[i]);
    free(inspection->facts);
    free(inspection->items);
    sg_readers_stop(&inspection->readers);
}

/* The built-in root, and the files of --root. */
static sg_result make_anchors(const struct sg_arguments *arguments, struct sg_anchors **out, struct sg_error *error)
{
    SG_CLEANUP(sg_anchors_free) struct sg_anchors *anchors = NULL;
    SG_CLEANUP(sg_cleanup_free) const char **roots = calloc(arguments->count + 1, sizeof *roots);
    if (roots == NULL)
        return sg_fail_memory(error);
    SG_TRY(sg_anchors_make(&anchors, error));
    SG_TRY(sg_anchors_add_builtin(anchors, error));
    size_t count = sg_arguments_values(arguments, "root", roots);
    for (size_t i = 0; i < count; i++) {
        SG_CLEANUP(sg_buffer_free) struct sg_buffer pem = {0};
        SG_TRY(sg_file_read(roots[i], SG_PEM_MAX_BYTES, &pem, error));
        SG_TRY(sg_anchors_add_pem(anchors, sg_buffer_span(&pem), roots[i], error));
    }
    *out = SG_TAKE(anchors);
    return SG_OK;
}

static sg_result read_packages(const struct sg_arguments *arguments, const struct sg_anchors *anchors,
                               struct inspection *inspection, struct sg_error *error)
{
    size_t count = arguments->operand_count;
    inspection->items = calloc(count, sizeof *inspection->items);
    inspection->facts = calloc(count, sizeof *inspection->facts);
    if (inspection->items == NULL || inspection->facts == NULL)
        return sg_fail_memory(error);
    SG_TRY(sg_readers_start(anchors, &inspection->readers, error));
    for (size_t i = 0; i < count; i++) {
        SG_TRY(sg_readers_read(inspection->readers, arguments->operands[i], &inspection->facts[i], error));
        inspection->count++;
        inspection->items[i] = (struct sg_inspected){arguments->operands[i], &inspection->facts[i]};
    }
    return SG_OK;
}

/* 3 when one could not be read, 1 when one is not proven, else 0. */
static int exit_status(const struct inspection *inspection)
{
    int status = 0;
    for (size_t i = 0; i < inspection->count; i++) {
        const struct sg_facts *facts = &inspection->facts[i];
        bool proven = facts->package.structure.outcome == SG_PROVEN && facts->package.has_signature &&
                      sg_envelope_proven(&facts->envelope);
        if (!facts->was_read)
            status = 3;
        else if (!proven && status == 0)
            status = 1;
    }
    return status;
}

static sg_result inspect(const struct sg_arguments *arguments, struct inspection *inspection, struct sg_error *error)
{
    SG_CLEANUP(sg_anchors_free) struct sg_anchors *anchors = NULL;
    SG_CLEANUP(sg_buffer_free) struct sg_buffer out = sg_buffer_make(SG_REPORT_MAX_BYTES);
    struct sg_style style = {0};
    SG_TRY(sg_color_choose(sg_arguments_value(arguments, "color"), &style.color, error));
    SG_TRY(make_anchors(arguments, &anchors, error));
    SG_TRY(read_packages(arguments, anchors, inspection, error));
    SG_TRY(sg_arguments_has(arguments, "json")
               ? sg_inspect_json_write(inspection->items, inspection->count, &out, error)
               : sg_inspect_text_write(inspection->items, inspection->count, &style, &out, error));
    return sg_print(sg_buffer_span(&out), error);
}

int sg_command_inspect(const struct sg_arguments *arguments)
{
    SG_CLEANUP(cleanup_inspection) struct inspection inspection = {0};
    struct sg_error error = {0};
    if (!inspect(arguments, &inspection, &error).done)
        return sg_report_error(arguments, &error);
    return exit_status(&inspection);
}
