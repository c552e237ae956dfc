"""Rules that operators trust: what promtool says, what exists, what is tested, what is said.

- promtool finds nothing to complain about, and its unit tests pass;
- every metric and every label that a rule names exists: in the metrics map, among the exporter's own
  families (own_metrics.txt) or as a recorded value;
- a value written every 5 minutes or every hour is read with last_over_time(), since Prometheus forgets
  a sample after 5 minutes;
- every recording rule has a checked value, every parameter of the site file a rule;
- every alert of the specification (specified_alerts.txt) exists with its severities, and says what it
  must: a summary that fits a phone, a description, a chapter of the runbook, a dashboard.
"""

import functools
import itertools
import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import promql_reading
import pytest
import rule_subset
from rule_subset import ANY_TEXT

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RULES = ROOT / "alert-rules"
RULE_FILES = sorted(RULES.glob("*.yml"))
UNIT_TESTS = sorted(HERE.glob("*_test.yml"))
RUNBOOK = ROOT / "docs" / "runbook.md"
SLOWEST_PLAIN_READ = 120  # seconds; slower groups need last_over_time()

# Labels that a scrape adds to every series, and what Prometheus makes by itself.
TARGET_LABELS = {"job", "instance", "site"}
PROMETHEUS = {
    "up": set(),
    "scrape_duration_seconds": set(),
    "scrape_samples_scraped": set(),
    "scrape_timeout_seconds": set(),
    "prometheus_rule_group_last_duration_seconds": {"rule_group"},
    "prometheus_rule_group_interval_seconds": {"rule_group"},
}

LEVELS = {
    "fleet": set(),
    "region": {"region"},
    "site": {"site"},
    "phase": {"site", "phase"},
    "device": {"site", "device", "instance"},
    "tracker": {"site", "device", "instance", "tracker"},
    "interface": {"site", "device", "instance", "interface"},
    "component": {"component"},
    "profile": set(),
}
# What a recorded value carries beyond its level.
MORE_LABELS = {
    r"profile:.*:chemistry": {"chemistry"},
    r"profile:.*:grid": {"grid_profile"},
    r".*:victron_energy_joules:.*": {"source"},
    r"device:victron_energy_joules:.*": {"tracker"},
    r"site:victron_load_share_ratio:today": {"source"},
    r"device:victron_battery_chemistry:info": {"chemistry"},
    r"site:victron_grid_profile:info": {"grid_profile"},
    r"tracker:victron_pv_orientation:info": {"orientation"},
    r"tracker:victron_pv_specific_yield_joules_per_watt:.*": {"orientation"},
    r"device:victron_alarm_activations:count5m": {"alarm", "level"},
    r"component:victron_risk_points:max": {"factor"},
    r"(device|site):victron_(risk_(points|score|coverage)|health_)\w*:.*": {"component"},
    r"device:victron_risk_points:factor": {"factor"},
    r"device:victron_inverter_alarms:count7d": {"kind"},
    r"(site|fleet):victron_kpi.*": {"kpi", "region"},
    r"fleet:victron_alerts:count": {"severity", "component"},
    r"fleet:victron_firmware:count": {"firmware_version"},
    r"fleet:victron_sites_by_risk_level:count": {"level"},
}


# ---- what there is


load = functools.lru_cache(None)(rule_subset.read)


def groups():
    for path in RULE_FILES:
        for group in load(path)["groups"]:
            yield path, group


def rules(kind):
    """(file, group, rule) of each "record" or "alert"."""
    return [(path, group, rule) for path, group in groups() for rule in group["rules"] if kind in rule]


def seconds(text):
    unit = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
    return sum(float(n) * unit[u] for n, u in re.findall(r"(\d+)(ms|[smhdwy])", str(text)))


def map_metrics():
    """name -> labels, out of the metrics map."""
    found = {}
    for path in sorted((ROOT / "metrics-map").glob("*.json")):
        if path.name == "schema.json":
            continue
        for row in json.loads(path.read_text(encoding="utf-8"))["metrics"]:
            if not row["metric"]:
                continue
            labels = {"site"} if row.get("scope") == "station" else {"site", "device", "instance"}
            named = re.findall(r"{(\w+)}", row["path"] + row.get("json", ""))
            labels |= {name for name in named if not name.startswith("_")}
            labels |= set(row.get("labels", {})) | set(row.get("marks", {}))
            labels |= {row["label"]} if "label" in row else set()
            found.setdefault(row["metric"], set()).update(labels)
    found["victron_device_info"].add("service")  # the bus name, from the fetch itself
    return found


