"""What a review by an attacker found, each as a test: packages that some readers see differently, a revoked certificate in
another spelling, names made to exhaust the gate, a reader that dies, and what an earlier run left behind.

Rows are those of structure_kit.py. Those under UNSIGNED change only what no signature covers: anybody can make them from a
genuine package, without a key.
"""

import copy
import hashlib
import json
import os
import re
import signal
import struct
import subprocess
import time
import unittest
import zlib
from pathlib import Path

from e2e.structure_kit import (AMBIGUOUS, CLEAN, FAIL, MALFORMED, NOTICE, SUSPICIOUS, TOO_LARGE, UNUSUAL, Case, CaseTest,
                               unicode_path)
from support import cms, sealgate, signing_pki
from support.package import DESCRIPTOR_MAGIC, Entry, build, extra

FOLDER, LINK = 0o40755 << 16, 0o120777 << 16
FULL = 0xFFFFFFFF
MIB = 1 << 20
SECOND_END = "the archive's comment holds another end of central directory record"
SIGNATURE_CRC = b"forged 6754 xdua"  # its CRC-32 is 0x08074B50, the signature of a data descriptor


def rows(*items):
    """Cases of (name, what, outcome, rule, message, make)."""
    return [Case(name, what, outcome, (rule,) if isinstance(rule, str) else rule, message, make)
            for name, what, outcome, rule, message, make in items]


# --- the end of the archive -----------------------------------------------------------------------------------------------


def overlapping_ends(kit):
    """A comment of 0x4B50 bytes, which is "PK", that goes on with 05 06: an end record that begins in the length of the
    comment. Its archive, of other files with the names of the signed ones, stands in the comment of the last record."""
    signed, evil = kit.signed(), kit.evil()
    evil[-1].central = {"comment_length": 20}  # as far as the other end record
    parts = b"".join(entry.file_part() for entry in evil)
    offsets = [sum(len(before.file_part()) for before in evil[:index]) for index in range(len(evil))]
    records = b"".join(entry.central_record(offset) for entry, offset in zip(evil, offsets))
    signed[-1].central = {"comment": parts + records}
    end = struct.pack("<HHHHIIH", 0, 0, len(evil), len(evil), len(records) + 20, len(parts), 0)
    return build(signed, comment=(b"\5\6" + end).ljust(0x4B50, b"A"))


ENDS = rows(
    ("1 whole", "another archive whose end record begins in the comment's length", FAIL, AMBIGUOUS, SECOND_END,
     overlapping_ends),
    ("1 signature", "its signature alone", FAIL, AMBIGUOUS, SECOND_END,
     lambda kit: kit.built(comment=b"\5\6".ljust(0x4B50, b"A"))),
    ("1 last", "an end record's signature as the last four bytes", FAIL, AMBIGUOUS, SECOND_END,
     lambda kit: kit.built(comment=b"A" * 30 + b"PK\5\6")),
    ("1 length", "a comment of 0x4B50 bytes and no signature", NOTICE, UNUSUAL, "comment of 19280 bytes",
     lambda kit: kit.built(comment=b"A" * 0x4B50)),
    ("12 unmarked", "a zip64 end record that no field refers to", FAIL, AMBIGUOUS,
     "the archive has a zip64 end record that its end record does not refer to", lambda kit: kit.built(zip64={})),
    *((f"12 marked {field}", f"the same with {field} referring to it", NOTICE, UNUSUAL,
       "the archive has a zip64 end record that it does not need",
       lambda kit, field=field, mark=mark: kit.built(zip64={}, eocd={field: mark}))
      for field, mark in (("disk", 0xFFFF), ("directory_disk", 0xFFFF), ("disk_entries", 0xFFFF), ("entries", 0xFFFF),
                          ("directory_size", FULL), ("directory_offset", FULL))))

# --- what no signature covers ---------------------------------------------------------------------------------------------


def libarchive(external):
    """libarchive's extra field with external attributes of its own, as it stands in local headers."""
    return extra(0x6C78, struct.pack("<BHHI", 7, 0x0314, 0, external))


def asi_unix(mode, target=b""):
    """ASi's extra field: CRC, mode, size of the target, owners, the target."""
    content = struct.pack("<HIHH", mode, len(target), 0, 0) + target
    return extra(0x756E, struct.pack("<I", zlib.crc32(content)) + content)


