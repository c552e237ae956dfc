"""Grid, inverter, ESS: is the grid fit, is control doing what was asked?"""

from . import enums, palette
from .board import Board, annotations, custom, instance, link, region, site
from .panels import TEXT_CELL, bars, field, fixed, gauge, lines, stat, table, timeline, tinted
from .queries import DEVICE, coloured, hourly, levels, now, one, q, rows, slow

INVERTERS = "vebus|multi|inverter|acsystem"
VOLTAGE = 'phase:victron_grid_voltage_volts:avg1m{%, phase=~"$phase"}'
FREQUENCY = "(site:victron_grid_frequency_hertz:avg1m{%} > 0)"  # an input without voltage tells 0 Hz
NO_GRID = "without a grid"
NO_ESS = "without ESS"
UNITS = 6  # of a parallel system that have a tint of their own


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
    return [
        stat("Grid state", "Connected, lost, rejected (voltage is there and the inverter does not take it) or a generator; below, the time since the last loss of 24 hours.",
             [now(state, "State"), now("time() - max_over_time(timestamp(site:victron_grid_lost:bool{%} == 1)[24h:1m])", "since the last outage")],
             text="value", words={"State": enums.GRID}, overrides=[field("since the last outage", "dtdurations")], empty=NO_GRID),
        stat("Import / export", "Power of the grid (system:/Ac/Grid), both as positive numbers.",
             [q("site:victron_grid_power_watts:import{%}", "Import"), q("site:victron_grid_power_watts:export{%}", "Export")], unit="watt", sparkline=True, empty=NO_GRID),
        stat("Frequency", "Mean of a minute; orange and red are the limits of the grid profile.", [frequency()], unit="rothz", text="value", sparkline=True, empty=NO_GRID),
        bars("Voltage L1-L3", "Mean of a minute per phase; the range is 85 to 115 % of nominal, the limits are in the graph below.",
             [now(f"{VOLTAGE} / on (site) group_left () {grid('nominal_voltage_volts')}", "{{phase}}")], 4, 5, "percentunit", decimals=1, min=0.85, max=1.15, empty=NO_GRID),
        stat("Outages 24 h / 30 d", "Outages that began, and the hours off grid of 30 days. A list for the utility.",
             [now(slow("site:victron_grid_outages:count24h"), "24 h"), now(hourly("site:victron_grid_outages:count30d"), "30 d"),
              now(hourly("site:victron_off_grid_seconds:sum30d"), "off grid 30 d")], unit="short", colour=palette.IMPORT,
             overrides=[field("off grid 30 d", "dtdurations")], empty=NO_GRID),
        stat("Phase imbalance", "Largest deviation of a phase from the mean over 10 minutes. Above 2 % look at single-phase loads, above 5 % at the neutral.",
             [now("site:victron_grid_voltage_imbalance_ratio:avg10m{%}", "")], unit="percentunit", decimals=1, steps="imbalance", empty="with one phase"),
    ]


def frequency():
    """The level of now colours the whole line: `@ end()` asks it once."""
    off = f"abs(site:victron_grid_frequency_hertz:avg1m{{%}} @ end() - on (site) {grid('nominal_frequency_hertz')} @ end())"
    warn, crit = f"{grid('frequency_deviation_warning_hertz')} @ end()", f"{grid('frequency_deviation_critical_hertz')} @ end()"
    on = "on (site)"
    return levels(f"{FREQUENCY} unless {on} ({off} > {on} {warn})", f"({FREQUENCY} and {on} ({off} > {on} {warn})) unless {on} ({off} > {on} {crit})",
                  f"{FREQUENCY} and {on} ({off} > {on} {crit})", "Grid", kind=q)


