"""Kinds of panels; units, decimals and what a limit looks like are decided here."""

import re
import string

from . import palette
from .limits import thresholds
from .queries import LEVELS

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# None leaves it to Grafana, which shows about three digits: 499 W, 2.93 kW.
DECIMALS = {"volt": 1, "amp": 1, "rothz": 2, "celsius": 1, "percentunit": 0, "kwatth": 1, "watt": None, "short": 0, "none": 0, "dtdurations": 0, "litre": 0}
NO_VALUE = "–"
WHOLE_STEPS = {"timeseries", "barchart"}  # kinds that put no ticks between whole numbers where there are no decimals: a ratio needs some
BY_VALUE = {"state-timeline", "status-history"}  # kinds whose colour is the value's, whatever a row is called
TELLS_WHY = {"timeseries", "state-timeline", "status-history", "barchart", "histogram", "heatmap", "xychart"}  # kinds that show a text where there is no data
PHONE = 6  # columns: what is wider has its values side by side


def panel(kind, title, description, queries, width, height, unit="none", **more):
    """What all panels have; `more` are the options of the functions below.

    `empty` says without what there is nothing to see, `words` the mapping of the values, or {name of a field: mapping}.
    """
    queries, words = list(queries), more.get("words", [])
    empty = f"Empty {more['empty']}." if "empty" in more else ""
    defaults = {"unit": unit, "noValue": empty.rstrip(".") if empty and kind in TELLS_WHY else NO_VALUE, "color": {"mode": "thresholds"},
                "mappings": words if isinstance(words, list) else [], "thresholds": thresholds(more.get("steps")), "custom": {**more.get("custom", {})}}
    decimals = more.get("decimals", None if kind in WHOLE_STEPS and unit == "percentunit" else DECIMALS.get(unit))
    if decimals is not None:
        defaults["decimals"] = decimals
    for name in ("min", "max"):
        if name in more:
            defaults[name] = more[name]
    if more.get("colour"):
        defaults["color"] = {"mode": "fixed", "fixedColor": more["colour"]}
    if more.get("link"):
        defaults["links"] = [more["link"]]
    mapped = [field(name, mappings=mapping) for name, mapping in words.items()] if isinstance(words, dict) else []
    return {
        "type": kind, "title": title, "description": f"{description} {empty}".strip(), "datasource": SOURCE,
        "gridPos": {"w": width, "h": height}, "transparent": more.get("transparent", False),
        "targets": [target(query, letter) for query, letter in zip(queries, letters())],
        "fieldConfig": {"defaults": defaults, "overrides": colours(queries, not more.get("colour") and kind not in BY_VALUE) + mapped + list(more.get("overrides", []))},
        "options": more.get("options", {}), "transformations": list(more.get("transformations", [])),
        **{key: more[name] for name, key in (("interval", "interval"), ("time_from", "timeFrom"), ("points", "maxDataPoints")) if name in more},
    }


def letters():
    yield from string.ascii_uppercase
    for first in string.ascii_uppercase:
        yield from (first + second for second in string.ascii_uppercase)


def target(query, letter):
    return {"refId": letter, "datasource": SOURCE, "expr": query.expression, "format": "table" if query.table else "time_series",
            "instant": query.instant, "range": not query.instant, "editorMode": "code",
            "legendFormat": f"{{{{level}}}} {query.legend}" if query.levels else query.legend or "__auto"}


# Overrides of one field -------------------------------------------------------------------------------------------------------

def field(name, unit=None, **properties):
    """An override for the field of that name; a name between slashes is a pattern, __ in a property a dot."""
    matcher = "byRegexp" if name.startswith("/") else "byName"
    values = {}
    if unit:
        values["unit"] = unit
        if unit in DECIMALS:
            values["decimals"] = DECIMALS[unit]
    values.update({key.replace("__", "."): value for key, value in properties.items()})
    if "steps" in values:
        values.update(thresholds=thresholds(values.pop("steps")), color={"mode": "thresholds"})
    return {"matcher": {"id": matcher, "options": name}, "properties": [{"id": key, "value": value} for key, value in values.items()]}


def fixed(colour):
    return {"mode": "fixed", "fixedColor": colour}


def tinted(names, tints=palette.NEUTRAL_TINTS):
    """A tint for each of these names, for things that only have to differ."""
    return [field(name, color=fixed(tints[index % len(tints)])) for index, name in enumerate(names)]


