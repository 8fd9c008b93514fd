/* What files of code begin with, by their extensions. A start is a text in which \1 stands for a letter or "_", and \2 for a blank
 * or line break. Chosen so that text which only names a file does not go on like this; see docs/lock.md for what was measured. */
#include "package/scan.h"

enum { LETTER = 1, BLANK = 2 };

static const char *const python[] = {
    "# ",
    "#!",
    "#\n",
    "#\r",
    "#-*-",
    /* Not with a line break behind: that is how a doc string ends whose last word is a file name. */
    "\"\"\"\1",
    "'''\1",
    "import \1",
    "from \1",
    "from .",
    "def \1",
    "class \1",
    "async def ",
    "if __",
    "try:",
    NULL,
};

static const char *const javascript[] = {
    "/*\2",         "/**\2",
    "/*!\2",        "//\2",
    "//#",          "//@",
    "#!/",          "\"use strict\"",
    "'use strict'", "import \1",
    "import {",     "import{",
    "import *",     "import*",
    "import \"",    "import '",
    "import\"",     "import'",
    "export \1",    "export {",
    "export{",      "export *",
    "export*",      "const \1",
    "const {",      "const{",
    "const [",      "let \1",
    "var \1",       "function \1",
    "function(",    "async \1",
    "class \1",     "module.exports",
    "exports.",     "Object.define",
    "require(",     "(function",
    "(()",          "(async",
    "!function",    "!(function",
    ";(function",   "(self",
    "(globalThis",  NULL,
};

static const char *const json[] = {"{\"", "{\2", "{}", "[{", "[\n", "[\r", NULL};

static const char *const source_map[] = {
    "{\"version\":",    "{\"file\":",       "{\"mappings\":",   "{\"names\":", "{\"sources\":",
    "{\"sourceRoot\":", "{\n  \"version\"", "{\n\t\"version\"", NULL,
};

static const char *const ruby[] = {
    "# ", "#!", "#\n", "#\r", "require ", "require_relative ", "module \1", "class \1", "def \1", "begin\2", NULL,
};

static const char *const shell[] = {
    "#!",   "# ",      "#\n",     "#\r",   "set -",   "set +", "export \1",
    "if [", "echo \1", "echo \"", "exec ", "source ", "cd ",   NULL,
};

static const char *const elf[] = {"\177ELF", NULL};
static const char *const java_class[] = {"\xCA\xFE\xBA\xBE", NULL};
static const char *const jar[] = {"PK\3\4", NULL};

/* A longer one stands before one that it begins with. `firsts` are the first characters of the starts. */
static const struct {
    const char *name;
    size_t size;
    const char *firsts;
    const char *const *starts;
    bool writes;
} extensions[] = {
    {"py", 2, "#\"'ifdcat", python, true},
    {"json", 4, "{[", json, false},
    {"js", 2, "/#\"'iecolvfaOmr(!;", javascript, true},
    {"mjs", 3, "/#\"'iecolvfaOmr(!;", javascript, true},
    {"cjs", 3, "/#\"'iecolvfaOmr(!;", javascript, true},
    {"map", 3, "{", source_map, false},
    {"so", 2, "\x7f", elf, false},
    {"sh", 2, "#seic", shell, false},
    {"rb", 2, "#rmcdb", ruby, true},
    {"jar", 3, "P", jar, false},
    {"class", 5, "\xCA", java_class, false},
};

static bool fits(uint8_t wanted, uint8_t c)
{
    if (wanted == LETTER)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (wanted == BLANK)
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    return wanted == c;
}

static bool begins_with(struct sg_span text, const char *start)
{
    size_t size = strlen(start);
    if (text.size < size)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!fits((uint8_t)start[i], text.data[i]))
            return false;
    }
    return true;
}

static bool begins_with_any(struct sg_span text, const char *firsts, const char *const *starts)
{
    if (text.size == 0 || text.data[0] == '\0' || strchr(firsts, text.data[0]) == NULL)
        return false;
    for (; *starts != NULL; starts++) {
        if (begins_with(text, *starts))
            return true;
    }
    return false;
}

size_t sg_scan_extension(struct sg_span text, bool *begins, bool *writes)
{
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        size_t size = extensions[i].size;
        if (text.size < size || text.data[0] != (uint8_t)extensions[i].name[0] ||
            memcmp(text.data, extensions[i].name, size) != 0)
            continue;
        struct sg_span behind = sg_span_part(text, size, text.size - size);
        *begins = begins_with_any(behind, extensions[i].firsts, extensions[i].starts);
        *writes = extensions[i].writes;
        return size;
    }
    return 0;
}
