"""Whatever comes instead of a TLS handshake, or through one: its connection ends, and others are served at once.

How long a silent one may stay is proved in tests/unit/server_tls_test.c.
"""

import contextlib
import random
import socket
import ssl

import pytest
from harness import Page, wait_until
from health_watch import HealthWatch
from hostile import ENV, RawStation, assert_settles_at, numbers_of, reset
from test_hostile_scraper import BAD_REQUESTS, PER_ADDRESS_MAX, SCRAPE, enemy, is_closed
from web_clients import TLS, Certificate, WebExporter, write_config

ANY = ssl.create_default_context()
ANY.check_hostname, ANY.verify_mode = False, ssl.CERT_NONE


def client_hello():
    """The first bytes of a handshake."""
    said = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        ANY.wrap_bio(ssl.MemoryBIO(), said).do_handshake()
    return said.read()


HELLO = client_hello()
# What is no handshake: it is ended at once.
RUBBISH = {
    "plain HTTP": SCRAPE,
    "zeros": bytes(10_000),
    "noise": random.Random(7).randbytes(10_000),
    "a record of 64 KB": b"\x16\x03\x01\xff\xff" + bytes(65_535),
    "a hello of SSL 2": b"\x80\x2e\x01\x00\x02" + bytes(43),
    "a fatal alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "data before a handshake": b"\x17\x03\x03\x00\x10" + bytes(16),
    "two hellos": HELLO + HELLO,
    "a hello and noise": HELLO + random.Random(8).randbytes(1000),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An exporter that speaks TLS, with a good station behind it."""
    folder = tmp_path_factory.mktemp("tls")
    Certificate(folder, "server")
    with RawStation() as station:
        exporter = WebExporter(station.url, write_config(folder / "web.yml", TLS), env=ENV)
        assert is_served(exporter)
        yield exporter
        assert exporter.stop() == 0


def through(server, data, host="127.0.0.2"):
    """All that comes back through a good handshake; nothing after a reset."""
    answer = b""
    with enemy(server, host, timeout=15) as plain, ANY.wrap_socket(plain) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(data)
        with contextlib.suppress(OSError):
            while piece := connection.recv(65536):
                answer += piece
    return answer


def is_served(server):
    answer = through(server, SCRAPE[:-2] + b"Connection: close\r\n\r\n", "127.0.0.1")
    return Page(answer.partition(b"\r\n\r\n")[2].decode()).value("victron_up") == 1


@contextlib.contextmanager
def others_are_served(server, at_least=30):
    """All along and afterwards; nothing is left of those who came."""
    before = numbers_of(server)
    with HealthWatch(server, is_tls=True) as watch:
        yield
        wait_until(lambda: watch.asked() >= at_least, what="looks")
    watch.assert_quick(at_least)
    assert is_served(server)
    assert_settles_at(server, before, 16_384)


@pytest.mark.parametrize("what", RUBBISH)
def test_rubbish_instead_of_a_handshake(server, what):
    """An alert or nothing, never a word of HTTP, and the end at once."""
    with others_are_served(server), enemy(server) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(RUBBISH[what])
        got = b""
        while piece := connection.recv(65536):
            got += piece
        assert b"HTTP" not in got


def test_those_who_leave_in_the_middle_of_a_handshake(server):
    """After any number of bytes, by an end or a reset."""
    with others_are_served(server):
        for i in range(2 * len(HELLO)):
            connection = enemy(server, f"127.0.0.{2 + i % 3}")
            connection.sendall(HELLO[:i // 2])
            if i % 2:
                reset(connection)
            connection.close()


def test_half_handshakes_have_their_share_of_connections(server):
    """64 an address, as without TLS."""
    with others_are_served(server), contextlib.ExitStack() as stack:
        held = [stack.enter_context(enemy(server)) for _ in range(PER_ADDRESS_MAX + 20)]
        for connection in held:
            with contextlib.suppress(ConnectionError):
                connection.sendall(HELLO[:50])
        wait_until(lambda: sum(map(is_closed, held)) >= 20, 5, "the end of those beyond the limit")
        assert is_served(server)


@pytest.mark.parametrize("what", ["garbage", "a request line of 100 kB", "a header of 100 kB", "20,000 headers",
                                  "a negative body", "broken chunks", "a body of 10 MB"])
def test_bad_requests_through_a_good_handshake(server, what):
    """The same refusals as without TLS."""
    with others_are_served(server):
        answer = through(server, BAD_REQUESTS[what])
        assert answer[9:10] in (b"", b"4"), answer[:100]
