"""What a cell may hold. Each check takes the text of a CSV cell, or the value of a JSON key, and returns the value that the
station has; it raises Refused with what is allowed.
"""

import json
import re
import urllib.parse
import zoneinfo
from pathlib import Path

FACTS = json.loads(Path(__file__).with_name("facts.json").read_text(encoding="utf-8"))

SITE_LETTERS = 46  # "victron-exporter-" before it is a name of Kubernetes, which has at most 63
TEXT_BYTES = 256
SCHEMES = {"http": True, "https": True, "mqtt": False, "mqtts": False, "vrm": False}  # whether it may have a path
COUNT_MAX = 256  # services that the exporter reads of a station
# Flags that have a column of their own or belong to the output that starts the exporter.
OWNED_FLAGS = {"station.url", "site", "site.file", "map.level", "map.file", "http.username", "http.password-file", "http.ca-file",
               "mqtt.username", "mqtt.password-file", "mqtt.ca-file", "mqtt.skip-hostname-check", "web.listen-address",
               "web.systemd-socket"}


class Refused(ValueError):
    """Its text says what is allowed."""


def site(value):
    text = _text(value)
    if not re.fullmatch(rf"[A-Za-z0-9]([A-Za-z0-9._-]{{0,{SITE_LETTERS - 2}}}[A-Za-z0-9])?", text):
        raise Refused(f"allowed 1 to {SITE_LETTERS} letters, digits and . _ - , with a letter or digit at both ends")
    return text


def url(value):
    text = _text(value)
    try:
        parts = urllib.parse.urlsplit(text)
        port = parts.port
    except ValueError:
        raise Refused("allowed scheme://host or scheme://host:port, the port from 1 to 65535") from None
    if parts.scheme not in SCHEMES:
        raise Refused(f"allowed {', '.join(scheme + '://' for scheme in SCHEMES)}")
    if "@" in parts.netloc:
        raise Refused("a user or password in the URL is refused: use the columns username and password_file")
    if not parts.hostname or port == 0 or re.search(r"[\s?#\"'\\]", text) or parts.netloc.endswith(":"):
        raise Refused("allowed scheme://host or scheme://host:port, without blanks, quotes, ? and #")
    if parts.scheme == "vrm" and not re.fullmatch("vrm://[0-9a-f]{12}", text):
        raise Refused("allowed vrm:// and the 12 digits 0-9 a-f that VRM shows")
    if parts.path and not SCHEMES[parts.scheme]:
        raise Refused("has a path: allowed only with http and https")
    return text


def host(value):
    text = _text(value)
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\]", text):
        raise Refused("allowed a host name or an address, an IPv6 address in brackets")
    return text


def port(value):
    number = _number(value, "allowed a whole number from 1 to 65535")
    if number != int(number) or not 1 <= number <= 65535:
        raise Refused("allowed a whole number from 1 to 65535")
    return int(number)


def text(value):
    found = _text(value)
    if not 1 <= len(found.encode()) <= TEXT_BYTES or re.search(r"[\x00-\x1f\x7f]", found):
        raise Refused(f"allowed 1 to {TEXT_BYTES} bytes without control characters")
    return found


def word(value):
    """A text that stands in an environment file as it is."""
    found = text(value)
    if re.search(r"[\s\"'\\$#]", found):
        raise Refused("allowed a word without blanks, quotes, $, # and \\")
    return found


