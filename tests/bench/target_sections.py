"""The section of bench.py about what we promise: each figure several times, beside the figure to reach."""

import tempfile
from pathlib import Path

from costs import changed_cost, paced_cost, PACES, Peer, wall_beside
from harness import Exporter, Simulator, STATIONS
from load_sections import message_cost, Moving
from made_stations import write_station
from measuring import Allocations, cost_under_load, median, memory_mb, Scraper, table, tool, wrk
from size_sections import exporter_of, fleet_figures, ms_until_page, scrape_some
from stages import floor_of, FORMS, HttpStage, LEVEL, MqttStage, paths_of_a_scrape

RUNS = 5
ANSWER_BYTES = 45_000
API_LATENCY = 0.0015  # of a request, with which the simulated API takes as long as the real one on a machine like this
PAGE_DEVICE = STATIONS / "three-phase-site" / "http" / "com.victronenergy.vebus.ttyS4.json"

AT_MOST, AT_LEAST = "≤", "≥"
TARGETS = {  # figure: what it has to be
    "readings to page, 1,000 samples, what is measured new, us of CPU": (AT_MOST, 150),
    "time a sample at 20,000 / at 1,000": (AT_MOST, None),
    "bytes copied, time a sample at 20,000 / at 1,000, for comparison": (AT_MOST, None),
    "page over MQTT / ready page, CPU, nothing changes": (AT_MOST, 3),
    "page over MQTT / ready page, CPU, a value of each device changed, all asked after 5 ms": (AT_MOST, 3),
    "page over MQTT / ready page, CPU, a value of each device changed, all asked after 0.3 s": (AT_MOST, 3),
    "CPU a sample of node-exporter / ours, nothing changes": (AT_LEAST, 20),
    "CPU a sample of node-exporter / ours, a value of each device changed, all asked after 5 ms": (AT_LEAST, 20),
    "CPU a sample of node-exporter / ours, a value of each device changed, all asked after 0.3 s": (AT_LEAST, 20),
    "page over MQTT, values move, one connection, median, us": (AT_MOST, 300),
    "page over MQTT, values move, one connection, 99th percentile, us": (AT_MOST, 2000),
    "pages a second over MQTT, values move, eight connections": (AT_LEAST, 3000),
    "an MQTT message, us of CPU": (AT_MOST, 5),
    "resident memory over MQTT, MB": (AT_MOST, 14),
    "resident memory over HTTP, MB": (AT_MOST, 14),
    "scrape over HTTP beyond its requests alone, station that answers at once, ms per 45 KB": (AT_MOST, 1.5),
    "scrape over HTTP beyond its requests alone and 2 % of them, station as slow as the real API, ms": (AT_MOST, 1.5),
    "start to first page, station that answers at once, ms": (AT_MOST, 50),
    "an exporter of many, MQTT, each 15 s: proportional memory, MB": (AT_MOST, 5),
    "an exporter of many, MQTT, each 15 s: % of a core": (AT_MOST, 0.05),
}


def page_figures():
    _, *rows = tool("page_bench", PAGE_DEVICE)
    sizes = {int(row[1]): row for row in rows}
    small, large = (sizes[min(sizes, key=lambda size: abs(size - wanted))] for wanted in (1000, 20_000))
    copied = [float(row[7]) / float(row[1]) for row in (small, large)]
    return [float(small[8]), float(large[8]) / float(small[8]), copied[1] / copied[0]]


def changed_figures(stage, scraper, counts, peer, number):
    """[(page / ready page, node-exporter / page)] of pages after a change, all three at each of PACES."""
    found = []
    for pause, change in zip(PACES, [stage.change_in_flood, stage.change], strict=True):
        us = changed_cost(stage, scraper, counts, number, change)[0]
        with floor_of(scraper.get()) as floor:
            ready = Scraper(floor.url)
            found.append((us / paced_cost(floor.child.pid, ready, pause, number),
                          peer.measure_paced(pause, number) * stage.samples / us))
            ready.close()
    return found


