"""The dashboards keep the rules of the community's dashboard-linter and our own (grafana-dashboards/README.md)."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "grafana-dashboards"
sys.path.insert(0, str(FOLDER))
from generator import boards, palette, panels as kinds  # noqa: E402

BOARDS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("victron-*.json"))}
UIDS = ["aux", "battery", "fleet", "grid-ess", "gx", "risk", "solar", "station"]
CORE = {"stat", "gauge", "bargauge", "timeseries", "barchart", "table", "state-timeline", "status-history", "piechart", "heatmap", "histogram",
        "xychart", "geomap", "canvas", "nodeGraph"}
FOREIGN = re.compile(r"^(prometheus_rule_\w+|process_\w+|ALERTS|ALERTS_FOR_STATE)$")
WORDS = set("""on ignoring group_left group_right by without and or unless bool offset sum min max avg count topk bottomk quantile count_values
    label_replace label_join time timestamp rate increase resets changes deriv predict_linear abs sqrt clamp_min clamp_max absent vector sort sort_desc
    avg_over_time max_over_time min_over_time count_over_time last_over_time quantile_over_time sum_over_time inf nan""".split())
AGGREGATES_OF_COUNTERS = ("rate", "increase", "resets", "changes")
# Counters whose state of now is the message: lifetime energy and when it rests.
LIFETIME = {"victron_pvinverter_energy_forward_joules_total"}


def all_panels(board):
    for panel in board["panels"]:
        yield from panel.get("panels", [])
        if panel["type"] != "row":
            yield panel


PANELS = [(uid, panel) for uid, board in BOARDS.items() for panel in all_panels(board)]
TARGETS = [(uid, panel, target) for uid, panel in PANELS for target in panel["targets"]]
each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
each_panel = pytest.mark.parametrize("panel", [p for _, p in PANELS], ids=[f"{u}:{p['title']}" for u, p in PANELS])


def variable(board, name):
    found = [v for v in board["templating"]["list"] if v["name"] == name]
    return found[0] if len(found) == 1 else {}


# What is known ----------------------------------------------------------------------------------------------------------------

def mapped():
    """{metric: labels} of the map and the exporter's own table in docs/metrics.md."""
    known = {}
    for path in (ROOT / "metrics-map").glob("*.json"):
        for row in json.loads(path.read_text()).get("metrics", []):
            labels = set(re.findall(r"\{_?(\w+)\}", row.get("path", ""))) | set(row.get("labels", {})) | {row.get("label", "")}
            known.setdefault(row["metric"], set()).update(labels)
    section = (ROOT / "docs" / "metrics.md").read_text().split("## the exporter's own", 1)[1].split("\n## ", 1)[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[1].startswith("`"):
            known.setdefault(cells[1].strip("`").split("{")[0], set()).update(re.findall(r"\w+", cells[3]))
    return known


def recorded():
    return {rule["record"] for path in (ROOT / "alert-rules").glob("*.yml") for group in yaml.safe_load(path.read_text())["groups"]
            for rule in group["rules"] if "record" in rule}


MAPPED, RECORDED = mapped(), recorded()
COMMON = {"site", "device", "instance", "job", "__name__", "service", "product_name", "product_id", "custom_name", "serial", "firmware_version", "region", "name",
          "connection", "alarm", "reason", "source", "component", "factor", "level", "severity", "alertname", "alertstate", "kpi", "rule_group", "phase", "tracker",
          "interface"}


def selectors(expression):
    """[(name, {label: (operator, value)})] of a query."""
    plain = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", expression)
    strings = []
    plain = re.sub(r'"([^"]*)"', lambda found: strings.append(found[1]) or f'"{len(strings) - 1}"', plain)
    result = []
    for found in re.finditer(r"([a-zA-Z_:][\w:]*)?\s*\{([^}]*)\}|(?<![\w$\"])([a-zA-Z_][\w:]*)(?!\s*[\w({\"])", plain):
        name = found[1] or found[3]
        if found[1] in WORDS:
            name = None
        if found[3] and (found[3] in WORDS or re.fullmatch(r"[smhdwy]", found[3])):
            continue
        matchers = {label: (operator, strings[int(number)]) for label, operator, number in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"(\d+)"', found[2] or "")}
        result.append((name, matchers))
    return result


def test_the_reader_of_queries_understands_them():
    found = selectors('max by (site) (a_b{job=~"$job", x="}"}) / on (site) c:d:e * 3e6 offset 1d + topk(1, {__name__=~"q.*"})')
    assert [name for name, _ in found] == ["a_b", "c:d:e", None]
    assert found[0][1] == {"job": ("=~", "$job"), "x": ("=", "}")}


# dashboard-linter -------------------------------------------------------------------------------------------------------------

@each_board
def test_template_datasource(board):
    found = [v for v in board["templating"]["list"] if v["type"] == "datasource"]
    assert len(found) == 1 and found[0]["name"] == "datasource" and found[0]["label"] == "Data source" and found[0]["query"] == "prometheus"


@each_board
def test_template_job(board):
    job = variable(board, "job")
    assert job["type"] == "query" and job["label"] == "Job" and job["multi"] and job["allValue"] == ".+"


@each_board
def test_template_label_promql_and_reload(board):
    for v in board["templating"]["list"]:
        if v["type"] == "query":
            assert v["datasource"]["uid"] == "${datasource}" and v["refresh"] == 2
            assert re.fullmatch(r"(label_values|query_result)\(.*\)", v["definition"]) and v["query"]["query"] == v["definition"]


@each_panel
def test_panel_datasource(panel):
    assert panel["datasource"]["uid"] == "${datasource}"
    assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])


