"""What each type of device publishes of a moment: measured values, counters, states."""

import math
from dataclasses import dataclass

from .live_plant import charger_nominal, nominal_volts

MAINS_VOLTS = 230.0
POWER_FACTOR = 0.96
_RAMP = {"bulk": 3, "absorption": 4, "float": 5}
_SPELT = {"V": "Voltage", "I": "Current", "P": "Power", "F": "Frequency"}
_EXTERNAL_CONTROL = 252
_INVERTING = 9
_IDLE_WATTS = 20


@dataclass
class Moment:
    """The flow and all that the devices need besides."""

    flow: object
    day: object
    plant: object
    shares: dict
    time: float
    seconds: float
    midnight: bool

    def volts(self, phase):
        return MAINS_VOLTS + 4 * (self.day.noise(f"mains L{phase + 1}", self.time, 120) - 0.5)

    def hertz(self):
        return 50 + 0.06 * (self.day.noise("hertz", self.time, 60) - 0.5)

    def charge_stage(self):
        soc = self.flow.soc
        return "float" if soc >= 99 else "absorption" if soc >= 90 else "bulk"


def _ac(device, moment, prefix, watts, spelt=None, alive=True):
    """A row of values a phase; spelt maps the letters of vebus to the words of meters."""
    for phase, power in enumerate(watts):
        volts = moment.volts(phase)
        apparent = abs(power) / POWER_FACTOR
        row = {"V": volts if alive else 0, "I": math.copysign(apparent / volts, power), "P": power,
               "S": apparent, "F": moment.hertz() if alive else 0}
        for name, value in row.items():
            device.put(f"{prefix}/L{phase + 1}/{(spelt or {}).get(name, name)}", value, 2)


def _meter(device, moment, watts, alive=True):
    """An energy meter: powers, their sum, and the energy of each direction."""
    _ac(device, moment, "Ac", watts, _SPELT, alive)
    total = sum(watts)
    device.put("Ac/Power", total)
    device.put("Ac/Current", total / MAINS_VOLTS / POWER_FACTOR, 2)
    device.put("Ac/Frequency", moment.hertz() if alive else 0, 2)
    for phase, power in enumerate(watts):
        device.count_energy(f"Ac/L{phase + 1}/Energy/Forward", power, moment.seconds)
        device.count_energy(f"Ac/L{phase + 1}/Energy/Reverse", -power, moment.seconds)
    device.count_energy("Ac/Energy/Forward", total, moment.seconds)
    device.count_energy("Ac/Energy/Reverse", -total, moment.seconds)


def battery(device, moment):
    """A pack carries its share of the bank's current; energy and ampere hours follow that current."""
    flow, share = moment.flow, moment.shares.get(device.name, 1.0)
    amperes, watts, hours = flow.battery_amperes * share, flow.battery_watts * share, moment.seconds / 3600
    device.put("Dc/0/Voltage", flow.battery_volts, 2)
    device.put("Dc/0/Current", amperes)
    device.put("Dc/0/Power", watts)
    device.put("Dc/0/Temperature", 22 + 4 * moment.day.noise(device.name, moment.time, 6 * 3600) + abs(amperes) * 0.02)
    device.put("Soc", flow.soc, 2)
    cell = flow.battery_volts / moment.plant.cells
    device.put("System/MinCellVoltage", cell - 0.002, 3)
    device.put("System/MaxCellVoltage", cell + 0.003, 3)
    device.count_energy("History/ChargedEnergy", watts, moment.seconds)
    device.count_energy("History/DischargedEnergy", -watts, moment.seconds)
    # BMVs count what was drawn downwards, batteries with a BMS of their own upwards.
    upwards = device.recorded("History/TotalAhDrawn") > 0
    device.count("History/TotalAhDrawn", max(0.0, -amperes) * hours * (1 if upwards else -1))
    capacity = moment.plant.capacity_ah * share
    device.put("ConsumedAmphours", -capacity * (1 - flow.soc / 100), 2)
    device.put("TimeToGo", min(864000.0, capacity * flow.soc / 100 / max(1e-3, -amperes) * 3600), 0)
    device.count("History/TimeSinceLastFullCharge", moment.seconds, 0)
    if flow.soc >= 99.5:
        device.restart("History/TimeSinceLastFullCharge", 0)