def mqtt_figures(stage, counts, peer, quick):
    """All that one exporter of a thousand samples tells."""
    scraper = Scraper(stage.exporter.url)
    pid, url = stage.exporter.child.pid, stage.exporter.url
    seconds = 1 if quick else 2
    with floor_of(scraper.get()) as floor:
        floor_us = cost_under_load(floor.child.pid, floor.url, 1, {})
    kept_us = cost_under_load(pid, url, 1, {})
    go_us = peer.measure({}) * stage.samples
    beside = changed_figures(stage, scraper, counts, peer, 20 if quick else 50)
    scraper.close()
    with Moving(stage):
        _, _, median_us, late_us = wrk(url + "/metrics", 1, seconds, {})
        _, rate, _, _ = wrk(url + "/metrics", 8, seconds, {})
    message_us = message_cost(stage, pid, 20_000 if quick else 100_000)[0]
    scrape_some(stage.exporter, dict(FORMS)["text, gzip"])
    return [kept_us / floor_us, *(floor for floor, _ in beside), go_us / kept_us, *(go for _, go in beside), median_us,
            late_us, rate, message_us, memory_mb(pid)["resident"]]


def http_figures(fast, slow, number):
    """Of a station that answers at once, and of one that takes its time."""
    scrape_some(fast.exporter, dict(FORMS)["text, gzip"])
    resident = memory_mb(fast.exporter.child.pid)["resident"]
    direct_ms, scrape_ms, size = wall_beside(fast.station, fast.exporter, fast.paths, number)
    at_once = (scrape_ms - direct_ms) * ANSWER_BYTES / size
    station, exporter, paths = slow
    direct_ms, scrape_ms, _ = wall_beside(station, exporter, paths, number)
    return [resident, at_once, scrape_ms - 1.02 * direct_ms]


def slow_station(stack, name):
    """As slow as the real API, and its exporter."""
    station = Simulator(name)
    stack.callback(station.stop)
    station.faults(answers={"*": {"latency": API_LATENCY}})
    exporter = Exporter(station.url, LEVEL, "--scrape.min-interval=0s")
    stack.callback(exporter.stop)
    return station, exporter, paths_of_a_scrape(STATIONS / name)


def measure(options, directory, stack):
    """The figures of TARGETS, in turns, so that what else the machine does meets all of them: a list of runs."""
    runs = 2 if options.quick else RUNS
    counts = Allocations(directory)
    mqtt = MqttStage(stack, 1000, env=counts.env)
    peer = Peer(stack, forms=[])
    fast = HttpStage(stack, STATIONS / "three-phase-site", "--scrape.min-interval=0s")
    slow = slow_station(stack, "cerbo-gx-v3.70-ess")
    for _ in range(runs):
        figures = page_figures() + mqtt_figures(mqtt, counts, peer, options.quick)
        figures += http_figures(fast, slow, 51 if options.quick else 201)
        figures.append(median([ms_until_page(lambda: exporter_of(fast.station.url)) for _ in range(5)]))
        with tempfile.TemporaryDirectory() as own:
            fleet = fleet_figures(5 if options.quick else options.fleet, Path(own))
        yield figures + [fleet["proportional"], fleet["% of a core"]]


def target_row(name, numbers):
    sign, bound = TARGETS[name]
    middle = median(numbers)
    if bound is None:
        said = ["", ""]
    else:
        is_held = middle <= bound if sign == AT_MOST else middle >= bound
        said = [f"{sign} {bound}", "held" if is_held else "missed"]
    return [name, said[0], *(f"{number:.3g}" if number < 1000 else f"{number:.0f}"
                             for number in (min(numbers), middle, max(numbers))), said[1]]


def run_targets(options, directory, stack):
    runs = list(measure(options, directory, stack))
    rows = [target_row(name, numbers) for name, numbers in zip(TARGETS, zip(*runs), strict=True)]
    table(f"What is promised, {len(runs)} runs", ["figure", "to reach", "least", "median", "most", ""], rows)
