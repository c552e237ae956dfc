"""Starts and ends what a test asks for; `simulator("station")`, `exporter(url, *flags)`."""

import importlib.util
import sys
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("harness", Path(__file__).with_name("harness.py"))
harness = importlib.util.module_from_spec(_spec)
sys.modules["harness"] = harness
_spec.loader.exec_module(harness)


@pytest.fixture
def simulator():
    yield from _starter(harness.Simulator)


@pytest.fixture
def exporter():
    yield from _starter(harness.Exporter)


def _starter(kind):
    started = []

    def start(*arguments, **options):
        started.append(kind(*arguments, **options))
        return started[-1]

    yield start
    for process in reversed(started):
        process.stop()
