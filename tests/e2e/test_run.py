"""One run over several artifacts: which are judged, under what, and what the report and the exit code say."""

import base64
import hashlib

from support import cms, package
from support.cms import DEFAULT_JOB, DEFAULT_PROFILE
from support.sealgate import GateTest, rfc3339

OTHER_PROFILE = DEFAULT_PROFILE.replace("Release/AbCdEf0123", "Experimental/ZyXwVu9876")


class Run(GateTest):
    CONFIGS = {
        "release": {"allowed_publishers": [DEFAULT_PROFILE], "untrusted_artifact_on_deployment": "Enforce"},
        "lenient": {"description": "for experiments", "allowed_publishers": [OTHER_PROFILE],
        "untrusted_artifact_on_deployment": "Warn"},
    }

    def test_every_artifact_is_judged_though_the_first_is_blocked(self):
        functions = {"a-bad": b"no zip", "b-good": self.signed(), "c-unsigned": package.unsigned_zip(package.DEFAULT_FILES),
                     "d-gone": {"code": "gone.zip"}}
        result = self.judge(functions, {"e-good": self.signed()})
        artifacts = self.artifacts(result, 1)
        self.assertEqual({name: item["action"] for name, item in artifacts.items()},
                         {"a-bad": "block", "b-good": "allow", "c-unsigned": "block", "d-gone": "undecided",
                         "e-good": "allow"})
        self.assertEqual([item["name"] for item in result.json["artifacts"]], [*functions, "e-good"])
        self.assertEqual([item["kind"] for item in result.json["artifacts"]], ["function"] * 4 + ["layer"])
        self.assertEqual(result.json["summary"], {"artifacts": 5, "allow": 2, "warn": 0, "block": 2, "undecided": 1})
        self.assertEqual(result.json["verdict"], "blocked")

    def test_location_in_the_configuration(self):
        path = self.configure({"first": self.signed(), "second": self.signed()}, {"third": self.signed()})
        lines = path.read_text().splitlines()
        for artifact in self.workspace.verify().json["artifacts"]:
            with self.subTest(artifact["name"]):
                place = artifact["location"]
                self.assertIn(f'name: "{artifact["name"]}"', lines[place["line"] - 1])
                self.assertIn(place["column"], (3, 5))
                self.assertEqual(place["file"], "sealgate.yaml")

    def test_two_functions_share_a_layer_under_different_configurations(self):
        functions = {"strict": {"code": self.signed(), "layers": ["shared"]},
                     "loose": {"code": self.signed(profile=OTHER_PROFILE), "layers": ["shared"],
                     "code_signing_config": "lenient"}}
        result = self.judge(functions, {"shared": self.signed()}, configs=self.CONFIGS)
        self.assertEqual(result.code, 0, str(result))
        rows = {(item["name"], item["code_signing_config"]["name"]): item for item in result.json["artifacts"]}
        self.assertEqual({key: item["action"] for key, item in rows.items()},
                         {("strict", "release"): "allow", ("loose", "lenient"): "allow", ("shared", "release"): "allow",
                          ("shared", "lenient"): "warn"})
        self.assertFinding(rows["shared", "lenient"], "publisher-not-allowed", "warning", "`lenient`")
        self.assertEqual(rows["shared", "lenient"]["code_signing_config"],
            {"name": "lenient", "arn": None, "policy": "Warn"})

    def test_layer_under_one_configuration_is_judged_once(self):
        functions = {name: {"code": self.signed(), "layers": ["shared"]} for name in ("one", "two")}
        result = self.judge(functions, {"shared": self.signed()}, configs=self.CONFIGS)
        self.assertEqual([item["name"] for item in result.json["artifacts"]], ["one", "two", "shared"])

    def test_layer_that_no_function_uses(self):
        result = self.judge({"one": self.signed()}, {"spare": self.signed(profile=OTHER_PROFILE)}, configs=self.CONFIGS)
        self.assertEqual(self.artifacts(result, 1)["spare"]["code_signing_config"]["name"], "release")

    def test_layer_of_a_function_with_its_own_configuration_alone(self):
        functions = {"loose": {"code": self.signed(profile=OTHER_PROFILE), "layers": ["shared"],
            "code_signing_config": "lenient"}}
        result = self.judge(functions, {"shared": self.signed(profile=OTHER_PROFILE)}, configs=self.CONFIGS)
        artifact = self.artifacts(result, 0)["shared"]
        self.assertEqual((artifact["code_signing_config"]["name"], artifact["action"]), ("lenient", "allow"))

    def test_image(self):
        functions = {"one": self.signed(), "image": {"package_type": "Image"}}
        artifacts = self.artifacts(self.judge(functions), 0)
        image = artifacts["image"]
        self.assertFinding(image, "image-not-supported", "notice", "image")
        self.assertIsNone(image["signature"])
        self.assertEqual({check["status"] for check in image["checks"].values()}, {"skipped"})

    def test_image_with_a_configuration(self):
        result = self.judge({"image": {"package_type": "Image", "code_signing_config": "release"}})
        self.assertEqual(result.code, 2)
        self.assertRegex(result.err, "(?i)image")

    def test_enforce_option(self):
        unsigned = package.unsigned_zip(package.DEFAULT_FILES)
        artifact = self.one(unsigned, 1, policy="Warn", arguments=("--enforce",))
        self.assertEqual(artifact["action"], "block")
        self.one(unsigned, 1, policy="Enforce", arguments=("--enforce",))

    def test_enforce_does_not_loosen(self):
        self.one({"code": "gone.zip"}, 3, policy="Warn", arguments=("--enforce",))

    def test_default_policy_is_warn(self):
        result = self.judge({"one": package.unsigned_zip(package.DEFAULT_FILES)},
                            configs={"release": {"allowed_publishers": [DEFAULT_PROFILE]}})
        self.assertEqual(self.artifacts(result, 0)["one"]["code_signing_config"]["policy"], "Warn")
        self.assertEqual(result.json["verdict"], "passed_with_warnings")

    def test_warn_exit_code(self):
        unsigned = {"one": package.unsigned_zip(package.DEFAULT_FILES)}
        for number in ("0", "5", "125"):
            self.assertEqual(self.judge(unsigned, policy="Warn", arguments=("--warn-exit-code", number)).code, int(number))
        self.assertEqual(self.judge({"one": self.signed()}, policy="Warn", arguments=("--warn-exit-code", "9")).code, 0)
        self.assertEqual(self.judge(unsigned, policy="Enforce", arguments=("--warn-exit-code", "9")).code, 1)
        self.assertEqual(self.judge({**unsigned, "gone": {"code": "gone.zip"}}, policy="Warn",
            arguments=("--warn-exit-code", "9")).code, 3)
        for number in ("1", "2", "3", "4", "126", "-1", "x", "", "5 ", "05x"):
            with self.subTest(number):
                self.assertEqual(self.judge(unsigned, policy="Warn", arguments=("--warn-exit-code", number)).code, 2)

    def test_only(self):
        functions = {"good": self.signed(), "bad": b"no zip"}
        artifacts = self.artifacts(self.judge(functions, arguments=("--only", "good")), 0)
        self.assertEqual(list(artifacts), ["good"])
        self.assertEqual(len(self.judge(functions, arguments=("--only", "good", "--only", "bad")).json["artifacts"]), 2)
        self.assertEqual(self.judge(functions, arguments=("--only", "ugly")).code, 2)

    def test_shards_are_disjoint_and_cover_all(self):
        functions = {f"f{number}": self.signed() for number in range(7)}
        layers = {f"l{number}": self.signed() for number in range(2)}
        seen = []
        for index in (1, 2, 3):
            result = self.judge(functions, layers, arguments=("--shard", f"{index}/3"))
            self.assertEqual(result.code, 0)
            seen += [item["name"] for item in result.json["artifacts"]]
        self.assertEqual(sorted(seen), sorted([*functions, *layers]))
        for text in ("0/3", "4/3", "1/0", "1", "a/b", "1/3/5", "-1/3"):
            with self.subTest(text):
                self.assertEqual(self.judge(functions, arguments=("--shard", text)).code, 2)

    def test_jobs_do_not_change_the_report(self):
        functions = {f"f{number:02d}": self.signed({"a.py": f"{number}\n"}) for number in range(20)}
        functions["bad"] = b"no zip"
        reports = []
        for jobs in ("1", "2", "8"):
            result = self.judge(functions, arguments=("-j", jobs, "--now", "2030-01-01T00:00:00Z"))
            self.assertEqual(result.code, 1)
            reports.append(result.out)
        self.assertEqual(reports[0], reports[1])
        self.assertEqual(reports[0], reports[2])

    def test_report_names_its_configuration(self):
        path = self.configure({"one": self.signed()})
        report = self.workspace.verify().json
        self.assertEqual(report["schema"], "sealgate-report/1")
        self.assertEqual(report["tool"]["name"], "sealgate")
        self.assertEqual(report["config"], {"path": "sealgate.yaml",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest()})

    def test_sizes_and_hash(self):
        data = self.signed()
        artifact = self.one(data, 0)
        self.assertEqual(artifact["size"], len(data))
        self.assertEqual(artifact["unpacked_size"], sum(len(body) for _, body in package.read_entries(data)))
        self.assertEqual(artifact["code_sha256"], base64.b64encode(hashlib.sha256(data).digest()).decode())

    def test_signature_member(self):
        signature = self.one(self.signed(), 0)["signature"]
        self.assertEqual(signature["profile_version_arn"], DEFAULT_PROFILE)
        self.assertEqual(signature["job_arn"], DEFAULT_JOB)
        self.assertEqual(signature["signed_at"], rfc3339(self.signed_at))
        self.assertEqual(signature["expires_at"], rfc3339(cms.plus_years(self.signed_at, 11)))
        self.assertEqual(signature["certificate_hashes"], self.pki.certificate_hashes())
        self.assertEqual(signature["root_sha256"], self.pki.root_sha256())
