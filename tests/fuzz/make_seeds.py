#!/usr/bin/env python3
"""Makes the first inputs of every fuzz target, and fixed.h with what the targets hold them against.

    python3 tests/fuzz/make_seeds.py

Everything comes from the generators in tests/support and from this file. The signing keys are made anew and thrown away with
each run, so that nobody can sign what the targets would take for genuine; therefore fixed.h and the seeds are always replaced
together. What a fuzzer found (crash-…, found-…) stays where it is.
"""

import datetime
import hashlib
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support import cms, deflate, package, signing_pki  # noqa: E402
from support.package import Entry, build, entries_of, extra  # noqa: E402

UTC = datetime.timezone.utc
SIGNED_AT = datetime.datetime(2026, 11, 2, 10, 11, 12, 345000, UTC)
EXPIRES_AT = datetime.datetime(2037, 11, 2, 10, 11, 12, 345000, UTC)
NOW = datetime.datetime(2026, 11, 23, 17, 0, 0, 0, UTC)
CRL_GOOD = datetime.datetime(2026, 11, 22, 0, 0, 0, 0, UTC)
CRL_REVOKING = datetime.datetime(2026, 11, 21, 0, 0, 0, 0, UTC)
CRL_NEXT = datetime.datetime(2027, 11, 23, 0, 0, 0, 0, UTC)


class Corpus:
    """Writes seeds; those of an earlier run go first."""

    def __init__(self, target):
        self.folder = HERE / "corpus" / target
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("seed-*"):
            old.unlink()

    def add(self, name, content):
        (self.folder / f"seed-{name}").write_bytes(content.encode() if isinstance(content, str) else content)


# --- deflate streams ------------------------------------------------------------------------------------------------------


def write_streams():
    """The first byte chooses the size of the pieces: 2^10."""
    corpus = Corpus("inflate")
    for name, stream in deflate.STREAMS.items():
        corpus.add(name.replace(",", "").replace(" ", "-"), b"\x0a" + stream)
    corpus.add("flushed", b"\x0a" + next(deflate.long_streams())[2][:3000])
    body = b"".join(b"line %d of a text\n" % at for at in range(3000))
    for level in (1, 9):
        packer = package.zlib.compressobj(level, package.zlib.DEFLATED, -15, 1)
        corpus.add(f"many-blocks-{level}", b"\x8a" + packer.compress(body) + packer.flush())


# --- archives -------------------------------------------------------------------------------------------------------------

SMALL = {"a.py": "print(1)\n", "lib/": "", "lib/b.py": "x = 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy'\n"}
LINK = 0o120777 << 16


def unicode_path(name, shown):
    return extra(0x7075, b"\x01" + struct.pack("<I", package.zlib.crc32(name)) + shown)


def good_archives():
    """What some packager writes: no finding, or a notice."""
    small = entries_of(SMALL)
    yield "deflated", build(small)
    yield "stored", build(entries_of(SMALL, method=0))
    for kind in ("signed", "bare", "signed64", "bare64"):
        yield f"descriptor-{kind}", build([Entry("a.py", "print(1)\n", descriptor=kind), Entry("b.py", "print(2)\n")])
    yield "stored-descriptor", build([Entry("a.py", "print(1)\n", method=0, descriptor="signed"), Entry("b", "2")])
    yield "timestamps", build([Entry("a.py", "1", extra=extra(0x5455, b"\x03" + b"\0" * 8),
                                     central={"extra": extra(0x5455, b"\x03" + b"\0" * 4)})])
    yield "unicode-path", build([Entry("b.py", "1", extra=unicode_path(b"b.py", b"b.py"))])
    yield "utf8", build([Entry("ä/€.txt", "1"), Entry("日本.txt", "2")])
    yield "zip64-end", build(small, zip64={}, eocd={"entries": 0xFFFF, "disk_entries": 0xFFFF})
    yield "zip64-entry", build([Entry("a.py", "print(1)\n", method=0, extra=extra(1, struct.pack("<QQ", 9, 9)))])
    yield "link", build([Entry("lib/x", "1"), Entry("lib/y", "x", external=LINK), Entry("z", "lib/x", external=LINK)])
    yield "comments", build([Entry("a", "1", comment=b"entry")], comment=b"archive")
    yield "nested", build([Entry("inner.zip", build(small), method=0)])
    yield "empty-file", build([Entry("lib/__init__.py", "", method=0), Entry("lib/e.py", "")])
    yield "long-name", build([Entry("d/" * 20 + "n" * 100, "1")])
    yield "backslash", build([Entry("d\\a.py", "1")])
    yield "many", build([Entry(f"f{i}", str(i), method=0) for i in range(24)])
    yield "folder-there", build([*small, Entry("META_INF/", method=0, external=0o40755 << 16 | 0x10)])


