"""A station that is not there, or there and of no use: up 0 in time, told once, whole again at the first scrape after it."""

import contextlib
import socket
import threading
import time

import pytest
from harness import wait_until
from health_watch import HealthWatch
from hostile import ENV, RawStation, assert_in_time, assert_settles_at, count_lines, numbers_of, reasons

ESS = "cerbo-gx-v3.70-ess"
HUNG = "com.victronenergy.vebus.ttyS4"
FLAGS = ["--scrape.min-interval=0s", "--scrape.timeout=1s"]


def is_whole(page):
    return page.value("victron_up") == 1 and page.value("victron_battery_voltage_volts") == 51.5


@pytest.mark.parametrize("begin,reason,deadline", [("close", "connect", 0.5), ("swallow", "timeout", 1.0)])
def test_nobody_listens(exporter, begin, reason, deadline):
    """Refused: at once. A full queue that answers no SYN: at the deadline."""
    with RawStation() as station:
        server = exporter(station.url, *FLAGS, env=ENV)
        assert is_whole(server.page())
        getattr(station.door, begin)()
        with HealthWatch(server) as watch:
            page = assert_in_time(server, deadline)
            assert page.value("victron_up") == 0 and not page.series("victron_device_info")
            assert reasons(page)[reason] >= 1
            before = numbers_of(server)
            for _ in range(5):
                server.page(timeout=0.6)
            wait_until(lambda: server.page(timeout=0.6) and watch.asked() >= 10, what="ten looks meanwhile")
            assert_settles_at(server, before, 4096)
        watch.assert_quick()
        station.door.open()
        assert is_whole(server.page())
        wait_until(lambda: count_lines(server, "station answers again"), 2, "its end")
        assert count_lines(server, "station failed") == 1


def test_404_for_everything(simulator, exporter):
    """A station that says 404 to all: down, each reason counted, one line each; all of it ends."""
    station = simulator(ESS)
    station.faults(answers={"*": {"status": 404}})
    server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
    for _ in range(3):
        page = server.page()
    assert page.value("victron_up") == 0 and reasons(page)["not_found"] >= 3
    assert count_lines(server, "station failed") == 1
    station.faults(answers={"/services": {"status": 200}})
    for _ in range(3):
        page = server.page()
    assert page.value("victron_up") == 0
    services = len(page.series("victron_scrape_service_success"))
    assert services > 10 and count_lines(server, "service failed") == services
    station.well_again()
    page = server.page()
    assert all(value == 1 for _, value in page.series("victron_scrape_service_success"))
    wait_until(lambda: count_lines(server, "service answers again") == services, 2, "the end of each")


def idle_connection(station):
    """Somebody who connects and says nothing: the real server serves nobody else meanwhile."""
    host, port = station.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)))


@pytest.mark.parametrize("what", ["somebody else's idle connection", "a zombie"])
def test_the_server_accepts_and_never_answers(simulator, exporter, what):
    """Up 0 at each deadline by one request that stays open; no second one comes to its side."""
    station = simulator(ESS)
    server = exporter(station.url, *FLAGS, env=ENV)
    whole = len(server.page().samples)
    station.forget()
    with contextlib.ExitStack() as stack, HealthWatch(server) as watch:
        if what == "a zombie":
            station.faults(server="zombie")
            others = 0
        else:
            idle = stack.enter_context(idle_connection(station))
            others = 1
        for _ in range(3):
            page = assert_in_time(server, 1.0)
            assert page.value("victron_up") == 0 and not page.series("victron_device_info")
            assert station.state()["connections"]["max"] <= others + 1
        assert reasons(page)["timeout"] == 1
        if others:
            idle.close()
        else:
            station.faults(server="refuse")  # it is killed at last
        station.well_again()
        wait_until(lambda: station.state()["connections"]["open"] == 0, 5, "the end of the late request")
        assert len(server.page().samples) >= whole
    watch.assert_quick()
    assert count_lines(server, "station failed") == 1


def test_a_gx_reboot(simulator, exporter):
    """Serving, refusing, a zombie, serving again: nothing old stays, all returns by itself."""
    station = simulator(ESS)
    server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)

    def devices():
        return {key for key in server.page().keys() if "instance" in dict(key[1])}

    whole = devices()
    assert len(whole) > 300
    for _ in range(2):
        station.faults(server="refuse")
        page = assert_in_time(server, 1.5)
        assert page.value("victron_up") == 0 and not page.series("victron_device_info")
        station.faults(server="zombie")
        page = assert_in_time(server, 1.0)
        assert page.value("victron_up") == 0 and not page.series("victron_device_info")
        station.faults(server="refuse")  # the zombie is killed: its connections end
        wait_until(lambda: reasons(server.page())["connect"] >= 1, what="the end of the zombie")
        station.well_again()
        wait_until(lambda: devices() == whole, 3, "the whole page")
    wait_until(lambda: count_lines(server, "station answers again") == 2, 2, "both ends")


def test_a_reboot_in_the_middle_of_an_answer(simulator, exporter):
    """What was asked before is on that page; the next ones say that the station is away, until it is back."""
    station = simulator(ESS)
    server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
    whole = len(server.page().samples)
    for fault in ({"hang": "dead"}, {"drip": 200}):
        station.faults(answers={HUNG: fault})
        pages = []
        thread = threading.Thread(target=lambda: pages.append(server.page()))
        thread.start()
        wait_until(lambda: station.state()["requests"][-1].get("service") == HUNG, 5, "the request")
        station.faults(server="refuse")
        thread.join()
        assert pages[-1].value("victron_up") == 1
        assert pages[-1].value("victron_scrape_service_success", service=HUNG) == 0
        page = server.page()
        assert page.value("victron_up") == 0 and not page.series("victron_device_info")
        station.well_again()
        assert len(server.page().samples) >= whole


def test_memory_is_flat_while_names_change(exporter):
    """A name, an error and an instance that are new on every page: what they were is forgotten."""
    from hostile import table

    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        number = 0

        def scrape(count):
            nonlocal number
            for _ in range(count):
                number += 1
                station.answers["vebus.c"] = table({"DeviceInstance": number, "State": 3})
                station.answers["battery.a"] = table({
                    "DeviceInstance": 1, "Dc/0/Voltage": 51.5, "CustomName": f"{number}" * 40,
                    "Error/0/Id": f"x:e-{number}", f"Unknown{number}": 1})
                server.get()

        scrape(500)
        before = numbers_of(server)
        start = time.monotonic()
        scrape(1000)
        assert is_whole(server.page()), time.monotonic() - start
        assert_settles_at(server, before, 2048)
