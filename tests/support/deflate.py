"""Deflate streams that no compressor writes, bit by bit (RFC 1951): Huffman codes that are incomplete or oversubscribed, symbols
that do not exist, blocks without an end."""

import random
import zlib

# The order in which the lengths of the code length code stand (RFC 1951, 3.2.7).
ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
A, B, END, MATCH_3 = 65, 66, 256, 257


class Bits:
    def __init__(self):
        self.bits = []

    def number(self, value, count):
        """The least significant bit first."""
        self.bits += [value >> at & 1 for at in range(count)]

    def code(self, code, length):
        """A Huffman code: its most significant bit first."""
        self.bits += [code >> at & 1 for at in reversed(range(length))]

    def bytes(self):
        padded = self.bits + [0] * (-len(self.bits) % 8)
        return bytes(sum(padded[at + bit] << bit for bit in range(8)) for at in range(0, len(padded), 8))


def codes(lengths):
    """The canonical code of each symbol (RFC 1951, 3.2.2): {symbol: (code, length)}."""
    code, found = 0, {}
    for length in range(1, 16):
        for symbol, wanted in enumerate(lengths):
            if wanted == length:
                found[symbol] = (code, length)
                code += 1
        code <<= 1
    return found


def literals(lengths, count=257):
    return [lengths.get(symbol, 0) for symbol in range(count)]


def dynamic(bits, literal_lengths, distance_lengths, symbols, length_code=None, last=True):
    """A block with its own codes. `symbols` are literals and lengths, ("d", SYMBOL) for distances, ("raw", CODE, LENGTH)."""
    bits.number(int(last), 1)
    bits.number(2, 2)
    bits.number(len(literal_lengths) - 257, 5)
    bits.number(len(distance_lengths) - 1, 5)
    bits.number(len(ORDER) - 4, 4)
    length_code = length_code or [4] * 16 + [0] * 3
    for symbol in ORDER:
        bits.number(length_code[symbol], 3)
    of_length = codes(length_code)
    for length in literal_lengths + distance_lengths:
        bits.code(*of_length[length])
    of_literal, of_distance = codes(literal_lengths), codes(distance_lengths)
    for symbol in symbols:
        if isinstance(symbol, int):
            bits.code(*of_literal[symbol])
        elif symbol[0] == "d":
            bits.code(*of_distance[symbol[1]])
        else:
            bits.code(*symbol[1:])
    return bits


def one(*arguments, **options):
    return dynamic(Bits(), *arguments, **options).bytes()


def fixed(*symbols):
    """A block with the fixed codes: (CODE, LENGTH) pairs."""
    bits = Bits()
    bits.number(1, 1)
    bits.number(1, 2)
    for code, length in symbols:
        bits.code(code, length)
    return bits.bytes()


def stored(body, last, wrong=0):
    return bytes([last]) + len(body).to_bytes(2, "little") + (len(body) ^ 0xFFFF ^ wrong).to_bytes(2, "little") + body


def blocks(first_last=False):
    """A good block, and one whose codes are incomplete, as the second and as the third."""
    bits = dynamic(Bits(), literals({A: 1, END: 1}), [0], [A, A, END], last=first_last)
    dynamic(bits, literals({B: 1, END: 1}), [0], [B, END], last=False)
    return dynamic(bits, literals({A: 2, END: 2}), [0], [A, END]).bytes()


# Four blocks with the fixed codes and nothing in them; the program leaves streams of very many such blocks to zlib alone.
FOUR_EMPTY = b"\x02\x08\x20\x80\x00"


def before_the_first_block():
    """A match in the second block that reaches back further than the first one began."""
    bits = dynamic(Bits(), literals({A: 1, END: 1}), [0], [A, END], last=False)
    return dynamic(bits, FOUR, [1, 1], [MATCH_3, ("d", 1), END]).bytes()


def far_behind():
    """A match that reaches back over a thousand empty blocks."""
    bits = dynamic(Bits(), literals({A: 1, END: 1}), [0], [A, END], last=False)
    for _ in range(1100):
        bits.number(2, 3)
        bits.code(0, 7)
    return dynamic(bits, FOUR, [1, 1], [MATCH_3, ("d", 0), END]).bytes()


def sparse(*used):
    """A code length code in which only these have a code, of 1, 2, 3, … bits."""
    lengths = [0] * 19
    for at, symbol in enumerate(used):
        lengths[symbol] = at + 1
    return lengths


FOUR = literals({A: 2, B: 2, END: 2, MATCH_3: 2}, 258)
MATCH = [A, MATCH_3]

