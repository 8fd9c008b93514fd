"""Every option of every command, every exit code, and what happens to reports that cannot be written."""

import datetime
import json
import os
import pty
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import cms, package, sealgate, signing_pki
from support.sealgate import GateTest

OTHER_PROFILE = cms.DEFAULT_PROFILE.replace("Release/AbCdEf0123", "Experimental/ZyXwVu9876")
OPTIONS = {
    "verify": ["-c, --config FILE", "-o, --output FORMAT[=FILE]", "--ci auto|none|github|gitlab|jenkins", "--enforce",
               "--warn-exit-code N", "--now TIME", "--offline", "--frozen", "--only NAME", "--shard I/N", "-j, --jobs N", "-q, --quiet",
               "-v, --verbose", "--color auto|always|never"],
    "lock": ["-c, --config FILE", "--output FILE", "--check", "--now TIME", "--offline", "-j, --jobs N"],
    "inspect": ["--json", "--root FILE", "--color auto|always|never"],
    "sign": ["--key FILE", "--certificates FILE", "--profile-version-arn ARN", "--job-arn ARN", "--signed-at TIME",
             "--expires-at TIME", "-o, --output FILE"],
    "explain": [],
}
RULES = """unreadable-artifact malformed-package ambiguous-package package-too-large malformed-signature signature-invalid
untrusted-root signed-in-future content-modified pin-mismatch not-locked signature-expired unsigned publisher-not-allowed job-revoked
profile-revoked certificate-revoked revocation-unavailable suspicious-content unusual-package image-not-supported""".split()


class World:
    """What the module makes once."""

    def open(self):
        self.folder = tempfile.mkdtemp(prefix="sealgate-options-")
        self.signed_at = signing_pki.default_signed_at()
        self.pki = signing_pki.make(self.folder, self.signed_at)
        self.good = package.signed_zip(package.DEFAULT_FILES, self.pki, signed_at=self.signed_at)
        self.other = package.signed_zip(package.DEFAULT_FILES, self.pki, signed_at=self.signed_at, profile=OTHER_PROFILE)
        self.unsigned = package.unsigned_zip(package.DEFAULT_FILES)
        changed = bytearray(self.good)
        changed[changed.index(b"handler.py")] = changed[changed.rindex(b"handler.py")] = ord("H")
        self.tampered = bytes(changed)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


WORLD = World()


def setUpModule():
    WORLD.open()
    unittest.addModuleCleanup(WORLD.close)


