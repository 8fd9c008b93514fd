"""Archives and signatures that nobody in this project wrote: ../shared/corpora, with the oracle of its README.

Every archive is judged as it is, and as a signed twin for each view that a reader has of it (support/signed_twin.py), so that the
structure decides and not the missing signature. What the gate decides differently from the oracle, or where the oracle leaves it
open, stands in a table here with its reason.
"""

import json
import struct
import unittest

from support import cms, package, sealgate, signed_twin
from support.cms import P384_ORDER, integer, sequence
from support.sealgate import GateTest

CORPORA = sealgate.SHARED / "corpora"
MALFORMED, AMBIGUOUS, TOO_LARGE = STRUCTURE = ("malformed-package", "ambiguous-package", "package-too-large")
NOTICES = ("suspicious-content", "unusual-package")
ALLOWED = "allow"

# malo/accept: what the gate refuses all the same. rule, message, reason.
ACCEPT_REFUSED = {
    "data_descriptor.zip": (AMBIGUOUS, "flags 0x0008 in its local header and 0x0000",
        "bit 3 stands in the local header only: ZL-04, which fails any difference of that bit"),
    "data_descriptor_zip64.zip": (AMBIGUOUS, "zip64 extra field contradicts its local header",
        "the same, and a zip64 field without any content in the local header: APPNOTE 4.5.3 wants both sizes there"),
    "normal_deflate_zip64_extra.zip": (AMBIGUOUS, "zip64 extra field contradicts its local header",
        "the local header's zip64 field has the packed size alone: APPNOTE 4.5.3 wants both sizes in a local header, and a reader "
        "that takes them by their place reads another number"),
}

# malo/iffy: rule (or ALLOWED), message, reason.
PREFIXED = (AMBIGUOUS, "does not end where the end record starts", "bytes before the archive: ZA-10")
TWO_LENGTHS = (AMBIGUOUS, "flags 0x0008 in its local header and 0x0000", "bit 3 in the local header only: ZL-04")
DIRECTORY_SIZE = (AMBIGUOUS, "another size or CRC in its local header",
                  "the central size differs from the local one: ZL-02; readers without central directory see another body")
IFFY = {
    "8bitcomment.zip": (AMBIGUOUS, "end record does not end the file", "the comment's length is cut to 8 bits: ZA-07"),
    "comment_cdsize_0.zip": DIRECTORY_SIZE, "comment_cdsize_3.zip": DIRECTORY_SIZE,
    "crc_collision_empty_nonempty.zip": (ALLOWED, "", "two different files with one CRC are no ambiguity: the signature is over the bytes"),
    "crc_collision_two_nonempty.zip": (ALLOWED, "", "two different files with one CRC are no ambiguity: the signature is over the bytes"),
    "crc_zero_nonempty.zip": (ALLOWED, "", "a body whose true CRC is 0; readers that take 0 for `unknown` see the same bytes"),
    "data_descriptor_cd_zero.zip": TWO_LENGTHS,
    "data_descriptor_flag_off.zip": (AMBIGUOUS, "another size or CRC in its local header", "sizes of 0 without bit 3: ZL-02"),
    "data_descriptor_flag_off_cd_zero.zip": (AMBIGUOUS, "23 bytes that belong to no entry", "a body that no header counts: ZA-13, ZL-09"),
    "data_descriptor_no_sig.zip": TWO_LENGTHS,
    **{f"data_descriptor_zero{end}.zip": TWO_LENGTHS for end in ("", *(f"_cmt_{word}" for word in (
        "0", "a", "abc123", "comment", "foo", "hello", "meta", "packets", "warehouse", "zz")))},
    "extra3byte.zip": (MALFORMED, "malformed extra fields", "an extra field of 3 bytes is none: readers differ in what they do with it"),
    "non_ascii_original_name.zip": (AMBIGUOUS, "Unicode path extra field", "0x7075 with another name than the header: ZN-12"),
    "nosubdir.zip": (ALLOWED, "", "a file in a folder that has no entry of its own: what most packagers write"),
    **{f"prefix{end}.zip": PREFIXED for end in ("", "_comment", "_crc_collision_two_nonempty", "_data_descriptor",
        "_data_descriptor_zip64", "_deflate", "_non_ascii_original_name", "_normal_deflate", "_normal_deflate_zip64_extra",
        "_store", "_subdir")},
    "prefix_zip64_eocd.zip": (AMBIGUOUS, "does not stand directly before its locator", "bytes before the archive: ZA-10, ZZ-05"),
    **{f"store_cdsize_{size}.zip": DIRECTORY_SIZE for size in range(8)},
    "suffix_not_comment.zip": (AMBIGUOUS, "end record does not end the file", "bytes behind the archive: ZA-11"),
    "trailing_slash_attr_mismatch.zip": (MALFORMED, "folder's name but is none by its mode", "a folder by name and a file by mode: ZN-05"),
    "zip64_eocd_extensible_data.zip": (AMBIGUOUS, "does not stand directly before its locator", "extensible data: ZZ-05"),
    "zip64_extra_too_long.zip": (AMBIGUOUS, "zip64 extra field contradicts", "a zip64 field with more than it needs: ZZ-03"),
    "zip64_extra_too_short.zip": (AMBIGUOUS, "zip64 extra field contradicts", "a zip64 field with less than it needs: ZZ-03"),
}