def unsigned(index, **changes):
    """A genuine package in which these attributes of one entry were changed after signing."""
    def make(kit):
        files = [*kit.two(), Entry("empty.py"), Entry("é.py", "e"), Entry("stored.py", "s", method=0)]
        entries = copy.deepcopy(kit.sign(files))
        for key, value in changes.items():
            setattr(entries[index], key, value)
        return build(entries)
    return make


RETYPED = r"`index.js` has an extra field \(0x6c78 or 0x756e\) that makes it something else for some readers"
NEEDLESS = "has a data descriptor of 64 bits without need, which some readers misread"
UNKNOWN_TYPE = "`index.js` is a device, pipe or socket, or nothing known, by its mode"

UNSIGNED = rows(
    ("genuine", "nothing changed", CLEAN, (), "", unsigned(0)),
    *((f"3 libarchive {what}", f"libarchive's field makes a file a {what}", FAIL, AMBIGUOUS, RETYPED,
       unsigned(0, local={"extra": libarchive(external)})) for what, external in (("folder", FOLDER), ("link", LINK))),
    ("3 libarchive central", "libarchive's field in the directory", FAIL, AMBIGUOUS, RETYPED + "$",
     unsigned(0, central={"extra": libarchive(FOLDER)})),
    ("3 libarchive both", "libarchive's field in both headers", FAIL, AMBIGUOUS, RETYPED, unsigned(0, extra=libarchive(FOLDER))),
    ("3 libarchive honest", "libarchive's field that says the same", FAIL, AMBIGUOUS, RETYPED,
     unsigned(0, local={"extra": libarchive(0o100644 << 16)})),
    ("3 ASi link", "ASi's field makes a file a link", FAIL, AMBIGUOUS, RETYPED, unsigned(0, extra=asi_unix(0o120777, b"x"))),
    ("3 ASi local", "ASi's field in the local header", FAIL, AMBIGUOUS, RETYPED + " in its local header",
     unsigned(0, local={"extra": asi_unix(0o40755)})),
    ("3 ASi central", "ASi's field in the directory", FAIL, AMBIGUOUS, RETYPED + "$",
     unsigned(0, central={"extra": asi_unix(0o40755)})),
    ("4 DOS", "the DOS folder bit on a file of DOS", FAIL, AMBIGUOUS,
     "`index.js` is a folder by its DOS attribute but has a file's name", unsigned(0, made_by=20, external=0x10)),
    ("4 Unix", "the DOS folder bit beside a file's mode", FAIL, AMBIGUOUS,
     "`index.js` is a folder by its DOS attribute but has a file's name", unsigned(0, external=0o100644 << 16 | 0x10)),
    *((f"5 {kind:o}", f"Unix file type {kind:o}", FAIL, MALFORMED, UNKNOWN_TYPE, unsigned(0, external=(kind | 0o644) << 16))
      for kind in (0o10000, 0o20000, 0o30000, 0o50000, 0o60000, 0o70000, 0o110000, 0o130000, 0o140000, 0o150000, 0o160000,
                   0o170000)),
    ("5 none", "no Unix file type", CLEAN, (), "", unsigned(0, external=0o644 << 16)),
    *((f"6 empty {kind}", "a data descriptor of 64 bits behind an empty body", FAIL, AMBIGUOUS, f"`empty.py` {NEEDLESS}",
       unsigned(2, method=0, descriptor=kind)) for kind in ("signed64", "bare64")),
    ("6 empty zip64", "the same, announced by a zip64 field", FAIL, AMBIGUOUS, f"`empty.py` {NEEDLESS}",
     unsigned(2, method=0, descriptor="signed64", local={"extra": extra(1, bytes(16))})),
    ("6 full", "a data descriptor of 64 bits behind a body", FAIL, AMBIGUOUS, f"`index.js` {NEEDLESS}",
     unsigned(0, descriptor="signed64")),
    ("6 announced", "the same, announced by a zip64 field", NOTICE, UNUSUAL, "`index.js` has a data descriptor of 64 bits",
     unsigned(0, descriptor="signed64", local={"extra": extra(1, bytes(16))})),
    ("7 flag", "the UTF-8 flag is taken from the only name that needs it", CLEAN, (), "", unsigned(3, flags=0)),
    *((f"12 version {version}", "a version that no reader has", FAIL, AMBIGUOUS,
       f"`index.js` claims to need version {version / 10} to extract, for which some readers skip it",
       unsigned(0, version=version)) for version in (46, 63, 255)))

