"""Writes every dashboard beside the folder of the generator."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from generator import boards  # noqa: E402


def main():
    folder = Path(__file__).resolve().parents[1]
    for name, text in boards.texts().items():
        (folder / name).write_text(text, encoding="utf-8")


main()
