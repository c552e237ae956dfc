"""The station's D-Bus as its clients see it now: the recording, live changes and faults of services and values."""

import base64
import threading

from .recording import SETTINGS
from .wire_json import RawToken

_ABSENT = object()


def instance_of(values):
    """/DeviceInstance, else /Identifier (a text), else 0; an invalid value counts as none."""
    for path in ("DeviceInstance", "Identifier"):
        value = values.get(path, [])
        if value != [] and value is not None:
            return value
    return 0


def type_of(service):
    """The device type: the third part of the bus name."""
    return service.split(".")[2] if service.count(".") >= 2 else service


def decode_value(override):
    """A VALUE of faults.py as the value that the bus holds."""
    if not isinstance(override, dict):
        return override
    if "token" in override:
        return RawToken(override["token"].encode("utf-8", "surrogatepass"))
    if "base64" in override:
        return RawToken(base64.b64decode(override["base64"]))
    return _ABSENT if override.get("absent") else override.get("value", {})


def _with_values(values, overrides):
    """values with the overrides of a fault in place; paths with or without leading slash."""
    decoded = {path.lstrip("/"): decode_value(value) for path, value in overrides.items()}
    return {path: value for path, value in {**values, **decoded}.items() if value is not _ABSENT}


class Bus:
    """Services and values. A view is never changed after it was handed out, so no reader needs a lock."""

    def __init__(self, recording, faults):
        self._services = {name: dict(values) for name, values in recording.services.items()}
        self._settings = recording.settings
        self._faults = faults
        self._lock = threading.Lock()
        self._listeners = []
        self._view = None
        self.texts = recording.texts
        faults.on_change(self._forget_view)

    def on_change(self, listener):
        """listener() is called after each change, in the thread that made it."""
        self._listeners.append(listener)

    def write(self, changes):
        """Sets {service: {path: value}} in the recording itself; unknown services are left out."""
        with self._lock:
            for service, values in changes.items():
                if service in self._services:
                    self._services[service] = {**self._services[service], **values}
        self._forget_view()

    def _forget_view(self):
        with self._lock:
            self._view = None
        for listener in self._listeners:
            listener()

    def services(self):
        """{service: {path: value}}, sorted by name."""
        with self._lock:
            if self._view is None:
                self._view = self._make_view()
            return self._view

    def _make_view(self):
        changes = self._faults.section("services")
        view = {**self._services, **self._clones()}
        for name in changes.get("remove", []):
            view.pop(name, None)
        for name, values in changes.get("add", {}).items():
            view[name] = _with_values({}, values)
        for old, new in changes.get("rename", {}).items():
            if old in view:
                view[new] = view.pop(old)
        for name, overrides in self._faults.section("values").items():
            if name in view:
                view[name] = _with_values(view[name], overrides)
        return dict(sorted(view.items()))

    def _clones(self):
        clones = {}
        for service, number in self._faults.section("clones").items():
            original = self._services.get(service, {})
            for i in range(number):
                clones[f"com.victronenergy.{type_of(service)}.clone{i:04d}"] = {
                    **original, "DeviceInstance": 10000 + i, "CustomName": f"clone {i}"}
        return clones

    def settings_table(self):
        """The table of /settings with the values that the settings have now."""
        now = self.services().get(SETTINGS, {})
        return {path: {**row, "Value": now.get(path.lstrip("/"), row.get("Value", []))}
                for path, row in self._settings.items()}

    def limits_of(self, path):
        """min and max of a setting, as the broker publishes them."""
        row = self._settings.get("/" + path, {})
        return {name.lower(): row[name] for name in ("Min", "Max") if name in row}
