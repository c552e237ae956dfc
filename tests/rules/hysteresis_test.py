"""An alert that asks whether it fires already ends at another limit than it begins at.

Each such rule has two stations: `held` goes beyond the limit, then between both limits, where the alert stays, and outside of
them, where it ends; `never` is between them all the time, which is no reason to begin.
"""

import re
import subprocess

import promtool_life
import pytest
import rule_subset
import yaml

STEP = 240  # seconds; longer, and a rule does not find its own alert of the step before
LONG = 7200  # seconds; a rule that waits longer needs days
PHASES = {"short": 5400, "long": 26 * 3600}  # seconds; longer than the wait, and than window and keep_firing_for, of any of these rules
PATIENCE = 300

BATTERY = 'device="battery",instance="512"'
SYSTEM = 'device="system",instance="0"'
VEBUS = 'device="vebus",instance="276"'
TANK = 'device="tank",instance="20"'
SENSOR = 'device="temperature",instance="24"'

SOC = f"device:victron_battery_state_of_charge_ratio:now{{{SYSTEM}}}"
VOLTAGE = f"device:victron_battery_voltage_volts:avg1m{{{BATTERY}}}"
HOTTEST = f"device:victron_battery_temperature_celsius:max{{{BATTERY}}}"
LEVEL = f"victron_tank_level_ratio{{{TANK}}}"
LEFT = f"device:victron_battery_time_to_empty_seconds:now{{{SYSTEM}}}"
HIGHEST_CELL, LOWEST_CELL = f"victron_battery_max_cell_voltage_volts{{{BATTERY}}}", f"victron_battery_min_cell_voltage_volts{{{BATTERY}}}"
SPREAD = f"device:victron_cell_voltage_delta_volts:mid{{{BATTERY}}}"
HEALTH = f"device:victron_battery_state_of_health_ratio:hourly{{{BATTERY}}}"
FREQUENCY, IMBALANCE = "site:victron_grid_frequency_hertz:avg1m", "site:victron_grid_voltage_imbalance_ratio:avg10m"
LOAD = f'victron_vebus_ac_output_phase_apparent_power_voltamperes{{{VEBUS},phase="L1"}}'
FREE = 'victron_logger_buffer_free_bytes{device="logger",instance="0"}'
OFFSET = f"victron_clock_offset_seconds{{{SYSTEM}}}"
AIR = f"victron_temperature_celsius{{{SENSOR}}}"
UP = {"site:victron_up:max": 1}
GENERATOR = {'device:victron_generator_present:bool{device="generator",instance="0"}': 1}
INVERTER = {f"device:victron_inverter_nominal_power_watts:parameter{{{VEBUS}}}": 5000, f'victron_vebus_ac_output_phase_power_watts{{{VEBUS},phase="L1"}}': 1000}
RANGE = {f"device:victron_temperature_{end}_celsius:parameter{{{SENSOR}}}": value for end, value in (("high", 30), ("low", 5))}
MISMATCH = {f"victron_battery_voltage_volts{{{BATTERY}}}": 50, f"device:victron_battery_selected:bool{{{BATTERY}}}": 1,
            f"device:victron_battery_nominal_voltage_volts:parameter{{{BATTERY}}}": 48, f"device:victron_battery_c_rate:avg5m{{{BATTERY}}}": 0.2}


def limit(name, value, device=BATTERY):
    return {f"device:victron_{name}:parameter{{{device}}}": value}


def grid(**values):
    return {f"site:victron_grid_{name}:parameter": value for name, value in values.items()} | UP


def volts(level):
    warning = level == "warning"
    return grid(nominal_voltage_volts=230, **{f"voltage_high_{level}_ratio": 1.1 if warning else 1.15, f"voltage_low_{level}_ratio": 0.9 if warning else 0.85})


def phase(window):
    return f'phase:victron_grid_voltage_volts:{window}{{phase="L1"}}'


def score(component, device):
    return f'device:victron_risk_score:sum{{{device},component="{component}"}}'


