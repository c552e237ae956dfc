"""What is started together for a measurement: a station, an exporter, what belongs to them."""

import contextlib
import json
import tempfile
import time
from pathlib import Path

from harness import Exporter, ROOT, Simulator, wait_until
from made_stations import topics, write_station
from measuring import Publisher, samples_of, Scraper
from peers import Floor, ReadyStation
from simulator.broker import Broker

LEVEL = "--map.level=full"
FORMS = [
    ("text", {}),
    ("text, gzip", {"Accept-Encoding": "gzip"}),
    ("OpenMetrics", {"Accept": "application/openmetrics-text;version=1.0.0"}),
    ("OpenMetrics, gzip", {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}),
]
SETTLE_SECONDS = 0.3  # messages may gather for 0.25 s before the exporter reads them (mqtt_rest.h)
FLOOD_MESSAGES, FLOOD_SECONDS = 600, 0.005  # so many are read without a rest, and have come after that time


def seldom_asked():
    """Device types whose values the map wants less often than each scrape."""
    maps = (json.loads(path.read_text()) for path in (ROOT / "metrics-map").glob("*.json"))
    return {document["device"] for document in maps if document.get("refresh")}


def paths_of_a_scrape(folder):
    """What one scrape of many asks of the station in that folder."""
    names = sorted(path.stem for path in (folder / "http").glob("com.victronenergy.*.json"))
    seldom = seldom_asked()
    return ["/services"] + [f"/value?service={name}&path=/" for name in names if name.split(".")[2] not in seldom]


def port_of(url):
    return url.rsplit(":", 1)[1].strip("/")


@contextlib.contextmanager
def floor_of(page):
    server = Floor(page)
    try:
        yield server
    finally:
        server.stop()


class MqttStage:
    """A station of about that many samples on a real broker, and the exporter."""

    def __init__(self, stack, samples, env=None, flags=()):
        self.directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.broker = stack.enter_context(Broker(self.directory))
        self.folder = write_station(self.directory, samples)
        station = Simulator(self.folder, f"--mqtt=127.0.0.1:{self.broker.plugin_port}")
        stack.callback(station.stop)
        self.exporter = Exporter(self.broker.url, LEVEL, *flags, env=env)
        stack.callback(self.exporter.stop)
        page = wait_until(self._full_page, 60, "all values")
        self.portal = page.series("victron_station_info")[0][0]["portal_id"]
        self.samples = int(page.value("victron_scrape_samples"))
        self.publisher = Publisher(self.broker.plugin_port)
        stack.callback(self.publisher.close)
        self._changes = [t for t, _ in topics(self.portal, self.folder)
                         if t.endswith(("/Dc/0/Voltage", "/Dc/Battery/Voltage"))]
        self._round = 0
        self.voltage = b""

    def _full_page(self):
        """The page once two in a row hold the same number of samples."""
        counts = []
        for _ in range(2):
            page = self.exporter.page()
            counts.append(page.value("victron_scrape_samples"))
            time.sleep(0.2)
        ready = page.value("victron_up") == 1 and page.value("victron_mqtt_full_publish_timestamp_seconds")
        return page if counts[0] == counts[1] and ready else None

    def _say_changes(self, times):
        self._round += 1
        self.voltage = b"%d.%02d" % (40 + self._round % 20, 1 + self._round % 9)
        payload = b'{"value":%s}' % self.voltage
        self.publisher.send(b"".join(Publisher.packet(t, payload) for t in self._changes) * times)

    def change(self):
        """One value of each device is another one; whoever is measured beside it has the same pause."""
        self._say_changes(1)
        time.sleep(SETTLE_SECONDS)

    def change_in_flood(self):
        """The same, said so often that the exporter does not rest, for pages that follow each other."""
        self._say_changes(-(-FLOOD_MESSAGES // len(self._changes)))
        time.sleep(FLOOD_SECONDS)

    def page(self):
        return self.exporter.get()[2]


class HttpStage:
    """A station that costs next to nothing, and the exporter, which asks it anew at each scrape."""

    def __init__(self, stack, folder, *flags, env=None):
        self.station = ReadyStation(folder)
        stack.callback(self.station.stop)
        self.exporter = Exporter(self.station.url, LEVEL, *flags, env=env)
        stack.callback(self.exporter.stop)
        self.page = self.exporter.get()[2]
        self.samples = samples_of(self.page)
        self.paths = paths_of_a_scrape(folder)


def scraper_of(stack, server, headers):
    scraper = Scraper(server.url, headers)
    stack.callback(scraper.close)
    return scraper
