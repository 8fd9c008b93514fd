"""Structure cases ZN, ZD and ZX of ATTACKS.md section 1.2: names, bodies, size and effort."""

import dataclasses
import unicodedata
import zlib

from e2e.structure_kit import (add, MALFORMED, AMBIGUOUS, TOO_LARGE, SUSPICIOUS, UNUSUAL, FAIL, NOTICE, CLEAN, BODY,
                               unicode_path)
from support import cms, package
from support.package import Entry, build, deflate, entries_of, extra

# --- ZN: names ------------------------------------------------------------------------------------------------------------


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
add("ZN-01 signature", "the signature entry twice", FAIL, AMBIGUOUS, "aws_signer_signature_v1.0.SF` is there twice",
    twice_signed)
add("ZN-02 case", "names that differ by case", NOTICE, SUSPICIOUS, "`Index.js` and `index.js` differ only in case",
    lambda kit: kit.names("Index.js"))
add("ZN-02 NFD", "names that are the same after NFC", FAIL, AMBIGUOUS, "are the same path",
    lambda kit: kit.names("gr\u00fc\u00dfe.py", unicodedata.normalize("NFD", "gr\u00fc\u00dfe.py")))
add("ZN-02 NFKC", "names that are the same after NFKC", NOTICE, SUSPICIOUS, "compatible characters",
    lambda kit: kit.names("plain.py", "\uff50\uff4c\uff41\uff49\uff4e.py"))
add("ZN-03 pair", "a name with / and the same with a backslash", FAIL, AMBIGUOUS, "are the same path",
    lambda kit: kit.names("d/h.py", "d\\h.py"))
add("ZN-03 alone", "a backslash", NOTICE, SUSPICIOUS, "backslash in its name", lambda kit: kit.names("d\\h.py"))
for other, rule, message in (("./h.py", AMBIGUOUS, "`h.py` and `./h.py` are the same path"),
        ("/h.py", MALFORMED, "absolute path"),
                             ("d/x/../../h.py", MALFORMED, "component `..`"), (".//h.py", MALFORMED, "empty component")):
    add(f"ZN-04 {other}", f"h.py and {other}", FAIL, rule, message, lambda kit, other=other: kit.names("h.py", other))
add("ZN-04 d//h.py", "d/h.py and d//h.py", FAIL, MALFORMED, "empty component", lambda kit: kit.names("d/h.py", "d//h.py"))
add("ZN-05 folder", "a file and a folder of one name", FAIL, AMBIGUOUS, "`h.py` and `h.py/` are the same path",
    lambda kit: kit.with_entries(Entry("h.py", "x"), folder("h.py/")))
add("ZN-05 mode", "a folder's name with a file's mode", FAIL, MALFORMED, "folder's name but is none by its mode",
    lambda kit: kit.with_entries(Entry("lib/", method=0)))
add("ZN-05 no type", "a folder's name with permissions alone", CLEAN, (), "",
    lambda kit: kit.with_entries(Entry("lib/", method=0, external=0o755 << 16)))
add("ZN-05 below", "a file, and a file below it", FAIL, AMBIGUOUS, "`a/b` lies below `a`, which is a file",
    lambda kit: kit.names("a", "a/b"))
add("ZN-05 below first", "a file below a file that comes later", FAIL, AMBIGUOUS, "`a/b` lies below `a`",
    lambda kit: kit.names("a/b", "a"))
add("ZN-05 apart", "the same with names between them in byte order", FAIL, AMBIGUOUS, "`a/b` lies below `a`",
    lambda kit: kit.names("a", "a!", "a.b", "a/b"))
for name, outcome, message in (("/etc/passwd", FAIL, "absolute path"), ("../up.py", FAIL, "component `..`"),
                               ("a/../../up.py", FAIL, "component `..`"), ("a/..", FAIL, "component `..`"),
                               ("C:/x.py", NOTICE, "colon in its name"), ("a/b:stream", NOTICE, "colon in its name")):
    add(f"ZN-07 {name}", f"the name {name}", outcome, MALFORMED if outcome == FAIL else SUSPICIOUS, message,
        lambda kit, name=name: kit.names(name))