# --- descriptors in bodies ------------------------------------------------------------------------------------------------


def ending_body(before=b"abc", wide=False, size=None):
    """A body that seems to end with a data descriptor of what is before it, and to go on with another entry."""
    sizes = (len(before) if size is None else size,) * 2
    record = struct.pack("<IIQQ" if wide else "<IIII", DESCRIPTOR_MAGIC, zlib.crc32(before), *sizes)
    return before + record + Entry("lib/util.js", "evil", method=0).file_part()


def asset(body, **options):
    options.setdefault("method", 0)
    options.setdefault("descriptor", "signed")
    return lambda kit: build(kit.sign([Entry("asset.bin", body, **options), *kit.two()]))


OWN_DESCRIPTOR = "the stored body of `asset.bin` holds a data descriptor of its own"
DESCRIPTORS = rows(
    ("6 stored", "a stored body that holds a descriptor of what is before it", FAIL, AMBIGUOUS, OWN_DESCRIPTOR,
     asset(ending_body())),
    ("6 stored 64", "the same of 64 bits", FAIL, AMBIGUOUS, OWN_DESCRIPTOR, asset(ending_body(wide=True))),
    ("6 stored first", "the same with nothing before it", FAIL, AMBIGUOUS, OWN_DESCRIPTOR, asset(ending_body(b""))),
    ("6 stored later", "the same behind a signature that fits nothing", FAIL, AMBIGUOUS, OWN_DESCRIPTOR,
     asset(ending_body(b"PK\7\x08" * 9))),
    ("6 stored bare", "the same with a descriptor without signature behind the body", FAIL, AMBIGUOUS, OWN_DESCRIPTOR,
     asset(ending_body(), descriptor="bare")),
    ("6 stored zip64", "the same, with the size left out in a zip64 field", FAIL, AMBIGUOUS, OWN_DESCRIPTOR,
     asset(ending_body(wide=True), version=45, local={"csize": FULL, "usize": FULL, "extra": extra(1, bytes(16))})),
    ("6 stored zip64 half", "the same, with one size left out there", FAIL, AMBIGUOUS, OWN_DESCRIPTOR,
     asset(ending_body(wide=True), version=45, local={"csize": FULL, "extra": extra(1, bytes(16))})),
    ("6 last", "one that the end of the body cuts off", FAIL, AMBIGUOUS, OWN_DESCRIPTOR, asset(ending_body()[:3 + 12])),
    ("6 other size", "one of another number of bytes ends nothing", CLEAN, (), "", asset(ending_body(size=4))),
    ("6 deflated", "deflate ends by itself", CLEAN, (), "", asset(ending_body(), method=8)),
    ("6 sized", "the local header has the size", CLEAN, (), "", asset(ending_body(), local={"csize": len(ending_body())})),
    ("6 no descriptor", "without a descriptor there is nothing to look for", CLEAN, (), "",
     asset(ending_body(), descriptor=None)),
    ("6 nested", "a nested archive with a descriptor", CLEAN, (), "",
     asset(build([Entry("inner.js", "x" * 99, descriptor="signed")]))),
    ("6 CRC bare", "a descriptor without signature whose CRC is the signature", FAIL, AMBIGUOUS,
     "`asset.bin` has a data descriptor whose CRC looks like its signature", asset(SIGNATURE_CRC, descriptor="bare")),
    ("6 CRC signed", "the same CRC behind a signature", CLEAN, (), "", asset(SIGNATURE_CRC)))

# --- names ----------------------------------------------------------------------------------------------------------------

E_ACUTE, O_UMLAUT = "é.py".encode(), "ö.py".encode()


def with_files(*files):
    """The usual files and these: names, or pairs of name and options."""
    def make(kit):
        pairs = [(item, {}) if isinstance(item, (str, bytes)) else item for item in files]
        return kit.with_entries(*(Entry(name, f"body {index}\n", **options) for index, (name, options) in enumerate(pairs)))
    return make


