"""ATTACKS.md section 5, what the other tests of revocation leave: every spelling of an address, dates of Retry-After, secrets.

test_revocation.py and test_revocation_cache.py hold the rest; support/attacks.py says which id is where.
"""

import email.utils
import time

from support import sealgate, signing_pki
from support.https_server import ConnectProxy, redirect, sequence, status

from e2e.revocation_kit import WORLD, RevocationTest, closed_port, revocation_list, setUpModule

__all__ = ["setUpModule"]

METADATA, LOOPBACK = "a link-local or metadata address", "this machine itself: refused|an unspecified|refused"
# HT-03: hosts in a user's URL, and what is said of the address that they lead to.
HOSTS = {
    "HT-03 dotted": ("169.254.169.254", METADATA), "HT-03 decimal": ("2852039166", METADATA), "HT-03 hexadecimal": ("0xA9FEA9FE", METADATA),
    "HT-03 octal": ("0251.0376.0251.0376", METADATA), "HT-03 mixed": ("0xa9.0376.43518", METADATA), "HT-03 short": ("169.254.43518", METADATA),
    "HT-03 mapped": ("[::ffff:169.254.169.254]", METADATA), "HT-03 mapped in hexadecimal": ("[::ffff:a9fe:a9fe]", METADATA),
    "HT-03 NAT64": ("[64:ff9b::a9fe:a9fe]", METADATA), "HT-03 IPv6": ("[fd00:ec2::254]", METADATA), "HT-03 link-local": ("[fe80::1]", METADATA),
    "HT-03 another of the block": ("169.254.170.2", METADATA), "HT-03 loopback short": ("127.1", LOOPBACK),
    "HT-03 loopback decimal": ("2130706433", LOOPBACK), "HT-03 loopback hexadecimal": ("0x7f000001", LOOPBACK),
    "HT-03 loopback octal": ("0177.0.0.1", LOOPBACK), "HT-03 loopback mapped": ("[::ffff:127.0.0.1]", LOOPBACK),
    "HT-03 another loopback": ("127.9.9.9", LOOPBACK), "HT-03 name that leads there": ("pki.localhost", LOOPBACK),
    "HT-03 any": ("0.0.0.0", LOOPBACK), "HT-03 any decimal": ("0", LOOPBACK), "HT-03 any IPv6": ("[::]", LOOPBACK),
}


class Addresses(RevocationTest):
    def test_every_spelling_is_refused_by_its_address(self):
        """All at once, as sources of one run; nobody is connected to."""
        urls = {what: f"https://{host}:{WORLD.good.port}/{number}" for number, (what, (host, _)) in enumerate(HOSTS.items())}
        artifact, sources = self.ask([{"list": url} for url in urls.values()], sealgate.UNDECIDED, timeout="20s")
        self.assertEqual(artifact["action"], "undecided")
        found = {source["url"]: source for source in sources}
        for what, url in urls.items():
            with self.subTest(what):
                self.assertEqual(found[url]["status"], "unavailable")
                self.assertRegex(found[url]["detail"], HOSTS[what][1])
        self.assertEqual(WORLD.good.connections, 0)

    def test_a_redirect_to_the_metadata_service_is_not_followed(self):
        for target in ("http://169.254.169.254/latest/meta-data/", "https://2852039166/", "file:///etc/passwd"):
            with self.subTest(target):
                artifact, _ = self.ask([self.list_source(redirect(target))], sealgate.UNDECIDED)
                self.assertUndecided(artifact, "redirects are not followed")
        for request in WORLD.good.requests:
            self.assertEqual(set(request.headers), {"host", "user-agent", "accept"})


class Retrying(RevocationTest):
    def test_retry_after_as_a_date(self):
        for what, offset, least in (("soon", 2, 0.5), ("past", -3600, 0)):
            with self.subTest(what):
                date = email.utils.formatdate(time.time() + offset, usegmt=True)
                started = time.monotonic()
                artifact, _ = self.ask([self.list_source(sequence([status(503, {"Retry-After": date}), revocation_list()]))],
                                       sealgate.PASSED, timeout="30s")
                self.assertAllowed(artifact)
                self.assertEqual(WORLD.good.count("/list.json"), 2)
                self.assertGreaterEqual(time.monotonic() - started, least)
                WORLD.good.forget()
        date = email.utils.formatdate(time.time() + 86400, usegmt=True)
        artifact, _ = self.ask([self.list_source(status(503, {"Retry-After": date}))], sealgate.UNDECIDED, timeout="30s")
        self.assertUndecided(artifact, "the server asks to wait")
        self.assertEqual(WORLD.good.count("/list.json"), 1)

    def test_the_total_deadline_holds(self):
        started = time.monotonic()
        artifact, _ = self.ask([self.list_source(status(500))], sealgate.UNDECIDED, timeout="1s")
        self.assertUndecided(artifact, "answered 500")
        self.assertLess(time.monotonic() - started, sealgate.seconds(6))

    def test_a_service_that_is_down_is_undecided_or_warned_about(self):
        """HT-10: by policy, and never silently fine."""
        source = [{"list": f"https://localhost:{closed_port()}/list.json"}]
        artifact, _ = self.ask(source, sealgate.UNDECIDED, timeout="2s")
        self.assertUndecided(artifact, "cannot connect to localhost")
        artifact, _ = self.ask(source, sealgate.PASSED, timeout="2s", settings={"on_unavailable": "warn"})
        self.assertUndecided(artifact, "cannot connect to localhost", "warning", "warn")
        artifact, _ = self.ask(source, sealgate.PASSED, timeout="2s", policy="Warn")
        self.assertUndecided(artifact, "cannot connect to localhost", "warning", "warn")


