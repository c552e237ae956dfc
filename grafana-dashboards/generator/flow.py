"""The picture of the energy flow: a canvas, and a node graph where there is no canvas."""

from . import palette
from .board import link
from .panels import field, fixed, nodes as node_graph, panel
from .queries import kwh, now, one, rows

HUB = "Inverter"
HIDDEN_BELOW = 20  # watts
# name, x, y, colour, power towards the hub, board, energy of today
NODES = [
    ("PV", 215, 10, palette.PV, "site:victron_pv_power_watts:sum{%}", "victron-solar", "pv"),
    ("Grid", 10, 150, palette.IMPORT, "site:victron_grid_power_watts:sum{%}", "victron-grid-ess", "grid_import"),
    ("Generator", 10, 290, palette.GENERATOR, "site:victron_genset_power_watts:sum{%}", "victron-aux", "genset"),
    ("Battery", 215, 290, palette.CHARGE, "-site:victron_battery_power_watts:sum{%}", "victron-battery", "battery_out"),
    ("AC loads", 420, 150, palette.LOAD, "-sum by (site) (victron_system_consumption_phase_power_watts{@})", "victron-station", None),
    ("DC loads", 420, 290, palette.LOAD, '-max by (site) (victron_system_dc_system_power_watts{@})', "victron-station", None),
]


def canvas():
    queries, overrides = [], []
    for name, _, _, colour, power, _, energy in NODES:
        queries += [now(power, name), now(f"sqrt(abs({power}) * (abs({power}) > bool {HIDDEN_BELOW}))", f"{name} width")]
        overrides.append(field(name, "watt", color=fixed(colour)))
        if energy:
            queries.append(now(kwh(energy), f"{name} today"))
            overrides.append(field(f"{name} today", "kwatth", color=fixed(colour)))
    queries.append(now(one("victron_system_battery_state_of_charge_ratio", "site"), "State of charge"))
    overrides.append(field("State of charge", "percentunit", color=fixed(palette.CHARGE)))
    elements = [element for node in NODES for element in box(*node)]
    root = {"type": "frame", "name": "Energy flow", "elements": [hub(), *elements],
            "background": {"color": {"fixed": palette.TRANSPARENT}}, "placement": {"left": 0, "top": 0, "width": 100, "height": 100}}
    return panel("canvas", "Energy flow", "Where power comes from and where it goes, now: width grows with the root of the power, the arrow is the direction, below 20 W there "
                 "is no line. A part that the station does not have stays empty. A node opens its board; without the canvas panel the node graph below tells the same.",
                 queries, 12, 12, "watt", options={"inlineEditing": False, "showAdvancedTypes": True, "panZoom": False, "root": root},
                 overrides=overrides)


def hub():
    """All lines start or end here."""
    lines = [{"source": {"x": 0, "y": 0}, "target": {"x": 0, "y": 0}, "targetName": name, "path": "straight",
              "color": {"fixed": colour}, "size": {"field": f"{name} width", "fixed": 1, "min": 0, "max": 12},
              "direction": {"mode": "field", "field": name, "fixed": "reverse"}, "lineStyle": {"style": "solid", "animate": True}}
             for name, _, _, colour, *_ in NODES]
    return {"type": "text", "name": HUB, "config": style(HUB, palette.LIMIT, 16), "connections": lines, "placement": at(215, 150),
            "constraint": pinned(), "background": {"color": {"fixed": palette.TRANSPARENT}},
            "border": {"color": {"fixed": palette.LIMIT}, "width": 1, "radius": 8}}


def box(name, left, top, colour, _power, board, energy):
    """A name, the watts and what it was today."""
    opens = [link(board, f"Open {name}", "${site}")]
    frame = {"border": {"color": {"fixed": colour}, "width": 2, "radius": 8}, "background": {"color": {"fixed": palette.TRANSPARENT}}}
    yield {"type": "metric-value", "name": name, "placement": at(left, top), "constraint": pinned(), "links": opens, **frame,
           "config": {"text": {"mode": "field", "field": name, "fixed": ""}, "color": {"fixed": colour}, "size": 20, "align": "center", "valign": "middle"}}
    bare = {"constraint": pinned(), "background": {"color": {"fixed": palette.TRANSPARENT}}, "border": {"color": {"fixed": palette.TRANSPARENT}}}
    yield {"type": "text", "name": f"{name} title", "placement": at(left, top + 2, 18), "config": style(name, colour, 12), **bare}
    shown = "State of charge" if name == "Battery" else f"{name} today" if energy else None
    if shown:
        yield {"type": "metric-value", "name": f"{name} detail", "placement": at(left, top + 62, 18), **bare,
               "config": {"text": {"mode": "field", "field": shown, "fixed": ""}, "color": {"fixed": colour}, "size": 12, "align": "center", "valign": "middle"}}


def style(words, colour, size):
    return {"text": {"mode": "fixed", "fixed": words}, "color": {"fixed": colour}, "size": size, "align": "center", "valign": "middle"}


def at(left, top, height=82):
    return {"left": left, "top": top, "width": 150, "height": height}


def pinned():
    return {"horizontal": "left", "vertical": "top"}


def graph():
    """Nodes: name and watts. Edges: from the hub or to it by the sign."""
    parts = [(name, f"sum by (site) ({power})") for name, _, _, _, power, _, _ in NODES]
    node = " or ".join(label(f"abs({power})", id=name, title=name) for name, power in parts)
    node += " or " + label("site:victron_load_power_watts:sum{%}", id=HUB, title=HUB)
    edges = " or ".join(
        [label(f"{power} > {HIDDEN_BELOW}", id=f"{name} in", source=name, target=HUB) for name, power in parts]
        + [label(f"-({power}) > {HIDDEN_BELOW}", id=f"{name} out", source=HUB, target=name) for name, power in parts])
    return node_graph("Energy flow as node graph", "The same flow for screens without the canvas panel: nodes with their power, edges in the direction of the flow.",
                      [rows(node), rows(edges)], {"Value #A": "mainstat", "Value #B": "mainstat"}, 24, 12, "watt")


def label(expression, **labels):
    for name, value in labels.items():
        expression = f'label_replace({expression}, "{name}", "{value}", "", "")'
    return expression
