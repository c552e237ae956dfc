"""What a station costs on the link, a month, by each way to read it: the tables of docs/scaling.md.

    /usr/bin/python3 tests/long/fleet/wire.py [STATION]

A recorded station lives some hours as the simulator has it, in steps of the scrape interval; a step takes a second. The link counts the
bytes of its connections, both directions, without headers of TCP and IP. Takes ten minutes; needs prometheus and victoria-metrics.
"""

import contextlib
import gzip
import http.client
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests", "tests/e2e", "tests/fleet", "deploy/fleet")]

import servers  # noqa: E402
from harness import STATIONS, Exporter, Simulator, wait_until  # noqa: E402
from link import Link  # noqa: E402

STATION = "cerbo-gx-v3.70-ess"
LEVELS = ("core", "standard", "full")
INTERVALS = (15, 30, 60)
SCRAPES = 30
MONTH = 30 * 86400
MINUTE = 60
PATIENCE = 60.0


def port_of(url):
    return int(url.rpartition(":")[2].rstrip("/"))


def bytes_of(link):
    return link.up_bytes + link.down_bytes


class Ways:
    """One station, an exporter for each way; Prometheus far away that scrapes one, an agent and a vmagent beside them that write to a store far away."""

    def __init__(self, folder, stack, station, level, interval):
        def keep(process):
            stack.callback(process.stop)
            return process

        live = keep(Simulator(station, "--live", f"--speed={interval}"))
        exporters = {site: keep(Exporter(live.url, f"--map.level={level}", "--scrape.min-interval=500ms", site=site)) for site in ("agent", "vmagent")}
        self.store = keep(servers.victoria_metrics(folder, ("minScrapeInterval=15s", "minScrapeInterval=1ms")))
        self.links = {name: keep(Link(port_of(url))) for name, url in (("page", exporters["agent"].url), ("agent", self.store.url), ("vmagent", self.store.url))}
        waits = f"{MINUTE // interval}s"  # what is a minute as shipped
        keep(servers.edge_agent(folder / "agent", exporters["agent"], "agent", [self.links["agent"].address], deadline=waits))
        keep(servers.edge_vmagent(folder / "vmagent", exporters["vmagent"], "vmagent", [self.links["vmagent"].address], flush=waits))
        self._scraper = http.client.HTTPConnection(self.links["page"].address, timeout=PATIENCE)
        stack.callback(self._scraper.close)

    def scrape(self):
        """As Prometheus does: an open connection, gzip."""
        self._scraper.request("GET", "/metrics", headers={"Accept-Encoding": "gzip", "Accept": "text/plain;version=0.0.4", "User-Agent": "Prometheus/2.42.0",
                                                          "X-Prometheus-Scrape-Timeout-Seconds": "10"})
        gzip.decompress(self._scraper.getresponse().read())

    def scrapes(self, site):
        return self.store.value(f'count_over_time(victron_up{{site="{site}"}}[1h])') or 0

    def measure(self):
        """{way: bytes a scrape}"""
        wait_until(lambda: self.scrapes("agent") > 3 and self.scrapes("vmagent") > 3, PATIENCE, "samples in the store")
        sites = ("agent", "vmagent")
        before, counted = {name: bytes_of(link) for name, link in self.links.items()}, {site: self.scrapes(site) for site in sites}
        for _ in range(SCRAPES):
            self.scrape()
            time.sleep(1)
        wait_until(lambda: all(self.scrapes(site) - counted[site] >= SCRAPES for site in sites), PATIENCE, "scrapes")
        sent = {name: bytes_of(link) - before[name] for name, link in self.links.items()}
        return {"page": sent["page"] / SCRAPES, **{site: sent[site] / (self.scrapes(site) - counted[site]) for site in sites}}


def api_bytes(station, level):
    """(bytes of a scrape of the HTTP API, of one that asks settings too)"""
    with contextlib.ExitStack() as stack:
        live = Simulator(station, "--live")
        stack.callback(live.stop)
        link = Link(port_of(live.url))
        stack.callback(link.stop)
        exporter = Exporter(f"http://{link.address}", f"--map.level={level}", "--scrape.min-interval=1ms")
        stack.callback(exporter.stop)
        with_settings = bytes_of(link)
        exporter.page()
        before = bytes_of(link)
        exporter.page()
        return bytes_of(link) - before, with_settings


def megabytes(a_scrape, interval):
    return f"{a_scrape * MONTH / interval / 1e6:.0f}"


def table(station):
    print(f"**{station}**, MB a month\n\n| level | every | HTTP API | page in gzip | agent's remote write | vmagent's remote write |\n|---|---|---|---|---|---|", flush=True)
    for level in LEVELS:
        usual, with_settings = api_bytes(station, level)
        for interval in INTERVALS:
            with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
                found = Ways(Path(folder), stack, station, level, interval).measure()
            api = usual + (with_settings - usual) * interval / (5 * MINUTE)
            print(f"| {level} | {interval} s | {megabytes(api, interval)} | " + " | ".join(megabytes(found[way], interval) for way in ("page", "agent", "vmagent"))
                  + " |", flush=True)


def tell_mqtt(station):
    """A message is a PUBLISH: its topic and payload, and four bytes."""
    lines = (STATIONS / station / "mqtt.txt").read_text(encoding="utf-8").splitlines()
    sizes = [len(line.encode()) + 3 for line in lines]
    mean = sum(sizes) / len(sizes)
    print(f"\nMQTT: a message has {mean:.0f} bytes, a full publish {sum(sizes) / 1e3:.0f} kB; each changed value a second is {mean * MONTH / 1e6:.0f} MB a month")


def main():
    station = sys.argv[1] if len(sys.argv) > 1 else STATION
    table(station)
    tell_mqtt(station)


if __name__ == "__main__":
    main()
