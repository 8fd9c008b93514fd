"""Envelope cases CM-01 to CM-32 of ATTACKS.md section 2: shape, attributes, algorithms, encodings, times."""

import dataclasses
import datetime

from e2e.envelope_kit import (add, signer_change, envelope_change, replaced, added, digest_of, MALFORMED, INVALID,
                              UNTRUSTED, FUTURE, MODIFIED, TOO_LARGE, NOTICES, FAIL, NOTICE, CLEAN, DAY)
from support import cms, package, signing_pki
from support.cms import (ALGORITHM_PROTECTION, CONTENT_TYPE, DEFAULT_JOB, DEFAULT_PROFILE, ECDSA_SHA256, ECDSA_SHA384,
                         EXPIRY, ID_DATA, JOB_ARN, MD5, MESSAGE_DIGEST, NULL, P384_ORDER, PROFILE_ARN, RSA_ENCRYPTION,
                         SHA1, SHA256, SHA384, SHA512, SIGNING_TIME, algorithm, attribute, generalized_time, indefinite,
                         integer, long_form, octets, oid, protection, sequence, tlv, utf8)
from support.package import entries_of
from support.signing_pki import read_value

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
add("CM-05 different", "eContent present, something else", FAIL, MALFORMED, r"content of its own \(eContent\)",
    envelope_change(content=b"else"))
add("CM-05 empty", "eContent present, empty", FAIL, MALFORMED, r"content of its own \(eContent\)",
    envelope_change(content=b""))
add("CM-06 absent", "no signedAttrs, the content signed directly", FAIL, MALFORMED, "no signed attributes",
    lambda kit, made: signer_change(attributes=None, signed_content=kit.content)(kit, made))
add("CM-06 empty", "an empty set of signedAttrs", FAIL, MALFORMED, "contentType .* is missing",
    signer_change(attributes=[]))


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
add("CM-11 content", "eContentType is not id-data", FAIL, MALFORMED, "eContentType is not id-data",
    envelope_change(content_type=TSTINFO))


def both_other(kit, made):
    made.content_type = TSTINFO
    replaced(CONTENT_TYPE, attribute(CONTENT_TYPE, oid(TSTINFO)))(kit, made)


add("CM-11 both", "both are another type", FAIL, MALFORMED, "eContentType is not id-data", both_other)
NAMES = {CONTENT_TYPE: ("contentType", oid(ID_DATA)), SIGNING_TIME: ("signingTime",
    generalized_time("20260101000000.000Z")),
         EXPIRY: ("expiry", generalized_time("20360101000000.000Z")), JOB_ARN: ("job", utf8(DEFAULT_JOB)),
         PROFILE_ARN: ("profile", utf8(DEFAULT_PROFILE)), MESSAGE_DIGEST: ("messageDigest", octets(bytes(48)))}
for kind, (word, value) in NAMES.items():
    ids = {CONTENT_TYPE: "CM-12", MESSAGE_DIGEST: "CM-12", SIGNING_TIME: "CM-12"}.get(kind, "CM-14")
    add(f"CM-13 no {word}", f"{word} missing", FAIL, MALFORMED, rf"\({kind}\) is missing", replaced(kind))
    add(f"{ids} two {word}", f"{word} twice, the same", FAIL, MALFORMED, rf"\({kind}\) occurs twice",
        lambda kit, made,
        kind=kind: made.signers[0].attributes.append(made.signers[0].attributes[made.signers[0].find(kind)]))
    add(f"{ids} other {word}", f"{word} twice, different", FAIL, MALFORMED, rf"\({kind}\) occurs twice",
        added(attribute(kind, value)))
    add(f"{ids} values {word}", f"two values in {word}", FAIL, MALFORMED, rf"\({kind}\) does not have exactly one value",
         replaced(kind, attribute(kind, value, value)))
    add(f"{ids} empty {word}", f"no value in {word}", FAIL, MALFORMED, rf"\({kind}\) does not have exactly one value",
         replaced(kind, attribute(kind)))
    add(f"CM-15 type {word}", f"{word} is a BOOLEAN", FAIL, MALFORMED, rf"\({kind}\) is no ",
        replaced(kind, attribute(kind, b"\x01\x01\xff")))
