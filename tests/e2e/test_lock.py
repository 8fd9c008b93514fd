"""`sealgate lock`, `sealgate.lock` and `verify --frozen`: the pin against content that was cut anew (ATTACKS.md section 3)."""

import base64
import datetime
import hashlib
import json
import os
import re

from support import cms, package
from support.package import Entry, build
from support.sealgate import BLOCKED, PASSED, UNDECIDED, USAGE, GateTest, rfc3339

JOB = "11111111-2222-3333-4444-555555555555"
OTHER_JOB = cms.DEFAULT_JOB.replace(JOB, "99999999-2222-3333-4444-555555555555")
OTHER_PROFILE = cms.DEFAULT_PROFILE.replace("Release/AbCdEf0123", "Experimental/ZyXwVu9876")
BY = r", signed \d{4}-\d\d-\d\d by Release/AbCdEf0123"


def code_sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def recut(signed, files):
    """The same signed bytes in other entries: `files` take the place of all entries but META_INF/ and the signature."""
    kept = [entry for entry in signed if entry.name.startswith(package.SIGNATURE_FOLDER)]
    made = [*package.entries_of(files), *kept]
    assert package.canonical_digest(made) == package.canonical_digest(signed)
    return build(made)


# ATTACKS.md section 3: the cuts that no rule about structure can stop. (original files, the same bytes as other files)
API, MAP = "exports.handler = api; // the end", '{"version":3,"sources":["api.ts"],"mappings":"AAAA"}'
ADMIN = "exports.handler = admin;\n"
REVIEWED = "import os\n\n\ndef handler(event, context):\n    return check(event)\n"
PLANTED = "def handler(event, context):\n    return 'mine'\n"
GUARD = "def allowed(user):\n    return user in ADMINS\n"
SCRIPT, DEBUG = "#!/bin/sh\n./serve\n", "#!/bin/sh\nnc -l 4444 -e /bin/sh\n"
CUTS = {
    "FC-2": ({"api.js": API, "api.js.map": MAP, "admin.js": ADMIN},
             {"api.js": API + "api.js.map" + MAP + "admin.js" + ADMIN}),
    "FC-3": ({"a_fixture.bin": "\1\2\3\n" + "app.py" + PLANTED + "z.bin" + "\4\5", "app.py": REVIEWED},
             {"a_fixture.bin": "\1\2\3\n", "app.py": PLANTED, "z.bin": "\4\5" + "app.py" + REVIEWED}),
    "FC-4": ({"pkg/LICENSE": "MIT\n", "pkg/guard.py": GUARD, "app.py": REVIEWED},
             {"pkg/LICENSE": "MIT\n" + "pkg/guard.py" + GUARD, "app.py": REVIEWED}),
    "FC-6": ({"bootstrap": SCRIPT, "debug.sh": DEBUG}, {"bootstrap": SCRIPT + "debug.sh" + DEBUG}),
}


class LockTest(GateTest):
    def lock(self, *arguments, code=PASSED):
        result = self.workspace.run("lock", *arguments)
        self.assertEqual(result.code, code, str(result))
        return result

    @property
    def file(self):
        return self.workspace.path / "sealgate.lock"

    def entries(self, name="sealgate.lock"):
        return json.loads((self.workspace.path / name).read_text())["artifacts"]

    def entry(self, kind, name, data, job=cms.DEFAULT_JOB):
        return {"kind": kind, "name": name, "code_sha256": code_sha256(data), "profile_version_arn": cms.DEFAULT_PROFILE,
                "job_arn": job, "signed_at": rfc3339(self.signed_at)}

    def configure_three(self):
        self.one_, self.two, self.shared = (self.signed({"x.py": text}) for text in ("1", "2", "3"))
        self.configure({"two": self.two, "one": self.one_}, {"shared": self.shared, "Also": self.shared})


