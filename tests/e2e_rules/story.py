"""What happens to the fleet: a quiet time, one misfortune a station, a battery that empties further, and all is well again."""

import time

from world import LAST_SPREAD, LOWEST_CELL, Site, at_noon

PATIENCE = 240  # seconds; a minute is enough
BEATS = 6  # of the watchdog, that are waited for
STEADY = 12  # seconds in which something that is repeated would come: more than two group_intervals

# {station: {service: {path: value}}}
MISFORTUNES = {
    "mill": {  # the grid is lost
        "vebus.ttyS4": {
            "Ac/ActiveIn/Connected": 0, "Ac/ActiveIn/ActiveInput": 240, "Ac/ActiveIn/L1/V": 0, "Ac/ActiveIn/L1/F": 0,
            "Ac/ActiveIn/L1/I": 0, "Ac/ActiveIn/L1/P": 0, "Ac/ActiveIn/P": 0, "Alarms/GridLost": 2, "State": 9},
        "system": {"Ac/ActiveIn/Source": 240, "Ac/In/0/Connected": 0, "Ac/Grid/L1/Power": 0, "SystemState/State": 256}},
    "cottage": {  # 12 % left, empty in an hour and a bit
        "battery.ttyO0": {"Soc": 12, "Dc/0/Power": -936, "Dc/0/Current": -18},
        "system": {"Dc/Battery/Soc": 12, "Dc/Battery/Power": -936, "Dc/Battery/Current": -18}},
    "barn": {  # the inverter does not hear the BMS, whose last words were of a warm battery and not to charge it
        "vebus.ttyS4": {"Alarms/BmsConnectionLost": 2},
        "battery.socketcan_can0": {"Info/MaxChargeCurrent": 0, "Dc/0/Temperature": 48}},
    "roof": {  # a string is dead at noon
        "solarcharger.socketcan_can0_vi0_uc162268": {"Pv/1/P": 0, "Pv/1/V": 0.3}},
    "attic": {  # the battery is hot, which both of its monitors say
        "battery.socketcan_can0": {"Dc/0/Temperature": 57, "System/MaxCellTemperature": 57, "System/MinCellTemperature": 56},
        "battery.virtual_6167fb1a3a50da34": {"Dc/0/Temperature": 57},
        "system": {"Dc/Battery/Temperature": 57}},
}
EMPTIER = {"battery.ttyO0": {"Soc": 9.5}, "system": {"Dc/Battery/Soc": 9.5}}
# As drift() in world.py leaves them.
DRIFTED = {"battery.socketcan_can0": {"System/MinCellVoltage": LOWEST_CELL, "System/MaxCellVoltage": LOWEST_CELL + LAST_SPREAD}}
# At some hours of its simulated day the cabin alone would take so much that the mean of the load calls for a page at once.
AT_REST = {"battery.ttyO0": {"Soc": 80, "Dc/0/Power": -208, "Dc/0/Current": -4},
           "system": {"Dc/Battery/Soc": 80, "Dc/Battery/Power": -208, "Dc/Battery/Current": -4}}
TRACKERS = {str(number): {"pv_peak_watts": 1500} for number in range(4)}


def sites(folder):
    lfp = {"chemistry": "lfp", "parameters": {"battery_capacity_joules": 36e6}}
    return [
        Site("mill", "ess", folder, {"region": "north"}),
        Site("cottage", "cabin", folder, lfp, values=AT_REST),
        Site("barn", "ess", folder),
        Site("depot", "ess", folder, values=DRIFTED),
        Site("roof", "factory", folder, {"devices": {"solarcharger/0": {"trackers": TRACKERS}}},
             at_noon("three-phase-site", folder)),
        Site("island", "van", folder, {"parameters": {"station_unreachable_seconds": 65}}),
        Site("tower", "van", folder),
        Site("attic", "ess", folder),
        Site("home", "boat", folder),
    ]


