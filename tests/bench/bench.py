"""Prints what the exporter costs, as ratios measured side by side in one run.

    /usr/bin/python3 tests/bench/bench.py

Needs a release build in build/, or one whose program VICTRON_TEST_PROGRAM names.  Nothing here
passes or fails: gates are tests of their own.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from harness import PROGRAM, STATIONS, Exporter, Simulator  # noqa: E402

TOOLS = PROGRAM.parent / "tests" / "bench"
ESS = "cerbo-gx-v3.70-ess"
ROUNDS = 41
STARTS = 7
PER_BYTES = 45_000


def page_table():
    """CPU per page for 20 to 10,000 samples, against copying the bytes."""
    service = "com.victronenergy.battery.socketcan_can0"
    result = subprocess.run([TOOLS / "page_bench",
                             STATIONS / ESS / "http" / f"{service}.json", service],
                            check=True, capture_output=True, text=True)
    return [line.split() for line in result.stdout.splitlines()]


def asked_paths(station):
    """What the exporter asked of the station since the last look, in its order."""
    services = [r["service"] for r in station.state()["requests"] if r["service"]]
    station.forget()
    return ["/services"] + [f"/value?service={name}&path=/" for name in services]


def port(url):
    return url.rsplit(":", 1)[1].strip("/")


def in_turns(station, exporter, paths):
    """One client for both: (ms of asking the station directly, ms of a scrape, bytes asked)."""
    result = subprocess.run([TOOLS / "scrape_bench", port(station.url), port(exporter.url),
                             str(ROUNDS), *paths], check=True, capture_output=True, text=True)
    direct_ms, scrape_ms, size = result.stdout.split()
    return float(direct_ms), float(scrape_ms), int(size)


def memory_kb(pid, file, name):
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return None


def start_to_page_ms(station):
    start = time.perf_counter()
    exporter = Exporter(station.url, wait=False)
    exporter.get()
    took_ms = (time.perf_counter() - start) * 1000
    exporter.stop()
    return took_ms


def start_figures(station):
    """(ms from the process's start to its first page, ms of the station alone)."""
    start_ms = []
    for _ in range(STARTS):
        station.forget()
        start_ms.append(start_to_page_ms(station))
    paths = asked_paths(station)
    exporter = Exporter(station.url)
    direct_ms, _, _ = in_turns(station, exporter, paths)
    exporter.stop()
    return statistics.median(start_ms), direct_ms


def scrape_figures(station):
    exporter = Exporter(station.url, "--scrape.min-interval=0s")
    station.forget()
    exporter.get()
    direct_ms, scrape_ms, size = in_turns(station, exporter, asked_paths(station))
    exporter.get(headers={"Accept-Encoding": "gzip"})
    pid = exporter.child.pid
    memory = {"resident": memory_kb(pid, "status", "VmRSS"),
              "of that private": memory_kb(pid, "status", "RssAnon"),
              "proportional": memory_kb(pid, "smaps_rollup", "Pss")}
    exporter.stop()
    return direct_ms, scrape_ms, size, memory


def main():
    print("Readings to page (battery with its alarms, level full), CPU microseconds:")
    for row in page_table():
        print("  " + "".join(f"{cell:>20}" for cell in row))
    station = Simulator(ESS)
    direct_ms, scrape_ms, size, memory = scrape_figures(station)
    extra = scrape_ms - direct_ms
    print(f"\nA scrape over HTTP: {scrape_ms:.2f} ms; the station asked directly: {direct_ms:.2f} ms for {size} bytes\n"
          f"  difference {extra:+.2f} ms, {extra * PER_BYTES / size:+.2f} ms per 45 KB, "
          f"ratio {scrape_ms / direct_ms:.3f}")
    start_ms, direct_ms = start_figures(station)
    print(f"Process start to first page: {start_ms:.0f} ms; the station asked directly: {direct_ms:.0f} ms\n"
          f"  difference {start_ms - direct_ms:+.0f} ms")
    print("Memory: " + ", ".join(f"{name} {kb / 1024:.1f} MB" for name, kb in memory.items() if kb))
    station.stop()


if __name__ == "__main__":
    main()
