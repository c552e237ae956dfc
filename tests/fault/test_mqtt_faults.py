"""Whatever call fails over MQTT: no value on the page is older than what the station said last."""

import http.client
import sys
import time
import urllib.error

import paho.mqtt.client as paho
import pytest
from faults import EVERY_FAULT, points, start
from harness import ROOT, Page, Simulator, wait_until

sys.path.append(str(ROOT / "tests"))
from simulator.broker import Broker  # noqa: E402

PORTAL = "c0619ab0e550"
DEVICE = {"device": "battery", "instance": "777"}

# What taking messages and pages calls, and what a new connection calls.
CALLS_OF_MESSAGES = ["malloc", "calloc", "realloc", "poll", "mosquitto_loop_read", "mosquitto_loop_misc"]
CALLS_OF_CONNECTIONS = ["mosquitto_lib_init", "getnameinfo", "getrandom", "mosquitto_unsubscribe", "mosquitto_new", "mosquitto_int_option", "mosquitto_connect_bind_async",
                        "mosquitto_subscribe", "mosquitto_publish", "mosquitto_loop_write", "mosquitto_loop_read",
                        "mosquitto_loop_misc", "poll"]
CONNECTS_MAX = 3
NOT_ALWAYS_CALLED = "mosquitto_loop_write"  # only when the line was busy

# The log asks before each line whether it can be written; the harness reads the first ones.
FIRST = {"poll": 1 + len(["listening", "started"])}

# Taken for a broker that refuses us: the next attempt comes after half a minute.
SLOW_CALLS_OF_CONNECTIONS = ["mosquitto_username_pw_set", "mosquitto_tls_set", "mosquitto_tls_opts_set",
                             "mosquitto_tls_insecure_set"]


class Talker:
    """A device that says one number in several places: at a known path, a new path, and as a text."""

    def __init__(self, broker, portal):
        self._head = f"N/{portal}/battery/777"
        self._client = paho.Client()
        self._client.connect("127.0.0.1", broker.plugin_port)
        self._client.loop_start()
        self.number = 0

    def say_next(self):
        self.number += 1
        self.say_again()

    def say_again(self):
        for path, payload in (("Dc/0/Voltage", f'{{"value": {self.number}}}'), ("Soc", ""),
                              ("Soc", f'{{"value": {self.number}}}'),
                              ("ProductName", f'{{"value": "no {self.number}"}}')):
            self._client.publish(f"{self._head}/{path}", payload).wait_for_publish(5)

    def close(self):
        self._client.loop_stop()
        self._client.disconnect()


@pytest.fixture
def place(tmp_path):
    """(broker with password and TLS, simulated GX on it, talking device)"""
    with Broker(tmp_path, username="u", password="p", tls=True) as broker:
        (tmp_path / "password").write_text("p")
        station = Simulator("twins", f"--mqtt=127.0.0.1:{broker.plugin_port}", f"--portal-id={PORTAL}")
        talker = Talker(broker, PORTAL)
        yield broker, talker, tmp_path
        talker.close()
        station.stop()


def start_on(faults, place):
    broker, _, folder = place
    return start(faults, broker.url, "--mqtt.username=u", f"--mqtt.password-file={folder / 'password'}",
                 f"--mqtt.ca-file={broker.ca_file}", "--mqtt.skip-hostname-check", wait=False)


def seen(page):
    """What stands on the page of the talking device: {where: number}."""
    found = {metric: value for metric in ("victron_battery_voltage_volts", "victron_battery_state_of_charge_ratio")
             if (value := page.value(metric, **DEVICE)) is not None}
    for labels, _ in page.series("victron_device_info", **DEVICE):
        if labels["product_name"]:
            found["product_name"] = int(labels["product_name"].removeprefix("no "))
    return {where: round(value * 100) if "ratio" in where else int(value) for where, value in found.items()}


def look(server):
    try:
        status, _, body = server.get()
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
        return None
    assert status in (200, 500)
    return Page(body.decode()) if status == 200 else None


def shows(server, number):
    page = look(server)
    return page and len(seen(page)) == 3 and set(seen(page).values()) == {number} and page


def is_missing_told(page):
    return page.value("victron_up") == 0 or any(value for _, value in page.series("victron_rejected_values"))


def failures(page):
    return sum(value for _, value in page.series("victron_scrape_failures_total"))


@pytest.mark.parametrize("call", CALLS_OF_MESSAGES)
def test_a_message_with_a_call_that_fails(faults, place, call):
    """The newest number is there, or none and a failure was counted; on a new connection the device
    says it anew, as all do that a GX has."""
    server, talker = start_on(faults, place), place[1]
    hits, before = 0, None

    def start_anew():
        """The pauses between connections grow with each that is lost soon."""
        nonlocal server
        assert server.stop() == 0
        server = start_on(faults, place)
        wait_until(lambda: server.page().value("victron_up") == 1, what="values")
        for _ in range(2):
            say_and_see()

    def say_and_see():
        talker.say_next()
        tries = 0
        while not shows(server, talker.number):
            tries += 1
            assert tries < 2000, f"{talker.number} is not seen"
            if tries % 100 == 0:
                talker.say_again()
            time.sleep(0.01)

    def is_settled():
        page = look(server)
        if not page:
            return False
        if page.value("victron_mqtt_connects_total") > before.value("victron_mqtt_connects_total"):
            talker.say_again()
        is_told = is_missing_told(page) or failures(page) > failures(before)
        return set(seen(page).values()) <= {talker.number} and (len(seen(page)) == 3 or is_told)

    try:
        wait_until(lambda: server.page().value("victron_up") == 1, what="values")
        for n in points(faults, call, say_and_see):
            if server.page().value("victron_mqtt_connects_total") > CONNECTS_MAX:
                start_anew()
            before = server.page()
            faults.arm(call, n)
            talker.say_next()
            wait_until(is_settled, 10, f"a true page with {call} {n}: {talker.number}")
            hits += faults.hits()
            faults.disarm()
            wait_until(lambda: (page := look(server)) and page.value("victron_up") == 1, 30,
                       f"values after {call} {n}")
            say_and_see()
        assert hits
        assert not any(value for _, value in server.page().series("victron_rejected_values"))
    finally:
        code = server.stop()
    assert code == 0


@pytest.mark.parametrize("call", CALLS_OF_CONNECTIONS + (SLOW_CALLS_OF_CONNECTIONS if EVERY_FAULT else []))
def test_a_connection_with_a_call_that_fails(faults, place, call):
    """The broker comes back: so do we, whatever failed the first time, and meanwhile nothing is shown."""
    broker, talker, _ = place
    faults.arm_before_start(call, FIRST.get(call, 1))
    server = start_on(faults, place)
    try:
        wait_until(lambda: (page := look(server)) and page.value("victron_up") == 1, 60, f"values after {call}")
        talker.say_next()
        wait_until(lambda: shows(server, talker.number), what="what was said")
        assert faults.hits() == 1 or call == NOT_ALWAYS_CALLED
    finally:
        code = server.stop()
    assert code == 0
