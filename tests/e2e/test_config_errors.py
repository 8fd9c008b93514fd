"""Errors of the configuration: the place, the line with a caret, what was expected, the nearest known word; all of them at once.

Each row changes one part of a good file; « marks the place that the program must name.
"""

import dataclasses
import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from support import cms, package, sealgate, signing_pki
from support.sealgate import GateTest

from e2e.workflow_commands import UNSEEN, commands

ARN = cms.DEFAULT_PROFILE
PROFILE = ARN.rpartition("/")[0]
GOOD = f"""version: 1
code_signing_config: release
code_signing_configs:
  release:
    description: Release pipeline
    allowed_publishers:
      - {ARN}
    untrusted_artifact_on_deployment: Enforce
functions:
  - name: checkout
    code: dist/checkout.zip
    layers: [shared]
layers:
  - name: shared
    code: dist/shared.zip
trust:
  roots: [aws]
revocation:
  sources: []
"""
NEEDS_AWS = "needs AWS access, which this build does not have"


def publishers(count):
    return "".join(f"      - {ARN[:-4]}{number:04}\n" for number in range(count))


@dataclasses.dataclass
class Row:
    what: str
    old: str  # a part of GOOD; "" for the start, "$" for the end
    new: str  # what stands in its place, with « at the place of the error
    message: str
    expected: str = ""  # "" when nothing is said of it
    nearest: str = ""
    note: str = ""


SYNTAX = [
    Row("anchor", "code: dist/checkout.zip", "code: «&a dist/checkout.zip", "the anchor `&a` is not allowed", "each value written out"),
    Row("alias", "code: dist/checkout.zip", "code: «*a", "the alias `\\*a` is not allowed", "each value written out"),
    Row("merge key", "    description: Release pipeline", "    «<<: {description: x}", "the merge key `<<` is not allowed", "each value written out"),
    Row("core tag", "name: checkout", "name: «!!str checkout", "the tag `!!str` is not allowed", "the value without a tag"),
    Row("own tag", "name: checkout", "name: «!secret checkout", "the tag `!secret` is not allowed", "the value without a tag"),
    Row("tag on a list", "roots: [aws]", "roots: «!!set [aws]", "the tag `!!set` is not allowed", "the value without a tag"),
    Row("duplicate key", "$", "«version: 1\n", "the key `version` stands twice in this map", note="it stands first in line 1"),
    Row("duplicate key in other words", "$", '«"ver\\x73ion": 1\n', "the key `version` stands twice", note="line 1"),
    Row("duplicate key below", "    code: dist/checkout.zip", "    code: dist/checkout.zip\n    «code: dist/other.zip",
        "the key `code` stands twice in this map", note="it stands first in line 11"),
    Row("directive", "", "«%TAG ! tag:example.com,2026:\n---\n", "a line must not begin with `%`: directives are not allowed", "without `%YAML` and `%TAG` lines"),
    Row("second document", "$", "«---\nversion: 1\n", "a second document begins", "one document; give each pipeline its own file"),
    Row("after the end", "$", "...\n«hello\n", "malformed YAML", note="the file must hold one document and nothing after it"),
    Row("tab as indentation", "  roots: [aws]", "«\troots: [aws]", "malformed YAML", note="a tab cannot indent in YAML; use spaces"),
    Row("no space after a colon", "  roots: [aws]", "  «roots:[aws]", "`trust` is a single value", "a map of `key: value`"),
    Row("quote not closed", "name: shared", 'name: "shared', "malformed YAML", note="."),
    Row("bracket not closed", "layers: [shared]", "layers: [shared", "malformed YAML", note="brackets"),
    Row("value that must be quoted", "name: shared", "name: «@shared", "malformed YAML", note="a value that begins with this character must be quoted"),
    Row("percent in a value's front", "name: shared", "name: «%shared", "malformed YAML", note="must be quoted"),
    Row("unknown escape", "name: shared", 'name: "a\\qb"', "malformed YAML", note="a backslash begins an escape"),
    Row("list as key", "$", "«[a, b]: c\n", "a key must be a word, not a list or a map", "a word"),
    Row("empty key", "$", '«"": c\n', "a key is missing before `:`"),
    Row("no key", "$", "«: c\n", "malformed YAML", note="."),
    Row("number as key", "$", "«1: c\n", "the key `1` is a number in YAML, not text", 'a word; if it is meant as text, "1"'),
    Row("yes as key", "$", "«yes: c\n", "the key `yes` is true or false in YAML, not text", "a word"),
    Row("no value", "    code: dist/shared.zip", "    «code:", "`code` has no value", "a value; leave the key out if it is not needed"),
    Row("null", "code: dist/shared.zip", "code: «~", "`code` has no value", "a value"),
    Row("item without a value", "layers: [shared]", "layers: [shared, «~]", "an item of the list has no value", "a value after `-`"),
    Row("escaped control character", "name: checkout", 'name: «"a\\x1b[31m"', "the value has a control character in it, U\\+001B", "visible characters and spaces"),
    Row("escaped NUL", "name: checkout", 'name: «"a\\0b"', "the value has a control character in it, U\\+0000", "visible characters"),
    Row("escaped line feed", "name: checkout", 'name: «"a\\nb"', "the value has a line break in it, U\\+000A", "text on one line"),
    Row("escaped zero width", "name: checkout", 'name: «"a\\u200bb"', "the value has an invisible character in it, U\\+200B", "visible characters"),
    Row("literal block", "description: Release pipeline", "description: «|\n      two\n      lines", "the value has a line break in it", "text on one line"),
    Row("raw escape", "name: checkout", "name: a«\x1b[31m", "the control character U\\+001B is not allowed"),
    Row("raw NUL", "name: checkout", "name: a«\0b", "a NUL byte: this is not a text file in UTF-8", "a file in UTF-8"),
    Row("raw DEL", "name: checkout", "name: a«\x7f", "the control character U\\+007F is not allowed"),
    Row("next line", "name: checkout", "name: a«\u0085evil: b", "U\\+0085 is a line break for some readers", "lines that end in LF or CRLF"),
    Row("line separator", "name: checkout", "name: a«\u2028evil: b", "U\\+2028 is a line break for some readers", "lines that end in LF or CRLF"),
    Row("bare carriage return", "name: checkout", "name: a«\revil: b", "a carriage return without a line feed is a line break for some readers", "LF or CRLF"),
    Row("byte order mark inside", "name: checkout", "name: a«\ufeff", "U\\+FEFF is allowed only as the byte order mark"),
    Row("bidirectional override", "name: checkout", "name: a«\u202eb", "U\\+202E changes the order in which text is shown", note="can look different from what it says"),
]