add("ZN-07 dots", "names with dots that are no path", CLEAN, (), "",
    lambda kit: kit.names("..a", "a..", "...", ".hidden", "b/..c"))
add("ZN-08 empty", "an empty name", FAIL, MALFORMED, "empty name", lambda kit: kit.names(""))
add("ZN-08 two empty", "two empty names", FAIL, MALFORMED, "empty name", lambda kit: kit.names("", ""))
add("ZN-08 dot", "the name .", FAIL, MALFORMED, "`.` is no name", lambda kit: kit.names("."))
add("ZN-08 slash", "the name /", FAIL, MALFORMED, "absolute path", lambda kit: kit.with_entries(folder("/")))
for name, what in (("a\nb.py", "LF"), ("a\rb.py", "CR"), ("a\x1bb.py", "ESC"), ("a\x7fb.py", "DEL"), ("a\x01b", "SOH"),
                   ("PK\x01\x02", "a directory record's magic")):
    add(f"ZN-09 {what}", f"{what} in a name", FAIL, MALFORMED, r"\\x[0-9A-F]{2}.*` has control characters", lambda kit,
        name=name: kit.names(name))
add("ZN-09 C1", "a C1 control in a name", FAIL, MALFORMED, r"a\\x85b.py` has control characters",
    lambda kit: kit.names("a\u0085b.py"))
add("ZN-09 bidi", "a bidirectional control in a name", NOTICE, SUSPICIOUS,
    r"\\u\{202E\}yp.b` has characters that hide or reorder", lambda kit: kit.names("a\u202eyp.b"))
add("ZN-09 BOM", "a byte order mark in a name", NOTICE, SUSPICIOUS, r"\\u\{FEFF\}a.py` has characters that hide",
    lambda kit: kit.names("\ufeffa.py"))
add("ZN-10", "a name that is no UTF-8, without the flag", NOTICE, UNUSUAL, r"gr\\x81\\xE1e.txt` is not UTF-8",
    lambda kit: kit.with_entries(Entry(b"gr\x81\xe1e.txt", "x", flags=0)))
for name, what in ((b"a\xff.py", "invalid"), (b"a\xc0\xafb.py", "overlong"), (b"a\xed\xa0\x80.py", "surrogate"),
                   (b"a\xf4\x90\x80\x80.py", "beyond U+10FFFF")):
    add(f"ZN-11 {what}", f"the UTF-8 flag on {what} UTF-8", FAIL, MALFORMED, "flagged as UTF-8 but is not",
        lambda kit, name=name: kit.with_entries(Entry(name, "x", flags=package.UTF8)))
add("ZN-12 signature", "a Unicode path that makes x.py the signature entry", FAIL, AMBIGUOUS,
    "`x.py` has a Unicode path extra field",
    lambda kit: kit.with_entries(Entry("x.py", "evil", extra=unicode_path(b"x.py", package.SIGNATURE_NAME))))
add("ZN-12 other", "a Unicode path with another name", FAIL, AMBIGUOUS, "names another path than its header",
    lambda kit: kit.first(extra=unicode_path(b"index.js", b"evil.js")))
