"""A link between a station and the rest of the world, on loopback: it can be cut, and it counts the bytes that went over it."""

import contextlib
import selectors
import socket
import threading


class Link:
    """Forwards `address` to a port. While it is cut, connections end at once and new ones are refused."""

    def __init__(self, port):
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.up_bytes = self.down_bytes = 0  # from the station, and to it
        self.is_cut = False
        self._pairs = {}
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cut(self):
        with self._lock:
            self.is_cut = True
            for one in list(self._pairs):
                self._close(one)

    def mend(self):
        self.is_cut = False

    def stop(self):
        self._ended = True
        self._thread.join()
        self.cut()
        self._listener.close()

    def _run(self):
        while not self._ended:
            for key, _ in self._selector.select(0.1):
                with self._lock:
                    self._accept() if key.fileobj is self._listener else self._forward(key.fileobj, key.data)

    def _accept(self):
        near, _ = self._listener.accept()
        try:
            far = None if self.is_cut else socket.create_connection(self._target, 5)
        except OSError:
            far = None
        if not far:
            near.close()
            return
        for one, other, is_up in ((near, far, True), (far, near, False)):
            self._pairs[one] = other
            self._selector.register(one, selectors.EVENT_READ, is_up)

    def _forward(self, one, is_up):
        if one not in self._pairs:
            return
        try:
            data = one.recv(65536)
            if data:
                self._pairs[one].sendall(data)
        except OSError:
            data = b""
        if is_up:
            self.up_bytes += len(data)
        else:
            self.down_bytes += len(data)
        if not data:
            self._close(one)

    def _close(self, one):
        other = self._pairs.pop(one, None)
        for end in (one, other):
            if end is not None:
                self._pairs.pop(end, None)
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(end)
                end.close()
