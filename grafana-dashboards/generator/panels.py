"""Kinds of panels; units, decimals and what a limit looks like are decided here."""

import re
import string

from . import palette

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
DECIMALS = {"volt": 1, "amp": 1, "rothz": 2, "hertz": 2, "celsius": 1, "percentunit": 0, "kwatth": 1, "percent": 0, "watt": 0,
            "short": 0, "none": 0}
NO_VALUE = "–"


def panel(kind, title, description, queries, width, height, unit="none", **more):
    """What all panels have; `more` are the options of the functions below."""
    defaults = {"unit": unit, "decimals": more.get("decimals", DECIMALS.get(unit)), "noValue": NO_VALUE,
                "color": {"mode": "thresholds"}, "mappings": list(more.get("mappings", [])),
                "thresholds": thresholds(more.get("steps")), "custom": {**more.get("custom", {})}}
    if defaults["decimals"] is None:
        del defaults["decimals"]
    for name in ("min", "max"):
        if name in more:
            defaults[name] = more[name]
    if more.get("colour"):
        defaults["color"] = {"mode": "fixed", "fixedColor": more["colour"]}
    if more.get("link"):
        defaults["links"] = [more["link"]]
    return {
        "type": kind, "title": title, "description": description, "datasource": SOURCE,
        "gridPos": {"w": width, "h": height}, "transparent": more.get("transparent", False),
        "targets": [target(query, letter) for query, letter in zip(queries, letters())],
        "fieldConfig": {"defaults": defaults, "overrides": colours(queries) + list(more.get("overrides", []))},
        "options": more.get("options", {}), "transformations": list(more.get("transformations", [])),
        **({"interval": more["interval"]} if "interval" in more else {}),
        **({"timeFrom": more["time_from"]} if "time_from" in more else {}),
        **({"maxDataPoints": more["points"]} if "points" in more else {}),
    }


def letters():
    yield from string.ascii_uppercase
    for first in string.ascii_uppercase:
        yield from (first + second for second in string.ascii_uppercase)


def target(query, letter):
    shape = "table" if query.table else "heatmap" if query.heatmap else "time_series"
    return {"refId": letter, "datasource": SOURCE, "expr": query.expression, "format": shape,
            "instant": query.instant, "range": not query.instant, "editorMode": "code",
            "legendFormat": query.legend or "__auto"}


def thresholds(steps):
    """steps: [(None, colour), (value, colour), …]"""
    return {"mode": "absolute", "steps": [{"value": value, "color": colour}
                                          for value, colour in steps or [(None, palette.UNKNOWN)]]}


# Overrides of one field -------------------------------------------------------------------------------------------------------

def field(name, unit=None, **properties):
    """An override for the field of that name; a name between slashes is a pattern."""
    matcher = "byRegexp" if name.startswith("/") else "byName"
    values = {}
    if unit:
        values["unit"] = unit
        if unit in DECIMALS:
            values["decimals"] = DECIMALS[unit]
    values.update({key.replace("__", "."): value for key, value in properties.items()})
    return {"matcher": {"id": matcher, "options": name},
            "properties": [{"id": key, "value": value} for key, value in values.items()]}


def fixed(colour):
    return {"mode": "fixed", "fixedColor": colour}


def unstacked(name):
    """A line over a stack."""
    return field(name, custom__stacking={"mode": "none", "group": "line"}, custom__fillOpacity=0, custom__lineWidth=2)


def colours(queries):
    """Each series has the colour of its quantity, and a limit is dashed, whatever panel it stands in."""
    overrides = []
    for query in queries:
        literal = re.sub(r"\{\{.*?\}\}", "", query.legend).strip()
        if not literal or query.table:
            continue
        pattern = query.legend if literal == query.legend else "/^" + re.sub(r"\\\{\\\{.*?\\\}\\\}", ".*", re.escape(query.legend)).replace("/", "\\/") + "$/"
        properties = {}
        if palette.of(literal):
            properties["color"] = fixed(palette.of(literal))
        if palette.DASHED.search(literal) and not query.instant:
            properties.update({"custom.lineStyle": {"fill": "dash", "dash": [8, 6]}, "custom.fillOpacity": 0,
                               "custom.stacking": {"mode": "none", "group": "limits"}})
        if properties:
            overrides.append({"matcher": {"id": "byRegexp" if pattern[0] == "/" else "byName", "options": pattern},
                              "properties": [{"id": key, "value": value} for key, value in properties.items()]})
    if any("{{level}}" in query.legend for query in queries):
        overrides += [field(f"/^{level}/", color=fixed(palette.of(level))) for level in ("ok", "warning", "critical")]
    if any("{{phase}}" in query.legend for query in queries):
        overrides += [field(f"/^[^a-z]*{name}$/", color=fixed(colour))
                      for name, colour in (("L1", palette.L1), ("L2", palette.L2), ("L3", palette.L3))]
    return overrides