SCHEMA = [
    Row("unknown key", "revocation:", "«revocaton:\n  sources: []\nrevocation:", "unknown key `revocaton`", "one of version, code_signing_config", "revocation"),
    Row("unknown key of a function", "    layers: [shared]", "    layers: [shared]\n    «code_sha265: x", "unknown key `code_sha265`", "one of name, code", "code_sha256"),
    Row("unknown key of a layer", "    code: dist/shared.zip", "    code: dist/shared.zip\n    «layers: []", "unknown key `layers`", "one of name, code, code_sha256"),
    Row("unknown key of a definition", "    description: Release", "    «polcy: Warn\n    description: Release", "unknown key `polcy`", "one of description, allowed_publishers"),
    Row("unknown key of a definition, near", "    untrusted_artifact_on_deployment: Enforce", "    «untrusted_artifacts_on_deployment: Enforce",
        "unknown key `untrusted_artifacts_on_deployment`", "one of", "untrusted_artifact_on_deployment"),
    Row("unknown key of trust", "  roots: [aws]", "  roots: [aws]\n  «root: aws", "unknown key `root`", "roots", "roots"),
    Row("unknown key of revocation", "  sources: []", "  sources: []\n  «on_unavailabe: warn", "unknown key `on_unavailabe`", "one of sources", "on_unavailable"),
    Row("key in another case", "trust:", "«Trust:\n  roots: [aws]\ntrust:", "unknown key `Trust`", "one of", "trust"),
    Row("no version", "version: 1\n", "", "`version` is missing", "version: 1"),
    Row("version 2", "version: 1", "version: «2", "`version` cannot be `2`", "the number 1"),
    Row("version as text", "version: 1", 'version: «"1"', "`version` cannot be the text `1`", "the number 1"),
    Row("version 1.0", "version: 1", "version: «1.0", "`version` cannot be `1.0`", "the number 1"),
    Row("strict as text", "$", 'strict: «"true"\n', "`strict` is a text", "false or true, without quotes"),
    Row("strict yes", "$", "strict: «yes\n", "`strict` cannot be `yes`", "false or true"),
    # references
    Row("unknown definition", "code_signing_config: release", "code_signing_config: «relaese", "unknown code signing configuration `relaese`", "a name below `code_signing_configs`", "release"),
    Row("unknown definition, far", "code_signing_config: release", "code_signing_config: «production", "unknown code signing configuration `production`", "a name below"),
    Row("a function's unknown definition", "    layers: [shared]", "    layers: [shared]\n    code_signing_config: «Release2", "unknown code signing configuration `Release2`", "a name below", "release"),
    Row("a configuration's ARN", "code_signing_config: release", "code_signing_config: «arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg",
        NEEDS_AWS, "the name of a definition below", note="aws lambda get-code-signing-config"),
    Row("an ARN that is none", "code_signing_config: release", "code_signing_config: «arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-1",
        "is not the ARN of a code signing configuration", "csc-ID"),
    Row("a URL as configuration", "code_signing_config: release", "code_signing_config: «https://example.com/csc.json", "`code_signing_config` is a URL", "a name, an ARN, or the path"),
    Row("JSON file missing", "code_signing_config: release", "code_signing_config: «gone.json", "the code signing configuration cannot be read: cannot open .*gone.json: No such file", "get-code-signing-config"),
    Row("nothing governs", "code_signing_config: release\n", "", "no code signing configuration governs this function", "`code_signing_config` at the top of the file"),
    Row("definition with the name of a path", "  release:\n", "  «a/b: {allowed_publishers: [%s]}\n  release:\n" % ARN, "`a/b` cannot be the name of a code signing configuration", "no `/`"),
    # publishers
    Row("no publishers key", f"    allowed_publishers:\n      - {ARN}\n", "", "`allowed_publishers` is missing", "a list of 1 to 20 signing profile version ARNs"),
    Row("0 publishers", f"    allowed_publishers:\n      - {ARN}\n", "    «allowed_publishers: []\n", "no publisher is allowed", "a list of 1 to 20 signing profile version ARNs"),
    Row("21 publishers", f"      - {ARN}\n", publishers(20) + f"      - «{ARN[:-4]}9999\n", "21 publishers are listed; at most 20 are allowed", "a list of 1 to 20"),
    Row("one publisher without a list", f"    allowed_publishers:\n      - {ARN}", f"    allowed_publishers: «{ARN}", "`allowed_publishers` is a single value", "a list of `- item`"),
    Row("the same publisher twice", f"      - {ARN}\n", f"      - {ARN}\n      - «{ARN}\n", "the publisher `.*` is listed twice"),
    Row("profile without version", f"      - {ARN}", f"      - «{PROFILE}", "is a signing profile without its version", re.escape(PROFILE) + "/VERSION",
        note="aws signer get-signing-profile --profile-name Release --query profileVersionArn"),
    Row("version too short", f"      - {ARN}", f"      - «{ARN[:-1]}", "is not the ARN of a signing profile version", "arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION"),
    Row("wildcard", f"      - {ARN}", f"      - «{PROFILE}/*", "is not the ARN of a signing profile version", "arn:aws:signer"),
    Row("a job's ARN", f"      - {ARN}", f"      - «{cms.DEFAULT_JOB}", "is not the ARN of a signing profile version", "arn:aws:signer"),
    Row("publisher that is a map", f"      - {ARN}", "      - «{arn: x}", "a publisher is a map", "a single value"),
    Row("publisher that is a number", f"      - {ARN}", "      - «123456789012", "a publisher is a number in YAML, not text", "text"),
    Row("policy in small letters", "deployment: Enforce", "deployment: «enforce", "`untrusted_artifact_on_deployment` cannot be `enforce`", "Warn or Enforce", "Enforce"),
    Row("policy unknown", "deployment: Enforce", "deployment: «Block", "`untrusted_artifact_on_deployment` cannot be `Block`", "Warn or Enforce"),
    Row("policy no", "deployment: Enforce", "deployment: «no", "`untrusted_artifact_on_deployment` cannot be `no`", "Warn or Enforce"),
    # functions and layers
    Row("functions as a map", "functions:\n  - name: checkout\n    code: dist/checkout.zip\n    layers: [shared]\n", "functions:\n  «checkout: {code: dist/checkout.zip}\n", "`functions` is a map", "a list"),
    Row("function as a word", "functions:\n", "functions:\n  - «dist/x.zip\n", "a function is a single value", "a map of `key: value`"),
    Row("function without a name", "  - name: checkout\n    code", "  - «code", "a function has no `name`", "name: NAME"),
    Row("function without code", "  - name: checkout\n    code: dist/checkout.zip\n", "  - «name: checkout\n", "a function has no `code`", "code: PATH"),
    Row("layer without code", "  - name: shared\n    code: dist/shared.zip\n", "  - «name: shared\n", "a layer has no `code`", "code: PATH"),
    Row("two functions of one name", "functions:\n", "functions:\n  - name: checkout\n    code: a.zip\n", "a function named `checkout` is there already", note="it stands first in line 10"),
    Row("name no", "name: checkout", "name: «no", "`name` is true or false in YAML, not text", 'text; if this is meant as text, "no"'),
    Row("name with leading zero", "name: checkout", "name: «0123", "`name` is a number in YAML, not text", '"0123"'),
    Row("name in base 60", "name: checkout", "name: «1:30:00", "`name` is a number in YAML, not text", '"1:30:00"'),
    Row("empty name", "name: checkout", 'name: «""', "`name` is empty"),
    Row("name of spaces around", "name: checkout", 'name: «" checkout"', "`name` begins or ends with a space"),
    Row("name too long", "name: checkout", f"name: «{'n' * 257}", "`name` has 257 bytes; at most 256 are allowed"),
    Row("name as a list", "name: checkout", "name: «[checkout]", "`name` is a list", "a single value"),
    Row("unknown layer", "layers: [shared]", "layers: [«sharde]", "unknown layer `sharde`", "the name of a layer below `layers`", "shared"),
    Row("layer twice", "layers: [shared]", "layers: [shared, «shared]", "the layer `shared` is listed twice"),
    Row("a layer version's ARN", "layers: [shared]", "layers: [shared, «arn:aws:lambda:us-east-1:123456789012:layer:base:3]",
        "the layer version `arn:.*` " + NEEDS_AWS, "the name of a layer below `layers`"),
    Row("a layer's ARN without version", "layers: [shared]", "layers: [shared, «arn:aws:lambda:us-east-1:123456789012:layer:base]", "is not the ARN of a layer version", "layer:NAME:NUMBER"),
    Row("layers as a word", "layers: [shared]", "layers: «shared", "`layers` is a single value", "a list"),
    Row("code in S3", "code: dist/checkout.zip", "code: «s3://bucket/key.zip", "`s3://bucket/key.zip` " + NEEDS_AWS, "the path of a zip"),
    Row("code as a URL", "code: dist/checkout.zip", "code: «https://example.com/x.zip", "`code` is a URL, which is not fetched", "the path of a zip"),
    Row("pin too short", "    layers: [shared]", "    layers: [shared]\n    code_sha256: «abc=", "`code_sha256` is not the base64 form of a SHA-256 digest", "44 characters that end in `=`", note="openssl dgst"),
    Row("pin in hexadecimal", "    layers: [shared]", f"    layers: [shared]\n    code_sha256: «{'ab' * 32}", "`code_sha256` is not the base64 form", "44 characters"),
    Row("package type in small letters", "    layers: [shared]", "    layers: [shared]\n    package_type: «zip", "`package_type` cannot be `zip`", "Zip or Image", "Zip"),
    # trust
    Row("no roots", "roots: [aws]", "roots: «[]", "`roots` is empty: no signature could be trusted", "aws, the paths of PEM files, or both"),
    Row("AWS", "roots: [aws]", "roots: [«AWS]", "`AWS` is no root", "aws, or the path of a PEM file", "aws"),
    Row("root twice", "roots: [aws]", "roots: [aws, «aws]", "the root `aws` is listed twice"),
    Row("root as a URL", "roots: [aws]", "roots: [«https://example.com/root.pem]", "a root is a URL", "a path"),
    Row("roots as a word", "roots: [aws]", "roots: «aws", "`roots` is a single value", "a list"),
    # revocation
    Row("no revocation", "revocation:\n  sources: []\n", "", "the default, `aws-signer`, " + NEEDS_AWS, "`sources` below `revocation`", note="`sources: \\[\\]` switches the revocation check off"),
    Row("no sources", "revocation:\n  sources: []\n", "«revocation:\n  on_unavailable: warn\n", "the default, `aws-signer`, " + NEEDS_AWS, "`sources` below"),
    Row("aws-signer", "sources: []", "sources: [«aws-signer]", "the source `aws-signer` " + NEEDS_AWS, "list: URL, or crl: URL"),
    Row("aws-singer", "sources: []", "sources: [«aws-singer]", "`aws-singer` is no revocation source", "aws-signer, list: URL, or crl: URL", "aws-signer"),
    Row("unknown kind of source", "sources: []", "sources:\n    - «lst: https://example.com/x", "unknown key `lst`", "one of list, crl", "list"),
    Row("source with two keys", "sources: []", "sources:\n    - «list: https://example.com/x\n      crl: https://example.com/y", "a revocation source has 2 keys", "one, list: URL or crl: URL"),
    Row("source twice", "sources: []", "sources:\n    - list: https://example.com/x\n    - «list: https://example.com/x", "this source is listed twice"),
    Row("plain HTTP", "sources: []", "sources:\n    - list: «http://example.com/x", "`http://example.com/x` is plain HTTP", "https://HOST/PATH, or file:PATH", note="can be changed on the way"),
    Row("another scheme", "sources: []", "sources:\n    - crl: «ldap://example.com/x", "is neither an https:// URL nor a file", "https://HOST/PATH, or file:PATH"),
    Row("a path without file:", "sources: []", "sources:\n    - list: «revoked.json", "`revoked.json` is neither an https:// URL nor a file", "file:PATH"),
    Row("user and password", "sources: []", "sources:\n    - list: «https://user:hunter2@example.com/x", "holds a user name or a password", "https://HOST/PATH"),
    Row("space in a URL", "sources: []", "sources:\n    - list: «https://example.com/a b", "holds a space; write it as %20", "https://HOST/PATH"),
    Row("no host", "sources: []", "sources:\n    - list: «https:///x", "names no host", "https://HOST/PATH"),
    Row("port out of range", "sources: []", "sources:\n    - list: «https://example.com:65536/x", "names a port that is no number from 1 to 65535", "https://HOST/PATH"),
    Row("international host", "sources: []", "sources:\n    - list: «https://exämple.com/x", "not ASCII", "https://HOST/PATH"),
    Row("URL too long", "sources: []", f"sources:\n    - list: «https://example.com/{'x' * 2048}", "is longer than 2048 bytes", "https://HOST/PATH"),
    Row("file without a path", "sources: []", 'sources:\n    - list: «"file:"', "has no path", "file:PATH"),
    Row("file on a host", "sources: []", "sources:\n    - list: «file://host/x", "has no path, but a host", "file:///PATH"),
    Row("on_unavailable", "sources: []", "sources: []\n  on_unavailable: «wran", "`on_unavailable` cannot be `wran`", "block or warn", "warn"),
    Row("timeout without unit", "sources: []", "sources: []\n  timeout: «10", "`timeout` cannot be `10`", "a whole number with its unit"),
    Row("timeout in hours", "sources: []", "sources: []\n  timeout: «1h", "`timeout` cannot be `1h`", "500ms, 10s or 2m"),
    Row("timeout of nothing", "sources: []", "sources: []\n  timeout: «0s", "`timeout` is `0s`", "more than 0 and at most 10m"),
    Row("timeout too long", "sources: []", "sources: []\n  timeout: «11m", "`timeout` is `11m`", "at most 10m"),
    Row("timeout with a leading zero", "sources: []", "sources: []\n  timeout: «010s", "`timeout` cannot be `010s`", "whole number"),
    Row("cache as a URL", "sources: []", "sources: []\n  cache: «https://example.com/", "`cache` is a URL", "a path"),
    # files that the configuration names
    Row("root file missing", "roots: [aws]", "roots: [aws, «gone.pem]", "cannot open .*gone.pem: No such file", "PEM"),
    Row("root file without a certificate", "roots: [aws]", "roots: [aws, «text.pem]", "text.pem", "PEM"),
    Row("root that is a folder", "roots: [aws]", "roots: [aws, «dist]", "dist is a directory, not a file", "PEM"),
    Row("CA bundle missing", "sources: []", "sources: []\n  ca_bundle: «gone.pem", "cannot open .*gone.pem: No such file", "PEM"),
]


