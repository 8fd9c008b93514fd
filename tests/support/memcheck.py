"""Runs test programs, and the program under test, under valgrind's memcheck, and collects all that it complains of.

Confined readers can be watched, too, although they may do next to nothing: valgrind's words go through a pipe, which a limit of
file sizes does not reach; valgrind 3.19 answers "not implemented" to seccomp and to Landlock, so that the program does without
them, as on a kernel without both; and memcheck_limits.c lets the limit of open files be set, which valgrind would refuse.
"""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
# How many times longer than alone a program may take; time limits of tests are multiplied by it.
SLOWDOWN = 30
COMMAND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite,indirect",
           "--errors-for-leak-kinds=definite,indirect", "--num-callers=30", "--log-fd=9"]


def make_limits(folder):
    """Compiles memcheck_limits.c; returns the library, to be loaded before all others."""
    library = Path(folder) / "limits.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", library, HERE / "memcheck_limits.c"], check=True)
    return library


def make_script(folder, name, text):
    path = Path(folder) / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


class Watch:
    """One test program or module. `under` is a script that runs its arguments under valgrind, `program` one that runs the
    program under test so, and complaints() says at the end what valgrind said; it also removes the scripts."""

    def __init__(self, program, limits):
        self.folder = Path(tempfile.mkdtemp(prefix="sealgate-memcheck-"))
        self.folder.chmod(0o755)  # some tests run the program as another user
        pipe = self.folder / "complaints"
        os.mkfifo(pipe)
        pipe.chmod(0o666)
        self.under = make_script(self.folder, "under", f'exec 9>{shlex.quote(str(pipe))} || exit 98\n'
                                 f'LD_PRELOAD={shlex.quote(str(limits))} exec {shlex.join(COMMAND)} "$@"')
        self.program = make_script(self.folder, "sealgate", f'exec {shlex.join(map(str, (self.under, program)))} "$@"')
        self.pipe = os.open(pipe, os.O_RDWR)  # writing, too: so there is no end before the last writer
        self.said = bytearray()
        self.thread = threading.Thread(target=self._collect, daemon=True)
        self.thread.start()

    def _collect(self):
        while not self.said.endswith(b"\0"):
            self.said += os.read(self.pipe, 65536)

    def complaints(self):
        """Lines of valgrind about itself (--PID--) are none; those about the program begin with ==PID==."""
        os.write(self.pipe, b"\0")
        self.thread.join()
        os.close(self.pipe)
        shutil.rmtree(self.folder, ignore_errors=True)
        lines = self.said[:-1].decode("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines if not re.match(r"--\d+-- ", line))
