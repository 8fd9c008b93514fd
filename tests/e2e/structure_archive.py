"""Structure cases ZA, ZL and ZZ of ATTACKS.md section 1.2: which archive is it, do its headers agree, zip64."""

import dataclasses
import struct
import zlib

from e2e.structure_kit import (add, Kit, MALFORMED, AMBIGUOUS, TOO_LARGE, UNUSUAL, FAIL, NOTICE, CLEAN, BODY,
                               unicode_path)
from support import package
from support.package import Entry, build, build_archive, deflate, extra

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
    hidden = Entry("b.bin", inner.body, in_file=False, central={"offset": at, "csize": len(body),
        "crc": zlib.crc32(inner.body)})
    return build(kit.sign([outer, hidden, *kit.two()]))


def gap_before(kit, index, gap):
    entries = kit.signed()
    entries[index].gap = gap
    return build(entries)


HIDDEN = Entry("index.js", "exports.handler = async () => 'hidden'\n").file_part()
EMPTY_END = struct.pack("<IHHHHIIH", package.EOCD_MAGIC, 0, 0, 0, 0, 0, 0, 0)

add("ZA-01", "another archive appended whose end record is the first one's", FAIL, AMBIGUOUS,
    "directory .* does not end where the end record starts",
    second_archive_with_the_first_ones_end)
add("ZA-02", "two archives, one behind the other", FAIL, AMBIGUOUS, "directory .* does not end where the end record starts",
    lambda kit: kit.built() + build(kit.evil()))
add("ZA-03", "an archive in the archive comment, shorter", FAIL, AMBIGUOUS, "2 end of central directory records",
    lambda kit: archive_in_the_comment(kit, {"index.js": "evil"}))
add("ZA-04", "an archive in the archive comment, longer", FAIL, AMBIGUOUS, "2 end of central directory records",
    lambda kit: archive_in_the_comment(kit, {f"file{number}.js": "evil\n" * 200 for number in range(40)}))
add("ZA-05", "an empty archive's end record in the comment", FAIL, AMBIGUOUS, "2 end of central directory records",
    lambda kit: kit.built(comment=EMPTY_END))
add("ZA-06", "an archive comment", NOTICE, UNUSUAL, "comment of 7 bytes, which no signature covers",
    lambda kit: kit.built(comment=b"build 7"))
add("ZA-07 short", "comment longer than its length says", FAIL, AMBIGUOUS, "end record does not end the file",
    lambda kit: kit.built(comment=b"build 7", eocd={"comment_length": 3}))
add("ZA-07 long", "comment shorter than its length says", FAIL, AMBIGUOUS, "end record does not end the file",
    lambda kit: kit.built(comment=b"build 7", eocd={"comment_length": 10}))
add("ZA-08 stored", "a zip inside, stored", CLEAN, (), "", lambda kit: nested(kit, 0, False))
add("ZA-08 absolute", "a zip inside, stored, with offsets of the outer file", CLEAN, (), "",
    lambda kit: nested(kit, 0, True))
add("ZA-08 deflated", "a zip inside, deflated", CLEAN, (), "", lambda kit: nested(kit, 8, False))
add("ZA-09", "the end record twice", FAIL, AMBIGUOUS, "does not end where the end record starts",
    lambda kit: kit.built() + kit.built()[-22:])
add("ZA-10 as is", "bytes before the archive, offsets as they were", FAIL, AMBIGUOUS,
    "does not end where the end record starts",
    lambda kit: kit.built(prefix=b"#!/bin/sh\nexit\n"))
add("ZA-10 adjusted", "bytes before the archive, offsets adjusted", FAIL, AMBIGUOUS,
    "`index.js` starts at offset 15, not at 0",
    lambda kit: kit.built(prefix=b"#!/bin/sh\nexit\n", shift=15))
add("ZA-11 1", "a byte behind the archive", FAIL, AMBIGUOUS, "end record does not end the file",
    lambda kit: kit.built(trailing=b"\n"))
add("ZA-11 70000", "70,000 bytes behind the archive", FAIL, MALFORMED, "no end of central directory record",
    lambda kit: kit.built(trailing=b"\n" * 70000))
add("ZA-12 first", "junk before the first entry", FAIL, AMBIGUOUS, "starts at offset 4, not at 0",
    lambda kit: gap_before(kit, 0, b"junk"))
