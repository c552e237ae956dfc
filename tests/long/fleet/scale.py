"""What a fleet costs: the tables of docs/scaling.md.

    /usr/bin/python3 tests/long/fleet/scale.py [--stations=500] [--minutes=10] [--interval=15] [--mqtt=MOVES] [--level=standard] [--victoria]

Starts so many simulated stations and, from an inventory by victron-fleet, an exporter for each, and one Prometheus with the shipped
configuration and rules. After two minutes it watches them for ten: memory (PSS) and processor of the exporters, of Prometheus, times of
scrapes, of rules, of the fleet board's queries. It ends with 1 if a scrape was lost. With --mqtt all stations are on one broker, and each
publishes MOVES changed values a second; with --victoria, vmagent, VictoriaMetrics and vmalert are in Prometheus' place. Needs a release build in build/ and nothing else that keeps the machine busy.
"""

import argparse
import contextlib
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests", "tests/e2e", "tests/fleet", "tests/bench", "tests/dashboards", "deploy/fleet")]

import whole_fleet  # noqa: E402
from boards import BOARDS, fill, panels  # noqa: E402
from harness import request, wait_until  # noqa: E402
from measuring import cpu_us, memory_mb  # noqa: E402

WARM_UP = 120  # seconds
FIRST_PORT = 20088  # below the ports that the system gives
BOARD = "victron-fleet"
HALF_AN_INTERVAL = 0.5


class Cost:
    """Processor time of processes from now on, and their memory."""

    def __init__(self, pids):
        self._pids, self._began = pids, time.monotonic()
        self._before = [cpu_us(pid) for pid in pids]

    def shares(self):
        """Percent of a core, each."""
        seconds = time.monotonic() - self._began
        return [(cpu_us(pid) - before) / seconds / 1e4 for pid, before in zip(self._pids, self._before)]

    def row(self, name):
        shares, memory = self.shares(), [memory_mb(pid)["proportional"] for pid in self._pids]
        return (f"| {name} | {len(shares)} | {statistics.mean(memory):.2f} | {max(memory):.2f} | {sum(memory):.0f} | {statistics.mean(shares):.3f} | "
                f"{max(shares):.3f} | {sum(shares):.1f} |")


