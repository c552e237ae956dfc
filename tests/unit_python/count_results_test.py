"""The last line of ./test.sh: what did not run must not look like what passed."""

import subprocess
import sys
from pathlib import Path

import pytest

COUNT = Path(__file__).resolve().parents[1] / "count_results.py"
GOOD = '<testsuite><testcase name="a"/><testcase name="b"><skipped/></testcase></testsuite>'


def counted(folder, *files):
    paths = []
    for number, text in enumerate(files):
        paths.append(folder / f"{number}.xml")
        if text is not None:
            paths[-1].write_text(text)
    outcome = subprocess.run([sys.executable, COUNT, *paths], check=False, capture_output=True, text=True)
    return outcome.stdout.splitlines()[-1], outcome.returncode


def test_files_are_added_up(tmp_path):
    assert counted(tmp_path, GOOD, GOOD) == ("2 passed, 0 failed, 2 skipped", 0)


@pytest.mark.parametrize("other", [None, "cut sho", "<testsuite/>", '<testsuite><testcase name="c"><failure/></testcase></testsuite>',
                                   '<testsuite><testcase name="c"><error/></testcase></testsuite>'],
                         ids=["missing", "cut short", "without tests", "failure", "error"])
def test_what_did_not_pass_is_a_failure(tmp_path, other):
    assert counted(tmp_path, GOOD, other) == ("1 passed, 1 failed, 1 skipped", 1)


def test_nothing_at_all_is_a_failure(tmp_path):
    assert counted(tmp_path, "<testsuite/>") == ("0 passed, 1 failed, 0 skipped", 1)
