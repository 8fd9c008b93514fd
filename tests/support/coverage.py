#!/usr/bin/env python3
"""Which lines and branches of the program its tests reach.

    coverage.py [--files] [--missing ROOM] [--report]

Builds the `coverage` preset, runs the whole suite in it (unit and end-to-end tests, the stored inputs of the fuzz targets, the
torture), and prints lines and branches by room, with --files by file. --missing lists what was not reached in a room;
--report prints the counts of the last run again. Exits with 1 when a test fails or a room of BARRED lies below a bar.

A branch is one of the two outcomes of a condition, each operand of && and || being one, or one label of a switch; those of a
macro (SG_TRY) count wherever it stands. Nothing is taken out: there are no markers in the sources. The packages are parsed in
confined processes, which count like all others (src/CMakeLists.txt says how). Needs clang and LLVM's tools of its version.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/coverage"
PROFILES = BUILD / "profiles"
MERGED = BUILD / "coverage.profdata"
LEAST_LINES, LEAST_BRANCHES = 95.0, 90.0
BARRED = ("package", "crypto", "verdict", "revocation")


class Failure(Exception):
    """A sentence for the user."""


def output_of(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise Failure(f"{Path(command[0]).name} failed: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout.decode("utf-8", "replace")


def find_tools():
    """llvm-profdata and llvm-cov of clang's own version: their formats change with every version."""
    if shutil.which("clang") is None:
        raise Failure("clang is not there; as root: apt-get install clang llvm libclang-rt-14-dev")
    version = re.search(r"version (\d+)\.", output_of("clang", "--version"))
    if version is None:
        raise Failure("`clang --version` names no version")
    major = version.group(1)
    runtime = output_of("clang", "-print-file-name=libclang_rt.profile-" + os.uname().machine + ".a").strip()
    tools = [shutil.which(f"{name}-{major}") for name in ("llvm-profdata", "llvm-cov")]
    if not Path(runtime).is_file() or None in tools:
        raise Failure(f"clang {major} needs its tools and its runtime; as root: "
                      f"apt-get install llvm-{major} libclang-rt-{major}-dev")
    return tools


def build():
    BUILD.mkdir(parents=True, exist_ok=True)
    log = BUILD / "build.log"
    print("building (coverage)", flush=True)
    with open(log, "wb") as out:
        for command in (["cmake", "--preset", "coverage"], ["cmake", "--build", "--preset", "coverage"]):
            if subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=False).returncode:
                raise Failure(f"the build failed; the whole log is in {log.relative_to(ROOT)}")


def run_tests():
    shutil.rmtree(PROFILES, ignore_errors=True)
    PROFILES.mkdir()
    print("running the tests", flush=True)
    environment = dict(os.environ, SEALGATE_PROFILES=str(PROFILES))
    command = [sys.executable, "tests/support/run_tests.py", "--build", str(BUILD.relative_to(ROOT))]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise Failure("tests failed")


def programs():
    found = [p for p in sorted((BUILD / "tests").glob("*")) if re.match(r"(test|fuzz)_\w+$", p.name) and p.is_file()]
    return [BUILD / "src/sealgate", *found]


def export(profdata, cov):
    profiles = sorted(PROFILES.glob("*.profraw"))
    if not profiles:
        raise Failure("there are no counts of an earlier run; leave --report out")
    output_of(profdata, "merge", "-sparse", "-o", MERGED, *profiles)
    first, *others = programs()
    objects = [word for program in others for word in ("-object", program)]
    return output_of(cov, "export", "-format=lcov", f"-instr-profile={MERGED}", first, *objects)


class Source:
    """What was counted in one file. A line's count is None where there is only code that no program has."""

    def __init__(self, path):
        self.path = path
        self.room = path.parts[1]
        self.lines = {}
        self.branches = defaultdict(list)

    def line_counts(self):
        return sum(count > 0 for count in self.lines.values()), len(self.lines)

    def branch_counts(self):
        counts = [count for line in self.branches.values() for count in line]
        return sum(count > 0 for count in counts), len(counts)


