"""CI systems: which one is recognised, what each is told in its own form, and that nothing foreign is ever a command."""

import json
import re
import shutil
import tempfile
import time
import unittest

from support import cms, package, sealgate, signing_pki
from support.https_server import HttpsServer, status
from support.sealgate import GateTest
from support.tls_pki import TlsPki

from e2e.workflow_commands import SECTION, UNSEEN, commands, parse_command, read_outputs, table_cells

GITHUB = {"GITHUB_ACTIONS": "true", "CI": "true"}
GITLAB = {"GITLAB_CI": "true", "CI": "true"}
OTHER_PROFILE = cms.DEFAULT_PROFILE.replace("Release/AbCdEf0123", "Experimental/ZyXwVu9876")


class World:
    """What the module makes once."""

    def open(self):
        self.folder = tempfile.mkdtemp(prefix="sealgate-ci-")
        self.signed_at = signing_pki.default_signed_at()
        self.pki = signing_pki.make(self.folder, self.signed_at)
        self.good = self.sign()
        self.unsigned = package.unsigned_zip(package.DEFAULT_FILES)

    def sign(self, pki=None, **options):
        return package.signed_zip(package.DEFAULT_FILES, pki or self.pki, signed_at=self.signed_at, **options)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


WORLD = World()


def setUpModule():
    WORLD.open()
    unittest.addModuleCleanup(WORLD.close)


class CiTest(GateTest):
    @classmethod
    def setUpClass(cls):
        cls.pki, cls.signed_at = WORLD.pki, WORLD.signed_at

    def run_in(self, env, *arguments, code=sealgate.PASSED, cwd=None):
        result = sealgate.run(*arguments, cwd=cwd or self.workspace.path, env=env)
        self.assertEqual(result.code, code, str(result))
        return result

    def place(self, name, config="sealgate.yaml"):
        """Line and column at which the artifact's item begins, found in the text of the configuration."""
        for number, line in enumerate((self.workspace.path / config).read_text().splitlines(), 1):
            at = line.find(f'name: "{name}"')
            if at >= 0:
                return number, at + 1
        raise AssertionError(name)


class Detection(CiTest):
    def setUp(self):
        super().setUp()
        self.configure({"bad": WORLD.unsigned})

    def form(self, env, *arguments):
        result = self.run_in(env, *arguments, code=sealgate.BLOCKED)
        if b"section_start:" in result.raw:
            return "gitlab"
        if result.out.startswith("::error "):
            return "github"
        return "jenkins" if re.match(r"sealgate.yaml:\d+:\d+: error: ", result.out) else "none"

    def test_by_the_environment(self):
        rows = [({}, "none"), ({"CI": "true"}, "none"), (GITHUB, "github"), (GITLAB, "gitlab"),
                ({"JENKINS_URL": "https://jenkins.example/"}, "jenkins"), ({"JENKINS_HOME": "/var/jenkins"}, "jenkins"),
                ({"BUILD_TAG": "jenkins-shop-17"}, "jenkins"), ({"BUILD_TAG": "shop-17"}, "none"), ({"JENKINS_URL": ""}, "none"),
                ({"GITHUB_ACTIONS": "false"}, "none"), ({"GITHUB_ACTIONS": ""}, "none"), ({"GITLAB_CI": "0"}, "none"),
                ({**GITLAB, **GITHUB, "JENKINS_URL": "x"}, "github"), ({**GITLAB, "JENKINS_URL": "x"}, "gitlab")]
        for env, form in rows:
            with self.subTest(**env):
                self.assertEqual(self.form(env), form)
                self.assertEqual(self.form(env, "--ci", "auto"), form)

    def test_the_option_overrides_the_environment(self):
        for form in ("none", "github", "gitlab", "jenkins"):
            for env in ({}, GITHUB, GITLAB, {"JENKINS_URL": "x"}):
                with self.subTest(form, **env):
                    self.assertEqual(self.form(env, "--ci", form), form)

    def test_a_format_of_ones_own_on_standard_output(self):
        for env in (GITHUB, GITLAB, {"JENKINS_URL": "x"}):
            result = self.run_in(env, "-o", "json", code=sealgate.BLOCKED)
            self.assertEqual(result.json["verdict"], "blocked")

    def test_the_cis_own_form_stays_when_reports_go_to_files(self):
        result = self.run_in(GITHUB, "-o", "json=report.json", code=sealgate.BLOCKED)
        self.assertTrue(result.out.startswith("::error "))
        self.assertEqual(json.loads((self.workspace.path / "report.json").read_text())["verdict"], "blocked")


