"""The judgement of CONTRACT.md section 4: every rule, every action, under Warn and under Enforce."""

import base64
import datetime
import hashlib
import json
import os
import unittest

from support import package, signing_pki
from support.cms import DEFAULT_JOB, DEFAULT_PROFILE
from support.sealgate import GateTest, rfc3339

OTHER_PROFILE = DEFAULT_PROFILE.replace("Release/AbCdEf0123", "Experimental/ZyXwVu9876")
DAY, SECOND, MILLISECOND = (datetime.timedelta(**{unit: 1}) for unit in ("days", "seconds", "milliseconds"))


def code_sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


class JudgementTest(GateTest):
    def both(self, data, rule, status, message, checks, warn=("warn", 0), enforce=("block", 1), arguments=(), **options):
        """Judges a package under Warn and under Enforce: action and exit code for each, one finding, the checks' states."""
        for policy, (action, code) in (("Warn", warn), ("Enforce", enforce)):
            with self.subTest(policy=policy):
                artifact = self.one(data, code, policy=policy, arguments=arguments, **options)
                self.assertEqual((artifact["action"], artifact["signature_status"]), (action, status))
                self.assertFinding(artifact, rule, "warning" if action == "warn" else "error", message)
                self.assertChecks(artifact, **checks)


class Integrity(JudgementTest):
    FAILED = {"integrity": "fail", "expiry": "skipped", "mismatch": "skipped", "revocation": "skipped"}

    def blocked(self, data, rule, message, **options):
        self.both(data, rule, "INVALID", message, self.FAILED, warn=("block", 1), **options)

    def test_a_good_package_is_allowed(self):
        for policy in ("Warn", "Enforce"):
            result = self.judge({"one": self.signed()}, policy=policy)
            artifact = self.artifacts(result, 0)["one"]
            self.assertEqual((artifact["action"], artifact["signature_status"]), ("allow", "VALID"))
            self.assertEqual(result.json["verdict"], "passed")
            self.assertNoFindings(artifact)

    def test_malformed_package(self):
        self.blocked(b"PK\x03\x04 and nothing else", "malformed-package", "end of central directory|zip")

    def test_ambiguous_package(self):
        self.blocked(b"#!" + self.signed(), "ambiguous-package", "does not end where the end record starts")

    def test_package_too_large(self):
        entries = package.sign(package.entries_of(package.DEFAULT_FILES), self.pki, signed_at=self.signed_at)
        entries[0].local = entries[0].central = {"usize": 300 << 20}
        self.blocked(package.build(entries), "package-too-large", "handler.py.*262144000")

    def test_malformed_signature(self):
        self.blocked(self.signed(change=lambda made: b"no PEM"), "malformed-signature", "PEM block")

    def test_signature_invalid(self):
        other = signing_pki.make(self.class_folder, self.signed_at, "Other")

        def other_key(made):
            made.signers[0].key = other.leaf.key
        self.blocked(self.signed(change=other_key), "signature-invalid", "not made by the certificate's key")

    def test_untrusted_root(self):
        other = signing_pki.make(self.class_folder, self.signed_at, "Stranger")
        self.blocked(self.signed(pki=other), "untrusted-root", "Stranger Signer ROOT CA")

    def test_content_modified(self):
        entries = package.sign(package.entries_of(package.DEFAULT_FILES), self.pki, signed_at=self.signed_at)
        entries[0].body += b"evil()\n"
        self.blocked(package.build(entries), "content-modified", "not what job 11111111-2222-3333-4444-555555555555 signed")

    def test_content_modified_in_every_way(self):
        def entries():
            return package.sign(package.entries_of(package.DEFAULT_FILES), self.pki, signed_at=self.signed_at)
        changes = {
            "renamed": lambda e: setattr(e[0], "name", b"handlex.py"),
            "reordered": lambda e: e.__setitem__(slice(0, 3), [e[1], e[0], e[2]]),
            "added": lambda e: e.insert(1, package.Entry("evil.py", "evil()")),
            "added empty": lambda e: e.insert(1, package.Entry("evil.py", "")),
            "added folder": lambda e: e.insert(1, package.entries_of({"evil/": ""})[0]),
            "removed": lambda e: e.pop(2),
            "removed folder": lambda e: e.pop(1),
            "signature folder removed": lambda e: e.pop(3),
            "appended behind the signature": lambda e: e.append(package.Entry("evil.py", "evil()")),
        }
        for name, change in changes.items():
            with self.subTest(name):
                made = entries()
                change(made)
                artifact = self.one(package.build(made), 1, policy="Warn")
                self.assertInvalid(artifact, "content-modified", "signed on")

    def test_what_is_not_signed_may_change(self):
        """Compression, times, modes: FORMAT.md section 2."""
        def made(**fields):
            entries = package.sign(package.entries_of(package.DEFAULT_FILES), self.pki, signed_at=self.signed_at)
            for key, value in fields.items():
                for entry in entries:
                    if not (key == "method" and entry.name.endswith(b"/")):
                        setattr(entry, key, value)
            return package.build(entries)
        for fields in ({"method": 0}, {"time": 0x7000, "date": 0x5000}, {"made_by": 20, "external": 0}, {"version": 10}):
            with self.subTest(fields):
                self.assertNoFindings(self.one(made(**fields), 0, strict=True))

    def test_signed_in_future_to_the_millisecond(self):
        """Five minutes are forgiven, and not a millisecond more."""
        data = self.signed()
        for ahead, code in ((300 * SECOND, 0), (300 * SECOND + MILLISECOND, 1), (3600 * SECOND, 1), (-1 * SECOND, 0)):
            with self.subTest(ahead=str(ahead)):
                now = rfc3339(self.signed_at - ahead)
                artifact = self.one(data, code, policy="Warn", arguments=("--now", now))
                if code:
                    self.assertInvalid(artifact, "signed-in-future", "lies after the time of this judgement")

    def test_pin(self):
        data = self.signed()
        good = {"one": {"code": data, "code_sha256": code_sha256(data)}}
        self.assertNoFindings(self.artifacts(self.judge(good), 0)["one"])
        self.blocked({"code": data, "code_sha256": code_sha256(data + b"x")}, "pin-mismatch",
            code_sha256(data).replace("+", r"\+"))

    def test_pin_of_an_unsigned_package(self):
        """Without a signature integrity is skipped, but a wrong pin still blocks under Warn."""
        data = package.unsigned_zip(package.DEFAULT_FILES)
        artifact = self.artifacts(self.judge({"one": {"code": data, "code_sha256": code_sha256(data)}}, policy="Warn"),
            0)["one"]
        self.assertEqual((artifact["action"], artifact["signature_status"]), ("warn", "MISMATCH"))
        artifact = self.artifacts(self.judge({"one": {"code": data, "code_sha256": code_sha256(b"")}}, policy="Warn"),
            1)["one"]
        self.assertInvalid(artifact, "pin-mismatch")

    def test_claims_of_an_invalid_package_are_not_authenticated(self):
        entries = package.sign(package.entries_of(package.DEFAULT_FILES), self.pki, signed_at=self.signed_at)
        entries[0].body += b"evil()\n"
        artifact = self.one(package.build(entries), 1)
        self.assertIs(artifact["signature"]["authenticated"], False)
        self.assertEqual(artifact["signature"]["job_arn"], DEFAULT_JOB)
        self.assertIs(self.one(self.signed(), 0)["signature"]["authenticated"], True)

    def test_strict_turns_notices_into_failures(self):
        entries = package.sign(package.entries_of(package.DEFAULT_FILES), self.pki, signed_at=self.signed_at)
        data = package.build(entries, comment=b"build 7")
        artifact = self.one(data, 0)
        self.assertFinding(artifact, "unusual-package", "notice", "comment of 7 bytes")
        self.assertEqual(artifact["action"], "allow")
        for policy in ("Warn", "Enforce"):
            self.assertInvalid(self.one(data, 1, strict=True, policy=policy), "unusual-package", "comment of 7 bytes")
        self.assertEqual(self.one(data, 0, strict=False)["action"], "allow")


