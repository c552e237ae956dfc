"""Twenty thousand messages a second for a minute: nothing is lost, nothing grows.

    /usr/bin/python3 tests/long/mqtt_flood.py [SECONDS]

Prints CPU per message, memory before and after, and fails when messages are missing, the last
value is not on the page, or memory grew.  Needs a release build in build/ and mosquitto-clients.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests")]

from harness import Exporter, Simulator, wait_until  # noqa: E402
from simulator.broker import Broker  # noqa: E402

PER_SECOND = 20_000
BURSTS_PER_SECOND = 20
GROWTH_KB = 1024


def anonymous_kb(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon")))


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def flood(port, topic, seconds):
    """Publishes at the rate by mosquitto_pub, which takes a message a line; returns how many."""
    publisher = subprocess.Popen(["mosquitto_pub", "-p", str(port), "-t", topic, "-l"], stdin=subprocess.PIPE)
    size = PER_SECOND // BURSTS_PER_SECOND
    start = time.monotonic()
    for burst in range(seconds * BURSTS_PER_SECOND):
        lines = "".join(f'{{"value":{burst}.{i % 10}}}\n' for i in range(size))
        publisher.stdin.write(lines.encode())
        publisher.stdin.flush()
        time.sleep(max(0, start + (burst + 1) / BURSTS_PER_SECOND - time.monotonic()))
    publisher.stdin.write(b'{"value":42.5}\n')
    publisher.stdin.close()
    publisher.wait()
    return seconds * PER_SECOND + 1


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder)) as broker:
        station = Simulator("cerbo-gx-v3.70-ess", f"--mqtt=127.0.0.1:{broker.plugin_port}")
        exporter = Exporter(broker.url)
        page = wait_until(lambda: (p := exporter.page()).value("victron_up") == 1 and p, what="values")
        portal = page.series("victron_station_info")[0][0]["portal_id"]
        flood(broker.plugin_port, f"N/{portal}/battery/512/Dc/0/Voltage", 2)  # what grows once has grown
        pid = exporter.child.pid
        before_kb, before_cpu = anonymous_kb(pid), cpu_seconds(pid)
        before = exporter.page().value("victron_mqtt_messages_total")
        sent = flood(broker.plugin_port, f"N/{portal}/battery/512/Dc/0/Current", seconds)
        wait_until(lambda: exporter.page().value("victron_battery_current_amperes", instance="512") == 42.5, 30,
                   "the last value")
        received = exporter.page().value("victron_mqtt_messages_total") - before
        cost = (cpu_seconds(pid) - before_cpu) / sent * 1e6
        growth_kb = anonymous_kb(pid) - before_kb
        print(f"{sent} sent, {int(received)} received with the station's own, {cost:.2f} us CPU per message,"
              f" anonymous memory {before_kb} kB and {growth_kb:+d} kB")
        exporter.stop()
        station.stop()
    assert received >= sent, "messages were lost"
    assert growth_kb <= GROWTH_KB, "memory grew"


if __name__ == "__main__":
    main()