class OptionsTest(GateTest):
    @classmethod
    def setUpClass(cls):
        cls.pki, cls.signed_at = WORLD.pki, WORLD.signed_at

    def at(self, **after):
        """A time relative to the signing time, for --now: no test depends on the date of the run."""
        return (self.signed_at + datetime.timedelta(**after)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def run_program(self, *arguments, code=sealgate.PASSED, **options):
        result = self.workspace.run(*arguments, **options)
        self.assertEqual(result.code, code, str(result))
        return result

    def assertUsage(self, arguments, message, hint="try `sealgate"):
        """Exit 2, nothing on standard output, the reason in one line and where help is in another."""
        before = sorted(self.workspace.path.rglob("*"))
        result = self.run_program(*arguments, code=sealgate.USAGE)
        self.assertEqual(result.out, "")
        lines = result.err.splitlines()
        self.assertRegex(lines[0], "^sealgate: error: ")
        self.assertRegex(lines[0], message)
        self.assertEqual(len(lines), 2, result.err)
        self.assertTrue(lines[1].startswith(hint), lines[1])
        self.assertEqual(sorted(self.workspace.path.rglob("*")), before, "something was written")

    def shell(self, script, **env):
        """A shell command with $SEALGATE, in the workspace; its exit code is the program's."""
        environment = sealgate.environment(SEALGATE=str(sealgate.binary()), **env)
        return subprocess.run(["bash", "-c", script], cwd=self.workspace.path, env=environment, capture_output=True,
                              timeout=sealgate.seconds(120))


class Words(OptionsTest):
    """How the command line is read."""

    def setUp(self):
        super().setUp()
        self.configure({"one": WORLD.good})

    def test_wrong_words(self):
        rows = [
            (["--ofline"], "unknown option --ofline; did you mean --offline\\?"),
            (["--warn-exitcode", "9"], "unknown option --warn-exitcode; did you mean --warn-exit-code\\?"),
            (["--offlin"], "unknown option --offlin; did you mean --offline\\?"),
            (["--OFFLINE"], "unknown option --OFFLINE"),
            (["--nothing-like-it"], "unknown option --nothing-like-it$"),
            (["-x"], "unknown option -x$"),
            (["-qv"], "-q takes no value; give options one by one"),
            (["--quiet=yes"], "--quiet takes no value"),
            (["--offline="], "--offline takes no value"),
            (["--enforce", "--enforce"], "--enforce is given twice"),
            (["-c", "sealgate.yaml", "--config", "sealgate.yaml"], "--config is given twice"),
            (["--now", "2026-11-23T17:00:00Z", "--now=2026-11-23T17:00:00Z"], "--now is given twice"),
            (["-q", "--quiet"], "--quiet is given twice"),
            (["--ci", "none", "--ci", "none"], "--ci is given twice"),
            (["--jobs", "1", "-j1"], "--jobs is given twice"),
            (["--only"], "--only needs a value: NAME"),
            (["-c"], "--config needs a value: FILE"),
            (["-o"], "--output needs a value: FORMAT"),
            (["--now"], "--now needs a value: TIME"),
            (["--only="], "--only needs a value that is not empty"),
            (["--config", ""], "--config needs a value that is not empty"),
            (["-q", "-v"], "--quiet and --verbose contradict each other"),
            (["a.yaml", "b.yaml"], "`b.yaml` is too much"),
            (["-c", "sealgate.yaml", "sealgate.yaml"], "the configuration is given twice: as --config and as CONFIG"),
            (["--ci", "travis"], "--ci `travis`: expected auto, none, github, gitlab or jenkins"),
            (["--ci", "GitHub"], "--ci `GitHub`: expected auto"),
            (["--color", "sometimes"], "--color `sometimes`: expected auto, always or never"),
            (["verfy"], "there is no file `verfy`; did you mean the command `verify`\\?"),
            (["inspct"], "there is no file `inspct`; did you mean the command `inspect`\\?"),
            (["gone.yaml"], "cannot open gone.yaml: No such file"),
            (["-c", "gone.yaml"], "cannot open gone.yaml: No such file"),
            (["dist"], "dist is a directory, not a file"),
            (["--only", "oen"], "--only oen: no function or layer has this name; did you mean `one`\\?"),
            (["--only", "one", "--only", "nothing-like-it"], "--only nothing-like-it: no function or layer has this name$"),
            (["inspect"], "`inspect` needs more: sealgate inspect"),
            (["sign", "--key", "k"], "`sign` needs more: sealgate sign"),
            (["sign", "a.zip", "b.zip"], "`b.zip` is too much"),
            (["sign", "a.zip"], "--output is missing"),
            (["sign", "a.zip", "-o", "b.zip"], "--profile-version-arn is missing"),
            (["sign", "--kye", "k", "a.zip"], "unknown option --kye; did you mean --key\\?"),
            (["inspect", "--jsno", "a.zip"], "unknown option --jsno; did you mean --json\\?"),
            (["explain", "unsinged"], "there is no rule `unsinged`; did you mean `unsigned`\\?"),
            (["explain", "unsigned", "gravity"], "there is no rule `gravity`; `sealgate explain` lists all"),
            (["explain", "--json"], "unknown option --json"),
            (["--output", "jsn"], "--output: there is no format `jsn`; this build writes .*; did you mean `json`\\?"),
            (["-o", "JSON"], "there is no format `JSON`"),
            (["-o", "=file"], "there is no format ``"),
            (["-o", "json="], "--output json=: the file's name is missing"),
            (["-o", "json", "-o", "text"], "only one report can go to standard output"),
            (["-o", "json=./sealgate.yaml"], "--output json=./sealgate.yaml would replace the configuration"),
            (["-o", "json=-", "-o", "text"], "only one report can go to standard output"),
            (["-o", "json=-", "-o", "json=-"], "only one report can go to standard output"),
            ([word for number in range(17) for word in ("-o", f"json={number}.json")], "--output is given more than 16 times"),
        ]
        for arguments, message in rows:
            with self.subTest(" ".join(arguments)):
                self.assertUsage(arguments, message)

    def test_reserved_commands(self):
        for word in ("csc", "iam", "init"):
            for more in ([], ["--help"], ["anything"]):
                with self.subTest(word, more=more):
                    self.assertUsage([word, *more], f"the command `{word}` is reserved; this build does not have it")

    def test_numbers_are_parsed_strictly(self):
        never = ["01", "+1", "-1", "1e3", " 1", "1 ", "0x1", "1.0", "١", "99999999999999999999", "one"]
        for text in never + ["126", "255"]:
            with self.subTest("--warn-exit-code", text=text):
                self.assertUsage([f"--warn-exit-code={text}"], "--warn-exit-code `.*`: expected a number from 0 to 125")
        for text in "1234":
            with self.subTest("--warn-exit-code", text=text):
                self.assertUsage(["--warn-exit-code", text], f"--warn-exit-code {text}: 1 to 4 have meanings of their own")
        for text in never + ["0", "257"]:
            with self.subTest("--jobs", text=text):
                self.assertUsage([f"--jobs={text}"], "--jobs `.*`: expected a number from 1 to 256")
        for option in ("--warn-exit-code", "--jobs"):
            self.assertUsage([f"{option}="], f"{option} needs a value that is not empty")

    def test_shard_forms(self):
        for text in ("1", "0/3", "4/3", "1/0", "1/3/5", "/3", "1/", "/", "01/3", "+1/3", "1/03", " 1/3", "1 /3", "a/b", "-1/3",
                     "1/10001", "12345678/12345678", "1\\3"):
            with self.subTest(text):
                self.assertUsage(["--shard", text], re.escape(f"--shard `{text}`").replace("\\\\", "\\\\+")
                                 + ": expected I/N, for example 2/3, with I from 1 to N")

    def test_times_are_parsed_strictly(self):
        for text in ("now", "2026-11-23", "2026-11-23T17:00:00", "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z", "0", "20261123T170000Z",
                     "2026-11-23T17:00:00Zx", "2026-11-23T17:00Z"):
            with self.subTest(text):
                self.assertUsage(["--now", text], f"--now `{text}`: expected an RFC 3339 time such as")

    def test_forms_of_one_option(self):
        for arguments in (["--output", "json"], ["--output=json"], ["-o", "json"], ["-ojson"], ["-o", "json=-"]):
            with self.subTest(" ".join(arguments)):
                result = self.run_program("--ci", "none", *arguments)
                self.assertEqual(result.json["verdict"], "passed")

    def test_the_configuration_is_named_in_each_way(self):
        (self.workspace.path / "deep").mkdir()
        shutil.copy(self.workspace.path / "sealgate.yaml", self.workspace.path / "deep/other.yaml")
        shutil.copytree(self.workspace.path / "dist", self.workspace.path / "deep/dist")
        shutil.copy(self.workspace.path / "sealgate.yaml", self.workspace.path / "-dash.yaml")
        for arguments, path in (([], "sealgate.yaml"), (["verify"], "sealgate.yaml"), (["deep/other.yaml"], "deep/other.yaml"),
                                (["verify", "deep/other.yaml"], "deep/other.yaml"), (["-c", "deep/other.yaml"], "deep/other.yaml"),
                                (["--config=deep/other.yaml"], "deep/other.yaml"), (["--", "-dash.yaml"], "-dash.yaml")):
            with self.subTest(" ".join(arguments)):
                result = self.run_program(*(arguments[:1] if arguments[:1] == ["verify"] else []), "-o", "json", "--ci", "none",
                                          *(arguments[1:] if arguments[:1] == ["verify"] else arguments))
                self.assertEqual(result.json["config"]["path"], path)

    def test_no_default_configuration(self):
        (self.workspace.path / "sealgate.yaml").unlink()
        self.assertUsage([], "there is no sealgate.yaml in this folder; name a configuration")
        self.assertUsage(["verify"], "there is no sealgate.yaml in this folder; name a configuration")


class HelpAndVersion(OptionsTest):
    def test_help_of_every_command(self):
        for command, options in OPTIONS.items():
            for word in ("--help", "-h"):
                with self.subTest(command, word=word):
                    result = self.run_program(command, word)
                    self.assertEqual(result.err, "")
                    self.assertRegex(result.out, f"^usage: sealgate .*{command}.*\n")
                    self.assertIn("Exit status: 0", result.out)
                    shown = re.findall(r"^ {2,6}(-.*?)(?: {2,}.*)?$", result.out, re.MULTILINE)
                    self.assertEqual(shown, [*options, "-h, --help", "--version"])

    def test_help_of_the_program(self):
        for word in ("--help", "-h"):
            result = self.run_program(word)
            for command in OPTIONS:
                self.assertRegex(result.out, f"(?m)^  {command} +[a-z]")
            for option in OPTIONS["verify"]:
                self.assertIn(option, result.out)

    def test_help_needs_nothing_else(self):
        self.run_program("sign", "--help")
        self.run_program("inspect", "--json", "--help")
        self.run_program("verify", "gone.yaml", "--help")

    def test_lines_of_the_help_fit_a_log(self):
        for command in OPTIONS:
            longest = max(map(len, self.run_program(command, "--help").out.splitlines()))
            self.assertLessEqual(longest, 100, command)

    def test_version_on_every_command(self):
        for arguments in (["--version"], *([command, "--version"] for command in OPTIONS)):
            with self.subTest(" ".join(arguments)):
                lines = self.run_program(*arguments).out.splitlines()
                names = ["sealgate", "OpenSSL", "libcurl", "libzip", "zlib", "libyaml", "jansson"]
                for line, name in zip(lines, names):
                    self.assertRegex(line, rf"^{name} \d+\.\d+")
                self.assertEqual(lines[len(names):], [f"built-in root (SHA-256) {sealgate.BUILTIN_ROOT_SHA256}"])


class ExitCodes(OptionsTest):
    """Each exit code, and that a report which cannot be written whole is never 0."""

    def setUp(self):
        super().setUp()
        self.configure({"one": WORLD.good}, name="pass.yaml")
        self.configure({"one": WORLD.good, "two": WORLD.tampered, "three": self.workspace.path / "gone.zip"}, name="block.yaml")
        self.configure({"one": WORLD.good, "two": self.workspace.path / "gone.zip"}, name="undecided.yaml")
        self.configure({"one": WORLD.good, "two": WORLD.unsigned}, policy="Warn", name="warn.yaml")
        self.workspace.write("wrong.yaml", "version: 2\n")
        self.outcomes = {"pass.yaml": 0, "warn.yaml": 0, "block.yaml": 1, "wrong.yaml": 2, "undecided.yaml": 3}

    def test_codes(self):
        verdicts = {"pass.yaml": "passed", "warn.yaml": "passed_with_warnings", "block.yaml": "blocked",
                    "undecided.yaml": "undecided"}
        for name, code in self.outcomes.items():
            with self.subTest(name):
                result = self.run_program("--ci", "none", "-o", "json", name, code=code)
                if name in verdicts:
                    self.assertEqual((result.json["verdict"], result.json["exit_code"]), (verdicts[name], code))

    def test_warn_exit_code(self):
        for code in (0, 5, 10, 125):
            with self.subTest(code):
                for name, expected in {**self.outcomes, "warn.yaml": code}.items():
                    self.run_program("--ci", "none", f"--warn-exit-code={code}", name, code=expected)
        result = self.run_program("--ci", "none", "-o", "json", "--warn-exit-code", "77", "warn.yaml", code=77)
        self.assertEqual((result.json["verdict"], result.json["exit_code"]), ("passed_with_warnings", 77))

    def test_a_report_that_cannot_be_written(self):
        """4, unless something is blocked or undecided, which keeps its own code."""
        ways = {"standard output closed": ">&-", "a full disk": ">/dev/full", "a file in no folder": "-o json=gone/x.json",
                "a file that is a folder": "-o json=dist", "a full device": "-o json=/dev/full"}
        codes = {"pass.yaml": 4, "warn.yaml": 4, "block.yaml": 1, "undecided.yaml": 3}
        for way, words in ways.items():
            for name, code in codes.items():
                with self.subTest(way, name=name):
                    done = self.shell(f'"$SEALGATE" --ci none --warn-exit-code 9 {name} {words}')
                    self.assertEqual(done.returncode, code, done.stderr)
                    message = rb"cannot write to standard output" if words.startswith(">") else rb"the json report was not written to"
                    self.assertRegex(done.stderr, rb"^sealgate: error: " + message)

    def test_other_reports_are_written_though_one_fails(self):
        done = self.shell('"$SEALGATE" --ci none -o json=first.json -o json=gone/x.json -o markdown=last.md -o text pass.yaml')
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"PASSED", done.stdout)
        self.assertEqual(json.loads((self.workspace.path / "first.json").read_text())["verdict"], "passed")
        self.assertIn("PASSED", (self.workspace.path / "last.md").read_text())
        self.assertFalse((self.workspace.path / "gone").exists())

    def test_other_commands_on_a_full_disk(self):
        for words in ("--help", "--version", "verify --help", "explain", "explain unsigned", "inspect dist/function-one.zip",
                      "inspect --json dist/function-one.zip"):
            for way in (">/dev/full", ">&-"):
                with self.subTest(words, way=way):
                    done = self.shell(f'"$SEALGATE" {words} {way}')
                    self.assertEqual(done.returncode, 4, done.stderr)
                    self.assertIn(b"cannot write to standard output", done.stderr)

    def test_a_reader_that_goes_away(self):
        for name, body, code in (("many.yaml", WORLD.good, 4), ("blocked.yaml", WORLD.tampered, 1)):
            with self.subTest(name):
                functions = {f"f{number}": WORLD.good for number in range(199)}
                self.configure({**functions, "last": body}, name=name)
                done = self.shell(f'"$SEALGATE" --ci none -o json {name} | head -c 1; exit ${{PIPESTATUS[0]}}')
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(done.stdout, b"{")

    def test_closed_descriptors_corrupt_nothing(self):
        """What is opened later must not become standard output or standard error (ATTACKS.md TC-07)."""
        for closed in ("<&-", "2>&-", "<&- 2>&-"):
            with self.subTest(closed):
                done = self.shell(f'"$SEALGATE" --ci none -o json -o json=copy.json block.yaml {closed}')
                self.assertEqual(done.returncode, 1)
                self.assertEqual(json.loads(done.stdout)["verdict"], "blocked")
                self.assertEqual((self.workspace.path / "copy.json").read_bytes(), done.stdout)
        packages = {path: path.read_bytes() for path in (self.workspace.path / "dist").iterdir()}
        for closed in (">&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                done = self.shell(f'"$SEALGATE" --ci none -o json=copy.json -o markdown=copy.md pass.yaml {closed}')
                self.assertEqual(done.returncode, 4)
                self.assertEqual(json.loads((self.workspace.path / "copy.json").read_text())["verdict"], "passed")
                self.assertTrue((self.workspace.path / "copy.md").read_text().startswith("## sealgate: PASSED"))
        self.assertEqual({path: path.read_bytes() for path in (self.workspace.path / "dist").iterdir()}, packages)

    def test_standard_output_opened_for_reading_only(self):
        done = self.shell('"$SEALGATE" --ci none pass.yaml 1</dev/null')
        self.assertEqual(done.returncode, 4, done.stderr)


class Outputs(OptionsTest):
    def setUp(self):
        super().setUp()
        self.configure({"one": WORLD.good, "two": WORLD.unsigned}, policy="Warn")

    def test_several_outputs(self):
        arguments = [word for name in ("text", "json", "github", "plain", "markdown") for word in ("-o", f"{name}={name}.out")]
        result = self.run_program("--ci", "none", *arguments, "-o", "json", "--now", self.at(hours=2), "--only", "two")
        read = {name: (self.workspace.path / f"{name}.out").read_text() for name in ("text", "json", "github", "plain", "markdown")}
        self.assertEqual(read["json"], result.out)
        self.assertRegex(read["text"].splitlines()[-1], "^PASSED WITH WARNINGS: ")
        self.assertRegex(read["github"], "^::warning file=sealgate.yaml,line=")
        self.assertRegex(read["plain"], r"^sealgate.yaml:\d+:\d+: warning: \[unsigned\]")
        self.assertRegex(read["markdown"], "^## sealgate: PASSED WITH WARNINGS\n")

    def test_text_stays_on_standard_output_when_all_go_to_files(self):
        result = self.run_program("--ci", "none", "-o", "json=report.json")
        self.assertRegex(result.out.splitlines()[-1], "^PASSED WITH WARNINGS: 2 artifacts may be deployed, 1 with a warning$")

    def test_an_older_report_is_replaced_whole(self):
        path = self.workspace.write("report.json", b"x" * 100000)
        link = self.workspace.path / "link.json"
        target = self.workspace.write("target", b"not to be touched")
        link.symlink_to(target)
        self.run_program("--ci", "none", "-o", "json=report.json", "-o", "json=link.json")
        self.assertEqual(json.loads(path.read_text())["schema"], "sealgate-report/1")
        self.assertEqual(json.loads(link.read_text())["schema"], "sealgate-report/1")
        self.assertEqual(target.read_bytes(), b"not to be touched")
        self.assertEqual(sorted(item.name for item in self.workspace.path.iterdir()),
                         ["dist", "link.json", "report.json", "sealgate.yaml", "target"])

    def test_a_report_into_a_pipe(self):
        done = self.shell('"$SEALGATE" --ci none -q -o json=/dev/fd/3 3>&1 >/dev/null')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["verdict"], "passed_with_warnings")


