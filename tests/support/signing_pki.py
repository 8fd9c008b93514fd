"""A private signing PKI of the same shape as AWS Signer's, made with the openssl command.

root, CA (pathlen 1), regional CA (pathlen 0), leaf; every key a named-curve P-384 one, every signature ecdsa-with-SHA384
(FORMAT.md section 4). Options make the ones that deviate. `openssl ca` issues, because `openssl x509 -req` of OpenSSL 3.0
cannot choose the validity. Nothing here is shared with the C code.
"""

import base64
import datetime
import hashlib
import os
import re
import secrets
import subprocess
from pathlib import Path

UTC = datetime.timezone.utc

ROOT_EXTENSIONS = (
    "basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\nkeyUsage=critical,digitalSignature,keyCertSign,cRLSign"
)


def ca_extensions(pathlen):
    return (
        f"basicConstraints=critical,CA:TRUE,pathlen:{pathlen}\nsubjectKeyIdentifier=hash\n"
        "authorityKeyIdentifier=keyid\nkeyUsage=critical,digitalSignature,keyCertSign,cRLSign"
    )


def leaf_extensions(key_usage="critical,digitalSignature", extended="critical,codeSigning", constraints="CA:FALSE", more=""):
    """The leaf's extensions; None leaves one out."""
    lines = ["subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid"]
    if constraints is not None:
        lines.append(f"basicConstraints={constraints}")
    if key_usage is not None:
        lines.append(f"keyUsage={key_usage}")
    if extended is not None:
        lines.append(f"extendedKeyUsage={extended}")
    if more:
        lines.append(more)
    return "\n".join(lines)


def openssl(*arguments, data=None):
    """Runs openssl and returns its standard output; its complaint is the exception's text."""
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
    done = subprocess.run(
        ["openssl", *map(str, arguments)], input=data if data is not None else b"", capture_output=True, env=environment
    )
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(map(str, arguments))}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def now():
    """The clock, cut to milliseconds."""
    moment = datetime.datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def default_signed_at():
    """An hour ago: in the past for every clock nearby, and inside the leaf's three days."""
    return (now() - datetime.timedelta(hours=1)).replace(microsecond=345000)


def asn1_time(moment):
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


# --- DER, read ------------------------------------------------------------------------------------------------------------


class Value:
    """One BER value: tag, content, children; `whole` is its encoding with header (and end-of-contents, if any)."""

    def __init__(self, tag, constructed, content, whole, indefinite):
        self.tag, self.constructed, self.content, self.whole, self.indefinite = tag, constructed, content, whole, indefinite

    def children(self):
        values, position = [], 0
        while position < len(self.content):
            value, position = read_value(self.content, position)
            values.append(value)
        return values


def read_value(data, position=0):
    """Reads one BER value at `position`; returns it with the position behind it. Low tag numbers only."""
    start = position
    tag = data[position]
    if tag & 0x1F == 0x1F:
        raise ValueError("high tag number")
    length = data[position + 1]
    position += 2
    if length == 0x80:
        content_start = position
        while data[position : position + 2] != b"\0\0":
            if position >= len(data):
                raise ValueError("no end of contents")
            _, position = read_value(data, position)
        return Value(tag, True, data[content_start:position], data[start : position + 2], True), position + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[position : position + count], "big")
        position += count
    end = position + length
    if end > len(data):
        raise ValueError("value runs past the end")
    return Value(tag, bool(tag & 0x20), data[position:end], data[start:end], False), end


def tbs_certificate(certificate):
    """The encoded TBSCertificate of a certificate in DER."""
    return read_value(read_value(certificate)[0].content)[0].whole


def tbs_fields(certificate):
    """version or None, serial, signature, issuer, validity, subject, key: the TBSCertificate's first fields."""
    fields = read_value(tbs_certificate(certificate))[0].children()
    return fields if fields[0].tag == 0xA0 else [None, *fields]


def issuer_and_serial(certificate):
    fields = tbs_fields(certificate)
    return fields[3].whole, fields[1].whole