class Secrets(RevocationTest):
    """HT-13: what is secret in the environment or in a URL reaches no log and no report."""

    ENVIRONMENT = {name: f"s3cret-{number}" for number, name in enumerate((
        "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "GITHUB_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "CI_JOB_TOKEN", "GITLAB_TOKEN", "NPM_TOKEN", "SSH_AUTH_SOCK", "PASSWORD"))}
    FORMS = ("text", "json", "github", "plain", "markdown", "gitlab")

    def assertSilent(self, result):
        for secret in (*self.ENVIRONMENT.values(), "s3cret"):
            self.assertNotIn(secret, result.out + result.err)
        for path in self.workspace.path.rglob("*"):
            if path.is_file() and path.parent.name == "cache":  # a copy is kept with the URL that it is of, for its owner alone
                self.assertEqual(path.stat().st_mode & 0o077, 0, path.name)
            elif path.is_file() and path.name != "sealgate.yaml":
                self.assertNotIn(b"s3cret", path.read_bytes(), path.name)

    def test_at_the_highest_verbosity_in_every_report_and_error(self):
        self.workspace.write("changed.zip", WORLD.package[:-30] + bytes(30))
        functions = {"good": WORLD.package, "changed": {"code": "changed.zip"}, "gone": {"code": "gone.zip"}}
        WORLD.good.route("/ok.json", revocation_list())
        answers = [status(code, {"Location": "https://elsewhere.example/?token=s3cret"}) for code in (302, 403, 404)]
        answers += [b"no list: s3cr et", revocation_list(next_update=signing_pki.now().strftime("%Y-%m-%dT%H:%M:%SZ"))]
        for number, answer in enumerate(answers):
            WORLD.good.route(f"/{number}.json", answer)
        names = [f"/{number}.json" for number in range(len(answers))] + ["/ok.json"]
        sources = [{"list": WORLD.good.url(f"{name}?X-Amz-Signature=s3cret&token=s3cret")} for name in names]
        sources.append({"list": f"https://localhost:{closed_port()}/x?s3cret"})
        self.write(sources, functions, settings={"cache": "cache"}, timeout="2s")
        for form in self.FORMS:
            with self.subTest(form):
                result = self.workspace.run("-v", "--ci", "none" if form not in ("github", "gitlab") else form, "-o", form if form != "gitlab" else "text",
                                            "-o", "json=report.json", env=self.ENVIRONMENT)
                self.assertIn(result.code, (sealgate.BLOCKED, sealgate.UNDECIDED), str(result))
                self.assertSilent(result)

    def test_in_errors_of_the_command_line_the_configuration_and_the_output(self):
        self.write([])
        text = (self.workspace.path / "sealgate.yaml").read_text()
        for arguments in (["--oops"], ["--now", "x"], ["-o", "json=gone/x"], ["inspect", "gone.zip"], ["gone.yaml"], ["--version"], ["--help"]):
            with self.subTest(arguments):
                self.assertSilent(self.workspace.run("-v", *arguments, env=self.ENVIRONMENT))
        self.workspace.write("sealgate.yaml", text + "oops: x\n")
        result = self.workspace.run("-v", env=self.ENVIRONMENT)
        self.assertEqual(result.code, sealgate.USAGE)
        self.assertSilent(result)

    def test_a_proxys_password(self):
        """In the environment's https_proxy: it reaches the proxy; what failed is said without it."""
        proxy = ConnectProxy(answer=407).start()
        self.addCleanup(proxy.stop)
        self.write([{"list": "https://pki.example/x?s3cret"}], timeout="2s")
        for form in ("text", "json", "markdown"):
            result = self.workspace.run("-v", "--ci", "none", "-o", form, env={"https_proxy": f"http://user:s3cret@127.0.0.1:{proxy.port}"})
            self.assertEqual(result.code, sealgate.UNDECIDED, str(result))
            self.assertSilent(result)
        self.assertIn("proxy-authorization", proxy.requests[0].headers)
