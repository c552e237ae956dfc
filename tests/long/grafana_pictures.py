"""Takes a picture of every board of a Grafana, dark and light, on a wide screen and on a phone, with headless Chromium.

    tests/long/grafana_pictures.py http://localhost:3000 pictures [--site=ess] [--board=victron-fleet ...]

The Grafana (10.4 or newer) must let anonymous viewers in and have the boards of grafana-dashboards/. It says which board is
not there or another one, and which panels show an error, and ends with 1 if there are any.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "dashboards")]
from boards import BOARDS, panels  # noqa: E402
from chromium import Chromium, program  # noqa: E402

WIDTHS = {"wide": 1920, "phone": 400}
THEMES = ("dark", "light")
CELL = 38  # pixels of a unit of the grid, with its gap
MARGIN = 200
PATIENCE = 60.0  # seconds until all panels of a board have their data
QUIET = 1.5  # seconds without a panel that loads
# What Grafana calls the parts of a panel for its own tests, unchanged since 10.2.
PANELS = "document.querySelectorAll('[data-testid^=\"data-testid Panel header\"]').length"
LOADING = "document.querySelectorAll('[aria-label=\"Panel loading bar\"]').length"
LOGIN = "document.querySelectorAll('input[name=\"user\"]').length"
ERRORS = ("[...document.querySelectorAll('[data-testid=\"data-testid Panel status error\"]')].map(sign =>"
          " (sign.closest('section') || sign).innerText.split('\\n')[0])"
          ".concat(document.body.innerText.includes('Panel plugin not found') ? ['a panel whose plugin is missing'] : [])")


class Unfit(Exception):
    """Why this Grafana cannot be photographed, and what to do."""


def answer(grafana, path):
    try:
        with urllib.request.urlopen(grafana.rstrip("/") + path, timeout=20) as found:
            return json.load(found)
    except urllib.error.HTTPError as error:
        hint = "; let anonymous viewers in (auth.anonymous)" if error.code in (401, 403) else ""
        raise Unfit(f"{path}: status {error.code}{hint}") from error
    except (OSError, ValueError) as error:
        raise Unfit(f"{grafana}: no Grafana answers there ({error})") from error


def version(grafana):
    health = answer(grafana, "/api/health")
    if health.get("database") != "ok":
        raise Unfit(f"its database is not well: {health}")
    return health.get("version", "of a hidden version")


def difference(grafana, uid):
    """Why the board that Grafana has is not ours, or nothing. Grafana may have migrated it: titles tell."""
    try:
        there = answer(grafana, f"/api/dashboards/uid/{uid}")["dashboard"]
    except Unfit as missing:
        return [f"{uid}: {missing}"]
    ours = BOARDS[uid]
    if there["title"] != ours["title"]:
        return [f"{uid}: is called {there['title']!r}, not {ours['title']!r}"]
    lost = {panel["title"] for panel in panels(ours)} - {panel.get("title") for panel in panels(there)}
    return [f"{uid}: is without the panel {title!r}" for title in sorted(lost)]


def address(grafana, uid, theme, site):
    query = {"theme": theme, "kiosk": "1", **({"var-site": site} if site else {})}
    return f"{grafana.rstrip('/')}/d/{uid}?{urllib.parse.urlencode(query)}"


def height(board, width):
    """So high that nothing has to be scrolled to: what is not to be seen, Grafana does not load. On a phone all stands below one another."""
    grids = [panel["gridPos"] for panel in board["panels"]]
    units = max(grid["y"] + grid["h"] for grid in grids) if width > WIDTHS["phone"] else sum(grid["h"] for grid in grids)
    return units * CELL + MARGIN


def wait_for_panels(tab):
    """Until there are panels and none of them loads any more for a while."""
    end, since = time.monotonic() + PATIENCE, None
    while time.monotonic() < end:
        if tab.evaluate(LOGIN):
            raise Unfit("it asks for a password; let anonymous viewers in (auth.anonymous)")
        busy = not tab.evaluate(PANELS) or tab.evaluate(LOADING)
        since = None if busy else since or time.monotonic()
        if since and time.monotonic() - since > QUIET:
            return
        time.sleep(0.1)
    raise Unfit(f"its panels are not there after {PATIENCE:.0f} s")


def take(browser, grafana, uid, folder, site):
    """What is wrong with the board; its pictures are in the folder."""
    wrong = set()
    for theme in THEMES:
        for name, width in WIDTHS.items():
            with browser.tab(address(grafana, uid, theme, site), width, height(BOARDS[uid], width), theme) as tab:
                wait_for_panels(tab)
                wrong.update(tab.evaluate(ERRORS))
                tab.picture(folder / f"{uid}-{theme}-{name}.png", whole=False)
    return [f"{uid}: {panel} shows an error" for panel in sorted(wrong)]


def main(arguments=None):
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("grafana")
    options.add_argument("folder", type=Path)
    options.add_argument("--site", default="")
    options.add_argument("--board", action="append", choices=sorted(BOARDS))
    chosen = options.parse_args(arguments)
    if not program():
        return ["no Chromium is installed"]
    chosen.folder.mkdir(parents=True, exist_ok=True)
    wrong = []
    try:
        print(f"Grafana {version(chosen.grafana)}")
        with Chromium() as browser:
            for uid in chosen.board or BOARDS:
                missing = difference(chosen.grafana, uid)
                wrong += missing or take(browser, chosen.grafana, uid, chosen.folder, chosen.site)
                print(uid)
    except Unfit as reason:
        wrong.append(f"{chosen.grafana}: {reason}")
    return wrong


if __name__ == "__main__":
    sys.exit("\n".join(main()) or 0)
