"""Whatever the station sends, pages come in time, hold the others' values, and tell why."""

import threading
import time

import pytest
from harness import wait_until
from health_watch import HealthWatch
from hostile import (ENV, RawStation, assert_in_time, assert_settles_at, count_lines, head, numbers_of, reasons,
                     service_list, table, values)
from hostile_answers import BAD_ANSWERS

ESS = "cerbo-gx-v3.70-ess"
HUNG = "com.victronenergy.vebus.ttyS4"


def test_a_bad_answer_of_one_service_costs_only_that_service(exporter):
    """Others are on the page in time, the reason is counted, told once, and so is its end."""
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        good = station.answers["vebus.c"]
        for what, (answer, expected) in BAD_ANSWERS.items():
            before = reasons(server.page())
            said = len(server.lines)
            station.answers["vebus.c"] = answer
            page = assert_in_time(server, 2)
            assert page.value("victron_battery_voltage_volts") == 51.5, what
            assert page.value("victron_grid_power_watts") == 400, what
            assert page.value("victron_up") == 1, what
            assert not page.series("victron_vebus_state"), what
            assert page.value("victron_scrape_service_success", device="vebus") == 0, what
            counted = {reason for reason, value in reasons(page).items() if value > before[reason]}
            assert counted and counted <= set(expected.split()), (what, counted)
            server.page()
            station.answers["vebus.c"] = good
            wait_until(lambda: server.page().value("victron_vebus_state") == 3, 2, f"the end of {what}")
            wait_until(lambda: any("answers again" in line for line in server.lines[said:]), 2, what)
            lines = server.lines[said:]
            assert sum("service failed" in line for line in lines) == 1, (what, lines)
            assert sum("answers again" in line for line in lines) == 1, (what, lines)


def test_a_bad_list_of_services_is_a_station_that_failed(exporter):
    """up 0 and no series in time, the reason counted, one line; the next good answer ends it."""
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        good = station.answers["/services"]
        for what, (answer, expected) in {**BAD_ANSWERS, **{
                "not a list": (head() + b'{"services": "all", "success": true}', "malformed"),
                "a list of numbers": (head() + b'{"services": [1, null, {}, []]}', "empty"),
                "strange names": (service_list("", ".", "..", "a b", "x/y?z", "q\r\nHost: y", "n" * 300), "empty"),
        }}.items():
            before = reasons(server.page())
            said = len(server.lines)
            station.answers["/services"] = answer
            page = assert_in_time(server, 2)
            assert page.value("victron_up") == 0, what
            assert not page.series("victron_device_info"), what
            counted = {reason for reason, value in reasons(page).items() if value > before[reason]}
            assert counted and counted <= set(expected.split()) | {"malformed"}, (what, counted)
            server.page()
            station.answers["/services"] = good
            wait_until(lambda: server.page().value("victron_up") == 1, 2, f"the end of {what}")
            wait_until(lambda: any("answers again" in line for line in server.lines[said:]), 2, what)
            lines = server.lines[said:]
            assert sum("station failed" in line for line in lines) == 1, (what, lines)
            assert sum("answers again" in line for line in lines) == 1, (what, lines)


def test_memory_is_flat_after_two_hundred_bad_scrapes(exporter):
    """Every bad answer several times over: as many threads and descriptors, hardly more memory."""
    kinds = [answer for answer, _ in BAD_ANSWERS.values()]
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)

        def scrape(number):
            for i in range(number):
                station.answers["vebus.c"] = kinds[i % len(kinds)]
                station.answers["grid.b"] = kinds[i * 7 % len(kinds)]
                server.get()

        scrape(2 * len(kinds))
        before = numbers_of(server)
        scrape(200)
        assert_settles_at(server, before, 4096)


def test_one_byte_a_second_keeps_nobody_waiting(exporter):
    """Pages at their deadlines with what others gave; whole again when the drip has ended."""
    drips = threading.Event()
    drips.set()

    def drip(connection):
        for byte in values(DeviceInstance=3, State=3):
            if not drips.wait(0) or station.is_over():
                return
            connection.sendall(bytes([byte]))
            time.sleep(0.2)  # five a second: the test is shorter, the way the same

    with RawStation() as station:
        good = station.answers["vebus.c"]
        server = exporter(station.url, "--scrape.min-interval=0s", "--scrape.timeout=800ms", env=ENV)
        station.answers["vebus.c"] = drip
        with HealthWatch(server) as watch:
            pages = [assert_in_time(server, 1.1) for _ in range(3)]
        watch.assert_quick()
        for page in pages:
            assert page.value("victron_up") == 1
            assert page.value("victron_battery_voltage_volts") == 51.5
            assert not page.series("victron_vebus_state")
        assert station.asked.count("vebus.c") == 2  # at start, and the one that is left open
        drips.clear()
        station.answers["vebus.c"] = good
        wait_until(lambda: server.page().value("victron_grid_power_watts") == 400, 5, "the others")