def certificate_hashes(chain):
    """Leaf first: hex of SHA-384(TBS) and SHA-384(issuer's TBS); the root is its own issuer (FORMAT.md section 4)."""
    digests = [hashlib.sha384(tbs_certificate(certificate)).hexdigest() for certificate in chain]
    return [own + issuer for own, issuer in zip(digests, [*digests[1:], digests[-1]])]


def pem_to_der(text):
    """Every certificate of a PEM text, in its order."""
    if isinstance(text, bytes):
        text = text.decode("ascii")
    blocks = re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", text, re.DOTALL)
    return [base64.b64decode("".join(block.split())) for block in blocks]


def to_pem(der, label="CERTIFICATE"):
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


# --- issuing --------------------------------------------------------------------------------------------------------------

CONFIG = """
[req]
distinguished_name = dn
prompt = no
string_mask = utf8only
[dn]
CN = unused
[ca]
default_ca = this
[this]
database = {folder}/index.txt
serial = {folder}/serial
crlnumber = {folder}/crlnumber
new_certs_dir = {folder}
default_md = {digest}
policy = any
preserve = yes
unique_subject = no
email_in_dn = yes
x509_extensions = extensions
crl_extensions = crl_extensions
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
stateOrProvinceName = optional
commonName = optional
[crl_extensions]
{crl_extensions}
[extensions]
{extensions}
"""


def make_key(path, kind="P-384"):
    """A private key in PEM: P-384, another curve's name, 'explicit' P-384 parameters, or RSA."""
    if kind == "RSA":
        options = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"]
    elif kind == "Ed25519":
        options = ["-algorithm", "ED25519"]
    else:
        curve = "P-384" if kind == "explicit" else kind
        encoding = "explicit" if kind == "explicit" else "named_curve"
        options = ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-pkeyopt", f"ec_param_enc:{encoding}"]
    openssl("genpkey", *options, "-out", path)
    return path


class Authority:
    """A certificate with its key: a root, a CA or a leaf."""

    def __init__(self, folder, name, subject, issuer, extensions, not_before, not_after, key=None, kind="P-384", serial=None,
                 digest="sha384"):
        self.folder = Path(folder) / f"{name}-{secrets.token_hex(4)}"
        self.folder.mkdir(parents=True)
        self.name, self.subject, self.issuer = name, subject, issuer
        self.not_before, self.not_after = not_before, not_after
        self.key = Path(key) if key is not None else make_key(self.folder / "key.pem", kind)
        self.pem = self.folder / "certificate.pem"
        request = self.folder / "request.pem"
        config = self._config(extensions, digest)
        openssl("req", "-new", "-config", config, "-utf8", "-key", self.key, "-subj", subject, "-out", request)
        signing = ["-selfsign", "-keyfile", self.key] if issuer is None else ["-keyfile", issuer.key, "-cert", issuer.pem]
        (self.folder / "serial").write_text((serial or "4a" + secrets.token_hex(15)) + "\n")
        openssl("ca", "-batch", "-notext", "-config", config, *signing, "-in", request, "-out", self.pem,
                "-startdate", asn1_time(not_before), "-enddate", asn1_time(not_after), *self._digest_option(digest))
        self.der = pem_to_der(self.pem.read_text())[0]

    def _config(self, extensions, digest="sha384", crl_extensions="authorityKeyIdentifier=keyid", name="ca.cnf"):
        (self.folder / "index.txt").write_text("")
        path = self.folder / name
        path.write_text(
            CONFIG.format(folder=self.folder, extensions=extensions, digest=digest, crl_extensions=crl_extensions))
        return path

    @staticmethod
    def _digest_option(digest):
        return ["-md", digest]

    def issue(self, name, subject, extensions, not_before=None, not_after=None, **options):
        return Authority(self.folder.parent, name, subject, self, extensions, not_before or self.not_before,
                         not_after or self.not_after, **options)

    def serial_hex(self):
        return tbs_fields(self.der)[1].content.hex()

    def crl(self, revoked=(), last_update=None, next_update=None, digest="sha384", extensions="authorityKeyIdentifier=keyid",
            key=None):
        """A CRL in PEM that revokes these certificates (Authority objects or hexadecimal serial numbers)."""
        last_update = last_update or now() - datetime.timedelta(hours=1)
        next_update = next_update or now() + datetime.timedelta(days=1)
        config = self._config("", digest, extensions, "crl.cnf")
        rows = []
        for item in revoked:
            serial = item if isinstance(item, str) else item.serial_hex().lstrip("0").upper()
            serial = serial if len(serial) % 2 == 0 else "0" + serial
            short = [asn1_time(moment)[2:] for moment in (next_update, last_update)]
            rows.append(f"R\t{short[0]}\t{short[1]}\t{serial.upper()}\tunknown\t/CN=revoked\n")
        (self.folder / "index.txt").write_text("".join(rows))
        (self.folder / "crlnumber").write_text("01\n")
        return openssl("ca", "-gencrl", "-config", config, "-keyfile", key or self.key, "-cert", self.pem,
                       "-md", digest, "-crl_lastupdate", asn1_time(last_update), "-crl_nextupdate", asn1_time(next_update))


