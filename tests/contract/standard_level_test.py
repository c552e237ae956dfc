"""Whatever a shipped rule or dashboard reads is on the page at the default level."""

import json
import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "victron_exporter"
# Series that the map does not make: our own and what every page has.
OWN = re.compile(r"victron_(up$|scrape_|rejected_values$|unmapped_paths$|last_update_|device_up$|device_last_update_|"
                 r"device_info$|mqtt_|heartbeat_|clock_offset_|http_|site_|exporter_)")


def rule_expressions():
    for path in sorted((ROOT / "alert-rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text()).get("groups", []):
            for rule in group["rules"]:
                yield path.name, str(rule["expr"])


def dashboard_expressions():
    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("expr"), str):
                yield node["expr"]
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    for path in sorted((ROOT / "grafana-dashboards").glob("victron-*.json")):
        for expression in walk(json.loads(path.read_text())):
            yield path.name, expression


def metrics_at(level):
    result = subprocess.run([PROGRAM, "--map.print", f"--map.level={level}"], check=True,
                            capture_output=True, text=True)
    return {row["metric"] for row in map(json.loads, result.stdout.splitlines()) if row["metric"]}


def names_read():
    """{metric: files that read it}; names in plain text are enough: PromQL has no other words like them."""
    found = {}
    for source in (rule_expressions, dashboard_expressions):
        for name, expression in source():
            for metric in re.findall(r"(?<![:\w])victron_[a-z0-9_]+(?![:\w])", expression):
                found.setdefault(metric, set()).add(name)
    return found


def is_pattern(metric, expressions=("{__name__=~",)):
    return metric.endswith("_") or any(e in metric for e in expressions)


def test_everything_that_is_read_is_there_at_the_standard_level():
    standard, full = metrics_at("standard"), metrics_at("full")
    labels = {"victron_site", "victron_exporter"}  # job names in examples
    missing = {}
    for metric, files in names_read().items():
        if metric in standard or metric in labels or OWN.match(metric) or is_pattern(metric):
            continue
        missing[metric] = (sorted(files), "level full" if metric in full else "not in the map")
    assert not missing, json.dumps(missing, indent=1)


def test_the_reader_sees_what_rules_read():
    assert {"victron_alarm_state", "victron_up"} <= set(names_read())
    assert len(names_read()) > 100
