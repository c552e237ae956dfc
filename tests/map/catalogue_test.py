"""The map knows all of Venus OS: held against the catalogue of its paths."""

import functools
import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import catalogue_exceptions as exceptions  # noqa: E402
from catalogue import (MEASURED, MetricsMap, concrete_paths, read_catalogue,  # noqa: E402
                       read_catalogue_enums, read_shared_enums)

CATALOGUE = read_catalogue()
CATALOGUE_ENUMS = read_catalogue_enums()
SHARED_ENUMS = read_shared_enums()
THE_MAP = MetricsMap()

ALARM = "victron_alarm_state"
LEVELS = {"critical": "core", "health": "core", "detail": "standard", "setting": "full"}
# the catalogue's unit: the word at the end of the name, and the scale
UNITS = {
    "": ("", 1), "currency": ("", 1), "dBm": ("", 1), "g": ("", 1), "index": ("", 1),
    "A": ("amperes", 1), "Ah": ("coulombs", 3600), "Hz": ("hertz", 1), "Nm": ("newton_meters", 1),
    "V": ("volts", 1), "VA": ("voltamperes", 1), "W": ("watts", 1),
    "W/m2": ("watts_per_square_meter", 1), "bytes": ("bytes", 1), "day": ("seconds", 86400),
    "deg": ("degrees", 1), "degC": ("celsius", 1), "h": ("seconds", 3600), "hPa": ("pascals", 100),
    "kPa": ("pascals", 1000), "kWh": ("joules", 3600000), "km": ("meters", 1000), "lux": ("lux", 1),
    "m": ("meters", 1), "m/s": ("meters_per_second", 1), "m3": ("cubic_meters", 1),
    "min": ("seconds", 60), "ohm": ("ohms", 1), "ppm": ("parts_per_million", 1),
    "ratio": ("ratio", 1), "rpm": ("revolutions_per_minute", 1), "s": ("seconds", 1),
    "ug/m3": ("grams_per_cubic_meter", 0.000001), "%": ("ratio", 0.01),
}
UNIT_WORDS = sorted({unit for unit, _ in UNITS.values() if unit} |
                    {row[0] for row in exceptions.UNITS.values() if row[0]}, key=len, reverse=True)

used_exceptions = set()


def key_of(row):
    return f"{row['service_type']} {row['path']}"


def exception(table, row):
    """What the table says of a catalogue row, or None."""
    entries = getattr(exceptions, table)
    for pattern, entry in entries.items():
        if fnmatchcase(key_of(row), pattern):
            used_exceptions.add((table, pattern))
            return entry
    return None


@functools.cache
def answers():
    """[(catalogue row, [map rows of one concrete path])]"""
    return [(row, THE_MAP.find(row["service_type"], path))
            for row in CATALOGUE for path in concrete_paths(row)]


def mapped(kinds=None):
    """(catalogue row, map row) for all that becomes a metric, each pair once."""
    seen = set()
    for row, found in answers():
        for map_row in found:
            pair = (key_of(row), map_row["device"], map_row["path"], map_row.get("json"))
            if "reason" not in map_row and pair not in seen and (not kinds or row["kind"] in kinds):
                seen.add(pair)
                yield row, map_row


def unit_of(metric):
    base = re.sub("_(total|info)$", "", metric)
    return next((unit for unit in UNIT_WORDS if base.endswith("_" + unit)), "")


def enum_of(map_row):
    enum = map_row.get("enum", {})
    return SHARED_ENUMS[enum] if isinstance(enum, str) else enum


def check(mistakes):
    """Fails with all mistakes at once, one a line."""
    mistakes = sorted(set(mistakes))
    assert not mistakes, f"{len(mistakes)} rows:\n" + "\n".join(mistakes)


def test_every_device_type_has_a_file():
    assert {row["service_type"] for row in CATALOGUE} <= THE_MAP.devices()


def test_every_path_is_mapped_or_left_out_with_a_reason():
    """All of the catalogue, not only the 99 % that were asked for."""
    check(f"{key_of(row)} is unknown" for row, found in answers() if not found)
    check(f"{row['device']} {row['path']} has no reason" for row in THE_MAP.rows
          if "metric" not in row and len(row["reason"]) < 5)


def test_what_matters_is_mapped():
    """Critical and health values are left out only as the table says."""
    check(f"{key_of(row)}: {found[0]['reason']}" for row, found in answers()
          if row["kind"] in MEASURED and row["priority"] in ("critical", "health")
          and "reason" in found[0] and not exception("LEFT_OUT", row))


