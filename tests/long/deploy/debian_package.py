"""The Debian package: built with no more than it says it needs, clean, installed, served by systemd, upgraded, purged."""

import re
import shutil
import time

import pytest
from harness import Page, request, wait_until
from machines import Booted, documented, run

PACKAGE = "prometheus-victron-exporter"
UNIT = "victron_exporter@house.service"
PORT = 10288
PAGE = f"http://127.0.0.1:{PORT}/metrics"
FROM_GIT = {"SOURCE_DATE_EPOCH": "1764547200", "VICTRON_REVISION": "0123456789ab"}  # the builder has no git


@pytest.fixture(scope="module")
def built(system, checkout, figure):
    """(the system it was built in, the folder of the results there)"""
    builder = system("builder")
    shutil.copytree(checkout, builder.path("/source"))
    prepare, build = documented("Debian package", 0).rsplit("\ndeploy/build-debian-package.sh", 1)
    builder.script(prepare, "/source")
    builder.install("lintian")
    began = time.monotonic()
    builder.script("deploy/build-debian-package.sh" + build, "/source", env=FROM_GIT)
    figure("Debian package, seconds to build", round(time.monotonic() - began, 1))
    package = next(builder.path("/source/build/debian").glob(f"{PACKAGE}_*_amd64.deb"))
    figure("Debian package, KB", package.stat().st_size // 1000)
    return builder, package


@pytest.fixture(scope="module")
def machine(system, built):
    """A booted system, and what was on it before the package came."""
    plain = system("machine")
    plain.install("systemd", "systemd-sysv", "dbus", "procps", "tzdata")
    # What the package draws in is not what the package leaves.
    depends = run("dpkg-deb", "--field", built[1], "Depends")
    plain.run("apt-get", "satisfy", "-q", "-y", "--no-install-recommends", f"{depends.strip()}, ca-certificates, curl, openssl")
    package = f"/source/build/debian/{built[1].name}"
    plain.path(package).parent.mkdir(parents=True)
    shutil.copy(built[1], plain.path(package))
    booted = Booted(plain)
    booted.package = package
    booted.before = plain.files()
    yield booted
    booted.close()


def test_lintian_finds_nothing(built):
    builder, _ = built
    said = builder.run("sh", "-c", "lintian --fail-on error,warning --tag-display-limit 0 /source/build/debian/*.changes")
    assert not re.findall(r"^[EW]: .*", said, re.M)


def test_it_is_built_alike_twice(built):
    builder, package = built
    builder.run("cp", "-r", "/source", "/elsewhere")
    builder.run("/elsewhere/deploy/build-debian-package.sh", "/again", env=FROM_GIT)
    assert builder.path("/again").joinpath(package.name).read_bytes() == package.read_bytes()


def test_it_installs_and_nothing_runs_yet(machine):
    machine.run("apt-get", "update", "-q")
    machine.script(documented("Debian package", 1), "/source")
    assert "victron_exporter, version" in machine.run("victron_exporter", "--version")
    assert machine.answer("systemctl", "list-units", "--plain", "--no-legend", "victron_exporter@*") == ""
    for path in ("usr/share/man/man1/victron_exporter.1.gz", "usr/share/victron_exporter/example.env",
                 "usr/share/victron_exporter/alert-rules/parameters.yml",
                 "usr/share/victron_exporter/grafana-dashboards/victron-fleet.json",
                 "usr/share/victron_exporter/metrics-map/battery.json", "etc/victron_exporter"):
        assert machine.system.path(path).exists(), path


def settings(machine, station, name="house", **more):
    lines = {"STATION_URL": station.url, "SITE": name, "WEB_LISTEN_ADDRESS": f"127.0.0.1:{PORT}", **more}
    machine.system.write(f"/etc/victron_exporter/{name}.env",
                         "".join(f"VICTRON_EXPORTER_{key}={value}\n" for key, value in lines.items() if value))


def page():
    status, _, body = request(PAGE)
    assert status == 200
    return Page(body.decode())


def is_gone():
    try:
        request(PAGE)
    except OSError:
        return True
    return False


def test_a_station_is_enabled_started_and_scraped(machine, station, figure):
    """By the commands of the documentation, on another port."""
    machine.provide_editor(VICTRON_EXPORTER_STATION_URL=station.url, VICTRON_EXPORTER_WEB_LISTEN_ADDRESS=f"127.0.0.1:{PORT}")
    began = time.monotonic()
    said = machine.script(documented("Debian package", 2).replace("10088", str(PORT)))
    figure("from the settings to the first page, seconds", round(time.monotonic() - began, 2))
    assert 'victron_up{site="house"} 1' in said
    assert len(page().samples) > 400


def test_it_is_locked_in_and_nobody(machine):
    status = machine.run("cat", f"/proc/{machine.property(UNIT, 'MainPID')}/status")
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.M) and re.search(r"^Seccomp:\s+2$", status, re.M)
    assert re.search(r"^CapBnd:\s+0+$", status, re.M)
    uid = int(re.search(r"^Uid:\s+(\d+)", status, re.M)[1])
    assert 61184 <= uid <= 65519  # systemd's dynamic users
    assert page().value("process_open_fds") > 5 and page().value("process_resident_memory_bytes") > 1e6


