"""./run.sh and ./test.sh share build/: what the first one leaves out, the second one builds."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def configure(script, folder):
    """Configures folder as the script does build/; what it builds then."""
    line = re.search(r"^ *(cmake -S \. .*?) *>", (ROOT / script).read_text(), re.M)[1]
    words = [word for word in line.split() if word.startswith("-D")]
    assert words
    subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", *words], check=True, capture_output=True)
    return subprocess.run(["ninja", "-C", folder, "-t", "targets", "all"], check=True, capture_output=True, text=True).stdout


def test_the_tests_are_built_in_a_folder_that_run_sh_made(tmp_path):
    assert "tests/unit/" not in configure("run.sh", tmp_path)
    assert "tests/unit/" in configure("test.sh", tmp_path)
