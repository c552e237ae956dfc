"""What answers in the place of the broker may say what it likes: pages come in time, tell why, and all returns.

Each fault is there from the start. The rows are tried at once, by exporters whose clocks are fast, since they wait
longer from try to try.
"""

import time
from dataclasses import dataclass
from typing import Callable

import pytest
from at_once import AtOnce
from harness import SLOWNESS, Exporter, wait_until
from hostile import ENV, SHADOW, assert_in_time, count_lines, numbers_of, reasons
from hostile_broker import (CONNACK, PORTAL, PUBLISH, SUBACK, RawBroker, connack, packet, publish, said, text)
from moved_clock import faster

SPEED = 5 if SLOWNESS == 1 else 1
# From a try that fails to the next: 1, 2, 4, … s and a fifth more; 30 s where user, password or certificate are wrong.
SOON = 25 / SPEED + 5
SELDOM = 50 / SPEED + 5
PATIENCE = 40  # no portal id is told after 30 s
MIB = 1024 * SHADOW


@dataclass(frozen=True)
class Fault:
    name: str
    begin: Callable  # of the broker
    reason: str  # words, of which one is counted
    told: str  # in the log
    back_within: float = SOON
    shows: bool = False  # values come and are shown meanwhile

    def __str__(self):
        return self.name.replace(" ", "-")


def says(**words):
    """Replaces words of the broker."""
    return lambda broker: broker.says.update(words)


def then_silence(data):
    def answer(talk, _body):
        talk.send(data)
        talk.wait(60)
    return answer


def then_the_end(data, after=0.0):
    def answer(talk, _body):
        talk.wait(after)
        talk.send(data)
        time.sleep(0.05)
        raise EOFError
    return answer


def then_reset(data):
    def answer(talk, _body):
        talk.send(data)
        time.sleep(0.05)
        talk.reset()
        raise EOFError
    return answer


def behind_the_values(data, ends=False):
    """A whole full publish, and then that."""
    def answer(talk, body):
        if b"suppress-republish" in body:
            return
        talk.broker.full_publish(talk, body)
        talk.send(data)
        if ends:
            raise EOFError
    return {"keepalive": answer}


def deaf(_talk, _body):
    """Nothing at all."""


def suback(codes):
    return lambda talk, body: talk.send(packet(SUBACK, body[:2] + codes))


FAILED = "broker connection failed"
SILENT = "no sign of life"
NO_MQTT = "speaks no MQTT"
VALUE = f"N/{PORTAL}/battery/1/Soc"

