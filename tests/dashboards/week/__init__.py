"""Some weeks of six stations in a real Prometheus, with the shipped rules evaluated over them: what the boards are tried on.

Nothing here depends on the clock of the machine: the time ends at END, and a seed gives every station its weather.
"""

import re
from pathlib import Path

from . import pages, rules
from .prometheus import Prometheus
from .stations import BOAT, DAY, HOUR, all_stations

ROOT = Path(__file__).resolve().parents[3]
DASHBOARDS = ROOT / "grafana-dashboards"
END = 1_781_456_400  # Sunday, 14 June 2026, 17:00 UTC: the sun is low, some batteries serve already


# (start, end, step) in seconds before the end, ever finer.
QUICK = [(35 * DAY, 8 * DAY, DAY), (8 * DAY - 6 * HOUR, DAY, 6 * HOUR), (DAY - HOUR, 3 * HOUR, HOUR), (3 * HOUR - 300, 0, 300)]
FINE = [(35 * DAY, 7 * DAY + HOUR, HOUR), (7 * DAY, DAY + 600, 600), (DAY, 0, 300)]


def moments(spans):
    """When the stations are scraped: at every step, and often just before the end, for rates over minutes."""
    found = {moment for start, end, step in spans for moment in range(start, end + 1, step)}
    return sorted(found | set(range(END - 600, END, 30)))


def wanted():
    """Whether a dashboard or a rule asks for a name."""
    text = "\n".join(path.read_text() for path in [*DASHBOARDS.glob("*.json"), *rules.RULES.glob("*.yml")])
    names = set(re.findall(r"[a-z_]+", text))
    patterns = [re.compile(pattern) for pattern in set(re.findall(r'__name__=~\\?"([^"\\]+)', text))]
    return lambda name: name in names or any(pattern.fullmatch(name) for pattern in patterns)


def own_figures(times):
    """What Prometheus tells of its rules."""
    values = {"last_duration_seconds": 0.06, "interval_seconds": 30.0}
    groups = ("recording-fast.yml;victron-fast-balance", "recording-risk.yml;victron-risk")
    return [({"__name__": f"prometheus_rule_{name}", "rule_group": group}, [(moment, value) for moment in times])
            for group in groups for name, value in [*((f"group_{name}", value) for name, value in values.items()), ("evaluation_failures_total", 0.0)]]


def make(folder, density=QUICK):
    """A running Prometheus with all of it."""
    prometheus = Prometheus(folder)
    spans = [(END - first, END - last, step) for first, last, step in density]
    times = moments(spans)
    prometheus.write(pages.read(all_stations(), folder, times, wanted()) + pages.over_mqtt(BOAT, folder / "mqtt", times) + own_figures(times))
    rules.record_all(prometheus, spans)
    rules.alert_all(prometheus, spans)
    return prometheus
