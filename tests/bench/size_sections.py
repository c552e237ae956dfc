"""Sections of bench.py about start, memory, and many exporters at once."""

import contextlib
import time

from harness import Exporter, Simulator
from made_stations import write_station
from measuring import Scraper, cpu_us, median, memory_mb, table
from peers import mqtt_exporter, node_exporter
from simulator.broker import Broker
from stages import HttpStage, LEVEL, MqttStage

STARTS = 9
GZIP = {"Accept-Encoding": "gzip"}
SCRAPE_SECONDS = 15


def ms_until_page(start):
    """From the process's start to its first page."""
    began = time.perf_counter()
    server = start()
    Scraper(server.url).get()
    took_ms = (time.perf_counter() - began) * 1000
    server.stop()
    return took_ms


def run_start(options, directory, stack):
    starts = 3 if options.quick else STARTS
    stage = HttpStage(stack, write_station(directory, 1000))
    broker_stage = MqttStage(stack, 1000)
    kinds = {
        "exporter over HTTP": lambda: Exporter(stage.station.url, LEVEL, wait=False),
        "exporter over MQTT (a page, values follow)": lambda: Exporter(broker_stage.broker.url, LEVEL, wait=False),
        "mqtt-exporter (Go)": lambda: mqtt_exporter(directory, broker_stage.broker.plugin_port,
                                                    broker_stage.portal).wait(),
        "node-exporter (Go)": lambda: node_exporter().wait(),
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


def run_fleet(options, directory, stack):
    """Exporters of one live GX over MQTT, each scraped as Prometheus does."""
    number = 5 if options.quick else options.fleet
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
    start, before = time.monotonic(), [cpu_us(server.child.pid) for server in fleet]
    for turn in range(2):
        for i, server in enumerate(fleet):
            due = start + SCRAPE_SECONDS * (turn + i / number)
            time.sleep(max(0.0, due - time.monotonic()))
            Scraper(server.url, GZIP).get()
    took_us = (time.monotonic() - start) * 1e6
    spent = [cpu_us(server.child.pid) - us for server, us in zip(fleet, before)]
    memory = [memory_mb(server.child.pid) for server in fleet]
    rows = [[number, *(f"{sum(m[kind] for m in memory) / number:.2f}"
                       for kind in ("resident", "private", "proportional")),
             f"{100 * sum(spent) / number / took_us:.4f}"]]
    table(f"Many exporters at once, level standard, a live GX over MQTT, a scrape in gzip each {SCRAPE_SECONDS} s: a "
          "process's mean", ["exporters", "resident MB", "private MB", "proportional MB", "% of a core"], rows)
