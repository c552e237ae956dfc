"""Where notifications arrive: a mail server and a web server on loopback, which keep what they get."""

import email
import email.policy
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from simulator.free_ports import free_port


@dataclass
class Mail:
    """One message as its reader sees it."""

    at: float
    to: str
    subject: str
    priority: str
    text: str
    html: str


@dataclass
class Call:
    """One webhook call; alerts are Alertmanager's."""

    at: float
    path: str
    status: str
    group: dict
    alerts: list = field(default_factory=list)

    @property
    def site(self):
        """The station that all its alerts are about; None if they are about the fleet or about several."""
        sites = {alert["labels"].get("site") for alert in self.alerts}
        return sites.pop() if len(sites) == 1 else None

    def names(self, status):
        """[(alertname, severity)] of the alerts with that status, sorted."""
        return sorted((a["labels"]["alertname"], a["labels"]["severity"]) for a in self.alerts if a["status"] == status)


class MailSink:
    def __init__(self):
        self.mails = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self.port = self._controller.port

    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        bodies = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in message.walk() if not part.is_multipart()}
        self.mails.append(Mail(time.monotonic(), message["To"], message["Subject"], message["X-Priority"] or "",
                               bodies.get("text/plain", ""), bodies.get("text/html", "")))
        return "250 OK"

    def stop(self):
        self._controller.stop()


class _Post(BaseHTTPRequestHandler):
    def do_POST(self):
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append(Call(time.monotonic(), self.path, document["status"], document["groupLabels"],
                                      document["alerts"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments):
        """Nothing: the calls are kept."""


class WebhookSink(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Post)
        self.calls = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()
