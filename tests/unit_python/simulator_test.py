"""The simulated station does what was measured of the real one, and each fault does what it says."""

import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from simulator.broker import Broker, LateRefusal
from simulator.clients import (PATIENCE, Listener, ask, ask_raw, connack_of, connect, control, read_all, seconds_of,
                               until, value_of)
from simulator.live import LiveDay
from simulator.recorded_requests import REQUESTS, get, get_value
from simulator.recording import SYSTEM, RecordingError, load
from simulator.station import SimulatedStation

STATIONS = TESTS / "stations"
ESS = STATIONS / "cerbo-gx-v3.70-ess"
ALL_STATIONS = sorted(path.name for path in STATIONS.iterdir() if (path / "http").is_dir())
VEBUS = "com.victronenergy.vebus.ttyS4"
BATTERY = "com.victronenergy.battery.socketcan_can0"
SENSOR = "com.victronenergy.temperature.adc_builtin0_5"


@pytest.fixture
def station():
    with SimulatedStation(load(ESS)) as running:
        yield running


# -- answers as recorded --------------------------------------------------------------------------------------------

VARYING = re.compile(rb'(Date: |"started_at": |"uptime_seconds": )[^\r\n]*')


def test_every_recorded_answer_has_its_request():
    files = {f"{path.parent.name}/{path.stem}" for path in ESS.glob("http/*/*.http")}
    assert files == set(REQUESTS)


@pytest.mark.parametrize("name", REQUESTS)
def test_answers_are_those_recorded_byte_for_byte(station, name):
    expected = (ESS / "http" / f"{name}.http").read_bytes()
    assert VARYING.sub(rb"\1", ask_raw(station, REQUESTS[name])) == VARYING.sub(rb"\1", expected)


@pytest.mark.parametrize("name", ALL_STATIONS)
def test_every_body_of_every_station_is_its_file(name):
    folder = STATIONS / name / "http"
    with SimulatedStation(load(STATIONS / name)) as running:
        for service in load(STATIONS / name).services:
            assert value_of(running, service) == (200, (folder / f"{service}.json").read_bytes())
        for page in ("services", "settings"):
            assert ask(running, f"/{page}") == (200, (folder / f"{page}.json").read_bytes())


def test_a_folder_that_is_no_station_is_refused_with_advice(tmp_path):
    with pytest.raises(RecordingError, match="give a station folder"):
        load(tmp_path)


# -- one request at a time ------------------------------------------------------------------------------------------

def test_an_idle_connection_blocks_everybody(station):
    with closing(connect(station)), closing(connect(station)) as waiting:
        waiting.sendall(get("/health"))
        waiting.settimeout(0.3)
        with pytest.raises(TimeoutError):
            waiting.recv(1)
    until(lambda: ask(station, "/health")[0] == 200)


def test_parallel_requests_are_served_one_after_another(station):
    station.faults.patch({"answers": {VEBUS: {"latency": 0.1}}})
    clients = [threading.Thread(target=value_of, args=(station, VEBUS)) for _ in range(4)]
    assert seconds_of(lambda: [c.start() for c in clients] + [c.join() for c in clients]) >= 0.4
    assert control(station, "GET", "/state")["connections"]["max"] == 4


def test_seven_connections_fit_and_the_eighth_gets_no_answer(station):
    held = [connect(station) for _ in range(7)]
    try:
        with pytest.raises(TimeoutError):
            socket.create_connection(held[0].getpeername(), 0.3).close()
    finally:
        for connection in held:
            connection.close()


def test_who_asks_one_at_a_time_is_seen_as_one(station):
    for service in (VEBUS, BATTERY, SYSTEM):
        value_of(station, service)
    state = control(station, "GET", "/state")
    assert state["connections"] == {"open": 0, "max": 1, "accepted": 3}
    assert [(row["endpoint"], row["service"], row["outcome"]) for row in state["requests"]] == [
        ("/value", service, "answered 200") for service in (VEBUS, BATTERY, SYSTEM)]
    assert control(station, "DELETE", "/state")["requests_total"] == 0


