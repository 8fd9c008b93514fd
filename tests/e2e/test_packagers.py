"""What the common packagers write is allowed without a single finding: a gate that cries wolf is switched off."""

import io
import os
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from support import cms, package
from support.sealgate import GateTest

NODE_MODULES = {"archiver": "7", "yazl": "3", "jszip": "3"}

NODE_PACK = r"""
const fs = require("fs"), path = require("path");
const [, , writer, source, target] = process.argv;
const names = JSON.parse(process.argv[5]);
const at = (name) => path.join(source, name);
const writers = {
  archiver() {
    const archive = require("archiver")("zip", { zlib: { level: 9 } });
    archive.pipe(fs.createWriteStream(target));
    archive.directory(source, false);
    archive.append("inline\n", { name: "inline.txt" });
    archive.append("", { name: "empty-inline.txt" });
    return archive.finalize();
  },
  yazl() {
    const archive = new (require("yazl").ZipFile)();
    archive.outputStream.pipe(fs.createWriteStream(target));
    for (const name of names) name.endsWith("/") ? archive.addEmptyDirectory(name) : archive.addFile(at(name), name);
    archive.addBuffer(Buffer.from("stored"), "stored.txt", { compress: false });
    archive.addReadStream(fs.createReadStream(at("handler.py")), "streamed.py");
    archive.addReadStream(fs.createReadStream(at("handler.py")), "streamed-stored.py", { compress: false });
    archive.end();
  },
  jszip(options) {
    const archive = new (require("jszip"))();
    for (const name of names) name.endsWith("/") ? archive.folder(name.slice(0, -1)) : archive.file(name, fs.readFileSync(at(name)));
    return archive.generateAsync({ type: "nodebuffer", compression: "DEFLATE", ...options }).then((data) => fs.writeFileSync(target, data));
  },
  "jszip-stream"() { return writers.jszip({ streamFiles: true, platform: "UNIX" }); },
  "jszip-stored"() { return writers.jszip({ compression: "STORE" }); },
};
writers[writer]();
"""

GO_PACK = r"""
package main

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	out, err := os.Create(os.Args[2])
	check(err)
	archive := zip.NewWriter(out)
	for _, name := range os.Args[3:] {
		header := &zip.FileHeader{Name: name, Method: zip.Deflate}
		if strings.HasPrefix(name, "stored/") {
			header.Method = zip.Store
		}
		if strings.HasSuffix(name, "/") {
			_, err = archive.Create(name)
			check(err)
			continue
		}
		body, err := os.ReadFile(filepath.Join(os.Args[1], name))
		check(err)
		writer, err := archive.CreateHeader(header)
		check(err)
		_, err = writer.Write(body)
		check(err)
		again, err := archive.Create("again/" + name)
		check(err)
		_, err = again.Write(body)
		check(err)
	}
	check(archive.Close())
	check(out.Close())
}
"""

JAVA_PACK = r"""
import java.io.*;
import java.nio.file.*;
import java.util.zip.*;

public class Pack {
    public static void main(String[] arguments) throws Exception {
        try (ZipOutputStream out = new ZipOutputStream(new FileOutputStream(arguments[1]))) {
            for (int i = 2; i < arguments.length; i++) {
                ZipEntry entry = new ZipEntry(arguments[i]);
                out.putNextEntry(entry);
                if (!arguments[i].endsWith("/"))
                    out.write(Files.readAllBytes(Paths.get(arguments[0], arguments[i])));
                out.closeEntry();
            }
            byte[] body = "stored".getBytes();
            CRC32 crc = new CRC32();
            crc.update(body);
            ZipEntry stored = new ZipEntry("stored.txt");
            stored.setMethod(ZipEntry.STORED);
            stored.setSize(body.length);
            stored.setCrc(crc.getValue());
            out.putNextEntry(stored);
            out.write(body);
            out.closeEntry();
        }
    }
}
"""