class Unreadable(JudgementTest):
    UNDECIDED = {"integrity": "undecided", "expiry": "skipped", "mismatch": "skipped", "revocation": "skipped"}

    def undecided(self, code, message, **options):
        for policy in ("Warn", "Enforce"):
            with self.subTest(policy=policy):
                result = self.judge({"one": {"code": str(code)}}, policy=policy, **options)
                artifact = self.artifacts(result, 3)["one"]
                self.assertEqual((artifact["action"], artifact["signature_status"]), ("undecided", "UNDECIDED"))
                self.assertEqual(artifact["checks"]["integrity"]["status"], "undecided")
                self.assertFinding(artifact, "unreadable-artifact", "error", message)
                self.assertIsNone(artifact["signature"])
                self.assertEqual(result.json["verdict"], "undecided")

    def test_missing_file(self):
        self.undecided("dist/missing.zip", "(?i)no such file|does not exist")

    def test_never_downgraded(self):
        self.undecided("dist/missing.zip", "(?i)no such file|does not exist", revocation={"on_unavailable": "warn"})

    def test_directory(self):
        (self.workspace.path / "folder.zip").mkdir()
        self.undecided("folder.zip", "(?i)directory|folder|regular file")

    def test_fifo(self):
        os.mkfifo(self.workspace.path / "pipe.zip")
        self.undecided("pipe.zip", "(?i)regular file|FIFO|pipe")

    def test_device(self):
        self.undecided("/dev/zero", "(?i)regular file|device")

    def test_broken_link(self):
        (self.workspace.path / "link.zip").symlink_to("nowhere.zip")
        self.undecided("link.zip", "(?i)no such file|does not exist|link")

    def test_link_is_followed(self):
        self.workspace.write("real.zip", self.signed())
        (self.workspace.path / "link.zip").symlink_to("real.zip")
        artifact = self.artifacts(self.judge({"one": {"code": "link.zip"}}), 0)["one"]
        self.assertEqual(artifact["action"], "allow")
        self.assertIn("real.zip", json.dumps(artifact))

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_no_permission(self):
        self.workspace.write("secret.zip", self.signed()).chmod(0)
        self.undecided("secret.zip", "(?i)permission")

    def test_blocked_wins_over_undecided(self):
        functions = {"gone": {"code": "gone.zip"}, "bad": b"no zip"}
        artifacts = self.artifacts(self.judge(functions), 1)
        self.assertEqual(artifacts["gone"]["action"], "undecided")
        self.assertEqual(artifacts["bad"]["action"], "block")


