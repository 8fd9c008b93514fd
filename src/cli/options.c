#include "cli/options.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/printable.h"
#include "base/time.h"

const struct sg_command *sg_command_find(const char *name)
{
    for (const struct sg_command *command = sg_commands; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}

static const struct sg_option *find_long(const struct sg_command *command, struct sg_span name)
{
    const struct sg_option *const tables[] = {command->options, sg_common_options};
    for (size_t i = 0; i < 2; i++) {
        for (const struct sg_option *option = tables[i]; option->name != NULL; option++) {
            if (sg_span_equal(name, sg_span_text(option->name)))
                return option;
        }
    }
    return NULL;
}

static const struct sg_option *find_short(const struct sg_command *command, char name)
{
    const struct sg_option *const tables[] = {command->options, sg_common_options};
    for (size_t i = 0; i < 2; i++) {
        for (const struct sg_option *option = tables[i]; option->name != NULL; option++) {
            if (option->short_name == name)
                return option;
        }
    }
    return NULL;
}

static sg_result refuse_unknown(const struct sg_command *command, struct sg_span word, struct sg_error *error)
{
    enum { MOST = 64 };
    const char *names[MOST];
    size_t count = 0;
    char plain[64];
    struct sg_printable shown;
    for (const struct sg_option *option = command->options; option->name != NULL && count < MOST - 2; option++)
        names[count++] = option->name;
    for (const struct sg_option *option = sg_common_options; option->name != NULL && count < MOST; option++)
        names[count++] = option->name;
    snprintf(plain, sizeof plain, "%.*s", (int)(word.size < sizeof plain ? word.size : sizeof plain - 1),
             (const char *)word.data);
    const char *nearest = sg_nearest_word(plain, names, count);
    if (nearest != NULL)
        return sg_fail(error, SG_ERROR_USAGE, "unknown option --%s; did you mean --%s?", sg_printable(&shown, word),
                       nearest);
    return sg_fail(error, SG_ERROR_USAGE, "unknown option --%s", sg_printable(&shown, word));
}

static sg_result add(struct sg_arguments *arguments, const struct sg_option *option, const char *value,
                     struct sg_error *error)
{
    if (!option->repeatable && sg_arguments_has(arguments, option->name))
        return sg_fail(error, SG_ERROR_USAGE, "--%s is given twice", option->name);
    if (value != NULL && value[0] == '\0')
        return sg_fail(error, SG_ERROR_USAGE, "--%s needs a value that is not empty", option->name);
    arguments->items[arguments->count++] = (struct sg_argument){option, value};
    return SG_OK;
}

/* The words being parsed. */
struct words {
    char *const *at;
    int left;
};

/* An option's value: behind "=" or directly behind a short name, or the next word. */
static sg_result take_value(const struct sg_option *option, const char *attached, struct words *words, const char **out,
                            struct sg_error *error)
{
    *out = NULL;
    if (option->argument == NULL)
        return attached == NULL ? SG_OK : sg_fail(error, SG_ERROR_USAGE, "--%s takes no value", option->name);
    if (attached != NULL) {
        *out = attached;
        return SG_OK;
    }
    if (words->left == 0)
        return sg_fail(error, SG_ERROR_USAGE, "--%s needs a value: %s", option->name, option->argument);
    *out = words->at[0];
    words->at++;
    words->left--;
    return SG_OK;
}

static sg_result parse_long(struct sg_arguments *arguments, const char *word, struct words *words,
                            struct sg_error *error)
{
    const char *equals = strchr(word, '=');
    struct sg_span name = equals == NULL ? sg_span_text(word) : sg_span_of(word, (size_t)(equals - word));
    const struct sg_option *option = find_long(arguments->command, name);
    const char *value = NULL;
    if (option == NULL)
        return refuse_unknown(arguments->command, name, error);
    SG_TRY(take_value(option, equals == NULL ? NULL : equals + 1, words, &value, error));
    return add(arguments, option, value, error);
}

static sg_result parse_short(struct sg_arguments *arguments, const char *word, struct words *words,
                             struct sg_error *error)
{
    struct sg_printable shown;
    const struct sg_option *option = find_short(arguments->command, word[0]);
    const char *value = NULL;
    if (option == NULL)
        return sg_fail(error, SG_ERROR_USAGE, "unknown option -%s", sg_printable(&shown, sg_span_of(word, 1)));
    if (option->argument == NULL && word[1] != '\0')
        return sg_fail(error, SG_ERROR_USAGE, "-%c takes no value; give options one by one", word[0]);
    SG_TRY(take_value(option, word[1] == '\0' ? NULL : word + 1, words, &value, error));
    return add(arguments, option, value, error);
}

static sg_result parse_word(struct sg_arguments *arguments, struct words *words, bool *only_operands,
                            struct sg_error *error)
{
    const char *word = words->at[0];
    words->at++;
    words->left--;
    if (*only_operands || word[0] != '-' || word[1] == '\0') {
        arguments->operands[arguments->operand_count++] = word;
        return SG_OK;
    }
    if (strcmp(word, "--") == 0) {
        *only_operands = true;
        return SG_OK;
    }
    return word[1] == '-' ? parse_long(arguments, word + 2, words, error)
                          : parse_short(arguments, word + 1, words, error);
}

static sg_result check_operands(const struct sg_arguments *arguments, struct sg_error *error)
{
    const struct sg_command *command = arguments->command;
    struct sg_printable shown;
    if (sg_arguments_has(arguments, "help") || sg_arguments_has(arguments, "version"))
        return SG_OK;
    if (arguments->operand_count < command->min_operands)
        return sg_fail(error, SG_ERROR_USAGE, "`%s` needs more: sealgate %s", command->name, command->synopsis);
    if (arguments->operand_count > command->max_operands)
        return sg_fail(error, SG_ERROR_USAGE, "`%s` is too much: sealgate %s",
                       sg_printable_text(&shown, arguments->operands[command->max_operands]), command->synopsis);
    return SG_OK;
}

sg_result sg_arguments_parse(const struct sg_command *command, int count, char *const *words, struct sg_arguments *out,
                             struct sg_error *error)
{
    SG_CLEANUP(sg_arguments_free) struct sg_arguments arguments = {.command = command};
    struct words rest = {.at = words, .left = count};
    bool only_operands = false;
    arguments.items = calloc((size_t)count + 1, sizeof *arguments.items);
    arguments.operands = calloc((size_t)count + 1, sizeof *arguments.operands);
    if (arguments.items == NULL || arguments.operands == NULL)
        return sg_fail_memory(error);
    while (rest.left > 0)
        SG_TRY(parse_word(&arguments, &rest, &only_operands, error));
    SG_TRY(check_operands(&arguments, error));
    *out = arguments;
    arguments = (struct sg_arguments){0};
    return SG_OK;
}

void sg_arguments_free(struct sg_arguments *arguments)
{
    free(arguments->items);
    free(arguments->operands);
    *arguments = (struct sg_arguments){0};
}

bool sg_arguments_has(const struct sg_arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->count; i++) {
        if (strcmp(arguments->items[i].option->name, name) == 0)
            return true;
    }
    return false;
}

