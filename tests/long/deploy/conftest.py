"""Packages, images and cross builds, from a clean checkout. Wants root and `deploy/install-packages.sh build run test long`:

    /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/long/deploy/*.py

Each figure that a test measures is printed at the end.
"""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TESTS = HERE.parents[1]
sys.path[:0] = [str(HERE), str(TESTS / "deploy"), str(TESTS)]

if "harness" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("harness", TESTS / "e2e" / "harness.py")
    sys.modules["harness"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["harness"])

import harness  # noqa: E402
import machines  # noqa: E402

FIGURES = []


@pytest.fixture(scope="session")
def figure():
    """figure(what, value): to be told at the end."""
    return lambda what, value: FIGURES.append(f"{what}: {value}")


def pytest_terminal_summary(terminalreporter):
    if FIGURES:
        terminalreporter.section("figures")
        for line in FIGURES:
            terminalreporter.line(line)


@pytest.fixture(scope="session", autouse=True)
def native():
    """The program that other forms are held against, in build/."""
    machines.run("cmake", "-S", str(harness.ROOT), "-B", str(harness.ROOT / "build"), "-G", "Ninja")
    machines.run("cmake", "--build", str(harness.ROOT / "build"), "--target", "victron_exporter")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    return machines.clean_checkout(tmp_path_factory.mktemp("checkout") / "victron_exporter")


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """system(name): a fresh Debian system."""
    made = []

    def make(name):
        made.append(machines.System(tmp_path_factory.mktemp("systems") / name))
        return made[-1]

    yield make
    for one in reversed(made):
        one.close()


@pytest.fixture(scope="module")
def station():
    """A simulated house on loopback."""
    simulator = harness.Simulator("venus-v3.14-offgrid-house")
    yield simulator
    simulator.stop()
