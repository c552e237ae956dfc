"""Codes in words: each code that a text has words for is told by them, and no other code by those of another.

promtool says what an alert says when it was expected not to fire; a code is a station, and one run tells all. The rules
are the shipped ones without the time that they wait.
"""

import re
import subprocess

import pytest
import rule_subset
import yaml
from promtool_life import RULES

PATIENCE = 120  # seconds
TOLD = re.compile(r'Annotations:{.*?description="((?:[^"\\]|\\.)*)".*?summary="(\d+): ((?:[^"\\]|\\.)*)"')

VEBUS, BATTERY = 'device="vebus",instance="276"', 'device="battery",instance="512"'
SOLAR, CHARGER = 'device="solarcharger",instance="279"', 'device="charger",instance="1"'
EV, GENERATOR, SENSOR = 'device="evcharger",instance="40"', 'device="generator",instance="0"', 'device="temperature",instance="24"'
INPUT, LOGGER = 'device="digitalinput",instance="1"', 'device="logger",instance="0"'
DAYLIGHT, ESS = {"site:victron_daylight:bool{}": "1 1"}, {'victron_settings_dynamic_ess_mode{device="settings",instance="0"}': "1 1"}
TANK = 'device="tank",instance="20"'
EMPTY = {f"victron_tank_level_ratio{{{TANK}}}": "0.01 0.01", f"device:victron_tank_low_warning_ratio:parameter{{{TANK}}}": "0.1 0.1"}
FULL = {f"victron_tank_level_ratio{{{TANK}}}": "0.9 0.9", f"device:victron_tank_high_warning_ratio:parameter{{{TANK}}}": "0.8 0.8"}
COLD = {f"device:victron_temperature_low_celsius:parameter{{{SENSOR}}}": "5 5", f"victron_temperature_celsius{{{SENSOR}}}": "-1 -1"}
ROOM = {f"device:victron_temperature_high_celsius:parameter{{{SENSOR}}}": "30 30", f"victron_temperature_celsius{{{SENSOR}}}": "35 35"}

ISOLATOR = "First: switch off the isolator of the panels, touch neither panels nor cables"
ALONE = "First: leave it alone and call the installer with the number."


def codes(alert, series, told, more=None):
    """A row a code: the alert, what the station reports an hour apart, and words of the text; a number stays what it is."""
    return [(alert, {series: value if isinstance(value, str) else f"{value} {value}"} | (more or {}), words) for value, words in told.items()]