def read_lcov(text):
    """The lines of the `lcov` format that matter: SF (a file begins), DA (a line), BRDA (one outcome of a condition)."""
    sources = []
    for record in text.splitlines():
        key, _, value = record.partition(":")
        if key == "SF":
            sources.append(Source(Path(value).relative_to(ROOT)))
        elif key == "DA":
            line, count = value.split(",")[:2]
            sources[-1].lines[int(line)] = int(count)
        elif key == "BRDA":
            line, _, _, count = value.split(",")
            sources[-1].branches[int(line)].append(0 if count == "-" else int(count))
    return [source for source in sources if source.path.parts[0] == "src" and source.lines]


def check_confined(sources):
    """What the process of one package does behind its confinement must have been counted: that is where packages are parsed."""
    path = Path("src/gate/reader.c")
    line = next(number for number, text in enumerate((ROOT / path).read_text().splitlines(), 1) if "sg_facts_encode(" in text)
    if not any(source.path == path and source.lines.get(line) for source in sources):
        raise Failure(f"the confined processes left no counts ({path}:{line}); the figures would be too low")


def percent(covered, total):
    return 100.0 * covered / total if total else 100.0


def row(name, lines, branches, mark=""):
    cells = [f"{covered:6}/{total:<6}{percent(covered, total):6.1f} %" for covered, total in (lines, branches)]
    print(f"  {name:<36}{cells[0]}   {cells[1]}{mark}")


def sums(sources):
    lines = [source.line_counts() for source in sources]
    branches = [source.branch_counts() for source in sources]
    return [tuple(map(sum, zip(*counts))) for counts in (lines, branches)]


def print_table(sources, with_files):
    """False when a room lies below a bar."""
    good = True
    print(f"\n  {'room':<36}{'lines':<22}   branches")
    for room in dict.fromkeys(source.room for source in sources):
        mine = [source for source in sources if source.room == room]
        lines, branches = sums(mine)
        low = room in BARRED and (percent(*lines) < LEAST_LINES or percent(*branches) < LEAST_BRANCHES)
        good = good and not low
        row(f"src/{room}", lines, branches, "  below the bar" if low else "")
        for source in mine if with_files else ():
            row(f"  {source.path.name}", source.line_counts(), source.branch_counts())
    row("all", *sums(sources))
    barred = ", ".join("src/" + room for room in BARRED)
    print(f"\n  bars: {LEAST_LINES:g} % of the lines and {LEAST_BRANCHES:g} % of the branches in each of {barred}")
    return good


def describe(counts):
    """Which outcomes of which conditions of a line never came: the conditions in LLVM's order, two outcomes each."""
    parts = []
    for i in range(0, len(counts) - 1, 2):
        never = [word for word, count in zip(("true", "false"), counts[i:i + 2]) if count == 0]
        if never:
            parts.append(f"{i // 2 + 1} of {len(counts) // 2} never {' or '.join(never)}")
    return "; ".join(parts)


def print_missing(sources, room):
    for source in sources:
        if source.room != room:
            continue
        text = (ROOT / source.path).read_text().splitlines()
        missing = {line: "never run" for line, count in source.lines.items() if count == 0}
        for line, counts in source.branches.items():
            if line not in missing and 0 in counts:
                missing[line] = "condition " + describe(counts)
        for line in sorted(missing):
            print(f"{source.path}:{line}: {missing[line]}: {text[line - 1].strip()}")


def print_unmeasured(sources):
    """A file of which no program has anything is a hole in the figures, unless there is no code in it."""
    seen = {source.path for source in sources}
    absent = [str(p.relative_to(ROOT)) for p in sorted((ROOT / "src").glob("*/*.c")) if p.relative_to(ROOT) not in seen]
    if absent:
        print("  no code, or in no program that was counted: " + ", ".join(absent))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", action="store_true", help="figures by file, too")
    parser.add_argument("--missing", metavar="ROOM", choices=sorted(p.name for p in (ROOT / "src").iterdir() if p.is_dir()))
    parser.add_argument("--report", action="store_true", help="the counts of the last run; builds and runs nothing")
    options = parser.parse_args()
    try:
        tools = find_tools()
        if not options.report:
            build()
            run_tests()
        sources = read_lcov(export(*tools))
        check_confined(sources)
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    if options.missing:
        print_missing(sources, options.missing)
    good = print_table(sources, options.files)
    print_unmeasured(sources)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
