#!/usr/bin/env python3
"""Holds a built program against what its compiler and linker were asked for.

    hardening.py [--fortify LEVEL] PROGRAM

Prints what PROGRAM lacks, one line each, and exits with 1 when there is something; what it has otherwise. Reads it with readelf:
headers and symbols for what the linker does, and the debug information for what the compiler did with every source file. The
level of FORTIFY leaves its trace only there, as a macro (gcc -g3), so a program without that counts as one without FORTIFY.
"""

import argparse
import re
import subprocess
import sys

# What the compiler must have been told for every source file.
FLAGS = {"-fstack-protector-strong": "stack protector", "-fstack-clash-protection": "protection against stack clashes"}
# What every entry of .debug_info that is a source file in C has.
C_PRODUCER = re.compile(r"GNU C\d|clang")


class Unreadable(Exception):
    pass


def readelf(program, *options):
    done = subprocess.run(["readelf", "-W", *options, program], stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    if done.returncode != 0 or b"Not an ELF file" in done.stderr:
        raise Unreadable(f"{program} cannot be read: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")


# --- what the linker wrote ------------------------------------------------------------------------------------------------


def segments(program):
    """(type, flags) of each program header."""
    return re.findall(r"^ +([A-Z_]+) +0x\S+ 0x\S+ 0x\S+ 0x\S+ 0x\S+ ([RWE ]{3}) ", readelf(program, "-l"), re.M)


def dynamic(program):
    """(tag, value) of each entry of the dynamic section."""
    return re.findall(r"^ 0x[0-9a-f]+ \((\w+)\) +(.*)$", readelf(program, "-d"), re.M)


def imports(program):
    """Names of the functions and data that come from libraries."""
    return set(re.findall(r" UND (\w+)(?:@|$| )", readelf(program, "--dyn-syms")))


def linker_lacks(program):
    header, parts, tags = readelf(program, "-h"), segments(program), dynamic(program)
    flags = " ".join(value for tag, value in tags if tag in ("FLAGS", "FLAGS_1"))
    tagged = {tag for tag, _ in tags}
    stack = [flags for kind, flags in parts if kind == "GNU_STACK"]
    if not re.search(r"Type: +DYN ", header) or not re.search(r"\bPIE\b", flags):
        yield "it is not position-independent (PIE)"
    if "GNU_RELRO" not in {kind for kind, _ in parts}:
        yield "no part of its data becomes read-only after loading (RELRO)"
    if not re.search(r"\b(BIND_NOW|NOW)\b", flags) and "BIND_NOW" not in tagged:
        yield "functions are bound when they are first called, so that their table stays writable (no BIND_NOW)"
    if not stack:
        yield "it does not say what its stack may be (no GNU_STACK)"
    if any("E" in flags for flags in stack):
        yield "its stack is executable"
    if any("W" in flags and "E" in flags for kind, flags in parts if kind == "LOAD"):
        yield "a segment is writable and executable"
    if "TEXTREL" in tagged or re.search(r"\bTEXTREL\b", flags):
        yield "its code is changed when it is loaded (text relocations)"
    for tag in ("RPATH", "RUNPATH"):
        if tag in tagged:
            yield f"it looks for libraries in a path of its own ({tag})"
    if "NT_GNU_BUILD_ID" not in readelf(program, "-n"):
        yield "it has no build id"


# --- what the compiler did ------------------------------------------------------------------------------------------------


def attribute(unit, name):
    """The value of the first attribute of this name. In front of it readelf says in what form it is written."""
    found = re.search(rf"DW_AT_(?:GNU_)?{name} *: (?:\([^)]*\)[:,]? *)*(.*?)\s*$", unit, re.M)
    return found.group(1) if found else ""


def source_files(program):
    """(name, producer, offset of its macros or None) of each source file in C."""
    found = []
    for unit in re.split(r"^ +Compilation Unit @", readelf(program, "--debug-dump=info", "--dwarf-depth=1"), flags=re.M)[1:]:
        producer, macros = attribute(unit, "producer"), attribute(unit, "macros")
        if C_PRODUCER.search(producer):
            found.append((attribute(unit, "name"), producer, int(macros, 16) if macros else None))
    return found


def fortify_levels(program):
    """What _FORTIFY_SOURCE is at the end of each macro table, by the table's offset; tables take in others."""
    tables, current = {}, None
    for line in readelf(program, "--debug-dump=macro").splitlines():
        offset = re.match(r" *Offset: +(?:0x)?([0-9a-f]+)$", line)
        step = re.search(r"DW_MACRO_(define|undef)\w* .*macro : _FORTIFY_SOURCE(?: (\d+))?$", line)
        taken_in = re.search(r"DW_MACRO_import - offset : (?:0x)?([0-9a-f]+)", line)
        if offset:
            current = tables.setdefault(int(offset.group(1), 16), [])
        elif step:
            current.append(("level", int(step.group(2) or 0) if step.group(1) == "define" else 0))
        elif taken_in:
            current.append(("table", int(taken_in.group(1), 16)))

    def level(table, before):
        for kind, value in tables.get(table, ()):
            before = value if kind == "level" else level(value, before)
        return before
    return {table: level(table, 0) for table in tables}


def file_lacks(producer, level, fortify):
    """What is wrong with how one source file was compiled; `level` is None when it is not known."""
    words = producer.split()
    for flag, what in FLAGS.items():
        if flag not in words:
            yield f"compiled without {what} ({flag})"
    optimised = [word for word in words if re.fullmatch(r"-O\w*", word)]
    if not optimised or optimised[-1] in ("-O0", "-Og"):
        yield "compiled without optimisation, which FORTIFY needs"
    if level is None:
        yield "its level of FORTIFY is not known, for want of macros in the debug information (-g3)"
    elif level != fortify:
        yield f"compiled with _FORTIFY_SOURCE={level}, not {fortify}"


def compiler_lacks(program, fortify):
    files, levels, called = source_files(program), fortify_levels(program), imports(program)
    if not files:
        yield "it has no debug information of source files in C, so that nothing can be said of how they were compiled"
    concerned = {}
    for name, producer, macros in files:
        for sentence in file_lacks(producer, levels.get(macros), fortify):
            concerned.setdefault(sentence, []).append(name)
    for sentence, names in concerned.items():
        yield names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "") + f": {sentence}"
    if "__stack_chk_fail" not in called:
        yield "no function checks its stack (__stack_chk_fail)"
    if not fortified(called):
        yield "no call is a fortified one (__*_chk)"


def fortified(names):
    return sorted(name for name in names if re.fullmatch(r"__\w+_chk", name))


def lacks(program, fortify=3):
    """What the program lacks, a sentence each."""
    return [*linker_lacks(program), *compiler_lacks(program, fortify)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fortify", type=int, default=3)
    parser.add_argument("program")
    options = parser.parse_args()
    try:
        found = lacks(options.program, options.fortify)
    except Unreadable as problem:
        found = [str(problem)]
    for sentence in found:
        print(f"{options.program}: {sentence}")
    if not found:
        print(f"PIE, full RELRO, no executable stack, no writable code, no text relocations, no RPATH, build id; "
              f"{len(source_files(options.program))} source files with {', '.join(FLAGS)} and _FORTIFY_SOURCE={options.fortify}; "
              f"fortified: {', '.join(fortified(imports(options.program)))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
