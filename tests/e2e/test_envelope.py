"""The signature envelope: every case of ATTACKS.md section 2, signed again wherever a signature can be had.

The rows stand in envelope_shape.py and envelope_chain.py; envelope_kit.py says what they mean.
"""

import hashlib

from e2e import envelope_chain, envelope_shape  # noqa: F401 (they fill CASES)
from e2e.envelope_kit import Kit, NOTICES, FAIL, NOTICE, CLEAN, CASES
from support.cms import NULL
from support.sealgate import GateTest


class Envelopes(GateTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit = Kit(cls.class_folder, cls.pki, cls.signed_at)

    def test_names_of_the_cases_are_unique(self):
        names = [case.name for case in CASES]
        self.assertEqual(sorted(set(names)), sorted(names))
        self.assertGreater(len(names), 240)

    def test_cases(self):
        """Each alone under Warn, so that its exit code is its own; then, where nothing refuted it, with strict."""
        self.configure({"one": "dist/package.zip"}, policy="Warn", roots=[self.pki.root_pem, self.kit.old().root_pem])
        self.workspace.write("strict.yaml", (self.workspace.path / "sealgate.yaml").read_text() + "strict: true\n")
        for case in CASES:
            with self.subTest(case.name, what=case.what):
                self.workspace.write("dist/package.zip", self.kit.package(case))
                self.check(case)

    def check(self, case):
        result = self.workspace.verify("sealgate.yaml")
        self.assertIn(result.code, (0, 1), str(result))
        artifact = self.artifacts(result, result.code)["one"]
        outcomes = case.outcome if isinstance(case.outcome, tuple) else (case.outcome,)
        if result.code == 1:
            self.assertIn(FAIL, outcomes, artifact["checks"]["integrity"])
            self.assertInvalid(artifact, tuple(rule for rule in case.rules if rule not in NOTICES), case.message)
            return
        self.assertEqual((artifact["action"], artifact["signature_status"]), ("allow", "VALID"))
        self.assertChecks(artifact, revocation="skipped")
        notices = [item for item in artifact["findings"] if item["rule"] in NOTICES]
        self.assertIn(NOTICE if notices else CLEAN, outcomes, artifact["findings"])
        strict = self.workspace.verify("strict.yaml")
        if not notices:
            self.assertNoFindings(self.artifacts(strict, 0)["one"])
            return
        for notice in notices:
            self.assertEqual(notice["level"], "notice")
        self.assertRegex(" ".join(item["message"] for item in notices), case.message)
        self.assertInvalid(self.artifacts(strict, 1)["one"], tuple(item["rule"] for item in notices))

    def test_certificate_hashes_and_root(self):
        """For both forms of the SHA-384 parameters, and with the root twice."""
        for parameters in (b"", NULL):
            data = self.signed(parameters=parameters, change=lambda made: made.certificates.append(self.pki.chain[-1]))
            signature = self.one(data, 0)["signature"]
            self.assertEqual(signature["certificate_hashes"], self.pki.certificate_hashes())
            self.assertEqual(signature["root_sha256"], hashlib.sha256(self.pki.root.der).hexdigest())
