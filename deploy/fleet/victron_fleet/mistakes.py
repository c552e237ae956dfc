"""What is wrong with an inventory: collected, so that all of it is told at once."""

import re


class Mistakes:
    def __init__(self):
        self.lines = []

    def add(self, place, value, allowed):
        """place is "stations.csv:12: column port"; value None if there is none to show."""
        self.lines.append(": ".join(str(part) for part in (place, _short(value), allowed) if part is not None))

    def add_unreadable(self, place, value, error, advice=""):
        """error: of opening the file or of reading it as UTF-8."""
        self.add(place, value, f"cannot be read: {getattr(error, 'strerror', None) or error}{advice}")

    def __bool__(self):
        return bool(self.lines)


def _short(value):
    """In quotes; what may be a password in a URL is not shown."""
    if value is None:
        return None
    text = re.sub("//.*@", "//...@", value if isinstance(value, str) else repr(value))
    return f'"{text[:57]}..."' if len(text) > 60 else f'"{text}"'
