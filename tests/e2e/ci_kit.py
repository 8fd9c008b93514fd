"""What the tests of CI output have in common: a PKI, a signed package and an unsigned one, runs in a CI's environment."""

import shutil
import tempfile
import unittest

from support import cms, package, sealgate, signing_pki
from support.sealgate import GateTest

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
    """For each module of tests that imports it."""
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
