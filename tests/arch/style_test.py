"""Layout is clang-format's business, suspicious code clang-tidy's: both are errors."""

import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = sorted(p for folder in ("exporter", "tests") for p in (ROOT / folder).rglob("*.[ch]"))
FORMAT_VERSION = "14."  # another version lays some lines out differently


def clang_format():
    name = shutil.which("clang-format-14") or shutil.which("clang-format")
    if not name:
        return None
    version = subprocess.run([name, "--version"], check=True, capture_output=True, text=True).stdout
    return name if f"version {FORMAT_VERSION}" in version else None


@pytest.mark.skipif(not clang_format(), reason="clang-format 14 is not here")
def test_every_file_is_laid_out_by_clang_format():
    result = subprocess.run([clang_format(), "--dry-run", "-Werror", *map(str, OURS)], cwd=ROOT,
                            capture_output=True, text=True, check=False)
    files = sorted(set(re.findall(r"^(\S+?):\d+", result.stderr, re.M)))
    assert result.returncode == 0, "run clang-format -i on: " + " ".join(files)


def commands():
    """Source files of the release build with their compiler flags, generated ones left out."""
    database = json.loads((ROOT / "build" / "compile_commands.json").read_text())
    return [c["file"] for c in database if "/exporter/" in c["file"] and "/build/" not in c["file"]]


def tidy(path):
    return subprocess.run(["clang-tidy", "--quiet", "-p", str(ROOT / "build"), path], cwd=ROOT,
                          capture_output=True, text=True, check=False)


@pytest.mark.skipif(not shutil.which("clang-tidy"), reason="clang-tidy is not here")
def test_clang_tidy_finds_nothing():
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(tidy, commands()))
    assert len(results) > 50
    found = "\n".join(r.stdout for r in results if r.returncode)
    assert not found, found[:6000]


def test_no_two_modules_of_the_tests_have_one_name():
    """One pytest imports them all by their bare names: the second would get the first."""
    modules = [path for path in (ROOT / "tests").rglob("*.py")
               if not (path.parent / "__init__.py").exists() and path.name != "conftest.py"]
    places = {}
    for path in modules:
        places.setdefault(path.name, []).append(str(path.relative_to(ROOT)))
    assert len(places) > 50
    assert {name: twice for name, twice in places.items() if len(twice) > 1} == {}