def bad_archives():
    """What readers see differently (ATTACKS.md section 1), one or two of each family."""
    small = entries_of(SMALL)
    other = entries_of({"a.py": "print(2)\n"})
    whole = build(small)
    yield "twice", whole + build(other, first_offset=len(whole))
    yield "in-comment", build(small, comment=build(other))
    yield "prefix", build(small, prefix=b"#!/bin/sh\n", shift=10)
    yield "gap", build([small[0], Entry("b", "1", gap=build([Entry("h", "2")])[:40])])
    yield "order", build(small, order=lambda records: records[::-1])
    yield "hidden", build([small[0], Entry("h.py", "1", in_directory=False)])
    yield "duplicate", build([Entry("a", "1"), Entry("a", "2")])
    yield "local-name", build([Entry("a.py", "1", local={"name": b"b.py"})])
    yield "nul-name", build([Entry(b"a\0b.py", "1")])
    yield "dot-dot", build([Entry("../a", "1")])
    yield "zip64-lies", build([Entry("a", "1", extra=extra(1, struct.pack("<QQ", 2, 2)))])
    yield "zip64-ends-differ", build(small, zip64={"entries": 1})
    yield "zip64-end-alone", build(small, zip64={})
    yield "bad-descriptor", build([Entry("a", "1", descriptor=b"PK\7\x08" + b"\1" * 12), Entry("b", "2")])
    yield "two-streams", build([Entry("a", "11", data=package.deflate(b"1") + package.deflate(b"1"))])
    yield "cut-stream", build([Entry("a", "1" * 50, data=package.deflate(b"1" * 50)[:-1])])
    yield "escaping-link", build([Entry("a", "../../etc/passwd", external=LINK)])
    yield "encrypted", build([Entry("a", "1", flags=1)])
    yield "cut", whole[:-9]
    yield "end-only", whole[-22:]


def write_archives(signed):
    structure = Corpus("structure")
    for name, content in [*good_archives(), *bad_archives()]:
        structure.add(name, content)
    structure.add("with-signature", signed["usual"])
    whole = Corpus("package")
    for name, content in good_archives():
        if name in ("deflated", "stored", "descriptor-signed", "utf8", "folder-there", "zip64-end", "comments", "link"):
            whole.add(name, content)
    for name, content in signed.items():
        whole.add(f"signed-{name}", content)


def signed_archives(pki):
    """Signed packages, and one that was changed since."""
    options = {"signed_at": SIGNED_AT, "expires_at": EXPIRES_AT}
    usual = package.sign(entries_of(SMALL), pki, **options)
    stored = package.sign([Entry("index.js", "exports.handler = 1\n", descriptor="signed")], pki, signature_method=0,
                          parameters=cms.NULL, **options)
    changed = [Entry(e.name, b"print(2)\n", method=8) if e.name == b"a.py" else e for e in usual]
    contents = [package.canonical_digest(usual), package.canonical_digest(stored)]
    return {"usual": build(usual), "stored": build(stored), "changed": build(changed)}, contents


# --- envelopes ------------------------------------------------------------------------------------------------------------


