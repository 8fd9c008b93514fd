"""The vectors that nobody here made: packages of an independent implementation, and two real signatures of AWS Signer."""

import hashlib
import json
import unittest

from support import cms, package, signing_pki
from support.sealgate import BUILTIN_ROOT_SHA256, SHARED, GateTest

VECTORS = SHARED / "vectors"
REFERENCE = VECTORS / "reference"
NOW = "2026-11-23T00:00:00Z"
RELEASE = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"

# What each package must come to under Warn, trusting root.pem alone and allowing RELEASE alone: rule or None, action, status.
OUTCOMES = {
    "function-valid.zip": (None, "allow", "VALID", ""),
    "layer-valid-stored.zip": (None, "allow", "VALID", ""),
    "unicode-and-binary.zip": (None, "allow", "VALID", ""),
    "recompressed-and-retimed.zip": (None, "allow", "VALID", ""),
    "expired.zip": ("signature-expired", "warn", "EXPIRED", "2026-11-03"),
    "other-publisher.zip": ("publisher-not-allowed", "warn", "MISMATCH",
    "signed by Experimental/ZyXwVu9876, which `release` does not allow"),
    "unsigned.zip": ("unsigned", "warn", "MISMATCH", "META_INF/aws_signer_signature_v1.0.SF|signature"),
    "tampered.zip": ("content-modified", "block", "INVALID", "signing-jobs/|job"),
    "renamed.zip": ("content-modified", "block", "INVALID", "signing-jobs/|job"),
    "reordered.zip": ("content-modified", "block", "INVALID", "signing-jobs/|job"),
    "added.zip": ("content-modified", "block", "INVALID", "signing-jobs/|job"),
    "untrusted-root.zip": ("untrusted-root", "block", "INVALID", "root"),
}

REAL = {
    "datadog-layer-2022.SF": {
        "profile_version_arn": "arn:aws:signer:us-east-1:464622532012:/signing-profiles/DatadogLambdaSigningProfile/9vMI9ZAGLc",
        "job_arn": "arn:aws:signer:us-east-1:464622532012:/signing-jobs/57613597-fcbd-4527-b0b5-11a4ce658e82",
        "signed_at": "2022-02-11T17:45:24.338Z", "expires_at": "2033-05-11T17:45:24.338Z",
        "message_digest": "efc098e18c0092e158252a8c55c37547546d0d2c00df2ea11f79033e7526f1e98d8635fac48646fecfa6598c5f99a83f"},
    "datadog-forwarder-2024.SF": {
        "profile_version_arn": "arn:aws:signer:us-east-1:464622532012:/signing-profiles/DatadogLambdaSigningProfile/9vMI9ZAGLc",
        "job_arn": "arn:aws:signer:us-east-1:464622532012:/signing-jobs/c89d9184-fcaa-4cc5-81f0-3242f7fb9e15",
        "signed_at": "2024-10-11T15:50:53.701Z", "expires_at": "2036-01-11T15:50:53.701Z",
        "message_digest": "b8db617566479a19948e58503f71001843f6c7aa549d5f2a64f75240e258164add1941bacf3ec41ecc946ffc631127fc"},
}


def zip_with_signature(text):
    """A package that carries this signature entry, which belongs to another one."""
    entries = package.entries_of({**package.DEFAULT_FILES, "META_INF/": ""})
    return package.build([*entries, package.Entry(package.SIGNATURE_NAME, text)])