def test_the_level_follows_the_priority():
    """What only identifies a thing may stand at any level."""

    def mistakes():
        for row, map_row in mapped():
            level = map_row.get("level", "standard")
            if row["priority"] == "identity" or level == LEVELS[row["priority"]]:
                continue
            other = exception("LEVELS", row)
            if level != (other and other[0]):
                yield f"{key_of(row)} ({row['priority']}): {map_row['metric']} is {level}"

    check(mistakes())


def test_the_unit_is_in_the_name_and_in_the_scale():
    def mistakes():
        for row, map_row in mapped(MEASURED):
            if map_row["type"] == "info" or map_row["metric"] == ALARM:
                continue
            unit, scale = unit_of(map_row["metric"]), map_row.get("scale", 1)
            expected = UNITS[row["dbus_unit"]]
            if (unit, scale) != expected:
                expected = (exception("UNITS", row) or expected)[:2]
            if (unit, scale) != expected:
                yield f"{key_of(row)} ({row['dbus_unit']}): {map_row['metric']} × {scale}"

    check(mistakes())


def test_counters_and_times():
    def mistakes():
        for row, map_row in mapped(MEASURED):
            is_counter = map_row["type"] == "counter"
            if row["kind"] == "counter" and not is_counter and not exception("NO_COUNTERS", row):
                yield f"{key_of(row)}: {map_row['metric']} is no counter"
            if row["kind"] != "counter" and is_counter and not exception("COUNTERS", row):
                yield f"{key_of(row)}: {map_row['metric']} is a counter"
            is_moment = map_row["metric"].endswith("_timestamp_seconds")
            if row["kind"] == "timestamp" and not is_moment and "LastServiceReset" not in row["path"]:
                yield f"{key_of(row)}: {map_row['metric']} is no timestamp"

    check(mistakes())


def test_texts_become_labels():
    def mistakes():
        for row, map_row in mapped({"string"}):
            if map_row["type"] != "info" and not exception("TEXTS_AS_NUMBERS", row):
                yield f"{key_of(row)}: {map_row['metric']} is a number"

    check(mistakes())


def test_enums_are_complete():
    """Every number that the catalogue names has that name in the map."""

    def mistakes():
        for row, map_row in mapped(MEASURED):
            text = row["enum"]
            if not text or row["kind"] == "bool" or map_row["type"] == "info":
                continue
            if map_row["metric"] == ALARM or exception("OTHER_ENUMS", row):
                continue
            expected = (CATALOGUE_ENUMS[text[1:]] if text.startswith("@")
                        else dict(part.split("=", 1) for part in text.split(";")))
            ours = enum_of(map_row)
            if not ours and exception("NO_ENUMS", row):
                continue
            for number, name in expected.items():
                if ours.get(number) != name:
                    yield f"{key_of(row)}: {number} is {name}, the map says {ours.get(number)}"

    check(mistakes())


def test_alarms():
    """Every alarm path is the alarm metric; one that knows only 0 and 1 = alarm counts double."""

    def mistakes():
        for row, map_row in mapped(MEASURED):
            if row["alarm"] != "1" or exception("NO_ALARMS", row):
                continue
            if map_row["metric"] != ALARM or map_row.get("level") != "core":
                yield f"{key_of(row)}: {map_row['metric']} at {map_row.get('level')}"
            is_double = bool(exception("TWO_STATE_ALARMS", row)) or not (
                row["enum"] in ("", "@alarm") or re.search(r"2=|1=Warning", row["enum"]))
            if map_row.get("scale", 1) != (2 if is_double else 1):
                yield f"{key_of(row)} ({row['enum']}): scale {map_row.get('scale', 1)}"

    check(mistakes())


def test_no_exception_is_left_over():
    """Runs after the tests above, which use them."""
    tables = {"LEFT_OUT", "LEVELS", "UNITS", "NO_COUNTERS", "COUNTERS", "NO_ENUMS", "OTHER_ENUMS", "NO_ALARMS",
              "TWO_STATE_ALARMS", "TEXTS_AS_NUMBERS"}
    if {table for table, _ in used_exceptions} != tables:
        pytest.skip("the other tests did not run")
    check(f"{table}: {pattern}" for table in tables for pattern in getattr(exceptions, table)
          if (table, pattern) not in used_exceptions)
