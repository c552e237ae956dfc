"""Makes recording rules that give old names their values again, and the table of old and new names.

    victron_exporter --map.print --map.level=full >map.jsonl
    deploy/migration/make_rules.py map.jsonl deploy/migration/victron-exporter.yml docs/migration.md

Reads old_names.txt beside it. In the document, what stands between the marks is replaced.
"""

import collections
import json
import re
import sys
from pathlib import Path

OLD_NAMES = Path(__file__).with_name("old_names.txt")
BEGIN, END = "<!-- table made by deploy/migration/make_rules.py -->", "<!-- end of the table -->"
PREFIX = "victron_"

# Old names that are no path of D-Bus: expression, labels of the old name, words of the table.
OWN = {
    "alarm": ('label_replace(victron_alarm_state{phase=""}, "alarm_type", "$1", "alarm", "(.+)")', ["alarm_type"],
              "`victron_alarm_state{phase=\"\"}`", "0 ok, 1 warning, 2 alarm; inputs that know only on and off say 2, not 1"),
    "phase_alarm": ('label_replace(label_replace(victron_alarm_state{phase=~"L[123]"}, "alarm_type", "$1", "alarm", "(.+)"), '
                    '"phase", "$1", "phase", "L(.)")', ["alarm_type", "phase"], "`victron_alarm_state{phase=~\"L[123]\"}`", "the same"),
}
OWN_SITE = {
    "mqtt_connection_state": ("victron_mqtt_connected", "without `client_id`, with `site`; `victron_up` tells more"),
    "mqtt_subscription_updates_total": ("victron_mqtt_messages_total", "without `client_id`, with `site`"),
}
GONE = {
    "mqtt_connection_state_since_time_seconds": "`changes(victron_mqtt_connected[1h])` and `victron_mqtt_connects_total` tell of reconnects",
    "mqtt_subscription_updates_ignored_total": "`victron_unmapped_paths` counts paths, not messages",
}
REASONS = {  # where neither the map nor its list of ignored paths says why
    "/AlarmsHighActive": "a misspelt path that no station has; see `victron_tank_setting_high_alarm_*`",
    "/AlarmsHighDelay": "the same", "/AlarmsHighEnable": "the same", "/AlarmsHighRestore": "the same", "/AlarmsHighState": "the same",
    "/BatteryVoltageRuuvi": "a path that no station has; see `victron_temperature_battery_voltage_volts`",
    "/RawUnit": "text, never had a value; now `victron_tank_raw_unit_info`", "/CustomName": "text, never had a value; see `victron_device_info`",
}

Old = collections.namedtuple("Old", "label value path")
Term = collections.namedtuple("Term", "metric scale selector label value level shown is_absolute")


def read_old_names():
    names = {}
    for line in OLD_NAMES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, label, path = line.split()
            label, _, value = label.partition("=")
            names.setdefault(name, []).append(Old("" if label == "-" else label, value, path))
    return names


def read_map(path):
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        row["pattern"] = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+?)", re.escape(row["path"])))
    return rows


def rows_of(rows, path):
    """(row, what its placeholders take) for each device type: the most literal row wins, as in the exporter."""
    best = {}
    for row in rows:
        match = row["pattern"].fullmatch(path)
        if match and row["device"] != "*" and len(match.groupdict()) <= len(best.get(row["device"], (0, "x" * 99))[1]):
            best[row["device"]] = (row, match.groupdict())
    return [best[device] for device in sorted(best)]


def terms_of(rows, olds):
    """What an old name is made of now; [] for one that is gone."""
    terms = []
    for old in olds:
        for row, taken in rows_of(rows, old.path):
            if not row["metric"] or row["type"] == "info":
                continue
            fixed = row.get("fixed_labels", {})
            selector = {**{name: f"L{value}" if name == "phase" else value for name, value in taken.items()}, **fixed}
            shown = row["metric"] + (select([], {name: [value] for name, value in fixed.items()}) if fixed else "")
            terms.append(Term(row["metric"], row["scale"], tuple(selector.items()), old.label, old.value, row["level"], shown, row.get("absolute", False)))
    return terms


def factor(scale):
    """How the old value comes of the new one."""
    if scale == 1:
        return ""
    return f" * {1 / scale:g}" if scale < 1 else f" / {scale:g}".replace("e+0", "e")


def one_of(values):
    values = sorted(set(values))
    return f'="{values[0]}"' if len(values) == 1 else f'=~"{"|".join(values)}"'


def select(metrics, selector):
    """A selector of series; several names stand in __name__."""
    labels = [name + one_of(values) for name, values in selector.items()]
    if len(set(metrics)) > 1:
        labels.insert(0, "__name__" + one_of(metrics))
    return (metrics[0] if len(set(metrics)) == 1 else "") + ("{" + ",".join(labels) + "}" if labels else "")


