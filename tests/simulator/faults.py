"""What is wrong with the station at the moment: one JSON document, patched from the control page.

    {"server":   "serving" | "zombie" | "refuse",
     "answers":  {TARGET: {FAULT: PARAMETER}},      TARGET: a service name, "/services", "/settings", "*", ...
     "services": {"remove": [NAME], "add": {NAME: {PATH: VALUE}}, "rename": {OLD: NEW}},
     "values":   {SERVICE: {PATH: VALUE}},          VALUE: any JSON but an object, or {"value": JSON},
                                                    {"token": TEXT}, {"base64": BYTES}, {"absent": true}
     "clones":   {SERVICE: N},                      N more services like that one, with instances of their own
     "mqtt":     {FAULT: PARAMETER},
     "time_factor": X}                              scales the waiting of "hang"

A patch is merged into it: what it does not name stays, null removes.
"""

import threading
import time

NAMED_HANGS = {"mute": 25.0, "dead": 50.05}


class FaultError(ValueError):
    """The patch is refused; the message names the key and what is allowed."""


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _count(value):
    return _number(value) and isinstance(value, int)


def _text(value):
    return isinstance(value, str)


def _flag(value):
    return isinstance(value, bool)


def _names(value):
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _table(value):
    return isinstance(value, dict)


ANSWER_FAULTS = {
    "latency": (_number, "seconds before the answer"),
    "hang": (lambda v: v in NAMED_HANGS or _number(v), '"mute" (25 s), "dead" (50 s) or seconds, then 404'),
    "bus_failure": (_flag, "true: /services and /settings are empty, a value is 404"),
    "status": (lambda v: _count(v) and 100 <= v <= 599, "a status code"),
    "body": (_text, "text sent in place of the body"),
    "body_base64": (_text, "bytes sent in place of the body, in base64"),
    "html": (_flag, "true: a proxy's HTML page in place of the body"),
    "content_type": (_text, "the Content-type"),
    "size": (_count, "bytes that the body is padded to by blanks"),
    "reset_after": (_count, "bytes of the answer, head included, after which the connection is reset"),
    "truncate": (_count, "bytes of the body after which the connection is closed"),
    "drip": (lambda v: _number(v) and v > 0, "bytes a second for the whole answer"),
    "endless": (_flag, "true: after the body blanks without end"),
    "chunked": (_flag, "true: HTTP/1.1 with chunks"),
    "content_length": (lambda v: isinstance(v, int) and not _flag(v), "bytes that Content-Length is off by, e.g. -5"),
}
SERVICE_FAULTS = {
    "remove": (_names, "a list of service names"),
    "add": (_table, "{name: {path: value}}"),
    "rename": (_table, "{old name: new name}"),
}
MQTT_FAULTS = {
    "silent": (_flag, "true: the plugin publishes nothing at all"),
    "lose_every": (lambda v: _count(v) and v > 0, "n: every nth value message is lost"),
    "lose_completion": (_flag, "true: full_publish_completed is lost"),
    "scan_seconds": (_number, "seconds until all services are known after a connect"),
}
# section -> (check of the whole section, what is allowed, levels below it at which a patch merges)
SECTIONS = {
    "server": (lambda v: v in ("serving", "zombie", "refuse"), '"serving", "zombie" or "refuse"', 0),
    "answers": (_table, "{target: {fault: parameter}}", 2),
    "services": (_table, "{remove, add, rename}", 2),
    "values": (_table, "{service: {path: value}}", 2),
    "clones": (lambda v: _table(v) and all(n is None or _count(n) for n in v.values()), "{service: number}", 1),
    "mqtt": (_table, "{fault: parameter}", 1),
    "time_factor": (_number, "a number", 0),
}


def _check_table(where, table, allowed):
    for key, value in table.items():
        if key not in allowed:
            raise FaultError(f"{where}: {key!r} is no fault; allowed: {', '.join(allowed)}")
        check, meaning = allowed[key]
        if value is not None and not check(value):
            raise FaultError(f"{where}.{key}: {value!r} is refused; allowed: {meaning}")


def check_patch(patch):
    """Raises FaultError unless every key and parameter of the patch is known."""
    if not isinstance(patch, dict):
        raise FaultError("the faults must be a JSON object, e.g. {\"server\": \"zombie\"}")
    _check_table("faults", patch, {name: row[:2] for name, row in SECTIONS.items()})
    for target, faults in _check_tables("answers", patch.get("answers")):
        _check_table(f"answers.{target}", faults, ANSWER_FAULTS)
    for service, values in _check_tables("values", patch.get("values")):
        for path, value in values.items():
            _check_value(f"values.{service}.{path}", value)
    _check_table("services", patch.get("services") or {}, SERVICE_FAULTS)
    _check_table("mqtt", patch.get("mqtt") or {}, MQTT_FAULTS)


def _check_tables(where, tables):
    """Each of tables is itself an object, or null."""
    for name, table in (tables or {}).items():
        if table is not None and not isinstance(table, dict):
            raise FaultError(f"{where}.{name}: {table!r} is refused; allowed: an object")
        yield name, table or {}


def _check_value(where, value):
    if isinstance(value, dict) and (len(value) != 1 or not value.keys() & {"value", "token", "base64", "absent"}):
        raise FaultError(f"{where}: {value!r} is refused; allowed: any JSON but an object, "
                         'or one of {"value"}, {"token"}, {"base64"}, {"absent"}')


def merge(document, patch, levels):
    """document with patch merged in, down to that many levels; null removes."""
    if levels == 0 or not isinstance(document, dict) or not isinstance(patch, dict):
        return patch
    merged = {**document}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key, {}), value, levels - 1)
    return merged


class Faults:
    """The document, its readers and those who want to know of changes. Safe from any thread."""

    def __init__(self):
        self._document = {}
        self._changed = threading.Condition()
        self._listeners = []

    def on_change(self, listener):
        """listener() is called after each change, in the thread that made it."""
        self._listeners.append(listener)

    def patch(self, patch):
        check_patch(patch)
        with self._changed:
            document = {**self._document}
            for section, value in patch.items():
                document[section] = merge(document.get(section, {}), value, SECTIONS[section][2])
            self._set({name: value for name, value in document.items() if value is not None})

    def clear(self):
        with self._changed:
            self._set({})

    def _set(self, document):
        self._document = document
        self._changed.notify_all()
        for listener in self._listeners:
            listener()

    def document(self):
        return self._document

    def section(self, name, default=None):
        return self._document.get(name, {} if default is None else default)

    def of_answer(self, target):
        """The faults of answers to target: its own over those of "*"."""
        answers = self.section("answers")
        return {**answers.get("*", {}), **answers.get(target, {})}

    def hang_seconds(self, target):
        """How long target lets the server wait, or None if it answers."""
        hang = self.of_answer(target).get("hang")
        if hang is None:
            return None
        return NAMED_HANGS.get(hang, hang) * self.section("time_factor", 1.0)

    def wait_unless(self, ended, seconds):
        """Waits that long, or until ended() holds after a change of faults; says whether it ended."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not ended() and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            return ended()

    def wake(self):
        """Lets those who wait look again."""
        with self._changed:
            self._changed.notify_all()
