"""Sun, clouds and habits: pure functions of a seed and the time, so that every step width sees the same day."""

import math
import random
from datetime import datetime, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

HOUR = 3600.0


def zone_of(name):
    """The time zone, UTC if this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return timezone.utc


@lru_cache(maxsize=20000)
def _chance(key):
    return random.Random(key).random()


def _bump(hour, middle, width):
    """A bell around middle, which repeats every 24 h."""
    distance = (hour - middle + 12) % 24 - 12
    return math.exp(-0.5 * (distance / width) ** 2)


class Day:
    """What happens at one place; seed picks the weather and the habits."""

    def __init__(self, seed, zone):
        self._seed = seed
        self._zone = zone

    def local(self, time):
        return datetime.fromtimestamp(time, self._zone)

    def hour(self, time):
        local = self.local(time)
        return local.hour + local.minute / 60 + local.second / HOUR

    def noise(self, name, time, period):
        """A smooth wandering value between 0 and 1; period is how long it keeps a direction."""
        slot, within = divmod(time / period, 1)
        before, after = (_chance(f"{self._seed}/{name}/{int(slot) + i}") for i in (0, 1))
        return before + (after - before) * within * within * (3 - 2 * within)

    def sun(self, time):
        """Of the panels' peak under a clear sky; up from 6 to 20 o'clock."""
        height = math.sin(math.pi * (self.hour(time) - 6) / 14) if 6 < self.hour(time) < 20 else 0.0
        return height ** 1.2

    def clear(self, time):
        """What the clouds leave: 0.2 to 1. Some days are grey, clouds pass in half an hour, edges in a minute."""
        greyness = self.noise("grey day", time, 24 * HOUR)
        cover = self.noise("clouds", time, 0.5 * HOUR) * (0.5 + greyness)
        edge = 0.1 * self.noise("edges", time, 60)
        return max(0.2, 1 - 0.9 * max(0.0, cover - 0.4) - edge)

    def household(self, time, name="house"):
        """Consumption as a multiple of its mean: nights low, peaks at breakfast, lunch and in the evening."""
        hour = self.hour(time)
        habit = 0.4 + 1.1 * _bump(hour, 7.5, 1.0) + 0.7 * _bump(hour, 12.5, 1.2) + 1.6 * _bump(hour, 19.5, 1.8)
        kettle = 1.5 if _chance(f"{self._seed}/{name}/{int(time / 600)}") > 0.93 - 0.08 * habit else 0.0
        return 0.7 * habit * (0.85 + 0.3 * self.noise(name, time, 120)) + kettle

    def cycle(self, name, time, period, share):
        """A machine that runs that share of its period: 1 while it runs, else 0."""
        start = self.noise(name, time // (24 * HOUR) * 24 * HOUR, HOUR) * period
        return 1 if (time + start) % period < share * period else 0
