"""The same quantity has the same words in every device type, and the words are written out."""

import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from catalogue import PLACEHOLDER, MetricsMap  # noqa: E402

ROWS = [row for row in MetricsMap().rows if "metric" in row and row["device"] != "*"]

# Paths that mean another thing in another device type, and what is different.
OTHER_MEANINGS = {
    "/Ac/NumberOfPhases": "a PV inverter has /NrOfPhases as well",
    "/AutoStart": "of a genset: older name of /RemoteStartModeEnabled; of an EV charger: charging begins by itself",
    "/Capacity": "charge of a battery, volume of a tank",
    "/Dc/0/Current": "battery: a fixed name of the contract",
    "/Dc/0/Power": "battery: a fixed name of the contract",
    "/Dc/0/Temperature": "battery: a fixed name of the contract",
    "/Dc/0/Voltage": "battery: a fixed name of the contract",
    "/Dc/{}/Current": "a charger has several outputs",
    "/Dc/{}/Voltage": "a charger has several outputs",
    "/Devices/{}/Enabled": "a sensor, a Modbus device",
    "/Diagnostics/LastError{}": "a battery has /Diagnostics/LastErrors/{}/Error as well",
    "/Error": "a battery has /ErrorCode as well",
    "/Settings/Alarm/System/GridLost": "settings in other device types are called so",
    "/Speed": "of a shaft, of a vehicle",
    "/State": "a pump only runs or stands",
    "/Temperature": "temperature: a fixed name of the contract",
    "/Type": "of an input, of a driver",
}

ABBREVIATIONS = {
    "acin": "ac_input", "acout": "ac_output", "amps": "amperes", "avg": "average", "bat": "battery", "batt": "battery",
    "cur": "current", "freq": "frequency", "gen": "generator", "nr": "the thing in the plural",
    "num": "the thing in the plural", "pct": "ratio", "soc": "state_of_charge", "soh": "state_of_health",
    "temp": "temperature", "ttg": "time_to_go", "volt": "voltage",
}


def quantity(row):
    """The metric's name without the device type."""
    return row["metric"].removeprefix("victron_").removeprefix(row["device"] + "_")


def test_a_path_has_the_same_words_in_every_device_type():
    words = defaultdict(lambda: defaultdict(set))
    for row in ROWS:
        if row["type"] != "info" and row["metric"] != "victron_alarm_state":
            path = PLACEHOLDER.sub("{}", row["path"]) + row.get("json", "")
            words[path][quantity(row)].add(row["device"])
    different = {path: dict(names) for path, names in words.items() if len(names) > 1}
    assert {path: names for path, names in different.items() if path not in OTHER_MEANINGS} == {}
    assert set(OTHER_MEANINGS) <= set(different), "these paths have the same words by now"


def test_the_same_words_have_the_same_type():
    """A quantity is not a counter here and a gauge there."""
    types = defaultdict(set)
    for row in ROWS:
        types[quantity(row)].add(row["type"])
    assert {name for name, kinds in types.items() if len(kinds) > 1} == set()


@pytest.mark.parametrize("abbreviation, words", ABBREVIATIONS.items())
def test_names_are_full_words(abbreviation, words):
    found = {row["metric"] for row in ROWS if re.search(rf"_{abbreviation}(_|$)", row["metric"])}
    assert not found, words
