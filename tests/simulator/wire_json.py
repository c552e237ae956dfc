"""How the two back ends write values: the HTTP API in Python's JSON, the broker in compact JSON."""

import json
import math
import re

_MARK = "\x01raw"
_MARKED = re.compile(rb'"\\u0001raw(\d+)"')
_SURROGATE = re.compile("[\ud800-\udfff]")


class RawToken:
    """Bytes that stand in an answer exactly as they are, legal JSON or not."""

    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return isinstance(other, RawToken) and self.text == other.text

    def __hash__(self):
        return hash(self.text)


def http_json(document):
    """The document as the API writes it: 2 spaces, ASCII, NaN and Infinity bare, no newline at the end."""
    raw = []

    def hold(token):
        raw.append(token.text)
        return f"{_MARK}{len(raw) - 1}"

    text = json.dumps(document, indent=2, default=hold).encode("ascii")
    return _MARKED.sub(lambda match: raw[int(match[1])], text) if raw else text


def mqtt_json(document):
    """The document as the broker's plugin writes it: compact, keys sorted, UTF-8, null for what JSON cannot say."""
    text = json.dumps(_without_invalid(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # A lone surrogate has no UTF-8; its escape is the only way to put it on the wire.
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode("utf-8")


def _without_invalid(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_without_invalid(item) for item in value] if value else None
    if isinstance(value, dict):
        return {key: _without_invalid(item) for key, item in value.items()}
    return value


def mqtt_value(value, limits=None):
    """The payload {"value": ...} of one path; limits adds min and max of a setting."""
    if not isinstance(value, RawToken):
        return mqtt_json({**(limits or {}), "value": value})
    try:
        return mqtt_json({"value": json.loads(value.text)})
    except (ValueError, RecursionError):
        return b'{"value":' + value.text + b"}"