def own_metrics():
    found = {}
    for line in (HERE / "own_metrics.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, *labels = line.split()
            found[name] = set(labels)
    return found


def recorded_metrics():
    found = {}
    for _, _, rule in rules("record"):
        name = rule["record"]
        labels = set(LEVELS[name.split(":")[0]]) | set(rule.get("labels", {}))
        for pattern, more in MORE_LABELS.items():
            if re.fullmatch(pattern, name):
                labels |= more
        found.setdefault(name, set()).update(labels)
    return found


def alert_labels():
    labels = {"alertname", "alertstate"}
    for _, _, rule in rules("alert"):
        labels |= set(rule.get("labels", {}))
    return labels


@pytest.fixture(scope="module")
def metrics():
    everything = map_metrics() | own_metrics() | PROMETHEUS | recorded_metrics()
    all_labels = set().union(*everything.values())
    for name in ("ALERTS", "ALERTS_FOR_STATE"):
        everything[name] = all_labels | alert_labels()
    return everything


def alternatives(pattern):
    """The names that a pattern of literal text, (a|b) and ? spells; None if it has more in it."""
    match = re.search(r"\(([^()]*)\)(\?)?", pattern)
    if match:
        branches = match.group(1).split("|") + ([""] if match.group(2) else [])
        return _all(alternatives(pattern[: match.start()] + b + pattern[match.end() :]) for b in branches)
    if "|" in pattern:
        return _all(alternatives(part) for part in pattern.split("|"))
    return [pattern] if re.fullmatch(r"[\w:]*", pattern) else None


def _all(lists):
    lists = list(lists)
    return None if any(x is None for x in lists) else list(itertools.chain(*lists))


def names_of(selector, metrics):
    """The metrics that a selector means; those that do not exist are among them."""
    if ANY_TEXT in selector.name:
        pattern = selector.name.replace(ANY_TEXT, r"\w+")
        return [name for name in metrics if re.fullmatch(pattern, name)] or [selector.name]
    if selector.name:
        return [selector.name]
    pattern = selector.name_pattern()
    assert pattern, f"a selector without a name: {selector}"
    return alternatives(pattern) or [name for name in metrics if re.fullmatch(pattern, name)]


# ---- promtool


def test_prometheus_loads_the_rules_without_a_warning():
    done = subprocess.run(
        ["promtool", "check", "rules", *map(str, RULE_FILES)], capture_output=True, text=True, timeout=120
    )
    said = [
        line
        for line in (done.stdout + done.stderr).splitlines()
        if line.strip() and not re.match(r"Checking |\s+SUCCESS: \d+ rules found", line)
    ]
    assert done.returncode == 0 and not said, "\n".join(said)


def run_unit_tests(path, folder):
    files = rule_subset.split(path, folder)
    return subprocess.run(["promtool", "test", "rules", *map(str, files)], capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def unit_tests(tmp_path_factory):
    """{test file: the promtool run of it, perhaps not done yet}; they share the processors."""
    folder = tmp_path_factory.mktemp("rules")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {path: pool.submit(run_unit_tests, path, folder) for path in UNIT_TESTS}


@pytest.mark.parametrize("path", UNIT_TESTS, ids=lambda path: path.stem)
def test_promtool_unit_tests_pass(unit_tests, path):
    done = unit_tests[path].result()
    assert done.returncode == 0, done.stdout + done.stderr


# ---- names


def expressions():
    for path, group, rule in rules("record") + rules("alert"):
        for expression in rule_subset.expressions_of(rule):
            yield path, group, rule, expression


def test_every_metric_and_label_in_a_rule_exists(metrics):
    mistakes = []
    for path, _, rule, expression in expressions():
        where = f"{path.name}: {rule.get('record') or rule['alert']}"
        reading = promql_reading.read(expression)
        known = set(TARGET_LABELS) | reading.made
        for selector in reading.selectors:
            names = names_of(selector, metrics)
            mistakes += [f"{where}: no metric {name}" for name in names if name not in metrics]
            labels = TARGET_LABELS.union(*(metrics.get(name, set()) for name in names))
            known |= labels
            for label, _, _ in selector.matchers:
                if label not in labels | {"__name__"} and not label.startswith("exported_"):
                    mistakes.append(f"{where}: {names} have no label {label}")
        for label in sorted(reading.grouped - known):
            mistakes.append(f"{where}: no label {label} in {sorted({s.name for s in reading.selectors})}")
    assert not mistakes, "\n".join(mistakes)


def test_own_metrics_are_those_of_the_program():
    source = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "exporter").rglob("*.c")))
    missing = [name for name in own_metrics() if f'"{name}"' not in source]
    assert not missing, f"not in exporter/**/*.c: {missing}"