class WhatItWrites(LockTest):
    def test_the_file(self):
        self.configure_three()
        result = self.lock()
        wanted = [self.entry("function", "one", self.one_), self.entry("function", "two", self.two),
                  self.entry("layer", "Also", self.shared), self.entry("layer", "shared", self.shared)]
        text = self.file.read_text()
        self.assertEqual(text, json.dumps({"version": 1, "artifacts": wanted}, indent=2) + "\n")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o644 & ~self.umask())
        added = re.escape(code_sha256(self.one_))
        self.assertRegex(result.out, rf"\Asealgate\.lock: 4 artifacts, a new file\n  added    function one: {added}{BY}\n"
                         r"  added    function two: \S+, .*\n  added    layer Also: .*\n  added    layer shared: .*\n\Z")
        self.assertEqual(result.err, "")
        self.assertEqual([p.name for p in self.workspace.path.iterdir() if p.name.startswith(".")], [])

    @staticmethod
    def umask():
        old = os.umask(0)
        os.umask(old)
        return old

    def test_again_nothing_is_written(self):
        self.configure_three()
        self.lock()
        before = self.file.stat()
        for arguments in ([], ["--check"]):
            self.assertEqual(self.lock(*arguments).out, "sealgate.lock: 4 artifacts, nothing changed\n")
        after = self.file.stat()
        self.assertEqual((after.st_ino, after.st_mtime_ns), (before.st_ino, before.st_mtime_ns))

    def test_the_layout_is_restored(self):
        self.configure_three()
        self.lock()
        text = self.file.read_text()
        self.file.write_text(json.dumps(json.loads(text)))
        self.assertEqual(self.lock("--check").out, "sealgate.lock: 4 artifacts, nothing changed\n")
        self.assertEqual(self.lock().out, "sealgate.lock: 4 artifacts, nothing changed\n")
        self.assertEqual(self.file.read_text(), text)

    def test_what_changed(self):
        self.configure_three()
        self.lock()
        before = self.file.read_bytes()
        new = self.signed({"x.py": "new"}, job=OTHER_JOB)
        self.configure({"one": new, "three": self.two}, {"shared": self.shared})
        lines = (rf"  changed  function one: {re.escape(code_sha256(self.one_))} -> {re.escape(code_sha256(new))}{BY}\n"
                 rf"  added    function three: {re.escape(code_sha256(self.two))}{BY}\n"
                 rf"  removed  function two: {re.escape(code_sha256(self.two))}{BY}\n"
                 rf"  removed  layer Also: {re.escape(code_sha256(self.shared))}{BY}\n")
        self.assertRegex(self.lock("--check", code=BLOCKED).out, rf"\Asealgate\.lock: 3 artifacts, 4 changes\n{lines}\Z")
        self.assertEqual(self.file.read_bytes(), before)
        self.assertRegex(self.lock().out, rf"\Asealgate\.lock: 3 artifacts, 4 changes\n{lines}\Z")
        self.assertEqual(self.entries(), [self.entry("function", "one", new, OTHER_JOB), self.entry("function", "three", self.two),
                                          self.entry("layer", "shared", self.shared)])

    def test_other_bytes_of_the_same_job_are_pointed_out(self):
        self.configure({"one": self.signed({"x.py": "1"})})
        self.lock()
        self.configure({"one": self.signed({"x.py": "1"}, method=0)})
        self.assertRegex(self.lock().out, rf"function one: \S+ -> \S+{BY}; both are of signing job {JOB}: "
                         "find out who cut or packed its content anew\n")

    def test_a_check_without_a_lock(self):
        self.configure_three()
        self.assertRegex(self.lock("--check", code=BLOCKED).out, r"\Asealgate\.lock: 4 artifacts, the file is not there\n  added ")
        self.assertFalse(self.file.exists())

    def test_another_place(self):
        self.configure({"one": self.signed()}, name="ci/release.yml")
        (self.workspace.path / "dist").rename(self.workspace.path / "ci/dist")
        self.assertRegex(self.lock("ci/release.yml").out, r"\Aci/release\.lock: 1 artifact, a new file\n")
        self.assertRegex(self.lock("-c", "ci/release.yml", "--output", "other.json").out, r"\Aother\.json: 1 artifact, a new file\n")
        self.assertEqual(self.entries("ci/release.lock"), self.entries("other.json"))
        self.assertFalse(self.file.exists())

    def test_an_artifact_of_two_configurations_stands_once(self):
        self.configure({"one": self.signed({"x.py": "1"}), "two": {"code": self.signed({"x.py": "2"}), "layers": ["shared"],
                                                                  "code_signing_config": "other"},
                        "three": {"code": self.signed({"x.py": "3"}), "layers": ["shared"]}},
                       {"shared": self.signed({"x.py": "4"})},
                       configs={name: {"allowed_publishers": [cms.DEFAULT_PROFILE]} for name in ("release", "other")})
        self.lock()
        self.assertEqual([item["name"] for item in self.entries()], ["one", "three", "two", "shared"])

    def test_an_image_is_left_out(self):
        self.configure({"one": self.signed(), "image": {"package_type": "Image"}})
        self.lock()
        self.assertEqual([item["name"] for item in self.entries()], ["one"])
        result = self.workspace.verify("--frozen")
        self.assertEqual(self.artifacts(result, PASSED)["image"]["action"], "allow")

    def test_a_link_is_replaced_not_followed(self):
        self.configure({"one": self.signed()})
        self.workspace.write("elsewhere", '{"version": 1, "artifacts": []}')
        self.file.symlink_to("elsewhere")
        self.lock()
        self.assertFalse(self.file.is_symlink())
        self.assertEqual((self.workspace.path / "elsewhere").read_text(), '{"version": 1, "artifacts": []}')

    def test_revocation_that_is_not_known(self):
        self.configure({"one": self.signed()}, sources=[{"list": "file:missing.json"}])
        self.assertRegex(self.lock("--offline").out, "  it is not known whether 1 of them is revoked; `sealgate verify` asks each time\n")
        self.assertEqual(self.workspace.verify("--offline").code, UNDECIDED)

    def test_as_of_another_time(self):
        self.configure({"one": self.signed()})
        self.assertEqual(self.workspace.run("lock", "--now", "2099-01-01T00:00:00Z").code, BLOCKED)
        self.lock("--now", rfc3339(self.signed_at))