def wait(condition, patience=PATIENCE):
    """Whether it came about in time; the tests say what is missing if it did not."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Story:
    """Tells it, and keeps what arrived until which chapter."""

    def __init__(self, world):
        self._world = world
        self.ends = {}  # {chapter: moment}
        self.muted = {}  # {(alert, site): whether}

    def tell(self):
        for chapter in (self._quiet, self._misfortune, self._emptier, self._recovery):
            chapter()
            self.ends[chapter.__name__.lstrip("_")] = time.monotonic()
        self.failures = self._world.prometheus.rules_that_failed()
        return self

    def calls(self, receiver, site=None, after="", until="recovery"):
        """The webhook calls to a receiver about a station, of the chapters after one, up to another."""
        begin = self.ends[after] if after else 0.0
        return [call for call in self._world.calls if call.path == f"/{receiver}" and begin < call.at <= self.ends[until]
                and (site is None or call.site == site)]

    def mails(self, receiver, site=None):
        to = {"pager": "on-call@example.org"}.get(receiver, "service@example.org")
        return [mail for mail in self._world.mails if mail.to == to and (site is None or f"{site}:" in mail.subject)]

    def _has(self, receiver, site, status, *names):
        """Whether the last call about a station says that of all these alerts."""
        said = [call for call in self._world.calls if call.path == f"/{receiver}" and call.site == site]
        return bool(said) and said[-1].status == status and {name for name, _ in said[-1].names(status)} >= set(names)

    def _quiet(self):
        """All are heard, the rules have run, and nothing is said; but the cells of one battery have drifted for 15 days."""
        world = self._world
        wait(lambda: len(world.prometheus.query("site:victron_up:max == 1")) == len(world.sites))
        wait(lambda: self._has("ticket", "depot", "firing", "VictronBatteryCellImbalance", "VictronBatteryCellImbalanceGrowing"))
        time.sleep(STEADY)

    def _misfortune(self):
        world = self._world
        for site, values in MISFORTUNES.items():
            world.sites[site].suffer(values)
        world.sites["island"].simulator.faults(server="refuse")
        world.sites["tower"].stop_exporter()
        wait(lambda: all((
            self._has("pager", "mill", "firing", "VictronGridLost"),
            self._has("pager", "barn", "firing", "VictronBatteryBmsLost"),
            self._has("pager", "attic", "firing", "VictronBatteryTemperatureHigh"),
            self._has("pager", "island", "firing", "VictronStationUnreachable"),
            self._has("pager", "tower", "firing", "VictronExporterDown"),
            self._has("ticket", "roof", "firing", "VictronSolarTrackerDead"),
            self._has("ticket", "cottage", "firing", "VictronBatterySocLow", "VictronBatteryTimeToEmptyShort"),
            self._has("pager", None, "firing", "VictronFleetCriticalShare"))))
        time.sleep(STEADY)
        self._look_at_muted(("VictronBatteryTemperatureHigh", "barn"), ("VictronBatteryChargeBlocked", "barn"),
                            ("VictronGridLost", "mill"))

    def _emptier(self):
        world = self._world
        world.sites["cottage"].suffer(EMPTIER)
        wait(lambda: self._has("pager", "cottage", "firing", "VictronBatterySocCritical"))
        time.sleep(STEADY)
        self._look_at_muted(("VictronBatterySocLow", "cottage"), ("VictronBatteryTimeToEmptyShort", "cottage"))

    def _recovery(self):
        world = self._world
        for site in (*MISFORTUNES, "island"):
            world.sites[site].recover()
        world.sites["island"].simulator.faults(server="serving")
        world.sites["tower"].start_exporter()
        wait(lambda: all(self._has(receiver, site, "resolved") for receiver, site in (
            ("pager", "mill"), ("pager", "barn"), ("pager", "attic"), ("pager", "island"), ("pager", "tower"),
            ("pager", "cottage"), ("ticket", "cottage"), ("ticket", "roof"))))
        wait(lambda: len(self._watchdog()) >= BEATS)

    def _watchdog(self):
        return [call for call in self._world.calls if call.path == "/dead-man"]

    def _look_at_muted(self, *alerts):
        for name, site in alerts:
            self.muted[name, site] = self._world.alertmanager.is_muted(name, site)
