"""The signature envelope (FORMAT.md section 3), encoded and decoded by hand, with every part open to change.

`Envelope` and `Signer` are plain structures: make the usual one with `envelope()`, change what a case needs, then `encode()`.
Signing is done by the openssl command. `read()` is the matching decoder and `verify()` an independent verifier.
"""

import base64
import dataclasses
import datetime
import hashlib
import re
import tempfile
from pathlib import Path
from typing import Callable, Optional

from . import signing_pki
from .signing_pki import UTC, openssl, read_value

# --- DER, written ---------------------------------------------------------------------------------------------------------


def tlv(tag, content):
    """One value in DER: `tag` is the identifier octet."""
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def indefinite(tag, content):
    """One constructed value with indefinite length (X.690 8.1.3.6)."""
    return bytes([tag, 0x80]) + content + b"\0\0"


def long_form(tag, content, octets=3):
    """One value whose length takes more octets than it needs: BER, not DER."""
    return bytes([tag, 0x80 | octets]) + len(content).to_bytes(octets, "big") + content


def oid(text):
    numbers = [int(part) for part in text.split(".")]
    content = b""
    for number in [numbers[0] * 40 + numbers[1], *numbers[2:]]:
        octets = [number & 0x7F]
        while number := number >> 7:
            octets.insert(0, 0x80 | number & 0x7F)
        content += bytes(octets)
    return tlv(0x06, content)


def oid_text(content):
    numbers, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def integer(number):
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octets(content):
    return tlv(0x04, content)


def utf8(text):
    return tlv(0x0C, text.encode() if isinstance(text, str) else text)


def sequence(*values):
    return tlv(0x30, b"".join(values))


def der_set(*values):
    return tlv(0x31, b"".join(sorted(values)))


def generalized_time(moment):
    """GeneralizedTime with milliseconds, as AWS Signer writes it; text and bytes are taken as they are."""
    if isinstance(moment, datetime.datetime):
        moment = moment.astimezone(UTC)
        moment = moment.strftime("%Y%m%d%H%M%S") + f".{moment.microsecond // 1000:03d}Z"
    return tlv(0x18, moment.encode() if isinstance(moment, str) else moment)


NULL = b"\x05\x00"

ID_DATA = "1.2.840.113549.1.7.1"
ID_SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
JOB_ARN = "1.3.187.137.1.2"
EXPIRY = "1.3.187.137.1.3"
PROFILE_ARN = "1.3.187.137.1.4"
SHA1 = "1.3.14.3.2.26"
SHA256 = "2.16.840.1.101.3.4.2.1"
SHA384 = "2.16.840.1.101.3.4.2.2"
SHA512 = "2.16.840.1.101.3.4.2.3"
MD5 = "1.2.840.113549.2.5"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
ECDSA_SHA384 = "1.2.840.10045.4.3.3"
RSA_ENCRYPTION = "1.2.840.113549.1.1.1"

DEFAULT_PROFILE = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/Release/AbCdEf0123"
DEFAULT_JOB = "arn:aws:signer:us-east-1:123456789012:/signing-jobs/11111111-2222-3333-4444-555555555555"
P384_ORDER = int(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16)


def algorithm(identifier, parameters=b""):
    """An AlgorithmIdentifier; the parameters are absent unless given encoded."""
    return sequence(oid(identifier), parameters)


def protection(digest=SHA384, signature=ECDSA_SHA384, parameters=b""):
    """CMSAlgorithmProtection (RFC 6211): digestAlgorithm, [1] signatureAlgorithm."""
    return sequence(algorithm(digest, parameters), tlv(0xA1, oid(signature)))


def attribute(kind, *values):
    return sequence(oid(kind), der_set(*values))