# libzip/incons-*: what is a notice by ATTACKS.md, and so fails only with `strict: true`. message, reason.
STRICT_ONLY = {
    "incons-central-date.zip": ("another time in its local header", "ZL-03: another time"),
    "incons-ef-local-id.zip": ("other extra fields in its local header", "ZL-03: another extra field, neither 0x0001 nor 0x7075"),
    "incons-ef-local-dupe-utf8comment.zip": ("other extra fields in its local header", "ZL-03: an extra field of comments"),
    "incons-central-file-comment-utf8-ascii.zip": ("a comment of 12 bytes", "amendment (c): a comment is a notice"),
}
# libzip, other than incons-*: what is allowed. Everything else there is refused by its structure.
LIBZIP_ALLOWED = """
    aaaaaaaa-stored bigzero-zip changing-size changing-size-muchl changing-size-muchlo changing-size-muchlonger cm-default
    encrypt-none extra_field_align_4-ff firstsecond firstsecond-split-deflated firstsecond-split-stored foo-stored manyfiles-zip
    mtime-default mtime-dstpoint mtime-dstpoint-deflated mtime-post-dstpoint mtime-post-dstpoint-deflated mtime-pre-dstpoint
    mtime-pre-dstpoint-deflated rename_ok stored-no-eos test test-cp437-fc test-cp437-fc-utf-8-filename test-utf8
    test-utf8-unmarked test2 testbuffer testbuffer_reopen testchanged testchangedlocal testcomment
    testcomment13 testcommentremoved testdeflated testdeflated2 testdir testempty testfile testfile-UTF8 testfile-cp437
    testfile-long-comment testfile-plus-extra testfile-stored-dos testfile-torrentzip testfile-torrentzip-modified
    testfile0 testfile2014 teststdin teststored utf-8-standardization-output zipcmp_zip_dir""".split()
# Written by libzip from a pipe: their one entry has the mode of a FIFO, which alone would decide.
PIPED = {"incons-ef-local-dupe-zip64-v1.zip": AMBIGUOUS, "incons-ef-local-dupe-zip64-v2.zip": AMBIGUOUS,
         "incons-streamed-2.zip": AMBIGUOUS, "incons-streamed.zip": AMBIGUOUS,
         "streamed.zip": ALLOWED, "streamed-zip64.zip": ALLOWED, "zip64.zip": AMBIGUOUS, "zip64-3mf.zip": ALLOWED}
FIFO_MODE = struct.pack("<I", 0x11800000)


