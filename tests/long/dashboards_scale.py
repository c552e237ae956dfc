"""How long the queries of the boards that show many stations take, at 200 stations and a day of five-minute samples.

    tests/long/dashboards_scale.py [stations]

Copies the two richest stations of the simulated week of tests/dashboards under new names, asks every query of the fleet and risk boards once,
as a browser 1500 pixels wide does, and says the slowest. Takes some minutes; run by hand.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dashboards"))
import queries_test as queries  # noqa: E402
import scenario  # noqa: E402

BOARDS = ("victron-fleet", "victron-risk")
LIMIT = 1.0  # seconds
STEP = 300
SECONDS = {"30m": 1800, "1h": 3600, "1d": 86400}


def boards():
    return [json.loads((scenario.DASHBOARDS / f"{uid}.json").read_text()) for uid in BOARDS]


def series(prometheus, end):
    """What the boards ask for, of the two richest stations; fleet values as they are."""
    asked = json.dumps(boards())
    for found in prometheus.query('{__name__=~".+"}', end):
        labels = dict(found["metric"])
        name = labels.pop("__name__")
        if name in asked and labels.get("site", "ess") in ("ess", "factory"):
            yield name, labels, float(found["value"][1])


def copies(known, stations, end):
    for name, labels, value in known:
        sites = range(stations) if "site" in labels else [None]
        for number in sites:
            if number is not None and (number % 2 == 0) != (labels["site"] == "ess"):
                continue
            own = labels if number is None else {**labels, "site": f"station-{number:03}"}
            for moment in range(end - scenario.DAY, end + 1, STEP):
                yield scenario.line(name, own, scenario.vary(name, labels, value, moment, end), moment)


def measure(prometheus, end, stations):
    sites = "|".join(f"station-{number:03}" for number in range(stations))
    for board in boards():
        for panel in queries.panels(board):
            for target in panel["targets"]:
                step = max(120, SECONDS.get(panel.get("interval"), 0), scenario.DAY // panel.get("maxDataPoints", 1500))
                began = time.monotonic()
                expression = queries.fill(target["expr"], sites)
                if target["instant"]:
                    prometheus.query(expression, end)
                else:
                    prometheus.query_range(expression, end - scenario.DAY, end, step)
                yield time.monotonic() - began, f"{board['uid']}: {panel['title']} {target['refId']}"


def main():
    stations = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        small.mkdir()
        large.mkdir()
        prometheus, end = scenario.week(small)
        known = list(series(prometheus, end))
        prometheus.stop()
        scenario.load(large, large / "data", copies(known, stations, end), "fleet")
        prometheus = scenario.Prometheus(large, large / "data")
        try:
            times = sorted(measure(prometheus, end, stations), reverse=True)
        finally:
            prometheus.stop()
    for seconds, what in times[:10]:
        print(f"{seconds:6.2f} s  {what}")
    print(f"{len(times)} queries, {sum(seconds for seconds, _ in times):.1f} s together, {stations} stations")
    sys.exit(1 if times[0][0] > LIMIT else 0)


if __name__ == "__main__":
    main()
