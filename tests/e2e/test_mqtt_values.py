"""Over MQTT, too: no value, name or instance makes the page invalid or untrue, and what comes in single bytes is whole or not there."""

import time

import pytest
from harness import promtool_check, wait_until
from health_watch import HealthWatch
from hostile import ENV, RawStation, assert_in_time, raw_values
from hostile_broker import PORTAL, RawBroker, connack, publish, said
from hostile_values import NAMES, TOKENS

STATE = "victron_vebus_state"
FULL = "victron_mqtt_full_publish_timestamp_seconds"


def is_good(server):
    page = server.page()
    return page.value("victron_battery_voltage_volts") == 51.5 and page.value("victron_up") == 1


@pytest.fixture
def gx():
    with RawBroker() as broker:
        yield broker


@pytest.fixture
def server(gx, exporter):
    program = exporter(gx.url, "--mqtt.stale-after=30s", env=ENV)
    wait_until(lambda: is_good(program), what="values")
    return program


@pytest.fixture
def page_after(gx, server):
    """page_after(message, …): a page that knows all of them.

    A page is copied device by device: one that appears meanwhile may be missing beside a later value, but not on the next page.
    No further full publish says the first values anew.
    """
    gx.says["keepalive"] = lambda *_: None
    count = 0

    def send(*messages):
        nonlocal count
        count += 1
        gx.send(b"".join(messages) + said("grid/2/Ac/Power", 1000 + count))
        wait_until(lambda: server.page().value("victron_grid_power_watts") == 1000 + count, 10, "the last message")
        return server.page()

    return send


def test_one_path_through_all_types(page_after):
    """Every kind of token in turn: its own series comes and goes, its neighbour stays."""
    for token, expected in TOKENS:
        page = page_after(said("vebus/3/State", token))
        assert page.value(STATE) == expected, token
        assert page.value("victron_vebus_mode") == 3, token
        assert page_after(said("vebus/3/State", 8)).value(STATE) == 8


@pytest.mark.parametrize("payload", [b'{"value": 1, "value": 4}', b'{"value": 4, "x": [1, {"value": 1}]}', b' {"value" : 4e0}\n'])
def test_odd_but_whole(page_after, payload):
    """Of keys that stand twice the last one counts; what else is there does not."""
    assert page_after(publish(f"N/{PORTAL}/vebus/3/State", payload)).value(STATE) == 4


def test_names_are_the_same_as_over_http(exporter, page_after):
    """Repaired, escaped and cut in the same way; the numbers are there, promtool is content."""
    with RawStation() as station:
        over_http = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        for what, name in NAMES.items():
            station.answers["vebus.c"] = raw_values(b'"CustomName": "' + name + b'", "State": 3, "DeviceInstance": 3')
            page = page_after(said("vebus/3/CustomName", '""'),
                              publish(f"N/{PORTAL}/vebus/3/CustomName", b'{"value": "' + name + b'"}'))
            [(expected, _)] = over_http.page().series("victron_device_info", device="vebus")
            [(labels, _)] = page.series("victron_device_info", device="vebus")
            assert labels["custom_name"] == expected["custom_name"], what
            assert page.value(STATE) == 3 and promtool_check(page.text) == "", what


def test_a_device_that_changes_its_type(page_after):
    """It leaves as one and comes as another; nothing of the first is left."""
    for old, new in [("genset", "pvinverter"), ("pvinverter", "genset")] * 2:
        page = page_after(said(f"{old}/9/Ac/Power", b""), said(f"{new}/9/Ac/Power", 400))
        assert page.value(f"victron_{new}_power_watts") == 400
        assert not [s for s in page.samples if s.labels.get("device") == old]


def test_one_byte_at_a_time(gx, server):
    """A greeting that takes seconds, and messages in single bytes: nobody waits, and no value is half of one."""
    def drip(talk, data, seconds):
        for byte in data:
            talk.send(bytes([byte]))
            time.sleep(seconds)

    gx.says.update(CONNECT=lambda talk, _body: drip(talk, connack(), 0.5), heartbeat=lambda *_: None)  # nothing in between
    before = server.page().value(FULL)
    gx.hang_up()
    with HealthWatch(server) as watch:
        wait_until(lambda: assert_in_time(server, 0.6).value(FULL) > before, 15, "the next full publish")
        for byte in said("battery/1/Dc/0/Voltage", 12345.5):
            gx.send(bytes([byte]))
            assert assert_in_time(server, 0.6).value("victron_battery_voltage_volts") in (51.5, 12345.5)
        wait_until(lambda: server.page().value("victron_battery_voltage_volts") == 12345.5, 5, "the whole value")
    watch.assert_quick()
