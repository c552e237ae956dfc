"""Every expression of every dashboard gives data at the simulated weeks, and is answered in time."""

import re
import shutil
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import week  # noqa: E402
from week import rules  # noqa: E402
from boards import BOARDS, fill, panel_of, panels, variable  # noqa: E402

pytestmark = pytest.mark.skipif(not shutil.which("prometheus"), reason="prometheus is not installed")
STATIONS = week.all_stations()
SITES = [station.site for station in STATIONS]
OFFLINE = "cabin"
SLOWEST = 5.0  # seconds for one query of six stations on a busy machine

# Expressions that find nothing at these stations, which is as it should be: (panel, query).
SILENT = {
    ("Current against BMS limits", "D"): "nobody exceeds the limits",
    ("Depth of discharge per day", "B"): "no day was that deep",
    ("Internal resistance", "A"): "the current of these batteries moves too little",
    ("Internal resistance", "B"): "the weeks are no 60 days",
    ("Grid connection", "C"): "there is no Multi RS among them",
    ("Battery", "B"): "no battery is low",
    ("Battery", "C"): "no battery is low",
    ("Time to empty / full", "C"): "it is evening",
    ("Utilisation", "D"): "the fourth string is dead and has no peak power",
}
SPANS = {"now/d": week.DAY, "now-6h": 6 * week.HOUR, "now-24h": week.DAY, "now-7d": 7 * week.DAY}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    server = week.make(tmp_path_factory.mktemp("week"))
    yield server
    server.stop()


def ask(prometheus, board, panel, target, site):
    """Instant queries at the end, others over the time of the board or the panel, as far as there is data."""
    expression = fill(target["expr"], site=site)
    span = min(35 * week.DAY, rules.seconds(panel["timeFrom"])) if "timeFrom" in panel else SPANS[board["time"]["from"]]
    step = rules.seconds(panel.get("interval", "5m"))
    began = time.monotonic()
    result = prometheus.query(expression, week.END) if target["instant"] else prometheus.query_range(expression, week.END - span, week.END, step)
    assert time.monotonic() - began < SLOWEST, f"slow: {expression}"
    return result


def chosen(board):
    """What the variable of the station may be: all at once, or one after the other."""
    return ["|".join(SITES)] if variable(board, "site")["multi"] else SITES


def silent(prometheus, board):
    """(panel, query) without any data."""
    return [(panel["title"], target["refId"]) for panel in panels(board) for target in panel["targets"]
            if not any(ask(prometheus, board, panel, target, site) for site in chosen(board))]


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_every_expression_gives_data(prometheus, board):
    """What is on the list and finds data, or is gone, leaves the list."""
    expected = [one for one in SILENT if one[0] in {panel["title"] for panel in panels(board)}]
    assert sorted(silent(prometheus, board)) == sorted(expected)


def values(prometheus, uid, title, number, site, label="site"):
    """{label: value} of one instant query of a panel."""
    panel = panel_of(uid, title)
    return {series["metric"].get(label, ""): float(series["value"][1]) for series in ask(prometheus, BOARDS[uid], panel, panel["targets"][number], site)}


def test_variables_offer_every_station(prometheus):
    """The text is the name of the site file, the value the site."""
    expression = re.fullmatch(r"query_result\((.*)\)", variable(BOARDS["victron-aux"], "site")["definition"])[1]
    found = {series["metric"]["site"]: series["metric"]["name"] for series in prometheus.query(fill(expression, site=".*"), week.END)}
    assert found == {station.site: station.about["name"] for station in STATIONS}


def test_an_offline_station_is_grey_not_green(prometheus):
    status = values(prometheus, "victron-fleet", "Stations", 0, "|".join(SITES))
    assert set(status) == set(SITES)
    assert status == {OFFLINE: 3, "farm": 2, "factory": 1, "boat": 1, "island": 1, "ess": 0}


def total(series):
    return sum(float(one["value"][1]) for one in series)


def test_the_fleet_is_five_of_six(prometheus):
    """What was online an hour ago is not counted: each level answers for now."""
    targets = panel_of("victron-fleet", "Stations online")["targets"]
    online, every = (prometheus.query(fill(target["expr"], site="|".join(SITES)), week.END) for target in targets)
    assert [(one["metric"], one["value"][1]) for one in online] == [({"level": "critical"}, "5")] and total(every) == 6


@pytest.mark.parametrize("title, number, source", [("Energy per day", 0, "pv"), ("Energy per day", 3, "load")])
def test_the_bar_of_a_day_is_that_day(prometheus, title, number, source):
    """Drawn at midnight: yesterday is what yesterday gave, and today what there is so far."""
    expression = fill(panel_of("victron-fleet", title)["targets"][number]["expr"], site="ess|factory")
    midnight = week.END - week.END % week.DAY - 2 * week.HOUR  # in Berlin, in summer
    for when, then in (("today", midnight), ("yesterday", midnight - week.DAY)):
        told = total(prometheus.query(f'site:victron_energy_joules:{when}{{site=~"ess|factory", source="{source}"}} / 3.6e6', week.END))
        assert told > 1 and total(prometheus.query(expression, then)) == pytest.approx(told, rel=0.03)


def test_the_strings_are_drawn_once(prometheus):
    """Their powers add up to the solar power of the chargers."""
    found = [one for target in panel_of("victron-solar", "Power by tracker")["targets"] for one in prometheus.query(fill(target["expr"], site="factory"), week.END)]
    names = [(one["metric"]["device_name"], one["metric"]["string"]) for one in found]
    assert len(names) == len(set(names)) == 7 and ("Carport", "tracker 0") in names and ("Hall roof", "String 3") in names
    assert total(found) == pytest.approx(total(prometheus.query('tracker:victron_pv_power_watts:now{site="factory"}', week.END)))


def test_the_flow_has_one_arrow_a_part_and_the_sign_of_its_meter(prometheus):
    """The lines of the canvas: into the inverter or out of it, never both."""
    widths = {}
    for target in panel_of("victron-station", "Energy flow")["targets"]:
        if target["legendFormat"].endswith((" in", " out")):
            widths[target["legendFormat"]] = total(prometheus.query(fill(target["expr"], site="factory"), week.END))
    assert widths["PV in"] > 10 and widths["AC loads out"] > 10 and widths["PV out"] == widths["AC loads in"] == 0
    assert not any(widths[f"{part} in"] and widths[f"{part} out"] for part in ("Grid", "Battery", "Generator"))


def test_the_reason_is_the_worst_alert(prometheus):
    why = {one["metric"]["site"]: one["metric"].get("why") for one in prometheus.query(fill(panel_of("victron-fleet", "Stations")["targets"][0]["expr"], site="|".join(SITES)), week.END)}
    assert why[OFFLINE] == "Data too old" and why["farm"] in ("Device Fault", "Solar Charger Error") and why["ess"] is None
