"""Traces of content that was cut anew (ATTACKS.md section 3, counter-measures 4 and 5): notices, and failures with strict: true."""

import base64
import hashlib
import re
import sysconfig
from pathlib import Path

from support import package
from support.package import build
from support.sealgate import BLOCKED, PASSED, GateTest

from e2e.test_lock import CUTS, recut

JOINED = ": another entry may have been joined to it after signing"
# What the cuts of ATTACKS.md leave behind: (entry, name in it, its place)
TRACES = {
    "FC-2": ("api.js", "endapi.js.map", len("exports.handler = api; // the ")),
    "FC-3": ("z.bin", "app.py", 2),
    "FC-4": ("pkg/LICENSE", "pkg/guard.py", 4),
    "FC-6": ("bootstrap", "debug.sh", len("#!/bin/sh\n./serve\n")),
}


def record(files, *more):
    """The text of a RECORD that lists these files."""
    rows = []
    for name, body in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).decode().rstrip("=")
        rows.append(f"{name},sha256={digest},{len(body.encode())}")
    return "\n".join([*rows, *more, "guard-1.0.dist-info/RECORD,,"]) + "\n"


class ScanTest(GateTest):
    def suspicious(self, data, code=PASSED, **options):
        artifact = self.one(data, code, **options)
        return artifact, [item["message"] for item in artifact["findings"] if item["rule"] == "suspicious-content"]

    def assertTrace(self, data, message):
        """A notice that changes nothing; a failure when the configuration is strict."""
        artifact, messages = self.suspicious(data)
        self.assertEqual(messages, [message])
        self.assertEqual(artifact["action"], "allow")
        self.assertFinding(artifact, "suspicious-content", "notice", ".")
        artifact, messages = self.suspicious(data, BLOCKED, strict=True)
        self.assertEqual(messages, [message])
        self.assertInvalid(artifact, "suspicious-content", "^" + re.escape(message) + "$")

    def assertNoTrace(self, data):
        self.assertEqual(self.suspicious(data, strict=True)[1], [])


class SwallowedEntries(ScanTest):
    def test_the_cuts_leave_traces(self):
        for name, (files, other) in CUTS.items():
            with self.subTest(name):
                signed = package.sign(package.entries_of(files), self.pki, signed_at=self.signed_at)
                entry, found, place = TRACES[name]
                self.assertTrace(recut(signed, other), f"`{entry}` holds the file name `{found}` with what looks like that file right "
                                 f"behind it, at byte {place}{JOINED}")

    def test_the_genuine_packages_have_none(self):
        """But for FC-3, whose attacker had to plant code in a fixture before it was signed."""
        for name, (files, _) in CUTS.items():
            with self.subTest(name):
                data = self.signed(files)
                if name == "FC-3":
                    self.assertTrace(data, "`a_fixture.bin` holds the file name `app.py` with what looks like that file right behind "
                                     f"it, at byte 4{JOINED}")
                else:
                    self.assertNoTrace(data)

    def test_stored_or_deflated_deep_in_a_large_file(self):
        body = "x" * 700_000 + "\npkg/guard.pydef allowed(user): ...\n" + "y" * 300_000
        for method in (0, 8):
            self.assertTrace(self.signed({"pkg/data.bin": body}, method=method),
                             "`pkg/data.bin` holds the file name `pkg/guard.py` with what looks like that file right behind it, at byte "
                             f"700001{JOINED}")

    def test_a_nested_archive_is_none(self):
        """ZA-08: a stored zip has names with content right behind them."""
        inner = build(package.entries_of({"conf.py": "import os\n", "run.sh": "#!/bin/sh\n"}, method=0))
        data = build(package.sign([package.Entry("layer.zip", inner, method=0)], self.pki, signed_at=self.signed_at))
        self.assertNoTrace(data)

    def test_text_about_files_is_none(self):
        self.assertNoTrace(self.signed({
            "README.md": "Run `setup.py`, then app.js: see pkg/guard.py.\n\n[a](b.json)[c](d.sh) # e.rb\n",
            "pkg/a.py": '"""What b.py does, in c.py"""\nimport b  # from pkg/b.py\n',
            "a.js": "items.map{};'b.js'.match(/c.js/);//# sourceMappingURL=a.js.map",
            "a.js.map": '{"version":3,"sources":["a.ts"],"file":"a.js","mappings":""}'}))

    def test_pythons_own_library(self):
        library = Path(sysconfig.get_paths()["stdlib"])
        names = [path for folder in ("asyncio", "email", "json", "unittest", "http", "xml", "logging", "importlib")
                 for path in sorted(library.glob(f"{folder}/**/*.py*"))]
        if len(names) < 50:
            self.skipTest("Python's library is not there as files")
        files = {"python/" + str(path.relative_to(library)): path.read_bytes() for path in names}
        entries = [package.Entry(name, body) for name, body in files.items()]
        self.assertNoTrace(build(package.sign(entries, self.pki, signed_at=self.signed_at)))


