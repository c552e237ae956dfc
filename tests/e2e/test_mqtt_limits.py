"""Over MQTT, too: what is over a limit is dropped, counted, and costs nobody else anything."""

import paho.mqtt.client as paho
import pytest
from harness import wait_until
from health_watch import HealthWatch

PORTAL = "c0619ab0e550"
STATION = "twins"

TOO_MANY_DEVICES = [(f"tank/{i}/Level", b'{"value": 50}') for i in range(300)]
TOO_MANY_VALUES = [(f"tank/7/Some/Path/{i}", b'{"value": 1}') for i in range(51_000)]
TOO_LONG = {
    "a payload": [("tank/7/Level", b'{"value": "' + b"x" * (8 * 1024 * 1024) + b'"}')],
    "a path": [("tank/7/" + "x" * 600, b'{"value": 1}')],
    "an instance": [("tank/" + "7" * 300 + "/Level", b'{"value": 1}')],
    "a device type": [("t" * 300 + "/7/Level", b'{"value": 1}')],
    "all texts together": [(f"tank/7/Text/{i}", b'{"value": "' + b"x" * 7_000_000 + b'"}') for i in range(12)],
    "nested": [("tank/7/Level", b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")],
}


@pytest.fixture
def place(broker, mqtt_station, exporter):
    """(exporter on the broker of a good station, speak(messages))"""
    server = broker()
    mqtt_station(server, STATION, f"--portal-id={PORTAL}")
    client = paho.Client()
    client.max_queued_messages_set(0)
    client.connect("127.0.0.1", server.plugin_port)
    client.loop_start()
    program = exporter(server.url, "--map.level=full")
    wait_until(lambda: program.page().value("victron_up") == 1, what="values")

    def speak(messages):
        before = program.page().value("victron_mqtt_messages_total")
        for topic, payload in messages:
            sent = client.publish(f"N/{PORTAL}/{topic}", payload)
        sent.wait_for_publish(30)
        wait_until(lambda: program.page().value("victron_mqtt_messages_total") >= before + len(messages), 30, "all of it")

    yield program, speak
    client.loop_stop()
    client.disconnect()


def counted(page):
    return sum(page.value("victron_scrape_failures_total", reason=reason) for reason in ("too_large", "malformed"))


def page_with(program, number):
    """The first page on which so many were counted; the station speaks, too, so the number of messages does not tell."""
    return wait_until(lambda: (page := program.page()) and counted(page) >= number and page, 30, f"{number} counted")


def others(page):
    """The series of the good station."""
    return {key for key in page.keys() if ("device", "tank") not in key[1] and key[0].startswith("victron_battery")}


@pytest.mark.parametrize("what", TOO_LONG)
def test_what_is_too_long_is_dropped_and_counted(place, what):
    program, speak = place
    before = program.page()
    speak(TOO_LONG[what])
    page = page_with(program, counted(before) + 1)
    assert not page.series("victron_tank_level_ratio", instance="7")
    assert others(page) == others(before)


def test_256_devices_are_kept(place):
    """Those that were there first stay."""
    program, speak = place
    before = program.page()
    speak(TOO_MANY_DEVICES)
    page = page_with(program, counted(before) + 300 - 256)
    assert len({tuple(labels.items()) for labels, _ in page.series("victron_device_up")}) == 256
    assert others(page) == others(before)


def test_50000_values_are_kept_and_nobody_waits(place):
    program, speak = place
    before = program.page()
    with HealthWatch(program) as watch:
        speak(TOO_MANY_VALUES)
        page = page_with(program, counted(before) + 1000)
    watch.assert_quick()
    assert page.value("victron_unmapped_paths") >= 40_000
    assert others(page) == others(before)
