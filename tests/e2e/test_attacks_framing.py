"""ATTACKS.md section 3: a signed content has no framing, so that its holder may cut it anew. Each case, with and without a pin.

Every row is a genuine package and another cut of the same bytes under the genuine signature. What the structure pass stops is
stopped always; the others are proof that only the pin stops them, and say so.
"""

import base64
import dataclasses
import hashlib

from support import package
from support.package import Entry, build
from support.sealgate import GateTest

MALFORMED, AMBIGUOUS = "malformed-package", "ambiguous-package"
SUSPICIOUS = "suspicious-content"
NOTHING_STRUCTURAL = "nothing structural"
FOLDER, LINK = 0o40755 << 16 | 0x10, 0o120777 << 16


def entry(name, body="", external=0o100644 << 16, method=8):
    return Entry(name, body, method=0 if external == FOLDER else method, external=external)


@dataclasses.dataclass
class Cut:
    name: str
    what: str
    outcome: str  # the rule, or NOTHING_STRUCTURAL
    message: str
    genuine: list
    attack: list


def local_part(name, body):
    """A stored entry of a zip inside: its local header up to the name, and its body."""
    whole = Entry(name, body, method=0)
    return whole.local_header()[: -len(name)], whole.body


BANNER = "/* (c) Example */\nexports.allowed = (user) => user.admin === true;\n"
API = "exports.handler = async () => 'api';\n//# sourceMappingURL=api.js.map"
MAP = '{"version":3,"sources":["api.ts"],"mappings":"AAAA"}'
ADMIN = "\nexports.handler = async () => 'admin';\n"
PLANTED = "def handler(event, context):\n    return 'planted'\n"
REVIEWED = "def handler(event, context):\n    return 'reviewed'\n"
LICENSE, GUARD = "MIT License\n\nPermission is hereby granted.\n", "def allowed(user):\n    return user.admin\n"
BOOTSTRAP, DEBUG = "#!/bin/sh\n./serve \"$@\"\n", "\nnc -l -p 4444 -e /bin/sh\n"
INNER_HEADER, INNER_BODY = local_part(b"conf.py", "DEBUG = True\n")
NESTED = build([Entry("conf.py", INNER_BODY, method=0)])
NESTED_TAIL = NESTED[len(INNER_HEADER) + len("conf.py") + len(INNER_BODY) :]
LONG = "-".join(["guard"] * 60)

CUTS = [
    Cut("FC-1", "a folder whose name swallows the slash of a banner, and whose body readers drop", AMBIGUOUS,
        "the folder `auth.js/` has a body of 66 bytes",
        [entry("auth.js", BANNER), entry("auth/index.js", "exports.allowed = () => true;\n"), entry("index.js", "require('./auth')\n")],
        [entry("auth.js/", BANNER[1:], FOLDER), entry("auth/index.js", "exports.allowed = () => true;\n"),
         entry("index.js", "require('./auth')\n")]),
    Cut("FC-2", "three files in one, where the first ends in an open comment", NOTHING_STRUCTURAL, "",
        [entry("api.js", API), entry("api.js.map", MAP), entry("admin.js", ADMIN)],
        [entry("api.js", API + "api.js.map" + MAP + "admin.js" + ADMIN)]),
    Cut("FC-3", "code that was planted in a fixture replaces reviewed code", NOTHING_STRUCTURAL, "",
        [entry("a_fixture.bin", "\x01\x02" + "app.py" + PLANTED + "z.bin" + "\x03\x04"), entry("app.py", REVIEWED)],
        [entry("a_fixture.bin", "\x01\x02"), entry("app.py", PLANTED), entry("z.bin", "\x03\x04" + "app.py" + REVIEWED)]),
    Cut("FC-4", "a licence absorbs the guard that follows it", NOTHING_STRUCTURAL, "",
        [entry("pkg/LICENSE", LICENSE), entry("pkg/guard.py", GUARD), entry("app.py", REVIEWED)],
        [entry("pkg/LICENSE", LICENSE + "pkg/guard.py" + GUARD), entry("app.py", REVIEWED)]),
    Cut("FC-5", "an entry of a stored zip inside becomes one of the package; the rest goes under a name of magic bytes", MALFORMED,
        r"`PK\\x01\\x02` has control characters in its name",
        [entry("nested.zip", NESTED), entry("conf.py", "DEBUG = False\n")],
        [entry("nested.zip", INNER_HEADER), entry("conf.py", INNER_BODY), entry(NESTED_TAIL[:4], NESTED_TAIL[4:] + b"conf.py" + b"DEBUG = False\n")]),
    Cut("FC-6", "a script runs on into the one behind it", NOTHING_STRUCTURAL, "",
        [entry("bootstrap", BOOTSTRAP), entry("debug.sh", DEBUG)],
        [entry("bootstrap", BOOTSTRAP + "debug.sh" + DEBUG)]),
    Cut("FC-7 absolute", "a file whose body is a path becomes a symbolic link, out of the package", MALFORMED, "leads out of the package",
        [entry("secret", "/proc/self/environ"), entry("app.py", REVIEWED)],
        [entry("secret", "/proc/self/environ", LINK), entry("app.py", REVIEWED)]),
    Cut("FC-7 up", "the same with a relative path", MALFORMED, "leads out of the package",
        [entry("a/secret", "../../etc/passwd"), entry("app.py", REVIEWED)],
        [entry("a/secret", "../../etc/passwd", LINK), entry("app.py", REVIEWED)]),
    Cut("FC-7 inside", "the same to another file of the package: a link that stays inside is what packagers write", NOTHING_STRUCTURAL, "",
        [entry("active.py", "planned.py"), entry("planned.py", PLANTED)],
        [entry("active.py", "planned.py", LINK), entry("planned.py", PLANTED)]),
    Cut("FC-8 empty", "an unwanted file under an empty name", MALFORMED, "empty name",
        [entry("a.py", "x = 1\n"), entry("guard.py", GUARD)], [entry("a.py", "x = 1\n"), entry("", "guard.py" + GUARD)]),
    Cut("FC-8 long", "an unwanted file under a name too long to unpack", MALFORMED, "255",
        [entry("a.py", "x = 1\n"), entry("guard.py", LONG)], [entry("a.py", "x = 1\n"), entry("guard.py" + LONG, "")]),
    Cut("FC-8 up", "an unwanted file under a name that readers leave out", MALFORMED, "component `..`",
        [entry("a.py", "x = 1\n"), entry("guard", "/../x.py" + GUARD)], [entry("a.py", "x = 1\n"), entry("guard/../x.py", GUARD)]),
]