def unstacked(name):
    """A line over a stack."""
    return field(name, custom__stacking={"mode": "none", "group": "line"}, custom__fillOpacity=0, custom__lineWidth=2)


def on_the_right(name, unit, **more):
    """An axis of its own, with as many decimals as its ticks need: none takes back those of the panel."""
    return field(name, unit=unit, custom__axisPlacement="right", **{"decimals": None, **more})


def of_target(letter, **properties):
    return {"matcher": {"id": "byFrameRefID", "options": letter}, "properties": [{"id": key, "value": value} for key, value in properties.items()]}


def pattern(legend):
    """What finds the series of a legend: its text, or a pattern where labels stand in it."""
    if "{{" not in legend:
        return legend
    return "/^" + re.sub(r"\\\{\\\{.*?\\\}\\\}", ".*", re.escape(legend)).replace("/", "\\/").replace("\\ ", " ") + "$/"


def with_labels(text):
    """A text for Grafana's names, {{label}} in it for the value of a label."""
    return re.sub(r"\{\{(\w+)\}\}", r"${__field.labels.\1}", text)


def literal(legend):
    return re.sub(r"\{\{.*?\}\}", "", legend).strip()


def colours(queries, coloured):
    """Each series has the colour of its quantity, and a limit is dashed, whatever panel it stands in."""
    overrides = []
    for query, letter in zip(queries, letters()):
        if query.levels:
            overrides += [field(pattern(f"{level} {query.legend}"), color=fixed(colour), displayName=with_labels(query.legend)) for level, colour in LEVELS.items()]
            continue
        if query.colour:
            overrides.append(of_target(letter, color=fixed(query.colour)))
            continue
        if not literal(query.legend) or query.table:
            continue
        properties = {}
        if coloured and palette.of(literal(query.legend)):
            properties["color"] = fixed(palette.of(literal(query.legend)))
        if palette.DASHED.search(literal(query.legend)) and not query.instant:
            properties.update(custom__lineStyle={"fill": "dash", "dash": [8, 6]}, custom__fillOpacity=0, custom__stacking={"mode": "none", "group": "limits"})
        if properties:
            overrides.append(field(pattern(query.legend), **properties))
    if any("{{phase}}" in query.legend for query in queries):
        overrides += [field(f"/{name}$/", color=fixed(colour)) for name, colour in (("L1", palette.L1), ("L2", palette.L2), ("L3", palette.L3))]
    return overrides


# Kinds ------------------------------------------------------------------------------------------------------------------------

REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}
SINGLE, MULTI = {"mode": "single", "sort": "none"}, {"mode": "multi", "sort": "desc"}


def legend(shown=True, table=False, placement="bottom"):
    return {"showLegend": shown, "displayMode": "table" if table else "list", "placement": placement, "calcs": ["lastNotNull", "min", "max"] if table else []}


def stat(title, description, queries, width=4, height=5, unit="none", sparkline=False, background=False, text=None, **more):
    """Several values in a narrow panel stand one below the other, each with its name."""
    queries = list(queries)
    several = len(queries)
    options = {"reduceOptions": REDUCE, "graphMode": "area" if sparkline else "none", "colorMode": "background_solid" if background else "value",
               "textMode": text or ("value_and_name" if several > 1 else "value"), "justifyMode": "center", "wideLayout": True,
               "orientation": more.pop("orientation", "horizontal" if several > 1 and width <= PHONE else "auto"), "showPercentChange": False}
    if several > 1 and options["textMode"] == "value_and_name":  # left to itself, Grafana makes names too small to read
        options["text"] = {"titleSize": 14, "valueSize": 28 if several == 2 and options["orientation"] == "vertical" else 22}
        if options["orientation"] == "horizontal":
            options["justifyMode"] = "auto"
    return panel("stat", title, description, queries, width, height, unit, options=options, transparent=not background, **more)


def gauge(title, description, queries, width=4, height=6, unit="percentunit", low=0, high=1, name=None, **more):
    """`name` stands below the number, {{label}} in it for the value of a label; without it a lone value has no name."""
    options = {"reduceOptions": REDUCE, "showThresholdLabels": False, "showThresholdMarkers": "steps" in more,
               "orientation": "auto", "sizing": "auto", "minVizWidth": 75, "minVizHeight": 75}
    return called(panel("gauge", title, description, queries, width, height, unit, options=options, min=low, max=high, transparent=True, **more), name)


def called(drawn, name):
    if name:
        drawn["fieldConfig"]["defaults"]["displayName"] = with_labels(name)
    return drawn