# Kinds ------------------------------------------------------------------------------------------------------------------------

REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}


def stat(title, description, queries, width=4, height=5, unit="none", sparkline=False, background=False, text="auto", **more):
    options = {"reduceOptions": {**REDUCE, "fields": more.pop("fields", "")}, "graphMode": "area" if sparkline else "none",
               "colorMode": "background_solid" if background else "value", "textMode": text, "justifyMode": "center",
               "orientation": more.pop("orientation", "auto"), "wideLayout": True, "showPercentChange": False}
    return panel("stat", title, description, queries, width, height, unit, options=options,
                 transparent=not background, **more)


def gauge(title, description, queries, width=4, height=6, unit="percentunit", low=0, high=1, **more):
    options = {"reduceOptions": REDUCE, "showThresholdLabels": False, "showThresholdMarkers": bool(more.get("steps")),
               "orientation": "auto", "sizing": "auto", "minVizWidth": 75, "minVizHeight": 75}
    return panel("gauge", title, description, queries, width, height, unit, options=options, min=low, max=high,
                 transparent=True, **more)


def bars(title, description, queries, width=8, height=10, unit="none", vertical=False, **more):
    options = {"reduceOptions": REDUCE, "displayMode": "basic", "valueMode": "text", "showUnfilled": True,
               "orientation": "vertical" if vertical else "horizontal", "namePlacement": "auto", "sizing": "auto",
               "minVizWidth": 8, "minVizHeight": 12, "maxVizHeight": 40}
    return panel("bargauge", title, description, queries, width, height, unit, options=options, **more)


def lines(title, description, queries, width=12, height=9, unit="none", table=False, stacked=False, fill=8, **more):
    custom = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 60 if stacked else fill, "showPoints": "never",
              "spanNulls": 120000, "lineInterpolation": "linear", "axisSoftMin": more.pop("soft_min", None),
              "axisSoftMax": more.pop("soft_max", None), "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
              "axisBorderShow": False, "gradientMode": "none"}
    custom = {key: value for key, value in custom.items() if value is not None}
    custom.update(more.pop("custom", {}))
    legend = {"showLegend": True, "displayMode": "table" if table else "list", "placement": "bottom",
              "calcs": ["lastNotNull", "min", "max"] if table else []}
    if more.pop("no_legend", False):
        legend["showLegend"] = False
    options = {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
    drawn = panel("timeseries", title, description, queries, width, height, unit, options=options, custom=custom, **more)
    if not more.get("colour"):
        drawn["fieldConfig"]["defaults"]["color"] = {"mode": "palette-classic"}
    return tinted(drawn, queries, more.get("tints", palette.NEUTRAL_TINTS))


def tinted(drawn, queries, tints):
    """A free series gets a tint of our own instead of Grafana's rainbow, by its place in the answer."""
    if drawn["fieldConfig"]["defaults"]["color"].get("mode") == "palette-classic":
        free = [letter for query, letter in zip(queries, letters())
                if not palette.of(re.sub(r"\{\{.*?\}\}", "", query.legend).strip())]
        tint = {letter: tints[index % len(tints)] for index, letter in enumerate(free)}
        many = {letter: {"mode": "shades", "fixedColor": colour} for letter, colour in tint.items()}
        drawn["fieldConfig"]["overrides"] = [
            {"matcher": {"id": "byFrameRefID", "options": letter}, "properties": [{"id": "color", "value": value}]}
            for letter, value in many.items()] + drawn["fieldConfig"]["overrides"]
        drawn["fieldConfig"]["defaults"]["color"] = {"mode": "shades", "fixedColor": tints[0]}
    return drawn


def barchart(title, description, queries, width=12, height=9, unit="kwatth", stacked=False, **more):
    """One group of bars per row of the answer or, over the range, per day."""
    options = {"orientation": "auto", "stacking": "normal" if stacked else "none", "showValue": "never", "barWidth": 0.9,
               "groupWidth": 0.8, "xTickLabelRotation": 0, "xTickLabelSpacing": 100, "barRadius": 0, "fullHighlight": False,
               "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
               "tooltip": {"mode": "multi", "sort": "none"}, **more.pop("bar_options", {})}
    drawn = panel("barchart", title, description, queries, width, height, unit, options=options,
                  custom={"fillOpacity": 80, "lineWidth": 0}, **more)
    drawn["fieldConfig"]["defaults"]["color"] = {"mode": "palette-classic"}
    return tinted(drawn, queries, more.get("tints", palette.NEUTRAL_TINTS))


def daily(title, description, queries, days=14, **more):
    """Bars per day over a window of its own."""
    return barchart(title, description, queries, interval="1d", points=200, time_from=f"{days}d", **more)


def timeline(title, description, queries, width=12, height=8, mappings=(), **more):
    options = {"mergeValues": True, "showValue": "auto", "alignValue": "left", "rowHeight": 0.85,
               "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
               "tooltip": {"mode": "single", "sort": "none"}}
    return panel("state-timeline", title, description, queries, width, height, options=options, mappings=mappings,
                 custom={"fillOpacity": 80, "lineWidth": 0, "insertNulls": False, "spanNulls": False}, **more)


def history(title, description, queries, width=24, height=10, mappings=(), **more):
    options = {"showValue": "never", "rowHeight": 0.9, "colWidth": 0.95,
               "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
               "tooltip": {"mode": "single", "sort": "none"}}
    return panel("status-history", title, description, queries, width, height, options=options, mappings=mappings,
                 custom={"fillOpacity": 80, "lineWidth": 1}, **more)


def table(title, description, queries, names, width=24, height=10, fields=(), sort=None, key="site", **more):
    """Rows joined by the labels that all queries share. `names` renames the columns in their order."""
    order = {old: index for index, old in enumerate(names)}
    steps = list(more.pop("before", [])) + [
        {"id": "merge", "options": {}},
        {"id": "filterFieldsByName", "options": {"include": {"names": list(names)}}},
        {"id": "organize", "options": {"excludeByName": {}, "indexByName": order, "renameByName": names}}]
    options = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "fields": ""},
               "frozenColumns": {"left": 1},
               "sortBy": [{"displayName": name, "desc": down} for name, down in sort or []]}
    return panel("table", title, description, queries, width, height, options=options, transformations=steps,
                 overrides=fields, custom={"align": "auto", "filterable": True, "cellOptions": {"type": "auto"}}, **more)


