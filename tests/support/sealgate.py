"""Runs the program under test, and a folder with packages and a configuration for it.

The program is the one that the environment variable SEALGATE names; build/dev/src/sealgate otherwise. It runs in a clean
environment: no variable of a CI, no credentials, a home of its own.
"""

import dataclasses
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from . import cms, package, signing_pki

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SEALGATE_SHARED", ROOT.parent / "shared"))
BUILTIN_ROOT_SHA256 = "410220a72bba4576767ba5941b694a9bddc40817f76957f6919fdac89a7849c7"

PASSED, BLOCKED, USAGE, UNDECIDED, INTERNAL = 0, 1, 2, 3, 4


def binary():
    return Path(os.environ.get("SEALGATE", ROOT / "build/dev/src/sealgate")).resolve()


def seconds(count):
    """So many seconds for the program as it is, and as many times more as it is slower under a tool (run_tests.py)."""
    return count * float(os.environ.get("SEALGATE_SLOWDOWN", "1"))


def tool():
    """The tool that the program runs under, or an empty text."""
    return os.environ.get("SEALGATE_TOOL", "")


def sanitizer_options():
    """The variable that the program's sanitizer reads its options from; None when it has none."""
    program = binary().read_bytes()
    for mark, variable in ((b"__asan_init", "ASAN_OPTIONS"), (b"__tsan_init", "TSAN_OPTIONS")):
        if mark in program:
            return variable
    return None


@dataclasses.dataclass
class Result:
    code: int
    out: str
    err: str
    raw: bytes
    arguments: list

    @property
    def json(self):
        return json.loads(self.raw)

    def __str__(self):
        return f"{' '.join(self.arguments)}\nexit {self.code}\n{self.out}\n{self.err}"


def environment(**more):
    """A clean environment: PATH, the sanitizers' own settings, and what the caller adds."""
    kept = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE",
                 "TMPDIR", "SG_MUTANT", "SG_MUTANT_REACHED"):
        if name in os.environ:
            kept[name] = os.environ[name]
    kept.update(more)
    return kept


def run(*arguments, cwd=None, env=None, timeout=120):
    command = [str(binary()), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env=environment(**(env or {})), stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=seconds(timeout))
    return Result(done.returncode, done.stdout.decode(errors="backslashreplace"),
                  done.stderr.decode(errors="backslashreplace"), done.stdout, command)


def rfc3339(moment):
    """UTC with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{moment.microsecond // 1000:03d}Z"


# --- YAML -----------------------------------------------------------------------------------------------------------------


def yaml(value, indent=0):
    """Block style for mappings and sequences, double quotes for text: JSON's string syntax is YAML's."""
    space = "  " * indent
    if isinstance(value, dict) and value:
        lines = []
        for key, item in value.items():
            nested = isinstance(item, (dict, list)) and item
            lines.append(f"{space}{key}:" + ("\n" + yaml(item, indent + 1) if nested else " " + yaml(item)))
        return "\n".join(lines)
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            if isinstance(item, dict) and item:
                block = yaml(item, indent + 1)
                lines.append(f"{space}- " + block[len(space) + 2 :])
            else:
                lines.append(f"{space}- " + yaml(item))
        return "\n".join(lines)
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


class Workspace:
    """A temporary folder with packages and a configuration."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="sealgate-e2e-"))

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def write(self, name, content):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def artifact(self, name, code, kind="function"):
        """A list item of the configuration: `code` is a package's bytes, a path, or a mapping of the item's other keys."""
        if isinstance(code, dict):
            return {"name": name, **{key: self._code(name, item, kind) if key == "code" else item for key,
                item in code.items()}}
        return {"name": name, "code": self._code(name, code, kind)}

    def _code(self, name, code, kind):
        if isinstance(code, bytes):
            file = f"dist/{kind}-{name}.zip"
            self.write(file, code)
            return file
        return str(code)

    def configure(self, functions=None, layers=None, *, roots=(), publishers=(cms.DEFAULT_PROFILE,), policy="Enforce",
                  sources=(), configs=None, config="release", strict=None, revocation=None, more=None,
                  name="sealgate.yaml"):
        """Writes a configuration. `functions` and `layers` map a name to a package (see artifact())."""
        definitions = configs if configs is not None else {
            "release": {"allowed_publishers": list(publishers), "untrusted_artifact_on_deployment": policy}}
        content = {"version": 1}
        if config is not None:
            content["code_signing_config"] = config
        content["code_signing_configs"] = definitions
        if strict is not None:
            content["strict"] = strict
        if functions:
            content["functions"] = [self.artifact(key, code) for key, code in functions.items()]
        if layers:
            content["layers"] = [self.artifact(key, code, "layer") for key, code in layers.items()]
        content["trust"] = {"roots": [str(root) for root in roots] or ["aws"]}
        content["revocation"] = {"sources": list(sources), **(revocation or {})}
        content.update(more or {})
        return self.write(name, yaml(content) + "\n")

    def run(self, *arguments, **options):
        return run(*arguments, cwd=self.path, **options)

    def verify(self, *arguments, **options):
        """Runs the gate with a JSON report on standard output."""
        return self.run("verify", "--ci", "none", "-o", "json", *arguments, **options)