add("ZN-12 stale", "a Unicode path with another name and a CRC that does not fit", FAIL, AMBIGUOUS,
    "names another path than its header",
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
add("ZN-15 case twin", "the signature entry's name in other case beside it", FAIL, AMBIGUOUS,
    "name of the signature entry in another case or kind",
    lambda kit: kit.names("META_INF/AWS_SIGNER_SIGNATURE_V1.0.SF"))
add("ZN-15 folder twin", "a folder of the signature entry's name", FAIL, AMBIGUOUS,
    "name of the signature entry in another case or kind",
    lambda kit: kit.with_entries(folder(package.SIGNATURE_NAME + b"/")))
add("ZN-15 dot twin", "./ before the signature entry's name", FAIL, AMBIGUOUS, "are the same path",
    lambda kit: kit.names(b"./" + package.SIGNATURE_NAME))
add("ZN-15 nested", "the signature entry's name in a folder", NOTICE, SUSPICIOUS, "signature entry in a folder of its own",
    lambda kit: kit.names(b"vendor/" + package.SIGNATURE_NAME))

# --- ZD: bodies -----------------------------------------------------------------------------------------------------------

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
add("ZD-03 cut", "the deflate stream is cut", FAIL, MALFORMED, "deflate stream has no end",
    lambda kit: kit.first(data=deflate(BODY)[:15]))
add("ZD-03 byte", "the deflate stream lacks its last byte", FAIL, MALFORMED, "deflate stream has no end",
    lambda kit: kit.first(data=deflate(BODY)[:-1]))
add("ZD-03 block", "the deflate stream has no final block", FAIL, MALFORMED, "deflate stream has no end",
    lambda kit: kit.first(data=unfinished(BODY)))
add("ZD-03 garbage", "no deflate stream at all", FAIL, MALFORMED, "deflate stream is damaged",
    lambda kit: kit.first(data=b"\xff" * 30))
add("ZD-03 zlib", "a zlib stream instead of a raw one", FAIL, MALFORMED, "deflate stream is damaged",
    lambda kit: kit.first(data=zlib.compress(BODY)))
add("ZD-04 bytes", "bytes behind the deflate stream", FAIL, MALFORMED, "bytes follow the end of its deflate stream",
    lambda kit: kit.first(data=deflate(BODY) + b"more"))
add("ZD-04 stream", "a second deflate stream", FAIL, MALFORMED, "bytes follow the end of its deflate stream",
    lambda kit: kit.first(data=deflate(BODY) + deflate(b"more")))
add("ZD-05 smaller", "a smaller size declared", FAIL, MALFORMED, "more bytes than declared",
    lambda kit: kit.first(**both(usize=len(BODY) - 1)))
add("ZD-05 larger", "a larger size declared", FAIL, MALFORMED, "fewer bytes than declared",
    lambda kit: kit.first(**both(usize=len(BODY) + 1)))
add("ZD-06", "stored, but two sizes", FAIL, AMBIGUOUS, "stored with 40 bytes but claims 9",
    lambda kit: kit.first(method=0, **both(usize=9)))
add("ZD-07 directory", "the last body runs into the directory", FAIL, AMBIGUOUS, "runs into what follows",
    lambda kit: build([*kit.signed()[:-1], dataclasses.replace(kit.signed()[-1], **both(csize=3500))]))
add("ZD-07 end", "a body runs past the end of the file", FAIL, AMBIGUOUS, "runs into what follows",
    lambda kit: kit.first(**both(csize=1 << 30)))
add("ZD-07 offset", "a local header past the end of the file", FAIL, AMBIGUOUS, "starts at offset 1073741824",
    lambda kit: kit.first(central={"offset": 1 << 30}))
add("ZD-07 into next", "a body runs into the next entry", FAIL, AMBIGUOUS, "runs into what follows",
    lambda kit: kit.first(**both(csize=len(deflate(BODY)) + 5)))
add("ZD-08 ZipCrypto", "ZipCrypto", FAIL, MALFORMED, "encrypt",
    lambda kit: kit.first(flags=0x0001, data=b"\0" * 12 + deflate(BODY)))
add("ZD-08 strong", "strong encryption", FAIL, MALFORMED, "encrypt", lambda kit: kit.first(flags=0x0041))
add("ZD-08 AES", "AES encryption", FAIL, MALFORMED, "encrypted",
    lambda kit: kit.first(flags=0x0001, extra=extra(0x9901, b"\x02\0AE\x03\x08\0"), **both(method=99)))
for method in (1, 6, 9, 12, 14, 93, 95, 97, 98, 99):
    add(f"ZD-09 {method}", f"compression method {method}", FAIL, MALFORMED, f"compressed with method {method};",
        lambda kit, method=method: kit.first(**both(method=method)))
add("ZD-10", "a folder with a body", FAIL, AMBIGUOUS, "folder `auth.js/` has a body of 14 bytes",
    lambda kit: kit.with_entries(Entry("auth.js/", "* a banner */\n", external=0o40755 << 16 | 0x10)))
add("ZD-10 stored", "a folder with a stored body", FAIL, AMBIGUOUS, "folder `auth.js/` has a body of 14 bytes",
    lambda kit: kit.with_entries(Entry("auth.js/", "* a banner */\n", method=0, external=0o40755 << 16 | 0x10)))


def mode(bits, name="odd", body="lib/util.js", **options):
    return lambda kit: kit.with_entries(Entry(name, body, method=0, external=bits << 16, **options))


add("ZD-11 link inside", "a symbolic link that stays inside", CLEAN, (), "", mode(0o120777))
add("ZD-11 link up", "a symbolic link up and down that stays inside", CLEAN, (), "",
    mode(0o120777, "lib/odd", "../index.js"))
add("ZD-11 absolute", "a symbolic link to an absolute path", FAIL, MALFORMED,
    "`odd` leads out of the package, to `/etc/passwd`", mode(0o120777, body="/etc/passwd"))
add("ZD-11 escaping", "a symbolic link that leads out", FAIL, MALFORMED, "leads out of the package",
    mode(0o120777, body="../../etc/passwd"))
add("ZD-11 escaping late", "a symbolic link that leads out after going down", FAIL, MALFORMED, "leads out of the package",
    mode(0o120777, body="lib/../../etc/passwd"))
add("ZD-11 empty", "a symbolic link to nothing", FAIL, MALFORMED, "leads out of the package", mode(0o120777, body=""))
add("ZD-11 below", "a file below a symbolic link", FAIL, AMBIGUOUS,
    "`odd/evil.js` lies below `odd`, which is a symbolic link",
    lambda kit: kit.with_entries(Entry("odd", "lib", method=0, external=0o120777 << 16), Entry("odd/evil.js", "evil")))
for bits, what in ((0o20644, "character device"), (0o60644, "block device"), (0o10644, "FIFO"), (0o140644, "socket"),
                   (0o110644, "unknown type"), (0o160644, "whiteout"), (0o170644, "type of all bits")):
    add(f"ZD-11 {what}", f"a {what}", FAIL, MALFORMED, "`odd` is a device, pipe or socket, or nothing known, by its mode",
        mode(bits))
add("ZD-11 setuid", "a setuid file", NOTICE, UNUSUAL, "setuid", mode(0o104755))
add("ZD-11 000", "a file of mode 000", NOTICE, UNUSUAL, "mode 000", mode(0o100000))
add("ZD-11 DOS folder", "the DOS folder bit on a file", FAIL, AMBIGUOUS, "`odd` is a folder by its DOS attribute",
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
    lambda kit: build(kit.sign([Entry(f"bomb{i}.bin", bytes(10 * MIB),
    data=ten) for ten in [zeros(10 * MIB)] for i in range(26)])))
add("ZX-02 lying", "300 MiB that are declared as 10 bytes", FAIL, MALFORMED, "more bytes than declared",
    lambda kit: zero_bomb(kit, 300 * MIB, 10))
add("ZX-02 within", "100 MiB of zero bytes are no reason", CLEAN, (), "", lambda kit: zero_bomb(kit, 100 * MIB, 100 * MIB))
add("ZX-03 just", "a signature entry of 64 KiB and a byte", FAIL, TOO_LARGE, "65537 bytes; at most 65536",
    lambda kit: build(kit.sign(kit.two(), change=lambda made: cms.armour(made.encode(), after="\n" * 65536)[:65537])))
add("ZX-03 bomb", "a signature entry of 64 MiB", FAIL, TOO_LARGE, "at most 65536",
    lambda kit: build([*kit.signed()[:-1], Entry(package.SIGNATURE_NAME, bytes(64 * MIB), data=zeros(64 * MIB))]))

# --- more of the field's own ----------------------------------------------------------------------------------------------

add("comment", "an entry's comment", NOTICE, UNUSUAL, "comment of 8 bytes", lambda kit: kit.first(comment=b"reviewed"))
add("plain", "an ordinary package", CLEAN, (), "", lambda kit: kit.built())
add("stored", "an ordinary package, stored", CLEAN, (), "", lambda kit: build(kit.sign(entries_of(kit.FILES, 0))))
add("signature stored", "a stored signature entry", CLEAN, (), "",
    lambda kit: build(kit.sign(kit.two(), signature_method=0)))
add("no folder", "no META_INF/ folder entry", CLEAN, (), "", lambda kit: build(kit.sign(kit.two(), folder=False)))
