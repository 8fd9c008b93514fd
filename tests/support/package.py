"""Packages written by hand: every field of every zip header can be set, for the local and the central header separately.

`build()` makes the bytes, `canonical_digest()` the content digest of FORMAT.md section 2, `sign()` adds the folder and the
signature entry. `read_entries()` and `append_signature()` work on archives that others wrote. Nothing here is shared with the
C code, and Python's zipfile is not used.
"""

import dataclasses
import hashlib
import struct
import zlib
from typing import Optional

from . import cms

SIGNATURE_FOLDER = b"META_INF/"
SIGNATURE_NAME = b"META_INF/aws_signer_signature_v1.0.SF"

LOCAL_FIELDS = (("magic", "I"), ("version", "H"), ("flags", "H"), ("method", "H"), ("time", "H"), ("date", "H"), ("crc", "I"),
                ("csize", "I"), ("usize", "I"), ("name_length", "H"), ("extra_length", "H"))
CENTRAL_FIELDS = (("magic", "I"), ("made_by", "H"), ("version", "H"), ("flags", "H"), ("method", "H"), ("time", "H"),
                  ("date", "H"), ("crc", "I"), ("csize", "I"), ("usize", "I"), ("name_length", "H"), ("extra_length", "H"),
                  ("comment_length", "H"), ("disk", "H"), ("internal", "H"), ("external", "I"), ("offset", "I"))
EOCD_FIELDS = (("magic", "I"), ("disk", "H"), ("directory_disk", "H"), ("disk_entries", "H"), ("entries", "H"),
               ("directory_size", "I"), ("directory_offset", "I"), ("comment_length", "H"))
EOCD64_FIELDS = (("magic", "I"), ("record_size", "Q"), ("made_by", "H"), ("version", "H"), ("disk", "I"),
                 ("directory_disk", "I"), ("disk_entries", "Q"), ("entries", "Q"), ("directory_size", "Q"),
                 ("directory_offset", "Q"))
LOCATOR_FIELDS = (("magic", "I"), ("disk", "I"), ("eocd64_offset", "Q"), ("disks", "I"))
LOCAL_MAGIC, CENTRAL_MAGIC, EOCD_MAGIC = 0x04034B50, 0x02014B50, 0x06054B50
EOCD64_MAGIC, LOCATOR_MAGIC, DESCRIPTOR_MAGIC = 0x06064B50, 0x07064B50, 0x08074B50

DESCRIPTOR = 0x0008  # general purpose bit 3
UTF8 = 0x0800  # general purpose bit 11


def pack(fields, values):
    return b"".join(struct.pack("<" + kind, values[name]) for name, kind in fields)


def unpack(fields, data, offset=0):
    values = {}
    for name, kind in fields:
        (values[name],) = struct.unpack_from("<" + kind, data, offset)
        offset += struct.calcsize("<" + kind)
    return values


def size_of(fields):
    return sum(struct.calcsize("<" + kind) for _, kind in fields)


def deflate(body, level=9):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def extra(kind, content):
    return struct.pack("<HH", kind, len(content)) + content


@dataclasses.dataclass
class Entry:
    """One entry. `local` and `central` override header fields, and "name", "extra" and "comment", for one side only."""

    name: bytes
    body: bytes = b""
    method: int = 8
    data: Optional[bytes] = None  # the body as it stands in the file; None: made with `method`
    flags: Optional[int] = None  # None: bit 11 for names beyond ASCII, bit 3 with a descriptor
    time: int = 0
    date: int = 0x5D61  # 2026-11-01
    version: int = 20
    made_by: int = 0x0314  # Unix, 2.0
    external: int = 0o100644 << 16
    extra: bytes = b""
    comment: bytes = b""
    local: dict = dataclasses.field(default_factory=dict)
    central: dict = dataclasses.field(default_factory=dict)
    descriptor: object = None  # None, "signed", "bare", "signed64", "bare64" (sizes then 0 in the local header), or bytes
    gap: bytes = b""  # stands before the local header
    tail: bytes = b""  # stands behind the body (and descriptor)
    in_file: bool = True  # has a local header
    in_directory: bool = True

    def __post_init__(self):
        if isinstance(self.name, str):
            self.name = self.name.encode()
        if isinstance(self.body, str):
            self.body = self.body.encode()

    def stored_data(self):
        if self.data is not None:
            return self.data
        return deflate(self.body) if self.method == 8 else self.body

    def seen_name(self):
        """The name that the central directory gives."""
        return self.central.get("name", self.name)

    def values(self):
        """The fields that both headers share, without overrides."""
        data = self.stored_data()
        flags = self.flags
        if flags is None:
            flags = (0 if self.name.isascii() else UTF8) | (DESCRIPTOR if self.descriptor is not None else 0)
        return {"version": self.version, "flags": flags, "method": self.method, "time": self.time, "date": self.date,
                "crc": zlib.crc32(self.body), "csize": len(data), "usize": len(self.body)}

    def local_header(self):
        values = self.values()
        if self.descriptor is not None:
            values.update(crc=0, csize=0, usize=0)
        name = self.local.get("name", self.name)
        field = self.local.get("extra", self.extra)
        values.update(magic=LOCAL_MAGIC, name_length=len(name), extra_length=len(field))
        values.update({key: value for key, value in self.local.items() if key in values})
        return pack(LOCAL_FIELDS, values) + name + field

    def descriptor_bytes(self):
        if self.descriptor is None or isinstance(self.descriptor, bytes):
            return self.descriptor or b""
        values = self.values()
        sizes = "<IQQ" if self.descriptor.endswith("64") else "<III"
        record = struct.pack(sizes, values["crc"], values["csize"], values["usize"])
        return (struct.pack("<I", DESCRIPTOR_MAGIC) if self.descriptor.startswith("signed") else b"") + record

    def file_part(self):
        """Everything from the local header to the end of the entry."""
        return self.local_header() + self.stored_data() + self.descriptor_bytes() + self.tail

    def central_record(self, offset):
        name = self.central.get("name", self.name)
        field = self.central.get("extra", self.extra)
        comment = self.central.get("comment", self.comment)
        values = self.values()
        values.update(magic=CENTRAL_MAGIC, made_by=self.made_by, name_length=len(name), extra_length=len(field),
                      comment_length=len(comment), disk=0, internal=0, external=self.external, offset=offset)
        values.update({key: value for key, value in self.central.items() if key in values})
        return pack(CENTRAL_FIELDS, values) + name + field + comment


