"""It lives in whatever house it is put: no /proc, no room, no IPv4, another zone, another comma."""

import os
import re
import shutil
import socket
import subprocess

import pytest
from harness import PROGRAM, SLOWNESS, STATIONS, Page, request, wait_until
from health_watch import HealthWatch
from hostile import RawStation
from simulator.free_ports import free_port

ESS = "cerbo-gx-v3.70-ess"
LIMIT_64 = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"]

# What differs from page to page.
OWN = re.compile(r"(victron_(exporter|scrape|http|last_update|device_last_update|clock)_|process_)")


def values(page):
    return {key: s.value for key, s in zip(page.keys(), page.samples) if not OWN.match(s.name)}


@pytest.fixture
def expected(simulator, exporter):
    """The page of the station in the house of the tests."""
    return values(exporter(simulator(ESS).url).page())


# ---- where it runs ----

def in_namespace(script):
    """A prefix that runs the program in mounts of its own."""
    return ["unshare", "-m", "sh", "-c", f'{script}; exec "$@"', "sh"]


def can_mount():
    return subprocess.run([*in_namespace("mount -t tmpfs none /mnt"), "true"], capture_output=True,
                          check=False).returncode == 0


needs_mounts = pytest.mark.skipif(not can_mount(), reason="no right to mount")


@needs_mounts
def test_a_root_that_cannot_be_written(simulator, exporter, expected):
    """Nothing is written anywhere: all file systems read-only, the disk of /tmp included."""
    script = ("for place in $(awk '{print $2}' /proc/mounts); do mount -o remount,bind,ro $place 2>/dev/null; done; "
              "mount -o remount,bind,ro /; ! touch /tmp/x 2>/dev/null && ! touch /var/x 2>/dev/null || exit 9")
    server = exporter(simulator(ESS).url, prefix=in_namespace(script))
    assert values(server.page()) == expected
    assert server.stop() == 0


@needs_mounts
@pytest.mark.parametrize("hidden", [
    pytest.param("/proc", marks=pytest.mark.skipif(SLOWNESS > 1, reason="sanitizers read /proc themselves")),
    "/dev", "/etc", "/usr/share"])
def test_a_house_without(simulator, exporter, expected, hidden):
    """The page is the same; what stood there has no series, and nothing fails."""
    server = exporter(simulator(ESS).url, prefix=in_namespace(f"mount -t tmpfs none {hidden}"))
    page = server.page()
    assert values(page) == expected
    assert bool(page.series("process_resident_memory_bytes")) == (hidden != "/proc")
    assert server.stop() == 0


# ---- descriptors ----

def test_64_descriptors_and_200_clients(simulator, exporter, expected):
    """More come than it has descriptors for: told once; afterwards all is as before."""
    server = exporter(simulator(ESS).url, "--scrape.min-interval=0s", prefix=LIMIT_64)
    host, port = server.url.removeprefix("http://").split(":")
    crowd = [socket.create_connection((host, int(port)), source_address=(f"127.0.0.{2 + i % 8}", 0))
             for i in range(200)]
    for connection in crowd:
        connection.close()
    wait_until(lambda: values(server.page()) == expected, what="the page")
    assert server.stop() == 0


def test_64_descriptors_are_enough_for_mqtt(broker, mqtt_station, exporter):
    server = broker()
    mqtt_station(server, ESS)
    program = exporter(server.url, prefix=LIMIT_64)
    wait_until(lambda: program.page().value("victron_up") == 1, what="values")


# ---- where its lines go ----

class Writer:
    """The program with a stderr of the test's choice; values of its log come from elsewhere."""

    def __init__(self, station_url, stderr, *flags):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.child = subprocess.Popen([PROGRAM, f"--station.url={station_url}", "--site=x", "--log.level=debug",
                                       "--scrape.min-interval=0s", f"--web.listen-address=127.0.0.1:{port}", *flags],
                                      stderr=stderr)

    def __enter__(self):
        wait_until(self.is_ready, what="readiness")
        return self

    def is_ready(self):
        try:
            return request(self.url + "/-/ready")[0] == 200
        except OSError:
            return False

    def page(self):
        return Page(request(self.url + "/metrics")[2].decode())

    def __exit__(self, *_exception):
        self.child.terminate()
        assert self.child.wait(10) == 0


def make_it_talk(station, writer):
    """A failure and its end: two lines of the log at least."""
    station.answers["battery.a"] = b"garbage"
    assert writer.page().value("victron_scrape_failures_total", reason="http") is not None
    del station.answers["battery.a"]
    writer.page()


def test_a_log_that_is_moved_away(tmp_path):
    """Rotation by rename, then by copy and truncation: lines go on, in the file that is open."""
    log, old = tmp_path / "log", tmp_path / "log.1"
    with RawStation() as station, open(log, "ab") as file, Writer(station.url, file) as writer:
        log.rename(old)
        before = old.stat().st_size
        make_it_talk(station, writer)
        assert old.stat().st_size > before and not log.exists()
        os.truncate(old, 0)
        make_it_talk(station, writer)
        assert old.read_bytes().startswith(b"time=")  # no hole: the file was opened to append