def archives(*folders):
    """{path below the corpora: bytes}."""
    return {str(path.relative_to(CORPORA)): path.read_bytes() for folder in folders for path in sorted(CORPORA.glob(f"{folder}/*.zip"))}


@unittest.skipUnless(CORPORA.is_dir(), f"{CORPORA} is not there")
class CorporaTest(GateTest):
    BATCH = 120

    def judge_all(self, variants, **options):
        """{name: artifact}, under Warn, in batches; a batch that the program does not survive is judged one by one, to name it."""
        judged, names = {}, list(variants)
        for start in range(0, len(names), self.BATCH):
            batch = names[start : start + self.BATCH]
            result = self.judge({f"f{index}": variants[name] for index, name in enumerate(batch)}, policy="Warn", **options)
            if result.code not in (sealgate.PASSED, sealgate.BLOCKED):
                for name in batch:
                    alone = self.judge({"one": variants[name]}, policy="Warn", **options)
                    self.assertIn(alone.code, (sealgate.PASSED, sealgate.BLOCKED), f"{name}: {alone}")
            artifacts = self.artifacts(result, result.code)
            judged.update({name: artifacts[f"f{index}"] for index, name in enumerate(batch)})
        return judged

    def variants(self, files):
        """Each archive as it is, and its signed twins: {"name|view": bytes}."""
        made = {}
        for name, data in files.items():
            made[f"{name}|unsigned"] = data
            try:
                made.update({f"{name}|{view}": twin for view, twin in
                             signed_twin.twins(data, self.pki, signed_at=self.signed_at).items()})
            except signed_twin.NoTwin:
                pass
        return made

    def assertStructureFailed(self, artifact, what, rules=STRUCTURE, message="."):
        """Also without a signature: the structure alone decides, whatever the policy."""
        integrity = artifact["checks"]["integrity"]
        self.assertEqual((artifact["action"], integrity["status"]), ("block", "fail"), f"{what}: {artifact['findings']}")
        self.assertIn(integrity["rule"], rules, f"{what}: {integrity['message']}")
        self.assertRegex(integrity["message"], message, what)

    def assertAllowed(self, artifact, what):
        """A twin verifies; without a signature only that is wrong."""
        if what.endswith("|unsigned"):
            self.assertEqual((artifact["action"], artifact["signature_status"]), ("warn", "MISMATCH"), f"{what}: {artifact['findings']}")
            return
        self.assertEqual((artifact["action"], artifact["signature_status"]), ("allow", "VALID"), f"{what}: {artifact['findings']}")

    def assertDecision(self, artifact, what, decision):
        rule, message, _ = decision
        if rule == ALLOWED:
            self.assertAllowed(artifact, what)
        else:
            self.assertStructureFailed(artifact, what, (rule,), "." if what.endswith("|unsigned") or not message else message)


class Malo(CorporaTest):
    def test_accept(self):
        files = archives("malo/accept")
        self.assertEqual(len(files), 9)
        for what, artifact in self.judge_all(self.variants(files)).items():
            name = what.split("|")[0].split("/")[-1]
            with self.subTest(what):
                self.assertDecision(artifact, what, ACCEPT_REFUSED.get(name, (ALLOWED, "", "")))

    def test_reject_and_malicious(self):
        files = archives("malo/reject", "malo/malicious")
        self.assertEqual(len(files), 21)
        variants = self.variants(files)
        self.assertGreaterEqual(len(variants), 21 * 2)
        for what, artifact in self.judge_all(variants).items():
            with self.subTest(what):
                self.assertStructureFailed(artifact, what)

    def test_iffy(self):
        """A recorded decision each."""
        files = archives("malo/iffy")
        self.assertEqual({name.split("/")[-1] for name in files}, set(IFFY))
        for what, artifact in self.judge_all(self.variants(files)).items():
            with self.subTest(what):
                self.assertDecision(artifact, what, IFFY[what.split("|")[0].split("/")[-1]])