const char *sg_arguments_value(const struct sg_arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->count; i++) {
        if (strcmp(arguments->items[i].option->name, name) == 0)
            return arguments->items[i].value;
    }
    return NULL;
}

size_t sg_arguments_values(const struct sg_arguments *arguments, const char *name, const char **out)
{
    size_t count = 0;
    for (size_t i = 0; i < arguments->count; i++) {
        if (strcmp(arguments->items[i].option->name, name) == 0)
            out[count++] = arguments->items[i].value;
    }
    return count;
}

sg_result sg_parse_number(const char *option, const char *text, unsigned least, unsigned most, unsigned *out,
                          struct sg_error *error)
{
    struct sg_printable shown;
    unsigned long value = 0;
    size_t length = strlen(text);
    bool valid = length > 0 && length <= 6 && (text[0] != '0' || length == 1);
    for (size_t i = 0; valid && i < length; i++) {
        valid = text[i] >= '0' && text[i] <= '9';
        value = value * 10 + (unsigned long)(text[i] - '0');
    }
    if (!valid || value < least || value > most)
        return sg_fail(error, SG_ERROR_USAGE, "--%s `%s`: expected a number from %u to %u", option,
                       sg_printable_text(&shown, text), least, most);
    *out = (unsigned)value;
    return SG_OK;
}

sg_result sg_parse_time(const char *option, const char *text, struct sg_time *out, struct sg_error *error)
{
    struct sg_printable shown;
    if (!sg_time_parse_rfc3339(sg_span_text(text), out))
        return sg_fail(error, SG_ERROR_USAGE, "--%s `%s`: expected an RFC 3339 time such as 2026-11-23T17:00:00Z",
                       option, sg_printable_text(&shown, text));
    return SG_OK;
}
