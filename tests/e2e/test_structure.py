"""The structure of a package: every case of ATTACKS.md section 1.2, each signed so that the structure decides.

A row says what was built and what must come of it: FAIL blocks under Warn too and names its rule; NOTICE changes nothing but
is said, and blocks with `strict: true`; CLEAN has no finding, not even when strict.
"""

import dataclasses
import itertools
import struct
import time
import unicodedata
import zlib
from typing import Callable

from support import cms, package
from support.package import Entry, build, build_archive, deflate, entries_of, extra
from support.sealgate import GateTest

MALFORMED, AMBIGUOUS, TOO_LARGE = "malformed-package", "ambiguous-package", "package-too-large"
SUSPICIOUS, UNUSUAL = "suspicious-content", "unusual-package"
ANY_NOTICE = (SUSPICIOUS, UNUSUAL)
FAIL, NOTICE, CLEAN = "fail", "notice", "clean"


@dataclasses.dataclass
class Case:
    name: str
    what: str
    outcome: str
    rules: tuple
    message: str
    make: Callable


CASES = []


def add(name, what, outcome, rules, message, make):
    rules = rules if isinstance(rules, tuple) else (rules,)
    CASES.append(Case(name, what, outcome, rules, message, make))


class Kit:
    """What a row builds with: a signed package of two files, and the signing itself."""

    FILES = {"index.js": "exports.handler = async () => 'genuine'\n", "lib/util.js": "exports.answer = 42\n"}

    def __init__(self, pki, signed_at):
        self.pki, self.signed_at = pki, signed_at

    def two(self, **options):
        """Two unsigned entries; the options are those of the first."""
        entries = entries_of(self.FILES)
        for key, value in options.items():
            setattr(entries[0], key, value)
        return entries

    def sign(self, entries, **options):
        return package.sign(entries, self.pki, signed_at=self.signed_at, **options)

    def signed(self, **options):
        """Signed entries; the options are set on the first."""
        return self.sign(self.two(**options))

    def built(self, **options):
        return build(self.signed(), **options)

    def first(self, **options):
        """The usual package with changes to its first entry, which the signature covers."""
        return build(self.signed(**options))

    def with_entries(self, *entries):
        """The usual two entries and these, signed."""
        return build(self.sign([*self.two(), *entries]))

    def names(self, *names):
        return self.with_entries(*(Entry(name, f"body {index}\n") for index, name in enumerate(names)))

    def evil(self, files=None):
        return entries_of(files or {"index.js": "exports.handler = async () => 'evil'\n", "lib/util.js": "exports.answer = 666\n"})


# --- ZA: which archive is it ----------------------------------------------------------------------------------------------


def second_archive_with_the_first_ones_end(kit):
    """ZA-01 as the catalogue gives it."""
    first = build_archive(kit.signed())
    evil = [*kit.evil(), Entry(package.SIGNATURE_FOLDER, method=0), Entry(package.SIGNATURE_NAME, "x")]
    parts, offsets = b"", []
    for entry in evil:
        offsets.append(len(first.data) + len(parts))
        parts += entry.file_part()
    directory_at = len(first.data) + len(parts)
    records = b"".join(entry.central_record(offset - (directory_at - first.directory_offset))
                       for entry, offset in zip(evil, offsets))
    assert len(records) == first.directory_size
    return first.data + parts + records + first.data[first.eocd_offset :]


def archive_in_the_comment(kit, files):
    at = build_archive(kit.signed()).eocd_offset + 22
    return kit.built(comment=build(kit.evil(files), first_offset=at))


def nested(kit, method, absolute):
    inner = build(kit.evil(), first_offset=30 + len("layer.zip") if absolute else 0)
    return build(kit.sign([Entry("layer.zip", inner, method=method), *kit.two()]))


def directory_of_the_first_record(kit):
    archive = build_archive(kit.signed())
    return kit.built(eocd={"entries": 1, "disk_entries": 1, "directory_size": archive.records[1] - archive.records[0]})


def many(kit, count, **options):
    return build(kit.sign([Entry(f"f{number:05x}", method=0) for number in range(count - 2)]), **options)


def same_header_twice(kit, name):
    twin = Entry(name, kit.FILES["index.js"], in_file=False, central={"offset": 0})
    return build(kit.sign([*kit.two(), twin]))


def quoted_overlap(kit):
    """Fifield's: the first entry's stored deflate block quotes the second one's local header."""
    inner = Entry("b.bin", b"x" * 300)
    header, body = inner.local_header(), inner.stored_data()
    quote = b"\0" + struct.pack("<HH", len(header), len(header) ^ 0xFFFF)
    outer = Entry("a.bin", header + inner.body, data=quote + header + body)
    at = 30 + len("a.bin") + len(quote)
    hidden = Entry("b.bin", inner.body, in_file=False, central={"offset": at, "csize": len(body), "crc": zlib.crc32(inner.body)})
    return build(kit.sign([outer, hidden, *kit.two()]))


def gap_before(kit, index, gap):
    entries = kit.signed()
    entries[index].gap = gap
    return build(entries)


HIDDEN = Entry("index.js", "exports.handler = async () => 'hidden'\n").file_part()
EMPTY_END = struct.pack("<IHHHHIIH", package.EOCD_MAGIC, 0, 0, 0, 0, 0, 0, 0)

add("ZA-01", "another archive appended whose end record is the first one's", FAIL, AMBIGUOUS, "directory .* does not end where the end record starts",
    second_archive_with_the_first_ones_end)
add("ZA-02", "two archives, one behind the other", FAIL, AMBIGUOUS, "directory .* does not end where the end record starts", lambda kit: kit.built() + build(kit.evil()))
add("ZA-03", "an archive in the archive comment, shorter", FAIL, AMBIGUOUS, "2 end of central directory records",
    lambda kit: archive_in_the_comment(kit, {"index.js": "evil"}))
add("ZA-04", "an archive in the archive comment, longer", FAIL, AMBIGUOUS, "2 end of central directory records",
    lambda kit: archive_in_the_comment(kit, {f"file{number}.js": "evil\n" * 200 for number in range(40)}))
