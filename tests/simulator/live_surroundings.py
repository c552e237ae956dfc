"""What changes besides the energy: temperatures, tanks, clocks, the GX itself."""

import json

_FRESH_WATER, _WASTE = 1, (2, 5)
_RUNS_BY_SOC = 4
_CAN_PACKETS_PER_SECOND = 90


def temperature(device, moment):
    """Drifts a few degrees around what was recorded: with the day outside, slowly elsewhere."""
    drift = 3 * (moment.day.noise(device.name, moment.time, 3 * 3600) - 0.5)
    sun = 6 * moment.day.sun(moment.time) if device.get("TemperatureType") in (2, 4) else 0
    device.put("Temperature", device.recorded("Temperature") + drift + sun, 2)
    device.put("Humidity", device.recorded("Humidity") + 2 * drift, 2)
    device.put("SeqNo", int(moment.time / 10) % 65536)


def tank(device, moment):
    """Fresh water falls and waste rises until midnight, fuel falls for a month."""
    fluid = device.get("FluidType")
    days = 1 if fluid == _FRESH_WATER or fluid in _WASTE else 30
    part = (moment.day.hour(moment.time) / 24 + moment.day.local(moment.time).toordinal() % days) / days
    level = 10 + 70 * part if fluid in _WASTE else 95 - 70 * part
    device.put("Level", level, 2)
    if device.has("Level"):
        device.put("Remaining", device.recorded("Capacity") * level / 100, 5)


def meteo(device, moment):
    """A sensor in the plane of the panels; its cell is warmer than the air where the sun shines."""
    light = moment.day.sun(moment.time) * moment.day.clear(moment.time)
    device.put("Irradiance", 1000 * light)
    device.put("CellTemperature", 15 + 30 * light)


def gps(device, moment):
    device.put("Utc", int(moment.time))
    if device.get("UtcTimestamp"):
        device.put_as_is("UtcTimestamp", moment.day.local(moment.time).strftime("%H%M%S.00"))


def platform(device, moment):
    device.put("Device/Time", int(moment.time))
    for path in device.paths():
        if path.startswith("CanBus/Interface/") and path.endswith("/Statistics"):
            _count_can(device, path, moment.seconds)


def _count_can(device, path, seconds):
    """The statistics are JSON in a text; packets go up."""
    try:
        statistics = json.loads(device.get(path))
        for direction in ("rx", "tx"):
            statistics[0]["stats64"][direction]["packets"] += int(seconds * _CAN_PACKETS_PER_SECOND)
    except (TypeError, ValueError, LookupError):
        return  # an interface that is down has none
    device.put_as_is(path, json.dumps(statistics))


def logger(device, moment):
    """A contact with VRM each 15 minutes."""
    device.put("Vrm/TimeLastContact", int(moment.time // 900 * 900))


def generator(device, moment):
    """Counts the time that the genset of the station runs."""
    runs = moment.flow.genset > 0
    device.put("State", runs)
    device.put("RunningByConditionCode", _RUNS_BY_SOC if runs else 0)
    if "RunningByCondition" in device.paths():
        device.put_as_is("RunningByCondition", "soc" if runs else "")
    if not runs:
        return device.restart("Runtime", 0)
    for path in ("Runtime", "TodayRuntime", "AccumulatedRuntime"):
        device.count(path, moment.seconds, 0)
    return None