class Selecting(OptionsTest):
    def setUp(self):
        super().setUp()
        self.names = [f"f{number}" for number in range(7)]
        bodies = [WORLD.good, WORLD.other, WORLD.unsigned, WORLD.tampered]
        self.configure({name: bodies[number % 4] for number, name in enumerate(self.names)},
                       {"base": WORLD.good, "f3": WORLD.unsigned}, policy="Warn")

    def judged(self, *arguments, code=None):
        result = self.workspace.verify(*arguments)
        if code is not None:
            self.assertEqual(result.code, code, str(result))
        return [(item["kind"], item["name"]) for item in result.json["artifacts"]], result.json

    def test_only(self):
        found, report = self.judged("--only", "f0", "--only", "base", code=sealgate.PASSED)
        self.assertEqual(found, [("function", "f0"), ("layer", "base")])
        self.assertEqual(report["skipped_artifacts"], 7)
        found, _ = self.judged("--only", "f3", code=sealgate.BLOCKED)
        self.assertEqual(found, [("function", "f3"), ("layer", "f3")])
        result = self.run_program("--ci", "none", "--only", "f0")
        self.assertIn("not checked: 8 artifacts left out by --only or --shard", " ".join(result.out.split()))

    def test_shards_are_disjoint_and_cover_all(self):
        everything, _ = self.judged(code=sealgate.BLOCKED)
        for count in (1, 2, 3, 9, 12):
            with self.subTest(count):
                parts = [self.judged("--shard", f"{index}/{count}") for index in range(1, count + 1)]
                together = [item for found, _ in parts for item in found]
                self.assertEqual(sorted(together), sorted(everything))
                for found, report in parts:
                    self.assertEqual(report["skipped_artifacts"], len(everything) - len(found))
                    self.assertEqual(found, [item for item in everything if item in found], "the order changed")
        self.assertEqual(max(self.judged("--shard", f"{index}/3")[1]["exit_code"] for index in (1, 2, 3)), sealgate.BLOCKED)

    def test_shard_of_only(self):
        names = [word for name in ("f0", "f1", "f2") for word in ("--only", name)]
        parts = [self.judged(*names, "--shard", f"{index}/2")[0] for index in (1, 2)]
        self.assertEqual(sorted(parts[0] + parts[1]), [("function", name) for name in ("f0", "f1", "f2")])

    def test_jobs_give_the_same_bytes(self):
        arguments = ["--now", self.at(hours=2)]
        first = self.workspace.verify("--jobs", "1", *arguments)
        self.assertEqual(len(first.json["artifacts"]), 9)
        for jobs in ("2", "16", "256"):
            for _ in range(2):
                self.assertEqual(self.workspace.verify("-j", jobs, *arguments).raw, first.raw)

    def test_now(self):
        later = self.at(days=366 * 20)
        _, report = self.judged("--only", "f0", "--now", later, code=sealgate.PASSED)
        self.assertEqual((report["evaluated_at"], report["time_overridden"]), (later, True))
        self.assertFinding(report["artifacts"][0], "signature-expired", "warning", "expired on")
        earlier = self.at(days=-1)
        _, report = self.judged("--only", "f0", "--now", earlier, code=sealgate.BLOCKED)
        self.assertInvalid(report["artifacts"][0], "signed-in-future", "lies after the time of this judgement")
        _, report = self.judged("--only", "f0")
        self.assertIs(report["time_overridden"], False)
        for form in ("text", "github", "plain", "markdown"):
            result = self.run_program("--ci", "none", "-o", form, "--only", "f0", "--now", later)
            self.assertIn(f"judged as of {later}", result.out.replace("\n", " "))

    def test_now_with_an_offset_is_the_same_moment(self):
        moment = self.at(days=30)
        there = self.at(days=30, hours=1, minutes=30).replace("Z", "+01:30")
        _, report = self.judged("--only", "f0", "--now", there, code=sealgate.PASSED)
        self.assertEqual(report["evaluated_at"], moment)

    def test_enforce_tightens_and_is_said(self):
        for name, rule in (("f1", "publisher-not-allowed"), ("f2", "unsigned")):
            with self.subTest(name):
                found, report = self.judged("--only", name, code=sealgate.PASSED)
                self.assertFinding(report["artifacts"][0], rule, "warning", ".")
                found, report = self.judged("--only", name, "--enforce", code=sealgate.BLOCKED)
                self.assertFinding(report["artifacts"][0], rule, "error", ".")
                self.assertEqual(report["artifacts"][0]["code_signing_config"]["policy"], "Enforce")
                self.assertIs(report["enforce_all"], True)
        result = self.run_program("--ci", "none", "--enforce", "--only", "f0")
        self.assertIn("every configuration was judged as Enforce (--enforce)", " ".join(result.out.split()))

    def test_a_layer_is_judged_under_the_configuration_of_each_function(self):
        configs = {"strict": {"allowed_publishers": [cms.DEFAULT_PROFILE], "untrusted_artifact_on_deployment": "Enforce"},
                   "loose": {"allowed_publishers": [OTHER_PROFILE]}}
        self.configure({"first": {"code": WORLD.good, "layers": ["shared"]},
                        "second": {"code": WORLD.other, "layers": ["shared"], "code_signing_config": "loose"}},
                       {"shared": WORLD.other}, configs=configs, config="strict")
        result = self.workspace.verify()
        self.assertEqual(result.code, sealgate.BLOCKED)
        found = {(item["name"], item["code_signing_config"]["name"]): item["action"] for item in result.json["artifacts"]}
        self.assertEqual(found, {("first", "strict"): "allow", ("second", "loose"): "allow", ("shared", "strict"): "block",
                                 ("shared", "loose"): "allow"})


