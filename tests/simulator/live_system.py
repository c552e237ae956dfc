"""What systemcalc makes of the devices: every number here is one that they published, or their sum."""

from .live_devices import MAINS_VOLTS, POWER_FACTOR

_CHARGING, _DISCHARGING, _IDLE = 1, 2, 0
_STATE_INVERTING, _STATE_DISCHARGING = 9, 256
_IDLE_WATTS = 20
_RAMP = {"bulk": 3, "absorption": 4, "float": 5}


def system(device, moment, values):
    """device is system itself, values all devices of the station, which were updated before."""
    _battery(device, moment, values)
    _solar(device, values)
    _genset(device, values)
    flow = moment.flow
    _phases(device, "Ac/Grid", flow.grid)
    _phases(device, "Ac/Genset", [flow.genset] + [0.0, 0.0])
    connected = moment.plant.has_grid or flow.genset > 0
    _phases(device, "Ac/ActiveIn", flow.ac_in if connected else [0.0] * 3)
    _phases(device, "Ac/ConsumptionOnInput", flow.consumption_on_input + [0.0] * 2)
    _phases(device, "Ac/ConsumptionOnOutput", flow.consumption_on_output)
    _phases(device, "Ac/Consumption", _sum_by_phase(flow.consumption_on_input, flow.consumption_on_output))
    _phases(device, "Ac/PvOnOutput", _pv_phases(moment, moment.plant.pv_on_output))
    _phases(device, "Ac/PvOnGrid", _pv_phases(moment, moment.plant.pv_on_grid))
    for part in ("Vebus", "InverterCharger"):
        device.put(f"Dc/{part}/Power", flow.vebus_dc)
        device.put(f"Dc/{part}/Current", flow.vebus_dc / flow.battery_volts)
    device.put("Dc/System/Power", flow.dc_load)
    device.put("Dc/System/Current", flow.dc_load / flow.battery_volts)
    _state(device, moment, connected)


def _sum_by_phase(a, b):
    """Three phases, also where a list holds the first one only."""
    return [x + y for x, y in zip(a + [0.0] * (3 - len(a)), b + [0.0] * (3 - len(b)))]


def _phases(device, prefix, watts):
    for phase, power in enumerate(watts):
        device.put(f"{prefix}/L{phase + 1}/Power", power)
        device.put(f"{prefix}/L{phase + 1}/Current", power / MAINS_VOLTS / POWER_FACTOR, 2)


def _pv_phases(moment, inverters):
    total = sum(moment.flow.pv_inverter_watts[name] for name in inverters)
    return [total / moment.plant.phases] * moment.plant.phases if moment.plant.phases else []


def _battery(device, moment, values):
    """Dc/Battery is a copy of the chosen battery; Batteries lists all that it listed."""
    chosen = values.devices.get(device.get("Dc/Battery/BatteryService"))
    if chosen is None:
        return
    for path, source in (("Voltage", "Dc/0/Voltage"), ("Current", "Dc/0/Current"), ("Power", "Dc/0/Power"),
                         ("Temperature", "Dc/0/Temperature"), ("Soc", "Soc"), ("TimeToGo", "TimeToGo"),
                         ("ConsumedAmphours", "ConsumedAmphours")):
        if chosen.has(source):
            device.put(f"Dc/Battery/{path}", chosen.get(source), 2)
    device.put("Dc/Battery/State", _battery_state(chosen.get("Dc/0/Current")))
    listed = device.get("Batteries")
    if isinstance(listed, list):
        device.put_as_is("Batteries", [_listed(entry, values) for entry in listed])


def _battery_state(amperes):
    return _CHARGING if amperes > 0.5 else _DISCHARGING if amperes < -0.5 else _IDLE


def _listed(entry, values):
    source = values.devices.get(entry.get("id"))
    if source is None:
        return entry
    now = {"voltage": source.get("Dc/0/Voltage"), "current": source.get("Dc/0/Current"),
           "power": source.get("Dc/0/Power"), "temperature": source.get("Dc/0/Temperature"),
           "soc": source.get("Soc"), "state": _battery_state(source.get("Dc/0/Current"))}
    return {**entry, **{name: value for name, value in now.items() if name in entry}}


def _solar(device, values):
    """As systemcalc adds them: volts times amperes of each charger."""
    chargers = values.of_type("solarcharger")
    watts = sum(charger.get("Dc/0/Voltage") * charger.get("Dc/0/Current") for charger in chargers)
    device.put("Dc/Pv/Power", watts)
    device.put("Dc/Pv/Current", sum(charger.get("Dc/0/Current") for charger in chargers), 2)


def _genset(device, values):
    for generator in values.of_type("generator"):
        for path in ("RunningByConditionCode", "Runtime"):
            device.put(f"Ac/Genset/{path}", generator.get(path, 0), 0)


def _state(device, moment, connected):
    flow = moment.flow
    device.put("Ac/ActiveIn/Source", (1 if moment.plant.has_grid else 2) if connected else 240)
    if moment.plant.phases:
        device.put("SystemState/State", _system_state(device, moment))
    timer = "Grid" if moment.plant.has_grid else "Generator" if flow.genset > 0 else "Inverter"
    device.count(f"Timers/TimeOn{timer}", moment.seconds, 0)



def _system_state(device, moment):
    if not moment.plant.has_grid:
        return _STATE_INVERTING if moment.flow.genset <= 0 else _RAMP[moment.charge_stage()]
    if abs(moment.flow.battery_watts) < _IDLE_WATTS:
        return device.recorded("SystemState/State")
    return _RAMP[moment.charge_stage()] if moment.flow.battery_watts > 0 else _STATE_DISCHARGING
