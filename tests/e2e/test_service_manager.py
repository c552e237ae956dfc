"""What systemd is told and what it hands over, with a datagram socket in systemd's place."""

import os
import re
import signal
import socket
import time

import pytest
from harness import PROGRAM, Process, request, run, wait_until

HOUSE = "venus-v3.14-offgrid-house"
WATCHDOG_SECONDS = 0.4


@pytest.fixture
def manager(tmp_path):
    """A socket like systemd's, and what to say in the environment."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(20)
        yield listener, {"NOTIFY_SOCKET": str(tmp_path / "notify")}


def next_message(listener, wanted, patience=20):
    """Reads on until the wanted message, and returns what came before it."""
    before = []
    end = time.monotonic() + patience
    while time.monotonic() < end:
        message = listener.recv(4096).decode()
        if message == wanted:
            return before
        before.append(message)
    raise AssertionError(f"{wanted} did not come, but {before}")


def test_ready_and_stopping_are_said_once(manager, simulator, exporter):
    listener, env = manager
    server = exporter(simulator(HOUSE).url, env=env)
    assert next_message(listener, "READY=1") == []
    assert server.stop() == 0
    assert next_message(listener, "STOPPING=1") == []


def test_ready_is_not_said_before_the_station_was_asked(manager, simulator, exporter):
    """A station that hangs delays it to --scrape.timeout, not longer."""
    listener, env = manager
    station = simulator(HOUSE, '--faults={"answers": {"*": {"latency": 5}}}')
    began = time.monotonic()
    exporter(station.url, "--scrape.timeout=700ms", env=env, wait=False)
    assert next_message(listener, "READY=1") == []
    assert 0.7 <= time.monotonic() - began < 4


def test_signs_of_life_come_twice_a_period(manager, simulator, exporter):
    """WATCHDOG=1 in time, also while reloads come between; none while the process is stopped."""
    listener, env = manager
    env["WATCHDOG_USEC"] = str(int(WATCHDOG_SECONDS * 1e6))
    server = exporter(simulator(HOUSE).url, env=env)
    next_message(listener, "READY=1")
    last = time.monotonic()
    for number in range(8):
        if number % 3 == 2:
            server.child.send_signal(signal.SIGHUP)
        next_message(listener, "WATCHDOG=1")
        now = time.monotonic()
        # Thrice the period would still be no fault of ours on a busy machine.
        assert now - last < 3 * WATCHDOG_SECONDS
        last = now
    server.child.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, server.child.pid, os.WSTOPPED | os.WNOWAIT)
    listener.setblocking(False)
    try:
        while listener.recv(4096):
            pass
    except BlockingIOError:
        pass
    listener.settimeout(2 * WATCHDOG_SECONDS)
    with pytest.raises(TimeoutError):
        listener.recv(4096)
    server.child.send_signal(signal.SIGCONT)
    listener.settimeout(20)
    next_message(listener, "WATCHDOG=1")


def test_a_watchdog_of_another_process_is_none_of_ours(manager, simulator, exporter):
    listener, env = manager
    env |= {"WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"}
    exporter(simulator(HOUSE).url, env=env)
    next_message(listener, "READY=1")
    listener.settimeout(0.5)
    with pytest.raises(TimeoutError):
        listener.recv(4096)


class Activated(Process):
    """The exporter started as by a .socket unit: the listeners are its file descriptors from 3 on."""

    def __init__(self, listeners, *flags):
        # Two steps, as a number of the first may be one that is wanted in the second.
        aside = "".join(f"exec {50 + i}<&{s.fileno()}; " for i, s in enumerate(listeners))
        place = "".join(f"exec {3 + i}<&{50 + i} {50 + i}<&-; " for i in range(len(listeners)))
        script = f'{aside}{place}LISTEN_PID=$$ LISTEN_FDS={len(listeners)} exec "$0" "$@"'
        super().__init__(["bash", "-c", script, str(PROGRAM), *flags],
                         pass_fds=[s.fileno() for s in listeners])


@pytest.fixture
def listeners():
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    yield sockets
    for one in sockets:
        one.close()


def test_sockets_are_taken_over_and_outlive_a_restart(listeners, simulator):
    """A scrape sent before the exporter runs is answered by it; one sent between two of them by the second."""
    station = simulator(HOUSE)
    ports = [s.getsockname()[1] for s in listeners]
    for port in ports:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            server = Activated(listeners, f"--station.url={station.url}", "--site=x", "--web.systemd-socket")
            client.settimeout(20)
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        for other in ports:
            wait_until(lambda other=other: request(f"http://127.0.0.1:{other}/-/ready")[0] == 200)
        assert server.stop() == 0


def test_socket_activation_without_a_socket_is_told():
    code, _, error = run("--station.url=http://127.0.0.1:1", "--site=x", "--web.systemd-socket")
    assert code == 2 and len(error.splitlines()) == 1
    assert re.search(r"--web\.systemd-socket.*\.socket unit", error)
