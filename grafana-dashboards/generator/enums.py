"""Words for numbers, read out of the metrics map; states in words, never codes."""

import json
from functools import lru_cache
from pathlib import Path

from . import palette

MAP = Path(__file__).resolve().parents[2] / "metrics-map"


@lru_cache(None)
def _file(name):
    return json.loads((MAP / name).read_text(encoding="utf-8"))


@lru_cache(None)
def words(metric):
    """{number as text: word} of an enum metric."""
    for path in sorted(MAP.glob("*.json")):
        for row in _file(path.name).get("metrics", []):
            if row.get("metric") != metric:
                continue
            if isinstance(row.get("values"), dict):
                return {str(number): word for word, number in row["values"].items()}
            if "enum" in row:
                table = row["enum"]
                return _file(f"enums/{table}.json") if isinstance(table, str) else table
    raise KeyError(f"{metric} has no words in the map")


COLOURS = [
    (("fault", "error", "alarm", "shorted", "detected", "critical", "bus-off", "unavailable"), palette.CRITICAL),
    (("warning", "blocked", "limited", "throttled", "recharge", "sustain", "protect", "passive"), palette.WARNING),
    (("genset", "generator", "warm-up", "cool-down"), palette.GENERATOR),
    (("grid", "shore", "passthru", "external control"), palette.IMPORT),
    (("bulk", "absorption", "float", "charging", "equalize", "storage", "charged"), palette.CHARGE),
    (("inverting", "discharg", "assist"), palette.DISCHARGE),
    (("mppt", "sun"), palette.PV),
    (("running", "on", "dynamic ess"), palette.LOAD),
]


def colour(word):
    """Muted colours that follow the meaning; what says nothing is grey."""
    low = word.lower()
    if low.startswith(("no error", "ok", "clean")):
        return palette.OK
    for parts, shade in COLOURS:
        if any(part == low or (len(part) > 2 and part in low) for part in parts):
            return shade
    return palette.UNKNOWN


def mapping(table):
    """Grafana's value mapping of {number: word} or {number: (word, colour)}."""
    options = {}
    for index, (number, word) in enumerate(table.items()):
        text, shade = word if isinstance(word, tuple) else (word, colour(word))
        options[str(number)] = {"index": index, "text": text, "color": shade}
    return [{"type": "value", "options": options}]


def of(metric, **shades):
    """The words of a metric; a word may have a colour of its own there."""
    return mapping({number: (word, shades[word.lower()]) if word.lower() in shades else word for number, word in words(metric).items()})


YES_NO = mapping({0: ("no", palette.UNKNOWN), 1: ("yes", palette.LOAD)})
ALLOWED = mapping({0: ("blocked", palette.WARNING), 1: ("ok", palette.OK)})
ACTIVE = mapping({0: ("–", palette.TRANSPARENT), 1: ("active", palette.WARNING)})
ALARM = mapping({0: ("ok", palette.OK), 1: ("warning", palette.WARNING), 2: ("alarm", palette.CRITICAL)})
UP = mapping({0: ("gone", palette.CRITICAL), 1: ("ok", palette.OK)})
STATUS = mapping({0: ("ok", palette.OK), 1: ("warning", palette.WARNING), 2: ("critical", palette.CRITICAL),
                  3: ("no data", palette.UNKNOWN)})
SOURCE = mapping({0: ("off", palette.UNKNOWN), 1: ("grid", palette.IMPORT), 2: ("generator", palette.GENERATOR),
                  3: ("shore", palette.IMPORT), 4: ("battery", palette.CHARGE)})
GRID = mapping({0: ("connected", palette.OK), 1: ("lost", palette.IMPORT), 2: ("rejected", palette.WARNING),
                3: ("generator", palette.GENERATOR)})
CAN_COLOURS = {"ERROR-ACTIVE": palette.OK, "ERROR-WARNING": palette.WARNING, "ERROR-PASSIVE": palette.WARNING,
               "BUS-OFF": palette.CRITICAL}
CAN = mapping({number: (word, CAN_COLOURS.get(word, palette.UNKNOWN))
               for number, word in words("victron_platform_can_state").items()})
