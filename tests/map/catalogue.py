"""The catalogue of all that Venus OS is known to publish, and the map that answers for it.

venus-paths.csv has one row a path of a device type, venus-enums.csv the tables that its
column `enum` names with an @. Placeholders are called differently in the catalogue and in
the map; therefore a catalogue row is put to the map as the concrete paths that it stands
for, and the map answers as the program does: the most literal pattern wins.
"""

import csv
import itertools
import json
import re
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
MAP = HERE.parents[1] / "metrics-map"
MEASURED = {"number", "enum", "bool", "counter", "timestamp"}
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def read_catalogue():
    with open(HERE / "venus-paths.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_catalogue_enums():
    enums = defaultdict(dict)
    with open(HERE / "venus-enums.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            enums[row["enum_name"]][row["value"]] = row["name"]
    return enums


def read_shared_enums():
    return {file.stem: json.loads(file.read_text(encoding="utf-8"))
            for file in sorted((MAP / "enums").glob("*.json"))}


def _examples_of(values):
    """Values that a placeholder takes: "0..N", "1..3", "A..H", "0", "name", ..."""
    values = values.split(" (")[0]
    if found := re.fullmatch(r"(\w+)\.\.(\w+)", values):
        return [found[1], "17" if found[2] == "N" else found[2]]
    if values == "free string or number":
        return ["0", "pwm_1"]
    return [values] if values.isdigit() else ["some-name"]


def concrete_paths(row):
    """Paths that a catalogue row stands for: the first and the last of each range."""
    values = dict(part.split("=", 1) for part in re.split(r",\s*(?=\w+=)", row["multiplicity"]) if part)
    names = PLACEHOLDER.findall(row["path"])
    for chosen in itertools.product(*(_examples_of(values.get(name, "0")) for name in names)):
        path = row["path"]
        for name, value in zip(names, chosen):
            path = path.replace("{%s}" % name, value, 1)
        yield path


class Pattern:
    """A path of the map. What surrounds a placeholder in its segment must match."""

    def __init__(self, text):
        parts = PLACEHOLDER.split(text)
        literals, names = parts[::2], parts[1::2]
        self._regex = re.compile("([^/]+)".join(re.escape(part) for part in literals))
        self._names = names
        self.order = (len(names), -sum(map(len, literals)), text)

    def values(self, path):
        """What the placeholders take in that path; None if it is another path."""
        found = self._regex.fullmatch(path)
        return None if found is None else dict(zip(self._names, found.groups()))


class MetricsMap:
    """metrics-map/*.json; a row is what the file says, and `device`; one that is left out
    has a `reason`."""

    def __init__(self):
        self.rows = []
        for file in sorted(MAP.glob("*.json")):
            if file.name == "schema.json":
                continue
            document = json.loads(file.read_text(encoding="utf-8"))
            for row in document["metrics"] + document["ignore"]:
                self.rows.append({**row, "device": document["device"]})
        by_path = defaultdict(dict)
        for row in self.rows:
            by_path[row["device"]].setdefault(row["path"], []).append(row)
        self._patterns = {device: sorted(((Pattern(path), rows) for path, rows in paths.items()),
                                         key=lambda pair: pair[0].order)
                          for device, paths in by_path.items()}

    def devices(self):
        return set(self._patterns) - {"*"}

    def find(self, device, path):
        """The rows that answer for the path: several where a JSON value has several; none if
        it is unknown. Rows of "*" hold where the device's own file is silent."""
        for key in (device, "*"):
            for pattern, rows in self._patterns.get(key, ()):
                if pattern.values(path) is not None:
                    return rows
        return []
