"""What the station was asked, and by how many connections at once."""

import socket
import struct
import threading
import time
from collections import deque

_KEPT = 10000
# struct tcp_info: for a listener tcpi_unacked is the length of its accept queue.
_UNACKED_OFFSET = 24


def accept_queue_length(listener):
    """How many connections the kernel holds for listener, those given up by their client included."""
    try:
        info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    except OSError:
        return 0
    return struct.unpack_from("I", info, _UNACKED_OFFSET)[0]


class RequestLog:
    """Counts and the newest requests. Safe from any thread."""

    def __init__(self):
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        with self._lock:
            self._total = 0
            self._accepted = 0
            self._max_open = 0
            self._requests = deque(maxlen=_KEPT)

    def accepted(self):
        with self._lock:
            self._accepted += 1

    def seen_open(self, number):
        with self._lock:
            self._max_open = max(self._max_open, number)

    def begin(self, method, question, bytes_received):
        """Notes a request; the entry's seconds and outcome are filled in by end()."""
        entry = {"time": time.time(), "method": method, "endpoint": question.endpoint, "service": question.service,
                 "path": question.path, "request_bytes": bytes_received, "seconds": None, "outcome": "being served"}
        with self._lock:
            self._total += 1
            self._requests.append(entry)
        return entry

    def end(self, entry, outcome):
        with self._lock:
            entry["seconds"] = round(time.time() - entry["time"], 6)
            entry["outcome"] = outcome

    def state(self, open_now):
        self.seen_open(open_now)
        with self._lock:
            return {"requests_total": self._total,
                    "connections": {"open": open_now, "max": self._max_open, "accepted": self._accepted},
                    "requests": [dict(entry) for entry in self._requests]}