add("CM-13 UTCTime expiry", "expiry is a UTCTime", FAIL, MALFORMED, r"\(1.3.187.137.1.3\) is no GeneralizedTime",
    replaced(EXPIRY, attribute(EXPIRY, tlv(0x17, b"360101000000Z"))))
add("CM-13 UTCTime signing", "signingTime is a UTCTime", FAIL, MALFORMED, "signingTime .* is no GeneralizedTime",
    replaced(SIGNING_TIME, lambda kit: attribute(SIGNING_TIME, tlv(0x17,
    kit.signed_at.strftime("%y%m%d%H%M%SZ").encode()))))
for tag, what in ((0x16, "IA5String"), (0x04, "OCTET STRING"), (0x13, "PrintableString"), (0x1E, "BMPString")):
    add(f"CM-15 {what}", f"the profile is an {what}", FAIL, MALFORMED, r"\(1.3.187.137.1.4\) is no UTF8String",
        replaced(PROFILE_ARN, attribute(PROFILE_ARN, tlv(tag, DEFAULT_PROFILE.encode()))))


def profile_unsigned(kit, made):
    made.signers[0].replace(PROFILE_ARN)
    made.signers[0].unsigned = [attribute(PROFILE_ARN, utf8(DEFAULT_PROFILE))]


add("CM-16 only", "the profile is unsigned", FAIL, MALFORMED, r"\(1.3.187.137.1.4\) is missing", profile_unsigned)
add("CM-16 contradicts", "an unsigned profile beside the signed one", NOTICE, NOTICES,
    "unsigned attributes; they prove nothing",
    signer_change(unsigned=[attribute(PROFILE_ARN, utf8(DEFAULT_PROFILE.replace("Release", "Evil")))]))
add("CM-16 other", "some other unsigned attribute", NOTICE, NOTICES, "unsigned attributes; they prove nothing",
    signer_change(unsigned=[attribute("1.2.3.4", NULL)]))
for kind in (MESSAGE_DIGEST, CONTENT_TYPE):
    add(f"CM-17 {NAMES[kind][0]}", f"{NAMES[kind][0]} among the unsigned attributes too", FAIL, MALFORMED, "(?i)unsigned",
        signer_change(unsigned=[attribute(kind, NAMES[kind][1])]))
add("CM-18 NUL", "a NUL in the profile", FAIL, MALFORMED, r"AbCdEf0123\\x00evil` is not of the form",
    profile=DEFAULT_PROFILE + "\0evil")
add("CM-18 UTF-8", "the profile is no UTF-8", FAIL, MALFORMED, r"\\xFF\\xFE` is not of the form",
    replaced(PROFILE_ARN, attribute(PROFILE_ARN, utf8(DEFAULT_PROFILE.encode() + b"\xff\xfe"))))
add("CM-19", "an unknown signed attribute", NOTICE, NOTICES, "attribute that this format does not have",
    added(attribute("1.2.3.4", utf8("x"))))
add("CM-19 32", "32 signed attributes", NOTICE, NOTICES, "attribute that this format does not have",
    added(*(attribute(f"1.2.3.4.{number}", utf8("x")) for number in range(25))))
add("CM-19 33", "33 signed attributes", FAIL, MALFORMED, "more than 32 signed attributes",
    added(*(attribute(f"1.2.3.4.{number}", utf8("x")) for number in range(26))))
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
    add(f"CM-21 {name}", f"digestAlgorithm is {name}, all of it consistent but AlgorithmProtection", FAIL, MALFORMED,
        "do not name SHA-384",
        other_digest(identifier, name))
