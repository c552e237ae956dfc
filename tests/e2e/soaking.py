"""Years of trouble in a minute: random faults, random scrapers, and what they leave behind.

All that is random comes from one seed, which a failure prints.
"""

import contextlib
import gzip
import json
import random
import signal
import socket
import time

from harness import OPENMETRICS, Exporter, Page, wait_until
from hostile import PREFIX, RawStation, numbers_of, service_list, table
from hostile_answers import BAD_ANSWERS
from moved_clock import faster

FLAT = 1.01  # from the tenth to the last percent
# glibc keeps small freed blocks for each thread, up to some hundred KiB that fill up over days: what else stays is ours.
NOTHING_KEPT = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
ROW = ('{"device": "vebus", "path": "/Mode", "metric": "victron_vebus_wish", "type": "gauge", "help": "A wish.", '
       '"labels": {"version": "%d"}}')
TRIES = 5
STEADY_SECONDS = 32  # a connection that lived so long is good: the pause before the next one is short
CONNECTED = b'victron_mqtt_connected{site="x"} 1'
TYPES = ["battery", "vebus", "grid", "solarcharger", "tank", "temperature", "pvinverter", "charger"]

# They take seconds each: a minute has no room for them, a day has.
SLOW = {"1 GB in chunks", "a body without end", "a text without end", "500 without end", "nested without end"}


class Chaos(RawStation):
    """A station that answers well half of the time, and each time with other devices."""

    def __init__(self, chance, with_slow=False):
        self.chance = chance
        self.is_good = False
        self._bad = [answer for name, (answer, _) in BAD_ANSWERS.items() if with_slow or name not in SLOW]
        self._due = 2 * self._bad  # first each of them: what grows once has grown early
        super().__init__()

    def _answer(self, connection):
        question = connection.recv(4096).decode()
        if not question:
            return
        name = question.split(" ")[1].split("service=")[-1].split("&")[0].removeprefix(PREFIX)
        self.asked.append(name)
        del self.asked[:-10]
        if not self.is_good and (self._due or self.chance.random() < 0.25):
            bad = self._due.pop() if self._due else self.chance.choice(self._bad)
            bad(connection) if callable(bad) else connection.sendall(bad)
        elif name == "/services":
            connection.sendall(service_list(*self._services()))
        else:
            connection.sendall(table(self._values(name)))

    def _services(self):
        if self.is_good:
            return [f"{kind}.a" for kind in TYPES]
        return [f"{self.chance.choice(TYPES)}.{self.chance.randrange(40)}" for _ in range(self.chance.randrange(1, 20))]

    def _values(self, name):
        if self.is_good:
            return {"DeviceInstance": 1, "ProductName": name, "Soc": 81, "State": 3, "Mode": 3, "Dc/0/Voltage": 51.5}
        chance = self.chance
        odd = ["", "x" * chance.choice([1, 300, 20_000]), "ä\ud83d", [], None, -1, 1e300, True, {"a": [1, 2]}, "[1, [2]]"]
        found = {"DeviceInstance": chance.randrange(40), "Soc": chance.random() * 100}
        for _ in range(chance.randrange(60)):
            path = chance.choice(["Alarms/A{}", "Cell/{}/Volts", "Error/{}/Id", "Unknown/{}", "Settings/{}", "Mode", "State"])
            found[path.format(chance.randrange(500))] = chance.choice(odd)
        return found