@dataclasses.dataclass
class Archive:
    """A built archive with the places of its parts."""

    data: bytes
    offsets: list  # of the local headers, one for each entry
    directory_offset: int
    directory_size: int
    eocd_offset: int
    records: list  # offsets of the central records in the file, in directory order


def build_archive(entries, *, prefix=b"", shift=0, before_directory=b"", after_directory=b"", order=None, eocd=None,
                  comment=b"", trailing=b"", zip64=None, locator=None, before_locator=b"", extensible=b"", after_locator=b"",
                  first_offset=0):
    """Writes the archive.

    prefix            bytes before everything; `shift` is added to every offset (the prefix's length: "adjusted")
    before_directory  bytes between the last entry and the directory; after_directory between it and what follows
    order             a function that reorders the list of records of the directory
    eocd              overrides of its fields; comment, trailing: the archive comment, bytes behind everything
    zip64             overrides of the zip64 end record, {} for a right one; extensible its extensible data; locator
                      overrides of the locator; before_locator and after_locator bytes in between
    first_offset      where the archive will stand in a larger file; offsets include it
    """
    data = bytearray(prefix)
    offsets = []
    for entry in entries:
        if not entry.in_file:
            offsets.append(0)
            continue
        data += entry.gap
        offsets.append(first_offset + len(data))
        data += entry.file_part()
    data += before_directory
    base = -len(prefix) + shift
    records = [entry.central_record(offset + base) for entry, offset in zip(entries, offsets) if entry.in_directory]
    if order is not None:
        records = order(records)
    directory_offset = len(data)
    places = []
    for record in records:
        places.append(len(data))
        data += record
    directory_size = len(data) - directory_offset
    data += after_directory
    values = {"magic": EOCD_MAGIC, "disk": 0, "directory_disk": 0, "disk_entries": len(records) & 0xFFFF,
              "entries": len(records) & 0xFFFF, "directory_size": directory_size,
              "directory_offset": first_offset + directory_offset + base, "comment_length": len(comment)}
    if zip64 is not None:
        end = {"magic": EOCD64_MAGIC, "record_size": 44 + len(extensible), "made_by": 0x032D, "version": 45, "disk": 0,
               "directory_disk": 0, "disk_entries": len(records), "entries": len(records), "directory_size": directory_size,
               "directory_offset": values["directory_offset"]}
        end.update(zip64)
        where = {"magic": LOCATOR_MAGIC, "disk": 0, "eocd64_offset": first_offset + len(data) + base, "disks": 1}
        where.update(locator or {})
        data += pack(EOCD64_FIELDS, end) + extensible + before_locator + pack(LOCATOR_FIELDS, where) + after_locator
    values.update(eocd or {})
    eocd_offset = len(data)
    data += pack(EOCD_FIELDS, values) + comment + trailing
    return Archive(bytes(data), offsets, directory_offset, directory_size, eocd_offset, places)


def build(entries, **options):
    return build_archive(entries, **options).data


def canonical_content(pairs):
    """SHA-384 over names and bodies in order, the signature entry left out: the 48 bytes that are signed."""
    digest = hashlib.sha384()
    for name, body in pairs:
        if name != SIGNATURE_NAME:
            digest.update(name + body)
    return digest.digest()