# -- faults ---------------------------------------------------------------------------------------------------------

def test_latency_is_of_one_service_or_of_all(station):
    station.faults.patch({"answers": {VEBUS: {"latency": 0.15}}})
    assert seconds_of(lambda: value_of(station, BATTERY)) < 0.15 <= seconds_of(lambda: value_of(station, VEBUS))
    station.faults.patch({"answers": {"*": {"latency": 0.1}}})
    assert seconds_of(lambda: ask(station, "/health")) >= 0.1


@pytest.mark.parametrize("hang, seconds", [("mute", 0.25), ("dead", 0.5), (30, 0.3)])
def test_a_hang_ends_in_a_404_after_its_scaled_time(station, hang, seconds):
    station.faults.patch({"time_factor": 0.01, "answers": {VEBUS: {"hang": hang}}})
    start = time.monotonic()
    assert value_of(station, VEBUS)[0] == 404
    assert seconds <= time.monotonic() - start < seconds + 1
    assert value_of(station, BATTERY)[0] == 200


def test_a_client_that_gives_up_frees_nothing(station):
    station.faults.patch({"answers": {VEBUS: {"hang": 0.4}}})
    with closing(connect(station)) as impatient:
        impatient.sendall(get_value("/", VEBUS))
        until(lambda: control(station, "GET", "/state")["requests_total"] == 1)
    assert seconds_of(lambda: ask(station, "/health")) >= 0.2


def test_a_hang_that_is_cleared_gives_the_answer(station):
    station.faults.patch({"answers": {VEBUS: {"hang": 60}}})
    threading.Timer(0.1, station.faults.clear).start()
    assert value_of(station, VEBUS)[0] == 200


def test_a_zombie_accepts_and_never_answers(station):
    control(station, "POST", "/faults", {"server": "zombie"})
    with closing(connect(station)) as waiting:
        waiting.sendall(get("/health"))
        waiting.settimeout(0.2)
        with pytest.raises(TimeoutError):
            waiting.recv(1)
        control(station, "DELETE", "/faults")
        waiting.settimeout(PATIENCE)
        assert waiting.recv(12) == b"HTTP/1.0 200"


def test_refusing_ends_what_is_served_and_reopens_on_the_same_port(station):
    before = station.http_url
    with closing(connect(station)) as idle:
        until(lambda: control(station, "GET", "/state")["connections"]["accepted"] == 1)
        control(station, "POST", "/faults", {"server": "refuse"})
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(station)
    control(station, "DELETE", "/faults")
    assert station.http_url == before and ask(station, "/health")[0] == 200


WHOLE = (ESS / "http" / f"{SENSOR}.json").read_bytes()
BODY_FAULTS = {
    "truncate": ({"truncate": 100}, 200, lambda body: body == WHOLE[:100]),
    "status": ({"status": 500}, 500, lambda body: json.loads(body)["success"] is False),
    "not found": ({"status": 404}, 404, lambda body: json.loads(body)["success"] is False),
    "empty body": ({"body": ""}, 200, lambda body: body == b""),
    "raw body": ({"body": '{"value": 1e400}'}, 200, lambda body: body == b'{"value": 1e400}'),
    "raw bytes": ({"body_base64": "/w=="}, 200, lambda body: body == b"\xff"),
    "html": ({"html": True}, 200, lambda body: body.startswith(b"<!DOCTYPE html>")),
    "size": ({"size": 300000}, 200, lambda body: len(body) == 300000 and json.loads(body) == json.loads(WHOLE)),
    "bus failure": ({"bus_failure": True}, 404, lambda body: json.loads(body)["value"] is None),
    "drip": ({"drip": 50000}, 200, lambda body: body == WHOLE),
}


