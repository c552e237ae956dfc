"""Makes of alert-rules/ what a vmalert before 1.84 reads: the same without keep_firing_for.

    /usr/bin/python3 make_rules.py ALERT_RULES FOLDER

Copies every *.yml of the first folder into the second, which it makes. What is lost: an alert that keep_firing_for holds over a
short end of its cause resolves at once, and may fire again. vmalert 1.84 and newer, and Prometheus, read alert-rules/ as it is.
"""

import sys
from pathlib import Path


def converted(text):
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("keep_firing_for:"))


def main(rules, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(rules.glob("*.yml")):
        (folder / path.name).write_text(converted(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3 or not list(Path(sys.argv[1]).glob("*.yml")):
        sys.exit(f"usage: {sys.argv[0]} ALERT_RULES FOLDER: the first holds the *.yml of alert-rules/, the second is made")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