def solarcharger(device, moment):
    watts = moment.flow.charger_watts[device.name]
    volts = _charger_volts(device, moment.flow.battery_volts)
    stage = moment.charge_stage()
    if moment.midnight:
        _shift_history(device)
    device.put("Dc/0/Voltage", volts, 2)
    device.put("Dc/0/Current", watts / volts, 2)
    device.put("Load/I", 0.0)
    device.put("Yield/Power", watts)
    pv_volts = _panel_volts(device, watts)
    device.put("Pv/V", pv_volts, 2)
    device.put("Pv/I", watts / pv_volts if pv_volts else 0.0, 2)
    _trackers(device, watts, pv_volts)
    for path in ("Yield/User", "Yield/System", "History/Daily/0/Yield"):
        device.count_energy(path, watts, moment.seconds)
    device.peak("History/Daily/0/MaxPower", watts, 0)
    device.peak("History/Daily/0/MaxPvVoltage", pv_volts, 2)
    device.peak("History/Daily/0/MaxBatteryVoltage", volts, 2)
    if watts > 1:
        device.count(f"History/Daily/0/TimeIn{stage.capitalize()}", moment.seconds / 60, 2)
    device.put("MppOperationMode", 0 if watts < 1 else 2 if stage == "bulk" else 1)
    controlled = device.recorded("State") == _EXTERNAL_CONTROL
    device.put("State", 0 if watts < 1 else _EXTERNAL_CONTROL if controlled else _RAMP[stage])


def _charger_volts(device, battery_volts):
    """At the battery's side; a charger of another nominal voltage feeds the bank through its own battery."""
    values = {path: device.get(path) for path in ("History/Overall/MaxBatteryVoltage", "Dc/0/Voltage")}
    return battery_volts * charger_nominal(values) / nominal_volts(battery_volts)


def _panel_volts(device, watts):
    """Panels keep most of their voltage as long as there is light."""
    top = device.recorded("History/Overall/MaxPvVoltage", 90.0)
    return 0.0 if watts <= 0 else top * (0.7 + 0.15 * min(1.0, 10 / watts))


def _trackers(device, watts, volts):
    trackers = int(device.recorded("NrOfTrackers", 1))
    for tracker in range(trackers):
        device.put(f"Pv/{tracker}/P", watts / trackers)
        device.put(f"Pv/{tracker}/V", volts * (1 - 0.02 * tracker), 2)
        device.peak(f"History/Daily/0/Pv/{tracker}/MaxPower", watts / trackers, 0)


def _shift_history(device):
    """Day n becomes day n + 1; day 0 starts at nothing."""
    days = sorted({int(path.split("/")[2]) for path in device.paths() if path.startswith("History/Daily/")})
    names = [path[len("History/Daily/0/"):] for path in device.paths() if path.startswith("History/Daily/0/")]
    for name in names:
        for day in reversed(days[1:]):
            device.put_as_is(f"History/Daily/{day}/{name}", device.get(f"History/Daily/{day - 1}/{name}", []))
        if name.startswith(("Yield", "Max", "TimeIn", "Pv/")):
            device.restart(f"History/Daily/0/{name}", 0.0)


def vebus(device, moment):
    flow = moment.flow
    connected = moment.plant.has_grid or flow.genset > 0
    _ac(device, moment, "Ac/Out", flow.ac_out)
    _ac(device, moment, "Ac/ActiveIn", flow.ac_in if connected else [0.0] * len(flow.ac_in), alive=connected)
    for side, watts in (("Out", flow.ac_out), ("ActiveIn", flow.ac_in)):
        device.put(f"Ac/{side}/P", sum(watts))
        device.put(f"Ac/{side}/S", sum(abs(power) for power in watts) / POWER_FACTOR)
    device.put("Ac/ActiveIn/Connected", connected)
    device.put("Ac/ActiveIn/ActiveInput", 0 if connected else 240)
    device.put("Dc/0/Voltage", flow.battery_volts, 2)
    device.put("Dc/0/Power", flow.vebus_dc)
    device.put("Dc/0/Current", flow.vebus_dc / flow.battery_volts)
    device.put("Soc", flow.soc)
    device.put("BatterySense/Voltage", flow.battery_volts, 2)
    device.put("State", _vebus_state(device, moment))
    device.count("Devices/0/UpTime", moment.seconds, 0)
    _vebus_energy(device, moment)