def test_a_service_hung_among_twenty(simulator, exporter):
    """The real server stands still: every page in time, one connection; asked once, then left alone."""
    station = simulator(ESS)
    server = exporter(station.url, "--scrape.min-interval=0s", "--scrape.timeout=1s", env=ENV)
    station.faults(answers={HUNG: {"hang": "dead"}}, time_factor=0.07)  # 3.5 s
    station.forget()
    with HealthWatch(server) as watch:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            page = assert_in_time(server, 1.5)
            assert page.value("victron_up") == 1
    watch.assert_quick()
    wait_until(lambda: station.state()["connections"]["open"] == 0, what="the end of the hang")
    for _ in range(5):
        page = server.page()
        failed = [labels["service"] for labels, value in
                  page.series("victron_scrape_service_success") if value == 0]
        assert failed == [HUNG]
    state = station.state()
    assert state["connections"]["max"] == 1
    assert sum(r.get("service") == HUNG for r in state["requests"]) == 1
    assert count_lines(server, "service failed") == 1


def test_all_services_slow(simulator, exporter):
    """A page in time with the most important ones, one request at a time."""
    station = simulator(ESS)
    server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
    everybody = len(server.page().series("victron_device_up"))
    station.faults(answers={"*": {"latency": 0.15}})
    station.forget()
    for i in range(3):
        page = assert_in_time(server, 1.5)
        assert page.value("victron_up") == 1
        found = len(page.series("victron_device_up"))
        assert 1 <= found < everybody or i > 0  # those that join go on where the first ended
    assert station.state()["connections"]["max"] == 1
    assert reasons(page)["skipped"] >= 1
    station.well_again()
    wait_until(lambda: all(value == 1 for _, value in server.page().series("victron_scrape_service_success")),
               5, "all of them")


def test_services_that_come_and_go_between_list_and_fetch(exporter):
    """Listed but gone: 404 of that one. Not listed: no series at once. Back: at once."""
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        battery = station.answers.pop("battery.a")
        for _ in range(3):
            page = server.page()
            assert not page.series("victron_battery_voltage_volts")
            assert page.value("victron_scrape_service_success", device="battery") == 0
            assert page.value("victron_vebus_state") == 3
        assert count_lines(server, "service failed") == 1
        station.answers["/services"] = service_list("vebus.c")
        page = server.page()
        assert not page.series("victron_scrape_service_success", device="battery")
        assert not page.series("victron_grid_power_watts")
        station.answers["battery.a"] = battery
        station.answers["/services"] = service_list("battery.a", "vebus.c", "vebus.c", "battery.a")
        page = server.page()
        assert page.value("victron_battery_voltage_volts") == 51.5
        assert page.value("victron_vebus_state") == 3


def test_ten_thousand_services(exporter):
    """256 are asked, the others are counted; the page is valid and in time."""
    names = [f"battery.n{i:05}" for i in range(10_000)]
    with RawStation() as station:
        station.answers["/services"] = service_list("vebus.c", *names)
        for i, name in enumerate(names):
            station.answers[name] = table({"DeviceInstance": i, "Dc/0/Voltage": 50 + i / 1000})
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        with HealthWatch(server) as watch:
            page = assert_in_time(server, 8)
        watch.assert_quick(at_least=3)
        assert len(page.series("victron_scrape_service_success")) == 256
        assert page.value("victron_rejected_values", reason="limit") >= 10_001 - 256
        assert len(page.series("victron_battery_voltage_volts")) >= 200
        before = numbers_of(server)
        for _ in range(3):
            server.page()
        assert_settles_at(server, before, 4096)


@pytest.mark.parametrize("path", ["Some/Unknown/{}", "Cell/{}/Volts"])
def test_sixty_thousand_values(exporter, path):
    """50 000 are kept, the rest counted; the device keeps its name, others their values."""
    many = {path.format(i): 3.2 for i in range(60_000)}
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        station.answers["vebus.c"] = table({**many, "DeviceInstance": 3, "State": 3})
        with HealthWatch(server) as watch:
            page = assert_in_time(server, 6)
            server.get()
            page = assert_in_time(server, 6)
        assert page.value("victron_up") == 1
        assert page.value("victron_battery_voltage_volts") == 51.5
        assert page.value("victron_rejected_values", reason="limit") >= 10_000
        assert {labels["instance"] for labels, _ in page.series("victron_device_up", device="vebus")} <= {"3"}
        station.answers["vebus.c"] = values(DeviceInstance=3, State=3)
        assert server.page().value("victron_vebus_state") == 3
        watch.assert_quick(at_least=3)


