"""Prints what each --map.level costs on the recorded stations: the tables of docs/levels.md.

    /usr/bin/python3 tests/bench/measure_levels.py

Needs a release build in build/, or VICTRON_TEST_PROGRAM.  Nothing here passes or fails.
"""

import gzip
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from harness import Exporter, Page, Simulator  # noqa: E402

STATIONS = {
    "cerbo-gx-v3.70-ess": "ESS at the grid: Multi, Pylontech battery, energy meter",
    "ekrano-gx-v3.70-boat": "boat: MPPT with 30 days of history, tanks, sensors",
    "venus-v3.14-offgrid-house": "off-grid house: Quattro, three MPPTs, genset",
    "three-phase-site": "three phases: two batteries, MPPT RS, PV inverter, genset, EV charger (a made-up station)",
}
LEVELS = ["core", "standard", "full"]


def scrape(server):
    """(page, its size, its size in gzip)"""
    _, headers, body = server.get(headers={"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"
    text = gzip.decompress(body)
    return Page(text.decode("utf-8")), len(text), len(body)


def load_of(page):
    return (page.value("victron_http_requests_total"),
            page.value("victron_http_response_bytes_total"))


def later_scrape(station, level):
    """(page, size, gzip size, requests, bytes read) of a scrape that need not ask settings."""
    server = Exporter(station.url, f"--map.level={level}", "--scrape.min-interval=1ms")
    try:
        scrape(server)
        before = load_of(scrape(server)[0])
        page, size, gzip_size = scrape(server)
    finally:
        server.stop()
    requests, read = (now - then for now, then in zip(load_of(page), before))
    return page, size, gzip_size, int(requests), int(read)


def first_load(station, level):
    """(requests, bytes read) of the fetch at start, which the first scrape shares."""
    server = Exporter(station.url, f"--map.level={level}", "--scrape.min-interval=1h")
    try:
        requests, read = load_of(scrape(server)[0])
    finally:
        server.stop()
    return int(requests), int(read)


def row_of(station, level):
    page, size, gzip_size, requests, read = later_scrape(station, level)
    first_requests, first_read = first_load(station, level)
    series = int(page.value("victron_scrape_samples"))
    return (f"| {level} | {series} | {size / 1000:.0f} | {gzip_size / 1000:.0f} | {requests} | {read / 1000:.0f} | "
            f"{first_requests} | {first_read / 1000:.0f} |")


def main():
    for name, description in STATIONS.items():
        print(f"**{name}**: {description}\n")
        print("| level | series | page, kB | page in gzip, kB | requests | read, kB | requests with `settings` | "
              "read with `settings`, kB |\n|---|---|---|---|---|---|---|---|")
        station = Simulator(name)
        try:
            for level in LEVELS:
                print(row_of(station, level))
        finally:
            station.stop()
        print()


if __name__ == "__main__":
    main()
