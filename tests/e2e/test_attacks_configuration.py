"""ATTACKS.md section 4, and HT-02 of section 5: hostile configurations. Each is exit 2, soon, with its place, and nothing is judged.

« marks the place that must be named. The time is the processor's, so that a busy machine changes nothing.
"""

import dataclasses
import re
import resource

from support import package, sealgate
from support.https_server import HttpsServer
from support.sealgate import GateTest
from support.tls_pki import TlsPki

from e2e.test_config_errors import ARN, GOOD, PROFILE, read_problems

MOST_SECONDS = 1.0


@dataclasses.dataclass
class Row:
    name: str
    text: object  # str with « or bytes
    message: str  # of one of the problems
    place: tuple = None  # its place, where no mark can stand


ROWS = []


def add(name, text, message, place=None):
    ROWS.append(Row(name, text, message, place))


def changed(old, new):
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def bomb():
    """Nine levels of nine aliases: 387,420,489 items for who expands them."""
    lines = ["a0: «&a0 [x, x, x, x, x, x, x, x, x]\n"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 9)]
    return GOOD + "".join(lines)


add("YA-01 bomb", bomb(), "the anchor `&a0` is not allowed")
add("YA-01 many", GOOD + "big: «&big \"" + "x" * 100000 + "\"\nall: [" + "*big , " * 10000 + "]\n", "the anchor `&big` is not allowed")
add("YA-02 itself", changed("layers: [shared]", "layers: «&a [*a ]"), "the anchor `&a` is not allowed")
add("YA-02 undefined", changed("layers: [shared]", "layers: «*nobody"), r"the alias `\*nobody` is not allowed")
add("YA-02 twice", changed("layers: [shared]", "layers: [«&a shared, &a shared]"), "the anchor `&a` is not allowed")
add("YA-03", changed("untrusted_artifact_on_deployment: Enforce",
    "untrusted_artifact_on_deployment: Enforce\n    «untrusted_artifact_on_deployment: Warn"), "stands twice in this map")
add("YA-03 decoded", changed("untrusted_artifact_on_deployment: Enforce",
    "untrusted_artifact_on_deployment: Enforce\n    «\"untrusted_\\x61rtifact_on_deployment\": Warn"), "stands twice in this map")
add("YA-03 quoted", changed("version: 1\n", "version: 1\n«'version': 1\n"), "the key `version` stands twice in this map")
add("YA-04 before", changed("    description: Release pipeline", "    «<<: {untrusted_artifact_on_deployment: Warn}"), "the merge key `<<`")
add("YA-04 after", changed("deployment: Enforce", "deployment: Enforce\n    «<<: {untrusted_artifact_on_deployment: Warn}"), "the merge key `<<`")
add("YA-05 100,000", changed("roots: [aws]", "roots: " + "[" * 14 + "«" + "[" * 99986), "lists and maps are nested deeper than 16 levels")
add("YA-05 10,000", changed("roots: [aws]", "roots: " + "[" * 14 + "«" + "[" * 9986 + "]" * 10000), "nested deeper than 16 levels")
add("YA-05 maps", changed("roots: [aws]", "roots: " + "{a: " * 50000), "lists and maps are nested deeper than 16 levels")
add("YA-05 block", GOOD + "deep:\n" + "".join(" " * (level + 1) + "a:\n" for level in range(700)), "lists and maps are nested deeper than 16 levels")
add("YA-05 size", GOOD + "# " + "x" * (1 << 20), r"has \d+ bytes; at most 1048576 are read")
add("YA-06 two", GOOD + "«---\nversion: 1\n", "a second document begins")
add("YA-06 behind", GOOD + "...\n«untrusted: x\n", "malformed YAML")
add("YA-07 no", changed("deployment: Enforce", "deployment: «no"), "`untrusted_artifact_on_deployment` cannot be `no`")
add("YA-07 off", changed("deployment: Enforce", "deployment: «off"), "`untrusted_artifact_on_deployment` cannot be `off`")
add("YA-07 leading zero", changed("name: checkout", "name: «012345678901"), "`name` is a number in YAML, not text")
add("YA-07 octal", changed("name: checkout", "name: «0o17"), "`name` is a number in YAML, not text")
add("YA-07 sexagesimal", changed("name: checkout", "name: «1:30:00"), "`name` is a number in YAML, not text")
add("YA-07 underscore", changed("name: checkout", "name: «1_000"), "`name` is a number in YAML, not text")
add("YA-07 null", changed("name: checkout", "name: «~"), "`name` has no value")
add("YA-07 infinity", changed("name: checkout", "name: «.inf"), "`name` is a number in YAML, not text")
add("YA-07 version", changed("version: 1\n", "version: «0x1\n"), "`version` cannot be `0x1`")
add("YA-07 strict", GOOD + "strict: «on\n", "`strict` cannot be `on`")
for tag in ("!!int", "!x", "!!python/object/apply:os.system", "!<tag:yaml.org,2002:str>", "!"):
    add(f"YA-08 {tag}", changed("name: checkout", f"name: «{tag} checkout"), "the tag `.*` is not allowed")
