"""Pages of the real exporter at stations whose clock we turn: every page is of its moment, as if scraped then."""

import sys
import time
from pathlib import Path

from .stations import DAY, write_site_file

sys.path.append(str(Path(__file__).resolve().parents[2] / "e2e"))
from harness import Exporter, Page, Simulator, wait_until  # noqa: E402
from simulator.live import LiveDay  # noqa: E402
from simulator.broker import Broker  # noqa: E402
from simulator.station import SimulatedStation  # noqa: E402

_STEP = 900.0  # seconds that a simulated plant takes at once
JOB = "victron"


class Watched:
    """A simulated station and the real exporter in front of it."""

    def __init__(self, station, folder, start, wanted):
        self._station, self._wanted = station, wanted
        self._day = LiveDay(station.recording, station.seed, start, _STEP)
        self._bus = SimulatedStation(station.recording)
        self._bus.start()
        self._exporter = Exporter(self._bus.http_url, "--scrape.min-interval=0s", f"--site.file={write_site_file(station, folder)}",
                                  site=station.site)
        self._up = f'up{{instance="{station.site}:10088"}}'
        self._known = {}

    def look(self, moment, end):
        """Turns the clock to moment and reads the page."""
        self._bus.bus.write(self._day.advance(moment - self._day.time))
        self._disturb(moment, end)
        began = time.time()
        _, _, body = self._exporter.get()
        self._keep(self._up, 1.0, moment, began)
        for line in body.decode("utf-8").splitlines():
            if line[0] != "#":
                key, _, value = line.rpartition(" ")
                self._keep(key, float(value), moment, began)

    def _disturb(self, moment, end):
        self._bus.faults.clear()
        today = self._station.once if moment // DAY == end // DAY else ()
        for start, stop, fault in ((0, DAY, self._station.always), *self._station.spells, *today):
            if fault and start <= moment % DAY < stop:
                self._bus.faults.patch(fault)

    def _keep(self, key, value, moment, now):
        if key not in self._known:
            self._known[key] = self._series(key)
        name, series = self._known[key]
        if series is None or value != value:
            return
        if name == "victron_clock_offset_seconds":
            value += now - moment
        elif name.endswith("timestamp_seconds") and abs(value - now) < DAY:
            value += moment - now
        series[1].append((moment, value))

    def _series(self, key):
        sample = Page(key + " 1\n").samples[0]
        if not self._wanted(sample.name):
            return sample.name, None
        return sample.name, ({"__name__": sample.name, "job": JOB, **target(sample.name, self._station.site), **sample.labels}, [])

    def series(self):
        return [series for _, series in self._known.values() if series]

    def stop(self):
        self._exporter.stop()
        self._bus.stop()


def target(name, site):
    """Labels of the scrape: the exporter's own series have no station but the address that was scraped."""
    if name == "up":
        return {}
    return {"site": site} if name.startswith("victron_") and not name.startswith("victron_exporter_") else {"instance": f"{site}:10088"}


def read(stations, folder, moments, wanted):
    """[(labels, samples)] of all stations at those moments."""
    found = []
    for station in stations:
        watched = Watched(station, folder, moments[0] - 1, wanted)
        try:
            for moment in moments:
                watched.look(moment, moments[-1])
        finally:
            watched.stop()
        found += watched.series()
    return found


def over_mqtt(station, folder, moments):
    """What only a station over MQTT tells of its link: one page of one, its counters going on as they would."""
    folder.mkdir(exist_ok=True)
    with Broker(folder) as broker:
        gx = Simulator(station, f"--mqtt=127.0.0.1:{broker.plugin_port}")
        exporter = Exporter(broker.url, site="mqtt")
        try:
            page = wait_until(lambda: (page := exporter.page()).value("victron_up") == 1 and page, what="values over MQTT")
        finally:
            exporter.stop()
            gx.stop()
    found = [sample for sample in page.samples if sample.name.startswith("victron_mqtt_")]
    return [({"__name__": sample.name, "job": JOB, **sample.labels, "site": "boat"}, [(moment, _counted(sample, moment, moments[0])) for moment in moments])
            for sample in found]


def _counted(sample, moment, start):
    """A message every second, all else once a minute, and no failures."""
    if sample.name.endswith("timestamp_seconds"):
        return moment // 60 * 60
    if "failures" in sample.name or not sample.name.endswith("_total"):
        return sample.value
    return sample.value + (moment - start) // (1 if "messages" in sample.name else 60)
