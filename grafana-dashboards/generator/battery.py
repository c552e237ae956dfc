"""Battery health: will it last the night, and the next years?"""

from . import enums, palette
from .board import Board, annotations, instance, link, region, site
from .panels import bars, daily, field, fixed, gauge, histogram, history, lines, on_the_right, scatter, stat, table, timeline
from .queries import DEVICE, banded, coloured, day, hourly, in_words, joined, now, one, q, rows, slow

OWN = '%i, device="battery"'
SOC = f"device:victron_battery_state_of_charge_ratio:now{{{OWN}}}"
VOLTAGE = f"device:victron_battery_voltage_volts:avg1m{{{OWN}}}"
SOH = hourly("device:victron_battery_state_of_health_ratio:hourly", OWN)
NO_HEALTH = "without a BMS that knows its health"
NO_CELLS = "without a BMS that tells its cells"


def limit(name):
    return f"device:victron_{name}:parameter{{{OWN}}}"


def own(name):
    return one(f"victron_battery_{name}", selection="@i")


def build():
    board = Board("victron-battery", "Battery health", "Will the battery last the night, and the next years?", "now-7d", "1m",
                  [region(), site(), instance("battery", "Battery")], annotations(grid=True))
    board.row("Now: battery $instance", *first_look(), repeat="instance")
    board.row("Charge and discharge: battery $instance", *charge(), repeat="instance")
    board.row("Cells: battery $instance", *cells(), repeat="instance")
    board.row("Ageing: battery $instance", *ageing(), repeat="instance")
    board.row("Energy: battery $instance", *energy(), collapsed=True, repeat="instance")
    return board


def first_look():
    low, high = limit("battery_voltage_low_volts"), limit("battery_voltage_high_volts")
    words = [in_words(value, 0.1, name) for value, name in ((VOLTAGE, "volts"), (low, "low"), (high, "high"))]
    position = f"({VOLTAGE} - {DEVICE} {low}) / {DEVICE} ({high} - {DEVICE} {low})"
    risk = hourly("device:victron_risk_score:sum", f'{OWN}, component="battery"')
    coverage = hourly("device:victron_risk_coverage_ratio:sum", f'{OWN}, component="battery"')
    share = in_words(f"{coverage} * 100", 1, "coverage"), f"{DEVICE} group_left (coverage)"
    known = [joined(now(f"{risk} and {DEVICE} ({coverage} >= 0.5)", "Risk"), *share),
             joined(coloured(now(f"{risk} and {DEVICE} ({coverage} < 0.5)", "Risk"), palette.UNKNOWN), *share)]
    hot = f"device:victron_battery_temperature_celsius:max{{{OWN}}}"
    return [
        gauge("SOC", "State of charge (battery:/Soc). Orange and red begin at this battery's limits, those of the alerts: switch loads off, start the generator.",
              [banded(SOC, limit("soc_low_ratio"), limit("soc_critical_ratio"), "SOC")]),
        stat("Power / current", "battery:/Dc/0/Power and /Dc/0/Current; charging is positive.",
             [q(own("power_watts"), "Charge +"), q(own("current_amperes"), "Current, charge +")], height=6, unit="watt", sparkline=True, text="value",
             overrides=[field("Current, charge +", "amp")]),
        bars("Voltage headroom", "Where the voltage stands between the lowest and the highest allowed voltage, so that 12 V and 800 V read alike. Near 0 or above 100 % somebody "
             "ignores the limits.",
             [joined(now(position, "Position"), f"({words[0]} * {DEVICE} group_left (low) {words[1]} * {DEVICE} group_left (high) {words[2]})",
                     f"{DEVICE} group_left (volts, low, high)")], 4, 6, "percentunit", min=0, max=1, steps="headroom", names="top", transparent=True,
             name="{{volts}} V, allowed {{low}} to {{high}} V"),
        stat("Temperature", "Hottest and coldest cell or sensor of the battery; the bands are those of its chemistry.",
             [banded(hot, limit("battery_temperature_high_warning_celsius"), limit("battery_temperature_high_critical_celsius"), "hottest", above=True),
              now(f"device:victron_battery_temperature_celsius:min{{{OWN}}}", "coldest")], height=6, unit="celsius", empty="without a temperature sensor"),
        stat("State of health", "battery:/Soh, what it loses a month and when it reaches its end of life: plan the replacement.",
             [banded(SOH, limit("soh_low_ratio"), limit("soh_end_of_life_ratio"), "health"),
              now(hourly("device:victron_battery_state_of_health_loss_ratio_per_month:max", OWN), "loss per month"),
              now(hourly("device:victron_battery_replacement_timestamp_seconds:predicted", OWN) + " * 1000", "replace")], height=6, unit="percentunit",
             decimals=1, overrides=[field("loss per month", "percentunit", decimals=2), field("replace", unit="time:MMM YYYY")], empty=NO_HEALTH),
        gauge("Risk", "Points of health, spread, modules, temperature and cycles, 0 to 100; below, the share of the inputs that exist. Grey: it is less than half, the score says little. "
              "20 medium, 40 high, 60 critical.", known, unit="none", high=100, steps="risk", name="{{coverage}} % of the inputs are known", link=link("victron-risk", "Why", "${site}"), decimals=0),
    ]