class Appearance(OptionsTest):
    """-q, -v and the colours."""

    def setUp(self):
        super().setUp()
        self.configure({"fine": WORLD.good, "bad": WORLD.tampered})

    def text(self, *arguments, **env):
        return self.run_program("--ci", "none", *arguments, code=sealgate.BLOCKED, env=env).out

    def test_quiet_shows_only_what_is_not_fine_and_the_verdict(self):
        plain, quiet = self.text(), self.text("-q")
        self.assertIn("function fine", plain)
        self.assertNotIn("function fine", quiet)
        for text in (plain, quiet):
            self.assertIn("function bad", text)
            self.assertIn("content-modified", text)
            self.assertRegex(text.splitlines()[-1], "^BLOCKED: 1 of 2 artifacts may not be deployed")

    def test_quiet_with_nothing_to_say(self):
        result = self.run_program("--ci", "none", "--quiet", "--only", "fine")
        self.assertRegex(result.out.splitlines()[-1], "^PASSED: 1 artifact may be deployed$")
        self.assertNotIn("function fine", result.out)

    def test_verbose_shows_every_fact(self):
        text = " ".join(self.text("-v").split())
        for fact in ("code_sha256:", f"job: {cms.DEFAULT_JOB}", f"profile: {cms.DEFAULT_PROFILE}", "certificate: CN=Example signing leaf",
                     "checks: integrity pass, expiry pass, mismatch pass, revocation skipped", "claims profile:"):
            self.assertIn(fact, text)

    def test_other_formats_are_neither_quiet_nor_verbose(self):
        now = ["--now", self.at(hours=2)]
        for form in ("json", "github", "plain", "markdown"):
            texts = {re.sub(r"evaluated at \S+", "", self.text("-o", form, *now, *more)) for more in ([], ["-q"], ["-v"])}
            self.assertEqual(len(texts), 1, form)

    def test_colours(self):
        rows = [([], {}, False), (["--color", "always"], {}, True), (["--color=never"], {"CLICOLOR_FORCE": "1"}, False),
                ([], {"CLICOLOR_FORCE": "1"}, True), ([], {"CLICOLOR_FORCE": "0"}, False), ([], {"CLICOLOR_FORCE": ""}, False),
                ([], {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False), ([], {"CLICOLOR_FORCE": "1", "NO_COLOR": ""}, True),
                (["--color", "always"], {"NO_COLOR": "1", "TERM": "dumb"}, True), (["--color", "auto"], {"TERM": "xterm"}, False)]
        for arguments, env, colored in rows:
            with self.subTest(" ".join(arguments), **env):
                text = self.text(*arguments, **env)
                self.assertEqual("\x1b[" in text, colored)
                self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", text), self.text("--color", "never"))

    def test_colours_on_a_terminal(self):
        for env, colored in (({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)):
            with self.subTest(**env):
                try:
                    leader, follower = pty.openpty()
                except OSError as reason:
                    self.skipTest(f"colours on a terminal were not tested: {reason}")
                try:
                    subprocess.run([str(sealgate.binary()), "--ci", "none", "-q"], cwd=self.workspace.path, stdout=follower,
                                   stderr=subprocess.DEVNULL, env=sealgate.environment(**env), timeout=sealgate.seconds(60))
                    self.assertEqual(b"\x1b[" in os.read(leader, 65536), colored)
                finally:
                    os.close(leader)
                    os.close(follower)

    def test_no_colours_outside_the_text_report_and_in_files(self):
        for form in ("json", "github", "plain", "markdown"):
            self.assertNotIn("\x1b", self.text("--color", "always", "-o", form))
        self.text("--color", "always", "-o", "text=report.txt")
        self.assertNotIn("\x1b", (self.workspace.path / "report.txt").read_text())


class Artifacts(OptionsTest):
    """What can stand where a package should be. None of it keeps the others from being judged."""

    def judge_with(self, prepare, code):
        """The artifact `odd` beside two good ones and a blocked one."""
        path = self.workspace.path / "dist/odd.zip"
        path.parent.mkdir(exist_ok=True)
        prepare(path)
        self.configure({"odd": path.relative_to(self.workspace.path), "good": WORLD.good}, {"layer": WORLD.good})
        artifacts = self.artifacts(self.workspace.verify(), code)
        for name in ("good", "layer"):
            self.assertEqual(artifacts[name]["action"], "allow")
        return artifacts["odd"]

    def test_unreadable(self):
        rows = {"missing": (lambda path: None, "cannot open .*dist/odd.zip: No such file or directory"),
                "a folder": (Path.mkdir, "dist/odd.zip is a directory, not a file"),
                "a named pipe": (os.mkfifo, "dist/odd.zip is a named pipe, not a file"),
                "a dangling link": (lambda path: path.symlink_to("nowhere"), "cannot open .*dist/odd.zip: No such file"),
                "a link to itself": (lambda path: path.symlink_to(path), "cannot open .*: Too many levels of symbolic links"),
                "a device": (lambda path: path.symlink_to("/dev/zero"), "dist/odd.zip is a device, not a file")}
        for what, (prepare, message) in rows.items():
            with self.subTest(what):
                odd = self.judge_with(prepare, sealgate.UNDECIDED)
                self.assertChecks(odd, "undecided", "skipped", "skipped", "skipped")
                self.assertEqual((odd["signature_status"], odd["action"], odd["signature"]), ("UNDECIDED", "undecided", None))
                self.assertFinding(odd, "unreadable-artifact", "error", message)
                self.assertEqual((odd["size"], odd["code_sha256"]), (None, None))
                # Not even Warn and on_unavailable: warn let it pass.
                self.configure({"odd": "dist/odd.zip"}, policy="Warn", revocation={"on_unavailable": "warn"})
                artifact = self.artifacts(self.workspace.verify(), sealgate.UNDECIDED)["odd"]
                self.assertEqual(artifact["action"], "undecided")
            path = self.workspace.path / "dist/odd.zip"
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)

    def test_no_permission(self):
        path = self.workspace.write("dist/odd.zip", WORLD.good)
        self.configure({"odd": "dist/odd.zip", "good": WORLD.good})
        for folder in (self.workspace.path, path.parent, Path(WORLD.folder), self.pki.root_pem.parent):
            folder.chmod(0o755)
        path.chmod(0)
        # Root reads everything: then the program runs as nobody.
        user = {"user": 65534} if os.geteuid() == 0 else {}
        try:
            done = subprocess.run([str(sealgate.binary()), "--ci", "none", "-o", "json"], cwd=self.workspace.path,
                                  env=sealgate.environment(), capture_output=True, timeout=sealgate.seconds(60), **user)
        except PermissionError:
            self.skipTest("nobody may not run the program where it was built")
        self.assertEqual(done.returncode, sealgate.UNDECIDED, done.stderr)
        odd, good = json.loads(done.stdout)["artifacts"]
        self.assertFinding(odd, "unreadable-artifact", "error", "cannot open .*dist/odd.zip: Permission denied")
        self.assertEqual(good["action"], "allow")

    def test_no_zip(self):
        for what, body in {"an empty file": b"", "text": b"hello\n" * 100, "a short zip": WORLD.good[:100],
                           "a gzip file": b"\x1f\x8b\x08" + bytes(200)}.items():
            with self.subTest(what):
                odd = self.judge_with(lambda path: path.write_bytes(body), sealgate.BLOCKED)
                self.assertInvalid(odd, ("malformed-package", "ambiguous-package"))
                self.assertEqual(odd["size"], len(body))

    def test_a_link_is_followed_and_its_target_reported(self):
        target = self.workspace.write("build/real.zip", WORLD.good)
        odd = self.judge_with(lambda path: path.symlink_to("../build/real.zip"), sealgate.PASSED)
        self.assertEqual(odd["action"], "allow")
        self.assertEqual(odd["resolved_path"], str(target.resolve()))
        self.assertEqual(odd["code"], "dist/odd.zip")
        result = self.run_program("--ci", "none", "-v")
        self.assertIn("real.zip", result.out)

    def test_a_blocked_first_artifact_stops_nothing(self):
        self.configure({"first": WORLD.tampered, "second": "gone.zip", "third": WORLD.unsigned, "fourth": WORLD.good},
                       {"fifth": WORLD.other, "sixth": WORLD.good})
        for jobs in ("1", "8"):
            artifacts = self.artifacts(self.workspace.verify("-j", jobs), sealgate.BLOCKED)
            self.assertEqual({name: item["action"] for name, item in artifacts.items()},
                             {"first": "block", "second": "undecided", "third": "block", "fourth": "allow", "fifth": "block",
                              "sixth": "allow"})

    def test_one_file_in_several_artifacts(self):
        self.workspace.write("shared.zip", WORLD.good)
        self.configure({"one": "shared.zip", "two": "./shared.zip"}, {"three": "shared.zip"})
        artifacts = self.artifacts(self.workspace.verify(), sealgate.PASSED)
        self.assertEqual(len({item["code_sha256"] for item in artifacts.values()}), 1)


class OtherCommands(OptionsTest):
    """The options of inspect, sign and explain; their work has tests of its own."""

    def setUp(self):
        super().setUp()
        self.workspace.write("good.zip", WORLD.good)
        self.workspace.write("tampered.zip", WORLD.tampered)
        self.workspace.write("unsigned.zip", WORLD.unsigned)

    def test_inspect(self):
        root = ["--root", str(self.pki.root_pem)]
        rows = ((["good.zip"], root, 0), (["good.zip"], [], 1), (["tampered.zip"], root, 1), (["unsigned.zip"], root, 1),
                (["good.zip", "good.zip"], root, 0), (["good.zip", "unsigned.zip"], root, 1), (["gone.zip"], root, 3),
                (["gone.zip", "tampered.zip", "good.zip"], root, 3), (["tampered.zip", "gone.zip"], root, 3))
        for packages, options, code in rows:
            with self.subTest(" ".join(packages), root=bool(options)):
                result = self.run_program("inspect", "--json", *options, *packages, code=code)
                self.assertEqual([item["path"] for item in result.json["packages"]], packages)
                text = self.run_program("inspect", *options, *packages, code=code).out
                for path in packages:
                    self.assertIn(path, text)
        layers = self.run_program("inspect", "--json", *root, "tampered.zip", code=1).json["packages"][0]["layers"]
        self.assertEqual({name: layer["status"] for name, layer in layers.items()},
                         {"structure": "proven", "format": "proven", "signature": "proven", "chain": "proven", "content": "refuted"})
        self.assertEqual(layers["content"]["rule"], "content-modified")

    def test_inspect_takes_several_roots_and_colours(self):
        self.workspace.write("other.pem", signing_pki.to_pem(WORLD.pki.ca.der))
        result = self.workspace.run("inspect", "--root", "gone.pem", "good.zip")
        self.assertIn(result.code, (sealgate.USAGE, sealgate.UNDECIDED))
        self.assertRegex(result.err, "cannot open gone.pem")
        self.assertEqual(result.out, "")
        for value, colored in (("always", True), ("never", False), ("auto", False)):
            text = self.run_program("inspect", "--color", value, "--root", self.pki.root_pem, "good.zip").out
            self.assertEqual("\x1b[" in text, colored)

    def test_sign_options_reach_the_signature(self):
        job = cms.DEFAULT_JOB.replace("11111111", "aaaaaaaa")
        signed_at = self.signed_at.strftime("%Y-%m-%dT%H:%M:%S.345Z")
        self.run_program("sign", "--key", self.pki.key_pem, "--certificates", self.pki.chain_pem, "--profile-version-arn",
                         cms.DEFAULT_PROFILE, "--job-arn", job, "--signed-at", signed_at, "--expires-at", "2030-01-02T03:04:05.678Z",
                         "-o", "out.zip", "unsigned.zip")
        result = self.run_program("inspect", "--json", "--root", self.pki.root_pem, "out.zip")
        signature = result.json["packages"][0]["signature"]
        self.assertEqual([signature[key] for key in ("profile_version_arn", "job_arn", "signed_at", "expires_at")],
                         [cms.DEFAULT_PROFILE, job, signed_at, "2030-01-02T03:04:05.678Z"])

    def test_explain_every_rule(self):
        listed = [line.split()[0] for line in self.run_program("explain").out.splitlines()]
        self.assertLessEqual(set(RULES), set(listed))
        for rule in listed:
            with self.subTest(rule):
                text = self.run_program("explain", rule).out
                self.assertRegex(text, rf"^{rule} \((integrity|expiry|mismatch|revocation)\)\n")
                for heading in ("\nWhy\n", "\nTo mend\n"):
                    self.assertIn(heading, text)
        together = self.run_program("explain", "unsigned", "content-modified").out
        self.assertIn("unsigned (mismatch)", together)
        self.assertIn("content-modified (integrity)", together)
