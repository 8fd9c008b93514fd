"""ZX-04 of ATTACKS.md: no damage is ever taken for a good package, and none makes the gate fail."""

import base64
import dataclasses
import struct

from support import package
from support.package import build, build_archive, entries_of
from support.sealgate import GateTest

MALFORMED, AMBIGUOUS = "malformed-package", "ambiguous-package"


class Damage(GateTest):
    BATCH = 400

    def judge_all(self, variants):
        """Artifacts by name, judged in batches under Warn; every one has a verdict."""
        judged = {}
        items = list(variants.items())
        for start in range(0, len(items), self.BATCH):
            batch = dict(items[start : start + self.BATCH])
            result = self.judge(batch, policy="Warn")
            self.assertIn(result.code, (0, 1), str(result)[:3000])
            judged.update(self.artifacts(result, result.code))
        self.assertEqual(set(judged), set(variants))
        return judged

    def test_every_truncation(self):
        data = self.signed({"a.py": "x = 1\n"})
        variants = {f"t{length:05d}": data[:length] for length in range(0, len(data), 3)}
        variants.update({f"t{length:05d}": data[:length] for length in range(len(data) - 300, len(data))})
        for name, artifact in self.judge_all(variants).items():
            self.assertEqual(artifact["action"], "block", name)
            self.assertIn(artifact["checks"]["integrity"]["rule"], (MALFORMED, AMBIGUOUS), name)

    def test_every_flipped_bit_of_the_headers(self):
        """A flip is found, unless it is in a field that the signature does not cover and no reader depends on."""
        entries = package.sign(entries_of({"a.py": "x = 1\n", "b/c.py": "y = 2\n"}), self.pki, signed_at=self.signed_at)
        archive = build_archive(entries)
        free, headers = set(), set()
        for start, fields, loose in (
            *((offset, package.LOCAL_FIELDS, {"version", "time", "date", "flags"}) for offset in archive.offsets),
            *((offset, package.CENTRAL_FIELDS, {"made_by", "version", "time", "date", "internal", "external"})
              for offset in archive.records),
            (archive.eocd_offset, package.EOCD_FIELDS, set()),
        ):
            position = start
            for name, kind in fields:
                size = struct.calcsize("<" + kind)
                headers.update(range(position, position + size))
                if name in loose - {"flags"}:
                    free.update(range(position, position + size))
                position += size
        variants = {}
        for offset in sorted(headers):
            for bit in range(8):
                damaged = bytearray(archive.data)
                damaged[offset] ^= 1 << bit
                variants[f"o{offset:05d}b{bit}"] = bytes(damaged)
        for name, artifact in self.judge_all(variants).items():
            if artifact["action"] != "block":
                self.assertIn(int(name[1:6]), free, f"{name} was let pass: {artifact['findings']}")

    def test_flipped_bits_of_the_bodies(self):
        entries = package.sign(entries_of({"a.py": "x = 1\n" * 20}, 0), self.pki, signed_at=self.signed_at)
        variants = {}
        for at in range(len(entries[0].body)):
            changed = bytearray(entries[0].body)
            changed[at] ^= 0x01
            damaged = [dataclasses.replace(entry) for entry in entries]
            damaged[0].body = bytes(changed)
            variants[f"o{at:05d}"] = build(damaged)
        for name, artifact in self.judge_all(variants).items():
            self.assertInvalid(artifact, "content-modified", "signed on")

    def test_flipped_bits_of_the_signature(self):
        """Every third character. The copy of the root is no part of any proof, since the pinned one is used; another version
        number is a notice (CM-25)."""
        entries = package.sign(entries_of({"a.py": "x = 1\n"}), self.pki, signed_at=self.signed_at, signature_method=0)
        text = entries[-1].body
        head = text.index(b"\n") + 1
        der = base64.b64decode(b"".join(text.split(b"\n")[1:-2]))
        root_at = der.index(self.pki.chain[-1])
        root = range(root_at - 3, root_at + len(self.pki.chain[-1]) + 3)
        variants, places = {}, {}
        for at in range(0, len(text), 3):
            changed = bytearray(text)
            changed[at] ^= 0x01
            variants[f"o{at:05d}"] = build([*entries[:-1], dataclasses.replace(entries[-1], body=bytes(changed))])
            places[f"o{at:05d}"] = (at - head - (at - head) // 65) * 3 // 4
        for name, artifact in self.judge_all(variants).items():
            if artifact["action"] != "block":
                if places[name] not in root:
                    self.assertFinding(artifact, "unusual-package", "notice", "has version")
                continue
            self.assertInvalid(artifact, ("signature-invalid", "malformed-signature", "untrusted-root"))
