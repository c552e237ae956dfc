"""A recorded station gives the expected page, byte for byte, in both formats.

UPDATE=1 rewrites the expected pages: read the difference before it is committed.
"""

import json
import os
import re
import subprocess
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


def recorded_numbers(station):
    """Every number that the station published, bus name and path kept."""
    for path in (STATIONS / station / "http").glob("com.victronenergy.*.json"):
        values = json.loads(path.read_text())["value"]
        for name, value in values.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                yield path.stem, name, value


def test_the_recordings_hold_numbers():
    """The test above would pass on empty recordings."""
    for station in CASES:
        assert sum(1 for _ in recorded_numbers(station)) > 5