@each_panel
def test_panel_has_title_description_and_queries(panel):
    assert panel["title"] and len(panel["description"]) > 15 and panel["targets"]


@each_panel
def test_panel_units(panel):
    defaults = panel["fieldConfig"]["defaults"]
    known = {"none", "short", "watt", "volt", "amp", "rothz", "celsius", "percentunit", "kwatth", "dtdurations", "s", "bytes", "litre", "pressurepa", "kWh/kWp", "W/m²",
             "time:YYYY-MM-DD", "time:MMM YYYY", "dateTimeFromNow", "dateTimeAsIso"}
    units = [p["value"] for o in panel["fieldConfig"]["overrides"] for p in o["properties"] if p["id"] == "unit"]
    assert {defaults["unit"], *units} <= known


def test_target_promql_is_parsed_by_promtool(tmp_path):
    rules = [{"record": "x", "expr": re.sub(r"\$(import|export)_price", "1", re.sub(r"\$__(rate_interval|range|interval)", "5m", t["expr"]))} for *_, t in TARGETS]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": f"g{i}", "rules": [rule]} for i, rule in enumerate(rules)]}))
    result = subprocess.run(["promtool", "check", "rules", "--lint=none", str(file)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, (result.stdout + result.stderr)[:4000]


def test_target_rate_interval():
    for uid, panel, target in TARGETS:
        for window in re.findall(r"\b(?:rate|irate)\([^\[]*\[([^\]]*)\]", target["expr"]):
            assert window == "$__rate_interval", f"{uid}: {panel['title']}"


def test_target_job_and_site():
    """Metrics of the exporter have job and site, recorded ones of stations the site; fleet, region, component have neither."""
    wrong = []
    for uid, panel, target in TARGETS:
        for name, matchers in selectors(target["expr"]):
            level = name.split(":")[0] if name and ":" in name else None
            if level in ("fleet", "region", "component") or name and name.startswith("prometheus_"):
                continue
            if "$site" not in matchers.get("site", ("", ""))[1] and not (name or "").startswith("process_"):
                wrong.append(f"{uid}: {panel['title']}: {name} without site")
            if level is None and not (name or "").startswith("ALERTS") and matchers.get("job") != ("=~", "$job"):
                wrong.append(f"{uid}: {panel['title']}: {name} without job")
    assert not wrong, "\n".join(wrong)


def test_target_counter_aggregation():
    wrong = []
    for uid, panel, target in TARGETS:
        for name, _ in selectors(target["expr"]):
            if name and name.endswith("_total") and name not in LIFETIME:
                inside = rf"\b({'|'.join(AGGREGATES_OF_COUNTERS)})\([^\[]*{name}[^\[]*\["
                if not re.search(inside, target["expr"]):
                    wrong.append(f"{uid}: {panel['title']}: {name}")
    assert not wrong, "\n".join(wrong)


@each_board
def test_dashboard_is_uneditable_and_complete(board):
    assert board["editable"] is False and board["id"] is None and board["schemaVersion"] == 39 and board["graphTooltip"] == 1
    assert "victron" in board["tags"] and board["links"][0]["tags"] == ["victron"] and board["links"][0]["asDropdown"]


# Ours -------------------------------------------------------------------------------------------------------------------------

def test_the_dashboards_are_the_output_of_the_generator():
    made = boards.texts()
    assert {name: (FOLDER / name).read_text() for name in made} == made, "run python3 grafana-dashboards/generator"


def test_uids_are_stable():
    assert sorted(BOARDS) == [f"victron-{name}" for name in UIDS]
    assert all(board["uid"] == name for name, board in BOARDS.items())


@each_board
def test_panel_ids_and_titles_are_unique_and_nothing_overlaps(board):
    found = list(all_panels(board))
    numbers = [p["id"] for p in found] + [p["id"] for p in board["panels"] if p["type"] == "row"]
    assert len(numbers) == len(set(numbers))
    assert len({p["title"] for p in found}) == len(found)
    taken = set()
    for panel in board["panels"]:
        g = panel["gridPos"]
        cells = {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        assert g["x"] + g["w"] <= 24 and not cells & taken, panel["title"]
        taken |= cells


@each_panel
def test_panel_type_is_core(panel):
    assert panel["type"] in CORE


def colours(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and key in ("color", "fixedColor", "fixed", "fill", "iconColor"):
                yield inner
            yield from colours(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from colours(inner)


@each_board
def test_colours_are_of_the_palette(board):
    text = json.dumps(board["panels"]) + json.dumps(board["annotations"])
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", text)) <= palette.ALL
    names = {"green", "red", "orange", "yellow", "blue", "purple"}
    assert not [c for c in colours(board["panels"]) if any(c.endswith(name) for name in names)]


def test_sources_are_never_green_or_red():
    for legend in ("PV", "Charge −", "Discharge", "Import", "Export −", "Load", "Generator", "L1"):
        assert palette.of(legend) not in (palette.OK, palette.CRITICAL, palette.WARNING, None)


def links(value):
    if isinstance(value, dict):
        if isinstance(value.get("url"), str) and value["url"]:
            yield value["url"]
        for inner in value.values():
            yield from links(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from links(inner)


@each_board
def test_links_resolve(board):
    for url in links(board):
        if url.startswith("/d/"):
            assert re.match(r"/d/([\w-]+)", url)[1] in BOARDS, url
            passed = set(re.findall(r"var-(\w+)=", url))
            target = BOARDS[re.match(r"/d/([\w-]+)", url)[1]]
            assert passed <= {v["name"] for v in target["templating"]["list"]} | {"instance"}, url
        else:
            assert "/docs/runbook.md#" in url, url


def test_links_of_the_alerts_resolve():
    text = "".join(p.read_text() for p in (ROOT / "alert-rules").glob("alerts-*.yml"))
    for uid in set(re.findall(r"/d/([\w-]+)", text)):
        assert uid in BOARDS, uid


def test_metrics_exist():
    wrong = set()
    for uid, panel, target in TARGETS:
        for name, matchers in selectors(target["expr"]):
            if name is None:
                pattern = matchers["__name__"][1]
                if not any(re.fullmatch(pattern, metric) for metric in MAPPED):
                    wrong.add(f"{uid}: {panel['title']}: nothing is called {pattern}")
            elif name not in (RECORDED if ":" in name else MAPPED) and not FOREIGN.match(name):
                wrong.add(f"{uid}: {panel['title']}: {name}")
    assert not wrong, "\n".join(sorted(wrong))


def test_labels_exist():
    wrong = set()
    for uid, panel, target in TARGETS:
        for name, matchers in selectors(target["expr"]):
            extra = set(matchers) - COMMON - MAPPED.get(name, set())
            if extra:
                wrong.add(f"{uid}: {panel['title']}: {name} {extra}")
    assert not wrong, "\n".join(sorted(wrong))


def test_slowly_recorded_values_are_read_over_their_window():
    slow = {}
    for path in (ROOT / "alert-rules").glob("recording-*.yml"):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                if group.get("interval") in ("5m", "1h") and "record" in rule:
                    slow[rule["record"]] = group["interval"]
    wrong = {f"{panel['title']}: {name}" for _, panel, target in TARGETS for name, _ in selectors(target["expr"])
             if name in slow and not re.search(rf"_over_time\({re.escape(name)}[\[{{]", target["expr"])}
    assert not wrong


def test_every_specified_panel_exists():
    shown = {(uid, panel["title"]) for uid, panel in PANELS}
    wanted = [line.split("\t") for line in (Path(__file__).parent / "specified_panels.txt").read_text().splitlines() if line and line[0] != "#"]
    assert len(wanted) > 120
    missing = [f"{uid}: {title}" for uid, title, *here in wanted for each in (here or [title]) if (uid, each) not in shown]
    assert not missing, "\n".join(missing)


def test_steps_are_typed_once():
    """No board writes the number of a limit; constants stand in panels.STEPS and limits in the rules."""
    for path in (FOLDER / "generator").glob("*.py"):
        if path.name not in ("panels.py", "palette.py"):
            for steps in re.findall(r"\[\(None, [^\]]*\]", path.read_text()):
                assert all(number == "1" for number in re.findall(r"\((\d+(?:\.\d+)?),", steps)), f"{path.name}: {steps}"


def test_constants_are_those_of_the_rules():
    """Defaults and levels that Grafana needs as numbers are found in the rules."""
    rules = {rule["alert" if "alert" in rule else "record"] + str(i): rule for path in (ROOT / "alert-rules").glob("*.yml")
             for group in yaml.safe_load(path.read_text())["groups"] for i, rule in enumerate(group["rules"])}
    text = " ".join(str(rule["expr"]) for rule in rules.values())
    for name in ("risk", "time to empty", "state of charge", "run time", "vrm", "sibling", "imbalance", "ripple", "health", "last run", "wifi"):
        for value, _ in kinds.STEPS[name][1:]:
            assert re.search(rf"(?<![\d.]){value}(?!\d)", text), f"{name}: {value} is in no rule"


@each_board
def test_first_row_is_light(board):
    """At most 15 queries before anything is to be seen."""
    first = [panel for panel in board["panels"] if panel["type"] != "row" and panel["gridPos"]["y"] == 1]
    assert first and sum(len(panel["targets"]) for panel in first) <= 15
