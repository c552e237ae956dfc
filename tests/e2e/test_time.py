"""No station behaviour makes a page later than its deadline + 100 ms."""

import threading
import time

from harness import Page, request, wait_until
from hostile import LATE

ESS = "cerbo-gx-v3.70-ess"
HUNG = "com.victronenergy.vebus.ttyS4"


def timed_page(server, timeout):
    """A page and how long it took, without the time to parse it."""
    start = time.monotonic()
    status, _, body = server.get(headers={"X-Prometheus-Scrape-Timeout-Seconds": str(timeout)})
    seconds = time.monotonic() - start
    assert status == 200
    return Page(body.decode()), seconds


def test_a_hanging_service_costs_only_itself(simulator, exporter):
    """Pages come in time with what was asked before; then all but the hung one, each time."""
    station = simulator(ESS)
    station.faults(answers={HUNG: {"hang": 4}})
    server = exporter(station.url, "--scrape.timeout=1s", "--scrape.min-interval=0s", wait=False)
    page, seconds = timed_page(server, 1.5)
    assert seconds < 1.0 + LATE
    assert page.value("victron_up") == 1
    assert page.series("victron_battery_voltage_volts")
    assert page.value("victron_scrape_service_success", service=HUNG) == 0

    wait_until(lambda: station.state()["connections"]["open"] == 0, what="the end of the late request")
    page, seconds = timed_page(server, 1.5)
    assert seconds < 1.0 + LATE
    assert page.series("victron_temperature_celsius")
    assert page.value("victron_scrape_service_success", service=HUNG) == 0
    assert page.value("victron_scrape_failures_total", reason="timeout") >= 1
    failed = [labels["service"] for labels, value in
              page.series("victron_scrape_service_success") if value == 0]
    assert failed == [HUNG]
    assert station.state()["connections"]["max"] == 1


def test_a_zombie_server_gives_a_page_at_the_deadline(simulator, exporter):
    """A server that accepts and never answers: victron_up 0, healthy at once all along."""
    station = simulator(ESS)
    station.faults(server="zombie")
    server = exporter(station.url, "--scrape.min-interval=0s", wait=False)
    thread = threading.Thread(target=timed_page, args=(server, 1.5))
    thread.start()
    start = time.monotonic()
    assert request(server.url + "/-/healthy")[0] == 200
    assert time.monotonic() - start < LATE
    thread.join()
    pages = [timed_page(server, 1.5) for _ in range(3)]
    assert 0.9 < min(seconds for _, seconds in pages) < 1.0 + LATE  # noise only ever adds
    assert all(page.value("victron_up") == 0 for page, _ in pages)
    wait_until(lambda: server.page(timeout=1).value("victron_scrape_failures_total",
                                                    reason="timeout"), what="a counted timeout")


def test_a_station_that_is_down_is_told_and_recovers(simulator, exporter):
    """Refused: up 0 and the reason; the first scrape after its return is whole again."""
    station = simulator(ESS)
    station.faults(server="refuse")
    server = exporter(station.url, "--scrape.min-interval=0s")
    page, seconds = timed_page(server, 5)
    assert seconds < 1
    assert page.value("victron_up") == 0
    assert page.value("victron_scrape_failures_total", reason="connect") >= 1
    assert not page.series("victron_device_info")
    server.page()
    assert sum("station failed" in line for line in server.lines) == 1
    station.well_again()
    page = server.page()
    assert page.value("victron_up") == 1
    assert sum("answers again" in line for line in server.lines) == 1


def test_rubbish_from_one_service_keeps_the_others(simulator, exporter):
    """HTML, half a body, 500 or nothing: that service's values go, its reason is counted."""
    station = simulator(ESS)
    server = exporter(station.url, "--scrape.min-interval=0s")
    for fault, reason in [({"html": True}, "malformed"), ({"truncate": 400}, "malformed"),
                          ({"status": 500}, "http"), ({"body": ""}, "malformed"),
                          ({"reset_after": 0}, "connect"), ({"reset_after": 300}, "malformed")]:
        station.faults(answers={HUNG: fault})
        before = server.page().value("victron_scrape_failures_total", reason=reason)
        page = server.page()
        assert page.value("victron_up") == 1
        assert page.series("victron_battery_voltage_volts")
        assert not page.series("victron_vebus_state"), fault
        assert page.value("victron_scrape_failures_total", reason=reason) > before, fault
        station.well_again()
    assert server.page().series("victron_vebus_state")


def test_one_bad_token_does_not_cost_a_service(simulator, exporter):
    """NaN, Infinity, 1e400: that value has no series, its neighbours have."""
    station = simulator(ESS)
    server = exporter(station.url, "--scrape.min-interval=0s")
    for token in ["NaN", "-Infinity", "1e400", "[]", "null", '""']:
        station.faults(values={HUNG: {"/State": {"token": token}}})
        page = server.page()
        assert page.value("victron_vebus_state") is None, token
        assert page.value("victron_vebus_mode") is not None, token


def test_a_vanished_device_is_gone_at_the_next_scrape(simulator, exporter):
    """Its series go, all of them; when it is back they are back."""
    station = simulator(ESS)
    server = exporter(station.url, "--scrape.min-interval=0s")
    assert server.page().series("victron_vebus_state")
    station.faults(services={"remove": [HUNG]})
    assert not [s for s in server.page().samples if s.labels.get("device") == "vebus"]
    station.well_again()
    assert server.page().series("victron_vebus_state")


def test_an_empty_list_of_services_is_a_failure(simulator, exporter):
    """An empty /services means that the bus call failed, not that there are no devices."""
    station = simulator(ESS)
    station.faults(answers={"/services": {"bus_failure": True}})
    page = exporter(station.url).page()
    assert page.value("victron_up") == 0
    assert page.value("victron_scrape_failures_total", reason="empty") >= 1


def test_overlapping_scrapes_share_one_fetch(simulator, exporter):
    """Twenty scrapers at once cost the station one fetch."""
    station = simulator(ESS)
    server = exporter(station.url, "--scrape.min-interval=0s")
    station.faults(answers={"*": {"latency": 0.03}})
    station.forget()
    pages = []
    threads = [threading.Thread(target=lambda: pages.append(server.page())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pages) == 20
    assert len({p.value("victron_system_battery_voltage_volts") for p in pages}) == 1
    lists = [r for r in station.state()["requests"] if r["endpoint"] == "/services"]
    assert len(lists) <= 2
    assert isinstance(pages[0], Page)
