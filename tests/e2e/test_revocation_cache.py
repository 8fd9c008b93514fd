"""The cache of revocation data, --offline, and what of the environment counts: proxies do, other programs' files do not."""

import os
import shutil
import stat
import subprocess
import unittest

from support import sealgate
from support.https_server import ConnectProxy, static, status

from e2e.revocation_kit import (DAY, HOUR, WORLD, RevocationTest, closed_port, job_entry, moment, revocation_list,
                                setUpModule)

__all__ = ["setUpModule"]


# --- the cache ------------------------------------------------------------------------------------------------------------


class CacheTest(RevocationTest):
    CACHE = {"cache": ".sealgate-cache"}

    def cached(self, code=sealgate.PASSED, arguments=(), sources=None, **options):
        """One run with a cache; the artifact and the only source's report."""
        artifact, reported = self.ask(sources or [{"list": WORLD.good.url("/list.json")}], code, settings=self.CACHE,
                                      arguments=arguments, **options)
        return artifact, reported[0]

    def files(self):
        folder = self.workspace.path / ".sealgate-cache"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def fill(self, body=None, **options):
        """A first run, with what the server then serves; what it was asked is forgotten."""
        self.serve("/list.json", static(body or revocation_list(), **options))
        artifact, source = self.cached()
        self.assertAllowed(artifact)
        self.assertEqual(source["status"], "fresh")
        WORLD.good.forget()
        WORLD.good.connections = 0


