"""Revocation, end to end: the program against an HTTPS server on loopback that misbehaves in every way there is.

A source that does not answer, or answers with anything but current data, is undecided: never "not revoked".
"""

import concurrent.futures
import dataclasses
import datetime
import hashlib
import json
import os
import shutil
import ssl
import stat
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Callable

from tests.support import cms, package, sealgate, signing_pki
from tests.support.https_server import (ConnectProxy, HttpsServer, close, endless_headers, garbage, gzip, hang, huge, redirect,
                                        reset, sequence, slow, slow_headers, static, status, truncated)
from tests.support.sealgate import GateTest
from tests.support.tls_pki import TlsPki

HOUR = datetime.timedelta(hours=1)
DAY = 24 * HOUR
MIB = 1024 * 1024
OTHER_JOB = cms.DEFAULT_JOB.replace("11111111", "99999999")
OTHER_PROFILE = cms.DEFAULT_PROFILE.replace("AbCdEf0123", "ZzZzZz9999")


class CountingServer(HttpsServer):
    """Counts connections, too: also one that never becomes a request is a touch of the network."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.connections = 0

    def serve(self, plain):
        with self.lock:
            self.connections += 1
        super().serve(plain)


class World:
    """What the module makes once: the signing PKI and a package, TLS, the servers."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.signed_at = signing_pki.default_signed_at()
        self.pki = signing_pki.make(self.folder / "signing", self.signed_at)
        self.twin = signing_pki.make(self.folder / "twin", self.signed_at)  # the same names, other keys
        self.package = package.signed_zip(package.DEFAULT_FILES, self.pki, signed_at=self.signed_at)
        self.tls = TlsPki(self.folder / "tls")
        self.foreign = TlsPki(self.folder / "foreign", "Foreign TLS CA")
        old = {"min_version": ssl.TLSVersion.TLSv1_1, "max_version": ssl.TLSVersion.TLSv1_1, "ciphers": "ALL:@SECLEVEL=0"}
        self.good = CountingServer(*self.tls.server("good", ["localhost", "127.0.0.1", "pki.example"])).start()
        self.elsewhere = CountingServer(*self.tls.server("elsewhere")).start()
        self.wrong_host = HttpsServer(*self.tls.server("wrong", ["other.example"])).start()
        self.expired = HttpsServer(*self.tls.server("late", expired=True)).start()
        self.unknown_ca = HttpsServer(*self.foreign.server("stranger")).start()
        self.self_signed = HttpsServer(*self.tls.self_signed("self")).start()
        self.old_tls = HttpsServer(*self.tls.server("old"), **old).start()
        self.servers = [self.good, self.elsewhere, self.wrong_host, self.expired, self.unknown_ca, self.self_signed,
                        self.old_tls]
        for server in self.servers:
            server.fallback = revocation_list()

    def close(self):
        for server in self.servers:
            server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def crl(self, member, *revoked, **options):
        return member.crl(revoked, **options)

    def crls(self):
        """A good CRL for every certificate below the root: of the regional CA, the CA and the root."""
        return {"regional": self.crl(self.pki.regional), "ca": self.crl(self.pki.ca), "root": self.crl(self.pki.root)}


WORLD = None


def setUpModule():
    global WORLD
    WORLD = World(tempfile.mkdtemp(prefix="sealgate-revocation-"))
    unittest.addModuleCleanup(WORLD.close)


def moment(offset=0 * HOUR):
    return (signing_pki.now() + offset).strftime("%Y-%m-%dT%H:%M:%SZ")


def list_content(*entries, **changes):
    content = {"version": 1, "issued_at": moment(-HOUR), "next_update": moment(DAY), "revoked": list(entries)}
    content.update(changes)
    return {key: value for key, value in content.items() if value is not None}


def revocation_list(*entries, **changes):
    """A list in JSON; a change to None leaves the member out."""
    return json.dumps(list_content(*entries, **changes)).encode()


def job_entry(job=cms.DEFAULT_JOB, **more):
    return {"job_arn": job, "revoked_at": moment(-2 * HOUR), **more}


def profile_entry(effective, profile=cms.DEFAULT_PROFILE, **more):
    return {"profile_version_arn": profile, "effective_from": effective, **more}


def exact(value):
    """RFC 3339 with milliseconds, as the signing time is signed."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"


def closed_port():
    """A port of loopback where nobody listens."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class RevocationTest(GateTest):
    @classmethod
    def setUpClass(cls):
        cls.pki, cls.signed_at = WORLD.pki, WORLD.signed_at

    def setUp(self):
        super().setUp()
        for server in WORLD.servers:
            server.forget()
            server.routes.clear()
        WORLD.good.connections = WORLD.elsewhere.connections = 0

    def write(self, sources, functions=None, layers=None, *, timeout="5s", settings=None, **options):
        """The configuration: by default one function under Enforce, the TLS CA of these tests."""
        revocation = {"timeout": timeout, "ca_bundle": WORLD.tls.ca, **(settings or {})}
        self.configure(functions or {"one": WORLD.package}, layers, sources=sources, revocation=revocation, **options)

    def ask(self, sources, code, *, arguments=(), env=None, **options):
        """Judges one package with these sources; its artifact, and the sources as the report has them."""
        self.write(sources, **options)
        result = self.workspace.verify(*arguments, env=env)
        artifact = self.artifacts(result, code)["one"]
        return artifact, result.json["revocation"]

    def serve(self, path, handler):
        WORLD.good.route(path, handler)
        return WORLD.good.url(path)

    def list_source(self, handler, path="/list.json"):
        return {"list": self.serve(path, handler)}

    def crl_source(self, handler, path):
        return {"crl": self.serve(path, handler)}

    def assertAllowed(self, artifact):
        self.assertChecks(artifact)
        self.assertEqual((artifact["signature_status"], artifact["action"]), ("VALID", "allow"))
        self.assertNoFindings(artifact)

    def assertRevoked(self, artifact, rule, message, policy="Enforce"):
        level, action = ("error", "block") if policy == "Enforce" else ("warning", "warn")
        self.assertChecks(artifact, revocation="fail")
        self.assertEqual(artifact["checks"]["revocation"]["rule"], rule)
        self.assertEqual((artifact["signature_status"], artifact["action"]), ("REVOKED", action))
        self.assertFinding(artifact, rule, level, message)

    def assertUndecided(self, artifact, message, level="error", action="undecided"):
        self.assertChecks(artifact, revocation="undecided")
        self.assertEqual(artifact["checks"]["revocation"]["rule"], "revocation-unavailable")
        self.assertEqual((artifact["signature_status"], artifact["action"]), ("UNDECIDED", action))
        self.assertFinding(artifact, "revocation-unavailable", level, message)


# --- what a list says -----------------------------------------------------------------------------------------------------


