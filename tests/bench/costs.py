"""What one page costs on a stage, beside others."""

import time

from measuring import cost_of, cost_under_load, samples_of, tool
from peers import node_exporter
from stages import FLOOD_SECONDS, FORMS, port_of, scraper_of, SETTLE_SECONDS

GZIP = b"\x1f\x8b"
LATE_PAGES_MAX, LATE_SECONDS = 20, 0.02  # on a busy machine the change may come late: such pages only add to the cost
PACES = [FLOOD_SECONDS, SETTLE_SECONDS]  # seconds before each page: who has slept finds cold caches


class Peer:
    """The Go reference in the same run: CPU per sample of a page, by form."""

    def __init__(self, stack, forms=FORMS):
        self._server = node_exporter().wait()
        stack.callback(self._server.stop)
        self._samples = samples_of(scraper_of(stack, self._server, {}).get())
        self.us_per_sample = {form: self.measure(headers) for form, headers in forms}
        self._scraper = scraper_of(stack, self._server, {})

    def measure(self, headers):
        return cost_under_load(self._server.child.pid, self._server.url, 1, headers) / self._samples

    def measure_paced(self, pause, number):
        return paced_cost(self._server.child.pid, self._scraper, pause, number) / self._samples


def paced_cost(pid, scraper, pause, number):
    """CPU us of a page of a process that has slept before it."""

    def act():
        time.sleep(pause)
        scraper.get()

    return cost_of(pid, number, act)


def changed_cost(stage, scraper, counts, number, change):
    """(CPU us, allocations) of the server's thread for a page after change(), by which each device says another value."""

    def act():
        change()
        for _ in range(LATE_PAGES_MAX):
            page = scraper.get()
            if page.startswith(GZIP) or stage.voltage + b"\n" in page:
                return
            time.sleep(LATE_SECONDS)
        raise RuntimeError(f"no {stage.voltage} V on the page: the change does not come")

    act()
    allocated = counts.count()
    us = cost_of(stage.exporter.child.pid, number, act, "server")
    return us, (counts.count() - allocated) / number


def kept_cost(stage, scraper, counts, seconds, headers):
    """The same for pages while nothing changes."""
    us = cost_under_load(stage.exporter.child.pid, stage.exporter.url, seconds, headers)
    allocated = counts.count()
    for _ in range(10):
        scraper.get()
    return us, (counts.count() - allocated) / 10


def wall_beside(station, exporter, paths, number):
    """(milliseconds of the station's requests alone, of a scrape; bytes of those answers), medians."""
    return map(float, tool("scrape_bench", port_of(station.url), port_of(exporter.url), number, *paths)[0])