class Unseekable(io.RawIOBase):
    """A pipe: zipfile must write data descriptors."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, part):
        self.data += bytes(part)
        return len(part)


def tool(name):
    return unittest.skipUnless(shutil.which(name), f"{name} is not installed")


class PackagerTest(GateTest):
    """A tree of files, and what every packager's package must pass."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tree = Path(cls.class_folder, "tree")
        files = {"handler.py": b"import lib.util\n" * 40, "lib/__init__.py": b"",
            "lib/util.py": b"def answer():\n    return 42\n",
                 "stored/image.bin": os.urandom(3000), "data/gr\u00fc\u00dfe.txt": "gr\u00fc\u00dfe\n".encode(),
                 "bin/bootstrap": b"#!/bin/sh\nexit 0\n", "node_modules/@scope/pkg/index.js": b"module.exports = 1\n"}
        for name, body in files.items():
            path = cls.tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        (cls.tree / "bin/bootstrap").chmod(0o755)
        cls.names = sorted(files)
        cls.folders = sorted({str(Path(name).parent) + "/" for name in files} - {"./"})

    def pack(self, *command, cwd=None, env=None, timeout=300):
        """Runs a packager; OUT in its arguments becomes the package's path. Returns the package's bytes."""
        out = self.workspace.path / "packed.zip"
        arguments = [str(part).replace("OUT", str(out)) for part in command]
        done = subprocess.run(arguments, cwd=cwd or self.tree, env={**os.environ, **(env or {})}, capture_output=True,
                              timeout=timeout)
        self.assertEqual(done.returncode, 0, f"{arguments}: {(done.stdout + done.stderr).decode(errors='replace')}")
        return out.read_bytes() if out.exists() else done.stdout

    def accept(self, data, own=True):
        """Signed by `sealgate sign`, and by the tests' own writer, the package is allowed without a finding."""
        original = self.workspace.write("original.zip", data)
        signed = self.workspace.path / "signed.zip"
        signed.unlink(missing_ok=True)
        result = self.workspace.run("sign", "--key", self.pki.key_pem, "--certificates", self.pki.chain_pem,
                                    "--profile-version-arn", cms.DEFAULT_PROFILE, "-o", signed, original)
        self.assertEqual(result.code, 0, str(result))
        functions = {"by-sealgate": signed}
        if own:
            functions["by-tests"] = package.append_signature(data, self.pki, signed_at=self.signed_at)
        artifacts = self.artifacts(self.judge(functions, strict=True), 0)
        for name, artifact in artifacts.items():
            with self.subTest(name):
                self.assertChecks(artifact, revocation="skipped")
                self.assertNoFindings(artifact)
        self.assert_entries_kept(data, signed.read_bytes())

    def assert_entries_kept(self, before, after):
        with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
            names = [item.filename for item in old.infolist()]
            self.assertEqual([item.filename for item in new.infolist()],
                             names + ["META_INF/", package.SIGNATURE_NAME.decode()])
            for first, second in zip(old.infolist(), new.infolist()):
                kept = [(item.CRC, item.compress_type, item.compress_size, item.date_time, item.external_attr)
                        for item in (first, second)]
                self.assertEqual(kept[0], kept[1], first.filename)


