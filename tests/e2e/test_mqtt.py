"""Over MQTT the page is the same, it is there at once, and it never lies."""

import re
import time

import pytest
from harness import STATIONS, PROGRAM, request, run, wait_until

ESS = "cerbo-gx-v3.70-ess"
HUNG = "com.victronenergy.vebus.ttyS4"
# One service of each pair shares its topics with its twin: over MQTT the last one wins.
PLAIN_STATIONS = sorted(p.name for p in STATIONS.iterdir() if (p / "http").is_dir() and p.name != "twins")

# What differs from one transport to the other: our own numbers, the times, and the bus name.
OWN = re.compile(r"victron_(exporter|scrape|mqtt|http|heartbeat|last_update|device_last_update|clock)_")


def values(server):
    """The series of the station with their values; bus names left out."""
    lines = server.get()[2].decode().splitlines()
    return {re.sub(r'(victron_device_info\{.*),service="[^"]*"', r"\1", line) for line in lines
            if line.startswith("victron_") and not OWN.match(line)}


def wait_for_values(server, patience=20):
    return wait_until(lambda: (page := server.page()).value("victron_up") == 1 and page, patience,
                      "values over MQTT")


@pytest.mark.parametrize("level", ["core", "full"])
@pytest.mark.parametrize("station", PLAIN_STATIONS)
def test_the_page_equals_that_over_http(broker, mqtt_station, exporter, station, level):
    """The same recorded station over both transports: sample for sample the same."""
    server = broker()
    gx = mqtt_station(server, station)
    over_mqtt = exporter(server.url, f"--map.level={level}")
    over_http = exporter(gx.url, f"--map.level={level}")
    wait_for_values(over_mqtt)
    expected = values(over_http)
    wait_until(lambda: values(over_mqtt) == expected or None, 10,
               f"equality; only one has {sorted(values(over_mqtt) ^ expected)[:10]}")
    assert len(expected) > 100


def test_a_vanished_device_is_gone_at_the_next_scrape_and_comes_back(broker, mqtt_station, exporter):
    """Empty payloads end the series at once; the other devices are untouched."""
    server = broker()
    gx = mqtt_station(server, ESS)
    program = exporter(server.url)
    wait_for_values(program)
    assert program.page().series("victron_vebus_state")
    gx.faults(services={"remove": [HUNG]})
    wait_until(lambda: not program.page("/metrics?device[]=vebus").samples, 2, "the end of its series")
    assert program.page().series("victron_battery_voltage_volts")
    gx.well_again()
    wait_until(lambda: program.page().series("victron_vebus_state"), 5, "its return")


def test_a_silent_gx_is_gone_and_a_constant_value_is_not(broker, mqtt_station, exporter):
    """Heartbeats keep what merely does not change; without life all goes within stale-after + 1 s."""
    server = broker()
    gx = mqtt_station(server, ESS)
    program = exporter(server.url, "--mqtt.stale-after=4s")
    wait_for_values(program)
    time.sleep(5)  # longer than stale-after, nothing changes, the heart beats every 3 s
    page = program.page()
    assert page.value("victron_up") == 1 and page.series("victron_battery_voltage_volts")
    gx.faults(mqtt={"silent": True})
    start = time.monotonic()
    wait_until(lambda: program.page().value("victron_up") == 0, 9, "staleness")
    assert time.monotonic() - start < 4 + 1 + 1  # the last heartbeat may be 0 to 3 s old: never later
    page = program.page()
    assert not page.series("victron_device_info") and page.value("victron_mqtt_connected") == 1
    gx.well_again()
    wait_for_values(program)


def test_a_killed_broker_never_needs_a_restart_of_the_exporter(broker, mqtt_station, exporter):
    """Killed and back again: values return by themselves, within 5 s and the back-off."""
    server = broker()
    mqtt_station(server, ESS)
    program = exporter(server.url, "--mqtt.stale-after=2s")
    wait_for_values(program)
    for _ in range(2):
        server.stop(kill=True)
        wait_until(lambda: program.page().value("victron_mqtt_connected") == 0, 5, "the loss")
        wait_until(lambda: program.page().value("victron_up") == 0, 6, "staleness")
        server.start()
        wait_for_values(program, 15)
    assert program.page().value("victron_mqtt_connects_total") >= 3
    assert program.is_running()


def test_user_password_and_tls_with_a_pinned_certificate(broker, mqtt_station, exporter, tmp_path):
    """What a GX with the default security profile offers: TLS, a password, CN=venus.local."""
    server = broker(username="gx", password="geheim", tls=True)
    mqtt_station(server, ESS)
    secret = tmp_path / "password"
    secret.write_text("geheim\n")
    program = exporter(server.url, f"--mqtt.ca-file={server.ca_file}", "--mqtt.skip-hostname-check",
                       "--mqtt.username=gx", f"--mqtt.password-file={secret}")
    wait_for_values(program)
    assert not [line for line in program.lines if "geheim" in line]


