"""metrics-map/ keeps its own rules: what the loader does not ask, so that the map stays readable and its names do."""

import json
import re
from collections import defaultdict
from pathlib import Path

import jsonschema
import pytest

MAP = Path(__file__).resolve().parents[2] / "metrics-map"
SCHEMA = json.loads((MAP / "schema.json").read_text())

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def device_files():
    return sorted(path for path in MAP.glob("*.json") if path.name != "schema.json")


def enum_files():
    return sorted((MAP / "enums").glob("*.json"))


def read(path):
    return json.loads(path.read_text())


def all_rows():
    """(file name, device type, row) of every row that makes a metric."""
    for path in device_files():
        document = read(path)
        for row in document["metrics"]:
            yield path.name, document["device"], row


def place(name, row):
    return f"{name}: {row['path']}" + (f" json {row['json']}" if "json" in row else "")


def placeholders(text):
    """Names of placeholders that are labels."""
    return [name for name in PLACEHOLDER.findall(text) if not name.startswith("_")]


def pattern_key(path):
    """The path without what its placeholders are called."""
    return PLACEHOLDER.sub("{}", path)

ALARM = "victron_alarm_state"
ALARM_WORDS_LEFT_OUT = {"Alarms", "Alarm", "State"}

# Metrics of rows that hold for the station or for every device type.
SHARED_METRICS = {ALARM, "victron_device_info", "victron_device_error_info", "victron_station_info"}

# What a device may give the total of as well.
PARTS = {"phase", "tracker", "cell", "module", "relay", "day", "cycle"}

# A quantity in base units says its unit; these words belong to other units.
OTHER_UNITS = re.compile(
    r"_(percent|kwh|wh|ah|minutes|hours|days|weeks|milli(?!on)\w+|kilo(?!grams)\w+|mega\w+|amps|rpm|litres|liters|bar|psi"
    r"|fahrenheit|hectopascals|metres|bits)(_total)?$")

FILES = [pytest.param(path, id=path.name) for path in device_files()]


def complaints(check):
    """All rows that fail a check, told together."""
    found = [f"{place(name, row)}: {text}" for name, device, row in all_rows() for text in check(device, row)]
    assert not found, "\n" + "\n".join(found)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES)
def test_a_file_keeps_to_the_schema(path):
    mistakes = jsonschema.Draft202012Validator(SCHEMA).iter_errors(read(path))
    found = [f"{'/'.join(map(str, mistake.path))}: {mistake.message[:300]}" for mistake in mistakes]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_called_after_its_device(path):
    assert path.stem == {"*": "any"}.get(read(path)["device"], read(path)["device"])


@pytest.mark.parametrize("path", FILES)
def test_a_row_is_a_line(path):
    """So that a diff is the release note."""
    lines = path.read_text().splitlines()
    document = read(path)
    rows = [line.rstrip(",") for line in lines if line.startswith('{"path"')]
    assert [json.loads(row) for row in rows] == document["metrics"] + document["ignore"]
    assert len(lines) == len(rows) + 5, "nothing shares a line with a row"
    assert path.read_text().endswith("]}\n")


def sort_key(row):
    return tuple(row.get(key, "").encode() for key in ("path", "json", "label"))


@pytest.mark.parametrize("path", FILES)
def test_rows_are_sorted(path):
    document = read(path)
    for part in ("metrics", "ignore"):
        keys = [sort_key(row) for row in document[part]]
        assert keys == sorted(keys), f"{part}: sort by path, json, label"


@pytest.mark.parametrize("path", FILES)
def test_a_path_has_one_row(path):
    document = read(path)
    seen = defaultdict(list)
    for row in document["metrics"] + document["ignore"]:
        seen[pattern_key(row["path"]), row.get("json"), row.get("label")].append(row["path"])
    assert not [paths for paths in seen.values() if len(paths) > 1]
    mapped = {pattern_key(row["path"]) for row in document["metrics"]}
    assert not mapped & {pattern_key(row["path"]) for row in document["ignore"]}


