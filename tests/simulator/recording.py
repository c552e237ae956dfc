"""A recorded station, as it lies in a folder of tests/stations.

    http/<service>.json   the answer to /value?service=<service>&path=/
    http/services.json    the answer to /services
    http/settings.json    the answer to /settings
    http/texts.json       optional: {service: {path: text}}, the known answers of /text

A folder that holds these files directly, without http/, is accepted too.
"""

import json
from dataclasses import dataclass
from pathlib import Path

SYSTEM = "com.victronenergy.system"
SETTINGS = "com.victronenergy.settings"


class RecordingError(Exception):
    """The folder is not a recording; the message says what to do."""


@dataclass
class Recording:
    """services: bus name -> {path without leading slash: value}, in the publisher's order."""

    name: str
    services: dict
    settings: dict
    texts: dict

    @property
    def portal_id(self):
        """The VRM portal id, or None: old firmware does not publish one."""
        serial = self.services.get(SYSTEM, {}).get("Serial")
        return serial if isinstance(serial, str) and serial else None


def load(folder):
    """Reads the station in folder."""
    root = Path(folder)
    if not root.is_dir():
        raise RecordingError(f"{folder}: no such folder; give a station folder, e.g. one of tests/stations")
    files = root / "http" if (root / "http").is_dir() else root
    services = {name: _read(files / f"{name}.json")["value"] for name in _service_names(files)}
    settings = _read_optional(files / "settings.json").get("settings", {})
    return Recording(root.name, services, settings, _read_optional(files / "texts.json"))


def _service_names(files):
    if (files / "services.json").is_file():
        return _read(files / "services.json")["services"]
    names = sorted(path.stem for path in files.glob("com.victronenergy.*.json"))
    if not names:
        raise RecordingError(
            f"{files}: holds neither services.json nor com.victronenergy.*.json; "
            "give a station folder, e.g. one of tests/stations")
    return names


def _read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordingError(f"{path}: missing; services.json names this service, record it or drop the name") from None
    except ValueError as error:
        raise RecordingError(f"{path}: not JSON ({error}); record it again") from None


def _read_optional(path):
    return _read(path) if path.is_file() else {}
