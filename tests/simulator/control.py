"""The control page of the simulator: HTTP/1.1 with JSON, in threads of its own, so that it always answers.

    GET    /state    what was asked so far, open connections, services, clock, MQTT
    DELETE /state    forgets the requests and counts so far
    GET    /faults   the faults now
    POST   /faults   merges the JSON of the body into them, see faults.py; answers with the faults now
    DELETE /faults   all is well again
"""

import json
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler

from .faults import FaultError

_POLL_SECONDS = 0.02  # how soon stop() is seen


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        pages = {"/state": self.server.station.state, "/faults": self.server.station.faults.document}
        self._answer_from(pages)

    def do_DELETE(self):
        self._answer_from({"/state": self._reset_log, "/faults": self._clear_faults})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer_from({"/faults": lambda: self._patch_faults(body)})

    def _answer_from(self, pages):
        page = pages.get(self.path)
        if page is None:
            return self._answer(404, {"error": f"{self.command} {self.path}: not here; there are /state and /faults"})
        try:
            return self._answer(200, page())
        except (FaultError, ValueError) as error:
            return self._answer(400, {"error": str(error)})

    def _reset_log(self):
        self.server.station.log.reset()
        return self.server.station.state()

    def _clear_faults(self):
        self.server.station.faults.clear()
        return self.server.station.faults.document()

    def _patch_faults(self, body):
        self.server.station.faults.patch(json.loads(body))
        return self.server.station.faults.document()

    def _answer(self, status, document):
        body = json.dumps(document).encode("ascii") + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Nothing: a test that controls the station knows what it asked."""


class Control(socketserver.ThreadingTCPServer):
    """Serves the page for one SimulatedStation."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address, station):
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Request)
        self.station = station

    def start(self):
        threading.Thread(target=self.serve_forever, args=(_POLL_SECONDS,), name="control", daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()
