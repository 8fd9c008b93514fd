"""Runs the tests of one module and says for each which mutants it reached: `methods.py MODULE BYTES`, where BYTES is the file
named by SG_MUTANT_REACHED. What a class's setUpClass reaches counts for the first test of that class. Prints one JSON object:
{"failed": [TEST…], "tests": {TEST: [SECONDS, [NUMBER…]]}}.
"""

import json
import sys
import time
import unittest


class Recorder(unittest.TestResult):
    def __init__(self, path):
        super().__init__()
        self.bytes = open(path, "r+b", buffering=0)
        self.tests = {}
        self.started = time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        self.bytes.seek(0)
        reached = self.bytes.read()
        self.bytes.seek(0)
        self.bytes.write(bytes(len(reached)))
        now = time.monotonic()
        self.tests[test.id()] = [round(now - self.started, 3), [number for number, byte in enumerate(reached) if byte]]
        self.started = now


def main():
    recorder = Recorder(sys.argv[2])
    unittest.defaultTestLoader.loadTestsFromName(sys.argv[1]).run(recorder)
    failed = [f"{test}: {text}" for test, text in recorder.failures + recorder.errors]
    failed += [f"{test}: passed unexpectedly" for test in recorder.unexpectedSuccesses]
    print(json.dumps({"failed": failed, "tests": recorder.tests}))


if __name__ == "__main__":
    main()
