"""Grid, inverter, ESS: is the grid fit, is control doing what was asked?"""

from . import enums, palette, panels
from .board import Board, annotations, custom, instance, link, region, site
from .panels import STEPS, bars, field, gauge, lines, stat, table, timeline
from .queries import DEVICE, hourly, levels, now, one, q, rows, slow

INVERTERS = "vebus|multi|inverter|acsystem"
VOLTAGE = 'phase:victron_grid_voltage_volts:avg1m{%, phase=~"$phase"}'
FREQUENCY = "site:victron_grid_frequency_hertz:avg1m{%}"
NO_GRID = "Empty without a grid."
NO_ESS = "Empty without ESS."


def grid(name):
    return f"site:victron_grid_{name}:parameter{{%}}"


def inverter(quantity, extra="", kinds=INVERTERS):
    return f'{{__name__=~"victron_({kinds})_{quantity}", job=~"$job", site=~"$site", instance=~"$instance"{extra}}}'


def per_site(name):
    return one(f"victron_system_{name}", "site")


def volts(ratio):
    return f"{grid(ratio)} * {grid('nominal_voltage_volts')}"


def hertz(deviation, sign):
    return f"{grid('nominal_frequency_hertz')} {sign} {grid(deviation)}"


def build():
    board = Board("victron-grid-ess", "Grid, inverter, ESS", "Is the grid fit, is control doing what was asked?", "now-24h", "1m",
                  [region(), site(), instance(INVERTERS, "Inverter"), custom("phase", "Phase", ["L1", "L2", "L3"])], annotations(grid=True))
    board.row("Grid", *grid_now(), *grid_past())
    board.row("Inverter $instance", *inverter_now(), *inverter_past(), repeat="instance")
    board.row("ESS control", *control())
    return board


def grid_now():
    state = ("(site:victron_source:state{%} == 2) * 0 + 3 or on (site) ((site:victron_grid_lost:bool{%} == 1) * 0 + 2 and on (site) "
             f"max by (site) (phase:victron_grid_voltage_volts:avg1m{{%}}) > 0.8 * {grid('nominal_voltage_volts')}) "
             "or on (site) (site:victron_grid_lost:bool{%} == 1) or on (site) site:victron_grid_lost:bool{%} * 0")
    off = f"abs({FREQUENCY} - {grid('nominal_frequency_hertz')})"
    warn, crit = grid("frequency_deviation_warning_hertz"), grid("frequency_deviation_critical_hertz")
    on = "on (site)"
    return [
        stat("Grid state", f"Connected, lost, rejected (voltage is there and the inverter does not take it) or a generator; below, the time since the last loss of 24 hours. {NO_GRID}",
             [now(state, "State"), now("time() - max_over_time(timestamp(site:victron_grid_lost:bool{%} == 1)[24h:1m])", "since the last outage")],
             mappings=enums.GRID, text="value", orientation="vertical", overrides=[field("since the last outage", unit="dtdurations", decimals=0, mappings=[])]),
        stat("Import / export", f"Power of the grid (system:/Ac/Grid), both as positive numbers. {NO_GRID}",
             [q("site:victron_grid_power_watts:import{%}", "Import"), q("site:victron_grid_power_watts:export{%}", "Export")], unit="watt", sparkline=True,
             text="value_and_name", orientation="vertical"),
        stat("Frequency", f"Mean of a minute; orange and red are the limits of the grid profile. {NO_GRID}",
             [now(levels(f"{FREQUENCY} unless {on} ({off} > {on} {warn})", f"({FREQUENCY} and {on} ({off} > {on} {warn})) unless {on} ({off} > {on} {crit})",
                         f"({FREQUENCY}) and {on} ({off} > {on} {crit})"), "{{level}}"), q(FREQUENCY, "Grid")], unit="rothz", text="value", sparkline=True),
        bars("Voltage L1-L3", f"Mean of a minute per phase; the range is 85 to 115 % of nominal, the limits are in the graph below. {NO_GRID}",
             [now(f"{VOLTAGE} / on (site) group_left () {grid('nominal_voltage_volts')}", "{{phase}}")], 4, 5, "percentunit", decimals=1, min=0.85, max=1.15),
        stat("Outages 24 h / 30 d", f"Outages that began, and the hours off grid of 30 days. A list for the utility. {NO_GRID}",
             [now(slow("site:victron_grid_outages:count24h"), "24 h"), now(hourly("site:victron_grid_outages:count30d"), "30 d"),
              now(hourly("site:victron_off_grid_seconds:sum30d"), "off grid")], unit="short", text="value_and_name", orientation="vertical", colour=palette.IMPORT,
             overrides=[field("off grid", unit="dtdurations", decimals=0)]),
        stat("Phase imbalance", "Largest deviation of a phase from the mean over 10 minutes. Above 2 % look at single-phase loads, above 5 % at the neutral. Empty with one phase.",
             [now("site:victron_grid_voltage_imbalance_ratio:avg10m{%}", "")], unit="percentunit", decimals=1, steps=STEPS["imbalance"]),
    ]


