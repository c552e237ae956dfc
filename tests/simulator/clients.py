"""Clients for tests: raw HTTP, the control page, a listener on MQTT. Nothing here waits for ever."""

import json
import socket
import threading
import time
import urllib.request
from contextlib import closing

import paho.mqtt.client as mqtt

from .recorded_requests import get

PATIENCE = 10.0


def until(claim):
    """Waits for claim() to hold."""
    deadline = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


def seconds_of(action):
    start = time.monotonic()
    action()
    return time.monotonic() - start


def connect(station):
    host, port = station.http_url.removeprefix("http://").rsplit(":", 1)
    return socket.create_connection((host, int(port)), PATIENCE)


def read_all(connection):
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def ask_raw(station, request):
    """The whole answer to the bytes of a request."""
    with closing(connect(station)) as connection:
        connection.sendall(request)
        return read_all(connection)


def ask(station, target):
    """(status, body) of a GET."""
    head, _, body = ask_raw(station, get(target)).partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def value_of(station, service, path="/"):
    return ask(station, f"/value?service={service}&path={path}")


def control(station, method, page, document=None):
    """What the control page answers; HTTPError if it refuses."""
    request = urllib.request.Request(station.control_url + page, method=method,
                                     data=None if document is None else json.dumps(document).encode())
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def connack_of(port, prepare=lambda client: None):
    """The return code that a broker gives to a client which prepare() has given its password or CA."""
    codes = []
    client = mqtt.Client()
    client.on_connect = lambda _client, _userdata, _flags, code: codes.append(code)
    prepare(client)
    client.connect("127.0.0.1", port)
    client.loop_start()
    until(lambda: codes)
    client.loop_stop()
    return codes[0]


class Listener:
    """A client of the broker; messages holds (topic without N/<portal>/, payload, retain) in order of arrival."""

    def __init__(self, port, portal_id):
        self.messages = []
        self._portal_id = portal_id
        self._client = mqtt.Client()
        self._client.on_message = self._note
        subscribed = threading.Event()
        self._client.on_subscribe = lambda *_arguments: subscribed.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe(f"N/{portal_id}/#")
        assert subscribed.wait(PATIENCE)

    def _note(self, _client, _userdata, message):
        topic = message.topic.removeprefix(f"N/{self._portal_id}/")
        self.messages.append((topic, message.payload, message.retain))

    def ask(self, what, payload=b""):
        self._client.publish(f"R/{self._portal_id}/{what}", payload)

    def keepalive(self, *options):
        self.ask("keepalive", json.dumps({"keepalive-options": options}) if options else b"")

    def of(self, topic):
        """The payloads of that topic so far."""
        return [payload for name, payload, _retain in list(self.messages) if name == topic]

    def full_publish(self):
        """Asks for one and waits for its end; returns {topic: payload}."""
        self.messages.clear()
        self.keepalive()
        until(lambda: self.of("full_publish_completed"))
        return {topic: payload for topic, payload, _retain in list(self.messages)}

    def clear_retained(self, topic):
        """Takes a retained message out of the broker, as a restart does."""
        cleared = self._client.publish(f"N/{self._portal_id}/{topic}", b"", qos=1, retain=True)
        cleared.wait_for_publish(PATIENCE)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()
