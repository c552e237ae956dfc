"""Prints what the exporter costs, beside others and beside the floor, measured side by side in one run.

    tests/bench/run.sh [--quick] [SECTION...]

builds build/ and runs this.  VICTRON_TEST_PROGRAM names another program, e.g. one built before a change.  Nothing here passes or fails: gates are tests of their own (gate_test.py).
"""

import argparse
import contextlib
import os
import platform
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests")]

import sections  # noqa: E402

# As the unit and the image run it.
os.environ["GLIBC_TUNABLES"] = "glibc.malloc.tcache_count=0"


def machine():
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} at the start"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(sections.ALL)}; none: all")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: to try it, not to quote it")
    parser.add_argument("--fleet", type=int, default=20, metavar="N", help="exporters in the section fleet")
    options = parser.parse_args()
    unknown = [name for name in options.sections if name not in sections.ALL]
    if unknown:
        parser.error(f"unknown section {unknown[0]}: there are {', '.join(sections.ALL)}")
    print(machine())
    for name, run in sections.ALL.items():
        if not options.sections or name in options.sections:
            with contextlib.ExitStack() as stack:
                directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                run(options, directory, stack)
    print(f"\nload {os.getloadavg()[0]:.2f} at the end")


if __name__ == "__main__":
    main()
