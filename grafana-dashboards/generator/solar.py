"""Solar: does every string harvest what it should?"""

from . import enums, palette
from .board import Board, annotations, instance, query, region, site
from .panels import TEXT_CELL, bars, daily, daily_with_line, field, fixed, heatmap, lines, on_the_right, stat, table, timeline
from .queries import coloured, kwh, named, now, one, q, rows, site_day

TRACKER = '%i, tracker=~"$tracker"'
PV = "site:victron_pv_power_watts:sum{%}"
MODES = "solarcharger|multi|inverter"
BY_TRACKER = "on (site, device, instance, tracker)"
PEAK = "site:victron_pv_peak_watts:parameter{%}"
HOURS = 24
MOST = 3  # trackers of a charger that have a tint of their own, the others share one


def any_of(quantity, kinds=MODES, extra=""):
    """A quantity that several kinds of chargers publish under their own names."""
    return f'{{__name__=~"victron_({kinds})_{quantity}", job=~"$job", site=~"$site", instance=~"$instance"{extra}}}'


def string_name(expression):
    """Adds the charger's name and what the user called the tracker, else its number."""
    given = f'max by (site, device, instance, tracker, name) ({any_of("tracker_info")})'
    word = f'label_replace({given}, "string", "$1", "name", "(.+)")'
    number = f'label_replace({expression}, "string", "tracker $1", "tracker", "(.*)")'
    return named(f"({expression}) * {BY_TRACKER} group_left (string) {word} or {BY_TRACKER} {number}")


def per_tracker(name):
    """A recorded value per tracker, a query for each number of a tracker, so that each has its tint."""
    def numbered(numbers):
        return q(string_name(f'{name}{{{TRACKER}}} and {BY_TRACKER} {name}{{{TRACKER}, tracker{numbers}}}'), "{{device_name}} {{string}}")

    return [*[numbered(f'="{number}"') for number in range(MOST)], numbered(f'!~"[0-{MOST - 1}]"')]


def build():
    strings = query("tracker", "Tracker", 'label_values(tracker:victron_pv_power_watts:now{site=~"$site", instance=~"$instance"}, tracker)', all_value=".*", sort=3)
    board = Board("victron-solar", "Solar", "Does every string harvest what it should?", "now-7d", "1m",
                  [region(), site(), instance(MODES, "Charger"), strings], annotations())
    board.row("Now", *first_look())
    board.row("Production", *production())
    board.row("Strings compared", *strings_compared())
    board.row("History", *past())
    return board


def of_region(median):
    """A figure of the region, at its stations."""
    return f'max by (site) (max by (site, region) (victron_site_info{{@, region!=""}}) * on (region) group_left () {median})'


