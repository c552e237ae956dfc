"""What the sections of bench.py measure with: CPU, memory, allocations, clients, tables."""

import http.client
import mmap
import os
import re
import socket
import statistics
import struct
import subprocess
import time
from pathlib import Path

from harness import PROGRAM

TOOLS = PROGRAM.parent / "tests" / "bench"
BATCH = 10  # acts between two looks at the clock


def tool(name, *arguments):
    """The lines that one of the programs here prints, cut at blanks."""
    result = subprocess.run([TOOLS / name, *map(str, arguments)], check=True, capture_output=True, text=True)
    return [line.split() for line in result.stdout.splitlines()]


def cpu_us(pid, thread=None):
    """CPU microseconds of a process so far, or of its threads of that name."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        if thread is None or (task / "comm").read_text().strip() == thread:
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1000


def memory_mb(pid):
    """{"resident": …, "private": …, "proportional": …}"""
    names = {"Rss": "resident", "Pss": "proportional"}
    found = {"private": 0.0}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in names:
            found[names[name]] = int(rest.split()[0]) / 1024
        if name in ("Private_Clean", "Private_Dirty"):
            found["private"] += int(rest.split()[0]) / 1024
    return found


class Allocations:
    """Counts those of a program that is started with `env`; `count()` reads them."""

    def __init__(self, directory):
        path = Path(directory) / "allocations"
        path.write_bytes(bytes(mmap.PAGESIZE))
        self._file = path.open("r+b")
        self._map = mmap.mmap(self._file.fileno(), mmap.PAGESIZE)
        self.env = {"VICTRON_BENCH_COUNT": str(path), "LD_PRELOAD": str(TOOLS / "libcount_allocations.so")}

    def count(self):
        return struct.unpack_from("=Q", self._map)[0]


class Scraper:
    """A connection that stays open, or is opened anew when the exporter ended it in a long pause."""

    def __init__(self, url, headers=None, path="/metrics"):
        self._connection = http.client.HTTPConnection(url.removeprefix("http://").rstrip("/"), timeout=20)
        self._path, self._headers = path, headers or {}

    def get(self):
        """The body of one answer, as sent."""
        try:
            return self._ask()
        except ConnectionError:
            self._connection.close()
            return self._ask()

    def _ask(self):
        self._connection.request("GET", self._path, headers=self._headers)
        return self._connection.getresponse().read()

    def close(self):
        self._connection.close()


class Publisher:
    """MQTT 3.1.1, QoS 0, nothing but PUBLISH: as fast as the broker reads."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = f"bench{os.getpid()}".encode()
        body = b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack(">H", len(name)) + name
        self._socket.sendall(bytes([0x10, len(body)]) + body)
        if self._socket.recv(4)[3:] != b"\x00":
            raise ConnectionError("the broker refuses")

    @staticmethod
    def packet(topic, payload):
        body = struct.pack(">H", len(topic)) + topic.encode() + payload
        length, left = b"", len(body)
        while True:
            left, digit = left >> 7, left & 0x7F
            length += bytes([digit | (0x80 if left else 0)])
            if not left:
                return b"\x30" + length + body

    def send(self, packets):
        self._socket.sendall(packets)

    def close(self):
        self._socket.close()


def wrk(url, connections, seconds, headers):
    """(answers, answers a second, median us, 99th percentile us)"""
    flags = [flag for name, value in headers.items() for flag in ("-H", f"{name}: {value}")]
    text = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *flags, url],
                          check=True, capture_output=True, text=True).stdout
    units = {"us": 1, "ms": 1000, "s": 1_000_000}

    def latency(percentile):
        number, unit = re.search(rf"^\s+{percentile}%\s+([\d.]+)(us|ms|s)", text, re.M).groups()
        return float(number) * units[unit]

    answers = int(re.search(r"(\d+) requests in", text)[1])
    return answers, float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), latency(50), latency(99)


def cost_under_load(pid, url, seconds, headers):
    """CPU microseconds of one page when one follows the other, the least of three times."""
    costs = []
    for _ in range(3):
        before = cpu_us(pid)
        answers = wrk(url + "/metrics", 1, seconds, headers)[0]
        costs.append((cpu_us(pid) - before) / answers)
    return min(costs)


def samples_of(page):
    return sum(1 for line in page.split(b"\n") if line and not line.startswith(b"#"))


def median(values):
    return statistics.median(values)


def cost_of(pid, rounds, act, thread=None):
    """CPU microseconds of one act() in the process, of the threads of that name if one is given: the best fifth of
    the batches, since whoever else works on the machine can only add to it."""
    costs = []
    for _ in range(max(1, rounds // BATCH)):
        before = cpu_us(pid, thread)
        for _ in range(BATCH):
            act()
        costs.append((cpu_us(pid, thread) - before) / BATCH)
    best = sorted(costs)[:max(1, len(costs) // 5)]
    return sum(best) / len(best)


def wall_ms(rounds, act):
    """Median milliseconds of one act()."""
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        took.append((time.perf_counter() - start) * 1000)
    return median(took)


def table(title, head, rows):
    """Prints a table that can be pasted into the documentation."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    print(f"\n**{title}**\n")
    for number, row in enumerate(cells):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
