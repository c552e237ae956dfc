"""Fuzzes all targets until a number of executions is reached, two at a time.

    /usr/bin/python3 tests/long/fuzz.py [MILLIONS] [--keep]

Prints executions for each target and what was found; fails if anything was.  MILLIONS (default 10)
is over all targets, and each of them has its turn as often as the others.  --keep merges new inputs
of at most 400 bytes into the corpus.  Needs: cmake --preset fuzz && cmake --build --preset fuzz
"""

import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fuzz"))

import fuzzing  # noqa: E402

TURN_SECONDS = 60
AT_ONCE = 2
KEPT_BYTES_MAX = 400


def keep(target, found):
    corpus = fuzzing.HERE / "corpus" / target
    for path in sorted(fuzzing.keep_small(target, found, KEPT_BYTES_MAX).iterdir()):
        if not any(path.read_bytes() == known.read_bytes() for known in corpus.iterdir()):
            shutil.copy(path, corpus / path.name[:12])


def main():
    wanted = float(next((a for a in sys.argv[1:] if a != "--keep"), 10)) * 1e6
    assert fuzzing.BUILD.is_dir(), fuzzing.HOW_TO_BUILD
    executions, findings = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder)
        while executions.total() < wanted and not findings:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for result in pool.map(lambda t: fuzzing.run(t, TURN_SECONDS, found / t), fuzzing.TARGETS):
                    executions[result.target] += result.executions
                    findings += [result.story()] if result.exit_code else []
            print(f"{executions.total():,} executions, {len(findings)} findings", flush=True)
        for target, count in sorted(executions.items()):
            print(f"{count:12,} {target}")
        if "--keep" in sys.argv and not findings:
            for target in fuzzing.TARGETS:
                keep(target, found / target)
    print("\n\n".join(findings))
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
