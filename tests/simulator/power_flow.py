"""The energy balance of a station: what sun, loads, battery, grid and genset do to one another.

Watts throughout. Battery power is positive when charging, inverter power when it feeds the AC side, grid and
genset power when they deliver.
"""

import math
from dataclasses import dataclass, field

EFFICIENCY = 0.94
SETPOINT_WATTS = 30
_EMPTY_SOC = 5.0
_OPEN_CIRCUIT = ((0, 2.9), (5, 3.15), (20, 3.25), (60, 3.30), (90, 3.34), (98, 3.38), (100, 3.44))


@dataclass
class Plant:
    """What takes part; plant_of() in live_plant.py finds it in a recording."""

    phases: int = 0
    has_grid: bool = False
    has_genset: bool = False
    inverter_watts: float = 0.0
    load_watts: float = 0.0
    dc_load_watts: float = 0.0
    charger_peaks: dict = field(default_factory=dict)
    pv_on_output: dict = field(default_factory=dict)
    pv_on_grid: dict = field(default_factory=dict)
    ev_watts: float = 0.0
    capacity_ah: float = 200.0
    cells: int = 16
    charge_amperes: float = 100.0
    soc_floor: float = 20.0
    soc: float = 50.0


@dataclass
class Flow:
    """One moment. Lists are per phase."""

    charger_watts: dict
    pv_inverter_watts: dict
    consumption_on_output: list
    consumption_on_input: list
    ac_out: list
    ac_in: list
    inverter: list
    grid: list
    genset: float
    dc_load: float
    vebus_dc: float
    battery_watts: float
    battery_volts: float
    battery_amperes: float
    soc: float


def open_circuit_volts(soc, cells):
    """Of a resting LiFePO4 battery."""
    for (low, low_volts), (high, high_volts) in zip(_OPEN_CIRCUIT, _OPEN_CIRCUIT[1:]):
        if soc <= high:
            return cells * (low_volts + (high_volts - low_volts) * (soc - low) / (high - low))
    return cells * _OPEN_CIRCUIT[-1][1]


def dc_watts(inverter):
    """What the inverter draws from DC, or, charging, delivers to it as a negative number."""
    return inverter / EFFICIENCY if inverter > 0 else inverter * EFFICIENCY


class PowerFlow:
    """Steps a plant through a day and remembers the state of charge."""

    def __init__(self, plant, day):
        self._plant = plant
        self._day = day
        self.soc = plant.soc
        self._genset_runs = False

    def step(self, time, seconds):
        """The flows at time; the battery carries its part for that many seconds."""
        plant = self._plant
        chargers = self._sun(plant.charger_peaks, time)
        solar = self._sun({**plant.pv_on_output, **plant.pv_on_grid}, time)
        loads, car, dc_load = self._loads(time)
        inverter = self._inverter(time, sum(chargers.values()), sum(loads) + sum(car) - sum(solar.values()), dc_load)
        wanted = sum(chargers.values()) - dc_watts(inverter) - dc_load
        limit = self._charge_limit()
        if wanted > limit:
            throttle = max(0.0, 1 - (wanted - limit) / max(1.0, sum(chargers.values())))
            chargers = {name: watts * throttle for name, watts in chargers.items()}
        volts, amperes = self._battery(sum(chargers.values()) - dc_watts(inverter) - dc_load)
        self.soc = min(100.0, max(0.0, self.soc + amperes * seconds / 36 / plant.capacity_ah))
        return self._flow(chargers, solar, loads, car, dc_load, inverter, (volts * amperes, volts, amperes))

    def _sun(self, peaks, time):
        light = self._day.sun(time) * self._day.clear(time)
        return {name: peak * light * (0.94 + 0.06 * self._day.noise(name, time, 300)) for name, peak in peaks.items()}

    def _loads(self, time):
        plant = self._plant
        if self.soc <= _EMPTY_SOC and not plant.has_grid and not self._genset_runs:
            return [0.0] * plant.phases, [0.0] * plant.phases, 0.0
        mean = plant.load_watts / max(1, plant.phases)
        loads = [mean * self._day.household(time, f"L{phase + 1}") for phase in range(plant.phases)]
        charges = 11 <= self._day.hour(time) < 15
        car = [plant.ev_watts / plant.phases if charges else 0.0 for _ in range(plant.phases)]
        return loads, car, plant.dc_load_watts * self._day.household(time, "dc")

    def _charge_limit(self):
        """Watts that the battery still takes: less and less above 90 %, nothing when full."""
        full = self._plant.charge_amperes * open_circuit_volts(self.soc, self._plant.cells)
        return full * min(1.0, max(0.0, (100 - self.soc) / 10))

    def _inverter(self, time, solar, ac_need, dc_load):
        """The inverter's power: all that is needed off grid; on grid what keeps the meter near its setpoint."""
        plant = self._plant
        if not plant.phases:
            return 0.0
        if not plant.has_grid:
            return self._island(ac_need)
        wanted = ac_need - SETPOINT_WATTS
        surplus = (solar - dc_load - self._charge_limit()) * EFFICIENCY
        wanted = max(wanted, surplus, -self._charge_limit() / EFFICIENCY)
        if self.soc <= plant.soc_floor:
            wanted = min(wanted, max(0.0, solar - dc_load) * EFFICIENCY)
        if not (plant.charger_peaks or plant.pv_on_output or plant.pv_on_grid) and 2 <= self._day.hour(time) < 5:
            wanted = -min(plant.inverter_watts * 0.5, self._charge_limit()) / EFFICIENCY
        return max(-plant.inverter_watts, min(plant.inverter_watts, wanted))

    def _island(self, ac_need):
        """A genset comes on below the floor and goes off at 80 %; while it runs it also charges."""
        if self._plant.has_genset and self.soc <= self._plant.soc_floor:
            self._genset_runs = True
        elif self.soc >= 80:
            self._genset_runs = False
        return -min(self._plant.inverter_watts * 0.6, self._charge_limit()) if self._genset_runs else ac_need

    def _battery(self, watts):
        """Volts and amperes at that power: open circuit voltage and 2 milliohm a cell for 100 Ah."""
        plant = self._plant
        rest, ohms = open_circuit_volts(self.soc, plant.cells), 0.2 * plant.cells / plant.capacity_ah
        amperes = (math.sqrt(max(0.0, rest * rest + 4 * ohms * watts)) - rest) / (2 * ohms)
        return rest + amperes * ohms, amperes

    def _flow(self, chargers, solar, loads, car, dc_load, inverter, battery):
        plant, phases = self._plant, range(self._plant.phases)
        share = 1 / max(1, plant.phases)
        on_output = sum(solar[name] for name in plant.pv_on_output) * share
        on_grid = sum(solar[name] for name in plant.pv_on_grid) * share
        out = [load - on_output for load in loads]
        alone = not plant.has_grid and not self._genset_runs
        inverters = out if alone else [inverter * share] * plant.phases
        ac_in = [out[p] - inverters[p] for p in phases]
        supply = [ac_in[p] + car[p] - on_grid for p in phases]
        return Flow(charger_watts=chargers, pv_inverter_watts=solar, consumption_on_output=loads,
                    consumption_on_input=car, ac_out=out, ac_in=ac_in, inverter=inverters,
                    grid=supply if plant.has_grid else [0.0] * plant.phases,
                    genset=sum(supply) if self._genset_runs else 0.0, dc_load=dc_load, vebus_dc=-dc_watts(inverter),
                    battery_watts=battery[0], battery_volts=battery[1], battery_amperes=battery[2], soc=self.soc)