@dataclasses.dataclass
class Problem:
    """One error as the program prints it."""

    file: str
    line: int
    column: int
    message: str
    shown: str = ""  # the line of the file
    caret: int = -1  # the column of the caret below it, from 0
    width: int = 0
    expected: str = ""
    nearest: str = ""
    notes: list = dataclasses.field(default_factory=list)


def read_problems(text):
    """The problems in their order, and the lines that belong to none."""
    problems, rest = [], []
    for line in text.splitlines():
        head = re.fullmatch(r"(.*):(\d+):(\d+): error: (.*)", line)
        excerpt = re.fullmatch(r" *(\d+) \| ?(.*)", line)
        caret = re.fullmatch(r" +\| ( *)(\^~*)", line)
        more = re.fullmatch(r" +?= (expected: |did you mean `|note: )(.*)", line)
        if head:
            problems.append(Problem(head.group(1), int(head.group(2)), int(head.group(3)), head.group(4)))
        elif excerpt and problems and int(excerpt.group(1)) == problems[-1].line:
            problems[-1].shown = excerpt.group(2)
        elif caret and problems:
            problems[-1].caret, problems[-1].width = len(caret.group(1)), len(caret.group(2))
        elif more and problems and more.group(1).startswith("expected"):
            problems[-1].expected = more.group(2)
        elif more and problems and more.group(1).startswith("did"):
            problems[-1].nearest = more.group(2).removesuffix("`?")
        elif more and problems:
            problems[-1].notes.append(more.group(2))
        elif line:
            rest.append(line)
    return problems, rest