def parts_of(terms):
    """Selectors with their factor and old label, as few as there can be."""
    by_value = collections.defaultdict(list)  # all phases, relays, … of the same names make one selector
    for term in terms:
        key = (term.scale, term.label, tuple(name for name, _ in term.selector), "" if term.selector else term.value)
        by_value[key].append(term)
    for (scale, label, names, value), group in sorted(by_value.items(), key=str):
        values = {name: [dict(term.selector)[name] for term in group] for name in names}
        expression = select(sorted({term.metric for term in group}), values) + factor(scale)
        if label == "phase":
            expression = f'label_replace({expression}, "phase", "$1", "phase", "L(.)")'
        elif label and names and names[0] != label:
            expression = f'label_replace({expression}, "{label}", "$1", "{names[0]}", "(.+)")'
        elif label and not names:
            expression = f'label_replace({expression}, "{label}", "{value}", "", "")'
        yield expression


def rule(name, parts, labels):
    """One recording rule in YAML: the old labels, and the site."""
    union = "\n            or ".join(parts)
    by = ", ".join(["site", "component_type", "component_id", *labels])
    return (f"      - record: {PREFIX}{name}\n        expr: |\n          max by ({by}) (label_replace(label_replace(\n            {union},\n"
            f'            "component_type", "$1", "device", "(.+)"), "component_id", "$1", "instance", "(.+)"))\n')


def named(terms):
    """`victron_<type>_power_watts`: types, for each ending."""
    types = collections.defaultdict(list)
    for metric in sorted({term.shown for term in terms}):
        device, _, rest = metric.removeprefix(PREFIX).partition("_")
        types[rest].append(device)
    return "; ".join(f"`{PREFIX}{devices[0]}_{rest}`" if len(devices) == 1 else f"`{PREFIX}<type>_{rest}`: {', '.join(devices)}"
                     for rest, devices in types.items())


def remarks(terms, has_rule):
    words = []
    scales = sorted({term.scale for term in terms})
    if scales != [1]:
        words.append("old = new" + " or ".join(factor(scale) or " as it is" for scale in scales))
    if any(term.is_absolute for term in terms):
        words.append("without the minus sign that some devices give it")
    if not has_rule:
        words.append("**the same name**, so no rule: give your queries the new labels")
    levels = {term.level for term in terms}
    if "full" in levels:
        words.append("`--map.level=full`" + ("" if len(levels) == 1 else " for some types"))
    return "; ".join(words)


def why_gone(rows, path):
    reasons = sorted({row["reason"] for row, _ in rows_of(rows, path) if row["ignored"]})
    return REASONS.get(path) or "; ".join(reasons)


def make(rows):
    """(rules, lines of the table, old names that are gone: reason)"""
    new_names = {row["metric"] for row in rows}
    rules, table, gone = [], [], {}
    for name, olds in sorted(read_old_names().items()):
        terms = terms_of(rows, olds)
        if not terms:
            gone[name] = why_gone(rows, olds[0].path)
            assert gone[name], f"{name}: nobody says where it went"
            continue
        has_rule = PREFIX + name not in new_names
        labels = [olds[0].label] if olds[0].label else []
        if has_rule:
            rules.append(rule(name, list(parts_of(terms)), labels))
        shown = name + ("{" + labels[0] + "}" if labels else "")
        table.append(f"| `{PREFIX}{shown}` | {named(terms)} | {remarks(terms, has_rule)} |")
    for name, (expression, labels, words, remark) in OWN.items():
        rules.append(rule(name, [expression], labels))
        table.append(f"| `{PREFIX}{name}{{{', '.join(labels)}}}` | {words} | {remark} |")
    for name, (expression, remark) in OWN_SITE.items():
        rules.append(f"      - record: {PREFIX}{name}\n        expr: {expression}\n")
        table.append(f"| `{PREFIX}{name}` | `{expression}` | {remark} |")
    gone.update(GONE)
    return rules, sorted(table), gone


HEAD = """# Old names for old dashboards: those of suprememoocow/victron-exporter and its forks, out of the series of victron_exporter.
# Made by make_rules.py; docs/migration.md tells what it does and what is different.
groups:
  - name: victron-exporter-old-names
    rules:
"""


def main():
    map_file, rules_file, document = map(Path, sys.argv[1:])
    rules, table, gone = make(read_map(map_file))
    rules_file.write_text(HEAD + "".join(rules), encoding="utf-8")
    text = document.read_text(encoding="utf-8")
    lines = ["| old | new | remarks |", "|---|---|---|", *table, "", "Not carried over:", "", "| old | why |", "|---|---|",
             *(f"| `{PREFIX}{name}` | {reason} |" for name, reason in sorted(gone.items()))]
    head, _, rest = text.partition(BEGIN)
    document.write_text(head + BEGIN + "\n\n" + "\n".join(lines) + "\n\n" + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