def first_look():
    mine = "site:victron_specific_yield_joules_per_watt:today{%}"
    median = of_region("region:victron_specific_yield_joules_per_watt:median")
    used, day = f"tracker:victron_pv_utilisation_ratio:now{{{TRACKER}}}", "and on () site:victron_daylight:bool{%} == 1"
    errors = any_of("error_code")
    return [
        stat("PV power", "Solar power now, grey this time yesterday, and its share of the peak power.",
             [q(PV, "PV"), now(f"{PV} offset 1d", "yesterday"), now(f"{PV} / on (site) {PEAK}", "PV of peak")], unit="watt", sparkline=True,
             overrides=[field("PV of peak", "percentunit")]),
        stat("Yield today / yesterday", "DC and AC solar energy since the station's midnight and of the day before.",
             [now(kwh("pv"), "PV today"), now(kwh("pv", "yesterday"), "yesterday")], unit="kwatth"),
        stat("Specific yield", "Yield per installed kWp, which compares stations of any size, and the median of the region. Orange below 60 % of it: look at the strings.",
             [now(f"{mine} / 3600", "PV today"), now(f"{median} / 3600", "median of region"), now(f"{mine} / on (site) {median}", "of the median")],
             unit="kWh/kWp", decimals=2, overrides=[field("of the median", "percentunit", steps="specific yield")], empty="without peak powers"),
        stat("Trackers working", "Trackers above 2 % of their peak, of all, by day; grey at night. One less: a dead string or a blown fuse.",
             [coloured(now(f"(count({used} > 0.02) or vector(0)) {day}", "working"), palette.PV), coloured(now(f"count({used} <= 0.02) {day}", "idle"), palette.WARNING),
              coloured(now(f"count(tracker:victron_pv_power_watts:now{{{TRACKER}}})", "of"), palette.UNKNOWN)], unit="short", text="value_and_name", orientation="horizontal"),
        stat("Curtailed today", "Hours of daylight in which a charger was held back by a voltage or current limit. With a battery below 90 % that is wasted sun: see the limits.",
             [now("site:victron_curtailed_seconds:today{%}", "")], unit="dtdurations", steps="curtailed"),
        stat("Charger errors", "Chargers with an error code other than 0, and the codes as words.",
             [now(f"count({errors} != 0) or count({errors}) * 0", "Errors"), now(named(f"max by (site, device, instance) ({errors} != 0)"), "{{device_name}}")],
             unit="short", words={"/^(?!Errors$)/": enums.of("victron_solarcharger_error_code")}, overrides=[field("/./", steps="zero is good")]),
    ]


def production():
    irradiance = one("victron_meteo_irradiance_watts_per_square_meter", "site")
    hours = [q(f"avg_over_time({PV}[1h] offset -{hour + 1}h)", f"{hour:02}") for hour in range(HOURS)]
    return [
        lines("Power by tracker", "Power of each string, stacked (Pv/n/P); single-tracker chargers by their yield.",
              per_tracker("tracker:victron_pv_power_watts:now"), 16, 10, "watt", stacked=True, tints=palette.PV_TINTS),
        lines("Irradiance and performance ratio", "What the sun gives and what the plant makes of it: weather or fault?",
              [q(irradiance, "Irradiance"), q("site:victron_performance_ratio:today{%}", "Performance ratio, yield today")], 8, 10, "Wm2", decimals=0,
              overrides=[on_the_right("Performance ratio, yield today", "percentunit", min=0, color=fixed(palette.LOAD))], empty="without an irradiance sensor"),
        heatmap("Days", "Mean power by hour of the day (down) and day (right): shade, outages and the season leave stripes. The hours are those of your clock.", hours,
                interval="1d", points=60, time_from="30d"),
    ]


def strings_compared():
    rating = f"tracker:victron_pv_maximum_voltage_volts:parameter{{{TRACKER}}}"
    limit = coloured(q(named(rating), "Limit of {{device_name}}"), palette.LIMIT)
    modes = enums.of("victron_solarcharger_mpp_operation_mode")
    return [
        bars("Yield per tracker vs siblings", "Yesterday's yield per peak watt over the median of the station's strings of the same orientation. 50 % is half a string.",
             [now(f"sort({string_name(f'tracker:victron_pv_sibling_ratio:yesterday{{{TRACKER}}}')})", "{{device_name}} {{string}}")], 8, 10, "percentunit", min=0, max=1.2,
             steps="sibling", empty="without a second tracker"),
        lines("Utilisation", "Power over peak power of each string: same sun, same curve.",
              per_tracker("tracker:victron_pv_utilisation_ratio:now"), 8, 10, "percentunit", min=0, fill=0, tints=palette.PV_TINTS, custom={"axisSoftMax": 1}, empty="without peak powers"),
        lines("PV voltage", "Voltage of each string and the most that its input bears: an open string is high, a short one low.",
              [*per_tracker("tracker:victron_pv_voltage_volts:now"), limit], 8, 10, "volt", min=0, fill=0, tints=palette.PV_TINTS,
              overrides=[field("/^Limit of/", custom__lineStyle={"fill": "dash", "dash": [8, 6]})]),
        timeline("MPP mode", "Whether the charger finds the best point (MPPT), is held back by a voltage or current limit, or is off.",
                 [q(string_name(f'max by (site, device, instance, tracker) ({any_of("tracker_mpp_operation_mode")})'), "{{device_name}} {{string}}"),
                  q(named(f'max by (site, device, instance) ({any_of("mpp_operation_mode")}) unless on (site, device, instance) {any_of("tracker_mpp_operation_mode")}'),
                    "{{device_name}}")], words=modes),
        timeline("Charger state and off reason", "State of each charger and why it is off (a bit field: several reasons at once show as their sum).",
                 [q(named(f'max by (site, device, instance) ({any_of("state", "solarcharger")})'), "{{device_name}}"),
                  q(named(f'max by (site, device, instance) ({any_of("device_off_reason")})'), "{{device_name}}, off reason")],
                 words={"/^(?!.*, off reason$)/": enums.of("victron_solarcharger_state"), "/, off reason$/": REASONS}),
    ]


