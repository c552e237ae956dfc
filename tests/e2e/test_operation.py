"""It behaves as people know it of exporters: flags, signals, pages, limits."""

import os
import signal
import socket
import subprocess
import threading
import time

import pytest
from harness import PROGRAM, request, run, wait_until
from simulator.free_ports import free_port

ESS = "cerbo-gx-v3.70-ess"


@pytest.mark.parametrize("flags,words", [
    ([], ["--station.url"]),
    (["--station.url=ftp://x"], ["--station.url", "ftp", "http"]),
    (["--station.url=http://u:p@x"], ["--station.url", "password"]),
    (["--station.url=http://x", "--map.level=all"], ["--map.level", "all", "core"]),
    (["--station.url=http://x", "--scrape.timeout=10"], ["--scrape.timeout", "10", "10s"]),
    (["--station.url=http://x", "--nonsense"], ["--nonsense"]),
    (["--station.url=http://x", "--device.include=battery", "--device.exclude=vebus"],
     ["--device.include", "--device.exclude"]),
    (["--station.url=http://x", "--device.include=toaster", "--once"], ["--device.include", "toaster"]),
    (["--station.url=http://x", "--map.file=/does/not/exist"], ["--map.file", "/does/not/exist"]),
    (["--station.url=http://x", "--site.file=/does/not/exist"], ["--site.file", "/does/not/exist"]),
    (["--station.url=http://x", "--http.username=u", "--http.password-file=/does/not/exist"],
     ["/does/not/exist"]),
    (["--station.url=http://x", "--web.listen-address=nowhere"], ["--web.listen-address", "nowhere"]),
])
def test_a_mistake_is_one_line_that_says_what_to_do(flags, words):
    """Exit 2 and one line each with the flag, the value and what is allowed."""
    code, out, err = run(*flags)
    assert code == 2 and out == ""
    assert len(err.splitlines()) == 1, err
    for word in words:
        assert word in err


@pytest.mark.parametrize("action", ["--map.print", "--map.check"])
def test_output_that_gets_nowhere_is_a_mistake(action):
    """A full disk: not an empty map and exit 0."""
    with open("/dev/full", "wb") as full:
        result = subprocess.run([str(PROGRAM), action], stdout=full, stderr=subprocess.PIPE,
                                timeout=60, check=False)
    assert result.returncode == 2 and b"could not be written" in result.stderr


def test_an_address_in_use_is_told(exporter, simulator):
    """The second exporter on one port names the address and ends with 2."""
    first = exporter(simulator(ESS).url)
    address = first.url.removeprefix("http://")
    code, _, err = run("--station.url=http://127.0.0.1:1", "--site=x", f"--web.listen-address={address}")
    assert code == 2 and address in err.splitlines()[-1]


def test_the_environment_is_read_and_argv_wins(simulator, exporter):
    """VICTRON_EXPORTER_SITE; Kubernetes' own variables with our prefix do no harm."""
    env = {"VICTRON_EXPORTER_SITE": "from-environment", "VICTRON_EXPORTER_MAP_LEVEL": "core",
           "VICTRON_EXPORTER_PORT": "tcp://10.0.0.1:10088", "VICTRON_EXPORTER_ONCE": "true"}
    server = exporter(simulator(ESS).url, "--map.level=full", env=env)
    page = server.page()
    assert page.series("victron_up", site="x")  # the harness gives --site=x
    assert page.series("victron_settings_battery_shown")


def test_pages_and_methods(simulator, exporter):
    """404 for what is not there, 405 with Allow for what it does not take, HEAD like GET."""
    server = exporter(simulator(ESS).url)
    assert server.get("/nothing")[0] == 404
    assert server.get("/metrics/")[0] == 404
    status, headers, _ = server.get("/metrics", method="DELETE")
    assert status == 405 and "GET" in headers["Allow"]
    status, headers, body = server.get("/metrics", method="HEAD")
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 1000
    assert server.get("/-/healthy")[0] == 200 and server.get("/-/ready")[0] == 200
    assert server.get("/-/reload", method="POST")[0] == 404  # without --web.enable-lifecycle
    assert b"com.victronenergy.vebus.ttyS4" in server.get("/debug/scrape")[2]


def test_not_ready_before_the_first_attempt_has_ended(simulator, exporter):
    """503 while the first fetch runs, 200 afterwards, whatever became of it."""
    station = simulator(ESS)
    station.faults(answers={"/services": {"hang": 1.5}})
    server = exporter(station.url, "--scrape.timeout=1s", wait=False)
    assert server.get("/-/ready")[0] == 503
    assert server.get("/-/healthy")[0] == 200
    wait_until(lambda: server.get("/-/ready")[0] == 200, 3, "readiness after --scrape.timeout")