def test_a_reader_that_leaves():
    """A pipe with nobody at its other end: no SIGPIPE, no end."""
    reading, writing = os.pipe()
    with RawStation() as station, Writer(station.url, writing) as writer:
        os.close(writing)
        os.close(reading)
        for _ in range(3):
            make_it_talk(station, writer)
        assert writer.page().value("victron_up") == 1


def test_a_reader_that_stands_still():
    """A full pipe: nobody waits; when it is read again, the next line says how many were lost."""
    reading, writing = os.pipe()
    with RawStation() as station, Writer(station.url, writing) as writer:
        os.close(writing)
        with HealthWatch(writer) as watch:
            for _ in range(400):  # two lines each, 64 KiB are full long before
                make_it_talk(station, writer)
        watch.assert_quick()
        text = os.read(reading, 1 << 20)
        make_it_talk(station, writer)
        text += os.read(reading, 1 << 20)
        lost = re.search(rb'msg="log lines could not be written" count=(\d+)', text)
        assert lost and int(lost[1]) > 100
        assert all(line.startswith(b"time=") for line in text.splitlines())  # no torn ones
    os.close(reading)


def test_a_full_disk():
    with RawStation() as station, open("/dev/full", "wb") as full, Writer(station.url, full) as writer:
        make_it_talk(station, writer)
        assert writer.page().value("victron_up") == 1


def test_no_standard_streams_at_all():
    """Closed stdin, stdout, stderr: their numbers are not given to sockets."""
    port = free_port()
    with RawStation() as station:
        child = subprocess.Popen(["sh", "-c", f'exec "{PROGRAM}" --station.url={station.url} --site=x --log.level=debug '
                                  f"--web.listen-address=127.0.0.1:{port} <&- >&- 2>&-"])
        try:
            def is_up():
                try:
                    return request(f"http://127.0.0.1:{port}/-/ready")[0] == 200
                except OSError:
                    return False

            wait_until(is_up, what="readiness")
            assert [os.readlink(f"/proc/{child.pid}/fd/{fd}") for fd in range(3)] == ["/dev/null"] * 3
        finally:
            child.terminate()
            assert child.wait(10) == 0


# ---- the network ----

class RawStation6(RawStation):
    """Serves at [::1] only."""

    host = "::1"


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this host")
def test_ipv6_only(tmp_path):
    """Station, listener and scraper at [::1]; the site is called after the address."""
    with RawStation6() as station:
        server = subprocess.Popen([PROGRAM, f"--station.url={station.url}", "--web.listen-address=[::1]:0"],
                                  stderr=subprocess.PIPE, text=True)
        try:
            address = next(m[1] for line in server.stderr if (m := re.search(r"msg=listening address=(\S+)", line)))
            assert address.startswith("[::1]:")
            page = Page(request(f"http://{address}/metrics")[2].decode())
            assert page.value("victron_up", site="::1") == 1
        finally:
            server.terminate()
            assert server.wait(10) == 0
            server.stderr.close()


# ---- time zone and locale ----

@pytest.fixture(scope="module")
def commas(tmp_path_factory):
    """An environment where a half is written 0,5."""
    if not shutil.which("localedef") or not os.path.exists("/usr/share/i18n/locales/de_DE"):
        pytest.skip("no localedef here (package locales)")
    folder = tmp_path_factory.mktemp("locales")
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", folder / "de_DE.UTF-8"], capture_output=True, check=False)
    glibc = folder / "leaks"  # of a library that asks glibc for a locale
    glibc.write_text("leak:__argz_add_sep\n")
    env = {"LOCPATH": str(folder), "LC_ALL": "de_DE.UTF-8", "LSAN_OPTIONS": f"suppressions={glibc}:print_suppressions=0"}
    printed = subprocess.run(["printf", "%.1f", "0,5"], env={**os.environ, **env}, capture_output=True, text=True,
                             check=True)
    assert printed.stdout == "0,5"
    return env


def test_commas_in_decimals(simulator, exporter, expected, commas):
    """Numbers are written and read as ever: page, flags, site file, log."""
    server = exporter(simulator(ESS).url, "--scrape.timeout=1m30s", env=commas)
    assert values(server.page()) == expected
    assert values(server.page(openmetrics=True)) == expected
    assert server.find(r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", ":/no/such/file", "garbage<>", "", "right/UTC", "XXX-25:61",
                                  "../../../etc/passwd"])
def test_odd_time_zones(simulator, exporter, expected, tmp_path, zone):
    """The process's own zone changes nothing: log lines are in UTC, the site's zone is its own."""
    site = tmp_path / "site.json"
    site.write_text('{"timezone": "Asia/Kolkata"}')
    server = exporter(simulator(ESS).url, f"--site.file={site}", env={"TZ": zone})
    page = server.page()
    assert page.value("victron_site_timezone_offset_seconds") == 5.5 * 3600
    assert expected.items() <= values(page).items()
    now = subprocess.run(["date", "-u", "+%Y-%m-%dT%H:"], capture_output=True, text=True, check=True).stdout.strip()
    assert any(f"time={now}" in line for line in server.lines)
