"""Envelope cases CM-33 to CM-48 of ATTACKS.md section 2: the chain, the text around the envelope, the ARNs."""

import base64

from e2e.envelope_kit import (add, envelope_change, armoured, MALFORMED, INVALID, UNTRUSTED, NOTICES, FAIL, NOTICE,
                              CLEAN, DAY)
from support import cms, signing_pki
from support.cms import DEFAULT_JOB, DEFAULT_PROFILE, ID_DATA, indefinite, oid
from support.signing_pki import leaf_extensions

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
add("CM-33 own root", "a whole chain with its own root", FAIL, UNTRUSTED, "does not lead to a trusted root",
    pki=lambda kit: kit.other())


def imitation(kit):
    """A PKI with the same names as the trusted one."""
    return kit.once("imitation", lambda: signing_pki.make(kit.folder, kit.signed_at, "Example"))


add("CM-33 same names", "a chain with the trusted one's names but other keys", FAIL, UNTRUSTED,
    "does not lead to a trusted root", pki=imitation)
add("CM-33 true root", "the same with the true root in the envelope", FAIL, UNTRUSTED, "does not lead to a trusted root",
    lambda kit, made: setattr(made, "certificates", [*made.certificates[:-1], kit.pki.chain[-1]]), pki=imitation)


def twin(kit):
    """Another leaf with the same issuer and serial number."""
    return kit.leaf("twin", serial=kit.pki.leaf.serial_hex()).chain[0]


add("CM-34 first", "another certificate with the signer's issuer and serial, first", FAIL, MALFORMED,
    "same issuer and serial number",
    lambda kit, made: made.certificates.insert(0, twin(kit)))
add("CM-34 last", "another certificate with the signer's issuer and serial, last", FAIL, MALFORMED,
    "same issuer and serial number",
    lambda kit, made: made.certificates.append(twin(kit)))
add("CM-34 same", "the leaf twice", CLEAN, (), "", lambda kit, made: made.certificates.append(kit.pki.chain[0]))
add("CM-35 fake first", "a fake CA of the same name first", CLEAN, (), "", lambda kit,
    made: made.certificates.insert(0, imitation(kit).chain[1]))
add("CM-35 shuffled", "the certificates in reverse order", CLEAN, (), "", lambda kit, made: made.certificates.reverse())


def loop(kit):
    """Two CAs that issued each other."""
    def make():
        early, late = kit.signed_at - 100 * DAY, kit.signed_at + 100 * DAY
        names = [f"/C=US/O=Example/CN=loop {letter}" for letter in "AB"]
        roots = [signing_pki.Authority(kit.folder, "loop", name, None, signing_pki.ROOT_EXTENSIONS, early,
            late) for name in names]
        crossed = [roots[0].issue("loop", names[1], signing_pki.ca_extensions(3), key=roots[1].key),
                   roots[1].issue("loop", names[0], signing_pki.ca_extensions(3), key=roots[0].key)]
        leaf = crossed[0].issue("leaf", "/C=US/O=Example/CN=loop leaf", leaf_extensions(), kit.signed_at - DAY,
            kit.signed_at + DAY)
        return signing_pki.SigningPki(kit.folder, crossed[1], [crossed[0]], leaf)
    return kit.once("loop", make)


add("CM-35 loop", "the signer's CAs issued each other", FAIL, UNTRUSTED, "does not lead to a trusted root", pki=loop)
add("CM-35 loop beside", "two CAs that issued each other besides", CLEAN, (), "",
    lambda kit, made: made.certificates.extend(loop(kit).chain[1:]))


def more_certificates(count):
    """Fills up to `count` certificates with different ones of no use."""
    def change(kit, made):
        spare = kit.once("spare",
            lambda: [kit.pki.with_leaf(subject=f"/CN=spare {number}").chain[0] for number in range(13)])
        made.certificates.extend(spare[: count - len(made.certificates)])
    return change