class Libzip(CorporaTest):
    def test_inconsistent(self):
        """Every incons-* is refused; four of them by `strict` only, because ATTACKS.md calls what they do a notice."""
        files = {name: data for name, data in archives("libzip").items() if name.startswith("libzip/incons-")}
        self.assertEqual(len(files), 52)
        variants = self.variants(files)
        notices = {what: data for what, data in variants.items() if what.split("|")[0].split("/")[-1] in STRICT_ONLY}
        self.assertEqual(len({what.split("|")[0] for what in notices}), len(STRICT_ONLY))
        for what, artifact in self.judge_all({what: data for what, data in variants.items() if what not in notices}).items():
            with self.subTest(what):
                self.assertStructureFailed(artifact, what)
        for what, artifact in self.judge_all(notices).items():
            with self.subTest(what):
                self.assertAllowed(artifact, what)
                said = " ".join(item["message"] for item in artifact["findings"] if item["rule"] in NOTICES)
                self.assertRegex(said, STRICT_ONLY[what.split("|")[0].split("/")[-1]][0])
        for what, artifact in self.judge_all(notices, strict=True).items():
            with self.subTest(what, strict=True):
                self.assertStructureFailed(artifact, what, NOTICES)

    def test_from_a_pipe(self):
        """Those whose only entry has a FIFO's mode, with a file's instead, so that the rest of them decides."""
        files = {}
        for name in PIPED:
            data = (CORPORA / "libzip" / name).read_bytes()
            self.assertEqual(data.count(FIFO_MODE), 1, name)
            files[name] = data.replace(FIFO_MODE, struct.pack("<I", 0o100644 << 16))
        for what, artifact in self.judge_all(self.variants(files)).items():
            with self.subTest(what):
                self.assertDecision(artifact, what, (PIPED[what.split("|")[0]], "", ""))

    def test_others(self):
        """No crash, and a recorded verdict."""
        files = {name: data for name, data in archives("libzip").items() if not name.startswith("libzip/incons-")}
        self.assertEqual(len(files), 113)
        allowed = {f"libzip/{name}.zip" for name in LIBZIP_ALLOWED}
        self.assertEqual(allowed - set(files), set())
        counts = {"allowed": 0, "failed": 0}
        for what, artifact in self.judge_all(self.variants(files)).items():
            name = what.split("|")[0]
            with self.subTest(what):
                if what == "libzip/testempty.zip|unsigned":  # 22 bytes in which nothing can be signed: ZA-22
                    self.assertStructureFailed(artifact, what)
                elif name in allowed:
                    self.assertAllowed(artifact, what)
                    counts["allowed"] += not what.endswith("|unsigned")
                else:
                    self.assertStructureFailed(artifact, what)
                    counts["failed"] += what.endswith("|unsigned")
        self.assertEqual(counts, {"allowed": len(allowed), "failed": 113 - len(allowed)})