@pytest.mark.parametrize("name", BODY_FAULTS)
def test_body_faults(station, name):
    faults, status, holds = BODY_FAULTS[name]
    station.faults.patch({"answers": {SENSOR: faults}})
    got, body = value_of(station, SENSOR)
    assert got == status and holds(body)
    assert value_of(station, BATTERY)[0] == 200


def test_a_drip_takes_its_time(station):
    station.faults.patch({"answers": {"/health": {"drip": 1000}}})
    assert seconds_of(lambda: ask(station, "/health")) >= 0.3


@pytest.mark.parametrize("off_by", [100, -5])
def test_a_wrong_content_length_is_off_by_so_much(station, off_by):
    station.faults.patch({"answers": {SENSOR: {"content_length": off_by}}})
    head, _, body = ask_raw(station, get_value("/", SENSOR)).partition(b"\r\n\r\n")
    assert b"Content-Length: %d" % (len(WHOLE) + off_by) in head and body == WHOLE


def test_a_chunked_body_is_whole_json_of_any_size(station):
    station.faults.patch({"answers": {SENSOR: {"chunked": True, "size": 2000000}}})
    with urllib.request.urlopen(f"{station.http_url}/value?service={SENSOR}&path=/", timeout=PATIENCE) as answer:
        body = answer.read()
    assert len(body) == 2000000 and json.loads(body) == json.loads(WHOLE)


def test_an_endless_body_does_not_end(station):
    station.faults.patch({"answers": {SENSOR: {"endless": True}}})
    with closing(connect(station)) as connection:
        connection.sendall(get_value("/", SENSOR))
        received = 0
        while received < 5000000:
            received += len(connection.recv(1 << 20))
    assert ask(station, "/health")[0] == 200


@pytest.mark.parametrize("count", [0, 20, 400])
def test_a_reset_comes_after_so_many_bytes(station, count):
    station.faults.patch({"answers": {SENSOR: {"reset_after": count}}})
    with closing(connect(station)) as connection:
        connection.sendall(get_value("/", SENSOR))
        with pytest.raises(ConnectionResetError):
            assert len(read_all(connection)) <= count


def test_the_bus_may_fail_for_the_lists(station):
    station.faults.patch({"answers": {"/services": {"bus_failure": True}, "/settings": {"bus_failure": True}}})
    assert json.loads(ask(station, "/services")[1]) == {"services": [], "count": 0, "success": True}
    assert json.loads(ask(station, "/settings")[1]) == {"settings": {}, "success": True}


def test_services_leave_arrive_move_and_multiply(station):
    added = {"com.victronenergy.tank.new": {"/DeviceInstance": 7, "/Level": 50.0}}
    station.faults.patch({"services": {"remove": [SENSOR], "add": added, "rename": {VEBUS: VEBUS + "9"}},
                          "clones": {BATTERY: 20}})
    names = json.loads(ask(station, "/services")[1])["services"]
    assert SENSOR not in names and VEBUS not in names and VEBUS + "9" in names and len(names) == 19 + 20
    assert value_of(station, SENSOR)[0] == 404
    assert json.loads(value_of(station, "com.victronenergy.tank.new", "/Level")[1])["value"] == 50.0
    clone = json.loads(value_of(station, "com.victronenergy.battery.clone0019")[1])["value"]
    assert clone["DeviceInstance"] == 10019 and clone["Soc"] == 81.0


@pytest.mark.parametrize("override, token", [
    (42, b"42"), ([], b"[]"), ({"value": None}, b"null"), ({"token": "NaN"}, b"NaN"), ({"token": "1e400"}, b"1e400"),
    (2 ** 70, b"1180591620717411303424"), ({"token": "[" * 10000 + "]" * 10000}, b"[" * 10000 + b"]" * 10000),
    ({"base64": "Iv8i"}, b'"\xff"'), ("\ud83d", b'"\\ud83d"'), ({"token": "-Infinity"}, b"-Infinity")])