def cell(kind, **options):
    return {"type": kind, **options}


PILL = {"custom__cellOptions": cell("color-background", mode="basic"), "custom__width": 90}
GAUGE_CELL = {"custom__cellOptions": cell("gauge", mode="basic", valueDisplayMode="text")}


def pie(title, description, queries, width=4, height=9, **more):
    options = {"pieType": "donut", "reduceOptions": REDUCE, "displayLabels": [], "tooltip": {"mode": "single", "sort": "none"},
               "legend": {"showLegend": True, "displayMode": "list", "placement": "right", "values": ["value"]}}
    drawn = panel("piechart", title, description, queries, width, height, "short", options=options, **more)
    drawn["fieldConfig"]["defaults"]["color"] = {"mode": "shades", "fixedColor": palette.L3}
    return drawn


def heatmap(title, description, queries, width=24, height=9, unit="watt", **more):
    options = {"calculate": False, "cellGap": 1, "color": {"mode": "opacity", "fill": palette.PV, "exponent": 0.5,
                                                           "scale": "exponential", "steps": 64, "reverse": False},
               "yAxis": {"axisPlacement": "left", "unit": "none", "reverse": True}, "rowsFrame": {"layout": "auto"},
               "cellValues": {"unit": unit, "decimals": 0}, "showValue": "never", "filterValues": {"le": 1e-9},
               "legend": {"show": True}, "tooltip": {"mode": "single", "yHistogram": False, "showColorScale": False}}
    return panel("heatmap", title, description, queries, width, height, unit, options=options, **more)


def histogram(title, description, queries, width=8, height=9, unit="none", bucket=1, **more):
    options = {"bucketSize": bucket, "bucketOffset": 0, "combine": False,
               "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
               "tooltip": {"mode": "single", "sort": "none"}}
    return panel("histogram", title, description, queries, width, height, unit, options=options,
                 custom={"fillOpacity": 80, "lineWidth": 1, "stacking": {"mode": "none", "group": "A"}}, **more)


def scatter(title, description, queries, x, y, width=8, height=9, unit="none", **more):
    """One point per time of two queries that are joined by time."""
    options = {"mapping": "manual", "series": [{"x": {"matcher": {"id": "byName", "options": x}},
                                               "y": {"matcher": {"id": "byName", "options": y}},
                                               "frame": {"matcher": {"id": "byIndex", "options": 0}}}],
               "seriesMapping": "manual", "dims": {"frame": 0, "x": x},
               "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
               "tooltip": {"mode": "single", "sort": "none"}}
    return panel("xychart", title, description, queries, width, height, unit, options=options,
                 transformations=[{"id": "joinByField", "options": {"byField": "Time", "mode": "outer"}}],
                 custom={"show": "points", "pointSize": {"fixed": 4}, "pointShape": "circle"}, **more)