def canonical_digest(entries):
    """The same over Entry objects, in the order in which they stand in the file."""
    return canonical_content((entry.seen_name(), entry.body) for entry in entries if entry.in_directory)


def sign(entries, pki, *, change=None, signature_method=8, folder=True, name=SIGNATURE_NAME, **options):
    """The entries with META_INF/ (unless there) and the signature entry appended. Options are those of cms.sign()."""
    signed = list(entries)
    if folder and all(entry.seen_name() != SIGNATURE_FOLDER for entry in signed):
        signed.append(Entry(SIGNATURE_FOLDER, method=0, external=0o40755 << 16 | 0x10))
    text = cms.sign(pki, canonical_digest(signed), change, **options)
    return [*signed, Entry(name, text, method=signature_method)]


def entries_of(files, method=8):
    """A list of entries from {name: body}; a name that ends in / is a folder."""
    made = []
    for name, body in files.items():
        folder = name.endswith(b"/" if isinstance(name, bytes) else "/")
        made.append(Entry(name, body, method=0 if folder else method,
                          external=(0o40755 << 16 | 0x10) if folder else 0o100644 << 16))
    return made


DEFAULT_FILES = {"handler.py": "import lib.util\n\n\ndef handler(event, context):\n    return lib.util.answer()\n",
                 "lib/": "", "lib/util.py": "def answer():\n    return 42\n"}


def signed_zip(files, pki, method=8, **options):
    """A signed package with these files."""
    return build(sign(entries_of(files, method), pki, **options))


def unsigned_zip(files, method=8):
    return build(entries_of(files, method))


# --- archives that others wrote -------------------------------------------------------------------------------------------


def find_eocd(data):
    """Offset of the end record of an archive without a comment."""
    offset = len(data) - size_of(EOCD_FIELDS)
    if unpack(EOCD_FIELDS, data, offset)["magic"] != EOCD_MAGIC:
        raise ValueError("no end record at the end")
    return offset


def read_records(data):
    """The central directory: (fields, name, record bytes, body) for every entry, in its order. Not zip64."""
    end = unpack(EOCD_FIELDS, data, find_eocd(data))
    position, records = end["directory_offset"], []
    for _ in range(end["entries"]):
        fields = unpack(CENTRAL_FIELDS, data, position)
        if fields["magic"] != CENTRAL_MAGIC:
            raise ValueError(f"no directory record at {position}")
        start = position + size_of(CENTRAL_FIELDS)
        name = data[start : start + fields["name_length"]]
        length = size_of(CENTRAL_FIELDS) + fields["name_length"] + fields["extra_length"] + fields["comment_length"]
        local = unpack(LOCAL_FIELDS, data, fields["offset"])
        body_at = fields["offset"] + size_of(LOCAL_FIELDS) + local["name_length"] + local["extra_length"]
        body = data[body_at : body_at + fields["csize"]]
        if fields["method"] == 8:
            body = zlib.decompress(body, -15)
        if zlib.crc32(body) != fields["crc"]:
            raise ValueError(f"{name!r} has another CRC")
        records.append((fields, name, data[position : position + length], body))
        position += length
    return records


def read_entries(data):
    """(name, body) of every entry, in the order in which the bodies stand in the file."""
    records = sorted(read_records(data), key=lambda record: record[0]["offset"])
    return [(name, body) for _, name, _, body in records]


def content_digest(data):
    """The content digest of an archive's bytes."""
    return canonical_content(read_entries(data))


def signature_entry(data):
    """The signature entry's body, or None."""
    return next((body for name, body in read_entries(data) if name == SIGNATURE_NAME), None)


def append_signature(data, pki, **options):
    """Signs an archive that another tool wrote; its own entries keep their bytes and places."""
    end = unpack(EOCD_FIELDS, data, find_eocd(data))
    records = read_records(data)
    pairs = [(record[1], record[3]) for record in sorted(records, key=lambda record: record[0]["offset"])]
    added = []
    if all(name != SIGNATURE_FOLDER for name, _ in pairs):
        added.append(Entry(SIGNATURE_FOLDER, method=0, external=0o40755 << 16 | 0x10))
        pairs.append((SIGNATURE_FOLDER, b""))
    added.append(Entry(SIGNATURE_NAME, cms.sign(pki, canonical_content(pairs), **options)))
    result = bytearray(data[: end["directory_offset"]])
    directory = [record[2] for record in records]
    for entry in added:
        directory.append(entry.central_record(len(result)))
        result += entry.file_part()
    end.update(directory_offset=len(result), directory_size=sum(map(len, directory)), entries=len(directory),
               disk_entries=len(directory))
    return bytes(result) + b"".join(directory) + pack(EOCD_FIELDS, end)
