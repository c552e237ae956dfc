"""What dbus-flashmq publishes of a service: topics and payloads, without any broker."""

import zlib

from .bus import instance_of, type_of
from .recording import SYSTEM
from .wire_json import mqtt_value

MASKED = {("settings", "Settings/Services/AccessPointPassword"), ("settings", "Settings/Ble/Service/Pincode")}
UNPUBLISHED = {("vebus", "Interfaces/Mk2/Tunnel"), ("paygo", "LVD/Threshold")}


class Topics:
    """Makes topics and payloads for the bus of one station."""

    def __init__(self, portal_id, bus):
        self._portal_id = portal_id
        self._bus = bus

    def own(self, name):
        """A topic of the plugin itself: keepalive, heartbeat, full_publish_completed."""
        return f"N/{self._portal_id}/{name}"

    def asked(self, topic):
        """What stands behind R/<portal>/ in a topic."""
        return topic.split("/", 2)[2]

    def prefix(self, service, values):
        return f"{type_of(service)}/{instance_of(values)}"

    def messages(self, service, values, paths=None):
        """[(topic, payload)] of a service, or of some of its paths, in an order that promises nothing."""
        device_type = type_of(service)
        published = [path for path in (values if paths is None else paths)
                     if (device_type, path) not in UNPUBLISHED]
        prefix = self.own(self.prefix(service, values))
        return [(f"{prefix}/{path}", self._payload(device_type, path, values.get(path, [])))
                for path in sorted(published, key=lambda path: zlib.crc32(path.encode("utf-8", "replace")))]

    def empties(self, service, values, paths=None):
        """The same topics with nothing in them: the service, or the path, is gone."""
        return [(topic, b"") for topic, _payload in self.messages(service, values, paths)]

    def _payload(self, device_type, path, value):
        if (device_type, path) in MASKED:
            return mqtt_value("******")
        return mqtt_value(value, self._bus.limits_of(path) if device_type == "settings" else None)

    def everything(self, services):
        """A full publish without its end: service by service."""
        return [message for service, values in services.items() for message in self.messages(service, values)]

    def announces_itself(self, services):
        """Old firmware has no /Serial, and then nobody is told the portal id."""
        return bool(services.get(SYSTEM, {}).get("Serial"))