add("ZA-12 between", "junk between two entries", FAIL, AMBIGUOUS, "4 bytes that belong to no entry follow `index.js`",
    lambda kit: gap_before(kit, 1, b"junk"))
add("ZA-12 zeros", "zero bytes between two entries", FAIL, AMBIGUOUS, "512 bytes that belong to no entry",
    lambda kit: gap_before(kit, 1, b"\0" * 512))
add("ZA-12 last", "junk before the directory", FAIL, AMBIGUOUS, "4 bytes that belong to no entry",
    lambda kit: kit.built(before_directory=b"junk"))
add("ZA-13", "a hidden entry between two entries", FAIL, AMBIGUOUS, "79 bytes that belong to no entry follow `index.js`",
    lambda kit: gap_before(kit, 1, HIDDEN))
add("ZA-13 first", "a hidden entry before the first", FAIL, AMBIGUOUS, "starts at offset 79, not at 0",
    lambda kit: gap_before(kit, 0, HIDDEN))
add("ZA-14", "junk between the directory and the end record", FAIL, AMBIGUOUS, "does not end where the end record starts",
    lambda kit: kit.built(after_directory=b"junk"))
add("ZA-15", "the directory in another order than the file", FAIL, AMBIGUOUS, "`lib/util.js` starts at offset",
    lambda kit: kit.built(order=lambda records: [records[1], records[0], *records[2:]]))
add("ZA-15 signed", "the same, signed in the directory's order", FAIL, AMBIGUOUS, "`index.js` starts at offset",
    lambda kit: build([*reversed(kit.sign(kit.two())[:2]), *kit.sign(kit.two())[2:]],
                      order=lambda records: [records[1], records[0], *records[2:]]))
add("ZA-16", "an entry that the directory does not list", FAIL, AMBIGUOUS,
    "bytes that belong to no entry follow `lib/util.js`",
    lambda kit: build(kit.sign([*kit.two(), Entry("evil.js", "evil", in_directory=False)])))
add("ZA-17 low", "the end record counts one entry too few", FAIL, AMBIGUOUS, "bytes behind the 3 records that are counted",
    lambda kit: kit.built(eocd={"entries": 3, "disk_entries": 3}))
add("ZA-17 high", "the end record counts one entry too many", FAIL, AMBIGUOUS,
    "does not hold the 5 records that are counted",
    lambda kit: kit.built(eocd={"entries": 5, "disk_entries": 5}))
add("ZA-17 disk", "the end record counts other entries on this disk", FAIL, MALFORMED, "several disks",
    lambda kit: kit.built(eocd={"disk_entries": 3}))
add("ZA-18", "the end record's directory is the first record alone", FAIL, AMBIGUOUS,
    "does not end where the end record starts", directory_of_the_first_record)
add("ZA-19 end", "a disk number in the end record", FAIL, MALFORMED, "several disks",
    lambda kit: kit.built(eocd={"disk": 1}))
add("ZA-19 directory", "a directory disk in the end record", FAIL, MALFORMED, "several disks",
    lambda kit: kit.built(eocd={"directory_disk": 1}))
add("ZA-19 record", "a disk number in a record", FAIL, MALFORMED, "`index.js` is said to start on disk 1",
    lambda kit: kit.first(central={"disk": 1}))
add("ZA-20 wrapped", "65,541 entries, counted modulo 65,536, without zip64", FAIL, AMBIGUOUS,
    "bytes behind the 5 records that are counted",
    lambda kit: many(kit, 65541))
add("ZA-20 zip64", "65,536 entries, counted by zip64", FAIL, TOO_LARGE, "65536 entries; at most 65535",
    lambda kit: many(kit, 65536, zip64={}, eocd={"entries": 0xFFFF, "disk_entries": 0xFFFF}))
add("ZA-21 same name", "two records of one local header", FAIL, AMBIGUOUS, "overlap or are out of order",
    lambda kit: same_header_twice(kit, "index.js"))
add("ZA-21 other name", "two records of one local header, other names", FAIL, AMBIGUOUS, "overlap or are out of order",
    lambda kit: same_header_twice(kit, "other.js"))
add("ZA-21 quoted", "an entry inside another one's data", FAIL, AMBIGUOUS, "body of `a.bin` runs into what follows",
    quoted_overlap)
