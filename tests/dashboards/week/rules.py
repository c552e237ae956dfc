"""The shipped recording and alerting rules over a past that is already there.

A rule is asked over the whole time at once, after those that it reads. The few that read their own past are helped: what
adds up and the counter at midnight are made here of what the rule gives without a past, a last time is asked step by step,
and the outages of a minute are those that begin between two steps.
"""

import re
from itertools import groupby
from pathlib import Path

import yaml

RULES = Path(__file__).resolve().parents[3] / "alert-rules"
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 31536000}
LOST = "site:victron_grid_lost:bool"
RECORDED = re.compile(r"[a-z]+:[a-z0-9_]+:\w+")


def seconds(text):
    return int(text[:-1]) * SECONDS[text[-1]] if text else 0


def shipped(kind):
    """[(rule, interval of its group in seconds)] with that key, record or alert, in the order of the files."""
    for path in sorted(RULES.glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                if kind in rule:
                    yield rule, seconds(group.get("interval", "30s"))


def in_order(rules):
    """Every rule after those whose records it reads; rules of one record stay as they are."""
    by_record = {}
    for rule, interval in rules:
        by_record.setdefault(rule["record"], []).append((rule, interval))
    done, placed = [], set()

    def place(record):
        if record in placed:
            return
        placed.add(record)
        for rule, _ in by_record[record]:
            for needed in sorted(set(RECORDED.findall(rule["expr"])) & set(by_record)):
                place(needed)
        done.extend(by_record[record])

    for record in by_record:
        place(record)
    return done


def ask(prometheus, expression, spans, interval):
    """{labels: [(time, value)]} over the spans (start, end, step)."""
    found = {}
    for start, end, step in spans:
        if step < interval:
            start, step = start + -start % interval, interval
        for series in prometheus.query_range(expression, start, end, step) if start <= end else ():
            labels = frozenset(series["metric"].items())
            found.setdefault(labels, []).extend((moment, float(value)) for moment, value in series["values"] if value != "NaN")
    return found


def record_all(prometheus, spans):
    for rule, interval in in_order(shipped("record")):
        if rule["record"].endswith(":last"):
            by_steps(prometheus, rule, spans)
            continue
        found = ask(prometheus, rule["expr"], spans, interval)
        if rule["record"].endswith(":accumulated"):
            found = {labels: added_up(samples) for labels, samples in found.items()}
        elif rule["record"].endswith(":anchor"):
            days = ask(prometheus, "site:victron_local_day:index", spans, interval)
            found = {labels: of_midnight(samples, days, labels) for labels, samples in found.items()}
        elif rule["record"] == "site:victron_grid_outages:count1m":
            found = {labels - {("__name__", LOST)}: beginnings(samples) for labels, samples in ask(prometheus, LOST, spans, interval).items()}
        prometheus.write([({**dict(labels), **rule.get("labels", {}), "__name__": rule["record"]}, samples) for labels, samples in found.items()])


def by_steps(prometheus, rule, spans):
    for moment in (moment for start, end, step in spans for moment in range(start, end + 1, step)):
        prometheus.write([({**series["metric"], **rule.get("labels", {}), "__name__": rule["record"]}, [(moment, float(series["value"][1]))])
                          for series in prometheus.query(rule["expr"], moment)])


def added_up(samples):
    """What a minute adds, over the time since the sample before."""
    total, before, result = 0.0, samples[0][0], []
    for moment, minute in samples:
        total += minute * (moment - before) / 60
        before = moment
        result.append((moment, total))
    return result


def beginnings(samples):
    """A second earlier, so that an outage at the full hour is of one hour only."""
    return [(moment - 1, 1.0) for (_, before), (moment, now) in zip(samples, samples[1:]) if now > before]


def of_midnight(samples, days, labels):
    """For every sample the first one of its day."""
    site = next(value for name, value in labels if name == "site")
    day_at = dict(next(values for key, values in days.items() if dict(key)["site"] == site))
    result = []
    for _, group in groupby(samples, lambda sample: day_at.get(sample[0])):
        group = list(group)
        result += [(moment, group[0][1]) for moment, _ in group]
    return result


def alert_all(prometheus, spans):
    """ALERTS and ALERTS_FOR_STATE as Prometheus would have written them; a gap ends an alert."""
    for rule, interval in shipped("alert"):
        longest = max(step for _, _, step in spans)
        out = []
        for key, samples in ask(prometheus, rule["expr"], spans, interval).items():
            labels = {name: value for name, value in key if name != "__name__"}
            labels = {**labels, **{name: fill(text, labels) for name, text in rule.get("labels", {}).items()}, "alertname": rule["alert"]}
            firing, since, before = [], [], None
            for moment, _ in samples:
                if before is None or moment - before > longest:
                    began = moment
                before = moment
                since.append((moment, began))
                if moment - began >= seconds(rule.get("for")):
                    firing.append((moment, 1.0))
            out += [({**labels, "__name__": "ALERTS_FOR_STATE"}, since), ({**labels, "__name__": "ALERTS", "alertstate": "firing"}, firing)]
        prometheus.write(out)


def fill(text, labels):
    """A label of a rule: plain, or one of the labels of its value."""
    return re.sub(r"\{\{\s*\$labels\.(\w+)\s*\}\}", lambda found: labels.get(found[1], ""), text)
