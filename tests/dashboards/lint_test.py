"""Our own rules of the boards (grafana-dashboards/README.md); those of the community are in community_lint_test.py."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))
from boards import BOARDS, FOLDER, panel_of, panels, variable  # noqa: E402
from promql_parser import AGGREGATIONS, Binary, Call, Selector, parse, walk  # noqa: E402

sys.path.insert(0, str(FOLDER))
from generator import boards, enums, limits, palette, queries  # noqa: E402

ROOT = FOLDER.parent
# uid: (title, time, refresh, annotations that are on besides those that always are)
SPECIFIED = {
    "victron-fleet": ("Fleet overview", "now-24h", "30s", set()), "victron-station": ("Station", "now/d", "30s", {"Grid lost", "Generator running"}),
    "victron-battery": ("Battery health", "now-7d", "1m", {"Grid lost"}), "victron-solar": ("Solar", "now-7d", "1m", set()),
    "victron-grid-ess": ("Grid, inverter, ESS", "now-24h", "1m", {"Grid lost"}), "victron-aux": ("Generator, tanks, temperatures", "now-7d", "1m", {"Generator running"}),
    "victron-gx": ("GX device and exporter", "now-6h", "1m", set()), "victron-risk": ("Alerts and risk", "now-24h", "30s", set())}
ANNOTATIONS = {"Critical alerts", "Warnings", "Grid lost", "Generator running", "GX reboot", "Firmware/config change", "Maintenance"}
ALWAYS_ON = {"Critical alerts", "Maintenance"}
CORE = {"stat", "gauge", "bargauge", "timeseries", "barchart", "table", "state-timeline", "status-history", "piechart", "heatmap", "histogram", "xychart", "geomap",
        "canvas", "nodeGraph"}
FOREIGN = re.compile(r"^(prometheus_rule_\w+|process_\w+|ALERTS|ALERTS_FOR_STATE)$")
ANNOTATION_BYTES_MAX = 256 << 10
SCREEN, HEADER, CELL = 1080, 90, 38  # pixels: of height, above the panels, of a unit of the grid
FIRST_SCREEN = 15  # queries before anything is to be seen
PANELS = [(uid, panel) for uid, board in BOARDS.items() for panel in panels(board)]
TARGETS = [(uid, panel, target, parse(target["expr"])) for uid, panel in PANELS for target in panel["targets"]]
each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
each_panel = pytest.mark.parametrize("panel", [p for _, p in PANELS], ids=[f"{u}:{p['title']}" for u, p in PANELS])


def test_the_dashboards_are_the_output_of_the_generator():
    made = boards.texts()
    assert {name: (FOLDER / name).read_text() for name in made} == made, "run python3 grafana-dashboards/generator"


# The board as a whole ---------------------------------------------------------------------------------------------------------

@each_board
def test_a_board_is_as_specified(board):
    title, since, refresh, on = SPECIFIED[board["uid"]]
    assert (board["title"], board["time"], board["refresh"]) == (title, {"from": since, "to": "now"}, refresh)
    notes = {one["name"]: one["enable"] for one in board["annotations"]["list"]}
    assert set(notes) == ANNOTATIONS and {name for name, enabled in notes.items() if enabled} == ALWAYS_ON | on


@each_board
def test_what_grafana_has_to_find_in_the_json(board):
    assert board["id"] is None and board["schemaVersion"] == 39 and board["graphTooltip"] == 1 and board["timezone"] == "browser"
    assert board["tags"] == ["victron"] and [one["name"] for one in board["templating"]["list"]][:2] == ["datasource", "job"]
    (link,) = board["links"]
    assert link["tags"] == ["victron"] and link["asDropdown"] and link["includeVars"] and link["keepTime"]
    assert "__inputs" not in board and "__requires" not in board


@each_board
def test_kubectl_can_apply_it(board):
    """A ConfigMap with the board stands, as JSON, in an annotation of itself, and those have a limit."""
    assert len(json.dumps({"data": {"board": (FOLDER / f"{board['uid']}.json").read_text()}})) < ANNOTATION_BYTES_MAX - 4096


def test_uids_are_stable():
    assert {uid: board["uid"] for uid, board in BOARDS.items()} == {uid: uid for uid in SPECIFIED}


@each_board
def test_variables_are_those_of_all_boards(board):
    """One station at a time but on the boards of the fleet; nothing is hidden but the job."""
    assert variable(board, "site")["multi"] == (board["uid"] in ("victron-fleet", "victron-risk"))
    assert variable(board, "region")["multi"] and [one["name"] for one in board["templating"]["list"] if one["hide"]] == ["job"]
    used = set(re.findall(r"\$\{?([A-Za-z_]\w*)", json.dumps([board["panels"], board["annotations"], board["templating"]])))
    assert {name for name in used if not name.startswith("__")} == {one["name"] for one in board["templating"]["list"]}


def test_variables_of_single_boards():
    for uid, names in {"victron-battery": ["instance"], "victron-solar": ["instance", "tracker"], "victron-grid-ess": ["instance", "phase"],
                       "victron-aux": ["instance"], "victron-station": ["import_price", "export_price"]}.items():
        assert all(variable(BOARDS[uid], name) for name in names), uid


@each_board
def test_panel_ids_and_titles_are_unique_and_nothing_overlaps(board):
    found = list(panels(board))
    numbers = [panel["id"] for panel in found] + [panel["id"] for panel in board["panels"] if panel["type"] == "row"]
    assert len(numbers) == len(set(numbers)) and len({panel["title"] for panel in found}) == len(found)
    taken = set()
    for panel in board["panels"]:
        grid = panel["gridPos"]
        cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}
        assert grid["x"] + grid["w"] <= 24 and not cells & taken, panel["title"]
        taken |= cells


@each_board
def test_the_first_screen_is_light(board):
    first = [panel for panel in board["panels"] if panel["type"] != "row" and panel["gridPos"]["y"] == 1]
    assert len(first) >= 5 and sum(len(panel["targets"]) for panel in first) <= FIRST_SCREEN


def test_the_worklist_of_the_fleet_is_on_the_first_screen():
    """Of 1080 pixels, worst first and with the reason, however many stations there are."""
    table = panel_of("victron-fleet", "Stations")
    assert (table["gridPos"]["y"] + table["gridPos"]["h"]) * CELL <= SCREEN - HEADER
    assert [(one["displayName"], one["desc"]) for one in table["options"]["sortBy"]] == [("Status", True), ("Risk", True)]
    shown = next(step["options"] for step in table["transformations"] if step["id"] == "organize")
    assert list(shown["renameByName"].values())[:3] == ["Station", "Status", "Why"] and list(shown["indexByName"]) == sorted(
        shown["indexByName"], key=shown["indexByName"].get)


def test_every_reason_is_split_into_words():
    names = {rule["alert"].removeprefix("Victron") for rule in RULES if "alert" in rule}
    assert max(len(re.findall("[A-Z]", name)) for name in names) == queries.WORDS_OF_AN_ALERT


def test_every_specified_panel_exists():
    shown = {(uid, panel["title"]) for uid, panel in PANELS}
    wanted = [line.split("\t") for line in (Path(__file__).parent / "specified_panels.txt").read_text().splitlines() if line and line[0] != "#"]
    assert len(wanted) > 120
    missing = [f"{uid}: {title}" for uid, title, *here in wanted for each in (here or [title]) if (uid, each) not in shown]
    assert not missing, "\n".join(missing)


# Colours, limits and words ----------------------------------------------------------------------------------------------------

@each_panel
def test_panel_type_is_core_and_it_is_described(panel):
    assert panel["type"] in CORE and len(panel["description"]) > 30 and panel["description"][-1] in ".?"


@each_board
def test_colours_are_of_the_palette(board):
    text = json.dumps([board["panels"], board["annotations"]])
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", text)) <= palette.ALL
    named = set(re.findall(r'"(?:color|fixedColor|fixed|iconColor)": "([^"#$]+)"', text)) - {palette.LIMIT, palette.TRANSPARENT}
    assert not {name for name in named if re.fullmatch(r"(super-|semi-|dark-|light-)*(green|red|orange|yellow|blue|purple)", name)}
    assert "palette-classic" not in text


def test_sources_are_never_green_or_red():
    for legend in ("PV", "Charge −", "Discharge", "Import", "Export −", "Load", "Generator", "L1"):
        assert palette.of(legend) not in (palette.OK, palette.CRITICAL, palette.WARNING, None)


def all_of(key, value):
    """Every value under that key, and of overrides of it."""
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        if value.get("id") == key:
            yield value["value"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from all_of(key, inner)


@each_panel
def test_limits_are_typed_once(panel):
    """Constant steps are those of generator/limits.py."""
    known = [limits.thresholds(name) for name in [None, *limits.STEPS]]
    found = list(all_of("thresholds", panel["fieldConfig"]))
    assert found and all(one in known for one in found)


def test_without_a_value_everything_is_grey():
    """But rows of a table that are only there with a value."""
    base = {name: limits.thresholds(name)["steps"][0] for name in limits.STEPS}
    assert [name for name, step in base.items() if step != {"value": None, "color": palette.UNKNOWN}] == ["maintenance"]


@each_panel
def test_a_single_field_has_no_step_below_zero(panel):
    """Grafana takes the base of an override for 0, and looks no further for what is less."""
    for override in panel["fieldConfig"]["overrides"]:
        for found in all_of("thresholds", override):
            assert all(step["value"] in (None, limits.LOWEST) or step["value"] >= 0 for step in found["steps"])


@each_panel
def test_a_field_of_another_unit_has_not_the_limits_of_its_panel(panel):
    defaults = panel["fieldConfig"]["defaults"]
    if defaults["color"]["mode"] == "thresholds" and len(defaults["thresholds"]["steps"]) > 1:
        for override in panel["fieldConfig"]["overrides"]:
            told = {one["id"]: one["value"] for one in override["properties"]}
            assert told.get("unit", defaults["unit"]) == defaults["unit"] or told.keys() & {"thresholds", "color", "mappings"}, override["matcher"]["options"]


def test_every_limit_is_used():
    drawn = json.dumps([panel["fieldConfig"] for _, panel in PANELS])
    assert [name for name in limits.STEPS if json.dumps(limits.thresholds(name)) not in drawn] == []


RULES = [rule for path in sorted((ROOT / "alert-rules").glob("*.yml")) for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("name, numbers", [
    ("risk", ["20", "60"]), ("time to empty", ["3600", "14400"]), ("state of charge", ["0.1", "0.2"]), ("vrm", ["600"]), ("sibling", ["0.6"]), ("imbalance", ["0.02", "0.05"]),
    ("ripple", ["0.015", "0.03"]), ("last run", ["35 * 86400", "3024000"]), ("wifi", ["0.4"]), ("buffer", ["1000"]), ("space", ["100e6", "500e6"]), ("load", ["0.8", "1.1"]),
    ("clock", ["30", "60"]), ("availability", ["0.99"])])
def test_constants_are_those_of_the_rules(name, numbers):
    """Levels that Grafana needs as numbers are found in the rules, spelt like that."""
    text = " ".join(str(rule["expr"]) for rule in RULES)
    in_rules = [number for number in numbers if re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.]\d|e\d)", text)]
    steps = [value for value, _ in limits.STEPS[name][1:]]
    assert in_rules and {eval(number) for number in in_rules} <= {abs(value) for value in steps} | {value for value, _ in limits.STEPS[name]}  # noqa: S307


def enum_metrics():
    return {row["metric"] for path in (ROOT / "metrics-map").glob("*.json") for row in json.loads(path.read_text()).get("metrics", []) if "enum" in row or isinstance(row.get("values"), dict)}


def shown_metric(node):
    """The metric whose very value the expression gives, if it is one: maxima, names and what is chosen keep it."""
    if isinstance(node, Selector):
        return node.name
    if isinstance(node, Call) and (node.function in AGGREGATIONS - {"count", "count_values"} or node.function == "label_replace"):
        return shown_metric(node.arguments[-1 if node.function in ("topk", "bottomk") else 0])
    if isinstance(node, Binary) and node.sign in ("or", "and", "unless", "*"):
        return shown_metric(node.left)
    return None


def words_of(panel, target):
    """The mappings that reach a target: its own overrides, else those of the panel."""
    from units_test import matches, names_of
    own = [prop["value"] for name in names_of(panel, target) for override in panel["fieldConfig"]["overrides"] if matches(override["matcher"], name, target)
           for prop in override["properties"] if prop["id"] == "mappings"]
    return own or [panel["fieldConfig"]["defaults"]["mappings"]]


def told(mappings):
    """{number: word} of Grafana's mappings; the colours are free."""
    return {number: one["text"] for mapping in mappings for number, one in mapping["options"].items()}