def charge():
    current = own("current_amperes")
    most, least = limit("battery_charge_current_limit_amperes"), limit("battery_discharge_current_limit_amperes")
    on = "and on (site) max by (site) (victron_system_dynamic_ess_mode{@}) > 0"
    allowed = enums.ALLOWED
    return [
        lines("SOC and limit", "State of charge, where ESS stops discharging, and what Dynamic ESS aims at. Below the limit the grid is used.",
              [q(SOC, "State of charge"), q(one("victron_system_control_active_state_of_charge_limit_ratio", "site"), "Limit of ESS"),
               q(f"{one('victron_system_dynamic_ess_target_state_of_charge_ratio', 'site')} {on}", "Target of Dynamic ESS")], 12, 9, "percentunit", min=0, max=1,
              link=link("victron-grid-ess", "ESS", "${site}"), overrides=[field("Target of Dynamic ESS", custom__lineStyle={"fill": "dot", "dash": [2, 6]})]),
        lines("Current against BMS limits", "Current, charging positive, and what the BMS allows in both directions; red is beyond it: who does not follow the BMS?",
              [q(current, "Current, charge +"), q(most, "Charge limit"), q(f"-{least}", "Discharge limit"),
               q(f"({current} > {DEVICE} ({most} > 0)) or ({current} < {DEVICE} -({least} > 0))", "critical, beyond")], 12, 9, "amp",
              overrides=[field("critical, beyond", custom__fillOpacity=60, custom__lineStyle={"fill": "solid"})]),
        lines("Voltage against limits", "Voltage, the highest and lowest allowed and what the charge is controlled to.",
              [q(own("voltage_volts"), "Battery voltage"), q(limit("battery_voltage_high_volts"), "Upper limit"), q(limit("battery_voltage_low_volts"), "Lower limit"),
               q(one("victron_system_control_effective_charge_voltage_volts", "site"), "Charge voltage target")], 12, 8, "volt", fill=0),
        timeline("Allowed?", "Whether charge and discharge are allowed (by flag, else by a current limit above 0), the link to the BMS, balancing and contactor: why does it not charge? "
                 "A row that is missing is not told by this battery.",
                 [q(f"{own('charge_allowed')} or {DEVICE} ({own('max_charge_current_amperes')} > bool 0)", "Charge"),
                  q(f"{own('discharge_allowed')} or {DEVICE} ({own('max_discharge_current_amperes')} > bool 0)", "Discharge"),
                  q('max by (site, device, instance) (victron_device_up{@i, device="battery"})', "BMS link"),
                  q(own("balancing_active"), "Balancing"), q(own("state"), "State")], 12, 8,
                 words={"Charge": allowed, "Discharge": allowed, "BMS link": enums.UP, "Balancing": enums.YES_NO, "State": enums.of("victron_battery_state")}),
    ]


