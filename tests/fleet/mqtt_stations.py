"""Many simulated stations on one broker, as cheap as can be: /usr/bin/python3 mqtt_stations.py PORT STATIONS MOVES

Plays the plugin of so many GX devices: heartbeats, full publishes, and MOVES changed values a second of each. Portal ids are
`portal()` of the number. Ends with SIGTERM.
"""

import itertools
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("", "e2e", "bench")]

import paho.mqtt.client  # noqa: E402
from harness import STATIONS  # noqa: E402
from measuring import Publisher  # noqa: E402
from simulator.mqtt_plugin import HEARTBEAT_SECONDS, LIFE_SECONDS, echo_of  # noqa: E402
from simulator.wire_json import mqtt_json  # noqa: E402

RECORDING = "cerbo-gx-v3.70-ess"
TICKS_A_SECOND = 10


def portal(number):
    return f"c0619ac{number:05x}"


def recorded():
    """[(topic behind the portal id, payload)] of a full publish."""
    lines = (STATIONS / RECORDING / "mqtt.txt").read_text(encoding="utf-8").splitlines()
    return [(topic.split("/", 2)[2], payload.encode()) for topic, payload in (line.split("\t") for line in lines)]


def moving(messages):
    """Topics of values that change all the time: numbers with a fraction, but no settings."""
    return [topic for topic, payload in messages if b"." in payload and b'"max"' not in payload and b':"' not in payload]


class Stations:
    def __init__(self, port, number, moves):
        self._messages = recorded()
        self._moving = itertools.cycle(moving(self._messages))
        self._portals = {portal(one): 0.0 for one in range(number)}  # until when it is alive
        self._moves = moves
        self._publisher = Publisher(port)
        self._lock = threading.Lock()
        self._client = paho.mqtt.client.Client()
        self._client.on_message = self._asked
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("R/+/keepalive")
        self._client.loop_start()

    def _send(self, packets):
        with self._lock:
            self._publisher.send(b"".join(packets))

    def _asked(self, _client, _userdata, message):
        name = message.topic.split("/")[1]
        if name not in self._portals:
            return
        self._portals[name] = time.monotonic() + LIFE_SECONDS
        if b"suppress-republish" not in message.payload:
            completed = {"value": int(time.time())}
            echo = echo_of(message.payload)
            if echo is not None:
                completed["full-publish-completed-echo"] = echo
            self._send([*(Publisher.packet(f"N/{name}/{topic}", payload) for topic, payload in self._messages),
                        Publisher.packet(f"N/{name}/full_publish_completed", mqtt_json(completed)), self._heartbeat(name)])

    def _heartbeat(self, name):
        return Publisher.packet(f"N/{name}/heartbeat", b'{"value":%d}' % time.time())

    def run(self):
        began = time.monotonic()
        for tick in itertools.count():
            time.sleep(max(0.0, began + tick / TICKS_A_SECOND - time.monotonic()))
            alive = [name for name, until in self._portals.items() if until > time.monotonic()]
            self._tick(tick, alive)

    def _tick(self, tick, alive):
        every = round(HEARTBEAT_SECONDS * TICKS_A_SECOND)
        packets = [self._heartbeat(name) for number, name in enumerate(alive) if number % every == tick % every]
        for name in alive:
            # Each station's share of the tick, so that a rate below ten a second comes out right as well.
            for move in range(tick * self._moves // TICKS_A_SECOND, (tick + 1) * self._moves // TICKS_A_SECOND):
                packets.append(Publisher.packet(f"N/{name}/{next(self._moving)}", b'{"value":%d.%d}' % (20 + move % 30, tick % 10)))
        if packets:
            self._send(packets)


if __name__ == "__main__":
    Stations(*map(int, sys.argv[1:4])).run()
