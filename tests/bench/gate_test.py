"""The work of a scrape, counted: more than 5 % over its budget fails, on any machine.

Instructions are counted by valgrind, which gives the same number each time: no clock is asked and no load matters.
They do depend on compiler and libraries, so budgets.json has one set of budgets for each toolchain that somebody
measured.  A toolchain without one is held to the first set, with a tolerance that covers what compilers differ in:
there a gate still stops what makes a scrape twice as dear, and the message says how to add a set.

    UPDATE=1 /usr/bin/python3 -m pytest tests/bench/gate_test.py

writes what is counted now into the set of this toolchain.  A budget that has become too generous fails too, so that
no later change can use up what an earlier one has saved.
"""

import json
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "tests" / "bench" / "gate_bench"
STATION = ROOT / "tests" / "stations" / "three-phase-site" / "http"
BUDGETS = Path(__file__).with_name("budgets.json")
SCENARIOS = ["text", "openmetrics", "meeting", "kept", "packing", "answers", "messages", "collect"]
TOLERANCE = 0.05
FOREIGN_TOLERANCE = 0.40
GENEROUS = 0.10

# glibc chooses its copies and comparisons by processor: here always the same ones.
ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2_Usable,-AVX2,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM,"
                                 "-AVX512F,-AVX512VL", "PATH": os.environ["PATH"]}


def count(directory):
    """(toolchain, {scenario: {"instructions": …, "allocations": …}} of one unit of work)"""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={directory}/counted",
               "--toggle-collect=scenario_*", *[f"--dump-after=scenario_{name}" for name in SCENARIOS],
               str(PROGRAM), str(STATION)]
    result = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    toolchain, *lines = result.stdout.splitlines()
    instructions = counted_instructions(directory)
    counted = {}
    for name, units, allocations in map(str.split, lines):
        counted[name] = {"instructions": round(instructions[name] / int(units), 1),
                         "allocations": round(int(allocations) / int(units), 4)}
    return toolchain.removeprefix("toolchain "), counted


def counted_instructions(directory):
    """{scenario: instructions of its last run}; the first one met everything."""
    found = {}
    dumps = sorted(Path(directory).glob("counted.*"), key=lambda path: int(path.suffix[1:]))
    for text in (path.read_text(errors="replace") for path in dumps):
        trigger = re.search(r"Trigger: --dump-after=\S*scenario_(\w+)", text)
        if trigger:
            found[trigger[1]] = int(re.search(r"^(?:summary|totals): (\d+)", text, re.M)[1])
    return found


def complaints(counted, budgets, tolerance, may_be_generous):
    """A sentence for each number that is over its budget, or far below it."""
    found = []
    for scenario, kinds in counted.items():
        for kind, number in kinds.items():
            budget = budgets.get(scenario, {}).get(kind)
            if budget is None:
                found.append(f"{scenario}: no budget of {kind}")
            elif number > budget * (1 + tolerance) + 0.01:
                found.append(f"{scenario}: {number} {kind} a unit, {100 * number / budget - 100 if budget else 0:.1f} % "
                             f"over the budget of {budget}: make it cheaper, or say in the commit why it is worth that")
            elif number < budget * (1 - GENEROUS) - 0.01 and not may_be_generous:
                found.append(f"{scenario}: {number} {kind} a unit, the budget of {budget} is out of date: UPDATE=1")
    return found


@pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is not here")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="budgets are of x86-64")
def test_a_scrape_does_no_more_work_than_its_budget(tmp_path):
    toolchain, counted = count(tmp_path)
    sets = json.loads(BUDGETS.read_text())
    if os.environ.get("UPDATE"):
        sets[toolchain] = counted
        BUDGETS.write_text(json.dumps(sets, indent=1) + "\n")
    is_foreign = toolchain not in sets
    budgets = next(iter(sets.values())) if is_foreign else sets[toolchain]
    found = complaints(counted, budgets, FOREIGN_TOLERANCE if is_foreign else TOLERANCE, is_foreign)
    note = f"no set for {toolchain} in {BUDGETS.name}, held to the first one: UPDATE=1 adds one\n" if is_foreign else ""
    assert not found, note + "\n".join(found)


def test_a_page_allocates_nothing_for_a_sample():
    """Whatever the toolchain: with a few allocations a page, no unit of a page has one of its own."""
    for budgets in json.loads(BUDGETS.read_text()).values():
        for scenario in ("text", "openmetrics", "collect"):
            assert budgets[scenario]["allocations"] < 0.1, scenario


@pytest.mark.parametrize("factor,words", [(1.06, "over the budget"), (1.04, None), (0.95, None), (0.85, "out of date")])
def test_the_gate_bites(factor, words):
    budgets = {"text": {"instructions": 1000.0, "allocations": 2.0}}
    moved = {"text": {"instructions": 1000.0 * factor, "allocations": 2.0}}
    found = complaints(moved, budgets, TOLERANCE, False)
    assert [words in sentence for sentence in found] == ([True] if words else [])
    assert complaints({"new": {"instructions": 1}}, budgets, TOLERANCE, False)
