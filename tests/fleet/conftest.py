"""Lets the tests use the harness of the end-to-end tests, the tool itself, and the modules of this folder."""

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "deploy" / "fleet")]
sys.path.append(str(HERE.parent / "deploy"))  # for kustomized

if "harness" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("harness", HERE.parent / "e2e" / "harness.py")
    sys.modules["harness"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["harness"])
