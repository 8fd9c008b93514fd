"""What hardening.py says of programs that were built without one property each, and of one that has them all (SB-05)."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import hardening

SOURCE = """\
#include <string.h>
int main(int count, char **words) { char room[64]; memcpy(room, words[0], (size_t)count); return room[count & 63]; }
"""
COMPILER = os.environ.get("CC", "gcc")
COMPILE = ["-std=c17", "-O2", "-g3", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3", "-fPIE", "-fstack-protector-strong",
           "-fstack-clash-protection"]
LINK = ["-pie", "-Wl,-z,relro,-z,now,-z,noexecstack,--build-id"]


def is_gcc():
    if shutil.which(COMPILER) is None or shutil.which("readelf") is None:
        return False
    done = subprocess.run([COMPILER, "--version"], capture_output=True, text=True, check=False)
    return "Free Software Foundation" in done.stdout


@unittest.skipUnless(is_gcc(), "gcc or readelf is not there: programs without hardening could not be built")
class Hardening(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sealgate-hardening-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def compile(self, *options):
        done = subprocess.run([COMPILER, *options], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def built(self, *more, source=SOURCE, without=(), name="program"):
        """A program with everything but `without`, and options that come last."""
        (self.folder / f"{name}.c").write_text(source)
        options = [option for option in COMPILE + LINK if option not in without]
        self.compile(*options, f"{name}.c", "-o", name, *more)
        return self.folder / name

    def assertLacks(self, program, *sentences):
        self.assertEqual(hardening.lacks(program), list(sentences))

    def test_a_program_that_has_all(self):
        self.assertLacks(self.built())
        self.assertLacks(self.built("-flto"))

    def test_the_linker(self):
        rows = [
            ("not position-independent", ["-no-pie", "-fno-pie"], ["-pie", "-fPIE"], "it is not position-independent (PIE)"),
            ("a shared library", ["-shared", "-fPIC"], ["-pie", "-fPIE"], "it is not position-independent (PIE)"),
            ("no RELRO", ["-Wl,-z,norelro"], [], "no part of its data becomes read-only after loading (RELRO)"),
            ("partial RELRO", ["-Wl,-z,lazy"], [],
             "functions are bound when they are first called, so that their table stays writable (no BIND_NOW)"),
            ("an executable stack", ["-Wl,-z,execstack"], [], "its stack is executable"),
            ("RUNPATH", ["-Wl,--enable-new-dtags,-rpath,/opt/lib"], [], "it looks for libraries in a path of its own (RUNPATH)"),
            ("RPATH", ["-Wl,--disable-new-dtags,-rpath,/opt/lib"], [], "it looks for libraries in a path of its own (RPATH)"),
            ("no build id", ["-Wl,--build-id=none"], [], "it has no build id"),
        ]
        for what, more, without, sentence in rows:
            with self.subTest(what):
                self.assertLacks(self.built(*more, without=without), sentence)

    def test_memory_that_is_writable_and_executable(self):
        source = SOURCE + '__asm__(".section both,\\"awx\\",%progbits\\n.byte 0\\n.previous");\n'
        self.assertLacks(self.built(source=source), "a segment is writable and executable")

    def test_text_relocations(self):
        source = SOURCE + '__asm__(".text\\n.balign 8\\n' + ".quad main" + '\\n.previous");\n'
        self.assertLacks(self.built("-Wl,-z,notext", source=source), "its code is changed when it is loaded (text relocations)")

    def test_a_program_that_says_nothing_of_its_stack(self):
        program = self.built()
        data = bytearray(program.read_bytes())
        stack = (0x6474E551).to_bytes(4, "little")
        self.assertEqual(data[:2048].count(stack), 1)
        at = data.index(stack)
        data[at:at + 4] = bytes(4)  # PT_NULL
        program.write_bytes(data)
        self.assertLacks(program, "it does not say what its stack may be (no GNU_STACK)")

    def test_the_compiler(self):
        rows = [
            ("no stack protector", ["-fno-stack-protector"], ["-fstack-protector-strong"],
             ["program.c: compiled without stack protector (-fstack-protector-strong)",
              "no function checks its stack (__stack_chk_fail)"]),
            ("a weak stack protector", ["-fstack-protector"], ["-fstack-protector-strong"],
             ["program.c: compiled without stack protector (-fstack-protector-strong)"]),
            ("no protection against stack clashes", ["-fno-stack-clash-protection"], ["-fstack-clash-protection"],
             ["program.c: compiled without protection against stack clashes (-fstack-clash-protection)"]),
            ("no FORTIFY", ["-U_FORTIFY_SOURCE"], [],
             ["program.c: compiled with _FORTIFY_SOURCE=0, not 3", "no call is a fortified one (__*_chk)"]),
            ("FORTIFY of level 2", ["-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"], [],
             ["program.c: compiled with _FORTIFY_SOURCE=2, not 3"]),
            ("no macros", ["-g1"], ["-g3"],
             ["program.c: its level of FORTIFY is not known, for want of macros in the debug information (-g3)"]),
            ("no debug information", ["-g0"], ["-g3"],
             ["it has no debug information of source files in C, so that nothing can be said of how they were compiled"]),
            ("stripped", ["-s"], [],
             ["it has no debug information of source files in C, so that nothing can be said of how they were compiled"]),
        ]
        for what, more, without, sentences in rows:
            with self.subTest(what):
                self.assertLacks(self.built(*more, without=without), *sentences)

    def test_no_optimisation(self):
        self.assertLacks(self.built("-O0", "-Wno-cpp"), "program.c: compiled without optimisation, which FORTIFY needs",
                         "no call is a fortified one (__*_chk)")

    def test_one_file_of_several(self):
        """The level is that of each file, not of the program."""
        (self.folder / "other.c").write_text("int other(int a);\nint other(int a) { return a; }\n")
        self.compile(*(option for option in COMPILE if "FORTIFY" not in option), "-U_FORTIFY_SOURCE", "-c", "other.c")
        self.assertLacks(self.built("other.o"), "other.c: compiled with _FORTIFY_SOURCE=0, not 3")

    def test_what_is_no_program(self):
        (self.folder / "text").write_text("no program\n" * 20)
        for name, why in (("text", "Not an ELF file"), ("nothing", "No such file")):
            with self.subTest(name), self.assertRaisesRegex(hardening.Unreadable, f"{name} cannot be read: .*{why}"):
                hardening.lacks(self.folder / name)


if __name__ == "__main__":
    unittest.main()
