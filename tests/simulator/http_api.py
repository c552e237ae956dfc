"""The answers of dbus_api_server.py 3.2.0: from a question to status and body. No sockets, no faults."""

import email.utils
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlparse

from .recording import SETTINGS
from .wire_json import http_json

VERSION = "3.2.0"
SERVER = "BaseHTTP/0.6 Python/3.11.2"
_SWITCH_OFF = "AI_write switch is OFF. Enable it in NodeRED or VRM to allow write operations."
_NO_SWITCH = "NodeRED is not running yet. It may still be starting (takes ~60s after boot). Please wait."
_ENDPOINTS = {
    "GET /": "API information",
    "GET /health": "Health check with uptime",
    "GET /services": "List all Victron dbus services",
    "GET /settings": "Get all settings from com.victronenergy.settings",
    "GET /value?service=X&path=Y": "Get value from specific dbus path",
    "GET /text?service=X&path=Y": "Get text representation of value",
    "GET /ai-write-status": "Check AI write switch status",
    "GET /config": "Get stored agent configuration",
    "POST /value": "Set value (requires AI_write switch ON)",
    "POST /config": "Save agent configuration",
}
_FAQ = {
    "venus_large": "Venus OS Large includes NodeRED. Install from: https://www.victronenergy.com/live/venus-os:large",
    "enable_nodered": "Enable NodeRED in Remote Console > Settings > Services > NodeRED",
    "create_switch": "In NodeRED, add a victron-virtual-switch node with CustomName set to \"AI_write\"",
    "toggle_switch": "Control the switch via VRM dashboard, Remote Console, or NodeRED flows",
}


@dataclass(frozen=True)
class Question:
    """A request as the API understands it. target names it for faults: the service asked, else the endpoint."""

    endpoint: str
    service: str = ""
    path: str = ""

    @property
    def asks_bus(self):
        """/health and the like answer whatever the D-Bus does."""
        return self.endpoint in ("/value", "/text", "/services", "/settings")

    @property
    def target(self):
        return self.service if self.endpoint in ("/value", "/text") and self.service else self.endpoint


@dataclass(frozen=True)
class Answer:
    """content_length and chunked are never set by the real server; faults set them."""

    status: int
    body: bytes
    content_type: str = "application/json"
    content_length: int = None
    chunked: bool = False

    def head(self):
        """Status line and headers, in the real order."""
        protocol = "HTTP/1.1" if self.chunked else "HTTP/1.0"
        lines = [f"{protocol} {self.status} {_reason(self.status)}",
                 f"Server: {SERVER}",
                 f"Date: {email.utils.formatdate(usegmt=True)}",
                 f"Content-type: {self.content_type}",
                 "Access-Control-Allow-Origin: *",
                 "Access-Control-Allow-Methods: GET, POST, OPTIONS",
                 "Access-Control-Allow-Headers: Content-Type"]
        if self.content_length is not None:
            lines.append(f"Content-Length: {self.content_length}")
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        return "\r\n".join(lines + ["", ""]).encode("latin-1")

    def changed(self, **fields):
        return replace(self, **fields)


def _reason(status):
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"


def _json_answer(document, status=200):
    return Answer(status, http_json(document))


def failure(status, error):
    return _json_answer({"error": error, "success": False}, status)


def question_of(target):
    """The question that a request target such as /value?service=S&path=/ asks; the first of equal parameters counts."""
    url = urlparse(target)
    parameters = parse_qs(url.query)
    return Question(url.path, parameters.get("service", [""])[0], parameters.get("path", [""])[0])


def not_available(question):
    """What the API says of a path that is not there, of a service that is not there, and after a D-Bus timeout."""
    if question.endpoint == "/services":
        return _json_answer({"services": [], "count": 0, "success": True})
    if question.endpoint == "/settings":
        return _json_answer({"settings": {}, "success": True})
    return _json_answer({"service": question.service, "path": question.path,
                         "text" if question.endpoint == "/text" else "value": None,
                         "error": f"Path {question.path} not available on {question.service}",
                         "success": False}, 404)