def test_slow_values_are_read_with_a_window():
    interval = {}
    home = {}
    for _, group, rule in rules("record"):
        interval[rule["record"]] = max(seconds(group.get("interval", "1m")), interval.get(rule["record"], 0))
        home.setdefault(rule["record"], set()).add(group["name"])
    mistakes = []
    for path, group, rule, expression in expressions():
        for selector in promql_reading.read(expression).selectors:
            every = interval.get(selector.name, 0)
            if every <= SLOWEST_PLAIN_READ or home[selector.name] == {group["name"]} and "record" in rule:
                continue
            if not selector.range or seconds(selector.range.split(":")[0]) < 2 * every:
                mistakes.append(
                    f"{path.name}: {rule.get('record') or rule['alert']} reads {selector.name}, which is "
                    f"written every {every:.0f} s, without a window of twice that"
                )
    assert not mistakes, "\n".join(mistakes)


def test_an_alert_file_records_nothing_and_the_others_alert_nothing():
    wrong = [path.name for path, _, _ in rules("record") if path.name.startswith("alerts-")]
    wrong += [path.name for path, _, _ in rules("alert") if not path.name.startswith("alerts-")]
    assert not wrong, f"rules in the wrong kind of file: {sorted(set(wrong))}"


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_a_file_without_the_lines_of_keep_firing_for_is_the_same_but_for_them(path, tmp_path):
    """So that a rule engine that does not know it can be given such copies (README.md)."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    copy = tmp_path / path.name
    copy.write_text("".join(line for line in lines if "keep_firing_for:" not in line), encoding="utf-8")
    expected = json.loads(json.dumps(load(path)))
    for group in expected["groups"]:
        for rule in group["rules"]:
            rule.pop("keep_firing_for", None)
    assert rule_subset.read(copy) == expected


def test_names_tell_level_quantity_and_operation():
    bad = []
    for path, _, rule in rules("record"):
        if not re.fullmatch(r"(%s):victron_[a-z0-9_]+:[a-z0-9_]+" % "|".join(LEVELS), rule["record"]):
            bad.append(f"{path.name}: {rule['record']}")
    assert not bad, bad


def test_every_group_has_a_name_of_ours_and_an_interval():
    names = [group["name"] for _, group in groups()]
    assert len(names) == len(set(names)), "two groups of one name"
    for path, group in groups():
        assert group["name"].startswith("victron-"), f"{path.name}: {group['name']}"
        assert "interval" in group, f"{path.name}: {group['name']} takes whatever interval the server has"


def test_no_voltage_of_one_country_or_battery_in_an_expression():
    """A number that only holds at 48 V, 50 Hz or 230 V belongs into a profile."""
    for path, _, rule, expression in expressions():
        if rule.get("record", "").startswith("profile:"):
            continue
        for number in re.findall(r"(?<![\w.:\"|])(?:50|60|230|120|240|48|51\.2)(?![\w.:%\"|)])", expression):
            words = rule.get("record") or rule["alert"]
            assert not re.search(r"volt|freq|hertz", words, re.I), f"{path.name}: {words} has {number} in it"


# ---- parameters


def site_parameters():
    source = (ROOT / "exporter/config/site_parameters.c").read_text(encoding="utf-8")
    return dict(re.findall(r'{STR\("(\w+)"\),\s*([A-Z_ |]+),', source))


def test_every_parameter_of_the_site_file_is_resolved_and_no_other():
    resolved = {}
    for _, _, rule in rules("record"):
        match = re.fullmatch(r"\w+:victron_(\w+):parameter", rule["record"])
        if match:
            asked = set(re.findall(r'parameter="(\w+)"', rule["expr"]))
            resolved.setdefault(match.group(1), set()).update(asked)
            assert asked <= {match.group(1)}, f"{rule['record']} asks for {asked}"
    told = {name for name, asked in resolved.items() if asked}
    assert told == set(site_parameters())


def test_alerts_ask_for_no_parameter_by_themselves():
    for path, _, rule in rules("alert"):
        assert "victron_site_parameter" not in rule["expr"], f"{path.name}: {rule['alert']}"


# ---- tested


def each_test():
    """(file, seconds between two evaluations, test) of every unit test."""
    for path in UNIT_TESTS:
        for test in load(path)["tests"]:
            yield path, seconds(load(path)["evaluation_interval"]), test


def labels_of(sample):
    selector = promql_reading.read(sample["labels"]).selectors[0]
    return selector.name, {label: value for label, _, value in selector.matchers}


def checked_samples():
    """(names in the expression, labels of a sample) of every checked value."""
    for _, _, test in each_test():
        for check in test.get("promql_expr_test", []):
            names = {s.name for s in promql_reading.read(check["expr"]).selectors}
            for sample in check.get("exp_samples") or []:
                name, labels = labels_of(sample)
                yield ({name} if name else names), labels


def test_what_a_unit_test_puts_in_exists(metrics):
    """A series of another name, or with a label that nothing has, would keep every rule silent."""
    mistakes = []
    for path, _, test in each_test():
        for series in test["input_series"]:
            selector = promql_reading.read(series["series"]).selectors[0]
            if selector.name not in metrics:
                mistakes.append(f"{path.name}: {test['name']}: no metric {selector.name}")
            for label, _, _ in selector.matchers:
                known = metrics.get(selector.name, set()) | TARGET_LABELS
                if label not in known and not label.startswith("exported_"):
                    mistakes.append(f"{path.name}: {test['name']}: {selector.name} has no label {label}")
    assert not mistakes, "\n".join(mistakes)


def test_every_recording_rule_has_a_checked_value():
    checked = {}
    for names, labels in checked_samples():
        for name in names:
            checked.setdefault(name, []).append(labels)
    missing = [
        f"{path.name}: {rule['record']}{rule.get('labels', '')}"
        for path, _, rule in rules("record")
        if not any(rule.get("labels", {}).items() <= labels.items() for labels in checked.get(rule["record"], []))
    ]
    assert not missing, "\n".join(missing)


def test_the_readme_lists_every_recorded_value():
    text = (RULES / "README.md").read_text(encoding="utf-8")
    told = set()
    for line in text.splitlines():
        base = ""
        for word in re.findall(r"`([^`]+)`", line):
            word = word.split("{")[0]
            if re.fullmatch(r"(%s):victron_\w+:\w+" % "|".join(LEVELS), word):
                base = word.rsplit(":", 1)[0]
                told.add(word)
            elif re.fullmatch(r":\w+", word) and base:
                told.add(base + word)
            if word == "region:":  # "`region:` alike"
                told |= {"region:" + name.split(":", 1)[1] for name in told if name.startswith("fleet:")}
    recorded = {rule["record"] for _, _, rule in rules("record") if not rule["record"].startswith("profile:")}
    assert not recorded - told, "not in the README: " + "\n".join(sorted(recorded - told))
    invented = {n for n in told - recorded if not n.startswith(("profile:", "region:"))}
    assert not invented, "only in the README: " + "\n".join(sorted(invented))


# ---- alerts


def specified_alerts():
    found = {}
    for line in (HERE / "specified_alerts.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, *words = line.split()
            found[name] = set(words)
    return found


SPECIFIED = specified_alerts()
SEVERITIES = {"critical", "warning", "info"}
COMPONENTS = {
    "chain", "battery", "grid", "inverter", "solar", "ess", "genset", "tank", "sensor", "gx", "fleet", "risk",
}
ALERTS = rules("alert")
ALERT_IDS = [f"{rule['alert']}-{rule.get('labels', {}).get('severity')}" for _, _, rule in ALERTS]


def test_the_specification_has_190_alerts():
    assert len(SPECIFIED) == 190
    assert all(words & SEVERITIES for words in SPECIFIED.values())


@pytest.mark.parametrize("name", SPECIFIED)
def test_every_alert_of_the_specification_exists(name):
    words = SPECIFIED[name]
    mine = [(path, rule) for path, _, rule in ALERTS if rule["alert"] == name]
    assert {rule["labels"]["severity"] for _, rule in mine} == words & SEVERITIES
    for path, rule in mine:
        assert ("optional" in path.name) == ("optional" in words), f"{name} stands in {path.name}"
        if "unpaged" in words and rule["labels"]["severity"] == "critical":
            assert rule["labels"].get("page") == "false"


@pytest.mark.parametrize("alert", ALERTS, ids=ALERT_IDS)
def test_an_alert_says_what_it_must(alert):
    path, _, rule = alert
    labels, annotations = rule["labels"], rule["annotations"]
    assert rule["alert"] in SPECIFIED, "not in the specification"
    assert labels["severity"] in SEVERITIES
    assert labels["component"] in COMPONENTS
    assert labels["scope"] in {"S", "D", "P", "T", "M", "F"}
    for name in ("summary", "description", "runbook_url", "dashboard_url"):
        assert annotations.get(name, "").strip(), f"{name} is missing"
    assert ("First: " in annotations["description"]) == (rule["alert"] != "VictronWatchdog"), "says what to do first"
    bare = re.sub(r"{{.*?}}", "", annotations["summary"])
    assert len(bare) <= 80, "the summary is too long for a phone"
    if labels["scope"] != "F":
        assert annotations["summary"].startswith("{{ $labels.site"), "the summary begins with the site"
        assert "var-site=" in annotations["dashboard_url"]
    assert annotations["runbook_url"].endswith(f"runbook.md#{rule['alert'].lower()}")


@pytest.mark.parametrize("alert", ALERTS, ids=ALERT_IDS)
def test_an_alert_has_a_chapter_in_the_runbook(alert):
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in re.findall(r"^#+\s+(.*)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert alert[2]["alert"].lower() in anchors


RUNBOOK_CHAPTERS = re.findall(r"^### (Victron\w+)\n(.*?)(?=^##|\Z)", RUNBOOK.read_text(encoding="utf-8"), re.M | re.S)


def test_the_runbook_has_the_alerts_of_the_specification_once_each():
    assert sorted(name for name, _ in RUNBOOK_CHAPTERS) == sorted(SPECIFIED)


@pytest.mark.parametrize("name, text", RUNBOOK_CHAPTERS, ids=[name for name, _ in RUNBOOK_CHAPTERS])
def test_a_chapter_of_the_runbook_says_what_to_do(name, text):
    for part in ("First", "Confirm", "Causes", "Drive there"):
        assert re.search(rf"^- \*\*{part}:\*\* \S.+", text, re.M), f"{name} does not say: {part}"


@functools.lru_cache(None)
def seen_states():
    """{(alert, severity): [(state, seconds, step, test, site)]} of every check; state is pending or firing."""
    found = {}
    for number, (_, step, test) in enumerate(each_test()):
        for check in test.get("alert_rule_test", []):
            for alert in check.get("exp_alerts") or []:
                key = check["alertname"], alert["exp_labels"]["severity"]
                found.setdefault(key, []).append(
                    ("firing", seconds(check["eval_time"]), step, number, alert["exp_labels"].get("site"))
                )
        for check in test.get("promql_expr_test", []):
            for selector in promql_reading.read(check["expr"]).selectors:
                fixed = {label: value for label, operator, value in selector.matchers if operator == "="}
                for sample in check.get("exp_samples") or []:
                    labels = fixed | labels_of(sample)[1]
                    if selector.name == "ALERTS" and {"alertname", "severity", "alertstate"} <= labels.keys():
                        found.setdefault((labels["alertname"], labels["severity"]), []).append(
                            (labels["alertstate"], seconds(check["eval_time"]), step, number, labels.get("site"))
                        )
    return found


@pytest.mark.parametrize("name", SPECIFIED)
def test_every_alert_is_seen_firing_and_silent(name):
    for severity in SPECIFIED[name] & SEVERITIES:
        states = {state for state, *_ in seen_states().get((name, severity), [])}
        assert "firing" in states, f"no test in which {severity} fires"
    silent = [
        check
        for _, _, test in each_test()
        for check in test.get("alert_rule_test", [])
        if check["alertname"] == name and not check.get("exp_alerts")
    ]
    assert silent or name == "VictronWatchdog", "no test in which it is silent"


def test_unit_tests_ask_for_alerts_that_exist():
    asked = {check["alertname"] for _, _, test in each_test() for check in test.get("alert_rule_test", [])}
    assert asked <= set(SPECIFIED)


@pytest.mark.parametrize("alert", ALERTS, ids=ALERT_IDS)
def test_an_alert_is_pending_one_step_before_it_fires(alert):
    """In steps that are no longer than its "for", so that the two checks tell how long it waits."""
    rule = alert[2]
    if "for" not in rule:
        return
    seen = set(seen_states()[rule["alert"], rule["labels"]["severity"]])
    assert any(
        state == "pending" and step <= seconds(rule["for"]) and ("firing", time + step, step, test, site) in seen
        for state, time, step, test, site in seen
    ), f"no test sees it pending and, a step later, firing; a step is at most {rule['for']}"


def test_the_tools_are_there():
    assert shutil.which("promtool")
