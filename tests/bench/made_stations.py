"""Stations of any size, made of recorded services, for the measurements here."""

import json
from pathlib import Path

from harness import STATIONS

# 276 and 39 samples at level full: one Multi of three phases and its battery.
UNIT = [("three-phase-site", "com.victronenergy.vebus.ttyS4"),
        ("cerbo-gx-v3.70-ess", "com.victronenergy.battery.socketcan_can0")]
UNIT_SAMPLES = 315
SYSTEM = ("cerbo-gx-v3.70-ess", "com.victronenergy.system")  # no broker's full publish is complete without it
SYSTEM_SAMPLES = 96


def recorded(station, service):
    return json.loads((STATIONS / station / "http" / f"{service}.json").read_text())


def with_instance(document, instance):
    """The same service as another device."""
    values = dict(document["value"], DeviceInstance=instance)
    return dict(document, value=values)


def services(samples):
    """{bus name: answer} of a station of about that many samples."""
    made = {SYSTEM[1]: recorded(*SYSTEM)}
    if samples < UNIT_SAMPLES:
        units, kinds = 1, UNIT[1:]
    else:
        units, kinds = max(1, round((samples - SYSTEM_SAMPLES) / UNIT_SAMPLES)), UNIT
    for kind in kinds:
        document = recorded(*kind)
        for number in range(units):
            made[f"{kind[1]}_{number:03}"] = with_instance(document, number)
    return made


def write_station(directory, samples):
    """A folder that the simulator and ready_station serve; returns it."""
    folder = Path(directory) / f"station_{samples}"
    http = folder / "http"
    http.mkdir(parents=True)
    made = services(samples)
    (http / "services.json").write_text(json.dumps({"success": True, "services": sorted(made)}, indent=2))
    for name, document in made.items():
        (http / f"{name}.json").write_text(json.dumps(document, indent=2))
    return folder


def topics(portal, folder):
    """[(topic, payload)] of everything the station says, as the plugin of a GX publishes it."""
    said = []
    for path in sorted((folder / "http").glob("com.victronenergy.*.json")):
        values = json.loads(path.read_text())["value"]
        device = path.stem.split(".")[2]
        instance = values.get("DeviceInstance", 0)
        said += [(f"N/{portal}/{device}/{instance}/{name.lstrip('/')}", json.dumps({"value": value}).encode())
                 for name, value in values.items()]
    return said
