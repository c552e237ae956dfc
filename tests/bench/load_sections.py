"""Sections of bench.py that load: pages a second, messages a second."""

import threading
import time

from made_stations import topics
from measuring import Publisher, Scraper, cpu_us, samples_of, table, wrk
from peers import mqtt_exporter, node_exporter
from stages import MqttStage, floor_of

CONNECTIONS = [1, 8, 64]
MOVES_A_SECOND = 300  # what a busy GX publishes
MESSAGES = 200_000


class Moving:
    """While it runs, a value changes three hundred times a second."""

    def __init__(self, stage):
        self._stage = stage
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._move, daemon=True)

    def _move(self):
        number = 0
        while not self._ended.wait(1 / MOVES_A_SECOND):
            number += 1
            topic = f"N/{self._stage.portal}/battery/0/Dc/0/Voltage"
            self._stage.publisher.send(Publisher.packet(topic, b'{"value":%d.5}' % (number % 1000)))

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_exception):
        self._ended.set()
        self._thread.join()


def load_rows(name, url, samples, seconds, headers):
    for connections in CONNECTIONS:
        _, rate, median_us, late_us = wrk(url + "/metrics", connections, seconds, headers)
        yield [name, samples, connections, f"{rate:.0f}", f"{median_us:.0f}", f"{late_us:.0f}"]


def run_load(options, directory, stack):
    seconds = 1 if options.quick else 4
    plain, gzip = {}, {"Accept-Encoding": "gzip"}
    stage = MqttStage(stack, 1000)
    page = stage.page()
    url, samples = stage.exporter.url, samples_of(page)
    rows = list(load_rows("exporter, text", url, samples, seconds, plain))
    rows += load_rows("exporter, text, gzip", url, samples, seconds, gzip)
    with Moving(stage):
        rows += load_rows("exporter, values move", url, samples, seconds, plain)
        rows += load_rows("exporter, values move, gzip", url, samples, seconds, gzip)
    with floor_of(page) as floor:
        rows += load_rows("floor: ready page", floor.url, samples, seconds, plain)
    peer = mqtt_exporter(directory, stage.broker.plugin_port, stage.portal).wait()
    stack.callback(peer.stop)
    said = topics(stage.portal, stage.folder)
    stage.publisher.send(b"".join(Publisher.packet(topic, payload) for topic, payload in said))
    time.sleep(2)
    rows += load_rows("mqtt-exporter (Go)", peer.url, samples_of(Scraper(peer.url).get()), seconds, plain)
    node = node_exporter().wait()
    stack.callback(node.stop)
    rows += load_rows("node-exporter (Go)", node.url, samples_of(Scraper(node.url).get()), seconds, plain)
    table("Pages a second and latency (wrk on the same machine), microseconds",
          ["server", "samples", "connections", "pages/s", "p50", "p99"], rows)


def send_changes(publisher, portal, number):
    """That many messages, each with another value."""
    for first in range(0, number, 1000):
        publisher.send(b"".join(
            Publisher.packet(f"N/{portal}/battery/0/Dc/0/Voltage", b'{"value":%d.25}' % (i % 1000))
            for i in range(first, first + 1000)))


def idle_us(pid):
    """CPU microseconds of the process so far, once it works no more."""
    last = cpu_us(pid)
    while True:
        time.sleep(0.2)
        now = cpu_us(pid)
        if now - last < 2000:
            return now
        last = now


def message_cost(stage, pid, number):
    """(CPU us a message of a process that listens, messages a second through broker and exporter)"""
    counted = stage.exporter.page().value("victron_mqtt_messages_total")
    before, start = idle_us(pid), time.perf_counter()
    send_changes(stage.publisher, stage.portal, number)
    while stage.exporter.page().value("victron_mqtt_messages_total") - counted < number:
        time.sleep(0.02)
    took = time.perf_counter() - start
    return (idle_us(pid) - before) / number, number / took


def run_messages(options, directory, stack):
    number = MESSAGES // 10 if options.quick else MESSAGES
    stage = MqttStage(stack, 1000)
    peer = mqtt_exporter(directory, stage.broker.plugin_port, stage.portal).wait()
    stack.callback(peer.stop)
    rows = []
    for name, child in (("exporter", stage.exporter.child), ("mqtt-exporter (Go)", peer.child)):
        us, rate = message_cost(stage, child.pid, number)
        rows.append([name, number, f"{us:.2f}", f"{1e6 / us:.0f}", f"{rate:.0f}"])
    table("Messages that change a value: CPU microseconds each, what one core could take, and what came through one "
          "broker and both listeners here", ["listener", "messages", "us", "a second of CPU", "through the broker/s"],
          rows)
