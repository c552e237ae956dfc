#!/usr/bin/env python3
"""Makes docs/metrics.md, the reference of all metrics, from metrics-map/.

    docs/make_metrics_reference.py            writes it
    docs/make_metrics_reference.py --check    says whether it is current (exit 1 if not)
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
REFERENCE = DOCS / "metrics.md"
SCRAPE = "the scrape"
OWN = "the exporter"
PROCESS = "its process"
SITE = "the site file"

# What the exporter says besides the map (exporter/self/): name, labels besides
# site, what it is about, meaning.
OWN_METRICS = [
    ("victron_up", "", SCRAPE, "1 if the station gave at least one device's values within the deadline"),
    ("victron_scrape_duration_seconds", "", SCRAPE, "how long the fetch took"),
    ("victron_scrape_deadline_seconds", "", SCRAPE, "how long it was allowed to take"),
    ("victron_scrape_samples", "", SCRAPE, "samples of the station, our own not counted"),
    ("victron_scrape_service_success", "device, instance, service", SCRAPE,
     "1 if the last request to a service gave its values, 0 while it is backed off"),
    ("victron_scrape_service_duration_seconds", "device, instance, service", SCRAPE,
     "how long the last request to a service took"),
    ("victron_scrape_failures_total", "reason", SCRAPE, "what went wrong between exporter and station"),
    ("victron_rejected_values", "reason", SCRAPE, "paths whose values were refused in the last fetch"),
    ("victron_unmapped_paths", "", SCRAPE, "paths that the station publishes and the map does not know"),
    ("victron_last_update_timestamp_seconds", "", SCRAPE, "when the newest value came"),
    ("victron_device_last_update_timestamp_seconds", "device, instance", SCRAPE, "when a device's values came"),
    ("victron_device_up", "device, instance", SCRAPE,
     "1 present, 0 present but `/Connected` is 0; a device that is gone has no series"),
    ("victron_clock_offset_seconds", "", SCRAPE, "clock of the GX minus the exporter's"),
    ("victron_http_requests_total", "", SCRAPE, "requests to the GX (HTTP only)"),
    ("victron_http_response_bytes_total", "", SCRAPE, "bytes of its answers (HTTP only)"),
    ("victron_mqtt_connected", "", SCRAPE, "1 while the broker lets us in (MQTT only)"),
    ("victron_heartbeat_timestamp_seconds", "", SCRAPE, "when the last heartbeat came (MQTT only)"),
    ("victron_mqtt_full_publish_timestamp_seconds", "", SCRAPE, "when the last full publish ended (MQTT only)"),
    ("victron_mqtt_messages_total", "", SCRAPE, "messages received (MQTT only)"),
    ("victron_mqtt_keepalives_total", "", SCRAPE, "keepalives sent (MQTT only)"),
    ("victron_mqtt_keepalive_failures_total", "", SCRAPE, "keepalives without a heartbeat within 10 s (MQTT only)"),
    ("victron_mqtt_connects_total", "", SCRAPE, "times that the broker let us in (MQTT only)"),
    ("victron_site_info", "name, region, grid_profile, grid_class, chemistry", SITE,
     "what the site file says of the site"),
    ("victron_site_parameter", "parameter, device, instance, tracker", SITE, "a parameter, in base units"),
    ("victron_site_expected_devices", "device", SITE, "how many devices of a type the site should have"),
    ("victron_site_timezone_offset_seconds", "", SITE, "local time at the site minus UTC, now"),
    ("victron_site_latitude_degrees", "", SITE, "where the site is, north positive"),
    ("victron_site_longitude_degrees", "", SITE, "where the site is, east positive"),
    ("victron_exporter_build_info", "version, revision, compiler", OWN, "which program answers; has no `site`"),
    ("victron_exporter_config_last_reload_successful", "", OWN,
     "1 if the last reading of map, site and web files succeeded"),
    ("victron_exporter_http_requests_total", "handler, code", OWN, "requests that were answered"),
    ("victron_exporter_log_messages_total", "level", OWN, "log lines"),
    ("process_cpu_seconds_total", "", PROCESS, "CPU time spent"),
    ("process_resident_memory_bytes", "", PROCESS, "resident memory"),
    ("process_virtual_memory_bytes", "", PROCESS, "virtual memory"),
    ("process_start_time_seconds", "", PROCESS, "when the process started"),
    ("process_threads", "", PROCESS, "threads"),
    ("process_open_fds", "", PROCESS, "open file descriptors"),
    ("process_max_fds", "", PROCESS, "most file descriptors that may be open"),
]

INTRODUCTION = """\
# Metrics

Made by `docs/make_metrics_reference.py` from `metrics-map/`; `--map.print` prints the same for the map in use. How a row
is written is in [metrics-map.md](metrics-map.md), how to add one in [missing-value.md](missing-value.md), what the levels
cost in [levels.md](levels.md).

- Every series of a device has the labels `site`, `device` (the device type) and `instance`; the column *labels* names
  what it has besides. Own metrics have `site` only, and what their table says.
