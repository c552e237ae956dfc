"""Generator, tanks, temperatures: will the backup start and is there fuel?"""

from . import enums, palette, panels
from .board import Board, annotations, instance, region, site
from .panels import STEPS, bars, field, gauge, lines, stat, table, timeline
from .queries import DEVICE, banded, levels, named, now, one, q, rows

NO_GENERATOR = "Empty without a generator."
NO_GENSET = "Empty without a genset that tells its engine."


def own(name, device="generator"):
    return one(f"victron_{device}_{name}", selection="@i")


def engine(name):
    return f'max by (site, device, instance) ({{__name__=~"victron_(genset|dcgenset)_{name}", job=~"$job", site=~"$site"}})'


def build():
    board = Board("victron-aux", "Generator, tanks, temperatures", "Will the backup start and is there fuel?", "now-7d", "1m",
                  [region(), site(), instance("generator", "Generator")], annotations(generator=True))
    board.row("Generator $instance", *generator_now(), *generator_past(), repeat="instance")
    board.row("Tanks", *tanks())
    board.row("Temperatures", *temperatures())
    board.row("Other loads", *others(), collapsed=True)
    return board


def generator_now():
    service = own("time_to_service_seconds")
    fuel = f"max by (site, device, instance) (victron_tank_level_ratio{{@}}) and {DEVICE} device:victron_tank_fuel:bool{{%}}"
    left = (f"max by (site, device, instance) (victron_tank_remaining_cubic_meters{{@}}) / {DEVICE} "
            "device:victron_generator_fuel_consumption_cubic_meters_per_second:parameter{%}")
    run = own("runtime_seconds")
    return [
        stat("State and reason", f"State of the generator and which condition started it. {NO_GENERATOR}",
             [now(own("state"), "State"), now(own("running_by_condition_code"), "Reason"), now(own("error_code"), "Error")], text="value", orientation="vertical",
             mappings=enums.of("victron_generator_state"), overrides=[field("Reason", mappings=enums.of("victron_generator_running_by_condition_code")),
                                                                      field("Error", mappings=enums.of("victron_generator_error_code"))]),
        stat("Run time now / today / 30 d", f"Of this run, of today and of 30 days. Longer than its limit it is orange: why does it not stop? {NO_GENERATOR}",
             [*banded(run, "device:victron_generator_run_warning_seconds:parameter{%i}", "device:victron_generator_run_critical_seconds:parameter{%i}", above=True, name="now"),
              now(own("today_runtime_seconds"), "Generator today"), now("max by (site, device, instance) (increase(victron_generator_accumulated_runtime_seconds_total{@i}[30d]))", "Generator 30 d")],
             unit="dtdurations", decimals=0, text="value_and_name", orientation="vertical"),
        gauge("Next service", "Running time until the service; below 50 hours plan it. Grey: no interval is set. Empty without a service interval.",
              [now(service, "")], height=5, unit="dtdurations", decimals=0, low=0, high=720000, steps=STEPS["service"]),
        stat("Starts 7 d / last run", f"How often it started in 7 days and how long it stands. A generator that never runs does not start in need: test it. {NO_GENERATOR}",
             [now("max by (site, device, instance) (changes((victron_generator_state{@i} == bool 1)[7d:1m])) / 2", "Starts"),
              now(f"time() - ({own('last_start_timestamp_seconds')} or max_over_time(timestamp({own('state')} == 1)[7d:5m]))", "since the last run")], unit="short",
             text="value_and_name", orientation="vertical", overrides=[field("since the last run", unit="dtdurations", decimals=0, thresholds=panels.thresholds(STEPS["last run"]))]),
        gauge("Fuel and hours left", "Level of the fuel tanks and how long the generator can run on it. Order in time. Empty without a fuel tank.",
              [*banded(f"({fuel})", "device:victron_fuel_low_ratio:parameter{%}", "device:victron_fuel_critical_ratio:parameter{%}", name="{{instance}}"), now(left, "Runs for {{instance}}")],
              height=5, overrides=[field("/^Runs for/", unit="dtdurations", decimals=0)]),
        stat("Starter battery", "Voltage of the starter battery of the genset. Below 12.2 V (24.4 V) it may not crank. Empty without a genset that tells it.",
             [q(engine("starter_voltage_volts"), "Starter battery")], unit="volt", sparkline=True),
    ]


