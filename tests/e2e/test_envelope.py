"""The signature envelope: every case of ATTACKS.md section 2 as a row, signed again wherever a signature can be had.

FAIL blocks under Warn too, by integrity, with its rule. NOTICE changes nothing but is said, and blocks with `strict: true`.
CLEAN has no finding, not even when strict.
"""

import base64
import dataclasses
import datetime
import hashlib
from typing import Callable

from support import cms, package, signing_pki
from support.cms import (ALGORITHM_PROTECTION, CONTENT_TYPE, DEFAULT_JOB, DEFAULT_PROFILE, ECDSA_SHA256, ECDSA_SHA384, EXPIRY, ID_DATA,
                         JOB_ARN, MD5, MESSAGE_DIGEST, NULL, P384_ORDER, PROFILE_ARN, RSA_ENCRYPTION, SHA1, SHA256, SHA384,
                         SHA512, SIGNING_TIME, algorithm, attribute, generalized_time, indefinite, integer, long_form, octets,
                         oid, protection, sequence, tlv, utf8)
from support.package import entries_of
from support.sealgate import GateTest
from support.signing_pki import leaf_extensions, read_value

MALFORMED, INVALID, UNTRUSTED = "malformed-signature", "signature-invalid", "untrusted-root"
FUTURE, MODIFIED, TOO_LARGE = "signed-in-future", "content-modified", "package-too-large"
NOTICES = ("suspicious-content", "unusual-package")
FAIL, NOTICE, CLEAN = "fail", "notice", "clean"
DAY = datetime.timedelta(days=1)


@dataclasses.dataclass
class Case:
    name: str
    what: str
    outcome: str
    rules: tuple
    message: str
    change: Callable
    options: dict


CASES = []


def add(name, what, outcome, rules, message, change=None, **options):
    """`change(kit, made)` changes the Envelope, or returns another or the entry's bytes. `options` may name the PKI to sign
    with ("pki": kit → SigningPki), and are otherwise those of cms.envelope()."""
    rules = rules if isinstance(rules, tuple) else (rules,)
    CASES.append(Case(name, what, outcome, rules, message, change or (lambda kit, made: None), options))


class Kit:
    """The PKIs of the cases, each made when it is first wanted."""

    def __init__(self, folder, pki, signed_at):
        self.folder, self.pki, self.signed_at = folder, pki, signed_at
        self.made = {}
        self.entries = entries_of({"index.js": "exports.handler = 1\n", "META_INF/": ""})
        self.content = package.canonical_digest(self.entries)

    def once(self, name, make):
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def leaf(self, name, **options):
        """The usual CAs with another leaf."""
        return self.once(name, lambda: self.pki.with_leaf(**options))

    def other(self):
        """A whole PKI that nobody trusts."""
        return self.once("other", lambda: signing_pki.make(self.folder, self.signed_at, "Other"))

    def old(self):
        """A trusted PKI whose leaf expired long ago."""
        return self.once("old", lambda: signing_pki.make(self.folder, self.signed_at - 700 * DAY, "Old"))

    def package(self, case):
        options = dict(case.options)
        pki = options.pop("pki", lambda kit: kit.pki)(self)
        entries = options.pop("entries", lambda kit: self.entries)(self)
        options.setdefault("signed_at", self.signed_at)
        made = {key: value(self) if callable(value) else value for key, value in options.items()}
        return package.build(package.sign(entries, pki, change=lambda envelope: case.change(self, envelope), **made))


def signer_change(**fields):
    """Sets fields of the only SignerInfo."""
    def change(kit, made):
        for key, value in fields.items():
            setattr(made.signers[0], key, value)
    return change


def envelope_change(**fields):
    def change(kit, made):
        for key, value in fields.items():
            setattr(made, key, value)
    return change


def replaced(kind, *attributes):
    """The attribute of this kind makes room for these; callables get the kit."""
    def change(kit, made):
        made.signers[0].replace(kind, *(item(kit) if callable(item) else item for item in attributes))
    return change


def added(*attributes):
    return lambda kit, made: made.signers[0].attributes.extend(attributes)


def armoured(**options):
    return lambda kit, made: cms.armour(made.encode(), **options)


def digest_of(kit):
    return cms.message_digest(kit.content)


# --- CM-01 to CM-04: what must pass ---------------------------------------------------------------------------------------


def content_with(sequence_of_bytes):
    """Entries whose content digest contains these bytes."""
    for number in range(1 << 22):
        entries = entries_of({"index.js": f"exports.handler = {number}\n", "META_INF/": ""})
        if sequence_of_bytes in package.canonical_digest(entries):
            return entries
    raise AssertionError("no such digest")


add("CM-01", "the usual envelope: SHA-384 without parameters, the root once", CLEAN, (), "")
add("CM-02", "a leaf that expired after it signed", CLEAN, (), "", pki=lambda kit: kit.old(),
    signed_at=lambda kit: kit.signed_at - 700 * DAY)
add("CM-03 LF", "0x0A in the content digest", CLEAN, (), "", entries=lambda kit: content_with(b"\n"))
add("CM-03 CRLF", "0x0D 0x0A in the content digest", CLEAN, (), "", entries=lambda kit: content_with(b"\r\n"))
add("R22", "SHA-384 with NULL parameters, the root twice", CLEAN, (), "",
    lambda kit, made: made.certificates.append(kit.pki.chain[-1]), parameters=NULL)
add("DER", "definite lengths all over", CLEAN, (), "", envelope_change(indefinite=False))

# --- CM-05 to CM-10: shape of SignedData ----------------------------------------------------------------------------------

add("CM-05 equal", "eContent present, the content", FAIL, MALFORMED, r"content of its own \(eContent\)",
    lambda kit, made: setattr(made, "content", kit.content))
