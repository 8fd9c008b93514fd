#!/usr/bin/env python3
"""Which test is for which attack: the ids of ATTACKS.md, sections 1 to 6, and every row and test that names one.

    attacks.py            checks and counts; exits with 1 when an id has no test, a named test or row does not exist, the
                          catalogue's list differs from the one here, too few cases are negative, or docs/attack-coverage.md is old
    attacks.py --write    writes docs/attack-coverage.md

Rows are found by their names, which begin with an id. Tests are named in TESTS below, and looked up in the files.
"""

import argparse
import ast
import importlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS_FOLDER = ROOT / "tests"
CATALOGUE = ROOT.parent / "shared/ATTACKS.md"
PAGE = ROOT / "docs/attack-coverage.md"
LEAST_NEGATIVE = 0.65

# The ids, as the catalogue has them; ZN-06, CM-04, CM-08, LG-04 and TC-03 do not exist.
IDS = [f"{group}-{number:02}" for group, last, without in (
    ("ZA", 22, ()), ("ZL", 9, ()), ("ZZ", 5, ()), ("ZN", 15, (6,)), ("ZD", 11, ()), ("ZX", 4, ()), ("CM", 48, (4, 8)),
    ("YA", 14, ()), ("HT", 13, ()), ("LG", 8, (4,)), ("TC", 10, (3,))) for number in range(1, last + 1) if number not in without]
IDS += [f"FC-{number}" for number in range(1, 9)]
GROUPS = {"ZA": "which archive is it", "ZL": "local headers", "ZZ": "zip64", "ZN": "names", "ZD": "bodies", "ZX": "size and effort",
          "CM": "the signature envelope", "FC": "content cut anew", "YA": "configuration", "HT": "network", "LG": "output",
          "TC": "time and context"}

# What a part of a case waits for. The rest of it is tested.
WAITING = {
    "HT-03": "that credential code alone may reach the metadata service: there is none before AWS access",
    "HT-04": "that the metadata service is never asked through a proxy: AWS access",
    "HT-08": "that each try is signed anew with its own time: AWS access",
    "TC-04": "the S3 version id in the report: packages in S3",
    "TC-09": "that AWS_ENDPOINT_URL counts only as an option and is shown in the report: AWS access (now it changes nothing)",
}