class WhatItRefuses(LockTest):
    def refuse(self, functions, code, said, refused="1 of 2", **options):
        self.workspace.write("sealgate.lock", '{"version": 1, "artifacts": []}')
        self.configure({"good": self.signed(), **functions}, **options)
        for arguments, verb in ([], "written"), (["--check"], "compared"):
            result = self.lock(*arguments, code=code)
            self.assertRegex(result.out, said)
            self.assertEqual(result.err, f"sealgate: sealgate.lock was not {verb}: {refused} artifacts cannot be locked\n")
            self.assertEqual(self.file.read_text(), '{"version": 1, "artifacts": []}')

    def test_what_does_not_verify(self):
        self.refuse({"bad": b"no archive"}, BLOCKED, "malformed-package: ")

    def test_what_is_not_there(self):
        self.refuse({"bad": "dist/nothing.zip"}, UNDECIDED, "unreadable-artifact: ")

    def test_what_is_only_warned_about(self):
        """The gate would let them pass with exit code 0."""
        self.refuse({"bad": package.unsigned_zip({"x.py": "1"})}, BLOCKED, "unsigned: ", policy="Warn")
        self.refuse({"bad": self.signed(profile=OTHER_PROFILE)}, BLOCKED, "publisher-not-allowed: ", policy="Warn")
        self.refuse({"bad": self.signed(expires_at=self.signed_at + datetime.timedelta(seconds=1))}, BLOCKED, "signature-expired: ", policy="Warn")

    def test_what_is_revoked(self):
        entry = {"job_arn": cms.DEFAULT_JOB, "revoked_at": rfc3339(self.signed_at), "reason": "lost"}
        self.workspace.write("list.json", json.dumps({
            "version": 1, "issued_at": "2020-01-01T00:00:00Z", "next_update": "2099-01-01T00:00:00Z", "revoked": [entry]}))
        self.refuse({"bad": self.signed()}, BLOCKED, "job-revoked: ", "2 of 2", policy="Warn", sources=[{"list": "file:list.json"}])

    def test_an_old_lock_that_is_none(self):
        self.configure({"one": self.signed()})
        self.file.write_text("<<<<<<< HEAD\n")
        result = self.lock(code=USAGE)
        self.assertEqual(result.err, "sealgate: error: sealgate.lock:1:1: '[' or '{' expected near '<'\n")
        self.assertEqual(self.file.read_text(), "<<<<<<< HEAD\n")

    def test_a_configuration_that_is_none(self):
        self.workspace.write("sealgate.yaml", "version: 2\n")
        self.assertIn("sealgate.yaml:1:", self.lock(code=USAGE).err)

    def test_a_folder_that_cannot_be_written(self):
        self.configure({"one": self.signed()})
        result = self.lock("--output", "missing/x.lock", code=UNDECIDED)
        self.assertRegex(result.err, "sealgate: error: .*missing/.*: No such file or directory\n")

    def test_usage(self):
        for arguments, message in ((["a", "b"], "`b` is too much: sealgate lock"), (["-c", "a", "b"], "the configuration is given twice"),
                                   (["--frozen"], "unknown option --frozen"), (["--now", "x"], "--now `x`: expected an RFC 3339 time"),
                                   (["--jobs", "0"], "--jobs `0`: expected a number"), (["nothing.yaml"], "nothing.yaml")):
            with self.subTest(arguments):
                self.assertIn(message, self.lock(*arguments, code=USAGE).err)


