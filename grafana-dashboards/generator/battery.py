"""Battery health: will it last the night, and the next years?"""

from . import enums, palette, panels
from .board import Board, annotations, instance, link, region, site
from .panels import STEPS, bars, daily, field, gauge, histogram, history, lines, scatter, stat, table, timeline
from .queries import DEVICE, banded, hourly, now, one, q, rows, slow

OWN = '%i, device="battery"'
SOC = f"device:victron_battery_state_of_charge_ratio:now{{{OWN}}}"
VOLTAGE = f"device:victron_battery_voltage_volts:avg1m{{{OWN}}}"
SOH = hourly("device:victron_battery_state_of_health_ratio:hourly", OWN)
NO_HEALTH = "Empty without a BMS that knows its health."
NO_CELLS = "Empty without a BMS that tells its cells."


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
    risk = hourly("device:victron_risk_score:sum", f'{OWN}, component="battery"')
    coverage = hourly("device:victron_risk_coverage_ratio:sum", f'{OWN}, component="battery"')
    hot = f"device:victron_battery_temperature_celsius:max{{{OWN}}}"
    return [
        gauge("SOC", "State of charge (battery:/Soc). Orange and red begin at this battery's limits, those of the alerts: switch loads off, start the generator.",
              banded(SOC, limit("soc_low_ratio"), limit("soc_critical_ratio"))),
        stat("Power / current", "battery:/Dc/0/Power and /Dc/0/Current; charging is positive.",
             [q(own("power_watts"), "Power, charge +"), q(own("current_amperes"), "Current, charge +")], height=6, unit="watt", sparkline=True, text="value",
             orientation="vertical", overrides=[field("Current, charge +", "amp")]),
        bars("Voltage headroom", "Where the voltage stands between the lowest and the highest allowed voltage, so that 12 V and 800 V read alike. Near 0 or above 100 % somebody "
             "ignores the limits. The volts stand below it.",
             [now(f"({VOLTAGE} - {DEVICE} {low}) / {DEVICE} ({high} - {DEVICE} {low})", "Position"), now(VOLTAGE, "Volts"), now(low, "Lowest"), now(high, "Highest")],
             4, 6, "volt", overrides=[field("Position", "percentunit", min=0, max=1, thresholds=panels.thresholds(STEPS["headroom"]))]),
        stat("Temperature", "Hottest and coldest cell or sensor of the battery; the bands are those of its chemistry. Empty without a temperature sensor.",
             banded(hot, limit("battery_temperature_high_warning_celsius"), limit("battery_temperature_high_critical_celsius"), above=True)
             + [now(f"device:victron_battery_temperature_celsius:min{{{OWN}}}", "Coldest")], height=6, unit="celsius", text="value", orientation="vertical"),
        stat("State of health", f"battery:/Soh, what it loses a month and when it reaches its end of life: plan the replacement. {NO_HEALTH}",
             [*banded(SOH, limit("soh_low_ratio"), limit("soh_end_of_life_ratio")),
              now(hourly("device:victron_battery_state_of_health_loss_ratio_per_month:max", OWN), "Loss per month"),
              now(hourly("device:victron_battery_replacement_timestamp_seconds:predicted", OWN) + " * 1000", "Replace")], height=6, unit="percentunit",
             decimals=1, text="value", orientation="vertical",
             overrides=[field("Loss per month", decimals=2, unit="percentunit"), field("Replace", unit="time:MMM YYYY")]),
        gauge("Risk", "Points of health, spread, modules, temperature and cycles, 0 to 100. Grey: less than half of the inputs exist, the score says little. "
              "20 medium, 40 high, 60 critical.",
              [now(f"{risk} and {DEVICE} ({coverage} >= 0.5)", "Risk"), now(f"{risk} and {DEVICE} ({coverage} < 0.5)", "Risk, inputs unknown"),
               now(f"{coverage} * 100", "Coverage %")], unit="none", low=0, high=100, steps=STEPS["risk"], link=link("victron-risk", "Why", "${site}")),
    ]


