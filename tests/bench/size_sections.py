"""Sections of bench.py about start, memory, and many exporters at once."""

import contextlib
import time

from harness import Exporter, PROGRAM, Simulator
from made_stations import write_station
from measuring import Scraper, cpu_us, median, memory_mb, table
from peers import mqtt_exporter, node_exporter, Served
from simulator.broker import Broker
from simulator.free_ports import free_port
from stages import HttpStage, LEVEL, MqttStage

STARTS = 9
GZIP = {"Accept-Encoding": "gzip"}
SCRAPE_SECONDS = 15


def first_page(url):
    while True:
        try:
            return Scraper(url).get()
        except OSError:
            time.sleep(0.0005)


def ms_until_page(start):
    """From the process's start to its first page."""
    began = time.perf_counter()
    server = start()
    first_page(server.url)
    took_ms = (time.perf_counter() - began) * 1000
    server.stop()
    return took_ms


def exporter_of(station_url):
    """At a port that is known before it says so."""
    port = free_port()
    return Served(port, str(PROGRAM), f"--station.url={station_url}", "--site=x", LEVEL,
                  f"--web.listen-address=127.0.0.1:{port}")


def run_start(options, directory, stack):
    starts = 3 if options.quick else STARTS
    stage = HttpStage(stack, write_station(directory, 1000))
    broker_stage = MqttStage(stack, 1000)
    kinds = {
        "exporter over HTTP": lambda: exporter_of(stage.station.url),
        "exporter over MQTT (a page, values follow)": lambda: exporter_of(broker_stage.broker.url),
        "mqtt-exporter (Go)": lambda: mqtt_exporter(directory, broker_stage.broker.plugin_port, broker_stage.portal),
        "node-exporter (Go)": node_exporter,
    }
    rows = [[name, f"{median([ms_until_page(start) for _ in range(starts)]):.0f}"] for name, start in kinds.items()]
    table("From the start of the process to its first page, milliseconds", ["program", "ms"], rows)


def memory_row(name, samples, pid):
    memory = memory_mb(pid)
    return [name, samples, *(f"{memory[kind]:.1f}" for kind in ("resident", "private", "proportional"))]


def scrape_some(server, headers):
    for _ in range(5):
        Scraper(server.url, headers).get()


def run_memory(options, directory, stack):
    rows = []
    for size in (100, 1000, 10000):
        with contextlib.ExitStack() as inner:
            stage = HttpStage(inner, write_station(directory, size), "--scrape.min-interval=0s")
            scrape_some(stage.exporter, GZIP)
            rows.append(memory_row("exporter over HTTP", stage.samples, stage.exporter.child.pid))
        with contextlib.ExitStack() as inner:
            stage = MqttStage(inner, size)
            scrape_some(stage.exporter, GZIP)
            rows.append(memory_row("exporter over MQTT", stage.samples, stage.exporter.child.pid))
            if size == 1000:
                peer = mqtt_exporter(directory, stage.broker.plugin_port, stage.portal).wait()
                inner.callback(peer.stop)
                scrape_some(peer, GZIP)
                rows.append(memory_row("mqtt-exporter (Go)", "", peer.child.pid))
    node = node_exporter().wait()
    stack.callback(node.stop)
    scrape_some(node, GZIP)
    rows.append(memory_row("node-exporter (Go)", "", node.child.pid))
    table("Memory after five pages in gzip, MB", ["program", "samples", "resident", "private", "proportional"], rows)


def fleet_figures(number, directory):
    """{figure: a process's mean} of that many exporters of one live GX over MQTT, each scraped as Prometheus does."""
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(Broker(directory))
        station = Simulator("three-phase-site", "--live", f"--mqtt=127.0.0.1:{broker.plugin_port}")
        stack.callback(station.stop)
        fleet = []
        for _ in range(number):
            fleet.append(Exporter(broker.url))
            stack.callback(fleet[-1].stop)
        for _ in range(3):
            for server in fleet:
                Scraper(server.url, GZIP).get()
        core_percent = scraped_by_prometheus(fleet)
        memory = [memory_mb(server.child.pid) for server in fleet]
    figures = {kind: sum(m[kind] for m in memory) / number for kind in ("resident", "private", "proportional")}
    return {**figures, "% of a core": core_percent}


def scraped_by_prometheus(fleet):
    """Two scrapes of each, spread over the interval; the mean share of a core, in percent."""
    start, before = time.monotonic(), [cpu_us(server.child.pid) for server in fleet]
    for turn in range(2):
        for i, server in enumerate(fleet):
            due = start + SCRAPE_SECONDS * (turn + i / len(fleet))
            time.sleep(max(0.0, due - time.monotonic()))
            Scraper(server.url, GZIP).get()
    time.sleep(max(0.0, start + 2 * SCRAPE_SECONDS - time.monotonic()))
    took_us = (time.monotonic() - start) * 1e6
    spent_us = sum(cpu_us(server.child.pid) for server in fleet) - sum(before)
    return 100 * spent_us / len(fleet) / took_us


def run_fleet(options, directory, stack):
    number = 5 if options.quick else options.fleet
    figures = fleet_figures(number, directory)
    rows = [[number, *(f"{figures[kind]:.2f}" for kind in ("resident", "private", "proportional")),
             f"{figures['% of a core']:.4f}"]]
    table(f"Many exporters at once, level standard, a live GX over MQTT, a scrape in gzip each {SCRAPE_SECONDS} s: a "
          "process's mean", ["exporters", "resident MB", "private MB", "proportional MB", "% of a core"], rows)
