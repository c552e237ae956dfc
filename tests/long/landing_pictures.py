"""Takes the pictures of the landing page for the documents: well on a wide screen, in trouble on a phone.

    tests/long/landing_pictures.py docs/pictures

A simulated house at noon; build/victron_exporter and Chromium must be there, pngquant makes the files small.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests")]

from chromium import Chromium  # noqa: E402
from harness import Exporter, Simulator  # noqa: E402

STATION = "venus-v3.14-offgrid-house"  # its GX is older than the service that names the GX
NOON = 11.5 * 3600
GX = {"/DeviceInstance": 0, "/Device/Model": "Cerbo GX", "/Firmware/Installed/Version": "v3.14"}
TROUBLE = {"com.victronenergy.vebus.ttyO1": {"/Alarms/L1/Overload": 2}, "com.victronenergy.tank.socketcan_can0_di3_uc69": {"/Alarms/Low/State": 1}}
SCHEMES = ("light", "dark")


def take(browser, server, path, width, height, whole):
    for scheme in SCHEMES:
        picture = Path(f"{path}-{scheme}.png")
        with browser.tab(server.url + "/", width, height, scheme) as tab:
            tab.picture(picture, whole)
        if shutil.which("pngquant"):
            subprocess.run(["pngquant", "--force", "--skip-if-larger", "--ext=.png", "64", str(picture)], check=False)
        print(picture, picture.stat().st_size)


def main():
    folder = Path(sys.argv[1])
    now = time.time()
    noon = now - now % 86400 + NOON
    station = Simulator(STATION, "--live", "--seed=3", f"--start-time={noon:.0f}")
    station.faults(services={"add": {"com.victronenergy.platform": {**GX, "/Device/Time": int(now)}}})
    server = Exporter(station.url, "--scrape.min-interval=0s", site="house")
    try:
        with Chromium() as browser:
            server.page()
            take(browser, server, folder / "landing", 1100, 400, whole=True)
            station.faults(values=TROUBLE)
            server.page()
            take(browser, server, folder / "landing-phone", 390, 844, whole=False)
    finally:
        server.stop()
        station.stop()


main()
