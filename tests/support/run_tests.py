#!/usr/bin/env python3
"""Runs the unit and end-to-end tests of one build, replays the inputs of its fuzz targets, and counts them.

    run_tests.py --build build/dev [--jobs 2] [--wrap 'setarch -R' | --valgrind] [PATTERN...]

--wrap names a command to run test programs, and the program in end-to-end tests, under. --valgrind runs them under memcheck;
whatever it complains of fails the test (memcheck.py).

Prints what failed with its output, what was skipped with its reason, and last `N passed, N failed, N skipped`. PATTERNs choose
test programs and modules by a part of their name. Exits with 1 when anything failed or nothing ran. SEALGATE_PROFILES names
the folder in which the programs of a coverage build keep their counters (tests/support/coverage.py).
"""

import argparse
import concurrent.futures
import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import memcheck

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 600
# Seconds under a tool: of valgrind, each run of the program takes some.
SLOW_TIMEOUT_SECONDS = 4 * 3600
# How many times longer the program may take with ThreadSanitizer; time limits of tests are multiplied by it.
THREAD_SANITIZER_SLOWDOWN = 10


class Outcome:
    def __init__(self, name, passed=0, failed=0, skipped=0, notes=(), output="", seconds=0.0):
        self.name, self.passed, self.failed, self.skipped = name, passed, failed, skipped
        self.notes, self.output, self.seconds = list(notes), output, seconds


def run(name, command, environment):
    limit = SLOW_TIMEOUT_SECONDS if "SEALGATE_SLOWDOWN" in environment else TIMEOUT_SECONDS
    started = time.monotonic()
    if "SEALGATE_PROFILES" in environment:
        # One file for each test: LLVM takes programs with equally many counters for the same program.
        environment = dict(environment, LLVM_PROFILE_FILE=f"{environment['SEALGATE_PROFILES']}/{name}.%c%m.profraw")
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=limit, check=False)
        code, output = done.returncode, done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as late:
        code, output = -1, (late.stdout or b"").decode("utf-8", "replace") + f"\nstopped after {limit} s"
    return code, output, time.monotonic() - started


def run_unit(program, environment, wrap=()):
    """cmocka counts in its closing lines; a program that dies before them failed."""
    code, output, seconds = run(program.name, [*wrap, str(program)], environment)
    passed = sum(int(n) for n in re.findall(r"\[  PASSED  \] (\d+) test", output))
    failed = sum(int(n) for n in re.findall(r"\[  FAILED  \] (\d+) test", output))
    skipped = sum(int(n) for n in re.findall(r"\[  SKIPPED \] (\d+) test", output))
    notes = re.findall(r"^(skipped: .*)$", output, re.M)
    if code == 77:
        return Outcome(program.name, skipped=1, notes=notes or [output.strip()[-300:]], seconds=seconds)
    if code != 0 and failed == 0:
        failed = 1
    return Outcome(program.name, passed, failed, skipped, notes, output, seconds)


def run_module(module, environment):
    code, output, seconds = run(module, [sys.executable, "-m", "unittest", "-v", module], environment)
    ran = re.search(r"^Ran (\d+) tests?", output, re.M)
    counts = {key: int(n) for key, n in re.findall(r"(failures|errors|skipped)=(\d+)", output)}
    failed = counts.get("failures", 0) + counts.get("errors", 0)
    skipped = counts.get("skipped", 0)
    total = int(ran.group(1)) if ran else 0
    notes = sorted(set(re.findall(r"skipped ['\"](.*)['\"]$", output, re.M)))
    if code not in (0, 5) and failed == 0:
        failed = 1
    return Outcome(module, max(0, total - failed - skipped), failed, skipped, notes, output, seconds)


def run_fuzz(program, environment, wrap=()):
    """The stored inputs of one fuzz target, replayed: one test, whose output names the input that broke it last."""
    target = program.name.removeprefix("fuzz_")
    code, output, seconds = run(program.name, [*wrap, str(program), f"tests/fuzz/corpus/{target}"], environment)
    replayed = re.search(r"^(\d+) inputs$", output, re.M)
    good = code == 0 and replayed is not None
    return Outcome(program.name, passed=int(good), failed=int(not good), notes=[replayed.group(0)] if good else [],
                   output=output, seconds=seconds)