def file_name(value):
    found = _text(value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", found):
        raise Refused("allowed the name of a file, of letters, digits and . _ - ; no path, and no password itself")
    return found


def yes(value):
    if isinstance(value, bool):
        return value
    if value not in ("yes", "no"):
        raise Refused("allowed yes, no")
    return value == "yes"


def one_of(*words):
    def check(value):
        if value not in words:
            raise Refused(f"allowed {', '.join(words)}")
        return value

    return check


def number_from(least, most):
    def check(value):
        allowed = f"allowed a number from {least} to {most}"
        number = _number(value, allowed)
        if not least <= number <= most:
            raise Refused(allowed)
        return number

    return check


def timezone(value):
    found = _text(value)
    if found not in zoneinfo.available_timezones():
        raise Refused("allowed an IANA name, e.g. Europe/Berlin")
    return found


def labels(value):
    found = _pairs(value)
    for name, content in found.items():
        if not re.fullmatch("[a-z_][a-z0-9_]{0,99}", name) or name.startswith("__"):
            raise Refused(f'label "{name}": allowed lower-case letters, digits and _ , no digit first and no __')
        if name in FACTS["labels"]:
            raise Refused(f'label "{name}" is one that series have, or a column of its own: allowed any other name')
        found[name] = text(content)
    return found


def options(value):
    found = _pairs(value)
    for name, content in found.items():
        if name not in FACTS["flags"] or name in OWNED_FLAGS:
            allowed = ", ".join(flag for flag in FACTS["flags"] if flag not in OWNED_FLAGS)
            raise Refused(f'option "{name}": allowed {allowed}')
        found[name] = word(content)
    return found


def expected(value):
    found = _pairs(value)
    for name, content in found.items():
        if name not in FACTS["device_types"]:
            raise Refused(f'device type "{name}": allowed {", ".join(FACTS["device_types"])}')
        count = _number(content, f"{name}: allowed a whole number from 0 to {COUNT_MAX}")
        if count != int(count) or not 0 <= count <= COUNT_MAX:
            raise Refused(f"{name}: allowed a whole number from 0 to {COUNT_MAX}")
        found[name] = int(count)
    return found


def parameters(value, place="site"):
    found = _pairs(value)
    for name, content in found.items():
        row = FACTS["parameters"].get(name)
        if not row or place not in row["places"]:
            raise Refused(f'parameter "{name}" is none of {_a(place)}: allowed are those of docs/site-file.md')
        least, most, is_whole = row["range"]
        allowed = f"{name}: allowed {'a whole number from ' if is_whole else ''}{least:.16g} to {most:.16g}"
        number = _number(content, allowed)
        if not least <= number <= most or (is_whole and number != int(number)):
            raise Refused(allowed)
        found[name] = int(number) if number == int(number) else number
    return found


def devices(value):
    """Of JSON only: {"solarcharger/279": {parameter: number, "trackers": {"0": {parameter: number}}}}"""
    if not isinstance(value, dict):
        raise Refused("allowed an object, as the key devices of docs/site-file.md")
    for name, device in value.items():
        kind, _, instance = name.partition("/")
        if kind not in FACTS["device_types"] or not re.fullmatch(r"[A-Za-z0-9_:.-]{1,64}", instance):
            raise Refused(f'"{name}": allowed a device type, / and its instance, e.g. solarcharger/279')
        if not isinstance(device, dict):
            raise Refused(f'"{name}": allowed an object')
        trackers = device.get("trackers", {})
        if not isinstance(trackers, dict) or not all(re.fullmatch("[0-9]{1,2}", number) for number in trackers):
            raise Refused(f'"{name}": trackers: allowed an object of "0" to "99"')
        parameters({key: content for key, content in device.items() if key != "trackers"}, "device")
        for tracker in trackers.values():
            parameters(tracker, "tracker")
    return value


def _a(place):
    return {"site": "a site", "device": "a device", "tracker": "a tracker"}[place]


def _text(value):
    if not isinstance(value, str):
        raise Refused("allowed a text")
    return value


def _number(value, allowed):
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", value):
        return float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise Refused(allowed)


def _pairs(value):
    """{name: value} of "name=value;name=value", or of an object of JSON."""
    if isinstance(value, dict):
        return dict(value)
    found = {}
    for part in _text(value).split(";"):
        name, sign, content = part.strip().partition("=")
        if not sign or not name or not content:
            raise Refused(f'"{part.strip()}": allowed name=value;name=value')
        if name in found:
            raise Refused(f'"{name}" stands twice')
        found[name] = content.strip()
    return found
