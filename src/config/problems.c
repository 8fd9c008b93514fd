#include "config/problems.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/printable.h"

struct sg_problem {
    struct sg_mark mark;
    char *message;  /* owned, like the ones below; free_problem */
    char *expected; /* NULL when there is none, like the ones below */
    char *note;
    char *nearest;
    struct sg_problems *owner; /* borrowed */
};

static void free_problem(struct sg_problem *problem)
{
    free(problem->message);
    free(problem->expected);
    free(problem->note);
    free(problem->nearest);
    free(problem);
}

void sg_problems_free(struct sg_problems *problems)
{
    for (size_t i = 0; i < problems->kept; i++)
        free_problem(problems->items[i]);
    *problems = (struct sg_problems){0};
}

static bool before(struct sg_place a, struct sg_place b)
{
    return a.line < b.line || (a.line == b.line && a.column < b.column);
}

/* Makes room at the sorted place of `mark`, after others of the same place; pushes the last one out when all room is taken. */
static struct sg_problem **make_room(struct sg_problems *problems, struct sg_mark mark)
{
    if (problems->kept == SG_CONFIG_MAX_PROBLEMS)
        free_problem(problems->items[--problems->kept]);
    size_t at = problems->kept;
    while (at > 0 && before(mark.place, problems->items[at - 1]->mark.place)) {
        problems->items[at] = problems->items[at - 1];
        at--;
    }
    problems->kept++;
    return &problems->items[at];
}

__attribute__((format(printf, 2, 0))) static char *format_text(struct sg_problems *problems, const char *format,
                                                               va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) >= 0)
        return text;
    problems->out_of_memory = true;
    return NULL;
}

struct sg_problem *sg_problem_add(struct sg_problems *problems, struct sg_mark mark, const char *format, ...)
{
    problems->total++;
    bool full = problems->kept == SG_CONFIG_MAX_PROBLEMS;
    if (full && !before(mark.place, problems->items[problems->kept - 1]->mark.place))
        return NULL;
    struct sg_problem *problem = calloc(1, sizeof *problem);
    if (problem == NULL) {
        problems->out_of_memory = true;
        return NULL;
    }
    problem->mark = mark;
    problem->owner = problems;
    va_list arguments;
    va_start(arguments, format);
    problem->message = format_text(problems, format, arguments);
    va_end(arguments);
    *make_room(problems, mark) = problem;
    return problem;
}

void sg_problem_expected(struct sg_problem *problem, const char *format, ...)
{
    if (problem == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    free(problem->expected);
    problem->expected = format_text(problem->owner, format, arguments);
    va_end(arguments);
}

void sg_problem_note(struct sg_problem *problem, const char *format, ...)
{
    if (problem == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    free(problem->note);
    problem->note = format_text(problem->owner, format, arguments);
    va_end(arguments);
}

void sg_problem_nearest(struct sg_problem *problem, const char *word)
{
    if (problem == NULL || word == NULL)
        return;
    struct sg_printable shown;
    free(problem->nearest);
    problem->nearest = strdup(sg_printable_text(&shown, word));
    if (problem->nearest == NULL)
        problem->owner->out_of_memory = true;
}

static sg_result render_one(const struct sg_problems *problems, const struct sg_problem *problem, struct sg_buffer *out,
                            struct sg_error *error)
{
    struct sg_printable shown;
    struct sg_place place = problem->mark.place;
    SG_TRY(sg_buffer_printf(out, error, "%s:%u:%u: error: %s\n", sg_printable_text(&shown, problems->path), place.line,
                            place.column, problem->message));
    SG_TRY(sg_excerpt_append(out, problems->source, problem->mark, error));
    int gutter = sg_excerpt_gutter(place.line);
    if (problem->expected != NULL)
        SG_TRY(sg_buffer_printf(out, error, "%*s= expected: %s\n", gutter, "", problem->expected));
    if (problem->nearest != NULL)
        SG_TRY(sg_buffer_printf(out, error, "%*s= did you mean `%s`?\n", gutter, "", problem->nearest));
    if (problem->note != NULL)
        SG_TRY(sg_buffer_printf(out, error, "%*s= note: %s\n", gutter, "", problem->note));
    return SG_OK;
}

sg_result sg_problems_render(const struct sg_problems *problems, struct sg_buffer *out, struct sg_error *error)
{
    if (problems->out_of_memory)
        return sg_fail_memory(error);
    for (size_t i = 0; i < problems->kept; i++)
        SG_TRY(render_one(problems, problems->items[i], out, error));
    size_t more = problems->total - problems->kept;
    if (more == 0)
        return SG_OK;
    struct sg_printable shown;
    return sg_buffer_printf(out, error, "%s: %zu more problem%s not shown\n", sg_printable_text(&shown, problems->path),
                            more, more == 1 ? " is" : "s are");
}