def write_envelopes(pki, contents):
    corpus = Corpus("envelope")
    options = {"signed_at": SIGNED_AT, "expires_at": EXPIRES_AT}

    def made(content=contents[0], change=None, **more):
        envelope = cms.envelope(pki, content, **options, **more)
        if change is not None:
            change(envelope)
        return envelope.encode()

    usual = made()
    corpus.add("text", b"\x00" + cms.armour(usual))
    corpus.add("text-without-content", b"\x02" + cms.armour(made(parameters=cms.NULL)))
    corpus.add("text-crlf", b"\x00" + cms.armour(usual, newline="\r\n"))
    corpus.add("text-headers", b"\x00" + cms.armour(usual, headers="Proc-Type: 4,ENCRYPTED\n")[:300])
    corpus.add("der", b"\x01" + usual)
    corpus.add("der-null", b"\x05" + made(contents[1], parameters=cms.NULL))
    corpus.add("der-other-content", b"\x05" + usual)
    corpus.add("der-definite", b"\x03" + made(change=lambda e: setattr(e, "indefinite", False)))
    corpus.add("der-root-twice", b"\x01" + made(change=lambda e: e.certificates.append(pki.chain[-1])))
    corpus.add("der-leaf-only", b"\x01" + made(change=lambda e: setattr(e, "certificates", pki.chain[:1])))
    corpus.add("der-two-signers", b"\x01" + made(change=lambda e: e.signers.append(e.signers[0])))
    corpus.add("der-content", b"\x01" + made(change=lambda e: setattr(e, "content", b"x")))
    corpus.add("der-unsorted", b"\x01" + made(change=lambda e: (setattr(e.signers[0], "sort_wire", False),
                                                                 e.signers[0].attributes.reverse())))


# --- text -----------------------------------------------------------------------------------------------------------------

OWNER = "arn:aws:signer:us-east-1:123456789012:"
PROFILE, JOB = cms.DEFAULT_PROFILE, cms.DEFAULT_JOB


