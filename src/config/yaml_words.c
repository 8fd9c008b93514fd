/* libyaml's messages in words for somebody who does not know how a YAML parser works. */
#include "config/yaml_tree.h"

struct explanation {
    const char *problem; /* libyaml 0.2.5's own text */
    const char *words;
};

static const struct explanation explanations[] = {
    {"mapping values are not allowed in this context",
     "a `: ` stands where no key can be; quote the value, or line the key up with the keys it belongs to"},
    {"did not find expected key",
     "this line is indented neither like the keys above it nor like a value of theirs, or a quote is missing"},
    {"did not find expected '-' indicator",
     "this line is indented like the items of the list but does not begin with `-`"},
    {"could not find expected ':'", "a key must be followed by `: ` on its own line and have at most 1024 characters"},
    {"block sequence entries are not allowed in this context", "a list begins on a line of its own, below its key"},
    {"block mapping entries are not allowed in this context", "a map begins on a line of its own, below its key"},
    {"mapping keys are not allowed in this context", "`?` begins a key in YAML; quote the value"},
    {"found unexpected end of stream", "the quote is never closed"},
    {"found unexpected document indicator", "the quote is not closed before the document ends"},
    {"did not find expected ',' or ']'", "the items of a list in brackets are separated by commas and end in `]`"},
    {"did not find expected ',' or '}'", "the values of a map in braces are separated by commas and end in `}`"},
    {"found unknown escape character",
     "within double quotes a backslash begins an escape; double it, or use single quotes"},
    {"did not find expected hexdecimal number", "an escape lacks hexadecimal digits"},
    {"found invalid Unicode character escape code", "the escape stands for no character"},
    {"did not find expected <document start>", "the file must hold one document and nothing after it"},
    {"found a tab character where an indentation space is expected", "indent with spaces"},
    {"found a tab character that violates indentation", "indent with spaces"},
    {"found undefined tag handle", "tags are not allowed"},
};

const char *sg_yaml_explain(const char *problem, uint32_t next)
{
    if (strcmp(problem, "found character that cannot start any token") == 0) {
        if (next == '\t')
            return "a tab cannot indent in YAML; use spaces";
        return "a value that begins with this character must be quoted";
    }
    for (size_t i = 0; i < sizeof explanations / sizeof explanations[0]; i++)
        if (strcmp(problem, explanations[i].problem) == 0)
            return explanations[i].words;
    return NULL;
}
