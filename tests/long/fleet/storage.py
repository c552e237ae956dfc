"""What a sample costs on disk, and so a station and year: the tables of docs/scaling.md.

    /usr/bin/python3 tests/long/fleet/storage.py [--hours=24] [--step=10] [STATION ...]

Lets recorded stations live a day as the simulator has it, in steps of so many seconds, and keeps what the real exporter says of it. The
samples of each level, every 10, 30 and 60 s, are then stored by Prometheus (a block of that day) and by VictoriaMetrics (merged), and
their files are measured. Half an hour a station at steps of 10 s, five minutes at 60 s; needs a release build in build/, prometheus and victoria-metrics.
"""

import argparse
import array
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("", "e2e", "rules", "fleet")] + [str(ROOT / "deploy" / "fleet")]

import harness  # noqa: E402
import servers  # noqa: E402
from simulated_time import moved, page_samples  # noqa: E402
from simulator.recording import load  # noqa: E402
from simulator.station import SimulatedStation  # noqa: E402

STATIONS = ("cerbo-gx-v3.70-ess", "venus-v3.14-offgrid-house", "three-phase-site")
START = 1781481600  # 15 June 2026, midnight UTC
INTERVALS = (10, 30, 60)
LEVELS = ("core", "standard", "full")
YEAR = 365 * 86400
ABSENT = float("nan")
IMPORT_LINES = 50_000


def live(name, steps, step):
    """{series: array of values, NaN for none} of a day, at level full."""
    found = {}
    with SimulatedStation(load(harness.STATIONS / name), live={"speed": 0, "seed": 1, "start": START}) as station:
        exporter = harness.Exporter(station.http_url, "--map.level=full", "--scrape.min-interval=0s", site="house")
        try:
            for number in range(steps):
                if number:
                    station.live(step)
                page = exporter.get()[2].decode("utf-8", "replace")
                for series, metric, value in page_samples(page, lambda _metric: True):
                    row = found.setdefault(series, array.array("d", [ABSENT] * steps))
                    row[number] = float(moved(metric, value, START + number * step, 0))
        finally:
            exporter.stop()
    return found


def of_level(series, level):
    """Those of a level: what the map has there, and the exporter's own."""
    _, printed, _ = harness.run("--map.print", f"--map.level={level}")
    rows = [json.loads(line) for line in printed.splitlines()]
    named = {(row["device"], row["metric"]) for row in rows if not row["ignored"]}
    _, printed, _ = harness.run("--map.print", "--map.level=full")
    known = {row["metric"] for row in map(json.loads, printed.splitlines()) if not row["ignored"]}

    def belongs(key):
        metric, _, labels = key.partition("{")
        device = labels.partition('device="')[2].partition('"')[0]
        return metric not in known or (device, metric) in named or not device

    return {key: row for key, row in series.items() if belongs(key)}


def with_target(series):
    """As it is stored: with the labels that a scrape adds."""
    name, _, labels = series.partition("{")
    own = 'job="victron",region="alps"' + ("" if 'instance="' in labels else ',instance="127.0.0.1:10088"')
    return f"{name}{{{own}{',' + labels if labels else '}'}"


def lines(series, step, every, unit):
    """Text lines with times: unit is 1 for seconds (OpenMetrics), 1000 for milliseconds."""
    for key, row in series.items():
        name = with_target(key)
        for number in range(0, len(row), every // step):
            if row[number] == row[number]:
                yield f"{name} {row[number]!r} {(START + number * step) * unit}\n"


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def in_prometheus(series, step, every, folder):
    """(bytes, samples) of a block."""
    text = folder / "day.om"
    with text.open("w", encoding="utf-8") as file:
        samples = 0
        for line in lines(series, step, every, 1):
            file.write(line)
            samples += 1
        file.write("# EOF\n")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=48h", text, folder / "blocks"],
                   check=True, capture_output=True)
    text.unlink()
    return size_of(folder / "blocks"), samples


def in_victoria(series, step, every, folder):
    """(bytes, samples) of a server that has merged all."""
    server = servers.victoria_metrics(folder)
    samples = 0
    try:
        some = []
        for line in lines(series, step, every, 1000):
            some.append(line)
            if len(some) == IMPORT_LINES:
                samples += put(server, some)
                some = []
        samples += put(server, some)
        for path in ("/internal/force_flush", "/internal/force_merge"):
            harness.request(server.url + path, timeout=600)
        harness.wait_until(lambda: merges(server) == 0, 600, "the merge")
    finally:
        server.stop()
    return size_of(folder / "victoria-metrics" / "data") + size_of(folder / "victoria-metrics" / "indexdb"), samples


def put(server, some):
    if some:
        body = "".join(some).encode()
        urllib.request.urlopen(urllib.request.Request(server.url + "/api/v1/import/prometheus", body), timeout=120).close()
    return len(some)


def merges(server):
    text = harness.request(server.url + "/metrics")[2].decode()
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith("vm_active_merges"))


def measure(name, hours, step, scratch):
    day = live(name, hours * 3600 // step, step)
    print(f"\n**{name}**, {hours} h\n\n| level | series | every | Prometheus, bytes a sample | MB a year | VictoriaMetrics, bytes a sample | MB a year |\n"
          "|---|---|---|---|---|---|---|", flush=True)
    for level in LEVELS:
        series = of_level(day, level)
        for every in [one for one in INTERVALS if one % step == 0]:
            cells = []
            for store in (in_prometheus, in_victoria):
                with tempfile.TemporaryDirectory(dir=scratch) as folder:
                    size, samples = store(series, step, every, Path(folder))
                cells += [f"{size / samples:.2f}", f"{size / (hours * 3600) * YEAR / 1e6:.0f}"]
            print(f"| {level} | {samples * every // (hours * 3600)} | {every} s | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stations", nargs="*", default=STATIONS)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--step", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.stations:
            measure(name, options.hours, options.step, Path(scratch))


if __name__ == "__main__":
    main()
