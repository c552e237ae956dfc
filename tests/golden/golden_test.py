"""A recorded station gives the expected page, byte for byte, in both formats.

UPDATE=1 rewrites the expected pages: read the difference before it is committed.
"""

import json
import math
import os
import re
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIONS = ROOT / "tests" / "stations"
TOOLS = [ROOT / "build" / "tests" / "golden" / "golden_page",
         ROOT / "build" / "asan" / "tests" / "golden" / "golden_page"]
CASES = sorted(p.name for p in STATIONS.iterdir() if (p / "http").is_dir())
FORMATS = {"text": "prom", "openmetrics": "om"}


def page_of(tool, station, form, level="full"):
    """(page, what was not mapped or refused)"""
    result = subprocess.run([tool, STATIONS / station / "http", form, level],
                            capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    counts = dict(line.split() for line in result.stderr.decode().splitlines())
    return result.stdout.decode("utf-8"), {name: int(n) for name, n in counts.items()}


@pytest.mark.parametrize("tool", TOOLS, ids=["release", "asan"])
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("station", CASES)
def test_the_page_is_the_expected_one(station, form, tool):
    expected = Path(__file__).parent / station / f"expected.{FORMATS[form]}"
    page, _ = page_of(tool, station, form)
    if os.environ.get("UPDATE"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(page, encoding="utf-8")
    assert page == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("station", CASES)
def test_nothing_that_a_station_publishes_is_unknown(station):
    """Recorded stations: every path is mapped or left out on purpose, no value refused for
    its type."""
    _, counts = page_of(TOOLS[0], station, "text")
    assert counts["unmapped"] == 0
    assert counts["type"] == 0 and counts["malformed"] == 0 and counts["limit"] == 0


@pytest.mark.parametrize("station", CASES)
def test_each_level_holds_the_one_below(station):
    pages = [set(re.findall(r"^[a-z_]+\{.*\} \S+$", page_of(TOOLS[0], station, "text", level)[0],
                            re.M)) for level in ("core", "standard", "full")]
    infos = re.compile(r"_info\{")
    core, standard, full = [{s for s in page if not infos.search(s)} for page in pages]
    assert core and core <= standard <= full


def rows_by_device():
    """{device: [(regular expression of the path, row)]}, the most literal first."""
    printed = subprocess.run([ROOT / "build" / "victron_exporter", "--map.print", "--map.level=full"],
                             check=True, capture_output=True, text=True).stdout
    rows = {}
    for row in map(json.loads, printed.splitlines()):
        pattern = re.sub(r"\\{[^}]*\\}", "([^/]+)", re.escape(row["path"]))
        rows.setdefault(row["device"], []).append((row["path"].count("{"), re.compile(pattern + "$"), row))
    return {device: sorted(some, key=lambda r: r[0]) for device, some in rows.items()}


def recorded_numbers(station):
    """(device, instance, path, number) of everything that the station published."""
    for path in sorted((STATIONS / station / "http").glob("com.victronenergy.*.json")):
        values = json.loads(path.read_text())["value"]
        instance = next((v for key in ("DeviceInstance", "Identifier") if (v := values.get(key, [])) != []), 0)
        for name, value in values.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
                yield path.stem.split(".")[2], str(instance), "/" + name.lstrip("/"), value


def expected_number(row, value):
    """The number on the page, in exact decimal arithmetic; None where the row says absent."""
    if value in row.get("invalid", []):
        return None
    number = Decimal(repr(value)) * Decimal(repr(row["scale"]))
    return float(abs(number) if row.get("absolute") else number)


def is_plain(row):
    return row["metric"] and row["type"] != "info" and "json" not in row and "bind" not in row and "values" not in row


@pytest.mark.parametrize("station", [name for name in CASES if name != "twins"])
def test_no_number_differs_from_the_recording_but_by_its_scale(station):
    """Undoing the scale of each row gives back what was recorded, device by device."""
    page, _ = page_of(TOOLS[0], station, "text")
    samples = {}
    for name, labels, number in re.findall(r"^(\w+)\{(.*)\} (\S+)$", page, re.M):
        given = dict(re.findall(r'(\w+)="((?:\\\\.|[^"])*)"', labels))
        samples.setdefault((name, given.get("device"), given.get("instance")), []).append(float(number))
    rows, compared, wrong = rows_by_device(), 0, []
    for device, instance, path, value in recorded_numbers(station):
        row = next((row for _, pattern, row in rows.get(device, []) if pattern.match(path)), None)
        if not row or not is_plain(row):
            continue
        number = expected_number(row, value)
        if number is None or (row["type"] == "counter" and number < 0):
            continue
        compared += 1
        if number not in samples.get((row["metric"], device, instance), []):
            wrong.append((device, instance, path, value, number))
    assert not wrong, wrong[:10]
    assert compared > 100
