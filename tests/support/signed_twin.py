"""Signed twins: archives of others, signed over what a chosen reader sees of them, with all their oddities kept in place.

An unsigned archive says nothing about the structure pass: the missing signature would decide. A twin has META_INF/ and the
signature entry spliced in, raw, between the last byte before the central directory and the directory; counts, sizes and offsets
of the end records grow by what was spliced, so that what was wrong stays wrong by the same amount.
"""

import dataclasses
import io
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

from . import cms, package
from .package import CENTRAL_FIELDS, EOCD_FIELDS, EOCD64_FIELDS, LOCAL_FIELDS, LOCATOR_FIELDS, Entry, pack, size_of, unpack


class NoTwin(Exception):
    """Nothing to sign: no reader sees anything in the archive, or it has no end record to splice before."""


@dataclasses.dataclass
class Ends:
    """Where the end records and the directory stand in the file, whatever they say of themselves."""

    eocd_offset: int
    eocd: dict
    eocd64_offset: int  # -1: there is none
    eocd64: dict
    directory_start: int
    directory_end: int
    shift: int  # true offset minus stated offset


# --- what readers see -----------------------------------------------------------------------------------------------------


def raw_name(info):
    """The name's bytes as they stand in the directory."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & package.UTF8 else "cp437")


def tolerant_body(data, info):
    """The body without any check: as far as it can be unpacked, as it stands when it cannot."""
    try:
        local = unpack(LOCAL_FIELDS, data, info.header_offset)
    except struct.error:
        return b""
    start = info.header_offset + size_of(LOCAL_FIELDS) + local["name_length"] + local["extra_length"]
    stored = data[start : start + info.compress_size]
    if info.compress_type != zipfile.ZIP_DEFLATED or info.flag_bits & 1:
        return stored
    try:
        return zlib.decompressobj(-15).decompress(stored)
    except zlib.error:
        return stored


def seen_by_python(data):
    """(name, body) of every entry as zipfile lists them: the directory's view."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(raw_name(info), tolerant_body(data, info)) for info in archive.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, UnicodeError, struct.error, ValueError, OSError) as error:
        raise NoTwin(f"zipfile: {error}") from error