DIFFERENTLY = "` is flagged as UTF-8 and `.*` is not; readers decode them differently"
SAME_PATH = "are the same path; readers choose different ones"
NAMES = rows(
    ("7 code page 437", "a name of code page 437 beside the flagged one that it is", FAIL, AMBIGUOUS,
     "é.py" + DIFFERENTLY, with_files(E_ACUTE, (b"\x82.py", {"flags": 0}))),
    ("7 same bytes", "unflagged bytes that code page 437 reads as a flagged name", FAIL, AMBIGUOUS, "├⌐.py" + DIFFERENTLY,
     with_files((E_ACUTE, {"flags": 0}), "├⌐.py")),
    ("7 mixed", "two names, one flagged", FAIL, AMBIGUOUS, "é.py" + DIFFERENTLY, with_files(E_ACUTE, (O_UMLAUT, {"flags": 0}))),
    ("7 one path field", "two names, one with a Unicode path field", FAIL, AMBIGUOUS, "ö.py" + DIFFERENTLY,
     with_files((E_ACUTE, {"flags": 0}), (O_UMLAUT, {"flags": 0, "extra": unicode_path(O_UMLAUT, O_UMLAUT)}))),
    ("7 flag and field", "one name flagged, one with a Unicode path field", CLEAN, (), "",
     with_files(E_ACUTE, (O_UMLAUT, {"flags": 0, "extra": unicode_path(O_UMLAUT, O_UMLAUT)}))),
    ("7 none", "no name flagged, as Info-ZIP's zip writes", CLEAN, (), "",
     with_files((E_ACUTE, {"flags": 0}), (O_UMLAUT, {"flags": 0}))),
    ("7 all", "all names flagged", CLEAN, (), "", with_files(E_ACUTE, O_UMLAUT)),
    ("8 both", "a name with and without a version number of VMS", FAIL, AMBIGUOUS, f"`h.py` and `h.py;1` {SAME_PATH}",
     with_files("h.py", "h.py;1")),
    ("8 two versions", "two version numbers", FAIL, AMBIGUOUS, f"`h.py;1` and `h.py;99` {SAME_PATH}",
     with_files("h.py;1", "h.py;99")),
    ("8 in a folder", "in a folder", FAIL, AMBIGUOUS, f"`d/h.py` and `d/h.py;1` {SAME_PATH}", with_files("d/h.py", "d/h.py;1")),
    ("8 below a file", "a file below a file with a version number", FAIL, AMBIGUOUS, "`a;1/b` lies below `a;1`, which is a file",
     with_files("a;1", "a;1/b")),
    ("8 below a link", "a file below a link with a version number", FAIL, AMBIGUOUS,
     "`x;1/util.js` lies below `x;1`, which is a symbolic link",
     lambda kit: kit.with_entries(Entry("x;1", "lib", method=0, external=LINK), Entry("x;1/util.js", "evil"))),
    ("8 below without", "a file below a file whose version number unzip takes off", FAIL, AMBIGUOUS,
     "`a/b` lies below `a;1`, which is a file", with_files("a;1", "a/b")),
    ("8 folder", "a folder with a version number", CLEAN, (), "", with_files("a;1/b", "a/b")),
    ("8 alone", "a version number alone", NOTICE, SUSPICIOUS, "`h.py;1` ends in a version number of VMS, which unzip takes off",
     with_files("h.py;1")),
    ("8 no number", "semicolons that are no version number", CLEAN, (), "", with_files("h.py", "h.py;", "h.py;a", "h;1.py")))


def link(name, target, *more):
    return lambda kit: kit.with_entries(Entry("d/", method=0, external=FOLDER), Entry(name, target, method=0, external=LINK),
                                        *(Entry(n, t, method=0, external=LINK) for n, t in more))


LINKS = rows(
    ("9 through a link", "a link that leads out through another link", FAIL, MALFORMED,
     r"the symbolic link `l2` leads out of the package, to `d/l1/../../x`", link("d/l1", "../lib", ("l2", "d/l1/../../x"))),
    ("9 down and up", "down and up again", FAIL, MALFORMED, "`l` leads out of the package, to `lib/../index.js`",
     link("l", "lib/../index.js")),
    ("9 up, down, up", "up, down and up again", FAIL, MALFORMED, "leads out of the package", link("d/l", "../lib/../index.js")),
    ("9 up", "up and then down", CLEAN, (), "", link("d/l", "../lib/util.js")),
    ("9 up twice", "up twice", CLEAN, (), "", link("d/e/f/l", "../../l")),
    ("9 dots", "components that only begin with dots", CLEAN, (), "", link("l", "lib/..util.js")))

