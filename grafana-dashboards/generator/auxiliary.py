"""Generator, tanks, temperatures: will the backup start and is there fuel?"""

from . import enums, palette
from .board import Board, annotations, instance, region, site
from .panels import TEXT_CELL, bars, field, gauge, lines, on_the_right, stat, table, timeline
from .queries import DEVICE, age, banded, coloured, levels, named, now, one, q, rows

NO_GENERATOR = "without a generator"
NO_GENSET = "without a genset that tells its engine"
BY = "max by (site, device, instance)"
# fluid types of a tank, and their colour
FLUIDS = [((0, 6, 7, 8), palette.GENERATOR), ((1,), palette.LOAD), ((2, 5), palette.LOSSES), ((3, 4, 9, 10, 11), palette.CHARGE)]
# types of a temperature sensor: battery; fridge, freezer; outdoor; room, generic; water heater
SENSORS = [((0,), palette.CHARGE), ((1, 6), palette.DISCHARGE), ((4,), palette.L3), ((2, 3), palette.LOAD), ((5,), palette.IMPORT)]


STATE = enums.of("victron_generator_state", running=palette.GENERATOR)


def own(name, device="generator"):
    return one(f"victron_{device}_{name}", selection="@i")


def engine(name):
    return f'{BY} ({{__name__=~"victron_(genset|dcgenset)_{name}", job=~"$job", site=~"$site"}})'


def build():
    board = Board("victron-aux", "Generator, tanks, temperatures", "Will the backup start and is there fuel?", "now-7d", "1m",
                  [region(), site(), instance("generator", "Generator")], annotations(generator=True))
    board.row("Generator $instance", *generator_now(), *generator_past(), repeat="instance")
    board.row("Tanks", *tanks())
    board.row("Temperatures", *temperatures())
    board.row("Other loads", *others(), collapsed=True)
    return board


def generator_now():
    fuel = f"{BY} (victron_tank_level_ratio{{@}}) and {DEVICE} device:victron_tank_fuel:bool{{%}}"
    left = (f"{BY} (victron_tank_remaining_cubic_meters{{@}}) / {DEVICE} "
            "device:victron_generator_fuel_consumption_cubic_meters_per_second:parameter{%}")
    run = own("runtime_seconds")
    return [
        stat("State and reason", "State of the generator and which condition started it.",
             [now(own("state"), "State"), now(own("running_by_condition_code"), "Reason"), now(own("error_code"), "Error")], text="value", empty=NO_GENERATOR,
             words={"State": STATE, "Reason": enums.of("victron_generator_running_by_condition_code"), "Error": enums.of("victron_generator_error_code")}),
        stat("Run time now / today / 30 d", "Of this run, of today and of 30 days. Longer than its limit it is orange: why does it not stop?",
             [banded(run, "device:victron_generator_run_warning_seconds:parameter{%i}", "device:victron_generator_run_critical_seconds:parameter{%i}", "now", above=True),
              now(own("today_runtime_seconds"), "today"), now("max by (site, device, instance) (increase(victron_generator_accumulated_runtime_seconds_total{@i}[30d]))", "30 d")],
             unit="dtdurations", empty=NO_GENERATOR),
        gauge("Next service", "Running time until the service; below 50 hours plan it.",
              [now(own("time_to_service_seconds"), "")], height=5, unit="dtdurations", high=720000, steps="service", empty="without a service interval"),
        stat("Starts 7 d / last run", "How often it started in 7 days and how long it stands. A generator that never runs does not start in need: test it.",
             [now(f"{BY} (changes((victron_generator_state{{@i}} == bool 1)[7d:5m])) / 2", "starts"),
              now(f"time() - ({own('last_start_timestamp_seconds')} or max_over_time(timestamp({own('state')} == 1)[7d:5m]))", "since the last run")], unit="short",
             overrides=[field("since the last run", "dtdurations", steps="last run")], empty=NO_GENERATOR),
        gauge("Fuel and hours left", "Level of the fuel tanks and how long the generator can run on it. Order in time.",
              [banded(f"({fuel})", "device:victron_fuel_low_ratio:parameter{%}", "device:victron_fuel_critical_ratio:parameter{%}", "level of {{instance}}"),
               coloured(now(left, "runs for"), palette.GENERATOR)], height=5, overrides=[field("runs for", "dtdurations", max=7 * 86400)], empty="without a fuel tank"),
        stat("Starter battery", "Voltage of the starter battery of the genset. Below 12.2 V (24.4 V) it may not crank.",
             [coloured(q(engine("starter_voltage_volts"), "Starter battery"), palette.GENERATOR)], unit="volt", sparkline=True, text="value", empty="without a genset that tells it"),
    ]