def seen_by_bsdtar(data):
    """(name, body) of every entry as libarchive lists them; what it read before it gave up counts."""
    if data[6:7] > b"\0" and data[6] & 1 or b"\x01\x99\x07\x00" in data:  # the flag of the first entry, or any AES field
        raise NoTwin("bsdtar: would ask for a password")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "archive.zip")
        path.write_bytes(data)
        try:
            done = subprocess.run(BSDTAR + [f"@{path}"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                                  env=READER_ENVIRONMENT, check=False)
        except OSError as error:
            raise NoTwin(f"bsdtar: {error}") from error
    pairs = []
    try:
        with tarfile.open(fileobj=io.BytesIO(done.stdout), encoding="utf-8", errors="surrogateescape") as archive:
            for member in archive:
                name = member.name.encode("utf-8", "surrogateescape") + (b"/" if member.isdir() else b"")
                link = member.linkname.encode("utf-8", "surrogateescape")
                pairs.append((name, archive.extractfile(member).read() if member.isfile() else link))
    except (tarfile.TarError, OSError):
        pass  # a body that could not be read ends the tar stream in its middle
    if not pairs:
        raise NoTwin(f"bsdtar: {done.stderr.decode(errors='replace').strip()}")
    return pairs


# Into a tar stream: names and bodies in one process, nothing on disk.
BSDTAR = ["bsdtar", "--format=gnutar", "-cf", "-"]
READER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
VIEWS = {"zipfile": seen_by_python, "bsdtar": seen_by_bsdtar}

# --- where things are -----------------------------------------------------------------------------------------------------


def find_eocd64(data, eocd_offset):
    at = eocd_offset - size_of(LOCATOR_FIELDS)
    if at < 0 or unpack(LOCATOR_FIELDS, data, at)["magic"] != package.LOCATOR_MAGIC:
        return -1
    stated = unpack(LOCATOR_FIELDS, data, at)["eocd64_offset"]
    for place in (stated, at - size_of(EOCD64_FIELDS), data.rfind(struct.pack("<I", package.EOCD64_MAGIC), 0, at)):
        if 0 <= place <= at - size_of(EOCD64_FIELDS) and unpack(EOCD64_FIELDS, data, place)["magic"] == package.EOCD64_MAGIC:
            return place
    return -1


def walk_directory(data, start, end):
    """The end of the last whole record from `start` on, at most `end`."""
    position = start
    while position + size_of(CENTRAL_FIELDS) <= end:
        fields = unpack(CENTRAL_FIELDS, data, position)
        if fields["magic"] != package.CENTRAL_MAGIC:
            break
        length = size_of(CENTRAL_FIELDS) + fields["name_length"] + fields["extra_length"] + fields["comment_length"]
        if position + length > end:
            return end
        position += length
    return position


def find_ends(data):
    eocd_offset = data.rfind(struct.pack("<I", package.EOCD_MAGIC))
    if eocd_offset < 0 or eocd_offset + size_of(EOCD_FIELDS) > len(data):
        raise NoTwin("no end record")
    eocd = unpack(EOCD_FIELDS, data, eocd_offset)
    eocd64_offset = find_eocd64(data, eocd_offset)
    eocd64 = unpack(EOCD64_FIELDS, data, eocd64_offset) if eocd64_offset >= 0 else {}
    tail = eocd64_offset if eocd64_offset >= 0 else eocd_offset
    stated, size = eocd["directory_offset"], eocd["directory_size"]
    if eocd64 and (stated == 0xFFFFFFFF or size == 0xFFFFFFFF):
        stated, size = eocd64["directory_offset"], eocd64["directory_size"]
    magic = struct.pack("<I", package.CENTRAL_MAGIC)
    for start in (tail - size, stated, data.find(magic, 0, tail), tail):
        if 0 <= start <= tail and (start == tail or data[start : start + 4] == magic):
            break
    return Ends(eocd_offset, eocd, eocd64_offset, eocd64, start, walk_directory(data, start, tail), start - stated)


# --- the splice -----------------------------------------------------------------------------------------------------------


def grown(values, locals_size, records_size, count):
    """The end record's fields after the splice; a field that stands for "see zip64" stays as it is."""
    for name, by, bits in (("directory_offset", locals_size, 32), ("directory_size", records_size, 32),
                           ("entries", count, 16), ("disk_entries", count, 16)):
        full = (1 << bits) - 1
        if values[name] != full:
            values[name] = (values[name] + by) & full
    return values


def splice(data, ends, added):
    """The archive with these entries behind its own."""
    parts, records = b"", b""
    for entry in added:
        records += entry.central_record(ends.directory_start + len(parts) - ends.shift & 0xFFFFFFFF)
        parts += entry.file_part()
    after = bytearray(data[ends.directory_end :])

    def replace(at, fields, values):
        packed = pack(fields, values)
        after[at - ends.directory_end : at - ends.directory_end + len(packed)] = packed

    count = len(added)
    replace(ends.eocd_offset, EOCD_FIELDS, grown(dict(ends.eocd), len(parts), len(records), count))
    if ends.eocd64_offset >= 0:
        by = {"directory_offset": len(parts), "directory_size": len(records), "entries": count, "disk_entries": count}
        replace(ends.eocd64_offset, EOCD64_FIELDS,
                {name: value + by.get(name, 0) & 0xFFFFFFFFFFFFFFFF for name, value in ends.eocd64.items()})
        at = ends.eocd_offset - size_of(LOCATOR_FIELDS)
        locator = unpack(LOCATOR_FIELDS, data, at)
        locator["eocd64_offset"] = locator["eocd64_offset"] + len(parts) + len(records) & 0xFFFFFFFFFFFFFFFF
        replace(at, LOCATOR_FIELDS, locator)
    return data[: ends.directory_start] + parts + data[ends.directory_start : ends.directory_end] + records + bytes(after)


def sign_pairs(data, pairs, pki, **options):
    """The twin of an archive, signed over these names and bodies and the added folder."""
    ends = find_ends(data)
    added = []
    if all(name != package.SIGNATURE_FOLDER for name, _ in pairs):
        added.append(Entry(package.SIGNATURE_FOLDER, method=0, external=0o40755 << 16 | 0x10))
        pairs = [*pairs, (package.SIGNATURE_FOLDER, b"")]
    added.append(Entry(package.SIGNATURE_NAME, cms.sign(pki, package.canonical_content(pairs), **options)))
    return splice(data, ends, added)


def sign(data, pki, view="zipfile", **options):
    """The twin over what one view shows. NoTwin when there is nothing to see or nothing to splice into."""
    return sign_pairs(data, VIEWS[view](data), pki, **options)


def twins(data, pki, **options):
    """{view: twin} for every view that sees something, each different one once. NoTwin without an end record."""
    seen, made = [], {}
    find_ends(data)
    for view, read in VIEWS.items():
        try:
            pairs = read(data)
        except NoTwin:
            continue
        if pairs not in seen:
            seen.append(pairs)
            made[view] = sign_pairs(data, pairs, pki, **options)
    return made