add("ZA-05", "an empty archive's end record in the comment", FAIL, AMBIGUOUS, "2 end of central directory records", lambda kit: kit.built(comment=EMPTY_END))
add("ZA-06", "an archive comment", NOTICE, UNUSUAL, "comment of 7 bytes, which no signature covers", lambda kit: kit.built(comment=b"build 7"))
add("ZA-07 short", "comment longer than its length says", FAIL, AMBIGUOUS, "end record does not end the file",
    lambda kit: kit.built(comment=b"build 7", eocd={"comment_length": 3}))
add("ZA-07 long", "comment shorter than its length says", FAIL, AMBIGUOUS, "end record does not end the file",
    lambda kit: kit.built(comment=b"build 7", eocd={"comment_length": 10}))
add("ZA-08 stored", "a zip inside, stored", CLEAN, (), "", lambda kit: nested(kit, 0, False))
add("ZA-08 absolute", "a zip inside, stored, with offsets of the outer file", CLEAN, (), "", lambda kit: nested(kit, 0, True))
add("ZA-08 deflated", "a zip inside, deflated", CLEAN, (), "", lambda kit: nested(kit, 8, False))
add("ZA-09", "the end record twice", FAIL, AMBIGUOUS, "does not end where the end record starts",
    lambda kit: kit.built() + kit.built()[-22:])
add("ZA-10 as is", "bytes before the archive, offsets as they were", FAIL, AMBIGUOUS, "does not end where the end record starts",
    lambda kit: kit.built(prefix=b"#!/bin/sh\nexit\n"))
add("ZA-10 adjusted", "bytes before the archive, offsets adjusted", FAIL, AMBIGUOUS, "`index.js` starts at offset 15, not at 0",
    lambda kit: kit.built(prefix=b"#!/bin/sh\nexit\n", shift=15))
add("ZA-11 1", "a byte behind the archive", FAIL, AMBIGUOUS, "end record does not end the file", lambda kit: kit.built(trailing=b"\n"))
add("ZA-11 70000", "70,000 bytes behind the archive", FAIL, MALFORMED, "no end of central directory record",
    lambda kit: kit.built(trailing=b"\n" * 70000))
add("ZA-12 first", "junk before the first entry", FAIL, AMBIGUOUS, "starts at offset 4, not at 0", lambda kit: gap_before(kit, 0, b"junk"))
add("ZA-12 between", "junk between two entries", FAIL, AMBIGUOUS, "4 bytes that belong to no entry follow `index.js`", lambda kit: gap_before(kit, 1, b"junk"))
add("ZA-12 zeros", "zero bytes between two entries", FAIL, AMBIGUOUS, "512 bytes that belong to no entry", lambda kit: gap_before(kit, 1, b"\0" * 512))
add("ZA-12 last", "junk before the directory", FAIL, AMBIGUOUS, "4 bytes that belong to no entry", lambda kit: kit.built(before_directory=b"junk"))
add("ZA-13", "a hidden entry between two entries", FAIL, AMBIGUOUS, "79 bytes that belong to no entry follow `index.js`", lambda kit: gap_before(kit, 1, HIDDEN))
add("ZA-13 first", "a hidden entry before the first", FAIL, AMBIGUOUS, "starts at offset 79, not at 0", lambda kit: gap_before(kit, 0, HIDDEN))
add("ZA-14", "junk between the directory and the end record", FAIL, AMBIGUOUS, "does not end where the end record starts", lambda kit: kit.built(after_directory=b"junk"))
add("ZA-15", "the directory in another order than the file", FAIL, AMBIGUOUS, "`lib/util.js` starts at offset",
    lambda kit: kit.built(order=lambda records: [records[1], records[0], *records[2:]]))
add("ZA-15 signed", "the same, signed in the directory's order", FAIL, AMBIGUOUS, "`index.js` starts at offset",
    lambda kit: build([*reversed(kit.sign(kit.two())[:2]), *kit.sign(kit.two())[2:]],
                      order=lambda records: [records[1], records[0], *records[2:]]))
add("ZA-16", "an entry that the directory does not list", FAIL, AMBIGUOUS, "bytes that belong to no entry follow `lib/util.js`",
    lambda kit: build(kit.sign([*kit.two(), Entry("evil.js", "evil", in_directory=False)])))
add("ZA-17 low", "the end record counts one entry too few", FAIL, AMBIGUOUS, "bytes behind the 3 records that are counted",
    lambda kit: kit.built(eocd={"entries": 3, "disk_entries": 3}))
add("ZA-17 high", "the end record counts one entry too many", FAIL, AMBIGUOUS, "does not hold the 5 records that are counted",
    lambda kit: kit.built(eocd={"entries": 5, "disk_entries": 5}))
add("ZA-17 disk", "the end record counts other entries on this disk", FAIL, MALFORMED, "several disks",
    lambda kit: kit.built(eocd={"disk_entries": 3}))
add("ZA-18", "the end record's directory is the first record alone", FAIL, AMBIGUOUS, "does not end where the end record starts", directory_of_the_first_record)
add("ZA-19 end", "a disk number in the end record", FAIL, MALFORMED, "several disks", lambda kit: kit.built(eocd={"disk": 1}))
add("ZA-19 directory", "a directory disk in the end record", FAIL, MALFORMED, "several disks",
    lambda kit: kit.built(eocd={"directory_disk": 1}))
add("ZA-19 record", "a disk number in a record", FAIL, MALFORMED, "`index.js` is said to start on disk 1", lambda kit: kit.first(central={"disk": 1}))
add("ZA-20 wrapped", "65,541 entries, counted modulo 65,536, without zip64", FAIL, AMBIGUOUS, "bytes behind the 5 records that are counted",
    lambda kit: many(kit, 65541))
add("ZA-20 zip64", "65,536 entries, counted by zip64", FAIL, TOO_LARGE, "65536 entries; at most 65535",
    lambda kit: many(kit, 65536, zip64={}, eocd={"entries": 0xFFFF, "disk_entries": 0xFFFF}))