class Packagers(PackagerTest):
    # Info-ZIP

    @tool("zip")
    def test_zip(self):
        for options in (["-r"], ["-rX"], ["-rD"], ["-r0"], ["-r9q"]):
            with self.subTest(options):
                (self.workspace.path / "packed.zip").unlink(missing_ok=True)
                self.accept(self.pack("zip", *options, "OUT", "."))

    @tool("zip")
    def test_zip_with_a_symbolic_link_that_stays_inside(self):
        tree = self.workspace.path / "linked"
        shutil.copytree(self.tree, tree)
        (tree / "latest.py").symlink_to("lib/util.py")
        (tree / "lib/up.py").symlink_to("../handler.py")
        self.accept(self.pack("zip", "-ry", "OUT", ".", cwd=tree))

    @tool("zip")
    def test_zip_into_a_pipe(self):
        self.accept(self.pack("zip", "-rq", "-", "."))

    # Python

    def test_python_zipfile(self):
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            for level in (None, 1):
                with self.subTest(method=method, level=level):
                    buffer = io.BytesIO()
                    with zipfile.ZipFile(buffer, "w", method, compresslevel=level) as archive:
                        for name in [*self.folders, *self.names]:
                            archive.write(self.tree / name, name)
                        archive.writestr("written.txt", "text")
                        archive.writestr("empty.txt", "")
                    self.accept(buffer.getvalue())

    def test_python_zipfile_into_a_pipe(self):
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            with self.subTest(method=method):
                pipe = Unseekable()
                with zipfile.ZipFile(pipe, "w", method) as archive:
                    for name in self.names:
                        archive.write(self.tree / name, name)
                    archive.writestr("written.txt", "text")
                    with archive.open("opened.txt", "w") as opened:
                        opened.write(b"opened" * 100)
                self.accept(bytes(pipe.data))

    def test_python_opened_for_writing(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("opened.txt", "w") as opened:
                opened.write(b"opened" * 100)
        self.accept(buffer.getvalue())

    def test_python_appended(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("first.txt", "first")
        with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("second.txt", "second")
        self.accept(buffer.getvalue())

    def test_python_make_archive(self):
        self.accept(Path(shutil.make_archive(str(self.workspace.path / "made"), "zip", self.tree)).read_bytes())

    # Java

    @tool("jar")
    def test_jar(self):
        for options in (["cf"], ["c0f"], ["cfM"]):
            with self.subTest(options):
                self.accept(self.pack("jar", *options, "OUT", "."))

    @tool("javac")
    def test_java_zip_output_stream(self):
        (self.workspace.path / "Pack.java").write_text(JAVA_PACK)
        self.pack("javac", "Pack.java", cwd=self.workspace.path)
        self.accept(self.pack("java", "-cp", ".", "Pack", self.tree, "OUT", *self.folders, *self.names,
                              cwd=self.workspace.path, env={"JAVA_TOOL_OPTIONS": "-Dsun.jnu.encoding=UTF-8",
                              "LC_ALL": "C.UTF-8"}))

    # 7-Zip, libarchive

    @tool("7z")
    def test_7zip(self):
        for options in ([], ["-mx=0"], ["-mx=9"]):
            with self.subTest(options):
                (self.workspace.path / "packed.zip").unlink(missing_ok=True)
                self.accept(self.pack("7z", "a", "-tzip", *options, "OUT", "."))

    @tool("bsdtar")
    def test_bsdtar(self):
        for options in ([], ["--options", "zip:compression=store"]):
            with self.subTest(options):
                self.accept(self.pack("bsdtar", "--format", "zip", *options, "-cf", "OUT", *sorted(os.listdir(self.tree)),
                                      env={"LC_ALL": "C.UTF-8"}))

    # Go

    @tool("go")
    def test_go(self):
        (self.workspace.path / "pack.go").write_text(GO_PACK)
        environment = {"GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": os.environ.get("GOCACHE", os.path.join(
            tempfile.gettempdir(), "sealgate-e2e-go-cache"))}
        self.accept(self.pack("go", "run", "pack.go", self.tree, "OUT", *self.folders, *self.names,
                              cwd=self.workspace.path, env=environment))


@tool("npm")
class NodePackagers(PackagerTest):
    """The three writers that Node projects use; they come from npm into a folder outside the project."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.modules = Path(tempfile.gettempdir(), f"sealgate-e2e-node-{os.getuid()}")
        cls.missing = None
        if not all((cls.modules / "node_modules" / name).is_dir() for name in NODE_MODULES):
            cls.modules.mkdir(exist_ok=True)
            wanted = [f"{name}@{version}" for name, version in NODE_MODULES.items()]
            try:
                done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix",
                    cls.modules,
                                       *wanted], capture_output=True, timeout=120)
                cls.missing = done.stderr.decode(errors="replace") if done.returncode != 0 else None
            except subprocess.TimeoutExpired:
                cls.missing = "npm took longer than two minutes"
        (cls.modules / "pack.js").write_text(NODE_PACK)

    def node(self, writer):
        if self.missing is not None:
            self.skipTest(f"npm cannot have {', '.join(NODE_MODULES)}: {self.missing.strip()[:300]}")
        names = "[" + ",".join(f'"{name}"' for name in [*self.folders, *self.names]) + "]"
        self.accept(self.pack("node", self.modules / "pack.js", writer, self.tree, "OUT", names))

    def test_archiver(self):
        self.node("archiver")

    def test_yazl(self):
        self.node("yazl")

    def test_jszip(self):
        self.node("jszip")

    def test_jszip_streamed(self):
        self.node("jszip-stream")

    def test_jszip_stored(self):
        self.node("jszip-stored")
