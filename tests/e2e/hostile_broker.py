"""A broker made of bytes, with a GX behind it: what no real broker would do comes from here.

By itself it behaves well; a test replaces one of its words (`RawBroker.says`) and hangs up, so that the
exporter meets the fault when it comes back.
"""

import contextlib
import json
import select
import socket
import threading
import time

from hostile import Door, reset

PORTAL = "c0619ab4e53f"
TURN_SECONDS = 0.1
HEARTBEAT_SECONDS = 1.0  # three times as quick as a GX, so that tests need not wait

CONNACK, PUBLISH, SUBACK, UNSUBACK, PINGRESP = 0x20, 0x30, 0x90, 0xB0, 0xD0
KINDS = {1: "CONNECT", 3: "PUBLISH", 8: "SUBSCRIBE", 10: "UNSUBSCRIBE", 12: "PINGREQ", 14: "DISCONNECT"}

# What the station says in a full publish, by topic behind N/<portal>/.
VALUES = {"system/0/Serial": f'"{PORTAL}"', "system/0/Dc/Battery/Soc": 81, "battery/1/DeviceInstance": 1, "battery/1/Dc/0/Voltage": 51.5,
          "grid/2/DeviceInstance": 2, "grid/2/Ac/Power": 400, "vebus/3/DeviceInstance": 3, "vebus/3/State": 3,
          "vebus/3/Mode": 3}


def packet(kind, body=b"", length=None):
    """A packet; length is what its head promises, if that is a lie."""
    left = len(body) if length is None else length
    head = bytearray([kind])
    while True:
        left, digit = left >> 7, left & 127
        head.append(digit | (128 if left else 0))
        if not left:
            return bytes(head) + body


def text(words):
    data = words if isinstance(words, bytes) else words.encode()
    return len(data).to_bytes(2, "big") + data


def publish(topic, payload, qos=0, retain=False, number=1, duplicate=False):
    """A PUBLISH on that topic, whole."""
    body = text(topic) + (number.to_bytes(2, "big") if qos else b"") + payload
    return packet(PUBLISH | duplicate << 3 | qos << 1 | retain, body)


def said(topic, value, portal=PORTAL, **options):
    """A message of the station; value is JSON text or a number, None is null, b"" a topic that left."""
    words = b"" if value == b"" else b'{"value":%s}' % str("null" if value is None else value).encode()
    return publish(f"N/{portal}/{topic}", words, **options)


def connack(code=0):
    return packet(CONNACK, bytes([0, code]))