def generator_past():
    power = f"{BY[:-1]}, phase) (victron_genset_phase_power_watts{{@}})"
    limits = "max by (site) (device:victron_generator_{0}:parameter{{%}})"
    has = f"and on (site) {engine('engine_coolant_temperature_celsius')}"
    return [
        timeline("Runs", "State and reason over time: the pattern of the runs.", [q(own("state"), "State"), q(own("running_by_condition_code"), "Reason")], 24, 6, empty=NO_GENERATOR,
                 words={"State": STATE, "Reason": enums.of("victron_generator_running_by_condition_code")}),
        lines("Power, load, frequency", "Power per phase and load of the engine; below 30 % for long it soots. The frequency is beside it.",
              [q(power, "{{phase}}"), q(engine("engine_load_ratio"), "Engine load of the generator")], 12, 8, "watt", min=0,
              overrides=[on_the_right("Engine load of the generator", "percentunit", min=0, max=1.2)], empty=NO_GENSET),
        lines("Generator frequency", "A governor that hunts shows here first.", [q(f"{engine('(phase_)?frequency_hertz')} > 0", "Generator")], 12, 8, "rothz", fill=0, empty=NO_GENSET),
        lines("Engine", "Coolant, windings, exhaust, oil and the limits of the coolant.",
              [q(engine(f"engine_{part}_temperature_celsius"), title) for part, title in (("coolant", "Coolant"), ("winding", "Winding"), ("exhaust", "Exhaust"), ("oil", "Oil"))]
              + [q(f"{limits.format('coolant_temperature_warning_celsius')} {has}", "Coolant warning"), q(f"{limits.format('coolant_temperature_critical_celsius')} {has}", "Coolant critical")],
              16, 8, "celsius", fill=0, empty=NO_GENSET),
        lines("Oil pressure", "While running, with its lowest limit.",
              [q(engine("engine_oil_pressure_pascals"), "Generator"), q(f"{limits.format('oil_pressure_low_pascals')} and on (site) {engine('engine_oil_pressure_pascals')}", "critical")],
              8, 8, "pressurepa", min=0, empty=NO_GENSET),
    ]


def tank_levels(level, sign, warning, critical):
    bad, poor = f"{level} {sign} {DEVICE} {critical}", f"{level} {sign} {DEVICE} {warning}"
    return [named(expression) for expression in (f"{level} unless {DEVICE} ({poor}) unless {DEVICE} ({bad})", f"({poor}) unless {DEVICE} ({bad})", bad)]


def tanks():
    level, remaining = one("victron_tank_level_ratio"), one("victron_tank_remaining_cubic_meters")
    waste = "device:victron_tank_waste:bool{%}"
    limit = "device:victron_tank_{0}_ratio:parameter{{%}}"
    name = "{{device_name}} {{instance}}"
    bands = [levels(*tank_levels(*kind), name) for kind in ((f"({level} unless {DEVICE} {waste})", "<", limit.format("low_warning"), limit.format("low_critical")),
                                (f"({level} and {DEVICE} {waste})", ">", limit.format("high_warning"), limit.format("high_critical")))]
    by_fluid = [q(named(f"{level} and {DEVICE} {of_kind('victron_tank_fluid_type', kinds)}"), name) for kinds, _ in FLUIDS]
    used = "sum_over_time(device:victron_tank_remaining_cubic_meters:decrease1h{%}[1d]) * 1000"
    return [
        bars("Tank", "Level of every tank, coloured by the limits of the station or the tank: supplies are red near empty, waste near full.", bands, 6, 8, "percentunit",
             min=0, max=1, empty="without tanks"),
        lines("Levels", "A steady fall is use, a step a refill or a leak. Fuel is brown, fresh water blue, waste grey.", by_fluid, 18, 8, "percentunit", min=0, max=1, fill=0,
              tints=[colour for _, colour in FLUIDS], empty="without tanks"),
        stat("Tank contents", "What is in the tanks.", [now(named(remaining) + " * 1000", name)], 12, 4, "litre",
             text="value_and_name", orientation="vertical", colour=palette.LOAD, empty="without tanks that know their size"),
        stat("Use per day", "By how much the tanks fell in the last 24 hours; filling does not count.", [now(named(used), name)], 12, 4, "litre", text="value_and_name",
             orientation="vertical", decimals=1, colour=palette.LOAD, empty="without tanks that know their size"),
    ]


def of_kind(metric, kinds):
    """Devices whose enum is one of these numbers."""
    return f"{BY} ({' or '.join(f'{metric}{{@}} == {kind}' for kind in kinds)})"


