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
    """One station, scraped by Prometheus in agent mode and by vmagent, which both write to two stores over links, and to one without."""

    def __init__(self, folder, stack, agent_flags=()):
        self.folder, self._stack = folder, stack
        station = self.keep(Simulator("cerbo-gx-v3.70-ess", "--live"))
        self.victoria = self.keep(servers.victoria_metrics(folder, ("minScrapeInterval=15s", "minScrapeInterval=1ms")))
        self.central = self.keep(servers.Prometheus(folder / "central", "central/prometheus.yml", "--web.enable-remote-write-receiver"))
        self.witness = self.keep(servers.victoria_metrics(folder / "witness", ("minScrapeInterval=15s", "minScrapeInterval=1ms")))
        self.links = {name: self.keep(Link(int(store.address.rpartition(":")[2]))) for name, store in self.stores.items()}
        self.exporters = {site: self.keep(Exporter(station.url, site=site)) for site in ("by-agent", "by-vmagent")}
        self.keep(servers.edge_agent(folder / "agent", self.exporters["by-agent"], "by-agent", self.addresses(), flags=agent_flags))
        self.vmagent = self.start_vmagent()

    @property
    def stores(self):
        return {"victoria": self.victoria, "central": self.central}

    def keep(self, process):
        self._stack.callback(process.stop)
        return process

    def start_vmagent(self):
        return servers.edge_vmagent(self.folder / "vmagent", self.exporters["by-vmagent"], "by-vmagent", self.addresses())

    def addresses(self):
        return [*(link.address for link in self.links.values()), self.witness.address]

    def cut_off(self, stack, seconds):
        """For that long, from `start` to `end`; vmagent is started anew in the midst of it."""
        stack.callback(lambda: self.vmagent.stop())
        for store in self.stores:
            for site in self.exporters:
                wait_until(lambda: len(self.times(store, site)) >= BEFORE, PATIENCE, f"samples {site} in {store}")
        self.start = time.time()
        for link in self.links.values():
            link.cut()
        time.sleep(seconds / 2)
        self.vmagent.stop()
        self.vmagent = self.start_vmagent()
        time.sleep(max(0, self.start + seconds - time.time()))
        self.end = time.time()
        self.received = {(store, site): self.times(store, site) for store in self.stores for site in self.exporters}

    def mend(self):
        for link in self.links.values():
            link.mend()

    def times(self, store, site):
        return self.times_in(self.stores[store], site)

    def times_in(self, server, site):
        """When the samples of a value of that station were taken; the mark after a scrape that failed is none of them."""
        found = server.samples(f'victron_battery_voltage_volts{{site="{site}", instance="512"}}', "1d")
        return sorted(at for samples in found.values() for at, value in samples if value == value)

    def during(self, site):
        """When it was scraped during the outage, as the store knows that was never cut off."""
        return [at for at in self.times_in(self.witness, site) if self.start < at < self.end]

    def missing(self, store, site):
        return sorted(set(self.during(site)) - set(self.times(store, site)))


@pytest.fixture(scope="module")
def edge(tmp_path_factory):
    """After an outage, in the midst of which vmagent was started anew."""
    with contextlib.ExitStack() as stack:
        edge = Edge(tmp_path_factory.mktemp("edge"), stack)
        edge.cut_off(stack, OUTAGE)
        edge.mend()
        yield edge


@pytest.mark.parametrize("store", ["victoria", "central"])
@pytest.mark.parametrize("site", ["by-agent", "by-vmagent"])
def test_nothing_is_missing_after_an_outage(edge, store, site):
    assert max(edge.received[store, site]) < edge.start + 1.5, "the link was cut"
    wait_until(lambda: max(edge.times_in(edge.witness, site)) > edge.end, PATIENCE, "a scrape after the outage")
    assert len(edge.during(site)) >= 2 and max(edge.received[store, site]) < edge.during(site)[-1]
    wait_until(lambda: not edge.missing(store, site), PATIENCE, "samples of the outage")
    times = edge.times(store, site)
    assert len(set(times)) == len(times)


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