def test_help_is_a_sentence():
    def check(_device, row):
        if not re.fullmatch(r"[A-Z0-9][^\n]*[^.\s]\.", row["help"]):
            yield f"help begins with a capital or digit and ends with one full stop: {row['help']!r}"
        if "  " in row["help"] or "D-Bus" in row["help"]:
            yield f"no double blanks, and the D-Bus path is appended by the program: {row['help']!r}"
    complaints(check)


def test_units_are_base_units():
    def check(_device, row):
        if OTHER_UNITS.search(row["metric"]):
            yield f"{row['metric']} is not in a base unit"
    complaints(check)


def test_a_metric_is_called_after_its_device():
    def check(device, row):
        if row["metric"] not in SHARED_METRICS and not row["metric"].startswith(f"victron_{device}_"):
            if row["metric"] != f"victron_{device}":
                yield f"{row['metric']} does not begin with victron_{device}_"
    complaints(check)


def test_a_part_is_named_in_the_metric():
    """victron_x_phase_power_watts{phase}: no family holds a total beside its parts."""
    def check(_device, row):
        for name in PARTS.intersection(placeholders(row["path"] + row.get("json", ""))):
            if row["metric"] not in SHARED_METRICS and name not in row["metric"]:
                yield f"{row['metric']} does not say {{{name}}}"
    complaints(check)


def alarm_label(device, path):
    """The words of the path without Alarms, Alarm, State and placeholders, joined."""
    words = [word for word in re.split(r"/", re.sub(r"L?\{\w+\}", "", path)) if word]
    kept = [word for word in words if word not in ALARM_WORDS_LEFT_OUT]
    if not kept and device == "digitalinput":
        return "Input"
    return "".join(kept) or "Alarm"


def test_an_alarm_is_called_after_its_path():
    def check(device, row):
        if row["metric"] != ALARM:
            return
        label = row.get("labels", {}).get("alarm")
        if "{alarm}" in row["path"]:
            return
        if label != alarm_label(device, row["path"]):
            yield f"alarm is {label!r}, by the rule {alarm_label(device, row['path'])!r}"
    complaints(check)


def test_every_enum_has_a_table():
    names = {path.stem for path in enum_files()}

    def check(_device, row):
        if isinstance(row.get("enum"), str) and row["enum"] not in names:
            yield f"there is no enums/{row['enum']}.json"
    complaints(check)


def test_every_table_is_used_and_sorted():
    used = {row["enum"] for _name, _device, row in all_rows() if isinstance(row.get("enum"), str)}
    for path in enum_files():
        assert path.stem in used, f"{path.name}: no row names it"
        numbers = [int(number) for number in read(path)]
        assert numbers == sorted(numbers), path.name
        jsonschema.Draft202012Validator({**SCHEMA["$defs"]["enum"], "$defs": SCHEMA["$defs"]}).validate(read(path))


def label_names(row):
    names = placeholders(row["path"] + row.get("json", "")) + list(row.get("labels", {}))
    return tuple(sorted(names)) + (("station",) if "scope" in row else ())


def test_rows_of_one_metric_agree():
    first = {}

    def check(_device, row):
        metric = row["metric"]
        enum = json.dumps(row.get("enum"), sort_keys=True)
        labels = None if metric == ALARM else label_names(row)
        facts = (row["type"], row["help"], enum, labels)
        if first.setdefault(metric, facts) != facts:
            yield f"{metric}: {facts} differs from {first[metric]}"
    complaints(check)


SECRET = re.compile(r"password|passwd|passphrase|pin(code)?$|token|secret|ssid|(api|private)?key$|/users|qrcode", re.I)


def test_no_secret_is_mapped():
    def check(_device, row):
        if SECRET.search(row["path"]) or row["path"] == "/Network/Services":
            yield "a secret path must not be mapped"
    complaints(check)


def test_every_ignored_path_has_a_reason():
    for path in device_files():
        for row in read(path)["ignore"]:
            assert len(row["reason"]) > 3, f"{path.name}: {row['path']}: {row['reason']!r} is no reason"


def test_there_is_a_file_for_every_device():
    assert (MAP / "any.json").exists()
    devices = [read(path)["device"] for path in device_files()]
    assert len(devices) == len(set(devices))
