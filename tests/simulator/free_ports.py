"""Ports of loopback that stay free until they are listened on, and while a server is down between two starts.

A port that the kernel picks for bind(0) and that is given back may be picked again before the server takes it, as the
near end of any connection on this machine. So these are outside the range that the kernel picks from, and a process
that wants some claims a block of them: by a name in the abstract name space of Unix sockets, which has one owner and
ends with it.
"""

import os
import random
import socket
import threading
from pathlib import Path

FIRST, LAST = 10000, 65535
BLOCK = 32  # ports a claim

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def blocks(picked):
    """The blocks of ports without those that the kernel picks from, (first, last)."""
    first, last = picked
    return [range(start, start + BLOCK) for start in range(FIRST, LAST - BLOCK + 2, BLOCK)
            if start + BLOCK <= first or start > last]


class _Ports:
    """Those of this process; a child of it claims its own."""

    def __init__(self):
        self._lock = threading.Lock()
        self._owner, self._claims, self._rest, self._blocks = None, [], iter(()), []

    def take(self):
        with self._lock:
            if self._owner != os.getpid():
                self._begin()
            while True:
                port = next(self._rest, None)
                if port is None:
                    self._rest = self._claim()
                elif _is_free(port):
                    return port

    def _begin(self):
        self._blocks = blocks(int(word) for word in _RANGE.read_text().split())
        random.SystemRandom().shuffle(self._blocks)
        self._owner, self._claims, self._rest = os.getpid(), [], iter(())

    def _claim(self):
        while self._blocks:
            block = self._blocks.pop()
            claim = socket.socket(socket.AF_UNIX)
            try:
                claim.bind(f"\0victron-test-ports-{block[0]}")
            except OSError:
                claim.close()
                continue
            self._claims.append(claim)
            return iter(block)
        raise RuntimeError(f"no free port from {FIRST} to {LAST} outside {_RANGE}: end other test runs, or narrow that range")


def _is_free(port):
    """Whether nobody has it on any address: not listening, nor in TIME_WAIT."""
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


_ports = _Ports()


def free_port():
    """A port that nobody listens on, and that nobody else is given while this process lives."""
    return _ports.take()


def free_ports(number):
    return [free_port() for _ in range(number)]