class Lists(RevocationTest):
    def test_a_fresh_list_that_names_others_allows(self):
        entries = [job_entry(OTHER_JOB), profile_entry(moment(-DAY), OTHER_PROFILE), {"certificate_hash": "0" * 192},
                   {"certificate_sha256": "f" * 64, "revoked_at": moment(-DAY), "reason": "lost"}]
        artifact, sources = self.ask([self.list_source(revocation_list(*entries))], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertEqual([(s["source"], s["url"], s["status"]) for s in sources],
                         [("list", WORLD.good.url("/list.json"), "fresh")])
        self.assertRegex(sources[0]["detail"], r"^issued .* UTC, next update .* UTC, 4 entries$")

    def test_an_empty_list_of_entries_allows(self):
        artifact, sources = self.ask([self.list_source(revocation_list())], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertIn("0 entries", sources[0]["detail"])

    def revocations(self):
        """(what, entry, rule, message)"""
        before, after = self.signed_at - HOUR, self.signed_at + datetime.timedelta(milliseconds=1)
        hashes = self.pki.certificate_hashes()
        digests = [hashlib.sha256(der).hexdigest() for der in self.pki.chain]
        names = ["signing leaf", "us-east-1 SUBORDINATE CA", "Signer CA", "Signer ROOT CA"]
        yield ("job", job_entry(reason="build machine lost"), "job-revoked",
               r"job 11111111-2222-3333-4444-555555555555 was revoked on \d{4}-.* \(reason: build machine lost\), says list "
               r"https://localhost:\d+/list.json")
        for what, effective in (("before", before), ("equal to", self.signed_at)):
            yield (f"profile, effective {what} the signing time", profile_entry(exact(effective)), "profile-revoked",
                   f"Release/AbCdEf0123 is revoked for what was signed from .*this was signed {exact(self.signed_at)}")
        yield ("profile, two entries, one effective", [profile_entry(exact(after)), profile_entry(exact(before))],
               "profile-revoked", "Release/AbCdEf0123 is revoked")
        for number, name in enumerate(names):
            yield (f"certificate_hash of {name}", {"certificate_hash": hashes[number]}, "certificate-revoked",
                   f"certificate .*{name}.* is revoked, says list")
            yield (f"certificate_sha256 of {name}",
                   {"certificate_sha256": digests[number], "revoked_at": "2026-11-02T00:00:00Z", "reason": "key leaked"},
                   "certificate-revoked", f"certificate .*{name}.* is revoked since 2026-11-02 .reason: key leaked., says list")

    def test_what_is_revoked_blocks_under_enforce_and_warns_under_warn(self):
        for what, entries, rule, message in self.revocations():
            entries = entries if isinstance(entries, list) else [entries]
            source = self.list_source(revocation_list(*entries))
            for policy, code in (("Enforce", sealgate.BLOCKED), ("Warn", sealgate.PASSED)):
                with self.subTest(what, policy=policy):
                    artifact, sources = self.ask([source], code, policy=policy)
                    self.assertRevoked(artifact, rule, message, policy)
                    self.assertEqual(sources[0]["status"], "fresh")

    def test_a_profile_revoked_from_after_the_signing_time_is_not_struck(self):
        after = exact(self.signed_at + datetime.timedelta(milliseconds=1))
        artifact, _ = self.ask([self.list_source(revocation_list(profile_entry(after)))], sealgate.PASSED)
        self.assertAllowed(artifact)

    def test_on_unavailable_warn_does_not_soften_a_revocation(self):
        artifact, _ = self.ask([self.list_source(revocation_list(job_entry()))], sealgate.BLOCKED,
                               settings={"on_unavailable": "warn"})
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_enforce_option_blocks_under_warn(self):
        artifact, _ = self.ask([self.list_source(revocation_list(job_entry()))], sealgate.BLOCKED, policy="Warn",
                               arguments=["--enforce"])
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_no_sources_allow_and_every_report_says_that_revocation_was_not_checked(self):
        self.write([])
        result = self.workspace.verify()
        artifact = self.artifacts(result, sealgate.PASSED)["one"]
        self.assertChecks(artifact, revocation="skipped")
        self.assertEqual(artifact["checks"]["revocation"]["rule"], "revocation-not-checked")
        self.assertEqual((artifact["signature_status"], artifact["action"]), ("VALID", "allow"))
        self.assertIs(result.json["revocation_checked"], False)
        self.assertEqual(result.json["revocation"], [])
        for form in ("text", "github", "plain", "markdown"):
            with self.subTest(form):
                result = self.workspace.run("--ci", "none", "-o", form)
                self.assertEqual(result.code, sealgate.PASSED, str(result))
                self.assertIn("revocation was not checked", result.out)

    def test_text_names_the_source_that_failed_and_the_verdict_comes_last(self):
        self.write([{"list": f"https://localhost:{closed_port()}/list.json"}], timeout="500ms")
        result = self.workspace.run("--ci", "none")
        self.assertEqual(result.code, sealgate.UNDECIDED, str(result))
        flat = " ".join(result.out.split())
        self.assertRegex(flat, r"revocation: list https://localhost:\d+/list.json, unavailable, cannot connect to localhost")
        self.assertRegex(result.out.splitlines()[-1], r"^UNDECIDED: 1 of 1 artifact could not be decided")


# --- sources that do not answer -------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Silence:
    """A source that gives no usable answer. `make(test)` returns it; `message` is what the finding says."""

    name: str
    make: Callable
    message: str
    timeout: str = "5s"
    most_seconds: float = 4.5


SILENCES = []


def silent(name, message, handler=None, make=None, **options):
    SILENCES.append(Silence(name, make or (lambda test: test.list_source(handler())), message, **options))


def on(server, path="/list.json"):
    return lambda test: {"list": getattr(WORLD, server).url(path)}


silent("slow body", "the answer was not complete after [01]\\.", lambda: slow(20, revocation_list()), timeout="700ms")
silent("slow headers", "no answer came after [01]\\.", lambda: slow_headers(), timeout="700ms")
silent("hang", "no answer came after [01]\\.", lambda: hang(), timeout="700ms")
silent("headers without end", "more than 65536 bytes of headers", lambda: endless_headers())
silent("huge without length", f"answered with more than {16 * MIB} bytes", lambda: huge(64 * MIB), timeout="60s",
       most_seconds=30)
silent("huge with length", f"answered with more than {16 * MIB} bytes", lambda: huge(64 * MIB, chunked=False))
silent("truncated", "the answer was cut off", lambda: truncated(revocation_list(), 5000), timeout="700ms")
silent("reset", "list.json: (the connection broke|.*reset by peer|.*; given up after)", lambda: reset(), timeout="700ms")
silent("closed without an answer", "closed the connection without an answer", lambda: close(), timeout="700ms")
silent("wrong host certificate", "certificate is for another host than localhost", make=on("wrong_host"))
silent("expired server certificate", "TLS certificate has expired", make=on("expired"))
silent("unknown CA", "not signed by a CA that is trusted here|root CA that is not trusted here", make=on("unknown_ca"))
silent("self-signed", "TLS certificate is self-signed", make=on("self_signed"))
silent("TLS 1.1", "no TLS connection of version 1.2 or later", make=on("old_tls"), timeout="700ms")
silent("redirect", r"answered 302 Found: redirects are not followed \(to localhost:\d+\)",
       lambda: redirect(WORLD.elsewhere.url("/list.json")))
silent("404", "answered 404 Not Found$", lambda: status(404, (), b"nothing"))
silent("403", "answered 403 Forbidden$", lambda: status(403))
silent("204", "answered 204 No Content$", lambda: status(204))
silent("206", "answered 206 Partial Content$", lambda: status(206, (), revocation_list()))
silent("304 out of the blue", "answered 304 Not Modified, though nothing was asked conditionally", lambda: status(304))
silent("500 for ever", "answered 500 Internal Server Error; given up after [2-6] tries", lambda: status(500), timeout="900ms")
silent("503 with Retry-After beyond the timeout", "the server asks to wait 60 s", lambda: status(503, {"Retry-After": "60"}),
       most_seconds=2)
silent("no HTTP", "answered with something that is no HTTP", lambda: garbage())
silent("HTML with 200", "the list is no JSON: line 1, column",
       lambda: status(200, {"Content-Type": "text/html"}, b"<html><body>Sign in</body></html>"))
silent("empty", "the list is empty", lambda: b"")
silent("JSON cut off", "the list is no JSON: line 1, column", lambda: revocation_list()[:-5])
silent("bytes behind the JSON", "the list is no JSON: line 1, column", lambda: revocation_list() + b"{}")
silent("not UTF-8", "the list is no JSON", lambda: revocation_list().replace(b"version", b"ver\xffsion"))
silent("no object", "the list is no JSON object", lambda: b"[]")
silent("nested too deep", "the list is no JSON|the list has more than", lambda: b"[" * 100000)
silent("duplicate keys", "the list is no JSON: .*duplicate",
       lambda: revocation_list().replace(b'"revoked": []', b'"revoked": [], "revoked": []'))
silent("duplicate keys in an entry", "the list is no JSON: .*duplicate", lambda: revocation_list(job_entry(OTHER_JOB)).replace(
    b'"job_arn": ', b'"job_arn": "x", "job_arn": '))
silent("unknown member", "the list's member comment is not known", lambda: revocation_list(comment="hello"))
silent("unknown member of an entry", "entry 2 of the list: member note is not known",
       lambda: revocation_list(job_entry(OTHER_JOB), job_entry(OTHER_JOB, note="x")))
silent("unknown entry kind", "entry 1 of the list is of no known kind", lambda: revocation_list({"profile_arn": "arn:x"}))
silent("an entry of two kinds", "entry 1 of the list is of two kinds",
       lambda: revocation_list(job_entry(OTHER_JOB, certificate_sha256="0" * 64)))
silent("an entry that is no object", "entry 1 of the list is no object", lambda: revocation_list(cms.DEFAULT_JOB))
silent("job that is no ARN", "entry 1 of the list: member job_arn is not a signing job ARN",
       lambda: revocation_list(job_entry("11111111-2222-3333-4444-555555555555")))
silent("profile without version", "member profile_version_arn is not a signing profile version ARN",
       lambda: revocation_list(profile_entry(moment(), cms.DEFAULT_PROFILE.rpartition("/")[0])))
silent("profile without a time", "member effective_from is missing",
       lambda: revocation_list({"profile_version_arn": cms.DEFAULT_PROFILE}))
silent("certificate_hash too short", "member certificate_hash is not 192 lower-case hexadecimal digits",
       lambda: revocation_list({"certificate_hash": "0" * 191}))
silent("certificate_sha256 in capitals", "member certificate_sha256 is not 64 lower-case hexadecimal digits",
       lambda: revocation_list({"certificate_sha256": "F" * 64}))
silent("reason that is no text", "entry 1 of the list: member reason is no text",
       lambda: revocation_list(job_entry(OTHER_JOB, reason=7)))
silent("version 2", "the list's member version is not 1", lambda: revocation_list(version=2))
silent("version as text", "the list's member version is not 1", lambda: revocation_list(version="1"))
silent("no version", "the list's member version is missing", lambda: revocation_list(version=None))
silent("no entries", "the list's member revoked is missing", lambda: revocation_list(revoked=None))
silent("entries as an object", "the list's member revoked is no array", lambda: revocation_list(revoked={}))
silent("no next update", "the list's member next_update is missing", lambda: revocation_list(next_update=None))
silent("time without zone", "the list's member issued_at is no RFC 3339 time",
       lambda: revocation_list(issued_at="2026-11-02T00:00:00"))
silent("stale", "the list is out of date: a new one was due at", lambda: revocation_list(next_update=moment(-HOUR / 2)))
silent("dated in the future", "the list is dated in the future", lambda: revocation_list(issued_at=moment(HOUR)))
silent("next update before issue", "next_update is not after issued_at",
       lambda: revocation_list(issued_at=moment(-HOUR), next_update=moment(-2 * HOUR)))
silent("gzip encoded", "the answer is compressed, which was not asked for", lambda: gzip(revocation_list()))
silent("gzip without saying so", "the list is no JSON", lambda: gzip(revocation_list(), claim=False))
silent("connection refused", "cannot connect to localhost port .*: Connection refused", timeout="700ms",
       make=lambda test: {"list": f"https://localhost:{closed_port()}/list.json"})
silent("name that does not resolve", "the host name cannot be resolved|the host name was not resolved", timeout="700ms",
       make=lambda test: {"list": "https://pki.invalid/list.json"})
silent("a name that leads to this machine", r"leads to (127\.0\.0\.1|::1), this machine itself: refused",
       make=lambda test: {"list": f"https://pki.localhost:{WORLD.good.port}/list.json"})
silent("another spelling of loopback", r"127\.0\.0\.1, this machine itself: refused",
       make=lambda test: {"list": f"https://2130706433:{WORLD.good.port}/list.json"})
silent("the metadata service", "169.254.169.254, a link-local or metadata address",
       make=lambda test: {"list": "https://169.254.169.254/list.json"})
silent("the metadata service in decimal", "169.254.169.254, a link-local or metadata address",
       make=lambda test: {"list": "https://2852039166/list.json"})
silent("missing file", "cannot open .*gone.json: No such file", make=lambda test: {"list": "file:gone.json"})
silent("file that is a folder", "is a directory, not a file", make=lambda test: {"list": "file:dist"})
silent("no CRL", "it is no CRL, neither in DER nor in PEM form", make=lambda test: test.crl_source(b"hello", "/x.crl"))
silent("damaged PEM", "PEM block of the CRL is damaged",
       make=lambda test: test.crl_source(WORLD.crl(WORLD.pki.root).replace(b"MII", b"M*I"), "/x.crl"))
silent("list where a CRL is wanted", "it is no CRL", make=lambda test: test.crl_source(revocation_list(), "/x.crl"))
silent("expired CRL", "the CRL is out of date: a new one was due at", make=lambda test: test.crl_source(
    WORLD.crl(WORLD.pki.root, last_update=signing_pki.now() - 2 * HOUR, next_update=signing_pki.now() - HOUR), "/x.crl"))
silent("CRL dated in the future", "the CRL is dated in the future", make=lambda test: test.crl_source(
    WORLD.crl(WORLD.pki.root, last_update=signing_pki.now() + HOUR, next_update=signing_pki.now() + DAY), "/x.crl"))
silent("CRL with SHA-1", "the CRL is signed with .*; SHA-256, SHA-384 or SHA-512 is needed", make=lambda test: test.crl_source(
    WORLD.crl(WORLD.pki.root, digest="sha1"), "/x.crl"))
silent("missing CRL file", "cannot open .*gone.crl: No such file", make=lambda test: {"crl": "file:gone.crl"})


class Unavailable(RevocationTest):
    def judged(self, case, source, policy, on_unavailable, code):
        """Judges in a workspace of its own, so that the policies can run at the same time."""
        workspace = sealgate.Workspace()
        self.addCleanup(workspace.remove)
        workspace.configure({"one": WORLD.package}, roots=[self.pki.root_pem], policy=policy, sources=[source],
                            revocation={"timeout": case.timeout, "ca_bundle": WORLD.tls.ca, "on_unavailable": on_unavailable})
        started = time.monotonic()
        result = workspace.verify()
        return result, time.monotonic() - started, code

    def test_every_silence_is_undecided(self):
        for case in SILENCES:
            with self.subTest(case.name), concurrent.futures.ThreadPoolExecutor(3) as pool:
                source = case.make(self)
                runs = [pool.submit(self.judged, case, source, *row) for row in (
                    ("Enforce", "block", sealgate.UNDECIDED), ("Warn", "block", sealgate.PASSED),
                    ("Enforce", "warn", sealgate.PASSED))]
                for future in runs:
                    result, seconds, code = future.result()
                    artifact = self.artifacts(result, code)["one"]
                    level, action = ("error", "undecided") if code else ("warning", "warn")
                    self.assertUndecided(artifact, case.message, level, action)
                    self.assertEqual([source["status"] for source in result.json["revocation"]], ["unavailable"])
                    self.assertTrue(result.json["revocation"][0]["detail"])
                    self.assertEqual(result.json["verdict"], "passed_with_warnings" if code == 0 else "undecided")
                    self.assertLess(seconds, case.most_seconds)
        self.assertEqual(WORLD.elsewhere.connections, 0, "a redirect was followed")

    def test_no_redirect_is_followed(self):
        targets = {"another port": WORLD.elsewhere.url("/list.json"), "itself": WORLD.good.url("/other"),
                   "plain HTTP": f"http://localhost:{WORLD.elsewhere.port}/list.json", "a file": "file:///etc/hostname"}
        for code in (301, 302, 303, 307, 308):
            for what, target in targets.items():
                with self.subTest(what, code=code):
                    artifact, _ = self.ask([self.list_source(redirect(target, code))], sealgate.UNDECIDED)
                    self.assertUndecided(artifact, f"answered {code} .*: redirects are not followed")
        self.assertEqual(WORLD.elsewhere.connections, 0)
        self.assertEqual(WORLD.good.count("/other"), 0)

    def test_a_final_answer_is_not_asked_again(self):
        for code in (400, 403, 404, 410):
            with self.subTest(code):
                WORLD.good.forget()
                artifact, _ = self.ask([self.list_source(status(code))], sealgate.UNDECIDED)
                self.assertUndecided(artifact, f"answered {code}")
                self.assertEqual(WORLD.good.count("/list.json"), 1)


class Retries(RevocationTest):
    def test_500_then_200_allows(self):
        artifact, sources = self.ask([self.list_source(sequence([status(500), revocation_list()]))], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertEqual(sources[0]["status"], "fresh")
        self.assertEqual(WORLD.good.count("/list.json"), 2)

    def test_broken_connections_then_200_allow(self):
        handlers = [reset(), close(), truncated(revocation_list(), 5000), status(503), status(502), revocation_list()]
        artifact, _ = self.ask([self.list_source(sequence(handlers))], sealgate.PASSED, timeout="30s")
        self.assertAllowed(artifact)
        self.assertEqual(WORLD.good.count("/list.json"), 6)

    def test_what_comes_after_a_failure_is_believed(self):
        artifact, _ = self.ask([self.list_source(sequence([status(500), revocation_list(job_entry())]))], sealgate.BLOCKED)
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_429_with_retry_after_is_waited_for(self):
        handler = sequence([status(429, {"Retry-After": "1"}), revocation_list()])
        started = time.monotonic()
        artifact, _ = self.ask([self.list_source(handler)], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertGreaterEqual(time.monotonic() - started, 1)
        self.assertEqual(WORLD.good.count("/list.json"), 2)

    def test_retry_after_beyond_the_timeout_is_given_up_at_once(self):
        for value in ("60", "1000000000000"):
            with self.subTest(value):
                WORLD.good.forget()
                started = time.monotonic()
                artifact, _ = self.ask([self.list_source(status(429, {"Retry-After": value}))], sealgate.UNDECIDED, timeout="30s")
                self.assertUndecided(artifact, "answered 429 Too Many Requests; given up after 1 try: the server asks to wait")
                self.assertLess(time.monotonic() - started, 3)
                self.assertEqual(WORLD.good.count("/list.json"), 1)

    def test_retry_after_that_is_no_number_is_as_if_it_were_not_there(self):
        for value in ("-1", "soon", ""):
            with self.subTest(value):
                handler = sequence([status(503, {"Retry-After": value}), revocation_list()])
                artifact, _ = self.ask([self.list_source(handler)], sealgate.PASSED)
                self.assertAllowed(artifact)


# --- CRLs -----------------------------------------------------------------------------------------------------------------


class Crls(RevocationTest):
    def sources(self, **changes):
        """CRL sources for every certificate below the root; a change replaces one, None takes it away."""
        crls = {**WORLD.crls(), **changes}
        return [self.crl_source(body, f"/{name}.crl") for name, body in crls.items() if body is not None]

    def der(self, pem):
        return signing_pki.openssl("crl", "-outform", "DER", data=pem)

    def test_good_crls_allow_in_pem_and_in_der(self):
        der = {name: self.der(body) for name, body in WORLD.crls().items()}
        for form, changes in (("PEM", {}), ("DER", der)):
            with self.subTest(form):
                artifact, sources = self.ask(self.sources(**changes), sealgate.PASSED)
                self.assertAllowed(artifact)
                self.assertEqual([(s["source"], s["status"]) for s in sources], [("crl", "fresh")] * 3)
                self.assertRegex(sources[0]["detail"], "^issued .* UTC, next update .* UTC$")

    def test_a_revoked_certificate_blocks_or_warns(self):
        pki = self.pki
        rows = (("signing leaf", "regional", WORLD.crl(pki.regional, pki.leaf)),
                ("us-east-1 SUBORDINATE CA", "ca", WORLD.crl(pki.ca, pki.regional)),
                ("Signer CA", "root", WORLD.crl(pki.root, pki.ca)))
        for name, place, crl in rows:
            for policy, code in (("Enforce", sealgate.BLOCKED), ("Warn", sealgate.PASSED)):
                for form, body in (("PEM", crl), ("DER", self.der(crl))):
                    with self.subTest(name, policy=policy, form=form):
                        artifact, _ = self.ask(self.sources(**{place: body}), code, policy=policy)
                        message = f"certificate .*{name}.* is revoked, says crl https://localhost:.*/{place}.crl"
                        self.assertRevoked(artifact, "certificate-revoked", message, policy)

    def test_other_certificates_on_a_crl_do_not_matter(self):
        crl = WORLD.crl(self.pki.regional, *(f"4A{number:030X}" for number in range(50)))
        artifact, _ = self.ask(self.sources(regional=crl), sealgate.PASSED)
        self.assertAllowed(artifact)

    def test_a_certificate_that_no_crl_covers_is_undecided(self):
        for name, place in (("signing leaf", "regional"), ("us-east-1 SUBORDINATE CA", "ca"), ("Signer CA", "root")):
            with self.subTest("left out", place=place):
                artifact, _ = self.ask(self.sources(**{place: None}), sealgate.UNDECIDED)
                self.assertUndecided(artifact, f"no CRL covers certificate .*{name}")

    def test_a_crl_of_another_ca_covers_nothing(self):
        """The twin's CAs have the same names; only the keys differ. Its CRL revokes what it can, and is not believed."""
        twins = {"regional": WORLD.crl(WORLD.twin.regional, self.pki.leaf), "ca": WORLD.crl(WORLD.twin.ca),
                 "root": WORLD.crl(WORLD.twin.root)}
        for place, crl in twins.items():
            with self.subTest(place):
                artifact, sources = self.ask(self.sources(**{place: crl}), sealgate.UNDECIDED)
                self.assertUndecided(artifact, "no CRL covers certificate")
                self.assertEqual({source["status"] for source in sources}, {"fresh"})

    def test_only_the_leaf_covered_is_undecided_under_each_policy(self):
        source = self.crl_source(WORLD.crl(self.pki.regional), "/regional.crl")
        for options, code, level, action in (({}, sealgate.UNDECIDED, "error", "undecided"),
                                             ({"policy": "Warn"}, sealgate.PASSED, "warning", "warn"),
                                             ({"settings": {"on_unavailable": "warn"}}, sealgate.PASSED, "warning", "warn")):
            with self.subTest(**options):
                artifact, _ = self.ask([source], code, **options)
                self.assertUndecided(artifact, "no CRL covers certificate .*SUBORDINATE CA", level, action)

    def test_a_revocation_is_found_though_other_certificates_are_not_covered(self):
        source = self.crl_source(WORLD.crl(self.pki.regional, self.pki.leaf), "/regional.crl")
        artifact, _ = self.ask([source], sealgate.BLOCKED)
        self.assertRevoked(artifact, "certificate-revoked", "signing leaf")

    def test_one_expired_crl_of_three_is_undecided(self):
        late = WORLD.crl(self.pki.ca, last_update=signing_pki.now() - 2 * HOUR, next_update=signing_pki.now() - HOUR)
        artifact, sources = self.ask(self.sources(ca=late), sealgate.UNDECIDED)
        self.assertUndecided(artifact, "no answer from crl https://localhost:.*/ca.crl: the CRL is out of date")
        self.assertEqual([source["status"] for source in sources], ["fresh", "unavailable", "fresh"])

    def test_an_expired_crl_revokes_nothing(self):
        """Out of date is no data at all: the answer is undecided, not revoked."""
        late = WORLD.crl(self.pki.regional, self.pki.leaf, last_update=signing_pki.now() - 2 * HOUR,
                         next_update=signing_pki.now() - HOUR)
        artifact, _ = self.ask(self.sources(regional=late), sealgate.UNDECIDED)
        self.assertUndecided(artifact, "the CRL is out of date")

    def test_a_delta_crl_and_a_partial_one_do_not_count(self):
        rows = (("authorityKeyIdentifier=keyid\ndeltaCRL=critical,1", "it is a delta CRL"),
                ("authorityKeyIdentifier=keyid\nissuingDistributionPoint=critical,@idp\n[idp]\nonlyuser=TRUE",
                 "it is a partial CRL"))
        for extensions, message in rows:
            with self.subTest(message):
                try:
                    crl = WORLD.crl(self.pki.regional, extensions=extensions)
                except RuntimeError as why:
                    self.skipTest(f"this openssl cannot make such a CRL: {why}")
                artifact, _ = self.ask(self.sources(regional=crl), sealgate.UNDECIDED)
                self.assertUndecided(artifact, message)


# --- files, several sources, many artifacts -------------------------------------------------------------------------------


class FilesAndSeveralSources(RevocationTest):
    def test_list_and_crls_from_files(self):
        self.workspace.write("pki/revoked.json", revocation_list())
        for name, body in WORLD.crls().items():
            self.workspace.write(f"pki/{name}.crl", body)
        crls = [{"crl": "file:pki/regional.crl"}, {"crl": "file:pki/ca.crl"},
                {"crl": f"file://{self.workspace.path}/pki/root.crl"}]
        artifact, sources = self.ask([{"list": "file:pki/revoked.json"}, *crls], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertEqual([source["status"] for source in sources], ["fresh"] * 4)
        self.assertEqual(sources[0]["url"], "pki/revoked.json")

    def test_a_file_that_revokes_blocks(self):
        self.workspace.write("revoked.json", revocation_list(job_entry()))
        artifact, _ = self.ask([{"list": "file:revoked.json"}], sealgate.BLOCKED)
        self.assertRevoked(artifact, "job-revoked", "was revoked on .*, says list revoked.json")

    def test_files_are_relative_to_the_configuration(self):
        self.workspace.write("revoked.json", revocation_list(job_entry()))
        self.write([{"list": "file:revoked.json"}])
        result = sealgate.run("verify", "--ci", "none", "-o", "json", self.workspace.path / "sealgate.yaml", cwd="/")
        artifact = self.artifacts(result, sealgate.BLOCKED)["one"]
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_a_revocation_wins_over_a_source_that_is_down(self):
        down = {"list": f"https://localhost:{closed_port()}/down.json"}
        revoking = self.list_source(revocation_list(job_entry()))
        for order in ([down, revoking], [revoking, down]):
            with self.subTest(order=[next(iter(source.values())) for source in order]):
                artifact, sources = self.ask(order, sealgate.BLOCKED, timeout="500ms")
                self.assertRevoked(artifact, "job-revoked", "was revoked on")
                self.assertEqual(sorted(source["status"] for source in sources), ["fresh", "unavailable"])

    def test_one_down_and_one_fine_is_undecided(self):
        down = {"list": f"https://localhost:{closed_port()}/down.json"}
        fine = self.list_source(revocation_list())
        for order in ([down, fine], [fine, down]):
            artifact, _ = self.ask(order, sealgate.UNDECIDED, timeout="500ms")
            self.assertUndecided(artifact, "no answer from list https://localhost:.*/down.json: cannot connect")

    def test_two_down_are_both_counted(self):
        down = [{"list": f"https://localhost:{closed_port()}/{name}.json"} for name in ("first", "second")]
        artifact, sources = self.ask(down, sealgate.UNDECIDED, timeout="500ms")
        self.assertUndecided(artifact, r"first.json: cannot connect.* \(and 1 more source\)")
        self.assertEqual([source["status"] for source in sources], ["unavailable"] * 2)

    def test_sources_are_asked_at_the_same_time(self):
        names = [f"/{number}.json" for number in range(8)]
        sources = [self.list_source(hang(), name) for name in names]
        started = time.monotonic()
        artifact, _ = self.ask(sources, sealgate.UNDECIDED, timeout="1s")
        self.assertUndecided(artifact, "and 7 more sources")
        self.assertLess(time.monotonic() - started, 5)

    def test_each_source_is_fetched_once_for_many_artifacts(self):
        sources = [self.list_source(revocation_list())]
        sources += [self.crl_source(body, f"/{name}.crl") for name, body in WORLD.crls().items()]
        functions = {f"function-{number}": WORLD.package for number in range(12)}
        layers = {f"layer-{number}": WORLD.package for number in range(4)}
        self.write(sources, functions, layers)
        result = self.workspace.verify("--jobs", "4")
        artifacts = self.artifacts(result, sealgate.PASSED)
        self.assertEqual(len(artifacts), 16)
        for artifact in artifacts.values():
            self.assertAllowed(artifact)
        for path in ("/list.json", "/regional.crl", "/ca.crl", "/root.crl"):
            self.assertEqual(WORLD.good.count(path), 1, path)
        self.assertEqual(WORLD.good.connections, 4)

    def test_what_is_not_proven_is_not_asked_about(self):
        """A package that was changed is invalid, whatever a list says of the job it claims."""
        changed = bytearray(WORLD.package)
        at = changed.index(b"handler.py")
        changed[at : at + 7] = b"HANDLER"
        at = changed.rindex(b"handler.py")
        changed[at : at + 7] = b"HANDLER"
        self.write([self.list_source(revocation_list(job_entry()))], {"one": bytes(changed)})
        artifact = self.artifacts(self.workspace.verify(), sealgate.BLOCKED)["one"]
        self.assertInvalid(artifact, "content-modified")

    def test_the_other_checks_are_judged_though_no_source_answers(self):
        self.write([{"list": "file:gone.json"}], publishers=[OTHER_PROFILE])
        artifact = self.artifacts(self.workspace.verify(), sealgate.BLOCKED)["one"]
        self.assertChecks(artifact, mismatch="fail", revocation="undecided")
        self.assertFinding(artifact, "publisher-not-allowed", "error", "signed by Release/AbCdEf0123")
        self.assertFinding(artifact, "revocation-unavailable", "error", "cannot open")


# --- the cache ------------------------------------------------------------------------------------------------------------


class Cache(RevocationTest):
    CACHE = {"cache": ".sealgate-cache"}

    def cached(self, code=sealgate.PASSED, arguments=(), sources=None, **options):
        """One run with a cache; the artifact and the only source's report."""
        artifact, reported = self.ask(sources or [{"list": WORLD.good.url("/list.json")}], code, settings=self.CACHE,
                                      arguments=arguments, **options)
        return artifact, reported[0]

    def files(self):
        folder = self.workspace.path / ".sealgate-cache"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def fill(self, body=None, **options):
        """A first run, with what the server then serves; what it was asked is forgotten."""
        self.serve("/list.json", static(body or revocation_list(), **options))
        artifact, source = self.cached()
        self.assertAllowed(artifact)
        self.assertEqual(source["status"], "fresh")
        WORLD.good.forget()
        WORLD.good.connections = 0

    def test_within_max_age_the_server_is_not_asked(self):
        self.fill(etag='"1"', cache_control="max-age=600")
        artifact, source = self.cached()
        self.assertAllowed(artifact)
        self.assertEqual(source["status"], "cached")
        self.assertRegex(source["detail"], "issued .*, fetched .* UTC")
        self.assertEqual(WORLD.good.connections, 0)

    def test_without_cache_control_the_next_update_decides(self):
        self.fill()
        artifact, source = self.cached()
        self.assertAllowed(artifact)
        self.assertEqual((source["status"], WORLD.good.connections), ("cached", 0))
        # Past its next update the copy is no answer; the server, which has nothing newer, is asked.
        artifact, source = self.cached(sealgate.UNDECIDED, ["--now", moment(DAY + HOUR)])
        self.assertUndecided(artifact, "the list is out of date")
        self.assertEqual(WORLD.good.count("/list.json"), 1)

    def test_a_cached_revocation_is_honoured(self):
        self.serve("/list.json", static(revocation_list(job_entry()), cache_control="max-age=600"))
        for expected in ("fresh", "cached"):
            artifact, source = self.cached(sealgate.BLOCKED)
            self.assertRevoked(artifact, "job-revoked", "was revoked on")
            self.assertEqual(source["status"], expected)

    def test_validators_are_sent_and_304_keeps_the_copy(self):
        modified = "Tue, 03 Nov 2026 10:00:00 GMT"
        rows = (({"etag": '"v1"', "cache_control": "max-age=0"}, {"if-none-match": '"v1"'}),
                ({"etag": 'W/"weak"', "cache_control": "no-cache"}, {"if-none-match": 'W/"weak"'}),
                ({"last_modified": modified, "cache_control": "max-age=0"}, {"if-modified-since": modified}),
                ({"etag": '"v1"', "last_modified": modified, "cache_control": "no-cache"},
                 {"if-none-match": '"v1"', "if-modified-since": modified}))
        for options, sent in rows:
            with self.subTest(**options):
                shutil.rmtree(self.workspace.path / ".sealgate-cache", ignore_errors=True)
                self.fill(**options)
                for _ in range(2):
                    artifact, source = self.cached()
                    self.assertAllowed(artifact)
                    self.assertEqual(source["status"], "fresh")
                requests = WORLD.good.requests_for("/list.json")
                self.assertEqual(len(requests), 2)
                for request in requests:
                    asked = {name: value for name, value in request.headers.items() if name.startswith("if-")}
                    self.assertEqual(asked, sent)

    def test_a_new_list_replaces_the_copy(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        self.serve("/list.json", static(revocation_list(job_entry()), etag='"v2"', cache_control="max-age=0"))
        artifact, _ = self.cached(sealgate.BLOCKED)
        self.assertRevoked(artifact, "job-revoked", "was revoked on")
        self.cached(sealgate.BLOCKED)
        self.assertEqual([request.headers.get("if-none-match") for request in WORLD.good.requests_for("/list.json")],
                         ['"v1"', '"v2"'])

    def test_a_copy_past_its_time_does_not_stand_in_for_a_server_that_is_down(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        self.serve("/list.json", status(404))
        artifact, _ = self.cached(sealgate.UNDECIDED)
        self.assertUndecided(artifact, "answered 404 Not Found; the cache has a copy of .*, which is too old to be used")

    def test_a_bad_answer_does_not_replace_a_good_copy(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        before = self.files()[0].read_bytes()
        self.serve("/list.json", static(b"<html>", etag='"v2"', cache_control="max-age=600"))
        artifact, _ = self.cached(sealgate.UNDECIDED)
        self.assertUndecided(artifact, "the list is no JSON")
        self.assertEqual(self.files()[0].read_bytes(), before)

    def test_folder_and_files_are_private(self):
        previous = os.umask(0)
        try:
            self.fill(cache_control="max-age=600")
        finally:
            os.umask(previous)
        folder = self.workspace.path / ".sealgate-cache"
        self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
        self.assertEqual(len(self.files()), 1)
        self.assertEqual(stat.S_IMODE(self.files()[0].stat().st_mode) & 0o077, 0)

    def test_a_damaged_copy_is_ignored_and_replaced(self):
        damages = {
            "empty": lambda data: b"", "no JSON": lambda data: b"garbage\n" + data, "cut": lambda data: data[:-20],
            "longer": lambda data: data + b" ", "a bit of the body": lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
            "another URL": lambda data: data.replace(b"/list.json", b"/lisT.json"),
            "another version": lambda data: data.replace(b'"sealgate_cache":1', b'"sealgate_cache":2'),
            "binary": lambda data: bytes(range(256)) * 100}
        self.fill(etag='"v1"', cache_control="max-age=600")
        for what, damage in damages.items():
            with self.subTest(what):
                file = self.files()[0]
                good = file.read_bytes()
                file.write_bytes(damage(good))
                self.assertNotEqual(file.read_bytes(), good)
                WORLD.good.forget()
                artifact, source = self.cached()
                self.assertAllowed(artifact)
                self.assertEqual(source["status"], "fresh")
                requests = WORLD.good.requests_for("/list.json")
                self.assertEqual(len(requests), 1)
                self.assertNotIn("if-none-match", requests[0].headers)
                artifact, source = self.cached()
                self.assertEqual(source["status"], "cached")

    def test_no_store_keeps_nothing_and_forgets_what_was_kept(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        self.assertEqual(len(self.files()), 1)
        self.serve("/list.json", static(revocation_list(), etag='"v2"', cache_control="no-store"))
        artifact, _ = self.cached()
        self.assertAllowed(artifact)
        self.assertEqual(self.files(), [])
        WORLD.good.forget()
        self.cached()
        self.assertNotIn("if-none-match", WORLD.good.requests_for("/list.json")[0].headers)

    def test_a_cache_that_cannot_be_written_is_said_and_costs_nothing(self):
        self.workspace.write(".sealgate-cache", b"a file where the folder should be")
        self.serve("/list.json", revocation_list())
        artifact, source = self.cached()
        self.assertAllowed(artifact)
        self.assertRegex(source["detail"], "not kept in the cache: cannot make the cache folder .*: Not a directory")

    def test_crls_are_cached_too(self):
        sources = [self.crl_source(static(body, cache_control="max-age=600"), f"/{name}.crl")
                   for name, body in WORLD.crls().items()]
        for expected, connections in (("fresh", 3), ("cached", 3)):
            artifact, reported = self.ask(sources, sealgate.PASSED, settings=self.CACHE)
            self.assertAllowed(artifact)
            self.assertEqual([source["status"] for source in reported], [expected] * 3)
            self.assertEqual(WORLD.good.connections, connections)
        self.assertEqual(len(self.files()), 3)

    def test_nothing_is_written_without_a_cache(self):
        before = None
        self.write([self.list_source(static(revocation_list(), cache_control="max-age=600"))])
        before = sorted(path.name for path in self.workspace.path.rglob("*"))
        self.artifacts(self.workspace.verify(), sealgate.PASSED)
        self.assertEqual(sorted(path.name for path in self.workspace.path.rglob("*")), before)


class Offline(Cache):
    """--offline on top of what the cache's tests have. Their own tests are not repeated here."""

    def test_the_cache_is_used_and_the_network_is_not(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        artifact, source = self.cached(arguments=["--offline"])
        self.assertAllowed(artifact)
        self.assertEqual(source["status"], "cached")
        self.assertRegex(source["detail"], r"fetched .* UTC \(0 minutes ago; offline\)")
        self.assertEqual(WORLD.good.connections, 0)

    def test_a_cached_revocation_is_honoured(self):
        self.serve("/list.json", static(revocation_list(job_entry()), cache_control="max-age=0"))
        self.cached(sealgate.BLOCKED)
        WORLD.good.connections = 0
        artifact, _ = self.cached(sealgate.BLOCKED, ["--offline"])
        self.assertRevoked(artifact, "job-revoked", "was revoked on")
        self.assertEqual(WORLD.good.connections, 0)

    def test_without_a_copy_it_is_undecided(self):
        for settings, message in ((self.CACHE, "offline and not in the cache"),
                                  ({}, r"offline, and there is no cache folder \(revocation.cache\)")):
            for policy, code in (("Enforce", sealgate.UNDECIDED), ("Warn", sealgate.PASSED)):
                with self.subTest(message, policy=policy):
                    artifact, _ = self.ask([{"list": WORLD.good.url("/list.json")}], code, settings=settings, policy=policy,
                                           arguments=["--offline"])
                    level, action = ("error", "undecided") if code else ("warning", "warn")
                    self.assertUndecided(artifact, message, level, action)
        self.assertEqual(WORLD.good.connections, 0)

    def test_a_copy_that_is_out_of_date_is_undecided(self):
        self.fill()
        artifact, _ = self.cached(sealgate.UNDECIDED, ["--offline", "--now", moment(DAY + HOUR)])
        self.assertUndecided(artifact, "offline, and the copy in the cache cannot be used: the list is out of date")
        self.assertEqual(WORLD.good.connections, 0)

    def test_files_are_read(self):
        self.workspace.write("revoked.json", revocation_list(job_entry()))
        artifact, _ = self.ask([{"list": "file:revoked.json"}], sealgate.BLOCKED, arguments=["--offline"])
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_every_report_says_so(self):
        self.fill(cache_control="max-age=600")
        self.write([{"list": WORLD.good.url("/list.json")}], settings=self.CACHE)
        for form in ("text", "github", "plain", "markdown"):
            with self.subTest(form):
                result = self.workspace.run("--offline", "--ci", "none", "-o", form)
                self.assertEqual(result.code, sealgate.PASSED, str(result))
                self.assertIn("offline", result.out)
        self.assertIs(self.workspace.verify("--offline").json["offline"], True)

    @unittest.skipUnless(shutil.which("strace"), "strace is not installed")
    def test_no_socket_of_the_network_is_made(self):
        self.write([{"list": WORLD.good.url("/list.json")}, {"list": "https://pki.invalid/list.json"}], settings=self.CACHE)
        trace = self.workspace.path / "trace"
        # The sanitizer's leak check does not work under a tracer.
        environment = sealgate.environment(ASAN_OPTIONS="detect_leaks=0")
        command = ["strace", "-f", "-e", "trace=network", "-o", str(trace), str(sealgate.binary()), "--offline", "--ci", "none"]
        done = subprocess.run(command, cwd=self.workspace.path, env=environment, capture_output=True, timeout=60)
        if b"ptrace" in done.stderr.lower() or not trace.exists():
            self.skipTest("tracing is not allowed here")
        self.assertEqual(done.returncode, sealgate.UNDECIDED, done.stdout)
        calls = [line for line in trace.read_text().splitlines() if "AF_INET" in line or "connect(" in line]
        self.assertEqual(calls, [])


# The class has the helpers of Cache, not its tests.
for inherited in [name for name in vars(Cache) if name.startswith("test_") and name not in vars(Offline)]:
    setattr(Offline, inherited, None)


# --- the environment ------------------------------------------------------------------------------------------------------


class Environment(RevocationTest):
    NAMED = "https://pki.example/revoked.json"

    def proxy(self, **options):
        proxy = ConnectProxy(("127.0.0.1", WORLD.good.port), **options).start()
        self.addCleanup(proxy.stop)
        WORLD.good.route("/revoked.json", revocation_list())
        return proxy

    def test_the_proxy_of_the_environment_is_used(self):
        proxy = self.proxy()
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
            with self.subTest(name):
                proxy.requests.clear()
                WORLD.good.forget()
                artifact, _ = self.ask([{"list": self.NAMED}], sealgate.PASSED, env={name: f"http://127.0.0.1:{proxy.port}"})
                self.assertAllowed(artifact)
                self.assertEqual([(request.method, request.path) for request in proxy.requests],
                                 [("CONNECT", "pki.example:443")])
                self.assertEqual(WORLD.good.count("/revoked.json"), 1)

    def test_the_certificate_is_checked_behind_a_proxy_too(self):
        proxy = self.proxy()
        artifact, _ = self.ask([{"list": "https://another.example/revoked.json"}], sealgate.UNDECIDED,
                               env={"https_proxy": f"http://127.0.0.1:{proxy.port}"})
        self.assertUndecided(artifact, "certificate is for another host than another.example")

    def test_the_proxys_password_reaches_the_proxy_and_nothing_else(self):
        proxy = self.proxy(credentials="user:open-sesame")
        secret = {"https_proxy": f"http://user:open-sesame@127.0.0.1:{proxy.port}"}
        artifact, _ = self.ask([{"list": self.NAMED}], sealgate.PASSED, env=secret)
        self.assertAllowed(artifact)
        self.assertNotIn("proxy-authorization", WORLD.good.requests_for("/revoked.json")[0].headers)
        for refusal in (403, 407, 502):
            with self.subTest(refusal):
                proxy.answer = refusal
                self.write([{"list": self.NAMED}], timeout="700ms")
                for form in ("text", "json", "github"):
                    result = self.workspace.run("-v", "--ci", "none", "-o", form, env=secret)
                    self.assertEqual(result.code, sealgate.UNDECIDED, str(result))
                    self.assertIn(f"the proxy that the environment names answered {refusal}", " ".join(result.out.split()))
                    self.assertNotIn("open-sesame", result.out + result.err)

    def test_no_proxy_is_honoured(self):
        proxy = self.proxy()
        for value in ("localhost", "example.com,localhost", "*"):
            with self.subTest(value):
                WORLD.good.forget()
                artifact, _ = self.ask([{"list": WORLD.good.url("/revoked.json")}], sealgate.PASSED,
                                       env={"https_proxy": f"http://127.0.0.1:{proxy.port}", "no_proxy": value})
                self.assertAllowed(artifact)
                self.assertEqual(WORLD.good.count("/revoked.json"), 1)
        self.assertEqual(proxy.requests, [])

    def test_the_proxy_for_plain_http_is_not_meant(self):
        proxy = self.proxy()
        artifact, _ = self.ask([{"list": WORLD.good.url("/revoked.json")}], sealgate.PASSED,
                               env={"http_proxy": f"http://127.0.0.1:{proxy.port}"})
        self.assertAllowed(artifact)
        self.assertEqual(proxy.requests, [])

    def test_a_proxy_that_is_not_there_is_undecided(self):
        artifact, _ = self.ask([{"list": self.NAMED}], sealgate.UNDECIDED, timeout="700ms",
                               env={"https_proxy": f"http://127.0.0.1:{closed_port()}"})
        self.assertUndecided(artifact, "cannot connect to pki.example port 443, or to the proxy that the environment names")

    def test_netrc_curlrc_and_key_logs_are_ignored(self):
        home = self.workspace.path / "home"
        keys = self.workspace.path / "keys.log"
        self.workspace.write("home/.netrc", "machine localhost login root password hunter2\ndefault login x password y\n")
        self.workspace.write("home/.curlrc", 'header = "X-Evil: 1"\nuser = "root:hunter2"\ninsecure\n')
        self.workspace.write("home/.config/curlrc", 'header = "X-Evil: 2"\n')
        environment = {"HOME": str(home), "CURL_HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"),
                       "NETRC": str(home / ".netrc"), "SSLKEYLOGFILE": str(keys)}
        artifact, _ = self.ask([self.list_source(revocation_list())], sealgate.PASSED, env=environment)
        self.assertAllowed(artifact)
        headers = WORLD.good.requests_for("/list.json")[0].headers
        self.assertEqual(set(headers), {"host", "user-agent", "accept"})
        self.assertRegex(headers["user-agent"], r"^sealgate/\d")
        self.assertFalse(keys.exists(), "TLS secrets were written")
        # `insecure` changes nothing either.
        artifact, _ = self.ask([{"list": WORLD.unknown_ca.url("/list.json")}], sealgate.UNDECIDED, env=environment)
        self.assertUndecided(artifact, "trusted here")

    def test_a_configuration_of_openssl_is_ignored(self):
        garbage_file = self.workspace.write("openssl.cnf", b"\x00\xff this is no configuration = [\n")
        module = self.workspace.write("modules.cnf", "openssl_conf = init\n[init]\nproviders = p\n[p]\nevil = e\n[e]\n"
                                                     f"module = {self.workspace.path}/evil.so\nactivate = 1\n")
        for what, path in (("garbage", garbage_file), ("a provider", module), ("missing", "/nonexistent/openssl.cnf")):
            with self.subTest(what):
                environment = {"OPENSSL_CONF": str(path), "OPENSSL_MODULES": "/nonexistent", "OPENSSL_ENGINES": "/nonexistent"}
                artifact, _ = self.ask([self.list_source(revocation_list())], sealgate.PASSED, env=environment)
                self.assertAllowed(artifact)

    def test_the_ca_bundle_is_instead_of_the_systems_store(self):
        for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
            with self.subTest(name):
                artifact, _ = self.ask([{"list": WORLD.unknown_ca.url("/list.json")}], sealgate.UNDECIDED,
                                       env={name: WORLD.foreign.ca})
                self.assertUndecided(artifact, "trusted here")

    def test_without_a_ca_bundle_the_systems_store_decides(self):
        self.configure({"one": WORLD.package}, sources=[self.list_source(revocation_list())], revocation={"timeout": "5s"})
        artifact = self.artifacts(self.workspace.verify(), sealgate.UNDECIDED)["one"]
        self.assertUndecided(artifact, "trusted here|CA certificates cannot be read")

    def test_a_ca_bundle_without_certificates_is_undecided(self):
        self.workspace.write("empty.pem", b"nothing\n")
        artifact, _ = self.ask([self.list_source(revocation_list())], sealgate.UNDECIDED, settings={"ca_bundle": "empty.pem"})
        self.assertUndecided(artifact, "the CA bundle .*empty.pem cannot be read, or holds no certificate")

    def test_a_query_is_asked_and_never_shown(self):
        self.serve("/list.json", status(404))
        self.write([{"list": WORLD.good.url("/list.json?token=hunter2")}])
        for form in ("text", "json", "github", "plain", "markdown"):
            with self.subTest(form):
                result = self.workspace.run("-v", "--ci", "none", "-o", form)
                self.assertEqual(result.code, sealgate.UNDECIDED, str(result))
                self.assertNotIn("hunter2", result.out + result.err)
        self.assertEqual({request.path for request in WORLD.good.requests}, {"/list.json?token=hunter2"})


if __name__ == "__main__":
    unittest.main()
