"""Takes a picture of every board of a Grafana, dark and light, wide and narrow, with headless Chromium.

    tests/long/grafana_pictures.py http://localhost:3000 pictures [--site=ess]

The Grafana must let anonymous viewers in and have the boards of grafana-dashboards/. Says which panels show an error, if any.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

BOARDS = Path(__file__).resolve().parents[2] / "grafana-dashboards"
SIZES = {"wide": (1920, 1080), "narrow": (400, 900)}
PATIENCE = 20_000  # milliseconds of a page's own time


def chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    sys.exit("no Chromium is installed")


def address(grafana, uid, theme, site):
    query = {"theme": theme, "kiosk": "1", **({"var-site": site} if site else {})}
    return f"{grafana.rstrip('/')}/d/{uid}?{urllib.parse.urlencode(query)}"


def browse(program, url, size, *options):
    with tempfile.TemporaryDirectory() as profile:
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}",
                   f"--virtual-time-budget={PATIENCE}", *options, url]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def missing(grafana, uid):
    """What Grafana has is what we ship."""
    with urllib.request.urlopen(f"{grafana.rstrip('/')}/api/dashboards/uid/{uid}", timeout=20) as answer:
        there = json.load(answer)["dashboard"]
    ours = json.loads((BOARDS / f"{uid}.json").read_text())
    return [] if there["title"] == ours["title"] else [f"{uid}: another board"]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("grafana")
    options.add_argument("folder", type=Path)
    options.add_argument("--site", default="")
    chosen = options.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    program, wrong = chromium(), []
    for uid in sorted(path.stem for path in BOARDS.glob("victron-*.json")):
        wrong += missing(chosen.grafana, uid)
        for theme in ("dark", "light"):
            for name, size in SIZES.items():
                picture = (chosen.folder / f"{uid}-{theme}-{name}.png").resolve()
                browse(program, address(chosen.grafana, uid, theme, chosen.site), size, f"--screenshot={picture}")
                if not picture.exists():
                    wrong.append(f"{uid}: no picture")
        page = browse(program, address(chosen.grafana, uid, "dark", chosen.site), SIZES["wide"], "--dump-dom")
        if "Panel status error" in page or "Panel plugin not found" in page:
            wrong.append(f"{uid}: a panel shows an error")
        print(uid)
    sys.exit("\n".join(wrong) or 0)


main()