add("CM-21 signer", "the SignerInfo alone names SHA-256", FAIL, MALFORMED, "signer's digestAlgorithm is not SHA-384",
    signer_change(digest_algorithm=algorithm(SHA256)))
add("CM-22 absent", "no AlgorithmProtection", NOTICE, NOTICES, "CMSAlgorithmProtection is missing",
    replaced(ALGORITHM_PROTECTION))
for name, value in (("digest", protection(digest=SHA256)), ("signature", protection(signature=ECDSA_SHA256)),
                    ("junk", utf8("junk")), ("MAC", sequence(algorithm(SHA384), tlv(0xA2, oid(ECDSA_SHA384)))),
                    ("trailing", sequence(algorithm(SHA384), tlv(0xA1, oid(ECDSA_SHA384)), NULL))):
    add(f"CM-22 {name}", f"AlgorithmProtection is wrong: {name}", FAIL, MALFORMED,
        "CMSAlgorithmProtection .*(does not name|is no SEQUENCE)",
        replaced(ALGORITHM_PROTECTION, attribute(ALGORITHM_PROTECTION, value)))
add("CM-22 twice", "AlgorithmProtection twice", FAIL, MALFORMED, "CMSAlgorithmProtection .* occurs twice",
    added(attribute(ALGORITHM_PROTECTION, protection())))
add("CM-23 empty", "digestAlgorithms is empty", FAIL, MALFORMED, "digestAlgorithms do not name SHA-384",
    envelope_change(digest_algorithms=[]))
add("CM-23 without", "digestAlgorithms without SHA-384", FAIL, MALFORMED, "digestAlgorithms do not name SHA-384",
    envelope_change(digest_algorithms=[algorithm(SHA256)]))
add("CM-23 extra", "digestAlgorithms with SHA-256 besides", NOTICE, NOTICES, "1 digest algorithms? beside SHA-384",
    envelope_change(digest_algorithms=[algorithm(SHA256), algorithm(SHA384)]))
add("CM-24 junk", "junk parameters of SHA-384", FAIL, MALFORMED, "SHA-384 with absent or NULL parameters",
    parameters=utf8("junk"))
for number in (3, 5):
    add(f"CM-25 version {number}", f"SignedData version {number}", NOTICE, NOTICES,
        f"SignedData has version {number} instead of 1",
        envelope_change(version=integer(number)))
add("CM-25 signer version", "SignerInfo version 3", NOTICE, NOTICES, "SignerInfo has version 3",
    signer_change(version=integer(3)))


def by_key_identifier(kit, made):
    text = signing_pki.openssl("x509", "-in", kit.pki.leaf.pem, "-noout", "-ext", "subjectKeyIdentifier").decode()
    identifier = bytes.fromhex(text.split("\n")[1].strip().replace(":", ""))
    made.version = made.signers[0].version = integer(3)
    made.signers[0].identifier = tlv(0x80, identifier)


add("CM-25 SKI", "the signer is named by its key identifier", FAIL, MALFORMED, "not named by issuerAndSerialNumber",
    by_key_identifier)

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
add("CM-27 constructed", "a constructed messageDigest", FAIL, MALFORMED, "not in DER",
    ber_attribute(MESSAGE_DIGEST, constructed_digest))


def ecdsa(change):
    """Applies `change` to r and s, both integers, and encodes again."""
    def apply(signature):
        r, s = (int.from_bytes(value.content, "big") for value in read_value(signature)[0].children())
        return change(r, s)
    return apply


def pair(r, s):
    return sequence(integer(r), integer(s))


add("CM-28", "s replaced by n - s", CLEAN, (), "", signer_change(change_signature=ecdsa(lambda r, s: pair(r,
    P384_ORDER - s))))
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
add("CM-29 other key", "signed by another key", FAIL, INVALID, "not made by the certificate's key", lambda kit,
    made: setattr(made.signers[0], "key", kit.other().leaf.key))