@unittest.skipUnless(REFERENCE.is_dir(), f"the reference vectors are not at {REFERENCE}")
class ReferencePackages(GateTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = json.loads((REFERENCE / "expected.json").read_text())

    def reference(self, names, **options):
        return self.judge({name.removesuffix(".zip"): REFERENCE / name for name in names}, roots=[REFERENCE / "root.pem"],
                          arguments=("--now", NOW), **options)

    def test_every_case_is_known(self):
        self.assertEqual(set(OUTCOMES), set(self.expected["cases"]))

    def test_warn(self):
        result = self.reference(OUTCOMES, policy="Warn")
        artifacts = self.artifacts(result, 1)
        self.assertEqual(result.json["verdict"], "blocked")
        self.assertEqual(result.json["evaluated_at"], NOW)
        for name, (rule, action, status, message) in OUTCOMES.items():
            with self.subTest(name):
                artifact, expected = artifacts[name.removesuffix(".zip")], self.expected["cases"][name]
                self.assertEqual((artifact["action"], artifact["signature_status"]), (action, status))
                self.assertEqual(artifact["code_sha256"], expected["code_sha256"])
                self.assertEqual(artifact["size"], (REFERENCE / name).stat().st_size)
                integrity = artifact["checks"]["integrity"]["status"]
                self.assertEqual(integrity, expected["integrity"].replace("not evaluated: no signature", "skipped"))
                if rule is None:
                    self.assertNoFindings(artifact)
                else:
                    level = "error" if action == "block" else "warning"
                    self.assertFinding(artifact, rule, level, message)
                self.compare_signature(artifact, expected, integrity)

    def compare_signature(self, artifact, expected, integrity):
        signature = artifact["signature"]
        if integrity == "skipped":
            self.assertIsNone(signature)
            return
        self.assertEqual(signature["authenticated"], integrity == "pass")
        for member in ("profile_version_arn", "job_arn", "signed_at", "expires_at", "certificate_hashes"):
            if member in expected:
                self.assertEqual(signature[member], expected[member], member)
        if integrity == "pass":
            self.assertEqual(signature["root_sha256"], self.expected["root_sha256"])

    def test_enforce_blocks_what_warn_let_pass(self):
        artifacts = self.artifacts(self.reference(OUTCOMES, policy="Enforce"), 1)
        for name, (rule, action, status, _) in OUTCOMES.items():
            with self.subTest(name):
                artifact = artifacts[name.removesuffix(".zip")]
                self.assertEqual(artifact["action"], "allow" if rule is None else "block")
                self.assertEqual(artifact["signature_status"], status)

    def test_good_ones_alone_pass(self):
        good = [name for name, outcome in OUTCOMES.items() if outcome[0] is None]
        result = self.reference(good)
        self.artifacts(result, 0)
        self.assertEqual(result.json["verdict"], "passed")

    def test_builtin_root_alone_trusts_none_of_them(self):
        artifacts = self.artifacts(self.judge({"one": REFERENCE / "function-valid.zip"}, roots=["aws"],
                                              arguments=("--now", NOW)), 1)
        self.assertInvalid(artifacts["one"], "untrusted-root", "root")

    def test_expiry_of_the_expired_one_to_the_millisecond(self):
        for now, code in (("2026-11-02T23:59:59.999Z", 0), ("2026-11-03T00:00:00Z", 1), ("2026-11-03T00:00:00.001Z", 1)):
            with self.subTest(now):
                result = self.judge({"one": REFERENCE / "expired.zip"}, roots=[REFERENCE / "root.pem"],
                                    arguments=("--now", now))
                self.artifacts(result, code)

    def test_independent_verifier_agrees(self):
        roots = signing_pki.pem_to_der((REFERENCE / "root.pem").read_text())
        self.assertEqual(hashlib.sha256(roots[0]).hexdigest(), self.expected["root_sha256"])
        wrong = {"content-modified": "content", "untrusted-root": "untrusted root"}
        for name, (rule, *_) in OUTCOMES.items():
            with self.subTest(name):
                data = (REFERENCE / name).read_bytes()
                entry = package.signature_entry(data)
                if rule == "unsigned":
                    self.assertIsNone(entry)
                else:
                    self.assertEqual(cms.verify(entry, package.content_digest(data), roots), wrong.get(rule))


@unittest.skipUnless(VECTORS.is_dir(), f"the vectors are not at {VECTORS}")
class RealSignatures(GateTest):
    def inspect(self, name):
        path = self.workspace.write("carrier.zip", zip_with_signature((VECTORS / name).read_bytes()))
        return path, self.workspace.run("inspect", "--json", path)

    def test_inspect_understands_them_in_full(self):
        for name, expected in REAL.items():
            with self.subTest(name):
                path, result = self.inspect(name)
                (inspected,) = result.json["packages"]
                layers = {layer: state["status"] for layer, state in inspected["layers"].items()}
                self.assertEqual(layers, {"structure": "proven", "format": "proven", "signature": "proven",
                    "chain": "proven",
                                          "content": "refuted"})
                self.assertEqual(inspected["layers"]["content"]["rule"], "content-modified")
                self.assertEqual(inspected["path"], str(path))
                self.assertEqual(inspected["entries"], 5)
                signature = inspected["signature"]
                for member, value in expected.items():
                    self.assertEqual(signature[member], value, member)
                self.assertEqual(signature["root_sha256"], BUILTIN_ROOT_SHA256)
                decoded = cms.read((VECTORS / name).read_bytes())
                chain = decoded.chain()
                self.assertEqual([item["certificate_hash"] for item in signature["chain"]],
                                 signing_pki.certificate_hashes(chain))
                self.assertEqual([item["sha256"] for item in signature["chain"]],
                                 [hashlib.sha256(der).hexdigest() for der in chain])
                self.assertIn("Signer us-west-2 ROOT CA", signature["chain"][-1]["subject"])
                self.assertEqual(inspected["notices"], [])

    def test_inspect_for_people_names_the_publisher(self):
        for name, expected in REAL.items():
            with self.subTest(name):
                path = self.workspace.write("carrier.zip", zip_with_signature((VECTORS / name).read_bytes()))
                result = self.workspace.run("inspect", path)
                for text in (expected["profile_version_arn"], expected["job_arn"], "Signer us-west-2 ROOT CA"):
                    self.assertIn(text, result.out)
                self.assertRegex(result.out, "content")

    def test_the_gate_blocks_a_signature_on_foreign_content(self):
        for name, expected in REAL.items():
            with self.subTest(name):
                carrier = zip_with_signature((VECTORS / name).read_bytes())
                artifact = self.one(carrier, 1, roots=["aws"], policy="Warn", publishers=[expected["profile_version_arn"]])
                self.assertInvalid(artifact, "content-modified", "57613597-fcbd|c89d9184-fcaa")
                self.assertFalse(artifact["signature"]["authenticated"])
                self.assertEqual(artifact["signature"]["profile_version_arn"], expected["profile_version_arn"])

    def test_real_attributes_verify_with_openssl(self):
        for name in REAL:
            entry = (VECTORS / name).read_bytes()
            self.assertEqual(cms.verify(entry, b"\0" * 48, [cms.read(entry).chain()[-1]]), "content", name)