add("ZA-21 same name", "two records of one local header", FAIL, AMBIGUOUS, "overlap or are out of order", lambda kit: same_header_twice(kit, "index.js"))
add("ZA-21 other name", "two records of one local header, other names", FAIL, AMBIGUOUS, "overlap or are out of order",
    lambda kit: same_header_twice(kit, "other.js"))
add("ZA-21 quoted", "an entry inside another one's data", FAIL, AMBIGUOUS, "body of `a.bin` runs into what follows", quoted_overlap)
add("ZA-22 empty file", "an empty file", FAIL, MALFORMED, "the file is empty", lambda kit: b"")
add("ZA-22 cut", "the end record lacks its last byte", FAIL, MALFORMED, "no end of central directory record", lambda kit: kit.built()[:-1])
add("ZA-22 no end", "no end record", FAIL, MALFORMED, "no end of central directory record", lambda kit: kit.built()[:-22])
add("text", "no archive at all", FAIL, MALFORMED, "not a zip archive", lambda kit: b"This is no zip.\n" * 20)
add("gzip", "a tar.gz under the name of a zip", FAIL, MALFORMED, "not a zip archive", lambda kit: b"\x1f\x8b\x08\0" + b"\0" * 200)

# --- ZL: local header and directory disagree ------------------------------------------------------------------------------

for field, value in (("method", 0), ("usize", 7), ("csize", 7), ("crc", 0x12345678)):
    add(f"ZL-02 {field}", f"the local header has another {field}", FAIL, AMBIGUOUS,
        "method 0 in its local header and 8 in the directory" if field == "method" else "another size or CRC in its local header", lambda kit, field=field, value=value: kit.first(local={field: value}))
for bit, what in ((0x0001, "encryption"), (0x0800, "UTF-8"), (0x0008, "data descriptor")):
    add(f"ZL-04 {what}", f"the {what} flag stands in the local header only", FAIL, AMBIGUOUS, f"flags 0x{bit:04x} in its local header and 0x0000",
        lambda kit, bit=bit: kit.first(local={"flags": bit}))
    add(f"ZL-04 {what} central", f"the {what} flag stands in the directory only", FAIL, MALFORMED if bit == 1 else AMBIGUOUS,
        "encrypted" if bit == 1 else f"flags 0x0000 in its local header and 0x{bit:04x}",
        lambda kit, bit=bit: kit.first(central={"flags": bit}))
add("ZL-01 same length", "another name of the same length in the local header", FAIL, AMBIGUOUS, "`index.js` is called `evil0.js` in its local header",
    lambda kit: kit.first(local={"name": b"evil0.js"}))
add("ZL-01 other length", "another name in the local header", FAIL, AMBIGUOUS, "`index.js` is called `other/index.js` in its local header",
    lambda kit: kit.first(local={"name": b"other/index.js"}))
add("ZL-03 time", "another time in the local header", NOTICE, UNUSUAL, "another time in its local header", lambda kit: kit.first(local={"time": 0x5000}))
add("ZL-03 unknown extra", "an unknown extra field in the local header only", NOTICE, UNUSUAL, "other extra fields in its local header",
    lambda kit: kit.first(local={"extra": extra(0x9999, b"data")}))
add("ZL-03 zip64", "a zip64 extra field in the local header with other sizes", FAIL, AMBIGUOUS, "zip64 extra field contradicts its local header",
    lambda kit: kit.first(local={"extra": extra(1, struct.pack("<QQ", 1, 2))}))
add("ZL-03 unicode path", "a Unicode path in the local header only", FAIL, AMBIGUOUS, r"Unicode path extra field \(0x7075\) that names another path",
    lambda kit: kit.first(local={"extra": unicode_path(b"index.js", b"evil.js")}))
for kind in (0x5455, 0x7875, 0x5855, 0x000A, 0xCAFE):
    add(f"ZL-03 0x{kind:04x}", "a packager's extra field that differs", CLEAN, (), "",
        lambda kit, kind=kind: kit.first(local={"extra": extra(kind, bytes(8) if kind != 0xCAFE else b"")}))
add("ZL-05", "the local header's magic is wrong", FAIL, MALFORMED, "no local header where the directory says", lambda kit: kit.first(local={"magic": 0x04034B51}))
add("ZL-05 central", "a directory record's magic is wrong", FAIL, AMBIGUOUS, "record 1 is missing",
    lambda kit: kit.first(central={"magic": 0x02014B51}))
add("ZL-06 version", "version 6.3 is needed", NOTICE, UNUSUAL, "claims to need version 6.3", lambda kit: kit.first(version=63))
add("ZL-06 local version", "the local header needs a higher version", NOTICE, UNUSUAL, "later version in its local header",
    lambda kit: kit.first(local={"version": 45}))
add("ZL-06 bit 5", "the flag of patch data", NOTICE, UNUSUAL, r"reserved flag bits set \(0x0020\)", lambda kit: kit.first(flags=1 << 5))
add("ZL-06 bit 13", "the flag of masked headers", NOTICE, UNUSUAL, r"reserved flag bits set \(0x2000\)",
    lambda kit: kit.first(flags=1 << 13))
add("ZL-07 signed", "a data descriptor with signature", CLEAN, (), "", lambda kit: kit.first(descriptor="signed"))
add("ZL-07 stored", "a data descriptor on a stored entry", CLEAN, (), "", lambda kit: kit.first(descriptor="signed", method=0))
add("ZL-07 with size", "a data descriptor and the unpacked size in the local header, as bsdtar and zip in a pipe write", CLEAN, (), "",
    lambda kit: kit.first(descriptor="signed", local={"usize": len(kit.FILES["index.js"])}))
add("ZL-07 with all", "a data descriptor and everything in the local header too", CLEAN, (), "",
    lambda kit: kit.first(descriptor="signed", local={"usize": len(BODY), "csize": len(deflate(BODY)), "crc": zlib.crc32(BODY)}))
add("ZL-07 other size", "a data descriptor and another size in the local header", FAIL, AMBIGUOUS, "another size or CRC in its local header",
    lambda kit: kit.first(descriptor="signed", local={"usize": len(BODY) - 1}))
