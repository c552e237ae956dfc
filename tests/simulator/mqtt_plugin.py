"""What dbus-flashmq does: keepalives, life and silence, full publishes, changes. No sockets and no clock of its own.

All methods take now, a monotonic time; what is to be sent goes to publish(topic, payload, retain).
"""

import json
from collections import deque

from .mqtt_topics import Topics
from .recording import SYSTEM
from .wire_json import mqtt_json

LIFE_SECONDS = 60.0
HEARTBEAT_SECONDS = 3.0
REPUBLISHES_A_SECOND = 3


def echo_of(payload):
    """The full-publish-completed-echo of a keepalive, or None; what is not JSON counts as empty."""
    try:
        options = json.loads(payload)["keepalive-options"]
        echoes = [option["full-publish-completed-echo"] for option in options
                  if isinstance(option, dict) and "full-publish-completed-echo" in option]
    except (ValueError, KeyError, TypeError):
        return None
    return echoes[0] if echoes else None


class MqttPlugin:
    """unix_time is the clock of the GX, time_scale multiplies every time of the plugin, for quick tests."""

    def __init__(self, bus, portal_id, publish, unix_time, faults=None, time_scale=1.0):
        self._topics = Topics(portal_id, bus)
        self._bus = bus
        self._publish_now = publish
        self._unix_time = unix_time
        self._faults = faults
        self._scale = time_scale
        self._is_up = False
        self._known = {}
        self._unscanned = deque()
        self._alive_until = None
        self._next_heartbeat = None
        self._next_scan = None
        self._republishes = deque()
        self.counts = {"keepalives": 0, "republishes": 0, "published": 0, "lost": 0}

    def connected(self, now):
        """A broker start: nothing is known yet, the services are scanned one by one."""
        self._is_up = True
        self._known = {}
        self._alive_until = self._next_heartbeat = None
        self._publish(self._topics.own("keepalive"), b"1")
        self._unscanned = deque(self._bus.services())
        self._next_scan = now

    def is_alive(self, now):
        return self._alive_until is not None and now < self._alive_until

    def asked(self, topic, payload, now):
        """A message of a client on R/<portal>/..."""
        what = self._topics.asked(topic)
        if what in ("keepalive", "system/0/Serial"):
            self._keepalive(payload, now)
        if what != "keepalive":
            self._read(what)

    def _keepalive(self, payload, now):
        self.counts["keepalives"] += 1
        was_alive = self.is_alive(now)
        self._alive_until = now + LIFE_SECONDS * self._scale
        if b"suppress-republish" not in payload and self._may_republish(now):
            self._republish(echo_of(payload))
        if not was_alive:
            self._next_heartbeat = now

    def _may_republish(self, now):
        """At most 3 a second, whoever asks; those too many get no completion either."""
        while self._republishes and now - self._republishes[0] >= self._scale:
            self._republishes.popleft()
        if len(self._republishes) >= REPUBLISHES_A_SECOND:
            return False
        self._republishes.append(now)
        return True

    def _republish(self, echo):
        self.counts["republishes"] += 1
        self._send(self._topics.everything(self._known))
        completed = {"value": int(self._unix_time())}
        if echo is not None:
            completed["full-publish-completed-echo"] = echo
        if not self._fault("lose_completion"):
            self._publish(self._topics.own("full_publish_completed"), mqtt_json(completed))

    def _read(self, what):
        """One message for a value, one for each leaf of a sub-tree, nothing for what is unknown."""
        for service, values in self._known.items():
            prefix = self._topics.prefix(service, values) + "/"
            if what.startswith(prefix):
                path = what[len(prefix):]
                leaves = [name for name in values if name == path or name.startswith(path + "/")]
                self._send(self._topics.messages(service, values, leaves))

    def tick(self, now):
        """Does what is due; returns the time of the next thing, or None."""
        if self._next_scan is not None and now >= self._next_scan:
            self._scan(now)
        if self._next_heartbeat is not None and now >= self._next_heartbeat:
            self._heartbeat(now)
        due = [time for time in (self._next_scan, self._next_heartbeat) if time is not None]
        return min(due) if due else None

    def _heartbeat(self, now):
        """Every 3 s from the first keepalive on, as long as the life lasts."""
        if not self.is_alive(now):
            self._next_heartbeat = None
            return
        self._publish(self._topics.own("heartbeat"), mqtt_json({"value": int(self._unix_time())}))
        self._next_heartbeat += HEARTBEAT_SECONDS * self._scale

    def _scan(self, now):
        """The next service becomes known; all of them within scan_seconds."""
        step = (self._fault("scan_seconds") or 0) / max(1, len(self._bus.services()))
        while self._unscanned:
            service = self._unscanned.popleft()
            if service in self._bus.services():
                self._arrive(service, self._bus.services()[service], now)
            if step:
                break
        self._next_scan = now + step if self._unscanned else None

    def _arrive(self, service, values, now):
        self._known[service] = values
        if service == SYSTEM and self._topics.announces_itself({service: values}):
            [(topic, payload)] = self._topics.messages(service, values, ["Serial"])
            self._publish(topic, payload, retain=True)
        if self.is_alive(now):
            self._send(self._topics.messages(service, values))

    def bus_changed(self, now):
        """Publishes the difference to what was known: leavers at once, the rest only while alive."""
        if not self._is_up:
            return
        services = self._bus.services()
        for service in [name for name in self._known if name not in services]:
            self._send(self._topics.empties(service, self._known.pop(service)))
        for service, values in services.items():
            if service in self._unscanned:
                continue
            if service not in self._known:
                self._arrive(service, values, now)
            elif values is not self._known[service] and not self._hangs(service):
                self._change(service, self._known[service], values, now)

    def _change(self, service, before, values, now):
        self._known[service] = values
        gone = [path for path in before if path not in values]
        self._send(self._topics.empties(service, before, gone))
        if self.is_alive(now):
            nothing = object()
            changed = [path for path, value in values.items() if _differs(before.get(path, nothing), value)]
            self._send(self._topics.messages(service, values, changed))

    def _hangs(self, service):
        """A driver that hangs without leaving the bus: no sign of it, its values stay."""
        return self._faults is not None and self._faults.hang_seconds(service) is not None

    def _fault(self, name):
        return self._faults.section("mqtt").get(name) if self._faults else None

    def _send(self, messages):
        every = self._fault("lose_every")
        for number, (topic, payload) in enumerate(messages, 1):
            if every and number % every == 0:
                self.counts["lost"] += 1
            else:
                self._publish(topic, payload)

    def _publish(self, topic, payload, retain=False):
        if not self._fault("silent"):
            self.counts["published"] += 1
            self._publish_now(topic, payload, retain)


def _differs(before, now):
    """NaN is not equal to itself, but it is no change either; 1 and 1.0 and True differ on the wire."""
    return type(before) is not type(now) or not (before == now or before != before)
