"""All end-to-end tests of the program that says what its sanitizers see.

    /usr/bin/python3 tests/long/sanitized.py [asan|tsan] [arguments of pytest, as -k mqtt]

Builds build/asan and build/tsan, or the one that is named, and drives them one after the other.  A word of a
sanitizer fails the test in which it was said.  Needs an idle machine: the program is several times as slow.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VARIANTS = ["asan", "tsan"]


def build(variant):
    subprocess.run(["cmake", "--preset", variant], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", variant, "--target", "victron_exporter"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    return ROOT / "build" / variant / "victron_exporter"


def drive(program, arguments):
    # Sanitizers need a quieter address space than some kernels give: setarch -R.
    return subprocess.run(["setarch", "-R", "/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/e2e",
                           *arguments], cwd=ROOT, check=False,
                          env={**os.environ, "VICTRON_TEST_PROGRAM": str(program)}).returncode


def main():
    named = [argument for argument in sys.argv[1:2] if argument in VARIANTS]
    codes = [drive(build(variant), sys.argv[1 + len(named):]) for variant in named or VARIANTS]
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
