"""Old names for old dashboards: the rules are made of the map, cover every old name, and give the very values back.

The values of recorded stations go two ways: from the recording by the old exporter's rule (a path is a name), and
through our exporter and the recording rules.
"""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parents[2]
MIGRATION = ROOT / "deploy" / "migration"
RULES = MIGRATION / "victron-exporter.yml"
DOCUMENT = ROOT / "docs" / "migration.md"
EXPORTER = ROOT / "build" / "victron_exporter"
sys.path[:0] = [str(MIGRATION), str(ROOT / "tests")]

import make_rules  # noqa: E402
from simulator.recording import load  # noqa: E402
from simulator.station import SimulatedStation  # noqa: E402

STATIONS = ["cerbo-gx-v3.70-ess", "three-phase-site", "venus-v3.14-offgrid-house"]

# Values that are meant to differ: the old exporter knew no invalid ones, and let counters run backwards.
DIFFERENT = {
    "victron_history_total_drawn_amphours": "negative on some devices: its amount is the counter",
}


@pytest.fixture(scope="module")
def printed_map(tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "map.jsonl"
    path.write_text(subprocess.run([EXPORTER, "--map.print", "--map.level=full"], check=True, capture_output=True, text=True).stdout)
    return path


def test_rules_and_table_are_made_of_the_map(printed_map, tmp_path):
    """UPDATE=1 makes them anew."""
    rules, document = tmp_path / "rules.yml", tmp_path / "migration.md"
    document.write_text(DOCUMENT.read_text())
    subprocess.run(["/usr/bin/python3", MIGRATION / "make_rules.py", printed_map, rules, document], check=True)
    if os.environ.get("UPDATE"):
        RULES.write_text(rules.read_text())
        DOCUMENT.write_text(document.read_text())
    assert RULES.read_text() == rules.read_text()
    assert DOCUMENT.read_text() == document.read_text()


def test_every_old_name_is_recorded_or_said_to_be_gone(printed_map):
    """The 158 of the old exporter, and those of its forks: a rule, the same name, or a reason."""
    rules, table, gone = make_rules.make(make_rules.read_map(printed_map))
    old = [*make_rules.read_old_names(), *make_rules.OWN, *make_rules.OWN_SITE, *make_rules.GONE]
    assert len(set(old)) == len(old) > 158
    recorded = {name for rule in rules for name in re.findall(r"record: victron_(\w+)", rule)}
    same = {name for line in table if "**the same name**" in line for name in re.findall(r"^\| `victron_(\w+)", line)}
    assert same == {"system_state", "vebus_charge_state"}
    assert sorted([*recorded, *same, *gone]) == sorted(old)
    assert all(gone.values())


def test_every_new_name_exists(printed_map):
    known = {json.loads(line)["metric"] for line in printed_map.read_text().splitlines()}
    own = {"victron_mqtt_connected", "victron_mqtt_messages_total"}
    text = RULES.read_text()
    used = {name for expression in re.findall(r"expr: (.*?)(?=\n      - record|\Z)", text, re.S) for name in re.findall(r"victron_\w+", expression)}
    assert len(used) > 300
    assert used - known == own
    recorded = set(re.findall(r"record: (\w+)", text))
    assert not recorded & known, "these would stand twice under one name"


def test_promtool_accepts_the_rules():
    result = subprocess.run(["promtool", "check", "rules", "--lint-fatal", RULES], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def promtool_test(path, inputs, tests):
    """Runs the rules on constant series; tests: {expression: {series: value}}."""
    document = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [{
        "interval": "1m",
        "input_series": [{"series": series, "values": f"{value:.17g} {value:.17g}"} for series, value in inputs.items()],
        "promql_expr_test": [{"expr": expression, "eval_time": "1m", "exp_samples": [
            {"labels": series, "value": value} for series, value in samples.items()]} for expression, samples in tests.items()]}]}
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    result = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, check=False)
    assert result.returncode == 0, (result.stdout + result.stderr)[:6000]


def test_alarms_and_the_connection(tmp_path):
    battery, vebus = 'site="x",device="battery",instance="512"', 'site="x",device="vebus",instance="276"'
    inputs = {f'victron_alarm_state{{{battery},alarm="LowVoltage",job="v"}}': 2, f'victron_alarm_state{{{vebus},alarm="Overload",phase="L2"}}': 1,
              'victron_mqtt_connected{site="x"}': 1, 'victron_mqtt_messages_total{site="x"}': 70}
    promtool_test(tmp_path / "test.yml", inputs, {
        "victron_alarm": {'victron_alarm{site="x",component_type="battery",component_id="512",alarm_type="LowVoltage"}': 2},
        "victron_phase_alarm": {'victron_phase_alarm{site="x",component_type="vebus",component_id="276",alarm_type="Overload",phase="2"}': 1},
        "victron_mqtt_connection_state": {'victron_mqtt_connection_state{site="x"}': 1},
        "victron_mqtt_subscription_updates_total": {'victron_mqtt_subscription_updates_total{site="x"}': 70}})


def page_of(station):
    page = subprocess.run([EXPORTER, f"--station.url={station.http_url}", "--site=x", "--once", "--map.level=full"], check=True, capture_output=True, text=True)
    return [sample for family in text_string_to_metric_families(page.stdout) for sample in family.samples]


def selector(name, labels):
    return name + "{" + ",".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in sorted(labels.items())) + "}"


def is_carried_over(rows, device, path):
    return any(row["device"] == device and row["metric"] and row["type"] != "info" for row, _ in make_rules.rows_of(rows, path))


def recorded_values(station, devices, rows):
    """{old name with labels: value} as the old exporter had them from the MQTT topics."""
    values = {}
    for service, (device, instance) in devices.items():
        with urllib.request.urlopen(f"{station.http_url}/value?service={service}&path=/", timeout=20) as answer:
            paths = json.load(answer)["value"]
        for name, olds in make_rules.read_old_names().items():
            for old in olds:
                value = paths.get(old.path[1:])
                if isinstance(value, (int, float)) and abs(value) < float("inf") and is_carried_over(rows, device, old.path):
                    labels = {"site": "x", "component_type": device, "component_id": instance, **({old.label: old.value} if old.label else {})}
                    values[selector("victron_" + name, labels)] = float(value)
    return values


def rounded(number):
    return f"{round(number * 1000) / 1000:.15g}"


@pytest.mark.parametrize("name", STATIONS)
def test_old_names_have_the_old_values(name, printed_map, tmp_path):
    """Every value of a station that the old exporter would have shown, to three decimals."""
    with SimulatedStation(load(ROOT / "tests" / "stations" / name)) as station:
        samples = page_of(station)
        devices = {s.labels["service"]: (s.labels["device"], s.labels["instance"]) for s in samples if s.name == "victron_device_info"}
        expected = recorded_values(station, devices, make_rules.read_map(printed_map))
    recorded = set(re.findall(r"record: (\w+)", RULES.read_text()))
    tests = {f"round({old_name}, 0.001)": {series.removeprefix(old_name): float(rounded(value)) for series, value in expected.items()
                                           if series.startswith(old_name + "{")}
             for old_name in sorted({series.partition("{")[0] for series in expected} & recorded - set(DIFFERENT))}
    assert len(tests) > 40
    inputs = {selector(s.name, s.labels): s.value for s in samples if s.name.startswith("victron_") and not s.name.endswith("_info")}
    promtool_test(tmp_path / "test.yml", inputs, tests)
