"""CI systems: which one is recognised, and what each is told in its own form."""

import json
import re
import time

from support import cms, package, sealgate

from e2e.ci_kit import OTHER_PROFILE, WORLD, CiTest, setUpModule
from e2e.workflow_commands import SECTION, commands, read_outputs, table_cells

GITHUB = {"GITHUB_ACTIONS": "true", "CI": "true"}
GITLAB = {"GITLAB_CI": "true", "CI": "true"}
__all__ = ["setUpModule"]


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