def grid_past():
    disconnect = "max by (device, instance) (victron_multi_ac_input_disconnection_reason{@})"
    current = 'max by (site, phase) ({__name__=~"victron_(vebus|multi|acsystem)_ac_input_phase_current_amperes", job=~"$job", site=~"$site", phase=~"$phase"})'
    fuse = "max by (site) (device:victron_ac_input_limit_amperes:parameter{%} or site:victron_ac_input_limit_amperes:parameter{%})"
    elsewhere = 'avg(site:victron_grid_frequency_hertz:avg1m{site!~"$site"} > 0)'
    return [
        lines("Voltage per phase", "Mean of a minute with the limits of the grid profile: proof for the utility.",
              [q(f"{VOLTAGE} > 0", "{{phase}}"), q(volts("voltage_high_warning_ratio"), "High warning"), q(volts("voltage_low_warning_ratio"), "Low warning"),
               q(volts("voltage_high_critical_ratio"), "High critical"), q(volts("voltage_low_critical_ratio"), "Low critical")], 12, 9, "volt", table=True, fill=0, empty=NO_GRID),
        lines("Frequency over time", "With the limits of the grid profile; grey the mean of the other stations: if they move too it is the grid.",
              [q(FREQUENCY, "Grid"), q(elsewhere, "elsewhere"),
               q(hertz("frequency_deviation_warning_hertz", "+"), "High warning"), q(hertz("frequency_deviation_warning_hertz", "-"), "Low warning"),
               q(hertz("frequency_deviation_critical_hertz", "+"), "High critical"), q(hertz("frequency_deviation_critical_hertz", "-"), "Low critical")],
              12, 9, "rothz", table=True, fill=0, empty=NO_GRID),
        timeline("Grid connection", "Where the AC power comes from, the alarm of the lost grid and why the inverter disconnected.",
                 [q("site:victron_source:state{%}", "Source"), q('max by (site) (victron_alarm_state{@, alarm="GridLost"})', "Grid lost alarm"), q(disconnect, "Reason {{instance}}")],
                 24, 5, words={"Source": enums.SOURCE, "Grid lost alarm": enums.ALARM}, empty=NO_GRID),
        lines("Power per phase", "Power of the grid meter per phase, import positive.",
              [q('max by (site, phase) (victron_grid_phase_power_watts{@, phase=~"$phase"} or victron_system_grid_phase_power_watts{@, phase=~"$phase"})', "{{phase}}")], 12, 8, "watt",
              empty="without a grid meter"),
        lines("Current against limit", "Current of the AC input per phase with its limit and 80 % of it: above, a breaker may trip.",
              [q(current, "{{phase}}"), q(fuse, "Limit"), q(f"0.8 * {fuse}", "80 % warning")], 12, 8, "amp", empty="without an AC input"),
    ]


def inverter_now():
    power = f"max by (site, device, instance) ({inverter('ac_output_power_watts')} or sum without (phase) ({inverter('ac_output_phase_power_watts')}))"
    rating = "device:victron_inverter_nominal_power_watts:parameter{%i}"
    ripple = f'max by (site, device, instance) ({inverter("(unit_)?dc_ripple_voltage_volts", kinds="vebus|multi")})'
    nominal = 'max by (site) (device:victron_battery_nominal_voltage_volts:parameter{%, device="system"})'
    out = ("max by (site, device, instance) (victron_vebus_ac_output_power_watts{@i}) - max by (site, device, instance) "
           "(victron_vebus_ac_input_power_watts{@i} or victron_vebus_ac_output_power_watts{@i} * 0)")
    taken = "-max by (site, device, instance) (victron_vebus_dc_power_watts{@i})"
    at_work = f"{DEVICE} ({taken} > {DEVICE} 0.1 * {rating})"
    efficiency = f"avg_over_time((({out}) and {at_work})[7d:10m]) / {DEVICE} avg_over_time((({taken}) and {at_work})[7d:10m])"
    restarts = "sum by (site, device, instance) (resets(victron_vebus_unit_uptime_seconds_total{@i}[7d]))"
    came = hourly("device:victron_error_activations:count7d", f'%i, device=~"{INVERTERS}"')
    return [
        gauge("Load", "Output power over the rated power. Above 80 % little is left for a starting motor.",
              [now(f"({power}) / {DEVICE} {rating}", "of the rated power")], high=1.2, steps="load", empty="without a known rated power"),
        stat("State", "State, mode and error of the inverter in words.",
             [now(f"max by (device, instance) ({inverter('state')})", "State"), now(f"max by (device, instance) ({inverter('mode')})", "Mode"),
              now(f"max by (device, instance) ({inverter('error_code', kinds='vebus')})", "VE.Bus error")], height=6, text="value",
             words={"State": enums.of("victron_vebus_state"), "Mode": enums.of("victron_vebus_mode"), "VE.Bus error": enums.of("victron_vebus_error_code")}),
        stat("Output voltage / frequency", "What the loads get; off grid this is the quality of our own grid.",
             [now(f"max by (phase) ({inverter('ac_output_phase_voltage_volts')})", "{{phase}}"), now(f"max by (site) ({inverter('ac_output_phase_frequency_hertz')})", "frequency")],
             height=6, unit="volt", overrides=[field("frequency", "rothz")]),
        stat("DC ripple", "Ripple on the DC side, in volts and of the nominal voltage. Above 1.5 % the DC cables or their lugs are poor.",
             [now(f"{ripple} / on (site) group_left () {nominal}", "of nominal"), now(ripple, "ripple")], height=6, unit="percentunit", decimals=2, steps="ripple",
             overrides=[field("ripple", "volt", decimals=0, color=fixed(palette.UNKNOWN))], empty="where no ripple is told"),
        stat("Efficiency (battery → AC)", "AC power less input over DC power, 7 days, only above 10 % load. Below 80 %: a fault or a wrong measurement.",
             [now(efficiency, "")], height=6, unit="percentunit", steps="efficiency", empty="without times of inverting"),
        stat("Restarts / errors 7 d", "Restarts of the units and errors that came. Many restarts: DC voltage that breaks in.",
             [now(restarts, "Restarts"), now(f"{came} or on (site, device, instance) {restarts} * 0", "Errors")], height=6, unit="short", steps="restarts",
             link=link("victron-risk", "Alerts and risk", "${site}")),
    ]


