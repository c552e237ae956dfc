"""What a panel calls watts are watts: the unit of every expression is that of the field that shows it."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import units  # noqa: E402
from boards import BOARDS, panels  # noqa: E402

# Counts, codes, points and what carries its unit in its name stand in fields without a unit.
WITHOUT = {"none", "short"}
# No unit of Grafana suits positions on a map and hours beside counts, and what is counted every ten minutes is time.
SHOWN_OTHERWISE = {("Map", "Latitude"), ("Map", "Longitude"), ("Grid outages 30 d", "Hours off grid"), ("Mean time to clear 7 d", "__auto")}


def names_of(panel, target):
    """What Grafana calls the field of a target: its legend, or the column that a table makes of it."""
    if target["format"] != "table":
        return [re.sub(r"\{\{.*?\}\}", "x", target["legendFormat"])]
    renamed = {old: new for step in panel["transformations"] for old, new in step["options"].get("renameByName", {}).items()}
    return [renamed.get(name) for name in (f"Value #{target['refId']}", "Value") if name in renamed] or ["Value"]


def matches(matcher, name, target):
    kind, option = matcher["id"], matcher["options"]
    if kind == "byName":
        return option == re.sub(r"\{\{.*?\}\}", "x", name)
    if kind == "byRegexp":
        return bool(re.search(option.strip("/"), name))
    return kind == "byFrameRefID" and option == target["refId"]


def unit_of(panel, target, name):
    """The last override wins; nodes and edges of a graph have units of their own."""
    if panel["type"] == "nodeGraph":
        return panel["options"]["edges" if target["refId"] == "B" else "nodes"]["mainStatUnit"]
    found = [prop["value"] for override in panel["fieldConfig"]["overrides"] if matches(override["matcher"], name, target)
             for prop in override["properties"] if prop["id"] == "unit"]
    return found[-1] if found else panel["fieldConfig"]["defaults"]["unit"]


def shown():
    for uid, board in BOARDS.items():
        for panel in panels(board):
            for target in panel["targets"]:
                for name in names_of(panel, target):
                    yield uid, panel, target, name


def test_what_is_shown_otherwise_is_shown():
    assert SHOWN_OTHERWISE <= {(panel["title"], name) for _, panel, _, name in shown()}


def test_every_unit_of_the_boards_is_known():
    assert {unit_of(panel, target, name) for _, panel, target, name in shown()} <= set(units.GRAFANA)


@pytest.mark.parametrize("uid", BOARDS)
def test_the_unit_of_the_field_is_that_of_the_expression(uid):
    wrong = []
    for own, panel, target, name in shown():
        if own != uid or (panel["title"], name) in SHOWN_OTHERWISE:
            continue
        try:
            told = units.of(target["expr"])
        except units.Mismatch as mismatch:
            wrong.append(f"{panel['title']} {target['refId']}: {mismatch}")
            continue
        field = unit_of(panel, target, name)
        fits = told is None or (told.powers == () if field in WITHOUT else told.is_like(units.GRAFANA[field]))
        if not fits:
            wrong.append(f"{panel['title']} {target['refId']} {name}: {told} is shown as {field}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("expression, expected", [
    ("site:victron_energy_joules:today / 3600000", "kwatth"), ("sum(rate(victron_x_joules_total[5m]))", "watt"), ("time() - victron_a_timestamp_seconds", "s"),
    ("victron_battery_voltage_volts * victron_battery_current_amperes", "watt"), ("a_watts / b_watts", "percentunit"), ("x_timestamp_seconds * 1000", "dateTimeFromNow"),
    ("victron_tank_remaining_cubic_meters * 1000", "litre"), ("site:victron_grid_outages:count24h", "short"), ("-0.5 * a_watts", "watt")])
def test_units_of_expressions(expression, expected):
    assert units.of(expression).is_like(units.GRAFANA[expected])


@pytest.mark.parametrize("expression", ["a_watts + b_volts", "a_watts or b_joules", "a_seconds > b_watts", 'max({__name__=~"victron_(a_watts|b_volts)"})'])
def test_what_does_not_fit_is_refused(expression):
    with pytest.raises(units.Mismatch):
        units.of(expression)
