"""Starts and ends what a test asks for; `simulator("station")`, `exporter(url, *flags)`."""

import importlib.util
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for the package simulator
sys.path.append(str(Path(__file__).resolve().parent))  # for hostile, fault_matrix

_spec = importlib.util.spec_from_file_location("harness", Path(__file__).with_name("harness.py"))
harness = importlib.util.module_from_spec(_spec)
sys.modules["harness"] = harness
_spec.loader.exec_module(harness)


def pytest_collection_modifyitems(items):
    from fault_matrix import MODULES

    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name in MODULES:
            item.add_marker("matrix")


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


@pytest.fixture
def broker(tmp_path):
    """broker(username=…, password=…, tls=…): a real mosquitto with the access rules of a GX."""
    from simulator.broker import Broker

    started = []

    def start(**options):
        started.append(Broker(tmp_path, **options))
        started[-1].start()
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def mqtt_station(simulator):
    """mqtt_station(broker, "station", *options): a simulated GX that publishes there."""

    def start(server, station, *options):
        return simulator(station, f"--mqtt=127.0.0.1:{server.plugin_port}", *options)

    return start