def changed_after_signing(kit, made):
    made.signers[0].signed_content = tlv(0x31, b"".join(sorted(made.signers[0].attributes)))
    made.signers[0].replace(JOB_ARN, attribute(JOB_ARN, utf8(DEFAULT_JOB.replace("1111", "2222"))))


add("changed attribute", "an attribute changed after signing", FAIL, INVALID, "not made by the certificate's key",
    changed_after_signing)
add("digest length", "messageDigest of 47 bytes", FAIL, MALFORMED, "messageDigest has 47 bytes instead of 48",
    replaced(MESSAGE_DIGEST, lambda kit: attribute(MESSAGE_DIGEST, octets(digest_of(kit)[:47]))))
add("digest once", "messageDigest is the content digest itself", FAIL, MODIFIED,
    "not what job 11111111-2222-3333-4444-555555555555 signed",
    replaced(MESSAGE_DIGEST, lambda kit: attribute(MESSAGE_DIGEST, octets(kit.content))))
add("digest other", "messageDigest of other content", FAIL, MODIFIED,
    "not what job 11111111-2222-3333-4444-555555555555 signed",
    replaced(MESSAGE_DIGEST, attribute(MESSAGE_DIGEST, octets(bytes(48)))))

# --- CM-30, CM-32: times --------------------------------------------------------------------------------------------------

BAD_TIMES = {"comma": "20330511174524,338Z", "no Z": "20330511174524.338", "offset": "20330511174524.338+0530",
    "bare point": "20330511174524.Z",
             "no seconds": "203305111745Z", "30 February": "20330230174524.338Z", "29 February": "20330229174524.338Z",
             "second 60": "20330511174560.000Z", "minute 60": "20330511176024.338Z", "hour 24": "20330511244524.338Z",
             "month 13": "20331311174524.338Z", "day 0": "20330500174524.338Z", "year 0": "00000511174524.338Z",
             "1969": "19691231235959.999Z", "NUL": "20330511174524.338Z\0", "empty": "",
             "ten digits": "20330511174524.0123456789Z",
             "lower z": "20330511174524.338z", "space": " 20330511174524.338Z", "two-digit year": "330511174524Z",
             "sign": "2033-511174524.338Z"}
for name, text in BAD_TIMES.items():
    add(f"CM-30 {name}", f"the expiry is {text!r}", FAIL, MALFORMED, "the signed expiry `.*` is no valid time of the form",
        expires_at=text)
for name in ("comma", "no Z", "offset", "30 February", "empty"):
    add(f"CM-30 signing {name}", f"the signing time is {BAD_TIMES[name]!r}", FAIL, MALFORMED,
        "the signed signingTime `.*` is no valid time",
         signed_at=BAD_TIMES[name])
for name, text in {"no fraction": "20370511174524Z", "nine digits": "20370511174524.123456789Z",
        "leap day": "20360229000000.000Z",
                   "year 9999": "99991231235959.999Z"}.items():
    add(f"CM-30 good {name}", f"the expiry is {text}", CLEAN, (), "", expires_at=text)
add("CM-32 future", "signed ten minutes ahead", FAIL, FUTURE, "lies after the time of this judgement",
    signed_at=lambda kit: signing_pki.now() + datetime.timedelta(minutes=10))
add("CM-32 before", "signed before the leaf was valid", FAIL, UNTRUSTED, "not yet valid",
    signed_at=lambda kit: kit.pki.leaf.not_before - datetime.timedelta(seconds=1))
add("CM-32 after", "signed after the leaf expired", FAIL, UNTRUSTED, "has expired", pki=lambda kit: kit.old(),
    signed_at=lambda kit: kit.signed_at)
add("CM-32 expiry equal", "the expiry is the signing time", FAIL, MALFORMED, "expiry .* is not after its signingTime",
    expires_at=lambda kit: kit.signed_at)
add("CM-32 expiry before", "the expiry is before the signing time", FAIL, MALFORMED,
    "expiry .* is not after its signingTime",
    expires_at=lambda kit: kit.signed_at - datetime.timedelta(milliseconds=1))