class HeldAgainst(LockTest):
    def test_what_is_locked_passes(self):
        self.configure_three()
        self.lock()
        for arguments in ([], ["--frozen"]):
            result = self.workspace.verify(*arguments)
            for artifact in self.artifacts(result, PASSED).values():
                self.assertNoFindings(artifact)
            self.assertEqual(result.json["lock"], {
                "path": "sealgate.lock", "sha256": hashlib.sha256(self.file.read_bytes()).hexdigest(), "entries": 4,
                "frozen": bool(arguments), "unused": []})

    def test_without_a_lock(self):
        self.configure({"one": self.signed()})
        result = self.workspace.verify()
        self.assertNoFindings(self.artifacts(result, PASSED)["one"])
        self.assertIsNone(result.json["lock"])
        frozen = self.workspace.verify("--frozen")
        self.assertEqual(frozen.code, USAGE)
        self.assertEqual(frozen.out, "")
        self.assertIn("sealgate: error: --frozen: there is no sealgate.lock; `sealgate lock` writes it\n", frozen.err)

    def test_another_package(self):
        """Signed by another job, under Warn: a pin blocks whatever the policy is."""
        old, new = self.signed({"x.py": "1"}), self.signed({"x.py": "2"}, job=OTHER_JOB)
        self.configure({"one": old})
        self.lock()
        self.configure({"one": new}, policy="Warn")
        artifact = self.artifacts(self.workspace.verify(), BLOCKED)["one"]
        self.assertInvalid(artifact, "pin-mismatch", "^" + re.escape(
            f"the package's CodeSha256 is {code_sha256(new)}, but sealgate.lock pins {code_sha256(old)}") + "$")
        self.assertEqual(artifact["findings"][0]["help"],
                         "deploy the package that was locked, or review the new one and run `sealgate lock`")

    def test_an_unsigned_package(self):
        self.configure({"one": self.signed()})
        self.lock()
        self.configure({"one": package.unsigned_zip({"x.py": "1"})}, policy="Warn")
        self.assertInvalid(self.artifacts(self.workspace.verify(), BLOCKED)["one"], "pin-mismatch", "but sealgate.lock pins")

    def test_an_artifact_that_is_not_locked(self):
        one = self.signed({"x.py": "1"})
        self.configure({"one": one})
        self.lock()
        self.configure({"one": one, "new": self.signed({"x.py": "2"})})
        artifacts = self.artifacts(self.workspace.verify(), PASSED)
        self.assertFinding(artifacts["new"], "not-locked", "notice", "^sealgate.lock has no entry for function new$")
        self.assertNoFindings(artifacts["one"])
        artifacts = self.artifacts(self.workspace.verify("--frozen"), BLOCKED)
        self.assertInvalid(artifacts["new"], "not-locked", "^sealgate.lock has no entry for function new$")
        self.assertEqual(artifacts["one"]["action"], "allow")

    def test_an_entry_that_nothing_is_held_against(self):
        one = self.signed({"x.py": "1"})
        self.configure({"one": one}, {"old": self.signed({"x.py": "2"}), "older": self.signed({"x.py": "2"})})
        self.lock()
        self.configure({"one": one})
        result = self.workspace.verify()
        self.assertNoFindings(self.artifacts(result, PASSED)["one"])
        self.assertEqual(result.json["lock"]["unused"], [{"kind": "layer", "name": "old"}, {"kind": "layer", "name": "older"}])
        said = "sealgate.lock has 2 entries of artifacts that are not in the configuration: layer old and others\n"
        for form in "text", "plain", "markdown", "github":
            with self.subTest(form):
                self.assertIn(said, self.workspace.run("verify", "--ci", "none", "-o", form).out)
        frozen = self.workspace.verify("--frozen")
        self.assertEqual(frozen.code, USAGE)
        self.assertEqual(frozen.err, "sealgate: error: sealgate.lock has an entry for layer old, which sealgate.yaml does not have; "
                         "review that, and run `sealgate lock`\n")

    def test_a_part_of_the_artifacts(self):
        self.configure_three()
        self.lock()
        for arguments in (["--only", "one"], ["--shard", "2/3"]):
            self.assertEqual(self.workspace.verify("--frozen", *arguments).code, PASSED)

    def test_a_lock_that_is_none(self):
        self.configure({"one": self.signed()})
        self.lock()
        entry = self.entries()[0]
        rows = [
            ("", "sealgate.lock:1:0: '[' or '{' expected near end of file"),
            ({"version": 1, "artifacts": [entry], "comment": ""}, "sealgate.lock: there is no member `comment` in a lock"),
            ({"version": 1, "artifacts": [{**entry, "code_sha256": entry["code_sha256"][:-1]}]},
             "sealgate.lock: artifact 1: `code_sha256` is not the base64 of a SHA-256"),
            ({"version": 1, "artifacts": [entry, entry]}, "sealgate.lock: function `one` has two entries"),
            ({"version": 3, "artifacts": []}, "sealgate.lock: `version` is not 1, the only one that this build reads"),
            ({"version": 1, "artifacts": [{**entry, "job_arn": OTHER_JOB}]},
             "sealgate.lock: function one: the entry pins this very package, but names another signature than it has; run `sealgate lock`"),
        ]
        for content, message in rows:
            with self.subTest(message):
                self.file.write_text(content if isinstance(content, str) else json.dumps(content))
                for arguments in ([], ["--frozen"]):
                    result = self.workspace.verify(*arguments)
                    self.assertEqual((result.code, result.out), (USAGE, ""))
                    self.assertEqual(result.err, f"sealgate: error: {message}\n")

    def test_both_pins_hold(self):
        data, other = self.signed({"x.py": "1"}), self.signed({"x.py": "2"})
        self.configure({"one": data})
        self.lock()
        for pin, file, findings in ((data, data, []), (other, data, ["code_sha256"]), (data, other, ["code_sha256", "sealgate.lock"]),
                                    (other, other, ["sealgate.lock"])):
            self.configure({"one": {"code": file, "code_sha256": code_sha256(pin)}})
            artifact = self.artifacts(self.workspace.verify(), BLOCKED if findings else PASSED)["one"]
            found = [item["message"] for item in artifact["findings"] if item["rule"] == "pin-mismatch"]
            self.assertEqual([re.search(r"but (\S+) pins", message).group(1) for message in found], findings)