class Cache(CacheTest):
    def test_within_max_age_the_server_is_not_asked(self):
        self.fill(etag='"1"', cache_control="max-age=600")
        artifact, source = self.cached()
        self.assertAllowed(artifact)
        self.assertEqual(source["status"], "cached")
        self.assertRegex(source["detail"], "issued .*, fetched .* UTC")
        self.assertEqual(WORLD.good.connections, 0)

    def test_without_cache_control_the_server_is_asked_each_time(self):
        self.fill(etag='"1"')
        for count in (1, 2):
            artifact, source = self.cached()
            self.assertAllowed(artifact)
            self.assertEqual((source["status"], WORLD.good.count("/list.json")), ("fresh", count))
            self.assertEqual(WORLD.good.requests_for("/list.json")[-1].headers.get("if-none-match"), '"1"')
        # Past its next update the copy is no answer, and the server has nothing newer.
        artifact, source = self.cached(sealgate.UNDECIDED, ["--now", moment(DAY + HOUR)])
        self.assertUndecided(artifact, "the list is out of date")
        self.assertEqual(WORLD.good.count("/list.json"), 3)
        self.assertNotIn("if-none-match", WORLD.good.requests_for("/list.json")[-1].headers)

    def test_a_day_after_it_was_stored_the_server_is_asked_whatever_it_allowed(self):
        self.fill(revocation_list(next_update=moment(30 * DAY)), etag='"1"', cache_control="max-age=31536000")
        for offset, status, asked in ((DAY - HOUR, "cached", 0), (DAY + HOUR, "fresh", 1), (2 * DAY, "cached", 1),
                                      (2 * DAY + 2 * HOUR, "fresh", 2)):
            with self.subTest(offset=offset):
                artifact, source = self.cached(arguments=["--now", moment(offset)])
                self.assertAllowed(artifact)
                self.assertEqual((source["status"], WORLD.good.count("/list.json")), (status, asked))

    def test_a_revocation_of_today_strikes_though_the_copy_is_current_for_weeks(self):
        """As with a cache that travels with a repository, and a list that names the leaf since."""
        for options in ({}, {"cache_control": "max-age=31536000"}):
            with self.subTest(**options):
                shutil.rmtree(self.workspace.path / ".sealgate-cache", ignore_errors=True)
                self.fill(revocation_list(next_update=moment(30 * DAY)), **options)
                self.serve("/list.json", static(revocation_list(job_entry(), next_update=moment(30 * DAY)), **options))
                artifact, _ = self.cached(sealgate.BLOCKED, ["--now", moment(DAY + HOUR)])
                self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_a_copy_that_others_could_have_written_is_ignored(self):
        self.fill(etag='"1"', cache_control="max-age=600")
        file = self.files()[0]
        elsewhere = self.workspace.path / "elsewhere"

        def linked():
            file.rename(elsewhere)
            file.symlink_to(elsewhere)

        changes = {"group": lambda: file.chmod(0o620), "everybody": lambda: file.chmod(0o602), "a link": linked}
        if os.geteuid() == 0:
            changes["another owner"] = lambda: os.chown(file, 12345, -1)
        for what, change in changes.items():
            with self.subTest(what):
                change()
                WORLD.good.forget()
                artifact, source = self.cached()
                self.assertAllowed(artifact)
                self.assertEqual((source["status"], WORLD.good.count("/list.json")), ("fresh", 1))
                self.assertNotIn("if-none-match", WORLD.good.requests_for("/list.json")[0].headers)
                # It was replaced by one of one's own.
                self.assertEqual(self.cached()[1]["status"], "cached")

    def test_a_cached_revocation_is_honoured(self):
        self.serve("/list.json", static(revocation_list(job_entry()), cache_control="max-age=600"))
        for expected in ("fresh", "cached"):
            artifact, source = self.cached(sealgate.BLOCKED)
            self.assertRevoked(artifact, "job-revoked", "was revoked on")
            self.assertEqual(source["status"], expected)

    def test_validators_are_sent_and_304_keeps_the_copy(self):
        modified = "Tue, 03 Nov 2026 10:00:00 GMT"
        rows = (({"etag": '"v1"', "cache_control": "max-age=0"}, {"if-none-match": '"v1"'}),
                ({"etag": 'W/"weak"', "cache_control": "no-cache"}, {"if-none-match": 'W/"weak"'}),
                ({"last_modified": modified, "cache_control": "max-age=0"}, {"if-modified-since": modified}),
                ({"etag": '"v1"', "last_modified": modified, "cache_control": "no-cache"},
                 {"if-none-match": '"v1"', "if-modified-since": modified}))
        for options, sent in rows:
            with self.subTest(**options):
                shutil.rmtree(self.workspace.path / ".sealgate-cache", ignore_errors=True)
                self.fill(**options)
                for _ in range(2):
                    artifact, source = self.cached()
                    self.assertAllowed(artifact)
                    self.assertEqual(source["status"], "fresh")
                requests = WORLD.good.requests_for("/list.json")
                self.assertEqual(len(requests), 2)
                for request in requests:
                    asked = {name: value for name, value in request.headers.items() if name.startswith("if-")}
                    self.assertEqual(asked, sent)

    def test_a_new_list_replaces_the_copy(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        self.serve("/list.json", static(revocation_list(job_entry()), etag='"v2"', cache_control="max-age=0"))
        artifact, _ = self.cached(sealgate.BLOCKED)
        self.assertRevoked(artifact, "job-revoked", "was revoked on")
        self.cached(sealgate.BLOCKED)
        self.assertEqual([request.headers.get("if-none-match") for request in WORLD.good.requests_for("/list.json")],
                         ['"v1"', '"v2"'])

    def test_a_copy_past_its_time_does_not_stand_in_for_a_server_that_is_down(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        self.serve("/list.json", status(404))
        artifact, _ = self.cached(sealgate.UNDECIDED)
        self.assertUndecided(artifact, "answered 404 Not Found; the cache has a copy of .*, which is too old to be used")

    def test_a_bad_answer_does_not_replace_a_good_copy(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        before = self.files()[0].read_bytes()
        self.serve("/list.json", static(b"<html>", etag='"v2"', cache_control="max-age=600"))
        artifact, _ = self.cached(sealgate.UNDECIDED)
        self.assertUndecided(artifact, "the list is no JSON")
        self.assertEqual(self.files()[0].read_bytes(), before)

    def test_folder_and_files_are_private(self):
        previous = os.umask(0)
        try:
            self.fill(cache_control="max-age=600")
        finally:
            os.umask(previous)
        folder = self.workspace.path / ".sealgate-cache"
        self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
        self.assertEqual(len(self.files()), 1)
        self.assertEqual(stat.S_IMODE(self.files()[0].stat().st_mode) & 0o077, 0)

    def test_a_damaged_copy_is_ignored_and_replaced(self):
        damages = {
            "empty": lambda data: b"", "no JSON": lambda data: b"garbage\n" + data, "cut": lambda data: data[:-20],
            "longer": lambda data: data + b" ", "a bit of the body": lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
            "another URL": lambda data: data.replace(b"/list.json", b"/lisT.json"),
            "another version": lambda data: data.replace(b'"sealgate_cache":1', b'"sealgate_cache":2'),
            "binary": lambda data: bytes(range(256)) * 100}
        self.fill(etag='"v1"', cache_control="max-age=600")
        for what, damage in damages.items():
            with self.subTest(what):
                file = self.files()[0]
                good = file.read_bytes()
                file.write_bytes(damage(good))
                self.assertNotEqual(file.read_bytes(), good)
                WORLD.good.forget()
                artifact, source = self.cached()
                self.assertAllowed(artifact)
                self.assertEqual(source["status"], "fresh")
                requests = WORLD.good.requests_for("/list.json")
                self.assertEqual(len(requests), 1)
                self.assertNotIn("if-none-match", requests[0].headers)
                artifact, source = self.cached()
                self.assertEqual(source["status"], "cached")

    def test_no_store_keeps_nothing_and_forgets_what_was_kept(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        self.assertEqual(len(self.files()), 1)
        self.serve("/list.json", static(revocation_list(), etag='"v2"', cache_control="no-store"))
        artifact, _ = self.cached()
        self.assertAllowed(artifact)
        self.assertEqual(self.files(), [])
        WORLD.good.forget()
        self.cached()
        self.assertNotIn("if-none-match", WORLD.good.requests_for("/list.json")[0].headers)

    def test_a_cache_that_cannot_be_written_is_said_and_costs_nothing(self):
        self.workspace.write(".sealgate-cache", b"a file where the folder should be")
        self.serve("/list.json", revocation_list())
        artifact, source = self.cached()
        self.assertAllowed(artifact)
        self.assertRegex(source["detail"], "not kept in the cache: cannot make the cache folder .*: Not a directory")

    def test_crls_are_cached_too(self):
        sources = [self.crl_source(static(body, cache_control="max-age=600"), f"/{name}.crl")
                   for name, body in WORLD.crls().items()]
        for expected, connections in (("fresh", 3), ("cached", 3)):
            artifact, reported = self.ask(sources, sealgate.PASSED, settings=self.CACHE)
            self.assertAllowed(artifact)
            self.assertEqual([source["status"] for source in reported], [expected] * 3)
            self.assertEqual(WORLD.good.connections, connections)
        self.assertEqual(len(self.files()), 3)

    def test_nothing_is_written_without_a_cache(self):
        before = None
        self.write([self.list_source(static(revocation_list(), cache_control="max-age=600"))])
        before = sorted(path.name for path in self.workspace.path.rglob("*"))
        self.artifacts(self.workspace.verify(), sealgate.PASSED)
        self.assertEqual(sorted(path.name for path in self.workspace.path.rglob("*")), before)


class Offline(CacheTest):
    def test_the_cache_is_used_and_the_network_is_not(self):
        self.fill(etag='"v1"', cache_control="max-age=0")
        artifact, source = self.cached(arguments=["--offline"])
        self.assertAllowed(artifact)
        self.assertEqual(source["status"], "cached")
        self.assertRegex(source["detail"], r"fetched .* UTC \(0 minutes ago; offline\)")
        self.assertEqual(WORLD.good.connections, 0)

    def test_a_cached_revocation_is_honoured(self):
        self.serve("/list.json", static(revocation_list(job_entry()), cache_control="max-age=0"))
        self.cached(sealgate.BLOCKED)
        WORLD.good.connections = 0
        artifact, _ = self.cached(sealgate.BLOCKED, ["--offline"])
        self.assertRevoked(artifact, "job-revoked", "was revoked on")
        self.assertEqual(WORLD.good.connections, 0)

    def test_without_a_copy_it_is_undecided(self):
        for settings, message in ((self.CACHE, "offline and not in the cache"),
                                  ({}, r"offline, and there is no cache folder \(revocation.cache\)")):
            for policy, code in (("Enforce", sealgate.UNDECIDED), ("Warn", sealgate.PASSED)):
                with self.subTest(message, policy=policy):
                    artifact, _ = self.ask([{"list": WORLD.good.url("/list.json")}], code, settings=settings, policy=policy,
                                           arguments=["--offline"])
                    level, action = ("error", "undecided") if code else ("warning", "warn")
                    self.assertUndecided(artifact, message, level, action)
        self.assertEqual(WORLD.good.connections, 0)

    def test_a_copy_that_is_out_of_date_is_undecided(self):
        self.fill()
        artifact, _ = self.cached(sealgate.UNDECIDED, ["--offline", "--now", moment(DAY + HOUR)])
        self.assertUndecided(artifact, "offline, and the copy in the cache cannot be used: the list is out of date")
        self.assertEqual(WORLD.good.connections, 0)

    def test_files_are_read(self):
        self.workspace.write("revoked.json", revocation_list(job_entry()))
        artifact, _ = self.ask([{"list": "file:revoked.json"}], sealgate.BLOCKED, arguments=["--offline"])
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_every_report_says_so(self):
        self.fill(cache_control="max-age=600")
        self.write([{"list": WORLD.good.url("/list.json")}], settings=self.CACHE)
        for form in ("text", "github", "plain", "markdown"):
            with self.subTest(form):
                result = self.workspace.run("--offline", "--ci", "none", "-o", form)
                self.assertEqual(result.code, sealgate.PASSED, str(result))
                self.assertIn("offline", result.out)
        self.assertIs(self.workspace.verify("--offline").json["offline"], True)

    @unittest.skipUnless(shutil.which("strace"), "strace is not installed")
    def test_no_socket_of_the_network_is_made(self):
        self.write([{"list": WORLD.good.url("/list.json")}, {"list": "https://pki.invalid/list.json"}], settings=self.CACHE)
        trace = self.workspace.path / "trace"
        # The sanitizer's leak check does not work under a tracer.
        environment = sealgate.environment(ASAN_OPTIONS="detect_leaks=0")
        command = ["strace", "-f", "-e", "trace=network", "-o", str(trace), str(sealgate.binary()), "--offline", "--ci", "none"]
        done = subprocess.run(command, cwd=self.workspace.path, env=environment, capture_output=True,
                              timeout=sealgate.seconds(60))
        if b"ptrace" in done.stderr.lower() or not trace.exists():
            self.skipTest("tracing is not allowed here")
        self.assertEqual(done.returncode, sealgate.UNDECIDED, done.stdout)
        calls = [line for line in trace.read_text().splitlines() if "AF_INET" in line or "connect(" in line]
        self.assertEqual(calls, [])


# --- the environment ------------------------------------------------------------------------------------------------------


class Environment(RevocationTest):
    NAMED = "https://pki.example/revoked.json"

    def proxy(self, **options):
        proxy = ConnectProxy(("127.0.0.1", WORLD.good.port), **options).start()
        self.addCleanup(proxy.stop)
        WORLD.good.route("/revoked.json", revocation_list())
        return proxy

    def test_the_proxy_of_the_environment_is_used(self):
        proxy = self.proxy()
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
            with self.subTest(name):
                proxy.requests.clear()
                WORLD.good.forget()
                artifact, _ = self.ask([{"list": self.NAMED}], sealgate.PASSED, env={name: f"http://127.0.0.1:{proxy.port}"})
                self.assertAllowed(artifact)
                self.assertEqual([(request.method, request.path) for request in proxy.requests],
                                 [("CONNECT", "pki.example:443")])
                self.assertEqual(WORLD.good.count("/revoked.json"), 1)

    def test_the_certificate_is_checked_behind_a_proxy_too(self):
        proxy = self.proxy()
        artifact, _ = self.ask([{"list": "https://another.example/revoked.json"}], sealgate.UNDECIDED,
                               env={"https_proxy": f"http://127.0.0.1:{proxy.port}"})
        self.assertUndecided(artifact, "certificate is for another host than another.example")

    def test_the_proxys_password_reaches_the_proxy_and_nothing_else(self):
        proxy = self.proxy(credentials="user:open-sesame")
        secret = {"https_proxy": f"http://user:open-sesame@127.0.0.1:{proxy.port}"}
        artifact, _ = self.ask([{"list": self.NAMED}], sealgate.PASSED, env=secret)
        self.assertAllowed(artifact)
        self.assertNotIn("proxy-authorization", WORLD.good.requests_for("/revoked.json")[0].headers)
        for refusal in (403, 407, 502):
            with self.subTest(refusal):
                proxy.answer = refusal
                self.write([{"list": self.NAMED}], timeout="30s")
                for form in ("text", "json", "github") if refusal < 500 else ("text",):
                    result = self.workspace.run("-v", "--ci", "none", "-o", form, env=secret)
                    self.assertEqual(result.code, sealgate.UNDECIDED, str(result))
                    self.assertIn(f"the proxy that the environment names answered {refusal}", " ".join(result.out.split()))
                    self.assertNotIn("open-sesame", result.out + result.err)

    def test_no_proxy_is_honoured(self):
        proxy = self.proxy()
        for value in ("localhost", "example.com,localhost", "*"):
            with self.subTest(value):
                WORLD.good.forget()
                artifact, _ = self.ask([{"list": WORLD.good.url("/revoked.json")}], sealgate.PASSED,
                                       env={"https_proxy": f"http://127.0.0.1:{proxy.port}", "no_proxy": value})
                self.assertAllowed(artifact)
                self.assertEqual(WORLD.good.count("/revoked.json"), 1)
        self.assertEqual(proxy.requests, [])

    def test_the_proxy_for_plain_http_is_not_meant(self):
        proxy = self.proxy()
        artifact, _ = self.ask([{"list": WORLD.good.url("/revoked.json")}], sealgate.PASSED,
                               env={"http_proxy": f"http://127.0.0.1:{proxy.port}"})
        self.assertAllowed(artifact)
        self.assertEqual(proxy.requests, [])

    def test_a_proxy_that_is_not_there_is_undecided(self):
        artifact, _ = self.ask([{"list": self.NAMED}], sealgate.UNDECIDED, timeout="30s",
                               env={"https_proxy": f"http://127.0.0.1:{closed_port()}"})
        self.assertUndecided(artifact, "cannot connect to pki.example port 443, or to the proxy that the environment names")

    def test_netrc_curlrc_and_key_logs_are_ignored(self):
        home = self.workspace.path / "home"
        keys = self.workspace.path / "keys.log"
        self.workspace.write("home/.netrc", "machine localhost login root password hunter2\ndefault login x password y\n")
        self.workspace.write("home/.curlrc", 'header = "X-Evil: 1"\nuser = "root:hunter2"\ninsecure\n')
        self.workspace.write("home/.config/curlrc", 'header = "X-Evil: 2"\n')
        environment = {"HOME": str(home), "CURL_HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"),
                       "NETRC": str(home / ".netrc"), "SSLKEYLOGFILE": str(keys)}
        artifact, _ = self.ask([self.list_source(revocation_list())], sealgate.PASSED, env=environment)
        self.assertAllowed(artifact)
        headers = WORLD.good.requests_for("/list.json")[0].headers
        self.assertEqual(set(headers), {"host", "user-agent", "accept"})
        self.assertRegex(headers["user-agent"], r"^sealgate/\d")
        self.assertFalse(keys.exists(), "TLS secrets were written")
        # `insecure` changes nothing either.
        artifact, _ = self.ask([{"list": WORLD.unknown_ca.url("/list.json")}], sealgate.UNDECIDED, env=environment)
        self.assertUndecided(artifact, "trusted here")

    def test_a_configuration_of_openssl_is_ignored(self):
        garbage_file = self.workspace.write("openssl.cnf", b"\x00\xff this is no configuration = [\n")
        module = self.workspace.write("modules.cnf", "openssl_conf = init\n[init]\nproviders = p\n[p]\nevil = e\n[e]\n"
                                                     f"module = {self.workspace.path}/evil.so\nactivate = 1\n")
        for what, path in (("garbage", garbage_file), ("a provider", module), ("missing", "/nonexistent/openssl.cnf")):
            with self.subTest(what):
                environment = {"OPENSSL_CONF": str(path), "OPENSSL_MODULES": "/nonexistent", "OPENSSL_ENGINES": "/nonexistent"}
                artifact, _ = self.ask([self.list_source(revocation_list())], sealgate.PASSED, env=environment)
                self.assertAllowed(artifact)

    def test_the_ca_bundle_is_instead_of_the_systems_store(self):
        for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
            with self.subTest(name):
                artifact, _ = self.ask([{"list": WORLD.unknown_ca.url("/list.json")}], sealgate.UNDECIDED,
                                       env={name: WORLD.foreign.ca})
                self.assertUndecided(artifact, "trusted here")

    def test_without_a_ca_bundle_the_systems_store_decides(self):
        self.configure({"one": WORLD.package}, sources=[self.list_source(revocation_list())], revocation={"timeout": "30s"})
        artifact = self.artifacts(self.workspace.verify(), sealgate.UNDECIDED)["one"]
        self.assertUndecided(artifact, "trusted here|CA certificates cannot be read")

    def test_a_ca_bundle_without_certificates_is_undecided(self):
        self.workspace.write("empty.pem", b"nothing\n")
        artifact, _ = self.ask([self.list_source(revocation_list())], sealgate.UNDECIDED, settings={"ca_bundle": "empty.pem"})
        self.assertUndecided(artifact, "the CA bundle .*empty.pem cannot be read, or holds no certificate")

    def test_a_query_is_asked_and_never_shown(self):
        self.serve("/list.json", status(404))
        self.write([{"list": WORLD.good.url("/list.json?token=hunter2")}])
        for form in ("text", "json", "github", "plain", "markdown"):
            with self.subTest(form):
                result = self.workspace.run("-v", "--ci", "none", "-o", form)
                self.assertEqual(result.code, sealgate.UNDECIDED, str(result))
                self.assertNotIn("hunter2", result.out + result.err)
        self.assertEqual({request.path for request in WORLD.good.requests}, {"/list.json?token=hunter2"})
