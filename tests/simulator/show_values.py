"""One line of the values that people look at first, from a metrics page on stdin."""

import re
import sys
import time

SHOWN = [
    ("battery", "victron_system_battery_state_of_charge_ratio", 100, "%"),
    ("battery power", "victron_system_battery_power_watts", 1, "W"),
    ("sun", "victron_system_dc_pv_power_watts", 1, "W"),
    ("grid", "victron_system_grid_phase_power_watts", 1, "W"),
    ("house", "victron_system_consumption_phase_power_watts", 1, "W"),
]


def total(page, metric):
    """Sum over the phases; None when there is no such series."""
    values = re.findall(rf"^{metric}(?:\{{[^}}]*\}})? (\S+)$", page, re.M)
    return sum(map(float, values)) if values else None


def main():
    page = sys.stdin.read()
    cells = [time.strftime("%H:%M:%S")]
    for name, metric, factor, unit in SHOWN:
        value = total(page, metric)
        if value is not None:
            cells.append(f"{name} {value * factor:.0f} {unit}")
    print("  " + "   ".join(cells), flush=True)


if __name__ == "__main__":
    main()
