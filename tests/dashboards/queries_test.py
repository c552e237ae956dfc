"""Every expression of every dashboard gives data at the simulated weeks, and is answered in time."""

import re
import shutil
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import week  # noqa: E402
from boards import BOARDS, fill, panel_of, panels, variable  # noqa: E402

pytestmark = pytest.mark.skipif(not shutil.which("prometheus"), reason="prometheus is not installed")
STATIONS = week.all_stations()
SITES = [station.site for station in STATIONS]
OFFLINE = "cabin"
SLOWEST = 5.0  # seconds for one query of six stations on a busy machine

# Expressions that find nothing at these stations, which is as it should be: (panel, legend).
SILENT = {
    ("Current against BMS limits", "critical, beyond"): "nobody exceeds the limits",
    ("Internal resistance", "Battery resistance, mΩ"): "the current of these batteries moves too little",
    ("Internal resistance", "Index: now ÷ 60 days ago"): "the weeks are no 60 days",
    ("Grid connection", "Reason {{instance}}"): "there is no Multi RS among them",
    ("Stations online", "warning online"): "one of six is missing, that is critical",
    ("Time to empty / full", "Full in"): "it is evening",
}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    server = week.make(tmp_path_factory.mktemp("week"))
    yield server
    server.stop()


def ask(prometheus, target, site):
    """Instant queries at the end, others over the last day."""
    expression = fill(target["expr"], site=site)
    began = time.monotonic()
    result = prometheus.query(expression, week.END) if target["instant"] else prometheus.query_range(expression, week.END - week.DAY, week.END, 300)
    assert time.monotonic() - began < SLOWEST, f"slow: {expression}"
    return result


def chosen(board):
    """What the variable of the station may be: all at once, or one after the other."""
    return ["|".join(SITES)] if variable(board, "site")["multi"] else SITES


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_every_expression_gives_data(prometheus, board):
    silent = [(panel["title"], target["legendFormat"]) for panel in panels(board) for target in panel["targets"]
              if not any(ask(prometheus, target, site) for site in chosen(board))]
    assert [one for one in silent if one not in SILENT] == []


@pytest.mark.parametrize("panel, legend", SILENT)
def test_what_is_silent_is_still_there_and_silent(prometheus, panel, legend):
    """An entry of the list that finds data, or that no panel has any more, goes."""
    found = [(board, target) for board in BOARDS.values() for one in panels(board) if one["title"] == panel
             for target in one["targets"] if target["legendFormat"] == legend]
    assert found
    assert not any(ask(prometheus, target, site) for board, target in found for site in chosen(board))


def values(prometheus, uid, title, number, site, label="site"):
    """{label: value} of one instant query of a panel."""
    return {series["metric"].get(label, ""): float(series["value"][1]) for series in ask(prometheus, panel_of(uid, title)["targets"][number], site)}


def test_variables_offer_every_station(prometheus):
    """The text is the name of the site file, the value the site."""
    expression = re.fullmatch(r"query_result\((.*)\)", variable(BOARDS["victron-aux"], "site")["definition"])[1]
    found = {series["metric"]["site"]: series["metric"]["name"] for series in prometheus.query(fill(expression, site=".*"), week.END)}
    assert found == {station.site: station.about["name"] for station in STATIONS}


def test_an_offline_station_is_grey_not_green(prometheus):
    status = values(prometheus, "victron-fleet", "Stations", 0, "|".join(SITES))
    assert set(status) == set(SITES)
    assert status == {OFFLINE: 3, "farm": 2, "factory": 1, "boat": 1, "island": 1, "ess": 0}