def test_a_value_can_be_any_token(station, override, token):
    control(station, "POST", "/faults", {"values": {SYSTEM: {"/Dc/Battery/Soc": override}}})
    assert b'"Dc/Battery/Soc": ' + token + b",\n" in value_of(station, SYSTEM)[1]
    assert b'"value": ' + token + b",\n" in value_of(station, SYSTEM, "/Dc/Battery/Soc")[1]


def test_a_value_can_be_absent_and_come_back(station):
    station.faults.patch({"values": {SYSTEM: {"/Dc/Battery/Soc": {"absent": True}}}})
    assert value_of(station, SYSTEM, "/Dc/Battery/Soc")[0] == 404
    station.faults.patch({"values": {SYSTEM: {"/Dc/Battery/Soc": None}}})
    assert value_of(station, SYSTEM, "/Dc/Battery/Soc")[0] == 200


@pytest.mark.parametrize("patch, said", [
    ({"answers": {"*": {"latancy": 1}}}, "'latancy' is no fault"), ({"server": "dead"}, '"zombie"'),
    ({"values": {SYSTEM: {"/Serial": {"tokn": "1"}}}}, "/Serial"), ([], "JSON object"), ({"mqtt": {"x": 1}}, "mqtt")])
def test_a_wrong_patch_is_refused_with_what_is_allowed(station, patch, said):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        control(station, "POST", "/faults", patch)
    assert refusal.value.code == 400 and said in json.load(refusal.value)["error"]
    assert control(station, "GET", "/faults") == {}


@pytest.mark.parametrize("command", [["-m", "simulator", f"--station={ESS}"], [str(TESTS / "simulator"), str(ESS)]])
def test_the_command_line_says_where_it_listens(tmp_path, command):
    ports = tmp_path / "ports.json"
    process = subprocess.Popen([sys.executable, *command, "--live", "--speed=60", f"--port-file={ports}"], cwd=TESTS,
                               stdout=subprocess.PIPE, text=True)
    try:
        said = re.fullmatch(r"listening on (http://127.0.0.1:\d+) control on (http://127.0.0.1:\d+)\n",
                            process.stdout.readline())
        assert json.loads(ports.read_text()) == {"http": said[1], "control": said[2]}
        assert json.load(urllib.request.urlopen(said[1] + "/services", timeout=PATIENCE))["count"] == 19
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stdout.close()


# -- MQTT -----------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@contextmanager
def on_mqtt(broker, name="cerbo-gx-v3.70-ess", **options):
    """(station, listener), both on the broker, the station scanned."""
    recording = load(STATIONS / name)
    with SimulatedStation(recording, mqtt={"host": "127.0.0.1", "port": broker.plugin_port, **options}) as running:
        with closing(Listener(broker.port, recording.portal_id)) as first:
            until(lambda: first.of("system/0/Serial"))
        listener = Listener(broker.port, recording.portal_id)
        try:
            yield running, listener
        finally:
            listener.clear_retained("system/0/Serial")
            listener.close()


def same(payload, recorded):
    """Equal as JSON; the last digit of a double may be written otherwise."""
    return payload == recorded or json.loads(payload) == json.loads(recorded)


@pytest.mark.parametrize("name", ALL_STATIONS)
def test_a_full_publish_is_what_the_broker_said(broker, name):
    lines = (STATIONS / name / "mqtt.txt").read_bytes().splitlines()
    recorded = dict(line.split(b"\t", 1) for line in lines)
    with on_mqtt(broker, name) as (_station, listener):
        told = listener.full_publish()
    prefix = f"N/{load(STATIONS / name).portal_id}/".encode()
    ends = {"full_publish_completed", "heartbeat", "keepalive"}
    expected = {topic.removeprefix(prefix).decode(): payload for topic, payload in recorded.items()}
    assert told.keys() - ends == expected.keys() - ends
    assert [topic for topic in expected if topic not in ends and not same(told[topic], expected[topic])] == []


