"""A fleet of simulated stations, each behind the real exporter, before a real Prometheus and a real Alertmanager."""

import json
import shutil
import subprocess
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

import accelerated
import healthy
import promtool_life
import rule_subset
import simulated_time
import yaml
from harness import ROOT, STATIONS, Exporter, Process, Simulator, request, wait_until
from simulator.free_ports import free_port
from sinks import MailSink, WebhookSink

SCRAPE_SECONDS = 2
HOUR, DAY = 3600, 86400
HISTORY_DAYS = 15
DRIFTING = "com.victronenergy.battery.socketcan_can0"
FIRST_SPREAD, LAST_SPREAD = 0.04, 0.12  # volts
LOWEST_CELL = 3.25


def at_noon(recording, folder):
    """A copy of a recorded station in a time zone where the sun is high now."""
    offset = (13 - datetime.now(timezone.utc).hour + 11) % 24 - 11
    zone = f"Etc/GMT{-offset:+d}" if offset else "UTC"
    copy = folder / "noon"
    shutil.copytree(STATIONS / recording / "http", copy / "http")
    path = copy / "http" / "com.victronenergy.settings.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["value"]["Settings/System/TimeZone"] = zone
    path.write_text(json.dumps(document), encoding="utf-8")
    return copy


class Site:
    """A station of one of the kinds of healthy.py, with its exporter; values, {service: {path: value}}, are wrong from the start."""

    def __init__(self, name, kind, folder, site_file=None, recording=None, values=None):
        self.name, self.kind = name, kind
        self._values = {healthy.SERVICE + service: paths for service, paths in (values or {}).items()}
        self._recording = recording or STATIONS / healthy.STATIONS[kind]
        own = {**healthy.site_file_of(kind), "region": "", **(site_file or {})}
        self._file = folder / f"{name}.json"
        self._file.write_text(json.dumps({key: value for key, value in own.items() if value != ""}), encoding="utf-8")
        self.address = f"127.0.0.1:{free_port()}"
        self.simulator = self.exporter = None

    def start(self):
        self.simulator = Simulator(self._recording, "--live")
        self.recover()
        self.start_exporter()

    def start_exporter(self):
        self.exporter = Exporter(self.simulator.url, f"--site.file={self._file}", "--web.listen-address=" + self.address,
                                 "--scrape.min-interval=0s", site=self.name)

    def stop_exporter(self):
        self.exporter.stop()
        self.exporter = None

    def suffer(self, values):
        """{service without its prefix: {path: value}} from now on."""
        self.simulator.faults(values={healthy.SERVICE + service: paths for service, paths in values.items()})

    def recover(self):
        """As it was at the start."""
        self.simulator.well_again()
        self.simulator.faults(healthy.faults_of(self.kind))
        self.simulator.faults(values=self._values)

    def stop(self):
        with ExitStack() as ends:
            for process in filter(None, (self.simulator, self.exporter)):
                ends.callback(process.stop)


class Alertmanager(Process):
    def __init__(self, folder, mail_port, webhook_url, is_accelerated):
        config = folder / "alertmanager.yml"
        accelerated.write_alertmanager(config, mail_port, webhook_url, is_accelerated)
        self.address = f"127.0.0.1:{free_port()}"
        super().__init__(["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={folder}/alertmanager",
                          f"--web.listen-address={self.address}", "--cluster.listen-address="])
        wait_until(lambda: is_ready(self.address), what="Alertmanager")

    def is_muted(self, name, site):
        """Whether other alerts mute it; None if it is not there."""
        query = urllib.parse.urlencode([("filter", f'alertname="{name}"'), ("filter", f'site="{site}"')])
        _, _, body = request(f"http://{self.address}/api/v2/alerts?{query}")
        muted = {bool(alert["status"]["inhibitedBy"]) for alert in json.loads(body)}
        return muted.pop() if len(muted) == 1 else None


