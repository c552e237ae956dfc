"""A hundred exporters are started anew one after the other, as after an upgrade: how long is a station without a sample?

    /usr/bin/python3 tests/long/fleet/rolling_upgrade.py [--exporters=100] [--interval=15]

By the loop of docs/fleet.md, each when the one before is ready. Ends with 1 if more than two scrapes of a station in a row are missing.
"""

import argparse
import contextlib
import itertools
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests", "tests/e2e", "tests/fleet", "tests/bench", "deploy/fleet")]

import whole_fleet  # noqa: E402

FIRST_PORT = 21088  # below the ports that the system gives
MISSED = 2  # scrapes in a row that may fail


def failed_in_a_row(store, span):
    """{series: how many scrapes in a row did not reach the exporter}"""
    found = {}
    for series, samples in store.samples("up", span).items():
        runs = itertools.groupby(value for _, value in samples)
        found[series] = max((len(list(run)) for value, run in runs if value == 0), default=0)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--exporters", type=int, default=100)
    parser.add_argument("--interval", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        stations = whole_fleet.HttpStations(options.exporters)
        stack.callback(stations.stop)
        ports = range(FIRST_PORT, FIRST_PORT + options.exporters)
        fleet = whole_fleet.WholeFleet(folder, stations, stack, options.interval, ports=ports)
        fleet.start_prometheus()
        time.sleep(2 * options.interval)
        began = time.monotonic()
        for site in fleet.sites:
            fleet.restart(site)
        took = time.monotonic() - began
        time.sleep(3 * options.interval)
        failed = failed_in_a_row(fleet.store, "1h")
        print(f"{options.exporters} exporters started anew in {took:.1f} s; {sum(number > 0 for number in failed.values())} stations missed a scrape, "
              f"at most {max(failed.values())} in a row")
    sys.exit(0 if max(failed.values()) <= MISSED and len(failed) == options.exporters else 1)


if __name__ == "__main__":
    main()
