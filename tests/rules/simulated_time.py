"""What the real exporter says of a simulated station while days go by in seconds, as input of a promtool test.

A station lives its simulated life step by step; after each step the exporter is asked for its page, and each sample gets
the simulated time. What the exporter reads off this machine's clock is moved to that time as well; 0 is the start.
"""

import http.client
import json
import re
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))  # for the package simulator
sys.path.insert(0, str(HERE.parent / "e2e"))  # for harness

import harness  # noqa: E402
from simulator.recording import load  # noqa: E402
from simulator.station import SimulatedStation  # noqa: E402

OUR_CLOCK = re.compile(r"victron_((device_)?last_update|heartbeat|mqtt_full_publish)_timestamp_seconds")
JOB = "victron"


def asked_of(rules):
    """name -> whether one of the rule files, given as text, asks for it."""
    names = set(re.findall(r"[a-z_]+", rules))
    patterns = [re.compile(text) for text in set(re.findall(r'__name__=~\\?"([^"\\]+)', rules))]
    known = {}

    def asks_for(name):
        if name not in known:
            known[name] = name in names or any(pattern.fullmatch(name) for pattern in patterns)
        return known[name]

    return asks_for


def moved(name, value, now, start):
    """A value of the page as promtool, whose time begins at 0, must see it; now is the simulated time."""
    if name == "process_start_time_seconds":
        return "-3600"
    if OUR_CLOCK.fullmatch(name):
        return f"{float(value) - time.time() + now - start:.3f}"
    if name == "victron_clock_offset_seconds":
        return f"{float(value) + time.time() - now:.3f}"
    if name.endswith("_timestamp_seconds") and float(value) > start / 2:
        return repr(float(value) - start)
    return value


def page_samples(page, asks_for):
    """[(series, name, value)] of what is asked for."""
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        series, _, value = line.rpartition(" ")
        name = series.partition("{")[0]
        if asks_for(name):
            yield series, name, value


def with_target(series, site):
    """The labels that a scrape adds; promtool cannot read U+FFFD."""
    name, _, labels = series.replace("\ufffd", "?").partition("{")
    own = f'job="{JOB}"' if "site=" in labels else f'job="{JOB}",instance="{site}:10088",site="{site}"'
    return f"{name}{{{own}{',' + labels if labels else '}'}"


def notation(values):
    """[text or None] as promtool writes a row of values: runs are short, a gap is stale."""
    words, before, count = [], None, 0
    for value in [*values, object()]:
        if value == before and words:
            count += 1
            continue
        if words:
            words[-1] += f"x{count - 1}" if count > 1 else ""
        words.append("_" if value is None else value)
        before, count = value, 1
    return " ".join(words[:-1])


def page_of(connection):
    """The page; the exporter ends a connection that was idle for 10 s, which on a busy machine is soon over."""
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read()
    except ConnectionError:
        connection.close()
        connection.request("GET", "/metrics")
        return connection.getresponse().read()


class StationInTime:
    """One station with the real exporter; run() gives {series: [value or None]}.

    before_page(station, seconds since the start) may change its faults.
    """

    def __init__(self, site, recording, folder, start, seed=1, faults=None, site_file=None,
                 before_page=None):
        self.site, self.start = site, start
        self._before_page = before_page or (lambda _station, _seconds: None)
        self._station = SimulatedStation(load(recording), live={"speed": 0, "seed": seed, "start": start})
        self._station.faults.patch(faults or {})
        file = Path(folder) / f"{site}.json"
        file.write_text(json.dumps(site_file or {}), encoding="utf-8")
        self._flags = [f"--site.file={file}", "--scrape.min-interval=0s"]

    def run(self, steps, step, asks_for):
        return self._with_exporter(lambda exporter: self._collect(exporter, steps, step, asks_for))

    def page(self):
        """The whole page at the start, as the exporter sends it."""
        return self._with_exporter(lambda exporter: exporter.page().text)

    def _with_exporter(self, action):
        with self._station:
            exporter = harness.Exporter(self._station.http_url, *self._flags, site=self.site)
            try:
                return action(exporter)
            finally:
                exporter.stop()

    def _collect(self, exporter, steps, step, asks_for):
        connection = http.client.HTTPConnection(exporter.url.removeprefix("http://"), timeout=harness.PATIENCE)
        found = {}
        for number in range(steps):
            if number:
                self._station.live(step)
            now = self.start + number * step
            self._before_page(self._station, number * step)
            page = page_of(connection).decode("utf-8", "replace")
            for series, name, value in page_samples(page, asks_for):
                row = found.setdefault(with_target(series, self.site), [None] * steps)
                row[number] = moved(name, value, now, self.start)
        connection.close()
        found[f'up{{job="{JOB}",instance="{self.site}:10088",site="{self.site}"}}'] = ["1"] * steps
        return found
