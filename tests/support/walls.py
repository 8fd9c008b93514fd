#!/usr/bin/env python3
"""The walls of the house: which room may include which, and which library stays in which room.

The rooms and what each may use are read from src/CMakeLists.txt, so that there is one list. Besides: no header that says it is
inside one room is included from another, no call that this project does not use, and nothing prints or ends the process where
it must not. Prints each breach as file:line and exits with 1 when there is one.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

# Which headers belong to which library of sg_room(... LIBRARIES ...).
LIBRARY_HEADERS = {
    "OpenSSL::Crypto": r"openssl/",
    "PkgConfig::CURL": r"curl/",
    "PkgConfig::YAML": r"yaml\.h$",
    "PkgConfig::ZIP": r"zip\.h$",
    "ZLIB::ZLIB": r"zlib\.h$",
    "PkgConfig::ISAL": r"isa-l/",
    "PkgConfig::JANSSON": r"jansson\.h$",
    "${UNISTRING_LIBRARY}": r"uni(case|norm|str|ctype|types|conv)\.h$",
    "Threads::Threads": r"(pthread|threads)\.h$",
}
OWN_ROOM_ONLY = re.compile(r"[Ii]nside the (\w+) room only|Included by the (\w+) room only|[Ss]hared inside the (\w+) room")

BANNED = [
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atoll|strtok|system|popen|alloca|tmpnam|mktemp|scanf|sscanf)\s*\(",
     "is not used in this project", None),
    (r"\bgoto\b", "there is one cleanup idiom, and it is not goto (base/cleanup.h)", None),
    (r"\b(exit|_exit|_Exit|abort|quick_exit)\s*\(", "only src/cli may end the process", "cli"),
    (r"(?<![\w])(printf|puts|putchar|fputs|fprintf|perror)\s*\(", "only writers of src/report make output, and src/cli prints it",
     "cli"),
    (r"\b(PKCS7_verify|SSL_CTX_set_verify)\s*\(", "is never the right call here", None),
]


def rooms():
    text = (SRC / "CMakeLists.txt").read_text()
    found = {}
    for name, rest in re.findall(r"^sg_room\((\w+)([^)]*)\)", text, re.M):
        parts = re.split(r"\b(ROOMS|LIBRARIES)\b", rest)
        lists = {parts[i]: parts[i + 1].split() for i in range(1, len(parts), 2)}
        found[name] = (lists.get("ROOMS", []), lists.get("LIBRARIES", []))
    return found


def strip_comments_and_strings(text):
    """The same text with comments and string contents blanked, lines kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def check_order(table, complain):
    """A room may only use rooms that are listed before it: arrows point down."""
    seen = []
    for name, (uses, _) in table.items():
        for other in uses:
            if other not in seen:
                complain(SRC / "CMakeLists.txt", 1, f"room {name} uses {other}, which is not below it")
        seen.append(name)


def check_includes(path, room, table, private, complain):
    uses, libraries = table[room]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        bracket, header = match.groups()
        if bracket == '"':
            other = header.split("/")[0]
            if other != room and other not in uses:
                complain(path, number, f"room {room} may not include {header}")
            if header in private and private[header] != room:
                complain(path, number, f"{header} is inside the {private[header]} room only")
            continue
        for library, pattern in LIBRARY_HEADERS.items():
            if re.match(pattern, header) and library not in libraries:
                complain(path, number, f"room {room} may not include <{header}>")


def check_banned(path, room, complain):
    text = strip_comments_and_strings(path.read_text())
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, reason, allowed in BANNED:
            match = re.search(pattern, line)
            # The readers' processes are not the program: they end themselves.
            if match and room != allowed and not (match.group(0).startswith("_exit") and path.name == "reader.c"):
                complain(path, number, f"{match.group(0).strip(' (')}: {reason}")


def main():
    breaches = []

    def complain(path, number, message):
        breaches.append(f"{path.relative_to(ROOT)}:{number}: {message}")

    table = rooms()
    check_order(table, complain)
    private = {}
    for header in SRC.glob("*/*.h"):
        head = re.sub(r"\s*\n \* ?", " ", header.read_text()[:1200])
        if OWN_ROOM_ONLY.search(head):
            private[str(header.relative_to(SRC))] = header.parent.name
    for path in sorted(SRC.glob("*/*.[ch]")):
        room = path.parent.name
        if room not in table:
            complain(path, 1, f"room {room} is not declared in src/CMakeLists.txt")
            continue
        check_includes(path, room, table, private, complain)
        check_banned(path, room, complain)
        lines = path.read_text().count("\n")
        if lines > 600:
            complain(path, lines, "is longer than 600 lines")
    print("\n".join(breaches) if breaches else f"walls hold: {len(table)} rooms, {len(private)} private headers")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