class SigningPki:
    """root → CA → regional CA → leaf. `chain` is their DER, leaf first; the files are what a signer is given."""

    def __init__(self, folder, root, authorities, leaf):
        self.folder = Path(folder)
        self.root, self.authorities, self.leaf = root, list(authorities), leaf
        self.ca, self.regional = (self.authorities + [None, None])[:2]
        self.members = [leaf, *reversed(self.authorities)] + ([root] if leaf is not root else [])
        self.chain = [member.der for member in self.members]
        home = self.folder / f"pki-{secrets.token_hex(4)}"
        home.mkdir(parents=True)
        self.key_pem, self.chain_pem, self.root_pem = home / "key.pem", home / "chain.pem", home / "root.pem"
        self.key_pem.write_bytes(leaf.key.read_bytes())
        self.chain_pem.write_text("".join(map(to_pem, self.chain)))
        self.root_pem.write_text(to_pem(root.der))

    def certificate_hashes(self):
        return certificate_hashes(self.chain)

    def root_sha256(self):
        return hashlib.sha256(self.root.der).hexdigest()

    def with_leaf(self, issuer=None, subject="/C=US/O=Example/CN=Example signing leaf", extensions=None, not_before=None,
                  not_after=None, **options):
        """The same CAs with another leaf. `issuer` defaults to the regional CA."""
        issuer = issuer or self.leaf.issuer
        leaf = issuer.issue("leaf", subject, leaf_extensions() if extensions is None else extensions,
                            not_before or self.leaf.not_before, not_after or self.leaf.not_after, **options)
        above, walker = [], issuer
        while walker is not None and walker is not self.root:
            above.insert(0, walker)
            walker = walker.issuer
        return SigningPki(self.folder, self.root, above, leaf)


def make(folder, signed_at=None, name="Example", kind="P-384", digest="sha384", ca_kinds=None):
    """The usual PKI; the leaf lives three days around `signed_at`. `kind` is that of the leaf's key."""
    signed_at = signed_at or default_signed_at()
    day = datetime.timedelta(days=1)
    early, late = signed_at - 365 * day, signed_at + 3650 * day
    kinds = ca_kinds or ("P-384", "P-384", "P-384")
    common = {"not_before": early, "not_after": late, "digest": digest}
    root = Authority(folder, "root", f"/C=US/O={name}/CN={name} Signer ROOT CA", None, ROOT_EXTENSIONS, kind=kinds[0], **common)
    ca = root.issue("ca", f"/C=US/O={name}/CN={name} Signer CA", ca_extensions(1), kind=kinds[1], **common)
    regional = ca.issue("regional", f"/C=US/O={name}/CN={name} Signer us-east-1 SUBORDINATE CA", ca_extensions(0),
                        kind=kinds[2], **common)
    leaf = regional.issue("leaf", f"/C=US/O={name}/CN={name} signing leaf", leaf_extensions(), signed_at - day,
                          signed_at + 2 * day, kind=kind, digest=digest)
    return SigningPki(folder, root, [ca, regional], leaf)