add("ZA-22 empty file", "an empty file", FAIL, MALFORMED, "the file is empty", lambda kit: b"")
add("ZA-22 cut", "the end record lacks its last byte", FAIL, MALFORMED, "no end of central directory record",
    lambda kit: kit.built()[:-1])
add("ZA-22 no end", "no end record", FAIL, MALFORMED, "no end of central directory record", lambda kit: kit.built()[:-22])
add("text", "no archive at all", FAIL, MALFORMED, "not a zip archive", lambda kit: b"This is no zip.\n" * 20)
add("gzip", "a tar.gz under the name of a zip", FAIL, MALFORMED, "not a zip archive",
    lambda kit: b"\x1f\x8b\x08\0" + b"\0" * 200)

# --- ZL: local header and directory disagree ------------------------------------------------------------------------------

for field, value in (("method", 0), ("usize", 7), ("csize", 7), ("crc", 0x12345678)):
    add(f"ZL-02 {field}", f"the local header has another {field}", FAIL, AMBIGUOUS,
        "method 0 in its local header and 8 in the directory" if field == "method"
        else "another size or CRC in its local header", lambda kit, field=field, value=value: kit.first(local={field: value}))
for bit, what in ((0x0001, "encryption"), (0x0800, "UTF-8"), (0x0008, "data descriptor")):
    add(f"ZL-04 {what}", f"the {what} flag stands in the local header only", FAIL, AMBIGUOUS,
        f"flags 0x{bit:04x} in its local header and 0x0000",
        lambda kit, bit=bit: kit.first(local={"flags": bit}))
    add(f"ZL-04 {what} central", f"the {what} flag stands in the directory only", FAIL,
        MALFORMED if bit == 1 else AMBIGUOUS,
        "encrypted" if bit == 1 else f"flags 0x0000 in its local header and 0x{bit:04x}",
        lambda kit, bit=bit: kit.first(central={"flags": bit}))
add("ZL-01 same length", "another name of the same length in the local header", FAIL, AMBIGUOUS,
    "`index.js` is called `evil0.js` in its local header",
    lambda kit: kit.first(local={"name": b"evil0.js"}))
add("ZL-01 other length", "another name in the local header", FAIL, AMBIGUOUS,
    "`index.js` is called `other/index.js` in its local header",
    lambda kit: kit.first(local={"name": b"other/index.js"}))
add("ZL-03 time", "another time in the local header", NOTICE, UNUSUAL, "another time in its local header",
    lambda kit: kit.first(local={"time": 0x5000}))
add("ZL-03 unknown extra", "an unknown extra field in the local header only", NOTICE, UNUSUAL,
    "other extra fields in its local header",
    lambda kit: kit.first(local={"extra": extra(0x9999, b"data")}))
add("ZL-03 zip64", "a zip64 extra field in the local header with other sizes", FAIL, AMBIGUOUS,
    "zip64 extra field contradicts its local header",
    lambda kit: kit.first(local={"extra": extra(1, struct.pack("<QQ", 1, 2))}))
add("ZL-03 unicode path", "a Unicode path in the local header only", FAIL, AMBIGUOUS,
    r"Unicode path extra field \(0x7075\) that names another path",
    lambda kit: kit.first(local={"extra": unicode_path(b"index.js", b"evil.js")}))
for kind in (0x5455, 0x7875, 0x5855, 0x000A, 0xCAFE):
    add(f"ZL-03 0x{kind:04x}", "a packager's extra field that differs", CLEAN, (), "",
        lambda kit, kind=kind: kit.first(local={"extra": extra(kind, bytes(8) if kind != 0xCAFE else b"")}))
add("ZL-05", "the local header's magic is wrong", FAIL, MALFORMED, "no local header where the directory says",
    lambda kit: kit.first(local={"magic": 0x04034B51}))
add("ZL-05 central", "a directory record's magic is wrong", FAIL, AMBIGUOUS, "record 1 is missing",
    lambda kit: kit.first(central={"magic": 0x02014B51}))
for version, shown in ((46, "4.6"), (63, "6.3"), (255, "25.5")):
    add(f"ZL-06 version {shown}", f"version {shown} is needed", FAIL, AMBIGUOUS,
        f"`index.js` claims to need version {shown} to extract, for which some readers skip it",
        lambda kit, version=version: kit.first(version=version))