# id: tests that are for it, besides rows. "+" marks those where all is well and must pass.
TESTS = {
    "ZA-22": ["e2e/test_structure.py Structure.test_empty_archive_is_never_allowed_under_enforce"],
    "ZN-15": ["e2e/test_structure.py Structure.test_signature_entry_in_other_case_alone_is_no_signature"],
    "ZA-20": ["+e2e/test_structure.py Structure.test_most_entries_allowed"],
    "ZX-01": ["e2e/test_structure.py Structure.test_colliding_names_cost_nothing", "e2e/test_attacks_context.py Costs.test_colliding_names"],
    "ZX-04": ["e2e/test_damage.py Damage.test_every_truncation", "e2e/test_damage.py Damage.test_every_flipped_bit_of_the_headers",
              "e2e/test_damage.py Damage.test_flipped_bits_of_the_bodies", "e2e/test_damage.py Damage.test_flipped_bits_of_the_signature"],
    "CM-03": ["+e2e/test_sign.py Signed.test_the_same_content_digest_with_line_feeds", "+unit/test_crypto_signer.c test_round_trip"],
    "CM-28": ["+e2e/test_corpora.py Wycheproof.test_the_valid_forms_around_ours"],
    "CM-29": ["e2e/test_corpora.py Wycheproof.test_every_invalid_form"],
    "CM-31": ["e2e/test_judgement.py Expiry.test_to_the_millisecond", "e2e/test_judgement.py Expiry.test_the_fraction_counts"],
    "CM-32": ["e2e/test_judgement.py Integrity.test_signed_in_future_to_the_millisecond"],
    "CM-47": ["e2e/test_judgement.py Mismatch.test_near_misses"],
    "HT-01": ["e2e/test_revocation.py Unavailable.test_no_redirect_is_followed", "unit/test_net_http.c test_fetch_redirect",
              "e2e/test_attacks_network.py Addresses.test_a_redirect_to_the_metadata_service_is_not_followed"],
    "HT-03": ["unit/test_net_http.c test_requests_that_are_not_made"],
    "HT-04": ["+e2e/test_revocation_cache.py Environment.test_the_proxy_of_the_environment_is_used", "unit/test_net_http.c test_proxies",
              "+e2e/test_revocation_cache.py Environment.test_no_proxy_is_honoured",
              "e2e/test_revocation_cache.py Environment.test_the_proxys_password_reaches_the_proxy_and_nothing_else"],
    "HT-05": ["e2e/test_revocation_cache.py Environment.test_the_ca_bundle_is_instead_of_the_systems_store",
              "e2e/test_revocation_cache.py Environment.test_a_ca_bundle_without_certificates_is_undecided",
              "e2e/test_revocation_cache.py Environment.test_the_certificate_is_checked_behind_a_proxy_too"],
    "HT-06": ["unit/test_net_http.c test_slow_servers", "unit/test_net_http.c test_a_trickle_is_given_up"],
    "HT-07": ["+unit/test_net_http.c test_headers_sent"],
    "HT-08": ["+e2e/test_revocation.py Retries.test_500_then_200_allows", "+e2e/test_revocation.py Retries.test_broken_connections_then_200_allow",
              "+e2e/test_revocation.py Retries.test_429_with_retry_after_is_waited_for",
              "e2e/test_revocation.py Retries.test_retry_after_beyond_the_timeout_is_given_up_at_once",
              "+e2e/test_revocation.py Retries.test_retry_after_that_is_no_number_is_as_if_it_were_not_there",
              "e2e/test_revocation.py Unavailable.test_a_final_answer_is_not_asked_again",
              "+e2e/test_attacks_network.py Retrying.test_retry_after_as_a_date", "e2e/test_attacks_network.py Retrying.test_the_total_deadline_holds"],
    "HT-10": ["e2e/test_attacks_network.py Retrying.test_a_service_that_is_down_is_undecided_or_warned_about",
              "e2e/test_revocation.py FilesAndSeveralSources.test_one_down_and_one_fine_is_undecided"],
    "HT-11": ["+unit/test_net_http.c test_sixteen_threads"],
    "HT-12": ["e2e/test_revocation_cache.py Environment.test_netrc_curlrc_and_key_logs_are_ignored"],
    "HT-13": ["e2e/test_attacks_network.py Secrets.test_at_the_highest_verbosity_in_every_report_and_error",
              "e2e/test_attacks_network.py Secrets.test_in_errors_of_the_command_line_the_configuration_and_the_output",
              "e2e/test_attacks_network.py Secrets.test_a_proxys_password",
              "e2e/test_revocation_cache.py Environment.test_a_query_is_asked_and_never_shown"],
    "LG-07": ["e2e/test_ci.py Github.test_a_report_path_that_would_be_an_output_of_its_own"],
    "TC-01": ["e2e/test_attacks_context.py Changing.test_a_file_that_grows", "unit/test_base_file.c test_read_a_file_that_grows",
              "e2e/test_attacks_context.py Changing.test_a_file_that_is_rewritten_in_place",
              "e2e/test_attacks_context.py Changing.test_a_file_that_shrinks", "e2e/test_attacks_context.py Changing.test_a_file_that_is_exchanged"],
    "TC-02": ["e2e/test_attacks_context.py Paths.test_what_an_artifact_may_be", "e2e/test_attacks_context.py Paths.test_a_parent_that_is_exchanged",
              "+e2e/test_judgement.py Unreadable.test_link_is_followed", "e2e/test_judgement.py Unreadable.test_fifo",
              "e2e/test_judgement.py Unreadable.test_device", "e2e/test_judgement.py Unreadable.test_directory"],
    "TC-04": ["e2e/test_attacks_context.py Paths.test_a_report_binds_its_verdict"],
    "TC-05": ["e2e/test_attacks_context.py Paths.test_a_package_that_is_packed_again"],
    "TC-06": ["e2e/test_attacks_context.py Paths.test_reports_where_somebody_else_was_first", "unit/test_base_file.c test_write_over_a_link",
              "unit/test_net_cache.c test_a_symbolic_link_is_replaced"],
    "TC-07": ["e2e/test_attacks_context.py Paths.test_with_no_home_no_umask_and_no_rights",
              "e2e/test_options.py ExitCodes.test_closed_descriptors_corrupt_nothing"],
    "TC-08": ["e2e/test_attacks_context.py Paths.test_a_configuration_outside_the_checkout"],
    "TC-09": ["e2e/test_attacks_context.py Paths.test_an_environment_from_a_pull_request",
              "e2e/test_revocation_cache.py Environment.test_a_configuration_of_openssl_is_ignored"],
    "TC-10": ["e2e/test_attacks_context.py Endings.test_a_signal", "e2e/test_attacks_context.py Endings.test_no_memory",
              "e2e/test_options.py ExitCodes.test_a_report_that_cannot_be_written", "e2e/test_options.py ExitCodes.test_a_reader_that_goes_away",
              "e2e/test_options.py ExitCodes.test_other_commands_on_a_full_disk"],
}
# id: rows of revocation_silences.SILENCES, whose names tell no id.
SILENCES = {
    "HT-01": ["redirect"],
    "HT-03": ["a name that leads to this machine", "another spelling of loopback", "the metadata service", "the metadata service in decimal"],
    "HT-05": ["wrong host certificate", "expired server certificate", "unknown CA", "self-signed", "TLS 1.1"],
    "HT-06": ["slow body", "slow headers", "hang", "headers without end", "huge without length", "huge with length", "truncated"],
    "HT-07": ["gzip encoded", "gzip without saying so"],
    "HT-08": ["500 for ever", "503 with Retry-After beyond the timeout", "reset", "closed without an answer"],
    "HT-09": ["HTML with 200", "empty", "JSON cut off", "bytes behind the JSON", "not UTF-8", "no object", "nested too deep", "duplicate keys",
              "duplicate keys in an entry", "no entries", "entries as an object"],
    "HT-10": ["connection refused", "name that does not resolve"],
}
NEGATIVE, NOTICE, POSITIVE = "negative", "notice", "must pass"  # negative: hostile, and refused or without effect


