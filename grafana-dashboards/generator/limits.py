"""Where Grafana needs numbers: the levels of the alerts as steps of colours. Here and nowhere else; the lint holds them against the rules.

The limits of a station are no numbers here but queries, see queries.banded(). What has no value is grey: it never looks well.
Grafana restores the endless base of thresholds in a panel's defaults, not in overrides, where it stands for 0: there is no step
below 0 for a single field, and what may be negative there has its colour in the base.
"""

from .palette import CHARGE, CRITICAL, IMPORT, INFO, OK, PV, UNKNOWN, WARNING

LOWEST = -1e12  # below everything that has a value

STEPS = {
    "zero is good": [(LOWEST, OK), (1, CRITICAL)],
    "zero is good, else warning": [(LOWEST, OK), (1, WARNING)],
    "zero is good, else told": [(LOWEST, OK), (1, INFO)],
    "one must be": [(LOWEST, CRITICAL), (1, OK)],
    "off grid": [(LOWEST, OK), (1, IMPORT)],
    "risk": [(LOWEST, OK), (20, WARNING), (60, CRITICAL)],
    "time to empty": [(LOWEST, CRITICAL), (3600, WARNING), (14400, UNKNOWN)],
    "data age": [(LOWEST, OK), (60, WARNING), (120, CRITICAL)],
    "device age": [(LOWEST, OK), (120, WARNING), (300, CRITICAL)],
    "clock": [(LOWEST, OK), (30, WARNING), (60, CRITICAL)],
    "availability": [(LOWEST, CRITICAL), (0.97, WARNING), (0.99, OK)],
    "load": [(LOWEST, OK), (0.8, WARNING), (1.1, CRITICAL)],
    "imbalance": [(LOWEST, OK), (0.02, WARNING), (0.05, CRITICAL)],
    "ripple": [(LOWEST, OK), (0.015, WARNING), (0.03, CRITICAL)],
    "sibling": [(LOWEST, CRITICAL), (0.6, WARNING), (0.8, PV)],
    "headroom": [(LOWEST, CRITICAL), (0.02, CHARGE), (1.01, CRITICAL)],
    "replacement": [(LOWEST, CRITICAL), (180 * 86400, WARNING), (365 * 86400, OK)],
    "degradation": [(LOWEST, OK), (0.005, WARNING), (0.01, CRITICAL)],
    "hot": [(LOWEST, CHARGE), (40, WARNING)],
    "maintenance": [(None, CRITICAL), (30 * 86400, WARNING), (90 * 86400, OK)],
    "service": [(LOWEST, CRITICAL), (0, WARNING), (180000, OK)],
    "last run": [(LOWEST, OK), (3024000, WARNING)],
    "vrm": [(LOWEST, OK), (600, WARNING)],
    "wifi": [(LOWEST, WARNING), (0.4, OK)],
    "buffer": [(LOWEST, OK), (1000, WARNING)],
    "space": [(LOWEST, CRITICAL), (100e6, WARNING), (500e6, OK)],
    "restarts": [(LOWEST, OK), (1, WARNING), (6, CRITICAL)],
    "reboots": [(LOWEST, OK), (3, CRITICAL)],
    "efficiency": [(LOWEST, CRITICAL), (0.8, OK)],
    "curtailed": [(LOWEST, UNKNOWN), (7200, WARNING)],
    "specific yield": [(LOWEST, WARNING), (0.6, PV)],
    "series": [(LOWEST, WARNING), (0.7, OK)],
    "state of charge": [(LOWEST, CRITICAL), (0.1, WARNING), (0.2, CHARGE)],
}


def thresholds(steps=None):
    """Grafana's thresholds of a name above, or of none: grey."""
    chosen = STEPS.get(steps, [])
    base = [] if chosen and chosen[0][0] is None else [(None, UNKNOWN)]
    return {"mode": "absolute", "steps": [{"value": value, "color": colour} for value, colour in [*base, *chosen]]}