@pytest.mark.parametrize("flags,reason", [
    (["--mqtt.insecure-skip-verify", "--mqtt.username=gx", "--mqtt.password-file={wrong}"], "auth"),
    (["--mqtt.username=gx", "--mqtt.password-file={right}"], "tls"),
    (["--mqtt.ca-file={ca}", "--mqtt.username=gx", "--mqtt.password-file={right}"], "tls"),
], ids=["wrong-password", "unknown-ca", "wrong-name"])
def test_what_is_wrong_is_told_and_counted(broker, mqtt_station, exporter, tmp_path, flags, reason):
    """A wrong password or certificate: the reason in the metric and in one log line."""
    server = broker(username="gx", password="geheim", tls=True)
    mqtt_station(server, ESS)
    (tmp_path / "right").write_text("geheim\n")
    (tmp_path / "wrong").write_text("falsch\n")
    words = {"right": tmp_path / "right", "wrong": tmp_path / "wrong", "ca": server.ca_file}
    program = exporter(server.url, *[flag.format(**words) for flag in flags], wait=False)
    wait_until(lambda: program.page().value("victron_scrape_failures_total", reason=reason) >= 1,
               15, reason)
    page = program.page()
    assert page.value("victron_up") == 0 and not page.series("victron_device_info")
    wait_until(lambda: any(f"reason={reason}" in line for line in program.lines), 2, "its line of the log")
    assert not [line for line in program.lines if "geheim" in line or "falsch" in line]


def test_hostile_messages_do_no_harm(broker, mqtt_station, exporter):
    """10 MB, broken JSON, unknown topics, floods: the true values stay, memory is bounded."""
    import paho.mqtt.client as mqtt

    server = broker()
    mqtt_station(server, ESS)
    program = exporter(server.url)
    before = wait_for_values(program)
    portal = before.series("victron_station_info")[0][0]["portal_id"]
    enemy = mqtt.Client()
    enemy.connect("127.0.0.1", server.plugin_port)
    enemy.loop_start()
    try:
        for topic, payload in [
                (f"N/{portal}/battery/512/Soc", b"{" * 100_000), (f"N/{portal}/battery/512/Soh", b"\xff\xfe"),
                (f"N/{portal}/battery/513/Soc", b'{"value":1e999}'), (f"N/{portal}/" + "x/" * 190, b"{}"),
                (f"N/{portal}/vebus//State", b'{"value":3}'), (f"N/{portal}/heartbeat", b"null"),
                (f"N/{portal}/full_publish_completed", b"[1,2"), (f"N/{portal}/system/0/Serial", b'{"value":{}}'),
                (f"N/{portal}/battery/512/CustomName", b'{"value":"' + b"n" * 10_000_000 + b'"}')]:
            enemy.publish(topic, payload).wait_for_publish(20)
        for i in range(20_000):
            enemy.publish(f"N/{portal}/flood/{i}/Value", b'{"value":1}')
        enemy.publish(f"N/{portal}/vebus/276/Mode", b'{"value":2}').wait_for_publish(30)
        wait_until(lambda: program.page().value("victron_vebus_mode") == 2, 20, "the last message")
    finally:
        enemy.loop_stop()
        enemy.disconnect()
    page = program.page()
    assert page.value("victron_up") == 1
    assert len({(labels["device"], labels["instance"]) for labels, _ in page.series("victron_device_up")}) <= 256
    assert page.value("process_resident_memory_bytes") < 200e6
    assert program.is_running()


def test_a_broken_message_ends_the_value_that_it_stood_for(broker, mqtt_station, exporter):
    """Never a value older than the station's last word; the next good word brings it back."""
    import paho.mqtt.client as mqtt

    server = broker()
    mqtt_station(server, ESS)
    program = exporter(server.url)
    page = wait_for_values(program)
    portal = page.series("victron_station_info")[0][0]["portal_id"]
    topic = f"N/{portal}/battery/512/Soc"
    enemy = mqtt.Client()
    enemy.connect("127.0.0.1", server.plugin_port)
    enemy.loop_start()

    def soc():
        return program.page().value("victron_battery_state_of_charge_ratio", instance="512")

    try:
        enemy.publish(topic, b'{"value":8').wait_for_publish(5)
        wait_until(lambda: soc() is None, 5, "the end of the value")
        assert program.page().value("victron_rejected_values", reason="malformed") >= 1
        enemy.publish(topic, b'{"value":79.0}').wait_for_publish(5)
        wait_until(lambda: soc() is not None, 5, "its return")
    finally:
        enemy.loop_stop()
        enemy.disconnect()


def test_a_scrape_never_waits_for_the_network(exporter):
    """No broker there at all: the page comes at once and says so."""
    program = exporter("mqtt://127.0.0.1:1", wait=False)
    start = time.monotonic()
    status, _, _ = program.get()
    assert status == 200 and time.monotonic() - start < 0.5
    assert program.page().value("victron_up") == 0
    wait_until(lambda: request(program.url + "/-/ready")[0] == 200, what="readiness")


def test_once_over_mqtt_waits_for_the_first_full_publish(broker, mqtt_station):
    """--once on a broker prints the whole page, not what came in the first millisecond."""
    server = broker()
    mqtt_station(server, ESS)
    code, out, err = run(f"--station.url={server.url}", "--site=x", "--once")
    assert code == 0, err
    assert 'victron_battery_state_of_charge_ratio{site="x",device="battery",instance="512"} 0.81' in out
    assert PROGRAM.exists()
