"""A station at the edge is cut off: afterwards nothing is missing in the middle, whichever scraper it has and whichever store.

The shipped configurations of deploy/fleet/edge with shorter intervals; hours of it: tests/long/fleet/outage.py.
"""

import contextlib
import sys
import time

import pytest
import servers
from fleet_tool import ROOT
from harness import Exporter, Simulator, wait_until
from link import Link

sys.path.append(str(ROOT / "tests" / "dashboards"))
from week.prometheus import Prometheus as Week  # noqa: E402

OUTAGE = 6.0  # seconds, of scrapes each second
BEFORE = 4
PATIENCE = 60.0
HOUR = 3600


class Edge:
    """One station, scraped by Prometheus in agent mode and by vmagent, each over a link of its own to each store."""

    def __init__(self, folder, stack):
        self.folder, self._stack = folder, stack
        station = self.keep(Simulator("cerbo-gx-v3.70-ess", "--live"))
        self.victoria = self.keep(servers.victoria_metrics(folder, ("minScrapeInterval=15s", "minScrapeInterval=1ms")))
        self.central = self.keep(servers.Prometheus(folder / "central", "central/prometheus.yml", "--web.enable-remote-write-receiver"))
        self.links = {name: self.keep(Link(int(store.address.rpartition(":")[2]))) for name, store in self.stores.items()}
        self.exporters = {site: self.keep(Exporter(station.url, site=site)) for site in ("by-agent", "by-vmagent")}
        self.keep(servers.edge_agent(folder / "agent", self.exporters["by-agent"], "by-agent", [link.address for link in self.links.values()]))
        self.vmagent = self.start_vmagent()

    @property
    def stores(self):
        return {"victoria": self.victoria, "central": self.central}

    def keep(self, process):
        self._stack.callback(process.stop)
        return process

    def start_vmagent(self):
        return servers.edge_vmagent(self.folder / "vmagent", self.exporters["by-vmagent"], "by-vmagent", [link.address for link in self.links.values()])

    def times(self, store, site):
        """When the samples of a value of that station were taken."""
        found = self.stores[store].samples(f'victron_battery_voltage_volts{{site="{site}", instance="512"}}', "10m")
        return sorted(at for samples in found.values() for at, _ in samples)


@pytest.fixture(scope="module")
def edge(tmp_path_factory):
    """After an outage, in the midst of which vmagent was started anew; `start` and `end` of it."""
    with contextlib.ExitStack() as stack:
        edge = Edge(tmp_path_factory.mktemp("edge"), stack)
        stack.callback(lambda: edge.vmagent.stop())
        for store in edge.stores:
            for site in edge.exporters:
                wait_until(lambda: len(edge.times(store, site)) >= BEFORE, PATIENCE, f"samples {site} in {store}")
        edge.start = time.time()
        for link in edge.links.values():
            link.cut()
        wait_until(lambda: time.time() > edge.start + OUTAGE / 2)
        edge.vmagent.stop()
        edge.stopped, edge.vmagent = time.time(), edge.start_vmagent()
        edge.restarted = time.time()
        wait_until(lambda: time.time() > edge.start + OUTAGE)
        edge.end = time.time()
        edge.received = {(store, site): edge.times(store, site) for store in edge.stores for site in edge.exporters}
        for link in edge.links.values():
            link.mend()
        yield edge


@pytest.mark.parametrize("store", ["victoria", "central"])
@pytest.mark.parametrize("site", ["by-agent", "by-vmagent"])
def test_nothing_is_missing_after_an_outage(edge, store, site):
    assert max(edge.received[store, site]) < edge.start + 1.5, "the link was cut"
    wait_until(lambda: max(edge.times(store, site)) > edge.end + 1, PATIENCE, "samples after the outage")
    wait_until(lambda: not gaps(edge, store, site), PATIENCE, "samples of the outage")
    times = edge.times(store, site)
    during = [at for at in times if edge.start < at < edge.end]
    assert len(during) >= OUTAGE - 3 and len(set(times)) == len(times)


def gaps(edge, store, site):
    """Where two scrapes are missing that were made; vmagent made none while it was started anew."""
    times = edge.times(store, site)
    found = [(one, next_one) for one, next_one in zip(times, times[1:]) if next_one - one > 2.5]
    return [gap for gap in found if site != "by-vmagent" or not gap[0] - 1 < edge.stopped < gap[1] + 1]


def test_samples_that_are_hours_old_are_taken(edge):
    """Those of a station after an outage, when others have written meanwhile: the central Prometheus needs its window for it."""
    now = time.time()
    for store in edge.stores.values():
        Week.write(store, [({"__name__": "late", "site": "cut-off"}, [(now - 8 * HOUR + 60 * minute, minute) for minute in range(8 * 60)])])
        wait_until(lambda: store.value("count_over_time(late[9h])") == 8 * 60, PATIENCE, "old samples")


def test_without_the_window_they_are_refused(tmp_path):
    server = servers.Prometheus(tmp_path, "central/prometheus.yml", "--web.enable-remote-write-receiver",
                                changes=[("out_of_order_time_window: 7d", "out_of_order_time_window: 0s")])
    try:
        Week.write(server, [({"__name__": "new"}, [(time.time(), 1)])])
        with pytest.raises(AssertionError, match="out of bounds"):
            Week.write(server, [({"__name__": "late"}, [(time.time() - 3 * HOUR, 1)])])
    finally:
        server.stop()