def bars(title, description, queries, width=8, height=10, unit="none", names="auto", name=None, **more):
    options = {"reduceOptions": REDUCE, "displayMode": "basic", "valueMode": "text", "showUnfilled": True, "orientation": "horizontal", "namePlacement": names,
               "sizing": "auto", "minVizWidth": 8, "minVizHeight": 12, "maxVizHeight": 32}
    return called(panel("bargauge", title, description, queries, width, height, unit, options=options, **more), name)


def lines(title, description, queries, width=12, height=9, unit="none", table=False, stacked=False, fill=8, no_legend=False, tints=palette.NEUTRAL_TINTS, **more):
    """Constant limits are drawn as dashed lines; the others are queries."""
    custom = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 60 if stacked else fill, "showPoints": "never", "spanNulls": 120000, "lineInterpolation": "linear",
              "stacking": {"mode": "normal" if stacked else "none", "group": "A"}, "axisBorderShow": False, "gradientMode": "none",
              **({"thresholdsStyle": {"mode": "dashed"}} if "steps" in more else {}), **more.pop("custom", {})}
    options = {"legend": legend(not no_legend, table), "tooltip": MULTI}
    drawn = panel("timeseries", title, description, queries, width, height, unit, options=options, custom=custom, **more)
    return drawn if more.get("colour") else shaded(drawn, queries, tints)


def shaded(drawn, queries, tints):
    """A series that is free to choose gets a tint of our own instead of Grafana's rainbow; several of one query are its shades."""
    free = [letter for query, letter in zip(queries, letters()) if not query.colour and not query.levels and not palette.of(literal(query.legend))]
    drawn["fieldConfig"]["overrides"] = [of_target(letter, color={"mode": "shades", "fixedColor": tints[index % len(tints)]})
                                         for index, letter in enumerate(free)] + drawn["fieldConfig"]["overrides"]
    drawn["fieldConfig"]["defaults"]["color"] = {"mode": "shades", "fixedColor": tints[0]}
    return drawn


def barchart(title, description, queries, width=12, height=9, unit="kwatth", stacked=False, no_legend=False, **more):
    """One group of bars per row of the answer or, over the range, per day."""
    options = {"orientation": "auto", "stacking": "normal" if stacked else "none", "showValue": "never", "barWidth": 0.9, "groupWidth": 0.8, "xTickLabelRotation": 0,
               "xTickLabelSpacing": 100, "barRadius": 0, "fullHighlight": False, "legend": legend(not no_legend), "tooltip": MULTI, **more.pop("bar_options", {})}
    drawn = panel("barchart", title, description, queries, width, height, unit, options=options, custom={"fillOpacity": 80, "lineWidth": 0}, **more)
    return drawn if more.get("colour") else shaded(drawn, queries, palette.NEUTRAL_TINTS)


def daily(title, description, queries, days=14, **more):
    """Bars per day over a window of its own."""
    return barchart(title, description, queries, interval="1d", points=200, time_from=f"{days}d", **more)


def daily_with_line(title, description, queries, days, name, **more):
    """Stacked bars per day and a line over them, which a bar chart cannot have."""
    bars_of_days = {"drawStyle": "bars", "barAlignment": 1, "barWidthFactor": 0.8, "fillOpacity": 80, "lineWidth": 0}
    line = field(name, custom__drawStyle="line", custom__lineInterpolation="stepAfter", custom__lineWidth=2, custom__fillOpacity=0, custom__stacking={"mode": "none", "group": "line"})
    more["overrides"] = [*more.get("overrides", []), line]
    return lines(title, description, queries, unit="kwatth", stacked=True, custom=bars_of_days, interval="1d", points=200, time_from=f"{days}d", min=0, **more)


def timeline(title, description, queries, width=12, height=8, **more):
    options = {"mergeValues": True, "showValue": "auto", "alignValue": "left", "rowHeight": 0.85, "legend": legend(False), "tooltip": SINGLE}
    return panel("state-timeline", title, description, queries, width, height, options=options, custom={"fillOpacity": 80, "lineWidth": 0}, **more)


def history(title, description, queries, width=24, height=10, **more):
    options = {"showValue": "never", "rowHeight": 0.9, "colWidth": 0.95, "legend": legend(False), "tooltip": SINGLE}
    return panel("status-history", title, description, queries, width, height, options=options, custom={"fillOpacity": 80, "lineWidth": 1}, **more)


