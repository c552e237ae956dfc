"""`man victron_exporter` and `--help` agree, and the page is good roff."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "victron_exporter.1"

pytestmark = pytest.mark.skipif(not shutil.which("man"), reason="man is not here")


def manual(*options):
    # A line as long as it needs: nothing is wrapped, so nothing is to be joined again.
    env = {**os.environ, "MANWIDTH": "2000", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""}
    return subprocess.run(["man", *options, "-l", str(PAGE)], env=env, capture_output=True, text=True, check=True)


def words(text):
    return re.sub(r"\s+", " ", text.replace("\N{HYPHEN}", "-")).strip()


def options_of_help():
    """flag with its argument: (meaning, default)"""
    text = subprocess.run([ROOT / "build" / "victron_exporter", "--help"], check=True, capture_output=True,
                          text=True).stdout
    found = {}
    for flag, meaning in re.findall(r"^  (--\S+?\S*) +(.*(?:\n {20,}.*)*)", text, re.M):
        meaning, default = re.fullmatch(r"(.*?)(?: \(default: (.*)\))?", words(meaning)).groups()
        found[flag] = (meaning, default)
    return found


def options_of_manual():
    section = re.search(r"^OPTIONS\n(.*?)^\S", manual().stdout, re.M | re.S)[1]
    found = {}
    for flag, meaning in re.findall(r"^ {7}(--\S+)((?: .*)?(?:\n {14}.*)*)", section, re.M):
        meaning, default = re.fullmatch(r"(.*?)(?: Default: (.*)\.)?", words(meaning)).groups()
        found[flag] = (meaning, default)
    return found


def test_every_option_is_told_alike():
    told = options_of_help()
    assert len(told) > 30 and "--station.url=URL" in told
    assert options_of_manual() == told


def test_groff_has_nothing_to_complain_of():
    assert manual("--warnings").stderr == ""


def test_the_check_sees_mistakes(tmp_path):
    (tmp_path / "page.1").write_text(PAGE.read_text() + ".XX\n")
    result = subprocess.run(["man", "--warnings", "-l", str(tmp_path / "page.1")], capture_output=True, text=True,
                            check=False)
    assert "XX" in result.stderr


def test_the_page_has_what_people_look_for():
    assert re.findall(r"^([A-Z ]+)\n {3,7}\S", manual().stdout, re.M) == [
        "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ENVIRONMENT", "SIGNALS", "EXIT STATUS", "FILES", "EXAMPLES",
        "SEE ALSO"]


def test_the_examples_are_understood():
    """Each command of the page: no mistake in a flag, looked for by an action that needs no station."""
    text = re.sub(r"\\\n", " ", re.search(r"^EXAMPLES\n(.*?)^\S", manual().stdout, re.M | re.S)[1])
    commands = re.findall(r"^ +victron_exporter (--.*)$", text, re.M)
    assert len(commands) == 2
    for command in commands:
        flags = [flag for flag in command.split() if flag != "--once"]
        result = subprocess.run([ROOT / "build" / "victron_exporter", *flags, "--map.check"], capture_output=True,
                                text=True, check=False)
        assert result.returncode == 0, result.stderr
