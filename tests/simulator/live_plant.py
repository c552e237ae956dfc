"""Finds in a recording what takes part in its energy balance."""

from .bus import type_of
from .power_flow import Plant
from .recording import SYSTEM

_DEFAULT_INVERTER_WATTS = 3000
_DEFAULT_CHARGE_AMPERES = 100
_MEAN_LOAD = 0.15  # of the inverter's nominal power


def number(values, path, default=None):
    """The number at path; default if it is invalid or no number."""
    value = values.get(path)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value else default


def services_of(services, device_type):
    return {name: values for name, values in services.items() if type_of(name) == device_type}


def main_battery(services):
    """Bus name of the battery that system has chosen, or None."""
    name = services.get(SYSTEM, {}).get("Dc/Battery/BatteryService")
    return name if isinstance(name, str) and name in services else None


def main_vebus(services):
    name = services.get(SYSTEM, {}).get("VebusService")
    return name if isinstance(name, str) and name in services else None


def nominal_volts(volts):
    """12, 24 or 48, whichever a battery of that voltage is."""
    return 12 if volts < 18 else 24 if volts < 36 else 48


def charger_nominal(values):
    """Of the battery that a solar charger feeds; the highest voltage ever seen tells it better than the present one."""
    volts = number(values, "History/Overall/MaxBatteryVoltage") or number(values, "Dc/0/Voltage", 12)
    return nominal_volts(volts / 1.15)


def _charger_peak(values):
    return number(values, "Settings/ChargeCurrentLimit", 30) * charger_nominal(values)


def _capacity(values):
    """Ampere hours: published, or told by the consumed ones at that state of charge."""
    used, soc = number(values, "ConsumedAmphours", 0), number(values, "Soc", 100)
    for path in ("Capacity", "InstalledCapacity"):
        if number(values, path):
            return number(values, path)
    return round(-used / (1 - soc / 100)) if used < -1 and soc < 99 else 200


def _inverter_watts(values):
    return number(values, "Ac/Out/NominalInverterPower", _DEFAULT_INVERTER_WATTS) if values else 0


def _pv_inverters(services, on_output):
    """Position 1 is the output of the inverter, 0 and 2 its inputs."""
    return {name: number(values, "Ac/MaxPower", 5000) for name, values in services_of(services, "pvinverter").items()
            if (number(values, "Position", 0) == 1) == on_output}


def _battery_part(services):
    battery = services.get(main_battery(services), {})
    packs = [values for values in services_of(services, "battery").values() if is_pack(values)]
    nominal = nominal_volts(number(battery, "Dc/0/Voltage", 12))
    limit = number(battery, "Info/MaxChargeVoltage")
    return {"capacity_ah": sum(map(_capacity, packs)) if packs else _capacity(battery),
            "cells": round(limit / 3.5) if limit else nominal // 3,
            "charge_amperes": number(battery, "Info/MaxChargeCurrent", _DEFAULT_CHARGE_AMPERES),
            "soc": min(99.0, number(battery, "Soc", 60.0))}


def is_pack(values):
    """A battery of its own; a virtual one only shows what others measure."""
    return values.get("Mgmt/Connection") != "Virtual"


def pack_shares(services):
    """{battery service: its part of the bank's current}."""
    batteries = services_of(services, "battery")
    total = sum(_capacity(values) for values in batteries.values() if is_pack(values))
    return {name: _capacity(values) / total if is_pack(values) and total else 1.0 for name, values in batteries.items()}


def plant_of(recording):
    """The plant behind a recording."""
    services = recording.services
    system, vebus = services.get(SYSTEM, {}), services.get(main_vebus(services), {})
    chargers = {name: _charger_peak(values) for name, values in services_of(services, "solarcharger").items()}
    inverter = _inverter_watts(vebus)
    has_grid = number(system, "Ac/Grid/NumberOfPhases", 0) > 0
    car = services_of(services, "evcharger")
    return Plant(phases=int(number(vebus, "Ac/NumberOfPhases", 1)) if vebus else 0,
                 has_grid=has_grid, has_genset=bool(services_of(services, "genset")) and not has_grid,
                 inverter_watts=inverter, load_watts=inverter * _MEAN_LOAD,
                 dc_load_watts=0.1 * sum(chargers.values()) if "Dc/System/Power" in system and not vebus else 0.0,
                 charger_peaks=chargers, pv_on_output=_pv_inverters(services, True),
                 pv_on_grid=_pv_inverters(services, False),
                 ev_watts=6000.0 if car else 0.0,
                 soc_floor=number(system, "Control/ActiveSocLimit", 30.0), **_battery_part(services))