def table(title, description, queries, names, width=24, height=10, fields=(), sort=(), before=(), **more):
    """Rows joined by the labels that all queries share. `names` renames the columns in their order; without a name one is there for links only."""
    renamed = {old: new for old, new in names.items() if new}
    steps = [*before, {"id": "merge", "options": {}}, {"id": "filterFieldsByName", "options": {"include": {"names": list(names)}}},
             {"id": "organize", "options": {"excludeByName": {}, "indexByName": {old: index for index, old in enumerate(names)}, "renameByName": renamed}}]
    hidden = [field(old, custom__hidden=True, custom__hideFrom={"viz": True, "legend": True, "tooltip": True}) for old, new in names.items() if not new]
    options = {"showHeader": True, "cellHeight": "sm", "frozenColumns": {"left": 1}, "sortBy": [{"displayName": name, "desc": down} for name, down in sort]}
    return panel("table", title, description, queries, width, height, options=options, transformations=steps, overrides=[*fields, *hidden],
                 custom={"align": "auto", "filterable": True, "minWidth": 50, "cellOptions": {"type": "auto"}}, **more)


def cell(kind, **options):
    return {"type": kind, **options}


PILL = {"custom__cellOptions": cell("color-background", mode="basic"), "custom__align": "center", "custom__width": 80}
GAUGE_CELL = {"custom__cellOptions": cell("gauge", mode="basic", valueDisplayMode="text")}
TEXT_CELL = {"custom__cellOptions": cell("color-text")}
SPARKLINE = {"custom__cellOptions": cell("sparkline", hideValue=True)}


def pie(title, description, queries, width=4, height=9, **more):
    options = {"pieType": "donut", "reduceOptions": REDUCE, "displayLabels": [], "tooltip": SINGLE, "legend": {**legend(), "values": ["value"]}}
    drawn = panel("piechart", title, description, queries, width, height, "short", options=options, **more)
    drawn["fieldConfig"]["defaults"]["color"] = {"mode": "shades", "fixedColor": palette.L3}
    return drawn


def heatmap(title, description, queries, width=24, height=9, unit="watt", **more):
    """A row per query, whose name is a number."""
    options = {"calculate": False, "cellGap": 1, "yAxis": {"axisPlacement": "left", "unit": "none", "reverse": True}, "rowsFrame": {"layout": "auto"},
               "color": {"mode": "opacity", "fill": palette.PV, "exponent": 0.5, "scale": "exponential", "scheme": "Oranges", "steps": 64, "reverse": False},
               "cellValues": {"unit": unit, "decimals": 0}, "showValue": "never", "filterValues": {"le": 1e-9}, "legend": {"show": True},
               "tooltip": {"mode": "single", "yHistogram": False, "showColorScale": False}}
    return panel("heatmap", title, description, queries, width, height, unit, options=options, **more)


def histogram(title, description, queries, width=8, height=9, unit="none", bucket=1, **more):
    options = {"bucketSize": bucket, "bucketOffset": 0, "combine": False, "legend": legend(False), "tooltip": SINGLE}
    return panel("histogram", title, description, queries, width, height, unit, options=options, custom={"fillOpacity": 80, "lineWidth": 1}, **more)


def scatter(title, description, queries, x, y, width=8, height=9, unit="none", **more):
    """One point per time of two queries that are joined by time; options as of 10.4, which newer versions read."""
    options = {"seriesMapping": "manual", "dims": {"frame": 0}, "series": [{"frame": 0, "x": x, "y": y, "pointColor": {"fixed": palette.CHARGE}}],
               "legend": legend(False), "tooltip": SINGLE}
    return panel("xychart", title, description, queries, width, height, unit, options=options,
                 transformations=[{"id": "joinByField", "options": {"byField": "Time", "mode": "outer"}}],
                 custom={"show": "points", "pointSize": {"fixed": 4, "min": 2, "max": 8}}, **more)


def nodes(title, description, queries, names, width=12, height=10, unit="none", edges=None, **more):
    """Nodes and edges: the queries' labels are the columns that the node graph knows."""
    options = {"nodes": {"mainStatUnit": unit}, "edges": {"mainStatUnit": edges or unit}, "zoomMode": "cooperative", "layoutAlgorithm": "layered"}
    return panel("nodeGraph", title, description, queries, width, height, unit, options=options,
                 transformations=[{"id": "organize", "options": {"renameByName": names, "excludeByName": {"Time": True}}}], **more)