def own_metrics(prometheus):
    """{(name, labels): value}"""
    text = request(prometheus.url + "/metrics")[2].decode()
    return {(name, labels or ""): float(value) for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", text, re.M)}


def lost(store, interval, span, sites):
    """Scrapes that failed, that did not reach the station, or that are not there."""
    missing = []
    for metric in ("up", "victron_up"):
        found = store.samples(metric, f"{span}s")
        missing += [f"{metric} of {len(sites) - len(found)} stations"] if len(found) != len(sites) else []
        for series, samples in found.items():
            times = [at for at, value in samples if value == 1]
            gaps = [later - at for at, later in zip(times, times[1:])]
            if len(times) != len(samples) or len(times) < span / interval - 1 or max(gaps) > (1 + HALF_AN_INTERVAL) * interval:
                missing.append(f"{series}: {len(times)} of {len(samples)}, longest gap {max(gaps, default=0):.1f} s")
    return missing


def tell_scrapes(store, span):
    durations = [value for samples in store.samples("scrape_duration_seconds", f"{span}s").values() for _, value in samples]
    cuts = statistics.quantiles(durations, n=1000)
    print(f"{len(durations)} scrapes: median {1000 * cuts[499]:.1f} ms, 99 % within {1000 * cuts[989]:.1f} ms, the longest {1000 * max(durations):.0f} ms")
    print(f"samples a scrape: {store.value('avg(scrape_samples_scraped)'):.0f}")


def tell_rules(prometheus):
    own = own_metrics(prometheus)
    took = {labels: value for (name, labels), value in own.items() if name == "prometheus_rule_group_last_duration_seconds"}
    interval = {labels: value for (name, labels), value in own.items() if name == "prometheus_rule_group_interval_seconds"}
    missed = sum(value for (name, _), value in own.items() if name == "prometheus_rule_group_iterations_missed_total")
    slowest = max(took, key=took.get)
    print(f"rules: {len(took)} groups, once each {sum(took.values()):.2f} s, the slowest {took[slowest]:.2f} s ({slowest.rpartition(';')[2][:-1]}); "
          f"busy {sum(value / interval[key] for key, value in took.items()):.1%} of the time; missed {missed:.0f}")
    print(f"head: {own['prometheus_tsdb_head_series', '']:.0f} series")


def tell_board(store, sites):
    """Every query of the fleet board as a browser asks it, for all stations."""
    chosen, times = "|".join(sites), []
    for panel in panels(BOARDS[BOARD]):
        for target in panel["targets"]:
            expression = fill(target["expr"], site=chosen, __rate_interval="2m", __range="24h")
            now, began = time.time(), time.monotonic()
            if target.get("instant"):
                store.ask("query", query=expression)
            else:
                store.ask("query_range", query=expression, start=now - 86400, end=now, step=60)
            times.append((time.monotonic() - began, panel["title"]))
    times.sort(reverse=True)
    print(f"fleet board: {len(times)} queries, one after the other {sum(took for took, _ in times):.2f} s, the slowest {times[0][0]:.2f} s ({times[0][1]})")


def watch(fleet, options):
    """True if no scrape was lost."""
    time.sleep(WARM_UP)
    costs = {"exporters": Cost(list(fleet.pids().values())), **{name: Cost([process.child.pid]) for name, process in fleet.processes.items()},
             **{f"simulated {name}": Cost(pids) for name, pids in fleet.stations.pids.items()}}
    seconds = 60 * options.minutes
    time.sleep(seconds)
    rows = [cost.row(name) for name, cost in costs.items()]
    print("\n| | processes | PSS, MB each | most | all | % of a core each | most | all |\n|---|---|---|---|---|---|---|---|")
    print("\n".join(rows), flush=True)
    missing = lost(fleet.store, options.interval, seconds, fleet.sites)
    print(f"\nlost scrapes: {len(missing)}", *missing[:5], sep="\n")
    tell_scrapes(fleet.store, seconds)
    if not options.victoria:
        tell_rules(fleet.store)
    tell_board(fleet.store, fleet.sites)
    tell_inventory(fleet)
    return not missing


def tell_inventory(fleet):
    """A line less, a line more: how long until the store has seen it."""
    *others, last = fleet.rows
    for rows, wanted in ((others, None), (fleet.rows, 1)):
        began = time.monotonic()
        command = fleet.apply(rows)
        wait_until(lambda: fleet.store.value(f'up{{site="{last["site"]}"}} == 1') == wanted, whole_fleet.PATIENCE, "the change")
        print(f"inventory with {len(rows)} lines: the command took {command:.1f} s, in the store after {time.monotonic() - began:.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("stations", 500), ("minutes", 10), ("interval", 15)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--mqtt", type=int, metavar="MOVES")
    parser.add_argument("--victoria", action="store_true")
    parser.add_argument("--level", default="standard")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        stations = (whole_fleet.HttpStations(options.stations) if options.mqtt is None
                    else whole_fleet.MqttStations(options.stations, folder, options.mqtt))
        began = time.monotonic()
        stack.callback(stations.stop)
        fleet = whole_fleet.WholeFleet(folder, stations, stack, options.interval, options.level,
                                       range(FIRST_PORT, FIRST_PORT + options.stations))
        print(f"{options.stations} stations over {'HTTP' if options.mqtt is None else f'MQTT, {options.mqtt} values a second each'}, every "
              f"{options.interval} s, level {options.level}; all exporters ready after {time.monotonic() - began:.0f} s; load {os.getloadavg()[0]:.1f}", flush=True)
        fleet.start_victoria() if options.victoria else fleet.start_prometheus()
        is_well = watch(fleet, options)
        print(f"load at the end: {os.getloadavg()[0]:.1f}")
    sys.exit(0 if is_well else 1)


if __name__ == "__main__":
    main()
