"""Whatever call fails in what is done once: the whole output, or a sentence that says what is missing."""

import re
import subprocess

import pytest
from counting_station import CountingStation
from faults import EVERY_FAULT, PROGRAM
from harness import STATIONS, Simulator

ACTIONS = {
    "--map.print": ["fwrite", "fflush", "calloc", "realloc", "json_loadb"],
    "--once": ["fwrite", "fflush", "curl_easy_getinfo", "pthread_create", "curl_multi_info_read"],
    "--station.record": ["fdopendir", "mkdir", "renameat", "fsync", "openat", "open", "write", "json_object", "json_array",
                         "json_real", "json_string", "json_stringn", "json_object_set_new", "json_array_append_new",
                         "json_loadb"],
    "--station.unmapped": ["fwrite", "realloc"],
}

TRIES = 10  # how often the network is looked at differs from run to run: until one looks often enough


class Runner:
    """Runs one action to its end; what it wrote is text."""

    def __init__(self, faults, station, action, folder):
        self._faults, self._station, self._action, self._folder = faults, station, action, folder
        self._runs = 0

    def run(self):
        """(exit code, what it wrote, stderr)"""
        self._runs += 1
        folder = self._folder / str(self._runs)
        action = f"{self._action}={folder}" if self._action == "--station.record" else self._action
        done = subprocess.run([PROGRAM, action, f"--station.url={self._station.url}", "--site=x"],
                              capture_output=True, text=True, env=self._faults.env, timeout=60, check=False)
        files = sorted(folder.rglob("*.json")) if folder.is_dir() else []
        output = done.stdout + "".join(path.name + path.read_text() for path in files)
        return done.returncode, comparable(output), done.stderr


def comparable(output):
    """Without what differs from run to run: times, and what was made up anew."""
    output = re.sub(r"^(process_|victron_(scrape_duration|scrape_service_duration|http|exporter|last|device_last|clock)).*\n",
                    "", output, flags=re.M)
    return re.sub(r"\d+(\.\d+)?|[0-9a-f]{6,}", "0", output)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_with_a_call_that_fails(faults, tmp_path, action):
    """The whole output, or stderr says what is missing."""
    with CountingStation() as raw:
        station = Simulator("three-phase-site") if action == "--station.record" else raw
        try:
            runner = Runner(faults, station, action, tmp_path)
            code, expected, _ = runner.run()
            assert code == 0 and len(expected) > 1000 or action == "--station.unmapped"
            made = faults.made()
            for call in ACTIONS[action]:
                assert made[call], f"{action} does not call {call}"
                some = sorted({1, made[call] // 2 or 1})
                for n in range(1, made[call] + 1) if EVERY_FAULT else some:
                    for _ in range(TRIES):
                        faults.arm(call, n)
                        code, output, errors = runner.run()
                        if faults.hits():
                            break
                    what = f"{action} {call} {n}: {code} {errors}"
                    assert faults.hits() == 1, what
                    assert code in (0, 1, 2) and not re.search("Sanitizer|runtime error", errors), what
                    is_told = errors or "too large" in output
                    assert (code == 0 and output == expected) or is_told, what
        finally:
            if station is not raw:
                station.stop()