def _vebus_state(device, moment):
    """Charging, inverting, or, when it only passes the mains on, as recorded."""
    if abs(moment.flow.vebus_dc) < _IDLE_WATTS:
        return device.recorded("State")
    return _RAMP[moment.charge_stage()] if moment.flow.vebus_dc > 0 else _INVERTING


def _vebus_energy(device, moment):
    """From where to where the energy went, phase by phase, added up."""
    ways = {}
    for out, inverter in zip(moment.flow.ac_out, moment.flow.inverter):
        for way, watts in vebus_ways(out - inverter, inverter, out).items():
            ways[way] = ways.get(way, 0.0) + watts
    for way, watts in ways.items():
        device.count_energy(f"Energy/{way}", watts, moment.seconds)


def vebus_ways(ac_in, inverter, ac_out):
    """Splits one phase: what comes from the input or from the inverter serves the output first."""
    needed = max(0.0, ac_out)
    in_to_out = min(max(0.0, ac_in), needed)
    inverter_to_out = min(max(0.0, inverter), needed - in_to_out)
    spare = max(0.0, -ac_out)
    out_to_inverter = min(spare, max(0.0, -inverter))
    return {"AcIn1ToAcOut": in_to_out, "AcIn1ToInverter": max(0.0, ac_in) - in_to_out,
            "InverterToAcOut": inverter_to_out, "InverterToAcIn1": max(0.0, inverter) - inverter_to_out,
            "OutToInverter": out_to_inverter, "AcOutToAcIn1": spare - out_to_inverter}


def grid(device, moment):
    _meter(device, moment, moment.flow.grid)


def pvinverter(device, moment):
    phases = max(1, sum(device.has(f"Ac/L{phase}/Power") for phase in (1, 2, 3)))
    watts = moment.flow.pv_inverter_watts[device.name]
    _meter(device, moment, [watts / phases] * phases)
    device.put("StatusCode", 7 if watts > 1 else 8)


def genset(device, moment):
    """It feeds the input of the inverter on its first phase; at rest it says so."""
    watts = moment.flow.genset
    _meter(device, moment, [watts, 0.0, 0.0], alive=watts > 0)
    device.put("StatusCode", 8 if watts > 0 else 0)
    device.put("Start", watts > 0)
    device.put("Engine/Speed", 3000 if watts > 0 else 0)
    device.put("Engine/Load", watts / 120)
    warm = moment.day.noise("engine", moment.time, 3600)
    device.put("Engine/CoolantTemperature", 75 + 5 * warm if watts > 0 else 20 + 3 * warm)
    device.count("Engine/OperatingHours", moment.seconds if watts > 0 else 0, 0)


def evcharger(device, moment):
    watts = moment.flow.consumption_on_input
    charges = sum(watts) > 0
    _meter(device, moment, watts)
    device.put("Status", 2 if charges else 0)
    device.put("Current", max(watts, default=0) / MAINS_VOLTS)
    if charges and device.get("Status") == 2:
        device.count_energy("Session/Energy", sum(watts), moment.seconds)
        device.count("Session/Time", moment.seconds, 0)
    if moment.midnight:
        device.restart("Session/Energy", 0.0)
        device.restart("Session/Time", 0)


def acload(device, moment):
    """A heat pump that runs a third of the time, on the phases where the recording has power."""
    runs = moment.day.cycle(device.name, moment.time, 1800, 0.35)
    level = runs * (0.95 + 0.1 * moment.day.noise(device.name, moment.time, 60))
    _meter(device, moment, [level * device.recorded(f"Ac/L{phase}/Power") for phase in (1, 2, 3)])
