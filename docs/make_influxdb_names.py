#!/usr/bin/env python3
"""Makes the table of old measurement names in docs/influxdb.md from metrics-map/.

    docs/make_influxdb_names.py            writes it
    docs/make_influxdb_names.py --check    says whether it is current (exit 1 if not)
"""

import json
import re
import sys
from decimal import Decimal
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "influxdb.md"
MARK = "<!-- table made by docs/make_influxdb_names.py -->\n"
DEVICES = ("system", "battery", "vebus", "multi", "inverter", "solarcharger", "charger", "alternator", "grid", "pvinverter", "acload",
           "genset", "evcharger", "temperature", "tank")


def telegraf_name(device, path):
    """As Telegraf's Prometheus output spells a topic that became a measurement."""
    return re.sub(r"[^a-z0-9{}]+", "_", f"victron_{device}{path}_value".lower())


def factor(row):
    """What a value here is multiplied with to have the old one."""
    scale = Decimal(str(row.get("scale", 1)))
    if scale == 1:
        return ""
    return f"/ {scale.normalize():f}" if scale > 1 else f"× {(1 / scale).normalize():f}"


def rows():
    """(device, path, metric, factor) of every number at level core."""
    for device in DEVICES:
        document = json.loads((DOCS.parent / "metrics-map" / f"{device}.json").read_text(encoding="utf-8"))
        for row in document["metrics"]:
            if row.get("level") == "core" and row["type"] != "info" and row["metric"] != "victron_alarm_state" and "json" not in row:
                yield device, row["path"], row["metric"], factor(row)


def table():
    lines = ["| measurement of Victron's loader, and topic | Telegraf's Prometheus output | here | old = new |", "|---|---|---|---|"]
    lines += [f"| `{device}{path}` | `{telegraf_name(device, path)}` | `{metric}` | {times} |" for device, path, metric, times in rows()]
    return "\n".join(lines) + "\n"


def main(arguments):
    before, mark, old = PAGE.read_text(encoding="utf-8").partition(MARK)
    if not mark or arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    new = f"\n{table()}"
    if arguments:
        print("docs/influxdb.md is current" if old == new else f"docs/influxdb.md is out of date: run {__file__}")
        return 0 if old == new else 1
    PAGE.write_text(before + mark + new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
