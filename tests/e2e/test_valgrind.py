"""valgrind finds nothing: no byte read before it was written, none after it was given back, none lost."""

import pytest
from harness import OPENMETRICS, SLOWNESS, wait_until

ESS = "cerbo-gx-v3.70-ess"
VALGRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=all",
            "--errors-for-leak-kinds=all"]
PATIENCE = 120  # seconds; valgrind takes forty times as long

pytestmark = pytest.mark.skipif(SLOWNESS > 1, reason="not together with a sanitizer")


def use(server):
    """Each page in each form, mistakes, a reload and what comes after it."""
    for headers in ({}, {"Accept": OPENMETRICS, "Accept-Encoding": "gzip"}):
        for path in ("/metrics", "/metrics?device[]=vebus"):
            assert server.get(path, headers=headers)[0] == 200
    for path, status in {"/": 200, "/debug/scrape": 200, "/nothing": 404, "/metrics?device[]=toaster": 400}.items():
        assert server.get(path)[0] == status
    assert server.get("/-/reload", method="POST")[0] == 200
    assert server.page().value("victron_up") == 1


def test_over_http(simulator, exporter, tmp_path):
    station = simulator(ESS)
    site = tmp_path / "site.json"
    site.write_text('{"timezone": "Europe/Vienna", "expected": {"battery": 1}}')
    server = exporter(station.url, "--web.enable-lifecycle", f"--site.file={site}", "--map.level=full",
                      "--scrape.min-interval=0s", prefix=VALGRIND, patience=PATIENCE)
    use(server)
    station.faults(answers={"*": {"status": 500}})
    assert server.page().value("victron_up") == 0
    assert server.stop(PATIENCE) == 0


def test_over_mqtt(broker, mqtt_station, exporter):
    server = broker()
    mqtt_station(server, ESS)
    program = exporter(server.url, "--web.enable-lifecycle", "--map.level=full", prefix=VALGRIND, patience=PATIENCE)
    wait_until(lambda: program.page().value("victron_up") == 1, PATIENCE, "values")
    use(program)
    server.stop(kill=True)
    wait_until(lambda: program.page().value("victron_mqtt_connected") == 0, PATIENCE, "the end of the broker")
    assert program.stop(PATIENCE) == 0