def test_without_a_keepalive_there_is_only_the_serial(broker):
    with on_mqtt(broker) as (station, listener):
        station.faults.patch({"values": {SYSTEM: {"/Dc/Battery/Soc": 12.5}}})
        listener.ask("system/0/Dc/Battery/Soc")
        until(lambda: listener.of("system/0/Dc/Battery/Soc"))
        assert listener.messages == [("system/0/Serial", b'{"value":"c0619ab0e550"}', 1),
                                     ("system/0/Dc/Battery/Soc", b'{"value":12.5}', 0)]


def test_keepalive_options(broker):
    with on_mqtt(broker) as (_station, listener):
        listener.keepalive("suppress-republish")
        until(lambda: listener.of("heartbeat"))
        assert {topic for topic, _payload, _retain in listener.messages} == {"system/0/Serial", "heartbeat"}
        listener.keepalive({"full-publish-completed-echo": "abc"})
        until(lambda: listener.of("full_publish_completed"))
        assert json.loads(listener.of("full_publish_completed")[0])["full-publish-completed-echo"] == "abc"


def test_ten_keepalives_at_once_give_three_full_publishes(broker):
    with on_mqtt(broker, time_scale=5) as (station, listener):
        for _ in range(10):
            listener.keepalive()
        until(lambda: station.state()["mqtt"]["keepalives"] == 10)
        listener.ask("system/0/Serial", b"suppress-republish")
        until(lambda: len(listener.of("system/0/Serial")) == 1 + 3 + 1)
        assert len(listener.of("full_publish_completed")) == 3


def test_life_ends_60_seconds_after_the_last_keepalive_with_a_heartbeat_each_3(broker):
    with on_mqtt(broker, time_scale=0.02) as (station, listener):
        listener.full_publish()
        until(lambda: not station.state()["mqtt"]["alive"])
        assert 10 <= len(listener.of("heartbeat")) <= 20
        before = len(listener.messages)
        station.faults.patch({"values": {SYSTEM: {"/Dc/Battery/Soc": 1.5}}})
        listener.ask("battery/512/Soc")
        until(lambda: listener.messages[-1][0] == "battery/512/Soc")
        assert len(listener.messages) == before + 1


def test_changes_and_only_changes_are_published_while_alive(broker):
    with on_mqtt(broker) as (station, listener):
        listener.full_publish()
        until(lambda: listener.of("heartbeat"))
        listener.messages.clear()
        for value in (50.5, [], 51.0, {"token": "NaN"}):
            station.faults.patch({"values": {SYSTEM: {"/Dc/Battery/Soc": value}}})
        until(lambda: listener.of("system/0/Dc/Battery/Soc")[-1:] == [b'{"value":null}'])
        assert {topic for topic, _payload, _retain in listener.messages} <= {"system/0/Dc/Battery/Soc", "heartbeat"}


def test_a_service_leaves_with_empty_payloads_and_returns_with_values(broker):
    with on_mqtt(broker) as (station, listener):
        listener.full_publish()
        listener.messages.clear()
        station.faults.patch({"services": {"remove": [SENSOR]}})
        until(lambda: len([m for m in listener.messages if m[1] == b""]) == 16)
        assert all(topic.startswith("temperature/27/") for topic, payload, _retain in listener.messages if not payload)
        station.faults.clear()
        until(lambda: b'{"value":35.85}' in listener.of("temperature/27/Temperature"))


def test_a_read_of_a_tree_gives_its_leaves_and_of_nothing_nothing(broker):
    with on_mqtt(broker) as (_station, listener):
        listener.ask("system/0/No/Such")
        listener.ask("system/0/Dc/Battery")
        listener.ask("battery/512/Soc")
        until(lambda: listener.of("battery/512/Soc"))
        assert len([m for m in listener.messages if m[0].startswith("system/0/Dc/Battery/")]) == 15