def cells():
    spread = f"device:victron_cell_voltage_delta_volts:now{{{OWN}}}"
    weak = "victron_battery_min_voltage_cell_info{@i}"
    has = f"and {DEVICE} {own('max_cell_voltage_volts')}"
    return [
        lines("Cell voltages", "Highest and lowest cell and the limits of the chemistry.",
              [q(own("max_cell_voltage_volts"), "Highest cell"), q(own("min_cell_voltage_volts"), "Lowest cell"),
               q(f"{limit('cell_voltage_high_warning_volts')} {has}", "High warning"), q(f"{limit('cell_voltage_low_warning_volts')} {has}", "Low warning")], 12, 9, "volt",
              decimals=3, fill=0, empty=NO_CELLS,
              overrides=[field("Highest cell", custom__fillBelowTo="Lowest cell", custom__fillOpacity=25, color=fixed(palette.CHARGE)),
                         field("Lowest cell", color=fixed(palette.DISCHARGE))]),
        lines("Cell spread", "Highest less lowest cell: thin always, bold only in the middle of the charge and at rest, where it means something.",
              [q(f"{expression} * 1000", name) for expression, name in (
                  (spread, "Always"), (f"device:victron_cell_voltage_delta_volts:mid{{{OWN}}}", "At rest"),
                  (f"({limit('cell_spread_warning_volts')} {has})", "warning"), (f"({limit('cell_spread_critical_volts')} {has})", "critical"))], 8, 9, "mvolt", decimals=0, min=0,
              empty=NO_CELLS, overrides=[field("Always", color=fixed(palette.UNKNOWN)), field("At rest", color=fixed(palette.CHARGE), custom__lineWidth=3)]),
        table("Weakest cell", "The cells that were the lowest, by their share of this time. Always the same cell is a defect.",
              [rows(f"topk(5, count_over_time({weak}[$__range]) / {DEVICE} group_left () sum by (site, device, instance) (count_over_time({weak}[$__range])))")],
              {"cell": "Cell", "Value": "Share"}, 4, 9, [field("Share", "percentunit")], sort=[("Share", True)], empty=NO_CELLS),
        lines("Cell temperatures", "Hottest and coldest cell and their difference: cooling, and heaters.",
              [q(own("max_cell_temperature_celsius"), "Hottest"), q(own("min_cell_temperature_celsius"), "Coldest"),
               q(f"device:victron_cell_temperature_delta_celsius:now{{{OWN}}}", "Difference")], 12, 8, "celsius", empty=NO_CELLS,
              overrides=[field(name, color=fixed(colour)) for name, colour in
                         (("Hottest", palette.CHARGE), ("Coldest", palette.DISCHARGE), ("Difference", palette.UNKNOWN))]),
        history("Modules", "Modules that are online, offline or block charge or discharge (battery:/System/NrOfModules…).",
                [q(own(f"modules_{state}"), name) for state, name in
                 (("online", "Online"), ("offline", "Offline"), ("blocking_charge", "Block charge"), ("blocking_discharge", "Block discharge"))],
                12, 8, points=100, steps="zero is good, else warning", overrides=[field("Online", steps="one must be")], empty="without a battery of modules"),
    ]


