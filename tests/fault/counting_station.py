"""A station that says which fetch its values are of, and what may be on a page of it."""

import json

from harness import STATIONS
from hostile import PREFIX, RawStation, head, service_list, table

RECORDED = STATIONS / "three-phase-site" / "http"

# The number of the fetch stands at these paths, whatever was recorded there.
COUNTED = {"battery.socketcan_can0": "Dc/0/Voltage", "vebus.ttyS4": "Ac/Out/L1/P",
           "grid.cgwacs_ttyUSB0_di30_mb1": "Ac/L2/Power", "system": "Dc/Battery/Power"}
COUNTED_METRICS = {"victron_battery_voltage_volts", "victron_vebus_ac_output_phase_power_watts",
                   "victron_grid_phase_power_watts", "victron_system_battery_power_watts"}
OWN = ("victron_exporter_", "victron_scrape_", "victron_http_", "victron_last_", "victron_device_last_",
       "victron_rejected_", "victron_clock_", "process_", "victron_unmapped_", "victron_up")


class CountingStation(RawStation):
    """Serves what was recorded; `fetches` counts how often /services was asked."""

    def __init__(self):
        self.fetches = 0
        answers = {name: self._answer_with(name) for name in COUNTED}
        super().__init__(**{"/services": self._answer_services, **answers})

    def _answer_services(self, connection):
        self.fetches += 1
        connection.sendall(service_list(*COUNTED))

    def _answer_with(self, name):
        recorded = json.loads((RECORDED / f"{PREFIX}{name}.json").read_text())["value"]

        def answer(connection):
            connection.sendall(table({**recorded, COUNTED[name]: self.fetches}))

        return answer


def is_missing_told(page):
    """What is not on the page is said: the station or a service is down, or values were refused."""
    return (page.value("victron_up") == 0 or any(v for _, v in page.series("victron_rejected_values"))
            or any(v == 0 for _, v in page.series("victron_scrape_service_success")))


def device_samples(page):
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for s in page.samples if not s.name.startswith(OWN)}


def lies(page, whole, fetch):
    """What stands on a page and is not true, or is missing without a word; `whole` is a page of a fetch
    that went well, `fetch` the number of this page's fetch."""
    given, expected = device_samples(page), device_samples(whole)
    wrong = []
    for key, value in given.items():
        is_counted = key[0] in COUNTED_METRICS and expected.get(key) == whole.fetch
        true = fetch if is_counted else expected.get(key)
        if value != true:
            wrong.append((key, value, true))
    missing = expected.keys() - given.keys()
    if missing and not is_missing_told(page):
        wrong.append(("missing without a word", sorted(missing)[:5]))
    return wrong
