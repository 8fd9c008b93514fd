"""Nothing foreign is ever a command, a cursor movement or a line of its own: ATTACKS.md section 5, in every place and every report."""

import json
import re

from support import cms, package, sealgate, signing_pki
from support.https_server import HttpsServer, status
from support.tls_pki import TlsPki

from e2e.ci_kit import WORLD, CiTest, setUpModule
from e2e.workflow_commands import SECTION, UNSEEN, commands, parse_command, read_outputs, table_cells

__all__ = ["setUpModule"]

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
SHORT = {what: text for what, text in HOSTILE.items() if len(text) <= 200}
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
        for number, (what, text) in enumerate(SHORT.items()):
            with self.subTest(what):
                name = as_bytes(text).replace(b"/", b"_") + b".yaml"
                self.configure({"bad": WORLD.unsigned})
                (self.workspace.path / "sealgate.yaml").rename(self.workspace.path / name.decode(errors="surrogateescape"))
                # Two of the six forms for each row, in turn: every form meets every kind of row.
                for form in (list(self.FORMS) * 2)[number % 6 :: 3][:2]:
                    own = self.FORMS[form]
                    result = self.workspace.run(*own, "--", name.decode(errors="surrogateescape"))
                    self.assertEqual(result.code, sealgate.BLOCKED, str(result))
                    self.assertSafe(result.raw, form)

    def test_words_of_the_command_line(self):
        self.configure({"one": WORLD.good})
        for number, (what, text) in enumerate(SHORT.items()):
            with self.subTest(what):
                word = as_bytes(text).decode(errors="surrogateescape")
                places = [["--only", word], [f"--{word}"], ["-o", f"json={word}/x"], ["--", word], [f"-{word}"], ["-o", word],
                          ["--ci", word], ["--now", word], ["--shard", word], ["explain", word], ["inspect", "--", word]]
                # The first four always, of the others two in turn.
                for arguments in places[:4] + (places[4:] * 2)[number % 7 :][:2]:
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
