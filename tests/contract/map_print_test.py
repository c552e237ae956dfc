"""--map.print says of every path of the catalogue what becomes of it."""

import csv
import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "victron_exporter"


def without_names(path):
    return re.sub(r"\{[^}]*\}", "{}", path)


def printed():
    result = subprocess.run([PROGRAM, "--map.print", "--map.level=full"], check=True,
                            capture_output=True, text=True)
    return result.stdout


def test_every_path_of_the_catalogue_is_mapped_or_left_out_with_a_reason():
    rows = [json.loads(line) for line in printed().splitlines()]
    known = {(row["device"], without_names(row["path"])) for row in rows}
    assert all(row["metric"] or row["reason"] for row in rows)
    with (ROOT / "tests" / "map" / "venus-paths.csv").open() as file:
        missing = [(row["service_type"], row["path"]) for row in csv.DictReader(file)
                   if (row["service_type"], without_names(row["path"])) not in known]
    assert not missing


def test_a_row_has_the_promised_keys_in_their_order():
    row = next(json.loads(line) for line in printed().splitlines()
               if '"device":"battery","path":"/Dc/0/Voltage"' in line)
    assert list(row)[:9] == ["device", "path", "metric", "type", "unit", "scale", "labels", "level", "ignored"]
    assert (row["metric"], row["unit"]) == ("victron_battery_voltage_volts", "volts")

