"""What a station may answer instead of what it should: bytes, or a function of the connection."""

import time

from hostile import head, reset, values

JSON_START = b'{"value": {"State": 3, "Mode": 3, "DeviceInstance": 3, "x": "'


def flood(connection, piece):
    """The same bytes until the other side has enough."""
    while True:
        connection.sendall(piece)


def chunked(connection):
    """1 GB in chunks that are all correct."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(16 * 1024):
        connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
    connection.sendall(b"0\r\n\r\n")


def endless(start, piece):
    def answer(connection):
        connection.sendall(start)
        flood(connection, piece)
    return answer


def cut_by_reset(data):
    def answer(connection):
        connection.sendall(data)
        time.sleep(0.02)  # else the reset overtakes the data
        reset(connection)
    return answer


WHOLE = values(State=3, Mode=3, DeviceInstance=3)
BODY = WHOLE.split(b"\r\n\r\n", 1)[1]
# What a station may answer -> the reason that is counted.
BAD_ANSWERS = {
    "nothing": (b"", "connect"),
    "reset at once": (cut_by_reset(b""), "connect"),
    "reset in the head": (cut_by_reset(WHOLE[:30]), "malformed connect http"),
    "reset in the body": (cut_by_reset(WHOLE[:-20]), "malformed"),
    "half a body": (WHOLE[:-20], "malformed"),
    "only a head": (head(), "malformed"),
    "garbage": (bytes(range(256)) * 20, "http"),
    "no status line": (BODY, "http"),
    "an HTML page": (head() + b"<!DOCTYPE html><html><body>Bad gateway</body></html>", "malformed"),
    "another JSON": (head() + b"[1, 2, 3]", "malformed"),
    "a bare number": (head() + b"17", "malformed"),
    "a length too long": (head("200 OK", "Content-Length: 9999") + BODY, "malformed"),
    "a length too short": (head("200 OK", f"Content-Length: {len(BODY) - 5}") + BODY, "malformed"),
    "a negative length": (head("200 OK", "Content-Length: -5") + BODY, "http"),
    "100 MB promised": (head("200 OK", "Content-Length: 104857600") + BODY, "malformed"),
    "an unknown coding": (head("200 OK", "Content-Encoding: gzip") + b"\x1f\x8b" + bytes(50), "malformed"),
    "chunks that are none": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnothing\r\n", "http malformed"),
    "a chunk of 2^64": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\nx", "http malformed"),
    "1 GB in chunks": (chunked, "too_large"),
    "a body without end": (endless(head(), b" " * 65536), "too_large"),
    "a text without end": (endless(head() + JSON_START, b"x" * 65536), "too_large"),
    "a header line without end": (endless(b"HTTP/1.0 200 OK\r\nX: ", b"x" * 65536), "too_large"),
    "headers without end": (endless(b"HTTP/1.0 200 OK\r\n", b"X: y\r\n" * 1000), "too_large"),
    "100 Continue without end": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500), "too_large http"),
    "nested 10,000 deep": (head() + b'{"value": {"a": ' + b"[" * 10000 + b"]" * 10000 + b"}}", "malformed"),
    "nested without end": (head() + b'{"value": {"a": ' + b'{"a":' * 1000000, "malformed too_large"),
    "a redirect to itself": (head("302 Found", "Location: /services"), "http"),
    "401": (head("401 Unauthorized"), "auth"),
    "404": (head("404 Not Found"), "not_found"),
    "500": (head("500 Oops") + b'{"success": false}', "http"),
    "500 without end": (endless(head("500 Oops"), b" " * 65536), "http"),
    "200 and success false": (head() + b'{"value": null, "success": false}', "not_found malformed"),
    "an empty table": (head() + b'{"value": {}, "services": [], "success": true}', "empty"),
}