def restored(kind, value):
    return {f"victron_tank_setting_{kind}_alarm_restore_level_ratio{{{TANK}}}": value, f"victron_tank_setting_{kind}_alarm_enabled{{{TANK}}}": 1}


# (alert, severity, what changes, (beyond the limit, between both, outside), what stays)
CASES = [
    ("BatterySocLow", "warning", SOC, (0.15, 0.225, 0.235), limit("soc_low_ratio", 0.2, SYSTEM)),
    ("BatterySocCritical", "critical", SOC, (0.05, 0.115, 0.125), limit("soc_critical_ratio", 0.1, SYSTEM)),
    ("BatterySocCritical", "critical", SOC, (0.24, 0.265, 0.275), limit("soc_critical_ratio", 0.1, SYSTEM) | limit("soc_minimum_ratio", 0.3, SYSTEM)),
    ("BatteryTimeToEmptyShort", "warning", LEFT, (14000, 17900, 18100), {}),
    ("BatteryTimeToEmptyShort", "critical", LEFT, (3500, 4400, 4600), {}),
    ("BatteryVoltageLow", "warning", VOLTAGE, (45.5, 46.3, 46.4), limit("battery_voltage_low_volts", 45)),
    ("BatteryVoltageLow", "critical", VOLTAGE, (44.5, 45.4, 45.5), limit("battery_voltage_low_volts", 45)),
    ("BatteryOvervoltage", "warning", VOLTAGE, (54.2, 53.8, 53.7), limit("battery_voltage_high_volts", 53.2)),
    ("BatteryOvervoltage", "critical", VOLTAGE, (55, 54.6, 54.5), limit("battery_voltage_high_volts", 53.2)),
    ("BatteryChargeCurrentOverLimit", "warning", f"device:victron_battery_charge_current_utilisation_ratio:avg1m{{{BATTERY}}}", (1.2, 1.06, 1.04), {}),
    ("BatteryTemperatureHigh", "warning", HOTTEST, (46, 43.5, 42.5), limit("battery_temperature_high_warning_celsius", 45)),
    ("BatteryTemperatureHigh", "critical", HOTTEST, (56, 53.5, 52.5), limit("battery_temperature_high_critical_celsius", 55)),
    ("BatteryTemperatureLow", "warning", f"device:victron_battery_temperature_celsius:min{{{BATTERY}}}", (4, 6.5, 7.5),
     limit("battery_temperature_low_warning_celsius", 5)),
    ("BatteryTemperatureSpread", "warning", f"device:victron_cell_temperature_delta_celsius:now{{{BATTERY}}}", (6, 4.1, 3.9), {}),
    ("BatteryCellVoltageHigh", "warning", HIGHEST_CELL, (3.62, 3.59, 3.57), limit("cell_voltage_high_warning_volts", 3.6)),
    ("BatteryCellVoltageHigh", "critical", HIGHEST_CELL, (3.66, 3.64, 3.62), limit("cell_voltage_high_critical_volts", 3.65)),
    ("BatteryCellVoltageLow", "warning", LOWEST_CELL, (2.85, 2.94, 2.96), limit("cell_voltage_low_warning_volts", 2.9)),
    ("BatteryCellVoltageLow", "critical", LOWEST_CELL, (2.75, 2.84, 2.86), limit("cell_voltage_low_critical_volts", 2.8)),
    ("BatteryCellImbalance", "warning", SPREAD, (0.09, 0.065, 0.055), limit("cell_spread_warning_volts", 0.08)),
    ("BatteryCellImbalance", "critical", SPREAD, (0.16, 0.135, 0.125), limit("cell_spread_critical_volts", 0.15)),
    ("BatteryVoltageMismatch", "warning", f"victron_vebus_dc_voltage_volts{{{VEBUS}}}", (50.6, 50.45, 50.3), MISMATCH),
    ("BatterySohLow", "warning", HEALTH, (0.79, 0.805, 0.815), limit("soh_low_ratio", 0.8)),
    ("BatterySohLow", "critical", HEALTH, (0.69, 0.705, 0.715), limit("soh_end_of_life_ratio", 0.7)),
    ("BatterySocDisagreement", "warning", f"victron_vebus_state_of_charge_ratio{{{VEBUS}}}", (0.65, 0.58, 0.56),
     {f"victron_battery_state_of_charge_ratio{{{BATTERY}}}": 0.5}),
    ("GeneratorFuelLow", "warning", LEVEL, (0.2, 0.27, 0.29), limit("fuel_low_ratio", 0.25, TANK) | GENERATOR),
    ("GeneratorFuelLow", "critical", LEVEL, (0.05, 0.12, 0.14), limit("fuel_critical_ratio", 0.1, TANK) | GENERATOR),
    ("GridFrequencyAbnormal", "warning", FREQUENCY, (50.6, 50.45, 50.35), grid(nominal_frequency_hertz=50, frequency_deviation_warning_hertz=0.5)),
    ("GridFrequencyAbnormal", "critical", FREQUENCY, (48.9, 49.05, 49.15), grid(nominal_frequency_hertz=50, frequency_deviation_critical_hertz=1)),
    ("GridVoltageAbnormal", "warning", phase("avg10m"), (255, 251, 250), volts("warning")),
    ("GridVoltageAbnormal", "warning", phase("avg10m"), (205, 209, 210), volts("warning")),
    ("GridVoltageAbnormal", "critical", phase("avg1m"), (266, 263, 262), volts("critical")),
    ("GridVoltageAbnormal", "critical", phase("avg1m"), (194, 197, 198), volts("critical")),
    ("GridVoltageImbalance", "warning", IMBALANCE, (0.03, 0.016, 0.014), UP),
    ("GridVoltageImbalance", "critical", IMBALANCE, (0.06, 0.046, 0.044), UP),
    ("GxDiskFull", "warning", FREE, (400e6, 540e6, 560e6), {}),
    ("GxDiskFull", "critical", FREE, (90e6, 108e6, 112e6), {}),
    ("GxWifiWeak", "warning", f"victron_platform_wifi_signal_strength_ratio{{{SYSTEM}}}", (0.3, 0.44, 0.46), {f"victron_platform_wifi_state{{{SYSTEM}}}": 4}),
    ("GxClockSkew", "warning", OFFSET, (70, 31, 29), {}),
    ("GxClockSkew", "warning", OFFSET, (-70, -31, -29), {}),
    ("InverterLoadHigh", "warning", LOAD, (4600, 4300, 4200), INVERTER),
    ("InverterLoadHigh", "critical", LOAD, (5600, 5300, 5200), INVERTER),
    ("BatteryRiskHigh", "warning", score("battery", BATTERY), (45, 36, 34), {}),
    ("BatteryRiskHigh", "critical", score("battery", BATTERY), (65, 56, 54), {}),
    ("InverterRiskHigh", "warning", score("inverter", VEBUS), (45, 36, 34), {}),
    ("StationRiskHigh", "warning", 'site:victron_risk_score:max{component="station"}', (45, 36, 34), {}),
    ("TankLow", "warning", LEVEL, (0.15, 0.22, 0.24), limit("tank_low_warning_ratio", 0.2, TANK)),
    ("TankLow", "warning", LEVEL, (0.15, 0.29, 0.31), limit("tank_low_warning_ratio", 0.2, TANK) | restored("low", 0.3)),
    ("TankLow", "critical", LEVEL, (0.05, 0.12, 0.14), limit("tank_low_critical_ratio", 0.1, TANK)),
    ("TankHigh", "warning", LEVEL, (0.85, 0.78, 0.76), limit("tank_high_warning_ratio", 0.8, TANK)),
    ("TankHigh", "warning", LEVEL, (0.85, 0.61, 0.59), limit("tank_high_warning_ratio", 0.8, TANK) | restored("high", 0.6)),
    ("TankHigh", "critical", LEVEL, (0.95, 0.88, 0.86), limit("tank_high_critical_ratio", 0.9, TANK)),
    ("TemperatureOutOfRange", "warning", AIR, (31, 28.5, 27.5), RANGE),
    ("TemperatureOutOfRange", "warning", AIR, (4, 6.5, 7.5), RANGE),
    ("TemperatureOutOfRange", "critical", AIR, (41, 38.5, 37.5), RANGE),
    ("TemperatureOutOfRange", "critical", AIR, (-6, -3.5, -2.5), RANGE),
]


