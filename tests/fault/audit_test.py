"""Whoever calls a library decides whether that can fail, and lets it fail in a test."""

import re
import subprocess
from pathlib import Path

from faults import wrapped_calls
from harness import ROOT

HERE = Path(__file__).resolve().parent
PROGRAM = ROOT / "build" / "asan" / "victron_exporter"
FROM_THE_COMPILER = re.compile(r"__(asan|ubsan|tsan|stack_chk|libc_start|cxa_finalize|errno|gmon)|_ITM_")


def called():
    """Names of all functions and variables that the program takes from libraries."""
    symbols = subprocess.run(["nm", "-u", PROGRAM], check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1].split("@")[0] for line in symbols.splitlines()}
    return {name for name in names if not FROM_THE_COMPILER.match(name)}


def cannot_fail():
    lines = (HERE / "cannot_fail.txt").read_text().splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def test_each_call_fails_in_a_test_or_cannot_fail():
    known = set(wrapped_calls()) | set(cannot_fail())
    assert not called() - known, "add them to fault_calls.h, or with a reason to cannot_fail.txt"


def test_nothing_is_listed_that_nobody_calls():
    idle = (set(wrapped_calls()) | set(cannot_fail())) - called()
    assert not idle


def test_nothing_is_listed_twice():
    names = wrapped_calls() + cannot_fail()
    assert len(names) == len(set(names))


def test_each_wrapped_call_is_named_by_a_test():
    """The tests require that what they name is met."""
    text = "".join(path.read_text() for path in HERE.glob("test_*.py"))
    assert not [name for name in wrapped_calls() if f'"{name}"' not in text]
