"""A fleet for measurements: its simulated stations, exporters that victron-fleet started from an inventory, one Prometheus with all rules."""

import json
import subprocess
import sys
import time
from pathlib import Path

import servers
from fleet_tool import ROOT, FleetFolder
from harness import STATIONS, Process, wait_until

sys.path += [str(ROOT / "tests" / "bench")]
from measuring import TOOLS  # noqa: E402
from mqtt_stations import portal  # noqa: E402
from simulator.broker import Broker  # noqa: E402
from simulator.free_ports import free_port  # noqa: E402

RECORDINGS = ("cerbo-gx-v3.70-ess", "venus-v3.14-offgrid-house", "three-phase-site", "ekrano-gx-v3.70-boat")
PATIENCE = 120.0
REGIONS = 10


class HttpStations:
    """A process a station: its recorded answers, in which numbers change."""

    def __init__(self, number):
        self.number = number
        self._all = [Process([str(TOOLS / "ready_station"), str(STATIONS / RECORDINGS[one % len(RECORDINGS)] / "http"), "moving"])
                     for one in range(number)]
        self._urls = [f"http://127.0.0.1:{station.wait_for(r'port ([0-9]+)')[1]}" for station in self._all]
        self.pids = {"stations": [station.child.pid for station in self._all]}

    def row(self, number):
        return {"url": self._urls[number]}

    def stop(self):
        for station in self._all:
            station.child.terminate()
        for station in self._all:
            station.stop()


class MqttStations:
    """One broker, one process that plays them all."""

    def __init__(self, number, folder, moves):
        self.number = number
        self._broker = Broker(folder)
        self._broker.start()
        self._url = self._broker.url
        self._stations = Process(["/usr/bin/python3", str(Path(__file__).with_name("mqtt_stations.py")), str(self._broker.plugin_port),
                                  str(number), str(moves)])
        self.pids = {"stations": [self._stations.child.pid], "broker": [self._broker._process.pid]}

    def row(self, number):
        return {"url": self._url, "options": {"mqtt.portal-id": portal(number)}}

    def stop(self):
        self._stations.stop()
        self._broker.stop()


class WholeFleet:
    """`stations` are HttpStations or MqttStations; what it starts ends with `stack`."""

    def __init__(self, folder, stations, stack, interval=15, level="standard", ports=None):
        self.interval, self.stations = interval, stations
        self.sites = [f"station-{one:05}" for one in range(stations.number)]
        ports = ports or [free_port() for _ in self.sites]
        rows = [{"site": site, **stations.row(one), "port": ports[one], "region": f"region-{one % REGIONS}", "customer": "acme", "level": level}
                for one, site in enumerate(self.sites)]
        self.folder = FleetFolder(folder, stations="stations.json", compose=None, kubernetes=None)
        self._environment = servers.environment(folder / "etc", folder / "run")
        self.rows = rows
        self._stack = stack
        stack.callback(self.apply, [])
        self.apply(rows)
        wait_until(self._are_ready, PATIENCE, "readiness of all exporters")

    def apply(self, rows):
        """Writes the inventory and gives the one command; returns the seconds that it took."""
        self.folder.stations(json.dumps(rows), "stations.json")
        began = time.monotonic()
        self.folder.made("--systemctl", env=self._environment)
        return time.monotonic() - began

    def _are_ready(self):
        return all(servers.answers(f"http://127.0.0.1:{row['port']}/-/ready") for row in self.rows)

    def pids(self):
        return {site: int((self.folder.folder / "run" / f"{site}.pid").read_text()) for site in self.sites}

    def restart(self, site):
        """Returns when the exporter is ready, as systemctl does."""
        subprocess.run(["systemctl", "restart", f"victron_exporter@{site}.service"], env=self._environment, check=True, timeout=PATIENCE)

    def start_prometheus(self):
        """The shipped central one, with all rules that are on by default; `store` is what is asked then."""
        timeout = min(10, self.interval)
        prometheus = servers.Prometheus(self.folder.folder / "prometheus", "central/prometheus.yml", changes=[
            ("/etc/prometheus/victron-targets", str(self.folder.folder / "targets")), ("/etc/prometheus/victron/", f"{ROOT}/alert-rules/"),
            ("scrape_interval: 15s", f"scrape_interval: {self.interval}s"), ("scrape_timeout: 10s", f"scrape_timeout: {timeout}s")])
        self._stack.callback(prometheus.stop)
        self._watch(prometheus, {"Prometheus": prometheus})

    def start_victoria(self):
        """The shipped vmagent, server and vmalert with the same rules."""
        folder = self.folder.folder
        store = servers.victoria_metrics(folder, ("minScrapeInterval=15s", f"minScrapeInterval={self.interval}s"))
        self._stack.callback(store.stop)
        agent = servers.vmagent(folder, folder / "targets", store.url, 0, interval=f"{self.interval}s")
        self._stack.callback(agent.stop)
        subprocess.run(["/usr/bin/python3", servers.FLEET / "victoriametrics/make_rules.py", ROOT / "alert-rules", folder / "rules"], check=True)
        address = f"127.0.0.1:{free_port()}"
        alerts = servers.Unit("victoriametrics/vmalert.service", address, [
            ("http://127.0.0.1:8428", store.url), ("-notifier.url=http://127.0.0.1:9093", "-notifier.blackhole"),
            ("/etc/victoria-metrics/rules", str(folder / "rules")), ("127.0.0.1:8880", address)])
        self._stack.callback(alerts.stop)
        self._watch(store, {"vmagent": agent, "victoria-metrics": store, "vmalert": alerts})

    def _watch(self, store, processes):
        self.store, self.processes = store, processes
        wait_until(lambda: store.value("count(up == 1)") == len(self.sites), PATIENCE, "all exporters in the store")