# --- the envelope ---------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Signer:
    key: Path
    certificate: bytes  # of issuerAndSerialNumber
    attributes: Optional[list]  # encoded Attribute values; None: no signedAttrs at all
    version: bytes = integer(1)
    identifier: Optional[bytes] = None  # encoded; None: issuerAndSerialNumber of `certificate`
    digest_algorithm: bytes = algorithm(SHA384)
    signature_algorithm: bytes = algorithm(ECDSA_SHA384)
    unsigned: Optional[list] = None  # encoded Attribute values
    digest: str = "sha384"  # the signature's own digest
    sort_wire: bool = True  # the attributes stand in DER SET order
    sort_signed: bool = True  # … and are signed in it
    wrap_attributes: Callable[[bytes], bytes] = lambda content: tlv(0xA0, content)
    signed_content: Optional[bytes] = None  # what is signed instead of the attributes
    signature: Optional[bytes] = None  # used as it is
    change_signature: Callable[[bytes], bytes] = lambda signature: signature
    more: bytes = b""  # behind the last field

    def find(self, kind):
        """Index of the first attribute of this kind."""
        wanted = oid(kind)
        return next(i for i, item in enumerate(self.attributes) if read_value(item)[0].content.startswith(wanted))

    def replace(self, kind, *attributes):
        """The attribute of this kind makes room for these encoded ones (none: it is removed)."""
        index = self.find(kind)
        self.attributes[index : index + 1] = attributes

    def encode(self):
        if self.identifier is None:
            issuer, serial = signing_pki.issuer_and_serial(self.certificate)
            identifier = sequence(issuer, serial)
        else:
            identifier = self.identifier
        parts = [self.version, identifier, self.digest_algorithm]
        to_sign = self.signed_content
        if self.attributes is not None:
            wire = b"".join(sorted(self.attributes) if self.sort_wire else self.attributes)
            parts.append(self.wrap_attributes(wire))
            if to_sign is None:
                to_sign = tlv(0x31, b"".join(sorted(self.attributes) if self.sort_signed else self.attributes))
        signature = self.signature
        if signature is None:
            signature = openssl("dgst", f"-{self.digest}", "-sign", self.key, data=to_sign)
        parts += [self.signature_algorithm, octets(self.change_signature(signature))]
        if self.unsigned is not None:
            parts.append(tlv(0xA1, b"".join(sorted(self.unsigned))))
        return sequence(*parts, self.more)


@dataclasses.dataclass
class Envelope:
    signers: list
    certificates: list  # DER, in the order in which they stand
    version: bytes = integer(1)
    digest_algorithms: list = dataclasses.field(default_factory=lambda: [algorithm(SHA384)])
    content_type: str = ID_DATA
    content: Optional[bytes] = None  # eContent; absent in this format
    crls: Optional[list] = None  # DER
    outer_type: str = ID_SIGNED_DATA
    indefinite: bool = True  # outer lengths, as AWS writes them
    encoded_signers: Optional[list] = None  # used instead of `signers`

    def encode(self):
        wrap = indefinite if self.indefinite else tlv
        signers = self.encoded_signers
        if signers is None:
            signers = [signer.encode() for signer in self.signers]
        inner = [oid(self.content_type)]
        if self.content is not None:
            inner.append(wrap(0xA0, octets(self.content)))
        parts = [self.version, tlv(0x31, b"".join(self.digest_algorithms)), wrap(0x30, b"".join(inner))]
        if self.certificates is not None:
            parts.append(wrap(0xA0, b"".join(self.certificates)))
        if self.crls is not None:
            parts.append(wrap(0xA1, b"".join(self.crls)))
        parts.append(tlv(0x31, b"".join(signers)))
        return wrap(0x30, oid(self.outer_type) + wrap(0xA0, wrap(0x30, b"".join(parts))))


def message_digest(content, digest="sha384"):
    return hashlib.new(digest, content).digest()


def attributes(content, profile, job, signed_at, expires_at, parameters=b""):
    """The seven signed attributes."""
    return [
        attribute(CONTENT_TYPE, oid(ID_DATA)),
        attribute(EXPIRY, generalized_time(expires_at)),
        attribute(SIGNING_TIME, generalized_time(signed_at)),
        attribute(ALGORITHM_PROTECTION, protection(parameters=parameters)),
        attribute(MESSAGE_DIGEST, octets(message_digest(content))),
        attribute(JOB_ARN, utf8(job)),
        attribute(PROFILE_ARN, utf8(profile)),
    ]


def plus_years(moment, years):
    return moment.replace(year=moment.year + years, day=min(moment.day, 28))


def envelope(pki, content, profile=DEFAULT_PROFILE, job=DEFAULT_JOB, signed_at=None, expires_at=None, parameters=b""):
    """The usual envelope over the 48-byte content digest; `parameters` of SHA-384 are absent, or NULL when given."""
    if signed_at is None:
        signed_at = pki.leaf.not_before + datetime.timedelta(days=1)
    if expires_at is None:
        expires_at = plus_years(signed_at if isinstance(signed_at, datetime.datetime) else signing_pki.now(), 11)
    signer = Signer(pki.leaf.key, pki.chain[0], attributes(content, profile, job, signed_at, expires_at, parameters),
                    digest_algorithm=algorithm(SHA384, parameters))
    return Envelope([signer], list(pki.chain), digest_algorithms=[algorithm(SHA384, parameters)])


def armour(der, label="PKCS7", width=64, before="", after="", headers="", newline="\n", end_label=None):
    """One PEM block; every part of it can be changed."""
    text = base64.b64encode(der).decode()
    lines = [text[i : i + width] for i in range(0, len(text), width)]
    block = [f"-----BEGIN {label}-----", *([headers] if headers else []), *lines, f"-----END {end_label or label}-----", ""]
    return (before + newline.join(block) + after).encode()


