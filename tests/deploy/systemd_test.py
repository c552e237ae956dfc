"""The units: systemd understands every line, the service is locked in, and it fits the program's own words.

systemd-analyze says what it does not understand on stderr and still exits 0, so empty stderr is what counts. Started by a real
systemd they are in tests/long/deploy.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
SERVICE = UNITS / "victron_exporter@.service"
SOCKET = UNITS / "victron_exporter@.socket"
PROGRAM = ROOT / "build" / "victron_exporter"
SYSTEM_UNITS = Path("/usr/lib/systemd/system")
EXPOSURE_MAX = 1.5

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")


@pytest.fixture
def root(tmp_path):
    """A system's root with the targets, the program and our units."""
    for folder in ("etc/systemd/system", "usr/bin", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    for target in SYSTEM_UNITS.glob("*.target"):
        shutil.copy(target, tmp_path / "etc/systemd/system")
    for unit in (SERVICE, SOCKET):
        shutil.copy(unit, tmp_path / "etc/systemd/system")
    for program in ("usr/bin/victron_exporter", "bin/kill"):
        (tmp_path / program).write_text("#!/bin/false\n")
        (tmp_path / program).chmod(0o755)
    return tmp_path


def verify(root, *units):
    return subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={root}", *units],
                          capture_output=True, text=True, check=False).stderr


@needs_systemd
def test_systemd_understands_every_line(root):
    assert verify(root, "victron_exporter@house.service", "victron_exporter@house.socket") == ""


@needs_systemd
@pytest.mark.parametrize("old, new", [
    ("NoNewPrivileges=", "NoNewPrivilege="),
    ("WatchdogSec=30", "WatchdogSec=often"),
    ("/usr/bin/victron_exporter", "/usr/bin/victron-exporter"),
])
def test_the_check_sees_mistakes(root, old, new):
    unit = root / "etc/systemd/system" / SERVICE.name
    text = unit.read_text()
    assert old in text
    unit.write_text(text.replace(old, new))
    assert verify(root, "victron_exporter@house.service") != ""


@needs_systemd
def test_the_service_is_locked_in():
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX * 10:.0f}",
                             "--json=short", str(SERVICE)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    open_doors = {row["json_field"] for row in json.loads(result.stdout) if row.get("exposure") and not row["set"]}
    # It needs the network, also the one of this machine, and has no use for a root directory of its own; the device
    # is the clock, which ProtectClock= lets be read.
    assert open_doors <= {"PrivateNetwork", "IPAddressDeny", "RootDirectoryOrRootImage", "DeviceAllow",
                          "RestrictAddressFamilies_AF_INET_INET6", "RestrictAddressFamilies_AF_UNIX"}


def settings(path):
    return re.findall(r"^(\w+)=(.*)$", path.read_text(), re.M)


def test_what_the_unit_promises_the_program_keeps():
    values = dict(settings(SERVICE))
    assert (values["Type"], values["RestartPreventExitStatus"]) == ("notify", "2")
    assert values["EnvironmentFile"] == "-/etc/victron_exporter/%i.env"
    assert values["BindReadOnlyPaths"] == "%d:/run/secrets"
    credentials = [value.partition(":") for name, value in settings(SERVICE) if name == "LoadCredential"]
    assert [(name, path) for name, _, path in credentials] == [
        (name, f"/etc/victron_exporter/%i.{name}") for name in ("mqtt-password", "http-password")]
    defaults = [value for name, value in settings(SERVICE) if name == "SetCredential"]
    assert defaults == [f"{name}:\\n" for name, _, _ in credentials]


def test_unit_and_image_keep_memory_as_the_soak_did():
    soak = (ROOT / "tests" / "e2e" / "soaking.py").read_text()
    tuned = ["=".join(re.search(r'^NOTHING_KEPT = \{"(\w+)": "(.*)"\}$', soak, re.M).groups())]
    assert [value for name, value in settings(SERVICE) if name == "Environment"] == tuned
    assert re.findall(r"^ENV (.*)$", (ROOT / "Dockerfile").read_text(), re.M) == tuned


def test_a_start_may_take_as_long_as_the_longest_scrape():
    """--scrape.timeout may be 10 minutes, and READY comes as late as that."""
    result = subprocess.run([PROGRAM, "--station.url=http://x", "--scrape.timeout=601s", "--once"],
                            capture_output=True, text=True, check=False)
    assert result.returncode == 2 and "10m" in result.stderr
    assert dict(settings(SERVICE))["TimeoutStartSec"] == "11min"


def example():
    """(name, value) of each line of the example, those commented out included."""
    return re.findall(r"^#?(VICTRON_EXPORTER_\w+)=(.*)$", (UNITS / "example.env").read_text(), re.M)


def test_the_example_names_variables_that_exist():
    known = set(re.findall(r"`(VICTRON_EXPORTER_\w+)`", (ROOT / "docs" / "flags.md").read_text()))
    names = {name for name, _ in example()}
    assert names <= known and len(names) >= 8
    # What Compose, Kubernetes and systemd would each read in their own way.
    assert not any(set("\"'$\\ ") & set(value) for _, value in example())


def test_the_example_starts():
    """As it stands, but for the address, it is a station that does not answer: exit 1 of --once, no mistake."""
    env = dict(line.split("=", 1) for line in (UNITS / "example.env").read_text().splitlines()
               if line and not line.startswith("#"))
    env["VICTRON_EXPORTER_STATION_URL"] = "http://127.0.0.1:1"
    result = subprocess.run([PROGRAM, "--once"], env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 1 and 'victron_up{site="house"} 0' in result.stdout


@pytest.mark.parametrize("line, words", [
    ("VICTRON_EXPORTER_MAP_LEVEL=bogus", ["VICTRON_EXPORTER_MAP_LEVEL=bogus", "--map.level", "standard"]),
    ("VICTRON_EXPORTER_STATION_URL=ftp://x", ["VICTRON_EXPORTER_STATION_URL=ftp://x", "http"]),
    ("VICTRON_EXPORTER_WEB_LISTEN_ADDRESS=10088", ["VICTRON_EXPORTER_WEB_LISTEN_ADDRESS=10088", ":10088"]),
    ("VICTRON_EXPORTER_SITE_FILE=/nowhere.json", ["/nowhere.json"]),
    ("VICTRON_EXPORTER_STATION_URL=", ["--station.url", "required"]),
])
def test_a_wrong_environment_file_is_one_line_and_exit_2(line, words):
    env = {"VICTRON_EXPORTER_STATION_URL": "http://127.0.0.1:1", "VICTRON_EXPORTER_SITE": "house"}
    name, _, value = line.partition("=")
    result = subprocess.run([PROGRAM], env={**env, name: value}, capture_output=True, text=True, check=False,
                            timeout=20)
    assert result.returncode == 2 and result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr
