"""The HTTP side of the station: one request at a time, a backlog of 5, no timeout on anything.

Measured of the real server and kept here: an idle connection blocks it for ever, a client that gives up frees
nothing, head and body are two writes, and what http.server itself refuses is HTML with a Content-Length.
"""

import select
import socket
import threading
from http.server import BaseHTTPRequestHandler

from .delivery import Delivery, shape
from .free_ports import free_port
from .http_api import not_available, question_of
from .request_log import accept_queue_length

BACKLOG = 5


class _Aborted(Exception):
    """The server was taken down in the middle of a request."""


class _Request(BaseHTTPRequestHandler):
    """One connection with one request. The base class makes the real server's errors, as the real server is one."""

    server_version = "BaseHTTP/0.6"
    sys_version = "Python/3.11.2"
    responses = {**BaseHTTPRequestHandler.responses, 414: ("Request-URI Too Long", "URI is too long")}

    def do_GET(self):
        self._answer(lambda question: self.server.api.get(question))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(lambda question: self.server.api.post(question, body))

    def do_OPTIONS(self):
        self._answer(lambda _question: self.server.api.options())

    def _answer(self, ask):
        question = question_of(self.path)
        entry = self.server.log.begin(self.command, question, len(self.raw_requestline))
        outcome = "client left"
        try:
            faults = self.server.faults.of_answer(question.target)
            answer = shape(self._after_waiting(question, faults, ask), faults)
            Delivery(self.connection, self.server.pause).send(answer, faults, self.request_version != "HTTP/0.9")
            outcome = f"answered {answer.status}"
        except _Aborted:
            outcome = "server stopped"
        finally:
            self.server.log.end(entry, outcome)

    def _after_waiting(self, question, faults, ask):
        """The answer, once latency and hang are over, whether the client still waits or not."""
        if self.server.pause(faults.get("latency", 0)):
            raise _Aborted
        is_lost = self.server.sit_out_hang(question.target) or faults.get("bus_failure")
        return not_available(question) if is_lost and question.asks_bus else ask(question)

    def log_message(self, *_arguments):
        """Nothing: the request log tells it."""


class HttpStation:
    """Listens, and serves in one thread."""

    def __init__(self, address, api, faults, log):
        self.api, self.faults, self.log = api, faults, log
        self._address = (address[0], address[1] or free_port())
        self._lock = threading.Lock()
        self._mode = "serving"
        self._connection = None
        self._stopped = False
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._listener = None
        self._listen()
        faults.on_change(self._apply_mode)
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)

    @property
    def address(self):
        """(host, port) that it listens on, the same one after each reopening."""
        return self._address

    def start(self):
        self._thread.start()

    def stop(self):
        with self._lock:
            self._stopped = True
            self._close_listener()
        self._wake_sender.send(b"x")
        self.faults.wake()
        self._thread.join()

    def _listen(self):
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(self._address)
        self._listener.listen(BACKLOG)
        self._listener.setblocking(False)
        self._address = self._listener.getsockname()[:2]

    def _apply_mode(self):
        """Takes over the "server" fault; returns when the listener is as it wants it."""
        with self._lock:
            self._mode = self.faults.section("server", "serving")
            if self._mode == "refuse":
                self._close_listener()
            elif self._listener is None and not self._stopped:
                self._listen()
        self._wake_sender.send(b"x")

    def _close_listener(self):
        """The end of a process: the listener goes and the connection in service with it."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        if self._connection is not None:
            try:
                self._connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # its client was quicker

    def _serve(self):
        while not self._stopped:
            connection, peer = self._next_connection()
            if connection is not None:
                self._serve_one(connection, peer)

    def _next_connection(self):
        """Waits for a connection or a change of mode; (None, None) after the latter."""
        with self._lock:
            listener = self._listener if self._mode == "serving" else None
        try:
            ready, _, _ = select.select([self._wake_receiver] + ([listener] if listener else []), [], [])
        except (OSError, ValueError):
            return None, None  # the listener was closed just now
        if self._wake_receiver in ready:
            self._wake_receiver.recv(4096)
            return None, None
        with self._lock:
            if self._listener is not listener or self._mode != "serving":
                return None, None
            try:
                self._connection, peer = listener.accept()
            except BlockingIOError:
                return None, None  # it was gone before we looked
            return self._connection, peer

    def _serve_one(self, connection, peer):
        self.log.accepted()
        self.note_open_connections()
        try:
            _Request(connection, peer, self)
        except (OSError, ValueError):
            pass  # the client left or sent nonsense; the real server logs a trace and goes on
        # Before the client can see the end: what it opens after that is no second connection.
        self.note_open_connections()
        with self._lock:
            self._connection = None
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it is closed already
        connection.close()

    def _is_down(self):
        return self._stopped or self._listener is None

    def pause(self, seconds):
        """Waits; True if the server is to go down at once."""
        return self.faults.wait_unless(self._is_down, seconds)

    def sit_out_hang(self, target):
        """Waits as long as the hang of target lasts. True if it ran out, False if there is none or it was cleared."""
        seconds = self.faults.hang_seconds(target)
        if seconds is None:
            return False
        ended = self.faults.wait_unless(lambda: self._is_down() or self.faults.hang_seconds(target) is None, seconds)
        if self._is_down():
            raise _Aborted
        return not ended

    def open_connections(self):
        with self._lock:
            queued = accept_queue_length(self._listener) if self._listener is not None else 0
            return queued + (self._connection is not None)

    def note_open_connections(self):
        self.log.seen_open(self.open_connections())