def test_sighup_reads_the_files_anew_and_a_mistake_keeps_the_old_ones(simulator, exporter, tmp_path):
    """A new row appears; a broken file is refused, told and shown in a metric."""
    rows = tmp_path / "rows.json"
    rows.write_text("")
    server = exporter(simulator(ESS).url, f"--map.file={rows}", "--scrape.min-interval=0s",
                      "--web.enable-lifecycle")
    row = ('{"device": "vebus", "path": "/Mode", "metric": "victron_vebus_wish", "type": "gauge", '
           '"help": "What was asked for."}')
    rows.write_text(row)
    server.child.send_signal(signal.SIGHUP)
    wait_until(lambda: server.page().series("victron_vebus_wish"), 5, "the new row")
    rows.write_text(row + "}{")
    assert server.get("/-/reload", method="POST")[0] == 500
    page = server.page()
    assert page.series("victron_vebus_wish")
    assert page.value("victron_exporter_config_last_reload_successful") == 0
    server.wait_for(r"level=error .*rows\.json")
    rows.write_text("")
    assert server.get("/-/reload", method="POST")[0] == 200
    page = server.page()
    assert not page.series("victron_vebus_wish") and page.series("victron_vebus_mode")
    assert page.value("victron_exporter_config_last_reload_successful") == 1


def test_sigterm_finishes_what_is_under_way(simulator, exporter):
    """A scrape that waits is answered, then the process ends with 0."""
    station = simulator(ESS)
    server = exporter(station.url, "--scrape.min-interval=0s")
    station.faults(answers={"/services": {"latency": 0.5}})
    answers = []
    thread = threading.Thread(target=lambda: answers.append(server.get()))
    thread.start()
    wait_until(lambda: station.state()["connections"]["open"], what="the fetch")
    server.child.send_signal(signal.SIGTERM)
    thread.join()
    assert answers[0][0] == 200
    assert server.stop() == 0


def test_stopping_while_the_station_hangs_takes_no_longer_than_a_scrape(simulator, exporter):
    """The late request is given up at the end."""
    station = simulator(ESS)
    station.faults(server="zombie")
    server = exporter(station.url, "--scrape.timeout=1s", wait=False)
    start = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - start < 3


def test_beyond_max_requests_is_503_and_health_goes_on(simulator, exporter):
    """Two scrapes may wait, the third is refused at once."""
    station = simulator(ESS)
    station.faults(server="zombie")
    server = exporter(station.url, "--web.max-requests=2", "--scrape.timeout=2s", wait=False)
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(server.get()[0])) for _ in range(5)]
    for thread in threads:
        thread.start()
    start = time.monotonic()
    assert server.get("/-/healthy")[0] == 200 and time.monotonic() - start < 0.5
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 503, 503, 503]


def test_health_check_asks_the_running_exporter(simulator, exporter):
    """Exit 0 when it serves, 1 when not."""
    server = exporter(simulator(ESS).url)
    address = server.url.removeprefix("http://")
    assert run("--health-check", f"--web.listen-address={address}")[0] == 0
    server.stop()
    assert run("--health-check", f"--web.listen-address={address}")[0] == 1


def test_a_slow_client_is_closed_and_nobody_else_waits(simulator, exporter):
    """Half a request stays for ten seconds at most; others are answered meanwhile."""
    server = exporter(simulator(ESS).url)
    host, port = server.url.removeprefix("http://").split(":")
    half = [socket.create_connection((host, int(port))) for _ in range(30)]
    for connection in half:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
    start = time.monotonic()
    assert server.get("/-/healthy")[0] == 200
    assert time.monotonic() - start < 0.1
    half[0].settimeout(14)
    half[0].recv(1000)  # until the end, or an answer that says why
    assert 9 < time.monotonic() - start < 13
    for connection in half:
        connection.close()


def test_the_site_file_becomes_metrics(simulator, exporter, tmp_path):
    """Name, region, parameters, expected devices, time zone; a wrong value is one line."""
    site = tmp_path / "site.json"
    site.write_text('{"name": "Alm", "region": "tirol", "timezone": "Europe/Vienna", "chemistry": "lfp",'
                    ' "expected": {"battery": 2}, "parameters": {"soc_low_ratio": 0.25},'
                    ' "devices": {"solarcharger/279": {"pv_peak_watts": 3000,'
                    ' "trackers": {"0": {"pv_peak_watts": 1500}}}}}')
    page = exporter(simulator(ESS).url, f"--site.file={site}").page()
    assert page.value("victron_site_parameter", parameter="soc_low_ratio") == 0.25
    assert page.value("victron_site_parameter", parameter="pv_peak_watts", tracker="0") == 1500
    assert page.value("victron_site_expected_devices", device="battery") == 2
    assert page.value("victron_site_timezone_offset_seconds") in (3600, 7200)
    assert page.series("victron_site_info", region="tirol")[0][0]["name"] == "Alm"
    site.write_text('{"parameters": {"soc_low_ratio": 20}}')
    code, _, err = run("--station.url=http://127.0.0.1:1", "--site=x", f"--site.file={site}")
    assert code == 2 and "soc_low_ratio 20" in err and "0 to 1" in err


def test_an_unwritable_stderr_and_few_descriptors_do_no_harm(simulator):
    """Sixty-four file descriptors and a closed stderr: it serves all the same."""
    import subprocess

    from harness import PROGRAM

    station = simulator(ESS)
    port = free_port()
    child = subprocess.Popen(["sh", "-c", f'ulimit -n 64; exec "{PROGRAM}" --station.url={station.url} --site=x '
                              f"--web.listen-address=127.0.0.1:{port} 2>&-"], env=os.environ)
    try:
        def is_up():
            try:
                return request(f"http://127.0.0.1:{port}/metrics")[0] == 200
            except OSError:
                return False

        wait_until(is_up, what="the page")
    finally:
        child.terminate()
        assert child.wait(10) == 0