def rules_with_memory():
    """{(alert without Victron, severity): rule} of those that ask for themselves."""
    rules = [rule for path in promtool_life.rule_paths() for group in rule_subset.read(path)["groups"] for rule in group["rules"] if "alert" in rule]
    found = {}
    for rule in rules:
        name, severity = rule["alert"], rule["labels"]["severity"]
        if f'ALERTS{{alertname="{name}", severity="{severity}", alertstate="firing"}}' in rule["expr"]:
            found[name.removeprefix("Victron"), severity] = rule
    return found


RULES = rules_with_memory()


def length(case):
    return "long" if rule_seconds(RULES[case[:2]].get("for", "0s")) > LONG else "short"


def rule_seconds(text):
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[text[-1]]


def at(series, site):
    """The series at a station."""
    name, _, labels = series.rstrip("}").partition("{")
    return f'{name}{{site="{site}"{"," * bool(labels)}{labels}}}'


def inputs(number, case, steps):
    _, _, changes, (beyond, between, outside), stays = case
    yield {"series": at(changes, f"{number}-held"), "values": f"{beyond}x{steps - 1} {between}x{steps - 1} {outside}x{steps - 1}"}
    yield {"series": at(changes, f"{number}-never"), "values": f"{between}x{3 * steps - 1}"}
    for series, value in stays.items():
        for station in ("held", "never"):
            yield {"series": at(series, f"{number}-{station}"), "values": f"{value}x{3 * steps - 1}"}


