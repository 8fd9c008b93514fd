"""ATTACKS.md section 6, and the costs of ZX: files that change while they are read, links, environments, and how a run ends."""

import base64
import contextlib
import hashlib
import itertools
import json
import os
import re
import resource
import signal
import subprocess
import threading
import time
import unittest

from support import package, sealgate
from support.package import Entry, build
from support.sealgate import ROOT, GateTest

MIB = 1 << 20


def code_sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


class ContextTest(GateTest):
    def setUp(self):
        super().setUp()
        self.good = self.signed()
        self.evil = self.good.replace(b"handler.py", b"Handler.py")

    def shell(self, script, env=None):
        """Runs a shell script in the workspace with $SEALGATE as the program."""
        return subprocess.run(["sh", "-c", script], cwd=self.workspace.path, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=sealgate.seconds(120), check=False,
                              env=sealgate.environment(SEALGATE=str(sealgate.binary()), **(env or {})))


@contextlib.contextmanager
def meanwhile(change):
    """Runs `change` over and over in another thread."""
    ended = threading.Event()

    def loop():
        for number in itertools.count():
            if ended.is_set():
                return
            change(number)
    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class Changing(ContextTest):
    """TC-01: the verdict is about the bytes that were read, or there is none. The file is large, so that reading takes a while."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        entries = [Entry("big.bin", os.urandom(MIB) * 48, method=0), Entry("handler.py", "pass\n", method=0)]
        cls.big = build(package.sign(entries, cls.pki, signed_at=cls.signed_at))
        cls.big_evil = cls.big.replace(b"handler.py", b"Handler.py")

    def undecided_while(self, change):
        """On a busy machine a whole read may fall between two changes: then the verdict is of what was read. Not ten times."""
        self.configure({"one": {"code": "dist/function-one.zip"}})
        for _ in range(10):
            path = self.workspace.write("dist/function-one.zip", self.big)
            with meanwhile(lambda number, path=path: change(path, number)):
                result = self.workspace.verify()
            artifact = self.artifacts(result, result.code)["one"]
            if artifact["action"] == "undecided":
                self.assertEqual(result.code, sealgate.UNDECIDED)
                self.assertFinding(artifact, "unreadable-artifact", "error", "changed while it was read")
                return
            if artifact["action"] == "allow":
                self.assertEqual(artifact["code_sha256"], code_sha256(self.big))
        self.fail("no change was ever noticed")

    def test_a_file_that_grows(self):
        def grow(path, number):
            with open(path, "ab") as file:
                file.write(b"x")
        self.undecided_while(grow)

    def test_a_file_that_is_rewritten_in_place(self):
        def rewrite(path, number):
            with open(path, "r+b") as file:
                file.seek(MIB)
                file.write(bytes([number & 0xFF]))
        self.undecided_while(rewrite)

    def test_a_file_that_shrinks(self):
        """No fault when it is shorter than it was: nothing is mapped."""
        size = len(self.big)
        self.undecided_while(lambda path, number: os.truncate(path, size - 1 - number % 2 * (size - MIB)))

    def test_a_file_that_is_exchanged(self):
        """Renamed over: whatever is said is said of one of the two, whole, and bound to it by its digest."""
        self.workspace.write("dist/good.zip", self.big)
        self.workspace.write("dist/evil.zip", self.big_evil)
        path = self.workspace.write("dist/function-one.zip", self.big)
        folder = path.parent

        def exchange(number):
            spare = folder / "spare.zip"
            os.link(folder / ("evil.zip" if number % 2 else "good.zip"), spare)
            os.rename(spare, path)
            spare.unlink(missing_ok=True)
            time.sleep(0.003)
        self.configure({"one": {"code": "dist/function-one.zip"}})
        outcomes = {(code_sha256(self.big), "allow"), (code_sha256(self.big_evil), "block")}
        for _ in range(6):
            with meanwhile(exchange):
                result = self.workspace.verify()
            artifact = self.artifacts(result, result.code)["one"]
            if artifact["action"] == "undecided":
                self.assertFinding(artifact, "unreadable-artifact", "error", "changed while it was read")
            else:
                self.assertIn((artifact["code_sha256"], artifact["action"]), outcomes)


class Paths(ContextTest):
    def test_what_an_artifact_may_be(self):
        """TC-02: a regular file, by whatever name; links are followed and said, everything else is undecided at once."""
        path = self.workspace.path
        self.workspace.write("real.zip", self.good)
        os.link(path / "real.zip", path / "hard.zip")
        (path / "soft.zip").symlink_to("real.zip")
        (path / "parent").symlink_to(".")
        (path / "folder.zip").mkdir()
        os.mkfifo(path / "pipe.zip")
        for name in ("hard.zip", "soft.zip", "parent/real.zip"):
            with self.subTest(name):
                artifact = self.artifacts(self.judge({"one": {"code": name}}), sealgate.PASSED)["one"]
                self.assertEqual(artifact["code_sha256"], code_sha256(self.good))
        artifact = self.artifacts(self.judge({"one": {"code": "soft.zip"}}), sealgate.PASSED)["one"]
        self.assertIn("real.zip", json.dumps(artifact))
        for name, message in (("folder.zip", "is a directory"), ("pipe.zip", "is a pipe|is a FIFO|no regular file|not a file"),
                              ("/dev/zero", "is a device"), ("/dev/full", "is a device"), ("/dev/stdin", "."), ("gone/x.zip", "No such file")):
            with self.subTest(name):
                started = time.monotonic()
                artifact = self.artifacts(self.judge({"one": {"code": name}}), sealgate.UNDECIDED)["one"]
                self.assertFinding(artifact, "unreadable-artifact", "error", message)
                self.assertLess(time.monotonic() - started, sealgate.seconds(30))

    def test_a_parent_that_is_exchanged(self):
        """TC-02: of whatever folder the name led to, the verdict is of one file, whole."""
        path = self.workspace.path
        self.workspace.write("a/one.zip", self.good)
        self.workspace.write("b/one.zip", self.evil)
        (path / "now").symlink_to("a")

        def exchange(number):
            (path / "next").symlink_to("b" if number % 2 else "a")
            os.rename(path / "next", path / "now")
        self.configure({"one": {"code": "now/one.zip"}})
        outcomes = {(code_sha256(self.good), "allow"), (code_sha256(self.evil), "block")}
        for _ in range(8):
            with meanwhile(exchange):
                result = self.workspace.verify()
            artifact = self.artifacts(result, result.code)["one"]
            self.assertIn((artifact["code_sha256"], artifact["action"]), outcomes)

    def test_a_report_binds_its_verdict(self):
        """TC-04: size and CodeSha256 of the bytes that were judged, in every report that is for machines, and in the text."""
        self.configure({"good": self.good, "evil": self.evil}, policy="Warn")
        artifacts = self.artifacts(self.workspace.verify(), sealgate.BLOCKED)
        for name, data in (("good", self.good), ("evil", self.evil)):
            self.assertEqual((artifacts[name]["size"], artifacts[name]["code_sha256"]), (len(data), code_sha256(data)))
        text = self.workspace.run("-v", "--ci", "none").out
        self.assertIn(code_sha256(self.good), text)
        self.assertIn(code_sha256(self.evil), text)

    def test_a_package_that_is_packed_again(self):
        """TC-05: it verifies, since the content is the same, and its CodeSha256 is another: the documents say what to compare."""
        again = build(package.sign(package.entries_of(package.DEFAULT_FILES, method=0), self.pki, signed_at=self.signed_at))
        artifacts = self.artifacts(self.judge({"built": self.good, "again": again}), sealgate.PASSED)
        self.assertNotEqual(artifacts["built"]["code_sha256"], artifacts["again"]["code_sha256"])
        pinned = {"code": again, "code_sha256": code_sha256(self.good)}
        self.assertInvalid(self.artifacts(self.judge({"again": pinned}), sealgate.BLOCKED)["again"], "pin-mismatch")
        page = re.sub(r"\s+", " ", (ROOT / "docs/threat-model.md").read_text())
        self.assertRegex(page, "CodeSha256 with the one in the report")
        self.assertRegex(page, "packs again")

    def test_reports_where_somebody_else_was_first(self):
        """TC-06: a link in a report's place is replaced, and what it leads to is not touched; nothing temporary is left."""
        self.configure({"one": self.good})
        victim = self.workspace.write("victim", "mine\n")
        open_to_all = self.workspace.path / "open"
        open_to_all.mkdir()
        open_to_all.chmod(0o1777)
        for form in ("json", "markdown", "text"):
            report = open_to_all / f"report.{form}"
            report.symlink_to(victim)
            self.assertEqual(self.workspace.run("--ci", "none", "-o", f"{form}=open/report.{form}").code, sealgate.PASSED)
            self.assertFalse(report.is_symlink())
            self.assertGreater(report.stat().st_size, 100)
        self.assertEqual(victim.read_text(), "mine\n")
        self.assertEqual(sorted(path.name for path in open_to_all.iterdir()), ["report.json", "report.markdown", "report.text"])

    def test_with_no_home_no_umask_and_no_rights(self):
        """TC-07: nothing is open to others; root is not needed; descriptors that were closed are no files of the run's."""
        self.configure({"one": self.good})
        done = self.shell('unset HOME; umask 0; "$SEALGATE" --ci none -o json=report.json -o text')
        self.assertEqual(done.returncode, sealgate.PASSED, done.stderr)
        self.assertEqual((self.workspace.path / "report.json").stat().st_mode & 0o022, 0)
        done = self.shell('umask 0; "$SEALGATE" --ci none -o json=closed.json 0<&- 1>&- 2>&-')
        self.assertEqual(done.returncode, sealgate.INTERNAL)
        if os.geteuid() == 0:
            for path in (self.workspace.path, *self.workspace.path.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
            root = self.workspace.write("root.pem", self.pki.root_pem.read_text())
            root.chmod(0o644)
            self.configure({"one": {"code": "dist/function-one.zip"}}, roots=[root])
            command = [str(sealgate.binary()), "verify", "--ci", "none", "-o", "json"]
            try:
                done = subprocess.run(command, cwd=self.workspace.path, capture_output=True, user=65534, group=65534, extra_groups=[],
                                      stdin=subprocess.DEVNULL, timeout=sealgate.seconds(60), check=False,
                                      env=sealgate.environment())
            except PermissionError:
                self.skipTest("the program's folder is closed to other users")
            self.assertEqual(done.returncode, sealgate.PASSED, done.stdout + done.stderr)

    def test_a_configuration_outside_the_checkout(self):
        """TC-08: what a pull request brings along is not asked, and the report names the file and its digest."""
        self.configure({"one": self.evil}, policy="Warn", publishers=["arn:aws:signer:us-east-1:123456789012:/signing-profiles/Evil/ZzYyXxWw00"])
        checkout = self.workspace.path
        trusted = sealgate.Workspace()
        self.addCleanup(trusted.remove)
        config = trusted.configure({"one": {"code": str(checkout / "dist/function-one.zip")}}, roots=[self.pki.root_pem])
        for arguments in (["-c", str(config)], [str(config)]):
            result = sealgate.run("verify", "--ci", "none", "-o", "json", *arguments, cwd=checkout)
            artifact = self.artifacts(result, sealgate.BLOCKED)["one"]
            self.assertEqual(artifact["code_signing_config"]["policy"], "Enforce")
            self.assertEqual(result.json["config"], {"path": str(config), "sha256": hashlib.sha256(config.read_bytes()).hexdigest()})

    def test_an_environment_from_a_pull_request(self):
        """TC-09: variables that other programs obey change no verdict and bring in no code."""
        self.configure({"good": self.good, "evil": self.evil})
        expected = self.workspace.verify().json["artifacts"]
        self.workspace.write("evil.cnf", "openssl_conf = init\n[init]\nproviders = p\n[p]\nevil = e\n[e]\nmodule = ./evil.so\nactivate = 1\n")
        stranger = self.workspace.write("stranger.pem", self.pki.root_pem.read_text())
        variables = {"OPENSSL_CONF": "evil.cnf", "OPENSSL_MODULES": ".", "OPENSSL_ENGINES": ".", "OPENSSL_ia32cap": "~0",
                     "SSL_CERT_FILE": str(stranger), "SSL_CERT_DIR": str(self.workspace.path), "CURL_CA_BUNDLE": str(stranger),
                     "CURL_HOME": ".", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_CA_BUNDLE": str(stranger), "TZ": "Pacific/Kiritimati",
                     "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "SEALGATE_CONFIG": "evil.yaml", "MALLOC_PERTURB_": "165"}
        for name, value in variables.items():
            with self.subTest(name):
                result = self.workspace.verify(env={name: value})
                self.assertEqual(result.code, sealgate.BLOCKED, str(result))
                self.assertEqual(result.json["artifacts"], expected)
        result = self.workspace.verify(env=variables)
        self.assertEqual(result.json["artifacts"], expected)


def take_signals():
    """In the child: a shell that runs the tests in the background has told them to ignore some signals, which is inherited."""
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


class Endings(ContextTest):
    """TC-10: a run that was ended, or for which there was no room, is never a pass."""

    def test_a_signal(self):
        os.mkfifo(self.workspace.path / "report")  # opening it for writing waits for a reader, so that the run is still on
        self.configure({"one": self.good})
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            with self.subTest(name):
                with subprocess.Popen([str(sealgate.binary()), "--ci", "none", "-o", "text=report"], cwd=self.workspace.path,
                                      env=sealgate.environment(), preexec_fn=take_signals, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
                    time.sleep(0.7)
                    run.send_signal(getattr(signal, name))
                    out, _ = run.communicate(timeout=sealgate.seconds(60))
                self.assertEqual(run.returncode, -getattr(signal, name))
                self.assertEqual(out, b"")

    @unittest.skipIf(sealgate.tool(), "a limit of address space was not tested: the tool needs it for itself")
    def test_no_memory(self):
        """The limit grows from nothing: what it stops is an error and never a pass; with room enough the run passes."""
        self.configure({"one": build(package.sign([Entry("a.bin", os.urandom(MIB) * 8, method=0)], self.pki, signed_at=self.signed_at))})
        variable = sealgate.sanitizer_options()
        codes = set()
        for megabytes in (1, 2, 4, 8, 64) if variable else (6, 12, 16, 20, 24, 28, 32, 40, 64, 256, 2048):
            with self.subTest(megabytes=megabytes):
                if variable:  # a sanitizer reserves address space without end: its own limit, of a single block
                    options = os.environ.get(variable, "") + f":allocator_may_return_null=1:max_allocation_size_mb={megabytes}"
                    done = self.shell('"$SEALGATE" verify --ci none -o json', env={variable: options})
                else:
                    done = self.shell(f'ulimit -v {megabytes * 1024}; exec "$SEALGATE" verify --ci none -o json')
                codes.add(done.returncode)
                if done.returncode == sealgate.PASSED:
                    self.assertEqual(json.loads(done.stdout)["verdict"], "passed")
                elif done.returncode in (sealgate.UNDECIDED, sealgate.INTERNAL):
                    self.assertRegex(done.stdout + done.stderr, b"(?i)memory")
        self.assertTrue(codes & {sealgate.UNDECIDED, sealgate.INTERNAL}, codes)
        self.assertFalse(codes & {sealgate.BLOCKED, sealgate.USAGE}, codes)
        self.assertIn(sealgate.PASSED, codes)


class Costs(ContextTest):
    def seconds(self, data, code=None):
        """The processor's seconds for one verdict."""
        self.configure({"one": data}, policy="Warn")
        started = resource.getrusage(resource.RUSAGE_CHILDREN)
        result = self.workspace.verify()
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertIn(result.code, (sealgate.PASSED, sealgate.BLOCKED) if code is None else (code,), str(result)[:2000])
        return ended.ru_utime + ended.ru_stime - started.ru_utime - started.ru_stime, self.artifacts(result, result.code)["one"]

    def test_colliding_names(self):
        """ZX-01: 65,533 names with one hash in libzip's table, which take it 21 s. As many ordinary names are the measure."""
        names = itertools.islice(("".join(pairs) for pairs in itertools.product(("Ez", "FY"), repeat=16)), 65533)
        plain, artifact = self.seconds(build(package.sign([Entry(f"n{number:031x}", method=0) for number in range(65533)], self.pki,
                                                          signed_at=self.signed_at)), sealgate.PASSED)
        self.assertEqual(artifact["action"], "allow")
        colliding, artifact = self.seconds(build(package.sign([Entry(name, method=0) for name in names], self.pki, signed_at=self.signed_at)),
                                           sealgate.BLOCKED)
        self.assertInvalid(artifact, "ambiguous-package", "hash|slot|collid|libzip")
        self.assertLess(colliding, max(sealgate.seconds(1.0), plain))
