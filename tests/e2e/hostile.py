"""Enemies of the exporter: a station made of raw bytes, and what is to hold of the exporter meanwhile.

The simulator imitates the real server with its faults; what no real server would do comes from here.
"""

import contextlib
import json
import socket
import struct
import threading
import time

from harness import PROGRAM, SLOWNESS, Page, wait_until
from simulator.free_ports import free_port

LATE = 0.1 * SLOWNESS  # contract 5: 100 ms
PREFIX = "com.victronenergy."

# The thread sanitizer remembers four accesses to each word; bounds of memory are so many times as wide.
SHADOW = 5 if PROGRAM.parent.name == "tsan" else 1

# The address sanitizer keeps what was freed; bounds of memory would say nothing.
ENV = {"ASAN_OPTIONS": "quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}


def head(status="200 OK", *lines):
    """A head as the real server writes it, with more lines."""
    return "\r\n".join([f"HTTP/1.0 {status}", "Content-type: application/json", *lines, "", ""]).encode()


def service_list(*names):
    """The answer to /services; names without com.victronenergy."""
    return head() + json.dumps({"services": [PREFIX + name for name in names], "success": True}).encode()


def values(**fields):
    """The answer of a service; a path as a keyword has __ for each slash."""
    return table({name.replace("__", "/"): value for name, value in fields.items()})


def table(fields):
    return head() + json.dumps({"value": fields, "success": True}).encode()


def raw_values(text):
    """The answer of a service whose table of values is text or bytes, not always JSON."""
    body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return head() + b'{"value": {' + body + b'}, "success": true}'


def reset(connection):
    """Ends a connection by a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Door:
    """A port of the host that stays the same: open, closed, or a hole that swallows who knocks.

    serve(connection) is called for each connection, one after the other.
    """

    def __init__(self, serve, host="127.0.0.1"):
        self._serve = serve
        self._host = host
        self._port = free_port()
        self._listener = None
        self._thread = None
        self._plugs = []
        self.open()

    @property
    def address(self):
        return f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"

    def _bind(self, backlog):
        listener = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self._host, self._port))
        listener.listen(backlog)
        return listener

    def open(self):
        if self._listener is None:
            self._pull_plugs()
            self._listener = self._bind(backlog=5)
            self._thread = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
            self._thread.start()

    def close(self):
        """Connections are refused from now on; the one that is served is served to its end."""
        listener, self._listener = self._listener, None
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            listener.close()
        self._pull_plugs()

    def swallow(self):
        """A full queue from now on: no connect is answered any more."""
        self.close()
        self._plugs = [self._bind(backlog=0)]
        for _ in range(4):
            plug = socket.socket()
            plug.setblocking(False)
            plug.connect_ex((self._host, self._port))
            self._plugs.append(plug)

    def _pull_plugs(self):
        for plug in self._plugs:
            plug.close()
        self._plugs = []

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._serve(connection)


class RawStation:
    """Serves one request at a time; answers[name] is bytes or a function of the connection.

    name: "/services", or a service without com.victronenergy. A function goes on until it ends
    or is_over() holds. tls is an ssl.SSLContext; accept(connection) comes before TLS and all, if it is set.
    """

    host = "127.0.0.1"

    def __init__(self, tls=None, **answers):
        self.tls, self.accept = tls, None
        self.answers = {"/services": service_list("battery.a", "grid.b", "vebus.c"),
                        "battery.a": values(DeviceInstance=1, Dc__0__Voltage=51.5),
                        "grid.b": values(DeviceInstance=2, Ac__Power=400),
                        "vebus.c": values(DeviceInstance=3, State=3, Mode=3), **answers}
        self.asked = []  # names
        self.is_over = lambda: self._is_stopped
        self._is_stopped = False
        self.door = Door(self._serve, self.host)

    @property
    def url(self):
        return f"http{'s' if self.tls else ''}://{self.door.address}"

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._is_stopped = True
        self.door.close()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):  # the exporter may have had enough
            self._converse(connection)

    def _converse(self, connection):
        if self.accept:
            self.accept(connection)
        if not self.tls:
            self._answer(connection)
            return
        with self.tls.wrap_socket(connection, server_side=True) as secured:
            self._answer(secured)
            secured.unwrap()

    def _answer(self, connection):
        question = connection.recv(4096).decode()
        if not question:
            return  # the exporter left at once
        question = question.split(" ")[1]
        name = question.split("service=")[-1].split("&")[0].removeprefix(PREFIX)
        self.asked.append(name)
        answer = self.answers.get(name, head("404 Not Found") + b'{"value": null, "success": false}')
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)


def timed_page(server, timeout, speed=1):
    """A page and how long it took, without the time to parse it. speed is that of the server's clocks."""
    start = time.monotonic()
    status, _, body = server.get(headers={"X-Prometheus-Scrape-Timeout-Seconds": str((timeout - 0.5) * speed + 0.5)})
    seconds = time.monotonic() - start
    assert status == 200
    return Page(body.decode()), seconds


def assert_in_time(server, timeout, tries=3, speed=1):
    """The last page; the quickest of them came in time (the machine's noise only ever adds)."""
    pages = []
    for _ in range(tries):
        pages.append(timed_page(server, timeout, speed))
        if pages[-1][1] < timeout - 0.5 + LATE:
            return pages[-1][0]
    raise AssertionError(f"{timeout - 0.5} s became {[round(seconds, 3) for _, seconds in pages]}")


def reasons(page):
    """{reason: how often} of what failed."""
    return {labels["reason"]: value for labels, value in page.series("victron_scrape_failures_total")}


def count_lines(server, words):
    return sum(words in line for line in server.lines)


def numbers_of(server):
    """What the kernel says of the process: KiB in memory, threads, descriptors."""
    import os

    with open(f"/proc/{server.child.pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return {"rss": int(fields["VmRSS"].split()[0]), "anonymous": int(fields["RssAnon"].split()[0]),
            "threads": int(fields["Threads"]),
            "fds": len(os.listdir(f"/proc/{server.child.pid}/fd"))}


def assert_settles_at(server, before, rss_kib):
    """Threads and descriptors are as before, memory nearly."""
    wait_until(lambda: numbers_of(server)["fds"] <= before["fds"], what=f"the end of descriptors: {before}")
    after = numbers_of(server)
    assert after["threads"] <= before["threads"], (before, after)
    assert after["rss"] - before["rss"] < rss_kib * SHADOW, (before, after)
