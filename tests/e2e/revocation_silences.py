"""Every way in which a source can fail to answer, or answers with something that is no current data."""

import dataclasses
from typing import Callable

from support import cms, signing_pki
from support.https_server import (close, endless_headers, garbage, gzip, hang, huge, redirect, reset, slow,
                                  slow_headers, status, truncated)

from e2e.revocation_kit import (DAY, HOUR, MIB, OTHER_JOB, WORLD, closed_port, job_entry, moment, profile_entry,
                                revocation_list)


@dataclasses.dataclass
class Silence:
    """A source that gives no usable answer. `make(test)` returns it; `message` is what the finding says."""

    name: str
    make: Callable
    message: str
    timeout: str = "10s"
    most_seconds: float = 9


SILENCES = []
RETRIED = {"timeout": "30s", "most_seconds": 35}  # what may help is tried again: time for all tries, so that the cause is told


def silent(name, message, handler=None, make=None, **options):
    SILENCES.append(Silence(name, make or (lambda test: test.list_source(handler())), message, **options))


def on(server, path="/list.json"):
    return lambda test: {"list": getattr(WORLD, server).url(path)}


silent("slow body", "the answer was not complete after [01]\\.", lambda: slow(20, revocation_list()), timeout="700ms")
silent("slow headers", "no answer came after [01]\\.", lambda: slow_headers(), timeout="700ms")
silent("hang", "no answer came after [01]\\.", lambda: hang(), timeout="700ms")
silent("headers without end", "more than 65536 bytes of headers", lambda: endless_headers())
silent("huge without length", f"answered with more than {16 * MIB} bytes", lambda: huge(64 * MIB), timeout="60s",
       most_seconds=50)
silent("huge with length", f"answered with more than {16 * MIB} bytes", lambda: huge(64 * MIB, chunked=False))
silent("truncated", "the answer was cut off.*; given up after 6 tries", lambda: truncated(revocation_list(), 5000), **RETRIED)
silent("reset", "case-[0-9]+: .*; given up after 6 tries", lambda: reset(), **RETRIED)
silent("closed without an answer", "closed the connection without an answer; given up after 6 tries", lambda: close(), **RETRIED)
silent("wrong host certificate", "certificate is for another host than localhost", make=on("wrong_host"))
silent("expired server certificate", "TLS certificate has expired", make=on("expired"))
silent("unknown CA", "not signed by a CA that is trusted here|root CA that is not trusted here", make=on("unknown_ca"))
silent("self-signed", "TLS certificate is self-signed", make=on("self_signed"))
silent("TLS 1.1", "no TLS connection of version 1.2 or later", make=on("old_tls"), **RETRIED)
silent("redirect", r"answered 302 Found: redirects are not followed \(to localhost:\d+\)",
       lambda: redirect(WORLD.elsewhere.url("/list.json")))
silent("404", "answered 404 Not Found$", lambda: status(404, (), b"nothing"))
silent("403", "answered 403 Forbidden$", lambda: status(403))
silent("204", "answered 204 No Content$", lambda: status(204))
silent("206", "answered 206 Partial Content$", lambda: status(206, (), revocation_list()))
silent("304 out of the blue", "answered 304 Not Modified, though nothing was asked conditionally", lambda: status(304))
silent("500 for ever", "answered 500 Internal Server Error; given up after 6 tries", lambda: status(500), **RETRIED)
silent("503 with Retry-After beyond the timeout", "the server asks to wait 60 s", lambda: status(503, {"Retry-After": "60"}),
       timeout="60s", most_seconds=20)
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
silent("connection refused", "cannot connect to localhost port .*: Connection refused; given up after 6 tries",
       make=lambda test: {"list": f"https://localhost:{closed_port()}/list.json"}, **RETRIED)
silent("name that does not resolve", "the host name cannot be resolved|the host name was not resolved",
       make=lambda test: {"list": "https://pki.invalid/list.json"}, **RETRIED)
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
silent("no CRL", "it is no CRL, neither in DER nor in PEM form", make=lambda test: test.crl_source(b"hello"))
silent("damaged PEM", "PEM block of the CRL is damaged",
       make=lambda test: test.crl_source(WORLD.crl(WORLD.pki.root).replace(b"MII", b"M*I")))
silent("list where a CRL is wanted", "it is no CRL", make=lambda test: test.crl_source(revocation_list()))
silent("expired CRL", "the CRL is out of date: a new one was due at", make=lambda test: test.crl_source(
    WORLD.crl(WORLD.pki.root, last_update=signing_pki.now() - 2 * HOUR, next_update=signing_pki.now() - HOUR)))
silent("CRL dated in the future", "the CRL is dated in the future", make=lambda test: test.crl_source(
    WORLD.crl(WORLD.pki.root, last_update=signing_pki.now() + HOUR, next_update=signing_pki.now() + DAY)))
silent("CRL with SHA-1", "the CRL is signed with .*; SHA-256, SHA-384 or SHA-512 is needed", make=lambda test: test.crl_source(
    WORLD.crl(WORLD.pki.root, digest="sha1")))
silent("missing CRL file", "cannot open .*gone.crl: No such file", make=lambda test: {"crl": "file:gone.crl"})