def temperatures():
    value = f"{BY} (victron_temperature_celsius{{@}})"
    columns = {"custom_name": "Name", "product_name": "Product", "instance": "Instance", "Value #B": "Kind", "Value #C": "Now", "Value #E": "Min 24 h", "Value #F": "Max 24 h",
               "Value #G": "High limit", "Value #D": "Humidity", "Value #H": "Battery", "Value #I": "Status", "Value #J": "Data age"}
    queries = [
        rows('max by (site, device, instance, product_name, custom_name) (victron_device_info{@, device="temperature"})'), rows(f"{BY} (victron_temperature_sensor_type{{@}})"), rows(value),
        rows(f"{BY} (victron_temperature_humidity_ratio{{@}})"), rows("min by (site, device, instance) (min_over_time(victron_temperature_celsius{@}[24h]))"),
        rows(f"{BY} (max_over_time(victron_temperature_celsius{{@}}[24h]))"), rows("device:victron_temperature_high_celsius:parameter{%}"),
        rows(f"{BY} (victron_temperature_battery_voltage_volts{{@}})"), rows(f"{BY} (victron_temperature_status{{@}})"),
        rows(age('victron_device_last_update_timestamp_seconds', "site, device, instance").replace("{@}", '{@, device="temperature"}'))]
    fields = [
        field("Name", custom__width=120), field("Product", custom__width=150), field("Instance", custom__width=75),
        field("Kind", mappings=enums.of("victron_temperature_sensor_type"), custom__width=100), field("/^(Now|Min 24 h|Max 24 h|High limit)$/", "celsius", custom__width=80),
        field("Humidity", "percentunit", custom__width=75), field("Battery", "volt", custom__width=70), field("Status", mappings=enums.of("victron_temperature_status"), custom__width=80),
        field("Data age", "dtdurations", steps="device age", custom__width=90, **TEXT_CELL)]
    air = [("carbon_dioxide_parts_per_million", "CO2", "ppm", palette.LOAD), ("particulate_matter_grams_per_cubic_meter * 1e6", "PM2.5", "conμgm3", palette.GENERATOR),
           ("volatile_organic_compounds_index", "VOC index", "none", palette.CHARGE), ("nitrogen_oxides_index", "NOx index", "none", palette.IMPORT)]
    return [
        table("Sensors", "All temperature sensors with the range of 24 hours, their battery and the age of their data.", queries, columns, 14, 9, fields,
              sort=[("Data age", True)], empty="without sensors"),
        lines("Temperatures", "All sensors, each by its name; the colour is the kind: battery, fridge and freezer, outdoor, room, water heater.",
              [q(named(f"{value} and {DEVICE} {of_kind('victron_temperature_sensor_type', kinds)}"), "{{device_name}} {{instance}}") for kinds, _ in SENSORS], 10, 9, "celsius",
              fill=0, tints=[colour for _, colour in SENSORS], empty="without sensors"),
        lines("Air quality", "CO2, particles, VOC and NOx of sensors that tell them; what is no CO2 is on the right.",
              [coloured(q(f"{BY} (victron_temperature_{name.split(' ')[0]}{{@}}){name[len(name.split(' ')[0]):]}", f"{title} {{{{instance}}}}"), colour) for name, title, _, colour in air],
              8, 7, "none", fill=0, min=0, overrides=[field(f"/^{title}/", unit=unit, custom__axisPlacement="left" if unit == "ppm" else "right") for _, title, unit, _ in air],
              empty="without such sensors"),
        lines("Humidity", "Of all sensors that tell it; above 70 % for long there will be mould, and rust.", [q(named(f"{BY} (victron_temperature_humidity_ratio{{@}})"), "{{device_name}} {{instance}}")],
              8, 7, "percentunit", fill=0, min=0, max=1, empty="without such sensors"),
        lines("Air pressure", "A fast fall is a storm.", [q(named(f"{BY} (victron_temperature_pressure_pascals{{@}})") + " / 100", "{{device_name}} {{instance}}")], 8, 7, "pressurehpa",
              fill=0, decimals=0, empty="without such sensors"),
    ]


def others():
    def told(metric):
        return named(f"{BY} ({metric}{{@}})")

    return [
        timeline("EV charger, digital inputs, relays, pumps, alternators", "State of what else is there. A row that is missing does not exist here.",
                 [q(told("victron_evcharger_status"), "EV charger {{device_name}}"), q(told("victron_digitalinput_state"), "Input {{device_name}}"),
                  q("max by (site, relay) (victron_system_relay_state{@})", "Relay {{relay}}"), q(told("victron_pump_running"), "Pump {{device_name}}"),
                  q(told("victron_alternator_state"), "Alternator {{device_name}}")], 24, 6, empty="without such devices",
                 words={"/^EV charger/": enums.of("victron_evcharger_status"), "/^Input/": enums.of("victron_digitalinput_state"),
                        "/^Relay/": enums.of("victron_system_relay_state"), "/^Pump/": enums.YES_NO, "/^Alternator/": enums.of("victron_alternator_state")}),
        table("EV chargers and alternators", "State, power and energy of the session.",
              [rows('max by (site, device, instance, product_name, custom_name) (victron_device_info{@, device=~"evcharger|alternator"})'),
               rows(f'{BY} ({{__name__=~"victron_(evcharger|alternator_dc)_power_watts", job=~"$job", site=~"$site"}})'), rows(f"{BY} (victron_evcharger_session_energy_joules{{@}}) / 3.6e6"),
               rows(f"{BY} (victron_evcharger_status{{@}})")],
              {"device": "Device", "custom_name": "Name", "product_name": "Product", "instance": "Instance", "Value #D": "Status", "Value #B": "Power", "Value #C": "Session"}, 24, 5,
              [field("Power", "watt"), field("Session", "kwatth"), field("Status", mappings=enums.of("victron_evcharger_status"))], empty="without such devices"),
    ]
