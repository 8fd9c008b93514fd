"""What the gate allows, every reader sees alike: the same names in the same order with the same SHA-256.

Archives: the signed twins of ../shared/corpora, every row of the structure, envelope and framing tables, and a few more of one's
own; those of them that the gate allows under Warn. Readers: Python's zipfile, unzip, bsdtar, Java's ZipInputStream. One
disagreement is a failure of the gate. A reader that refuses a whole archive sees nothing else in it; each such refusal is in
REFUSALS. What a reader cannot express is compared in the narrow form that its test states.
"""

import concurrent.futures
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
import unicodedata
import zipfile
from pathlib import Path

from support import cms, package, sealgate, signed_twin, signing_pki
from support.package import Entry, build, entries_of

from e2e import envelope_chain, envelope_kit, envelope_shape, structure_archive, structure_content, structure_kit
from e2e.test_attacks_framing import CUTS, packages

CORPORA = sealgate.SHARED / "corpora"
TABLES = (envelope_chain, envelope_shape, structure_archive, structure_content)  # they fill the CASES of their kits
FOLDER = 0o40755 << 16 | 0x10

# (archive, reader): what the reader says when it refuses.
REFUSALS = {
    ("structure ZL-06 bit 5", "zipfile"): "compressed patched data",
    ("structure ZL-07 stored", "java"): "only DEFLATED entries can have EXT descriptor",
}

OWN = {
    "dot": lambda: entries_of({"./handler.py": "pass\n", "./lib/": "", "./lib/x.py": "x\n"}),
    "empty files": lambda: [Entry("a", method=0), Entry("b", "", method=8), Entry("c/", method=0, external=FOLDER), Entry("c/d", method=0)],
    "unicode": lambda: entries_of({"\u00e9t\u00e9.py": "x\n", unicodedata.normalize("NFD", "\u00fcber.py"): "y\n", "\u65e5\u672c/\u8a9e.txt": "z"}),
    "odd ASCII": lambda: entries_of({"a b.py": "1", "a[1].py": "2", "a*b?.py": "3", "-rf": "4", "@list": "5", "~user": "6", "$(id)": "7", "a;b": "8"}),
    "many": lambda: [Entry(f"d{number % 50:02}/f{number:05}", str(number)) for number in range(5000)],
    "descriptors": lambda: [Entry(f"f{number}", "x" * number, descriptor="signed") for number in range(50)],
    "zip inside": lambda: [Entry("inner.zip", build(entries_of({"x": "y"})), method=0), Entry("x", "z")],
    "times": lambda: [Entry("a", "x", time=0xBF7D, date=0xFF9F), Entry("b", "y", time=0, date=0x0021), Entry("c", "z", time=0, date=0)],
    "extras": lambda: [Entry("a", "x", extra=package.extra(0x5455, b"\x03" + bytes(8)) + package.extra(0x7875, b"\x01\x04" + bytes(4) + b"\x04" + bytes(4)))],
    "links": lambda: [Entry("link", "target", method=0, external=0o120777 << 16), Entry("target", "body")],
}

JAVA = r"""
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.zip.*;

public class List {
    static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte one : bytes) text.append(String.format("%02x", one));
        return text.toString();
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader paths = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, "UTF-8");
        byte[] part = new byte[1 << 16];
        for (String path; (path = paths.readLine()) != null;) {
            out.println("archive " + path);
            // Names without the UTF-8 flag: each byte one character, so that the bytes can be had again.
            try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(new FileInputStream(path)), StandardCharsets.ISO_8859_1)) {
                for (ZipEntry entry; (entry = zip.getNextEntry()) != null;) {
                    MessageDigest digest = MessageDigest.getInstance("SHA-256");
                    for (int length; (length = zip.read(part)) > 0;) digest.update(part, 0, length);
                    out.println("entry " + hex(entry.getName().getBytes(StandardCharsets.UTF_8)) + " " + hex(digest.digest()));
                }
            } catch (IOException | IllegalArgumentException error) {
                out.println("refused " + error.getMessage());
            }
        }
        out.flush();
    }
}
"""


class Refused(Exception):
    pass


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def run(*command):
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                          env=signed_twin.READER_ENVIRONMENT, check=False)
    if done.returncode != 0:
        raise Refused(f"exit {done.returncode}: {(done.stderr or done.stdout).decode(errors='replace')[-500:]}")
    return done.stdout