def value_at(values, path):
    """The value at path, or the sub-tree below it with keys relative to it. KeyError if there is neither."""
    key = path[1:]
    if path == "/":
        return values
    if not path.startswith("/"):
        raise KeyError(path)
    if key in values:
        return values[key]
    below = {name[len(key) + 1:]: value for name, value in values.items() if name.startswith(key + "/")}
    if not below:
        raise KeyError(path)
    return below


class Api:
    """Answers questions from the bus."""

    def __init__(self, bus, now):
        self._bus = bus
        self._now = now
        self._started = now()
        self._get = {"/": self._root, "/health": self._health, "/services": self._services,
                     "/settings": self._settings, "/value": self._value, "/text": self._text,
                     "/ai-write-status": self._ai_write_status, "/config": self._config}

    def get(self, question):
        answer = self._get.get(question.endpoint)
        return answer(question) if answer else failure(404, "Not found")

    def post(self, question, body):
        if question.endpoint not in ("/value", "/config"):
            return failure(404, "Not found")
        if not body:
            return failure(400, "Request body is required")
        switch = self._ai_switch()
        return _json_answer({"error": "AI write is disabled", "message": switch["message"],
                             "details": switch["details"],
                             "hint": "Enable the AI_write virtual switch in VRM or NodeRED to allow write operations",
                             "success": False}, 403)

    def options(self):
        return Answer(204, b"")

    def _services(self, _question):
        names = [name for name in self._bus.services() if "victron" in name]
        return _json_answer({"services": names, "count": len(names), "success": True})

    def _settings(self, question):
        if SETTINGS not in self._bus.services():
            return not_available(question)
        return _json_answer({"settings": self._bus.settings_table(), "success": True})

    def _value(self, question):
        return self._look_up(question, lambda value: {"value": value})

    def _text(self, question):
        known = self._bus.texts.get(question.service, {}).get(question.path)
        return self._look_up(question, lambda value: {"text": known or ("---" if value == [] else str(value))})

    def _look_up(self, question, describe):
        if not question.service or not question.path:
            return failure(400, "Missing service or path parameter")
        try:
            value = value_at(self._bus.services()[question.service], question.path)
        except KeyError:
            return not_available(question)
        return _json_answer({"service": question.service, "path": question.path, **describe(value), "success": True})

    def _health(self, _question):
        return _json_answer({"service": "dbus-api-server", "version": VERSION, "status": "healthy",
                             "started_at": datetime.fromtimestamp(self._started).isoformat(),
                             "uptime_seconds": int(self._now() - self._started), "success": True})

    def _root(self, _question):
        return _json_answer({"name": "Victron DBus API Server", "version": VERSION, "mode": "read-write",
                             "ai_write_enabled": False, "ai_write_status": self._ai_switch()["message"],
                             "control_port": 8089, "endpoints": _ENDPOINTS})

    def _config(self, _question):
        return _json_answer({"config": {}, "path": "/data/dbus-api/config.json",
                             "message": "No configuration file found", "success": True})

    def _ai_write_status(self, _question):
        return _json_answer({"enabled": False, **self._ai_switch(), "faq": _FAQ, "success": True})

    def _ai_switch(self):
        """The switch that would allow writing; writing is never allowed here, whatever it says."""
        services = self._bus.services()
        switch = next((name for name in services if name.startswith("com.victronenergy.switch.")
                       and services[name].get("CustomName") == "AI_write"), None)
        found = switch is not None
        return {"message": _SWITCH_OFF if found else _NO_SWITCH, "switch_service": switch,
                "details": {"venus_image_type": "Large", "nodered_enabled": True, "nodered_running": found,
                            "switch_found": found, "switch_state": 0 if found else None}}
