"""Years of trouble in a minute leave nothing behind: memory, descriptors and threads are flat."""

import os

import soaking
from harness import SLOWNESS

SEED = int(os.environ.get("VICTRON_SOAK_SEED", "20260801"))
SECONDS = 30
REST_KIB = 512  # for each process: the heap finds its size in the first thousand scrapes; tests/long/soak.py allows none


def test_thousands_of_scrapes_of_a_station_in_chaos(tmp_path):
    soak = soaking.HttpSoak(tmp_path, SEED)
    try:
        soaking.assert_flat(soaking.soak(soak, SECONDS), REST_KIB)
        assert soak.scraper.scrapes > 300
    finally:
        soak.close()


def test_hundreds_of_connections_to_a_broker_that_is_killed(broker):
    soak = soaking.MqttSoak(broker(), SEED, speed=40 if SLOWNESS == 1 else 1)
    try:
        soaking.assert_flat(soaking.soak(soak, SECONDS), REST_KIB * len(soak.servers))
        assert soak.kills > 5
    finally:
        soak.close()
