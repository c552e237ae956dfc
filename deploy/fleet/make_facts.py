#!/usr/bin/python3
"""Makes victron_fleet/facts.json: what the exporter knows of site files, flags, device types and labels.

    deploy/fleet/make_facts.py

Reads docs/site-file.md, docs/flags.md and docs/metrics.md, which are made of the exporter's own tables, and the names in
metrics-map/. So the inventory is checked by the ranges by which the exporter checks.
"""

import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FACTS = HERE / "victron_fleet" / "facts.json"
NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
# Labels that a scrape, a rule or a replica gives.
OTHERS = {"alertname", "alertstate", "customer", "instance", "job", "le", "quantile", "region", "replica", "severity"}


def table(document, heading):
    """The rows of the first table under a heading, as lists of cells."""
    section = document.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [re.split(r"(?<!\\) \| ", line[2:-2]) for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows]


def number_range(text):
    """[least, most, whether it is a whole number] of "whole number, 0 to 1"; None if it is none."""
    found = re.fullmatch(rf"(whole number, )?({NUMBER}) to ({NUMBER})", text)
    return [float(found[2]), float(found[3]), bool(found[1])] if found else None


def site_parameters(document):
    rows = table(document, "Parameters")
    return {name.strip("`"): {"places": places.split(", "), "range": number_range(allowed)}
            for name, places, allowed, *_ in rows}


def choices(document):
    """The keys of a site file that take one of some words."""
    rows = table(document, "Keys")
    return {name.strip("`"): re.findall(r"`(\w+)`", allowed) for name, allowed, *_ in rows if allowed.startswith("`")}


def flags(document):
    """Name to default of every flag that is also a variable."""
    names = {}
    for line in document.splitlines():
        found = re.match(r"\| `--([\w.-]+)(?:=\w+)?` \| `VICTRON_EXPORTER_", line)
        if found:
            names[found[1]] = "=" in line.split("`")[1]
    return names


def device_types():
    return sorted(path.stem for path in (ROOT / "metrics-map").glob("*.json") if path.stem not in ("any", "schema"))


def labels():
    """Every label that a series of the exporter may have, from the column of that name."""
    found, column = {"site", "device", *OTHERS}, None
    for line in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip(" `") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if "labels" in cells:
            column = cells.index("labels")
        elif cells and cells[0].startswith("victron_"):
            found |= {word for word in re.split("[,;] ", cells[column]) if re.fullmatch(r"[a-z_]+", word)}
    return sorted(found)


def facts():
    site_file = (ROOT / "docs" / "site-file.md").read_text(encoding="utf-8")
    return {"parameters": site_parameters(site_file), "choices": choices(site_file),
            "flags": flags((ROOT / "docs" / "flags.md").read_text(encoding="utf-8")),
            "device_types": device_types(), "labels": labels()}


def text_of(found):
    """One entry a line, so that a change is a line."""
    parts = []
    for key, value in found.items():
        rows = value.items() if isinstance(value, dict) else ((None, item) for item in value)
        lines = [(f"{json.dumps(name)}: " if name is not None else "") + json.dumps(item) for name, item in rows]
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        parts.append(f'"{key}": {opening}\n' + ",\n".join(lines) + f"\n{closing}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FACTS.write_text(text_of(facts()), encoding="utf-8")