for kind in ("bare", "signed64", "bare64"):
    add(f"ZL-07 {kind}", "a right data descriptor of a rarer form", NOTICE, UNUSUAL,
        "data descriptor without a signature|data descriptor of 64 bits",
        lambda kit, kind=kind: kit.first(descriptor=kind))


def descriptor(crc=None, csize=None, usize=None, body=Kit.FILES["index.js"].encode()):
    right = (zlib.crc32(body), len(deflate(body)), len(body))
    wanted = [given if given is not None else value for given, value in zip((crc, csize, usize), right)]
    return struct.pack("<IIII", package.DESCRIPTOR_MAGIC, *wanted)


for part in ("crc", "csize", "usize"):
    add(f"ZL-08 {part}", f"the data descriptor has another {part}", FAIL, AMBIGUOUS, "data descriptor that contradicts the directory",
        lambda kit, part=part: kit.first(descriptor=descriptor(**{part: 1})))
add("ZL-08 absent", "the flag, but no data descriptor", FAIL, AMBIGUOUS, "no data descriptor", lambda kit: kit.first(descriptor=b""))
add("ZL-08 no flag", "a data descriptor without the flag", FAIL, AMBIGUOUS, "16 bytes that belong to no entry follow `index.js`", lambda kit: kit.first(tail=descriptor()))
add("ZL-08 last", "the last entry's flag, but no data descriptor", FAIL, AMBIGUOUS, "no data descriptor",
    lambda kit: build([*kit.signed()[:-1], dataclasses.replace(kit.signed()[-1], descriptor=b"")]))
add("ZL-09", "no sizes anywhere, but a body in place of a signed empty file", FAIL, AMBIGUOUS, "data descriptor that contradicts the directory",
    lambda kit: kit.with_entries(Entry("__init__.py", b"", data=b"import evil\n", method=0, descriptor=b"", local={},
                                       central={"csize": 0})))
add("ZL-09 descriptor", "the same with a data descriptor of zeros", FAIL, AMBIGUOUS, "no data descriptor",
    lambda kit: kit.with_entries(Entry("__init__.py", b"", data=b"import evil\n", method=0, central={"csize": 0},
                                       descriptor=struct.pack("<IIII", package.DESCRIPTOR_MAGIC, 0, 0, 0))))

# --- ZZ: zip64 ------------------------------------------------------------------------------------------------------------


def zip64_sizes(usize=None, csize=None):
    body = Kit.FILES["index.js"].encode()
    return extra(1, struct.pack("<QQ", len(body) if usize is None else usize, len(deflate(body)) if csize is None else csize))


FULL = 0xFFFFFFFF
add("ZZ-01 equal", "right zip64 sizes though they fit", NOTICE, UNUSUAL, "zip64 extra field that it does not need",
    lambda kit: kit.first(extra=zip64_sizes(), version=45))
add("ZZ-01 both full", "sizes in zip64 alone though they fit", NOTICE, UNUSUAL, "zip64 extra field that it does not need",
    lambda kit: kit.first(extra=zip64_sizes(), version=45, local={"csize": FULL, "usize": FULL},
                          central={"csize": FULL, "usize": FULL}))
add("ZZ-01 local full", "sizes in the local header's zip64 alone, as Python's force_zip64 writes", NOTICE, UNUSUAL,
    "zip64 extra field that it does not need", lambda kit: kit.first(version=45, local={"csize": FULL, "usize": FULL, "extra": zip64_sizes()}))
add("ZZ-01 lying", "other zip64 sizes than the header's", FAIL, AMBIGUOUS, "zip64 extra field contradicts its directory record",
    lambda kit: kit.first(extra=zip64_sizes(usize=3), version=45))
add("ZZ-02", "two zip64 fields", FAIL, AMBIGUOUS, "two zip64 extra fields",
    lambda kit: kit.first(extra=zip64_sizes() * 2, version=45))
add("ZZ-03 differ", "zip64 sizes differ between local header and directory", FAIL, AMBIGUOUS, "another size or CRC in its local header",
    lambda kit: kit.first(version=45, local={"csize": FULL, "usize": FULL, "extra": zip64_sizes(usize=3)},
                          central={"csize": FULL, "usize": FULL, "extra": zip64_sizes()}))
add("ZZ-03 missing", "sizes in zip64, but there is none", FAIL, TOO_LARGE, "262144000",
    lambda kit: kit.first(local={"csize": FULL, "usize": FULL}, central={"csize": FULL, "usize": FULL}))
add("ZZ-03 huge", "a zip64 size of 2^62", FAIL, TOO_LARGE, "262144000",
    lambda kit: kit.first(version=45, extra=zip64_sizes(1 << 62, 1 << 62), local={"csize": FULL, "usize": FULL},
                          central={"csize": FULL, "usize": FULL}))
add("ZZ-03 short", "a zip64 field of 3 bytes", FAIL, AMBIGUOUS, "zip64 extra field contradicts",
    lambda kit: kit.first(version=45, extra=extra(1, b"abc"), local={"csize": FULL, "usize": FULL},
                          central={"csize": FULL, "usize": FULL}))
add("ZZ-04 needless", "a right zip64 end record though it is not needed", NOTICE, UNUSUAL, "zip64 end record that it does not need", lambda kit: kit.built(zip64={}))
for field, value in (("entries", 3), ("disk_entries", 3), ("directory_size", 10), ("directory_offset", 0)):
    add(f"ZZ-04 {field}", f"the zip64 end record has another {field}", FAIL, AMBIGUOUS,
        "zip64 end record and the end record contradict each other",
        lambda kit, field=field, value=value: kit.built(zip64={field: value}))
add("ZZ-05 gap", "a gap before the locator", FAIL, AMBIGUOUS, "zip64 end record does not stand directly before its locator", lambda kit: kit.built(zip64={}, before_locator=b"gap!"))
add("ZZ-05 gap after", "a gap behind the locator", FAIL, AMBIGUOUS, "does not end where the end record starts", lambda kit: kit.built(zip64={}, after_locator=b"gap!"))
add("ZZ-05 size", "a wrong record size", FAIL, AMBIGUOUS, "zip64 end record does not stand directly before its locator", lambda kit: kit.built(zip64={"record_size": 40}))
add("ZZ-05 extensible", "extensible data in the zip64 end record", FAIL, AMBIGUOUS, "zip64 end record does not stand directly before its locator",
    lambda kit: kit.built(zip64={}, extensible=b"12345678"))