add("CM-05 different", "eContent present, something else", FAIL, MALFORMED, r"content of its own \(eContent\)", envelope_change(content=b"else"))
add("CM-05 empty", "eContent present, empty", FAIL, MALFORMED, r"content of its own \(eContent\)", envelope_change(content=b""))
add("CM-06 absent", "no signedAttrs, the content signed directly", FAIL, MALFORMED, "no signed attributes",
    lambda kit, made: signer_change(attributes=None, signed_content=kit.content)(kit, made))
add("CM-06 empty", "an empty set of signedAttrs", FAIL, MALFORMED, "contentType .* is missing", signer_change(attributes=[]))


def stripped(kit, made):
    """The signature over the attributes, but the attributes taken away."""
    signer = made.signers[0]
    signer.signed_content = tlv(0x31, b"".join(sorted(signer.attributes)))
    signer.attributes = None


add("CM-07", "signedAttrs stripped", FAIL, MALFORMED, "no signed attributes", stripped)
add("CM-09 zero", "no SignerInfo", FAIL, MALFORMED, "0 signers", envelope_change(encoded_signers=[]))


def second_signer(kit, made, profile="arn:aws:signer:us-east-1:123456789012:/signing-profiles/Other/ZzYyXxWw00", **fields):
    signer = dataclasses.replace(made.signers[0], attributes=list(made.signers[0].attributes))
    signer.replace(PROFILE_ARN, attribute(PROFILE_ARN, utf8(profile)))
    for key, value in fields.items():
        setattr(signer, key, value)
    return signer


add("CM-09 two", "two good SignerInfos with different profiles", FAIL, MALFORMED, "2 signers",
    lambda kit, made: made.signers.append(second_signer(kit, made)))
add("CM-09 same", "the same SignerInfo twice", FAIL, MALFORMED, "2 signers",
    lambda kit, made: setattr(made, "encoded_signers", [made.signers[0].encode()] * 2))
add("CM-09 bad", "a good and a bad SignerInfo", FAIL, MALFORMED, "2 signers",
    lambda kit, made: made.signers.append(second_signer(kit, made, signature=b"\x30\x06\x02\x01\x01\x02\x01\x01")))
add("CM-10", "60 SignerInfos", FAIL, MALFORMED, "60 signers",
    lambda kit, made: setattr(made, "encoded_signers", [made.signers[0].encode()] * 60))
add("CM-10 more", "500 SignerInfos", FAIL, TOO_LARGE, "at most 65536",
    lambda kit, made: setattr(made, "encoded_signers", [made.signers[0].encode()] * 500))

# --- CM-11 to CM-19: attributes -------------------------------------------------------------------------------------------

TSTINFO = "1.2.840.113549.1.9.16.1.4"
add("CM-11 attribute", "the contentType attribute is not id-data", FAIL, MALFORMED, "signed contentType is not id-data",
    replaced(CONTENT_TYPE, attribute(CONTENT_TYPE, oid(TSTINFO))))
add("CM-11 content", "eContentType is not id-data", FAIL, MALFORMED, "eContentType is not id-data", envelope_change(content_type=TSTINFO))


def both_other(kit, made):
    made.content_type = TSTINFO
    replaced(CONTENT_TYPE, attribute(CONTENT_TYPE, oid(TSTINFO)))(kit, made)


add("CM-11 both", "both are another type", FAIL, MALFORMED, "eContentType is not id-data", both_other)
NAMES = {CONTENT_TYPE: ("contentType", oid(ID_DATA)), SIGNING_TIME: ("signingTime", generalized_time("20260101000000.000Z")),
         EXPIRY: ("expiry", generalized_time("20360101000000.000Z")), JOB_ARN: ("job", utf8(DEFAULT_JOB)),
         PROFILE_ARN: ("profile", utf8(DEFAULT_PROFILE)), MESSAGE_DIGEST: ("messageDigest", octets(bytes(48)))}
for kind, (word, value) in NAMES.items():
    ids = {CONTENT_TYPE: "CM-12", MESSAGE_DIGEST: "CM-12", SIGNING_TIME: "CM-12"}.get(kind, "CM-14")
    add(f"CM-13 no {word}", f"{word} missing", FAIL, MALFORMED, rf"\({kind}\) is missing", replaced(kind))
    add(f"{ids} two {word}", f"{word} twice, the same", FAIL, MALFORMED, rf"\({kind}\) occurs twice",
        lambda kit, made, kind=kind: made.signers[0].attributes.append(made.signers[0].attributes[made.signers[0].find(kind)]))
    add(f"{ids} other {word}", f"{word} twice, different", FAIL, MALFORMED, rf"\({kind}\) occurs twice", added(attribute(kind, value)))
    add(f"{ids} values {word}", f"two values in {word}", FAIL, MALFORMED, rf"\({kind}\) does not have exactly one value",
         replaced(kind, attribute(kind, value, value)))
    add(f"{ids} empty {word}", f"no value in {word}", FAIL, MALFORMED, rf"\({kind}\) does not have exactly one value",
         replaced(kind, attribute(kind)))
    add(f"CM-15 type {word}", f"{word} is a BOOLEAN", FAIL, MALFORMED, rf"\({kind}\) is no ", replaced(kind, attribute(kind, b"\x01\x01\xff")))
add("CM-13 UTCTime expiry", "expiry is a UTCTime", FAIL, MALFORMED, r"\(1.3.187.137.1.3\) is no GeneralizedTime",
    replaced(EXPIRY, attribute(EXPIRY, tlv(0x17, b"360101000000Z"))))
add("CM-13 UTCTime signing", "signingTime is a UTCTime", FAIL, MALFORMED, "signingTime .* is no GeneralizedTime",
    replaced(SIGNING_TIME, lambda kit: attribute(SIGNING_TIME, tlv(0x17, kit.signed_at.strftime("%y%m%d%H%M%SZ").encode()))))
