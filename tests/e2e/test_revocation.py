"""Revocation, end to end: the program against an HTTPS server on loopback that misbehaves in every way there is.

A source that does not answer, or answers with anything but current data, is undecided: never "not revoked".
"""

import concurrent.futures
import datetime
import hashlib
import time

from support import sealgate, signing_pki
from support.https_server import close, hang, redirect, reset, sequence, status, truncated

from e2e.revocation_kit import (DAY, HOUR, OTHER_JOB, OTHER_PROFILE, WORLD, RevocationTest, closed_port, exact, job_entry,
                                moment, profile_entry, revocation_list, setUpModule)
from e2e.revocation_silences import SILENCES

__all__ = ["setUpModule"]


# --- what a list says -----------------------------------------------------------------------------------------------------


class Lists(RevocationTest):
    def test_a_fresh_list_that_names_others_allows(self):
        entries = [job_entry(OTHER_JOB), profile_entry(moment(-DAY), OTHER_PROFILE), {"certificate_hash": "0" * 192},
                   {"certificate_sha256": "f" * 64, "revoked_at": moment(-DAY), "reason": "lost"}]
        artifact, sources = self.ask([self.list_source(revocation_list(*entries))], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertEqual([(s["source"], s["url"], s["status"]) for s in sources],
                         [("list", WORLD.good.url("/list.json"), "fresh")])
        self.assertRegex(sources[0]["detail"], r"^issued .* UTC, next update .* UTC, 4 entries$")

    def test_an_empty_list_of_entries_allows(self):
        artifact, sources = self.ask([self.list_source(revocation_list())], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertIn("0 entries", sources[0]["detail"])

    def revocations(self):
        """(what, entry, rule, message)"""
        before, after = self.signed_at - HOUR, self.signed_at + datetime.timedelta(milliseconds=1)
        hashes = self.pki.certificate_hashes()
        digests = [hashlib.sha256(der).hexdigest() for der in self.pki.chain]
        names = ["signing leaf", "us-east-1 SUBORDINATE CA", "Signer CA", "Signer ROOT CA"]
        yield ("job", job_entry(reason="build machine lost"), "job-revoked",
               r"job 11111111-2222-3333-4444-555555555555 was revoked on \d{4}-.* \(reason: build machine lost\), says list "
               r"https://localhost:\d+/list.json")
        for what, effective in (("before", before), ("equal to", self.signed_at)):
            yield (f"profile, effective {what} the signing time", profile_entry(exact(effective)), "profile-revoked",
                   f"Release/AbCdEf0123 is revoked for what was signed from .*this was signed {exact(self.signed_at)}")
        yield ("profile, two entries, one effective", [profile_entry(exact(after)), profile_entry(exact(before))],
               "profile-revoked", "Release/AbCdEf0123 is revoked")
        for number, name in enumerate(names):
            yield (f"certificate_hash of {name}", {"certificate_hash": hashes[number]}, "certificate-revoked",
                   f"certificate .*{name}.* is revoked, says list")
            yield (f"certificate_sha256 of {name}",
                   {"certificate_sha256": digests[number], "revoked_at": "2026-11-02T00:00:00Z", "reason": "key leaked"},
                   "certificate-revoked", f"certificate .*{name}.* is revoked since 2026-11-02 .reason: key leaked., says list")

    def test_what_is_revoked_blocks_under_enforce_and_warns_under_warn(self):
        for what, entries, rule, message in self.revocations():
            entries = entries if isinstance(entries, list) else [entries]
            source = self.list_source(revocation_list(*entries))
            for policy, code in (("Enforce", sealgate.BLOCKED), ("Warn", sealgate.PASSED)):
                with self.subTest(what, policy=policy):
                    artifact, sources = self.ask([source], code, policy=policy)
                    self.assertRevoked(artifact, rule, message, policy)
                    self.assertEqual(sources[0]["status"], "fresh")

    def test_a_profile_revoked_from_after_the_signing_time_is_not_struck(self):
        after = exact(self.signed_at + datetime.timedelta(milliseconds=1))
        artifact, _ = self.ask([self.list_source(revocation_list(profile_entry(after)))], sealgate.PASSED)
        self.assertAllowed(artifact)

    def test_on_unavailable_warn_does_not_soften_a_revocation(self):
        artifact, _ = self.ask([self.list_source(revocation_list(job_entry()))], sealgate.BLOCKED,
                               settings={"on_unavailable": "warn"})
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_enforce_option_blocks_under_warn(self):
        artifact, _ = self.ask([self.list_source(revocation_list(job_entry()))], sealgate.BLOCKED, policy="Warn",
                               arguments=["--enforce"])
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_no_sources_allow_and_every_report_says_that_revocation_was_not_checked(self):
        self.write([])
        result = self.workspace.verify()
        artifact = self.artifacts(result, sealgate.PASSED)["one"]
        self.assertChecks(artifact, revocation="skipped")
        self.assertEqual(artifact["checks"]["revocation"]["rule"], "revocation-not-checked")
        self.assertEqual((artifact["signature_status"], artifact["action"]), ("VALID", "allow"))
        self.assertIs(result.json["revocation_checked"], False)
        self.assertEqual(result.json["revocation"], [])
        for form in ("text", "github", "plain", "markdown"):
            with self.subTest(form):
                result = self.workspace.run("--ci", "none", "-o", form)
                self.assertEqual(result.code, sealgate.PASSED, str(result))
                self.assertIn("revocation was not checked", result.out)

    def test_text_names_the_source_that_failed_and_the_verdict_comes_last(self):
        self.write([{"list": f"https://localhost:{closed_port()}/list.json"}], timeout="30s")
        result = self.workspace.run("--ci", "none")
        self.assertEqual(result.code, sealgate.UNDECIDED, str(result))
        flat = " ".join(result.out.split())
        self.assertRegex(flat, r"revocation: list https://localhost:\d+/list.json, unavailable, cannot connect to localhost")
        self.assertRegex(result.out.splitlines()[-1], r"^UNDECIDED: 1 of 1 artifact could not be decided")


# --- sources that do not answer -------------------------------------------------------------------------------------------


class Unavailable(RevocationTest):
    # Enforce, Warn, and Enforce with `on_unavailable: warn`: exit code, level of the finding, action.
    OUTCOMES = (("Enforce", "block", sealgate.UNDECIDED, "error", "undecided"),
                ("Warn", "block", sealgate.PASSED, "warning", "warn"), ("Enforce", "warn", sealgate.PASSED, "warning", "warn"))

    def judged(self, case, source, policy, on_unavailable):
        """Judges in a workspace of its own, so that many can run at the same time: most of them only wait."""
        workspace = sealgate.Workspace()
        self.addCleanup(workspace.remove)
        workspace.configure({"one": WORLD.package}, roots=[self.pki.root_pem], policy=policy, sources=[source],
                            revocation={"timeout": case.timeout, "ca_bundle": WORLD.tls.ca, "on_unavailable": on_unavailable})
        started = time.monotonic()
        result = workspace.verify()
        return result, time.monotonic() - started

    def test_every_silence_is_undecided(self):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            runs = []
            for number, case in enumerate(SILENCES):
                self.path = f"/case-{number}"
                source = case.make(self)
                for policy, on_unavailable, *outcome in self.OUTCOMES:
                    runs.append((case, policy, on_unavailable, outcome, pool.submit(self.judged, case, source, policy, on_unavailable)))
            for case, policy, on_unavailable, (code, level, action), future in runs:
                with self.subTest(case.name, policy=policy, on_unavailable=on_unavailable):
                    result, seconds = future.result()
                    artifact = self.artifacts(result, code)["one"]
                    self.assertUndecided(artifact, case.message, level, action)
                    self.assertEqual([source["status"] for source in result.json["revocation"]], ["unavailable"])
                    self.assertTrue(result.json["revocation"][0]["detail"])
                    self.assertEqual(result.json["verdict"], "undecided" if code else "passed_with_warnings")
                    self.assertLess(seconds, sealgate.seconds(case.most_seconds))
        self.assertEqual(WORLD.elsewhere.connections, 0, "a redirect was followed")

    def test_no_redirect_is_followed(self):
        targets = {"another port": WORLD.elsewhere.url("/list.json"), "itself": WORLD.good.url("/other"),
                   "plain HTTP": f"http://localhost:{WORLD.elsewhere.port}/list.json", "a file": "file:///etc/hostname"}
        for code in (301, 302, 303, 307, 308):
            for what, target in targets.items():
                with self.subTest(what, code=code):
                    artifact, _ = self.ask([self.list_source(redirect(target, code))], sealgate.UNDECIDED)
                    self.assertUndecided(artifact, f"answered {code} .*: redirects are not followed")
        self.assertEqual(WORLD.elsewhere.connections, 0)
        self.assertEqual(WORLD.good.count("/other"), 0)

    def test_a_final_answer_is_not_asked_again(self):
        for code in (400, 403, 404, 410):
            with self.subTest(code):
                WORLD.good.forget()
                artifact, _ = self.ask([self.list_source(status(code))], sealgate.UNDECIDED)
                self.assertUndecided(artifact, f"answered {code}")
                self.assertEqual(WORLD.good.count("/list.json"), 1)


class Retries(RevocationTest):
    def test_500_then_200_allows(self):
        artifact, sources = self.ask([self.list_source(sequence([status(500), revocation_list()]))], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertEqual(sources[0]["status"], "fresh")
        self.assertEqual(WORLD.good.count("/list.json"), 2)

    def test_broken_connections_then_200_allow(self):
        handlers = [reset(), close(), truncated(revocation_list(), 5000), status(503), status(502), revocation_list()]
        artifact, _ = self.ask([self.list_source(sequence(handlers))], sealgate.PASSED, timeout="30s")
        self.assertAllowed(artifact)
        self.assertEqual(WORLD.good.count("/list.json"), 6)

    def test_what_comes_after_a_failure_is_believed(self):
        artifact, _ = self.ask([self.list_source(sequence([status(500), revocation_list(job_entry())]))], sealgate.BLOCKED)
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_429_with_retry_after_is_waited_for(self):
        handler = sequence([status(429, {"Retry-After": "1"}), revocation_list()])
        started = time.monotonic()
        artifact, _ = self.ask([self.list_source(handler)], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertGreaterEqual(time.monotonic() - started, 1)
        self.assertEqual(WORLD.good.count("/list.json"), 2)

    def test_retry_after_beyond_the_timeout_is_given_up_at_once(self):
        for value in ("60", "1000000000000"):
            with self.subTest(value):
                WORLD.good.forget()
                started = time.monotonic()
                artifact, _ = self.ask([self.list_source(status(429, {"Retry-After": value}))], sealgate.UNDECIDED, timeout="30s")
                self.assertUndecided(artifact, "answered 429 Too Many Requests; given up after 1 try: the server asks to wait")
                self.assertLess(time.monotonic() - started, sealgate.seconds(10))
                self.assertEqual(WORLD.good.count("/list.json"), 1)

    def test_retry_after_that_is_no_number_is_as_if_it_were_not_there(self):
        for value in ("-1", "soon", ""):
            with self.subTest(value):
                handler = sequence([status(503, {"Retry-After": value}), revocation_list()])
                artifact, _ = self.ask([self.list_source(handler)], sealgate.PASSED)
                self.assertAllowed(artifact)


# --- CRLs -----------------------------------------------------------------------------------------------------------------


class Crls(RevocationTest):
    def sources(self, **changes):
        """CRL sources for every certificate below the root; a change replaces one, None takes it away."""
        crls = {**WORLD.crls(), **changes}
        return [self.crl_source(body, f"/{name}.crl") for name, body in crls.items() if body is not None]

    def der(self, pem):
        return signing_pki.openssl("crl", "-outform", "DER", data=pem)

    def test_good_crls_allow_in_pem_and_in_der(self):
        der = {name: self.der(body) for name, body in WORLD.crls().items()}
        for form, changes in (("PEM", {}), ("DER", der)):
            with self.subTest(form):
                artifact, sources = self.ask(self.sources(**changes), sealgate.PASSED)
                self.assertAllowed(artifact)
                self.assertEqual([(s["source"], s["status"]) for s in sources], [("crl", "fresh")] * 3)
                self.assertRegex(sources[0]["detail"], "^issued .* UTC, next update .* UTC$")

    def test_a_revoked_certificate_blocks_or_warns(self):
        pki = self.pki
        rows = (("signing leaf", "regional", WORLD.crl(pki.regional, pki.leaf)),
                ("us-east-1 SUBORDINATE CA", "ca", WORLD.crl(pki.ca, pki.regional)),
                ("Signer CA", "root", WORLD.crl(pki.root, pki.ca)))
        for name, place, crl in rows:
            for policy, code in (("Enforce", sealgate.BLOCKED), ("Warn", sealgate.PASSED)):
                for form, body in (("PEM", crl), ("DER", self.der(crl))):
                    with self.subTest(name, policy=policy, form=form):
                        artifact, _ = self.ask(self.sources(**{place: body}), code, policy=policy)
                        message = f"certificate .*{name}.* is revoked, says crl https://localhost:.*/{place}.crl"
                        self.assertRevoked(artifact, "certificate-revoked", message, policy)

    def test_other_certificates_on_a_crl_do_not_matter(self):
        crl = WORLD.crl(self.pki.regional, *(f"4A{number:030X}" for number in range(50)))
        artifact, _ = self.ask(self.sources(regional=crl), sealgate.PASSED)
        self.assertAllowed(artifact)

    def test_a_certificate_that_no_crl_covers_is_undecided(self):
        for name, place in (("signing leaf", "regional"), ("us-east-1 SUBORDINATE CA", "ca"), ("Signer CA", "root")):
            with self.subTest("left out", place=place):
                artifact, _ = self.ask(self.sources(**{place: None}), sealgate.UNDECIDED)
                self.assertUndecided(artifact, f"no CRL covers certificate .*{name}")

    def test_a_crl_of_another_ca_covers_nothing(self):
        """The twin's CAs have the same names; only the keys differ. Its CRL revokes what it can, and is not believed."""
        twins = {"regional": WORLD.crl(WORLD.twin.regional, self.pki.leaf), "ca": WORLD.crl(WORLD.twin.ca),
                 "root": WORLD.crl(WORLD.twin.root)}
        for place, crl in twins.items():
            with self.subTest(place):
                artifact, sources = self.ask(self.sources(**{place: crl}), sealgate.UNDECIDED)
                self.assertUndecided(artifact, "no CRL covers certificate")
                self.assertEqual({source["status"] for source in sources}, {"fresh"})

    def test_only_the_leaf_covered_is_undecided_under_each_policy(self):
        source = self.crl_source(WORLD.crl(self.pki.regional), "/regional.crl")
        for options, code, level, action in (({}, sealgate.UNDECIDED, "error", "undecided"),
                                             ({"policy": "Warn"}, sealgate.PASSED, "warning", "warn"),
                                             ({"settings": {"on_unavailable": "warn"}}, sealgate.PASSED, "warning", "warn")):
            with self.subTest(**options):
                artifact, _ = self.ask([source], code, **options)
                self.assertUndecided(artifact, "no CRL covers certificate .*SUBORDINATE CA", level, action)

    def test_a_revocation_is_found_though_other_certificates_are_not_covered(self):
        source = self.crl_source(WORLD.crl(self.pki.regional, self.pki.leaf), "/regional.crl")
        artifact, _ = self.ask([source], sealgate.BLOCKED)
        self.assertRevoked(artifact, "certificate-revoked", "signing leaf")

    def test_one_expired_crl_of_three_is_undecided(self):
        late = WORLD.crl(self.pki.ca, last_update=signing_pki.now() - 2 * HOUR, next_update=signing_pki.now() - HOUR)
        artifact, sources = self.ask(self.sources(ca=late), sealgate.UNDECIDED)
        self.assertUndecided(artifact, "no answer from crl https://localhost:.*/ca.crl: the CRL is out of date")
        self.assertEqual([source["status"] for source in sources], ["fresh", "unavailable", "fresh"])

    def test_an_expired_crl_revokes_nothing(self):
        """Out of date is no data at all: the answer is undecided, not revoked."""
        late = WORLD.crl(self.pki.regional, self.pki.leaf, last_update=signing_pki.now() - 2 * HOUR,
                         next_update=signing_pki.now() - HOUR)
        artifact, _ = self.ask(self.sources(regional=late), sealgate.UNDECIDED)
        self.assertUndecided(artifact, "the CRL is out of date")

    def test_a_delta_crl_and_a_partial_one_do_not_count(self):
        rows = (("2.5.29.27=critical,DER:020101", "it is a delta CRL"),
                ("2.5.29.28=critical,DER:30038101FF", "it is a partial CRL"),
                ("1.2.3.4=critical,DER:0500", "the CRL has the critical extension 1.2.3.4, which is not understood"))
        for extension, message in rows:
            with self.subTest(message):
                crl = WORLD.crl(self.pki.regional, extensions=f"authorityKeyIdentifier=keyid\n{extension}")
                artifact, _ = self.ask(self.sources(regional=crl), sealgate.UNDECIDED)
                self.assertUndecided(artifact, message)


# --- files, several sources, many artifacts -------------------------------------------------------------------------------


class FilesAndSeveralSources(RevocationTest):
    def test_list_and_crls_from_files(self):
        self.workspace.write("pki/revoked.json", revocation_list())
        for name, body in WORLD.crls().items():
            self.workspace.write(f"pki/{name}.crl", body)
        crls = [{"crl": "file:pki/regional.crl"}, {"crl": "file:pki/ca.crl"},
                {"crl": f"file://{self.workspace.path}/pki/root.crl"}]
        artifact, sources = self.ask([{"list": "file:pki/revoked.json"}, *crls], sealgate.PASSED)
        self.assertAllowed(artifact)
        self.assertEqual([source["status"] for source in sources], ["fresh"] * 4)
        self.assertEqual(sources[0]["url"], "pki/revoked.json")

    def test_a_file_that_revokes_blocks(self):
        self.workspace.write("revoked.json", revocation_list(job_entry()))
        artifact, _ = self.ask([{"list": "file:revoked.json"}], sealgate.BLOCKED)
        self.assertRevoked(artifact, "job-revoked", "was revoked on .*, says list revoked.json")

    def test_files_are_relative_to_the_configuration(self):
        self.workspace.write("revoked.json", revocation_list(job_entry()))
        self.write([{"list": "file:revoked.json"}])
        result = sealgate.run("verify", "--ci", "none", "-o", "json", self.workspace.path / "sealgate.yaml", cwd="/")
        artifact = self.artifacts(result, sealgate.BLOCKED)["one"]
        self.assertRevoked(artifact, "job-revoked", "was revoked on")

    def test_a_revocation_wins_over_a_source_that_is_down(self):
        down = {"list": f"https://localhost:{closed_port()}/down.json"}
        revoking = self.list_source(revocation_list(job_entry()))
        for order in ([down, revoking], [revoking, down]):
            with self.subTest(order=[next(iter(source.values())) for source in order]):
                artifact, sources = self.ask(order, sealgate.BLOCKED, timeout="500ms")
                self.assertRevoked(artifact, "job-revoked", "was revoked on")
                self.assertEqual(sorted(source["status"] for source in sources), ["fresh", "unavailable"])

    def test_one_down_and_one_fine_is_undecided(self):
        down = {"list": f"https://localhost:{closed_port()}/down.json"}
        fine = self.list_source(revocation_list())
        for order in ([down, fine], [fine, down]):
            artifact, _ = self.ask(order, sealgate.UNDECIDED, timeout="500ms")
            self.assertUndecided(artifact, "no answer from list https://localhost:.*/down.json: ")

    def test_two_down_are_both_counted(self):
        down = [{"list": f"https://localhost:{closed_port()}/{name}.json"} for name in ("first", "second")]
        artifact, sources = self.ask(down, sealgate.UNDECIDED, timeout="500ms")
        self.assertUndecided(artifact, r"first.json: .* \(and 1 more source\)")
        self.assertEqual([source["status"] for source in sources], ["unavailable"] * 2)

    def test_sources_are_asked_at_the_same_time(self):
        names = [f"/{number}.json" for number in range(8)]
        sources = [self.list_source(hang(), name) for name in names]
        started = time.monotonic()
        artifact, _ = self.ask(sources, sealgate.UNDECIDED, timeout="1s")
        self.assertUndecided(artifact, "and 7 more sources")
        self.assertLess(time.monotonic() - started, sealgate.seconds(5))

    def test_each_source_is_fetched_once_for_many_artifacts(self):
        sources = [self.list_source(revocation_list())]
        sources += [self.crl_source(body, f"/{name}.crl") for name, body in WORLD.crls().items()]
        functions = {f"function-{number}": WORLD.package for number in range(12)}
        layers = {f"layer-{number}": WORLD.package for number in range(4)}
        self.write(sources, functions, layers)
        result = self.workspace.verify("--jobs", "4")
        artifacts = self.artifacts(result, sealgate.PASSED)
        self.assertEqual(len(artifacts), 16)
        for artifact in artifacts.values():
            self.assertAllowed(artifact)
        for path in ("/list.json", "/regional.crl", "/ca.crl", "/root.crl"):
            self.assertEqual(WORLD.good.count(path), 1, path)
        self.assertEqual(WORLD.good.connections, 4)

    def test_what_is_not_proven_is_not_asked_about(self):
        """A package that was changed is invalid, whatever a list says of the job it claims."""
        changed = bytearray(WORLD.package)
        at = changed.index(b"handler.py")
        changed[at : at + 7] = b"HANDLER"
        at = changed.rindex(b"handler.py")
        changed[at : at + 7] = b"HANDLER"
        self.write([self.list_source(revocation_list(job_entry()))], {"one": bytes(changed)})
        artifact = self.artifacts(self.workspace.verify(), sealgate.BLOCKED)["one"]
        self.assertInvalid(artifact, "content-modified")

    def test_the_other_checks_are_judged_though_no_source_answers(self):
        self.write([{"list": "file:gone.json"}], publishers=[OTHER_PROFILE])
        artifact = self.artifacts(self.workspace.verify(), sealgate.BLOCKED)["one"]
        self.assertChecks(artifact, mismatch="fail", revocation="undecided")
        self.assertFinding(artifact, "publisher-not-allowed", "error", "signed by Release/AbCdEf0123")
        self.assertFinding(artifact, "revocation-unavailable", "error", "cannot open")