def test_it_reloads(machine):
    machine.run("systemctl", "reload", UNIT)
    wait_until(lambda: "msg=reloaded" in machine.journal(UNIT))


def test_a_mistake_is_one_line_in_the_journal_and_no_restart(machine, station):
    settings(machine, station, "bad", MAP_LEVEL="bogus")
    assert "Job for victron_exporter@bad.service failed" in machine.answer(
        "sh", "-c", "systemctl start victron_exporter@bad 2>&1")
    ours = [line for line in machine.journal("victron_exporter@bad.service").splitlines() if "VICTRON" in line]
    assert ours == ["VICTRON_EXPORTER_MAP_LEVEL=bogus (--map.level): allowed core, standard, full"]
    time.sleep(6)  # RestartSec is 5
    assert machine.property("victron_exporter@bad.service", "NRestarts") == "0"
    assert machine.property("victron_exporter@bad.service", "Result") == "exit-code"


def test_a_password_is_read_though_only_root_may(machine, station):
    settings(machine, station, "secret", WEB_LISTEN_ADDRESS=f"127.0.0.1:{PORT + 1}", HTTP_USERNAME="u",
             HTTP_PASSWORD_FILE="/run/secrets/http-password")
    unit = "victron_exporter@secret.service"
    machine.answer("systemctl", "start", unit)
    assert "/run/secrets/http-password: the first line is empty" in machine.journal(unit)
    machine.system.write("/etc/victron_exporter/secret.http-password", "hush\n", mode=0o600)
    machine.run("systemctl", "start", unit)
    status, _, body = request(f"http://127.0.0.1:{PORT + 1}/metrics")
    assert status == 200 and Page(body.decode()).value("victron_up") == 1
    machine.run("systemctl", "stop", unit)


def test_a_key_is_read_through_a_group(machine, station):
    """The instance gets the group by a drop-in; without it the key is as unreadable as for everybody."""
    machine.script("""
        groupadd --system victron-web
        cd /etc/victron_exporter
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=x -keyout tls.key -out tls.crt
        chgrp victron-web tls.key
        chmod 640 tls.key
        printf 'tls_server_config:\\n  cert_file: tls.crt\\n  key_file: tls.key\\n' > web.yml""")
    settings(machine, station, "tls", WEB_LISTEN_ADDRESS=f"127.0.0.1:{PORT + 3}",
             WEB_CONFIG_FILE="/etc/victron_exporter/web.yml")
    unit = "victron_exporter@tls.service"
    machine.answer("systemctl", "start", unit)
    assert "tls.key" in machine.journal(unit) and machine.property(unit, "ActiveState") == "failed"
    machine.system.write(f"/etc/systemd/system/{unit}.d/group.conf", "[Service]\nSupplementaryGroups=victron-web\n")
    machine.script(f"systemctl daemon-reload\nsystemctl start {unit}")
    page = machine.run("curl", "--silent", "--insecure", f"https://127.0.0.1:{PORT + 3}/metrics")
    assert 'victron_up{site="tls"} 1' in page
    machine.run("systemctl", "stop", unit)


def test_a_socket_starts_it_with_the_first_scrape(machine, station):
    settings(machine, station, "shy", WEB_LISTEN_ADDRESS=None, WEB_SYSTEMD_SOCKET="true")
    machine.system.write("/etc/systemd/system/victron_exporter@shy.socket.d/port.conf",
                         f"[Socket]\nListenStream=\nListenStream=127.0.0.1:{PORT + 2}\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "enable", "--now", "victron_exporter@shy.socket")
    assert machine.property("victron_exporter@shy.service", "ActiveState") == "inactive"
    status, _, body = request(f"http://127.0.0.1:{PORT + 2}/metrics")
    assert status == 200 and Page(body.decode()).value("victron_up", site="shy") == 1


def test_the_watchdog_ends_and_starts_one_that_hangs(machine, figure):
    hung = machine.property(UNIT, "MainPID")
    assert hung != "0"
    machine.run("kill", "-STOP", hung)
    began = time.monotonic()
    wait_until(lambda: machine.property(UNIT, "MainPID") not in (hung, "0") and not is_gone(), 90)
    figure("a hung exporter is served again after, seconds", round(time.monotonic() - began))
    assert machine.property(UNIT, "NRestarts") == "1"


def test_an_upgrade_restarts_those_that_run(machine):
    old = machine.property(UNIT, "MainPID")
    machine.run("apt-get", "install", "-q", "-y", "--reinstall", machine.package)
    wait_until(lambda: machine.property(UNIT, "MainPID") not in (old, "0") and not is_gone())
    assert page().value("victron_up", site="house") == 1


def test_removed_it_stops_and_purged_it_leaves_nothing(machine):
    machine.run("apt-get", "remove", "-q", "-y", PACKAGE)
    assert is_gone() and machine.system.path("/etc/victron_exporter/house.env").exists()
    machine.run("apt-get", "purge", "-q", "-y", PACKAGE)
    # The empty folder is systemd's, made by `systemctl enable`; the editor is this test's.
    assert machine.system.files() - machine.before <= {"etc/systemd/system/sockets.target.wants", "usr/local/bin/editor"}
    assert machine.answer("systemctl", "list-units", "--all", "--plain", "--no-legend", "--state=active",
                          "victron_exporter@*") == ""
