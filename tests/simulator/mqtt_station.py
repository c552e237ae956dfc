"""The MQTT side of the station: the plugin at work on a broker that exists, by paho-mqtt 1.6."""

import queue
import socket
import threading
import time

import paho.mqtt.client as mqtt

from .mqtt_plugin import MqttPlugin

_RECONNECT_SECONDS = 0.05


class MqttStation:
    """One thread owns the plugin; paho's thread and the bus only put what happened into its queue."""

    def __init__(self, bus, faults, host, port, portal_id, now, time_scale=1.0):
        if not portal_id:
            raise ValueError("the recording has no /Serial of com.victronenergy.system; give --portal-id")
        self._events = queue.Queue()
        self._address = (host, port)
        self._is_connected = False
        self._client = self._make_client(f"R/{portal_id}/#")
        self._plugin = MqttPlugin(bus, portal_id, self._publish, now, faults, time_scale)
        self._thread = threading.Thread(target=self._work, name="mqtt", daemon=True)
        bus.on_change(lambda: self._events.put(self._plugin.bus_changed))

    def _make_client(self, filter_of_requests):
        client = mqtt.Client(client_id="simulated-gx", clean_session=True)
        client.reconnect_delay_set(_RECONNECT_SECONDS, _RECONNECT_SECONDS)

        def on_connect(_client, _userdata, _flags, code):
            if code == 0:
                client.subscribe(filter_of_requests)
                self._events.put(self._on_connect)

        def on_disconnect(_client, _userdata, _code):
            self._is_connected = False

        def on_message(_client, _userdata, message):
            self._events.put(lambda now: self._plugin.asked(message.topic, message.payload, now))

        # Many small messages: without this the kernel holds them back for 40 ms.
        client.on_socket_open = lambda _client, _userdata, sock: sock.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.on_connect, client.on_disconnect, client.on_message = on_connect, on_disconnect, on_message
        return client

    def _on_connect(self, now):
        self._is_connected = True
        self._plugin.connected(now)

    def start(self):
        self._client.connect_async(*self._address, keepalive=10)
        self._client.loop_start()
        self._thread.start()

    def stop(self):
        self._events.put(None)
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _work(self):
        due = None
        while True:
            try:
                event = self._events.get(timeout=None if due is None else max(0.0, due - time.monotonic()))
            except queue.Empty:
                event = lambda _now: None
            if event is None:
                return
            event(time.monotonic())
            due = self._plugin.tick(time.monotonic())

    def _publish(self, topic, payload, retain):
        self._client.publish(topic, payload, qos=0, retain=retain)

    def state(self):
        return {"connected": self._is_connected, "alive": self._plugin.is_alive(time.monotonic()),
                **self._plugin.counts}
