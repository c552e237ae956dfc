"""The sections of bench.py, each a table."""

import contextlib

from costs import changed_cost, kept_cost, Peer, wall_beside
from load_sections import run_load, run_messages
from measuring import Allocations, cost_of, cost_under_load, table, tool
from made_stations import write_station
from harness import STATIONS
from size_sections import run_fleet, run_memory, run_start
from stages import FORMS, HttpStage, MqttStage, floor_of, scraper_of
from target_sections import run_targets

SIZES = [100, 1000, 10000, 20000]
PAGE_DEVICE = STATIONS / "three-phase-site" / "http" / "com.victronenergy.vebus.ttyS4.json"


def rounds(options, samples):
    return 50 if options.quick else max(100, 400_000 // (samples + 600))


def run_page(options, directory, stack):
    head, *rows = tool("page_bench", PAGE_DEVICE)
    table("Readings to page, in process, what is measured new on each page; CPU microseconds, allocations of one page", head, rows)


def mqtt_cells(stage, form, kind, body, us, allocated):
    return [stage.samples, form, kind, len(body), f"{us:.0f}", f"{allocated:.0f}", f"{us / stage.samples:.3f}"]


def mqtt_rows(options, size, directory, peer):
    seconds, number = (1, 20) if options.quick else (2, 50)
    with contextlib.ExitStack() as stack:
        counts = Allocations(directory)
        stage = MqttStage(stack, size, env=counts.env)
        for form, headers in FORMS:
            scraper = scraper_of(stack, stage.exporter, headers)
            body = scraper.get()
            with floor_of(body) as floor:
                floor_us = cost_under_load(floor.child.pid, floor.url, seconds, {})
            us, allocated = kept_cost(stage, scraper, counts, seconds, headers)
            yield [*mqtt_cells(stage, form, "unchanged", body, us, allocated), f"{floor_us:.0f}", f"{us / floor_us:.1f}",
                   f"{peer.us_per_sample[form] / (us / stage.samples):.0f}"]
            us, allocated = changed_cost(stage, scraper, counts, number, stage.change)
            yield [*mqtt_cells(stage, form, "changed", body, us, allocated), "", "", ""]


def run_mqtt(options, directory, stack):
    peer = Peer(stack)
    rows = [row for size in SIZES for row in mqtt_rows(options, size, directory, peer)]
    go_us = ", ".join(f"{us:.1f} us ({form})" for form, us in peer.us_per_sample.items())
    table("A scrape over MQTT, CPU microseconds: unchanged, one page follows the other; changed, a value of each device "
          "between two pages, the server's thread alone, 0.3 s asleep before, which targets puts beside others. The floor "
          "is libmicrohttpd with a ready page of the same bytes, one follows the other; Go is node-exporter, "
          f"{go_us} a sample",
          ["samples", "form", "station", "bytes", "us", "allocations", "us/sample", "floor us", "/ floor",
           "Go / ours, a sample"], rows)


def http_rows(options, folder, directory):
    for kind, flag in (("asked anew", "--scrape.min-interval=0s"), ("shared fetch", "--scrape.min-interval=1h")):
        for form, headers in FORMS[:2]:
            with contextlib.ExitStack() as stack:
                counts = Allocations(directory)
                stage = HttpStage(stack, folder, flag, env=counts.env)
                scraper = scraper_of(stack, stage.exporter, headers)
                scraper.get()
                number = rounds(options, stage.samples)
                allocated = counts.count()
                us = cost_of(stage.exporter.child.pid, number, scraper.get)
                allocated = (counts.count() - allocated) / number
                yield [stage.samples, len(stage.paths), kind, form, f"{us:.0f}", f"{allocated:.0f}",
                       f"{us / stage.samples:.2f}"]


def wall_row(name, folder, stack, options):
    stage = HttpStage(stack, folder, "--scrape.min-interval=0s")
    direct_ms, scrape_ms, size = wall_beside(stage.station, stage.exporter, stage.paths, 51 if options.quick else 301)
    extra_ms = scrape_ms - direct_ms
    return [name, len(stage.paths), f"{size:.0f}", f"{direct_ms:.2f}", f"{scrape_ms:.2f}", f"{extra_ms:.2f}",
            f"{extra_ms * 45_000 / size:.2f}"]


def run_http(options, directory, stack):
    folders = {size: write_station(directory, size) for size in SIZES}
    rows = [row for size in SIZES for row in http_rows(options, folders[size], directory)]
    table("A scrape over HTTP: CPU and allocations of the whole process",
          ["samples", "requests", "station", "form", "us", "allocations", "us/sample"], rows)
    rows = [wall_row(name, STATIONS / name, stack, options) for name in ("cerbo-gx-v3.70-ess", "three-phase-site")]
    rows += [wall_row(f"made, {size}", folders[size], stack, options) for size in SIZES]
    table("A scrape over HTTP, in milliseconds, beside its requests alone: a station that answers at once",
          ["station", "requests", "bytes", "requests alone", "scrape", "more", "more per 45 KB"], rows)


ALL = {
    "targets": run_targets,
    "page": run_page,
    "mqtt": run_mqtt,
    "http": run_http,
    "load": run_load,
    "messages": run_messages,
    "start": run_start,
    "memory": run_memory,
    "fleet": run_fleet,
}