def nodes(title, description, queries, names, width=12, height=10, unit="none", **more):
    """Nodes and edges: the queries' labels are the columns that the node graph knows."""
    return panel("nodeGraph", title, description, queries, width, height, unit, options={
        "nodes": {"mainStatUnit": unit}, "edges": {"mainStatUnit": unit}, "zoomMode": "cooperative", "layoutAlgorithm": "layered"},
        transformations=[{"id": "organize", "options": {"renameByName": names, "excludeByName": {"Time": True}}}], **more)


# Constants of the alerts, where Grafana needs numbers: here and nowhere else; the lint compares them with the rules.
STEPS = {
    "zero is good": [(None, palette.OK), (1, palette.CRITICAL)],
    "zero is good, else warning": [(None, palette.OK), (1, palette.WARNING)],
    "off grid": [(None, palette.OK), (1, palette.IMPORT)],
    "risk": [(None, palette.OK), (20, palette.WARNING), (60, palette.CRITICAL)],
    "time to empty": [(None, palette.CRITICAL), (3600, palette.WARNING), (14400, palette.OK)],
    "time to empty grey": [(None, palette.CRITICAL), (3600, palette.WARNING), (14400, palette.UNKNOWN)],
    "online": [(None, palette.CRITICAL), (0.9, palette.WARNING), (1, palette.OK)],
    "data age": [(None, palette.OK), (60, palette.WARNING), (120, palette.CRITICAL)],
    "device age": [(None, palette.OK), (120, palette.WARNING), (300, palette.CRITICAL)],
    "clock": [(None, palette.OK), (30, palette.WARNING), (60, palette.CRITICAL)],
    "availability": [(None, palette.CRITICAL), (0.97, palette.WARNING), (0.99, palette.OK)],
    "load": [(None, palette.OK), (0.8, palette.WARNING), (1.1, palette.CRITICAL)],
    "imbalance": [(None, palette.OK), (0.02, palette.WARNING), (0.05, palette.CRITICAL)],
    "ripple": [(None, palette.OK), (0.015, palette.WARNING), (0.03, palette.CRITICAL)],
    "sibling": [(None, palette.CRITICAL), (0.6, palette.WARNING), (0.8, palette.PV)],
    "headroom": [(None, palette.CRITICAL), (0.02, palette.CHARGE), (1.01, palette.CRITICAL)],
    "health": [(None, palette.CRITICAL), (0.7, palette.WARNING), (0.85, palette.OK)],
    "replacement": [(None, palette.CRITICAL), (180 * 86400, palette.WARNING), (365 * 86400, palette.OK)],
    "degradation": [(None, palette.OK), (0.002, palette.OK), (0.005, palette.WARNING), (0.01, palette.CRITICAL)],
    "deep": [(None, palette.CHARGE), (0.8, palette.WARNING)],
    "maintenance": [(None, palette.CRITICAL), (30 * 86400, palette.WARNING), (90 * 86400, palette.OK)],
    "service": [(None, palette.CRITICAL), (0, palette.WARNING), (180000, palette.OK)],
    "run time": [(None, palette.GENERATOR), (28800, palette.WARNING)],
    "last run": [(None, palette.OK), (3024000, palette.WARNING)],
    "fuel": [(None, palette.CRITICAL), (0.1, palette.WARNING), (0.25, palette.OK)],
    "vrm": [(None, palette.OK), (600, palette.WARNING)],
    "wifi": [(None, palette.WARNING), (0.4, palette.OK)],
    "restarts": [(None, palette.OK), (1, palette.WARNING), (6, palette.CRITICAL)],
    "reboots": [(None, palette.OK), (3, palette.CRITICAL)],
    "efficiency": [(None, palette.CRITICAL), (0.8, palette.OK)],
    "curtailed": [(None, palette.UNKNOWN), (7200, palette.WARNING)],
    "specific yield": [(None, palette.WARNING), (0.6, palette.PV)],
    "series": [(None, palette.WARNING), (-0.3, palette.OK)],
    "z": [(None, palette.WARNING), (-3.5, palette.UNKNOWN), (3.5, palette.WARNING)],
    "state of charge": [(None, palette.CRITICAL), (0.1, palette.WARNING), (0.2, palette.CHARGE)],
    "grid voltage": [(None, palette.IMPORT)],
}
