"""`sealgate sign`: what it writes, judged by the gate, by openssl and by the tests' own reader; and what it refuses."""

import datetime
import io
import os
import re
import unittest
import zipfile

from support import cms, package, signing_pki
from support.cms import DEFAULT_JOB, DEFAULT_PROFILE
from support.package import Entry, build, entries_of
from support.sealgate import GateTest

JOB = re.compile(r"arn:aws:signer:us-east-1:123456789012:/signing-jobs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class SignTest(GateTest):
    def sign(self, data, *more, key=None, certificates=None, profile=DEFAULT_PROFILE, output="signed.zip", name="in.zip"):
        """Runs `sealgate sign`; returns the result and the written bytes, or None."""
        self.workspace.write(name, data)
        result = self.workspace.run("sign", "--key", key or self.pki.key_pem, "--certificates",
            certificates or self.pki.chain_pem,
                                    "--profile-version-arn", profile, *more, "-o", output, name)
        path = self.workspace.path / output
        return result, path.read_bytes() if path.is_file() else None

    def signed_by_gate(self, data, *more, **options):
        (self.workspace.path / "signed.zip").unlink(missing_ok=True)
        result, signed = self.sign(data, *more, **options)
        self.assertEqual(result.code, 0, str(result))
        self.assertIsNotNone(signed)
        return signed

    def assertRefused(self, result, signed, message, code=2):
        self.assertEqual(result.code, code, str(result))
        self.assertRegex(result.err, message)
        self.assertNotIn("Sanitizer", result.err)
        self.assertIsNone(signed)
        self.assertNothingLeft()

    def assertNothingLeft(self, *expected):
        """No half-written or temporary file is beside the input."""
        left = {path.name for path in self.workspace.path.iterdir() if path.is_file()}
        self.assertEqual(left - {"in.zip", "sealgate.yaml", "key.pem", "chain.pem", *expected}, set())


class Signed(SignTest):
    """Every kind of package: signed, then allowed without a finding, then verified by openssl over the tests' own digest."""

    def check(self, data, **options):
        signed = self.signed_by_gate(data, **options)
        entry = package.signature_entry(signed)
        digest = package.content_digest(signed)
        self.assertIsNone(cms.verify(entry, digest, [self.pki.root.der]))
        cms.openssl_cms_verify(entry, digest, self.pki.root_pem, signing_pki.now())
        artifact = self.one(signed, 0, strict=True)
        self.assertChecks(artifact, revocation="skipped")
        self.assertNoFindings(artifact)
        self.compare(data, signed)
        return signed

    def compare(self, before, after):
        """The package's own entries keep their places and bytes; two are added behind them."""
        old, new = package.read_records(before), package.read_records(after)
        names = [record[1] for record in new]
        added = [package.SIGNATURE_FOLDER] if package.SIGNATURE_FOLDER not in [record[1] for record in old] else []
        self.assertEqual(names, [record[1] for record in old] + added + [package.SIGNATURE_NAME])
        for first, second in zip(old, new):
            self.assertEqual(first[2], second[2], "the directory record")
            self.assertEqual(first[3], second[3], "the body")
        end = package.unpack(package.EOCD_FIELDS, before, package.find_eocd(before))["directory_offset"]
        self.assertEqual(before[:end], after[:end], "everything before the directory")
        with zipfile.ZipFile(io.BytesIO(after)) as archive:
            self.assertIsNone(archive.testzip())

    def test_deflated(self):
        self.check(build(entries_of(package.DEFAULT_FILES)))

    def test_stored(self):
        self.check(build(entries_of(package.DEFAULT_FILES, 0)))

    def test_mixed_with_empty_files_and_folders(self):
        self.check(build([Entry("a/", method=0, external=0o40755 << 16 | 0x10), Entry("a/__init__.py", b"", method=0),
                          Entry("a/empty", b"", method=8), Entry("a/b.py", "x = 1\n" * 1000),
                          Entry("c.bin", bytes(range(256)), method=0)]))

    def test_unicode_names(self):
        self.check(build(entries_of({"gr\u00fc\u00dfe.txt": "a", "\u65e5\u672c\u8a9e/\u30c6\u30b9\u30c8.py": "b",
            "emoji \U0001f512.txt": "c",
                                     "\u0441\u043f\u0430\u0441\u0438\u0431\u043e": "d"})))

    def test_names_that_are_no_utf8(self):
        """A notice for the gate, but the digest runs over the raw bytes all the same."""
        data = build([Entry(b"gr\x81\xe1e.txt", b"x", flags=0)])
        signed = self.signed_by_gate(data)
        self.assertIsNone(cms.verify(package.signature_entry(signed), package.content_digest(signed), [self.pki.root.der]))
        self.compare(data, signed)

    def test_binary_bodies(self):
        self.check(build(entries_of({"random.bin": os.urandom(300000), "zeros.bin": bytes(300000),
            "all.bin": bytes(range(256)) * 40})))

    def test_line_ends_and_look_alikes_in_bodies(self):
        self.check(build(entries_of({"a": b"\r\n\n\r", "b": b"PK\x03\x04PK\x01\x02PK\x05\x06" + bytes(18),
            "c": b"PK\x07\x08" * 9}, 0)))

    def test_extra_fields_and_attributes_stay(self):
        times = package.extra(0x5455, b"\x03" + bytes(8))
        self.check(build([Entry("a.sh", "#!/bin/sh\n", external=0o100755 << 16, extra=times, time=0x1234,
            local={"extra": times},
                                central={"extra": package.extra(0x5455, b"\x03" + bytes(4))}),
                          Entry("b", "streamed", descriptor="signed"), Entry("dos.txt", "dos", made_by=20, external=0x20),
                          Entry("ascii with the flag", "x", flags=package.UTF8)]))

    def test_ten_thousand_entries(self):
        self.check(build([Entry(f"pkg/m{number:05d}.py", f"x = {number}\n" if number % 3 else b"",
            method=0 if number % 3 == 0 else 8)
                          for number in range(10000)]))

    def test_folder_is_there_already(self):
        self.check(build([*entries_of(package.DEFAULT_FILES), Entry("META_INF/", method=0, external=0o40755 << 16 | 0x10)]))

    def test_folder_is_there_in_front(self):
        self.check(build([Entry("META_INF/", method=0, external=0o40755 << 16 | 0x10), *entries_of(package.DEFAULT_FILES)]))

    def test_other_files_in_the_folder(self):
        self.check(build(entries_of({"META_INF/notes.txt": "x", "index.js": "y"})))

    def test_the_same_content_digest_with_line_feeds(self):
        """CM-03: digests with 0x0A and 0x0D 0x0A among them verify as well as any."""
        wanted, number = [b"\n", b"\r\n"], 0
        while wanted:
            number += 1
            files = {"index.js": f"exports.handler = {number}\n", "META_INF/": ""}
            found = next((item for item in wanted if item in package.canonical_digest(entries_of(files))), None)
            if found is not None:
                wanted.remove(found)
                self.check(build(entries_of(files)))


class Claims(SignTest):
    def decoded(self, *more, **options):
        return cms.read(package.signature_entry(self.signed_by_gate(build(entries_of(package.DEFAULT_FILES)), *more,
            **options)))

    def test_what_is_given_is_signed(self):
        signed_at = self.signed_at.strftime("%Y-%m-%dT%H:%M:%S") + ".345Z"
        decoded = self.decoded("--job-arn", DEFAULT_JOB, "--signed-at", signed_at, "--expires-at",
            "2037-01-02T03:04:05.678Z")
        self.assertEqual(decoded.text(cms.PROFILE_ARN), DEFAULT_PROFILE)
        self.assertEqual(decoded.text(cms.JOB_ARN), DEFAULT_JOB)
        self.assertEqual(decoded.time(cms.SIGNING_TIME), signed_at)
        self.assertEqual(decoded.time(cms.EXPIRY), "2037-01-02T03:04:05.678Z")
        self.assertEqual(sorted(decoded.certificates), sorted(self.pki.chain))

    def test_defaults(self):
        """Now; 135 months later; a job of the profile's owner."""
        before = signing_pki.now()
        decoded = self.decoded()
        after = signing_pki.now()
        signed_at = datetime.datetime.fromisoformat(decoded.time(cms.SIGNING_TIME).replace("Z", "+00:00"))
        self.assertTrue(before <= signed_at <= after, (before, signed_at, after))
        expires_at = datetime.datetime.fromisoformat(decoded.time(cms.EXPIRY).replace("Z", "+00:00"))
        months = (expires_at.year - signed_at.year) * 12 + expires_at.month - signed_at.month
        self.assertEqual(months, 135)
        self.assertEqual(expires_at.timetz(), signed_at.timetz())
        self.assertRegex(decoded.text(cms.JOB_ARN), JOB)

    def test_jobs_differ(self):
        self.assertNotEqual(self.decoded().text(cms.JOB_ARN), self.decoded().text(cms.JOB_ARN))

    def test_the_job_follows_the_profile(self):
        profile = "arn:aws-cn:signer:cn-north-1:210987654321:/signing-profiles/Other/AbCdEf0123"
        self.assertRegex(self.decoded(profile=profile).text(cms.JOB_ARN), "^arn:aws-cn:signer:cn-north-1:210987654321:/signing-jobs/")

    def test_the_format_exactly(self):
        """FORMAT.md section 3: seven attributes in DER order, each with one value, of the types that AWS writes."""
        decoded = self.decoded()
        self.assertEqual({kind: [value.tag for value in values] for kind, values in decoded.attributes.items()},
                         {cms.CONTENT_TYPE: [0x06], cms.MESSAGE_DIGEST: [0x04], cms.SIGNING_TIME: [0x18],
                         cms.ALGORITHM_PROTECTION: [0x30],
                          cms.JOB_ARN: [0x0C], cms.EXPIRY: [0x18], cms.PROFILE_ARN: [0x0C]})
        items = [value.whole for value in signing_pki.read_value(decoded.signed_attributes)[0].children()]
        self.assertEqual(items, sorted(items))
        self.assertRegex(decoded.text(cms.SIGNING_TIME), r"^\d{14}\.\d{3}Z$")

    def test_the_text_exactly(self):
        entry = package.signature_entry(self.signed_by_gate(build(entries_of(package.DEFAULT_FILES))))
        lines = entry.decode().split("\n")
        self.assertEqual((lines[0], lines[-2], lines[-1]), ("-----BEGIN PKCS7-----", "-----END PKCS7-----", ""))
        self.assertEqual({len(line) for line in lines[1:-3]}, {64})

    def test_a_pem_key_of_each_form(self):
        traditional = self.workspace.path / "key.pem"
        traditional.write_bytes(signing_pki.openssl("ec", "-in", self.pki.key_pem))
        self.assertIn(b"EC PRIVATE KEY", traditional.read_bytes())
        self.decoded(key=traditional)

    def test_it_says_what_it_did(self):
        result, _ = self.sign(build(entries_of(package.DEFAULT_FILES)))
        self.assertEqual(result.code, 0)
        self.assertEqual(result.err, "")
        self.assertIn("signed.zip", result.out)


class Refused(SignTest):
    def setUp(self):
        super().setUp()
        self.good = build(entries_of(package.DEFAULT_FILES))

    def test_already_signed(self):
        self.assertRefused(*self.sign(self.signed()), "(?i)already|signature")

    def test_already_signed_by_itself(self):
        signed = self.signed_by_gate(self.good)
        (self.workspace.path / "signed.zip").unlink()
        self.assertRefused(*self.sign(signed), "(?i)already|signature")

    def test_empty_packages(self):
        self.assertRefused(*self.sign(b""), "(?i)empty")
        self.assertRefused(*self.sign(build([])), "(?i)empty|no entries")

    def test_packages_that_the_gate_would_refuse(self):
        self.assertRefused(*self.sign(b"no zip at all"), "(?i)not a zip")
        self.assertRefused(*self.sign(b"#!" + self.good), "ambiguous-package")
        self.assertRefused(*self.sign(build([*entries_of(package.DEFAULT_FILES), Entry("handler.py", "evil")])), "twice")
        self.assertRefused(*self.sign(build(entries_of({"../up.py": "x"}))), r"\.\.")

    def test_missing_files(self):
        for option in ("key", "certificates"):
            with self.subTest(option):
                result, signed = self.sign(self.good, **{option: self.workspace.path / "nowhere.pem"})
                self.assertIn(result.code, (2, 3))
                self.assertRefused(result, signed, "nowhere.pem", result.code)
        result = self.workspace.run("sign", "--key", self.pki.key_pem, "--certificates", self.pki.chain_pem,
            "--profile-version-arn",
                                    DEFAULT_PROFILE, "-o", "signed.zip", "nowhere.zip")
        self.assertIn(result.code, (2, 3))
        self.assertRegex(result.err, "nowhere.zip")
        self.assertNothingLeft()

    def key(self, content):
        path = self.workspace.path / "key.pem"
        path.write_bytes(content)
        return path

    def chain(self, *certificates):
        path = self.workspace.path / "chain.pem"
        path.write_text("".join(map(signing_pki.to_pem, certificates)))
        return path

    def test_keys(self):
        encrypted = signing_pki.openssl("ec", "-in", self.pki.key_pem, "-aes256", "-passout", "pass:secret")
        pkcs8 = signing_pki.openssl("pkcs8", "-topk8", "-in", self.pki.key_pem, "-passout", "pass:secret")
        cases = {"empty": (b"", "key"), "text": (b"hello\n", "key"),
            "a certificate": (self.pki.leaf.pem.read_bytes(), "key"),
                 "encrypted": (encrypted, "(?i)encrypt"), "encrypted PKCS 8": (pkcs8, "(?i)encrypt"),
                 "cut": (self.pki.key_pem.read_bytes()[:120], "key"),
                 "another key": (signing_pki.make_key(self.workspace.path / "key.pem").read_bytes(),
                 "(?i)key.*(certificate|leaf)")}
        for kind in ("P-256", "RSA", "secp521r1"):
            cases[kind] = (signing_pki.make_key(self.workspace.path / "key.pem", kind).read_bytes(), "P-384")
        for name, (content, message) in cases.items():
            with self.subTest(name):
                self.assertRefused(*self.sign(self.good, key=self.key(content)), message)

    def test_chains(self):
        leaf, regional, ca, root = self.pki.chain
        cases = {"out of order": (regional, leaf, ca, root), "no root": (leaf, regional, ca), "a gap": (leaf, ca, root),
                 "leaf alone": (leaf,), "root first": (root, ca, regional, leaf),
                 "stranger": (leaf, regional, ca, signing_pki.make(
                     self.class_folder, self.signed_at, "Stranger").chain[-1]), "nothing": ()}
        for name, certificates in cases.items():
            with self.subTest(name):
                self.assertRefused(*self.sign(self.good, certificates=self.chain(*certificates)), "chain.pem")

    def test_leaves_that_the_gate_would_refuse(self):
        for name, pki in {"no EKU": self.pki.with_leaf(extensions=signing_pki.leaf_extensions(extended=None)),
                          "CA": self.pki.with_leaf(extensions=signing_pki.leaf_extensions(constraints="critical,CA:TRUE")),
                          "P-256": self.pki.with_leaf(kind="P-256")}.items():
            with self.subTest(name):
                result, signed = self.sign(self.good, key=pki.key_pem, certificates=pki.chain_pem)
                self.assertRefused(result, signed, "(?i)certificate|key|P-384")

    def test_a_leaf_that_is_not_valid_at_the_signing_time(self):
        for moment in (self.pki.leaf.not_before - datetime.timedelta(seconds=1),
                self.pki.leaf.not_after + datetime.timedelta(seconds=1)):
            with self.subTest(moment):
                result, signed = self.sign(self.good, "--signed-at", moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
                self.assertRefused(result, signed, "(?i)valid|expired")

    def test_arns(self):
        for arn in (DEFAULT_PROFILE.rsplit("/", 1)[0], DEFAULT_PROFILE + "/", "", "Release",
                DEFAULT_PROFILE.replace("Release", "*"), DEFAULT_JOB):
            with self.subTest(arn):
                self.assertRefused(*self.sign(self.good, profile=arn), "--profile-version-arn|profile")
        for arn in (DEFAULT_PROFILE, "", DEFAULT_JOB + "0", DEFAULT_JOB.replace("123456789012", "123456789013"),
                DEFAULT_JOB.replace("us-east-1", "us-east-2")):
            with self.subTest(job=arn):
                self.assertRefused(*self.sign(self.good, "--job-arn", arn), "--job-arn|job")

    def test_times(self):
        for text in ("yesterday", "", "2026-13-01T00:00:00Z", "2026-01-01", "1764547200"):
            for option in ("--signed-at", "--expires-at"):
                with self.subTest(option=option, text=text):
                    self.assertRefused(*self.sign(self.good, option, text), option)
        signed_at = self.signed_at.strftime("%Y-%m-%dT%H:%M:%S.345Z")
        self.assertRefused(*self.sign(self.good, "--signed-at", signed_at, "--expires-at", signed_at), "(?i)expir")
        self.assertRefused(*self.sign(self.good, "--expires-at", "2020-01-01T00:00:00Z"), "(?i)expir")

    def test_output_exists(self):
        path = self.workspace.write("signed.zip", b"precious")
        result, signed = self.sign(self.good)
        self.assertEqual(result.code, 2, str(result))
        self.assertRegex(result.err, "signed.zip.*exists")
        self.assertEqual(path.read_bytes(), b"precious")
        self.assertNothingLeft("signed.zip")

    def test_output_is_the_input(self):
        result, _ = self.sign(self.good, output="in.zip")
        self.assertEqual(result.code, 2, str(result))
        self.assertEqual((self.workspace.path / "in.zip").read_bytes(), self.good)

    def test_output_is_a_link(self):
        (self.workspace.path / "signed.zip").symlink_to("elsewhere.zip")
        result, _ = self.sign(self.good)
        self.assertNotEqual(result.code, 0)
        self.assertFalse((self.workspace.path / "elsewhere.zip").exists())

    def test_output_cannot_be_written(self):
        result, signed = self.sign(self.good, output="missing/signed.zip")
        self.assertIn(result.code, (2, 3))
        self.assertRegex(result.err, "missing/signed.zip")
        self.assertIsNone(signed)
        self.assertNothingLeft()

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_output_on_a_full_disk(self):
        result, _ = self.sign(self.good, output="/dev/full")
        self.assertNotEqual(result.code, 0)

    def test_usage(self):
        arguments = ["--key", self.pki.key_pem, "--certificates", self.pki.chain_pem, "--profile-version-arn",
            DEFAULT_PROFILE, "-o", "signed.zip"]
        self.workspace.write("in.zip", self.good)
        for index in range(0, len(arguments), 2):
            with self.subTest(missing=arguments[index]):
                result = self.workspace.run("sign", *arguments[:index], *arguments[index + 2 :], "in.zip")
                self.assertEqual(result.code, 2, str(result))
                self.assertRegex(result.err, "--output" if arguments[index] == "-o" else arguments[index])
            with self.subTest(twice=arguments[index]):
                self.assertEqual(self.workspace.run("sign", *arguments, *arguments[index : index + 2], "in.zip").code, 2)
        self.assertEqual(self.workspace.run("sign", *arguments).code, 2)
        self.assertEqual(self.workspace.run("sign", *arguments, "in.zip", "in.zip").code, 2)
        self.assertEqual(self.workspace.run("sign", *arguments, "--unknown", "in.zip").code, 2)
        self.assertNothingLeft()
