"""Reads fleet.json: where the stations stand, and what is made of them where."""

import collections
import json
import os
from pathlib import Path

from .checks import Refused
from .columns import BY_NAME, NOT_DEFAULTS

Key = collections.namedtuple("Key", "kind least most default meaning", defaults=(None, None, None, ""))

SHARDS_MAX = 100
# The keys of each section; a kind is a path, a text, or a whole number from least to most.
SECTIONS = {
    "ports": {"first": Key(int, 1, 65535, 10088, "The first port for stations without one."),
              "last": Key(int, 1, 65535, 19999, "The last one.")},
    "systemd": {"folder": Key(Path, default="/etc/victron_exporter", meaning="Where the environment files and site files go."),
                "host": Key(str, meaning="Only the stations whose exporter runs on this host; `--host` wins. Empty: all.")},
    "compose": {"folder": Key(Path, default="compose", meaning="Where `compose.yaml` and its files go."),
                "image": Key(str, default="victron_exporter:local", meaning="The image.")},
    "kubernetes": {"folder": Key(Path, default="kubernetes", meaning="Where the kustomizations go."),
                   "base": Key(Path, default=None, meaning="`deploy/kubernetes/station`, or a copy. Empty: the one beside this tool."),
                   "namespace": Key(str, default="victron", meaning="The namespace."),
                   "image": Key(str, default="victron_exporter:0.1.0", meaning="The image, with its tag.")},
    "prometheus": {"folder": Key(Path, default="/etc/prometheus/victron-targets", meaning="Where the files for `file_sd_configs` go."),
                   "address": Key(str, default="{host}:{port}", meaning="How an exporter is reached, of `{host}`, `{port}`, `{name}`, `{site}`."),
                   "shards": Key(int, 1, SHARDS_MAX, 1, "Over how many servers the targets are spread.")},
}
OUTPUTS = ("systemd", "compose", "kubernetes", "prometheus")
# In place of settings that cannot be read: nobody is told of an inventory that they may not name.
NO_STATIONS = {"stations": []}
PLACEHOLDERS = dict.fromkeys(("host", "port", "name", "site"), "")


class Settings:
    """stations is a path, or a list of objects; each section that the file has is a dict in `sections`."""

    def __init__(self, path, mistakes):
        self.path = Path(path)
        self.folder = self.path.absolute().parent
        self._mistakes = mistakes
        document = self._read()
        self.stations = document.get("stations", "stations.csv")
        self.credentials = self._path(document.get("credentials", "credentials"), "credentials")
        self.files = self._path(document.get("files", "files"), "files")
        self.defaults = self._read_defaults(document.get("defaults", {}))
        self.sections = {name: self._read_section(name, document[name]) for name in SECTIONS if name in document}
        self.sections.setdefault("ports", self._read_section("ports", {}))
        self._check(document)

    @property
    def ports_file(self):
        """Which station has which port: beside this file, and to be kept with it."""
        return self.path.with_suffix(".ports.json")

    def _read(self):
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            self._mistakes.add_unreadable(self.path, None, error, "; begin with a copy of deploy/fleet/example")
        except (OSError, UnicodeDecodeError) as error:
            self._mistakes.add_unreadable(self.path, None, error)
        except json.JSONDecodeError as error:
            self._mistakes.add(f"{self.path}:{error.lineno}", None, f"is no JSON: {error.msg} at column {error.colno}")
        else:
            if isinstance(document, dict):
                return document
            self._mistakes.add(self.path, None, "allowed an object, {\"stations\": ...}")
        return NO_STATIONS

    def _read_defaults(self, document):
        """Cells for every station that has none of its own; they are checked with each station's."""
        found = {}
        for name, value in document.items() if isinstance(document, dict) else ():
            place = f"{self.path}: defaults: {name}"
            if name not in BY_NAME or name in NOT_DEFAULTS:
                allowed = [column for column in BY_NAME if column not in NOT_DEFAULTS]
                self._mistakes.add(place, None, f"is unknown: allowed {', '.join(allowed)}")
                continue
            try:
                BY_NAME[name].check(value)
                found[name] = value
            except Refused as refused:
                self._mistakes.add(place, value, refused)
        if not isinstance(document, dict):
            self._mistakes.add(f"{self.path}: defaults", None, "allowed an object, {\"level\": \"core\"}")
        return found

    def _read_section(self, section, document):
        if not isinstance(document, dict):
            self._mistakes.add(f"{self.path}: {section}", None, "allowed an object")
            return {}
        keys = SECTIONS[section]
        for name in document.keys() - keys.keys():
            self._mistakes.add(f"{self.path}: {section}: {name}", None, f"is unknown: allowed {', '.join(keys)}")
        return {name: self._read_key(f"{self.path}: {section}: {name}", key, document.get(name, key.default))
                for name, key in keys.items()}

    def _read_key(self, place, key, value):
        if value is None:
            return None
        if key.kind is int:
            if not isinstance(value, int) or isinstance(value, bool) or not key.least <= value <= key.most:
                self._mistakes.add(place, value, f"allowed a whole number from {key.least} to {key.most}")
                return key.default
            return value
        if not isinstance(value, str) or not value or "\n" in value:
            self._mistakes.add(place, value, "allowed a text")
            return key.default
        return self._path(value, place) if key.kind is Path else value

    def _path(self, value, place):
        if not isinstance(value, str) or not value:
            self._mistakes.add(f"{self.path}: {place}", value, "allowed the path of a folder")
            return self.folder
        return Path(os.path.normpath(self.folder / value))

    def _check(self, document):
        allowed = {"stations", "credentials", "files", "defaults", *SECTIONS}
        for name in document.keys() - allowed:
            self._mistakes.add(f"{self.path}: {name}", None, f"is unknown: allowed {', '.join(sorted(allowed))}")
        if not isinstance(self.stations, (str, list)):
            self._mistakes.add(f"{self.path}: stations", None, "allowed the name of a .csv or .json file, or a list of stations")
            self.stations = []
        ports = self.sections["ports"]
        if ports.get("first", 0) > ports.get("last", 0):
            self._mistakes.add(f"{self.path}: ports", None, "allowed a first port that is not behind the last")
        folders = [self.sections[name]["folder"] for name in OUTPUTS if self.sections.get(name)]
        if len(set(folders)) < len(folders):
            self._mistakes.add(self.path, None, "two outputs have one folder: allowed a folder of its own for each")
        self._check_address(self.sections.get("prometheus", {}).get("address"))

    def _check_address(self, address):
        try:
            if address is not None:
                address.format(**PLACEHOLDERS)
        except (KeyError, IndexError, ValueError):
            self._mistakes.add(f"{self.path}: prometheus: address", address, "allowed a text with {host}, {port}, {name}, {site}")


def markdown():
    """The table of docs/fleet.md."""
    rows = [f"| `{section}` | `{name}` | {_shown(key.default)} | {key.meaning} |"
            for section, keys in SECTIONS.items() for name, key in keys.items()]
    return "\n".join(["| section | key | default | meaning |", "|---|---|---|---|", *rows]) + "\n"


def _shown(default):
    return "" if default is None else f"`{default}`"
