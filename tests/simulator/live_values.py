"""The values of a live station, and what has changed in them since the last look."""

from .bus import type_of

_ENERGY_DIGITS = 6  # of kWh


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Device:
    """One service. It publishes what its recording published: put() on an invalid or unknown path does nothing."""

    def __init__(self, name, values, changes):
        self.name = name
        self.type = type_of(name)
        self._values = dict(values)
        self._recorded = values
        self._changes = changes
        self._exact = {}

    def has(self, path):
        """Whether the recording has a value there; NaN and Infinity count, a live station heals them."""
        return _is_number(self._recorded.get(path))

    def get(self, path, default=None):
        return self._values.get(path, default)

    def recorded(self, path, default=0):
        """The number that the recording has at path."""
        return self._recorded[path] if self.has(path) else default

    def paths(self):
        return list(self._values)

    def put(self, path, value, digits=1):
        """Publishes a number, as an integer where the recording has one."""
        if self.has(path):
            whole = isinstance(self._recorded[path], int)
            self.put_as_is(path, round(value) if whole else round(float(value), digits))

    def put_as_is(self, path, value):
        """Publishes any value, whatever was there."""
        if self._values.get(path) != value:
            self._values[path] = value
            self._changes.setdefault(self.name, {})[path] = value

    def count(self, path, amount, digits=_ENERGY_DIGITS):
        """Adds to a counter. What is published is rounded (to an integer without digits), what is kept is not."""
        if self.has(path):
            start = self._recorded[path] if self._recorded[path] == self._recorded[path] else 0.0
            self._exact[path] = self._exact.get(path, start) + amount
            self.put_as_is(path, round(self._exact[path], digits or None))

    def count_energy(self, path, watts, seconds):
        """Adds watts over seconds to a counter of kWh; negative watts count nothing."""
        self.count(path, max(0.0, watts) * seconds / 3.6e6)

    def restart(self, path, value):
        """Sets a counter back."""
        if self.has(path):
            self._exact[path] = value
            self.put_as_is(path, value)

    def peak(self, path, value, digits=1):
        """Keeps the highest value of the day."""
        if self.has(path) and not value <= self.get(path, 0):
            self.put(path, value, digits)


class LiveValues:
    """All devices of a recording."""

    def __init__(self, services):
        self._changes = {}
        self.devices = {name: Device(name, values, self._changes) for name, values in services.items()}

    def of_type(self, device_type):
        return [device for device in self.devices.values() if device.type == device_type]

    def take_changes(self):
        """{service: {path: value}} since the last call."""
        changes = {name: dict(values) for name, values in self._changes.items()}
        self._changes.clear()
        return changes
