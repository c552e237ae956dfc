"""A fleet: its settings, its stations with their ports, and the files that lie beside them."""

import os
import stat
from pathlib import Path

from . import inventory, ports
from .folder import Folder
from .outputs import OUTPUTS
from .settings import Settings

OUR_BASE = Path(__file__).resolve().parents[2] / "kubernetes" / "station"
PRIVATE_KEY = "PRIVATE KEY-----"


class Fleet:
    def __init__(self, path, host, mistakes):
        self.settings = Settings(path, mistakes)
        self._host = host
        self.stations = self._read_stations(mistakes)
        self.texts = self._read_files(mistakes)
        given = ports.read(self.settings.ports_file, mistakes)
        ports.assign(self.stations, given, self.settings.sections["ports"], mistakes)
        # So that a line that moves changes nothing.
        self.stations.sort(key=lambda station: station.site)

    def _read_stations(self, mistakes):
        stations, defaults = self.settings.stations, self.settings.defaults
        if isinstance(stations, str):
            return inventory.read(self.settings.folder / stations, defaults, mistakes)
        rows = [(f"{self.settings.path}: station {number}", "key", row) for number, row in enumerate(stations, 1)]
        return inventory.from_rows(inventory.check_rows(rows, mistakes), defaults, mistakes)

    def _read_files(self, mistakes):
        """{name: text} of the certificates and maps; {} while one is missing."""
        texts = {}
        for station in self.stations:
            for name in station.own_files:
                place = f"{station.place}: {station.word} {'ca_file' if name == station.cells.get('ca_file') else 'map_file'}"
                try:
                    texts[name] = (self.settings.files / name).read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError) as error:
                    mistakes.add_unreadable(place, name, error)
                    continue
                if PRIVATE_KEY in texts[name]:
                    mistakes.add(place, name, "holds a private key: allowed certificates only")
        return texts

    def stations_of(self, host):
        """Those whose exporter runs on that host, or on --host; all if neither is said."""
        host = self._host or host
        return [station for station in self.stations if host in (None, station.host)]

    def folders(self, only):
        """{output: Folder} of what is wanted."""
        sections = {name: self.settings.sections[name] for name in OUTPUTS if name in self.settings.sections}
        if "kubernetes" in sections:
            sections["kubernetes"]["base"] = sections["kubernetes"]["base"] or OUR_BASE
        return {name: Folder(section["folder"], OUTPUTS[name](self, section)) for name, section in sections.items()
                if not only or name in only}

    def warnings(self):
        """What a person should know of the passwords; their files are never read here."""
        if "systemd" not in self.settings.sections:
            return
        used = {station.cells["password_file"]: station for station in self.stations if station.credential}
        for name, station in sorted(used.items()):
            path = self.settings.credentials / name
            try:
                if os.stat(path).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    yield f"{path}: others than its owner may use it: chmod 600"
            except OSError as error:
                yield f"{path}: {error.strerror}: {station.site} has no password until it is there"