class Expiry(JudgementTest):
    CHECKS = {"integrity": "pass", "expiry": "fail", "mismatch": "pass", "revocation": "skipped"}

    def test_signature_expired(self):
        data = self.signed(expires_at=self.signed_at + MILLISECOND)
        self.both(data, "signature-expired", "EXPIRED", "expired", self.CHECKS)

    def test_to_the_millisecond(self):
        """CM-31: a millisecond before, at, and after."""
        expires_at = self.signed_at + 1000 * DAY
        data = self.signed(expires_at=expires_at)
        for offset, code in ((-MILLISECOND, 0), (0 * SECOND, 1), (MILLISECOND, 1), (-SECOND, 0), (SECOND, 1)):
            with self.subTest(offset=str(offset)):
                now = rfc3339(expires_at + offset)
                result = self.judge({"one": data}, arguments=("--now", now))
                artifact = self.artifacts(result, code)["one"]
                self.assertEqual(artifact["checks"]["expiry"]["status"], "fail" if code else "pass")
                self.assertEqual(artifact["signature"]["expires_at"], rfc3339(expires_at))
                self.assertEqual(result.json["evaluated_at"][:19], now[:19])

    def test_the_fraction_counts(self):
        for fraction, now, code in ((".5", ".4Z", 0), (".5", ".5Z", 1), (".123456789", ".123456788Z", 0),
                (".123456789", ".123456789Z", 1),
                                    ("", ".0Z", 1), (".000", "Z", 1), (".001", "Z", 0)):
            with self.subTest(fraction=fraction, now=now):
                data = self.signed(expires_at=f"20991231235958{fraction}Z")
                self.one(data, code, arguments=("--now", "2099-12-31T23:59:58" + now))

    def test_the_leaf_may_have_expired(self):
        """The chain is judged at the signing time, not now."""
        result = self.judge({"one": self.signed()}, arguments=("--now", rfc3339(self.signed_at + 1000 * DAY)))
        self.assertNoFindings(self.artifacts(result, 0)["one"])

    def test_now_with_an_offset_of_time_zone(self):
        data = self.signed(expires_at="20991231220000.000Z")
        self.one(data, 0, arguments=("--now", "2099-12-31T23:59:59+02:00"))
        self.one(data, 1, arguments=("--now", "2099-12-31T23:59:59+01:00"))

    def test_bad_now(self):
        self.configure({"one": self.signed()})
        for text in ("yesterday", "2099-12-31", "2099-12-31T23:59:59", "2099-02-30T00:00:00Z", "", "1764547200"):
            with self.subTest(text):
                self.assertEqual(self.workspace.verify("--now", text).code, 2)