REASONS = enums.mapping({
    0: ("on", palette.PV), 1: ("no input power", palette.UNKNOWN), 2: ("switched off", palette.WARNING), 4: ("device mode", palette.WARNING),
    8: ("remote input", palette.WARNING), 16: ("protection", palette.CRITICAL), 32: ("token needed", palette.WARNING), 64: ("BMS", palette.WARNING),
    128: ("engine shutdown", palette.UNKNOWN), 512: ("too cold", palette.WARNING), 1024: ("no panel power", palette.UNKNOWN),
    2048: ("no battery power", palette.CRITICAL), 32768: ("alarm", palette.CRITICAL)})


def past():
    columns = {"custom_name": "Name", "product_name": "Product", "instance": "Instance", "Value #A": "Status", "Value #B": "Power", "Value #C": "Limit", "Value #D": "Energy",
               "Value #E": "Error"}
    by = "max by (site, device, instance)"
    expected = f"{of_region('max_over_time(region:victron_specific_yield_joules_per_watt:median[1d:1h] offset -1d)')} * on (site) {PEAK} / 3.6e6"
    return [
        daily_with_line("Yield per day", "Solar energy per day, DC and AC, by the station's midnight, and what the median of its region would have given it; the last bar is today, to the last full hour.",
              [q(site_day("pv_dc"), "PV, DC"), q(site_day("pv_ac"), "PV, AC"), q(expected, "median of the region")], 60, "median of the region",
              overrides=[field("PV, AC", color=fixed(palette.PV_TINTS[1]))]),
        daily("Where PV went", "Straight into loads, to the grid, and the rest into the battery. Much export: a larger battery or more loads by day.",
              [q(site_day("pv_direct"), "Load"), q(f"clamp_min({site_day('pv')} - ({site_day('pv_direct')}) - ({site_day('grid_export')} or {site_day('pv')} * 0), 0)", "Battery"),
               q(site_day("grid_export"), "Export")], 30, stacked=True),
        table("AC PV inverters", "Inverters on the AC side: state, power, limit, lifetime energy and error.",
              [rows(f"{by} (victron_pvinverter_status{{@}})"), rows(f"{by} (victron_pvinverter_power_watts{{@}})"), rows(f"{by} (victron_pvinverter_power_limit_watts{{@}})"),
               rows(f"{by} (victron_pvinverter_energy_forward_joules_total{{@}}) / 3.6e6"), rows(f"{by} (victron_pvinverter_error_code{{@}})"),
               rows('max by (site, device, instance, product_name, custom_name) (victron_device_info{@, device="pvinverter"})')], columns, 24, 5,
              [field("Status", mappings=enums.of("victron_pvinverter_status")), field("/^(Power|Limit)$/", "watt"), field("Energy", "kwatth"),
               field("Error", steps="zero is good", **TEXT_CELL)], empty="without one"),
    ]
