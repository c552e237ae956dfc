"""python3 ask_health.py HOST PORT PATH [tls]: asks again and again until SIGTERM, and writes a line each time, the seconds it took.

A process of its own, so that the work of a test does not look like the slowness of the exporter; started anew and not
forked, because the locks of a forked test's other threads stay as they were for ever. "inf" stands for no good answer.
"""

import http.client
import signal
import socket
import ssl
import sys
import time

PATIENCE = 5  # seconds
PAUSE = 0.01


def kept_connection(host, port):
    """One handshake for all."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection(host, port, context=context, timeout=PATIENCE)
    connection.connect()
    return connection


def is_answered(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status == 200


def is_answered_anew(address, path):
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        return b" 200 " in connection.recv(100)


def main(host, port, path, *tls):
    is_over = []
    signal.signal(signal.SIGTERM, lambda *_: is_over.append(True))
    kept = kept_connection(host, int(port)) if tls else None
    while not is_over:
        start = time.monotonic()
        try:
            is_good = is_answered(kept, path) if kept else is_answered_anew((host, int(port)), path)
        except OSError:
            is_good = False
        print(time.monotonic() - start if is_good else float("inf"), flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