ROWS = [
    *codes("VictronVebusError", f"victron_vebus_error_code{{{VEBUS}}}", {
        1: "error 1 (a unit is switched off or missing;", 3: "error 3 (a unit is switched off or missing;",
        4: "error 4 (no other unit found;", 5: "error 5 (overvoltage at the output;", 18: "error 18 (overvoltage at the output;",
        8: "error 8 (a relay test failed;", 11: "error 11 (a relay test failed;", 128: "error 128 (a relay test failed;",
        10: "error 10 (the units lost their common clock;", 14: "error 14 (data error on the cable between the units;",
        17: "error 17 (the leading unit of a phase is missing;", 24: "error 24 (protection;",
        25: "error 25 (units with different firmware;", 26: "error 26 (internal error;", 16: "error 16 (see the runbook;"}),
    *codes("VictronDeviceErrorCode", f"victron_charger_error_code{{{CHARGER}}}", {
        1: "error 1 (0 is none; the battery is too hot).", 2: "error 2 (0 is none; the battery voltage is too high).",
        17: "error 17 (0 is none; it is too hot).", 20: "error 20 (0 is none; it charges for too long).",
        33: "error 33 (0 is none; too much input voltage or current).", 34: "error 34 (0 is none; too much input voltage or current).",
        67: "error 67 (0 is none; it does not hear the BMS).", 116: "error 116 (0 is none; its settings are lost).",
        119: "error 119 (0 is none; its settings are lost).", 5: "error 5 (0 is none). It has stopped",
        14: "(the battery is too cold to charge; 0 is none). It goes on with limits. First: warm the place",
        65: "(a device of its network disappeared; 0 is none). It goes on with limits. First: see that the devices",
        66: "(a device in its network does not fit; 0 is none). It goes on with limits. First: see that the devices",
        122: "(its history is lost; 0 is none). It works as before. First: see that it works as usual"}),
    # The codes of a battery are others.
    *codes("VictronDeviceErrorCode", f"victron_battery_error_code{{{BATTERY}}}", {1: "error 1 (0 is none). It has stopped"}),
    *codes("VictronSolarChargerError", f"victron_solarcharger_error_code{{{SOLAR}}}", {
        2: f"error 2 (the battery voltage is too high; 0 is none), which stops it and may be dangerous. {ALONE}",
        33: f"error 33 (the panel voltage is too high; 0 is none), which stops it and may be dangerous. {ISOLATOR}",
        34: "error 34 (too much current or power from the panels;", 35: "error 35 (too much current or power from the panels;",
        36: "error 36 (the panels are connected the wrong way round;", 38: "error 38 (its solar input was shut down;",
        40: "error 40 (its solar input was shut down;", 41: "error 41 (bad insulation or a ground fault;",
        43: f"error 43 (bad insulation or a ground fault; 0 is none), which stops it and may be dangerous. {ISOLATOR}",
        67: f"error 67 (a defect, or the battery management is lost; 0 is none), which stops it and may be dangerous. {ALONE}",
        20: "error 20 (0 is none): it harvests less or nothing."}),
    *codes("VictronSolarIsolationLow", f"victron_solarcharger_error_code{{{SOLAR}}}", {
        41: "error 41 (bad insulation of the panels;", 42: "error 42 (more than 30 mA leak to earth;", 43: "error 43 (a fault of its ground relay;"}),
    *codes("VictronEvChargerFault", f"victron_evcharger_status{{{EV}}}", {
        8: "status 8 (it has no earth;", 9: "status 9 (its contacts are welded, the plug stays live;", 10: "status 10 (its control contact is shorted;",
        11: "status 11 (current leaks to earth;", 12: "status 12 (the voltage is too low;", 13: "status 13 (the voltage is too high;",
        14: "status 14 (it is too hot;"}),
    *[row for alarm, words in {
        "Communication": "a battery does not answer", "Voltage": "the batteries differ in voltage",
        "NrOfBatteries": "the number of batteries is wrong", "InvalidConfiguration": "series or parallel is set wrongly"}.items()
      for row in codes("VictronSmartLithiumError", f'victron_alarm_state{{{BATTERY},alarm="ErrorsSmartLithium{alarm}"}}', {
          2: f"reports the error {alarm}: {words} (state 2; 0 is ok)"})],
    *codes("VictronDigitalInputAlarm", f"victron_digitalinput_type{{{INPUT}}}", {
        2: "set up as: door alarm.", 3: "set up as: bilge pump.", 4: "set up as: bilge alarm (water in the boat).", 5: "set up as: burglar alarm.",
        6: "set up as: smoke alarm.", 7: "set up as: fire alarm.", 8: "set up as: CO2 alarm.", 9: "set up as: something else."},
        {f'victron_alarm_state{{{INPUT},alarm="Input"}}': "2 2"}),
    *codes("VictronDigitalInputAlarm", f"victron_digitalinput_type{{{INPUT}}}", {
        number: f"summary: {kind} (contact 1) has tripped" for number, kind in enumerate((
            "door alarm", "bilge pump", "bilge alarm", "burglar alarm", "smoke alarm", "fire alarm", "CO2 alarm", "alarm contact"), 2)},
        {f'victron_alarm_state{{{INPUT},alarm="Input"}}': "2 2"}),
    *codes("VictronGxVrmBacklog", f"victron_logger_buffer_error_state{{{LOGGER}}}", {
        1: "reports error 1: it is full (0 is none)", 2: "error 2: it cannot be read or written", 3: "error 3: it cannot be read or written",
        4: "error 4: it holds firmware", 5: "error 5: it is write-protected"}, {f"victron_logger_buffer_records{{{LOGGER}}}": "5 5"}),
    *codes("VictronBatteryInternalFailure", f"victron_battery_mode{{{BATTERY}}}", {
        "3 4": "512 was switched off (code 4;", "3 252": "512 was put on standby (code 252;", "3 5": "512 is not in its normal mode (code 5;"}),
    *codes("VictronBatteryInternalFailure", f"victron_battery_state{{{BATTERY}}}", {10: "512 is in the state Error (code 10;"}),
    *codes("VictronBatteryInternalFailure", f'victron_alarm_state{{{BATTERY},alarm="Contactor"}}', {
        2: "512 reports an internal failure, a contactor fault or a tripped breaker (code 2;"}),
    *codes("VictronGeneratorError", f"victron_generator_error_code{{{GENERATOR}}}", {
        1: "(code 1: its remote start is switched off;", 2: "(code 2: a fault at the generator;", 3: "(code 3: its power does not reach the inverter;",
        4: "(code 4: it is not enabled on the GX;", 9: "(code 9: see its manual;"}),
    *codes("VictronDynamicEssError", 'victron_system_dynamic_ess_error_code{device="system",instance="0"}', {
        1: 'error 1 (no ESS; 0 is none): buying and selling by tariff does not happen. First: set the ESS mode "Optimized" on the GX.',
        2: 'First: set the ESS mode "Optimized" on the GX.', 3: "First: see whether the station reaches VRM and a plan exists there.",
        4: "First: wait until the battery is charged.", 5: "First: enter the capacity of the battery in VRM.",
        6: "First: look at VRM and tell the installer the number."}, ESS),
    *codes("VictronSolarChargerOff", f"victron_solarcharger_device_off_reason{{{SOLAR}}}", {
        2: "(must be on), by its power switch. Its panels", 4: "(must be on), by its menu. Its panels", 8: "(must be on), by its remote input. Its panels",
        16: "(must be on), to protect itself. Its panels", 32: "(must be on), by pay-as-you-go. Its panels",
        64: "(must be on), by the battery management. Its panels", 128: "(must be on), as the engine is off. Its panels",
        256: "(must be on), while it checks its input. Its panels", 512: "(must be on), as the battery is too cold. Its panels",
        2048: "(must be on), as the battery is too low. Its panels", 4096: "(must be on), as its input voltage is too low. Its panels",
        8192: "(must be on), for lack of data from the control network. Its panels",
        68: "(must be on), by its menu, by the battery management. Its panels"}, DAYLIGHT | {f"victron_solarcharger_state{{{SOLAR}}}": "0 0"}),
    *codes("VictronSolarChargerOff", f"victron_solarcharger_mode{{{SOLAR}}}", {4: "(must be on), by its mode. Its panels"}, DAYLIGHT),
    *codes("VictronTemperatureOutOfRange", f"victron_temperature_sensor_type{{{SENSOR}}}", {
        0: "First: switch off chargers, the isolators of the panels and large loads; let cool air in. If this is normal",
        1: "First: see that its door is shut and that it has power; if it stays warm, move the food. If this is normal",
        3: "First: let cool air in, see that its fan has power, switch off what heats there. If this is normal",
        5: "First: switch the heater off, its thermostat may stick. If this is normal",
        6: "First: see that its door is shut and that it has power; if it stays warm, move the food. If this is normal"}, ROOM),
    *codes("VictronTemperatureOutOfRange", f"victron_temperature_sensor_type{{{SENSOR}}}", {
        0: "First: warm the place; switch off chargers and the isolators of the panels until it is warmer. If this is normal",
        1: "First: set it warmer at its own knob. If this is normal", 3: "First: warm the place. If this is normal",
        5: "First: see that the heater has power. If this is normal"}, COLD),
    ("VictronTemperatureOutOfRange", ROOM, "First: let cool air in, see that its fan has power, switch off what heats there. If this is normal"),
    *codes("VictronTankLow", f"victron_tank_fluid_type{{{TANK}}}", {
        number: f"Tank 20 with {content} is at 1%" for number, content in enumerate((
            "fuel", "fresh water", "waste water", "live well water", "oil", "sewage", "petrol", "diesel", "gas", "gas", "hydraulic oil",
            "raw water", "unknown content"))}, EMPTY),
    *codes("VictronTankHigh", f"victron_tank_fluid_type{{{TANK}}}", {
        1: "overflows. First: stop filling it. If", 2: "overflows. First: have it emptied. If", 5: "overflows. First: have it emptied. If"}, FULL),
    ("VictronTankHigh", FULL, "overflows. First: see on the GX screen (device list) what it holds: waste water: have it emptied; else stop filling it. If"),
]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """{number of a row: what its station is told, by each level}"""
    folder = tmp_path_factory.mktemp("codes")
    asked = {alert for alert, *_ in ROWS}
    rules = [{key: value for key, value in rule.items() if key != "for"} for path in sorted(RULES.glob("alerts-*.yml"))
             for group in rule_subset.read(path)["groups"] for rule in group["rules"] if rule["alert"] in asked]
    (folder / "rules.yml").write_text(yaml.dump({"groups": [{"name": "codes", "rules": rules}]}, Dumper=rule_subset.Dumper, allow_unicode=True))
    series = [{"series": name.replace("{", f'{{site="{number}",', 1), "values": values}
              for number, (_, inputs, _) in enumerate(ROWS) for name, values in inputs.items()]
    test = {"interval": "1h", "input_series": series,
            "alert_rule_test": [{"eval_time": "1h", "alertname": alert, "exp_alerts": []} for alert in sorted(asked)]}
    file = folder / "codes.yml"
    file.write_text(yaml.dump({"rule_files": ["rules.yml"], "evaluation_interval": "1h", "tests": [test]}, Dumper=rule_subset.Dumper))
    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, timeout=PATIENCE)
    found = {}
    for text, number, summary in TOLD.findall(done.stdout + done.stderr):
        found.setdefault(int(number), []).extend(said.replace('\\"', '"') for said in (text, f"summary: {summary}"))
    return found


@pytest.mark.parametrize(("number", "words"), [(number, words) for number, (*_, words) in enumerate(ROWS)],
                         ids=[f"{row[0]}-{number}" for number, row in enumerate(ROWS)])
def test_a_code_is_told_in_words(texts, number, words):
    assert any(words in text for text in texts.get(number, [])), texts.get(number, "it is silent")
