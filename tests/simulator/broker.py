"""A real mosquitto for tests, on free loopback ports, with the access rules of a GX.

The simulated plugin connects to plugin_port, open as localhost is on a GX; what is tested connects to port, by
password or TLS if so wanted.
"""

import getpass
import socket
import subprocess
import threading
import time
from pathlib import Path

from .free_ports import free_ports

_START_SECONDS = 10
_CERTIFICATE_DAYS = "36524"
_CONNACK_REFUSED = b"\x20\x02\x00\x05"


def make_certificate(directory):
    """The self-signed certificate of a GX: CN=venus.local, no subject alternative name. Returns (certificate, key)."""
    certificate, key = Path(directory) / "mosquitto.crt", Path(directory) / "mosquitto.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", _CERTIFICATE_DAYS,
                    "-subj", "/CN=venus.local", "-keyout", str(key), "-out", str(certificate)],
                   check=True, capture_output=True)
    return certificate, key


class Broker:
    """start() and stop() it, or use it as a context manager. The ports stay the same over a restart."""

    def __init__(self, directory, username=None, password=None, tls=False):
        self._directory = Path(directory)
        self._process = None
        self.port, self.plugin_port = free_ports(2)
        self.ca_file = None
        self._configuration = self._directory / "mosquitto.conf"
        self._configuration.write_text(self._configure(username, password, tls))

    @property
    def url(self):
        return f"{'mqtts' if self.ca_file else 'mqtt'}://127.0.0.1:{self.port}"

    def _configure(self, username, password, tls):
        # The limits are off: QoS 0 must not be dropped by the broker, losing messages is a fault of the simulator.
        lines = ["per_listener_settings true", f"user {getpass.getuser()}", "persistence false",
                 "max_queued_messages 0", "set_tcp_nodelay true",
                 f"listener {self.plugin_port} 127.0.0.1", "allow_anonymous true", f"listener {self.port} 127.0.0.1"]
        if password is None:
            lines.append("allow_anonymous true")
        else:
            lines += ["allow_anonymous false", f"password_file {self._password_file(username or 'gx', password)}"]
        if tls:
            self.ca_file, key = make_certificate(self._directory)
            lines += [f"certfile {self.ca_file}", f"keyfile {key}"]
        return "\n".join(lines) + "\n"

    def _password_file(self, username, password):
        path = self._directory / "passwords"
        subprocess.run(["mosquitto_passwd", "-b", "-c", str(path), username, password], check=True, capture_output=True)
        path.chmod(0o600)
        return path

    def start(self):
        self._process = subprocess.Popen(["mosquitto", "-c", str(self._configuration)],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while not self._accepts():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"mosquitto did not start; run: mosquitto -v -c {self._configuration}")
            time.sleep(0.01)

    def _accepts(self):
        try:
            for port in (self.port, self.plugin_port):
                socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    def stop(self, kill=False):
        """Ends it; a killed broker gives its clients an end of file without a DISCONNECT, as a GX does."""
        if self._process is not None:
            self._process.kill() if kill else self._process.terminate()
            self._process.wait()
            self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        self.stop()


class LateRefusal:
    """A broker that knows no right password: it answers each CONNECT by code 5, after the 1 to 6 s of a GX."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connects = 0

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connects += 1
            threading.Thread(target=self._refuse, args=(connection,), daemon=True).start()

    def _refuse(self, connection):
        with connection:
            if connection.recv(65536):
                time.sleep(self._seconds)
                connection.sendall(_CONNACK_REFUSED)

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
