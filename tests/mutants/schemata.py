"""Writes every removal of a check into the sources at once, so that one build holds all mutants.

A mutant is a check that is made and whose answer is not heeded. Each has a number; `sg_mutant(N)` in the rewritten source is true
when the environment variable SG_MUTANT is N, and is asked only where the answer would be another one without the check: a test
that never gets there cannot notice that the check is gone. SG_MUTANT_REACHED names a file with a byte for each number, which is
mapped by all processes of a test and tells which mutants a test reaches.

What is a check:

  if (A || B) refuse      Refusing is what calls a function that refuses, notes or reports (REFUSING), hands a failure up or names
                          a problem. The condition is taken as false; and each operand of || in it by itself, too.
  if (A && B) pass        Passing is `return SG_OK`, `continue`, or what proves or passes something. The condition is taken as
                          true; and each operand of && in it.
  if (A) something else   What this means is not known: taken as true, and in another mutant as false; operands as in the next.
  x = A && B, x = A || B, return A && B
                          An operand of && is taken as true, one of || as false. So are those in the arguments of `!( )`,
                          in parentheses and on both sides of ?:, for which `!` turns what refuses into what passes.
  return A ? X : Y, x = A ? X : Y, SG_TRY(A ? X : Y)
                          Where one of the two refuses and the other does not, it is the other one. Else both by turns, unless
                          they are words of a message.
  SG_TRY(check(…));  return check(…);
                          A call of a function that is named for a check (CHECKING) is left out, where no `if` guards it.

What is left out, because it is no check of what is judged: conditions of loops; branches that only say that memory or a library
failed (RESOURCES; the torture test makes these fail), questions whether it did, and what is in functions that free something;
sizes and comparisons inside an operand, which is removed as a whole; files that hand work to a thread (THREADS), where a condition
says who waits for whom. Tables are left as they are, too: each row's check is a mutant where it is made.
"""

import re

ROOMS = ("crypto", "package", "revocation", "verdict")

# Branches that refuse, find, refute, leave undecided or hand up an error.
REFUSING = re.compile(r"\b(?:sg_fail(?!_memory|_library)\w*|sg_refute\w*|refute_\w+|sg_malformed|sg_ambiguous|sg_unusual"
                      r"|sg_suspicious|sg_note\w*|sg_case_(?:fail|undecided|notice)|report_\w+|wrong|settle_unavailable"
                      r"|name_extension|skip\w*|SG_TRY)\s*\("
                      r'|\bSG_FAILED\b|\breturn "|\bproblem = "|\*problem = ')
PASSING = re.compile(r"^(?:return SG_OK;|continue;)$|\bSG_STATUS_PASS\b|= SG_PROVEN\b|= SG_CRL_GOOD\b")
CHECKING = re.compile(r"(?:^|_)(?:check|verify|ask|compare|report|read_format)(?:_|$)")
RESOURCES = re.compile(r"\b(?:sg_fail_memory|sg_fail_library)\s*\(|memory_lacked")
THREADS = "#include <pthread.h>"
FREEING = re.compile(r"(?:^|_)(?:free|cleanup)(?:_|$)|^forget_|_forget_")

TOKEN = re.compile(r"""
    (?P<blank>\s+|/\*.*?\*/|//[^\n]*)
  | (?P<directive>\#(?:\\\n|[^\n])*)
  | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
  | (?P<sign><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
""", re.S | re.X)

OPENING = {"(": ")", "[": "]", "{": "}"}
FALSE, TRUE, SKIPPED = "false", "true", "skipped"


class Token:
    def __init__(self, kind, text, start):
        self.kind, self.text, self.start, self.end = kind, text, start, start + len(text)

    def __eq__(self, text):
        return self.text == text


def tokenize(source):
    return [Token(match.lastgroup, match.group(), match.start()) for match in TOKEN.finditer(source)
            if match.lastgroup not in ("blank", "directive")]


class Mutant:
    """`kind` is what the answer is taken as; `text` is the condition, operand or call as it stands in the source."""

    def __init__(self, path, function, kind, text, line, start, end):
        self.path, self.function, self.kind, self.text, self.line = path, function, kind, text, line
        self.start, self.end, self.number, self.again = start, end, 0, 1

    @property
    def key(self):
        """What the mutant is called in survivors.txt: no line number, so that it outlives changes elsewhere in its file."""
        return f"{self.path} {self.function} [{self.kind}] {self.text}" + (f" #{self.again}" if self.again > 1 else "")

    @property
    def room(self):
        return self.path.split("/")[-2]


