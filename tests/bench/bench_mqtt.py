"""Prints what a page over MQTT costs: latency, pages a second, CPU per message.

    /usr/bin/python3 tests/bench/bench_mqtt.py

Needs a release build in build/, mosquitto and wrk.  Beside it, in the same run, the floor: the
exporter's own /-/healthy, which is a ready answer of a few bytes.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests")]

import paho.mqtt.client as mqtt  # noqa: E402
from harness import Exporter, Simulator, wait_until  # noqa: E402
from simulator.broker import Broker  # noqa: E402

STATION = "three-phase-site"
SECONDS = 4
MESSAGES = 100_000


def wrk(url, connections):
    """(pages a second, median us, 99th percentile us)"""
    text = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", url],
                          check=True, capture_output=True, text=True).stdout
    units = {"us": 1, "ms": 1000, "s": 1_000_000}

    def latency(percentile):
        number, unit = re.search(rf"^\s+{percentile}%\s+([\d.]+)(us|ms|s)", text, re.M).groups()
        return float(number) * units[unit]

    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), latency(50), latency(99)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def status_kb(pid, name):
    return int(re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)[1])


def message_cost(exporter, broker, portal):
    """CPU microseconds per message that changes a value."""
    client = mqtt.Client()
    client.connect("127.0.0.1", broker.plugin_port)
    client.loop_start()
    before = cpu_seconds(exporter.child.pid)
    counted = exporter.page().value("victron_mqtt_messages_total")
    for i in range(MESSAGES):
        client.publish(f"N/{portal}/battery/512/Dc/0/Current", b'{"value":%d.5}' % (i % 1000))
    wait_until(lambda: exporter.page().value("victron_mqtt_messages_total") - counted >= MESSAGES, 60,
               "all messages")
    cost = (cpu_seconds(exporter.child.pid) - before) / MESSAGES * 1e6
    client.loop_stop()
    client.disconnect()
    return cost


def main():
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder)) as broker:
        station = Simulator(STATION, f"--mqtt=127.0.0.1:{broker.plugin_port}")
        exporter = Exporter(broker.url, "--map.level=standard")
        page = wait_until(lambda: (p := exporter.page()).value("victron_up") == 1 and p, what="values")
        time.sleep(2)
        page = exporter.page()
        portal = page.series("victron_station_info")[0][0]["portal_id"]
        print(f"{STATION}: {int(page.value('victron_scrape_samples'))} samples, {len(page.text)} bytes")
        for connections in (1, 8, 64):
            rate, median, late = wrk(exporter.url + "/metrics", connections)
            floor, floor_median, _ = wrk(exporter.url + "/-/healthy", connections)
            print(f"  {connections:2} connections: {rate:8.0f} pages/s, p50 {median:6.0f} us, p99 {late:6.0f} us;"
                  f" floor {floor:8.0f}/s, p50 {floor_median:5.0f} us, ratio {floor / rate:5.1f}")
        print(f"  CPU per message: {message_cost(exporter, broker, portal):.2f} us (socket reads included)")
        print(f"  resident {status_kb(exporter.child.pid, 'VmRSS') / 1024:.1f} MB, of it anonymous "
              f"{status_kb(exporter.child.pid, 'RssAnon') / 1024:.1f} MB")
        exporter.stop()
        station.stop()


if __name__ == "__main__":
    main()
