"""The shipped rules and the shipped Alertmanager configuration with shorter times, so that a story takes a minute.

A minute becomes a second, and what waits for longer than ten minutes waits ten seconds. Of a rule only `for`, `keep_firing_for`
and the group's `interval` differ: expressions, windows, labels and texts are as shipped. A rule that adds up or counts once an
interval keeps its interval, in a group of its own. Of Alertmanager `group_wait` and `group_interval` differ, and a
`repeat_interval` below ten minutes; the hours in which something is sent become the whole day, addresses become those of the
test. Routes, grouping, inhibitions and templates are as shipped.
"""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "alert-rules"
ALERTMANAGER = RULES / "alertmanager"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
FACTOR = 60
LONGEST = 10  # seconds
LEAST_WAIT = 3  # seconds that a message waits for others: evaluations take their time here, too
COUNTS_INTERVALS = re.compile(r".*:(accumulated|count1m|count5m)")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def seconds(text):
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", str(text)))


def shorter(text, least=0.0):
    """A duration, accelerated."""
    return f"{int(1000 * max(least, min(LONGEST, seconds(text) / FACTOR)))}ms"


def default_rules():
    return [path for path in sorted(RULES.glob("*.yml")) if "optional" not in path.name]


def accelerate(group):
    """The group as one or two: what is accelerated, and what counts intervals."""
    counting = [rule for rule in group["rules"] if COUNTS_INTERVALS.fullmatch(rule.get("record", ""))]
    others = [rule for rule in group["rules"] if rule not in counting]
    for rule in others:
        rule.update({key: shorter(rule[key], 1) for key in ("for", "keep_firing_for") if key in rule})
    parts = [{**group, "interval": shorter(group["interval"], 1), "rules": others},
             {**group, "name": group["name"] + "-counting", "rules": counting}]
    return [part for part in parts if part["rules"]]


def write_rules(folder):
    """Copies of the rule files that are on by default; gives the pattern that names them."""
    folder.mkdir()
    for path in default_rules():
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)
        document["groups"] = [part for group in document["groups"] for part in accelerate(group)]
        text = yaml.dump(document, Dumper=Dumper, allow_unicode=True, sort_keys=False)
        (folder / path.name).write_text(text, encoding="utf-8")
    return f"{folder}/*.yml"


def walk(route):
    yield route
    for child in route.get("routes", []):
        yield from walk(child)


def write_alertmanager(path, smtp_port, webhook_url, is_accelerated=True):
    """The configuration; mail goes to that port, webhooks to that address under their own path."""
    text = (ALERTMANAGER / "alertmanager.yml").read_text(encoding="utf-8")
    config = yaml.load(text.replace("http://127.0.0.1:9095", webhook_url), Loader=Loader)
    config["global"] |= {"smtp_smarthost": f"127.0.0.1:{smtp_port}", "smtp_require_tls": False}
    config["templates"] = [str(ALERTMANAGER / pattern) for pattern in config["templates"]]
    for route in walk(config["route"]) if is_accelerated else ():
        for key in ("group_wait", "group_interval"):
            if seconds(route.get(key, "0s")):
                route[key] = shorter(route[key], LEAST_WAIT)
        if seconds(route.get("repeat_interval", "1d")) < FACTOR * LONGEST:
            route["repeat_interval"] = shorter(route["repeat_interval"])
    for interval in config["time_intervals"]:
        interval["time_intervals"] = [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]
    path.write_text(yaml.dump(config, Dumper=Dumper, allow_unicode=True, sort_keys=False), encoding="utf-8")