class Scraper:
    """Asks one exporter for all there is, in every way."""

    def __init__(self, server, chance, rows):
        self.server, self.chance, self.rows = server, chance, rows
        self.scrapes = 0
        self.version = 0

    def step(self):
        kinds = [(self.metrics, 70), (self.other_page, 10), (self.leave, 8), (self.reload, 4), (self.crowd, 8)]
        self.chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]()

    def metrics(self):
        chance = self.chance
        path = chance.choice(["/metrics"] * 6 + ["/metrics?device[]=battery", "/metrics?name[]=victron_up&name[]=x"])
        headers = {"X-Prometheus-Scrape-Timeout-Seconds": chance.choice(["0.6", "0.8", "1.5", "x"]),
                   "Accept": chance.choice([OPENMETRICS, "text/plain", "*/*", ";;q=,"]),
                   "Accept-Encoding": chance.choice(["gzip", "identity"])}
        status, answered, body = self.server.get(path, headers=headers)
        assert status in (200, 503), (status, body)
        self.scrapes += 1
        if answered["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        if self.scrapes % 20 == 0 and status == 200:  # parsing takes longer than all else
            Page(body.decode(), answered["Content-Type"].startswith("application/openmetrics"))

    def other_page(self):
        path, method = self.chance.choice([("/", "GET"), ("/debug/scrape", "GET"), ("/-/healthy", "GET"), ("/-/ready", "GET"),
                                           ("/nothing", "GET"), ("/metrics", "DELETE"), ("/metrics", "HEAD"),
                                           ("/metrics?device[]=toaster", "GET")])
        assert self.server.get(path, method=method)[0] in (200, 400, 404, 405, 503)

    def leave(self):
        """Half a request, or a whole one whose answer nobody reads."""
        host, port = self.server.url.removeprefix("http://").split(":")
        text = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(text[:self.chance.randrange(len(text) + 1)])

    def reload(self):
        self.version += 1
        is_good = self.chance.random() < 0.7
        self.rows.write_text(ROW % self.version if is_good else "{]")
        if self.chance.random() < 0.5:
            assert self.server.get("/-/reload", method="POST")[0] == (200 if is_good else 500)
        else:
            self.server.child.send_signal(signal.SIGHUP)

    def crowd(self):
        """Many at once, most of which do not wait for their answers."""
        host, port = self.server.url.removeprefix("http://").split(":")
        crowd = [socket.create_connection((host, int(port))) for _ in range(self.chance.randrange(2, 12))]
        for connection in crowd:
            connection.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        for connection in crowd[:2]:
            connection.settimeout(10)
            while connection.recv(65536):
                pass
        for connection in crowd:
            connection.close()


class HttpSoak:
    """One exporter on a station in chaos."""

    def __init__(self, folder, seed, with_slow=False):
        self.chance = random.Random(seed)
        self.station = Chaos(self.chance, with_slow)
        self._rows = folder / "rows.json"
        self._rows.write_text(ROW % 0)
        self.server = Exporter(self.station.url, f"--map.file={self._rows}", "--web.enable-lifecycle", "--scrape.timeout=1s",
                               "--scrape.min-interval=0s", "--map.level=full", env=NOTHING_KEPT, wait=False)
        self.scraper = Scraper(self.server, self.chance, self._rows)

    def step(self):
        self.scraper.step()

    def numbers(self):
        """What it holds in peace: the station is well, the files are read anew, nobody else is there."""
        self.station.is_good = True
        self._rows.write_text(ROW % 0)

        def is_well():
            page = self.server.page(timeout=5)
            return len(page.series("victron_device_up")) == len(TYPES) and page

        wait_until(is_well, 100, "a good page")  # nothing of before is under way
        return least(self._look for _ in range(5))

    def _look(self):
        assert self.server.get("/-/reload", method="POST")[0] == 200
        return settled([self.server], lambda: (self.server.page(timeout=5), self.server.get("/"), self.server.get("/debug/scrape")))

    def go_on(self):
        self.station.is_good = False

    def events(self):
        return f"{self.scraper.scrapes} scrapes"

    def close(self):
        code = self.server.stop()
        self.station.__exit__()
        assert code == 0


def publish(port, messages):
    """Connects, says them all, and leaves: in MQTT 3.1.1, without a library's threads."""
    def packet(kind, body):
        length, rest = b"", len(body)
        while True:
            length += bytes([rest % 128 | (128 if rest > 127 else 0)])
            rest //= 128
            if not rest:
                return bytes([kind]) + length + body

    def text(words):
        return len(words.encode()).to_bytes(2, "big") + words.encode()

    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(packet(0x10, text("MQTT") + b"\x04\x02\x00\x1e" + text("talker")))
        assert connection.recv(4)[3:] == b"\0"
        for topic, payload in messages:
            connection.sendall(packet(0x30, text(topic) + payload.encode()))
        connection.sendall(packet(0xe0, b""))


def ask(server, path="/metrics"):
    """What it answers. Its 10 s for a request are short where its time is fast: a busy machine may need another try."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(ConnectionError):
            return server.get(path)
    return server.get(path)


class MqttSoak:
    """Some exporters on a broker that is killed again and again, and floods in between."""

    PORTAL = "c0619ab0e550"

    def __init__(self, broker, seed, speed=1, exporters=10):
        self.chance = random.Random(seed)
        self.broker, self.speed = broker, speed
        self.kills = 0
        self.servers = [Exporter(broker.url, f"--mqtt.portal-id={self.PORTAL}", "--map.level=full",
                                 env={**NOTHING_KEPT, **faster(speed)}, wait=False) for _ in range(exporters)]

    def step(self):
        """Messages of all kinds until the connection counts as good, then the end of the broker, and its return."""
        end = time.monotonic() + STEADY_SECONDS / self.speed
        while time.monotonic() < end:
            self._speak()
            for server in self.servers:
                assert ask(server)[0] == 200
            time.sleep(0.1)
        self.broker.stop(kill=True)
        self.kills += 1
        for server in self.servers:
            assert ask(server, self.chance.choice(["/metrics", "/", "/debug/scrape"]))[0] == 200
        self.broker.start()
        self._wait_for_connections()

    def _speak(self):
        chance = self.chance
        payloads = ['{"value": 1.5}', "", "rubbish", '{"value": "%s"}' % ("x" * 3000), '{"value": [[1]]}', '{"value": NaN}',
                    "[" * 5000, '{"full-publish-completed-echo": "x"}']
        messages = []
        for _ in range(300):
            topic = chance.choice([f"battery/{chance.randrange(300)}/Soc", f"vebus/1/Path/{chance.randrange(5000)}",
                                   "system/0/Serial", "heartbeat", "full_publish_completed", "battery"])
            messages.append((f"N/{self.PORTAL}/{topic}", chance.choice(payloads)))
        publish(self.broker.plugin_port, messages)

    def _wait_for_connections(self):
        for server in self.servers:
            wait_until(lambda server=server: CONNECTED in ask(server)[2], 100, "a connection")

    def numbers(self):
        """Of all of them together, on a broker that has been silent until they forgot what it said."""
        self._wait_for_connections()
        for server in self.servers:
            wait_until(lambda server=server: b"victron_device_up{" not in ask(server)[2], 100, "silence")
        return least(self._look for _ in range(3))

    def _look(self):
        for server in self.servers:
            server.child.send_signal(signal.SIGHUP)
        for server in self.servers:
            wait_until(lambda server=server: waits_for_signals(server), 100, "the end of a reload")
        return settled(self.servers, lambda: [ask(server) for server in self.servers])

    def go_on(self):
        pass

    def events(self):
        pages = [Page(ask(server)[2].decode()) for server in self.servers]
        connects = sum(page.value("victron_mqtt_connects_total") for page in pages)
        return f"{self.kills} ends of the broker, {connects:.0f} connections"

    def close(self):
        for server in self.servers:
            assert server.stop() == 0


def least(looks):
    """Of each number the least that some looks see: what is under way adds, nothing takes away."""
    seen = [look() for look in looks]
    return {name: min(numbers[name] for numbers in seen) for name in seen[0]}


def waits_for_signals(server):
    """Its first thread sleeps, and has taken all signals; what a reload needed is given back by then."""
    with open(f"/proc/{server.child.pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return fields["State"].split()[0] == "S" and not int(fields["ShdPnd"], 16) & 1 << (signal.SIGHUP - 1)


def settled(servers, work):
    """The numbers of processes at work in peace, all together."""
    def look():
        time.sleep(0.02)
        return [numbers_of(server) for server in servers]

    for _ in range(5):
        work()
    looks = [look() for _ in range(10)]
    each = [least(lambda numbers=numbers: numbers for numbers in of_one) for of_one in zip(*looks)]
    return {name: sum(numbers[name] for numbers in each) for name in each[0]}


def soak(kind, seconds, parts=(0.1, 0.9), report=print):
    """Lets it work for so long, in parts; returns its numbers at the end of each."""
    numbers = []
    for part in parts:
        kind.go_on()
        end = time.monotonic() + seconds * part
        while time.monotonic() < end:
            kind.step()
        numbers.append(kind.numbers())
        report(f"{json.dumps(numbers[-1])}, {kind.events()}")
    return numbers


def assert_flat(numbers, rest_kib=0):
    """Within 1 %; a short soak allows for what grows once, in its first thousands of steps."""
    first, last = numbers[0], numbers[-1]
    assert last["threads"] <= first["threads"] and last["fds"] <= first["fds"], numbers
    assert last["rss"] <= first["rss"] * FLAT + rest_kib, numbers
