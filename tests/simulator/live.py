"""A day in the life of a recorded station: values that move, and that agree with one another.

The flows of energy come from power_flow.py; each device then publishes its part of them on the paths that its
recording has, counters integrate exactly the power that was published, and system repeats the devices.
"""

import math

from . import live_devices, live_surroundings
from .day import Day, zone_of
from .live_devices import Moment
from .live_plant import pack_shares, plant_of
from .live_system import system
from .live_values import LiveValues
from .power_flow import PowerFlow
from .recording import SETTINGS, SYSTEM

_MAX_STEP_SECONDS = 30.0
_WRITERS = {
    "acload": live_devices.acload,
    "battery": live_devices.battery,
    "evcharger": live_devices.evcharger,
    "generator": live_surroundings.generator,
    "genset": live_devices.genset,
    "gps": live_surroundings.gps,
    "grid": live_devices.grid,
    "logger": live_surroundings.logger,
    "meteo": live_surroundings.meteo,
    "platform": live_surroundings.platform,
    "pvinverter": live_devices.pvinverter,
    "solarcharger": live_devices.solarcharger,
    "tank": live_surroundings.tank,
    "temperature": live_surroundings.temperature,
    "vebus": live_devices.vebus,
}


class LiveDay:
    """Equal recording, seed, start and steps give equal values."""

    def __init__(self, recording, seed, start, longest_step=_MAX_STEP_SECONDS):
        zone = zone_of(recording.services.get(SETTINGS, {}).get("Settings/System/TimeZone") or "UTC")
        self.time = start
        self._longest_step = longest_step
        self.day = Day(seed, zone)
        self.plant = plant_of(recording)
        self._flow = PowerFlow(self.plant, self.day)
        self.shares = pack_shares(recording.services)
        self.values = LiveValues(recording.services)

    def advance(self, seconds):
        """Lets that much time pass; returns what changed, as Bus.write() takes it."""
        steps = max(1, math.ceil(seconds / self._longest_step))
        for _ in range(steps):
            self._step(seconds / steps)
        return self.values.take_changes()

    def _step(self, seconds):
        before = self.day.local(self.time).date()
        self.time += seconds
        moment = Moment(self._flow.step(self.time, seconds), self.day, self.plant, self.shares,
                        self.time, seconds, before != self.day.local(self.time).date())
        for device in self.values.devices.values():
            writer = _WRITERS.get(device.type)
            if writer:
                writer(device, moment)
        if SYSTEM in self.values.devices:
            system(self.values.devices[SYSTEM], moment, self.values)
