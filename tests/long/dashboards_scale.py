"""How long the queries of the boards take with many stations: tests/long/dashboards_scale.py [stations ...], 200 and 500 if none is given.

The stations are copies of those of tests/dashboards/week. What the fleet and the risk board read is there for every station: a day of
samples each minute and thirty days of one each hour; of all else one station has all and the others the newest sample, so that
the index has its true size. Asks every query as a browser 1500 pixels wide does, each board over its own time, and says the
slowest, by the processor time that Prometheus needs, as a clock tells more of what else the machine does. It ends with 1 if one
takes longer than a second. Some minutes; run by hand.
"""

import math
import os
import re
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dashboards"))
import week  # noqa: E402
from boards import BOARDS, fill, panels, variable  # noqa: E402
from week.prometheus import Prometheus, encoded  # noqa: E402

MANY = ("victron-fleet", "victron-risk")
LIMIT = 1.0  # seconds
FACES = 16  # different courses of a value; stations with the same one share its samples
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 31536000}
MOMENTS = [*range(week.END - 30 * week.DAY, week.END - week.DAY, week.HOUR), *range(week.END - week.DAY, week.END + 1, 60)]


def seconds(text):
    return int(text[:-1]) * SECONDS[text[-1]]


def known(folder):
    """[(labels, value)] of the newest sample of every series, those of the station that is gone left out."""
    prometheus = week.make(folder)
    try:
        found = [(one["metric"], float(one["value"][1])) for one in prometheus.query('{__name__=~".+"}', week.END)]
    finally:
        prometheus.stop()
    return [(labels, value) for labels, value in found if math.isfinite(value) and labels.get("site") != "cabin"]


def course(value, face):
    """That value over the time, in one of its ways."""
    return encoded([(moment, value * (1 + 0.1 * math.sin(moment / 7000 + face))) for moment in MOMENTS])


def fill_up(prometheus, series, stations):
    asked = re.compile(r"\b(?:%s)\b" % "|".join(sorted({name for uid in MANY for panel in panels(BOARDS[uid]) for target in panel["targets"]
                                                        for name in re.findall(r"[a-z]+:[\w:]+|victron_\w+|ALERTS\w*", target["expr"])})))
    models = sorted({labels["site"] for labels, _ in series if "site" in labels})
    for labels, value in series:
        whole = bool(asked.fullmatch(labels["__name__"]))
        faces = [course(value, face) for face in range(FACES if whole else 1)]
        newest = encoded([(week.END, value)])
        copies = [(number, {**labels, "site": f"station-{number:03}"}) for number in range(stations) if models[number % len(models)] == labels.get("site")]
        prometheus.write([(own, faces[number % len(faces)] if whole or number < len(models) else newest) for number, own in copies]
                         or [(labels, faces[0])])


def processor_time(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(prometheus, stations):
    """(processor time, time by the clock, what was asked) of every query."""
    sites = [f"station-{number:03}" for number in range(stations)]
    for uid, board in BOARDS.items():
        for site in ["|".join(sites)] if variable(board, "site")["multi"] else sites[:5]:
            for panel in panels(board):
                for target in panel["targets"]:
                    busy, began = processor_time(prometheus.pid), time.monotonic()
                    ask(prometheus, board, panel, target, site)
                    yield processor_time(prometheus.pid) - busy, time.monotonic() - began, f"{uid}: {panel['title']} {target['refId']}"


def ask(prometheus, board, panel, target, site):
    since = board["time"]["from"]
    span = seconds(panel.get("timeFrom") or since.removeprefix("now-")) if "/" not in since or "timeFrom" in panel else week.DAY
    step = max(30, seconds(panel.get("interval", "30s")), span // panel.get("maxDataPoints", 1500))
    expression = fill(target["expr"], site=site, __rate_interval=f"{max(120, step + 30)}s", __range=f"{span}s")
    if target["instant"]:
        return prometheus.query(expression, week.END)
    return prometheus.query_range(expression, week.END - span, week.END, step)


def try_with(stations, series):
    with tempfile.TemporaryDirectory() as folder:
        prometheus = Prometheus(Path(folder))
        try:
            fill_up(prometheus, series, stations)
            times = sorted(measure(prometheus, stations), reverse=True)
        finally:
            prometheus.stop()
    print(f"{stations} stations, {len(times)} queries")
    for uid in MANY:
        own = [(busy, took) for busy, took, what in times if what.startswith(uid)]
        print(f"  {uid}: {len(own)} queries, together {sum(busy for busy, _ in own):.1f} s, the slowest {max(own)[0]:.2f} s; by the clock {sum(took for _, took in own):.1f} s")
    for busy, took, what in times[:10]:
        print(f"  {busy:6.2f} s, by the clock {took:.2f} s  {what}")
    return times[0][0]


def main():
    with tempfile.TemporaryDirectory() as folder:
        series = known(Path(folder))
    slowest = max([try_with(number, series) for number in map(int, sys.argv[1:] or ["200", "500"])])
    sys.exit(1 if slowest > LIMIT else 0)


if __name__ == "__main__":
    main()