FAULTS = [
    Fault("refused", RawBroker.refuse, "connect", "Connection refused"),
    Fault("a black hole with a full queue", RawBroker.swallow, "timeout", "no TCP connection to 127.0.0.1 within 10 s"),
    Fault("the end at once", says(accept=then_the_end(b"")), "connect", "without an answer"),
    Fault("a reset at once", says(accept=then_reset(b"")), "connect", FAILED),
    Fault("silence", says(CONNECT=deaf), "timeout", "no answer to our greeting within 15 s"),
    Fault("half an answer", says(CONNECT=then_silence(connack()[:3])), "timeout", "no answer to our greeting"),
    Fault("half an answer and the end", says(CONNECT=then_the_end(connack()[:3])), "connect", FAILED),
    Fault("a server of mail", says(accept=then_silence(b"220 mail.example.org ESMTP\r\n")), "timeout malformed", FAILED),
    Fault("a server of web pages", says(CONNECT=then_the_end(b"HTTP/1.1 400 Bad Request\r\n\r\n")), "connect malformed",
          FAILED),
    Fault("zeros", says(accept=then_silence(bytes(100))), "malformed", NO_MQTT),
    Fault("ones", says(accept=then_silence(b"\xff" * 100)), "malformed", NO_MQTT),
    Fault("a length of five digits", says(CONNECT=then_silence(bytes([CONNACK]) + b"\xff" * 5)), "malformed", NO_MQTT),
    Fault("an answer without a code", says(CONNECT=packet(CONNACK, b"\0")), "malformed", NO_MQTT),
    Fault("an unknown code", says(CONNECT=connack(77)), "malformed", NO_MQTT),
    Fault("another version", says(CONNECT=connack(1)), "connect", "does not speak MQTT 3.1.1"),
    Fault("our name is taken", says(CONNECT=connack(2)), "connect", "refuses our client id"),
    Fault("not available", says(CONNECT=connack(3)), "connect", "not available"),
    Fault("a wrong password", says(CONNECT=connack(4)), "auth", "password refused", SELDOM),
    Fault("a wrong password, told after 6 s", says(CONNECT=then_the_end(connack(5), 6 / SPEED)), "auth", "not authorised", SELDOM),
    Fault("a subscription refused", says(SUBSCRIBE=suback(b"\x80")), "auth", "refuses our subscription", SELDOM),
    Fault("a subscription without an answer", says(SUBSCRIBE=deaf), "timeout", "announces no portal id"),
    Fault("a subscription answered by nothing", says(SUBSCRIBE=suback(b"")), "malformed", NO_MQTT),
    Fault("a station that says nothing", says(keepalive=deaf, heartbeat=deaf), "timeout", SILENT),
    Fault("thrown out again and again", says(**behind_the_values(b"", ends=True)), "connect", FAILED, shows=True),
    Fault("the end in a message", says(**behind_the_values(said("battery/1/Soc", 81)[:-3], ends=True)), "connect", FAILED,
          shows=True),
    Fault("packets of no kind", says(**behind_the_values(b"\0\0")), "malformed", NO_MQTT, shows=True),
    Fault("a packet for brokers", says(**behind_the_values(b"\xe0\0")), "malformed", NO_MQTT, shows=True),
    Fault("a topic longer than its packet", says(**behind_the_values(packet(PUBLISH, b"\xff\xffN/x"))), "malformed", NO_MQTT,
          shows=True),
    Fault("a topic of broken UTF-8", says(**behind_the_values(publish(b"N/\xff\xfe", b"1"))), "malformed", NO_MQTT,
          shows=True),
    Fault("an empty topic", says(**behind_the_values(publish("", b"1"))), "malformed", NO_MQTT, shows=True),
    Fault("QoS 1", says(**behind_the_values(publish(VALUE, b'{"value":1}', qos=1))), "malformed", "a QoS that we did not",
          shows=True),
    Fault("QoS 3", says(**behind_the_values(publish(VALUE, b'{"value":1}', qos=3))), "malformed", NO_MQTT, shows=True),
]


def in_time(server):
    """A page at any moment; nobody waits for the network."""
    return assert_in_time(server, 0.5, tries=5)


def meet(fault, broker, server):
    """The fault is counted and told once, pages come at once, nothing is shown that nobody said."""
    def has_failed():
        page = in_time(server)
        return any(reasons(page)[reason] for reason in fault.reason.split())

    wait_until(has_failed, PATIENCE, f"one of {fault.reason}")
    wait_until(lambda: count_lines(server, fault.told), PATIENCE, fault.told)
    if not fault.shows:
        page = in_time(server)
        assert page.value("victron_up") == 0
        assert not page.series("victron_device_info") and not page.series("victron_battery_voltage_volts")
    if fault.shows:
        wait_until(lambda: broker.connects >= 3, 15, "the third try")


def try_fault(fault):
    with RawBroker() as broker:
        fault.begin(broker)
        server = Exporter(broker.url, f"--mqtt.stale-after={3 * SPEED}s", env={**ENV, **faster(SPEED)}, wait=False)
        try:
            meet(fault, broker, server)
            before = numbers_of(server)
            broker.well_again()
            wait_until(lambda: in_time(server).value("victron_battery_voltage_volts") == 51.5, fault.back_within,
                       "the first page after it")
            page = in_time(server)
            assert page.value("victron_up") == 1 and page.value("victron_vebus_state") == 3
            after = numbers_of(server)
            assert after["threads"] <= before["threads"] and after["rss"] - before["rss"] < 4 * MIB, (before, after)
            assert count_lines(server, FAILED) + count_lines(server, SILENT) <= 2, server.lines
            assert count_lines(server, fault.told) == 1, server.lines
        finally:
            assert server.stop() == 0


@pytest.fixture(scope="module")
def tried(request):
    with AtOnce(request, try_fault) as results:
        yield results


@pytest.mark.parametrize("row", FAULTS, ids=str)
def test_a_fault_of_the_broker_is_told_once_and_ends(tried, row):
    """Pages at once, the reason counted, one line; values at the first good connection."""
    tried.result(row)