class CutAnew(LockTest):
    """Each cut keeps the signed bytes, so that signature and content verify; without a pin it is allowed, with one it is not."""

    def test_the_cuts_that_structure_cannot_stop(self):
        for name, (files, other) in CUTS.items():
            with self.subTest(name):
                signed = package.sign(package.entries_of(files), self.pki, signed_at=self.signed_at)
                genuine, attack = build(signed), recut(signed, other)
                self.file.unlink(missing_ok=True)
                for data in genuine, attack:
                    artifact = self.one(data, PASSED)
                    self.assertChecks(artifact, revocation="skipped")
                self.configure({"one": genuine})
                self.lock()
                self.assertEqual(self.workspace.verify("--frozen").code, PASSED)
                self.configure({"one": attack})
                message = (f"the package's CodeSha256 is {code_sha256(attack)}, but sealgate.lock pins {code_sha256(genuine)}; both are of "
                           f"signing job {JOB}: its content was cut or packed anew under the same signature")
                for arguments in ([], ["--frozen"]):
                    artifact = self.artifacts(self.workspace.verify(*arguments), BLOCKED)["one"]
                    self.assertInvalid(artifact, "pin-mismatch", "^" + re.escape(message) + "$")
                self.file.unlink()
                self.configure({"one": {"code": attack, "code_sha256": code_sha256(genuine)}})
                self.assertInvalid(self.artifacts(self.workspace.verify(), BLOCKED)["one"], "pin-mismatch", "but code_sha256 pins")

    def test_a_folder_that_takes_a_body(self):
        """FC-1 and FC-5 need no pin: they are no packages."""
        signed = package.sign(package.entries_of({"auth.js": "/* x */", "auth/index.js": "1"}), self.pki, signed_at=self.signed_at)
        kept = [entry for entry in signed if entry.name.startswith(package.SIGNATURE_FOLDER)]
        attack = [Entry("auth.js/", "* x */", method=0, external=0o40755 << 16 | 0x10), Entry("auth/index.js", "1"), *kept]
        self.assertEqual(package.canonical_digest(attack), package.canonical_digest(signed))
        self.assertInvalid(self.one(build(attack), BLOCKED), "ambiguous-package", "`auth.js/` has a body")

    def test_explain_says_why(self):
        text = " ".join(self.workspace.run("explain", "pin-mismatch").out.split())
        for said in ("no lengths and no separators", "let one file swallow the next", "sealgate lock", "One job signs one content"):
            self.assertIn(said, text)
        self.assertIn("--frozen", self.workspace.run("explain", "not-locked").out)