class Finder:
    """Finds the mutants of one source file."""

    def __init__(self, path, source):
        self.path, self.source, self.tokens = path, source, tokenize(source)
        self.partner = self._match()
        self.function, self.type, self.mutants = "", set(), []

    def _match(self):
        partner, open_ = {}, []
        for at, token in enumerate(self.tokens):
            if token.kind == "sign" and token.text in OPENING:
                open_.append(at)
            elif token.kind == "sign" and token.text in ")]}":
                start = open_.pop()
                partner[start], partner[at] = at, start
        return partner

    def words(self, first, last):
        """The source of tokens [first, last), with one blank for each run of blanks and comments."""
        if first >= last:
            return ""
        out = self.tokens[first].text
        for before, token in zip(self.tokens[first:last - 1], self.tokens[first + 1:last]):
            out += (" " if token.start > before.end else "") + token.text
        return out

    def add(self, kind, first, last):
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        line = self.source.count("\n", 0, start) + 1
        self.mutants.append(Mutant(self.path, self.function, kind, self.words(first, last), line, start, end))

    # --- statements -----------------------------------------------------------------------------------------------------

    def find(self):
        at = 0
        while at < len(self.tokens):
            if self.tokens[at] == "{" and at > 0 and self.tokens[at - 1] == ")":
                self.enter(at)
                at = self.partner[at]
            elif self.tokens[at].kind == "sign" and self.tokens[at].text in "{([":
                at = self.partner[at]
            at += 1
        return self.mutants

    def enter(self, body):
        name = self.partner[body - 1] - 1
        start = name
        while start > 0 and self.tokens[start - 1].text not in (";", "}"):
            start -= 1
        self.function = self.tokens[name].text
        self.type = {token.text for token in self.tokens[start:name]}
        if not FREEING.search(self.function):
            self.walk(body + 1, self.partner[body])

    def walk(self, at, last):
        """All statements of a function, in whatever depth: each keyword is met once."""
        while at < last:
            token = self.tokens[at]
            if token == "if":
                self.branch(at)
            elif token == "return":
                self.returned(at + 1, self.until(at + 1, (";",)))
            elif token == "SG_TRY":
                self.tried(at)
            elif token == "=" and token.kind == "sign":
                self.valued(at + 1, self.until(at + 1, (";", ",")), True)
            at += 1

    def behind(self, at):
        """The token behind this one, or behind what is in the brackets that it opens."""
        return (self.partner[at] if self.tokens[at].kind == "sign" and self.tokens[at].text in OPENING else at) + 1

    def until(self, at, signs):
        """The first of `signs` at this depth, or the bracket that closes it."""
        while self.tokens[at].text not in signs and not (self.tokens[at].kind == "sign" and self.tokens[at].text in ")]}"):
            at = self.behind(at)
        return at

    def statement_end(self, at):
        """One behind the statement that begins at `at`."""
        if self.tokens[at] == "{":
            return self.partner[at] + 1
        if self.tokens[at].text in ("if", "for", "while", "switch"):
            end = self.statement_end(self.partner[at + 1] + 1)
            if self.tokens[at] == "if" and self.tokens[end] == "else":
                end = self.statement_end(end + 1)
            return end
        return self.until(at, (";",)) + 1

    def branch(self, at):
        first, last = at + 2, self.partner[at + 1]
        end = self.statement_end(last + 1)
        braces = 1 if self.tokens[last + 1] == "{" else 0
        branch = self.words(last + 1 + braces, end - braces)
        if (RESOURCES.search(branch) and not REFUSING.search(branch)) or RESOURCES.search(self.words(first, last)):
            return
        refuses, passes = REFUSING.search(branch) is not None, PASSING.search(branch) is not None
        meaning = "refuse" if refuses else ("pass" if passes else None)
        if meaning != "pass":
            self.add(FALSE, first, last)
        if meaning != "refuse":
            self.add(TRUE, first, last)
        self.operands(first, last, meaning)

    def guarded(self, at):
        """Whether the statement at `at` is what an `if` guards, alone: then that condition's mutant leaves it out already."""
        if self.tokens[at - 1] == "else":
            return False
        return self.tokens[at - 1] == ")" and self.tokens[self.partner[at - 1] - 1] == "if"

    def tried(self, at):
        name = self.tokens[at + 2]
        if self.is_check(at + 2, self.partner[at + 1]) and not self.guarded(at):
            self.add(SKIPPED, at, self.partner[at + 1] + 1)
        elif name.kind == "word":
            self.valued(at + 2, self.partner[at + 1], False)

    def returned(self, first, last):
        if self.is_check(first, last) and not self.guarded(first - 1):
            self.add(SKIPPED, first, last)
        else:
            self.valued(first, last, "bool" in self.type)

    def is_check(self, first, last):
        """Whether this is nothing but the call of a check, which a result is the answer of."""
        name = self.tokens[first]
        return (name.kind == "word" and "sg_result" in self.type and self.tokens[first + 1] == "("
                and self.partner[first + 1] == last - 1 and CHECKING.search(name.text) is not None
                and REFUSING.match(name.text + "(") is None)

    def valued(self, first, last, is_bool):
        """What is returned, assigned or tried."""
        while self.tokens[first] == "(" and self.partner[first] == last - 1:
            first, last = first + 1, last - 1
        question = self.until(first, (";", "?"))
        if question < last:
            self.choice(first, question, last, is_bool)
        elif is_bool:
            self.operands(first, last, None)

    def choice(self, first, question, last, is_bool):
        """A ? X : Y: whatever does not refuse is what is left without the check."""
        colon, depth = question + 1, 0
        while self.tokens[colon] != ":" or depth > 0:
            depth += {"?": 1, ":": -1}.get(self.tokens[colon].text, 0)
            colon = self.behind(colon)
        parts = ((question + 1, colon), (colon + 1, last))
        if any(RESOURCES.search(self.words(*part)) or self.tokens[part[0]].kind == "text" for part in parts):
            return
        refuses = [REFUSING.search(self.words(*part)) is not None or self.is_check(*part) for part in parts]
        meaning = {(True, False): "refuse", (False, True): "pass"}.get(tuple(refuses))
        if meaning != "pass":
            self.add(FALSE, first, question)
        if meaning != "refuse":
            self.add(TRUE, first, question)
        self.operands(first, question, meaning)
        for part in parts:
            self.valued(*part, is_bool)

    # --- expressions ----------------------------------------------------------------------------------------------------

    def split(self, first, last, sign):
        parts, start, at = [], first, first
        while at < last:
            if self.tokens[at] == sign and self.tokens[at].kind == "sign":
                parts.append((start, at))
                start = at + 1
            at = self.behind(at)
        return [*parts, (start, last)]

    def operands(self, first, last, meaning):
        """The operands in tokens [first, last). When their whole is true, something is refused or passes, or it is not known
        what (None)."""
        choice = self.split(first, last, "?")
        if len(choice) > 1:
            for part in (choice[0], *self.split(choice[1][0], last, ":")):
                self.operands(*part, None if part is choice[0] else meaning)
            return
        for sign, kind, needs in (("||", FALSE, "refuse"), ("&&", TRUE, "pass")):
            parts = self.split(first, last, sign)
            if len(parts) > 1:
                for part in parts:
                    if meaning in (needs, None):
                        self.add(kind, *part)
                    self.operands(*part, meaning)
                return
        if self.tokens[first] == "!" and self.tokens[first + 1] == "(" and self.partner[first + 1] == last - 1:
            self.operands(first + 2, last - 1, {"refuse": "pass", "pass": "refuse"}.get(meaning))
        elif self.tokens[first] == "(" and self.partner[first] == last - 1:
            self.operands(first + 1, last - 1, meaning)