# --- GitHub ---------------------------------------------------------------------------------------------------------------


class Github(CiTest):
    def annotations(self, result):
        found, plain = commands(result.out)
        return found, plain

    def assertAnnotation(self, command, name, level, rule, message, file="sealgate.yaml", config="sealgate.yaml"):
        line, column = self.place(name, config)
        self.assertEqual(command.name, level)
        self.assertEqual(command.properties, {"file": file, "line": str(line), "col": str(column), "title": f"sealgate {rule}"})
        self.assertRegex(command.data, message)
        self.assertRegex(command.data, r"\nto mend: \S")

    def test_one_annotation_for_each_finding_at_the_artifacts_line(self):
        configs = {"release": {"allowed_publishers": [cms.DEFAULT_PROFILE], "untrusted_artifact_on_deployment": "Enforce"},
                   "loose": {"allowed_publishers": [cms.DEFAULT_PROFILE]}}
        self.configure({"fine": WORLD.good, "bad": WORLD.sign(profile=OTHER_PROFILE),
                        "warned": {"code": WORLD.unsigned, "code_signing_config": "loose"}, "gone": "dist/gone.zip",
                        "picture": {"package_type": "Image"}}, configs=configs)
        found, plain = self.annotations(self.run_in(GITHUB, code=sealgate.BLOCKED))
        self.assertEqual(len(found), 4)
        self.assertAnnotation(found[0], "bad", "error", "publisher-not-allowed",
                              "^function bad: signed by Experimental/ZyXwVu9876, which `release` does not allow\n"
                              "allowed: Release/AbCdEf0123\nto mend: sign dist/function-bad.zip with profile Release, or add "
                              + re.escape(OTHER_PROFILE))
        self.assertAnnotation(found[1], "gone", "error", "unreadable-artifact", "^function gone: cannot open dist/gone.zip: No such file")
        self.assertAnnotation(found[2], "warned", "warning", "unsigned", "^function warned: the package has no signature\n")
        self.assertAnnotation(found[3], "picture", "notice", "image-not-supported", "^function picture: a container image")
        self.assertIn("revocation was not checked", "\n".join(plain))
        self.assertRegex(plain[-1], "^BLOCKED: 1 of 5 artifacts may not be deployed")

    def test_nothing_wrong_is_no_annotation(self):
        self.configure({"fine": WORLD.good})
        found, plain = self.annotations(self.run_in(GITHUB))
        self.assertEqual(found, [])
        self.assertRegex(plain[-1], "^PASSED: 1 artifact may be deployed$")

    def test_a_notice_about_a_package_annotates_nothing(self):
        """ATTACKS.md, amendment a."""
        entries = package.sign(package.entries_of(package.DEFAULT_FILES), self.pki, signed_at=self.signed_at)
        self.configure({"odd": package.build(entries, comment=b"made by hand")})
        found, plain = self.annotations(self.run_in(GITHUB))
        self.assertEqual(found, [])
        self.assertRegex(plain[0], r"^sealgate.yaml:\d+:\d+: notice: \[(unusual-package|suspicious-content)\] function odd: ")

    def test_more_findings_than_a_step_can_show(self):
        """The runner keeps ten of each kind, one of which is its own: nine of ours, the last of which counts the rest."""
        configs = {"release": {"allowed_publishers": [cms.DEFAULT_PROFILE], "untrusted_artifact_on_deployment": "Enforce"},
                   "loose": {"allowed_publishers": [cms.DEFAULT_PROFILE]}}
        for count, shown, more in ((8, 8, 0), (9, 9, 0), (10, 8, 2), (23, 8, 15)):
            with self.subTest(count):
                functions = {f"bad{number}": {"code": WORLD.unsigned} for number in range(count)}
                functions.update({f"warned{number}": {"code": WORLD.unsigned, "code_signing_config": "loose"} for number in range(count)})
                self.configure(functions, configs=configs)
                found, plain = self.annotations(self.run_in(GITHUB, code=sealgate.BLOCKED))
                for level, prefix in (("error", "bad"), ("warning", "warned")):
                    own = [command for command in found if command.name == level]
                    self.assertEqual(len(own), shown + (more > 0))
                    for number in range(shown):
                        self.assertAnnotation(own[number], f"{prefix}{number}", level, "unsigned", f"^function {prefix}{number}: ")
                    rest = [line for line in plain if f": {level}: [unsigned] function {prefix}" in line]
                    self.assertEqual(len(rest), more)
                    if more:
                        self.assertEqual(own[-1].data, f"{more} more in the summary and in the log")
                        self.assertEqual(own[-1].properties, {"title": "sealgate"})

    def test_files_are_relative_to_the_workspace_of_the_runner(self):
        self.configure({"bad": WORLD.unsigned}, name="services/pay/sealgate.yaml")
        self.workspace.write("services/pay/dist/function-bad.zip", WORLD.unsigned)
        root = self.workspace.path
        config = "services/pay/sealgate.yaml"
        rows = ((root / "services/pay", [], root), (root / "services/pay", ["./sealgate.yaml"], root), (root, [config], root),
                (root / "services", ["../services/./pay/sealgate.yaml"], root), ("/", [root / config], root),
                (root / "services/pay", [], f"{root}/"), (root / "services/pay", [], root / "services/../services/.."))
        for cwd, arguments, workspace in rows:
            with self.subTest(cwd=str(cwd), arguments=list(map(str, arguments)), workspace=str(workspace)):
                result = self.run_in({**GITHUB, "GITHUB_WORKSPACE": str(workspace)}, *arguments, code=sealgate.BLOCKED, cwd=cwd)
                found, _ = self.annotations(result)
                self.assertAnnotation(found[0], "bad", "error", "unsigned", "no signature", file=config, config=config)

    def test_a_file_outside_the_workspace_keeps_its_path(self):
        self.configure({"bad": WORLD.unsigned})
        root = self.workspace.path
        for workspace in ("/elsewhere", f"{root}-not", f"{root}/dist"):
            result = self.run_in({**GITHUB, "GITHUB_WORKSPACE": workspace}, code=sealgate.BLOCKED)
            self.assertAnnotation(self.annotations(result)[0][0], "bad", "error", "unsigned", ".", file=f"{root}/sealgate.yaml")

    def test_names_that_are_delimiters_of_the_command(self):
        self.configure({"bad": WORLD.unsigned}, name="a,line=1::b%2C:c.yaml")
        found, _ = self.annotations(self.run_in(GITHUB, "a,line=1::b%2C:c.yaml", code=sealgate.BLOCKED))
        self.assertAnnotation(found[0], "bad", "error", "unsigned", ".", file="a,line=1::b%2C:c.yaml", config="a,line=1::b%2C:c.yaml")

    def files(self):
        """The runner's files, which other steps wrote to before."""
        summary = self.workspace.write("runner/summary", "# An earlier step\n")
        outputs = self.workspace.write("runner/outputs", "earlier=kept\n")
        return summary, outputs, {**GITHUB, "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs)}

    def test_summary_and_outputs(self):
        rows = (({"fine": WORLD.good}, "Enforce", 0, ("passed", 0, 0, 0)), ({"fine": WORLD.good, "bad": WORLD.unsigned}, "Warn", 0,
                ("passed_with_warnings", 0, 1, 0)), ({"fine": WORLD.good, "bad": WORLD.unsigned, "gone": "gone.zip"}, "Enforce", 1,
                ("blocked", 1, 0, 1)), ({"gone": "gone.zip"}, "Warn", 3, ("undecided", 0, 0, 1)))
        for functions, policy, code, (verdict, blocked, warned, undecided) in rows:
            for arguments, report in (([], ""), (["-o", "json=reports/a b.json", "-o", "markdown=x.md"], "reports/a b.json"), (["-o", "json"], "")):
                with self.subTest(verdict, arguments=arguments):
                    (self.workspace.path / "reports").mkdir(exist_ok=True)
                    summary, outputs, env = self.files()
                    self.configure(functions, policy=policy)
                    self.run_in(env, *arguments, code=code)
                    self.assertEqual(read_outputs(outputs.read_text()),
                                     {"earlier": "kept", "verdict": verdict, "blocked": str(blocked), "warned": str(warned),
                                      "undecided": str(undecided), "report": report})
                    text = summary.read_text()
                    self.assertTrue(text.startswith("# An earlier step\n## sealgate: "), text)
                    rows_found = [table_cells(line) for line in text.splitlines() if line.startswith("| function |")]
                    self.assertEqual(sorted(cells[1] for cells in rows_found), sorted(functions))
                    self.assertTrue(all(len(cells) == 7 for cells in rows_found))

    def test_two_runs_append(self):
        summary, outputs, env = self.files()
        self.configure({"fine": WORLD.good})
        for _ in range(2):
            self.run_in(env)
        self.assertEqual(summary.read_text().count("## sealgate: PASSED"), 2)
        self.assertEqual(outputs.read_text().count("verdict=passed\n"), 2)

    def test_runner_files_that_cannot_be_written(self):
        """Not 0: what a later step would read is missing."""
        self.configure({"fine": WORLD.good}, name="pass.yaml")
        self.configure({"bad": WORLD.unsigned}, name="block.yaml")
        for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
            for path in ("/nonexistent/file", "/dev/full", str(self.workspace.path)):
                for config, code in (("pass.yaml", sealgate.INTERNAL), ("block.yaml", sealgate.BLOCKED)):
                    with self.subTest(name, path=path, config=config):
                        result = self.run_in({**GITHUB, name: path}, config, code=code)
                        self.assertRegex(result.err, "^sealgate: error: ")

    def test_a_report_path_that_would_be_an_output_of_its_own(self):
        """ATTACKS.md LG-07."""
        _, outputs, env = self.files()
        self.configure({"fine": WORLD.good})
        result = self.run_in(env, "-o", "json=x\nverdict=passed", code=sealgate.INTERNAL)
        self.assertRegex(result.err, "holds a line break and cannot be written to GITHUB_OUTPUT")
        self.assertEqual(outputs.read_text(), "earlier=kept\n")

    def test_the_runners_files_are_not_touched_for_others(self):
        summary, outputs, env = self.files()
        self.configure({"fine": WORLD.good})
        for ci in ("none", "gitlab", "jenkins"):
            self.run_in(env, "--ci", ci)
        self.assertEqual((summary.read_text(), outputs.read_text()), ("# An earlier step\n", "earlier=kept\n"))

    def test_a_summary_of_very_many_artifacts_stays_below_the_limit(self):
        summary, _, env = self.files()
        self.workspace.write("one.zip", WORLD.unsigned)
        self.configure({f"function-with-a-rather-long-name-{number:04}": "one.zip" for number in range(8000)})
        self.run_in(env, code=sealgate.BLOCKED)
        text = summary.read_text()
        self.assertLess(len(text.encode()), 1024 * 1024)
        self.assertRegex(text, r"\n\d+ more rows were left out")
        self.assertRegex(text, r"\n\d+ more findings were left out")


# --- GitLab and Jenkins ---------------------------------------------------------------------------------------------------


class Gitlab(CiTest):
    def setUp(self):
        super().setUp()
        configs = {"release": {"allowed_publishers": [cms.DEFAULT_PROFILE], "untrusted_artifact_on_deployment": "Enforce"},
                   "loose": {"allowed_publishers": [cms.DEFAULT_PROFILE]}}
        self.configure({"fine": WORLD.good, "bad": WORLD.unsigned, "warned": {"code": WORLD.unsigned, "code_signing_config": "loose"}},
                       configs=configs)

    def sections(self, raw):
        return [tuple(match.groups()) for match in SECTION.finditer(raw)]

    def test_the_bytes_of_the_sections(self):
        before = int(time.time())
        raw = self.run_in(GITLAB, code=sealgate.BLOCKED).raw
        found = self.sections(raw)
        self.assertEqual([(kind, name, flag) for kind, _, name, flag in found],
                         [(b"start", b"sealgate_ok", b"[collapsed=true]"), (b"end", b"sealgate_ok", None),
                          (b"start", b"sealgate_configuration_1", None), (b"end", b"sealgate_configuration_1", None),
                          (b"start", b"sealgate_configuration_2", None), (b"end", b"sealgate_configuration_2", None)])
        for _, seconds, _, _ in found:
            self.assertTrue(before <= int(seconds) <= time.time())
        # Each marker begins its line, a start is followed by its title, an end by nothing.
        for match in SECTION.finditer(raw):
            self.assertIn(raw[match.start() - 1 : match.start()], (b"\n", b""))
            after = raw[match.end() : raw.index(b"\n", match.end())]
            self.assertEqual(after == b"", match.group(1) == b"end")
        self.assertIn(b"sealgate_ok[collapsed=true]\r\x1b[0Ksealgate: 1 artifact may be deployed\n", raw)
        self.assertIn("sealgate_configuration_1\r\x1b[0Ksealgate.yaml · release (Enforce, 1 publisher)\n".encode(), raw)
        self.assertIn("sealgate_configuration_2\r\x1b[0Ksealgate.yaml · loose (Warn, 1 publisher)\n".encode(), raw)
        rest = SECTION.sub(b"", raw)
        self.assertNotIn(b"\x1b", rest)
        self.assertNotIn(b"\r", rest)
        self.assertRegex(raw.decode().splitlines()[-1], "^BLOCKED: 1 of 3 artifacts may not be deployed")

    def test_what_stands_in_which_section(self):
        raw = self.run_in(GITLAB, code=sealgate.BLOCKED).raw
        inside = re.findall(rb"section_start:\d+:(\w+).*?\n(.*?)\x1b\[0Ksection_end", raw, re.DOTALL)
        contents = {name: body for name, body in inside}
        self.assertIn(b"function fine", contents[b"sealgate_ok"])
        self.assertIn(b"function bad", contents[b"sealgate_configuration_1"])
        self.assertNotIn(b"function fine", contents[b"sealgate_configuration_1"])
        self.assertIn(b"function warned", contents[b"sealgate_configuration_2"])

    def test_quiet_leaves_out_what_is_fine(self):
        names = [name for _, _, name, _ in self.sections(self.run_in(GITLAB, "-q", code=sealgate.BLOCKED).raw)]
        self.assertNotIn(b"sealgate_ok", names)
        self.assertIn(b"sealgate_configuration_1", names)

    def test_files_have_no_sections(self):
        self.run_in(GITLAB, "-o", "text=report.txt", code=sealgate.BLOCKED)
        self.assertNotIn("section_", (self.workspace.path / "report.txt").read_text())


class Jenkins(CiTest):
    def test_one_finding_a_line(self):
        configs = {"release": {"allowed_publishers": [cms.DEFAULT_PROFILE], "untrusted_artifact_on_deployment": "Enforce"},
                   "loose": {"allowed_publishers": [cms.DEFAULT_PROFILE]}}
        self.configure({"fine": WORLD.good, "bad": WORLD.unsigned, "warned": {"code": WORLD.unsigned, "code_signing_config": "loose"},
                        "picture": {"package_type": "Image"}}, {"layer": WORLD.sign(profile=OTHER_PROFILE)}, configs=configs)
        result = self.run_in({"JENKINS_URL": "https://jenkins.example/"}, code=sealgate.BLOCKED)
        lines = [re.fullmatch(r"([^:]+):(\d+):(\d+): (error|warning|notice): \[([a-z-]+)\] ((function|layer) (\w+): .*)", line)
                 for line in result.out.splitlines()]
        found = {(m.group(8), m.group(1), int(m.group(2)), int(m.group(3)), m.group(4), m.group(5)) for m in lines if m}
        self.assertEqual(found, {("bad", "sealgate.yaml", *self.place("bad"), "error", "unsigned"),
                                 ("warned", "sealgate.yaml", *self.place("warned"), "warning", "unsigned"),
                                 ("layer", "sealgate.yaml", *self.place("layer"), "error", "publisher-not-allowed"),
                                 ("picture", "sealgate.yaml", *self.place("picture"), "notice", "image-not-supported")})
        for match in filter(None, lines):
            self.assertRegex(match.group(6), "; to mend: .")
        self.assertEqual(lines[-1], None)
        self.assertRegex(result.out.splitlines()[-1], "^BLOCKED: 2 of 5 artifacts may not be deployed")
        self.assertNotIn("\x1b", self.run_in({"JENKINS_URL": "x", "TERM": "xterm"}, code=sealgate.BLOCKED).out)


# --- hostile text ---------------------------------------------------------------------------------------------------------

# ATTACKS.md section 5, LG-01 to LG-08. Bytes are no UTF-8 and go only where bytes can go.
HOSTILE = {
    "LG-01 error": "x\n::error::pwned", "LG-01 stop": "x\n::stop-commands::token", "LG-01 mask": "x\r\n::add-mask::a",
    "LG-01 carriage return": "x\r::error::pwned", "LG-01 at the start": "::error file=x,line=1::pwned",
    "LG-01 after a blank": "  ::warning::pwned", "LG-01 after a no-break space": "\u00a0::error::pwned",
    "LG-01 mid-line": "x ::error::pwned ::set-output name=a::b", "LG-02 error": "##[error]pwned", "LG-02 group": "x ##[group]y",
    "LG-02 three": "x###[error]y", "LG-02 vso": "##vso[task.setvariable variable=x]y", "LG-02 teamcity": "##teamcity[buildStop]",
    "LG-02 hidden": "#\u200b#[error]x", "LG-03 colour": "\x1b[31mred\x1b[0m", "LG-03 link": "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
    "LG-03 section": "\x1b[0Ksection_end:1:sealgate_ok\r\x1b[0K", "LG-03 overwrite": "BLOCKED\rPASSED", "LG-03 bell": "\x07",
    "LG-03 C1": "\u009b31mred", "LG-03 DEL": "a\x7fb", "LG-03 backspace": "a\b\b\bb", "LG-05 override": "\u202egnp.exe\u202c",
    "LG-05 isolate": "\u2066a\u2069", "LG-05 zero width": "a\u200bb\u200dc", "LG-05 mark": "\ufeffa", "LG-05 line": "x\u2028::error::pwned",
    "LG-05 paragraph": "x\u2029::error::pwned", "LG-05 next line": "x\u0085::error::pwned", "LG-06 no UTF-8": b"a\xff\xfe\xc0\x80\x9b31m",
    "LG-06 long": "L" * 60000, "LG-06 escaped line feed": "%0A::error::pwned%0D", "LG-06 CDATA": "]]><x/>",
    "LG-06 script": "<script>alert(1)</script>", "LG-06 back-ticks": "`id` $(id)", "LG-06 cells": "a|b|c\\|d", "LG-06 percent": "100%25%",
    "LG-06 link": "[x](javascript:alert) ![x](https://evil.example) @mention", "LG-07 output": "x\nverdict=passed",
    "LG-07 heredoc": "verdict<<X\npassed\nX", "LG-08 formats": "%n%s%99999d%x",
}
TEXTS = {what: text for what, text in HOSTILE.items() if isinstance(text, str)}
# What the configuration's schema lets through as a name: one line of visible characters, at most 256 bytes.
NAMES = {what: text.strip() for what, text in TEXTS.items() if not UNSEEN.search(text) and "\n" not in text and len(text) <= 256}


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


class HostileText(CiTest):
    """Every report of one run, read as its reader reads it: no control byte, no command that is not the program's own."""

    FORMS = {"text": ["--ci", "none", "-v"], "gitlab": ["--ci", "gitlab", "-v"], "jenkins": ["--ci", "jenkins"],
             "github": ["--ci", "github"], "json": ["--ci", "none", "-o", "json"], "markdown": ["--ci", "none", "-o", "markdown"]}

    def assertNoCommand(self, text, place):
        found, _ = commands(text)
        self.assertEqual(found, [], f"a command in {place}")

    def assertSafe(self, raw, form):
        """`raw` in the form's own place does nothing but show text."""
        if form == "gitlab":
            starts = [match.group(3) for match in SECTION.finditer(raw) if match.group(1) == b"start"]
            self.assertTrue(all(name.startswith(b"sealgate_") for name in starts))
            raw = SECTION.sub(b"", raw)
        text = raw.decode("utf-8")  # strictly
        unseen = UNSEEN.search(text)
        self.assertIsNone(unseen, unseen and f"{form}: {text[max(0, unseen.start() - 60) : unseen.end() + 20]!r}")
        for word in ("##[", "##vso", "##teamcity"):
            self.assertNotIn(word, text)
        if form == "github":
            return self.assertOwnAnnotations(text)
        self.assertNoCommand(text, form)
        if form == "json":
            json.loads(text)
        if form == "markdown":
            self.assertNotRegex(text, r"<(?!/?span>)")
            for line in text.splitlines():
                if line.startswith("| function |") or line.startswith("| layer |"):
                    self.assertEqual(len(table_cells(line)), 7, line)
        return None

    def assertOwnAnnotations(self, text):
        """Only errors, warnings and notices with the properties that the program writes; their data shows, and does, nothing."""
        found, plain = commands(text)
        for command in found:
            self.assertIn(command.name, ("error", "warning", "notice"))
            self.assertLessEqual(set(command.properties), {"file", "line", "col", "title"})
            self.assertRegex(command.properties["title"], "^sealgate( [a-z-]+)?$")
            for line in command.data.split("\n"):
                self.assertIsNone(UNSEEN.search(line))
                self.assertIsNone(parse_command(line))
            self.assertLessEqual(len(command.data), 4096)
        for line in plain:
            self.assertNotRegex(line, r"^\s*::")

    def check_forms(self, code, *arguments, marks=()):
        """Runs in every form; `marks` must be found in each (hostile text is shown, not dropped)."""
        for form, own in self.FORMS.items():
            with self.subTest(form):
                summary = self.workspace.write("runner/summary", "")
                outputs = self.workspace.write("runner/outputs", "")
                env = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs)}
                result = self.run_in(env, *own, *arguments, code=code)
                self.assertSafe(result.raw, form)
                self.assertSafe(result.err.encode(), "text")
                self.assertSafe(summary.read_bytes(), "markdown")
                if form == "github":
                    self.assertEqual(set(read_outputs(outputs.read_text())), {"verdict", "blocked", "warned", "undecided", "report"})
                for mark in marks:
                    self.assertIn(mark, re.sub(r"\s+", " ", result.out))

    def test_the_rows_are_hostile(self):
        """The readers of this test see a command in what they must see one in, so that their silence means something."""
        for what, text in TEXTS.items():
            if what.startswith(("LG-01", "LG-02 error", "LG-02 group", "LG-02 three")) and what not in ("LG-01 mid-line",):
                self.assertTrue(commands(text)[0], what)
            if what.startswith(("LG-03", "LG-05")):
                self.assertTrue(UNSEEN.search(text), what)
        self.assertIn("verdict", read_outputs(TEXTS["LG-07 output"].replace("x\n", "x=1\n") + "\n"))
        self.assertEqual(read_outputs(TEXTS["LG-07 heredoc"]), {"verdict": "passed"})
        self.assertGreater(len(NAMES), 12)

    def test_names_of_entries(self):
        """Each name stands in a package that its name makes fail, so that it is told."""
        functions = {}
        for number, text in enumerate(HOSTILE.values()):
            name = b"../" + as_bytes(text)
            functions[f"f{number}"] = package.build([package.Entry("a", "x"), package.Entry(name, "x")])
            functions[f"twice{number}"] = package.build([package.Entry(as_bytes(text), "x"), package.Entry(as_bytes(text), "y")])
        self.configure(functions)
        self.check_forms(sealgate.BLOCKED)

    def test_names_and_paths_of_the_configuration(self):
        functions, layers, definitions = {}, {}, {}
        for number, text in enumerate(NAMES.values()):
            functions[text] = {"code": f"dist/{text[:100]}.zip"}
            layers[text] = {"code": f"{text[:100]}/x.zip"}
        self.workspace.write("dist/unsigned.zip", WORLD.unsigned)
        for text in ("##[error]name", "::error::name", "a|b", "<script>", "%0A::error::x"):
            definitions[text] = {"allowed_publishers": [cms.DEFAULT_PROFILE], "description": text,
                                 "untrusted_artifact_on_deployment": "Enforce"}
            functions[f"under {text}"] = {"code": "dist/unsigned.zip", "code_signing_config": text}
        text = sealgate.yaml({"version": 1, "code_signing_config": "a|b",
                              "functions": [{"name": name, **item} for name, item in functions.items()],
                              "layers": [{"name": name, **item} for name, item in layers.items()],
                              "trust": {"roots": [str(self.pki.root_pem)]}, "revocation": {"sources": []}})
        # Keys are quoted by hand: sealgate.yaml() leaves them plain.
        text += "\ncode_signing_configs:\n" + "".join(
            f"  {json.dumps(name)}:\n{sealgate.yaml(item, 2)}\n" for name, item in definitions.items())
        self.workspace.write("sealgate.yaml", text)
        self.check_forms(sealgate.BLOCKED, "--enforce")

    def test_the_path_of_the_configuration(self):
        """It comes from the command line and from folders: any byte but NUL and the slash is possible."""
        for what, text in HOSTILE.items():
            if len(text) > 200:
                continue
            with self.subTest(what):
                name = as_bytes(text).replace(b"/", b"_") + b".yaml"
                self.configure({"bad": WORLD.unsigned})
                (self.workspace.path / "sealgate.yaml").rename(self.workspace.path / name.decode(errors="surrogateescape"))
                for form, own in self.FORMS.items():
                    result = self.workspace.run(*own, "--", name.decode(errors="surrogateescape"))
                    self.assertEqual(result.code, sealgate.BLOCKED, str(result))
                    self.assertSafe(result.raw, form)

    def test_words_of_the_command_line(self):
        self.configure({"one": WORLD.good})
        for what, text in HOSTILE.items():
            if len(text) > 200:
                continue
            with self.subTest(what):
                word = as_bytes(text).decode(errors="surrogateescape")
                for arguments in (["--only", word], [f"--{word}"], [f"-{word}"], ["-o", word], ["--ci", word], ["--now", word],
                                  ["--shard", word], ["explain", word], ["-o", f"json={word}/x"], ["--", word], ["inspect", "--", word]):
                    result = self.workspace.run(*arguments)
                    self.assertNotEqual(result.code, sealgate.PASSED, str(result))
                    self.assertSafe(result.raw, "text")
                    self.assertSafe(result.err.encode(), "text")

    def test_reasons_of_a_revocation_list(self):
        functions, entries = {}, []
        for number, text in enumerate(TEXTS.values()):
            job = cms.DEFAULT_JOB.replace("11111111", f"{number:08x}")
            functions[f"f{number}"] = WORLD.sign(job=job)
            entries.append({"job_arn": job, "revoked_at": "2026-01-01T00:00:00Z", "reason": text})
        content = {"version": 1, "issued_at": "2026-01-01T00:00:00Z", "next_update": "2100-01-01T00:00:00Z", "revoked": entries}
        for what, body in (("escaped", json.dumps(content)), ("raw where JSON allows it", json.dumps(content, ensure_ascii=False))):
            with self.subTest(what):
                self.workspace.write("revoked.json", body)
                self.configure(functions, sources=[{"list": "file:revoked.json"}])
                self.check_forms(sealgate.BLOCKED, marks=["(reason: "])

    def test_answers_of_a_server(self):
        """Redirects, members and text that the messages name."""
        tls = TlsPki(f"{WORLD.folder}/tls")
        server = HttpsServer(*tls.server("hostile")).start()
        self.addCleanup(server.stop)
        texts = list(TEXTS.values())
        handlers = [status(302, {"Location": "https://" + re.sub("[\r\n]", "", text)[:500].encode("utf-8").decode("latin-1") + "/"})
                    for text in texts]
        handlers += [json.dumps({text[:5000]: 1}).encode() for text in texts]
        handlers += [json.dumps({"version": 1, "issued_at": "2026-01-01T00:00:00Z", "next_update": "2100-01-01T00:00:00Z",
                                 "revoked": [{"job_arn": cms.DEFAULT_JOB, "revoked_at": "2026-01-01T00:00:00Z", text[:5000]: 1}]}).encode()
                     for text in texts]
        handlers += [as_bytes(text)[:5000] for text in HOSTILE.values()]
        handlers += [b'{"version": ' + as_bytes(text)[:5000] for text in HOSTILE.values()]
        for start in range(0, len(handlers), 32):
            sources = []
            for number, handler in enumerate(handlers[start : start + 32]):
                server.route(f"/{start + number}", handler)
                sources.append({"list": server.url(f"/{start + number}")})
            self.configure({"one": WORLD.good}, sources=sources, revocation={"timeout": "20s", "ca_bundle": tls.ca})
            self.check_forms(sealgate.UNDECIDED, marks=["revocation"])

    def test_subjects_of_certificates(self):
        subjects = ["##[error]x", "::error::x", "\n::error::x", "\x1b[31mred", "\u202egnp", "a|b`<script>", "%0A::error::x", "##vso[x]y"]
        functions, digests = {}, []
        for number, text in enumerate(subjects):
            pki = self.pki.with_leaf(subject=f"/C=US/O={text}/CN={text} {number}")
            functions[f"f{number}"] = WORLD.sign(pki)
            digests.append({"certificate_hash": pki.certificate_hashes()[0], "reason": text})
            self.workspace.write(f"{number}.zip", functions[f"f{number}"])
        content = {"version": 1, "issued_at": "2026-01-01T00:00:00Z", "next_update": "2100-01-01T00:00:00Z",
                   "revoked": digests}
        self.workspace.write("revoked.json", json.dumps(content))
        self.configure(functions, sources=[{"list": "file:revoked.json"}])
        self.check_forms(sealgate.BLOCKED, marks=["CN="])
        for form, own in (("text", []), ("json", ["--json"])):
            names = [f"{number}.zip" for number in range(len(subjects))]
            result = self.run_in({}, "inspect", *own, "--root", self.pki.root_pem, *names)
            self.assertSafe(result.raw, form)

    def test_what_an_invalid_signature_claims(self):
        """ARNs in an envelope of somebody whom nobody trusts."""
        stranger = signing_pki.make(WORLD.folder, self.signed_at, "Stranger")
        functions = {}
        for number, text in enumerate(TEXTS.values()):
            functions[f"f{number}"] = WORLD.sign(stranger, profile=text[:900], job=text[:900])
            self.workspace.write(f"{number}.zip", functions[f"f{number}"])
        self.configure(functions)
        self.check_forms(sealgate.BLOCKED)
        names = [f"{number}.zip" for number in range(len(functions))]
        for form, own in (("text", []), ("json", ["--json"])):
            result = self.run_in({}, "inspect", *own, *names, code=sealgate.BLOCKED)
            self.assertSafe(result.raw, form)


if __name__ == "__main__":
    unittest.main()
