"""Every expression of every dashboard gives data at a simulated week, and is answered in time."""

import json
import re
import shutil
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import scenario  # noqa: E402

pytestmark = pytest.mark.skipif(not shutil.which("prometheus"), reason="prometheus is not installed")
BOARDS = sorted(scenario.DASHBOARDS.glob("victron-*.json"))
SITES = list(scenario.STATIONS)
SLOWEST = 5.0  # seconds for one query of four stations on a busy machine


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    prometheus, end = scenario.week(tmp_path_factory.mktemp("week"))
    yield prometheus, end
    prometheus.stop()


def panels(board):
    for panel in board["panels"]:
        yield from panel.get("panels", [])
        if panel["type"] != "row":
            yield panel


def fill(expression, site):
    """What Grafana does with the variables."""
    values = {"__rate_interval": "20m", "__range": "7d", "__interval": "5m", "job": ".+", "site": site, "instance": ".*", "phase": ".*",
              "tracker": ".*", "region": ".*", "import_price": "0.3", "export_price": "0.1"}
    return re.sub(r"\$\{?(\w+)\}?", lambda found: values.get(found[1], found[0]), expression)


def ask(prometheus, end, target, site):
    """Whether there is anything at all: instant queries now, others over the last day."""
    expression = fill(target["expr"], site)
    began = time.monotonic()
    if target["instant"]:
        result = prometheus.query(expression, end)
    else:
        result = prometheus.query_range(expression, end - scenario.DAY, end, 300)
    assert time.monotonic() - began < SLOWEST, f"slow: {expression}"
    return bool(result)


def sites_of(board):
    variable = next(v for v in board["templating"]["list"] if v["name"] == "site")
    return ["|".join(SITES)] if variable["multi"] else [s for s in SITES if s != scenario.OFFLINE]


def problems(prometheus, end, board):
    for panel in panels(board):
        answered = False
        for target in panel["targets"]:
            for site in sites_of(board):
                try:
                    answered |= ask(prometheus, end, target, site)
                except ValueError as error:
                    yield f"{board['uid']}: {panel['title']} {target['refId']}: {error}\n    {target['expr']}"
                    break
        if not answered and "Empty " not in panel["description"]:
            yield f"{board['uid']}: {panel['title']} is empty"


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_every_panel_shows_something(week, path):
    prometheus, end = week
    found = list(problems(prometheus, end, json.loads(path.read_text())))
    assert not found, "\n".join(found)


# Panels that may be empty somewhere, but not at these stations.
FULL = json.loads((Path(__file__).parent / "full_panels.json").read_text())


@pytest.mark.parametrize("uid", sorted(FULL))
def test_panels_of_present_hardware_are_not_empty(week, uid):
    prometheus, end = week
    board = json.loads((scenario.DASHBOARDS / f"{uid}.json").read_text())
    shown = {p["title"]: p for p in panels(board)}
    empty = [title for title in FULL[uid]
             if not any(ask(prometheus, end, t, s) for t in shown[title]["targets"] for s in sites_of(board))]
    assert not empty


def test_variables_offer_every_station(week):
    """The text is the name of the site file, the value the site."""
    prometheus, end = week
    board = json.loads(BOARDS[0].read_text())
    variable = next(v for v in board["templating"]["list"] if v["name"] == "site")
    expression = re.fullmatch(r"query_result\((.*)\)", variable["definition"])[1]
    found = {s["metric"]["site"]: s["metric"]["name"] for s in prometheus.query(fill(expression, ".*"), end)}
    assert found == {site: about["name"] for site, (_, about) in scenario.STATIONS.items()}


def test_an_offline_station_is_grey_not_green(week):
    prometheus, end = week
    board = json.loads((scenario.DASHBOARDS / "victron-fleet.json").read_text())
    table = next(p for p in panels(board) if p["title"] == "Stations")
    status = {s["metric"]["site"]: s["value"][1] for s in prometheus.query(fill(table["targets"][0]["expr"], "|".join(SITES)), end)}
    assert status[scenario.OFFLINE] == "3"
    assert set(status) == set(SITES)
