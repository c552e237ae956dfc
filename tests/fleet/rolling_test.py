"""Exporters are started anew one after the other, as after an upgrade: each has its station's values before it is the turn of the next.

So a station is without samples for as long as its own exporter takes to start; a hundred of them scraped every 15 s, and what Prometheus
then has: tests/long/fleet/rolling_upgrade.py.
"""

import contextlib

from harness import Page, request
from whole_fleet import HttpStations, WholeFleet

EXPORTERS = 6


def test_an_exporter_has_its_station_before_the_next_is_started_anew(tmp_path):
    with contextlib.ExitStack() as stack:
        stations = HttpStations(EXPORTERS)
        stack.callback(stations.stop)
        fleet = WholeFleet(tmp_path, stations, stack)
        for row in fleet.rows:
            before = fleet.pids()
            fleet.restart(row["site"])
            status, _, body = request(f"http://127.0.0.1:{row['port']}/metrics")
            assert status == 200 and Page(body.decode()).value("victron_up", site=row["site"]) == 1
            changed = {site for site, pid in fleet.pids().items() if pid != before[site]}
            assert changed == {row["site"]}