# --- effort ---------------------------------------------------------------------------------------------------------------


def long_names(count):
    """Unsigned entries with names of 3,855 bytes that folding makes eleven times as long (U+FDFA)."""
    tail = "/".join(["\ufdfa" * 80] * 16).encode()
    return build([Entry(b"%05d/" % number + tail[6:], method=0) for number in range(count)])


EFFORT = rows(("10 names", "names of more than 8 MiB together", FAIL, TOO_LARGE,
               "^the names of the entries have more than 8388608 bytes$", lambda kit: long_names(8 * MIB // 3855 + 1)))


class Packages(CaseTest):
    def test_ends(self):
        self.run_cases(ENDS)

    def test_what_no_signature_covers(self):
        self.run_cases(UNSIGNED)

    def test_descriptors_in_bodies(self):
        self.assertEqual(zlib.crc32(SIGNATURE_CRC), DESCRIPTOR_MAGIC)
        self.run_cases(DESCRIPTORS)

    def test_names(self):
        self.run_cases(NAMES)

    def test_links(self):
        self.run_cases(LINKS)

    def test_effort(self):
        self.run_cases(EFFORT)

    def test_names_within_the_limit_hold_nobody_up(self):
        started = time.monotonic()
        results = self.artifacts(self.judge({"long": long_names(2150), "other": self.kit.built()}), sealgate.BLOCKED)
        self.assertLess(time.monotonic() - started, sealgate.seconds(60))
        self.assertChecks(results["long"], "skipped", "skipped", "fail", "skipped")
        self.assertEqual(results["long"]["checks"]["mismatch"]["rule"], "unsigned")
        self.assertEqual(results["other"]["action"], "allow")


# --- a revoked certificate ------------------------------------------------------------------------------------------------


def mirrored(certificate):
    """The certificate with the other one of the two signatures that verify: (r, n - s) for (r, s)."""
    to_sign, algorithm, signature = signing_pki.read_value(certificate)[0].children()
    r, s = signing_pki.read_value(signature.content[1:])[0].children()
    other = cms.integer(cms.P384_ORDER - int.from_bytes(s.content, "big"))
    return cms.sequence(to_sign.whole, algorithm.whole, cms.tlv(0x03, b"\0" + cms.sequence(r.whole, other)))


class TwinCertificates(CaseTest):
    def judge_revoked(self, listed, carried, position):
        def change(envelope):
            envelope.certificates[position] = carried
        entries = self.kit.sign(self.kit.two(), change=change)
        content = {"version": 1, "issued_at": sealgate.rfc3339(self.signed_at),
                   "next_update": sealgate.rfc3339(signing_pki.now().replace(year=signing_pki.now().year + 1)),
                   "revoked": [{"certificate_sha256": hashlib.sha256(listed).hexdigest(), "reason": "key stolen"}]}
        self.workspace.write("list.json", json.dumps(content))
        return self.judge({"one": build(entries)}, sources=[{"list": "file:list.json"}])

    def test_either_signature_is_struck(self):
        for position, what in enumerate(("leaf", "regional CA", "CA")):
            original = self.pki.chain[position]
            twin = mirrored(original)
            self.assertNotEqual(twin, original)
            self.assertEqual(mirrored(twin), original)
            for listed, carried in ((original, original), (original, twin), (twin, original), (twin, twin)):
                with self.subTest(what, listed=listed == twin, carried=carried == twin):
                    artifact = self.artifacts(self.judge_revoked(listed, carried, position), sealgate.BLOCKED)["one"]
                    self.assertChecks(artifact, revocation="fail")
                    self.assertEqual(artifact["checks"]["revocation"]["rule"], "certificate-revoked")
                    self.assertFinding(artifact, "certificate-revoked", "error", "is revoked.*key stolen")

    def test_nobody_else_is(self):
        for other in (mirrored(self.pki.root.der)[:-1] + b"\0", self.pki.leaf.der + b"\0"):
            artifact = self.artifacts(self.judge_revoked(other, self.pki.leaf.der, 0), sealgate.PASSED)["one"]
            self.assertChecks(artifact)


# --- readers --------------------------------------------------------------------------------------------------------------


def parent_of(process):
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None


def grandchild(process, seconds=60):
    """The first process that a child of this one starts; None when there is none in time."""
    limit = time.monotonic() + sealgate.seconds(seconds)
    while time.monotonic() < limit:
        everyone = {int(name): parent_of(name) for name in os.listdir("/proc") if name.isdigit()}
        for candidate, parent in everyone.items():
            if parent is not None and everyone.get(parent) == process:
                return candidate
    return None


def has_read(process, seconds=60):
    """Waits until the process has read from a package, which it does only once it is confined."""
    limit = time.monotonic() + sealgate.seconds(seconds)
    while time.monotonic() < limit:
        for item in Path(f"/proc/{process}/fd").iterdir():
            if os.readlink(item).endswith(".zip") and "pos:\t0\n" not in Path(f"/proc/{process}/fdinfo/{item.name}").read_text():
                return True
    return False


def zeros(count):
    """An entry of zero bytes, which takes its reader a while."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"".join(packer.compress(bytes(MIB)) for _ in range(count // MIB)) + packer.flush()
    return Entry("zeros.bin", bytes(count), data=data)


@unittest.skipUnless(os.path.isdir("/proc/self"), "there is no /proc")
class Readers(CaseTest):
    SECRET = "open-sesame-of-the-pipeline"

    def start(self, reading=False):
        """The gate over two packages, one after the other, the first of which takes a while; and its first reader, halted: at any
        point, or while it reads its package."""
        self.configure({"a": build(self.kit.sign([*self.kit.two(), zeros(240 * MIB)])), "b": self.kit.built()})
        command = [str(sealgate.binary()), "verify", "--ci", "none", "--jobs", "1", "-o", "json"]
        gate = subprocess.Popen(command, cwd=self.workspace.path, env=sealgate.environment(PIPELINE_TOKEN=self.SECRET),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, gate)
        reader = grandchild(gate.pid)
        self.assertIsNotNone(reader, "no process was seen to read a package")
        self.assertTrue(not reading or has_read(reader), "the reader was not seen to read")
        os.kill(reader, signal.SIGSTOP)
        return gate, reader

    @staticmethod
    def end(gate):
        gate.kill()
        gate.communicate()

    def finish(self, gate):
        out, err = gate.communicate(timeout=sealgate.seconds(120))
        result = sealgate.Result(gate.returncode, out.decode(), err.decode(), out, list(gate.args))
        return result, self.artifacts(result, gate.returncode)

    def test_one_that_dies_leaves_its_package_undecided_and_no_other(self):
        gate, reader = self.start()
        os.kill(reader, signal.SIGKILL)
        result, artifacts = self.finish(gate)
        self.assertEqual(result.code, sealgate.UNDECIDED, str(result))
        self.assertEqual(artifacts["b"]["action"], "allow")
        self.assertEqual(artifacts["a"]["action"], "undecided")
        self.assertFinding(artifacts["a"], "unreadable-artifact", "error",
                           "function-a.zip cannot be verified: the process that read it ended without an answer: it ran out of "
                           "memory or time, or did what it must not")

    @unittest.skipUnless(os.geteuid() == 0, "what a reader holds was not examined: only root may look into one")
    @unittest.skipIf(sealgate.tool(), "what a reader holds was not examined: the tool holds more")
    def test_it_holds_little_and_may_do_less(self):
        gate, reader = self.start(reading=True)
        folder = Path(f"/proc/{reader}")
        limits = dict(re.findall(r"^(Max [a-z ]+?) {2,}(\S+)", (folder / "limits").read_text(), re.M))
        status = dict(re.findall(r"^(\w+):\s*(.*)$", (folder / "status").read_text(), re.M))
        environment = (folder / "environ").read_bytes()
        descriptors = {os.readlink(item) for item in (folder / "fd").iterdir()}
        os.kill(reader, signal.SIGCONT)
        result, artifacts = self.finish(gate)
        self.assertEqual((result.code, artifacts["a"]["action"]), (sealgate.PASSED, "allow"), str(result))
        self.assertEqual({name: limits[name] for name in ("Max cpu time", "Max file size", "Max core file size", "Max open files")},
                         {"Max cpu time": "120", "Max file size": "0", "Max core file size": "0", "Max open files": "16"})
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertNotIn(self.SECRET.encode(), environment)
        self.assertEqual([path for path in descriptors if path.endswith(".zip")],
                         [str(self.workspace.path.resolve() / "dist/function-a.zip")])
        self.assertIn(status["Seccomp"], ("0", "2"))
        # What the kernel lacks is said; a build with sanitizers has no filter and says nothing of it.
        if result.json["confinement"] is None:
            return
        self.assertRegex(result.json["confinement"], r"^packages were read in processes (without|that this kernel could not)")
        text = self.workspace.run("verify", "--ci", "none")
        self.assertIn("note: packages were read in processes", text.out)


# --- what an earlier run left ---------------------------------------------------------------------------------------------


class EarlierRuns(CaseTest):
    FORMATS = ("json", "text", "github", "plain", "markdown")

    def outputs(self):
        return [argument for form in self.FORMATS for argument in ("-o", f"{form}=report.{form}")]

    def left(self):
        return sorted(path.suffix[1:] for path in self.workspace.path.glob("report.*"))

    def test_a_configuration_error_leaves_no_old_verdict(self):
        self.configure({"one": self.kit.built()})
        self.assertEqual(self.workspace.run("verify", "--ci", "none", *self.outputs()).code, sealgate.PASSED)
        self.assertEqual(self.left(), sorted(self.FORMATS))
        good = (self.workspace.path / "sealgate.yaml").read_text()
        for what, text in {"another version": "version: 2\n", "no YAML": "{", "a missing root": good.replace(str(self.pki.root_pem),
                                                                                                       "missing.pem")}.items():
            with self.subTest(what):
                self.workspace.write("sealgate.yaml", good)
                self.assertEqual(self.workspace.run("verify", "--ci", "none", *self.outputs()).code, sealgate.PASSED)
                self.workspace.write("sealgate.yaml", text)
                result = self.workspace.run("verify", "--ci", "none", *self.outputs())
                self.assertEqual(result.code, sealgate.USAGE, str(result))
                self.assertEqual(self.left(), [])

    def test_a_missing_configuration_leaves_none_either(self):
        self.workspace.write("report.json", '{"verdict": "passed"}')
        result = self.workspace.run("verify", "--ci", "none", "-o", "json=report.json")
        self.assertEqual((result.code, self.left()), (sealgate.USAGE, []), str(result))

    def test_what_is_no_file_stays(self):
        pipe = self.workspace.path / "report.pipe"
        os.mkfifo(pipe)
        (self.workspace.path / "report.folder").mkdir()
        self.workspace.write("sealgate.yaml", "version: 2\n")
        for path in ("report.pipe", "report.folder", "/dev/null"):
            self.assertEqual(self.workspace.run("verify", "--ci", "none", "-o", f"json={path}").code, sealgate.USAGE)
        self.assertEqual(self.left(), ["folder", "pipe"])
        self.assertTrue(os.path.exists("/dev/null"))

    def test_sign_replaces_nothing(self):
        """Not even what came to the output's path while it was signing, which takes a second here."""
        self.workspace.write("in.zip", build([zeros(200 * MIB)]))
        out = self.workspace.path / "out.zip"
        command = [str(sealgate.binary()), "sign", "--key", str(self.pki.key_pem), "--certificates", str(self.pki.chain_pem),
                   "--profile-version-arn", cms.DEFAULT_PROFILE, "-o", "out.zip", "in.zip"]
        signing = subprocess.Popen(command, cwd=self.workspace.path, env=sealgate.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(signing.communicate)
        time.sleep(0.3)
        out.write_bytes(b"mine")
        _, complaint = signing.communicate(timeout=sealgate.seconds(120))
        self.assertEqual(signing.returncode, sealgate.USAGE, complaint)
        self.assertRegex(complaint.decode(), "out.zip exists")
        self.assertEqual(out.read_bytes(), b"mine")
        self.assertEqual(sorted(os.listdir(self.workspace.path)), ["in.zip", "out.zip"])