for tag, what in ((0x16, "IA5String"), (0x04, "OCTET STRING"), (0x13, "PrintableString"), (0x1E, "BMPString")):
    add(f"CM-15 {what}", f"the profile is an {what}", FAIL, MALFORMED, r"\(1.3.187.137.1.4\) is no UTF8String",
        replaced(PROFILE_ARN, attribute(PROFILE_ARN, tlv(tag, DEFAULT_PROFILE.encode()))))


def profile_unsigned(kit, made):
    made.signers[0].replace(PROFILE_ARN)
    made.signers[0].unsigned = [attribute(PROFILE_ARN, utf8(DEFAULT_PROFILE))]


add("CM-16 only", "the profile is unsigned", FAIL, MALFORMED, r"\(1.3.187.137.1.4\) is missing", profile_unsigned)
add("CM-16 contradicts", "an unsigned profile beside the signed one", NOTICE, NOTICES, "unsigned attributes; they prove nothing",
    signer_change(unsigned=[attribute(PROFILE_ARN, utf8(DEFAULT_PROFILE.replace("Release", "Evil")))]))
add("CM-16 other", "some other unsigned attribute", NOTICE, NOTICES, "unsigned attributes; they prove nothing", signer_change(unsigned=[attribute("1.2.3.4", NULL)]))
for kind in (MESSAGE_DIGEST, CONTENT_TYPE):
    add(f"CM-17 {NAMES[kind][0]}", f"{NAMES[kind][0]} among the unsigned attributes too", FAIL, MALFORMED, "(?i)unsigned",
        signer_change(unsigned=[attribute(kind, NAMES[kind][1])]))
add("CM-18 NUL", "a NUL in the profile", FAIL, MALFORMED, r"AbCdEf0123\\x00evil` is not of the form", profile=DEFAULT_PROFILE + "\0evil")
add("CM-18 UTF-8", "the profile is no UTF-8", FAIL, MALFORMED, r"\\xFF\\xFE` is not of the form",
    replaced(PROFILE_ARN, attribute(PROFILE_ARN, utf8(DEFAULT_PROFILE.encode() + b"\xff\xfe"))))
add("CM-19", "an unknown signed attribute", NOTICE, NOTICES, "attribute that this format does not have", added(attribute("1.2.3.4", utf8("x"))))
add("CM-19 32", "32 signed attributes", NOTICE, NOTICES, "attribute that this format does not have",
    added(*(attribute(f"1.2.3.4.{number}", utf8("x")) for number in range(25))))
add("CM-19 33", "33 signed attributes", FAIL, MALFORMED, "more than 32 signed attributes", added(*(attribute(f"1.2.3.4.{number}", utf8("x")) for number in range(26))))
add("CM-19 1500", "1,500 signed attributes", FAIL, MALFORMED, "more than 32 signed attributes",
    added(*(attribute(f"1.2.3.4.{number}", utf8("x")) for number in range(1500))))

# --- CM-20 to CM-25: algorithms and versions ------------------------------------------------------------------------------

for name, value in (("ecdsa-with-SHA256", algorithm(ECDSA_SHA256)), ("rsaEncryption", algorithm(RSA_ENCRYPTION, NULL)),
                    ("junk", algorithm("1.2.3", utf8("junk"))), ("id-ecPublicKey", algorithm("1.2.840.10045.2.1")),
                    ("NULL parameters", algorithm(ECDSA_SHA384, NULL))):
    add(f"CM-20 {name}", f"signatureAlgorithm is {name}", FAIL, MALFORMED, "signatureAlgorithm is not ecdsa-with-SHA384",
         signer_change(signature_algorithm=value))


def other_digest(identifier, name):
    def change(kit, made):
        signer = made.signers[0]
        signer.digest_algorithm, signer.digest = algorithm(identifier), name
        signer.replace(MESSAGE_DIGEST, attribute(MESSAGE_DIGEST, octets(cms.message_digest(kit.content, name))))
        made.digest_algorithms = [algorithm(identifier)]
    return change


for identifier, name in ((SHA256, "sha256"), (SHA1, "sha1"), (MD5, "md5"), (SHA512, "sha512")):
    add(f"CM-21 {name}", f"digestAlgorithm is {name}, all of it consistent but AlgorithmProtection", FAIL, MALFORMED, "do not name SHA-384",
        other_digest(identifier, name))
add("CM-21 signer", "the SignerInfo alone names SHA-256", FAIL, MALFORMED, "signer's digestAlgorithm is not SHA-384", signer_change(digest_algorithm=algorithm(SHA256)))
add("CM-22 absent", "no AlgorithmProtection", NOTICE, NOTICES, "CMSAlgorithmProtection is missing", replaced(ALGORITHM_PROTECTION))
for name, value in (("digest", protection(digest=SHA256)), ("signature", protection(signature=ECDSA_SHA256)),
                    ("junk", utf8("junk")), ("MAC", sequence(algorithm(SHA384), tlv(0xA2, oid(ECDSA_SHA384)))),
                    ("trailing", sequence(algorithm(SHA384), tlv(0xA1, oid(ECDSA_SHA384)), NULL))):
    add(f"CM-22 {name}", f"AlgorithmProtection is wrong: {name}", FAIL, MALFORMED, "CMSAlgorithmProtection .*(does not name|is no SEQUENCE)",
        replaced(ALGORITHM_PROTECTION, attribute(ALGORITHM_PROTECTION, value)))
add("CM-22 twice", "AlgorithmProtection twice", FAIL, MALFORMED, "CMSAlgorithmProtection .* occurs twice",
    added(attribute(ALGORITHM_PROTECTION, protection())))
