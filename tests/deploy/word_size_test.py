"""The sources suit processors of 32 bits, where long and time_t are no wider: a Raspberry Pi's older systems, the GX itself.

Only the compiler's front end runs, with the flags of the build; programs for such processors are built and run in
tests/long/deploy.
"""

import json
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def compiler(folder):
    """The C compiler for 32 bits. The headers of 64 bits do; the one that they lack is empty anyway."""
    (folder / "gnu").mkdir()
    (folder / "gnu" / "stubs-32.h").touch()
    place = subprocess.run(["cc", "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip()
    return ["cc", "-m32", "-fsyntax-only", "-Werror", "-Wno-psabi", "-isystem", str(folder), "-isystem", f"/usr/include/{place}"]


def commands():
    """(source, its flags) of what is compiled for the program."""
    database = json.loads((ROOT / "build" / "compile_commands.json").read_text())
    for entry in database:
        words = shlex.split(entry["command"])
        if "/exporter/" in entry["file"] and "-c" in words:
            yield entry["file"], [word for word in words[1:words.index("-o")] if word.startswith(("-D", "-I", "-W", "-std"))]


def complaints(command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


@pytest.fixture
def narrow(tmp_path):
    command = compiler(tmp_path)
    if complaints([*command, "-x", "c", "/dev/null"]):
        pytest.skip("the compiler here knows no 32 bits")
    return command


def test_every_source_suits_32_bits(narrow):
    work = [[*narrow, *flags, source] for source, flags in commands()]
    with ThreadPoolExecutor() as pool:
        found = "".join(pool.map(complaints, work))
    assert len(work) > 100 and not found, found[:4000]


def test_the_check_sees_a_long_that_is_too_short(narrow, tmp_path):
    (tmp_path / "wide.c").write_text("#include <stdint.h>\nlong f(int64_t ms);\nlong f(int64_t ms) { return ms; }\n")
    assert "may change value" in complaints([*narrow, "-Wconversion", str(tmp_path / "wide.c")])