add("ZL-06 version 4.5", "version 4.5 is needed, that of zip64", CLEAN, (), "", lambda kit: kit.first(version=45))
add("ZL-06 local version", "the local header needs a higher version", NOTICE, UNUSUAL, "later version in its local header",
    lambda kit: kit.first(local={"version": 45}))
add("ZL-06 bit 5", "the flag of patch data", NOTICE, UNUSUAL, r"reserved flag bits set \(0x0020\)",
    lambda kit: kit.first(flags=1 << 5))
add("ZL-06 bit 13", "the flag of masked headers", NOTICE, UNUSUAL, r"reserved flag bits set \(0x2000\)",
    lambda kit: kit.first(flags=1 << 13))
add("ZL-07 signed", "a data descriptor with signature", CLEAN, (), "", lambda kit: kit.first(descriptor="signed"))
add("ZL-07 stored", "a data descriptor on a stored entry", CLEAN, (), "",
    lambda kit: kit.first(descriptor="signed", method=0))
add("ZL-07 with size", "a data descriptor and the unpacked size in the local header, as bsdtar and zip in a pipe write",
    CLEAN, (), "",
    lambda kit: kit.first(descriptor="signed", local={"usize": len(kit.FILES["index.js"])}))
add("ZL-07 with all", "a data descriptor and everything in the local header too", CLEAN, (), "",
    lambda kit: kit.first(descriptor="signed", local={"usize": len(BODY), "csize": len(deflate(BODY)),
    "crc": zlib.crc32(BODY)}))
add("ZL-07 other size", "a data descriptor and another size in the local header", FAIL, AMBIGUOUS,
    "another size or CRC in its local header",
    lambda kit: kit.first(descriptor="signed", local={"usize": len(BODY) - 1}))
add("ZL-07 bare", "a right data descriptor without its signature", NOTICE, UNUSUAL,
    "data descriptor without a signature", lambda kit: kit.first(descriptor="bare"))
for kind in ("signed64", "bare64"):
    add(f"ZL-07 {kind}", "a data descriptor of 64 bits that nothing announces", FAIL, AMBIGUOUS,
        "`index.js` has a data descriptor of 64 bits without need, which some readers misread",
        lambda kit, kind=kind: kit.first(descriptor=kind))


def descriptor(crc=None, csize=None, usize=None, body=Kit.FILES["index.js"].encode()):
    right = (zlib.crc32(body), len(deflate(body)), len(body))
    wanted = [given if given is not None else value for given, value in zip((crc, csize, usize), right)]
    return struct.pack("<IIII", package.DESCRIPTOR_MAGIC, *wanted)


for part in ("crc", "csize", "usize"):
    add(f"ZL-08 {part}", f"the data descriptor has another {part}", FAIL, AMBIGUOUS,
        "data descriptor that contradicts the directory",
        lambda kit, part=part: kit.first(descriptor=descriptor(**{part: 1})))
add("ZL-08 absent", "the flag, but no data descriptor", FAIL, AMBIGUOUS, "no data descriptor",
    lambda kit: kit.first(descriptor=b""))
add("ZL-08 no flag", "a data descriptor without the flag", FAIL, AMBIGUOUS,
    "16 bytes that belong to no entry follow `index.js`", lambda kit: kit.first(tail=descriptor()))
add("ZL-08 last", "the last entry's flag, but no data descriptor", FAIL, AMBIGUOUS, "no data descriptor",
    lambda kit: build([*kit.signed()[:-1], dataclasses.replace(kit.signed()[-1], descriptor=b"")]))
add("ZL-09", "no sizes anywhere, but a body in place of a signed empty file", FAIL, AMBIGUOUS,
    "data descriptor that contradicts the directory",
    lambda kit: kit.with_entries(Entry("__init__.py", b"", data=b"import evil\n", method=0, descriptor=b"", local={},
                                       central={"csize": 0})))
add("ZL-09 descriptor", "the same with a data descriptor of zeros", FAIL, AMBIGUOUS, "no data descriptor",
    lambda kit: kit.with_entries(Entry("__init__.py", b"", data=b"import evil\n", method=0, central={"csize": 0},
                                       descriptor=struct.pack("<IIII", package.DESCRIPTOR_MAGIC, 0, 0, 0))))

# --- ZZ: zip64 ------------------------------------------------------------------------------------------------------------


