"""The boards as the tests read them, and what Grafana puts in place of their variables."""

import json
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "grafana-dashboards"
BOARDS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("victron-*.json"))}
FILLED = {"__rate_interval": "20m", "__range": "7d", "__interval": "5m", "job": ".+", "instance": ".*", "phase": ".*", "tracker": ".*", "region": ".*",
          "import_price": "0.3", "export_price": "0.1"}


def panels(board):
    """All panels, those of collapsed rows too."""
    for panel in board["panels"]:
        yield from panel.get("panels", [])
        if panel["type"] != "row":
            yield panel


def panel_of(uid, title):
    return next(panel for panel in panels(BOARDS[uid]) if panel["title"] == title)


def variable(board, name):
    found = [one for one in board["templating"]["list"] if one["name"] == name]
    return found[0] if len(found) == 1 else {}


def fill(expression, **values):
    return re.sub(r"\$\{?(\w+)\}?", lambda found: {**FILLED, **values}.get(found[1], found[0]), expression)
