#!/usr/bin/python3
"""Makes the hand-made stations from the shapes of the recorded ones: python3 tests/stations/make_stations.py

The paths come from recordings, the numbers from here; what system adds up is added up below, so that a station
agrees with itself: powers per phase, DC balance, volts times amperes.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from simulator.bus import Bus
from simulator.faults import Faults
from simulator.mqtt_topics import Topics
from simulator.recording import SETTINGS, SYSTEM, load
from simulator.wire_json import http_json

ESS, BOAT, HOUSE = "cerbo-gx-v3.70-ess", "ekrano-gx-v3.70-boat", "venus-v3.14-offgrid-house"
COMPLETED_AT = 1795224447
MAINS_VOLTS = (231.4, 229.8, 232.1)
MAINS_HERTZ = 49.98
BATTERY_VOLTS = 51.2
GRID_WATTS, CAR_WATTS, LOAD_WATTS, ROOF_WATTS = (180.0, -45.0, 812.0), 2348.0, (620, 385, 1210), 1500.0
CHARGERS = {  # bus name: (instance, product id, product, custom name, {tracker: (watts, volts)})
    "solarcharger.socketcan_can0_vi0_uc162268": (
        0, 0xA111, "SmartSolar MPPT RS 450/200", "Süddach \U0001f31e \"RS\"",
        {0: (1450.0, 312.5), 1: (1390.5, 309.8), 2: (1402.2, 311.1), 3: (0.0, 0.4)}),
    "solarcharger.socketcan_can0_vi1_uc162270": (
        1, 0xA110, "SmartSolar MPPT RS 450/100", "Garage\nWest", {0: (880.0, 268.2), 1: (905.5, 271.9)}),
    "solarcharger.ttyUSB1": (289, 41047, "SmartSolar Charger MPPT 100/50", "Carport \\ \t tab", {0: (612.0, 78.4)}),
}
BATTERIES = {"battery.socketcan_can0": (512, 38.0), "battery.ttyUSB0": (279, 12.5)}
BMS_NAME, SHUNT_NAME = "蓄電池 \U0001f50b", "Blei 'alt'"
LONG_NAME = "Kühlhaus " + "x" * (10240 - 9)


def service(name):
    return "com.victronenergy." + name


def shape(station, name, **changes):
    """The values of a recorded service, changed; __ in a keyword stands for / in a path."""
    recorded = load(HERE / station).services[service(name)]
    return {**recorded, **{path.replace("__", "/"): value for path, value in changes.items()}}


def phases(prefix, watts, names=("Power", "Current", "Voltage")):
    """{path: value} of three phases."""
    rows = {}
    for phase, (power, volts) in enumerate(zip(watts, MAINS_VOLTS), 1):
        values = {names[0]: power, names[1]: round(power / volts, 2), names[2]: volts}
        rows.update({f"{prefix}/L{phase}/{name}": value for name, value in values.items()})
    return rows


def without(values, *prefixes):
    return {path: value for path, value in values.items() if not path.startswith(prefixes)}


# -- three-phase-site -----------------------------------------------------------------------------------------------

def dc_flows():
    """Watts on the DC side: what the sun gives, what the batteries take, the rest goes to the inverter."""
    solar = sum(watts for row in CHARGERS.values() for watts, _volts in row[4].values())
    stored = sum(amperes for _instance, amperes in BATTERIES.values()) * BATTERY_VOLTS
    return solar, stored, round(solar - stored)


def inverter_input():
    """Watts per phase at the input of the inverter: the meter less the car and the roof behind it."""
    return [meter - CAR_WATTS + ROOF_WATTS for meter in GRID_WATTS]


def vebus():
    values = shape(ESS, "vebus.ttyS4", CustomName="3 × \"MultiPlus-II\"", Ac__NumberOfPhases=3, Soc=74.5,
                   Dc__0__Voltage=BATTERY_VOLTS, Dc__0__Power=-dc_flows()[2], Devices__NumberOfMultis=3,
                   Dc__0__Current=round(-dc_flows()[2] / BATTERY_VOLTS, 1), State=9, VebusMainState=4,
                   ProductName="MultiPlus-II 48/5000/70-50")
    for side, watts in (("Out", LOAD_WATTS), ("ActiveIn", inverter_input())):
        watts = [round(power) for power in watts]
        values.update(phases(f"Ac/{side}", watts, ("P", "I", "V")))
        for phase, power in enumerate(watts, 1):
            values.update({f"Ac/{side}/L{phase}/S": abs(power) + 12, f"Ac/{side}/L{phase}/F": MAINS_HERTZ})
        values.update({f"Ac/{side}/P": sum(watts), f"Ac/{side}/S": sum(abs(power) + 12 for power in watts)})
    for phase in (1, 2, 3):
        values[f"Ac/Out/L{phase}/NominalInverterPower"] = 4000
    values["Ac/Out/NominalInverterPower"] = 12000
    first = {path: value for path, value in values.items() if path.startswith("Devices/0/")}
    for device in (0, 1, 2):
        values.update({path.replace("Devices/0/", f"Devices/{device}/"): value for path, value in first.items()})
        into, out = inverter_input()[device], LOAD_WATTS[device]
        values.update({f"Devices/{device}/SerialNumber": f"HQ2252SIM1{device}", f"Devices/{device}/Ac/Out/P": out,
                       f"Devices/{device}/Ac/In/P": round(into), f"Devices/{device}/Ac/Inverter/P": round(out - into)})
    return values


def grid():
    values = shape(ESS, "acload.cg_BX18600000001", DeviceInstance=30, Role="grid", CustomName="",
                   Mgmt__Connection="/dev/ttyUSB0", Serial="BX18600000002", Ac__Power=sum(GRID_WATTS),
                   Ac__Frequency=MAINS_HERTZ, Ac__Energy__Forward=18250.4, Ac__Energy__Reverse=7431.9)
    values.update(phases("Ac", GRID_WATTS))
    for phase, (forward, reverse) in enumerate(((6400.1, 2500.3), (5120.2, 2510.4), (6730.1, 2421.2)), 1):
        values[f"Ac/L{phase}/Energy/Forward"], values[f"Ac/L{phase}/Energy/Reverse"] = forward, reverse
    return values


def pvinverter():
    identity = {"Mgmt/ProcessName": "dbus-fronius", "Mgmt/ProcessVersion": "1.7.11",
                "Mgmt/Connection": "10.0.0.41 - 126", "Connected": 1, "DeviceInstance": 20, "ProductId": 41285,
                "ProductName": "Fronius Symo 8.2-3-M", "CustomName": "", "Serial": "28900012",
                "FirmwareVersion": "1.13.5", "Position": 0, "NrOfPhases": 3,
                "StatusCode": 7, "ErrorCode": 0, "Ac/MaxPower": 8200.0, "Ac/PowerLimit": 8200.0}
    energy = {"Ac/Energy/Forward": 41877.25, **{f"Ac/L{phase}/Energy/Forward": 13959.08 for phase in (1, 2, 3)}}
    return {**identity, "Ac/Power": 3 * ROOF_WATTS, **phases("Ac", [ROOF_WATTS] * 3), **energy}


def evcharger():
    identity = {"Mgmt/ProcessName": "dbus-modbus-client.py", "Mgmt/ProcessVersion": "1.77",
                "Mgmt/Connection": "Modbus TCP 10.0.0.42", "Connected": 1, "DeviceInstance": 40, "ProductId": 49190,
                "ProductName": "EV Charging Station", "CustomName": "Wallbox \x01\x02", "Serial": "HQ2207SIM20",
                "FirmwareVersion": 75265, "Model": "AC22E", "Position": 1, "Role": "evcharger"}
    state = {"Status": 2, "Mode": 1, "AutoStart": 1, "StartStop": 1, "Current": 10.2, "SetCurrent": 13,
             "MaxCurrent": 32, "MinCurrent": 6, "ChargingTime": 5400, "Session/Energy": 8.13,
             "Session/Time": 5400, "Session/Cost": [], "Alarms/OverTemperature": 0, "Alarms/ResidualCurrent": 0,
             "Ac/Energy/Forward": 3127.44,
             "Ac/Power": 3 * CAR_WATTS}
    return {**identity, **state, **phases("Ac", [CAR_WATTS] * 3)}


def genset():
    values = shape(HOUSE, "genset.socketcan_can0_vi0_uc88", DeviceInstance=5, StatusCode=0, Start=0, Serial="0000090",
                   Ac__Frequency=0.0, Engine__Speed=0.0, Engine__Load=0.0, Engine__CoolantTemperature=21.5,
                   Engine__WindingTemperature=20.5, Engine__ExaustTemperature=20.0)
    values.update({path: 0 for path in values if path.startswith("Ac/L")})
    return {**values, "Error/0/Id": "", "Error/1/Id": "fischerpanda:w-12"}


def solarcharger(name):
    """Two days of history do; the recorded stations have 31."""
    instance, product_id, product, custom_name, trackers = CHARGERS[name]
    watts = sum(power for power, _volts in trackers.values())
    values = without(shape(BOAT, "solarcharger.ttyO1"), *(f"History/Daily/{day}/" for day in range(2, 31)))
    values.update({"DeviceInstance": instance, "ProductId": product_id, "ProductName": product,
                   "CustomName": custom_name, "NrOfTrackers": len(trackers), "Yield/Power": watts,
                   "Dc/0/Voltage": BATTERY_VOLTS, "Dc/0/Current": round(watts / BATTERY_VOLTS, 3),
                   "Settings/ChargeCurrentLimit": 100.0, "History/Overall/MaxBatteryVoltage": 57.2,
                   "Alarms/HighTemperature": 0, "Load/I": [], "Devices/0/CustomName": custom_name,
                   "Devices/0/ServiceName": service(name), "Yield/User": 5120.25, "Yield/System": 6411.5})
    if len(trackers) > 1:
        values["Pv/V"] = []
        for tracker, (power, volts) in trackers.items():
            values.update({f"Pv/{tracker}/P": power, f"Pv/{tracker}/V": volts,
                           f"Pv/{tracker}/Name": f"String {tracker}",
                           f"Pv/{tracker}/MppOperationMode": 2 if power else 0,
                           f"History/Daily/0/Pv/{tracker}/MaxPower": power * 1.2,
                           f"History/Daily/0/Pv/{tracker}/Yield": round(power / 400, 2)})
    else:
        values["Pv/V"] = trackers[0][1]
    return values


def bms_battery():
    instance, amperes = BATTERIES["battery.socketcan_can0"]
    return shape(ESS, "battery.socketcan_can0", DeviceInstance=instance, CustomName=BMS_NAME, Soc=74.5,
                 Dc__0__Voltage=BATTERY_VOLTS, Dc__0__Current=amperes, Dc__0__Power=round(amperes * BATTERY_VOLTS, 1),
                 InstalledCapacity=400, System__MaxCellVoltage=3.416, System__MinCellVoltage=3.411,
                 Info__MaxChargeVoltage=53.2, Info__MaxChargeCurrent=160.0)


def shunt_battery():
    """A lead string behind a SmartShunt on the same bus: counts what was drawn downwards, has no cells."""
    instance, amperes = BATTERIES["battery.ttyUSB0"]
    return shape(BOAT, "battery.ttyO0", DeviceInstance=instance, CustomName=SHUNT_NAME, Soc=91.0,
                 ProductName="SmartShunt 500A/50mV", Dc__0__Voltage=BATTERY_VOLTS, Dc__0__Current=amperes,
                 Dc__0__Power=round(amperes * BATTERY_VOLTS, 1), ConsumedAmphours=-27.0, Dc__1__Voltage=[],
                 History__TotalAhDrawn=-10524.6, History__ChargedEnergy=612.4, History__DischargedEnergy=548.9,
                 History__MaximumVoltage=57.6, History__MinimumVoltage=46.1, Serial="HQ2011SIM30")


def system(services):
    solar, _stored, to_inverter = dc_flows()
    main, meter = service("battery.socketcan_can0"), service("grid.cgwacs_ttyUSB0_di30_mb1")
    names = {"com.victronenergy.battery/512": BMS_NAME, "com.victronenergy.battery/279": SHUNT_NAME}
    values = without(shape(ESS, "system"), "ServiceMapping/")
    values.update({"Serial": "c0619ab3f001", "Dc/Battery/BatteryService": main, "ActiveBatteryService":
                   "com.victronenergy.battery/512", "Dc/Battery/VoltageService": main, "ActiveBmsService": main,
                   "Dc/Battery/TemperatureService": main, "ActiveBmsInstance": 512, "Dc/Battery/Voltage": BATTERY_VOLTS,
                   "Dc/Battery/Current": services[main]["Dc/0/Current"],
                   "Dc/Battery/Power": services[main]["Dc/0/Power"],
                   "Dc/Battery/Soc": 74.5, "Dc/Battery/State": 1, "Dc/Battery/Capacity": 400.0, "Dc/Pv/Power": solar,
                   "Dc/Pv/Current": round(solar / BATTERY_VOLTS, 2), "Control/ActiveSocLimit": 20.0,
                   "Ac/Genset/RunningByConditionCode": 0,
                   "Dc/Battery/ProductId": services[main]["ProductId"], "Dc/Battery/ChargeVoltage": 53.2,
                   "AutoSelectedBatteryMeasurement": "com_victronenergy_battery_512/Dc/0",
                   "AvailableBatteryServices": json.dumps({"default": "Automatic", **names}),
                   "AvailableBmsServices": [{"name": BMS_NAME, "instance": 512}],
                   "Ac/Grid/ProductId": services[meter]["ProductId"], "Ac/In/0/ServiceName": meter,
                   "Ac/In/0/ServiceType": "grid", "Ac/In/0/DeviceInstance": 30, "Ac/In/0/VrmDeviceInstance": 30,
                   "Ac/PvOnGrid/NumberOfPhases": 3, "SystemState/State": 252})
    for part in ("Vebus", "InverterCharger"):
        values.update({f"Dc/{part}/Power": -to_inverter, f"Dc/{part}/Current": round(-to_inverter / BATTERY_VOLTS, 1)})
    both = [load_watts + CAR_WATTS for load_watts in LOAD_WATTS]
    for part, watts in (("Grid", GRID_WATTS), ("ActiveIn", inverter_input()), ("ConsumptionOnOutput", LOAD_WATTS),
                        ("ConsumptionOnInput", [CAR_WATTS] * 3), ("Consumption", both), ("PvOnGrid", [ROOF_WATTS] * 3)):
        values[f"Ac/{part}/NumberOfPhases"] = 3
        values.update({path: value for path, value in phases(f"Ac/{part}", watts).items()
                       if not path.endswith("Voltage")})
    listed = {"battery.socketcan_can0": BMS_NAME, "battery.ttyUSB0": SHUNT_NAME}
    values["Batteries"] = [listed_battery(name, text, services) for name, text in listed.items()]
    return with_mapping(values, services)


def listed_battery(name, text, services):
    battery = services[service(name)]
    return {"id": service(name), "name": text, "instance": battery["DeviceInstance"],
            "voltage": battery["Dc/0/Voltage"], "current": battery["Dc/0/Current"], "power": battery["Dc/0/Power"],
            "soc": battery["Soc"], "state": 1, "temperature": battery["Dc/0/Temperature"],
            "active_battery_service": name == "battery.socketcan_can0"}


def with_mapping(values, services):
    """system /ServiceMapping names the bus name of each type and instance."""
    mapped = {f"ServiceMapping/com_victronenergy_{name.split('.')[2]}_{row['DeviceInstance']}": name
              for name, row in services.items() if isinstance(row.get("DeviceInstance"), int) and name != SYSTEM}
    return {**values, **mapped}


def three_phase_site():
    parts = {"vebus.ttyS4": vebus(), "grid.cgwacs_ttyUSB0_di30_mb1": grid(), "pvinverter.pv_126_28900012": pvinverter(),
             "evcharger.evc_HQ2207SIM20": evcharger(), "genset.socketcan_can1_vi0_uc90": genset(),
             **{name: solarcharger(name) for name in CHARGERS},
             "battery.socketcan_can0": bms_battery(), "battery.ttyUSB0": shunt_battery(),
             "tank.socketcan_can1_di0_uc69": shape(HOUSE, "tank.socketcan_can0_di3_uc69", DeviceInstance=10,
                                                   CustomName="Diesel \U0001f6e2", Level=62.5, Remaining=0.625),
             "tank.adc_builtin0_1": shape(BOAT, "tank.adc_builtin0_1", CustomName="Wasser \ud83d lone",
                                          Remaining=float("inf")),
             "temperature.adc_builtin0_5": shape(ESS, "temperature.adc_builtin0_5", CustomName=LONG_NAME),
             "temperature.ruuvi_f00f00d00002": shape(BOAT, "temperature.ruuvi_f00f00d00001", DeviceInstance=28,
                                                     CustomName="Außen", Humidity=float("nan"),
                                                     Pressure=float("-inf"), TemperatureType=4),
             "temperature.hall": without(shape(ESS, "temperature.adc_builtin0_6", CustomName="Halle 2",
                                               Temperature=18.25, Identifier="hall-2"), "DeviceInstance"),
             "gps.ve_ttyACM0": shape(BOAT, "gps.ve_ttyUSB2", DeviceInstance=[])}
    for name in ("platform", "logger", "hub4", "generator.startstop0"):
        parts[name] = shape(ESS, name)
    parts["generator.startstop0"].update({"State": 0, "Runtime": 0, "RunningByCondition": "",
                                          "RunningByConditionCode": 0})
    parts["platform"].update({"Device/UniqueId": "c0619ab3f001", "Device/HQSerialNumber": "HQ2330SIM31"})
    parts["settings"] = shape(ESS, "settings", Settings__SystemSetup__BatteryService="com.victronenergy.battery/512",
                              Settings__SystemSetup__SystemName="Drei \"Phasen\" \u26a1")
    services = {service(name): values for name, values in parts.items()}
    return {**services, SYSTEM: system(services)}


# -- twins ----------------------------------------------------------------------------------------------------------

def twins():
    """Two temperature sensors with instance 28, and a battery monitor that moved to another USB port."""
    moved = shape(BOAT, "battery.ttyO0", CustomName="Hausbank neu")
    parts = {"battery.ttyUSB3": moved,
             "temperature.adc_builtin0_4": shape(HOUSE, "temperature.adc_builtin0_4", DeviceInstance=28,
                                                 CustomName="Zwilling A", Temperature=11.5),
             "temperature.ruuvi_f00f00d00001": shape(BOAT, "temperature.ruuvi_f00f00d00001",
                                                     CustomName="Zwilling B", Temperature=4.4)}
    parts.update({name: shape(BOAT, name) for name in ("platform", "logger", "settings")})
    parts["platform"]["Device/UniqueId"] = "b827eb7317a5"
    services = {service(name): values for name, values in parts.items()}
    name = service("battery.ttyUSB3")
    values = without(shape(BOAT, "system"), "ServiceMapping/", "Gps")
    values.update({"Serial": "b827eb7317a5", "Dc/Battery/BatteryService": name, "Dc/Battery/VoltageService": name,
                   "Dc/Battery/TemperatureService": name, "Dc/Pv/Power": [], "Dc/Pv/Current": [],
                   "Dc/System/Power": [], "Dc/System/Current": []})
    return {**services, SYSTEM: with_mapping(values, services)}


# -- files ----------------------------------------------------------------------------------------------------------

def write(station, services, settings_of):
    folder = HERE / station / "http"
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in services.items():
        document = {"service": name, "path": "/", "value": values, "success": True}
        (folder / f"{name}.json").write_bytes(http_json(document))
    names = sorted(services)
    (folder / "services.json").write_bytes(http_json({"services": names, "count": len(names), "success": True}))
    settings = json.loads((HERE / settings_of / "http" / "settings.json").read_text())
    for path, row in settings["settings"].items():
        value = services[SETTINGS].get(path.lstrip("/"), row["Value"])
        if value != row["Value"]:
            row.update({"Value": value, "Text": str(value)})
    (folder / "settings.json").write_bytes(http_json(settings))
    (HERE / station / "mqtt.txt").write_bytes(mqtt_text(load(HERE / station)))


def mqtt_text(recording):
    """What the broker would say: the retained Serial, one full publish, its end."""
    bus = Bus(recording, Faults())
    topics = Topics(recording.portal_id, bus)
    serial = topics.messages(SYSTEM, bus.services()[SYSTEM], ["Serial"])
    end = (topics.own("full_publish_completed"), b'{"value":%d}' % COMPLETED_AT)
    lines = serial + topics.everything(bus.services()) + [end]
    return b"".join(topic.encode() + b"\t" + payload + b"\n" for topic, payload in lines)


if __name__ == "__main__":
    write("three-phase-site", three_phase_site(), ESS)
    write("twins", twins(), BOAT)
