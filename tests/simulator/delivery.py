"""How an answer goes out: whole as a rule, or spoilt by a fault of its target."""

import base64
import socket
import struct

from .http_api import failure

_HTML_PAGE = (b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>"
              b"<body><h1>Bad Gateway</h1><hr>proxy</body></html>\n")
_BLOCK = b" " * 65536


def shape(answer, faults):
    """The answer with status, body and length as the faults want them."""
    status = faults.get("status", answer.status)
    if status != answer.status:
        answer = failure(status, "simulated failure")
    if faults.get("html"):
        answer = answer.changed(body=_HTML_PAGE, content_type="text/html")
    if "body" in faults:
        answer = answer.changed(body=faults["body"].encode("utf-8", "surrogatepass"))
    if "body_base64" in faults:
        answer = answer.changed(body=base64.b64decode(faults["body_base64"]))
    answer = answer.changed(content_type=faults.get("content_type", answer.content_type))
    if "content_length" in faults:
        answer = answer.changed(content_length=max(0, len(answer.body) + faults["content_length"]))
    return answer.changed(chunked=bool(faults.get("chunked")))


class Delivery:
    """Writes one answer to one connection. pause(seconds) must say True when the server is to let go of it."""

    def __init__(self, connection, pause):
        self._connection = connection
        self._pause = pause

    def send(self, answer, faults, with_head=True):
        head = answer.head() if with_head else b""
        if faults.get("reset_after") is not None:
            return self._reset(head + answer.body, faults["reset_after"])
        if faults.get("drip"):
            return self._drip(head + answer.body, faults["drip"])
        self._write(head)
        if faults.get("truncate") is not None:
            return self._write(answer.body[:faults["truncate"]])
        self._body(answer, max(len(answer.body), faults.get("size", 0)))
        return self._endless() if faults.get("endless") else None

    def _write(self, data):
        """One segment a write, like the unbuffered server."""
        if data:
            self._connection.sendall(data)

    def _body(self, answer, size):
        """The body, with blanks after its first byte up to size: JSON stays JSON."""
        write = self._chunk if answer.chunked else self._write
        padding = size - len(answer.body)
        if padding:
            write(answer.body[:1])
            for sent in range(0, padding, len(_BLOCK)):
                write(_BLOCK[:padding - sent])
        write(answer.body[1:] if padding else answer.body)
        if answer.chunked:
            self._write(b"0\r\n\r\n")

    def _chunk(self, data):
        if data:
            self._write(b"%x\r\n%s\r\n" % (len(data), data))

    def _reset(self, data, count):
        self._write(data[:count])
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def _drip(self, data, rate):
        """At least a byte at a time, at most 20 times a second."""
        step = max(1, int(rate / 20))
        for start in range(0, len(data), step):
            self._write(data[start:start + step])
            if self._pause(step / rate):
                return

    def _endless(self):
        while not self._pause(0):
            self._write(_BLOCK)