class Wycheproof(CorporaTest):
    """ECDSA over P-384 with SHA-384, through the program.

    What a CMS signature is over is fixed by the format, so the vectors' own messages cannot be asked about, and their public keys
    would only test the library. What can be asked: every form of a signature that the vectors call invalid, put around the r and s
    of a genuine signature (or, where a vector's r and s are numbers of their own, as it is). None may verify.
    """

    VECTORS = CORPORA / "wycheproof/ecdsa_secp384r1_sha384_test.json"
    SHIFTS = [0, P384_ORDER, -P384_ORDER, 256 * P384_ORDER, 1 << 384, -(1 << 384), 1 << 448]

    def setUp(self):
        super().setUp()
        self.groups = json.loads(self.VECTORS.read_text())["testGroups"]
        tests = {test["tcId"]: test for group in self.groups for test in group["tests"]}
        self.theirs = self.numbers(bytes.fromhex(tests[7]["sig"]))  # the one that the others of its group are made from
        self.entries = package.entries_of({"index.js": "exports.handler = 1\n", "META_INF/": ""})
        self.envelope = cms.envelope(self.pki, package.canonical_digest(self.entries), signed_at=self.signed_at)
        self.signer = self.envelope.signers[0]
        self.ours = self.genuine_signature()

    @staticmethod
    def numbers(signature):
        values = cms.read_value(signature)[0].children()
        return [int.from_bytes(value.content, "big", signed=True) for value in values]

    def genuine_signature(self):
        """r and s of the same lengths as theirs, so that their lengths fit ours."""
        lengths = [number.bit_length() // 8 for number in self.theirs]
        over = cms.tlv(0x31, b"".join(sorted(self.signer.attributes)))
        for _ in range(200):
            found = self.numbers(cms.openssl("dgst", "-sha384", "-sign", self.signer.key, data=over))
            if [number.bit_length() // 8 for number in found] == lengths:
                return found
        raise AssertionError("no signature of the wanted lengths")

    def translated(self, signature):
        """The vector with our r and s where theirs were, whole, shifted, negated or in part; and whether any part was found."""
        try:
            (tag_r, r), (tag_s, s) = ((value.tag, value) for value in cms.read_value(signature)[0].children())
            numbers = [int.from_bytes(value.content, "big", signed=True) for value in (r, s)]
            if (tag_r, tag_s) == (2, 2) and sequence(*map(self.signed_integer, numbers)) == signature:
                moved = [self.shifted(number, their, our) for number, their, our in zip(numbers, self.theirs, self.ours)]
                if moved != numbers:
                    return sequence(*(self.signed_integer(number) for number in moved)), True
        except (ValueError, IndexError, AssertionError):
            pass
        changed = signature
        for their, our in zip(self.theirs, self.ours):
            changed = self.replaced(changed, their.to_bytes(48, "big"), our.to_bytes(48, "big"))
        return changed, changed != signature

    def shifted(self, number, their, our):
        for sign in (1, -1):
            for shift in self.SHIFTS:
                if number == sign * their + shift:
                    return sign * our + shift
        return number

    @staticmethod
    def signed_integer(number):
        return cms.tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))

    @staticmethod
    def replaced(signature, their, our):
        """The longest run of their bytes that stands in it, and then what is left before and behind that run."""
        for length in range(48, 7, -1):
            for start in range(49 - length):
                at = signature.find(their[start : start + length])
                if at >= 0:
                    return signature[:at] + our[start : start + length] + signature[at + length :]
        return signature

    def package(self, signature):
        self.signer.signature = signature
        text = cms.armour(self.envelope.encode())
        return package.build([*self.entries, package.Entry(package.SIGNATURE_NAME, text)])

    def test_every_invalid_form(self):
        variants, around_ours = {}, 0
        for group in self.groups:
            for test in group["tests"]:
                if test["result"] == "invalid":
                    signature, ours = self.translated(bytes.fromhex(test["sig"]))
                    around_ours += ours
                    variants[f"{test['tcId']} {test['comment']}"] = self.package(signature)
        self.assertEqual(len(variants), 310)
        self.assertGreater(around_ours, 140)
        for what, artifact in self.judge_all(variants).items():
            with self.subTest(what):
                self.assertInvalid(artifact, ("signature-invalid", "malformed-signature"))

    def test_the_valid_forms_around_ours(self):
        """The plain form, and s replaced by n - s (CM-28): so that the silence of the others means something."""
        variants = {}
        for test in self.groups[1]["tests"]:
            if test["tcId"] in (5, 7):
                self.assertEqual(test["result"], "valid")
                numbers = self.numbers(bytes.fromhex(test["sig"]))
                self.assertEqual(numbers[0], self.theirs[0])
                s = self.ours[1] if numbers[1] == self.theirs[1] else P384_ORDER - self.ours[1]
                variants[str(test["tcId"])] = self.package(sequence(integer(self.ours[0]), integer(s)))
        self.assertEqual(len(variants), 2)
        for what, artifact in self.judge_all(variants).items():
            with self.subTest(what):
                self.assertEqual((artifact["action"], artifact["signature_status"]), ("allow", "VALID"))
