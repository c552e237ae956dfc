"""Ports that tests are given: outside the kernel's own, and each only once."""

import multiprocessing
import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from simulator import free_ports as module  # noqa: E402
from simulator.free_ports import BLOCK, FIRST, LAST, free_port, free_ports  # noqa: E402


def others(number):
    """What that many processes are given at once, two blocks and a bit each; all live until all have theirs."""
    context = multiprocessing.get_context("fork")
    answers, end = context.SimpleQueue(), context.Event()

    def ask():
        answers.put(free_ports(2 * BLOCK + 1))
        end.wait(60)

    children = [context.Process(target=ask) for _ in range(number)]
    for child in children:
        child.start()
    given = [answers.get() for _ in children]
    end.set()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * number
    return given


def test_no_port_is_given_twice():
    given = [free_ports(2 * BLOCK + 1), *others(6)]
    flat = [port for ports in given for port in ports]
    assert len(set(flat)) == len(flat) == 7 * (2 * BLOCK + 1)


def test_the_kernel_does_not_pick_them():
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert all(not first <= port <= last for port in free_ports(BLOCK + 1))


@pytest.mark.parametrize("picked", [(32768, 60999), (1024, 19999), (40000, 65535), (10001, 10001), (10032, 10063)])
def test_blocks_leave_out_what_the_kernel_picks_from(picked):
    ports = [port for block in module.blocks(picked) for port in block]
    assert len(set(ports)) == len(ports) and FIRST <= min(ports) and max(ports) <= LAST
    assert not any(picked[0] <= port <= picked[1] for port in ports)
    left = sum(not picked[0] <= port <= picked[1] for port in range(FIRST, LAST + 1))
    assert left - 3 * BLOCK < len(ports) <= left


def test_with_all_ports_picked_by_the_kernel_there_is_none(monkeypatch, tmp_path):
    (tmp_path / "range").write_text("1024\t65535\n")
    monkeypatch.setattr(module, "_RANGE", tmp_path / "range")
    with pytest.raises(RuntimeError, match="narrow that range"):
        module._Ports().take()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.7"])
def test_a_port_that_somebody_has_is_left_out(host):
    ports = module._Ports()
    follower = ports.take() + 1
    with socket.create_server((host, follower)):
        assert ports.take() != follower


def test_one_in_time_wait_is_left_out():
    """Not all servers ask to reuse an address."""
    ports = module._Ports()
    follower = ports.take() + 1
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", follower))
    server.listen()
    with socket.create_connection(("127.0.0.1", follower)) as client:
        accepted, _ = server.accept()
        accepted.close()
        assert client.recv(1) == b""
    server.close()
    assert ports.take() != follower


def test_it_serves_who_listens_there():
    with socket.create_server(("127.0.0.1", free_port())) as server:
        socket.create_connection(server.getsockname(), 5).close()