add("CM-23 empty", "digestAlgorithms is empty", FAIL, MALFORMED, "digestAlgorithms do not name SHA-384", envelope_change(digest_algorithms=[]))
add("CM-23 without", "digestAlgorithms without SHA-384", FAIL, MALFORMED, "digestAlgorithms do not name SHA-384", envelope_change(digest_algorithms=[algorithm(SHA256)]))
add("CM-23 extra", "digestAlgorithms with SHA-256 besides", NOTICE, NOTICES, "1 digest algorithms? beside SHA-384",
    envelope_change(digest_algorithms=[algorithm(SHA256), algorithm(SHA384)]))
add("CM-24 junk", "junk parameters of SHA-384", FAIL, MALFORMED, "SHA-384 with absent or NULL parameters", parameters=utf8("junk"))
for number in (3, 5):
    add(f"CM-25 version {number}", f"SignedData version {number}", NOTICE, NOTICES, f"SignedData has version {number} instead of 1",
        envelope_change(version=integer(number)))
add("CM-25 signer version", "SignerInfo version 3", NOTICE, NOTICES, "SignerInfo has version 3", signer_change(version=integer(3)))


def by_key_identifier(kit, made):
    text = signing_pki.openssl("x509", "-in", kit.pki.leaf.pem, "-noout", "-ext", "subjectKeyIdentifier").decode()
    identifier = bytes.fromhex(text.split("\n")[1].strip().replace(":", ""))
    made.version = made.signers[0].version = integer(3)
    made.signers[0].identifier = tlv(0x80, identifier)


add("CM-25 SKI", "the signer is named by its key identifier", FAIL, MALFORMED, "not named by issuerAndSerialNumber", by_key_identifier)

# --- CM-26 to CM-29: encoding and signature -------------------------------------------------------------------------------


def reversed_attributes(sort_signed):
    def change(kit, made):
        signer = made.signers[0]
        signer.attributes = sorted(signer.attributes, reverse=True)
        signer.sort_wire, signer.sort_signed = False, sort_signed
    return change


add("CM-26 wire", "attributes unsorted, but signed sorted", FAIL, MALFORMED, "not in DER order", reversed_attributes(True))
add("CM-26 signed", "attributes unsorted and signed so", FAIL, MALFORMED, "not in DER order", reversed_attributes(False))


def ber_attribute(kind, encode):
    """One attribute in BER on the wire, its DER form signed."""
    def change(kit, made):
        signer = made.signers[0]
        right = sorted(signer.attributes)
        signer.signed_content = tlv(0x31, b"".join(right))
        index = right.index(signer.attributes[signer.find(kind)])
        right[index] = encode(read_value(right[index])[0])
        signer.attributes, signer.sort_wire = right, False
    return change


def constructed_digest(value):
    digest = value.children()[1].children()[0].content
    return sequence(oid(MESSAGE_DIGEST), tlv(0x31, tlv(0x24, octets(digest[:20]) + octets(digest[20:]))))


add("CM-27 around", "indefinite length around signedAttrs", FAIL, MALFORMED, "not in DER",
    signer_change(wrap_attributes=lambda content: indefinite(0xA0, content)))
add("CM-27 long", "a non-minimal length around signedAttrs", FAIL, MALFORMED, "not in DER",
    signer_change(wrap_attributes=lambda content: long_form(0xA0, content)))
add("CM-27 inside", "indefinite length of an attribute", FAIL, MALFORMED, "not in DER",
    ber_attribute(PROFILE_ARN, lambda value: indefinite(0x30, value.content)))
add("CM-27 inside long", "a non-minimal length of an attribute", FAIL, MALFORMED, "not in DER",
    ber_attribute(PROFILE_ARN, lambda value: long_form(0x30, value.content)))
add("CM-27 constructed", "a constructed messageDigest", FAIL, MALFORMED, "not in DER", ber_attribute(MESSAGE_DIGEST, constructed_digest))


def ecdsa(change):
    """Applies `change` to r and s, both integers, and encodes again."""
    def apply(signature):
        r, s = (int.from_bytes(value.content, "big") for value in read_value(signature)[0].children())
        return change(r, s)
    return apply


def pair(r, s):
    return sequence(integer(r), integer(s))


add("CM-28", "s replaced by n - s", CLEAN, (), "", signer_change(change_signature=ecdsa(lambda r, s: pair(r, P384_ORDER - s))))
SIGNATURES = {
    "s + n": ecdsa(lambda r, s: pair(r, s + P384_ORDER)),
    "r = 0": ecdsa(lambda r, s: pair(0, s)),
    "both zero": ecdsa(lambda r, s: pair(0, 0)),
    "swapped": ecdsa(lambda r, s: pair(s, r)),
    "BER length": ecdsa(lambda r, s: long_form(0x30, integer(r) + integer(s))),
    "trailing byte": lambda signature: signature + b"\0",
    "trailing inside": ecdsa(lambda r, s: sequence(integer(r), integer(s), NULL)),
    "padded": ecdsa(lambda r, s: sequence(tlv(2, b"\0\0" + r.to_bytes(48, "big")), integer(s))),
    "empty": lambda signature: b"",
    "one bit": lambda signature: signature[:-1] + bytes([signature[-1] ^ 1]),
}
for name, changed in SIGNATURES.items():
    add(f"CM-29 {name}", f"the signature's encoding: {name}", FAIL, INVALID, "not made by the certificate's key",
        signer_change(change_signature=changed))
add("CM-29 other key", "signed by another key", FAIL, INVALID, "not made by the certificate's key", lambda kit, made: setattr(made.signers[0], "key", kit.other().leaf.key))


def changed_after_signing(kit, made):
    made.signers[0].signed_content = tlv(0x31, b"".join(sorted(made.signers[0].attributes)))
    made.signers[0].replace(JOB_ARN, attribute(JOB_ARN, utf8(DEFAULT_JOB.replace("1111", "2222"))))


