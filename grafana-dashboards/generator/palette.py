"""Every colour, and which quantity has which: set here once, used by all panels."""

import re

OK = "#37A858"
WARNING = "#FF8F1F"
CRITICAL = "#E02F44"
UNKNOWN = "#808080"  # no data, unknown, disabled
INFO = "#3274D9"

PV = "#F2B705"
CHARGE = "#14A098"
DISCHARGE = "#7FD1C7"
IMPORT = "#8F5BD6"
EXPORT = "#C4A7F0"
LOAD = "#3274D9"
GENERATOR = "#9C6B3F"
LOSSES = "#6E6E6E"
LIMIT = "text"  # of the theme: dark on light, light on dark
L1, L2, L3 = "#B5651D", "#4D4D4D", "#8FA3B0"
TRANSPARENT = "transparent"

# Tints for things that only have to differ: strings of one roof, sensors, components.
PV_TINTS = ["#F2B705", "#C77F10", "#F7D154", "#A8660F", "#E39A0C", "#FBE39A"]
NEUTRAL_TINTS = ["#3274D9", "#14A098", "#8F5BD6", "#9C6B3F", "#8FA3B0", "#7FD1C7", "#C4A7F0", "#6E6E6E"]

LEVELS = {"low": OK, "medium": WARNING, "high": WARNING, "critical": CRITICAL}

ALL = {OK, WARNING, CRITICAL, UNKNOWN, PV, CHARGE, DISCHARGE, IMPORT, EXPORT, LOAD, GENERATOR, LOSSES, LIMIT, L1, L2, L3,
       TRANSPARENT, *PV_TINTS, *NEUTRAL_TINTS}

# The first pattern that is found in the legend decides. Green and red are states, never sources.
SERIES = [(re.compile(pattern, re.I), colour) for pattern, colour in [
    (r"yesterday|elsewhere|expected|median|no data|unknown|disabled", UNKNOWN),
    (r"critical|end of life", CRITICAL),
    (r"warning", WARNING),
    (r"limit|setpoint|rating|target|deadline|earliest|forecast", LIMIT),
    (r"losses", LOSSES),
    (r"generator|genset", GENERATOR),
    (r"export|feed-in", EXPORT),
    (r"import|grid|off grid|outage", IMPORT),
    (r"discharg", DISCHARGE),
    (r"charg|battery|state of charge|stored", CHARGE),
    (r"pv\b|solar|yield|curtailed|irradiance", PV),
    (r"load|consumption", LOAD),
    (r"\bL1\b", L1), (r"\bL2\b", L2), (r"\bL3\b", L3),
]]

DASHED = re.compile(r"limit|setpoint|rating|target|end of life|warning|critical|expected|forecast|deadline", re.I)


def of(legend):
    """The colour of a series by its name, None if it is free to choose."""
    return next((colour for pattern, colour in SERIES if pattern.search(legend)), None)
