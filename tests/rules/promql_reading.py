"""A small reader of PromQL: which series an expression selects, and which labels it names.

It knows words, strings and brackets, not grammar: promtool has checked that before.
"""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    |(?P<duration>\d+(?:ms|[smhdwy])(?:\d+(?:ms|[smhdwy]))*)
    |(?P<number>0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)
    |(?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^<>=(){}\[\],@:])""",
    re.VERBOSE,
)
OPERATORS = {"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"}
LABEL_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
MAKES_LABEL = {"label_replace": 1, "label_join": 1, "count_values": 0}  # which argument names it


@dataclass
class Selector:
    name: str  # empty if the name is matched by a pattern
    matchers: list = field(default_factory=list)  # (label, operator, value)
    range: str = ""  # "5m", "7d:1d", or empty for an instant

    def name_pattern(self):
        for label, operator, value in self.matchers:
            if label == "__name__" and operator in ("=", "=~"):
                return value if operator == "=~" else re.escape(value)
        return None


@dataclass
class Reading:
    selectors: list = field(default_factory=list)
    grouped: set = field(default_factory=set)  # labels in by, on, group_left ...
    made: set = field(default_factory=set)  # labels that label_replace and its like write


def tokens(text):
    place, found = 0, []
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise ValueError(f"cannot read {text[place:place + 30]!r}")
        place = match.end()
        if match.lastgroup:
            found.append((match.lastgroup, match.group()))
    return found


def unquote(text):
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[0] != "`" else text[1:-1]


def read(text):
    found = tokens(text)
    reading = Reading()
    i = 0
    while i < len(found):
        kind, value = found[i]
        following = found[i + 1][1] if i + 1 < len(found) else ""
        if kind == "word" and value in LABEL_LISTS:
            i = _read_labels(found, i + 1, reading)
        elif kind == "word" and value in MAKES_LABEL:
            i += 1
            if following in LABEL_LISTS:  # count_values by (site) ("version", ...)
                i = _read_labels(found, i + 1, reading)
            reading.made.add(_string_argument(found, i + 1, MAKES_LABEL[value]))
        elif kind == "word" and (value in OPERATORS or following == "("):
            i += 1
        elif kind == "word" and following in LABEL_LISTS:  # an aggregation: sum by (...)
            i += 1
        elif value == "[":  # of a subquery
            while found[i][1] != "]":
                i += 1
        elif kind == "word" or value == "{":
            i = _read_selector(found, i, reading)
        else:
            i += 1
    return reading


def _read_labels(found, i, reading):
    if i < len(found) and found[i][1] == "(":
        i += 1
        while found[i][1] != ")":
            if found[i][0] == "word":
                reading.grouped.add(found[i][1])
            i += 1
        i += 1
    return i


def _string_argument(found, i, wanted):
    depth, argument = 1, 0
    while depth:
        kind, value = found[i]
        depth += value in ("(", "[", "{")
        depth -= value in (")", "]", "}")
        argument += depth == 1 and value == ","
        if kind == "string" and depth == 1 and argument == wanted:
            return unquote(value)
        i += 1
    return ""


def _read_selector(found, i, reading):
    selector = Selector("")
    if found[i][0] == "word":
        selector.name = found[i][1]
        i += 1
    if i < len(found) and found[i][1] == "{":
        i += 1
        while found[i][1] != "}":
            if found[i][0] == "word":
                selector.matchers.append((found[i][1], found[i + 1][1], unquote(found[i + 2][1])))
                i += 2
            i += 1
        i += 1
    if i < len(found) and found[i][1] == "[":
        i += 1
        while found[i][1] != "]":
            selector.range += found[i][1]
            i += 1
        i += 1
    reading.selectors.append(selector)
    return i