def charge():
    current = own("current_amperes")
    most, least = limit("battery_charge_current_limit_amperes"), limit("battery_discharge_current_limit_amperes")
    return [
        lines("SOC and limit", "State of charge, where ESS stops discharging, and what Dynamic ESS aims at. Below the limit the grid is used.",
              [q(SOC, "State of charge"), q(one("victron_system_control_active_state_of_charge_limit_ratio", "site"), "Limit of ESS"),
               q(one("victron_system_dynamic_ess_target_state_of_charge_ratio", "site"), "Target of Dynamic ESS")], 12, 9, "percentunit", min=0, max=1,
              link=link("victron-grid-ess", "ESS", "${site}")),
        lines("Current against BMS limits", "Current, charging positive, and what the BMS allows in both directions; red is beyond it: who does not follow the BMS?",
              [q(current, "Current, charge +"), q(most, "Charge limit"), q(f"-{least}", "Discharge limit"),
               q(f"({current} > {DEVICE} ({most} > 0)) or ({current} < {DEVICE} -({least} > 0))", "critical, beyond")], 12, 9, "amp"),
        lines("Voltage against limits", "Voltage, the highest and lowest allowed and what the charge is controlled to.",
              [q(own("voltage_volts"), "Battery voltage"), q(limit("battery_voltage_high_volts"), "Upper limit"), q(limit("battery_voltage_low_volts"), "Lower limit"),
               q(one("victron_system_control_effective_charge_voltage_volts", "site"), "Charge voltage target")], 12, 8, "volt"),
        timeline("Allowed?", "Whether charge and discharge are allowed (by flag, else by a current limit above 0), the link to the BMS, balancing and contactor: why does it not charge? "
                 "A row that is missing is not told by this battery.",
                 [q(f"{own('charge_allowed')} or {DEVICE} ({own('max_charge_current_amperes')} > bool 0)", "Charge"),
                  q(f"{own('discharge_allowed')} or {DEVICE} ({own('max_discharge_current_amperes')} > bool 0)", "Discharge"),
                  q('max by (site, device, instance) (victron_device_up{@i, device="battery"})', "BMS link"),
                  q(own("balancing_active"), "Balancing"), q(own("state"), "State")], 12, 8, enums.ALLOWED,
                 overrides=[field("Balancing", mappings=enums.YES_NO), field("State", mappings=enums.of("victron_battery_state"))]),
    ]


def cells():
    spread = f"device:victron_cell_voltage_delta_volts:now{{{OWN}}}"
    weak = "victron_battery_min_voltage_cell_info{@i}"
    return [
        lines("Cell voltages", f"Highest and lowest cell and the limits of the chemistry. {NO_CELLS}",
              [q(own("max_cell_voltage_volts"), "Highest cell"), q(own("min_cell_voltage_volts"), "Lowest cell"),
               q(limit("cell_voltage_high_warning_volts"), "High warning"), q(limit("cell_voltage_low_warning_volts"), "Low warning")], 12, 9, "volt",
              decimals=3, overrides=[field("Highest cell", custom__fillBelowTo="Lowest cell", custom__fillOpacity=25, color=panels.fixed(palette.CHARGE)),
                                     field("Lowest cell", color=panels.fixed(palette.DISCHARGE))]),
        lines("Cell spread", f"Highest less lowest cell: thin always, bold only in the middle of the charge and at rest, where it means something. {NO_CELLS}",
              [q(spread, "Always"), q(f"device:victron_cell_voltage_delta_volts:mid{{{OWN}}}", "At rest"),
               q(limit("cell_spread_warning_volts"), "warning"), q(limit("cell_spread_critical_volts"), "critical")], 8, 9, "volt", decimals=3,
              overrides=[field("Always", color=panels.fixed(palette.UNKNOWN)), field("At rest", color=panels.fixed(palette.CHARGE), custom__lineWidth=3)]),
        table("Weakest cell", f"The cells that were the lowest, by their share of this time. Always the same cell is a defect. {NO_CELLS}",
              [rows(f"topk(5, count_over_time({weak}[$__range]) / {DEVICE} group_left () sum by (site, device, instance) (count_over_time({weak}[$__range])))")],
              {"cell": "Cell", "Value": "Share"}, 4, 9, [field("Share", "percentunit")], sort=[("Share", True)]),
        lines("Cell temperatures", f"Hottest and coldest cell and their difference: cooling, and heaters. {NO_CELLS}",
              [q(own("max_cell_temperature_celsius"), "Hottest"), q(own("min_cell_temperature_celsius"), "Coldest"),
               q(f"device:victron_cell_temperature_delta_celsius:now{{{OWN}}}", "Difference")], 12, 8, "celsius",
              overrides=[field(name, color=panels.fixed(colour)) for name, colour in
                         (("Hottest", palette.CHARGE), ("Coldest", palette.DISCHARGE), ("Difference", palette.UNKNOWN))]),
        history("Modules", "Modules that are online, offline or block charge or discharge (battery:/System/NrOfModules…). Empty without a battery of modules.",
                [q(own(f"modules_{state}"), name) for state, name in
                 (("online", "Online"), ("offline", "Offline"), ("blocking_charge", "Block charge"), ("blocking_discharge", "Block discharge"))],
                12, 8, points=100, steps=STEPS["zero is good, else warning"], overrides=[field("Online", thresholds=panels.thresholds([(None, palette.CRITICAL), (1, palette.OK)]))]),
    ]