def grid_past():
    disconnect = "max by (device, instance) (victron_multi_ac_input_disconnection_reason{@})"
    current = f'max by (site, phase) ({{__name__=~"victron_(vebus|multi|acsystem)_ac_input_phase_current_amperes", job=~"$job", site=~"$site", phase=~"$phase"}})'
    fuse = "max by (site) (device:victron_ac_input_limit_amperes:parameter{%} or site:victron_ac_input_limit_amperes:parameter{%})"
    return [
        lines("Voltage per phase", f"Mean of a minute with the limits of the grid profile: proof for the utility. {NO_GRID}",
              [q(VOLTAGE, "{{phase}}"), q(volts("voltage_high_warning_ratio"), "High warning"), q(volts("voltage_low_warning_ratio"), "Low warning"),
               q(volts("voltage_high_critical_ratio"), "High critical"), q(volts("voltage_low_critical_ratio"), "Low critical")], 12, 9, "volt", table=True),
        lines("Frequency over time", f"With the limits of the grid profile; grey the mean of the other stations: if they move too it is the grid. {NO_GRID}",
              [q(FREQUENCY, "Grid"), q('avg(site:victron_grid_frequency_hertz:avg1m{site!~"$site"})', "elsewhere"),
               q(hertz("frequency_deviation_warning_hertz", "+"), "High warning"), q(hertz("frequency_deviation_warning_hertz", "-"), "Low warning"),
               q(hertz("frequency_deviation_critical_hertz", "+"), "High critical"), q(hertz("frequency_deviation_critical_hertz", "-"), "Low critical")],
              12, 9, "rothz", table=True),
        timeline("Grid connection", f"Where the AC power comes from, the alarm of the lost grid and why the inverter disconnected. {NO_GRID}",
                 [q("site:victron_source:state{%}", "Source"), q('max by (site) (victron_alarm_state{@, alarm="GridLost"})', "Grid lost alarm"), q(disconnect, "Reason {{instance}}")],
                 24, 5, enums.SOURCE, overrides=[field("Grid lost alarm", mappings=enums.ALARM), field("/^Reason/", mappings=[])]),
        lines("Power per phase", "Power of the grid meter per phase, import positive. Empty without a grid meter.",
              [q('max by (site, phase) (victron_grid_phase_power_watts{@, phase=~"$phase"} or victron_system_grid_phase_power_watts{@, phase=~"$phase"})', "{{phase}}")], 12, 8, "watt"),
        lines("Current against limit", "Current of the AC input per phase with its limit and 80 % of it: above, a breaker may trip. Empty without an AC input.",
              [q(current, "{{phase}}"), q(fuse, "Limit"), q(f"0.8 * {fuse}", "80 % warning")], 12, 8, "amp"),
    ]