class Problems(list):
    def say(self, text):
        self.append(text)


# --- rows -----------------------------------------------------------------------------------------------------------------


def id_of(name):
    match = re.match(r"([A-Z]{2}-\d+)\b", name)
    return match.group(1) if match and match.group(1)[:2] in GROUPS else None


def rows_of_cases(kit_name, prefix, runner):
    """The rows of a kit, filled by every module of its tables."""
    for path in sorted((TESTS_FOLDER / "e2e").glob(f"{prefix}_*.py")):
        importlib.import_module(f"e2e.{path.stem}")
    kit = importlib.import_module(f"e2e.{kit_name}")
    for case in kit.CASES:
        outcomes = case.outcome if isinstance(case.outcome, tuple) else (case.outcome,)
        kind = NEGATIVE if kit.FAIL in outcomes else NOTICE if kit.NOTICE in outcomes else POSITIVE
        yield case.name, kind, runner


def all_rows(problems):
    """(id, row's name, kind, test that runs it) of every table."""
    framing = importlib.import_module("e2e.test_attacks_framing")
    configuration = importlib.import_module("e2e.test_attacks_configuration")
    network = importlib.import_module("e2e.test_attacks_network")
    hostile = importlib.import_module("e2e.test_hostile_text")
    silences = {case.name for case in importlib.import_module("e2e.revocation_silences").SILENCES}
    rows = [*rows_of_cases("structure_kit", "structure", "e2e/test_structure.py Structure.test_cases"),
            *rows_of_cases("envelope_kit", "envelope", "e2e/test_envelope.py Envelopes.test_cases")]
    for cut in framing.CUTS:
        stopped = cut.outcome != framing.NOTHING_STRUCTURAL
        rows.append((cut.name, NEGATIVE if stopped else POSITIVE, "e2e/test_attacks_framing.py Framing.test_without_a_pin"))
        rows.append((f"{cut.name} pinned", NEGATIVE, "e2e/test_attacks_framing.py Framing.test_with_the_genuine_packages_pin"))
    rows += [(row.name, NEGATIVE, "e2e/test_attacks_configuration.py Configurations.test_rows") for row in configuration.ROWS]
    rows += [(name, NEGATIVE, "e2e/test_attacks_network.py Addresses.test_every_spelling_is_refused_by_its_address") for name in network.HOSTS]
    rows += [(name, NEGATIVE, "e2e/test_hostile_text.py HostileText.test_names_of_entries") for name in hostile.HOSTILE]
    found = [(id_of(name), name, kind, runner) for name, kind, runner in rows if id_of(name)]
    for identity, names in SILENCES.items():
        for name in names:
            if name not in silences:
                problems.say(f"{identity}: revocation_silences.py has no row `{name}`")
            found.append((identity, name, NEGATIVE, "e2e/test_revocation.py Unavailable.test_every_silence_is_undecided"))
    return found


# --- tests ----------------------------------------------------------------------------------------------------------------


def tests_of_python(text):
    return {f"{item.name}.{method.name}" for item in ast.parse(text).body if isinstance(item, ast.ClassDef)
            for method in item.body if isinstance(method, ast.FunctionDef) and method.name.startswith("test_")}


def tests_of_c(text):
    """Functions that are both there and in cmocka's list."""
    return {name for name in re.findall(r"^static void (test_\w+)\(void \*\*state\)", text, re.M)
            if re.search(rf"cmocka_unit_test\w*\(\s*{name}\b", text)}