def generator_past():
    power = 'max by (site, device, instance, phase) (victron_genset_phase_power_watts{@})'
    return [
        timeline("Runs", f"State and reason over time: the pattern of the runs. {NO_GENERATOR}", [q(own("state"), "State"), q(own("running_by_condition_code"), "Reason")], 24, 6,
                 enums.of("victron_generator_state"), overrides=[field("Reason", mappings=enums.of("victron_generator_running_by_condition_code"))]),
        lines("Power, load, frequency", f"Power per phase and load of the engine; below 30 % for long it soots. The frequency is beside it. {NO_GENSET}",
              [q(power, "{{phase}}"), q(engine("engine_load_ratio"), "Engine load of the generator")], 12, 8, "watt",
              overrides=[field("Engine load of the generator", "percentunit", custom__axisPlacement="right", min=0, max=1.2)]),
        lines("Generator frequency", f"A governor that hunts shows here first. {NO_GENSET}", [q(engine("(phase_)?frequency_hertz"), "Generator")], 12, 8, "rothz"),
        lines("Engine", f"Coolant, windings, exhaust and the limits of the coolant. {NO_GENSET}",
              [q(engine(f"engine_{part}_temperature_celsius"), title) for part, title in (("coolant", "Coolant"), ("winding", "Winding"), ("exhaust", "Exhaust"), ("oil", "Oil"))]
              + [q("max by (site) (device:victron_generator_coolant_temperature_warning_celsius:parameter{%})", "Coolant warning"),
                 q("max by (site) (device:victron_generator_coolant_temperature_critical_celsius:parameter{%})", "Coolant critical")], 16, 8, "celsius"),
        lines("Oil pressure", f"While running, with its lowest limit. {NO_GENSET}",
              [q(engine("engine_oil_pressure_pascals"), "Generator"), q("max by (site) (device:victron_generator_oil_pressure_low_pascals:parameter{%})", "critical")], 8, 8, "pressurepa"),
    ]


def tank_levels(level, sign, warning, critical):
    bad, poor = f"{level} {sign} {DEVICE} {critical}", f"{level} {sign} {DEVICE} {warning}"
    return f"{level} unless {DEVICE} ({poor}) unless {DEVICE} ({bad})", f"({poor}) unless {DEVICE} ({bad})", bad


def tanks():
    level, remaining = one("victron_tank_level_ratio"), one("victron_tank_remaining_cubic_meters")
    low, lowest = "device:victron_tank_low_warning_ratio:parameter{%}", "device:victron_tank_low_critical_ratio:parameter{%}"
    high, highest = "device:victron_tank_high_warning_ratio:parameter{%}", "device:victron_tank_high_critical_ratio:parameter{%}"
    waste = "device:victron_tank_waste:bool{%}"
    bands = [now(named(levels(*tank_levels(*kind))), "{{level}} {{device_name}} {{instance}}") for kind in
             ((f"({level} unless {DEVICE} {waste})", "<", low, lowest), (f"({level} and {DEVICE} {waste})", ">", high, highest))]
    used = f"-deriv({remaining.replace('max by (site, device, instance) (', '').rstrip(')')}[1d]) * 86400"
    return [
        bars("Tank", "Level of every tank, coloured by the limits of the station or the tank: supplies are red near empty, waste near full. Empty without tanks.", bands, 6, 8, "percentunit",
             min=0, max=1),
        lines("Levels", "A steady fall is use, a step a refill or a leak. Empty without tanks.", [q(named(level), "{{device_name}} {{instance}}")], 18, 8, "percentunit", min=0, max=1),
        stat("Tank contents", "What is in the tanks. Empty without tanks that know their size.", [now(named(remaining) + " * 1000", "{{device_name}} {{instance}}")], 12, 4, "litre",
             text="value_and_name", orientation="vertical", decimals=0, colour=palette.LOAD),
        stat("Use per day", "How fast the tanks fall, by the trend of 24 hours; negative is filling. Empty without tanks that know their size.",
             [now(named(f"max by (site, device, instance) ({used})") + " * 1000", "{{device_name}} {{instance}}")], 12, 4, "litre", text="value_and_name", orientation="vertical",
             decimals=1, colour=palette.LOAD),
    ]


