"""A week of four stations in a real Prometheus: the data that the dashboards are tried on.

The series are those of the real exporter at the simulated stations; their values vary over the week. The shipped rules
compute the recorded series: first running for some seconds at the end of the week, then, for what needs history, asked over it.
"""

import importlib.util
import itertools
import json
import math
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "alert-rules"
DASHBOARDS = ROOT / "grafana-dashboards"
JOB = "victron"
HOUR, DAY = 3600, 86400
TOLD = {"battery_capacity_joules": 60e6, "pv_peak_watts": 6000, "commissioned_timestamp_seconds": 1.6e9,
        "ac_input_limit_amperes": 32, "inverter_nominal_power_watts": 5000}
STATIONS = {
    "ess": ("cerbo-gx-v3.70-ess", {"name": "House", "region": "north", "latitude": 50.1, "longitude": 8.6}),
    "factory": ("three-phase-site", {"name": "Factory", "region": "north", "latitude": 50.3, "longitude": 8.9}),
    "boat": ("ekrano-gx-v3.70-boat", {"name": "Boat", "region": "coast", "latitude": 54.3, "longitude": 10.1}),
    "cabin": ("venus-v3.14-offgrid-house", {"name": "Cabin", "region": "coast", "latitude": 54.1, "longitude": 10.4}),
}
OFFLINE = "cabin"


