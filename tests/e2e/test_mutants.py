"""The removal of checks (tests/mutants) does what it says: on a small program, and on the sources as they are."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/mutants"))

import schemata  # noqa: E402
import survivors  # noqa: E402

# What the found functions are made of, beside them so that they are no checks themselves.
HEADER = r"""
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct { bool done; } sg_result;
#define SG_OK ((sg_result){true})
#define SG_FAILED ((sg_result){false})
#define SG_TRY(call) do { if (!(call).done) return SG_FAILED; } while (0)
#define sg_malformed(text) (puts(text), SG_FAILED)
#define sg_fail_memory() (puts("no memory"), SG_FAILED)
"""
PROGRAM = r"""#include "header.h"
/* if (this) return sg_malformed("a comment"); */
static bool fits(int a, int b)
{
    return a < 10 && b < 10;
}

static sg_result check_first(int a)
{
    if (a == 1 || a == 2)
        return sg_malformed("first");
    return SG_OK;
}

static sg_result check_pair(int a, int b)
{
    char *room = malloc(1);
    if (room == NULL)
        return sg_fail_memory();
    free(room);
    if (a > b)
        return SG_OK;
    const char *shown = a > 5 ? "large" : "small";
    return fits(a, b) ? SG_OK : sg_malformed(shown);
}

static sg_result judge(int a, int b)
{
    SG_TRY(check_first(a));
    return check_pair(a, b);
}

int main(int count, char **arguments)
{
    (void)count;
    bool done = judge(atoi(arguments[1]), atoi(arguments[2])).done;
    while (done && puts("good") == EOF)
        done = false;
    return 0;
}
"""
# Each mutant, in order; with what it is run, what is printed with the check, and without.
MUTANTS = [
    ("fits [true] a < 10", (10, 9), None, None),
    ("fits [true] b < 10", (8, 10), "large", "good"),
    ("check_first [false] a == 1 || a == 2", (2, 3), "first", "good"),
    ("check_first [false] a == 1", (1, 3), "first", "good"),
    ("check_first [false] a == 2", (2, 3), "first", "good"),
    ("check_pair [true] a > b", (10, 10), "large", "good"),
    ("check_pair [true] fits(a, b)", (10, 10), "large", "good"),
    ("judge [skipped] SG_TRY(check_first(a))", (2, 3), "first", "good"),
    ("judge [skipped] check_pair(a, b)", (10, 10), "large", "good"),
]


class Rewriting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mutants = schemata.find({"src/room/program.c": PROGRAM})
        cls.folder = tempfile.TemporaryDirectory(prefix="sealgate-mutants-")
        folder = Path(cls.folder.name)
        (folder / "header.h").write_text(HEADER)
        (folder / "program.c").write_text(schemata.rewrite(PROGRAM, cls.mutants))
        (folder / "mutant.c").write_text(schemata.runtime(len(cls.mutants)))
        cls.program = folder / "program"
        cls.marks = folder / "marks"
        subprocess.run(["cc", "-o", cls.program, folder / "program.c", folder / "mutant.c"], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_program(self, numbers, mutant=None):
        """What is printed, and which mutants are reached."""
        self.marks.write_bytes(bytes(len(self.mutants) + 1))
        variables = {**os.environ, "SG_MUTANT_REACHED": str(self.marks)}
        if mutant is not None:
            variables["SG_MUTANT"] = str(mutant)
        done = subprocess.run([self.program, *map(str, numbers)], env=variables, check=True, capture_output=True, text=True)
        return done.stdout.strip(), [number for number, byte in enumerate(self.marks.read_bytes()) if byte]

    def test_finds_each_check_once(self):
        self.assertEqual([mutant.key for mutant in self.mutants], [f"src/room/program.c {key}" for key, *_ in MUTANTS])
        self.assertEqual([mutant.number for mutant in self.mutants], list(range(1, len(MUTANTS) + 1)))
        self.assertEqual(self.mutants[0].line, 5)

    def test_takes_away_one_check_at_a_time(self):
        for number, (key, arguments, with_it, without) in enumerate(MUTANTS, 1):
            if with_it is not None:
                with self.subTest(key):
                    self.assertEqual(self.run_program(arguments)[0], with_it)
                    self.assertEqual(self.run_program(arguments, number)[0], without)

    def test_marks_what_would_change_the_answer(self):
        """One operand alone is not to blame where the other refuses, too; and what is not asked refuses nothing."""
        self.assertEqual(self.run_program((8, 9)), ("good", [6, 8, 9]))
        self.assertEqual(self.run_program((2, 3)), ("first", [3, 5, 8]))
        self.assertEqual(self.run_program((8, 10)), ("large", [2, 6, 7, 8, 9]))
        self.assertEqual(self.run_program((9, 3)), ("good", [8, 9]))

    def test_knows_an_operand_from_its_twin(self):
        text = "static bool f(int a)\n{\n    return a > 1 && (a > 1 || !(a < 3 && a > 1));\n}\n"
        mutants = schemata.find({"src/room/twins.c": text})
        self.assertEqual([mutant.key.removeprefix("src/room/twins.c f ") for mutant in mutants], [
            "[true] a > 1", "[true] (a > 1 || !(a < 3 && a > 1))", "[false] a > 1", "[false] !(a < 3 && a > 1)", "[true] a < 3",
            "[true] a > 1 #2"])


class Sources(unittest.TestCase):
    def test_each_room_has_mutants_and_each_survivor_is_one_of_them(self):
        mutants = schemata.find(schemata.sources(ROOT))
        self.assertEqual({mutant.room for mutant in mutants}, set(schemata.ROOMS))
        keys = [mutant.key for mutant in mutants]
        self.assertEqual(len(keys), len(set(keys)))
        known = survivors.read(ROOT)
        self.assertEqual([key for key in known if key not in set(keys)], [], "stale in tests/mutants/survivors.txt")
        self.assertEqual([key for key, reason in known.items() if not reason], [], "no reason in tests/mutants/survivors.txt")


if __name__ == "__main__":
    unittest.main()
