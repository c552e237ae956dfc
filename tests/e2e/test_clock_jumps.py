"""A clock that is set, by hours or to another century, takes nothing away and makes nobody wait, over HTTP and MQTT."""

import time

import pytest
from harness import wait_until
from health_watch import HealthWatch
from hostile import RawStation, assert_in_time
from hostile_broker import RawBroker, said
from moved_clock import MovedClock

DAY = 86_400
JUMPS = {"an hour on": 3600, "a day back": -DAY, "to 1971": -(time.time() - 366 * DAY), "to 2099": 72 * 365 * DAY, "home": 0}


def good_page(server):
    page = server.page()
    return page.value("victron_battery_voltage_volts") == 51.5 and page.value("victron_up") == 1 and page


@pytest.mark.parametrize("kind", [RawStation, RawBroker], ids=["http", "mqtt"])
def test_the_wall_clock_jumps(exporter, tmp_path, kind):
    """The same values before and after, in time; their time is that of the new clock; nothing is told."""
    clock = MovedClock(tmp_path, only_wall=True)
    with kind() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", "--scrape.timeout=1s", env=clock.env)
        wait_until(lambda: good_page(server), what="values")
        lines = list(server.lines)

        def is_of_now():
            return abs(server.page().value("victron_last_update_timestamp_seconds") - time.time() - clock.ahead) < 60

        with HealthWatch(server) as watch:
            for what, seconds in JUMPS.items():
                clock.put(seconds)
                page = assert_in_time(server, 1.0)
                assert good_page(server), what
                assert 0 <= page.value("victron_scrape_duration_seconds") < 1, what
                if kind is RawBroker:
                    station.send(said("battery/1/Dc/0/Voltage", 51.5))
                wait_until(is_of_now, 5, f"the new time, {what}")
            wait_until(lambda: watch.asked() >= 10, what="ten looks")
        watch.assert_quick()
        assert server.lines == lines
