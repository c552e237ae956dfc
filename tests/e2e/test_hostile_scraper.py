"""Whatever its clients do, it closes them in time, forgets them, and serves the others at once.

The enemies come from 127.0.0.2 and on, the honest ones from 127.0.0.1.
"""

import contextlib
import random
import select
import socket
import threading
import time

import pytest
from harness import OPENMETRICS, SLOWNESS, Page, request, wait_until
from health_watch import HealthWatch
from hostile import ENV, RawStation, assert_in_time, assert_settles_at, numbers_of, reset
from moved_clock import faster

ESS = "cerbo-gx-v3.70-ess"
SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
CONNECTIONS_MAX = 256
PER_ADDRESS_MAX = 64
SPEED = 3 if SLOWNESS == 1 else 1  # of the clocks of an exporter whose clients are slow; limits are in our seconds
REQUEST_SECONDS = 10 / SPEED
ANSWER_SECONDS = 30 / SPEED


def address_of(server):
    host, port = server.url.removeprefix("http://").split(":")
    return host, int(port)


def enemy(server, host="127.0.0.2", timeout=5):
    """A connection from that address."""
    return socket.create_connection(address_of(server), timeout, source_address=(host, 0))


def is_closed(connection):
    """True once the other side has ended it, with or without an answer before."""
    try:
        while select.select([connection], [], [], 0)[0]:
            if not connection.recv(65536):
                return True
    except ConnectionError:
        return True
    return False


def answer_to(server, data, host="127.0.0.2", timeout=15, is_more_to_come=False):
    """All that comes back until the end; nothing after a reset."""
    answer = b""
    with enemy(server, host, timeout) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
            if not is_more_to_come:
                with contextlib.suppress(OSError):  # it may be closed already
                    connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
    return answer


@pytest.fixture
def server(exporter):
    """An exporter with a good station behind it."""
    with RawStation() as station:
        yield exporter(station.url, "--scrape.min-interval=0s", env=ENV)


def test_ten_thousand_connections(server):
    """As fast as they come, from many addresses: others are served at once, nothing is left of them."""
    server.page()
    before = numbers_of(server)
    with HealthWatch(server) as watch:
        kept = []
        for i in range(10_000):
            with contextlib.suppress(OSError):
                connection = enemy(server, f"127.0.0.{2 + i % 3}")
                kept.append(connection)
            if len(kept) >= 500:
                for connection in kept[:250]:
                    connection.close()
                del kept[:250]
        for connection in kept:
            connection.close()
    watch.assert_quick(at_least=10)
    assert server.page().value("victron_up") == 1
    assert_settles_at(server, before, 8192)


