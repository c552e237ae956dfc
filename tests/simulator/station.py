"""The simulated station as a whole: bus, faults, HTTP, control page and, if asked for, a live day and MQTT."""

import threading
import time

from .bus import Bus
from .control import Control
from .faults import Faults
from .http_api import Api
from .http_station import HttpStation
from .live import LiveDay
from .request_log import RequestLog

LOOPBACK = ("127.0.0.1", 0)
_TICK_SECONDS = 1.0


def _url(address):
    host, port = address[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class SimulatedStation:
    """Make, start(), use http_url and control_url, stop(). Also a context manager.

    live is None or a dict with speed, seed and start (unix time), all optional; at speed 0 time passes only by live().
    mqtt is None or a dict with host, port and what MqttStation takes besides.
    """

    def __init__(self, recording, listen=LOOPBACK, control=LOOPBACK, live=None, mqtt=None):
        self.faults = Faults()
        self.bus = Bus(recording, self.faults)
        self.log = RequestLog()
        self.day = None
        self._speed = 1.0
        if live is not None:
            self._speed = live.get("speed", 1.0)
            self.day = LiveDay(recording, live.get("seed", 1), live.get("start") or time.time())
            self.bus.write(self.day.advance(0))
        self._http = HttpStation(listen, Api(self.bus, time.time), self.faults, self.log)
        self._control = Control(control, self)
        self._mqtt = self._make_mqtt(recording, mqtt) if mqtt is not None else None
        self._stopped = threading.Event()

    def _make_mqtt(self, recording, options):
        from .mqtt_station import MqttStation  # paho is needed for MQTT only
        options = {"portal_id": recording.portal_id, "now": self.now, **options}
        return MqttStation(self.bus, self.faults, **options)

    @property
    def http_url(self):
        return _url(self._http.address)

    @property
    def control_url(self):
        return _url(self._control.server_address)

    def now(self):
        """The clock of the GX."""
        return self.day.time if self.day else time.time()

    def start(self):
        self._http.start()
        self._control.start()
        if self._mqtt:
            self._mqtt.start()
        if self.day and self._speed:
            threading.Thread(target=self._tick, name="live", daemon=True).start()

    def _tick(self):
        while not self._stopped.wait(_TICK_SECONDS):
            self.live(_TICK_SECONDS * self._speed)

    def live(self, seconds):
        """Lets that much of the station's life pass."""
        self.bus.write(self.day.advance(seconds))

    def state(self):
        """What the control page shows."""
        return {"time": time.time(), "clock": self.now(), "server": self.faults.section("server", "serving"),
                "services": list(self.bus.services()), **self.log.state(self._http.open_connections()),
                "mqtt": self._mqtt.state() if self._mqtt else None}

    def stop(self):
        self._stopped.set()
        if self._mqtt:
            self._mqtt.stop()
        self._http.stop()
        self._control.stop()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        self.stop()