add("changed attribute", "an attribute changed after signing", FAIL, INVALID, "not made by the certificate's key", changed_after_signing)
add("digest length", "messageDigest of 47 bytes", FAIL, MALFORMED, "messageDigest has 47 bytes instead of 48",
    replaced(MESSAGE_DIGEST, lambda kit: attribute(MESSAGE_DIGEST, octets(digest_of(kit)[:47]))))
add("digest once", "messageDigest is the content digest itself", FAIL, MODIFIED, "not what job 11111111-2222-3333-4444-555555555555 signed",
    replaced(MESSAGE_DIGEST, lambda kit: attribute(MESSAGE_DIGEST, octets(kit.content))))
add("digest other", "messageDigest of other content", FAIL, MODIFIED, "not what job 11111111-2222-3333-4444-555555555555 signed",
    replaced(MESSAGE_DIGEST, attribute(MESSAGE_DIGEST, octets(bytes(48)))))

# --- CM-30, CM-32: times --------------------------------------------------------------------------------------------------

BAD_TIMES = {"comma": "20330511174524,338Z", "no Z": "20330511174524.338", "offset": "20330511174524.338+0530", "bare point": "20330511174524.Z",
             "no seconds": "203305111745Z", "30 February": "20330230174524.338Z", "29 February": "20330229174524.338Z",
             "second 60": "20330511174560.000Z", "minute 60": "20330511176024.338Z", "hour 24": "20330511244524.338Z",
             "month 13": "20331311174524.338Z", "day 0": "20330500174524.338Z", "year 0": "00000511174524.338Z",
             "1969": "19691231235959.999Z", "NUL": "20330511174524.338Z\0", "empty": "", "ten digits": "20330511174524.0123456789Z",
             "lower z": "20330511174524.338z", "space": " 20330511174524.338Z", "two-digit year": "330511174524Z",
             "sign": "2033-511174524.338Z"}
for name, text in BAD_TIMES.items():
    add(f"CM-30 {name}", f"the expiry is {text!r}", FAIL, MALFORMED, "the signed expiry `.*` is no valid time of the form", expires_at=text)
for name in ("comma", "no Z", "offset", "30 February", "empty"):
    add(f"CM-30 signing {name}", f"the signing time is {BAD_TIMES[name]!r}", FAIL, MALFORMED, "the signed signingTime `.*` is no valid time",
         signed_at=BAD_TIMES[name])
for name, text in {"no fraction": "20370511174524Z", "nine digits": "20370511174524.123456789Z", "leap day": "20360229000000.000Z",
                   "year 9999": "99991231235959.999Z"}.items():
    add(f"CM-30 good {name}", f"the expiry is {text}", CLEAN, (), "", expires_at=text)
add("CM-32 future", "signed ten minutes ahead", FAIL, FUTURE, "lies after the time of this judgement", signed_at=lambda kit: signing_pki.now() + datetime.timedelta(minutes=10))
add("CM-32 before", "signed before the leaf was valid", FAIL, UNTRUSTED, "not yet valid",
    signed_at=lambda kit: kit.pki.leaf.not_before - datetime.timedelta(seconds=1))
add("CM-32 after", "signed after the leaf expired", FAIL, UNTRUSTED, "has expired", pki=lambda kit: kit.old(),
    signed_at=lambda kit: kit.signed_at)
add("CM-32 expiry equal", "the expiry is the signing time", FAIL, MALFORMED, "expiry .* is not after its signingTime", expires_at=lambda kit: kit.signed_at)
add("CM-32 expiry before", "the expiry is before the signing time", FAIL, MALFORMED, "expiry .* is not after its signingTime",
    expires_at=lambda kit: kit.signed_at - datetime.timedelta(milliseconds=1))

# --- CM-33 to CM-41: the chain --------------------------------------------------------------------------------------------