def inverter_past():
    share = ("max by (site, device, instance, unit) (victron_vebus_unit_ac_output_power_watts{@i}) / " + DEVICE
             + " group_left () (sum by (site, device, instance) (victron_vebus_unit_ac_output_power_watts{@i}) > 100)")
    units = "count by (site, device, instance) (victron_vebus_unit_ac_output_power_watts{@i}) > 1"
    return [
        lines("Output power and rating", "Active and apparent power of the output and the rated power: peaks.",
              [q(f"max by (device, instance) ({inverter('ac_output_power_watts')})", "Load"),
               coloured(q(f"max by (device, instance) ({inverter('ac_output_apparent_power_voltamperes')})", "Apparent, VA"), palette.L3),
               q("device:victron_inverter_nominal_power_watts:parameter{%i}", "Rating")], 12, 9, "watt", min=0),
        lines("Parallel share", "Share of each unit of the output; the dashed line is an even share. Units that differ: cables of unlike length.",
              [q(f"({share}) and {DEVICE} ({units})", "Unit {{unit}}"), q(f"1 / ({units})", "Even share, expected")], 12, 9, "percentunit", min=0, fill=0,
              overrides=tinted([f"Unit {unit}" for unit in range(UNITS)]), empty="with one unit"),
    ]


def control():
    setpoint = "max by (site) (victron_settings_ess_ac_power_setpoint_watts{@})"
    band = "on (site) (100 + 0.1 * site:victron_inverter_nominal_power_watts:parameter{%})"
    flags = [("low_state_of_charge_active", "Low SOC"), ("charge_disabled", "Charge disabled"), ("discharge_disabled", "Discharge disabled"),
             ("slow_charge_active", "Slow charge"), ("user_charge_limited", "Charge limited by user"), ("user_discharge_limited", "Discharge limited by user"),
             ("peak_shaving_active", "Peak shaving"), ("control_scheduled_charge_active", "Scheduled charge")]
    words = {title: enums.ACTIVE for _, title in flags}
    words.update({"System": enums.of("victron_system_state"), "ESS": enums.of("victron_system_control_ess_state"), "Dynamic ESS": enums.of("victron_system_dynamic_ess_mode")})
    return [
        lines("Grid vs setpoint", "Grid power and what ESS is told to keep it at, with a band of 100 W and 10 % of the inverters: is the loop closed?",
              [q("site:victron_grid_power_watts:sum{%}", "Grid, import +"), q(setpoint, "Setpoint"), q(f"{setpoint} + {band}", "Upper limit of tolerance"),
               q(f"{setpoint} - {band}", "Lower limit of tolerance")], 12, 9, "watt", empty=NO_ESS,
              overrides=[field("Upper limit of tolerance", custom__fillBelowTo="Lower limit of tolerance", custom__fillOpacity=10, custom__lineWidth=0),
                         field("Lower limit of tolerance", custom__lineWidth=0)]),
        timeline("ESS state and reasons", "State of the system and of ESS and every reason that holds it: why does it (not) discharge?",
                 [q(per_site("state"), "System"), q(per_site("control_ess_state"), "ESS"), *[q(per_site(name), title) for name, title in flags],
                  q(per_site("dynamic_ess_mode"), "Dynamic ESS")], 12, 9, words=words),
        lines("Battery power vs limits", "Battery power, charging positive, and the limits that the user or Dynamic ESS set (-1 is none, not drawn).",
              [q("site:victron_battery_power_watts:sum{%}", "Battery, charge +"), q("max by (site) (victron_settings_ess_max_charge_power_watts{@}) >= 0", "Charge limit"),
               q("-(max by (site) (victron_settings_ess_max_discharge_power_watts{@}) >= 0)", "Discharge limit")], 12, 8, "watt", empty=NO_ESS),
        dynamic_ess(), dvcc(), configuration(),
    ]


