"""What CI runners do with what a step prints and leaves behind: readers made after the runners' own rules, not after the program.

GitHub: actions/runner, ActionCommand.cs, ActionCommandManager.cs and FileCommandManager.cs. GitLab: "Custom collapsible
sections" of its documentation.
"""

import dataclasses
import re

SECTION = re.compile(rb"\x1b\[0Ksection_(start|end):([0-9]+):([A-Za-z0-9_.-]+)(\[collapsed=true\])?\r\x1b\[0K")
# What a runner takes for the end of a line.
LINES = re.compile("\r\n|\n|\r")


@dataclasses.dataclass
class Command:
    name: str
    properties: dict
    data: str


def unescape(text, also=()):
    for code, character in (("%0D", "\r"), ("%0A", "\n"), *also, ("%25", "%")):
        text = text.replace(code, character)
    return text


def parse_command(line):
    """The command of a line in the form `::name key=value,key=value::data`, or None."""
    line = line.lstrip()
    if not line.startswith("::"):
        return None
    end = line.find("::", 2)
    if end < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    properties = {}
    for pair in rest.split(",") if rest else []:
        key, equals, value = pair.strip().partition("=")
        if equals and value:
            properties[key] = unescape(value, (("%3A", ":"), ("%2C", ",")))
    return Command(name, properties, unescape(line[end + 2 :]))


def commands(text):
    """Every command that GitHub's runner would carry out, the older `##[name]` form included, and all other lines."""
    found, plain = [], []
    for line in LINES.split(text):
        command = parse_command(line)
        legacy = re.search(r"##\[([^\]]*)\]", line)
        if command is None and legacy is not None:
            command = Command("##" + legacy.group(1), {}, line[legacy.end() :])
        if command is not None:
            found.append(command)
        elif line:
            plain.append(line)
    return found, plain


def read_outputs(text):
    """GITHUB_OUTPUT: `name=value`, or `name<<DELIMITER`, lines, `DELIMITER`."""
    outputs, lines = {}, text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    while lines:
        line = lines.pop(0)
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            outputs[line[:equals]] = line[equals + 1 :]
        elif heredoc >= 0:
            value, delimiter = [], line[heredoc + 2 :]
            while lines[0] != delimiter:
                value.append(lines.pop(0))
            lines.pop(0)
            outputs[line[:heredoc]] = "\n".join(value)
        else:
            raise ValueError(f"the runner fails the step: {line!r}")
    return outputs


def table_cells(line):
    """The cells of a row of a Markdown table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)][1:-1]


# Code points that move a cursor, end a line for somebody, reorder text or hide in it.
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
