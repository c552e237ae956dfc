"""The picture of the energy flow: a canvas, and a node graph where there is no canvas.

Places are per cent of the panel, so that it fits a wall and a phone. A part that the station does not have vanishes: what stands
in its box has the colour and the text of its value, and without a value neither. Arrows need no option that only newer versions
have: there is one line into the hub and one out of it, and the one against the flow has no width.
"""

from . import palette
from .board import link
from .panels import field, fixed, nodes as node_graph, panel
from .queries import kwh, now, one, rows

HUB = "Inverter"
HIDDEN_BELOW = 20  # watts
ROOT_OF_MOST = 70  # of the watts from which a line is as wide as it gets: 5 kW
WIDEST = 4  # pixels; the head of the arrow is ten times as long, and has to fit between two boxes
# name, column and row, colour, power towards the hub, board, energy of today
NODES = [
    ("PV", 1, 0, palette.PV, "site:victron_pv_power_watts:sum{%}", "victron-solar", "pv"),
    ("Grid", 0, 1, palette.IMPORT, "site:victron_grid_power_watts:sum{%}", "victron-grid-ess", "grid_import"),
    ("Generator", 0, 2, palette.GENERATOR, "site:victron_genset_power_watts:sum{%}", "victron-aux", "genset"),
    ("Battery", 1, 2, palette.CHARGE, "-site:victron_battery_power_watts:sum{%}", "victron-battery", None),
    ("AC loads", 2, 1, palette.LOAD, "-sum by (site) (victron_system_consumption_phase_power_watts{@})", "victron-station", None),
    ("DC loads", 2, 2, palette.LOAD, "-max by (site) (victron_system_dc_system_power_watts{@})", "victron-station", None),
]
LEFT, TOP, WIDE, HIGH, ACROSS, DOWN, SMALL = 3, 4, 24, 24, 35, 34, 6  # per cent: first box, size of a box, distance of the next, small text


def canvas():
    queries, overrides = [], []
    for name, _, _, colour, power, _, energy in NODES:
        queries += [now(f"abs({power})", name), now(width(power), f"{name} in"), now(width(f"-({power})"), f"{name} out")]
        overrides += [field(name, "watt", color=fixed(colour)), field(f"/^{name} (in|out)$/", "none", min=0, max=ROOT_OF_MOST)]
        if energy:
            queries.append(now(kwh(energy), f"{name} today"))
            overrides.append(field(f"{name} today", "kwatth", color=fixed(colour)))
    queries.append(now(one("victron_system_battery_state_of_charge_ratio", "site"), "State of charge"))
    overrides.append(field("State of charge", "percentunit", color=fixed(palette.CHARGE)))
    elements = [element for node in NODES for element in box(*node)]
    root = {"type": "frame", "name": "Energy flow", "elements": [hub(), *elements],
            "background": {"color": {"fixed": palette.TRANSPARENT}}, "placement": {"left": 0, "top": 0, "width": 100, "height": 100}}
    return panel("canvas", "Energy flow", "Where power comes from and where it goes, now: the arrow is the direction, its width grows with the root of the power, below 20 W there "
                 "is no arrow. Small: the energy of today, or the state of charge. A node opens its board; without the canvas panel the node graph below tells the same.",
                 queries, 12, 12, "watt", options={"inlineEditing": False, "showAdvancedTypes": True, "panZoom": False, "root": root},
                 overrides=overrides)


def width(power):
    return f"sqrt(clamp_min({power}, 0) * (({power}) > bool {HIDDEN_BELOW}))"


def hub():
    return {"type": "rectangle", "name": HUB, "config": told({"mode": "fixed", "fixed": HUB}, {"fixed": palette.LIMIT}, 16), "placement": at(1, 1), **SCALED,
            "connections": [line(name, *ends(column, row)[::-1], colour, f"{name} out") for name, column, row, colour, *_ in NODES],
            "background": {"color": {"fixed": palette.TRANSPARENT}}, "border": {"color": {"fixed": palette.LIMIT}, "width": 1, "radius": 8}}


def ends(column, row):
    """Where a line touches the box and where the hub: at the sides that face each other, x and y from -1 to 1."""
    x, y = column - 1, 1 - row
    return {"x": -x, "y": 0 if x else -y}, {"x": x, "y": 0.7 * y if x else y}


def line(target, source_end, target_end, colour, size):
    return {"source": source_end, "target": target_end, "targetName": target, "path": "straight", "color": {"fixed": colour},
            "size": {"field": size, "fixed": 0, "min": 0, "max": WIDEST}}


def box(name, column, row, colour, _power, board, energy):
    """The watts, above them the name, below what it was today."""
    mine = {"field": name, "fixed": palette.TRANSPARENT}
    opens = [link(board, f"Open {name}", "${site}")]
    yield {"type": "rectangle", "name": name, "config": told({"mode": "field", "field": name, "fixed": ""}, mine, 20), "placement": at(column, row), **SCALED,
           "background": {"color": {"fixed": palette.TRANSPARENT}}, "border": {"color": mine, "width": 2, "radius": 8}, "links": opens,
           "connections": [line(HUB, *ends(column, row), colour, f"{name} in")]}
    yield {"type": "rectangle", "name": f"{name} title", "config": told({"mode": "fixed", "fixed": name}, mine, 12), "placement": at(column, row, 1), **BARE}
    shown = "State of charge" if name == "Battery" else f"{name} today" if energy else None
    if shown:
        yield {"type": "rectangle", "name": f"{name} detail", "config": told({"mode": "field", "field": shown, "fixed": ""}, mine, 12),
               "placement": at(column, row, HIGH - SMALL - 1), **BARE}


SCALED = {"constraint": {"horizontal": "scale", "vertical": "scale"}}
BARE = {**SCALED, "background": {"color": {"fixed": palette.TRANSPARENT}}, "border": {"color": {"fixed": palette.TRANSPARENT}, "width": 0}}


def told(words, colour, size):
    return {"text": words, "color": colour, "size": size, "align": "center", "valign": "middle"}


def at(column, row, below=None):
    """The box, or a line of small text that far below its upper edge."""
    left, top = LEFT + column * ACROSS, TOP + row * DOWN + (below or 0)
    return {"left": left, "top": top, "right": 100 - left - WIDE, "bottom": 100 - top - (HIGH if below is None else SMALL)}


def graph():
    """Nodes: name and watts. Edges: from the hub or to it by the sign."""
    parts = [(name, colour, f"sum by (site) ({power})") for name, _, _, colour, power, _, _ in NODES]
    node = " or ".join(label(f"abs({power})", id=name, title=name, color=colour) for name, colour, power in parts)
    node += " or " + label("site:victron_load_power_watts:sum{%}", id=HUB, title=HUB, color=palette.UNKNOWN)
    edges = " or ".join(
        [label(f"{power} > {HIDDEN_BELOW}", id=f"{name} in", source=name, target=HUB) for name, _, power in parts]
        + [label(f"-({power}) > {HIDDEN_BELOW}", id=f"{name} out", source=HUB, target=name) for name, _, power in parts])
    return node_graph("Energy flow as node graph", "The same flow for screens without the canvas panel: nodes with their power, edges in the direction of the flow.",
                      [rows(node), rows(edges)], {"Value #A": "mainstat", "Value #B": "mainstat"}, 24, 12, "watt")


def label(expression, **labels):
    for name, value in labels.items():
        expression = f'label_replace({expression}, "{name}", "{value}", "", "")'
    return expression