def write_grammar():
    corpus = Corpus("grammar")
    rows = {
        "generalized": (0, "20261102101112.345Z"), "generalized-plain": (0, "20240229235959Z"),
        "generalized-digits": (0, "19700101000000.000000001Z"),
        "rfc3339": (1, "2026-11-02T10:11:12.345Z"), "rfc3339-offset": (1, "2026-11-02T10:11:12+05:30"),
        "rfc3339-last": (1, "9999-12-31T23:59:59.999999999Z"),
        "profile-version": (2, PROFILE), "job": (2, JOB), "profile": (2, PROFILE.rsplit("/", 1)[0]),
        "china": (2, PROFILE.replace("aws", "aws-cn", 1)),
        "csc": (2, "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:code-signing-config:csc-0123456789abcdefg"),
        "layer": (2, "arn:aws:lambda:eu-west-1:123456789012:layer:shared-lib:42"),
        "sha256": (3, "o0gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        "url": (4, "https://pki.example.com:8443/lambda/revoked.json?token=a%20b"),
        "url-v6": (4, "https://[::1]:443/a"), "url-user": (4, "https://user:pass@example.com/#x"),
        "printable": (5, b"a\x1b[0m\n\xe2\x80\xae\xff##[error]\\" + "ä€😀".encode()),
        "printable-long": (5, b"n" * 300),
    }
    for name, (kind, text) in rows.items():
        corpus.add(name, bytes([kind]) + (text if isinstance(text, bytes) else text.encode()))


FULL_CONFIG = f"""version: 1
code_signing_config: release
code_signing_configs:
  release:
    description: Release pipeline
    allowed_publishers:
      - {PROFILE}
    untrusted_artifact_on_deployment: Enforce
  strict: {{allowed_publishers: [{PROFILE}]}}
strict: true
functions:
  - name: checkout
    code: dist/checkout.zip
    layers: [shared]
    code_signing_config: strict
    code_sha256: o0gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
  - {{name: thumbs, package_type: Image}}
layers:
  - name: shared
    code: 'dist/shared.zip'
trust:
  roots: [aws, pki/root.pem]
revocation:
  sources:
    - list: https://pki.example.com/lambda/revoked.json
    - crl: file:pki/ca.crl
  on_unavailable: block
  timeout: 10s
  cache: .sealgate-cache
  ca_bundle: pki/tls-root.pem
"""
HEAD = f"version: 1\ncode_signing_config: r\ncode_signing_configs: {{r: {{allowed_publishers: [{PROFILE}]}}}}\n"
CSC_JSON = ('{"CodeSigningConfig": {"CodeSigningConfigId": "csc-0123456789abcdefg", "CodeSigningConfigArn": '
            '"arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg", "Description": "d", '
            f'"AllowedPublishers": {{"SigningProfileVersionArns": ["{PROFILE}"]}}, "CodeSigningPolicies": '
            '{"UntrustedArtifactOnDeployment": "Enforce"}, "LastModified": "2026-11-02T10:11:12.345+0000"}}')


def write_configurations():
    corpus = Corpus("config")
    rows = {
        "full": FULL_CONFIG,
        "small": HEAD + "functions: [{name: f, code: f.zip}]\nrevocation: {sources: []}\n",
        "crlf": (HEAD + "functions: [{name: f, code: f.zip}]\nrevocation: {sources: []}\n").replace("\n", "\r\n"),
        "bom": "\ufeff" + HEAD + "functions: [{name: f, code: f.zip}]\nrevocation: {sources: []}\n",
        "json-style": '{"version": 1, "functions": [{"name": "f", "code": "f.zip", "code_signing_config": "csc.json"}]}\n',
        "needs-aws": HEAD + "functions: [{name: f, code: f.zip}]\n",
        "block-text": HEAD + "functions:\n  - name: >-\n      f\n    code: |-\n      f.zip\n",
        "duplicate": HEAD + HEAD, "anchor": "version: &v 1\nfunctions: *v\n", "merge": "a: &a {b: 1}\nc: {<<: *a}\n",
        "tag": "version: !!int 1\n", "documents": "version: 1\n---\nversion: 1\n", "tab": "version:\t1\n\tfunctions: []\n",
        "deep": "[" * 40, "controls": "version: 1\nfunctions: \"\\u202e\\x07\"\n", "unknown": HEAD + "functoins: []\n",
        "long-line": HEAD + "functions: [" + "{name: f, code: f.zip}, " * 30 + "]\n",
        "nel": "version: 1\u0085functions: []\n", "utf16": "version: 1\n".encode("utf-16"), "bytes": b"version: \xff\xfe\n",
        "empty": "# nothing\n", "broken": "version: [1\n",
    }
    for name, text in rows.items():
        corpus.add(name, text)
    corpus = Corpus("csc_json")
    for name, text in {
        "usual": CSC_JSON, "bare": CSC_JSON.split(": ", 1)[1][:-1], "nul": CSC_JSON.replace('"d"', '"d\\u0000"'),
        "duplicate": CSC_JSON.replace('"Description"', '"CodeSigningConfigId"'), "no-publisher": CSC_JSON.replace(PROFILE, "x"),
        "policy": CSC_JSON.replace("Enforce", "Warn"), "list": "[1]", "cut": CSC_JSON[:80],
    }.items():
        corpus.add(name, text)


def write_lists(pki):
    entries = [f'{{"job_arn": "{JOB}", "revoked_at": "2026-11-22T00:00:00Z", "reason": "lost"}}',
               f'{{"profile_version_arn": "{PROFILE}", "effective_from": "2026-11-01T00:00:00Z"}}',
               f'{{"certificate_hash": "{pki.certificate_hashes()[0]}"}}', f'{{"certificate_sha256": "{pki.root_sha256()}"}}']

    def made(*rows, issued="2026-11-23T00:00:00Z", due="2026-11-24T00:00:00Z", version=1):
        return (f'{{"version": {version}, "issued_at": "{issued}", "next_update": "{due}", '
                f'"revoked": [{", ".join(rows)}]}}')

    corpus = Corpus("list")
    for name, text in {
        "full": made(*entries), "empty": made(), "same-twice": made(entries[1], entries[1].replace("-01T", "-02T")),
        "stale": made(due="2026-11-23T17:00:00Z"), "future": made(issued="2026-11-23T17:06:00Z"),
        "version": made(version="1.0"), "two-kinds": made(entries[0][:-1] + ", " + entries[1][1:]),
        "unknown-kind": made('{"serial": "1"}'), "duplicate-member": made(entries[0][:-1] + ', "reason": "again"}'),
        "nul": made('{"job_arn": "a\\u0000b"}'), "shape": '[{"version": 1}]',
    }.items():
        corpus.add(name, text)


def write_crls(pki):
    corpus = Corpus("crl")
    issuer = pki.leaf.issuer
    good = issuer.crl(last_update=CRL_GOOD, next_update=CRL_NEXT)
    revoking = issuer.crl([pki.leaf], last_update=CRL_REVOKING, next_update=CRL_NEXT)
    others = issuer.crl(["0A", "0B", "7F00"], last_update=CRL_GOOD, next_update=CRL_NEXT)

    def der(pem):
        return signing_pki.openssl("crl", "-outform", "DER", data=pem)

    corpus.add("good", der(good))
    corpus.add("good-pem", good)
    corpus.add("revoking", der(revoking))
    corpus.add("revoking-pem", revoking)
    corpus.add("others", der(others))
    corpus.add("root", der(pki.root.crl([pki.leaf], last_update=CRL_GOOD, next_update=CRL_NEXT)))
    corpus.add("stale", der(issuer.crl(last_update=CRL_REVOKING, next_update=CRL_GOOD)))
    corpus.add("sha1", der(issuer.crl(last_update=CRL_GOOD, next_update=CRL_NEXT, digest="sha1")))
    corpus.add("partial", der(issuer.crl(
        last_update=CRL_GOOD, next_update=CRL_NEXT,
        extensions="authorityKeyIdentifier=keyid\nissuingDistributionPoint=critical,DER:3003810100")))
    corpus.add("behind", der(good) + b"x")


def write_reports():
    corpus = Corpus("report")
    texts = ["sealgate.yaml", PROFILE, "release", "checkout", "dist/checkout.zip"]
    finding = ["signed by Experimental/ZyXwVu9876, which `release` does not allow", "sign it with profile Release", "allowed: R"]
    hostile = ["a\n::error::x", "##[error]b", "\x1b[2J\x07", "%0A::stop-commands::t", "<script>|`@a`", "\u202e\ufeff\u00a0::set-env",
               "##vso[task.x]", "]]>", "é" * 60, "\xff", "https://a?b", "##", "::"]

    def joined(choice, names, facts, findings, verdict, sources=b""):
        return (bytes([choice]) + b"".join(n.encode() + b"\0" for n in names) + facts + bytes([len(findings)]) +
                b"".join(bytes([rule]) + b"".join(t.encode("utf-8", "surrogateescape") + b"\0" for t in texts_)
                         for rule, texts_ in findings) + bytes([verdict]) + sources)

    corpus.add("usual", joined(0x41, texts, b"\x05notice\0refuted\0", [(10, finding[:2]), (0x8b, finding)], 3))
    corpus.add("unreadable", joined(0x42, texts, b"\x00dist/gone.zip: No such file\0", [(0, finding[:2])], 0))
    corpus.add("workspace", joined(0x4e, ["/repo", "/repo/sub"] + texts, b"\x1dn\0r\0CN=leaf\0" + f"{PROFILE}\0{JOB}\0".encode(),
                                   [(0x40, finding[:2])], 1, b"\x01https://pki/x\0\x00issued\0"))
    corpus.add("hostile", joined(0x40, hostile[:5], b"\x1f/resolved\n\0" + "".join(h + "\0" for h in hostile[5:10]).encode(),
                                 [(1, hostile[:2]), (0x33, hostile[2:4]), (0xd3, hostile[4:7])], 2,
                                 b"\x02##[x]\0\x01::a\0\n::b\0\x02##\0"))
    corpus.add("empty", b"")


def write_facts():
    corpus = Corpus("facts")
    corpus.add("nothing", b"\x00")
    corpus.add("genuine", b"\x01")
    corpus.add("one-bit", b"\x01" + struct.pack("<HBB", 0, 0, 0))
    corpus.add("cut", b"\x01" + struct.pack("<HBB", 400, 2, 255))
    corpus.add("outcomes", b"\x01" + b"".join(struct.pack("<HBB", at, 0, 2) for at in (16, 24, 40, 300, 316)))
    corpus.add("large-number", b"\x01" + struct.pack("<HBB", 56, 1, 255) + struct.pack("<HBB", 64, 3, 65))


# --- fixed.h --------------------------------------------------------------------------------------------------------------


def c_bytes(content):
    return "{" + ", ".join(f"0x{octet:02x}" for octet in content) + "}"


def c_time(moment):
    seconds = int(moment.timestamp())
    if moment.microsecond == 0:
        return f"{{.unix_seconds = INT64_C({seconds})}}"
    return (f"{{.unix_seconds = INT64_C({seconds}), .nanoseconds = {moment.microsecond * 1000}, .fraction_digits = 3}}")


def write_header(pki, contents):
    pem = "".join(f'    "{line}\\n"\n' for line in pki.root_pem.read_text().splitlines())
    text = f"""/*
 * What the seeds were signed with, but for the keys, which were thrown away. Written by make_seeds.py together with the seeds.
 */
#ifndef SG_TESTS_FUZZ_FIXED_H
#define SG_TESTS_FUZZ_FIXED_H

#include "base/arn.h"
#include "base/time.h"

/* The one profile version, job and pair of times that are in any genuine signature. */
#define fixed_profile "{PROFILE}"
#define fixed_job     "{JOB}"
static const struct sg_time fixed_signed_at = {c_time(SIGNED_AT)};
static const struct sg_time fixed_expires_at = {c_time(EXPIRES_AT)};
static const struct sg_time fixed_now = {c_time(NOW)};

/* thisUpdate of the list of the leaf's issuer without the leaf, and of that with it. */
static const struct sg_time fixed_crl_good = {c_time(CRL_GOOD)};
static const struct sg_time fixed_crl_revoking = {c_time(CRL_REVOKING)};

/* The content digests that were signed. */
static const uint8_t fixed_contents[][48] = {{
    {", ".join(c_bytes(content) for content in contents)},
}};

static const char fixed_root_pem[] =
{pem.rstrip()};

static const uint8_t fixed_root_der[] = {c_bytes(pki.root.der)};
static const uint8_t fixed_issuer_der[] = {c_bytes(pki.leaf.issuer.der)};
static const uint8_t fixed_leaf_der[] = {c_bytes(pki.leaf.der)};

#endif
"""
    path = HERE / "fixed.h"
    path.write_text(text)
    for tool in ("clang-format-14", "clang-format"):
        try:
            subprocess.run([tool, "-i", path], check=True)
            return
        except FileNotFoundError:
            continue
    print("clang-format is not there: lay out fixed.h before it is committed", file=sys.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        pki = signing_pki.make(folder, SIGNED_AT, name="Fuzz")
        signed, contents = signed_archives(pki)
        write_archives(signed)
        write_streams()
        write_envelopes(pki, contents)
        write_grammar()
        write_configurations()
        write_lists(pki)
        write_crls(pki)
        write_reports()
        write_facts()
        write_header(pki, contents)
    files = [path for path in (HERE / "corpus").rglob("*") if path.is_file()]
    digest = hashlib.sha256(b"".join(sorted(path.read_bytes() for path in files))).hexdigest()
    print(f"{len(files)} inputs, {sum(path.stat().st_size for path in files)} bytes, SHA-256 of all {digest[:16]}")


if __name__ == "__main__":
    main()