def check_test(reference, known, problems):
    """Whether `file name` is a test."""
    file, name = reference.split(" ")
    if file not in known:
        path = TESTS_FOLDER / file
        text = path.read_text() if path.is_file() else ""
        known[file] = tests_of_c(text) if file.endswith(".c") else tests_of_python(text)
    if name not in known[file]:
        problems.say(f"there is no test {name} in tests/{file}")


# --- the whole ------------------------------------------------------------------------------------------------------------


def ids_of_the_catalogue():
    """The first cells of the tables of sections 1 to 6."""
    text = CATALOGUE.read_text()
    part = text[text.index("\n## 1. ") : text.index("\n## 7. ")]
    return re.findall(r"^\| ([A-Z]{2}-\d+) \|", part, re.M)


def gather(problems):
    """{id: [(name of row or test, kind, test)]}."""
    found, known = {identity: [] for identity in IDS}, {}
    entries = all_rows(problems)
    for identity, references in TESTS.items():
        for reference in references:
            entries.append((identity, "", POSITIVE if reference.startswith("+") else NEGATIVE, reference.lstrip("+")))
    for identity, name, kind, reference in entries:
        check_test(reference, known, problems)
        if identity not in found:
            problems.say(f"{name or reference}: the catalogue has no {identity}")
        else:
            found[identity].append((name, kind, reference))
    for identity, cases in found.items():
        if not cases:
            problems.say(f"{identity} has no test")
    return found


def page_of(found):
    lines = ["# Attack coverage", "",
             "Every id of the catalogue of attacks, with the cases that are for it. Generated by `tests/support/attacks.py --write`;",
             "`tests/support/attacks.py` fails when it is out of date. A negative case is something hostile that must be refused, by its exact",
             "rule and under Warn, too, or that must have no effect. A notice changes nothing unless `strict: true`; both are asserted.",
             "", *summary(found)]
    for group, what in GROUPS.items():
        lines += ["", f"## {group}: {what}", "", "| id | negative | notice | must pass | in |", "| --- | ---: | ---: | ---: | --- |"]
        for identity in sorted((one for one in found if one.startswith(group)), key=lambda one: int(one[3:])):
            cases = found[identity]
            counts = [str(sum(kind == wanted for _, kind, _ in cases) or "") for wanted in (NEGATIVE, NOTICE, POSITIVE)]
            files = sorted({reference.split(" ")[0] for _, _, reference in cases})
            lines.append(f"| {identity} | {' | '.join(counts)} | {', '.join(f'`{file}`' for file in files)} |")
    lines += ["", "## Waiting", "", "A part of these cases waits for what it is about:", ""]
    lines += [f"- {identity}: {reason}" for identity, reason in sorted(WAITING.items())]
    return "\n".join(lines) + "\n"


def summary(found):
    covered = sum(bool(cases) for cases in found.values())
    kinds = [kind for cases in found.values() for _, kind, _ in cases]
    counts = {kind: kinds.count(kind) for kind in (NEGATIVE, NOTICE, POSITIVE)}
    return [f"{covered} of {len(found)} attack ids covered, {len(WAITING)} waiting in part.",
            f"{len(kinds)} cases: {counts[NEGATIVE]} negative ({100 * counts[NEGATIVE] / len(kinds):.0f} %), {counts[NOTICE]} are notices, "
            f"{counts[POSITIVE]} must pass."]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="write docs/attack-coverage.md")
    options = parser.parse_args()
    sys.path.insert(0, str(TESTS_FOLDER))
    sys.dont_write_bytecode = True
    problems = Problems()

    found = gather(problems)
    if len(IDS) != len(set(IDS)):
        problems.say("an id stands twice in the list")
    if CATALOGUE.is_file():
        listed = ids_of_the_catalogue()
        for identity in sorted(set(listed) ^ set(IDS)):
            problems.say(f"{identity} is " + ("not in the list here" if identity in listed else "not in the catalogue"))
    else:
        print(f"skipped: {CATALOGUE.name} is not there; the ids are those of the list in this program")
    for identity in WAITING:
        if identity not in found:
            problems.say(f"{identity} waits, but the catalogue has no such id")
    kinds = [kind for cases in found.values() for _, kind, _ in cases]
    if kinds.count(NEGATIVE) < LEAST_NEGATIVE * len(kinds):
        problems.say(f"fewer than {LEAST_NEGATIVE:.0%} of the cases are negative")
    page = page_of(found)
    if options.write:
        PAGE.write_text(page)
    elif not PAGE.is_file() or PAGE.read_text() != page:
        problems.say("docs/attack-coverage.md is not what `tests/support/attacks.py --write` writes")

    for problem in problems:
        print(f"error: {problem}")
    print("\n".join(summary(found)))
    for identity, reason in sorted(WAITING.items()):
        print(f"  waiting: {identity}: {reason}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
