"""Years of trouble in a minute leave nothing behind: memory, descriptors and threads are flat within 1 %."""

import os

import soaking

SEED = int(os.environ.get("VICTRON_SOAK_SEED", "20260801"))
SECONDS = 30


def test_thousands_of_scrapes_of_a_station_in_chaos(tmp_path):
    soak = soaking.HttpSoak(tmp_path, SEED)
    try:
        soaking.assert_flat(soaking.soak(soak, SECONDS))
        assert soak.scraper.scrapes > 300
    finally:
        soak.close()


def test_hundreds_of_connections_to_a_broker_that_is_killed(broker):
    soak = soaking.MqttSoak(broker(), SEED)
    try:
        soaking.assert_flat(soaking.soak(soak, SECONDS))
        assert soak.kills > 5
    finally:
        soak.close()
