"""A name that does not resolve, or whose name server is silent, keeps nobody waiting, over HTTP and MQTT.

The exporters run in mount namespaces of their own, with a resolv.conf that names a server of the test.
"""

import contextlib
import errno
import os
import socket
import subprocess
import threading
import time

import pytest
from at_once import AtOnce
from harness import PROGRAM, Exporter, wait_until
from health_watch import HealthWatch
from hostile import ENV, RawStation, assert_in_time, count_lines, numbers_of, reasons
from hostile_broker import RawBroker

ADDRESSES = [f"127.0.0.{number}" for number in range(64, 128)]
NAME_ERROR, SERVER_FAILURE = 3, 2
# A lookup waits 5 s for an answer, asks once more, and one that is over begins the pause to the next one.
BACK_WITHIN = 30


class NameServer:
    """answers[name]: None is silence, "" an address, a number the code of a failure.

    The port is given, so the address is one that no other run of these tests has.
    """

    def __init__(self):
        self.answers = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = next((address for address in ADDRESSES if self._has(address)), None)
        assert self.address, f"port 53 is taken on all of {ADDRESSES[0]} to {ADDRESSES[-1]}: end what has it"
        threading.Thread(target=self._serve, daemon=True).start()

    def _has(self, address):
        try:
            self._socket.bind((address, 53))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
        return True

    def close(self):
        self._socket.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                question, client = self._socket.recvfrom(512)
                answer = self.answer(question)
                if answer:
                    self._socket.sendto(answer, client)

    def answer(self, question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        word = self.answers.get(".".join(labels), NAME_ERROR)
        if word is None:
            return b""
        is_ipv4 = question[at + 1:at + 3] == b"\0\1"
        record = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1" if word == "" and is_ipv4 else b""
        flags = bytes([0x81, 0x80 | (word or 0)])
        return question[:2] + flags + b"\0\1\0" + bytes([bool(record)]) + b"\0\0\0\0" + question[12:at + 5] + record


@pytest.fixture(scope="module")
def name_server():
    if os.getuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs root and a mount namespace")
    server = NameServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def program(tmp_path_factory, name_server):
    """The program behind a resolv.conf of its own."""
    folder = tmp_path_factory.mktemp("names")
    (folder / "resolv.conf").write_text(f"nameserver {name_server.address}\n")
    script = folder / "program"
    script.write_text("#!/bin/sh\nexec unshare --mount sh -c "
                      f"'mount --bind {folder}/resolv.conf /etc/resolv.conf && exec \"$0\" \"$@\"' '{PROGRAM}' \"$@\"\n")
    script.chmod(0o755)
    return script


KINDS = {"http": (RawStation, "station failed"), "mqtt": (RawBroker, "broker connection failed")}
FAULTS = {"a silent server": None, "no such name": NAME_ERROR, "a server that fails": SERVER_FAILURE}


def try_fault(kind, fault, program, name_server):
    name = f"{kind}.{fault.replace(' ', '-')}.test"
    name_server.answers[name] = FAULTS[fault]
    make, told = KINDS[kind]
    with make() as station:
        url = station.url.replace("127.0.0.1", name)
        server = Exporter(url, "--scrape.min-interval=0s", "--scrape.timeout=500ms", env=ENV, program=program, wait=False)
        try:
            with HealthWatch(server) as watch:
                wait_until(lambda: reasons(assert_in_time(server, 0.6))["dns"] >= 1, 25, "the reason")
                before = numbers_of(server)["threads"]
                for _ in range(20):
                    page = assert_in_time(server, 0.6)
                    assert page.value("victron_up") == 0 and not page.series("victron_device_info")
            watch.assert_quick(at_least=1)
            assert numbers_of(server)["threads"] <= before + 2
            wait_until(lambda: count_lines(server, told), 5, "a line")
            name_server.answers[name] = ""
            wait_until(lambda: server.page().value("victron_battery_voltage_volts") == 51.5, BACK_WITHIN, "the values")
            assert count_lines(server, told) == 1, server.lines
        finally:
            assert server.stop() == 0


@pytest.fixture(scope="module")
def tried(request, program, name_server):
    with AtOnce(request, lambda row: try_fault(*row, program, name_server)) as results:
        yield results


@pytest.mark.parametrize("row", [(kind, fault) for kind in KINDS for fault in FAULTS], ids=lambda row: "-".join(row))
def test_a_name_that_does_not_resolve_keeps_nobody_waiting(tried, row):
    """Pages at their deadlines, dns is counted and told once; the values are there when it resolves again."""
    tried.result(row)


@pytest.mark.parametrize("kind", KINDS)
def test_the_end_does_not_wait_for_a_name_server(program, name_server, kind):
    """SIGTERM in the middle of a lookup that takes 10 s."""
    name_server.answers["silent.test"] = None
    server = Exporter(f"{kind}://silent.test", "--scrape.timeout=1s", env=ENV, program=program, wait=False)
    server.get()
    start = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - start < 4