class Mismatch(JudgementTest):
    CHECKS = {"integrity": "pass", "expiry": "pass", "mismatch": "fail", "revocation": "skipped"}

    def test_unsigned(self):
        self.both(package.unsigned_zip(package.DEFAULT_FILES), "unsigned", "MISMATCH", "signature|signed",
                  {"integrity": "skipped", "expiry": "skipped", "mismatch": "fail", "revocation": "skipped"})

    def test_publisher_not_allowed(self):
        self.both(self.signed(profile=OTHER_PROFILE), "publisher-not-allowed", "MISMATCH",
                  "signed by Experimental/ZyXwVu9876, which `release` does not allow", self.CHECKS)

    def test_near_misses(self):
        """CM-47: byte for byte, nothing less."""
        misses = {
            "longer name": DEFAULT_PROFILE.replace("Release", "Release2"),
            "shorter name": DEFAULT_PROFILE.replace("Release", "Releas"),
            "other case": DEFAULT_PROFILE.replace("Release", "release"), "other version": DEFAULT_PROFILE[:-1] + "4",
            "version in other case": DEFAULT_PROFILE.replace("AbCdEf0123", "abcdef0123"),
            "other account": DEFAULT_PROFILE.replace("123456789012", "123456789013"),
            "other region": DEFAULT_PROFILE.replace("us-east-1", "us-east-2"),
            "other partition": DEFAULT_PROFILE.replace("arn:aws:", "arn:aws-cn:"),
            "underscore": DEFAULT_PROFILE.replace("Release", "Release_"),
        }
        for name, arn in misses.items():
            with self.subTest(name):
                job = DEFAULT_JOB
                for mine, theirs in (("123456789012", "123456789013"), ("us-east-1", "us-east-2"),
                        ("arn:aws:", "arn:aws-cn:")):
                    job = job.replace(mine, theirs) if theirs in arn else job
                artifact = self.one(self.signed(profile=arn, job=job), 1)
                self.assertFinding(artifact, "publisher-not-allowed", "error", arn.split("/", 2)[2])
                self.assertEqual(artifact["signature"]["profile_version_arn"], arn)
                self.assertChecks(artifact, **self.CHECKS)

    def test_any_of_twenty_publishers(self):
        publishers = [DEFAULT_PROFILE.replace("Release", f"Release{number}") for number in range(20)]
        for arn in (publishers[0], publishers[-1]):
            self.one(self.signed(profile=arn), 0, publishers=publishers)
        self.one(self.signed(), 1, publishers=publishers)

    def test_several_failures_are_all_reported(self):
        """The status is the first that holds; the findings are all."""
        data = self.signed(profile=OTHER_PROFILE, expires_at=self.signed_at + MILLISECOND)
        artifact = self.one(data, 1)
        self.assertEqual(artifact["signature_status"], "EXPIRED")
        self.assertFinding(artifact, "signature-expired", "error", "expired")
        self.assertFinding(artifact, "publisher-not-allowed", "error", "Experimental/ZyXwVu9876")
        self.assertChecks(artifact, "pass", "fail", "fail", "skipped")


