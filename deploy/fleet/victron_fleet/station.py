"""One station of the inventory, and what its exporter is told: settings and site file."""

import json
import re
import urllib.parse

from .columns import SITE_FILE

LOCAL = ("127.0.0.1", "localhost", "[::1]")


class Station:
    def __init__(self, place, word, cells):
        self.place, self.word = place, word  # where it stands, and what a cell is called there
        self.cells = cells
        self.site = cells["site"]
        self.host = cells.get("host", LOCAL[0])
        self.port = cells.get("port")  # assign() of ports.py gives those without one theirs
        # Of services and containers, which know only lower-case letters, digits and -.
        self.name = re.sub("[._]", "-", self.site.lower())

    @property
    def scheme(self):
        return urllib.parse.urlsplit(self.cells["url"]).scheme

    @property
    def transport(self):
        return "http" if self.scheme.startswith("http") else "mqtt"

    @property
    def station_port(self):
        """The port that the exporter asks."""
        default = {"http": 8088, "https": 443, "mqtt": 1883, "mqtts": 8883, "vrm": 8883}[self.scheme]
        return urllib.parse.urlsplit(self.cells["url"]).port or default

    @property
    def is_local(self):
        return self.host in LOCAL

    def check(self, mistakes):
        """What only several cells can have wrong."""
        cells = self.cells
        for one, other in (("latitude", "longitude"), ("longitude", "latitude"), ("username", "password_file")):
            if one in cells and other not in cells:
                mistakes.add(f"{self.place}: {self.word} {one}", None, f"needs {other} as well")
        if cells.get("skip_hostname_check") and (self.scheme != "mqtts" or "ca_file" not in cells):
            mistakes.add(f"{self.place}: {self.word} skip_hostname_check", "yes", "allowed with mqtts:// and a ca_file")
        if self.scheme in ("http", "mqtt") and "ca_file" in cells:
            mistakes.add(f"{self.place}: {self.word} ca_file", cells["ca_file"], f"allowed with https, mqtts and vrm, not {self.scheme}")
        if self.scheme == "vrm" and "password_file" not in cells:
            mistakes.add(f"{self.place}: {self.word} password_file", None, "is empty: vrm:// needs one that holds the access token")
        if {"device.include", "device.exclude"} <= cells.get("options", {}).keys():
            mistakes.add(f"{self.place}: {self.word} options", None, "device.include and device.exclude: allowed one of both")

    @property
    def credential(self):
        """The name under which the exporter finds its password: mqtt-password or http-password. None without one."""
        return f"{self.transport}-password" if "password_file" in self.cells else None

    @property
    def own_files(self):
        """The files of the fleet's folder that lie beside its settings."""
        return [self.cells[name] for name in ("ca_file", "map_file") if name in self.cells]

    def environment(self, listen):
        """The lines of its environment file, in one order whatever the order of the columns."""
        cells, folder = self.cells, "/etc/victron_exporter"
        settings = {"station.url": cells["url"], "site": self.site, "web.listen-address": listen,
                    "map.level": cells.get("level"), "site.file": f"{folder}/{self.site}.json" if self.site_file() else None,
                    "map.file": f"{folder}/{cells['map_file']}" if "map_file" in cells else None,
                    f"{self.transport}.username": cells.get("username"),
                    f"{self.transport}.password-file": f"/run/secrets/{self.credential}" if self.credential else None,
                    f"{self.transport}.ca-file": f"{folder}/{cells['ca_file']}" if "ca_file" in cells else None,
                    "mqtt.skip-hostname-check": "true" if cells.get("skip_hostname_check") else None,
                    **dict(sorted(cells.get("options", {}).items()))}
        return "".join(f"{_variable(flag)}={value}\n" for flag, value in settings.items() if value is not None)

    def site_file(self):
        """Its text; "" if the inventory says nothing of the site."""
        known = {key: self.cells[key] for key in SITE_FILE if key in self.cells}
        return json.dumps(known, indent=2, ensure_ascii=False) + "\n" if known else ""

    def labels(self):
        """Of its target in Prometheus."""
        own = {key: self.cells[key] for key in ("region", "customer") if key in self.cells}
        return {"site": self.site, **own, **dict(sorted(self.cells.get("labels", {}).items()))}


def _variable(flag):
    return "VICTRON_EXPORTER_" + re.sub("[.-]", "_", flag.upper())
