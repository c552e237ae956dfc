"""Runs the fuzz targets of build/fuzz; what a run found is a file and a story."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "fuzz" / "tests" / "fuzz"
FINDINGS = ROOT / "build" / "fuzz" / "findings"
TARGETS = sorted(path.name.removesuffix("_fuzz.c") for path in HERE.glob("*_fuzz.c"))
HOW_TO_BUILD = "build it: cmake --preset fuzz && cmake --build --preset fuzz"

INPUT_BYTES_MAX = 4096
INPUT_SECONDS_MAX = 10
MEMORY_MB_MAX = 2048


@dataclass
class Result:
    target: str
    executions: int
    exit_code: int
    output: str

    def story(self):
        """The end of what it said, where the claim, the stack and the input stand."""
        return f"{self.target}: exit {self.exit_code}\n" + self.output[-6000:]


def run(target, seconds, found):
    """Fuzzes one target from the corpus in the repository; new inputs are put into the folder found."""
    found.mkdir(parents=True, exist_ok=True)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    # Sanitizers need a quieter address space than some kernels give: setarch -R.
    command = ["setarch", "-R", str(BUILD / f"{target}_fuzz"), str(found), str(HERE / "corpus" / target),
               f"-dict={HERE / (target + '.dict')}", f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}",
               f"-timeout={INPUT_SECONDS_MAX}", f"-rss_limit_mb={MEMORY_MB_MAX}",
               f"-artifact_prefix={FINDINGS / target}-", "-print_final_stats=1"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False,
                          timeout=seconds * 3 + 120)
    count = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    return Result(target, int(count[1]) if count else 0, done.returncode, done.stderr)


def keep_small(target, found, limit):
    """The least part of the corpus and of what was found that reaches all that either reaches, into a
    new folder; returns it. Inputs over the limit in bytes are left out."""
    merged = found.with_name(found.name + "-merged")
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir()
    subprocess.run(["setarch", "-R", str(BUILD / f"{target}_fuzz"), "-merge=1", f"-max_len={limit}", str(merged),
                    str(HERE / "corpus" / target), str(found)], capture_output=True, check=True,
                   env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    return merged