def temperatures():
    by = "max by (site, device, instance)"
    value = f"{by} (victron_temperature_celsius{{@}})"
    columns = {"instance": "Instance", "product_name": "Product", "custom_name": "Name", "Value #B": "Kind", "Value #C": "Now", "Value #D": "Humidity", "Value #E": "Min 24 h",
               "Value #F": "Max 24 h", "Value #G": "High limit", "Value #H": "Battery", "Value #I": "Status", "Value #J": "Data age"}
    queries = [
        rows('max by (site, device, instance, product_name, custom_name) (victron_device_info{@, device="temperature"})'), rows(f"{by} (victron_temperature_sensor_type{{@}})"), rows(value),
        rows(f"{by} (victron_temperature_humidity_ratio{{@}})"), rows("min by (site, device, instance) (min_over_time(victron_temperature_celsius{@}[24h]))"),
        rows(f"{by} (max_over_time(victron_temperature_celsius{{@}}[24h]))"), rows('device:victron_temperature_high_celsius:parameter{%}'),
        rows(f"{by} (victron_temperature_battery_voltage_volts{{@}})"), rows(f"{by} (victron_temperature_status{{@}})"),
        rows(f'time() - {by} (victron_device_last_update_timestamp_seconds{{@, device="temperature"}})')]
    fields = [
        field("Kind", mappings=enums.of("victron_temperature_sensor_type")), field("/^(Now|Min 24 h|Max 24 h|High limit)$/", "celsius"), field("Humidity", "percentunit"),
        field("Battery", "volt"), field("Status", mappings=enums.of("victron_temperature_status")),
        field("Data age", unit="dtdurations", decimals=0, thresholds=panels.thresholds(STEPS["device age"]), custom__cellOptions=panels.cell("color-text"))]
    air = [("humidity_ratio * 100", "Humidity %"), ("pressure_pascals / 100", "Pressure hPa"), ("carbon_dioxide_parts_per_million", "CO2 ppm"),
           ("particulate_matter_grams_per_cubic_meter * 1e6", "PM2.5 µg/m³"), ("volatile_organic_compounds_index", "VOC index"), ("nitrogen_oxides_index", "NOx index")]
    return [
        table("Sensors", "All temperature sensors with the range of 24 hours, their battery and the age of their data. Empty without sensors.", queries, columns, 10, 9, fields,
              sort=[("Data age", True)]),
        lines("Temperatures", "All sensors, each by its name. Empty without sensors.", [q(named(value), "{{device_name}} {{instance}}")], 14, 9, "celsius"),
        lines("Air quality", "Humidity, pressure, CO2, particles, VOC and NOx of sensors that tell them. Empty without such sensors.",
              [q(f"{by} (victron_temperature_{name.split(' ')[0]}{{@}}){name[len(name.split(' ')[0]):]}", f"{title} {{{{instance}}}}") for name, title in air], 24, 7, "none"),
    ]


def others():
    by = "max by (site, device, instance)"
    return [
        timeline("EV charger, digital inputs, relays, pumps, alternators", "State of what else is there. A row that is missing does not exist here. Empty without such devices.",
                 [q(f"{by} (victron_evcharger_status{{@}})", "EV charger {{instance}}"), q(f"{by} (victron_digitalinput_state{{@}})", "Input {{instance}}"),
                  q("max by (site, relay) (victron_system_relay_state{@})", "Relay {{relay}}"), q(f"{by} (victron_pump_running{{@}})", "Pump {{instance}}"),
                  q(f"{by} (victron_alternator_state{{@}})", "Alternator {{instance}}")], 24, 6, enums.YES_NO,
                 overrides=[field("/^EV charger/", mappings=enums.of("victron_evcharger_status")), field("/^Input/", mappings=enums.of("victron_digitalinput_state")),
                            field("/^Relay/", mappings=enums.of("victron_system_relay_state")), field("/^Alternator/", mappings=enums.of("victron_alternator_state"))]),
        table("EV chargers and alternators", "State, power and energy of the session. Empty without such devices.",
              [rows('max by (site, device, instance, product_name, custom_name) (victron_device_info{@, device=~"evcharger|alternator"})'),
               rows(f'{by} ({{__name__=~"victron_(evcharger|alternator_dc)_power_watts", job=~"$job", site=~"$site"}})'), rows(f"{by} (victron_evcharger_session_energy_joules{{@}}) / 3.6e6"),
               rows(f"{by} (victron_evcharger_status{{@}})")],
              {"device": "Device", "instance": "Instance", "product_name": "Product", "custom_name": "Name", "Value #D": "Status", "Value #B": "Power", "Value #C": "Session"}, 24, 7,
              [field("Power", "watt"), field("Session", "kwatth"), field("Status", mappings=enums.of("victron_evcharger_status"))]),
    ]
