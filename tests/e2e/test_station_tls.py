"""Whatever is wrong with a station's TLS, over HTTPS and over MQTT: nothing is shown, it is told once, and it ends.

The rows are tried at once, by exporters whose clocks are fast: over MQTT the next try comes after half a minute
where a certificate is wrong.
"""

import contextlib
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Callable, Optional

import pytest
from at_once import AtOnce
from harness import SLOWNESS, Exporter, run, wait_until
from hostile import ENV, RawStation, assert_in_time, count_lines, reasons
from hostile_broker import RawBroker
from moved_clock import faster
from web_clients import Certificate

pytestmark = pytest.mark.filterwarnings("ignore:.*TLSv1.* is deprecated")
SPEED = 5 if SLOWNESS == 1 else 1
BACK_WITHIN = {"http": 5, "mqtt": 50 / SPEED}
FAILED = {"http": "station failed", "mqtt": "broker connection failed"}
HANDSHAKE = 22  # the type of a record


@dataclass(frozen=True)
class Fault:
    name: str
    certificate: Optional[str]  # that the station shows; None: it does not come to that
    reason: str  # words, of which one is counted
    told: str  # in the log
    accept: Optional[Callable] = None  # before TLS
    options: tuple = ()  # of the context, as (name, value)

    def __str__(self):
        return self.name.replace(" ", "-")


def say(data):
    def accept(connection):
        connection.recv(4096)
        connection.sendall(data)
        raise ConnectionAbortedError
    return accept


def be_silent(connection):
    connection.settimeout(20)
    while connection.recv(4096):
        pass
    raise ConnectionAbortedError


def reset_it(connection):
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    raise ConnectionAbortedError


FAULTS = [
    Fault("an unknown authority", "stranger", "tls", "certificate"),
    Fault("another name", "elsewhere", "tls", "name"),
    Fault("expired", "expired", "tls", "certificate"),
    Fault("not for servers", "client", "tls", "certificate"),
    Fault("an old version", "good", "tls", "version", options=(("maximum_version", ssl.TLSVersion.TLSv1_1),)),
    Fault("no TLS", None, "tls", "speaks no TLS", say(b"HTTP/1.0 400 Bad Request\r\n\r\n")),
    Fault("half a handshake and the end", None, "tls connect", "", say(bytes([HANDSHAKE, 3, 3, 0, 90, 2, 0, 0]))),
    Fault("a reset in the handshake", None, "tls connect", "", reset_it),
    Fault("a handshake without end", None, "timeout", "", be_silent),
]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """{name: (certificate, key)}; "ca" is what the exporter trusts."""
    folder = tmp_path_factory.mktemp("certificates")
    ca = Certificate(folder, "ca", is_ca=True, sans=())
    here = ("IP:127.0.0.1",)
    made = [ca, ca.sign("good", sans=here), ca.sign("elsewhere", sans=("DNS:other.example",)),
            ca.sign("expired", sans=here, days=-1), ca.sign("client", sans=here, usage="clientAuth"),
            Certificate(folder, "stranger", sans=here)]
    return {certificate.name: (certificate.crt, certificate.key) for certificate in made}


def context(certificates, name, options=()):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if options:
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = ssl.TLSVersion.TLSv1
    for option, value in options:
        setattr(made, option, value)
    made.load_cert_chain(*certificates[name])
    return made


class HttpsStation:
    """A station behind a proxy that speaks TLS."""

    scheme = "http"

    def __init__(self, tls, fault):
        self._station = RawStation(tls=tls)
        self._station.accept = fault.accept
        self.url, self.stop = self._station.url, lambda: self._station.__exit__()

    def is_well(self, tls):
        self._station.tls, self._station.accept = tls, None


class MqttsStation:
    """A GX with its default security profile."""

    scheme = "mqtt"

    def __init__(self, tls, fault):
        self._broker = RawBroker(tls=tls)
        if fault.accept:
            self._broker.says["accept"] = lambda talk, _body: fault.accept(talk.connection)
        self.url, self.stop = self._broker.url, lambda: self._broker.__exit__()

    def is_well(self, tls):
        self._broker.tls = tls
        self._broker.well_again()


def try_fault(fault, kind, certificates):
    station = kind(context(certificates, fault.certificate or "good", fault.options), fault)
    flags = [f"--{kind.scheme}.ca-file={certificates['ca'][0]}", "--scrape.min-interval=0s",
             f"--scrape.timeout={SPEED}s"]
    server = Exporter(station.url, *flags, env={**ENV, **faster(SPEED)}, wait=False)
    try:
        wait_until(lambda: any(reasons(assert_in_time(server, 1.2, speed=SPEED))[r] for r in fault.reason.split()), 25,
                   fault.reason)
        page = assert_in_time(server, 1.2, speed=SPEED)
        assert page.value("victron_up") == 0 and not page.series("victron_device_info")
        wait_until(lambda: count_lines(server, FAILED[kind.scheme]), 5, "a line")
        line = next(line for line in server.lines if FAILED[kind.scheme] in line)
        assert any(f"reason={reason}" in line for reason in fault.reason.split()), line
        assert fault.told in line.partition("error=")[2], line
        station.is_well(context(certificates, "good"))
        ended = time.monotonic()
        wait_until(lambda: server.page().value("victron_battery_voltage_volts") == 51.5, BACK_WITHIN[kind.scheme],
                   "the first page after it")
        assert kind.scheme == "mqtt" or time.monotonic() - ended < 3
        assert count_lines(server, FAILED[kind.scheme]) == 1, server.lines
    finally:
        assert server.stop() == 0
        with contextlib.suppress(OSError):
            station.stop()


@pytest.fixture(scope="module")
def tried(request, certificates):
    with AtOnce(request, lambda row: try_fault(*row, certificates)) as results:
        yield results


@pytest.mark.parametrize("row", [(fault, kind) for kind in (HttpsStation, MqttsStation) for fault in FAULTS],
                         ids=lambda row: f"{row[1].scheme}s-{row[0]}")
def test_a_fault_of_tls_is_told_once_and_ends(tried, row):
    """up 0 in time, the reason counted, one line that says what is wrong; all is there once it is mended."""
    tried.result(row)


def test_a_port_where_nobody_listens_is_no_matter_of_tls():
    """MQTT is off on the GX: on loopback the refusal comes before TLS has begun."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        code, _, errors = run(f"--station.url=mqtts://127.0.0.1:{taken.getsockname()[1]}", "--site=x", "--once")
    assert code == 1 and 'reason=connect error="Connection refused"' in errors, errors
