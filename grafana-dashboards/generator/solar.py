"""Solar: does every string harvest what it should?"""

from . import enums, palette, panels
from .board import Board, annotations, instance, query, region, site
from .panels import STEPS, bars, daily, field, heatmap, lines, stat, table, timeline
from .queries import day, kwh, now, one, q, rows

TRACKER = '%i, tracker=~"$tracker"'
PV = "site:victron_pv_power_watts:sum{%}"
MODES = "solarcharger|multi|inverter"
BY_TRACKER = "on (site, device, instance, tracker)"


def any_of(quantity, kinds=MODES, extra=""):
    """A quantity that several kinds of chargers publish under their own names."""
    return f'{{__name__=~"victron_({kinds})_{quantity}", job=~"$job", site=~"$site", instance=~"$instance"{extra}}}'


def tracker(name):
    """A recorded value per tracker with the name that the user gave it."""
    given = f'max by (site, device, instance, tracker, name) ({any_of("tracker_info")})'
    value = f"{name}{{{TRACKER}}}"
    return f"{value} * {BY_TRACKER} group_left (name) {given} or {value}"


def build():
    strings = query("tracker", "Tracker", 'label_values(tracker:victron_pv_power_watts:now{site=~"$site", instance=~"$instance"}, tracker)', all_value=".*", sort=3)
    board = Board("victron-solar", "Solar", "Does every string harvest what it should?", "now-7d", "1m",
                  [region(), site(), instance(MODES, "Charger"), strings], annotations())
    board.row("Now", *first_look())
    board.row("Production", *production())
    board.row("Strings compared", *strings_compared())
    board.row("History", *past())
    return board


def first_look():
    peak = "site:victron_pv_peak_watts:parameter{%}"
    mine = "site:victron_specific_yield_joules_per_watt:today{%}"
    median = ("max by (site) (max by (site, region) (victron_site_info{@, region!=\"\"}) * on (region) group_left () "
              "region:victron_specific_yield_joules_per_watt:median)")
    errors = any_of("error_code")
    return [
        stat("PV power", "Solar power now, grey this time yesterday, and its share of the peak power.",
             [q(PV, "PV"), q(f"{PV} offset 1d", "yesterday"), now(f"{PV} / on (site) {peak}", "PV of peak")], unit="watt", sparkline=True, text="value",
             overrides=[field("PV of peak", "percentunit")]),
        stat("Yield today / yesterday", "DC and AC solar energy since the station's midnight and of the day before.",
             [now(kwh("pv"), "PV today"), now(kwh("pv", "yesterday"), "yesterday")], unit="kwatth", text="value_and_name", orientation="vertical"),
        stat("Specific yield", "Yield per installed kWp, which compares stations of any size, and the median of the region. Orange below 60 % of it: look at the strings. Empty without peak powers.",
             [now(f"{mine} / 3600", "PV today"), now(f"{median} / 3600", "median of region, expected"), now(f"{mine} / on (site) {median}", "of the median")],
             unit="kWh/kWp", decimals=2, text="value_and_name", orientation="vertical",
             overrides=[field("of the median", "percentunit", thresholds=panels.thresholds(STEPS["specific yield"]))]),
        stat("Trackers working", "Trackers above 2 % of their peak, of all, by day; grey at night. One less: a dead string or a blown fuse.",
             [now(f"(count(tracker:victron_pv_utilisation_ratio:now{{{TRACKER}}} > 0.02) or vector(0)) and on () site:victron_daylight:bool{{%}} == 1", "PV working"),
              now(f"(count(tracker:victron_pv_utilisation_ratio:now{{{TRACKER}}} <= 0.02)) and on () site:victron_daylight:bool{{%}} == 1", "warning, idle"),
              now(f"count(tracker:victron_pv_power_watts:now{{{TRACKER}}})", "of all, expected")], unit="short", text="value_and_name", orientation="vertical"),
        stat("Curtailed today", "Hours of daylight in which a charger was held back by a voltage or current limit. With a battery below 90 % that is wasted sun: see the limits.",
             [now("site:victron_curtailed_seconds:today{%}", "")], unit="dtdurations", decimals=1, steps=STEPS["curtailed"]),
        stat("Charger errors", "Chargers with an error code other than 0, and the codes as words.",
             [now(f"count({errors} != 0) or count({errors}) * 0", "Errors"), now(f"max by (device, instance) ({errors} != 0)", "{{device}} {{instance}}")],
             unit="short", text="value_and_name", orientation="vertical", mappings=enums.of("victron_solarcharger_error_code"),
             overrides=[field("Errors", mappings=[], thresholds=panels.thresholds(STEPS["zero is good"]))]),
    ]


