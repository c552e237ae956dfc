"""However much a broker sends: memory is bounded, pages come in time, and the true values are there afterwards."""

import time

import pytest
from harness import wait_until
from health_watch import HealthWatch
from hostile import ENV, SHADOW, assert_in_time, count_lines, numbers_of, reasons
from hostile_broker import PORTAL, PUBLISH, RawBroker, connack, packet, publish, said, text

MIB = 1024 * SHADOW  # numbers_of() counts KiB
BLOB = b'{"value":"' + b"x" * 1_000_000 + b'"}'
NAME = f"N/{PORTAL}/battery/1/CustomName"


def good_page(server):
    page = server.page()
    return page.value("victron_battery_voltage_volts") == 51.5 and page.value("victron_up") == 1 and page


@pytest.fixture
def gx():
    with RawBroker() as broker:
        yield broker


@pytest.fixture
def server(gx, exporter):
    program = exporter(gx.url, "--mqtt.stale-after=3s", env=ENV)
    wait_until(lambda: good_page(program), what="values")
    return program


def flood(gx, pieces):
    """Sends until there is no more or the exporter has had enough; says whether it had."""
    try:
        return not all(gx.send(piece) for piece in pieces)
    except OSError:
        return True


# What is never given to us, or wants an answer -> the reason that is counted.
ENDED = {
    "one packet of 256 MiB": (
        [packet(PUBLISH, text(NAME) + BLOB, length=268_435_455)] + [bytes(1_000_000)] * 100, "too_large"),
    "QoS 2, never released": (
        [publish(NAME, BLOB, qos=2, number=1 + i) for i in range(100)], "malformed"),
    "QoS 2, small and many": (
        [b"".join(publish(NAME, b"1", qos=2, number=1 + i) for i in range(60_000))] * 30, "malformed"),
    "releases of nothing": ([packet(0x62, bytes([1, 1])) * 500_000] * 30, "malformed"),
    "QoS 1": ([b"".join(publish(NAME, b"1", qos=1, number=1 + i) for i in range(60_000))] * 30, "malformed"),
}


@pytest.mark.parametrize("what", ENDED)
def test_a_connection_that_only_takes_memory_is_ended(gx, server, what):
    """At 32 MiB, or when the broker wants answers; told once, and the next connection is a good one."""
    pieces, reason = ENDED[what]
    is_one_packet = what.startswith("one packet")
    before = numbers_of(server)["rss"]
    with HealthWatch(server) as watch:
        was_ended = flood(gx, pieces)
        assert was_ended or is_one_packet, "it took all of it"
        peak = numbers_of(server)["rss"] - before
        assert_in_time(server, 0.6)
    watch.assert_quick(at_least=1)
    # What comes quicker than it is read is taken until it pauses, as a part of one packet.
    assert peak < (128 if is_one_packet else 48) * MIB
    wait_until(lambda: good_page(server) and gx.connects >= 2, what="the next connection")
    assert reasons(server.page())[reason] >= 1
    assert count_lines(server, "broker connection failed") == 1
    assert numbers_of(server)["rss"] - before < 16 * MIB


def many(count, make):
    """count messages in a few pieces."""
    return [b"".join(make(i) for i in range(start, min(start + 1000, count))) for start in range(0, count, 1000)]


# What is taken in, refused or kept, up to a limit -> the reason that is counted.
ENDURED = {
    "values of 10 MB": ([publish(NAME, BLOB[:-2] + b"x" * 9_000_000 + b'"}')] * 5, "too_large"),
    "60,000 topics": (many(60_000, lambda i: said(f"battery/1/Flood/{i}", 1)), "too_large"),
    "10,000 devices": (many(10_000, lambda i: said(f"battery/{1000 + i}/Soc", 50)), "too_large"),
    "10,000 device types": (many(10_000, lambda i: said(f"type{i}/0/Soc", 50)), "too_large"),
    "broken JSON": (many(20_000, lambda i: publish(f"N/{PORTAL}/battery/1/Soc", b'{"value":%d' % i)), "malformed"),
    "10,000 deep": ([publish(NAME, b'{"value":' + b"[" * 10_000 + b"]" * 10_000 + b"}")] * 20, "malformed"),
    "nulls": (many(50_000, lambda i: said(f"vebus/3/{'State' if i % 2 else 'Mode'}", None)), None),
    "names that change": (many(20_000, lambda i: said("battery/1/CustomName", f'"{i:0200}"')), None),
    "devices that come and go": (
        many(20_000, lambda i: said(f"tank/{1000 + i // 2}/Level", b"" if i % 2 else 40)), None),
    "heartbeats": (many(50_000, lambda i: said("heartbeat", i)), None),
    "starts of the plugin": (many(5_000, lambda i: publish(f"N/{PORTAL}/keepalive", b"1")), None),
    "completions of others": (
        many(20_000, lambda i: publish(f"N/{PORTAL}/full_publish_completed", b'{"value":1}')), None),
    "other stations": (many(20_000, lambda i: said("system/0/Serial", f'"{i:012}"', portal=f"{i:012}")), None),
    "old values behind new ones": (
        many(20_000, lambda i: said("battery/1/Dc/0/Voltage", 40 + i % 7, duplicate=True)), None),
    "our own greeting": ([connack()] * 1000, None),
}


@pytest.mark.parametrize("what", ENDURED)
def test_a_flood_of_messages_costs_nobody_anything(gx, server, what):
    """The connection stays, what is refused is counted and told once, no keepalive more is sent than is due."""
    pieces, refused = ENDURED[what]
    before, asked = numbers_of(server)["rss"], len(gx.keepalives)
    start = time.monotonic()
    with HealthWatch(server) as watch:
        assert not flood(gx, pieces), "it hung up"
        gx.send(said("battery/1/Dc/0/Voltage", 52.25))
        wait_until(lambda: server.page().value("victron_battery_voltage_volts") == 52.25, 30, "the last message")
        page = assert_in_time(server, 2)
    watch.assert_quick(at_least=1)
    assert page.value("victron_up") == 1 and page.value("victron_grid_power_watts") == 400
    assert len(page.series("victron_device_up")) <= 256
    assert gx.connects == 1
    if refused:
        assert reasons(page)[refused] >= 1
    assert count_lines(server, "a value is refused") == bool(refused)
    assert len(gx.keepalives) - asked <= time.monotonic() - start + 2  # one a second, whatever it says
    assert numbers_of(server)["rss"] - before < 64 * MIB
