"""The harness of the end-to-end tests, and the program whose calls fail."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parent)]
sys.path += [str(Path(__file__).resolve().parents[1] / "e2e"), str(Path(__file__).resolve().parents[1])]

import faults as faults_module  # noqa: E402


@pytest.fixture
def faults(tmp_path):
    with faults_module.Faults(tmp_path / "faults") as shared:
        yield shared