def code_sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def packages(cut, pki, signed_at):
    """The genuine package and the attacker's, both under the genuine signature."""
    genuine = package.sign(cut.genuine, pki, signed_at=signed_at)
    return build(genuine), build([*cut.attack, *genuine[len(cut.genuine) :]])


class Framing(GateTest):
    def test_names_of_the_cuts_are_unique(self):
        self.assertEqual(len({cut.name for cut in CUTS}), len(CUTS))

    def test_the_content_is_the_same(self):
        for cut in CUTS:
            with self.subTest(cut.name):
                self.assertEqual(package.canonical_digest(cut.genuine), package.canonical_digest(cut.attack))

    def test_without_a_pin(self):
        """What structure stops, and honestly what it does not."""
        for cut in CUTS:
            with self.subTest(cut.name, what=cut.what):
                genuine, attack = packages(cut, self.pki, self.signed_at)
                result = self.judge({"genuine": genuine, "attack": attack}, policy="Warn")
                artifacts = self.artifacts(result, 0 if cut.outcome == NOTHING_STRUCTURAL else 1)
                self.assertEqual((artifacts["genuine"]["action"], artifacts["genuine"]["signature_status"]), ("allow", "VALID"))
                if cut.outcome == NOTHING_STRUCTURAL:
                    self.assertEqual((artifacts["attack"]["action"], artifacts["attack"]["signature_status"]), ("allow", "VALID"))
                    self.assertChecks(artifacts["attack"], revocation="skipped")
                    self.assertNoFindings(artifacts["attack"], ("revocation-not-checked", SUSPICIOUS))
                else:
                    self.assertInvalid(artifacts["attack"], cut.outcome, cut.message)

    def test_with_the_genuine_packages_pin(self):
        """`code_sha256` of what was reviewed: the genuine package passes, no cut of it does."""
        for cut in CUTS:
            with self.subTest(cut.name, what=cut.what):
                genuine, attack = packages(cut, self.pki, self.signed_at)
                pin = code_sha256(genuine)
                result = self.judge({"genuine": {"code": genuine, "code_sha256": pin}, "attack": {"code": attack, "code_sha256": pin}},
                                    policy="Warn")
                artifacts = self.artifacts(result, 1)
                self.assertEqual((artifacts["genuine"]["action"], artifacts["genuine"]["signature_status"]), ("allow", "VALID"))
                rule = "pin-mismatch" if cut.outcome == NOTHING_STRUCTURAL else (cut.outcome, "pin-mismatch")
                self.assertInvalid(artifacts["attack"], rule)

    def test_explain_says_why_the_pin_exists(self):
        result = self.workspace.run("explain", "pin-mismatch")
        self.assertEqual(result.code, 0, str(result))
        self.assertIn("code_sha256", result.out)
