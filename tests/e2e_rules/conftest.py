"""Lets the tests of this folder import its modules, and those that they share with others."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
for folder in ("", "rules", "e2e", "e2e_rules"):
    sys.path.insert(0, str(TESTS / folder))
