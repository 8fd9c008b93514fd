"""The structure of a package: every case of ATTACKS.md section 1.2, each signed so that the structure decides.

The rows stand in structure_archive.py and structure_content.py; structure_kit.py says what they mean.
"""

import itertools
import time

from e2e import structure_archive, structure_content  # noqa: F401 (they fill CASES)
from e2e.structure_kit import MALFORMED, AMBIGUOUS, CASES, CaseTest
from support import sealgate
from support.package import Entry, build


class Structure(CaseTest):
    def test_names_of_the_cases_are_unique(self):
        names = [case.name for case in CASES]
        self.assertEqual(sorted(set(names)), sorted(names))
        self.assertGreater(len(names), 200)

    def test_cases(self):
        self.run_cases(CASES)

    def test_most_entries_allowed(self):
        """65,535 entries, the last count that needs no zip64."""
        data = structure_archive.many(self.kit, 65535)
        artifact = self.one(data, 0, arguments=("--now", "2099-01-01T00:00:00Z"), policy="Warn")
        self.assertChecks(artifact, expiry="fail", revocation="skipped")

    def test_colliding_names_cost_nothing(self):
        """ZX-01: 65,000 names with one hash in libzip's table: a verdict, and soon."""
        names = ("".join(pairs) for pairs in itertools.product(("Ez", "FY"), repeat=16))
        entries = [Entry(name, method=0) for name in itertools.islice(names, 65000)]
        data = build(self.kit.sign(entries))
        started = time.monotonic()
        result = self.judge({"one": data}, policy="Warn")
        self.assertLess(time.monotonic() - started, sealgate.seconds(15))
        self.assertIn(result.code, (0, 1), str(result))

    def test_empty_archive_is_never_allowed_under_enforce(self):
        """ZA-22: 22 bytes; nothing in it is signed."""
        result = self.judge({"one": build([])}, policy="Enforce")
        artifact = self.artifacts(result, 1)["one"]
        rules = {item["rule"] for item in artifact["findings"]}
        self.assertTrue(rules & {"unsigned", MALFORMED}, rules)

    def test_signature_entry_in_other_case_alone_is_no_signature(self):
        """ZN-15."""
        entries = self.kit.signed()
        entries[-1].name = entries[-1].name.lower()
        artifact = self.artifacts(self.judge({"one": build(entries)}), 1)["one"]
        rules = {item["rule"] for item in artifact["findings"] if item["level"] == "error"}
        self.assertTrue(rules <= {"unsigned", AMBIGUOUS} and rules, rules)