def test_after_a_broker_restart_a_keepalive_completes_with_zero_topics(tmp_path):
    recording = load(ESS)
    with Broker(tmp_path) as own, SimulatedStation(
            recording, mqtt={"host": "127.0.0.1", "port": own.plugin_port}) as station:
        until(lambda: station.state()["mqtt"]["connected"])
        station.faults.patch({"mqtt": {"scan_seconds": 2.0}})
        own.stop(kill=True)
        until(lambda: not station.state()["mqtt"]["connected"])
        own.start()
        until(lambda: station.state()["mqtt"]["connected"])
        with closing(Listener(own.port, recording.portal_id)) as listener:
            assert len([topic for topic in listener.full_publish() if "/" in topic]) < 1500
            until(lambda: listener.of("vebus/276/Dc/0/Voltage"))


def test_messages_completion_and_everything_can_be_lost(broker):
    with on_mqtt(broker) as (station, listener):
        station.faults.patch({"mqtt": {"lose_every": 2, "lose_completion": True}})
        listener.keepalive()
        until(lambda: listener.of("heartbeat"))
        assert len(listener.messages) < 900 and not listener.of("full_publish_completed")
        station.faults.patch({"mqtt": {"silent": True}})
        listener.messages.clear()
        listener.keepalive()
        until(lambda: station.state()["mqtt"]["keepalives"] == 2)
        assert listener.messages == []


def test_twins_share_their_topics(broker):
    with on_mqtt(broker, "twins") as (station, listener):
        listener.full_publish()
        assert sorted(listener.of("temperature/28/Temperature")) == [b'{"value":11.5}', b'{"value":4.4}']
        station.faults.patch({"services": {"remove": ["com.victronenergy.temperature.adc_builtin0_4"]}})
        until(lambda: b"" in listener.of("temperature/28/Temperature"))


def test_the_broker_can_ask_for_a_password_over_tls(tmp_path):
    def prepare(client, password):
        client.tls_set(ca_certs=str(own.ca_file))
        client.tls_insecure_set(True)
        client.username_pw_set("gx", password)

    with Broker(tmp_path, username="gx", password="secret", tls=True) as own:
        assert connack_of(own.port, lambda client: prepare(client, "secret")) == 0
        assert connack_of(own.port, lambda client: prepare(client, "wrong")) == 5
        with SimulatedStation(load(ESS), mqtt={"host": "127.0.0.1", "port": own.plugin_port}) as running:
            until(lambda: running.state()["mqtt"]["connected"])


def test_a_wrong_password_can_be_refused_late():
    start = time.monotonic()
    with LateRefusal(0.2) as gx:
        assert connack_of(gx.port) == 5
    assert time.monotonic() - start >= 0.2


# -- a live day -----------------------------------------------------------------------------------------------------

MIDSUMMER = 1782000000  # 2026-06-21 00:00 UTC
STEP = 20.0


def live_hours(name, hours, seed=1, start=MIDSUMMER + 6 * 3600):
    """The day, and after each step its devices."""
    day = LiveDay(load(STATIONS / name), seed, start)
    for _ in range(int(hours * 3600 / STEP)):
        day.advance(STEP)
        yield day


@pytest.mark.parametrize("name, service, power, counter", [
    ("three-phase-site", "grid.cgwacs_ttyUSB0_di30_mb1", "Ac/Power", "Ac/Energy/Forward"),
    ("three-phase-site", "pvinverter.pv_126_28900012", "Ac/Power", "Ac/Energy/Forward"),
    ("venus-v3.14-offgrid-house", "battery.ttyO0", "Dc/0/Power", "History/ChargedEnergy"),
    ("ekrano-gx-v3.70-boat", "solarcharger.ttyO1", "Yield/Power", "Yield/System")])