def under_command(wrap, folder, environment, test, item):
    """One of the tests above, all of whose programs run under the command, if one is given."""
    if not wrap:
        return test(item, environment)
    program = memcheck.make_script(folder, f"sealgate-{item if test is run_module else item.name}",
                                   f'exec {wrap} {shlex.quote(environment["SEALGATE"])} "$@"')
    return test(item, dict(environment, SEALGATE=str(program)), *([] if test is run_module else [shlex.split(wrap)]))


def under_valgrind(limits, environment, test, item):
    """One of the tests above, all of whose programs run under valgrind. What is complained of fails it."""
    watch = memcheck.Watch(environment["SEALGATE"], limits)
    told = dict(environment, SEALGATE=str(watch.program), SEALGATE_TOOL="valgrind", SEALGATE_SLOWDOWN=str(memcheck.SLOWDOWN))
    try:
        outcome = test(item, told) if test is run_module else test(item, told, [str(watch.under)])
    finally:
        complaints = watch.complaints()
    if complaints:
        outcome.failed += 1
        outcome.output += f"\nvalgrind:\n{complaints}"
    return outcome


def executables(folder, pattern, chosen):
    return [p for p in sorted(folder.glob(pattern)) if os.access(p, os.X_OK) and p.is_file() and chosen(p.name)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/dev")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    under = parser.add_mutually_exclusive_group()
    under.add_argument("--wrap", default="", help="command to run all programs under")
    under.add_argument("--valgrind", action="store_true", help="run all programs under valgrind's memcheck")
    parser.add_argument("patterns", nargs="*")
    options = parser.parse_args()

    build = (ROOT / options.build).resolve()
    program = build / "src/sealgate"
    environment = dict(os.environ, SEALGATE=str(program), PYTHONDONTWRITEBYTECODE="1", PYTHONPATH=str(ROOT / "tests"),
                       ASAN_OPTIONS="detect_leaks=1:abort_on_error=1", UBSAN_OPTIONS="print_stacktrace=1",
                       TSAN_OPTIONS="halt_on_error=1")
    if b"__tsan_init" in program.read_bytes():
        environment["SEALGATE_SLOWDOWN"] = str(THREAD_SANITIZER_SLOWDOWN)
    environment.setdefault("SEALGATE_SHARED", str(ROOT.parent / "shared"))
    wanted = [re.compile(re.escape(p)) for p in options.patterns]

    def chosen(name):
        return not wanted or any(p.search(name) for p in wanted)

    programs = executables(build / "tests", "test_*", chosen)
    targets = executables(build / "tests", "fuzz_*", chosen)
    modules = [f"e2e.{p.stem}" for p in sorted((ROOT / "tests/e2e").glob("test_*.py")) if chosen(p.stem)]
    # The modules take longest: they start first.
    tests = [(test, item) for test, items in ((run_module, modules), (run_unit, programs), (run_fuzz, targets)) for item in items]
    folder = Path(tempfile.mkdtemp(prefix="sealgate-tests-"))
    folder.chmod(0o755)
    try:
        if options.valgrind:
            one = functools.partial(under_valgrind, memcheck.make_limits(folder), environment)
        else:
            one = functools.partial(under_command, options.wrap, folder, environment)
        with concurrent.futures.ThreadPoolExecutor(max_workers=options.jobs) as pool:
            futures = [pool.submit(one, test, item) for test, item in tests]
            outcomes = [f.result() for f in futures]
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    for outcome in sorted(outcomes, key=lambda o: o.name):
        print(f"  {outcome.name:<40} {outcome.passed:4} passed {outcome.failed:3} failed {outcome.skipped:3} skipped"
              f" {outcome.seconds:7.1f} s")
        for note in outcome.notes:
            print(f"      {note}")
    for outcome in outcomes:
        if outcome.failed:
            print(f"\n--- {outcome.name} ---\n{outcome.output}")
    passed, failed, skipped = (sum(getattr(o, k) for o in outcomes) for k in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
