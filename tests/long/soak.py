"""A day of trouble: random faults, scrapers and reconnects; memory, descriptors and threads stay flat.

    /usr/bin/python3 tests/long/soak.py [HOURS] [--seed=N] [--speed=N] [--only=http|mqtt]

Two kinds side by side: an exporter on an HTTP station in chaos, and ten on a broker that is killed
again and again; --speed lets the clocks of those ten run so many times as fast (faketime), which
makes days of reconnects of an hour.  Prints their numbers each tenth of the time; fails if the last
are more than 1 % above the first.  Needs a release build in build/; VICTRON_TEST_PROGRAM names another program.
"""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests")]

import soaking  # noqa: E402
from simulator.broker import Broker  # noqa: E402


def argument(name, default):
    given = [a.removeprefix(f"--{name}=") for a in sys.argv[1:] if a.startswith(f"--{name}=")]
    return given[0] if given else default


def run(name, kind, seconds):
    """The numbers of each tenth, told as they come."""
    def report(text):
        print(time.strftime("%H:%M:%S"), name, text, flush=True)

    try:
        return soaking.soak(kind, seconds, [0.1] * 10, report)
    except Exception as failure:
        report(f"failed: {failure!r}")
        raise
    finally:
        kind.close()


def main():
    hours = next((float(a) for a in sys.argv[1:] if not a.startswith("-")), 24)
    seed = int(argument("seed", int(time.time())))
    speed = int(argument("speed", 1))
    print(f"{hours} hours, --seed={seed} --speed={speed}", flush=True)
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder)) as broker, ThreadPoolExecutor(2) as pool:
        makers = {"http": lambda: soaking.HttpSoak(Path(folder), seed, with_slow=True),
                  "mqtt": lambda: soaking.MqttSoak(broker, seed, speed)}
        kinds = {name: make() for name, make in makers.items() if name == argument("only", name)}
        running = {name: pool.submit(run, name, kind, hours * 3600) for name, kind in kinds.items()}
        tenths = {name: future.result() for name, future in running.items()}
    for found in tenths.values():
        soaking.assert_flat(found)
    print("flat")


if __name__ == "__main__":
    main()