class World:
    def open(self):
        self.folder = tempfile.mkdtemp(prefix="sealgate-config-")
        self.signed_at = signing_pki.default_signed_at()
        self.pki = signing_pki.make(self.folder, self.signed_at)
        self.good = package.signed_zip(package.DEFAULT_FILES, self.pki, signed_at=self.signed_at)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


WORLD = World()


def setUpModule():
    WORLD.open()
    unittest.addModuleCleanup(WORLD.close)


class ConfigTest(GateTest):
    @classmethod
    def setUpClass(cls):
        cls.pki, cls.signed_at = WORLD.pki, WORLD.signed_at

    def setUp(self):
        super().setUp()
        for name in ("checkout", "shared"):
            self.workspace.write(f"dist/{name}.zip", WORLD.good)
        self.workspace.write("text.pem", "hello\n")

    def refused(self, text, *arguments, env=None):
        """Runs with this file; the problems. Nothing is judged, printed as a report or written."""
        self.workspace.write("sealgate.yaml", text)
        self.workspace.write("runner/summary", "")
        self.workspace.write("runner/outputs", "")
        runner = {"GITHUB_STEP_SUMMARY": str(self.workspace.path / "runner/summary"),
                  "GITHUB_OUTPUT": str(self.workspace.path / "runner/outputs")}
        before = {path: path.is_file() and path.read_bytes() for path in self.workspace.path.rglob("*")}
        result = self.workspace.run("-o", "json=report.json", *arguments, env={**runner, **(env or {})})
        self.assertEqual(result.code, sealgate.USAGE, str(result))
        self.assertEqual(result.out, "")
        after = {path: path.is_file() and path.read_bytes() for path in self.workspace.path.rglob("*")}
        self.assertEqual(after, before, "something was written")
        return read_problems(result.err)

    def changed(self, row):
        """The file with the row's change, and the place that « marks in it (line 1, column 1 without a mark)."""
        if row.old == "$":
            text = GOOD + row.new
        elif row.old == "":
            text = row.new + GOOD
        else:
            self.assertEqual(GOOD.count(row.old), 1, f"{row.what}: the part to be changed is not unique")
            text = GOOD.replace(row.old, row.new)
        before, mark, after = text.partition("«")
        place = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1) if mark else None
        return before + after if mark else text, place

    def assertRow(self, row):
        text, place = self.changed(row)
        problems, rest = self.refused(text)
        self.assertEqual(rest, [], row.what)
        self.assertEqual(len(problems), 1, [problem.message for problem in problems])
        problem = problems[0]
        self.assertEqual(problem.file, "sealgate.yaml")
        self.assertRegex(problem.message, row.message)
        if place is not None:
            self.assertEqual((problem.line, problem.column), place, problem.message)
        self.assertCaret(problem, text)
        self.assertRegex(problem.expected, row.expected or "^$")
        self.assertEqual(problem.nearest, row.nearest)
        if row.note:
            self.assertRegex(" ".join(problem.notes), row.note)

    def assertCaret(self, problem, text):
        """The line is shown, and the caret stands below the named column of it."""
        lines = text.split("\n")
        if problem.line > len(lines) or not lines[problem.line - 1]:
            return
        line = lines[problem.line - 1].removesuffix("\r")
        self.assertGreaterEqual(problem.caret, 0, f"no caret: {problem}")
        self.assertGreater(problem.width, 0)
        if UNSEEN.search(line) or "…" in problem.shown or "\\" in line:
            return  # the caret's column is that of the escaped or cut line
        self.assertEqual(problem.shown, line)
        self.assertEqual(problem.caret, problem.column - 1)


