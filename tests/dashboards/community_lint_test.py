"""The rules of grafana/dashboard-linter that apply, with the exclusions of grafana-dashboards/.lint, each of which is needed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))
from boards import BOARDS, FOLDER, fill, panels, variable  # noqa: E402
from promql_parser import Call, Selector, parse, walk  # noqa: E402

EXCLUSIONS = yaml.safe_load((FOLDER / ".lint").read_text())["exclusions"]
DRAWN = {"stat", "timeseries", "gauge", "table"}  # kinds of panels that the rules about panels look at
UNITS = set("""none string short percent percentunit humidity watt kwatt Wm2 voltamp voltampreact watth kwatth amph joule amp volt mvolt ohm bytes decbytes bits
    celsius fahrenheit kelvin s ms ns m h d dtdurations dtdurationms hertz rothz rotrpm ppm litre mlitre m3 pressurepa pressurehpa pressurekpa lengthm velocityms degree
    dateTimeAsIso dateTimeAsLocal dateTimeFromNow bool bool_yes_no bool_on_off conμgm3 cps ops reqps rps iops""".split())


def queries(board):
    return [one for one in board["templating"]["list"] if one["type"] == "query"]


def source_is_chosen(thing):
    return thing["datasource"]["uid"] in ("$datasource", "${datasource}")


def template_datasource(board):
    found = [one for one in board["templating"]["list"] if one["type"] == "datasource"]
    if [(one["name"], one["label"], one["query"]) for one in found] != [("datasource", "Data source", "prometheus")]:
        yield "", "one data source variable, called datasource, labelled Data source"


def template_named(board, name):
    one = variable(board, name)
    if not one or one["type"] != "query" or one["label"] != name.capitalize() or not one["multi"] or one.get("allValue") != ".+" or not source_is_chosen(one):
        yield "", f"no query variable {name}, several values, all is .+"


def template_label_promql(board):
    for one in queries(board):
        found = re.fullmatch(r"(label_names|label_values|metrics|query_result)\((.+)\)", one["query"]["query"])
        if not found:
            yield "", f"{one['name']}: no function of variables"
        else:
            parse(re.sub(r", \w+$", "", found[2]))


def template_on_time_change_reload(board):
    yield from (("", one["name"]) for one in queries(board) if one["refresh"] != 2)


def panel_datasource(board):
    yield from ((panel["title"], "") for panel in panels(board) if not source_is_chosen(panel) or not all(map(source_is_chosen, panel["targets"])))


def panel_title_description(board):
    yield from ((panel["title"], "") for panel in panels(board) if not panel["title"] or not panel["description"])


def panel_units(board):
    yield from ((panel["title"], panel["fieldConfig"]["defaults"]["unit"]) for panel in panels(board)
                if panel["type"] in DRAWN and panel["fieldConfig"]["defaults"]["unit"] not in UNITS)


def panel_no_targets(board):
    yield from ((panel["title"], "") for panel in panels(board) if not panel["targets"])


def each_selector(board):
    for panel in panels(board):
        for target in panel["targets"]:
            for node, above in walk(parse(target["expr"])):
                if isinstance(node, Selector):
                    yield panel["title"], node, above


def target_rate_interval(board):
    yield from ((title, node.window) for title, node, above in each_selector(board)
                if above and isinstance(above[-1], Call) and above[-1].function in ("rate", "irate") and node.window != "$__rate_interval")


def target_matcher(board, label):
    yield from ((title, node.name) for title, node, _ in each_selector(board) if node.matchers.get(label) != ("=~", f"${label}"))


def target_counter_agg(board):
    yield from ((title, node.name) for title, node, above in each_selector(board) if node.name.endswith("_total")
                and not (above and isinstance(above[-1], Call) and above[-1].function in ("rate", "irate", "increase")))


def uneditable_dashboard(board):
    if board["editable"]:
        yield "", "editable"


RULES = {
    "template-datasource-rule": template_datasource, "template-job-rule": lambda board: template_named(board, "job"),
    "template-instance-rule": lambda board: template_named(board, "instance"), "template-label-promql-rule": template_label_promql,
    "template-on-time-change-reload-rule": template_on_time_change_reload, "panel-datasource-rule": panel_datasource,
    "panel-title-description-rule": panel_title_description, "panel-units-rule": panel_units, "panel-no-targets-rule": panel_no_targets,
    "target-rate-interval-rule": target_rate_interval, "target-job-rule": lambda board: target_matcher(board, "job"),
    "target-instance-rule": lambda board: target_matcher(board, "instance"), "target-counter-agg-rule": target_counter_agg,
    "uneditable-dashboard-rule": uneditable_dashboard}


def entries(rule):
    """[(title of the dashboard, of the panel)] that are excluded, or None for all."""
    exclusion = EXCLUSIONS.get(rule, {"entries": []})
    return [(one["dashboard"], one["panel"]) for one in exclusion["entries"]] if "entries" in exclusion else None


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_rule(rule, board):
    left = entries(rule)
    assert [(panel, what) for panel, what in RULES[rule](board) if left is not None and (board["title"], panel) not in left] == []


@pytest.mark.parametrize("rule", EXCLUSIONS)
def test_exclusions_are_reasoned_and_needed(rule):
    assert len(EXCLUSIONS[rule]["reason"]) > 20 and all(len(one.get("reason", EXCLUSIONS[rule]["reason"])) > 20 for one in EXCLUSIONS[rule].get("entries", []))
    found = {(board["title"], panel) for board in BOARDS.values() for panel, _ in RULES[rule](board)}
    assert found and set(entries(rule) or []) <= found


def test_target_promql(tmp_path):
    """Each expression is parsed by promtool; the prices are numbers."""
    rules = [{"record": "x", "expr": fill(target["expr"])} for board in BOARDS.values() for panel in panels(board) for target in panel["targets"]]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": f"g{number}", "rules": [rule]} for number, rule in enumerate(rules)]}))
    result = subprocess.run(["promtool", "check", "rules", "--lint=none", str(file)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, (result.stdout + result.stderr)[:4000]
    assert len(rules) > 300