def zip64_sizes(usize=None, csize=None):
    body = Kit.FILES["index.js"].encode()
    return extra(1, struct.pack("<QQ", len(body) if usize is None else usize,
        len(deflate(body)) if csize is None else csize))


FULL = 0xFFFFFFFF
add("ZZ-01 equal", "right zip64 sizes though they fit", NOTICE, UNUSUAL, "zip64 extra field that it does not need",
    lambda kit: kit.first(extra=zip64_sizes(), version=45))
add("ZZ-01 both full", "sizes in zip64 alone though they fit", NOTICE, UNUSUAL, "zip64 extra field that it does not need",
    lambda kit: kit.first(extra=zip64_sizes(), version=45, local={"csize": FULL, "usize": FULL},
                          central={"csize": FULL, "usize": FULL}))
add("ZZ-01 local full", "sizes in the local header's zip64 alone, as Python's force_zip64 writes", NOTICE, UNUSUAL,
    "zip64 extra field that it does not need", lambda kit: kit.first(version=45,
    local={"csize": FULL, "usize": FULL, "extra": zip64_sizes()}))
add("ZZ-01 lying", "other zip64 sizes than the header's", FAIL, AMBIGUOUS,
    "zip64 extra field contradicts its directory record",
    lambda kit: kit.first(extra=zip64_sizes(usize=3), version=45))
add("ZZ-02", "two zip64 fields", FAIL, AMBIGUOUS, "two zip64 extra fields",
    lambda kit: kit.first(extra=zip64_sizes() * 2, version=45))
add("ZZ-03 differ", "zip64 sizes differ between local header and directory", FAIL, AMBIGUOUS,
    "another size or CRC in its local header",
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
add("ZZ-04 needless", "a right zip64 end record though it is not needed", NOTICE, UNUSUAL,
    "zip64 end record that it does not need", lambda kit: kit.built(zip64={}, eocd={"directory_offset": FULL}))
add("ZZ-04 unmarked", "a right zip64 end record that no field of the end record refers to", FAIL, AMBIGUOUS,
    "zip64 end record that its end record does not refer to", lambda kit: kit.built(zip64={}))
for field, value in (("entries", 3), ("disk_entries", 3), ("directory_size", 10), ("directory_offset", 0)):
    add(f"ZZ-04 {field}", f"the zip64 end record has another {field}", FAIL, AMBIGUOUS,
        "zip64 end record and the end record contradict each other",
        lambda kit, field=field, value=value: kit.built(zip64={field: value}))
add("ZZ-05 gap", "a gap before the locator", FAIL, AMBIGUOUS, "zip64 end record does not stand directly before its locator",
    lambda kit: kit.built(zip64={}, before_locator=b"gap!"))
add("ZZ-05 gap after", "a gap behind the locator", FAIL, AMBIGUOUS, "does not end where the end record starts",
    lambda kit: kit.built(zip64={}, after_locator=b"gap!"))
add("ZZ-05 size", "a wrong record size", FAIL, AMBIGUOUS, "zip64 end record does not stand directly before its locator",
    lambda kit: kit.built(zip64={"record_size": 40}))
add("ZZ-05 extensible", "extensible data in the zip64 end record", FAIL, AMBIGUOUS,
    "zip64 end record does not stand directly before its locator",
    lambda kit: kit.built(zip64={}, extensible=b"12345678"))
add("ZZ-05 locator", "the locator points elsewhere", FAIL, AMBIGUOUS,
    "zip64 end record does not stand directly before its locator",
    lambda kit: kit.built(zip64={}, locator={"eocd64_offset": 4}))
add("ZZ-05 disks", "the locator counts two disks", FAIL, MALFORMED, "locator speaks of several disks",
    lambda kit: kit.built(zip64={}, locator={"disks": 2}))
add("ZZ-05 count", "2^40 entries", FAIL, TOO_LARGE, "1099511627776 entries",
    lambda kit: kit.built(zip64={"entries": 1 << 40, "disk_entries": 1 << 40},
    eocd={"entries": 0xFFFF, "disk_entries": 0xFFFF}))
add("ZZ-05 no record", "entries in zip64, but there is none", FAIL, AMBIGUOUS,
    "65535 entries, more than the central directory can hold",
    lambda kit: kit.built(eocd={"entries": 0xFFFF, "disk_entries": 0xFFFF}))
