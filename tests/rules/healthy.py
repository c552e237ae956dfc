"""The simulated stations without what is wrong in their recordings, as an owner would run them.

HEALED takes out of each recording what an alert rightly speaks of, SITE_FILES has what an owner knows and the station
does not. With both, a day of their life is a healthy one.
"""

SERVICE = "com.victronenergy."
STATIONS = {
    "ess": "cerbo-gx-v3.70-ess",  # 48 V, grid
    "boat": "ekrano-gx-v3.70-boat",  # 12 V, no AC
    "factory": "three-phase-site",  # 48 V, three phases, grid, AC-coupled solar, generator at rest
    "cabin": "venus-v3.14-offgrid-house",  # 48 V, off grid, generator
    "van": "twins",  # 12 V, a battery and two sensors
}

# {station: {service: {path: value}}}
HEALED = {
    "ess": {
        "system": {"Dvcc/Alarms/MultipleBatteries": 0},
        "platform": {"Notifications/NumberOfUnAcknowledgedAlarms": 0},
    },
    "boat": {
        "solarcharger.ttyO1": {"Alarms/HighTemperature": 0},
        "tank.adc_builtin0_3": {"Status": 0, "Level": 20.0},
        "platform": {"Notifications/NumberOfUnAcknowledgedAlarms": 0},
    },
    "factory": {
        "system": {"Dvcc/Alarms/MultipleBatteries": 0},
        "platform": {"Notifications/NumberOfUnAcknowledgedAlarms": 0},
        "genset.socketcan_can1_vi0_uc90": {"Error/1/Id": ""},
    },
    # An outdoor sensor that is set up as one of a fridge.
    "cabin": {"temperature.adc_builtin0_4": {"TemperatureType": 4}},
    # Two sensors with one instance.
    "van": {
        "temperature.adc_builtin0_4": {"TemperatureType": 4, "DeviceInstance": 24},
        "platform": {"Notifications/NumberOfUnAcknowledgedAlarms": 0},
    },
}

SITE_FILES = {
    # The sensor on the boiler has the type of a room's.
    "ess": {"region": "north", "devices": {"temperature/26": {"room_temperature_high_celsius": 85}}},
    "boat": {"region": "coast"},
    "factory": {"region": "north"},
    # A recording of single devices: it has no platform service.
    "cabin": {"region": "north", "expected": {"platform": 0}},
    "van": {"region": "coast"},
}


def faults_of(site):
    """What to patch the simulator's faults with."""
    return {"values": {SERVICE + service: values for service, values in HEALED[site].items()}}


def site_file_of(site):
    return {"name": site.title(), "timezone": "Europe/Berlin", **SITE_FILES[site]}
