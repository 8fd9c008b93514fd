"""What the tests of revocation have in common: a signing PKI with a package, HTTPS servers on loopback, lists and CRLs."""

import datetime
import json
import shutil
import socket
import ssl
import tempfile
import unittest
from pathlib import Path

from support import cms, package, signing_pki
from support.https_server import HttpsServer
from support.sealgate import GateTest
from support.tls_pki import TlsPki

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

    def open(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sealgate-revocation-"))
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


WORLD = World()


def setUpModule():
    """For each module of tests that imports it."""
    WORLD.open()
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

    path = "/list.json"  # where a source is served that names no path of its own

    def list_source(self, handler, path=None):
        return {"list": self.serve(path or self.path, handler)}

    def crl_source(self, handler, path=None):
        return {"crl": self.serve(path or self.path, handler)}

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