def inverter_now():
    power = f"max by (site, device, instance) ({inverter('ac_output_power_watts')} or sum without (phase) ({inverter('ac_output_phase_power_watts')}))"
    rating = "device:victron_inverter_nominal_power_watts:parameter{%i}"
    ripple = f'max by (site, device, instance) ({inverter("(unit_)?dc_ripple_voltage_volts", kinds="vebus|multi")})'
    nominal = 'max by (site) (device:victron_battery_nominal_voltage_volts:parameter{%, device="system"})'
    out = "max by (site, device, instance) (victron_vebus_ac_output_power_watts{@i}) - max by (site, device, instance) (victron_vebus_ac_input_power_watts{@i} or victron_vebus_ac_output_power_watts{@i} * 0)"
    taken = "-max by (site, device, instance) (victron_vebus_dc_power_watts{@i})"
    at_work = f"{DEVICE} ({taken} > {DEVICE} 0.1 * {rating})"
    efficiency = f"avg_over_time((({out}) and {at_work})[7d:10m]) / {DEVICE} avg_over_time((({taken}) and {at_work})[7d:10m])"
    errors = ('sum by (site, device, instance) (resets(victron_vebus_unit_uptime_seconds_total{@i}[7d]))', hourly("device:victron_error_activations:count7d", "%i"))
    return [
        gauge("Load", "Output power over the rated power. Above 80 % little is left for a starting motor. Empty without a known rated power.",
              [now(f"({power}) / {DEVICE} {rating}", "Load")], low=0, high=1.2, steps=STEPS["load"]),
        stat("State", "State, mode and error of the inverter in words.",
             [now(f"max by (device, instance) ({inverter('state')})", "State"), now(f"max by (device, instance) ({inverter('mode')})", "Mode"),
              now(f"max by (device, instance) ({inverter('error_code', kinds='vebus')})", "VE.Bus error")], height=6, text="value", orientation="vertical",
             mappings=enums.of("victron_vebus_state"), overrides=[field("Mode", mappings=enums.of("victron_vebus_mode")),
                                                                  field("VE.Bus error", mappings=enums.of("victron_vebus_error_code"))]),
        stat("Output voltage / frequency", "What the loads get; off grid this is the quality of our own grid.",
             [now(f"max by (phase) ({inverter('ac_output_phase_voltage_volts')})", "{{phase}}"),
              now(f"max by (site) ({inverter('ac_output_phase_frequency_hertz')})", "Frequency, output")], height=6, unit="volt", text="value_and_name", orientation="vertical",
             overrides=[field("Frequency, output", "rothz")]),
        stat("DC ripple", "Ripple on the DC side, in volts and of the nominal voltage. Above 1.5 % the DC cables or their lugs are poor. Empty where no ripple is told.",
             [now(f"{ripple} / on (site) group_left () {nominal}", "of nominal"), now(ripple, "ripple")], height=6, unit="percentunit", decimals=2, steps=STEPS["ripple"],
             text="value", orientation="vertical", overrides=[field("ripple", unit="volt", decimals=3)]),
        stat("Efficiency (battery → AC)", "AC power less input over DC power, 7 days, only above 10 % load. Below 80 %: a fault or a wrong measurement. Empty without times of inverting.",
             [now(efficiency, "")], height=6, unit="percentunit", steps=STEPS["efficiency"]),
        stat("Restarts / errors 7 d", "Restarts of the units and errors that came. Many restarts: DC voltage that breaks in. Errors that never came show nothing.",
             [now(errors[0], "Restarts"), now(errors[1], "Errors")], height=6, unit="short", steps=STEPS["restarts"], text="value_and_name", orientation="vertical",
             link=link("victron-risk", "Alerts and risk", "${site}")),
    ]


def inverter_past():
    share = ("max by (site, device, instance, unit) (victron_vebus_unit_ac_output_power_watts{@i}) / " + DEVICE
             + " group_left () (sum by (site, device, instance) (victron_vebus_unit_ac_output_power_watts{@i}) > 100)")
    units = "count by (site, device, instance) (victron_vebus_unit_ac_output_power_watts{@i}) > 1"
    return [
        lines("Output power and rating", "Active and apparent power of the output and the rated power: peaks.",
              [q(f"max by (device, instance) ({inverter('ac_output_power_watts')})", "Load"),
               q(f"max by (device, instance) ({inverter('ac_output_apparent_power_voltamperes')})", "Apparent load, VA"),
               q("device:victron_inverter_nominal_power_watts:parameter{%i}", "Rating")], 12, 9, "watt"),
        lines("Parallel share", "Share of each unit of the output; the dashed line is an even share. Units that differ: cables of unlike length. Empty with one unit.",
              [q(f"({share}) and {DEVICE} ({units})", "Unit {{unit}}"), q(f"1 / ({units})", "Even share, expected")], 12, 9, "percentunit", min=0),
    ]