def read_with_zipfile(path):
    """With all of its checks: local against central name, CRC."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [(signed_twin.raw_name(info), sha256(archive.read(info))) for info in archive.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Refused(str(error)) from error


def read_with_bsdtar(path):
    with tarfile.open(fileobj=io.BytesIO(run(*signed_twin.BSDTAR, f"@{path}")), encoding="utf-8", errors="surrogateescape") as archive:
        return [(member.name.encode("utf-8", "surrogateescape") + (b"/" if member.isdir() else b""),
                 sha256(archive.extractfile(member).read() if member.isfile() else member.linkname.encode("utf-8", "surrogateescape")))
                for member in archive]


def read_with_unzip(path):
    """Names and sizes as it lists them, and the bodies that it prints one after the other, cut by those sizes."""
    names = run("unzip", "-Z1", path).split(b"\n")[:-1]
    sizes = [int(line.split(None, 1)[0]) for line in run("unzip", "-lqq", path).splitlines()]
    bodies, found, at = run("unzip", "-p", path), [], 0
    for name, size in zip(names, sizes, strict=True):
        found.append((name, sha256(bodies[at : at + size])))
        at += size
    if at != len(bodies):
        raise AssertionError(f"unzip lists {at} bytes and prints {len(bodies)}")
    return found


class Archives:
    """What the module makes once: {name: path} of the archives that the gate allows, and what is signed of each."""

    def open(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sealgate-differential-"))
        self.signed_at = signing_pki.default_signed_at()
        self.pki = signing_pki.make(self.folder / "pki", self.signed_at)
        self.paths, self.expected, self.flags = {}, {}, {}
        made = {**self.of_corpora(), **self.of_rows()}
        self.made = len(made)
        for name, data in self.allowed(made).items():
            path = self.folder / f"{len(self.paths)}.zip"
            path.write_bytes(data)
            self.paths[name] = path
            pairs = signed_twin.seen_by_python(data)
            with zipfile.ZipFile(path) as archive:
                self.flags[name] = [(info.flag_bits & package.UTF8, info.create_system) for info in archive.infolist()]
            self.check_signed(name, pairs)
            self.expected[name] = [(raw, sha256(body)) for raw, body in pairs]

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def of_corpora(self):
        made = {}
        for path in sorted(CORPORA.glob("malo/*/*.zip")) + sorted(CORPORA.glob("libzip/*.zip")):
            try:
                made[f"{path.parent.name}/{path.name}"] = signed_twin.sign(path.read_bytes(), self.pki, signed_at=self.signed_at)
            except signed_twin.NoTwin:
                pass
        return made

    def of_rows(self):
        """Those that must fail do: test_structure.py and test_envelope.py see to it."""
        kit = structure_kit.Kit(self.pki, self.signed_at)
        made = {f"structure {case.name}": case.make(kit) for case in structure_kit.CASES if case.outcome != structure_kit.FAIL}
        kit = envelope_kit.Kit(self.folder / "pki", self.pki, self.signed_at)
        self.old = kit.old()
        made.update({f"envelope {case.name}": kit.package(case) for case in envelope_kit.CASES if case.outcome != envelope_kit.FAIL})
        for cut in CUTS:
            made.update({f"framing {cut.name} {which}": data for which, data in
                         zip(("genuine", "attack"), packages(cut, self.pki, self.signed_at))})
        made.update({f"own {name}": build(package.sign(make(), self.pki, signed_at=self.signed_at)) for name, make in OWN.items()})
        return made

    def allowed(self, made):
        workspace, found, names = sealgate.Workspace(), {}, list(made)
        try:
            for start in range(0, len(names), 150):
                batch = names[start : start + 150]
                workspace.configure({f"f{index}": made[name] for index, name in enumerate(batch)},
                                    roots=[self.pki.root_pem, self.old.root_pem], policy="Warn")
                result = workspace.verify()
                if result.code not in (sealgate.PASSED, sealgate.BLOCKED):
                    raise AssertionError(str(result)[:3000])
                for artifact in result.json["artifacts"]:
                    if artifact["action"] == "allow":
                        name = batch[int(artifact["name"][1:])]
                        found[name] = made[name]
        finally:
            workspace.remove()
        return found

    def check_signed(self, name, pairs):
        """What the tests take for the content is what was signed, so what the gate took for it."""
        (entry,) = [body for raw, body in pairs if raw == package.SIGNATURE_NAME]
        signed = cms.read(entry).single(cms.MESSAGE_DIGEST).content
        if signed != cms.message_digest(package.canonical_content(pairs)):
            raise AssertionError(f"{name}: zipfile sees other content than what is signed")


ARCHIVES = Archives()


def setUpModule():
    ARCHIVES.open()
    unittest.addModuleCleanup(ARCHIVES.close)


class Differential(unittest.TestCase):
    maxDiff = 3000

    def compare(self, reader, results, same=lambda listed, signed, flags: listed == signed):
        """`results` are {name: listing or Refused}; `same` says whether a listed name is the signed one."""
        refused = set()
        for name, expected in ARCHIVES.expected.items():
            with self.subTest(name, reader=reader):
                found = results[name]
                if isinstance(found, Exception):
                    self.assertIn((name, reader), REFUSALS, f"{reader} refuses what the gate allows: {found}")
                    self.assertRegex(str(found), REFUSALS[name, reader])
                    refused.add((name, reader))
                    continue
                self.assertEqual(len(found), len(expected))
                for (listed, digest), (signed, wanted), flags in zip(found, expected, ARCHIVES.flags[name], strict=True):
                    self.assertTrue(same(listed, signed, flags), f"{reader} lists {listed!r} for {signed!r}")
                    self.assertEqual(digest, wanted, signed)
        self.assertEqual({key for key in REFUSALS if key[1] == reader and key[0] in ARCHIVES.expected} - refused, set(), "no refusal")

    def each(self, read):
        def attempt(path):
            try:
                return read(path)
            except (Refused, AssertionError, tarfile.TarError, ValueError) as error:
                return error
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return dict(zip(ARCHIVES.paths, pool.map(attempt, ARCHIVES.paths.values())))

    def test_there_is_enough_to_compare(self):
        names = list(ARCHIVES.paths)
        self.assertGreater(sum(name.startswith("structure ") for name in names), 35)
        self.assertGreater(sum(name.startswith("envelope ") for name in names), 25)
        self.assertGreater(sum(name.startswith("framing ") for name in names), 15)
        self.assertEqual([name for name in OWN if f"own {name}" not in names], [])
        if CORPORA.is_dir():
            self.assertGreater(sum("/" in name.split()[0] for name in names), 55)

    def test_zipfile(self):
        self.compare("zipfile", self.each(read_with_zipfile))

    @unittest.skipUnless(shutil.which("bsdtar"), "bsdtar is not there")
    def test_bsdtar(self):
        """It writes a slash for a backslash, and flagged names in NFC; the gate fails two names that are the same after either."""
        def same(listed, signed, flags):
            if flags[0]:
                signed = unicodedata.normalize("NFC", signed.decode()).encode()
            return listed == signed.replace(b"\\", b"/")
        self.compare("bsdtar", self.each(read_with_bsdtar), same)

    @unittest.skipUnless(shutil.which("unzip"), "unzip is not there")
    def test_unzip(self):
        """Names that are not from Unix are converted byte by byte, UTF-8 or not: of bytes beyond ASCII only the places are
        compared."""
        def same(listed, signed, flags):
            if flags[1] == 3:
                return listed == signed
            return len(listed) == len(signed) and all(one == other or other > 0x7F for one, other in zip(listed, signed))
        self.compare("unzip", self.each(read_with_unzip), same)

    @unittest.skipUnless(shutil.which("java"), "java is not there")
    def test_java(self):
        source = ARCHIVES.folder / "List.java"
        source.write_text(JAVA)
        done = subprocess.run(["java", "-XX:+UseSerialGC", str(source)], input="\n".join(map(str, ARCHIVES.paths.values())).encode(),
                              capture_output=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        by_path = {str(path): name for name, path in ARCHIVES.paths.items()}
        results, current = {}, None
        for line in done.stdout.decode().splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "archive":
                current = by_path[rest]
                results[current] = []
            elif kind == "entry":
                raw, digest = rest.split(" ")
                results[current].append((bytes.fromhex(raw), digest))
            else:
                results[current] = Refused(rest)
        self.compare("java", results, lambda listed, signed, flags: listed == (signed if flags[0] else signed.decode("latin-1").encode()))
