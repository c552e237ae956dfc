"""docs/testing.md has a matrix of faults: what it names is there."""

import re

from fault_matrix import MATRIX
from harness import ROOT

HERE = ROOT / "tests" / "e2e"
# Where the rows of a test stand, if not beside it.
ROWS = {"test_hostile_station.py": ["hostile_answers.py"], "test_station_tls.py": ["hostile_broker.py"]}
KINDS = {"http", "mqtt", "https", "mqtts"}  # transports are no rows


def cells():
    for line in MATRIX.splitlines():
        if line.startswith("| ") and not line.startswith("| fault"):
            yield from line.strip("| ").split(" | ")[1:]


def test_each_test_that_is_named_exists():
    names = re.findall(r"`(test_\w+\.py)(?:::(\w+))?", MATRIX)
    assert len(names) > 40
    for file, test in names:
        assert f"def {test}" in (HERE / file).read_text(), (file, test)


def test_each_row_that_is_named_exists():
    found = 0
    for cell in cells():
        file = None
        for name, row in re.findall(r"`(test_\w+\.py)|\[([^\]]+)\]", cell):
            file = name or file
            if row and row not in KINDS:
                found += 1
                assert any(f'"{row}"' in (HERE / place).read_text() for place in [file, *ROWS.get(file, [])]), (file, row)
    assert found > 30


def test_each_fault_is_tried_over_both_transports_or_cannot_be():
    for line in MATRIX.splitlines():
        if line.startswith("| ") and not line.startswith("| fault"):
            fault, over_http, over_mqtt = line.strip("| ").split(" | ")
            assert "`test_" in over_http, fault
            assert "`test_" in over_mqtt or over_mqtt.startswith(("does not exist", "the same")), fault