def _harness():
    if "harness" not in sys.modules:
        spec = importlib.util.spec_from_file_location("harness", ROOT / "tests" / "e2e" / "harness.py")
        sys.modules["harness"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules["harness"]


# What the stations publish ----------------------------------------------------------------------------------------------------

def pages(folder):
    """{site: [(name, labels, value)]} of the real exporter's page."""
    harness, found = _harness(), {}
    for site, (station, about) in STATIONS.items():
        file = folder / f"{site}.json"
        file.write_text(json.dumps({**about, "chemistry": "lfp", "parameters": TOLD}))
        simulator = harness.Simulator(station, "--listen=127.0.0.1:0")
        exporter = None
        try:
            exporter = harness.Exporter(simulator.url, f"--site.file={file}", site=site)
            page = exporter.page()
        finally:
            for process in (exporter, simulator):
                if process:
                    process.stop()
        found[site] = [(s.name, {"job": JOB, **target(s.name, site), **s.labels}, s.value)
                       for s in page.samples]
    return found


def target(name, site):
    """Labels of the scrape: the exporter's own series have no station but the address that was scraped."""
    return {"site": site} if name.startswith("victron_") and not name.startswith("victron_exporter_") else {"instance": f"{site}:10088"}


def wanted():
    """Whether a dashboard or a rule asks for a name."""
    texts = [p.read_text() for p in [*DASHBOARDS.glob("*.json"), *RULES.glob("*.yml")]]
    text = "\n".join(texts)
    names = set(re.findall(r"[a-z_]+", text))
    patterns = [re.compile(p) for p in set(re.findall(r'__name__=~\\?"([^"\\]+)', text))]
    return lambda name: name in names or any(p.fullmatch(name) for p in patterns)


def instants(end):
    """Hours, then five minutes on the last day, then what rules with short windows need."""
    return sorted({*range(end - 7 * DAY, end - DAY, HOUR), *range(end - DAY, end - 900, 300), *range(end - 900, end + 1, 20)})


def sun(since_end):
    """The week ends at noon, whenever the test runs."""
    return max(0.02, math.cos(since_end / DAY * 2 * math.pi))


def grid_is_lost(since_end):
    """Half an hour every day, and not at the end."""
    return since_end % DAY // 1800 == 7


STATES = re.compile(r"_info$|_state$|_status$|_code$|_mode$|_active$|_connected$|_type$|_enabled$|_source$|phases$|_up$|_present$|"
                    r"_success$|parameter$|_degrees$|_id$|_interval_seconds$|:(parameter|info|bool|state|index|day|count|chemistry|grid)$")
RISING = re.compile(r"_total$|:(total|accumulated|hourly)$|_runtime_seconds_total$")


def vary(name, labels, value, moment, end):
    """A plausible value of that series at that time."""
    since_end = moment - end
    if name == "victron_up" and labels["site"] == OFFLINE:
        return 0
    if "timestamp_seconds" in name and not re.search(r"predicted|earliest|commissioned", name):
        return value + since_end
    if RISING.search(name) and ("joules" in name or "_total" in name):
        return value + 1e9 + since_end * (400 if "joules" in name else 0.01)
    if name in ("victron_system_active_ac_input_source", "victron_vebus_active_ac_input_connected") and grid_is_lost(since_end) and value != 240:
        return 240 if name.endswith("source") else 0
    if name == "site:victron_grid_lost:bool":
        return float(grid_is_lost(since_end))
    if STATES.search(name):
        return value
    if re.search(r"pv_power|yield_power|dc_pv_power|tracker_power", name):
        return max(abs(value), 1500) * sun(since_end)
    if "state_of_charge_ratio" in name:
        return 0.55 + 0.3 * math.sin(since_end / DAY * 2 * math.pi)
    if "state_of_health_ratio" in name:
        return min(value, 0.93)
    swing = 0.002 if re.search(r"hertz|voltage", name) else 0.1
    return value * (1 + swing * math.sin(since_end / 7000))


def raw_samples(found, end):
    """Lines of OpenMetrics text."""
    asked = wanted()
    for site, series in found.items():
        for name, labels, value in series:
            if not asked(name) or (value != value):
                continue
            own = name in ("victron_up", "victron_site_info", "victron_site_parameter") or name.startswith(("victron_site_", "process_"))
            for moment in instants(end):
                if site == OFFLINE and not own and moment > end - 2 * HOUR:
                    break
                yield line(name, labels, vary(name, labels, value, moment, end), moment)


def extra_samples(end):
    """Alerts, Prometheus's own figures and what no recorded station publishes by chance."""
    alerts = [("VictronBatterySocLow", "warning", "battery", "ess", {"device": "system", "instance": "0"}), ("VictronGridLost", "info", "grid", "ess", {}),
              ("VictronStationUnreachable", "critical", "gx", OFFLINE, {}), ("VictronFuelLow", "warning", "generator", "factory", {"device": "tank", "instance": "0"})]
    for alert, severity, component, site, device in alerts:
        labels = {"alertname": alert, "severity": severity, "component": component, "site": site, **device}
        for moment in instants(end):
            if moment > end - 20 * HOUR:
                yield line("ALERTS", {**labels, "alertstate": "firing"}, 1, moment)
                yield line("ALERTS_FOR_STATE", labels, end - 20 * HOUR, moment)
    for group in ("a.yml;victron-fast-balance", "a.yml;victron-risk"):
        for name, value in (("last_duration_seconds", 0.06), ("interval_seconds", 30)):
            for moment in instants(end):
                yield line(f"prometheus_rule_group_{name}", {"rule_group": group}, value, moment)
        for moment in instants(end):
            yield line("prometheus_rule_evaluation_failures_total", {"rule_group": group}, 0, moment)


def line(name, labels, value, moment):
    inner = ",".join(f'{key}={json.dumps(text, ensure_ascii=False)}' for key, text in labels.items())
    return f"{name}{{{inner}}} {value!r} {moment}\n"


# What the rules make of it ----------------------------------------------------------------------------------------------------

def quick_rules(folder):
    """The recording rules with a short interval."""
    target = folder / "rules"
    target.mkdir()
    for path in RULES.glob("*.yml"):
        groups = yaml.safe_load(path.read_text())["groups"]
        for group in groups:
            group["interval"] = "3s"
            group["rules"] = [rule for rule in group["rules"] if "record" in rule]
        (target / path.name).write_text(yaml.safe_dump({"groups": [group for group in groups if group["rules"]]}))
    return target


OVER_DAYS = re.compile(r":(increase|sum|avg|count|max|median)?(7d|30d|90d|14d)$")


def recorded(prometheus):
    """{(name, labels): value} that the running rules gave, of now; what looks back for days is computed later, over the week."""
    found = {}
    for series in prometheus.query('{__name__=~".+:.+"}'):
        name = series["metric"].pop("__name__")
        if not OVER_DAYS.search(name):
            value = float(series["value"][1])
            found[name, tuple(sorted(series["metric"].items()))] = max(value, 1e7) if name.endswith("joules:today") else value
    return found


def recorded_samples(series, end):
    """The recorded series over the week; a day that no rule has seen end is like today."""
    full = dict(series)
    for (name, labels), value in series.items():
        full.setdefault((name.replace(":today", ":yesterday"), labels), value * 0.9 + 1)
    for (name, labels), value in full.items():
        for moment in instants(end):
            if value == value:
                yield line(name, dict(labels), vary(name, dict(labels), value, moment, end), moment)


# A Prometheus -----------------------------------------------------------------------------------------------------------------

class Prometheus:
    def __init__(self, folder, data, rules=None):
        port = _free_port()
        config = folder / "prometheus.yml"
        config.write_text(yaml.safe_dump({"global": {"evaluation_interval": "3s"}, "rule_files": [f"{rules}/*.yml"] if rules else []}))
        self.url = f"http://127.0.0.1:{port}"
        self.process = _harness().Process(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={data}", f"--web.listen-address=127.0.0.1:{port}",
                                           "--storage.tsdb.retention.time=400d", "--log.level=error"])
        _harness().wait_until(lambda: self._ready(), what="Prometheus")

    def _ready(self):
        assert self.process.child.poll() is None, "\n".join(self.process.lines)
        try:
            return _harness().request(self.url + "/-/ready")[0] == 200
        except OSError:
            return False

    def query(self, expression, at=None):
        return self._ask("query", query=expression, **({"time": at} if at else {}))

    def query_range(self, expression, start, end, step):
        return self._ask("query_range", query=expression, start=start, end=end, step=step)

    def _ask(self, kind, **parameters):
        _, _, body = _harness().request(f"{self.url}/api/v1/{kind}?" + urllib.parse.urlencode(parameters), timeout=60)
        answer = json.loads(body)
        if answer["status"] != "success":
            raise ValueError(answer["error"])
        return answer["data"]["result"]

    def stop(self):
        self.process.stop()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(folder, data, lines, name):
    """Writes a block out of OpenMetrics text."""
    text = folder / f"{name}.om"
    with text.open("w", encoding="utf-8") as file:
        file.writelines(lines)
        file.write("# EOF\n")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=720h", str(text), str(data)], check=True, capture_output=True)
    text.unlink()


