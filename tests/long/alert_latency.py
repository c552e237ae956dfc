"""How long it takes from a misfortune to its message, with the shipped rules and times: nothing is accelerated.

    /usr/bin/python3 tests/long/alert_latency.py

The stations and misfortunes are those of tests/e2e_rules, which suffer after five quiet minutes. Says for each station when the
first message about it came and what it was, and what was said of a station that suffered nothing. Takes half an hour.
"""

import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / name) for name in ("", "rules", "e2e", "e2e_rules")]

import story  # noqa: E402
from world import World  # noqa: E402

QUIET = 5 * 60
WATCHED = 22 * 60
RECEIVERS = ("/pager", "/ticket")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sites = [site for site in story.sites(folder) if site.name not in ("depot", "roof")]
        world = World(folder, sites, is_accelerated=False)
        try:
            time.sleep(QUIET)
            begin = time.monotonic()
            for site, values in story.MISFORTUNES.items():
                if site in world.sites:
                    world.sites[site].suffer(values)
            world.sites["island"].simulator.faults(server="refuse")
            world.sites["tower"].stop_exporter()
            time.sleep(WATCHED)
            calls = [call for call in world.calls if call.path in RECEIVERS]
        finally:
            world.stop()
    for call in calls:
        after = call.at - begin
        print(f"{after / 60:6.1f} min  {call.path:8} {call.site or 'fleet':8} {call.names(call.status)}")
    heard = {call.site for call in calls}
    silent = set(story.MISFORTUNES) & set(world.sites) | {"island", "tower"}
    print("never heard of:", ", ".join(sorted(silent - heard)) or "none", "| said of home:", "home" in heard)


if __name__ == "__main__":
    main()
