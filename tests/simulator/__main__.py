"""The command line: python3 tests/simulator STATION_DIR [options]"""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

if not __package__:  # started as a folder: make its modules importable as the package that they are
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from simulator.recording import RecordingError, load
from simulator.station import SimulatedStation


def _address(text):
    host, _, port = text.rpartition(":")
    if not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r}: give HOST:PORT, e.g. 127.0.0.1:0 for any free port")
    return host.strip("[]") or "127.0.0.1", int(port)


def _options(arguments):
    parser = argparse.ArgumentParser(prog="simulator", description="A simulated Victron GX station.")
    parser.add_argument("folder", nargs="?", metavar="STATION_DIR", help="a folder of tests/stations")
    parser.add_argument("--station", metavar="DIR", help="the same")
    parser.add_argument("--listen", type=_address, default="127.0.0.1:0", help="the DBus HTTP API (default: any port)")
    parser.add_argument("--control", type=_address, default="127.0.0.1:0", help="the control page, see control.py")
    parser.add_argument("--port-file", metavar="FILE", help="write the addresses there as JSON")
    parser.add_argument("--faults", type=json.loads, metavar="JSON", help="faults to start with, see faults.py")
    parser.add_argument("--live", action="store_true", help="let the values move as over a day")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than real (with --live)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another day (with --live)")
    parser.add_argument("--start-time", type=float, metavar="UNIX", help="start of the clock (default: now)")
    parser.add_argument("--mqtt", type=_address, metavar="HOST:PORT", help="also publish to this MQTT broker")
    parser.add_argument("--mqtt-time-scale", type=float, default=1.0, help="0.1: heartbeat every 0.3 s, life of 6 s")
    parser.add_argument("--portal-id", help="for topics, if the recording has no /Serial of system")
    options = parser.parse_args(arguments)
    options.station = options.station or options.folder
    if not options.station:
        parser.error("no station given; e.g. tests/stations/cerbo-gx-v3.70-ess")
    return options


def _mqtt_options(options):
    if not options.mqtt:
        return None
    mqtt = {"host": options.mqtt[0], "port": options.mqtt[1], "time_scale": options.mqtt_time_scale}
    return {**mqtt, "portal_id": options.portal_id} if options.portal_id else mqtt


def _make(options):
    live = {"speed": options.speed, "seed": options.seed, "start": options.start_time} if options.live else None
    station = SimulatedStation(load(options.station), options.listen, options.control, live, _mqtt_options(options))
    if options.faults:
        station.faults.patch(options.faults)
    return station


def _announce(station, port_file):
    if port_file:
        # Written aside and renamed, so that whoever waits for the file finds it whole.
        aside = Path(port_file + ".part")
        aside.write_text(json.dumps({"http": station.http_url, "control": station.control_url}) + "\n")
        os.replace(aside, port_file)
    print(f"listening on {station.http_url} control on {station.control_url}", flush=True)


def main(arguments=None):
    options = _options(arguments)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        station = _make(options)
    except (RecordingError, OSError, ValueError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    station.start()
    _announce(station, options.port_file)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    station.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
