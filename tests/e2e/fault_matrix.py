"""The matrix of faults in docs/testing.md: its text, and the test modules that it names."""

import re
from pathlib import Path

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
MATRIX = DOCUMENT[DOCUMENT.index("## The matrix of faults"):DOCUMENT.index("## Fuzzing")]
MODULES = frozenset(re.findall(r"`(test_\w+\.py)", MATRIX))