def test_states_are_words_never_codes():
    """An enum is shown with the words that the map has for it."""
    known, wrong, seen = enum_metrics(), [], 0
    for uid, panel, target, tree in TARGETS:
        metric = shown_metric(tree)
        if metric in known and panel["type"] != "canvas":
            seen += 1
            if [told(one) for one in words_of(panel, target)] != [enums.words(metric)]:
                wrong.append(f"{uid}: {panel['title']} {target['refId']}: {metric}")
    assert seen > 20 and wrong == []


@each_panel
def test_a_field_has_one_set_of_words(panel):
    """Grafana adds mappings of overrides to those of the panel: a panel has either, and none is empty."""
    own = [prop["value"] for override in panel["fieldConfig"]["overrides"] for prop in override["properties"] if prop["id"] == "mappings"]
    assert all(own) and not (own and panel["fieldConfig"]["defaults"]["mappings"])


# Layout -----------------------------------------------------------------------------------------------------------------------

@each_panel
def test_names_stand_beside_several_numbers(panel):
    """A lone number needs no name; several ones have theirs, or are words, versions and directions that speak for themselves."""
    if panel["type"] == "stat" and panel["options"]["textMode"] == "value":
        told = {target["legendFormat"] for target in panel["targets"]}
        mapped = any(prop["id"] in ("mappings", "unit") for override in panel["fieldConfig"]["overrides"] for prop in override["properties"])
        assert len(told) == 1 or mapped, panel["title"]