def production():
    irradiance = one("victron_meteo_irradiance_watts_per_square_meter", "site")
    hours = [q(f"avg_over_time({PV}[1h] offset -{hour + 1}h)", f"{hour:02}") for hour in range(24)]
    return [
        lines("Power by tracker", "Power of each string, stacked (Pv/n/P); single-tracker chargers by their yield.",
              [q(tracker("tracker:victron_pv_power_watts:now"), "{{device}} {{instance}} {{tracker}} {{name}}")], 16, 10, "watt", table=True, stacked=True, tints=palette.PV_TINTS),
        lines("Irradiance and performance ratio", "What the sun gives and what the plant makes of it: weather or fault? Empty without an irradiance sensor.",
              [q(irradiance, "Irradiance"), q("site:victron_performance_ratio:today{%}", "Performance ratio of the PV")], 8, 10, "W/m²",
              overrides=[field("Performance ratio of the PV", "percentunit", custom__axisPlacement="right")]),
        heatmap("Days", "Mean power by hour of the day (down, UTC) and day (right): shade, outages and the season leave stripes.", hours, interval="1d", points=60,
                time_from="30d"),
    ]


def strings_compared():
    sibling = tracker("tracker:victron_pv_sibling_ratio:yesterday")
    rating = f"tracker:victron_pv_maximum_voltage_volts:parameter{{{TRACKER}}}"
    name = "{{device}} {{instance}} {{tracker}} {{name}}"
    return [
        bars("Yield per tracker vs siblings", "Yesterday's yield per peak watt over the median of the station's strings of the same orientation. 50 % is half a string. Empty without a second tracker.",
             [now(f"sort({sibling})", name)], 8, 10, "percentunit", min=0, max=1.2, steps=STEPS["sibling"]),
        lines("Utilisation", "Power over peak power of each string: same sun, same curve. Empty without peak powers.",
              [q(tracker("tracker:victron_pv_utilisation_ratio:now"), name)], 8, 10, "percentunit", tints=palette.PV_TINTS, min=0),
        lines("PV voltage", "Voltage of each string and the most that its input bears: an open string is high, a short one low.",
              [q(tracker("tracker:victron_pv_voltage_volts:now"), name), q(rating, "Limit of {{instance}} {{tracker}}")], 8, 10, "volt", tints=palette.PV_TINTS),
        timeline("MPP mode", "Whether the charger finds the best point (MPPT), is held back by a voltage or current limit, or is off.",
                 [q(f'max by (device, instance, tracker) ({any_of("tracker_mpp_operation_mode")} or {any_of("mpp_operation_mode")})', "{{device}} {{instance}} {{tracker}}")],
                 mappings=enums.of("victron_solarcharger_mpp_operation_mode")),
        timeline("Charger state and off reason", "State of each charger and why it is off (a bit field: several reasons at once show as their sum).",
                 [q(f'max by (device, instance) ({any_of("state", "solarcharger")})', "{{device}} {{instance}}"),
                  q(f'max by (device, instance) ({any_of("device_off_reason")})', "{{device}} {{instance}} off reason")],
                 mappings=enums.of("victron_solarcharger_state"), overrides=[field("/off reason$/", mappings=REASONS)]),
    ]


REASONS = enums.mapping({
    0: ("on", palette.PV), 1: ("no input power", palette.UNKNOWN), 2: ("switched off", palette.WARNING), 4: ("device mode", palette.WARNING),
    8: ("remote input", palette.WARNING), 16: ("protection", palette.CRITICAL), 32: ("token needed", palette.WARNING), 64: ("BMS", palette.WARNING),
    128: ("engine shutdown", palette.UNKNOWN), 512: ("too cold", palette.WARNING), 1024: ("no panel power", palette.UNKNOWN),
    2048: ("no battery power", palette.CRITICAL), 32768: ("alarm", palette.CRITICAL)})


def past():
    columns = {"instance": "Instance", "product_name": "Product", "custom_name": "Name", "Value #A": "Status", "Value #B": "Power", "Value #C": "Limit", "Value #D": "Energy",
               "Value #E": "Error"}
    by = "max by (site, device, instance)"
    return [
        daily("Yield per day", "Solar energy per day, DC and AC, by the station's midnight; the last bar is today so far.",
              [q(day("pv_dc"), "PV, DC"), q(day("pv_ac"), "PV, AC")], 60, stacked=True,
              overrides=[field("PV, AC", color=panels.fixed(palette.PV_TINTS[1]))]),
        daily("Where PV went", "Straight into loads, to the grid, and the rest into the battery. Much export: a larger battery or more loads by day.",
              [q(day("pv_direct"), "Load"), q(f"clamp_min({day('pv')} - ({day('pv_direct')}) - ({day('grid_export')} or {day('pv')} * 0), 0)", "Battery"),
               q(day("grid_export"), "Export")], 30, stacked=True),
        table("AC PV inverters", "Inverters on the AC side: state, power, limit, lifetime energy and error. Empty without one.",
              [rows(f"{by} (victron_pvinverter_status{{@}})"), rows(f"{by} (victron_pvinverter_power_watts{{@}})"), rows(f"{by} (victron_pvinverter_power_limit_watts{{@}})"),
               rows(f"{by} (victron_pvinverter_energy_forward_joules_total{{@}}) / 3.6e6"), rows(f"{by} (victron_pvinverter_error_code{{@}})"),
               rows('max by (site, device, instance, product_name, custom_name) (victron_device_info{@, device="pvinverter"})')], columns, 24, 7,
              [field("Status", mappings=enums.of("victron_pvinverter_status")), field("Power", "watt"), field("Limit", "watt"), field("Energy", "kwatth")]),
    ]
