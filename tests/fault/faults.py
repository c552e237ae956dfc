"""Makes chosen calls of the running program fail: the other end of faults.c."""

import mmap
import os
import re
import struct
from pathlib import Path

from harness import ROOT, Exporter

HERE = Path(__file__).resolve().parent
PROGRAM = ROOT / "build" / "asan" / "tests" / "fault" / "victron_exporter_faulty"

# struct fault_control
HEAD = struct.Struct("<qqqq")  # armed, countdown, hits, count
ROW = struct.Struct("<56sq")  # name, calls made
ROWS_MAX = 120
NONE = -1


def wrapped_calls():
    """The names of all calls that can be made to fail."""
    text = (HERE / "fault_calls.h").read_text()
    listed = re.findall(r"^CALL\([^,]*,\s*(\w+)", text, re.M)
    return listed + re.search(r"set\(wrapped ([^)]*)\)", (HERE / "CMakeLists.txt").read_text())[1].split()


class Faults:
    """The file shared with a program that was started with `env`."""

    def __init__(self, path):
        path.write_bytes(HEAD.pack(NONE, 0, 0, 0).ljust(HEAD.size + ROW.size * ROWS_MAX, b"\0"))
        self.env = {"VICTRON_FAULTS": str(path)}
        with open(path, "r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._shared.close()

    def _rows(self):
        count = HEAD.unpack_from(self._shared)[3]
        return [ROW.unpack_from(self._shared, HEAD.size + i * ROW.size) for i in range(count)]

    def made(self):
        """{name: how often it was called}"""
        return {name.rstrip(b"\0").decode(): calls for name, calls in self._rows()}

    def arm(self, call, nth):
        """From now on the nth such call fails, once."""
        self.disarm()
        self._write(1, nth)
        self._write(2, 0)
        self._write(0, list(self.made()).index(call))

    def arm_before_start(self, call, nth):
        """As arm, for a program that has not started: the table is in the order of the source."""
        self._write(1, nth)
        self._write(2, 0)
        self._write(0, wrapped_calls().index(call))

    def disarm(self):
        self._write(0, NONE)

    def hits(self):
        return HEAD.unpack_from(self._shared)[2]

    def _write(self, field, number):
        struct.pack_into("<q", self._shared, 8 * field, number)


def start(faults, station_url, *flags, **options):
    """The program whose calls can fail."""
    assert os.access(PROGRAM, os.X_OK), f"build it: {PROGRAM} (VICTRON_SANITIZE=address,undefined)"
    return Exporter(station_url, *flags, env=faults.env, program=PROGRAM, **options)


# Every call there is fails in turn, not only some of them.
EVERY_FAULT = bool(os.environ.get("VICTRON_EVERY_FAULT"))


def points(faults, call, operation, most=40):
    """Which of the calls that an operation makes are to fail: at most so many, evenly, or all of them
    with VICTRON_EVERY_FAULT. The operation is tried twice first: what it calls the second time counts."""
    for _ in range(2):
        before = faults.made()[call]
        operation()
    count = faults.made()[call] - before
    assert count, f"the operation does not call {call}"
    step = 1 if EVERY_FAULT else -(-count // most)
    return range(1, count + 1, step)