add("CM-35 16", "16 certificates", CLEAN, (), "", more_certificates(16))
add("CM-35 17", "17 certificates", FAIL, MALFORMED, "17 certificates; at most 16", more_certificates(17))
add("CM-35 60", "the leaf sixty times", FAIL, MALFORMED, "64 certificates; at most 16", lambda kit,
    made: made.certificates.extend([kit.pki.chain[0]] * 60))
add("no certificates", "no certificates at all", FAIL, MALFORMED, "no certificates", envelope_change(certificates=None))
add("no leaf", "the signer's certificate is missing", FAIL, MALFORMED, "signer's certificate is not among", lambda kit,
    made: made.certificates.remove(kit.pki.chain[0]))
add("no CA", "the regional CA is missing", FAIL, UNTRUSTED, "does not lead to a trusted root", lambda kit,
    made: made.certificates.remove(kit.pki.chain[1]))

EKU, KU = "extended key usage codeSigning alone", "does not have the key usage digitalSignature"
LEAVES = {
    "CM-36 none": ("no EKU", FAIL, MALFORMED, EKU, leaf_extensions(extended=None)),
    "CM-36 serverAuth": ("EKU serverAuth", FAIL, MALFORMED, EKU, leaf_extensions(extended="critical,serverAuth")),
    "CM-36 any": ("EKU anyExtendedKeyUsage", FAIL, MALFORMED, EKU, leaf_extensions(extended="critical,2.5.29.37.0")),
    "CM-36 timeStamping": ("EKU timeStamping", FAIL, MALFORMED, EKU, leaf_extensions(extended="critical,timeStamping")),
    "CM-36 more": ("EKU codeSigning and serverAuth", FAIL, MALFORMED, EKU,
    leaf_extensions(extended="critical,codeSigning,serverAuth")),
    "CM-36 unknown": ("EKU codeSigning and one that nobody knows", FAIL, MALFORMED, EKU,
    leaf_extensions(extended="critical,codeSigning,1.2.3.4.5")),
    "CM-36 only unknown": ("an EKU that nobody knows", FAIL, MALFORMED, EKU, leaf_extensions(extended="critical,1.2.3.4.5")),
    "CM-37 no KU": ("no keyUsage", FAIL, MALFORMED, KU, leaf_extensions(key_usage=None)),
    "CM-37 other KU": ("keyUsage without digitalSignature", FAIL, MALFORMED, KU,
    leaf_extensions(key_usage="critical,keyAgreement")),
    "CM-37 CA": ("a leaf that is a CA", FAIL, MALFORMED, "is a CA certificate", leaf_extensions(
        constraints="critical,CA:TRUE", key_usage="critical,digitalSignature,keyCertSign")),
    "CM-37 no constraints": ("no basicConstraints", NOTICE, NOTICES, "no basicConstraints",
    leaf_extensions(constraints=None)),
    "CM-39 unknown": ("an unknown critical extension", FAIL, UNTRUSTED, "unhandled critical extension",
                      leaf_extensions(more="1.2.3.4.5=critical,ASN1:NULL")),
    "CM-41 URLs": ("OCSP and CRL addresses in the leaf", CLEAN, (), "", leaf_extensions(
        more="authorityInfoAccess=OCSP;URI:http://127.0.0.1:9/ocsp\ncrlDistributionPoints=URI:http://127.0.0.1:9/crl")),
}
for name, (what, outcome, rule, message, extensions) in LEAVES.items():
    add(name, what, outcome, rule, message, pki=lambda kit, name=name,
        extensions=extensions: kit.leaf(name, extensions=extensions))
NO_P384 = "does not have a P-384 key and an ecdsa-with-SHA384 signature"
KEYS = {"P-256": ("P-256", MALFORMED, NO_P384), "secp256k1": ("secp256k1", MALFORMED, NO_P384),
    "P-521": ("secp521r1", MALFORMED, NO_P384),
        "P-192": ("prime192v1", (MALFORMED, UNTRUSTED), NO_P384 + "|key too weak"),
        "RSA": ("RSA", (MALFORMED, INVALID), "key"),
        "explicit": ("explicit", (MALFORMED, UNTRUSTED), NO_P384 + "|explicit ECC parameters")}