def history_rules():
    for name in ("slow", "trend", "risk", "fleet"):
        for group in yaml.safe_load((RULES / f"recording-{name}.yml").read_text())["groups"]:
            yield from group["rules"]


def computed(prometheus, end, known):
    """What the rules with long windows give at the end of the week that is not known yet."""
    new = {}
    for rule in history_rules():
        for found in prometheus.query(rule["expr"], end):
            found["metric"].pop("__name__", None)
            key = (rule["record"], tuple(sorted({**found["metric"], **rule.get("labels", {})}.items())))
            if key not in known:
                new[key] = float(found["value"][1])
    return new


def week(folder):
    """(Prometheus, end of the week): running, with all the data."""
    data = folder / "data"
    found = pages(folder)
    end = int(time.time()) + 10
    load(folder, data, itertools.chain(raw_samples(found, end), extra_samples(end)), "raw")
    time.sleep(max(0.0, end + 1 - time.time()))
    prometheus = Prometheus(folder, data, quick_rules(folder))
    time.sleep(15)
    series = recorded(prometheus)
    prometheus.stop()
    for leftover in ("wal", "chunks_head"):
        shutil.rmtree(data / leftover, ignore_errors=True)
    load(folder, data, recorded_samples(series, end), "recorded")
    for number in range(2):
        prometheus = Prometheus(folder, data)
        new = computed(prometheus, end, series)
        prometheus.stop()
        series.update(new)
        load(folder, data, recorded_samples(new, end), f"computed{number}")
    return Prometheus(folder, data), end