def test_one_address_gets_64_connections(server):
    """The 65th is closed, that of another address is served; a place that is free is given again."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(enemy(server)) for _ in range(PER_ADDRESS_MAX + 20)]
        wait_until(lambda: sum(map(is_closed, held)) >= 20, 3, "the end of those beyond the limit")
        assert sum(map(is_closed, held)) == 20
        assert server.page().value("victron_up") == 1
        assert b" 200 " in answer_to(server, b"GET /-/healthy HTTP/1.0\r\n\r\n", "127.0.0.3")
        assert answer_to(server, b"GET /-/healthy HTTP/1.0\r\n\r\n") == b""
        next(connection for connection in held if not is_closed(connection)).close()
        wait_until(lambda: answer_to(server, b"GET /-/healthy HTTP/1.0\r\n\r\n"), 3, "the free place")


HALVES = [b"", b"G", b"GET", b"GET /metrics HTTP/1.1", b"GET /metrics HTTP/1.1\r\n",
          b"GET /metrics HTTP/1.1\r\nHost: x\r\n", b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r",
          b"POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf",
          b"PUT /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", b"\x16\x03\x01\x02\x00\x01"]


def test_the_slow_are_closed_in_time(exporter, simulator):
    """Half a request and a byte now and then: 10 s. Not reading: 30 s. Nobody else notices."""
    server = exporter(simulator(ESS).url, "--scrape.min-interval=0s", "--map.level=full", env={**ENV, **faster(SPEED)})
    server.page()
    before = numbers_of(server)
    start = time.monotonic()
    ended = {}
    stop = threading.Event()
    with contextlib.ExitStack() as stack, HealthWatch(server) as watch:
        halves = [stack.enter_context(enemy(server, "127.0.0.2")) for _ in HALVES * 3]
        for connection, half in zip(halves, HALVES * 3):
            connection.sendall(half)
        writers = [stack.enter_context(enemy(server, "127.0.0.3")) for _ in range(20)]
        readers = []
        for _ in range(20):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.bind(("127.0.0.4", 0))
            connection.connect(address_of(server))
            connection.sendall(SCRAPE * 40)
            readers.append(connection)

        def write():
            text = SCRAPE[:-4] + b"\r\nX: " + b"y" * 10_000
            for i in range(1000):
                for connection in writers:
                    with contextlib.suppress(OSError):
                        connection.send(text[i:i + 1])
                if stop.wait(0.3 / SPEED):
                    return

        thread = threading.Thread(target=write)
        thread.start()
        try:
            while len(ended) < len(halves) + len(writers) and time.monotonic() - start < 2 * REQUEST_SECONDS:
                for connection in halves + writers:
                    if connection not in ended and is_closed(connection):
                        ended[connection] = time.monotonic() - start
                time.sleep(0.1 / SPEED)
                assert_in_time(server, 5)
        finally:
            stop.set()
            thread.join()
        assert len(ended) == len(halves) + len(writers)
        assert max(ended.values()) < REQUEST_SECONDS + 1.5, sorted(ended.values())
        wait_until(lambda: numbers_of(server)["fds"] <= before["fds"] + 1, ANSWER_SECONDS + 5, "the end of the readers")
        took = time.monotonic() - start
    assert ANSWER_SECONDS * 5 / 6 < took < ANSWER_SECONDS + 5
    watch.assert_quick(at_least=100)
    assert_settles_at(server, before, 8192)


BAD_REQUESTS = {
    "garbage": bytes(range(256)) * 10,
    "zeros": bytes(10_000),
    "a request line of 100 kB": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    "a query of 100 kB": b"GET /metrics?name[]=" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    "a header of 100 kB": b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    "20,000 headers": b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    "a header without colon": b"GET /metrics HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n",
    "a header without name": b"GET /metrics HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
    "folded headers": b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: a\r\n" + b" b\r\n" * 5000 + b"\r\n",
    "no Host": b"GET /metrics HTTP/1.1\r\n\r\n",
    "HTTP/9.9": b"GET /metrics HTTP/9.9\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /metrics\r\n",
    "TLS": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(160),
    "an absolute target": b"GET http://other/metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT": b"CONNECT other:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "an unknown method": b"BREW /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method of 10 kB": b"B" * 10_000 + b" /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    "TRACE": b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path upwards": b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "a NUL in the path": b"GET /metrics%00x HTTP/1.1\r\nHost: x\r\n\r\n",
    "broken escapes": b"GET /%zz%f?%=%&&=&name[]=%c3%28 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a body of 10 MB": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n" + bytes(10_000_000),
    "a body of 2^70": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1180591620717411303424\r\n\r\n",
    "a negative body": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "broken chunks": b"POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "chunks of 10 MB": b"POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                       + b"10000\r\n" + bytes(65536) + b"\r\n" + (b"10000\r\n" + bytes(65536) + b"\r\n") * 150,
    "Expect": b"GET /metrics HTTP/1.1\r\nHost: x\r\nExpect: 200-maybe\r\n\r\n",
    "an upgrade": b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
}


def test_bad_requests_harm_nobody(server):
    """Each gets a refusal, an answer or the door; never a 5xx but 501 and 505, never anybody's wait."""
    server.page()
    before = numbers_of(server)
    rounds = 0
    with HealthWatch(server) as watch:
        while rounds < 3 or (watch.asked() < 5 and rounds < 100):
            rounds += 1
            for what, data in BAD_REQUESTS.items():
                start = time.monotonic()
                answer = answer_to(server, data)
                assert time.monotonic() - start < 5, what
                status = answer[9:12]
                assert not answer or answer.startswith(b"HTTP/1."), (what, answer[:100])
                assert status[:1] in (b"", b"2", b"3", b"4") or status in (b"501", b"505"), (what, answer[:100])
                if status == b"405":
                    assert b"\r\nAllow: GET, HEAD\r\n" in answer, what
    watch.assert_quick(at_least=3)
    assert server.page().value("victron_up") == 1
    assert_settles_at(server, before, 8192)