@each_panel
def test_a_table_is_not_wider_than_its_panel(panel):
    """On a screen of 1920 pixels; a column without a width takes at least 50."""
    if panel["type"] != "table":
        return
    columns = [new for step in panel["transformations"] for new in step["options"].get("renameByName", {}).values()]
    widths = {column: 50 for column in columns}
    for override in panel["fieldConfig"]["overrides"]:
        for prop in override["properties"]:
            if prop["id"] in ("custom.width", "custom.minWidth"):
                widths.update({column: prop["value"] for column in columns if column == override["matcher"]["options"] or re.search(
                    override["matcher"]["options"].strip("/") if override["matcher"]["id"] == "byRegexp" else r"(?!)", column)})
    assert sum(widths.values()) <= panel["gridPos"]["w"] * 1920 / 24, widths


# Links ------------------------------------------------------------------------------------------------------------------------

@each_board
def test_links_resolve(board):
    for url in filter(None, all_of("url", board)):
        found = re.match(r"/d/([\w-]+)\?\$\{datasource:queryparam\}", url)
        if found:
            target = BOARDS[found[1]]
            assert set(re.findall(r"var-(\w+)=", url)) <= {one["name"] for one in target["templating"]["list"]} and "${__url_time_range}" in url, url
        else:
            assert "/docs/runbook.md#" in url, url