for name, (kind, rule, message) in KEYS.items():
    add(f"CM-40 {name}", f"the leaf's key is {name}", FAIL, rule, message, pki=lambda kit, name=name,
        kind=kind: kit.leaf(f"key {name}", kind=kind))
add("CM-40 leaf SHA-256", "the leaf is signed with ecdsa-with-SHA256", FAIL, MALFORMED, NO_P384,
    pki=lambda kit: kit.leaf("leaf SHA-256", digest="sha256"))


def ca_of(kit, name, **options):
    """The usual root with another CA below it, and a regional CA and leaf below that."""
    def make():
        ca = kit.pki.root.issue("ca", f"/C=US/O=Example/CN={name}", options.pop("extensions", signing_pki.ca_extensions(1)),
                                **{key: value for key, value in options.items() if key in ("kind", "digest")})
        regional = ca.issue("regional", f"/C=US/O=Example/CN={name} regional", signing_pki.ca_extensions(0))
        leaf = regional.issue("leaf", "/C=US/O=Example/CN=leaf", leaf_extensions(), kit.signed_at - DAY,
            kit.signed_at + DAY)
        return signing_pki.SigningPki(kit.folder, kit.pki.root, [ca, regional], leaf)
    return kit.once(name, make)


add("CM-40 CA P-256", "a CA's key is P-256", FAIL, MALFORMED, NO_P384, pki=lambda kit: ca_of(kit, "P-256 CA", kind="P-256"))
add("CM-40 CA SHA-256", "a CA is signed with ecdsa-with-SHA256", FAIL, MALFORMED, NO_P384,
    pki=lambda kit: ca_of(kit, "SHA-256 CA", digest="sha256"))
