"""What the rules cost: series and samples that they add, and how long their evaluation takes, for fleets of several sizes.

    /usr/bin/python3 tests/long/rules_cost.py [stations ...]        (default: 1 200 1000)

Stations are copies of the five simulated ones of tests/rules/healthy.py, a fifth of each; one station is the first of them, an ESS
with 48 V. A real Prometheus scrapes them every 30 s and evaluates all shipped rules, the optional ones included. It begins with
a day of history in steps of five minutes of every series on which a rule looks back for more than an hour, for 200 stations
at most. Groups of an hour are evaluated every minute, so that they can be timed; they count for what they cost in an hour.
Takes a quarter of an hour a fleet.
"""

import http.server
import itertools
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("", "rules", "e2e", "e2e_rules")]

import healthy  # noqa: E402
import promql_reading  # noqa: E402
import promtool_life  # noqa: E402
import rule_subset  # noqa: E402
import simulated_time  # noqa: E402
import yaml  # noqa: E402
from accelerated import seconds  # noqa: E402
from harness import Process, request, wait_until  # noqa: E402
from simulator.free_ports import free_port  # noqa: E402

KINDS = tuple(healthy.STATIONS)
SCRAPE = 30
DAY, STEP = 86400, 300
STOPPING = 120  # seconds for a Prometheus with a large head
WARM_UP = 6 * 60  # seconds until every group has run and the head is filled
MINUTE = 60
LONG_LOOK = 3600
STATIONS_WITH_HISTORY = 200
MARK = "station-xxxx"


# ---- stations


def pages(folder):
    """{kind: its page, with a mark in place of the station's name}"""
    found = {}
    for kind in KINDS:
        station = simulated_time.StationInTime(
            MARK, promtool_life.STATIONS / healthy.STATIONS[kind], folder, int(time.time()),
            faults=healthy.faults_of(kind), site_file=healthy.site_file_of(kind))
        found[kind] = station.page()
    return found


class Server(http.server.ThreadingHTTPServer):
    """Answers /metrics/<number> with the page of that station."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, page_of):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page_of = page_of
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.page_of(int(self.path.rsplit("/", 1)[1]))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Nothing."""


def name_of(number):
    return f"station-{number:04}"


# ---- rules


def write_rules(folder):
    """The shipped rules; groups of an hour are evaluated every minute."""
    folder.mkdir()
    for path in promtool_life.rule_paths():
        document = rule_subset.read(path)
        for group in document["groups"]:
            if seconds(group["interval"]) >= 3600:
                group["interval"] = "1m"
        (folder / path.name).write_text(yaml.dump(document, Dumper=rule_subset.Dumper, allow_unicode=True), encoding="utf-8")
    return f"{folder}/*.yml"


def intervals():
    """{group: seconds between two evaluations, as shipped}"""
    return {group["name"]: seconds(group["interval"]) for path in promtool_life.rule_paths()
            for group in rule_subset.read(path)["groups"]}


def looked_back_upon():
    """Patterns of the names on which some rule looks back for more than an hour."""
    found = set()
    for path in promtool_life.rule_paths():
        for group in rule_subset.read(path)["groups"]:
            for rule in group["rules"]:
                spans = [seconds(span) for span in re.findall(r"(?:\[|offset )(\d+[smhdw])", rule["expr"])]
                if max(spans, default=0) > LONG_LOOK:
                    found |= {s.name or s.name_pattern() for s in promql_reading.read(rule["expr"]).selectors}
    return re.compile("|".join(sorted(found - {"ALERTS", "ALERTS_FOR_STATE", None})))


# ---- Prometheus


class Prometheus(Process):
    def __init__(self, folder, server_port, stations):
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        jobs = [{"targets": [f"127.0.0.1:{server_port}"],
                 "labels": {"site": name_of(number), "__metrics_path__": f"/metrics/{number}"}} for number in range(stations)]
        config = folder / "prometheus.yml"
        config.write_text(yaml.dump({
            "global": {"scrape_interval": f"{SCRAPE}s", "scrape_timeout": f"{SCRAPE}s"}, "rule_files": [f"{folder}/rules/*.yml"],
            "scrape_configs": [{"job_name": "victron", "honor_labels": True, "static_configs": jobs}]}, Dumper=rule_subset.Dumper))
        super().__init__(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
                          "--storage.tsdb.retention.time=400d", f"--web.listen-address={self.address}", "--log.level=error"])
        wait_until(lambda: self._is_ready(), 120, "Prometheus")

    def _is_ready(self):
        try:
            return request(f"http://{self.address}/-/ready")[0] == 200
        except OSError:
            return False

    def ask(self, page, **parameters):
        _, _, body = request(f"http://{self.address}/api/v1/{page}?" + urllib.parse.urlencode(parameters), timeout=300)
        return json.loads(body)["data"]

    def query(self, expression):
        return self.ask("query", query=expression)["result"]

    def own(self):
        """[(name, labels as text, value)] of its own metrics."""
        _, _, body = request(f"http://{self.address}/metrics")
        return [(name, labels, float(value)) for name, labels, value in
                re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", body.decode(), re.M)]

    def number(self, expression):
        found = self.query(expression)
        return float(found[0]["value"][1]) if found else 0.0


def line(name, labels, value, moment):
    inner = ",".join(f"{key}={json.dumps(text, ensure_ascii=False)}" for key, text in labels.items())
    return f"{name}{{{inner}}} {value} {moment}\n"


def samples_of_now(page_of, folder):
    """What one station of each kind has after some minutes, raw and recorded: [(kind, name, labels, value)]."""
    server = Server(page_of)
    write_rules(folder / "rules")
    prometheus = Prometheus(folder, server.server_address[1], len(KINDS))
    time.sleep(3 * MINUTE)
    pattern = looked_back_upon()
    found = []
    for series in prometheus.query('{site!=""}'):
        labels = series["metric"]
        name = labels.pop("__name__")
        if pattern.fullmatch(name):
            found.append((int(labels["site"][-4:]), name, labels, series["value"][1]))
    prometheus.stop(STOPPING)
    server.shutdown()
    return found


def write_history(known, stations, folder, end):
    """A block with a day of those series for every station."""
    text = folder / "history.om"
    with text.open("w", encoding="utf-8") as file:
        for number, moment in itertools.product(range(min(stations, STATIONS_WITH_HISTORY)), range(end - DAY, end, STEP)):
            for kind, name, labels, value in known:
                if kind == number % len(KINDS):
                    file.write(line(name, {**labels, "site": name_of(number)}, value, moment))
        file.write("# EOF\n")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=720h", str(text),
                    str(folder / "data")], check=True, capture_output=True, timeout=7200)
    text.unlink()


