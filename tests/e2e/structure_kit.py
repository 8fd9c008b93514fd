"""What the rows of structure cases are made of: the case, and the kit that builds and signs.

A row says what was built and what must come of it: FAIL blocks under Warn too and names its rule; NOTICE changes nothing but
is said, and blocks with `strict: true`; CLEAN has no finding, not even when strict.
"""

import dataclasses
import struct
import zlib
from typing import Callable

from support import package
from support.package import Entry, build, entries_of, extra
from support.sealgate import GateTest

MALFORMED, AMBIGUOUS, TOO_LARGE = "malformed-package", "ambiguous-package", "package-too-large"
SUSPICIOUS, UNUSUAL = "suspicious-content", "unusual-package"
ANY_NOTICE = (SUSPICIOUS, UNUSUAL)
FAIL, NOTICE, CLEAN = "fail", "notice", "clean"


@dataclasses.dataclass
class Case:
    name: str
    what: str
    outcome: str
    rules: tuple
    message: str
    make: Callable


CASES = []


def add(name, what, outcome, rules, message, make):
    rules = rules if isinstance(rules, tuple) else (rules,)
    CASES.append(Case(name, what, outcome, rules, message, make))


class CaseTest(GateTest):
    """Runs rows of cases; gives the kit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit = Kit(cls.pki, cls.signed_at)

    def run_cases(self, cases):
        """Each alone under Warn, so that its exit code is its own; then, where nothing refuted it, with strict."""
        self.configure({"one": "dist/package.zip"}, policy="Warn")
        self.workspace.write("strict.yaml", (self.workspace.path / "sealgate.yaml").read_text() + "strict: true\n")
        for case in cases:
            with self.subTest(case.name, what=case.what):
                self.workspace.write("dist/package.zip", case.make(self.kit))
                self.check(case)

    def check(self, case):
        result = self.workspace.verify("sealgate.yaml")
        self.assertIn(result.code, (0, 1), str(result))
        artifact = self.artifacts(result, result.code)["one"]
        outcomes = case.outcome if isinstance(case.outcome, tuple) else (case.outcome,)
        if result.code == 1:
            self.assertIn(FAIL, outcomes, artifact["checks"]["integrity"])
            self.assertInvalid(artifact, tuple(rule for rule in case.rules if rule not in ANY_NOTICE), case.message)
            return
        self.assertEqual((artifact["action"], artifact["signature_status"]), ("allow", "VALID"))
        self.assertChecks(artifact, revocation="skipped")
        notices = [item for item in artifact["findings"] if item["rule"] in ANY_NOTICE]
        self.assertIn(NOTICE if notices else CLEAN, outcomes, artifact["findings"])
        strict = self.workspace.verify("strict.yaml")
        if not notices:
            self.assertNoFindings(self.artifacts(strict, 0)["one"])
            return
        for notice in notices:
            self.assertIn(notice["rule"], case.rules)
            self.assertEqual(notice["level"], "notice")
        self.assertRegex(" ".join(item["message"] for item in notices), case.message)
        self.assertInvalid(self.artifacts(strict, 1)["one"], tuple(item["rule"] for item in notices))


class Kit:
    """What a row builds with: a signed package of two files, and the signing itself."""

    FILES = {"index.js": "exports.handler = async () => 'genuine'\n", "lib/util.js": "exports.answer = 42\n"}

    def __init__(self, pki, signed_at):
        self.pki, self.signed_at = pki, signed_at

    def two(self, **options):
        """Two unsigned entries; the options are those of the first."""
        entries = entries_of(self.FILES)
        for key, value in options.items():
            setattr(entries[0], key, value)
        return entries

    def sign(self, entries, **options):
        return package.sign(entries, self.pki, signed_at=self.signed_at, **options)

    def signed(self, **options):
        """Signed entries; the options are set on the first."""
        return self.sign(self.two(**options))

    def built(self, **options):
        return build(self.signed(), **options)

    def first(self, **options):
        """The usual package with changes to its first entry, which the signature covers."""
        return build(self.signed(**options))

    def with_entries(self, *entries):
        """The usual two entries and these, signed."""
        return build(self.sign([*self.two(), *entries]))

    def names(self, *names):
        return self.with_entries(*(Entry(name, f"body {index}\n") for index, name in enumerate(names)))

    def evil(self, files=None):
        return entries_of(files or {"index.js": "exports.handler = async () => 'evil'\n",
            "lib/util.js": "exports.answer = 666\n"})


def unicode_path(name, target, crc=None):
    """Info-ZIP Unicode Path extra field (APPNOTE 4.6.9)."""
    return extra(0x7075, struct.pack("<BI", 1, zlib.crc32(name) if crc is None else crc) + target)


BODY = Kit.FILES["index.js"].encode()