- *level* is the lowest `--map.level` at which a metric is on the page: `core`, `standard` (the default) or `full`.
- *unit* is the word at the end of the name; values are converted to it (81 % is 0.81, 1 kWh is 3 600 000 joules).
- A device has only the metrics whose paths it publishes with a valid value.
"""


def cell(text):
    return str(text).replace("|", "\\|")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(map(cell, row)) + " |" for row in rows]


def read_device_files():
    """The documents of metrics-map/ by device type; "*" first."""
    documents = [json.loads(file.read_text(encoding="utf-8"))
                 for file in (ROOT / "metrics-map").glob("*.json") if file.name != "schema.json"]
    return sorted(documents, key=lambda document: document["device"])


def read_units():
    """The units that the program knows, longest first."""
    text = (ROOT / "exporter" / "map" / "unit.c").read_text(encoding="utf-8")
    listed = text[text.index("units[]"):text.index("};")]
    return sorted(re.findall(r'STR\("(\w+)"\)', listed), key=len, reverse=True)


def unit_of(row, units):
    base = re.sub("_total$", "", row["metric"])
    if row["type"] == "info":
        return ""
    return next((unit for unit in units if base.endswith("_" + unit)), "")


def label_names(row):
    placeholders = re.findall(r"\{([a-z]\w*)\}", row["path"] + row.get("json", ""))
    names = [*row.get("labels", {}), *placeholders, *row.get("marks", {})]
    return ([row["label"]] if "label" in row else []) + names


def path_cell(row):
    """The path; behind it what makes this row of the metric a series of its own."""
    text = f"`{row['path']}`"
    if "json" in row:
        text += f" → `{row['json']}`"
    fixed = [f'{name}="{value}"' for name, value in row.get("labels", {}).items()]
    bound = [f"{name}={','.join(values)}" for name, values in row.get("bind", {}).items()]
    marks = [row["label"]] if "label" in row else []
    notes = ", ".join(fixed + bound + marks)
    return f"{text} ({notes})" if notes else text


def enum_text(enum):
    if isinstance(enum, str):
        return f"[{enum}](#enum-{enum})"
    return ", ".join(f"{number} {name}" for number, name in sorted(enum.items(), key=lambda e: int(e[0])))


def meaning(row):
    text = row["help"]
    if row.get("enum"):
        text += f" {enum_text(row['enum'])}."
    if "invalid" in row:
        text += f" No series at {', '.join(f'{number:g}' for number in row['invalid'])}."
    return text


def device_section(document, units):
    families = defaultdict(list)
    for row in document["metrics"]:
        families[row["metric"]].append(row)
    lines = []
    for metric, rows in sorted(families.items()):
        names = dict.fromkeys(name for row in rows for name in label_names(row))
        levels = {"core", "standard", "full"} & {row.get("level", "standard") for row in rows}
        labels = ", ".join(names) + ("; only `site` besides" if "scope" in rows[0] else "")
        lines.append((f"`{metric}`", rows[0]["type"], unit_of(rows[0], units), labels,
                      min(levels, key=["core", "standard", "full"].index),
                      "<br>".join(path_cell(row) for row in rows), meaning(rows[0])))
    name = document["device"]
    section = [f"## {'every device type' if name == '*' else name}", ""]
    if document["refresh"]:
        section += [f"Asked every {document['refresh']} s at most.", ""]
    section += table(("metric", "type", "unit", "labels", "level", "D-Bus path", "meaning"), lines)
    reasons = defaultdict(list)
    for row in document["ignore"]:
        reasons[row["reason"]].append(f"`{row['path']}`")
    if reasons:
        section += ["", "Left out on purpose:", ""]
        section += [f"- {', '.join(paths)}: {reason}" for reason, paths in sorted(reasons.items())]
    return section + [""]


def own_section():
    lines = []
    for name, labels, group, text in OWN_METRICS:
        kind = "counter" if name.endswith("_total") else "info" if name.endswith("_info") else "gauge"
        lines.append((f"`{name}`", kind, labels, group, text))
    return ["## the exporter's own", "", *table(("metric", "type", "labels", "about", "meaning"), lines), ""]


def enum_section():
    lines = ["## shared tables", ""]
    for file in sorted((ROOT / "metrics-map" / "enums").glob("*.json")):
        enum = json.loads(file.read_text(encoding="utf-8"))
        lines += [f'<a id="enum-{file.stem}"></a>**{file.stem}**: {enum_text(enum)}', ""]
    return lines


def contents(documents):
    names = [document["device"] for document in documents if document["device"] != "*"]
    links = [f"[{name}](#{name})" for name in names]
    return ["Device types: " + ", ".join(links) + "; [every device type](#every-device-type), "
            "[the exporter's own](#the-exporters-own), [shared tables](#shared-tables).", ""]


def reference():
    documents = read_device_files()
    units = read_units()
    lines = [INTRODUCTION, *contents(documents), *own_section()]
    for document in documents:
        lines += device_section(document, units)
    return "\n".join(lines + enum_section()).rstrip() + "\n"


def main(arguments):
    if arguments == ["--check"]:
        is_current = REFERENCE.exists() and REFERENCE.read_text(encoding="utf-8") == reference()
        print("docs/metrics.md is current" if is_current else "docs/metrics.md is out of date: run " + __file__)
        return 0 if is_current else 1
    if arguments:
        print(__doc__)
        return 2
    REFERENCE.write_text(reference(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
