"""Prints what the exporter costs, as ratios measured side by side in one run.

    /usr/bin/python3 tests/bench/bench.py

Needs a release build in build/.  Nothing here passes or fails: gates are tests of their own.
"""

import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from harness import STATIONS, Exporter, Simulator, request  # noqa: E402

ESS = "cerbo-gx-v3.70-ess"
ROUNDS = 41
PER_BYTES = 45_000


def page_table():
    """CPU per page for 20 to 10,000 samples, against copying the bytes."""
    service = "com.victronenergy.battery.socketcan_can0"
    result = subprocess.run([ROOT / "build" / "tests" / "bench" / "page_bench",
                             STATIONS / ESS / "http" / f"{service}.json", service],
                            check=True, capture_output=True, text=True)
    return [line.split() for line in result.stdout.splitlines()]


def median_ms(action):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def ask(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return len(answer.read())


def station_alone(station, services):
    """Asking the same services directly, one after the other: (ms, bytes)."""
    paths = ["/services"] + [f"/value?service={name}&path=/" for name in services]
    size = sum(ask(station.url + path) for path in paths)
    return median_ms(lambda: [ask(station.url + path) for path in paths]), size


def memory_kb(pid, name):
    for line in Path(f"/proc/{pid}/{'smaps_rollup' if name == 'Pss' else 'status'}").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return None


def scrape_figures():
    station = Simulator(ESS)
    start = time.perf_counter()
    exporter = Exporter(station.url, "--scrape.min-interval=0s", wait=False)
    exporter.page()
    start_ms = (time.perf_counter() - start) * 1000
    station.forget()
    exporter.get()
    asked = [r["service"] for r in station.state()["requests"] if r["service"]]
    direct_ms, size = station_alone(station, asked)
    scrape_ms = median_ms(lambda: request(exporter.url + "/metrics"))
    rss, pss = memory_kb(exporter.child.pid, "VmRSS"), memory_kb(exporter.child.pid, "Pss")
    exporter.stop()
    station.stop()
    return {"start_ms": start_ms, "direct_ms": direct_ms, "scrape_ms": scrape_ms, "bytes": size,
            "rss_kb": rss, "pss_kb": pss}


def main():
    print("Readings to page (battery with its alarms, level full), CPU microseconds:")
    for row in page_table():
        print("  " + "".join(f"{cell:>20}" for cell in row))
    f = scrape_figures()
    extra = f["scrape_ms"] - f["direct_ms"]
    print(f"\nA scrape over HTTP: {f['scrape_ms']:.1f} ms; the same requests made directly by Python: "
          f"{f['direct_ms']:.1f} ms for {f['bytes']} bytes\n"
          f"  difference {extra:+.2f} ms, {extra * PER_BYTES / f['bytes']:+.2f} ms per 45 KB, "
          f"ratio {f['scrape_ms'] / f['direct_ms']:.3f}")
    print(f"Process start to first page: {f['start_ms']:.0f} ms, of which the station {f['direct_ms']:.0f} ms")
    print(f"Resident memory {f['rss_kb'] / 1024:.1f} MB, proportional {f['pss_kb'] / 1024:.1f} MB")


if __name__ == "__main__":
    main()