class Revocation(JudgementTest):
    CHECKS = {"integrity": "pass", "expiry": "pass", "mismatch": "pass", "revocation": "fail"}

    def revocation_list(self, *revoked, **members):
        now = signing_pki.now()
        content = {"version": 1, "issued_at": rfc3339(now - datetime.timedelta(hours=1)), "next_update": rfc3339(now + DAY),
                   "revoked": list(revoked), **members}
        self.workspace.write("revoked.json", json.dumps({key: value for key,
            value in content.items() if value is not None}))
        return [{"list": "file:revoked.json"}]

    def crls(self, *authorities, revoked=(), **options):
        sources = []
        for index, authority in enumerate(authorities):
            mine = [item for item in revoked if item.issuer is authority]
            self.workspace.write(f"{index}.crl", authority.crl(mine, **options))
            sources.append({"crl": f"file:{index}.crl"})
        return sources

    def all_crls(self, **options):
        return self.crls(self.pki.regional, self.pki.ca, self.pki.root, **options)

    def revoked(self, sources, rule, message):
        self.both(self.signed(), rule, "REVOKED", message, self.CHECKS, sources=sources)

    def not_revoked(self, sources):
        artifact = self.one(self.signed(), 0, sources=sources)
        self.assertEqual(artifact["findings"], [])
        self.assertChecks(artifact)

    def unavailable(self, sources, message):
        """Undecided under Enforce, warned about under Warn or with on_unavailable: warn."""
        checks = {**self.CHECKS, "revocation": "undecided"}
        self.both(self.signed(), "revocation-unavailable", "UNDECIDED", message, checks, enforce=("undecided", 3),
            sources=sources)
        artifact = self.one(self.signed(), 0, sources=sources, revocation={"on_unavailable": "warn"})
        self.assertEqual((artifact["action"], artifact["signature_status"]), ("warn", "UNDECIDED"))
        self.assertFinding(artifact, "revocation-unavailable", "warning", message)

    # lists

    def test_nothing_revoked(self):
        other = {"revoked_at": "2026-01-01T00:00:00Z"}
        self.not_revoked(self.revocation_list())
        self.not_revoked(self.revocation_list({"job_arn": DEFAULT_JOB.replace("1111", "2222"), **other},
                                              {"profile_version_arn": OTHER_PROFILE,
                                              "effective_from": "2020-01-01T00:00:00Z"},
                                              {"certificate_hash": "ab" * 96}, {"certificate_sha256": "ab" * 32}))

    def test_job_revoked_whatever_the_time(self):
        for moment in (self.signed_at - DAY, self.signed_at, signing_pki.now()):
            self.revoked(self.revocation_list({"job_arn": DEFAULT_JOB, "revoked_at": rfc3339(moment), "reason": "leaked"}),
                         "job-revoked", "11111111-2222-3333-4444-555555555555")

    def test_profile_revoked_from_its_effective_time(self):
        def entry(moment):
            return {"profile_version_arn": DEFAULT_PROFILE, "effective_from": rfc3339(moment), "reason": "leaked"}
        self.revoked(self.revocation_list(entry(self.signed_at)), "profile-revoked", "Release/AbCdEf0123")
        self.revoked(self.revocation_list(entry(self.signed_at - MILLISECOND)), "profile-revoked", "Release/AbCdEf0123")
        self.not_revoked(self.revocation_list(entry(self.signed_at + MILLISECOND)))

    def test_certificate_revoked(self):
        for index, certificate_hash in enumerate(self.pki.certificate_hashes()):
            with self.subTest(index):
                self.revoked(self.revocation_list({"certificate_hash": certificate_hash}), "certificate-revoked",
                    "certificate")
                digest = hashlib.sha256(self.pki.chain[index]).hexdigest()
                self.revoked(self.revocation_list({"certificate_sha256": digest}), "certificate-revoked", "certificate")

    def test_unusable_lists(self):
        now = signing_pki.now()
        cases = {
            "stale": {"next_update": rfc3339(now - SECOND)}, "future": {"issued_at": rfc3339(now + DAY),
            "next_update": rfc3339(now + 2 * DAY)},
            "no next_update": {"next_update": None}, "no version": {"version": None}, "version 2": {"version": 2},
            "version text": {"version": "1"}, "no list": {"revoked": None}, "object": {"revoked": {}},
            "bad time": {"issued_at": "yesterday"},
            "unknown kind": {"revoked": [{"serial": "01"}]}, "empty entry": {"revoked": [{}]},
            "text entry": {"revoked": ["x"]},
            "short hash": {"revoked": [{"certificate_hash": "ab"}]},
            "bad ARN": {"revoked": [{"job_arn": "arn:x", "revoked_at": rfc3339(now)}]},
            "no effective time": {"revoked": [{"profile_version_arn": DEFAULT_PROFILE}]},
        }
        for name, members in cases.items():
            with self.subTest(name):
                self.unavailable(self.revocation_list(**members), "revoked.json")

    def test_unreadable_lists(self):
        for name, content in {"empty": "", "not JSON": "<html>", "twice": '{"version":1,"version":1}', "array": "[]",
                "deep": "[" * 100000}.items():
            with self.subTest(name):
                self.workspace.write("revoked.json", content)
                self.unavailable([{"list": "file:revoked.json"}], "revoked.json")
        self.unavailable([{"list": "file:missing.json"}], "missing.json")

    def test_revoked_wins_over_unavailable(self):
        sources = self.revocation_list({"job_arn": DEFAULT_JOB,
            "revoked_at": "2026-01-01T00:00:00Z"}) + [{"list": "file:missing.json"}]
        self.revoked(sources, "job-revoked", "11111111-2222-3333-4444-555555555555")

    def test_every_source_must_answer(self):
        self.unavailable(self.revocation_list() + [{"list": "file:missing.json"}], "missing.json")

    # CRLs

    def test_crls_that_cover_all(self):
        self.not_revoked(self.all_crls())

    def test_crl_revokes(self):
        for member in (self.pki.leaf, self.pki.regional, self.pki.ca):
            with self.subTest(member.name):
                self.revoked(self.all_crls(revoked=[member]), "certificate-revoked", "certificate")

    def test_crl_of_one_ca_is_not_enough(self):
        self.unavailable(self.crls(self.pki.regional), "CRL|certificate")
        self.unavailable(self.crls(self.pki.regional, self.pki.ca), "CRL|certificate")

    def test_crl_of_another_ca(self):
        other = signing_pki.make(self.class_folder, self.signed_at, "Example")
        self.unavailable(self.crls(other.regional, self.pki.ca, self.pki.root, revoked=[other.leaf]), "CRL|certificate")

    def test_expired_and_early_crls(self):
        now = signing_pki.now()
        self.unavailable(self.all_crls(last_update=now - 2 * DAY, next_update=now - SECOND), "crl")
        self.unavailable(self.all_crls(last_update=now + DAY, next_update=now + 2 * DAY), "crl")

    def test_list_and_crls_together(self):
        self.not_revoked(self.revocation_list() + self.all_crls())
        self.revoked(self.revocation_list() + self.all_crls(revoked=[self.pki.leaf]), "certificate-revoked", "certificate")

    # no source

    def test_switched_off_is_said(self):
        result = self.judge({"one": self.signed()}, sources=[])
        artifact = self.artifacts(result, 0)["one"]
        self.assertChecks(artifact, revocation="skipped")
        self.assertIn("revocation", result.json)
        text = self.workspace.run("verify", "--ci", "none")
        self.assertEqual(text.code, 0)
        self.assertRegex(text.out, "(?i)revocation.*(off|not checked|no source)")

    def test_not_asked_about_what_is_not_proven(self):
        """A revoked job in a package that fails otherwise: the claim is nobody's word."""
        sources = self.revocation_list({"job_arn": DEFAULT_JOB, "revoked_at": "2026-01-01T00:00:00Z"})
        entries = package.sign(package.entries_of(package.DEFAULT_FILES), self.pki, signed_at=self.signed_at)
        entries[0].body += b"evil()\n"
        self.assertInvalid(self.one(package.build(entries), 1, sources=sources), "content-modified")