add("ZZ-05 locator", "the locator points elsewhere", FAIL, AMBIGUOUS, "zip64 end record does not stand directly before its locator",
    lambda kit: kit.built(zip64={}, locator={"eocd64_offset": 4}))
add("ZZ-05 disks", "the locator counts two disks", FAIL, MALFORMED, "locator speaks of several disks", lambda kit: kit.built(zip64={}, locator={"disks": 2}))
add("ZZ-05 count", "2^40 entries", FAIL, TOO_LARGE, "1099511627776 entries",
    lambda kit: kit.built(zip64={"entries": 1 << 40, "disk_entries": 1 << 40}, eocd={"entries": 0xFFFF, "disk_entries": 0xFFFF}))
add("ZZ-05 no record", "entries in zip64, but there is none", FAIL, AMBIGUOUS, "65535 entries, more than the central directory can hold",
    lambda kit: kit.built(eocd={"entries": 0xFFFF, "disk_entries": 0xFFFF}))

# --- ZN: names ------------------------------------------------------------------------------------------------------------


def unicode_path(name, target, crc=None):
    """Info-ZIP Unicode Path extra field (APPNOTE 4.6.9)."""
    return extra(0x7075, struct.pack("<BI", 1, zlib.crc32(name) if crc is None else crc) + target)


def swapped_name(kit, signed_as, name):
    """Signed under one name, written under another of the same length."""
    entries = kit.sign([*kit.two(), Entry(signed_as, "print('body')\n")])
    entries[2].name = name
    return build(entries)


def twice_signed(kit):
    entries = kit.signed()
    return build([*entries, entries[-1]])


def folder(name):
    return Entry(name, method=0, external=0o40755 << 16 | 0x10)


add("ZN-01", "a name twice", FAIL, AMBIGUOUS, "`index.js` is there twice", lambda kit: kit.names("index.js"))
add("ZN-01 signature", "the signature entry twice", FAIL, AMBIGUOUS, "aws_signer_signature_v1.0.SF` is there twice", twice_signed)
add("ZN-02 case", "names that differ by case", NOTICE, SUSPICIOUS, "`Index.js` and `index.js` differ only in case", lambda kit: kit.names("Index.js"))
add("ZN-02 NFD", "names that are the same after NFC", FAIL, AMBIGUOUS, "are the same path",
    lambda kit: kit.names("gr\u00fc\u00dfe.py", unicodedata.normalize("NFD", "gr\u00fc\u00dfe.py")))
add("ZN-02 NFKC", "names that are the same after NFKC", NOTICE, SUSPICIOUS, "compatible characters",
    lambda kit: kit.names("plain.py", "\uff50\uff4c\uff41\uff49\uff4e.py"))
add("ZN-03 pair", "a name with / and the same with a backslash", FAIL, AMBIGUOUS, "are the same path", lambda kit: kit.names("d/h.py", "d\\h.py"))
add("ZN-03 alone", "a backslash", NOTICE, SUSPICIOUS, "backslash in its name", lambda kit: kit.names("d\\h.py"))
for other, rule, message in (("./h.py", AMBIGUOUS, "`h.py` and `./h.py` are the same path"), ("/h.py", MALFORMED, "absolute path"),
                             ("d/x/../../h.py", MALFORMED, "component `..`"), (".//h.py", MALFORMED, "empty component")):
    add(f"ZN-04 {other}", f"h.py and {other}", FAIL, rule, message, lambda kit, other=other: kit.names("h.py", other))
add("ZN-04 d//h.py", "d/h.py and d//h.py", FAIL, MALFORMED, "empty component", lambda kit: kit.names("d/h.py", "d//h.py"))
add("ZN-05 folder", "a file and a folder of one name", FAIL, AMBIGUOUS, "`h.py` and `h.py/` are the same path",
    lambda kit: kit.with_entries(Entry("h.py", "x"), folder("h.py/")))
add("ZN-05 mode", "a folder's name with a file's mode", FAIL, MALFORMED, "folder's name but is none by its mode",
    lambda kit: kit.with_entries(Entry("lib/", method=0)))
add("ZN-05 no type", "a folder's name with permissions alone", CLEAN, (), "",
    lambda kit: kit.with_entries(Entry("lib/", method=0, external=0o755 << 16)))
add("ZN-05 below", "a file, and a file below it", FAIL, AMBIGUOUS, "`a/b` lies below `a`, which is a file", lambda kit: kit.names("a", "a/b"))
add("ZN-05 below first", "a file below a file that comes later", FAIL, AMBIGUOUS, "`a/b` lies below `a`", lambda kit: kit.names("a/b", "a"))
add("ZN-05 apart", "the same with names between them in byte order", FAIL, AMBIGUOUS, "`a/b` lies below `a`", lambda kit: kit.names("a", "a!", "a.b", "a/b"))
for name, outcome, message in (("/etc/passwd", FAIL, "absolute path"), ("../up.py", FAIL, "component `..`"),
                               ("a/../../up.py", FAIL, "component `..`"), ("a/..", FAIL, "component `..`"),
                               ("C:/x.py", NOTICE, "colon in its name"), ("a/b:stream", NOTICE, "colon in its name")):
    add(f"ZN-07 {name}", f"the name {name}", outcome, MALFORMED if outcome == FAIL else SUSPICIOUS, message,
        lambda kit, name=name: kit.names(name))