class Prometheus(Process):
    def __init__(self, folder, sites, alertmanager, is_accelerated):
        self.address = f"127.0.0.1:{free_port()}"
        shipped = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
        job = shipped["scrape_configs"][0]
        every = f"{SCRAPE_SECONDS}s" if is_accelerated else shipped["global"]["scrape_interval"]
        rules = [accelerated.write_rules(folder / "rules")] if is_accelerated else [str(path) for path in accelerated.default_rules()]
        job["scrape_timeout"] = every
        job["static_configs"] = [{"targets": [site.address], "labels": {"site": site.name}} for site in sites]
        config = folder / "prometheus.yml"
        config.write_text(yaml.safe_dump({
            "global": {"scrape_interval": every}, "scrape_configs": [job], "rule_files": rules,
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager.address]}]}]}}))
        super().__init__(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
                          "--storage.tsdb.retention.time=60d", f"--web.listen-address={self.address}"])
        wait_until(lambda: is_ready(self.address), what="Prometheus")

    def query(self, expression):
        """[(labels, value)]"""
        _, _, body = request(f"http://{self.address}/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        return [(row["metric"], float(row["value"][1])) for row in json.loads(body)["data"]["result"]]

    def rules_that_failed(self):
        _, _, body = request(f"http://{self.address}/api/v1/rules")
        groups = json.loads(body)["data"]["groups"]
        return [f"{rule['name']}: {rule['lastError']}" for group in groups for rule in group["rules"] if rule.get("lastError")]


def is_ready(address):
    try:
        return request(f"http://{address}/-/ready")[0] == 200
    except OSError:
        return False


# ---- days that went by


def drift(station, seconds):
    """The cells of one battery move apart, day by day."""
    spread = FIRST_SPREAD + (LAST_SPREAD - FIRST_SPREAD) * seconds / (HISTORY_DAYS * DAY)
    cells = {"System/MinCellVoltage": LOWEST_CELL, "System/MaxCellVoltage": round(LOWEST_CELL + spread, 3)}
    station.faults.patch({"values": {DRIFTING: cells}})


def hourly_spread(site, kind, folder):
    """[(hours since the start, volts)]: what the shipped rules record of a battery whose cells drift apart for 15 days."""
    steps = HISTORY_DAYS * 24 + 1
    folder.mkdir()
    station = simulated_time.StationInTime(site, STATIONS / healthy.STATIONS[kind], folder, promtool_life.SUMMER,
                                           faults=healthy.faults_of(kind), before_page=drift)
    life = station.run(steps, HOUR, lambda name: name.startswith(("victron_battery_", "victron_system_battery_", "victron_up",
                                                                  "victron_system_active_battery")))
    series = [{"series": key, "values": simulated_time.notation(row)} for key, row in life.items()]
    asked = f'device:victron_cell_voltage_delta_volts:hourly{{site="{site}"}}'
    wanted = rule_subset.Wanted()
    wanted.add_expression(asked)
    said = promtool_life.evaluate(series, folder, HOUR, [(asked, hour * HOUR) for hour in range(1, steps)], wanted)
    return [(at // HOUR, sample) for (_, at), samples in said.items() for sample in samples]


def write_history(site, kind, folder):
    """A block of Prometheus with those 15 days, which end now."""
    start = int(time.time()) - HISTORY_DAYS * DAY - 60
    lines = []
    for hour, sample in hourly_spread(site, kind, folder / "past"):
        name, value = sample.rsplit(" ", 1)
        labels = name[name.index("{") + 1:-1].split(", ")
        own = ",".join(label for label in labels if not label.startswith("__name__="))
        lines.append(f"device:victron_cell_voltage_delta_volts:hourly{{{own}}} {float(value)} {start + hour * HOUR}\n")
    text = folder / "history.om"
    text.write_text("".join(lines) + "# EOF\n", encoding="utf-8")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=720h", str(text),
                    str(folder / "data")], check=True, capture_output=True, timeout=120)
    return len(lines)


# ---- all together


class World:
    """Starts everything, ends everything, also what is left when one does not start or end. mails and calls hold what arrived.

    Not accelerated it is as shipped.
    """

    def __init__(self, folder, sites, is_accelerated=True):
        self.sites = {site.name: site for site in sites}
        with ExitStack() as ends:
            self.mail, self.webhook = _kept(ends, MailSink()), _kept(ends, WebhookSink())
            for site in sites:
                _kept(ends, site)
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(Site.start, sites))
            self.alertmanager = _kept(ends, Alertmanager(Path(folder), self.mail.port, self.webhook.url, is_accelerated))
            self.prometheus = _kept(ends, Prometheus(Path(folder), sites, self.alertmanager, is_accelerated))
            self._ends = ends.pop_all()

    @property
    def mails(self):
        return list(self.mail.mails)

    @property
    def calls(self):
        return list(self.webhook.calls)

    def stop(self):
        self._ends.close()


def _kept(ends, part):
    """The part, which is stopped at the end."""
    ends.callback(part.stop)
    return part
