"""A station at the edge is cut off for hours: nothing is missing afterwards, whichever scraper it has and whichever store.

    /usr/bin/python3 tests/long/fleet/outage.py [--hours=8] [--hour=60] [--before=0]

The shipped configurations of deploy/fleet/edge, in which an hour is so many seconds: they scrape each second, and what the agent does at
times of its own (it shortens its log, keeps a week of it) is as much faster. Eight hours take ten minutes. --hours=150 --hour=1 --before=300 is
an outage of nearly a week when the log has been shortened before. Ends with 1 if a scrape of the outage is missing, or is there twice.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests", "tests/e2e", "tests/fleet", "deploy/fleet")]

import outage_test  # noqa: E402
from harness import wait_until  # noqa: E402

PATIENCE = 300.0


def agent_flags(hour):
    return [("retention.max-time=7d", f"retention.max-time={7 * 24 * hour}s --storage.agent.retention.min-time=5s"),
            ("wal-truncate-frequency=84h", f"wal-truncate-frequency={84 * hour}s")]


def told(edge, store, site):
    """Waits until the samples of the outage have come; True if some did not, or came twice."""
    began = time.monotonic()
    with contextlib.suppress(AssertionError):
        wait_until(lambda: max(edge.times_in(edge.witness, site)) > edge.end and not edge.missing(store, site), PATIENCE)
    took, times = time.monotonic() - began, edge.times(store, site)
    missing, doubled = edge.missing(store, site), len(times) - len(set(times))
    print(f"{site} to {store}: of {len(edge.during(site))} scrapes in {edge.end - edge.start:.0f} s {len(missing)} are missing, {doubled} are there twice; "
          f"complete {took:.1f} s after it was looked at", flush=True)
    return bool(missing or doubled)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("hours", 8), ("hour", 60), ("before", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        edge = outage_test.Edge(Path(folder), stack, agent_flags(options.hour))
        time.sleep(options.before * options.hour)
        edge.cut_off(stack, options.hours * options.hour)
        before = {name: link.up_bytes for name, link in edge.links.items()}
        edge.mend()
        wrong = [told(edge, store, site) for store in edge.stores for site in edge.exporters]
        for name, link in edge.links.items():
            print(f"sent to {name} afterwards, by both scrapers: {(link.up_bytes - before[name]) / 1e6:.2f} MB")
    sys.exit(1 if any(wrong) else 0)


if __name__ == "__main__":
    main()