add("YA-08 %TAG", "«%TAG ! tag:example.com,2026:\n---\n" + GOOD, "directives are not allowed")
add("YA-08 %YAML", "«%YAML 1.1\n---\n" + GOOD, "directives are not allowed")
for encoding in ("utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be"):
    add(f"YA-09 {encoding}", GOOD.encode(encoding), "UTF-16 or UTF-32|NUL byte", (1, 1) if encoding in ("utf-16", "utf-32") else None)
add("YA-09 UTF-16 BE with BOM", b"\xfe\xff" + GOOD.encode("utf-16-be"), "UTF-16 or UTF-32", (1, 1))
add("YA-09 BOM inside", changed("name: checkout", "name: «\ufeffcheckout"), r"U\+FEFF is allowed only as the byte order mark")
add("YA-09 NUL", changed("name: checkout", "name: check«\0out"), "a NUL byte")
for raw, what in ((b"\xff", "FF"), (b"\xc0\xaf", "C0"), (b"\xed\xa0\x80", "ED"), (b"\xf4\x90\x80\x80", "F4"), (b"\x80", "80")):
    add(f"YA-09 invalid {what}", GOOD.encode().replace(b"name: checkout", b"name: c" + raw), f"byte 0x{what} is not valid UTF-8 here", (10, 12))
add("YA-10 NUL", changed("name: checkout", 'name: «"x\\0y"'), r"control character in it, U\+0000")
add("YA-10 ESC", changed("name: checkout", 'name: «"\\x1b[31m"'), r"control character in it, U\+001B")
add("YA-10 DEL", changed("name: checkout", 'name: «"\\x7f"'), r"control character in it, U\+007F")
add("YA-10 C1", changed("name: checkout", 'name: «"\\x9b31m"'), r"control character in it, U\+009B")
add("YA-10 surrogate", changed("name: checkout", 'name: "\\ud800"'), "malformed YAML")
for what, mark in (("U+0085", "\u0085"), ("U+2028", "\u2028"), ("U+2029", "\u2029"), ("CR", "\r")):
    add(f"YA-11 {what}", changed("description: Release pipeline", f"description: x«{mark}    untrusted_artifact_on_deployment: Warn"),
        "is a line break for some readers")
add("YA-12 tab", changed("    description: Release pipeline", "«\tdescription: Release pipeline"), "malformed YAML|tab")
add("YA-12 no space", changed("  roots: [aws]", "  «roots:[aws]"), "`trust` is a single value")
add("YA-12 cut", changed(f"      - {ARN}", f"      - «{PROFILE} #/AbCdEf0123"), "is a signing profile without its version")
add("YA-12 cut path", changed("code: dist/checkout.zip", "code: «s3://bucket/key #.zip"), "needs AWS access")
add("YA-13 long key", GOOD + "k" * 1100 + ": x\n", "malformed YAML")
add("YA-13 long quoted key", GOOD + '"' + "k" * 70000 + '": x\n', "malformed YAML")
add("YA-13 100,000 keys", GOOD + "".join(f"k{number:x}: 1\n" for number in range(100000 - 1)), "unknown key `k0`")
add("YA-13 complex key", GOOD + "? «[a, b]\n: c\n", "a key must be a word, not a list or a map")
add("YA-13 map key", GOOD + "? «{a: b}\n: c\n", "a key must be a word, not a list or a map")
add("YA-13 null key", GOOD + "? «~\n: c\n", "the key `~` is nothing in YAML, not text")
add("YA-13 no key", GOOD + "«: c\n", "malformed YAML|a key is missing")
add("YA-13 list", "«- a\n- b\n", "the file is a list")
add("YA-13 word", "«hello\n", "the file is a single value")
add("YA-13 empty", "", "the file is empty")
add("YA-13 comments", "# nothing\n", "the file is empty")
add("YA-14", changed("    untrusted_artifact_on_deployment: Enforce", "    «polcy: Warn"), "unknown key `polcy`")
add("YA-14 top", GOOD + "«code_signing_confg: x\n", "unknown key `code_signing_confg`")
add("YA-14 case", changed("    untrusted_artifact_on_deployment: Enforce", "    «Untrusted_artifact_on_deployment: Enforce"),
    "unknown key `Untrusted_artifact_on_deployment`")

