/* What YAML 1.1 takes a plain scalar for (yaml.org/type). Two readers of one file must not disagree about `no` or `0123`. */
#include "config/yaml_tree.h"

static bool one_of(struct sg_span text, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (sg_span_equal(text, sg_span_text(words[i])))
            return true;
    return false;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* 0x1F, 0b10, and 0o17, which YAML 1.2 has. */
static bool prefixed_number(struct sg_span text)
{
    if (text.size < 3 || text.data[0] != '0' || strchr("xbo", text.data[1]) == NULL || text.data[1] == '\0')
        return false;
    for (size_t i = 2; i < text.size; i++)
        if (!is_hex(text.data[i]) && text.data[i] != '_')
            return false;
    return true;
}

/* e+10, E5 */
static bool exponent(struct sg_span text)
{
    size_t at = 1;
    if (text.size < 2 || (text.data[0] != 'e' && text.data[0] != 'E'))
        return false;
    if (text.data[at] == '+' || text.data[at] == '-')
        at++;
    if (at == text.size)
        return false;
    while (at < text.size && is_digit(text.data[at]))
        at++;
    return at == text.size;
}

/* 12, 012, 1_000, 1:30:00, 1.5, .5, 1e9 */
static bool plain_number(struct sg_span text)
{
    size_t at = 0;
    size_t points = 0;
    size_t digits = 0;
    for (; at < text.size; at++) {
        uint8_t c = text.data[at];
        if (is_digit(c))
            digits++;
        else if (c == '.')
            points++;
        else if (digits == 0 || (c != '_' && c != ':'))
            break;
    }
    if (digits == 0 || points > 1)
        return false;
    return at == text.size || exponent(sg_span_part(text, at, text.size - at));
}

enum sg_yaml_type sg_yaml_plain_type(struct sg_span text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    /* The specification has `y` and `n`, too; no reader in use takes them for anything but text. */
    static const char *const booleans[] = {"yes",   "Yes",   "YES", "no", "No", "NO",  "true", "True", "TRUE", "false",
                                           "False", "FALSE", "on",  "On", "ON", "off", "Off",  "OFF",  NULL};
    static const char *const specials[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", NULL};
    if (one_of(text, nulls))
        return SG_YAML_NULL;
    if (one_of(text, booleans))
        return SG_YAML_BOOLEAN;
    bool sign = text.size > 0 && (text.data[0] == '+' || text.data[0] == '-');
    struct sg_span number = sign ? sg_span_part(text, 1, text.size - 1) : text;
    return one_of(number, specials) || prefixed_number(number) || plain_number(number) ? SG_YAML_NUMBER : SG_YAML_TEXT;
}

const char *sg_yaml_type_name(enum sg_yaml_type type)
{
    switch (type) {
    case SG_YAML_TEXT:
        return "text";
    case SG_YAML_NULL:
        return "nothing";
    case SG_YAML_BOOLEAN:
        return "true or false";
    case SG_YAML_NUMBER:
        return "a number";
    }
    return "text";
}
