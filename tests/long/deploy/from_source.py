"""From source, by the commands of docs/installation.md: built, installed, served by systemd, removed."""

import shutil
import time

import pytest
from harness import request
from machines import Booted, documented

PORT = 10488


@pytest.fixture(scope="module")
def machine(system, checkout, figure):
    plain = system("source")
    plain.install("systemd", "systemd-sysv", "dbus", "procps", "tzdata", "curl")
    shutil.copytree(checkout, plain.path("/source"))
    began = time.monotonic()
    plain.script(documented("From source", 0), "/source")
    figure("from source to installed, seconds", round(time.monotonic() - began))
    booted = Booted(plain)
    yield booted
    booted.close()


def test_it_is_installed_and_serves(machine, station):
    machine.provide_editor(VICTRON_EXPORTER_STATION_URL=station.url, VICTRON_EXPORTER_WEB_LISTEN_ADDRESS=f"127.0.0.1:{PORT}")
    machine.script(documented("From source", 1))
    status, _, body = request(f"http://127.0.0.1:{PORT}/metrics")
    assert status == 200 and b'victron_up{site="house"} 1' in body
    assert machine.property("victron_exporter@house.service", "ExecStart").count("/usr/local/bin/victron_exporter")


def test_it_is_removed(machine):
    machine.script(documented("From source", 2), "/source")
    left = {name for name in machine.system.files() if "victron" in name and not name.startswith("source")}
    # Empty folders, and what is the administrator's.
    assert not [name for name in left if machine.system.path(name).is_file() and not name.startswith("etc/victron_exporter/")]
    assert machine.answer("systemctl", "list-units", "--plain", "--no-legend", "--state=active", "victron_exporter@*") == ""