def control():
    setpoint = 'max by (site) (victron_settings_ess_ac_power_setpoint_watts{@})'
    flags = [("low_state_of_charge_active", "Low SOC"), ("charge_disabled", "Charge disabled"), ("discharge_disabled", "Discharge disabled"),
             ("slow_charge_active", "Slow charge"), ("user_charge_limited", "Charge limited by user"), ("user_discharge_limited", "Discharge limited by user"),
             ("peak_shaving_active", "Peak shaving"), ("control_scheduled_charge_active", "Scheduled charge")]
    return [
        lines("Grid vs setpoint", f"Grid power and what ESS is told to keep it at, with a band of 100 W and 10 % of the inverters: is the loop closed? {NO_ESS}",
              [q("site:victron_grid_power_watts:sum{%}", "Grid, import +"), q(setpoint, "Setpoint"),
               q(f"{setpoint} + on (site) (100 + 0.1 * site:victron_inverter_nominal_power_watts:parameter{{%}})", "Upper limit of tolerance"),
               q(f"{setpoint} - on (site) (100 + 0.1 * site:victron_inverter_nominal_power_watts:parameter{{%}})", "Lower limit of tolerance")], 12, 9, "watt"),
        timeline("ESS state and reasons", "State of the system and of ESS and every reason that holds it: why does it (not) discharge?",
                 [q(per_site("state"), "System"), q(per_site("control_ess_state"), "ESS"), *[q(per_site(name), title) for name, title in flags],
                  q(per_site("dynamic_ess_mode"), "Dynamic ESS")], 12, 9, enums.ACTIVE,
                 overrides=[field("System", mappings=enums.of("victron_system_state")), field("ESS", mappings=enums.of("victron_system_control_ess_state")),
                            field("Dynamic ESS", mappings=enums.of("victron_system_dynamic_ess_mode"))]),
        lines("Battery power vs limits", f"Battery power, charging positive, and the limits that the user or Dynamic ESS set (-1 is none, not drawn). {NO_ESS}",
              [q("site:victron_battery_power_watts:sum{%}", "Battery, charge +"), q("max by (site) (victron_settings_ess_max_charge_power_watts{@}) >= 0", "Charge limit"),
               q("-(max by (site) (victron_settings_ess_max_discharge_power_watts{@}) >= 0)", "Discharge limit")], 12, 8, "watt"),
        table("Dynamic ESS", "What Dynamic ESS does and why; mode 0 is off. Empty without it.",
              [rows(per_site("dynamic_ess_mode")), rows(per_site("dynamic_ess_available")), rows(per_site("dynamic_ess_reactive_strategy")),
               rows(per_site("dynamic_ess_target_state_of_charge_ratio")), rows(per_site("dynamic_ess_restrictions")), rows(per_site("dynamic_ess_error_code")),
               rows(per_site("dynamic_ess_last_scheduled_end_timestamp_seconds") + " * 1000")],
              {"Value #A": "Mode", "Value #B": "Available", "Value #C": "Strategy", "Value #D": "Target SOC", "Value #E": "Restrictions", "Value #F": "Error",
               "Value #G": "Planned until"}, 12, 8,
              [field("Mode", mappings=enums.of("victron_system_dynamic_ess_mode")), field("Available", mappings=enums.YES_NO),
               field("Strategy", mappings=enums.of("victron_system_dynamic_ess_reactive_strategy")), field("Target SOC", "percentunit"),
               field("Error", mappings=enums.of("victron_system_dynamic_ess_error_code")), field("Planned until", unit="dateTimeAsIso")]),
        table("DVCC", "The chain of control: DVCC, the BMS's parameters, the charge voltage in force, the battery's current limit, what the solar chargers may and the alarms.",
              [rows(per_site("control_dvcc_active")), rows(per_site("control_bms_parameters_active")), rows(per_site("control_effective_charge_voltage_volts")),
               rows('max by (site) (device:victron_battery_charge_current_limit_amperes:parameter{%, device="system"})'), rows(per_site("control_solar_charge_current_active")),
               rows('max by (site) (victron_alarm_state{@, device="system"})')],
              {"Value #A": "DVCC", "Value #B": "BMS in control", "Value #C": "Charge voltage", "Value #D": "Charge current limit", "Value #E": "Solar current limited",
               "Value #F": "Alarms"}, 12, 6,
              [field("DVCC", mappings=enums.YES_NO), field("BMS in control", mappings=enums.YES_NO), field("Charge voltage", "volt"), field("Charge current limit", "amp"),
               field("Solar current limited", mappings=enums.YES_NO), field("Alarms", mappings=enums.ALARM, custom__cellOptions=panels.cell("color-text"))]),
        table("Configuration", "What is set, and how often it changed in 24 hours; orange is drift that somebody should know of.",
              [rows("max by (site) (victron_settings_ess_mode{@})"), rows("max by (site) (victron_settings_ess_minimum_state_of_charge_limit_ratio{@})"),
               rows("max by (site) (victron_settings_ess_max_feed_in_power_watts{@})"), rows('max by (site) (device:victron_grid_code:parameter{%})'),
               rows("max by (site) (victron_vebus_ess_assistant_id{@})"),
               rows("max by (site) (changes(victron_settings_ess_mode{@}[24h]) + on (site, device, instance) changes(victron_settings_ess_minimum_state_of_charge_limit_ratio{@}[24h]))")],
              {"Value #A": "Hub-4 mode", "Value #B": "Minimum SOC", "Value #C": "Feed-in limit", "Value #D": "Grid code", "Value #E": "ESS assistant", "Value #F": "Changes 24 h"},
              12, 6, [field("Hub-4 mode", mappings=enums.of("victron_settings_ess_mode")), field("Minimum SOC", "percentunit"), field("Feed-in limit", "watt"),
                      field("Changes 24 h", thresholds=panels.thresholds(STEPS["zero is good, else warning"]), custom__cellOptions=panels.cell("color-text"))]),
    ]