# ---- the measure


def report(prometheus, stations, cpu, cpu_without):
    own = prometheus.number("sum(scrape_samples_scraped)")
    recorded = prometheus.number('count({__name__=~".+:.+"})')
    print(f"\n{stations} stations: {own:.0f} series scraped; the rules add {recorded:.0f} ({recorded / own:.0%})")
    shipped, times, rules = intervals(), {}, {}
    for group in prometheus.ask("rules")["groups"]:
        times[group["name"]] = group["evaluationTime"]
        for rule in group["rules"]:
            key = rule["name"], rule.get("labels", {}).get("severity", ""), group["name"]
            rules[key] = max(rule["evaluationTime"], rules.get(key, 0))
    mine = prometheus.own()
    written = sum(value / shipped[labels.rsplit(";", 1)[1].rstrip('"')] for name, labels, value in mine
                  if name == "prometheus_rule_group_last_evaluation_samples")
    missed = sum(value for name, _, value in mine if name == "prometheus_rule_group_iterations_missed_total")
    memory = sum(value for name, _, value in mine if name == "process_resident_memory_bytes")
    print(f"samples a second: {own / SCRAPE:.0f} scraped every {SCRAPE} s, {written:.0f} by rules")
    share = sum(spent / shipped[name] for name, spent in times.items())
    print(f"each rule once: {sum(times.values()):.2f} s; rules are busy for {share:.1%} of the time")
    print(f"processor: {cpu:.1%} of one with the rules, groups of an hour every minute, and {cpu_without:.1%} without any; "
          f"memory {memory / 1e6:.0f} MB; evaluations missed: {missed:.0f}")
    for name, spent in sorted(times.items(), key=lambda item: -item[1] / shipped[item[0]])[:8]:
        print(f"    {spent:7.3f} s every {shipped[name]:4} s  {name}")
    for (name, severity, group), spent in sorted(rules.items(), key=lambda item: -item[1] / shipped[item[0][2]])[:12]:
        print(f"    {spent:7.3f} s every {shipped[group]:4} s  {name} {severity}")


def cpu_seconds(prometheus):
    return sum(value for name, _, value in prometheus.own() if name == "process_cpu_seconds_total")


def busy(prometheus, warm_up):
    """The share of one processor that it takes for two minutes after warming up; other processes do not change it."""
    time.sleep(warm_up)
    before, began = cpu_seconds(prometheus), time.monotonic()
    time.sleep(2 * MINUTE)
    return (cpu_seconds(prometheus) - before) / (time.monotonic() - began)


def without_rules(page_of, stations):
    with tempfile.TemporaryDirectory() as name:
        server = Server(page_of)
        prometheus = Prometheus(Path(name), server.server_address[1], stations)
        try:
            return busy(prometheus, 2 * MINUTE)
        finally:
            prometheus.stop(STOPPING)
            server.shutdown()


def measure(page_of, known, stations):
    cpu_without = without_rules(page_of, stations)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rules(folder / "rules")
        write_history(known, stations, folder, int(time.time()))
        server = Server(page_of)
        prometheus = Prometheus(folder, server.server_address[1], stations)
        try:
            report(prometheus, stations, busy(prometheus, WARM_UP), cpu_without)
        finally:
            prometheus.stop(STOPPING)
            server.shutdown()


def main():
    fleets = [int(text) for text in sys.argv[1:]] or [1, 200, 1000]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = pages(folder)

        def page_of(number):
            return found[KINDS[number % len(KINDS)]].replace(MARK, name_of(number)).encode("utf-8")

        known = samples_of_now(page_of, folder)
        print("series with a day of history, by kind: "
              + ", ".join(f"{kind} {sum(1 for row in known if row[0] == n)}" for n, kind in enumerate(KINDS)))
        for stations in fleets:
            measure(page_of, known, stations)


if __name__ == "__main__":
    main()