def test_links_of_the_alerts_resolve():
    found = {rule["annotations"]["dashboard_url"].split("?")[0] for rule in RULES if "alert" in rule}
    assert found and found <= {f"/d/{uid}" for uid in BOARDS}


# Metrics and labels -----------------------------------------------------------------------------------------------------------

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


MAPPED, RECORDED = mapped(), {rule["record"] for rule in RULES if "record" in rule}
COMMON = {"site", "device", "instance", "job", "__name__", "region", "name", "connection", "alarm", "reason", "source", "component", "level", "severity", "alertname",
          "alertstate", "rule_group", "phase", "tracker"}


def each_selector():
    for uid, panel, _, tree in TARGETS:
        for node, above in walk(tree):
            if isinstance(node, Selector):
                yield f"{uid}: {panel['title']}: {node.name or node.matchers['__name__'][1]}", node, above


def test_metrics_exist():
    def exists(node):
        if not node.name:
            return any(re.fullmatch(node.matchers["__name__"][1], metric) for metric in MAPPED)
        return node.name in (RECORDED if ":" in node.name else MAPPED) or FOREIGN.match(node.name)

    assert sorted({where for where, node, _ in each_selector() if not exists(node)}) == []


def test_labels_exist():
    assert sorted({f"{where} {sorted(set(node.matchers) - COMMON - MAPPED.get(node.name, set()))}" for where, node, _ in each_selector()
                   if set(node.matchers) - COMMON - MAPPED.get(node.name, set())}) == []


def test_metrics_of_the_exporter_have_job_and_site_and_recorded_ones_the_site():
    """Those of fleet, region and component have neither, what Prometheus tells of itself and of processes no site."""
    wrong = []
    for where, node, _ in each_selector():
        level = node.name.split(":")[0] if ":" in node.name else None
        if level in ("fleet", "region", "component") or node.name.startswith("prometheus_"):
            continue
        if "$site" not in node.matchers.get("site", ("", ""))[1] and not node.name.startswith("process_"):
            wrong.append(f"{where} without site")
        if level is None and not node.name.startswith("ALERTS") and node.matchers.get("job") != ("=~", "$job"):
            wrong.append(f"{where} without job")
    assert wrong == []


def test_slowly_recorded_values_are_read_over_their_window():
    slow = {rule["record"] for path in (ROOT / "alert-rules").glob("recording-*.yml") for group in yaml.safe_load(path.read_text())["groups"]
            for rule in group["rules"] if group.get("interval") in ("5m", "1h") and "record" in rule}
    assert sorted({where for where, node, above in each_selector() if node.name in slow
                   and not (isinstance(above[-1], Call) and above[-1].function.endswith("_over_time"))}) == []