# name → stream. What zlib makes of each is asked of zlib.
STREAMS = {
    "two literals": one(literals({A: 1, END: 1}), [0], [A, END]),
    "one distance code": one(FOUR, [1], [*MATCH, ("d", 0), END]),
    "two distance codes": one(FOUR, [1, 1], [*MATCH, ("d", 0), END]),
    "only the end": one(literals({END: 1}), [0], [END]),
    "no distance code, none used": one(FOUR, [0], [A, END]),
    "literal code incomplete": one(literals({A: 2, END: 2}), [0], [A, END]),
    "literal code of one symbol, two bits": one(literals({END: 2}), [0], [END]),
    "literal code oversubscribed": one(literals({A: 1, B: 1, END: 1}), [0], [A, END]),
    "no end of block": one(literals({A: 1, B: 1}), [0], [A] * 9),
    "distance code incomplete": one(FOUR, [2, 2], [*MATCH, ("d", 0), END]),
    "distance code of one symbol, two bits": one(FOUR, [2], [*MATCH, ("d", 0), END]),
    "distance code oversubscribed": one(literals({A: 1, END: 1}), [1, 1, 1], [A, END]),
    "distance without a code": one(FOUR, [1], [*MATCH, ("raw", 1, 1), END]),
    "distance, and no code at all": one(FOUR, [0], [*MATCH, ("raw", 0, 1), END]),
    "distance beyond the beginning": one(FOUR, [1, 1], [*MATCH, ("d", 1), END]),
    "distance beyond the beginning, in the second block": before_the_first_block(),
    "distance symbol 30": one(FOUR, [1] + [0] * 29 + [1], [A, END]),
    "length symbol 286": one(literals({A: 2, B: 2, END: 2, 286: 2}, 287), [1], [A, END]),
    "length symbol 286, used": one(literals({A: 2, B: 2, END: 2, 286: 2}, 287), [1], [A, 286, ("raw", 0, 1), END]),
    "code length code incomplete": one(literals({A: 1, END: 1}), [0], [A, END], length_code=sparse(0, 1)),
    "block type 3": bytes([7, 0, 0]),
    "stored": stored(b"A", 1),
    "stored, padding not zero": bytes([0xF9]) + stored(b"A", 1)[1:],
    "stored, lengths that differ": stored(b"A", 1, wrong=1),
    "stored twice": stored(b"A" * 300, 0) + stored(b"B" * 70, 1),
    "stored, cut": stored(b"ABC", 1)[:-1],
    "stored, then nothing": stored(b"ABC", 0),
    "incomplete in the third block": blocks(),
    "behind the last block": blocks(True),
    "fixed, length symbol 286": fixed((0x30 + A, 8), (0b11000110, 8), (0, 5), (0, 7)),
    "fixed, distance symbol 30": fixed((0x30 + A, 8), (1, 7), (30, 5), (0, 7)),
    "fixed": fixed((0x30 + A, 8), (1, 7), (0, 5), (0, 7)),
    "nothing": b"",
    "half a header": one(literals({A: 1, END: 1}), [0], [A, END])[:5],
    "tiny blocks": FOUR_EMPTY * 300 + one(literals({A: 1, END: 1}), [0], [A, END]),
    "tiny blocks, then a match": far_behind(),
    "tiny blocks, then incomplete": FOUR_EMPTY * 300 + one(literals({A: 2, END: 2}), [0], [A, END]),
    "tiny blocks, then type 3": FOUR_EMPTY * 300 + bytes([7, 0, 0]),
    "tiny blocks, then a distance beyond the beginning": FOUR_EMPTY * 300 + one(FOUR, [1, 1], [MATCH_3, ("d", 0), END]),
    "tiny blocks, no end": FOUR_EMPTY * 300,
    "tiny blocks, bytes behind": FOUR_EMPTY * 300 + one(literals({A: 1, END: 1}), [0], [A, END]) + b"x",
    "no last block": zlib.compress(b"x" * 100)[2:-4][:-1],
}


def long_streams():
    """(name, body, stream): what compressors write, with blocks of every kind and bodies longer than any piece or window."""
    chance = random.Random(7)
    words = [chance.randbytes(chance.randrange(2, 12)) for _ in range(400)]
    text = b"".join(chance.choice(words) for _ in range(90000))
    noise = chance.randbytes(200000)
    mixed = text[:150000] + noise + text[:350000] + bytes(100000)
    for level in (1, 6, 9):
        for name, body in (("text", text), ("noise", noise), ("mixed", mixed), ("zeros", bytes(600000))):
            packer = zlib.compressobj(level, zlib.DEFLATED, -15)
            yield f"{name}, level {level}", body, packer.compress(body) + packer.flush()
    for size in (700, 90):
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        pieces = [text[at:at + size] for at in range(0, 200000, size)]
        flushed = b"".join(packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in pieces)
        yield f"text, flushed every {size} bytes", b"".join(pieces), flushed + packer.flush()


def unpacked(stream):
    """What zlib unpacks, whatever it says at last, and whether it takes the stream, and nothing behind it."""
    reader = zlib.decompressobj(-15)
    body = b""
    try:
        for at in range(len(stream)):
            body += reader.decompress(stream[at:at + 1])
    except zlib.error:
        return body, False
    return body, reader.eof and reader.unused_data == b""