def sign(pki, content, change=None, **options):
    """The signature entry's bytes over `content`; `change` gets the Envelope and may return another or nothing."""
    made = envelope(pki, content, **options)
    if change is not None:
        changed = change(made)
        made = made if changed is None else changed
    return made if isinstance(made, bytes) else armour(made.encode())


# --- the decoder and verifier ---------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Decoded:
    certificates: list
    attributes: dict  # OID text → list of values (signing_pki.Value)
    signed_attributes: bytes  # as DER SET
    signature: bytes
    signer_identifier: bytes

    def single(self, kind):
        (value,) = self.attributes[kind]
        return value

    def text(self, kind):
        return self.single(kind).content.decode()

    def time(self, kind):
        """RFC 3339 with the milliseconds that were signed."""
        match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z", self.text(kind))
        year, month, day, hour, minute, second, fraction = match.groups()
        return f"{year}-{month}-{day}T{hour}:{minute}:{second}{fraction or ''}Z"

    def chain(self):
        """The certificates, leaf first, each followed by its issuer; each once."""
        by_subject = {signing_pki.tbs_fields(der)[5].whole: der for der in self.certificates}
        leaf = next(der for der in self.certificates
                    if b"".join(signing_pki.issuer_and_serial(der)) == read_value(self.signer_identifier)[0].content)
        chain = [leaf]
        while signing_pki.tbs_fields(chain[-1])[3].whole != signing_pki.tbs_fields(chain[-1])[5].whole:
            issuer = by_subject[signing_pki.tbs_fields(chain[-1])[3].whole]
            if issuer in chain:
                raise ValueError("the certificates issued each other")
            chain.append(issuer)
        return chain


def read(entry):
    """Decodes a signature entry."""
    match = re.fullmatch(rb"\s*-----BEGIN PKCS7-----\s(.*)-----END PKCS7-----\s*", entry, re.DOTALL)
    der = base64.b64decode(b"".join(match.group(1).split()), validate=True)
    outer, end = read_value(der)
    assert end == len(der), "bytes behind the envelope"
    content_type, explicit = outer.children()
    assert oid_text(content_type.content) == ID_SIGNED_DATA
    version, digests, encapsulated, *rest = explicit.children()[0].children()
    assert len(encapsulated.children()) == 1, "eContent is present"
    certificates = [value.whole for value in next(v for v in rest if v.tag == 0xA0).children()]
    (signer,) = next(v for v in rest if v.tag == 0x31).children()
    _, identifier, _, signed, _, signature = signer.children()[:6]
    found = {}
    for item in signed.children():
        kind, values = item.children()
        found.setdefault(oid_text(kind.content), []).extend(values.children())
    return Decoded(certificates, found, tlv(0x31, signed.content), signature.content, identifier.whole)


def verify(entry, content, roots):
    """Verifies a signature entry with openssl alone: a text that says what is wrong, or None."""
    decoded = read(entry)
    chain = decoded.chain()
    if chain[-1] not in roots:
        return "untrusted root"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        files = []
        for index, certificate in enumerate(chain):
            path = folder / f"{index}.pem"
            path.write_text(signing_pki.to_pem(certificate))
            files.append(path)
        (folder / "between.pem").write_text("".join(path.read_text() for path in files[1:-1]))
        (folder / "signature").write_bytes(decoded.signature)
        key = folder / "public.pem"
        key.write_bytes(openssl("x509", "-in", files[0], "-noout", "-pubkey"))
        signed_at = datetime.datetime.fromisoformat(decoded.time(SIGNING_TIME).replace("Z", "+00:00"))
        try:
            openssl("dgst", "-sha384", "-verify", key, "-signature", folder / "signature", data=decoded.signed_attributes)
        except RuntimeError:
            return "signature"
        try:
            openssl("verify", "-auth_level", "2", "-no-CApath", "-no-CAstore", "-CAfile", files[-1],
                    "-untrusted", folder / "between.pem", "-attime", int(signed_at.timestamp()), files[0])
        except RuntimeError as error:
            return f"chain: {error}"
    if decoded.single(MESSAGE_DIGEST).content != message_digest(content):
        return "content"
    return None


def openssl_cms_verify(entry, content, root_pem, signed_at):
    """`openssl cms -verify` with detached content at the signing time; raises with openssl's complaint."""
    with tempfile.TemporaryDirectory() as folder:
        signature, detached = Path(folder, "signature.pem"), Path(folder, "content")
        signature.write_bytes(entry)
        detached.write_bytes(content)
        openssl("cms", "-verify", "-inform", "PEM", "-in", signature, "-content", detached, "-binary", "-purpose", "any",
                "-no-CApath", "-no-CAstore", "-CAfile", root_pem, "-attime", int(signed_at.timestamp()),
                "-out", Path(folder, "out"))
