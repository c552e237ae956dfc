"""Queries: the shorthand of the boards and the pieces that several of them share.

In an expression `{@}` is the selection of a metric of the exporter and `{%}` that of a recorded one, which has no job; an
`i` behind it adds the instance: `{@i, phase="L1"}`.
"""

import re
from dataclasses import dataclass, replace

from . import palette

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
    """colour is of all that the query gives, whatever it is called; with levels the label `level` decides it, and is not shown."""

    expression: str
    legend: str = ""
    instant: bool = False
    table: bool = False
    colour: str = ""
    levels: bool = False


def q(expression, legend=""):
    """Over the range."""
    return Query(fill(expression), legend)


def now(expression, legend=""):
    """Only the value of now."""
    return Query(fill(expression), legend, instant=True)


def rows(expression):
    """The value of now as rows of a table."""
    return Query(fill(expression), "", instant=True, table=True)


def coloured(query, colour):
    return replace(query, colour=colour)


def slow(name, selection="%"):
    """Recorded every 5 minutes."""
    return f"last_over_time({name}{{{selection}}}[15m])"


def hourly(name, selection="%"):
    """Recorded every hour."""
    return f"last_over_time({name}{{{selection}}}[3h])"


def one(name, by="site, device, instance", selection="@"):
    """A metric of the exporter without the labels of the scrape."""
    return f"max by ({by}) ({name}{{{selection}}})"


def age(name, by="site"):
    """Whole seconds since a moment that the exporter tells; clocks that differ give no negative age."""
    return f"clamp_min(round(time() - max by ({by}) ({name}{{@}})), 0)"


def kwh(source, when="today", selection="%"):
    return f'sum by (site) (site:victron_energy_joules:{when}{{{selection}, source="{source}"}}) / {KWH:.0f}'


def station(over=""):
    """A station by the name of its site file, else by its site."""
    info, up = (f"last_over_time({name}[{over}] @ end())" if over else name for name in ('victron_site_info{@, name!=""}', "victron_up{@}"))
    return f'(max by (site, name) ({info}) or on (site) label_replace(max by (site) ({up}) * 0 + 1, "name", "$1", "site", "(.*)"))'


STATION = station()


def by_name(expression, over=""):
    """Adds the name of the station as the label `name`, of all that were there over a time; a sort around all stays around all."""
    kept = re.fullmatch(r"(sort(?:_desc)?)\((.*)\)", expression)
    named_value = f"({kept[2] if kept else expression}) * on (site) group_left (name) {station(over)}"
    return f"{kept[1]}({named_value})" if kept else named_value


def named(expression, label="device_name"):
    """Adds the device's own name, else the product's, for the legend."""
    name = ('label_replace(label_replace(max by (site, device, instance, product_name, custom_name) (victron_device_info{@}), '
            f'"{label}", "$1", "product_name", "(.+)"), "{label}", "$1", "custom_name", "(.+)")')
    return f"({expression}) * {DEVICE} group_left ({label}) {name}"


def in_words(value, rounding, label, by="site, device, instance"):
    """The value as text in a label, with the value 1: what a name is to tell beside the number."""
    return f'count_values by ({by}) ("{label}", round({value}, {rounding}))'


def day(total, source, labels=""):
    """Energy per day in kWh, drawn at that day; of the newest day what there is so far, to the last full hour.

    What a day gave is known after its end, by the midnight of the station: two hours later, so that a day of 25 hours is over.
    """
    select = f'{{%{labels}, source="{source}"}}'
    return (f"(sum({total}:yesterday{select} offset -26h) or sum(last_over_time({total}:today{select}[1d:1h] offset -1d))) / {KWH:.0f}")


def site_day(source):
    return day("site:victron_energy_joules", source)


def status():
    """0 ok, 1 warning, 2 critical, 3 no data: per station, the worst that holds."""
    firing = 'max by (site) (ALERTS{%, alertname=~"Victron.+", alertstate="firing", severity="'
    return ("(site:victron_data_fresh:bool{%} == 0) * 0 + 3 "
            f'or on (site) {firing}critical"}}) * 2 or on (site) {firing}warning"}}) or on (site) site:victron_up:max{{%}} * 0')


WORDS_OF_AN_ALERT = 5  # the most, after "Victron"


def reason(well=""):
    """One alert of the worst level, in words, as the label `why`, and the level as the value; `well` where there is none."""
    firing = 'max by (site, alertname) (ALERTS{{%, alertname=~"Victron.+", alertstate="firing", severity="{0}"}})'
    worst = ('label_replace(topk by (site) (1, label_replace((site:victron_data_fresh:bool{%} == 0) * 0 + 3, "alertname", "VictronData too old", "", "") '
            f'or {firing.format("critical")} * 2 or {firing.format("warning")} '
            f'or label_replace(site:victron_up:max{{%}} * 0, "alertname", "Victron{well}", "", "")), "why", "$1", "alertname", "Victron(.*)")')
    for _ in range(WORDS_OF_AN_ALERT - 1):
        worst = f'label_replace({worst}, "why", "$1 $2", "why", "(.*[a-z])([A-Z].*)")'
    return worst


def banded(value, warning, critical, legend, by=DEVICE, above=False, kind=now):
    """One value in the colour of its level; the limits are the resolved parameters."""
    sign = ">" if above else "<"
    bad = f"({value}) {sign} {by} ({critical})"
    poor = f"({value}) {sign} {by} ({warning})"
    good = f"({value}) unless {by} ({poor}) unless {by} ({bad})"
    return levels(good, f"({poor}) unless {by} ({bad})", bad, legend, kind)


LEVELS = {"ok": palette.OK, "warning": palette.WARNING, "critical": palette.CRITICAL}


def levels(ok, warning, critical, legend, kind=now):
    """Three expressions as one query; where one answers, its level is the colour."""
    parts = " or ".join(f'label_replace({expression}, "level", "{level}", "", "")' for expression, level in zip((ok, warning, critical), LEVELS))
    return replace(kind(parts, legend), levels=True)


def joined(query, ones, how):
    """The query times ones that carry a label."""
    return replace(query, expression=fill(f"({query.expression}) * {how} {ones}"))