class GateTest(unittest.TestCase):
    """What the end-to-end tests have in common: one PKI for all of a class, a fresh workspace for each test."""

    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.class_folder = tempfile.mkdtemp(prefix="sealgate-pki-")
        cls.addClassCleanup(shutil.rmtree, cls.class_folder, ignore_errors=True)
        cls.signed_at = signing_pki.default_signed_at()
        cls.pki = signing_pki.make(cls.class_folder, cls.signed_at)

    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.remove)

    def signed(self, files=None, pki=None, **options):
        options.setdefault("signed_at", self.signed_at)
        return package.signed_zip(package.DEFAULT_FILES if files is None else files, pki or self.pki, **options)

    def configure(self, functions=None, layers=None, **options):
        options.setdefault("roots", [self.pki.root_pem])
        return self.workspace.configure(functions, layers, **options)

    def judge(self, functions=None, layers=None, arguments=(), **options):
        """Writes the configuration, runs the gate and returns the result."""
        self.configure(functions, layers, **options)
        return self.workspace.verify(*arguments)

    def artifacts(self, result, code):
        """The report's artifacts by name, after the exit code was checked and the report's parts agree with each other."""
        self.assertEqual(result.code, code, str(result))
        report = result.json
        self.assertEqual(report["exit_code"], code)
        counts = {"allow": 0, "warn": 0, "block": 0, "undecided": 0}
        for artifact in report["artifacts"]:
            if artifact["action"] in counts:
                counts[artifact["action"]] += 1
        for action, count in counts.items():
            self.assertEqual(report["summary"][action], count, action)
        return {artifact["name"]: artifact for artifact in report["artifacts"]}

    def one(self, package_bytes, code, arguments=(), **options):
        """Judges one function and returns its artifact of the report."""
        return self.artifacts(self.judge({"one": package_bytes}, arguments=arguments, **options), code)["one"]

    def assertChecks(self, artifact, integrity="pass", expiry="pass", mismatch="pass", revocation="pass"):
        statuses = {name: check["status"] for name, check in artifact["checks"].items()}
        self.assertEqual(statuses, {"integrity": integrity, "expiry": expiry, "mismatch": mismatch,
            "revocation": revocation})

    def assertNoFindings(self, artifact, ignore=("revocation-not-checked",)):
        """Allowed without a single finding; that revocation is switched off is said of every artifact."""
        findings = [f"{item['rule']}: {item['message']}" for item in artifact["findings"] if item["rule"] not in ignore]
        self.assertEqual(findings, [], artifact["name"])

    def assertFinding(self, artifact, rule, level, message):
        """Exactly one finding has this rule; its level and a part of its message are as given."""
        found = [item for item in artifact["findings"] if item["rule"] == rule]
        self.assertEqual(len(found), 1, f"{rule} in {artifact['findings']}")
        self.assertEqual(found[0]["level"], level, found[0])
        self.assertRegex(found[0]["message"], message)
        self.assertTrue(found[0]["help"])
        return found[0]

    def assertInvalid(self, artifact, rule, message="."):
        """Integrity failed with this rule (or one of a tuple), whatever the policy; nothing else was judged."""
        rules = rule if isinstance(rule, tuple) else (rule,)
        integrity = artifact["checks"]["integrity"]
        self.assertEqual(integrity["status"], "fail", artifact)
        self.assertIn(integrity["rule"], rules, integrity)
        self.assertRegex(integrity["message"], message)
        self.assertChecks(artifact, "fail", "skipped", "skipped", "skipped")
        self.assertEqual(artifact["signature_status"], "INVALID")
        self.assertEqual(artifact["action"], "block")
        found = [item for item in artifact["findings"] if item["rule"] == integrity["rule"]]
        self.assertIn(("error", integrity["message"]), [(item["level"], item["message"]) for item in found])