def test_energy_is_the_integral_of_power(name, service, power, counter):
    service = "com.victronenergy." + service
    energy, start = 0.0, load(STATIONS / name).services[service][counter]
    for day in live_hours(name, 8):
        energy += max(0.0, day.values.devices[service].get(power)) * STEP / 3.6e6
    assert energy > 0.01
    assert day.values.devices[service].get(counter) - start == pytest.approx(energy, rel=0.002, abs=0.001)


@pytest.mark.parametrize("name", ALL_STATIONS)
def test_the_state_of_charge_follows_the_current(name):
    ampere_hours, first = 0.0, None
    for day in live_hours(name, 6, start=MIDSUMMER):
        battery = day.values.devices[day.values.devices[SYSTEM].get("Dc/Battery/BatteryService")]
        first = first if first is not None else battery.get("Soc")
        ampere_hours += battery.get("Dc/0/Current") * STEP / 3600
    capacity = day.plant.capacity_ah * day.shares[battery.name]
    assert battery.get("Soc") - first == pytest.approx(100 * ampere_hours / capacity, abs=0.5)


@pytest.mark.parametrize("name", ALL_STATIONS)
def test_system_repeats_its_devices(name):
    for day in live_hours(name, 8):
        system = day.values.devices[SYSTEM]
        battery = day.values.devices[system.get("Dc/Battery/BatteryService")]
        assert system.get("Dc/Battery/Power") == pytest.approx(battery.get("Dc/0/Power"), abs=0.06)
        solar = sum(d.get("Dc/0/Voltage") * d.get("Dc/0/Current") for d in day.values.of_type("solarcharger"))
        assert not system.has("Dc/Pv/Power") or system.get("Dc/Pv/Power") == pytest.approx(solar, abs=0.06)
        for meter in day.values.of_type("grid"):
            assert system.get("Ac/Grid/L1/Power") == pytest.approx(meter.get("Ac/L1/Power"), abs=0.06)


def test_power_is_conserved_on_the_three_phase_site():
    for day in live_hours("three-phase-site", 12):
        get_value = day.values.devices[SYSTEM].get
        for phase in ("L1", "L2", "L3"):
            assert get_value(f"Ac/Grid/{phase}/Power") + get_value(f"Ac/PvOnGrid/{phase}/Power") == pytest.approx(
                get_value(f"Ac/ActiveIn/{phase}/Power") + get_value(f"Ac/ConsumptionOnInput/{phase}/Power"), abs=0.3)
        stored = sum(battery.get("Dc/0/Power") for battery in day.values.of_type("battery"))
        assert get_value("Dc/Pv/Power") + get_value("Dc/Vebus/Power") == pytest.approx(stored, abs=2)


def test_an_equal_seed_makes_an_equal_day_and_another_one_another():
    def final(seed):
        *_, day = live_hours("ekrano-gx-v3.70-boat", 5, seed)
        return [[device.get(path) for path in device.paths()] for device in day.values.devices.values()]

    assert final(1) == final(1) != final(2)


def test_at_midnight_the_history_of_a_charger_moves_on():
    yields = None
    for day in live_hours("ekrano-gx-v3.70-boat", 4, start=MIDSUMMER + 19 * 3600):
        device = day.values.devices["com.victronenergy.solarcharger.ttyO1"]
        if day.day.local(day.time).hour == 23:
            yields = [device.get(f"History/Daily/{n}/Yield") for n in (0, 1)]
    assert yields[0] > 0 and device.get("History/Daily/0/Yield") == 0
    assert [device.get(f"History/Daily/{n}/Yield") for n in (1, 2)] == yields


def test_a_live_station_moves_over_http_and_its_clock_runs():
    live = {"speed": 3600, "start": MIDSUMMER}
    with SimulatedStation(load(ESS), live=live) as running:
        clock = lambda: json.loads(value_of(running, "com.victronenergy.platform", "/Device/Time")[1])["value"]
        assert clock() == MIDSUMMER
        until(lambda: clock() >= MIDSUMMER + 3600)
        assert running.state()["clock"] >= MIDSUMMER + 3600
