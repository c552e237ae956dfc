"""The physical unit of a PromQL expression, told by the names of its metrics, and what units of Grafana show.

A unit is its powers of the base units and a factor: kilowatt hours are joules by 1/3.6e6. None is anything: what was
multiplied with 0, say. A moment in time, `T`, is no span of time: their difference is.
"""

import re
from dataclasses import dataclass

from promql_parser import COMPARISONS, Binary, Call, Number, Selector, Subquery, Variable, parse


@dataclass(frozen=True)
class Unit:
    powers: tuple = ()
    factor: float = 1.0

    def times(self, other, sign=1):
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, 0) + sign * power
        return Unit(tuple(sorted((name, power) for name, power in powers.items() if power)), self.factor * other.factor ** sign)

    def is_like(self, other):
        return self.powers == other.powers and abs(self.factor / other.factor - 1) < 1e-6

    def __str__(self):
        return f"{self.factor:g} " + (" ".join(f"{name}^{power}" for name, power in self.powers) or "(plain)")


def unit(factor=1.0, **powers):
    return Unit(tuple(sorted(powers.items())), factor)


PLAIN, MOMENT, SPAN = unit(), unit(T=1), unit(s=1)
# The end of a name, the longest first.
NAMES = {
    "timestamp_seconds": MOMENT, "watts_per_square_meter": unit(J=1, s=-1, m=-2), "joules_per_square_meter": unit(J=1, m=-2), "joules_per_watt": SPAN,
    "cubic_meters_per_second": unit(m=3, s=-1), "grams_per_cubic_meter": unit(g=1, m=-3), "parts_per_million": unit(ppm=1), "volts_per_week": unit(V=1),
    "ratio_per_month": PLAIN, "cubic_meters": unit(m=3), "voltamperes": unit(J=1, s=-1), "watts": unit(J=1, s=-1), "joules": unit(J=1), "volts": unit(V=1),
    "amperes": unit(J=1, s=-1, V=-1), "coulombs": unit(J=1, V=-1), "hertz": unit(s=-1), "celsius": unit(K=1), "ohms": unit(V=2, J=-1, s=1), "seconds": SPAN,
    "bytes": unit(B=1), "pascals": unit(Pa=1), "degrees": unit(deg=1)}
COUNTS = re.compile(r"(count|bool|state|number|info|index|day|code|mode|factor|score|product)\w*$")
SAME = {"avg_over_time", "max_over_time", "min_over_time", "last_over_time", "sum_over_time", "increase", "delta", "abs", "ceil", "floor", "round", "clamp",
        "clamp_min", "clamp_max", "sort", "sort_desc", "predict_linear", "label_replace", "label_join", "sum", "min", "max", "avg"}
SECOND = {"quantile_over_time", "topk", "bottomk", "quantile"}
COUNTING = {"count", "count_over_time", "changes", "resets", "count_values", "absent", "group"}
# Numbers that turn one unit into another; others are shares and limits and change nothing.
FACTORS = {100.0, 1000.0, 3600.0, 3.6e6, 1e6}
GRAFANA = {
    "watt": unit(J=1, s=-1), "kwatth": unit(1 / 3.6e6, J=1), "volt": unit(V=1), "mvolt": unit(1000.0, V=1), "amp": NAMES["amperes"], "rothz": NAMES["hertz"], "celsius": NAMES["celsius"],
    "percentunit": PLAIN, "none": PLAIN, "short": PLAIN, "s": SPAN, "dtdurations": SPAN, "bytes": NAMES["bytes"], "litre": unit(1000.0, m=3), "ohm": NAMES["ohms"],
    "cps": NAMES["hertz"], "pps": NAMES["hertz"], "pressurepa": NAMES["pascals"], "pressurehpa": unit(0.01, Pa=1), "Wm2": NAMES["watts_per_square_meter"], "kWh/kWp": unit(1 / 3600, s=1), "ppm": NAMES["parts_per_million"],
    "conμgm3": unit(1e6, g=1, m=-3), "dateTimeFromNow": unit(1000.0, T=1), "dateTimeAsIso": unit(1000.0, T=1), "time:YYYY-MM-DD": unit(1000.0, T=1),
    "time:MMM YYYY": unit(1000.0, T=1)}


class Mismatch(ValueError):
    """Two things that cannot be added, compared or stand for one another."""


def of(expression):
    return _of(parse(expression))


def of_name(name):
    """A metric of the exporter, or a recorded one: level:quantity:operation. The state of an alert is since when."""
    if name == "ALERTS_FOR_STATE":
        return MOMENT
    _, _, rest = name.partition(":")
    quantity, _, operation = rest.partition(":")
    if quantity and COUNTS.match(operation):
        return PLAIN
    quantity = (quantity or name).removesuffix("_total")
    found = max((end for end in NAMES if quantity.endswith("_" + end)), key=len, default=None)
    return NAMES[found] if found else PLAIN


def _of(node):
    return {Number: _number, Variable: lambda _: None, Selector: _selector, Subquery: lambda n: _of(n.inner), Call: _call, Binary: _binary}[type(node)](node)


def _number(node):
    return None if node.value == 0 else Unit((), node.value) if node.value in FACTORS else PLAIN


def _selector(node):
    """Several names by a pattern have one unit."""
    if node.name:
        return of_name(node.name)
    pattern = node.matchers["__name__"][1]
    found = {of_name(name) for name in names_of(pattern)}
    if len(found) != 1:
        raise Mismatch(f"{pattern} has several units")
    return found.pop()


def names_of(pattern):
    """What a pattern of alternatives, with groups in it, stands for; an optional group is there."""
    group = re.search(r"\(([^()]*)\)\??", pattern)
    if group:
        return [name for choice in group[1].split("|") for name in names_of(pattern[:group.start()] + choice + pattern[group.end():])]
    return pattern.split("|")


def _call(node):
    name, arguments = node.function, node.arguments
    if name in ("rate", "irate", "deriv"):
        return _of(arguments[0]).times(SPAN, -1)
    if name in ("time", "timestamp"):
        return MOMENT
    if name in COUNTING:
        return PLAIN
    if name in ("vector", "sqrt"):
        return None
    if name in SAME or name in SECOND:
        return _of(arguments[1 if name in SECOND else 0])
    raise ValueError(f"what does {name} give?")


def _binary(node):
    left, right = _of(node.left), _of(node.right)
    if node.sign in ("*", "/"):
        return None if left is None or right is None else left.times(right, 1 if node.sign == "*" else -1)
    if node.sign in ("+", "-"):
        return _sum(node, left, right)
    if node.sign in ("and", "unless"):
        return left
    if node.sign in COMPARISONS:
        _alike(node, left, right)
        return PLAIN if node.is_bool else left
    if node.sign == "or":
        _alike(node, left, right)
        return left if left is not None else right
    return None


def is_number(node):
    return isinstance(node, Number) or isinstance(node, Binary) and is_number(node.left) and is_number(node.right)


def _sum(node, left, right):
    if is_number(node.left) or is_number(node.right):
        return right if is_number(node.left) else left
    if node.sign == "-" and left == right == MOMENT:
        return SPAN
    if left == MOMENT and right == SPAN:
        return MOMENT
    _alike(node, left, right)
    return left if left is not None else right


def _alike(node, left, right):
    if is_number(node.left) or is_number(node.right) or None in (left, right):
        return
    if not left.is_like(right):
        raise Mismatch(f"{left} {node.sign} {right}")