def sources(root):
    """{path: text} of the rooms whose checks are removed."""
    paths = [path for room in ROOMS for path in sorted((root / "src" / room).glob("*.c"))]
    texts = {str(path.relative_to(root)): path.read_text() for path in paths}
    return {path: text for path, text in texts.items() if THREADS not in text}


def find(texts):
    """The mutants of {path: text}, numbered from 1."""
    mutants, seen = [], {}
    for path in sorted(texts):
        mutants += Finder(path, texts[path]).find()
    for number, mutant in enumerate(mutants, 1):
        mutant.number = number
        seen[mutant.key] = mutant.again = seen.get(mutant.key, 0) + 1
    return mutants


def around(mutant):
    """What is written before and behind the text of a mutant."""
    if mutant.kind == FALSE:
        return "((", f") && !sg_mutant({mutant.number}))"
    if mutant.kind == TRUE:
        return "((", f") || sg_mutant({mutant.number}))"
    if mutant.text.startswith("SG_TRY"):
        return f"do {{ if (!sg_mutant({mutant.number})) ", "; } while (0)"
    return f"sg_mutant({mutant.number}) ? SG_OK : ", ""


def rewrite(source, mutants):
    """The source with all of its mutants in it."""
    inserts = []
    for mutant in mutants:
        before, behind = around(mutant)
        width = mutant.end - mutant.start
        # At one place what closes comes first, the inner before the outer; then what opens, the outer before the inner.
        inserts.append((mutant.start, 1, -width, -mutant.number, before))
        inserts.append((mutant.end, 0, width, mutant.number, behind))
    out, at = ["_Bool sg_mutant(unsigned number);\n#line 1\n"], 0
    for place, _, _, _, text in sorted(inserts):
        out += [source[at:place], text]
        at = place
    return "".join([*out, source[at:]])


def runtime(count):
    """The source that knows which mutant is on, and marks those that are reached."""
    return f"""#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {{ BYTES = {count + 1} }};
static unsigned long active;
static volatile unsigned char *reached;

_Bool sg_mutant(unsigned number);

/* Before main, so that nothing has cleared the environment; a process that is forked and confined later has both. */
__attribute__((constructor)) static void start(void)
{{
    const char *number = getenv("SG_MUTANT");
    const char *path = getenv("SG_MUTANT_REACHED");
    active = number != NULL ? strtoul(number, NULL, 10) : 0;
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *map = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    reached = map != MAP_FAILED ? map : NULL;
    close(file);
}}

_Bool sg_mutant(unsigned number)
{{
    if (reached != NULL)
        reached[number] = 1;
    return number == active;
}}
"""
