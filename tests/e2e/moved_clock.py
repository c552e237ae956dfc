"""Processes whose clocks run as fast as a test wants, or are where it puts them (package faketime)."""

import platform

LIBRARY = f"/usr/lib/{platform.machine()}-linux-gnu/faketime/libfaketimeMT.so.1"


def faster(speed):
    """An environment where time runs so much faster."""
    return {} if speed == 1 else {"LD_PRELOAD": LIBRARY, "FAKETIME": f"+0 x{speed}"}


class MovedClock:
    """`env` is for the process; its clocks go on from where they are put.

    only_wall: what a jump of the system's clock is. Else time passes: the monotonic clock goes along, so never put it back.
    """

    def __init__(self, folder, only_wall=False):
        self._file = folder / "clock"
        self.env = {"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_NO_CACHE": "1",
                    "ASAN_OPTIONS": "verify_asan_link_order=0"}
        if only_wall:
            self.env["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        self.put(0)

    def put(self, seconds):
        """So far ahead of the host's clock from now on."""
        self.ahead = seconds
        new = self._file.with_name("clock.new")
        new.write_text(f"{seconds:+.3f}")
        new.rename(self._file)  # never half a number