add("CM-39 no CA", "an intermediate that is no CA", FAIL, UNTRUSTED, "invalid CA certificate",
    pki=lambda kit: ca_of(kit, "no CA",
    extensions="subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nbasicConstraints=critical,CA:FALSE\n"
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
        leaf = extra_ca.issue("leaf", "/C=US/O=Example/CN=leaf", leaf_extensions(), kit.signed_at - DAY,
            kit.signed_at + DAY)
        return signing_pki.SigningPki(kit.folder, kit.pki.root, [kit.pki.ca, kit.pki.regional, extra_ca], leaf)
    return kit.once("pathlen", make)


def below_the_leaf(kit):
    def make():
        leaf = kit.pki.leaf.issue("leaf", "/C=US/O=Example/CN=leaf of a leaf", leaf_extensions())
        return signing_pki.SigningPki(kit.folder, kit.pki.root, [kit.pki.ca, kit.pki.regional, kit.pki.leaf], leaf)
    return kit.once("leaf of a leaf", make)


add("CM-39 pathlen", "one CA more than pathlen allows", FAIL, UNTRUSTED, "path length constraint exceeded",
    pki=below_the_regional)
add("CM-39 leaf", "a leaf that issued the signer", FAIL, UNTRUSTED, "invalid CA certificate", pki=below_the_leaf)
add("CM-38 regional", "the regional CA signs", FAIL, MALFORMED, "is a CA certificate",
    pki=lambda kit: kit.once("regional signs", lambda: signing_pki.SigningPki(kit.folder, kit.pki.root, [kit.pki.ca],
    kit.pki.regional)),
    signed_at=lambda kit: kit.signed_at)
add("CM-38 root", "the root signs", FAIL, MALFORMED, "is a CA certificate",
    pki=lambda kit: kit.once("root signs", lambda: signing_pki.SigningPki(kit.folder, kit.pki.root, [], kit.pki.root)))
add("CM-38 below root", "a leaf that the root issued", NOTICE, NOTICES, "without a CA between them",
    pki=lambda kit: kit.leaf("below root", issuer=kit.pki.root))


def revoked_in_the_envelope(kit, made):
    text = kit.pki.regional.crl([kit.pki.leaf]).decode()
    made.crls = [base64.b64decode("".join(line for line in text.splitlines() if not line.startswith("-")))]


add("CM-41 CRL", "a CRL in the envelope that revokes the leaf", NOTICE, NOTICES,
    "revocation lists of its own; they are ignored", revoked_in_the_envelope)

# --- CM-42 to CM-48: the text ---------------------------------------------------------------------------------------------

add("CM-42 before", "text before the block", FAIL, MALFORMED,
    "is not one PEM block with the label PKCS7 and nothing beside it", armoured(before="print('evil')\n"))
add("CM-42 after", "text behind the block", FAIL, MALFORMED,
    "is not one PEM block with the label PKCS7 and nothing beside it", armoured(after="print('evil')\n"))
add("CM-42 two", "two blocks", FAIL, MALFORMED, "not base64 in lines of 64", lambda kit,
    made: cms.armour(made.encode()) * 2)
add("CM-42 certificate first", "a certificate's block first", FAIL, MALFORMED,
    "is not one PEM block with the label PKCS7 and nothing beside it",
    lambda kit, made: signing_pki.to_pem(kit.pki.chain[0]).encode() + cms.armour(made.encode()))
add("CM-42 certificate last", "a certificate's block last", FAIL, MALFORMED,
    "is not one PEM block with the label PKCS7 and nothing beside it",
    lambda kit, made: cms.armour(made.encode()) + signing_pki.to_pem(kit.pki.chain[0]).encode())
add("CM-42 white space", "white space around the block", CLEAN, (), "", armoured(before="\n\n", after="\n \t\r\n"))
add("CM-42 CRLF", "lines that end in CRLF", FAIL, MALFORMED,
    "is not one PEM block with the label PKCS7 and nothing beside it", armoured(newline="\r\n"))
add("CM-42 empty", "an empty entry", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it",
    lambda kit, made: b"")
add("CM-42 NUL", "a NUL behind the block", FAIL, MALFORMED,
    "is not one PEM block with the label PKCS7 and nothing beside it", lambda kit, made: cms.armour(made.encode()) + b"\0")
for label in ("CMS", "CERTIFICATE", "PKCS #7 SIGNED DATA", "pkcs7", "PKCS7 "):
    add(f"CM-43 {label}", f"the label {label}", FAIL, MALFORMED, "is not one PEM block with the label PKCS7",
        armoured(label=label))
add("CM-43 end", "another label at the end", FAIL, MALFORMED,
    "is not one PEM block with the label PKCS7 and nothing beside it", armoured(end_label="CMS"))
add("CM-43 headers", "Proc-Type headers", FAIL, MALFORMED, "not base64 in lines of 64",
    armoured(headers="Proc-Type: 4,MIC-CLEAR\n"))
add("CM-44 bytes", "bytes behind the envelope inside the block", FAIL, MALFORMED, "4 bytes follow the CMS", lambda kit,
    made: cms.armour(made.encode() + b"more"))
add("CM-44 NUL bytes", "zero bytes behind the envelope inside the block", FAIL, MALFORMED, "2 bytes follow the CMS",
    lambda kit, made: cms.armour(made.encode() + b"\0\0"))
add("CM-44 cut", "the envelope is cut", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit,
    made: cms.armour(made.encode()[:-40]))
add("CM-44 base64", "a character that is no base64", FAIL, MALFORMED, "not base64 in lines of 64",
    lambda kit, made: cms.armour(made.encode()).replace(b"\nM", b"\n*", 1))
add("CM-44 dash", "no end line", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it",
    lambda kit, made: cms.armour(made.encode())[:-24])
add("not BER", "no BER inside", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit, made: cms.armour(b"\xff" * 300))
add("CM-45 nesting", "10,000 nested indefinite lengths", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit,
    made: cms.armour(b"\x30\x80" * 10000 + b"\0\0" * 10000))
add("CM-45 octets", "8,000 nested constructed strings", FAIL, MALFORMED, "no CMS ContentInfo",
    lambda kit, made: cms.armour(indefinite(0x30, oid(cms.ID_SIGNED_DATA) + b"\x24\x80" * 8000 + b"\0\0" * 8000)))
add("CM-45 length", "a length of 2 GiB", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit,
    made: cms.armour(b"\x30\x84\x7f\xff\xff\xff" + made.encode()))
add("CM-45 long length", "a length of 127 octets", FAIL, MALFORMED, "no CMS ContentInfo", lambda kit,
    made: cms.armour(b"\x30\xff" + b"\xff" * 127 + made.encode()))
for name, kind in (("enveloped", "1.2.840.113549.1.7.3"), ("compressed", "1.2.840.113549.1.9.16.1.9"), ("data", ID_DATA)):
    add(f"CM-46 {name}", f"ContentInfo is {name}-data", FAIL, MALFORMED, "content type is not id-signedData",
        envelope_change(outer_type=kind))
BAD_PROFILES = {
    "no version": DEFAULT_PROFILE.rsplit("/", 1)[0], "slash": DEFAULT_PROFILE + "/", "space": DEFAULT_PROFILE + " ",
    "LF": DEFAULT_PROFILE + "\n",
    "upper case": DEFAULT_PROFILE.upper(), "%2F": DEFAULT_PROFILE.replace("Release/", "Release%2F"),
    "homoglyph": DEFAULT_PROFILE.replace("Release", "Rel\u0435ase"),
    "wildcard": DEFAULT_PROFILE.replace("Release", "*"), "wildcard version": DEFAULT_PROFILE[:-10] + "*",
    "long version": DEFAULT_PROFILE + "4",
    "short version": DEFAULT_PROFILE[:-1], "other service": DEFAULT_PROFILE.replace(":signer:", ":lambda:"), "empty": "",
    "short account":
    DEFAULT_PROFILE.replace("123456789012", "12345678901"),
        "2,049 bytes": DEFAULT_PROFILE + "x" * (2049 - len(DEFAULT_PROFILE)),
    "long name": DEFAULT_PROFILE.replace("Release", "R" * 65), "short name": DEFAULT_PROFILE.replace("Release", "R"),
    "leading space": " " + DEFAULT_PROFILE,
    "a job": DEFAULT_JOB, "no slash": DEFAULT_PROFILE.replace(":/signing", ":signing"),
    "hyphen": DEFAULT_PROFILE.replace("Release", "Re-lease"),
}
for name, arn in BAD_PROFILES.items():
    add(f"CM-47 {name}", f"the signed profile ARN: {name}", FAIL, MALFORMED,
        "the signed profile version ARN `.*` is not of the form", profile=arn)
for name, arn in {"other account": DEFAULT_JOB.replace("123456789012", "123456789013"),
        "other region": DEFAULT_JOB.replace("us-east-1", "us-east-2"),
                  "other partition": DEFAULT_JOB.replace("arn:aws:", "arn:aws-cn:"), "a profile": DEFAULT_PROFILE,
                  "upper case": DEFAULT_JOB.replace(
                  "1111-", "ABCD-"), "no UUID": DEFAULT_JOB.rsplit("/", 1)[0] + "/x", "empty": ""}.items():
    add(f"CM-47 job {name}", f"the signed job ARN: {name}", FAIL, MALFORMED,
        "partition, region or account of job .* differ" if name.startswith("other")
        else "the signed job ARN `.*` is not of the form", job=arn)
add("CM-48", "code, then the PEM block", FAIL, MALFORMED, "is not one PEM block with the label PKCS7 and nothing beside it",
    armoured(before="import os\n\"\"\"\n", after="\"\"\"\n"))
