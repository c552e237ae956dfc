"""The stations of the week: recordings of tests/stations, with the devices and events that the boards want to see besides."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path.append(str(TESTS))
from simulator.recording import SYSTEM, load  # noqa: E402

ESS, FACTORY, BOAT, OFF_GRID = "cerbo-gx-v3.70-ess", "three-phase-site", "ekrano-gx-v3.70-boat", "venus-v3.14-offgrid-house"
HOUR, DAY = 3600, 86400


@dataclass
class Station:
    """about is the site file, always, spells and once are faults of the simulator: for ever, or (from, to) in seconds of each or of the last day."""

    site: str
    recording: object
    about: dict
    seed: int
    always: dict = None
    spells: tuple = ()
    once: tuple = ()


def service(name):
    return f"com.victronenergy.{name}"


def all_stations():
    return [
        Station("ess", _ess(55.0), _about("House", "north", (50.1, 8.6)), 3, once=((9 * HOUR, 9.5 * HOUR, GRID_LOST),)),
        Station("farm", _ess(35.0, south=15.0, east=12.0), _about("Farm", "north", (50.5, 8.2)), 7,
                spells=((3 * HOUR, 3.2 * HOUR, GRID_LOST), (15 * HOUR, 15.4 * HOUR, GRID_LOST), (14.8 * HOUR, 17.5 * HOUR, CHARGER_ERROR),
                        (16 * HOUR, 16.2 * HOUR, INVERTER_ERROR))),
        Station("factory", _factory(), _about("Factory", "north", (50.3, 8.9), pv_peak_watts=22600, battery_capacity_joules=74e6, ac_input_limit_amperes=63),
                2, always=DEAD_STRING),
        Station("boat", _boat(), _about("Boat", "coast", (54.3, 10.1), pv_peak_watts=420, battery_capacity_joules=9.6e6), 5),
        Station("island", _off_grid(), _about("Island", "coast", (54.7, 9.9), pv_peak_watts=2400), 11),
        Station("cabin", _off_grid(), _about("Cabin", "coast", (54.1, 10.4), pv_peak_watts=2400), 13,
                spells=((0, 6 * HOUR, GONE), (15 * HOUR, DAY, GONE))),
    ]


# Events -----------------------------------------------------------------------------------------------------------------------

GONE = {"server": "refuse"}
GRID_LOST = {"values": {
    SYSTEM: {"/Ac/ActiveIn/Source": 240, "/Ac/Grid/L1/Power": 0, "/Ac/ActiveIn/L1/Power": 0},
    service("vebus.ttyS4"): {"/Ac/ActiveIn/Connected": 0, "/Ac/ActiveIn/ActiveInput": 240, "/Alarms/GridLost": 2, "/State": 9, "/Ac/ActiveIn/L1/V": 0.0,
                             "/Ac/ActiveIn/L1/F": 0.0, "/Ac/ActiveIn/L1/P": 0}}}
CHARGER_ERROR = {"values": {service("solarcharger.ttyS6"): {"/ErrorCode": 17, "/State": 2, "/Yield/Power": 0.0}}}
INVERTER_ERROR = {"values": {service("vebus.ttyS4"): {"/VebusError": 11}}}
DEAD_STRING = {"values": {service("solarcharger.socketcan_can0_vi0_uc162268"): {"/Pv/3/P": 0.0, "/Pv/3/V": 0.4, "/Pv/3/MppOperationMode": 0}}}


# Recordings -------------------------------------------------------------------------------------------------------------------

def _about(name, region, place, **parameters):
    told = {"battery_capacity_joules": 36e6, "commissioned_timestamp_seconds": 1.6e9, "ac_input_limit_amperes": 32, "inverter_nominal_power_watts": 5000,
            "pv_peak_watts": 5000, "generator_fuel_consumption_cubic_meters_per_second": 6e-7, **parameters}
    return {"name": name, "region": region, "latitude": place[0], "longitude": place[1], "chemistry": "lfp", "parameters": told,
            "devices": {"solarcharger/289": {"pv_maximum_voltage_volts": 150}}}


def _recorded(station, name, **changes):
    values = load(TESTS / "stations" / station).services[service(name)]
    return {**values, **{path.replace("__", "/"): value for path, value in changes.items()}}


def _changed(station, services, values):
    """The recording with more services and other values: {name: {path: value}}."""
    recording = load(TESTS / "stations" / station)
    recording.services.update({service(name): one for name, one in services.items()})
    for name, changes in values.items():
        recording.services[service(name)].update(changes)
    return recording


def _device(instance, product, name, **values):
    return {"DeviceInstance": instance, "ProductName": product, "CustomName": name, "Connected": 1,
            **{path.replace("__", "/"): value for path, value in values.items()}}


ACKNOWLEDGED = {"Notifications/NumberOfUnAcknowledgedAlarms": 0, "Notifications/NumberOfUnAcknowledgedWarnings": 0}
NAMES = {"temperature.adc_builtin0_5": {"CustomName": "Boiler", "TemperatureType": 5, "Temperature": 46.0},
         "temperature.adc_builtin0_6": {"CustomName": "Battery", "TemperatureType": 0, "Temperature": 22.0}}


def _ess(soc, south=60.0, east=35.0):
    roof, shed = (_recorded(OFF_GRID, "solarcharger.ttyO2", DeviceInstance=instance, CustomName=name, Settings__ChargeCurrentLimit=amperes)
                  for instance, name, amperes in ((289, "Roof south", south), (290, "Shed east", east)))
    meteo = _device(40, "IMT Si-RS485 Solar Irradiance Sensor", "Roof", Irradiance=0.0, CellTemperature=20.0, ErrorCode=0)
    soc = {"Soc": soc, "Soh": 88.0}
    return _changed(ESS, {"solarcharger.ttyS5": roof, "solarcharger.ttyS6": shed, "meteo.ttyUSB0": meteo}, {
        "system": {"Dc/Pv/Power": 0.0, "Dc/Pv/Current": 0.0, "Control/ActiveSocLimit": 20.0, "SystemState/LowSoc": 0, "DynamicEss/Active": 1, "Relay/0/State": 1,
                   "DynamicEss/TargetSoc": 60.0, "DynamicEss/Strategy": 1, "DynamicEss/ReactiveStrategy": 1, "DynamicEss/Restrictions": 0,
                   "DynamicEss/LastScheduledEnd": 1781463600, "Dvcc/Alarms/MultipleBatteries": 0, "Control/EssState": 10},
        "settings": {"Settings/CGwacs/MaxFeedInPower": 3000, "Settings/CGwacs/BatteryLife/MinimumSocLimit": 20},
        "platform": ACKNOWLEDGED, **NAMES, "battery.socketcan_can0": soc, "battery.virtual_6167fb1a3a50da34": soc})


def _factory():
    """With names that fit on a screen, a BMS that tells all and air sensors."""
    return _changed(FACTORY, {}, {
        "temperature.adc_builtin0_5": {"CustomName": "Cold room", "Temperature": 6.0, "TemperatureType": 1},
        "temperature.hall": {"CustomName": "Hall"},
        "temperature.ruuvi_f00f00d00002": {"CustomName": "Office", "TemperatureType": 4, "Temperature": 21.0, "Humidity": 44.0, "Pressure": 1013.0, "CO2": 640.0,
                                           "PM25": 7.0, "VOC": 88, "NOX": 1},
        "tank.socketcan_can1_di0_uc69": {"CustomName": "Diesel", "Remaining": 0.4, "Capacity": 0.5}, "tank.adc_builtin0_1": {"CustomName": "Water"},
        "solarcharger.socketcan_can0_vi0_uc162268": {"CustomName": "Hall roof"}, "solarcharger.socketcan_can0_vi1_uc162270": {"CustomName": "Garage"},
        "solarcharger.ttyUSB1": {"CustomName": "Carport"}, "evcharger.evc_HQ2207SIM20": {"CustomName": "Wallbox"},
        "battery.socketcan_can0": {"CustomName": "Rack A", "State": 9, "Balancing": 1, "History/ChargedEnergy": 4200.0, "History/DischargedEnergy": 4000.0},
        "battery.ttyUSB0": {"CustomName": "Starter bank"},
        "genset.socketcan_can1_vi0_uc90": {"Engine/OilTemperature": 21.0, "Engine/OilPressure": 0.0},
        "generator.startstop0": {"ServiceInterval": 900000, "ServiceCounter": 250000, "LastStartTime": 1781166000}})


def _boat():
    alternator = _device(50, "Orion XS 12/12-50A", "Alternator", State=0, Dc__0__Power=0.0, Dc__0__Voltage=13.2, ErrorCode=0)
    return _changed(BOAT, {"alternator.ttyUSB3": alternator, "pump.startstop0": _device(0, "Pump start/stop", "Bilge", State=0),
                           "modem.a": _device(0, "GX GSM 900/2100", "Modem", SignalStrength=62)},
                    {"logger": {"Vrm/ConnectionError": 151}, "tank.adc_builtin0_3": {"CustomName": "Oil", "FluidType": 4, "Level": 60.0, "Remaining": 0.012, "Capacity": 0.02}})


def _off_grid():
    """With the services that every newer GX has."""
    return _changed(OFF_GRID, {"platform": {**_recorded(ESS, "platform"), **ACKNOWLEDGED}, "logger": _recorded(ESS, "logger")}, {
        "generator.startstop0": {"ServiceInterval": 540000, "ServiceCounter": 120000}, "tank.socketcan_can0_di3_uc69": {"CustomName": "Diesel"},
        "solarcharger.ttyO2": {"Settings/ChargeCurrentLimit": 12.0, "CustomName": "Roof"}, "solarcharger.ttyS6": {"CustomName": "Wall"},
        "solarcharger.ttyUSB2": {"CustomName": "Deck"}})


def write_site_file(station, folder):
    path = folder / f"{station.site}.json"
    path.write_text(json.dumps(station.about), encoding="utf-8")
    return path
