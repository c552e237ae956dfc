"""Reads an inventory, CSV or JSON, into stations; says of each mistake where it stands and what is allowed."""

import csv
import json

from .columns import BY_NAME, COLUMNS, REFUSED, REQUIRED
from .checks import Refused
from .station import Station

BLANKS, NEWLINE = " \t\r\n", "\n"


def read(path, defaults, mistakes):
    """The stations in the order of the file; those with mistakes are left out."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        mistakes.add_unreadable(path, None, error)
        return []
    if path.suffix == ".json":
        return from_rows(check_rows(_json_rows(path, text, mistakes), mistakes), defaults, mistakes)
    return from_rows(_csv_rows(path, text, mistakes), defaults, mistakes)


def from_rows(rows, defaults, mistakes):
    """Stations of [(place, word for a column, {column: value})]."""
    stations = [_station(place, word, {**defaults, **cells}, mistakes) for place, word, cells in rows]
    stations = [station for station in stations if station]
    _check_together(stations, mistakes)
    return stations


def _csv_rows(path, text, mistakes):
    """A header, then a line a station; empty lines and those that begin with # are left out."""
    lines = [(number, line) for number, line in enumerate(text.split(NEWLINE), 1) if line.strip() and not line.startswith("#")]
    if not lines:
        mistakes.add(path, None, "is empty: the first line names the columns, e.g. site,url,region")
        return
    header = [name.strip() for name in _cells(lines[0][1])]
    if not _check_header(f"{path}:{lines[0][0]}", header, mistakes):
        return
    for number, line in lines[1:]:
        cells = _cells(line)
        if len(cells) != len(header):
            mistakes.add(f"{path}:{number}", None, f"has {len(cells)} cells: allowed {len(header)}, as the first line has columns; "
                         "a cell with a comma stands in quotes")
            continue
        filled = {name: cell.strip() for name, cell in zip(header, cells) if cell.strip()}
        yield f"{path}:{number}", "column", filled


def _cells(line):
    return next(csv.reader([line.rstrip("\r")]))


def _check_header(place, header, mistakes):
    before = len(mistakes.lines)
    for name in header:
        _check_name(place, "column", name, mistakes)
        if header.count(name) > 1:
            mistakes.add(f"{place}: column {name}", None, "stands twice")
        if name == "devices":
            mistakes.add(f"{place}: column devices", None, "has no place in a table: allowed in a JSON inventory")
    for name in REQUIRED:
        if name not in header:
            mistakes.add(place, None, f"the column {name} is missing")
    return len(mistakes.lines) == before


def _check_name(place, word, name, mistakes):
    if name in REFUSED:
        mistakes.add(f"{place}: {word} {name}", None, REFUSED[name])
    elif name not in BY_NAME:
        mistakes.add(f"{place}: {word} {name}", None, f"is unknown: allowed {', '.join(column.name for column in COLUMNS)}")


def _json_rows(path, text, mistakes):
    """What stands in a list, each with the line on which it begins."""
    decoder = json.JSONDecoder()
    position = _skip(text, 0, BLANKS)
    if text[position:position + 1] != "[":
        mistakes.add(f"{path}:1", None, "allowed a list of stations: [{\"site\": ..., \"url\": ...}, ...]")
        return
    position = _skip(text, position + 1, BLANKS)
    while text[position:position + 1] != "]":
        place = f"{path}:{text.count(NEWLINE, 0, position) + 1}"
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            mistakes.add(f"{path}:{error.lineno}", None, f"is no JSON: {error.msg} at column {error.colno}")
            return
        yield place, "key", value
        position = _skip(text, position, BLANKS)
        if text[position:position + 1] not in (",", "]"):
            mistakes.add(f"{path}:{text.count(NEWLINE, 0, position) + 1}", None, "is no JSON: allowed , or ] behind a station")
            return
        position = _skip(text, position, "," + BLANKS)


def check_rows(rows, mistakes):
    """Those rows that are objects with known keys."""
    for place, word, value in rows:
        if not isinstance(value, dict):
            mistakes.add(place, None, "allowed an object, {\"site\": ..., \"url\": ...}")
            continue
        before = len(mistakes.lines)
        for name in value:
            _check_name(place, word, name, mistakes)
        if len(mistakes.lines) == before:
            yield place, word, value


def _skip(text, position, letters):
    while text[position:position + 1] and text[position] in letters:
        position += 1
    return position


def _station(place, word, cells, mistakes):
    before, found = len(mistakes.lines), {}
    for name, value in cells.items():
        try:
            found[name] = BY_NAME[name].check(value)
        except Refused as refused:
            mistakes.add(f"{place}: {word} {name}", value, refused)
    for name in REQUIRED:
        if name not in cells:
            mistakes.add(f"{place}: {word} {name}", None, "is empty: every station has one")
    if len(mistakes.lines) > before:
        return None
    station = Station(place, word, found)
    station.check(mistakes)
    return station if len(mistakes.lines) == before else None


def _check_together(stations, mistakes):
    """What only several stations can have wrong."""
    names, ports = {}, {}
    for station in stations:
        first = names.setdefault(station.name, station)
        if first is not station:
            mistakes.add(f"{station.place}: {station.word} site", station.site,
                         f"is also {first.place}'s: allowed once, whatever the case, and . _ - count alike")
        if station.port:
            first = ports.setdefault((station.host, station.port), station)
            if first is not station:
                mistakes.add(f"{station.place}: {station.word} port", str(station.port),
                             f"is also {first.place}'s on {station.host}: allowed one that is free, or none for the next free one")