add("ZN-07 dots", "names with dots that are no path", CLEAN, (), "", lambda kit: kit.names("..a", "a..", "...", ".hidden", "b/..c"))
add("ZN-08 empty", "an empty name", FAIL, MALFORMED, "empty name", lambda kit: kit.names(""))
add("ZN-08 two empty", "two empty names", FAIL, MALFORMED, "empty name", lambda kit: kit.names("", ""))
add("ZN-08 dot", "the name .", FAIL, MALFORMED, "`.` is no name", lambda kit: kit.names("."))
add("ZN-08 slash", "the name /", FAIL, MALFORMED, "absolute path", lambda kit: kit.with_entries(folder("/")))
for name, what in (("a\nb.py", "LF"), ("a\rb.py", "CR"), ("a\x1bb.py", "ESC"), ("a\x7fb.py", "DEL"), ("a\x01b", "SOH"),
                   ("PK\x01\x02", "a directory record's magic")):
    add(f"ZN-09 {what}", f"{what} in a name", FAIL, MALFORMED, r"\\x[0-9A-F]{2}.*` has control characters", lambda kit, name=name: kit.names(name))
add("ZN-09 C1", "a C1 control in a name", FAIL, MALFORMED, r"a\\x85b.py` has control characters", lambda kit: kit.names("a\u0085b.py"))
add("ZN-09 bidi", "a bidirectional control in a name", NOTICE, SUSPICIOUS, r"\\u\{202E\}yp.b` has characters that hide or reorder", lambda kit: kit.names("a\u202eyp.b"))
add("ZN-09 BOM", "a byte order mark in a name", NOTICE, SUSPICIOUS, r"\\u\{FEFF\}a.py` has characters that hide",
    lambda kit: kit.names("\ufeffa.py"))
add("ZN-10", "a name that is no UTF-8, without the flag", NOTICE, UNUSUAL, r"gr\\x81\\xE1e.txt` is not UTF-8",
    lambda kit: kit.with_entries(Entry(b"gr\x81\xe1e.txt", "x", flags=0)))
for name, what in ((b"a\xff.py", "invalid"), (b"a\xc0\xafb.py", "overlong"), (b"a\xed\xa0\x80.py", "surrogate"),
                   (b"a\xf4\x90\x80\x80.py", "beyond U+10FFFF")):
    add(f"ZN-11 {what}", f"the UTF-8 flag on {what} UTF-8", FAIL, MALFORMED, "flagged as UTF-8 but is not",
        lambda kit, name=name: kit.with_entries(Entry(name, "x", flags=package.UTF8)))
add("ZN-12 signature", "a Unicode path that makes x.py the signature entry", FAIL, AMBIGUOUS, "`x.py` has a Unicode path extra field",
    lambda kit: kit.with_entries(Entry("x.py", "evil", extra=unicode_path(b"x.py", package.SIGNATURE_NAME))))
add("ZN-12 other", "a Unicode path with another name", FAIL, AMBIGUOUS, "names another path than its header",
    lambda kit: kit.first(extra=unicode_path(b"index.js", b"evil.js")))
add("ZN-12 stale", "a Unicode path with another name and a CRC that does not fit", FAIL, AMBIGUOUS, "names another path than its header",
    lambda kit: kit.first(extra=unicode_path(b"index.js", b"evil.js", crc=1)))
add("ZN-12 twice", "a Unicode path twice", FAIL, AMBIGUOUS, "two Unicode path extra fields",
    lambda kit: kit.first(extra=unicode_path(b"index.js", b"index.js") * 2))
add("ZN-12 equal", "a Unicode path with the same name", CLEAN, (), "",
    lambda kit: kit.first(extra=unicode_path(b"index.js", b"index.js")))
add("ZN-13", "a NUL where a space was signed", FAIL, MALFORMED, r"`a\\x00b.py` has control characters",
    lambda kit: swapped_name(kit, b"a b.py", b"a\0b.py"))
add("ZN-14 component", "a component of 256 bytes", FAIL, MALFORMED, "255", lambda kit: kit.names("x" * 256))
add("ZN-14 path", "a name of 4,096 bytes", FAIL, MALFORMED, "4095",
    lambda kit: kit.names("/".join(["y" * 99] * 41)[:4096]))
add("ZN-14 depth", "65 components", FAIL, MALFORMED, "more than 64 components", lambda kit: kit.names("/".join("d" * 65)))
add("ZN-14 within", "the longest allowed", CLEAN, (), "",
    lambda kit: kit.names("x" * 255, "/".join(["y" * 99] * 41)[:4095], "/".join("d" * 64)))
add("ZN-15 case twin", "the signature entry's name in other case beside it", FAIL, AMBIGUOUS, "name of the signature entry in another case or kind",
    lambda kit: kit.names("META_INF/AWS_SIGNER_SIGNATURE_V1.0.SF"))
add("ZN-15 folder twin", "a folder of the signature entry's name", FAIL, AMBIGUOUS, "name of the signature entry in another case or kind",
    lambda kit: kit.with_entries(folder(package.SIGNATURE_NAME + b"/")))
add("ZN-15 dot twin", "./ before the signature entry's name", FAIL, AMBIGUOUS, "are the same path",
    lambda kit: kit.names(b"./" + package.SIGNATURE_NAME))
add("ZN-15 nested", "the signature entry's name in a folder", NOTICE, SUSPICIOUS, "signature entry in a folder of its own",
    lambda kit: kit.names(b"vendor/" + package.SIGNATURE_NAME))

# --- ZD: bodies -----------------------------------------------------------------------------------------------------------

BODY = Kit.FILES["index.js"].encode()


def both(**fields):
    return {"local": dict(fields), "central": dict(fields)}


def unfinished(body):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH)


add("ZD-01 size", "nothing stored, but a size declared", FAIL, AMBIGUOUS, "no bytes but claims a size or a CRC",
    lambda kit: kit.with_entries(Entry("e.py", b"", data=b"", **both(usize=40))))
add("ZD-01 crc", "nothing stored, but a CRC declared", FAIL, AMBIGUOUS, "no bytes but claims a size or a CRC",
    lambda kit: kit.with_entries(Entry("e.py", b"", data=b"", method=0, **both(crc=0x11223344))))
add("ZD-01 deflated", "a deflated entry without a byte", FAIL, MALFORMED, "deflate stream has no end",
    lambda kit: kit.with_entries(Entry("e.py", b"", data=b"", method=8)))
