"""What unpacks entries is as strict as zlib: a stream that zlib refuses is refused, and one that it takes gives the same bytes."""

from e2e.structure_kit import CaseTest, MALFORMED
from support import deflate
from support.package import Entry, build

# What the gate says of the streams that zlib refuses; "damaged" of all others.
ENDLESS = {"stored, cut", "stored, then nothing", "half a header", "no last block", "nothing", "tiny blocks, no end"}
BEHIND = {"behind the last block", "tiny blocks, bytes behind"}


class Inflate(CaseTest):
    def judge_streams(self, streams):
        """`streams` maps a name to (body, stream); returns the artifacts by name. All are signed as if they held `body`."""
        packages = {name.replace(",", "").replace(" ", "-"): build(self.kit.sign([Entry("a.bin", body, data=stream)]))
                    for name, (body, stream) in streams.items()}
        result = self.judge(packages, policy="Warn", arguments=("--now", "2099-01-01T00:00:00Z"))
        found = {item["name"]: item for item in result.json["artifacts"]}
        return {name: found[name.replace(",", "").replace(" ", "-")] for name in streams}

    def expected(self, name):
        if name in ENDLESS:
            return "`a.bin`: its deflate stream has no end"
        return "`a.bin`: bytes follow the end of its deflate stream" if name in BEHIND else "`a.bin`: its deflate stream is damaged"

    def test_as_strict_as_zlib(self):
        streams = {name: (deflate.unpacked(stream)[0], stream) for name, stream in deflate.STREAMS.items() if name != "nothing"}
        taken = refused = 0
        for name, artifact in self.judge_streams(streams).items():
            good = deflate.unpacked(streams[name][1])[1]
            findings = [(item["rule"], item["message"]) for item in artifact["findings"] if item["rule"] == MALFORMED]
            with self.subTest(name):
                self.assertEqual([] if good else [(MALFORMED, self.expected(name))], findings)
            taken, refused = taken + good, refused + (not good)
        self.assertGreaterEqual(taken, 10)
        self.assertGreaterEqual(refused, 24)

    def test_long_streams(self):
        """Pieces, windows and blocks of every size; the digest is that of the body, so the bytes are the right ones."""
        streams = {name: (body, stream) for name, body, stream in deflate.long_streams()}
        self.assertEqual(14, len(streams))
        for name, artifact in self.judge_streams(streams).items():
            with self.subTest(name):
                self.assertEqual("pass", artifact["checks"]["integrity"]["status"], artifact)

    def test_wrong_size(self):
        """More and fewer bytes than declared, at the borders of a piece."""
        for name, body, stream in deflate.long_streams():
            if not name.endswith(("level 6", "every 90 bytes")):
                continue
            for claimed, message in ((len(body) - 1, "it unpacks to more bytes than declared"),
                                     (len(body) + 1, "it unpacks to fewer bytes than declared")):
                entry = Entry("a.bin", body, data=stream)
                entries = self.kit.sign([entry])
                entries[0].local = entries[0].central = {"usize": claimed}
                with self.subTest(f"{name}, {claimed}"):
                    self.assertInvalid(self.one(build(entries), 1), MALFORMED, f"`a.bin`: {message}")