# HT-02: what no source's URL may be; PORT is a port where a server counts who comes.
BAD_URLS = {
    "http": ("http://localhost:PORT/x", "is plain HTTP"), "ftp": ("ftp://localhost:PORT/x", "neither an https:// URL nor a file"),
    "gopher": ("gopher://localhost:PORT/x", "neither an https:// URL nor a file"),
    "file with a host": ("file://localhost:PORT/etc/passwd", "has no path, but a host"),
    "user": ("https://user:pass@localhost:PORT/x", "holds a user name or a password"),
    "user alone": ("https://user@localhost:PORT/x", "holds a user name or a password"),
    "space": ("https://localhost:PORT/a b", "holds a space"), "IDN": ("https://l\u043ecalhost:PORT/x", "not ASCII"),
    "backslash": ("https://localhost:PORT\\\\@example.com/x", "holds|names"), "fragment": ("https://localhost:PORT/x#y", "fragment|#"),
    "CR LF": ("https://localhost:PORT/x\\r\\nX-Evil: 1", r"line break in it, U\+000D|control character in it, U\+000D"),
    "NUL": ("https://localhost:PORT/x\\0", r"control character in it, U\+0000"), "no host": ("https:///x", "names no host"),
    "case": ("HTTPS+unix://localhost:PORT/x", "neither an https:// URL nor a file"),
}
for what, (url, message) in BAD_URLS.items():
    add(f"HT-02 {what}", changed("  sources: []", f'  sources:\n    - list: «"{url}"'), message)


class Configurations(GateTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = package.signed_zip(package.DEFAULT_FILES, cls.pki, signed_at=cls.signed_at)
        cls.server = HttpsServer(*TlsPki(f"{cls.class_folder}/tls").server("local")).start()
        cls.addClassCleanup(cls.server.stop)

    def test_names_of_the_rows_are_unique(self):
        self.assertEqual(len({row.name for row in ROWS}), len(ROWS))

    def test_rows(self):
        for name in ("checkout", "shared"):
            self.workspace.write(f"dist/{name}.zip", self.good)
        for row in ROWS:
            with self.subTest(row.name):
                self.check(row)
        self.assertEqual(self.server.requests, [])

    def check(self, row):
        text, place = row.text, row.place
        if isinstance(text, str):
            text = text.replace("PORT", str(self.server.port))
            before, mark, after = text.partition("«")
            text = before + after
            if mark:
                place = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        self.workspace.write("sealgate.yaml", text)
        started = resource.getrusage(resource.RUSAGE_CHILDREN)
        result = self.workspace.run("--ci", "none", "-o", "json")
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertLess(ended.ru_utime + ended.ru_stime - started.ru_utime - started.ru_stime, sealgate.seconds(MOST_SECONDS))
        self.assertEqual((result.code, result.out), (sealgate.USAGE, ""), str(result)[:3000])
        problems, _ = read_problems(result.err)
        if not problems:  # of the whole file, which has no place
            self.assertRegex(result.err, row.message)
            return
        found = [problem for problem in problems if re.search(row.message, problem.message)]
        self.assertTrue(found, problems)
        self.assertEqual({problem.file for problem in problems}, {"sealgate.yaml"})
        if place is not None:
            self.assertIn(place, [(problem.line, problem.column) for problem in found], problems)