add("ZD-02 stored", "a wrong CRC, stored", FAIL, MALFORMED, "CRC", lambda kit: kit.first(method=0, **both(crc=0x11223344)))
add("ZD-02 deflated", "a wrong CRC, deflated", FAIL, MALFORMED, "CRC", lambda kit: kit.first(**both(crc=0x11223344)))
add("ZD-02 zero", "a CRC of zero", FAIL, MALFORMED, "CRC", lambda kit: kit.first(**both(crc=0)))
add("ZD-03 cut", "the deflate stream is cut", FAIL, MALFORMED, "deflate stream has no end", lambda kit: kit.first(data=deflate(BODY)[:15]))
add("ZD-03 byte", "the deflate stream lacks its last byte", FAIL, MALFORMED, "deflate stream has no end", lambda kit: kit.first(data=deflate(BODY)[:-1]))
add("ZD-03 block", "the deflate stream has no final block", FAIL, MALFORMED, "deflate stream has no end", lambda kit: kit.first(data=unfinished(BODY)))
add("ZD-03 garbage", "no deflate stream at all", FAIL, MALFORMED, "deflate stream is damaged", lambda kit: kit.first(data=b"\xff" * 30))
add("ZD-03 zlib", "a zlib stream instead of a raw one", FAIL, MALFORMED, "deflate stream is damaged", lambda kit: kit.first(data=zlib.compress(BODY)))
add("ZD-04 bytes", "bytes behind the deflate stream", FAIL, MALFORMED, "bytes follow the end of its deflate stream", lambda kit: kit.first(data=deflate(BODY) + b"more"))
add("ZD-04 stream", "a second deflate stream", FAIL, MALFORMED, "bytes follow the end of its deflate stream", lambda kit: kit.first(data=deflate(BODY) + deflate(b"more")))
add("ZD-05 smaller", "a smaller size declared", FAIL, MALFORMED, "more bytes than declared", lambda kit: kit.first(**both(usize=len(BODY) - 1)))
add("ZD-05 larger", "a larger size declared", FAIL, MALFORMED, "fewer bytes than declared", lambda kit: kit.first(**both(usize=len(BODY) + 1)))
add("ZD-06", "stored, but two sizes", FAIL, AMBIGUOUS, "stored with 40 bytes but claims 9", lambda kit: kit.first(method=0, **both(usize=9)))
add("ZD-07 directory", "the last body runs into the directory", FAIL, AMBIGUOUS, "runs into what follows",
    lambda kit: build([*kit.signed()[:-1], dataclasses.replace(kit.signed()[-1], **both(csize=3500))]))
add("ZD-07 end", "a body runs past the end of the file", FAIL, AMBIGUOUS, "runs into what follows", lambda kit: kit.first(**both(csize=1 << 30)))
add("ZD-07 offset", "a local header past the end of the file", FAIL, AMBIGUOUS, "starts at offset 1073741824",
    lambda kit: kit.first(central={"offset": 1 << 30}))
add("ZD-07 into next", "a body runs into the next entry", FAIL, AMBIGUOUS, "runs into what follows",
    lambda kit: kit.first(**both(csize=len(deflate(BODY)) + 5)))
add("ZD-08 ZipCrypto", "ZipCrypto", FAIL, MALFORMED, "encrypt", lambda kit: kit.first(flags=0x0001, data=b"\0" * 12 + deflate(BODY)))
add("ZD-08 strong", "strong encryption", FAIL, MALFORMED, "encrypt", lambda kit: kit.first(flags=0x0041))
add("ZD-08 AES", "AES encryption", FAIL, MALFORMED, "encrypted",
    lambda kit: kit.first(flags=0x0001, extra=extra(0x9901, b"\x02\0AE\x03\x08\0"), **both(method=99)))
for method in (1, 6, 9, 12, 14, 93, 95, 97, 98, 99):
    add(f"ZD-09 {method}", f"compression method {method}", FAIL, MALFORMED, f"compressed with method {method};",
        lambda kit, method=method: kit.first(**both(method=method)))
add("ZD-10", "a folder with a body", FAIL, AMBIGUOUS, "folder `auth.js/` has a body of 14 bytes", lambda kit: kit.with_entries(Entry("auth.js/", "* a banner */\n", external=0o40755 << 16 | 0x10)))
add("ZD-10 stored", "a folder with a stored body", FAIL, AMBIGUOUS, "folder `auth.js/` has a body of 14 bytes",
    lambda kit: kit.with_entries(Entry("auth.js/", "* a banner */\n", method=0, external=0o40755 << 16 | 0x10)))


def mode(bits, name="odd", body="lib/util.js", **options):
    return lambda kit: kit.with_entries(Entry(name, body, method=0, external=bits << 16, **options))


add("ZD-11 link inside", "a symbolic link that stays inside", CLEAN, (), "", mode(0o120777))
add("ZD-11 link up", "a symbolic link up and down that stays inside", CLEAN, (), "", mode(0o120777, "lib/odd", "../index.js"))
add("ZD-11 absolute", "a symbolic link to an absolute path", FAIL, MALFORMED, "`odd` leads out of the package, to `/etc/passwd`", mode(0o120777, body="/etc/passwd"))
add("ZD-11 escaping", "a symbolic link that leads out", FAIL, MALFORMED, "leads out of the package", mode(0o120777, body="../../etc/passwd"))
add("ZD-11 escaping late", "a symbolic link that leads out after going down", FAIL, MALFORMED, "leads out of the package",
    mode(0o120777, body="lib/../../etc/passwd"))
add("ZD-11 empty", "a symbolic link to nothing", FAIL, MALFORMED, "leads out of the package", mode(0o120777, body=""))
add("ZD-11 below", "a file below a symbolic link", FAIL, AMBIGUOUS, "`odd/evil.js` lies below `odd`, which is a symbolic link",
    lambda kit: kit.with_entries(Entry("odd", "lib", method=0, external=0o120777 << 16), Entry("odd/evil.js", "evil")))