def ageing():
    loss = hourly("device:victron_battery_state_of_health_loss_ratio_per_month:max", OWN)
    predicted = hourly("device:victron_battery_replacement_timestamp_seconds:predicted", OWN)
    ageing_factor = hourly("device:victron_battery_ageing_factor:30d", OWN)
    return [
        lines("SOH trend and forecast", f"Health over two years, its end of life, and where it is in a year at the present pace. The dates stand beside it. {NO_HEALTH}",
              [q(SOH, "State of health, battery"), q(f"{SOH} - {DEVICE} 12 * {loss}", "Forecast in a year"), q(limit("soh_end_of_life_ratio"), "end of life")],
              12, 10, "percentunit", decimals=1, time_from="2y", custom={"spanNulls": True}),
        stat("Predicted replacement", f"When the health reaches its end of life, by the faster of both paces, the earliest date and how much history stands behind it. Not enough history: –. {NO_HEALTH}",
             [now(f"({predicted}) * 1000", "Predicted"), now(hourly("device:victron_battery_replacement_timestamp_seconds:earliest", OWN) + " * 1000", "Earliest"),
              now(hourly("device:victron_battery_replacement_confidence_ratio:90d", OWN), "Confidence"),
              now(f"{predicted} - time()", "Left")], unit="time:YYYY-MM-DD", text="value_and_name", orientation="vertical",
             overrides=[field("Confidence", "percentunit"), field("Left", unit="dtdurations", decimals=0, thresholds=panels.thresholds(STEPS["replacement"]))]),
        stat("Degradation rate", f"Health lost per month; 0.2 % is usual, above 0.5 % look for heat, high currents and long times at full. {NO_HEALTH}",
             [now(loss, "per month")], unit="percentunit", decimals=2, steps=STEPS["degradation"]),
        stat("Round-trip efficiency", "Energy out over energy in, 30 days. Below the lowest of its chemistry: cables, fans, a battery at its end. Empty without 30 days of history.",
             banded(hourly("device:victron_battery_round_trip_efficiency_ratio:30d", OWN), limit("round_trip_low_ratio"), f"{limit('round_trip_low_ratio')} * 0.9"),
             unit="percentunit"),
        stat("Cycles", "Full cycles a day over 30 days, in its life, and how many it is made for. Empty without a known capacity.",
             [now(hourly("device:victron_battery_cycles_per_day:30d", OWN), "per day"), now(hourly("device:victron_battery_cycles:lifetime", OWN), "in its life"),
              now(limit("cycles_life"), "made for")], unit="short", text="value_and_name", orientation="vertical", colour=palette.CHARGE,
             overrides=[field("per day", decimals=2)]),
        lines("Internal resistance", "Median of each day by the movement of voltage and current; growing means ageing or a loose lug. Empty while the current hardly moves, or without capacity.",
              [q(hourly("device:victron_battery_resistance_ohms:median1d", OWN) + " * 1000", "Battery resistance, mΩ"),
               q(hourly("device:victron_battery_resistance_index_ratio:60d", OWN), "Index: now ÷ 60 days ago")], 8, 9, "none", decimals=2,
              time_from="90d", custom={"spanNulls": True}),
        daily("Depth of discharge per day", "Highest less lowest state of charge of 24 hours. Deep days wear the battery.",
              [q(slow("device:victron_battery_depth_of_discharge_ratio:1d", OWN), "Depth of discharge")], 30, width=8, unit="percentunit", min=0, max=1),
        histogram("Temperature histogram", "Hours of 30 days by temperature, and how fast heat ages the battery (1 at 25 °C, 2 at 35 °C). Empty without a temperature sensor.",
                  [q(hourly("device:victron_battery_temperature_celsius:avg1h", OWN), "Battery temperature")], unit="celsius", bucket=1, interval="1h",
                  points=720, time_from="30d"),
        stat("Ageing by heat", "How many times faster than at 25 °C the battery aged in 30 days (ten degrees more double it). Empty without a temperature sensor.",
             [now(ageing_factor, "×")], 24, 3, decimals=2, colour=palette.CHARGE),
    ]


def energy():
    def between(source):
        own_day = f'{{{OWN}, source="{source}"}}'
        return (f"(device:victron_energy_joules:yesterday{own_day} offset -1d or device:victron_energy_joules:today{own_day}) / 3.6e6")

    since = own("time_since_full_charge_seconds")
    interval = limit("full_charge_interval_seconds")
    return [
        daily("Charged / discharged per day", "Energy per day by the battery's own counters. Empty without such counters.",
              [q(between("battery_in"), "Charged"), q(between("battery_out"), "Discharged")], 30, width=8),
        stat("Days since full charge", "Time since the last full charge against what the chemistry wants: cells are balanced and monitors synchronised only there. Empty without a battery monitor that counts it.",
             banded(since, f"{interval} * 0.8", interval, above=True), 4, 9, "dtdurations", decimals=0),
        histogram("SOC distribution", "How often the battery stood at which state of charge in 90 days: long at the top or the bottom ages it.",
                  [q(SOC, "State of charge")], 6, 9, "percentunit", bucket=0.05, interval="1h", points=2200, time_from="90d"),
        scatter("Voltage vs SOC", "Voltage at rest (below 0.05 C) over the state of charge; points that leave the curve are a drifting monitor or a bad sense wire. Empty without a known capacity.",
                [q(f"{SOC} and {DEVICE} (device:victron_battery_c_rate:avg5m{{{OWN}}} < 0.05)", "Charge"),
                 q(f"{VOLTAGE} and {DEVICE} (device:victron_battery_c_rate:avg5m{{{OWN}}} < 0.05)", "Volt")], "Charge", "Volt", 6, 9,
                overrides=[field("Charge", "percentunit"), field("Volt", "volt")]),
    ]