def test_pipelined_requests_are_answered_in_order(server):
    """Fifty at once on one connection: each page whole, one after the other."""
    paths = ["/-/healthy", "/nothing", "/metrics", "/-/ready", "/metrics?name[]=victron_up"] * 10
    data = b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths[:-1])
    data += f"GET {paths[-1]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    with enemy(server) as connection:
        connection.sendall(data)
        reader = connection.makefile("rb")
        for path in paths:
            status = int(reader.readline().split()[1])
            assert status == (404 if path == "/nothing" else 200), path
            length = 0
            while (line := reader.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = reader.read(length)
            if path == "/metrics":
                assert Page(body.decode()).value("victron_grid_power_watts") == 400
        assert reader.read() == b""


def rubbish(generator):
    """A header value made of the words that matter and others, without line ends."""
    words = ["text/plain", "application/openmetrics-text", "*/*", ";", ",", "q=", "0.5", "version=", "1.0.0",
             "0.0.4", "=", '"', "\\", " ", "\t", "gzip", "identity", "escaping=", "allow-utf-8", "9" * 30,
             "-1", "NaN", "é", "\x7f", "x" * 300]
    return "".join(generator.choice(words) for _ in range(generator.randrange(30)))


def test_accept_of_any_kind_gives_a_valid_page(server):
    """Whatever is accepted, what comes is one of the two formats and parses as what it says."""
    import gzip

    generator = random.Random(8)
    for i in range(150):
        accept, encoding, timeout = (rubbish(generator) for _ in range(3))
        headers = {"Accept": accept, "Accept-Encoding": encoding}
        if i % 3 == 0:
            headers["X-Prometheus-Scrape-Timeout-Seconds"] = generator.choice(
                [timeout, "0", "-1", "NaN", "inf", "1e99", "0x10", "1e-9", "2,5", ""])
        status, got, body = request(server.url + "/metrics", {k: v.encode() for k, v in headers.items()})
        assert status == 200, headers
        if got["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        is_openmetrics = got["Content-Type"].startswith("application/openmetrics-text")
        assert is_openmetrics or got["Content-Type"].startswith("text/plain; version=0.0.4")
        assert Page(body.decode(), is_openmetrics).series("victron_up"), headers
    assert server.get(headers={"Accept": OPENMETRICS})[1]["Content-Type"].startswith("application/openmetrics-text")


def test_filters_of_any_kind(server):
    """200 with a valid page or 400; more than 64 of them are refused, not cut."""
    from urllib.parse import quote_from_bytes

    generator = random.Random(9)
    for _ in range(150):
        items = []
        for _ in range(generator.randrange(8)):
            key = generator.choice(["name[]", "device[]", "name", "collect[]", "%6eame[]", "name%5B%5D", "", "[]"])
            value = generator.choice([b"victron_up", b"battery", b"vebus", b"", b"*", b"no_such", generator.randbytes(20),
                                      b"a" * 500, b"victron_up\x00x", "é".encode()])
            items.append(key + generator.choice(["=", ""]) + quote_from_bytes(value))
        query = generator.choice(["&", "&&", ";"]).join(items)
        status, _, body = request(server.url + "/metrics?" + query)
        assert status in (200, 400), query
        if status == 200:
            Page(body.decode())
    assert server.get("/metrics?" + "&".join(["name[]=victron_up"] * 64))[0] == 200
    assert server.get("/metrics?" + "&".join(["name[]=victron_up"] * 65))[0] == 400


def test_clients_that_leave_while_they_wait(simulator, exporter):
    """Closed, reset or half closed in the middle of a scrape: forgotten, while others get their pages."""
    station = simulator(ESS)
    station.faults(server="zombie")
    server = exporter(station.url, "--scrape.min-interval=0s", "--scrape.timeout=1s", env=ENV)
    assert_in_time(server, 1.0)
    before = numbers_of(server)
    with HealthWatch(server) as watch:
        for i in range(10):
            leaving = [enemy(server, f"127.0.0.{2 + j % 3}") for j in range(39)]
            for connection in leaving:
                connection.sendall(SCRAPE)
            time.sleep(0.05)
            for j, connection in enumerate(leaving):
                if j % 3 == 0:
                    reset(connection)
                elif j % 3 == 1:
                    connection.shutdown(socket.SHUT_WR)
                else:
                    connection.close()
            if i % 5 == 4:
                page = assert_in_time(server, 1.0)
                assert page.value("victron_up") == 0
            for connection in leaving[1::3]:
                connection.close()
            time.sleep(1.1)
    watch.assert_quick()
    assert_settles_at(server, before, 8192)


def test_a_half_closed_client_gets_its_page(server):
    """Who says that it sends no more still reads; that is no reason to leave it without an answer."""
    assert b"victron_grid_power_watts" in answer_to(server, SCRAPE[:-2] + b"Connection: close\r\n\r\n")


def test_a_storm_of_scrapes(server):
    """Three addresses ask as fast as they can: each page whole, /-/healthy at once."""
    stop = threading.Event()
    bad = []

    def storm(host):
        while not stop.is_set():
            answer = answer_to(server, b"GET /metrics HTTP/1.0\r\n\r\n", host, is_more_to_come=True)
            if not (b" 200 OK" in answer[:20] and b"victron_up" in answer) and b" 503 " not in answer[:20]:
                bad.append(answer[:100])

    threads = [threading.Thread(target=storm, args=(f"127.0.0.{2 + i % 3}",)) for i in range(12)]
    with HealthWatch(server) as watch:
        for thread in threads:
            thread.start()
        time.sleep(3)
        stop.set()
        for thread in threads:
            thread.join()
    assert not bad
    watch.assert_quick()


def test_a_few_addresses_never_keep_out_the_others(server):
    """256 connections of enemies, 64 an address, new ones all the time: all others are served at once."""
    with contextlib.ExitStack() as stack, HealthWatch(server) as watch:
        for i in range(4 * CONNECTIONS_MAX):
            with contextlib.suppress(OSError):
                stack.enter_context(enemy(server, f"127.0.0.{2 + i // PER_ADDRESS_MAX % 6}")).sendall(b"GET /met")
        assert numbers_of(server)["fds"] >= CONNECTIONS_MAX // 2
        for _ in range(20):
            assert server.page().value("victron_up") == 1
            time.sleep(0.05)
    watch.assert_quick()