for bits, what in ((0o20644, "character device"), (0o60644, "block device"), (0o10644, "FIFO"), (0o140644, "socket")):
    add(f"ZD-11 {what}", f"a {what}", FAIL, MALFORMED, "device, pipe or socket", mode(bits))
add("ZD-11 setuid", "a setuid file", NOTICE, UNUSUAL, "setuid", mode(0o104755))
add("ZD-11 000", "a file of mode 000", NOTICE, UNUSUAL, "mode 000", mode(0o100000))
add("ZD-11 DOS folder", "the DOS folder bit on a file", NOTICE, UNUSUAL, "folder by its DOS attribute",
    lambda kit: kit.with_entries(Entry("odd", "x", made_by=20, external=0x10)))

# --- ZX: size and effort --------------------------------------------------------------------------------------------------


def zeros(count):
    """A deflate stream of zero bytes, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    part, stream = bytes(1 << 20), b""
    for _ in range(count >> 20):
        stream += packer.compress(part)
    return stream + packer.flush()


def zero_bomb(kit, size, declared):
    entry = Entry("bomb.bin", bytes(declared), data=zeros(size))
    return build(kit.sign([*kit.two(), entry]))


MIB = 1 << 20
add("ZX-02 one", "251 MiB of zero bytes", FAIL, TOO_LARGE, "262144000", lambda kit: zero_bomb(kit, 251 * MIB, 251 * MIB))
add("ZX-02 many", "26 entries of 10 MiB", FAIL, TOO_LARGE, "262144000",
    lambda kit: build(kit.sign([Entry(f"bomb{i}.bin", bytes(10 * MIB), data=ten) for ten in [zeros(10 * MIB)] for i in range(26)])))
add("ZX-02 lying", "300 MiB that are declared as 10 bytes", FAIL, MALFORMED, "more bytes than declared", lambda kit: zero_bomb(kit, 300 * MIB, 10))
add("ZX-02 within", "100 MiB of zero bytes are no reason", CLEAN, (), "", lambda kit: zero_bomb(kit, 100 * MIB, 100 * MIB))
add("ZX-03 just", "a signature entry of 64 KiB and a byte", FAIL, TOO_LARGE, "65537 bytes; at most 65536",
    lambda kit: build(kit.sign(kit.two(), change=lambda made: cms.armour(made.encode(), after="\n" * 65536)[:65537])))
add("ZX-03 bomb", "a signature entry of 64 MiB", FAIL, TOO_LARGE, "at most 65536",
    lambda kit: build([*kit.signed()[:-1], Entry(package.SIGNATURE_NAME, bytes(64 * MIB), data=zeros(64 * MIB))]))

# --- more of the field's own ----------------------------------------------------------------------------------------------

add("comment", "an entry's comment", NOTICE, UNUSUAL, "comment of 8 bytes", lambda kit: kit.first(comment=b"reviewed"))
add("plain", "an ordinary package", CLEAN, (), "", lambda kit: kit.built())
add("stored", "an ordinary package, stored", CLEAN, (), "", lambda kit: build(kit.sign(entries_of(kit.FILES, 0))))
add("signature stored", "a stored signature entry", CLEAN, (), "", lambda kit: build(kit.sign(kit.two(), signature_method=0)))
add("no folder", "no META_INF/ folder entry", CLEAN, (), "", lambda kit: build(kit.sign(kit.two(), folder=False)))


class Structure(GateTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit = Kit(cls.pki, cls.signed_at)

    def test_names_of_the_cases_are_unique(self):
        names = [case.name for case in CASES]
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_cases(self):
        """Each alone under Warn, so that its exit code is its own; then, where nothing refuted it, with strict."""
        self.configure({f"c{index:03d}": "dist/package.zip" for index in range(1)}, policy="Warn")
        self.workspace.write("strict.yaml", (self.workspace.path / "sealgate.yaml").read_text() + "strict: true\n")
        for case in CASES:
            with self.subTest(case.name, what=case.what):
                self.workspace.write("dist/package.zip", case.make(self.kit))
                self.check(case)

    def check(self, case):
        result = self.workspace.verify("sealgate.yaml")
        self.assertIn(result.code, (0, 1), str(result))
        artifact = self.artifacts(result, result.code)["c000"]
        outcomes = case.outcome if isinstance(case.outcome, tuple) else (case.outcome,)
        if result.code == 1:
            self.assertIn(FAIL, outcomes, artifact["checks"]["integrity"])
            self.assertInvalid(artifact, tuple(rule for rule in case.rules if rule not in ANY_NOTICE), case.message)
            return
        self.assertEqual((artifact["action"], artifact["signature_status"]), ("allow", "VALID"))
        self.assertChecks(artifact, revocation="skipped")
        notices = [item for item in artifact["findings"] if item["rule"] in ANY_NOTICE]
        self.assertIn(NOTICE if notices else CLEAN, outcomes, artifact["findings"])
        strict = self.workspace.verify("strict.yaml")
        if not notices:
            self.assertNoFindings(self.artifacts(strict, 0)["c000"])
            return
        for notice in notices:
            self.assertIn(notice["rule"], case.rules)
            self.assertEqual(notice["level"], "notice")
        self.assertRegex(" ".join(item["message"] for item in notices), case.message)
        self.assertInvalid(self.artifacts(strict, 1)["c000"], tuple(item["rule"] for item in notices))

    def test_most_entries_allowed(self):
        """65,535 entries, the last count that needs no zip64."""
        artifact = self.one(many(self.kit, 65535), 0, arguments=("--now", "2099-01-01T00:00:00Z"), policy="Warn")
        self.assertChecks(artifact, expiry="fail", revocation="skipped")

    def test_colliding_names_cost_nothing(self):
        """ZX-01: 65,000 names with one hash in libzip's table: a verdict, and soon."""
        names = ("".join(pairs) for pairs in itertools.product(("Ez", "FY"), repeat=16))
        entries = [Entry(name, method=0) for name in itertools.islice(names, 65000)]
        data = build(self.kit.sign(entries))
        started = time.monotonic()
        result = self.judge({"one": data}, policy="Warn")
        self.assertLess(time.monotonic() - started, 15)
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