class Rows(ConfigTest):
    def test_the_good_file_is_good(self):
        """So that each row shows what its own change does."""
        self.workspace.write("sealgate.yaml", GOOD)
        result = self.workspace.verify()
        self.assertEqual(result.code, sealgate.BLOCKED, str(result))  # the packages' root is not trusted by it
        self.assertEqual(len(result.json["artifacts"]), 2)

    def test_syntax(self):
        for row in SYNTAX:
            with self.subTest(row.what):
                self.assertRow(row)

    def test_schema(self):
        for row in SCHEMA:
            with self.subTest(row.what):
                self.assertRow(row)

    def test_names_of_the_rows_are_unique(self):
        names = [row.what for row in SYNTAX + SCHEMA]
        self.assertEqual(len(names), len(set(names)))


class WholeFiles(ConfigTest):
    def one(self, text, message, expected="^"):
        problems, rest = self.refused(text)
        self.assertEqual((len(problems), rest), (1, []), problems)
        self.assertRegex(problems[0].message, message)
        self.assertRegex(problems[0].expected, expected)
        return problems[0]

    def test_nothing_in_it(self):
        self.one("", "^the file is empty$", "version: 1")
        self.one("\n# only a comment\n\n", "^the file is empty: there is nothing in it but comments and blank lines$")
        self.one("---\n", "the file is empty")
        self.one("~\n", "the file is empty")

    def test_no_map(self):
        self.one("- a\n- b\n", "^the file is a list$", "a map of `key: value`")
        self.one("hello\n", "^the file is a single value$", "a map of `key: value`")

    def test_no_functions_and_no_layers(self):
        for text in (GOOD[: GOOD.index("functions:")] + GOOD[GOOD.index("trust:") :],
                     GOOD[: GOOD.index("functions:")] + "functions: []\nlayers: []\n" + GOOD[GOOD.index("trust:") :]):
            self.one(text, "there are no functions and no layers: nothing to verify", "`functions` or `layers` with at least one item")

    def test_encodings(self):
        for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
            with self.subTest(name):
                self.one(GOOD.encode(name), "UTF-16 or UTF-32|NUL byte", "a file in UTF-8")
        problem = self.one(GOOD.encode().replace(b"Release pipeline", b"Release \xff pipeline"), "byte 0xFF is not valid UTF-8 here", "a file in UTF-8")
        self.assertEqual((problem.line, problem.column), (5, len("    description: Release ") + 1))

    def test_a_byte_order_mark_and_crlf_are_fine(self):
        for text in ("\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), "---\n" + GOOD, GOOD + "...\n"):
            self.workspace.write("sealgate.yaml", text)
            self.assertEqual(self.workspace.verify().code, sealgate.BLOCKED)

    def test_a_byte_order_mark_and_crlf_do_not_move_the_place(self):
        for text in ("\ufeff" + GOOD, GOOD.replace("\n", "\r\n")):
            problem = self.one(text.replace("version: 1", "versoin: 1", 1) + "version: 1\n", "unknown key `versoin`")
            self.assertEqual((problem.line, problem.column, problem.caret), (1, 1, 0))

    def test_size(self):
        comment = "# " + "x" * 97 + "\n"
        fits = GOOD + comment * ((1024 * 1024 - len(GOOD)) // len(comment))
        self.workspace.write("sealgate.yaml", fits)
        self.assertEqual(self.workspace.verify().code, sealgate.BLOCKED)
        self.one(fits + comment * 2, r"sealgate.yaml has \d+ bytes; at most 1048576 are read")

    def test_depth_and_cost(self):
        problems, _ = self.refused(GOOD.replace("roots: [aws]", "roots: " + "[" * 5000 + "]" * 5000))
        self.assertIn("lists and maps are nested deeper than 16 levels", [problem.message for problem in problems])
        self.one(GOOD + " " * 5000 + "\n", "more than 1024 spaces, tabs and line breaks in a row")

    def test_image_with_what_does_not_go_with_it(self):
        for key, value, note in (("code", "a.zip", "a container image has no zip"), ("layers", "[shared]", "gives it no layers"),
                                 ("code_signing_config", "release", "AWS Lambda does not support code signing for container images"),
                                 ("code_sha256", "x", "no zip whose digest could be pinned")):
            with self.subTest(key):
                text = GOOD.replace("functions:\n", f"functions:\n  - name: picture\n    package_type: Image\n    {key}: {value}\n")
                problem = self.one(text, f"`{key}` does not go with `package_type: Image`")
                self.assertRegex(" ".join(problem.notes), note)
                self.assertEqual((problem.line, problem.column), (12, 5))

    def test_six_layers(self):
        names = [f"l{number}" for number in range(6)]
        text = GOOD.replace("layers: [shared]", "layers: [" + ", ".join(names) + "]").replace(
            "layers:\n", "layers:\n" + "".join(f"  - name: {name}\n    code: a.zip\n" for name in names))
        self.one(text, "the function uses 6 layers; AWS Lambda allows 5")

    def test_twenty_publishers_are_allowed(self):
        self.workspace.write("sealgate.yaml", GOOD.replace(f"      - {ARN}\n", publishers(20)))
        self.assertEqual(self.workspace.verify().code, sealgate.BLOCKED)

    def test_a_folder_and_a_pipe_as_configuration(self):
        result = self.workspace.run("dist")
        self.assertEqual((result.code, result.out), (sealgate.USAGE, ""))
        self.assertRegex(result.err, "dist is a directory, not a file")
        result = self.workspace.run("/dev/null")
        self.assertEqual((result.code, result.out), (sealgate.USAGE, ""))
        self.assertRegex(result.err, "/dev/null is a device, not a file")


class JsonFiles(ConfigTest):
    """What `aws lambda get-code-signing-config` prints, as a file."""

    def content(self, **changes):
        config = {"CodeSigningConfigId": "csc-0123456789abcdefg",
                  "CodeSigningConfigArn": "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg",
                  "Description": "Release", "AllowedPublishers": {"SigningProfileVersionArns": [ARN]},
                  "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Enforce"}, "LastModified": "2026-11-02T00:00:00.000+0000"}
        config.update(changes)
        return {"CodeSigningConfig": {key: value for key, value in config.items() if value is not None}}

    def text(self):
        return GOOD.replace("code_signing_config: release", "code_signing_config: csc.json")

    def test_a_good_one_governs(self):
        for content in (self.content(), self.content()["CodeSigningConfig"]):
            self.workspace.write("csc.json", json.dumps(content))
            self.workspace.write("sealgate.yaml", self.text().replace("[aws]", f'["{self.pki.root_pem}"]'))
            artifacts = self.artifacts(self.workspace.verify(), sealgate.PASSED)
            self.assertEqual(artifacts["checkout"]["code_signing_config"],
                             {"name": "csc.json", "arn": self.content()["CodeSigningConfig"]["CodeSigningConfigArn"], "policy": "Enforce"})

    def test_wrong_ones(self):
        rows = [("", "`csc.json`: line 1, column 0", "get-code-signing-config"), ("{", "`csc.json`: line 1, column 1", "get-code-signing-config"),
                ("[]", "the file holds no object", "CodeSigningConfig"),
                ('{"CodeSigningConfig": 7}', "CodeSigningConfig has the wrong type", "an object"),
                ('{"a": 1, "a": 2}', "`csc.json`: line 1, column .*duplicate", "get-code-signing-config"),
                (self.content(AllowedPublishers=None), "there are no allowed publishers", "SigningProfileVersionArns"),
                (self.content(AllowedPublishers={"SigningProfileVersionArns": []}), "no publisher is allowed", "a list of 1 to 20"),
                (self.content(AllowedPublishers={"SigningProfileVersionArns": [f"{ARN[:-4]}{n:04}" for n in range(21)]}), "21 publishers are listed", "a list of 1 to 20"),
                (self.content(AllowedPublishers={"SigningProfileVersionArns": [PROFILE]}), "is a signing profile without its version", "/VERSION"),
                (self.content(AllowedPublishers={"SigningProfileVersionArns": [ARN, ARN]}), "is listed twice", ""),
                (self.content(AllowedPublishers={"SigningProfileVersionArns": [7]}), "a publisher is not a text", ""),
                (self.content(AllowedPublishers={"SigningProfileVersionArns": ARN}), "SigningProfileVersionArns has the wrong type", "an array of texts"),
                (self.content(CodeSigningPolicies=None), "CodeSigningPolicies.UntrustedArtifactOnDeployment is missing", "Warn or Enforce"),
                (self.content(CodeSigningPolicies={}), "CodeSigningPolicies.UntrustedArtifactOnDeployment is missing", "Warn or Enforce"),
                (self.content(CodeSigningPolicies=[]), "CodeSigningPolicies has the wrong type", "an object"),
                (self.content(CodeSigningPolicies={"UntrustedArtifactOnDeployment": False}), "UntrustedArtifactOnDeployment has the wrong type", "a text"),
                (self.content(CodeSigningPolicies={"UntrustedArtifactOnDeployment": "enforce"}), "UntrustedArtifactOnDeployment cannot be `enforce`", "Warn or Enforce"),
                (self.content(CodeSigningConfigArn="arn:aws:lambda:x"), "`arn:aws:lambda:x` is not the ARN of a code signing configuration", ""),
                (self.content(Description="a\x1b[31mb"), "Description has a control character in it, U\\+001B", "")]
        for content, message, expected in rows:
            with self.subTest(message):
                self.workspace.write("csc.json", content if isinstance(content, str) else json.dumps(content))
                problems, rest = self.refused(self.text())
                self.assertEqual((len(problems), rest), (1, []), problems)
                self.assertRegex(problems[0].message, message)
                self.assertRegex(problems[0].message, "csc.json")
                self.assertRegex(problems[0].expected, expected or "^$")
                self.assertEqual((problems[0].line, problems[0].column), (2, len("code_signing_config: ") + 1))
                self.assertCaret(problems[0], self.text())

    def test_nothing_in_it(self):
        self.workspace.write("csc.json", "{}")
        problems, rest = self.refused(self.text())
        self.assertEqual(rest, [])
        self.assertEqual([problem.message for problem in problems],
                         ["`csc.json`: there are no allowed publishers",
                          "`csc.json`: CodeSigningPolicies.UntrustedArtifactOnDeployment is missing"])


class Several(ConfigTest):
    def test_all_errors_are_reported_in_the_files_order(self):
        text = GOOD.replace("version: 1", "version: 3").replace("code_signing_config: release", "code_signing_config: relaese").replace(
            ARN, PROFILE).replace("Enforce", "Block").replace("code: dist/checkout.zip", "code: s3://a/b").replace(
            "[shared]", "[sharde]").replace("name: shared", "name: no").replace("[aws]", "[AWS]").replace("sources: []", "sources: [aws-signer]")
        problems, rest = self.refused(text)
        self.assertEqual(rest, [])
        found = [(problem.line, problem.message) for problem in problems]
        expected = [(1, "`version` cannot be `3`"), (2, "unknown code signing configuration `relaese`"), (7, "without its version"),
                    (8, "cannot be `Block`"), (11, "needs AWS access"), (12, "unknown layer `sharde`"), (14, "`name` is true or false"),
                    (17, "`AWS` is no root"), (19, "needs AWS access")]
        self.assertEqual([line for line, _ in found], [line for line, _ in expected], found)
        for (_, message), (_, part) in zip(found, expected):
            self.assertIn(part, message)
        for problem in problems:
            self.assertCaret(problem, text)

    def test_all_files_that_cannot_be_used_are_reported(self):
        text = GOOD.replace("roots: [aws]", "roots: [first.pem, second.pem]").replace("sources: []", "sources: []\n  ca_bundle: third.pem")
        problems, rest = self.refused(text)
        self.assertEqual([(problem.line, problem.column) for problem in problems], [(17, 11), (17, 22), (20, 14)])
        self.assertEqual(rest, [])
        for problem, name in zip(problems, ("first", "second", "third")):
            self.assertIn(f"cannot open {name}.pem", problem.message)

    def test_very_many_errors_are_counted(self):
        text = GOOD + "".join(f"wrong{number}: x\n" for number in range(60))
        problems, rest = self.refused(text)
        self.assertEqual(len(problems), 50)
        self.assertEqual(rest, ["sealgate.yaml: 10 more problems are not shown"])

    def test_what_stood_before_a_syntax_error_is_reported_too(self):
        text = GOOD.replace("version: 1", "version: 3").replace("roots: [aws]", "roots: [aws")
        problems, _ = self.refused(text)
        self.assertIn("`version` cannot be `3`", problems[0].message)
        self.assertTrue(any("malformed YAML" in problem.message for problem in problems), problems)

    def test_nothing_is_called_missing_that_may_stand_behind_a_syntax_error(self):
        problems, _ = self.refused("code_signing_config: release\nfunctions: [\n")
        self.assertEqual([problem.message for problem in problems if "missing" in problem.message or "unknown" in problem.message], [])

    def test_in_every_ci_it_is_the_same_text_on_standard_error(self):
        text = GOOD.replace("version: 1", "version: 3")
        for env in ({}, {"GITHUB_ACTIONS": "true"}, {"GITLAB_CI": "true"}, {"JENKINS_URL": "x"}):
            problems, rest = self.refused(text, env=env)
            self.assertEqual((len(problems), rest), (1, []))

    def test_a_long_line_is_cut_around_the_place(self):
        text = GOOD.replace("layers: [shared]", "layers: [" + "shared, " * 1 + "x" * 40 + ", " + "y" * 300 + "]")
        problems, _ = self.refused(text)
        self.assertEqual(len(problems), 2)
        for problem in problems:
            self.assertLessEqual(len(problem.shown), 104)
            self.assertLess(problem.caret, len(problem.shown))
        self.assertEqual(problems[1].shown[problems[1].caret], "y")

    def test_hostile_lines_are_shown_and_do_nothing(self):
        rows = ["\x1b[31mred", "##[error]x", "::error::x", "\x1b]8;;https://evil.example\x07", "\u202egnp", "a\u0085::error::x", "\r::error::x",
                "##vso[task.setvariable variable=x]y", "%n%s", "\x9b31m", "\x7f\b\b"]
        for hostile in rows:
            for text in (f"k{hostile}: x\n" + GOOD, GOOD.replace("name: checkout", f"name: {hostile}\n    oops: x"),
                         GOOD.replace("name: checkout", f"name: {json.dumps(hostile)}\n    oops: x"), GOOD + f"oops: {hostile}\n",
                         GOOD.replace("code_signing_config: release", f"code_signing_config: {json.dumps(hostile + '.json')}")):
                with self.subTest(repr(hostile)):
                    self.workspace.write("sealgate.yaml", text)
                    result = self.workspace.run(env={"GITHUB_ACTIONS": "true"})
                    self.assertEqual((result.code, result.out), (sealgate.USAGE, ""), str(result))
                    self.assertIsNone(UNSEEN.search(result.err), result.err)
                    self.assertEqual(commands(result.err)[0], [])
                    self.assertNotIn("##vso", result.err)
        self.assertFalse(Path(self.workspace.path / "report.json").exists())