def self_signed(kit):
    """A self-signed certificate with the leaf's extensions that signs for itself."""
    def make():
        leaf = signing_pki.Authority(kit.folder, "lone", "/C=US/O=Example/CN=lone", None,
                                     "subjectKeyIdentifier=hash\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                                     "extendedKeyUsage=critical,codeSigning", kit.signed_at - DAY, kit.signed_at + DAY)
        return signing_pki.SigningPki(kit.folder, leaf, [], leaf)
    return kit.once("self-signed", make)


add("CM-33 self-signed", "a self-signed signer", FAIL, UNTRUSTED, "self-signed certificate", pki=self_signed)
add("CM-33 own root", "a whole chain with its own root", FAIL, UNTRUSTED, "does not lead to a trusted root", pki=lambda kit: kit.other())


def imitation(kit):
    """A PKI with the same names as the trusted one."""
    return kit.once("imitation", lambda: signing_pki.make(kit.folder, kit.signed_at, "Example"))


add("CM-33 same names", "a chain with the trusted one's names but other keys", FAIL, UNTRUSTED, "does not lead to a trusted root", pki=imitation)
add("CM-33 true root", "the same with the true root in the envelope", FAIL, UNTRUSTED, "does not lead to a trusted root",
    lambda kit, made: setattr(made, "certificates", [*made.certificates[:-1], kit.pki.chain[-1]]), pki=imitation)


def twin(kit):
    """Another leaf with the same issuer and serial number."""
    return kit.leaf("twin", serial=kit.pki.leaf.serial_hex()).chain[0]


add("CM-34 first", "another certificate with the signer's issuer and serial, first", FAIL, MALFORMED, "same issuer and serial number",
    lambda kit, made: made.certificates.insert(0, twin(kit)))
add("CM-34 last", "another certificate with the signer's issuer and serial, last", FAIL, MALFORMED, "same issuer and serial number",
    lambda kit, made: made.certificates.append(twin(kit)))
add("CM-34 same", "the leaf twice", CLEAN, (), "", lambda kit, made: made.certificates.append(kit.pki.chain[0]))
add("CM-35 fake first", "a fake CA of the same name first", CLEAN, (), "", lambda kit, made: made.certificates.insert(0, imitation(kit).chain[1]))
add("CM-35 shuffled", "the certificates in reverse order", CLEAN, (), "", lambda kit, made: made.certificates.reverse())


def loop(kit):
    """Two CAs that issued each other."""
    def make():
        early, late = kit.signed_at - 100 * DAY, kit.signed_at + 100 * DAY
        names = [f"/C=US/O=Example/CN=loop {letter}" for letter in "AB"]
        roots = [signing_pki.Authority(kit.folder, "loop", name, None, signing_pki.ROOT_EXTENSIONS, early, late) for name in names]
        crossed = [roots[0].issue("loop", names[1], signing_pki.ca_extensions(3), key=roots[1].key),
                   roots[1].issue("loop", names[0], signing_pki.ca_extensions(3), key=roots[0].key)]
        leaf = crossed[0].issue("leaf", "/C=US/O=Example/CN=loop leaf", leaf_extensions(), kit.signed_at - DAY, kit.signed_at + DAY)
        return signing_pki.SigningPki(kit.folder, crossed[1], [crossed[0]], leaf)
    return kit.once("loop", make)


add("CM-35 loop", "the signer's CAs issued each other", FAIL, UNTRUSTED, "does not lead to a trusted root", pki=loop)
add("CM-35 loop beside", "two CAs that issued each other besides", CLEAN, (), "",
    lambda kit, made: made.certificates.extend(loop(kit).chain[1:]))


def more_certificates(count):
    """Fills up to `count` certificates with different ones of no use."""
    def change(kit, made):
        spare = kit.once("spare", lambda: [kit.pki.with_leaf(subject=f"/CN=spare {number}").chain[0] for number in range(13)])
        made.certificates.extend(spare[: count - len(made.certificates)])
    return change


add("CM-35 16", "16 certificates", CLEAN, (), "", more_certificates(16))
add("CM-35 17", "17 certificates", FAIL, MALFORMED, "17 certificates; at most 16", more_certificates(17))
add("CM-35 60", "the leaf sixty times", FAIL, MALFORMED, "64 certificates; at most 16", lambda kit, made: made.certificates.extend([kit.pki.chain[0]] * 60))
add("no certificates", "no certificates at all", FAIL, MALFORMED, "no certificates", envelope_change(certificates=None))
add("no leaf", "the signer's certificate is missing", FAIL, MALFORMED, "signer's certificate is not among", lambda kit, made: made.certificates.remove(kit.pki.chain[0]))
add("no CA", "the regional CA is missing", FAIL, UNTRUSTED, "does not lead to a trusted root", lambda kit, made: made.certificates.remove(kit.pki.chain[1]))

EKU, KU = "extended key usage codeSigning alone", "does not have the key usage digitalSignature"
LEAVES = {
    "CM-36 none": ("no EKU", FAIL, MALFORMED, EKU, leaf_extensions(extended=None)),
    "CM-36 serverAuth": ("EKU serverAuth", FAIL, MALFORMED, EKU, leaf_extensions(extended="critical,serverAuth")),
    "CM-36 any": ("EKU anyExtendedKeyUsage", FAIL, MALFORMED, EKU, leaf_extensions(extended="critical,2.5.29.37.0")),
    "CM-36 timeStamping": ("EKU timeStamping", FAIL, MALFORMED, EKU, leaf_extensions(extended="critical,timeStamping")),
    "CM-36 more": ("EKU codeSigning and serverAuth", FAIL, MALFORMED, EKU, leaf_extensions(extended="critical,codeSigning,serverAuth")),
    "CM-37 no KU": ("no keyUsage", FAIL, MALFORMED, KU, leaf_extensions(key_usage=None)),
    "CM-37 other KU": ("keyUsage without digitalSignature", FAIL, MALFORMED, KU, leaf_extensions(key_usage="critical,keyAgreement")),
    "CM-37 CA": ("a leaf that is a CA", FAIL, MALFORMED, "is a CA certificate", leaf_extensions(
        constraints="critical,CA:TRUE", key_usage="critical,digitalSignature,keyCertSign")),
    "CM-37 no constraints": ("no basicConstraints", NOTICE, NOTICES, "no basicConstraints", leaf_extensions(constraints=None)),
    "CM-39 unknown": ("an unknown critical extension", FAIL, UNTRUSTED, "unhandled critical extension",
                      leaf_extensions(more="1.2.3.4.5=critical,ASN1:NULL")),
    "CM-41 URLs": ("OCSP and CRL addresses in the leaf", CLEAN, (), "", leaf_extensions(
        more="authorityInfoAccess=OCSP;URI:http://127.0.0.1:9/ocsp\ncrlDistributionPoints=URI:http://127.0.0.1:9/crl")),
}
for name, (what, outcome, rule, message, extensions) in LEAVES.items():
    add(name, what, outcome, rule, message, pki=lambda kit, name=name, extensions=extensions: kit.leaf(name, extensions=extensions))
NO_P384 = "does not have a P-384 key and an ecdsa-with-SHA384 signature"
KEYS = {"P-256": ("P-256", MALFORMED, NO_P384), "secp256k1": ("secp256k1", MALFORMED, NO_P384), "P-521": ("secp521r1", MALFORMED, NO_P384),
        "P-192": ("prime192v1", (MALFORMED, UNTRUSTED), NO_P384 + "|key too weak"), "RSA": ("RSA", (MALFORMED, INVALID), "key"),
        "explicit": ("explicit", (MALFORMED, UNTRUSTED), NO_P384 + "|explicit ECC parameters")}
for name, (kind, rule, message) in KEYS.items():
    add(f"CM-40 {name}", f"the leaf's key is {name}", FAIL, rule, message, pki=lambda kit, name=name, kind=kind: kit.leaf(f"key {name}", kind=kind))
add("CM-40 leaf SHA-256", "the leaf is signed with ecdsa-with-SHA256", FAIL, MALFORMED, NO_P384, pki=lambda kit: kit.leaf("leaf SHA-256", digest="sha256"))


def ca_of(kit, name, **options):
    """The usual root with another CA below it, and a regional CA and leaf below that."""
    def make():
        ca = kit.pki.root.issue("ca", f"/C=US/O=Example/CN={name}", options.pop("extensions", signing_pki.ca_extensions(1)),
                                **{key: value for key, value in options.items() if key in ("kind", "digest")})
        regional = ca.issue("regional", f"/C=US/O=Example/CN={name} regional", signing_pki.ca_extensions(0))
        leaf = regional.issue("leaf", "/C=US/O=Example/CN=leaf", leaf_extensions(), kit.signed_at - DAY, kit.signed_at + DAY)
        return signing_pki.SigningPki(kit.folder, kit.pki.root, [ca, regional], leaf)
    return kit.once(name, make)


add("CM-40 CA P-256", "a CA's key is P-256", FAIL, MALFORMED, NO_P384, pki=lambda kit: ca_of(kit, "P-256 CA", kind="P-256"))
add("CM-40 CA SHA-256", "a CA is signed with ecdsa-with-SHA256", FAIL, MALFORMED, NO_P384, pki=lambda kit: ca_of(kit, "SHA-256 CA", digest="sha256"))
add("CM-39 no CA", "an intermediate that is no CA", FAIL, UNTRUSTED, "invalid CA certificate",
    pki=lambda kit: ca_of(kit, "no CA", extensions="subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nbasicConstraints=critical,CA:FALSE\n"
                          "keyUsage=critical,digitalSignature,keyCertSign"))
add("CM-39 CA KU", "a CA that may not sign certificates", FAIL, UNTRUSTED, "invalid CA certificate",
    pki=lambda kit: ca_of(kit, "no certSign", extensions="subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
                          "basicConstraints=critical,CA:TRUE,pathlen:1\nkeyUsage=critical,digitalSignature,cRLSign"))
add("CM-39 names", "a broken name constraint", FAIL, UNTRUSTED, "permitted subtree violation",
    pki=lambda kit: ca_of(kit, "constrained", extensions=signing_pki.ca_extensions(1) +
                          "\nnameConstraints=critical,permitted;dirName:allowed\n[allowed]\nO=Somebody else"))


def below_the_regional(kit):
    def make():
        extra_ca = kit.pki.regional.issue("extra", "/C=US/O=Example/CN=one too many", signing_pki.ca_extensions(0))
        leaf = extra_ca.issue("leaf", "/C=US/O=Example/CN=leaf", leaf_extensions(), kit.signed_at - DAY, kit.signed_at + DAY)
        return signing_pki.SigningPki(kit.folder, kit.pki.root, [kit.pki.ca, kit.pki.regional, extra_ca], leaf)
    return kit.once("pathlen", make)


def below_the_leaf(kit):
    def make():
        leaf = kit.pki.leaf.issue("leaf", "/C=US/O=Example/CN=leaf of a leaf", leaf_extensions())
        return signing_pki.SigningPki(kit.folder, kit.pki.root, [kit.pki.ca, kit.pki.regional, kit.pki.leaf], leaf)
    return kit.once("leaf of a leaf", make)


add("CM-39 pathlen", "one CA more than pathlen allows", FAIL, UNTRUSTED, "path length constraint exceeded", pki=below_the_regional)
add("CM-39 leaf", "a leaf that issued the signer", FAIL, UNTRUSTED, "invalid CA certificate", pki=below_the_leaf)
add("CM-38 regional", "the regional CA signs", FAIL, MALFORMED, "is a CA certificate",
    pki=lambda kit: kit.once("regional signs", lambda: signing_pki.SigningPki(kit.folder, kit.pki.root, [kit.pki.ca], kit.pki.regional)),
    signed_at=lambda kit: kit.signed_at)
add("CM-38 root", "the root signs", FAIL, MALFORMED, "is a CA certificate",
    pki=lambda kit: kit.once("root signs", lambda: signing_pki.SigningPki(kit.folder, kit.pki.root, [], kit.pki.root)))
add("CM-38 below root", "a leaf that the root issued", NOTICE, NOTICES, "without a CA between them",
    pki=lambda kit: kit.leaf("below root", issuer=kit.pki.root))


def revoked_in_the_envelope(kit, made):
    text = kit.pki.regional.crl([kit.pki.leaf]).decode()
    made.crls = [base64.b64decode("".join(line for line in text.splitlines() if not line.startswith("-")))]


add("CM-41 CRL", "a CRL in the envelope that revokes the leaf", NOTICE, NOTICES, "revocation lists of its own; they are ignored", revoked_in_the_envelope)

# --- CM-42 to CM-48: the text ---------------------------------------------------------------------------------------------

add("CM-42 before", "text before the block", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it", armoured(before="print('evil')\n"))
add("CM-42 after", "text behind the block", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it", armoured(after="print('evil')\n"))
add("CM-42 two", "two blocks", FAIL, MALFORMED, "not base64 in lines of 64", lambda kit, made: cms.armour(made.encode()) * 2)
add("CM-42 certificate first", "a certificate's block first", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it",
    lambda kit, made: signing_pki.to_pem(kit.pki.chain[0]).encode() + cms.armour(made.encode()))
add("CM-42 certificate last", "a certificate's block last", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it",
    lambda kit, made: cms.armour(made.encode()) + signing_pki.to_pem(kit.pki.chain[0]).encode())
add("CM-42 white space", "white space around the block", CLEAN, (), "", armoured(before="\n\n", after="\n \t\r\n"))
add("CM-42 CRLF", "lines that end in CRLF", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it", armoured(newline="\r\n"))
add("CM-42 empty", "an empty entry", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it", lambda kit, made: b"")
add("CM-42 NUL", "a NUL behind the block", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it", lambda kit, made: cms.armour(made.encode()) + b"\0")
for label in ("CMS", "CERTIFICATE", "PKCS #7 SIGNED DATA", "pkcs7", "PKCS7 "):
    add(f"CM-43 {label}", f"the label {label}", FAIL, MALFORMED, "is not one PEM block with the label PKCS7", armoured(label=label))
add("CM-43 end", "another label at the end", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it", armoured(end_label="CMS"))
add("CM-43 headers", "Proc-Type headers", FAIL, MALFORMED, "not base64 in lines of 64", armoured(headers="Proc-Type: 4,MIC-CLEAR\n"))
add("CM-44 bytes", "bytes behind the envelope inside the block", FAIL, MALFORMED, "4 bytes follow the CMS", lambda kit, made: cms.armour(made.encode() + b"more"))
add("CM-44 NUL bytes", "zero bytes behind the envelope inside the block", FAIL, MALFORMED, "2 bytes follow the CMS", lambda kit, made: cms.armour(made.encode() + b"\0\0"))
add("CM-44 cut", "the envelope is cut", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit, made: cms.armour(made.encode()[:-40]))
add("CM-44 base64", "a character that is no base64", FAIL, MALFORMED, "not base64 in lines of 64",
    lambda kit, made: cms.armour(made.encode()).replace(b"\nM", b"\n*", 1))
add("CM-44 dash", "no end line", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it", lambda kit, made: cms.armour(made.encode())[:-24])
add("not BER", "no BER inside", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit, made: cms.armour(b"\xff" * 300))
add("CM-45 nesting", "10,000 nested indefinite lengths", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit, made: cms.armour(b"\x30\x80" * 10000 + b"\0\0" * 10000))
add("CM-45 octets", "8,000 nested constructed strings", FAIL, MALFORMED, "no CMS ContentInfo",
    lambda kit, made: cms.armour(indefinite(0x30, oid(cms.ID_SIGNED_DATA) + b"\x24\x80" * 8000 + b"\0\0" * 8000)))
add("CM-45 length", "a length of 2 GiB", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit, made: cms.armour(b"\x30\x84\x7f\xff\xff\xff" + made.encode()))
add("CM-45 long length", "a length of 127 octets", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit, made: cms.armour(b"\x30\xff" + b"\xff" * 127 + made.encode()))
for name, kind in (("enveloped", "1.2.840.113549.1.7.3"), ("compressed", "1.2.840.113549.1.9.16.1.9"), ("data", ID_DATA)):
    add(f"CM-46 {name}", f"ContentInfo is {name}-data", FAIL, MALFORMED, "content type is not id-signedData", envelope_change(outer_type=kind))
BAD_PROFILES = {
    "no version": DEFAULT_PROFILE.rsplit("/", 1)[0], "slash": DEFAULT_PROFILE + "/", "space": DEFAULT_PROFILE + " ", "LF": DEFAULT_PROFILE + "\n",
    "upper case": DEFAULT_PROFILE.upper(), "%2F": DEFAULT_PROFILE.replace("Release/", "Release%2F"), "homoglyph": DEFAULT_PROFILE.replace("Release", "Rel\u0435ase"),
    "wildcard": DEFAULT_PROFILE.replace("Release", "*"), "wildcard version": DEFAULT_PROFILE[:-10] + "*", "long version": DEFAULT_PROFILE + "4",
    "short version": DEFAULT_PROFILE[:-1], "other service": DEFAULT_PROFILE.replace(":signer:", ":lambda:"), "empty": "", "short account":
    DEFAULT_PROFILE.replace("123456789012", "12345678901"), "2,049 bytes": DEFAULT_PROFILE + "x" * (2049 - len(DEFAULT_PROFILE)),
    "long name": DEFAULT_PROFILE.replace("Release", "R" * 65), "short name": DEFAULT_PROFILE.replace("Release", "R"), "leading space": " " + DEFAULT_PROFILE,
    "a job": DEFAULT_JOB, "no slash": DEFAULT_PROFILE.replace(":/signing", ":signing"), "hyphen": DEFAULT_PROFILE.replace("Release", "Re-lease"),
}
for name, arn in BAD_PROFILES.items():
    add(f"CM-47 {name}", f"the signed profile ARN: {name}", FAIL, MALFORMED, "the signed profile version ARN `.*` is not of the form", profile=arn)
for name, arn in {"other account": DEFAULT_JOB.replace("123456789012", "123456789013"), "other region": DEFAULT_JOB.replace("us-east-1", "us-east-2"),
                  "other partition": DEFAULT_JOB.replace("arn:aws:", "arn:aws-cn:"), "a profile": DEFAULT_PROFILE, "upper case": DEFAULT_JOB.replace(
                  "1111-", "ABCD-"), "no UUID": DEFAULT_JOB.rsplit("/", 1)[0] + "/x", "empty": ""}.items():
    add(f"CM-47 job {name}", f"the signed job ARN: {name}", FAIL, MALFORMED,
        "partition, region or account of job .* differ" if name.startswith("other") else "the signed job ARN `.*` is not of the form", job=arn)
add("CM-48", "code, then the PEM block", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it", armoured(before="import os\n\"\"\"\n", after="\"\"\"\n"))


class Envelopes(GateTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit = Kit(cls.class_folder, cls.pki, cls.signed_at)

    def test_names_of_the_cases_are_unique(self):
        names = [case.name for case in CASES]
        self.assertEqual(sorted(set(names)), sorted(names))

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
