"""Queries: the shorthand of the boards and the pieces that several of them share.

In an expression `{@}` is the selection of a metric of the exporter and `{%}` that of a recorded one, which has no job; an
`i` behind it adds the instance: `{@i, phase="L1"}`.
"""

import re
from dataclasses import dataclass

SELECTIONS = {
    "@": 'job=~"$job", site=~"$site"',
    "@i": 'job=~"$job", site=~"$site", instance=~"$instance"',
    "%": 'site=~"$site"',
    "%i": 'site=~"$site", instance=~"$instance"',
}
DEVICE = "on (site, device, instance)"
KWH = 3.6e6


def fill(expression):
    """The expression with its selections written out."""
    text = re.sub(r"\{([@%]i?)(?=[,}])", lambda found: "{" + SELECTIONS[found[1]], expression)
    return re.sub(r"\s+", " ", text).strip()


@dataclass
class Query:
    expression: str
    legend: str = ""
    instant: bool = False
    table: bool = False
    heatmap: bool = False


def q(expression, legend=""):
    """Over the range."""
    return Query(fill(expression), legend)


def now(expression, legend=""):
    """Only the value of now."""
    return Query(fill(expression), legend, instant=True)


def rows(expression):
    """The value of now as rows of a table."""
    return Query(fill(expression), "", instant=True, table=True)


def slow(name, selection="%"):
    """Recorded every 5 minutes."""
    return f"last_over_time({name}{{{selection}}}[15m])"


def hourly(name, selection="%"):
    """Recorded every hour."""
    return f"last_over_time({name}{{{selection}}}[3h])"


def one(name, by="site, device, instance", selection="@"):
    """A metric of the exporter without the labels of the scrape."""
    return f"max by ({by}) ({name}{{{selection}}})"


def kwh(source, when="today", selection="%"):
    return f'sum by (site) (site:victron_energy_joules:{when}{{{selection}, source="{source}"}}) / {KWH:.0f}'


def named(expression, label="device_name"):
    """Adds the device's own name, else the product's, for the legend."""
    name = ('label_replace(label_replace(max by (site, device, instance, product_name, custom_name) (victron_device_info{@}), '
            f'"{label}", "$1", "product_name", "(.+)"), "{label}", "$1", "custom_name", "(.+)")')
    return f"({expression}) * {DEVICE} group_left ({label}) {name}"


def day(source):
    """Energy of a source per day in kWh, drawn at that day; the newest is today so far."""
    select = f'{{%, source="{source}"}}'
    return (f"(sum(site:victron_energy_joules:yesterday{select} offset -1d) or sum(site:victron_energy_joules:today{select})) / {KWH:.0f}")


def status():
    """0 ok, 1 warning, 2 critical, 3 no data: per station, the worst that holds."""
    firing = 'max by (site) (ALERTS{%, alertname=~"Victron.+", alertstate="firing", severity="'
    return ("(site:victron_data_fresh:bool{%} == 0) * 0 + 3 "
            f'or on (site) {firing}critical"}}) * 2 or on (site) {firing}warning"}}) or on (site) site:victron_up:max{{%}} * 0')


def banded(value, warning, critical, by=DEVICE, above=False, name="", kind=now):
    """One value with its level as a label, ok, warning or critical: the limits are the resolved parameters, not typed here."""
    sign = ">" if above else "<"
    bad = f"({value}) {sign} {by} ({critical})"
    poor = f"({value}) {sign} {by} ({warning})"
    good = f"({value}) unless {by} ({poor}) unless {by} ({bad})"
    return [kind(levels(good, f"({poor}) unless {by} ({bad})", bad), f"{{{{level}}}} {name}".strip())]


def levels(ok, warning, critical):
    """Three expressions as one, each with the label level, which decides the colour."""
    parts = (("ok", ok), ("warning", warning), ("critical", critical))
    return " or ".join(f'label_replace({expression}, "level", "{name}", "", "")' for name, expression in parts)