def ageing():
    loss = hourly("device:victron_battery_state_of_health_loss_ratio_per_month:max", OWN)
    predicted = hourly("device:victron_battery_replacement_timestamp_seconds:predicted", OWN)
    efficiency, lowest = hourly("device:victron_battery_round_trip_efficiency_ratio:30d", OWN), limit("round_trip_low_ratio")
    return [
        lines("SOH trend and forecast", "Health over two years, its end of life, and where it is in a year at the present pace. The dates stand beside it.",
              [q(SOH, "State of health, battery"), q(f"{SOH} - {DEVICE} 12 * {loss}", "Forecast in a year"),
               q(f"{limit('soh_end_of_life_ratio')} and {DEVICE} {SOH}", "end of life")],
              12, 10, "percentunit", decimals=1, max=1, time_from="2y", custom={"spanNulls": True, "axisSoftMin": 0.6}, empty=NO_HEALTH),
        stat("Predicted replacement", "When the health reaches its end of life, by the faster of both paces, the earliest date and how much history stands behind it. Not enough history: –.",
             [now(f"{predicted} * 1000", "predicted"), now(hourly("device:victron_battery_replacement_timestamp_seconds:earliest", OWN) + " * 1000", "at the earliest"),
              now(f"{predicted} - time()", "left"), now(hourly("device:victron_battery_replacement_confidence_ratio:90d", OWN), "confidence")], unit="none", empty=NO_HEALTH,
             overrides=[field("/^(predicted|at the earliest)$/", unit="time:YYYY-MM-DD"), field("confidence", "percentunit"),
                        field("left", "dtdurations", steps="replacement")]),
        stat("Degradation rate", "Health lost per month; 0.2 % is usual, above 0.5 % look for heat, high currents and long times at full.",
             [now(loss, "per month")], unit="percentunit", decimals=2, steps="degradation", empty=NO_HEALTH),
        stat("Round-trip efficiency", "Energy out over energy in, 30 days. Below the lowest of its chemistry: cables, fans, a battery at its end.",
             [banded(efficiency, lowest, f"{lowest} * 0.9", "efficiency")], unit="percentunit", empty="without 30 days of its counters"),
        stat("Cycles", "Full cycles a day over 30 days, in its life, and how many it is made for.",
             [now(hourly("device:victron_battery_cycles_per_day:30d", OWN), "per day"), now(hourly("device:victron_battery_cycles:lifetime", OWN), "in its life"),
              now(limit("cycles_life"), "made for")], 6, unit="none", colour=palette.CHARGE, overrides=[field("per day", decimals=2)], empty="without a known capacity"),
        stat("Ageing by heat", "How many times faster than at 25 °C the battery aged in 30 days (ten degrees more double it): the years lost to heat.",
             [now(hourly("device:victron_battery_ageing_factor:30d", OWN), "×")], 6, decimals=2, colour=palette.CHARGE, empty="without a temperature sensor"),
        lines("Internal resistance", "Median of each day by the movement of voltage and current; growing means ageing or a loose lug. The index is now over 60 days ago.",
              [q(hourly("device:victron_battery_resistance_ohms:median1d", OWN), "Battery resistance"),
               q(hourly("device:victron_battery_resistance_index_ratio:60d", OWN), "Index")], 8, 9, "ohm", time_from="90d", custom={"spanNulls": True},
              overrides=[on_the_right("Index", "percentunit", decimals=0)], empty="while the current hardly moves, or without capacity"),
        daily("Depth of discharge per day", "Highest less lowest state of charge of 24 hours. Deep days wear the battery: orange above 80 %.",
              [coloured(q(f"{deep} {span}", legend), colour) for deep in [slow("device:victron_battery_depth_of_discharge_ratio:1d", OWN)]
               for span, legend, colour in (("<= 0.8", "Depth of discharge", palette.CHARGE), ("> 0.8", "deep", palette.WARNING))], 30, width=8, unit="percentunit", min=0, max=1,
              stacked=True),
        histogram("Temperature histogram", "Hours of 30 days by temperature; every hour above 40 °C ages the battery three times as fast as at 25 °C.",
                  [q(hourly("device:victron_battery_temperature_celsius:avg1h", OWN), "Battery temperature")], unit="celsius", bucket=1, interval="1h",
                  points=720, time_from="30d", steps="hot", empty="without a temperature sensor"),
    ]


def energy():
    since, interval = own("time_since_full_charge_seconds"), limit("full_charge_interval_seconds")
    rest = f"and {DEVICE} (device:victron_battery_c_rate:avg5m{{{OWN}}} < 0.05)"
    total = "device:victron_energy_joules"
    own_labels = ', instance=~"$instance", device="battery"'
    return [
        daily("Charged / discharged per day", "Energy per day by the battery's own counters; the last group is today, to the last full hour.",
              [q(day(total, "battery_in", own_labels), "Charged"), q(day(total, "battery_out", own_labels), "Discharged")], 30, width=8, empty="without such counters"),
        stat("Days since full charge", "Time since the last full charge against what the chemistry wants: cells are balanced and monitors synchronised only there.",
             [banded(since, f"{interval} * 0.8", interval, "full", above=True)], 4, 9, "dtdurations", empty="without a battery monitor that counts it"),
        histogram("SOC distribution", "How often the battery stood at which state of charge in 90 days: long at the top or the bottom ages it.",
                  [q(SOC, "State of charge")], 6, 9, "percentunit", bucket=0.05, interval="1h", points=2200, time_from="90d", colour=palette.CHARGE),
        scatter("Voltage vs SOC", "Voltage at rest (below 0.05 C) over the state of charge; points that leave the curve are a drifting monitor or a bad sense wire.",
                [q(f"{SOC} {rest}", "Charge"), q(f"{VOLTAGE} {rest}", "Volt")], "Charge", "Volt", 6, 9, empty="without a known capacity",
                overrides=[field("Charge", "percentunit"), field("Volt", "volt")]),
    ]