class Talk:
    """One connection of the exporter."""

    def __init__(self, broker, connection):
        self.broker, self.connection = broker, connection
        self._lock = threading.Lock()
        self._received = b""
        self.is_subscribed = False
        self.heard = []  # kinds of packets, in order

    def send(self, data):
        with self._lock:
            self.connection.sendall(data)

    def reset(self):
        reset(self.connection)

    def close(self):
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def wait(self, seconds):
        """Sits there, with the connection open, until the broker ends or hangs up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.broker.holds(self):
            time.sleep(TURN_SECONDS)

    def next_packet(self):
        """(kind, body); None after a turn without one. EOFError at the end."""
        if not select.select([self.connection], [], [], TURN_SECONDS)[0]:
            return None
        data = self.connection.recv(65536)
        if not data:
            raise EOFError
        self._received += data
        return self._take()

    def pending(self):
        """The next packet that came together with the last one, or None."""
        return self._take()

    def _take(self):
        length, shift, at = 0, 0, 1
        while at < len(self._received):
            digit = self._received[at]
            length, shift, at = length | (digit & 127) << shift, shift + 7, at + 1
            if digit < 128:
                break
        else:
            return None
        if len(self._received) < at + length:
            return None
        kind, body = self._received[0] >> 4, self._received[at:at + length]
        self._received = self._received[at + length:]
        self.heard.append(KINDS.get(kind, kind))
        return self.heard[-1], body


class RawBroker:
    """Listens and talks; says[what] replaces a word: bytes, or a function of the Talk and the packet's body.

    what: "accept" (before TLS and all), "CONNECT", "SUBSCRIBE", "UNSUBSCRIBE", "PINGREQ", "keepalive", "heartbeat".
    """

    def __init__(self, tls=None):
        self.says = {}
        self.tls = tls  # an ssl.SSLContext
        self.portal = PORTAL
        self.values = dict(VALUES)
        self.keepalives = []  # (time, payload)
        self.connects = 0
        self._talks = []
        self._lock = threading.Lock()
        self._is_stopped = False
        self.door = Door(self._begin)

    @property
    def url(self):
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.door.address}"

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._is_stopped = True
        self.door.close()
        self.hang_up()

    def refuse(self):
        """Connections are refused from now on; those that stand are ended."""
        self.door.close()
        self.hang_up()

    def swallow(self):
        """No connect is answered from now on; connections that stand are ended."""
        self.door.swallow()
        self.hang_up()

    def well_again(self):
        """All words are good ones; connections that know others are ended."""
        self.says = {}
        self.door.open()
        self.hang_up()

    # ---- its connections ----

    def hang_up(self):
        with self._lock:
            talks, self._talks = self._talks, []
        for talk in talks:
            talk.close()

    def holds(self, talk):
        return talk in self._talks and not self._is_stopped

    def send(self, data):
        """To the exporter, if it listens; says whether it does."""
        listeners = [talk for talk in list(self._talks) if talk.is_subscribed]
        for talk in listeners:
            talk.send(data)
        return bool(listeners)

    def _begin(self, connection):
        self.connects += 1
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        talk = Talk(self, connection)
        with self._lock:
            self._talks.append(talk)
        with connection, contextlib.suppress(OSError, EOFError, ValueError):
            if "accept" in self.says:
                self._say("accept", talk, b"")
            if self.tls:
                connection.settimeout(20)
                with self.tls.wrap_socket(connection, server_side=True) as secured:
                    talk.connection = secured
                    self._converse(talk)
            else:
                self._converse(talk)
        with self._lock:
            if talk in self._talks:
                self._talks.remove(talk)

    def _say(self, what, talk, body):
        word = self.says[what]
        if callable(word):
            word(talk, body)
        else:
            talk.send(word)

    def _converse(self, talk):
        beat_at = None
        while self.holds(talk):
            heard = talk.next_packet()
            while heard:
                kind, body = heard
                if kind == "PUBLISH":
                    beat_at = beat_at or time.monotonic()
                self._hear(talk, kind, body)
                heard = talk.pending()
            if beat_at and time.monotonic() >= beat_at:
                beat_at += HEARTBEAT_SECONDS
                self._hear(talk, "heartbeat", b"")

    def _hear(self, talk, kind, body):
        if kind == "DISCONNECT":
            raise EOFError
        if kind == "PUBLISH":
            self.keepalives.append((time.monotonic(), body))
            kind = "keepalive"
        if kind in self.says:
            self._say(kind, talk, body)
        elif kind in KINDS.values() or kind in ("keepalive", "heartbeat"):
            getattr(self, "_" + kind.lower())(talk, body)

    # ---- its good words ----

    def _connect(self, talk, _body):
        talk.send(connack())

    def _subscribe(self, talk, body):
        talk.send(packet(SUBACK, body[:2] + b"\0"))
        if b"N/+/" in body:
            talk.send(said("system/0/Serial", f'"{self.portal}"', self.portal, retain=True))
        else:
            talk.is_subscribed = True

    def _unsubscribe(self, talk, body):
        talk.send(packet(UNSUBACK, body[:2]))

    def _pingreq(self, talk, _body):
        talk.send(packet(PINGRESP))

    def _heartbeat(self, talk, _body):
        if talk.is_subscribed:
            talk.send(said("heartbeat", int(time.time()), self.portal))

    def _keepalive(self, talk, body):
        if b"suppress-republish" not in body:
            self.full_publish(talk, body)

    def full_publish(self, talk, body):
        if talk.is_subscribed:
            talk.send(b"".join(said(topic, value, self.portal) for topic, value in self.values.items()))
            self.complete(talk, body)

    def complete(self, talk, body):
        [option] = json.loads(body[body.index(b"{"):])["keepalive-options"]
        talk.send(publish(f"N/{self.portal}/full_publish_completed",
                          json.dumps({**option, "value": int(time.time())}).encode()))