def dynamic_ess():
    columns = {"Value #A": "Mode", "Value #B": "Available", "Value #C": "Strategy", "Value #D": "Target SOC", "Value #E": "Restrictions", "Value #F": "Error",
               "Value #G": "Planned until"}
    return table("Dynamic ESS", "What Dynamic ESS does and why; mode 0 is off.",
                 [rows(per_site("dynamic_ess_mode")), rows(per_site("dynamic_ess_available")), rows(per_site("dynamic_ess_reactive_strategy")),
                  rows(per_site("dynamic_ess_target_state_of_charge_ratio")), rows(per_site("dynamic_ess_restrictions")), rows(per_site("dynamic_ess_error_code")),
                  rows(per_site("dynamic_ess_last_scheduled_end_timestamp_seconds") + " * 1000")], columns, 12, 8,
                 [field("Mode", mappings=enums.of("victron_system_dynamic_ess_mode"), custom__align="left"), field("Available", mappings=enums.YES_NO),
                  field("Strategy", mappings=enums.of("victron_system_dynamic_ess_reactive_strategy"), custom__width=180), field("Target SOC", "percentunit"),
                  field("Error", mappings=enums.of("victron_system_dynamic_ess_error_code")), field("Planned until", unit="dateTimeAsIso", custom__width=160)], empty="without it")


def dvcc():
    return table("DVCC", "The chain of control: DVCC, the BMS's parameters, the charge voltage in force, the battery's current limit, what the solar chargers may and the alarms.",
                 [rows(per_site("control_dvcc_active")), rows(per_site("control_bms_parameters_active")), rows(per_site("control_effective_charge_voltage_volts")),
                  rows('max by (site) (device:victron_battery_charge_current_limit_amperes:parameter{%, device="system"})'), rows(per_site("control_solar_charge_current_active")),
                  rows('max by (site) (victron_alarm_state{@, device="system"})')],
                 {"Value #A": "DVCC", "Value #B": "BMS in control", "Value #C": "Charge voltage", "Value #D": "Charge current limit", "Value #E": "Solar current limited",
                  "Value #F": "Alarms"}, 12, 4,
                 [field("DVCC", mappings=enums.YES_NO, custom__align="left"), field("BMS in control", mappings=enums.YES_NO), field("Charge voltage", "volt"),
                  field("Charge current limit", "amp"), field("Solar current limited", mappings=enums.YES_NO), field("Alarms", mappings=enums.ALARM, **TEXT_CELL)])


def configuration():
    changed = " + on (site, device, instance) ".join(f"changes(victron_settings_ess_{name}{{@}}[24h])" for name in ("mode", "minimum_state_of_charge_limit_ratio"))
    return table("Configuration", "What is set, and how often it changed in 24 hours; orange is drift that somebody should know of.",
                 [rows("max by (site) (victron_settings_ess_mode{@})"), rows("max by (site) (victron_settings_ess_minimum_state_of_charge_limit_ratio{@})"),
                  rows("max by (site) (victron_settings_ess_max_feed_in_power_watts{@})"), rows("max by (site) (device:victron_grid_code:parameter{%})"),
                  rows("max by (site) (victron_vebus_ess_assistant_id{@})"), rows(f"max by (site) ({changed})")],
                 {"Value #A": "Hub-4 mode", "Value #B": "Minimum SOC", "Value #C": "Feed-in limit", "Value #D": "Grid code", "Value #E": "ESS assistant", "Value #F": "Changes 24 h"},
                 12, 4, [field("Hub-4 mode", mappings=enums.of("victron_settings_ess_mode"), custom__align="left", custom__width=260), field("Minimum SOC", "percentunit"),
                         field("Feed-in limit", "watt"), field("Changes 24 h", steps="zero is good, else warning", **TEXT_CELL)])