def checks(number, case, steps):
    """At the end of each part; `never` is in the answer if it ever fires."""
    alert, severity = case[:2]
    asked = f'count by (site) (ALERTS{{alertname="Victron{alert}", severity="{severity}", alertstate="firing", site=~"{number}-.*"}})'
    held = [{"labels": f'{{site="{number}-held"}}', "value": 1}]
    return [{"eval_time": f"{STEP * (part * steps - 1)}s", "expr": asked, "exp_samples": expected} for part, expected in ((1, held), (2, held), (3, []))]


def test_every_rule_with_a_memory_is_here():
    assert set(RULES) == {case[:2] for case in CASES}


@pytest.mark.parametrize("kind", PHASES)
def test_it_ends_at_another_limit_than_it_begins_at(kind, tmp_path):
    chosen = {number: case for number, case in enumerate(CASES) if length(case) == kind}
    steps = PHASES[kind] // STEP
    rules = [RULES[key] | {"annotations": {}} for key in dict.fromkeys(case[:2] for case in chosen.values())]  # texts take most of the time
    (tmp_path / "rules.yml").write_text(yaml.dump({"groups": [{"name": "memory", "rules": rules}]}, Dumper=rule_subset.Dumper, allow_unicode=True))
    test = {"name": "memory", "interval": f"{STEP}s",
            "input_series": [series for number, case in chosen.items() for series in inputs(number, case, steps)],
            "promql_expr_test": [check for number, case in chosen.items() for check in checks(number, case, steps)]}
    file = tmp_path / "memory.yml"
    file.write_text(yaml.dump({"rule_files": ["rules.yml"], "evaluation_interval": f"{STEP}s", "tests": [test]}, Dumper=rule_subset.Dumper, width=1 << 30))
    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, timeout=PATIENCE)
    wrong = re.findall(r'expr: ".*?", time: \S+', done.stdout + done.stderr)
    assert done.returncode == 0, "\n".join(wrong) or done.stdout + done.stderr