class Records(ScanTest):
    RECORD = "python/guard-1.0.dist-info/RECORD"
    FILES = {"guard/LICENSE": "MIT\n", "guard/check.py": "def allowed(user):\n    return False\n",
             "guard/__init__.py": "from .check import allowed\n"}

    def installed(self, files=None, text=None):
        placed = {f"python/{name}": body for name, body in (self.FILES if files is None else files).items()}
        return {**placed, self.RECORD: record(self.FILES) if text is None else text}

    def test_an_installed_package_has_no_trace(self):
        self.assertNoTrace(self.signed(self.installed()))
        self.assertNoTrace(self.signed({**self.installed(), "app.py": "import guard\n",
                                        "python/guard/__pycache__/check.cpython-311.pyc": "\1"}))

    def test_a_cut_that_makes_a_file_vanish(self):
        """FC-4 in a layer of Python packages: what H3 might miss, the RECORD shows."""
        files = self.installed()
        signed = package.sign(package.entries_of(files), self.pki, signed_at=self.signed_at)
        merged = dict(files)
        merged["python/guard/LICENSE"] += "python/guard/check.py" + merged.pop("python/guard/check.py")
        artifact, messages = self.suspicious(recut(signed, merged))
        self.assertEqual(messages, [f"`{self.RECORD}` lists 1 file missing from the package: `python/guard/check.py`",
                                    f"`{self.RECORD}` lists 1 file with another size or digest: `python/guard/LICENSE`"])
        self.assertEqual(artifact["action"], "allow")
        self.assertInvalid(self.suspicious(recut(signed, merged), BLOCKED, strict=True)[0], "suspicious-content", "missing from the package")

    def test_a_cut_that_makes_another_file(self):
        files = self.installed()
        signed = package.sign(package.entries_of(files), self.pki, signed_at=self.signed_at)
        # "MIT\n" and the next name become an entry of their own, called by bytes that were there: "python/guard/LI" + "CENSE".
        cut = {"python/guard/LI": "CENSEMIT\n", **{name: body for name, body in files.items() if name != "python/guard/LICENSE"}}
        self.assertEqual(self.suspicious(recut(signed, cut))[1],
                         [f"`{self.RECORD}` does not list 1 file beside its own: `python/guard/LI`"])

    def test_a_changed_file(self):
        self.assertTrace(self.signed(self.installed({**self.FILES, "guard/check.py": "def allowed(user):\n    return True \n"})),
                         f"`{self.RECORD}` lists 1 file with another size or digest: `python/guard/check.py`")

    def test_an_added_file(self):
        self.assertTrace(self.signed(self.installed({**self.FILES, "guard/more.py": ""})),
                         f"`{self.RECORD}` does not list 1 file beside its own: `python/guard/more.py`")

    def test_a_line_that_is_no_row(self):
        self.assertTrace(self.signed(self.installed(text=record(self.FILES, "what is this"))),
                         f"`{self.RECORD}` has 1 line that lists no file; the first is line 4")

    def test_names_of_every_kind_stay_in_their_line(self):
        artifact, messages = self.suspicious(self.signed(self.installed(text=record(self.FILES, "guard/a\x1b::error::.py,sha256="
                                                                                    + "A" * 43 + ",1"))))
        self.assertEqual(messages, [f"`{self.RECORD}` lists 1 file missing from the package: `python/guard/a\\x1B::error::.py`"])
        self.assertNotIn("\x1b", self.workspace.run("verify", "--ci", "github").out)
